//! The points of a grid on the same patients.
//!
//! Points that differ only in their schedule are simulated together, a bounded number at a time so that memory
//! stays bounded too; points that change the world (windows, demand) each form a world of their own. All have the
//! same seed, and draws are keyed by what they are for, so that points of different worlds share them as well.
//! Of every replication only what is read off it is kept.

use std::sync::atomic::Ordering;

use crate::engine::Engine;
use crate::measures::measure;
use crate::replication::{Model, Tracing, simulate_all};
use crate::scenario::world::Scenario;

use super::batch::batch;
use super::reading::{Reading, Threshold};
use super::{Stopped, Watch};

/// Points simulated together at most.
const TOGETHER_MAX: usize = 8;

/// One point before it is simulated.
#[derive(Debug)]
pub struct Point {
    /// Its scenario.
    pub scenario: Scenario,
    /// Points with the same number are for the same people and desks.
    pub world: usize,
    /// What is read off it, resolved for its own measures.
    pub readings: Vec<Reading>,
    /// What is looked for, resolved likewise.
    pub thresholds: Vec<Threshold>,
}

/// What one point gives.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// By reading, then replication.
    pub values: Vec<Vec<Option<f64>>>,
    /// By threshold, then replication.
    pub kept: Vec<Vec<bool>>,
    /// Replications finished.
    pub replications: usize,
}

/// What a sweep gives.
#[derive(Debug)]
pub struct Sweep {
    /// Seed.
    pub seed: u64,
    /// One a point, in the order of the grid; without replications where the sweep ended before it.
    pub outcomes: Vec<Outcome>,
    /// Why it ended early, if it did.
    pub stopped: Option<Stopped>,
}

impl Sweep {
    /// Courses finished, over all points.
    pub fn courses(&self) -> usize {
        self.outcomes.iter().map(|outcome| outcome.replications).sum()
    }

    /// Most replications of a point.
    pub fn replications(&self) -> usize {
        self.outcomes.iter().map(|outcome| outcome.replications).max().unwrap_or(0)
    }
}

/// Numbers of a replication of some points: readings and thresholds a point.
type Taken = Vec<(Vec<Option<f64>>, Vec<bool>)>;

/// Simulates all points.
pub fn sweep(points: &[Point], seed: u64, replications: u32, engine: Engine, watch: &Watch) -> Sweep {
    let mut outcomes: Vec<Outcome> = points
        .iter()
        .map(|point| Outcome {
            values: vec![Vec::new(); point.readings.len()],
            kept: vec![Vec::new(); point.thresholds.len()],
            replications: 0,
        })
        .collect();
    let mut stopped = None;
    for group in groups(points) {
        let of = |index: &usize| Model::new(points[*index].scenario.clone()).with_engine(engine);
        let models: Vec<Model> = group.iter().map(of).collect();
        let simulate = |number| replication(points, &group, &models, (seed, number), watch);
        stopped = batch(0..replications, &simulate, &mut |taken| {
            add(&mut outcomes, &group, taken);
            Ok(())
        })
        .err();
        if stopped.is_some() {
            break;
        }
    }
    Sweep { seed, outcomes, stopped }
}

/// Points to simulate together, in the order of the grid.
fn groups(points: &[Point]) -> Vec<Vec<usize>> {
    let mut groups: Vec<(usize, Vec<usize>)> = Vec::new();
    for (index, point) in points.iter().enumerate() {
        let open = groups.iter_mut().find(|(world, group)| *world == point.world && group.len() < TOGETHER_MAX);
        match open {
            Some((_, group)) => group.push(index),
            None => groups.push((point.world, vec![index])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn replication(
    points: &[Point],
    group: &[usize],
    models: &[Model],
    (seed, number): (u64, u32),
    watch: &Watch,
) -> Result<Taken, Stopped> {
    if watch.stop.load(Ordering::Relaxed) {
        return Err(Stopped::Interrupted);
    }
    let models: Vec<&Model> = models.iter().collect();
    let outcomes = simulate_all(&models, seed, number, Tracing::Off).map_err(Stopped::Breach)?;
    watch.finished.fetch_add(u32::try_from(group.len()).unwrap_or(u32::MAX), Ordering::Relaxed);
    let taken = outcomes.iter().zip(group).map(|(outcome, index)| {
        let Point { scenario, readings, thresholds, .. } = &points[*index];
        let values = measure(scenario, number, outcome);
        let read = readings.iter().map(|reading| reading.value(&values)).collect();
        (read, thresholds.iter().map(|threshold| threshold.is_kept(&values, &scenario.clock)).collect())
    });
    Ok(taken.collect())
}

fn add(outcomes: &mut [Outcome], group: &[usize], taken: Taken) {
    for (index, (values, kept)) in group.iter().zip(taken) {
        let outcome = &mut outcomes[*index];
        outcome.replications += 1;
        outcome.values.iter_mut().zip(values).for_each(|(all, value)| all.push(value));
        outcome.kept.iter_mut().zip(kept).for_each(|(all, kept)| all.push(kept));
    }
}
