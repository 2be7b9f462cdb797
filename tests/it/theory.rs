//! Right by theory: every analytic case of `cutover verify`, for every engine.
//!
//! The cases, their formulas and their tolerance are in `src/verify`; nothing is repeated here.

use std::collections::BTreeSet;

use cutover::engine::Engine;
use cutover::report::numbers::width;
use cutover::verify::{CASES, Case, Kind, PART_COLUMNS, SEED, Verdict, chosen};

/// Runs cases by name and asserts every row.
fn assert_cases(names: &[&str]) {
    for case in names.iter().map(|name| find(name)) {
        // A case that serves no desk is the same for every engine.
        let engines = if case.serves { Engine::ALL } else { &Engine::ALL[..1] };
        for &engine in engines {
            let rows = case.run(engine, SEED);
            assert!(!rows.is_empty(), "{}", case.key);
            for row in rows {
                let line = format!("{} ({engine:?}), {}: z {:+.2}, {row:?}", case.key, row.what.en, row.z());
                println!("{line}");
                for part in row.what.zh.split('：').chain(row.what.en.split(": ")) {
                    assert!(width(part) <= PART_COLUMNS, "too long for the table: {part}");
                }
                assert!(row.is_precise(), "known too badly: {line}");
                // One look: at this seed no second one is needed.
                assert_eq!(row.verdict(), Verdict::Agrees, "not what theory says: {line}");
            }
        }
    }
}

fn find(name: &str) -> Case {
    *CASES.iter().find(|case| case.key == name).unwrap_or_else(|| panic!("no case {name}"))
}

#[test]
fn windows_without_priority_wait_as_erlang_pollaczek_and_crommelin_say() {
    assert_cases(&["m-m-c", "m-g-1", "m-d-c"]);
}

#[test]
fn people_who_leave_priority_and_a_back_office_are_as_theory_says() {
    assert_cases(&["patience", "priority", "tandem"]);
}

#[test]
fn outages_leave_the_queue_and_the_recovery_of_theory() {
    assert_cases(&["outage", "service-stop", "outage-lengths", "outage-doubled", "outages"]);
}

#[test]
fn queues_that_vary_follow_their_forward_equations() {
    assert_cases(&["day-wave", "first-passage"]);
}

#[test]
fn draws_have_their_distributions_and_are_independent() {
    assert_cases(&["distributions", "visits", "routine", "stays", "patients", "independence"]);
}

#[test]
fn every_case_is_asserted_above_and_can_be_asked_for() {
    let source = include_str!("theory.rs");
    let mut keys = BTreeSet::new();
    for case in CASES {
        assert!(keys.insert(case.key), "{} twice", case.key);
        assert!(source.contains(&format!("\"{}\"", case.key)), "{} is not asserted", case.key);
        for text in [case.zh, case.en, &case.theory().zh, &case.theory().en] {
            assert!(!text.is_empty() && !text.contains('｜'), "{}: {text}", case.key);
        }
    }
    let asked = |names: &[&str]| chosen(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    assert_eq!(asked(&[]).map(|cases| cases.len()), Ok(CASES.len()));
    assert_eq!(asked(&["tandem"]).map(|cases| cases.len()), Ok(1));
    assert_eq!(asked(&["tandem", "tango"]).unwrap_err(), "tango");
}

#[test]
fn rows_depend_on_the_seed_but_not_on_the_threads() {
    let case = find("patients");
    let on = |threads: usize, seed: u64| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start");
        let rows = pool.install(|| [find("visits"), case].map(|case| case.run(Engine::ALL[0], seed)));
        rows.into_iter().flatten().map(|row| row.simulated.to_bits()).collect::<Vec<u64>>()
    };
    assert_eq!(on(1, 5), on(3, 5));
    assert_ne!(on(2, 5), on(2, 6));
}

#[test]
fn both_engines_give_the_same_rows_to_the_last_digit() {
    let rows = |engine| find("priority").run(engine, 3).into_iter().map(|row| row.simulated.to_bits());
    let first: Vec<u64> = rows(Engine::ALL[0]).collect();
    for &engine in &Engine::ALL[1..] {
        assert_eq!(rows(engine).collect::<Vec<u64>>(), first, "{engine:?}");
    }
    assert!(find("priority").run(Engine::ALL[0], 3).iter().all(|row| matches!(row.kind, Kind::Mean { .. })));
}
