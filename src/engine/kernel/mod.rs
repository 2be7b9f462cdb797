//! The streaming kernel: serves a desk without an event calendar.
//!
//! With first come, first served and jobs in order of arrival, the start of a job is the first
//! moment from its arrival on at which an open window is free (the recursion of Kiefer and
//! Wolfowitz, "On the theory of queues with many servers", 1955, with opening hours): it is known
//! when the job comes, and so is whether it would come too late. Work with nobody present starts
//! in the gaps before the next arrival. Only jobs that come again need a heap, and only a priority
//! lane needs a queue ([`lanes`]). Nothing but those jobs, the tray and the windows' next free times
//! goes from one moment to the next, so that a desk can be served in stretches, and a stretch that
//! is known already can be left out ([`Service`]).

mod lanes;
mod windows;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::{DeskRun, EVENTS_MAX, Flow, Job, Lane, Leave, Remains, TooManyEvents, stops_of};
use crate::calendar::SimTime;
use windows::Windows;

/// Memory that is used again for every desk.
#[derive(Debug, Default)]
pub(super) struct Memory {
    free: Vec<u32>,
    again: BinaryHeap<Reverse<Again>>,
    tray: VecDeque<Job>,
    lines: [VecDeque<Job>; 2],
    moments: Vec<SimTime>,
}

/// A job that comes again, in order of coming.
#[derive(Debug, Clone, Copy)]
struct Again(Job);

impl PartialEq for Again {
    fn eq(&self, other: &Self) -> bool {
        self.0.rank() == other.0.rank()
    }
}

impl Eq for Again {}

impl PartialOrd for Again {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Again {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.rank().cmp(&other.0.rank())
    }
}

/// Serves one desk as [`super::serve`] says.
pub(super) fn serve<F: Flow>(
    desk: &DeskRun<'_>,
    jobs: &[Job],
    flow: &mut F,
    memory: &mut Memory,
) -> Result<i64, TooManyEvents> {
    let mut service = Service::new(desk, flow, memory);
    if desk.has_priority_lane {
        lanes::stream(&mut service, jobs)?;
        return Ok(service.worked);
    }
    let rest = service.serve_until(jobs, desk.horizon)?;
    Ok(service.close(rest))
}

/// A desk without a priority lane that is served in stretches of time.
pub(crate) struct Service<'a, 'd, F> {
    desk: &'a DeskRun<'d>,
    /// What happens to jobs.
    pub(crate) flow: &'a mut F,
    windows: Windows<'a>,
    again: &'a mut BinaryHeap<Reverse<Again>>,
    tray: &'a mut VecDeque<Job>,
    lines: &'a mut [VecDeque<Job>; 2],
    /// No tray work can start before this moment.
    tray_from: SimTime,
    /// No paper in the tray expires before this moment.
    next_expiry: SimTime,
    /// Moments at which blocked tray work may go on: the ends of stops.
    moments: &'a mut Vec<SimTime>,
    /// When the first stop begins, when the last one begins, and when all are over.
    stops_from: SimTime,
    last_stop: SimTime,
    stops_until: SimTime,
    jobs: u64,
    /// Window-seconds worked so far, within the horizon.
    pub(crate) worked: i64,
}

impl<'a, 'd, F: Flow> Service<'a, 'd, F> {
    /// Nothing has come yet.
    pub(super) fn new(desk: &'a DeskRun<'d>, flow: &'a mut F, memory: &'a mut Memory) -> Self {
        let Memory { free, again, tray, lines, moments } = memory;
        again.clear();
        tray.clear();
        moments.clear();
        let stops = || desk.stops.iter().filter(|stop| stop.start < stop.end);
        moments.extend(stops().map(|stop| stop.end));
        moments.sort_unstable();
        Self {
            desk,
            flow,
            windows: Windows::new(&desk.roster.steps, free),
            again,
            tray,
            lines,
            tray_from: SimTime::START,
            next_expiry: SimTime::NEVER,
            moments,
            stops_from: stops().map(|stop| stop.start).min().unwrap_or(SimTime::NEVER),
            last_stop: stops().map(|stop| stop.start).max().unwrap_or(SimTime::START),
            stops_until: stops().map(|stop| stop.end).max().unwrap_or(SimTime::START),
            jobs: 0,
            worked: 0,
        }
    }

    /// Whether nothing is waiting or in service at a moment up to which the desk has been served.
    pub(crate) fn is_idle(&self, at: SimTime) -> bool {
        self.tray.is_empty() && self.windows.are_free(at)
    }

    /// The jobs that will come again, in no order.
    pub(crate) fn to_come(&self) -> impl ExactSizeIterator<Item = &Job> {
        self.again.iter().map(|Reverse(Again(job))| job)
    }

    /// Goes on with these jobs to come again instead, at an idle desk.
    pub(crate) fn come_instead(&mut self, jobs: impl Iterator<Item = Job>) {
        self.again.clear();
        self.again.extend(jobs.map(|job| Reverse(Again(job))));
    }

    /// Serves what comes before a moment, and lets the tray fill gaps up to it; returns the listed
    /// jobs that come later.
    ///
    /// # Errors
    ///
    /// [`TooManyEvents`] past [`EVENTS_MAX`] arrivals.
    pub(crate) fn serve_until<'l>(&mut self, jobs: &'l [Job], limit: SimTime) -> Result<&'l [Job], TooManyEvents> {
        let limit = limit.min(self.desk.horizon);
        let mut listed = jobs;
        loop {
            let (time, is_listed) = self.next_arrival(listed);
            let until = time.min(self.next_expiry).min(limit);
            if !self.tray.is_empty() && self.fill(until) {
                continue;
            }
            if until == limit {
                return Ok(listed);
            }
            if self.next_expiry <= time {
                self.expire(until);
                continue;
            }
            self.jobs += 1;
            if self.jobs > EVENTS_MAX {
                return Err(TooManyEvents { at: time });
            }
            if is_listed {
                self.arrive(&listed[0]);
                listed = &listed[1..];
            } else if let Some(Reverse(Again(job))) = self.again.pop() {
                self.arrive(&job);
            }
        }
    }

    /// When the next job comes, and whether it is the first listed one.
    #[inline]
    fn next_arrival(&self, listed: &[Job]) -> (SimTime, bool) {
        match (listed.first(), self.again.peek()) {
            (Some(job), None) => (job.arrival, true),
            (None, Some(Reverse(Again(job)))) => (job.arrival, false),
            (Some(first), Some(Reverse(Again(second)))) => {
                if first.rank() <= second.rank() {
                    (first.arrival, true)
                } else {
                    (second.arrival, false)
                }
            }
            (None, None) => (SimTime::NEVER, false),
        }
    }

    #[inline(always)]
    fn arrive(&mut self, job: &Job) {
        let at = job.arrival;
        self.windows.advance(at);
        if job.lane == Lane::Tray {
            self.put_in_tray(job);
        } else if let Some(why) = self.turned_away(job) {
            self.leave(job, at, why, at);
        } else {
            self.wait_or_leave(job);
        }
    }

    /// Why someone who comes now cannot stay, if so.
    #[inline]
    fn turned_away(&self, job: &Job) -> Option<Leave> {
        let at = job.arrival;
        if self.is_down(job, at) {
            Some(Leave::ServiceLost)
        } else if self.desk.last_ticket.is_some_and(|last| at.second_of_day() > last) {
            Some(Leave::NoTicket)
        } else if self.windows.is_over_for_today(at) {
            Some(Leave::Closed)
        } else {
            None
        }
    }

    /// The start is known on arrival, and so is whether a deadline comes first.
    #[inline]
    fn wait_or_leave(&mut self, job: &Job) {
        let closing = self.windows.closing();
        let free = self.windows.next_free(job.arrival, closing.min(self.desk.horizon));
        let start = free.map_or(SimTime::NEVER, |(start, _)| start);
        let lost = self.lost_by(job, start.min(closing));
        // The moment at which the waiting ends, one way or another.
        let end = start.min(lost).min(closing);
        if end >= self.desk.horizon {
            let last = SimTime(self.desk.horizon.0.saturating_sub(1));
            if self.flow.is_past_patience(job, last) {
                self.leave(job, job.arrival, Leave::Balked, self.desk.horizon);
            } else {
                self.flow.remains(job, Remains::Waiting);
            }
        } else if self.flow.is_past_patience(job, end) {
            self.leave(job, job.arrival, Leave::Balked, end);
        } else if lost == end {
            self.leave(job, lost, Leave::ServiceLost, lost);
        } else if let Some((start, window)) = free.filter(|(start, _)| *start == end) {
            self.start(job, start, window);
        } else {
            self.leave(job, closing, Leave::Closed, closing);
        }
    }

    /// When the service of someone who comes and finds it up goes down, if it does by a moment.
    #[inline]
    fn lost_by(&self, job: &Job, time: SimTime) -> SimTime {
        // Most jobs come and go before the first stop or after the last one has begun.
        if job.stopped_by == 0 || job.arrival >= self.last_stop || time < self.stops_from {
            return SimTime::NEVER;
        }
        stops_of(self.desk.stops, job.stopped_by)
            .filter(|stop| stop.start < stop.end && stop.start > job.arrival)
            .map(|stop| stop.start)
            .min()
            .unwrap_or(SimTime::NEVER)
    }

    #[inline]
    fn is_down(&self, job: &Job, time: SimTime) -> bool {
        job.stopped_by != 0
            && self.stops_from <= time
            && time < self.stops_until
            && stops_of(self.desk.stops, job.stopped_by).any(|stop| stop.contains(time))
    }

    #[inline(always)]
    fn start(&mut self, job: &Job, start: SimTime, window: usize) {
        let work = self.desk.work_of(job, start);
        let mut end = SimTime(start.0.saturating_add(work));
        let mut worked = end.min(self.desk.horizon).0 - start.0;
        if job.stopped_by & self.desk.freezes != 0 && end > self.stops_from {
            (end, worked) = self.frozen(job, start, work);
        }
        self.windows.take(window, end);
        self.flow.started(job, start, window as u32);
        self.worked += i64::from(worked);
        if end >= self.desk.horizon {
            self.flow.remains(job, Remains::InService { start, end });
        } else if let Some(again) = self.flow.finished(job, start, end) {
            self.come_again(again, end);
        }
    }

    /// When a service ends that stops freeze, and the seconds worked on it before the horizon: it goes
    /// on from the end of one stop to the beginning of the next.
    #[inline(never)]
    fn frozen(&self, job: &Job, start: SimTime, work: u32) -> (SimTime, u32) {
        let (mut now, mut left, mut worked) = (start, work, 0);
        loop {
            let stops = stops_of(self.desk.stops, job.stopped_by & self.desk.freezes);
            let next = stops.filter(|stop| stop.start < stop.end && now < stop.end).min_by_key(|stop| stop.start);
            let until =
                SimTime(now.0.saturating_add(left)).min(next.map_or(SimTime::NEVER, |stop| stop.start.max(now)));
            worked += until.min(self.desk.horizon).0.saturating_sub(now.0);
            left -= until.0 - now.0;
            match next {
                Some(stop) if left > 0 => now = stop.end,
                _ => return (until, worked),
            }
            if now == SimTime::NEVER {
                return (now, worked);
            }
        }
    }

    // Those who are not served, and all that comes again, are few: kept out of the way of the others.
    #[inline(never)]
    fn leave(&mut self, job: &Job, at: SimTime, why: Leave, now: SimTime) {
        if let Some(again) = self.flow.left(job, at, why, now) {
            self.come_again(again, now);
        }
    }

    #[inline(never)]
    fn come_again(&mut self, mut job: Job, now: SimTime) {
        // Time never goes back.
        job.arrival = job.arrival.max(now);
        if job.arrival >= self.desk.horizon {
            self.flow.remains(&job, Remains::NotCome);
        } else {
            self.again.push(Reverse(Again(job)));
        }
    }

    #[inline(never)]
    fn put_in_tray(&mut self, job: &Job) {
        let at = job.arrival;
        if job.expires <= at {
            self.leave(job, at, Leave::Expired, at);
            return;
        }
        self.tray_from = self.tray_from.max(at);
        self.next_expiry = self.next_expiry.min(job.expires);
        self.tray.push_back(*job);
    }

    /// Starts the first work of the tray that finds a window idle before a moment; whether any did.
    /// What it leaves behind may come before that moment, so one at a time.
    #[inline(never)]
    fn fill(&mut self, until: SimTime) -> bool {
        while self.tray_from < until {
            self.windows.advance(self.tray_from);
            let Some((moment, window)) = self.windows.next_free(self.tray_from, until) else {
                break;
            };
            let first = self.tray.iter().position(|job| !self.is_down(job, moment));
            if let Some(job) = first.and_then(|index| self.tray.remove(index)) {
                self.tray_from = moment;
                self.start(&job, moment, window);
                return true;
            }
            let back = self.moments.partition_point(|end| *end <= moment);
            self.tray_from = self.moments.get(back).copied().unwrap_or(SimTime::NEVER).min(until);
        }
        self.tray_from = until;
        false
    }

    /// Papers that make no sense any more leave the tray.
    fn expire(&mut self, time: SimTime) {
        self.next_expiry = SimTime::NEVER;
        let mut index = 0;
        while let Some(&job) = self.tray.get(index) {
            if job.expires <= time {
                self.tray.remove(index);
                self.leave(&job, time, Leave::Expired, time);
            } else {
                self.next_expiry = self.next_expiry.min(job.expires);
                index += 1;
            }
        }
    }

    /// Tells what is still here at the horizon, and returns the window-seconds worked before it.
    pub(crate) fn close(&mut self, listed: &[Job]) -> i64 {
        while let Some(job) = self.tray.pop_front() {
            self.flow.remains(&job, Remains::Waiting);
        }
        for job in listed {
            self.flow.remains(job, Remains::NotCome);
        }
        self.worked
    }
}
