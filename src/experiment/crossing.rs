//! Where along a key a limit begins or ceases to be kept, and how well that is known.
//!
//! Every point gets a Clopper-Pearson interval for the chance that the limit is kept; the intervals of all
//! points hold together ([`crate::selection::feasible`]). A value of the key that may keep the limit is one whose
//! interval reaches the chance asked for, one that surely does is one whose whole interval lies there.

use crate::selection::feasible::{ChanceLimit, Side, Verdict, clopper_pearson};
use crate::stats::Confidence;

/// How one point stands with a limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// Replications.
    pub n: usize,
    /// Share of them in which the limit was kept.
    pub share: f64,
    /// Interval of that chance; those of all points hold together.
    pub interval: (f64, f64),
    /// Whether the share reaches the chance asked for.
    pub is_kept: bool,
    /// What the interval says.
    pub verdict: Verdict,
}

impl Standing {
    /// Of the replications of one of so many points; none without replications.
    pub fn of(kept: &[bool], chance: f64, points: usize) -> Option<Self> {
        let n = kept.len();
        let hits = kept.iter().filter(|kept| **kept).count();
        let interval = clopper_pearson(hits, n, Confidence::P95.split(points)).ok()?;
        let limit = ChanceLimit::new(Side::AtLeast, chance, 0.0).ok()?;
        let share = hits as f64 / n.max(1) as f64;
        (n > 0).then(|| Self { n, share, interval, is_kept: share >= chance, verdict: limit.verdict(interval) })
    }
}

/// Fewest replications after which one of so many points can surely keep a limit: with fewer, even keeping it in
/// all of them leaves the lower end `tail^(1/n)` of its interval below the chance asked for.
pub fn replications_needed(chance: f64, points: usize) -> usize {
    (Confidence::P95.split(points).tail().ln() / chance.ln()).ceil() as usize
}

/// About how many replications it takes until a point where the limit was kept in this share of them surely keeps
/// it, were the share to stay: the first such number on a ladder of steps of a tenth. None where the share is not
/// above the chance asked for, or more than ten million would be needed.
pub fn replications_for(share: f64, chance: f64, points: usize) -> Option<usize> {
    const MOST: usize = 10_000_000;
    if share <= chance {
        return None;
    }
    let confidence = Confidence::P95.split(points);
    let mut n = replications_needed(chance, points).max(1);
    while n <= MOST {
        let hits = (share * n as f64).floor() as usize;
        if clopper_pearson(hits, n, confidence).is_ok_and(|(low, _)| low >= chance) {
            return Some(n);
        }
        n += (n / 10).max(1);
    }
    None
}

/// Along which values a limit is kept, by the shares seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// At all.
    Always,
    /// At none.
    Never,
    /// At this one and all after it.
    From(usize),
    /// At this one and all before it.
    UpTo(usize),
    /// Neither: kept, broken and kept again.
    Mixed,
}

/// What a row of points says.
#[derive(Debug, Clone, PartialEq)]
pub struct Crossing {
    /// By the shares seen.
    pub pattern: Pattern,
    /// By value of the key; none where nothing was simulated.
    pub standings: Vec<Option<Standing>>,
}

impl Crossing {
    /// Of the points along a key, in its order.
    pub fn of(standings: Vec<Option<Standing>>) -> Self {
        let kept: Vec<bool> = standings.iter().map(|one| one.is_some_and(|one| one.is_kept)).collect();
        let first = kept.iter().position(|kept| *kept);
        let last = kept.iter().rposition(|kept| *kept);
        let pattern = match (first, last) {
            (Some(first), Some(last)) if kept[first..=last].iter().all(|kept| *kept) => {
                match (first == 0, last + 1 == kept.len()) {
                    (true, true) => Pattern::Always,
                    (false, true) => Pattern::From(first),
                    (true, false) => Pattern::UpTo(last),
                    (false, false) => Pattern::Mixed,
                }
            }
            (Some(_), Some(_)) => Pattern::Mixed,
            _ => Pattern::Never,
        };
        Self { pattern, standings }
    }

    /// Values at which the limit may be kept: no interval says otherwise.
    pub fn may(&self) -> Vec<usize> {
        self.places(|one| one.verdict != Verdict::Fails)
    }

    /// Values at which it is surely kept.
    pub fn sure(&self) -> Vec<usize> {
        self.places(|one| one.verdict == Verdict::Meets)
    }

    /// Values at which it may be kept but cannot be told to be yet.
    pub fn open(&self) -> Vec<usize> {
        self.places(|one| one.verdict != Verdict::Fails && one.verdict != Verdict::Meets)
    }

    /// Values at which it is kept by the shares seen.
    pub fn kept(&self) -> Vec<usize> {
        self.places(|one| one.is_kept)
    }

    fn places(&self, is: impl Fn(&Standing) -> bool) -> Vec<usize> {
        let standings = self.standings.iter().enumerate();
        standings.filter(|(_, one)| one.as_ref().is_some_and(&is)).map(|(place, _)| place).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crossing(hits: &[usize], n: usize) -> Crossing {
        let of = |hits: &usize| {
            let kept: Vec<bool> = (0..n).map(|number| number < *hits).collect();
            Standing::of(&kept, 0.9, 5)
        };
        Crossing::of(hits.iter().map(of).collect())
    }

    #[test]
    fn the_first_value_that_keeps_a_limit_is_found_with_the_values_that_cannot_be_told_from_it() {
        let found = crossing(&[0, 300, 320, 380, 400], 400);
        assert_eq!(found.pattern, Pattern::From(3));
        assert_eq!((found.may(), found.sure()), (vec![3, 4], vec![3, 4]));
        // With 30 replications even 30 of 30 may be a chance below 0.9, and 24 of 30 one above.
        let found = crossing(&[0, 20, 24, 29, 30], 30);
        assert_eq!(found.pattern, Pattern::From(3));
        assert_eq!((found.may(), found.sure()), (vec![2, 3, 4], vec![]));
    }

    #[test]
    fn so_many_replications_are_needed_and_no_fewer() {
        let all_keep = |n: usize| Standing::of(&vec![true; n], 0.9, 5).unwrap().verdict;
        let needed = replications_needed(0.9, 5);
        assert_eq!((all_keep(needed), all_keep(needed - 1)), (Verdict::Meets, Verdict::CannotTell));
    }

    #[test]
    fn a_share_nearer_to_the_chance_takes_more_replications() {
        assert_eq!(replications_for(1.0, 0.9, 5), Some(replications_needed(0.9, 5)));
        let nearer = replications_for(0.93, 0.9, 5).unwrap();
        assert!(nearer > 300 && nearer < 2_000, "{nearer}");
        assert_eq!(replications_for(0.9, 0.9, 5), None);
    }

    #[test]
    fn all_other_patterns_have_their_names() {
        for (hits, pattern) in [
            ([60; 5], Pattern::Always),
            ([0; 5], Pattern::Never),
            ([60, 60, 10, 0, 0], Pattern::UpTo(1)),
            ([60, 0, 60, 60, 60], Pattern::Mixed),
            ([0, 60, 60, 0, 0], Pattern::Mixed),
        ] {
            assert_eq!(crossing(&hits, 60).pattern, pattern, "{hits:?}");
        }
        assert_eq!(Crossing::of(vec![None, None]).pattern, Pattern::Never);
    }
}
