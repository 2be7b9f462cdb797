//! Desks 窗口: opening hours, windows by the hour, and how people arrive over a day.
//!
//! A [`DeskSpec`] is what a group of sites has in common; a [`Roster`] is one site's windows over
//! the whole horizon under one course of events: regular windows, surge windows and overtime, and
//! the ramp after a return. Windows are numbered from 0; the first *n* of them are open while the
//! roster says *n*.

use crate::calendar::{DAY, SimTime};
use crate::distribution::Distribution;
use crate::scenario::world::DayProfile;

/// Opening hours on each day of the horizon.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpenHours {
    /// Opening intervals by day, in seconds of the day, ascending.
    pub days: Vec<Vec<(u32, u32)>>,
    /// Days with any opening hours, ascending.
    pub open_days: Vec<u32>,
}

impl OpenHours {
    /// From the intervals of each day.
    pub fn new(days: Vec<Vec<(u32, u32)>>) -> Self {
        let open_days = (0u32..).zip(&days).filter(|(_, hours)| !hours.is_empty()).map(|(day, _)| day).collect();
        Self { days, open_days }
    }

    /// Index in `open_days` of the first day with an opening moment from `time` on.
    pub fn first_open(&self, time: SimTime) -> usize {
        let day = time.day();
        let index = self.open_days.partition_point(|&open| open < day);
        let closed_today = self.open_days.get(index) == Some(&day)
            && self.days[day as usize].last().is_none_or(|&(_, close)| close <= time.second_of_day());
        index + usize::from(closed_today)
    }

    /// Second of the day at which a share `u` of the arrivals from `earliest` on has come; none
    /// when the desk is closed from then on.
    pub fn arrival_second(&self, profile: &DayProfile, day: u32, u: f64, earliest: u32) -> Option<u32> {
        arrival_second(profile, self.days.get(day as usize)?, u, earliest)
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

/// Learning curve after go-live: minutes × (1 + extra × 2^(−days / half-life)).
#[derive(Debug, Clone, Copy)]
pub struct Learning {
    /// Extra service time at the return, as a share.
    pub extra_share: f64,
    /// Days after which half of it is gone.
    pub half_life_days: f64,
    /// The service whose return starts it.
    pub after: u16,
}

impl Learning {
    /// Factor on service time some seconds after the return.
    pub fn factor(&self, seconds: u32) -> f64 {
        let days = f64::from(seconds) / f64::from(DAY);
        1.0 + self.extra_share * libm::exp2(-days / self.half_life_days)
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
    /// that windows and hours are whole days.
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

    fn push_day(&mut self, day: u32, hours: &[(u32, u32)], windows: u32) {
        for (index, &(open, close)) in hours.iter().enumerate() {
            let last = index + 1 == hours.len();
            let continues = !last && hours[index + 1].0 == close;
            self.steps.push(RosterStep { time: SimTime(day * DAY + open), windows, closes_day: false });
            if !continues {
                let step = RosterStep { time: SimTime(day * DAY + close), windows: 0, closes_day: last };
                self.steps.push(step);
            }
        }
        self.window_seconds += length(hours) * i64::from(windows);
    }
}

fn length(hours: &[(u32, u32)]) -> i64 {
    hours.iter().map(|&(open, close)| i64::from(close - open)).sum()
}

/// Arrivals follow the profile inside the opening intervals, and fall evenly where it has none.
fn arrival_second(profile: &DayProfile, hours: &[(u32, u32)], u: f64, earliest: u32) -> Option<u32> {
    let weight = |open: u32, close: u32| profile.share_at(close) - profile.share_at(open);
    let clipped =
        hours.iter().filter(|&&(_, close)| close > earliest).map(|&(open, close)| (open.max(earliest), close));
    let total: f64 = clipped.clone().map(|(open, close)| weight(open, close)).sum();
    let flat = total <= 1e-9;
    let size = |open: u32, close: u32| {
        if flat { f64::from(close - open) } else { weight(open, close) }
    };
    let sum: f64 = clipped.clone().map(|(open, close)| size(open, close)).sum();
    let mut left = u * sum;
    let mut found = None;
    for (open, close) in clipped {
        let here = size(open, close);
        if left < here {
            let second = if flat { open + left as u32 } else { profile.second_at(profile.share_at(open) + left) };
            return Some(second.clamp(open, close - 1));
        }
        left -= here;
        found = Some(close - 1);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> DayProfile {
        let mut hours = [1.0; 24];
        for (hour, share) in hours.iter_mut().enumerate() {
            *share = (hour as f64 + 1.0) / 24.0;
        }
        DayProfile::new(hours, [1.0; 8])
    }

    #[test]
    fn arrivals_fall_into_opening_hours_and_never_before_the_earliest_moment() {
        let hours = [(9 * 3600, 12 * 3600), (14 * 3600, 17 * 3600)];
        for step in 0..1000 {
            let u = (f64::from(step) + 0.5) / 1000.0;
            let second = arrival_second(&profile(), &hours, u, 11 * 3600).expect("open later that day");
            assert!((11 * 3600..12 * 3600).contains(&second) || (14 * 3600..17 * 3600).contains(&second));
        }
        // One of the four hours left lies in the morning: a quarter of a flat profile.
        let morning = (0..1000)
            .filter(|step| {
                let u = (f64::from(*step) + 0.5) / 1000.0;
                arrival_second(&profile(), &hours, u, 11 * 3600).is_some_and(|second| second < 12 * 3600)
            })
            .count();
        assert_eq!(morning, 250);
        assert_eq!(arrival_second(&profile(), &hours, 0.5, 17 * 3600), None);
    }

    #[test]
    fn the_learning_curve_halves_in_its_half_life() {
        let curve = Learning { extra_share: 0.5, half_life_days: 4.0, after: 0 };
        assert!((curve.factor(0) - 1.5).abs() < 1e-12);
        assert!((curve.factor(4 * DAY) - 1.25).abs() < 1e-12);
    }
}
