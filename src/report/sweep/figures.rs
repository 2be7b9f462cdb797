//! The charts of a sweep: a curve a reading for one key, a heat map for two; times of one key that form days ×
//! hours get a heat map as well.

use jiff::civil::{Date, Time};

use crate::experiment::crossing::{Crossing, Pattern};
use crate::experiment::grid::{Axis, LevelValue};
use crate::experiment::reading::Threshold;
use crate::measures::Kind;
use crate::units::Lang;

use super::super::assumptions;
use super::super::chart::{CivilDay, Crossed, Curve, CurvePoint, Figure, HeatCell, HeatMap, Scale, Seen};
use super::super::numbers::{capital, date, percent};
use super::super::table::unit_zh;
use super::csv::kept_row;
use super::screen::{least, shown};
use super::shown::Shown;
use super::words::{condition, finding, level_name, remarks, year};
use super::{SweepReport, names};

/// All figures with their names.
pub(super) fn figures(report: &SweepReport<'_>) -> Vec<(String, Figure)> {
    let mut found = Vec::new();
    let days = days_and_hours(report);
    for reading in 0..report.readings() {
        let one = &report.points[0].readings[reading];
        let own = one.group(report.first());
        let suffix = if own == "all" { String::new() } else { format!("-{}", plain(own)) };
        let name = format!("sweep-{}{suffix}", one.measure.key);
        let number = Number::Reading(reading);
        // Where nothing promises a return there is none to be late for: no slide without a number.
        if (0..report.points.len()).all(|point| number.shown(report, point).value.is_none()) {
            continue;
        }
        found.push((name.clone(), of(report, number)));
        if let Some(days) = &days {
            found.push((format!("{name}-by-hour"), Figure::Heat(by_hour(report, number, days))));
        }
    }
    for threshold in 0..report.crossings.len() {
        let key = plain(&report.points[0].thresholds[threshold].key);
        found.push((format!("sweep-threshold-{}-{key}", threshold + 1), of(report, Number::Threshold(threshold))));
    }
    found
}

/// A name that any file system takes.
fn plain(name: &str) -> String {
    name.chars()
        .map(|character| if character.is_alphanumeric() || character == '-' { character } else { '_' })
        .collect()
}

/// What a chart shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
    Reading(usize),
    /// The chance with which a threshold is kept.
    Threshold(usize),
}

impl Number {
    fn kind(self, report: &SweepReport<'_>) -> Kind {
        match self {
            Self::Reading(reading) => report.points[0].readings[reading].measure.kind,
            Self::Threshold(_) => Kind::Event,
        }
    }

    /// Whether it is about being back to normal.
    fn is_normal(self, report: &SweepReport<'_>) -> bool {
        let first = &report.points[0];
        let reading = match self {
            Self::Reading(reading) => &first.readings[reading],
            Self::Threshold(threshold) => &first.thresholds[threshold].reading,
        };
        reading.measure.key == "back-to-normal"
    }

    fn shown(self, report: &SweepReport<'_>, point: usize) -> Shown {
        match self {
            Self::Reading(reading) => shown(report, reading, point),
            Self::Threshold(threshold) => {
                let row = kept_row(&report.sweep.outcomes[point].kept[threshold]);
                Shown::of(Kind::Event, &row, &report.points[point].scenario.clock)
            }
        }
    }

    fn cell(self, report: &SweepReport<'_>, point: usize) -> String {
        let one = &report.points[point];
        let found = self.shown(report, point);
        match self {
            Self::Reading(reading) => found.cell(&one.readings[reading].measure, &one.scenario.clock, report.lang),
            Self::Threshold(_) => found.value.map_or_else(String::new, percent),
        }
    }

    /// Name with its unit.
    fn named(self, report: &SweepReport<'_>) -> String {
        let lang = report.lang;
        let Self::Reading(reading) = self else {
            return lang.pick("满足的比例", "Share of the courses that keep it").to_owned();
        };
        let one = &report.points[0].readings[reading];
        let name = capital(&names::reading(report.first(), one, lang));
        let unit = lang.pick(unit_zh(one.measure.unit), one.measure.unit);
        // A name such as "visits affected" says its unit.
        let has_unit = matches!(scale(report, self), Scale::Number { .. }) && !name.to_lowercase().contains(unit);
        match has_unit {
            true => lang.choose(format!("{name}（{unit}）"), format!("{name}, {unit}")),
            false => name,
        }
    }

    /// Name with its unit, and what the values of the keys make of it.
    fn title(self, report: &SweepReport<'_>) -> String {
        let lang = report.lang;
        let Self::Reading(reading) = self else { return self.kept(report) };
        let one = &report.points[0].readings[reading];
        let name = self.named(report);
        let place = |point: usize| (self.cell(report, point), point_name(report, point));
        let known: Vec<(usize, f64)> =
            (0..report.points.len()).filter_map(|point| Some((point, self.shown(report, point).value?))).collect();
        let (Some(first), Some(last)) = (known.first(), known.last()) else { return name };
        let least = known.iter().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or(first);
        let most = known.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or(last);
        let (low, high) = match one.measure.kind {
            Kind::Censored => (("最早", "earliest"), ("最晚", "latest")),
            Kind::Number | Kind::Event => (("最低", "least"), ("最高", "most")),
        };
        let extreme = |(zh, en): (&str, &str), point: usize| {
            let (cell, at) = place(point);
            lang.choose(format!("{zh} {cell}（{at}）"), format!("{en} {cell} ({at})"))
        };
        let ends = || {
            let [(first, from), (last, to)] = [first, last].map(|found| place(found.0));
            lang.choose(
                format!("由 {first}（取 {from}）到 {last}（取 {to}）"),
                format!("from {first} (at {from}) to {last} (at {to})"),
            )
        };
        let told = match report.grid.axes.as_slice() {
            [_] => {
                let inside = |found: &(usize, f64)| found.1 != first.1 && found.1 != last.1;
                let extremes = [(low, least), (high, most)].into_iter().filter(|(_, found)| inside(found));
                let extremes = extremes.map(|(word, found)| extreme(word, found.0));
                std::iter::once(ends()).chain(extremes).collect::<Vec<_>>()
            }
            _ => vec![extreme(low, least.0), extreme(high, most.0)],
        };
        lang.choose(format!("{name}：{}", told.join("，")), format!("{name}: {}", told.join(", ")))
    }

    /// At which values a condition is kept, by the shares seen.
    fn kept(self, report: &SweepReport<'_>) -> String {
        let lang = report.lang;
        let name = lang.pick("满足条件的把握", "Chance that the condition is kept");
        let (Some((_, [crossing])), [axis]) = (self.threshold(report), report.grid.axes.as_slice()) else {
            return name.to_owned();
        };
        let at = |level: usize| level_name(report, axis, level);
        let found = match crossing.pattern {
            Pattern::Always => lang.pick("各取值都满足", "kept at all values").to_owned(),
            Pattern::Never => lang.pick("各取值都不满足", "kept at none of the values").to_owned(),
            Pattern::From(level) => {
                lang.choose(format!("从 {} 起满足", at(level)), format!("kept from {} on", at(level)))
            }
            Pattern::UpTo(level) => {
                lang.choose(format!("到 {} 为止满足", at(level)), format!("kept up to {}", at(level)))
            }
            Pattern::Mixed => lang.pick("只在部分取值满足", "kept at some of the values").to_owned(),
        };
        lang.choose(format!("{name}：按所见比例{found}"), format!("{name}: by the shares seen {found}"))
    }

    /// The threshold on what is shown, if there is one.
    fn threshold<'a>(self, report: &'a SweepReport<'_>) -> Option<(&'a Threshold, &'a [Crossing])> {
        let all = &report.points[0].thresholds;
        let index = match self {
            Self::Threshold(threshold) => Some(threshold),
            Self::Reading(reading) => {
                let own = &report.points[0].readings[reading];
                let same =
                    |one: &Threshold| one.reading.measure.key == own.measure.key && one.reading.source == own.source;
                all.iter().position(same)
            }
        }?;
        Some((&all[index], &report.crossings[index]))
    }
}

/// The values of the keys at a point.
fn point_name(report: &SweepReport<'_>, point: usize) -> String {
    let levels = report.grid.levels(point);
    let names = report.grid.axes.iter().zip(levels).map(|(axis, level)| level_name(report, axis, level));
    names.collect::<Vec<String>>().join(" × ")
}

fn of(report: &SweepReport<'_>, number: Number) -> Figure {
    match report.grid.axes.as_slice() {
        [across, down] => Figure::Heat(two_keys(report, number, across, down)),
        _ => Figure::Curve(one_key(report, number)),
    }
}

/// City, schedule and what is varied; before them the condition, where the chart is about one.
fn subtitle(report: &SweepReport<'_>, number: Number) -> String {
    let about = match number {
        Number::Threshold(threshold) => {
            let asked = condition(report, &report.points[0].thresholds[threshold]);
            report.lang.choose(format!("{asked}。"), format!("{}. ", capital(&asked)))
        }
        Number::Reading(_) => String::new(),
    };
    about + &setting(report)
}

fn setting(report: &SweepReport<'_>) -> String {
    let scenario = report.first();
    let keys: Vec<String> = report.grid.axes.iter().map(|axis| names::axis(report.loaded, axis, report.lang)).collect();
    let (city, schedule) = (&scenario.city_name, &scenario.schedule_name);
    match report.lang {
        Lang::Zh => format!("{} · {}；变动：{}", city.zh, schedule.zh, keys.join(" × ")),
        Lang::En => format!("{}, {}; varied: {}", city.en, schedule.en, keys.join(" × ")),
    }
}

fn footer(report: &SweepReport<'_>, number: Number) -> Vec<String> {
    let lang = report.lang;
    let (n, seed) = (report.sweep.replications(), report.sweep.seed);
    let (assumed, all) = (assumptions::assumptions(report.loaded).len(), assumptions::count(report.loaded));
    let share = percent(assumed as f64 / all.max(1) as f64);
    let (city, schedule) = (&report.first().city_name, &report.first().schedule_name);
    let credit = assumptions::credit(report.loaded, report.first(), lang);
    let mut lines = vec![lang.choose(
        format!("每个取值 {n} 次模拟，随机种子 {seed}，各取值用同一批参保人。{credit}，情景：{}「{}」；全部 {all} 个参数中 {assumed} 个（{share}）无实测", city.zh, schedule.zh),
        format!("{n} simulated courses a value, seed {seed}, the same people at all of them. {credit}, scenario {}, \"{}\"; {assumed} of {all} parameters ({share}) nobody has measured", city.en, schedule.en),
    )];
    if number.kind(report) == Kind::Censored {
        let least = (0..report.points.len()).any(|point| number.shown(report, point).is_least);
        let mut text = lang.choose(
            "平均日期，最多计到模拟终点：有的模拟到期末仍未到时，真正的平均更晚".to_owned(),
            "The mean day, counted to the end of the simulation at most: where it had not come by then in some courses the true mean is later".to_owned(),
        );
        if least && report.grid.axes.len() > 1 {
            text.push_str(lang.pick("，带 ≥ 的格有这种情况", ": so in cells with ≥"));
        }
        lines.push(text);
    }
    lines.extend(remarks(report, number.is_normal(report)));
    // Of two keys the border in the map says it.
    if let (Some((asked, [crossing])), [_]) = (number.threshold(report), report.grid.axes.as_slice()) {
        let (asked, found) = (condition(report, asked), finding(report, asked, crossing));
        lines.push(lang.choose(
            format!("{asked}：{found}（按各取值同时成立的区间，比图中单个区间宽）"),
            format!(
                "{}: {found} (by intervals that hold together at all values, wider than the single ones drawn)",
                capital(&asked)
            ),
        ));
    }
    lines
}

fn scale(report: &SweepReport<'_>, number: Number) -> Scale {
    let start = report.first().clock.start();
    match (number, number.kind(report)) {
        (_, Kind::Event) => Scale::Share,
        (_, Kind::Censored) => Scale::Day { first_day: civil(start) },
        (Number::Reading(reading), Kind::Number) => {
            let unit = report.points[0].readings[reading].measure.unit;
            if unit == "share" {
                Scale::Share
            } else {
                Scale::Number { unit: report.lang.pick(unit_zh(unit), unit).to_owned() }
            }
        }
        (Number::Threshold(_), Kind::Number) => Scale::Share,
    }
}

fn civil(date: Date) -> CivilDay {
    (i32::from(date.year()), date.month().unsigned_abs(), date.day().unsigned_abs())
}

fn one_key(report: &SweepReport<'_>, number: Number) -> Curve {
    let lang = report.lang;
    let axis = &report.grid.axes[0];
    let places = axis.places();
    let place = |level: usize| places.as_ref().map_or(level as f64, |places| places[level]);
    let points = (0..axis.levels.len())
        .map(|level| {
            let found = number.shown(report, level);
            CurvePoint {
                place: place(level),
                label: names::level_lines(&axis.levels[level], year(report), lang),
                // A day that never came has no mean; the end of the simulation is none.
                mean: found.value.filter(|_| !found.is_never),
                interval: found.interval.filter(|_| !found.is_never),
                spread: found.spread.filter(|_| !found.is_never),
                seen: match (found.is_never, found.is_least) {
                    (true, _) => Seen::None,
                    (false, true) => Seen::Some,
                    (false, false) => Seen::All,
                },
            }
        })
        .collect();
    let threshold = number.threshold(report);
    let crossed = threshold.and_then(|(_, crossings)| Some(crossed(report, axis, crossings.first()?, &place)));
    let level = match (number, threshold) {
        (Number::Threshold(_), Some((one, _))) => {
            let chance = percent(one.chance);
            Some((one.chance, lang.choose(format!("要求的把握 {chance}"), format!("Chance asked for: {chance}"))))
        }
        _ => None,
    };
    let title = number.title(report);
    let y_label = match (number, number.kind(report)) {
        (Number::Threshold(_), _) => lang.pick("满足的比例", "Share of the courses that keep it").to_owned(),
        (Number::Reading(_), Kind::Censored) => lang.pick("日期", "Date").to_owned(),
        (Number::Reading(reading), _) => {
            capital(&names::reading(report.first(), &report.points[0].readings[reading], lang))
        }
    };
    Curve {
        y_label,
        title,
        subtitle: subtitle(report, number),
        x_label: names::axis(report.loaded, axis, lang),
        scale: scale(report, number),
        lang,
        points,
        is_apart: places.is_none(),
        crossed: crossed.into_iter().collect(),
        level,
        horizon: (number.kind(report) == Kind::Censored).then(|| f64::from(report.first().clock.days())),
        footer: footer(report, number),
    }
}

/// Where a threshold is crossed along the axis.
fn crossed(report: &SweepReport<'_>, axis: &Axis, crossing: &Crossing, place: &dyn Fn(usize) -> f64) -> Crossed {
    let at = match crossing.pattern {
        Pattern::From(level) | Pattern::UpTo(level) => Some(level),
        Pattern::Always | Pattern::Never | Pattern::Mixed => None,
    };
    let open = crossing.open();
    let has_order = axis.places().is_some();
    let name = at.map(|level| level_name(report, axis, level)).unwrap_or_default();
    // The line is where the shares seen cross; whether that is proven is another matter, and the legend says so.
    let proven = if at.is_some_and(|level| open.contains(&level)) {
        ("（尚未断定）", " (not proven yet)")
    } else {
        ("", "")
    };
    let label = match crossing.pattern {
        Pattern::UpTo(_) => report.lang.choose(
            format!("按所见比例，到 {name} 为止满足{}", proven.0),
            format!("Kept up to {name} by the shares seen{}", proven.1),
        ),
        _ => report.lang.choose(
            format!("按所见比例，从 {name} 起满足{}", proven.0),
            format!("Kept from {name} on by the shares seen{}", proven.1),
        ),
    };
    let mut unsure: Vec<(usize, usize)> = Vec::new();
    for level in open.into_iter().filter(|_| has_order) {
        match unsure.last_mut() {
            Some((_, last)) if *last + 1 == level => *last = level,
            _ => unsure.push((level, level)),
        }
    }
    Crossed {
        place: at.filter(|_| has_order).map(place),
        unsure: unsure.into_iter().map(|(low, high)| (place(low), place(high))).collect(),
        label,
    }
}

fn cell(report: &SweepReport<'_>, number: Number, point: usize, lowest: &[usize], is_kept: Option<bool>) -> HeatCell {
    HeatCell {
        value: number.shown(report, point).value,
        text: number.cell(report, point),
        is_lowest: lowest.contains(&point),
        is_kept,
    }
}

/// Points framed as the lowest; of a chance that should be high there are none.
fn framed(report: &SweepReport<'_>, number: Number) -> Vec<usize> {
    match number {
        Number::Reading(reading) => least(report, reading),
        Number::Threshold(_) => Vec::new(),
    }
}

/// The lowest and highest number as written in their cells.
fn ends(report: &SweepReport<'_>, number: Number) -> (String, String) {
    let value = |point: &usize| number.shown(report, *point).value;
    let points = || (0..report.points.len()).filter(|point| value(point).is_some());
    let order = |one: &usize, other: &usize| value(one).unwrap_or(0.0).total_cmp(&value(other).unwrap_or(0.0));
    let text = |point: Option<usize>| point.map_or_else(String::new, |point| number.cell(report, point));
    (text(points().min_by(order)), text(points().max_by(order)))
}

/// The first key across, the second down.
fn two_keys(report: &SweepReport<'_>, number: Number, across: &Axis, down: &Axis) -> HeatMap {
    let lang = report.lang;
    let lowest = framed(report, number);
    let threshold = number.threshold(report);
    let kept = |column: usize, row: usize| -> Option<bool> {
        Some(threshold.as_ref()?.1.get(row)?.standings.get(column)?.as_ref()?.is_kept)
    };
    let row = |row: usize| -> Vec<HeatCell> {
        let of = |column| cell(report, number, report.grid.point(&[column, row]), &lowest, kept(column, row));
        (0..across.levels.len()).map(of).collect()
    };
    HeatMap {
        title: number.title(report),
        subtitle: subtitle(report, number),
        x_label: names::axis(report.loaded, across, lang),
        y_label: names::axis(report.loaded, down, lang),
        columns: across.levels.iter().map(|level| names::level_lines(level, year(report), lang)).collect(),
        rows: down.levels.iter().map(|level| names::level(level, year(report), lang)).collect(),
        cells: (0..down.levels.len()).map(row).collect(),
        ends: ends(report, number),
        is_from_zero: false,
        told: number.named(report),
        nothing: String::new(),
        condition: threshold.map_or_else(String::new, |(one, _)| condition(report, one)),
        lang,
        footer: footer(report, number),
    }
}

/// The days and hours of times, with the point at each that is one of them.
struct DaysAndHours {
    days: Vec<Date>,
    hours: Vec<Time>,
    /// By hour, then day.
    points: Vec<Vec<Option<usize>>>,
}

/// One key that is a time: at least two days and two hours, and most hours on most days.
fn days_and_hours(report: &SweepReport<'_>) -> Option<DaysAndHours> {
    let [axis] = report.grid.axes.as_slice() else { return None };
    let moments: Vec<_> = axis
        .levels
        .iter()
        .map(|level| match level.value {
            LevelValue::Moment(moment) => Some(moment),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let sorted = |mut days: Vec<Date>| {
        days.sort_unstable();
        days.dedup();
        days
    };
    let days = sorted(moments.iter().map(|moment| moment.date()).collect());
    let mut hours: Vec<Time> = moments.iter().map(|moment| moment.time()).collect();
    hours.sort_unstable();
    hours.dedup();
    if days.len() < 2 || hours.len() < 2 {
        return None;
    }
    if 3 * moments.len() < 2 * days.len() * hours.len() {
        return None;
    }
    let find =
        |day: &Date, hour: &Time| moments.iter().position(|moment| moment.date() == *day && moment.time() == *hour);
    let points = hours.iter().map(|hour| days.iter().map(|day| find(day, hour)).collect()).collect();
    Some(DaysAndHours { days, hours, points })
}

fn by_hour(report: &SweepReport<'_>, number: Number, found: &DaysAndHours) -> HeatMap {
    let lang = report.lang;
    let lowest = framed(report, number);
    let threshold = number.threshold(report);
    let kept =
        |point: usize| -> Option<bool> { Some(threshold.as_ref()?.1.first()?.standings.get(point)?.as_ref()?.is_kept) };
    let nothing = || HeatCell { value: None, text: String::new(), is_lowest: false, is_kept: None };
    let one = |point: usize| cell(report, number, point, &lowest, kept(point));
    let row = |row: &Vec<Option<usize>>| row.iter().map(|point| point.map_or_else(nothing, one)).collect();
    let cells = found.points.iter().map(row);
    HeatMap {
        title: number.title(report),
        subtitle: subtitle(report, number),
        x_label: lang.pick("日期", "Day").to_owned(),
        y_label: lang.pick("时刻", "Hour").to_owned(),
        columns: found.days.iter().map(|day| (date(*day, year(report), lang), String::new())).collect(),
        rows: found.hours.iter().map(|hour| format!("{:02}:{:02}", hour.hour(), hour.minute())).collect(),
        cells: cells.collect(),
        ends: ends(report, number),
        is_from_zero: false,
        told: number.named(report),
        nothing: String::new(),
        condition: threshold.map_or_else(String::new, |(one, _)| condition(report, one)),
        lang,
        footer: footer(report, number),
    }
}
