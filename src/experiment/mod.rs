//! The experiment: replications in parallel, the same bytes for any number of threads.
//!
//! A replication is a pure function of (scenario, seed, number), so threads only decide when it is
//! computed. Results are taken in the order of their numbers and kept in bounded memory ([`samples`]). With a precision asked for, the run
//! looks at fixed checkpoints only ([`crate::stats::checkpoints`]), so that it stops at the same
//! number whatever the threads.

mod batch;
pub mod choice;
pub mod cities;
pub mod comparison;
pub mod crossing;
pub mod grid;
pub mod reading;
pub mod samples;
pub mod spool;
pub mod sweep;
pub mod worlds;

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::laws::Breach;
use crate::measures::{Catalogue, Group, HourlySums, Values, measure};
use crate::replication::{Model, Tracing, simulate};
use crate::stats::{Confidence, Estimate, Precision, checkpoints};

use batch::batch;
use samples::Samples;
use spool::SpoolError;

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
    /// What does not fit into memory could not be put aside, or not be read again; what was finished is kept.
    Disk(SpoolError),
}

impl From<SpoolError> for Stopped {
    fn from(error: SpoolError) -> Self {
        Self::Disk(error)
    }
}

/// What a run gives.
#[derive(Debug)]
pub struct Results {
    /// Seed.
    pub seed: u64,
    /// Measures and series, in the order of the values.
    pub catalogue: Catalogue,
    /// The numbers of the replications, in order.
    pub samples: Samples,
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
        Self::sharing(seed, catalogue, 1)
    }

    /// The same, one of so many that are in memory together.
    pub fn sharing(seed: u64, catalogue: Catalogue, share: usize) -> Self {
        let (samples, hourly_sums) = (Samples::new(share), HourlySums::default());
        Self { seed, catalogue, samples, hourly_sums, precise: None, stopped: None }
    }

    /// Takes the next replication.
    ///
    /// # Errors
    ///
    /// When it could not be put aside; those before it are kept.
    pub fn push(&mut self, values: &Values, hourly: &HourlySums) -> Result<(), SpoolError> {
        self.samples.push(values)?;
        self.hourly_sums.merge(hourly);
        Ok(())
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
pub fn run(model: &Model, seed: u64, size: Size, watch: &Watch, on_batch: &(dyn Fn(&Results) + Sync)) -> Results {
    let mut results = Results::empty(seed, Catalogue::new(&model.scenario));
    let targets = match size {
        Size::Replications(number) => vec![number as usize],
        Size::Precision { most, .. } => checkpoints(most as usize),
    };
    for target in targets {
        let numbers = results.samples.len() as u32..target as u32;
        let simulate = |number| one(model, seed, number, watch);
        let done = batch(numbers, &simulate, &mut |(values, hourly)| Ok(results.push(&values, &hourly)?));
        let reached = done.and_then(|()| match size {
            Size::Replications(_) => Ok(None),
            Size::Precision { target, .. } => Ok(Some(is_precise(&results, &target)?)),
        });
        match reached {
            Ok(reached) => results.precise = reached,
            Err(why) => {
                results.stopped = Some(why);
                break;
            }
        }
        on_batch(&results);
        if results.precise == Some(true) {
            break;
        }
    }
    results
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

fn is_precise(results: &Results, target: &Precision) -> Result<bool, SpoolError> {
    for key in PRECISION_MEASURES {
        if estimate(results, key, Group::All)?.is_some_and(|estimate| !target.reached(&estimate)) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Mean of a measure over the replications that have a value; none where there is no such measure, or no value.
///
/// # Errors
///
/// When samples that were put aside cannot be read.
pub fn estimate(results: &Results, key: &str, group: Group) -> Result<Option<Estimate>, SpoolError> {
    let Some(index) = results.catalogue.find(key, group) else { return Ok(None) };
    let sample: Vec<f64> = results.samples.column(index)?.into_iter().flatten().collect();
    Ok(Estimate::of_mean(&sample, Confidence::P95).ok())
}
