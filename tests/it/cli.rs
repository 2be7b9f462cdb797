//! The program as a user runs it: exit statuses, files, refusals.

use std::path::Path;
use std::process::{Command, Output};

fn cutover(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cutover"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn run_minimal(out: &Path, more: &[&str]) -> Output {
    let out = out.to_str().expect("a UTF-8 path");
    let mut arguments = vec!["run", "scenarios/minimal", "--replications", "3", "--quiet", "--out", out];
    arguments.extend(more);
    cutover(&arguments)
}

#[test]
fn a_run_writes_the_whole_folder_and_prints_a_summary() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let done = run_minimal(&out, &["--lang", "en"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert!(text(&done.stdout).contains("Affected"));
    for file in ["manifest.json", "summary.json", "summary.csv", "replications.parquet", "daily.parquet"] {
        assert!(out.join(file).is_file(), "{file}");
    }
    let manifest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(out.join("manifest.json")).expect("a manifest")).expect("JSON");
    assert_eq!(manifest["seed"], 1);
    assert_eq!(manifest["replications"], 3);
}

#[test]
fn threads_do_not_change_a_byte_of_the_tables() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    assert!(run_minimal(&one, &["--threads", "1"]).status.success());
    assert!(run_minimal(&two, &["--threads", "3"]).status.success());
    for file in ["summary.json", "summary.csv", "replications.parquet", "daily.parquet"] {
        let read = |out: &Path| std::fs::read(out.join(file)).expect("the file is there");
        assert!(read(&one) == read(&two), "{file} differs");
    }
}

#[test]
fn another_run_does_not_overwrite_results_unless_forced() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    assert!(run_minimal(&out, &[]).status.success());
    let refused = run_minimal(&out, &["--seed", "2"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("--force"), "{}", text(&refused.stderr));
    assert!(run_minimal(&out, &["--seed", "2", "--force"]).status.success());
}

#[test]
fn an_output_that_is_a_file_is_refused_before_the_work() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("results");
    std::fs::write(&file, "mine").expect("a file");
    let refused = run_minimal(&file, &[]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(std::fs::read_to_string(&file).expect("still there"), "mine");
}

#[test]
fn wrong_input_has_status_2_and_says_where() {
    let missing = cutover(&["run", "scenarios/atlantis"]);
    assert_eq!(missing.status.code(), Some(2));
    let wrong = cutover(&["check", "scenarios/minimal", "--lang", "en", "--set", "sites.hall.desk.windows=-4"]);
    assert_eq!(wrong.status.code(), Some(2));
    let told = text(&wrong.stderr);
    assert!(told.contains("sites.hall.desk.windows") && told.contains("-4"), "{told}");
}

#[test]
fn check_prints_json_with_a_missing_return_as_null() {
    let done = cutover(&["check", "scenarios/wuhan", "--json"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let check: serde_json::Value = serde_json::from_slice(&done.stdout).expect("JSON");
    let stops = check["suspensions"].as_array().expect("a list");
    let enrolment: Vec<_> = stops.iter().filter(|stop| stop["services"].to_string().contains("enrolment")).collect();
    assert!(!enrolment.is_empty());
    assert!(
        enrolment
            .iter()
            .all(|stop| stop["return"].is_null() && stop["hours"].is_null() && stop["kind"] == "unannounced")
    );
    assert!(stops.iter().any(|stop| stop["hours"] == 221.0 && stop["return"] == "2021-12-31T23:00:00"));
    assert_eq!(check["missing_sources"], serde_json::json!([]));
}

#[test]
fn a_trace_is_a_log_in_order_of_time() {
    let done = cutover(&["trace", "scenarios/minimal", "--replication", "0", "--site", "hall/0"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let log = text(&done.stdout);
    let times: Vec<&str> = log.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert!(!times.is_empty());
    assert!(times.is_sorted());
}

#[test]
fn a_million_million_people_are_refused_with_an_estimate_of_time_and_memory() {
    let done =
        cutover(&["check", "scenarios/minimal", "--lang", "en", "--set", "people.resident.insured=1000000000000"]);
    assert_eq!(done.status.code(), Some(2));
    let told = text(&done.stderr);
    assert!(told.contains("minutes") && told.contains("GB"), "{told}");
    assert!(told.lines().count() <= 3, "one cause, not its consequences: {told}");
}
