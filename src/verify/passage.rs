//! First passage of a backlog: a known number of people wait when the windows open.

use crate::engine::Job;

use super::Setup;
use super::queue::{Service, Until, customer, poisson_customers, replicate, serve_all};
use super::row::{Row, name};
use crate::rng::StreamId;

/// Mean service, seconds.
pub(super) const SERVICE: f64 = 5_000.0;

/// Mean and standard deviation of the time until nobody waits.
///
/// Of n people at the opening c are served at once. While all windows are busy the number waiting
/// steps up at rate lambda and down at theta = c / s, and the time to go down by one is a busy
/// period of M/M/1: mean 1 / delta and variance (theta + lambda) / delta³, delta = theta - lambda. The
/// n - c steps are independent (D. R. Cox and W. L. Smith, "Queues", 1961, section 3.1).
pub(super) fn first_passage(setup: &Setup) -> Vec<Row> {
    let mut rows = Vec::new();
    for (windows, load, backlog) in [(3_u32, 0.6, 60_u32), (10, 0.8, 120)] {
        let theta = f64::from(windows) / SERVICE;
        let lambda = load * theta;
        let delta = theta - lambda;
        let steps = f64::from(backlog - windows);
        let mean = steps / delta;
        let variance = steps * (theta + lambda) / delta.powi(3);
        let found = replicate(16_000, |replication| {
            clearing(setup, (replication, windows, backlog), 1.0 / lambda, mean + 12.0 * variance.sqrt())
        });
        let zh = format!("M/M/{windows} {load}，开门时 {backlog} 人");
        let en = format!("M/M/{windows} {load}, {backlog} at the opening");
        rows.push(Row::mean(
            name(format!("{zh}：清空时间均值（秒）"), format!("{en}: mean time to clear (s)")),
            &found,
            mean,
        ));
        // The root to first order around theory: unbiased, since theory's mean is known.
        let root = variance.sqrt();
        let deviations: Vec<f64> =
            found.iter().map(|time| root + ((time - mean).powi(2) - variance) / (2.0 * root)).collect();
        rows.push(Row::mean(
            name(format!("{zh}：清空时间标准差（秒）"), format!("{en}: standard deviation of it (s)")),
            &deviations,
            root,
        ));
    }
    rows
}

/// Seconds until nobody waits; never counts as never, far from any theory.
fn clearing(setup: &Setup, (replication, windows, backlog): (u32, u32, u32), mean_gap: f64, end: f64) -> f64 {
    let source = setup.source(windows << 20 | replication);
    let service = Service::Exponential(SERVICE);
    let mut lengths = source.stream(1, StreamId::Service, 0);
    let mut jobs: Vec<Job> = (0..backlog).map(|index| customer(index, 0, service.draw(&mut lengths))).collect();
    let coming = poisson_customers(&source, mean_gap, &service, Until::Second(end));
    jobs.extend(coming.iter().map(|job| customer(backlog + job.owner, job.arrival.0, job.service)));
    let served = serve_all(setup.engine, &jobs, &[(0, windows)]);
    let start = |job: &Job| served.starts[job.owner as usize];
    let first = windows as usize;
    let empty = jobs[first..].windows(2).find(|pair| start(&pair[0]) < pair[1].arrival);
    empty.map_or(f64::INFINITY, |pair| f64::from(start(&pair[0]).0))
}
