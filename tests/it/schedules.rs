//! The alternatives beside each announced schedule: each says why, has sources for its numbers, and
//! meets the same people as the schedule of the notice.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use cutover::calendar::SimTime;
use cutover::replication::{Model, Tracing, simulate};
use cutover::report::assumptions::{assumptions, missing_sources};
use cutover::scenario::check::check;
use cutover::scenario::layer::{Loaded, SCHEDULE_DEFAULT, load, schedules};
use cutover::scenario::world::Scenario;
use cutover::units::Lang;
use serde_json::Value;

const CITIES: [&str; 5] = ["chongqing", "nantong", "wuhan", "xinzhou", "zibo"];

/// What a schedule may decide. All else belongs to the city.
const OF_THE_SCHEDULE: [&str; 7] = ["announced_at", "handling", "measures", "name", "runbook", "sources", "suspend"];

/// Days that every schedule is followed after its latest announced return.
const DAYS_AFTER_RETURN: u32 = 90;

struct Proposal {
    city: &'static str,
    name: String,
    text: String,
    loaded: Loaded,
    scenario: Scenario,
}

fn folder(city: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(city)
}

fn proposal(city: &'static str, name: &str) -> Proposal {
    let text = std::fs::read_to_string(folder(city).join(format!("{name}.toml"))).expect("a readable file");
    let loaded = load(&folder(city), Some(name), &[])
        .unwrap_or_else(|problems| panic!("{city} {name}: {}", problems.render(Lang::En)));
    let scenario = check(&loaded.layer, &loaded.city, &loaded.schedule, &loaded.calendar)
        .unwrap_or_else(|complaints| panic!("{city} {name}: {complaints:#?}"));
    Proposal { city, name: name.to_owned(), text, loaded, scenario }
}

/// All schedules, read once: city by city, the announced one first.
static ALL: LazyLock<Vec<Proposal>> = LazyLock::new(|| {
    let of_city = |city: &&'static str| {
        let names = schedules(&folder(city)).unwrap_or_else(|problems| panic!("{}", problems.render(Lang::En)));
        assert_eq!(names.first().map(String::as_str), Some(SCHEDULE_DEFAULT), "{city}");
        names.into_iter().map(|name| proposal(city, &name)).collect::<Vec<_>>()
    };
    CITIES.iter().flat_map(of_city).collect()
});

/// The schedules of a city, the announced one first.
fn proposals(city: &str) -> Vec<&'static Proposal> {
    ALL.iter().filter(|one| one.city == city).collect()
}

/// The comment at the top of a file.
fn reason(text: &str) -> String {
    text.lines().take_while(|line| line.starts_with('#')).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_city_has_at_least_five_alternatives_one_of_them_built_on_another() {
    for city in CITIES {
        let alternatives: Vec<&Proposal> =
            proposals(city).into_iter().filter(|one| one.name != SCHEDULE_DEFAULT).collect();
        assert!(alternatives.len() >= 5, "{city}: {}", alternatives.len());
        let builds_on = |one: &Proposal, name: &str| one.text.contains(&format!("extends = \"{name}.toml\""));
        let composed = alternatives.iter().filter(|one| alternatives.iter().any(|base| builds_on(one, &base.name)));
        assert!(composed.count() > 0, "{city}: none builds on another");
        for one in &alternatives {
            assert!(one.text.contains("\nextends = \""), "{city} {}: an alternative extends a schedule", one.name);
        }
    }
}

#[test]
fn every_schedule_says_why_and_what_it_costs_in_both_languages() {
    for one in ALL.iter() {
        let reason = reason(&one.text);
        assert!(!reason.is_empty(), "{} {}: no comment at the top", one.city, one.name);
        let needed = ["# 理由：", "# 代价：", "# 假设：", "# Why:", "# Cost:", "# Assumed:"];
        for part in needed.iter().filter(|_| one.name != SCHEDULE_DEFAULT) {
            assert!(reason.contains(part), "{} {}: {part}", one.city, one.name);
        }
    }
}

#[test]
fn every_schedule_has_names_of_its_own_in_both_languages() {
    for city in CITIES {
        let mut seen: Vec<String> = Vec::new();
        for one in proposals(city) {
            let name = &one.scenario.schedule_name;
            for text in [&name.zh, &name.en] {
                assert!(!text.trim().is_empty() && *text != one.name, "{city} {}: {text}", one.name);
                assert!(!seen.contains(text), "{city} {}: {text} is the name of another schedule", one.name);
                seen.push(text.clone());
            }
        }
    }
}

#[test]
fn every_number_of_every_schedule_has_a_source_in_both_languages() {
    for one in ALL.iter() {
        assert_eq!(missing_sources(&one.loaded), [""; 0], "{} {}", one.city, one.name);
        for (key, source) in one.loaded.sources.iter() {
            let is_chinese = source.in_lang(Lang::Zh).chars().any(|char| ('\u{4e00}'..='\u{9fff}').contains(&char));
            assert!(
                is_chinese && source.in_lang(Lang::En) != source.in_lang(Lang::Zh),
                "{} {}: {key}",
                one.city,
                one.name
            );
        }
    }
}

/// Assumptions without a range; lists take none, and what is nothing has none.
fn without_range(one: &Proposal) -> Vec<String> {
    let bare = assumptions(&one.loaded)
        .into_iter()
        .filter(|found| found.range.is_none() && found.value.as_f64() != Some(0.0) && !found.value.is_array());
    bare.map(|found| found.key).collect()
}

#[test]
fn every_assumption_that_a_schedule_adds_has_a_range() {
    for city in CITIES {
        let all = proposals(city);
        let of_the_notice = without_range(all[0]);
        for one in &all[1..] {
            let added: Vec<String> =
                without_range(one).into_iter().filter(|key| !of_the_notice.contains(key)).collect();
            assert_eq!(added, [""; 0], "{city} {}", one.name);
        }
    }
}

/// What the files of a schedule say about the people, the city and the ways that are open: all but its
/// own parts and the claim periods of pathways.
fn of_the_city(loaded: &Loaded) -> (Value, Value) {
    let mut city = loaded.json.clone();
    let table = city.as_object_mut().expect("a scenario is a table");
    table.retain(|key, _| !OF_THE_SCHEDULE.contains(&key.as_str()));
    let mut pathways = table.remove("pathways").expect("every city has pathways");
    for pathway in pathways.as_object_mut().into_iter().flat_map(|all| all.values_mut()) {
        if let Some(entries) = pathway.as_object_mut() {
            entries.remove("window");
        }
    }
    (city, pathways)
}

#[test]
fn schedules_of_a_city_leave_the_city_as_it_is() {
    for city in CITIES {
        let all = proposals(city);
        let (announced, ways) = of_the_city(&all[0].loaded);
        for one in &all[1..] {
            let (own, own_ways) = of_the_city(&one.loaded);
            for (key, value) in announced.as_object().expect("a table") {
                assert_eq!(own.get(key), Some(value), "{city} {}: {key}", one.name);
            }
            assert_eq!(own.as_object().map(serde_json::Map::len), announced.as_object().map(serde_json::Map::len));
            // A schedule may add a way, but not change one that others use too.
            for (key, way) in ways.as_object().expect("a table") {
                assert_eq!(own_ways.get(key), Some(way), "{city} {}: pathways.{key}", one.name);
            }
        }
    }
}

/// The checked world without its schedule, part by part.
fn people(scenario: &Scenario) -> [(&'static str, String); 10] {
    let Scenario { clock, warm_until, schemes, classes, districts, services, groups, sites, care, behaviour, .. } =
        scenario;
    // Which services the work at a desk needs follows from the ways that a schedule opens.
    let mut groups = groups.clone();
    groups.iter_mut().filter_map(|group| group.desk.as_mut()).for_each(|desk| desk.services = 0);
    [
        ("days", format!("{clock:?}")),
        ("warm-up", format!("{warm_until:?}")),
        ("schemes", format!("{schemes:?}")),
        ("classes", format!("{classes:?}")),
        ("districts", format!("{districts:?}")),
        ("services", format!("{services:?}")),
        ("groups", format!("{groups:?}")),
        ("sites", format!("{sites:?}")),
        ("care", format!("{care:?}")),
        ("behaviour", format!("{behaviour:?}")),
    ]
}

#[test]
fn schedules_of_a_city_share_people_sites_start_and_horizon() {
    for city in CITIES {
        let all = proposals(city);
        let announced = people(&all[0].scenario);
        for one in &all[1..] {
            for ((part, own), (_, of_the_notice)) in people(&one.scenario).iter().zip(&announced) {
                assert!(own == of_the_notice, "{city} {}: other {part}", one.name);
            }
        }
    }
}

/// Without a stop and without measures all schedules of a city are one: the same routine waits.
#[test]
fn schedules_of_a_city_share_its_normal_course() {
    let waits = |scenario: Scenario| -> Vec<Option<f64>> {
        let outcome = simulate(&Model::new(scenario), 1, 0, Tracing::Off).expect("the laws hold");
        outcome.normal.desks.iter().map(|desk| desk.routine_waits.mean()).collect()
    };
    let all = proposals("xinzhou");
    let announced = waits(all[0].scenario.clone());
    assert!(announced.iter().flatten().count() > 3, "{announced:?}");
    for one in &all[1..] {
        assert_eq!(waits(one.scenario.clone()), announced, "{}", one.name);
    }
}

#[test]
fn nobody_is_told_before_the_desks_are_as_on_any_day() {
    for one in ALL.iter() {
        let Scenario { announced_at, warm_until, .. } = one.scenario;
        assert!(announced_at >= warm_until, "{} {}: told at {announced_at:?}", one.city, one.name);
    }
}

#[test]
fn every_schedule_is_followed_for_three_months_after_its_return() {
    for one in ALL.iter() {
        let planned = one.scenario.suspensions.iter().map(|stop| stop.planned);
        let latest = planned.filter(|planned| *planned != SimTime::NEVER).max().expect("a return is announced");
        let days = one.scenario.clock.days() - latest.day();
        assert!(days >= DAYS_AFTER_RETURN, "{} {}: {days} days", one.city, one.name);
    }
}
