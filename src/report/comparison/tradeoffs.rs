//! What is given up for what: burden, time to normal, cost of measures and the risk of an overrun, and
//! the schedules that no other beats in all of them.
//!
//! The numbers of a schedule are over all of its own replications. Whether one beats another is judged by
//! the replications that both have: what is the same must not seem better for its luck in the others.

use crate::experiment::comparison::{Candidate, Comparison};
use crate::experiment::spool::SpoolError;
use crate::measures::Group;
use crate::schedule::ReturnKind;
use crate::selection::frontier::undominated;
use crate::stats::{Bound, Censored, Confidence, Estimate, Proportion};

use super::super::table::Interval;
use super::{mean, sample};

/// Four criteria of one schedule, means but for the day, each with its 95 % interval; less is better of each.
/// Nothing where it has no such measure.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Criteria {
    /// Replications they are over.
    pub n: usize,
    /// Prepayment outstanding over time, yuan-days.
    pub burden: Interval,
    /// Median day from the start on which the last desk class is back to normal; the horizon where it mostly
    /// is not by then, and an end of the interval is none there.
    pub normal: Interval,
    /// Window-hours beyond the regular.
    pub cost: Interval,
    /// Chance that a return that was announced as certain comes late, or where there is none one that was
    /// estimated; none without either.
    pub overrun: Interval,
}

impl Criteria {
    /// In a fixed order.
    pub fn all(&self) -> [Option<f64>; 4] {
        [self.burden, self.normal, self.cost, self.overrun].map(|one| one.value)
    }
}

/// The four criteria of all schedules.
#[derive(Debug, Clone, Default)]
pub struct Tradeoffs {
    /// One a schedule, over its own replications.
    pub criteria: Vec<Criteria>,
    /// Whether no other schedule is as good in all criteria and better in one, by the means over the
    /// replications that both have.
    pub undominated: Vec<bool>,
}

impl Tradeoffs {
    /// Of a comparison.
    ///
    /// # Errors
    ///
    /// When samples that were put aside cannot be read.
    pub fn of(candidates: &[Candidate], comparison: &Comparison) -> Result<Self, SpoolError> {
        let samples: Vec<Samples> = candidates
            .iter()
            .enumerate()
            .map(|(schedule, candidate)| Samples::of(candidate, comparison, schedule))
            .collect::<Result<_, _>>()?;
        let criteria = samples.iter().map(|one| one.criteria(one.n)).collect();
        let is_beaten = |index: usize| {
            (0..samples.len()).filter(|&other| other != index).any(|other| {
                let both = samples[index].n.min(samples[other].n);
                let pair = [index, other].map(|one| samples[one].criteria(both).all());
                undominated(&pair).is_ok_and(|best| best == [1])
            })
        };
        Ok(Self { criteria, undominated: (0..samples.len()).map(|index| !is_beaten(index)).collect() })
    }
}

/// One value a replication of each criterion.
struct Samples {
    n: usize,
    horizon: f64,
    burden: Option<Vec<f64>>,
    normal: Option<Vec<f64>>,
    cost: Option<Vec<f64>>,
    late: Option<Vec<f64>>,
}

impl Samples {
    fn of(candidate: &Candidate, comparison: &Comparison, schedule: usize) -> Result<Self, SpoolError> {
        let of = |key: &str, group: Group| sample(candidate, comparison, schedule, key, group);
        let all = |key: &str, groups: &mut dyn Iterator<Item = Group>| -> Result<Vec<Vec<f64>>, SpoolError> {
            groups.filter_map(|group| of(key, group).transpose()).collect()
        };
        let classes = || (0..candidate.model.scenario.desk_classes.len()).map(Group::Desk);
        let mut used = Vec::new();
        for group in classes() {
            if of("claims-entered", group)?.is_some_and(|claims| mean(&claims) > 0.0) {
                used.push(group);
            }
        }
        let normal = all("back-to-normal", &mut used.into_iter())?;
        let hours = all("overtime-hours", &mut classes())?;
        // What was announced as certain; where nothing was, what was estimated, which is expected to be late.
        let late_of = |kind: ReturnKind| {
            let stops = candidate.model.scenario.suspensions.iter().enumerate();
            let promised = stops.filter(|(_, stop)| stop.kind == kind).map(|(index, _)| Group::Stop(index));
            all("overran", &mut { promised })
        };
        let late = Some(late_of(ReturnKind::Fixed)?).filter(|late| !late.is_empty());
        let late = late.map_or_else(|| late_of(ReturnKind::Estimated), Ok)?;
        Ok(Self {
            n: super::courses(comparison, schedule),
            horizon: f64::from(candidate.model.scenario.clock.days()),
            burden: of("prepayment-days", Group::All)?,
            // The worst and the sum are taken within a replication, and then the mean over them.
            normal: by_replication(&normal, f64::max),
            cost: by_replication(&hours, |one, other| one + other),
            late: by_replication(&late, f64::max),
        })
    }

    /// Over the first so many replications.
    fn criteria(&self, n: usize) -> Criteria {
        let first = |sample: &Option<Vec<f64>>, of: &dyn Fn(&[f64]) -> Interval| {
            sample.as_ref().map_or_else(Interval::default, |sample| of(&sample[..n.min(sample.len())]))
        };
        Criteria {
            n,
            burden: first(&self.burden, &mean_of),
            normal: first(&self.normal, &|days| median_day(days, self.horizon)),
            cost: first(&self.cost, &mean_of),
            overrun: first(&self.late, &share_of),
        }
    }
}

/// Mean with its t interval.
pub(super) fn mean_of(sample: &[f64]) -> Interval {
    let Ok(found) = Estimate::of_mean(sample, Confidence::P95) else { return Interval::default() };
    let (low, high) = found.interval().unzip();
    Interval { value: Some(found.mean), low, high }
}

/// Share of the replications in which it happened, with Wilson's interval.
fn share_of(sample: &[f64]) -> Interval {
    let found = Proportion::of_outcomes(sample.iter().map(|value| *value > 0.5), Confidence::P95);
    found.map_or_else(
        |_| Interval::default(),
        |found| Interval { value: Some(found.share), low: Some(found.interval.0), high: Some(found.interval.1) },
    )
}

/// Median day with its order-statistic interval, the horizon where it mostly does not come by then. Days that
/// do not come stand in the sample as the horizon.
pub(super) fn median_day(days: &[f64], horizon: f64) -> Interval {
    let times: Vec<Option<f64>> = days.iter().map(|&day| (day < horizon).then_some(day)).collect();
    let Ok(found) = Censored::new(&times, horizon) else { return Interval::default() };
    let found = found.quantile(0.5, Confidence::P95);
    let at = |bound: Bound| match bound {
        Bound::At(day) => Some(day),
        Bound::AfterHorizon => None,
    };
    let (low, high) = found.interval.map_or((None, None), |ends| (at(ends.0), at(ends.1)));
    Interval { value: at(found.value).or(Some(horizon)), low, high }
}

/// One value a replication from those of several samples; none without samples.
fn by_replication(samples: &[Vec<f64>], join: impl Fn(f64, f64) -> f64) -> Option<Vec<f64>> {
    let (first, rest) = samples.split_first()?;
    let of = |(number, value): (usize, &f64)| rest.iter().fold(*value, |joined, sample| join(joined, sample[number]));
    Some(first.iter().enumerate().map(of).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::Compared;

    #[test]
    fn a_schedule_is_beaten_by_what_both_were_simulated_in_and_told_by_all_of_its_own() {
        // The same schedule twice, the second left out after 31 courses.
        let compared = Compared::of(&[(0, 60), (0, 31)]);
        let found = Tradeoffs::of(&compared.candidates, &compared.comparison).unwrap();
        assert_eq!((found.criteria[0].n, found.criteria[1].n), (60, 31));
        assert_ne!(found.criteria[0].burden, found.criteria[1].burden, "numbers are over all courses of a schedule");
        assert_eq!(found.undominated, [true, true], "what is the same beats nothing");
        let compared = Compared::of(&[(0, 60), (3, 31)]);
        let found = Tradeoffs::of(&compared.candidates, &compared.comparison).unwrap();
        assert_eq!(found.undominated, [false, true]);
    }

    #[test]
    fn a_median_past_the_horizon_is_the_horizon_and_its_interval_has_no_end() {
        let found = median_day(&[20.0, 21.0, 22.0, 30.0, 30.0, 30.0, 30.0], 30.0);
        assert_eq!((found.value, found.high), (Some(30.0), None));
        assert_eq!(median_day(&[20.0, 22.0, 30.0], 30.0).value, Some(22.0));
    }
}
