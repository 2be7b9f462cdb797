//! One file parsed to a tree in which every value knows its line.
//!
//! The TOML parser recovers after an error, so that all errors of a file are told at once. What
//! it makes of the text after a structural error (a bracket that is not closed) says nothing
//! about the file; [`Doubt`] keeps the shape check from complaining about that part.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use super::error::{Code, Problem, Problems, Text, echo, visible};
use super::mistyped::{mark_meant, number_meant};
use super::origin::{Origin, Origins};
use crate::calendar::TimeExpression;

/// Deepest nesting of tables and arrays; the language itself needs seven levels.
const DEPTH_MAX: usize = 32;

/// Most syntax errors told of one file.
const SYNTAX_PROBLEMS_MAX: usize = 40;

/// A value with its origin.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) origin: Origin,
    /// The value as written, trimmed.
    pub(crate) text: String,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// A table in file order.
    Table(IndexMap<String, Node>),
    /// An array.
    Array(Vec<Node>),
    /// True or false.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number, infinite and not-a-number included.
    Float(f64),
    /// A text, or a date or time as written.
    Text(String),
    /// Something already told as a problem.
    Faulty,
}

impl Node {
    /// An empty table.
    pub(crate) fn table(origin: Origin) -> Self {
        Self { kind: Kind::Table(IndexMap::new()), origin, text: String::new() }
    }

    /// The entries, when it is a table.
    pub(crate) fn entries(&self) -> Option<&IndexMap<String, Self>> {
        if let Kind::Table(entries) = &self.kind { Some(entries) } else { None }
    }

    /// The text, when it is one.
    pub(crate) fn as_text(&self) -> Option<&str> {
        if let Kind::Text(text) = &self.kind { Some(text) } else { None }
    }

    /// The number, when it is one.
    pub(crate) fn as_number(&self) -> Option<f64> {
        match self.kind {
            Kind::Integer(number) => Some(number as f64),
            Kind::Float(number) => Some(number),
            _ => None,
        }
    }

    /// As JSON. Faulty values are left out; the caller has problems to tell then.
    ///
    /// Texts go to screens, charts and results from here on, so what could act there is escaped.
    pub(crate) fn to_json(&self) -> Value {
        match &self.kind {
            Kind::Table(entries) => {
                Value::Object(entries.iter().map(|(key, node)| (key.clone(), node.to_json())).collect())
            }
            Kind::Array(entries) => Value::Array(entries.iter().map(Self::to_json).collect()),
            Kind::Flag(flag) => Value::from(*flag),
            Kind::Integer(number) => Value::from(*number),
            Kind::Float(number) => Value::from(*number),
            // A source written over several lines is one line.
            Kind::Text(text) => Value::from(visible(&text.replace(['\n', '\t'], " "))),
            Kind::Faulty => Value::Null,
        }
    }

    /// Writes the origin of this value and all below it.
    pub(crate) fn add_origins(&self, path: &str, origins: &mut Origins) {
        if !path.is_empty() {
            origins.add_key(path, self.origin);
        }
        match &self.kind {
            Kind::Table(entries) => {
                entries.iter().for_each(|(key, node)| node.add_origins(&join(path, key), origins));
            }
            Kind::Array(entries) => {
                let numbered = entries.iter().enumerate();
                numbered.for_each(|(index, node)| node.add_origins(&format!("{path}[{index}]"), origins));
            }
            _ => {}
        }
    }
}

/// A key below a key path.
pub(crate) fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// Lines about which only the syntax problems are told.
#[derive(Debug, Clone, Default)]
pub(crate) struct Doubt {
    lines: BTreeSet<u32>,
    from: Option<u32>,
}

impl Doubt {
    /// Whether a line is in doubt.
    pub(crate) fn covers(&self, line: Option<u32>) -> bool {
        line.is_some_and(|line| self.lines.contains(&line) || self.from.is_some_and(|from| line >= from))
    }
}

/// Parses a text; problems are added with their lines.
pub(crate) fn parse(text: &str, place: u16, shown: &str, problems: &mut Problems) -> (Node, Doubt) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader::new(text, place, errors.iter().filter_map(Error::span).map(|span| span.start).collect());
    let mut root = Node::table(Origin { place, line: None });
    root.kind = Kind::Table(reader.entries(table.get_ref(), 1));
    let mut doubt = Doubt::default();
    if let Some(line) = reader.too_deep {
        let allowed = (
            format!("表和数组的嵌套不得超过 {DEPTH_MAX} 层"),
            format!("tables and arrays must not be nested deeper than {DEPTH_MAX}"),
        );
        problems.add(Problem::of_file(Code::TooDeep, shown, allowed).with_line(place, Some(line)));
    }
    for error in errors {
        let start = error.span().map(|span| span.start).filter(|start| !reader.tolerated.contains(start));
        let Some(start) = start.or(error.span().is_none().then_some(0)) else {
            continue;
        };
        let line = reader.line(start);
        if !doubt.lines.insert(line) || doubt.lines.len() > SYNTAX_PROBLEMS_MAX {
            continue;
        }
        let fault = SyntaxFault::of(&error, text);
        if fault.structural {
            doubt.from = Some(doubt.from.map_or(line, |from| from.min(line)));
        }
        let key = reader.keys_by_line.iter().find(|(at, _)| *at == line).map_or("", |(_, key)| key.as_str());
        let found = if key.is_empty() || fault.code == Code::DuplicateKey {
            reader.line_text(start)
        } else {
            reader.value_text(start)
        };
        let problem = Problem::of_file(fault.code, shown, fault.allowed).with_line(place, Some(line));
        let slip = number_meant(reader.value_text(start)).or_else(|| mark_meant(reader.line_text(start)));
        problems.add(problem.with_key(key, found).with_hint(slip.or(fault.hint)));
    }
    (root, doubt)
}

/// Parses the VALUE of `--set`; none when it is no TOML value.
pub(crate) fn parse_value(text: &str, place: u16) -> Option<Node> {
    let value = DeValue::parse(text).ok()?;
    let mut node = Reader::new(text, place, BTreeSet::new()).node(&value, 1);
    strip_lines(&mut node);
    Some(node)
}

fn strip_lines(node: &mut Node) {
    node.origin.line = None;
    match &mut node.kind {
        Kind::Table(entries) => entries.values_mut().for_each(strip_lines),
        Kind::Array(entries) => entries.iter_mut().for_each(strip_lines),
        _ => {}
    }
}

struct Reader<'a> {
    text: &'a str,
    place: u16,
    line_starts: Vec<usize>,
    faults: BTreeSet<usize>,
    tolerated: BTreeSet<usize>,
    keys_by_line: Vec<(u32, String)>,
    path: Vec<String>,
    too_deep: Option<u32>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, place: u16, faults: BTreeSet<usize>) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self {
            text,
            place,
            line_starts: std::iter::once(0).chain(ends).collect(),
            faults,
            tolerated: BTreeSet::new(),
            keys_by_line: Vec::new(),
            path: Vec::new(),
            too_deep: None,
        }
    }

    fn line(&self, at: usize) -> u32 {
        u32::try_from(self.line_starts.partition_point(|start| *start <= at)).unwrap_or(u32::MAX)
    }

    fn line_text(&self, at: usize) -> &'a str {
        let line = self.line_starts.partition_point(|start| *start <= at).max(1) - 1;
        self.text.get(self.line_starts[line]..).and_then(|rest| rest.lines().next()).unwrap_or_default()
    }

    /// What stands right of the equals sign on a line.
    fn value_text(&self, at: usize) -> &'a str {
        let line = self.line_text(at);
        line.split_once('=').map_or(line, |(_, value)| value)
    }

    fn origin(&self, at: usize) -> Origin {
        Origin { place: self.place, line: Some(self.line(at)) }
    }

    fn entries(&mut self, table: &DeTable<'_>, depth: usize) -> IndexMap<String, Node> {
        let mut entries = IndexMap::new();
        for (key, value) in table {
            let origin = self.origin(key.span().start);
            self.path.push(key.get_ref().to_string());
            if !self.faults.is_empty() {
                self.keys_by_line.push((origin.line.unwrap_or(0), echo(&self.path.join("."))));
            }
            let mut node = self.node(value, depth + 1);
            node.origin = origin;
            self.path.pop();
            entries.insert(key.get_ref().to_string(), node);
        }
        entries
    }

    fn node(&mut self, value: &Spanned<DeValue<'_>>, depth: usize) -> Node {
        let span = value.span();
        let origin = self.origin(span.start);
        let source = self.text.get(span.clone()).unwrap_or_default();
        let kind = if depth > DEPTH_MAX {
            self.too_deep.get_or_insert(origin.line.unwrap_or(0));
            Kind::Faulty
        } else {
            self.kind(value, source, span.start, depth)
        };
        Node { kind, origin, text: echo(source) }
    }

    fn kind(&mut self, value: &Spanned<DeValue<'_>>, source: &str, at: usize, depth: usize) -> Kind {
        match value.get_ref() {
            DeValue::Table(table) => Kind::Table(self.entries(table, depth)),
            DeValue::Array(array) => Kind::Array(array.iter().map(|entry| self.node(entry, depth + 1)).collect()),
            DeValue::Datetime(_) if self.faults.contains(&at) => {
                match TimeExpression::parse(source) {
                    // A notice's 24:00, which TOML itself does not have.
                    Ok(_) => {
                        self.tolerated.insert(at);
                        Kind::Text(source.to_owned())
                    }
                    Err(_) => Kind::Faulty,
                }
            }
            DeValue::Datetime(_) => Kind::Text(source.to_owned()),
            DeValue::Boolean(flag) => Kind::Flag(*flag),
            DeValue::String(text) => Kind::Text(text.to_string()),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Kind::Integer(number),
                Err(_) => number.as_str().parse().map_or(Kind::Faulty, Kind::Float),
            },
            DeValue::Float(number) => number.as_str().parse().map_or(Kind::Faulty, Kind::Float),
        }
    }
}

struct SyntaxFault {
    code: Code,
    allowed: Text,
    hint: Option<Text>,
    /// What the parser makes of the lines after it cannot be trusted.
    structural: bool,
}

/// Messages of the TOML parser by their beginning: Chinese text, and whether what follows is in doubt.
const SYNTAX_TEXTS: &[(&str, &str, bool)] = &[
    ("string values must be quoted", "文字必须加引号", false),
    ("invalid unquoted key", "含汉字或其他符号的键名必须加引号", false),
    ("unexpected leading zero", "数字不能以 0 开头", false),
    ("missing escaped value", "反斜杠后的字符无效", false),
    ("invalid basic string", "引号没有配对", true),
    ("invalid literal string", "引号没有配对", true),
    ("missing comma", "缺少逗号", true),
    ("unclosed array", "方括号没有配对", true),
    ("unclosed table", "表名的方括号没有配对", true),
    ("unclosed inline table", "花括号没有配对", true),
    ("key with no value", "键后缺少等号和值", true),
];

impl SyntaxFault {
    fn of(error: &Error, text: &str) -> Self {
        let message = error.message();
        let fault = |code, allowed| Self { code, allowed, hint: None, structural: false };
        if message.starts_with("duplicate key") || message.starts_with("cannot extend") {
            return fault(Code::DuplicateKey, Text::new("同一文件中重复的键", "the key stands twice in this file"));
        }
        if message.contains("recurs") {
            let allowed = Text::new("表和数组的嵌套太深", "tables and arrays are nested too deep");
            return Self { structural: true, ..fault(Code::TooDeep, allowed) };
        }
        if message.starts_with("invalid date") || message.starts_with("invalid time") {
            let allowed = Text::new(
                "没有这个日期或时刻，必须形如 2021-07-30T18:00:00",
                "no such date or time of day, must be like 2021-07-30T18:00:00",
            );
            return fault(Code::BadDate, allowed);
        }
        let known = SYNTAX_TEXTS.iter().find(|(start, _, _)| message.starts_with(start));
        let (zh, structural) = known.map_or(("不是有效的 TOML", true), |(_, zh, structural)| (*zh, *structural));
        let at_end = error.span().is_some_and(|span| text.get(span.start..).is_none_or(|rest| rest.trim().is_empty()));
        let hint = (at_end && structural).then(|| {
            Text::new("文件似乎在此中断，是否保存完整？", "the file seems to be cut off here; was it saved whole?")
        });
        Self { code: Code::Syntax, allowed: Text::new(zh, format!("not valid TOML: {message}")), hint, structural }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Lang;

    fn told(text: &str) -> String {
        let mut problems = Problems::new();
        let _ = parse(text, 1, "f.toml", &mut problems);
        problems.render(Lang::En)
    }

    #[test]
    fn an_unquoted_24_00_is_the_next_day() {
        assert_eq!(told("start = 2021-07-30T24:00:00\n"), "");
    }

    #[test]
    fn impossible_dates_are_told_with_key_and_line() {
        let text = told("# c\nstart = 2021-02-30T00:00:00\n[x]\na = 2021-13-01\n");
        assert!(text.starts_with("f.toml:2: start = 2021-02-30T00:00:00: no such date"), "{text}");
        assert!(text.contains("f.toml:4: x.a = 2021-13-01: no such date"), "{text}");
    }

    #[test]
    fn deep_nesting_is_refused() {
        for text in [
            format!("a = {}{}", "[".repeat(50), "]".repeat(50)),
            format!("a = {}{}", "[".repeat(5_000), "]".repeat(5_000)),
        ] {
            assert!(told(&text).contains("(E010)"), "{}", told(&text));
        }
        assert!(told(&format!("{}x = 1", "a.".repeat(5_000))).contains("(E010)"));
    }

    #[test]
    fn lines_are_counted_from_one() {
        let mut problems = Problems::new();
        let (root, _) = parse("a = 1\n\n[b]\nc = [1,\n  2]\n", 1, "f.toml", &mut problems);
        let mut origins = Origins::default();
        root.add_origins("", &mut origins);
        assert!(problems.is_empty());
        let line = |key: &str| origins.written(key).and_then(|(_, line)| line);
        assert_eq!([line("a"), line("b"), line("b.c"), line("b.c[1]")], [Some(1), Some(3), Some(4), Some(5)]);
    }
}
