//! What a sweep reads off a replication, as the command line names it: a measure of a group
//! (`back-to-normal@hall`), the day on which the last desk class is back to normal (`back-to-normal`), whether
//! any announced return came late (`overran`); and thresholds on them
//! (`back-to-normal@hall within_working_days 10 chance 0.9`).

use crate::calendar::Clock;
use crate::measures::{Catalogue, Group, Kind, Measure, Values};
use crate::objective::{Bound, Limit, group_key, groups_told, no_such_measure};
use crate::scenario::error::{Text, echo, listed, meant};
use crate::scenario::raw::Name;
use crate::scenario::world::Scenario;
use crate::schedule::ReturnKind;

/// Readings of a sweep unless asked otherwise.
pub const READINGS_DEFAULT: [&str; 5] = ["prepayment-days", "affected", "forgone", "back-to-normal", "overran"];

/// Most readings of a sweep.
pub const READINGS_MAX: usize = 12;

/// Chance of a threshold unless stated.
const CHANCE_DEFAULT: f64 = 0.9;

/// One number of every replication.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The measure; of a reading over several groups its group is that of everything.
    pub measure: Measure,
    /// Where it comes from.
    pub source: Source,
}

/// Where a reading comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// One measure, by its place in the catalogue.
    Measure(usize),
    /// The latest of the desk classes with claims: places of claims entered and of the day, a class.
    LastDesk(Vec<(usize, usize)>),
    /// Whether any of these measures happened.
    Any(Vec<usize>),
}

impl Reading {
    /// Reads `MEASURE` or `MEASURE@GROUP`.
    ///
    /// # Errors
    ///
    /// What there is instead, in both languages.
    pub fn parse(text: &str, scenario: &Scenario, catalogue: &Catalogue) -> Result<Self, Text> {
        let (key, group) = match text.trim().split_once('@') {
            Some((key, group)) => (key.trim(), Some(group.trim())),
            None => (text.trim(), None),
        };
        let all = catalogue.measures.iter().enumerate();
        let of_name: Vec<(usize, &Measure)> = all.filter(|(_, known)| known.key == key).collect();
        let Some((_, first)) = of_name.first() else {
            let near = meant(key, catalogue.measures.iter().map(|measure| measure.key));
            let told = no_such_measure(key, catalogue);
            let found = echo(key);
            return Err(with_hint(format!("{found}：{}", told.zh), format!("{found}: {}", told.en), near));
        };
        let derived = match (key, group) {
            ("back-to-normal", None | Some("last")) => Some(last_desk(scenario, catalogue)),
            ("overran", None | Some("any")) => Some(any_return(scenario, catalogue)),
            _ => None,
        };
        if let Some(source) = derived {
            return Ok(Self { measure: Measure { group: Group::All, ..(*first).clone() }, source });
        }
        let wanted = group.unwrap_or("all");
        let found = of_name.iter().find(|(_, known)| group_key(scenario, known.group) == wanted);
        if let Some((index, measure)) = found {
            return Ok(Self { measure: (*measure).clone(), source: Source::Measure(*index) });
        }
        let groups: Vec<&str> = of_name.iter().map(|(_, known)| group_key(scenario, known.group)).collect();
        let near = meant(wanted, groups.iter().copied());
        let of: Vec<Group> = of_name.iter().map(|(_, known)| known.group).collect();
        let told = groups_told(wanted, &of, scenario);
        Err(match group {
            None => Text::new(
                format!("{key} 要写明哪一组，如 {key}@{}；可用：{}", groups[0], told.zh),
                format!("{key} needs a group, such as {key}@{}; there are: {}", groups[0], told.en),
            ),
            Some(group) => with_hint(
                format!("{key} 没有 {} 这一组，可用：{}", echo(group), told.zh),
                format!("{key} is not kept for {}; there are: {}", echo(group), told.en),
                near,
            ),
        })
    }

    /// The number of a replication; none where there is nothing to average or the day has not come.
    pub fn value(&self, values: &Values) -> Option<f64> {
        let at = |index: usize| values.values.get(index).copied().flatten().filter(|value| value.is_finite());
        match &self.source {
            Source::Measure(index) => at(*index),
            Source::LastDesk(classes) => {
                let used = classes.iter().filter(|(claims, _)| at(*claims).is_some_and(|claims| claims > 0.0));
                used.map(|(_, day)| at(*day)).try_fold(0.0_f64, |last, day| Some(last.max(day?)))
            }
            Source::Any(events) => {
                let seen: Vec<f64> = events.iter().filter_map(|index| at(*index)).collect();
                seen.into_iter().reduce(f64::max)
            }
        }
    }

    /// The group as the command line names it.
    pub fn group<'a>(&self, scenario: &'a Scenario) -> &'a str {
        match self.source {
            Source::Measure(_) => group_key(scenario, self.measure.group),
            Source::LastDesk(_) => "last",
            Source::Any(_) => "any",
        }
    }

    /// The name of a group that is none of the catalogue's.
    pub fn own_group_name(&self) -> Option<Name> {
        let name = |zh: &str, en: &str| Some(Name { zh: zh.to_owned(), en: en.to_owned() });
        match self.source {
            Source::Measure(_) => None,
            Source::LastDesk(_) => name("最晚的一类窗口", "last desk class"),
            Source::Any(_) => name("任一承诺的恢复", "any promised return"),
        }
    }
}

fn with_hint(zh: String, en: String, hint: Option<Text>) -> Text {
    match hint {
        Some(hint) => Text::new(format!("{zh}；{}", hint.zh), format!("{en}; {}", hint.en)),
        None => Text::new(zh, en),
    }
}

fn last_desk(scenario: &Scenario, catalogue: &Catalogue) -> Source {
    let class = |class: usize| {
        let of = |key: &str| catalogue.find(key, Group::Desk(class));
        Some((of("claims-entered")?, of("back-to-normal")?))
    };
    Source::LastDesk((0..scenario.desk_classes.len()).filter_map(class).collect())
}

/// Of what was announced as certain; what was only estimated is expected to be late.
fn any_return(scenario: &Scenario, catalogue: &Catalogue) -> Source {
    let stops = scenario.suspensions.iter().enumerate();
    let promised = stops.filter(|(_, stop)| stop.kind == ReturnKind::Fixed);
    Source::Any(promised.filter_map(|(stop, _)| catalogue.find("overran", Group::Stop(stop))).collect())
}

/// What a sweep looks for: where a limit is kept with a chance.
#[derive(Debug, Clone)]
pub struct Threshold {
    /// Short name for files: the name of the limit, or the measure.
    pub key: String,
    /// As asked for.
    pub asked: String,
    /// Name of a limit of the scenario; none for one of the command line.
    pub name: Option<Name>,
    /// What it is on.
    pub reading: Reading,
    /// What is asked of it in a replication.
    pub bound: Bound,
    /// Name of the stop after whose return days are counted.
    pub after: Option<Name>,
    /// In what share of the replications.
    pub chance: f64,
}

impl Threshold {
    /// Reads `MEASURE[@GROUP] WORD NUMBER [after STOP] [chance SHARE]`; the word is `<=`, `>=`, `at_most`,
    /// `at_least`, `within_days` or `within_working_days`.
    ///
    /// # Errors
    ///
    /// What was found, what is allowed and what to do, in both languages.
    pub fn parse(text: &str, scenario: &Scenario, catalogue: &Catalogue) -> Result<Self, Text> {
        let bad = |zh: &str, en: &str| {
            let found = echo(text);
            Text::new(
                format!("--threshold {found}：{zh}；如 \"back-to-normal@hall within_working_days 10 chance 0.9\""),
                format!("--threshold {found}: {en}; such as \"back-to-normal@hall within_working_days 10 chance 0.9\""),
            )
        };
        let spaced =
            ["<=", ">=", "≤", "≥"].iter().fold(text.to_owned(), |text, sign| text.replace(sign, &format!(" {sign} ")));
        let words: Vec<&str> = spaced.split_whitespace().collect();
        let [measure, word, number, rest @ ..] = words.as_slice() else {
            return Err(bad(
                "必须写作 指标[@组] 条件 数 [after 停机] [chance 把握]",
                "must be MEASURE[@GROUP] WORD NUMBER [after STOP] [chance SHARE]",
            ));
        };
        let reading = Reading::parse(measure, scenario, catalogue)
            .map_err(|told| Text::new(format!("--threshold {}", told.zh), format!("--threshold {}", told.en)))?;
        let Some(number) = number.parse::<f64>().ok().filter(|number| number.is_finite()) else {
            return Err(bad("条件后面必须是数", "a number must follow the word"));
        };
        let (mut stop, mut chance) = (None, CHANCE_DEFAULT);
        for pair in rest.chunks(2) {
            match pair {
                ["after", name] => stop = Some(stop_of(name, scenario)?),
                ["chance", share] => {
                    chance = share_of(share).ok_or_else(|| {
                        bad(
                            "chance 必须在 0 与 1 之间，如 0.9 或 90%",
                            "chance must lie between 0 and 1, such as 0.9 or 90%",
                        )
                    })?;
                }
                _ => {
                    return Err(bad(
                        "多出的词只能是 after 停机 或 chance 把握",
                        "only after STOP and chance SHARE may follow",
                    ));
                }
            }
        }
        let is_whole = number >= 0.0 && number.fract() == 0.0 && number <= 1000.0;
        let is_day = reading.measure.kind == Kind::Censored;
        let bound = match (*word, is_day) {
            ("<=" | "≤" | "at_most", false) => Bound::AtMost(number),
            (">=" | "≥" | "at_least", false) => Bound::AtLeast(number),
            ("within_days", true) if number >= 0.0 => Bound::WithinDays(number, stop),
            ("within_working_days", true) if is_whole => Bound::WithinWorkingDays(number as u32, stop),
            ("within_days" | "within_working_days", true) => {
                return Err(bad("天数必须是不小于 0 的整数", "days must be a whole number from 0"));
            }
            (_, true) => {
                return Err(bad(
                    "这个指标是日期，条件必须是 within_days 或 within_working_days",
                    "this measure is a day: the word must be within_days or within_working_days",
                ));
            }
            (_, false) => {
                return Err(bad(
                    "这个指标不是日期，条件必须是 <=、>=、at_most 或 at_least",
                    "this measure is no day: the word must be <=, >=, at_most or at_least",
                ));
            }
        };
        let after = stop.map(|stop| scenario.suspensions[stop].name.clone());
        let key = reading.measure.key.to_owned();
        Ok(Self { key, asked: text.trim().to_owned(), name: None, reading, bound, after, chance })
    }

    /// A limit of `[objective.limits]`.
    pub fn of_limit(limit: &Limit, scenario: &Scenario, catalogue: &Catalogue) -> Self {
        let measure = catalogue.measures[limit.index].clone();
        let after = match limit.bound {
            Bound::WithinDays(_, stop) | Bound::WithinWorkingDays(_, stop) => stop,
            Bound::AtMost(_) | Bound::AtLeast(_) => None,
        };
        Self {
            key: limit.key.clone(),
            asked: limit.key.clone(),
            name: Some(limit.name.clone()),
            reading: Reading { measure, source: Source::Measure(limit.index) },
            bound: limit.bound,
            after: after.map(|stop| scenario.suspensions[stop].name.clone()),
            chance: limit.chance,
        }
    }

    /// Whether a replication keeps it.
    pub fn is_kept(&self, values: &Values, clock: &Clock) -> bool {
        self.bound.is_kept(self.reading.value(values), self.reading.measure.kind, values, clock)
    }
}

fn stop_of(name: &str, scenario: &Scenario) -> Result<usize, Text> {
    let known = || scenario.suspensions.iter().map(|stop| stop.key.as_str());
    known().position(|known| known == name).ok_or_else(|| {
        let (list, found) = (listed(known()), echo(name));
        with_hint(
            format!("--threshold … after {found}：没有这个停机，现有：{list}"),
            format!("--threshold … after {found}: no such stop, there are: {list}"),
            meant(name, known()),
        )
    })
}

fn share_of(text: &str) -> Option<f64> {
    let (number, scale) = text.strip_suffix(['%', '％']).map_or((text, 1.0), |percent| (percent, 0.01));
    let share = number.parse::<f64>().ok()? * scale;
    (share > 0.0 && share < 1.0).then_some(share)
}
