//! Kim and Nelson's procedure picks the best of known systems at least as often as it promises, and the one
//! with limits the best of those that keep them.
//!
//! `CUTOVER_EXPERIMENTS=5000 cargo test --locked --test it selection -- --nocapture` repeats every
//! setting more often and shows the share of right choices, the replications taken and what
//! Rinott's procedure of two stages would have taken.

use cutover::distribution::normal_quantile;
use cutover::rng::{Draws, Source, StreamId};
use cutover::selection::Goal;
use cutover::selection::constrained::{Constrained, Outcome};
use cutover::selection::feasible::{ChanceLimit, Feasibility, Side};
use cutover::selection::kim_nelson::KimNelson;
use cutover::selection::two_stage::TwoStage;
use cutover::stats::{Confidence, checkpoints};
use rayon::prelude::*;

/// Experiments in each setting unless `CUTOVER_EXPERIMENTS` says otherwise.
const EXPERIMENTS: u32 = 400;

/// Replications of the first stage.
const FIRST_STAGE: usize = 10;

/// The best is better than all others by this (slippage, the hardest means that the guarantee
/// covers), which is also the indifference: a standard error of the first stage.
fn gap() -> f64 {
    1.0 / (FIRST_STAGE as f64).sqrt()
}

/// Spread of the systems around their means.
#[derive(Clone, Copy, Debug)]
enum Variances {
    /// All 1.
    Equal,
    /// From 1/2 to 3/2, the best the most variable.
    BestLargest,
    /// From 3/2 to 1/2, the best the least variable.
    BestSmallest,
}

#[derive(Clone, Copy, Debug)]
struct Setting {
    systems: usize,
    /// Correlation of any two systems in a replication: 0 for independent runs.
    correlation: f64,
    variances: Variances,
}

impl Setting {
    /// The best system is the last, so that it does not win by being first.
    fn best(&self) -> usize {
        self.systems - 1
    }

    fn deviation(&self, system: usize) -> f64 {
        let rise = system as f64 / self.best() as f64;
        match self.variances {
            Variances::Equal => 1.0,
            Variances::BestLargest => (0.5 + rise).sqrt(),
            Variances::BestSmallest => (1.5 - rise).sqrt(),
        }
    }

    fn replication(&self, draws: &mut Draws) -> Vec<f64> {
        let mut normal = || normal_quantile(draws.next_uniform());
        let shared = self.correlation.sqrt() * normal();
        let own = (1.0 - self.correlation).sqrt();
        let value = |system| {
            let mean = if system == self.best() { gap() } else { 0.0 };
            mean + self.deviation(system) * (shared + own * normal())
        };
        (0..self.systems).map(value).collect()
    }
}

/// What many experiments in one setting came to.
struct Found {
    /// Share in which the best was chosen.
    right: f64,
    /// Mean of the replications of the longest-lived system.
    replications: f64,
    /// Mean of the values taken over all systems, each until it was screened out.
    values: f64,
    /// Mean of the values that Rinott's procedure would have taken from the same first stage.
    rinott: f64,
}

/// Repeats the procedure with an indifference that the true gap keeps or not.
fn experiment(setting: Setting, number: u32, indifference: f64, rinott: f64) -> [f64; 4] {
    let mut draws = Source::new(20_010, number).stream(setting.systems as u32, StreamId::Service, 0);
    let new = KimNelson::new(setting.systems, FIRST_STAGE, indifference, Confidence::P95, Goal::Largest);
    let mut choice = new.expect("a legal design");
    let mut first = Vec::new();
    let decision = loop {
        let values = setting.replication(&mut draws);
        choice.add(&values).expect("finite values");
        if first.len() < FIRST_STAGE {
            first.push(values);
        }
        let most = choice.replications_at_most();
        assert!(most.is_none_or(|most| choice.replications() <= most), "{setting:?} {number}: {most:?}");
        if let Some(decision) = choice.decision() {
            break decision;
        }
    };
    let lived = |system| choice.screened_at(system).unwrap_or(choice.replications()) as f64;
    let two_stage = TwoStage::new(setting.systems, FIRST_STAGE, indifference, Confidence::P95).expect("a legal design");
    let of_rinott = |system: usize| {
        let mean = first.iter().map(|row| row[system]).sum::<f64>() / FIRST_STAGE as f64;
        let squares: f64 = first.iter().map(|row| (row[system] - mean).powi(2)).sum();
        two_stage.replications_needed(rinott, squares / (FIRST_STAGE - 1) as f64) as f64
    };
    [
        f64::from(u8::from(decision == setting.best())),
        choice.replications() as f64,
        (0..setting.systems).map(lived).sum(),
        (0..setting.systems).map(of_rinott).sum(),
    ]
}

fn repeat(setting: Setting, experiments: u32, indifference: f64) -> Found {
    let two_stage = TwoStage::new(setting.systems, FIRST_STAGE, indifference, Confidence::P95).expect("a legal design");
    let rinott = two_stage.rinott_constant();
    let run = |number| experiment(setting, number, indifference, rinott);
    let all: Vec<[f64; 4]> = (0..experiments).into_par_iter().map(run).collect();
    let mean = |part: usize| all.iter().map(|one| one[part]).sum::<f64>() / f64::from(experiments);
    Found { right: mean(0), replications: mean(1), values: mean(2), rinott: mean(3) }
}

fn experiments() -> u32 {
    std::env::var("CUTOVER_EXPERIMENTS")
        .map_or(EXPERIMENTS, |text| text.parse().expect("CUTOVER_EXPERIMENTS is a number"))
}

/// Four standard errors of a share around the promise of 95 %.
fn tolerance(experiments: u32) -> f64 {
    4.0 * (0.95 * 0.05 / f64::from(experiments)).sqrt()
}

#[test]
fn the_best_is_chosen_at_least_as_often_as_promised() {
    let experiments = experiments();
    println!("{experiments} experiments a setting, promise 95 %, first stage {FIRST_STAGE}, gap {:.4}", gap());
    println!("systems correlation variances     right  ± s.e.  replications  values  Rinott's");
    for systems in [2, 5, 10] {
        for correlation in [0.0, 0.5] {
            for variances in [Variances::Equal, Variances::BestLargest, Variances::BestSmallest] {
                let setting = Setting { systems, correlation, variances };
                let found = repeat(setting, experiments, gap());
                let error = (found.right * (1.0 - found.right) / f64::from(experiments)).sqrt();
                println!(
                    "{systems:>7} {correlation:>11} {:<12} {:>6.2}% {:>5.2}% {:>13.1} {:>7.0} {:>9.0}",
                    format!("{variances:?}"),
                    100.0 * found.right,
                    100.0 * error,
                    found.replications,
                    found.values,
                    found.rinott
                );
                assert!(found.right >= 0.95 - tolerance(experiments), "{setting:?}: {}", found.right);
            }
        }
    }
}

#[test]
fn a_gap_below_the_indifference_is_missed_more_often_than_promised() {
    // The guarantee does not cover it; were the share no lower, the test above could not fail.
    let setting = Setting { systems: 5, correlation: 0.5, variances: Variances::Equal };
    let found = repeat(setting, EXPERIMENTS, 4.0 * gap());
    assert!(found.right < 0.95 - 3.0 * tolerance(EXPERIMENTS), "{}", found.right);
}

#[test]
fn the_same_patients_save_replications() {
    // Correlation 1/2 halves the variances of the differences, and the widths with them.
    let of = |correlation| repeat(Setting { systems: 5, correlation, variances: Variances::Equal }, 200, gap());
    let (independent, common) = (of(0.0), of(0.5));
    assert!(common.values < 0.65 * independent.values, "{} {}", common.values, independent.values);
    assert!(independent.values < independent.rinott, "{} {}", independent.values, independent.rinott);
}

/// The limit asks for this chance, and looks end after so many replications.
const CHANCE: f64 = 0.9;
const LOOKS_END: usize = 5_000;

/// First stage of the choice with limits, as `compare` has it.
const CONSTRAINED_FIRST_STAGE: usize = 30;

/// A world with limits: by system the mean, smaller better, in gaps, and the chance of keeping the limit.
struct Limited {
    name: &'static str,
    systems: &'static [(f64, f64)],
    best: usize,
}

const LIMITED: [Limited; 4] = [
    Limited { name: "cheaper ones break it", systems: &[(1.0, 0.98), (-3.0, 0.75), (0.0, 0.97), (-1.0, 0.8)], best: 2 },
    Limited { name: "slippage, all keep it", systems: &[(1.0, 0.98), (1.0, 0.98), (1.0, 0.98), (0.0, 0.98)], best: 3 },
    Limited {
        name: "half of them break it",
        systems: &[(1.0, 0.97), (1.0, 0.97), (0.0, 0.97), (-0.5, 0.8), (0.5, 0.8), (0.0, 0.8)],
        best: 2,
    },
    Limited { name: "barely kept", systems: &[(0.0, 0.94), (-2.0, 0.86), (1.0, 0.94)], best: 0 },
];

/// One choice with limits: whether it was the best (0 or 1), and replications.
fn limited(world: &Limited, correlation: f64, number: u32) -> [f64; 2] {
    let mut draws = Source::new(20_100, number).stream(world.systems.len() as u32, StreamId::Service, 0);
    let gap = 1.0 / (CONSTRAINED_FIRST_STAGE as f64).sqrt();
    let half = Confidence::new(0.975).expect("a share");
    let k = world.systems.len();
    let limit = ChanceLimit::new(Side::AtLeast, CHANCE, 0.02).expect("a share");
    let limits = Feasibility::new(k, vec![limit], checkpoints(LOOKS_END), half).expect("a legal design");
    let means = KimNelson::new(k, CONSTRAINED_FIRST_STAGE, gap, half, Goal::Smallest).expect("a legal design");
    let mut choice = Constrained::new(means, Some(limits)).expect("as many systems");
    while choice.outcome() == Outcome::Open && choice.means().replications() < LOOKS_END {
        let needed = choice.needed();
        let mut normal = || normal_quantile(draws.next_uniform());
        let shared = correlation.sqrt() * normal();
        let (mut values, mut kept) = (vec![f64::NAN; k], vec![false; k]);
        for (system, &(mean, chance)) in world.systems.iter().enumerate() {
            let value = shared + (1.0 - correlation).sqrt() * normal();
            // The limit is missed where the value is large: both depend on the same luck.
            if needed.contains(&system) {
                values[system] = gap * mean + value;
                kept[system] = value < normal_quantile(chance);
            }
        }
        choice.add(&values, &kept).expect("finite values");
    }
    [f64::from(u8::from(choice.outcome() == Outcome::Chosen(world.best))), choice.means().replications() as f64]
}

#[test]
fn the_best_that_keeps_the_limits_is_chosen_at_least_as_often_as_promised() {
    let experiments = experiments();
    println!("{experiments} experiments a setting, promise 95 %, limit {CHANCE}");
    println!("world                   correlation     right  ± s.e.  replications");
    for world in LIMITED {
        for correlation in [0.0, 0.5] {
            let all: Vec<[f64; 2]> =
                (0..experiments).into_par_iter().map(|number| limited(&world, correlation, number)).collect();
            let mean = |part: usize| all.iter().map(|one| one[part]).sum::<f64>() / f64::from(experiments);
            let (right, replications) = (mean(0), mean(1));
            let error = (right * (1.0 - right) / f64::from(experiments)).sqrt();
            println!(
                "{:<23} {correlation:>11} {:>8.2}% {:>5.2}% {replications:>13.1}",
                world.name,
                100.0 * right,
                100.0 * error
            );
            assert!(right >= 0.95 - tolerance(experiments), "{}: {right}", world.name);
        }
    }
}
