//! Scenario files that are wrong: what is told, where, and that nothing ever panics.

use std::fs;
use std::path::{Path, PathBuf};

use cutover::report::assumptions::missing_sources;
use cutover::scenario::error::{Code, Problem, Problems};
use cutover::scenario::layer::{Loaded, load, schedules};
use cutover::scenario::schema::schema_json;
use cutover::units::Lang;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/fixtures/cities");

/// A copy of the fixtures in which single files are overwritten.
struct Copy {
    folder: tempfile::TempDir,
}

impl Copy {
    fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("cities").tempdir().unwrap();
        copy_folder(Path::new(FIXTURES), folder.path());
        Self { folder }
    }

    fn with(name: &str, content: impl AsRef<[u8]>) -> Self {
        let copy = Self::new();
        fs::write(copy.path(name), content).unwrap();
        copy
    }

    fn and(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        fs::write(self.path(name), content).unwrap();
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn load(&self, sets: &[&str]) -> Result<Loaded, Problems> {
        let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
        load(&self.path("testville"), None, &sets)
    }

    fn problems(&self) -> Vec<Problem> {
        let problems = self.load(&[]).expect_err("the scenario must be refused");
        assert_eq!(problems.render(Lang::Zh).lines().count(), problems.len());
        problems.in_order().into_iter().cloned().collect()
    }

    fn only(&self) -> Problem {
        let problems = self.problems();
        assert_eq!(problems.len(), 1, "{problems:#?}");
        problems[0].clone()
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy_folder(&path, &target) } else { fs::copy(&path, &target).map(|_| ()).unwrap() }
    }
}

fn at(problem: &Problem) -> (&str, Option<u32>, &str, &str) {
    let file = problem.file.rsplit('/').next().unwrap_or_default();
    (file, problem.line, &problem.key, &problem.found)
}

fn hint(problem: &Problem) -> &str {
    problem.hint.as_ref().map_or("", |hint| hint.en.as_str())
}

const ANNOUNCED: &str = "testville/announced.toml";
const CITY: &str = "testville/city.toml";
const NATIONAL: &str = "national.toml";

#[test]
fn good_scenario_merges_layers_key_by_key() {
    let loaded =
        load(&Path::new(FIXTURES).join("testville"), None, &[]).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!((loaded.city.as_str(), loaded.schedule.as_str()), ("testville", "announced"));
    assert_eq!(loaded.layer.name.as_ref().unwrap().en, "as announced");
    assert_eq!(loaded.city_name.as_ref().unwrap().zh, "试城");
    let json = &loaded.json;
    assert_eq!(json["sites"]["hall"]["desk"]["windows"], 6);
    assert_eq!(json["suspend"]["settlement"]["stop"], "2021-09-24T24:00:00");
    // A distribution of another form replaces the one above it as a whole.
    assert_eq!(
        json["pathways"]["conversion"]["steps"]["desk"]["minutes"],
        serde_json::json!({ "pert": { "min": 2, "mode": 4, "max": 9 } })
    );
    assert_eq!(json["pathways"]["conversion"]["steps"]["desk"]["at"], "same-site");
    assert!(json.get("extends").is_none());
    let written =
        |key: &str| loaded.origins.written(key).map(|(file, line)| (file.rsplit('/').next().unwrap().to_owned(), line));
    assert_eq!(written("sites.hall.desk.windows"), Some(("city.toml".into(), Some(15))));
    assert_eq!(written("pathways.conversion.steps.desk.at"), Some(("national.toml".into(), Some(14))));
    assert_eq!(
        loaded.sources.find("suspend.settlement.stop", &loaded.origins).map(|text| text.in_lang(Lang::En)),
        Some("notice of 2021-09-20")
    );
    assert_eq!(loaded.calendar.years().collect::<Vec<_>>(), [2021]);
    let files: Vec<_> = loaded.files.iter().map(|file| file.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(files, ["cn.toml", "national.toml", "city.toml", "announced.toml"]);
}

#[test]
fn schedule_can_extend_another_and_replaces_the_kind_of_return() {
    let folder = Path::new(FIXTURES).join("testville");
    for (path, schedule) in [(folder.clone(), Some("longer")), (folder.join("longer.toml"), None)] {
        let loaded = load(&path, schedule, &[]).unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(loaded.schedule, "longer");
        assert_eq!(loaded.layer.name.as_ref().unwrap().en, "longer");
        assert_eq!(loaded.city_name.as_ref().unwrap().en, "Testville");
        let back = &loaded.json["suspend"]["settlement"]["return"];
        assert_eq!(back, &serde_json::json!({ "after_task": "acceptance", "estimated": "settlement.stop + 5d" }));
    }
    assert_eq!(schedules(&folder).unwrap(), ["announced", "longer"]);
}

#[test]
fn set_is_the_last_layer() {
    let copy = Copy::new();
    let sets = [
        "sites.hall.desk.windows=9",
        "sites.hall.desk.hours=agency",
        "suspend.settlement.stop=2021-09-25T08:00",
        "districts.东区.share = 0.25",
    ];
    let loaded = copy.load(&sets).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(loaded.json["sites"]["hall"]["desk"]["windows"], 9);
    assert_eq!(loaded.json["suspend"]["settlement"]["stop"], "2021-09-25T08:00");
    assert_eq!(loaded.json["districts"]["东区"]["share"], 0.25);
    assert_eq!(loaded.origins.written("sites.hall.desk.windows"), Some(("--set", None)));
}

#[test]
fn set_problems_name_the_key() {
    let cases = [
        ("sites.hall.desk.windows", Code::BadSet, "", ""),
        ("=3", Code::BadSet, "", ""),
        ("a..b=3", Code::BadSet, "", ""),
        ("lang=[1", Code::BadSet, "", ""),
        ("sites.hal.desk.windows=3", Code::UnknownName, "sites.hal", "did you mean `hall`?"),
        ("sites.hospital.desk.windows=3", Code::UnknownName, "sites.hospital", ""),
        ("sites.hall.desk.windoes=3", Code::UnknownKey, "sites.hall.desk.windoes", "did you mean `windows`?"),
        ("sites.hall.desk.windows=-4", Code::OutOfRange, "sites.hall.desk.windows", ""),
        ("sites.hall.desk=3", Code::WrongType, "sites.hall.desk", ""),
    ];
    for (set, code, key, meant) in cases {
        let problems = Copy::new().load(&[set]).unwrap_err();
        let problem = problems.in_order()[0];
        assert_eq!((problem.code, problem.file.as_str(), problem.line), (code, "--set", None), "{set}: {problems}");
        assert_eq!((problem.key.as_str(), hint(problem)), (key, meant), "{set}: {problems}");
    }
}

#[test]
fn missing_files_are_told() {
    let copy = Copy::new();
    let problems = load(&copy.path("testvile"), None, &[]).unwrap_err();
    let problem = problems.in_order()[0];
    assert_eq!((problem.code, hint(problem)), (Code::FileMissing, "did you mean `testville`?"));

    let problems = load(&copy.path("testville"), Some("annonced"), &[]).unwrap_err();
    let problem = problems.in_order()[0];
    assert_eq!((problem.code, hint(problem)), (Code::FileMissing, "did you mean `announced`?"));
    assert!(problem.allowed.en.contains("there are: announced, longer"), "{problem:?}");

    fs::remove_file(copy.path(NATIONAL)).unwrap();
    let problem = copy.only();
    assert_eq!(
        (problem.code, at(&problem)),
        (Code::FileMissing, ("city.toml", Some(1), "extends", "../national.toml"))
    );
    assert!(problem.allowed.en.ends_with("national.toml"));

    fs::remove_file(copy.path(CITY)).unwrap();
    let problem = copy.only();
    assert_eq!((problem.code, at(&problem)), (Code::FileMissing, ("announced.toml", None, "", "")));
    assert!(hint(&problem).contains("city.toml"));
}

#[test]
fn unreadable_files_are_told() {
    let cases: [(&[u8], Code, Option<u32>, &str); 8] = [
        (b"", Code::FileEmpty, None, "the file is empty"),
        (b" \n\t\n", Code::FileEmpty, None, "the file is empty"),
        (b"\x7fELF\x00\x01", Code::NotText, None, "is not a text file, must be TOML text"),
        (b"# \xc4\xcf\xcd\xa8\n", Code::NotUtf8, Some(1), "the file looks like GBK, it must be UTF-8"),
        (b"a = 1\n# \xc4", Code::NotUtf8, Some(2), "the file is not UTF-8"),
        (b"\xff\xfea\x00", Code::NotUtf8, None, "the file is UTF-16, it must be UTF-8"),
        (b"[suspend.settlement]\nstop = [1, ", Code::Syntax, Some(2), "unclosed array"),
        (b"[suspend.settlement]\nname = \"abc", Code::Syntax, Some(2), "invalid basic string"),
    ];
    for (bytes, code, line, allowed) in cases {
        let problem = Copy::with(ANNOUNCED, bytes).only();
        assert_eq!((problem.code, problem.line), (code, line), "{problem:?}");
        assert!(problem.file.ends_with(ANNOUNCED) && problem.allowed.en.contains(allowed), "{problem:?}");
        if code == Code::NotUtf8 {
            assert_eq!(hint(&problem), "save the file as UTF-8 in your editor");
        }
        if code == Code::Syntax {
            assert!(hint(&problem).contains("cut off"), "{problem:?}");
        }
    }
}

#[test]
fn folders_and_large_files_are_refused() {
    let copy = Copy::new();
    fs::remove_file(copy.path(NATIONAL)).unwrap();
    fs::create_dir(copy.path(NATIONAL)).unwrap();
    let problem = copy.only();
    assert_eq!((problem.code, at(&problem)), (Code::NotAFile, ("national.toml", None, "", "")));

    let problem = Copy::with(NATIONAL, "# 0123456789\n".repeat(400_000)).only();
    assert_eq!((problem.code, problem.allowed.en.as_str()), (Code::FileTooLarge, "must not be larger than 4 MB"));
}

#[test]
fn byte_order_mark_is_no_problem() {
    let text = fs::read_to_string(Path::new(FIXTURES).join(CITY)).unwrap();
    assert!(Copy::with(CITY, format!("\u{feff}{text}").replace('\n', "\r\n")).load(&[]).is_ok());
}

#[test]
fn circles_of_files_are_refused() {
    let problem = Copy::new().and(NATIONAL, "extends = \"testville/city.toml\"\n").only();
    assert_eq!(
        (problem.code, at(&problem)),
        (Code::ExtendsCycle, ("national.toml", Some(1), "extends", "testville/city.toml"))
    );
    let problem = Copy::new().and(ANNOUNCED, "\nextends = \"announced.toml\"\n").only();
    assert_eq!(
        (problem.code, at(&problem)),
        (Code::ExtendsCycle, ("announced.toml", Some(2), "extends", "announced.toml"))
    );
    let mut copy = Copy::new().and(ANNOUNCED, "extends = \"c0.toml\"\n");
    for number in 0..20 {
        copy = copy.and(&format!("testville/c{number}.toml"), format!("extends = \"c{}.toml\"\n", number + 1));
    }
    assert_eq!(copy.only().code, Code::ExtendsCycle);
}

#[test]
fn paths_in_files_must_be_relative() {
    for path in ["/etc/passwd", "", "a\\\\b"] {
        let problem = Copy::new().and(ANNOUNCED, format!("extends = \"{path}\"\n")).only();
        assert_eq!((problem.code, problem.line, problem.key.as_str()), (Code::BadPath, Some(1), "extends"));
    }
}

#[test]
fn syntax_problems_are_all_told_with_their_keys() {
    let text = "start = 2021-02-30\n\n[sites.hall]\nkind = hall\ncount = 1\ncount = 2\nsize_cv = 01\n";
    let problems = Copy::with(ANNOUNCED, text).problems();
    let told: Vec<_> = problems.iter().map(|problem| (problem.code, problem.line, problem.key.as_str())).collect();
    assert_eq!(
        told,
        [
            (Code::BadDate, Some(1), "start"),
            (Code::Syntax, Some(4), "sites.hall.kind"),
            (Code::DuplicateKey, Some(6), ""),
            (Code::Syntax, Some(7), "sites.hall.size_cv"),
        ],
        "{problems:#?}"
    );
    assert_eq!(problems[0].found, "2021-02-30");
    assert_eq!(problems[1].found, "hall");
}

#[test]
fn after_an_unclosed_bracket_only_the_bracket_is_told() {
    let problem = Copy::with(ANNOUNCED, "horizon_days = 30\n[sites.hall\nkind = 3\nnonsense = 4\n").only();
    assert_eq!((problem.code, problem.line), (Code::Syntax, Some(2)));
}

#[test]
fn nesting_too_deep_is_refused() {
    let problem = Copy::with(ANNOUNCED, format!("a = {}{}\n", "[".repeat(90_000), "]".repeat(90_000))).problems();
    assert!(problem.iter().any(|problem| problem.code == Code::TooDeep), "{problem:?}");
}

/// A file, and of its only problem: line, code, key, value found, part of the rule, hint.
type ShapeCase = (&'static str, u32, Code, &'static str, &'static str, &'static str, &'static str);

const SHAPE_CASES: [ShapeCase; 20] = [
    (
        "[sites.hall.desk]\nwindoes = 3\n",
        2,
        Code::UnknownKey,
        "sites.hall.desk.windoes",
        "3",
        "known here: class, windows",
        "did you mean `windows`?",
    ),
    ("[zzzzzz]\n", 1, Code::UnknownKey, "zzzzzz", "", "unknown key", ""),
    (
        "[sites.hall.desk]\nwindows = -4\n",
        2,
        Code::OutOfRange,
        "sites.hall.desk.windows",
        "-4",
        "must be at least 0",
        "",
    ),
    ("horizon_days = 9_999\n", 1, Code::OutOfRange, "horizon_days", "9_999", "must be from 1 to 1500", ""),
    ("horizon_days = 30.0\n", 1, Code::WrongType, "horizon_days", "30.0", "must be a whole number", "write 30"),
    (
        "horizon_days = \"30\"\n",
        1,
        Code::WrongType,
        "horizon_days",
        "\"30\"",
        "must be a whole number",
        "without quotes: 30",
    ),
    ("lang = \"zn\"\n", 1, Code::UnknownWord, "lang", "\"zn\"", "must be one of: zh | en", "did you mean `zh`?"),
    ("sites = 5\n", 1, Code::WrongType, "sites", "5", "must be a table", ""),
    (
        "[sites.hall]\ntags = \"a\"\n",
        2,
        Code::WrongType,
        "sites.hall.tags",
        "\"a\"",
        "must be an array",
        "write [\"a\"]",
    ),
    (
        "[profiles.day]\nhours = [1, 2]\n",
        2,
        Code::WrongLength,
        "profiles.day.hours",
        "[1, 2]",
        "must have 24 entries",
        "it has 2",
    ),
    (
        "[profiles.day]\nweekdays = [1,1,1,\n1,1,1,-1]\n",
        3,
        Code::OutOfRange,
        "profiles.day.weekdays[6]",
        "-1",
        "from 0 to 1000",
        "",
    ),
    ("[profiles.day]\nholiday = nan\n", 2, Code::NotFinite, "profiles.day.holiday", "nan", "finite", ""),
    ("[profiles.day]\nholiday = 1e400\n", 2, Code::NotFinite, "profiles.day.holiday", "1e400", "finite", ""),
    ("[classes.c]\nshare = 1.5\n", 2, Code::OutOfRange, "classes.c.share", "1.5", "from 0 to 1", ""),
    (
        "[people.employee]\ninsured = \"many\"\n",
        2,
        Code::WrongType,
        "people.employee.insured",
        "\"many\"",
        "range = [8, 20]",
        "",
    ),
    (
        "announced_at = \"settlement.retrun\"\n",
        1,
        Code::BadTime,
        "announced_at",
        "\"settlement.retrun\"",
        "announced_at, visit",
        "did you mean `return`?",
    ),
    (
        "announced_at = \"2021-02-30T10:00\"\n",
        1,
        Code::BadDate,
        "announced_at",
        "\"2021-02-30T10:00\"",
        "2021-07-30T18:00",
        "no such date or time of day",
    ),
    (
        "announced_at = 2021-07-30T18:00:00+08:00\n",
        1,
        Code::BadTime,
        "announced_at",
        "2021-07-30T18:00:00+08:00",
        "local",
        "leave the time zone out",
    ),
    ("[sites.\"../x\"]\ncount = 1\n", 1, Code::BadName, "sites.../x", "../x", "letters, digits", ""),
    ("name = { zh = \"甲\" }\n", 1, Code::MissingKey, "name", "{ zh = \"甲\" }", "en is missing", ""),
];

#[test]
fn each_shape_problem_names_place_value_rule_and_hint() {
    for (text, line, code, key, found, allowed, meant) in SHAPE_CASES {
        let problem = Copy::with(ANNOUNCED, text).only();
        assert_eq!((problem.code, problem.line, problem.key.as_str()), (code, Some(line), key), "{text}\n{problem:?}");
        assert!(problem.file.ends_with(ANNOUNCED), "{problem:?}");
        assert_eq!(hint(&problem), meant, "{problem:?}");
        assert!(problem.allowed.en.contains(allowed), "{problem:?}");
        assert!(found.is_empty() || problem.found == found, "{problem:?}");
        assert!(!problem.allowed.zh.is_empty() && problem.allowed.zh != problem.allowed.en);
    }
}

#[test]
fn numbers_and_quotes_of_chinese_texts_are_told_how_to_write() {
    let cases = [
        ("insured = 30，000", "写作 30_000"),
        ("insured = 30,000", "写作 30_000"),
        ("insured = 3万", "写作 30_000"),
        ("insured = \"3万\"", "写作 30_000"),
        ("insured = 20%", "写作 0.2"),
        ("name = “职工”", "“ 是中文引号，改用英文直引号 \"…\""),
        ("name = \"职工”", "” 是中文引号，改用英文直引号 \"…\""),
        ("insured ＝ 3", "＝ 是全角符号，改用半角 ="),
        ("insured = ３０", "写作 30"),
    ];
    for (line, meant) in cases {
        let problem = Copy::with(ANNOUNCED, format!("[people.employee]\n{line}\n")).only();
        let hint = problem.hint.as_ref().map_or("", |hint| hint.zh.as_str());
        assert_eq!((problem.line, hint), (Some(2), meant), "{line}: {problem:?}");
    }
    for (set, meant) in [
        ("people.employee.insured=3万", "write 30_000"),
        ("people.employee.insured=30,000", "write 30_000"),
        ("districts.东区.share=20%", "write 0.2"),
    ] {
        let problems = Copy::new().load(&[set]).unwrap_err();
        assert_eq!(hint(problems.in_order()[0]), meant, "{set}");
    }
}

#[test]
fn sources_must_say_the_same_in_both_languages() {
    let cases = [
        ("{ zh = \"公告\", en = \"assumption: none\" }", Code::BadSource, "both be assumptions"),
        ("{ zh = \"\", en = \"notice\" }", Code::BadSource, "both zh and en"),
        ("\"assumed\"", Code::BadSource, "begins with `assumption:`"),
        ("{ zh = \"公告\" }", Code::MissingKey, "en is missing"),
        ("3", Code::WrongType, "must be a text in quotes, or { zh"),
    ];
    for (source, code, allowed) in cases {
        let problem = Copy::with(ANNOUNCED, format!("[sources]\n\"people.*\" = {source}\n")).only();
        assert_eq!((problem.code, problem.line, problem.key.as_str()), (code, Some(2), "sources.people.*"));
        assert!(problem.allowed.en.contains(allowed), "{problem:?}");
    }
    let both = Copy::with(ANNOUNCED, "[sources]\n\"people.*\" = { zh = \"假设：无\", en = \"assumption: none\" }\n");
    let loaded = both.load(&[]).unwrap_or_else(|problems| panic!("{problems}"));
    let source = loaded.sources.find("people.employee.insured", &loaded.origins).unwrap();
    assert_eq!((source.reason(Lang::Zh), source.reason(Lang::En)), ("无", "none"));
}

#[test]
fn all_problems_of_all_layers_come_in_file_order() {
    let copy = Copy::new()
        .and(NATIONAL, "calendar = \"calendars/cn.toml\"\nlang = \"fr\"\nhorizon_days = 0\n")
        .and("calendars/cn.toml", "[years.2021]\nholidays = [\"2021-02-30\"]\nworking_weekends = [\"2021-05-03\"]\n")
        .and(CITY, "extends = \"../national.toml\"\n[sites.hall]\ncount = -1\n[sites.hall.desk]\nwindows = -4\n")
        .and(ANNOUNCED, "horizon_days = 20\nlang = \"en\"\n[sites.hall.desk]\nwindows = 5\nhuors = \"x\"\n");
    let problems = copy.load(&["lang=xx", "sites.hall.count=2"]).unwrap_err();
    let told: Vec<_> =
        problems.in_order().into_iter().map(|problem| (at(problem).0, problem.line, problem.key.as_str())).collect();
    // Values that a lower layer overrides are told all the same.
    assert_eq!(
        told,
        [
            ("cn.toml", Some(2), "years.2021.holidays[0]"),
            ("cn.toml", Some(3), "years.2021.working_weekends[0]"),
            ("national.toml", Some(2), "lang"),
            ("national.toml", Some(3), "horizon_days"),
            ("city.toml", Some(3), "sites.hall.count"),
            ("city.toml", Some(5), "sites.hall.desk.windows"),
            ("announced.toml", Some(5), "sites.hall.desk.huors"),
            ("--set", None, "lang"),
        ]
    );
}

#[test]
fn later_checks_can_report_at_a_key() {
    let loaded = Copy::new().load(&[]).unwrap_or_else(|problems| panic!("{problems}"));
    let mut problems = Problems::new();
    problems.at(
        &loaded.origins,
        "sites.hall.desk.hours",
        Code::UnknownName,
        "agencies",
        ("没有", "no such timetable"),
        None,
    );
    problems.at(&loaded.origins, "sites.hall.desk.profile", Code::Incomplete, "", ("缺少", "is missing"), None);
    problems.at(&loaded.origins, "demand", Code::Incomplete, "", ("缺少", "is missing"), None);
    let lines: Vec<_> = problems.in_order().into_iter().map(at).collect();
    assert_eq!(
        lines,
        [
            ("city.toml", Some(13), "sites.hall.desk.profile", ""),
            ("city.toml", Some(16), "sites.hall.desk.hours", "agencies"),
            ("announced.toml", None, "demand", ""),
        ]
    );
}

#[test]
fn messages_are_short_and_without_control_characters() {
    let text = format!("lang = \"{}\\u001b[31m\"\n\"{}\" = 1\n", "长".repeat(5_000), "k".repeat(100_000));
    let problems = Copy::with(ANNOUNCED, text).load(&[]).unwrap_err();
    let rendered = problems.render(Lang::Zh);
    assert_eq!(rendered.lines().count(), 2, "{rendered}");
    assert!(rendered.lines().all(|line| line.chars().count() < 1_000), "{rendered}");
    assert!(!rendered.chars().any(|c| c.is_control() && c != '\n'));
}

#[test]
fn bad_city_and_schedule_names_are_refused() {
    let copy = Copy::new();
    for name in ["../testville/announced", ".hidden", "a/b", "a b", ""] {
        let problems = load(&copy.path("testville"), Some(name), &[]).unwrap_err();
        assert_eq!(problems.in_order()[0].code, Code::BadName, "{name}");
    }
    let spaced = copy.path("test ville");
    copy_folder(&copy.path("testville"), &spaced);
    assert_eq!(load(&spaced, None, &[]).unwrap_err().in_order()[0].code, Code::BadName);
}

#[test]
fn schema_accepts_a_good_file_and_rejects_an_unknown_key() {
    let schema: serde_json::Value = serde_json::from_str(&schema_json()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut json = Copy::new().load(&[]).unwrap_or_else(|problems| panic!("{problems}")).json;
    assert!(
        validator.is_valid(&json),
        "{:?}",
        validator.iter_errors(&json).map(|error| error.to_string()).collect::<Vec<_>>()
    );
    json["sites"]["hall"]["desk"]["windoes"] = 3.into();
    assert!(!validator.is_valid(&json));
    assert!(!validator.is_valid(&serde_json::json!({ "lang": null })));
}

/// A small generator with a fixed seed (SplitMix64), so that a failure repeats.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end.max(1) as u64) as usize
    }
}

#[test]
fn damaged_files_never_panic() {
    let copy = Copy::new();
    let names = [ANNOUNCED, CITY, NATIONAL, "calendars/cn.toml"];
    let pieces: [&[u8]; 16] = [
        b"[",
        b"]",
        b"{",
        b"}",
        b"\"",
        b"=",
        b".",
        b"\n",
        b",",
        b"-1",
        b"nan",
        b"1e999",
        b"\xff",
        b"\0",
        b"2021-02-30",
        b"\xe5\x8c\xba",
    ];
    for round in 0..1_500_u64 {
        let mut dice = Dice(round);
        let name = names[dice.below(names.len())];
        let good = fs::read(Path::new(FIXTURES).join(name)).unwrap();
        let mut bytes = good.clone();
        if dice.below(4) == 0 {
            bytes.truncate(dice.below(good.len()));
        }
        for _ in 0..=dice.below(3) {
            let place = dice.below(bytes.len() + 1);
            let end = (place + dice.below(4)).min(bytes.len());
            bytes.splice(place..end, pieces[dice.below(pieces.len())].iter().copied());
        }
        fs::write(copy.path(name), &bytes).unwrap();
        if let Err(problems) = copy.load(&[]) {
            assert!(!problems.is_empty(), "round {round}");
            let text = problems.render(Lang::En) + &problems.render(Lang::Zh);
            assert!(!text.contains("(E030)"), "round {round}: let through by the shape check: {text}");
        }
        fs::write(copy.path(name), &good).unwrap();
    }
}

#[test]
fn a_number_that_a_city_writes_itself_is_not_covered_by_the_national_source() {
    let text = |name: &str, more: &str| fs::read_to_string(Path::new(FIXTURES).join(name)).unwrap() + more;
    let national = text(NATIONAL, "\"behaviour.*\" = \"bulletin\"\n[behaviour]\nday_effect_cv = 0.1\n");
    let without = |city: &str| {
        let copy = Copy::with(NATIONAL, &national).and(CITY, text(CITY, city));
        missing_sources(&copy.load(&[]).unwrap_or_else(|problems| panic!("{problems}")))
    };
    let key = "behaviour.day_effect_cv".to_owned();
    assert!(!without("").contains(&key));
    let own = "\n[behaviour]\nday_effect_cv = 0.9\n";
    assert!(without(own).contains(&key));
    assert!(!without(&format!("{own}[sources]\n\"behaviour.*\" = \"own count\"\n")).contains(&key));
}

#[test]
fn what_would_act_on_a_screen_is_escaped_wherever_a_text_is_used() {
    let city = fs::read_to_string(Path::new(FIXTURES).join(CITY)).unwrap();
    let evil = city.replacen("zh = \"试城\"", "zh = \"试\\u001b[2J\\u202E城\\u2066\"", 1);
    assert_ne!(city, evil);
    let loaded = Copy::with(CITY, evil).load(&[]).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(loaded.city_name.as_ref().unwrap().zh, "试\\u{1b}[2J\\u{202e}城\\u{2066}");
}

#[test]
fn a_deposit_has_the_same_kind_of_key_as_other_amounts_and_the_old_one_gets_a_hint() {
    let with = |pays: &str| {
        let schedule = fs::read_to_string(Path::new(FIXTURES).join(ANNOUNCED)).unwrap();
        Copy::with(ANNOUNCED, format!("{schedule}\n[pathways.deposit]\npays = {pays}\n"))
    };
    assert!(with("{ deposit_yuan = 500 }").load(&[]).is_ok());
    let problems = with("{ deposit-yuan = 500 }").problems();
    let problem = problems.iter().find(|one| one.key == "pathways.deposit.pays.deposit-yuan").unwrap();
    assert!(hint(problem).contains("`deposit_yuan`"), "{problem:?}");
}

#[test]
fn whole_numbers_take_a_range_and_stay_whole() {
    let with = |count: &str| {
        let schedule = fs::read_to_string(Path::new(FIXTURES).join(ANNOUNCED)).unwrap();
        Copy::with(ANNOUNCED, format!("{schedule}\n[sites.hall]\ncount = {count}\n"))
    };
    assert!(with("{ value = 3, range = [2, 5] }").load(&[]).is_ok());
    assert_eq!(with("2.5").problems()[0].key, "sites.hall.count");
    assert!(with("{ value = 6, range = [2, 5] }").problems()[0].allowed.en.contains("must contain the value"));
}
