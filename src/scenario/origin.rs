//! Where keys were written, and where numbers come from.
//!
//! [`Origins`] knows file and line of every key after the layers are merged; [`Sources`] is the
//! merged `[sources]` table, with patterns.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::units::Lang;

/// Place and line of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Origin {
    /// Place of the file among the layers: ascending from the calendar to `--set`.
    pub place: u16,
    /// Line, counted from 1; none for `--set`.
    pub line: Option<u32>,
}

/// File and line of every key, by key path (`sites.hall.desk.windows`, `profiles.day.hours[3]`).
#[derive(Debug, Clone, Default)]
pub struct Origins {
    files: BTreeMap<u16, String>,
    keys: BTreeMap<String, Origin>,
    whole: u16,
}

impl Origins {
    /// Remembers how a file is shown. The file given last stands for keys that are nowhere.
    pub(crate) fn add_file(&mut self, place: u16, shown: &str) {
        self.files.insert(place, shown.to_owned());
        self.whole = place;
    }

    /// Remembers where a key was written.
    pub(crate) fn add_key(&mut self, key: &str, origin: Origin) {
        self.keys.insert(key.to_owned(), origin);
    }

    /// File and line of a key as shown; none when it stands in no file.
    pub fn written(&self, key: &str) -> Option<(&str, Option<u32>)> {
        self.keys.get(key).map(|origin| (self.file(origin.place), origin.line))
    }

    /// File and place of a key or, when it stands in no file, of the nearest table around it; at
    /// last the schedule file without a line.
    pub fn find(&self, key: &str) -> (&str, Origin) {
        let mut rest = key;
        loop {
            if let Some(origin) = self.keys.get(rest) {
                return (self.file(origin.place), *origin);
            }
            match rest.rfind(['.', '[']) {
                Some(at) => rest = &rest[..at],
                None => {
                    return (self.file(self.whole), Origin { place: self.whole, line: None });
                }
            }
        }
    }

    /// A file as shown, by its place.
    pub(crate) fn file(&self, place: u16) -> &str {
        self.files.get(&place).map_or("", String::as_str)
    }
}

/// Where a number comes from: one text, or the same in both languages.
///
/// What nobody has measured begins with `assumption:` or `假设：`; a table says so in both of its
/// texts ([`super::shape`] checks that they agree).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SourceText {
    /// One text, shown whatever the reader's language.
    One(String),
    /// The same in both languages.
    Both {
        /// Chinese.
        zh: String,
        /// English.
        en: String,
    },
}

impl SourceText {
    /// The text for a reader.
    pub fn in_lang(&self, lang: Lang) -> &str {
        match self {
            Self::One(text) => text,
            Self::Both { zh, en } => lang.pick(zh, en),
        }
    }

    /// Whether it says that nobody has measured the number.
    pub fn is_assumption(&self) -> bool {
        assumed(self.in_lang(Lang::En)).is_some()
    }

    /// Why the number is assumed, without the word that marks an assumption; else the whole text.
    pub fn reason(&self, lang: Lang) -> &str {
        let text = self.in_lang(lang);
        assumed(text).unwrap_or(text)
    }

    /// Whether there is nothing in it.
    pub fn is_blank(&self) -> bool {
        self.in_lang(Lang::En).trim().is_empty()
    }
}

impl From<&String> for SourceText {
    fn from(text: &String) -> Self {
        Self::One(text.clone())
    }
}

impl From<&Self> for SourceText {
    fn from(text: &Self) -> Self {
        text.clone()
    }
}

impl JsonSchema for SourceText {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SourceText".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "where from, or `assumption: why`; a text, or { zh = \"假设：…\", en = \"assumption: …\" }",
            "x-kind": "source",
            "anyOf": [
                { "type": "string" },
                { "type": "object", "additionalProperties": false, "required": ["zh", "en"],
                  "properties": { "zh": { "type": "string" }, "en": { "type": "string" } } }
            ]
        })
    }
}

/// What follows the mark of an assumption; none where a text does not begin with one.
pub(crate) fn assumed(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let english = text.get(..10).filter(|start| start.eq_ignore_ascii_case("assumption")).map(|_| &text[10..]);
    let rest = english.or_else(|| text.strip_prefix("假设"))?;
    rest.trim_start().strip_prefix([':', '：']).map(str::trim_start)
}

/// Whether a text begins as an assumption would but lacks the mark, so that it would pass for a
/// source.
pub(crate) fn is_nearly_assumed(text: &str) -> bool {
    let start = text.trim_start().to_lowercase();
    let words = ["assum", "假设", "假定"];
    assumed(text).is_none() && words.iter().any(|word| start.starts_with(word))
}

/// The merged `[sources]` table: key pattern to source.
///
/// In a pattern `*` stands for one part of a key path; at the end it stands for any rest, so that
/// `suspend.*` is every key of every stop.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    patterns: Vec<(String, SourceText)>,
    /// The layer in which each of them is written.
    places: Vec<u16>,
}

impl Sources {
    /// Takes over patterns with their texts.
    pub fn new<'a, T: Into<SourceText>>(patterns: impl IntoIterator<Item = (&'a String, T)>) -> Self {
        let patterns: Vec<_> = patterns.into_iter().map(|(key, text)| (key.clone(), text.into())).collect();
        Self { places: vec![0; patterns.len()], patterns }
    }

    /// The same with the layer in which each entry is written.
    #[must_use]
    pub(crate) fn written(mut self, origins: &Origins) -> Self {
        let place = |pattern: &str| origins.find(&format!("sources.{pattern}")).1.place;
        self.places = self.patterns.iter().map(|(pattern, _)| place(pattern)).collect();
        self
    }

    /// The source of a number: of all patterns that match, the text of the most specific. An entry
    /// speaks for the numbers of its own layer and of those it overrides, not for a number that a
    /// lower layer writes over them: the national source of a rate says nothing about a city's own.
    pub fn find(&self, key: &str, origins: &Origins) -> Option<&SourceText> {
        let written = origins.find(key).1.place;
        let matching = self.patterns.iter().zip(&self.places);
        let matching = matching.filter(|((pattern, _), place)| **place >= written && matches(pattern, key));
        matching.max_by_key(|((pattern, _), _)| specificity(pattern)).map(|((_, text), _)| text)
    }

    /// All patterns with their texts, in the order of the merged table.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &SourceText)> {
        self.patterns.iter().map(|(pattern, text)| (pattern.as_str(), text))
    }
}

/// Exact keys before patterns, then more literal text, then fewer stars.
fn specificity(pattern: &str) -> (bool, usize, std::cmp::Reverse<usize>) {
    let stars = pattern.matches('*').count();
    (stars == 0, pattern.len() - stars, std::cmp::Reverse(stars))
}

fn matches(pattern: &str, key: &str) -> bool {
    let mut parts = key.split('.');
    let mut wanted = pattern.split('.').peekable();
    while let Some(want) = wanted.next() {
        let Some(part) = parts.next() else {
            return false;
        };
        let last = wanted.peek().is_none();
        match want.strip_suffix('*') {
            Some(start) if part.starts_with(start) => {
                if last {
                    return true;
                }
            }
            _ if want == part => {}
            _ => return false,
        }
    }
    parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(patterns: &[(&str, &str)]) -> Sources {
        let owned: Vec<(String, String)> = patterns.iter().map(|(key, text)| ((*key).into(), (*text).into())).collect();
        Sources::new(owned.iter().map(|(key, text)| (key, text)))
    }

    #[test]
    fn most_specific_pattern_wins() {
        let sources = sources(&[
            ("*", "all"),
            ("suspend.*", "notice"),
            ("suspend.*.stop", "stops"),
            ("suspend.settlement.*", "settlement"),
            ("suspend.settlement.stop", "exact"),
            ("measures.stock-*", "stock"),
        ]);
        let origins = Origins::default();
        let find = |key: &str| sources.find(key, &origins).map(|text| text.in_lang(Lang::En));
        assert_eq!(find("suspend.settlement.stop"), Some("exact"));
        assert_eq!(find("suspend.settlement.return.fixed"), Some("settlement"));
        assert_eq!(find("suspend.agency.stop"), Some("stops"));
        assert_eq!(find("suspend.agency.return.fixed"), Some("notice"));
        assert_eq!(find("measures.stock-up.share"), Some("stock"));
        assert_eq!(find("people.employee.insured"), Some("all"));
        assert_eq!(find("suspend"), Some("all"));
    }

    #[test]
    fn patterns_do_not_match_beyond_their_parts() {
        let sources = sources(&[("a.*.c", "x"), ("b", "y"), ("d.*", "z")]);
        let origins = Origins::default();
        let find = |key: &str| sources.find(key, &origins).map(|text| text.in_lang(Lang::En));
        assert_eq!(sources.find("a.b.b.c", &origins), None);
        assert_eq!(sources.find("a.b.c.d", &origins), None);
        assert_eq!(sources.find("b.c", &origins), None);
        assert_eq!(sources.find("d", &origins), None);
        assert_eq!(find("d.e.f"), Some("z"));
    }

    #[test]
    fn a_source_speaks_for_its_own_layer_and_those_above_only() {
        let mut origins = Origins::default();
        let mut add = |key: &str, place| origins.add_key(key, Origin { place, line: Some(1) });
        add("demand.a.per_year.employee", 2);
        add("demand.b.per_year.employee", 1);
        add("sources.demand.*.per_year.*", 1);
        let all = || sources(&[("demand.*.per_year.*", "bulletin"), ("demand.*", "city")]);
        let find = |key: &str, origins: &Origins| {
            all().written(origins).find(key, origins).map(|text| text.in_lang(Lang::En).to_owned())
        };
        origins.add_key("sources.demand.*", Origin { place: 1, line: Some(2) });
        assert_eq!(find("demand.a.per_year.employee", &origins), None);
        assert_eq!(find("demand.b.per_year.employee", &origins).as_deref(), Some("bulletin"));
        // A lower entry may speak for what stands above it, but the more specific one still wins.
        origins.add_key("sources.demand.*", Origin { place: 2, line: Some(2) });
        assert_eq!(find("demand.a.per_year.employee", &origins).as_deref(), Some("city"));
        assert_eq!(find("demand.b.per_year.employee", &origins).as_deref(), Some("bulletin"));
    }

    #[test]
    fn assumptions_are_recognised_in_both_languages() {
        assert_eq!(assumed("assumption: no study"), Some("no study"));
        assert_eq!(assumed(" Assumption : none"), Some("none"));
        assert_eq!(assumed("假设：无数据"), Some("无数据"));
        assert_eq!(assumed("假设:无数据"), Some("无数据"));
        for text in ["notice of 2021-11-15", "通知", "assumption", "假设无数据", "assumptions of the yearbook: 3"]
        {
            assert_eq!(assumed(text), None, "{text}");
        }
        assert!(is_nearly_assumed("assumed from memory") && is_nearly_assumed("假定：无数据"));
        assert!(!is_nearly_assumed("assumption: x") && !is_nearly_assumed("公告"));
    }

    #[test]
    fn the_text_of_the_language_is_shown_and_the_mark_can_be_left_out() {
        let both = SourceText::Both { zh: "假设：未见研究".into(), en: "assumption: no study".into() };
        assert_eq!((both.in_lang(Lang::Zh), both.reason(Lang::Zh)), ("假设：未见研究", "未见研究"));
        assert_eq!((both.reason(Lang::En), both.is_assumption()), ("no study", true));
        let one = SourceText::One("公告".into());
        assert_eq!((one.reason(Lang::En), one.is_assumption()), ("公告", false));
    }

    #[test]
    fn keys_that_stand_nowhere_are_told_at_the_table_around() {
        let mut origins = Origins::default();
        origins.add_file(1, "city.toml");
        origins.add_file(2, "announced.toml");
        origins.add_key("sites.hall", Origin { place: 1, line: Some(4) });
        assert_eq!(origins.find("sites.hall.desk.windows[2]").0, "city.toml");
        assert_eq!(origins.find("sites.hall.desk.windows[2]").1.line, Some(4));
        assert_eq!(origins.find("demand").0, "announced.toml");
        assert_eq!(origins.written("demand"), None);
    }
}
