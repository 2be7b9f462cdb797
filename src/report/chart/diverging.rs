//! Diverging bars: what goes one way in a group of people, and what the other, as shares of the group.

use serde::{Deserialize, Serialize};

use super::canvas::{Align, Area, Canvas, Type, sheet};
use super::rows::Rows;
use super::slide::{Sign, footer, header, legend};
use super::theme::{AXIS, BLUE, INK, MARGIN, SUBTITLE, TICK, VERMILION, WIDTH};
use super::{ChartError, Drawn, check_finite};

/// Most rows of a slide, those of all panels together.
const ROWS_MOST: usize = 18;
/// Height of a panel's title.
const TITLE: f64 = 44.0;

/// One group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DivergingRow {
    /// Name.
    pub label: String,
    /// Shares to the left and to the right, from 0 to 1.
    pub shares: [f64; 2],
    /// What stands at their ends.
    pub texts: [String; 2],
    /// What a reader who points at it is told in lines, instead of the legend and the texts; may be empty.
    #[serde(default)]
    pub told: Vec<String>,
}

/// Groups of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DivergingPanel {
    /// What kind of groups.
    pub title: String,
    /// The groups, from the top.
    pub rows: Vec<DivergingRow>,
}

/// Diverging bars.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Diverging {
    /// Title.
    pub title: String,
    /// Second, smaller line.
    pub subtitle: String,
    /// What goes to the left and what to the right.
    pub legend: [String; 2],
    /// Panels, from the top.
    pub panels: Vec<DivergingPanel>,
    /// Replications, seed, sources, assumptions.
    pub footer: Vec<String>,
}

/// Draws the bars.
///
/// # Errors
///
/// [`ChartError::Empty`] without rows, [`ChartError::TooMany`] beyond eighteen, [`ChartError::Value`] for
/// a share that is none.
pub fn diverging(chart: &Diverging) -> Result<Drawn, ChartError> {
    let all: Vec<&DivergingRow> = chart.panels.iter().flat_map(|panel| &panel.rows).collect();
    let found = all.len();
    if found == 0 {
        return Err(ChartError::Empty { what: "group" });
    }
    if found > ROWS_MOST {
        return Err(ChartError::TooMany { what: "groups", most: ROWS_MOST, found });
    }
    for row in &all {
        check_finite("a share", &row.shares)?;
        if row.shares.iter().any(|share| !(0.0..=1.0).contains(share)) {
            return Err(ChartError::Value { what: "a share" });
        }
    }
    sheet(|canvas| {
        let top = header(canvas, &chart.title, &chart.subtitle)?;
        let [left, right] = &chart.legend;
        let signs = [(Sign::Patch(VERMILION, 1.0), left.clone()), (Sign::Patch(BLUE, 1.0), right.clone())];
        let top = legend(canvas, top, &signs)?;
        let bottom = footer(canvas, &chart.footer)?;
        let names: Vec<&str> = all.iter().map(|row| row.label.as_str()).collect();
        let titles = TITLE * chart.panels.len() as f64;
        // All panels share the names' width, the height of rows and the scale.
        let whole = Rows::new(&names, (top, bottom - titles), 72.0, 470.0);
        let look = Type::new(TICK);
        let texts = all.iter().flat_map(|row| &row.texts).map(|text| look.width(text)).fold(0.0, f64::max);
        let area = Area { left: whole.left() + texts + 14.0, right: WIDTH - MARGIN - texts - 14.0, top, bottom };
        let most = all.iter().flat_map(|row| row.shares).fold(0.0, f64::max).max(1e-9);
        let mut y = top;
        for panel in &chart.panels {
            canvas.text(&panel.title, (MARGIN, y + TITLE / 2.0 + 2.0), Type::new(SUBTITLE).bold())?;
            let rows = Rows { top: y + TITLE, ..whole };
            let names: Vec<&str> = panel.rows.iter().map(|row| row.label.as_str()).collect();
            rows.draw(canvas, &names)?;
            bars(canvas, panel, rows, area, most)?;
            for (index, row) in panel.rows.iter().enumerate() {
                canvas.spot(rows.area(index), told(chart, panel, row));
            }
            y = rows.bottom(names.len());
        }
        Ok(())
    })
}

/// What a group tells.
fn told(chart: &Diverging, panel: &DivergingPanel, row: &DivergingRow) -> String {
    let mut lines = vec![panel.title.clone(), row.label.clone()];
    if row.told.is_empty() {
        lines.extend(chart.legend.iter().zip(&row.texts).map(|(name, text)| format!("{name} {text}")));
    }
    lines.extend(row.told.iter().cloned());
    lines.join("\n")
}

fn bars(canvas: &mut Canvas<'_>, panel: &DivergingPanel, rows: Rows, area: Area, most: f64) -> Result<(), ChartError> {
    let middle = f64::midpoint(area.left, area.right);
    let half = (area.right - area.left) / 2.0;
    for (index, row) in panel.rows.iter().enumerate() {
        let y = rows.middle(index);
        let thick = (rows.height * 0.62).min(40.0) / 2.0;
        let sides = [(VERMILION, -1.0, Align::Right), (BLUE, 1.0, Align::Left)];
        for ((share, text), (color, outward, align)) in row.shares.iter().zip(&row.texts).zip(sides) {
            let end = middle + outward * half * share / most;
            let bar = Area { left: middle.min(end), right: middle.max(end), top: y - thick, bottom: y + thick };
            canvas.fill(bar, color, 1.0)?;
            canvas.text(text, (end + outward * 10.0, y), Type::new(TICK).align(align).color(INK))?;
        }
    }
    canvas.line(&[(middle, rows.top), (middle, rows.bottom(panel.rows.len()))], AXIS, 3.0)
}
