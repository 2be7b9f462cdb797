//! A small made-up world with made-up results, for the tests of the writers.

use jiff::civil::date;
use serde_json::json;

use crate::calendar::{Calendar, CalendarFile, Clock, SimTime};
use crate::desk::{DeskSpec, OpenHours};
use crate::distribution::Distribution;
use crate::engine::Engine;
use crate::experiment::Results;
use crate::experiment::choice::{Choice, Standing};
use crate::experiment::comparison::{Candidate, Comparison};
use crate::experiment::samples::GainSamples;
use crate::measures::{Catalogue, Group, HourlySums, Values};
use crate::objective::{Objective, Weight};
use crate::replication::{Gain, Gains, INCOME_GROUPS, Model};
use crate::scenario::layer::Loaded;
use crate::scenario::origin::{Origins, Sources};
use crate::scenario::raw::{DemandKind, InHand, Layer, Name, SiteKind};
use crate::scenario::world::Group as SiteGroup;
use crate::scenario::world::{Behaviour, Benefit, Care, DayProfile, DeskClass, Scenario, Scheme, Service};
use crate::schedule::{ReturnKind, ScopeMask, Suspension};
use crate::units::Lang;

use super::comparison::ComparisonReport;
use super::{Report, RunInfo};

/// A city, its files and the results of a run.
pub(super) struct World {
    pub(super) loaded: Loaded,
    pub(super) scenario: Scenario,
    pub(super) results: Results,
}

const DAYS: u32 = 60;

fn name(zh: &str, en: &str) -> Name {
    Name { zh: zh.to_owned(), en: en.to_owned() }
}

fn calendar() -> Calendar {
    let text =
        "[years.2021]\nholidays = []\nworking_weekends = []\n[years.2022]\nholidays = []\nworking_weekends = []\n";
    let file: CalendarFile = toml::from_str(text).unwrap();
    Calendar::from_file(&file).unwrap()
}

fn fixed(value: f64) -> Distribution {
    Distribution::fixed(value).unwrap()
}

fn care(key: &str, name: Name) -> Care {
    Care {
        key: key.to_owned(),
        name,
        kind: DemandKind::Visits,
        needs: 0,
        volume: vec![1.0],
        group_share: vec![],
        bill_factor: vec![],
        cycle_days: 0,
        patterns: vec![],
        profile: DayProfile::new([1.0; 24], [1.0; 8]),
        bill_yuan: fixed(1.0),
        benefit: vec![Benefit::default()],
        elective_share: 0.5,
        deferred_share: 0.6,
        deferral_days: fixed(1.0),
        essential: false,
        stay_days: fixed(1.0),
        minutes: fixed(1.0),
        online_share: 0.0,
        online_to_hall_share: 0.0,
        online_needs: None,
    }
}

fn stop(key: &str, name: Name, kind: ReturnKind, planned: SimTime) -> Suspension {
    Suspension {
        key: key.to_owned(),
        name,
        services: 1,
        stop: SimTime::at(11, 64_800),
        slip_hours: None,
        kind,
        planned,
        after_task: None,
        overrun_hours: None,
        after_hours: None,
        early: None,
        ramp: vec![],
        waves: vec![],
        scope: ScopeMask::ALL,
        except: None,
        in_hand: InHand::Finish,
        rollback: None,
        unstable: None,
    }
}

/// Sites with desks of a class whose work needs these services; never open.
pub(super) fn group_of_desks(class: u16, services: u64) -> SiteGroup {
    let profile = DayProfile::new([1.0; 24], [1.0; 8]);
    let desk = DeskSpec {
        class,
        hours: OpenHours::new(vec![Vec::new(); DAYS as usize], &profile),
        last_ticket: None,
        patience_minutes: None,
        retry_within_days: 1,
        retry_tries: 0,
        windows: 1.0,
        windows_by_hour: Vec::new(),
        routine_per_day: 0.0,
        routine_minutes: fixed(1.0),
        routine_needs: None,
        routine_returns_share: 0.0,
        profile,
        learning: None,
        priority_classes: 0,
        services,
    };
    SiteGroup { key: String::new(), kind: SiteKind::Hall, first: 0, count: 0, desk: Some(desk) }
}

fn scenario() -> Scenario {
    Scenario {
        city: "示例".to_owned(),
        schedule: "公告".to_owned(),
        city_name: name("鄠邑示例市", "Example City"),
        schedule_name: name("公告方案", "as announced"),
        lang: None,
        clock: Clock::new(date(2021, 11, 8), DAYS, &calendar()).unwrap(),
        announced_at: SimTime::at(7, 0),
        warm_until: SimTime::at(5, 0),
        schemes: vec![Scheme {
            key: "employee".to_owned(),
            name: name("职工医保", "employee scheme"),
            insured: 1e6,
            monthly_income_yuan: fixed(4_000.0),
            household_size: 2.6,
        }],
        classes: vec![],
        districts: vec![],
        services: vec![Service { key: "settlement".to_owned(), name: name("联网结算", "settlement") }],
        desk_classes: vec![
            DeskClass { key: "hall".to_owned(), name: name("鄠邑区医保大厅", "agency halls") },
            DeskClass { key: "hospital".to_owned(), name: name("医院医保窗口", "hospital insurance desks") },
            DeskClass { key: "idle".to_owned(), name: name("闲", "idle") },
        ],
        groups: vec![],
        sites: vec![],
        care: vec![
            care("outpatient", name("普通门诊", "ordinary outpatient")),
            care("=chronic", name("门诊慢特病", "chronic")),
        ],
        behaviour: Behaviour { day_effect_cv: 0.1, cash_months: fixed(2.0), home_district_share: 0.9 },
        pathways: vec![],
        payment_runs: vec![],
        rules: vec![vec![], vec![]],
        suspensions: vec![
            stop("settlement", name("联网结算", "settlement"), ReturnKind::Fixed, SimTime::at(14, 28_800)),
            stop("agency", name("经办业务", "agency work"), ReturnKind::Unannounced, SimTime::NEVER),
        ],
        tasks: vec![],
        measures: vec![],
    }
}

fn loaded() -> Loaded {
    let json = json!({
        "calendar": "calendars/cn.toml",
        "people": { "employee": { "insured": 1_000_000 } },
        "demand": { "outpatient": {
            "elective_share": { "value": 0.5, "range": [0.35, 0.65] },
            "deferred_share": { "value": 0.6, "range": [0.4, 0.7] },
        } },
        "behaviour": { "day_effect_cv": 0.08 },
        "pathways": { "conversion": { "steps": { "desk": {
            "minutes": { "value": { "lognormal": { "mean": 6, "cv": 0.5 } }, "range_mean": [4, 10] },
        } } } },
        "measures": { "stock-up": { "kind": "stock-up", "take_up_share": { "value": 0.5, "range": [0.3, 0.7] } } },
    });
    let sources: Vec<(String, String)> = [
        ("people.*.insured", "yearbook"),
        ("demand.*", "assumption: no study found"),
        ("pathways.*", "assumption: no time study found"),
        ("measures.*", "assumption: no study found"),
    ]
    .map(|(key, text)| (key.to_owned(), text.to_owned()))
    .to_vec();
    Loaded {
        layer: Layer::default(),
        json,
        origins: Origins::default(),
        files: vec![],
        city: "示例".to_owned(),
        city_name: None,
        schedule: "公告".to_owned(),
        calendar: calendar(),
        sources: Sources::new(sources.iter().map(|(key, text)| (key, text))),
    }
}

/// Made-up values: a hump after the stop, a little different in each replication.
fn values(catalogue: &Catalogue, replication: u32) -> Values {
    let luck = f64::from(replication % 7) - 3.0;
    let values = catalogue.measures.iter().enumerate().map(|(index, measure)| match (measure.key, measure.group) {
        ("return", Group::Stop(0)) => Some(14.0 + 10.0 / 24.0),
        ("return", _) => (!replication.is_multiple_of(4)).then_some(20.0 + luck),
        ("overrun", Group::Stop(0)) => Some(2.0),
        ("overran", Group::Stop(0)) => Some(f64::from(replication % 2)),
        ("overrun" | "overran", _) => None,
        ("back-to-normal", Group::Desk(0)) => (!replication.is_multiple_of(3)).then_some(30.0 + luck),
        ("back-to-normal", _) => Some(16.0 + f64::from(replication % 7)),
        ("refunded-95", _) => (replication.is_multiple_of(3)).then_some(40.0),
        (_, Group::Desk(2)) => Some(0.0),
        ("affected", _) => Some(182_345.0 + 1e3 * luck),
        ("self-pay", _) => Some(4.2e7 + 1e5 * luck),
        ("prepayment", _) => Some(2.345e7 + 1e5 * luck),
        ("prepayment-days", _) => Some(3.1e8 + 1e6 * luck),
        ("prepayment-income-share", _) => Some(0.034),
        ("prepayment-per-head", _) => Some(212.3),
        ("wait-mean" | "wait-p95", Group::Desk(desk)) => Some(12.0 + 30.0 / (1.0 + desk as f64) + luck),
        _ => Some(1_000.0 + index as f64 + luck),
    });
    let series = catalogue.series.iter().map(|series| {
        let days = (0..DAYS).map(|day| {
            let since = f64::from(day) - 11.0;
            let hump = if !(0.0..=30.0).contains(&since) { 0.0 } else { since * (-since / 4.0).exp() };
            let level = if series.key == "wait" { 10.0 } else { 1e5 };
            let scale = if series.normal || series.group == Group::Desk(2) { 0.0 } else { level * (1.0 + luck / 20.0) };
            ((hump + 1e-5 * f64::from(day)) * scale) as f32
        });
        days.collect()
    });
    Values { replication, values: values.collect(), series: series.collect(), actual: vec![], jobs: 1_000 }
}

/// Made-up seconds by hour: series `i` has `i` claims all the time, and in hour `h` of replication
/// `r` another `r` claims for `h` seconds each.
fn hourly(catalogue: &Catalogue, replication: u32) -> HourlySums {
    let of_series = |series: usize| {
        let hours = 0..i64::from(DAYS) * 24;
        hours.map(|hour| 3_600 * series as i64 + hour * i64::from(replication)).collect()
    };
    HourlySums::new((0..catalogue.hourly.len()).map(of_series).collect())
}

fn results(scenario: &Scenario, replications: u32) -> Results {
    let mut results = Results::empty(7, Catalogue::new(scenario));
    for number in 0..replications {
        results.push(&values(&results.catalogue, number), &hourly(&results.catalogue, number)).unwrap();
    }
    results
}

impl World {
    /// A world with so many replications.
    pub(super) fn new(replications: u32) -> Self {
        let scenario = scenario();
        let results = results(&scenario, replications);
        Self { loaded: loaded(), scenario, results }
    }

    /// The same world with the measures of its present scenario.
    pub(super) fn rerun(self, replications: u32) -> Self {
        let results = results(&self.scenario, replications);
        Self { results, ..self }
    }

    pub(super) fn report(&self, lang: Lang) -> Report<'_> {
        let run =
            RunInfo { threads: 2, engine: Engine::Kernel, started: "2026-01-02T03:04:05Z".to_owned(), seconds: 1.5 };
        Report::new(&self.loaded, &self.scenario, &self.results, lang, run).unwrap()
    }
}

/// Made-up schedules of the city and the results of their comparison.
pub(super) struct Compared {
    pub(super) loaded: Vec<Loaded>,
    pub(super) candidates: Vec<Candidate>,
    pub(super) comparison: Comparison,
}

/// A schedule with a long name, weighed by the burden.
fn candidate(schedule: usize) -> Candidate {
    let mut scenario = scenario();
    if schedule > 0 {
        scenario.schedule = format!("plan-{schedule}");
        scenario.schedule_name = name(
            &format!("第 {schedule} 案：经办先停、刷卡后停，大额和困难人员由鄠邑区各医院记账，恢复后两周增窗加班"),
            &format!("plan {schedule}: agency work first, settlement later, large bills on the ledger, more windows"),
        );
    }
    let catalogue = Catalogue::new(&scenario);
    let index = catalogue.find("prepayment-days", Group::All).unwrap();
    let weights = vec![Weight { name: name("垫付占用", "burden"), index, weight: 1.0 }];
    let objective = Objective { weights, limits: vec![], confidence: 0.95, indifference_share: 0.02 };
    Candidate { model: Model::new(scenario), objective, catalogue }
}

/// Values of a schedule: those of the baseline, less with every schedule, and a little different.
fn values_of(catalogue: &Catalogue, schedule: usize, replication: u32) -> Values {
    let own = f64::from((replication * 3 + schedule as u32) % 5) - 2.0;
    let factor = match schedule {
        0 => 1.0,
        // Some far better, one hardly, one worse.
        1 => 1.3 + 0.05 * own,
        2 => 1.0 + 0.01 * own,
        n => 0.9 - 0.04 * n as f64 + 0.01 * own,
    };
    let mut found = values(catalogue, replication);
    for (value, measure) in found.values.iter_mut().zip(&catalogue.measures) {
        let is_event = matches!(measure.key, "overran" | "return");
        *value = value.map(|value| if is_event { value } else { value * factor });
    }
    for series in &mut found.series {
        series.iter_mut().for_each(|value| *value *= factor as f32);
    }
    found
}

fn gains_of(scenario: &Scenario, schedule: usize) -> Gains {
    let gain =
        |size: i64| Gain { better: 40 * size, worse: 7 * size * schedule as i64, same: 55 * size, ..Gain::default() };
    Gains {
        all: gain(900),
        care: (1..=scenario.care.len() as i64).map(|size| gain(size * size)).collect(),
        schemes: vec![gain(5); scenario.schemes.len()],
        incomes: [gain(20); INCOME_GROUPS],
        districts: vec![gain(2); scenario.districts.len()],
    }
}

fn choice(schedules: usize) -> Choice {
    let standing = |index: usize| Standing {
        looked_at: 30,
        score: 3.1e8 * (1.0 - 0.04 * index as f64),
        screened_at: (index + 1 < schedules).then_some(30 + index),
        limits: vec![],
        share_best: if index + 1 == schedules { 0.9 } else { 0.1 / (schedules as f64 - 1.0) },
        probability_best: if index + 1 == schedules { 1.0 } else { 0.0 },
    };
    Choice {
        schedules: (0..schedules).map(standing).collect(),
        chosen: schedules.checked_sub(1),
        leader: schedules.checked_sub(1),
        confidence: 0.95,
        indifference: 6.2e6,
        replications: 30,
        more_at_most: None,
        about: None,
    }
}

impl Compared {
    /// So many schedules, the last of which is best, with so many replications.
    pub(super) fn new(schedules: usize, replications: u32) -> Self {
        Self::of(&(0..schedules).map(|schedule| (schedule, replications)).collect::<Vec<_>>())
    }

    /// Schedules by their numbers, each with replications of its own; those of one number are the same.
    pub(super) fn of(plans: &[(usize, u32)]) -> Self {
        let candidates: Vec<Candidate> = plans.iter().map(|plan| candidate(plan.0)).collect();
        let of = |(candidate, &(schedule, replications)): (&Candidate, &(usize, u32))| {
            let mut results = Results::empty(7, Catalogue::new(&candidate.model.scenario));
            for number in 0..replications {
                let found = values_of(&results.catalogue, schedule, number);
                results.push(&found, &hourly(&results.catalogue, number)).unwrap();
            }
            results
        };
        let gains = |(place, candidate): (usize, &Candidate)| {
            let (schedule, count) = plans[place];
            let mut samples = GainSamples::new(1);
            for _ in 0..if place == 0 { 0 } else { count } {
                samples.push(&gains_of(&candidate.model.scenario, schedule)).unwrap();
            }
            samples
        };
        let is_enough = plans.iter().all(|plan| plan.1 >= 30);
        let comparison = Comparison {
            results: candidates.iter().zip(plans).map(of).collect(),
            gains: candidates.iter().enumerate().map(gains).collect(),
            worlds: None,
            choice: is_enough.then(|| choice(plans.len())),
            asked: None,
            precise: None,
            stopped: None,
        };
        Self { loaded: vec![loaded(); plans.len()], candidates, comparison }
    }

    pub(super) fn report(&self, lang: Lang) -> ComparisonReport<'_> {
        let run =
            RunInfo { threads: 2, engine: Engine::Kernel, started: "2026-01-02T03:04:05Z".to_owned(), seconds: 1.5 };
        ComparisonReport::new(&self.loaded, &self.candidates, &self.comparison, lang, run).unwrap()
    }
}
