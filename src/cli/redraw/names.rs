//! Which charts `--only` names: by the names of their files, with folder and ending or without, or by their titles.

use super::super::output::Failure;
use crate::report::document::Document;
use crate::report::numbers::width;
use crate::scenario::error::{echo, nearest};
use crate::units::Lang;

/// Shorter parts of titles are no hint of the chart that is meant.
const PART_LEAST: usize = 2;

/// Names of the charts asked for; none where nobody asked for any, which means all.
pub(super) fn asked(document: &Document, only: &[String], lang: Lang) -> Result<Option<Vec<String>>, Failure> {
    if only.is_empty() {
        return Ok(None);
    }
    let mut names: Vec<String> = Vec::new();
    for text in only {
        // Titles have commas of their own.
        if let Some(name) = titled(document, text) {
            names.push(name.to_owned());
            continue;
        }
        for word in text.split([',', '，', '、']).map(str::trim) {
            let found = named(document, word).or_else(|| titled(document, word));
            names.push(found.ok_or_else(|| unknown(document, word, lang))?.to_owned());
        }
    }
    Ok(Some(names))
}

/// `charts/backlog.PNG` is the chart `backlog`.
fn named<'a>(document: &'a Document, word: &str) -> Option<&'a str> {
    let file = word.rsplit(['/', '\\']).next().unwrap_or(word).to_lowercase();
    let stem = file.strip_suffix(".png").or_else(|| file.strip_suffix(".svg")).unwrap_or(&file).replace('_', "-");
    charts(document).map(|(name, _)| name).find(|name| name.to_lowercase() == stem)
}

fn titled<'a>(document: &'a Document, text: &str) -> Option<&'a str> {
    let wanted = text.trim().to_lowercase();
    charts(document).find(|(_, title)| title.to_lowercase() == wanted).map(|(name, _)| name)
}

/// Name and title of every chart, in one language after the other.
fn charts(document: &Document) -> impl Iterator<Item = (&str, &str)> {
    let editions = [&document.zh, &document.en];
    editions.into_iter().flat_map(|edition| &edition.plates).map(|plate| (plate.name.as_str(), plate.figure.titles().0))
}

fn unknown(document: &Document, word: &str, lang: Lang) -> Failure {
    let known: Vec<(&str, &str)> =
        document.edition(lang).plates.iter().map(|plate| (plate.name.as_str(), plate.figure.titles().0)).collect();
    let near = nearest(word, known.iter().map(|(name, _)| *name)).or_else(|| only_title_with(document, word));
    let hint = near.map_or_else(String::new, |near| {
        lang.choose(format!("（是否指 {near}？）"), format!(" (did you mean {near}?)"))
    });
    let widest = known.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    let list: String =
        known.iter().map(|(name, title)| format!("\n  {name}{}  {title}", " ".repeat(widest - width(name)))).collect();
    let word = echo(word);
    Failure::input(lang.choose(
        format!("--only {word}：没有这个图{hint}；现有以下各图，写文件名：{list}"),
        format!("--only {word}: no such chart{hint}; there are, by their files' names:{list}"),
    ))
}

/// The chart in whose title a word stands, where there is one only.
fn only_title_with<'a>(document: &'a Document, word: &str) -> Option<&'a str> {
    let wanted = word.to_lowercase();
    if wanted.chars().count() < PART_LEAST {
        return None;
    }
    let mut found = charts(document).filter(|(_, title)| title.to_lowercase().contains(&wanted)).map(|(name, _)| name);
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}
