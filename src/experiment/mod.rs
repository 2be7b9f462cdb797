//! The experiment: replications in parallel, the same bytes for any number of threads.
//!
//! A replication is a pure function of (scenario, seed, number), so threads only decide when it is
//! computed. Results are kept in the order of their numbers. With a precision asked for, the run
//! looks at fixed checkpoints only ([`crate::stats::checkpoints`]), so that it stops at the same
//! number whatever the threads.

pub mod choice;
pub mod cities;
pub mod comparison;
pub mod crossing;
pub mod grid;
pub mod reading;
pub mod sweep;
pub mod worlds;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::laws::Breach;
use crate::measures::{Catalogue, Group, HourlySums, Values, measure};
use crate::replication::{Model, Tracing, simulate};
use crate::stats::{Confidence, Estimate, Precision, checkpoints};

/// How many replications.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Size {
    /// Exactly so many.
    Replications(u32),
    /// Until the prepayment and the affected visits are known this well, at most so many.
    Precision {
        /// Half width over mean, with the absolute floor near zero.
        target: Precision,
        /// Replications at most.
        most: u32,
    },
}

/// A run that was not finished.
#[derive(Debug)]
pub enum Stopped {
    /// A law did not hold.
    Breach(Breach),
    /// The user asked to stop; what was finished is kept.
    Interrupted,
}

/// What a run gives.
#[derive(Debug)]
pub struct Results {
    /// Seed.
    pub seed: u64,
    /// Measures and series, in the order of the values.
    pub catalogue: Catalogue,
    /// One entry a replication, in order.
    pub replications: Vec<Values>,
    /// What the hourly series come to over these replications.
    pub hourly_sums: HourlySums,
    /// Whether the precision asked for was reached; none when none was asked.
    pub precise: Option<bool>,
    /// Why the run ended early, if it did.
    pub stopped: Option<Stopped>,
}

impl Results {
    /// Results of a run of which nothing is finished yet.
    pub fn empty(seed: u64, catalogue: Catalogue) -> Self {
        let hourly_sums = HourlySums::default();
        Self { seed, catalogue, replications: Vec::new(), hourly_sums, precise: None, stopped: None }
    }
}

/// Tells the outside how far the run is, and hears whether to stop.
#[derive(Debug, Default)]
pub struct Watch {
    /// Replications finished.
    pub finished: AtomicU32,
    /// Set from outside to stop.
    pub stop: AtomicBool,
}

/// Runs replications `0..n`.
pub fn run(model: &Model, seed: u64, size: Size, watch: &Watch, on_batch: &(dyn Fn(&[Values]) + Sync)) -> Results {
    let catalogue = Catalogue::new(&model.scenario);
    let mut results = Results::empty(seed, catalogue);
    let beginning = Mutex::new(Beginning::default());
    let targets = match size {
        Size::Replications(number) => vec![number as usize],
        Size::Precision { most, .. } => checkpoints(most as usize),
    };
    for target in targets {
        let first = results.replications.len();
        let batch = batch(first as u32..target as u32, &|number| {
            let (values, hourly) = one(model, seed, number, watch)?;
            beginning.lock().unwrap_or_else(PoisonError::into_inner).add(number, hourly);
            Ok(values)
        });
        results.hourly_sums.clone_from(&beginning.lock().unwrap_or_else(PoisonError::into_inner).sums);
        for outcome in batch {
            match outcome {
                Ok(values) => results.replications.push(values),
                Err(why) => {
                    results.stopped = Some(why);
                    return results;
                }
            }
        }
        on_batch(&results.replications);
        if let Size::Precision { target, .. } = size {
            let reached = is_precise(&results, &target);
            results.precise = Some(reached);
            if reached {
                break;
            }
        }
    }
    results
}

/// Hourly sums of the replications from 0 on, without a gap, and those that are ahead of it: when a
/// run ends early, the sums are over the replications that are kept and no others.
#[derive(Debug, Default)]
struct Beginning {
    sums: HourlySums,
    ahead: BTreeMap<u32, HourlySums>,
}

impl Beginning {
    fn add(&mut self, replication: u32, hourly: HourlySums) {
        self.ahead.insert(replication, hourly);
        while let Some(next) = self.ahead.remove(&self.sums.replications()) {
            self.sums.merge(&next);
        }
    }
}

/// Simulates a range of replications. Every thread takes the next number when it is free, so that
/// an interrupted run keeps an unbroken beginning; which thread took which does not matter.
fn batch<T: Send>(
    numbers: Range<u32>,
    simulate: &(dyn Fn(u32) -> Result<T, Stopped> + Sync),
) -> Vec<Result<T, Stopped>> {
    let next = AtomicU32::new(numbers.start);
    // What comes after a failure is not kept.
    let failed = AtomicU32::new(u32::MAX);
    let mut finished: Vec<(u32, Result<T, Stopped>)> = rayon::broadcast(|_| {
        let mut mine = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= numbers.end || number > failed.load(Ordering::Relaxed) {
                return mine;
            }
            let outcome = simulate(number);
            let is_failure = outcome.is_err();
            mine.push((number, outcome));
            if is_failure {
                failed.fetch_min(number, Ordering::Relaxed);
                return mine;
            }
        }
    })
    .into_iter()
    .flatten()
    .collect();
    finished.sort_by_key(|(number, _)| *number);
    finished.into_iter().map(|(_, outcome)| outcome).collect()
}

fn one(model: &Model, seed: u64, replication: u32, watch: &Watch) -> Result<(Values, HourlySums), Stopped> {
    if watch.stop.load(Ordering::Relaxed) {
        return Err(Stopped::Interrupted);
    }
    let outcome = simulate(model, seed, replication, Tracing::Off).map_err(Stopped::Breach)?;
    watch.finished.fetch_add(1, Ordering::Relaxed);
    Ok((measure(&model.scenario, replication, &outcome), HourlySums::of(&outcome)))
}

/// Measures that `--precision` is about.
pub const PRECISION_MEASURES: [&str; 2] = ["affected", "prepayment"];

fn is_precise(results: &Results, target: &Precision) -> bool {
    PRECISION_MEASURES
        .iter()
        .all(|key| estimate(results, key, Group::All).is_none_or(|estimate| target.reached(&estimate)))
}

/// Mean of a measure over the replications that have a value.
pub fn estimate(results: &Results, key: &str, group: Group) -> Option<Estimate> {
    let index = results.catalogue.find(key, group)?;
    let sample: Vec<f64> = results.replications.iter().filter_map(|values| values.values[index]).collect();
    Estimate::of_mean(&sample, Confidence::P95).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_over_an_unbroken_beginning_in_whatever_order_replications_finish() {
        let one = |seconds| HourlySums::new(vec![vec![seconds]]);
        let mut beginning = Beginning::default();
        for number in [1_u32, 3, 0, 5] {
            beginning.add(number, one(10_i64.pow(number)));
        }
        let sums = &beginning.sums;
        assert_eq!((sums.replications(), sums.means(0)), (2, vec![11.0 / 7_200.0]), "0 and 1; 2 is missing");
        beginning.add(2, one(100));
        assert_eq!(beginning.sums.replications(), 4);
        assert_eq!(beginning.ahead.len(), 1, "5 waits for 4");
    }
}
