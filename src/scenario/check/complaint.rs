//! What is wrong with a scenario, one complaint per key, and the list they are collected in.
//!
//! A complaint says where (the full key), what was found and what is allowed, in both languages.
//! File and line are added by the loader, which knows where a key was written.

use std::fmt;

/// The kind of a complaint, for its error code and its heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ComplaintKind {
    /// A key that must be there is not.
    Missing,
    /// A name that nothing has.
    UnknownName,
    /// A number outside its limits.
    OutOfRange,
    /// A text that cannot be read as a time, a date or opening hours.
    Unreadable,
    /// Two times in the wrong order.
    Order,
    /// Things that wait for one another.
    Cycle,
    /// The calendar file lacks a year.
    NoCalendar,
    /// More than the simulation can hold.
    TooLarge,
    /// A route that goes back from the halls to the providers, or from an office to the halls.
    Rank,
    /// Keys that contradict one another.
    Inconsistent,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// Full key, such as `handling.outpatient.hall.pathway`.
    pub key: String,
    /// Kind.
    pub kind: ComplaintKind,
    /// What was found; empty when the key is missing.
    pub found: String,
    /// What is allowed, in Chinese.
    pub allowed_zh: String,
    /// What is allowed, in English.
    pub allowed_en: String,
    /// The known name most like the one found.
    pub nearest: Option<String>,
}

impl fmt::Display for Complaint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.key)?;
        if !self.found.is_empty() {
            write!(out, " = {}", self.found)?;
        }
        write!(out, ": {}", self.allowed_en)?;
        self.nearest.as_ref().map_or(Ok(()), |name| write!(out, " (did you mean {name}?)"))
    }
}

/// What is allowed, in both languages.
#[derive(Debug, Clone)]
pub(crate) struct Allowed {
    zh: String,
    en: String,
}

/// Both languages in one expression.
pub(crate) fn allowed(zh: impl Into<String>, en: impl Into<String>) -> Allowed {
    Allowed { zh: zh.into(), en: en.into() }
}

/// The complaints so far, in the order in which they were found.
#[derive(Debug, Default)]
pub(crate) struct Complaints {
    list: Vec<Complaint>,
}

impl Complaints {
    /// Adds a complaint.
    pub(crate) fn add(
        &mut self,
        kind: ComplaintKind,
        key: impl Into<String>,
        found: impl fmt::Display,
        allowed: Allowed,
    ) {
        self.list.push(Complaint {
            key: key.into(),
            kind,
            found: found.to_string(),
            allowed_zh: allowed.zh,
            allowed_en: allowed.en,
            nearest: None,
        });
    }

    /// Adds the complaint that a name is not known, with the known name most like it.
    pub(crate) fn unknown<'n>(
        &mut self,
        key: &str,
        found: &str,
        allowed: Allowed,
        known: impl Iterator<Item = &'n str>,
    ) {
        self.add(ComplaintKind::UnknownName, key, found, allowed);
        if let Some(last) = self.list.last_mut() {
            last.nearest = nearest(found, known);
        }
    }

    /// Adds the complaint that a key must be given.
    pub(crate) fn missing(&mut self, key: impl Into<String>) {
        self.add(ComplaintKind::Missing, key, "", allowed("必须给出", "must be given"));
    }

    /// The value, or the complaint that its key must be given.
    pub(crate) fn required<T>(&mut self, key: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.missing(key);
        }
        value
    }

    /// Adds the complaint that keys contradict one another.
    pub(crate) fn inconsistent(&mut self, key: impl Into<String>, found: impl fmt::Display, allowed: Allowed) {
        self.add(ComplaintKind::Inconsistent, key, found, allowed);
    }

    /// Whether there is a complaint about a key, a key inside it or one that holds it.
    pub(crate) fn concern(&self, key: &str) -> bool {
        let is_inside = |inner: &str, outer: &str| {
            inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.list.iter().any(|one| is_inside(&one.key, key) || is_inside(key, &one.key))
    }

    /// All complaints, each once.
    pub(crate) fn into_list(self) -> Vec<Complaint> {
        let mut list: Vec<Complaint> = Vec::with_capacity(self.list.len());
        for complaint in self.list {
            if !list.contains(&complaint) {
                list.push(complaint);
            }
        }
        list
    }
}

/// Names less alike than this (Jaro-Winkler, 0 to 1) are not offered.
const LIKENESS_MIN: f64 = 0.75;

fn nearest<'n>(found: &str, known: impl Iterator<Item = &'n str>) -> Option<String> {
    known
        .map(|name| (strsim::jaro_winkler(found, name), name))
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name.to_owned())
}
