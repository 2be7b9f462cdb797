//! One comparison, and the statistics behind it.

use crate::distribution::normal_quantile;
use crate::scenario::raw::Name;

use super::formula::special::{chi_square_tail, kolmogorov_tail};

/// Standard errors within which the simulated value must lie.
pub const TOLERANCE: f64 = 3.0;

/// Least probability of a test of fit that passes: that of a mean beyond three standard errors.
pub const LEVEL: f64 = 0.0027;

/// Terminal columns that either part of the name of a comparison may take in either language: the
/// situation and, after a colon, the quantity.
pub const PART_COLUMNS: usize = 46;

/// Largest standard error, as a share of theory or of the scale stated.
pub const PRECISION: f64 = 0.01;

/// What was compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// A mean over independent replications.
    Mean {
        /// Standard error of the mean.
        standard_error: f64,
        /// What 1 % is taken of: the size of theory, or a stated one where theory is near zero.
        scale: f64,
    },
    /// A test of fit.
    Fit {
        /// Probability of a statistic at least as large, were everything right.
        probability: f64,
    },
}

/// What is to be said of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Within the tolerance, and known well enough for that to mean something.
    Agrees,
    /// Beyond the tolerance, or not a number.
    Disagrees,
    /// Within the tolerance, but known too badly for that to mean anything.
    Imprecise,
}

impl Verdict {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Disagrees => "disagrees",
            Self::Imprecise => "imprecise",
        }
    }
}

/// Theory against simulation.
#[derive(Debug, Clone)]
pub struct Row {
    /// What is compared, with its unit.
    pub what: Name,
    /// Value by theory; for a test of fit, the mean of the statistic.
    pub theory: f64,
    /// Value simulated; for a test of fit, the statistic.
    pub simulated: f64,
    /// Replications; for a test of fit and for pairs of numbers, draws or people observed.
    pub sample: u64,
    /// How.
    pub kind: Kind,
}

impl Row {
    /// The mean of one value per replication against theory.
    pub(super) fn mean(what: Name, sample: &[f64], theory: f64) -> Self {
        Self::mean_on_scale(what, sample, theory, theory.abs())
    }

    /// The same where theory is near zero: 1 % is taken of `scale`.
    pub(super) fn mean_on_scale(what: Name, sample: &[f64], theory: f64, scale: f64) -> Self {
        let (simulated, standard_error) = mean_and_standard_error(sample);
        Self { what, theory, simulated, sample: sample.len() as u64, kind: Kind::Mean { standard_error, scale } }
    }

    /// A value whose standard error was found otherwise, from so many replications.
    pub(super) fn value(what: Name, (simulated, standard_error): (f64, f64), theory: f64, sample: u64) -> Self {
        Self { what, theory, simulated, sample, kind: Kind::Mean { standard_error, scale: theory.abs() } }
    }

    /// Pearson's chi-square of counts against expected counts (K. Pearson, Philosophical
    /// Magazine 50 (1900) 157-175). The expected counts sum to the observed ones, so that one
    /// degree of freedom is lost. Cells are pooled from the left until ten are expected.
    pub(super) fn chi_square(what: Name, observed: &[u64], expected: &[f64]) -> Self {
        let mut cells = Vec::new();
        let (mut seen, mut hoped) = (0.0, 0.0);
        for (&count, &mean) in observed.iter().zip(expected) {
            seen += count as f64;
            hoped += mean;
            if hoped >= 10.0 {
                cells.push((seen, hoped));
                (seen, hoped) = (0.0, 0.0);
            }
        }
        if let Some(last) = cells.last_mut() {
            last.0 += seen;
            last.1 += hoped;
        }
        let statistic: f64 = cells.iter().map(|&(seen, hoped)| (seen - hoped).powi(2) / hoped).sum();
        let total = observed.iter().sum();
        Self::chi_square_value(what, statistic, cells.len().saturating_sub(1) as f64, total)
    }

    /// A statistic that is chi-square of these degrees of freedom when everything is right, from so
    /// many observations.
    pub(super) fn chi_square_value(what: Name, statistic: f64, degrees: f64, sample: u64) -> Self {
        Self::fit(what, (statistic, degrees), chi_square_tail(degrees, statistic), sample)
    }

    /// A test of fit: the statistic, its mean, the probability of one at least as large, and the
    /// number of observations.
    pub(super) fn fit(what: Name, (statistic, mean): (f64, f64), probability: f64, sample: u64) -> Self {
        Self { what, theory: mean, simulated: statistic, sample, kind: Kind::Fit { probability } }
    }

    /// Kolmogorov and Smirnov's largest distance between the sample's distribution function and
    /// the exact one, times the root of the sample size. Its mean is sqrt(pi / 2) ln 2.
    pub(super) fn kolmogorov(what: Name, mut sample: Vec<f64>, cdf: impl Fn(f64) -> f64) -> Self {
        sample.sort_unstable_by(f64::total_cmp);
        let count = sample.len() as f64;
        let mut distance = 0.0_f64;
        for (rank, &value) in sample.iter().enumerate() {
            let exact = cdf(value);
            let below = rank as f64 / count;
            distance = distance.max(exact - below).max(below + 1.0 / count - exact);
        }
        let statistic = count.sqrt() * distance;
        let mean = (std::f64::consts::PI / 2.0).sqrt() * std::f64::consts::LN_2;
        Self::fit(what, (statistic, mean), kolmogorov_tail(statistic), sample.len() as u64)
    }

    /// How many standard errors the simulated value is off; for a test of fit, the normal deviation,
    /// either way, of the same probability. It is shown, and counted under the table; whether a test
    /// of fit passes does not depend on it, since its quantile is the model's own function.
    pub fn z(&self) -> f64 {
        match self.kind {
            Kind::Mean { standard_error, .. } => (self.simulated - self.theory) / standard_error,
            Kind::Fit { probability } => -normal_quantile(probability / 2.0),
        }
    }

    /// Interval of three standard errors around the simulated value; none for a test of fit.
    pub fn interval(&self) -> Option<(f64, f64)> {
        match self.kind {
            Kind::Mean { standard_error, .. } => {
                Some((self.simulated - TOLERANCE * standard_error, self.simulated + TOLERANCE * standard_error))
            }
            Kind::Fit { .. } => None,
        }
    }

    /// Whether the standard error is small enough for the comparison to mean something.
    pub fn is_precise(&self) -> bool {
        match self.kind {
            Kind::Mean { standard_error, scale } => standard_error <= PRECISION * scale,
            Kind::Fit { .. } => true,
        }
    }

    /// Whether theory and simulation agree. What is not a number never does.
    pub fn verdict(&self) -> Verdict {
        let is_within = match self.kind {
            Kind::Mean { standard_error, .. } => (self.simulated - self.theory).abs() <= TOLERANCE * standard_error,
            Kind::Fit { probability } => probability >= LEVEL,
        };
        match (is_within, self.is_precise()) {
            (false, _) => Verdict::Disagrees,
            (true, false) => Verdict::Imprecise,
            (true, true) => Verdict::Agrees,
        }
    }

    /// Whether the simulation gave the same to the last bit.
    pub fn is_same(&self, other: &Self) -> bool {
        let bits = |row: &Self| {
            let spread = match row.kind {
                Kind::Mean { standard_error, .. } => standard_error,
                Kind::Fit { probability } => probability,
            };
            [row.theory, row.simulated, spread].map(f64::to_bits)
        };
        self.what.en == other.what.en && self.sample == other.sample && bits(self) == bits(other)
    }
}

/// A text in both languages.
pub(super) fn name(zh: impl Into<String>, en: impl Into<String>) -> Name {
    Name { zh: zh.into(), en: en.into() }
}

/// Mean of a sample, and its standard error.
pub(super) fn mean_and_standard_error(sample: &[f64]) -> (f64, f64) {
    let count = sample.len() as f64;
    let mean = sample.iter().sum::<f64>() / count;
    let squares: f64 = sample.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (count - 1.0) / count).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_fails_when_it_is_off_imprecise_or_not_a_number() {
        let verdict =
            |simulated, standard_error| Row::value(name("", ""), (simulated, standard_error), 100.0, 40).verdict();
        assert_eq!(verdict(101.0, 0.5), Verdict::Agrees);
        assert_eq!(verdict(102.0, 0.5), Verdict::Disagrees, "four standard errors off");
        assert_eq!(verdict(100.0, 1.1), Verdict::Imprecise, "known to 1.1 % only");
        assert_eq!(verdict(104.0, 1.1), Verdict::Disagrees, "known to 1.1 % and off all the same");
        for (simulated, standard_error) in [(f64::NAN, 0.5), (100.0, f64::NAN), (f64::INFINITY, f64::NAN)] {
            assert_eq!(verdict(simulated, standard_error), Verdict::Disagrees);
        }
    }

    #[test]
    fn a_fit_is_judged_by_its_probability() {
        let fit = |probability| Row::fit(name("", ""), (1.0, 1.0), probability, 10).verdict() == Verdict::Agrees;
        assert!(fit(1.0) && fit(LEVEL));
        assert!(!fit(0.0026) && !fit(0.0) && !fit(f64::NAN));
    }

    #[test]
    fn fits_find_what_does_not_fit() {
        let even: Vec<f64> = (0..10_000).map(|n| (f64::from(n) + 0.5) / 10_000.0).collect();
        assert_eq!(Row::kolmogorov(name("", ""), even.clone(), |x| x).verdict(), Verdict::Agrees);
        assert_ne!(Row::kolmogorov(name("", ""), even, |x| x.powf(1.1)).verdict(), Verdict::Agrees);
        assert_eq!(Row::chi_square(name("", ""), &[100, 110, 90], &[100.0; 3]).verdict(), Verdict::Agrees);
        assert_ne!(Row::chi_square(name("", ""), &[100, 150, 50], &[100.0; 3]).verdict(), Verdict::Agrees);
    }
}
