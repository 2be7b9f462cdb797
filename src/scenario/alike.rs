//! Whether schedules are for the same people: what a schedule may state for itself, and what all
//! schedules of a city must share so that they meet the same patients.

use serde_json::Value;

use super::file::join;
use super::layer::Loaded;

/// Tables and keys that a schedule may have of its own. Everything else makes the patients, the desks
/// and their routine work, or says what matters.
pub const OF_A_SCHEDULE: &[&str] = &[
    "extends",
    "name",
    "lang",
    "announced_at",
    "pathways",
    "payment_runs",
    "suspend",
    "runbook",
    "handling",
    "measures",
    "sources",
];

/// First moment and length: where no file states them they follow from the schedule, and schedules that
/// are compared get those of the one that begins first and ends last.
pub const OF_THE_CLOCK: &[&str] = &["start", "horizon_days"];

/// Key paths, not those of a schedule or the clock, at which two scenarios differ, with both values; an
/// absent one is empty. In the order of the first scenario's keys.
pub fn differences(one: &Loaded, other: &Loaded) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    let own = |key: &str| OF_A_SCHEDULE.contains(&key) || OF_THE_CLOCK.contains(&key);
    walk("", &one.json, &other.json, &|path| own(path), &mut found);
    found
}

fn walk(
    path: &str,
    one: &Value,
    other: &Value,
    is_own: &dyn Fn(&str) -> bool,
    found: &mut Vec<(String, String, String)>,
) {
    if one == other || is_own(path) {
        return;
    }
    let (Value::Object(left), Value::Object(right)) = (one, other) else {
        found.push((path.to_owned(), text(one), text(other)));
        return;
    };
    for (key, value) in left {
        walk(&join(path, key), value, right.get(key).unwrap_or(&Value::Null), is_own, found);
    }
    for (key, value) in right.iter().filter(|(key, _)| !left.contains_key(*key)) {
        walk(&join(path, key), &Value::Null, value, is_own, found);
    }
}

fn text(value: &Value) -> String {
    if value.is_null() { String::new() } else { value.to_string() }
}
