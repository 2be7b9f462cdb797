//! Keys, values and readings of a sweep in words.

use crate::experiment::grid::{Axis, Level, LevelValue};
use crate::experiment::reading::Reading;
use crate::scenario::layer::Loaded;
use crate::scenario::raw::Name;
use crate::scenario::world::Scenario;
use crate::units::Lang;

use super::super::labels::label;
use super::super::numbers::{date, number};
use super::super::table::group;

/// What a key is: `大厅增设专窗 · 增开窗口`; the key itself where there are no words for it.
pub(super) fn axis(loaded: &Loaded, axis: &Axis, lang: Lang) -> String {
    let mut text = label(loaded, &axis.key, lang);
    let parts: Vec<&str> = axis.key.split('.').collect();
    let more = match parts.as_slice() {
        ["announced_at"] => lang.pick("公布时间", "announcement"),
        ["suspend", _, "stop"] => lang.pick("停机时间", "stop"),
        ["suspend", _, "return", "fixed" | "estimated"] => match axis.levels.first().map(|level| level.value) {
            Some(LevelValue::Length(_)) => lang.pick("公告时长", "announced length"),
            _ => lang.pick("公告恢复时间", "announced return"),
        },
        ["measures", _, "from"] => lang.pick("开始时间", "start"),
        ["measures", _, "until"] => lang.pick("结束时间", "end"),
        _ => "",
    };
    if !more.is_empty() {
        let name =
            loaded.json[parts[0]][parts.get(1).copied().unwrap_or_default()]["name"][lang.pick("zh", "en")].as_str();
        text = [name.unwrap_or(""), more].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    }
    if text.is_empty() { axis.key.clone() } else { text }
}

/// Whether a key is a return that is announced, not the one that comes.
pub(super) fn is_announced(axis: &Axis) -> bool {
    let parts: Vec<&str> = axis.key.split('.').collect();
    matches!(parts.as_slice(), ["suspend", _, "return", "fixed" | "estimated"])
}

/// A value of a key on two lines, the second of which may be empty: `3月11日周五`, `18:00`.
pub(super) fn level_lines(level: &Level, year: i16, lang: Lang) -> (String, String) {
    match level.value {
        LevelValue::Number(value) => {
            (if value.fract() == 0.0 { number(value) } else { level.written.clone() }, String::new())
        }
        LevelValue::Moment(moment) => {
            (date(moment.date(), year, lang), format!("{:02}:{:02}", moment.hour(), moment.minute()))
        }
        LevelValue::Length(seconds) => (length(seconds, lang), String::new()),
        LevelValue::Word => (level.written.trim_matches('"').to_owned(), String::new()),
    }
}

/// The same on one line.
pub(super) fn level(level: &Level, year: i16, lang: Lang) -> String {
    let (one, other) = level_lines(level, year, lang);
    format!("{one} {other}").trim_end().to_owned()
}

fn length(seconds: i64, lang: Lang) -> String {
    if seconds != 0 && seconds % 86_400 == 0 {
        let days = seconds / 86_400;
        let en = if days == 1 { "day" } else { "days" };
        return lang.choose(format!("{days} 天"), format!("{days} {en}"));
    }
    let hours = number(seconds as f64 / 3_600.0);
    lang.choose(format!("{hours} 小时"), format!("{hours} h"))
}

/// Names of the group of a reading: kind, key, name.
pub(super) fn group_of<'a>(scenario: &'a Scenario, reading: &Reading) -> (&'static str, &'a str, Name) {
    match reading.own_group_name() {
        Some(name) => ("several", reading.group(scenario), name),
        None => group(scenario, reading.measure.group),
    }
}

/// `恢复正常日（医保经办大厅）`; everything has no brackets.
pub(super) fn reading(scenario: &Scenario, reading: &Reading, lang: Lang) -> String {
    let (kind, _, group) = group_of(scenario, reading);
    let name = reading.measure.name(lang);
    let group = lang.pick(&group.zh, &group.en);
    match (kind == "all", lang) {
        (true, _) => name.to_owned(),
        (false, Lang::Zh) => format!("{name}（{group}）"),
        (false, Lang::En) => format!("{name} ({group})"),
    }
}
