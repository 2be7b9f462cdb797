//! `manifest.json`: what was run, from which numbers, and digests to tell two runs apart.
//!
//! Two runs with the same `run_digest` (scenario, calendar, seed, size, program version and
//! language) give the same files, whatever the threads; `digest` is over those files. The table
//! `run`, which differs from run to run, is left out of both.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::scenario::alike::{OF_A_SCHEDULE, OF_THE_CLOCK};
use crate::scenario::layer::Loaded;
use crate::units::Lang;

use super::{Report, ReportError, assumptions};

/// Name of the file.
pub const FILE: &str = "manifest.json";

/// Version of the program, as files state it.
pub const VERSION: &str = concat!("cutover ", env!("CARGO_PKG_VERSION"));

/// Digests of the files of a run.
#[derive(Debug, Clone, Default)]
pub struct FileDigests {
    files: BTreeMap<String, String>,
}

impl FileDigests {
    /// Adds a file.
    pub fn add(&mut self, name: &str, bytes: &[u8]) {
        self.files.insert(name.to_owned(), sha256(bytes));
    }

    /// Adds a file by its digest.
    pub fn add_digest(&mut self, name: &str, digest: String) {
        self.files.insert(name.to_owned(), digest);
    }

    /// Whether a file has been added.
    pub fn has(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// Digest by name.
    pub fn files(&self) -> &BTreeMap<String, String> {
        &self.files
    }

    /// One digest over all, whatever order they were added in.
    pub fn whole(&self) -> String {
        let listed: String = self.files.iter().map(|(name, digest)| format!("{digest}  {name}\n")).collect();
        sha256(listed.as_bytes())
    }
}

/// SHA-256 in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The value with the keys of all tables in alphabetical order, except where order has a meaning.
///
/// The order of care types, sites and rules is the order in which they are simulated and tried, so
/// it belongs to the scenario; only the top level has no order of its own.
fn canonical(value: &Value) -> Value {
    let Value::Object(entries) = value else { return value.clone() };
    let sorted: BTreeMap<&String, &Value> = entries.iter().collect();
    Value::Object(sorted.into_iter().map(|(key, value)| (key.clone(), value.clone())).collect())
}

/// The resolved scenario without what only explains it.
pub(super) fn resolved(loaded: &Loaded) -> Value {
    let mut value = canonical(&loaded.json);
    if let Value::Object(entries) = &mut value {
        // Where the calendar file lies does not matter; its days are digested on their own.
        entries.shift_remove("calendar");
    }
    value
}

/// Digest of the resolved scenario and its calendar.
pub fn scenario_digest(loaded: &Loaded) -> String {
    let calendar = format!("{:?}", loaded.calendar);
    sha256(format!("{}\n{}\n{}\n{calendar}", loaded.city, loaded.schedule, resolved(loaded)).as_bytes())
}

/// Digest of what makes the people, the desks and their routine work: scenarios with the same one are alike
/// ([`crate::scenario::alike`]) and can be simulated together.
pub fn world_digest(loaded: &Loaded) -> String {
    let own = |key: &str| OF_A_SCHEDULE.contains(&key) || OF_THE_CLOCK.contains(&key);
    let entries = loaded.json.as_object().into_iter().flatten();
    let shared: BTreeMap<&String, &Value> = entries.filter(|(key, _)| !own(key)).collect();
    sha256(format!("{shared:?}").as_bytes())
}

/// Digest that names a run before it is made. `size` says how many replications were asked for.
pub fn run_digest(loaded: &Loaded, seed: u64, size: &str, lang: Lang) -> String {
    let scenario = scenario_digest(loaded);
    sha256(format!("{VERSION}\n{scenario}\n{seed}\n{size}\n{lang:?}").as_bytes())
}

/// The digest of the run in the text of a manifest, if there is one.
pub fn run_digest_of(text: &str) -> Option<String> {
    let manifest: Value = serde_json::from_str(text).ok()?;
    manifest.get("run_digest")?.as_str().map(str::to_owned)
}

/// The text of a manifest after files of its results were made again: their new digests; none of a file that is on its
/// way, of which nothing true can be said. Files that it does not list are not of the results. `None` where it is no
/// manifest.
pub(super) fn renewed(text: &str, made: &BTreeMap<String, Option<String>>) -> Option<String> {
    let mut manifest: Value = serde_json::from_str(text).ok()?;
    let files = manifest.get_mut("files")?.as_object_mut()?;
    for (name, digest) in files.iter_mut() {
        if let Some(made) = made.get(name) {
            *digest = json!(made);
        }
    }
    let known: Option<BTreeMap<String, String>> =
        files.iter().map(|(name, digest)| Some((name.clone(), digest.as_str()?.to_owned()))).collect();
    *manifest.get_mut("digest")? = json!(known.map(|files| FileDigests { files }.whole()));
    Some(serde_json::to_string_pretty(&manifest).ok()? + "\n")
}

/// The text of the manifest.
///
/// # Errors
///
/// When the JSON cannot be encoded, which only a lack of memory can cause.
pub fn text(report: &Report<'_>, run_digest: &str, files: &FileDigests) -> Result<String, ReportError> {
    let Report { loaded, scenario, results, rows: _, lang, run } = report;
    let manifest = json!({
        "program": VERSION,
        "city": scenario.city,
        "schedule": scenario.schedule,
        "language": lang.pick("zh", "en"),
        "seed": results.seed,
        "replications": results.samples.len(),
        "precision_reached": results.precise,
        "complete": results.stopped.is_none(),
        "start": scenario.clock.start().to_string(),
        "days": scenario.clock.days(),
        "scenario_digest": scenario_digest(loaded),
        "run_digest": run_digest,
        "digest": files.whole(),
        "files": files.files,
        "jobs": results.samples.jobs(),
        "assumptions": assumptions::assumptions(loaded).len(),
        "missing_sources": assumptions::missing_sources(loaded),
        "run": { "threads": run.threads, "engine": run.engine.word(), "started": run.started, "seconds": run.seconds },
        "scenario": resolved(loaded),
    });
    let text = serde_json::to_string_pretty(&manifest).map_err(|error| ReportError::Table(error.to_string()))?;
    Ok(text + "\n")
}

#[cfg(test)]
mod tests {
    use super::super::testing::World;
    use super::*;

    #[test]
    fn digests_do_not_depend_on_how_the_run_was_made() {
        let world = World::new(5);
        let mut report = world.report(Lang::Zh);
        let mut files = FileDigests::default();
        files.add("b", b"1");
        files.add("a", b"2");
        let digests = |report: &Report<'_>| {
            let value: Value = serde_json::from_str(&text(report, "r", &files).unwrap()).unwrap();
            (value["digest"].clone(), value["scenario_digest"].clone(), value["run"].clone())
        };
        let before = digests(&report);
        report.run.threads = 64;
        report.run.seconds = 1e6;
        report.run.started = "2030-01-01T00:00:00Z".to_owned();
        let after = digests(&report);
        assert_eq!((&before.0, &before.1), (&after.0, &after.1));
        assert_ne!(before.2, after.2);
    }

    #[test]
    fn every_file_and_its_name_counts() {
        let of = |files: &[(&str, &[u8])]| {
            let mut digests = FileDigests::default();
            files.iter().for_each(|(name, bytes)| digests.add(name, bytes));
            digests.whole()
        };
        assert_eq!(of(&[("a", b"1"), ("b", b"2")]), of(&[("b", b"2"), ("a", b"1")]));
        assert_ne!(of(&[("a", b"1"), ("b", b"2")]), of(&[("a", b"2"), ("b", b"1")]));
        assert_ne!(of(&[("a", b"1")]), of(&[("a", b"1"), ("b", b"")]));
    }

    #[test]
    fn what_changes_results_changes_the_name_of_the_run() {
        let world = World::new(1);
        let base = run_digest(&world.loaded, 1, "100", Lang::Zh);
        assert_eq!(base, run_digest(&world.loaded, 1, "100", Lang::Zh));
        assert_ne!(base, run_digest(&world.loaded, 2, "100", Lang::Zh));
        assert_ne!(base, run_digest(&world.loaded, 1, "101", Lang::Zh));
        assert_ne!(base, run_digest(&world.loaded, 1, "100", Lang::En));
        let mut other = world.loaded.clone();
        other.json["demand"]["outpatient"]["elective_share"] = json!(0.9);
        assert_ne!(base, run_digest(&other, 1, "100", Lang::Zh));
        let found = run_digest_of("{\"run_digest\": \"x\"}");
        assert_eq!((found.as_deref(), run_digest_of("[]"), run_digest_of("{")), (Some("x"), None, None));
    }

    #[test]
    fn files_made_again_have_new_digests_and_none_on_their_way() {
        let mut files = FileDigests::default();
        files.add("a", b"1");
        files.add("b", b"2");
        let world = World::new(5);
        let before = text(&world.report(Lang::Zh), "r", &files).unwrap();
        let made = |digest: Option<&str>| -> BTreeMap<String, Option<String>> {
            ["b", "charts-dark/c"].map(|name| (name.to_owned(), digest.map(str::to_owned))).into()
        };
        let between: Value = serde_json::from_str(&renewed(&before, &made(None)).unwrap()).unwrap();
        assert_eq!((&between["files"]["b"], &between["digest"]), (&Value::Null, &Value::Null));
        assert_eq!(between["files"].as_object().unwrap().len(), 2, "what is not of the results is not listed");
        let after = renewed(&before, &made(Some(&sha256(b"3")))).unwrap();
        files.add("b", b"3");
        assert!(after == text(&world.report(Lang::Zh), "r", &files).unwrap(), "nothing else has changed");
        assert_eq!((renewed("[]", &made(None)), renewed("{", &made(None))), (None, None));
    }

    #[test]
    fn the_schedule_makes_no_other_world() {
        let world = World::new(1);
        let with = |table: &str, key: &str| {
            let mut other = world.loaded.clone();
            other.json[table][key] = json!({ "changed": true });
            world_digest(&other)
        };
        let own = world_digest(&world.loaded);
        assert_eq!((with("suspend", "x"), with("measures", "y")), (own.clone(), own.clone()));
        assert!(with("sites", "hall") != own && with("demand", "x") != own);
    }

    #[test]
    fn sha256_agrees_with_the_published_vector() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
