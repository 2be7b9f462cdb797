//! How finished figures look: theme, a city's own colours, and the size of the picture.
//!
//! Every colour of the light theme stands for something; another theme gives each of them another
//! colour. That is done on the finished SVG, inside its tags only, so that no text can change.

use std::str::FromStr;

use plotters::style::RGBColor;
use serde::{Deserialize, Serialize};

use super::color::{Vision, contrast, distance, hex, parse};
use super::theme::{
    AXIS, BLUE, GREEN, GRID, HEIGHT, INK, KINDS, ORANGE, PURPLE, SHADE, SKY, SOFT, VERMILION, WHITE, WIDTH, WORDS,
};
use super::{ChartError, Drawn};

/// A theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// White paper, for slides and pages.
    #[default]
    Light,
    /// Dark paper, for a dark room.
    Dark,
    /// White paper, black ink and darker colours, for a printer without colours too.
    Print,
}

/// Width and height of a picture in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

/// Least and most pixels of a side.
pub const SIDES: (u32, u32) = (320, 7680);

/// Least contrast of a colour with the paper (guidelines 2.2, criterion 1.4.11).
const CONTRAST_LEAST: f64 = 3.0;
/// Least contrast of coloured words with the paper: 4.5 (criterion 1.4.3) on the stripes behind rows, too.
const WORDS_LEAST: f64 = 5.4;
/// Least distance of two colours under every kind of vision.
const DISTANCE_LEAST: f64 = 12.0;

impl Default for Size {
    fn default() -> Self {
        Self { width: WIDTH as u32, height: HEIGHT as u32 }
    }
}

impl FromStr for Size {
    type Err = String;

    /// Reads `1920x1080`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?}: WIDTHxHEIGHT, {} to {} pixels each, such as 1280x720", SIDES.0, SIDES.1);
        let (width, height) = text.split_once(['x', 'X', '×', '*']).ok_or_else(wrong)?;
        let side = |text: &str| text.trim().parse().ok().filter(|side| (SIDES.0..=SIDES.1).contains(side));
        Ok(Self { width: side(width).ok_or_else(wrong)?, height: side(height).ok_or_else(wrong)? })
    }
}

/// How figures look.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Look {
    theme: Theme,
    /// Pixels of a PNG; the slide keeps its shape inside.
    pub size: Size,
    colors: Vec<RGBColor>,
}

impl Look {
    /// A look with a city's own colours, `#RRGGBB`, in place of blue, vermilion, orange, green, sky blue and
    /// purple, in this order; fewer replace the first ones.
    ///
    /// # Errors
    ///
    /// [`ChartError::Color`] for what is no colour, cannot be seen on the paper or cannot be told from another
    /// one by everybody.
    pub fn new(theme: Theme, size: Size, colors: &[String]) -> Result<Self, ChartError> {
        let refuse = |found: &str, zh: String, why: String| ChartError::Color { found: found.to_owned(), zh, why };
        let most = own().len();
        let mut known: Vec<RGBColor> = Vec::new();
        for text in colors {
            let color = parse(text)
                .ok_or_else(|| refuse(text, "不是 #RRGGBB 的写法".to_owned(), "not of the form #RRGGBB".to_owned()))?;
            if known.len() == most {
                return Err(refuse(text, format!("超过 {most} 个颜色"), format!("more than {most} colours")));
            }
            known.push(color);
        }
        let look = Self { theme, size, colors: known };
        for (place, color) in look.colors.iter().enumerate() {
            let found = contrast(*color, look.color(WHITE));
            if found < CONTRAST_LEAST {
                let zh = format!("与底色对比 {found:.1}，至少 3");
                return Err(refuse(&hex(*color), zh, format!("contrast {found:.1} with the paper, at least 3")));
            }
            // Lines of the first two stand beside those of axes and marks in ink.
            let greys = [INK, AXIS].into_iter().filter(|_| place < 2).map(|grey| look.color(grey));
            for other in look.own_or_else(place + 1).chain(greys) {
                for vision in Vision::ALL {
                    let found = distance(*color, other, vision);
                    if found < DISTANCE_LEAST {
                        let why = format!("too near {} ({vision:?} vision: {found:.0}, at least 12)", hex(other));
                        let zh = format!("与 {} 太接近（{}看来相差 {found:.0}，至少 12）", hex(other), vision.zh());
                        return Err(refuse(&hex(*color), zh, why));
                    }
                }
            }
        }
        Ok(look)
    }

    /// Colours of the places from one on, the city's own or the theme's.
    fn own_or_else(&self, from: usize) -> impl Iterator<Item = RGBColor> + '_ {
        own().into_iter().skip(from).map(|color| self.color(color))
    }

    /// What stands for a colour of the light theme.
    pub(super) fn color(&self, color: RGBColor) -> RGBColor {
        if let Some(own) = own().iter().position(|one| *one == color).and_then(|place| self.colors.get(place)) {
            return *own;
        }
        // Words have a shade of their colour that can be read.
        if let Some((of, _)) = WORDS.iter().find(|(_, words)| *words == color) {
            return readable(self.color(*of), self.color(WHITE));
        }
        // Text on a kind is black or white, whichever can be read: one of the two always can.
        if let Some((kind, _)) = KINDS.iter().find(|(_, text)| *text == color) {
            let paper = self.color(*kind);
            let (dark, light) = (RGBColor(0x00, 0x00, 0x00), RGBColor(0xFE, 0xFE, 0xFE));
            return if contrast(dark, paper) > contrast(light, paper) { dark } else { light };
        }
        let table = match self.theme {
            Theme::Light => return color,
            Theme::Dark => DARK,
            Theme::Print => PRINT,
        };
        table.iter().find(|(one, _)| *one == color).map_or(color, |(_, other)| *other)
    }

    /// A finished figure in this look.
    #[must_use]
    pub fn dress(&self, drawn: &Drawn) -> Drawn {
        if self.theme == Theme::Light && self.colors.is_empty() {
            return drawn.clone();
        }
        let mut svg = String::with_capacity(drawn.svg.len());
        // `<` stands nowhere but at the beginning of a tag: texts have it escaped.
        for (number, part) in drawn.svg.split('<').enumerate() {
            if number > 0 {
                svg.push('<');
            }
            let (tag, text) = part.split_at(part.find('>').map_or(part.len(), |end| end + 1));
            for (number, piece) in tag.split('#').enumerate() {
                let color = piece.get(..6).filter(|_| number > 0).and_then(|digits| parse(&format!("#{digits}")));
                match color {
                    Some(color) => {
                        svg.push_str(&hex(self.color(color)));
                        svg.push_str(piece.get(6..).unwrap_or_default());
                    }
                    None => {
                        svg.push_str(if number > 0 { "#" } else { "" });
                        svg.push_str(piece);
                    }
                }
            }
            svg.push_str(text);
        }
        Drawn { svg, missing: drawn.missing.clone(), spots: drawn.spots.clone() }
    }

    /// The same size without other colours, for a figure that is dressed already; paper keeps its colour.
    pub(in crate::report) fn size_only(&self) -> Self {
        Self { theme: Theme::Light, size: self.size, colors: Vec::new() }
    }

    /// The colour around a slide that has another shape than the picture.
    pub(super) fn paper(&self) -> RGBColor {
        self.color(WHITE)
    }
}

/// The shade of a colour nearest to it in which words can be read on paper.
fn readable(color: RGBColor, paper: RGBColor) -> RGBColor {
    const STEPS: u8 = 50;
    let is_dark = contrast(paper, RGBColor(0xFF, 0xFF, 0xFF)) > contrast(paper, RGBColor(0, 0, 0));
    let end = if is_dark { 255.0 } else { 0.0 };
    let shade = |step: u8| {
        let share = f64::from(step) / f64::from(STEPS);
        let part = |part: u8| (f64::from(part) + share * (end - f64::from(part))).round() as u8;
        RGBColor(part(color.0), part(color.1), part(color.2))
    };
    (0..STEPS).map(shade).find(|shade| contrast(*shade, paper) >= WORDS_LEAST).unwrap_or_else(|| shade(STEPS))
}

/// Colours that a city may replace, in this order.
fn own() -> [RGBColor; 6] {
    [BLUE, VERMILION, ORANGE, GREEN, SKY, PURPLE]
}

const DARK: &[(RGBColor, RGBColor)] = &[
    (WHITE, RGBColor(0x14, 0x18, 0x1F)),
    (INK, RGBColor(0xEE, 0xEE, 0xEE)),
    (SOFT, RGBColor(0xBD, 0xBD, 0xBD)),
    (AXIS, RGBColor(0x9A, 0x9A, 0x9A)),
    (GRID, RGBColor(0x3A, 0x40, 0x4A)),
    (SHADE, RGBColor(0xA8, 0xA8, 0xA8)),
    (BLUE, RGBColor(0x4F, 0xA3, 0xE0)),
    (VERMILION, RGBColor(0xF0, 0x80, 0x3C)),
    (GREEN, RGBColor(0x2D, 0xC7, 0x9B)),
    (SKY, RGBColor(0xA5, 0xD8, 0xF5)),
    (PURPLE, RGBColor(0xE3, 0xA4, 0xC8)),
];

const PRINT: &[(RGBColor, RGBColor)] = &[
    (INK, RGBColor(0x00, 0x00, 0x00)),
    (SOFT, RGBColor(0x33, 0x33, 0x33)),
    (AXIS, RGBColor(0x55, 0x55, 0x55)),
    (GRID, RGBColor(0xCC, 0xCC, 0xCC)),
    (BLUE, RGBColor(0x00, 0x4B, 0x7A)),
    (VERMILION, RGBColor(0xB8, 0x4E, 0x00)),
    (GREEN, RGBColor(0x00, 0x7A, 0x59)),
];

#[cfg(test)]
mod tests {
    use super::super::color::over;
    use super::super::panel::{GREY, INNER, OUTER};
    use super::super::testing::sample_fan;
    use super::super::{Lang, fan};
    use super::*;

    fn looks() -> [Look; 3] {
        [Theme::Light, Theme::Dark, Theme::Print].map(|theme| Look::new(theme, Size::default(), &[]).unwrap())
    }

    #[test]
    fn text_can_be_read_in_every_theme() {
        for look in looks() {
            let paper = look.color(WHITE);
            for ink in [INK, SOFT] {
                assert!(contrast(look.color(ink), paper) >= 4.5, "{look:?} {ink:?}");
            }
            for (patch, text) in KINDS {
                assert!(contrast(look.color(patch), look.color(text)) >= 4.5, "{look:?} {patch:?}");
            }
            for (of, words) in WORDS {
                assert!(contrast(look.color(words), paper) >= WORDS_LEAST, "{look:?} {of:?}");
            }
            for line in [BLUE, VERMILION, AXIS] {
                assert!(contrast(look.color(line), paper) >= 3.0, "{look:?} {line:?}");
            }
        }
    }

    #[test]
    fn kinds_are_told_apart_with_every_kind_of_vision() {
        for look in looks() {
            for (place, (one, _)) in KINDS.iter().enumerate() {
                for (other, _) in KINDS.iter().skip(place + 1) {
                    for vision in Vision::ALL {
                        let found = distance(look.color(*one), look.color(*other), vision);
                        assert!(found >= DISTANCE_LEAST, "{:?} {vision:?} {one:?} {other:?} {found}", look.theme);
                    }
                }
            }
        }
    }

    #[test]
    fn bands_and_lines_are_told_from_paper_and_greys_with_every_kind_of_vision() {
        // A difference of 2 is just seen side by side; bands are large patches with an edge between them.
        const BAND_LEAST: f64 = 6.0;
        const DARKEST_LEAST: f64 = 3.5;
        for (name, look) in super::super::legible::looks() {
            let [paper, grey, main] = [WHITE, SHADE, BLUE].map(|color| look.color(color));
            for vision in Vision::ALL {
                let told = |one: RGBColor, other: RGBColor, least: f64, what: &str| {
                    let found = distance(one, other, vision);
                    assert!(found >= least, "{name} {vision:?} {what}: {found:.1}");
                };
                // Over paper, over the grey of one stop, and over that of so many that it is as dark as can be.
                for (dark, least) in [(0.0, BAND_LEAST), (GREY, BAND_LEAST), (0.5, DARKEST_LEAST)] {
                    let under = over(grey, dark, paper);
                    let outer = over(main, OUTER, under);
                    let inner = over(main, INNER, outer);
                    told(outer, under, least, "90 % band");
                    told(inner, outer, least, "50 % band");
                    told(main, inner, least, "median");
                }
                told(over(main, OUTER, paper), over(grey, GREY, paper), DARKEST_LEAST, "band and grey of a stop");
                for (kind, _) in KINDS.iter().take(4) {
                    told(over(look.color(*kind), 0.16, paper), paper, BAND_LEAST, "interval of a line");
                }
                for line in [BLUE, VERMILION] {
                    for other in [INK, AXIS] {
                        told(look.color(line), look.color(other), DISTANCE_LEAST, "line and axis");
                    }
                }
            }
        }
    }

    #[test]
    fn no_two_colours_stand_for_the_same() {
        let mut all = vec![WHITE, INK, SOFT, AXIS, GRID, SHADE, super::super::theme::HEAT_DARK];
        all.push(super::super::theme::HEAT_LIGHT);
        all.extend(KINDS.iter().flat_map(|(patch, text)| [*patch, *text]));
        all.extend(WORDS.map(|(_, words)| words));
        let light = Look::default();
        assert!(WORDS.iter().all(|(of, words)| light.color(*words) == *words && light.color(*of) == *of));
        for (place, one) in all.iter().enumerate() {
            assert!(!all[place + 1..].contains(one), "{one:?}");
        }
    }

    #[test]
    fn dressing_changes_colours_and_no_text() {
        let mut chart = sample_fan(Lang::Zh, 20);
        chart.subtitle = "fill=\"#222222\" <#FFFFFF>".to_owned();
        let drawn = fan(&chart).unwrap();
        let [_, dark, _] = looks();
        let dressed = dark.dress(&drawn);
        assert!(!dressed.svg.contains("fill=\"#FFFFFF\"") && dressed.svg.contains("fill=\"#14181F\""));
        let texts = |svg: &str| -> Vec<String> {
            svg.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text.to_owned()).collect()
        };
        assert_eq!(texts(&dressed.svg), texts(&drawn.svg));
        assert_eq!(dressed.svg.len(), drawn.svg.len());
    }

    #[test]
    fn own_colours_are_refused_where_somebody_cannot_see_them() {
        let look = |colors: &[&str]| {
            let colors: Vec<String> = colors.iter().map(|&color| color.to_owned()).collect();
            Look::new(Theme::Light, Size::default(), &colors)
        };
        assert!(look(&["#8B1A1A", "#1F6FEB"]).is_ok());
        for (colors, why) in [
            (&["red"][..], "#RRGGBB"),
            (&["#FFFF66"], "contrast"),
            (&["#C85030", "#80801F"], "too near"),
            (&["#D55E00"], "too near"),
            (&["#2A2A26"], "too near #222222"),
            (&["#8B1A1A", "#7C7F86"], "too near"),
        ] {
            let Err(ChartError::Color { why: found, .. }) = look(colors) else { panic!("{colors:?}") };
            assert!(found.contains(why), "{colors:?}: {found}");
        }
    }

    #[test]
    fn sizes_are_read() {
        assert_eq!("1280x720".parse::<Size>(), Ok(Size { width: 1280, height: 720 }));
        for wrong in ["1280", "0x0", "1280x", "99999x720", "1e3x720", ""] {
            assert!(wrong.parse::<Size>().is_err(), "{wrong}");
        }
    }
}
