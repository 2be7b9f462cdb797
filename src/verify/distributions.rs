//! Draws of every distribution of the model, by the functions the model draws with, against
//! distribution functions that share nothing with them.

use rayon::prelude::*;

use crate::distribution::{Distribution, NormalTable, poisson};
use crate::rng::{Draws, StreamId};

use super::Setup;
use super::formula::special::{gamma_cdf, normal_cdf, poisson_probabilities};
use super::row::{Row, name};

/// Draws of each distribution.
pub(super) const DRAWS: usize = 1_000_000;

/// How a distribution is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    /// From a word, lognormals by table: visits, bills, services.
    Word,
    /// From a uniform number, to full precision: day effects and tasks.
    Uniform,
}

type Cdf = Box<dyn Fn(f64) -> f64 + Send + Sync>;

struct Example {
    zh: &'static str,
    en: &'static str,
    way: Way,
    distribution: Distribution,
    cdf: Cdf,
}

/// Kolmogorov and Smirnov for the continuous ones, chi-square for the counts.
pub(super) fn all(setup: &Setup) -> Vec<Row> {
    let mut rows: Vec<Row> = examples()
        .into_par_iter()
        .zip(0_u32..64)
        .map(|(example, number)| {
            let normal = NormalTable::new();
            let mut draws = setup.source(0).stream(number, StreamId::Service, 0);
            let sample: Vec<f64> = (0..DRAWS)
                .map(|_| match example.way {
                    Way::Word => example.distribution.draw(draws.next_word(), &normal),
                    Way::Uniform => example.distribution.sample_u(draws.next_uniform()),
                })
                .collect();
            let what = name(format!("{}：K-S 距离", example.zh), format!("{}: K-S distance", example.en));
            Row::kolmogorov(what, sample, example.cdf)
        })
        .collect();
    rows.push(observed_values(setup));
    // The mean of 12 divides inversion from rejection.
    for mean in [0.3, 3.0, 11.9, 12.1, 400.0] {
        rows.push(counts(setup, mean));
    }
    rows
}

fn example(
    (zh, en): (&'static str, &'static str),
    way: Way,
    made: Result<Distribution, crate::distribution::DistributionError>,
    cdf: impl Fn(f64) -> f64 + Send + Sync + 'static,
) -> Example {
    Example { zh, en, way, distribution: made.expect("the parameters are legal"), cdf: Box::new(cdf) }
}

fn examples() -> Vec<Example> {
    let lognormal = |mu: f64, sigma: f64| move |x: f64| normal_cdf((x.ln() - mu) / sigma);
    // Mean 480 and coefficient 0.75: sigma² = ln(1 + 0.75²), mu = ln 480 - sigma² / 2.
    let sigma = (1.0_f64 + 0.75 * 0.75).ln().sqrt();
    let by_mean = lognormal(480.0_f64.ln() - sigma * sigma / 2.0, sigma);
    vec![
        example(("均匀 [-1, 4]", "uniform [-1, 4]"), Way::Word, Distribution::uniform(-1.0, 4.0), |x| {
            (x + 1.0) / 5.0
        }),
        example(
            ("对数正态，均值480、变异系数0.75（查表）", "lognormal, mean 480, cv 0.75 (table)"),
            Way::Word,
            Distribution::lognormal_from_mean_and_cv(480.0, 0.75),
            by_mean,
        ),
        example(
            ("对数正态，中位数1、σ1.5", "lognormal, median 1, sigma 1.5"),
            Way::Uniform,
            Distribution::lognormal_from_median_and_sigma(1.0, 1.5),
            lognormal(0.0, 1.5),
        ),
        // Shapes 2 and 4: P(X <= x) = P(at least 2 of 5 uniform numbers are below x).
        example(("PERT 0、1、4", "PERT 0, 1, 4"), Way::Uniform, Distribution::pert(0.0, 1.0, 4.0), |x| {
            let (p, q) = (x / 4.0, 1.0 - x / 4.0);
            1.0 - q.powi(5) - 5.0 * p * q.powi(4)
        }),
        // Shapes 1 and 5.
        example(("PERT 2、2、12", "PERT 2, 2, 12"), Way::Uniform, Distribution::pert(2.0, 2.0, 12.0), |x| {
            1.0 - (1.0 - (x - 2.0) / 10.0).powi(5)
        }),
        example(
            ("三角 2、3、10", "triangular 2, 3, 10"),
            Way::Word,
            Distribution::triangular(2.0, 3.0, 10.0),
            |x| {
                if x < 3.0 { (x - 2.0).powi(2) / 8.0 } else { 1.0 - (10.0 - x).powi(2) / 56.0 }
            },
        ),
        example(
            ("伽马，均值1、变异系数0.2", "gamma, mean 1, cv 0.2"),
            Way::Uniform,
            Distribution::gamma_from_mean_and_cv(1.0, 0.2),
            |x| gamma_cdf(25.0, 25.0 * x),
        ),
        example(
            ("伽马，均值5、变异系数2", "gamma, mean 5, cv 2"),
            Way::Uniform,
            Distribution::gamma_from_mean_and_cv(5.0, 2.0),
            |x| gamma_cdf(0.25, 0.25 * x / 5.0),
        ),
    ]
}

/// Observed values: each as often as it stands in the list.
fn observed_values(setup: &Setup) -> Row {
    let values = [5.0, 1.0, 1.0, 9.0, 2.0, 2.0, 2.0, 7.0];
    let distribution = Distribution::empirical(values.to_vec()).expect("finite values");
    let normal = NormalTable::new();
    let mut draws = setup.source(1).stream(0, StreamId::Service, 0);
    let kinds = [1.0, 2.0, 5.0, 7.0, 9.0];
    let mut seen = [0_u64; 5];
    for _ in 0..DRAWS {
        let value = distribution.draw(draws.next_word(), &normal);
        if let Some(kind) = kinds.iter().position(|kind| *kind == value) {
            seen[kind] += 1;
        }
    }
    let share = |kind: f64| values.iter().filter(|value| **value == kind).count() as f64 / values.len() as f64;
    Row::chi_square(
        name("经验分布：卡方", "observed values: chi-square"),
        &seen,
        &kinds.map(|kind| share(kind) * DRAWS as f64),
    )
}

fn counts(setup: &Setup, mean: f64) -> Row {
    let most = (mean + 12.0 * mean.sqrt() + 20.0) as usize;
    let mut draws: Draws = setup.source(2).stream((mean * 10.0) as u32, StreamId::Arrivals, 0);
    let mut seen = vec![0_u64; most + 1];
    for _ in 0..DRAWS {
        seen[(poisson(mean, &mut draws) as usize).min(most)] += 1;
    }
    let expected: Vec<f64> = poisson_probabilities(mean, most).iter().map(|p| p * DRAWS as f64).collect();
    Row::chi_square(
        name(format!("泊松，均值{mean}：卡方"), format!("Poisson, mean {mean}: chi-square")),
        &seen,
        &expected,
    )
}
