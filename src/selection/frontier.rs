//! What is given up for what: undominated systems over several criteria, and regret over several
//! worlds.
//!
//! Smaller is better throughout; a criterion of which more is good enters with its sign changed.
//!
//! - A system is dominated if another is at least as good in every criterion and better in one
//!   (V. Pareto, "Manuale di economia politica", 1906). What remains is the choice that only the
//!   planner can make.
//! - The regret of a system in a world is what it costs there beyond the best system of that
//!   world (L. J. Savage, "The theory of statistical decision", Journal of the American
//!   Statistical Association 46 (1951) 55-67).

use super::{SelectionError, check_count, check_finite, check_table, positions_of_largest};

/// Positions of the systems that no other dominates, in order; never empty.
///
/// `points` holds one row per system with one value per criterion, smaller better; `None` is a
/// value beyond what was observed, worse than every number and the same as another `None`. Of
/// systems with the same values all remain.
///
/// # Errors
///
/// If there is no system or no criterion, rows differ in length, or a value is not finite.
///
/// ```
/// use cutover::selection::frontier::undominated;
///
/// // Days until back to normal (unknown: beyond the horizon), window hours.
/// let points = [[Some(12.0), Some(0.0)], [Some(8.0), Some(300.0)], [Some(9.0), Some(400.0)], [None, Some(0.0)]];
/// assert_eq!(undominated(&points)?, [0, 1]);
/// # Ok::<(), cutover::selection::SelectionError>(())
/// ```
pub fn undominated<Row: AsRef<[Option<f64>]>>(points: &[Row]) -> Result<Vec<usize>, SelectionError> {
    let criteria = points.first().map_or(0, |row| row.as_ref().len());
    if criteria == 0 {
        return Err(SelectionError::Empty);
    }
    for row in points {
        check_count(row.as_ref().len(), criteria)?;
        check_finite(row.as_ref().iter().flatten())?;
    }
    let is_dominated = |point: &Row| points.iter().any(|other| dominates(other.as_ref(), point.as_ref()));
    Ok((0..points.len()).filter(|&system| !is_dominated(&points[system])).collect())
}

/// Whether the first is at least as good in every criterion and better in one.
fn dominates(one: &[Option<f64>], other: &[Option<f64>]) -> bool {
    let known = |value: &Option<f64>| value.unwrap_or(f64::INFINITY);
    let pairs = || one.iter().map(known).zip(other.iter().map(known));
    pairs().all(|(one, other)| one <= other) && pairs().any(|(one, other)| one < other)
}

/// Two worlds that disagree on the best system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flip {
    /// The worlds, the earlier first.
    pub worlds: [usize; 2],
    /// A best system of each of them: the first is best in the first world and not in the second.
    pub best: [usize; 2],
}

/// Regret of each system in each world.
#[derive(Clone, Debug, PartialEq)]
pub struct Regret {
    /// Regret by world, then system, in the unit of the values; at least 0.
    pub by_world: Vec<Vec<f64>>,
    /// Largest regret of each system over the worlds.
    pub largest: Vec<f64>,
    /// Mean regret of each system over the worlds, all worlds weighing the same.
    pub mean: Vec<f64>,
}

impl Regret {
    /// Regret from values by world, then system, smaller better.
    ///
    /// # Errors
    ///
    /// If there is no world or no system, rows differ in length, or a value is not finite.
    ///
    /// ```
    /// use cutover::selection::frontier::{Flip, Regret};
    ///
    /// // On time and with an overrun; three schedules.
    /// let regret = Regret::new(&[[10.0, 12.0, 15.0], [40.0, 25.0, 24.0]])?;
    /// assert_eq!(regret.largest, [16.0, 2.0, 5.0]);
    /// assert_eq!(regret.minimax(), [1]);
    /// assert_eq!(regret.flip(), Some(Flip { worlds: [0, 1], best: [0, 2] }));
    /// # Ok::<(), cutover::selection::SelectionError>(())
    /// ```
    pub fn new<Row: AsRef<[f64]>>(values: &[Row]) -> Result<Self, SelectionError> {
        let systems = check_table(values)?;
        let regret = |row: &Row| -> Vec<f64> {
            let best = row.as_ref().iter().copied().fold(f64::INFINITY, f64::min);
            row.as_ref().iter().map(|value| value - best).collect()
        };
        let by_world: Vec<Vec<f64>> = values.iter().map(regret).collect();
        let of_system = |system: usize| by_world.iter().map(move |row| row[system]);
        let largest = (0..systems).map(|system| of_system(system).fold(0.0, f64::max)).collect();
        let mean = (0..systems).map(|system| of_system(system).sum::<f64>() / by_world.len() as f64).collect();
        Ok(Self { by_world, largest, mean })
    }

    /// Systems whose largest regret is smallest, in order; more than one on a tie.
    #[must_use]
    pub fn minimax(&self) -> Vec<usize> {
        positions_of_largest(self.largest.iter().map(|regret| -regret))
    }

    /// Systems whose mean regret is smallest, in order; more than one on a tie.
    #[must_use]
    pub fn smallest_mean(&self) -> Vec<usize> {
        positions_of_largest(self.mean.iter().map(|regret| -regret))
    }

    /// Systems that are best in a world, in order; more than one on a tie.
    ///
    /// # Panics
    ///
    /// Panics if there is no such world.
    #[must_use]
    pub fn best(&self, world: usize) -> Vec<usize> {
        positions_of_largest(self.by_world[world].iter().map(|regret| -regret))
    }

    /// Two worlds that show that no system is best in all; `None` if one is.
    ///
    /// The first two worlds without a common best system; where ties leave every two worlds one, a
    /// world and the first in which its first best system is not best.
    #[must_use]
    pub fn flip(&self) -> Option<Flip> {
        let is_best = |system: usize, world: usize| self.by_world[world][system] == 0.0;
        if self.largest.contains(&0.0) {
            return None;
        }
        let worlds = 0..self.by_world.len();
        let pairs = || worlds.clone().flat_map(|one| (one + 1..worlds.end).map(move |other| [one, other]));
        let apart = pairs().find(|&[one, other]| !self.best(one).into_iter().any(|system| is_best(system, other)));
        let weaker = || pairs().find(|&[one, other]| !is_best(self.best(one)[0], other));
        let worlds = apart.or_else(weaker)?;
        Some(Flip { worlds, best: worlds.map(|world| self.best(world)[0]) })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A number or, one time in six, none; few numbers, so that ties are frequent.
    fn value() -> impl Strategy<Value = Option<f64>> {
        prop_oneof![1 => Just(None), 5 => (0_u8..5).prop_map(|value| Some(f64::from(value)))]
    }

    /// Small whole numbers, so that differences are exact.
    fn row(systems: usize) -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec((0_u8..6).prop_map(f64::from), systems)
    }

    fn points() -> impl Strategy<Value = Vec<Vec<Option<f64>>>> {
        (1_usize..4).prop_flat_map(|criteria| prop::collection::vec(prop::collection::vec(value(), criteria), 1..9))
    }

    proptest! {
        #[test]
        fn the_undominated_are_never_none_dominate_no_member_and_all_the_rest(points in points()) {
            let found = undominated(&points).unwrap();
            prop_assert!(!found.is_empty());
            // Rank by rank, without the comparison of numbers that the product uses.
            let rank = |value: Option<f64>| value.map_or(100, |value| value as i32);
            let beats = |one: usize, other: usize| {
                let gaps: Vec<i32> = points[one].iter().zip(&points[other]).map(|(&a, &b)| rank(a) - rank(b)).collect();
                gaps.iter().all(|&gap| gap <= 0) && gaps.iter().sum::<i32>() < 0
            };
            for system in 0..points.len() {
                if found.contains(&system) {
                    prop_assert!(!(0..points.len()).any(|other| beats(other, system)));
                } else {
                    // Domination is transitive, so a member of the set dominates it.
                    prop_assert!(found.iter().any(|&member| beats(member, system)));
                }
            }
        }

        #[test]
        fn the_best_of_every_single_criterion_has_an_undominated_equal(points in points()) {
            let found = undominated(&points).unwrap();
            for criterion in 0..points[0].len() {
                let of = |system: usize| points[system][criterion].unwrap_or(f64::INFINITY);
                let best = (0..points.len()).map(of).fold(f64::INFINITY, f64::min);
                prop_assert!(found.iter().any(|&system| of(system) == best));
            }
        }

        #[test]
        fn regret_keeps_its_laws(
            values in (1_usize..5).prop_flat_map(|systems| prop::collection::vec(row(systems), 1..6)),
        ) {
            let regret = Regret::new(&values).unwrap();
            let systems = values[0].len();
            for (world, row) in regret.by_world.iter().enumerate() {
                prop_assert!(row.iter().all(|&value| value >= 0.0) && row.contains(&0.0));
                for &system in &regret.best(world) {
                    prop_assert!(values[world].iter().all(|&value| value >= values[world][system]));
                }
            }
            for system in 0..systems {
                prop_assert!(regret.mean[system] <= regret.largest[system]);
                prop_assert!(regret.minimax().iter().all(|&minimax| regret.largest[minimax] <= regret.largest[system]));
            }
            let wins_all = |system: usize| (0..values.len()).all(|world| regret.best(world).contains(&system));
            prop_assert_eq!(regret.flip().is_none(), (0..systems).any(wins_all));
            if let Some(flip) = regret.flip() {
                prop_assert!(flip.worlds[0] < flip.worlds[1]);
                prop_assert!(regret.best(flip.worlds[0]).contains(&flip.best[0]));
                prop_assert!(regret.best(flip.worlds[1]).contains(&flip.best[1]));
                prop_assert!(!regret.best(flip.worlds[1]).contains(&flip.best[0]));
            }
            // A world that adds the same to all changes nothing.
            let shift = |row: &Vec<f64>| -> Vec<f64> { row.iter().map(|value| value + 8.0).collect() };
            let shifted: Vec<Vec<f64>> = values.iter().map(shift).collect();
            prop_assert_eq!(Regret::new(&shifted).unwrap(), regret);
        }
    }

    #[test]
    fn ties_between_worlds_show_the_weaker_flip() {
        // Best: {0, 1}, {1, 2}, {0, 2}. Every two worlds have a common best, all three have none.
        let regret = Regret::new(&[[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]).unwrap();
        assert_eq!(regret.flip(), Some(Flip { worlds: [0, 1], best: [0, 1] }));
        assert_eq!(regret.smallest_mean(), [0, 1, 2]);
    }

    #[test]
    fn the_first_worlds_without_a_common_best_are_shown() {
        let regret = Regret::new(&[[0.0, 0.0, 5.0], [0.0, 3.0, 5.0], [9.0, 0.0, 5.0]]).unwrap();
        assert_eq!(regret.flip(), Some(Flip { worlds: [1, 2], best: [0, 1] }));
        assert_eq!((regret.minimax(), regret.largest), (vec![1], vec![9.0, 3.0, 5.0]));
        assert_eq!(Regret::new(&[[1.0, 2.0], [1.0, 3.0]]).unwrap().flip(), None);
    }

    #[test]
    fn bad_tables_are_refused() {
        assert_eq!(undominated::<Vec<Option<f64>>>(&[]), Err(SelectionError::Empty));
        let uneven = [vec![Some(1.0)], vec![]];
        assert_eq!(undominated(&uneven), Err(SelectionError::Count { found: 0, expected: 1 }));
        assert_eq!(undominated(&[[Some(f64::INFINITY)]]), Err(SelectionError::NotFinite(f64::INFINITY)));
        assert_eq!(Regret::new::<[f64; 1]>(&[]), Err(SelectionError::Empty));
        assert!(Regret::new(&[[f64::NAN]]).is_err());
    }
}
