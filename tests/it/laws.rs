//! Laws and invariants of whole runs.

use cutover::engine::Engine;
use cutover::experiment::{Results, Size, Watch, run};
use cutover::measures::measure;
use cutover::replication::{Model, Tracing, simulate};

use crate::support::{model, scenario};

fn experiment(model: &Model, replications: u32, threads: usize) -> Results {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start");
    pool.install(|| run(model, 7, Size::Replications(replications), &Watch::default(), &|_| {}))
}

#[test]
fn one_thread_and_four_give_the_same_results() {
    let model = model("minimal", &[]);
    assert_eq!(experiment(&model, 8, 1).replications, experiment(&model, 8, 4).replications);
}

#[test]
fn a_replication_is_the_same_alone_and_among_others() {
    let model = model("minimal", &[]);
    let all = experiment(&model, 5, 2).replications;
    let alone = simulate(&model, 7, 3, Tracing::Off).expect("the laws hold");
    assert_eq!(all[3], measure(&model.scenario, 3, &alone));
}

#[test]
fn more_replications_change_none_of_the_first() {
    let model = model("minimal", &[]);
    assert_eq!(experiment(&model, 3, 1).replications[..], experiment(&model, 6, 2).replications[..3]);
}

#[test]
fn another_seed_gives_other_results() {
    let model = model("minimal", &[]);
    let one = simulate(&model, 1, 0, Tracing::Off).expect("the laws hold");
    let other = simulate(&model, 2, 0, Tracing::Off).expect("the laws hold");
    assert_ne!(one.record, other.record);
}

#[test]
fn no_stop_and_no_measure_is_the_normal_course() {
    let mut quiet = scenario("minimal", &[]);
    quiet.suspensions.clear();
    quiet.measures.clear();
    quiet.tasks.clear();
    let outcome = simulate(&Model::new(quiet), 1, 0, Tracing::Off).expect("the laws hold");
    for (scheduled, normal) in outcome.record.desks.iter().zip(&outcome.normal.desks) {
        assert_eq!(scheduled.routine_waits, normal.routine_waits);
        assert_eq!(scheduled.arrivals, normal.arrivals);
        assert_eq!(scheduled.worked, normal.worked);
        assert_eq!(scheduled.entered, 0);
        assert_eq!(scheduled.sites_bad.iter().sum::<u32>(), 0);
    }
    assert_eq!(outcome.record.cells.iter().map(|cell| cell.affected).sum::<i64>(), 0);
}

#[test]
fn nothing_differs_before_the_announcement() {
    let model = model("nantong", &["people.employee.insured=60000", "people.resident.insured=90000"]);
    let outcome = simulate(&model, 3, 0, Tracing::Off).expect("the laws hold");
    let announced = model.scenario.announced_at.day() as usize;
    assert!(announced > 3, "the announcement leaves days to compare");
    for (scheduled, normal) in outcome.record.desks.iter().zip(&outcome.normal.desks) {
        assert_eq!(scheduled.arrivals[..announced], normal.arrivals[..announced]);
        assert_eq!(scheduled.wait_seconds[..announced], normal.wait_seconds[..announced]);
    }
}

#[test]
fn a_longer_horizon_changes_nothing_before_it() {
    let short = model("minimal", &["horizon_days=45"]);
    let long = model("minimal", &["horizon_days=70"]);
    let days = 44;
    for replication in 0..5 {
        let one = simulate(&short, 1, replication, Tracing::Off).expect("the laws hold");
        let other = simulate(&long, 1, replication, Tracing::Off).expect("the laws hold");
        assert_eq!(one.record.self_pay[..days], other.record.self_pay[..days]);
        assert_eq!(one.record.refunded[..days], other.record.refunded[..days], "replication {replication}");
        for (first, second) in one.record.desks.iter().zip(&other.record.desks) {
            assert_eq!(first.arrivals[..days], second.arrivals[..days]);
            assert_eq!(first.finished_by_day[..days], second.finished_by_day[..days]);
        }
    }
}

#[test]
fn a_stop_beyond_the_horizon_and_empty_demand_give_zeros() {
    let late = model("minimal", &["horizon_days=12"]);
    let outcome = simulate(&late, 1, 0, Tracing::Off).expect("the laws hold");
    let horizon = late.scenario.horizon();
    assert!(late.scenario.suspensions.iter().all(|stop| stop.stop >= horizon), "the stop lies beyond the horizon");
    assert_eq!(outcome.record.cells.iter().map(|cell| cell.affected).sum::<i64>(), 0);
    assert_eq!(outcome.record.desks.iter().map(|desk| desk.entered).sum::<i64>(), 0);
    let empty = model("minimal", &["people.employee.insured=0", "people.resident.insured=0"]);
    let outcome = simulate(&empty, 1, 0, Tracing::Off).expect("the laws hold");
    let insured: i64 = outcome
        .record
        .cells
        .chunks(outcome.record.schemes())
        .flat_map(|cells| &cells[..2])
        .map(|cell| cell.affected)
        .sum();
    assert_eq!(insured, 0, "nobody insured, nobody affected");
}

#[test]
fn both_engines_give_the_same_records_and_events() {
    for city in ["minimal", "xinzhou"] {
        let outcomes = [Engine::Kernel, Engine::Calendar].map(|engine| {
            let model = model(city, &[]).with_engine(engine);
            simulate(&model, 11, 2, Tracing::All).expect("the laws hold")
        });
        let [kernel, calendar] = &outcomes;
        assert!(kernel.trace == calendar.trace, "{city}: events differ");
        assert!(kernel.record == calendar.record, "{city}: counts under the schedule differ");
        assert!(kernel.normal == calendar.normal, "{city}: counts of the normal course differ");
    }
}
