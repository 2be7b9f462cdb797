//! Runs too long for memory: what is put aside comes back the same, and where it cannot be put aside the program
//! says so and keeps what it has.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// More replications of the minimal city than fit into memory.
const MANY: &str = "260";

fn cutover(command: &str, out: &Path, replications: &str, temporary: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cutover"))
        .args([command, "scenarios/minimal", "--quiet", "--lang", "en", "--replications", replications, "--out"])
        .arg(out)
        .args(if command == "compare" { &["--worlds", "0"][..] } else { &[] })
        .env("TMPDIR", temporary)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the program starts")
}

fn manifest(out: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(out.join("manifest.json")).expect("a manifest")).expect("JSON")
}

#[cfg(unix)]
#[test]
fn a_folder_for_temporary_files_that_is_not_there_ends_a_long_run_with_what_is_finished() {
    for command in ["run", "compare"] {
        let place = tempfile::tempdir().expect("a folder");
        let (missing, short, whole) =
            (place.path().join("missing"), place.path().join("short"), place.path().join("whole"));
        let done = cutover(command, &short, MANY, &missing);
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(1), "{told}");
        let words = ["no temporary file can be made here", "TMPDIR", "free some space", "were kept", "missing"];
        assert!(words.iter().all(|word| told.contains(word)), "{told}");
        let found = manifest(&short);
        let kept = found["replications"].as_u64().expect("a number");
        assert_eq!(found["complete"], false);
        assert!((30..200).contains(&kept), "{command}: {kept}");
        assert!(told.contains(&kept.to_string()), "{told}");
        // As many and no more are finished without a temporary file: the same tables.
        let done = cutover(command, &whole, &kept.to_string(), &missing);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        for file in ["summary.csv", "replications.parquet", "daily.parquet", "hourly.parquet"] {
            let read = |out: &Path| std::fs::read(out.join(file)).expect("the file is there");
            assert!(read(&short) == read(&whole), "{command}: {file}");
        }
    }
}

#[test]
fn a_long_run_leaves_nothing_in_the_folder_for_temporary_files() {
    let place = tempfile::tempdir().expect("a folder");
    let temporary = tempfile::tempdir().expect("a folder");
    let done = cutover("run", &place.path().join("run"), MANY, temporary.path());
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(manifest(&place.path().join("run"))["complete"], true);
    assert_eq!(std::fs::read_dir(temporary.path()).expect("a folder").count(), 0);
}
