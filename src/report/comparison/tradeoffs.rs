//! What is given up for what: burden, time to normal, cost of measures and the risk of an overrun, and
//! the schedules that no other beats in all of them.

use crate::experiment::comparison::{Candidate, Comparison};
use crate::experiment::spool::SpoolError;
use crate::measures::Group;
use crate::schedule::ReturnKind;
use crate::selection::frontier::undominated;
use crate::stats::quantile;

use super::{mean, sample};

/// Four criteria of one schedule, means but for the day; less is better of each. None where it has no such measure.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Criteria {
    /// Prepayment outstanding over time, yuan-days.
    pub burden: Option<f64>,
    /// Median day from the start on which the last desk class is back to normal; the horizon where it mostly
    /// is not by then.
    pub normal: Option<f64>,
    /// Window-hours beyond the regular.
    pub cost: Option<f64>,
    /// Chance that a return that was announced as certain comes late, or where there is none one that was
    /// estimated; none without either.
    pub overrun: Option<f64>,
}

impl Criteria {
    /// In a fixed order.
    pub fn all(&self) -> [Option<f64>; 4] {
        [self.burden, self.normal, self.cost, self.overrun]
    }
}

/// The four criteria of all schedules.
#[derive(Debug, Clone, Default)]
pub struct Tradeoffs {
    /// One a schedule.
    pub criteria: Vec<Criteria>,
    /// Whether no other schedule is as good in all criteria and better in one, by the means.
    pub undominated: Vec<bool>,
}

impl Tradeoffs {
    /// Of a comparison, by the replications that all schedules have: what is the same must look the same.
    ///
    /// # Errors
    ///
    /// When samples that were put aside cannot be read.
    pub fn of(candidates: &[Candidate], comparison: &Comparison) -> Result<Self, SpoolError> {
        let criteria: Vec<Criteria> = candidates
            .iter()
            .enumerate()
            .map(|(schedule, candidate)| criteria(candidate, comparison, schedule))
            .collect::<Result<_, _>>()?;
        let points: Vec<[Option<f64>; 4]> = criteria.iter().map(Criteria::all).collect();
        let best = undominated(&points).unwrap_or_default();
        Ok(Self { undominated: (0..criteria.len()).map(|index| best.contains(&index)).collect(), criteria })
    }
}

fn criteria(candidate: &Candidate, comparison: &Comparison, schedule: usize) -> Result<Criteria, SpoolError> {
    let counts = comparison.results.iter().map(|results| results.samples.len());
    let common = counts.min().unwrap_or(0);
    let of = |key: &str, group: Group| {
        let found = sample(candidate, comparison, schedule, key, group)?;
        Ok(found.map(|mut found| {
            found.truncate(common);
            found
        }))
    };
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
    // The worst and the sum are taken within a replication, and then the mean over them.
    let worst = |samples: &[Vec<f64>]| by_replication(samples, f64::max).map(|sample| mean(&sample));
    Ok(Criteria {
        burden: of("prepayment-days", Group::All)?.map(|sample| mean(&sample)),
        normal: by_replication(&normal, f64::max).and_then(|mut sample| {
            sample.sort_by(f64::total_cmp);
            quantile(&sample, 0.5)
        }),
        cost: by_replication(&hours, |one, other| one + other).map(|sample| mean(&sample)),
        overrun: worst(&late),
    })
}

/// One value a replication from those of several samples; none without samples.
fn by_replication(samples: &[Vec<f64>], join: impl Fn(f64, f64) -> f64) -> Option<Vec<f64>> {
    let (first, rest) = samples.split_first()?;
    let of = |(number, value): (usize, &f64)| rest.iter().fold(*value, |joined, sample| join(joined, sample[number]));
    Some(first.iter().enumerate().map(of).collect())
}
