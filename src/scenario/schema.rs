//! The JSON Schema of scenario files, made from [`super::raw`]: the one description of the
//! language, printed by `cutover schema` for editors and walked by the shape check.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::raw::Layer;
use crate::calendar::CalendarFile;

/// The JSON Schema (2020-12) of scenario files, indented, with a line end.
pub fn schema_json() -> String {
    let mut root = Schema::layer().root;
    if let Some(object) = root.as_object_mut() {
        object.insert("title".to_owned(), Value::from("cutover scenario file"));
    }
    format!("{root:#}\n")
}

/// A schema with its definitions.
#[derive(Debug, Clone)]
pub(crate) struct Schema {
    root: Value,
}

impl Schema {
    /// The schema of a scenario file.
    pub(crate) fn layer() -> Self {
        Self::of::<Layer>()
    }

    /// The schema of a calendar file.
    pub(crate) fn calendar() -> Self {
        Self::of::<CalendarFile>()
    }

    fn of<T: JsonSchema>() -> Self {
        let mut root = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>().to_value();
        drop_nulls(&mut root);
        Self { root }
    }

    /// The rule of a whole file.
    pub(crate) fn rule(&self) -> Rule<'_> {
        Rule::of(&self.root, &self.root)
    }
}

/// TOML has no null: an optional key is simply left out.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Array(entries) => entries.iter_mut().for_each(drop_nulls),
        Value::Object(object) => {
            object.values_mut().for_each(drop_nulls);
            if let Some(Value::Array(types)) = object.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    object.insert("type".to_owned(), only);
                }
            }
            let Some(Value::Array(choices)) = object.get_mut("anyOf") else {
                return;
            };
            choices.retain(|choice| choice.get("type").is_none_or(|name| name != "null"));
            if let [Value::Object(only)] = choices.as_slice() {
                let only = only.clone();
                object.shift_remove("anyOf");
                for (key, value) in only {
                    object.entry(key).or_insert(value);
                }
            }
        }
        _ => {}
    }
}

/// What the schema says about one value: the object itself and those it refers to.
#[derive(Debug, Clone)]
pub(crate) struct Rule<'a> {
    root: &'a Value,
    chain: Vec<&'a Map<String, Value>>,
    definition: &'a str,
}

impl<'a> Rule<'a> {
    fn of(root: &'a Value, mut value: &'a Value) -> Self {
        let mut rule = Self { root, chain: Vec::new(), definition: "" };
        // A definition refers to another a few times at most.
        for _ in 0..8 {
            let Some(object) = value.as_object() else {
                break;
            };
            rule.chain.push(object);
            let Some(name) = object.get("$ref").and_then(Value::as_str) else {
                break;
            };
            let name = name.trim_start_matches("#/$defs/");
            let Some(next) = root.get("$defs").and_then(|all| all.get(name)) else {
                break;
            };
            rule.definition = name;
            value = next;
        }
        rule
    }

    fn get(&self, key: &str) -> Option<&'a Value> {
        self.chain.iter().find_map(|object| object.get(key))
    }

    fn number(&self, key: &str) -> Option<f64> {
        self.get(key).and_then(Value::as_f64)
    }

    /// Name of the type in `raw`, empty where it has none.
    pub(crate) fn definition(&self) -> &'a str {
        self.definition
    }

    /// JSON type: object, array, string, number, integer, boolean.
    pub(crate) fn type_name(&self) -> &'a str {
        self.get("type").and_then(Value::as_str).unwrap_or_default()
    }

    /// Special kind: amount, share, quantity, time.
    pub(crate) fn kind(&self) -> &'a str {
        self.get("x-kind").and_then(Value::as_str).unwrap_or_default()
    }

    /// Smallest allowed number.
    pub(crate) fn minimum(&self) -> Option<f64> {
        self.number("minimum")
    }

    /// Largest allowed number.
    pub(crate) fn maximum(&self) -> Option<f64> {
        let of_format = self.get("format").and_then(Value::as_str).filter(|format| *format == "uint32");
        self.number("maximum").or(of_format.map(|_| f64::from(u32::MAX)))
    }

    /// Fewest and most entries of an array or table.
    pub(crate) fn lengths(&self) -> (usize, usize) {
        let read = |key: &str| self.get(key).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
        let least = read("minItems").or(read("minProperties")).unwrap_or(0);
        (least, read("maxItems").or(read("maxProperties")).unwrap_or(usize::MAX))
    }

    /// The only word allowed.
    pub(crate) fn word(&self) -> Option<&'a str> {
        self.get("const").and_then(Value::as_str)
    }

    /// The alternatives, those within alternatives included; empty where there is no choice.
    pub(crate) fn choices(&self) -> Vec<Self> {
        let Some(Value::Array(list)) = self.get("anyOf").or(self.get("oneOf")) else {
            return Vec::new();
        };
        let mut flat = Vec::new();
        for choice in list {
            let choice = Self::of(self.root, choice);
            let inner = choice.choices();
            if inner.is_empty() { flat.push(choice) } else { flat.extend(inner) }
        }
        flat
    }

    /// Whether any key is allowed: a table of named things.
    pub(crate) fn is_named(&self) -> bool {
        matches!(self.get("additionalProperties"), Some(Value::Object(_)))
    }

    /// The rule of a key in a table.
    pub(crate) fn child(&self, key: &str) -> Option<Self> {
        let fixed = self.get("properties").and_then(|all| all.get(key));
        let value = fixed.or(self.get("additionalProperties").filter(|value| value.is_object()))?;
        Some(Self::of(self.root, value))
    }

    /// The keys of a table.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(key, _)| key.as_str())
    }

    /// The keys that a table must have.
    pub(crate) fn required(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    /// The rule of the entries of an array.
    pub(crate) fn items(&self) -> Option<Self> {
        self.get("items").map(|value| Self::of(self.root, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schema_has_no_null_and_keeps_descriptions() {
        let text = schema_json();
        assert!(!text.contains("null"), "{text}");
        assert!(text.contains("https://json-schema.org/draft/2020-12/schema"));
        assert!(text.contains("\"title\": \"cutover scenario file\""));
        assert!(text.contains("When the public learns of the schedule."));
        assert!(text.ends_with("}\n"));
    }

    #[test]
    fn a_ramp_share_of_nothing_is_outside_the_schema() {
        let schema = Schema::layer();
        let returns = schema.rule().child("suspend").unwrap().child("x").unwrap().child("return").unwrap();
        let share = returns.child("ramp").unwrap().items().unwrap();
        assert_eq!((share.number("exclusiveMinimum"), share.maximum()), (Some(0.0), Some(1.0)));
    }

    #[test]
    fn rules_follow_references() {
        let schema = Schema::layer();
        let hall = schema.rule().child("sites").unwrap().child("hall").unwrap();
        assert_eq!(hall.definition(), "SiteGroup");
        let windows = hall.child("desk").unwrap().child("windows").unwrap();
        assert_eq!((windows.kind(), windows.choices().len()), ("amount", 2));
        assert!(schema.rule().child("sites").unwrap().is_named());
        assert!(schema.rule().child("nonsense").is_none());
        assert_eq!(schema.rule().child("horizon_days").unwrap().maximum(), Some(1500.0));
        let share =
            schema.rule().child("handling").unwrap().child("x").unwrap().child("y").unwrap().child("share").unwrap();
        assert_eq!(share.choices().len(), 3);
    }
}
