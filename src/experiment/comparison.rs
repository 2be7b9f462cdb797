//! Several schedules on the same patients: all of them for a fixed number of replications, and those
//! between which the choice is still open for as many more as are allowed.

use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use crate::measures::{Catalogue, HourlySums, Values, measure};
use crate::objective::Objective;
use crate::replication::{Gains, Model, Tracing, simulate_all};

use super::choice::{Choice, Open};
use super::{Beginning, Results, Stopped, Watch, batch};

/// A schedule and what it is weighed by.
#[derive(Debug)]
pub struct Candidate {
    /// The scenario with its tables.
    pub model: Model,
    /// The objective, resolved for this schedule's measures.
    pub objective: Objective,
    /// Its measures and series.
    pub catalogue: Catalogue,
}

/// How many replications.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Of all schedules.
    pub replications: u32,
    /// At most, for those between which the choice is open.
    pub most: u32,
}

/// What a comparison gives.
#[derive(Debug)]
pub struct Comparison {
    /// One a schedule, the baseline first, over the same replications.
    pub results: Vec<Results>,
    /// By schedule, then replication: who gains and who loses against the baseline; empty for it.
    pub gains: Vec<Vec<Gains>>,
    /// The choice; none where too few replications were finished for one.
    pub choice: Option<Choice>,
    /// Why the comparison ended early, if it did.
    pub stopped: Option<Stopped>,
}

/// What one replication of all schedules gives.
struct Replication {
    values: Vec<Values>,
    gains: Vec<Option<Gains>>,
}

/// Replications simulated at a time once only some schedules are left.
const MORE_AT_A_TIME: u32 = 20;

/// Compares candidates; the first one is the baseline. `on_batch` hears of each batch how many
/// replications of all schedules are finished.
pub fn compare(
    candidates: &[Candidate],
    seed: u64,
    plan: Plan,
    watch: &Watch,
    on_batch: &(dyn Fn(&Comparison) + Sync),
) -> Comparison {
    let mut comparison = Comparison {
        results: candidates.iter().map(|one| Results::empty(seed, one.catalogue.clone())).collect(),
        gains: vec![Vec::new(); candidates.len()],
        choice: None,
        stopped: None,
    };
    let sums: Vec<Mutex<Beginning>> = candidates.iter().map(|_| Mutex::default()).collect();
    let outcomes = batch(0..plan.replications, &|number| {
        let everybody: Vec<usize> = (0..candidates.len()).collect();
        replication(candidates, &everybody, seed, number, watch, &sums)
    });
    for outcome in outcomes {
        match outcome {
            Ok(one) => comparison.add(one),
            Err(why) => {
                comparison.stopped = Some(why);
                break;
            }
        }
    }
    for (results, sums) in comparison.results.iter_mut().zip(&sums) {
        results.hourly_sums.clone_from(&sums.lock().unwrap_or_else(PoisonError::into_inner).sums);
    }
    on_batch(&comparison);
    if candidates.len() > 1 {
        choose(candidates, seed, plan, watch, &mut comparison);
    }
    comparison
}

impl Comparison {
    fn add(&mut self, replication: Replication) {
        for (results, values) in self.results.iter_mut().zip(replication.values) {
            results.replications.push(values);
        }
        for (all, gains) in self.gains.iter_mut().zip(replication.gains) {
            all.extend(gains);
        }
    }

    /// Replications finished of all schedules.
    pub fn replications(&self) -> usize {
        self.results.first().map_or(0, |results| results.replications.len())
    }
}

/// Simulates one replication of some of the candidates, in their order.
fn replication(
    candidates: &[Candidate],
    which: &[usize],
    seed: u64,
    number: u32,
    watch: &Watch,
    sums: &[Mutex<Beginning>],
) -> Result<Replication, Stopped> {
    if watch.stop.load(Ordering::Relaxed) {
        return Err(Stopped::Interrupted);
    }
    let models: Vec<&Model> = which.iter().map(|&index| &candidates[index].model).collect();
    let outcomes = simulate_all(&models, seed, number, Tracing::Off).map_err(Stopped::Breach)?;
    watch.finished.fetch_add(1, Ordering::Relaxed);
    let mut one = Replication { values: Vec::new(), gains: Vec::new() };
    for (outcome, &index) in outcomes.into_iter().zip(which) {
        one.values.push(measure(&candidates[index].model.scenario, number, &outcome));
        if let Some(sums) = sums.get(index) {
            sums.lock().unwrap_or_else(PoisonError::into_inner).add(number, HourlySums::of(&outcome));
        }
        one.gains.push(outcome.gains);
    }
    Ok(one)
}

/// Chooses by the replications there are, and adds more of those schedules between which it is open.
fn choose(candidates: &[Candidate], seed: u64, plan: Plan, watch: &Watch, comparison: &mut Comparison) {
    let Some(mut open) = Open::new(candidates, &comparison.results) else { return };
    let mut next = comparison.replications() as u32;
    while comparison.stopped.is_none() && next < plan.most && !open.is_decided() {
        let which = open.undecided();
        let until = (next + MORE_AT_A_TIME).min(plan.most);
        let outcomes = batch(next..until, &|number| replication(candidates, &which, seed, number, watch, &[]));
        for outcome in outcomes {
            match outcome {
                Ok(one) => open.add(candidates, &which, &one.values),
                Err(why) => {
                    comparison.stopped = Some(why);
                    break;
                }
            }
        }
        next = until;
    }
    comparison.choice = Some(open.close(seed));
}
