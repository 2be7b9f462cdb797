//! What is wrong with a scenario: where, what was found, what is allowed, what was probably meant.
//!
//! Planners edit whole files, so all problems are collected and told at once, in the order in
//! which the layers stand (calendar, national, city, schedule, `--set`) and by line within a file.
//! Texts exist in Chinese and English; the codes are stable and are never given to another problem.

use std::fmt;
use std::fmt::Write as _;

use super::origin::Origins;
use crate::units::Lang;

/// What kind of problem it is. The number is stable; `E` and three digits stand in every message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum Code {
    /// A file or folder is not there.
    FileMissing = 1,
    /// The operating system refuses to read a file.
    FileUnreadable = 2,
    /// Something else than a regular file stands where a file is needed.
    NotAFile = 3,
    /// A file has nothing in it.
    FileEmpty = 4,
    /// A file is larger than any scenario.
    FileTooLarge = 5,
    /// A file is text in another encoding than UTF-8.
    NotUtf8 = 6,
    /// A file is no text.
    NotText = 7,
    /// A file is not valid TOML.
    Syntax = 8,
    /// A key stands twice in one file.
    DuplicateKey = 9,
    /// Tables or arrays are nested too deep.
    TooDeep = 10,
    /// Files extend each other in a circle, or in too long a chain.
    ExtendsCycle = 11,
    /// A name has characters that names cannot have.
    BadName = 12,
    /// A `--set` is not KEY=VALUE.
    BadSet = 13,
    /// A path in `extends` or `calendar` is not a relative file path.
    BadPath = 14,
    /// The scenario language has no such key.
    UnknownKey = 20,
    /// A value is of another type than the key has.
    WrongType = 21,
    /// A word is none of those that the key can have.
    UnknownWord = 22,
    /// A number is outside its limits.
    OutOfRange = 23,
    /// An array has too few or too many entries.
    WrongLength = 24,
    /// A number is infinite or not a number.
    NotFinite = 25,
    /// A key is missing.
    MissingKey = 26,
    /// A text is no time.
    BadTime = 27,
    /// A date does not exist.
    BadDate = 28,
    /// Numbers that must ascend do not.
    BadOrder = 29,
    /// The checked file cannot be taken over: a fault of this program's own shape check.
    Rejected = 30,
    /// A source is empty in a language, or only half of it says that the number is assumed.
    BadSource = 31,
    /// A name refers to nothing.
    UnknownName = 40,
    /// The calendar lacks a year.
    MissingYear = 41,
    /// Two keys contradict each other, or one makes no sense without the other.
    Contradiction = 42,
    /// A time lies before or after another that it must follow or precede.
    TimeOrder = 43,
    /// Shares that belong together do not add up.
    SharesSum = 44,
    /// Names refer to each other in a circle.
    Circle = 45,
    /// A text is no opening hours.
    BadHours = 46,
    /// A pathway goes to a place where it cannot go.
    BadRoute = 47,
    /// More of something than the simulation can hold.
    TooMany = 48,
    /// Something that a complete scenario must have is nowhere.
    Incomplete = 49,
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "E{:03}", *self as u16)
    }
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Text {
    /// A text in both languages.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The text in one language.
    pub fn in_lang(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

impl<Zh: Into<String>, En: Into<String>> From<(Zh, En)> for Text {
    fn from((zh, en): (Zh, En)) -> Self {
        Self::new(zh, en)
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What kind of problem.
    pub code: Code,
    /// File as shown, or `--set`.
    pub file: String,
    /// Line, counted from 1; none for a whole file and for `--set`.
    pub line: Option<u32>,
    /// Key path (`sites.hall.desk.windows`); empty for a whole file.
    pub key: String,
    /// What was found, trimmed and without control characters; empty when nothing was.
    pub found: String,
    /// What is allowed, or what is wrong with it.
    pub allowed: Text,
    /// What to do, or what was probably meant.
    pub hint: Option<Text>,
    /// Place of the file among the layers, for the order of the report.
    pub place: u16,
}

impl Problem {
    /// A problem of a whole file.
    pub fn of_file(code: Code, file: impl Into<String>, allowed: impl Into<Text>) -> Self {
        Self {
            code,
            file: file.into(),
            line: None,
            key: String::new(),
            found: String::new(),
            allowed: allowed.into(),
            hint: None,
            place: 0,
        }
    }

    /// The same with a hint.
    #[must_use]
    pub fn with_hint(mut self, hint: Option<Text>) -> Self {
        self.hint = hint;
        self
    }

    /// The same at a place in the order of layers and a line.
    #[must_use]
    pub fn with_line(mut self, place: u16, line: Option<u32>) -> Self {
        self.place = place;
        self.line = line;
        self
    }

    /// The same for a key, with what was found there.
    #[must_use]
    pub fn with_key(mut self, key: impl AsRef<str>, found: impl AsRef<str>) -> Self {
        self.key = echo_key(key.as_ref());
        self.found = echo(found.as_ref());
        self
    }

    /// One line without line end: `city.toml:41: desk.windows = -4: must be at least 0 (E023)`.
    pub fn render(&self, lang: Lang) -> String {
        let mut line = echo_key(&self.file);
        if let Some(number) = self.line {
            let _ = write!(line, ":{number}");
        }
        line.push_str(": ");
        if !self.key.is_empty() {
            line.push_str(&self.key);
        }
        if !self.found.is_empty() {
            let _ = write!(line, "{}{}", if self.key.is_empty() { "" } else { " = " }, self.found);
        }
        if !self.key.is_empty() || !self.found.is_empty() {
            line.push_str(lang.pick("：", ": "));
        }
        line.push_str(self.allowed.in_lang(lang));
        if let Some(hint) = &self.hint {
            let _ = write!(line, "{}{}", lang.pick("；", "; "), hint.in_lang(lang));
        }
        let _ = write!(line, " ({})", self.code);
        line
    }
}

/// Most problems kept; the others are counted only.
pub const PROBLEMS_MAX: usize = 500;

/// All that is wrong with a scenario.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    list: Vec<Problem>,
    beyond: usize,
}

impl Problems {
    /// Nothing wrong so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a problem. The same problem at the same place is kept once.
    pub fn add(&mut self, problem: Problem) {
        let known = self.list.iter().any(|other| {
            other.code == problem.code
                && other.place == problem.place
                && other.line == problem.line
                && other.key == problem.key
        });
        if known {
            return;
        }
        if self.list.len() < PROBLEMS_MAX {
            self.list.push(problem);
        } else {
            self.beyond += 1;
        }
    }

    /// Adds a problem at a key, where it was written last; a key that stands in no file is told
    /// at the nearest table around it.
    pub fn at(
        &mut self,
        origins: &Origins,
        key: &str,
        code: Code,
        found: impl AsRef<str>,
        allowed: impl Into<Text>,
        hint: Option<Text>,
    ) {
        let (file, origin) = origins.find(key);
        self.add(
            Problem::of_file(code, file, allowed)
                .with_line(origin.place, origin.line)
                .with_key(key, found)
                .with_hint(hint),
        );
    }

    /// Adds all of another list.
    pub fn extend(&mut self, other: Self) {
        self.beyond += other.beyond;
        for problem in other.list {
            self.add(problem);
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Number of problems, those too many to keep included.
    pub fn len(&self) -> usize {
        self.list.len() + self.beyond
    }

    /// The problems in the order of the layers and, within a file, of the lines.
    pub fn in_order(&self) -> Vec<&Problem> {
        let mut ordered: Vec<&Problem> = self.list.iter().collect();
        ordered.sort_by_key(|problem| (problem.place, problem.line.unwrap_or(0)));
        ordered
    }

    /// All problems, one a line, each line ended.
    pub fn render(&self, lang: Lang) -> String {
        let mut text = String::new();
        for problem in self.in_order() {
            text.push_str(&problem.render(lang));
            text.push('\n');
        }
        if self.beyond > 0 {
            let _ = match lang {
                Lang::Zh => writeln!(text, "另有 {} 处问题未列出", self.beyond),
                Lang::En => writeln!(text, "and {} more problems", self.beyond),
            };
        }
        text
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self { list: vec![problem], beyond: 0 }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.render(Lang::En).trim_end())
    }
}

impl std::error::Error for Problems {}

/// Most characters of a value shown in a message.
const ECHO_CHARACTERS: usize = 60;

/// A found value as messages show it: at most 60 characters, one line, nothing invisible.
pub fn echo(text: &str) -> String {
    shown(text, ECHO_CHARACTERS)
}

/// A key or a file path as messages show it.
fn echo_key(text: &str) -> String {
    shown(text, 4 * ECHO_CHARACTERS)
}

fn shown(text: &str, characters: usize) -> String {
    let text = text.trim();
    match text.char_indices().nth(characters) {
        Some((end, _)) => visible(&text[..end]) + "…",
        None => visible(text),
    }
}

/// A text of one line in which nothing acts on the reader's screen: control characters, and those that
/// turn the direction of writing or cannot be seen, are written as escapes.
pub fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for character in text.chars() {
        let unseen = matches!(character,
            '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}');
        if character.is_control() || unseen {
            visible.extend(character.escape_default());
        } else {
            visible.push(character);
        }
    }
    visible
}

/// The known word nearest to one that is not known, when it is near enough to be meant.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace('_', "-");
    let length = word.chars().take(65).count();
    if length > 64 {
        return None;
    }
    let wanted = plain(word);
    let near = known.into_iter().map(|known| (strsim::damerau_levenshtein(&wanted, &plain(known)), known));
    near.filter(|(distance, _)| *distance <= (length / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// "did you mean …?" for the nearest known word, if one is near enough.
pub fn meant<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<Text> {
    nearest(word, known).map(|known| Text::new(format!("是否想写 `{known}`？"), format!("did you mean `{known}`?")))
}

/// A list of words for a message, at most twelve of them.
pub fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    let shown = words.iter().take(12).map(|word| echo(word)).collect::<Vec<_>>().join(", ");
    if words.len() > 12 { format!("{shown}, …") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_trimmed_and_escaped() {
        assert_eq!(echo("a\nb\u{1b}[31m\u{202e}"), "a\\nb\\u{1b}[31m\\u{202e}");
        assert_eq!(echo(&"长".repeat(100)).chars().count(), 61);
    }

    #[test]
    fn nearest_word_is_found_only_when_near() {
        let known = ["windows", "hours", "patience_minutes"];
        assert_eq!(nearest("windoes", known), Some("windows"));
        assert_eq!(nearest("patience-minutes", known), Some("patience_minutes"));
        assert_eq!(nearest("Windows", known), Some("windows"));
        assert_eq!(nearest("insured", known), None);
        assert_eq!(nearest(&"w".repeat(100_000), known), None);
    }

    #[test]
    fn problems_are_told_in_layer_and_line_order() {
        let mut problems = Problems::new();
        let at = |file: &str, place, line| {
            Problem::of_file(Code::OutOfRange, file, ("必须不小于 0", "must be at least 0"))
                .with_line(place, Some(line))
                .with_key("a.b", "-4")
        };
        problems.add(at("x/announced.toml", 3, 2));
        problems.add(at("x/city.toml", 2, 41));
        problems.add(at("x/city.toml", 2, 7));
        problems.add(at("x/city.toml", 2, 7));
        assert_eq!(
            problems.render(Lang::En),
            "x/city.toml:7: a.b = -4: must be at least 0 (E023)\n\
             x/city.toml:41: a.b = -4: must be at least 0 (E023)\n\
             x/announced.toml:2: a.b = -4: must be at least 0 (E023)\n"
        );
        assert!(problems.render(Lang::Zh).starts_with("x/city.toml:7: a.b = -4：必须不小于 0 (E023)\n"));
    }

    #[test]
    fn too_many_problems_are_counted() {
        let mut problems = Problems::new();
        for line in 0..600 {
            problems.add(Problem::of_file(Code::Syntax, "f", ("坏", "bad")).with_line(0, Some(line)));
        }
        assert_eq!(problems.len(), 600);
        assert!(problems.render(Lang::En).ends_with("and 100 more problems\n"));
    }
}
