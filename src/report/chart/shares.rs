//! Shares of schedules as bars: two shares a row, each with its number.

use serde::{Deserialize, Serialize};

use super::canvas::{Area, Canvas, Type, sheet, wrap};
use super::rows::Rows;
use super::slide::{Sign, footer, header, legend};
use super::theme::{AXIS, BLUE, GRID, KINDS, MARGIN, SOFT, TICK, WIDTH};
use super::{ChartError, Drawn, check_finite};

/// Most rows of a slide.
const ROWS_MOST: usize = 12;

/// One row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShareRow {
    /// Name.
    pub label: String,
    /// The two shares, from 0 to 1.
    pub shares: [f64; 2],
    /// The two shares as told.
    pub texts: [String; 2],
    /// A remark on the right; may be empty.
    pub note: String,
}

/// Bars of shares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shares {
    /// Title.
    pub title: String,
    /// Second, smaller line.
    pub subtitle: String,
    /// What the two shares are.
    pub legend: [String; 2],
    /// Rows, from the top.
    pub rows: Vec<ShareRow>,
    /// Replications, seed, sources, assumptions.
    pub footer: Vec<String>,
}

/// Draws the bars.
///
/// # Errors
///
/// [`ChartError::Empty`] without rows, [`ChartError::TooMany`] beyond twelve, [`ChartError::Value`] for a
/// share that is none.
pub fn shares(chart: &Shares) -> Result<Drawn, ChartError> {
    let found = chart.rows.len();
    if found == 0 {
        return Err(ChartError::Empty { what: "row" });
    }
    if found > ROWS_MOST {
        return Err(ChartError::TooMany { what: "rows", most: ROWS_MOST, found });
    }
    for row in &chart.rows {
        check_finite("a share", &row.shares)?;
        if row.shares.iter().any(|share| !(0.0..=1.0).contains(share)) {
            return Err(ChartError::Value { what: "a share" });
        }
    }
    sheet(|canvas| {
        const AXIS_ROOM: f64 = 46.0;
        let top = header(canvas, &chart.title, &chart.subtitle)?;
        let [first, second] = &chart.legend;
        let signs = [(Sign::Patch(BLUE, 1.0), first.clone()), (Sign::Patch(KINDS[4].0, 1.0), second.clone())];
        let top = legend(canvas, top, &signs)? + 6.0;
        let bottom = footer(canvas, &chart.footer)? - AXIS_ROOM;
        let names: Vec<&str> = chart.rows.iter().map(|row| row.label.as_str()).collect();
        let rows = Rows::new(&names, (top, bottom), 170.0, 460.0).centred(names.len(), bottom);
        rows.draw(canvas, &names)?;
        let look = Type::new(TICK).color(SOFT);
        // Numbers stand behind their bars, and remarks behind the numbers.
        let notes = chart.rows.iter().map(|row| look.width(&row.note)).fold(0.0, f64::max).min(420.0);
        let right = WIDTH - MARGIN - notes - 120.0;
        let area = Area { left: rows.left(), right, top: rows.top, bottom: rows.bottom(names.len()) };
        axis(canvas, area)?;
        for (index, row) in chart.rows.iter().enumerate() {
            draw_row(canvas, row, (rows, index), area)?;
            canvas.spot(rows.area(index), told(chart, row));
            let note = wrap(&row.note, look, notes + 0.5, 1).concat();
            if !note.is_empty() {
                canvas.text(&note, (WIDTH - MARGIN - notes, rows.middle(index)), look)?;
            }
        }
        Ok(())
    })
}

/// What a row tells.
fn told(chart: &Shares, row: &ShareRow) -> String {
    let mut lines = vec![row.label.clone()];
    lines.extend(row.texts.iter().zip(&chart.legend).map(|(text, name)| format!("{text} {name}")));
    lines.extend(Some(row.note.clone()).filter(|note| !note.is_empty()));
    lines.join("\n")
}

fn axis(canvas: &mut Canvas<'_>, area: Area) -> Result<(), ChartError> {
    let look = Type::new(TICK).align(super::canvas::Align::Center);
    for step in 0..=4 {
        let share = f64::from(step) / 4.0;
        let x = area.left + share * (area.right - area.left);
        let color = if step == 0 { AXIS } else { GRID };
        canvas.line(&[(x, area.top), (x, area.bottom + 6.0)], color, 2.0)?;
        canvas.text(&format!("{}%", step * 25), (x, area.bottom + 26.0), look)?;
    }
    Ok(())
}

fn draw_row(
    canvas: &mut Canvas<'_>,
    row: &ShareRow,
    (rows, index): (Rows, usize),
    area: Area,
) -> Result<(), ChartError> {
    let thick = (rows.height * 0.36).min(44.0);
    for (bar, color) in [BLUE, KINDS[4].0].into_iter().enumerate() {
        let share = row.shares[bar];
        // The numbers keep apart even where the bars are thin.
        let y = rows.middle(index) + (bar as f64 - 0.5) * (thick + 2.0).max(23.0);
        let right = area.left + share * (area.right - area.left);
        canvas.fill(
            Area { left: area.left, right: right.max(area.left + 2.0), top: y - thick / 2.0, bottom: y + thick / 2.0 },
            color,
            1.0,
        )?;
        canvas.text(&row.texts[bar], (right + 10.0, y), Type::new(TICK))?;
    }
    Ok(())
}
