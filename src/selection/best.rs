//! How often, and how surely, each system is the best.
//!
//! Two different questions: in which share of replications was the system best (what a city may
//! meet), and how probable is it that its mean is best (what the sample says about the choice). The
//! second is a bootstrap: replications are drawn again with replacement, whole vectors at a time,
//! so that what the systems share stays shared (B. Efron, "Bootstrap methods: another look at the
//! jackknife", Annals of Statistics 7 (1979) 1-26). It describes the sample and promises nothing; a
//! choice with a guarantee is [`super::kim_nelson`].

use super::{Goal, SelectionError, check_table, positions_of_largest};
use crate::rng::{Source, StreamId};

/// Samples drawn by [`probability_best`]: a probability of one half is then known within 0.01.
pub const RESAMPLES: u32 = 10_000;

/// Share of the replications in which each system was best, in the order of the systems; systems
/// that tie share the replication equally. The shares sum to 1.
///
/// `values` holds one row per system with one value per replication.
///
/// # Errors
///
/// If there is no system or no replication, rows differ in length, or a value is not finite.
///
/// ```
/// use cutover::selection::Goal;
/// use cutover::selection::best::share_best;
///
/// let waits = [vec![10.0, 30.0, 20.0, 5.0], vec![12.0, 20.0, 20.0, 9.0]];
/// assert_eq!(share_best(&waits, Goal::Smallest)?, [0.625, 0.375]);
/// # Ok::<(), cutover::selection::SelectionError>(())
/// ```
pub fn share_best<Row: AsRef<[f64]>>(values: &[Row], goal: Goal) -> Result<Vec<f64>, SelectionError> {
    let replications = check_table(values)?;
    let mut wins = Wins::new(values.len());
    for replication in 0..replications {
        wins.add(values.iter().map(|row| goal.sign() * row.as_ref()[replication]));
    }
    Ok(wins.shares())
}

/// Share of [`RESAMPLES`] bootstrap samples in which each system has the best mean, in the order of
/// the systems; systems that tie share the sample equally. The shares sum to 1.
///
/// `values` holds one row per system with one value per replication. The seed decides the
/// samples; the same one gives the same shares on every machine.
///
/// # Errors
///
/// If there is no system or no replication, rows differ in length, or a value is not finite.
pub fn probability_best<Row: AsRef<[f64]>>(values: &[Row], goal: Goal, seed: u64) -> Result<Vec<f64>, SelectionError> {
    let replications = check_table(values)?;
    let source = Source::new(seed, 0);
    let mut wins = Wins::new(values.len());
    let mut drawn = vec![0_usize; replications];
    for resample in 0..RESAMPLES {
        let mut draws = source.stream(0, StreamId::Resample, resample);
        for place in &mut drawn {
            // Off by less than replications / 2^32 of its probability.
            *place = ((u64::from(draws.next_word()) * replications as u64) >> 32) as usize;
        }
        // In ascending order equal samples have equal sums, whatever the order drawn.
        drawn.sort_unstable();
        wins.add(values.iter().map(|row| goal.sign() * drawn.iter().map(|&place| row.as_ref()[place]).sum::<f64>()));
    }
    Ok(wins.shares())
}

/// How often each system won, by the number of systems it shared with: exact counts.
struct Wins {
    /// Row by row for each system: wins alone, wins shared by two, by three and so on.
    counts: Vec<Vec<u32>>,
    rounds: u32,
}

impl Wins {
    fn new(systems: usize) -> Self {
        Self { counts: vec![vec![0; systems]; systems], rounds: 0 }
    }

    /// Counts a round by the values of the systems, larger better.
    fn add(&mut self, values: impl Iterator<Item = f64> + Clone) {
        let winners = positions_of_largest(values);
        for &system in &winners {
            self.counts[system][winners.len() - 1] += 1;
        }
        self.rounds += 1;
    }

    fn shares(&self) -> Vec<f64> {
        let rounds = f64::from(self.rounds);
        let won = |counts: &Vec<u32>| -> f64 {
            counts.iter().zip(1..).map(|(&count, of)| f64::from(count) / f64::from(of)).sum()
        };
        self.counts.iter().map(|counts| won(counts) / rounds).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Five standard errors of a share over the resamples.
    fn allowed(share: f64) -> f64 {
        5.0 * (share * (1.0 - share) / f64::from(RESAMPLES)).sqrt()
    }

    /// The bootstrap with all n^n samples in place of random ones.
    fn exactly(values: &[Vec<f64>]) -> Vec<f64> {
        let n = values[0].len();
        let mut shares = vec![0.0; values.len()];
        let samples = n.pow(n as u32);
        for sample in 0..samples {
            let drawn: Vec<usize> = (0..n).map(|place| sample / n.pow(place as u32) % n).collect();
            let sums: Vec<f64> = values.iter().map(|row| drawn.iter().map(|&place| row[place]).sum()).collect();
            let largest = sums.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let ties = sums.iter().filter(|&&sum| sum == largest).count();
            for (share, _) in shares.iter_mut().zip(&sums).filter(|&(_, &sum)| sum == largest) {
                *share += 1.0 / (ties * samples) as f64;
            }
        }
        shares
    }

    #[test]
    fn the_bootstrap_agrees_with_all_samples() {
        // By hand: of (0, 3) drawn twice, one sum of four lies below 2.
        assert_eq!(exactly(&[vec![0.0, 3.0], vec![1.0, 1.0]]), [0.75, 0.25]);
        let cases = [
            vec![vec![0.0, 3.0], vec![1.0, 1.0]],
            vec![vec![4.0, 1.0, 2.0], vec![3.0, 3.0, 0.0], vec![2.0, 2.0, 2.0]],
            vec![vec![0.0, 5.0, 1.0, 1.0, 3.0], vec![4.0, 2.0, 2.0, 0.0, 1.0], vec![1.0, 1.0, 6.0, 1.0, 0.0]],
        ];
        for values in cases {
            let exact = exactly(&values);
            let found = probability_best(&values, Goal::Largest, 7).unwrap();
            let negated: Vec<Vec<f64>> = values.iter().map(|row| row.iter().map(|value| -value).collect()).collect();
            assert_eq!(found, probability_best(&negated, Goal::Smallest, 7).unwrap());
            for (found, exact) in found.iter().zip(&exact) {
                assert!((found - exact).abs() <= allowed(*exact), "{found} {exact}");
            }
            assert!((found.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn the_bootstrap_keeps_what_systems_share() {
        // The first is better by 1 in every replication, far less than the spread.
        let shared: Vec<f64> = (0..40).map(|replication| f64::from(replication * 37 % 40) * 10.0).collect();
        let better: Vec<f64> = shared.iter().map(|value| value + 1.0).collect();
        assert_eq!(probability_best(&[&better, &shared], Goal::Largest, 1).unwrap(), [1.0, 0.0]);
        assert_eq!(share_best(&[&better, &shared], Goal::Largest).unwrap(), [1.0, 0.0]);
    }

    #[test]
    fn identical_systems_share_equally() {
        let values = [vec![0.1, 0.2, 0.7], vec![0.1, 0.2, 0.7], vec![0.1, 0.2, 0.6]];
        let close = |found: Vec<f64>, expected: [f64; 3]| {
            assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12), "{found:?}");
        };
        // Two replications shared by three, one by two.
        close(share_best(&values, Goal::Largest).unwrap(), [7.0 / 18.0, 7.0 / 18.0, 2.0 / 9.0]);
        let found = probability_best(&values, Goal::Largest, 3).unwrap();
        assert_eq!(found[0], found[1]);
    }

    #[test]
    fn seeds_decide() {
        let values = [vec![0.0, 3.0, 1.0], vec![1.0, 1.0, 2.0]];
        let at = |seed| probability_best(&values, Goal::Largest, seed).unwrap();
        assert_eq!(at(5), at(5));
        assert_ne!(at(5), at(6));
    }

    #[test]
    fn bad_tables_are_refused() {
        assert_eq!(share_best::<Vec<f64>>(&[], Goal::Largest), Err(SelectionError::Empty));
        assert_eq!(share_best(&[vec![]], Goal::Largest), Err(SelectionError::Empty));
        let uneven = [vec![1.0], vec![1.0, 2.0]];
        assert_eq!(probability_best(&uneven, Goal::Largest, 0), Err(SelectionError::Count { found: 2, expected: 1 }));
        assert!(share_best(&[vec![f64::NAN]], Goal::Largest).is_err());
    }
}
