//! The checked world: every name is an index, every number is in range, every default is filled
//! in. Only [`super::check`] builds it; nothing changes it afterwards.

use crate::calendar::{Clock, SimTime};
use crate::curve::Curve;
use crate::desk::DeskSpec;
use crate::distribution::Distribution;
use crate::pathway::{Pathway, PaymentRun, Rule};
use crate::runbook::Task;
use crate::schedule::{Measure, Suspension};
use crate::units::Lang;

use super::raw::{DemandKind, Name, SiteKind};

/// Index of a site, in the order of groups and, within a group, from the largest to the smallest.
pub type SiteId = u32;

/// A city under one schedule, ready to be simulated.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Folder name of the city.
    pub city: String,
    /// File stem of the schedule.
    pub schedule: String,
    /// City name shown.
    pub city_name: Name,
    /// Schedule name shown.
    pub schedule_name: Name,
    /// Language unless the command line says otherwise.
    pub lang: Option<Lang>,
    /// Days, weekdays and holidays from the start to the horizon.
    pub clock: Clock,
    /// When the public learns of the schedule.
    pub announced_at: SimTime,
    /// First moment at which routine waits count.
    pub warm_until: SimTime,
    /// Insurance schemes.
    pub schemes: Vec<Scheme>,
    /// Person classes.
    pub classes: Vec<PersonClass>,
    /// Districts; shares sum to one.
    pub districts: Vec<District>,
    /// Services.
    pub services: Vec<Service>,
    /// Classes of desks.
    pub desk_classes: Vec<DeskClass>,
    /// Groups of sites.
    pub groups: Vec<Group>,
    /// All sites, group by group.
    pub sites: Vec<Site>,
    /// Care types and business.
    pub care: Vec<Care>,
    /// Behaviour shared by all care types.
    pub behaviour: Behaviour,
    /// Pathways.
    pub pathways: Vec<Pathway>,
    /// Payment runs.
    pub payment_runs: Vec<PaymentRun>,
    /// Rules by care type, in the order of the files.
    pub rules: Vec<Vec<Rule>>,
    /// Stops.
    pub suspensions: Vec<Suspension>,
    /// Technical tasks, each after those it depends on.
    pub tasks: Vec<Task>,
    /// Measures.
    pub measures: Vec<Measure>,
}

/// An insurance scheme.
#[derive(Debug, Clone)]
pub struct Scheme {
    /// Key.
    pub key: String,
    /// Name shown.
    pub name: Name,
    /// Insured people.
    pub insured: f64,
    /// Disposable income a head and month, yuan.
    pub monthly_income_yuan: Distribution,
    /// Heads in a household.
    pub household_size: f64,
}

/// A person class.
#[derive(Debug, Clone)]
pub struct PersonClass {
    /// Key.
    pub key: String,
    /// Share of people.
    pub share: f64,
    /// Schemes whose members can have it, as a bit mask.
    pub schemes: u32,
}

/// A district.
#[derive(Debug, Clone)]
pub struct District {
    /// Key.
    pub key: String,
    /// Name shown; the key where the files give none.
    pub name: Name,
    /// Share of the people.
    pub share: f64,
}

/// A service.
#[derive(Debug, Clone)]
pub struct Service {
    /// Key.
    pub key: String,
    /// Name shown.
    pub name: Name,
}

/// A class of desks.
#[derive(Debug, Clone)]
pub struct DeskClass {
    /// Key.
    pub key: String,
    /// Name shown.
    pub name: Name,
}

/// A group of sites.
#[derive(Debug, Clone)]
pub struct Group {
    /// Key.
    pub key: String,
    /// What these sites are.
    pub kind: SiteKind,
    /// First site.
    pub first: SiteId,
    /// Number of sites.
    pub count: u32,
    /// The desk of each site; none for sites outside the city.
    pub desk: Option<DeskSpec>,
}

/// One site.
#[derive(Debug, Clone)]
pub struct Site {
    /// Group.
    pub group: u16,
    /// District.
    pub district: u16,
    /// Size over the mean size of the group.
    pub size: f64,
    /// Regular windows.
    pub windows: u32,
    /// The service station beside this provider.
    pub station: Option<SiteId>,
}

/// A care type or a kind of business.
#[derive(Debug, Clone)]
pub struct Care {
    /// Key.
    pub key: String,
    /// Name shown.
    pub name: Name,
    /// Kind of stream.
    pub kind: DemandKind,
    /// Service that settles it.
    pub needs: u16,
    /// Events a day in the whole city by scheme; for refills and sessions, patients.
    pub volume: Vec<f64>,
    /// Share of events by group.
    pub group_share: Vec<f64>,
    /// Factor on the bill by group.
    pub bill_factor: Vec<f64>,
    /// (refills) Days of one refill.
    pub cycle_days: u32,
    /// (sessions) Weekday patterns as bit masks (Monday = 1), with cumulative shares.
    pub patterns: Vec<(u8, f64)>,
    /// Hour and weekday profile.
    pub profile: DayProfile,
    /// Whole bill, yuan.
    pub bill_yuan: Distribution,
    /// Who owes which part, by scheme.
    pub benefit: Vec<Benefit>,
    /// Share that can wait.
    pub elective_share: f64,
    /// Share of the elective ones put off.
    pub deferred_share: f64,
    /// Days after the return of a deferred visit.
    pub deferral_days: Distribution,
    /// Never deferred, never forgone.
    pub essential: bool,
    /// (stays) Length.
    pub stay_days: Distribution,
    /// (business) Minutes at the window.
    pub minutes: Distribution,
    /// (business) Share done online.
    pub online_share: f64,
    /// (business) Share of online demand that goes to halls when online is down.
    pub online_to_hall_share: f64,
    /// (business) Service of the online channel.
    pub online_needs: Option<u16>,
}

/// Who owes which part of a bill.
#[derive(Debug, Clone, Copy, Default)]
pub struct Benefit {
    /// Share covered at all.
    pub in_policy_share: f64,
    /// Deductible a year, yuan.
    pub deductible_yuan: f64,
    /// Share of people with an open deductible.
    pub deductible_open_share: f64,
    /// Fund's share above the deductible.
    pub fund_share: f64,
    /// Most the fund pays a year, yuan; infinite when there is none.
    pub cap_yuan: f64,
    /// Account's share of what the fund leaves.
    pub account_share: f64,
}

/// Relative weights of the hours and days, normalised.
#[derive(Debug, Clone)]
pub struct DayProfile {
    /// Weight of Monday to Sunday and of a holiday, so that a year of 365 days totals 365.
    pub days: [f64; 8],
    /// The hours as a curve over the day.
    curve: Curve,
}

/// Behaviour shared by all care types.
#[derive(Debug, Clone)]
pub struct Behaviour {
    /// Coefficient of variation of the day effect.
    pub day_effect_cv: f64,
    /// Cash in hand as a multiple of monthly income.
    pub cash_months: Distribution,
    /// Share treated in their home district.
    pub home_district_share: f64,
}

impl Scenario {
    /// The horizon.
    pub fn horizon(&self) -> SimTime {
        self.clock.horizon()
    }

    /// The group of a site.
    pub fn group_of(&self, site: SiteId) -> &Group {
        &self.groups[usize::from(self.sites[site as usize].group)]
    }
}

impl DayProfile {
    /// From cumulative shares at the end of each hour, the last of which is 1, and the weights of the days.
    pub fn new(hours: [f64; 24], days: [f64; 8]) -> Self {
        let mut before = 0.0;
        let mut pieces = Vec::with_capacity(24);
        for (hour, &until) in (0..).zip(&hours) {
            pieces.push((hour * 3600, (hour + 1) * 3600, until - before));
            before = until;
        }
        Self { curve: Curve::new(&pieces), days }
    }

    /// Weight of a day: 0 Monday … 6 Sunday, 7 holiday.
    pub fn day_weight(&self, day_type: usize) -> f64 {
        self.days[day_type]
    }

    /// Second of the day at which the share `u` of the day's arrivals has come.
    #[inline]
    pub fn second_at(&self, u: f64) -> u32 {
        self.curve.second_at(u).unwrap_or(0)
    }

    /// The arrivals that fall into these opening intervals of a day, as they are spread over them.
    pub fn within(&self, hours: &[(u32, u32)]) -> Curve {
        let mut pieces = Vec::new();
        for &(open, close) in hours {
            let mut first = open;
            while first < close {
                let end = (first / 3600 * 3600 + 3600).min(close);
                pieces.push((first, end, self.curve.share_at(end) - self.curve.share_at(first)));
                first = end;
            }
        }
        Curve::new(&pieces)
    }
}
