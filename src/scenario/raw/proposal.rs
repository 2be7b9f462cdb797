//! What a schedule file proposes: stops with their returns, the runbook, the rules of handling, and
//! measures.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Name, Named, Scope};
use crate::scenario::quantity::{Amount, Quantity, TimeText};

/// One stop.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Suspend {
    /// Name shown.
    pub name: Option<Name>,
    /// Services that stop.
    pub services: Option<Vec<String>>,
    /// Announced stop. A notice's 24:00 is the next day's 00:00.
    pub stop: Option<TimeText>,
    /// Hours by which the stop may come later than announced.
    pub slip_hours: Option<Quantity>,
    /// Return.
    #[serde(rename = "return")]
    pub returns: Option<Return>,
    /// Only these; everything when left out.
    pub scope: Option<Scope>,
    /// But not these.
    pub except: Option<Scope>,
    /// What happens to service in hand at the stop: it is finished (when left out), or frozen.
    pub in_hand: Option<InHand>,
    /// The old system comes back when the work will not be done in time, and a second stop follows 回退.
    pub rollback: Option<RollBack>,
    /// Failures in the first days after the return 上线初期不稳定.
    pub unstable: Option<Unstable>,
}

/// Return to the old system at a go/no-go hour, and the second stop after it 回退与二次停机.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RollBack {
    /// Go/no-go hour: a date and time, or relative to `NAME.stop`, `NAME.planned_return` or the
    /// announcement. At it one knows when `after_task` will be finished.
    pub go_no_go: Option<TimeText>,
    /// The old system comes back when the work will be finished later than this; the planned return
    /// when left out.
    pub latest: Option<TimeText>,
    /// Hours from the go/no-go hour until the old system is back, everywhere at once.
    pub back_hours: Option<Quantity>,
    /// The second stop, which is not rolled back.
    pub again: Option<Again>,
}

/// When the second stop begins, and how long it is announced to last.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Again {
    /// Days after the old system is back, at least.
    #[schemars(range(min = 0, max = 366))]
    pub after_days: Option<u32>,
    /// Hour at which it begins (`"18:00"`); that of the first stop when left out.
    pub at: Option<String>,
    /// Day of the week on which it begins (`"fri"`); any when left out.
    pub weekday: Option<String>,
    /// Announced hours; those of the first stop when left out.
    #[schemars(range(min = 0, max = 8784))]
    pub hours: Option<Amount>,
}

/// Failures after the return: services are down again for hours. They come at random, as many a day
/// as stated on average, independently of one another (a Poisson process).
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unstable {
    /// Days from the actual return on.
    #[schemars(range(min = 1, max = 60))]
    pub days: Option<u32>,
    /// Failures a day, on average.
    pub failures_per_day: Option<Amount>,
    /// Hours until services are up again, everywhere at once.
    pub hours: Option<Quantity>,
    /// Hours of the day in which failures begin (`"08:00-20:00"`); all when left out.
    pub within: Option<String>,
    /// Failures at most; 6 when left out. More must have a probability below 1 %.
    #[schemars(range(min = 1, max = 32))]
    pub at_most: Option<u32>,
}

/// What happens to service in hand at a stop 停机时正在办理的业务.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum InHand {
    /// It is finished: the stop begins for whoever comes next.
    #[default]
    Finish,
    /// It keeps its window and goes on where it was at the second at which the service is back.
    Freeze,
}

/// When a service comes back.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Return {
    /// Announced as certain: not before this time, later only if the work is not finished.
    pub fixed: Option<TimeText>,
    /// Announced as an estimate.
    pub estimated: Option<TimeText>,
    /// No time announced.
    pub unannounced: Option<bool>,
    /// Task after which the service can return.
    pub after_task: Option<String>,
    /// Hours past the announced return, on top of the technical work.
    pub overrun_hours: Option<Quantity>,
    /// (unannounced) Hours from the stop to the return.
    pub after_hours: Option<Quantity>,
    /// May return before the announced time when the work is finished, within these hours of a
    /// day (`"08:00-20:00"`).
    pub early: Option<String>,
    /// Share of windows working with the service on the first, second … day after the return, above
    /// 0. Every desk keeps at least one window.
    #[schemars(inner(range(min = 0, max = 1)), transform = entries_above_zero)]
    pub ramp: Option<Vec<f64>>,
    /// Sites that come back later, by wave.
    pub waves: Option<Named<Wave>>,
}

/// In an array no entry may be 0.
fn entries_above_zero(schema: &mut schemars::Schema) {
    if let Some(items) = schema.get_mut("items").and_then(serde_json::Value::as_object_mut) {
        items.insert("exclusiveMinimum".to_owned(), serde_json::Value::from(0));
    }
}

/// Sites that come back later.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wave {
    /// Site groups of this wave.
    pub sites: Option<Vec<String>>,
    /// Districts of this wave.
    pub districts: Option<Vec<String>>,
    /// Hours after the service's return.
    #[schemars(range(min = 0, max = 8784))]
    pub delay_hours: Option<Amount>,
}

/// A technical task 切换任务.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// Name shown.
    pub name: Option<Name>,
    /// Duration.
    pub hours: Option<Quantity>,
    /// Tasks, and stops (`"suspend.settlement"`), that come before.
    pub after: Option<Vec<String>>,
}

/// Which state of a stay a rule is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StayState {
    /// Discharged while settlement is down.
    DischargedInGap,
    /// In hospital at the stop or admitted in the gap, discharged after the return.
    DischargedAfter,
}

/// One rule: who takes which pathway.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Who it is for; everybody when left out.
    pub who: Option<Scope>,
    /// Only at providers with a service station beside them.
    pub has_station: Option<bool>,
    /// State of the stay; discharged in the gap when left out.
    pub state: Option<StayState>,
    /// Pathway.
    pub pathway: Option<String>,
    /// Share among the rules open to a person; `"rest"` for what the others leave.
    pub share: Option<RuleShare>,
    /// First moment the rule is in force.
    pub from: Option<TimeText>,
    /// Moment from which it is no longer in force.
    pub until: Option<TimeText>,
}

/// Share of a rule.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RuleShare {
    /// A share.
    Share(Amount),
    /// `rest`: what the other rules leave.
    Rest(Rest),
}

/// The word `rest`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Rest {
    /// What the other rules leave.
    Rest,
}

/// What a measure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MeasureKind {
    /// Chronic refills move before the stop 提前开药.
    StockUp,
    /// Extra windows between two times.
    Surge,
    /// Longer opening hours between two times (overtime, weekend opening).
    Overtime,
    /// Inpatients who are fit are settled and discharged before a cut-off.
    SettleBefore,
    /// Inpatients are settled for the days so far, and go on as self-paying 中途结算.
    InterimSettlement,
    /// Inpatients are registered as self-paying before the stop.
    ConvertBefore,
    /// Applicants bring matters forward.
    BringForward,
}

/// What the schedule does beside stopping.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// Name shown.
    pub name: Option<Name>,
    /// What it is.
    pub kind: Option<MeasureKind>,
    /// Whose. Surge and overtime are for desks: of a scope they take sites and tags, surge districts
    /// too.
    pub who: Option<Scope>,
    /// First moment; the announcement when left out.
    pub from: Option<TimeText>,
    /// Last moment: cut-off; the stop when left out.
    pub until: Option<TimeText>,
    /// (stock-up) Share of the refills falling in the announced outage that move before it.
    pub take_up_share: Option<Amount>,
    /// (stock-up) Share of patients not due in the outage who stock up all the same.
    pub needless_share: Option<Amount>,
    /// (stock-up) Longest supply in days, from the purchase. One of the four keys of supply at most.
    #[schemars(range(min = 1, max = 366))]
    pub supply_days: Option<u32>,
    /// (stock-up) Longest supply in months, from the purchase.
    #[schemars(range(min = 1, max = 12))]
    pub supply_months: Option<u32>,
    /// (stock-up) Supply at most to this time.
    pub supply_until: Option<TimeText>,
    /// (stock-up) Supply at most to the end of the month of the purchase.
    pub supply_to_month_end: Option<bool>,
    /// (surge, overtime) Site groups whose desks it is for.
    pub sites: Option<Vec<String>>,
    /// (surge) Windows added at a site of mean size.
    #[schemars(range(min = 0, max = 10_000))]
    pub extra_windows: Option<Amount>,
    /// (overtime) Timetable in force instead.
    pub hours: Option<String>,
    /// (settle-before) Share of those in hospital and due for discharge within `fit_days` who go.
    pub fit_share: Option<Amount>,
    /// (settle-before) Days before the planned discharge from which a patient may be fit.
    #[schemars(range(min = 0, max = 60))]
    pub fit_days: Option<Amount>,
    /// (stock-up, settle-before, interim-settlement, convert-before) Minutes of work at the
    /// provider's insurance desk per patient; 0: none.
    pub minutes: Option<Quantity>,
    /// (bring-forward) Share of matters falling in the announced outage that come before it.
    pub share: Option<Amount>,
}
