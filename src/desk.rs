//! Desks 窗口: opening hours, windows by the hour, and how people arrive over a day.
//!
//! A [`DeskSpec`] is what a group of sites has in common; a [`Roster`] is one site's windows over
//! the whole horizon under one course of events: regular windows, surge windows and overtime, and
//! the ramp after a return. Windows are numbered from 0; the first *n* of them are open while the
//! roster says *n*.

use crate::calendar::{DAY, SimTime};
use crate::curve::Curve;
use crate::distribution::Distribution;
use crate::scenario::world::DayProfile;

/// Opening hours on each day of the horizon, and how people arrive in them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OpenHours {
    /// Opening intervals by day, in seconds of the day, ascending.
    pub days: Vec<Vec<(u32, u32)>>,
    /// Days with any opening hours, ascending.
    pub open_days: Vec<u32>,
    /// Arrivals within each of the different kinds of opening hours.
    curves: Vec<Curve>,
    /// Which of them holds on each day.
    curve_of: Vec<u16>,
}

impl OpenHours {
    /// From the intervals of each day and the arrivals over a day.
    pub fn new(days: Vec<Vec<(u32, u32)>>, profile: &DayProfile) -> Self {
        let open_days = (0u32..).zip(&days).filter(|(_, hours)| !hours.is_empty()).map(|(day, _)| day).collect();
        let mut kinds: Vec<&[(u32, u32)]> = Vec::new();
        let mut curve_of = Vec::with_capacity(days.len());
        for hours in &days {
            let kind = kinds.iter().position(|kind| kind == hours).unwrap_or_else(|| {
                kinds.push(hours);
                kinds.len() - 1
            });
            curve_of.push(kind as u16);
        }
        let curves = kinds.into_iter().map(|hours| profile.within(hours)).collect();
        Self { days, open_days, curves, curve_of }
    }

    /// The same hours with other arrivals.
    #[must_use]
    pub fn with_profile(self, profile: &DayProfile) -> Self {
        Self::new(self.days, profile)
    }

    /// Index in `open_days` of the first day with an opening moment from `time` on.
    pub fn first_open(&self, time: SimTime) -> usize {
        let day = time.day();
        let index = self.open_days.partition_point(|&open| open < day);
        let closed_today = self.open_days.get(index) == Some(&day)
            && self.days[day as usize].last().is_none_or(|&(_, close)| close <= time.second_of_day());
        index + usize::from(closed_today)
    }

    /// Second of the day at which a share `u` of the day's arrivals has come; none when the desk is
    /// closed that day.
    #[inline]
    pub fn arrival_second(&self, day: u32, u: f64) -> Option<u32> {
        self.curve(day)?.second_at(u)
    }

    /// The same of those who come from a moment of that day on; none when the desk is closed from
    /// then on. A moment of an earlier day leaves the whole day.
    pub fn arrival_from(&self, day: u32, u: f64, from: SimTime) -> Option<SimTime> {
        let curve = self.curve(day)?;
        let second = if day == from.day() { curve.second_from(u, from.second_of_day()) } else { curve.second_at(u) };
        second.map(|second| SimTime::at(day, second))
    }

    fn curve(&self, day: u32) -> Option<&Curve> {
        self.curves.get(usize::from(*self.curve_of.get(day as usize)?))
    }
}

/// What the desks of a group have in common.
#[derive(Debug, Clone)]
pub struct DeskSpec {
    /// Class in the results.
    pub class: u16,
    /// Regular opening hours.
    pub hours: OpenHours,
    /// Seconds of the day after which no ticket is given.
    pub last_ticket: Option<u32>,
    /// Longest estimated wait accepted, minutes; none: any.
    pub patience_minutes: Option<Distribution>,
    /// The next try falls on one of this many open days.
    pub retry_within_days: u32,
    /// Tries after the first.
    pub retry_tries: u32,
    /// Windows at a site of mean size.
    pub windows: f64,
    /// Routine matters a day at a site of mean size.
    pub routine_per_day: f64,
    /// Minutes of a routine matter.
    pub routine_minutes: Distribution,
    /// Service a routine matter needs.
    pub routine_needs: Option<u16>,
    /// Share of routine matters met by a stop that come back.
    pub routine_returns_share: f64,
    /// Arrivals over the day.
    pub profile: DayProfile,
    /// Slower service after a return.
    pub learning: Option<Learning>,
    /// Classes called first, as a bit mask; 0: no priority lane.
    pub priority_classes: u32,
    /// Services that any work at these desks needs, as a bit mask: whose ramp they follow.
    pub services: u64,
}

/// Learning curve after go-live: minutes × (1 + extra × 2^(−days / half-life)), where the days are
/// counted in whole hours since the return.
#[derive(Debug, Clone, PartialEq)]
pub struct Learning {
    /// The service whose return starts it.
    pub after: u16,
    /// Factor in each hour since the return, as long as it is not 1.
    by_hour: Vec<f64>,
}

/// Least extra share that is looked at: in an hour of service a tenth of a second.
const LEARNING_LEAST: f64 = 2.5e-5;

impl Learning {
    /// From the extra service time at the return, as a share, and the days after which half of it
    /// is gone, above 0.
    pub fn new(extra_share: f64, half_life_days: f64, after: u16) -> Self {
        let extra = |hour: u32| extra_share * libm::exp2(-f64::from(hour) / 24.0 / half_life_days);
        // The longest horizon has some 45,000 hours, after which nobody asks.
        let by_hour = (0..50_000).map(extra).take_while(|extra| *extra >= LEARNING_LEAST).map(|extra| 1.0 + extra);
        Self { after, by_hour: by_hour.collect() }
    }

    /// Factor on service time some seconds after the return.
    #[inline]
    pub fn factor(&self, seconds: u32) -> f64 {
        self.by_hour.get((seconds / 3600) as usize).copied().unwrap_or(1.0)
    }
}

/// A change of the number of open windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RosterStep {
    /// When.
    pub time: SimTime,
    /// Windows open from then on.
    pub windows: u32,
    /// Whether the desk closes here for the rest of its day.
    pub closes_day: bool,
}

/// One site's windows over the horizon, as steps in time order.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    /// Steps.
    pub steps: Vec<RosterStep>,
    /// Scheduled window-seconds within the horizon.
    pub window_seconds: i64,
    /// Of it beyond the regular windows and hours.
    pub overtime_seconds: i64,
}

/// A change to the regular roster between two moments.
#[derive(Debug, Clone, Copy)]
pub struct RosterChange<'a> {
    /// First moment.
    pub from: SimTime,
    /// First moment no longer.
    pub until: SimTime,
    /// Windows added.
    pub extra_windows: u32,
    /// Opening intervals by day instead of the regular ones.
    pub hours: Option<&'a [Vec<(u32, u32)>]>,
    /// Share of windows working.
    pub share: f64,
}

impl Roster {
    /// Builds a site's roster. A change counts for a day when the day's noon lies in it, so
    /// that windows and hours are whole days. A share of the windows is rounded, and a desk that
    /// has any keeps one: it works, if slowly.
    pub fn build(&mut self, spec: &DeskSpec, windows: u32, changes: &[RosterChange<'_>], days: u32) {
        self.steps.clear();
        self.window_seconds = 0;
        self.overtime_seconds = 0;
        for day in 0..days {
            let regular = &spec.hours.days[day as usize];
            let noon = SimTime(day * DAY + DAY / 2);
            let mut hours: &[(u32, u32)] = regular;
            let mut open = windows;
            let mut share = 1.0_f64;
            for change in changes.iter().filter(|change| change.from <= noon && noon < change.until) {
                open += change.extra_windows;
                share = share.min(change.share);
                if let Some(instead) = change.hours {
                    hours = &instead[day as usize];
                }
            }
            if share < 1.0 && open > 0 {
                open = ((f64::from(open) * share).round() as u32).max(1);
            }
            self.push_day(day, hours, open);
            let regular_seconds = length(regular) * i64::from(windows);
            self.overtime_seconds += (length(hours) * i64::from(open) - regular_seconds).max(0);
        }
    }

    /// Adds a day's steps. A day that opens at the second at which the last one closed goes on with
    /// it, so that nobody is sent home between; it is the end of the night that then closes the day.
    fn push_day(&mut self, day: u32, hours: &[(u32, u32)], windows: u32) {
        for (index, &(open, close)) in hours.iter().enumerate() {
            let opening = SimTime(day * DAY + open);
            let goes_on = self.steps.pop_if(|last| last.time == opening);
            let ends_night = index == 0 && goes_on.is_some();
            self.steps.push(RosterStep { time: opening, windows, closes_day: false });
            let closes_day = ends_night || index + 1 == hours.len();
            self.steps.push(RosterStep { time: SimTime(day * DAY + close), windows: 0, closes_day });
        }
        self.window_seconds += length(hours) * i64::from(windows);
    }
}

fn length(hours: &[(u32, u32)]) -> i64 {
    hours.iter().map(|&(open, close)| i64::from(close - open)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrivals_fall_into_opening_hours_and_never_before_the_earliest_moment() {
        let mut hours = [1.0; 24];
        for (hour, share) in hours.iter_mut().enumerate() {
            *share = (hour as f64 + 1.0) / 24.0;
        }
        let open = vec![(9 * 3600, 12 * 3600), (14 * 3600, 17 * 3600)];
        let week = OpenHours::new(vec![open, Vec::new()], &DayProfile::new(hours, [1.0; 8]));
        // One of the four hours left lies in the morning: a quarter of a flat profile.
        let times = (0..1000).filter_map(|step| {
            let u = (f64::from(step) + 0.5) / 1000.0;
            week.arrival_from(0, u, SimTime(11 * 3600))
        });
        let seconds: Vec<u32> = times.map(SimTime::second_of_day).collect();
        assert_eq!(seconds.len(), 1000);
        assert!(seconds.iter().all(|s| (11 * 3600..12 * 3600).contains(s) || (14 * 3600..17 * 3600).contains(s)));
        assert_eq!(seconds.iter().filter(|second| **second < 12 * 3600).count(), 250);
        assert_eq!(week.arrival_from(0, 0.5, SimTime(17 * 3600)), None);
        assert_eq!(week.arrival_second(1, 0.5), None);
        assert_eq!((week.open_days.len(), week.first_open(SimTime(0))), (1, 0));
    }

    fn steps(days: &[&[(u32, u32)]]) -> Vec<(u32, u32, bool)> {
        let mut roster = Roster::default();
        for (day, hours) in (0..).zip(days) {
            roster.push_day(day, hours, 2);
        }
        roster.steps.iter().map(|step| (step.time.0, step.windows, step.closes_day)).collect()
    }

    #[test]
    fn a_desk_open_around_the_clock_never_closes_between_two_days() {
        let whole: &[(u32, u32)] = &[(0, DAY)];
        assert_eq!(
            steps(&[whole, whole, whole]),
            [(0, 2, false), (DAY, 2, false), (2 * DAY, 2, false), (3 * DAY, 0, true)]
        );
        // Closed on the second day: at its midnight everybody goes home.
        assert_eq!(
            steps(&[whole, &[], whole]),
            [(0, 2, false), (DAY, 0, true), (2 * DAY, 2, false), (3 * DAY, 0, true)]
        );
    }

    #[test]
    fn a_night_closes_where_it_ends_and_a_noon_break_does_not() {
        let hour = 3_600;
        let night: &[(u32, u32)] = &[(0, 6 * hour), (20 * hour, DAY)];
        assert_eq!(
            steps(&[&[(20 * hour, DAY)], night, &[]]),
            [
                (20 * hour, 2, false),
                (DAY, 2, false),
                (DAY + 6 * hour, 0, true),
                (DAY + 20 * hour, 2, false),
                (2 * DAY, 0, true),
            ]
        );
        let noon: &[(u32, u32)] = &[(8 * hour, 12 * hour), (14 * hour, 17 * hour)];
        assert_eq!(
            steps(&[noon]),
            [(8 * hour, 2, false), (12 * hour, 0, false), (14 * hour, 2, false), (17 * hour, 0, true)]
        );
        // Two intervals that touch are one.
        let touching: &[(u32, u32)] = &[(8 * hour, 12 * hour), (12 * hour, 17 * hour)];
        assert_eq!(steps(&[touching]), [(8 * hour, 2, false), (12 * hour, 2, false), (17 * hour, 0, true)]);
    }

    #[test]
    fn the_learning_curve_halves_in_its_half_life() {
        let curve = Learning::new(0.5, 4.0, 0);
        assert!((curve.factor(0) - 1.5).abs() < 1e-12);
        assert!((curve.factor(4 * DAY) - 1.25).abs() < 1e-12);
    }
}
