//! A desk with a priority lane: who starts next is known only when a window is free, so those who
//! wait stand in two lines. There is still no calendar: the windows' next free times, the stops and
//! the closing hours say what happens next.

use std::cmp::Reverse;
use std::collections::VecDeque;

use crate::calendar::SimTime;
use crate::engine::{EVENTS_MAX, Flow, Job, Lane, Leave, Remains, TooManyEvents};

use super::{Again, Service};

/// Two lines at one desk.
struct Lanes<'r, 'a, 'd, F> {
    run: &'r mut Service<'a, 'd, F>,
    /// Everything before this moment has happened.
    now: SimTime,
    /// First of the moments at which a stop begins or ends or the desk closes that is to come.
    change: usize,
}

/// Serves the jobs of a desk in two lanes.
pub(super) fn stream<F: Flow>(run: &mut Service<'_, '_, F>, jobs: &[Job]) -> Result<(), TooManyEvents> {
    run.lines.iter_mut().for_each(VecDeque::clear);
    let stops = run.desk.stops.iter().filter(|stop| stop.start < stop.end);
    run.moments.extend(stops.map(|stop| stop.start));
    run.moments.extend(run.desk.roster.steps.iter().filter(|step| step.closes_day).map(|step| step.time));
    run.moments.retain(|moment| *moment < run.desk.horizon);
    run.moments.sort_unstable();
    run.moments.dedup();
    let mut lanes = Lanes { run, now: SimTime::START, change: 0 };
    let mut listed = jobs;
    loop {
        let (time, is_listed) = lanes.run.next_arrival(listed);
        let until = time.min(lanes.run.next_expiry).min(lanes.run.desk.horizon);
        if lanes.happens_before(until) {
            continue;
        }
        if until == lanes.run.desk.horizon {
            break;
        }
        if lanes.run.next_expiry <= time {
            lanes.run.expire(until);
            continue;
        }
        lanes.run.jobs += 1;
        if lanes.run.jobs > EVENTS_MAX {
            return Err(TooManyEvents { at: time });
        }
        if is_listed {
            lanes.arrive(&listed[0]);
            listed = &listed[1..];
        } else if let Some(Reverse(Again(job))) = lanes.run.again.pop() {
            lanes.arrive(&job);
        }
    }
    lanes.close(listed);
    Ok(())
}

impl<F: Flow> Lanes<'_, '_, '_, F> {
    fn arrive(&mut self, job: &Job) {
        let at = job.arrival;
        self.run.windows.advance(at);
        if job.lane == Lane::Tray {
            self.run.put_in_tray(job);
        } else if let Some(why) = self.run.turned_away(job) {
            self.run.leave(job, at, why, at);
        } else {
            self.run.lines[usize::from(job.lane == Lane::Ordinary)].push_back(*job);
        }
    }

    /// Lets the next thing happen that needs no arrival, if there is one before a moment; stops and
    /// closing come before the arrivals of their second.
    fn happens_before(&mut self, until: SimTime) -> bool {
        loop {
            let change = self.run.moments.get(self.change).copied().filter(|change| *change <= until);
            let limit = change.unwrap_or(until);
            if self.now < limit && self.is_anything_here() {
                self.run.windows.advance(self.now);
                if let Some((moment, window)) = self.run.windows.next_free(self.now, limit) {
                    self.now = moment;
                    if self.call_next(moment, window) {
                        return true;
                    }
                }
            }
            self.now = self.now.max(limit);
            let Some(change) = change else { return false };
            self.change += 1;
            self.run.windows.advance(change);
            if self.send_away(change) {
                return true;
            }
        }
    }

    fn is_anything_here(&self) -> bool {
        !self.run.tray.is_empty() || self.run.lines.iter().any(|line| !line.is_empty())
    }

    /// A window is idle: starts whoever is next, and says whether anything came of it.
    fn call_next(&mut self, moment: SimTime, window: usize) -> bool {
        for line in 0..2 {
            if let Some(job) = self.run.lines[line].pop_front() {
                if self.run.flow.is_past_patience(&job, moment) {
                    self.run.leave(&job, job.arrival, Leave::Balked, moment);
                } else {
                    self.run.start(&job, moment, window);
                }
                return true;
            }
        }
        let first = self.run.tray.iter().position(|job| !self.run.is_down(job, moment));
        let Some(job) = first.and_then(|index| self.run.tray.remove(index)) else {
            return false;
        };
        self.run.start(&job, moment, window);
        true
    }

    /// Whoever waits for a service that is down from now on leaves, and everybody when the desk
    /// closes for the day; whether anybody did.
    fn send_away(&mut self, time: SimTime) -> bool {
        let closes = self.run.windows.closes_at(time);
        let mut has_left = false;
        for line in 0..2 {
            for _ in 0..self.run.lines[line].len() {
                let Some(job) = self.run.lines[line].pop_front() else { break };
                let is_down = self.run.is_down(&job, time);
                if !is_down && !closes {
                    self.run.lines[line].push_back(job);
                    continue;
                }
                has_left = true;
                if self.run.flow.is_past_patience(&job, time) {
                    self.run.leave(&job, job.arrival, Leave::Balked, time);
                } else if is_down {
                    self.run.leave(&job, time, Leave::ServiceLost, time);
                } else {
                    self.run.leave(&job, time, Leave::Closed, time);
                }
            }
        }
        has_left
    }

    /// Tells what is still here at the horizon.
    fn close(&mut self, listed: &[Job]) {
        let horizon = self.run.desk.horizon;
        let last = SimTime(horizon.0.saturating_sub(1));
        for line in 0..2 {
            while let Some(job) = self.run.lines[line].pop_front() {
                if self.run.flow.is_past_patience(&job, last) {
                    self.run.leave(&job, job.arrival, Leave::Balked, horizon);
                } else {
                    self.run.flow.remains(&job, Remains::Waiting);
                }
            }
        }
        self.run.close(listed);
    }
}
