//! Laws and invariants of whole runs.

use std::sync::atomic::{AtomicBool, Ordering};

use cutover::engine::Engine;
use cutover::experiment::{Results, Size, Stopped, Watch, run};
use cutover::measures::{Group, HourlySums, Values, measure};
use cutover::record::{CareDays, Ledger, StateHours};
use cutover::replication::{Model, Tracing, simulate};

use crate::support::{model, scenario};

fn experiment(model: &Model, replications: u32, threads: usize) -> Results {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start");
    pool.install(|| run(model, 7, Size::Replications(replications), &Watch::default(), &|_| {}))
}

/// All replications with their series.
fn all(results: &Results) -> Vec<Values> {
    let one = |number| results.samples.one(number).expect("samples can be read").expect("it is there");
    (0..results.samples.len()).map(one).collect()
}

#[test]
fn one_thread_and_four_give_the_same_results() {
    let model = model("minimal", &[]);
    let (one, four) = (experiment(&model, 8, 1), experiment(&model, 8, 4));
    assert_eq!(all(&one), all(&four));
    assert_eq!(one.hourly_sums, four.hourly_sums);
}

/// The hourly sums of the replications `0..number`, each simulated alone, in falling order.
fn hourly_alone(model: &Model, number: u32) -> HourlySums {
    let mut sums = HourlySums::default();
    for replication in (0..number).rev() {
        let outcome = simulate(model, 7, replication, Tracing::Off).expect("the laws hold");
        sums.merge(&HourlySums::of(&outcome));
    }
    sums
}

#[test]
fn hourly_sums_are_those_of_the_replications_alone_in_any_order() {
    let model = model("minimal", &[]);
    assert_eq!(experiment(&model, 5, 3).hourly_sums, hourly_alone(&model, 5));
}

#[test]
fn an_interrupted_run_has_hourly_sums_of_the_replications_that_it_keeps() {
    let model = model("minimal", &[]);
    let watch = Watch::default();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("threads start");
    let is_over = AtomicBool::new(false);
    let results = std::thread::scope(|scope| {
        scope.spawn(|| {
            while watch.finished.load(Ordering::Relaxed) < 4 && !is_over.load(Ordering::Relaxed) {
                std::thread::yield_now();
            }
            watch.stop.store(true, Ordering::Relaxed);
        });
        let results = pool.install(|| run(&model, 7, Size::Replications(100_000), &watch, &|_| {}));
        is_over.store(true, Ordering::Relaxed);
        results
    });
    assert!(matches!(results.stopped, Some(Stopped::Interrupted)));
    let kept = results.samples.len() as u32;
    assert!(kept >= 4, "what was under way is finished: {kept}");
    assert_eq!(results.hourly_sums, hourly_alone(&model, kept));
}

#[test]
fn days_are_the_means_of_their_hours() {
    let model = model("minimal", &[]);
    let results = experiment(&model, 4, 2);
    let catalogue = &results.catalogue;
    let replications = all(&results);
    for (index, hourly) in catalogue.hourly.iter().enumerate() {
        let daily = catalogue.find_series(hourly.key, hourly.group, false).expect("a daily series of the same state");
        for (day, hours) in results.hourly_sums.means(index).chunks(24).enumerate() {
            let of_hours = hours.iter().sum::<f64>() / 24.0;
            let of_days = replications.iter().map(|one| f64::from(one.series[daily][day])).sum::<f64>() / 4.0;
            // A day of a replication is kept with 24 bits.
            let rounding = of_hours * f64::from(f32::EPSILON);
            assert!((of_hours - of_days).abs() <= rounding, "{} on day {day}: {of_hours}, {of_days}", hourly.key);
        }
    }
    assert_eq!(catalogue.hourly.len(), 3 * model.scenario.desk_classes.len());
    let open = |key| catalogue.hourly.iter().position(|one| one.key == key && one.group == Group::Desk(0));
    for key in ["not-come", "waiting", "in-service"] {
        let means = results.hourly_sums.means(open(key).expect("one of the first class"));
        assert!(means.iter().any(|&claims| claims > 0.0), "{key}");
    }
}

#[test]
fn a_replication_is_the_same_alone_and_among_others() {
    let model = model("minimal", &[]);
    let all = all(&experiment(&model, 5, 2));
    let alone = simulate(&model, 7, 3, Tracing::Off).expect("the laws hold");
    assert_eq!(all[3], measure(&model.scenario, 3, &alone));
}

#[test]
fn more_replications_change_none_of_the_first() {
    let model = model("minimal", &[]);
    assert_eq!(all(&experiment(&model, 3, 1)), all(&experiment(&model, 6, 2))[..3]);
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
        for (first, second) in one.record.days.iter().zip(&other.record.days) {
            let series =
                |of: &CareDays| [&of.affected, &of.self_pay, &of.prepaid, &of.refunded].map(|all| all[..days].to_vec());
            assert_eq!(series(first), series(second), "replication {replication}");
        }
        let levels = |ledger: &Ledger| ledger.at_hour_ends().take(24 * days).collect::<Vec<i64>>();
        assert_eq!(levels(&one.record.ledger), levels(&other.record.ledger));
        for (first, second) in one.record.desks.iter().zip(&other.record.desks) {
            assert_eq!(first.arrivals[..days], second.arrivals[..days]);
            assert_eq!(first.finished_by_day[..days], second.finished_by_day[..days]);
            let hours = |state: &StateHours| state.seconds_by_hour().take(24 * days).collect::<Vec<i64>>();
            assert_eq!(hours(&first.not_come), hours(&second.not_come));
            assert_eq!(hours(&first.waiting), hours(&second.waiting));
            assert_eq!(hours(&first.in_service), hours(&second.in_service));
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
