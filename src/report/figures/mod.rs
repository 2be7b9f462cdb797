//! Results as figures: which rows, days and words the charts of a run show.
//!
//! A figure shows the days in which something happens, from a few days before the first event to a
//! week after the median has come back near zero, not the whole time simulated.

mod money;
mod queue;

use crate::calendar::{DAY, DayKind, SimTime};
use crate::measures::Group;
use crate::scenario::raw::DemandKind;
use crate::schedule::{ReturnKind, Suspension};
use crate::units::Lang;

use super::assumptions::credit;
use super::chart::{
    CivilDay, FanChart, FanPanel, FanPanels, Figure, Mark, Quantiles, Reference, Returns, StopBand, Timeline,
    TimelineRow,
};
use super::daily::DailySeries;
use super::document::Plate;
use super::facts::{Facts, StopFacts, halts_desks};
use super::numbers::{number, percent};
use super::parquet::group_name;
use super::table::{MEDIAN, UPPER};
use super::{Report, findings};

/// Days shown before the first event.
const DAYS_BEFORE: f64 = 3.0;
/// Days shown after the median has come back near zero.
const DAYS_AFTER: f64 = 7.0;
/// Share of its peak below which a median counts as near zero.
const NEAR_ZERO: f64 = 0.05;
/// Fewest days shown, so that dates have room.
const DAYS_LEAST: usize = 10;
/// Most rows of the timeline and panels of the backlog.
const ROWS_MOST: usize = 12;
const PANELS_MOST: usize = 6;

/// The days a figure shows: first and one past the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) first: usize,
    pub(super) end: usize,
}

/// All figures of a run, the most telling first. Those that have nothing to show are left out: a schedule
/// without stops, a run without replications.
pub fn plates(report: &Report<'_>, daily: &[DailySeries]) -> Vec<Plate> {
    let facts = Facts::of(report);
    let lang = report.lang;
    let mut found = Vec::new();
    let mut add = |name: &str, figure: Option<Figure>, zh: &str, en: &str| {
        found.extend(figure.map(|figure| Plate::new(name, figure, lang.pick(zh, en))));
    };
    add(
        "timeline",
        timeline_of(report, &facts).map(Figure::Timeline),
        "每条横杠是一项业务按公告停多久；菱形是模拟中实际恢复时间的中位数，细线是 90% 的模拟结果所在范围。灰底是休息日。",
        "A bar is how long a service stops by the notice; the diamond is the median of the simulated returns, the thin line holds 90% of them. Grey: days off.",
    );
    add(
        "self-pay",
        self_pay_of(report, &facts, daily).map(Figure::Fan),
        "每天患者在窗口自己先付的钱。粗线是中位数，深色带里有一半的模拟结果，浅色带里有九成。",
        "What patients pay themselves each day. The line is the median; half of the simulated courses lie in the dark band, nine in ten in the light one.",
    );
    add(
        "backlog",
        backlog_of(report, &facts, daily).map(Figure::FanPanels),
        "每天还没办完的停机件（没来的、排队的、在办的）。高度是全部没办完的件数；“恢复正常”看的是排队，往往早于归零。各图纵轴不同。",
        "Claims of the outage still open each day: not yet come, waiting, in service. Back to normal is judged by queues and mostly comes before zero. Scales differ between the panels.",
    );
    add(
        "queue-hours",
        queue::hours(report, &facts).map(Figure::Heat),
        "每一格是某天某个钟点平均有多少件在等，颜色越深越多。可据此安排加班时段和增开窗口。",
        "A cell is how many claims wait on average at an hour of a day: the darker, the more. It shows when more windows help.",
    );
    add(
        "waits",
        queue::waits(report, &facts).map(Figure::Waits),
        "圆点：一半的人排队不超过这么久；三角：95% 的人不超过这么久；浅色带到 99%。圆圈是没有切换时日常业务的平均排队。",
        "Dot: half of the people queue at most so long; triangle: 95 %; the light band reaches to 99 %. Ring: mean wait of routine work without a cutover.",
    );
    add(
        "burden",
        money::burden(report, &facts).map(Figure::Tails),
        "横轴是垫付占家庭月收入的比例，曲线的高度是超过这一比例的人所占的份额。越往右负担越重、人越少。",
        "Across: prepayment as a share of the household's monthly income; the height of the curve is the share of people above it.",
    );
    add(
        "refunds",
        money::refunds(report, &facts, daily).map(Figure::FanPanels),
        "到每一天为止，垫付的钱有百分之几已经退回。曲线不再上升的部分是从不申领或被拒的。",
        "What share of the prepayment has come back by each day. What the curve never reaches is never claimed or refused.",
    );
    add(
        "surge",
        queue::surge(report, &facts, daily).map(Figure::FanPanels),
        "公告之后、停机之前每天到窗口的人次，虚线是没有切换时的平均。高出虚线的部分是赶在停机前来办的。",
        "People who come to desks each day before the stop; dashed: the mean without a cutover. What lies above it comes early because of the stop.",
    );
    found
}

fn days(time: SimTime) -> f64 {
    f64::from(time.0) / f64::from(DAY)
}

pub(super) fn civil(report: &Report<'_>, day: usize) -> CivilDay {
    let date = report.scenario.clock.date(day as u32);
    (i32::from(date.year()), date.month().unsigned_abs(), date.day().unsigned_abs())
}

/// What is drawn, of which city and schedule.
pub(super) fn subtitle(report: &Report<'_>, zh: &str, en: &str) -> String {
    let (city, schedule) = (&report.scenario.city_name, &report.scenario.schedule_name);
    match report.lang {
        Lang::Zh => format!("{zh} · {} · {}", city.zh, schedule.zh),
        Lang::En => format!("{en} · {} · {}", city.en, schedule.en),
    }
}

/// What a figure rests on: simulations, seed, program; then the assumptions.
fn footer(report: &Report<'_>, facts: &Facts, has_bands: bool) -> Vec<String> {
    let (n, seed) = (report.results.samples.len(), report.results.seed);
    let (city, schedule) = (&report.scenario.city_name, &report.scenario.schedule_name);
    let credit = credit(report.loaded, report.scenario, report.lang);
    let basis = match report.lang {
        Lang::Zh => {
            let bands =
                if has_bands { "；深色带为 50%、浅色带为 90% 的模拟结果所在范围" } else { "" };
            format!("{n} 次模拟，随机种子 {seed}{bands}。{credit}，情景：{}「{}」", city.zh, schedule.zh)
        }
        Lang::En => {
            let bands = if has_bands { "; the dark band holds 50% and the light band 90% of them" } else { "" };
            format!("{n} simulated courses, seed {seed}{bands}. {credit}, scenario {}, \"{}\"", city.en, schedule.en)
        }
    };
    vec![basis, assumed(report.lang, facts)]
}

/// How many parameters nobody has measured, and the ones that much depends on.
pub(super) fn assumed(lang: Lang, facts: &Facts) -> String {
    let named: Vec<String> = facts.main_assumptions.iter().map(|one| one.text(lang)).collect();
    let (count, all) = (facts.assumptions, facts.parameters);
    let share = percent(count as f64 / all.max(1) as f64);
    let basis = lang.choose(
        format!("全部 {all} 个参数中 {count} 个（{share}）无实测"),
        format!("{count} of {all} parameters ({share}) nobody has measured"),
    );
    match (lang, named.is_empty()) {
        (Lang::Zh, true) => format!("假设：{basis}"),
        (Lang::Zh, false) => format!("假设：{}；{basis}", named.join("；")),
        (Lang::En, true) => format!("Assumptions: {basis}"),
        (Lang::En, false) => format!("Assumptions: {}; {basis}", named.join("; ")),
    }
}

/// The name of a stop with the services it stops, where they are not said by its name.
fn stop_label(report: &Report<'_>, index: usize) -> String {
    let Some(stop) = report.scenario.suspensions.get(index) else { return String::new() };
    report.lang.pick(&stop.name.zh, &stop.name.en).to_owned()
}

/// The latest moment at which a stop is still going on in the figure, in days.
fn stop_end(report: &Report<'_>, facts: &StopFacts) -> f64 {
    let Some(stop) = report.scenario.suspensions.get(facts.stop) else { return 0.0 };
    let planned = if stop.planned == SimTime::NEVER { 0.0 } else { days(stop.planned) };
    let actual = facts.actual.iter().flatten().copied().fold(0.0, f64::max);
    planned.max(actual).max(days(stop.stop))
}

/// First day worth showing: a few days before the announcement or, where that lies far back, before
/// the first stop.
fn first_day(report: &Report<'_>) -> usize {
    let stops = report.scenario.suspensions.iter().map(|stop| days(stop.stop));
    let stop = stops.fold(f64::INFINITY, f64::min);
    let announced = days(report.scenario.announced_at);
    let event = if stop.is_finite() && stop - announced > 10.0 { stop - 3.0 } else { announced.min(stop) };
    (event - DAYS_BEFORE).floor().max(0.0) as usize
}

fn timeline_of(report: &Report<'_>, facts: &Facts) -> Option<Timeline> {
    let scenario = report.scenario;
    let shown: Vec<&StopFacts> = facts.stops.iter().take(ROWS_MOST).collect();
    let horizon = f64::from(scenario.clock.days());
    let first = first_day(report);
    let last = shown.iter().map(|stop| stop_end(report, stop)).fold(f64::NAN, f64::max);
    if last.is_nan() {
        return None;
    }
    let end = (last + 2.0).ceil().min(horizon).max((first + DAYS_LEAST) as f64);
    let offset = first as f64;
    let rows = shown.iter().map(|stop| timeline_row(report, stop, offset)).collect();
    let label = report.lang.pick("公布", "Announced").to_owned();
    let mut marks = vec![Mark { day: days(scenario.announced_at) - offset, label }];
    if marks.iter().any(|mark| mark.day < 0.0) {
        marks.clear();
    }
    Some(Timeline {
        title: findings::outage(report, facts),
        subtitle: subtitle(report, "各项业务计划停多久、实际何时恢复", "What stops for how long, and when it returns"),
        lang: report.lang,
        first_day: civil(report, first),
        days: end - offset,
        rows,
        marks,
        non_working: non_working(report, Span { first, end: end as usize }),
        footer: footer(report, facts, false),
    })
}

fn timeline_row(report: &Report<'_>, facts: &StopFacts, offset: f64) -> TimelineRow {
    let label = stop_label(report, facts.stop);
    let Some(stop) = report.scenario.suspensions.get(facts.stop) else {
        return TimelineRow {
            label,
            start_day: 0.0,
            planned_end_day: None,
            actual: None,
            text: String::new(),
            kind: 0,
        };
    };
    let planned = (stop.planned != SimTime::NEVER).then(|| days(stop.planned));
    let hours = planned.map(|planned| number(((planned - days(stop.stop)) * 24.0).round()));
    // A quantile past the horizon is drawn at its edge: beyond what the figure shows.
    let horizon = f64::from(report.scenario.clock.days());
    let actual = facts.actual[0].map(|q05| Returns {
        q05: q05 - offset,
        median: facts.actual[1].unwrap_or(horizon) - offset,
        q95: facts.actual[2].unwrap_or(horizon) - offset,
    });
    let late = facts.overran.value.filter(|&share| share > 0.0).map(percent);
    let text = match (hours, late, report.lang) {
        (None, ..) => String::new(),
        (Some(hours), None, Lang::Zh) => format!("{hours} 小时"),
        (Some(hours), None, Lang::En) => format!("{hours} hours"),
        (Some(hours), Some(late), Lang::Zh) => format!("{hours} 小时，延迟概率 {late}"),
        (Some(hours), Some(late), Lang::En) => format!("{hours} hours, late: {late}"),
    };
    // One colour a kind of return: announced as certain, as an estimate, not at all.
    let kind = match stop.kind {
        ReturnKind::Fixed => 0,
        ReturnKind::Estimated => 1,
        ReturnKind::Unannounced => 3,
    };
    TimelineRow {
        label,
        start_day: days(stop.stop) - offset,
        planned_end_day: planned.map(|day| day - offset),
        actual,
        text,
        kind,
    }
}

/// Runs of days when offices are closed.
fn non_working(report: &Report<'_>, span: Span) -> Vec<(f64, f64)> {
    let mut spans: Vec<(f64, f64)> = Vec::new();
    for day in span.first..span.end {
        if report.scenario.clock.kind(day as u32) == DayKind::Working {
            continue;
        }
        let start = (day - span.first) as f64;
        match spans.last_mut() {
            Some(last) if (last.1 - start).abs() < 1e-9 => last.1 = start + 1.0,
            _ => spans.push((start, start + 1.0)),
        }
    }
    spans
}

/// Days that daily figures show: until the medians have come back near zero.
pub(super) fn span_of(report: &Report<'_>, facts: &Facts, series: &[&DailySeries]) -> Span {
    let first = first_day(report);
    let length = series.iter().map(|one| one.mean.len()).max().unwrap_or(0);
    let last_busy = series.iter().filter_map(|one| last_busy(&one.quantiles[MEDIAN])).max().unwrap_or(0);
    let stops = facts.stops.iter().filter_map(|stop| report.scenario.suspensions.get(stop.stop));
    let returned =
        stops.filter(|stop| stop.planned != SimTime::NEVER).map(|stop| days(stop.planned)).fold(0.0, f64::max);
    let end = (last_busy as f64 + 1.0).max(returned).ceil() + DAYS_AFTER;
    Span { first, end: (end as usize).max(first + DAYS_LEAST).min(length) }
}

/// The same days up to the one on which all desks are back to normal, which titles tell.
pub(super) fn until_normal(span: Span, facts: &Facts, series: &DailySeries) -> Span {
    let normal = facts.desks.iter().filter_map(|desk| desk.normal_median.value).fold(0.0, f64::max);
    Span { end: span.end.max(normal as usize + 3).min(series.mean.len()), ..span }
}

/// The last day on which a series is not near zero.
fn last_busy(values: &[f64]) -> Option<usize> {
    let peak = values.iter().copied().fold(0.0, f64::max);
    if peak <= 0.0 {
        return None;
    }
    values.iter().rposition(|&value| value > NEAR_ZERO * peak)
}

pub(super) fn quantiles(series: &DailySeries, span: Span) -> Quantiles {
    let cut = |values: &[f64]| values.get(span.first..span.end).unwrap_or_default().to_vec();
    let [q05, q25, median, q75, q95] = &series.quantiles;
    Quantiles { median: cut(median), q05: cut(q05), q25: cut(q25), q75: cut(q75), q95: cut(q95) }
}

/// Stops as grey bands; those over the same time share one band and its name. Where no return was
/// announced the band runs to the median of the actual one.
pub(super) fn bands(report: &Report<'_>, facts: &Facts, span: Span, of: impl Fn(&Suspension) -> bool) -> Vec<StopBand> {
    let offset = span.first as f64;
    let mut found: Vec<StopBand> = Vec::new();
    for one in &facts.stops {
        let Some(stop) = report.scenario.suspensions.get(one.stop).filter(|stop| of(stop)) else { continue };
        let start_day = days(stop.stop) - offset;
        let mut label = stop_label(report, one.stop);
        let end_day = if stop.planned == SimTime::NEVER {
            if one.actual[1].is_some() {
                label.push_str(report.lang.pick("（恢复未公布，按中位数）", " (return not announced, median)"));
            }
            one.actual[1].map(|day| day - offset)
        } else {
            Some(days(stop.planned) - offset)
        };
        match found.iter_mut().find(|band| (band.start_day, band.end_day) == (start_day, end_day)) {
            Some(band) => {
                band.label.push_str(report.lang.pick("、", ", "));
                band.label.push_str(&label);
            }
            None => found.push(StopBand { start_day, end_day, label }),
        }
    }
    found
}

/// Whether one of these services settles bills; agency business has none.
fn settles_bills(report: &Report<'_>, services: u64) -> bool {
    let with_bills = report.scenario.care.iter().filter(|care| care.kind != DemandKind::Business);
    with_bills.into_iter().any(|care| services >> care.needs & 1 == 1)
}

fn self_pay_of(report: &Report<'_>, facts: &Facts, daily: &[DailySeries]) -> Option<FanChart> {
    let series = daily.get(report.results.catalogue.find_series("self-pay", Group::All, false)?)?;
    let span = span_of(report, facts, &[series]);
    let upper = series.quantiles[UPPER].iter().copied().fold(0.0, f64::max);
    if span.end <= span.first || upper <= 0.0 {
        return None;
    }
    Some(FanChart {
        title: findings::payments(report, facts, series),
        subtitle: subtitle(report, "患者每天自己先付的钱", "What patients pay themselves, by day"),
        y_label: report.lang.pick("停机期现金支付", "Paid at visits in the outage").to_owned(),
        y_unit: report.lang.pick("元", "yuan").to_owned(),
        lang: report.lang,
        first_day: civil(report, span.first),
        quantiles: quantiles(series, span),
        stops: bands(report, facts, span, |stop| settles_bills(report, stop.services)),
        reference: None,
        footer: footer(report, facts, true),
    })
}

fn backlog_of(report: &Report<'_>, facts: &Facts, daily: &[DailySeries]) -> Option<FanPanels> {
    let catalogue = &report.results.catalogue;
    let series_of = |class: usize| daily.get(catalogue.find_series("backlog", Group::Desk(class), false)?);
    let peak = |series: &DailySeries| series.quantiles[UPPER].iter().copied().fold(0.0, f64::max);
    let mut found: Vec<(usize, &DailySeries)> =
        facts.desks.iter().filter_map(|desk| Some((desk.class, series_of(desk.class)?))).collect();
    // Fewer claims than one at a time are no backlog that anybody sees.
    found.retain(|(_, series)| peak(series) >= 1.0);
    found.sort_by(|a, b| peak(b.1).total_cmp(&peak(a.1)));
    let more = found.len().saturating_sub(PANELS_MOST);
    found.truncate(PANELS_MOST);
    let all: Vec<&DailySeries> = found.iter().map(|one| one.1).collect();
    let span = until_normal(span_of(report, facts, &all), facts, all.first()?);
    if span.end <= span.first {
        return None;
    }
    let panels = found.iter().map(|(class, series)| FanPanel {
        title: group_name(report.scenario, Group::Desk(*class), report.lang),
        y_label: report.lang.pick("未办结", "Open").to_owned(),
        y_unit: report.lang.pick("件", "claims").to_owned(),
        stops: bands(report, facts, span, |stop| halts_desks(report, stop, *class)),
        quantiles: quantiles(series, span),
        reference: None::<Reference>,
    });
    let mut footer = footer(report, facts, true);
    if more > 0 {
        let text = (
            format!("另有 {more} 类窗口积压更少，未画出。"),
            format!("{more} more classes with smaller backlogs are not shown. "),
        );
        if let Some(first) = footer.first_mut() {
            first.insert_str(0, report.lang.pick(&text.0, &text.1));
        }
    }
    Some(FanPanels {
        title: findings::recovery(report, facts),
        subtitle: subtitle(report, "各类窗口每天还有多少件没办完", "Claims still open, by day and class of desks"),
        lang: report.lang,
        first_day: civil(report, span.first),
        panels: panels.collect(),
        footer,
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{World, group_of_desks};
    use super::*;

    fn facts_and_daily(world: &World, lang: Lang) -> (Facts, Vec<DailySeries>) {
        (Facts::of(&world.report(lang)), super::super::daily::all(&world.results).unwrap())
    }

    #[test]
    fn figures_show_the_days_in_which_something_happens() {
        let world = World::new(9);
        let report = world.report(Lang::Zh);
        let (facts, daily) = facts_and_daily(&world, Lang::Zh);
        let chart = self_pay_of(&report, &facts, &daily).unwrap();
        // Announced on day 7, so from day 4 on; the hump is over long before day 60.
        assert_eq!(chart.first_day, (2021, 11, 12));
        let shown = chart.quantiles.median.len();
        assert!((20..45).contains(&shown), "{shown} days");
        let peak = chart.quantiles.median.iter().copied().fold(0.0, f64::max);
        assert!(chart.quantiles.median[shown - 8] <= 2.0 * NEAR_ZERO * peak);
        assert_eq!(chart.stops[0].start_day, 11.75 - 4.0);
        // No return announced: up to the median of the actual one.
        assert_eq!(chart.stops.len(), 2);
        assert!((13.0..22.0).contains(&chart.stops[1].end_day.unwrap()));
    }

    #[test]
    fn every_figure_tells_what_it_rests_on() {
        let world = World::new(9);
        for lang in [Lang::Zh, Lang::En] {
            let report = world.report(lang);
            let (facts, daily) = facts_and_daily(&world, lang);
            let panels = backlog_of(&report, &facts, &daily).unwrap();
            assert_eq!(panels.panels.len(), 2, "the idle class is left out");
            for footer in [timeline_of(&report, &facts).unwrap().footer, panels.footer] {
                let text = footer.concat();
                assert!(
                    text.contains(lang.pick("假设：普通门诊推迟比例 60%（40%～70%）", "deferred 60% (40%–70%)")),
                    "{text}"
                );
                assert!(text.contains(lang.pick("9 次模拟", "9 simulated courses")), "{text}");
            }
        }
    }

    #[test]
    fn weekends_are_shaded_as_one_span() {
        let world = World::new(1);
        let spans = non_working(&world.report(Lang::Zh), Span { first: 4, end: 14 });
        assert_eq!(spans, [(1.0, 3.0), (8.0, 10.0)]);
    }

    #[test]
    fn stops_over_the_same_time_share_a_band() {
        let mut world = World::new(1);
        let twin = world.scenario.suspensions[0].clone();
        world.scenario.suspensions.push(twin);
        let world = world.rerun(4);
        let report = world.report(Lang::Zh);
        let found = bands(&report, &Facts::of(&report), Span { first: 0, end: 20 }, |_| true);
        assert_eq!(
            found.iter().map(|band| band.label.as_str()).collect::<Vec<_>>(),
            ["联网结算、联网结算", "经办业务（恢复未公布，按中位数）"]
        );
    }

    #[test]
    fn panels_shade_the_stops_that_halt_their_desks_and_no_others() {
        let mut world = World::new(9);
        world.scenario.groups = vec![group_of_desks(0, 0b11), group_of_desks(1, 0b01)];
        world.scenario.suspensions[1].services = 0b10;
        let shaded = |world: &World| -> Vec<Vec<String>> {
            let report = world.report(Lang::En);
            let (facts, daily) = facts_and_daily(world, Lang::En);
            let panels = backlog_of(&report, &facts, &daily).unwrap().panels;
            panels.into_iter().map(|panel| panel.stops.into_iter().map(|stop| stop.label).collect()).collect()
        };
        let agency = "agency work (return not announced, median)";
        assert_eq!(shaded(&world), [vec!["settlement", agency], vec!["settlement"]]);
        // A stop that leaves the second group of sites alone.
        world.scenario.suspensions[0].scope.groups = 0b01;
        assert_eq!(shaded(&world), [vec!["settlement", agency], vec![]]);
    }

    #[test]
    fn a_run_with_nothing_to_show_has_no_figures_but_no_error() {
        let mut world = World::new(0);
        world.scenario.suspensions.clear();
        let world = world.rerun(0);
        let daily = super::super::daily::all(&world.results).unwrap();
        assert!(plates(&world.report(Lang::Zh), &daily).is_empty());
        let world = World::new(2);
        let daily = super::super::daily::all(&world.results).unwrap();
        assert_eq!(plates(&world.report(Lang::En), &daily).len(), 8);
    }
}
