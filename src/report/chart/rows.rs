//! The rows that figures of schedules share: names on the left, stripes behind.

use super::ChartError;
use super::canvas::{Align, Area, Canvas, Type, wrap};
use super::theme::{GRID, INK, MARGIN, TICK, WIDTH};

/// Gap between the names and what they name.
pub(super) const GAP: f64 = 18.0;
/// Distance of two lines of one name.
const LINE: f64 = 27.0;

/// The room of the rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows {
    pub(super) top: f64,
    /// Height of a row.
    pub(super) height: f64,
    /// Right edge of the names.
    pub(super) names: f64,
}

impl Rows {
    /// Rows between two heights, none higher than `most`, with names no wider than `names_most`.
    pub(super) fn new(names: &[&str], (top, bottom): (f64, f64), most: f64, names_most: f64) -> Self {
        let height = ((bottom - top) / names.len().max(1) as f64).min(most);
        let look = Type::new(TICK);
        let lines = lines_of(height);
        // As narrow as the names allow when they are broken into lines.
        let wrapped = names.iter().flat_map(|name| wrap(name, look, names_most, lines));
        let widest = wrapped.map(|line| look.width(&line)).fold(0.0, f64::max);
        Self { top, height, names: MARGIN + widest.min(names_most) }
    }

    /// Moved down to the optical middle of the room up to `bottom`, where so many rows do not fill it.
    pub(super) fn centred(self, count: usize, bottom: f64) -> Self {
        // A little above the middle looks like the middle.
        Self { top: self.top + 0.4 * (bottom - self.bottom(count)).max(0.0), ..self }
    }

    /// Left edge of what is named.
    pub(super) fn left(&self) -> f64 {
        self.names + GAP
    }

    pub(super) fn bottom(&self, count: usize) -> f64 {
        self.top + self.height * count as f64
    }

    pub(super) fn middle(&self, row: usize) -> f64 {
        self.top + self.height * (row as f64 + 0.5)
    }

    /// A whole row with its name.
    pub(super) fn area(&self, row: usize) -> Area {
        Area { left: MARGIN - 12.0, top: self.bottom(row), right: WIDTH - MARGIN, bottom: self.bottom(row + 1) }
    }

    /// Draws stripes and names.
    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, names: &[&str]) -> Result<(), ChartError> {
        let look = Type::new(TICK).align(Align::Right).color(INK);
        for (row, name) in names.iter().enumerate() {
            if row % 2 == 0 {
                canvas.fill(self.area(row), GRID, 0.32)?;
            }
            let lines = wrap(name, look, self.names - MARGIN + 0.5, lines_of(self.height));
            for (line, text) in lines.iter().enumerate() {
                let y = self.middle(row) + LINE * (line as f64 - (lines.len() - 1) as f64 / 2.0);
                canvas.text(text, (self.names, y), look)?;
            }
        }
        Ok(())
    }
}

/// Lines a name may take in a row of a height.
fn lines_of(height: f64) -> usize {
    if height >= 2.0 * LINE - 4.0 { 2 } else { 1 }
}
