//! The plain event calendar of one desk: short and obviously right. It is the oracle that every
//! faster way to serve a desk must agree with, wait for wait.
//!
//! Jobs come in order of arrival; some come again on a later day. Windows take the job at the
//! head of the queue, non-preemptively; the lowest free open window takes it. Work with nobody
//! present lies in the tray and is started only when a window would be idle. A waiting person has
//! deadlines that were known on arrival: closing, loss of the service, and patience. Whoever would
//! start past one leaves, and uses no window; it does not matter to anyone else when the leaving
//! is noticed, so it is noticed when the head of the queue is called.
//!
//! The engine knows times and windows; it never sees yuan. What a finished or leaving job means is
//! decided by the [`Flow`], whose answer may be the same job coming again.

pub mod event;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use crate::calendar::SimTime;
use crate::desk::{Learning, Roster};
use crate::schedule::Interval;

use event::{Event, Phase};

/// Which line a job stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Called first.
    Priority,
    /// First in, first out.
    Ordinary,
    /// Nobody is present: waits for an idle window.
    Tray,
}

/// One piece of work at a desk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Job {
    /// When it comes.
    pub arrival: SimTime,
    /// Order among jobs that come at the same second: stream, then index.
    pub order: u64,
    /// Service seconds, before the learning curve.
    pub service: u32,
    /// Longest wait accepted, seconds.
    pub patience: u32,
    /// Stops that take its service away, as a bit mask over [`DeskRun::stops`].
    pub stopped_by: u64,
    /// Line.
    pub lane: Lane,
    /// Tries before this one.
    pub tries: u8,
    /// First moment at which starting it makes no sense any more.
    pub expires: SimTime,
    /// What the flow knows it by.
    pub owner: u32,
}

/// Why a job left without having been served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// The estimated wait exceeded the patience: left on arrival.
    Balked,
    /// Waited until the desk closed, or came when it was closed.
    Closed,
    /// Came after the last ticket.
    NoTicket,
    /// The service went down.
    ServiceLost,
    /// Too late to be of use.
    Expired,
}

/// Where a job is at the horizon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remains {
    /// In the queue or the tray.
    Waiting,
    /// At a window since then, until then.
    InService {
        /// When it started.
        start: SimTime,
        /// When it will be done.
        end: SimTime,
    },
    /// To come again after the horizon.
    NotCome,
}

/// What happens to jobs. Each answer may be a job that comes (again) to this desk, not earlier.
pub trait Flow {
    /// A window takes a job.
    fn started(&mut self, job: &Job, start: SimTime, window: u32);
    /// A job is done.
    fn finished(&mut self, job: &Job, start: SimTime, end: SimTime) -> Option<Job>;
    /// A job left at that moment without having been served.
    fn left(&mut self, job: &Job, at: SimTime, why: Leave) -> Option<Job>;
    /// A job is still here at the horizon.
    fn remains(&mut self, job: &Job, state: Remains);
}

/// One desk over the horizon.
#[derive(Debug, Clone, Copy)]
pub struct DeskRun<'a> {
    /// Windows.
    pub roster: &'a Roster,
    /// Seconds of the day after which no ticket is given.
    pub last_ticket: Option<u32>,
    /// When each stop holds at this site.
    pub stops: &'a [Interval],
    /// Learning curve, with the moment of the return that starts it.
    pub learning: Option<(Learning, SimTime)>,
    /// End of the simulation.
    pub horizon: SimTime,
}

/// Memory that is used again for every desk.
#[derive(Debug, Default)]
pub struct Scratch {
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
}

/// A limit of the engine was passed: the scenario asks for more than can be meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyEvents {
    /// When.
    pub at: SimTime,
}

/// Events one desk may have in one replication.
pub const EVENTS_MAX: u64 = 200_000_000;

/// Serves one desk from the start to the horizon. `jobs` must be in order of (arrival, order).
/// Returns the window-seconds worked before the horizon.
///
/// # Errors
///
/// [`TooManyEvents`] past [`EVENTS_MAX`] events.
pub fn serve<F: Flow>(
    desk: &DeskRun<'_>,
    jobs: &[Job],
    flow: &mut F,
    scratch: &mut Scratch,
) -> Result<i64, TooManyEvents> {
    scratch.prepare(desk, jobs);
    let mut run = Run { desk, flow, scratch, open: 0, step: 0, change: 0, worked: 0 };
    let given = jobs.len();
    let mut next = 0;
    let mut events = 0u64;
    while let Some(time) = run.next_moment(next, given) {
        if time >= desk.horizon {
            break;
        }
        events += 1;
        if events > EVENTS_MAX {
            return Err(TooManyEvents { at: time });
        }
        run.complete(time);
        run.change_roster(time);
        next = run.arrivals(time, next, given);
        run.dispatch(time);
    }
    run.close(next, given);
    Ok(run.worked)
}

impl Scratch {
    fn prepare(&mut self, desk: &DeskRun<'_>, jobs: &[Job]) {
        self.jobs.clear();
        self.jobs.extend_from_slice(jobs);
        self.calendar.clear();
        self.lines.iter_mut().for_each(VecDeque::clear);
        self.tray.clear();
        self.windows.clear();
        self.changes.clear();
        // A return lets blocked tray work start.
        self.changes.extend(desk.stops.iter().map(|stop| stop.end).filter(|end| *end < desk.horizon));
        self.changes.sort_unstable();
    }
}

struct Run<'a, 'd, F> {
    desk: &'a DeskRun<'d>,
    flow: &'a mut F,
    scratch: &'a mut Scratch,
    open: usize,
    step: usize,
    change: usize,
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
            if let Some(serving) = self.scratch.windows[window].take() {
                self.worked += i64::from(time.0 - serving.start.0);
                let job = self.scratch.jobs[serving.slot as usize];
                if let Some(again) = self.flow.finished(&job, serving.start, time) {
                    self.come_again(again, time);
                }
            }
        }
    }

    fn come_again(&mut self, mut job: Job, now: SimTime) {
        // Time never goes back.
        job.arrival = job.arrival.max(now);
        let slot = self.scratch.jobs.len() as u32;
        self.scratch.jobs.push(job);
        let event = Event { time: job.arrival, phase: Phase::Arrival, order: job.order, slot };
        self.scratch.calendar.push(Reverse(event));
    }

    fn change_roster(&mut self, time: SimTime) {
        while self.scratch.changes.get(self.change) == Some(&time) {
            self.change += 1;
        }
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

    /// Whoever still waits when the desk closes for the day leaves.
    fn send_home(&mut self, time: SimTime) {
        for line in 0..2 {
            while let Some(slot) = self.scratch.lines[line].pop_front() {
                let job = self.scratch.jobs[slot as usize];
                let (at, why) = self.past_deadline(&job, time).unwrap_or((time, Leave::Closed));
                self.leave(&job, at, why, time);
            }
        }
    }

    fn leave(&mut self, job: &Job, at: SimTime, why: Leave, now: SimTime) {
        if let Some(again) = self.flow.left(job, at, why) {
            self.come_again(again, now);
        }
    }

    /// The deadline that a waiting job has passed by `time`, if any: the earlier of patience and
    /// loss of its service.
    fn past_deadline(&self, job: &Job, time: SimTime) -> Option<(SimTime, Leave)> {
        let patience = job.arrival.0.saturating_add(job.patience);
        let lost = self.first_stop(job, time);
        match lost {
            Some(stop) if stop.0 <= patience => Some((stop, Leave::ServiceLost)),
            _ if time.0 > patience => Some((job.arrival, Leave::Balked)),
            _ => None,
        }
    }

    /// First moment from the job's arrival to `time` at which its service went down.
    fn first_stop(&self, job: &Job, time: SimTime) -> Option<SimTime> {
        if job.stopped_by == 0 {
            return None;
        }
        stops_of(self.desk.stops, job.stopped_by)
            .filter(|stop| stop.start < stop.end && stop.start <= time && stop.end > job.arrival)
            .map(|stop| stop.start.max(job.arrival))
            .min()
    }

    fn is_down(&self, job: &Job, time: SimTime) -> bool {
        job.stopped_by != 0 && stops_of(self.desk.stops, job.stopped_by).any(|stop| stop.contains(time))
    }

    fn arrivals(&mut self, time: SimTime, mut next: usize, given: usize) -> usize {
        loop {
            let listed =
                (next < given && self.scratch.jobs[next].arrival == time).then(|| self.scratch.jobs[next].order);
            let again = match self.scratch.calendar.peek() {
                Some(Reverse(event)) if event.time == time => Some(event.order),
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
        let job = self.scratch.jobs[slot as usize];
        if job.lane == Lane::Tray {
            self.scratch.tray.push_back(slot);
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
                match self.past_deadline(&job, time) {
                    Some((at, why)) => self.leave(&job, at, why, time),
                    None => return Some(slot),
                }
            }
        }
        let mut index = 0;
        while let Some(&slot) = self.scratch.tray.get(index) {
            let job = self.scratch.jobs[slot as usize];
            if time >= job.expires {
                self.scratch.tray.remove(index);
                self.leave(&job, job.expires, Leave::Expired, time);
            } else if self.is_down(&job, time) {
                index += 1;
            } else {
                self.scratch.tray.remove(index);
                return Some(slot);
            }
        }
        None
    }

    fn start(&mut self, slot: u32, window: usize, time: SimTime) {
        let job = self.scratch.jobs[slot as usize];
        let mut service = job.service;
        if let Some((learning, back)) = self.desk.learning.filter(|(_, back)| *back <= time) {
            let slower = f64::from(service) * learning.factor(time.0 - back.0);
            service = (slower + 0.5) as u32;
        }
        self.scratch.windows[window] = Some(Serving { slot, start: time });
        let end = SimTime(time.0.saturating_add(service.max(1)));
        let event = Event { time: end, phase: Phase::Completion, order: window as u64, slot: window as u32 };
        self.scratch.calendar.push(Reverse(event));
        self.flow.started(&job, time, window as u32);
    }

    /// Reports what is still here at the horizon. Whoever has passed a deadline by then has left,
    /// noticed or not: a longer horizon must not change what came before.
    fn close(&mut self, next: usize, given: usize) {
        let horizon = self.desk.horizon;
        let last = SimTime(horizon.0.saturating_sub(1));
        for line in 0..2 {
            while let Some(slot) = self.scratch.lines[line].pop_front() {
                let job = self.scratch.jobs[slot as usize];
                match self.past_deadline(&job, last) {
                    Some((at, why)) => self.leave(&job, at, why, horizon),
                    None => self.flow.remains(&job, Remains::Waiting),
                }
            }
        }
        while let Some(slot) = self.scratch.tray.pop_front() {
            let job = self.scratch.jobs[slot as usize];
            if job.expires <= last {
                self.leave(&job, job.expires, Leave::Expired, horizon);
            } else {
                self.flow.remains(&job, Remains::Waiting);
            }
        }
        while let Some(Reverse(event)) = self.scratch.calendar.pop() {
            if event.phase == Phase::Arrival {
                let job = self.scratch.jobs[event.slot as usize];
                self.flow.remains(&job, Remains::NotCome);
            } else if let Some(serving) = self.scratch.windows[event.slot as usize] {
                self.worked += i64::from(horizon.0 - serving.start.0);
                let job = self.scratch.jobs[serving.slot as usize];
                self.flow.remains(&job, Remains::InService { start: serving.start, end: event.time });
            }
        }
        for index in next..given {
            let job = self.scratch.jobs[index];
            self.flow.remains(&job, Remains::NotCome);
        }
    }
}

fn stops_of(stops: &[Interval], mask: u64) -> impl Iterator<Item = &Interval> {
    stops.iter().enumerate().filter(move |(index, _)| mask >> index & 1 == 1).map(|(_, stop)| stop)
}
