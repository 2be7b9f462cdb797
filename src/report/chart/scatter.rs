//! Trade-off scatter: schedules by two quantities of which less is better, with the risk of each as colour
//! and shape and its cost as size.
//!
//! Every point has its name beside it. Names move away from points and from each other, outwards in
//! rings, until they stand alone; a thin line leads back to the point where a name has moved far.

use serde::{Deserialize, Serialize};

use plotters::style::RGBColor;

use super::axis::{Days, Values};
use super::bars::plate;
use super::canvas::{Align, Area, Canvas, Point, Type, sheet, wrap};
use super::glyph::{Glyph, draw_glyph};
use super::slide::{Sign, footer, header, legend};
use super::theme::{AXIS, BLUE, BODY, GRID, INK, KINDS, MARGIN, SOFT, TICK, VERMILION, WHITE, WIDTH};
use super::{ChartError, CivilDay, Drawn, Lang, check_finite};

/// Most points of a slide.
const POINTS_MOST: usize = 12;
/// Radius of a point without cost, and what the largest cost adds.
const RADIUS: f64 = 12.0;
const RADIUS_MORE: f64 = 14.0;
/// Distance from the edge of a point beyond which a line leads to its name.
const LEADER_FROM: f64 = 26.0;
/// Height of a line of a label.
const LINE: f64 = 29.0;

/// How likely a return that was announced as certain comes late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Late {
    /// No return was announced as certain.
    NoPromise,
    /// Below 5 %.
    Unlikely,
    /// From 5 % to below 50 %.
    Possible,
    /// 50 % and more.
    Likely,
}

impl Late {
    const ALL: [Self; 4] = [Self::Unlikely, Self::Possible, Self::Likely, Self::NoPromise];

    /// The class of a probability.
    pub fn of(probability: Option<f64>) -> Self {
        match probability {
            None => Self::NoPromise,
            Some(share) if share < 0.05 => Self::Unlikely,
            Some(share) if share < 0.5 => Self::Possible,
            Some(_) => Self::Likely,
        }
    }

    fn look(self) -> (Glyph, RGBColor) {
        match self {
            Self::Unlikely => (Glyph::Disc, BLUE),
            Self::Possible => (Glyph::Diamond, KINDS[1].0),
            Self::Likely => (Glyph::Triangle, VERMILION),
            Self::NoPromise => (Glyph::Square, SOFT),
        }
    }

    fn word(self, lang: Lang) -> &'static str {
        match self {
            Self::Unlikely => lang.pick("超时概率低于 5%", "late in under 5% of courses"),
            Self::Possible => lang.pick("5%～50%", "5%–50%"),
            Self::Likely => lang.pick("50% 以上", "50% and more"),
            Self::NoPromise => lang.pick("未承诺恢复时间", "no return promised"),
        }
    }
}

/// One schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScatterPoint {
    /// Its name.
    pub label: String,
    /// A second line; may be empty.
    pub note: String,
    /// Place on the value axis.
    pub x: f64,
    /// Place on the day axis, in days from the first midnight of `first_day`.
    pub day: f64,
    /// Cost as a share of the largest, from 0 to 1.
    pub size: f64,
    /// Risk.
    pub late: Late,
    /// Whether nothing beats it in everything.
    pub undominated: bool,
}

/// Schedules by two quantities.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scatter {
    /// Title.
    pub title: String,
    /// Second, smaller line.
    pub subtitle: String,
    /// What the axis across shows, without its unit.
    pub x_label: String,
    /// Unit of it.
    pub x_unit: String,
    /// What the day axis shows.
    pub day_label: String,
    /// What the ring round undominated points means.
    pub ring_label: String,
    /// What the line means; drawn through the points that no other beats in the two quantities.
    pub line_label: String,
    /// Language of legend, dates and numbers.
    pub lang: Lang,
    /// Date of day 0.
    pub first_day: CivilDay,
    /// The schedules.
    pub points: Vec<ScatterPoint>,
    /// Replications, seed, sources, assumptions.
    pub footer: Vec<String>,
}

/// The axes of the figure.
#[derive(Debug)]
struct Plot {
    area: Area,
    values: Values,
    /// First and last day shown.
    days: (f64, f64),
}

impl Plot {
    fn at(&self, point: &ScatterPoint) -> Point {
        (self.x(point.x), self.y(point.day))
    }

    fn x(&self, value: f64) -> f64 {
        let share = (value - self.values.low) / (self.values.high - self.values.low);
        self.area.left + share * (self.area.right - self.area.left)
    }

    fn y(&self, day: f64) -> f64 {
        let share = (day - self.days.0) / (self.days.1 - self.days.0);
        self.area.bottom - share * (self.area.bottom - self.area.top)
    }
}

/// Draws the schedules.
///
/// # Errors
///
/// [`ChartError::Empty`] without points, [`ChartError::TooMany`] beyond twelve, [`ChartError::Value`] for a
/// number that is not finite, [`ChartError::Date`] for an impossible first day.
pub fn scatter(chart: &Scatter) -> Result<Drawn, ChartError> {
    let found = chart.points.len();
    if found == 0 {
        return Err(ChartError::Empty { what: "schedule" });
    }
    if found > POINTS_MOST {
        return Err(ChartError::TooMany { what: "schedules", most: POINTS_MOST, found });
    }
    chart.points.iter().try_for_each(|one| check_finite("a schedule", &[one.x, one.day, one.size]))?;
    let days = Days::new(chart.first_day, chart.lang)?;
    sheet(|canvas| {
        let top = header(canvas, &chart.title, &chart.subtitle)?;
        let line = frontier(&chart.points);
        let top = legend(canvas, top, &signs(chart, line.len() > 1))?;
        let bottom = footer(canvas, &chart.footer)? - 84.0;
        let soft = Type::new(TICK).color(SOFT);
        canvas.text(&wrap(&chart.day_label, soft, WIDTH - 2.0 * MARGIN, 1).concat(), (MARGIN, top + 14.0), soft)?;
        let (least, most) = chart.points.iter().fold((f64::MAX, f64::MIN), |(a, b), p| (a.min(p.day), b.max(p.day)));
        let spare = ((most - least) * 0.16).max(2.0);
        let plot = Plot {
            area: Area { left: MARGIN + 128.0, top: top + 40.0, right: WIDTH - MARGIN, bottom },
            values: Values::around(&chart.points.iter().map(|point| point.x).collect::<Vec<f64>>(), 7.0, chart.lang),
            days: ((least - spare).floor(), (most + spare).ceil()),
        };
        axes(canvas, chart, &plot, days)?;
        let line: Vec<Point> = line.iter().map(|&index| plot.at(&chart.points[index])).collect();
        if line.len() > 1 {
            canvas.dashed(&line, SOFT, 2.5)?;
        }
        draw_points(canvas, chart, &plot)
    })
}

fn signs(chart: &Scatter, has_line: bool) -> Vec<(Sign, String)> {
    let used = |late: &Late| chart.points.iter().any(|point| point.late == *late) || *late != Late::NoPromise;
    let mut found: Vec<(Sign, String)> = Late::ALL
        .into_iter()
        .filter(used)
        .map(|late| (Sign::Glyph(late.look().0, late.look().1), late.word(chart.lang).to_owned()))
        .collect();
    found.push((Sign::Glyph(Glyph::Ring, INK), chart.ring_label.clone()));
    if has_line {
        found.push((Sign::Dashed(SOFT), chart.line_label.clone()));
    }
    found
}

/// The points that no other beats in both quantities, from left to right.
fn frontier(points: &[ScatterPoint]) -> Vec<usize> {
    let beats = |one: &ScatterPoint, other: &ScatterPoint| {
        one.x <= other.x && one.day <= other.day && (one.x < other.x || one.day < other.day)
    };
    let mut found: Vec<usize> =
        (0..points.len()).filter(|&index| !points.iter().any(|one| beats(one, &points[index]))).collect();
    found.sort_by(|&one, &other| points[one].x.total_cmp(&points[other].x));
    found
}

fn axes(canvas: &mut Canvas<'_>, chart: &Scatter, plot: &Plot, days: Days) -> Result<(), ChartError> {
    let area = plot.area;
    let (center, right) = (Type::new(TICK).align(Align::Center), Type::new(TICK).align(Align::Right));
    for (value, text) in plot.values.ticks() {
        let x = plot.x(value);
        canvas.line(&[(x, area.top), (x, area.bottom)], GRID, 1.5)?;
        canvas.text(&text, (x, area.bottom + 28.0), center)?;
    }
    let first = plot.days.0 as i64;
    let mut year = String::new();
    for tick in days.ticks((plot.days.1 - plot.days.0) as i64 + 1, area.bottom - area.top, 48.0) {
        let y = plot.y((first + tick) as f64);
        canvas.line(&[(area.left, y), (area.right, y)], GRID, 1.5)?;
        canvas.text(&days.label(first + tick), (area.left - 12.0, y), right)?;
        if days.year_label(first + tick) != year {
            year = days.year_label(first + tick);
            canvas.text(&year, (area.left - 12.0, y - 27.0), right.color(SOFT))?;
        }
    }
    canvas.line(&[(area.left, area.top), (area.left, area.bottom), (area.right, area.bottom)], AXIS, 2.0)?;
    let title = wrap(&plot.values.title(&chart.x_label, &chart.x_unit), right, area.right - area.left, 1).concat();
    canvas.text(&title, (area.right, area.bottom + 60.0), right.color(SOFT))
}

fn radius(point: &ScatterPoint) -> f64 {
    // The eye compares areas.
    RADIUS + RADIUS_MORE * point.size.clamp(0.0, 1.0).sqrt()
}

/// Radius of the ring round an undominated point; a triangle reaches farther than its radius.
fn ring(point: &ScatterPoint) -> f64 {
    1.3 * radius(point) + 8.0
}

fn draw_points(canvas: &mut Canvas<'_>, chart: &Scatter, plot: &Plot) -> Result<(), ChartError> {
    let labels = place(chart, plot);
    for (point, label) in chart.points.iter().zip(&labels) {
        let (near, distance) = nearest(plot.at(point), label.area);
        if distance > radius(point) + LEADER_FROM {
            canvas.line(&[plot.at(point), near], AXIS, 1.5)?;
        }
    }
    // Large points first, so that small ones stay visible on them.
    let mut order: Vec<usize> = (0..chart.points.len()).collect();
    order.sort_by(|&one, &other| chart.points[other].size.total_cmp(&chart.points[one].size));
    for point in order.into_iter().map(|index| &chart.points[index]) {
        let (glyph, color) = point.late.look();
        if point.undominated {
            draw_glyph(canvas, Glyph::Disc, plot.at(point), ring(point), INK)?;
            draw_glyph(canvas, Glyph::Disc, plot.at(point), ring(point) - 5.0, WHITE)?;
        }
        draw_glyph(canvas, glyph, plot.at(point), radius(point), color)?;
    }
    for label in &labels {
        for (index, (text, look)) in label.lines.iter().enumerate() {
            let at = (label.area.left, label.area.top + LINE * (index as f64 + 0.5));
            plate(canvas, at, look.width(text), LINE / 2.0)?;
            canvas.text(text, at, *look)?;
        }
    }
    Ok(())
}

/// The name of a point and where it stands.
#[derive(Debug)]
struct Label {
    lines: Vec<(String, Type)>,
    area: Area,
}

fn lines_of(point: &ScatterPoint) -> Vec<(String, Type)> {
    let name = if point.undominated { Type::new(BODY).bold() } else { Type::new(BODY) };
    let note = Type::new(TICK).color(SOFT);
    let names = wrap(&point.label, name, 380.0, 2).into_iter().map(|line| (line, name));
    names.chain(wrap(&point.note, note, 380.0, 1).into_iter().map(|line| (line, note))).collect()
}

fn apart(one: Area, other: Area) -> bool {
    const AIR: f64 = 5.0;
    one.right + AIR <= other.left
        || other.right + AIR <= one.left
        || one.bottom + AIR <= other.top
        || other.bottom + AIR <= one.top
}

/// Places the names: each at the nearest place where it covers no point and no other name.
fn place(chart: &Scatter, plot: &Plot) -> Vec<Label> {
    let around = |point: &ScatterPoint| {
        let ((x, y), reach) =
            (plot.at(point), if point.undominated { ring(point) + 2.0 } else { 1.2 * radius(point) + 3.0 });
        Area { left: x - reach, top: y - reach, right: x + reach, bottom: y + reach }
    };
    let points: Vec<Area> = chart.points.iter().map(around).collect();
    let mut taken = points.clone();
    let mut labels = Vec::new();
    for (index, point) in chart.points.iter().enumerate() {
        let lines = lines_of(point);
        let width = lines.iter().map(|(text, look)| look.width(text)).fold(0.0, f64::max);
        let size = (width, LINE * lines.len() as f64);
        let center = plot.at(point);
        let is_free = |area: &Area| within(*area, plot.area) && taken.iter().all(|one| apart(*area, *one));
        // Neither a name nor its line may run over what is there already.
        let others = || taken.iter().enumerate().filter(|(place, _)| *place != index).map(|(_, area)| *area);
        let line_is_free = |area: &Area| leader(center, *area).iter().all(|dot| others().all(|one| apart(*dot, one)));
        let places = || candidates(points[index], size).filter(is_free);
        let free = places().find(line_is_free).or_else(|| places().next());
        // There is always room on a slide of twelve names; if there were not, a name over another is
        // better than none.
        let (x, y) = center;
        let area = free.unwrap_or(Area { left: x, top: y, right: x + size.0, bottom: y + size.1 });
        taken.push(area);
        if nearest(center, area).1 > radius(point) + LEADER_FROM {
            taken.extend(leader(center, area));
        }
        labels.push(Label { lines, area });
    }
    labels
}

/// The place of a label nearest to a point, and how far away it is.
fn nearest((x, y): Point, area: Area) -> (Point, f64) {
    let near = (x.clamp(area.left, area.right), y.clamp(area.top, area.bottom));
    (near, (near.0 - x).hypot(near.1 - y))
}

/// Dots along the line from a point to its label.
fn leader(from: Point, area: Area) -> Vec<Area> {
    let (to, distance) = nearest(from, area);
    let count = (distance / 8.0) as usize;
    let dot = |step: usize| {
        let share = step as f64 / count.max(1) as f64;
        let (x, y) = (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1));
        Area { left: x, top: y, right: x, bottom: y }
    };
    (0..count).map(dot).collect()
}

fn within(area: Area, room: Area) -> bool {
    area.left >= room.left + 8.0
        && area.right <= room.right
        && area.top >= room.top - 20.0
        && area.bottom <= room.bottom - 4.0
}

/// Places for a label of a size round a point, the nearest and most readable first.
fn candidates(point: Area, (width, height): (f64, f64)) -> impl Iterator<Item = Area> {
    const RINGS: usize = 80;
    const TURNS: usize = 32;
    // Right, left, over, under, then between them.
    let straight = [(1.0, 0.0), (-1.0, 0.0), (0.0, -1.0), (0.0, 1.0)].into_iter();
    let angle = |turn: usize| std::f64::consts::TAU * turn as f64 / TURNS as f64;
    let turns: Vec<(f64, f64)> =
        straight.chain((0..TURNS).map(|turn| (angle(turn).cos(), angle(turn).sin()))).collect();
    let middle = (f64::midpoint(point.left, point.right), f64::midpoint(point.top, point.bottom));
    let reach = (point.right - point.left) / 2.0;
    (0..RINGS).flat_map(move |ring| {
        let away = 9.0 + 10.0 * ring as f64;
        turns.clone().into_iter().map(move |(across, down)| {
            let x = middle.0 + across * (reach + away + width / 2.0);
            let y = middle.1 + down * (reach + away + height / 2.0);
            Area { left: x - width / 2.0, top: y - height / 2.0, right: x + width / 2.0, bottom: y + height / 2.0 }
        })
    })
}
