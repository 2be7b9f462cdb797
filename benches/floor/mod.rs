//! The floor: the draws of a replication, made once and written once into memory of one site's size,
//! and nothing else. No queue, no money, no tally.

use std::hint::black_box;

use cutover::calendar::{DAY, SimTime};
use cutover::distribution::poisson;
use cutover::patient::{PersonKind, Stream};
use cutover::replication::Model;
use cutover::rng::{Source, StreamId};
use cutover::scenario::raw::{DemandKind, SiteKind};

/// Draws of one kind, with the number of them.
pub struct Drawn {
    written: Vec<[u32; 3]>,
    /// How many.
    pub count: u64,
}

impl Drawn {
    /// None yet.
    pub fn new() -> Self {
        Self { written: Vec::new(), count: 0 }
    }
}

/// Draws of one kind for a whole city.
pub type Floor = fn(&Model, &Source, &mut Drawn);

/// The draws of the routine work of every desk over the horizon, written site by site into memory
/// of one site's size.
pub fn routine_floor(model: &Model, source: &Source, drawn: &mut Drawn) {
    let (scenario, population) = (&model.scenario, &model.population);
    let effects = population.day_effects(source);
    for (index, site) in scenario.sites.iter().enumerate() {
        let Some(desk) = &scenario.groups[usize::from(site.group)].desk else { continue };
        drawn.written.clear();
        for &day in desk.hours.open_days.iter().take_while(|day| **day < scenario.clock.days()) {
            let person = (PersonKind::Routine as u32) << 28 | day;
            let weight = desk.profile.day_weight(population.day_type(day));
            let mean = desk.routine_per_day * site.size * weight * effects[day as usize];
            let count = poisson(mean, &mut source.stream(index as u32, StreamId::Arrivals, person));
            for number in 0..count {
                let block = source.block(index as u32, StreamId::Routine, person, number);
                let second = desk.hours.arrival_second(day, block.u(0)).unwrap_or(0);
                let minutes = desk.routine_minutes.draw(block.word(1), &population.normal);
                drawn.written.push([day * DAY + second, (minutes * 60.0) as u32, block.word(2)]);
            }
        }
        drawn.count += drawn.written.len() as u64;
        black_box(&drawn.written);
    }
}

/// The draws of the visits due while their service is announced to be down, and for each of them the blocks that its
/// bill, its decisions, its return, its service and its papers take.
pub fn visit_floor(model: &Model, source: &Source, drawn: &mut Drawn) {
    let scenario = &model.scenario;
    let effects = model.population.day_effects(source);
    let stream = Stream { scenario, population: &model.population, source, day_effects: &effects };
    let (first, last) = days_of_stops(model);
    let blocks = [
        StreamId::Bill,
        StreamId::Behaviour,
        StreamId::Behaviour,
        StreamId::Return,
        StreamId::Service,
        StreamId::Rework,
    ];
    let mut visits = Vec::new();
    for site in 0..scenario.sites.len() as u32 {
        visits.clear();
        drawn.written.clear();
        let is_down = |care: u8, due: SimTime| {
            let service = scenario.care[usize::from(care)].needs;
            let mut stops = scenario.suspensions.iter().filter(|stop| stop.services >> service & 1 == 1);
            stops.any(|stop| stop.stop <= due && due < stop.planned)
        };
        (first..=last).for_each(|day| stream.visits_of_interest(site, day, is_down, &mut visits));
        for visit in &visits {
            let mut mixed = [visit.due.0, 0, 0];
            for (step, id) in (0..).zip(blocks) {
                let block = source.block(site, id, visit.key.person, visit.key.index << 10 | step);
                mixed[1] ^= block.word(0);
                mixed[2] ^= block.word(3);
            }
            mixed[1] ^= stream.bill_fen(visit, &stream.bill_draws(visit)).0;
            drawn.written.push(mixed);
        }
        drawn.count += visits.len() as u64;
        black_box(&drawn.written);
    }
}

/// The draws of the stays from the first stop to the last return, and of the refill patients with the
/// refills of those days.
pub fn memory_floor(model: &Model, source: &Source, drawn: &mut Drawn) {
    let scenario = &model.scenario;
    let effects = model.population.day_effects(source);
    let stream = Stream { scenario, population: &model.population, source, day_effects: &effects };
    let (first, last) = days_of_stops(model);
    let mut stays = Vec::new();
    for (site, place) in (0..).zip(&scenario.sites) {
        stays.clear();
        drawn.written.clear();
        stream.stays(site, SimTime::at(first, 0), SimTime::at(last + 1, 0), &mut stays);
        drawn.written.extend(
            stays.iter().map(|stay| [stay.due.0, stay.classes, stream.bill_fen(stay, &stream.bill_draws(stay)).0]),
        );
        let refills = scenario.care.iter().enumerate().filter(|(_, care)| care.kind == DemandKind::Refills);
        for (care, kind) in refills.filter(|(_, care)| care.group_share[usize::from(place.group)] > 0.0) {
            for scheme in 0..scenario.schemes.len() {
                for number in 0..stream.patients(site, care, scheme) {
                    let refills = stream.refills(site, care, scheme, number);
                    let refill = first.saturating_sub(refills.first_day).div_ceil(kind.cycle_days);
                    let day = refills.first_day + refill * kind.cycle_days;
                    if day <= last {
                        let patient = stream.refill_patient(&refills);
                        drawn.written.push([stream.refill_time(&patient, refill, day).0, patient.classes, refill]);
                    }
                }
            }
        }
        drawn.count += drawn.written.len() as u64;
        black_box(&drawn.written);
    }
}

/// The draws of the agency business at halls over the horizon.
pub fn business_floor(model: &Model, source: &Source, drawn: &mut Drawn) {
    let scenario = &model.scenario;
    let effects = model.population.day_effects(source);
    let stream = Stream { scenario, population: &model.population, source, day_effects: &effects };
    let mut due = Vec::new();
    for group in scenario.groups.iter().filter(|group| group.kind == SiteKind::Hall) {
        for site in group.first..group.first + group.count {
            due.clear();
            drawn.written.clear();
            (0..scenario.clock.days()).for_each(|day| stream.business(site, day, &mut due));
            drawn.written.extend(due.iter().map(|matter| {
                let block = source.block(site, StreamId::Routine, matter.key.person, matter.key.index);
                [matter.due.0, block.word(1), block.word(2)]
            }));
            drawn.count += drawn.written.len() as u64;
            black_box(&drawn.written);
        }
    }
}

/// All of them.
pub const ALL: [(&str, Floor); 4] = [
    ("routine work", routine_floor),
    ("visits", visit_floor),
    ("stays and refills", memory_floor),
    ("business", business_floor),
];

/// First and last day of the announced stops that have a return.
fn days_of_stops(model: &Model) -> (u32, u32) {
    let stops = || model.scenario.suspensions.iter().filter(|stop| stop.planned != SimTime::NEVER);
    let first = stops().map(|stop| stop.stop.day()).min().unwrap_or(0);
    (first, stops().map(|stop| stop.planned.day()).max().unwrap_or(0))
}
