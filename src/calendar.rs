//! Time: seconds since the city's start, civil dates, working days, opening hours, and the times
//! that scenario files write.
//!
//! An instant ([`SimTime`]) and a length ([`SimDuration`]) are two integers that cannot be mixed:
//! adding two instants does not compile. All civil times are local (China has one zone without
//! summer time), so a day always has [`DAY`] seconds. Spans are half-open, `[start, end)`: the end
//! of a month is the first second of the next one, and a notice's "24:00" is the next day's 00:00.
//!
//! Working days follow the State Council's calendar: public holidays are off, and some Saturdays
//! and Sundays are worked in exchange (调休). A year that the calendar file lacks is an error,
//! never a guess, for every day that is simulated. Deadlines may lie past the simulated days; the
//! calendar is used there as far as it goes on without a gap, and beyond it Monday to Friday count
//! as working days.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use indexmap::IndexMap;
use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, ToSpan};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod written;

pub use written::{
    Anchor, HoursError, OpeningHours, TimeError, TimeExpression, Timetable, TimetableDays, TimetableError, parse_date,
    parse_time_of_day,
};

/// Seconds in a day.
pub const DAY: u32 = 86_400;

/// Days past the horizon for which opening hours are known, so that whether somebody will come
/// before a deadline does not depend on where the simulation ends.
pub const DAYS_AFTER_HORIZON: u32 = 400;

/// An instant: whole seconds since the city's start, which is a midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SimTime(pub u32);

/// A length of time in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SimDuration(pub u32);

impl SimTime {
    /// The first second of the city's start.
    pub const START: Self = Self(0);
    /// Later than every instant that happens.
    pub const NEVER: Self = Self(u32::MAX);

    /// The instant `second` seconds after midnight of a day; [`Self::NEVER`] when out of reach.
    pub fn at(day: u32, second: u32) -> Self {
        Self(day.saturating_mul(DAY).saturating_add(second))
    }

    /// The day it falls on, counted from 0.
    pub fn day(self) -> u32 {
        self.0 / DAY
    }

    /// Seconds since that day's midnight.
    pub fn second_of_day(self) -> u32 {
        self.0 % DAY
    }

    /// This much later; [`Self::NEVER`] stays never and is also what is too far away.
    pub fn plus(self, length: SimDuration) -> Self {
        Self(self.0.saturating_add(length.0))
    }

    /// Moved by a number of seconds in either direction. None before the city's start;
    /// [`Self::NEVER`] stays never.
    pub fn moved(self, seconds: i64) -> Option<Self> {
        if self == Self::NEVER {
            return Some(self);
        }
        let moved = i64::from(self.0).checked_add(seconds)?;
        if moved < 0 { None } else { Some(u32::try_from(moved).map_or(Self::NEVER, Self)) }
    }

    /// The length from here to a later instant; none when `later` is earlier than this one.
    pub fn until(self, later: Self) -> Option<SimDuration> {
        later.0.checked_sub(self.0).map(SimDuration)
    }

    /// The length since an earlier instant, zero when that instant is not earlier.
    pub fn since_or_zero(self, earlier: Self) -> SimDuration {
        SimDuration(self.0.saturating_sub(earlier.0))
    }
}

impl SimDuration {
    /// Whole days.
    pub fn from_days(days: u32) -> Self {
        Self(days.saturating_mul(DAY))
    }

    /// Both lengths together; stops at the largest length.
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// What the calendar says about a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DayKind {
    /// A working day, be it Monday to Friday or a weekend day worked in exchange.
    Working,
    /// A Saturday or Sunday off that is no public holiday.
    Resting,
    /// A day of a public holiday, weekend days within it included.
    Holiday,
}

/// The calendar file lacks a year that is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MissingYear(pub i16);

impl fmt::Display for MissingYear {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the calendar has no year {}", self.0)
    }
}

impl std::error::Error for MissingYear {}

/// A calendar file: public holidays and weekend days worked in exchange, by year.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarFile {
    /// Years, such as `[years.2021]`.
    #[serde(default)]
    pub years: IndexMap<String, CalendarYear>,
}

/// One year of a calendar file.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarYear {
    /// Days off: single days (`"2021-01-01"`) or first and last day (`"2021-02-11..2021-02-17"`).
    pub holidays: Vec<String>,
    /// Saturdays and Sundays worked in exchange.
    pub working_weekends: Vec<String>,
}

/// What is wrong in a calendar file, with its key (`years.2021.holidays[3]`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarError {
    /// Key in the calendar file.
    pub key: String,
    /// The text found.
    pub found: String,
    /// What is wrong with it.
    pub fault: CalendarFault,
}

/// What can be wrong with an entry of a calendar file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalendarFault {
    /// The key is no year between 1950 and 2150.
    NotAYear,
    /// Neither a date nor two dates with `..` between them, the first not after the second.
    NotADate,
    /// The date lies in another year than the table it stands in.
    OtherYear,
    /// A working weekend that is neither Saturday nor Sunday.
    NotAWeekend,
    /// A working weekend that is also a holiday.
    AlsoHoliday,
}

/// Public holidays and swapped weekends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    years: BTreeMap<i16, YearDays>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct YearDays {
    holidays: BTreeSet<Date>,
    working_weekends: BTreeSet<Date>,
}

impl Calendar {
    /// Takes over the days of a calendar file.
    ///
    /// # Errors
    ///
    /// Every entry that is no date, lies in the wrong year or contradicts another, in file order.
    pub fn from_file(file: &CalendarFile) -> Result<Self, Vec<CalendarError>> {
        let mut calendar = Self::default();
        let mut errors = Vec::new();
        for (name, year) in &file.years {
            let key = format!("years.{name}");
            match name.parse::<i16>() {
                Ok(number) if (1950..=2150).contains(&number) && name.len() == 4 => {
                    let days = year_days(number, &key, year, &mut errors);
                    calendar.years.insert(number, days);
                }
                _ => errors.push(CalendarError { key, found: name.clone(), fault: CalendarFault::NotAYear }),
            }
        }
        if errors.is_empty() { Ok(calendar) } else { Err(errors) }
    }

    /// What kind of day a date is.
    ///
    /// # Errors
    ///
    /// The year, when the calendar does not have it.
    pub fn kind(&self, date: Date) -> Result<DayKind, MissingYear> {
        let days = self.years.get(&date.year()).ok_or(MissingYear(date.year()))?;
        Ok(if days.holidays.contains(&date) {
            DayKind::Holiday
        } else if !is_weekend(date) || days.working_weekends.contains(&date) {
            DayKind::Working
        } else {
            DayKind::Resting
        })
    }

    /// The years it has, ascending.
    pub fn years(&self) -> impl Iterator<Item = i16> + '_ {
        self.years.keys().copied()
    }
}

fn year_days(number: i16, key: &str, year: &CalendarYear, errors: &mut Vec<CalendarError>) -> YearDays {
    let mut days = YearDays::default();
    for (index, text) in year.holidays.iter().enumerate() {
        let fault = match date_span(text) {
            None => Some(CalendarFault::NotADate),
            Some((first, last)) if first.year() != number || last.year() != number => Some(CalendarFault::OtherYear),
            Some((first, last)) => {
                days.holidays.extend(first.series(1.day()).take_while(|day| *day <= last));
                None
            }
        };
        if let Some(fault) = fault {
            errors.push(CalendarError { key: format!("{key}.holidays[{index}]"), found: text.clone(), fault });
        }
    }
    for (index, text) in year.working_weekends.iter().enumerate() {
        let fault = match parse_date(text) {
            None => Some(CalendarFault::NotADate),
            Some(date) if date.year() != number => Some(CalendarFault::OtherYear),
            Some(date) if !is_weekend(date) => Some(CalendarFault::NotAWeekend),
            Some(date) if days.holidays.contains(&date) => Some(CalendarFault::AlsoHoliday),
            Some(date) => {
                days.working_weekends.insert(date);
                None
            }
        };
        if let Some(fault) = fault {
            errors.push(CalendarError { key: format!("{key}.working_weekends[{index}]"), found: text.clone(), fault });
        }
    }
    days
}

fn date_span(text: &str) -> Option<(Date, Date)> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let (first, last) = (parse_date(first.trim())?, parse_date(last.trim())?);
    (first <= last).then_some((first, last))
}

fn is_weekend(date: Date) -> bool {
    date.weekday().to_monday_zero_offset() >= 5
}

/// The simulated days of a city, each with its date, weekday and kind.
#[derive(Debug, Clone)]
pub struct Clock {
    start: Date,
    days: u32,
    kinds: Vec<DayKind>,
}

/// Most days that [`Clock`] keeps past the simulated ones, for deadlines.
const DAYS_BEYOND: u32 = 3_700;

impl Clock {
    /// Resolves `days` days from a start, which is midnight of a date.
    ///
    /// # Errors
    ///
    /// The first simulated year that the calendar does not have.
    pub fn new(start: Date, days: u32, calendar: &Calendar) -> Result<Self, MissingYear> {
        let mut kinds = Vec::new();
        for (day, date) in (0..days.saturating_add(DAYS_BEYOND)).zip(start.series(1.day())) {
            match calendar.kind(date) {
                Ok(kind) => kinds.push(kind),
                Err(missing) if day < days => return Err(missing),
                Err(_) => break,
            }
        }
        Ok(Self { start, days, kinds })
    }

    /// Date of the first simulated day.
    pub fn start(&self) -> Date {
        self.start
    }

    /// Number of simulated days.
    pub fn days(&self) -> u32 {
        self.days
    }

    /// Number of days whose kind is known from the calendar: the simulated ones and those after
    /// them as far as the calendar goes on.
    pub fn known_days(&self) -> u32 {
        u32::try_from(self.kinds.len()).unwrap_or(u32::MAX)
    }

    /// Date of a day.
    pub fn date(&self, day: u32) -> Date {
        self.start.saturating_add(i64::from(day).min(1_000_000).days())
    }

    /// Weekday of a day, Monday 0 to Sunday 6.
    pub fn weekday(&self, day: u32) -> u8 {
        let first = u32::from(self.start.weekday().to_monday_zero_offset().unsigned_abs());
        ((first + day % 7) % 7) as u8
    }

    /// Kind of a day. Past the years of the calendar Monday to Friday are working days.
    pub fn kind(&self, day: u32) -> DayKind {
        let known = self.kinds.get(day as usize).copied();
        known.unwrap_or(if self.weekday(day) < 5 { DayKind::Working } else { DayKind::Resting })
    }

    /// Whether a day is worked.
    pub fn is_working(&self, day: u32) -> bool {
        self.kind(day) == DayKind::Working
    }

    /// The instant of a civil time; none before the city's start. Times past the horizon have
    /// their instant too. Parts of a second are dropped.
    pub fn sim(&self, civil: DateTime) -> Option<SimTime> {
        let seconds = civil.duration_since(self.start.at(0, 0, 0, 0)).as_secs();
        let at_or_after = civil >= self.start.at(0, 0, 0, 0);
        at_or_after.then(|| u32::try_from(seconds).map_or(SimTime::NEVER, SimTime))
    }

    /// The civil time of an instant.
    pub fn civil(&self, time: SimTime) -> DateTime {
        self.start.at(0, 0, 0, 0).saturating_add(SignedDuration::from_secs(i64::from(time.0)))
    }

    /// The first second that is no longer simulated.
    pub fn horizon(&self) -> SimTime {
        SimTime::at(self.days, 0)
    }

    /// The first working day after a day.
    pub fn next_working_day(&self, day: u32) -> u32 {
        self.add_working_days(day, 1)
    }

    /// Working days after one day up to another, the last included: a promise of so many working days after a
    /// return is kept on that day.
    pub fn working_days_after(&self, day: u32, until: u32) -> u32 {
        let last = until.min(self.days().saturating_sub(1));
        (day.saturating_add(1)..=last).filter(|&day| self.is_working(day)).count() as u32
    }

    /// The `count`-th working day after a day, which itself does not count; the day itself for 0.
    pub fn add_working_days(&self, day: u32, count: u32) -> u32 {
        let mut reached = day;
        for _ in 0..count {
            reached = reached.saturating_add(1);
            while !self.is_working(reached) && reached < u32::MAX {
                reached += 1;
            }
        }
        reached
    }

    /// The same time of day some months later, on the last day of a month that has no such day.
    pub fn add_months(&self, time: SimTime, months: u32) -> SimTime {
        if time == SimTime::NEVER {
            return time;
        }
        let later = self.civil(time).saturating_add(i32::try_from(months).unwrap_or(i32::MAX).min(12_000).months());
        self.sim(later).unwrap_or(SimTime::NEVER)
    }

    /// The end of the month that an instant falls in: the first second of the next month.
    pub fn month_end(&self, time: SimTime) -> SimTime {
        self.end_of(time, |date| date.last_of_month())
    }

    /// The end of the year that an instant falls in: the first second of the next year.
    pub fn year_end(&self, time: SimTime) -> SimTime {
        self.end_of(time, |date| date.last_of_year())
    }

    fn end_of(&self, time: SimTime, last: impl Fn(Date) -> Date) -> SimTime {
        if time == SimTime::NEVER {
            return time;
        }
        let next = last(self.date(time.day())).tomorrow();
        next.ok().and_then(|date| self.sim(date.at(0, 0, 0, 0))).unwrap_or(SimTime::NEVER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, datetime};

    pub(super) fn cn() -> Calendar {
        let text =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/calendars/cn.toml")).unwrap();
        Calendar::from_file(&toml::from_str(&text).unwrap()).unwrap()
    }

    fn working_days(year: i16) -> usize {
        let calendar = cn();
        date(year, 1, 1)
            .series(1.day())
            .take_while(|day| day.year() == year)
            .filter(|day| calendar.kind(*day) == Ok(DayKind::Working))
            .count()
    }

    #[test]
    fn years_have_the_published_number_of_working_days() {
        assert_eq!(working_days(2021), 250);
        assert_eq!(working_days(2022), 249);
    }

    #[test]
    fn swapped_weekends_work_and_weekday_holidays_rest() {
        let calendar = cn();
        assert_eq!(calendar.kind(date(2021, 9, 26)), Ok(DayKind::Working));
        assert_eq!(calendar.kind(date(2021, 10, 4)), Ok(DayKind::Holiday));
        assert_eq!(calendar.kind(date(2021, 10, 2)), Ok(DayKind::Holiday));
        assert_eq!(calendar.kind(date(2021, 11, 20)), Ok(DayKind::Resting));
        assert_eq!(calendar.kind(date(2023, 1, 3)), Err(MissingYear(2023)));
    }

    #[test]
    fn clock_knows_weekdays_dates_and_boundaries() {
        let clock = Clock::new(date(2021, 9, 24), 30, &cn()).unwrap();
        assert_eq!((clock.weekday(0), clock.weekday(2), clock.weekday(3), clock.weekday(10)), (4, 6, 0, 0));
        assert_eq!(clock.date(7), date(2021, 10, 1));
        assert_eq!(clock.sim(datetime(2021, 9, 24, 0, 0, 0, 0)), Some(SimTime::START));
        assert_eq!(clock.sim(datetime(2021, 9, 23, 23, 59, 59, 0)), None);
        assert_eq!(clock.sim(datetime(2021, 9, 23, 23, 59, 59, 500_000_000)), None);
        assert_eq!(clock.sim(datetime(2021, 9, 25, 0, 0, 0, 0)), Some(SimTime(DAY)));
        assert_eq!(SimTime(DAY - 1).day(), 0);
        assert_eq!((SimTime(DAY).day(), SimTime(DAY).second_of_day()), (1, 0));
        assert_eq!(clock.horizon(), SimTime(30 * DAY));
        assert_eq!(clock.civil(SimTime(DAY + 61)), datetime(2021, 9, 25, 0, 1, 1, 0));
        assert!(clock.sim(datetime(2022, 3, 1, 0, 0, 0, 0)).unwrap() > clock.horizon());
    }

    #[test]
    fn working_days_skip_the_holiday_and_count_the_swapped_weekend() {
        // 2021-09-30 is a Thursday; the holiday lasts to the 7th; Saturday the 9th is worked.
        let clock = Clock::new(date(2021, 9, 30), 20, &cn()).unwrap();
        assert_eq!(clock.date(clock.next_working_day(0)), date(2021, 10, 8));
        assert_eq!(clock.date(clock.add_working_days(0, 2)), date(2021, 10, 9));
        assert_eq!(clock.date(clock.add_working_days(0, 3)), date(2021, 10, 11));
        assert_eq!(clock.add_working_days(4, 0), 4);
        // Counting is the inverse of adding.
        for (day, count) in (0..8).flat_map(|day| (0..12).map(move |count| (day, count))) {
            let reached = clock.add_working_days(day, count);
            if reached < clock.days() {
                assert_eq!(clock.working_days_after(day, reached), count, "{day} {count}");
            }
        }
    }

    #[test]
    fn ends_of_month_and_year_are_the_next_first_second() {
        let clock = Clock::new(date(2021, 12, 20), 20, &cn()).unwrap();
        let in_december = SimTime::at(3, 500);
        assert_eq!(clock.civil(clock.month_end(in_december)), datetime(2022, 1, 1, 0, 0, 0, 0));
        assert_eq!(clock.year_end(in_december), clock.month_end(in_december));
        let first_of_january = SimTime::at(12, 0);
        assert_eq!(clock.civil(clock.month_end(first_of_january)), datetime(2022, 2, 1, 0, 0, 0, 0));
        assert_eq!(clock.civil(clock.year_end(SimTime(first_of_january.0 - 1))), datetime(2022, 1, 1, 0, 0, 0, 0));
        assert_eq!(clock.month_end(SimTime::NEVER), SimTime::NEVER);
        // 31 January 18:00 and a month is 28 February 18:00.
        let end_of_january = clock.sim(datetime(2022, 1, 31, 18, 0, 0, 0)).unwrap();
        assert_eq!(clock.civil(clock.add_months(end_of_january, 1)), datetime(2022, 2, 28, 18, 0, 0, 0));
        assert_eq!(clock.add_months(SimTime::NEVER, 1), SimTime::NEVER);
    }

    #[test]
    fn a_clock_needs_every_simulated_year_but_not_later_ones() {
        assert_eq!(Clock::new(date(2022, 12, 1), 32, &cn()).map(|_| ()), Err(MissingYear(2023)));
        let clock = Clock::new(date(2022, 12, 1), 31, &cn()).unwrap();
        assert_eq!((clock.known_days(), clock.days()), (31, 31));
        // 2023-01-02 is a Monday beyond the calendar.
        assert_eq!((clock.date(32), clock.kind(32)), (date(2023, 1, 2), DayKind::Working));
        assert_eq!(clock.kind(31), DayKind::Resting);
    }

    #[test]
    fn instants_saturate_to_never() {
        assert_eq!(SimTime::NEVER.plus(SimDuration(1)), SimTime::NEVER);
        assert_eq!(SimTime(5).plus(SimDuration(u32::MAX)), SimTime::NEVER);
        assert_eq!(SimTime(5).moved(-6), None);
        assert_eq!(SimTime(5).moved(-5), Some(SimTime::START));
        assert_eq!(SimTime::NEVER.moved(-5), Some(SimTime::NEVER));
        assert_eq!(SimTime(5).moved(i64::MAX), None);
        assert_eq!(SimTime(5).until(SimTime(9)), Some(SimDuration(4)));
        assert_eq!(SimTime(9).until(SimTime(5)), None);
    }

    #[test]
    fn calendar_files_report_every_fault() {
        let text = "[years.2021]\nholidays = ['2021-02-30', '2022-01-01', '2021-05-05..2021-05-01', '2021-05-01']\n\
                    working_weekends = ['2021-05-03', '2021-05-01']\n[years.x]\nholidays = []\nworking_weekends = []\n";
        let errors = Calendar::from_file(&toml::from_str(text).unwrap()).unwrap_err();
        let faults: Vec<_> = errors.iter().map(|error| (error.key.as_str(), error.fault)).collect();
        assert_eq!(
            faults,
            [
                ("years.2021.holidays[0]", CalendarFault::NotADate),
                ("years.2021.holidays[1]", CalendarFault::OtherYear),
                ("years.2021.holidays[2]", CalendarFault::NotADate),
                ("years.2021.working_weekends[0]", CalendarFault::NotAWeekend),
                ("years.2021.working_weekends[1]", CalendarFault::AlsoHoliday),
                ("years.x", CalendarFault::NotAYear),
            ]
        );
    }
}
