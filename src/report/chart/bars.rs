//! The rows of the suspension timeline: where a bar stands, and how each kind of stop is drawn.

use plotters::style::RGBColor;

use super::canvas::{Align, Area, Canvas, Type, wrap};
use super::slide::{Range, range};
use super::theme::{BODY, INK, KINDS, MARGIN, TICK, WHITE};
use super::timeline::TimelineRow;
use super::{ChartError, Lang};

/// Opacity of the part of a bar behind the planned return.
pub(super) const PALE: f64 = 0.30;

/// The room of the rows, and where a day stands in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    pub(super) area: Area,
    pub(super) days: f64,
    /// Height of a row.
    pub(super) row: f64,
}

impl Grid {
    /// Place of a day, which may lie outside the plot.
    fn anywhere(&self, day: f64) -> f64 {
        self.area.left + day / self.days * (self.area.right - self.area.left)
    }

    /// Place of a day, moved to the nearest edge when it lies outside the plot.
    pub(super) fn x(&self, day: f64) -> f64 {
        self.anywhere(day.clamp(0.0, self.days))
    }

    /// The bar of a row, between two days.
    fn bar(&self, index: usize, start: f64, end: f64) -> Area {
        let top = self.area.top + self.row * index as f64;
        let height = (self.row * 0.6).min(84.0);
        // Bar and range stand in the middle of the row as one.
        let upper = top + (self.row - height - self.under()) / 2.0;
        Area { left: self.x(start), top: upper, right: self.x(end), bottom: upper + height }
    }

    /// Room under a bar for the range of the actual return.
    fn under(&self) -> f64 {
        (self.row * 0.25).min(52.0)
    }
}

/// A white plate under a text that begins at `x` and is centred on `y`.
pub(super) fn plate(canvas: &mut Canvas<'_>, (x, y): (f64, f64), width: f64, half: f64) -> Result<(), ChartError> {
    let area = Area { left: x - 4.0, top: y - half, right: x + width + 4.0, bottom: y + half };
    canvas.fill(area, WHITE, 0.92)
}

/// What stands for a return nobody announced.
pub(super) fn open_text(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "未公布恢复时间",
        Lang::En => "No return announced",
    }
}

/// Bar colour and the colour of text on it.
pub(super) fn colors(kind: usize) -> (RGBColor, RGBColor) {
    KINDS.get(kind % KINDS.len()).copied().unwrap_or((INK, WHITE))
}

/// Whether the figure shows a paler part behind the planned return of a row.
pub(super) fn is_late(row: &TimelineRow, days: f64) -> bool {
    let late = |end: f64| row.actual.is_some_and(|actual| actual.q95.min(days) > end.max(0.0) + 1e-6);
    row.start_day < days && row.planned_end_day.is_some_and(late)
}

/// What all rows share besides the grid.
#[derive(Debug, Clone, Copy)]
pub(super) struct Looks<'a> {
    pub(super) lang: Lang,
    /// Right edge of the column of names.
    pub(super) names_right: f64,
    /// The marks, whose lines must not run through a text.
    pub(super) marks: &'a [(f64, f64, &'a str)],
}

/// Draws the name, the bar and the actual return of one row.
pub(super) fn draw_row(
    canvas: &mut Canvas<'_>,
    grid: Grid,
    index: usize,
    row: &TimelineRow,
    looks: Looks<'_>,
) -> Result<(), ChartError> {
    let name = Type::new(BODY).align(Align::Right);
    // A low row has room for one line of its name only.
    let most = if grid.row >= 70.0 { 2 } else { 1 };
    let lines = wrap(&row.label, name, looks.names_right - MARGIN, most);
    let bar = grid.bar(index, row.start_day, row.start_day);
    let middle = f64::midpoint(bar.top, bar.bottom);
    for (i, line) in lines.iter().enumerate() {
        let y = middle + 34.0 * (i as f64 - (lines.len() - 1) as f64 / 2.0);
        canvas.text(line, (looks.names_right, y), name)?;
    }
    match row.planned_end_day {
        Some(end) => planned_bar(canvas, grid, index, row, end, looks)?,
        None => open_bar(canvas, grid, index, row, looks.lang)?,
    }
    if let Some(actual) = row.actual {
        let y = bar.bottom + grid.under() / 2.0;
        let at = |day: f64| grid.anywhere(day);
        let shown = Range {
            low: at(actual.q05),
            median: at(actual.median),
            high: at(actual.q95),
            room: (grid.area.left, grid.area.right),
            size: (grid.under() * 0.4).min(10.0),
        };
        range(canvas, shown, y, INK)?;
    }
    Ok(())
}

fn planned_bar(
    canvas: &mut Canvas<'_>,
    grid: Grid,
    index: usize,
    row: &TimelineRow,
    end: f64,
    looks: Looks<'_>,
) -> Result<(), ChartError> {
    let (color, on_bar) = colors(row.kind);
    let (left, right) = (grid.area.left, grid.area.right);
    let look = Type::new(TICK);
    let text = wrap(&row.text, look, (right - left) / 2.0, 1).concat();
    let bar = grid.bar(index, row.start_day, end);
    let y = f64::midpoint(bar.top, bar.bottom);
    // A stop of minutes must still be seen, and one outside the days shown must not be taken for
    // one inside.
    if row.start_day >= grid.days {
        return canvas.text(&format!("{text} →"), (right - 8.0, y), look.align(Align::Right));
    }
    if end <= 0.0 && row.actual.is_none_or(|a| a.q95 <= 0.0) {
        return canvas.text(&format!("← {text}"), (left + 8.0, y), look);
    }
    let bar = Area { right: bar.right.max(bar.left + 3.0), ..bar };
    let late = row.actual.map_or(bar.right, |a| grid.x(a.q95)).max(bar.right);
    if late > bar.right {
        canvas.fill(Area { left: bar.right, right: late, ..bar }, color, PALE)?;
    }
    canvas.fill(bar, color, 1.0)?;
    let width = look.width(&text);
    if width + 16.0 <= bar.right - bar.left {
        let center = f64::midpoint(bar.left, bar.right);
        return canvas.text(&text, (center, y), look.color(on_bar).align(Align::Center));
    }
    // Left of the bar there is room whenever there is none on the right: the text takes half the
    // plot at most.
    let beside = late + 12.0 + width <= right;
    let x = if beside { late + 12.0 } else { (bar.left - 12.0 - width).max(left + 8.0) };
    if looks.marks.iter().any(|m| (x - 6.0..=x + width + 6.0).contains(&m.0)) || (!beside && x + width > bar.left) {
        plate(canvas, (x, y), width, 17.0)?;
    }
    canvas.text(&text, (x, y), look)
}

fn open_bar(
    canvas: &mut Canvas<'_>,
    grid: Grid,
    index: usize,
    row: &TimelineRow,
    lang: Lang,
) -> Result<(), ChartError> {
    const SLICES: usize = 40;
    let (color, _) = colors(row.kind);
    let bar = grid.bar(index, row.start_day, grid.days);
    // Slices end on whole pixels; anywhere else their edges would show as stripes.
    let cut = |i: usize| (bar.left + (bar.right - bar.left) * i as f64 / SLICES as f64).round();
    for i in 0..SLICES {
        let share = i as f64 / (SLICES - 1) as f64;
        let (left, right) = (cut(i), cut(i + 1));
        if right > left {
            let slice = Area { left, right, top: bar.top.round(), bottom: bar.bottom.round() };
            canvas.fill(slice, color, 0.75 - 0.65 * share)?;
        }
    }
    canvas.hatch(bar, color, 2.5)?;
    canvas.fill(Area { right: bar.left + 6.0, ..bar }, color, 1.0)?;
    let look = Type::new(TICK);
    let joined = match (row.text.is_empty(), lang) {
        (true, _) => open_text(lang).to_owned(),
        (false, Lang::Zh) => format!("{}，{}", row.text, open_text(lang)),
        (false, Lang::En) => format!("{}, {}", row.text, open_text(lang).to_lowercase()),
    };
    let text = wrap(&joined, look, grid.area.right - grid.area.left - 48.0, 1).concat();
    let width = look.width(&text);
    let y = f64::midpoint(bar.top, bar.bottom);
    // The text stands on a white plate, because nothing can be read on hatching.
    let left = if bar.right - bar.left >= width + 48.0 {
        f64::midpoint(bar.left, bar.right) - width / 2.0
    } else {
        (bar.left - width - 24.0).max(grid.area.left + 12.0)
    };
    let half = ((bar.bottom - bar.top) / 2.0).min(17.0);
    plate(canvas, (left, y), width, half)?;
    canvas.text(&text, (left, y), look)
}
