//! Plausible worlds: what is not well known, at the ends of its range.
//!
//! A scenario states a value and the range in which it may lie. Each world moves one kind of value, at
//! every place where the scenario has it, to the lower or to the upper end; of a distribution the mean is
//! moved, and its shape stays.

use serde_json::Value;

use super::layer::Loaded;
use super::quantity::central;

/// What is not well known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// How long the technical work takes.
    Work,
    /// How many put a visit off.
    Deferral,
    /// How many stock up.
    StockUp,
    /// How long a claim takes at a window.
    Windows,
}

impl Doubt {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Work, Self::Deferral, Self::StockUp, Self::Windows];

    /// The keys it stands for: parts of paths, of which `*` is any name.
    fn patterns(self) -> &'static [&'static str] {
        match self {
            Self::Work => &["runbook.*.hours", "suspend.*.return.overrun_hours", "suspend.*.return.after_hours"],
            Self::Deferral => &["demand.*.deferred_share"],
            Self::StockUp => &["measures.*.take_up_share"],
            Self::Windows => &["pathways.*.steps.*.minutes"],
        }
    }

    /// What would have to be found out to decide.
    pub fn question(self) -> (&'static str, &'static str) {
        match self {
            Self::Work => ("技术工作要多久", "how long the technical work takes"),
            Self::Deferral => ("有多少人推迟就医", "how many put visits off"),
            Self::StockUp => ("有多少人提前开药", "how many stock up"),
            Self::Windows => ("窗口办一件要多久", "how long a claim takes at a window"),
        }
    }
}

/// One kind of value at one end of its range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct World {
    /// What is moved.
    pub doubt: Doubt,
    /// To the upper end; else to the lower one.
    pub is_high: bool,
}

impl World {
    /// All worlds.
    pub fn all() -> impl Iterator<Item = Self> {
        Doubt::ALL.into_iter().flat_map(|doubt| [false, true].map(|is_high| Self { doubt, is_high }))
    }

    /// Key in files.
    pub fn key(self) -> &'static str {
        match (self.doubt, self.is_high) {
            (Doubt::Work, false) => "work-short",
            (Doubt::Work, true) => "work-long",
            (Doubt::Deferral, false) => "deferral-low",
            (Doubt::Deferral, true) => "deferral-high",
            (Doubt::StockUp, false) => "stock-up-low",
            (Doubt::StockUp, true) => "stock-up-high",
            (Doubt::Windows, false) => "windows-fast",
            (Doubt::Windows, true) => "windows-slow",
        }
    }

    /// Chinese and English name.
    pub fn name(self) -> (&'static str, &'static str) {
        match (self.doubt, self.is_high) {
            (Doubt::Work, false) => ("技术工作顺利", "short technical work"),
            (Doubt::Work, true) => ("技术工作拖长、易超时", "long technical work, overruns"),
            (Doubt::Deferral, false) => ("推迟就医的人少", "few put visits off"),
            (Doubt::Deferral, true) => ("推迟就医的人多", "many put visits off"),
            (Doubt::StockUp, false) => ("提前开药的人少", "few stock up"),
            (Doubt::StockUp, true) => ("提前开药的人多", "many stock up"),
            (Doubt::Windows, false) => ("窗口办得快", "fast windows"),
            (Doubt::Windows, true) => ("窗口办得慢", "slow windows"),
        }
    }

    /// The scenario in this world; none when it states no such range, so that nothing differs.
    pub fn of(self, loaded: &Loaded) -> Option<Loaded> {
        let mut json = loaded.json.clone();
        let moved: usize = self
            .doubt
            .patterns()
            .iter()
            .map(|pattern| {
                let parts: Vec<&str> = pattern.split('.').collect();
                move_all(&mut json, &parts, self.is_high)
            })
            .sum();
        // Every end of a range is a value that the key allows.
        let layer = serde_json::from_value(json.clone()).ok()?;
        (moved > 0).then(|| Loaded { json, layer, ..loaded.clone() })
    }
}

/// Moves all values at a path to an end of their range; how many there were.
fn move_all(node: &mut Value, path: &[&str], is_high: bool) -> usize {
    let Some((first, rest)) = path.split_first() else {
        return usize::from(move_one(node, is_high));
    };
    let Value::Object(entries) = node else { return 0 };
    let meant = entries.iter_mut().filter(|(key, _)| *first == "*" || key == first);
    meant.map(|(_, below)| move_all(below, rest, is_high)).sum()
}

/// Moves a value that has a range to an end of it.
fn move_one(node: &mut Value, is_high: bool) -> bool {
    let end = |range: &Value| range.get(usize::from(is_high)).and_then(Value::as_f64);
    if let (Some(_), Some(end)) = (node.get("value"), node.get("range").and_then(end)) {
        *node = Value::from(end);
        return true;
    }
    let Some(mean) = node.get("range_mean").and_then(end) else { return false };
    let Some(mut value) = node.get("value").cloned() else { return false };
    let Some(now) = central(&value).filter(|now| *now > 0.0) else { return false };
    scale(&mut value, mean / now);
    *node = value;
    true
}

/// Stretches a distribution: all its lengths, not what gives its shape.
fn scale(value: &mut Value, factor: f64) {
    match value {
        Value::Number(number) => {
            if let Some(found) = number.as_f64() {
                *value = Value::from(found * factor);
            }
        }
        Value::Array(entries) => entries.iter_mut().for_each(|entry| scale(entry, factor)),
        Value::Object(entries) => {
            let lengths = entries.iter_mut().filter(|(key, _)| !matches!(key.as_str(), "cv" | "sigma"));
            lengths.for_each(|(_, entry)| scale(entry, factor));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_goes_to_the_end_of_its_range_and_a_distribution_keeps_its_shape() {
        let mut share = json!({ "value": 0.5, "range": [0.3, 0.7] });
        assert!(move_one(&mut share, true));
        assert_eq!(share, json!(0.7));
        let mut hours = json!({ "value": { "lognormal": { "mean": 10.0, "cv": 0.6 } }, "range_mean": [5.0, 30.0] });
        assert!(move_one(&mut hours, false));
        assert_eq!(hours, json!({ "lognormal": { "mean": 5.0, "cv": 0.6 } }));
        let mut points =
            json!({ "value": { "triangular": { "min": 1.0, "mode": 2.0, "max": 6.0 } }, "range_mean": [3.0, 6.0] });
        assert!(move_one(&mut points, true));
        assert_eq!(points, json!({ "triangular": { "min": 2.0, "mode": 4.0, "max": 12.0 } }));
        assert!(!move_one(&mut json!(0.4), true));
    }

    #[test]
    fn every_place_of_a_kind_is_moved_and_no_other() {
        let mut json = json!({
            "demand": { "a": { "deferred_share": { "value": 0.1, "range": [0.0, 0.2] } }, "b": { "deferred_share": 0.5 },
                        "c": { "deferred_share": { "value": 0.3, "range": [0.2, 0.4] }, "elective_share": { "value": 0.3, "range": [0.2, 0.4] } } }
        });
        assert_eq!(move_all(&mut json, &["demand", "*", "deferred_share"], true), 2);
        assert_eq!(json["demand"]["a"]["deferred_share"], json!(0.2));
        assert_eq!(json["demand"]["b"]["deferred_share"], json!(0.5));
        assert_eq!(json["demand"]["c"]["elective_share"]["value"], json!(0.3));
    }
}
