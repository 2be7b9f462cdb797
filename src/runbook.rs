//! The runbook 切换任务书: a network of technical tasks that decides when services can really
//! return, whatever the announcement says.
//!
//! In each replication every task draws its duration once, keyed by its name, so that two
//! schedules with the same task meet the same luck. The critical path gives the technical finish;
//! the kind of return turns it into the actual one (model: "Stops, and the runbook"):
//!
//! ```text
//! fixed        max(planned return, technical finish)
//! estimated    the same, plus the overrun of the schedule
//! unannounced  technical finish, or stop + stated hours; neither given: never
//! early        technical finish, moved to the next allowed hour
//! ```

use crate::calendar::{DAY, SimTime};
use crate::distribution::Distribution;
use crate::rng::{Source, StreamId, name_key};
use crate::scenario::world::Scenario;
use crate::schedule::{Interval, Outage, ReturnKind, Suspension, shift};

/// A technical task.
#[derive(Debug, Clone)]
pub struct Task {
    /// Key.
    pub key: String,
    /// Duration, hours.
    pub hours: Distribution,
    /// Tasks before, by index; all smaller than this task's own.
    pub after_tasks: Vec<u16>,
    /// Stops before, by index.
    pub after_stops: Vec<u16>,
}

/// Draws the actual stops and returns of one replication.
pub fn draw_outage(scenario: &Scenario, source: &Source) -> Outage {
    let stops: Vec<SimTime> = scenario.suspensions.iter().map(|stop| actual_stop(stop, source)).collect();
    let mut finish: Vec<SimTime> = Vec::with_capacity(scenario.tasks.len());
    for task in &scenario.tasks {
        let before = task
            .after_tasks
            .iter()
            .map(|&index| finish[usize::from(index)])
            .chain(task.after_stops.iter().map(|&index| stops[usize::from(index)]))
            .max()
            .unwrap_or(SimTime(0));
        finish.push(shift(before, seconds_from_hours(&task.hours, source, &task.key)));
    }
    let actual = scenario
        .suspensions
        .iter()
        .zip(&stops)
        .map(|(stop, &start)| {
            let technical = stop.after_task.map(|index| finish[usize::from(index)]);
            let end = actual_return(stop, start, technical, source);
            Interval { start, end: end.max(start) }
        })
        .collect();
    Outage::new(scenario, actual)
}

fn actual_stop(stop: &Suspension, source: &Source) -> SimTime {
    match &stop.slip_hours {
        Some(hours) => shift(stop.stop, seconds_from_hours(hours, source, &format!("slip {}", stop.key))),
        None => stop.stop,
    }
}

fn actual_return(stop: &Suspension, start: SimTime, technical: Option<SimTime>, source: &Source) -> SimTime {
    let overrun = stop
        .overrun_hours
        .as_ref()
        .map_or(0, |hours| seconds_from_hours(hours, source, &format!("overrun {}", stop.key)));
    match stop.kind {
        ReturnKind::Unannounced => match (technical, &stop.after_hours) {
            (Some(finish), _) => shift(finish, overrun),
            (None, Some(hours)) => shift(start, seconds_from_hours(hours, source, &format!("return {}", stop.key))),
            (None, None) => SimTime::NEVER,
        },
        ReturnKind::Fixed | ReturnKind::Estimated => {
            let ready = technical.map_or(stop.planned, |finish| shift(finish, overrun));
            match &stop.early {
                Some(hours) if technical.is_some() && ready < stop.planned => {
                    next_allowed(ready, hours).min(stop.planned)
                }
                _ => {
                    let base = technical.map_or(stop.planned, |finish| finish.max(stop.planned));
                    shift(base, overrun)
                }
            }
        }
    }
}

/// First moment from `time` on inside the allowed hours of a day.
fn next_allowed(time: SimTime, hours: &[(u32, u32)]) -> SimTime {
    let day = time.day() * DAY;
    let second = time.second_of_day();
    for &(open, close) in hours {
        if second < close {
            return SimTime(day + second.max(open));
        }
    }
    hours.first().map_or(SimTime::NEVER, |&(open, _)| SimTime(day + DAY + open))
}

fn seconds_from_hours(hours: &Distribution, source: &Source, name: &str) -> i64 {
    let block = source.block(0, StreamId::Runbook, name_key(name), 0);
    (hours.sample_u(block.u(0)) * 3600.0).round() as i64
}
