//! The fully sequential procedure of Kim and Nelson: replications are added one at a time, and a
//! system leaves as soon as it is clearly worse than another.
//!
//! S.-H. Kim and B. L. Nelson, "A fully sequential procedure for indifference-zone selection in
//! simulation", ACM Transactions on Modeling and Computer Simulation 11 (2001) 251-273, with the
//! constant c = 1.
//!
//! **Guarantee.** If the mean of the best system is better than that of every other by at least the
//! indifference `delta`, the system chosen is the best with at least the stated probability,
//! whatever the variances. It assumes that the vectors of one value per system are independent from
//! replication to replication and jointly normal; within a replication the values may depend on
//! each other in any way, so it holds under common random numbers, which save replications by
//! making the differences less variable. If several systems lie within `delta` of the best, nothing
//! is promised about which of them is chosen. Stopped before [`KimNelson::decision`] there is no
//! guarantee at all; [`KimNelson::replications_at_most`] says how far off it can be.
//!
//! With k systems, a first stage of n0 replications and confidence 1 - alpha:
//!
//! ```text
//! eta  = ((2 alpha / (k - 1))^(-2 / (n0 - 1)) - 1) / 2
//! h²   = 2 eta (n0 - 1)
//! S²il = variance of the differences of i and l in the first stage
//! Wil(r) = max(0, delta / (2 r) (h² S²il / delta² - r))
//! ```
//!
//! After r >= n0 replications system i leaves if its mean is worse than that of a surviving l by
//! more than Wil(r). The width is 0 once r exceeds Nil = floor(h² S²il / delta²), so all but exact
//! ties have left after 1 + max Nil replications, the largest over the surviving pairs (the paper
//! takes it over all systems, which differs only for exact ties). alpha / (k - 1) in `eta` splits
//! the error over the k - 1 comparisons with the best (Bonferroni), which needs no independence;
//! for independent systems the authors use 1 - (1 - alpha)^(1 / (k - 1)) instead, which is hardly
//! larger and not used here.
//!
//! # Systems that may not screen out others yet
//!
//! A system of which it is not known yet whether it may be chosen at all ([`Admission::Pending`]) can be
//! screened out, but screens out nobody; one that may not be chosen leaves ([`Admission::Barred`]).
//! [`super::constrained`] says what they are for and what is then promised. Each pair is settled once, when
//! the difference of its means first leaves the band of half width Wil(r), and stays settled: its two systems
//! can both remain, since the better one may not be admitted yet, and the error of a pair is bounded for the
//! first time it leaves the band, not for every time after. A system all of whose pairs with those that are
//! left are settled, and that is admitted, takes no more values: it sleeps until another one leaves or
//! is admitted. Where all are admitted from the start, as in [`KimNelson::new`], this is the procedure of
//! the paper.

use super::{Goal, SelectionError, check_count, check_finite, positions_of_largest};
use crate::stats::Confidence;

/// Whether a system may be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It may, and screens out others.
    Admitted,
    /// It is not known yet: it may be screened out and screens out nobody.
    Pending,
    /// It may not and has left.
    Barred,
}

/// The procedure under way: which systems survive, and what is known of them.
///
/// ```
/// use cutover::selection::Goal;
/// use cutover::selection::kim_nelson::KimNelson;
/// use cutover::stats::Confidence;
///
/// // Two systems that differ by 2 or 4 on the same patients; a difference of 1 matters.
/// let mut choice = KimNelson::new(2, 5, 1.0, Confidence::P95, Goal::Smallest)?;
/// for replication in 0.. {
///     let shared = f64::from(replication % 7);
///     choice.add(&[shared, shared + 2.0 + f64::from(replication % 2) * 2.0])?;
///     if choice.decision().is_some() {
///         break;
///     }
/// }
/// assert_eq!(choice.decision(), Some(0));
/// assert_eq!(choice.screened_at(1), Some(5));
/// # Ok::<(), cutover::selection::SelectionError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct KimNelson {
    goal: Goal,
    first_stage: usize,
    indifference: f64,
    confidence: Confidence,
    eta: f64,
    /// Values of the first stage by replication, larger better; emptied when it is complete.
    first_values: Vec<Vec<f64>>,
    /// Variance of the difference of each two systems, row by row; empty during the first stage.
    variances: Vec<f64>,
    /// Sum of the values of each system while it took some, larger better.
    sums: Vec<f64>,
    /// Values in each sum.
    counts: Vec<usize>,
    screened_at: Vec<Option<usize>>,
    admissions: Vec<Admission>,
    /// Whether the one was found better than the other, row by row.
    beats: Vec<bool>,
    replications: usize,
    decision: Option<usize>,
}

impl KimNelson {
    /// A procedure before its first replication.
    ///
    /// `first_stage` is the number of replications after which variances are taken and screening
    /// begins. A short one costs more later: for two systems at 95 % h² is 8.6 from 5 replications,
    /// 6.0 from 10 and 5.2 from 20. `indifference` is the smallest difference of means that matters,
    /// in the unit of the values.
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
        goal: Goal,
    ) -> Result<Self, SelectionError> {
        check_design(systems, first_stage, indifference, confidence)?;
        let eta = eta(systems, first_stage, confidence);
        if !eta.is_finite() {
            return Err(SelectionError::Guess { confidence: confidence.level(), systems });
        }
        Ok(Self {
            goal,
            first_stage,
            indifference,
            confidence,
            eta,
            first_values: Vec::with_capacity(first_stage),
            variances: Vec::new(),
            sums: vec![0.0; systems],
            counts: vec![0; systems],
            admissions: vec![Admission::Admitted; systems],
            beats: vec![false; systems * systems],
            screened_at: vec![None; systems],
            replications: 0,
            decision: None,
        })
    }

    /// Says what is known of whether a system may be chosen; before the first replication, or later when it
    /// becomes known. What was said of a system other than [`Admission::Pending`] is final.
    ///
    /// # Panics
    ///
    /// Panics if there is no such system.
    pub fn admit(&mut self, system: usize, admission: Admission) {
        if self.replications > 0 && self.admissions[system] != Admission::Pending {
            return;
        }
        self.admissions[system] = admission;
        if self.replications >= self.first_stage && self.decision.is_none() {
            self.screen();
        }
    }

    /// Takes the next replication: one value per system, in the order of the systems.
    ///
    /// Replications must come in order of their numbers, so that the choice does not depend on
    /// which was finished first. Values of systems that are not [`KimNelson::needed`] are ignored, whatever
    /// they are, and so is the whole replication after the decision.
    ///
    /// # Errors
    ///
    /// If there is not one value per system, or that of a needed system is not finite; the
    /// procedure is then as it was before.
    pub fn add(&mut self, values: &[f64]) -> Result<(), SelectionError> {
        check_count(values.len(), self.sums.len())?;
        if self.decision.is_some() {
            return Ok(());
        }
        let needed = self.needed();
        check_finite(needed.iter().map(|&system| &values[system]))?;
        let sign = self.goal.sign();
        for &system in &needed {
            self.sums[system] += sign * values[system];
            self.counts[system] += 1;
        }
        self.replications += 1;
        if self.replications <= self.first_stage {
            self.first_values.push(values.iter().map(|value| sign * value).collect());
        }
        if self.replications == self.first_stage {
            self.variances = variances_of_differences(&self.first_values);
            self.first_values = Vec::new();
        }
        if self.replications >= self.first_stage {
            self.settle(&needed);
            self.screen();
        }
        Ok(())
    }

    /// Settles the pairs of systems of which one is clearly worse now.
    fn settle(&mut self, systems: &[usize]) {
        let k = self.sums.len();
        for &i in systems {
            for &l in systems {
                if !self.is_settled(i, l) && self.sums[i] < self.sums[l] - self.sum_width(i, l) {
                    self.beats[l * k + i] = true;
                }
            }
        }
    }

    /// Screens out what an admitted system beats, the worst mean first so that no two screen out each other,
    /// and decides if all that survive are admitted and only one does, or widths are all 0.
    fn screen(&mut self) {
        let is_beaten = |found: &Self, i: usize| {
            let survivors = found.surviving();
            survivors.iter().any(|&l| found.admissions[l] == Admission::Admitted && found.beats(l, i))
        };
        let mut survivors = self.surviving();
        survivors.sort_by(|&one, &other| self.mean(one).total_cmp(&self.mean(other)));
        for system in survivors {
            if is_beaten(self, system) {
                self.screened_at[system] = Some(self.replications);
            }
        }
        let survivors = self.surviving();
        let is_open = survivors.iter().any(|&system| self.admissions[system] == Admission::Pending);
        if !is_open && (survivors.len() == 1 || self.replications_at_most() <= Some(self.replications)) {
            self.decision = self.leader();
        }
    }

    /// Mean of a system over the values it took, larger better.
    pub(super) fn mean(&self, system: usize) -> f64 {
        self.sums[system] / self.counts[system].max(1) as f64
    }

    /// Whether the one was found better than the other.
    ///
    /// # Panics
    ///
    /// Panics if there is no such system.
    #[must_use]
    pub fn beats(&self, one: usize, other: usize) -> bool {
        self.beats[one * self.sums.len() + other]
    }

    /// Whether it is known which of two is better.
    fn is_settled(&self, one: usize, other: usize) -> bool {
        one == other || self.beats(one, other) || self.beats(other, one)
    }

    /// Systems whose values still count, in order: those that survive but for the ones that sleep.
    #[must_use]
    pub fn needed(&self) -> Vec<usize> {
        let survivors = self.surviving();
        let is_needed = |&i: &usize| {
            self.replications < self.first_stage
                || self.admissions[i] == Admission::Pending
                || survivors.iter().any(|&l| !self.is_settled(i, l))
        };
        survivors.iter().copied().filter(|i| self.decision.is_some() || is_needed(i)).collect()
    }

    /// The width Wil(r), times r, so that it is compared with sums.
    fn sum_width(&self, one: usize, other: usize) -> f64 {
        let reach = self.h_squared() * self.variances[one * self.sums.len() + other] / self.indifference;
        (0.5 * (reach - self.indifference * self.replications as f64)).max(0.0)
    }

    /// Replications after which the width of a pair is certainly 0: Nil + 1.
    fn longest(&self, one: usize, other: usize) -> usize {
        let variance = self.variances[one * self.sums.len() + other];
        let longest = self.h_squared() * variance / (self.indifference * self.indifference);
        (longest.floor() as usize).saturating_add(1)
    }

    /// Systems neither screened out nor barred, in order. With a decision only the chosen one is left, and
    /// those that tie with it exactly, replication sum by replication sum.
    #[must_use]
    pub fn surviving(&self) -> Vec<usize> {
        (0..self.sums.len()).filter(|&system| !self.has_left(system)).collect()
    }

    /// Whether a system was screened out or barred.
    pub(super) fn has_left(&self, system: usize) -> bool {
        self.screened_at[system].is_some() || self.admissions[system] == Admission::Barred
    }

    /// Systems to choose among.
    #[must_use]
    pub const fn systems(&self) -> usize {
        self.sums.len()
    }

    /// What was said of whether a system may be chosen.
    ///
    /// # Panics
    ///
    /// Panics if there is no such system.
    #[must_use]
    pub fn admission(&self, system: usize) -> Admission {
        self.admissions[system]
    }

    /// Replications after which the system was screened out; `None` while it survives.
    ///
    /// # Panics
    ///
    /// Panics if there is no such system.
    #[must_use]
    pub fn screened_at(&self, system: usize) -> Option<usize> {
        self.screened_at[system]
    }

    /// The system chosen with the guarantee; `None` until the procedure has ended. Of systems
    /// that tie exactly (see [`KimNelson::surviving`]) it is the first.
    #[must_use]
    pub const fn decision(&self) -> Option<usize> {
        self.decision
    }

    /// The surviving system with the best mean so far, without any guarantee before the
    /// decision; `None` before the first replication.
    #[must_use]
    pub fn leader(&self) -> Option<usize> {
        let survivors = self.surviving();
        let leaders = positions_of_largest(survivors.iter().map(|&system| self.mean(system)));
        leaders.first().filter(|_| self.replications > 0).map(|&position| survivors[position])
    }

    /// Replications taken so far, those after the decision left out.
    #[must_use]
    pub const fn replications(&self) -> usize {
        self.replications
    }

    /// Replications, from the first one, after which there is a decision at the latest, as far as the means go
    /// and not whether a system may be chosen; `None` during the first stage, when no variance is known.
    #[must_use]
    pub fn replications_at_most(&self) -> Option<usize> {
        if self.replications < self.first_stage {
            return None;
        }
        if self.decision.is_some() {
            return Some(self.replications);
        }
        let survivors = self.surviving();
        let pairs = survivors.iter().flat_map(|&one| survivors.iter().map(move |&other| (one, other)));
        let open = pairs.filter(|&(one, other)| !self.is_settled(one, other));
        let longest = open.map(|(one, other)| self.longest(one, other)).max();
        Some(longest.unwrap_or(0).max(self.first_stage))
    }

    /// Replications that are still needed at most; `None` during the first stage.
    #[must_use]
    pub fn more_at_most(&self) -> Option<usize> {
        self.replications_at_most().map(|most| most.saturating_sub(self.replications))
    }

    /// About how many replications, from the first one, the pair would need if the means stay as far apart as
    /// they are: where a line of that slope leaves the band. `None` during the first stage, and 0 for a pair
    /// that is settled.
    ///
    /// # Panics
    ///
    /// Panics if there is no such system.
    #[must_use]
    pub fn pair_needs(&self, one: usize, other: usize) -> Option<usize> {
        let reach = self.h_squared() * self.variance_of_difference(one, other)? / self.indifference;
        if self.is_settled(one, other) {
            return Some(0);
        }
        let gap = (self.mean(one) - self.mean(other)).abs();
        let about = (reach / (2.0 * gap + self.indifference)).ceil() as usize;
        Some(about.max(self.replications + 1).min(self.longest(one, other)))
    }

    /// The constant eta of the guarantee.
    #[must_use]
    pub const fn eta(&self) -> f64 {
        self.eta
    }

    /// The constant h² of the guarantee.
    #[must_use]
    pub fn h_squared(&self) -> f64 {
        2.0 * self.eta * (self.first_stage - 1) as f64
    }

    /// Variance of the differences of two systems in the first stage, in the square of the unit;
    /// `None` until it is complete.
    ///
    /// # Panics
    ///
    /// Panics if there is no such system.
    #[must_use]
    pub fn variance_of_difference(&self, one: usize, other: usize) -> Option<f64> {
        let systems = self.sums.len();
        assert!(one < systems && other < systems, "systems {one} and {other} of {systems}");
        self.variances.get(one * systems + other).copied()
    }

    /// Replications of the first stage.
    #[must_use]
    pub const fn first_stage(&self) -> usize {
        self.first_stage
    }

    /// The smallest difference that matters, in the unit of the values.
    #[must_use]
    pub const fn indifference(&self) -> f64 {
        self.indifference
    }

    /// Probability of choosing the best that is guaranteed with a decision.
    #[must_use]
    pub const fn confidence(&self) -> Confidence {
        self.confidence
    }
}

/// Checks what selection procedures with an indifference zone have in common.
pub(super) fn check_design(
    systems: usize,
    first_stage: usize,
    indifference: f64,
    confidence: Confidence,
) -> Result<(), SelectionError> {
    if systems < 2 {
        return Err(SelectionError::Systems { found: systems, least: 2 });
    }
    if first_stage < 2 {
        return Err(SelectionError::FirstStage(first_stage));
    }
    if !(indifference.is_finite() && indifference > 0.0) {
        return Err(SelectionError::Indifference(indifference));
    }
    if confidence.level() * systems as f64 <= 1.0 {
        return Err(SelectionError::Guess { confidence: confidence.level(), systems });
    }
    Ok(())
}

/// The constant eta for c = 1: the solution of (1 + 2 eta)^(-(n0 - 1) / 2) / 2 = alpha / (k - 1).
fn eta(systems: usize, first_stage: usize, confidence: Confidence) -> f64 {
    let error = 2.0 * (1.0 - confidence.level()) / (systems - 1) as f64;
    0.5 * (error.powf(-2.0 / (first_stage - 1) as f64) - 1.0)
}

/// Sample variance of the difference of each two systems, row by row, from values by replication.
fn variances_of_differences(values: &[Vec<f64>]) -> Vec<f64> {
    let systems = values.first().map_or(0, Vec::len);
    let n = values.len() as f64;
    let variance = |one: usize, other: usize| {
        let mean = values.iter().map(|row| row[one] - row[other]).sum::<f64>() / n;
        let variance = values.iter().map(|row| (row[one] - row[other] - mean).powi(2)).sum::<f64>() / (n - 1.0);
        // Numbers so large that they overflow are no reason to choose early.
        if variance.is_nan() { f64::INFINITY } else { variance }
    };
    (0..systems)
        .flat_map(|one| (0..systems).map(move |other| (one, other)))
        .map(|(one, other)| variance(one, other))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn choice(systems: usize, first_stage: usize, indifference: f64, level: f64) -> KimNelson {
        KimNelson::new(systems, first_stage, indifference, Confidence::new(level).unwrap(), Goal::Largest).unwrap()
    }

    #[test]
    fn constants_agree_with_hand_computation() {
        // (2 alpha / (k - 1))^(-2 / (n0 - 1)), with exponents that make roots simple:
        // k = 2, alpha = 0.05, n0 = 3: 0.1^-1 = 10, eta = 9/2, h² = 2 * 9/2 * 2 = 18.
        // k = 5, alpha = 0.02, n0 = 5: 0.01^(-1/2) = 10, eta = 9/2, h² = 36.
        // k = 3, alpha = 0.125, n0 = 7: 0.125^(-1/3) = 2, eta = 1/2, h² = 6.
        // k = 10, alpha = 0.05, n0 = 10: (1/90)^(-2/9) = e^(4.499810 * 2 / 9) = e^0.999958
        // = 2.718167, eta = 0.859084, h² = 15.4635.
        let cases = [
            (2, 0.95, 3, 4.5, 18.0),
            (5, 0.98, 5, 4.5, 36.0),
            (3, 0.875, 7, 0.5, 6.0),
            (10, 0.95, 10, 0.859_084, 15.463_5),
        ];
        for (systems, level, first_stage, eta, h_squared) in cases {
            let found = choice(systems, first_stage, 1.0, level);
            assert!((found.eta() - eta).abs() < 1e-6, "{systems}: {}", found.eta());
            assert!((found.h_squared() - h_squared).abs() < 1e-4, "{systems}: {}", found.h_squared());
            // The defining equation.
            let power = -0.5 * (first_stage - 1) as f64;
            let error = 0.5 * (1.0 + 2.0 * found.eta()).powf(power);
            assert!((error - (1.0 - level) / (systems - 1) as f64).abs() < 1e-12);
        }
    }

    #[test]
    fn a_small_case_goes_as_worked_by_hand() {
        // k = 2, n0 = 3, alpha = 0.05: h² = 18. Differences 1, 3, 2: mean 2, S² = 1, delta = 2:
        // N = floor(18 / 4) = 4. After 3: W = 2 / 6 * (4.5 - 3) = 0.5 < 2, so system 1 leaves.
        let mut found = choice(2, 3, 2.0, 0.95);
        found.add(&[1.0, 0.0]).unwrap();
        assert_eq!((found.leader(), found.replications_at_most()), (Some(0), None));
        found.add(&[3.0, 0.0]).unwrap();
        assert_eq!(found.variance_of_difference(0, 1), None);
        found.add(&[2.0, 0.0]).unwrap();
        assert_eq!(found.variance_of_difference(0, 1), Some(1.0));
        assert_eq!((found.decision(), found.screened_at(1), found.more_at_most()), (Some(0), Some(3), Some(0)));

        // Differences 1, -1, 0: S² = 1 and N = 4 as above, mean 0. After 4, W = 2 / 8 * 0.5 = 0.125
        // and the mean of 1, -1, 0, 0.4 is 0.1: both stay. After 5, W = 0 and the mean of a further
        // -0.6 is -0.04: system 0 leaves.
        let mut found = choice(2, 3, 2.0, 0.95);
        for difference in [1.0, -1.0, 0.0] {
            found.add(&[difference, 0.0]).unwrap();
        }
        assert_eq!((found.replications_at_most(), found.more_at_most()), (Some(5), Some(2)));
        found.add(&[0.4, 0.0]).unwrap();
        assert_eq!((found.surviving(), found.leader(), found.decision()), (vec![0, 1], Some(0), None));
        found.add(&[-0.6, 0.0]).unwrap();
        assert_eq!((found.decision(), found.screened_at(0), found.replications()), (Some(1), Some(5), 5));
    }

    #[test]
    fn identical_systems_tie_to_the_end_and_the_first_is_chosen() {
        let mut found = choice(3, 4, 1.0, 0.9);
        for value in [0.3, 0.1, 0.7, 0.2] {
            found.add(&[value - 5.0, value, value]).unwrap();
        }
        assert_eq!(found.variance_of_difference(1, 2), Some(0.0));
        assert_eq!((found.decision(), found.surviving()), (Some(1), vec![1, 2]));
    }

    #[test]
    fn nothing_counts_that_comes_after_screening_or_decision() {
        let mut found = choice(3, 2, 1.0, 0.9);
        found.add(&[10.0, 11.0, -1000.0]).unwrap();
        found.add(&[12.0, 9.0, -1000.1]).unwrap();
        assert_eq!(found.surviving(), [0, 1]);
        found.add(&[10.0, 10.0, f64::NAN]).unwrap();
        let before = found.clone();
        assert_eq!(found.add(&[f64::INFINITY, 0.0, 0.0]), Err(SelectionError::NotFinite(f64::INFINITY)));
        assert_eq!(found.add(&[1.0, 0.0]), Err(SelectionError::Count { found: 2, expected: 3 }));
        assert_eq!(found, before);
        while found.decision().is_none() {
            found.add(&[10.0, 0.0, 0.0]).unwrap();
        }
        let ended = found.clone();
        found.add(&[-1e9, 1e9, 0.0]).unwrap();
        assert_eq!(found, ended);
    }

    #[test]
    fn impossible_designs_are_refused() {
        let new = |systems, first_stage, indifference, level| {
            let confidence = Confidence::new(level).unwrap();
            KimNelson::new(systems, first_stage, indifference, confidence, Goal::Smallest).unwrap_err()
        };
        assert_eq!(new(1, 10, 1.0, 0.9), SelectionError::Systems { found: 1, least: 2 });
        assert_eq!(new(2, 1, 1.0, 0.9), SelectionError::FirstStage(1));
        assert_eq!(new(2, 10, 0.0, 0.9), SelectionError::Indifference(0.0));
        assert!(matches!(new(2, 10, f64::NAN, 0.9), SelectionError::Indifference(_)));
        assert_eq!(new(4, 10, 1.0, 0.25), SelectionError::Guess { confidence: 0.25, systems: 4 });
        assert!(new(4, 10, 1.0, 0.25).to_string().contains("1/4"));
    }

    /// The procedure as printed in the paper, computed anew at every step from all values.
    fn as_printed(
        values: &[Vec<f64>],
        first_stage: usize,
        delta: f64,
        alpha: f64,
    ) -> (Option<usize>, Vec<Option<usize>>) {
        let k = values[0].len();
        let eta = 0.5 * ((2.0 * alpha / (k - 1) as f64).powf(-2.0 / (first_stage - 1) as f64) - 1.0);
        let h2 = 2.0 * eta * (first_stage - 1) as f64;
        let mean = |i: usize, r: usize| values[..r].iter().map(|row| row[i]).sum::<f64>() / r as f64;
        let s2 = |i: usize, l: usize| {
            let gap = mean(i, first_stage) - mean(l, first_stage);
            let square = |row: &Vec<f64>| (row[i] - row[l] - gap).powi(2);
            values[..first_stage].iter().map(square).sum::<f64>() / (first_stage - 1) as f64
        };
        let mut screened = vec![None; k];
        let mut inside: Vec<usize> = (0..k).collect();
        let n_max = |inside: &[usize]| {
            let pairs = inside.iter().flat_map(|&i| inside.iter().map(move |&l| (i, l))).filter(|(i, l)| i != l);
            pairs.map(|(i, l)| (h2 * s2(i, l) / (delta * delta)).floor() as usize).max().unwrap_or(0)
        };
        let best = |inside: &[usize], r: usize| {
            inside.iter().copied().reduce(|a, b| if mean(b, r) > mean(a, r) { b } else { a })
        };
        for r in first_stage..=values.len() {
            let width =
                |i: usize, l: usize| (delta / (2.0 * r as f64) * (h2 * s2(i, l) / (delta * delta) - r as f64)).max(0.0);
            let stays = |&i: &usize| inside.iter().all(|&l| l == i || mean(i, r) >= mean(l, r) - width(i, l));
            let kept: Vec<usize> = inside.iter().copied().filter(stays).collect();
            for &i in inside.iter().filter(|i| !kept.contains(i)) {
                screened[i] = Some(r);
            }
            inside = kept;
            if inside.len() == 1 || r > n_max(&inside) {
                return (best(&inside, r), screened);
            }
        }
        (None, screened)
    }

    proptest! {
        #[test]
        fn chooses_as_the_paper_prints_it(
            values in (2_usize..5).prop_flat_map(|k| prop::collection::vec(prop::collection::vec(-8_i32..8, k), 60)),
            first_stage in 2_usize..8,
            delta in 1_u32..6,
            smallest in any::<bool>(),
        ) {
            // Small integers: sums and their comparisons are exact, and ties happen.
            let times = |factor: f64| -> Vec<Vec<f64>> {
                values.iter().map(|row| row.iter().map(|&value| factor * f64::from(value)).collect()).collect()
            };
            let delta = f64::from(delta);
            let goal = if smallest { Goal::Smallest } else { Goal::Largest };
            let confidence = Confidence::new(0.8).unwrap();
            let mut found = KimNelson::new(values[0].len(), first_stage, delta, confidence, goal).unwrap();
            let mut most = usize::MAX;
            for row in times(1.0) {
                found.add(&row).unwrap();
                // The promise of an end is never broken, and only moves closer.
                if let Some(now) = found.replications_at_most() {
                    prop_assert!(now <= most && found.replications() <= now);
                    most = now;
                }
            }
            let (decision, screened) = as_printed(&times(goal.sign()), first_stage, delta, 1.0 - 0.8);
            prop_assert_eq!(found.decision(), decision);
            for (system, at) in screened.into_iter().enumerate() {
                prop_assert_eq!(found.screened_at(system), at);
            }
        }
    }
}
