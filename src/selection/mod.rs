//! Choosing among several systems that were run on the same replications.
//!
//! A system is whatever was simulated: a schedule, a setting, a city. The sample is one number
//! per system and replication; nothing here knows what it measures, and units are the caller's.
//! Replication number `r` of every system meets the same patients (common random numbers), so
//! every method below is one that stays valid when the values of a replication depend on each
//! other. Nothing depends on threads; where random numbers are drawn, the seed is an argument.
//!
//! | question | method | file |
//! |---|---|---|
//! | which is best, with a guarantee | Kim and Nelson's sequential procedure | [`kim_nelson`] |
//! | what a procedure of two stages would have cost | constants of Rinott, of Dudewicz and Dalal | [`two_stage`] |
//! | which is best of those that keep limits | both, run together | [`constrained`] |
//! | does it keep a limit on a probability | Clopper-Pearson intervals at fixed looks | [`feasible`] |
//! | what changes against the baseline | paired differences, simultaneous t intervals | [`paired`] |
//! | how often, and how surely, is it best | shares and a paired bootstrap | [`best`] |
//! | what is given up for what, and in which world | undominated points, regret | [`frontier`] |

pub mod best;
pub mod constrained;
pub mod feasible;
pub mod frontier;
pub mod kim_nelson;
pub mod paired;
pub mod two_stage;

use std::fmt;

use crate::stats::StatsError;

/// Which end of a measure is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// The larger, the better.
    Largest,
    /// The smaller, the better.
    Smallest,
}

impl Goal {
    /// 1 if larger is better, -1 if smaller is: the factor after which larger is always better.
    const fn sign(self) -> f64 {
        match self {
            Self::Largest => 1.0,
            Self::Smallest => -1.0,
        }
    }
}

/// Why a selection could not be made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SelectionError {
    /// Fewer systems than there must be to choose among.
    Systems {
        /// Systems given.
        found: usize,
        /// Fewest allowed.
        least: usize,
    },
    /// A first stage of fewer than two replications, which has no variance.
    FirstStage(usize),
    /// An indifference that is not a finite number above 0.
    Indifference(f64),
    /// A confidence that guessing among the systems reaches too, or one too close to 1 to compute.
    Guess {
        /// The confidence.
        confidence: f64,
        /// Systems to choose among.
        systems: usize,
    },
    /// Fewer or more values than systems, replications or criteria.
    Count {
        /// Values given.
        found: usize,
        /// Values expected.
        expected: usize,
    },
    /// No values, where at least one is needed.
    Empty,
    /// A value that is infinite or not a number.
    NotFinite(f64),
    /// A limit on a probability that does not lie strictly between 0 and 1.
    Limit(f64),
    /// A tolerance, or a difference that matters, that is negative or not finite.
    Tolerance(f64),
    /// Looks that do not ascend from at least one replication, or no look at all.
    Looks,
    /// More outcomes that happened than outcomes.
    Hits {
        /// Outcomes that happened.
        hits: usize,
        /// All outcomes.
        n: usize,
    },
    /// An estimate could not be formed.
    Stats(StatsError),
}

impl fmt::Display for SelectionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Systems { found, least } => write!(formatter, "systems = {found}: must be at least {least}"),
            Self::FirstStage(found) => write!(formatter, "first stage = {found} replications: must be at least 2"),
            Self::Indifference(value) => write!(formatter, "indifference = {value}: must be above 0 and finite"),
            Self::Guess { confidence, systems } => {
                write!(
                    formatter,
                    "confidence = {confidence}: must be above 1/{systems}, what guessing gives, and below 1"
                )
            }
            Self::Count { found, expected } => write!(formatter, "{found} values where {expected} are expected"),
            Self::Empty => write!(formatter, "at least one value is needed"),
            Self::NotFinite(value) => write!(formatter, "a value must not be {value}"),
            Self::Limit(value) => write!(formatter, "limit = {value}: must lie between 0 and 1"),
            Self::Tolerance(value) => write!(formatter, "tolerance = {value}: must be at least 0 and finite"),
            Self::Looks => write!(formatter, "looks must be ascending numbers of replications, the first at least 1"),
            Self::Hits { hits, n } => write!(formatter, "{hits} hits among {n} outcomes"),
            Self::Stats(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for SelectionError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Stats(error) => Some(error),
            _ => None,
        }
    }
}

impl From<StatsError> for SelectionError {
    fn from(error: StatsError) -> Self {
        Self::Stats(error)
    }
}

/// Checks that all values are finite.
fn check_finite<'a>(values: impl IntoIterator<Item = &'a f64>) -> Result<(), SelectionError> {
    match values.into_iter().find(|value| !value.is_finite()) {
        Some(&value) => Err(SelectionError::NotFinite(value)),
        None => Ok(()),
    }
}

/// Checks that there are as many values as expected.
const fn check_count(found: usize, expected: usize) -> Result<(), SelectionError> {
    if found == expected { Ok(()) } else { Err(SelectionError::Count { found, expected }) }
}

/// Checks a table of finite values: at least one row, at least one value, all rows of one length,
/// which is returned.
fn check_table<Row: AsRef<[f64]>>(rows: &[Row]) -> Result<usize, SelectionError> {
    let length = rows.first().map_or(0, |row| row.as_ref().len());
    if length == 0 {
        return Err(SelectionError::Empty);
    }
    for row in rows {
        check_count(row.as_ref().len(), length)?;
        check_finite(row.as_ref())?;
    }
    Ok(length)
}

/// Positions of the largest of some values that are not NaN, in order; more than one on a tie.
fn positions_of_largest(values: impl Iterator<Item = f64> + Clone) -> Vec<usize> {
    let largest = values.clone().fold(f64::NEG_INFINITY, f64::max);
    values.enumerate().filter(|&(_, value)| value == largest).map(|(position, _)| position).collect()
}
