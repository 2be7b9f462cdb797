//! The schedules still in question, in other plausible worlds: how much each would be regretted, and
//! whether another one is best there.

use std::sync::atomic::Ordering;

use crate::measures::measure;
use crate::replication::{Model, Tracing, simulate_all};
use crate::scenario::plausible::World;
use crate::selection::frontier::Regret;
use crate::stats::{Confidence, Estimate};

use super::batch::batch;
use super::comparison::Candidate;
use super::{Stopped, Watch};

/// Schedules in several worlds.
#[derive(Debug, Clone)]
pub struct Worlds {
    /// The schedules, by their places in the comparison.
    pub schedules: Vec<usize>,
    /// The worlds, the stated one first, as none.
    pub worlds: Vec<Option<World>>,
    /// Mean sum of the objective by world, then schedule.
    pub scores: Vec<Vec<f64>>,
    /// How much worse than the best of the world each schedule is.
    pub regret: Regret,
    /// Replications in each world.
    pub replications: u32,
    /// Two worlds with different best schedules, where both differences are certain.
    pub flip: Option<Flip>,
}

/// A ranking that turns round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flip {
    /// The two worlds, by their places.
    pub worlds: [usize; 2],
    /// The schedule best in each, by its place in the comparison.
    pub best: [usize; 2],
}

/// The sums of one world: by replication, then schedule.
pub type Scores = Vec<Vec<f64>>;

/// Simulates some schedules in a world.
///
/// # Errors
///
/// Why it was not finished.
pub fn scores(candidates: &[Candidate], seed: u64, replications: u32, watch: &Watch) -> Result<Scores, Stopped> {
    let models: Vec<&Model> = candidates.iter().map(|candidate| &candidate.model).collect();
    let simulate = |number| {
        if watch.stop.load(Ordering::Relaxed) {
            return Err(Stopped::Interrupted);
        }
        let outcomes = simulate_all(&models, seed, number, Tracing::Off).map_err(Stopped::Breach)?;
        watch.finished.fetch_add(1, Ordering::Relaxed);
        let scored = outcomes
            .iter()
            .zip(candidates)
            .map(|(outcome, candidate)| candidate.score(&measure(&candidate.model.scenario, number, outcome)));
        Ok(scored.collect())
    };
    let mut found = Scores::new();
    batch(0..replications, &simulate, &mut |scores| {
        found.push(scores);
        Ok(())
    })?;
    Ok(found)
}

impl Worlds {
    /// From the sums in each world; none without two schedules, two worlds, or replications.
    pub fn new(schedules: Vec<usize>, found: Vec<(Option<World>, Scores)>, indifference: f64) -> Option<Self> {
        let replications = found.first()?.1.len();
        if schedules.len() < 2 || found.len() < 2 || replications == 0 {
            return None;
        }
        let mean =
            |scores: &Scores, index: usize| scores.iter().map(|row| row[index]).sum::<f64>() / scores.len() as f64;
        let means: Vec<Vec<f64>> =
            found.iter().map(|(_, scores)| (0..schedules.len()).map(|index| mean(scores, index)).collect()).collect();
        let regret = Regret::new(&means).ok()?;
        let flip = certain_flip(&regret, &found, &schedules, indifference);
        Some(Self {
            worlds: found.iter().map(|(world, _)| *world).collect(),
            scores: means,
            regret,
            replications: replications as u32,
            flip,
            schedules,
        })
    }
}

/// Two worlds whose best schedules differ, each better than the other's by more than chance and more than
/// what does not matter.
fn certain_flip(
    regret: &Regret,
    found: &[(Option<World>, Scores)],
    schedules: &[usize],
    indifference: f64,
) -> Option<Flip> {
    let best: Vec<usize> = (0..found.len()).map(|world| regret.best(world).first().copied().unwrap_or(0)).collect();
    let is_better = |world: usize, one: usize, other: usize| {
        let differences: Vec<f64> = found[world].1.iter().map(|row| row[one] - row[other]).collect();
        // Two tests for each pair of worlds.
        let confidence = Confidence::P95.split(found.len() * (found.len() - 1));
        let estimate = Estimate::of_mean(&differences, confidence).ok();
        let is_sure = |estimate: &Estimate| estimate.interval().is_some_and(|(_, high)| high < 0.0);
        estimate.is_some_and(|estimate| is_sure(&estimate) && estimate.mean < -indifference)
    };
    let pairs = (0..found.len()).flat_map(|one| (one + 1..found.len()).map(move |other| [one, other]));
    let turns = pairs.into_iter().find(|&[one, other]| {
        let (first, second) = (best[one], best[other]);
        first != second && is_better(one, first, second) && is_better(other, second, first)
    })?;
    Some(Flip { worlds: turns, best: turns.map(|world| schedules[best[world]]) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::plausible::Doubt;

    fn worlds(stated: [[f64; 2]; 3], other: [[f64; 2]; 3]) -> Worlds {
        let world = World { doubt: Doubt::Deferral, is_high: true };
        let rows = |rows: [[f64; 2]; 3]| rows.iter().map(|row| row.to_vec()).collect();
        Worlds::new(vec![0, 3], vec![(None, rows(stated)), (Some(world), rows(other))], 0.5).unwrap()
    }

    #[test]
    fn a_ranking_that_turns_round_is_seen_with_the_worlds_that_show_it() {
        let found = worlds([[10.0, 12.0], [11.0, 13.1], [9.0, 10.9]], [[9.0, 5.0], [8.0, 4.1], [9.5, 5.4]]);
        assert_eq!(found.flip, Some(Flip { worlds: [0, 1], best: [0, 3] }));
        assert!((found.regret.largest[0] - 4.0).abs() < 1e-9 && (found.regret.largest[1] - 2.0).abs() < 1e-9);
    }

    #[test]
    fn what_may_be_chance_is_no_turn() {
        let found = worlds([[10.0, 12.0], [11.0, 13.0], [9.0, 11.0]], [[9.0, 5.0], [5.0, 8.0], [6.0, 6.0]]);
        assert_eq!(found.flip, None);
    }
}
