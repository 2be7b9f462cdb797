//! Cities side by side: bars per million insured, and the same against the hours of outage.

use serde::{Deserialize, Serialize};

use super::axis::Values;
use super::canvas::{Align, Area, Canvas, Point, Type, sheet, wrap};
use super::slide::{footer, header, value_axis};
use super::spots::{Told, interval_word, points};
use super::theme::{AXIS, GRID, INK, KINDS, MARGIN, SOFT, SUBTITLE, TICK, WIDTH};
use super::{ChartError, Drawn, Lang, check_finite};
use crate::report::numbers::{number, short};

/// Most cities a slide has room for.
const CITIES_MOST: usize = 8;
/// Room between panels.
const GAP: f64 = 56.0;
/// Height of a line of a name.
const NAME_LINE: f64 = 27.0;
/// Widest line of a name beside a point, and lines it may take: from the most readable to the smallest, which
/// eight long names on little room need.
const WRITINGS: [(f64, usize); 4] = [(250.0, 2), (250.0, 1), (150.0, 1), (90.0, 1)];
/// How far round its middle a point tells what it is.
const SPOT: f64 = 26.0;
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

/// What a measure of a city tells; `value` is the number as told.
fn told(lang: Lang, city: &str, (title, value): (&str, &str), spread: Spread) -> Told {
    let text = Told::of(lang, city).value(title, if value.is_empty() { "–" } else { value });
    if spread.low >= spread.high {
        return text;
    }
    // Counts and money are never negative, though a symmetric interval may reach below.
    let [low, high] = [spread.low.max(0.0), spread.high].map(|end| short(end, lang));
    text.range(interval_word(lang), (&low, &high))
}

fn bar_panel(canvas: &mut Canvas<'_>, area: Area, chart: &CitiesChart, panel: &BarPanel) -> Result<(), ChartError> {
    let top = panel_title(canvas, area, &panel.title)?;
    let (name, number) = (Type::new(TICK).align(Align::Right), Type::new(TICK));
    let row = ((area.bottom - top) / panel.bars.len().max(1) as f64).min(110.0);
    let lines = lines_of(row);
    // As narrow as the names allow when they are broken into lines, but so wide that none is cut.
    let is_cut = |wide: &f64| {
        chart.cities.iter().any(|city| wrap(city, name, *wide, lines).last().is_some_and(|line| line.ends_with('…')))
    };
    let shares = [0.3, 0.4, 0.5].map(|share| share * (area.right - area.left));
    let most_wide = shares.into_iter().find(|wide| !is_cut(wide)).unwrap_or(shares[2]);
    let wrapped = chart.cities.iter().flat_map(|city| wrap(city, name, most_wide, lines));
    let names = wrapped.map(|line| name.width(&line)).fold(0.0, f64::max) + 0.5;
    let numbers = panel.bars.iter().map(|bar| number.width(&bar.1)).fold(0.0, f64::max) + 14.0;
    let (left, right) = (area.left + names + 14.0, area.right - numbers);
    let most = panel.bars.iter().map(|bar| bar.0.high).fold(0.0, f64::max).max(1e-9);
    let x = |value: f64| left + (value / most).max(0.0) * (right - left);
    for (index, (city, (spread, text))) in chart.cities.iter().zip(&panel.bars).enumerate() {
        let y = top + row * (index as f64 + 0.5);
        let half = (row * 0.32).min(30.0);
        let shown = wrap(city, name, names, lines);
        for (line, text) in shown.iter().enumerate() {
            let y = y + NAME_LINE * (line as f64 - (shown.len() - 1) as f64 / 2.0);
            canvas.text(text, (left - 14.0, y), name)?;
        }
        let bar = Area { left, right: x(spread.value).max(left + 2.0), top: y - half, bottom: y + half };
        canvas.fill(bar, color(index), 0.85)?;
        canvas.line(&[(x(spread.low), y), (x(spread.high), y)], INK, 3.0)?;
        canvas.text(text, (x(spread.high).max(bar.right) + 10.0, y), number)?;
        let whole = Area { top: y - row / 2.0, bottom: y + row / 2.0, ..area };
        canvas.spot(whole, told(chart.lang, city, (&panel.title, text), *spread).text());
    }
    canvas.line(&[(left, top), (left, top + row * panel.bars.len() as f64)], AXIS, 2.0)
}

/// Lines that a name may take in a row of a height.
fn lines_of(row: f64) -> usize {
    (((row - 6.0) / NAME_LINE) as usize).clamp(1, 3)
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
    for (index, (hours, spread)) in panel.points.iter().enumerate() {
        canvas.line(&[(x(*hours), y(spread.low)), (x(*hours), y(spread.high))], color(index), 4.0)?;
    }
    let spots = spots(&places);
    for (at, members) in &spots {
        // Of dots on one place the lower ones look out.
        for (above, index) in members.iter().enumerate().rev() {
            dot(canvas, *at, 11.0 + 6.0 * above as f64, color(*index))?;
        }
    }
    let (names, at) = named(chart, &spots, plot);
    for (name, (x, y)) in names.iter().zip(at) {
        for (line, text) in name.iter().enumerate() {
            let y = y + NAME_LINE * (line as f64 - (name.len() - 1) as f64 / 2.0);
            canvas.text(text, (x, y), Type::new(TICK))?;
        }
    }
    points(
        canvas,
        panel.points.iter().zip(&chart.cities).zip(places).map(|(((hours, spread), city), at)| {
            let text = told(chart.lang, city, (&panel.title, &short(spread.value, chart.lang)), *spread);
            (at, SPOT, text.value(&panel.x_title, &number(*hours)).text())
        }),
    );
    Ok(())
}

/// The places of points, each with the points that stand there: near ones have one place.
fn spots(places: &[Point]) -> Vec<(Point, Vec<usize>)> {
    const SAME: f64 = 9.0;
    let mut found: Vec<(Point, Vec<usize>)> = Vec::new();
    for (index, &(x, y)) in places.iter().enumerate() {
        match found.iter_mut().find(|(at, _)| (at.0 - x).hypot(at.1 - y) < SAME) {
            Some((_, members)) => members.push(index),
            None => found.push(((x, y), vec![index])),
        }
    }
    found
}

/// The names at the points and where they stand, in the most readable writing in which all stand alone.
fn named(chart: &CitiesChart, spots: &[(Point, Vec<usize>)], plot: Area) -> (Vec<Vec<String>>, Vec<Point>) {
    let places: Vec<Point> = spots.iter().map(|spot| spot.0).collect();
    let mut last = (Vec::new(), Vec::new());
    for (width, lines) in WRITINGS {
        let of = |index: &usize| wrap(&chart.cities[*index], Type::new(TICK), width, lines);
        let names: Vec<Vec<String>> = spots.iter().map(|spot| spot.1.iter().flat_map(of).collect()).collect();
        let (at, are_alone) = labels(&names, &places, plot);
        last = (names, at);
        if are_alone {
            break;
        }
    }
    last
}

fn dot(
    canvas: &mut Canvas<'_>,
    (x, y): Point,
    radius: f64,
    color: plotters::style::RGBColor,
) -> Result<(), ChartError> {
    let ring = |radius: f64| {
        (0..24).map(move |step| {
            let angle = f64::from(step) * std::f64::consts::TAU / 24.0;
            (x + radius * angle.cos(), y + radius * angle.sin())
        })
    };
    canvas.polygon(ring(radius + 2.0), super::theme::WHITE, 1.0)?;
    canvas.polygon(ring(radius), color, 1.0)
}

/// Left edge and middle height of the names of points: right, left, above or below, and then farther away, the
/// first place within the plot that covers no point and no name placed before; where there is none, the one that
/// covers least. Says whether all names stand alone.
fn labels(names: &[Vec<String>], places: &[Point], plot: Area) -> (Vec<Point>, bool) {
    const RINGS: usize = 30;
    let look = Type::new(TICK);
    let mut taken: Vec<Area> = places
        .iter()
        .map(|at| Area { left: at.0 - 15.0, top: at.1 - 15.0, right: at.0 + 15.0, bottom: at.1 + 15.0 })
        .collect();
    let (mut found, mut are_alone) = (Vec::new(), true);
    for (name, &(x, y)) in names.iter().zip(places) {
        let width = name.iter().map(|line| look.width(line)).fold(0.0, f64::max);
        let half = NAME_LINE * name.len() as f64 / 2.0;
        let area =
            |at: Point| Area { left: at.0 - 2.0, top: at.1 - half, right: at.0 + width + 2.0, bottom: at.1 + half };
        let options = (0..RINGS).flat_map(|ring| {
            let away = 12.0 * ring as f64;
            let (right, left, middle) = (x + 20.0 + away, x - 20.0 - away - width, x - width / 2.0);
            let (above, below) = (y - 20.0 - half - away, y + 20.0 + half + away);
            let sides = [(right, y), (left, y), (middle, above), (middle, below)];
            sides.into_iter().chain([(right, above), (left, above), (left, below), (right, below)])
        });
        // Near an edge a name is moved inwards rather than cut.
        let moved = |at: Point| {
            let x = at.0.min(plot.right + 16.0 - width).max(plot.left + 4.0);
            (x, at.1.clamp(plot.top - 10.0 + half, (plot.bottom - half).max(plot.top - 10.0 + half)))
        };
        let overlap = |one: Area| -> f64 {
            let shared = |other: &Area| {
                let across = one.right.min(other.right) - one.left.max(other.left);
                let down = one.bottom.min(other.bottom) - one.top.max(other.top);
                across.max(0.0) * down.max(0.0)
            };
            taken.iter().map(shared).sum()
        };
        let all: Vec<(f64, Point)> = options.map(moved).map(|at| (overlap(area(at)), at)).collect();
        let free = all.iter().find(|one| one.0 <= 0.0);
        are_alone &= free.is_some() && 2.0 * half <= plot.bottom - plot.top + 10.0;
        let least = || all.iter().min_by(|a, b| a.0.total_cmp(&b.0));
        let at = free.or_else(least).map_or((x + 20.0, y), |one| one.1);
        taken.push(area(at));
        found.push(at);
    }
    (found, are_alone)
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
    fn names_of_near_points_do_not_cover_one_another_and_are_not_cut() {
        let plot = Area { left: 0.0, top: 0.0, right: 600.0, bottom: 400.0 };
        let names: Vec<Vec<String>> = ["Wuhan", "Zibo", "Xinzhou", "a city with a name on two lines"]
            .map(|name| wrap(name, Type::new(TICK), 250.0, 2))
            .to_vec();
        let places = [(500.0, 200.0), (540.0, 205.0), (580.0, 198.0), (590.0, 202.0)];
        let (found, are_alone) = labels(&names, &places, plot);
        assert!(are_alone);
        let width = |index: usize| names[index].iter().map(|line| Type::new(TICK).width(line)).fold(0.0, f64::max);
        let half = |index: usize| NAME_LINE * names[index].len() as f64 / 2.0;
        for (a, one) in found.iter().enumerate() {
            assert!(one.0 >= plot.left && one.0 + width(a) <= plot.right + 16.5, "{:?}", names[a]);
            for (b, other) in found.iter().enumerate().skip(a + 1) {
                let beside = one.0 + width(a) <= other.0 || other.0 + width(b) <= one.0;
                assert!(beside || (one.1 - other.1).abs() >= half(a) + half(b) - 0.1, "{:?} {:?}", names[a], names[b]);
            }
        }
    }

    #[test]
    fn points_on_one_place_keep_their_colours_and_names() {
        let mut same = chart(3);
        for panel in &mut same.scatters {
            panel.points[1] = panel.points[0];
        }
        let found = spots(&[(100.0, 50.0), (103.0, 50.0), (300.0, 50.0)]);
        assert_eq!(found.iter().map(|spot| spot.1.clone()).collect::<Vec<_>>(), [vec![0, 1], vec![2]]);
        let drawn = cities(&same).unwrap();
        super::super::testing::assert_readable(&drawn);
        for city in ["城市0", "城市1"] {
            assert_eq!(drawn.svg.matches(city).count(), 6, "{city}");
        }
        super::super::testing::show("cities-one-place", &drawn);
    }

    #[test]
    fn long_names_of_cities_are_broken_and_not_cut() {
        let mut long = chart(6);
        long.cities = (0..6).map(|city| format!("Example City with more words {city}")).collect();
        let drawn = cities(&long).unwrap();
        super::super::testing::assert_readable(&drawn);
        assert!(!drawn.svg.contains('…'), "{}", drawn.svg.matches('…').count());
    }
}
