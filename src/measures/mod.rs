//! Records to measures: the numbers of one replication that results, intervals and charts are
//! made of (model, section 7).
//!
//! A [`Catalogue`] lists the measures of a scenario once, in a fixed order; every replication
//! gives one value for each. Money is in yuan, waits in minutes, spans in days. A measure that may
//! not come about by the horizon is censored: its value is then missing, never the horizon's date.

mod daily;
mod hourly;

pub use hourly::HourlySums;

use crate::calendar::{DAY, SimTime};
use crate::record::{BURDENS, Cell, DeskTally, PARTS, Part, Record};
use crate::replication::Outcome;
use crate::scenario::raw::{DemandKind, InHand};
use crate::scenario::world::{Care, Scenario};
use crate::schedule::{Down, ReturnKind, Suspension};
use crate::tally::Histogram;
use crate::units::{Lang, yuan_from_fen};

use daily::{backlog_by_day, daily, refunded_95, series_of};
use hourly::hourly_series_of;

/// What a measure is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Everything.
    All,
    /// A care type, by index.
    Care(usize),
    /// A scheme, by index.
    Scheme(usize),
    /// A desk class, by index.
    Desk(usize),
    /// A stop, by index.
    Stop(usize),
}

/// How values of a measure are summarised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Mean with t interval, quantiles with order-statistic intervals.
    Number,
    /// 0 or 1: share of replications with Wilson interval.
    Event,
    /// A day that may lie past the horizon: quantiles, P(by a date), mean of min(T, H).
    Censored,
}

/// One measure of one group.
#[derive(Debug, Clone)]
pub struct Measure {
    /// Key in files.
    pub key: &'static str,
    /// Unit in files: `visits`, `yuan`, `minutes`, `day` (days from the start of the simulation) …
    pub unit: &'static str,
    /// Chinese name.
    pub zh: &'static str,
    /// English name.
    pub en: &'static str,
    /// What it is about.
    pub group: Group,
    /// How it is summarised.
    pub kind: Kind,
}

impl Measure {
    /// Name in a language.
    pub fn name(&self, lang: Lang) -> &'static str {
        lang.pick(self.zh, self.en)
    }
}

/// All measures of a scenario, in order.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// Measures; the values of a replication are in this order.
    pub measures: Vec<Measure>,
    /// Daily series; the series of a replication are in this order.
    pub series: Vec<Series>,
    /// Hourly series, in the order of [`HourlySums`].
    pub hourly: Vec<Series>,
}

/// One daily or hourly series.
#[derive(Debug, Clone)]
pub struct Series {
    /// Key in files.
    pub key: &'static str,
    /// Unit.
    pub unit: &'static str,
    /// Chinese name.
    pub zh: &'static str,
    /// English name.
    pub en: &'static str,
    /// What it is about.
    pub group: Group,
    /// Whether it is of the normal course.
    pub normal: bool,
    /// Whether a value is the total of its day, and not a level or a mean.
    pub is_total: bool,
}

/// The numbers of one replication.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    /// Number of the replication.
    pub replication: u32,
    /// One value a measure, in catalogue order; none when censored or when there is nothing to
    /// average.
    pub values: Vec<Option<f64>>,
    /// One series a catalogue entry, one value a day.
    pub series: Vec<Vec<f32>>,
    /// Actual stop and return of each stop, in seconds from the start; no return within the
    /// horizon is missing.
    pub actual: Vec<(u32, Option<u32>)>,
    /// Jobs served, both courses together.
    pub jobs: i64,
}

type CellMeasure = (&'static str, &'static str, &'static str, &'static str, fn(&Cell) -> Option<f64>);

fn count(value: i64) -> Option<f64> {
    Some(value as f64)
}

fn yuan(fen: i64) -> Option<f64> {
    Some(yuan_from_fen(fen))
}

fn ratio(sum: f64, count: i64) -> Option<f64> {
    (count > 0).then(|| sum / count as f64)
}

fn yuan_days(fen_seconds: i128) -> Option<f64> {
    Some(fen_seconds as f64 / 100.0 / f64::from(DAY))
}

const CELL_MEASURES: &[CellMeasure] = &[
    ("affected", "visits", "受影响人次", "visits affected", |cell| count(cell.affected)),
    ("paid-all", "visits", "全额垫付人次", "paid the whole bill", |cell| count(cell.parts[0])),
    ("paid-part", "visits", "部分支付人次", "paid a part", |cell| count(cell.parts[1])),
    ("paid-nothing", "visits", "当场未付（记账）人次", "paid nothing at the visit", |cell| {
        count(cell.parts[2])
    }),
    ("stocked-up", "visits", "提前开药人次", "stocked up before", |cell| count(cell.parts[3])),
    ("deferred", "visits", "推迟就医人次", "deferred", |cell| count(cell.parts[4])),
    ("forgone", "visits", "放弃就医人次", "forgone", |cell| count(cell.parts[5])),
    ("spanning-stays", "stays", "跨停机期住院人次", "stays over the whole outage", |cell| count(cell.spanning)),
    ("self-pay", "yuan", "停机期现金支付", "paid at visits in the outage", |cell| yuan(cell.self_pay)),
    (
        "paid-after",
        "yuan",
        "跨停机期住院出院时现金支付",
        "paid at discharge after the outage by stays over it",
        |cell| yuan(cell.paid_after),
    ),
    ("prepayment", "yuan", "垫付总额", "prepayment", |cell| yuan(cell.prepaid_fund + cell.prepaid_account)),
    ("prepayment-fund", "yuan", "垫付：统筹基金", "prepayment for the fund", |cell| yuan(cell.prepaid_fund)),
    ("prepayment-account", "yuan", "垫付：个人账户", "prepayment for the account", |cell| {
        yuan(cell.prepaid_account)
    }),
    ("account-kept", "yuan", "以现金代替个人账户", "cash paid in place of the account", |cell| {
        yuan(cell.account_kept)
    }),
    ("prepayment-per-head", "yuan/visit", "人次均垫付", "prepayment a prepaying visit", |cell| {
        ratio(yuan_from_fen(cell.prepaid_fund + cell.prepaid_account), cell.prepaying)
    }),
    ("people-prepaying", "people", "垫付人数", "people who prepaid", |cell| count(cell.people_prepaying)),
    (
        "prepayment-income-share",
        "share",
        "每人垫付占月人均收入",
        "a person's prepayment over monthly income a head",
        |cell| ratio(cell.income_share_e4 as f64 / 1e4, cell.people_prepaying),
    ),
    ("prepayment-days", "yuan·days", "垫付资金占用", "prepayment outstanding over time", |cell| {
        yuan_days(cell.prepaid_fen_seconds)
    }),
    (
        "hardship-10",
        "people",
        "垫付超过家庭月可支配收入一成的人数",
        "people whose prepayment exceeds 10 % of monthly household income",
        |cell| count(cell.hardship_10),
    ),
    (
        "hardship-40",
        "people",
        "垫付超过家庭月可支配收入四成的人数",
        "people whose prepayment exceeds 40 % of monthly household income",
        |cell| count(cell.hardship_40),
    ),
    ("refunded", "yuan", "期末前已退回", "refunded by the horizon", |cell| yuan(cell.refunded)),
    ("lost", "yuan", "未能退回", "never refunded", |cell| yuan(cell.lost.iter().sum())),
    ("account-spared", "yuan", "未申领而留在个人账户", "unclaimed and still on the account", |cell| {
        yuan(cell.account_spared)
    }),
    ("outstanding", "yuan", "期末仍未退回", "outstanding at the horizon", |cell| yuan(cell.outstanding)),
    ("claims-never-made", "claims", "未申领", "claims never made", |cell| count(cell.claims_lost[0])),
    ("claims-too-late", "claims", "逾期", "claims past the deadline", |cell| count(cell.claims_lost[1])),
    ("claims-given-up", "claims", "多次未果放弃", "claims given up", |cell| count(cell.claims_lost[2])),
    ("claims-refused", "claims", "被拒", "claims refused", |cell| count(cell.claims_lost[3])),
    ("own-money-due", "yuan", "尚欠医疗机构自付款", "own money due to providers", |cell| {
        yuan(cell.own_due - cell.own_due_paid)
    }),
    ("second-deductible", "yuan", "因第二次起付线多付", "paid for a second deductible", |cell| {
        yuan(cell.second_deductible)
    }),
    ("carried", "yuan", "医疗机构挂账", "carried by providers", |cell| yuan(cell.carried)),
    ("carried-days", "yuan·days", "医疗机构资金占用", "carried by providers over time", |cell| {
        yuan_days(cell.carried_fen_seconds)
    }),
    ("deferral", "days", "推迟天数", "days a deferred visit waits", |cell| {
        ratio(cell.deferral_seconds as f64 / f64::from(DAY), cell.parts[4])
    }),
    ("window-visits", "visits", "办结所需跑窗口次数", "visits to windows until done", |cell| {
        ratio(cell.window_visits as f64, cell.done)
    }),
    ("refund-days", "days", "从付款到退款天数", "days from payment to refund", |cell| {
        ratio(cell.refund_seconds as f64 / f64::from(DAY), cell.refunds)
    }),
    ("needless-stock-up", "refills", "不必要的提前开药", "needless stock-up", |cell| {
        count(cell.needless_stock_up)
    }),
    ("before-stop-done", "stays", "停机前办结", "done before the cut-off", |cell| count(cell.before_stop_done)),
    ("before-stop-missed", "stays", "停机前未办结", "left undone at the cut-off", |cell| {
        count(cell.before_stop_missed)
    }),
];

/// People whose prepayment exceeds a share of the household's monthly disposable income, beside those of 10 %
/// and 40 % among [`CELL_MEASURES`]: for everybody and by scheme.
const BURDEN_MEASURES: [(&str, &str, &str); BURDENS] = [
    (
        "prepaying-over-1",
        "垫付超过家庭月收入 1% 的人数",
        "people whose prepayment exceeds 1 % of monthly household income",
    ),
    (
        "prepaying-over-2",
        "垫付超过家庭月收入 2% 的人数",
        "people whose prepayment exceeds 2 % of monthly household income",
    ),
    (
        "prepaying-over-5",
        "垫付超过家庭月收入 5% 的人数",
        "people whose prepayment exceeds 5 % of monthly household income",
    ),
    (
        "prepaying-over-20",
        "垫付超过家庭月收入 20% 的人数",
        "people whose prepayment exceeds 20 % of monthly household income",
    ),
    (
        "prepaying-over-100",
        "垫付超过家庭一个月收入的人数",
        "people whose prepayment exceeds a month's household income",
    ),
];

/// Whether a group has the measures of the burden.
fn has_burden(group: Group) -> bool {
    matches!(group, Group::All | Group::Scheme(_))
}

/// Agency business is no visit: it has measures of its own, over the same counts.
const BUSINESS_MEASURES: &[CellMeasure] = &[
    ("affected-business", "matters", "受影响经办业务件数", "agency matters affected", |cell| {
        count(cell.affected)
    }),
    ("business-brought-forward", "matters", "提前办理的经办业务", "agency matters brought forward", |cell| {
        count(cell.parts[Part::StockedUp as usize])
    }),
    ("business-taken-in", "matters", "受理待办的经办业务", "agency matters left for a desk", |cell| {
        count(cell.parts[..=Part::PaidNothing as usize].iter().sum())
    }),
    ("business-deferred", "matters", "推迟的经办业务", "agency matters deferred", |cell| {
        count(cell.parts[Part::Deferred as usize])
    }),
    ("business-forgone", "matters", "放弃的经办业务", "agency matters forgone", |cell| {
        count(cell.parts[Part::Forgone as usize])
    }),
];

fn is_business(care: &Care) -> bool {
    care.kind == DemandKind::Business
}

/// Whether a group of cells has agency business in it.
fn has_business(scenario: &Scenario, group: Group) -> bool {
    match group {
        Group::Care(care) => is_business(&scenario.care[care]),
        _ => scenario.care.iter().any(is_business),
    }
}

/// Whether any stop freezes service in hand.
fn freezes(scenario: &Scenario) -> bool {
    scenario.suspensions.iter().any(|stop| stop.in_hand == InHand::Freeze)
}

type DeskMeasure = (&'static str, &'static str, &'static str, &'static str, fn(&DeskTally) -> Option<f64>);

fn wait_quantile(waits: &Histogram, p: f64) -> Option<f64> {
    waits.quantile(p).map(|seconds| seconds as f64 / 60.0)
}

const DESK_MEASURES: &[DeskMeasure] = &[
    ("claims-entered", "claims", "待办结算件", "claims entered", |desk| count(desk.entered)),
    ("claims-finished", "claims", "已办结", "claims finished", |desk| count(desk.finished)),
    ("claims-gone", "claims", "流失", "claims gone without being finished", |desk| count(desk.gone)),
    ("claims-present", "claims", "期末未办结", "claims open at the horizon", |desk| count(desk.present)),
    ("wait-mean", "minutes", "平均排队", "mean wait of claims", |desk| {
        desk.claim_waits.mean().map(|wait| wait / 60.0)
    }),
    ("wait-p50", "minutes", "排队中位数", "median wait of claims", |desk| wait_quantile(&desk.claim_waits, 0.5)),
    ("wait-p90", "minutes", "排队九成分位", "90 % wait of claims", |desk| wait_quantile(&desk.claim_waits, 0.9)),
    ("wait-p95", "minutes", "排队95%分位", "95 % wait of claims", |desk| wait_quantile(&desk.claim_waits, 0.95)),
    ("wait-p99", "minutes", "排队99%分位", "99 % wait of claims", |desk| wait_quantile(&desk.claim_waits, 0.99)),
    ("routine-wait-mean", "minutes", "日常业务平均排队", "mean wait of routine matters", |desk| {
        desk.routine_waits.mean().map(|wait| wait / 60.0)
    }),
    ("routine-wait-p95", "minutes", "日常业务排队95%分位", "95 % wait of routine matters", |desk| {
        wait_quantile(&desk.routine_waits, 0.95)
    }),
    ("queue-hours", "hours", "停机件现场排队总时", "hours people queued for claims", |desk| {
        Some(desk.claim_waits.sum() as f64 / 3600.0)
    }),
    ("left-impatient", "visits", "嫌队长离开", "left because of the queue", |desk| count(desk.left[0])),
    ("left-at-closing", "visits", "下班未轮到", "not served by closing", |desk| {
        count(desk.left[1] + desk.left[2])
    }),
    ("left-service-lost", "visits", "业务中断离开", "left when the service went down", |desk| {
        count(desk.left[3])
    }),
    ("routine-lapsed", "visits", "日常业务流失", "routine matters lapsed", |desk| count(desk.routine_lapsed)),
    ("window-hours", "hours", "窗口开放时数", "window-hours open", |desk| Some(desk.scheduled as f64 / 3600.0)),
    ("window-hours-worked", "hours", "窗口工作时数", "window-hours worked", |desk| {
        Some(desk.worked as f64 / 3600.0)
    }),
    ("overtime-hours", "hours", "加班及增开窗口时数", "window-hours beyond the regular", |desk| {
        Some(desk.overtime as f64 / 3600.0)
    }),
    ("utilisation", "share", "窗口利用率", "utilisation", |desk| {
        (desk.scheduled > 0).then(|| desk.worked as f64 / desk.scheduled as f64)
    }),
];

/// Key, unit, names and kind.
type StopMeasure = (&'static str, &'static str, &'static str, &'static str, Kind);

const STOP_MEASURES: [StopMeasure; 3] = [
    ("return", "day", "实际恢复", "actual return", Kind::Censored),
    ("overrun", "hours", "超时", "hours past the announced return", Kind::Number),
    ("overran", "probability", "超时概率", "returned late", Kind::Event),
];

/// What the spans of one stop tell, the first one first.
type OfDowns = fn(&[Down]) -> f64;

/// What is measured of a stop that may be rolled back, and of one with failures after the return.
fn setback_measures(stop: &Suspension) -> impl Iterator<Item = (StopMeasure, OfDowns)> + use<> {
    let rollback: (StopMeasure, OfDowns) =
        (("rolled-back", "probability", "回退旧系统的概率", "rolled back", Kind::Event), |downs| {
            f64::from(u8::from(downs.first().is_some_and(|first| !first.is_return)))
        });
    let failures: [(StopMeasure, OfDowns); 2] = [
        (("failures", "failures", "恢复后故障次数", "failures after the return", Kind::Number), |downs| {
            later(downs).count() as f64
        }),
        (
            ("failure-hours", "hours", "恢复后故障时长", "hours of failures after the return", Kind::Number),
            |downs| later(downs).map(|down| f64::from(down.span.end.0 - down.span.start.0) / 3600.0).sum(),
        ),
    ];
    let has_rollback = stop.rollback.is_some();
    let has_failures = stop.unstable.is_some();
    has_rollback.then_some(rollback).into_iter().chain(failures.into_iter().filter(move |_| has_failures))
}

/// The failures among the spans of a stop.
fn later(downs: &[Down]) -> impl Iterator<Item = &Down> {
    downs.iter().skip(1).filter(|down| !down.is_return)
}

impl Catalogue {
    /// The measures of a scenario.
    pub fn new(scenario: &Scenario) -> Self {
        let mut measures = Vec::new();
        for group in cell_groups(scenario) {
            let business = if has_business(scenario, group) { BUSINESS_MEASURES } else { &[] };
            for &(key, unit, zh, en, _) in CELL_MEASURES.iter().chain(business) {
                measures.push(Measure { key, unit, zh, en, group, kind: Kind::Number });
            }
            for (key, zh, en) in BURDEN_MEASURES.into_iter().filter(|_| has_burden(group)) {
                measures.push(Measure { key, unit: "people", zh, en, group, kind: Kind::Number });
            }
        }
        for class in 0..scenario.desk_classes.len() {
            let group = Group::Desk(class);
            for &(key, unit, zh, en, _) in DESK_MEASURES {
                measures.push(Measure { key, unit, zh, en, group, kind: Kind::Number });
            }
            for (key, unit, zh, en) in [
                ("backlog-peak", "claims", "积压峰值", "peak backlog"),
                ("normal-wait-mean", "minutes", "无切换时日常业务平均排队", "mean routine wait without a cutover"),
                ("pre-stop-surge", "ratio", "停机前峰值负荷倍数", "peak load before the stop over normal"),
            ] {
                measures.push(Measure { key, unit, zh, en, group, kind: Kind::Number });
            }
            if freezes(scenario) {
                let (key, unit, zh, en) =
                    ("frozen-in-hand", "matters", "停机时冻结的在办业务", "frozen in hand by stops");
                measures.push(Measure { key, unit, zh, en, group, kind: Kind::Number });
            }
            let (key, unit) = ("back-to-normal", "day");
            measures
                .push(Measure { key, unit, zh: "恢复正常日", en: "back to normal", group, kind: Kind::Censored });
        }
        let all = Group::All;
        measures.push(Measure {
            key: "refunded-95",
            unit: "day",
            zh: "九成五垫付退回日",
            en: "95 % of prepayment refunded",
            group: all,
            kind: Kind::Censored,
        });
        // Taken at the end of each hour: what comes and goes within an hour is not seen.
        measures.push(Measure {
            key: "carried-peak",
            unit: "yuan",
            zh: "全部医疗机构挂账余额峰值（每小时末）",
            en: "peak carried by all providers together (ends of hours)",
            group: all,
            kind: Kind::Number,
        });
        for stop in 0..scenario.suspensions.len() {
            let group = Group::Stop(stop);
            let setbacks = setback_measures(&scenario.suspensions[stop]);
            let all = STOP_MEASURES.into_iter().chain(setbacks.map(|(measure, _)| measure));
            measures.extend(all.map(|(key, unit, zh, en, kind)| Measure { key, unit, zh, en, group, kind }));
        }
        Self { measures, series: series_of(scenario), hourly: hourly_series_of(scenario) }
    }

    /// Position of a measure.
    pub fn find(&self, key: &str, group: Group) -> Option<usize> {
        self.measures.iter().position(|measure| measure.key == key && measure.group == group)
    }

    /// Position of a daily series.
    pub fn find_series(&self, key: &str, group: Group, normal: bool) -> Option<usize> {
        self.series.iter().position(|series| series.key == key && series.group == group && series.normal == normal)
    }
}

/// The measures of one replication, in catalogue order.
pub fn measure(scenario: &Scenario, replication: u32, outcome: &Outcome) -> Values {
    let record = &outcome.record;
    let mut values = Vec::new();
    for group in cell_groups(scenario) {
        let (cell, business) = sum_cells(scenario, record, group);
        values.extend(CELL_MEASURES.iter().map(|(.., of)| of(&cell)));
        if has_business(scenario, group) {
            values.extend(BUSINESS_MEASURES.iter().map(|(.., of)| of(&business)));
        }
        values.extend(cell.over.iter().filter(|_| has_burden(group)).map(|&people| count(people)));
    }
    for (class, desk) in record.desks.iter().enumerate() {
        let normal = &outcome.normal.desks[class];
        values.extend(DESK_MEASURES.iter().map(|(.., of)| of(desk)));
        let backlog = backlog_by_day(desk);
        values.push(Some(backlog.iter().copied().fold(0.0, f64::max)));
        values.push(normal.routine_waits.mean().map(|wait| wait / 60.0));
        values.push(surge_before_stop(scenario, outcome, class));
        values.extend(freezes(scenario).then_some(count(desk.frozen)));
        values.push(back_to_normal(desk).map(f64::from));
    }
    values.push(refunded_95(record));
    values.push(yuan(record.ledger.peak()));
    for (index, (stop, actual)) in scenario.suspensions.iter().zip(&outcome.actual).enumerate() {
        let back = (actual.end < scenario.horizon()).then(|| f64::from(actual.end.0) / f64::from(DAY));
        values.push(back);
        let late = if stop.kind == ReturnKind::Unannounced || actual.end == SimTime::NEVER {
            None
        } else {
            Some((f64::from(actual.end.0) - f64::from(stop.planned.0)).max(0.0) / 3600.0)
        };
        values.push(late);
        values.push(late.map(|hours| f64::from(u8::from(hours > 0.0))));
        let downs: Vec<Down> = outcome.downs.iter().filter(|down| usize::from(down.stop) == index).copied().collect();
        values.extend(setback_measures(stop).map(|(_, of)| Some(of(&downs))));
    }
    let actual = outcome
        .actual
        .iter()
        .map(|interval| (interval.start.0, (interval.end < scenario.horizon()).then_some(interval.end.0)))
        .collect();
    Values { replication, values, series: daily(scenario, outcome), actual, jobs: outcome.jobs }
}

/// First of five consecutive open days, from the latest return of the services that work here
/// needs, on which at least 95 % of the open sites are back to normal.
fn back_to_normal(desk: &DeskTally) -> Option<u32> {
    let first = desk.last_return.day() as usize;
    let mut since = None;
    let mut length = 0;
    for day in first..desk.sites_open.len() {
        let (bad, open) = (u64::from(desk.sites_bad[day]), u64::from(desk.sites_open[day]));
        if open == 0 {
            continue;
        }
        if 20 * bad > open {
            since = None;
            length = 0;
            continue;
        }
        let start = *since.get_or_insert(day as u32);
        length += 1;
        if length == 5 {
            return Some(start);
        }
    }
    None
}

/// Largest ratio of a day's arrivals to the normal course between the announcement and the first
/// stop of a service that work at these desks needs: other services may stop days before. None
/// without such a stop or such a day.
fn surge_before_stop(scenario: &Scenario, outcome: &Outcome, class: usize) -> Option<f64> {
    let (desk, normal) = (&outcome.record.desks[class], &outcome.normal.desks[class]);
    let here = scenario.groups.iter().filter_map(|group| group.desk.as_ref());
    let services = here.filter(|spec| usize::from(spec.class) == class).fold(0, |all, spec| all | spec.services);
    let stops = scenario.suspensions.iter().zip(&outcome.actual).filter(|(stop, _)| stop.services & services != 0);
    let stop = stops.map(|(_, interval)| interval.start).min()?;
    let days = scenario.announced_at.day() as usize..=(stop.day() as usize).min(desk.arrivals.len().saturating_sub(1));
    days.filter(|&day| normal.arrivals.get(day).is_some_and(|&count| count > 0))
        .map(|day| desk.arrivals[day] as f64 / normal.arrivals[day] as f64)
        .reduce(f64::max)
}

/// Groups of care types and schemes, in catalogue order.
fn cell_groups(scenario: &Scenario) -> impl Iterator<Item = Group> + use<> {
    std::iter::once(Group::All)
        .chain((0..scenario.care.len()).map(Group::Care))
        .chain((0..scenario.schemes.len()).map(Group::Scheme))
}

/// Sums over the cells of a group: of all but for the numbers of visits, which are those of care; and
/// of agency business alone.
fn sum_cells(scenario: &Scenario, record: &Record, group: Group) -> (Cell, Cell) {
    let (mut all, mut business) = (Cell::default(), Cell::default());
    for (index, cell) in record.cells.iter().enumerate() {
        let (care, scheme) = (index / record.schemes(), index % record.schemes());
        let is_in = match group {
            Group::Care(one) => care == one,
            Group::Scheme(one) => scheme == one,
            _ => true,
        };
        if is_in && is_business(&scenario.care[care]) {
            business.add(cell);
            all.add(&Cell { affected: 0, parts: [0; PARTS], deferral_seconds: 0, ..cell.clone() });
        } else if is_in {
            all.add(cell);
        }
    }
    (all, business)
}
