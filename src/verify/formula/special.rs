//! Functions of the test statistics and of the exact distributions.

/// Distribution function of the gamma distribution of scale 1: the regularised lower incomplete
/// gamma function P(a, x), by its power series `x^a e^-x / Gamma(a + 1) (1 + x / (a + 1) + …)`
/// (Abramowitz and Stegun 1964, formula 6.5.29). All terms are positive, so no digits are lost.
pub(crate) fn gamma_cdf(shape: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let mut term = (shape * x.ln() - x - libm::lgamma(shape + 1.0)).exp();
    if term == 0.0 {
        // Far out in one of the tails.
        return f64::from(x > shape);
    }
    let mut sum = term;
    let mut n = 1.0;
    while term > sum * 1e-17 && n < 1e5 {
        term *= x / (shape + n);
        sum += term;
        n += 1.0;
    }
    sum.min(1.0)
}

/// Probability that chi-square of these degrees of freedom is at least `statistic`.
pub(crate) fn chi_square_tail(degrees: f64, statistic: f64) -> f64 {
    (1.0 - gamma_cdf(degrees / 2.0, statistic / 2.0)).max(0.0)
}

/// Probability that the largest distance, times the root of the sample size, is at least `x` in
/// large samples: 2 (e^-2x² - e^-8x² + e^-18x² - …).
///
/// A. N. Kolmogorov, Giornale dell'Istituto Italiano degli Attuari 4 (1933) 83-91.
pub(crate) fn kolmogorov_tail(x: f64) -> f64 {
    if x < 0.2 {
        return 1.0;
    }
    let mut sum = 0.0;
    for k in 1..=40 {
        let k = f64::from(k);
        let sign = if k % 2.0 == 1.0 { 1.0 } else { -1.0 };
        sum += sign * (-2.0 * k * k * x * x).exp();
    }
    (2.0 * sum).clamp(0.0, 1.0)
}

/// Distribution function of the standard normal distribution.
pub(crate) fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x / std::f64::consts::SQRT_2)
}

/// Poisson probabilities of 0 to `most`, by the logarithm, so that large means do not underflow.
pub(crate) fn poisson_probabilities(mean: f64, most: usize) -> Vec<f64> {
    let log_mean = mean.ln();
    (0..=most).map(|n| (n as f64 * log_mean - mean - libm::lgamma(n as f64 + 1.0)).exp()).collect()
}

/// Integral by Simpson's rule with `steps` pairs of intervals.
pub(crate) fn integral(from: f64, to: f64, steps: usize, f: impl Fn(f64) -> f64) -> f64 {
    let width = (to - from) / (2 * steps) as f64;
    let inner: f64 =
        (1..2 * steps).map(|point| f(from + point as f64 * width) * if point % 2 == 1 { 4.0 } else { 2.0 }).sum();
    (f(from) + inner + f(to)) * width / 3.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tails_agree_with_published_tables() {
        // NIST/SEMATECH e-Handbook, section 1.3.6.7.4, upper critical values at 0.05.
        for (degrees, value) in [(1.0, 3.841), (10.0, 18.307), (100.0, 124.342)] {
            assert!((chi_square_tail(degrees, value) - 0.05).abs() < 1e-4, "{degrees}");
        }
        assert_eq!(chi_square_tail(90.0, 100_000.0), 0.0);
        // N. Smirnov, Annals of Mathematical Statistics 19 (1948) 279-281: 1.36 and 1.63.
        assert!((kolmogorov_tail(1.36) - 0.0494).abs() < 2e-4);
        assert!((kolmogorov_tail(1.63) - 0.0098).abs() < 2e-4);
        assert!((normal_cdf(1.96) - 0.975_002).abs() < 1e-6);
        assert!((gamma_cdf(1.0, 2.0) - (1.0 - (-2.0_f64).exp())).abs() < 1e-14);
        assert!((poisson_probabilities(3.0, 60).iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!((integral(0.0, 1.0, 10, |x| x.powi(3)) - 0.25).abs() < 1e-14);
    }
}
