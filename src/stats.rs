//! Estimates from replications: intervals, quantiles, proportions, stopping rules.
//!
//! The sample is one number per replication; nothing here knows what it measures, and units are
//! the caller's. Intervals are two-sided. Where an interval does not exist it is `None`, never
//! 0, infinity or NaN. Sums run in index order, so the digits do not depend on threads.
//!
//! | question | interval | source |
//! |---|---|---|
//! | mean | Student's t | "Student" 1908; Law 2015, section 4.5 |
//! | quantile | order statistics, binomial ranks | David and Nagaraja 2003, section 7.1 |
//! | proportion | Wilson's score | Wilson 1927; Brown, Cai and DasGupta 2001 |
//! | time that may lie beyond the horizon | the three above | [`Censored`] |

use std::fmt;

use statrs::distribution::{Binomial, ContinuousCDF, DiscreteCDF, StudentsT};

use crate::distribution::normal_quantile;

/// Degrees of freedom from which the t quantile is taken from an expansion.
const STUDENT_T_EXPANSION_FROM: usize = 1000;

/// Why a statistic could not be formed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StatsError {
    /// A confidence outside `(0, 1)`.
    Confidence(f64),
    /// A sample without values.
    Empty,
    /// A value that is infinite or not a number.
    NotFinite(f64),
    /// A value observed after the horizon, where nothing can be observed.
    AfterHorizon {
        /// The value.
        value: f64,
        /// The horizon.
        horizon: f64,
    },
    /// A precision that no run can reach: negative, not a number, or 0 in both parts.
    Precision,
}

impl fmt::Display for StatsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Confidence(value) => {
                write!(formatter, "confidence = {value}: must lie between 0 and 1")
            }
            Self::Empty => write!(formatter, "a sample must hold at least one value"),
            Self::NotFinite(value) => write!(formatter, "a sample must not hold {value}"),
            Self::AfterHorizon { value, horizon } => {
                write!(formatter, "value {value} lies after the horizon {horizon}")
            }
            Self::Precision => {
                write!(formatter, "precision: relative part and floor must be at least 0, and one above 0")
            }
        }
    }
}

impl std::error::Error for StatsError {}

/// Probability with which an interval covers the true value, strictly between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Confidence(f64);

impl Confidence {
    /// 95 %, the usual choice.
    pub const P95: Self = Self(0.95);

    /// A confidence such as 0.95.
    ///
    /// # Errors
    ///
    /// If the level does not lie strictly between 0 and 1.
    pub fn new(level: f64) -> Result<Self, StatsError> {
        if level > 0.0 && level < 1.0 { Ok(Self(level)) } else { Err(StatsError::Confidence(level)) }
    }

    /// The level, such as 0.95.
    #[must_use]
    pub const fn level(self) -> f64 {
        self.0
    }

    /// Probability left out on each side, such as 0.025.
    #[must_use]
    pub fn tail(self) -> f64 {
        0.5 * (1.0 - self.0)
    }

    /// Confidence that each of `parts` intervals needs for all to cover together with this one
    /// (Bonferroni's inequality; O. J. Dunn, "Multiple comparisons among means", Journal of the
    /// American Statistical Association 56 (1961) 52-64). 0 parts count as 1.
    #[must_use]
    pub fn split(self, parts: usize) -> Self {
        Self(1.0 - (1.0 - self.0) / parts.max(1) as f64)
    }
}

/// Estimate of a mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Mean of the sample.
    pub mean: f64,
    /// Half the width of the interval around the mean; `None` from fewer than two values.
    pub half_width: Option<f64>,
    /// Confidence of the interval.
    pub confidence: Confidence,
    /// Replications the estimate rests on.
    pub n: usize,
}

impl Estimate {
    /// Mean of one value per replication with its t interval
    /// `mean ± t(n - 1, 1 - tail) s / sqrt(n)`.
    ///
    /// Exact for normal values, close to it for means over many patients ("Student", "The
    /// probable error of a mean", Biometrika 6 (1908) 1-25; A. M. Law, "Simulation Modeling and
    /// Analysis", 5th ed. 2015, section 4.5). The squares are taken around the mean in a second
    /// pass, which loses no digits (T. F. Chan, G. H. Golub and R. J. LeVeque, "Algorithms for
    /// computing the sample variance", The American Statistician 37 (1983) 242-247).
    ///
    /// # Errors
    ///
    /// If the sample is empty or holds a value that is not finite.
    ///
    /// ```
    /// use cutover::stats::{Confidence, Estimate};
    ///
    /// let estimate = Estimate::of_mean(&[9.0, 10.0, 11.0], Confidence::P95)?;
    /// assert_eq!(estimate.mean, 10.0);
    /// // t(2, 0.975) = 4.303, over the square root of 3
    /// assert!((estimate.half_width.unwrap_or(0.0) - 2.484).abs() < 1e-3);
    /// # Ok::<(), cutover::stats::StatsError>(())
    /// ```
    pub fn of_mean(sample: &[f64], confidence: Confidence) -> Result<Self, StatsError> {
        check(sample)?;
        let n = sample.len();
        let count = n as f64;
        let mean = sample.iter().sum::<f64>() / count;
        let half_width = (n >= 2).then(|| {
            let squares: f64 = sample.iter().map(|value| (value - mean).powi(2)).sum();
            let deviation = (squares / (count - 1.0)).sqrt();
            student_t_quantile(1.0 - confidence.tail(), n - 1) * deviation / count.sqrt()
        });
        Ok(Self { mean, half_width, confidence, n })
    }

    /// Lower and upper end of the interval; `None` from fewer than two values.
    #[must_use]
    pub fn interval(&self) -> Option<(f64, f64)> {
        self.half_width.map(|half| (self.mean - half, self.mean + half))
    }
}

/// Checks that a sample has values and all are finite.
fn check(sample: &[f64]) -> Result<(), StatsError> {
    if sample.is_empty() {
        return Err(StatsError::Empty);
    }
    match sample.iter().find(|value| !value.is_finite()) {
        Some(&value) => Err(StatsError::NotFinite(value)),
        None => Ok(()),
    }
}

/// Quantile of Student's t distribution at probability `p`.
///
/// By `statrs`; from 1000 degrees on, where its search loses up to four digits, by the expansion
/// around the normal quantile in M. Abramowitz and I. A. Stegun, "Handbook of Mathematical
/// Functions", 1964, formula 26.7.5, whose error there is below 1e-10.
///
/// # Panics
///
/// Panics if `degrees` is 0 or `p` is outside `(0, 1)`.
#[must_use]
pub fn student_t_quantile(p: f64, degrees: usize) -> f64 {
    assert!(p > 0.0 && p < 1.0, "a probability, not {p}");
    if degrees < STUDENT_T_EXPANSION_FROM {
        return StudentsT::new(0.0, 1.0, degrees as f64)
            .expect("a t distribution needs at least one degree of freedom")
            .inverse_cdf(p);
    }
    let z = normal_quantile(p);
    let (z2, v) = (z * z, degrees as f64);
    let first = (z2 + 1.0) / 4.0;
    let second = ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
    let third = (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
    z * (1.0 + (first + (second + third / v) / v) / v)
}

/// Quantile of ascending values at `p` from 0 to 1, by linear interpolation between the values
/// at ranks around `(n - 1) p + 1`; `None` without values.
///
/// Type 7 of R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages", The American
/// Statistician 50 (1996) 361-365: the default of R and NumPy.
///
/// # Panics
///
/// Panics if `p` is outside `[0, 1]` or not a number.
#[must_use]
pub fn quantile(ascending: &[f64], p: f64) -> Option<f64> {
    let (lower, upper, weight) = ranks_around(ascending.len(), p)?;
    Some(between(ascending[lower], ascending[upper], weight))
}

/// Positions below and above the quantile `p` of `n` values, and the weight of the upper one.
fn ranks_around(n: usize, p: f64) -> Option<(usize, usize, f64)> {
    assert!((0.0..=1.0).contains(&p), "a probability, not {p}");
    let last = n.checked_sub(1)?;
    let position = last as f64 * p;
    let lower = (position.floor() as usize).min(last);
    let weight = position - lower as f64;
    let upper = if weight > 0.0 { lower + 1 } else { lower };
    Some((lower, upper.min(last), weight))
}

/// The value at a share `weight` of the way from one value to the other.
fn between(lower: f64, upper: f64, weight: f64) -> f64 {
    lower + weight * (upper - lower)
}

/// Ranks (from 1) of the two order statistics of `n` values that enclose the quantile `p` with
/// at least the given confidence, whatever the continuous distribution; `None` where no such
/// pair exists.
///
/// The number of values below the quantile is binomial(n, p). The lower rank is the largest `l`
/// with `P(B < l) <= tail`, the upper rank the least `u` with `P(B >= u) <= tail`. Both exist if
/// and only if `(1 - p)^n <= tail` and `p^n <= tail`: at 95 % confidence from 6 values on for the
/// median, 72 for the 95 % quantile, 368 for the 99 % quantile.
///
/// H. A. David and H. N. Nagaraja, "Order Statistics", 3rd ed. 2003, section 7.1; G. J. Hahn and
/// W. Q. Meeker, "Statistical Intervals", 1991, section 5.2.
///
/// # Panics
///
/// Panics if `p` is outside `(0, 1)`.
#[must_use]
pub fn order_statistic_ranks(n: usize, p: f64, confidence: Confidence) -> Option<(usize, usize)> {
    assert!(p > 0.0 && p < 1.0, "a probability, not {p}");
    let tail = confidence.tail();
    let below = Binomial::new(p, n as u64).expect("the probability was checked");
    // P(B < rank) rises with the rank, so both ranks are found by halving.
    let first_rank = |wanted: &dyn Fn(f64) -> bool| {
        let (mut low, mut high) = (1, n + 1);
        while low < high {
            let rank = low + (high - low) / 2;
            if wanted(below.cdf(rank as u64 - 1)) {
                high = rank;
            } else {
                low = rank + 1;
            }
        }
        low
    };
    let lower = first_rank(&|share| share > tail) - 1;
    let upper = first_rank(&|share| share >= 1.0 - tail);
    (lower >= 1 && upper <= n).then_some((lower, upper))
}

/// Estimate of a quantile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuantileEstimate {
    /// Quantile of the sample, see [`quantile`].
    pub value: f64,
    /// Lower and upper end by order statistics; `None` where too few replications.
    pub interval: Option<(f64, f64)>,
    /// Confidence of the interval (at least).
    pub confidence: Confidence,
    /// Replications the estimate rests on.
    pub n: usize,
}

impl QuantileEstimate {
    /// Quantile `p` of ascending values with its order-statistic interval, see
    /// [`order_statistic_ranks`].
    ///
    /// # Errors
    ///
    /// If the sample is empty or holds a value that is not finite.
    ///
    /// # Panics
    ///
    /// Panics if `p` is outside `(0, 1)`.
    pub fn of_ascending(ascending: &[f64], p: f64, confidence: Confidence) -> Result<Self, StatsError> {
        check(ascending)?;
        debug_assert!(ascending.is_sorted(), "values must ascend");
        let n = ascending.len();
        Ok(Self {
            value: quantile(ascending, p).ok_or(StatsError::Empty)?,
            interval: order_statistic_ranks(n, p, confidence)
                .map(|(lower, upper)| (ascending[lower - 1], ascending[upper - 1])),
            confidence,
            n,
        })
    }
}

/// Estimate of a probability from the replications in which something happened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Proportion {
    /// Share of the replications, from 0 to 1.
    pub share: f64,
    /// Lower and upper end of Wilson's interval, within `[0, 1]`.
    pub interval: (f64, f64),
    /// Confidence of the interval.
    pub confidence: Confidence,
    /// Replications the estimate rests on.
    pub n: usize,
}

impl Proportion {
    /// Share of `true` with Wilson's score interval
    ///
    /// ```text
    /// (share + z²/2n ± z sqrt(share (1 - share) / n + z²/4n²)) / (1 + z²/n)
    /// ```
    ///
    /// E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    /// Journal of the American Statistical Association 22 (1927) 209-212. Unlike the plain
    /// interval it holds near 0 and 1: L. D. Brown, T. T. Cai and A. DasGupta, "Interval estimation
    /// for a binomial proportion", Statistical Science 16 (2001) 101-133.
    ///
    /// # Errors
    ///
    /// If there are no outcomes.
    pub fn of_outcomes(outcomes: impl IntoIterator<Item = bool>, confidence: Confidence) -> Result<Self, StatsError> {
        let (mut hits, mut n) = (0_usize, 0_usize);
        for hit in outcomes {
            hits += usize::from(hit);
            n += 1;
        }
        if n == 0 {
            return Err(StatsError::Empty);
        }
        let count = n as f64;
        let share = hits as f64 / count;
        let z = normal_quantile(1.0 - confidence.tail());
        let weight = z * z / count;
        let centre = (share + 0.5 * weight) / (1.0 + weight);
        let half = (weight * (share * (1.0 - share) + 0.25 * weight)).sqrt() / (1.0 + weight);
        // At the ends the formula gives 0 and 1; rounding must not move them.
        let low = if hits == 0 { 0.0 } else { centre - half };
        let high = if hits == n { 1.0 } else { centre + half };
        Ok(Self { share, interval: (low.max(0.0), high.min(1.0)), confidence, n })
    }
}

/// A time that may lie beyond the horizon, where its value is unknown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// At this time.
    At(f64),
    /// Some time after the horizon.
    AfterHorizon,
}

/// Estimate of a quantile of a time that may lie beyond the horizon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CensoredQuantile {
    /// Quantile of the sample; after the horizon if a value it rests on is.
    pub value: Bound,
    /// Lower and upper end by order statistics; `None` where too few replications.
    pub interval: Option<(Bound, Bound)>,
    /// Confidence of the interval (at least).
    pub confidence: Confidence,
    /// Replications the estimate rests on.
    pub n: usize,
}

/// Times until something happens, one per replication, some unknown because the horizon came
/// first.
///
/// All are cut off at the same horizon (type I censoring), so ranks remain known: quantiles below
/// the censored share, the probability of happening by a date, and the mean of the time or the
/// horizon, whichever is earlier, need no assumption. A plain mean would, so there is none.
///
/// J. F. Lawless, "Statistical Models and Methods for Lifetime Data", 2nd ed. 2003, section 2.2;
/// for the restricted mean J. O. Irwin, "The standard error of an estimate of expectation of life",
/// Journal of Hygiene 47 (1949) 188-189.
#[derive(Clone, Debug, PartialEq)]
pub struct Censored {
    /// Observed times, ascending.
    observed: Vec<f64>,
    /// Time after which nothing is observed.
    horizon: f64,
    /// Replications, observed and not.
    n: usize,
}

impl Censored {
    /// Times of the replications, `None` where it did not happen by the horizon.
    ///
    /// # Errors
    ///
    /// If there are no replications, or a time is not finite or after the horizon.
    pub fn new(times: &[Option<f64>], horizon: f64) -> Result<Self, StatsError> {
        let mut observed: Vec<f64> = times.iter().copied().flatten().collect();
        if times.is_empty() {
            return Err(StatsError::Empty);
        }
        check(&[horizon])?;
        for &value in &observed {
            check(&[value])?;
            if value > horizon {
                return Err(StatsError::AfterHorizon { value, horizon });
            }
        }
        observed.sort_by(f64::total_cmp);
        Ok(Self { observed, horizon, n: times.len() })
    }

    /// Replications in which it did not happen by the horizon.
    #[must_use]
    pub fn censored_count(&self) -> usize {
        self.n - self.observed.len()
    }

    /// Quantile `p` with its order-statistic interval.
    ///
    /// # Panics
    ///
    /// Panics if `p` is outside `(0, 1)`.
    #[must_use]
    pub fn quantile(&self, p: f64, confidence: Confidence) -> CensoredQuantile {
        let at = |position: usize| match self.observed.get(position) {
            Some(&time) => Bound::At(time),
            None => Bound::AfterHorizon,
        };
        let value = match ranks_around(self.n, p) {
            Some((lower, upper, weight)) => match (at(lower), at(upper)) {
                (Bound::At(lower), Bound::At(upper)) => Bound::At(between(lower, upper, weight)),
                _ => Bound::AfterHorizon,
            },
            None => Bound::AfterHorizon,
        };
        CensoredQuantile {
            value,
            interval: order_statistic_ranks(self.n, p, confidence).map(|(lower, upper)| (at(lower - 1), at(upper - 1))),
            confidence,
            n: self.n,
        }
    }

    /// Probability that it happens by `date`; `None` if the date is after the horizon.
    #[must_use]
    pub fn share_by(&self, date: f64, confidence: Confidence) -> Option<Proportion> {
        if date.is_nan() || date > self.horizon {
            return None;
        }
        let observed = self.observed.iter().map(|&time| time <= date);
        let censored = std::iter::repeat_n(false, self.censored_count());
        Proportion::of_outcomes(observed.chain(censored), confidence).ok()
    }

    /// Mean of the time or the horizon, whichever is earlier, with its t interval.
    #[must_use]
    pub fn mean_until_horizon(&self, confidence: Confidence) -> Estimate {
        let mut times = self.observed.clone();
        times.resize(self.n, self.horizon);
        Estimate::of_mean(&times, confidence).expect("times and horizon were checked to be finite")
    }
}

/// Precision asked of a mean: relative, with an absolute floor for means near zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Precision {
    relative: f64,
    absolute_floor: f64,
}

impl Precision {
    /// A relative part such as 0.02 and a floor in the unit of the measure.
    ///
    /// # Errors
    ///
    /// If a part is negative or not finite, or both are 0.
    pub fn new(relative: f64, absolute_floor: f64) -> Result<Self, StatsError> {
        let legal = |part: f64| part.is_finite() && part >= 0.0;
        if legal(relative) && legal(absolute_floor) && relative + absolute_floor > 0.0 {
            Ok(Self { relative, absolute_floor })
        } else {
            Err(StatsError::Precision)
        }
    }

    /// The relative part.
    #[must_use]
    pub fn relative(&self) -> f64 {
        self.relative
    }

    /// Whether the half width is at most `relative / (1 + relative)` of the mean, or at most the
    /// floor.
    ///
    /// The reduced share bounds the error relative to the true mean, not to the estimated one
    /// (Law 2015, section 9.4.1). Never reached without an interval.
    #[must_use]
    pub fn reached(&self, estimate: &Estimate) -> bool {
        let allowed = self.relative / (1.0 + self.relative) * estimate.mean.abs();
        estimate.half_width.is_some_and(|half| half <= allowed.max(self.absolute_floor))
    }
}

/// Numbers of replications after which a sequential run looks at its precision: 30, 50, 100, 200,
/// 500, 1000 and so on up to `replications_max`, which is always the last look.
///
/// Looking again and again and stopping at the first interval that is narrow enough favours
/// samples whose spread happens to be small, so the interval covers less often than it says.
/// The loss vanishes as the precision is refined (Y. S. Chow and H. Robbins, "On the asymptotic
/// theory of fixed-width sequential confidence intervals for the mean", Annals of Mathematical
/// Statistics 36 (1965) 457-462; P. W. Glynn and W. Whitt, "The asymptotic validity of sequential
/// stopping rules for stochastic simulations", Annals of Applied Probability 2 (1992) 180-198) and
/// is kept small before that by starting at 30 and looking seldom: the tests below hold it
/// within three points at 95 %. Where the stated confidence must hold at any stop, give each look
/// [`Confidence::split`] by the number of looks. The looks are fixed numbers, so that the stop
/// does not depend on threads.
#[must_use]
pub fn checkpoints(replications_max: usize) -> Vec<usize> {
    let mut looks = vec![30, 50];
    let mut decade = 100_usize;
    while decade < replications_max {
        looks.extend([1, 2, 5].map(|step| decade.saturating_mul(step)));
        decade = decade.saturating_mul(10);
    }
    looks.retain(|&look| look < replications_max);
    looks.push(replications_max);
    looks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rng::{Draws, Source, StreamId};

    fn draws(round: u32) -> Draws {
        Source::new(95, 0).stream(0, StreamId::Service, round)
    }

    fn normal(draws: &mut Draws) -> f64 {
        normal_quantile(draws.next_uniform())
    }

    fn exponential(draws: &mut Draws) -> f64 {
        -draws.next_uniform().ln()
    }

    /// Share of the rounds that cover, with its standard error if the truth is `level`.
    fn coverage(rounds: u32, level: f64, covers: impl Fn(&mut Draws) -> bool) -> (f64, f64) {
        let hits = (0..rounds).filter(|&round| covers(&mut draws(round))).count();
        let standard_error = (level * (1.0 - level) / f64::from(rounds)).sqrt();
        (hits as f64 / f64::from(rounds), standard_error)
    }

    fn holds((low, high): (f64, f64), truth: f64) -> bool {
        low <= truth && truth <= high
    }

    #[test]
    fn t_quantiles_agree_with_published_tables() {
        // NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.6.7.2.
        let table = [
            (0.975, 1, 12.706),
            (0.975, 2, 4.303),
            (0.975, 5, 2.571),
            (0.975, 10, 2.228),
            (0.975, 29, 2.045),
            (0.975, 30, 2.042),
            (0.975, 99, 1.984),
            (0.95, 9, 1.833),
            (0.995, 10, 3.169),
            (0.995, 29, 2.756),
        ];
        for (p, degrees, value) in table {
            let found = student_t_quantile(p, degrees);
            assert!((found - value).abs() < 6e-4, "t({degrees}, {p}) = {found}");
        }
    }

    #[test]
    fn t_quantiles_go_over_into_the_expansion_without_a_step() {
        for p in [0.05, 0.9, 0.975, 0.995, 0.9995] {
            let [before, at, after] = [999, 1_000, 1_001].map(|n| student_t_quantile(p, n));
            assert!((before - 2.0 * at + after).abs() < 1e-7, "{p}");
            let far = student_t_quantile(p, 1_000_000_000) - normal_quantile(p);
            assert!(far.abs() < 1e-7, "{p}: {far}");
        }
    }

    #[test]
    fn one_value_has_a_mean_but_no_interval() {
        let estimate = Estimate::of_mean(&[4.0], Confidence::P95).unwrap();
        assert_eq!((estimate.mean, estimate.half_width), (4.0, None));
        assert_eq!(estimate.interval(), None);
    }

    #[test]
    fn bad_samples_are_refused() {
        let mean = |sample: &[f64]| Estimate::of_mean(sample, Confidence::P95).unwrap_err();
        assert_eq!(mean(&[]), StatsError::Empty);
        assert_eq!(mean(&[1.0, f64::INFINITY]), StatsError::NotFinite(f64::INFINITY));
        assert!(Confidence::new(1.0).is_err() && Confidence::new(f64::NAN).is_err());
        assert!(Precision::new(0.0, 0.0).is_err() && Precision::new(-0.1, 1.0).is_err());
    }

    #[test]
    fn t_interval_covers_normal_means_as_often_as_stated() {
        for n in [2, 10] {
            let (share, standard_error) = coverage(20_000, 0.95, |draws| {
                let sample: Vec<f64> = (0..n).map(|_| 7.0 + normal(draws)).collect();
                let estimate = Estimate::of_mean(&sample, Confidence::P95).unwrap();
                holds(estimate.interval().unwrap(), 7.0)
            });
            assert!((share - 0.95).abs() < 5.0 * standard_error, "n = {n}: {share}");
        }
    }

    #[test]
    fn quantiles_agree_with_the_default_of_r() {
        // quantile(c(1, 2, 4, 8), c(0, 0.25, 0.5, 0.9, 1)) in R.
        let found = [0.0, 0.25, 0.5, 0.9, 1.0].map(|p| quantile(&[1.0, 2.0, 4.0, 8.0], p).unwrap());
        for (found, expected) in found.into_iter().zip([1.0, 1.75, 3.0, 6.8, 8.0]) {
            assert!((found - expected).abs() < 1e-12, "{found}");
        }
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[3.0], 0.9), Some(3.0));
    }

    #[test]
    fn quantile_intervals_exist_from_the_stated_numbers_on() {
        for (p, least) in [(0.5, 6), (0.9, 36), (0.95, 72), (0.05, 72), (0.99, 368)] {
            let ranks = |n| order_statistic_ranks(n, p, Confidence::P95);
            assert_eq!(ranks(least - 1), None, "{p}");
            assert!(ranks(least).is_some(), "{p}");
        }
        assert_eq!(order_statistic_ranks(0, 0.5, Confidence::P95), None);
    }

    #[test]
    fn median_ranks_agree_with_binomial_tables() {
        // P(B <= 1) of 10 fair coins is 0.0107, P(B <= 5) of 20 is 0.0207, P(B <= 9) of 30 is
        // 0.0214; one more head each time passes 0.025.
        for (n, ranks) in [(10, (2, 9)), (20, (6, 15)), (30, (10, 21))] {
            let found = order_statistic_ranks(n, 0.5, Confidence::P95);
            assert_eq!(found, Some(ranks), "n = {n}");
        }
    }

    #[test]
    fn quantile_interval_covers_as_often_as_the_binomial_law_says() {
        let (n, p) = (100, 0.95);
        let (lower, upper) = order_statistic_ranks(n, p, Confidence::P95).unwrap();
        let below = Binomial::new(p, n as u64).unwrap();
        let exact = below.cdf(upper as u64 - 1) - below.cdf(lower as u64 - 1);
        assert!(exact >= 0.95);
        let truth = -(1.0 - p).ln();
        let (share, standard_error) = coverage(10_000, exact, |draws| {
            let mut sample: Vec<f64> = (0..n).map(|_| exponential(draws)).collect();
            sample.sort_by(f64::total_cmp);
            let found = QuantileEstimate::of_ascending(&sample, p, Confidence::P95).unwrap();
            holds(found.interval.unwrap(), truth)
        });
        assert!((share - exact).abs() < 5.0 * standard_error, "{share} {exact}");
    }

    #[test]
    fn wilson_intervals_agree_with_published_ones() {
        // R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics
        // in Medicine 17 (1998) 857-872, table I, method 3.
        let table =
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)];
        for (hits, n, low, high) in table {
            let outcomes = (0..n).map(|outcome| outcome < hits);
            let found = Proportion::of_outcomes(outcomes, Confidence::P95).unwrap();
            assert!((found.interval.0 - low).abs() < 6e-5, "{hits} of {n}: {found:?}");
            assert!((found.interval.1 - high).abs() < 6e-5, "{hits} of {n}: {found:?}");
        }
        assert_eq!(Proportion::of_outcomes([], Confidence::P95), Err(StatsError::Empty));
    }

    #[test]
    fn wilson_interval_covers_about_as_often_as_stated() {
        // Counts are discrete, so coverage moves around the stated level (Brown et al. 2001).
        for truth in [0.05, 0.3, 0.5] {
            let (share, _) = coverage(10_000, 0.95, |draws| {
                let outcomes: Vec<bool> = (0..100).map(|_| draws.next_uniform() < truth).collect();
                holds(Proportion::of_outcomes(outcomes, Confidence::P95).unwrap().interval, truth)
            });
            assert!((share - 0.95).abs() < 0.025, "{truth}: {share}");
        }
    }

    #[test]
    fn censored_times_keep_their_ranks() {
        let times = [Some(4.0), None, Some(2.0), Some(8.0), None];
        let censored = Censored::new(&times, 10.0).unwrap();
        assert_eq!(censored.censored_count(), 2);
        let value = |p| censored.quantile(p, Confidence::P95).value;
        assert_eq!(value(0.25), Bound::At(4.0));
        assert_eq!(value(0.5), Bound::At(8.0));
        assert_eq!(value(0.6), Bound::AfterHorizon);
        assert_eq!(censored.quantile(0.5, Confidence::P95).interval, None);
        let mean = censored.mean_until_horizon(Confidence::P95);
        assert!((mean.mean - 34.0 / 5.0).abs() < 1e-12);
        let by = |date| censored.share_by(date, Confidence::P95).map(|found| found.share);
        assert_eq!(by(4.0), Some(0.4));
        assert_eq!(by(10.0), Some(0.6));
        assert_eq!(by(10.5), None);
    }

    #[test]
    fn censored_intervals_may_end_after_the_horizon() {
        let times: Vec<Option<f64>> = (0..20).map(|n| (n < 12).then_some(f64::from(n))).collect();
        let median = Censored::new(&times, 11.0).unwrap().quantile(0.5, Confidence::P95);
        assert_eq!(median.value, Bound::At(9.5));
        assert_eq!(median.interval, Some((Bound::At(5.0), Bound::AfterHorizon)));
    }

    #[test]
    fn impossible_censored_times_are_refused() {
        assert_eq!(Censored::new(&[], 1.0), Err(StatsError::Empty));
        assert_eq!(Censored::new(&[Some(2.0)], 1.0), Err(StatsError::AfterHorizon { value: 2.0, horizon: 1.0 }));
        assert!(Censored::new(&[None], f64::NAN).is_err());
    }

    #[test]
    fn precision_is_relative_with_an_absolute_floor() {
        let estimate = |mean, half_width| Estimate { mean, half_width, confidence: Confidence::P95, n: 30 };
        let precision = Precision::new(0.02, 0.5).unwrap();
        assert!(precision.reached(&estimate(100.0, Some(1.96))));
        assert!(!precision.reached(&estimate(100.0, Some(1.97))));
        assert!(precision.reached(&estimate(-100.0, Some(1.96))));
        assert!(precision.reached(&estimate(0.0, Some(0.5))));
        assert!(!precision.reached(&estimate(0.0, Some(0.51))));
        assert!(!precision.reached(&estimate(0.0, None)));
    }

    #[test]
    fn looks_are_few_and_end_at_the_maximum() {
        assert_eq!(checkpoints(1_000), [30, 50, 100, 200, 500, 1_000]);
        assert_eq!(checkpoints(1_500), [30, 50, 100, 200, 500, 1_000, 1_500]);
        assert_eq!(checkpoints(40), [30, 40]);
        assert_eq!(checkpoints(20), [20]);
    }

    #[test]
    fn stopping_at_first_sufficient_look_costs_little_coverage() {
        let looks = checkpoints(2_000);
        let stopped = |draws: &mut Draws, relative: f64, confidence: Confidence| {
            let precision = Precision::new(relative, 0.0).unwrap();
            let mut sample = Vec::new();
            let mut last = None;
            for &look in &looks {
                sample.resize_with(look, || exponential(draws));
                let estimate = Estimate::of_mean(&sample, confidence).unwrap();
                last = estimate.interval();
                if precision.reached(&estimate) {
                    break;
                }
            }
            holds(last.unwrap(), 1.0)
        };
        // Exponential values: more skewed than any mean over a city's patients. The coarser the
        // precision, the earlier the stop and the larger the loss.
        let split = Confidence::P95.split(looks.len());
        for relative in [0.1, 0.2, 0.35] {
            let (plain, standard_error) = coverage(4_000, 0.95, |draws| stopped(draws, relative, Confidence::P95));
            assert!(plain > 0.92 - 3.0 * standard_error, "{relative}: {plain}");
            let (guarded, _) = coverage(4_000, 0.95, |draws| stopped(draws, relative, split));
            assert!(guarded > 0.95, "{relative}: {guarded}");
        }
    }

    proptest! {
        #[test]
        fn quantiles_never_fall_and_stay_within_the_sample(
            mut sample in prop::collection::vec(-1e6..1e6_f64, 1..40),
            a in 0.0..=1.0_f64,
            b in 0.0..=1.0_f64,
        ) {
            sample.sort_by(f64::total_cmp);
            let low = quantile(&sample, a.min(b)).unwrap();
            let high = quantile(&sample, a.max(b)).unwrap();
            prop_assert!(low <= high + 1e-9);
            prop_assert!(sample[0] <= low && high <= sample[sample.len() - 1]);
        }

        #[test]
        fn order_statistic_intervals_are_the_narrowest_with_both_tails(
            n in 1..200_usize,
            p in 0.02..0.98_f64,
        ) {
            let below = Binomial::new(p, n as u64).unwrap();
            if let Some((lower, upper)) = order_statistic_ranks(n, p, Confidence::P95) {
                let share = |rank: usize| below.cdf(rank as u64 - 1);
                prop_assert!(share(lower) <= 0.025 && share(lower + 1) > 0.025);
                prop_assert!(1.0 - share(upper) <= 0.025 + 1e-12);
                prop_assert!(upper == 1 || 1.0 - share(upper - 1) > 0.025 - 1e-12);
            } else {
                let (p, n) = (p.max(1.0 - p), n as i32);
                prop_assert!(p.powi(n) > 0.025 - 1e-9);
            }
        }
    }
}
