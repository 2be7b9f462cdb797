//! Sizes and colours of every figure, in one place. Figures are drawn in the colours of the light theme; other
//! themes and a city's own colours are put in their place afterwards ([`super::look`]).
//!
//! Lengths are in pixels of a slide 1920 wide. Text is never under 24 so that it can be read from
//! the back of a room. The colours are those of Okabe and Ito (2008, "Color Universal Design"),
//! without the yellow, which is too faint on white.

use plotters::style::RGBColor;

/// Slide width.
pub(super) const WIDTH: f64 = 1920.0;
/// Slide height.
pub(super) const HEIGHT: f64 = 1080.0;
/// The drawing package rounds to whole units, so figures are drawn this many times as large.
pub(super) const SCALE: f64 = 4.0;
/// Free space left and right.
pub(super) const MARGIN: f64 = 64.0;
/// Free space above the title.
pub(super) const MARGIN_TOP: f64 = 32.0;
/// Free space under the footer.
pub(super) const MARGIN_BOTTOM: f64 = 26.0;

/// Family of the embedded font.
pub(super) const FAMILY: &str = "Noto Sans SC";
/// Families asked for in the SVG: the embedded one, then what other machines have, for viewers of
/// the bare SVG.
pub(super) const FAMILIES: &str = "Noto Sans SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, sans-serif";

/// Title, bold.
pub(super) const TITLE: f64 = 44.0;
/// Subtitle and panel titles.
pub(super) const SUBTITLE: f64 = 28.0;
/// Labels, legend, rows.
pub(super) const BODY: f64 = 26.0;
/// Numbers and dates along the axes.
pub(super) const TICK: f64 = 24.0;
/// Footer.
pub(super) const FOOTER: f64 = 24.0;

/// Main text.
pub(super) const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
/// Less important text.
pub(super) const SOFT: RGBColor = RGBColor(0x59, 0x59, 0x59);
/// Axis lines.
pub(super) const AXIS: RGBColor = RGBColor(0x80, 0x80, 0x80);
/// Grid lines.
pub(super) const GRID: RGBColor = RGBColor(0xDD, 0xDD, 0xDD);
/// Shading of stops and of non-working days.
pub(super) const SHADE: RGBColor = RGBColor(0x7A, 0x7A, 0x7A);
/// Paper.
pub(super) const WHITE: RGBColor = RGBColor(0xFF, 0xFF, 0xFF);
/// Blue, the colour of a single series.
pub(super) const BLUE: RGBColor = RGBColor(0x00, 0x72, 0xB2);
/// Vermilion, the colour of what the series is held against.
pub(super) const VERMILION: RGBColor = RGBColor(0xD5, 0x5E, 0x00);

/// Orange.
pub(super) const ORANGE: RGBColor = RGBColor(0xE6, 0x9F, 0x00);
/// Green.
pub(super) const GREEN: RGBColor = RGBColor(0x00, 0x9E, 0x73);
/// Sky blue.
pub(super) const SKY: RGBColor = RGBColor(0x56, 0xB4, 0xE9);
/// Reddish purple.
pub(super) const PURPLE: RGBColor = RGBColor(0xCC, 0x79, 0xA7);

/// Text on dark cells of a heat map, whose colours no theme changes. It and the next are as far apart as can be: of
/// black and white one has a contrast of 4.5 to 1 with any colour, of greys neither may have.
pub(super) const HEAT_LIGHT: RGBColor = RGBColor(0xFD, 0xFD, 0xFD);
/// Text on light cells of a heat map.
pub(super) const HEAT_DARK: RGBColor = RGBColor(0x00, 0x00, 0x00);

/// Colours that words have, too, each with the shade of it in which small type can be read on paper and on the
/// stripes behind rows. Other themes work theirs out.
pub(super) const WORDS: [(RGBColor, RGBColor); 2] =
    [(BLUE, RGBColor(0x00, 0x6D, 0xAB)), (VERMILION, RGBColor(0xAF, 0x4D, 0x00))];

/// Colours of kinds, in order, each with the text colour that can be read on it. No two colours of this file
/// are the same, so that a theme can tell what each stands for.
pub(super) const KINDS: [(RGBColor, RGBColor); 6] = [
    (BLUE, RGBColor(0xFE, 0xFE, 0xFE)),
    (ORANGE, RGBColor(0x21, 0x21, 0x21)),
    (GREEN, RGBColor(0x21, 0x21, 0x22)),
    (VERMILION, RGBColor(0x10, 0x10, 0x10)),
    (SKY, RGBColor(0x21, 0x21, 0x20)),
    (PURPLE, RGBColor(0x21, 0x20, 0x21)),
];
