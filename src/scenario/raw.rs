//! The exact shape of a scenario file, for serde and for the JSON Schema: plain numbers and
//! strings, nothing derived, nothing checked across keys.
//!
//! National defaults, city and schedule are three layers of the *same* shape ([`Layer`]): a lower
//! layer overrides single keys of the one above it. Every key is therefore optional here; what a
//! complete scenario must have is decided in [`super::check`]. Repeated things are named tables.
//! Units stand in the key's name. The doc comments below are the descriptions in
//! `cutover schema`.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod objective;
mod proposal;

pub use crate::calendar::Timetable;
pub use objective::*;
pub use proposal::*;

use super::origin::SourceText;
use super::quantity::{Amount, Quantity, Share, TimeText, Whole};

/// A table of named things, in the order of the file.
pub type Named<T> = IndexMap<String, T>;

/// A name the reader of a chart sees, in both languages.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Name {
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
}

/// One scenario file: national defaults, a city, or a schedule.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// The file this one overrides key by key, relative to this file. A schedule extends the
    /// `city.toml` beside it without saying so.
    pub extends: Option<String>,
    /// Name shown on charts.
    pub name: Option<Name>,
    /// Language of the summary and the charts unless the command line says otherwise.
    pub lang: Option<LangName>,
    /// The city's own colours for charts, `#RRGGBB`, in place of the program's: main, contrast, then up to four
    /// more. Each must be seen on white paper and told from the others, by the colour-blind too.
    #[schemars(length(max = 6))]
    pub chart_colors: Option<Vec<String>>,
    /// Calendar file (holidays and swapped weekends), relative to this file.
    pub calendar: Option<String>,
    /// First moment of the simulation; by default 14 days before the announcement, at midnight.
    pub start: Option<TimeText>,
    /// Days simulated from the start; by default up to 90 days past the latest planned return.
    #[schemars(range(min = 1, max = 1500))]
    pub horizon_days: Option<u32>,
    /// Working days at the start left out of the routine waits, while the desks fill.
    #[schemars(range(min = 0, max = 60))]
    pub warm_up_working_days: Option<u32>,
    /// When the public learns of the schedule. Nobody acts on it before.
    pub announced_at: Option<TimeText>,
    /// Insurance schemes and the people in them.
    pub people: Option<Named<People>>,
    /// Person classes and attributes: who has the card, who has filed, who is protected.
    pub classes: Option<Named<Class>>,
    /// Districts, each with its share of the people.
    pub districts: Option<Named<District>>,
    /// Weekly opening hours that desks refer to by name.
    pub timetables: Option<Named<Timetable>>,
    /// Hour-of-day and weekday profiles that demand and desks refer to by name.
    pub profiles: Option<Named<Profile>>,
    /// Classes of desks as the results show them.
    pub desk_classes: Option<Named<DeskClass>>,
    /// Groups of sites: hospitals, pharmacies, agency halls, back offices.
    pub sites: Option<Named<SiteGroup>>,
    /// Services that can be suspended.
    pub services: Option<Named<Service>>,
    /// Care types and agency business: how often, what it costs, who pays.
    pub demand: Option<Named<Demand>>,
    /// Behaviour shared by all care types.
    pub behaviour: Option<Behaviour>,
    /// Ways in which a bill is dealt with while its service is down.
    pub pathways: Option<Named<Pathway>>,
    /// Dates on which refunds are transferred.
    pub payment_runs: Option<Named<PaymentRun>>,
    /// The stops of this schedule.
    pub suspend: Option<Named<Suspend>>,
    /// The technical tasks that decide when services can really return.
    pub runbook: Option<Named<Task>>,
    /// Which pathway a visit takes, by care type: an ordered list of named rules.
    pub handling: Option<Named<Named<Rule>>>,
    /// What the schedule does beside stopping: stock-up, surge windows, settling before the stop.
    pub measures: Option<Named<Measure>>,
    /// By what schedules are compared and chosen.
    pub objective: Option<Objective>,
    /// Where each number comes from: key path (`*` allowed) to source, a text or
    /// `{ zh = "…", en = "…" }`; one that begins with `assumption:` (`假设：`) marks what nobody has
    /// measured.
    pub sources: Option<Named<SourceText>>,
}

/// Language of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LangName {
    /// Chinese.
    Zh,
    /// English.
    En,
}

/// One insurance scheme.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct People {
    /// Name shown.
    pub name: Option<Name>,
    /// Insured people.
    pub insured: Option<Amount>,
    /// Disposable income a head and month in yuan.
    pub monthly_income_yuan: Option<Quantity>,
    /// Heads in a household, to compare prepayment with household income.
    pub household_size: Option<Amount>,
}

/// A person class or an attribute that a share of people has.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Name shown.
    pub name: Option<Name>,
    /// Share of people, independent of other classes.
    pub share: Option<Share>,
    /// Schemes whose members can have it; all when left out.
    pub schemes: Option<Vec<String>>,
}

/// A district of the city.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct District {
    /// Name shown.
    pub name: Option<Name>,
    /// Share of the city's people; districts without one divide the rest equally.
    pub share: Option<Share>,
}

/// Relative weights by hour and weekday; only proportions matter.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// 24 weights, from the hour 0:00 on.
    #[schemars(length(min = 24, max = 24), inner(range(min = 0, max = 1000)))]
    pub hours: Option<Vec<f64>>,
    /// 7 weights, Monday to Sunday; a swapped working weekend counts as a Wednesday.
    #[schemars(length(min = 7, max = 7), inner(range(min = 0, max = 1000)))]
    pub weekdays: Option<Vec<f64>>,
    /// Weight of a public holiday on the same scale as `weekdays`.
    #[schemars(range(min = 0, max = 1000))]
    pub holiday: Option<f64>,
}

/// A class of desks as results show it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeskClass {
    /// Name shown.
    pub name: Option<Name>,
}

/// What a group of sites is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SiteKind {
    /// Gives care: hospital, clinic, pharmacy, care home.
    Provider,
    /// A desk beside a provider that serves that provider's own patients only.
    Station,
    /// Agency hall.
    Hall,
    /// Review office behind the halls.
    BackOffice,
    /// Care outside the city: has no desk of ours.
    Away,
}

/// A group of sites that differ in size only.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteGroup {
    /// Name shown.
    pub name: Option<Name>,
    /// What these sites are.
    pub kind: Option<SiteKind>,
    /// Number of sites.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub count: Option<Whole>,
    /// Coefficient of variation of site size (lognormal quantiles, not draws); 0: all equal.
    #[schemars(range(min = 0, max = 5))]
    pub size_cv: Option<Amount>,
    /// Names of the districts these sites are in; spread by people over all when left out.
    pub districts: Option<Vec<String>>,
    /// Words that rules can name.
    pub tags: Option<Vec<String>>,
    /// (station) The group beside which these stand: one beside each of its largest sites.
    pub beside: Option<String>,
    /// The desk of each site.
    pub desk: Option<Desk>,
}

/// One desk.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Desk {
    /// Desk class in the results.
    pub class: Option<String>,
    /// Windows open in opening hours at a site of mean size; a site's own number follows its size.
    #[schemars(range(min = 0, max = 10_000))]
    pub windows: Option<Amount>,
    /// Windows in some hours of the day instead, such as `"12:00-14:00" = 4`, again at a site of mean
    /// size; a site's own number is in proportion.
    pub windows_by_hour: Option<Named<Amount>>,
    /// Timetable.
    pub hours: Option<String>,
    /// Time of day after which no ticket is given on a day (`"16:45"`).
    pub last_ticket: Option<String>,
    /// Longest estimated wait that a person accepts.
    pub patience_minutes: Option<Quantity>,
    /// Coming back after having left, been turned away or not been served.
    pub retry: Option<Retry>,
    /// Routine matters a day at a site of mean size, over open days.
    pub routine_per_day: Option<Amount>,
    /// Service minutes of a routine matter.
    pub routine_minutes: Option<Quantity>,
    /// Service that a routine matter needs; none when left out.
    pub routine_needs: Option<String>,
    /// Share of routine matters met by a stop that come back after the return; the others lapse.
    pub routine_returns_share: Option<Share>,
    /// Profile of arrivals over the day.
    pub profile: Option<String>,
    /// Slower service after the return, while staff learn the new system (off when left out).
    pub learning: Option<Learning>,
    /// Priority lane 绿色通道 (off when left out).
    pub priority: Option<Priority>,
}

/// Coming back to the same desk.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    /// The next try falls on one of this many open days after, each equally likely.
    #[schemars(range(min = 1, max = 60))]
    pub within_days: Option<Whole>,
    /// Tries after the first; then the claim is given up.
    #[schemars(range(min = 0, max = 60))]
    pub tries: Option<Whole>,
}

/// Learning curve after go-live: minutes × (1 + extra × 2^(−days / half-life)).
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Learning {
    /// Extra service time at the moment of return, as a share (0.5: half as long again).
    #[schemars(range(min = 0, max = 10))]
    pub extra_share: Option<f64>,
    /// Days after which half of the extra is gone.
    #[schemars(range(min = 0.1, max = 365))]
    pub half_life_days: Option<f64>,
    /// The service whose return starts the curve.
    pub after: Option<String>,
}

/// Priority lane: these people are called first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Priority {
    /// Person classes called before others.
    pub classes: Option<Vec<String>>,
}

/// A service that can be suspended.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Name shown.
    pub name: Option<Name>,
}

/// What kind of stream a care type is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DemandKind {
    /// Independent visits at Poisson times.
    Visits,
    /// Patients who refill every so many days.
    Refills,
    /// Patients who come on fixed weekdays.
    Sessions,
    /// Stays with admission and discharge.
    Stays,
    /// Agency work that is no visit and has no bill.
    Business,
}

/// A care type 就医类别, or a kind of agency business.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// Name shown.
    pub name: Option<Name>,
    /// Kind of stream.
    pub kind: Option<DemandKind>,
    /// Service that settles it.
    pub needs: Option<String>,
    /// Events a year and insured person, by scheme (visits, stays, business).
    pub per_year: Option<Named<Amount>>,
    /// Events a day in the whole city, by scheme: for people insured elsewhere.
    pub per_day: Option<Named<Amount>>,
    /// Patients as a share of the insured, by scheme (refills, sessions).
    pub patients_share: Option<Named<Amount>>,
    /// (refills) Days that one refill lasts.
    #[schemars(range(min = 2, max = 180))]
    pub cycle_days: Option<u32>,
    /// (sessions) Weekday patterns with the share of patients, such as `"mon wed fri" = 0.5`.
    pub patterns: Option<Named<Share>>,
    /// Share of events by site group.
    pub sites: Option<Named<Amount>>,
    /// Hour and weekday profile.
    pub profile: Option<String>,
    /// Whole bill in yuan.
    pub bill_yuan: Option<Quantity>,
    /// Factor on the bill by site group.
    pub bill_factor: Option<Named<Amount>>,
    /// Who owes which part of the bill, by scheme.
    pub benefit: Option<Named<Benefit>>,
    /// Share that can wait; essential care has none.
    pub elective_share: Option<Amount>,
    /// Share of the elective visits met by a stop that people put off until after the return.
    pub deferred_share: Option<Amount>,
    /// Days after the return on which a deferred visit is made.
    pub deferral_days: Option<Quantity>,
    /// Dialysis, emergency, inpatient: never deferred and never forgone.
    pub essential: Option<bool>,
    /// (stays) Days between admission and discharge, at most 400.
    pub stay_days: Option<Quantity>,
    /// (business) Minutes at the window.
    pub minutes: Option<Quantity>,
    /// (business) Share done online in normal times.
    pub online_share: Option<Amount>,
    /// (business) Share of the online demand that goes to the halls when online is down.
    pub online_to_hall_share: Option<Amount>,
    /// (business) Service that the online channel needs.
    pub online_needs: Option<String>,
}

/// Who owes which part of a bill: bill = fund + account + own cash.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Benefit {
    /// Share of the bill that the policy covers at all.
    pub in_policy_share: Option<Share>,
    /// Deductible a year in yuan.
    pub deductible_yuan: Option<Amount>,
    /// Share of people who have not used up their deductible; their open part is uniform.
    pub deductible_open_share: Option<Share>,
    /// Share of the covered bill above the deductible that the fund pays.
    pub fund_share: Option<Share>,
    /// Most that the fund pays a year, in yuan; the part still open is uniform.
    pub cap_yuan: Option<Amount>,
    /// Share of what the fund leaves that the personal account pays.
    pub account_share: Option<Share>,
}

/// Behaviour shared by all care types.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Behaviour {
    /// Coefficient of variation of the day effect shared by the whole city.
    #[schemars(range(min = 0, max = 2))]
    pub day_effect_cv: Option<Amount>,
    /// Cash in hand as a multiple of monthly disposable income.
    pub cash_months: Option<Quantity>,
    /// Share of people treated in their home district; the others live in the other districts, by
    /// their people.
    pub home_district_share: Option<Share>,
}

/// What the patient pays at the visit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Pays {
    /// The whole bill.
    Everything,
    /// The part that is the patient's anyway.
    OwnShare,
    /// Nothing: the provider carries the bill.
    Nothing,
    /// A share of the bill.
    Share(f64),
    /// A deposit in yuan, at most the bill.
    #[serde(rename = "deposit_yuan")]
    DepositYuan(f64),
}

/// A way of dealing with a bill or a matter while its service is down 处理方式.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pathway {
    /// Name shown.
    pub name: Option<Name>,
    /// What the patient pays at the visit.
    pub pays: Option<Pays>,
    /// Nothing more is claimed. The fund's part is lost to the patient; account money stays on
    /// the account.
    #[serde(rename = "final")]
    pub is_final: Option<bool>,
    /// Own money not paid at the visit is paid when the last step is done.
    pub own_share_due: Option<bool>,
    /// The own share is due a second time from zero: a second deductible is taken.
    pub second_deductible: Option<bool>,
    /// How many claim at all.
    pub claimed: Option<Claimed>,
    /// When people come.
    pub returns: Option<Returns>,
    /// Until when a claim can be made.
    pub window: Option<ClaimWindow>,
    /// Work at desks, one after another.
    pub steps: Option<Named<Step>>,
    /// How the money comes back.
    pub refund: Option<Refund>,
}

/// Share of people who claim, by the refund they would get.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Claimed {
    /// Refunds below this many yuan are small.
    pub small_refund_yuan: Option<Amount>,
    /// Share claimed of the others.
    pub share: Option<Amount>,
    /// Share claimed of small refunds.
    pub small_share: Option<Amount>,
}

/// When people come back to a desk once they can.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Returns {
    /// Share who come on the first open day.
    pub rush_share: Option<Amount>,
    /// Of the others, share who come on each further open day.
    pub daily_share: Option<Amount>,
    /// Share of those who would come too late whom the deadline pulls into the claim period.
    pub deadline_pull_share: Option<Amount>,
}

/// Claim period. Later claims are lost.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimWindow {
    /// What the period is counted from: `visit`, or a time (`settlement.return`).
    pub after: Option<TimeText>,
    /// Length in days.
    #[schemars(range(min = 1, max = 3660))]
    pub days: Option<u32>,
    /// Length in working days.
    #[schemars(range(min = 1, max = 3660))]
    pub working_days: Option<u32>,
    /// Length in months.
    #[schemars(range(min = 1, max = 120))]
    pub months: Option<u32>,
    /// Last moment, as a time; `month-end` or `year-end` of the anchor.
    pub until: Option<TimeText>,
    /// Days added to the period by the schedule.
    #[schemars(range(min = 0, max = 3660))]
    pub extended_days: Option<u32>,
}

/// Where a step is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// The desk of the provider that gave the care.
    SameSite,
    /// The service station beside that provider.
    Station,
    /// Any agency hall; people go by the size of the hall.
    AnyHall,
    /// A hall of the person's home district.
    HomeHall,
    /// A hall of the provider's district.
    ProviderHall,
    /// The review office.
    BackOffice,
    /// Outside the city: leaves the model, done after `outside_days`.
    Outside,
}

/// How the person takes part in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Contact {
    /// The person comes and queues.
    InPerson,
    /// The desk calls the person when it has time; nobody queues.
    Called,
    /// The papers lie in the tray; nobody comes.
    Remote,
    /// The system does it; no window is used.
    Automatic,
}

/// One piece of work at a desk.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Name shown.
    pub name: Option<Name>,
    /// Where.
    pub at: Option<Place>,
    /// The group of sites for halls or back offices of another agency.
    pub group: Option<String>,
    /// Service that must be up; left out: intake works while services are down.
    pub needs: Option<String>,
    /// How the person takes part.
    pub contact: Option<Contact>,
    /// Service minutes.
    pub minutes: Option<Quantity>,
    /// Share who lack a paper and must come again.
    pub rework_share: Option<Amount>,
    /// Share refused.
    pub refused_share: Option<Amount>,
    /// Pathway of those refused; without it they are lost.
    pub refused_to: Option<String>,
    /// (outside) Days until it is done.
    pub outside_days: Option<Quantity>,
}

/// How money is refunded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RefundHow {
    /// In hand at the desk of the last step.
    AtDesk,
    /// With the next payment run after the last step.
    Transfer,
    /// Never.
    Never,
}

/// Refund of what the patient paid for the fund.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refund {
    /// How.
    pub how: Option<RefundHow>,
    /// (transfer) The payment run.
    pub run: Option<String>,
    /// (transfer) Days from the run until the money is there.
    #[schemars(range(min = 0, max = 365))]
    pub lag_days: Option<Whole>,
}

/// Dates on which transfers are made, at 12:00.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentRun {
    /// Weekdays (`["wed"]`).
    pub weekdays: Option<Vec<String>>,
    /// Days of the month (`[10, 25]`).
    #[schemars(inner(range(min = 1, max = 28)))]
    pub days_of_month: Option<Vec<u32>>,
}

/// A set of visits or matters.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// Schemes.
    pub schemes: Option<Vec<String>>,
    /// Districts of the site.
    pub districts: Option<Vec<String>>,
    /// Site groups.
    pub sites: Option<Vec<String>>,
    /// Tags of the site.
    pub tags: Option<Vec<String>>,
    /// Care types.
    pub care: Option<Vec<String>>,
    /// Person classes: those who have all of them.
    pub classes: Option<Vec<String>>,
    /// Person classes: those who have none of them.
    pub not_classes: Option<Vec<String>>,
    /// `discharge` or `purchase`. (`admission` is refused: stays are settled at discharge.)
    pub actions: Option<Vec<Action>>,
}

/// What a person wants when a service is down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Registering a stay.
    Admission,
    /// Settling a stay.
    Discharge,
    /// Settling any other visit.
    Purchase,
}
