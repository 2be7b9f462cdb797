//! The sheet every figure is drawn on: a few primitives in slide pixels over the SVG writer of
//! plotters.
//!
//! plotters rounds every coordinate to a whole unit, in SVG too, which makes curves jagged. So it
//! is given a sheet four times as large, and the finished document is told to show itself at slide
//! size. Its own text placement depends on the viewer's font ("ex" units), so text is anchored at
//! the top, which it gives in em, and the baseline is worked out here.

use std::collections::BTreeSet;

use plotters::backend::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, IntoFont, RGBColor, ShapeStyle, TextStyle};

use super::theme::{FAMILIES, HEIGHT, INK, SCALE, WHITE, WIDTH};
use super::{ChartError, Drawn, Spot, failed, font};

/// A place on the slide, in pixels from its top left corner.
pub(super) type Point = (f64, f64);

/// A rectangle on the slide.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Area {
    /// Larger by a distance on each side.
    pub(super) fn grown(self, by: f64) -> Self {
        Self { left: self.left - by, top: self.top - by, right: self.right + by, bottom: self.bottom + by }
    }
}

/// Which edge of a text its place means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Center,
    Right,
}

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    pub(super) size: f64,
    pub(super) bold: bool,
    pub(super) color: RGBColor,
    pub(super) align: Align,
}

impl Type {
    pub(super) fn new(size: f64) -> Self {
        Self { size, bold: false, color: INK, align: Align::Left }
    }

    pub(super) fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(super) fn color(self, color: RGBColor) -> Self {
        Self { color, ..self }
    }

    pub(super) fn align(self, align: Align) -> Self {
        Self { align, ..self }
    }

    pub(super) fn width(self, text: &str) -> f64 {
        font::width(text, self.size, self.bold)
    }
}

/// A sheet being drawn on.
pub(super) struct Canvas<'a> {
    backend: SVGBackend<'a>,
    missing: BTreeSet<char>,
    spots: Vec<Spot>,
}

/// Draws one slide on white paper.
pub(super) fn sheet(paint: impl FnOnce(&mut Canvas<'_>) -> Result<(), ChartError>) -> Result<Drawn, ChartError> {
    let mut svg = String::new();
    let size = (px(WIDTH) as u32, px(HEIGHT) as u32);
    let (missing, spots) = {
        let backend = SVGBackend::with_string(&mut svg, size);
        let mut canvas = Canvas { backend, missing: BTreeSet::new(), spots: Vec::new() };
        let paper = Area { left: 0.0, top: 0.0, right: WIDTH, bottom: HEIGHT };
        canvas.fill(paper, WHITE, 1.0)?;
        paint(&mut canvas)?;
        canvas.backend.present().map_err(failed)?;
        (canvas.missing, canvas.spots)
    };
    let large = format!("width=\"{}\" height=\"{}\"", size.0, size.1);
    let shown = format!("width=\"{WIDTH}\" height=\"{HEIGHT}\"");
    Ok(Drawn { svg: svg.replacen(&large, &shown, 1), missing: missing.into_iter().collect(), spots })
}

/// Slide pixels to whole units of the large sheet. Out-of-range numbers saturate.
fn px(value: f64) -> i32 {
    (value * SCALE).round() as i32
}

fn place((x, y): Point) -> (i32, i32) {
    (px(x), px(y))
}

fn pen(color: RGBColor, opacity: f64, width: f64) -> ShapeStyle {
    ShapeStyle { color: color.mix(opacity), filled: true, stroke_width: px(width).max(1) as u32 }
}

impl Canvas<'_> {
    /// A place that says something to a reader who points at it.
    pub(super) fn spot(&mut self, area: Area, text: String) {
        let ((left, top), (right, bottom)) = (place((area.left, area.top)), place((area.right, area.bottom)));
        self.spots.push(Spot { left, top, width: right - left, height: bottom - top, text });
    }

    /// A filled rectangle.
    pub(super) fn fill(&mut self, area: Area, color: RGBColor, opacity: f64) -> Result<(), ChartError> {
        let (from, to) = (place((area.left, area.top)), place((area.right, area.bottom)));
        self.backend.draw_rect(from, to, &pen(color, opacity, 1.0), true).map_err(failed)
    }

    /// A filled polygon.
    pub(super) fn polygon(
        &mut self,
        points: impl IntoIterator<Item = Point>,
        color: RGBColor,
        opacity: f64,
    ) -> Result<(), ChartError> {
        let points: Vec<_> = points.into_iter().map(place).collect();
        self.backend.fill_polygon(points, &pen(color, opacity, 1.0)).map_err(failed)
    }

    /// A line through all points.
    pub(super) fn line(&mut self, points: &[Point], color: RGBColor, width: f64) -> Result<(), ChartError> {
        let points: Vec<_> = points.iter().copied().map(place).collect();
        self.backend.draw_path(points, &pen(color, 1.0, width)).map_err(failed)
    }

    /// A dashed line through all points.
    pub(super) fn dashed(&mut self, points: &[Point], color: RGBColor, width: f64) -> Result<(), ChartError> {
        dashes(points, 16.0, 9.0).iter().try_for_each(|dash| self.line(dash, color, width))
    }

    /// Slanted hatching that fills a rectangle.
    pub(super) fn hatch(&mut self, area: Area, color: RGBColor, width: f64) -> Result<(), ChartError> {
        const APART: f64 = 16.0;
        let height = area.bottom - area.top;
        let mut foot = area.left - height;
        while foot < area.right {
            // The stroke climbs one to one from (foot, bottom); it is cut at the left and right
            // edges.
            let from = (foot.max(area.left), area.bottom - (area.left - foot).max(0.0));
            let to = ((foot + height).min(area.right), area.top + (foot + height - area.right).max(0.0));
            if to.0 - from.0 > 1.0 {
                self.line(&[from, to], color, width)?;
            }
            foot += APART;
        }
        Ok(())
    }

    /// One line of text whose Chinese characters are centred on the height of `at`.
    ///
    /// Control characters are left out; a character the font lacks is drawn as □ and remembered.
    pub(super) fn text(&mut self, text: &str, at: Point, look: Type) -> Result<(), ChartError> {
        // Characters stand 0.36 em above the baseline at their middle; the writer puts the baseline
        // 0.76 em under the place it is given.
        let top = at.1 + (0.36 - 0.76) * look.size;
        let weight = if look.bold { FontStyle::Bold } else { FontStyle::Normal };
        let across = match look.align {
            Align::Left => HPos::Left,
            Align::Center => HPos::Center,
            Align::Right => HPos::Right,
        };
        // The writer divides the size by 1.24, which it takes for the font's line height.
        let style = TextStyle::from((FAMILIES, look.size * SCALE * 1.24, weight).into_font())
            .color(&look.color)
            .pos(Pos::new(across, VPos::Top));
        let clean = self.clean(text);
        self.backend.draw_text(&clean, &style, place((at.0, top))).map_err(failed)
    }

    fn clean(&mut self, text: &str) -> String {
        self.missing.extend(font::missing(text));
        let shown = |c: char| if font::has(c) { c } else { font::PLACEHOLDER };
        text.chars().filter(|c| !c.is_control()).map(shown).collect()
    }
}

/// Cuts a line into dashes `on` long with gaps `off` long; a dash may run round a corner.
fn dashes(points: &[Point], on: f64, off: f64) -> Vec<Vec<Point>> {
    let mut found = Vec::new();
    let mut dash: Vec<Point> = points.first().copied().into_iter().collect();
    let (mut drawing, mut left) = (true, on);
    for pair in points.windows(2) {
        let &[mut from, to] = pair else { continue };
        loop {
            let length = (to.0 - from.0).hypot(to.1 - from.1);
            if length <= left {
                left -= length;
                break;
            }
            let share = left / length;
            from = (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
            dash.push(from);
            if drawing {
                found.push(std::mem::take(&mut dash));
            }
            dash = vec![from];
            drawing = !drawing;
            left = if drawing { on } else { off };
        }
        dash.push(to);
    }
    if drawing && dash.len() > 1 {
        found.push(dash);
    }
    found
}

/// Breaks a text into at most `most` lines no wider than `room`; what does not fit ends in "…".
///
/// Chinese breaks between any two characters except before closing and after opening punctuation;
/// other text breaks at spaces, and inside a word only when the word alone is too wide.
pub(super) fn wrap(text: &str, look: Type, room: f64, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for piece in pieces(text) {
        let line = lines.last().map_or("", String::as_str);
        if look.width(&format!("{line}{}", piece.trim_end())) <= room {
            if let Some(line) = lines.last_mut() {
                line.push_str(&piece);
            }
        } else if look.width(piece.trim_end()) <= room {
            lines.push(piece);
        } else {
            for c in piece.chars() {
                match lines.last_mut() {
                    Some(line) if look.width(line) + look.width(c.encode_utf8(&mut [0; 4])) <= room => {
                        line.push(c);
                    }
                    _ => lines.push(c.to_string()),
                }
            }
        }
    }
    let mut lines: Vec<String> = lines.iter().map(|l| l.trim().to_owned()).filter(|l| !l.is_empty()).collect();
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            while !last.is_empty() && look.width(last) + look.width("…") > room {
                last.pop();
            }
            last.push('…');
        }
    }
    lines
}

/// The smallest parts of a text that stay together, each with the spaces after it.
fn pieces(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut before = ' ';
    for c in text.chars() {
        let c = if c.is_whitespace() { ' ' } else { c };
        if c.is_control() {
            continue;
        }
        let joined = c == ' ' || closes(c) || opens(before) || (before != ' ' && !wide(c) && !wide(before));
        match found.last_mut() {
            Some(last) if joined => last.push(c),
            _ => found.push(c.to_string()),
        }
        before = c;
    }
    found
}

/// Characters a Chinese line may break beside.
fn wide(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FFEF}')
}

fn closes(c: char) -> bool {
    "，。、；：！？）】》」』”’…·%％,.;:!?)]".contains(c)
}

fn opens(c: char) -> bool {
    "（【《「『“‘([".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_within_the_room_and_loses_nothing() {
        let text = "情景：南通市 2021 年 11 月切换；重复 2000 次，种子 20211115，\
                    阴影为 5% 至 95% 模拟区间（不是承诺）。";
        let look = Type::new(24.0);
        let lines = wrap(text, look, 420.0, 9);
        assert!(lines.len() > 2);
        assert!(lines.iter().all(|l| look.width(l) <= 420.0));
        assert!(lines.iter().all(|l| !l.starts_with(closes) && !l.ends_with(opens)));
        let squeeze = |s: &str| s.replace(' ', "");
        assert_eq!(squeeze(&lines.concat()), squeeze(text));
    }

    #[test]
    fn wraps_english_at_spaces_and_cuts_giant_words() {
        let look = Type::new(24.0);
        let lines = wrap("Claims waiting at the municipal hall", look, 220.0, 9);
        assert_eq!(lines, ["Claims waiting at", "the municipal hall"]);
        let lines = wrap(&"W".repeat(100), look, 220.0, 3);
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|l| look.width(l) <= 220.0));
        assert!(lines[2].ends_with('…'));
    }

    #[test]
    fn dashes_keep_their_lengths_round_corners() {
        let cut = dashes(&[(0.0, 0.0), (20.0, 0.0), (20.0, 30.0)], 15.0, 10.0);
        assert_eq!(cut, vec![vec![(0.0, 0.0), (15.0, 0.0)], vec![(20.0, 5.0), (20.0, 20.0)]]);
    }

    #[test]
    fn escapes_names_and_reports_missing_characters() {
        let drawn = sheet(|c| c.text("A&B <医保>\u{1}\u{0} 𠮷", (100.0, 100.0), Type::new(24.0))).unwrap();
        assert!(drawn.svg.contains("A&amp;B &lt;医保&gt; □"), "{}", drawn.svg);
        assert_eq!(drawn.missing, vec!['𠮷']);
        assert!(super::super::png(&drawn, &super::super::Look::default()).is_ok());
    }
}
