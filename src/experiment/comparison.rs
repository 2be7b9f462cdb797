//! Several schedules on the same patients: all of them for a fixed number of replications, then the
//! baseline and those that are left (neither screened out nor breaking a limit for certain) for the rest of what
//! was planned, and in the end those that still decide something for as many more as are allowed.

use std::sync::atomic::Ordering;

use crate::measures::{Catalogue, HourlySums, Values, measure};
use crate::objective::Objective;
use crate::replication::{Gains, Model, Tracing, simulate_all};

use super::batch::batch;
use super::choice::{Choice, Open};
use super::samples::GainSamples;
use super::spool::SpoolError;
use super::worlds::Worlds;
use super::{Results, Stopped, Watch};

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
    pub everybody: u32,
    /// Of the baseline and of the schedules that are left by then.
    pub replications: u32,
    /// At most, for those between which the choice is open, by the sum or by limits.
    pub most: u32,
}

/// What a comparison gives.
#[derive(Debug)]
pub struct Comparison {
    /// One a schedule, the baseline first: the replications from 0 on, of some schedules fewer than of the
    /// baseline.
    pub results: Vec<Results>,
    /// By schedule: who gains and who loses against the baseline; empty for it.
    pub gains: Vec<GainSamples>,
    /// The schedules still in question in other plausible worlds; none where they were not simulated.
    pub worlds: Option<Worlds>,
    /// The choice; none where too few replications were finished for one.
    pub choice: Option<Choice>,
    /// Why the comparison ended early, if it did.
    pub stopped: Option<Stopped>,
}

/// What one replication of some schedules gives, by schedule.
struct Replication {
    values: Vec<Values>,
    hourly: Vec<HourlySums>,
    gains: Vec<Option<Gains>>,
}

/// Replications simulated at a time once only some schedules are left.
const MORE_AT_A_TIME: u32 = 20;

/// Compares candidates; the first one is the baseline.
pub fn compare(candidates: &[Candidate], seed: u64, plan: Plan, watch: &Watch) -> Comparison {
    let count = candidates.len();
    let mut comparison = Comparison {
        results: candidates.iter().map(|one| Results::sharing(seed, one.catalogue.clone(), count)).collect(),
        gains: candidates.iter().map(|_| GainSamples::new(count)).collect(),
        worlds: None,
        choice: None,
        stopped: None,
    };
    match comparison.simulate(candidates, seed, plan, watch) {
        Ok(None) => {}
        Ok(Some(open)) => choose(candidates, seed, plan, watch, open, &mut comparison),
        // Why it ended before counts for more than that it cannot be judged.
        Err(why) => comparison.stopped = comparison.stopped.take().or(Some(why.into())),
    }
    comparison
}

impl Comparison {
    /// Simulates what was planned, and judges the schedules by it; none where nothing can be chosen.
    fn simulate(
        &mut self,
        candidates: &[Candidate],
        seed: u64,
        plan: Plan,
        watch: &Watch,
    ) -> Result<Option<Open>, SpoolError> {
        let everybody: Vec<usize> = (0..candidates.len()).collect();
        let first = plan.everybody.min(plan.replications);
        let simulate = |which: &[usize], number| replication(candidates, which, seed, number, watch);
        let done = batch(0..first, &|number| simulate(&everybody, number), &mut |one| Ok(self.add(&everybody, &one)?));
        self.stopped = done.err();
        let mut open = Open::new(candidates, &self.results, plan.most as usize)?;
        if self.stopped.is_none() && first < plan.replications {
            let worth = open.as_ref().map_or_else(|| everybody.clone(), Open::left);
            let which: Vec<usize> =
                everybody.iter().copied().filter(|index| *index == 0 || worth.contains(index)).collect();
            let done = batch(first..plan.replications, &|number| simulate(&which, number), &mut |one| {
                self.add(&which, &one)?;
                if let Some(open) = &mut open {
                    open.add(candidates, &which, &one.values);
                }
                Ok(())
            });
            self.stopped = done.err();
        }
        Ok(open)
    }

    /// Takes a replication of some schedules: of all of them or, where there is no room for one, of none.
    fn add(&mut self, which: &[usize], replication: &Replication) -> Result<(), SpoolError> {
        for &index in which {
            self.results[index].samples.make_room()?;
            self.gains[index].make_room()?;
        }
        for (place, &index) in which.iter().enumerate() {
            self.results[index].push(&replication.values[place], &replication.hourly[place])?;
            if let Some(gains) = &replication.gains[place] {
                self.gains[index].push(gains)?;
            }
        }
        Ok(())
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
        self.results.first().map_or(0, |results| results.samples.len())
    }
}

/// Simulates one replication of some of the candidates, in their order.
fn replication(
    candidates: &[Candidate],
    which: &[usize],
    seed: u64,
    number: u32,
    watch: &Watch,
) -> Result<Replication, Stopped> {
    if watch.stop.load(Ordering::Relaxed) {
        return Err(Stopped::Interrupted);
    }
    let models: Vec<&Model> = which.iter().map(|&index| &candidates[index].model).collect();
    let outcomes = simulate_all(&models, seed, number, Tracing::Off).map_err(Stopped::Breach)?;
    watch.finished.fetch_add(1, Ordering::Relaxed);
    let mut one = Replication { values: Vec::new(), hourly: Vec::new(), gains: Vec::new() };
    for (outcome, &index) in outcomes.into_iter().zip(which) {
        one.values.push(measure(&candidates[index].model.scenario, number, &outcome));
        one.hourly.push(HourlySums::of(&outcome));
        one.gains.push(outcome.gains);
    }
    Ok(one)
}

/// Adds replications of those schedules of which they decide something.
fn choose(candidates: &[Candidate], seed: u64, plan: Plan, watch: &Watch, mut open: Open, comparison: &mut Comparison) {
    let mut next = comparison.replications() as u32;
    while comparison.stopped.is_none() && next < plan.most && !open.is_decided() {
        let which = open.needed();
        let until = (next + MORE_AT_A_TIME).min(plan.most);
        let simulate = |number| replication(candidates, &which, seed, number, watch);
        comparison.stopped = batch(next..until, &simulate, &mut |one| {
            open.add(candidates, &which, &one.values);
            Ok(())
        })
        .err();
        next = until;
    }
    comparison.choice = Some(open.close(seed));
}
