//! Fan charts: a daily quantity as median with 50 % and 90 % bands over the replications.
//!
//! [`fan`] fills a slide with one quantity that is counted by the day, such as money paid, and draws
//! each day's total across the day; [`fan_panels`] puts up to six levels beside each other as lines,
//! each with its own value axis, for example the backlog of each desk class. Grey bands are the
//! announced stops.

use serde::{Deserialize, Serialize};

use super::axis::{Days, Values};
use super::canvas::{Area, Canvas, Type, sheet, wrap};
use super::panel::{
    Plot, Quantiles, Reference, Shape, StopBand, axis_of, axis_width, check_series, check_stops, draw, entries, shown,
    spots,
};
use super::slide::{DATES, LANE, Placed, footer, header, lanes, legend};
use super::theme::{BODY, MARGIN, SHADE, SOFT, SUBTITLE, TICK, WIDTH};
use super::{ChartError, CivilDay, Drawn, Lang};

/// Most panels of a slide.
const PANELS_MOST: usize = 6;

/// One quantity on one slide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FanChart {
    /// Title.
    pub title: String,
    /// Second, smaller line; may be empty.
    pub subtitle: String,
    /// What the value axis shows, without its unit, for example "停机期现金支付".
    pub y_label: String,
    /// Unit of the values, for example "元"; 万 or 亿 is put before it as needed. May be empty.
    pub y_unit: String,
    /// Language of legend, dates and numbers.
    pub lang: Lang,
    /// Date of the first value.
    pub first_day: CivilDay,
    /// The series.
    pub quantiles: Quantiles,
    /// Stops to shade.
    pub stops: Vec<StopBand>,
    /// The line to compare with, if any.
    pub reference: Option<Reference>,
    /// One to three lines: replications, confidence, seed, sources, assumptions. Wrapped as needed.
    pub footer: Vec<String>,
}

/// One quantity of a slide with several.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FanPanel {
    /// Name of the panel.
    pub title: String,
    /// What the value axis shows, without its unit.
    pub y_label: String,
    /// Unit of the values; may be empty.
    pub y_unit: String,
    /// Stops to shade; their names are not shown.
    pub stops: Vec<StopBand>,
    /// The series.
    pub quantiles: Quantiles,
    /// The line to compare with, if any; the legend takes the first panel's name for it.
    pub reference: Option<Reference>,
}

/// One to six quantities on one slide, over the same days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FanPanels {
    /// Title.
    pub title: String,
    /// Second, smaller line; may be empty.
    pub subtitle: String,
    /// Language of legend, dates and numbers.
    pub lang: Lang,
    /// Date of the first value.
    pub first_day: CivilDay,
    /// The panels, row by row.
    pub panels: Vec<FanPanel>,
    /// One to three lines, as for [`FanChart::footer`].
    pub footer: Vec<String>,
}

/// Draws one quantity.
///
/// # Errors
///
/// [`ChartError::Empty`] without days, [`ChartError::Length`] when series differ in length,
/// [`ChartError::Value`] for a number that is not finite, [`ChartError::Date`] for an impossible
/// first day.
///
/// # Examples
///
/// ```
/// use cutover::report::chart::{FanChart, Lang, Quantiles, fan};
/// let days = vec![0.0, 12_000.0, 9_000.0];
/// let quantiles = Quantiles {
///     median: days.clone(), q05: days.clone(), q25: days.clone(), q75: days.clone(), q95: days,
/// };
/// let chart = FanChart {
///     title: "自费".into(),
///     subtitle: String::new(),
///     y_label: "自费".into(),
///     y_unit: "元".into(),
///     lang: Lang::Zh,
///     first_day: (2021, 11, 15),
///     quantiles,
///     stops: vec![],
///     reference: None,
///     footer: vec![],
/// };
/// let drawn = fan(&chart)?;
/// assert!(drawn.svg.contains("自费（万元）") && drawn.missing.is_empty());
/// # Ok::<(), cutover::report::chart::ChartError>(())
/// ```
pub fn fan(chart: &FanChart) -> Result<Drawn, ChartError> {
    check_series(&chart.quantiles, chart.reference.as_ref(), chart.quantiles.median.len())?;
    check_stops(&chart.stops)?;
    let days = Days::new(chart.first_day, chart.lang)?;
    let length = chart.quantiles.median.len() as f64;
    let stops = shown(&chart.stops, length);
    let reference = chart.reference.as_ref();
    sheet(|canvas| {
        let top = header(canvas, &chart.title, &chart.subtitle)?;
        let bottom = footer(canvas, &chart.footer)? - DATES;
        // The numbers of the axis decide where the plot begins, but how many there are depends on
        // its height, which is known only once the stops have their lanes.
        let tall = axis_of(&chart.quantiles, reference, bottom - top, chart.lang);
        let (left, right) = (MARGIN + axis_width(&tall), WIDTH - MARGIN);
        let area = Area { left, top, right, bottom };
        let mut plot = Plot { area, days: length, values: tall, shape: Shape::Steps };
        let names: Vec<String> = stops.iter().map(|s| stop_name(s, chart.lang)).collect();
        let spans: Vec<(f64, f64, &str)> = stops
            .iter()
            .zip(&names)
            .map(|(stop, name)| {
                let (start, end) = (plot.x(stop.start_day), plot.x(stop.end_day.unwrap_or(length)));
                (start, end.max(start), name.as_str())
            })
            .collect();
        let (placed, used, lost) = lanes(&spans, Type::new(BODY), (left, right));
        let top = legend(canvas, top, &entries(chart.lang, Shape::Steps, reference, !stops.is_empty(), lost))?;
        plot.area.top = top + LANE * (1 + used) as f64 + 16.0;
        plot.values = axis_of(&chart.quantiles, reference, bottom - plot.area.top, chart.lang);
        let names = (chart.y_label.as_str(), chart.y_unit.as_str());
        let label = axis_title(&plot.values, names, Type::new(BODY), right - MARGIN);
        canvas.text(&label, (MARGIN, top + LANE / 2.0 - 2.0), Type::new(BODY))?;
        stop_bars(canvas, &placed, &spans, top + LANE)?;
        spots(canvas, &plot, days, ("", &chart.y_unit), &chart.quantiles, reference);
        draw(canvas, &plot, days, &stops, &chart.quantiles, reference)
    })
}

/// Title of a value axis; where it is too long the name is cut, never the unit.
fn axis_title(values: &Values, (name, unit): (&str, &str), look: Type, room: f64) -> String {
    let unit = wrap(&values.title("", unit), look, room / 2.0, 1).concat();
    let gap = if unit.starts_with('(') { " " } else { "" };
    let name = wrap(name, look, room - look.width(&unit) - look.width(gap), 1).concat();
    format!("{name}{gap}{unit}")
}

/// Draws the stops as bars with their names, in lanes from `top` down.
fn stop_bars(
    canvas: &mut Canvas<'_>,
    placed: &[Placed],
    spans: &[(f64, f64, &str)],
    top: f64,
) -> Result<(), ChartError> {
    for place in placed {
        let middle = top + LANE * (place.lane as f64 + 0.5);
        if let Some(&(left, right, _)) = spans.get(place.index) {
            let bar = Area { left, top: middle - 16.0, right, bottom: middle + 16.0 };
            canvas.fill(bar, SHADE, 0.35)?;
        }
        canvas.text(&place.text, (place.x, middle), Type::new(BODY))?;
    }
    Ok(())
}

/// Draws several quantities beside each other.
///
/// # Errors
///
/// As [`fan`], for any panel; [`ChartError::TooMany`] for more than six panels.
pub fn fan_panels(chart: &FanPanels) -> Result<Drawn, ChartError> {
    let found = chart.panels.len();
    if found > PANELS_MOST {
        return Err(ChartError::TooMany { what: "panels", most: PANELS_MOST, found });
    }
    let first = chart.panels.first().ok_or(ChartError::Empty { what: "panel" })?;
    for panel in &chart.panels {
        check_series(&panel.quantiles, panel.reference.as_ref(), first.quantiles.median.len())?;
        check_stops(&panel.stops)?;
    }
    let days = Days::new(chart.first_day, chart.lang)?;
    let length = first.quantiles.median.len() as f64;
    sheet(|canvas| {
        let top = header(canvas, &chart.title, &chart.subtitle)?;
        let bottom = footer(canvas, &chart.footer)?;
        let reference = chart.panels.iter().find_map(|p| p.reference.as_ref());
        let has_stops = chart.panels.iter().any(|panel| !shown(&panel.stops, length).is_empty());
        let entries = entries(chart.lang, Shape::Line, reference, has_stops, 0);
        let top = legend(canvas, top, &entries)?;
        let cells = cells(found, Area { left: MARGIN, top, right: WIDTH - MARGIN, bottom });
        let axis = |(one, cell): (&FanPanel, &Area)| {
            axis_of(&one.quantiles, one.reference.as_ref(), cell.bottom - cell.top - DATES, chart.lang)
        };
        let axes: Vec<Values> = chart.panels.iter().zip(&cells).map(axis).collect();
        // All plots are as wide as the narrowest, so that the same days are named under each.
        let numbers = axes.iter().map(axis_width).fold(0.0, f64::max);
        for ((one, cell), values) in chart.panels.iter().zip(cells).zip(axes) {
            let top = panel_title(canvas, one, &values, cell)?;
            let area =
                Area { left: cell.left + numbers, top: top + 14.0, right: cell.right, bottom: cell.bottom - DATES };
            let plot = Plot { area, days: length, values, shape: Shape::Line };
            spots(canvas, &plot, days, (&one.title, &one.y_unit), &one.quantiles, one.reference.as_ref());
            draw(canvas, &plot, days, &shown(&one.stops, length), &one.quantiles, one.reference.as_ref())?;
        }
        Ok(())
    })
}

/// Name of a stop, with a word on it where nobody announced its return.
fn stop_name(stop: &StopBand, lang: Lang) -> String {
    match (stop.end_day, lang) {
        (Some(_), _) => stop.label.clone(),
        (None, Lang::Zh) => format!("{}（未公布恢复时间）", stop.label),
        (None, Lang::En) => format!("{} (no return announced)", stop.label),
    }
}

/// Panels in one row up to three, else in two rows.
fn cells(count: usize, whole: Area) -> Vec<Area> {
    const BETWEEN: f64 = 56.0;
    let rows = if count > 3 { 2 } else { 1 };
    let columns = count.div_ceil(rows).max(1);
    let width = (whole.right - whole.left - BETWEEN * (columns - 1) as f64) / columns as f64;
    // Between two rows some air keeps the dates of one from the title of the next.
    const AIR: f64 = 18.0;
    let height = (whole.bottom - whole.top - AIR * (rows - 1) as f64) / rows as f64;
    (0..count)
        .map(|i| {
            let left = whole.left + (width + BETWEEN) * (i % columns) as f64;
            let top = whole.top + (height + AIR) * (i / columns) as f64;
            Area { left, top, right: left + width, bottom: top + height }
        })
        .collect()
}

/// Draws name and axis title of a panel, in one line where both fit; returns the height under them.
fn panel_title(canvas: &mut Canvas<'_>, panel: &FanPanel, values: &Values, cell: Area) -> Result<f64, ChartError> {
    const GAP: f64 = 18.0;
    let (name, soft) = (Type::new(SUBTITLE).bold(), Type::new(TICK).color(SOFT));
    let room = cell.right - cell.left;
    let title = wrap(&panel.title, name, room, 1).concat();
    let label = axis_title(values, (&panel.y_label, &panel.y_unit), soft, room);
    canvas.text(&title, (cell.left, cell.top + 20.0), name)?;
    let beside = name.width(&title) + GAP;
    if beside + soft.width(&label) <= room {
        canvas.text(&label, (cell.left + beside, cell.top + 21.0), soft)?;
        Ok(cell.top + 40.0)
    } else {
        canvas.text(&label, (cell.left, cell.top + 55.0), soft)?;
        Ok(cell.top + 72.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::canvas::Point;
    use super::super::testing::{assert_readable, polylines, quantiles, sample_fan, sample_panels, show};
    use super::*;

    /// The median line of a figure: the only one in blue at full width, beside the short one of the
    /// legend.
    fn median_line(svg: &str) -> Vec<Point> {
        let lines = polylines(svg, "#0072B2");
        lines.into_iter().max_by_key(Vec::len).unwrap()
    }

    #[test]
    fn steps_stand_at_their_values_across_their_days() {
        let chart = sample_fan(Lang::Zh, 60);
        let points = median_line(&fan(&chart).unwrap().svg);
        assert_eq!(points.len(), 120, "two ends a day");
        let (most, least) = (4.0e5, 0.0);
        let peak = chart.quantiles.q95.iter().copied().fold(0.0, f64::max);
        assert!(peak < most && peak > 3.0e5, "{peak}");
        // Two known points fix the scale; every other one must then agree.
        let zero = points[0];
        assert_eq!(chart.quantiles.median[0], least);
        let (top, _) = points
            .iter()
            .copied()
            .enumerate()
            .fold((0, f64::MAX), |best, (i, p)| if p.1 < best.1 { (i, p.1) } else { best });
        let pixels = (zero.1 - points[top].1) / chart.quantiles.median[top / 2];
        let day = (points[119].0 - zero.0) / 60.0;
        for (i, point) in points.iter().enumerate() {
            let value = (zero.1 - point.1) / pixels;
            assert!((value - chart.quantiles.median[i / 2]).abs() < 400.0, "day {}: {value}", i / 2);
            let edge = (i / 2 + i % 2) as f64;
            assert!((point.0 - zero.0 - day * edge).abs() < 0.3, "day {}", i / 2);
        }
    }

    /// Nothing was paid on the first five days: the line leaves zero with the sixth, not before.
    #[test]
    fn nothing_is_shown_before_the_first_day_with_a_total() {
        let chart = sample_fan(Lang::En, 60);
        assert!(chart.quantiles.median[..6].iter().all(|value| *value == 0.0) && chart.quantiles.median[6] > 0.0);
        let points = median_line(&fan(&chart).unwrap().svg);
        let raised = points.iter().position(|point| point.1 < points[0].1).unwrap();
        let share = (points[raised].0 - points[0].0) / (points[119].0 - points[0].0);
        assert!((share - 6.0 / 60.0).abs() < 0.001, "{share}");
    }

    #[test]
    fn every_day_tells_its_values_where_it_stands() {
        let chart = sample_fan(Lang::Zh, 60);
        let spots = fan(&chart).unwrap().spots;
        assert_eq!(spots.len(), 60);
        assert!(spots.windows(2).all(|pair| (pair[0].left + pair[0].width - pair[1].left).abs() <= 1));
        assert!(spots[0].text.contains("中位数：0") && spots[0].text.contains("月"), "{}", spots[0].text);
        let panels = sample_panels(Lang::En, 6);
        let days = panels.panels[0].quantiles.median.len();
        let spots = fan_panels(&panels).unwrap().spots;
        assert_eq!(spots.len(), 6 * days);
        assert!(spots[days].text.starts_with(&panels.panels[1].title));
    }

    #[test]
    fn panels_of_one_slide_name_the_same_days() {
        for lang in [Lang::Zh, Lang::En] {
            for days in [20, 45, 60, 90, 133] {
                let mut chart = sample_panels(lang, 5);
                for (panel, peak) in chart.panels.iter_mut().zip([3.0, 2.5e6, 40.0, 900.0, 31_000.0]) {
                    (panel.quantiles, panel.reference) = (quantiles(days, peak), None);
                }
                let svg = fan_panels(&chart).unwrap().svg;
                let texts = svg.lines().filter(|line| line.ends_with(" Nov") || line.ends_with('日'));
                let mut dates: Vec<&str> = texts.filter(|line| line.len() < 14).collect();
                dates.sort_unstable();
                assert!(!dates.is_empty());
                for date in &dates {
                    assert_eq!(dates.iter().filter(|one| *one == date).count(), 5, "{days} days: {date}");
                }
            }
        }
    }

    #[test]
    fn every_text_stays_on_the_slide() {
        for lang in [Lang::Zh, Lang::En] {
            for days in [1, 2, 30, 60, 200] {
                assert_readable(&fan(&sample_fan(lang, days)).unwrap());
            }
            for count in 1..=6 {
                assert_readable(&fan_panels(&sample_panels(lang, count)).unwrap());
            }
        }
    }

    #[test]
    fn texts_beyond_all_measure_keep_apart() {
        for lang in [Lang::Zh, Lang::En] {
            let mut chart = sample_fan(lang, 60);
            let many: Vec<StopBand> = chart.stops.iter().cycle().take(12).cloned().collect();
            chart.stops = many;
            chart.title = chart.title.repeat(8);
            chart.subtitle = chart.subtitle.repeat(12);
            chart.y_label = chart.y_label.repeat(30);
            chart.footer = vec![chart.footer.concat().repeat(3); 3];
            if let Some(reference) = &mut chart.reference {
                reference.label = reference.label.repeat(40);
            }
            let drawn = fan(&chart).unwrap();
            assert_readable(&drawn);
            let unit = if lang == Lang::Zh { "…（万笔）" } else { "… (claims)" };
            assert!(drawn.svg.contains(unit));
            show(if lang == Lang::Zh { "fan-crowded-zh" } else { "fan-crowded-en" }, &drawn);
            let mut panels = sample_panels(lang, 6);
            (panels.title, panels.subtitle) = (chart.title, chart.subtitle);
            panels.footer = chart.footer;
            panels.panels[0].title = panels.panels[0].title.repeat(9);
            assert_readable(&fan_panels(&panels).unwrap());
        }
    }

    #[test]
    fn stops_outside_the_days_leave_no_trace() {
        let mut chart = sample_fan(Lang::Zh, 30);
        chart.stops.truncate(1);
        assert!(fan(&chart).unwrap().svg.contains("业务暂停"));
        (chart.stops[0].start_day, chart.stops[0].end_day) = (31.0, Some(33.0));
        let svg = fan(&chart).unwrap().svg;
        assert!(!svg.contains("业务暂停") && !svg.contains("即时结算"));
    }

    #[test]
    fn same_data_give_the_same_bytes() {
        let chart = sample_panels(Lang::En, 3);
        assert_eq!(fan_panels(&chart), fan_panels(&chart));
    }

    #[test]
    fn refuses_what_cannot_be_drawn() {
        let mut chart = sample_fan(Lang::Zh, 5);
        chart.quantiles.q75[2] = f64::NAN;
        assert_eq!(fan(&chart), Err(ChartError::Value { what: "q75" }));
        chart.quantiles.q75.pop();
        assert_eq!(fan(&chart), Err(ChartError::Length { what: "q75", expected: 5, found: 4 }));
        let mut chart = sample_fan(Lang::Zh, 5);
        chart.stops[0].end_day = Some(f64::INFINITY);
        assert_eq!(fan(&chart), Err(ChartError::Value { what: "a stop" }));
        assert_eq!(fan(&sample_fan(Lang::Zh, 0)), Err(ChartError::Empty { what: "day" }));
        let mut many = sample_panels(Lang::Zh, 6);
        many.panels.push(many.panels[0].clone());
        assert!(matches!(fan_panels(&many), Err(ChartError::TooMany { most: 6, found: 7, .. })));
        many.panels.clear();
        assert_eq!(fan_panels(&many), Err(ChartError::Empty { what: "panel" }));
    }

    #[test]
    fn all_zero_series_lie_on_the_axis() {
        let mut chart = sample_fan(Lang::Zh, 30);
        let zeros = vec![0.0; 30];
        let [median, q05, q25, q75, q95] = [(); 5].map(|()| zeros.clone());
        chart.quantiles = Quantiles { median, q05, q25, q75, q95 };
        chart.reference = None;
        let svg = fan(&chart).unwrap().svg;
        let line = median_line(&svg);
        assert!(line.iter().all(|p| p.1 == line[0].1));
        show("fan-zeros-zh", &fan(&chart).unwrap());
    }

    #[test]
    fn samples_become_pictures() {
        for (lang, tag) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
            for days in [1, 60, 200] {
                show(&format!("fan-{days}-{tag}"), &fan(&sample_fan(lang, days)).unwrap());
            }
            for count in [1, 2, 3, 4, 6] {
                show(&format!("panels-{count}-{tag}"), &fan_panels(&sample_panels(lang, count)).unwrap());
            }
        }
    }
}
