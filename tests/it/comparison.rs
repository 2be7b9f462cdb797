//! `cutover compare` as a user runs it: tables, the choice, refusals.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{program, text};

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
    let mut command = program();
    command.arg("compare").arg(town).arg("--out").arg(&out).args(["--quiet", "--force"]).args(more);
    command.output().expect("the program starts")
}

fn summary(town: &Path, more: &[&str]) -> Value {
    let done = compare(town, more);
    assert!(done.status.success(), "{}", text(&done.stderr));
    serde_json::from_slice(&std::fs::read(town.join("out/summary.json")).expect("a summary")).expect("JSON")
}

fn refusal(town: &Path, more: &[&str]) -> String {
    let done = compare(town, more);
    let told = text(&done.stderr);
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
    let run = program()
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
    assert!(
        told.contains("later (half a day later), same (as before)") && told.contains("did you mean announced?"),
        "{told}"
    );
    let told = refusal(&town, &with(&["--schedules", "announced"]));
    assert!(
        told.contains("only one schedule is named (announced), and it is the baseline itself")
            && told.contains("--schedules announced,later, there are: later (half a day later), same (as before)"),
        "{told}"
    );
    let told = refusal(&town, &["--schedules", "later", "--baseline", "later", "--lang", "zh"]);
    assert!(told.contains("只点了一个方案（later）") && told.contains("--schedules later,announced"), "{told}");
    let told = refusal(&town, &with(&["--schedules", " , "]));
    assert!(told.contains("no such schedule"), "{told}");
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
    for (limit, says) in [
        ("{measure=\"affected\", at_most=1, chance=90}", "for 90% write 0.9"),
        ("{measure=\"back-to-normal\", group=\"halls\", within_days=3}", "did you mean hall?"),
        ("{measure=\"waiting\", at_most=1}", "wait-mean ("),
    ] {
        let told = refusal(&town, &with(&["--set", &format!("objective.limits.x={limit}")]));
        assert!(told.contains(says) && told.chars().count() < 900, "{told}");
    }
    let chinese = "objective.limits.x={measure=\"back-to-normal\", group=\"大厅\", within_days=3}";
    let told = refusal(&town, &["--lang", "zh", "--set", chinese]);
    assert!(told.contains("「大厅」写作 hall"), "{told}");
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

/// Rows of a schedule in the tables of the last comparison.
fn rows_of(town: &Path, schedule: &str) -> Vec<String> {
    let table = std::fs::read_to_string(town.join("out/summary.csv")).expect("a table");
    let rows = table.lines().filter(|line| line.contains(&format!(",{schedule},")));
    rows.map(str::to_owned).collect()
}

#[test]
fn a_schedule_has_the_same_numbers_whichever_others_are_asked_for() {
    let (_place, town) = town();
    // Days before and after those of the others: nothing states the first and the last day.
    let long = "extends = \"announced.toml\"\nname = { zh = \"早公布\", en = \"early\" }\nannounced_at = \"2022-02-20T09:00:00\"\n[suspend.settlement]\nreturn = { fixed = \"2022-03-20T08:00:00\" }\n";
    write(&town, "early.toml", long);
    for name in ["city.toml", "announced.toml"] {
        let path = town.join(name);
        let text = std::fs::read_to_string(&path).expect("a file");
        let is_clock = |line: &&str| !line.starts_with("start =") && !line.starts_with("horizon_days =");
        std::fs::write(&path, text.lines().filter(is_clock).collect::<Vec<&str>>().join("\n") + "\n").expect("written");
    }
    summary(&town, FEW);
    let (all, days) = (rows_of(&town, "later"), rows_of(&town, "announced"));
    summary(&town, &with(&["--schedules", "later"]));
    assert!(all.len() > 100 && all == rows_of(&town, "later") && days == rows_of(&town, "announced"));
    assert!(rows_of(&town, "early").is_empty(), "not asked for");
    write(&town, "wrong.toml", "extends = \"announced.toml\"\nannounced_at = \"yesterday\"\n");
    let mut command = program();
    command.arg("compare").arg(&town).args(with(&["--schedules", "later", "--out"])).arg(town.join("more"));
    let told = command.output().expect("the program starts");
    assert!(told.status.success() && text(&told.stderr).contains("left out of the common first and last day: wrong"));
    assert!(refusal(&town, FEW).contains("wrong.toml:2"), "all are asked for");
}

#[test]
fn schedules_are_known_by_any_of_their_names_and_in_lists_as_people_type_them() {
    let (place, town) = town();
    let of = |list: &str| {
        let found = summary(&town, &with(&["--schedules", list]));
        let all = found["schedules"].as_array().expect("schedules").iter();
        all.map(|one| one["schedule"].as_str().expect("a name").to_owned()).collect::<Vec<String>>()
    };
    for list in ["later,same", "晚半天，照旧", "later.toml、 as before", "town/later.toml,same", "Later,SAME.toml,"]
    {
        assert_eq!(of(list), ["announced", "later", "same"], "{list}");
    }
    let told = refusal(&town, &["--schedules", "晚一天", "--lang", "zh"]);
    assert!(told.contains("later（晚半天）") && told.contains("是否指 later"), "{told}");
    let told = program().arg("compare").arg(place.path()).args(["--lang", "en"]).output().expect("the program starts");
    assert!(text(&told.stderr).contains("is no city but a folder of cities: town"), "{}", text(&told.stderr));
}

#[test]
fn what_people_do_in_a_pathway_is_the_citys() {
    let (_place, town) = town();
    let path = town.join("city.toml");
    let city = std::fs::read_to_string(&path).expect("a file");
    let pathway = "\n[pathways.paper]\npays = \"everything\"\nclaimed = { share = 0.8, small_share = 0.5, small_refund_yuan = 50 }\nreturns = { rush_share = 0.2, daily_share = 0.1, deadline_pull_share = 0.5 }\nwindow = { after = \"visit\", days = 60 }\nrefund = { how = \"at-desk\" }\nsteps.hall = { at = \"any-hall\", contact = \"in-person\", minutes = 6, rework_share = 0.1, refused_share = 0 }\n";
    std::fs::write(&path, city + pathway).expect("written");
    append(&town, "later.toml", "\n[pathways.paper]\nwindow = { after = \"visit\", days = 90 }\n");
    let done = compare(&town, FEW);
    assert!(done.status.success(), "a claim period is a rule: {}", text(&done.stderr));
    append(&town, "later.toml", "steps.hall.minutes = 2\n");
    let told = refusal(&town, FEW);
    assert!(told.contains("pathways.paper.steps.hall.minutes: 6 ≠ 2"), "{told}");
    assert!(!told.contains("window") && told.contains("write a new pathway"), "{told}");
}

#[test]
fn replications_go_on_until_the_precision_is_reached() {
    let (_place, town) = town();
    let of = |share: &str| summary(&town, &["--precision", share, "--most", "31", "--worlds", "0", "--lang", "en"]);
    let found = of("90%");
    assert_eq!((&found["precise"], &found["replications"]), (&true.into(), &30.into()));
    let found = of("0.01%");
    assert_eq!((&found["precise"], &found["replications"]), (&false.into(), &31.into()));
    let done = compare(&town, &["--precision", "0.01%", "--most", "31", "--worlds", "0", "--lang", "en"]);
    let screen = text(&done.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(screen.contains("the 0.01% of --precision was not reached in the 31 courses"), "{screen}");
    let done = compare(&town, &["--precision", "90%", "--most", "31", "--worlds", "0", "--lang", "zh"]);
    assert!(text(&done.stdout).contains("模拟 30 次后达到了 --precision 要求的 90%"), "{}", text(&done.stdout));
}

#[test]
fn replications_go_on_until_the_limits_are_told_too() {
    let (_place, town) = town();
    // Kept in every course: that it is in nine of ten is certain after 60 to 70 of them.
    let limit = "\n[objective.limits.never]\nmeasure = \"affected\"\nat_most = 1e9\nchance = 0.9\n";
    append(&town, "city.toml", limit);
    let of = |most: &str| summary(&town, &["--replications", "40", "--most", most, "--worlds", "0", "--lang", "en"]);
    let found = of("50");
    assert_eq!((&found["choice"]["chosen"], &found["choice"]["leader"]), (&Value::Null, &"later".into()));
    let about = found["choice"]["about"].as_u64().expect("a number");
    assert!((55..80).contains(&about), "{about}");
    let told = found["choice"]["guarantee"].as_str().expect("words");
    assert!(told.contains(&format!("about {about} courses")) && told.contains(&format!("--most {about}")), "{told}");
    let found = of("200");
    assert_eq!((&found["choice"]["chosen"], &found["choice"]["replications"]), (&"later".into(), &100.into()));
    assert_eq!(found["schedules"][1]["limits"][0]["verdict"], "meets");
    assert_eq!(found["choice"]["about"], Value::Null);
}
