//! `cutover compare` as a user runs it: tables, the choice, refusals.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// A folder of scenarios with a small town of three schedules: as announced, the same under another name,
/// and one that stops half a day later.
fn town() -> (TempDir, PathBuf) {
    let place = tempfile::tempdir().expect("a folder");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let town = place.path().join("town");
    std::fs::create_dir_all(place.path().join("calendars")).expect("a folder");
    std::fs::create_dir_all(&town).expect("a folder");
    for name in ["national.toml", "calendars/cn.toml"] {
        std::fs::copy(shipped.join(name), place.path().join(name)).expect("copied");
    }
    for name in ["city.toml", "announced.toml"] {
        std::fs::copy(shipped.join("minimal").join(name), town.join(name)).expect("copied");
    }
    write(&town, "same.toml", "extends = \"announced.toml\"\nname = { zh = \"照旧\", en = \"as before\" }\n");
    let later = "extends = \"announced.toml\"\nname = { zh = \"晚半天\", en = \"half a day later\" }\n[suspend.settlement]\nstop = \"2022-03-12T12:00:00\"\n";
    write(&town, "later.toml", later);
    (place, town)
}

fn write(town: &Path, name: &str, text: &str) {
    std::fs::write(town.join(name), text).expect("written");
}

fn append(town: &Path, name: &str, text: &str) {
    let before = std::fs::read_to_string(town.join(name)).expect("a file");
    write(town, name, &(before + text));
}

fn compare(town: &Path, more: &[&str]) -> Output {
    let out = town.join("out");
    let mut command = Command::new(env!("CARGO_BIN_EXE_cutover"));
    command.arg("compare").arg(town).arg("--out").arg(&out).args(["--quiet", "--force"]).args(more);
    command.output().expect("the program starts")
}

fn summary(town: &Path, more: &[&str]) -> Value {
    let done = compare(town, more);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&std::fs::read(town.join("out/summary.json")).expect("a summary")).expect("JSON")
}

fn refusal(town: &Path, more: &[&str]) -> String {
    let done = compare(town, more);
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(2), "{told}");
    told
}

const FEW: &[&str] = &["--replications", "4", "--worlds", "0", "--lang", "en"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    FEW.iter().copied().chain(more.iter().copied()).collect()
}

#[test]
fn the_same_schedule_under_another_name_differs_by_exactly_nothing() {
    let (_place, town) = town();
    let found = summary(&town, FEW);
    let of = |schedule: &str| {
        let rows = found["differences"].as_array().expect("rows").iter();
        rows.filter(|row| row["schedule"] == schedule).cloned().collect::<Vec<Value>>()
    };
    assert!(of("same").len() > 10 && of("same").len() == of("later").len());
    for row in of("same") {
        assert_eq!(row["difference"], 0.0, "{row}");
        assert_eq!(row["verdict"], "the same");
    }
    assert!(of("later").iter().any(|row| row["difference"] != 0.0));
    let all = |schedule: &str| {
        let mut rows = found["gains"].as_array().expect("rows").iter();
        rows.find(|row| row["schedule"] == schedule && row["group_kind"] == "all").expect("a row").clone()
    };
    assert_eq!((all("same")["better"].as_f64(), all("same")["worse"].as_f64()), (Some(0.0), Some(0.0)));
    assert!(all("later")["better"].as_f64() > Some(0.0));
}

#[test]
fn threads_and_engines_change_no_byte_and_alone_gives_the_same_numbers() {
    let (_place, town) = town();
    let digest = |more: &[&str]| {
        summary(&town, &with(more));
        let manifest = std::fs::read(town.join("out/manifest.json")).expect("a manifest");
        serde_json::from_slice::<Value>(&manifest).expect("JSON")["digest"].clone()
    };
    let one = digest(&["--threads", "1"]);
    assert_eq!(one, digest(&["--threads", "3"]));
    assert_eq!(one, digest(&["--engine", "calendar"]));
    let rows = |path: PathBuf| {
        let text = std::fs::read_to_string(path).expect("a table");
        text.lines().filter(|line| line.contains(",later,")).map(str::to_owned).collect::<Vec<String>>()
    };
    let run = Command::new(env!("CARGO_BIN_EXE_cutover"))
        .arg("run")
        .arg(town.join("later.toml"))
        .args(["--replications", "4", "--quiet", "--out"])
        .arg(town.join("alone"))
        .output()
        .expect("the program starts");
    assert!(run.status.success());
    let alone = rows(town.join("alone/summary.csv"));
    assert!(alone.len() > 100);
    assert_eq!(alone, rows(town.join("out/summary.csv")));
}

#[test]
fn the_choice_is_named_with_its_guarantee_and_limits_are_judged() {
    let (_place, town) = town();
    let limits = "\n[objective.limits.punctual]\nmeasure = \"overran\"\ngroup = \"settlement\"\nat_most = 0\nchance = 0.05\n[objective.limits.never]\nmeasure = \"affected\"\nat_most = 1e9\nchance = 0.5\n";
    append(&town, "city.toml", limits);
    let found = summary(&town, &["--replications", "60", "--worlds", "2", "--lang", "en"]);
    let choice = &found["choice"];
    assert_eq!(choice["chosen"], "later", "{choice}");
    assert!(choice["guarantee"].as_str().expect("words").contains("95%"));
    let verdict = |schedule: usize, limit: usize| found["schedules"][schedule]["limits"][limit]["verdict"].clone();
    assert_eq!(verdict(0, 1), "meets", "a thousand million visits are never reached");
    assert!(found["worlds"]["worlds"].as_array().expect("worlds").len() > 4);
    let read = |file: &str| std::fs::read_to_string(town.join("out").join(file)).expect("a table");
    let standings = read("choice.csv");
    assert!(standings.contains(",punctual_share,") && standings.contains(",never_verdict_zh,"), "{standings}");
    assert_eq!(standings.lines().count(), 4, "{standings}");
    assert!(standings.contains(",满足,met"), "{standings}");
    assert!(read("gains.csv").contains(",district,county,示例县,Example County,"), "districts have their names");
    let impossible = "\n[objective.limits.nobody]\nmeasure = \"affected\"\nat_most = 0\nchance = 0.5\n";
    append(&town, "city.toml", impossible);
    let found = summary(&town, &["--replications", "60", "--worlds", "0", "--lang", "en"]);
    assert_eq!(found["choice"]["chosen"], Value::Null);
    assert!(found["choice"]["guarantee"].as_str().expect("words").contains("no schedule keeps all limits"));
}

#[test]
fn schedules_of_other_people_are_refused_with_the_keys_that_differ() {
    let (_place, town) = town();
    append(&town, "later.toml", "\n[people.employee]\ninsured = 30000\n");
    let told = refusal(&town, FEW);
    assert!(told.contains("people.employee.insured") && told.contains("later.toml:7"), "{told}");
    let told = refusal(&town, &["--replications", "4", "--lang", "zh"]);
    assert!(told.contains("不是同一批参保人"), "{told}");
}

#[test]
fn what_cannot_be_compared_is_told_with_what_to_do() {
    let (_place, town) = town();
    let told = refusal(&town, &with(&["--baseline", "anounced"]));
    assert!(told.contains("there are: announced, later, same") && told.contains("did you mean announced?"), "{told}");
    let told = refusal(&town, &with(&["--schedules", "announced"]));
    assert!(told.contains("only one schedule"), "{told}");
    let told = refusal(&town, &with(&["--schedules", "later,nobody"]));
    assert!(told.contains("no such schedule"), "{told}");
    let told = refusal(&town, &with(&["--set", "objective.weights.burden.measure=\"prepaiment-days\""]));
    assert!(
        told.contains("objective.weights.burden.measure") && told.contains("did you mean prepayment-days?"),
        "{told}"
    );
    let told =
        refusal(&town, &with(&["--set", "objective.limits.x={measure=\"back-to-normal\", group=\"hall\", at_most=3}"]));
    assert!(told.contains("this measure is a day"), "{told}");
}

#[test]
fn an_empty_objective_and_contradicting_limits_are_refused() {
    let (place, town) = town();
    let path = place.path().join("national.toml");
    let text = std::fs::read_to_string(&path).expect("a file");
    let start = text.find("[objective.weights.burden]").expect("an objective");
    let end = text[start..].find("\n\n").expect("its end") + start;
    std::fs::write(&path, text[..start].to_owned() + &text[end..]).expect("written");
    assert!(refusal(&town, FEW).contains("objective.weights"), "nothing to weigh by");
    std::fs::write(&path, text).expect("written");
    let both = "\n[objective.limits.low]\nmeasure = \"affected\"\nat_most = 10\n[objective.limits.high]\nmeasure = \"affected\"\nat_least = 20\n";
    append(&town, "city.toml", both);
    let told = refusal(&town, FEW);
    assert!(told.contains("contradicts objective.limits.low") && told.contains("city.toml"), "{told}");
}
