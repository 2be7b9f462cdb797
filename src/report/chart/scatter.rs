//! Trade-off scatter: schedules by two quantities of which less is better, with the risk of each as colour
//! and shape and its cost as size.
//!
//! Every point has its name beside it. Names move away from points and from each other, outwards in
//! rings, until they stand alone; a thin line leads back to the point where a name has moved far. Signs on one
//! place are drawn round each other, so that all are seen, and their names stand under each other.

use serde::{Deserialize, Serialize};

use plotters::style::RGBColor;

use super::axis::{Days, Values};
use super::bars::plate;
use super::canvas::{Align, Area, Canvas, Point, Type, sheet, wrap};
use super::glyph::{Glyph, draw_glyph};
use super::slide::{Sign, footer, header, legend};
use super::spots::{Told, amount, interval_word, points};
use super::theme::{AXIS, BLUE, BODY, GRID, INK, KINDS, MARGIN, SOFT, TICK, VERMILION, WIDTH};
use super::{ChartError, CivilDay, Drawn, Lang, check_finite};
use crate::report::numbers::percent;

/// Most points of a slide.
const POINTS_MOST: usize = 12;
/// Radius of a point without cost, and what the largest cost adds.
const RADIUS: f64 = 12.0;
const RADIUS_MORE: f64 = 14.0;
/// Distance from the edge of a point beyond which a line leads to its name.
const LEADER_FROM: f64 = 26.0;
/// How far round its middle a point tells what it is, at the least.
const SPOT: f64 = 34.0;
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
            Self::Possible | Self::Likely | Self::NoPromise => self.class(lang),
        }
    }

    /// The word without what it is of.
    fn class(self, lang: Lang) -> &'static str {
        match self {
            Self::Unlikely => lang.pick("低于 5%", "under 5%"),
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
    /// Interval of the place on the value axis, if it is known.
    #[serde(default)]
    pub x_interval: Option<(f64, f64)>,
    /// Risk.
    pub late: Late,
    /// How likely the return comes late, if it is known.
    #[serde(default)]
    pub chance: Option<f64>,
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
    /// Where the values stand: narrower than the area where signs would leave it.
    inner: Area,
    values: Values,
    /// First and last day shown.
    days: (f64, f64),
}

impl Plot {
    /// With so much room at the edges that no sign reaches far over them, however many stand on one place.
    fn with_room(self, chart: &Scatter) -> Self {
        /// How far a sign may reach over an edge.
        const OVER: f64 = 24.0;
        let area = self.area;
        let mut inner = area;
        for spot in spots(chart, &self) {
            let ((x, y), reach) = (spot.at, spot.reach - OVER);
            inner.left = inner.left.max(area.left + (area.left - (x - reach)));
            inner.right = inner.right.min(area.right - (x + reach - area.right));
            inner.top = inner.top.max(area.top + (area.top - (y - reach)));
            inner.bottom = inner.bottom.min(area.bottom - (y + reach - area.bottom));
        }
        Self { inner, ..self }
    }

    fn at(&self, point: &ScatterPoint) -> Point {
        (self.x(point.x), self.y(point.day))
    }

    fn x(&self, value: f64) -> f64 {
        let share = (value - self.values.low) / (self.values.high - self.values.low);
        self.inner.left + share * (self.inner.right - self.inner.left)
    }

    fn y(&self, day: f64) -> f64 {
        let share = (day - self.days.0) / (self.days.1 - self.days.0);
        self.inner.bottom - share * (self.inner.bottom - self.inner.top)
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
        let area = Area { left: MARGIN + 128.0, top: top + 40.0, right: WIDTH - MARGIN, bottom };
        let plot = Plot {
            area,
            inner: area,
            values: Values::around(&chart.points.iter().map(|point| point.x).collect::<Vec<f64>>(), 7.0, chart.lang),
            days: ((least - spare).floor(), (most + spare).ceil()),
        };
        let plot = plot.with_room(chart);
        axes(canvas, chart, &plot, days)?;
        let line: Vec<Point> = line.iter().map(|&index| plot.at(&chart.points[index])).collect();
        if line.len() > 1 {
            canvas.dashed(&line, SOFT, 2.5)?;
        }
        draw_points(canvas, chart, &plot)?;
        let near = spots(chart, &plot).into_iter().flat_map(|spot| {
            let told = |(index, _): (usize, f64)| told(chart, &chart.points[index], days);
            spot.members.into_iter().map(move |member| (spot.at, spot.reach.max(SPOT), told(member)))
        });
        points(canvas, near);
        Ok(())
    })
}

/// What a schedule tells.
fn told(chart: &Scatter, point: &ScatterPoint, days: Days) -> String {
    let lang = chart.lang;
    let number = |value: f64| amount(value, &chart.x_unit, lang);
    let mut text = Told::of(lang, &point.label).value(&chart.x_label, &number(point.x));
    if let Some((low, high)) = point.x_interval {
        text = text.range(interval_word(lang), (&number(low), &number(high)));
    }
    text = text.value(&chart.day_label, &days.full_label(point.day.floor() as i64));
    text = match (point.late, point.chance) {
        (Late::NoPromise, _) => text.line(Late::NoPromise.class(lang)),
        (late, chance) => {
            let share = chance.map_or_else(|| late.class(lang).to_owned(), percent);
            text.value(lang.pick("超时概率", "chance of being late"), &share)
        }
    };
    let ring = if point.undominated { chart.ring_label.as_str() } else { "" };
    text.line(&point.note).line(ring).text()
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

/// Points that stand on each other, so near that one sign would hide another.
#[derive(Debug)]
struct Spot {
    /// The points, the one with the smallest sign first, with the radius each is drawn with.
    members: Vec<(usize, f64)>,
    at: Point,
    /// Radius of the ring round them, where one of them is not beaten.
    ring: Option<f64>,
    /// How far the signs reach.
    reach: f64,
}

impl Spot {
    fn new(chart: &Scatter, plot: &Plot, mut members: Vec<usize>) -> Self {
        /// Width of what is seen of a sign under a smaller one.
        const RIM: f64 = 8.0;
        members.sort_by(|&one, &other| chart.points[one].size.total_cmp(&chart.points[other].size));
        let mut least = 0.0_f64;
        let members: Vec<(usize, f64)> = members
            .into_iter()
            .map(|index| {
                let shown = radius(&chart.points[index]).max(least);
                least = shown + RIM;
                (index, shown)
            })
            .collect();
        let largest = members.last().map_or(RADIUS, |member| member.1);
        let is_ringed = members.iter().any(|member| chart.points[member.0].undominated);
        // A triangle reaches farther than its radius.
        let ring = is_ringed.then_some(1.3 * largest + 8.0);
        let at = members.first().map_or((0.0, 0.0), |member| plot.at(&chart.points[member.0]));
        Self { members, at, ring, reach: ring.map_or(1.2 * largest + 3.0, |ring| ring + 2.0) }
    }
}

/// The points by where they stand.
fn spots(chart: &Scatter, plot: &Plot) -> Vec<Spot> {
    /// Centres nearer than this have one place.
    const SAME: f64 = 9.0;
    let mut found: Vec<(Point, Vec<usize>)> = Vec::new();
    for (index, point) in chart.points.iter().enumerate() {
        let (x, y) = plot.at(point);
        match found.iter_mut().find(|(at, _)| (at.0 - x).hypot(at.1 - y) < SAME) {
            Some((_, members)) => members.push(index),
            None => found.push(((x, y), vec![index])),
        }
    }
    found.into_iter().map(|(_, members)| Spot::new(chart, plot, members)).collect()
}

fn draw_points(canvas: &mut Canvas<'_>, chart: &Scatter, plot: &Plot) -> Result<(), ChartError> {
    let mut spots = spots(chart, plot);
    let labels = place(chart, &spots, plot);
    for (spot, label) in spots.iter().zip(&labels) {
        let (near, distance) = nearest(spot.at, label.area);
        if distance > spot.reach + LEADER_FROM {
            canvas.line(&[spot.at, near], AXIS, 1.5)?;
        }
    }
    // Large signs first, so that small ones stay visible on them; rings hide nothing.
    let largest = |spot: &Spot| spot.members.last().map_or(0.0, |member| member.1);
    spots.sort_by(|one, other| largest(other).total_cmp(&largest(one)));
    for spot in &spots {
        for &(index, radius) in spot.members.iter().rev() {
            let (glyph, color) = chart.points[index].late.look();
            draw_glyph(canvas, glyph, spot.at, radius, color)?;
        }
    }
    for (spot, ring) in spots.iter().filter_map(|spot| Some((spot, spot.ring?))) {
        let angle = |step: i32| f64::from(step) * std::f64::consts::TAU / 48.0;
        let at = |step: i32| (spot.at.0 + ring * angle(step).cos(), spot.at.1 + ring * angle(step).sin());
        canvas.line(&(0..=48).map(at).collect::<Vec<Point>>(), INK, 4.0)?;
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

/// How names are written: their size, the lines a name takes at most, and whether notes stand under them.
type Writing = (f64, usize, bool);

/// From the most readable to the smallest, which twelve long names on little room need.
const WRITINGS: [Writing; 4] = [(BODY, 2, true), (TICK, 2, true), (TICK, 1, true), (TICK, 1, false)];

fn lines_of(point: &ScatterPoint, (size, lines, has_note): Writing) -> Vec<(String, Type)> {
    let name = if point.undominated { Type::new(size).bold() } else { Type::new(size) };
    let note = Type::new(TICK).color(SOFT);
    let names = wrap(&point.label, name, 380.0, lines).into_iter().map(|line| (line, name));
    let notes = wrap(&point.note, note, 380.0, usize::from(has_note));
    names.chain(notes.into_iter().filter(|_| has_note).map(|line| (line, note))).collect()
}

fn apart(one: Area, other: Area) -> bool {
    const AIR: f64 = 5.0;
    one.right + AIR <= other.left
        || other.right + AIR <= one.left
        || one.bottom + AIR <= other.top
        || other.bottom + AIR <= one.top
}

/// Places the names, in the most readable writing in which all stand alone.
fn place(chart: &Scatter, spots: &[Spot], plot: &Plot) -> Vec<Label> {
    let mut last = Vec::new();
    for writing in WRITINGS {
        let (labels, are_alone) = placed(chart, spots, plot, writing);
        last = labels;
        if are_alone {
            break;
        }
    }
    last
}

/// Places the names: each at the nearest place where it covers no sign and no other name; whether there was one for
/// all of them.
fn placed(chart: &Scatter, spots: &[Spot], plot: &Plot, writing: Writing) -> (Vec<Label>, bool) {
    let around = |spot: &Spot| {
        let ((x, y), reach) = (spot.at, spot.reach);
        Area { left: x - reach, top: y - reach, right: x + reach, bottom: y + reach }
    };
    let points: Vec<Area> = spots.iter().map(around).collect();
    let mut taken = points.clone();
    let (mut labels, mut are_alone) = (Vec::new(), true);
    for (index, spot) in spots.iter().enumerate() {
        // Names of one place stand under each other, the smallest sign's first.
        let lines: Vec<(String, Type)> =
            spot.members.iter().flat_map(|member| lines_of(&chart.points[member.0], writing)).collect();
        let width = lines.iter().map(|(text, look)| look.width(text)).fold(0.0, f64::max);
        let size = (width, LINE * lines.len() as f64);
        let center = spot.at;
        let is_free = |area: &Area| within(*area, plot.area) && taken.iter().all(|one| apart(*area, *one));
        // Neither a name nor its line may run over what is there already.
        let others = || taken.iter().enumerate().filter(|(place, _)| *place != index).map(|(_, area)| *area);
        let line_is_free = |area: &Area| leader(center, *area).iter().all(|dot| others().all(|one| apart(*dot, one)));
        let places = || candidates(points[index], size).filter(is_free);
        let free = places().find(line_is_free).or_else(|| places().next());
        // A name over another is better than none.
        are_alone &= free.is_some();
        let (x, y) = center;
        let area = free.unwrap_or(Area { left: x, top: y, right: x + size.0, bottom: y + size.1 });
        taken.push(area);
        if nearest(center, area).1 > spot.reach + LEADER_FROM {
            taken.extend(leader(center, area));
        }
        labels.push(Label { lines, area });
    }
    (labels, are_alone)
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

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_readable, show};
    use super::*;

    fn point(label: &str, x: f64, day: f64, late: Late) -> ScatterPoint {
        let note = String::new();
        let (x_interval, chance, undominated) = (None, None, label == "A");
        ScatterPoint { label: label.to_owned(), note, x, day, size: 0.0, x_interval, late, chance, undominated }
    }

    fn chart(points: Vec<ScatterPoint>) -> Scatter {
        let text = |text: &str| text.to_owned();
        Scatter {
            title: text("Trade-off"),
            subtitle: text("A city"),
            x_label: text("Prepayment"),
            x_unit: text("yuan-days"),
            day_label: text("Day"),
            ring_label: text("not beaten"),
            line_label: text("not beaten in two"),
            lang: Lang::En,
            first_day: (2021, 9, 1),
            points,
            footer: vec![text("source")],
        }
    }

    #[test]
    fn signs_on_one_place_are_all_seen_and_each_has_its_name() {
        let all = [Late::Unlikely, Late::Likely, Late::Possible];
        let names = ["A", "Before the holiday", "As announced"];
        let points = all.iter().zip(names).map(|(late, name)| point(name, 5e8, 40.0, *late)).collect();
        let chart = chart(points);
        let area = Area { left: 100.0, top: 100.0, right: 1_000.0, bottom: 900.0 };
        let plot = Plot { area, inner: area, values: Values::new([9e8].iter(), 5.0, Lang::En), days: (0.0, 90.0) };
        let found = spots(&chart, &plot);
        let [spot] = found.as_slice() else { panic!("{found:?}") };
        let radii: Vec<f64> = spot.members.iter().map(|member| member.1).collect();
        assert!(radii.windows(2).all(|pair| pair[1] - pair[0] >= 8.0), "{radii:?}");
        assert!(spot.ring.unwrap() > radii[2]);
        let drawn = scatter(&chart).unwrap();
        assert_readable(&drawn);
        for name in names {
            assert_eq!(drawn.svg.matches(&format!("\n{name}\n")).count(), 1, "{name}");
        }
        show("scatter-one-place", &drawn);
    }

    #[test]
    fn no_name_covers_another_or_a_sign() {
        let points = (0..12).map(|index| {
            let near = f64::from(index % 4);
            point(&format!("Schedule number {index} with a long name"), 4e8 + 2e7 * near, 40.0 + near, Late::Possible)
        });
        let chart = chart(points.collect());
        let area = Area { left: 192.0, top: 250.0, right: 1_856.0, bottom: 850.0 };
        let plot = Plot { area, inner: area, values: Values::around(&[4e8, 4.6e8], 7.0, Lang::En), days: (30.0, 50.0) };
        let spots = spots(&chart, &plot);
        let labels = place(&chart, &spots, &plot);
        for (index, label) in labels.iter().enumerate() {
            let others = labels.iter().enumerate().filter(|(other, _)| *other != index);
            assert!(others.map(|(_, other)| other.area).all(|other| apart(label.area, other)), "{index}");
            let signs = spots.iter().map(|spot| {
                let (x, y) = spot.at;
                Area { left: x - spot.reach, top: y - spot.reach, right: x + spot.reach, bottom: y + spot.reach }
            });
            assert!(signs.into_iter().all(|sign| apart(label.area, sign)), "{index}");
        }
    }
}
