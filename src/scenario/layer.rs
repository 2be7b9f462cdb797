//! Loading: the files of a scenario as layers, merged key by key.
//!
//! The chain runs from the schedule over the city (`city.toml` beside it, unless the schedule
//! `extends` another file) to the national defaults; a lower layer overrides single keys of those
//! above it, and `--set` overrides all. Tables of the language merge key by key. A value that is
//! written in one of several forms (a quantity, what a patient pays) merges only with a value of
//! the same form and is replaced as a whole otherwise; so are keys that exclude each other, such as
//! `fixed` and `estimated` of a return.
//!
//! Two keys are not inherited: `extends`, and the `name` that a layer gives to itself.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::error::{Code, Problem, Problems, Text, listed, meant, nearest};
use super::file::{self, Kind, Node};
use super::locate::{self, CITY_FILE, FileLayer, PLACE_SCHEDULE, Target};
pub use super::locate::{SCHEDULE_DEFAULT, schedules};
use super::origin::{Origin, Origins, Sources};
use super::raw::{Layer, Name};
use super::schema::{Rule, Schema};
use super::shape;
use crate::calendar::Calendar;

const PLACE_SET: u16 = 100;

/// Keys named in "did you mean".
const MEANT_MAX: usize = 3;

/// A scenario as its files say, merged, each value known by file and line.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The merged values. `name` is the schedule's own.
    pub layer: Layer,
    /// The same as JSON.
    pub json: Value,
    /// File and line of every key.
    pub origins: Origins,
    /// All files read, as messages show them: calendar first if there is one, then from the
    /// national defaults to the schedule.
    pub files: Vec<PathBuf>,
    /// Folder name of the city.
    pub city: String,
    /// The city's own name, from the first layer above the schedule that is a `city.toml`.
    pub city_name: Option<Name>,
    /// File stem of the schedule.
    pub schedule: String,
    /// Holidays and swapped weekends; without years when no layer names a calendar.
    pub calendar: Calendar,
    /// Where numbers come from.
    pub sources: Sources,
}

/// Loads a scenario.
///
/// `path` is a scenario folder or one schedule file in it. `schedule` names a schedule of the
/// folder; without it a folder means [`SCHEDULE_DEFAULT`]. Each of `sets` is KEY=VALUE.
///
/// # Errors
///
/// Everything that is wrong, in the order of layers and lines.
pub fn load(path: &Path, schedule: Option<&str>, sets: &[String]) -> Result<Loaded, Problems> {
    let mut problems = Problems::new();
    let target = locate::locate(path, schedule).map_err(|problem| Problems::from(*problem))?;
    let layers = locate::gather(&target.file, &mut problems);
    let Some(first) = layers.first() else {
        return Err(problems);
    };
    let mut origins = Origins::default();
    for layer in &layers {
        origins.add_file(layer.place, &layer.shown);
    }
    let schedule_place = (first.place, first.shown.clone());
    let schema = Schema::layer();
    let rule = schema.rule();
    let mut found: Vec<Problem> = layers.iter().flat_map(|layer| shape::check(&layer.node, &rule, true)).collect();
    let city_name = own_name(layers.iter().skip(1).find(|layer| layer.path.ends_with(CITY_FILE)));
    let mut merged = Node::table(Origin { place: first.place, line: None });
    for layer in layers.iter().rev() {
        let mut node = layer.node.clone();
        drop_own(&mut node, layer.place == PLACE_SCHEDULE);
        merge(&mut merged, node, &rule);
    }
    apply_sets(&mut merged, sets, &rule, &mut problems);
    origins.add_file(PLACE_SET, "--set");
    found.extend(shape::check(&merged, &rule, false));
    merged.add_origins("", &mut origins);
    let mut files: Vec<PathBuf> = layers.iter().rev().map(|layer| PathBuf::from(&layer.shown)).collect();
    let calendar = locate::calendar(&merged, &layers, &mut files, &mut origins, &mut problems);
    origins.add_file(schedule_place.0, &schedule_place.1);
    add_shape_problems(found, &layers, &origins, &mut problems);
    let json = merged.to_json();
    if !problems.is_empty() {
        return Err(problems);
    }
    let layer: Layer = serde_json::from_value(json.clone()).map_err(|error| rejected(&json, &error, &origins))?;
    let sources = Sources::new(layer.sources.iter().flatten()).written(&origins);
    let Target { city, schedule, .. } = target;
    Ok(Loaded { layer, json, origins, files, city, city_name, schedule, calendar, sources })
}

fn own_name(layer: Option<&FileLayer>) -> Option<Name> {
    let name = layer?.node.entries()?.get("name")?;
    serde_json::from_value(name.to_json()).ok()
}

/// Drops what a layer says about itself only.
fn drop_own(node: &mut Node, is_schedule: bool) {
    if let Kind::Table(entries) = &mut node.kind {
        entries.shift_remove("extends");
        if !is_schedule {
            entries.shift_remove("name");
        }
    }
}

/// Keys of which a lower layer that names one replaces all.
const EXCLUSIVE: &[(&str, &[&str])] = &[
    ("Return", &["fixed", "estimated", "unannounced"]),
    ("ClaimWindow", &["days", "working_days", "months"]),
    ("PaymentRun", &["weekdays", "days_of_month"]),
    ("Measure", &["supply_days", "supply_months", "supply_to_month_end", "supply_until"]),
];

fn merge(base: &mut Node, over: Node, rule: &Rule<'_>) {
    let (Kind::Table(old), Kind::Table(new)) = (&mut base.kind, &over.kind) else {
        *base = over;
        return;
    };
    if !rule.choices().is_empty() && !new.keys().all(|key| old.contains_key(key)) {
        *base = over;
        return;
    }
    for (_, keys) in EXCLUSIVE.iter().filter(|(definition, _)| *definition == rule.definition()) {
        if keys.iter().any(|key| new.contains_key(*key)) {
            old.retain(|key, _| !keys.contains(&key.as_str()));
        }
    }
    base.origin = over.origin;
    base.text = over.text;
    let Kind::Table(new) = over.kind else { return };
    for (key, node) in new {
        // Within a value of several forms the form is the same, so its keys have the same rule.
        let child = rule.child(&key).or_else(|| rule.choices().iter().find_map(|choice| choice.child(&key)));
        match (old.get_mut(&key), child) {
            (Some(below), Some(child)) => merge(below, node, &child),
            (Some(below), None) => *below = node,
            (None, _) => {
                old.insert(key, node);
            }
        }
    }
}

fn apply_sets(merged: &mut Node, sets: &[String], rule: &Rule<'_>, problems: &mut Problems) {
    for set in sets {
        let origin = Origin { place: PLACE_SET, line: None };
        let bad = |zh: &str, en: &str| {
            Problem::of_file(Code::BadSet, "--set", (zh, en)).with_line(PLACE_SET, None).with_key("", set)
        };
        let Some((key, value)) = set.split_once('=') else {
            problems.add(bad(
                "必须写作 键=值，中间是半角等号，如 demand.outpatient.deferred_share=0.2",
                "must be KEY=VALUE with a plain equals sign, such as demand.outpatient.deferred_share=0.2",
            ));
            continue;
        };
        let Some(parts) = key_parts(key.trim()) else {
            problems.add(bad("键必须写作 sites.hall.desk.windows", "the key must be like sites.hall.desk.windows"));
            continue;
        };
        let node = match file::parse_value(value.trim(), PLACE_SET) {
            Some(node) => node,
            None if is_bare(value.trim()) => {
                Node { kind: Kind::Text(value.trim().to_owned()), origin, text: value.trim().to_owned() }
            }
            None => {
                problems.add(bad("值必须是 TOML 值", "the value must be a TOML value"));
                continue;
            }
        };
        if let Some(problem) =
            strayed(merged, &parts, sets, rule).or_else(|| shortened(merged, &parts, node.text.as_str(), rule))
        {
            problems.add(problem);
            continue;
        }
        let mut node = node;
        for part in parts.iter().rev() {
            let mut around = Node::table(origin);
            around.kind = Kind::Table([(part.clone(), node)].into_iter().collect());
            node = around;
        }
        merge(merged, node, rule);
    }
}

/// A word that needs no quotes on the command line: names, times, paths.
fn is_bare(value: &str) -> bool {
    !value.is_empty()
        && !value.chars().any(|c| c.is_control() || matches!(c, '"' | '\'' | '[' | ']' | '{' | '}' | '=' | '#'))
}

/// Splits a dotted key; a part with dots stands in quotes.
fn key_parts(key: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut rest = key;
    loop {
        let (part, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => rest.split_at(rest.find('.').unwrap_or(rest.len())),
        };
        if part.is_empty() || parts.len() >= 16 {
            return None;
        }
        parts.push(part.to_owned());
        match after.strip_prefix('.') {
            Some(further) => rest = further,
            None if after.is_empty() => return Some(parts),
            None => return None,
        }
    }
}

/// A `--set` that names no existing thing but nearly does was meant for that one; so was one that gives a new thing
/// but a single key, which never is a whole one.
fn strayed(merged: &Node, parts: &[String], sets: &[String], rule: &Rule<'_>) -> Option<Problem> {
    let (mut node, mut rule) = (merged, rule.clone());
    for (index, part) in parts.iter().enumerate() {
        let entries = node.entries()?;
        match entries.get(part) {
            Some(below) => node = below,
            None if rule.is_named() && parts.first().is_some_and(|first| first != "sources") => {
                let known = || entries.keys().map(String::as_str);
                let thing = format!("{}.", parts[..=index].join("."));
                let is_whole =
                    index + 1 == parts.len() || sets.iter().filter(|set| set.starts_with(&thing)).count() > 1;
                if nearest(part, known()).is_none() && (is_whole || entries.is_empty()) {
                    return None;
                }
                let list = listed(known());
                let allowed = (format!("没有这个名称，现有：{list}"), format!("no such name, there are: {list}"));
                let problem = Problem::of_file(Code::UnknownName, "--set", allowed).with_line(PLACE_SET, None);
                return Some(problem.with_key(parts[..=index].join("."), part).with_hint(meant(part, known())));
            }
            None => return None,
        }
        rule = rule.child(part)?;
    }
    None
}

/// A `--set` of a key without the tables it stands in, such as `deferred_share`: names the keys that end like it
/// or nearly so.
fn shortened(merged: &Node, parts: &[String], value: &str, rule: &Rule<'_>) -> Option<Problem> {
    let first = parts.first()?;
    if rule.child(first).is_some() {
        return None;
    }
    let wanted = parts.join(".");
    let mut found: Vec<(usize, String)> = Vec::new();
    ending_like(merged, &mut Vec::new(), (&wanted, parts.len()), &mut found);
    let least = found.iter().map(|(distance, _)| *distance).min()?;
    let whole: Vec<String> =
        found.into_iter().filter(|(distance, _)| *distance == least).map(|(_, key)| format!("`{key}`")).collect();
    let more = if whole.len() > MEANT_MAX { "…" } else { "" };
    let list = |mark: &str| whole[..whole.len().min(MEANT_MAX)].join(mark) + more;
    let allowed = ("没有这个键；要写从最上一级起的整个键", "unknown key; write the whole key from the top");
    let hint = Text::new(format!("是否想写 {}？", list("、")), format!("did you mean {}?", list(", ")));
    let problem = Problem::of_file(Code::UnknownKey, "--set", allowed).with_line(PLACE_SET, None);
    Some(problem.with_key(wanted, value).with_hint(Some(hint)))
}

/// Collects keys whose last parts, as many as asked for, are near what is wanted, with their distance.
fn ending_like(node: &Node, path: &mut Vec<String>, wanted: (&str, usize), found: &mut Vec<(usize, String)>) {
    for (key, below) in node.entries().into_iter().flatten() {
        path.push(key.clone());
        if let Some(start) = path.len().checked_sub(wanted.1) {
            let end = path[start..].join(".");
            if let Some(distance) =
                nearest(wanted.0, [end.as_str()]).map(|near| strsim::damerau_levenshtein(wanted.0, near))
            {
                found.push((distance, path.join(".")));
            }
        }
        if path.first().is_some_and(|first| first != "sources") {
            ending_like(below, path, wanted, found);
        }
        path.pop();
    }
}

fn add_shape_problems(found: Vec<Problem>, layers: &[FileLayer], origins: &Origins, problems: &mut Problems) {
    for mut problem in found {
        let layer = layers.iter().find(|layer| layer.place == problem.place);
        if layer.is_some_and(|layer| layer.doubt.covers(problem.line)) {
            continue;
        }
        problem.file = origins.file(problem.place).to_owned();
        problems.add(problem);
    }
}

/// The last resort when the shape check let something through: finds the table at fault.
fn rejected(json: &Value, error: &serde_json::Error, origins: &Origins) -> Problems {
    let mut problems = Problems::new();
    let fails = |value: Value| serde_json::from_value::<Layer>(value).is_err();
    for (key, value) in json.as_object().into_iter().flatten() {
        if !fails(serde_json::json!({ key: value })) {
            continue;
        }
        let inner = value.as_object().into_iter().flatten();
        let below = inner.map(|(name, entry)| (name, serde_json::json!({ key: { name: entry } })));
        let name = below.filter(|(_, value)| fails(value.clone())).map(|(name, _)| name).next();
        let path = name.map_or_else(|| key.clone(), |name| file::join(key, name));
        problems.at(
            origins,
            &path,
            Code::Rejected,
            "",
            (format!("无法接受：{error}"), format!("not accepted: {error}")),
            None,
        );
    }
    if problems.is_empty() {
        problems.at(
            origins,
            "",
            Code::Rejected,
            "",
            (format!("无法接受：{error}"), format!("not accepted: {error}")),
            None,
        );
    }
    problems
}
