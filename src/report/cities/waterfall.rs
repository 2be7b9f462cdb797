//! From one city to another, one part at a time: what each step adds to a measure, with paired intervals.
//!
//! Amounts are per million insured, so that the last step (people, sites, demand and all else) is no matter
//! of size alone. Contributions add up to the whole difference. They depend on the order; walked backwards
//! they are a check of how much.

use crate::experiment::cities::{Outcomes, Plan, Step, Walk};
use crate::experiment::spool::SpoolError;
use crate::scenario::error::Text;
use crate::scenario::exchange::insured;
use crate::stats::{Confidence, Estimate};
use crate::units::Lang;

use super::super::table::{escaped, line, plain};
use super::headline::{HEADLINES, Headline, Nature, Sample};

/// The order of the steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Length, calendar, rules, windows.
    Forward,
    /// The other way round.
    Backward,
}

/// One bar of a waterfall.
#[derive(Debug, Clone)]
pub struct Bar {
    /// Key: a part, or `rest`.
    pub key: &'static str,
    /// Name shown.
    pub name: Text,
    /// Level before and after; the same where the step could not be made.
    pub before: f64,
    /// Level after.
    pub after: f64,
    /// What it adds, paired by replication; none where the step could not be made.
    pub adds: Option<Estimate>,
}

/// A waterfall of one measure between two cities.
#[derive(Debug, Clone)]
pub struct Waterfall {
    /// The other city, by its course.
    pub other: usize,
    /// Measure.
    pub headline: &'static Headline,
    /// Order of the steps.
    pub order: Order,
    /// Level of the base city.
    pub from: Estimate,
    /// Level of the other city.
    pub to: Estimate,
    /// Difference of the two.
    pub difference: Estimate,
    /// Steps in order, the rest last.
    pub bars: Vec<Bar>,
}

/// All waterfalls of a plan: by other city, order and measure.
///
/// # Errors
///
/// When samples that were put aside cannot be read.
pub fn all(plan: &Plan, outcomes: &Outcomes) -> Result<Vec<Waterfall>, SpoolError> {
    let mut found = Vec::new();
    for walk in &plan.walks {
        for (order, steps) in [(Order::Forward, &walk.forward), (Order::Backward, &walk.backward)] {
            for headline in HEADLINES.iter().filter(|_| !steps.is_empty()) {
                let level = |course: usize| levels(plan, outcomes, course, headline);
                let (base, other) = (level(plan.base)?, level(walk.other)?);
                let after = |step: &Step| step.course.map_or(Ok(None), level);
                let after: Vec<Option<Vec<f64>>> = steps.iter().map(after).collect::<Result<_, _>>()?;
                if let (Some(base), Some(other)) = (base, other) {
                    found.extend(waterfall(walk, (order, steps), headline, (&base, &other), after));
                }
            }
        }
    }
    Ok(found)
}

/// One number a replication of a course: amounts per million insured.
fn levels(
    plan: &Plan,
    outcomes: &Outcomes,
    course: usize,
    headline: &Headline,
) -> Result<Option<Vec<f64>>, SpoolError> {
    let scenario = &plan.courses[course].model.scenario;
    let sample = Sample { scenario, results: &outcomes.results[course] };
    let Some(found) = sample.until_horizon(headline)? else { return Ok(None) };
    let per = if headline.nature == Nature::Amount { insured(scenario) / 1e6 } else { 1.0 };
    Ok((per > 0.0).then(|| found.into_iter().map(|value| value / per).collect()))
}

/// From the levels of the base city, of the other one, and after each step.
fn waterfall(
    walk: &Walk,
    (order, steps): (Order, &[Step]),
    headline: &'static Headline,
    (base, other): (&[f64], &[f64]),
    levels: Vec<Option<Vec<f64>>>,
) -> Option<Waterfall> {
    let of = |sample: &[f64]| Estimate::of_mean(sample, Confidence::P95).ok();
    let mut before = base.to_vec();
    let mut bars = Vec::new();
    for (step, after) in steps.iter().zip(levels) {
        let level = of(&before)?.mean;
        let bar = |after, adds| Bar { key: step.part.word(), name: step.part.name(), before: level, after, adds };
        match after {
            None => bars.push(bar(level, None)),
            Some(after) => {
                bars.push(bar(of(&after)?.mean, Some(of(&differences(&before, &after))?)));
                before = after;
            }
        }
    }
    let (level, last) = (of(&before)?.mean, of(other)?);
    let adds = Some(of(&differences(&before, other))?);
    let name = Text::new("其余", "all else");
    bars.push(Bar { key: "rest", name, before: level, after: last.mean, adds });
    let difference = of(&differences(base, other))?;
    Some(Waterfall { other: walk.other, headline, order, from: of(base)?, to: last, difference, bars })
}

fn differences(before: &[f64], after: &[f64]) -> Vec<f64> {
    before.iter().zip(after).map(|(before, after)| after - before).collect()
}

/// What is to be known of the steps of a walk: refused ones, and what could not be carried over. Each once.
pub fn notes(walk: &Walk) -> Vec<(&'static str, Text)> {
    let mut found: Vec<(&'static str, Text)> = Vec::new();
    for step in walk.forward.iter().chain(&walk.backward) {
        let word = step.part.word();
        let refused = step.refused.iter().map(|why| {
            Text::new(format!("这一步无法套用：{}", why.zh), format!("this step cannot be made: {}", why.en))
        });
        for note in refused.chain(step.notes.iter().cloned()) {
            if !found.iter().any(|(_, known)| known.en == note.en) {
                found.push((word, note));
            }
        }
    }
    found
}

/// Columns of `waterfall.csv`.
const HEAD: [&str; 26] = [
    "base",
    "base_zh",
    "base_en",
    "city",
    "city_zh",
    "city_en",
    "schedule",
    "schedule_zh",
    "schedule_en",
    "measure",
    "measure_zh",
    "measure_en",
    "unit",
    "unit_zh",
    "order",
    "order_zh",
    "step",
    "part",
    "part_zh",
    "part_en",
    "before",
    "after",
    "contribution",
    "low",
    "high",
    "n",
];

/// The bytes of `waterfall.csv`.
pub(super) fn csv(plan: &Plan, waterfalls: &[Waterfall]) -> Vec<u8> {
    let mut text = String::from("\u{feff}");
    line(&mut text, HEAD.iter().map(|name| (*name).to_owned()));
    let base = &plan.courses[plan.base].model.scenario;
    for one in waterfalls {
        let scenario = &plan.courses[one.other].model.scenario;
        let head = one.headline;
        let (unit, unit_zh) = if head.nature == Nature::Amount {
            (format!("{} per million insured", head.unit), format!("{}/百万参保人", head.unit_zh))
        } else {
            (head.unit.to_owned(), head.unit_zh.to_owned())
        };
        let (order, order_zh) =
            if one.order == Order::Forward { ("forward", "正序") } else { ("backward", "反序") };
        let about = || {
            [
                base.city.as_str(),
                &base.city_name.zh,
                &base.city_name.en,
                &scenario.city,
                &scenario.city_name.zh,
                &scenario.city_name.en,
                &scenario.schedule,
                &scenario.schedule_name.zh,
                &scenario.schedule_name.en,
                head.key,
                head.name(Lang::Zh),
                head.name(Lang::En),
                &unit,
                &unit_zh,
                order,
                order_zh,
            ]
            .map(escaped)
        };
        let mut row = |step: String, key: &str, name: &Text, (before, after): (f64, f64), adds: Option<Estimate>| {
            let (low, high) = adds.and_then(|adds| adds.interval()).unzip();
            let numbers = [Some(before), Some(after), adds.map(|adds| adds.mean), low, high];
            let cells = about().into_iter().chain([step, escaped(key), escaped(&name.zh), escaped(&name.en)]);
            let cells = cells.chain(numbers.map(|number| number.map_or_else(String::new, plain)));
            line(&mut text, cells.chain([adds.map_or_else(String::new, |adds| adds.n.to_string())]));
        };
        for (index, bar) in one.bars.iter().enumerate() {
            row((index + 1).to_string(), bar.key, &bar.name, (bar.before, bar.after), bar.adds);
        }
        let whole = Text::new("总差异", "whole difference");
        row(String::new(), "difference", &whole, (one.from.mean, one.to.mean), Some(one.difference));
    }
    text.into_bytes()
}
