//! Distributions of durations, bills and counts, drawn by inversion.
//!
//! A continuous draw is the quantile function at one uniform number: exactly one uniform a
//! draw, and larger uniforms never give smaller values. So two worlds that differ in one
//! parameter stay as close as they can be (common random numbers; A. M. Law, "Simulation
//! Modeling and Analysis", 5th ed. 2015, section 11.2), and a draw never shifts the next one.
//!
//! Units are the caller's: seconds or minutes for durations, yuan for bills. Nothing is rounded.
//!
//! Every build must draw the same. Lognormal, triangular, uniform and small Poisson draws
//! therefore use `libm` and the basic operations only, never a function of the system or one that
//! another package's feature switches. PERT and gamma invert by `statrs` (up to a microsecond a
//! draw, an error below 1e-7 in the probability), whose logarithms are the system's: two systems
//! may differ in the last digits, which rounding to seconds removes. They are meant for the few
//! draws of a runbook, not for visits.
//!
//! The fast way for millions of lognormal draws is [`Distribution::draw`] with a
//! [`NormalTable`].

mod normal;

use std::fmt;

use rand::Rng;
use rand_distr::Distribution as _;
use statrs::distribution::ContinuousCDF;

use crate::units::seconds_from_minutes;

pub use normal::{NormalTable, normal_quantile};

/// Weight of the mode of a PERT distribution (Malcolm et al. 1959).
const PERT_WEIGHT: f64 = 4.0;
/// Gamma quantiles below this come from a series.
const GAMMA_SERIES_BELOW: f64 = 1e-3;
/// Poisson means from here on are drawn by rejection; below, inversion is faster.
const POISSON_INVERSION_BELOW: f64 = 12.0;
/// Largest Poisson mean accepted; a site sees far fewer arrivals a day.
const POISSON_MEAN_MAX: f64 = 1e9;

/// Why a distribution could not be made.
#[derive(Clone, Debug, PartialEq)]
pub enum DistributionError {
    /// A parameter is infinite or not a number.
    NotFinite {
        /// Name of the parameter as in the scenario file.
        parameter: &'static str,
        /// Value found.
        value: f64,
    },
    /// A parameter that must be above zero is not.
    NotPositive {
        /// Name of the parameter as in the scenario file.
        parameter: &'static str,
        /// Value found.
        value: f64,
    },
    /// A parameter that must not be negative is.
    Negative {
        /// Name of the parameter as in the scenario file.
        parameter: &'static str,
        /// Value found.
        value: f64,
    },
    /// Two bounds stand in the wrong order.
    OutOfOrder {
        /// Name of the parameter that must not be the larger one.
        lower: &'static str,
        /// Its value.
        lower_value: f64,
        /// Name of the parameter that must not be the smaller one.
        upper: &'static str,
        /// Its value.
        upper_value: f64,
    },
    /// The parameters are legal one by one, but mean or variance exceed all numbers.
    TooWide,
    /// An empirical distribution has no values.
    Empty,
}

impl fmt::Display for DistributionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFinite { parameter, value } => {
                write!(formatter, "{parameter} = {value}: must be a finite number")
            }
            Self::NotPositive { parameter, value } => {
                write!(formatter, "{parameter} = {value}: must be above 0")
            }
            Self::Negative { parameter, value } => {
                write!(formatter, "{parameter} = {value}: must be at least 0")
            }
            Self::OutOfOrder { lower, lower_value, upper, upper_value } => {
                write!(formatter, "{lower} = {lower_value}: must be at most {upper} = {upper_value}")
            }
            Self::TooWide => write!(formatter, "the mean or the variance is too large"),
            Self::Empty => write!(formatter, "values: must hold at least one value"),
        }
    }
}

impl std::error::Error for DistributionError {}

/// A distribution of one real number.
///
/// Make one through the constructors: they check the parameters, and [`Distribution::quantile`]
/// relies on the checks.
#[derive(Clone, Debug, PartialEq)]
pub enum Distribution {
    /// Always the same value. Any finite value.
    Fixed(f64),
    /// Values whose logarithm is normal; service times, bills, delays.
    ///
    /// Density `exp(-(ln x - mu)^2 / (2 sigma^2)) / (x sigma sqrt(2 pi))` for `x > 0`. Mean
    /// `exp(mu + sigma^2 / 2)`, variance `(exp(sigma^2) - 1) exp(2 mu + sigma^2)`.
    ///
    /// Johnson, Kotz and Balakrishnan, "Continuous Univariate Distributions" 1, 2nd ed. 1994,
    /// chapter 14.
    Lognormal {
        /// Mean of the logarithm; `exp(mu)` is the median.
        mu: f64,
        /// Standard deviation of the logarithm, above 0.
        sigma: f64,
    },
    /// Expert's guess by least, likeliest and largest value; durations of technical tasks.
    ///
    /// A beta distribution stretched to `[min, max]` with shapes
    /// `1 + 4 (mode - min) / (max - min)` and `1 + 4 (max - mode) / (max - min)`. Mean
    /// `(min + 4 mode + max) / 6`, variance `(mean - min) (max - mean) / 7`.
    ///
    /// D. G. Malcolm, J. H. Roseboom, C. E. Clark and W. Fazar, "Application of a technique for
    /// research and development program evaluation", Operations Research 7 (1959) 646-669;
    /// shapes after D. Vose, "Risk Analysis", 3rd ed. 2008.
    Pert {
        /// Least value.
        min: f64,
        /// Likeliest value.
        mode: f64,
        /// Largest value, above `min`.
        max: f64,
    },
    /// Expert's guess with more weight in the ends than PERT.
    ///
    /// Density rises in a straight line from `min` to `mode` and falls to `max`. Mean
    /// `(min + mode + max) / 3`.
    ///
    /// S. Kotz and J. R. van Dorp, "Beyond Beta", 2004, chapter 1.
    Triangular {
        /// Least value.
        min: f64,
        /// Likeliest value.
        mode: f64,
        /// Largest value, above `min`.
        max: f64,
    },
    /// Positive values with a lighter tail than the lognormal.
    ///
    /// Density `x^(shape - 1) exp(-x / scale) / (Gamma(shape) scale^shape)` for `x > 0`. Mean
    /// `shape * scale`, variance `shape * scale^2`. Shape 1 is the exponential distribution.
    ///
    /// Johnson, Kotz and Balakrishnan 1994, chapter 17.
    Gamma {
        /// Shape, above 0: one over the squared coefficient of variation.
        shape: f64,
        /// Scale (not rate), above 0, in the unit of the value.
        scale: f64,
    },
    /// Equally likely anywhere in `[low, high]`. Variance `(high - low)^2 / 12`.
    Uniform {
        /// Least value.
        low: f64,
        /// Largest value, above `low`.
        high: f64,
    },
    /// Observed values, each equally likely; ascending, at least one.
    ///
    /// Nothing is interpolated: only observed values are drawn (inverse of the empirical
    /// distribution function; type 1 of R. J. Hyndman and Y. Fan, "Sample quantiles in
    /// statistical packages", The American Statistician 50 (1996) 361-365).
    Empirical(Vec<f64>),
}

impl Distribution {
    /// Always `value`.
    ///
    /// # Errors
    ///
    /// If the value is not finite.
    pub fn fixed(value: f64) -> Result<Self, DistributionError> {
        Ok(Self::Fixed(finite("fixed", value)?))
    }

    /// Lognormal by mean and coefficient of variation (standard deviation over mean).
    ///
    /// A coefficient of 0 gives [`Distribution::Fixed`].
    ///
    /// # Errors
    ///
    /// If the mean is not above 0, the coefficient negative, or one of them not finite.
    pub fn lognormal_from_mean_and_cv(mean: f64, cv: f64) -> Result<Self, DistributionError> {
        let mean = positive("mean", mean)?;
        let cv = not_negative("cv", cv)?;
        if cv == 0.0 {
            return Ok(Self::Fixed(mean));
        }
        let sigma_squared = libm::log1p(cv * cv);
        Self::Lognormal { mu: libm::log(mean) - 0.5 * sigma_squared, sigma: sigma_squared.sqrt() }.with_finite_moments()
    }

    /// Lognormal by median and standard deviation of the logarithm.
    ///
    /// A sigma of 0 gives [`Distribution::Fixed`].
    ///
    /// # Errors
    ///
    /// If the median is not above 0, sigma negative, or one of them not finite.
    pub fn lognormal_from_median_and_sigma(median: f64, sigma: f64) -> Result<Self, DistributionError> {
        let median = positive("median", median)?;
        let sigma = not_negative("sigma", sigma)?;
        if sigma == 0.0 {
            return Ok(Self::Fixed(median));
        }
        let mu = libm::log(median);
        Self::Lognormal { mu, sigma }.with_finite_moments()
    }

    /// PERT by least, likeliest and largest value.
    ///
    /// Three equal values give [`Distribution::Fixed`].
    ///
    /// # Errors
    ///
    /// If the values are not finite or not in ascending order.
    pub fn pert(min: f64, mode: f64, max: f64) -> Result<Self, DistributionError> {
        three_points(min, mode, max)?;
        if min == max {
            return Ok(Self::Fixed(mode));
        }
        Self::Pert { min, mode, max }.with_finite_moments()
    }

    /// Triangular by least, likeliest and largest value.
    ///
    /// Three equal values give [`Distribution::Fixed`].
    ///
    /// # Errors
    ///
    /// If the values are not finite or not in ascending order.
    pub fn triangular(min: f64, mode: f64, max: f64) -> Result<Self, DistributionError> {
        three_points(min, mode, max)?;
        if min == max {
            return Ok(Self::Fixed(mode));
        }
        Self::Triangular { min, mode, max }.with_finite_moments()
    }

    /// Gamma by mean and coefficient of variation (standard deviation over mean).
    ///
    /// A coefficient of 0 gives [`Distribution::Fixed`].
    ///
    /// # Errors
    ///
    /// If the mean is not above 0, the coefficient negative, or one of them not finite.
    pub fn gamma_from_mean_and_cv(mean: f64, cv: f64) -> Result<Self, DistributionError> {
        let mean = positive("mean", mean)?;
        let cv = not_negative("cv", cv)?;
        if cv == 0.0 {
            return Ok(Self::Fixed(mean));
        }
        let shape = 1.0 / (cv * cv);
        let scale = mean * cv * cv;
        positive("cv", shape.min(scale)).map_err(|_| DistributionError::TooWide)?;
        Self::Gamma { shape, scale }.with_finite_moments()
    }

    /// Uniform between two values.
    ///
    /// Two equal values give [`Distribution::Fixed`].
    ///
    /// # Errors
    ///
    /// If the values are not finite or not in ascending order.
    pub fn uniform(low: f64, high: f64) -> Result<Self, DistributionError> {
        ordered("low", finite("low", low)?, "high", finite("high", high)?)?;
        if low == high {
            return Ok(Self::Fixed(low));
        }
        Self::Uniform { low, high }.with_finite_moments()
    }

    /// Observed values in any order, each equally likely.
    ///
    /// # Errors
    ///
    /// If there is no value or one is not finite.
    pub fn empirical(mut values: Vec<f64>) -> Result<Self, DistributionError> {
        if values.is_empty() {
            return Err(DistributionError::Empty);
        }
        for &value in &values {
            finite("values", value)?;
        }
        values.sort_by(f64::total_cmp);
        Self::Empirical(values).with_finite_moments()
    }

    /// Passes the distribution on if its mean and variance are numbers.
    fn with_finite_moments(self) -> Result<Self, DistributionError> {
        if self.mean().is_finite() && self.variance().is_finite() { Ok(self) } else { Err(DistributionError::TooWide) }
    }

    /// Mean, in the unit of the value.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self {
            Self::Fixed(value) => *value,
            Self::Lognormal { mu, sigma } => libm::exp(mu + 0.5 * sigma * sigma),
            Self::Pert { min, mode, max } => (min + PERT_WEIGHT * mode + max) / (PERT_WEIGHT + 2.0),
            Self::Triangular { min, mode, max } => (min + mode + max) / 3.0,
            Self::Gamma { shape, scale } => shape * scale,
            Self::Uniform { low, high } => 0.5 * (low + high),
            Self::Empirical(values) => values.iter().sum::<f64>() / values.len() as f64,
        }
    }

    /// Variance, in the squared unit of the value.
    #[must_use]
    pub fn variance(&self) -> f64 {
        match self {
            Self::Fixed(_) => 0.0,
            Self::Lognormal { mu, sigma } => {
                let sigma_squared = sigma * sigma;
                libm::expm1(sigma_squared) * libm::exp(2.0 * mu + sigma_squared)
            }
            Self::Pert { min, max, .. } => {
                let mean = self.mean();
                (mean - min) * (max - mean) / (PERT_WEIGHT + 3.0)
            }
            Self::Triangular { min, mode, max } => {
                let (left, right) = (mode - min, max - mode);
                (left * left + left * right + right * right) / 18.0
            }
            Self::Gamma { shape, scale } => shape * scale * scale,
            Self::Uniform { low, high } => (high - low) * (high - low) / 12.0,
            Self::Empirical(values) => {
                let mean = self.mean();
                let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
                squares / values.len() as f64
            }
        }
    }

    /// The value that is not exceeded with probability `p`, for `p` from 0 to 1.
    ///
    /// The ends give the ends of the support, which may be infinite. Never falls as `p` rises.
    ///
    /// # Panics
    ///
    /// Panics if `p` is outside `[0, 1]` or not a number.
    ///
    /// ```
    /// use cutover::distribution::Distribution;
    ///
    /// let service = Distribution::lognormal_from_median_and_sigma(480.0, 0.6)?;
    /// assert!((service.quantile(0.5) - 480.0).abs() < 1e-9);
    /// # Ok::<(), cutover::distribution::DistributionError>(())
    /// ```
    #[must_use]
    pub fn quantile(&self, p: f64) -> f64 {
        assert!((0.0..=1.0).contains(&p), "a probability, not {p}");
        match self {
            Self::Fixed(value) => *value,
            Self::Lognormal { mu, sigma } => libm::exp(mu + sigma * normal_quantile(p)),
            Self::Pert { min, mode, max } => pert_quantile(*min, *mode, *max, p),
            Self::Triangular { min, mode, max } => triangular_quantile(*min, *mode, *max, p),
            Self::Gamma { shape, scale } => scale * standard_gamma_quantile(*shape, p),
            Self::Uniform { low, high } => low + (high - low) * p,
            Self::Empirical(values) => empirical_quantile(values, p),
        }
    }

    /// One draw from one uniform number in `(0, 1)`: the quantile there, to full precision.
    ///
    /// # Panics
    ///
    /// Panics if `u` is outside `[0, 1]` or not a number.
    #[inline]
    #[must_use]
    pub fn sample_u(&self, u: f64) -> f64 {
        self.quantile(u)
    }

    /// One draw from one random word, the fast way.
    ///
    /// As [`Distribution::sample_u`] at [`crate::rng::uniform`]`(word)`, except that a lognormal
    /// takes its normal quantile from the table: its value is off by a factor within
    /// `1 ± 2e-5 sigma`, far less than the rounding to seconds.
    #[inline]
    #[must_use]
    pub fn draw(&self, word: u32, normal: &NormalTable) -> f64 {
        match self {
            Self::Fixed(value) => *value,
            Self::Lognormal { mu, sigma } => normal.lognormal(*mu, *sigma, word),
            _ => self.quantile(crate::rng::uniform(word)),
        }
    }
}

/// Whole seconds of a distribution of minutes by random word, most of them looked up.
///
/// The seconds never fall as the word rises, so that all words between two with the same seconds have
/// them too: of each 4096th of the words only the first is drawn in advance, and where the next one has
/// the same seconds, nothing need be drawn.
#[derive(Debug, Clone)]
pub struct SecondsTable {
    minutes: Distribution,
    /// Seconds at the first word of each part, and at the very last word; empty where a table does not
    /// pay.
    first: Box<[u32]>,
}

impl SecondsTable {
    /// Bits of a word that say which part it is in.
    const BITS: u32 = 12;

    /// Draws the table, if so many draws will be asked for that it pays.
    #[must_use]
    pub fn new(minutes: &Distribution, normal: &NormalTable, draws: f64) -> Self {
        let pays = draws >= f64::from(16 << Self::BITS) && matches!(minutes, Distribution::Lognormal { .. });
        let parts = if pays { 1_u32 << Self::BITS } else { 0 };
        let words = (0..parts).map(|part| part << (u32::BITS - Self::BITS));
        let words = words.chain(pays.then_some(u32::MAX));
        let first = words.map(|word| seconds_from_minutes(minutes.draw(word, normal))).collect();
        Self { minutes: minutes.clone(), first }
    }

    /// What [`Distribution::draw`] gives for the word, in whole seconds, at least one.
    #[inline]
    #[must_use]
    pub fn draw(&self, word: u32, normal: &NormalTable) -> u32 {
        let part = (word >> (u32::BITS - Self::BITS)) as usize;
        match self.first.get(part..part + 2) {
            Some([first, next]) if first == next => *first,
            _ => seconds_from_minutes(self.minutes.draw(word, normal)),
        }
    }
}

/// The value, if it is a finite number.
fn finite(parameter: &'static str, value: f64) -> Result<f64, DistributionError> {
    if value.is_finite() { Ok(value) } else { Err(DistributionError::NotFinite { parameter, value }) }
}

/// The value, if it is a finite number above 0.
fn positive(parameter: &'static str, value: f64) -> Result<f64, DistributionError> {
    if finite(parameter, value)? > 0.0 { Ok(value) } else { Err(DistributionError::NotPositive { parameter, value }) }
}

/// The value, if it is a finite number and at least 0.
fn not_negative(parameter: &'static str, value: f64) -> Result<f64, DistributionError> {
    if finite(parameter, value)? >= 0.0 { Ok(value) } else { Err(DistributionError::Negative { parameter, value }) }
}

/// Checks that the lower value is not above the upper one.
fn ordered(
    lower: &'static str,
    lower_value: f64,
    upper: &'static str,
    upper_value: f64,
) -> Result<(), DistributionError> {
    if lower_value <= upper_value {
        Ok(())
    } else {
        Err(DistributionError::OutOfOrder { lower, lower_value, upper, upper_value })
    }
}

/// Checks least, likeliest and largest value.
fn three_points(min: f64, mode: f64, max: f64) -> Result<(), DistributionError> {
    finite("min", min)?;
    finite("mode", mode)?;
    finite("max", max)?;
    ordered("min", min, "mode", mode)?;
    ordered("mode", mode, "max", max)
}

/// Quantile of the triangular distribution, in closed form.
fn triangular_quantile(min: f64, mode: f64, max: f64, p: f64) -> f64 {
    let width = max - min;
    let value = if p * width < mode - min {
        min + (p * width * (mode - min)).sqrt()
    } else {
        max - ((1.0 - p) * width * (max - mode)).sqrt()
    };
    value.clamp(min, max)
}

/// Quantile of the PERT distribution, by that of the beta distribution.
fn pert_quantile(min: f64, mode: f64, max: f64, p: f64) -> f64 {
    let width = max - min;
    let left = 1.0 + PERT_WEIGHT * (mode - min) / width;
    let right = 1.0 + PERT_WEIGHT * (max - mode) / width;
    let beta = statrs::distribution::Beta::new(left, right).expect("both shapes are finite and at least 1");
    (min + width * beta.inverse_cdf(p)).clamp(min, max)
}

/// Quantile of the gamma distribution of scale 1.
///
/// The search of `statrs` ends at an absolute distance, too coarse near 0, where a shape below 1 has
/// much of its probability; there the inverse of the power series of the distribution function
/// serves: `r + r² / (a + 1) + (3a + 5) r³ / (2 (a + 1)² (a + 2))`, `r = (p Gamma(a + 1))^(1/a)` (A. R.
/// DiDonato and A. H. Morris, ACM TOMS 12 (1986) 377-393).
fn standard_gamma_quantile(shape: f64, p: f64) -> f64 {
    let r = libm::exp((libm::log(p) + libm::lgamma(shape + 1.0)) / shape);
    if r < GAMMA_SERIES_BELOW {
        let next = shape + 1.0;
        return r + r * r / next + (3.0 * shape + 5.0) * r * r * r / (2.0 * next * next * (shape + 2.0));
    }
    statrs::distribution::Gamma::new(shape, 1.0).expect("the shape was checked to be above 0").inverse_cdf(p)
}

/// Least of the ascending values that at least a share `p` of them does not exceed.
fn empirical_quantile(ascending: &[f64], p: f64) -> f64 {
    let rank = (p * ascending.len() as f64).ceil() as usize;
    ascending[rank.max(1).min(ascending.len()) - 1]
}

/// A Poisson count with this mean: `P(k) = mean^k exp(-mean) / k!`.
///
/// A mean of 0 gives 0 and uses no draw. Below 12 the count is the quantile at one uniform
/// number of 52 bits (two words), so that it never falls as the mean rises under the same draws.
/// From 12 on it is `rand_distr::Poisson`, by J. H. Ahrens and U. Dieter, "Computer generation
/// of Poisson deviates from modified normal distributions", ACM TOMS 8 (1982) 163-179; it takes
/// `exp` and `ln` from `num-traits`, whose `std` feature `statrs` always switches on here, so
/// that the builds of this package agree.
///
/// # Panics
///
/// Panics if the mean is negative, above 1e9 or not a number.
pub fn poisson(mean: f64, rng: &mut impl Rng) -> u32 {
    assert!((0.0..=POISSON_MEAN_MAX).contains(&mean), "a Poisson mean of {mean}");
    if mean == 0.0 {
        0
    } else if mean < POISSON_INVERSION_BELOW {
        poisson_quantile(mean, crate::rng::uniform_wide(rng.next_u64()))
    } else {
        let counts: rand_distr::Poisson<f64> =
            rand_distr::Poisson::new(mean).expect("the mean was checked to be positive and finite");
        counts.sample(rng) as u32
    }
}

/// Poisson quantile by sequential search from 0; for small means.
///
/// L. Devroye, "Non-Uniform Random Variate Generation", 1986, section X.3.3.
#[inline]
fn poisson_quantile(mean: f64, u: f64) -> u32 {
    // exp(-mean) is at least 1 - mean, so tiny means mostly need no exponential.
    if u <= 1.0 - mean {
        return 0;
    }
    let mut count = 0;
    let mut probability = libm::exp(-mean);
    let mut cumulative = probability;
    // Ends when u is reached, or where the remaining probability is lost in rounding.
    while u > cumulative && cumulative + probability > cumulative {
        count += 1;
        probability *= mean / f64::from(count);
        cumulative += probability;
    }
    count
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use statrs::distribution::{Discrete, DiscreteCDF};

    use super::*;
    use crate::rng::{Draws, Source, StreamId};

    fn draws(person: u32) -> Draws {
        Source::new(20_211_122, 0).stream(0, StreamId::Service, person)
    }

    fn examples() -> Vec<Distribution> {
        [
            Distribution::fixed(3.0),
            Distribution::lognormal_from_mean_and_cv(480.0, 0.75),
            Distribution::lognormal_from_median_and_sigma(1.0, 1.5),
            Distribution::pert(2.0, 3.0, 10.0),
            Distribution::pert(2.0, 2.0, 10.0),
            Distribution::triangular(2.0, 3.0, 10.0),
            Distribution::triangular(2.0, 10.0, 10.0),
            Distribution::gamma_from_mean_and_cv(480.0, 0.5),
            Distribution::gamma_from_mean_and_cv(5.0, 1.6),
            Distribution::uniform(-1.0, 4.0),
            Distribution::empirical(vec![5.0, 1.0, 1.0, 9.0]),
        ]
        .into_iter()
        .map(|made| made.expect("legal parameters"))
        .collect()
    }

    /// Distribution function by `statrs`, independent of the code under test.
    fn reference_cdf(distribution: &Distribution, x: f64) -> Option<f64> {
        use statrs::distribution as theirs;
        Some(match *distribution {
            Distribution::Lognormal { mu, sigma } => theirs::LogNormal::new(mu, sigma).unwrap().cdf(x),
            Distribution::Pert { min, mode, max } => {
                let shape = |distance: f64| 1.0 + 4.0 * distance / (max - min);
                theirs::Beta::new(shape(mode - min), shape(max - mode)).unwrap().cdf((x - min) / (max - min))
            }
            Distribution::Triangular { min, mode, max } => theirs::Triangular::new(min, max, mode).unwrap().cdf(x),
            Distribution::Gamma { shape, scale } => theirs::Gamma::new(shape, 1.0 / scale).unwrap().cdf(x),
            Distribution::Uniform { low, high } => theirs::Uniform::new(low, high).unwrap().cdf(x),
            Distribution::Fixed(_) | Distribution::Empirical(_) => return None,
        })
    }

    #[test]
    fn quantiles_invert_the_distribution_function() {
        for distribution in examples() {
            for n in 1..1_000 {
                let p = f64::from(n) / 1_000.0;
                if let Some(back) = reference_cdf(&distribution, distribution.quantile(p)) {
                    // A gamma of small shape is the worst: statrs stops at an absolute error.
                    assert!((back - p).abs() < 1e-7, "{distribution:?} at {p}: {back}");
                }
            }
        }
    }

    #[test]
    fn draws_pass_kolmogorov_smirnov() {
        let table = NormalTable::new();
        let count = 20_000;
        for (which, distribution) in examples().into_iter().enumerate() {
            let mut source = draws(which as u32);
            let mut sample: Vec<f64> = (0..count).map(|_| distribution.draw(source.next_word(), &table)).collect();
            sample.sort_by(f64::total_cmp);
            let mut largest: f64 = 0.0;
            for (rank, &x) in sample.iter().enumerate() {
                if let Some(p) = reference_cdf(&distribution, x) {
                    largest = largest.max(p - rank as f64 / f64::from(count));
                    largest = largest.max((rank as f64 + 1.0) / f64::from(count) - p);
                }
            }
            // 1.95 / sqrt(n): one chance in a thousand (Smirnov's limit).
            let allowed = 1.95 / f64::from(count).sqrt();
            assert!(largest < allowed, "{distribution:?}: {largest}");
        }
    }

    #[test]
    fn moments_match_the_mean_of_the_quantiles() {
        // Midpoints of equal cells integrate the quantile function without sampling error;
        // what is left is the tail beyond the last cell, so heavy tails are left out.
        let cells = 20_000;
        let light = |d: &Distribution| d.variance() <= 3.0 * d.mean() * d.mean();
        for distribution in examples().into_iter().filter(light) {
            let values: Vec<f64> =
                (0..cells).map(|n| distribution.quantile((f64::from(n) + 0.5) / f64::from(cells))).collect();
            let mean = values.iter().sum::<f64>() / f64::from(cells);
            let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
            let variance = squares / f64::from(cells);
            assert!((mean / distribution.mean() - 1.0).abs() < 2e-3, "{distribution:?}");
            let off = (variance - distribution.variance()).abs();
            assert!(off <= 0.01 * distribution.variance(), "{distribution:?} {variance}");
        }
    }

    #[test]
    fn sample_moments_lie_within_five_standard_errors() {
        let table = NormalTable::new();
        let count = 200_000;
        for cv in [0.3, 0.75] {
            let distribution = Distribution::lognormal_from_mean_and_cv(480.0, cv).unwrap();
            let mut source = draws(100);
            let total: f64 = (0..count).map(|_| distribution.draw(source.next_word(), &table)).sum();
            let error = total / f64::from(count) - 480.0;
            let standard_error = 480.0 * cv / f64::from(count).sqrt();
            assert!(error.abs() < 5.0 * standard_error, "cv {cv}: {error}");
        }
    }

    #[test]
    fn constructors_give_the_asked_mean_and_spread() {
        for make in [Distribution::lognormal_from_mean_and_cv, Distribution::gamma_from_mean_and_cv] {
            let made = make(480.0, 0.75).unwrap();
            assert!((made.mean() - 480.0).abs() < 1e-9);
            assert!((made.variance().sqrt() - 360.0).abs() < 1e-9);
            assert_eq!(make(480.0, 0.0), Ok(Distribution::Fixed(480.0)));
        }
        let pert = Distribution::pert(2.0, 3.0, 10.0).unwrap();
        assert!((pert.mean() - 4.0).abs() < 1e-12);
        assert!((pert.variance() - 12.0 / 7.0).abs() < 1e-12);
        assert_eq!(Distribution::pert(2.0, 2.0, 2.0), Ok(Distribution::Fixed(2.0)));
    }

    #[test]
    fn constructors_name_what_is_wrong() {
        let text = |made: Result<Distribution, DistributionError>| made.unwrap_err().to_string();
        assert_eq!(text(Distribution::lognormal_from_mean_and_cv(0.0, 1.0)), "mean = 0: must be above 0");
        assert_eq!(text(Distribution::gamma_from_mean_and_cv(1.0, -0.5)), "cv = -0.5: must be at least 0");
        assert_eq!(text(Distribution::pert(3.0, 2.0, 4.0)), "min = 3: must be at most mode = 2");
        assert_eq!(text(Distribution::uniform(0.0, f64::NAN)), "high = NaN: must be a finite number");
        assert_eq!(text(Distribution::empirical(vec![])), "values: must hold at least one value");
        assert_eq!(Distribution::lognormal_from_median_and_sigma(1.0, 40.0), Err(DistributionError::TooWide));
        assert_eq!(Distribution::gamma_from_mean_and_cv(1.0, 1e-200), Err(DistributionError::TooWide));
    }

    #[test]
    fn empirical_draws_each_value_equally_often() {
        let distribution = Distribution::empirical(vec![4.0, 2.0, 3.0, 1.0]).unwrap();
        let mut counts = [0; 4];
        for n in 0..1_000 {
            let value = distribution.sample_u((f64::from(n) + 0.5) / 1_000.0);
            counts[value as usize - 1] += 1;
        }
        assert_eq!(counts, [250; 4]);
        assert_eq!(distribution.quantile(0.0), 1.0);
        assert_eq!(distribution.quantile(1.0), 4.0);
    }

    #[test]
    fn poisson_counts_follow_the_law() {
        for (which, mean) in [0.01, 0.4, 3.0, 11.9, 12.1, 250.0].into_iter().enumerate() {
            let law = statrs::distribution::Poisson::new(mean).unwrap();
            let count = 100_000_u32;
            let mut source = draws(200 + which as u32);
            let sample: Vec<u32> = (0..count).map(|_| poisson(mean, &mut source)).collect();
            let total: f64 = sample.iter().map(|&value| f64::from(value)).sum();
            let standard_error = (mean / f64::from(count)).sqrt();
            let error = total / f64::from(count) - mean;
            assert!(error.abs() < 5.0 * standard_error, "mean {mean}: {error}");
            let middle = mean.floor() as u64;
            for value in middle.saturating_sub(2)..middle + 3 {
                let share = law.pmf(value);
                let found = sample.iter().filter(|&&x| u64::from(x) == value).count();
                let allowed = 5.0 * (share * (1.0 - share) / f64::from(count)).sqrt() + 1e-5;
                let error = found as f64 / f64::from(count) - share;
                assert!(error.abs() < allowed, "mean {mean}, P({value}): {error}");
            }
        }
    }

    #[test]
    fn poisson_of_zero_uses_no_draw() {
        let mut source = draws(300);
        assert_eq!(poisson(0.0, &mut source), 0);
        assert_eq!(source.next_word(), draws(300).next_word());
    }

    #[test]
    fn poisson_search_ends_at_the_last_uniforms() {
        for mean in [1e-12, 0.5, 11.99] {
            assert!(poisson_quantile(mean, crate::rng::uniform_wide(u64::MAX)) < 100);
            assert_eq!(poisson_quantile(mean, 1e-17), 0);
        }
    }

    proptest! {
        #[test]
        fn poisson_quantiles_agree_with_statrs(mean in 0.001..11.99_f64, u in 1e-6..0.999_999_f64) {
            let law = statrs::distribution::Poisson::new(mean).unwrap();
            let count = u64::from(poisson_quantile(mean, u));
            prop_assert!(law.cdf(count) >= u - 1e-12);
            prop_assert!(count == 0 || law.cdf(count - 1) <= u + 1e-12);
        }

        #[test]
        fn larger_uniforms_never_give_smaller_values(a in 0.0..1.0_f64, b in 0.0..1.0_f64) {
            for distribution in examples() {
                let (low, high) = (a.min(b), a.max(b));
                prop_assert!(distribution.sample_u(low) <= distribution.sample_u(high));
            }
        }
    }

    #[test]
    fn seconds_looked_up_are_those_drawn() {
        let normal = NormalTable::new();
        let mut words = (0_u32..200_000).map(|index| index.wrapping_mul(0x9e37_79b9));
        for (mean, cv) in [(0.02, 0.5), (2.5, 0.4), (12.0, 0.8), (300.0, 2.0)] {
            let minutes = Distribution::lognormal_from_mean_and_cv(mean, cv).unwrap();
            let table = SecondsTable::new(&minutes, &normal, 1e9);
            assert!(!table.first.is_empty());
            for word in words.by_ref().take(50_000).chain([0, 1, u32::MAX - 1, u32::MAX]) {
                assert_eq!(table.draw(word, &normal), seconds_from_minutes(minutes.draw(word, &normal)), "{word}");
            }
        }
    }

    #[test]
    fn a_table_that_does_not_pay_is_not_made() {
        let normal = NormalTable::new();
        let minutes = Distribution::Fixed(2.5);
        let table = SecondsTable::new(&minutes, &normal, 1e9);
        assert!(table.first.is_empty());
        assert_eq!(table.draw(77, &normal), 150);
    }
}
