//! Shrinking: what can be taken out of a scenario, or made smaller, while two ways to serve it
//! still differ. It knows nothing of the language but names and numbers; the check says what is
//! still a scenario.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::compare::{Run, Way, Workshop, compare};

/// Scenarios tried at most.
const TRIES_MAX: u32 = 6_000;

/// Keys of the schedule's file; all others are the city's.
const SCHEDULE_KEYS: [&str; 5] = ["announced_at", "suspend", "runbook", "handling", "measures"];

/// A scenario on which two ways differ.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Both files in one.
    whole: Table,
    run: Run,
    /// In what they differ.
    pub(crate) difference: String,
    pub(crate) tries: u32,
}

impl Found {
    /// City and schedule as files.
    pub(crate) fn files(&self) -> [String; 2] {
        files(&self.whole)
    }

    pub(crate) fn run(&self) -> Run {
        self.run
    }

    /// Numbers, words and times in both files.
    pub(crate) fn leaves(&self) -> usize {
        leaves(&self.whole).len()
    }

    /// All that somebody needs to see the difference and to keep it.
    pub(crate) fn report(&self) -> String {
        let [city, schedule] = self.files();
        let Run { seed, replication } = self.run;
        format!(
            "{}\n\nthe smallest scenario found that shows it, after {} tries; keep it as \
             tests/it/equality/kept/NAME/, see it with\n    cutover trace FOLDER --seed {seed} --replication {replication}\n\
             ---------------------------------------------------------------- city.toml\n{city}\n\
             ---------------------------------------------------------------- announced.toml\n\
             # seed {seed}, replication {replication}\n{schedule}",
            self.difference, self.tries
        )
    }
}

/// Looks for the smallest scenario on which two ways differ, beginning with one on which they do.
pub(crate) fn shrink(workshop: &Workshop, files: [&str; 2], ways: [Way; 2], run: Run) -> Found {
    let mut whole = Table::new();
    for file in files {
        whole.extend(file.parse::<Table>().expect("the files are TOML"));
    }
    let mut shrinking = Shrinking { workshop, ways, run, whole, difference: String::new(), tries: 0 };
    let whole = shrinking.whole.clone();
    assert!(shrinking.is_still_different(whole), "the ways do not differ on this scenario");
    while shrinking.without_names() | shrinking.without_parts() | shrinking.with_less() {}
    let Shrinking { whole, difference, tries, .. } = shrinking;
    Found { whole, run, difference, tries }
}

struct Shrinking<'a> {
    workshop: &'a Workshop,
    ways: [Way; 2],
    run: Run,
    whole: Table,
    difference: String,
    tries: u32,
}

impl Shrinking<'_> {
    /// Takes a smaller scenario if the ways differ on it too.
    fn is_still_different(&mut self, smaller: Table) -> bool {
        if self.tries >= TRIES_MAX {
            return false;
        }
        self.tries += 1;
        let [city, schedule] = files(&smaller);
        let Ok(mut model) = self.workshop.model(&city, &schedule) else { return false };
        let Some(difference) = compare(&mut model, self.ways, self.run).difference else { return false };
        self.whole = smaller;
        self.difference = difference;
        true
    }

    /// Takes out everything of a name: a care type, a site, a pathway, a stop.
    fn without_names(&mut self) -> bool {
        let named = self.whole.values().filter_map(Value::as_table).flat_map(Table::keys);
        let names: BTreeSet<String> = named.cloned().collect();
        let mut is_smaller = false;
        for name in names {
            let mut smaller = Value::Table(self.whole.clone());
            forget(&mut smaller, &name);
            if let Value::Table(mut smaller) = smaller
                && smaller != self.whole
            {
                share_anew(&mut smaller);
                is_smaller |= self.is_still_different(smaller);
            }
        }
        is_smaller
    }

    /// Takes out single keys and tables, the large ones first.
    fn without_parts(&mut self) -> bool {
        let mut is_smaller = false;
        let mut paths = Vec::new();
        each_path(&self.whole, &mut Vec::new(), &mut paths);
        // Without a horizon of its own a scenario is longer, not smaller.
        paths.retain(|path| path[..] != ["horizon_days"]);
        paths.sort_by_key(Vec::len);
        for path in paths {
            let mut smaller = self.whole.clone();
            if remove(&mut smaller, &path) {
                is_smaller |= self.is_still_different(smaller);
            }
        }
        is_smaller
    }

    /// Makes numbers smaller, and distributions into numbers.
    fn with_less(&mut self) -> bool {
        let mut is_smaller = false;
        let mut paths = Vec::new();
        each_path(&self.whole, &mut Vec::new(), &mut paths);
        for path in paths {
            let Some(value) = find(&mut self.whole, &path).cloned() else { continue };
            for less in less(&value) {
                let mut smaller = self.whole.clone();
                if let Some(place) = find(&mut smaller, &path) {
                    *place = less;
                    if self.is_still_different(smaller) {
                        is_smaller = true;
                        break;
                    }
                }
            }
        }
        is_smaller
    }
}

/// Smaller values than one, the smallest first.
fn less(value: &Value) -> Vec<Value> {
    match value {
        Value::Integer(number) => {
            let mut less = vec![0, 1, number / 2, number * 3 / 4, number - 1];
            less.retain(|other| (0..*number).contains(other));
            less.dedup();
            less.into_iter().map(Value::Integer).collect()
        }
        Value::Float(number) => {
            let round = [0.0, 1.0, number.floor()];
            round.into_iter().filter(|other| other < number).map(|other| Value::Integer(other as i64)).collect()
        }
        Value::Table(table) => {
            let mean = |shape: &Value| shape.get("mean").or_else(|| shape.get("mode")).cloned();
            ["lognormal", "triangular"].iter().filter_map(|shape| table.get(*shape)).filter_map(mean).collect()
        }
        Value::String(text) if text.contains(", ") => text.split(", ").map(|part| Value::String(part.into())).collect(),
        _ => Vec::new(),
    }
}

/// Removes keys and words of a name, and rules and steps that point to it.
fn forget(value: &mut Value, name: &str) {
    match value {
        Value::Table(table) => {
            table.remove(name);
            let points = |value: &Value| {
                ["pathway", "needs", "beside", "refused_to"]
                    .iter()
                    .any(|key| value.get(key).and_then(Value::as_str) == Some(name))
            };
            table.retain(|_, value| value.as_str() != Some(name) && !points(value));
            table.iter_mut().for_each(|(_, value)| forget(value, name));
        }
        Value::Array(list) => {
            list.retain(|value| value.as_str() != Some(name));
            list.iter_mut().for_each(|value| forget(value, name));
        }
        _ => {}
    }
}

/// Shares by site and district add up to one again.
fn share_anew(whole: &mut Table) {
    for (_, demand) in whole.get_mut("demand").and_then(Value::as_table_mut).into_iter().flatten() {
        if let Some(sites) = demand.get_mut("sites").and_then(Value::as_table_mut)
            && sites.len() == 1
        {
            sites.iter_mut().for_each(|(_, share)| *share = Value::Integer(1));
        }
    }
    for (_, district) in whole.get_mut("districts").and_then(Value::as_table_mut).into_iter().flatten() {
        district.as_table_mut().map(|district| district.remove("share"));
    }
}

fn each_path(table: &Table, above: &mut Vec<String>, paths: &mut Vec<Vec<String>>) {
    for (key, value) in table {
        above.push(key.clone());
        paths.push(above.clone());
        if let Value::Table(below) = value {
            each_path(below, above, paths);
        }
        above.pop();
    }
}

fn leaves(table: &Table) -> Vec<&Value> {
    let mut found = Vec::new();
    for value in table.values() {
        match value {
            Value::Table(below) => found.extend(leaves(below)),
            leaf => found.push(leaf),
        }
    }
    found
}

fn find<'a>(table: &'a mut Table, path: &[String]) -> Option<&'a mut Value> {
    let (first, rest) = path.split_first()?;
    let value = table.get_mut(first)?;
    if rest.is_empty() { Some(value) } else { find(value.as_table_mut()?, rest) }
}

fn remove(table: &mut Table, path: &[String]) -> bool {
    match path {
        [] => false,
        [key] => table.remove(key).is_some(),
        [key, rest @ ..] => table.get_mut(key).and_then(Value::as_table_mut).is_some_and(|below| remove(below, rest)),
    }
}

fn files(whole: &Table) -> [String; 2] {
    let part = |is_schedule: bool| {
        let here = whole.iter().filter(|(key, _)| SCHEDULE_KEYS.contains(&key.as_str()) == is_schedule);
        let part: Table = here.map(|(key, value)| (key.clone(), value.clone())).collect();
        toml::to_string(&part).expect("a table is TOML")
    };
    [part(false), part(true)]
}
