//! Claims in each state by hour.

use crate::record::{DeskTally, HOUR, StateHours};
use crate::replication::Outcome;
use crate::scenario::world::Scenario;

use super::{Group, Series};

/// States of claims that are open, each a series by hour: key, Chinese and English name.
pub(super) const STATES: [(&str, &str, &str); 3] = [
    ("not-come", "尚未来办", "not yet come"),
    ("waiting", "排队中", "waiting"),
    ("in-service", "办理中", "in service"),
];

pub(super) fn hourly_series_of(scenario: &Scenario) -> Vec<Series> {
    let of = |class| {
        STATES.map(|(key, zh, en)| Series {
            key,
            unit: "claims",
            zh,
            en,
            group: Group::Desk(class),
            normal: false,
            is_total: false,
        })
    };
    (0..scenario.desk_classes.len()).flat_map(of).collect()
}

/// Claims in each state by hour, summed over replications: seconds as whole numbers, so that the
/// sum is the same in whatever order replications are added. Only means can be had from it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HourlySums {
    replications: u32,
    /// One list a series in catalogue order, of one sum an hour.
    seconds: Vec<Vec<i64>>,
}

impl HourlySums {
    /// Those of one replication: for each series in catalogue order the seconds that claims spent
    /// in its state in each hour.
    pub fn new(seconds: Vec<Vec<i64>>) -> Self {
        Self { replications: 1, seconds }
    }

    /// Those of what one replication gave.
    pub fn of(outcome: &Outcome) -> Self {
        let states = outcome.record.desks.iter().flat_map(states_of);
        Self::new(states.map(|state| state.seconds_by_hour().collect()).collect())
    }

    /// Adds the replications of another.
    pub fn merge(&mut self, other: &Self) {
        self.replications += other.replications;
        self.seconds.resize(self.seconds.len().max(other.seconds.len()), Vec::new());
        for (mine, theirs) in self.seconds.iter_mut().zip(&other.seconds) {
            mine.resize(mine.len().max(theirs.len()), 0);
            mine.iter_mut().zip(theirs).for_each(|(sum, seconds)| *sum += seconds);
        }
    }

    /// Replications in the sums.
    pub fn replications(&self) -> u32 {
        self.replications
    }

    /// Mean over the replications of the claims in the state of a series, averaged over each hour;
    /// empty without replications.
    pub fn means(&self, series: usize) -> Vec<f64> {
        let seconds = f64::from(HOUR) * f64::from(self.replications);
        self.seconds.get(series).into_iter().flatten().map(|&sum| sum as f64 / seconds).collect()
    }
}

/// States of claims at a desk class, in the order of [`STATES`].
pub(super) fn states_of(desk: &DeskTally) -> [&StateHours; STATES.len()] {
    [&desk.not_come, &desk.waiting, &desk.in_service]
}
