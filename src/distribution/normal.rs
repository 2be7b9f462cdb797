//! The normal quantile, to full precision and, for millions of draws, by table.
//!
//! Pure numbers, no units. Only `libm`, the four basic operations and the square root are used,
//! whose results IEEE 754 fixes to the last bit, so every build and machine gives the same digits.

#![expect(clippy::excessive_precision, reason = "the coefficients stand as printed in the paper")]

/// Quantile of the standard normal distribution: minus infinity at 0, infinity at 1.
///
/// M. J. Wichura, "Algorithm AS 241: the percentage points of the normal distribution",
/// Applied Statistics 37 (1988) 477-484, routine PPND16: relative error about 1e-16.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    let centred = p - 0.5;
    if centred.abs() <= 0.425 {
        let r = 0.180_625 - centred * centred;
        return centred * polynomial(&CENTRE_ABOVE, r) / polynomial(&CENTRE_BELOW, r);
    }
    let tail = if centred < 0.0 { p } else { 1.0 - p };
    if tail <= 0.0 {
        return f64::INFINITY.copysign(centred);
    }
    let r = (-libm::log(tail)).sqrt();
    let size = if r <= 5.0 {
        polynomial(&TAIL_ABOVE, r - 1.6) / polynomial(&TAIL_BELOW, r - 1.6)
    } else {
        polynomial(&FAR_TAIL_ABOVE, r - 5.0) / polynomial(&FAR_TAIL_BELOW, r - 5.0)
    };
    size.copysign(centred)
}

/// Polynomial with the given coefficients, constant first, by Horner's rule.
fn polynomial(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

/// AS 241, numerator for probabilities from 0.075 to 0.925.
const CENTRE_ABOVE: [f64; 8] = [
    3.387_132_872_796_366_608,
    133.141_667_891_784_377_45,
    1_971.590_950_306_551_442_7,
    13_731.693_765_509_461_125,
    45_921.953_931_549_871_457,
    67_265.770_927_008_700_853,
    33_430.575_583_588_128_105,
    2_509.080_928_730_122_672_7,
];
/// AS 241, denominator for probabilities from 0.075 to 0.925.
const CENTRE_BELOW: [f64; 8] = [
    1.0,
    42.313_330_701_600_911_252,
    687.187_007_492_057_908_3,
    5_394.196_021_424_751_107_7,
    21_213.794_301_586_595_867,
    39_307.895_800_092_710_61,
    28_729.085_735_721_942_674,
    5_226.495_278_852_854_561,
];
/// AS 241, numerator for tails down to 1.4e-11.
const TAIL_ABOVE: [f64; 8] = [
    1.423_437_110_749_683_577_34,
    4.630_337_846_156_545_295_9,
    5.769_497_221_460_691_405_5,
    3.647_848_324_763_204_605_04,
    1.270_458_252_452_368_382_58,
    2.417_807_251_774_506_117_7e-1,
    2.272_384_498_926_918_458_33e-2,
    7.745_450_142_783_414_076_4e-4,
];
/// AS 241, denominator for tails down to 1.4e-11.
const TAIL_BELOW: [f64; 8] = [
    1.0,
    2.053_191_626_637_758_821_87,
    1.676_384_830_183_803_849_4,
    6.897_673_349_851_000_045_5e-1,
    1.481_039_764_274_800_745_9e-1,
    1.519_866_656_361_645_719_66e-2,
    5.475_938_084_995_344_946e-4,
    1.050_750_071_644_416_843_24e-9,
];
/// AS 241, numerator for tails below 1.4e-11.
const FAR_TAIL_ABOVE: [f64; 8] = [
    6.657_904_643_501_103_777_2,
    5.463_784_911_164_114_369_9,
    1.784_826_539_917_291_335_8,
    2.965_605_718_285_048_912_3e-1,
    2.653_218_952_657_612_309_3e-2,
    1.242_660_947_388_078_438_6e-3,
    2.711_555_568_743_487_578_15e-5,
    2.010_334_399_292_288_132_65e-7,
];
/// AS 241, denominator for tails below 1.4e-11.
const FAR_TAIL_BELOW: [f64; 8] = [
    1.0,
    5.998_322_065_558_879_376_9e-1,
    1.369_298_809_227_358_053_1e-1,
    1.487_536_129_085_061_485_25e-2,
    7.868_691_311_456_132_591e-4,
    1.846_318_317_510_054_681_8e-5,
    1.421_511_758_316_445_888_7e-7,
    2.044_263_103_389_939_785_64e-15,
];

/// Standard normal and lognormal quantiles of 32-bit uniforms by table, without branches.
///
/// The lower half of the words is cut into octaves, each octave into 64 cells, so that cells
/// shrink towards the tail; the upper half mirrors it. Within a cell a straight line joins the
/// [`normal_quantile`]s of its ends, so the result never falls as the word rises, and its error
/// is below 2e-5 everywhere, the tails included. Draws mostly hit the first few octaves: about
/// 5 of the table's 32 KiB.
///
/// Branches are avoided because those on random bits are mispredicted half the time, which
/// costs more than the whole computation.
///
/// Make one and pass it around; there is no hidden shared one.
#[derive(Clone, Debug)]
pub struct NormalTable {
    cells: Box<[Line; CELLS]>,
    /// 2^(j / 64), for the exponential.
    powers: [f64; POWERS],
}

/// Bits of the mantissa that pick the cell within an octave.
const CELL_BITS: u32 = 6;
/// Octaves of `word + 1/2` from 1/2 to 2^31.
const OCTAVES: usize = 32;
/// All cells.
const CELLS: usize = OCTAVES << CELL_BITS;
/// Mantissa bits of `f64` below those that pick the cell.
const CELL_SHIFT: u32 = 52 - CELL_BITS;
/// Leading bits of 0.5, where the first cell starts.
const FIRST_CELL: u64 = 0.5_f64.to_bits() >> CELL_SHIFT;
/// Fractional powers of two in the table of the exponential.
const POWERS: usize = 64;
/// 1.5 * 2^52: adding it rounds a number to an integer, held in the low bits of the sum.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// Logarithms beyond which a lognormal value is cut off, near the ends of what `f64` holds.
const LOGARITHM_MAX: f64 = 700.0;

/// A straight line over one cell of the table.
#[derive(Clone, Copy, Debug)]
struct Line {
    intercept: f64,
    slope: f64,
}

impl NormalTable {
    /// Computes the table: about 0.1 ms.
    #[must_use]
    pub fn new() -> Self {
        let edge = |cell: usize| f64::from_bits((FIRST_CELL + cell as u64) << CELL_SHIFT);
        let cells = std::array::from_fn(|cell| {
            let (start, end) = (edge(cell), edge(cell + 1));
            let at_start = normal_quantile(start / 4_294_967_296.0);
            let at_end = normal_quantile(end / 4_294_967_296.0);
            let slope = (at_end - at_start) / (end - start);
            Line { intercept: at_start - slope * start, slope }
        });
        Self { cells: Box::new(cells), powers: std::array::from_fn(|j| libm::exp2(j as f64 / POWERS as f64)) }
    }

    /// Standard normal quantile at [`crate::rng::uniform`]`(word)`, with an error below 2e-5.
    #[inline]
    #[must_use]
    pub fn quantile(&self, word: u32) -> f64 {
        let upper = word >> 31;
        let folded = word ^ upper.wrapping_neg();
        let position = f64::from(folded) + 0.5;
        // The leading bits of a float are octave and cell within it. The remainder changes
        // nothing (positions lie in [1/2, 2^31)) and spares the check of the bound.
        let cell = ((position.to_bits() >> CELL_SHIFT) - FIRST_CELL) as usize % CELLS;
        let line = self.cells[cell];
        let lower_quantile = line.intercept + line.slope * position;
        f64::from_bits(lower_quantile.to_bits() ^ (u64::from(upper) << 63))
    }

    /// Lognormal quantile `exp(mu + sigma z)` at [`crate::rng::uniform`]`(word)`.
    ///
    /// The error of the table makes it wrong by a factor within `1 ± 2e-5 sigma`. Logarithms
    /// beyond ±700 are cut off there.
    #[inline]
    #[must_use]
    pub fn lognormal(&self, mu: f64, sigma: f64, word: u32) -> f64 {
        self.exp(mu + sigma * self.quantile(word))
    }

    /// Exponential of `x`, cut to ±700, with a relative error below 3e-13.
    ///
    /// `x = (64 k + j) ln 2 / 64 + rest`, so `exp(x) = 2^k 2^(j / 64) exp(rest)` with a short
    /// series for the last factor: P. T. P. Tang, "Table-driven implementation of the exponential
    /// function in IEEE floating-point arithmetic", ACM TOMS 15 (1989) 144-157.
    #[inline]
    fn exp(&self, x: f64) -> f64 {
        const STEP: f64 = std::f64::consts::LN_2 / POWERS as f64;
        let x = x.clamp(-LOGARITHM_MAX, LOGARITHM_MAX);
        let rounded = x * (1.0 / STEP) + ROUNDER;
        let rest = x - (rounded - ROUNDER) * STEP;
        let steps = rounded.to_bits();
        let power = self.powers[steps as usize % POWERS];
        // Bits 6 and up of the step count are k; they are added to the power's exponent.
        let scaled = f64::from_bits(power.to_bits().wrapping_add((steps >> 6) << 52));
        let series = 1.0 + rest * (0.5 + rest * (1.0 / 6.0 + rest * (1.0 / 24.0)));
        scaled + scaled * (rest * series)
    }
}

impl Default for NormalTable {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use statrs::distribution::ContinuousCDF;

    use super::*;
    use crate::rng::uniform;

    #[test]
    fn normal_quantile_agrees_with_statrs_and_with_tables() {
        let normal = statrs::distribution::Normal::standard();
        for n in 1..20_000 {
            let p = f64::from(n) / 20_000.0;
            let difference = normal_quantile(p) - normal.inverse_cdf(p);
            assert!(difference.abs() < 1e-9, "p = {p}: {difference}");
        }
        // The check values given by Wichura 1988.
        assert!((normal_quantile(0.25) + 0.674_489_750_196_081_7).abs() < 1e-15);
        assert!((normal_quantile(0.001) + 3.090_232_306_167_814).abs() < 1e-14);
        assert!((normal_quantile(1e-20) + 9.262_340_089_798_408).abs() < 1e-13);
        assert_eq!(normal_quantile(0.5), 0.0);
        assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(normal_quantile(1.0), f64::INFINITY);
    }

    #[test]
    fn table_is_within_its_stated_error_and_never_falls() {
        let table = NormalTable::new();
        let mut worst: f64 = 0.0;
        let mut previous = f64::NEG_INFINITY;
        let mut check = |word: u32| {
            let value = table.quantile(word);
            assert!(value >= previous, "falls at {word}");
            previous = value;
            worst = worst.max((value - normal_quantile(uniform(word))).abs());
        };
        (0..5_000).for_each(&mut check);
        (5_000..u32::MAX - 5_000).step_by(2_003).for_each(&mut check);
        (u32::MAX - 5_000..=u32::MAX).for_each(&mut check);
        assert!(worst < 2e-5, "{worst}");
    }

    #[test]
    fn exponential_agrees_with_libm() {
        let table = NormalTable::new();
        for n in -700_000..700_000 {
            let x = f64::from(n) / 1_000.0 + 1e-4;
            let relative = table.exp(x) / libm::exp(x) - 1.0;
            assert!(relative.abs() < 3e-13, "exp({x}) is off by {relative}");
        }
        assert_eq!(table.exp(0.0), 1.0);
        assert_eq!(table.exp(1e300), table.exp(700.0));
        assert_eq!(table.exp(-1e300), table.exp(-700.0));
    }

    #[test]
    fn lognormals_are_within_their_stated_error_and_never_fall() {
        let table = NormalTable::new();
        for sigma in [0.2, 0.7, 2.0] {
            let mut previous = 0.0;
            for word in (0..u32::MAX).step_by(10_007) {
                let value = table.lognormal(6.0, sigma, word);
                let exact = libm::exp(6.0 + sigma * normal_quantile(uniform(word)));
                assert!((value / exact - 1.0).abs() < 2e-5 * sigma, "{word}");
                assert!(value >= previous, "falls at {word}");
                previous = value;
            }
        }
    }

    #[test]
    fn table_is_symmetric() {
        let table = NormalTable::new();
        for n in 0..100_000_u32 {
            let word = n.wrapping_mul(0x9E37_79B9);
            assert_eq!(table.quantile(word), -table.quantile(!word));
        }
    }
}
