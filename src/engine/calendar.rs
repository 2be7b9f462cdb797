//! The plain event calendar of one desk: short and obviously right. It is the oracle that every
//! faster way to serve a desk must agree with, wait for wait.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use crate::calendar::SimTime;

use super::event::{Event, Phase};
use super::{DeskRun, EVENTS_MAX, Flow, Job, Lane, Leave, Remains, TooManyEvents, stops_of};

/// Memory that is used again for every desk.
#[derive(Debug, Default)]
pub(super) struct Memory {
    jobs: Vec<Job>,
    calendar: BinaryHeap<Reverse<Event>>,
    lines: [VecDeque<u32>; 2],
    tray: VecDeque<u32>,
    windows: Vec<Option<Serving>>,
    changes: Vec<SimTime>,
}

#[derive(Debug, Clone, Copy)]
struct Serving {
    slot: u32,
    start: SimTime,
    pace: Pace,
}

/// Whether a service goes on.
#[derive(Debug, Clone, Copy)]
enum Pace {
    /// Since then, and it will be done then.
    Going { since: SimTime, end: SimTime },
    /// By a stop, with so many seconds of work left.
    Frozen { left: u32 },
}

/// Serves one desk from the start to the horizon. `jobs` must be in order of (arrival, order).
/// Returns the window-seconds worked before the horizon.
///
/// # Errors
///
/// [`TooManyEvents`] past [`EVENTS_MAX`] events.
pub(super) fn serve<F: Flow>(
    desk: &DeskRun<'_>,
    jobs: &[Job],
    flow: &mut F,
    scratch: &mut Memory,
) -> Result<i64, TooManyEvents> {
    scratch.prepare(desk, jobs);
    let mut run = Run { desk, flow, scratch, open: 0, step: 0, change: 0, arrived: 0, worked: 0 };
    let given = jobs.len();
    let mut next = 0;
    while let Some(time) = run.next_moment(next, given) {
        if time >= desk.horizon {
            break;
        }
        run.complete(time);
        run.change(time);
        next = run.arrivals(time, next, given);
        if run.arrived > EVENTS_MAX {
            return Err(TooManyEvents { at: time });
        }
        run.dispatch(time);
    }
    run.close(next, given);
    Ok(run.worked)
}

impl Memory {
    fn prepare(&mut self, desk: &DeskRun<'_>, jobs: &[Job]) {
        self.jobs.clear();
        self.jobs.extend_from_slice(jobs);
        self.calendar.clear();
        self.lines.iter_mut().for_each(VecDeque::clear);
        self.tray.clear();
        self.windows.clear();
        self.changes.clear();
        // A stop sends those waiting away; a return lets blocked tray work start.
        let moments = desk.stops.iter().filter(|stop| stop.start < stop.end).flat_map(|stop| [stop.start, stop.end]);
        self.changes.extend(moments.filter(|moment| *moment < desk.horizon));
        self.changes.sort_unstable();
    }
}

struct Run<'a, 'd, F> {
    desk: &'a DeskRun<'d>,
    flow: &'a mut F,
    scratch: &'a mut Memory,
    open: usize,
    step: usize,
    change: usize,
    arrived: u64,
    worked: i64,
}

impl<F: Flow> Run<'_, '_, F> {
    fn next_moment(&self, next: usize, given: usize) -> Option<SimTime> {
        let mut moment = SimTime::NEVER;
        if next < given {
            moment = self.scratch.jobs[next].arrival;
        }
        if let Some(Reverse(event)) = self.scratch.calendar.peek() {
            moment = moment.min(event.time);
        }
        if let Some(step) = self.desk.roster.steps.get(self.step) {
            moment = moment.min(step.time);
        }
        if let Some(&change) = self.scratch.changes.get(self.change) {
            moment = moment.min(change);
        }
        (moment != SimTime::NEVER).then_some(moment)
    }

    fn complete(&mut self, time: SimTime) {
        while let Some(Reverse(event)) = self.scratch.calendar.peek() {
            if event.time != time || event.phase != Phase::Completion {
                return;
            }
            let window = event.slot as usize;
            self.scratch.calendar.pop();
            // What was frozen ends at another time than it once was to.
            let Some(Serving { slot, start, pace: Pace::Going { since, end } }) = self.scratch.windows[window] else {
                continue;
            };
            if end != time {
                continue;
            }
            self.scratch.windows[window] = None;
            self.worked += i64::from(time.0 - since.0);
            let job = self.scratch.jobs[slot as usize];
            if let Some(again) = self.flow.finished(&job, start, time) {
                self.come_again(again, time);
            }
        }
    }

    fn come_again(&mut self, mut job: Job, now: SimTime) {
        // Time never goes back.
        job.arrival = job.arrival.max(now);
        let slot = self.scratch.jobs.len() as u32;
        self.scratch.jobs.push(job);
        let event = Event { time: job.arrival, phase: Phase::Arrival, order: job.order, owner: job.owner, slot };
        self.scratch.calendar.push(Reverse(event));
    }

    /// Windows and services as they are from this second on.
    fn change(&mut self, time: SimTime) {
        let mut services_change = false;
        while self.scratch.changes.get(self.change) == Some(&time) {
            self.change += 1;
            services_change = true;
        }
        if services_change {
            self.freeze(time);
            self.send_away(time);
        }
        self.expire(time);
        while let Some(step) = self.desk.roster.steps.get(self.step).filter(|step| step.time == time) {
            self.open = step.windows as usize;
            self.step += 1;
            if self.scratch.windows.len() < self.open {
                self.scratch.windows.resize(self.open, None);
            }
            if step.closes_day {
                self.send_home(time);
            }
        }
    }

    /// Service in hand stands still from now on, or goes on, as the stops have it.
    fn freeze(&mut self, time: SimTime) {
        for window in 0..self.scratch.windows.len() {
            let Some(serving) = self.scratch.windows[window] else { continue };
            let job = self.scratch.jobs[serving.slot as usize];
            let pace = match (serving.pace, self.desk.is_frozen(&job, time)) {
                (Pace::Going { since, end }, true) => {
                    self.worked += i64::from(time.0 - since.0);
                    Pace::Frozen { left: end.0 - time.0 }
                }
                (Pace::Frozen { left }, false) => self.go_on(window, time, left),
                (pace, _) => pace,
            };
            self.scratch.windows[window] = Some(Serving { pace, ..serving });
        }
    }

    /// A window works from now on for so many seconds.
    fn go_on(&mut self, window: usize, time: SimTime, work: u32) -> Pace {
        let end = SimTime(time.0.saturating_add(work));
        let event = Event { time: end, phase: Phase::Completion, order: window as u64, owner: 0, slot: window as u32 };
        self.scratch.calendar.push(Reverse(event));
        Pace::Going { since: time, end }
    }

    /// Whoever waits for a service that goes down now leaves.
    fn send_away(&mut self, time: SimTime) {
        for line in 0..2 {
            for _ in 0..self.scratch.lines[line].len() {
                let Some(slot) = self.scratch.lines[line].pop_front() else { break };
                let job = self.scratch.jobs[slot as usize];
                if !self.is_down(&job, time) {
                    self.scratch.lines[line].push_back(slot);
                } else if self.flow.is_past_patience(&job, time) {
                    self.leave(&job, job.arrival, Leave::Balked, time);
                } else {
                    self.leave(&job, time, Leave::ServiceLost, time);
                }
            }
        }
    }

    /// Papers that make no sense any more leave the tray.
    fn expire(&mut self, time: SimTime) {
        while let Some(&Reverse(event)) = self.scratch.calendar.peek() {
            if event.time != time || event.phase != Phase::Expiry {
                return;
            }
            self.scratch.calendar.pop();
            let place = self.scratch.tray.iter().position(|&slot| slot == event.slot);
            if let Some(slot) = place.and_then(|index| self.scratch.tray.remove(index)) {
                let job = self.scratch.jobs[slot as usize];
                self.leave(&job, time, Leave::Expired, time);
            }
        }
    }

    /// Whoever still waits when the desk closes for the day leaves.
    fn send_home(&mut self, time: SimTime) {
        for line in 0..2 {
            while let Some(slot) = self.scratch.lines[line].pop_front() {
                let job = self.scratch.jobs[slot as usize];
                if self.flow.is_past_patience(&job, time) {
                    self.leave(&job, job.arrival, Leave::Balked, time);
                } else {
                    self.leave(&job, time, Leave::Closed, time);
                }
            }
        }
    }

    fn leave(&mut self, job: &Job, at: SimTime, why: Leave, now: SimTime) {
        if let Some(again) = self.flow.left(job, at, why, now) {
            self.come_again(again, now);
        }
    }

    fn is_down(&self, job: &Job, time: SimTime) -> bool {
        job.stopped_by != 0 && stops_of(self.desk.stops, job.stopped_by).any(|stop| stop.contains(time))
    }

    fn arrivals(&mut self, time: SimTime, mut next: usize, given: usize) -> usize {
        loop {
            let listed = (next < given && self.scratch.jobs[next].arrival == time)
                .then(|| (self.scratch.jobs[next].order, self.scratch.jobs[next].owner));
            let again = match self.scratch.calendar.peek() {
                Some(Reverse(event)) if event.time == time => Some((event.order, event.owner)),
                _ => None,
            };
            match (listed, again) {
                (None, None) => return next,
                (Some(first), Some(second)) if second < first => self.arrive_again(time),
                (Some(_), _) => {
                    self.arrive(next as u32, time);
                    next += 1;
                }
                (None, Some(_)) => self.arrive_again(time),
            }
        }
    }

    fn arrive_again(&mut self, time: SimTime) {
        if let Some(Reverse(event)) = self.scratch.calendar.pop() {
            self.arrive(event.slot, time);
        }
    }

    fn arrive(&mut self, slot: u32, time: SimTime) {
        self.arrived += 1;
        let job = self.scratch.jobs[slot as usize];
        if job.lane == Lane::Tray {
            self.put_in_tray(slot, time);
        } else if self.is_down(&job, time) {
            self.leave(&job, time, Leave::ServiceLost, time);
        } else if self.desk.last_ticket.is_some_and(|last| time.second_of_day() > last) {
            self.leave(&job, time, Leave::NoTicket, time);
        } else if self.is_over_for_today(time) {
            self.leave(&job, time, Leave::Closed, time);
        } else {
            self.scratch.lines[usize::from(job.lane == Lane::Ordinary)].push_back(slot);
        }
    }

    fn put_in_tray(&mut self, slot: u32, time: SimTime) {
        let job = self.scratch.jobs[slot as usize];
        if job.expires <= time {
            self.leave(&job, time, Leave::Expired, time);
            return;
        }
        self.scratch.tray.push_back(slot);
        if job.expires != SimTime::NEVER {
            let event = Event { time: job.expires, phase: Phase::Expiry, order: job.order, owner: job.owner, slot };
            self.scratch.calendar.push(Reverse(event));
        }
    }

    fn is_over_for_today(&self, time: SimTime) -> bool {
        self.open == 0
            && self.desk.roster.steps[self.step..]
                .iter()
                .take_while(|step| step.time.day() == time.day())
                .all(|step| step.windows == 0)
    }

    fn dispatch(&mut self, time: SimTime) {
        let mut window = 0;
        while window < self.open {
            if self.scratch.windows[window].is_some() {
                window += 1;
                continue;
            }
            let Some(slot) = self.call_next(time) else {
                return;
            };
            self.start(slot, window, time);
            window += 1;
        }
    }

    /// The next job that can start now: from the lines, else from the tray.
    fn call_next(&mut self, time: SimTime) -> Option<u32> {
        for line in 0..2 {
            while let Some(slot) = self.scratch.lines[line].pop_front() {
                let job = self.scratch.jobs[slot as usize];
                if !self.flow.is_past_patience(&job, time) {
                    return Some(slot);
                }
                self.leave(&job, job.arrival, Leave::Balked, time);
            }
        }
        let first = self.scratch.tray.iter().position(|&slot| {
            let job = self.scratch.jobs[slot as usize];
            !self.is_down(&job, time)
        });
        first.and_then(|index| self.scratch.tray.remove(index))
    }

    fn start(&mut self, slot: u32, window: usize, time: SimTime) {
        let job = self.scratch.jobs[slot as usize];
        let pace = self.go_on(window, time, self.desk.work_of(&job, time));
        self.scratch.windows[window] = Some(Serving { slot, start: time, pace });
        self.flow.started(&job, time, window as u32);
    }

    /// Reports what is still here at the horizon. Whoever has waited too long by then has left,
    /// noticed or not: a longer horizon must not change what came before.
    fn close(&mut self, next: usize, given: usize) {
        let horizon = self.desk.horizon;
        let last = SimTime(horizon.0.saturating_sub(1));
        for line in 0..2 {
            while let Some(slot) = self.scratch.lines[line].pop_front() {
                let job = self.scratch.jobs[slot as usize];
                if self.flow.is_past_patience(&job, last) {
                    self.leave(&job, job.arrival, Leave::Balked, horizon);
                } else {
                    self.flow.remains(&job, Remains::Waiting);
                }
            }
        }
        while let Some(slot) = self.scratch.tray.pop_front() {
            let job = self.scratch.jobs[slot as usize];
            self.flow.remains(&job, Remains::Waiting);
        }
        for &Serving { slot, start, pace } in self.scratch.windows.iter().flatten() {
            let job = self.scratch.jobs[slot as usize];
            let left = match pace {
                Pace::Going { since, end } => {
                    self.worked += i64::from(horizon.0 - since.0);
                    end.0 - horizon.0
                }
                Pace::Frozen { left } => left,
            };
            let end = end_beyond(self.desk, &job, left);
            self.flow.remains(&job, Remains::InService { start, end });
        }
        while let Some(Reverse(event)) = self.scratch.calendar.pop() {
            match event.phase {
                // What is in hand and what lies in the tray were told above.
                Phase::Completion | Phase::Expiry => {}
                Phase::Arrival => {
                    let job = self.scratch.jobs[event.slot as usize];
                    self.flow.remains(&job, Remains::NotCome);
                }
            }
        }
        for index in next..given {
            let job = self.scratch.jobs[index];
            self.flow.remains(&job, Remains::NotCome);
        }
    }
}

/// When a service in hand at the horizon will be done that has so many seconds of work left then.
fn end_beyond(desk: &DeskRun<'_>, job: &Job, mut left: u32) -> SimTime {
    let mut moments: Vec<SimTime> = desk.stops.iter().flat_map(|stop| [stop.start, stop.end]).collect();
    moments.retain(|moment| *moment > desk.horizon);
    moments.sort_unstable();
    let mut now = desk.horizon;
    for moment in moments {
        if !desk.is_frozen(job, now) {
            if moment.0 - now.0 >= left {
                break;
            }
            left -= moment.0 - now.0;
        }
        now = moment;
    }
    if now == SimTime::NEVER { now } else { SimTime(now.0.saturating_add(left)) }
}
