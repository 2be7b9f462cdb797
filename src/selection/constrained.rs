//! The best of those systems that keep limits: limits and means are judged together, replication by
//! replication.
//!
//! The procedure is of the kind called AK by S. Andradóttir and S.-H. Kim, "Fully sequential procedures for
//! comparing constrained systems via simulation", Naval Research Logistics 57 (2010) 403-421: the search for
//! the systems that keep the limits and the comparison of the means run simultaneously, and every system
//! remembers which others were found better until it is known which of them may be chosen. C. M. Healey,
//! S. Andradóttir and S.-H. Kim, "Selection procedures for simulations with multiple constraints under
//! independent and correlated sampling", ACM Transactions on Modeling and Computer Simulation 24 (2014)
//! 14:1-25, extend it to several limits and to common random numbers, and let systems sleep that need no
//! more replications.
//!
//! - Means are compared by Kim and Nelson's procedure ([`super::kim_nelson`]) with the constants of all k
//!   systems. Each pair is settled the first time that the difference of its sums leaves the band.
//! - Limits are judged by simultaneous intervals at looks fixed beforehand ([`super::feasible`]).
//! - A system that breaks a limit for certain leaves. One that keeps all limits, for certain or too close to
//!   call, is admitted: it screens out those found worse, now or at any replication before. One of which it
//!   is not known yet screens out nobody, and may be screened out.
//! - The choice is made when one admitted system is left and none that is pending.
//!
//! **Guarantee.** Let `a` be the error of the comparison and `b` that of the limits. If the best system that
//! keeps all limits is better by at least the indifference than every other one that keeps them, or misses
//! them by less than the tolerance, it is chosen with probability at least 1 - a - b once the procedure has
//! ended. And with probability at least 1 - b the one chosen misses no limit by more than the tolerance.
//!
//! *Why.* Let B be the best. With probability 1 - b no interval of any system, limit and look misses its
//! chance (Bonferroni). Then B is never barred, and whatever is admitted keeps the limits or comes within
//! the tolerance of them. B is screened out only by an admitted system whose pair with B was settled against B.
//! Each of those has a mean that is worse by the indifference or more, so Kim and Nelson's bound holds: the
//! difference of the two sums leaves the band on the wrong side first with probability at most a / (k - 1). The
//! bound is about the pair alone, for all replications that it could ever have, and does not care which others
//! are left, when somebody is admitted, or when the pair stops being looked at. The sum over at most k - 1
//! such pairs is a. Otherwise B stays, screens out all other admitted ones in the end, and is chosen. Nothing
//! here needs independence of systems, of limits, or of limits and means, so it holds under common random
//! numbers; replications must be independent of each other, and the vectors of values normal.
//!
//! **What is simpler than in the papers.** They judge limits on means of normal values by sequential bands of
//! their own; here limits are on probabilities and the intervals are exact, at few looks: it takes somewhat more
//! replications to judge a limit, and needs no normality for it. The error is split as the caller says, not by
//! the papers' best allocation. The constants stay those of all systems when some are barred. All systems that
//! are needed take every replication together, which keeps the differences those of the same patients.

use super::feasible::{Feasibility, Verdict};
use super::kim_nelson::{Admission, KimNelson};
use super::{SelectionError, check_count};

/// Limits and means under way.
///
/// ```
/// use cutover::selection::Goal;
/// use cutover::selection::constrained::{Constrained, Outcome};
/// use cutover::selection::feasible::{ChanceLimit, Feasibility, Side};
/// use cutover::selection::kim_nelson::KimNelson;
/// use cutover::stats::{Confidence, checkpoints};
///
/// // The second costs less, but keeps the limit in every other replication only.
/// let half = Confidence::new(0.975)?;
/// let limit = ChanceLimit::new(Side::AtLeast, 0.9, 0.02)?;
/// let limits = Feasibility::new(2, vec![limit], checkpoints(500), half)?;
/// let means = KimNelson::new(2, 30, 1.0, half, Goal::Smallest)?;
/// let mut choice = Constrained::new(means, Some(limits))?;
/// for replication in 0..500 {
///     let odd = replication % 2 == 1;
///     choice.add(&[20.0 + f64::from(odd), 10.0], &[true, odd])?;
/// }
/// assert_eq!(choice.outcome(), Outcome::Chosen(0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Constrained {
    means: KimNelson,
    limits: Option<Feasibility>,
}

/// What it came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing yet.
    Open,
    /// This one, with the guarantee.
    Chosen(usize),
    /// Every system breaks a limit.
    NoneKeepsAll,
}

impl Constrained {
    /// Both before their first replication; without limits it is Kim and Nelson's procedure.
    ///
    /// # Errors
    ///
    /// If the limits are of another number of systems.
    pub fn new(mut means: KimNelson, limits: Option<Feasibility>) -> Result<Self, SelectionError> {
        if let Some(limits) = &limits {
            check_count(limits.systems(), means.systems())?;
            (0..limits.systems()).for_each(|system| means.admit(system, Admission::Pending));
        }
        Ok(Self { means, limits })
    }

    /// Takes the next replication: one value per system, and whether each limit is kept, all limits of the
    /// first system, then all of the second, and so on. Those of systems that are not [`Constrained::needed`]
    /// do not matter.
    ///
    /// # Errors
    ///
    /// If there are fewer or more than there should be, or a value of a needed system is not finite.
    pub fn add(&mut self, values: &[f64], kept: &[bool]) -> Result<(), SelectionError> {
        if self.outcome() != Outcome::Open {
            return Ok(());
        }
        check_count(kept.len(), self.limits.as_ref().map_or(0, |limits| limits.systems() * limits.limits()))?;
        self.means.add(values)?;
        let Some(limits) = &mut self.limits else { return Ok(()) };
        limits.add(kept)?;
        for system in 0..limits.systems() {
            match limits.verdict_of_all(system) {
                Verdict::Meets | Verdict::TooClose => self.means.admit(system, Admission::Admitted),
                Verdict::Fails => self.means.admit(system, Admission::Barred),
                Verdict::CannotTell => {}
            }
        }
        for system in (0..limits.systems()).filter(|&system| self.means.has_left(system)) {
            limits.leave(system);
        }
        Ok(())
    }

    /// What it came to.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self.means.decision() {
            Some(system) => Outcome::Chosen(system),
            None if self.means.surviving().is_empty() => Outcome::NoneKeepsAll,
            None => Outcome::Open,
        }
    }

    /// Systems whose replications still count, in order.
    #[must_use]
    pub fn needed(&self) -> Vec<usize> {
        self.means.needed()
    }

    /// The comparison of the means.
    #[must_use]
    pub const fn means(&self) -> &KimNelson {
        &self.means
    }

    /// The limits.
    #[must_use]
    pub const fn limits(&self) -> Option<&Feasibility> {
        self.limits.as_ref()
    }

    /// Whether there are systems left of which it is not known whether they keep the limits.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.means.surviving().iter().any(|&system| self.means.admission(system) == Admission::Pending)
    }

    /// About how many replications, from the first one, the choice would take if means and shares stayed as they
    /// are: until the limits of the best are judged, and of better ones that break a limit, and until it is told
    /// from the rest. An estimate without any promise, rounded up to two digits; `None` when nothing is open, in
    /// the first stage, or where no number of replications would do.
    #[must_use]
    pub fn about(&self) -> Option<usize> {
        if self.outcome() != Outcome::Open {
            return None;
        }
        let mut order = self.means.surviving();
        order.sort_by(|&one, &other| self.means.mean(other).total_cmp(&self.means.mean(one)));
        let mut about = self.means.replications() + 1;
        for (place, &system) in order.iter().enumerate() {
            let (keeps, needs) = self.outlook(system)?;
            about = about.max(needs);
            if keeps {
                for &other in &order[place + 1..] {
                    about = about.max(self.means.pair_needs(system, other)?);
                }
                break;
            }
        }
        Some(two_digits(about))
    }

    /// Whether a system would be admitted if it went on as before, and after about how many replications
    /// that would be known.
    fn outlook(&self, system: usize) -> Option<(bool, usize)> {
        let Some(limits) = &self.limits else { return Some((true, 0)) };
        let all: Vec<Option<(Verdict, usize)>> =
            (0..limits.limits()).map(|limit| limits.outlook(system, limit)).collect();
        let failing = all.iter().flatten().filter(|(verdict, _)| *verdict == Verdict::Fails).map(|(_, at)| *at).min();
        match failing {
            Some(at) => Some((false, at)),
            None => all.into_iter().try_fold((true, 0), |(keeps, most), one| Some((keeps, most.max(one?.1)))),
        }
    }
}

/// Rounded up to two digits: 100, 110, 1 200.
fn two_digits(number: usize) -> usize {
    let mut unit = 1;
    while number / unit >= 100 {
        unit *= 10;
    }
    number.div_ceil(unit) * unit
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::selection::Goal;
    use crate::selection::feasible::{ChanceLimit, Side};
    use crate::stats::{Confidence, checkpoints};

    fn half() -> Confidence {
        Confidence::new(0.975).unwrap()
    }

    fn choice(systems: usize, chance: f64, most: usize) -> Constrained {
        let limit = ChanceLimit::new(Side::AtLeast, chance, 0.02).unwrap();
        let limits = Feasibility::new(systems, vec![limit], checkpoints(most), half()).unwrap();
        let means = KimNelson::new(systems, 30, 1.0, half(), Goal::Smallest).unwrap();
        Constrained::new(means, Some(limits)).unwrap()
    }

    /// Runs until it is decided or so many replications are over.
    fn go_on(choice: &mut Constrained, most: usize, replication: impl Fn(usize) -> (Vec<f64>, Vec<bool>)) {
        for number in choice.means().replications()..most {
            if choice.outcome() != Outcome::Open {
                return;
            }
            let (values, kept) = replication(number);
            choice.add(&values, &kept).unwrap();
        }
    }

    #[test]
    fn a_cheap_one_that_cannot_be_judged_yet_does_not_screen_out_the_best() {
        // The second costs half, and keeps the limit in four of five: that is told at the second look only.
        let mut found = choice(3, 0.9, 1_000);
        let replication = |number: usize| {
            let noise = (number % 7) as f64;
            (vec![100.0 + noise, 50.0 + noise, 120.0], vec![true, !number.is_multiple_of(5), true])
        };
        go_on(&mut found, 50, replication);
        assert!(found.means().beats(1, 0), "its mean is clearly better");
        assert_eq!((found.outcome(), found.means().screened_at(0)), (Outcome::Open, None));
        go_on(&mut found, 100, replication);
        assert_eq!((found.outcome(), found.means().admission(0)), (Outcome::Open, Admission::Admitted));
        assert_eq!(found.means().screened_at(2), Some(100), "the pair was settled long before");
        assert_eq!(found.needed(), [1], "the first waits for the limit of the second, asleep");
        let about = found.about().unwrap();
        go_on(&mut found, 1_000, |number| {
            let (mut values, kept) = replication(number);
            values[0] = f64::NAN;
            (values, kept)
        });
        assert_eq!((found.outcome(), found.means().admission(1)), (Outcome::Chosen(0), Admission::Barred));
        let took = found.means().replications();
        assert!(about <= took && 4 * about > took, "estimated {about}, took {took}");
    }

    #[test]
    fn one_that_cannot_be_judged_leaves_when_one_that_keeps_the_limits_is_better() {
        let mut found = choice(2, 0.9, 1_000);
        go_on(&mut found, 1_000, |number| {
            (vec![50.0 + (number % 3) as f64, 80.0 + (number % 7) as f64], vec![true, !number.is_multiple_of(10)])
        });
        assert_eq!((found.outcome(), found.means().replications()), (Outcome::Chosen(0), 100));
        assert_eq!(found.limits().unwrap().verdict(1, 0), Verdict::CannotTell);
    }

    #[test]
    fn where_all_break_a_limit_nothing_is_chosen() {
        let mut found = choice(2, 0.9, 1_000);
        go_on(&mut found, 1_000, |number| {
            (vec![50.0, 80.0 + (number % 7) as f64], vec![number.is_multiple_of(2), false])
        });
        assert_eq!((found.outcome(), found.about(), found.needed()), (Outcome::NoneKeepsAll, None, vec![]));
    }

    #[test]
    fn the_estimate_is_about_what_it_takes() {
        let mut found = choice(2, 0.5, 100_000);
        // Gaps of 2 on average, where 1 matters and the standard deviation is 20.
        let replication = |number: usize| {
            let swing = if number.is_multiple_of(2) { 20.0 } else { -20.0 };
            (vec![100.0, 102.0 + swing], vec![true, true])
        };
        go_on(&mut found, 100, replication);
        let about = found.about().unwrap();
        go_on(&mut found, 100_000, replication);
        let took = found.means().replications();
        assert_eq!(found.outcome(), Outcome::Chosen(0));
        assert!((0.8..1.25).contains(&(about as f64 / took as f64)), "estimated {about}, took {took}");
        assert_eq!([7, 99, 100, 101, 1_234, 99_001].map(two_digits), [7, 99, 100, 110, 1_300, 100_000]);
    }

    proptest! {
        #[test]
        fn without_limits_it_is_kim_and_nelson(
            values in prop::collection::vec(prop::collection::vec(-8_i32..8, 3), 120),
        ) {
            let means = KimNelson::new(3, 30, 3.0, half(), Goal::Smallest).unwrap();
            let mut alone = means.clone();
            let mut found = Constrained::new(means, None).unwrap();
            for row in &values {
                let row: Vec<f64> = row.iter().map(|&value| f64::from(value)).collect();
                alone.add(&row).unwrap();
                found.add(&row, &[]).unwrap();
            }
            prop_assert_eq!(found.means(), &alone);
        }

        #[test]
        fn somebody_is_left_unless_all_break_a_limit(
            values in prop::collection::vec(prop::collection::vec(-8_i32..8, 4), 300),
            kept in prop::collection::vec(0_usize..4, 4),
        ) {
            let mut found = choice(4, 0.6, 300);
            for (number, row) in values.iter().enumerate() {
                let row: Vec<f64> = row.iter().map(|&value| f64::from(value)).collect();
                // Some never keep it, some always, some in every other or third replication.
                let kept: Vec<bool> = kept.iter().map(|&every| every == 0 || (every > 1 && number.is_multiple_of(every))).collect();
                found.add(&row, &kept).unwrap();
                prop_assert!(found.outcome() != Outcome::Open || !found.needed().is_empty());
            }
            let all_break = (0..4).all(|system| found.means().admission(system) == Admission::Barred);
            prop_assert_eq!(found.outcome() == Outcome::NoneKeepsAll, all_break);
        }
    }
}
