//! The part fan charts share: the series, and a plot of them inside its axes.
//!
//! Bands are see-through, so that the grid and the grey of the stops stay visible under them.

use serde::{Deserialize, Serialize};

use super::axis::{Days, Values};
use super::canvas::{Area, Canvas, Point, Type};
use super::slide::{Sign, date_axis, ribbon, value_axis};
use super::spots::{Told, amount, columns};
use super::theme::{AXIS, BLUE, SHADE, TICK, VERMILION};
use super::{ChartError, Lang, check_finite};

/// Opacity of the 90 % band; the 50 % band lies on top of it.
pub(super) const OUTER: f64 = 0.22;
/// Opacity of the 50 % band.
pub(super) const INNER: f64 = 0.38;
/// Opacity of the grey of a stop.
pub(super) const GREY: f64 = 0.13;
/// Quantiles over replications, one value a day in each, all of one length.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Quantiles {
    /// 50 % quantile.
    pub median: Vec<f64>,
    /// 5 % quantile.
    pub q05: Vec<f64>,
    /// 25 % quantile.
    pub q25: Vec<f64>,
    /// 75 % quantile.
    pub q75: Vec<f64>,
    /// 95 % quantile.
    pub q95: Vec<f64>,
}

/// A stop, drawn as a grey band.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StopBand {
    /// Start in days.
    pub start_day: f64,
    /// End in days; none when no return is announced, and then the band runs to the right edge.
    pub end_day: Option<f64>,
    /// Name of what stops.
    pub label: String,
}

/// A dashed line to hold the fan against, usually the normal course.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// Name in the legend.
    pub label: String,
    /// One value a day, as many as the quantiles have.
    pub values: Vec<f64>,
}

/// How a daily series is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A level that changes from day to day: a line through the noons.
    Line,
    /// The total of each day: a step across it. A line would rise on the day before the first payment.
    Steps,
}

/// The part of a panel that holds data: turns days and values into places.
#[derive(Debug, Clone)]
pub(super) struct Plot {
    pub(super) area: Area,
    pub(super) days: f64,
    pub(super) values: Values,
    pub(super) shape: Shape,
}

impl Plot {
    pub(super) fn x(&self, day: f64) -> f64 {
        let share = (day / self.days).clamp(0.0, 1.0);
        self.area.left + share * (self.area.right - self.area.left)
    }

    pub(super) fn y(&self, value: f64) -> f64 {
        let share = (value - self.values.low) / (self.values.high - self.values.low);
        self.area.bottom - share * (self.area.bottom - self.area.top)
    }

    /// A daily series: steps across its days, or a line through the middle of them; a single day is
    /// drawn across its width in any case.
    pub(super) fn line(&self, series: &[f64]) -> Vec<Point> {
        let days = series.iter().enumerate().map(|(day, &value)| (day as f64, self.y(value)));
        if self.shape == Shape::Line && series.len() > 1 {
            return days.map(|(day, y)| (self.x(day + 0.5), y)).collect();
        }
        days.flat_map(|(day, y)| [(self.x(day), y), (self.x(day + 1.0), y)]).collect()
    }
}

/// Refuses series that differ in length or hold what no axis can show.
pub(super) fn check_series(
    quantiles: &Quantiles,
    reference: Option<&Reference>,
    expected: usize,
) -> Result<(), ChartError> {
    if expected == 0 {
        return Err(ChartError::Empty { what: "day" });
    }
    let Quantiles { median, q05, q25, q75, q95 } = quantiles;
    let named = [("the median", median), ("q05", q05), ("q25", q25), ("q75", q75), ("q95", q95)];
    let reference = reference.map(|r| ("the reference", &r.values));
    for (what, series) in named.into_iter().chain(reference) {
        if series.len() != expected {
            return Err(ChartError::Length { what, expected, found: series.len() });
        }
        check_finite(what, series)?;
    }
    Ok(())
}

/// Refuses stops at no time.
pub(super) fn check_stops(stops: &[StopBand]) -> Result<(), ChartError> {
    stops.iter().try_for_each(|s| check_finite("a stop", &[s.start_day, s.end_day.unwrap_or(0.0)]))
}

/// The stops of which anything lies on the days shown.
pub(super) fn shown(stops: &[StopBand], days: f64) -> Vec<StopBand> {
    let seen = |s: &&StopBand| s.start_day < days && s.end_day.is_none_or(|end| end > 0.0);
    stops.iter().filter(seen).cloned().collect()
}

/// The value axis that holds all of a panel's numbers, with about one step every 95 pixels of the
/// height.
pub(super) fn axis_of(quantiles: &Quantiles, reference: Option<&Reference>, height: f64, lang: Lang) -> Values {
    let Quantiles { median, q05, q25, q75, q95 } = quantiles;
    let series = [median, q05, q25, q75, q95].into_iter().chain(reference.map(|r| &r.values));
    Values::new(series.flatten(), (height / 95.0).clamp(2.0, 6.0), lang)
}

/// Width the numbers of the axis take left of the plot.
pub(super) fn axis_width(values: &Values) -> f64 {
    let widths = values.ticks().into_iter().map(|(_, text)| Type::new(TICK).width(&text));
    widths.fold(0.0, f64::max) + 18.0
}

/// Legend entries; `stops` says whether stops are shown, `lost` how many of them without their
/// name.
pub(super) fn entries(
    lang: Lang,
    shape: Shape,
    reference: Option<&Reference>,
    stops: bool,
    lost: usize,
) -> Vec<(Sign, String)> {
    let (inner, outer, stop) = match lang {
        Lang::Zh => ("50% 区间", "90% 区间", "业务暂停"),
        Lang::En => ("50% band", "90% band", "Suspended"),
    };
    let median = match (shape, lang) {
        (Shape::Line, Lang::Zh) => "中位数",
        (Shape::Line, Lang::En) => "Median",
        (Shape::Steps, Lang::Zh) => "每天合计的中位数",
        (Shape::Steps, Lang::En) => "Median of the day's total",
    };
    let mut found = vec![
        (Sign::Line(BLUE), median.to_owned()),
        // The inner band is seen through the outer one, so its patch is as dark as both together.
        (Sign::Patch(BLUE, 1.0 - (1.0 - INNER) * (1.0 - OUTER)), inner.to_owned()),
        (Sign::Patch(BLUE, OUTER), outer.to_owned()),
    ];
    if let Some(reference) = reference {
        found.push((Sign::Dashed(VERMILION), reference.label.clone()));
    }
    if stops {
        let more = match (lost, lang) {
            (0, _) => String::new(),
            (_, Lang::Zh) => format!("（另有 {lost} 项未标名）"),
            (_, Lang::En) => format!(" ({lost} more not named)"),
        };
        found.push((Sign::Patch(SHADE, 0.35), format!("{stop}{more}")));
    }
    found
}

/// Draws everything inside the axes.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    plot: &Plot,
    days: Days,
    stops: &[StopBand],
    quantiles: &Quantiles,
    reference: Option<&Reference>,
) -> Result<(), ChartError> {
    let area = plot.area;
    greys(canvas, plot, stops)?;
    value_axis(canvas, &plot.values.ticks(), |v| plot.y(v), area)?;
    bands(canvas, plot, quantiles)?;
    canvas.line(&[(area.left, area.top), (area.left, area.bottom)], AXIS, 2.0)?;
    date_axis(canvas, days, plot.days, area)?;
    lines(canvas, plot, quantiles, reference)
}

/// Makes every day of a panel tell its values; `name` is the panel's, empty where it has none.
pub(super) fn spots(
    canvas: &mut Canvas<'_>,
    plot: &Plot,
    days: Days,
    (name, unit): (&str, &str),
    quantiles: &Quantiles,
    reference: Option<&Reference>,
) {
    let lang = days.lang();
    let told =
        |values: &[f64], day: usize| values.get(day).map_or_else(String::new, |value| amount(*value, unit, lang));
    let text = |day: usize| {
        let (low, high) = (told(&quantiles.q05, day), told(&quantiles.q95, day));
        let text = Told::of(lang, &days.full_label(day as i64))
            .value(lang.pick("中位数", "median"), &told(&quantiles.median, day))
            .range(lang.pick("5%～95%", "5%–95%"), (&low, &high));
        match reference {
            Some(line) => text.value(&line.label, &told(&line.values, day)).text(),
            None => text.text(),
        }
    };
    let places: Vec<(f64, String)> =
        (0..quantiles.median.len()).map(|day| (plot.x(day as f64 + 0.5), text(day))).collect();
    columns(canvas, plot.area, name, &places);
}

/// The grey of the stops.
pub(super) fn greys(canvas: &mut Canvas<'_>, plot: &Plot, stops: &[StopBand]) -> Result<(), ChartError> {
    // Greys of stops at one time add up; many of them must not hide the data.
    let grey = GREY.min(0.5 / stops.len().max(1) as f64);
    for stop in stops {
        let (left, right) = (plot.x(stop.start_day), plot.x(stop.end_day.unwrap_or(plot.days)));
        if right > left {
            canvas.fill(Area { left, right, ..plot.area }, SHADE, grey)?;
        }
    }
    Ok(())
}

/// The 90 % band with the 50 % band on it.
pub(super) fn bands(canvas: &mut Canvas<'_>, plot: &Plot, quantiles: &Quantiles) -> Result<(), ChartError> {
    let Quantiles { q05, q25, q75, q95, .. } = quantiles;
    canvas.polygon(ribbon(&plot.line(q95), &plot.line(q05)), BLUE, OUTER)?;
    canvas.polygon(ribbon(&plot.line(q75), &plot.line(q25)), BLUE, INNER)
}

/// The line to compare with, and the median.
pub(super) fn lines(
    canvas: &mut Canvas<'_>,
    plot: &Plot,
    quantiles: &Quantiles,
    reference: Option<&Reference>,
) -> Result<(), ChartError> {
    if let Some(reference) = reference {
        canvas.dashed(&plot.line(&reference.values), VERMILION, 4.0)?;
    }
    canvas.line(&plot.line(&quantiles.median), BLUE, 5.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scale_and_its_inverse_agree() {
        let values = Values::new([120.0].iter(), 5.0, Lang::Zh);
        let area = Area { left: 100.0, top: 200.0, right: 1_100.0, bottom: 700.0 };
        let plot = Plot { area, days: 10.0, values, shape: Shape::Line };
        assert_eq!((plot.x(0.0), plot.x(5.0), plot.x(10.0), plot.x(99.0)), (100.0, 600.0, 1_100.0, 1_100.0));
        assert_eq!((plot.y(0.0), plot.y(plot.values.high)), (700.0, 200.0));
        // A day's value stands at its noon; a lone value is drawn across its day.
        let high = plot.values.high;
        assert_eq!(plot.line(&[0.0, high]), vec![(150.0, 700.0), (250.0, 200.0)]);
        assert_eq!(plot.line(&[high]), vec![(100.0, 200.0), (200.0, 200.0)]);
        // A day's total stands across the day, from midnight to midnight.
        let plot = Plot { shape: Shape::Steps, ..plot };
        let steps = vec![(100.0, 700.0), (200.0, 700.0), (200.0, 200.0), (300.0, 200.0)];
        assert_eq!(plot.line(&[0.0, high]), steps);
    }
}
