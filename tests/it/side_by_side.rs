//! `cutover cities`: several cities, and what makes them differ.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use crate::support::{program, text};

/// The scenarios of the repository in a folder of their own, and a copy of the minimal city with some texts
/// replaced.
fn with_twin(folder: &Path, changes: &[(&str, &str)]) -> (PathBuf, PathBuf) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    for part in ["calendars", "minimal"] {
        fs::create_dir_all(folder.join(part)).expect("a folder");
    }
    fs::create_dir_all(folder.join("twin")).expect("a folder");
    let copy = |name: &str, to: &str| fs::copy(from.join(name), folder.join(to)).expect("a copy");
    copy("national.toml", "national.toml");
    copy("calendars/cn.toml", "calendars/cn.toml");
    for file in ["city.toml", "announced.toml"] {
        copy(&format!("minimal/{file}"), &format!("minimal/{file}"));
        let mut text = fs::read_to_string(from.join("minimal").join(file)).expect("a scenario");
        for (before, after) in changes {
            text = text.replace(before, after);
        }
        fs::write(folder.join("twin").join(file), text).expect("a copy");
    }
    (folder.join("minimal"), folder.join("twin"))
}

fn cutover(paths: &[&Path], out: &Path, more: &[&str]) -> Output {
    let mut command = program();
    command.arg("cities").args(paths).arg("--out").arg(out).arg("--quiet").args(more);
    if !more.contains(&"--lang") {
        command.args(["--lang", "en"]);
    }
    command.output().expect("the program starts")
}

/// The summary of a run that ends well.
fn summary(paths: &[&Path], out: &Path, more: &[&str]) -> Value {
    let done = cutover(paths, out, more);
    assert!(done.status.success(), "{}", text(&done.stderr));
    serde_json::from_slice(&fs::read(out.join("summary.json")).expect("a summary")).expect("JSON")
}

fn contributions(waterfall: &Value) -> Vec<(String, f64)> {
    let steps = waterfall["steps"].as_array().expect("steps");
    let of = |step: &Value| {
        (step["part"].as_str().expect("a part").to_owned(), step["contribution"]["value"].as_f64().expect("a number"))
    };
    steps.iter().map(of).collect()
}

/// Lines that a written twin differs by: a stop a day longer, on other days, paid otherwise, with more windows at the hall.
const OTHERWISE: [(&str, &str); 4] = [
    ("stop = \"2022-03-12T00:00:00\"", "stop = \"2022-03-10T00:00:00\""),
    ("stop = \"2022-03-11T17:30:00\"", "stop = \"2022-03-09T17:30:00\""),
    (
        "all = { pathway = \"ledger\" }",
        "all = { pathway = \"ledger\", share = 0.5 }\nrest = { pathway = \"prepay-and-convert\" }",
    ),
    ("desk = { windows = { value = 1, range = [1, 2] } }", "desk = { windows = 3 }"),
];

#[test]
fn a_city_differs_from_itself_by_nothing_in_any_step() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, twin) = with_twin(folder.path(), &[]);
    let found = summary(&[&one, &twin], &folder.path().join("out"), &["--replications", "3", "--reverse"]);
    let waterfalls = found["waterfalls"].as_array().expect("waterfalls");
    assert_eq!(waterfalls.len(), 2 * 12, "all measures, there and back");
    for waterfall in waterfalls {
        for (part, adds) in contributions(waterfall) {
            assert_eq!(adds, 0.0, "{} {part}", waterfall["measure"]);
        }
    }
    assert_eq!(found["notes"].as_array().map(Vec::len), Some(0));
}

#[test]
fn contributions_add_up_to_the_whole_difference_in_either_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, twin) = with_twin(folder.path(), &OTHERWISE);
    let found = summary(&[&one, &twin], &folder.path().join("out"), &["--replications", "4", "--reverse"]);
    let mut moved = 0;
    for waterfall in found["waterfalls"].as_array().expect("waterfalls") {
        let parts = contributions(waterfall);
        let sum: f64 = parts.iter().map(|part| part.1).sum();
        let whole = waterfall["difference"]["value"].as_f64().expect("a number");
        let size = waterfall["from"]["value"].as_f64().expect("a number").abs().max(1.0);
        assert!((sum - whole).abs() <= 1e-9 * size, "{waterfall:#}");
        moved += parts.iter().filter(|part| part.1 != 0.0).count();
        let last = parts.last().expect("the rest");
        assert_eq!(last.0, "rest");
        assert!(last.1.abs() <= 1e-9 * size, "the twins differ in these four parts only: {waterfall:#}");
    }
    assert!(moved > 12, "something differs");
    let rows = text(&fs::read(folder.path().join("out/waterfall.csv")).expect("a table"));
    assert!(rows.contains(",backward,反序,1,windows,"), "{rows}");
}

#[test]
fn cities_that_differ_in_windows_only_differ_by_the_windows_step() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, twin) = with_twin(folder.path(), &[OTHERWISE[3]]);
    let found = summary(&[&one, &twin], &folder.path().join("out"), &["--replications", "3"]);
    let mut moved = 0;
    for waterfall in found["waterfalls"].as_array().expect("waterfalls") {
        for (part, adds) in contributions(waterfall) {
            moved += usize::from(adds != 0.0);
            assert!(part == "windows" || adds.abs() < 1e-9, "{} {part} {adds}", waterfall["measure"]);
        }
    }
    assert!(moved > 0, "windows matter to something");
}

#[test]
fn twice_the_people_and_sites_give_the_same_figures_per_million() {
    let folder = tempfile::tempdir().expect("a folder");
    let doubled = [
        // The larger first, or it would be doubled twice.
        ("value = 40_000, range = [36000, 44000]", "value = 80_000, range = [72000, 88000]"),
        ("value = 20_000, range = [18000, 22000]", "value = 40_000, range = [36000, 44000]"),
        ("nonlocal = { value = 2, range", "nonlocal = { value = 4, range"),
        ("nonlocal = { value = 0.5, range", "nonlocal = { value = 1, range"),
        ("count = { value = 10, range = [8, 12] }", "count = 20"),
        ("count = { value = 6, range = [5, 8] }", "count = 12"),
        ("count = { value = 3, range = [2, 4] }", "count = 6"),
        ("count = { value = 2, range = [1, 3] }", "count = 4"),
        ("count = { value = 1, range = [1, 2] }", "count = 2"),
    ];
    let (one, twin) = with_twin(folder.path(), &doubled);
    let found = summary(&[&one, &twin], &folder.path().join("out"), &["--replications", "30"]);
    let number = |city: usize, key: &str| -> (f64, f64) {
        let measures = found["cities"][city]["measures"].as_array().expect("measures");
        let is_it = |one: &&Value| one["measure"] == key && one["basis"] == "per-million-insured";
        let cell = measures.iter().find(is_it).expect("it is there");
        let (value, high) = (cell["value"].as_f64().expect("a number"), cell["high"].as_f64().expect("a number"));
        // The interval is 2.045 standard errors wide on either side with 30 replications.
        (value, (high - value) / 2.045)
    };
    assert_eq!(found["cities"][1]["insured"].as_f64(), Some(120_000.0));
    for key in ["affected", "self-pay", "prepayment", "deferred", "hardship-10"] {
        let ((small, error), (large, other)) = (number(0, key), number(1, key));
        assert!((small - large).abs() <= 3.0 * error.hypot(other), "{key}: {small} ± {error}, {large} ± {other}");
    }
}

#[test]
fn the_whole_folder_is_written_and_the_screen_is_not_overfull() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, twin) = with_twin(folder.path(), &OTHERWISE);
    let out = folder.path().join("out");
    for lang in ["zh", "en"] {
        let done = cutover(&[&one, &twin], &out, &["--replications", "2", "--force", "--lang", lang]);
        let screen = text(&done.stdout);
        assert!(done.status.success(), "{}", text(&done.stderr));
        assert!(screen.lines().count() <= 40, "{screen}");
        let columns = |line: &str| line.chars().map(|one| if one >= '\u{2e80}' { 2 } else { 1 }).sum::<usize>();
        assert!(screen.lines().all(|line| columns(line) <= 100), "{screen}");
    }
    for file in ["manifest.json", "summary.json", "cities.csv", "waterfall.csv", "replications.parquet"] {
        assert!(out.join(file).is_file(), "{file}");
    }
    if cfg!(feature = "charts") {
        assert!(out.join("charts/cities.svg").is_file() && out.join("charts/waterfall-twin.png").is_file());
    }
}

#[test]
fn cities_of_one_name_and_folder_are_told_apart_by_where_they_lie() {
    let folder = tempfile::tempdir().expect("a folder");
    let [one, other] = ["north", "south"].map(|place| with_twin(&folder.path().join(place), &[]).0);
    let out = folder.path().join("out");
    let done = cutover(&[&one, &other], &out, &["--replications", "2"]);
    let screen = text(&done.stdout);
    assert!(screen.contains("(north)") && screen.contains("(south)"), "{screen}");
}

#[test]
fn tables_have_their_words_in_both_languages() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, twin) = with_twin(folder.path(), &OTHERWISE);
    let out = folder.path().join("out");
    summary(&[&one, &twin], &out, &["--replications", "2"]);
    for (file, wanted) in [
        ("cities.csv", ["unit_zh", "basis_zh", "basis_en", "schedule_zh", "interval_zh"]),
        ("waterfall.csv", ["unit_zh", "order_zh", "base_zh", "base_en", "schedule_en"]),
    ] {
        let table = fs::read_to_string(out.join(file)).expect("a table");
        let mut rows = table.trim_start_matches('\u{feff}').lines();
        let head: Vec<&str> = rows.next().expect("a head").split(',').collect();
        assert!(wanted.iter().all(|name| head.contains(name)), "{file} {head:?}");
        assert!(table.contains("百万参保人"), "{file}");
    }
}

#[test]
fn threads_and_engine_change_no_byte_of_the_tables() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, twin) = with_twin(folder.path(), &OTHERWISE);
    let tables = |name: &str, more: &[&str]| -> Vec<Vec<u8>> {
        let out = folder.path().join(name);
        summary(&[&one, &twin], &out, &[&["--replications", "3"], more].concat());
        let files = ["summary.json", "cities.csv", "waterfall.csv", "replications.parquet"];
        files.iter().map(|file| fs::read(out.join(file)).expect("a table")).collect()
    };
    let first = tables("one", &["--threads", "1"]);
    assert!(first == tables("three", &["--threads", "3"]));
    assert!(first == tables("oracle", &["--engine", "calendar"]));
}

#[test]
fn refusals_name_what_was_found_and_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, twin) = with_twin(folder.path(), &[]);
    let missing = folder.path().join("nowhere");
    let nine = [one.as_path(); 9];
    let cases: [(&[&Path], &[&str], &str); 6] = [
        (&[&one], &[], "at least two"),
        (&[&one, &one], &[], "given twice with the schedule announced"),
        (&[&one, &missing], &[], "nowhere"),
        (&[&one, &twin], &["--base", "twni"], "did you mean twin?"),
        (&[&one, &twin], &["--base", "twni"], "twin (Minimal)"),
        (&nine, &[], "at most 8"),
    ];
    for (paths, more, said) in cases {
        let done = cutover(paths, &folder.path().join("out"), more);
        assert_eq!(done.status.code(), Some(2));
        let error = text(&done.stderr);
        assert!(error.contains(said), "{said}: {error}");
    }
    assert!(!folder.path().join("out").exists(), "nothing was written");
}
