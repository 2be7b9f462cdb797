//! Where a threshold is crossed, in words.

use crate::experiment::crossing::{Crossing, Pattern, replications_needed};
use crate::experiment::grid::{Axis, LevelValue};
use crate::experiment::reading::Threshold;
use crate::measures::Kind;
use crate::objective::Bound;
use crate::units::Lang;

use super::super::numbers::{number, percent};
use super::{SweepReport, names};

/// What is asked for: `恢复正常日（医保经办大厅）不晚于恢复后 10 个工作日，把握至少 90%`.
pub(super) fn condition(report: &SweepReport<'_>, threshold: &Threshold) -> String {
    let lang = report.lang;
    let what = names::reading(report.first(), &threshold.reading, lang);
    let stop = threshold.after.as_ref().map(|name| lang.pick(&name.zh, &name.en));
    let is_share = threshold.reading.measure.kind == Kind::Event;
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

/// What was found along the first key.
pub(super) fn finding(report: &SweepReport<'_>, threshold: &Threshold, crossing: &Crossing) -> String {
    let lang = report.lang;
    let Some(axis) = report.grid.axes.first() else { return String::new() };
    let at = |level: usize| level_name(report, axis, level);
    let found = match crossing.pattern {
        Pattern::Always => lang.pick("各取值都满足", "kept at all values").to_owned(),
        Pattern::Never => lang.pick("各取值都不满足", "kept at none of the values").to_owned(),
        Pattern::From(first) => lang.choose(format!("从 {} 起满足", at(first)), format!("kept from {} on", at(first))),
        Pattern::UpTo(last) => lang.choose(format!("到 {} 为止满足", at(last)), format!("kept up to {}", at(last))),
        Pattern::Mixed => {
            let list = list(report, axis, &crossing.kept());
            lang.choose(format!("并非单向变化，满足的取值：{list}"), format!("no single crossing; kept at {list}"))
        }
    };
    let share = |level: usize| crossing.standings[level].map(|one| percent(one.share)).unwrap_or_default();
    let seen = match crossing.pattern {
        Pattern::From(level) | Pattern::UpTo(level) => {
            lang.choose(format!("（见到 {}）", share(level)), format!(" ({} seen there)", share(level)))
        }
        Pattern::Always | Pattern::Never | Pattern::Mixed => String::new(),
    };
    format!("{found}{seen}{}", range(report, threshold, axis, crossing))
}

/// The values between which the simulation cannot tell.
fn range(report: &SweepReport<'_>, threshold: &Threshold, axis: &Axis, crossing: &Crossing) -> String {
    let lang = report.lang;
    let (may, sure) = (crossing.may(), crossing.sure());
    let count = crossing.standings.len();
    if sure.len() == count {
        return lang.pick("，每个取值都有 95% 的把握", ", and with 95% confidence at every one").to_owned();
    }
    if may.is_empty() {
        return lang.pick("，有 95% 的把握", ", with 95% confidence").to_owned();
    }
    let at = |level: usize| level_name(report, axis, level);
    let together = report.points.len() * report.points[0].thresholds.len();
    let needed = replications_needed(threshold.chance, together);
    let unsure = if report.sweep.replications() < needed {
        lang.choose(
            format!("没有一个取值肯定满足（要断定至少须 --replications {needed}）"),
            format!("no value keeps it for certain (that takes --replications {needed} at least)"),
        )
    } else {
        lang.pick(
            "没有一个取值肯定满足（可加大 --replications）",
            "no value keeps it for certain (more --replications may tell)",
        )
        .to_owned()
    };
    // A range has an order: of words without one, and of a row kept here and there, all values are listed.
    let from_above = match crossing.pattern {
        Pattern::UpTo(_) => true,
        Pattern::Always => sure.first() == Some(&0),
        Pattern::Never | Pattern::From(_) | Pattern::Mixed => false,
    };
    let (nearest, certain) = if from_above { (may.last(), sure.last()) } else { (may.first(), sure.first()) };
    let (Some(&nearest), certain) = (nearest, certain.copied()) else { return String::new() };
    if !is_one_sided(&may, count, from_above) || !is_one_sided(&sure, count, from_above) || axis.places().is_none() {
        let (may, sure) = (list(report, axis, &may), list(report, axis, &sure));
        let sure = if sure.is_empty() {
            unsure.clone()
        } else {
            lang.choose(format!("肯定满足：{sure}"), format!("certainly at {sure}"))
        };
        return lang.choose(format!("；可能满足：{may}；{sure}"), format!("; possibly at {may}; {sure}"));
    }
    let certain = certain.map_or_else(
        || unsure.clone(),
        |level| {
            let zh = if from_above { "以内肯定满足" } else { "起肯定满足" };
            let en = if from_above { "certain up to" } else { "certain from" };
            lang.choose(format!("{} {zh}", at(level)), format!("{en} {}", at(level)))
        },
    );
    lang.choose(
        format!("；区间：{} {}可能满足，{certain}（95% 把握）", at(nearest), if from_above { "以内" } else { "起" }),
        format!(
            "; interval: possible {} {}, {certain} (95% confidence)",
            if from_above { "up to" } else { "from" },
            at(nearest)
        ),
    )
}

/// Whether places reach from the first one on to the end, or from the start up to the last one.
fn is_one_sided(places: &[usize], count: usize, from_above: bool) -> bool {
    let (Some(&first), Some(&last)) = (places.first(), places.last()) else { return true };
    let reaches = if from_above { first == 0 } else { last + 1 == count };
    reaches && last + 1 - first == places.len()
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
