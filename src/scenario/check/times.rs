//! Times: the announcement, the announced stops and returns, the start and the horizon, and every
//! other time that hangs on them.
//!
//! Announced times are civil times and are settled first, because start and horizon may follow
//! from them ([`super::announced`]). Only then is there a clock, and all other times become
//! moments on it.

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, ToSpan};

use super::announced::{Announced, StopName, StopNames, planned_text, read, settle};
use super::complaint::{Allowed, ComplaintKind, Complaints, allowed};
use super::defaults;
use super::names::Names;
use super::values::{entries, whole};
use crate::calendar::{Anchor, Calendar, CalendarFile, CalendarYear, Clock, SimTime, TimeExpression};
use crate::scenario::quantity::TimeText;
use crate::scenario::raw::Layer;
use crate::schedule::Moment;

/// Longest horizon, days.
const HORIZON_DAYS_MAX: u32 = 1_500;
/// Longest warm-up, working days.
const WARM_UP_MAX: u32 = 60;

/// All times that are known in advance, and the clock.
#[derive(Debug)]
pub(super) struct Times<'a> {
    stop_names: StopNames<'a>,
    /// Announced times by stop.
    pub(super) stops: Vec<Announced>,
    /// Days from the start to the horizon.
    pub(super) clock: Clock,
    /// The announcement.
    pub(super) announced_at: SimTime,
    /// First moment at which routine waits count.
    pub(super) warm_until: SimTime,
}

impl<'a> Times<'a> {
    /// Settles the announced times and makes the clock.
    pub(super) fn new(out: &mut Complaints, layer: &Layer, names: &'a Names<'a>, calendar: &Calendar) -> Self {
        let stop_names = StopNames::new(layer, names);
        out.required("announced_at", layer.announced_at.as_ref());
        let announced = absolute(out, "announced_at", layer.announced_at.as_ref());
        let stops = settle(out, layer, &stop_names, announced);
        let start = start_date(out, layer, announced);
        let days = horizon_days(out, layer, start, announced, &stops);
        let clock = clock(out, start, days, calendar);
        let announced_at = announced.and_then(|moment| clock.sim(moment)).unwrap_or(SimTime::START);
        let warm_up = layer.warm_up_working_days.unwrap_or(defaults::WARM_UP_WORKING_DAYS);
        let warm_up = whole(out, "warm_up_working_days", warm_up, 0, WARM_UP_MAX);
        let warm_until = warm_until(&clock, warm_up);
        let times = Self { stop_names, stops, clock, announced_at, warm_until };
        times.check_order(out, layer, announced);
        times.check_years(out, layer, calendar);
        times
    }

    /// An announced civil time on the clock; the start when it is unknown or earlier.
    pub(super) fn sim(&self, moment: Option<DateTime>) -> SimTime {
        moment.and_then(|moment| self.clock.sim(moment)).unwrap_or(SimTime::START)
    }

    fn check_order(&self, out: &mut Complaints, layer: &Layer, announced: Option<DateTime>) {
        for (index, (name, suspend)) in entries(&layer.suspend).enumerate() {
            let Announced { stop: Some(stop), planned, unreadable: _ } = self.stops[index] else { continue };
            let key = format!("suspend.{name}.stop");
            if let Some(announced) = announced.filter(|announced| stop < *announced) {
                let rule = allowed(
                    format!("不得早于公告时间 announced_at = {announced}"),
                    format!("must not be before announced_at = {announced}"),
                );
                out.add(ComplaintKind::Order, &key, stop, rule);
            }
            if self.clock.sim(stop).is_none() {
                out.add(ComplaintKind::OutOfRange, &key, stop, self.not_before_start());
            }
            let written = suspend.returns.as_ref().and_then(planned_text);
            if let (Some(planned), Some((word, _))) = (planned.filter(|planned| *planned <= stop), written) {
                let rule = allowed(
                    format!("恢复时间必须晚于停机时间 stop = {stop}"),
                    format!("the return must be after the stop = {stop}"),
                );
                out.add(ComplaintKind::Order, format!("suspend.{name}.return.{word}"), planned, rule);
            }
        }
    }

    /// A time in a year of which the calendar knows no working days is a slip of the keyboard, or needs the year: what
    /// lies past the simulation's end would pass for a stop of years.
    fn check_years(&self, out: &mut Complaints, layer: &Layer, calendar: &Calendar) {
        let years: Vec<i16> = calendar.years().collect();
        let known = years.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let end = self.clock.civil(self.clock.horizon()).date();
        let mut found: Vec<(bool, String, DateTime)> = Vec::new();
        for ((name, suspend), stop) in entries(&layer.suspend).zip(&self.stops) {
            let planned = suspend.returns.as_ref().and_then(planned_text);
            let planned = planned.map(|(word, text)| (format!("suspend.{name}.return.{word}"), text));
            let stopped = suspend.stop.as_ref().map(|text| (format!("suspend.{name}.stop"), text));
            for (written, moment) in [(stopped, stop.stop), (planned, stop.planned)] {
                let (Some((key, text)), Some(moment)) = (written, moment) else { continue };
                // Without any year, and for days that are simulated, the calendar itself is complained about.
                if !years.is_empty() && !years.contains(&moment.year()) && moment.date() >= end {
                    let is_own = TimeExpression::parse(&text.0).is_ok_and(|time| time.absolute().is_some());
                    found.push((is_own, key, moment));
                }
            }
        }
        // What hangs on a time that is wrong is not wrong itself.
        let any_own = found.iter().any(|(is_own, ..)| *is_own);
        for (_, key, moment) in found.into_iter().filter(|(is_own, ..)| *is_own || !any_own) {
            let year = moment.year();
            let rule = allowed(
                format!(
                    "在模拟结束（{end}）之后，日历文件也没有 {year} 年（现有：{known}）：请核对年份；确实这么晚的，请在\
                     日历文件加入 [years.{year}]，并加大 horizon_days"
                ),
                format!(
                    "lies after the simulation's end ({end}) in a year that the calendar does not have (it has: \
                     {known}): check the year or, if it is meant, add [years.{year}] to the calendar file and raise \
                     horizon_days"
                ),
            );
            out.add(ComplaintKind::OutOfRange, key, moment, rule);
        }
    }

    fn not_before_start(&self) -> Allowed {
        let start = self.clock.start();
        allowed(format!("不得早于模拟起点 start = {start}"), format!("must not be before the start = {start}"))
    }

    /// A moment of the schedule. `visit` is one only where a visit is at hand.
    pub(super) fn moment(&self, out: &mut Complaints, key: &str, text: &TimeText, has_visit: bool) -> Option<Moment> {
        let expression = read(out, key, text)?;
        let offset = expression.offset_seconds;
        let base = match &expression.anchor {
            Anchor::Absolute(moment) => *moment,
            Anchor::AnnouncedAt => self.clock.civil(self.announced_at),
            Anchor::Visit if has_visit => return Some(Moment::AfterVisit(offset)),
            Anchor::Visit | Anchor::MonthEnd | Anchor::YearEnd => {
                let rule = allowed(
                    "此处必须是日期时间，或以 announced_at、名称.stop、名称.return 为准",
                    "must be a date and time, or hang on announced_at, NAME.stop or NAME.return here",
                );
                out.inconsistent(key, &text.0, rule);
                return None;
            }
            Anchor::Stop(name) | Anchor::Return(name) | Anchor::PlannedReturn(name) => {
                let stop = match self.stop_names.find(out, key, name) {
                    StopName::Stop(stop) => stop,
                    // A service that this schedule does not stop never stops and never returns.
                    StopName::NotStopped => return Some(Moment::At(SimTime::NEVER)),
                    StopName::Wrong => return None,
                };
                match expression.anchor {
                    Anchor::Return(_) => return Some(Moment::AfterReturn(stop as u16, offset)),
                    Anchor::Stop(_) => self.stops[stop].stop?,
                    _ => self.planned(out, key, text, stop)?,
                }
            }
        };
        let moment = base.checked_add(SignedDuration::from_secs(offset)).ok()?;
        let at = self.clock.sim(moment);
        if at.is_none() {
            out.add(ComplaintKind::OutOfRange, key, &text.0, self.not_before_start());
        }
        at.map(Moment::At)
    }

    fn planned(&self, out: &mut Complaints, key: &str, text: &TimeText, stop: usize) -> Option<DateTime> {
        let planned = self.stops[stop].planned;
        if planned.is_none() && !self.stops[stop].unreadable {
            let rule = allowed(
                "该停机没有公告恢复时间，请用 名称.return",
                "no return is announced for this stop: use NAME.return",
            );
            out.inconsistent(key, &text.0, rule);
        }
        planned
    }
}

/// Reads a time that hangs on nothing.
fn absolute(out: &mut Complaints, key: &str, text: Option<&TimeText>) -> Option<DateTime> {
    let text = text?;
    let moment = read(out, key, text)?.absolute();
    if moment.is_none() {
        let rule = allowed("必须是日期时间（如 2021-07-30T18:00）", "must be a date and time such as 2021-07-30T18:00");
        out.inconsistent(key, &text.0, rule);
    }
    moment
}

/// Stands in for a start that cannot be known, so that the rest is still checked.
const SOME_DATE: Date = jiff::civil::date(2022, 1, 1);

fn start_date(out: &mut Complaints, layer: &Layer, announced: Option<DateTime>) -> Date {
    let Some(start) = absolute(out, "start", layer.start.as_ref()) else {
        let before = |moment: DateTime| moment.date().checked_sub(defaults::DAYS_BEFORE_ANNOUNCEMENT.days()).ok();
        return announced.and_then(before).unwrap_or(SOME_DATE);
    };
    if start != start.date().at(0, 0, 0, 0) {
        let rule = allowed("必须是某日零点", "must be midnight of a day");
        out.add(ComplaintKind::OutOfRange, "start", start, rule);
    }
    if let Some(announced) = announced.filter(|announced| start > *announced) {
        let rule = allowed(
            format!("不得晚于公告时间 announced_at = {announced}"),
            format!("must not be after announced_at = {announced}"),
        );
        out.add(ComplaintKind::Order, "start", start, rule);
    }
    start.date()
}

/// Days given, or up to a quarter past the latest time that is announced.
fn horizon_days(
    out: &mut Complaints,
    layer: &Layer,
    start: Date,
    announced: Option<DateTime>,
    stops: &[Announced],
) -> u32 {
    let planned = stops.iter().filter_map(|stop| stop.planned).max();
    let last = planned.or_else(|| stops.iter().filter_map(|stop| stop.stop).chain(announced).max());
    let days = layer.horizon_days.unwrap_or_else(|| {
        let seconds = last.map_or(0, |last| last.duration_since(start.at(0, 0, 0, 0)).as_secs()).max(0);
        let whole_days = (seconds + 86_399) / 86_400;
        u32::try_from(whole_days + defaults::DAYS_AFTER_RETURN).unwrap_or(u32::MAX)
    });
    whole(out, "horizon_days", days, 1, HORIZON_DAYS_MAX)
}

fn clock(out: &mut Complaints, start: Date, days: u32, calendar: &Calendar) -> Clock {
    let year = match Clock::new(start, days, calendar) {
        Ok(clock) => return clock,
        Err(missing) => missing.0,
    };
    let has = calendar.years().map(|year| year.to_string()).collect::<Vec<_>>().join(", ");
    let last = start.saturating_add((i64::from(days) - 1).days());
    let rule = allowed(
        format!(
            "日历文件缺少 {year} 年（现有：{has}），而模拟自 {start} 至 {last}：请在日历文件加入 [years.{year}] 及其 \
             holidays、working_weekends，或缩短 horizon_days"
        ),
        format!(
            "the calendar must have the year {year} (it has: {has}), because the simulation runs from {start} to \
             {last}: add [years.{year}] with holidays and working_weekends to the calendar file, or shorten horizon_days"
        ),
    );
    out.add(ComplaintKind::NoCalendar, "calendar", year, rule);
    clock_without_holidays(start, days)
}

/// A clock on which every weekday is worked, so that the rest is still checked.
fn clock_without_holidays(start: Date, days: u32) -> Clock {
    let year = |year: i16| (year.to_string(), CalendarYear::default());
    let years = (start.year()..=start.year().saturating_add(5)).map(year).collect();
    let calendar = Calendar::from_file(&CalendarFile { years }).unwrap_or_default();
    Clock::new(start, days, &calendar)
        .or_else(|_| Clock::new(start, 0, &calendar))
        .expect("a clock of no days needs no year")
}

/// The end of the last working day of the warm-up.
fn warm_until(clock: &Clock, working_days: u32) -> SimTime {
    let (mut left, mut day) = (working_days, 0);
    while left > 0 {
        left -= u32::from(clock.is_working(day));
        day += 1;
    }
    SimTime::at(day, 0)
}
