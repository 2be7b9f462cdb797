//! Paired differences of each schedule to the baseline, with intervals that hold together.

use crate::experiment::comparison::{Candidate, Comparison};
use crate::measures::{Group, Kind, Measure};
use crate::scenario::world::Scenario;
use crate::selection::Goal;
use crate::selection::paired::{self, Verdict, differences};
use crate::stats::{Confidence, Estimate};
use crate::units::Lang;

use super::super::table::{self, escaped, line, plain};
use super::{ComparisonReport, mean, sample};

/// Measures of the whole city that are compared; less is better of each.
pub const CITY: &[&str] = &[
    "affected",
    "self-pay",
    "prepayment",
    "prepayment-days",
    "hardship-10",
    "hardship-40",
    "deferred",
    "forgone",
    "lost",
    "claims-never-made",
    "own-money-due",
    "carried-days",
    "needless-stock-up",
    "refunded-95",
];

/// Measures of each desk class with claims.
pub const DESKS: &[&str] = &[
    "back-to-normal",
    "wait-p95",
    "queue-hours",
    "backlog-peak",
    "routine-wait-mean",
    "pre-stop-surge",
    "overtime-hours",
];

/// Measures of each stop of the baseline.
pub const STOPS: &[&str] = &["overran", "overrun"];

/// One difference.
#[derive(Debug, Clone)]
pub struct Difference {
    /// The measure, as the baseline has it.
    pub measure: Measure,
    /// The schedule, by its place.
    pub schedule: usize,
    /// Mean of the baseline, with its own interval.
    pub baseline: Estimate,
    /// Mean of the schedule, with its own interval.
    pub alternative: Estimate,
    /// What the pairs say.
    pub paired: paired::Difference,
    /// Difference over the baseline's mean; none where that is 0.
    pub relative: Option<f64>,
}

/// All differences shown.
#[derive(Debug, Clone, Default)]
pub struct Differences {
    /// By measure, then schedule.
    pub rows: Vec<Difference>,
    /// How many intervals hold together with 95 %.
    pub together: usize,
}

impl Differences {
    /// The differences of a comparison.
    pub fn of(candidates: &[Candidate], comparison: &Comparison) -> Self {
        let Some(first) = candidates.first() else { return Self::default() };
        let mut pairs: Vec<(Measure, usize, Vec<f64>, Vec<f64>)> = Vec::new();
        for measure in shown(candidates, comparison) {
            let Some(baseline) = sample(first, comparison, 0, measure.key, measure.group) else { continue };
            for (schedule, candidate) in candidates.iter().enumerate().skip(1) {
                let group = counterpart(&first.model.scenario, &candidate.model.scenario, measure.group);
                let Some(group) = group else { continue };
                if let Some(values) = sample(candidate, comparison, schedule, measure.key, group) {
                    // A schedule that was screened out early has fewer replications than the baseline.
                    let both = values.len().min(baseline.len());
                    pairs.push((measure.clone(), schedule, baseline[..both].to_vec(), values[..both].to_vec()));
                }
            }
        }
        let share = first.objective.indifference_share;
        let comparisons: Vec<paired::Comparison<'_>> = pairs
            .iter()
            .map(|(measure, _, baseline, alternative)| paired::Comparison {
                baseline,
                alternative,
                goal: Goal::Smallest,
                // A day has no natural zero: there a difference of less than a day does not matter.
                matters: if is_day(measure) { 1.0 } else { share * mean(baseline).abs() },
            })
            .collect();
        // A schedule may have been left out early, by what was seen: its interval is one of two that could have
        // been shown, and all of them must hold.
        let counts = || comparison.results.iter().map(|results| results.replications.len());
        let looks = if counts().min() == counts().max() { 1 } else { 2 };
        let Ok(found) = differences(&comparisons, Confidence::P95.split(looks)) else { return Self::default() };
        let together = found.len();
        let rows = pairs.iter().zip(found).filter_map(|((measure, schedule, baseline, alternative), paired)| {
            let of = |sample: &[f64]| Estimate::of_mean(sample, Confidence::P95).ok();
            let (baseline, alternative) = (of(baseline)?, of(alternative)?);
            let relative =
                (baseline.mean != 0.0 && !is_day(measure)).then(|| paired.estimate.mean / baseline.mean.abs());
            Some(Difference { measure: measure.clone(), schedule: *schedule, baseline, alternative, paired, relative })
        });
        Self { rows: rows.collect(), together }
    }

    /// The difference of a schedule in a measure.
    pub fn find(&self, key: &str, group: Group, schedule: usize) -> Option<&Difference> {
        self.rows.iter().find(|row| row.measure.key == key && row.measure.group == group && row.schedule == schedule)
    }
}

/// Measures that are compared: those of the city, of the desk classes to which claims come under any of the
/// schedules, of the stops.
fn shown<'a>(candidates: &'a [Candidate], comparison: &'a Comparison) -> impl Iterator<Item = &'a Measure> {
    let is_used = move |class: usize| {
        candidates.iter().enumerate().any(|(schedule, candidate)| {
            let claims = sample(candidate, comparison, schedule, "claims-entered", Group::Desk(class));
            claims.is_some_and(|claims| mean(&claims) > 0.0)
        })
    };
    let measures = candidates.first().into_iter().flat_map(|first| &first.catalogue.measures);
    measures.filter(move |measure| match measure.group {
        Group::All => CITY.contains(&measure.key),
        Group::Desk(class) => DESKS.contains(&measure.key) && is_used(class),
        Group::Stop(_) => STOPS.contains(&measure.key),
        Group::Care(_) | Group::Scheme(_) => false,
    })
}

/// The group of another schedule of the same city that is meant by one of the first: stops go by their
/// names, everything else is the same.
fn counterpart(first: &Scenario, other: &Scenario, group: Group) -> Option<Group> {
    match group {
        Group::Stop(index) => {
            let key = &first.suspensions.get(index)?.key;
            other.suspensions.iter().position(|stop| stop.key == *key).map(Group::Stop)
        }
        same => Some(same),
    }
}

/// A verdict in a word.
pub fn word(verdict: Verdict, lang: Lang) -> &'static str {
    match verdict {
        Verdict::Same => lang.pick("完全相同", "the same"),
        Verdict::Better => lang.pick("更好", "better"),
        Verdict::Worse => lang.pick("更差", "worse"),
        Verdict::SmallerThanMatters => lang.pick("差别小到无所谓", "smaller than matters"),
        Verdict::NoDifferenceSeen => lang.pick("此精度下看不出差别", "no difference seen at this precision"),
    }
}

/// The bytes of `differences.csv`.
pub fn csv(report: &ComparisonReport<'_>) -> Vec<u8> {
    let mut text = String::from("\u{feff}");
    let head = [
        "measure",
        "measure_zh",
        "measure_en",
        "group_kind",
        "group",
        "group_zh",
        "group_en",
        "unit",
        "baseline",
        "schedule",
        "schedule_zh",
        "schedule_en",
        "n",
        "baseline_mean",
        "schedule_mean",
        "difference",
        "difference_low",
        "difference_high",
        "relative",
        "verdict_zh",
        "verdict_en",
        "variance_reduction",
        "probability_best",
        "share_best",
    ];
    line(&mut text, head.map(str::to_owned).into_iter());
    let scenario = report.baseline();
    for row in &report.differences.rows {
        let other = &report.candidates[row.schedule].model.scenario;
        let (kind, key, name) = table::group(scenario, row.measure.group);
        let (low, high) = row.paired.estimate.interval().unzip();
        let number = |value: Option<f64>| value.filter(|value| value.is_finite()).map_or_else(String::new, plain);
        let standing = report.comparison.choice.as_ref().map(|choice| &choice.schedules[row.schedule]);
        let texts = [
            row.measure.key,
            row.measure.zh,
            row.measure.en,
            kind,
            key,
            &name.zh,
            &name.en,
            row.measure.unit,
            &scenario.schedule,
            &other.schedule,
            &other.schedule_name.zh,
            &other.schedule_name.en,
        ];
        let numbers = [
            Some(row.baseline.mean),
            Some(row.alternative.mean),
            Some(row.paired.estimate.mean),
            low,
            high,
            row.relative,
        ];
        let cells = texts.iter().map(|text| escaped(text)).chain([row.paired.estimate.n.to_string()]);
        let cells = cells.chain(numbers.into_iter().map(number));
        let words = [Lang::Zh, Lang::En].map(|lang| word(row.paired.verdict, lang).to_owned());
        let last = [
            row.paired.variance_reduction,
            standing.map(|standing| standing.probability_best),
            standing.map(|standing| standing.share_best),
        ];
        line(&mut text, cells.chain(words).chain(last.into_iter().map(number)));
    }
    text.into_bytes()
}

/// Whether a measure is a day on the calendar.
pub fn is_day(measure: &Measure) -> bool {
    measure.kind == Kind::Censored
}
