//! Draws under different names are independent: pairs of uniform numbers whose names differ in one
//! part only.

use rayon::prelude::*;

use crate::rng::{Block, Source, StreamId};

use super::Setup;
use super::row::{Row, name};

/// Pairs of each kind.
const PAIRS: u32 = 4_000_000;

/// Cells a side of the table of pairs.
const CELLS: usize = 32;

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
        let at = |more: u64| block(seed + u64::from(n) + more, 0, 3, StreamId::Service, 7, 0).u(0);
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
    PAIRS_OF_NAMES.par_iter().flat_map(|pair| rows(setup, *pair)).collect()
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
