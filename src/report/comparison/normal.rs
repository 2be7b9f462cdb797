//! When the desks are back to normal under each schedule, as figures tell it.

use crate::experiment::comparison::{Candidate, Comparison};
use crate::experiment::spool::SpoolError;
use crate::measures::Group;

use super::tradeoffs::median_day;
use super::{mean, sample};

/// Returns to normal by schedule and desk class.
#[derive(Debug, Clone, Default)]
pub(super) struct Normal {
    /// Median day by schedule, then class.
    days: Vec<Vec<Option<f64>>>,
    /// The class of desks that under the baseline is back to normal last on average; of several that are not
    /// by the horizon, the one with the largest backlog.
    pub(super) worst: Option<usize>,
}

impl Normal {
    /// Of a comparison.
    ///
    /// # Errors
    ///
    /// When samples that were put aside cannot be read.
    pub(super) fn of(candidates: &[Candidate], comparison: &Comparison) -> Result<Self, SpoolError> {
        let classes = |candidate: &Candidate| 0..candidate.model.scenario.desk_classes.len();
        let day = |schedule: usize, class: usize| {
            let found = sample(&candidates[schedule], comparison, schedule, "back-to-normal", Group::Desk(class))?;
            let horizon = f64::from(candidates[schedule].model.scenario.clock.days());
            Ok(found.and_then(|found| median_day(&found, horizon).value))
        };
        let of = |schedule: usize| classes(&candidates[schedule]).map(|class| day(schedule, class)).collect();
        let days = (0..candidates.len()).map(of).collect::<Result<_, _>>()?;
        let Some(first) = candidates.first() else { return Ok(Self { days, worst: None }) };
        let of = |key: &str, class: usize| -> Result<Option<f64>, SpoolError> {
            Ok(sample(first, comparison, 0, key, Group::Desk(class))?.map(|found| mean(&found)))
        };
        let mut known = Vec::new();
        for class in classes(first) {
            let is_used = of("claims-entered", class)?.is_some_and(|claims| claims > 0.0);
            if let Some(day) = of("back-to-normal", class)?.filter(|_| is_used) {
                known.push((day, of("backlog-peak", class)?.unwrap_or(0.0), class));
            }
        }
        let worst = known.into_iter().max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        Ok(Self { days, worst: worst.map(|one| one.2) })
    }

    /// Median day of a class's return to normal under a schedule.
    pub(super) fn day(&self, schedule: usize, class: usize) -> Option<f64> {
        *self.days.get(schedule)?.get(class)?
    }
}
