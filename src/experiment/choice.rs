//! Choosing the best of several schedules with a guarantee.
//!
//! Limits are judged first, by simultaneous intervals at fixed looks
//! ([`crate::selection::feasible`]); then the sum of the objective is compared by the fully sequential
//! procedure of Kim and Nelson ([`crate::selection::kim_nelson`]), which holds under common random
//! numbers. Half of the error allowed goes to each where there are limits. A schedule that breaks a limit
//! for certain counts as worse than every other, so that the constants are those of all schedules. One of
//! which it cannot be told yet stays in the race and may beat others; it is not chosen before it is told.
//!
//! The indifference is a share of the baseline's mean sum in the first stage; the procedure asks for a
//! number fixed beforehand, to which this comes near.

use crate::measures::Values;
use crate::objective::Limit;
use crate::selection::best::{probability_best, share_best};
use crate::selection::feasible::{ChanceLimit, Feasibility, Side, Verdict};
use crate::selection::kim_nelson::KimNelson;
use crate::selection::{Goal, SelectionError};
use crate::stats::{Confidence, checkpoints};

use super::Results;
use super::comparison::Candidate;
use super::spool::SpoolError;

/// Replications after which schedules may be screened out.
pub const FIRST_STAGE: usize = 30;

/// Within this of the chance asked for, a limit is too close to call.
const CHANCE_TOLERANCE: f64 = 0.02;

/// Looks at the limits end here; later replications add to the choice by the sum only.
const LOOKS_MAX: usize = 5_000;

/// What a choice came to.
#[derive(Debug, Clone)]
pub struct Choice {
    /// One a schedule, the baseline first.
    pub schedules: Vec<Standing>,
    /// The schedule chosen; none while it is open, or when none keeps the limits.
    pub chosen: Option<usize>,
    /// The schedule with the least mean sum so far among those that break no limit.
    pub leader: Option<usize>,
    /// How sure the choice is.
    pub confidence: f64,
    /// Differences of the sum below this do not matter.
    pub indifference: f64,
    /// Replications the choice took, those of the schedules that were left included.
    pub replications: usize,
    /// Replications that could be needed at most until the choice is made; none when it is made.
    pub more_at_most: Option<usize>,
}

/// How one schedule stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Mean of the sum over the replications of all schedules.
    pub score: f64,
    /// Replications after which it was found to be clearly worse than another; none for those left.
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

    /// Whether all limits are kept for certain, or too close to call.
    pub fn keeps_all_limits(&self) -> bool {
        self.limits.iter().all(|limit| matches!(limit.verdict, Verdict::Meets | Verdict::TooClose))
    }
}

/// What is seen of a schedule in one replication: its sum, and whether it keeps each of the limits.
type Seen = (f64, Vec<bool>);

/// A choice that more replications may decide.
pub(super) struct Open {
    procedure: KimNelson,
    /// Sums by replication of all schedules, then schedule.
    scores: Vec<Vec<f64>>,
    limits: Vec<Vec<LimitStanding>>,
    indifference: f64,
    confidence: f64,
    /// Added to the sum of schedules that break a limit.
    penalty: Vec<f64>,
}

impl Open {
    /// The choice after the replications of all schedules; none where they are too few for one, or where
    /// nothing differs from the first schedule so that the sums have no size.
    ///
    /// # Errors
    ///
    /// When samples that were put aside cannot be read.
    pub(super) fn new(candidates: &[Candidate], results: &[Results]) -> Result<Option<Self>, SpoolError> {
        let count = results.first().map_or(0, |results| results.samples.len());
        if count < FIRST_STAGE || candidates.len() < 2 {
            return Ok(None);
        }
        let schedules = candidates.iter().zip(results);
        let of = |(candidate, results): (&Candidate, &Results)| {
            results.samples.map(0..count, |values| (candidate.score(values), candidate.keeps_each(values)))
        };
        let seen: Vec<Vec<Seen>> = schedules.map(of).collect::<Result<_, _>>()?;
        Ok(Self::by(candidates, &seen))
    }

    /// By what was seen of each schedule in every replication.
    fn by(candidates: &[Candidate], seen: &[Vec<Seen>]) -> Option<Self> {
        let objective = &candidates.first()?.objective;
        let count = seen.first()?.len();
        let scores: Vec<Vec<f64>> =
            (0..count).map(|number| seen.iter().map(|schedule| schedule[number].0).collect()).collect();
        // The planner's share is of the baseline's sum; the first stage stands for it.
        let first: f64 = scores.iter().take(FIRST_STAGE).map(|scores| scores[0]).sum::<f64>() / FIRST_STAGE as f64;
        let indifference = objective.indifference_share * first.abs();
        let error = 1.0 - objective.confidence;
        let each = if objective.limits.is_empty() { error } else { error / 2.0 };
        let limits = judge(&objective.limits, seen, 1.0 - each).ok()?;
        let confidence = Confidence::new(1.0 - each).ok()?;
        let procedure = KimNelson::new(candidates.len(), FIRST_STAGE, indifference, confidence, Goal::Smallest).ok()?;
        let largest = scores.iter().flatten().fold(0.0_f64, |largest, score| largest.max(score.abs()));
        let fails = |limits: &Vec<LimitStanding>| limits.iter().any(|limit| limit.verdict == Verdict::Fails);
        let penalty: Vec<f64> =
            limits.iter().map(|limits| if fails(limits) { 1e6 * (1.0 + largest) } else { 0.0 }).collect();
        let mut open =
            Self { procedure, scores: Vec::new(), limits, indifference, confidence: objective.confidence, penalty };
        for scores in scores {
            open.feed(&scores);
            open.scores.push(scores);
        }
        Some(open)
    }

    /// Takes the sums of the next replication; those of schedules screened out do not matter.
    fn feed(&mut self, scores: &[f64]) {
        let punished: Vec<f64> = scores.iter().zip(&self.penalty).map(|(score, penalty)| score + penalty).collect();
        // Sums are finite and of all schedules: nothing can be refused.
        let _ = self.procedure.add(&punished);
    }

    pub(super) fn is_decided(&self) -> bool {
        self.procedure.decision().is_some() || self.penalty.iter().all(|penalty| *penalty > 0.0)
    }

    /// Schedules between which it is open.
    pub(super) fn undecided(&self) -> Vec<usize> {
        self.procedure.surviving()
    }

    /// Takes one more replication of some of the schedules.
    pub(super) fn add(&mut self, candidates: &[Candidate], which: &[usize], values: &[Values]) {
        let mut scores = vec![f64::NAN; candidates.len()];
        for (&index, values) in which.iter().zip(values) {
            scores[index] = candidates[index].score(values);
        }
        self.feed(&scores);
    }

    /// What it came to.
    pub(super) fn close(self, seed: u64) -> Choice {
        let count = self.scores.len() as f64;
        let systems = self.penalty.len();
        let zeros = |_: SelectionError| vec![0.0; systems];
        let of_schedule = |index: usize| self.scores.iter().map(|scores| scores[index]).collect();
        let by_schedule: Vec<Vec<f64>> = (0..systems).map(of_schedule).collect();
        let shares = share_best(&by_schedule, Goal::Smallest).unwrap_or_else(zeros);
        let probabilities = probability_best(&by_schedule, Goal::Smallest, seed).unwrap_or_else(zeros);
        let schedules: Vec<Standing> = (0..systems)
            .map(|index| Standing {
                score: self.scores.iter().map(|scores| scores[index]).sum::<f64>() / count,
                screened_at: self.procedure.screened_at(index),
                limits: self.limits[index].clone(),
                share_best: shares[index],
                probability_best: probabilities[index],
            })
            .collect();
        let allowed = |index: &usize| self.penalty[*index] == 0.0;
        let least = |one: &usize, other: &usize| schedules[*one].score.total_cmp(&schedules[*other].score);
        let leader = (0..systems).filter(allowed).min_by(least);
        Choice {
            chosen: self.procedure.decision().filter(allowed).filter(|best| schedules[*best].keeps_all_limits()),
            leader: self.procedure.decision().or(self.procedure.leader()).filter(allowed).or(leader),
            confidence: self.confidence,
            indifference: self.indifference,
            replications: self.procedure.replications(),
            more_at_most: self.procedure.more_at_most().filter(|more| *more > 0),
            schedules,
        }
    }
}

impl Candidate {
    /// The sum of a replication.
    pub fn score(&self, values: &Values) -> f64 {
        self.objective.score(values, &self.catalogue, f64::from(self.model.scenario.clock.days()))
    }

    /// Whether a replication keeps each of the limits.
    fn keeps_each(&self, values: &Values) -> Vec<bool> {
        let keeps = |limit: &Limit| limit.is_kept(values, &self.catalogue, &self.model.scenario.clock);
        self.objective.limits.iter().map(keeps).collect()
    }
}

/// Judges the limits of every schedule by the replications of all of them.
fn judge(limits: &[Limit], seen: &[Vec<Seen>], confidence: f64) -> Result<Vec<Vec<LimitStanding>>, SelectionError> {
    let systems = seen.len();
    if limits.is_empty() {
        return Ok(vec![Vec::new(); systems]);
    }
    let chances: Result<Vec<ChanceLimit>, SelectionError> =
        limits.iter().map(|limit| ChanceLimit::new(Side::AtLeast, limit.chance, CHANCE_TOLERANCE)).collect();
    let confidence = Confidence::new(confidence).unwrap_or(Confidence::P95);
    let count = seen.first().map_or(0, Vec::len);
    let mut looks: Vec<usize> = checkpoints(LOOKS_MAX).into_iter().filter(|look| *look < count).collect();
    looks.push(count);
    let mut judged = Feasibility::new(systems, chances?, looks, confidence)?;
    let mut kept = vec![vec![0_usize; limits.len()]; systems];
    for number in 0..count {
        let mut outcomes = Vec::with_capacity(systems * limits.len());
        for (schedule, kept) in seen.iter().zip(&mut kept) {
            for (&keeps, kept) in schedule[number].1.iter().zip(kept) {
                *kept += usize::from(keeps);
                outcomes.push(keeps);
            }
        }
        judged.add(&outcomes)?;
    }
    let standing = |system: usize, limit: usize| LimitStanding {
        verdict: judged.verdict(system, limit),
        share: kept[system][limit] as f64 / count.max(1) as f64,
        interval: judged.interval(system, limit),
    };
    Ok((0..systems).map(|system| (0..limits.len()).map(|limit| standing(system, limit)).collect()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_belong_to_schedules_not_to_replications() {
        let confidence = Confidence::P95;
        let procedure = KimNelson::new(3, FIRST_STAGE, 1.0, confidence, Goal::Smallest).unwrap();
        let mut open = Open {
            procedure,
            scores: Vec::new(),
            limits: vec![vec![]; 3],
            indifference: 1.0,
            confidence: 0.95,
            penalty: vec![0.0; 3],
        };
        for number in 0..FIRST_STAGE {
            // The third is best on average, and in two courses of three.
            let luck = if number % 3 == 0 { 0.0 } else { 10.0 };
            let scores = vec![50.0 + number as f64, 27.0, 30.0 - luck];
            open.feed(&scores);
            open.scores.push(scores);
        }
        let choice = open.close(1);
        assert_eq!(choice.leader, Some(2));
        let shares: Vec<f64> = choice.schedules.iter().map(|one| one.share_best).collect();
        assert!((shares[1] - 1.0 / 3.0).abs() < 1e-9 && (shares[2] - 2.0 / 3.0).abs() < 1e-9, "{shares:?}");
        assert!(choice.schedules[2].probability_best > 0.95 && choice.schedules[0].probability_best == 0.0);
    }
}
