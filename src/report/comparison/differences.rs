//! Paired differences of each schedule to the baseline, with intervals that hold together.

use crate::experiment::comparison::{Candidate, Comparison};
use crate::experiment::spool::SpoolError;
use crate::measures::{Group, Kind, Measure};
use crate::scenario::world::Scenario;
use crate::selection::Goal;
use crate::selection::paired::{self, Verdict};
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
    ///
    /// # Errors
    ///
    /// When samples that were put aside cannot be read.
    pub fn of(candidates: &[Candidate], comparison: &Comparison) -> Result<Self, SpoolError> {
        let Some(first) = candidates.first() else { return Ok(Self::default()) };
        // Samples are read twice, so that those of one measure are in memory at a time.
        let mut together = 0;
        each_pair(candidates, comparison, &mut |_, _, _, _| together += 1)?;
        // A schedule may have been left out early, by what was seen: its interval is one of two that could have
        // been shown, and all of them must hold.
        let counts = || comparison.results.iter().map(|results| results.samples.len());
        let looks = if counts().min() == counts().max() { 1 } else { 2 };
        let each = Confidence::P95.split(looks).split(together);
        let share = first.objective.indifference_share;
        let mut rows = Vec::new();
        let mut refused = None;
        each_pair(candidates, comparison, &mut |measure, schedule, baseline, alternative| {
            // A day has no natural zero: there a difference of less than a day does not matter.
            let matters = if is_day(measure) { 1.0 } else { share * mean(baseline).abs() };
            let pair = paired::Comparison { baseline, alternative, goal: Goal::Smallest, matters };
            match paired::difference(&pair, each) {
                Ok(paired) => rows.extend(difference(measure, schedule, &pair, paired)),
                Err(error) => refused = Some(error),
            }
        })?;
        Ok(if refused.is_some() { Self::default() } else { Self { rows, together } })
    }

    /// How well the differences in a measure of the whole city are known: the widest half of an interval as a share
    /// of the baseline's mean.
    pub fn known_to(&self, key: &str) -> Option<f64> {
        let half = |row: &Difference| row.paired.estimate.half_width.unwrap_or(f64::INFINITY);
        let rows = self.rows.iter().filter(|row| row.measure.key == key);
        let widest = rows.map(|row| half(row) / row.baseline.mean.abs().max(1e-9)).reduce(f64::max);
        widest.filter(|widest| widest.is_finite())
    }

    /// How many times as many courses it would take without the same people in all: the median over the schedules.
    pub fn variance_reduction(&self, key: &str) -> Option<f64> {
        let rows = self.rows.iter().filter(|row| row.measure.key == key);
        let mut factors: Vec<f64> =
            rows.filter_map(|row| row.paired.variance_reduction).filter(|one| one.is_finite()).collect();
        factors.sort_by(f64::total_cmp);
        factors.get(factors.len() / 2).copied()
    }

    /// The difference of a schedule in a measure.
    pub fn find(&self, key: &str, group: Group, schedule: usize) -> Option<&Difference> {
        self.rows.iter().find(|row| row.measure.key == key && row.measure.group == group && row.schedule == schedule)
    }
}

fn difference(
    measure: &Measure,
    schedule: usize,
    pair: &paired::Comparison<'_>,
    paired: paired::Difference,
) -> Option<Difference> {
    let of = |sample: &[f64]| Estimate::of_mean(sample, Confidence::P95).ok();
    let (baseline, alternative) = (of(pair.baseline)?, of(pair.alternative)?);
    let relative = (baseline.mean != 0.0 && !is_day(measure)).then(|| paired.estimate.mean / baseline.mean.abs());
    Some(Difference { measure: measure.clone(), schedule, baseline, alternative, paired, relative })
}

/// Takes a measure, a schedule, and the samples of the baseline and of that schedule.
type TakePair<'a> = dyn FnMut(&Measure, usize, &[f64], &[f64]) + 'a;

/// Gives the samples of each measure that is compared.
fn each_pair(candidates: &[Candidate], comparison: &Comparison, take: &mut TakePair<'_>) -> Result<(), SpoolError> {
    let Some(first) = candidates.first() else { return Ok(()) };
    for measure in shown(candidates, comparison)? {
        let Some(baseline) = sample(first, comparison, 0, measure.key, measure.group)? else { continue };
        for (schedule, candidate) in candidates.iter().enumerate().skip(1) {
            let group = counterpart(&first.model.scenario, &candidate.model.scenario, measure.group);
            let Some(group) = group else { continue };
            if let Some(values) = sample(candidate, comparison, schedule, measure.key, group)? {
                // A schedule that was screened out early has fewer replications than the baseline.
                let both = values.len().min(baseline.len());
                take(measure, schedule, &baseline[..both], &values[..both]);
            }
        }
    }
    Ok(())
}

/// Measures that are compared: those of the city, of the desk classes to which claims come under any of the
/// schedules, of the stops.
fn shown<'a>(candidates: &'a [Candidate], comparison: &Comparison) -> Result<Vec<&'a Measure>, SpoolError> {
    let Some(first) = candidates.first() else { return Ok(Vec::new()) };
    let mut used = vec![false; first.model.scenario.desk_classes.len()];
    for (class, used) in used.iter_mut().enumerate() {
        for (schedule, candidate) in candidates.iter().enumerate() {
            let claims = sample(candidate, comparison, schedule, "claims-entered", Group::Desk(class))?;
            *used |= claims.is_some_and(|claims| mean(&claims) > 0.0);
        }
    }
    let is_shown = |measure: &&Measure| match measure.group {
        Group::All => CITY.contains(&measure.key),
        Group::Desk(class) => DESKS.contains(&measure.key) && used[class],
        Group::Stop(_) => STOPS.contains(&measure.key),
        Group::Care(_) | Group::Scheme(_) => false,
    };
    Ok(first.catalogue.measures.iter().filter(is_shown).collect())
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
        "unit_zh",
        "baseline",
        "baseline_zh",
        "baseline_en",
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
    ];
    line(&mut text, head.map(str::to_owned).into_iter());
    let scenario = report.baseline();
    for row in &report.differences.rows {
        let other = &report.candidates[row.schedule].model.scenario;
        let (kind, key, name) = table::group(scenario, row.measure.group);
        let (low, high) = row.paired.estimate.interval().unzip();
        let number = |value: Option<f64>| value.filter(|value| value.is_finite()).map_or_else(String::new, plain);
        let texts = [
            row.measure.key,
            row.measure.zh,
            row.measure.en,
            kind,
            key,
            &name.zh,
            &name.en,
            row.measure.unit,
            table::unit_zh(row.measure.unit),
            &scenario.schedule,
            &scenario.schedule_name.zh,
            &scenario.schedule_name.en,
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
        line(&mut text, cells.chain(words).chain([number(row.paired.variance_reduction)]));
    }
    text.into_bytes()
}

/// Whether a measure is a day on the calendar.
pub fn is_day(measure: &Measure) -> bool {
    measure.kind == Kind::Censored
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::Compared;

    #[test]
    fn every_column_of_words_is_there_in_both_languages_and_standings_are_elsewhere() {
        let compared = Compared::of(&[(0, 60), (3, 31)]);
        let text = String::from_utf8(csv(&compared.report(Lang::Zh))).unwrap();
        let head: Vec<&str> = text.trim_start_matches('\u{feff}').lines().next().unwrap().split(',').collect();
        for name in ["measure", "group", "baseline", "schedule"] {
            for lang in ["zh", "en"] {
                assert!(head.contains(&format!("{name}_{lang}").as_str()), "{name}_{lang}");
            }
        }
        assert!(head.contains(&"unit_zh") && !head.contains(&"probability_best"), "{head:?}");
        let report = compared.report(Lang::Zh);
        assert!(
            report.differences.rows.iter().all(|row| row.paired.estimate.n == 31),
            "pairs are over the courses of both"
        );
    }

    #[test]
    fn every_unit_has_a_chinese_word() {
        let compared = Compared::new(2, 3);
        for measure in &compared.candidates[0].catalogue.measures {
            let word = table::unit_zh(measure.unit);
            assert!(!word.chars().any(|letter| letter.is_ascii_lowercase()), "{}: {word}", measure.key);
        }
    }
}
