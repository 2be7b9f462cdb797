//! Choosing the best of several schedules with a guarantee.
//!
//! Limits and the sum of the objective are judged together, replication by replication, until both are decided
//! or no more replications are allowed: [`crate::selection::constrained`] has the procedure, its guarantee
//! and where it is from. Half of the error allowed goes to each where there are limits. A schedule that breaks
//! a limit for certain leaves; one of which it cannot be told yet stays in the race, screens out no other, and is
//! not chosen before it is told. The looks at the limits are fixed by the plan: [`checkpoints`] up to the most
//! replications allowed.
//!
//! The indifference is a share of the baseline's mean sum in the first stage; the procedure asks for a
//! number fixed beforehand, to which this comes near.

use crate::measures::Values;
use crate::objective::Limit;
use crate::selection::best::{probability_best, share_best};
use crate::selection::constrained::{Constrained, Outcome};
use crate::selection::feasible::{ChanceLimit, Feasibility, Side, Verdict};
use crate::selection::kim_nelson::{Admission, KimNelson};
use crate::selection::{Goal, SelectionError};
use crate::stats::{Confidence, checkpoints};

use super::Results;
use super::comparison::Candidate;
use super::spool::SpoolError;

/// Replications after which schedules may be screened out.
pub const FIRST_STAGE: usize = 30;

/// Within this of the chance asked for, a limit is too close to call.
const CHANCE_TOLERANCE: f64 = 0.02;

/// What a choice came to.
#[derive(Debug, Clone)]
pub struct Choice {
    /// One a schedule, the baseline first.
    pub schedules: Vec<Standing>,
    /// The schedule chosen; none while it is open, or when none keeps the limits.
    pub chosen: Option<usize>,
    /// The schedule with the least mean sum so far among those that are left: none of them breaks a limit for
    /// certain.
    pub leader: Option<usize>,
    /// How sure the choice is.
    pub confidence: f64,
    /// Differences of the sum below this do not matter.
    pub indifference: f64,
    /// Replications the choice took, those of the schedules that were left included.
    pub replications: usize,
    /// Replications that could be needed at most until the choice is made; none when it is made, or while
    /// limits are open, for which nobody can say.
    pub more_at_most: Option<usize>,
    /// About how many replications, from the first one, the choice would take if sums and limits went on as they
    /// did: an estimate. None when it is made.
    pub about: Option<usize>,
}

/// How one schedule stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Replications of it that the choice looked at.
    pub looked_at: usize,
    /// Mean of the sum over the replications of all schedules.
    pub score: f64,
    /// Replications after which it was found to be clearly worse than another that keeps the limits; none for
    /// those left and those that break a limit.
    pub screened_at: Option<usize>,
    /// By limit: the verdict, the interval of the chance with which it is kept, and in how many of the
    /// replications it was.
    pub limits: Vec<LimitStanding>,
    /// Share of the replications in which its sum was the least.
    pub share_best: f64,
    /// Probability that its mean sum is the least, by resampling the replications.
    pub probability_best: f64,
}

/// How a schedule stands with a limit.
#[derive(Debug, Clone, Copy)]
pub struct LimitStanding {
    /// What can be said.
    pub verdict: Verdict,
    /// Share of the replications in which it was kept.
    pub share: f64,
    /// Simultaneous interval of that chance.
    pub interval: (f64, f64),
}

impl Standing {
    /// Whether a limit is broken for certain.
    pub fn breaks_a_limit(&self) -> bool {
        self.limits.iter().any(|limit| limit.verdict == Verdict::Fails)
    }
}

/// What is seen of a schedule in one replication: its sum, and whether it keeps each of the limits.
type Seen = (f64, Vec<bool>);

/// A choice that more replications may decide.
pub(super) struct Open {
    procedure: Constrained,
    /// Sums by replication of all schedules, then schedule.
    scores: Vec<Vec<f64>>,
    /// By schedule, then limit, in how many replications it was kept.
    kept: Vec<Vec<usize>>,
    /// By schedule, replications.
    counts: Vec<usize>,
    indifference: f64,
    confidence: f64,
}

impl Open {
    /// The choice after the replications of all schedules; none where they are too few for one, or where
    /// nothing differs from the first schedule so that the sums have no size. `most` are the replications
    /// that the plan allows.
    ///
    /// # Errors
    ///
    /// When samples that were put aside cannot be read.
    pub(super) fn new(candidates: &[Candidate], results: &[Results], most: usize) -> Result<Option<Self>, SpoolError> {
        let count = results.first().map_or(0, |results| results.samples.len());
        if count < FIRST_STAGE || candidates.len() < 2 {
            return Ok(None);
        }
        let schedules = candidates.iter().zip(results);
        let of = |(candidate, results): (&Candidate, &Results)| {
            results.samples.map(0..count, |values| candidate.seen(values))
        };
        let seen: Vec<Vec<Seen>> = schedules.map(of).collect::<Result<_, _>>()?;
        Ok(Self::by(candidates, &seen, most))
    }

    /// By what was seen of each schedule in every replication.
    fn by(candidates: &[Candidate], seen: &[Vec<Seen>], most: usize) -> Option<Self> {
        let objective = &candidates.first()?.objective;
        let baseline = seen.first()?;
        // The planner's share is of the baseline's sum; the first stage stands for it.
        let first = baseline.iter().take(FIRST_STAGE).map(|one| one.0).sum::<f64>() / FIRST_STAGE as f64;
        let indifference = objective.indifference_share * first.abs();
        let error = 1.0 - objective.confidence;
        let each = if objective.limits.is_empty() { error } else { error / 2.0 };
        let confidence = Confidence::new(1.0 - each).ok()?;
        let means = KimNelson::new(candidates.len(), FIRST_STAGE, indifference, confidence, Goal::Smallest).ok()?;
        let limits = judge(candidates.len(), &objective.limits, most.max(baseline.len()), confidence).ok()?;
        let mut open = Self {
            procedure: Constrained::new(means, limits).ok()?,
            scores: Vec::new(),
            kept: vec![vec![0; objective.limits.len()]; candidates.len()],
            counts: vec![0; candidates.len()],
            indifference,
            confidence: objective.confidence,
        };
        for number in 0..baseline.len() {
            let all = seen.iter().enumerate().map(|(index, schedule)| (index, &schedule[number]));
            let scores = open.take(all);
            open.scores.push(scores);
        }
        Some(open)
    }

    pub(super) fn is_decided(&self) -> bool {
        self.procedure.outcome() != Outcome::Open
    }

    /// Schedules that are left, in order.
    pub(super) fn left(&self) -> Vec<usize> {
        self.procedure.means().surviving()
    }

    /// Schedules of which more replications could decide something, in order.
    pub(super) fn needed(&self) -> Vec<usize> {
        self.procedure.needed()
    }

    /// Takes one more replication of some of the schedules.
    pub(super) fn add(&mut self, candidates: &[Candidate], which: &[usize], values: &[Values]) {
        let seen: Vec<(usize, Seen)> =
            which.iter().zip(values).map(|(&index, values)| (index, candidates[index].seen(values))).collect();
        self.take(seen.iter().map(|(index, seen)| (*index, seen)));
    }

    /// Takes what is seen of some schedules in one replication, and gives their sums.
    fn take<'a>(&mut self, seen: impl Iterator<Item = (usize, &'a Seen)>) -> Vec<f64> {
        let systems = self.counts.len();
        let limits = self.kept.first().map_or(0, Vec::len);
        let mut scores = vec![f64::NAN; systems];
        let mut kept = vec![false; systems * limits];
        for (index, (score, keeps)) in seen {
            scores[index] = *score;
            self.counts[index] += 1;
            for (place, &keeps) in keeps.iter().enumerate() {
                kept[index * limits + place] = keeps;
                self.kept[index][place] += usize::from(keeps);
            }
        }
        // Sums are finite, and there is one of every schedule that is needed: nothing can be refused.
        let _ = self.procedure.add(&scores, &kept);
        scores
    }

    /// What it came to.
    pub(super) fn close(self, seed: u64) -> Choice {
        let count = self.scores.len() as f64;
        let systems = self.counts.len();
        let zeros = |_: SelectionError| vec![0.0; systems];
        let of_schedule = |index: usize| self.scores.iter().map(|scores| scores[index]).collect();
        let by_schedule: Vec<Vec<f64>> = (0..systems).map(of_schedule).collect();
        let shares = share_best(&by_schedule, Goal::Smallest).unwrap_or_else(zeros);
        let probabilities = probability_best(&by_schedule, Goal::Smallest, seed).unwrap_or_else(zeros);
        let means = self.procedure.means();
        let is_barred = |index: usize| means.admission(index) == Admission::Barred;
        let schedules: Vec<Standing> = (0..systems)
            .map(|index| Standing {
                looked_at: self.counts[index],
                score: self.scores.iter().map(|scores| scores[index]).sum::<f64>() / count,
                screened_at: means.screened_at(index).filter(|_| !is_barred(index)),
                limits: (0..self.kept[index].len()).map(|limit| self.limit(index, limit)).collect(),
                share_best: shares[index],
                probability_best: probabilities[index],
            })
            .collect();
        let chosen = match self.procedure.outcome() {
            Outcome::Chosen(best) => Some(best),
            Outcome::Open | Outcome::NoneKeepsAll => None,
        };
        let more = means.more_at_most().filter(|more| *more > 0 && !self.procedure.is_pending());
        Choice {
            schedules,
            chosen,
            leader: chosen.or(means.leader()),
            confidence: self.confidence,
            indifference: self.indifference,
            replications: means.replications(),
            more_at_most: more,
            about: self.procedure.about(),
        }
    }

    fn limit(&self, index: usize, limit: usize) -> LimitStanding {
        let judged = self.procedure.limits();
        LimitStanding {
            verdict: judged.map_or(Verdict::CannotTell, |judged| judged.verdict(index, limit)),
            share: self.kept[index][limit] as f64 / self.counts[index].max(1) as f64,
            interval: judged.map_or((0.0, 1.0), |judged| judged.interval(index, limit)),
        }
    }
}

impl Candidate {
    /// The sum of a replication.
    pub fn score(&self, values: &Values) -> f64 {
        self.objective.score(values, &self.catalogue, f64::from(self.model.scenario.clock.days()))
    }

    /// The sum of a replication, and whether it keeps each of the limits.
    fn seen(&self, values: &Values) -> Seen {
        let keeps = |limit: &Limit| limit.is_kept(values, &self.catalogue, &self.model.scenario.clock);
        (self.score(values), self.objective.limits.iter().map(keeps).collect())
    }
}

/// The limits before the first replication; none where there are none.
fn judge(
    systems: usize,
    limits: &[Limit],
    most: usize,
    confidence: Confidence,
) -> Result<Option<Feasibility>, SelectionError> {
    if limits.is_empty() {
        return Ok(None);
    }
    let chance = |limit: &Limit| ChanceLimit::new(Side::AtLeast, limit.chance, CHANCE_TOLERANCE);
    let chances = limits.iter().map(chance).collect::<Result<Vec<ChanceLimit>, SelectionError>>()?;
    Feasibility::new(systems, chances, checkpoints(most), confidence).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_belong_to_schedules_not_to_replications() {
        let means = KimNelson::new(3, FIRST_STAGE, 1.0, Confidence::P95, Goal::Smallest).unwrap();
        let mut open = Open {
            procedure: Constrained::new(means, None).unwrap(),
            scores: Vec::new(),
            kept: vec![vec![]; 3],
            counts: vec![0; 3],
            indifference: 1.0,
            confidence: 0.95,
        };
        for number in 0..FIRST_STAGE {
            // The third is best on average, and in two courses of three.
            let luck = if number % 3 == 0 { 0.0 } else { 10.0 };
            let scores = vec![50.0 + number as f64, 27.0, 30.0 - luck];
            open.procedure.add(&scores, &[]).unwrap();
            open.scores.push(scores);
        }
        let choice = open.close(1);
        assert_eq!(choice.leader, Some(2));
        let shares: Vec<f64> = choice.schedules.iter().map(|one| one.share_best).collect();
        assert!((shares[1] - 1.0 / 3.0).abs() < 1e-9 && (shares[2] - 2.0 / 3.0).abs() < 1e-9, "{shares:?}");
        assert!(choice.schedules[2].probability_best > 0.95 && choice.schedules[0].probability_best == 0.0);
    }
}
