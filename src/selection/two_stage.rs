//! Procedures of two stages: the variances of a first stage say how long the second must be.
//!
//! They need independent systems, so they are not used to choose here. They are what
//! [`super::kim_nelson`] is compared with (what would it have cost?), and their published
//! constants are the touchstone of the numbers.
//!
//! - Y. Rinott, "On two-stage selection procedures and related probability-inequalities",
//!   Communications in Statistics A7 (1978) 799-811.
//! - E. J. Dudewicz and S. R. Dalal, "Allocation of observations in ranking and selection with
//!   unequal variances", Sankhya B37 (1975) 28-78.
//!
//! Both promise that the best of `systems` is chosen with the stated probability if its mean is
//! better than that of every other by at least the indifference.

use statrs::distribution::{Continuous, ContinuousCDF, StudentsT};

use super::SelectionError;
use super::kim_nelson::check_design;
use crate::stats::Confidence;

/// Logarithm of the share of its peak below which a density is left out of an integral.
const NEGLIGIBLE: f64 = -42.0;

/// A procedure of two stages before its first replication.
///
/// ```
/// use cutover::selection::two_stage::TwoStage;
/// use cutover::stats::Confidence;
///
/// let design = TwoStage::new(2, 20, 1.0, Confidence::P95)?;
/// let constant = design.rinott_constant();
/// assert!((constant - 2.453).abs() < 1e-3);
/// // A standard deviation of 4 where a difference of 1 matters: (2.453 * 4)², rounded up.
/// assert_eq!(design.replications_needed(constant, 16.0), 97);
/// # Ok::<(), cutover::selection::SelectionError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TwoStage {
    systems: usize,
    first_stage: usize,
    indifference: f64,
    confidence: Confidence,
}

impl TwoStage {
    /// A design; the arguments are those of [`super::kim_nelson::KimNelson::new`].
    ///
    /// # Errors
    ///
    /// If there are fewer than two systems or two replications in the first stage, the
    /// indifference is not finite and above 0, or the confidence is not above 1 / systems.
    pub fn new(
        systems: usize,
        first_stage: usize,
        indifference: f64,
        confidence: Confidence,
    ) -> Result<Self, SelectionError> {
        check_design(systems, first_stage, indifference, confidence)?;
        Ok(Self { systems, first_stage, indifference, confidence })
    }

    /// Rinott's constant h, the solution of
    ///
    /// ```text
    /// ∫ [ ∫ Φ(h / sqrt((n0 - 1) (1/x + 1/y))) f(x) dx ]^(k - 1) f(y) dy = confidence
    /// ```
    ///
    /// with f the density of chi-square of n0 - 1 degrees (R. R. Wilcox, "A table for Rinott's
    /// selection procedure", Journal of Quality Technology 16 (1984) 97-100).
    #[must_use]
    pub fn rinott_constant(&self) -> f64 {
        let scaled = scaled_chi_square(self.degrees());
        self.solve(|h| {
            let inner = |y: f64| -> f64 {
                scaled.iter().map(|(x, weight)| weight * normal_cdf(h / (1.0 / x + 1.0 / y).sqrt())).sum()
            };
            scaled.iter().map(|&(y, weight)| weight * self.all_others(inner(y))).sum()
        })
    }

    /// Dudewicz and Dalal's constant h, the solution of
    ///
    /// ```text
    /// ∫ F(t + h)^(k - 1) f(t) dt = confidence
    /// ```
    ///
    /// with F and f the distribution function and density of Student's t of n0 - 1 degrees.
    #[must_use]
    pub fn dudewicz_dalal_constant(&self) -> f64 {
        let student = StudentsT::new(0.0, 1.0, self.degrees()).expect("a first stage has at least two replications");
        // t = sinh(s) turns the power tails of the density into exponential ones.
        let log_density = |s: f64| student.ln_pdf(s.sinh()) + s.cosh().ln() - student.ln_pdf(0.0);
        let points: Vec<(f64, f64)> =
            trapezoid(0.05, log_density).map(|(s, weight)| (s.sinh(), weight * student.pdf(0.0))).collect();
        self.solve(|h| points.iter().map(|&(t, weight)| weight * self.all_others(student.cdf(t + h))).sum())
    }

    /// Replications, first stage included, that a system with this variance in the first stage
    /// needs with Rinott's constant: (h / indifference)² times the variance, rounded up.
    #[must_use]
    pub fn replications_needed(&self, constant: f64, variance: f64) -> usize {
        let scale = constant / self.indifference;
        ((scale * scale * variance).ceil() as usize).max(self.first_stage)
    }

    /// Degrees of freedom of a variance of the first stage.
    fn degrees(&self) -> f64 {
        (self.first_stage - 1) as f64
    }

    /// Probability of beating all others from that of beating one.
    fn all_others(&self, one: f64) -> f64 {
        one.powf((self.systems - 1) as f64)
    }

    /// The h at which a rising probability reaches the confidence.
    fn solve(&self, probability: impl Fn(f64) -> f64) -> f64 {
        let (mut low, mut high) = (0.0, 1.0);
        // At 0 the probability is 1 / systems; it reaches 1 within the numbers.
        while probability(high) < self.confidence.level() && high < 1e300 {
            (low, high) = (high, 2.0 * high);
        }
        while high - low > 1e-9 * high {
            let middle = 0.5 * (low + high);
            if probability(middle) < self.confidence.level() {
                low = middle;
            } else {
                high = middle;
            }
        }
        0.5 * (low + high)
    }
}

/// Points and weights of chi-square over its degrees of freedom, for integrals against it.
///
/// Over the logarithm s of the ratio the density is a bell, exp(a (s - e^s)) up to a factor with
/// a half the degrees, and analytic, so that the trapezoidal rule converges geometrically (L. N.
/// Trefethen and J. A. C. Weideman, "The exponentially convergent trapezoidal rule", SIAM Review
/// 56 (2014) 385-458).
fn scaled_chi_square(degrees: f64) -> Vec<(f64, f64)> {
    let half = 0.5 * degrees;
    let peak = (half * half.ln() - half - libm::lgamma(half)).exp();
    let step = 0.35 / (half + 1.0).sqrt();
    trapezoid(step, |s| half * (s - s.exp() + 1.0)).map(|(s, weight)| (s.exp(), weight * peak)).collect()
}

/// Points and weights of the trapezoidal rule for a density with its peak of 1 near 0, given by its
/// logarithm: outward from 0 on both sides until nothing is left of it.
fn trapezoid(step: f64, log_density: impl Fn(f64) -> f64) -> impl Iterator<Item = (f64, f64)> {
    let side = |direction: f64, from: u32| {
        let points = (from..).map(|n| direction * step * f64::from(n));
        points.take_while(|&s| log_density(s) > NEGLIGIBLE).collect::<Vec<f64>>()
    };
    let mut points = side(-1.0, 1);
    points.reverse();
    points.extend(side(1.0, 0));
    points.into_iter().map(move |s| (s, step * log_density(s).exp()))
}

/// Distribution function of the standard normal distribution.
fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x / std::f64::consts::SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distribution::normal_quantile;

    fn design(systems: usize, first_stage: usize, level: f64) -> TwoStage {
        TwoStage::new(systems, first_stage, 1.0, Confidence::new(level).unwrap()).unwrap()
    }

    #[test]
    fn dudewicz_and_dalal_agree_with_the_published_table() {
        // A. M. Law, "Simulation Modeling and Analysis", 5th ed. 2015, chapter 10, table of h1.
        // Tolerance: one unit of the last digit, which the table rounds up in places.
        let table = [
            (0.90, 20, [1.896, 2.342, 2.583, 2.747]),
            (0.90, 40, [1.852, 2.283, 2.514, 2.669]),
            (0.95, 20, [2.453, 2.872, 3.101, 3.258]),
            (0.95, 40, [2.386, 2.786, 3.003, 3.150]),
        ];
        for (level, first_stage, constants) in table {
            for (systems, constant) in (2..).zip(constants) {
                let found = design(systems, first_stage, level).dudewicz_dalal_constant();
                assert!((found - constant).abs() < 1e-3, "{level} {first_stage} {systems}: {found}");
            }
        }
    }

    #[test]
    fn rinott_agrees_with_dudewicz_and_dalal_for_two_systems_and_is_larger_for_more() {
        // For two systems both ask for P(T1 - T2 <= h) of two independent t variables.
        for (first_stage, level) in [(2, 0.6), (3, 0.9), (5, 0.95), (20, 0.9), (40, 0.99), (1_000, 0.95)] {
            let two = design(2, first_stage, level);
            let (rinott, other) = (two.rinott_constant(), two.dudewicz_dalal_constant());
            assert!((rinott / other - 1.0).abs() < 1e-7, "{first_stage}: {rinott} {other}");
            let five = design(5, first_stage, level);
            assert!(five.rinott_constant() > five.dudewicz_dalal_constant(), "{first_stage}");
        }
    }

    #[test]
    fn long_first_stages_lead_to_the_constants_for_known_variances() {
        // R. E. Bechhofer, "A single-sample multiple decision procedure for ranking means of
        // normal populations with known variances", Annals of Mathematical Statistics 25 (1954)
        // 16-39, table I.
        let table = [(0.90, [1.8124, 2.2302, 2.4516, 2.5997]), (0.95, [2.3262, 2.7101, 2.9162, 3.0552])];
        for (level, constants) in table {
            for (systems, constant) in (2_u32..).zip(constants) {
                let long = design(systems as usize, 1_000_001, level);
                let found = long.dudewicz_dalal_constant();
                assert!((found - constant).abs() < 1e-4, "{level} {systems}: {found}");
                // Rinott's bound treats the comparisons with the best as independent.
                let one = level.powf(1.0 / f64::from(systems - 1));
                let exact = std::f64::consts::SQRT_2 * normal_quantile(one);
                let found = design(systems as usize, 1_000_001, level).rinott_constant();
                assert!((found - exact).abs() < 1e-4, "{level} {systems}: {found} {exact}");
            }
        }
    }

    #[test]
    fn rinott_agrees_with_another_program() {
        // E. C. Ni's translation of the program for table 2.13 of R. E. Bechhofer, T. J. Santner
        // and D. M. Goldsman, "Design and Analysis of Experiments for Statistical Selection,
        // Screening, and Multiple Comparisons", 1995, as kept with its results in M. D. Rossetti's
        // Java Simulation Library (`jsl.utilities.statistic.Rinott`), at 50 degrees of freedom.
        for (systems, level, constant) in [(10, 0.975, 4.045), (1_000, 0.9, 5.488)] {
            let found = design(systems, 51, level).rinott_constant();
            assert!((found - constant).abs() < 5e-4, "{systems}: {found}");
        }
    }

    #[test]
    fn two_systems_and_two_replications_have_a_closed_form() {
        // The difference of two Cauchy variables is twice a Cauchy variable: h = 2 tan(π (p -
        // 1/2)).
        for level in [0.6, 0.75, 0.9] {
            let exact = 2.0 * (std::f64::consts::PI * (level - 0.5)).tan();
            let two = design(2, 2, level);
            for found in [two.dudewicz_dalal_constant(), two.rinott_constant()] {
                assert!((found / exact - 1.0).abs() < 1e-7, "{level}: {found} {exact}");
            }
        }
        // And that of two normal variables is normal of variance 2.
        let exact = std::f64::consts::SQRT_2 * normal_quantile(0.95);
        assert!((design(2, 10_000_001, 0.95).rinott_constant() - exact).abs() < 1e-5);
    }

    #[test]
    fn weights_sum_to_one_and_have_the_moments_of_the_distribution() {
        for degrees in [1.0, 4.0, 19.0, 1_000.0] {
            let points = scaled_chi_square(degrees);
            let moment = |power: i32| points.iter().map(|(x, weight)| weight * x.powi(power)).sum::<f64>();
            assert!((moment(0) - 1.0).abs() < 1e-9, "{degrees}: {}", moment(0));
            assert!((moment(1) - 1.0).abs() < 1e-9, "{degrees}");
            assert!((moment(2) - 1.0 - 2.0 / degrees).abs() < 1e-9, "{degrees}");
        }
    }
}
