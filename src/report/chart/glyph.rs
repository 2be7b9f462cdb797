//! Signs that tell classes apart by shape as well as by colour.

use plotters::style::RGBColor;

use super::ChartError;
use super::canvas::{Canvas, Point};
use super::theme::WHITE;

/// A sign of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Glyph {
    Disc,
    Ring,
    Square,
    OpenSquare,
    Diamond,
    Triangle,
}

impl Glyph {
    /// Corners round `(x, y)`, so far away that all shapes look equally large.
    fn corners(self, (x, y): Point, radius: f64) -> Vec<Point> {
        let (count, turn, stretch) = match self {
            Self::Disc | Self::Ring => (40, 0.0, 1.0),
            Self::Square | Self::OpenSquare => (4, 0.125, 1.2),
            Self::Diamond => (4, 0.0, 1.2),
            Self::Triangle => (3, -0.25, 1.3),
        };
        let angle = |corner: usize| std::f64::consts::TAU * (corner as f64 / f64::from(count) + turn);
        let at =
            |corner: usize| (x + stretch * radius * angle(corner).cos(), y + stretch * radius * angle(corner).sin());
        (0..count as usize).map(at).collect()
    }

    /// Whether its inside is empty.
    fn is_open(self) -> bool {
        matches!(self, Self::Ring | Self::OpenSquare)
    }
}

/// Draws a sign with a white edge, so that signs over each other stay apart.
pub(super) fn draw_glyph(
    canvas: &mut Canvas<'_>,
    glyph: Glyph,
    at: Point,
    radius: f64,
    color: RGBColor,
) -> Result<(), ChartError> {
    canvas.polygon(glyph.corners(at, radius + 2.5), WHITE, 1.0)?;
    canvas.polygon(glyph.corners(at, radius), color, 1.0)?;
    if glyph.is_open() { canvas.polygon(glyph.corners(at, radius * 0.55), WHITE, 1.0) } else { Ok(()) }
}
