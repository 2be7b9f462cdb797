//! Where a threshold is crossed, in words.

use crate::experiment::crossing::{Crossing, Pattern, replications_for};
use crate::experiment::grid::{Axis, LevelValue};
use crate::experiment::reading::Threshold;
use crate::measures::Kind;
use crate::objective::Bound;
use crate::selection::feasible::Verdict;
use crate::units::Lang;

use super::super::numbers::{number, percent};
use super::super::terms;
use super::{SweepReport, names};

/// What is asked for: `恢复正常日（医保经办大厅）不晚于恢复后 10 个工作日，把握至少 90%`.
pub(super) fn condition(report: &SweepReport<'_>, threshold: &Threshold) -> String {
    let lang = report.lang;
    let what = names::reading(report.first(), &threshold.reading, lang);
    let stop = threshold.after.as_ref().map(|name| lang.pick(&name.zh, &name.en));
    let is_share = threshold.reading.measure.kind == Kind::Event;
    let event = is_share.then(|| terms::event_limit(&what, threshold.bound, threshold.chance, lang)).flatten();
    if let Some(told) = event {
        return told;
    }
    let told = |value: f64| if is_share { percent(value) } else { number(value) };
    let bound = match (threshold.bound, lang) {
        (Bound::AtMost(most), Lang::Zh) => format!("不高于 {}", told(most)),
        (Bound::AtMost(most), Lang::En) => format!("at most {}", told(most)),
        (Bound::AtLeast(least), Lang::Zh) => format!("不低于 {}", told(least)),
        (Bound::AtLeast(least), Lang::En) => format!("at least {}", told(least)),
        (Bound::WithinDays(days, _), Lang::Zh) => format!("不晚于{}恢复后 {} 天", of(stop), told(days)),
        (Bound::WithinDays(days, _), Lang::En) => format!("within {} days of {}", told(days), back(stop)),
        (Bound::WithinWorkingDays(days, _), Lang::Zh) => format!("不晚于{}恢复后 {days} 个工作日", of(stop)),
        (Bound::WithinWorkingDays(days, _), Lang::En) => format!("within {days} working days of {}", back(stop)),
    };
    let chance = percent(threshold.chance);
    match lang {
        Lang::Zh => format!("{what}{bound}，把握至少 {chance}"),
        Lang::En => format!("{what} {bound}, in at least {chance} of the courses"),
    }
}

fn of(stop: Option<&str>) -> String {
    stop.map_or_else(|| "最后".to_owned(), |stop| format!("「{stop}」"))
}

fn back(stop: Option<&str>) -> String {
    stop.map_or_else(|| "the last return".to_owned(), |stop| format!("the return of \"{stop}\""))
}

/// What was found along the first key: what the shares seen say, and what of it is proven.
pub(super) fn finding(report: &SweepReport<'_>, threshold: &Threshold, crossing: &Crossing) -> String {
    let lang = report.lang;
    let Some(axis) = report.grid.axes.first() else { return String::new() };
    let found = in_few_words(report, axis, crossing);
    if crossing.open().is_empty() {
        return found;
    }
    let share = |level: usize| crossing.standings[level].map(|one| percent(one.share)).unwrap_or_default();
    let seen = match crossing.pattern {
        Pattern::From(level) | Pattern::UpTo(level) => {
            lang.choose(format!("（见到 {}）", share(level)), format!(" ({} there)", share(level)))
        }
        Pattern::Always | Pattern::Never | Pattern::Mixed => String::new(),
    };
    let proven = proven(report, threshold, axis, crossing);
    lang.choose(format!("{found}{seen}；{proven}"), format!("{found}{seen}; {proven}"))
}

/// From where on a condition is kept, and whether that is proven or only what the courses showed.
pub(super) fn in_few_words(report: &SweepReport<'_>, axis: &Axis, crossing: &Crossing) -> String {
    let (lang, found) = (report.lang, pattern(report, axis, crossing));
    match crossing.open().is_empty() {
        true => lang
            .choose(format!("{found}，各取值都有 95% 的把握"), format!("{found}, with 95% confidence at every value")),
        false => lang.choose(format!("按所见比例{found}"), format!("by the shares seen {found}")),
    }
}

/// What the shares seen say.
fn pattern(report: &SweepReport<'_>, axis: &Axis, crossing: &Crossing) -> String {
    let lang = report.lang;
    let at = |level: usize| level_name(report, axis, level);
    match crossing.pattern {
        Pattern::Always => lang.pick("各取值都满足", "kept at all values").to_owned(),
        Pattern::Never => lang.pick("各取值都不满足", "kept at none of the values").to_owned(),
        Pattern::From(first) => lang.choose(format!("从 {} 起满足", at(first)), format!("kept from {} on", at(first))),
        Pattern::UpTo(last) => lang.choose(format!("到 {} 为止满足", at(last)), format!("kept up to {}", at(last))),
        Pattern::Mixed => {
            let list = list(report, axis, &crossing.kept());
            lang.choose(format!("并非单向变化，满足的取值：{list}"), format!("no single crossing; kept at {list}"))
        }
    }
}

/// Of which values it is proven, of which not yet, and about what that would take.
fn proven(report: &SweepReport<'_>, threshold: &Threshold, axis: &Axis, crossing: &Crossing) -> String {
    let (lang, n) = (report.lang, report.sweep.replications());
    let (sure, open) = (crossing.sure(), crossing.open());
    let together = report.points.len() * report.points[0].thresholds.len();
    let shares = crossing.standings.iter().flatten().filter(|one| one.is_kept && one.verdict == Verdict::CannotTell);
    let best = shares.map(|one| one.share).fold(0.0, f64::max);
    let takes = replications_for(best, threshold.chance, together).filter(|needed| *needed > n).map_or_else(
        String::new,
        |needed| {
            lang.choose(
                format!("（约须 --replications {needed}）"),
                format!(" (that takes about --replications {needed})"),
            )
        },
    );
    let still = list(report, axis, &open);
    if !sure.is_empty() {
        let sure = list(report, axis, &sure);
        return lang.choose(
            format!("有 95% 把握的：{sure}；尚不能断定：{still}{takes}"),
            format!("proven with 95% confidence at {sure}; not to be told yet at {still}{takes}"),
        );
    }
    if crossing.kept().is_empty() {
        return lang
            .choose(format!("但 {n} 次模拟还不能排除：{still}"), format!("but {n} courses cannot rule out {still}"));
    }
    let all = if open.len() == crossing.standings.len() {
        String::new()
    } else {
        lang.choose(format!("；不能排除的：{still}"), format!("; not ruled out: {still}"))
    };
    lang.choose(
        format!("但 {n} 次模拟还不足以断定其中任何一个{takes}{all}"),
        format!("but {n} courses cannot prove it for any of them{takes}{all}"),
    )
}

/// Values with neighbours drawn together where they have an order: `1 至 4、7`.
fn list(report: &SweepReport<'_>, axis: &Axis, levels: &[usize]) -> String {
    let lang = report.lang;
    let has_order = axis.places().is_some();
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for &level in levels {
        match runs.last_mut() {
            Some((_, last)) if has_order && *last + 1 == level => *last = level,
            _ => runs.push((level, level)),
        }
    }
    let name = |&(first, last): &(usize, usize)| {
        let (one, other) = (level_name(report, axis, first), level_name(report, axis, last));
        if first == last { one } else { lang.choose(format!("{one} 至 {other}"), format!("{one} to {other}")) }
    };
    runs.iter().map(name).collect::<Vec<_>>().join(lang.pick("、", ", "))
}

/// Remarks on what is varied and shown that a reader needs to read it right, each a sentence.
pub(super) fn remarks(report: &SweepReport<'_>, shows_normal: bool) -> Vec<String> {
    let lang = report.lang;
    let mut found = Vec::new();
    if report.grid.axes.iter().any(names::is_announced) {
        found.push(
            lang.pick(
                "变动的是公告的时长或恢复时间；实际恢复由切换任务的工期决定，可能更晚，见“超时概率”",
                "What is varied is what is announced; the actual return depends on the technical work and may be later: see \"returned late\"",
            )
            .to_owned(),
        );
    }
    if shows_normal {
        let normal = terms::back_to_normal(lang);
        found.push(lang.choose(format!("恢复正常＝{normal}"), format!("Back to normal: {normal}")));
    }
    found
}

pub(super) fn level_name(report: &SweepReport<'_>, axis: &Axis, level: usize) -> String {
    names::level(&axis.levels[level], year(report), report.lang)
}

/// Year of the simulation; dates of others name theirs.
pub(super) fn year(report: &SweepReport<'_>) -> i16 {
    let moments = report.grid.axes.iter().flat_map(|axis| &axis.levels);
    let years = moments.filter_map(|level| match level.value {
        LevelValue::Moment(moment) => Some(moment.year()),
        _ => None,
    });
    years.min().unwrap_or_else(|| report.first().clock.start().year())
}
