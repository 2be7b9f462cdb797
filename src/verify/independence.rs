//! Draws under different names are independent: pairs of uniform numbers whose names differ in one
//! part only.

use rayon::prelude::*;

use crate::rng::{Block, Source, StreamId};

use super::Setup;
use super::formula::special::{integral, normal_cdf};
use super::row::{Row, name};

/// Pairs of each kind.
pub(super) const PAIRS: u32 = 4_000_000;

/// Cells a side of the table of pairs.
pub(super) const CELLS: usize = 32;

type Pair = (&'static str, &'static str, fn(u64, u32) -> (f64, f64));

/// The draw named by a number alone, in the stream of services.
fn block(seed: u64, replication: u32, site: u32, stream: StreamId, person: u32, index: u32) -> Block {
    Source::new(seed, replication).block(site, stream, person, index)
}

const PAIRS_OF_NAMES: [Pair; 8] = [
    ("相邻两次模拟", "neighbouring replications", |seed, n| {
        let at = |replication| block(seed, replication, 3, StreamId::Service, 7, 0).u(0);
        (at(n), at(n + 1))
    }),
    ("相邻随机种子", "neighbouring seeds", |seed, n| {
        let at =
            |more: u64| block(seed.wrapping_add(u64::from(n)).wrapping_add(more), 0, 3, StreamId::Service, 7, 0).u(0);
        (at(0), at(1))
    }),
    ("相邻网点", "neighbouring sites", |seed, n| {
        let at = |site| block(seed, 0, site, StreamId::Service, 7, 0).u(0);
        (at(n), at(n + 1))
    }),
    ("相邻病人", "neighbouring people", |seed, n| {
        let at = |person| block(seed, 0, 3, StreamId::Service, person, 0).u(0);
        (at(n), at(n + 1))
    }),
    ("相邻步骤", "neighbouring steps", |seed, n| {
        let at = |index| block(seed, 0, 3, StreamId::Service, 7, index).u(0);
        (at(n), at(n + 1))
    }),
    ("账单与服务时长", "bill and service", |seed, n| {
        let at = |stream| block(seed, 0, 3, stream, n, 0).u(0);
        (at(StreamId::Bill), at(StreamId::Service))
    }),
    ("同一抽样的两个数", "two numbers of one draw", |seed, n| {
        let both = block(seed, 0, 3, StreamId::Behaviour, n, 0);
        (both.u(0), both.u(1))
    }),
    ("序列与单次抽样", "sequence and single draw", |seed, n| {
        let source = Source::new(seed, 0);
        let first = source.stream(3, StreamId::Arrivals, n).next_uniform();
        (first, source.block(3, StreamId::Arrivals, n, 0).u(0))
    }),
];

/// Correlation of the pairs, and chi-square of their table, for each kind of name.
pub(super) fn all(setup: &Setup) -> Vec<Row> {
    let mut rows: Vec<Row> = PAIRS_OF_NAMES.par_iter().flat_map(|pair| rows(setup, *pair)).collect();
    rows.extend(all_streams(setup));
    rows.push(neighbouring_streams(setup));
    rows
}

/// All streams, in order of their numbers.
pub(crate) const STREAMS: [StreamId; 17] = [
    StreamId::DayEffect,
    StreamId::Runbook,
    StreamId::Arrivals,
    StreamId::VisitMarks,
    StreamId::Bill,
    StreamId::Behaviour,
    StreamId::Return,
    StreamId::Service,
    StreamId::Patience,
    StreamId::Rework,
    StreamId::Routine,
    StreamId::Business,
    StreamId::Stay,
    StreamId::Refill,
    StreamId::Session,
    StreamId::Retry,
    StreamId::Resample,
];

/// People of the rows on all streams, each with one draw of every stream.
pub(super) const PEOPLE: u32 = 500_000;

/// The 136 correlations of two streams at the same person and index. Times the root of the number
/// of people each is normal in the limit, and any two of them are uncorrelated: their squares sum to
/// chi-square of 136, and all lie within x with probability (1 - 2 P(Z > x))^136.
fn all_streams(setup: &Setup) -> [Row; 2] {
    let count = STREAMS.len();
    let parts: Vec<Vec<f64>> = (0..64_u32)
        .into_par_iter()
        .map(|part| {
            let mut sums = vec![0.0; count * count];
            for person in (part..PEOPLE).step_by(64) {
                let draws = STREAMS.map(|stream| block(setup.seed, 0, 3, stream, person, 1).u(0) - 0.5);
                for (one, left) in draws.iter().enumerate() {
                    for (other, right) in draws.iter().enumerate().skip(one + 1) {
                        sums[one * count + other] += left * right;
                    }
                }
            }
            sums
        })
        .collect();
    // In the order of the parts, so that the sums do not depend on the threads.
    let scaled = |one: usize, other: usize| {
        12.0 * parts.iter().map(|sums| sums[one * count + other]).sum::<f64>() / f64::from(PEOPLE).sqrt()
    };
    let correlations: Vec<f64> = (0..count)
        .flat_map(|one| (one + 1..count).map(move |other| (one, other)))
        .map(|(one, other)| scaled(one, other))
        .collect();
    let pairs = correlations.len() as f64;
    let squares = correlations.iter().map(|value| value * value).sum();
    let largest = correlations.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    let within = |x: f64| (1.0 - 2.0 * normal_cdf(-x)).max(0.0).powf(pairs);
    let mean = integral(0.0, 12.0, 2_000, |x| 1.0 - within(x));
    [
        Row::chi_square_value(
            name("所有用途两两：相关系数平方和", "all streams in pairs: squared correlations"),
            squares,
            pairs,
            u64::from(PEOPLE),
        ),
        Row::fit(
            name("所有用途两两：最大相关系数", "all streams in pairs: largest correlation"),
            (largest, mean),
            1.0 - within(largest),
            u64::from(PEOPLE),
        ),
    ]
}

/// Cells a side of the tables of neighbouring streams.
const COARSE: usize = 16;

/// Tables of neighbouring streams.
const TABLES: u32 = STREAMS.len() as u32 - 1;

/// One table of pairs for each two streams of neighbouring numbers, at the same person and index;
/// no person is in two tables.
fn neighbouring_streams(setup: &Setup) -> Row {
    let people = 4 * PEOPLE / TABLES;
    let expected = f64::from(people) / (COARSE * COARSE) as f64;
    let statistics: Vec<f64> = (0..TABLES)
        .into_par_iter()
        .map(|table| {
            let mut seen = vec![0_u32; COARSE * COARSE];
            for person in (0..people).map(|number| PEOPLE + number * TABLES + table) {
                let at = |stream| (block(setup.seed, 0, 3, stream, person, 1).u(0) * COARSE as f64) as usize;
                let (one, other) = (at(STREAMS[table as usize]), at(STREAMS[table as usize + 1]));
                seen[one.min(COARSE - 1) * COARSE + other.min(COARSE - 1)] += 1;
            }
            seen.iter().map(|&count| (f64::from(count) - expected).powi(2) / expected).sum()
        })
        .collect();
    Row::chi_square_value(
        name("相邻用途：联合分布卡方", "neighbouring streams: chi-square of the pairs"),
        statistics.iter().sum(),
        f64::from(TABLES) * (COARSE * COARSE - 1) as f64,
        u64::from(TABLES) * u64::from(people),
    )
}

fn rows(setup: &Setup, (zh, en, pair): Pair) -> [Row; 2] {
    let mut products = Vec::with_capacity(PAIRS as usize);
    let mut table = vec![0_u64; CELLS * CELLS];
    for number in 0..PAIRS {
        // Pairs do not overlap.
        let (one, other) = pair(setup.seed, 2 * number);
        // Uniform numbers have a variance of 1/12.
        products.push(12.0 * (one - 0.5) * (other - 0.5));
        let cell = |u: f64| ((u * CELLS as f64) as usize).min(CELLS - 1);
        table[cell(one) * CELLS + cell(other)] += 1;
    }
    let what = name(format!("{zh}：相关系数"), format!("{en}: correlation"));
    let correlation = Row::mean_on_scale(what, &products, 0.0, 1.0);
    let expected = vec![f64::from(PAIRS) / table.len() as f64; table.len()];
    let what = name(format!("{zh}：联合分布卡方"), format!("{en}: chi-square of the pairs"));
    [correlation, Row::chi_square(what, &table, &expected)]
}
