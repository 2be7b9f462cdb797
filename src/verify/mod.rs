//! Analytic cases: what theory says, what the simulator gives, and how far apart they are.
//!
//! A [`Case`] simulates something whose answer is known and gives [`Row`]s. The answer is a closed
//! form or an independent numerical method in `formula`, each with its source; it is never
//! a number that the simulator printed. `cutover verify` prints the rows, and the tests assert
//! them; there is no second copy.
//!
//! **Tolerance.** A sample is one value per independent replication. A row agrees when the
//! simulated mean lies within three standard errors of theory; it is known well enough when the
//! standard error is at most 1 % of theory (where theory is near zero, of the scale stated with the
//! row). A test of fit agrees at a probability of at least 0.0027 ([`LEVEL`]), the same. A row that
//! does not agree or is not known well enough is looked at again with fresh draws (`look`), and
//! that look counts: a right program fails a run of all cases once in a thousand runs or so. Rows of
//! one case share their draws and go astray together. The seed is one number, stated once
//! ([`SEED`]), not chosen to make rows pass; another one is as good.
//!
//! **What is kept away from the comparison.** Services last thousands of seconds, so that whole
//! seconds do not matter. A stationary mean is taken over a fixed number of customers after a
//! warm-up of many relaxation times, not over a fixed time, which would favour replications in
//! which few came. What one replication contributes is linear in what it observed, never a ratio.
//!
//! Services in hand when an outage begins are finished: the language has no other rule for them, so
//! there are rows for this one only.
//!
//! Both engines see the same draws, so their rows agree to the last bit as long as the engines do:
//! that is checked, and such a pair is one comparison with theory, not two.

mod distributions;
mod formula;
mod independence;
mod look;
mod outage;
mod passage;
mod population;
mod queue;
mod routine;
mod row;
mod stationary;
mod theory;
mod varying;
mod world;

use crate::engine::Engine;
use crate::rng::{Source, name_key};
use crate::scenario::raw::Name;

#[cfg(test)]
pub(crate) use independence::STREAMS;
pub use look::{Comparison, Look, chosen, false_alarm, second_seed};
pub use row::{Kind, LEVEL, PART_COLUMNS, PRECISION, Row, TOLERANCE, Verdict};

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
    /// What it is about, in Chinese.
    pub zh: &'static str,
    /// What it is about, in English.
    pub en: &'static str,
    /// Whether it serves desks, so that it must hold for each engine.
    pub serves: bool,
    theory: fn() -> Name,
    run: fn(&Setup) -> Vec<Row>,
}

impl Case {
    /// Simulates the case. Uses the threads of the current pool; the rows do not depend on them.
    pub fn run(&self, engine: Engine, seed: u64) -> Vec<Row> {
        (self.run)(&Setup { engine, seed, key: name_key(self.key) })
    }

    /// What it is set up with, and the formula or method it is compared with.
    pub fn theory(&self) -> Name {
        (self.theory)()
    }
}

/// A case that serves desks.
const fn desk(
    key: &'static str,
    (zh, en): (&'static str, &'static str),
    theory: fn() -> Name,
    run: fn(&Setup) -> Vec<Row>,
) -> Case {
    Case { key, zh, en, serves: true, theory, run }
}

/// A case about draws only.
const fn draws(
    key: &'static str,
    (zh, en): (&'static str, &'static str),
    theory: fn() -> Name,
    run: fn(&Setup) -> Vec<Row>,
) -> Case {
    Case { key, zh, en, serves: false, theory, run }
}

/// All cases, in the order in which they are shown.
pub const CASES: &[Case] = &[
    desk(
        "m-m-c",
        ("多窗口排队等多久（服务时长为指数型）", "waits at several windows, exponential services"),
        theory::exponential,
        stationary::exponential,
    ),
    desk(
        "m-g-1",
        ("单窗口排队等多久（服务时长从固定到很不均匀）", "waits at one window, services from fixed to very uneven"),
        theory::general,
        stationary::general,
    ),
    desk(
        "m-d-c",
        ("多窗口排队等多久（服务时长固定）", "waits at several windows, services all of one length"),
        theory::fixed,
        stationary::fixed,
    ),
    desk(
        "patience",
        ("等不及就离开的有多少人", "how many people lose patience and leave"),
        theory::patience,
        stationary::patience,
    ),
    desk(
        "priority",
        ("有优先窗口时，优先者与普通者各等多久", "waits with a priority lane"),
        theory::priority,
        stationary::priority,
    ),
    desk(
        "tandem",
        ("窗口办完转后台，在后台等多久", "waits at a back office behind windows"),
        theory::tandem,
        stationary::tandem,
    ),
    desk(
        "outage",
        ("一次停机后积压多少、多久清空", "backlog after one outage, and when it is cleared"),
        theory::outage,
        outage::once,
    ),
    desk(
        "service-stop",
        ("窗口开着而业务停办，劝返多少人、积压多少", "a service stops at open windows: who leaves, what piles up"),
        theory::service_stop,
        outage::service_stop,
    ),
    desk(
        "outage-lengths",
        ("停机更长，清空要多久、共等多久", "longer outages: time to clear and time waited"),
        theory::lengths,
        outage::lengths,
    ),
    desk(
        "outage-doubled",
        ("需求与窗口同时加倍，清空时间是否不变", "twice the people and windows: cleared in the same time?"),
        theory::doubled,
        outage::doubled,
    ),
    desk(
        "outages",
        ("反复随机停机时等多久", "waits when windows close at random again and again"),
        theory::random,
        outage::random,
    ),
    desk(
        "day-wave",
        ("到达随时刻涨落，排队高峰多高、晚多少", "arrivals that vary over the day: how high and late the peak"),
        theory::day_wave,
        varying::day_wave,
    ),
    desk(
        "first-passage",
        ("开门时已有积压，多久清空、相差多少", "how long a backlog at opening takes to clear"),
        theory::first_passage,
        passage::first_passage,
    ),
    draws(
        "distributions",
        ("每种概率分布是否抽得正确", "is every probability distribution drawn correctly?"),
        theory::distributions,
        distributions::all,
    ),
    draws(
        "visits",
        ("就诊人次的均值、波动、星期与时刻分布", "number of visits: mean, spread, weekday, hour"),
        theory::visits,
        population::visits,
    ),
    desk(
        "routine",
        ("日常业务件数的均值、波动、星期与时刻分布", "routine work at desks: mean, spread, weekday, hour"),
        theory::routine,
        routine::all,
    ),
    draws(
        "stays",
        ("在院人数，已住与尚住天数的分布", "people in hospital, days since admission and to discharge"),
        theory::stays,
        population::stays,
    ),
    draws(
        "patients",
        ("续方与定期治疗病人的日程分布", "schedules of patients with refills or regular sessions"),
        theory::patients,
        population::patients,
    ),
    draws(
        "independence",
        ("随机数之间是否互不相关", "are random numbers independent of one another?"),
        theory::independence,
        independence::all,
    ),
];
