//! Figures of the desks of a run: when most claims wait, how long people wait, and the surge before the stop.

use crate::calendar::SimTime;
use crate::measures::Group;
use crate::scenario::raw::MeasureKind;
use crate::schedule::Measure;
use crate::units::Lang;

use super::super::chart::{FanPanel, FanPanels, HeatCell, HeatMap, Reference, WaitRow, Waits};
use super::super::daily::DailySeries;
use super::super::facts::{DeskFacts, Facts, halts_desks};
use super::super::numbers::{count, date, grouped, number, short_date};
use super::super::parquet::group_name;
use super::{Report, Span, bands, civil, days, footer, quantiles, subtitle};

/// Most days of the map of hours.
const DAYS_MOST: usize = 45;
/// Fewest claims waiting on average that a map is drawn for.
const QUEUE_LEAST: f64 = 0.5;
/// Hours of a day.
const HOURS: usize = 24;
/// Seconds of an hour.
const HOUR: u32 = 3_600;
/// Most panels of the surge.
const PANELS_MOST: usize = 4;
/// Days shown before the announcement.
const DAYS_BEFORE: usize = 3;

/// Mean number of claims in a state at a class of desks, by hour from the start.
fn mean_by_hour(report: &Report<'_>, state: &str, class: usize) -> Option<Vec<f64>> {
    let group = Group::Desk(class);
    let index =
        report.results.catalogue.hourly.iter().position(|series| series.key == state && series.group == group)?;
    Some(report.results.hourly_sums.means(index))
}

/// Hours from the start in which at least one site of a class is open, if for a part of the hour: by the regular
/// hours of each day, which leave out days off, and in overtime in which claims are in service. When overtime
/// begins and ends may depend on the course, so that its hours are those in which somebody was served, on average.
fn open_hours(report: &Report<'_>, class: usize) -> Option<Vec<bool>> {
    let scenario = report.scenario;
    let served = mean_by_hour(report, "in-service", class)?;
    // The last claim in hand is finished after closing.
    let least = 0.1 * served.iter().copied().fold(0.0, f64::max);
    let touches = |spans: &[(u32, u32)], hour: usize| {
        let (from, until) = ((hour as u32) * HOUR, (hour as u32 + 1) * HOUR);
        spans.iter().any(|&(open, close)| open < until && from < close)
    };
    let mut found = vec![false; served.len()];
    for (index, group) in scenario.groups.iter().enumerate() {
        let Some(desk) = group.desk.as_ref().filter(|desk| usize::from(desk.class) == class) else { continue };
        let overtime = || {
            let is_here = |one: &&Measure| one.kind == MeasureKind::Overtime && one.who.groups >> index & 1 == 1;
            scenario.measures.iter().filter(is_here)
        };
        for (place, is_open) in found.iter_mut().enumerate() {
            let (day, hour) = (place / HOURS, place % HOURS);
            let on = |days: &[Vec<(u32, u32)>]| days.get(day).is_some_and(|spans| touches(spans, hour));
            let is_served = served.get(place).is_some_and(|&claims| claims > least);
            *is_open |= on(&desk.hours.days) || (is_served && overtime().any(|measure| on(&measure.hours)));
        }
    }
    // Without any regular hours those count in which somebody is served.
    if !found.contains(&true) {
        found = served.iter().map(|&claims| claims > least).collect();
    }
    Some(found)
}

/// Claims that wait at a class of desks.
struct Waiting {
    class: usize,
    /// Mean number by hour from the start; none while all its sites are closed.
    hours: Vec<Option<f64>>,
}

impl Waiting {
    fn of(report: &Report<'_>, class: usize) -> Option<Self> {
        let open = open_hours(report, class)?;
        let waiting = mean_by_hour(report, "waiting", class)?;
        Some(Self {
            class,
            hours: waiting.into_iter().zip(open).map(|(claims, open)| open.then_some(claims)).collect(),
        })
    }

    fn value(&self, hour: usize) -> f64 {
        self.hours.get(hour).copied().flatten().unwrap_or(0.0)
    }

    fn most(&self) -> f64 {
        self.hours.iter().flatten().copied().fold(0.0, f64::max)
    }

    /// The class at which most claims wait at once.
    fn longest(report: &Report<'_>, facts: &Facts) -> Option<Self> {
        // At back offices papers wait without anybody queueing.
        let queued = facts.desks.iter().filter(|desk| desk.wait_mean.value.is_some());
        let all = queued.filter_map(|desk| Self::of(report, desk.class));
        all.max_by(|a, b| a.most().total_cmp(&b.most())).filter(|one| one.most() >= QUEUE_LEAST)
    }
}

/// Claims waiting by hour of the day and day, at the class where most wait at once.
pub(super) fn hours(report: &Report<'_>, facts: &Facts) -> Option<HeatMap> {
    let lang = report.lang;
    let waiting = Waiting::longest(report, facts)?;
    let count = waiting.hours.len();
    let busy = |hour: &usize| waiting.value(*hour) > 0.02 * waiting.most();
    let first = (0..count).find(busy)? / HOURS;
    let last = (0..count).rev().find(busy)? / HOURS;
    let shown = first..(last + 1).min(first + DAYS_MOST);
    let at = |day: usize, hour: usize| waiting.hours.get(day * HOURS + hour).copied().flatten();
    let is_open = |hour: &usize| shown.clone().any(|day| at(day, *hour).is_some());
    let (open, close) = ((0..HOURS).find(is_open)?, (0..HOURS).rev().find(is_open)?);
    let all = shown.clone().flat_map(|day| (open..=close).map(move |hour| day * HOURS + hour));
    // The first of those at which as many wait.
    let peak_hour = all.rev().max_by(|&a, &b| waiting.value(a).total_cmp(&waiting.value(b)))?;
    let cell = |hour: usize, day: usize| {
        let value = at(day, hour);
        HeatCell { value, text: value.map_or_else(String::new, rounded), is_lowest: false, is_kept: None }
    };
    let people = number(waiting.value(peak_hour));
    let cut = if last >= shown.end {
        lang.pick("；其后仍有等待，未画出", "; some still wait after the days shown")
    } else {
        ""
    };
    Some(HeatMap {
        title: hours_title(report, waiting.class, peak_hour, &people),
        subtitle: subtitle(
            report,
            &format!("开放时段每小时等待办理的停机件（含留下单据、本人不在场的），各次模拟的平均{cut}"),
            &format!("Claims waiting in each open hour, papers left behind included, mean of the courses{cut}"),
        ),
        x_label: lang.pick("日期", "Day").to_owned(),
        y_label: lang.pick("时刻", "Hour of the day").to_owned(),
        columns: shown
            .clone()
            .map(|day| (short_date(report.scenario.clock.date(day as u32), lang), String::new()))
            .collect(),
        rows: (open..=close).map(|hour| format!("{hour:02}:00")).collect(),
        cells: (open..=close).map(|hour| shown.clone().map(|day| cell(hour, day)).collect()).collect(),
        ends: ("0".to_owned(), lang.choose(format!("{people} 件"), format!("{people} claims"))),
        is_from_zero: true,
        told: lang.pick("等待办理（件）", "Claims waiting").to_owned(),
        nothing: lang.pick("不开放", "Closed").to_owned(),
        condition: String::new(),
        lang,
        footer: footer(report, facts, false),
    })
}

/// Where and when most claims wait: not how many people stand in a queue, for many leave their papers.
fn hours_title(report: &Report<'_>, class: usize, hour: usize, claims: &str) -> String {
    let lang = report.lang;
    let name = group_name(report.scenario, Group::Desk(class), lang);
    let when = report.scenario.clock.date((hour / HOURS) as u32);
    let (when, hour) = (date(when, when.year(), lang), hour % HOURS);
    lang.choose(
        format!("{name}：{when} {hour} 时等待办理的最多，全市合计 {claims} 件"),
        format!("Most claims waiting at {name}: {claims} on {when} at {hour}:00, all sites together"),
    )
}

/// How long people queue, by class of desks.
pub(super) fn waits(report: &Report<'_>, facts: &Facts) -> Option<Waits> {
    const ROWS_MOST: usize = 8;
    let lang = report.lang;
    let mean = |key: &str, class: usize| facts.row(report, key, Group::Desk(class)).mean.value;
    let row = |desk: &DeskFacts| {
        let quantile = |key: &str| mean(key, desk.class);
        let minutes = [quantile("wait-p50")?, quantile("wait-p90")?, quantile("wait-p95")?, quantile("wait-p99")?];
        let (most, nearly_all) = (rounded(minutes[2]), rounded(minutes[3]));
        Some(WaitRow {
            label: group_name(report.scenario, Group::Desk(desk.class), lang),
            minutes,
            normal: normal_wait(report, facts, desk.class),
            text: lang.choose(format!("95% {most}，99% {nearly_all}"), format!("95%: {most}, 99%: {nearly_all}")),
        })
    };
    let mut rows: Vec<WaitRow> = facts.desks.iter().filter_map(row).filter(|row| row.minutes[3] > 0.0).collect();
    rows.sort_by(|a, b| b.minutes[2].total_cmp(&a.minutes[2]));
    rows.truncate(ROWS_MOST);
    let worst = rows.first()?;
    let (name, minutes) = (worst.label.clone(), rounded(worst.minutes[2]));
    Some(Waits {
        title: lang.choose(
            format!("{name}排队最久：每 20 人中有 1 人排 {minutes} 分钟以上"),
            format!("Longest waits at {name}: one in twenty queues over {minutes} minutes"),
        ),
        subtitle: subtitle(
            report,
            "持停机件到窗口的人每次排队多久，各次模拟的平均",
            "How long those who come with claims queue each time, means of the courses",
        ),
        x_label: lang.pick("排队分钟", "Minutes in the queue").to_owned(),
        rows,
        lang,
        footer: footer(report, facts, false),
    })
}

/// A number as people say it: decimals only where it is small.
fn rounded(value: f64) -> String {
    grouped(value, usize::from(value < 9.95))
}

/// Mean wait of routine work without a cutover.
fn normal_wait(report: &Report<'_>, facts: &Facts, class: usize) -> Option<f64> {
    facts.row(report, "normal-wait-mean", Group::Desk(class)).mean.value
}

/// People who come to desks before the stop, against a time without a cutover.
pub(super) fn surge(report: &Report<'_>, facts: &Facts, daily: &[DailySeries]) -> Option<FanPanels> {
    let lang = report.lang;
    let catalogue = &report.results.catalogue;
    let series = |class: usize, normal| daily.get(catalogue.find_series("arrivals", Group::Desk(class), normal)?);
    let ratio = |class: usize| facts.row(report, "pre-stop-surge", Group::Desk(class)).mean.value.unwrap_or(0.0);
    let stops = report.scenario.suspensions.iter().map(|stop| stop.stop);
    let last = stops.filter(|stop| *stop != SimTime::NEVER).max()?;
    let first = (days(report.scenario.announced_at) as usize).saturating_sub(DAYS_BEFORE);
    let end = (days(last).ceil() as usize + 1).min(report.scenario.clock.days() as usize);
    // Far more days than a person looks back over are no surge before a stop.
    let span = Span { first: first.max(end.saturating_sub(DAYS_MOST)), end };
    let mut found: Vec<(usize, &DailySeries, &DailySeries)> = facts
        .desks
        .iter()
        .filter_map(|desk| Some((desk.class, series(desk.class, false)?, series(desk.class, true)?)))
        .filter(|(class, ..)| ratio(*class) > 0.0)
        .collect();
    found.sort_by(|a, b| ratio(b.0).total_cmp(&ratio(a.0)));
    found.truncate(PANELS_MOST);
    let (worst, ..) = found.first()?;
    if span.end <= span.first {
        return None;
    }
    let name = group_name(report.scenario, Group::Desk(*worst), lang);
    let more = ratio(*worst) - 1.0;
    let panels = found.iter().map(|(class, arrivals, normal)| FanPanel {
        title: group_name(report.scenario, Group::Desk(*class), lang),
        y_label: lang.pick("到窗口", "Arrivals").to_owned(),
        y_unit: lang.pick("人次", "people").to_owned(),
        stops: bands(report, facts, span, |stop| halts_desks(report, stop, *class)),
        quantiles: quantiles(arrivals, span),
        reference: normal.mean.get(span.first..span.end).map(|values| Reference {
            label: lang.pick("无切换（平均）", "Without a cutover (mean)").to_owned(),
            values: values.to_vec(),
        }),
    });
    Some(FanPanels {
        title: surge_title(&name, more, lang),
        subtitle: subtitle(
            report,
            "公告到停机前每天到窗口的人次",
            "People coming to desks by day, from the announcement to the stop",
        ),
        lang,
        first_day: civil(report, span.first),
        panels: panels.collect(),
        footer: footer(report, facts, true),
    })
}

fn surge_title(name: &str, more: f64, lang: Lang) -> String {
    if more < 0.05 {
        return lang.pick("停机前窗口没有明显的提前办理潮", "No surge at desks before the stop").to_owned();
    }
    let more = count(100.0 * more, ("", ""), lang);
    lang.choose(
        format!("停机前{name}单日人次最多比平常高 {more}%（各次模拟的平均）"),
        format!("Before the stop up to {more}% more people than usual on a day at {name}, mean of the courses"),
    )
}
