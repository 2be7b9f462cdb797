//! `cutover sweep`: points against runs of their own, thresholds, files, refusals.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::support::{cutover, text};

fn sweep(out: &Path, more: &[&str]) -> Output {
    let out = out.to_str().expect("a UTF-8 path");
    let arguments = ["sweep", "scenarios/minimal", "--quiet", "--lang", "en", "--out", out];
    cutover(&arguments.into_iter().chain(more.iter().copied()).collect::<Vec<&str>>())
}

fn json(arguments: &[&str]) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let done = sweep(&folder.path().join("sweep"), &[&["--json"], arguments].concat());
    assert!(done.status.success(), "{}", text(&done.stderr));
    serde_json::from_slice(&done.stdout).expect("JSON")
}

/// The measures of `run` at one point.
fn alone(sets: &[&str]) -> Vec<Value> {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let mut arguments = vec!["run", "scenarios/minimal", "--replications", "4", "--json", "--out"];
    arguments.push(out.to_str().expect("a UTF-8 path"));
    sets.iter().for_each(|set| arguments.extend(["--set", set]));
    let done = cutover(&arguments);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let summary = std::fs::read(out.join("summary.json")).expect("a summary");
    let summary: Value = serde_json::from_slice(&summary).expect("JSON");
    summary["measures"].as_array().expect("measures").clone()
}

/// Asserts that a point has the numbers of a run of its own.
fn assert_as_alone(point: &Value, sets: &[&str]) {
    let all = alone(sets);
    let mut compared = 0;
    for measure in point["measures"].as_array().expect("measures") {
        let same = |one: &&Value| one["measure"] == measure["measure"] && one["group"] == measure["group"];
        let Some(own) = all.iter().find(same) else { continue };
        for number in ["mean", "ci_low", "ci_high", "q05", "q50", "q95", "share", "mean_min_t_h"] {
            assert_eq!(measure[number], own[number], "{} {number} at {sets:?}", measure["measure"]);
            compared += usize::from(!own[number].is_null());
        }
    }
    assert!(compared > 10, "{compared} numbers");
}

#[test]
fn a_point_gives_what_a_run_of_its_own_gives() {
    let shown =
        ["--measure", "prepayment-days", "--measure", "affected@outpatient", "--measure", "back-to-normal@hall"];
    let found = json(
        &[
            &shown[..],
            &[
                "--replications",
                "4",
                "--vary",
                "measures.surge.extra_windows.value=0..9/1",
                "--measure",
                "wait-p95@hall",
            ],
        ]
        .concat(),
    );
    assert_eq!(found["points"].as_array().expect("points").len(), 10);
    // More points than are simulated together: the first of each group and one between.
    for windows in [0_usize, 3, 8, 9] {
        assert_as_alone(&found["points"][windows], &[&format!("measures.surge.extra_windows={windows}")]);
    }
    // Windows at a desk make another world, in which the same people live.
    let keys = [
        "--vary",
        "sites.hall.desk.windows=1,2",
        "--vary",
        "suspend.settlement.stop=2022-03-12T00:00,2022-03-12T12:00",
    ];
    let found = json(&[&shown[..], &keys, &["--replications", "4", "--measure", "self-pay"]].concat());
    for (point, sets) in [
        (0, ["sites.hall.desk.windows=1", "suspend.settlement.stop=\"2022-03-12T00:00:00\""]),
        (3, ["sites.hall.desk.windows=2", "suspend.settlement.stop=\"2022-03-12T12:00:00\""]),
    ] {
        assert_as_alone(&found["points"][point], &sets);
    }
}

#[test]
fn a_longer_stop_is_never_better_and_a_threshold_on_it_is_a_last_length() {
    let found = json(&[
        "--replications",
        "20",
        "--vary",
        "suspend.settlement.return.fixed=settlement.stop + 2d..8d/2d",
        "--measure",
        "affected",
        "--threshold",
        "affected <= 2500 chance 0.8",
        "--threshold",
        "affected >= 1",
        "--threshold",
        "overran <= 0.5 chance 0.5",
        "--set",
        "runbook.load.hours.value.pert.max=20",
    ]);
    let means: Vec<f64> = found["points"]
        .as_array()
        .expect("points")
        .iter()
        .map(|point| point["measures"][0]["mean"].as_f64().expect("a mean"))
        .collect();
    assert!(means.windows(2).all(|pair| pair[0] < pair[1]), "{means:?}");
    let line = |threshold: usize| found["thresholds"][threshold]["lines"][0].clone();
    let shares: Vec<f64> = line(0)["standings"]
        .as_array()
        .expect("standings")
        .iter()
        .map(|one| one["kept"]["share"].as_f64().expect("a share"))
        .collect();
    assert!(shares.windows(2).all(|pair| pair[0] >= pair[1]), "{shares:?}");
    assert_eq!(line(0)["pattern"], "up-to", "{shares:?}");
    assert_eq!(line(1)["pattern"], "always");
    assert_eq!(found["points"][3]["values"][0], "settlement.stop + 8d");
}

#[test]
fn one_key_more_windows_keep_a_limit_sooner() {
    let scarce = ["--set", "sites.hall.desk.windows=1", "--set", "measures.surge.until=settlement.return + 30d"];
    let keys = ["--vary", "measures.surge.extra_windows=0..4/1", "--replications", "20", "--measure", "wait-mean@hall"];
    let asked =
        ["--threshold", "back-to-normal@hall within_working_days 3 chance 0.8", "--threshold", "wait-mean@hall<=20"];
    let found = json(&[&scarce[..], &keys, &asked].concat());
    for threshold in 0..2 {
        let line = &found["thresholds"][threshold]["lines"][0];
        let standings = line["standings"].as_array().expect("standings");
        let shares: Vec<f64> = standings.iter().map(|one| one["kept"]["share"].as_f64().expect("a share")).collect();
        assert!(shares.windows(2).all(|pair| pair[0] <= pair[1]), "{shares:?}");
        for one in standings {
            let [low, share, high] = ["low", "share", "high"].map(|end| one["kept"][end].as_f64().expect("a number"));
            assert!(low <= share && share <= high && low < high);
        }
        let (sure, may) = (&line["certainly_kept"], &line["possibly_kept"]);
        let within = |inner: &Value, outer: &Value| {
            inner.as_array().expect("values").iter().all(|one| outer.as_array().expect("values").contains(one))
        };
        assert!(within(sure, &line["kept"]) && within(&line["kept"], may), "{line}");
    }
    let waits: Vec<f64> =
        (0..5).map(|point| found["points"][point]["measures"][0]["mean"].as_f64().expect("a mean")).collect();
    assert!(waits.windows(2).all(|pair| pair[0] >= pair[1]), "{waits:?}");
}

#[test]
fn the_folder_holds_tables_and_charts_and_does_not_depend_on_threads() {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = [
        "--replications",
        "3",
        "--vary",
        "suspend.settlement.stop=2022-03-11T18:00..2022-03-12T18:00/6h",
        "--vary",
        "measures.stock-up.take_up_share=0.2..0.6/0.4",
        "--threshold",
        "forgone <= 9",
    ];
    let [one, other] = ["1", "3"].map(|threads| {
        let out = folder.path().join(threads);
        let done = sweep(&out, &[&keys[..], &["--threads", threads]].concat());
        assert!(done.status.success(), "{}", text(&done.stderr));
        let screen = text(&done.stdout);
        assert!(screen.lines().count() <= 40, "{screen}");
        assert!(screen.lines().all(|line| cutover::report::numbers::width(line) <= 100), "{screen}");
        assert!(screen.contains("Fri 11 Mar 18:00") && screen.contains("Threshold"), "{screen}");
        out
    });
    let mut files = vec!["sweep.csv", "summary.json", "replications.parquet"];
    if cfg!(feature = "charts") {
        files.extend(["charts/sweep-prepayment-days.svg", "charts/sweep-back-to-normal-last.png"]);
        files.push("charts/sweep-threshold-1-forgone.svg");
    }
    for file in files {
        let read = |out: &Path| std::fs::read(out.join(file)).expect(file);
        assert!(read(&one) == read(&other), "{file} differs");
    }
    let csv = std::fs::read_to_string(one.join("sweep.csv")).expect("a table");
    // 10 points × (5 measures + 1 threshold), and the head.
    assert_eq!(csv.lines().count(), 61, "{csv}");
    let manifest: Value =
        serde_json::from_slice(&std::fs::read(one.join("manifest.json")).expect("a manifest")).expect("JSON");
    assert_eq!((&manifest["command"], &manifest["complete"]), (&Value::from("sweep"), &Value::from(true)));
    assert_eq!(manifest["points"].as_array().map(Vec::len), Some(10));
    // Another sweep needs --force, and takes away the charts that it does not draw.
    let another = ["--replications", "3", "--vary", "measures.surge.extra_windows=1,2", "--measure", "lost"];
    assert_eq!(sweep(&one, &another).status.code(), Some(2));
    assert!(sweep(&one, &[&another[..], &["--force"]].concat()).status.success());
    assert!(!one.join("charts/sweep-forgone.svg").exists());
    assert_eq!(one.join("charts/sweep-lost.svg").exists(), cfg!(feature = "charts"));
}

#[test]
fn what_few_courses_show_is_told_apart_from_what_they_prove() {
    let keys = ["--vary", "suspend.settlement.return.fixed=settlement.stop + 1d..3d/1d", "--threshold"];
    let limit = ["wait-p95@hall at_most 100000 chance 0.9", "--replications"];
    let found = |count: &str| {
        let told = json(&[&keys[..], &limit[..], &[count]].concat());
        let line = told["thresholds"][0]["lines"][0].clone();
        (line["finding"].as_str().expect("words").to_owned(), line)
    };
    let (few, line) = found("10");
    assert!(few.starts_with("by the shares seen kept at all values; but 10 courses cannot prove it"), "{few}");
    assert!(few.contains("that takes about --replications 4"), "{few}");
    assert_eq!(line["not_told_yet"].as_array().map(Vec::len), Some(3));
    let (enough, line) = found("60");
    assert_eq!(enough, "kept at all values, with 95% confidence at every value");
    assert_eq!(line["not_told_yet"].as_array().map(Vec::len), Some(0));
    let folder = tempfile::tempdir().expect("a folder");
    let done = sweep(&folder.path().join("out"), &[&keys[..], &limit[..], &["2"]].concat());
    let screen = text(&done.stdout);
    assert!(screen.contains("announced length") && screen.contains("the actual return depends"), "{screen}");
}

/// Arguments after the path, and what is told in Chinese and English.
const REFUSALS: [(&[&str], &str, &str); 24] = [
    (&[], "--vary", "--vary"),
    (
        &["--vary", "people.employee.insured=0..1000000000/1"],
        "1000000001 个点，最多 400 个",
        "1000000001 points, at most 400",
    ),
    (&["--vary", "people.employee.insured=1..2/0"], "步长必须大于 0", "the step must be greater than 0"),
    (&["--vary", "people.employee.insured=1..2/-1"], "步长必须大于 0", "the step must be greater than 0"),
    (&["--vary", "people.employee.insured=3..2/1"], "网格是空的", "the grid is empty"),
    (&["--vary", "people.employee.insured"], "必须写作", "must be KEY=FROM..TO/STEP"),
    (&["--vary", "measures.surge.extra_windws=1..2/1"], "extra_windows", "did you mean `extra_windows`?"),
    (
        &["--vary", "deferred_share=0..1/0.5"],
        "--vary deferred_share = 0：没有这个键；要写从最上一级起的整个键；是否想写 `demand.",
        "--vary deferred_share = 0: unknown key; write the whole key from the top; did you mean `demand.",
    ),
    (&["--vary", "foo.bar=1,2"], "--vary foo：没有这个键", "--vary foo: unknown key, known here: "),
    (
        &["--vary", "measures.surge.extra_windws=1，2"],
        "--vary measures.surge.extra_windws = 1：",
        "--vary measures.surge.extra_windws = 1: ",
    ),
    (&["--vary", "measures.surge.extra_windows=0~2/1"], "键=起..止/步长", "KEY=FROM..TO/STEP"),
    (
        &["--vary", "measures.surge.extra_windows=many"],
        "--vary measures.surge.extra_windows = many：必须是",
        "--vary measures.surge.extra_windows = many: must be a number",
    ),
    (
        &["--vary", "surge.extra_windows=1,2"],
        "是否想写 `measures.surge.extra_windows`",
        "did you mean `measures.surge.extra_windows`?",
    ),
    (&["--vary", "measures.surgee.extra_windows=1..2/1"], "是否想写 `surge`", "did you mean `surge`?"),
    (
        &["--vary", "measures.stock-up.take_up_share=0.5..1.5/0.5"],
        "--vary measures.stock-up.take_up_share=1.5 (3/3)",
        "--vary measures.stock-up.take_up_share=1.5 (3/3)",
    ),
    (
        &["--vary", "measures.surge.extra_windows=1,2", "--vary", "measures.surge.extra_windows=3,4"],
        "同一个键",
        "same key",
    ),
    (&["--vary", "start=2022-02-01T00:00,2022-02-02T00:00"], "不能变动", "cannot be varied"),
    (
        &["--vary", "measures.surge.extra_windows=1,2", "--measure", "afected"],
        "是否想写 `affected`",
        "did you mean `affected`?",
    ),
    (&["--vary", "measures.surge.extra_windows=1,2", "--threshold", "平均排队 <= 100"], "wait-mean（", "wait-mean ("),
    (
        &["--vary", "measures.surge.extra_windows=1,2", "--measure", "back-to-normal@hal"],
        "是否想写 `hall`",
        "did you mean `hall`?",
    ),
    (&["--vary", "measures.surge.extra_windows=1,2", "--measure", "wait-p95"], "要写明哪一组", "needs a group"),
    (
        &["--vary", "measures.surge.extra_windows=1,2", "--threshold", "back-to-normal@hall <= 10"],
        "within_working_days",
        "within_working_days",
    ),
    (&["--vary", "measures.surge.extra_windows=1,2", "--limit", "soon"], "没有这一项", "no such limit"),
    (
        &["--vary", "measures.surge.extra_windows=1..400/1", "--replications", "1000"],
        "400000 次模拟，最多 100000 次",
        "400000 simulated courses, at most 100000",
    ),
];

#[test]
fn wrong_sweeps_are_refused_with_what_was_found_and_what_to_do() {
    for (arguments, zh, en) in REFUSALS {
        for (lang, says) in [("zh", zh), ("en", en)] {
            let folder = tempfile::tempdir().expect("a folder");
            let out = folder.path().join("sweep");
            let fixed = ["sweep", "scenarios/minimal", "--lang", lang, "--out", out.to_str().expect("a UTF-8 path")];
            let done = cutover(&[&fixed[..], arguments].concat());
            let told = text(&done.stderr);
            assert_eq!(done.status.code(), Some(2), "{arguments:?}: {told}");
            assert!(told.contains(says), "{arguments:?}: {told}");
            assert!(!out.exists(), "nothing is written: {arguments:?}");
            let told = told.replace("平均排队", "");
            let is_chinese = told.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert!(lang == "zh" || !is_chinese, "{told}");
        }
    }
}
