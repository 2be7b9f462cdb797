//! The experiment: replications in parallel, the same bytes for any number of threads.
//!
//! A replication is a pure function of (scenario, seed, number), so threads only decide when it is
//! computed. Results are kept in the order of their numbers. With a precision asked for, the run
//! looks at fixed checkpoints only ([`crate::stats::checkpoints`]), so that it stops at the same
//! number whatever the threads.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::laws::Breach;
use crate::measures::{Catalogue, Group, Values, measure};
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
    /// Whether the precision asked for was reached; none when none was asked.
    pub precise: Option<bool>,
    /// Why the run ended early, if it did.
    pub stopped: Option<Stopped>,
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
    let mut results = Results { seed, catalogue, replications: Vec::new(), precise: None, stopped: None };
    let targets = match size {
        Size::Replications(number) => vec![number as usize],
        Size::Precision { most, .. } => checkpoints(most as usize),
    };
    for target in targets {
        let first = results.replications.len();
        let batch = batch(model, seed, first as u32..target as u32, watch);
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

/// Simulates a range of replications. Every thread takes the next number when it is free, so that
/// an interrupted run keeps an unbroken beginning; which thread took which does not matter.
fn batch(model: &Model, seed: u64, numbers: Range<u32>, watch: &Watch) -> Vec<Result<Values, Stopped>> {
    let next = AtomicU32::new(numbers.start);
    let mut finished: Vec<(u32, Result<Values, Stopped>)> = rayon::broadcast(|_| {
        let mut mine = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= numbers.end {
                return mine;
            }
            let outcome = one(model, seed, number, watch);
            let goes_on = outcome.is_ok();
            mine.push((number, outcome));
            if !goes_on {
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

fn one(model: &Model, seed: u64, replication: u32, watch: &Watch) -> Result<Values, Stopped> {
    if watch.stop.load(Ordering::Relaxed) {
        return Err(Stopped::Interrupted);
    }
    let outcome = simulate(model, seed, replication, Tracing::Off).map_err(Stopped::Breach)?;
    watch.finished.fetch_add(1, Ordering::Relaxed);
    Ok(measure(&model.scenario, replication, &outcome))
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
