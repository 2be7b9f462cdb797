//! Dates, hours and times as scenario files write them.
//!
//! Opening hours are spans within one day; a desk open past midnight has a span on either day.
//! A time is a local date and time, or a distance from something that the schedule decides.

use std::collections::BTreeMap;
use std::fmt;

use indexmap::IndexMap;
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Clock, DAY, DAYS_AFTER_HORIZON, DayKind, SimTime};

/// Weekly opening hours: `"08:30-12:00, 14:00-17:30"`, `"closed"`, `"00:00-24:00"`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Timetable {
    /// Monday to Friday, and weekend days worked in exchange for a holiday.
    pub weekdays: Option<String>,
    /// Saturdays that are not swapped; closed when left out.
    pub saturday: Option<String>,
    /// Sundays that are not swapped; closed when left out.
    pub sunday: Option<String>,
    /// Public holidays; closed when left out.
    pub holidays: Option<String>,
    /// Single days, by date (`"2021-11-20" = "09:00-16:00"`).
    pub exceptions: Option<IndexMap<String, String>>,
}

/// Reads `2021-07-30`, four, two and two digits.
pub fn parse_date(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let year = digits(parts.next()?, 4)?;
    let month = digits(parts.next()?, 2)?;
    let day = digits(parts.next()?, 2)?;
    if parts.next().is_some() {
        return None;
    }
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn digits(text: &str, count: usize) -> Option<u32> {
    let all_digits = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    if all_digits { text.parse().ok() } else { None }
}

/// Reads `8:30`, `08:30`, `08:30:00` or `24:00` as seconds since midnight.
pub fn parse_time_of_day(text: &str) -> Option<u32> {
    let mut parts = text.split(':');
    let hour_text = parts.next()?;
    let hour = digits(hour_text, 2).or_else(|| digits(hour_text, 1))?;
    let minute = digits(parts.next()?, 2)?;
    let second = parts.next().map_or(Some(0), |part| digits(part, 2))?;
    let total = hour * 3600 + minute * 60 + second;
    (parts.next().is_none() && minute < 60 && second < 60 && total <= DAY).then_some(total)
}

/// Opening hours of one day as files write them.
#[derive(Debug, Clone, Copy)]
pub struct OpeningHours;

/// Why a text is no opening hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoursError {
    /// Neither `closed` nor spans such as `08:30-12:00`.
    Form,
    /// A span ends at or before its start. Hours past midnight are two spans on two days.
    Backwards,
    /// Two spans overlap.
    Overlap,
}

impl OpeningHours {
    /// Reads `"08:30-12:00, 14:00-17:30"`, `"closed"` or `"00:00-24:00"`.
    ///
    /// Gives half-open spans in seconds since midnight, sorted, neither overlapping nor touching
    /// (spans that touch become one). A closed day has none.
    ///
    /// # Errors
    ///
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Vec<(u32, u32)>, HoursError> {
        let text = text.trim();
        if text == "closed" {
            return Ok(Vec::new());
        }
        let mut spans = Vec::new();
        for part in text.split(',') {
            let (from, to) = part.split_once('-').ok_or(HoursError::Form)?;
            let from = parse_time_of_day(from.trim()).ok_or(HoursError::Form)?;
            let to = parse_time_of_day(to.trim()).ok_or(HoursError::Form)?;
            if from >= to {
                return Err(HoursError::Backwards);
            }
            spans.push((from, to));
        }
        spans.sort_unstable();
        let mut joined: Vec<(u32, u32)> = Vec::with_capacity(spans.len());
        for (from, to) in spans {
            match joined.last_mut() {
                Some(last) if from < last.1 => return Err(HoursError::Overlap),
                Some(last) if from == last.1 => last.1 = to,
                _ => joined.push((from, to)),
            }
        }
        Ok(joined)
    }
}

/// What is wrong in a timetable, with its key inside the timetable (`exceptions.2021-11-20`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimetableError {
    /// Key inside the timetable.
    pub key: String,
    /// The text found.
    pub found: String,
    /// What is wrong with the hours; none when the key is no date.
    pub fault: Option<HoursError>,
}

/// Opening hours of every day, resolved from a timetable.
#[derive(Debug, Clone)]
pub struct TimetableDays {
    patterns: Vec<Vec<(u32, u32)>>,
    pattern_of_day: Vec<u16>,
}

const CLOSED: u16 = 0;
const WEEKDAYS: u16 = 1;
const SATURDAY: u16 = 2;
const SUNDAY: u16 = 3;
const HOLIDAYS: u16 = 4;

impl TimetableDays {
    /// Resolves a timetable for every day of a clock.
    ///
    /// Weekend days worked in exchange follow `weekdays`, every day of a public holiday follows
    /// `holidays`, and a dated exception goes before all. What a timetable leaves out is closed.
    ///
    /// # Errors
    ///
    /// Every key whose hours or date cannot be read.
    pub fn resolve(timetable: &Timetable, clock: &Clock) -> Result<Self, Vec<TimetableError>> {
        let Timetable { weekdays, saturday, sunday, holidays, exceptions } = timetable;
        let mut errors = Vec::new();
        let mut patterns = vec![Vec::new()];
        let regular = [("weekdays", weekdays), ("saturday", saturday), ("sunday", sunday), ("holidays", holidays)];
        for (key, text) in regular {
            patterns.push(hours_or_error(key, text.as_deref().unwrap_or("closed"), &mut errors));
        }
        let mut by_date = BTreeMap::new();
        for (date_text, text) in exceptions.iter().flatten() {
            let key = format!("exceptions.{date_text}");
            match parse_date(date_text) {
                None => errors.push(TimetableError { key, found: date_text.clone(), fault: None }),
                Some(date) => {
                    by_date.insert(date, u16::try_from(patterns.len()).unwrap_or(CLOSED));
                    patterns.push(hours_or_error(&key, text, &mut errors));
                }
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let mut pattern_of_day = Vec::with_capacity((clock.days() + DAYS_AFTER_HORIZON) as usize);
        for day in 0..(clock.days() + DAYS_AFTER_HORIZON) {
            let regular = match (clock.kind(day), clock.weekday(day)) {
                (DayKind::Working, _) => WEEKDAYS,
                (DayKind::Holiday, _) => HOLIDAYS,
                (DayKind::Resting, 5) => SATURDAY,
                (DayKind::Resting, _) => SUNDAY,
            };
            pattern_of_day.push(by_date.get(&clock.date(day)).copied().unwrap_or(regular));
        }
        Ok(Self { patterns, pattern_of_day })
    }

    /// Open spans of a day in seconds since its midnight, half-open and ascending; none when
    /// closed and past the days that the calendar knows.
    pub fn spans(&self, day: u32) -> &[(u32, u32)] {
        let pattern = self.pattern_of_day.get(day as usize).copied().unwrap_or(CLOSED);
        self.patterns.get(usize::from(pattern)).map_or(&[], Vec::as_slice)
    }

    /// Open seconds of a day.
    pub fn open_seconds(&self, day: u32) -> u32 {
        self.spans(day).iter().map(|(from, to)| to - from).sum()
    }

    /// Whether a day is open at all.
    pub fn is_open_day(&self, day: u32) -> bool {
        !self.spans(day).is_empty()
    }

    /// Whether an instant lies in an open span.
    pub fn is_open_at(&self, time: SimTime) -> bool {
        let second = time.second_of_day();
        self.spans(time.day()).iter().any(|(from, to)| (*from..*to).contains(&second))
    }
}

fn hours_or_error(key: &str, text: &str, errors: &mut Vec<TimetableError>) -> Vec<(u32, u32)> {
    OpeningHours::parse(text).unwrap_or_else(|fault| {
        errors.push(TimetableError { key: key.to_owned(), found: text.to_owned(), fault: Some(fault) });
        Vec::new()
    })
}

/// What a time in a scenario file is counted from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Anchor {
    /// A local date and time.
    Absolute(DateTime),
    /// The announcement.
    AnnouncedAt,
    /// The visit that a claim belongs to.
    Visit,
    /// The stop of this name (or of a service of this name).
    Stop(String),
    /// The actual return after the stop of this name.
    Return(String),
    /// The announced return after the stop of this name.
    PlannedReturn(String),
    /// The end of the month.
    MonthEnd,
    /// The end of the year.
    YearEnd,
}

/// A time as a scenario file writes it: an anchor and a distance from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeExpression {
    /// What it is counted from.
    pub anchor: Anchor,
    /// Seconds after (negative: before) the anchor.
    pub offset_seconds: i64,
}

/// Why a text is no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeError {
    /// The anchor is none of the known ones.
    Anchor,
    /// A date or time of day that does not exist, such as 30 February or 25:00.
    Impossible,
    /// It names a time zone; times are local.
    Zone,
    /// The distance is not `+` or `-`, a whole number and one of w, d, h, min.
    Offset,
}

impl TimeError {
    /// What may be written, in English.
    pub const ALLOWED: &'static str = "must be a local date and time such as 2021-07-30T18:00, or announced_at, visit, month-end, year-end, \
         NAME.stop, NAME.return or NAME.planned_return, each with a distance if need be: `settlement.return + 1d` (w, d, h, min)";
    /// What may be written, in Chinese.
    pub const ALLOWED_ZH: &'static str = "必须是当地日期时间（如 2021-07-30T18:00），或 announced_at、visit、month-end、year-end、\
         名称.stop、名称.return、名称.planned_return，可加减一段时间：`settlement.return + 1d`（单位 w、d、h、min）";
}

impl fmt::Display for TimeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self {
            Self::Anchor => "not a known time",
            Self::Impossible => "no such date or time of day",
            Self::Zone => "times are local, without a time zone",
            Self::Offset => "not a distance in time",
        };
        write!(out, "{what}: {}", Self::ALLOWED)
    }
}

impl std::error::Error for TimeError {}

impl TimeExpression {
    /// Reads a time: `2021-07-30T18:00:00`, `2021-07-30T24:00`, `settlement.return + 1d` …
    ///
    /// # Errors
    ///
    /// What is wrong with the text; the message says what is allowed.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let text = text.trim();
        let year = text.split('-').next().unwrap_or_default();
        if digits(year, 4).is_some() {
            return Self::parse_absolute(text);
        }
        // A name may hold a hyphen: only a hyphen with a space before it is a minus.
        let split = text.find('+').or_else(|| text.find(" -").map(|at| at + 1));
        let (anchor, offset) = match split {
            Some(at) => (text[..at].trim(), parse_offset(&text[at..])?),
            None => (text, 0),
        };
        Ok(Self { anchor: parse_anchor(anchor)?, offset_seconds: offset })
    }

    fn parse_absolute(text: &str) -> Result<Self, TimeError> {
        let split = text.find('+').or_else(|| text.rfind(" -").map(|at| at + 1));
        let (moment, offset) = match split {
            // `+08:00` is a zone, `+ 1d` a distance.
            Some(at) if text[at..].contains(':') => return Err(TimeError::Zone),
            Some(at) => (text[..at].trim(), parse_offset(&text[at..])?),
            None => (text, 0),
        };
        if moment.ends_with(['Z', 'z']) {
            return Err(TimeError::Zone);
        }
        let (date_text, time_text) = moment.split_once(['T', 't', ' ']).unwrap_or((moment, "00:00"));
        if time_text.contains('-') {
            return Err(TimeError::Zone);
        }
        let date = parse_date(date_text).ok_or(TimeError::Impossible)?;
        let second = parse_time_of_day(time_text.trim()).ok_or(TimeError::Impossible)?;
        let start = date.at(0, 0, 0, 0);
        let moment = start.checked_add(SignedDuration::from_secs(i64::from(second)));
        let anchor = Anchor::Absolute(moment.map_err(|_| TimeError::Impossible)?);
        Ok(Self { anchor, offset_seconds: offset })
    }

    /// The civil time, when the anchor is a date and time.
    pub fn absolute(&self) -> Option<DateTime> {
        match self.anchor {
            Anchor::Absolute(moment) => moment.checked_add(SignedDuration::from_secs(self.offset_seconds)).ok(),
            _ => None,
        }
    }
}

fn parse_anchor(text: &str) -> Result<Anchor, TimeError> {
    let fixed = match text {
        "announced_at" => Some(Anchor::AnnouncedAt),
        "visit" => Some(Anchor::Visit),
        "month-end" => Some(Anchor::MonthEnd),
        "year-end" => Some(Anchor::YearEnd),
        _ => None,
    };
    if let Some(anchor) = fixed {
        return Ok(anchor);
    }
    let (name, what) = text.rsplit_once('.').ok_or(TimeError::Anchor)?;
    let plain = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || !name.chars().all(plain) {
        return Err(TimeError::Anchor);
    }
    match what {
        "stop" => Ok(Anchor::Stop(name.to_owned())),
        "return" => Ok(Anchor::Return(name.to_owned())),
        "planned_return" => Ok(Anchor::PlannedReturn(name.to_owned())),
        _ => Err(TimeError::Anchor),
    }
}

/// Longest distance from an anchor: ten years.
const OFFSET_SECONDS_MAX: i64 = 3_660 * DAY as i64;

fn parse_offset(text: &str) -> Result<i64, TimeError> {
    let (sign, rest) = match text.as_bytes().first() {
        Some(b'+') => (1, text[1..].trim()),
        Some(b'-') => (-1, text[1..].trim()),
        _ => return Err(TimeError::Offset),
    };
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let count: i64 = rest[..end].parse().map_err(|_| TimeError::Offset)?;
    let unit = match rest[end..].trim() {
        "w" => 7 * i64::from(DAY),
        "d" => i64::from(DAY),
        "h" => 3_600,
        "min" => 60,
        _ => return Err(TimeError::Offset),
    };
    let seconds = count.checked_mul(unit).filter(|seconds| *seconds <= OFFSET_SECONDS_MAX);
    seconds.map(|seconds| sign * seconds).ok_or(TimeError::Offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Calendar, CalendarFile, CalendarYear};
    use jiff::civil::{date, datetime};

    fn clock() -> Clock {
        let year = CalendarYear {
            holidays: vec!["2021-10-01..2021-10-07".into()],
            working_weekends: vec!["2021-09-26".into()],
        };
        let file = CalendarFile { years: [("2021".to_owned(), year)].into_iter().collect() };
        Clock::new(date(2021, 9, 24), 30, &Calendar::from_file(&file).unwrap()).unwrap()
    }

    #[test]
    fn opening_hours_are_sorted_spans() {
        let both = [(30_600, 43_200), (50_400, 63_000)];
        assert_eq!(OpeningHours::parse("08:30-12:00, 14:00-17:30").unwrap(), both);
        assert_eq!(OpeningHours::parse("14:00-17:30,8:30 - 12:00").unwrap(), both);
        assert_eq!(OpeningHours::parse("closed").unwrap(), []);
        assert_eq!(OpeningHours::parse("00:00-24:00").unwrap(), [(0, DAY)]);
        assert_eq!(OpeningHours::parse("08:00-12:00, 12:00-14:00").unwrap(), [(28_800, 50_400)]);
    }

    #[test]
    fn opening_hours_refuse_overlap_wrap_and_nonsense() {
        assert_eq!(OpeningHours::parse("08:00-12:00, 11:59-14:00"), Err(HoursError::Overlap));
        assert_eq!(OpeningHours::parse("22:00-06:00"), Err(HoursError::Backwards));
        assert_eq!(OpeningHours::parse("08:00-08:00"), Err(HoursError::Backwards));
        for text in
            ["", "8", "08:00", "08:00-25:00", "08:60-09:00", "08:00-24:01", "08:00-09:00,", "open", "08:00–09:00"]
        {
            assert_eq!(OpeningHours::parse(text), Err(HoursError::Form), "{text}");
        }
    }

    #[test]
    fn timetables_follow_swaps_holidays_and_exceptions() {
        let timetable = Timetable {
            weekdays: Some("08:30-12:00".into()),
            saturday: Some("09:00-11:00".into()),
            sunday: None,
            holidays: Some("10:00-11:00".into()),
            exceptions: Some([("2021-10-08".to_owned(), "closed".to_owned())].into_iter().collect()),
        };
        let days = TimetableDays::resolve(&timetable, &clock()).unwrap();
        assert_eq!(days.spans(0), [(30_600, 43_200)], "Friday");
        assert_eq!(days.spans(1), [(32_400, 39_600)], "Saturday");
        assert_eq!(days.spans(2), [(30_600, 43_200)], "Sunday worked in exchange");
        assert_eq!(days.spans(7), [(36_000, 39_600)], "Friday that is a holiday");
        assert_eq!(days.spans(8), [(36_000, 39_600)], "Saturday within the holiday");
        assert!(!days.is_open_day(14), "exception");
        assert!(!days.is_open_day(16), "Sunday left out");
        assert_eq!(days.spans(10_000), []);
        assert!(days.is_open_at(SimTime::at(0, 30_600)));
        assert!(!days.is_open_at(SimTime::at(0, 43_200)));
        assert_eq!(days.open_seconds(0), 12_600);
    }

    #[test]
    fn timetables_report_every_fault() {
        let timetable = Timetable {
            weekdays: Some("9-5".into()),
            exceptions: Some([("2021-02-30".to_owned(), "closed".to_owned())].into_iter().collect()),
            ..Timetable::default()
        };
        let errors = TimetableDays::resolve(&timetable, &clock()).unwrap_err();
        assert_eq!(errors.len(), 2);
        assert_eq!((errors[0].key.as_str(), errors[0].fault), ("weekdays", Some(HoursError::Form)));
        assert_eq!((errors[1].key.as_str(), errors[1].fault), ("exceptions.2021-02-30", None));
    }

    fn parsed(text: &str) -> (Anchor, i64) {
        let expression = TimeExpression::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        (expression.anchor, expression.offset_seconds)
    }

    #[test]
    fn absolute_times_are_read() {
        let six = Anchor::Absolute(datetime(2021, 7, 30, 18, 0, 0, 0));
        assert_eq!(parsed("2021-07-30T18:00:00"), (six.clone(), 0));
        assert_eq!(parsed("2021-07-30T18:00"), (six.clone(), 0));
        assert_eq!(parsed("2021-07-30 18:00"), (six.clone(), 0));
        assert_eq!(parsed("2021-07-30T18:00 + 2h"), (six.clone(), 7_200));
        assert_eq!(parsed("2021-07-30 18:00 - 2h"), (six, -7_200));
        assert_eq!(parsed("2021-12-31T24:00"), (Anchor::Absolute(datetime(2022, 1, 1, 0, 0, 0, 0)), 0));
        assert_eq!(parsed("2021-12-31"), (Anchor::Absolute(datetime(2021, 12, 31, 0, 0, 0, 0)), 0));
        assert_eq!(
            TimeExpression::parse("2021-07-30T18:00 + 1d").unwrap().absolute(),
            Some(datetime(2021, 7, 31, 18, 0, 0, 0))
        );
    }

    #[test]
    fn relative_times_are_read() {
        assert_eq!(parsed("announced_at"), (Anchor::AnnouncedAt, 0));
        assert_eq!(parsed("visit + 2w"), (Anchor::Visit, 14 * 86_400));
        assert_eq!(parsed("settlement.return+1d"), (Anchor::Return("settlement".into()), 86_400));
        assert_eq!(
            parsed("cross-region.planned_return - 12h"),
            (Anchor::PlannedReturn("cross-region".into()), -43_200)
        );
        assert_eq!(parsed("结算.stop + 30min"), (Anchor::Stop("结算".into()), 1_800));
        assert_eq!(parsed("month-end"), (Anchor::MonthEnd, 0));
        assert_eq!(parsed("year-end - 1d"), (Anchor::YearEnd, -86_400));
    }

    #[test]
    fn faulty_times_say_what_is_allowed() {
        let cases = [
            ("2021-02-30T00:00", TimeError::Impossible),
            ("2021-07-30T24:01", TimeError::Impossible),
            ("2021-07-30T18:00Z", TimeError::Zone),
            ("2021-07-30T18:00+08:00", TimeError::Zone),
            ("2021-07-30T18:00-08:00", TimeError::Zone),
            ("settlement", TimeError::Anchor),
            ("settlement.end", TimeError::Anchor),
            ("", TimeError::Anchor),
            ("settlement.return + 1 day", TimeError::Offset),
            ("settlement.return + ", TimeError::Offset),
            ("settlement.return + 99999999999999999999d", TimeError::Offset),
            ("settlement.return + 1d + 1d", TimeError::Offset),
        ];
        for (text, error) in cases {
            assert_eq!(TimeExpression::parse(text), Err(error), "{text}");
            assert!(error.to_string().contains("settlement.return + 1d"));
        }
    }
}
