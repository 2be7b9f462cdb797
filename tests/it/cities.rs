//! The shipped cities: the planned windows of their notices, plausible loads, ordinary waits, and
//! files that a JSON Schema validator accepts.

use std::path::{Path, PathBuf};

use cutover::calendar::{DAY, SimTime};
use cutover::desk::OpenHours;
use cutover::distribution::Distribution;
use cutover::load::{expected, visits_per_day};
use cutover::patient::{Stream, Visit};
use cutover::replication::{Model, Tracing, simulate};
use cutover::report::assumptions::missing_sources;
use cutover::rng::Source;
use cutover::scenario::raw::SiteKind;
use cutover::scenario::schema::schema_json;
use cutover::scenario::world::{DayProfile, Scenario};

use crate::support::{loaded, model, scenario};

const CITIES: [&str; 6] = ["minimal", "nantong", "wuhan", "chongqing", "zibo", "xinzhou"];

/// Services, stop, return and hours as read from the notices.
const WINDOWS: [(&str, &str, &str, Option<&str>, f64); 12] = [
    ("chongqing", "manual-reimbursement", "2021-07-25T00:00:00", Some("2021-08-04T00:00:00"), 240.0),
    ("chongqing", "settlement", "2021-07-30T18:00:00", Some("2021-08-04T00:00:00"), 102.0),
    ("chongqing", "agency", "2021-07-30T18:00:00", Some("2021-08-04T00:00:00"), 102.0),
    ("nantong", "agency", "2021-11-15T18:00:00", Some("2021-11-22T08:00:00"), 158.0),
    ("nantong", "settlement", "2021-11-19T18:00:00", Some("2021-11-22T08:00:00"), 62.0),
    ("nantong", "long-term-care", "2021-11-19T18:00:00", Some("2021-11-22T08:00:00"), 62.0),
    ("zibo", "settlement", "2021-10-10T00:00:00", Some("2021-10-19T00:00:00"), 216.0),
    ("xinzhou", "agency", "2021-10-21T18:00:00", Some("2021-10-31T22:00:00"), 244.0),
    ("wuhan", "settlement", "2021-12-22T18:00:00", Some("2021-12-31T23:00:00"), 221.0),
    ("wuhan", "enrolment", "2021-12-14T17:30:00", None, 0.0),
    ("wuhan", "enrolment", "2021-12-15T17:30:00", None, 0.0),
    ("wuhan", "collection", "2021-12-15T00:00:00", None, 0.0),
];

fn has_window(scenario: &Scenario, service: &str, stop: &str, back: Option<&str>, hours: f64) -> bool {
    let service = scenario.services.iter().position(|known| known.key == service).expect("a known service");
    scenario.suspensions.iter().any(|one| {
        let back_at = (one.planned != SimTime::NEVER).then(|| scenario.clock.civil(one.planned).to_string());
        let long_enough = back.is_none() || (f64::from(one.planned.0) - f64::from(one.stop.0)) / 3600.0 == hours;
        one.services >> service & 1 == 1
            && scenario.clock.civil(one.stop).to_string() == stop
            && back_at.as_deref() == back
            && long_enough
    })
}

#[test]
fn planned_windows_are_those_of_the_notices() {
    for (city, service, stop, back, hours) in WINDOWS {
        assert!(has_window(&scenario(city, &[]), service, stop, back, hours), "{city} {service} {stop}");
    }
}

#[test]
fn wuhan_halls_cannot_open_before_the_fourth_of_january() {
    let wuhan = scenario("wuhan", &[]);
    let hall = wuhan.groups.iter().find(|group| group.key == "hall").and_then(|group| group.desk.as_ref());
    let hours = &hall.expect("Wuhan has halls").hours;
    let back =
        wuhan.suspensions.iter().find(|stop| stop.planned != SimTime::NEVER).expect("settlement returns").planned;
    let first = hours.open_days[hours.first_open(back)];
    assert_eq!(wuhan.clock.date(first).to_string(), "2022-01-04");
}

#[test]
fn loads_are_ordinary_and_settlements_near_the_national_rate() {
    for city in CITIES {
        let scenario = scenario(city, &[]);
        for load in expected(&scenario) {
            let share = load.utilisation().unwrap_or(0.0);
            assert!(share < 0.8, "{city} {}: load {share}", scenario.desk_classes[load.class].key);
        }
        // 18 million settlements a day for 1.36 billion insured; cities differ by the share of
        // employees, who alone have accounts to spend at pharmacies.
        let insured: f64 = scenario.schemes.iter().map(|scheme| scheme.insured).sum();
        let rate = visits_per_day(&scenario) / insured;
        assert!((0.0132 * 0.6..0.0132 * 1.6).contains(&rate), "{city}: {rate} settlements a day and insured");
    }
}

/// A city's own number needs the city's own source: the national one speaks for the national number.
#[test]
fn every_number_of_the_shipped_cities_has_a_source_of_its_own_layer() {
    for city in CITIES {
        assert_eq!(missing_sources(&loaded(city, &[])), [""; 0], "{city}");
    }
    let loaded = loaded("nantong", &["demand.outpatient.per_year.employee=99"]);
    assert_eq!(missing_sources(&loaded), ["demand.outpatient.per_year.employee"]);
}

#[test]
fn no_shipped_city_has_a_learning_curve() {
    for city in CITIES {
        let scenario = scenario(city, &[]);
        let learning = scenario.groups.iter().filter(|group| group.desk.as_ref().is_some_and(|d| d.learning.is_some()));
        assert_eq!(learning.map(|group| group.key.as_str()).collect::<Vec<_>>(), [""; 0], "{city}");
    }
}

#[test]
fn routine_waits_without_a_cutover_are_minutes() {
    for city in ["minimal", "xinzhou", "zibo", "nantong"] {
        let model = model(city, &[]);
        let outcome = simulate(&model, 1, 0, Tracing::Off).expect("the laws hold");
        for (class, desk) in model.scenario.desk_classes.iter().zip(&outcome.normal.desks) {
            if let Some(mean) = desk.routine_waits.mean() {
                assert!(mean < 30.0 * 60.0, "{city} {}: mean wait {mean} s", class.key);
            }
        }
    }
}

#[test]
fn wuhan_has_the_scale_of_its_notice() {
    let wuhan = scenario("wuhan", &[]);
    let insured: f64 = wuhan.schemes.iter().map(|scheme| scheme.insured).sum();
    assert!(insured > 12e6, "more than 12 million insured");
    assert!((9_000..11_000).contains(&wuhan.sites.len()), "nearly 10,000 providers");
    let settled = 221.0 / 24.0 * visits_per_day(&wuhan);
    assert!(settled > 1.3e6, "{settled} visits fall into the announced outage");
}

/// Where the patients of a site live: how many in each district, over sixty days.
fn homes(model: &Model, site: u32) -> Vec<f64> {
    let source = Source::new(7, 0);
    let day_effects = model.population.day_effects(&source);
    let stream =
        Stream { scenario: &model.scenario, population: &model.population, source: &source, day_effects: &day_effects };
    let mut visits: Vec<Visit> = Vec::new();
    for day in 0..60 {
        stream.visits(site, day, &mut visits);
    }
    let mut homes = vec![0.0; model.scenario.districts.len()];
    for visit in visits {
        homes[usize::from(visit.home)] += 1.0;
    }
    homes
}

/// Each count is binomial about its share: within four standard errors.
fn assert_shares(counts: &[f64], shares: &[f64], what: &str) {
    let total: f64 = counts.iter().sum();
    assert!(total > 2_000.0, "{what}: {total} patients");
    for (district, (count, share)) in counts.iter().zip(shares).enumerate() {
        let error = (total * share * (1.0 - share)).sqrt();
        assert!(
            (count - total * share).abs() <= 4.0 * error,
            "{what}, district {district}: {count} of {total}, {share}"
        );
    }
}

/// The share treated at home lives in the district of the site; the others in the other districts, by
/// their people. In a district of two in five, drawing all districts again would make 0.80 into 0.88.
#[test]
fn patients_from_elsewhere_live_in_the_other_districts_by_their_people() {
    let mut scenario = scenario("zibo", &["behaviour.home_district_share=0.8"]);
    let (own, others) = (0.4, 0.6 / (scenario.districts.len() - 1) as f64);
    for (index, district) in scenario.districts.iter_mut().enumerate() {
        // The others differ too: half and three halves of their mean, in turn; the last makes up for it.
        district.share = if index == 0 { own } else { others * if index % 2 == 1 { 0.5 } else { 1.5 } };
    }
    let rest: f64 = 1.0 - scenario.districts.iter().map(|district| district.share).sum::<f64>();
    scenario.districts.last_mut().expect("districts").share += rest;
    let model = Model::new(scenario);
    let shares: Vec<f64> = model.scenario.districts.iter().map(|district| district.share).collect();
    let busiest = |wanted: &dyn Fn(usize) -> bool| {
        let sites = (0..model.scenario.sites.len()).filter(|site| wanted(*site));
        sites.max_by_key(|site| homes(&model, *site as u32).iter().sum::<f64>() as u64).expect("a site") as u32
    };
    let group = |site: usize| model.scenario.group_of(site as u32);
    let here = busiest(&|site| group(site).key == "tertiary" && model.scenario.sites[site].district == 0);
    let expected: Vec<f64> = shares
        .iter()
        .enumerate()
        .map(|(index, share)| if index == 0 { 0.8 } else { 0.2 * share / (1.0 - own) })
        .collect();
    assert_shares(&homes(&model, here), &expected, "a hospital");
    // Care outside the city: everybody's home counts by its people.
    let away = busiest(&|site| group(site).kind == SiteKind::Away);
    assert_shares(&homes(&model, away), &shares, "care elsewhere");
}

/// One window, far too much work and doors that never close: nobody is sent home at midnight.
#[test]
fn a_desk_open_around_the_clock_sends_nobody_home_at_midnight() {
    let closed = |around_the_clock: bool| {
        let mut scenario = scenario("minimal", &[]);
        for desk in scenario.groups.iter_mut().filter_map(|group| group.desk.as_mut()) {
            let flat = std::array::from_fn(|hour| (hour as f64 + 1.0) / 24.0);
            desk.profile = DayProfile::new(flat, desk.profile.days);
            let days = &desk.hours.days;
            let all_day = || days.iter().map(|_| vec![(0, DAY)]).collect();
            let days = if around_the_clock { all_day() } else { days.clone() };
            desk.hours = OpenHours::new(days, &desk.profile);
            (desk.patience_minutes, desk.last_ticket) = (None, None);
            desk.routine_per_day = 300.0;
            desk.routine_minutes = Distribution::Fixed(10.0);
        }
        scenario.sites.iter_mut().for_each(|site| (site.windows, site.size) = (1, 1.0));
        let outcome = simulate(&Model::new(scenario), 1, 0, Tracing::Off).expect("the laws hold");
        outcome.normal.desks.iter().map(|desk| desk.left[1]).sum::<i64>()
    };
    assert!(closed(false) > 100, "with ordinary hours many still wait when the desk closes");
    assert_eq!(closed(true), 0);
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("calendars") {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "toml") && !path.is_dir() {
            found.push(path);
        }
    }
}

fn as_json(value: toml::Value) -> serde_json::Value {
    match value {
        toml::Value::Datetime(time) => serde_json::Value::String(time.to_string()),
        toml::Value::Array(items) => items.into_iter().map(as_json).collect(),
        toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, as_json(value))).collect(),
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(flag) => flag.into(),
    }
}

#[test]
fn every_scenario_file_satisfies_the_printed_schema() {
    let schema: serde_json::Value = serde_json::from_str(&schema_json()).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios"), &mut found);
    assert!(found.len() >= 13, "national, and city and schedule of six cities");
    for path in found {
        let text = std::fs::read_to_string(&path).expect("a readable file");
        let value: toml::Value = toml::from_str(&text).expect("valid TOML");
        let errors: Vec<String> =
            validator.iter_errors(&as_json(value)).map(|error| format!("{} {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
    }
}
