//! Which numbers of a scenario nobody has measured, and which have no source at all.
//!
//! A number is a leaf of the merged scenario: a plain number, a list of numbers, a distribution, or
//! a value with the range it may lie in; each counts once. Timetables are clock times and names are
//! text, so they need no source; profiles do.

use serde_json::{Map, Value};

use crate::scenario::layer::Loaded;
use crate::scenario::origin::SourceText;
pub use crate::scenario::quantity::central;
use crate::scenario::world::Scenario;
use crate::units::Lang;

use super::manifest::VERSION;

/// Parts of a scenario whose entries are no numbers in need of a source.
const WITHOUT_NUMBERS: [&str; 4] = ["timetables", "sources", "services", "desk_classes"];

/// Names of distributions, as files write them.
const SHAPES: [&str; 6] = ["fixed", "lognormal", "pert", "triangular", "gamma", "empirical"];

/// A number that is assumed.
#[derive(Debug, Clone, PartialEq)]
pub struct Assumption {
    /// Key path.
    pub key: String,
    /// The value used, without its range.
    pub value: Value,
    /// The range of the value, or of its mean.
    pub range: Option<[f64; 2]>,
    /// Why it is assumed, as the scenario says.
    pub reason: SourceText,
}

/// A numeric leaf.
#[derive(Debug, Clone)]
struct Leaf {
    key: String,
    value: Value,
    range: Option<[f64; 2]>,
}

/// All numbers whose source says that they are assumed, in the order of the scenario.
pub fn assumptions(loaded: &Loaded) -> Vec<Assumption> {
    let found = leaves(&loaded.json).into_iter().filter_map(|leaf| {
        let reason = loaded.sources.find(&leaf.key, &loaded.origins).filter(|text| text.is_assumption())?;
        Some(Assumption { reason: reason.clone(), key: leaf.key, value: leaf.value, range: leaf.range })
    });
    found.collect()
}

/// Where what is announced comes from, and what simulated it: for the foot of a figure. A schedule that nobody has
/// announced has no notice.
pub fn credit(loaded: &Loaded, scenario: &Scenario, lang: Lang) -> String {
    let stop = scenario.suspensions.first().map(|stop| format!("suspend.{}.stop", stop.key));
    let found = stop.and_then(|key| loaded.sources.find(&key, &loaded.origins));
    let told = found.filter(|text| !text.is_assumption() && !text.is_blank()).map(|text| text.in_lang(lang));
    // Remarks on it stand in the report.
    let notice = told.and_then(|text| text.split(['；', ';']).next()).map(str::trim);
    match notice {
        Some(notice) => {
            lang.choose(format!("来源：{notice}；{VERSION} 模拟"), format!("Source: {notice}; simulated by {VERSION}"))
        }
        None => lang.choose(format!("来源：{VERSION} 模拟"), format!("Source: simulated by {VERSION}")),
    }
}

/// How many numbers a scenario has.
pub fn count(loaded: &Loaded) -> usize {
    leaves(&loaded.json).len()
}

/// Key paths of all numbers without a source, in the order of the scenario.
pub fn missing_sources(loaded: &Loaded) -> Vec<String> {
    let keys = leaves(&loaded.json).into_iter().map(|leaf| leaf.key);
    keys.filter(|key| loaded.sources.find(key, &loaded.origins).is_none_or(SourceText::is_blank)).collect()
}

/// The assumed value and range of one key.
pub fn find(all: &[Assumption], key: &str) -> Option<Assumption> {
    all.iter().find(|one| one.key == key).cloned()
}

fn leaves(root: &Value) -> Vec<Leaf> {
    let mut found = Vec::new();
    for (key, value) in root.as_object().into_iter().flatten() {
        if !WITHOUT_NUMBERS.contains(&key.as_str()) {
            walk(key, value, &mut found);
        }
    }
    found
}

fn walk(key: &str, value: &Value, found: &mut Vec<Leaf>) {
    let mut leaf = |value: &Value, range| found.push(Leaf { key: key.to_owned(), value: value.clone(), range });
    match value {
        Value::Number(_) => leaf(value, None),
        Value::Array(entries) if entries.iter().any(Value::is_number) => leaf(value, None),
        Value::Array(entries) => {
            for (index, entry) in entries.iter().enumerate() {
                walk(&format!("{key}[{index}]"), entry, found);
            }
        }
        Value::Object(entries) => {
            if let Some((inner, range)) = ranged(entries) {
                leaf(inner, range);
            } else if is_distribution(entries) {
                leaf(value, None);
            } else {
                for (name, entry) in entries.iter().filter(|(name, _)| *name != "name") {
                    walk(&format!("{key}.{name}"), entry, found);
                }
            }
        }
        _ => {}
    }
}

/// Value and range of `{ value, range }` or `{ value, range_mean }`.
fn ranged(entries: &Map<String, Value>) -> Option<(&Value, Option<[f64; 2]>)> {
    let range = entries.get("range").or_else(|| entries.get("range_mean"))?;
    let ends = (range.get(0)?.as_f64()?, range.get(1)?.as_f64()?);
    Some((entries.get("value")?, Some([ends.0, ends.1])))
}

fn is_distribution(entries: &Map<String, Value>) -> bool {
    let mut named = entries.iter().filter(|(name, _)| SHAPES.contains(&name.as_str()));
    entries.len() == 1 && named.any(|(_, value)| !value.is_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::units::Lang;

    fn keys(value: &Value) -> Vec<String> {
        leaves(value).into_iter().map(|leaf| leaf.key).collect()
    }

    #[test]
    fn a_value_with_its_range_counts_once_and_under_its_own_key() {
        let value = json!({ "people": { "a": {
            "name": { "zh": "甲", "en": "a" },
            "insured": { "value": 5, "range": [4, 6] },
            "income": { "value": { "lognormal": { "mean": 9, "cv": 1 } }, "range_mean": [7, 11] },
            "size": { "gamma": { "mean": 2, "cv": 0.5 } },
        } } });
        assert_eq!(keys(&value), ["people.a.insured", "people.a.income", "people.a.size"]);
        let found = leaves(&value);
        assert_eq!((central(&found[0].value), found[0].range), (Some(5.0), Some([4.0, 6.0])));
        assert_eq!((central(&found[1].value), found[1].range), (Some(9.0), Some([7.0, 11.0])));
        assert_eq!((central(&found[2].value), found[2].range), (Some(2.0), None));
        assert_eq!(central(&json!({ "pert": { "min": 2, "mode": 4, "max": 12 } })), Some(5.0));
    }

    #[test]
    fn times_and_timetables_are_no_numbers_but_profiles_are() {
        let value = json!({
            "timetables": { "a": { "weekdays": "08:00-12:00" } },
            "profiles": { "b": { "hours": [1, 2], "holiday": 0.5 } },
            "suspend": { "s": { "stop": "2021-01-01T00:00:00", "return": { "fixed": "2021-01-02T00:00:00" } } },
            "horizon_days": 90,
            "sources": { "x": "y" },
        });
        assert_eq!(keys(&value), ["profiles.b.hours", "profiles.b.holiday", "horizon_days"]);
    }

    #[test]
    fn tells_assumed_numbers_from_those_without_any_source() {
        let world = super::super::testing::World::new(1);
        let found = assumptions(&world.loaded);
        let share = find(&found, "demand.outpatient.deferred_share").unwrap();
        assert_eq!((central(&share.value), share.range), (Some(0.6), Some([0.4, 0.7])));
        assert!(share.reason.in_lang(Lang::En).contains("no study"));
        assert!(find(&found, "people.employee.insured").is_none());
        assert_eq!(missing_sources(&world.loaded), ["behaviour.day_effect_cv"]);
    }
}
