//! What `--json` says to programs: the screen, and as keys of their own what it rests on and how sure it is.

use cutover::report::assumptions::credit;
use cutover::units::Lang;
use serde_json::Value;

use crate::support::{copy_of_minimal, loaded, program, scenario, text};

/// What a command prints with `--json` about the minimal city, or about it and a copy.
fn told(command: &str, more: &[&str]) -> Value {
    let place = tempfile::tempdir().expect("a folder");
    let mut started = program();
    started.arg(command).arg("scenarios/minimal").args(more).args(["--quiet", "--json", "--lang", "en", "--out"]);
    started.arg(place.path().join("out"));
    if command == "cities" {
        started.arg(copy_of_minimal(place.path()));
    }
    let done = started.output().expect("the program starts");
    assert!(done.status.success(), "{}", text(&done.stderr));
    serde_json::from_slice(&done.stdout).expect("JSON")
}

/// Labels and texts of a screen.
fn items(told: &Value) -> Vec<(&str, &str)> {
    let entries = told["screen"]["entries"].as_array().expect("a screen");
    entries.iter().filter_map(|entry| Some((entry["item"][0].as_str()?, entry["item"][1].as_str()?))).collect()
}

/// Asserts that it is told how much is assumed, and by name what much depends on.
fn assert_assumed(told: &Value) {
    let assumed = told["assumptions"].as_u64().expect("a number");
    assert!(assumed > 50, "{assumed}");
    let main = told["main_assumptions"].as_array().expect("a list");
    assert!(!main.is_empty());
    for one in main {
        let (low, high) = (one["range"][0].as_f64().expect("a number"), one["range"][1].as_f64().expect("a number"));
        let value = one["value"].as_f64().expect("a number");
        assert!(one["key"].is_string() && low <= value && value <= high, "{one}");
        for lang in ["zh", "en"] {
            assert!(one["name"][lang].as_str().is_some_and(|name| !name.is_empty()), "{one}");
        }
    }
}

/// The same with the number of all parameters and the words of the screen.
fn assert_assumed_in_full(told: &Value) {
    assert_assumed(told);
    assert!(told["parameters"].as_u64() >= told["assumptions"].as_u64());
    for one in told["main_assumptions"].as_array().expect("a list") {
        assert!(
            ["zh", "en"]
                .iter()
                .all(|lang| one["text"][lang].as_str().is_some_and(|text| text.contains('（') || text.contains('(')))
        );
    }
}

#[test]
fn a_run_says_what_it_rests_on() {
    let found = told("run", &["--replications", "5"]);
    assert_assumed(&found);
    assert!(items(&found).iter().any(|(label, _)| *label == "Assumptions"));
    assert!(found.get("precision_reached").is_some());
}

#[test]
fn a_comparison_says_what_is_undominated_how_sure_and_what_it_rests_on() {
    let found = told("compare", &["--replications", "8", "--worlds", "0"]);
    assert_assumed_in_full(&found);
    let names: Vec<&Value> = found["undominated"].as_array().expect("a list").iter().collect();
    let of =
        |key: &str| found["schedules"].as_array().expect("schedules").iter().filter(|one| one[key] == true).count();
    assert!(!names.is_empty() && names.len() <= of("undominated"), "{names:?}");
    let share = found["precision"]["share_of_baseline"].as_f64().expect("a number");
    let told = items(&found);
    let text = |label: &str| told.iter().find(|one| one.0 == label).expect(label).1;
    let percent = cutover::report::numbers::percent(share);
    assert!(text("Precision").contains(&format!("±{percent} of the baseline")), "{percent}: {}", text("Precision"));
    let factor = found["precision"]["variance_reduction"].as_f64().expect("a number");
    let factor = cutover::report::numbers::number(factor.round());
    assert!(text("Precision").contains(&format!("variance reduction {factor} ")), "{factor}");
    assert!(text("Trade-off").contains("as good") && text("Assumptions").contains("assumed"));
}

#[test]
fn a_sweep_begins_with_what_was_found_and_says_what_it_rests_on() {
    let keys = ["--vary", "suspend.settlement.stop=2022-03-11T18:00..2022-03-12T18:00/12h", "--replications", "3"];
    let found = told("sweep", &[&keys[..], &["--threshold", "forgone <= 1000"]].concat());
    assert_assumed_in_full(&found);
    assert_eq!(found["precision"]["measure"], "prepayment-days");
    assert!(found["precision"]["half_width_at_worst_point"].as_f64().is_some_and(|half| half > 0.0));
    let told = items(&found);
    assert!(told[0].0 == "In short" && told[0].1.contains("kept at all values"), "{told:?}");
    assert!(told[0].1.contains("least at") && told[0].1.contains("most at"), "{told:?}");
    let assumed = format!("{} of {} parameters are assumed", found["assumptions"], found["parameters"]);
    assert!(told.iter().any(|(label, text)| *label == "Assumptions" && text.starts_with(&assumed)), "{told:?}");
}

#[test]
fn cities_begin_with_what_was_found_and_say_how_sure_and_what_they_rest_on() {
    let found = told("cities", &["--replications", "3"]);
    for city in found["cities"].as_array().expect("cities") {
        assert_assumed_in_full(city);
    }
    let precision = &found["precision"];
    assert!(precision["share"].as_f64().is_some_and(|share| share > 0.0) && precision["measure"].is_string());
    let told = items(&found);
    assert!(told[0].0 == "In short" && told[0].1.contains("back to normal last in"), "{told:?}");
    for label in ["Precision", "Assumed"] {
        assert!(told.iter().any(|one| one.0 == label), "{label}: {told:?}");
    }
}

/// Stops that a real bureau has announced name its notice wherever their charts are shown.
#[test]
fn the_feet_of_charts_name_the_notice_of_each_city() {
    for city in ["chongqing", "nantong", "zibo", "xinzhou", "wuhan"] {
        let (loaded, world) = (loaded(city, &[]), scenario(city, &[]));
        for lang in [Lang::Zh, Lang::En] {
            let told = credit(&loaded, &world, lang);
            assert!(told.contains("2021") && told.contains("cutover"), "{city}: {told}");
        }
    }
}
