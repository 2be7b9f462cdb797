//! Charts inside the page: the slides' own drawings, written shorter, each with its reading, its numbers
//! and the places that tell their values.

use std::fmt::Write;

use rayon::prelude::*;

use super::html::escape;
use super::{Kind, short, table};
use crate::report::ReportError;
use crate::report::chart::font::web::Letters;
use crate::report::chart::{ChartError, Drawn, Look, Spot};
use crate::report::document::{Edition, Plate, behind};
use crate::units::Lang;

/// Draws the charts of an edition.
///
/// # Errors
///
/// The first chart that cannot be drawn.
pub(super) fn draw(edition: &Edition, look: &Look) -> Result<Vec<Drawn>, ReportError> {
    let drawn: Result<Vec<Drawn>, ChartError> =
        edition.plates.par_iter().map(|plate| Ok(look.dress(&plate.figure.draw()?))).collect();
    Ok(drawn?)
}

/// The rules that bring the characters of charts.
///
/// # Errors
///
/// When the font cannot be cut.
pub(super) fn font<'a>(drawn: impl IntoIterator<Item = &'a Drawn>) -> Result<String, ReportError> {
    let mut letters = Letters::default();
    drawn.into_iter().for_each(|one| letters.add(&one.svg));
    Ok(letters.rules("Chart")?)
}

/// The charts of an edition, as they were drawn.
pub(super) fn plates(out: &mut String, edition: &Edition, drawn: &[Drawn], lang: Lang, kind: Kind) {
    for place in edition.plates.iter().zip(drawn).enumerate() {
        figure(out, place, lang, kind);
    }
}

fn figure(out: &mut String, (number, (plate, drawn)): (usize, (&Plate, &Drawn)), lang: Lang, kind: Kind) {
    let (title, subtitle) = plate.figure.titles();
    let id = format!("{}-chart-{}", short(lang), number + 1);
    let name = format!("{title}{}{subtitle}", if subtitle.is_empty() { "" } else { lang.pick("。", ". ") });
    let _ = write!(
        out,
        "<figure aria-labelledby=\"{id}\">\n<h3 class=\"unseen\" id=\"{id}\">{}</h3>\n<p class=\"reading\">{}</p>\n<div class=\"slide\">",
        escape(title),
        escape(&plate.reading)
    );
    let spots: &[Spot] = if kind == Kind::Interactive { &drawn.spots } else { &[] };
    svg(out, drawn, spots, &name);
    out.push_str("</div>\n");
    if kind == Kind::Interactive {
        let (word, whole) = lang.choose(("放大", "放大图："), ("Enlarge", "Enlarge: "));
        let _ = writeln!(
            out,
            "<button type=\"button\" class=\"enlarge\" aria-label=\"{whole}{}\">{word}</button>",
            escape(title)
        );
    }
    let _ = writeln!(
        out,
        "<details class=\"data\"><summary>{}</summary>",
        lang.pick("图中的数字", "The numbers behind it")
    );
    table::table(out, &behind(&plate.figure, lang), lang);
    out.push_str("</details>\n</figure>\n");
}

/// The drawing itself with its accessible name.
fn svg(out: &mut String, drawn: &Drawn, spots: &[Spot], name: &str) {
    let body = drawn.svg.find('>').map_or("", |end| &drawn.svg[end + 1..]);
    let view = drawn.svg.split("viewBox=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    let _ = write!(out, "<svg viewBox=\"{view}\"{SIZE} role=\"img\" aria-label=\"{}\">", escape(name));
    shorten(out, body.strip_suffix("</svg>\n").or_else(|| body.strip_suffix("</svg>")).unwrap_or(body));
    if !spots.is_empty() {
        out.push_str("<g class=\"spots\">");
        for Spot { left, top, width, height, text } in spots {
            let place = format!("x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\"");
            let _ = write!(out, "<rect {place}><title>{}</title></rect>", escape(text));
        }
        out.push_str("</g>");
    }
    out.push_str("</svg>");
}

/// The size of most texts: said once for a drawing.
const SIZE: &str = " font-size=\"96\"";

/// Writes a drawing without what the page's style says once for all, and lines of one look that follow each
/// other as one path. What is seen stays the same.
fn shorten(out: &mut String, body: &str) {
    let mut pen = String::new();
    for part in body.split('<').skip(1) {
        let (tag, text) = part.split_at(part.find('>').map_or(part.len(), |end| end + 1));
        if let Some((style, points)) = line_of(tag) {
            if style == pen {
                // The quote and the end of the tag before are taken back.
                out.truncate(out.len() - END.len());
            } else {
                let _ = write!(out, "<path fill=\"none\"{style} d=\"");
                pen = style;
            }
            path(out, points);
            out.push_str(END);
            continue;
        }
        pen.clear();
        out.push('<');
        match area_of(tag) {
            Some((style, points)) => {
                out.push_str(&plain(&format!("path{style} d=\"")));
                path(out, points);
                out.push_str("z\"/>");
            }
            None => out.push_str(&plain(tag)),
        }
        out.push_str(text.trim_matches('\n'));
    }
}

/// How a path ends.
const END: &str = "\"/>";

/// The look and the points of a line.
fn line_of(tag: &str) -> Option<(String, &str)> {
    let rest = tag.strip_prefix("polyline fill=\"none\" opacity=\"1\"")?;
    let (style, points) = rest.split_once(" points=\"")?;
    Some((style.to_owned(), points.split('"').next()?))
}

/// The look and the points of a filled shape.
fn area_of(tag: &str) -> Option<(&str, &str)> {
    let (style, points) = tag.strip_prefix("polygon")?.split_once(" points=\"")?;
    Some((style, points.split('"').next()?))
}

/// Points as a path of whole steps.
fn path(out: &mut String, points: &str) {
    let mut before: Option<(i64, i64)> = None;
    for point in points.split_ascii_whitespace() {
        let Some((Ok(x), Ok(y))) = point.split_once(',').map(|(x, y)| (x.parse::<i64>(), y.parse::<i64>())) else {
            continue;
        };
        let _ = match before {
            None => write!(out, "M{x} {y}"),
            Some(same) if same == (x, y) => continue,
            Some((was, same)) if same == y => write!(out, "h{}", x - was),
            Some((same, was)) if same == x => write!(out, "v{}", y - was),
            // A sign parts two numbers as well as a space does.
            Some((left, top)) if y < top => write!(out, "l{}{}", x - left, y - top),
            Some((left, top)) => write!(out, "l{} {}", x - left, y - top),
        };
        before = Some((x, y));
    }
}

/// A tag without attributes that say what holds anyway.
fn plain(tag: &str) -> String {
    let mut out = tag.to_owned();
    if let Some((before, rest)) = tag.split_once(" font-family=\"") {
        let after = rest.split_once('"').map_or("", |(_, after)| after);
        out = format!("{before}{after}");
    }
    out = lowered(&out).unwrap_or(out);
    for holds in [" opacity=\"1\"", " stroke=\"none\"", " text-anchor=\"start\"", SIZE] {
        out = out.replace(holds, "");
    }
    out.replace(".00000000000001\"", "\"").replace(" \"/>", "\"/>")
}

/// A text placed by its baseline instead of its top.
fn lowered(tag: &str) -> Option<String> {
    let (before, rest) = tag.split_once(" y=\"")?;
    let (y, after) = rest.split_once("\" dy=\"0.76em\"")?;
    let size: f64 = after.split_once("font-size=\"")?.1.split_once('"')?.0.parse().ok()?;
    let baseline = (y.parse::<f64>().ok()? + 0.76 * size).round();
    Some(format!("{before} y=\"{baseline}\"{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_one_look_become_one_path() {
        let body = "\n<polyline fill=\"none\" opacity=\"1\" stroke=\"#0072B2\" stroke-width=\"20\" points=\"1,2 5,2 7,9 \"/>\n\
                    <polyline fill=\"none\" opacity=\"1\" stroke=\"#0072B2\" stroke-width=\"20\" points=\"0,0 0,4 \"/>\n\
                    <polygon opacity=\"0.5\" fill=\"#222222\" points=\"1,9 4,3 4,9 \"/>\n\
                    <text x=\"1\" y=\"2\" dy=\"0.76em\" text-anchor=\"start\" font-family=\"A, B\" font-size=\"96\" opacity=\"1\" fill=\"#222222\">\na &lt; b\n</text>\n";
        let mut out = String::new();
        shorten(&mut out, body);
        let path = "<path fill=\"none\" stroke=\"#0072B2\" stroke-width=\"20\" d=\"M1 2h4l2 7M0 0v4\"/>";
        let area = "<path opacity=\"0.5\" fill=\"#222222\" d=\"M1 9l3-6v6z\"/>";
        assert_eq!(out, format!("{path}{area}<text x=\"1\" y=\"75\" fill=\"#222222\">a &lt; b</text>"));
    }
}
