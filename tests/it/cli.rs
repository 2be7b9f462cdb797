//! The program as a user runs it: exit statuses, files, refusals.

use std::path::Path;
use std::process::{Command, Output};

use crate::support::{cutover, loaded, program, text};

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
    for file in
        ["manifest.json", "summary.json", "summary.csv", "replications.parquet", "daily.parquet", "hourly.parquet"]
    {
        assert!(out.join(file).is_file(), "{file}");
    }
    let manifest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(out.join("manifest.json")).expect("a manifest")).expect("JSON");
    assert_eq!(manifest["seed"], 1);
    assert_eq!(manifest["replications"], 3);
}

/// Asserts that two runs of the minimal city write the same tables, byte for byte.
fn assert_same_tables(one: &[&str], other: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    let [one, other] = [("one", one), ("other", other)].map(|(name, more)| {
        let out = folder.path().join(name);
        assert!(run_minimal(&out, more).status.success(), "{more:?}");
        out
    });
    for file in ["summary.json", "summary.csv", "replications.parquet", "daily.parquet", "hourly.parquet"] {
        let read = |out: &Path| std::fs::read(out.join(file)).expect("the file is there");
        assert!(read(&one) == read(&other), "{file} differs");
    }
}

#[test]
fn threads_do_not_change_a_byte_of_the_tables() {
    assert_same_tables(&["--threads", "1"], &["--threads", "3"]);
}

#[test]
fn engines_do_not_change_a_byte_of_tables_and_logs() {
    assert_same_tables(&["--engine", "kernel"], &["--engine", "calendar"]);
    let log = |engine: &str| {
        let done = cutover(&["trace", "scenarios/minimal", "--replication", "2", "--lang", "en", "--engine", engine]);
        assert!(done.status.success(), "{}", text(&done.stderr));
        done.stdout
    };
    assert!(log("kernel") == log("calendar"), "logs differ");
    let refused = cutover(&["run", "scenarios/minimal", "--lang", "en", "--engine", "fast"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("kernel or calendar"), "{}", text(&refused.stderr));
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
fn a_trace_is_a_log_in_order_of_time_with_readable_people() {
    let done = cutover(&["trace", "scenarios/minimal", "--replication", "0", "--lang", "en"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let log = text(&done.stdout);
    let rows: Vec<Vec<&str>> = log.lines().map(|line| line.split(',').collect()).collect();
    let head = "time site event care_type scheme pathway step visit_site person_kind person visit_number yuan window";
    assert_eq!(rows[0].join(" "), head);
    assert!(rows.len() > 100 && rows.iter().all(|row| row.len() == 13));
    assert!(rows[1..].is_sorted_by_key(|row| row[0]));
    for row in &rows[1..] {
        let number = |cell: &str| cell.parse::<u32>().is_ok_and(|number| number > 0 && number < 1_000_000);
        let readable = match row[8] {
            "refill" | "dialysis" => number(row[9]) && number(row[10]),
            "one-time" | "inpatient" | "agency" => {
                let (day, count) = row[9].split_once('/').expect("a day and a number");
                day.len() == 10 && number(count) && row[10].is_empty()
            }
            _ => false,
        };
        assert!(readable, "{row:?}");
        assert_eq!(row[2] == "started", number(row[12]), "a window takes a claim: {row:?}");
        // A person who walks in has the day of the visit in the name.
        assert!(row[8] != "one-time" || row[2] != "paid" || row[9].starts_with(&row[0][..10]), "{row:?}");
    }
    let help = text(&cutover(&["trace", "--help", "--lang", "en"]).stdout);
    assert!(rows[0].iter().all(|column| help.contains(column)), "every column is explained: {help}");
}

#[test]
fn a_trace_in_chinese_and_a_site_that_is_not_there() {
    let done = cutover(&["trace", "scenarios/minimal", "--replication", "0", "--site", "hall/0", "--lang", "zh"]);
    let log = text(&done.stdout);
    assert!(log.starts_with("时间,网点,事件,就医类别,险种,"), "{log}");
    assert!(log.lines().count() > 1 && log.contains(",开始办理,"), "{log}");
    let arguments = |lang| ["trace", "scenarios/minimal", "--replication", "0", "--site", "hal/0", "--lang", lang];
    for (lang, meant, other) in [("zh", "是否想写 hall/0？", "no such"), ("en", "did you mean hall/0?", "没有")]
    {
        let refused = cutover(&arguments(lang));
        let told = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2));
        assert!(told.contains(meant) && told.contains("tertiary/0..") && !told.contains(other), "{told}");
    }
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

fn is_chinese(text: &str) -> bool {
    text.chars().any(|character| ('\u{4e00}'..='\u{9fff}').contains(&character))
}

fn json_of(city: &str, lang: &str) -> serde_json::Value {
    let path = format!("scenarios/{city}");
    let done = cutover(&["check", &path, "--json", "--lang", lang]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    serde_json::from_slice(&done.stdout).expect("JSON")
}

#[test]
fn reasons_of_all_cities_are_in_the_language_asked_for() {
    for city in ["minimal", "nantong", "wuhan", "chongqing", "zibo", "xinzhou"] {
        let (zh, en) = (json_of(city, "zh"), json_of(city, "en"));
        let (zh, en) = (zh["assumptions"].as_array().expect("a list"), en["assumptions"].as_array().expect("a list"));
        assert_eq!(zh.len(), en.len(), "{city}");
        for (zh, en) in zh.iter().zip(en) {
            let (reason_zh, reason_en) = (zh["reason"].as_str().expect("text"), en["reason"].as_str().expect("text"));
            assert!(reason_zh.starts_with("假设：") && !reason_zh.contains("assum"), "{city} {zh}");
            assert!(reason_en.starts_with("assumption: ") && !is_chinese(&reason_en.replace("淄博本地宝", "")), "{en}");
        }
    }
}

#[test]
fn every_source_of_the_shipped_files_is_in_both_languages() {
    for city in ["minimal", "nantong", "wuhan", "chongqing", "zibo", "xinzhou"] {
        let loaded = loaded(city, &[]);
        for (key, source) in loaded.sources.iter() {
            let (zh, en) = (source.in_lang(cutover::units::Lang::Zh), source.in_lang(cutover::units::Lang::En));
            assert!(is_chinese(zh) && zh != en, "{city} {key}: {zh}");
        }
    }
}

#[test]
fn check_shows_the_assumptions_to_verify_first_and_all_when_asked() {
    let numbered = |done: &Output| {
        let text = text(&done.stdout);
        let lines = text
            .lines()
            .filter(|line| line.trim_start().split_once(". ").is_some_and(|(n, _)| n.parse::<u32>().is_ok()));
        lines.map(|line| line.split_whitespace().nth(1).expect("a key").to_owned()).collect::<Vec<String>>()
    };
    let count = json_of("wuhan", "zh")["assumptions"].as_array().expect("a list").len();
    let short = cutover(&["check", "scenarios/wuhan", "--lang", "zh"]);
    let told = text(&short.stdout);
    let first = numbered(&short);
    assert_eq!(first.len(), 20, "{told}");
    assert!(told.contains(&format!("共 {count} 个")) && told.contains(&format!("另有 {} 个", count - 20)), "{told}");
    assert!(told.contains("--all") && told.contains("顺序："), "{told}");
    assert!(told.lines().count() <= 80 && !told.contains("assumption"), "{told}");
    let all = numbered(&cutover(&["check", "scenarios/wuhan", "--lang", "zh", "--all"]));
    assert_eq!((all.len(), &all[..20]), (count, &first[..]));
    // What the results rest on (README) stands before what only few matters meet.
    let place = |key: &str| all.iter().position(|known| known == key).unwrap_or_else(|| panic!("{key} is listed"));
    for key in ["demand.outpatient.deferred_share", "pathways.supplementary-entry-paid.steps.desk.minutes"] {
        assert!(place(key) < 20 && place(key) < place("demand.work-injury.bill_yuan"), "{key}");
    }
    assert!(place("measures.stock-up.take_up_share") < place("demand.long-stay.per_year.employee"));
    let without_range = "payment_runs.twice-monthly.days_of_month";
    assert!(place("demand.long-stay.per_year.employee") < place(without_range), "those without a range come last");
}

#[test]
fn a_folder_of_cities_is_told_with_the_cities_in_it() {
    for (lang, says, type_this) in [
        ("zh", "其中的城市：chongqing, minimal, nantong", "如 scenarios/chongqing"),
        ("en", "folder of cities", "such as scenarios/chongqing"),
    ] {
        let refused = cutover(&["check", "scenarios", "--lang", lang]);
        let told = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2));
        assert!(told.contains(says) && told.contains(type_this) && !told.contains("calendars"), "{told}");
    }
}

/// Arguments, and what the message says in Chinese and in English.
const MISUSES: [(&[&str], &str, &str); 13] = [
    (&["run"], "缺少 <路径>", "<PATH> is missing"),
    (
        &["rn", "x"],
        "没有 rn 这个命令，可用：run, compare, sweep, cities, check, trace, chart, report, verify, schema, help；是否想写 run？",
        "did you mean run?",
    ),
    (&["run", "x", "--replicatons", "3"], "没有 --replicatons 这个选项，可用：", "did you mean --replications?"),
    (
        &["run", "x", "--replications", "0"],
        "= 0：必须是 1 到 1000000 的整数",
        "= 0: must be a whole number from 1 to 1000000",
    ),
    (&["run", "x", "--replications", "3万"], "写作 30_000", "write 30_000"),
    (&["run", "x", "--replications"], "--replications <次数> 后面缺少值", "--replications <N> needs a value"),
    (&["run", "x", "--precision", "2"], "如 2% 或 0.02", "such as 2% or 0.02"),
    (&["run", "x", "y"], "多出一个参数 y", "one argument too many: y"),
    (&["run", "x", "--seed", "1", "--seed", "2"], "--seed <数> 只能写一次", "--seed <NUMBER> can be given once only"),
    (&["run", "x", "--replications", "3", "--precision", "2%"], "不能与", "cannot be used with"),
    (&["compare", "x", "--replications", "3", "--precision", "2%"], "不能与", "cannot be used with"),
    (&["compare", "x", "--precision", "0"], "如 2% 或 0.02", "such as 2% or 0.02"),
    (&["trace", "x"], "缺少 --replication <序号>", "--replication <N> is missing"),
];

#[test]
fn misuse_is_told_in_the_readers_language_with_status_2_and_what_to_type() {
    for (arguments, zh, en) in MISUSES {
        let asked = |lang: &str, locale: &str| {
            let mut command = program();
            command.args(arguments).env("LC_ALL", locale);
            if !lang.is_empty() {
                command.args(["--lang", lang]);
            }
            command.output().expect("the program starts")
        };
        // An option without its value would take `--lang` for it; there the locale decides.
        let by_option = arguments.last() != Some(&"--replications");
        let mut outputs = vec![(asked("", "zh_CN.UTF-8"), zh, true), (asked("", "C"), en, false)];
        if by_option {
            outputs.extend([(asked("zh", "C"), zh, true), (asked("en", "zh_CN.UTF-8"), en, false)]);
        }
        for (output, says, chinese) in outputs {
            let told = text(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{arguments:?}");
            assert!(told.contains(says), "{arguments:?}: {told}");
            let help = if arguments.len() > 1 && arguments[0] == "rn" { "cutover --help" } else { "--help" };
            assert!(
                told.contains(help) && told.contains(if chinese { "用法：cutover" } else { "usage: cutover" }),
                "{told}"
            );
            assert!(chinese || !is_chinese(&told.replace("3万", "")), "{told}");
            assert!(!told.contains('｜'), "{told}");
        }
    }
}

#[test]
fn help_is_in_one_language_and_names_every_option() {
    let options = [
        "--set",
        "--lang",
        "--replications",
        "--precision",
        "--seed",
        "--threads",
        "--out",
        "--force",
        "--quiet",
        "--json",
    ];
    for (lang, headings) in [("zh", ["用法：", "参数：", "选项："]), ("en", ["Usage: ", "Arguments:", "Options:"])]
    {
        for arguments in [["run", "--help"], ["help", "run"]] {
            let locale = if lang == "zh" { "zh_CN.UTF-8" } else { "C" };
            let help = program().args(arguments).env("LC_ALL", locale).output();
            let help = text(&help.expect("the program starts").stdout);
            assert!(headings.iter().chain(&options).all(|word| help.contains(word)), "{help}");
            assert!(!help.contains('｜') && (lang == "zh") == is_chinese(&help), "{help}");
        }
        for command in ["run", "sweep", "check", "trace", "schema"] {
            let help = text(&cutover(&[command, "--help", "--lang", lang]).stdout);
            let own = help.lines().filter(|line| line.starts_with("  ") || !line.is_empty());
            let told: Vec<&str> =
                own.take_while(|line| !line.starts_with("Columns") && !line.starts_with("各列")).collect();
            for line in told.iter().filter(|line| line.trim_start().starts_with('-')) {
                let explained =
                    line.split_once("  ").map_or("", |(_, rest)| rest.trim_start_matches(|c: char| c != ' '));
                assert!(is_chinese(explained) == (lang == "zh"), "{command}: {line}");
            }
        }
    }
}

#[test]
fn a_language_alone_gives_help_in_it() {
    for (lang, says) in [("zh", "用法："), ("en", "Usage: ")] {
        let done = cutover(&["--lang", lang]);
        assert!(done.status.success() && text(&done.stdout).contains(says), "{}", text(&done.stderr));
    }
    assert_eq!(cutover(&["--lang", "klingon"]).status.code(), Some(2));
}

#[test]
fn names_of_desks_stand_in_full_on_the_screen() {
    let folder = tempfile::tempdir().expect("a folder");
    for (lang, names) in [
        ("zh", ["医院医保窗口", "基层机构窗口", "医保经办大厅", "药店柜台", "审核岗"]),
        (
            "en",
            ["hospital insurance desks", "primary-care desks", "agency halls", "pharmacy counters", "review offices"],
        ),
    ] {
        let screen = text(&run_minimal(&folder.path().join(lang), &["--lang", lang]).stdout);
        let starts = |name: &str| screen.lines().any(|line| line.starts_with(&format!("{name} ")));
        assert!(names.into_iter().all(starts) && !screen.contains('…'), "{screen}");
        let widest = screen.lines().map(cutover::report::numbers::width).max();
        assert!(widest <= Some(100), "{screen}");
    }
}

#[test]
fn force_overwrites_results_but_never_a_foreign_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("budget.xlsx"), "mine").expect("a file");
    let refused = run_minimal(folder.path(), &["--force", "--lang", "zh"]);
    assert_eq!(refused.status.code(), Some(2));
    let told = text(&refused.stderr);
    assert!(told.contains("budget.xlsx") && told.contains("--out"), "{told}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
}

/// Runs the program where no file may grow beyond some blocks: the system refuses to write on, as on
/// a full disk.
#[cfg(target_os = "linux")]
fn cramped(blocks: u32, arguments: &[&str]) -> Output {
    Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f \"$0\"; exec \"$@\"", &blocks.to_string()])
        .arg(env!("CARGO_BIN_EXE_cutover"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("a shell starts")
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_system_that_takes_no_more_is_told_and_leaves_nothing_half_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let arguments = |lang: &'static str| {
        let out = out.to_str().expect("a UTF-8 path");
        ["run", "scenarios/minimal", "--replications", "3", "--quiet", "--out", out, "--lang", lang]
    };
    for (lang, says, cause) in [("zh", "无法写入", "超过系统允许的文件大小"), ("en", "cannot be written", "ulimit -f")]
    {
        let failed = cramped(16, &arguments(lang));
        let told = text(&failed.stderr);
        assert_eq!(failed.status.code(), Some(1), "{told}");
        assert!(told.contains("summary.json") && told.contains(says) && told.contains(cause), "{told}");
        assert!(told.contains("--out") && !told.contains(".json.tmp"), "what to do, and no name that is gone: {told}");
        assert_eq!(std::fs::read_dir(&out).expect("a folder").count(), 0, "nothing half-written, no lock");
    }
    // The folder is still good for a run that finds room, and what that writes outlives a later failure.
    assert!(cutover(&arguments("en")).status.success());
    let files = ["manifest.json", "summary.json", "daily.parquet", "charts/backlog.png", "charts/timeline.svg"];
    let read = || files.map(|name| std::fs::read(out.join(name)).expect("the file is there"));
    let before = read();
    assert_eq!(cramped(16, &arguments("en")).status.code(), Some(1));
    assert!(before == read(), "results of before are kept whole");
    let names = std::fs::read_dir(&out).expect("a folder").flatten().map(|entry| entry.file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().ends_with(".tmp")));
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_that_finds_no_room_leaves_the_older_log_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log.csv");
    std::fs::write(&log, "older").expect("a file");
    let shown = log.to_str().expect("a UTF-8 path");
    let failed = cramped(4, &["trace", "scenarios/minimal", "--replication", "0", "--lang", "en", "--out", shown]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(text(&failed.stderr).contains("log.csv: cannot be written"), "{}", text(&failed.stderr));
    assert_eq!(std::fs::read_to_string(&log).expect("still there"), "older");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named_for_files_and_for_standard_output() {
    for (lang, says) in [("zh", "磁盘已满"), ("en", "the disk is full")] {
        let failed =
            cutover(&["trace", "scenarios/minimal", "--replication", "0", "--out", "/dev/full", "--lang", lang]);
        assert_eq!(failed.status.code(), Some(1));
        let told = text(&failed.stderr);
        assert!(told.contains("/dev/full") && told.contains(says) && told.contains("--out"), "{told}");
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("the full device");
        let mut command = program();
        command.args(["check", "scenarios/minimal", "--lang", lang]);
        let failed = command.stdout(full).output().expect("the program starts");
        assert_eq!(failed.status.code(), Some(1));
        assert!(text(&failed.stderr).contains(says), "{}", text(&failed.stderr));
    }
    assert!(!Path::new("/dev/full").is_file(), "a device stays a device");
}

#[test]
fn verify_prints_theory_and_simulation_and_knows_its_cases() {
    let done = cutover(&["verify", "patients", "stays", "--lang", "en"]);
    assert!(done.status.success(), "{}", text(&done.stdout));
    let table = text(&done.stdout);
    for part in [
        concat!("cutover ", env!("CARGO_PKG_VERSION"), ", theory against simulation: 2 cases, seed 1917"),
        "people in hospital at the start",
        "9 comparisons pass",
        "standard error at most 1 % of theory",
        "0 are not precise enough",
        "does not check the assumptions",
    ] {
        assert!(table.replace('\n', " ").contains(part), "{part}: {table}");
    }
    assert!(table.find("patients  ") < table.find("stays  "), "in the order asked for: {table}");
    let chinese = text(&cutover(&["verify", "patients", "--lang", "zh", "--engine", "calendar"]).stdout);
    for part in ["期望值", "首次取药日", "核对算法", "patients 没有窗口排队，--engine 对其不起作用"]
    {
        assert!(chinese.contains(part), "{part}: {chinese}");
    }
    let help = text(&cutover(&["verify", "--help", "--lang", "zh"]).stdout);
    assert!(help.contains("m-m-c           多窗口排队") && help.contains("两次都不满足才算不通过"), "{help}");
    for (name, says) in [
        ("tango", "there is no case \"tango\""),
        ("", "there is no case \"\""),
        ("mmc", "did you mean m-m-c?"),
        ("x", "tandem          waits at a back office"),
    ] {
        let unknown = cutover(&["verify", name, "--lang", "en"]);
        assert_eq!(unknown.status.code(), Some(2));
        assert!(text(&unknown.stderr).contains(says), "{}", text(&unknown.stderr));
    }
    let steam = cutover(&["verify", "patients", "--engine", "steam", "--lang", "en"]);
    assert_eq!(steam.status.code(), Some(2));
    assert!(text(&steam.stderr).contains("must be kernel or calendar"), "{}", text(&steam.stderr));
}

#[test]
fn verify_looks_again_where_a_first_look_is_off() {
    // One seed in a hundred or so is unlucky enough, and next to none is so twice.
    let case = cutover::verify::CASES.iter().find(|case| case.key == "patients").expect("a case");
    let engines = cutover::engine::Engine::ALL;
    let is_off = |seed: &u64| case.examine(engines, *seed).iter().any(|one| one.second.is_some());
    let seed = (0..20_000).find(is_off).expect("a row in 370 is off").to_string();
    let again = cutover(&["verify", "patients", "--seed", &seed, "--lang", "en"]);
    assert_eq!(again.status.code(), Some(0), "{}", text(&again.stdout));
    assert!(text(&again.stdout).contains("^ beyond 3 standard errors; second look, seed"), "{}", text(&again.stdout));
    let told = cutover(&["verify", "patients", "--seed", &seed, "--json"]);
    let told: serde_json::Value = serde_json::from_slice(&told.stdout).expect("JSON");
    assert_eq!((&told["failing"], &told["version"]), (&0.into(), &env!("CARGO_PKG_VERSION").into()));
    let rows = told["rows"].as_array().expect("rows");
    let row = rows.iter().find(|row| !row["first_look"].is_null()).expect("a row looked at again");
    assert_eq!((&row["verdict"], &row["first_look"]["verdict"]), (&"agrees".into(), &"disagrees".into()));
    assert_eq!(row["seed"], told["second_seed"]);
    assert_eq!(row["engines"].as_array().map(Vec::len), Some(0), "no desk is served");
    assert!(told["cases"][0]["theory"]["zh"].as_str().is_some_and(|theory| theory.contains("卡方")));
}

#[test]
fn verify_that_cannot_write_says_so() {
    let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") else { return };
    let mut command = program();
    let failed =
        command.args(["verify", "patients", "--lang", "zh"]).stdout(full).output().expect("the program starts");
    assert_eq!(failed.status.code(), Some(1));
    let told = text(&failed.stderr);
    assert!(told.contains("无法写入标准输出") && !told.contains("未通过"), "{told}");
}

#[test]
fn a_negative_seed_is_told_what_a_seed_is() {
    for words in [&["verify"][..], &["run", "scenarios/minimal"], &["trace", "scenarios/minimal", "--replication", "0"]]
    {
        let arguments = [words, &["--seed", "-1", "--lang", "en"]].concat();
        let failed = cutover(&arguments);
        assert_eq!(failed.status.code(), Some(2));
        let told = text(&failed.stderr);
        assert!(told.contains("must be a whole number from 0 to 18446744073709551615"), "{told}");
    }
}

#[test]
fn a_city_called_by_its_name_is_found_in_its_folder() {
    for (arguments, zh, en) in [
        (&["check", "淄博"][..], "这个城市在 scenarios/zibo", "this city is in scenarios/zibo"),
        (&["run", "scenarios/武汉市"], "这个城市在 scenarios/wuhan", "this city is in scenarios/wuhan"),
        (&["cities", "淄博", "忻州"], "scenarios/zibo", "scenarios/zibo"),
        (&["compare", "Xinzhou"], "scenarios/xinzhou", "scenarios/xinzhou"),
        (&["sweep", "nantong", "--vary", "a=1,2"], "scenarios/nantong", "scenarios/nantong"),
        (
            &["check", "scenarios/minimal/surge"],
            "是否想写 `scenarios/minimal/surge.toml`",
            "`scenarios/minimal/surge.toml`",
        ),
        (&["run", "scenarios/minimal", "surge"], "方案写成其文件", "a schedule is named by its file"),
        (&["run", "docs"], "不是情景文件夹", "is no scenario folder"),
        (&["compare", "docs"], "不是情景文件夹", "is no scenario folder"),
        (&["check", "README.md"], "方案文件以 .toml 结尾", "their files end in .toml"),
        (&["run", "scenarios/minimal", "--replications", "-5"], "必须是 1 到", "must be a whole number from 1"),
        (&["trace", "scenarios/minimal", "--replication", "-1"], "必须是", "must be"),
        (&["run", "scenarios/minimal", "--precision", "2"], "2% 写作 0.02", "for 2% write 0.02"),
        (&["check", "scenarios/Wuhan"], "是否想写 `wuhan`", "did you mean `wuhan`?"),
    ] {
        for (lang, says) in [("zh", zh), ("en", en)] {
            let done = cutover(&[arguments, &["--lang", lang]].concat());
            assert_eq!(done.status.code(), Some(2), "{arguments:?}");
            assert!(text(&done.stderr).contains(says), "{arguments:?}: {}", text(&done.stderr));
        }
    }
    let done = cutover(&["check", "北京", "--lang", "zh"]);
    assert!(!text(&done.stderr).contains("scenarios/"), "{}", text(&done.stderr));
}

#[test]
fn a_return_after_the_simulation_is_told_or_refused() {
    let check = |time: &str, lang: &str| {
        let set = format!("suspend.settlement.return.fixed={time}");
        cutover(&["check", "scenarios/minimal", "--lang", lang, "--set", &set])
    };
    for (lang, refused, told) in [
        ("zh", "请核对年份", "在模拟结束之后"),
        ("en", "check the year", "after the simulation's end: nothing that follows is simulated"),
    ] {
        let done = check("2031-01-01T08:00", lang);
        assert_eq!(done.status.code(), Some(2));
        let error = text(&done.stderr);
        assert!(error.contains(refused) && error.contains("--set: suspend.settlement.return.fixed"), "{error}");
        let done = check("2022-09-01T08:00", lang);
        assert!(done.status.success() && text(&done.stdout).contains(told), "{}", text(&done.stdout));
        assert!(!text(&check("2022-03-13T24:00", lang).stdout).contains(told));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out").display().to_string();
    let late = "suspend.settlement.return.fixed=2022-06-01T08:00";
    let done =
        cutover(&["run", "scenarios/minimal", "--replications", "2", "--lang", "en", "--out", &out, "--set", late]);
    assert!(text(&done.stdout).contains("lies after the simulation's end"), "{}", text(&done.stdout));
}
