//! The charts of a document as files: SVG and PNG, drawn side by side on all threads.

use rayon::prelude::*;

use crate::units::Lang;

use super::super::File;
use super::super::chart::{ChartError, Look, font, png};
use super::{Document, Plate};

/// Charts drawn, and the characters that the embedded font lacks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Charts {
    /// Files, an SVG and a PNG a chart.
    pub files: Vec<File>,
    /// Characters drawn as □, by chart; charts without any are left out.
    pub missing: Vec<(String, Vec<char>)>,
}

/// Draws all charts of a document in a language.
///
/// # Errors
///
/// The first chart that could not be drawn.
pub fn draw(document: &Document, lang: Lang, look: &Look) -> Result<Charts, ChartError> {
    draw_some(document, lang, look, |_| true)
}

/// Draws the charts of a document whose names are asked for.
///
/// # Errors
///
/// The first chart that could not be drawn.
pub fn draw_some(
    document: &Document,
    lang: Lang,
    look: &Look,
    asked: impl Fn(&str) -> bool + Sync,
) -> Result<Charts, ChartError> {
    let plates: Vec<&Plate> = document.edition(lang).plates.iter().filter(|plate| asked(&plate.name)).collect();
    let drawn: Vec<_> = plates.par_iter().map(|plate| one(plate, look)).collect::<Result<_, ChartError>>()?;
    let mut charts = Charts::default();
    for (plate, (files, missing)) in plates.iter().zip(drawn) {
        charts.files.extend(files);
        if !missing.is_empty() {
            charts.missing.push((plate.name.clone(), missing));
        }
    }
    Ok(charts)
}

/// Characters of the charts in either language that are drawn as □, by chart: a page holds both. Charts without
/// any are left out.
///
/// # Errors
///
/// The first chart that could not be drawn.
pub fn missing(document: &Document) -> Result<Vec<(String, Vec<char>)>, ChartError> {
    let plates: Vec<&Plate> = document.zh.plates.iter().chain(&document.en.plates).collect();
    let drawn: Vec<_> =
        plates.par_iter().map(|plate| Ok(plate.figure.draw()?.missing)).collect::<Result<_, ChartError>>()?;
    let mut found: Vec<(String, Vec<char>)> = Vec::new();
    for (plate, missing) in plates.into_iter().zip(drawn).filter(|(_, missing)| !missing.is_empty()) {
        match found.iter_mut().find(|(name, _)| *name == plate.name) {
            None => found.push((plate.name.clone(), missing)),
            Some((_, all)) => {
                all.extend(missing);
                all.sort_unstable();
                all.dedup();
            }
        }
    }
    Ok(found)
}

fn one(plate: &Plate, look: &Look) -> Result<([File; 2], Vec<char>), ChartError> {
    let drawn = look.dress(&plate.figure.draw()?);
    let picture = png(&drawn, &look.size_only())?;
    // The file carries its font with it; the picture is made with the same font.
    let complete = font::web::complete(&drawn.svg)?;
    let name = |end: &str| format!("charts/{}.{end}", plate.name);
    Ok(([(name("svg"), complete.into_bytes()), (name("png"), picture)], drawn.missing))
}
