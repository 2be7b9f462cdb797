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
//!
//! A roll-back looks at the technical finish alone: what an overrun adds on top is not foreseen. Tasks
//! that hang on a stop which is rolled back are done again in its second stop, with draws of their own
//! under the same names; the others were done. A stop that hangs on the same tasks but states no
//! roll-back returns by the first attempt.

use crate::calendar::{DAY, SimTime};
use crate::distribution::Distribution;
use crate::rng::{Source, StreamId, name_key};
use crate::scenario::world::Scenario;
use crate::schedule::{Down, Interval, Outage, ReturnKind, RollBack, Suspension, Unstable, shift};

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
///
/// At the go/no-go hour of a stop one knows when its task will be finished. Is that too late, the old
/// system comes back, and a second stop follows for which the tasks after it are drawn anew. Failures
/// after the return are drawn last.
pub fn draw_outage(scenario: &Scenario, source: &Source) -> Outage {
    let starts: Vec<SimTime> = scenario.suspensions.iter().map(|stop| actual_stop(stop, source)).collect();
    let finish = finishes(scenario, source, &starts, None);
    let mut actual = Vec::with_capacity(starts.len());
    for (stop, &start) in scenario.suspensions.iter().zip(&starts) {
        let end = actual_return(stop, start, stop.planned, technical(stop, &finish), Attempt::First, source);
        actual.push(Interval { start, end });
    }
    let mut downs: Vec<Down> =
        actual.iter().zip(0..).map(|(&span, stop)| Down { stop, span, is_return: true }).collect();
    second_stops(scenario, source, (&starts, &finish), &mut actual, &mut downs);
    for (index, stop) in scenario.suspensions.iter().enumerate() {
        let span = actual[index];
        if let Some(unstable) = stop.unstable.as_ref().filter(|_| span.start < span.end) {
            let failures = failures(unstable, &stop.key, span.end, source);
            downs.extend(failures.into_iter().map(|span| Down { stop: index as u16, span, is_return: false }));
        }
    }
    Outage::of_downs(scenario, actual, downs)
}

/// Which time the work is done.
#[derive(Debug, Clone, Copy)]
enum Attempt {
    First,
    /// In the second stop, after a roll-back.
    Second,
}

fn technical(stop: &Suspension, finish: &[SimTime]) -> Option<SimTime> {
    stop.after_task.map(|index| finish[usize::from(index)])
}

/// When each task is finished: that of the first attempt or, given that, of the second one, in which
/// stops begin again and the tasks after them are done again.
fn finishes(
    scenario: &Scenario,
    source: &Source,
    starts: &[SimTime],
    first: Option<(&[SimTime], &[bool])>,
) -> Vec<SimTime> {
    let mut finish: Vec<SimTime> = Vec::with_capacity(scenario.tasks.len());
    let mut is_redone = Vec::with_capacity(scenario.tasks.len());
    for (index, task) in scenario.tasks.iter().enumerate() {
        let attempt = if first.is_some() { Attempt::Second } else { Attempt::First };
        let is_again = first.is_none_or(|(_, again)| {
            task.after_stops.iter().any(|&stop| again[usize::from(stop)])
                || task.after_tasks.iter().any(|&before| is_redone[usize::from(before)])
        });
        is_redone.push(is_again);
        if let Some((first, _)) = first.filter(|_| !is_again) {
            finish.push(first[index]);
            continue;
        }
        let before = task
            .after_tasks
            .iter()
            .map(|&index| finish[usize::from(index)])
            .chain(task.after_stops.iter().map(|&index| starts[usize::from(index)]))
            .max()
            .unwrap_or(SimTime(0));
        finish.push(shift(before, seconds_from_hours(&task.hours, source, &task.key, attempt)));
    }
    finish
}

/// Rolls back the stops whose work will not be done in time: their first span ends when the old system
/// is back, and a second one begins later, which ends with the return.
fn second_stops(
    scenario: &Scenario,
    source: &Source,
    (starts, finish): (&[SimTime], &[SimTime]),
    actual: &mut [Interval],
    downs: &mut Vec<Down>,
) {
    let mut again = vec![false; starts.len()];
    let mut second = starts.to_vec();
    for (index, stop) in scenario.suspensions.iter().enumerate() {
        let is_late = |plan: &&RollBack| technical(stop, finish).is_some_and(|finish| finish > plan.latest);
        let Some(plan) = stop.rollback.as_ref().filter(is_late).filter(|_| actual[index].start < actual[index].end)
        else {
            continue;
        };
        let hours = seconds_from_hours(&plan.back_hours, source, &format!("back {}", stop.key), Attempt::First);
        let back = shift(plan.go_no_go.max(starts[index]), hours);
        downs[index].span.end = back;
        downs[index].is_return = false;
        again[index] = true;
        second[index] = plan.again(&scenario.clock, back);
    }
    if !again.contains(&true) {
        return;
    }
    let finish = finishes(scenario, source, &second, Some((finish, &again)));
    for (index, stop) in scenario.suspensions.iter().enumerate().filter(|(index, _)| again[*index]) {
        let start = second[index];
        let length = stop.rollback.as_ref().and_then(|plan| plan.length);
        let planned = length.map_or(SimTime::NEVER, |length| start.plus(length));
        let end = actual_return(stop, start, planned, technical(stop, &finish), Attempt::Second, source);
        actual[index].end = end;
        downs.push(Down { stop: index as u16, span: Interval { start, end }, is_return: true });
    }
}

/// Failures after a return, in order of time. Each has draws of its own, so that there being more of
/// them moves none.
fn failures(unstable: &Unstable, stop: &str, back: SimTime, source: &Source) -> Vec<Interval> {
    if back == SimTime::NEVER {
        return Vec::new();
    }
    let key = name_key(&format!("unstable {stop}"));
    let count = unstable.count(source.block(0, StreamId::Runbook, key, 0).u(0));
    let one = |index: u32| {
        let block = source.block(0, StreamId::Runbook, key, index);
        let start = unstable.moment(back, block.u(0));
        let seconds = (unstable.hours.sample_u(block.u(1)) * 3600.0).round() as i64;
        Interval { start, end: shift(start, seconds) }
    };
    let mut failures: Vec<Interval> = (1..=count).map(one).collect();
    failures.sort_unstable_by_key(|failure| (failure.start, failure.end));
    failures
}

fn actual_stop(stop: &Suspension, source: &Source) -> SimTime {
    let seconds = |hours| seconds_from_hours(hours, source, &format!("slip {}", stop.key), Attempt::First);
    stop.slip_hours.as_ref().map_or(stop.stop, |hours| shift(stop.stop, seconds(hours)))
}

/// When a stop ends that began at a moment and was announced to end at another; not before it began.
fn actual_return(
    stop: &Suspension,
    start: SimTime,
    planned: SimTime,
    technical: Option<SimTime>,
    attempt: Attempt,
    source: &Source,
) -> SimTime {
    let seconds = |word: &str, hours| seconds_from_hours(hours, source, &format!("{word} {}", stop.key), attempt);
    let overrun = stop.overrun_hours.as_ref().map_or(0, |hours| seconds("overrun", hours));
    let end = match stop.kind {
        ReturnKind::Unannounced => match (technical, &stop.after_hours) {
            (Some(finish), _) => shift(finish, overrun),
            (None, Some(hours)) => shift(start, seconds("return", hours)),
            (None, None) => SimTime::NEVER,
        },
        ReturnKind::Fixed | ReturnKind::Estimated => {
            let ready = technical.map_or(planned, |finish| shift(finish, overrun));
            match &stop.early {
                Some(hours) if technical.is_some() && ready < planned => next_allowed(ready, hours).min(planned),
                _ => {
                    let base = technical.map_or(planned, |finish| finish.max(planned));
                    shift(base, overrun)
                }
            }
        }
    };
    end.max(start)
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

fn seconds_from_hours(hours: &Distribution, source: &Source, name: &str, attempt: Attempt) -> i64 {
    let block = source.block(0, StreamId::Runbook, name_key(name), attempt as u32);
    (hours.sample_u(block.u(0)) * 3600.0).round() as i64
}
