//! The second step of loading: from the raw layer, which may say anything, to the checked
//! [`Scenario`], in which every name is an index, every number is in range and every default is
//! filled in.
//!
//! One file for each part of the language. All complaints are collected before giving up, so
//! that a planner can repair a file in one go; what cannot be read is replaced by a harmless
//! stand-in, and nothing of it survives because any complaint refuses the whole scenario.
//!
//! Order: names first, because anything may refer to anything; then announced times, which make
//! the clock; then the city from people to pathways; then the schedule; and last what only shows
//! when all is known: routes from desk to desk, and size.

mod announced;
mod complaint;
mod deal;
mod defaults;
mod demand;
mod essential;
mod handling;
mod hours;
mod measures;
mod names;
mod pathways;
mod people;
mod routes;
mod schedule;
mod scope;
mod setback;
mod sites;
mod size;
#[cfg(test)]
mod tests;
mod times;
mod values;

pub use complaint::{Complaint, ComplaintKind};
pub(crate) use complaint::{Complaints, allowed};

use names::Names;
use times::Times;

use super::raw::{LangName, Layer, Name};
use super::world::Scenario;
use crate::calendar::Calendar;
use crate::units::Lang;

/// Checks a merged layer and builds the scenario.
///
/// `city` is the folder name of the city and stands in for its name shown, which a merged layer
/// no longer has: the caller that knows it sets [`Scenario::city_name`]. `schedule` is the file
/// stem of the schedule. `calendar` holds the years of the calendar file.
///
/// # Errors
///
/// Everything that is wrong, each key with what was found and what is allowed.
pub fn check(layer: &Layer, city: &str, schedule: &str, calendar: &Calendar) -> Result<Scenario, Vec<Complaint>> {
    let mut complaints = Complaints::default();
    let scenario = build(&mut complaints, layer, (city, schedule), calendar);
    let list = complaints.into_list();
    if list.is_empty() { Ok(scenario) } else { Err(list) }
}

fn build(out: &mut Complaints, layer: &Layer, (city, stem): (&str, &str), calendar: &Calendar) -> Scenario {
    let names = Names::new(out, layer);
    let times = Times::new(out, layer, &names, calendar);
    let schemes = people::schemes(out, layer);
    let classes = people::classes(out, layer, &names);
    let districts = people::districts(out, layer);
    let timetables = hours::timetables(out, layer, &times.clock);
    let counts = hours::day_counts(times.clock.start(), calendar);
    let profiles = hours::profiles(out, layer, &counts);
    let rota = sites::Rota { clock: &times.clock, timetables: &timetables, profiles: &profiles };
    let mut groups = sites::groups(out, layer, &names, &rota);
    let sites = sites::sites(out, layer, &names, &groups, &districts);
    let places = demand::Places { schemes: &schemes, groups: &groups, profiles: &profiles };
    let care = demand::care(out, layer, &names, &places);
    let behaviour = people::behaviour(out, layer);
    let around = pathways::Around { names: &names, times: &times, groups: &groups };
    let pathways = pathways::pathways(out, layer, &around);
    let payment_runs = pathways::payment_runs(out, layer, &times.clock);
    let (tasks, order) = schedule::tasks(out, layer, &names);
    let suspensions = schedule::suspensions(out, layer, &names, &times, &order);
    let about = handling::About { names: &names, times: &times, care: &care, suspensions: &suspensions };
    let rules = handling::rules(out, layer, &about);
    let about = measures::About {
        names: &names,
        times: &times,
        timetables: &timetables,
        groups: &groups,
        care: &care,
        suspensions: &suspensions,
    };
    let measures = measures::measures(out, layer, &about);
    routes::check_ranks(out, &pathways);
    let network =
        routes::Network { groups: &groups, care: &care, pathways: &pathways, rules: &rules, measures: &measures };
    let asked = routes::follow(out, &network);
    sites::set_services(out, layer, &mut groups, &asked);
    size::check(out, &groups, &sites, &care, times.clock.days());
    let scenario = Scenario {
        city: city.to_owned(),
        schedule: stem.to_owned(),
        city_name: Name { zh: city.to_owned(), en: city.to_owned() },
        schedule_name: values::name_or_key(layer.name.as_ref(), stem),
        lang: layer.lang.map(lang),
        announced_at: times.announced_at,
        warm_until: times.warm_until,
        schemes,
        classes,
        districts,
        services: people::services(layer),
        desk_classes: people::desk_classes(layer),
        groups,
        sites,
        care,
        behaviour,
        pathways,
        payment_runs,
        rules,
        suspensions,
        tasks,
        measures,
        clock: times.clock,
    };
    essential::check(out, &scenario);
    scenario
}

fn lang(name: LangName) -> Lang {
    match name {
        LangName::Zh => Lang::Zh,
        LangName::En => Lang::En,
    }
}
