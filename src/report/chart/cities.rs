//! Cities side by side: bars per million insured, and the same against the hours of outage.

use serde::{Deserialize, Serialize};

use super::axis::Values;
use super::canvas::{Align, Area, Canvas, Point, Type, sheet, wrap};
use super::slide::{footer, header, value_axis};
use super::theme::{AXIS, BODY, GRID, INK, KINDS, MARGIN, SOFT, SUBTITLE, TICK, WIDTH};
use super::{ChartError, Drawn, Lang, check_finite};

/// Most cities a slide has room for.
const CITIES_MOST: usize = 8;
/// Room between panels.
const GAP: f64 = 56.0;
/// Share of the width that the bars take.
const BARS_SHARE: f64 = 0.6;

/// A number with the ends of its interval, equal to it where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Lower end.
    pub low: f64,
    /// The number.
    pub value: f64,
    /// Upper end.
    pub high: f64,
}

/// One measure of all cities.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BarPanel {
    /// Measure and unit.
    pub title: String,
    /// One a city, with the text at its bar.
    pub bars: Vec<(Spread, String)>,
}

/// One measure of all cities against the hours of outage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScatterPanel {
    /// Measure over hours.
    pub title: String,
    /// What lies along the lower axis, with its unit.
    pub x_title: String,
    /// One a city: hours and measure.
    pub points: Vec<(f64, Spread)>,
}

/// The whole figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CitiesChart {
    /// Title.
    pub title: String,
    /// Subtitle.
    pub subtitle: String,
    /// Language.
    pub lang: Lang,
    /// Names of the cities.
    pub cities: Vec<String>,
    /// Panels of bars, two in a row; four at most.
    pub bars: Vec<BarPanel>,
    /// Panels against hours, one above the other; two at most.
    pub scatters: Vec<ScatterPanel>,
    /// Footer.
    pub footer: Vec<String>,
}

/// Draws the figure.
///
/// # Errors
///
/// Without cities, with too many, or with a number that no axis can show.
pub fn cities(chart: &CitiesChart) -> Result<Drawn, ChartError> {
    let count = chart.cities.len();
    if count == 0 || chart.bars.is_empty() {
        return Err(ChartError::Empty { what: "city" });
    }
    if count > CITIES_MOST {
        return Err(ChartError::TooMany { what: "cities", most: CITIES_MOST, found: count });
    }
    let spreads = chart.bars.iter().flat_map(|panel| panel.bars.iter().map(|bar| bar.0));
    let points = chart.scatters.iter().flat_map(|panel| panel.points.iter().map(|point| point.1));
    for spread in spreads.chain(points) {
        check_finite("a measure", &[spread.low, spread.value, spread.high])?;
    }
    for panel in &chart.scatters {
        check_finite("hours", &panel.points.iter().map(|point| point.0).collect::<Vec<f64>>())?;
    }
    sheet(|canvas| {
        let top = header(canvas, &chart.title, &chart.subtitle)?;
        let bottom = footer(canvas, &chart.footer)?;
        let width = WIDTH - 2.0 * MARGIN;
        let share = if chart.scatters.is_empty() { 1.0 } else { BARS_SHARE };
        let bars = Area { left: MARGIN, top, right: MARGIN + width * share, bottom };
        for (index, panel) in chart.bars.iter().take(4).enumerate() {
            bar_panel(canvas, cell(bars, index, 2, chart.bars.len().min(4)), chart, panel)?;
        }
        let rest = Area { left: bars.right + GAP, top, right: WIDTH - MARGIN, bottom };
        for (index, panel) in chart.scatters.iter().take(2).enumerate() {
            scatter_panel(canvas, cell(rest, index, 1, chart.scatters.len().min(2)), chart, panel)?;
        }
        Ok(())
    })
}

/// The place of a panel in a grid of so many columns.
pub(super) fn cell(area: Area, index: usize, columns: usize, count: usize) -> Area {
    let across = columns.min(count).max(1);
    let down = count.div_ceil(across).max(1);
    let width = (area.right - area.left - GAP * (across - 1) as f64) / across as f64;
    let height = (area.bottom - area.top - 28.0 * (down - 1) as f64) / down as f64;
    let left = area.left + (index % across) as f64 * (width + GAP);
    let top = area.top + (index / across) as f64 * (height + 28.0);
    Area { left, top, right: left + width, bottom: top + height }
}

fn color(city: usize) -> plotters::style::RGBColor {
    KINDS[city % KINDS.len()].0
}

/// Draws the title of a panel; returns the height under it.
pub(super) fn panel_title(canvas: &mut Canvas<'_>, area: Area, title: &str) -> Result<f64, ChartError> {
    let look = Type::new(SUBTITLE).bold();
    let mut y = area.top + 18.0;
    for line in wrap(title, look, area.right - area.left, 2) {
        canvas.text(&line, (area.left, y), look)?;
        y += 36.0;
    }
    Ok(y - 4.0)
}

fn bar_panel(canvas: &mut Canvas<'_>, area: Area, chart: &CitiesChart, panel: &BarPanel) -> Result<(), ChartError> {
    let top = panel_title(canvas, area, &panel.title)?;
    let (name, number) = (Type::new(BODY).align(Align::Right), Type::new(TICK));
    let widest = chart.cities.iter().map(|city| name.width(city)).fold(0.0, f64::max);
    let names = widest.min((area.right - area.left) * 0.34);
    let numbers = panel.bars.iter().map(|bar| number.width(&bar.1)).fold(0.0, f64::max) + 14.0;
    let (left, right) = (area.left + names + 14.0, area.right - numbers);
    let most = panel.bars.iter().map(|bar| bar.0.high).fold(0.0, f64::max).max(1e-9);
    let x = |value: f64| left + (value / most).clamp(0.0, 1.0) * (right - left);
    let row = ((area.bottom - top) / panel.bars.len().max(1) as f64).min(72.0);
    for (index, (city, (spread, text))) in chart.cities.iter().zip(&panel.bars).enumerate() {
        let y = top + row * (index as f64 + 0.5);
        let half = (row * 0.32).min(22.0);
        let shown = wrap(city, name, names, 1).concat();
        canvas.text(&shown, (left - 14.0, y), name)?;
        let bar = Area { left, right: x(spread.value).max(left + 2.0), top: y - half, bottom: y + half };
        canvas.fill(bar, color(index), 0.85)?;
        canvas.line(&[(x(spread.low), y), (x(spread.high), y)], INK, 3.0)?;
        canvas.text(text, (x(spread.high).max(bar.right) + 10.0, y), number)?;
    }
    canvas.line(&[(left, top), (left, top + row * panel.bars.len() as f64)], AXIS, 2.0)
}

fn scatter_panel(
    canvas: &mut Canvas<'_>,
    area: Area,
    chart: &CitiesChart,
    panel: &ScatterPanel,
) -> Result<(), ChartError> {
    let top = panel_title(canvas, area, &panel.title)?;
    let hours: Vec<f64> = panel.points.iter().map(|point| point.0).collect();
    let across = Values::new(hours.iter(), 5.0, chart.lang);
    let levels: Vec<f64> = panel.points.iter().map(|point| point.1.high).collect();
    let up = Values::new(levels.iter(), 4.0, chart.lang);
    let look = Type::new(TICK);
    let room = up.ticks().iter().map(|tick| look.width(&tick.1)).fold(0.0, f64::max);
    let plot =
        Area { left: area.left + room + 20.0, top: top + 30.0, right: area.right - 16.0, bottom: area.bottom - 76.0 };
    let unit = up.title("", "");
    if !unit.is_empty() {
        canvas.text(&unit, (area.left, top + 4.0), look.color(SOFT))?;
    }
    let x = |value: f64| plot.left + (value - across.low) / (across.high - across.low) * (plot.right - plot.left);
    let y = |value: f64| plot.bottom - (value - up.low) / (up.high - up.low) * (plot.bottom - plot.top);
    value_axis(canvas, &up.ticks(), y, plot)?;
    for (value, text) in across.ticks() {
        canvas.line(&[(x(value), plot.top), (x(value), plot.bottom)], GRID, 1.5)?;
        canvas.text(&text, (x(value), plot.bottom + 20.0), look.align(Align::Center))?;
    }
    canvas.line(&[(plot.left, plot.bottom), (plot.right, plot.bottom)], AXIS, 2.0)?;
    let middle = f64::midpoint(plot.left, plot.right);
    let title = across.title(&panel.x_title, "");
    canvas.text(&title, (middle, plot.bottom + 54.0), look.align(Align::Center).color(SOFT))?;
    let places: Vec<Point> = panel.points.iter().map(|(hours, spread)| (x(*hours), y(spread.value))).collect();
    for (index, ((hours, spread), at)) in panel.points.iter().zip(&places).enumerate() {
        canvas.line(&[(x(*hours), y(spread.low)), (x(*hours), y(spread.high))], color(index), 4.0)?;
        dot(canvas, *at, color(index))?;
    }
    let names: Vec<&str> = chart.cities.iter().map(String::as_str).collect();
    for (index, at) in labels(&names, &places, plot).into_iter().enumerate() {
        canvas.text(names[index], at, Type::new(BODY))?;
    }
    Ok(())
}

fn dot(canvas: &mut Canvas<'_>, (x, y): Point, color: plotters::style::RGBColor) -> Result<(), ChartError> {
    let ring = |radius: f64| {
        (0..24).map(move |step| {
            let angle = f64::from(step) * std::f64::consts::TAU / 24.0;
            (x + radius * angle.cos(), y + radius * angle.sin())
        })
    };
    canvas.polygon(ring(13.0), super::theme::WHITE, 1.0)?;
    canvas.polygon(ring(11.0), color, 1.0)
}

/// Where the names of points stand: right, left, above or below, the first place that covers no point and no
/// name placed before; right where there is none.
fn labels(names: &[&str], places: &[Point], plot: Area) -> Vec<Point> {
    let look = Type::new(BODY);
    let mut taken: Vec<Area> = places
        .iter()
        .map(|at| Area { left: at.0 - 15.0, top: at.1 - 15.0, right: at.0 + 15.0, bottom: at.1 + 15.0 })
        .collect();
    let mut found = Vec::new();
    for (name, &(x, y)) in names.iter().zip(places) {
        let width = look.width(name);
        let (right, left, middle) = (x + 20.0, x - 20.0 - width, x - width / 2.0);
        let options = [
            (right, y),
            (left, y),
            (middle, y - 34.0),
            (middle, y + 34.0),
            (right, y - 33.0),
            (left, y - 33.0),
            (left, y + 33.0),
        ];
        let area =
            |at: Point| Area { left: at.0 - 2.0, top: at.1 - 15.0, right: at.0 + width + 2.0, bottom: at.1 + 15.0 };
        let is_inside = |one: Area| {
            one.left >= plot.left
                && one.right <= plot.right + 16.0
                && one.top >= plot.top - 30.0
                && one.bottom <= plot.bottom
        };
        let is_free = |one: Area| {
            taken.iter().all(|other| {
                one.right < other.left || other.right < one.left || one.bottom < other.top || other.bottom < one.top
            })
        };
        let fallback = if x + 20.0 + width <= plot.right + 16.0 { options[0] } else { options[1] };
        let at = options.into_iter().find(|&at| is_inside(area(at)) && is_free(area(at))).unwrap_or(fallback);
        taken.push(area(at));
        found.push(at);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(value: f64) -> Spread {
        Spread { low: value * 0.9, value, high: value * 1.1 }
    }

    fn chart(cities: usize) -> CitiesChart {
        let values: Vec<f64> = (1..=cities).map(|city| city as f64 * 1e6).collect();
        let bars = BarPanel {
            title: "垫付总额（元）".to_owned(),
            bars: values.iter().map(|&value| (spread(value), "123万".to_owned())).collect(),
        };
        let points = values.iter().map(|&value| (100.0, spread(value))).collect();
        CitiesChart {
            title: "各市".to_owned(),
            subtitle: String::new(),
            lang: Lang::Zh,
            cities: (0..cities).map(|city| format!("城市{city}")).collect(),
            bars: vec![bars; 4],
            scatters: vec![ScatterPanel { title: "垫付".to_owned(), x_title: "小时".to_owned(), points }; 2],
            footer: vec!["来源".to_owned()],
        }
    }

    #[test]
    fn every_city_has_its_bar_and_its_name_beside_its_point() {
        let drawn = cities(&chart(8)).unwrap();
        assert!(drawn.missing.is_empty());
        assert_eq!(drawn.svg.matches("城市7").count(), 6, "four bars and two points");
    }

    #[test]
    fn refuses_what_a_slide_cannot_show() {
        assert_eq!(cities(&chart(0)).unwrap_err(), ChartError::Empty { what: "city" });
        assert!(matches!(cities(&chart(9)).unwrap_err(), ChartError::TooMany { found: 9, .. }));
        let mut bad = chart(2);
        bad.bars[0].bars[0].0.high = f64::NAN;
        assert_eq!(cities(&bad).unwrap_err(), ChartError::Value { what: "a measure" });
    }

    #[test]
    fn names_of_near_points_do_not_cover_one_another() {
        let plot = Area { left: 0.0, top: 0.0, right: 600.0, bottom: 400.0 };
        let names = ["Wuhan", "Zibo", "Xinzhou"];
        let places = [(500.0, 200.0), (540.0, 205.0), (580.0, 198.0)];
        let found = labels(&names, &places, plot);
        for (a, one) in found.iter().enumerate() {
            for (b, other) in found.iter().enumerate().skip(a + 1) {
                let width = |index: usize| Type::new(BODY).width(names[index]);
                let apart = one.0 + width(a) < other.0 || other.0 + width(b) < one.0 || (one.1 - other.1).abs() >= 28.0;
                assert!(apart, "{} {}", names[a], names[b]);
            }
        }
    }
}
