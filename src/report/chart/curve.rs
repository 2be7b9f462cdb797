//! Curves: a number over the values of one key, its mean with its interval and the range of the courses.

use serde::{Deserialize, Serialize};

use super::axis::{Days, Values};
use super::canvas::{Align, Area, Canvas, Point, Type, sheet, wrap};
use super::glyph::{Glyph, draw_glyph};
use super::slide::{Sign, footer, header, legend, ribbon, value_axis};
use super::spots::{Told, amount, columns};
use super::theme::{AXIS, BLUE, BODY, GRID, INK, KINDS, MARGIN, SOFT, TICK, VERMILION, WIDTH};
use super::{ChartError, CivilDay, Drawn, Lang, check_finite};
use crate::report::numbers::percent;

/// Opacity of the range in which 90 % of the courses lie.
const SPREAD: f64 = 0.18;
/// Opacity of the interval of the mean, on top of it.
const INTERVAL: f64 = 0.42;
/// Height of the two lines of labels and the title under the plot.
const UNDER: f64 = 118.0;
/// Height of the two lines of labels alone.
const LABELS: f64 = 70.0;
/// Green, the colour of what is looked for.
const GREEN: usize = 2;

/// What the value axis counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Scale {
    /// Numbers of a unit, from 0.
    Number {
        /// The unit; may be empty.
        unit: String,
    },
    /// Shares from 0 to 1, told as percentages.
    Share,
    /// Days from the midnight of a date, told as dates.
    Day {
        /// The date of day 0.
        first_day: CivilDay,
    },
}

/// One value of the key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// Place along the axis; any unit.
    pub place: f64,
    /// Its label, on two lines of which the second may be empty.
    pub label: (String, String),
    /// Mean; none where nothing was simulated.
    pub mean: Option<f64>,
    /// Interval of the mean.
    pub interval: Option<(f64, f64)>,
    /// Range of 90 % of the courses.
    pub spread: Option<(f64, f64)>,
    /// How much of it was seen.
    pub seen: Seen,
}

/// How much of a day was seen before the simulation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Seen {
    /// It came in all courses, or is no day.
    All,
    /// In some courses it had not come by the end: what is drawn is a least.
    Some,
    /// In none had it come: there is nothing to draw but that.
    None,
}

impl Seen {
    /// What it means; nothing where all was seen.
    fn word(self, lang: Lang) -> &'static str {
        match self {
            Self::All => "",
            Self::Some => lang.pick("至少：部分模拟到期末仍未到", "at least: not by the end in some courses"),
            Self::None => lang.pick("期末前都未到", "not by the end in any course"),
        }
    }
}

/// Where a condition begins or ceases to be kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Crossed {
    /// Place along the axis; none where there is no single one.
    pub place: Option<f64>,
    /// Runs of places at which it cannot be told.
    pub unsure: Vec<(f64, f64)>,
    /// What it is, for the legend; shown where there is a place.
    pub label: String,
}

/// One number over the values of one key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// Title.
    pub title: String,
    /// Second, smaller line; may be empty.
    pub subtitle: String,
    /// What the key is.
    pub x_label: String,
    /// What the value is, without its unit.
    pub y_label: String,
    /// What the value axis counts.
    pub scale: Scale,
    /// Language of legend, dates and numbers.
    pub lang: Lang,
    /// The values, their places ascending.
    pub points: Vec<CurvePoint>,
    /// Whether the points have no order between them and are not joined.
    pub is_apart: bool,
    /// Where conditions are crossed.
    pub crossed: Vec<Crossed>,
    /// A height that matters, with its name.
    pub level: Option<(f64, String)>,
    /// Where the simulation ends, on an axis of days.
    pub horizon: Option<f64>,
    /// One to three lines.
    pub footer: Vec<String>,
}

/// Where values and places are drawn.
struct Plot {
    area: Area,
    low: f64,
    high: f64,
    first: f64,
    last: f64,
}

impl Plot {
    fn x(&self, place: f64) -> f64 {
        // Half a step of air beside the first and last point; a single one stands in the middle.
        let air = 60.0;
        let (left, right) = (self.area.left + air, self.area.right - air);
        let span = self.last - self.first;
        if span <= 0.0 { f64::midpoint(left, right) } else { left + (place - self.first) / span * (right - left) }
    }

    fn y(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low);
        // An interval may reach under zero where the value cannot; nothing reaches over the axis.
        self.area.bottom - share.max(0.0) * (self.area.bottom - self.area.top)
    }
}

/// Draws a curve.
///
/// # Errors
///
/// [`ChartError::Empty`] without points, [`ChartError::Value`] for a number that is not finite,
/// [`ChartError::Date`] for an impossible first day.
pub fn curve(chart: &Curve) -> Result<Drawn, ChartError> {
    check(chart)?;
    sheet(|canvas| {
        let top = header(canvas, &chart.title, &chart.subtitle)?;
        let bottom = footer(canvas, &chart.footer)? - UNDER;
        let top = legend(canvas, top, &entries(chart))?;
        let (low, high, ticks, title) = axis(chart, bottom - top)?;
        let widest = ticks.iter().map(|tick| Type::new(TICK).width(&tick.1)).fold(0.0, f64::max);
        let label = wrap(&title, Type::new(BODY), WIDTH - 2.0 * MARGIN, 1).concat();
        canvas.text(&label, (MARGIN, top + 14.0), Type::new(BODY))?;
        let area = Area { left: MARGIN + widest + 18.0, top: top + 44.0, right: WIDTH - MARGIN, bottom };
        let (first, last) = (chart.points[0].place, chart.points[chart.points.len() - 1].place);
        let plot = Plot { area, low, high, first, last };
        shade(canvas, chart, &plot)?;
        value_axis(canvas, &ticks, |value| plot.y(value), area)?;
        places(canvas, chart, &plot)?;
        series(canvas, chart, &plot)?;
        marks(canvas, chart, &plot)?;
        spots(canvas, chart, &plot)?;
        canvas.line(&[(area.left, area.top), (area.left, area.bottom), (area.right, area.bottom)], AXIS, 2.0)
    })
}

fn check(chart: &Curve) -> Result<(), ChartError> {
    if chart.points.is_empty() {
        return Err(ChartError::Empty { what: "point" });
    }
    for point in &chart.points {
        let pairs = [point.interval, point.spread].into_iter().flatten().flat_map(|(low, high)| [low, high]);
        check_finite("a point", &point.mean.into_iter().chain(pairs).chain([point.place]).collect::<Vec<f64>>())?;
    }
    Ok(())
}

/// Whether a day was not seen in all courses.
fn is_cut(chart: &Curve) -> bool {
    chart.points.iter().any(|point| point.seen != Seen::All)
}

fn mean_word(chart: &Curve) -> &'static str {
    match chart.scale {
        Scale::Share => chart.lang.pick("发生的比例", "Share of the courses"),
        Scale::Number { .. } | Scale::Day { .. } => chart.lang.pick("均值", "Mean"),
    }
}

fn interval_word(lang: Lang) -> &'static str {
    lang.pick("其 95% 区间", "Its 95% interval")
}

fn spread_word(lang: Lang) -> &'static str {
    lang.pick("90% 的模拟结果在此范围", "90% of the courses lie here")
}

fn entries(chart: &Curve) -> Vec<(Sign, String)> {
    let lang = chart.lang;
    let mut found = Vec::new();
    if chart.points.iter().any(|point| point.mean.is_some()) {
        found.push((Sign::Line(BLUE), mean_word(chart).to_owned()));
    }
    if chart.points.iter().any(|point| point.interval.is_some()) {
        let dark = 1.0 - (1.0 - INTERVAL) * (1.0 - SPREAD);
        found.push((Sign::Patch(BLUE, dark), interval_word(lang).to_owned()));
    }
    if chart.points.iter().any(|point| point.spread.is_some()) {
        found.push((Sign::Patch(BLUE, SPREAD), spread_word(lang).to_owned()));
    }
    found.extend(chart.level.iter().map(|(_, label)| (Sign::Dashed(VERMILION), label.clone())));
    let single = chart.crossed.iter().filter(|one| one.place.is_some());
    found.extend(single.map(|one| (Sign::Dashed(KINDS[GREEN].0), one.label.clone())));
    if chart.points.iter().any(|point| point.seen == Seen::Some) {
        found.push((Sign::Glyph(Glyph::Triangle, BLUE), Seen::Some.word(lang).to_owned()));
    }
    if chart.points.iter().any(|point| point.seen == Seen::None) {
        found.push((Sign::Glyph(Glyph::OpenSquare, VERMILION), Seen::None.word(lang).to_owned()));
    }
    if chart.horizon.is_some_and(|_| is_cut(chart)) {
        found.push((Sign::Dashed(SOFT), lang.pick("模拟期末", "end of the simulation").to_owned()));
    }
    if chart.crossed.iter().any(|one| !one.unsure.is_empty()) {
        let text = lang.pick("尚不能断定的取值", "Values at which it cannot be told yet");
        found.push((Sign::Patch(KINDS[GREEN].0, 0.16), text.to_owned()));
    }
    found
}

/// Lowest and highest value, ticks and title of the value axis.
type ValueAxis = (f64, f64, Vec<(f64, String)>, String);

fn axis(chart: &Curve, height: f64) -> Result<ValueAxis, ChartError> {
    let ends = |pair: Option<(f64, f64)>| pair.into_iter().flat_map(|(low, high)| [low, high]);
    let values: Vec<f64> = chart
        .points
        .iter()
        .flat_map(|point| point.mean.into_iter().chain(ends(point.interval)).chain(ends(point.spread)))
        .chain(chart.level.iter().map(|level| level.0))
        .chain(chart.horizon.filter(|_| is_cut(chart)))
        .collect();
    let wanted = (height / 95.0).clamp(2.0, 8.0);
    match &chart.scale {
        Scale::Number { unit } => {
            // Counts and money are never negative, though a symmetric interval may reach below.
            let shown: Vec<f64> = match values.iter().any(|value| *value < 0.0)
                && chart.points.iter().all(|point| point.mean >= Some(0.0))
            {
                true => values.iter().map(|value| value.max(0.0)).collect(),
                false => values,
            };
            let axis = Values::new(shown.iter(), wanted, chart.lang);
            Ok((axis.low, axis.high, axis.ticks(), axis.title(&chart.y_label, unit)))
        }
        Scale::Share => {
            let most = values.iter().copied().fold(0.0, f64::max);
            let step = if most <= 0.1 {
                0.02
            } else if most <= 0.5 {
                0.1
            } else {
                0.2
            };
            let count = (most / step - 1e-9).ceil().clamp(1.0, 10.0) as usize;
            let ticks = (0..=count).map(|index| (index as f64 * step, format!("{:.0}%", index as f64 * step * 100.0)));
            Ok((0.0, count as f64 * step, ticks.collect(), chart.y_label.clone()))
        }
        Scale::Day { first_day } => {
            let days = Days::new(*first_day, chart.lang)?;
            let low = values.iter().copied().fold(f64::INFINITY, f64::min).floor();
            // Where nothing but the end of the simulation is known it stands above a fortnight of nothing.
            let nothing = chart.points.iter().all(|point| point.mean.is_none());
            let low = if nothing && chart.horizon.is_some() { low - 14.0 } else { low };
            let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max).ceil();
            let (low, high) =
                if low.is_finite() && high > low { (low, high) } else { (low.max(0.0), low.max(0.0) + 1.0) };
            let step = [1.0, 2.0, 7.0, 14.0, 28.0, 56.0]
                .into_iter()
                .find(|step| (high - low) / step <= wanted)
                .unwrap_or(112.0);
            let count = ((high - low) / step).ceil() as usize;
            let tick = |index: usize| {
                let day = low + index as f64 * step;
                (day, days.label(day as i64))
            };
            Ok((low, low + count as f64 * step, (0..=count).map(tick).collect(), chart.y_label.clone()))
        }
    }
}

/// Values at which nobody can tell, behind everything else.
fn shade(canvas: &mut Canvas<'_>, chart: &Curve, plot: &Plot) -> Result<(), ChartError> {
    for &(low, high) in chart.crossed.iter().flat_map(|one| &one.unsure) {
        let (left, right) = (plot.x(low) - 14.0, plot.x(high) + 14.0);
        canvas.fill(Area { left, right, ..plot.area }, KINDS[GREEN].0, 0.16)?;
    }
    Ok(())
}

fn series(canvas: &mut Canvas<'_>, chart: &Curve, plot: &Plot) -> Result<(), ChartError> {
    // A point without a number breaks the line.
    for run in chart.points.split(|point| point.mean.is_none()).filter(|run| !run.is_empty()) {
        for (of, opacity) in [(spread as fn(&CurvePoint) -> Option<(f64, f64)>, SPREAD), (interval, INTERVAL)] {
            let ends: Vec<(f64, f64, f64)> =
                run.iter().filter_map(|point| of(point).map(|(low, high)| (plot.x(point.place), low, high))).collect();
            band(canvas, &ends, opacity, plot, chart.is_apart)?;
        }
        let line: Vec<Point> =
            run.iter().filter_map(|point| point.mean.map(|mean| (plot.x(point.place), plot.y(mean)))).collect();
        if !chart.is_apart && line.len() > 1 {
            canvas.line(&line, BLUE, 5.0)?;
        }
        for (&(x, y), point) in line.iter().zip(run) {
            match point.seen {
                Seen::Some => draw_glyph(canvas, Glyph::Triangle, (x, y), 10.0, BLUE)?,
                _ => canvas.polygon([(x - 9.0, y), (x, y - 9.0), (x + 9.0, y), (x, y + 9.0)], BLUE, 1.0)?,
            }
        }
    }
    if let Some(horizon) = chart.horizon.filter(|_| is_cut(chart)) {
        let y = plot.y(horizon);
        canvas.dashed(&[(plot.area.left, y), (plot.area.right, y)], SOFT, 2.5)?;
        for point in chart.points.iter().filter(|point| point.seen == Seen::None) {
            draw_glyph(canvas, Glyph::OpenSquare, (plot.x(point.place), y), 11.0, VERMILION)?;
        }
    }
    Ok(())
}

fn spread(point: &CurvePoint) -> Option<(f64, f64)> {
    point.spread
}

fn interval(point: &CurvePoint) -> Option<(f64, f64)> {
    point.interval
}

/// A band through points, or a bar at each.
fn band(
    canvas: &mut Canvas<'_>,
    ends: &[(f64, f64, f64)],
    opacity: f64,
    plot: &Plot,
    is_apart: bool,
) -> Result<(), ChartError> {
    if ends.len() > 1 && !is_apart {
        let of = |high: bool| -> Vec<Point> {
            ends.iter().map(|end| (end.0, plot.y(if high { end.2 } else { end.1 }))).collect()
        };
        return canvas.polygon(ribbon(&of(true), &of(false)), BLUE, opacity);
    }
    ends.iter().try_for_each(|&(x, low, high)| {
        canvas.fill(Area { left: x - 16.0, right: x + 16.0, top: plot.y(high), bottom: plot.y(low) }, BLUE, opacity)
    })
}

fn marks(canvas: &mut Canvas<'_>, chart: &Curve, plot: &Plot) -> Result<(), ChartError> {
    if let Some((level, _)) = chart.level {
        let y = plot.y(level);
        canvas.dashed(&[(plot.area.left, y), (plot.area.right, y)], VERMILION, 4.0)?;
    }
    for place in chart.crossed.iter().filter_map(|one| one.place) {
        let x = plot.x(place);
        canvas.dashed(&[(x, plot.area.top), (x, plot.area.bottom)], KINDS[GREEN].0, 5.0)?;
    }
    Ok(())
}

/// Makes every value of the key tell what is known of it.
fn spots(canvas: &mut Canvas<'_>, chart: &Curve, plot: &Plot) -> Result<(), ChartError> {
    let lang = chart.lang;
    let days = match &chart.scale {
        Scale::Day { first_day } => Some(Days::new(*first_day, lang)?),
        Scale::Number { .. } | Scale::Share => None,
    };
    let number = |value: f64| match (&chart.scale, days) {
        (Scale::Number { unit }, _) => amount(value, unit, lang),
        (_, Some(days)) => days.full_label(value.floor() as i64),
        (_, None) => percent(value),
    };
    let told = |point: &CurvePoint| {
        let (one, other) = &point.label;
        let text = Told::of(lang, "").value(&chart.x_label, format!("{one} {other}").trim()).line(&chart.y_label);
        let Some(mean) = point.mean else {
            return text.line(if point.seen == Seen::All { "–" } else { point.seen.word(lang) }).text();
        };
        // As on the axis: what is never negative has no interval that is.
        let least = if mean >= 0.0 { 0.0 } else { f64::NEG_INFINITY };
        let text = text.value(mean_word(chart), &number(mean)).line(point.seen.word(lang));
        let ranges = [(interval_word(lang), point.interval), (spread_word(lang), point.spread)];
        let known = ranges.into_iter().filter_map(|(name, ends)| Some((name, ends?)));
        known.fold(text, |text, (name, (low, high))| text.range(name, (&number(low.max(least)), &number(high)))).text()
    };
    let places: Vec<(f64, String)> = chart.points.iter().map(|point| (plot.x(point.place), told(point))).collect();
    // Down to the labels of the values.
    columns(canvas, Area { bottom: plot.area.bottom + LABELS, ..plot.area }, "", &places);
    Ok(())
}

/// The labels of the points, as many as there is room for, and what the key is.
fn places(canvas: &mut Canvas<'_>, chart: &Curve, plot: &Plot) -> Result<(), ChartError> {
    let look = Type::new(TICK).color(INK).align(Align::Center);
    let width = |point: &CurvePoint| look.width(&point.label.0).max(look.width(&point.label.1));
    let mut free = f64::NEG_INFINITY;
    for point in &chart.points {
        let x = plot.x(point.place);
        canvas.line(&[(x, plot.area.bottom), (x, plot.area.bottom + 8.0)], AXIS, 2.0)?;
        // The slide's edge cuts no label.
        let room = 2.0 * (x - 8.0).min(WIDTH - 8.0 - x);
        let half = width(point).min(room) / 2.0;
        if x - half < free {
            continue;
        }
        free = x + half + 20.0;
        canvas.line(&[(x, plot.area.top), (x, plot.area.bottom)], GRID, 1.0)?;
        for (line, y) in [(&point.label.0, 27.0), (&point.label.1, 57.0)] {
            if !line.is_empty() {
                canvas.text(&wrap(line, look, room, 1).concat(), (x, plot.area.bottom + y), look)?;
            }
        }
    }
    let title = Type::new(BODY).color(SOFT).align(Align::Center);
    let has_second = chart.points.iter().any(|point| !point.label.1.is_empty());
    let y = plot.area.bottom + if has_second { 92.0 } else { 68.0 };
    let text = wrap(&chart.x_label, title, plot.area.right - plot.area.left, 1).concat();
    canvas.text(&text, (f64::midpoint(plot.area.left, plot.area.right), y), title)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_readable, polylines, show};
    use super::*;

    fn say(lang: Lang, zh: &str, en: &str) -> String {
        lang.pick(zh, en).to_owned()
    }

    fn sample(lang: Lang, count: usize, scale: Scale) -> Curve {
        let point = |index: usize| {
            let mean = match scale {
                Scale::Share => 1.0 / (1.0 + index as f64),
                Scale::Day { .. } => 60.0 - index as f64,
                Scale::Number { .. } => 2.3e6 * (1.0 + index as f64),
            };
            let label = (say(lang, "3月11日周五", "Fri 11 Mar"), format!("{:02}:00", index % 24));
            let around = |share: f64| Some((mean * (1.0 - share), mean * (1.0 + share)));
            let spread = if scale == Scale::Share { None } else { around(0.2) };
            CurvePoint { place: index as f64, label, mean: Some(mean), interval: around(0.05), spread, seen: Seen::All }
        };
        Curve {
            title: say(lang, "恢复正常日（医保经办大厅）", "Back to normal (agency halls)"),
            subtitle: say(lang, "示例市 · 公告方案", "Minimal, as announced"),
            x_label: say(lang, "联网结算 · 停机时间", "settlement · stop"),
            y_label: say(lang, "垫付资金占用", "Prepayment outstanding over time"),
            scale: scale.clone(),
            lang,
            points: (0..count).map(point).collect(),
            is_apart: false,
            crossed: vec![Crossed {
                place: Some(count as f64 / 2.0),
                unsure: vec![(0.0, count as f64 / 2.0)],
                label: say(lang, "从 2 起满足条件", "Condition kept from 2 on"),
            }],
            level: (scale == Scale::Share).then(|| (0.9, say(lang, "要求的把握 90%", "Chance asked for: 90%"))),
            horizon: None,
            footer: vec![say(lang, "每个取值 30 次模拟", "30 simulated courses a value")],
        }
    }

    #[test]
    fn labels_stay_inside_and_apart_however_many_points_there_are() {
        for lang in [Lang::Zh, Lang::En] {
            for count in [1, 2, 15, 400] {
                for scale in [
                    Scale::Share,
                    Scale::Number { unit: say(lang, "元·天", "yuan·days") },
                    Scale::Day { first_day: (2022, 2, 21) },
                ] {
                    let drawn = curve(&sample(lang, count, scale)).unwrap();
                    assert_readable(&drawn);
                    if count == 15 {
                        show(&format!("curve-{lang:?}"), &drawn);
                    }
                }
            }
        }
    }

    #[test]
    fn a_point_without_a_number_breaks_the_line() {
        let mut chart = sample(Lang::En, 5, Scale::Number { unit: String::new() });
        chart.points[2].mean = None;
        let lines = |chart: &Curve| {
            polylines(&curve(chart).unwrap().svg, "#0072B2").iter().filter(|line| line.len() > 1).count()
        };
        // One more in the legend.
        assert_eq!(lines(&chart), 3);
        chart.is_apart = true;
        assert_eq!(lines(&chart), 1);
    }

    #[test]
    fn a_day_that_is_not_seen_is_no_part_of_the_line_and_the_end_of_the_simulation_is_told() {
        let mut chart = sample(Lang::En, 5, Scale::Day { first_day: (2022, 2, 21) });
        chart.horizon = Some(90.0);
        assert!(!curve(&chart).unwrap().svg.contains("end of the simulation"), "all days were seen");
        for index in [3, 4] {
            let point = &mut chart.points[index];
            (point.mean, point.interval, point.spread, point.seen) = (None, None, None, Seen::None);
        }
        chart.points[2].seen = Seen::Some;
        let drawn = curve(&chart).unwrap();
        for text in ["not by the end in any course", "at least: not by the end", "end of the simulation"] {
            assert!(drawn.svg.contains(text), "{text}");
        }
        let longest = polylines(&drawn.svg, "#0072B2").iter().map(Vec::len).max();
        assert_eq!(longest, Some(3), "the line ends where nothing was seen");
        assert_readable(&drawn);
        show("curve-not-seen", &drawn);
        for point in &mut chart.points {
            (point.mean, point.interval, point.spread, point.seen) = (None, None, None, Seen::None);
        }
        let drawn = curve(&chart).unwrap();
        assert!(!drawn.svg.contains("Mean"), "there is none");
        show("curve-never-seen", &drawn);
    }

    #[test]
    fn what_cannot_be_drawn_is_refused() {
        let mut chart = sample(Lang::En, 0, Scale::Share);
        assert_eq!(curve(&chart).unwrap_err(), ChartError::Empty { what: "point" });
        chart = sample(Lang::En, 3, Scale::Share);
        chart.points[1].mean = Some(f64::NAN);
        assert_eq!(curve(&chart).unwrap_err(), ChartError::Value { what: "a point" });
        chart = sample(Lang::En, 3, Scale::Day { first_day: (2022, 2, 30) });
        assert_eq!(curve(&chart).unwrap_err(), ChartError::Date { found: (2022, 2, 30) });
    }
}
