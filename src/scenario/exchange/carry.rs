//! Rules of one city in another: what has no counterpart there is left out and told.

use serde_json::{Value, json};

use super::retime::Frame;
use super::{City, table};
use crate::scenario::check::{Complaint, ComplaintKind};
use crate::scenario::error::Text;

/// Tables that make the rules.
pub(super) const TABLES: [&str; 4] = ["handling", "pathways", "payment_runs", "measures"];

/// Lists of which any entry may be met: one that is unknown here can be taken out. A list of classes is
/// none, for a person must have all of them; of those a person must not have, nobody has an unknown one.
const ANY_OF: [&str; 7] = ["care", "sites", "districts", "tags", "schemes", "not_classes", "services"];

/// Rules on their way into a city.
#[derive(Debug)]
pub(super) struct Carried<'a> {
    base: City<'a>,
    /// The city whose rules stand in for a care type that is left without.
    fallback: City<'a>,
    frame: &'a Frame<'a>,
    /// What was left out, and what stands in for it.
    pub(super) notes: Vec<Text>,
}

impl<'a> Carried<'a> {
    pub(super) fn new(base: City<'a>, fallback: City<'a>, frame: &'a Frame<'a>) -> Self {
        Self { base, fallback, frame, notes: Vec::new() }
    }

    /// Takes out what a complaint is about, or puts in what it misses; false where it cannot.
    pub(super) fn mend(&mut self, json: &mut Value, complaint: &Complaint) -> bool {
        let parts: Vec<&str> = complaint.key.split('.').collect();
        if trim(json, &parts, &complaint.found) {
            self.tell_left_out(&complaint.key, Some(&complaint.found), complaint);
            return true;
        }
        let depth = match parts[..] {
            ["handling", care] if self.known_care(care) => return self.stand_in(json, care),
            ["handling", care, ..] if !self.known_care(care) => 2,
            ["handling", ..] => 3,
            ["suspend", _, "return", "waves", ..] => 5,
            ["pathways" | "measures" | "payment_runs", _, ..] => 2,
            ["suspend", _, "scope" | "except", ..] => 2,
            _ => return false,
        };
        let path = &parts[..depth.min(parts.len())];
        if !remove(json, path) {
            return false;
        }
        self.tell_left_out(&path.join("."), None, complaint);
        true
    }

    fn known_care(&self, care: &str) -> bool {
        self.base.scenario.care.iter().any(|one| one.key == care)
    }

    /// Rules of the other of the two cities for a care type that is left without.
    fn stand_in(&mut self, json: &mut Value, care: &str) -> bool {
        let city = &self.fallback.loaded.city;
        let prefix = format!("{city}--");
        let mut rules = self.frame.translated(self.fallback, "handling").get(care).cloned().unwrap_or(Value::Null);
        let current = &json["handling"][care];
        let is_there = |rule: &Value| rule["pathway"].as_str().is_some_and(|name| name.starts_with(&prefix));
        if !rules.is_object() || current.as_object().is_some_and(|rules| rules.values().any(is_there)) {
            return false;
        }
        for rule in rules.as_object_mut().into_iter().flat_map(|rules| rules.values_mut()) {
            renamed(rule, "pathway", &prefix);
        }
        if !json["handling"].is_object() {
            json["handling"] = json!({});
        }
        json["handling"][care] = rules;
        self.bring_pathways(json, &prefix);
        let name = self.base.scenario.care.iter().find(|one| one.key == care).map(|one| one.name.clone());
        let (zh, en) = name.map_or_else(|| (care.to_owned(), care.to_owned()), |name| (name.zh, name.en));
        let from = &self.fallback.scenario.city_name;
        self.notes.push(Text::new(
            format!("{zh}：没有可套用的规则，沿用{}的", from.zh),
            format!("{en}: no rule fits, those of {} stand in", from.en),
        ));
        true
    }

    /// All pathways of the city that stands in, under names of their own.
    fn bring_pathways(&self, json: &mut Value, prefix: &str) {
        let mut pathways = self.frame.translated(self.fallback, "pathways");
        for (name, mut pathway) in std::mem::take(&mut pathways).as_object_mut().into_iter().flat_map(std::mem::take) {
            let steps = pathway.get_mut("steps").and_then(Value::as_object_mut);
            for step in steps.into_iter().flat_map(|steps| steps.values_mut()) {
                renamed(step, "refused_to", prefix);
            }
            if let Some(refund) = pathway.get_mut("refund") {
                renamed(refund, "run", prefix);
            }
            json["pathways"][format!("{prefix}{name}")] = pathway;
        }
        for (name, run) in table(&self.fallback.loaded.json, "payment_runs").as_object().into_iter().flatten() {
            if !json["payment_runs"].is_object() {
                json["payment_runs"] = json!({});
            }
            json["payment_runs"][format!("{prefix}{name}")] = run.clone();
        }
    }

    fn tell_left_out(&mut self, key: &str, entry: Option<&str>, complaint: &Complaint) {
        let (what, found) =
            (entry.map_or_else(|| key.to_owned(), |entry| format!("{key} = {entry}")), &complaint.found);
        let note = match complaint.kind {
            ComplaintKind::UnknownName => Text::new(
                format!("未套用 {what}：本市没有 {found}"),
                format!("left out {what}: there is no {found} here"),
            ),
            _ => Text::new(
                format!("未套用 {what}：{found} {}", complaint.allowed_zh),
                format!("left out {what}: {found} {}", complaint.allowed_en),
            ),
        };
        if !self.notes.iter().any(|known| known.en == note.en) {
            self.notes.push(note);
        }
    }
}

/// A name with the prefix of the city it comes from.
fn renamed(value: &mut Value, key: &str, prefix: &str) {
    if let Some(Value::String(name)) = value.get_mut(key) {
        *name = format!("{prefix}{name}");
    }
}

/// Takes an unknown name out of a list of which others are left.
fn trim(json: &mut Value, parts: &[&str], found: &str) -> bool {
    if !parts.last().is_some_and(|last| ANY_OF.contains(last)) {
        return false;
    }
    let Some(list) = at(json, parts).and_then(Value::as_array_mut) else { return false };
    let before = list.len();
    if before < 2 && parts.last() != Some(&"not_classes") {
        return false;
    }
    list.retain(|entry| entry.as_str() != Some(found));
    list.len() < before
}

fn at<'v>(json: &'v mut Value, parts: &[&str]) -> Option<&'v mut Value> {
    parts.iter().try_fold(json, |value, part| value.get_mut(*part))
}

fn remove(json: &mut Value, parts: &[&str]) -> bool {
    let Some((last, above)) = parts.split_last() else { return false };
    let table = at(json, above).and_then(Value::as_object_mut);
    table.is_some_and(|table| table.shift_remove(*last).is_some())
}

/// Replaces a table of the city.
pub(super) fn put(json: &mut Value, key: &str, value: Value) {
    if json.get(key).is_some() || value.as_object().is_some_and(|table| !table.is_empty()) {
        json[key] = value;
    }
}

/// Entries of a table that this city does not have yet, at its end.
pub(super) fn add_missing(json: &mut Value, key: &str, other: &Value) {
    let mut own = table(json, key);
    for (name, value) in table(other, key).as_object().into_iter().flatten() {
        if own.get(name).is_none() {
            own[name.as_str()] = value.clone();
        }
    }
    put(json, key, own);
}
