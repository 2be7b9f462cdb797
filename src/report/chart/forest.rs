//! Forest plot: differences of schedules to a baseline, a panel a measure and a row a schedule, each with
//! its interval, its number and a word.
//!
//! What it says is told three times, by colour, by shape and in writing; the word has a shade of the colour that
//! can be read. An interval that leaves its panel
//! ends in an arrow.

use serde::{Deserialize, Serialize};

use plotters::style::RGBColor;

use super::axis::Values;
use super::canvas::{Align, Area, Canvas, Type, sheet, wrap};
use super::glyph::{Glyph, draw_glyph};
use super::rows::Rows;
use super::slide::{Sign, footer, header, legend};
use super::spots::Told;
use super::theme::{AXIS, BLUE, INK, MARGIN, SHADE, SOFT, TICK, VERMILION, WIDTH, WORDS};
use super::{ChartError, Drawn, Lang, check_finite};
use crate::report::numbers::short_signed;

/// Most panels and rows of a slide.
const PANELS_MOST: usize = 6;
const ROWS_MOST: usize = 12;
/// Farthest from zero an axis reaches; what lies farther is cut and has its number.
const REACH: f64 = 200.0;
/// Distance of panels.
const BETWEEN: f64 = 26.0;
/// Highest row.
const HEIGHT_MOST: f64 = 150.0;
/// Height of a line of a panel's title.
const LINE: f64 = 29.0;

/// What a difference says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Finding {
    /// Better for certain.
    Better,
    /// Worse for certain.
    Worse,
    /// No difference seen at this precision.
    Unclear,
    /// Too small to matter, or none at all.
    Small,
}

impl Finding {
    const ALL: [Self; 4] = [Self::Better, Self::Worse, Self::Unclear, Self::Small];

    /// The word in the figure.
    pub fn word(self, lang: Lang) -> &'static str {
        match self {
            Self::Better => lang.pick("更好", "better"),
            Self::Worse => lang.pick("更差", "worse"),
            Self::Unclear => lang.pick("看不出", "unclear"),
            Self::Small => lang.pick("可忽略", "too small"),
        }
    }

    /// The word and what it means.
    fn meaning(self, lang: Lang) -> &'static str {
        match self {
            Self::Better => lang.pick("更好", "better"),
            Self::Worse => lang.pick("更差", "worse"),
            Self::Unclear => lang.pick("看不出：此精度下看不出差别", "unclear: no difference seen at this precision"),
            Self::Small => lang.pick("可忽略：没有差别，或小到无所谓", "too small: none, or too small to matter"),
        }
    }

    fn look(self) -> (Glyph, RGBColor) {
        match self {
            Self::Better => (Glyph::Disc, BLUE),
            Self::Worse => (Glyph::Triangle, VERMILION),
            Self::Unclear => (Glyph::Ring, SOFT),
            Self::Small => (Glyph::OpenSquare, SHADE),
        }
    }

    /// Colour of the word.
    fn ink(self) -> RGBColor {
        let color = self.look().1;
        WORDS.iter().find(|(of, _)| *of == color).map_or(SOFT, |(_, words)| *words)
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ForestCell {
    /// Mean and the ends of its interval in the panel's unit; none where there is no scale for it.
    pub range: Option<[f64; 3]>,
    /// What it says.
    pub finding: Finding,
    /// The number as told.
    pub text: String,
}

/// One measure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ForestPanel {
    /// Its name.
    pub title: String,
    /// What the baseline has.
    pub note: String,
    /// Behind the numbers of the axis, such as `%`.
    pub unit: String,
    /// One a row of the figure; none where the schedule has no such measure.
    pub cells: Vec<Option<ForestCell>>,
}

/// Differences of schedules to a baseline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Forest {
    /// Title.
    pub title: String,
    /// Second, smaller line.
    pub subtitle: String,
    /// Language of the words.
    pub lang: Lang,
    /// Names of the schedules, from the top.
    pub rows: Vec<String>,
    /// One to six measures.
    pub panels: Vec<ForestPanel>,
    /// Replications, seed, sources, assumptions.
    pub footer: Vec<String>,
}

fn check(chart: &Forest) -> Result<(), ChartError> {
    if chart.rows.is_empty() || chart.panels.is_empty() {
        return Err(ChartError::Empty { what: "difference" });
    }
    for (what, most, found) in [("rows", ROWS_MOST, chart.rows.len()), ("panels", PANELS_MOST, chart.panels.len())] {
        if found > most {
            return Err(ChartError::TooMany { what, most, found });
        }
    }
    for panel in &chart.panels {
        if panel.cells.len() != chart.rows.len() {
            let (expected, found) = (chart.rows.len(), panel.cells.len());
            return Err(ChartError::Length { what: "a panel", expected, found });
        }
        let ranges = panel.cells.iter().flatten().filter_map(|cell| cell.range);
        ranges.into_iter().try_for_each(|range| check_finite("a difference", &range))?;
    }
    Ok(())
}

/// Draws the differences.
///
/// # Errors
///
/// [`ChartError::Empty`] without rows or panels, [`ChartError::TooMany`] beyond twelve rows or six panels,
/// [`ChartError::Length`] where a panel has not one cell a row, [`ChartError::Value`] for a number that
/// is not finite.
pub fn forest(chart: &Forest) -> Result<Drawn, ChartError> {
    check(chart)?;
    sheet(|canvas| {
        const AXIS_ROOM: f64 = 46.0;
        let top = header(canvas, &chart.title, &chart.subtitle)?;
        let entries = Finding::ALL.map(|one| {
            let (glyph, color) = one.look();
            (Sign::Glyph(glyph, color), one.meaning(chart.lang).to_owned())
        });
        let top = legend(canvas, top, &entries)?;
        let bottom = footer(canvas, &chart.footer)? - AXIS_ROOM;
        let names: Vec<&str> = chart.rows.iter().map(String::as_str).collect();
        // How wide the panels are decides the lines of their titles, and these where the rows begin.
        // Low rows have room for one line of a name only.
        let names_most = if names.len() > 8 { 430.0 } else { 330.0 };
        let named = Rows::new(&names, (top + 4.0 * LINE, bottom), HEIGHT_MOST, names_most);
        let left = named.left();
        let count = chart.panels.len() as f64;
        let width = (WIDTH - MARGIN - left - BETWEEN * (count - 1.0)) / count;
        let bold = Type::new(TICK).bold();
        let titles: Vec<Vec<String>> = chart.panels.iter().map(|panel| wrap(&panel.title, bold, width, 3)).collect();
        let lines = titles.iter().map(Vec::len).max().unwrap_or(1) as f64;
        let heads = (lines + 1.0) * LINE + 8.0;
        let rows = Rows::new(&names, (top + heads, bottom), HEIGHT_MOST, names_most).centred(names.len(), bottom);
        let rows = Rows { names: named.names, ..rows };
        let top = rows.top - heads;
        rows.draw(canvas, &names)?;
        for (index, (panel, title)) in chart.panels.iter().zip(&titles).enumerate() {
            let left = left + (width + BETWEEN) * index as f64;
            for (line, text) in title.iter().enumerate() {
                let y = top + LINE * (lines - title.len() as f64 + line as f64 + 0.5);
                canvas.text(text, (left, y), bold)?;
            }
            let soft = Type::new(TICK).color(SOFT);
            let note = wrap(&panel.note, soft, width, 1).concat();
            canvas.text(&note, (left, top + LINE * (lines + 0.5)), soft)?;
            let area = Area { left, right: left + width, top: rows.top, bottom: rows.bottom(names.len()) };
            draw_panel(canvas, panel, rows, area, chart.lang)?;
            spots(canvas, chart, panel, rows, area);
        }
        names_spots(canvas, chart, rows);
        Ok(())
    })
}

/// A number of a panel: with its sign, and no more digits than those of the differences in writing.
fn told(value: f64, unit: &str, lang: Lang) -> String {
    let number = if value.abs() < 0.05 { "0".to_owned() } else { short_signed(value, lang) };
    number + unit
}

/// A difference and what it says.
fn words(cell: &ForestCell, lang: Lang) -> String {
    format!("{} {}", cell.text, cell.finding.word(lang))
}

/// Makes every difference of a panel tell its interval.
fn spots(canvas: &mut Canvas<'_>, chart: &Forest, panel: &ForestPanel, rows: Rows, area: Area) {
    let lang = chart.lang;
    for (row, (name, cell)) in chart.rows.iter().zip(&panel.cells).enumerate() {
        let Some(cell) = cell else { continue };
        let text = Told::of(lang, name).value(&panel.title, &words(cell, lang));
        let text = match cell.range {
            Some([_, low, high]) => {
                let [low, high] = [low, high].map(|end| told(end, &panel.unit, lang));
                text.range(lang.pick("区间", "interval"), (&low, &high))
            }
            None => text,
        };
        let Area { top, bottom, .. } = rows.area(row);
        canvas.spot(Area { top, bottom, ..area }, text.line(&panel.note).text());
    }
}

/// Makes the name of every schedule tell all its differences: the name may be cut.
fn names_spots(canvas: &mut Canvas<'_>, chart: &Forest, rows: Rows) {
    for (row, name) in chart.rows.iter().enumerate() {
        let cells = chart.panels.iter().filter_map(|panel| Some((panel, panel.cells.get(row)?.as_ref()?)));
        let text = cells
            .fold(Told::of(chart.lang, name), |text, (panel, cell)| text.value(&panel.title, &words(cell, chart.lang)));
        canvas.spot(Area { right: rows.names, ..rows.area(row) }, text.text());
    }
}

/// The axis of a panel and where its values stand.
#[derive(Debug)]
struct Scale {
    values: Values,
    left: f64,
    right: f64,
}

impl Scale {
    fn of(panel: &ForestPanel, area: Area, lang: Lang) -> Self {
        let ends = panel.cells.iter().flatten().filter_map(|cell| cell.range).flatten();
        let ends: Vec<f64> = ends.map(|end| end.clamp(-REACH, REACH)).collect();
        Self { values: Values::new(ends.iter(), 4.0, lang), left: area.left + 12.0, right: area.right - 12.0 }
    }

    fn x(&self, value: f64) -> f64 {
        let share = (value - self.values.low) / (self.values.high - self.values.low);
        self.left + share * (self.right - self.left)
    }
}

fn draw_panel(
    canvas: &mut Canvas<'_>,
    panel: &ForestPanel,
    rows: Rows,
    area: Area,
    lang: Lang,
) -> Result<(), ChartError> {
    let scale = Scale::of(panel, area, lang);
    // The text stands over the interval, and the line of zero leaves it alone.
    let (over, under) = (rows.height.min(100.0) * 0.22, rows.height.min(100.0) * 0.24);
    canvas.line(&[(area.left, area.bottom), (area.right, area.bottom)], AXIS, 2.0)?;
    ticks(canvas, &scale, &panel.unit, area)?;
    for (row, cell) in panel.cells.iter().enumerate() {
        let Some(cell) = cell else { continue };
        let middle = rows.middle(row);
        let (glyph, color) = cell.finding.look();
        let look = Type::new(TICK).align(Align::Center).color(cell.finding.ink());
        let words = wrap(&words(cell, lang), look, area.right - area.left + 10.0, 1).concat();
        canvas.text(&words, (f64::midpoint(area.left, area.right), middle - over), look)?;
        let y = middle + under;
        let zero = scale.x(0.0);
        let from = (y - 15.0).max(middle - over + 14.0);
        canvas.line(&[(zero, from), (zero, rows.bottom(row + 1))], INK, 2.0)?;
        let Some([mean, low, high]) = cell.range else { continue };
        let inside = |value: f64| scale.x(value).clamp(area.left + 2.0, area.right - 2.0);
        canvas.line(&[(inside(low), y), (inside(high), y)], color, 5.0)?;
        for (end, outward) in [(low, -1.0), (high, 1.0)] {
            if (inside(end) - scale.x(end)).abs() > 1.0 {
                let tip = inside(end);
                let back = tip - outward * 14.0;
                canvas.polygon([(tip, y), (back, y - 9.0), (back, y + 9.0)], color, 1.0)?;
            }
        }
        if (inside(mean) - scale.x(mean)).abs() < 1.0 {
            draw_glyph(canvas, glyph, (scale.x(mean), y), 8.5, color)?;
        }
    }
    Ok(())
}

/// Numbers under the axis: zero first, and those that keep apart from it and from each other.
fn ticks(canvas: &mut Canvas<'_>, scale: &Scale, unit: &str, area: Area) -> Result<(), ChartError> {
    let look = Type::new(TICK).align(Align::Center);
    let mut ticks = scale.values.ticks();
    ticks.sort_by_key(|(_, text)| text != "0");
    let mut taken: Vec<(f64, f64)> = Vec::new();
    for (value, number) in ticks {
        let x = scale.x(value);
        canvas.line(&[(x, area.bottom), (x, area.bottom + 8.0)], AXIS, 2.0)?;
        let text = if value == 0.0 { number } else { format!("{number}{unit}") };
        let half = look.width(&text) / 2.0 + 5.0;
        let center = x.clamp(area.left + half - 8.0, area.right - half + 8.0);
        if taken.iter().all(|one| center + half <= one.0 || one.1 <= center - half) {
            canvas.text(&text, (center, area.bottom + 26.0), look)?;
            taken.push((center - half, center + half));
        }
    }
    Ok(())
}
