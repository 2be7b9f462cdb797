use std::path::Path;

use super::*;
use crate::scenario::layer::load;

fn city(name: &str, sets: &[&str]) -> (Loaded, Scenario) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name);
    let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    let loaded = load(&path, None, &sets).unwrap();
    let scenario = check(&loaded.layer, &loaded.city, &loaded.schedule, &loaded.calendar).unwrap();
    (loaded, scenario)
}

fn mixed(base: &(Loaded, Scenario), other: &(Loaded, Scenario), parts: &[Part]) -> Mixed {
    let of = |one| {
        let (loaded, scenario): &(Loaded, Scenario) = one;
        City { loaded, scenario }
    };
    // Borrowed for the call only, so a city may stand on both sides.
    mix(of(base), of(other), parts).unwrap_or_else(|why| panic!("{}", why.en))
}

fn main(scenario: &Scenario) -> &crate::schedule::Suspension {
    &scenario.suspensions[main_stops(scenario)[0]]
}

#[test]
fn every_real_city_takes_every_part_of_every_other() {
    let cities = ["chongqing", "nantong", "wuhan", "zibo", "xinzhou", "minimal"].map(|name| city(name, &[]));
    for base in &cities {
        for other in &cities {
            for until in 1..=Part::ALL.len() {
                let forward = mixed(base, other, &Part::ALL[..until]);
                assert_eq!(forward.scenario.sites.len(), base.1.sites.len(), "sites belong to the city");
                mixed(base, other, &Part::ALL[Part::ALL.len() - until..]);
            }
        }
    }
}

#[test]
fn length_is_the_other_citys_and_the_beginning_this_ones() {
    let (base, other) = (city("nantong", &[]), city("zibo", &[]));
    let found = mixed(&base, &other, &[Part::Length]).scenario;
    let (here, there, now) = (main(&base.1), main(&other.1), main(&found));
    assert_eq!(base.1.clock.civil(here.stop), found.clock.civil(now.stop));
    assert_eq!(now.planned.0 - now.stop.0, there.planned.0 - there.stop.0);
    let last = |scenario: &Scenario| scenario.suspensions.iter().map(|stop| stop.planned).max().unwrap().day();
    let rest = |scenario: &Scenario| scenario.clock.days() - last(scenario);
    assert_eq!(rest(&found), rest(&base.1), "as much time is left after the return");
    let more = mixed(&base, &other, &[Part::Length, Part::Calendar]).scenario;
    assert_eq!(more.clock.start(), other.1.clock.start());
    assert_eq!(rest(&more), rest(&base.1));
    let times = |scenario: &Scenario| -> Vec<_> {
        scenario.suspensions.iter().map(|stop| (stop.key.clone(), stop.stop, stop.planned)).collect()
    };
    let kept: Vec<_> =
        times(&other.1).into_iter().filter(|stop| more.suspensions.iter().any(|one| one.key == stop.0)).collect();
    assert_eq!(times(&more), kept, "length and calendar together are the other city's stops");
}

#[test]
fn a_time_of_a_rule_moves_with_the_stop() {
    let (base, other) = (city("xinzhou", &[]), city("chongqing", &[]));
    let found = mixed(&base, &other, &[Part::Calendar]).scenario;
    let before = |scenario: &Scenario| {
        let measure = scenario.measures.iter().find(|one| one.key == "settle-before").unwrap();
        let crate::schedule::Moment::At(until) = measure.until else { panic!("a date") };
        i64::from(main(scenario).stop.0) - i64::from(until.0)
    };
    assert_eq!(before(&found), before(&base.1), "17:00 two days before stays 17:00 two days before");
}

#[test]
fn windows_come_as_near_as_whole_windows_can() {
    let (base, other) = (city("nantong", &[]), city("zibo", &[]));
    let found = mixed(&base, &other, &[Part::Windows]);
    let per = |scenario: &Scenario, class: &str| {
        let windows: u32 = scenario
            .sites
            .iter()
            .filter(|site| {
                let desk = scenario.groups[usize::from(site.group)].desk.as_ref();
                desk.is_some_and(|desk| scenario.desk_classes[usize::from(desk.class)].key == class)
            })
            .map(|site| site.windows)
            .sum();
        f64::from(windows) / insured(scenario)
    };
    let (asked, got) = (per(&other.1, "hall"), per(&found.scenario, "hall"));
    assert!((got / asked - 1.0).abs() < 0.08, "{got} of {asked}");
}

#[test]
fn what_has_no_counterpart_is_left_out_and_told() {
    let (base, other) = (city("chongqing", &[]), city("nantong", &[]));
    let found = mixed(&base, &other, &[Part::Rules]);
    assert!(found.notes.iter().any(|note| note.en.contains("no home-care here")), "{:?}", found.notes);
    assert_eq!(found.scenario.rules.len(), base.1.care.len());
}

#[test]
fn a_city_without_a_stop_has_nothing_to_give() {
    let (base, mut other) = (city("minimal", &[]), city("minimal", &[]));
    other.1.suspensions.clear();
    let why = mix(
        City { loaded: &base.0, scenario: &base.1 },
        City { loaded: &other.0, scenario: &other.1 },
        &[Part::Length],
    )
    .unwrap_err();
    assert!(why.en.contains("has no stop"), "{}", why.en);
}
