//! Differences to a baseline on the same replications, with intervals that hold together.
//!
//! The mean of the differences of a replication gets a t interval, like any mean
//! ([`crate::stats::Estimate::of_mean`]); no independence of the two systems is needed, and what
//! they share cancels (A. M. Law, "Simulation Modeling and Analysis", 5th ed. 2015, section
//! 10.2.1). Several comparisons are shown at once, so the error is split equally over all of them
//! (Bonferroni's inequality; Law 2015, section 9.7): with the stated confidence all intervals cover
//! their true differences together.

use super::{Goal, SelectionError, check_count, check_finite};
use crate::stats::{Confidence, Estimate};

/// One comparison to be made: one measure of an alternative and of the baseline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison<'a> {
    /// Values of the baseline, one per replication.
    pub baseline: &'a [f64],
    /// Values of the alternative, in the same replications.
    pub alternative: &'a [f64],
    /// Which end of the measure is good.
    pub goal: Goal,
    /// Smallest difference that matters, in the unit of the values; 0 if any does.
    pub matters: f64,
}

/// What a comparison says in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The values are the same in every replication.
    Same,
    /// The whole interval lies on the good side of 0.
    Better,
    /// The whole interval lies on the bad side of 0.
    Worse,
    /// The whole interval lies strictly inside plus and minus the difference that matters,
    /// whether or not it contains 0.
    SmallerThanMatters,
    /// The interval contains 0 and differences that matter, or there is no interval.
    NoDifferenceSeen,
}

/// The difference of an alternative to the baseline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// Mean of alternative less baseline. Its confidence is that of this interval alone, after
    /// the split.
    pub estimate: Estimate,
    /// What it says.
    pub verdict: Verdict,
    /// Variance that independent runs would have had over the one reached, see
    /// [`variance_reduction`].
    pub variance_reduction: Option<f64>,
}

/// Differences of all comparisons shown, in their order, whose intervals together have the
/// stated confidence.
///
/// # Errors
///
/// If a comparison has no values, differing numbers of them, or one that is not finite, or a
/// difference that matters which is negative or not finite.
///
/// ```
/// use cutover::selection::Goal;
/// use cutover::selection::paired::{Comparison, Verdict, differences};
/// use cutover::stats::Confidence;
///
/// let waits = [30.0, 55.0, 41.0, 80.0];
/// let shorter = [21.0, 44.0, 31.0, 70.0];
/// let compare = |alternative| Comparison { baseline: &waits, alternative, goal: Goal::Smallest, matters: 1.0 };
/// let found = differences(&[compare(&shorter), compare(&waits)], Confidence::P95)?;
/// assert_eq!(found[0].estimate.mean, -10.0);
/// assert_eq!(found[0].verdict, Verdict::Better);
/// assert_eq!(found[1].verdict, Verdict::Same);
/// # Ok::<(), cutover::selection::SelectionError>(())
/// ```
pub fn differences(comparisons: &[Comparison<'_>], confidence: Confidence) -> Result<Vec<Difference>, SelectionError> {
    let each = confidence.split(comparisons.len());
    comparisons.iter().map(|comparison| difference(comparison, each)).collect()
}

/// One difference with the confidence of its own.
///
/// # Errors
///
/// As [`differences`].
pub fn difference(comparison: &Comparison<'_>, each: Confidence) -> Result<Difference, SelectionError> {
    let matters = comparison.matters;
    if !(matters.is_finite() && matters >= 0.0) {
        return Err(SelectionError::Tolerance(matters));
    }
    let variance_reduction = variance_reduction(comparison.baseline, comparison.alternative)?;
    let differences = less(comparison.alternative, comparison.baseline);
    let estimate = Estimate::of_mean(&differences, each)?;
    let verdict = if differences.iter().all(|&difference| difference == 0.0) {
        Verdict::Same
    } else {
        estimate.interval().map_or(Verdict::NoDifferenceSeen, |interval| of_interval(interval, comparison))
    };
    Ok(Difference { estimate, verdict, variance_reduction })
}

/// What an interval for the difference says.
fn of_interval((low, high): (f64, f64), comparison: &Comparison<'_>) -> Verdict {
    let (larger, smaller) = match comparison.goal {
        Goal::Largest => (Verdict::Better, Verdict::Worse),
        Goal::Smallest => (Verdict::Worse, Verdict::Better),
    };
    if -comparison.matters < low && high < comparison.matters {
        Verdict::SmallerThanMatters
    } else if low > 0.0 {
        larger
    } else if high < 0.0 {
        smaller
    } else {
        Verdict::NoDifferenceSeen
    }
}

/// How many times as many replications two independent runs would have needed for an interval of
/// the difference as narrow: `(Var a + Var b) / Var(a - b)`.
///
/// Infinite if the differences are all the same while the values are not; `None` if the values are
/// all the same in both samples, or from fewer than two replications.
///
/// # Errors
///
/// If there are no values, differing numbers of them, or one that is not finite.
pub fn variance_reduction(a: &[f64], b: &[f64]) -> Result<Option<f64>, SelectionError> {
    if a.is_empty() {
        return Err(SelectionError::Empty);
    }
    check_count(b.len(), a.len())?;
    check_finite(a.iter().chain(b))?;
    let independent = variance(a) + variance(b);
    Ok((independent > 0.0).then(|| independent / variance(&less(a, b))))
}

fn less(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

/// Sample variance; exactly 0 if all values are the same or there is only one.
fn variance(values: &[f64]) -> f64 {
    if values.windows(2).all(|pair| pair[0] == pair[1]) {
        return 0.0;
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distribution::normal_quantile;
    use crate::rng::{Source, StreamId};

    fn compare<'a>(baseline: &'a [f64], alternative: &'a [f64], matters: f64) -> Comparison<'a> {
        Comparison { baseline, alternative, goal: Goal::Smallest, matters }
    }

    fn one(comparison: Comparison<'_>) -> Difference {
        differences(&[comparison], Confidence::P95).unwrap()[0]
    }

    #[test]
    fn a_small_case_agrees_with_hand_computation() {
        // Differences 1, 2, 3: mean 2, deviation 1, t(2, 0.975) = 4.303: 2 ± 4.303 / sqrt(3).
        let found = one(compare(&[5.0, 5.0, 9.0], &[6.0, 7.0, 12.0], 0.0));
        assert_eq!(found.estimate.mean, 2.0);
        assert!((found.estimate.half_width.unwrap() - 2.484).abs() < 1e-3);
        assert_eq!(found.verdict, Verdict::NoDifferenceSeen);
        // Variances 16/3 and 31/3 over 1.
        assert!((found.variance_reduction.unwrap() - 47.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn verdicts_follow_the_interval_and_the_good_direction() {
        let cases = [
            ((0.1, 3.0), 1.0, Verdict::Worse),
            ((-3.0, -0.1), 1.0, Verdict::Better),
            ((-0.5, 3.0), 1.0, Verdict::NoDifferenceSeen),
            ((-0.5, 0.9), 1.0, Verdict::SmallerThanMatters),
            ((0.1, 0.9), 1.0, Verdict::SmallerThanMatters),
            ((0.1, 1.0), 1.0, Verdict::Worse),
            ((0.1, 0.9), 0.0, Verdict::Worse),
            ((0.0, 0.9), 0.0, Verdict::NoDifferenceSeen),
        ];
        for (interval, matters, verdict) in cases {
            let smallest = compare(&[], &[], matters);
            assert_eq!(of_interval(interval, &smallest), verdict, "{interval:?} {matters}");
            let (low, high) = interval;
            let largest = Comparison { goal: Goal::Largest, ..smallest };
            assert_eq!(of_interval((-high, -low), &largest), verdict, "{interval:?} mirrored");
        }
    }

    #[test]
    fn identical_systems_differ_by_exactly_nothing() {
        let values = [0.1, 0.7, 1e9, -3.3];
        let found = one(compare(&values, &values, 0.0));
        assert_eq!((found.estimate.mean, found.estimate.half_width), (0.0, Some(0.0)));
        assert_eq!((found.verdict, found.variance_reduction), (Verdict::Same, Some(f64::INFINITY)));
        // Even a single replication shows that, but nothing else.
        assert_eq!(one(compare(&[2.0], &[2.0], 0.0)).verdict, Verdict::Same);
        assert_eq!(one(compare(&[2.0], &[3.0], 0.0)).verdict, Verdict::NoDifferenceSeen);
    }

    #[test]
    fn variance_reduction_knows_its_limits() {
        let reduction = |a: &[f64], b: &[f64]| variance_reduction(a, b).unwrap();
        assert_eq!(reduction(&[0.1, 0.1, 0.1], &[0.7, 0.7, 0.7]), None);
        assert_eq!(reduction(&[1.0], &[2.0]), None);
        assert_eq!(reduction(&[1.0, 2.0, 4.0], &[3.0, 4.0, 6.0]), Some(f64::INFINITY));
        // Opposite values: Var(a - b) = 4 Var a, half as good as independent runs.
        assert_eq!(reduction(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0]), Some(0.5));
        assert_eq!(variance_reduction(&[], &[]), Err(SelectionError::Empty));
        assert_eq!(variance_reduction(&[1.0], &[]), Err(SelectionError::Count { found: 0, expected: 1 }));
        assert!(variance_reduction(&[f64::NAN], &[1.0]).is_err());
    }

    #[test]
    fn the_error_is_split_over_all_comparisons() {
        let found = differences(&[compare(&[1.0, 2.0], &[2.0, 1.0], 0.0); 10], Confidence::P95).unwrap();
        assert!(found.iter().all(|difference| (difference.estimate.confidence.level() - 0.995).abs() < 1e-12));
        let refused = differences(&[compare(&[1.0], &[1.0], f64::NAN)], Confidence::P95);
        assert!(matches!(refused, Err(SelectionError::Tolerance(_))));
    }

    #[test]
    fn intervals_cover_together_at_least_as_often_as_stated() {
        // Four alternatives sharing much with the baseline; true differences 0, 1, 2, 3.
        let rounds = 2_000;
        let covers = |round: u32| {
            let mut draws = Source::new(46, 0).stream(0, StreamId::Service, round);
            let rows: Vec<[f64; 6]> =
                (0..12).map(|_| std::array::from_fn(|_| normal_quantile(draws.next_uniform()))).collect();
            let system = |number: usize| -> Vec<f64> {
                rows.iter().map(|row| 3.0 * row[5] + row[number] + number as f64).collect()
            };
            let baseline: Vec<f64> = system(0);
            let alternatives: Vec<Vec<f64>> = (1..5).map(system).collect();
            let comparisons: Vec<Comparison<'_>> =
                alternatives.iter().map(|values| compare(&baseline, values, 0.0)).collect();
            let found = differences(&comparisons, Confidence::P95).unwrap();
            found.iter().zip(1..).all(|(difference, truth)| {
                let (low, high) = difference.estimate.interval().unwrap();
                low <= f64::from(truth) && f64::from(truth) <= high
            })
        };
        let share = (0..rounds).filter(|&round| covers(round)).count() as f64 / f64::from(rounds);
        let standard_error = (0.95 * 0.05 / f64::from(rounds)).sqrt();
        // Bonferroni's bound is nearly reached: the intervals are not wider than they must be.
        assert!(share >= 0.95 - 3.0 * standard_error && share < 0.985, "{share}");
    }
}
