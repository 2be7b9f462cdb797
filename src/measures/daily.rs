//! Series by day: what the outage does to the city, to the patients of each care type and to each desk
//! class.

use crate::calendar::DAY;
use crate::record::{DeskTally, Record, StateHours};
use crate::replication::Outcome;
use crate::scenario::world::Scenario;
use crate::units::yuan_from_fen;

use super::hourly::{STATES, states_of};
use super::{Group, Series, is_business};

/// Key, unit, Chinese and English name.
type Named = (&'static str, &'static str, &'static str, &'static str);

/// Series of a care type, and of all of them together.
const CARE: [Named; 4] = [
    ("affected", "visits", "受影响人次", "visits affected"),
    ("self-pay", "yuan", "患者先付的钱", "paid by patients"),
    ("prepayment", "yuan", "新增垫付", "prepaid"),
    ("refunded", "yuan", "退回的垫付", "refunded"),
];

/// Agency business is no visit: its matters have a series of their own.
const BUSINESS: Named = ("affected-business", "matters", "受影响经办业务", "agency matters affected");

const REFUNDED_SHARE: Named = ("refunded-share", "share", "已退回的垫付占全部", "refunded, share of all");

const BACKLOG: Named = ("backlog", "claims", "未办结的停机件", "open claims");

/// Series of a desk class after those of [`STATES`].
const DESK: [Named; 4] = [
    ("finished", "claims", "当日办结", "finished"),
    ARRIVALS,
    WAIT,
    ("sites-not-normal", "share", "未恢复正常的网点比例", "share of sites not yet normal"),
];

const ARRIVALS: Named = ("arrivals", "people", "到窗口人次", "arrivals");
const WAIT: Named = ("wait", "minutes", "平均排队", "mean wait");

/// Those that count what happens on a day; the others are levels and means over it.
const TOTALS: [&str; 7] =
    ["affected", "affected-business", "self-pay", "prepayment", "refunded", "finished", "arrivals"];

/// The series of a scenario, in the order of [`daily`].
pub(super) fn series_of(scenario: &Scenario) -> Vec<Series> {
    let of = |(key, unit, zh, en): Named, group, normal| {
        let is_total = TOTALS.contains(&key);
        Series { key, unit, zh, en, group, normal, is_total }
    };
    let mut series: Vec<Series> =
        CARE.into_iter().chain([REFUNDED_SHARE]).map(|one| of(one, Group::All, false)).collect();
    for (index, care) in scenario.care.iter().enumerate() {
        let first = if is_business(care) { BUSINESS } else { CARE[0] };
        let all = std::iter::once(first).chain(CARE.into_iter().skip(1));
        series.extend(all.map(|one| of(one, Group::Care(index), false)));
    }
    for class in 0..scenario.desk_classes.len() {
        let states = STATES.map(|(key, zh, en)| (key, "claims", zh, en));
        let all = std::iter::once(BACKLOG).chain(states).chain(DESK);
        series.extend(all.map(|one| of(one, Group::Desk(class), false)));
        series.extend([ARRIVALS, WAIT].map(|one| of(one, Group::Desk(class), true)));
    }
    series
}

/// The series of one replication, a value a day in each.
pub(super) fn daily(scenario: &Scenario, outcome: &Outcome) -> Vec<Vec<f32>> {
    let record = &outcome.record;
    let everybody = |_| true;
    let mut series = vec![
        numbers(&record.by_day(|care| !is_business(&scenario.care[care]), |days| &days.affected)),
        yuan(&record.by_day(everybody, |days| &days.self_pay)),
        yuan(&record.by_day(everybody, |days| &days.prepaid)),
        yuan(&record.by_day(everybody, |days| &days.refunded)),
        refund_progress(record),
    ];
    for days in &record.days {
        series.push(numbers(&days.affected));
        series.extend([&days.self_pay, &days.prepaid, &days.refunded].map(|fen| yuan(fen)));
    }
    for (desk, normal) in record.desks.iter().zip(&outcome.normal.desks) {
        series.push(backlog_by_day(desk).iter().map(|&backlog| backlog as f32).collect());
        series.extend(states_of(desk).map(level));
        series.extend([&desk.finished_by_day, &desk.arrivals].map(|counts| numbers(counts)));
        series.push(waits(desk));
        series.push(sites_bad(desk));
        series.push(numbers(&normal.arrivals));
        series.push(waits(normal));
    }
    series
}

fn numbers(counts: &[i64]) -> Vec<f32> {
    counts.iter().map(|&count| count as f32).collect()
}

fn yuan(fen: &[i64]) -> Vec<f32> {
    fen.iter().map(|&fen| yuan_from_fen(fen) as f32).collect()
}

/// Mean number in a state over each day.
fn level(state: &StateHours) -> Vec<f32> {
    state.seconds_by_day().iter().map(|&seconds| (seconds as f64 / f64::from(DAY)) as f32).collect()
}

/// Mean wait of those who came on each day, minutes; 0 on a day nobody queued.
fn waits(desk: &DeskTally) -> Vec<f32> {
    let mean = |(&sum, &count): (&i64, &i64)| if count > 0 { (sum as f64 / count as f64 / 60.0) as f32 } else { 0.0 };
    desk.wait_seconds.iter().zip(&desk.queued).map(mean).collect()
}

/// Share of the open sites that are not back to normal on each day; 0 on a day without open sites.
fn sites_bad(desk: &DeskTally) -> Vec<f32> {
    let share = |(&bad, &open): (&u32, &u32)| if open > 0 { bad as f32 / open as f32 } else { 0.0 };
    desk.sites_bad.iter().zip(&desk.sites_open).map(share).collect()
}

/// Mean number of open claims on each day: not yet come, waiting and in service.
pub(super) fn backlog_by_day(desk: &DeskTally) -> Vec<f64> {
    let [not_come, waiting, in_service] = states_of(desk).map(StateHours::seconds_by_day);
    not_come
        .iter()
        .zip(&waiting)
        .zip(&in_service)
        .map(|((first, second), third)| (first + second + third) as f64 / f64::from(DAY))
        .collect()
}

/// Share of all prepayment that has been refunded by the end of each day; not a number without any.
fn refund_progress(record: &Record) -> Vec<f32> {
    let made: i64 = record.by_day(|_| true, |days| &days.prepaid).iter().sum();
    let mut back = 0;
    let share = |fen: i64| {
        back += fen;
        (back as f64 / made as f64) as f32
    };
    record.by_day(|_| true, |days| &days.refunded).into_iter().map(share).collect()
}

/// First day by whose end 95 % of the prepayment has been refunded.
pub(super) fn refunded_95(record: &Record) -> Option<f64> {
    let made: i64 = record.by_day(|_| true, |days| &days.prepaid).iter().sum();
    if made == 0 {
        return Some(0.0);
    }
    let mut refunded = 0;
    for (day, fen) in record.by_day(|_| true, |days| &days.refunded).into_iter().enumerate() {
        refunded += fen;
        if i128::from(refunded) * 100 >= i128::from(made) * 95 {
            return Some(day as f64);
        }
    }
    None
}
