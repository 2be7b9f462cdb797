//! Stops of one city at the times of another, and times of rules that hang on stops under other names.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use jiff::{SignedDuration, ToSpan};
use serde_json::{Value, json};

use super::{City, same, table};
use crate::calendar::{Anchor, SimTime, TimeExpression};
use crate::scenario::error::Text;
use crate::scenario::raw::DemandKind;
use crate::scenario::world::Scenario;
use crate::schedule::{ScopeMask, Suspension};

/// Keys of rules that hold a time.
const TIME_KEYS: [&str; 4] = ["from", "until", "after", "supply_until"];

/// The service that settles most visits of a city.
pub fn main_service(scenario: &Scenario) -> Option<usize> {
    let mut volume = vec![0.0; scenario.services.len()];
    for care in scenario.care.iter().filter(|care| care.kind != DemandKind::Business) {
        // Patients on refills and sessions come about once a month or more often: close enough for an order.
        volume[usize::from(care.needs)] += care.volume.iter().sum::<f64>();
    }
    (0..volume.len()).filter(|&one| volume[one] > 0.0).max_by(|&a, &b| volume[a].total_cmp(&volume[b]).then(b.cmp(&a)))
}

/// Stops of the service that settles most visits: those of everybody where there are such.
pub fn main_stops(scenario: &Scenario) -> Vec<usize> {
    let Some(service) = main_service(scenario) else { return Vec::new() };
    let all = (0..scenario.suspensions.len()).filter(|&one| scenario.suspensions[one].services >> service & 1 == 1);
    let (whole, part): (Vec<usize>, Vec<usize>) =
        all.partition(|&one| scenario.suspensions[one].scope == ScopeMask::ALL);
    if whole.is_empty() { part } else { whole }
}

/// Keys of the services of a stop.
fn services<'a>(scenario: &'a Scenario, stop: &Suspension) -> Vec<&'a str> {
    let all = scenario.services.iter().enumerate();
    all.filter(|(index, _)| stop.services >> index & 1 == 1).map(|(_, service)| service.key.as_str()).collect()
}

/// The stop by whose beginning a city's times are counted.
fn main_stop(scenario: &Scenario) -> Option<&Suspension> {
    main_stops(scenario)
        .first()
        .and_then(|&index| scenario.suspensions.get(index))
        .or_else(|| scenario.suspensions.iter().min_by_key(|stop| stop.stop))
}

/// The stop of a city that answers to a stop of another: that of the same name if it has a service in
/// common, else the one with most services in common, else the main one.
fn answering<'a>(scenario: &'a Scenario, key: &str, wanted: &[&str]) -> Option<&'a Suspension> {
    let common = |stop: &Suspension| services(scenario, stop).iter().filter(|one| wanted.contains(one)).count();
    let named = scenario.suspensions.iter().find(|stop| stop.key == key && common(stop) > 0);
    let nearest = || {
        let all = scenario.suspensions.iter().enumerate().filter(|(_, stop)| common(stop) > 0);
        all.max_by_key(|(index, stop)| (common(stop), usize::MAX - index)).map(|(_, stop)| stop)
    };
    named.or_else(nearest).or_else(|| main_stop(scenario))
}

/// Which stops there are and when they begin.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    shape: City<'a>,
    dates: City<'a>,
    /// Beginning and announced return by stop of `shape`.
    times: BTreeMap<String, (DateTime, Option<DateTime>)>,
    /// Beginning of the main stop.
    main: DateTime,
}

impl<'a> Frame<'a> {
    /// Stops of `shape`, begun when those of `dates` begin.
    pub(super) fn new(shape: City<'a>, dates: City<'a>) -> Result<Self, Text> {
        let none = |city: City<'_>| {
            let name = &city.scenario.city_name;
            Text::new(format!("{}的方案没有停机", name.zh), format!("the schedule of {} has no stop", name.en))
        };
        let main = main_stop(dates.scenario).ok_or_else(|| none(dates))?;
        main_stop(shape.scenario).ok_or_else(|| none(shape))?;
        let clock = |city: City<'_>, time: SimTime| city.scenario.clock.civil(time);
        let mut times = BTreeMap::new();
        for stop in &shape.scenario.suspensions {
            let wanted = services(shape.scenario, stop);
            let begins =
                if same(shape, dates) { stop } else { answering(dates.scenario, &stop.key, &wanted).unwrap_or(main) };
            let begins = clock(dates, begins.stop);
            let length = SignedDuration::from_secs(i64::from(stop.planned.0) - i64::from(stop.stop.0));
            let planned = (stop.planned != SimTime::NEVER).then(|| begins.checked_add(length).ok()).flatten();
            times.insert(stop.key.clone(), (begins, planned));
        }
        let main = clock(dates, main.stop);
        Ok(Self { shape, dates, times, main })
    }

    /// Writes stops, runbook, dates, and what else hangs on dates.
    pub(super) fn write(&self, json: &mut Value, base: City<'_>) {
        let mut suspend = table(&self.shape.loaded.json, "suspend");
        for (key, stop) in suspend.as_object_mut().into_iter().flatten() {
            let Some((begins, planned)) = self.times.get(key) else { continue };
            stop["stop"] = json!(begins.to_string());
            if let (Some(planned), Some(back)) = (planned, stop.get_mut("return")) {
                for word in ["fixed", "estimated"] {
                    if back.get(word).is_some() {
                        back[word] = json!(planned.to_string());
                    }
                }
            }
        }
        json["suspend"] = suspend;
        json["runbook"] = table(&self.shape.loaded.json, "runbook");
        super::carry::add_missing(json, "services", &self.shape.loaded.json);
        let clock = &self.dates.scenario.clock;
        json["announced_at"] = json!(clock.civil(self.dates.scenario.announced_at).to_string());
        json["start"] = json!(clock.start().at(0, 0, 0, 0).to_string());
        json["horizon_days"] = json!(self.horizon_days(base));
        let days = main_stop(base.scenario).map_or(0, |stop| {
            let from = base.scenario.clock.civil(stop.stop).date();
            i64::from(self.main.date().since(from).map_or(0, |span| span.get_days()))
        });
        if days != 0 {
            move_exceptions(json, days);
        }
    }

    /// Days from the start to a horizon that leaves as much time after the last announced return as the
    /// city has of its own.
    fn horizon_days(&self, base: City<'_>) -> i64 {
        let ends = |stop: &Suspension| if stop.planned == SimTime::NEVER { stop.stop } else { stop.planned };
        let before = base.scenario.suspensions.iter().map(ends).max().map_or(0, SimTime::day);
        let left = i64::from(base.scenario.clock.days()) - i64::from(before);
        let last = self.times.values().map(|(begins, planned)| planned.unwrap_or(*begins).date()).max();
        let start = self.dates.scenario.clock.start();
        let days = last.and_then(|last| last.since(start).ok()).map_or(0, |span| span.get_days());
        i64::from(days) + left
    }

    /// A table of rules of a city, its times told by the stops and dates of this frame.
    pub(super) fn translated(&self, rules: City<'_>, key: &str) -> Value {
        let mut value = table(&rules.loaded.json, key);
        if same(rules, self.shape) && same(rules, self.dates) {
            return value;
        }
        let shift = main_stop(rules.scenario)
            .map_or(SignedDuration::ZERO, |stop| self.main.duration_since(rules.scenario.clock.civil(stop.stop)));
        self.walk(&mut value, rules, shift);
        value
    }

    fn walk(&self, value: &mut Value, rules: City<'_>, shift: SignedDuration) {
        for (key, below) in value.as_object_mut().into_iter().flatten() {
            match below {
                Value::String(text) if TIME_KEYS.contains(&key.as_str()) => {
                    if let Some(moved) = self.time(text, rules, shift) {
                        *text = moved;
                    }
                }
                _ => self.walk(below, rules, shift),
            }
        }
    }

    /// A time of a rule; none where it stays as it is.
    fn time(&self, text: &str, rules: City<'_>, shift: SignedDuration) -> Option<String> {
        let read = TimeExpression::parse(text).ok()?;
        match &read.anchor {
            Anchor::Absolute(_) => Some(read.absolute()?.checked_add(shift).ok()?.to_string()),
            Anchor::Stop(name) | Anchor::Return(name) | Anchor::PlannedReturn(name) => {
                let scenario = rules.scenario;
                let own = scenario.suspensions.iter().find(|stop| stop.key == *name).or_else(|| {
                    let has = |stop: &&Suspension| services(scenario, stop).contains(&name.as_str());
                    scenario.suspensions.iter().find(has)
                })?;
                let here = answering(self.shape.scenario, &own.key, &services(scenario, own))?;
                Some(format!("{}{}", here.key, text.trim().strip_prefix(name.as_str())?))
            }
            _ => None,
        }
    }
}

/// Moves dated exceptions of opening hours by whole days.
fn move_exceptions(json: &mut Value, days: i64) {
    let tables = json.get_mut("timetables").and_then(Value::as_object_mut);
    for timetable in tables.into_iter().flat_map(|tables| tables.values_mut()) {
        let Some(exceptions) = timetable.get_mut("exceptions").and_then(Value::as_object_mut) else { continue };
        let moved = std::mem::take(exceptions).into_iter().map(|(date, hours)| {
            let read = date.parse::<jiff::civil::Date>().ok();
            let moved = read.and_then(|read| read.checked_add(days.days()).ok());
            (moved.map_or(date, |moved| moved.to_string()), hours)
        });
        *exceptions = moved.collect();
    }
}
