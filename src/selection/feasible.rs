//! Limits on probabilities: which systems keep them, which break them, and for which nobody can
//! tell yet.
//!
//! Every limit is a question with the answer yes or no in each replication, and a bound on the
//! probability of yes. "At most 5 % chance of an overrun" is the question whether it overran, at
//! most 0.05. "90 % sure that 95 % of claims are refunded within 20 days" is the question whether
//! the replication refunded 95 % of its claims within 20 days, at least 0.9.
//!
//! The probabilities of all systems and limits get Clopper-Pearson intervals at looks fixed
//! beforehand. They hold together, at all looks, with at least the stated confidence: the error is
//! split equally over systems x limits x looks (Bonferroni's inequality), which needs neither
//! independence nor a stop that ignores the data. C. J. Clopper and E. S. Pearson, "The use of
//! confidence or fiducial limits illustrated in the case of the binomial", Biometrika 26 (1934)
//! 404-413. Unlike Wilson's interval theirs never covers less often than it says, which the
//! guarantee needs.

use statrs::function::beta::beta_reg;

use super::{SelectionError, check_count};
use crate::stats::Confidence;

/// Replications beyond which nobody asks whether a limit could be told.
const OUTLOOK_MAX: usize = 1_000_000;

/// The side on which a probability keeps its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The probability must be at least the limit.
    AtLeast,
    /// The probability must be at most the limit.
    AtMost,
}

/// A limit on the probability of an outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChanceLimit {
    side: Side,
    limit: f64,
    tolerance: f64,
}

impl ChanceLimit {
    /// A limit such as at most 0.05; within `tolerance` of it nobody cares which side is true.
    ///
    /// # Errors
    ///
    /// If the limit does not lie strictly between 0 and 1, or the tolerance is negative or not
    /// finite.
    pub fn new(side: Side, limit: f64, tolerance: f64) -> Result<Self, SelectionError> {
        if !(limit > 0.0 && limit < 1.0) {
            return Err(SelectionError::Limit(limit));
        }
        if !(tolerance.is_finite() && tolerance >= 0.0) {
            return Err(SelectionError::Tolerance(tolerance));
        }
        Ok(Self { side, limit, tolerance })
    }

    /// What an interval for the probability says about the limit.
    #[must_use]
    pub fn verdict(&self, (low, high): (f64, f64)) -> Verdict {
        let (above, below) = (low >= self.limit, high <= self.limit);
        match self.side {
            Side::AtLeast if above => Verdict::Meets,
            Side::AtMost if below => Verdict::Meets,
            Side::AtLeast if high < self.limit => Verdict::Fails,
            Side::AtMost if low > self.limit => Verdict::Fails,
            _ if low >= self.limit - self.tolerance && high <= self.limit + self.tolerance => Verdict::TooClose,
            _ => Verdict::CannotTell,
        }
    }
}

/// What is known about a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The whole interval keeps the limit.
    Meets,
    /// The whole interval breaks the limit.
    Fails,
    /// The limit lies inside the interval, and the whole interval within the tolerance around
    /// the limit: more replications would settle nothing that matters.
    TooClose,
    /// None of the others: more replications may tell.
    CannotTell,
}

impl Verdict {
    /// The word used in files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Meets => "meets",
            Self::Fails => "fails",
            Self::TooClose => "too-close",
            Self::CannotTell => "cannot-tell",
        }
    }
}

/// Lower and upper end of Clopper and Pearson's interval for the probability of an outcome that
/// came `hits` times in `n` replications; `[0, 1]` without replications.
///
/// The ends are the probabilities at which so many hits or more, and so many or fewer, have
/// probability [`Confidence::tail`].
///
/// # Errors
///
/// If there are more hits than replications.
///
/// ```
/// use cutover::selection::feasible::clopper_pearson;
/// use cutover::stats::Confidence;
///
/// // No hit in 60 replications: at most 6 %. "The rule of three" without its approximation.
/// let (low, high) = clopper_pearson(0, 60, Confidence::P95)?;
/// assert!(low == 0.0 && (high - 0.0596).abs() < 1e-4);
/// # Ok::<(), cutover::selection::SelectionError>(())
/// ```
pub fn clopper_pearson(hits: usize, n: usize, confidence: Confidence) -> Result<(f64, f64), SelectionError> {
    if hits > n {
        return Err(SelectionError::Hits { hits, n });
    }
    let tail = confidence.tail();
    let (x, misses) = (hits as f64, (n - hits) as f64);
    let low = if hits == 0 { 0.0 } else { rising_root(|p| beta_reg(x, misses + 1.0, p), tail) };
    // By the misses, so that neither end is a small difference from 1.
    let high = if hits == n { 1.0 } else { 1.0 - rising_root(|q| beta_reg(misses, x + 1.0, q), tail) };
    Ok((low, high))
}

/// Where a function that rises from 0 at 0 to 1 at 1 reaches `level`.
fn rising_root(function: impl Fn(f64) -> f64, level: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..64 {
        let middle = 0.5 * (low + high);
        if function(middle) < level {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// Outcomes of several systems under several limits, judged at looks fixed beforehand.
///
/// A verdict other than [`Verdict::CannotTell`] is final. With at least the stated confidence
/// every [`Verdict::Meets`] and every [`Verdict::Fails`] ever given is true.
///
/// ```
/// use cutover::selection::feasible::{ChanceLimit, Feasibility, Side, Verdict};
/// use cutover::stats::{Confidence, checkpoints};
///
/// let overrun = ChanceLimit::new(Side::AtMost, 0.05, 0.01)?;
/// let mut judged = Feasibility::new(2, vec![overrun], checkpoints(500), Confidence::P95)?;
/// for replication in 0..500 {
///     // The first never overruns, the second in every other replication.
///     judged.add(&[false, replication % 2 == 0])?;
/// }
/// assert_eq!((judged.verdict(0, 0), judged.settled_at(0, 0)), (Verdict::Meets, Some(200)));
/// assert_eq!((judged.verdict(1, 0), judged.settled_at(1, 0)), (Verdict::Fails, Some(30)));
/// # Ok::<(), cutover::selection::SelectionError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Feasibility {
    systems: usize,
    limits: Vec<ChanceLimit>,
    looks: Vec<usize>,
    each: Confidence,
    replications: usize,
    cases: Vec<Case>,
}

/// One system under one limit.
#[derive(Clone, Debug, PartialEq)]
struct Case {
    hits: usize,
    /// Intersection of the intervals of all looks so far.
    interval: (f64, f64),
    verdict: Verdict,
    settled_at: Option<usize>,
    /// Whether it takes no more outcomes although its verdict is open.
    has_left: bool,
}

impl Case {
    fn is_open(&self) -> bool {
        self.settled_at.is_none() && !self.has_left
    }
}

impl Feasibility {
    /// Systems and limits before the first replication; `looks` are the numbers of replications
    /// after which verdicts may change, such as [`crate::stats::checkpoints`].
    ///
    /// # Errors
    ///
    /// If there is no system, no limit or no look, or the looks do not ascend from at least 1.
    pub fn new(
        systems: usize,
        limits: Vec<ChanceLimit>,
        looks: Vec<usize>,
        confidence: Confidence,
    ) -> Result<Self, SelectionError> {
        if systems == 0 {
            return Err(SelectionError::Systems { found: 0, least: 1 });
        }
        if limits.is_empty() {
            return Err(SelectionError::Empty);
        }
        let ascend = looks.windows(2).all(|pair| pair[0] < pair[1]);
        if !ascend || looks.first().is_none_or(|&first| first == 0) {
            return Err(SelectionError::Looks);
        }
        let interval = (0.0, 1.0);
        let open = Case { hits: 0, interval, verdict: Verdict::CannotTell, settled_at: None, has_left: false };
        let each = confidence.split(systems * limits.len() * looks.len());
        let cases = vec![open; systems * limits.len()];
        Ok(Self { systems, limits, looks, each, replications: 0, cases })
    }

    /// Takes the next replication: whether each outcome happened, all limits of the first system,
    /// then all of the second, and so on. What is settled, or of a system that has left, ignores its value.
    ///
    /// # Errors
    ///
    /// If there is not one outcome per system and limit.
    pub fn add(&mut self, outcomes: &[bool]) -> Result<(), SelectionError> {
        check_count(outcomes.len(), self.cases.len())?;
        self.replications += 1;
        for (index, case) in self.cases.iter_mut().enumerate().filter(|(_, case)| case.is_open()) {
            case.hits += usize::from(outcomes[index]);
        }
        if self.looks.binary_search(&self.replications).is_err() {
            return Ok(());
        }
        for (index, case) in self.cases.iter_mut().enumerate().filter(|(_, case)| case.is_open()) {
            let (low, high) = clopper_pearson(case.hits, self.replications, self.each)?;
            case.interval = (low.max(case.interval.0), high.min(case.interval.1));
            case.verdict = self.limits[index % self.limits.len()].verdict(case.interval);
            case.settled_at = (case.verdict != Verdict::CannotTell).then_some(self.replications);
        }
        Ok(())
    }

    /// Takes no more outcomes of a system: what is known of it stays as it is. Which systems leave may depend on
    /// anything seen, since the intervals hold at all looks together.
    ///
    /// # Panics
    ///
    /// Panics if there is no such system.
    pub fn leave(&mut self, system: usize) {
        let limits = self.limits.len();
        for case in &mut self.cases[system * limits..(system + 1) * limits] {
            case.has_left = true;
        }
    }

    /// What would be known about a system under a limit, and after about how many replications, if the
    /// outcome went on happening as often as it did so far; as it is where it is settled. `None` where no
    /// number of replications would tell, before the first one, and of a system that has left.
    ///
    /// # Panics
    ///
    /// Panics if there is no such system or limit.
    #[must_use]
    pub fn outlook(&self, system: usize, limit: usize) -> Option<(Verdict, usize)> {
        let case = self.case(system, limit);
        if let Some(at) = case.settled_at {
            return Some((case.verdict, at));
        }
        if self.replications == 0 || case.has_left {
            return None;
        }
        let share = case.hits as f64 / self.replications as f64;
        let told = |n: usize| {
            let hits = ((share * n as f64).round() as usize).min(n);
            let verdict = self.limits[limit].verdict(clopper_pearson(hits, n, self.each).ok()?);
            (verdict != Verdict::CannotTell).then_some(verdict)
        };
        let (mut low, mut high) = (self.replications, self.replications + 1);
        while told(high).is_none() {
            (low, high) = (high, 2 * high);
            if high > OUTLOOK_MAX {
                return None;
            }
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if told(middle).is_some() {
                high = middle;
            } else {
                low = middle;
            }
        }
        Some((told(high)?, high))
    }

    /// Systems.
    #[must_use]
    pub const fn systems(&self) -> usize {
        self.systems
    }

    /// Limits.
    #[must_use]
    pub const fn limits(&self) -> usize {
        self.limits.len()
    }

    /// What is known about a system under a limit, as of the last look.
    ///
    /// # Panics
    ///
    /// Panics if there is no such system or limit.
    #[must_use]
    pub fn verdict(&self, system: usize, limit: usize) -> Verdict {
        self.case(system, limit).verdict
    }

    /// What is known about a system under all limits: it fails if it fails one, meets if it meets
    /// all, is too close to call if nothing else keeps it from meeting all.
    ///
    /// # Panics
    ///
    /// Panics if there is no such system.
    #[must_use]
    pub fn verdict_of_all(&self, system: usize) -> Verdict {
        let verdicts = || (0..self.limits.len()).map(|limit| self.verdict(system, limit));
        [Verdict::Fails, Verdict::CannotTell, Verdict::TooClose]
            .into_iter()
            .find(|&wanted| verdicts().any(|verdict| verdict == wanted))
            .unwrap_or(Verdict::Meets)
    }

    /// Look, as a number of replications, at which the verdict became final; `None` while it is
    /// open.
    ///
    /// # Panics
    ///
    /// Panics if there is no such system or limit.
    #[must_use]
    pub fn settled_at(&self, system: usize, limit: usize) -> Option<usize> {
        self.case(system, limit).settled_at
    }

    /// Lower and upper end for the probability: what the intervals of all looks up to the verdict
    /// have in common. All such ends hold together with the stated confidence.
    ///
    /// # Panics
    ///
    /// Panics if there is no such system or limit.
    #[must_use]
    pub fn interval(&self, system: usize, limit: usize) -> (f64, f64) {
        self.case(system, limit).interval
    }

    /// Confidence of each single interval at each look, after the error was split.
    #[must_use]
    pub const fn confidence_of_each(&self) -> Confidence {
        self.each
    }

    fn case(&self, system: usize, limit: usize) -> &Case {
        assert!(system < self.systems && limit < self.limits.len(), "system {system}, limit {limit}");
        &self.cases[system * self.limits.len() + limit]
    }
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{Binomial, DiscreteCDF};

    use super::*;
    use crate::rng::{Source, StreamId};

    fn limit(side: Side, limit: f64, tolerance: f64) -> ChanceLimit {
        ChanceLimit::new(side, limit, tolerance).unwrap()
    }

    #[test]
    fn intervals_agree_with_published_ones() {
        // R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics
        // in Medicine 17 (1998) 857-872, table I, method 5.
        let table =
            [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0.0, 0.1684), (1, 29, 0.0009, 0.1776)];
        for (hits, n, low, high) in table {
            let found = clopper_pearson(hits, n, Confidence::P95).unwrap();
            assert!((found.0 - low).abs() < 6e-5 && (found.1 - high).abs() < 6e-5, "{hits} of {n}: {found:?}");
        }
        assert_eq!(clopper_pearson(0, 0, Confidence::P95), Ok((0.0, 1.0)));
        assert_eq!(clopper_pearson(2, 1, Confidence::P95), Err(SelectionError::Hits { hits: 2, n: 1 }));
    }

    #[test]
    fn ends_leave_their_tails_by_the_binomial_law() {
        let confidence = Confidence::new(0.9995).unwrap();
        for (hits, n) in [(1, 10), (7, 30), (199, 200), (450, 1_000)] {
            let (low, high) = clopper_pearson(hits, n, confidence).unwrap();
            let law = |p| Binomial::new(p, n as u64).unwrap();
            let more = 1.0 - law(low).cdf(hits as u64 - 1);
            let fewer = law(high).cdf(hits as u64);
            assert!((more / confidence.tail() - 1.0).abs() < 1e-6, "{hits} of {n}: {more}");
            assert!((fewer / confidence.tail() - 1.0).abs() < 1e-6, "{hits} of {n}: {fewer}");
            let (mirrored_low, mirrored_high) = clopper_pearson(n - hits, n, confidence).unwrap();
            assert!((mirrored_low - (1.0 - high)).abs() < 1e-12 && (mirrored_high - (1.0 - low)).abs() < 1e-12);
        }
    }

    #[test]
    fn intervals_never_cover_less_often_than_stated() {
        let n = 50;
        let intervals: Vec<(f64, f64)> =
            (0..=n).map(|hits| clopper_pearson(hits, n, Confidence::P95).unwrap()).collect();
        for step in 1..100 {
            let p = f64::from(step) / 100.0;
            let law = Binomial::new(p, n as u64).unwrap();
            let misses = |hits: usize| {
                let (low, high) = intervals[hits];
                p < low || p > high
            };
            let probability =
                |hits: usize| law.cdf(hits as u64) - if hits == 0 { 0.0 } else { law.cdf(hits as u64 - 1) };
            let missed: f64 = (0..=n).filter(|&hits| misses(hits)).map(probability).sum();
            assert!(missed <= 0.05 + 1e-9, "{p}: {missed}");
        }
    }

    #[test]
    fn verdicts_follow_the_interval() {
        let at_most = limit(Side::AtMost, 0.05, 0.01);
        let at_least = limit(Side::AtLeast, 0.05, 0.01);
        let cases = [
            ((0.0, 0.05), Verdict::Meets, Verdict::CannotTell),
            ((0.045, 0.05), Verdict::Meets, Verdict::TooClose),
            ((0.05, 0.2), Verdict::CannotTell, Verdict::Meets),
            ((0.06, 0.2), Verdict::Fails, Verdict::Meets),
            ((0.0, 0.04), Verdict::Meets, Verdict::Fails),
            ((0.041, 0.059), Verdict::TooClose, Verdict::TooClose),
            ((0.041, 0.061), Verdict::CannotTell, Verdict::CannotTell),
        ];
        for (interval, most, least) in cases {
            assert_eq!((at_most.verdict(interval), at_least.verdict(interval)), (most, least), "{interval:?}");
        }
    }

    #[test]
    fn a_system_needs_all_limits() {
        let limits = vec![limit(Side::AtMost, 0.5, 0.0), limit(Side::AtLeast, 0.5, 0.0)];
        let mut judged = Feasibility::new(3, limits, vec![100], Confidence::P95).unwrap();
        for replication in 0..100 {
            let half = replication % 2 == 0;
            judged.add(&[false, true, false, half, true, half]).unwrap();
        }
        assert_eq!(
            [0, 1, 2].map(|system| judged.verdict_of_all(system)),
            [Verdict::Meets, Verdict::CannotTell, Verdict::Fails]
        );
        assert!((judged.confidence_of_each().level() - (1.0 - 0.05 / 6.0)).abs() < 1e-12);
    }

    #[test]
    fn only_looks_change_a_verdict_and_verdicts_are_final() {
        let limits = vec![limit(Side::AtLeast, 0.5, 0.0)];
        let mut judged = Feasibility::new(1, limits, vec![20, 60], Confidence::P95).unwrap();
        for replication in 0..19 {
            judged.add(&[true]).unwrap();
            assert_eq!(judged.verdict(0, 0), Verdict::CannotTell, "{replication}");
        }
        judged.add(&[true]).unwrap();
        assert_eq!((judged.verdict(0, 0), judged.settled_at(0, 0)), (Verdict::Meets, Some(20)));
        let before = judged.interval(0, 0);
        for _ in 0..60 {
            judged.add(&[false]).unwrap();
        }
        assert_eq!((judged.verdict(0, 0), judged.interval(0, 0)), (Verdict::Meets, before));
    }

    #[test]
    fn what_has_left_stays_as_it_was() {
        let mut judged =
            Feasibility::new(2, vec![limit(Side::AtLeast, 0.5, 0.0)], vec![20, 60], Confidence::P95).unwrap();
        for number in 0..60 {
            if number == 25 {
                judged.leave(0);
            }
            judged.add(&[number % 2 == 0, number < 40 || number % 2 == 0]).unwrap();
        }
        let (low, high) = clopper_pearson(10, 20, judged.confidence_of_each()).unwrap();
        assert_eq!((judged.verdict(0, 0), judged.interval(0, 0)), (Verdict::CannotTell, (low, high)));
        assert_eq!((judged.verdict(1, 0), judged.outlook(0, 0)), (Verdict::Meets, None));
    }

    #[test]
    fn the_outlook_is_when_the_same_share_would_tell() {
        let limits = vec![limit(Side::AtLeast, 0.9, 0.02), limit(Side::AtLeast, 0.5, 0.0)];
        let mut judged = Feasibility::new(3, limits, vec![30, 10_000], Confidence::P95).unwrap();
        assert_eq!(judged.outlook(0, 0), None);
        for number in 0..30 {
            let tenth = number % 10 == 0;
            judged.add(&[true, number % 2 == 0, number % 5 != 0, tenth, !tenth, !tenth]).unwrap();
        }
        // Without a miss 0.9 to the power of n must fall to the tail, here of 1 - 0.05 / 12.
        let (verdict, n) = judged.outlook(0, 0).unwrap();
        let exact = (0.05 / 24.0_f64).ln() / 0.9_f64.ln();
        assert_eq!((verdict, n), (Verdict::Meets, exact.ceil() as usize));
        assert_eq!(judged.outlook(0, 1), None, "a half of the time, a half asked");
        let (verdict, n) = judged.outlook(1, 0).unwrap();
        assert!(verdict == Verdict::Fails && (50..250).contains(&n), "{n}");
        let (verdict, n) = judged.outlook(2, 0).unwrap();
        assert!(verdict == Verdict::TooClose && (1_500..3_000).contains(&n), "{n}");
        assert_eq!(judged.outlook(1, 1), Some((Verdict::Fails, 30)));
    }

    #[test]
    fn impossible_questions_are_refused() {
        assert_eq!(ChanceLimit::new(Side::AtMost, 1.0, 0.0), Err(SelectionError::Limit(1.0)));
        assert_eq!(ChanceLimit::new(Side::AtMost, 0.5, -0.1), Err(SelectionError::Tolerance(-0.1)));
        let one = || vec![limit(Side::AtMost, 0.05, 0.0)];
        let new = |systems, limits, looks| Feasibility::new(systems, limits, looks, Confidence::P95).map(|_| ());
        assert_eq!(new(0, one(), vec![10]), Err(SelectionError::Systems { found: 0, least: 1 }));
        assert_eq!(new(1, vec![], vec![10]), Err(SelectionError::Empty));
        for looks in [vec![], vec![0, 10], vec![10, 10]] {
            assert_eq!(new(1, one(), looks), Err(SelectionError::Looks));
        }
        let mut judged = Feasibility::new(2, one(), vec![10], Confidence::P95).unwrap();
        assert_eq!(judged.add(&[true]), Err(SelectionError::Count { found: 1, expected: 2 }));
    }

    #[test]
    fn all_verdicts_together_are_true_at_least_as_often_as_stated() {
        // Three systems at and beside the limit share their draws; twenty looks.
        let truths = [0.28, 0.3, 0.33];
        let confidence = Confidence::new(0.9).unwrap();
        let rounds = 500;
        let right = |round: u32| {
            let mut draws = Source::new(44, 0).stream(0, StreamId::Service, round);
            let looks = (1..=20).map(|look| 20 * look).collect();
            let limits = vec![limit(Side::AtMost, 0.3, 0.0)];
            let mut judged = Feasibility::new(3, limits, looks, confidence).unwrap();
            for _ in 0..400 {
                let u = draws.next_uniform();
                judged.add(&truths.map(|truth| u < truth)).unwrap();
            }
            (0..3).all(|system| match judged.verdict(system, 0) {
                Verdict::Meets => truths[system] <= 0.3,
                Verdict::Fails => truths[system] > 0.3,
                _ => true,
            })
        };
        let share = (0..rounds).filter(|&round| right(round)).count() as f64 / f64::from(rounds);
        assert!(share >= 0.9 - 3.0 * (0.09 / f64::from(rounds)).sqrt(), "{share}");
    }
}
