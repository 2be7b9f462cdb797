//! Test of finished figures: every text can be read on what lies under it, in every theme and in a city's own
//! colours.

use plotters::style::RGBColor;

use super::canvas::Point;
use super::color::{contrast, hex, parse};
use super::samples::{Case, Count, Level, figures};
use super::testing::{Written, attribute, corners, written};
use super::{Lang, Look, Size, Theme};

/// Least contrast of a text with what lies under it (guidelines 2.2, criterion 1.4.3), for small type, too: on a
/// phone all type is small.
const LEAST: f64 = 4.5;
/// Distance of the places at which what lies under a text is looked up, in pixels.
const APART: f64 = 6.0;

/// Looks that a figure may have; own colours are not only the darkest and lightest that are taken.
pub(super) fn looks() -> Vec<(String, Look)> {
    let own: [(Theme, &[&str]); 5] = [
        (Theme::Light, &["#8B1A1A", "#1F6FEB"]),
        (Theme::Light, &["#6B4FA0", "#B8860B"]),
        (Theme::Light, &["#A02CA0", "#6E6E00"]),
        (Theme::Dark, &["#FF6060", "#5C8AE6"]),
        (Theme::Print, &["#8B1A1A", "#1F6FEB"]),
    ];
    let plain = [Theme::Light, Theme::Dark, Theme::Print].map(|theme| (theme, &[] as &[&str]));
    plain
        .into_iter()
        .chain(own)
        .map(|(theme, colors)| {
            let all: Vec<String> = colors.iter().map(|&color| color.to_owned()).collect();
            (format!("{theme:?} {colors:?}"), Look::new(theme, Size::default(), &all).unwrap())
        })
        .collect()
}

/// A painted area: a rectangle or a polygon.
#[derive(Debug)]
struct Painted {
    /// Number of its line in the document: what comes later lies over it.
    line: usize,
    color: RGBColor,
    opacity: f64,
    corners: Vec<Point>,
}

impl Painted {
    /// Whether its box meets one, from the left to the right and from the top to the bottom.
    fn meets(&self, across: (f64, f64), down: (f64, f64)) -> bool {
        let apart = |of: fn(&Point) -> f64, ends: (f64, f64)| {
            self.corners.iter().all(|one| of(one) < ends.0) || self.corners.iter().all(|one| of(one) > ends.1)
        };
        !apart(|one| one.0, across) && !apart(|one| one.1, down)
    }

    /// Whether a place lies in it: as many edges on its right as make an odd number.
    fn covers(&self, (x, y): Point) -> bool {
        let next = self.corners.iter().cycle().skip(1);
        let crossed = self.corners.iter().zip(next).filter(|(one, other)| {
            (one.1 > y) != (other.1 > y) && x < one.0 + (y - one.1) / (other.1 - one.1) * (other.0 - one.0)
        });
        crossed.count() % 2 == 1
    }
}

fn painted(svg: &str) -> Vec<Painted> {
    let areas = svg.lines().enumerate().filter(|(_, tag)| tag.starts_with("<rect") || tag.starts_with("<polygon"));
    areas
        .filter_map(|(line, tag)| {
            let color = parse(attribute(tag, "fill")?)?;
            let opacity = attribute(tag, "opacity")?.parse().unwrap();
            Some(Painted { line, color, opacity, corners: corners(tag)? })
        })
        .collect()
}

/// The colour at a place under a text, through all that is drawn before it.
fn under(areas: &[&Painted], place: Point) -> RGBColor {
    let mut found = [0.0_f64; 3];
    for area in areas.iter().filter(|area| area.covers(place)) {
        for (part, over) in found.iter_mut().zip([area.color.0, area.color.1, area.color.2]) {
            *part += area.opacity * (f64::from(over) - *part);
        }
    }
    let [red, green, blue] = found.map(|part| part.round() as u8);
    RGBColor(red, green, blue)
}

/// The texts of a figure that cannot be read, each once.
fn faint(svg: &str) -> Vec<String> {
    let areas = painted(svg);
    let mut found = Vec::new();
    for text in written(svg) {
        let Written { left, top, right, bottom, line, .. } = text;
        let near: Vec<&Painted> =
            areas.iter().filter(|area| area.line < line && area.meets((left, right), (top, bottom))).collect();
        let ink = parse(&text.fill).unwrap();
        let steps = |from: f64, to: f64| {
            let count = ((to - from) / APART).ceil().max(2.0) as usize;
            (0..=count).map(move |step| from + (to - from) * step as f64 / count as f64)
        };
        let places = steps(left, right).flat_map(|x| steps(top, bottom).map(move |y| (x, y)));
        let paper = places.map(|place| under(&near, place));
        let worst = paper.min_by(|one, other| contrast(ink, *one).total_cmp(&contrast(ink, *other))).unwrap();
        if contrast(ink, worst) < LEAST {
            found.push(format!("{:?} {} on {}: {:.2}", text.text, text.fill, hex(worst), contrast(ink, worst)));
        }
    }
    found
}

#[test]
fn every_text_of_every_figure_can_be_read_in_every_look() {
    let looks = looks();
    let mut failed = Vec::new();
    for (count, level) in [(Count::Few, Level::Plain), (Count::Most, Level::Plain), (Count::Few, Level::Equal)] {
        for lang in [Lang::Zh, Lang::En] {
            for (name, figure) in figures(Case { count, level, ..Case::plain(lang) }) {
                let drawn = figure.draw().unwrap();
                for (look, dress) in &looks {
                    let texts = faint(&dress.dress(&drawn).svg);
                    failed.extend(texts.into_iter().map(|text| format!("{name} {count:?} {look}: {text}")));
                }
            }
        }
    }
    failed.dedup();
    assert!(failed.is_empty(), "{} texts:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn what_lies_under_a_text_is_seen_through_what_is_pale() {
    let svg = "<rect x=\"0\" y=\"0\" width=\"7680\" height=\"4320\" opacity=\"1\" fill=\"#FFFFFF\"/>\n\
               <polygon opacity=\"0.5\" fill=\"#000000\" points=\"0,0 800,0 0,800 \"/>\n\
               <rect x=\"40\" y=\"40\" width=\"40\" height=\"40\" opacity=\"1\" fill=\"#0072B2\"/>";
    let areas = painted(svg);
    let at = |place| hex(under(&areas.iter().collect::<Vec<&Painted>>(), place));
    assert_eq!(
        (at((150.0, 150.0)), at((60.0, 60.0)), at((15.0, 15.0))),
        ("#FFFFFF".into(), "#808080".into(), "#0072B2".into())
    );
}
