//! What the planner chooses: which services stop when and for whom, when they are announced to
//! come back, and the measures beside it.
//!
//! All times are announced times, or hang on the actual return of a stop ([`Moment`]); the
//! actual returns of a replication come from [`crate::runbook`].

mod outage;

use crate::calendar::{Clock, SimDuration, SimTime};
use crate::distribution::Distribution;
use crate::rng::name_key;
use crate::scenario::raw::{Action, InHand, MeasureKind, Name};

pub use outage::{DOWNS_MAX, Down, Outage};

/// A time of the schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A moment known in advance.
    At(SimTime),
    /// The actual return of a stop, and seconds after (or before) it.
    AfterReturn(u16, i64),
    /// The visit itself, and seconds after it.
    AfterVisit(i64),
}

impl Moment {
    /// The moment, given the actual returns of the replication and the time of the visit.
    pub fn resolve(self, actual: &[Interval], visit: SimTime) -> SimTime {
        let (base, offset) = match self {
            Self::At(time) => return time,
            Self::AfterReturn(stop, offset) => (actual[usize::from(stop)].end, offset),
            Self::AfterVisit(offset) => (visit, offset),
        };
        shift(base, offset)
    }
}

/// A moment some signed seconds away; never stays never, and nothing comes before the start.
pub fn shift(base: SimTime, offset: i64) -> SimTime {
    if base == SimTime::NEVER {
        return base;
    }
    let moved = (i64::from(base.0) + offset).clamp(0, i64::from(u32::MAX - 1));
    SimTime(moved as u32)
}

/// A half-open span of time in which something is down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// First moment down.
    pub start: SimTime,
    /// First moment up again; [`SimTime::NEVER`] when it does not return.
    pub end: SimTime,
}

impl Interval {
    /// Whether a moment is inside.
    pub fn contains(self, time: SimTime) -> bool {
        self.start <= time && time < self.end
    }
}

/// A set of visits or matters, as bit masks. An empty scope holds everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScopeMask {
    /// Schemes.
    pub schemes: u32,
    /// Districts of the site.
    pub districts: u64,
    /// Site groups.
    pub groups: u64,
    /// Care types.
    pub care: u64,
    /// Classes a person must have, all of them.
    pub classes_all: u32,
    /// Classes a person must not have, none of them.
    pub classes_none: u32,
    /// Actions.
    pub actions: u8,
}

impl ScopeMask {
    /// Everything.
    pub const ALL: Self = Self {
        schemes: u32::MAX,
        districts: u64::MAX,
        groups: u64::MAX,
        care: u64::MAX,
        classes_all: 0,
        classes_none: 0,
        actions: u8::MAX,
    };

    /// Whether a person's matter at a place is in this set.
    #[inline]
    pub fn holds(&self, matter: &Matter) -> bool {
        self.schemes >> matter.scheme & 1 == 1
            && self.districts >> matter.district & 1 == 1
            && self.groups >> matter.group & 1 == 1
            && self.care >> matter.care & 1 == 1
            && self.classes_all & matter.classes == self.classes_all
            && self.classes_none & matter.classes == 0
            && self.actions & action_bit(matter.action) != 0
    }
}

/// Bit of an action in [`ScopeMask::actions`].
pub fn action_bit(action: Action) -> u8 {
    match action {
        Action::Admission => 1,
        Action::Discharge => 2,
        Action::Purchase => 4,
    }
}

/// Who wants what where: what scopes are asked about.
#[derive(Debug, Clone, Copy)]
pub struct Matter {
    /// Scheme.
    pub scheme: u8,
    /// District of the site.
    pub district: u16,
    /// Group of the site.
    pub group: u16,
    /// Care type.
    pub care: u8,
    /// Classes of the person, as a bit mask.
    pub classes: u32,
    /// What is wanted.
    pub action: Action,
}

/// How a return was announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReturnKind {
    /// As certain.
    Fixed,
    /// As an estimate.
    Estimated,
    /// Not at all.
    Unannounced,
}

impl ReturnKind {
    /// The word used in files and results.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Estimated => "estimated",
            Self::Unannounced => "unannounced",
        }
    }
}

/// Sites that come back later.
#[derive(Debug, Clone)]
pub struct Wave {
    /// Site groups.
    pub groups: u64,
    /// Districts.
    pub districts: u64,
    /// Delay after the return.
    pub delay: SimDuration,
}

/// One stop.
#[derive(Debug, Clone)]
pub struct Suspension {
    /// Key.
    pub key: String,
    /// Name shown.
    pub name: Name,
    /// Services, as a bit mask.
    pub services: u64,
    /// Announced stop.
    pub stop: SimTime,
    /// Hours by which the stop may slip.
    pub slip_hours: Option<Distribution>,
    /// How the return was announced.
    pub kind: ReturnKind,
    /// Announced return; never when none was announced.
    pub planned: SimTime,
    /// Task after which the service can return.
    pub after_task: Option<u16>,
    /// Hours past the announced return on top of the technical work.
    pub overrun_hours: Option<Distribution>,
    /// (unannounced) Hours from the stop to the return.
    pub after_hours: Option<Distribution>,
    /// Hours of a day in which an early return is allowed, in seconds; none when not allowed.
    pub early: Option<Vec<(u32, u32)>>,
    /// Share of windows on the first, second … day after the return.
    pub ramp: Vec<f64>,
    /// Later waves.
    pub waves: Vec<Wave>,
    /// Only these.
    pub scope: ScopeMask,
    /// But not these.
    pub except: Option<ScopeMask>,
    /// What happens to service in hand.
    pub in_hand: InHand,
    /// Return to the old system when the work will not be done in time.
    pub rollback: Option<RollBack>,
    /// Failures after the return.
    pub unstable: Option<Unstable>,
}

/// Return to the old system at a go/no-go hour, and a second stop.
#[derive(Debug, Clone)]
pub struct RollBack {
    /// When it is decided.
    pub go_no_go: SimTime,
    /// The work must be finished by then.
    pub latest: SimTime,
    /// Hours until the old system is back.
    pub back_hours: Distribution,
    /// The second stop begins so long after that, at least.
    pub after: SimDuration,
    /// Second of the day at which it begins.
    pub at: u32,
    /// Day of the week on which it begins, from Monday = 0; none: any.
    pub weekday: Option<u8>,
    /// Announced length of the second stop; none when no return is announced.
    pub length: Option<SimDuration>,
}

impl RollBack {
    /// When the second stop begins, given when the old system is back.
    pub fn again(&self, clock: &Clock, back: SimTime) -> SimTime {
        let earliest = back.plus(self.after);
        let first = earliest.day() + u32::from(earliest.second_of_day() > self.at);
        let is_right = |day: &u32| self.weekday.is_none_or(|weekday| clock.weekday(*day) == weekday);
        let day = (first..first + 7).find(is_right).unwrap_or(first);
        SimTime::at(day, self.at)
    }
}

/// Failures in the first days after the return: a Poisson process within some hours of the day, cut
/// after a number that is rarely passed.
#[derive(Debug, Clone)]
pub struct Unstable {
    /// From the return on.
    pub days: u32,
    /// Failures a day, on average.
    pub failures_per_day: f64,
    /// Hours that each lasts.
    pub hours: Distribution,
    /// Hours of a day in which failures begin, in seconds, ascending.
    pub within: Vec<(u32, u32)>,
    /// Failures at most.
    pub at_most: u32,
}

impl Unstable {
    /// Probabilities of no failure, of one, two … before any cut: Poisson.
    pub fn probabilities(&self) -> impl Iterator<Item = f64> {
        let mean = self.failures_per_day * f64::from(self.days);
        (1_u32..).scan(libm::exp(-mean), move |next, count| {
            let this = *next;
            *next *= mean / f64::from(count);
            Some(this)
        })
    }

    /// Number of failures at a uniform number.
    pub fn count(&self, u: f64) -> u32 {
        let mut sum = 0.0;
        let passed = self.probabilities().take(self.at_most as usize).take_while(|probability| {
            sum += probability;
            sum <= u
        });
        passed.count() as u32
    }

    /// The moment at a part `u` of the hours after a return in which failures begin.
    pub fn moment(&self, back: SimTime, u: f64) -> SimTime {
        let a_day: u32 = self.within.iter().map(|(from, until)| until - from).sum();
        let mut left = (u * f64::from(self.days) * f64::from(a_day)) as u32;
        // Days without the hours before the return on the first and after it on the last are one.
        for day in back.day()..=back.day() + self.days {
            for &(from, until) in &self.within {
                let begin = SimTime::at(day, from).max(back);
                let end = SimTime::at(day, until);
                let length = end.0.saturating_sub(begin.0);
                if left < length {
                    return SimTime(begin.0 + left);
                }
                left -= length;
            }
        }
        back
    }
}

impl Suspension {
    /// Whether it stops a service for a matter.
    #[inline]
    pub fn stops(&self, service: u16, matter: &Matter) -> bool {
        self.services >> service & 1 == 1 && self.concerns(matter)
    }

    /// Whether it stops its services for a matter.
    #[inline]
    pub fn concerns(&self, matter: &Matter) -> bool {
        self.scope.holds(matter) && !self.except.is_some_and(|except| except.holds(matter))
    }

    /// Delay of the return at a site: that of the last wave it belongs to.
    pub fn wave_delay(&self, group: u16, district: u16) -> SimDuration {
        self.waves
            .iter()
            .filter(|wave| wave.groups >> group & 1 == 1 && wave.districts >> district & 1 == 1)
            .map(|wave| wave.delay)
            .max()
            .unwrap_or(SimDuration(0))
    }
}

/// How long the medicines may last that a patient buys before the stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Supply {
    /// So many days from the purchase.
    Days(u32),
    /// So many months from the purchase.
    Months(u32),
    /// To the end of the month of the purchase.
    MonthEnd,
    /// To a moment.
    Until(SimTime),
}

impl Supply {
    /// The day to which what is bought at a moment lasts.
    pub fn lasts_to(self, clock: &Clock, bought: SimTime) -> u32 {
        match self {
            Self::Days(days) => bought.day() + days,
            Self::Months(months) => clock.add_months(bought, months).day(),
            Self::MonthEnd => clock.month_end(bought).day(),
            Self::Until(time) => time.day(),
        }
    }
}

/// What the schedule does beside stopping.
#[derive(Debug, Clone)]
pub struct Measure {
    /// Key.
    pub key: String,
    /// What it is.
    pub kind: MeasureKind,
    /// Whose.
    pub who: ScopeMask,
    /// First moment.
    pub from: Moment,
    /// Last moment.
    pub until: Moment,
    /// (stock-up) take-up; (settle-before) fit share; (bring-forward) share.
    pub share: f64,
    /// (stock-up) Share of others who stock up all the same.
    pub needless_share: f64,
    /// (stock-up) Longest supply.
    pub supply: Supply,
    /// (surge) Windows added at a site of mean size.
    pub extra_windows: f64,
    /// (overtime) Opening intervals by day.
    pub hours: Vec<Vec<(u32, u32)>>,
    /// (settle-before) Days before the planned discharge from which a patient may be fit.
    pub fit: SimDuration,
    /// Minutes of desk work a patient.
    pub minutes: Distribution,
}

impl Measure {
    /// A number of the measure among the indices of a person's draws, from 2^20 on and below 2^21: by its
    /// name, so that the same measure meets the same person in the same mind under every schedule.
    pub fn index(&self) -> u32 {
        1 << 20 | name_key(&self.key) & 0xf_ffff
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::DAY;

    const HOUR: u32 = 3_600;

    #[test]
    fn failures_are_even_over_the_hours_after_a_return() {
        let within = vec![(8 * HOUR, 12 * HOUR), (14 * HOUR, 20 * HOUR)];
        let unstable = Unstable { days: 2, failures_per_day: 1.0, hours: Distribution::Fixed(1.0), within, at_most: 6 };
        // The return is at 15:00: five hours are left of that day, ten of the next one and five of the
        // third, twenty in all.
        let back = SimTime(15 * HOUR);
        let at = |hours: f64| unstable.moment(back, hours / 20.0).0;
        assert_eq!(at(0.0), 15 * HOUR);
        assert_eq!(at(4.5), 19 * HOUR + HOUR / 2);
        assert_eq!(at(5.0), DAY + 8 * HOUR);
        assert_eq!(at(9.0), DAY + 14 * HOUR);
        assert_eq!(at(15.5), 2 * DAY + 8 * HOUR + HOUR / 2);
        assert_eq!(at(19.5), 2 * DAY + 14 * HOUR + HOUR / 2);
    }

    #[test]
    fn failures_are_as_many_as_poisson_has_it_up_to_the_limit() {
        let unstable = Unstable {
            days: 2,
            failures_per_day: 1.0,
            hours: Distribution::Fixed(1.0),
            within: vec![(0, DAY)],
            at_most: 4,
        };
        // With a mean of 2: 0.1353, 0.2707, 0.2707, 0.1804, 0.0902 …
        let counts = [0.13, 0.14, 0.40, 0.41, 0.67, 0.68, 0.85, 0.86, 0.95, 0.999].map(|u| unstable.count(u));
        assert_eq!(counts, [0, 1, 1, 2, 2, 3, 3, 4, 4, 4]);
    }
}
