//! Finding the files of a scenario: the schedule, what it extends, the calendar.
//!
//! A schedule extends the `city.toml` beside it unless it says otherwise. Paths in files are
//! relative to the file that names them.

use std::path::{Component, Path, PathBuf};

use super::error::{Code, Problem, Problems, Text, listed, meant};
use super::file::{self, Doubt, Node};
use super::origin::Origins;
use super::raw::Name;
use super::read;
use super::schema::Schema;
use super::shape::{self, is_name};
use crate::calendar::{Calendar, CalendarFault, CalendarFile};

/// The schedule loaded when none is named.
pub const SCHEDULE_DEFAULT: &str = "announced";

/// File of a city in its folder.
pub(super) const CITY_FILE: &str = "city.toml";

/// Where scenarios lie when a city is called by its name alone.
const SCENARIOS: &str = "scenarios";

/// Longest chain of files that extend each other.
const CHAIN_MAX: usize = 8;

/// Place of the calendar among the layers.
const PLACE_CALENDAR: u16 = 1;

/// Place of the schedule among the layers; the files above it count down from here.
pub(super) const PLACE_SCHEDULE: u16 = 50;

/// The schedules of a scenario folder by name: [`SCHEDULE_DEFAULT`] first, the others in
/// alphabetical order.
///
/// # Errors
///
/// The folder cannot be read, or is no city's but holds cities.
pub fn schedules(folder: &Path) -> Result<Vec<String>, Problems> {
    let shown = shown(folder);
    if !folder.join(CITY_FILE).exists()
        && let Some(problem) = parent_folder(folder)
    {
        return Err(problem.into());
    }
    let unreadable = |error: std::io::Error| {
        let mut problems = Problems::new();
        problems.add(match error.kind() {
            std::io::ErrorKind::NotFound => {
                Problem::of_file(Code::FileMissing, shown.as_str(), ("没有这个文件夹", "no such folder"))
            }
            _ => Problem::of_file(
                Code::FileUnreadable,
                shown.as_str(),
                (format!("无法读取：{error}"), format!("cannot be read: {error}")),
            ),
        });
        problems
    };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let toml = path.extension().is_some_and(|extension| extension == "toml");
        if toml && is_name(stem) && !path.ends_with(CITY_FILE) {
            names.push(stem.to_owned());
        }
    }
    if names.is_empty() && !folder.join(CITY_FILE).exists() {
        return Err(no_scenario(folder).into());
    }
    names.sort_by_key(|name| (name != SCHEDULE_DEFAULT, name.clone()));
    Ok(names)
}

/// A schedule file with the names of its city and itself.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) file: PathBuf,
    pub(super) city: String,
    pub(super) schedule: String,
}

/// Finds the schedule file that a path and a name mean.
pub(super) fn locate(path: &Path, schedule: Option<&str>) -> Result<Target, Box<Problem>> {
    let shown_path = shown(path);
    let is_folder = path.is_dir();
    if !is_folder && !path.exists() {
        let allowed = ("没有这个文件或文件夹", "no such file or folder");
        let hint = neighbour(path).or_else(|| city_called(path));
        return Err(Box::new(Problem::of_file(Code::FileMissing, shown_path, allowed).with_hint(hint)));
    }
    if path.is_file() && path.extension().is_none_or(|end| end != "toml") {
        let allowed = (
            "不是方案文件：方案文件以 .toml 结尾，如 scenarios/wuhan/announced.toml",
            "is no schedule: their files end in .toml, such as scenarios/wuhan/announced.toml",
        );
        return Err(Box::new(Problem::of_file(Code::NotAFile, shown_path, allowed)));
    }
    let folder = if is_folder { path.to_path_buf() } else { path.parent().map(Path::to_path_buf).unwrap_or_default() };
    let folder = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder };
    let named = match schedule {
        Some(name) => Some(name.to_owned()),
        None if is_folder || path.ends_with(CITY_FILE) => Some(SCHEDULE_DEFAULT.to_owned()),
        None => None,
    };
    let (file, schedule) = match named {
        Some(name) => (named_schedule(&folder, &name)?, name),
        None => (path.to_path_buf(), path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned()),
    };
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.clone());
    let city = whole.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    for (what, name) in [(&shown_path, &city), (&shown(&file), &schedule)] {
        if !is_name(name) {
            return Err(Box::new(
                Problem::of_file(Code::BadName, what.as_str(), shape::name_rule()).with_key("", name),
            ));
        }
    }
    Ok(Target { file, city, schedule })
}

/// A file or folder beside a missing one whose name is near it.
fn neighbour(path: &Path) -> Option<Text> {
    let name = path.file_name()?.to_str()?;
    // A schedule without the ending of its file.
    let whole = path.with_file_name(format!("{name}.toml"));
    if whole.is_file() {
        let whole = shown(&whole);
        return Some(Text::new(format!("是否想写 `{whole}`？"), format!("did you mean `{whole}`?")));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let names = std::fs::read_dir(folder).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.take(1_000).collect();
    names.sort();
    meant(name, names.iter().map(String::as_str))
}

/// The folder of the city that a missing path calls by its name, beside it or in a folder of scenarios:
/// `scenarios/zibo` for 淄博 and for `zibo`.
fn city_called(path: &Path) -> Option<Text> {
    let wanted = path.file_name()?.to_str()?;
    let above = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    for place in [above.to_path_buf(), above.join(SCENARIOS), PathBuf::from(SCENARIOS)] {
        let found = cities_in(&place).into_iter().find(|city| {
            let names = name_of(&place.join(city)).map_or_else(Vec::new, |name| vec![name.zh, name.en]);
            names.iter().chain([city]).any(|name| plain_city(name) == plain_city(wanted))
        });
        if let Some(city) = found {
            let folder = shown(&place.join(city));
            return Some(Text::new(format!("这个城市在 {folder}"), format!("this city is in {folder}")));
        }
    }
    None
}

/// A city's name without what it is called with or without: `淄博市` and `淄博` are the same.
fn plain_city(name: &str) -> String {
    let name = name.trim().to_lowercase();
    let short = name.strip_suffix('市').filter(|short| short.chars().count() > 1);
    short.map_or_else(|| name.clone(), str::to_owned)
}

/// The name that a city's folder states.
fn name_of(folder: &Path) -> Option<Name> {
    let file = folder.join(CITY_FILE);
    let shown_path = shown(&file);
    let text = read::read_text(&file, &shown_path).ok()?;
    // What is wrong with a city that was not asked for is not told.
    let (node, _) = file::parse(&text, PLACE_SCHEDULE, &shown_path, &mut Problems::new());
    serde_json::from_value(node.entries()?.get("name")?.to_json()).ok()
}

fn named_schedule(folder: &Path, name: &str) -> Result<PathBuf, Box<Problem>> {
    if !is_name(name) {
        return Err(Box::new(Problem::of_file(Code::BadName, shown(folder), shape::name_rule()).with_key("", name)));
    }
    let file = folder.join(format!("{name}.toml"));
    if name != "city" && file.exists() {
        return Ok(file);
    }
    if !folder.join(CITY_FILE).exists()
        && let Some(problem) = parent_folder(folder)
    {
        return Err(Box::new(problem));
    }
    let known = schedules(folder).unwrap_or_default();
    if known.is_empty() && !folder.join(CITY_FILE).exists() {
        return Err(Box::new(no_scenario(folder)));
    }
    let list = listed(known.iter().map(String::as_str));
    let allowed = (format!("没有方案 {name}，现有：{list}"), format!("no schedule {name}, there are: {list}"));
    let hint = meant(name, known.iter().map(String::as_str));
    Err(Box::new(Problem::of_file(Code::FileMissing, shown(&file), allowed).with_hint(hint)))
}

/// What to say of a folder in which there is no schedule, such as one of results.
fn no_scenario(folder: &Path) -> Problem {
    let allowed = (
        "不是情景文件夹，其中没有方案文件（.toml）",
        "is no scenario folder: there is no schedule in it (a .toml file)",
    );
    let hint = Text::new(
        "请写情景文件夹，如 scenarios/wuhan；结果文件夹用 cutover report、cutover chart",
        "name a scenario folder such as scenarios/wuhan; for results use cutover report or cutover chart",
    );
    Problem::of_file(Code::FileMissing, shown(folder), allowed).with_hint(Some(hint))
}

/// What to say of a folder that is no city but has cities in it.
fn parent_folder(folder: &Path) -> Option<Problem> {
    let names = cities_in(folder);
    let first = shown(&folder.join(names.first()?));
    let list = listed(names.iter().map(String::as_str));
    let allowed = (
        format!("是上级文件夹，不是一个城市；其中的城市：{list}"),
        format!("is no city but a folder of cities: {list}"),
    );
    let hint = Text::new(format!("请写到城市，如 {first}"), format!("name one of them, such as {first}"));
    Some(Problem::of_file(Code::FileMissing, shown(folder), allowed).with_hint(Some(hint)))
}

/// Names of the folders of cities in a folder, in order.
fn cities_in(folder: &Path) -> Vec<String> {
    let below = std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let cities = below.take(1_000).filter(|path| path.join(CITY_FILE).is_file());
    let mut names: Vec<String> = cities.filter_map(|path| path.file_name()?.to_str().map(str::to_owned)).collect();
    names.sort();
    names
}

/// One file of the chain.
#[derive(Debug)]
pub(super) struct FileLayer {
    pub(super) path: PathBuf,
    pub(super) shown: String,
    pub(super) place: u16,
    pub(super) node: Node,
    pub(super) doubt: Doubt,
}

/// Reads the chain of files, the schedule first. Problems stop the chain, not the loading.
pub(super) fn gather(schedule: &Path, problems: &mut Problems) -> Vec<FileLayer> {
    let mut layers: Vec<FileLayer> = Vec::new();
    let mut seen: Vec<PathBuf> = Vec::new();
    let mut next = Some((schedule.to_path_buf(), None));
    while let Some((path, named_by)) = next.take() {
        let place = PLACE_SCHEDULE - layers.len() as u16;
        let shown_path = shown(&path);
        let whole = path.canonicalize().unwrap_or_else(|_| path.clone());
        if seen.contains(&whole) || layers.len() >= CHAIN_MAX {
            let by: Problem =
                named_by.unwrap_or_else(|| Problem::of_file(Code::ExtendsCycle, &shown_path, Text::default()));
            let chain = layers.iter().map(|layer| layer.shown.as_str()).collect::<Vec<_>>().join(" → ");
            let allowed = (
                format!("extends 不得成环，最多 {CHAIN_MAX} 层：{chain} → {shown_path}"),
                format!(
                    "files must not extend each other in a circle, nor more than {CHAIN_MAX}: {chain} → {shown_path}"
                ),
            );
            problems.add(Problem { code: Code::ExtendsCycle, allowed: allowed.into(), ..by });
            break;
        }
        seen.push(whole);
        let text = match read::read_text(&path, &shown_path) {
            Ok(text) => text,
            Err(mut problem) => {
                problem.place = place;
                problems.add(match named_by {
                    Some(by) if problem.code == Code::FileMissing => missing_parent(by, &shown_path, &path),
                    _ => *problem,
                });
                break;
            }
        };
        let (node, doubt) = file::parse(&text, place, &shown_path, problems);
        next = parent(&path, &shown_path, &node, layers.is_empty(), problems);
        layers.push(FileLayer { path, shown: shown_path, place, node, doubt });
    }
    layers
}

fn missing_parent(by: Problem, shown_path: &str, path: &Path) -> Problem {
    let allowed = Text::new(format!("没有文件 {shown_path}"), format!("there is no file {shown_path}"));
    let hint = neighbour(path).or(by.hint.clone());
    Problem { code: Code::FileMissing, allowed, ..by }.with_hint(hint)
}

type Next = Option<(PathBuf, Option<Problem>)>;

/// The file that a file extends, with the problem to tell should it be missing.
fn parent(path: &Path, shown_path: &str, node: &Node, is_schedule: bool, problems: &mut Problems) -> Next {
    let folder = path.parent().unwrap_or(Path::new(""));
    let extends = node.entries().and_then(|entries| entries.get("extends"));
    if let Some((entry, text)) = extends.and_then(|entry| entry.as_text().map(|text| (entry, text))) {
        let at = Problem::of_file(Code::BadPath, shown_path, Text::default());
        let at = at.with_line(entry.origin.place, entry.origin.line).with_key("extends", text);
        return match relative(text) {
            Ok(relative) => Some((folder.join(relative), Some(at))),
            Err(allowed) => {
                problems.add(Problem { allowed, ..at });
                None
            }
        };
    }
    let city = folder.join(CITY_FILE);
    if extends.is_some() || path.ends_with(CITY_FILE) || !(is_schedule || city.exists()) {
        return None;
    }
    let hint =
        Text::new("方案文件放在城市文件夹中，与 city.toml 并列", "a schedule stands beside the city.toml of its city");
    let problem = Problem::of_file(Code::FileMissing, shown_path, Text::default()).with_line(PLACE_SCHEDULE, None);
    Some((city, Some(problem.with_hint(Some(hint)))))
}

fn relative(text: &str) -> Result<&Path, Text> {
    let path = Path::new(text);
    let plain = !text.is_empty() && path.is_relative() && !text.chars().any(char::is_control) && !text.contains('\\');
    if plain {
        Ok(path)
    } else {
        Err(Text::new("必须是相对路径，用 / 分隔", "must be a relative path with /"))
    }
}

/// A path as messages show it: without `.` and without `x/..`.
fn shown(path: &Path) -> String {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if plain.file_name().is_some() => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    if plain.as_os_str().is_empty() { ".".to_owned() } else { plain.display().to_string() }
}

/// Reads the calendar that the merged layers name.
pub(super) fn calendar(
    merged: &Node,
    layers: &[FileLayer],
    files: &mut Vec<PathBuf>,
    origins: &mut Origins,
    problems: &mut Problems,
) -> Calendar {
    let named = merged.entries().and_then(|entries| entries.get("calendar"));
    let Some((entry, text)) = named.and_then(|entry| entry.as_text().map(|text| (entry, text))) else {
        return Calendar::default();
    };
    let layer = layers.iter().find(|layer| layer.place == entry.origin.place).or(layers.first());
    let folder = layer.and_then(|layer| layer.path.parent()).unwrap_or(Path::new(""));
    let at = Problem::of_file(Code::BadPath, origins.file(entry.origin.place), Text::default());
    let at = at.with_line(entry.origin.place, entry.origin.line).with_key("calendar", text);
    let path = match relative(text) {
        Ok(relative) => folder.join(relative),
        Err(allowed) => {
            problems.add(Problem { allowed, ..at });
            return Calendar::default();
        }
    };
    let shown_path = shown(&path);
    match read::read_text(&path, &shown_path) {
        Ok(text) => {
            origins.add_file(PLACE_CALENDAR, &shown_path);
            files.insert(0, PathBuf::from(&shown_path));
            calendar_of(&text, &shown_path, problems)
        }
        Err(problem) if problem.code == Code::FileMissing => {
            problems.add(missing_parent(at, &shown_path, &path));
            Calendar::default()
        }
        Err(problem) => {
            problems.add(Problem { place: PLACE_CALENDAR, ..*problem });
            Calendar::default()
        }
    }
}

fn calendar_of(text: &str, shown_path: &str, problems: &mut Problems) -> Calendar {
    let before = problems.len();
    let (node, doubt) = file::parse(text, PLACE_CALENDAR, shown_path, problems);
    let schema = Schema::calendar();
    for mut problem in shape::check(&node, &schema.rule(), false) {
        if !doubt.covers(problem.line) {
            shown_path.clone_into(&mut problem.file);
            problems.add(problem);
        }
    }
    if problems.len() > before {
        return Calendar::default();
    }
    let mut origins = Origins::default();
    origins.add_file(PLACE_CALENDAR, shown_path);
    node.add_origins("", &mut origins);
    let file: CalendarFile = match serde_json::from_value(node.to_json()) {
        Ok(file) => file,
        Err(error) => {
            problems.at(&origins, "", Code::Rejected, "", (error.to_string(), error.to_string()), None);
            return Calendar::default();
        }
    };
    Calendar::from_file(&file).unwrap_or_else(|errors| {
        for error in errors {
            let code = if error.fault == CalendarFault::NotADate { Code::BadDate } else { Code::Contradiction };
            problems.at(&origins, &error.key, code, &error.found, calendar_fault(error.fault), None);
        }
        Calendar::default()
    })
}

fn calendar_fault(fault: CalendarFault) -> Text {
    match fault {
        CalendarFault::NotAYear => Text::new("必须是 1950 到 2150 的年份", "must be a year from 1950 to 2150"),
        CalendarFault::NotADate => Text::new(
            "必须是日期 2021-01-01，或起止日期 2021-02-11..2021-02-17",
            "must be a date 2021-01-01, or first and last day 2021-02-11..2021-02-17",
        ),
        CalendarFault::OtherYear => Text::new("必须在所在表的年份之内", "must lie in the year of its table"),
        CalendarFault::NotAWeekend => Text::new("必须是星期六或星期日", "must be a Saturday or Sunday"),
        CalendarFault::AlsoHoliday => Text::new("同时列为放假日", "is listed as a holiday too"),
    }
}
