//! Directions: what must not get worse when something gets better, and what must not change at all.

use cutover::calendar::SimTime;
use cutover::desk::{Learning, Roster, RosterStep};
use cutover::distribution::Distribution;
use cutover::engine::{DeskRun, Engine, Job};
use cutover::replication::{Model, Outcome, Tracing, simulate};
use cutover::rng::{Source, StreamId};
use cutover::scenario::raw::DemandKind;
use cutover::scenario::world::{Care, Scenario};

use crate::support::{self, job, scenario};

/// Starts at a desk of `windows` that closes from `breaks.0` to `breaks.1`.
fn starts(engine: Engine, jobs: &[Job], windows: u32, breaks: (u32, u32)) -> Vec<SimTime> {
    let step = |time: u32, windows: u32| RosterStep { time: SimTime(time), windows, closes_day: false };
    let steps = vec![step(0, windows), step(breaks.0, 0), step(breaks.1, windows)];
    let roster = Roster { steps, ..Roster::default() };
    let desk = DeskRun {
        roster: &roster,
        last_ticket: None,
        stops: &[],
        freezes: 0,
        learning: None,
        horizon: SimTime::NEVER,
        has_priority_lane: false,
    };
    support::starts(engine, &desk, jobs)
}

/// One desk, first come, first served, the same arrivals and services: with a window more nobody
/// starts later (J. Kiefer and J. Wolfowitz, Transactions of the American Mathematical Society 78
/// (1955) 1-18: the sorted work ahead of the windows is smaller, one by one).
#[test]
fn one_window_more_lets_nobody_start_later() {
    for round in 0..300 {
        let mut draws = Source::new(41, round).stream(0, StreamId::Service, 0);
        let mut below = |most: u32| (draws.next_uniform() * f64::from(most)) as u32;
        let span = 2_000 + below(20_000);
        let mut arrivals: Vec<u32> = (0..100 + below(200)).map(|_| below(span)).collect();
        arrivals.sort_unstable();
        let jobs: Vec<Job> = (0..)
            .zip(arrivals)
            .map(|(owner, arrival)| {
                // Some long, many short, and ties.
                let most = 1 + below(2_000);
                job(owner, SimTime(arrival), 1 + below(most))
            })
            .collect();
        let closed = below(span);
        let breaks = (closed.max(1), closed.max(1) + 1 + below(3_000));
        for &engine in Engine::ALL {
            let mut fewer = starts(engine, &jobs, 1, breaks);
            for windows in 2..=8 {
                let more = starts(engine, &jobs, windows, breaks);
                let later = more.iter().zip(&fewer).position(|(more, fewer)| more > fewer);
                assert_eq!(later, None, "round {round}, {windows} windows, {engine:?}");
                fewer = more;
            }
        }
    }
}

/// Twice the people in pairs at twice the windows are the same queue twice.
#[test]
fn demand_and_windows_doubled_clear_at_the_same_second() {
    let one: Vec<Job> = (0..600).map(|owner| job(owner, SimTime(owner * 100), 450)).collect();
    let two: Vec<Job> =
        (0..1_200).map(|owner| Job { order: u64::from(owner), owner, ..one[owner as usize / 2] }).collect();
    let breaks = (6_000, 20_000);
    for &engine in Engine::ALL {
        let (single, double) = (starts(engine, &one, 5, breaks), starts(engine, &two, 10, breaks));
        let pairs: Vec<SimTime> = double.chunks(2).map(|pair| pair[0].max(pair[1])).collect();
        assert_eq!(single, pairs, "{engine:?}");
    }
}

fn run(scenario: Scenario, replication: u32) -> Outcome {
    simulate(&Model::new(scenario), 11, replication, Tracing::Off).expect("the laws hold")
}

/// A city of its notice, small enough for many runs, without technical work: stops begin and end as
/// announced.
fn punctual(city: &str) -> Scenario {
    let sets: &[&str] = match city {
        "minimal" => &[],
        _ => &["people.employee.insured=40000", "people.resident.insured=60000"],
    };
    let mut scenario = scenario(city, sets);
    scenario.tasks.clear();
    for stop in &mut scenario.suspensions {
        (stop.after_task, stop.early, stop.slip_hours, stop.overrun_hours) = (None, None, None, None);
    }
    scenario
}

/// Fen prepaid at visits, by care type and scheme.
fn prepaid(outcome: &Outcome) -> Vec<i64> {
    outcome.record.cells.iter().map(|cell| cell.prepaid_fund + cell.prepaid_account).collect()
}

/// Care types and schemes in the order of the cells, and whether they are stays.
fn kinds(scenario: &Scenario) -> Vec<(String, bool)> {
    let of = |care: &Care| {
        let is_stay = care.kind == DemandKind::Stays;
        scenario.schemes.iter().map(|scheme| (format!("{} {}", care.key, scheme.key), is_stay)).collect::<Vec<_>>()
    };
    scenario.care.iter().flat_map(of).collect()
}

/// All care together, and each care type and scheme by itself but for stays: a stay that spans a
/// short stop is discharged in a longer one, where another rule of the notice holds.
#[test]
fn a_longer_actual_stop_lowers_no_prepayment() {
    for city in ["minimal", "nantong", "xinzhou"] {
        for replication in 0..2 {
            let mut least: Option<Vec<i64>> = None;
            let kinds = kinds(&punctual(city));
            for hours in [0.0, 12.0, 48.0, 168.0] {
                let mut late = punctual(city);
                for stop in &mut late.suspensions {
                    stop.overrun_hours = Some(Distribution::Fixed(hours));
                }
                let found = prepaid(&run(late, replication));
                if let Some(least) = &least {
                    let (before, after): (i64, i64) = (least.iter().sum(), found.iter().sum());
                    assert!(after >= before, "{city}, {hours} h late: {after} fen after {before}");
                    let lower = (0..found.len()).find(|&cell| found[cell] < least[cell] && !kinds[cell].1);
                    assert_eq!(lower.map(|cell| &kinds[cell].0), None, "{city}, {hours} h late");
                }
                least = Some(found);
            }
        }
    }
}

#[test]
fn a_stop_of_no_length_without_measures_changes_nothing() {
    for city in ["minimal", "nantong", "xinzhou", "zibo"] {
        let mut scenario = punctual(city);
        scenario.measures.clear();
        for stop in &mut scenario.suspensions {
            stop.planned = stop.stop;
            stop.kind = cutover::schedule::ReturnKind::Fixed;
            // A ramp and a learning curve begin with a return, and from a stop of no length there is
            // none. In a later wave the stop lasts as long as the wave is late.
            stop.ramp = vec![0.5, 0.7];
            stop.waves.clear();
        }
        for group in &mut scenario.groups {
            if let Some(desk) = &mut group.desk {
                desk.learning = desk.routine_needs.map(|service| Learning::new(0.5, 7.0, service));
            }
        }
        let outcome = run(scenario, 0);
        assert_eq!(outcome.record.cells.iter().map(|cell| cell.affected).sum::<i64>(), 0, "{city}");
        assert_eq!(prepaid(&outcome).iter().sum::<i64>(), 0, "{city}");
        for (scheduled, normal) in outcome.record.desks.iter().zip(&outcome.normal.desks) {
            assert_eq!(scheduled.routine_waits, normal.routine_waits, "{city}");
            assert_eq!(scheduled.arrivals, normal.arrivals, "{city}");
            assert_eq!(scheduled.worked, normal.worked, "{city}");
            assert_eq!(scheduled.wait_seconds, normal.wait_seconds, "{city}");
            assert_eq!(scheduled.left, normal.left, "{city}");
            assert_eq!((scheduled.entered, scheduled.routine_lapsed), (0, 0), "{city}");
        }
    }
}

/// Schedules of one city that are announced at the same time: as the notice says, a day later and
/// longer, and without measures.
#[test]
fn days_before_the_announcement_are_the_same_under_every_schedule() {
    for city in ["minimal", "nantong", "chongqing"] {
        let notice = punctual(city);
        let mut later = punctual(city);
        for stop in &mut later.suspensions {
            stop.stop = SimTime(stop.stop.0 + 86_400);
            stop.planned = SimTime(stop.planned.0.saturating_add(3 * 86_400));
        }
        let mut bare = punctual(city);
        bare.measures.clear();
        let announced = notice.announced_at.day() as usize;
        assert!(announced > 3, "{city}: the announcement leaves days to compare");
        let runs = [notice, later, bare].map(|schedule| run(schedule, 1).record);
        for other in &runs[1..] {
            assert_ne!(&runs[0], other, "{city}: the schedules differ afterwards");
            let paid = [&runs[0], other].map(|record| record.by_day(|_| true, |days| &days.self_pay));
            assert_eq!(paid[0][..announced], paid[1][..announced], "{city}");
            for (one, other) in runs[0].desks.iter().zip(&other.desks) {
                assert_eq!(one.arrivals[..announced], other.arrivals[..announced], "{city}");
                assert_eq!(one.wait_seconds[..announced], other.wait_seconds[..announced], "{city}");
                assert_eq!(one.finished_by_day[..announced], other.finished_by_day[..announced], "{city}");
            }
        }
    }
}
