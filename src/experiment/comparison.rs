//! Several schedules on the same patients: all of them for a fixed number of replications, then the
//! baseline and those that have not been screened out for the rest of what was planned, and in the end those
//! between which the choice is still open for as many more as are allowed.

use std::ops::Range;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use crate::measures::{Catalogue, HourlySums, Values, measure};
use crate::objective::Objective;
use crate::replication::{Gains, Model, Tracing, simulate_all};

use super::choice::{Choice, Open};
use super::worlds::Worlds;
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
    /// Of all schedules. Where limits must be judged, all of them are simulated as often as the others.
    pub everybody: u32,
    /// Of the baseline and of the schedules that have not been screened out by then.
    pub replications: u32,
    /// At most, for those between which the choice is open.
    pub most: u32,
}

/// What a comparison gives.
#[derive(Debug)]
pub struct Comparison {
    /// One a schedule, the baseline first: the replications from 0 on, of some schedules fewer than of the
    /// baseline.
    pub results: Vec<Results>,
    /// By schedule, then replication: who gains and who loses against the baseline; empty for it.
    pub gains: Vec<Vec<Gains>>,
    /// The schedules still in question in other plausible worlds; none where they were not simulated.
    pub worlds: Option<Worlds>,
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

/// Compares candidates; the first one is the baseline.
pub fn compare(candidates: &[Candidate], seed: u64, plan: Plan, watch: &Watch) -> Comparison {
    let mut comparison = Comparison {
        results: candidates.iter().map(|one| Results::empty(seed, one.catalogue.clone())).collect(),
        gains: vec![Vec::new(); candidates.len()],
        worlds: None,
        choice: None,
        stopped: None,
    };
    let sums: Vec<Mutex<Beginning>> = candidates.iter().map(|_| Mutex::default()).collect();
    let run = |which: &[usize], numbers: Range<u32>, comparison: &mut Comparison| {
        let outcomes = batch(numbers, &|number| replication(candidates, which, seed, number, watch, &sums));
        for outcome in outcomes {
            match outcome {
                Ok(one) => comparison.add(which, one),
                Err(why) => {
                    comparison.stopped = Some(why);
                    break;
                }
            }
        }
    };
    let everybody: Vec<usize> = (0..candidates.len()).collect();
    let has_limits = candidates.first().is_some_and(|first| !first.objective.limits.is_empty());
    let first = if has_limits { plan.replications } else { plan.everybody.min(plan.replications) };
    run(&everybody, 0..first, &mut comparison);
    let mut open = Open::new(candidates, &comparison.results);
    if comparison.stopped.is_none() && first < plan.replications {
        let worth = open.as_ref().map_or_else(|| everybody.clone(), Open::undecided);
        let which: Vec<usize> =
            everybody.iter().copied().filter(|index| *index == 0 || worth.contains(index)).collect();
        run(&which, first..plan.replications, &mut comparison);
        if let Some(open) = &mut open {
            let known = which.iter().map(|&index| comparison.results[index].replications.len()).min().unwrap_or(0);
            for number in first as usize..known {
                let values: Vec<&Values> =
                    which.iter().map(|&index| &comparison.results[index].replications[number]).collect();
                open.add(candidates, &which, &values);
            }
        }
    }
    for (results, sums) in comparison.results.iter_mut().zip(&sums) {
        results.hourly_sums.clone_from(&sums.lock().unwrap_or_else(PoisonError::into_inner).sums);
    }
    if let Some(open) = open {
        choose(candidates, seed, plan, watch, open, &mut comparison);
    }
    comparison
}

impl Comparison {
    fn add(&mut self, which: &[usize], replication: Replication) {
        for ((&index, values), gains) in which.iter().zip(replication.values).zip(replication.gains) {
            self.results[index].replications.push(values);
            self.gains[index].extend(gains);
        }
    }

    /// The schedules to look at in other worlds, the baseline first: of those that break no limit the last to
    /// leave the race, at most so many.
    pub fn in_question(&self, most: usize) -> Vec<usize> {
        let Some(choice) = &self.choice else { return Vec::new() };
        let standings = choice.schedules.iter().enumerate();
        let mut open: Vec<usize> = standings.filter(|(_, one)| !one.breaks_a_limit()).map(|(index, _)| index).collect();
        // The longest in the race come first, then those with the least sum.
        let last = |index: usize| choice.schedules[index].screened_at.unwrap_or(usize::MAX);
        open.sort_by(|&a, &b| {
            last(b).cmp(&last(a)).then(choice.schedules[a].score.total_cmp(&choice.schedules[b].score))
        });
        open.retain(|index| *index != 0);
        open.truncate(most.saturating_sub(1));
        open.insert(0, 0);
        open
    }

    /// Replications finished of the baseline, which no schedule has more of.
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

/// Adds replications of those schedules between which the choice is open.
fn choose(candidates: &[Candidate], seed: u64, plan: Plan, watch: &Watch, mut open: Open, comparison: &mut Comparison) {
    let mut next = comparison.replications() as u32;
    while comparison.stopped.is_none() && next < plan.most && !open.is_decided() {
        let which = open.undecided();
        let until = (next + MORE_AT_A_TIME).min(plan.most);
        let outcomes = batch(next..until, &|number| replication(candidates, &which, seed, number, watch, &[]));
        for outcome in outcomes {
            match outcome {
                Ok(one) => open.add(candidates, &which, &one.values.iter().collect::<Vec<&Values>>()),
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
