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
    /// Hours of the day with another number of windows, without overlap.
    pub windows_by_hour: Vec<HourWindows>,
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

/// Windows at a site of mean size in some hours of the day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HourWindows {
    /// First second of the day.
    pub from: u32,
    /// First second of the day no longer.
    pub until: u32,
    /// Windows.
    pub windows: f64,
}

impl DeskSpec {
    /// Windows at a second of the day of a site that has `regular` windows otherwise: in the hours
    /// with a number of their own, in proportion.
    pub fn windows_at(&self, regular: u32, second: u32) -> u32 {
        let hour = self.windows_by_hour.iter().find(|hour| hour.from <= second && second < hour.until);
        hour.map_or(regular, |hour| whole_windows(hour.windows, f64::from(regular) / self.windows.max(0.5)))
    }
}

/// Windows of a site of a relative size: rounded, at least one where half a window is meant for a
/// site of mean size, else none.
pub fn whole_windows(mean: f64, size: f64) -> u32 {
    if mean < 0.5 || size <= 0.0 { 0 } else { ((mean * size).round() as u32).max(1) }
}

/// Opening intervals of a day in which others hold instead between two seconds of it.
pub fn spliced(regular: &[(u32, u32)], instead: &[(u32, u32)], from: u32, until: u32) -> Vec<(u32, u32)> {
    let clipped = |spans: &[(u32, u32)], low: u32, high: u32| -> Vec<(u32, u32)> {
        let within = spans.iter().map(|&(open, close)| (open.max(low), close.min(high)));
        within.filter(|(open, close)| open < close).collect()
    };
    let mut spans: Vec<(u32, u32)> = Vec::new();
    let parts = [clipped(regular, 0, from), clipped(instead, from, until), clipped(regular, until, DAY)];
    for (open, close) in parts.into_iter().flatten() {
        match spans.last_mut() {
            Some(last) if last.1 == open => last.1 = close,
            _ => spans.push((open, close)),
        }
    }
    spans
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
    /// Builds a site's roster. Changes count by the second: windows added are there from the first
    /// moment to the last, and other opening hours hold between theirs. A share of the windows is
    /// rounded, and a desk that has any keeps one: it works, if slowly.
    pub fn build(&mut self, spec: &DeskSpec, windows: u32, changes: &[RosterChange<'_>], days: u32) {
        self.steps.clear();
        self.window_seconds = 0;
        self.overtime_seconds = 0;
        let mut spans = Vec::new();
        for day in 0..days {
            let regular = &spec.hours.days[day as usize];
            let (start, end) = (day * DAY, (day + 1) * DAY);
            let mut here = changes.iter().filter(|change| change.from.0 < end && start < change.until.0).peekable();
            spans.clear();
            if here.peek().is_none() && spec.windows_by_hour.is_empty() {
                spans.extend(regular.iter().map(|&(open, close)| Span { open, close, windows }));
                self.push_day(day, &spans);
                continue;
            }
            let here: Vec<&RosterChange<'_>> = here.collect();
            let scheduled = changed_day(spec, windows, &here, day, &mut spans);
            self.push_day(day, &spans);
            self.overtime_seconds += (scheduled - regular_seconds(spec, windows, regular)).max(0);
        }
    }

    /// Adds a day's steps. A day that opens at the second at which the last one closed goes on with
    /// it, so that nobody is sent home between; it is the end of the night that then closes the day.
    fn push_day(&mut self, day: u32, spans: &[Span]) {
        let mut is_night = true;
        for (index, &Span { open, close, windows }) in spans.iter().enumerate() {
            let opening = SimTime(day * DAY + open);
            let goes_on = self.steps.pop_if(|last| last.time == opening);
            is_night &= goes_on.is_some();
            self.steps.push(RosterStep { time: opening, windows, closes_day: false });
            let closes_day = is_night || index + 1 == spans.len();
            self.steps.push(RosterStep { time: SimTime(day * DAY + close), windows: 0, closes_day });
            self.window_seconds += i64::from(close - open) * i64::from(windows);
        }
    }
}

/// A part of a day with one number of windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    open: u32,
    close: u32,
    windows: u32,
}

/// The spans of a day under changes, split where any of them begins or ends; their window-seconds.
fn changed_day(spec: &DeskSpec, windows: u32, changes: &[&RosterChange<'_>], day: u32, spans: &mut Vec<Span>) -> i64 {
    let start = day * DAY;
    let within = |time: SimTime| time.0.saturating_sub(start).min(DAY);
    let mut hours = spec.hours.days[day as usize].clone();
    let mut cuts = vec![0, DAY];
    cuts.extend(spec.windows_by_hour.iter().flat_map(|hour| [hour.from, hour.until]));
    for change in changes {
        let (from, until) = (within(change.from), within(change.until));
        match change.hours {
            Some(instead) => hours = spliced(&hours, &instead[day as usize], from, until),
            None => cuts.extend([from, until]),
        }
    }
    cuts.extend(hours.iter().flat_map(|&(open, close)| [open, close]));
    cuts.sort_unstable();
    cuts.dedup();
    let mut seconds = 0;
    for (&open, &close) in cuts.iter().zip(cuts.iter().skip(1)) {
        if !hours.iter().any(|&(from, until)| from <= open && open < until) {
            continue;
        }
        let mut count = spec.windows_at(windows, open);
        let mut share = 1.0_f64;
        for change in changes.iter().filter(|change| within(change.from) <= open && open < within(change.until)) {
            count += change.extra_windows;
            share = share.min(change.share);
        }
        if share < 1.0 && count > 0 {
            count = ((f64::from(count) * share).round() as u32).max(1);
        }
        seconds += i64::from(close - open) * i64::from(count);
        match spans.last_mut() {
            Some(last) if last.close == open && last.windows == count => last.close = close,
            _ => spans.push(Span { open, close, windows: count }),
        }
    }
    seconds
}

/// Window-seconds of a day by the regular windows and hours of a site.
pub fn regular_seconds(spec: &DeskSpec, windows: u32, hours: &[(u32, u32)]) -> i64 {
    let mut seconds = length(hours) * i64::from(windows);
    for hour in &spec.windows_by_hour {
        let open = spliced(&[], hours, hour.from, hour.until);
        seconds += length(&open) * (i64::from(spec.windows_at(windows, hour.from)) - i64::from(windows));
    }
    seconds
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
            let spans = hours.iter().map(|&(open, close)| Span { open, close, windows: 2 });
            roster.push_day(day, &spans.collect::<Vec<_>>());
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
        // So they are after a night: its end, not the touch, closes the day.
        assert_eq!(
            steps(&[&[(20 * hour, DAY)], &[(0, 4 * hour), (4 * hour, 6 * hour), (20 * hour, 22 * hour)]])[2..],
            [
                (DAY + 4 * hour, 2, false),
                (DAY + 6 * hour, 0, true),
                (DAY + 20 * hour, 2, false),
                (DAY + 22 * hour, 0, true)
            ]
        );
    }

    fn spec(hours: Vec<Vec<(u32, u32)>>, windows_by_hour: Vec<HourWindows>) -> DeskSpec {
        let profile = DayProfile::new([1.0; 24], [1.0; 8]);
        DeskSpec {
            class: 0,
            hours: OpenHours::new(hours, &profile),
            last_ticket: None,
            patience_minutes: None,
            retry_within_days: 1,
            retry_tries: 0,
            windows: 10.0,
            windows_by_hour,
            routine_per_day: 0.0,
            routine_minutes: Distribution::Fixed(1.0),
            routine_needs: None,
            routine_returns_share: 0.0,
            profile,
            learning: None,
            priority_classes: 0,
            services: 0,
        }
    }

    fn built(roster: &Roster) -> Vec<(u32, u32, bool)> {
        roster.steps.iter().map(|step| (step.time.0, step.windows, step.closes_day)).collect()
    }

    const HOUR: u32 = 3_600;
    const CHANGE: RosterChange<'static> =
        RosterChange { from: SimTime::START, until: SimTime::NEVER, extra_windows: 0, hours: None, share: 1.0 };

    #[test]
    fn windows_follow_the_hour_in_proportion_to_the_site() {
        let noon = HourWindows { from: 12 * HOUR, until: 14 * HOUR, windows: 4.0 };
        let spec = spec(vec![vec![(8 * HOUR, 17 * HOUR)]], vec![noon]);
        let mut roster = Roster::default();
        roster.build(&spec, 15, &[], 1);
        let expected = [(8 * HOUR, 15, false), (12 * HOUR, 6, false), (14 * HOUR, 15, false), (17 * HOUR, 0, true)];
        assert_eq!(built(&roster), expected);
        assert_eq!(roster.window_seconds, i64::from(HOUR) * (4 * 15 + 2 * 6 + 3 * 15));
        assert_eq!(roster.overtime_seconds, 0);
        // The smallest site keeps one.
        roster.build(&spec, 1, &[], 1);
        assert_eq!(roster.steps.iter().map(|step| step.windows).collect::<Vec<_>>(), [1, 0]);
    }

    #[test]
    fn a_surge_counts_from_its_first_second_to_its_last_and_surges_add_up() {
        let spec = spec(vec![vec![(8 * HOUR, 12 * HOUR), (14 * HOUR, 17 * HOUR)]; 2], Vec::new());
        // Half a day that does not hold the noon of any day: 14:30 to 8:20 of the next.
        let half = RosterChange {
            from: SimTime(14 * HOUR + 1800),
            until: SimTime(DAY + 8 * HOUR + 1200),
            extra_windows: 2,
            ..CHANGE
        };
        let other = RosterChange { from: SimTime(16 * HOUR), until: SimTime(DAY), extra_windows: 1, ..CHANGE };
        let mut roster = Roster::default();
        roster.build(&spec, 10, &[half, other], 2);
        let expected = [
            (8 * HOUR, 10, false),
            (12 * HOUR, 0, false),
            (14 * HOUR, 10, false),
            (14 * HOUR + 1800, 12, false),
            (16 * HOUR, 13, false),
            (17 * HOUR, 0, true),
            (DAY + 8 * HOUR, 12, false),
            (DAY + 8 * HOUR + 1200, 10, false),
            (DAY + 12 * HOUR, 0, false),
            (DAY + 14 * HOUR, 10, false),
            (DAY + 17 * HOUR, 0, true),
        ];
        assert_eq!(built(&roster), expected);
        assert_eq!(roster.overtime_seconds, 9000 * 2 + 3600 + 1200 * 2);
    }

    #[test]
    fn overtime_hours_and_a_ramp_begin_and_end_at_their_own_moments() {
        let regular = vec![(8 * HOUR, 12 * HOUR), (14 * HOUR, 17 * HOUR)];
        let long = vec![vec![(8 * HOUR, 20 * HOUR)]; 1];
        let spec = spec(vec![regular.clone()], Vec::new());
        let overtime = RosterChange { from: SimTime(10 * HOUR), hours: Some(&long), ..CHANGE };
        let ramp = RosterChange { until: SimTime(9 * HOUR), share: 0.5, ..CHANGE };
        let mut roster = Roster::default();
        roster.build(&spec, 10, &[overtime, ramp], 1);
        assert_eq!(built(&roster), [(8 * HOUR, 5, false), (9 * HOUR, 10, false), (20 * HOUR, 0, true)]);
        assert_eq!(roster.overtime_seconds, i64::from(HOUR) * (5 + 110 - 70));
        // Until 13:00 only: the noon hour is open, and the afternoon is as ever.
        assert_eq!(spliced(&regular, &long[0], 0, 13 * HOUR), [(8 * HOUR, 13 * HOUR), (14 * HOUR, 17 * HOUR)]);
    }

    #[test]
    fn the_learning_curve_halves_in_its_half_life() {
        let curve = Learning::new(0.5, 4.0, 0);
        assert!((curve.factor(0) - 1.5).abs() < 1e-12);
        assert!((curve.factor(4 * DAY) - 1.25).abs() < 1e-12);
    }
}
