//! Several schedules on the same patients: all of them for a fixed number of replications, then the
//! baseline and those that are left (neither screened out nor breaking a limit for certain) for the rest of what
//! was planned, and in the end those that still decide something for as many more as are allowed. With a precision
//! asked for, all of them are simulated until it is reached, at fixed checkpoints as in [`super::run`].

use std::ops::Range;
use std::sync::atomic::Ordering;

use crate::measures::{Catalogue, Group, HourlySums, Values, measure};
use crate::objective::Objective;
use crate::replication::{Gains, Model, Tracing, simulate_all};
use crate::stats::{Confidence, Estimate, Precision, checkpoints};

use super::batch::batch;
use super::choice::{Choice, Open};
use super::samples::GainSamples;
use super::spool::SpoolError;
use super::worlds::Worlds;
use super::{PRECISION_MEASURES, Results, Stopped, Watch};

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
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// Of all schedules; with a precision at most.
    pub everybody: u32,
    /// Of the baseline and of the schedules that are left by then.
    pub replications: u32,
    /// At most, for those between which the choice is open, by the sum or by limits.
    pub most: u32,
    /// How well the differences and the baseline must be known; none where numbers alone say when to stop.
    pub precision: Option<Precision>,
}

/// What a comparison is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// All schedules, and those that are left: so many replications at most.
    Planned(u32),
    /// So many more of those that decide something.
    More(u32),
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
    /// The precision asked for, if one was.
    pub asked: Option<Precision>,
    /// Whether the precision asked for was reached; none when none was asked.
    pub precise: Option<bool>,
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

/// Compares candidates; the first one is the baseline. `on_phase` hears what it is at.
pub fn compare(
    candidates: &[Candidate],
    seed: u64,
    plan: Plan,
    watch: &Watch,
    on_phase: &(dyn Fn(Phase) + Sync),
) -> Comparison {
    let count = candidates.len();
    let mut comparison = Comparison {
        results: candidates.iter().map(|one| Results::sharing(seed, one.catalogue.clone(), count)).collect(),
        gains: candidates.iter().map(|_| GainSamples::new(count)).collect(),
        worlds: None,
        choice: None,
        asked: plan.precision,
        precise: None,
        stopped: None,
    };
    match comparison.simulate(candidates, seed, plan, (watch, on_phase)) {
        Ok(None) => {}
        Ok(Some(open)) => choose(candidates, seed, (plan, watch, on_phase), open, &mut comparison),
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
        (watch, on_phase): (&Watch, &(dyn Fn(Phase) + Sync)),
    ) -> Result<Option<Open>, SpoolError> {
        on_phase(Phase::Planned(plan.everybody.max(plan.replications)));
        let everybody: Vec<usize> = (0..candidates.len()).collect();
        let simulate = |which: &[usize], number| replication(candidates, which, seed, number, watch);
        let first = self.simulate_everybody(&plan, &mut |comparison, numbers| {
            let add = &mut |one: Replication| Ok(comparison.add(&everybody, &one)?);
            comparison.stopped = batch(numbers, &|number| simulate(&everybody, number), add).err();
        })?;
        let mut open = Open::new(candidates, &self.results, plan.most.max(plan.replications) as usize)?;
        if self.stopped.is_none() && first < plan.replications && plan.precision.is_none() {
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

    /// Simulates all schedules as often as planned, or until the precision is reached; gives how often that was
    /// meant to be.
    fn simulate_everybody(
        &mut self,
        plan: &Plan,
        run: &mut dyn FnMut(&mut Self, Range<u32>),
    ) -> Result<u32, SpoolError> {
        let Some(target) = plan.precision else {
            let first = plan.everybody.min(plan.replications);
            run(self, 0..first);
            return Ok(first);
        };
        let mut done = 0;
        for look in checkpoints(plan.everybody as usize) {
            run(self, done..look as u32);
            done = look as u32;
            let reached = self.is_precise(&target)?;
            self.precise = Some(reached);
            if reached || self.stopped.is_some() {
                break;
            }
        }
        Ok(done)
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

    /// Whether the baseline's prepayment and affected visits, and every schedule's difference to them, are known
    /// as well as asked. The half widths are those of 95 % intervals that hold together for all differences, and
    /// count relative to the baseline's mean: a difference near 0 need not be known to a share of itself.
    fn is_precise(&self, target: &Precision) -> Result<bool, SpoolError> {
        let Some((baseline, others)) = self.results.split_first() else { return Ok(true) };
        let all = (others.len() * PRECISION_MEASURES.len()).max(1);
        for key in PRECISION_MEASURES {
            let Some(index) = baseline.catalogue.find(key, Group::All) else { continue };
            let values = |results: &Results| -> Result<Vec<f64>, SpoolError> {
                Ok(results.samples.column(index)?.into_iter().map(|value| value.unwrap_or(0.0)).collect())
            };
            let own = values(baseline)?;
            let Ok(mean) = Estimate::of_mean(&own, Confidence::P95) else { return Ok(false) };
            if !target.reached(&mean) {
                return Ok(false);
            }
            for other in others {
                let other = values(other)?;
                let differences: Vec<f64> = other.iter().zip(&own).map(|(other, own)| other - own).collect();
                let found = Estimate::of_mean(&differences, Confidence::P95.split(all));
                if !found.is_ok_and(|found| target.reached(&Estimate { mean: mean.mean, ..found })) {
                    return Ok(false);
                }
            }
        }
        Ok(true)
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
fn choose(
    candidates: &[Candidate],
    seed: u64,
    (plan, watch, on_phase): (Plan, &Watch, &(dyn Fn(Phase) + Sync)),
    mut open: Open,
    comparison: &mut Comparison,
) {
    let mut next = comparison.replications() as u32;
    while comparison.stopped.is_none() && next < plan.most && !open.is_decided() {
        let which = open.needed();
        let until = (next + MORE_AT_A_TIME).min(plan.most);
        on_phase(Phase::More(until - next));
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
