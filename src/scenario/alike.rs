//! Whether schedules are for the same people: what a schedule may state for itself, and what all
//! schedules of a city must share so that they meet the same patients.
//!
//! Of the pathways a schedule sets the rules: what is paid at the visit, where and by whom a step is done, which
//! service it needs, the claim period, how and when money comes back. How people behave in a pathway
//! and how long a window takes are no rule of anybody's: who claims at all, when they come, minutes, missing papers and
//! refusals belong to the city, and a schedule that states them better for the same pathway would win by that and not by
//! what it does. A schedule that needs other ones writes a pathway of its own and points to it with `handling`, so that
//! both stand side by side with their sources. Payment runs are dates, and dates are a choice.

use serde_json::Value;

use super::file::join;
use super::layer::Loaded;

/// Tables and keys that a schedule may have of its own. Everything else makes the patients, the desks
/// and their routine work, or says what matters.
pub const OF_A_SCHEDULE: &[&str] = &[
    "extends",
    "name",
    "lang",
    "chart_colors",
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

/// Of a pathway: how people behave in it.
const OF_THE_PEOPLE: &[&str] = &["claimed", "returns"];

/// Of a step: how long it takes, and how it ends.
const OF_THE_DESKS: &[&str] = &["minutes", "rework_share", "refused_share", "outside_days"];

/// Key paths, not those of a schedule or the clock, at which two scenarios differ, with both values; an
/// absent one is empty. In the order of the first scenario's keys.
pub fn differences(one: &Loaded, other: &Loaded) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    walk("", &one.json, &other.json, &mut found);
    found
}

/// Whether a schedule may have this of its own.
fn is_own(path: &str, left: &Value, right: &Value) -> bool {
    let names: Vec<&str> = path.split('.').collect();
    let is_in_one_only = left.is_null() || right.is_null();
    match names.as_slice() {
        // A pathway or a step that only one of them has is its own.
        ["pathways"] | ["pathways", _] | ["pathways", _, "steps"] | ["pathways", _, "steps", _] => is_in_one_only,
        ["pathways", _, key] => !OF_THE_PEOPLE.contains(key),
        ["pathways", _, "steps", _, key] => !OF_THE_DESKS.contains(key),
        ["pathways", ..] => false,
        _ => OF_A_SCHEDULE.contains(&path) || OF_THE_CLOCK.contains(&path),
    }
}

fn walk(path: &str, one: &Value, other: &Value, found: &mut Vec<(String, String, String)>) {
    if one == other || is_own(path, one, other) {
        return;
    }
    let (Value::Object(left), Value::Object(right)) = (one, other) else {
        found.push((path.to_owned(), text(one), text(other)));
        return;
    };
    for (key, value) in left {
        walk(&join(path, key), value, right.get(key).unwrap_or(&Value::Null), found);
    }
    for (key, value) in right.iter().filter(|(key, _)| !left.contains_key(*key)) {
        walk(&join(path, key), &Value::Null, value, found);
    }
}

fn text(value: &Value) -> String {
    if value.is_null() { String::new() } else { value.to_string() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn keys(one: &Value, other: &Value) -> Vec<String> {
        let mut found = Vec::new();
        walk("", one, other, &mut found);
        found.into_iter().map(|(key, _, _)| key).collect()
    }

    #[test]
    fn rules_of_a_pathway_are_the_schedules_and_people_and_minutes_are_the_citys() {
        let city = json!({
            "people": { "employee": { "insured": 30_000 } },
            "pathways": { "claim": {
                "pays": "everything", "window": { "days": 30 }, "claimed": { "share": 0.8 },
                "steps": { "hall": { "at": "any-hall", "minutes": 6, "rework_share": 0.1 } },
            } },
            "payment_runs": { "weekly": { "weekdays": ["wed"] } },
        });
        let with = |path: &[&str], value: Value| {
            let mut changed = city.clone();
            let place = path.iter().fold(&mut changed, |place, key| &mut place[*key]);
            *place = value;
            changed
        };
        let rules: [(&[&str], Value); 6] = [
            (&["pathways", "claim", "pays"], json!("nothing")),
            (&["pathways", "claim", "window"], json!({ "months": 6 })),
            (&["pathways", "claim", "steps", "hall", "at"], json!("same-site")),
            (&["pathways", "claim", "steps", "office"], json!({ "at": "back-office", "minutes": 3 })),
            (&["pathways", "own"], json!({ "claimed": { "share": 1 }, "steps": { "x": { "minutes": 1 } } })),
            (&["payment_runs", "weekly", "weekdays"], json!(["mon", "thu"])),
        ];
        for (path, value) in rules {
            assert_eq!(keys(&city, &with(path, value.clone())), Vec::<String>::new(), "{path:?}");
            assert_eq!(keys(&with(path, value), &city), Vec::<String>::new(), "{path:?}");
        }
        let others: [(&[&str], Value, &str); 4] = [
            (&["pathways", "claim", "steps", "hall", "minutes"], json!(2), "pathways.claim.steps.hall.minutes"),
            (&["pathways", "claim", "claimed", "share"], json!(1), "pathways.claim.claimed.share"),
            (&["pathways", "claim", "returns"], json!({ "rush_share": 0.5 }), "pathways.claim.returns"),
            (&["people", "employee", "insured"], json!(20_000), "people.employee.insured"),
        ];
        for (path, value, key) in others {
            assert_eq!(keys(&city, &with(path, value)), [key]);
        }
    }
}
