//! The suspension timeline: what stops when, when it is to return, and when it does.
//!
//! A bar runs from the stop to the planned return; the paler part behind it is where the actual
//! return may fall, with a range (5 % to 95 %) and the median under it. A stop whose return nobody
//! announced fades out to the right, hatched.

use serde::{Deserialize, Serialize};

use super::axis::Days;
use super::bars::{Grid, Looks, PALE, colors, draw_row, is_late, open_text, plate};
use super::canvas::{Area, Canvas, Type, sheet};
use super::slide::{DATES, LANE, Placed, Sign, date_axis, footer, header, lanes, legend};
use super::spots::Told;
use super::theme::{AXIS, BODY, GRID, INK, MARGIN, SHADE, WIDTH};
use super::{ChartError, CivilDay, Drawn, Lang, check_finite};

/// Most rows of a slide, so that a row keeps room for its text.
const ROWS_MOST: usize = 14;
/// Widest column of row names.
const NAMES_MOST: f64 = 460.0;
/// When a service actually returns, over the replications, in days of the figure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Returns {
    /// 5 % quantile.
    pub q05: f64,
    /// Median.
    pub median: f64,
    /// 95 % quantile.
    pub q95: f64,
}

/// One stop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimelineRow {
    /// Name of what stops.
    pub label: String,
    /// Stop in days.
    pub start_day: f64,
    /// Announced return in days; none when the notice gives none.
    pub planned_end_day: Option<f64>,
    /// The actual return, if it was simulated.
    pub actual: Option<Returns>,
    /// Text in the bar, for example "62 小时"; may be empty.
    pub text: String,
    /// Which colour: rows of one kind share it. 0 is a return announced as certain and 1 one announced
    /// as an estimate, and the legend says so; the others have no name. Taken modulo the six colours
    /// there are.
    pub kind: usize,
}

/// A moment worth a line across all rows, such as the announcement or a deadline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// When, in days.
    pub day: f64,
    /// What happens then.
    pub label: String,
}

/// The stops of one schedule on one slide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// Title.
    pub title: String,
    /// Second, smaller line; may be empty.
    pub subtitle: String,
    /// Language of legend and dates.
    pub lang: Lang,
    /// Date of the left edge.
    pub first_day: CivilDay,
    /// Days shown, more than 0.
    pub days: f64,
    /// The stops, from the top; 1 to 14.
    pub rows: Vec<TimelineRow>,
    /// Moments to mark.
    pub marks: Vec<Mark>,
    /// Spans (start, end) in days when offices are closed.
    pub non_working: Vec<(f64, f64)>,
    /// One to three lines, wrapped as needed.
    pub footer: Vec<String>,
}

/// Draws the timeline.
///
/// # Errors
///
/// [`ChartError::Empty`] without rows or days, [`ChartError::TooMany`] for more than 14 rows,
/// [`ChartError::Value`] for a number that is not finite, [`ChartError::Date`] for an impossible
/// first day.
pub fn timeline(chart: &Timeline) -> Result<Drawn, ChartError> {
    check(chart)?;
    let days = Days::new(chart.first_day, chart.lang)?;
    sheet(|canvas| {
        let top = header(canvas, &chart.title, &chart.subtitle)?;
        let bottom = footer(canvas, &chart.footer)?;
        let names = Type::new(BODY);
        let widest = chart.rows.iter().map(|r| names.width(&r.label)).fold(0.0, f64::max);
        let left = MARGIN + widest.min(NAMES_MOST) + 24.0;
        let area = Area { left, top, right: WIDTH - MARGIN, bottom: bottom - DATES };
        let mut grid = Grid { area, days: chart.days, row: 0.0 };
        let spans: Vec<(f64, f64, &str)> = chart
            .marks
            .iter()
            .filter(|m| (0.0..=chart.days).contains(&m.day))
            .map(|m| (grid.x(m.day), grid.x(m.day), m.label.as_str()))
            .collect();
        let (placed, used, lost) = lanes(&spans, names, (left, area.right));
        let lanes_top = legend(canvas, top, &entries(chart, lost))?;
        grid.area.top = lanes_top + LANE * used as f64 + 6.0;
        // Few rows are tall ones, so that no slide is half empty.
        grid.row = (grid.area.bottom - grid.area.top) / chart.rows.len() as f64;
        background(canvas, chart, grid, days)?;
        draw_marks(canvas, grid, &placed, &spans, lanes_top)?;
        mark_spots(canvas, chart, days, &placed, lanes_top);
        spots(canvas, chart, grid, days);
        let looks = Looks { lang: chart.lang, names_right: left - 20.0, marks: &spans };
        chart.rows.iter().enumerate().try_for_each(|(i, row)| draw_row(canvas, grid, i, row, looks))
    })
}

/// Makes every row tell its times.
fn spots(canvas: &mut Canvas<'_>, chart: &Timeline, grid: Grid, days: Days) {
    let lang = chart.lang;
    for (index, row) in chart.rows.iter().enumerate() {
        let top = grid.area.top + grid.row * index as f64;
        let mut text = Told::of(lang, &row.label).value(lang.pick("停止", "stop"), &days.moment(row.start_day));
        text = match row.planned_end_day {
            Some(end) => text.value(lang.pick("计划恢复", "planned return"), &days.moment(end)),
            None => text.line(open_text(lang)),
        };
        if let Some(Returns { q05, median, q95 }) = row.actual {
            let [q05, median, q95] = [q05, median, q95].map(|day| days.moment(day));
            let name = lang.pick("模拟中恢复的中位数", "simulated return, median");
            text = text.value(name, &median).range(lang.pick("5%～95%", "5%–95%"), (&q05, &q95));
        }
        canvas.spot(Area { left: MARGIN, top, right: grid.area.right, bottom: top + grid.row }, text.text());
    }
}

/// Makes the name of every moment tell when it is, and its whole name, for it may be cut.
fn mark_spots(canvas: &mut Canvas<'_>, chart: &Timeline, days: Days, placed: &[Placed], top: f64) {
    let shown: Vec<&Mark> = chart.marks.iter().filter(|mark| (0.0..=chart.days).contains(&mark.day)).collect();
    for place in placed {
        let Some(mark) = shown.get(place.index) else { continue };
        let upper = top + LANE * place.lane as f64;
        let right = (place.x + Type::new(BODY).width(&place.text)).min(WIDTH);
        let area = Area { left: place.x, top: upper, right, bottom: upper + LANE };
        canvas.spot(area, Told::of(chart.lang, &mark.label).line(&days.moment(mark.day)).text());
    }
}

/// Draws the lines of the marks across all rows, then their labels above the rows.
fn draw_marks(
    canvas: &mut Canvas<'_>,
    grid: Grid,
    placed: &[Placed],
    spans: &[(f64, f64, &str)],
    top: f64,
) -> Result<(), ChartError> {
    for place in placed {
        if let Some(&(x, _, _)) = spans.get(place.index) {
            let from = top + LANE * place.lane as f64;
            canvas.dashed(&[(x, from), (x, grid.area.bottom)], INK, 3.0)?;
        }
    }
    let look = Type::new(BODY);
    for place in placed {
        let middle = top + LANE * (place.lane as f64 + 0.5);
        // The line of a mark in a higher lane may run through this label.
        plate(canvas, (place.x, middle), look.width(&place.text), LANE / 2.0)?;
        canvas.text(&place.text, (place.x, middle), look)?;
    }
    Ok(())
}

fn check(chart: &Timeline) -> Result<(), ChartError> {
    if chart.rows.is_empty() {
        return Err(ChartError::Empty { what: "row" });
    }
    let found = chart.rows.len();
    if found > ROWS_MOST {
        return Err(ChartError::TooMany { what: "rows", most: ROWS_MOST, found });
    }
    check_finite("the span shown", &[chart.days])?;
    if chart.days <= 0.0 {
        return Err(ChartError::Empty { what: "day" });
    }
    for row in &chart.rows {
        check_finite("a stop", &[row.start_day, row.planned_end_day.unwrap_or(0.0)])?;
        if let Some(Returns { q05, median, q95 }) = row.actual {
            check_finite("an actual return", &[q05, median, q95])?;
        }
    }
    chart.marks.iter().try_for_each(|m| check_finite("a mark", &[m.day]))?;
    chart.non_working.iter().try_for_each(|s| check_finite("a non-working span", &[s.0, s.1]))
}

/// The colours of the planned stops, each told apart by how sure its return is.
fn planned_entries(chart: &Timeline) -> Vec<(Sign, String)> {
    let mut kinds: Vec<usize> =
        chart.rows.iter().filter(|row| row.planned_end_day.is_some()).map(|row| row.kind).collect();
    kinds.sort_unstable();
    // Kinds without a name share one entry, that of the first.
    kinds.dedup_by_key(|kind| (*kind).min(2));
    let text = |kind| match (kind, chart.lang) {
        (0, Lang::Zh) => "计划暂停（公告了恢复时间）",
        (0, Lang::En) => "Planned stop, return announced",
        (1, Lang::Zh) => "计划暂停（恢复时间为预计）",
        (1, Lang::En) => "Planned stop, return estimated",
        (_, Lang::Zh) => "计划暂停",
        (_, Lang::En) => "Planned stop",
    };
    kinds.into_iter().map(|kind| (Sign::Patch(colors(kind).0, 1.0), text(kind).to_owned())).collect()
}

/// Legend entries for what the figure really shows.
fn entries(chart: &Timeline, lost: usize) -> Vec<(Sign, String)> {
    let zh = chart.lang == Lang::Zh;
    let say = |chinese: &str, english: &str| {
        if zh { chinese.to_owned() } else { english.to_owned() }
    };
    let color = |row: Option<&TimelineRow>| row.map_or(INK, |r| colors(r.kind).0);
    let mut found = planned_entries(chart);
    if let Some(late) = chart.rows.iter().find(|row| is_late(row, chart.days)) {
        found.push((Sign::Patch(colors(late.kind).0, PALE), say("可能延迟（至 95%）", "May run late (to 95%)")));
    }
    if chart.rows.iter().any(|r| r.actual.is_some()) {
        let text = say("实际恢复：中位数与 5%–95%", "Actual return: median, 5%–95%");
        found.push((Sign::Range(INK), text));
    }
    let open = chart.rows.iter().find(|r| r.planned_end_day.is_none());
    if open.is_some() {
        found.push((Sign::Hatch(color(open)), open_text(chart.lang).to_owned()));
    }
    if !chart.non_working.is_empty() {
        found.push((Sign::Patch(SHADE, 0.22), say("非工作日", "Non-working day")));
    }
    if lost > 0 {
        let text = say(&format!("另有 {lost} 个时点未标出"), &format!("{lost} more moments not shown"));
        found.push((Sign::Dashed(INK), text));
    }
    found
}

/// Non-working days, midnights, row rules and dates.
fn background(canvas: &mut Canvas<'_>, chart: &Timeline, grid: Grid, days: Days) -> Result<(), ChartError> {
    let area = grid.area;
    for &(start, end) in &chart.non_working {
        let (left, right) = (grid.x(start), grid.x(end));
        if right > left {
            canvas.fill(Area { left, right, ..area }, SHADE, 0.14)?;
        }
    }
    let day_width = (area.right - area.left) / grid.days;
    // Midnights closer than this would grey the whole figure.
    if day_width >= 24.0 {
        for day in 1..grid.days.ceil() as i64 {
            let x = grid.x(day as f64);
            canvas.line(&[(x, area.top), (x, area.bottom)], GRID, 1.5)?;
        }
    }
    for index in 1..chart.rows.len() {
        let y = area.top + grid.row * index as f64;
        canvas.line(&[(MARGIN, y), (area.right, y)], GRID, 1.5)?;
    }
    canvas.line(&[(area.left, area.top), (area.left, area.bottom)], AXIS, 2.0)?;
    date_axis(canvas, days, grid.days, area)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_readable, polylines, sample_timeline, show};
    use super::*;

    fn bars(svg: &str, color: &str) -> Vec<(f64, f64)> {
        super::super::testing::rectangles(svg, color)
    }

    #[test]
    fn bars_begin_and_end_at_their_days() {
        let mut chart = sample_timeline(Lang::Zh, 1);
        chart.rows[0].start_day = 4.75;
        chart.rows[0].planned_end_day = Some(7.25);
        chart.rows[0].actual = None;
        let svg = timeline(&chart).unwrap().svg;
        let &(left, right) = bars(&svg, "#0072B2").last().unwrap();
        // The right edge of the figure and the share of the bar in the days shown give back the
        // scale.
        let edge = WIDTH - MARGIN;
        let day = (right - left) / 2.5;
        assert!((edge - right - day * (chart.days - 7.25)).abs() < 1.0, "{left} {right}");
    }

    #[test]
    fn every_text_stays_on_the_slide() {
        for lang in [Lang::Zh, Lang::En] {
            for rows in [1, 5, 14] {
                assert_readable(&timeline(&sample_timeline(lang, rows)).unwrap());
            }
        }
        let mut chart = sample_timeline(Lang::En, 5);
        for days in [0.5, 1.0, 3.0, 200.0] {
            chart.days = days;
            assert_readable(&timeline(&chart).unwrap());
        }
        chart.rows[0].label = "非常长的业务名称".repeat(20);
        chart.rows[1].text = "very long text in the bar ".repeat(20);
        chart.marks[0].label = "一个很长的标注".repeat(40);
        assert_readable(&timeline(&chart).unwrap());
    }

    #[test]
    fn a_return_beyond_the_edge_is_not_shown_at_the_edge() {
        // A diamond is a polygon of four points in ink; the legend has one, and so has each median
        // shown.
        let diamonds = |chart: &Timeline| {
            let svg = timeline(chart).unwrap().svg;
            let four = |l: &&str| l.starts_with("<polygon") && l.matches(',').count() == 4;
            svg.lines().filter(four).filter(|l| l.contains("#222222")).count()
        };
        let mut chart = sample_timeline(Lang::Zh, 1);
        assert_eq!(diamonds(&chart), 2);
        chart.rows[0].actual = Some(Returns { q05: 10.0, median: 40.0, q95: 70.0 });
        assert_eq!(diamonds(&chart), 1);
    }

    #[test]
    fn a_stop_outside_the_days_is_an_arrow_and_no_bar() {
        let mut chart = sample_timeline(Lang::Zh, 2);
        let count = |chart: &Timeline| bars(&timeline(chart).unwrap().svg, "#0072B2").len();
        let before = count(&chart);
        (chart.rows[0].start_day, chart.rows[0].planned_end_day) = (20.0, Some(22.0));
        // The planned bar, its paler part and the legend's word on it are gone; the planned patch stays.
        assert_eq!(count(&chart), before - 3);
        assert!(timeline(&chart).unwrap().svg.contains("62 小时 →"));
    }

    #[test]
    fn the_legend_tells_certain_returns_from_estimates() {
        let legend = |kinds: &[usize]| {
            let mut chart = sample_timeline(Lang::Zh, kinds.len());
            for (row, kind) in chart.rows.iter_mut().zip(kinds) {
                (row.kind, row.planned_end_day, row.actual) = (*kind, Some(row.start_day + 1.0), None);
            }
            let svg = timeline(&chart).unwrap().svg;
            ["公告了恢复时间", "恢复时间为预计", "可能延迟"].map(|text| svg.contains(text))
        };
        assert_eq!(legend(&[0, 0]), [true, false, false]);
        assert_eq!(legend(&[1]), [false, true, false]);
        assert_eq!(legend(&[1, 0, 3]), [true, true, false]);
        let mut late = sample_timeline(Lang::Zh, 1);
        assert!(timeline(&late).unwrap().svg.contains("可能延迟"));
        late.rows[0].actual = None;
        assert!(!timeline(&late).unwrap().svg.contains("可能延迟"));
    }

    #[test]
    fn few_rows_fill_the_slide() {
        for count in [1, 2, 5] {
            let svg = timeline(&sample_timeline(Lang::Zh, count)).unwrap().svg;
            let lowest = polylines(&svg, "#808080").concat().into_iter().map(|point| point.1).fold(0.0, f64::max);
            assert!(lowest > 800.0, "{count} rows end at {lowest}");
        }
    }

    #[test]
    fn every_moment_tells_when_it_is() {
        let spots = timeline(&sample_timeline(Lang::En, 3)).unwrap().spots;
        let found: Vec<&str> =
            spots.iter().map(|spot| spot.text.as_str()).filter(|text| text.lines().count() == 2).collect();
        assert_eq!(found[0], "Announced\nMon 15 Nov 2021 09:36");
        assert_eq!(found.len(), 3, "{found:?}");
    }

    #[test]
    fn says_when_no_return_is_announced() {
        assert!(timeline(&sample_timeline(Lang::Zh, 5)).unwrap().svg.contains("未公布恢复时间"));
        assert!(timeline(&sample_timeline(Lang::En, 5)).unwrap().svg.contains("No return announced"));
    }

    #[test]
    fn refuses_what_cannot_be_drawn() {
        let chart = sample_timeline(Lang::Zh, 15);
        assert!(matches!(timeline(&chart), Err(ChartError::TooMany { most: 14, found: 15, .. })));
        let mut chart = sample_timeline(Lang::Zh, 2);
        chart.rows[1].actual = Some(Returns { q05: 1.0, median: f64::NAN, q95: 2.0 });
        assert_eq!(timeline(&chart), Err(ChartError::Value { what: "an actual return" }));
        chart.rows.clear();
        assert_eq!(timeline(&chart), Err(ChartError::Empty { what: "row" }));
        let mut chart = sample_timeline(Lang::Zh, 2);
        chart.days = 0.0;
        assert_eq!(timeline(&chart), Err(ChartError::Empty { what: "day" }));
        chart.days = 10.0;
        chart.first_day = (2021, 2, 30);
        assert_eq!(timeline(&chart), Err(ChartError::Date { found: (2021, 2, 30) }));
    }

    #[test]
    fn samples_become_pictures() {
        for (lang, tag) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
            for rows in [1, 5, 14] {
                show(&format!("timeline-{rows}-{tag}"), &timeline(&sample_timeline(lang, rows)).unwrap());
            }
        }
        let mut long = sample_timeline(Lang::Zh, 5);
        long.days = 120.0;
        show("timeline-120days-zh", &timeline(&long).unwrap());
    }
}
