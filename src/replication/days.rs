//! A desk served day by day, so that days on which the schedule changes nothing need not be served
//! again.
//!
//! A day of the schedule's course is the same as that of the normal course when both begin with an
//! idle desk to which the same people will come again, when the same people come on it, and when
//! windows and services are those of every day. What such a day counts is copied; the event calendar
//! (`--engine calendar`) copies nothing and gives the same results.

use crate::calendar::SimTime;
use crate::desk::RosterChange;
use crate::engine::{DeskRun, Job, Scratch, TooManyEvents};
use crate::schedule::Interval;

use super::flow::{Counted, Serving};
use super::routine::{Matter, Stopped};
use super::{Run, SiteWaits};

/// The normal course of one site's desk, day by day.
#[derive(Default)]
pub(super) struct NormalDays {
    /// At the beginning of each day, and at the end of the last one.
    marks: Vec<Mark>,
    /// Those who will come again, by mark and in order of coming.
    to_come: Vec<Job>,
    /// Waits of routine matters that are neither nothing nor in the warm-up, by day.
    pub(super) waits: Vec<u32>,
}

/// A desk at the beginning of a day: places in the lists, and what has been counted before it.
#[derive(Clone, Copy)]
struct Mark {
    routine: usize,
    to_come: usize,
    waits: usize,
    counted: Counted,
    worked: i64,
    is_idle: bool,
}

impl NormalDays {
    fn clear(&mut self) {
        self.marks.clear();
        self.to_come.clear();
        self.waits.clear();
    }

    fn to_come(&self, day: usize) -> &[Job] {
        let last = self.marks.get(day + 1).map_or(self.to_come.len(), |mark| mark.to_come);
        &self.to_come[self.marks[day].to_come..last]
    }
}

/// Serves the normal course of a desk and notes its days. Returns the window-seconds worked.
pub(super) fn serve_normal(
    desk: &DeskRun<'_>,
    days: u32,
    routine: &[Job],
    serving: &mut Serving<'_, '_>,
    engine: &mut Scratch,
    normal: &mut NormalDays,
) -> Result<i64, TooManyEvents> {
    normal.clear();
    serving.waits_noted = Some(std::mem::take(&mut normal.waits));
    let mut service = engine.in_stretches(desk, serving);
    let mut listed = routine;
    for day in 0..=days {
        let at = SimTime::at(day, 0);
        let first = normal.to_come.len();
        normal.to_come.extend(service.to_come().copied());
        normal.to_come[first..].sort_unstable_by_key(Job::rank);
        normal.marks.push(Mark {
            routine: routine.len() - listed.len(),
            to_come: first,
            waits: service.flow.waits_noted.as_ref().map_or(0, Vec::len),
            counted: service.flow.counted,
            worked: service.worked,
            is_idle: service.is_idle(at),
        });
        if day < days {
            listed = service.serve_until(listed, SimTime::at(day + 1, 0))?;
        }
    }
    let worked = service.close(listed);
    normal.waits = serving.waits_noted.take().unwrap_or_default();
    Ok(worked)
}

/// What comes to a desk under the schedule.
pub(super) struct Coming<'a> {
    pub(super) routine: &'a [Job],
    pub(super) business: &'a [Matter],
    /// Jobs that the schedule makes, in order of arrival.
    pub(super) made: &'a [Job],
    pub(super) stopped: &'a Stopped,
    /// Days on which anything may differ from the normal course.
    pub(super) differs: &'a [bool],
    pub(super) normal_waits: &'a SiteWaits,
}

/// Serves a desk under the schedule, leaving out the days that are the same as in the normal course.
/// `listed` is memory used again. Returns the window-seconds worked.
pub(super) fn serve_different(
    desk: &DeskRun<'_>,
    coming: &Coming<'_>,
    normal: &NormalDays,
    serving: &mut Serving<'_, '_>,
    engine: &mut Scratch,
    listed: &mut Vec<Job>,
) -> Result<i64, TooManyEvents> {
    let days = coming.differs.len();
    let mut service = engine.in_stretches(desk, serving);
    let mut made = coming.made;
    let mut sorted = Vec::new();
    let (mut day, mut is_same) = (0, true);
    while day < days {
        if is_same && !coming.differs[day] {
            let next = coming.differs[day..].iter().position(|differs| *differs).map_or(days, |after| day + after);
            // A desk that is not idle cannot be taken over.
            if let Some(next) = (day + 1..=next).rev().find(|next| normal.marks[*next].is_idle) {
                service.flow.copy_days(normal, coming.normal_waits, day, next);
                service.worked += normal.marks[next].worked - normal.marks[day].worked;
                let flow = &*service.flow;
                let taken_over = normal
                    .to_come(next)
                    .iter()
                    .map(|job| Job { stopped_by: flow.run.may_stop(coming.stopped, coming.business, job), ..*job });
                sorted.clear();
                sorted.extend(taken_over);
                service.come_instead(sorted.drain(..));
                day = next;
                continue;
            }
        }
        let tomorrow = SimTime::at(day as u32 + 1, 0);
        let (today, later) = made.split_at(made.partition_point(|job| job.arrival < tomorrow));
        made = later;
        let routine = &coming.routine[normal.marks[day].routine..normal.marks[day + 1].routine];
        service.flow.run.list(coming.stopped, coming.business, routine, today, listed);
        service.serve_until(listed, tomorrow)?;
        day += 1;
        is_same = service.is_idle(tomorrow)
            && normal.marks[day].is_idle
            && are_same(service.to_come(), normal.to_come(day), &mut sorted);
    }
    Ok(service.close(made))
}

/// Whether those who will come again are the same people, and come at the same time.
fn are_same<'j>(to_come: impl ExactSizeIterator<Item = &'j Job>, normal: &[Job], sorted: &mut Vec<Job>) -> bool {
    if to_come.len() != normal.len() {
        return false;
    }
    sorted.clear();
    sorted.extend(to_come);
    sorted.sort_unstable_by_key(Job::rank);
    sorted.iter().zip(normal).all(|(one, other)| Job { stopped_by: other.stopped_by, ..*one } == *other)
}

impl Serving<'_, '_> {
    /// Counts days of the schedule's course that are those of the normal course.
    fn copy_days(&mut self, normal: &NormalDays, waits: &SiteWaits, first: usize, last: usize) {
        let (before, after) = (normal.marks[first], normal.marks[last]);
        self.counted.add_difference(&before.counted, &after.counted);
        self.waits.routine.days[first..last].copy_from_slice(&waits.routine.days[first..last]);
        self.waits.turned[first..last].copy_from_slice(&waits.turned[first..last]);
        let tally = &mut self.run.record.desks[self.class];
        normal.waits[before.waits..after.waits].iter().for_each(|&wait| tally.routine_waits.record(u64::from(wait)));
    }
}

impl Run<'_> {
    /// Marks the days on which anything at a site may differ from the normal course: someone comes whom
    /// the schedule sends, or does not come whom it has sent before, a stop holds, windows or hours are
    /// others, or work is slower. Only then need one look at who comes again.
    pub(super) fn mark_differing(
        &self,
        group: usize,
        desk: &DeskRun<'_>,
        changes: &[RosterChange<'_>],
        coming: (&[Matter], &[Job]),
        differs: &mut Vec<bool>,
    ) {
        let days = self.scenario().clock.days() as usize;
        differs.clear();
        differs.resize(days, false);
        let mut mark = |from: SimTime, until: SimTime| {
            let from = (from.day() as usize).min(days);
            differs[from..(until.day() as usize + 1).clamp(from, days)].fill(true);
        };
        let (business, made) = coming;
        made.iter().for_each(|job| mark(job.arrival, job.arrival));
        let moved = business.iter().filter(|matter| matter.is_moved);
        moved.for_each(|matter| mark(matter.visit.due, matter.visit.due));
        desk.stops.iter().for_each(|Interval { start, end }| mark(*start, *end));
        changes.iter().for_each(|change| mark(change.from, change.until));
        if let Some((_, back)) = desk.learning {
            mark(back, SimTime::NEVER);
        }
        let (hours, regular) = (&self.hours[group], &self.regular_hours[group]);
        if let Some(first) = (0..days).find(|day| hours.days[*day] != regular.days[*day]) {
            // Someone may come again then who had to leave on an earlier day.
            let index = regular.open_days.partition_point(|day| (*day as usize) < first);
            let within = self.scenario().groups[group].desk.as_ref().map_or(0, |desk| desk.retry_within_days);
            let reach = index.saturating_sub(within as usize + 1);
            let earliest = regular.open_days.get(reach).filter(|_| index > within as usize).map_or(0, |day| *day);
            mark(SimTime::at(earliest, 0), SimTime::at(first as u32, 0));
            (first..days)
                .filter(|day| hours.days[*day] != regular.days[*day])
                .for_each(|day| mark(SimTime::at(day as u32, 0), SimTime::at(day as u32, 0)));
        }
    }
}
