//! What the planner weighs schedules by.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Name, Named};

/// By what schedules are compared and chosen.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Objective {
    /// What is added up over the measures named here: the schedule with the least sum is best.
    pub weights: Option<Named<Weight>>,
    /// What a schedule must keep to be chosen.
    pub limits: Option<Named<Limit>>,
    /// How sure the choice must be; 0.95 when left out.
    #[schemars(range(min = 0.5, max = 0.999))]
    pub confidence: Option<f64>,
    /// Differences of the sum that are smaller than this share of the baseline's do not matter; 0.02
    /// when left out.
    #[schemars(range(min = 0.0001, max = 1))]
    pub indifference_share: Option<f64>,
}

/// One measure of the sum.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Weight {
    /// Name shown.
    pub name: Option<Name>,
    /// Measure, as `summary.csv` names it.
    pub measure: Option<String>,
    /// Care type, scheme, desk class or stop; everything when left out.
    pub group: Option<String>,
    /// What one unit of the measure counts; below 0 where more of it is better.
    pub weight: Option<f64>,
}

/// One limit, kept in a replication or not.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Name shown.
    pub name: Option<Name>,
    /// Measure, as `summary.csv` names it.
    pub measure: Option<String>,
    /// Care type, scheme, desk class or stop; everything when left out.
    pub group: Option<String>,
    /// The measure must not be above this.
    pub at_most: Option<f64>,
    /// The measure must not be below this.
    pub at_least: Option<f64>,
    /// (measures that are a day) So many days after the return.
    #[schemars(range(min = 0, max = 1500))]
    pub within_days: Option<f64>,
    /// (measures that are a day) So many working days after the return.
    #[schemars(range(min = 0, max = 1500))]
    pub within_working_days: Option<u32>,
    /// The stop after whose return days are counted; the last one to return when left out.
    pub after: Option<String>,
    /// In how many courses of a hundred it must be kept, as a share; 0.9 when left out.
    #[schemars(range(min = 0.01, max = 0.999))]
    pub chance: Option<f64>,
}
