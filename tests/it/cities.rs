//! The shipped cities: the planned windows of their notices, plausible loads, ordinary waits, and
//! files that a JSON Schema validator accepts.

use std::path::{Path, PathBuf};

use cutover::calendar::{DAY, SimTime};
use cutover::desk::OpenHours;
use cutover::distribution::Distribution;
use cutover::load::{ClassLoad, expected, visits_per_day};
use cutover::patient::{Stream, Visit};
use cutover::record::Part;
use cutover::replication::{Model, Tracing, simulate};
use cutover::report::assumptions::{assumptions, missing_sources};
use cutover::rng::Source;
use cutover::scenario::raw::{DemandKind, SiteKind};
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

/// Offered load over capacity by desk class, with the reason for the bounds.
const LOADS: [(&str, f64, f64); 7] = [
    // Routine waits of minutes: below 0.35 the windows would not be there, above 0.6 queues are long.
    ("hospital", 0.35, 0.60),
    // One window is the least a small site can have; it has a few matters a day.
    ("primary", 0.05, 0.20),
    ("pharmacy", 0.02, 0.08),
    ("station", 0.35, 0.65),
    // Halls: about one matter in ten people a year, and halls are busy, not full.
    ("hall", 0.30, 0.60),
    // Nobody waits in sight: review offices are staffed closer to their work.
    ("review", 0.40, 0.75),
    ("social-hall", 0.30, 0.60),
];

#[test]
fn desks_are_as_busy_as_their_class() {
    for city in CITIES {
        let scenario = scenario(city, &[]);
        for load in expected(&scenario) {
            let (key, share) = (&scenario.desk_classes[load.class].key, load.utilisation().unwrap_or(0.0));
            let bounds = LOADS.iter().find(|(class, ..)| class == key);
            let (low, high) = bounds.map_or((0.0, 0.8), |(_, low, high)| (*low, *high));
            assert!((low..high).contains(&share), "{city} {key}: load {share}");
        }
    }
}

/// The agencies' desks against the nation's 12,400 insured a staff member (ND8): from a fifth to two
/// fifths of the staff sit at a window or review claims; a staff member ends 2 to 8 matters a day.
#[test]
fn agencies_are_staffed_as_in_the_nation() {
    for city in &CITIES[1..] {
        let scenario = scenario(city, &[]);
        let staff = scenario.schemes.iter().map(|scheme| scheme.insured).sum::<f64>() / 12_400.0;
        let at = |wanted: &[&str], what: fn(&ClassLoad) -> f64| -> f64 {
            let loads = expected(&scenario);
            let some = loads.iter().filter(|load| wanted.contains(&scenario.desk_classes[load.class].key.as_str()));
            some.map(what).sum()
        };
        let seats = at(&["hall", "review"], |load| f64::from(load.windows)) / staff;
        assert!((0.2..0.4).contains(&seats), "{city}: {seats} windows a staff member");
        let matters = at(&["hall"], |load| load.offered_per_day) / staff;
        assert!((2.0..8.0).contains(&matters), "{city}: {matters} matters a day and staff member");
    }
}

/// Settlements a year: 5.76 benefit events an employee and 2.06 a resident (ND2), and 4.83 settlements
/// a head over the nation (ND1), of whom 26 % are employees: what the events leave are purchases from
/// personal accounts, which only employees have: 6.95 each. So an employee makes 12.7 settlements and a
/// resident 2.06. (The 159,000 a day that facts.md derives for Wuhan take 4.83 a head; with 46 % of
/// employees it is 228,000.) Nantong's residents see doctors more often, by choice: hence the upper end.
#[test]
fn settlements_are_those_of_the_nation_by_scheme() {
    let nation = (354.31, 1_008.66);
    let purchases = (4.83 * (nation.0 + nation.1) - 5.76 * nation.0 - 2.06 * nation.1) / nation.0;
    for city in CITIES {
        let scenario = scenario(city, &[]);
        let insured = |key: &str| -> f64 {
            scenario.schemes.iter().filter(|scheme| scheme.key == key).map(|scheme| scheme.insured).sum()
        };
        let a_day = ((5.76 + purchases) * insured("employee") + 2.06 * insured("resident")) / 365.0;
        let share = visits_per_day(&scenario) / a_day;
        assert!((0.95..1.12).contains(&share), "{city}: {share} of the national rate");
    }
}

/// People in a hospital bed at a moment: 0.0039 a resident, 0.0048 an employee (ND4), and the long
/// stays that a mean stay of 9.4 days does not show: up to a quarter more.
#[test]
fn hospital_beds_are_as_full_as_in_the_nation() {
    for city in CITIES {
        let scenario = scenario(city, &[]);
        let stays = scenario.care.iter().filter(|care| care.kind == DemandKind::Stays);
        let mut inside = 0.0;
        for care in stays {
            let people = scenario.schemes.iter().zip(&care.volume);
            let own = people.filter(|(scheme, _)| scheme.insured > 0.0).map(|(_, volume)| volume).sum::<f64>();
            inside += own * care.stay_days.mean();
        }
        let rate = |key: &str| if key == "employee" { 0.0048 } else { 0.0039 };
        let nation: f64 = scenario.schemes.iter().map(|scheme| scheme.insured * rate(&scheme.key)).sum();
        assert!((0.9..1.25).contains(&(inside / nation)), "{city}: {inside} of {nation}");
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

/// Lists and shares of districts take no range; a benefit that is nothing by rule has none.
#[test]
fn every_assumption_that_can_has_a_range() {
    for city in CITIES {
        let listed = ["profiles.", "districts.", "payment_runs.", "warm_up_working_days"];
        let bare = assumptions(&loaded(city, &[])).into_iter().filter(|one| one.range.is_none());
        let left = bare.filter(|one| {
            let is_nothing = one.value.as_f64() == Some(0.0);
            !is_nothing && !one.value.is_array() && !listed.iter().any(|start| one.key.starts_with(start))
        });
        assert_eq!(left.map(|one| one.key).collect::<Vec<_>>(), [""; 0], "{city}");
    }
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
    for city in CITIES {
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

/// Refills under a long stop: how many were moved, and met, with a supply of so many days.
fn refills_moved(supply: &str) -> (i64, i64) {
    let long = "suspend.settlement.return.fixed=2022-03-21T00:00:00";
    let take_up = "measures.stock-up.take_up_share=1.0";
    let model = model("minimal", &[long, take_up, "demand.chronic.cycle_days=3", supply]);
    let chronic = model.scenario.care.iter().position(|care| care.key == "chronic").expect("refills");
    let mut record = simulate(&model, 1, 0, Tracing::Off).expect("the laws hold").record;
    let mut sum = (0, 0);
    for scheme in 0..model.scenario.schemes.len() {
        let cell = record.cell(chronic as u8, scheme as u8);
        sum.0 += cell.parts[Part::StockedUp as usize];
        sum.1 += cell.affected;
    }
    sum
}

/// Three refills of each patient fall into nine days of a stop. A supply of three days moves the first
/// of them at most, one that outlasts the stop all.
#[test]
fn a_supply_beyond_one_cycle_moves_several_refills() {
    let (three, affected) = refills_moved("measures.stock-up.supply_days=3");
    let (month, _) = refills_moved("measures.stock-up.supply_months=1");
    assert!(affected > 1_000, "{affected}");
    assert!(three * 3 < affected, "{three} of {affected}");
    assert!(month > affected / 2, "{month} of {affected}, {three} with three days");
}

/// What is paid at visits under a conversion at which so much is asked for.
fn paid(pays: &str) -> (i64, i64) {
    let set = format!("pathways.conversion.pays={pays}");
    let mut record = simulate(&model("minimal", &[&set]), 1, 0, Tracing::Off).expect("the laws hold").record;
    let cells: Vec<_> = (0..2).map(|scheme| record.cell(0, scheme).clone()).collect();
    (cells.iter().map(|cell| cell.self_pay).sum(), cells.iter().map(|cell| cell.bill).sum())
}

#[test]
fn a_deposit_and_a_fixed_share_are_asked_for_as_the_file_says() {
    let (all, _) = paid("everything");
    let (share, bill) = paid("{ share = 0.3 }");
    let (deposit, _) = paid("{ deposit_yuan = 20 }");
    assert!(share < all && deposit < share, "{deposit} {share} {all}");
    // Some outpatients are on the ledger and pay nothing; the others three tenths.
    assert!(share as f64 <= 0.3 * bill as f64 && share as f64 > 0.25 * bill as f64, "{share} of {bill}");
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
