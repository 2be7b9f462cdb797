//! Analytic cases: what theory says, what the simulator gives, and how far apart they are.
//!
//! A [`Case`] simulates something whose answer is known and gives [`Row`]s. The answer is a closed
//! form or an independent numerical method in `formula`, each with its source; it is never
//! a number that the simulator printed. `cutover verify` prints the rows, and the tests assert
//! them; there is no second copy.
//!
//! **Tolerance.** A sample is one value per independent replication. A row passes when the
//! simulated mean lies within three standard errors of theory *and* the standard error is at most
//! 1 % of theory (where theory is near zero, of the scale stated with the row), so that a pass
//! means something. A test of fit passes at a probability of at least 0.0027 ([`LEVEL`]), the same.
//! If everything is right, one row in 22 lies beyond two standard errors and one in 370 beyond
//! three by chance: of a hundred rows four or five and a quarter of one, which the command says
//! under the table. Rows of one case share their draws and go astray together. The seed is one
//! number, stated once ([`SEED`]), not chosen to make rows pass; another one is as good, and a row
//! that fails at one seed is looked into with more draws, not with another seed.
//!
//! **What is kept away from the comparison.** Services last thousands of seconds, so that whole
//! seconds do not matter. A stationary mean is taken over a fixed number of customers after a
//! warm-up of many relaxation times, not over a fixed time, which would favour replications in
//! which few came. What one replication contributes is linear in what it observed, never a ratio.
//!
//! Services in hand when an outage begins are finished: the language has no other rule for them, so
//! there are rows for this one only.
//!
//! Both engines see the same draws, so their rows agree to the last digit as long as the engines do.

mod distributions;
mod formula;
mod independence;
mod outage;
mod passage;
mod population;
mod queue;
mod routine;
mod row;
mod stationary;
mod varying;
mod world;

use crate::engine::Engine;
use crate::rng::{Source, name_key};

#[cfg(test)]
pub(crate) use independence::STREAMS;
pub use row::{Kind, LEVEL, NAME_COLUMNS, PRECISION, Row, TOLERANCE};

/// Seed of all cases unless asked otherwise.
pub const SEED: u64 = 1_917;

/// What a case runs with.
#[derive(Debug, Clone, Copy)]
pub struct Setup {
    /// How desks are served.
    pub engine: Engine,
    /// Seed of all draws.
    pub seed: u64,
    key: u32,
}

impl Setup {
    /// Draws of one replication of this case; no two cases share any.
    fn source(&self, replication: u32) -> Source {
        Source::new(self.own_seed(), replication)
    }

    /// Seed of this case alone.
    fn own_seed(&self) -> u64 {
        self.seed ^ u64::from(self.key) << 32
    }
}

/// One situation whose answer is known.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// Name on the command line.
    pub key: &'static str,
    /// What it is, in Chinese.
    pub zh: &'static str,
    /// What it is, in English.
    pub en: &'static str,
    /// Whether it serves desks, so that it must hold for each engine.
    pub serves: bool,
    run: fn(&Setup) -> Vec<Row>,
}

impl Case {
    /// Simulates the case. Uses the threads of the current pool; the rows do not depend on them.
    pub fn run(&self, engine: Engine, seed: u64) -> Vec<Row> {
        (self.run)(&Setup { engine, seed, key: name_key(self.key) })
    }
}

/// A case that serves desks.
const fn desk(key: &'static str, zh: &'static str, en: &'static str, run: fn(&Setup) -> Vec<Row>) -> Case {
    Case { key, zh, en, serves: true, run }
}

/// A case about draws only.
const fn draws(key: &'static str, zh: &'static str, en: &'static str, run: fn(&Setup) -> Vec<Row>) -> Case {
    Case { key, zh, en, serves: false, run }
}

/// All cases, in the order in which they are shown.
pub const CASES: &[Case] = &[
    desk("m-m-c", "指数服务多窗口", "exponential service, several windows", stationary::exponential),
    desk("m-g-1", "一般服务单窗口", "general service, one window", stationary::general),
    desk("m-d-c", "定长服务多窗口", "fixed service, several windows", stationary::fixed),
    desk("patience", "不耐烦离开", "people who leave", stationary::patience),
    desk("priority", "优先窗口", "priority lane", stationary::priority),
    desk("tandem", "窗口接后台", "window, then back office", stationary::tandem),
    desk("outage", "停机与恢复", "an outage and after it", outage::once),
    desk("service-stop", "业务停办", "a stop of the service", outage::service_stop),
    desk("outage-lengths", "停机长短", "outages of several lengths", outage::lengths),
    desk("outage-doubled", "需求与窗口加倍", "demand and windows doubled", outage::doubled),
    desk("outages", "随机停机", "random outages", outage::random),
    desk("day-wave", "到达随时刻变化", "arrivals that vary over the day", varying::day_wave),
    desk("first-passage", "积压消化时间", "first passage of a backlog", passage::first_passage),
    draws("distributions", "分布抽样", "draws of the distributions", distributions::all),
    draws("visits", "就诊到达", "arrivals of visits", population::visits),
    draws("routine", "日常业务到达", "arrivals of routine work", routine::all),
    draws("stays", "在院人数", "people in hospital at the start", population::stays),
    draws("patients", "周期病人", "patients with a cycle", population::patients),
    draws("independence", "随机数独立性", "independence of draws", independence::all),
];

/// The cases with these names, in the order of [`CASES`]; all of them when no name is given.
///
/// # Errors
///
/// The first name that is no case's.
pub fn chosen(names: &[String]) -> Result<Vec<Case>, String> {
    if let Some(name) = names.iter().find(|name| CASES.iter().all(|case| case.key != name.as_str())) {
        return Err(name.clone());
    }
    let is_asked = |case: &&Case| names.is_empty() || names.iter().any(|name| name == case.key);
    Ok(CASES.iter().filter(is_asked).copied().collect())
}
