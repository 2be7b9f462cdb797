//! Where keys were written, and where numbers come from.
//!
//! [`Origins`] knows file and line of every key after the layers are merged; [`Sources`] is the
//! merged `[sources]` table, with patterns.

use std::collections::BTreeMap;

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

/// The merged `[sources]` table: key pattern to source.
///
/// In a pattern `*` stands for one part of a key path; at the end it stands for any rest, so that
/// `suspend.*` is every key of every stop.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    patterns: Vec<(String, String)>,
}

impl Sources {
    /// Takes over patterns with their texts.
    pub fn new<'a>(patterns: impl IntoIterator<Item = (&'a String, &'a String)>) -> Self {
        Self { patterns: patterns.into_iter().map(|(key, text)| (key.clone(), text.clone())).collect() }
    }

    /// The source of a key: of all patterns that match, the text of the most specific.
    pub fn find(&self, key: &str) -> Option<&str> {
        let matching = self.patterns.iter().filter(|(pattern, _)| matches(pattern, key));
        matching.max_by_key(|(pattern, _)| specificity(pattern)).map(|(_, text)| text.as_str())
    }

    /// All patterns with their texts, in the order of the merged table.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.patterns.iter().map(|(pattern, text)| (pattern.as_str(), text.as_str()))
    }

    /// Whether a source says that nobody has measured the number.
    pub fn is_assumption(text: &str) -> bool {
        let text = text.trim_start();
        text.starts_with("假设") || text.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("assumption"))
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
        assert_eq!(sources.find("suspend.settlement.stop"), Some("exact"));
        assert_eq!(sources.find("suspend.settlement.return.fixed"), Some("settlement"));
        assert_eq!(sources.find("suspend.agency.stop"), Some("stops"));
        assert_eq!(sources.find("suspend.agency.return.fixed"), Some("notice"));
        assert_eq!(sources.find("measures.stock-up.share"), Some("stock"));
        assert_eq!(sources.find("people.employee.insured"), Some("all"));
        assert_eq!(sources.find("suspend"), Some("all"));
    }

    #[test]
    fn patterns_do_not_match_beyond_their_parts() {
        let sources = sources(&[("a.*.c", "x"), ("b", "y"), ("d.*", "z")]);
        assert_eq!(sources.find("a.b.b.c"), None);
        assert_eq!(sources.find("a.b.c.d"), None);
        assert_eq!(sources.find("b.c"), None);
        assert_eq!(sources.find("d"), None);
        assert_eq!(sources.find("d.e.f"), Some("z"));
    }

    #[test]
    fn assumptions_are_recognised_in_both_languages() {
        assert!(Sources::is_assumption("assumption: no study"));
        assert!(Sources::is_assumption("Assumption - none"));
        assert!(Sources::is_assumption("假设：无数据"));
        assert!(!Sources::is_assumption("notice of 2021-11-15"));
        assert!(!Sources::is_assumption("通知"));
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
