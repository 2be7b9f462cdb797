//! Opening hours and profiles that desks and demand refer to by name.

use jiff::ToSpan;
use jiff::civil::Date;

use super::complaint::{ComplaintKind, Complaints, allowed};
use super::values::{entries, number};
use crate::calendar::{Calendar, Clock, DAY, DAYS_AFTER_HORIZON, DayKind, HoursError, TimetableDays, TimetableError};
use crate::desk::OpenHours;
use crate::scenario::raw::{self, Layer};
use crate::scenario::world::DayProfile;

/// Opening hours of every timetable, in file order.
pub(super) fn timetables(out: &mut Complaints, layer: &Layer, clock: &Clock) -> Vec<OpenHours> {
    entries(&layer.timetables)
        .map(|(name, timetable)| match TimetableDays::resolve(timetable, clock) {
            Ok(days) => OpenHours::new(
                (0..clock.days() + DAYS_AFTER_HORIZON).map(|day| days.spans(day).to_vec()).collect(),
                &flat_profile(),
            ),
            Err(errors) => {
                for error in errors {
                    complain(out, name, error);
                }
                // Open round the clock, so that no desk is thought closed because of it.
                OpenHours::new(vec![vec![(0, DAY)]; (clock.days() + DAYS_AFTER_HORIZON) as usize], &flat_profile())
            }
        })
        .collect()
}

/// Hours of a desk that is never open.
pub(super) fn closed(clock: &Clock) -> OpenHours {
    OpenHours::new(vec![Vec::new(); (clock.days() + DAYS_AFTER_HORIZON) as usize], &flat_profile())
}

fn complain(out: &mut Complaints, name: &str, error: TimetableError) {
    let rule = match error.fault {
        None => allowed("键必须是日期，如 2021-11-20", "the key must be a date such as 2021-11-20"),
        Some(HoursError::Form) => allowed(
            "必须形如 \"08:30-12:00, 14:00-17:30\"，或 \"closed\"",
            "must be hours such as \"08:30-12:00, 14:00-17:30\", or \"closed\"",
        ),
        Some(HoursError::Backwards) => allowed(
            "每段的结束必须晚于开始；跨午夜请分写在两天",
            "each span must end after it starts; hours past midnight are two spans on two days",
        ),
        Some(HoursError::Overlap) => allowed("各段不得重叠", "the spans must not overlap"),
    };
    out.add(ComplaintKind::Unreadable, format!("timetables.{name}.{}", error.key), error.found, rule);
}

/// Days of a calendar year by type: Monday to Sunday, holiday.
pub(super) type DayCounts = [f64; 8];

/// A year that the calendar does not have: 250 working days, the other weekends and 11 holidays.
const ORDINARY_YEAR: DayCounts = [50.0, 50.0, 50.0, 50.0, 50.0, 52.0, 52.0, 11.0];

/// Counts the days of the year of the start by type, as [`crate::patient::day_type`] does.
pub(super) fn day_counts(start: Date, calendar: &Calendar) -> DayCounts {
    let mut counts = [0.0; 8];
    let year = start.year();
    for date in start.first_of_year().series(1.day()).take_while(|date| date.year() == year) {
        let weekday = usize::from(date.weekday().to_monday_zero_offset().unsigned_abs());
        match calendar.kind(date) {
            Err(_) => return ORDINARY_YEAR,
            Ok(DayKind::Holiday) => counts[7] += 1.0,
            Ok(DayKind::Working) if weekday >= 5 => counts[2] += 1.0,
            Ok(DayKind::Working | DayKind::Resting) => counts[weekday] += 1.0,
        }
    }
    counts
}

/// The same weight at every hour of every day: arrivals that only follow the opening hours.
pub(super) fn flat_profile() -> DayProfile {
    let mut hours = [1.0; 24];
    for (hour, share) in (1..=24_u8).zip(&mut hours) {
        *share = f64::from(hour) / 24.0;
    }
    DayProfile::new(hours, [1.0; 8])
}

/// Every profile, in file order.
pub(super) fn profiles(out: &mut Complaints, layer: &Layer, counts: &DayCounts) -> Vec<DayProfile> {
    entries(&layer.profiles)
        .map(|(name, profile)| {
            let raw::Profile { hours, weekdays, holiday } = profile;
            let path = |part: &str| format!("profiles.{name}.{part}");
            let hours = weights::<24>(out, &path("hours"), hours.as_deref());
            let week = weights::<7>(out, &path("weekdays"), weekdays.as_deref());
            let holiday = match (holiday, week) {
                (Some(weight), _) => number(out, &path("holiday"), *weight, 0.0, WEIGHT_MAX),
                // Without a word on holidays they are like Sundays.
                (None, Some(week)) => week[6],
                (None, None) => 0.0,
            };
            match (hours, week) {
                (Some(hours), Some(week)) => {
                    let days = normalised(out, &path("weekdays"), week, holiday, counts);
                    DayProfile::new(cumulative(hours), days)
                }
                _ => flat_profile(),
            }
        })
        .collect()
}

const WEIGHT_MAX: f64 = 1_000.0;

fn weights<const N: usize>(out: &mut Complaints, key: &str, given: Option<&[f64]>) -> Option<[f64; N]> {
    let given = out.required(key, given)?;
    let Ok(weights) = <[f64; N]>::try_from(given) else {
        let rule = allowed(format!("必须是 {N} 个数"), format!("must be {N} numbers"));
        out.add(ComplaintKind::OutOfRange, key, format!("[{}]", given.len()), rule);
        return None;
    };
    let legal = weights.map(|weight| number(out, key, weight, 0.0, WEIGHT_MAX));
    if legal.iter().sum::<f64>() <= 0.0 {
        let rule = allowed("至少一个数须大于 0", "at least one number must be above 0");
        out.add(ComplaintKind::OutOfRange, key, "0", rule);
        return None;
    }
    Some(legal)
}

fn cumulative(weights: [f64; 24]) -> [f64; 24] {
    let total: f64 = weights.iter().sum();
    let mut running = 0.0;
    let mut shares = weights.map(|weight| {
        running += weight;
        running / total
    });
    // Rounding must not leave a sliver after the last hour that has any weight.
    let last = weights.iter().rposition(|weight| *weight > 0.0).unwrap_or(23);
    shares[last..].fill(1.0);
    shares
}

/// Scales the weights so that the days of a year total 365.
fn normalised(out: &mut Complaints, key: &str, week: [f64; 7], holiday: f64, counts: &DayCounts) -> [f64; 8] {
    let mut days = [holiday; 8];
    days[..7].copy_from_slice(&week);
    let total: f64 = days.iter().zip(counts).map(|(weight, count)| weight * count).sum();
    if total <= 0.0 {
        let rule = allowed("一年中须有权重大于 0 的日子", "some day of the year must have a weight above 0");
        out.add(ComplaintKind::OutOfRange, key, "0", rule);
        return [1.0; 8];
    }
    days.map(|weight| weight * 365.0 / total)
}
