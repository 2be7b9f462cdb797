//! Random numbers: every draw has a name, and the name alone decides its value.
//!
//! A counter-based generator turns a key and a counter into four random words. Nothing is
//! carried from one draw to the next, so a draw cannot depend on thread, order or schedule:
//! two schedules of one replication see the same patients, and a new draw in one part of the
//! model shifts no draw in another (common random numbers, decided per purpose).
//!
//! - **Key**: (seed, replication), mixed into 64 bits by [`Source::new`].
//! - **Counter**: four words of 32 bits, used as they are, without hashing, so that two
//!   different names can never collide within a replication:
//!
//! | word | content |
//! |---|---|
//! | 0 | index: step, attempt or, for [`Draws`], the number of the block in the sequence |
//! | 1 | person, visit number or day, whichever names the draw within its stream |
//! | 2 | site |
//! | 3 | [`StreamId`] in the upper 16 bits, the kind of use in the lower 16 |
//!
//! The generator is Philox4x32-10: J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw,
//! "Parallel random numbers: as easy as 1, 2, 3", SC '11, <https://doi.org/10.1145/2063384.2063405>.
//! It passes the whole of BigCrush for consecutive counters and is pinned below to the known
//! answers the authors publish with Random123 (`tests/kat_vectors`).
//!
//! # Example
//!
//! ```
//! use cutover::rng::{Source, StreamId};
//!
//! let source = Source::new(2021, 0);
//! let block = source.block(7, StreamId::Bill, 12, 0);
//! assert_eq!(block, Source::new(2021, 0).block(7, StreamId::Bill, 12, 0));
//! assert!(block.u(0) > 0.0 && block.u(0) < 1.0);
//! ```

use std::convert::Infallible;

use rand::TryRng;

/// First round multiplier (Salmon et al. 2011, section 3.3; `PHILOX_M4x32_0`).
const MULTIPLIER_0: u32 = 0xD251_1F53;
/// Second round multiplier (`PHILOX_M4x32_1`).
const MULTIPLIER_1: u32 = 0xCD9E_8D57;
/// Step of the first key word between rounds: the golden ratio (`PHILOX_W32_0`).
const KEY_STEP_0: u32 = 0x9E37_79B9;
/// Step of the second key word between rounds: the square root of three less one (`PHILOX_W32_1`).
const KEY_STEP_1: u32 = 0xBB67_AE85;
/// Rounds. Seven already pass BigCrush; ten are the authors' recommendation.
const ROUNDS: usize = 10;

/// 2^-32.
const SCALE_32: f64 = 1.0 / 4_294_967_296.0;
/// 2^-53.
const SCALE_53: f64 = 1.0 / 9_007_199_254_740_992.0;

/// Lower half of counter word 3 for blocks asked for one by one.
const USE_BLOCK: u32 = 0;
/// Lower half of counter word 3 for sequences, so that they never share words with blocks.
const USE_DRAWS: u32 = 1;

/// One variant per source of randomness; draws of different variants are independent.
///
/// The numbers are part of every result: append new variants, never renumber. What the person
/// and index words of the counter mean is stated per variant by the module that draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u32)]
pub enum StreamId {
    /// City-wide effect of a day on demand (weather, epidemic); the person word is the day.
    DayEffect = 0,
    /// Durations of the technical tasks; the person word is the [`name_key`] of the task.
    Runbook = 1,
    /// Number of visits of a site on a day; the person word is the day.
    Arrivals = 2,
    /// Marks of a visit: hour, care type, scheme, home district.
    VisitMarks = 3,
    /// Size and split of a visit's bill.
    Bill = 4,
    /// What the patient does about the stop: pays, defers, stocks up, goes elsewhere.
    Behaviour = 5,
    /// When the patient comes back with the papers, and whether at all.
    Return = 6,
    /// Length of the service at a desk.
    Service = 7,
    /// How long a queue the patient joins and how long a wait he bears.
    Patience = 8,
    /// Whether papers are incomplete or an entry fails, so that a step is done again.
    Rework = 9,
    /// A desk's routine work, which would be there without a cutover.
    Routine = 10,
    /// Agency work that is no visit: enrolment, filing, eligibility, transfers.
    Business = 11,
    /// Length of an inpatient stay and its position at the start of the city's time.
    Stay = 12,
    /// Refill cycle of a chronic patient and its position at the start of the city's time.
    Refill = 13,
    /// Sessions of a recurring treatment such as dialysis.
    Session = 14,
    /// Delay before a claim that found no service is tried again.
    Retry = 15,
    /// Replications drawn again from a finished sample (bootstrap); the person word is the number
    /// of the new sample.
    Resample = 16,
}

/// Key of an item that is known by its name, such as a technical task of the runbook.
///
/// Draws keyed by name stay the same when tasks are added, removed or reordered. FNV-1a of 64
/// bits (G. Fowler, L. C. Noll, K.-P. Vo, IETF `draft-eastlake-fnv`), then a bit mixer, since FNV
/// carries the last letters only into some of the bits; the upper 32 bits are kept. Among a
/// hundred names two share a key with probability 1e-6; the scenario check can compare keys where
/// that matters.
///
/// ```
/// use cutover::rng::name_key;
///
/// assert_ne!(name_key("load"), name_key("verify"));
/// ```
#[must_use]
pub fn name_key(name: &str) -> u32 {
    (mix(fnv_1a(name.as_bytes())) >> 32) as u32
}

/// FNV-1a of 64 bits.
fn fnv_1a(bytes: &[u8]) -> u64 {
    let mut hash: u64 = 0xCBF2_9CE4_8422_2325;
    for &byte in bytes {
        hash ^= u64::from(byte);
        hash = hash.wrapping_mul(0x0000_0100_0000_01B3);
    }
    hash
}

/// The finaliser of SplitMix64 (variant 13 of D. Stafford): a bijection of 64 bits in which
/// every input bit changes every output bit with probability close to one half.
///
/// G. L. Steele, D. Lea and C. H. Flood, "Fast splittable pseudorandom number generators",
/// OOPSLA '14, <https://doi.org/10.1145/2660193.2660195>.
const fn mix(value: u64) -> u64 {
    let mut z = value;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Product of two words as (upper, lower) half.
#[inline(always)]
const fn multiply_wide(a: u32, b: u32) -> (u32, u32) {
    let product = (a as u64) * (b as u64);
    ((product >> 32) as u32, product as u32)
}

/// Philox4x32-10: the words of `counter` under `key`.
#[inline(always)]
const fn philox(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let [mut c0, mut c1, mut c2, mut c3] = counter;
    let [mut k0, mut k1] = key;
    let mut round = 0;
    while round < ROUNDS {
        let (high_0, low_0) = multiply_wide(MULTIPLIER_0, c0);
        let (high_1, low_1) = multiply_wide(MULTIPLIER_1, c2);
        (c0, c1, c2, c3) = (high_1 ^ c1 ^ k0, low_1, high_0 ^ c3 ^ k1, low_0);
        k0 = k0.wrapping_add(KEY_STEP_0);
        k1 = k1.wrapping_add(KEY_STEP_1);
        round += 1;
    }
    [c0, c1, c2, c3]
}

/// What names a whole replication's randomness: the run's seed and the replication's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Seed of the run, as given by the user and written into the manifest.
    pub seed: u64,
    /// Number of the replication, from 0.
    pub replication: u32,
}

impl Key {
    /// The 64-bit Philox key.
    ///
    /// The seed is mixed first, then the mixed replication is combined with it and the whole is
    /// mixed again. Each step is a bijection, so the replications of one seed have distinct
    /// keys for certain; across seeds two keys agree with probability 2^-64. Seeds 1, 2, 3 are
    /// as good as any, and replication 1 of seed 2 is unrelated to replication 2 of seed 1.
    const fn philox_key(self) -> [u32; 2] {
        const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
        let seed = mix(self.seed.wrapping_add(GOLDEN));
        // Words of 32 bits are spread over 64 before they meet the seed: a plain XOR of two
        // small numbers would let pairs collide.
        let replication = mix((self.replication as u64 + 1).wrapping_mul(GOLDEN));
        let key = mix(seed ^ replication);
        [key as u32, (key >> 32) as u32]
    }
}

/// All random numbers of one replication.
///
/// Copying is free and harmless: a source has no position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    key: [u32; 2],
}

impl Source {
    /// Source of replication number `replication` (from 0) of the run with this seed.
    #[must_use]
    pub const fn new(seed: u64, replication: u32) -> Self {
        Self::with_key(Key { seed, replication })
    }

    /// Source of the replication this key names.
    #[must_use]
    pub const fn with_key(key: Key) -> Self {
        Self { key: key.philox_key() }
    }

    /// Four words for one (site, stream, person, index).
    ///
    /// `person` is whatever numbers the draw within site and stream: a person, a visit or a
    /// day. `index` holds step and attempt. The same arguments give the same words, always.
    #[inline]
    #[must_use]
    pub const fn block(&self, site: u32, stream: StreamId, person: u32, index: u32) -> Block {
        Block { words: philox([index, person, site, ((stream as u32) << 16) | USE_BLOCK], self.key) }
    }

    /// Endless sequence for one (site, stream, person), for draws of unknown number such as
    /// those of `rand_distr`.
    ///
    /// It shares no words with [`Source::block`] under the same name. It repeats after 2^34
    /// words.
    #[inline]
    #[must_use]
    pub const fn stream(&self, site: u32, stream: StreamId, person: u32) -> Draws {
        Draws { key: self.key, counter: [0, person, site, ((stream as u32) << 16) | USE_DRAWS], words: [0; 4], used: 4 }
    }
}

/// Four independent random words of 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    words: [u32; 4],
}

impl Block {
    /// The words, each uniform over all 32-bit numbers.
    #[inline]
    #[must_use]
    pub const fn words(self) -> [u32; 4] {
        self.words
    }

    /// Word number `i`.
    ///
    /// # Panics
    ///
    /// Panics if `i` is above 3.
    #[inline]
    #[must_use]
    pub const fn word(self, i: usize) -> u32 {
        self.words[i]
    }

    /// Uniform number from word `i`, strictly between 0 and 1: midpoints of 2^32 equal cells.
    ///
    /// # Panics
    ///
    /// Panics if `i` is above 3.
    #[inline]
    #[must_use]
    pub const fn u(self, i: usize) -> f64 {
        uniform(self.words[i])
    }

    /// Uniform number from words `2 * pair` and `2 * pair + 1`, strictly between 0 and 1, with
    /// 52 random bits, for where 32 bits are too coarse (far tails).
    ///
    /// # Panics
    ///
    /// Panics if `pair` is above 1.
    #[inline]
    #[must_use]
    pub const fn u53(self, pair: usize) -> f64 {
        let low = self.words[2 * pair] as u64;
        let high = self.words[2 * pair + 1] as u64;
        uniform_wide(high << 32 | low)
    }
}

/// The midpoint (word + 1/2) / 2^32, strictly between 0 and 1, exact in `f64`.
#[inline]
#[must_use]
pub const fn uniform(word: u32) -> f64 {
    (word as f64 + 0.5) * SCALE_32
}

/// A midpoint of 2^52 equal cells from the upper 52 bits of `word`, strictly between 0 and 1.
///
/// One bit fewer than the 53 a `f64` holds: with 53 the midpoint next to 1 would round to 1.
#[inline]
#[must_use]
pub const fn uniform_wide(word: u64) -> f64 {
    ((word >> 12) as f64 * 2.0 + 1.0) * SCALE_53
}

/// Random words in sequence under one name; an infallible generator in the sense of `rand`.
///
/// Four words are made at a time. Not `Copy`: a copy would repeat the same draws unnoticed.
///
/// ```
/// use cutover::rng::{Source, StreamId};
/// use rand_distr::{Distribution, Exp1};
///
/// let mut draws = Source::new(1, 0).stream(3, StreamId::Arrivals, 14);
/// let gap: f64 = Exp1.sample(&mut draws);
/// assert!(gap >= 0.0);
/// ```
#[derive(Clone, Debug)]
pub struct Draws {
    key: [u32; 2],
    counter: [u32; 4],
    words: [u32; 4],
    used: usize,
}

impl Draws {
    /// Next word, uniform over all 32-bit numbers.
    #[inline]
    pub fn next_word(&mut self) -> u32 {
        if self.used >= 4 {
            self.words = philox(self.counter, self.key);
            self.counter[0] = self.counter[0].wrapping_add(1);
            self.used = 0;
        }
        let word = self.words[self.used & 3];
        self.used += 1;
        word
    }

    /// Next two words as one of 64 bits, the earlier word in the lower half.
    #[inline]
    pub fn next_wide(&mut self) -> u64 {
        let low = u64::from(self.next_word());
        let high = u64::from(self.next_word());
        high << 32 | low
    }

    /// Next uniform number, strictly between 0 and 1, from one word.
    #[inline]
    pub fn next_uniform(&mut self) -> f64 {
        uniform(self.next_word())
    }
}

impl TryRng for Draws {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.next_word())
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.next_wide())
    }

    fn try_fill_bytes(&mut self, destination: &mut [u8]) -> Result<(), Infallible> {
        // Little-endian on every machine; a word cut short at the end is dropped.
        for chunk in destination.chunks_mut(4) {
            let bytes = self.next_word().to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rand::{Rng, RngExt};

    use crate::verify::STREAMS;

    use super::*;

    #[test]
    fn gives_the_published_philox_answers() {
        // Random123, tests/kat_vectors, lines "philox4x32 10".
        let ones = u32::MAX;
        let cases = [
            ([0; 4], [0; 2], [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8]),
            ([ones; 4], [ones; 2], [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD]),
            (
                [0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344],
                [0xA409_3822, 0x299F_31D0],
                [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1],
            ),
        ];
        for (counter, key, answer) in cases {
            assert_eq!(philox(counter, key), answer);
        }
    }

    #[test]
    fn streams_are_numbered_without_gaps_or_repeats() {
        for (position, stream) in STREAMS.iter().enumerate() {
            assert_eq!(*stream as usize, position);
        }
    }

    /// Chi-square statistic of counts against equal expectations.
    fn chi_square(counts: &[u64]) -> f64 {
        let total: u64 = counts.iter().sum();
        let expected = total as f64 / counts.len() as f64;
        counts.iter().map(|&count| (count as f64 - expected).powi(2) / expected).sum()
    }

    /// Five standard errors above and below the mean of chi-square: one chance in a million.
    fn assert_plausible(statistic: f64, degrees: f64, what: &str) {
        let allowed = 5.0 * (2.0 * degrees).sqrt();
        assert!((statistic - degrees).abs() < allowed, "{what}: chi-square {statistic} on {degrees} degrees");
    }

    #[test]
    fn words_are_uniform_along_every_part_of_the_name() {
        const CELLS: usize = 1024;
        let draws_per_part = 100_000_u32;
        let vary: [fn(u32) -> Block; 5] = [
            |n| Source::new(n.into(), 0).block(1, StreamId::Bill, 2, 3),
            |n| Source::new(5, n).block(1, StreamId::Bill, 2, 3),
            |n| Source::new(5, 6).block(n, StreamId::Bill, 2, 3),
            |n| Source::new(5, 6).block(1, StreamId::Bill, n, 3),
            |n| Source::new(5, 6).block(1, StreamId::Bill, 2, n),
        ];
        for (part, name) in vary.iter().enumerate() {
            for word in 0..4 {
                let mut top = vec![0; CELLS];
                let mut bottom = vec![0; CELLS];
                for n in 0..draws_per_part {
                    let value = name(n).word(word);
                    top[(value >> 22) as usize] += 1;
                    bottom[(value & 1023) as usize] += 1;
                }
                let degrees = (CELLS - 1) as f64;
                assert_plausible(chi_square(&top), degrees, &format!("part {part} top"));
                assert_plausible(chi_square(&bottom), degrees, &format!("part {part} bottom"));
            }
        }
    }

    #[test]
    fn neighbouring_names_are_independent() {
        // Pairs of uniforms from neighbours fill a 32 x 32 grid evenly.
        const SIDE: usize = 32;
        let draws = 200_000_u32;
        let pairs: [fn(u32) -> (f64, f64); 4] = [
            |n| {
                let name = |replication| Source::new(9, replication).block(4, StreamId::Return, n, 0);
                (name(0).u(0), name(1).u(0))
            },
            |n| {
                let name = |seed| Source::new(seed, 0).block(4, StreamId::Return, n, 0);
                (name(1).u(1), name(2).u(1))
            },
            |n| {
                let source = Source::new(9, 0);
                (source.block(4, StreamId::Return, n, 0).u(2), source.block(5, StreamId::Return, n, 0).u(2))
            },
            |n| {
                let source = Source::new(9, 0);
                (source.block(4, StreamId::Return, n, 0).u(3), source.block(4, StreamId::Service, n, 0).u(3))
            },
        ];
        for (which, pair) in pairs.iter().enumerate() {
            let mut grid = vec![0; SIDE * SIDE];
            let mut product = 0.0;
            for n in 0..draws {
                let (a, b) = pair(n);
                let cell = (a * SIDE as f64) as usize * SIDE + (b * SIDE as f64) as usize;
                grid[cell] += 1;
                product += (a - 0.5) * (b - 0.5);
            }
            assert_plausible(chi_square(&grid), (SIDE * SIDE - 1) as f64, &format!("pair {which}"));
            let correlation = product / f64::from(draws) * 12.0;
            let allowed = 5.0 / f64::from(draws).sqrt();
            assert!(correlation.abs() < allowed, "pair {which}: {correlation}");
        }
    }

    #[test]
    fn no_two_names_share_a_counter() {
        let source = Source::new(3, 3);
        let mut seen = BTreeSet::new();
        for stream in STREAMS {
            for site in 0..4 {
                for person in 0..4 {
                    for index in 0..4 {
                        seen.insert(source.block(site, stream, person, index).words());
                    }
                    let mut draws = source.stream(site, stream, person);
                    for _ in 0..4 {
                        let words = std::array::from_fn(|_| draws.next_word());
                        seen.insert(words);
                    }
                }
            }
        }
        assert_eq!(seen.len(), STREAMS.len() * 4 * 4 * 8);
    }

    #[test]
    fn replications_of_a_seed_have_distinct_keys() {
        let keys: BTreeSet<_> = (0..100_000).map(|replication| Key { seed: 1, replication }.philox_key()).collect();
        assert_eq!(keys.len(), 100_000);
        assert_ne!(Source::new(1, 2), Source::new(2, 1));
    }

    #[test]
    fn uniforms_stay_strictly_inside_the_unit_interval() {
        assert!(uniform(0) > 0.0 && uniform(u32::MAX) < 1.0);
        assert!(uniform_wide(0) > 0.0 && uniform_wide(u64::MAX) < 1.0);
        assert_eq!(uniform(0) + uniform(u32::MAX), 1.0);
        assert_eq!(uniform_wide(0) + uniform_wide(u64::MAX), 1.0);
    }

    #[test]
    fn wide_uniforms_use_two_words_each() {
        let block = Source::new(1, 1).block(0, StreamId::Stay, 0, 0);
        assert!((block.u53(0) - block.u(1)).abs() < 1e-9);
        assert!((block.u53(1) - block.u(3)).abs() < 1e-9);
    }

    #[test]
    fn a_sequence_is_the_same_however_it_is_read() {
        let start = || Source::new(8, 1).stream(2, StreamId::Routine, 30);
        let mut words = start();
        let expected: Vec<u32> = (0..9).map(|_| words.next_word()).collect();

        let mut through_trait = start();
        assert!(expected.iter().all(|&word| through_trait.next_u32() == word));

        let mut wide = start();
        let joined = u64::from(expected[1]) << 32 | u64::from(expected[0]);
        assert_eq!(wide.next_u64(), joined);

        let mut bytes = [0; 10];
        start().fill_bytes(&mut bytes);
        assert_eq!(bytes[4..8], expected[1].to_le_bytes());
        assert_eq!(bytes[8..10], expected[2].to_le_bytes()[..2]);

        let share: f64 = start().random();
        assert!((0.0..1.0).contains(&share));
    }

    #[test]
    fn gives_the_published_hashes_of_names() {
        // draft-eastlake-fnv, test vectors for 64 bits.
        assert_eq!(fnv_1a(b""), 0xCBF2_9CE4_8422_2325);
        assert_eq!(fnv_1a(b"a"), 0xAF63_DC4C_8601_EC8C);
        assert_eq!(fnv_1a(b"foobar"), 0x8594_4171_F739_67E8);
    }

    #[test]
    fn name_keys_of_similar_names_differ_in_half_their_bits() {
        let mut differing = 0;
        for n in 0..1000 {
            let a = name_key(&format!("迁移 {n}"));
            let b = name_key(&format!("迁移 {}", n + 1));
            differing += (a ^ b).count_ones();
        }
        // 32,000 fair coins: 16,000 with a standard error of 89.
        assert!(differing.abs_diff(16_000) < 450, "{differing}");
        assert_ne!(name_key(""), name_key(" "));
    }
}
