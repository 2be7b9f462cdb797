//! What all slides share: title, legend, lanes of labels over the plot, the day axis, and the
//! footer.

use plotters::style::RGBColor;

use super::ChartError;
use super::axis::{Days, strokes};
use super::canvas::{Align, Area, Canvas, Point, Type, wrap};
use super::glyph::{Glyph, draw_glyph};
use super::theme::{
    AXIS, BODY, FOOTER, GRID, HEIGHT, INK, MARGIN, MARGIN_BOTTOM, MARGIN_TOP, SOFT, SUBTITLE, TICK, TITLE, WIDTH,
};

/// Height of one lane of labels.
pub(super) const LANE: f64 = 38.0;
/// Height the dates take under a plot, with the line for the year.
pub(super) const DATES: f64 = 74.0;
/// Most lanes over a plot; labels beyond are counted instead of shown.
const LANES_MOST: usize = 6;

/// Width between the margins.
fn room() -> f64 {
    WIDTH - 2.0 * MARGIN
}

/// Draws title and subtitle; returns the height where the rest begins.
pub(super) fn header(canvas: &mut Canvas<'_>, title: &str, subtitle: &str) -> Result<f64, ChartError> {
    let mut y = MARGIN_TOP;
    let big = Type::new(TITLE).bold();
    for line in wrap(title, big, room(), 2) {
        canvas.text(&line, (MARGIN, y + 28.0), big)?;
        y += 58.0;
    }
    let small = Type::new(SUBTITLE).color(SOFT);
    for line in wrap(subtitle, small, room(), 2) {
        canvas.text(&line, (MARGIN, y + 20.0), small)?;
        y += 40.0;
    }
    Ok(y + 10.0)
}

/// Draws the footer, wrapped, up from the lower edge; returns the height of its top.
pub(super) fn footer(canvas: &mut Canvas<'_>, lines: &[String]) -> Result<f64, ChartError> {
    const LINE: f64 = 33.0;
    let look = Type::new(FOOTER).color(SOFT);
    let wrapped = within(lines, look);
    let top = HEIGHT - MARGIN_BOTTOM - LINE * wrapped.len() as f64;
    for (i, line) in wrapped.iter().enumerate() {
        canvas.text(line, (MARGIN, top + LINE * (i as f64 + 0.5)), look)?;
    }
    Ok(top - 12.0)
}

/// The lines of a footer, broken: at most seven in all, or the plot would lose its room, so that each given one
/// has as many as fit.
fn within(lines: &[String], look: Type) -> Vec<String> {
    const MOST: usize = 7;
    let broken = |most: usize| lines.iter().flat_map(|line| wrap(line, look, room(), most)).collect::<Vec<String>>();
    let fits = (1..=3).rev().map(broken).find(|found| found.len() <= MOST);
    fits.unwrap_or_else(|| broken(1).into_iter().take(MOST).collect())
}

/// The sign of a legend entry.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sign {
    /// A patch of colour.
    Patch(RGBColor, f64),
    /// A solid line.
    Line(RGBColor),
    /// A dashed line.
    Dashed(RGBColor),
    /// A hatched patch.
    Hatch(RGBColor),
    /// A range with its median.
    Range(RGBColor),
    /// The sign of a class.
    Glyph(Glyph, RGBColor),
}

/// Draws legend entries in rows from `top`; returns the height under the last row.
pub(super) fn legend(canvas: &mut Canvas<'_>, top: f64, entries: &[(Sign, String)]) -> Result<f64, ChartError> {
    const SIGN: f64 = 52.0;
    const ROW: f64 = 42.0;
    let look = Type::new(BODY);
    let (mut x, mut y) = (MARGIN, top + ROW / 2.0);
    for (sign, text) in entries {
        let text = wrap(text, look, room() - SIGN - 12.0, 1).concat();
        let width = SIGN + 12.0 + look.width(&text);
        if x > MARGIN && x + width > WIDTH - MARGIN {
            (x, y) = (MARGIN, y + ROW);
        }
        draw_sign(canvas, *sign, Area { left: x, top: y - 12.0, right: x + SIGN, bottom: y + 12.0 })?;
        canvas.text(&text, (x + SIGN + 12.0, y), look)?;
        x += width + 48.0;
    }
    Ok(y + ROW / 2.0 + 8.0)
}

fn draw_sign(canvas: &mut Canvas<'_>, sign: Sign, area: Area) -> Result<(), ChartError> {
    let middle = f64::midpoint(area.top, area.bottom);
    let across = [(area.left, middle), (area.right, middle)];
    match sign {
        Sign::Patch(color, opacity) => canvas.fill(area, color, opacity),
        Sign::Line(color) => canvas.line(&across, color, 5.0),
        Sign::Dashed(color) => canvas.dashed(&across, color, 4.0),
        Sign::Hatch(color) => {
            canvas.fill(area, color, 0.18)?;
            canvas.hatch(area, color, 2.5)
        }
        Sign::Range(color) => {
            let median = f64::midpoint(area.left, area.right);
            let room = (area.left, area.right);
            let shown = Range { low: area.left, median, high: area.right, room, size: 10.0 };
            range(canvas, shown, middle, color)
        }
        Sign::Glyph(glyph, color) => {
            draw_glyph(canvas, glyph, (f64::midpoint(area.left, area.right), middle), 10.0, color)
        }
    }
}

/// A range in slide pixels and the room it may use.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    pub(super) low: f64,
    pub(super) median: f64,
    pub(super) high: f64,
    /// Left and right edge of the plot; what lies outside is cut off.
    pub(super) room: (f64, f64),
    /// Half the width of the diamond.
    pub(super) size: f64,
}

/// Draws a range with end strokes and a diamond at its median, at the height `y`.
///
/// An end outside the room gets no stroke, and one on the right an arrow, so that the edge of the
/// plot is not taken for the end of the range.
pub(super) fn range(canvas: &mut Canvas<'_>, shown: Range, y: f64, color: RGBColor) -> Result<(), ChartError> {
    let Range { low, median, high, room: (left, right), size } = shown;
    let inside = |x: f64| (left..=right).contains(&x);
    if high >= left && low <= right {
        canvas.line(&[(low.max(left), y), (high.min(right), y)], color, 4.0)?;
    }
    for x in [low, high].into_iter().filter(|&x| inside(x)) {
        canvas.line(&[(x, y - 0.8 * size), (x, y + 0.8 * size)], color, 4.0)?;
    }
    if high > right {
        let head = [(right, y), (right - 1.4 * size, y - size), (right - 1.4 * size, y + size)];
        canvas.polygon(head, color, 1.0)?;
    }
    if inside(median) {
        let diamond = |r: f64| [(median - r, y), (median, y - r), (median + r, y), (median, y + r)];
        canvas.polygon(diamond(size + 3.0), super::theme::WHITE, 1.0)?;
        canvas.polygon(diamond(size), color, 1.0)?;
    }
    Ok(())
}

/// Where a label stands in the lanes over a plot.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placed {
    /// Which of the labels given.
    pub(super) index: usize,
    /// Lane from the top, from 0.
    pub(super) lane: usize,
    /// Left edge of the text.
    pub(super) x: f64,
    /// The text, shortened where even the whole plot is too narrow for it.
    pub(super) text: String,
}

/// Places labels beside or inside their spans (left and right edge) so that none covers another.
///
/// Returns the labels placed, the lanes used, and how many labels found no lane.
pub(super) fn lanes(labels: &[(f64, f64, &str)], look: Type, (left, right): (f64, f64)) -> (Vec<Placed>, usize, usize) {
    const GAP: f64 = 10.0;
    let mut taken: Vec<Vec<(f64, f64)>> = Vec::new();
    let (mut placed, mut lost) = (Vec::new(), 0);
    for (index, &(start, end, label)) in labels.iter().enumerate() {
        let text = wrap(label, look, right - left - 2.0 * GAP, 1).concat();
        let width = look.width(&text);
        let x = if width + 2.0 * GAP <= end - start {
            f64::midpoint(start, end) - width / 2.0
        } else if end + GAP + width <= right {
            end + GAP
        } else if start - GAP - width >= left {
            start - GAP - width
        } else {
            (f64::midpoint(start, end) - width / 2.0).clamp(left + GAP, (right - width - GAP).max(left + GAP))
        };
        let span = (start.min(x) - GAP, end.max(x + width) + GAP);
        let free = |lane: &Vec<(f64, f64)>| lane.iter().all(|t| span.1 <= t.0 || t.1 <= span.0);
        let lane = taken.iter().position(free).unwrap_or(taken.len());
        if lane == LANES_MOST {
            lost += 1;
            continue;
        }
        if lane == taken.len() {
            taken.push(Vec::new());
        }
        if let Some(row) = taken.get_mut(lane) {
            row.push(span);
        }
        placed.push(Placed { index, lane, x, text });
    }
    (placed, taken.len(), lost)
}

/// Draws the dates under a plot; the label of a day stands under the middle of that day.
pub(super) fn date_axis(canvas: &mut Canvas<'_>, days: Days, shown: f64, plot: Area) -> Result<(), ChartError> {
    date_axis_until(canvas, days, shown, plot, WIDTH)
}

/// Draws the dates under a plot, except those that would reach beyond `limit`.
pub(super) fn date_axis_until(
    canvas: &mut Canvas<'_>,
    days: Days,
    shown: f64,
    plot: Area,
    limit: f64,
) -> Result<(), ChartError> {
    let look = Type::new(TICK).align(Align::Center);
    let whole = (shown.ceil() as i64).max(1);
    let day_width = (plot.right - plot.left) / shown;
    let widest = look.width(&days.label(0)).max(look.width(match days.label(0).contains('月') {
        true => "12月28日",
        false => "28 May",
    }));
    canvas.line(&[(plot.left, plot.bottom), (plot.right, plot.bottom)], AXIS, 2.0)?;
    let mut year = String::new();
    let ticks = days.ticks(whole, day_width * whole as f64, widest);
    let step = ticks.get(1).copied().unwrap_or(whole);
    for day in strokes(step, day_width).into_iter().flat_map(|apart| (0..whole).step_by(apart)) {
        let x = plot.left + (day as f64 + 0.5) * day_width;
        if x <= plot.right {
            canvas.line(&[(x, plot.bottom), (x, plot.bottom + 4.0)], AXIS, 1.5)?;
        }
    }
    for day in ticks {
        let x = plot.left + (day as f64 + 0.5) * day_width;
        // A last day cut short by the end of the plot has no room for its label.
        if x > plot.right || x + look.width(&days.label(day)) / 2.0 > limit {
            break;
        }
        canvas.line(&[(x, plot.bottom), (x, plot.bottom + 8.0)], AXIS, 2.0)?;
        canvas.text(&days.label(day), (x, plot.bottom + 27.0), look)?;
        if days.year_label(day) != year {
            year = days.year_label(day);
            canvas.text(&year, (x, plot.bottom + 57.0), look.color(SOFT))?;
        }
    }
    Ok(())
}

/// Draws the grid line and the number of each tick of a value axis; a tick without a number has only the line.
pub(super) fn value_axis(
    canvas: &mut Canvas<'_>,
    ticks: &[(f64, String)],
    height_of: impl Fn(f64) -> f64,
    plot: Area,
) -> Result<(), ChartError> {
    let look = Type::new(TICK).color(INK).align(Align::Right);
    for (value, text) in ticks {
        let y = height_of(*value);
        canvas.line(&[(plot.left, y), (plot.right, y)], GRID, 1.5)?;
        if !text.is_empty() {
            canvas.text(text, (plot.left - 14.0, y), look)?;
        }
    }
    Ok(())
}

/// The corners of a band between two lines, in drawing order.
pub(super) fn ribbon(upper: &[Point], lower: &[Point]) -> Vec<Point> {
    upper.iter().chain(lower.iter().rev()).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_one_lane_never_overlap() {
        let look = Type::new(BODY);
        let spans: Vec<(f64, f64, String)> =
            (0..5).map(|i| (200.0 + 60.0 * f64::from(i), 300.0, format!("第 {i} 项业务暂停"))).collect();
        let labels: Vec<_> = spans.iter().map(|s| (s.0, s.0 + s.1, s.2.as_str())).collect();
        let (placed, used, lost) = lanes(&labels, look, (100.0, 1_800.0));
        assert_eq!((placed.len(), lost), (5, 0));
        assert!(used > 1);
        for a in &placed {
            for b in placed.iter().filter(|b| b.lane == a.lane && b.index != a.index) {
                let (a_end, b_end) = (a.x + look.width(&a.text), b.x + look.width(&b.text));
                assert!(a_end < b.x || b_end < a.x, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn a_footer_is_cut_only_where_it_would_take_the_room_of_the_plot() {
        let line = "来源：情景与假设。".repeat(16);
        let look = Type::new(FOOTER);
        let found = within(&[line.clone(), line.clone(), "短".to_owned()], look);
        assert!(found.len() == 5 && !found.concat().contains('…'), "{found:?}");
        let found = within(&vec![line.clone(); 6], look);
        assert!(found.len() == 6 && found[5].ends_with('…'), "{found:?}");
    }

    #[test]
    fn labels_without_a_lane_are_counted() {
        let labels = vec![(100.0, 1_800.0, "暂停"); 9];
        let (placed, used, lost) = lanes(&labels, Type::new(BODY), (100.0, 1_800.0));
        assert_eq!((placed.len(), used, lost), (6, 6, 3));
    }
}
