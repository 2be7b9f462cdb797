//! The streaming kernel gives every claim of random small scenarios the same wait, the same window
//! and the same refund as the event calendar.
//!
//! `CUTOVER_CASES=100000 cargo test --locked --test it equality -- --nocapture` compares more of
//! them and tells how often each feature was there.

mod compare;
mod features;
mod generate;
mod kept;
mod propose;
mod shrink;

use cutover::engine::Engine;
use cutover::replication::Model;
use rayon::prelude::*;

use compare::{Run, Way, Workshop, compare};
use features::{FEATURES, Seen, Set, seen};
use generate::generate;
use shrink::{Found, shrink};

/// Scenarios compared unless `CUTOVER_CASES` says otherwise.
const CASES: u64 = 1_000;

fn by_kernel(model: &mut Model) {
    model.engine = Engine::Kernel;
}

fn by_calendar(model: &mut Model) {
    model.engine = Engine::Calendar;
}

fn cases() -> u64 {
    std::env::var("CUTOVER_CASES").map_or(CASES, |text| text.parse().expect("CUTOVER_CASES is a number"))
}

fn run_of(number: u64) -> Run {
    Run { seed: number, replication: (number % 3) as u32 }
}

/// Compares two ways on the scenario of a number: what it had, and whether they agree.
fn try_case(workshop: &Workshop, number: u64, ways: [Way; 2]) -> (Set, bool) {
    let case = generate(number);
    let model = workshop.model(&case.city, &case.schedule);
    let mut model = model.unwrap_or_else(|wrong| panic!("case {number}: {wrong}\n{}\n{}", case.city, case.schedule));
    let compared = compare(&mut model, ways, run_of(number));
    let had = compared.outcome.map_or(Set::default(), |outcome| seen(case.given, &model, &outcome));
    (had, compared.difference.is_none())
}

/// The smallest scenario on which two ways differ, looked for in the first so many.
fn first_difference(workshop: &Workshop, cases: u64, ways: [Way; 2]) -> Option<Found> {
    let number = (0..cases).into_par_iter().find_first(|&number| !try_case(workshop, number, ways).1)?;
    let case = generate(number);
    Some(shrink(workshop, [&case.city, &case.schedule], ways, run_of(number)))
}

fn ignores_the_last_ticket(model: &mut Model) {
    by_kernel(model);
    model.scenario.groups.iter_mut().flat_map(|group| &mut group.desk).for_each(|desk| desk.last_ticket = None);
}

fn gives_up_one_try_early(model: &mut Model) {
    by_kernel(model);
    let desks = model.scenario.groups.iter_mut().flat_map(|group| &mut group.desk);
    desks.for_each(|desk| desk.retry_tries = desk.retry_tries.saturating_sub(1));
}

fn forgets_to_rework(model: &mut Model) {
    by_kernel(model);
    let steps = model.scenario.pathways.iter_mut().flat_map(|way| &mut way.steps);
    steps.for_each(|step| step.rework_share = 0.0);
}

#[test]
fn wrong_ways_are_found_and_shrunk_to_what_shows_them() {
    let workshop = Workshop::new();
    let wrong: [(Way, &[&str]); 3] = [
        (ignores_the_last_ticket, &["last_ticket"]),
        // There are tries where the file gives no number of them, too.
        (gives_up_one_try_early, &["desk"]),
        (forgets_to_rework, &["rework_share", "suspend"]),
    ];
    // Each is a mistake in the scenario that stands in for one in an engine, with the words of the
    // files without which it cannot show.
    wrong.into_par_iter().for_each(|(way, needed)| {
        let found = first_difference(&workshop, 100, [way, by_calendar]).expect("it differs");
        let text = found.files().join("\n");
        println!("{} values left: {}\n", found.leaves(), found.report());
        assert!(needed.iter().all(|word| text.contains(word)), "{needed:?} must stay:\n{text}");
        assert!(found.leaves() <= 40, "{} values are left:\n{text}", found.leaves());
        // What is printed is a scenario that shows the difference, and only with the wrong way.
        let [city, schedule] = found.files();
        let run = found.run();
        let mut model = workshop.model(&city, &schedule).expect("it is still a scenario");
        assert!(compare(&mut model, [way, by_calendar], run).difference.is_some());
        assert!(compare(&mut model, [by_kernel, by_calendar], run).difference.is_none());
    });
}

#[test]
fn both_engines_serve_random_small_scenarios_alike() {
    let workshop = Workshop::new();
    let ways: [Way; 2] = [by_kernel, by_calendar];
    let clock = std::time::Instant::now();
    let tried: Vec<(Set, bool)> =
        (0..cases()).into_par_iter().map(|number| try_case(&workshop, number, ways)).collect();
    let seconds = clock.elapsed().as_secs_f64();
    if let Some(number) = tried.iter().position(|(_, is_equal)| !is_equal) {
        let case = generate(number as u64);
        let found = shrink(&workshop, [&case.city, &case.schedule], ways, run_of(number as u64));
        let differ = tried.iter().filter(|(_, is_equal)| !is_equal).count();
        panic!(
            "kernel and calendar differ on {differ} of {} scenarios; case {number}: {}",
            tried.len(),
            found.report()
        );
    }
    let sets: Vec<Set> = tried.into_iter().map(|(had, _)| had).collect();
    println!("{} scenarios served alike by both engines in {seconds:.0} s", sets.len());
    assert_coverage(&sets);
}

/// Each feature is in at least 10 % of the cases, each pair in at least 1 %: no two exclude each other.
fn assert_coverage(sets: &[Set]) {
    let share =
        |is: &dyn Fn(&Set) -> bool| 100.0 * sets.iter().filter(|set| is(set)).count() as f64 / sets.len() as f64;
    let mut rare = Vec::new();
    let mut rarest = (100.0, String::new());
    for (index, &one) in FEATURES.iter().enumerate() {
        let alone = share(&|set| set.has(one));
        let how = if one.counts_when() == Seen::Happened { "happened" } else { "set, with demand" };
        println!("{one:?}: {alone:.1} % ({how})");
        if alone < 10.0 {
            rare.push(format!("{one:?} in {alone:.2} %"));
        }
        for &other in &FEATURES[index + 1..] {
            let both = share(&|set| set.has(one) && set.has(other));
            if both < rarest.0 {
                rarest = (both, format!("{one:?} with {other:?}"));
            }
            if both < 1.0 {
                rare.push(format!("{one:?} with {other:?} in {both:.2} %"));
            }
        }
    }
    println!("rarest pair: {} in {:.2} %", rarest.1, rarest.0);
    assert!(rare.is_empty() || sets.len() < CASES as usize, "too rare among {} scenarios: {rare:#?}", sets.len());
}
