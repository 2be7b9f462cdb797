//! Charts: pure functions from data to the bytes of a slide.
//!
//! A figure is drawn once as SVG, on a slide of 1920 × 1080; [`png`] turns that SVG into pixels
//! with the embedded font only, so every machine draws the same picture. Nothing here reads or
//! writes a file, and nothing here runs the model: the numbers arrive ready made.
//!
//! Time on every figure is counted in days from the first midnight of the figure's `first_day`; day
//! 1.5 is noon of the second day. A value that belongs to a whole day stands in the middle of that
//! day.

mod axis;
mod bars;
mod canvas;
mod cities;
pub mod color;
mod curve;
mod diverging;
mod fan;
mod figure;
pub mod font;
mod forest;
mod glyph;
mod heat;
mod look;
mod multiples;
mod panel;
mod rows;
mod scatter;
mod shares;
mod slide;
mod spots;
mod tails;
mod theme;
mod timeline;
mod waits;
mod waterfall;

use std::fmt;

pub use crate::units::Lang;
pub use cities::{BarPanel, CitiesChart, ScatterPanel, Spread, cities};
pub use curve::{Crossed, Curve, CurvePoint, Scale, Seen, curve};
pub use diverging::{Diverging, DivergingPanel, DivergingRow, diverging};
pub use fan::{FanChart, FanPanel, FanPanels, fan, fan_panels};
pub use figure::Figure;
pub use forest::{Finding, Forest, ForestCell, ForestPanel, forest};
pub use heat::{HeatCell, HeatMap, heat};
pub use look::{Look, SIDES, Size, Theme};
pub use multiples::{Multiple, Multiples, multiples};
pub use panel::{Quantiles, Reference, StopBand};
pub use scatter::{Late, Scatter, ScatterPoint, scatter};
pub use shares::{ShareRow, Shares, shares};
pub use tails::{TailLine, TailPoint, Tails, tails};
pub use timeline::{Mark, Returns, Timeline, TimelineRow, timeline};
pub use waits::{WaitRow, Waits, waits};
pub use waterfall::{Fall, FallPanel, WaterfallChart, waterfall};

use resvg::{tiny_skia, usvg};

/// A civil date: year, month from 1, day from 1.
pub type CivilDay = (i32, u8, u8);

/// A place on a finished figure that has something to say of its own, in units of the SVG's view box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// Left edge.
    pub left: i32,
    /// Upper edge.
    pub top: i32,
    /// Width.
    pub width: i32,
    /// Height.
    pub height: i32,
    /// What it says, on lines of their own.
    pub text: String,
}

/// A finished figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// The SVG document, 1920 × 1080. Its text asks for Noto Sans SC.
    pub svg: String,
    /// Characters the embedded font lacks, in code point order; the figure shows □ in their place.
    pub missing: Vec<char>,
    /// Places that tell their values to a reader who points at them; later ones lie over earlier ones.
    pub spots: Vec<Spot>,
}

/// Why a figure could not be drawn. None of these harms the results it was to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChartError {
    /// There is nothing to draw: no day, no row or no panel.
    Empty {
        /// What is missing.
        what: &'static str,
    },
    /// Two series of one figure differ in length.
    Length {
        /// The series at fault.
        what: &'static str,
        /// Days the figure has.
        expected: usize,
        /// Days the series has.
        found: usize,
    },
    /// A number is infinite, not a number, or too large for an axis.
    Value {
        /// Where the number stands.
        what: &'static str,
    },
    /// More rows or panels than a slide has room for.
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many a slide takes.
        most: usize,
        /// How many were given.
        found: usize,
    },
    /// The first day is not a date of the calendar.
    Date {
        /// The date given.
        found: CivilDay,
    },
    /// A colour of a city's own cannot be used.
    Color {
        /// The colour given.
        found: String,
        /// Why not, in Chinese.
        zh: String,
        /// Why not, in English.
        why: String,
    },
    /// The drawing package failed.
    Drawing {
        /// Its own message.
        message: String,
    },
}

impl fmt::Display for ChartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty { what } => write!(f, "chart: no {what} to draw"),
            Self::Length { what, expected, found } => {
                write!(f, "chart: {what} has {found} days, the figure {expected}")
            }
            Self::Value { what } => {
                write!(f, "chart: {what} is not finite or too large for an axis")
            }
            Self::TooMany { what, most, found } => {
                write!(f, "chart: {found} {what}, a slide has room for {most}")
            }
            Self::Date { found: (year, month, day) } => {
                write!(f, "chart: {year}-{month}-{day} is not a date")
            }
            Self::Color { found, why, .. } => write!(f, "chart: colour {found}: {why}"),
            Self::Drawing { message } => write!(f, "chart: drawing failed: {message}"),
        }
    }
}

impl std::error::Error for ChartError {}

/// Turns a figure into a PNG in a look, using the embedded font and no other. The slide keeps its shape: where
/// the picture has another one, paper is added on two sides.
///
/// # Errors
///
/// [`ChartError::Drawing`] when the SVG cannot be read or the picture cannot be encoded.
pub fn png(drawn: &Drawn, look: &Look) -> Result<Vec<u8>, ChartError> {
    let options =
        usvg::Options { font_family: theme::FAMILY.to_owned(), fontdb: font::database(), ..usvg::Options::default() };
    let tree = usvg::Tree::from_str(&look.dress(drawn).svg, &options).map_err(failed)?;
    let (across, down) = (look.size.width, look.size.height);
    let mut pixels = tiny_skia::Pixmap::new(across, down)
        .ok_or_else(|| ChartError::Drawing { message: "no memory for the picture".to_owned() })?;
    let paper = look.paper();
    pixels.fill(tiny_skia::Color::from_rgba8(paper.0, paper.1, paper.2, 255));
    let (width, height) = (tree.size().width(), tree.size().height());
    let scale = (across as f32 / width).min(down as f32 / height);
    let room = ((across as f32 - scale * width) / 2.0, (down as f32 - scale * height) / 2.0);
    let fit = tiny_skia::Transform::from_scale(scale, scale).post_translate(room.0, room.1);
    resvg::render(&tree, fit, &mut pixels.as_mut());
    pixels.encode_png().map_err(failed)
}

/// Keeps the message of a drawing package's error, whose type is no part of our interface.
fn failed(error: impl fmt::Display) -> ChartError {
    ChartError::Drawing { message: error.to_string() }
}

/// Refuses numbers an axis cannot show.
fn check_finite(what: &'static str, values: &[f64]) -> Result<(), ChartError> {
    // Beyond this no axis of 亿 or M has readable labels, and such a number is a mistake upstream.
    const MOST: f64 = 1e15;
    if values.iter().all(|v| v.is_finite() && v.abs() <= MOST) { Ok(()) } else { Err(ChartError::Value { what }) }
}

#[cfg(test)]
mod golden;
#[cfg(test)]
mod legible;
#[cfg(test)]
mod pointing;
#[cfg(test)]
mod samples;
#[cfg(test)]
pub(crate) mod testing;
