//! The load expected at each desk class before any simulation: offered work against capacity on
//! an ordinary working day, by the means of the scenario's distributions.

use crate::desk::regular_seconds;
use crate::patient::day_type;
use crate::scenario::raw::{DemandKind, SiteKind};
use crate::scenario::world::{Care, Group, Scenario};

/// Expected load of one desk class.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassLoad {
    /// Index of the class.
    pub class: usize,
    /// Sites.
    pub sites: u32,
    /// Windows at all of them.
    pub windows: u32,
    /// Routine matters and business offered a working day.
    pub offered_per_day: f64,
    /// Matters that the windows can serve a working day, at the mean service time.
    pub capacity_per_day: f64,
    /// Mean minutes of a matter.
    pub minutes: f64,
}

impl ClassLoad {
    /// Offered load over capacity; none without capacity.
    pub fn utilisation(&self) -> Option<f64> {
        (self.capacity_per_day > 0.0).then(|| self.offered_per_day / self.capacity_per_day)
    }
}

/// Load of every desk class that has sites.
pub fn expected(scenario: &Scenario) -> Vec<ClassLoad> {
    (0..scenario.desk_classes.len()).filter_map(|class| class_load(scenario, class)).collect()
}

fn class_load(scenario: &Scenario, class: usize) -> Option<ClassLoad> {
    let working: Vec<u32> = (0..scenario.clock.days()).filter(|&day| scenario.clock.is_working(day)).collect();
    let days = working.len().max(1) as f64;
    let mut load = ClassLoad { class, sites: 0, windows: 0, offered_per_day: 0.0, capacity_per_day: 0.0, minutes: 0.0 };
    let (mut work_minutes, mut open_minutes) = (0.0, 0.0);
    for (index, group) in scenario.groups.iter().enumerate() {
        let Some(desk) = group.desk.as_ref().filter(|desk| usize::from(desk.class) == class) else { continue };
        let sites = &scenario.sites[group.first as usize..(group.first + group.count) as usize];
        let windows: u32 = sites.iter().map(|site| site.windows).sum();
        load.sites += group.count;
        load.windows += windows;
        let size: f64 = sites.iter().map(|site| site.size).sum();
        for &day in &working {
            let hours = &desk.hours.days[day as usize];
            let seconds: i64 = if desk.windows_by_hour.is_empty() {
                regular_seconds(desk, windows, hours)
            } else {
                sites.iter().map(|site| regular_seconds(desk, site.windows, hours)).sum()
            };
            open_minutes += seconds as f64 / 60.0 / days;
            if hours.is_empty() {
                continue;
            }
            let weight = desk.profile.day_weight(usize::from(day_type(&scenario.clock, day)));
            let routine = desk.routine_per_day * size * weight / days;
            load.offered_per_day += routine;
            work_minutes += routine * desk.routine_minutes.mean();
            for (offered, minutes) in business(scenario, index, group, day) {
                load.offered_per_day += offered / days;
                work_minutes += offered / days * minutes;
            }
        }
    }
    (load.sites > 0).then(|| {
        load.minutes = if load.offered_per_day > 0.0 { work_minutes / load.offered_per_day } else { 0.0 };
        load.capacity_per_day = if load.minutes > 0.0 { open_minutes / load.minutes } else { 0.0 };
        load
    })
}

/// Business that comes to the windows of a group of halls on a day: matters and minutes of each.
fn business<'a>(
    scenario: &'a Scenario,
    index: usize,
    group: &Group,
    day: u32,
) -> impl Iterator<Item = (f64, f64)> + 'a {
    let is_hall = group.kind == SiteKind::Hall;
    scenario.care.iter().filter(move |care| is_hall && care.kind == DemandKind::Business).map(move |care: &Care| {
        let volume: f64 = care.volume.iter().sum();
        let weight = care.profile.day_weight(usize::from(day_type(&scenario.clock, day)));
        (volume * care.group_share[index] * (1.0 - care.online_share) * weight, care.minutes.mean())
    })
}

/// Visits a day in the whole city that a service settles, by the means: a check against the
/// national rate of settlements.
pub fn visits_per_day(scenario: &Scenario) -> f64 {
    scenario.care.iter().filter(|care| care.kind != DemandKind::Business).map(events_per_day).sum()
}

/// Visits, or matters of agency business, of one care type a day in the whole city, by the means.
pub fn events_per_day(care: &Care) -> f64 {
    let volume: f64 = care.volume.iter().sum();
    match care.kind {
        DemandKind::Visits | DemandKind::Stays | DemandKind::Business => volume,
        DemandKind::Refills => volume / f64::from(care.cycle_days.max(1)),
        DemandKind::Sessions => volume * sessions_per_week(care) / 7.0,
    }
}

fn sessions_per_week(care: &Care) -> f64 {
    let mut before = 0.0;
    care.patterns
        .iter()
        .map(|&(days, cumulative)| {
            let share = cumulative - before;
            before = cumulative;
            share * f64::from(days.count_ones())
        })
        .sum()
}
