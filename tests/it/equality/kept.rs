//! Scenarios kept because two ways to serve once differed on them: a folder each under `kept/`, as
//! the shrinking prints them. The first ones come from kernels broken on purpose; each is named for
//! the rule that was broken. Should the draws change, they stay scenarios but may lose their point.

use std::path::Path;

use super::compare::{Run, Workshop, compare};
use super::{by_calendar, by_kernel};

/// The draws that a kept schedule names in its first line: `# seed 17, replication 2`.
fn run_of(schedule: &str) -> Option<Run> {
    let words = schedule.lines().next()?.strip_prefix("# seed ")?;
    let (seed, replication) = words.split_once(", replication ")?;
    Some(Run { seed: seed.parse().ok()?, replication: replication.parse().ok()? })
}

#[test]
fn kept_scenarios_are_served_alike() {
    let workshop = Workshop::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/equality/kept");
    let mut kept: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    kept.sort();
    assert!(!kept.is_empty());
    for folder in kept {
        let [city, schedule] = ["city.toml", "announced.toml"]
            .map(|file| std::fs::read_to_string(folder.join(file)).expect("a kept scenario has both files"));
        let name = folder.file_name().and_then(|name| name.to_str()).expect("folders have plain names");
        let mut model = workshop.model(&city, &schedule).unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
        let run = run_of(&schedule).unwrap_or_else(|| panic!("{name}: the first line names seed and replication"));
        let difference = compare(&mut model, [by_kernel, by_calendar], run).difference;
        assert!(difference.is_none(), "{name}: {}", difference.unwrap_or_default());
    }
}
