//! The shape check: a tree of values against the JSON Schema of the language.
//!
//! Keys, types, words, limits and lengths are checked here, so that taking the values over into
//! [`super::raw`] cannot fail. What needs two keys at once (a name that must exist, a stop before
//! its return) is checked later; only the order of numbers within one value is checked here.

use super::error::{Code, Problem, Text, listed, meant};
use super::file::{Kind, Node, join};
use super::mistyped::{number_meant, share_meant};
use super::origin::{assumed, is_nearly_assumed};
use super::schema::Rule;
use crate::calendar::{OpeningHours, TimeError, TimeExpression, parse_date};

/// Longest name of a named table, a city or a schedule, in characters.
pub const NAME_CHARACTERS_MAX: usize = 64;

/// Whether a text can be a name: letters of any script, digits, `-` and `_`, at most 64.
pub fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    !text.is_empty()
        && text.chars().take(NAME_CHARACTERS_MAX + 1).count() <= NAME_CHARACTERS_MAX
        && text.chars().all(plain)
}

/// What names can be, for messages.
pub(crate) fn name_rule() -> Text {
    Text::new(
        "名称只能用文字、数字、- 和 _，最多 64 个字符",
        "names are letters, digits, - and _, at most 64 characters",
    )
}

/// Checks a tree and returns its problems, without file names.
///
/// In a `partial` check, of one layer alone, nothing is missing: what a layer leaves out may stand
/// in the layer above it.
pub(crate) fn check(root: &Node, rule: &Rule<'_>, partial: bool) -> Vec<Problem> {
    let mut checker = Checker { partial, problems: Vec::new() };
    checker.value("", root, rule);
    checker.problems
}

struct Checker {
    partial: bool,
    problems: Vec<Problem>,
}

impl Checker {
    fn add(&mut self, code: Code, path: &str, node: &Node, allowed: impl Into<Text>, hint: Option<Text>) {
        let problem = Problem::of_file(code, "", allowed).with_line(node.origin.place, node.origin.line);
        self.problems.push(problem.with_key(path, &node.text).with_hint(hint));
    }

    fn value(&mut self, path: &str, node: &Node, rule: &Rule<'_>) {
        if matches!(node.kind, Kind::Faulty) {
            return;
        }
        let before = self.problems.len();
        let choices = rule.choices();
        if rule.kind() == "time" {
            self.time(path, node, rule);
        } else if choices.is_empty() {
            self.single(path, node, rule);
        } else {
            self.choice(path, node, rule, &choices);
        }
        if self.problems.len() == before {
            match rule.kind() {
                "" => {}
                "source" => self.source(path, node),
                _ => self.ascending(path, node),
            }
        }
    }

    fn single(&mut self, path: &str, node: &Node, rule: &Rule<'_>) {
        match (&node.kind, rule.type_name()) {
            (Kind::Table(_), "object") => self.table(path, node, rule),
            (Kind::Array(entries), "array") => self.array(path, node, entries, rule),
            (Kind::Text(text), "string") => self.text(path, node, text, rule),
            (Kind::Flag(_), "boolean") => {}
            (Kind::Integer(number), "number" | "integer") => self.number(path, node, *number as f64, rule),
            (Kind::Float(number), "number") => self.number(path, node, *number, rule),
            (Kind::Float(number), "integer") if !number.is_finite() => self.number(path, node, *number, rule),
            _ => self.wrong_type(path, node, rule),
        }
    }

    fn wrong_type(&mut self, path: &str, node: &Node, rule: &Rule<'_>) {
        let number = node.as_text().and_then(|text| text.trim().parse::<f64>().ok().map(|_| text.trim().to_owned()));
        let takes_number = |rule: &Rule<'_>| matches!(rule.type_name(), "number" | "integer");
        let hint = match (number, &node.kind) {
            (Some(text), _) if takes_number(rule) || rule.choices().iter().any(takes_number) => {
                Some(Text::new(format!("去掉引号：{text}"), format!("without quotes: {text}")))
            }
            (_, Kind::Text(text)) if takes_number(rule) || rule.choices().iter().any(takes_number) => {
                number_meant(text)
            }
            (_, Kind::Float(number)) if rule.type_name() == "integer" && number.fract() == 0.0 => {
                Some(Text::new(format!("写作 {number:.0}"), format!("write {number:.0}")))
            }
            (_, Kind::Text(_)) if rule.type_name() == "array" => {
                Some(Text::new(format!("写作 [{}]", node.text), format!("write [{}]", node.text)))
            }
            _ => None,
        };
        self.add(Code::WrongType, path, node, described(rule), hint);
    }

    fn number(&mut self, path: &str, node: &Node, number: f64, rule: &Rule<'_>) {
        if !number.is_finite() {
            self.add(Code::NotFinite, path, node, ("必须是有限的数", "must be a finite number"), None);
            return;
        }
        let (least, most) = (rule.minimum(), rule.maximum());
        if least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most) {
            // Chances too, whose ends are left out.
            let is_share =
                least.is_some_and(|least| least >= 0.0) && most.is_some_and(|most| (0.9..=1.0).contains(&most));
            let hint = if is_share { share_meant(number) } else { None };
            self.add(Code::OutOfRange, path, node, limits(least, most), hint);
        }
    }

    fn text(&mut self, path: &str, node: &Node, text: &str, rule: &Rule<'_>) {
        if let Some(word) = rule.word().filter(|word| *word != text) {
            self.add(Code::UnknownWord, path, node, words_text(&[word], ""), meant(text, [word]));
        }
    }

    fn time(&mut self, path: &str, node: &Node, rule: &Rule<'_>) {
        let Kind::Text(text) = &node.kind else {
            return self.wrong_type(path, node, rule);
        };
        let (code, hint) = match TimeExpression::parse(text) {
            Ok(_) => return,
            Err(TimeError::Impossible) => {
                (Code::BadDate, Some(Text::new("没有这个日期或时刻", "no such date or time of day")))
            }
            Err(TimeError::Zone) => (Code::BadTime, Some(Text::new("不要写时区", "leave the time zone out"))),
            Err(TimeError::Offset) => (
                Code::BadTime,
                Some(Text::new(
                    "加减的时间写作 + 1d、- 12h、+ 30min、+ 2w",
                    "a distance is written + 1d, - 12h, + 30min, + 2w",
                )),
            ),
            Err(TimeError::Anchor) => {
                let last = text.rsplit_once('.').map_or(text.as_str(), |(_, last)| last);
                let known = ["announced_at", "visit", "month-end", "year-end", "stop", "return", "planned_return"];
                (Code::BadTime, meant(last, known))
            }
        };
        self.add(code, path, node, (TimeError::ALLOWED_ZH, TimeError::ALLOWED), hint);
    }

    fn array(&mut self, path: &str, node: &Node, entries: &[Node], rule: &Rule<'_>) {
        let (least, most) = rule.lengths();
        if entries.len() < least || entries.len() > most {
            let allowed = match (least, most) {
                (least, most) if least == most => (format!("必须有 {least} 项"), format!("must have {least} entries")),
                (least, usize::MAX) => {
                    (format!("必须至少有 {least} 项"), format!("must have at least {least} entries"))
                }
                (_, most) => (format!("最多 {most} 项"), format!("must have at most {most} entries")),
            };
            let hint = (format!("现有 {} 项", entries.len()), format!("it has {}", entries.len()));
            self.add(Code::WrongLength, path, node, allowed, Some(hint.into()));
        }
        let Some(rule) = rule.items() else { return };
        for (index, entry) in entries.iter().enumerate() {
            self.value(&format!("{path}[{index}]"), entry, &rule);
        }
    }

    fn table(&mut self, path: &str, node: &Node, rule: &Rule<'_>) {
        let Kind::Table(entries) = &node.kind else {
            return;
        };
        let named = rule.is_named();
        for (key, entry) in entries {
            let below = join(path, key);
            match rule.child(key) {
                Some(child) => {
                    if named {
                        self.name(path, key, &below, entry);
                    }
                    self.value(&below, entry, &child);
                }
                None => {
                    let known: Vec<&str> = rule.keys().collect();
                    let list = listed(known.iter().copied());
                    let allowed = (format!("没有这个键，可用：{list}"), format!("unknown key, known here: {list}"));
                    self.add(Code::UnknownKey, &below, entry, allowed, meant(key, known));
                }
            }
        }
        let (least, most) = rule.lengths();
        if (entries.len() < least && !self.partial) || entries.len() > most {
            let list = listed(rule.keys());
            let allowed = (format!("必须只有其中之一：{list}"), format!("must have exactly one of: {list}"));
            self.add(Code::WrongLength, path, node, allowed, None);
        }
        let missing: Vec<&str> = rule.required().filter(|key| !entries.contains_key(*key)).collect();
        if !missing.is_empty() && !self.partial {
            let list = missing.join(", ");
            self.add(Code::MissingKey, path, node, (format!("缺少 {list}"), format!("{list} is missing")), None);
        }
    }

    /// Names of named tables; dates, weekday patterns and source patterns stand in such tables too.
    fn name(&mut self, path: &str, key: &str, below: &str, entry: &Node) {
        let (table, allowed, fits) = match path.rsplit('.').next() {
            Some("sources") if path == "sources" => return,
            Some("exceptions") => {
                let allowed = Text::new("键必须是日期，形如 2021-11-20", "the key must be a date such as 2021-11-20");
                ("exceptions", allowed, parse_date(key).is_some())
            }
            Some("patterns") => {
                let allowed =
                    Text::new("键必须是星期，形如 \"mon wed fri\"", "the key must be weekdays such as \"mon wed fri\"");
                let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
                (
                    "patterns",
                    allowed,
                    key.split_whitespace().count() > 0 && key.split_whitespace().all(|day| days.contains(&day)),
                )
            }
            Some("windows_by_hour") => {
                let allowed = Text::new(
                    "键必须是一段时间，形如 \"12:00-14:00\"",
                    "the key must be one span of hours such as \"12:00-14:00\"",
                );
                ("windows_by_hour", allowed, OpeningHours::parse(key).is_ok_and(|spans| spans.len() == 1))
            }
            _ => ("", name_rule(), is_name(key)),
        };
        if !fits {
            let code = if table == "exceptions" { Code::BadDate } else { Code::BadName };
            let problem = Problem::of_file(code, "", allowed).with_line(entry.origin.place, entry.origin.line);
            self.problems.push(problem.with_key(below, key));
        }
    }

    /// Of several alternatives, tells the problems of the one that fits best.
    fn choice(&mut self, path: &str, node: &Node, rule: &Rule<'_>, choices: &[Rule<'_>]) {
        let words: Vec<&str> = choices.iter().filter_map(Rule::word).collect();
        if let (Kind::Text(text), false) = (&node.kind, words.is_empty()) {
            if !words.contains(&text.as_str()) {
                let or = if choices.len() > words.len() { " | { … }" } else { "" };
                self.add(Code::UnknownWord, path, node, words_text(&words, or), meant(text, words.iter().copied()));
            }
            return;
        }
        let fits = |choice: &&Rule<'_>| match &node.kind {
            Kind::Table(_) => choice.type_name() == "object",
            Kind::Integer(_) | Kind::Float(_) => matches!(choice.type_name(), "number" | "integer"),
            Kind::Array(_) => choice.type_name() == "array",
            Kind::Flag(_) => choice.type_name() == "boolean",
            Kind::Text(_) | Kind::Faulty => choice.type_name() == "string",
        };
        let rank = |problems: &Vec<Problem>| {
            let unknown = problems.iter().filter(|problem| problem.code == Code::UnknownKey).count();
            // Of forms that fit equally ill, the one that nearly has the key.
            (unknown, problems.len(), problems.iter().filter(|problem| problem.hint.is_none()).count())
        };
        let mut best: Option<Vec<Problem>> = None;
        for choice in choices.iter().filter(fits) {
            let mut scratch = Self { partial: self.partial, problems: Vec::new() };
            scratch.single(path, node, choice);
            if scratch.problems.is_empty() {
                return;
            }
            if best.as_ref().is_none_or(|best| rank(&scratch.problems) < rank(best)) {
                best = Some(scratch.problems);
            }
        }
        match best {
            Some(problems) => self.problems.extend(problems),
            None => self.wrong_type(path, node, rule),
        }
    }

    /// A source says the same in both languages: something, and that the number is assumed or not.
    fn source(&mut self, path: &str, node: &Node) {
        let write = || Some(Text::new("写作 假设：原因", "write assumption: why"));
        let texts: Vec<&str> = match (&node.kind, node.entries()) {
            (Kind::Text(text), _) => vec![text],
            (_, Some(entries)) => ["zh", "en"].iter().filter_map(|key| entries.get(*key)?.as_text()).collect(),
            _ => return,
        };
        if texts.iter().any(|text| is_nearly_assumed(text)) {
            let allowed = ("假设须以“假设：”开头", "an assumption begins with `assumption:`");
            return self.add(Code::BadSource, path, node, allowed, write());
        }
        let [zh, en] = texts[..] else { return };
        if zh.trim().is_empty() || en.trim().is_empty() {
            self.add(Code::BadSource, path, node, ("zh 和 en 都要写", "must have a text in both zh and en"), None);
        } else if assumed(zh).is_some() != assumed(en).is_some() {
            let allowed = (
                "zh 和 en 必须同为假设（假设：… 与 assumption: …），或同为来源",
                "zh and en must both be assumptions (假设：… and assumption: …) or both be sources",
            );
            self.add(Code::BadSource, path, node, allowed, None);
        }
    }

    /// Numbers within a quantity that must ascend: a range and the value in it, three points.
    fn ascending(&mut self, path: &str, node: &Node) {
        let Some(entries) = node.entries() else {
            return;
        };
        for key in ["range", "range_mean"] {
            let Some((low, high)) = entries.get(key).and_then(pair) else {
                continue;
            };
            let value = entries.get("value").and_then(Node::as_number);
            let range = &entries[key];
            if low > high {
                let allowed = ("下限不得大于上限", "the lower end must not be above the upper end");
                self.add(Code::BadOrder, &join(path, key), range, allowed, None);
            } else if value.is_some_and(|value| value < low || value > high) {
                let allowed = (
                    format!("必须包含 value {}", entries["value"].text),
                    format!("must contain the value {}", entries["value"].text),
                );
                self.add(Code::BadOrder, &join(path, key), range, allowed, None);
            }
        }
        for (key, entry) in entries {
            let points = entry
                .entries()
                .map(|points| ["min", "mode", "max"].map(|name| points.get(name).and_then(Node::as_number)));
            if let Some([Some(least), Some(mode), Some(most)]) = points {
                if least > mode || mode > most {
                    let allowed = ("必须 min ≤ mode ≤ max", "min, mode and max must ascend");
                    self.add(Code::BadOrder, &join(path, key), entry, allowed, None);
                }
            } else if key == "value" {
                self.ascending(&join(path, key), entry);
            }
        }
    }
}

fn pair(node: &Node) -> Option<(f64, f64)> {
    match &node.kind {
        Kind::Array(entries) => match entries.as_slice() {
            [low, high] => Some((low.as_number()?, high.as_number()?)),
            _ => None,
        },
        _ => None,
    }
}

fn limits(least: Option<f64>, most: Option<f64>) -> Text {
    match (least, most) {
        (Some(least), Some(most)) => {
            Text::new(format!("必须在 {least} 到 {most} 之间"), format!("must be from {least} to {most}"))
        }
        (Some(least), None) => Text::new(format!("必须不小于 {least}"), format!("must be at least {least}")),
        (None, Some(most)) => Text::new(format!("必须不大于 {most}"), format!("must be at most {most}")),
        (None, None) => Text::new("必须是数", "must be a number"),
    }
}

fn words_text(words: &[&str], or: &str) -> Text {
    let list = words.join(" | ");
    Text::new(format!("必须是：{list}{or}"), format!("must be one of: {list}{or}"))
}

/// What a value must be.
fn described(rule: &Rule<'_>) -> Text {
    let choices = rule.choices();
    let words: Vec<&str> = choices.iter().filter_map(Rule::word).collect();
    match (rule.kind(), rule.type_name()) {
        ("amount", _) => Text::new(
            "必须是不小于 0 的数，或 { value = 12, range = [8, 20] }",
            "must be a number of at least 0, or { value = 12, range = [8, 20] }",
        ),
        ("whole", _) => Text::new(
            "必须是不小于 0 的整数，或 { value = 12, range = [8, 20] }",
            "must be a whole number of at least 0, or { value = 12, range = [8, 20] }",
        ),
        ("share", _) => Text::new(
            "必须是 0 到 1 的数，或 { value = 0.5, range = [0.3, 0.7] }",
            "must be a share from 0 to 1, or { value = 0.5, range = [0.3, 0.7] }",
        ),
        ("quantity", _) => Text::new(
            "必须是不小于 0 的数，或分布，如 { lognormal = { mean = 12, cv = 0.6 } }，或 { value = …, range = [8, 20] }",
            "must be a number of at least 0, or a distribution such as { lognormal = { mean = 12, cv = 0.6 } }, or { value = …, range = [8, 20] }",
        ),
        ("source", _) => Text::new(
            "必须是加引号的文字，或 { zh = \"…\", en = \"…\" }",
            "must be a text in quotes, or { zh = \"…\", en = \"…\" }",
        ),
        ("time", _) => Text::new(TimeError::ALLOWED_ZH, TimeError::ALLOWED),
        _ if !words.is_empty() => words_text(&words, if choices.len() > words.len() { " | { … }" } else { "" }),
        (_, "object") => Text::new("必须是表", "must be a table"),
        (_, "array") => Text::new("必须是数组 [ … ]", "must be an array [ … ]"),
        (_, "string") => Text::new("必须是加引号的文字", "must be a text in quotes"),
        (_, "integer") => {
            let limits = limits(rule.minimum(), rule.maximum());
            Text::new(format!("必须是整数，{}", limits.zh), format!("must be a whole number, {}", limits.en))
        }
        (_, "number") => Text::new("必须是数", "must be a number"),
        (_, "boolean") => Text::new("必须是 true 或 false", "must be true or false"),
        _ => {
            let kinds: Vec<Text> = choices.iter().map(described).collect();
            let join = |texts: Vec<&str>, or: &str| texts.join(or);
            Text::new(
                join(kinds.iter().map(|text| text.zh.as_str()).collect(), "，或"),
                join(kinds.iter().map(|text| text.en.as_str()).collect(), ", or "),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::error::Problems;
    use crate::scenario::file::parse;
    use crate::scenario::schema::Schema;
    use crate::units::Lang;

    fn told(text: &str) -> Vec<String> {
        let mut problems = Problems::new();
        let (root, _) = parse(text, 1, "f", &mut problems);
        assert!(problems.is_empty(), "{problems}");
        let schema = Schema::layer();
        check(&root, &schema.rule(), false).iter().map(|problem| problem.render(Lang::En)).collect()
    }

    fn one(text: &str) -> String {
        let told = told(text);
        assert_eq!(told.len(), 1, "{told:?}");
        told[0].clone()
    }

    #[test]
    fn good_values_pass() {
        let text = r#"
            name = { zh = "甲", en = "A" }
            start = 2021-11-01
            announced_at = "settlement.stop - 12h"
            horizon_days = 120
            people.a.insured = { value = 2, range = [1, 3] }
            people.a.monthly_income_yuan = { lognormal = { median = 3000, sigma = 0.6 } }
            people.b.monthly_income_yuan = { value = { pert = { min = 1, mode = 1, max = 3 } }, range_mean = [1, 2] }
            pathways.p.pays = { share = 0.3 }
            pathways.q.pays = "own-share"
            handling.x.y.share = "rest"
            handling.x.z.share = 0.25
            timetables.t.exceptions."2021-11-20" = "closed"
            demand.d.patterns."mon wed fri" = 0.5
            sources."suspend.*" = "notice"
            districts.江岸.share = 0.1
        "#;
        // Names in Chinese need quotes in TOML itself.
        assert_eq!(told(&text.replace("江岸", "\"江岸\"")), Vec::<String>::new());
    }

    #[test]
    fn words_are_listed_with_the_nearest() {
        assert!(
            one("sites.h.kind = 'Hal'").ends_with(
                "must be one of: provider | station | hall | back-office | away; did you mean `hall`? (E022)"
            )
        );
        assert!(
            one("pathways.p.pays = 'everythin'").contains("own-share | nothing | { … }; did you mean `everything`?")
        );
        assert!(one("handling.x.y.share = 'rst'").contains("did you mean `rest`?"));
    }

    #[test]
    fn quantities_explain_themselves() {
        assert!(
            one("people.a.monthly_income_yuan = { lognorml = { mean = 1, cv = 1 } }")
                .contains("did you mean `lognormal`? (E020)")
        );
        assert!(one("people.a.monthly_income_yuan = { lognormal = { mean = 1 } }").contains("cv is missing"));
        assert!(one("people.a.monthly_income_yuan = { lognormal = { median = 1 } }").contains("sigma is missing"));
        assert!(
            one("people.a.monthly_income_yuan = { pert = { min = 3, mode = 2, max = 4 } }")
                .contains("must ascend (E029)")
        );
        assert!(one("people.a.monthly_income_yuan = {}").contains("must have exactly one of"));
        assert!(
            one("people.a.insured = { value = 5, range = [6, 7] }")
                .contains("range = [6, 7]: must contain the value 5 (E029)")
        );
        assert!(one("people.a.insured = { value = 5, range = [7, 6] }").contains("lower end"));
        assert!(one("people.a.insured = { value = 5 }").contains("range is missing"));
        assert!(one("people.a.insured = '5'").contains("without quotes: 5 (E021)"));
        assert!(one("people.a.insured = true").contains("must be a number of at least 0, or { value"));
        assert!(one("classes.c.share = 1.2").contains("must be from 0 to 1 (E023)"));
        assert!(one("classes.c.share = nan").contains("finite number (E025)"));
        assert!(one("people.a.insured = -1e999").contains("finite number (E025)"));
    }

    #[test]
    fn sources_say_the_same_in_both_languages() {
        let both = |zh: &str, en: &str| told(&format!("sources.\"a.*\" = {{ zh = '{zh}', en = '{en}' }}"));
        assert_eq!(both("假设：无", "assumption: none"), Vec::<String>::new());
        assert_eq!(both("公告", "the notice"), Vec::<String>::new());
        assert!(both("公告", "assumption: none")[0].contains("both be assumptions"));
        assert!(both("", "the notice")[0].contains("both zh and en (E031)"));
        assert!(both("假定：无", "assumption: none")[0].contains("write assumption: why"));
        assert!(one("sources.x = 'assumed'").contains("begins with `assumption:`"));
        assert!(one("sources.x = { zh = '公告' }").contains("en is missing"));
        assert!(one("sources.x = 3").contains("must be a text in quotes, or { zh"));
        assert!(one("sources.x = { zh = 'a', en = 'b', fr = 'c' }").contains("fr"));
    }

    #[test]
    fn names_are_checked_where_they_are_names() {
        for name in ["../x", ".x", "a/b", "a b", "", "a\\\\b"] {
            assert!(one(&format!("sites.\"{name}\".count = 1")).contains("(E012)"), "{name}");
        }
        assert!(one(&format!("sites.{}.count = 1", "a".repeat(65))).contains("(E012)"));
        assert!(one("timetables.t.exceptions.\"2021-02-30\" = 'closed'").contains("must be a date"));
        assert!(one("demand.d.patterns.\"mon wen\" = 1").contains("weekdays"));
    }
}
