//! Routine work of a desk: matters that have nothing to do with the cutover but meet it. At
//! providers it is a flow of its own; at halls it is the agency business of the scenario.
//! The stream is drawn once and is the same in both courses.

use crate::calendar::SimTime;
use crate::desk::DeskSpec;
use crate::distribution::poisson;
use crate::engine::{Job, Lane};
use crate::patient::{PersonKey, PersonKind, Visit};
use crate::rng::StreamId;
use crate::scenario::raw::{Action, SiteKind};
use crate::scenario::world::SiteId;
use crate::units::seconds_from_minutes;

use super::Run;

/// Owners from here on are routine matters, below are claims.
pub(super) const ROUTINE: u32 = 1 << 31;

/// A routine matter: who it is, and for business, what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Matter {
    pub(super) key: PersonKey,
    pub(super) business: Option<Visit>,
    /// Brought forward: the matter does not come when it was due.
    pub(super) is_moved: bool,
}

impl Run<'_> {
    /// Draws the routine jobs of a site over the horizon, in order of arrival.
    pub(super) fn routine(&mut self, site: SiteId) {
        let mut jobs = std::mem::take(&mut self.desk.routine);
        let mut matters = std::mem::take(&mut self.desk.routine_keys);
        jobs.clear();
        matters.clear();
        if let Some(desk) = self.scenario().group_of(site).desk.as_ref() {
            self.routine_flow(site, desk, &mut jobs, &mut matters);
            if self.scenario().group_of(site).kind == SiteKind::Hall {
                self.business_flow(site, desk, &mut jobs, &mut matters);
            }
        }
        jobs.sort_unstable_by_key(Job::rank);
        self.desk.routine = jobs;
        self.desk.routine_keys = matters;
    }

    fn routine_flow(&self, site: SiteId, desk: &DeskSpec, jobs: &mut Vec<Job>, matters: &mut Vec<Matter>) {
        let size = self.scenario().sites[site as usize].size;
        let mean = desk.routine_per_day * size;
        if mean <= 0.0 {
            return;
        }
        for &day in desk.hours.open_days.iter().take_while(|day| **day < self.scenario().clock.days()) {
            let weight = desk.profile.day_weight(self.model.population.day_type(day));
            let counts = (PersonKind::Routine as u32) << 28 | day;
            let rate = mean * weight * self.day_effects[day as usize];
            let count = poisson(rate, &mut self.source.stream(site, StreamId::Arrivals, counts));
            for index in 0..count {
                let key = PersonKey::new(site, PersonKind::Routine, day, index);
                let block = self.source.block(site, StreamId::Routine, key.person, index);
                let Some(second) = desk.hours.arrival_second(&desk.profile, day, block.u(0), 0) else {
                    continue;
                };
                let minutes = desk.routine_minutes.draw(block.word(1), &self.model.population.normal);
                let owner = ROUTINE | matters.len() as u32;
                let service = seconds_from_minutes(minutes);
                jobs.push(self.routine_job(desk, key, SimTime::at(day, second), service, block.word(2), owner));
                matters.push(Matter { key, business: None, is_moved: false });
            }
        }
    }

    /// Business at a hall: what comes to the window in normal times.
    fn business_flow(&self, site: SiteId, desk: &DeskSpec, jobs: &mut Vec<Job>, matters: &mut Vec<Matter>) {
        let mut due = Vec::new();
        for &day in desk.hours.open_days.iter().take_while(|day| **day < self.scenario().clock.days()) {
            self.stream().business(site, day, &mut due);
        }
        for visit in due {
            let care = &self.scenario().care[usize::from(visit.care)];
            let block = self.source.block(site, StreamId::Routine, visit.key.person, visit.key.index);
            if block.u(0) < care.online_share {
                continue;
            }
            let day = visit.due.day();
            let Some(second) = desk.hours.arrival_second(&desk.profile, day, block.u(3), 0) else {
                continue;
            };
            let minutes = care.minutes.draw(block.word(1), &self.model.population.normal);
            let arrival = SimTime::at(day, second);
            let owner = ROUTINE | matters.len() as u32;
            jobs.push(self.routine_job(desk, visit.key, arrival, seconds_from_minutes(minutes), block.word(2), owner));
            matters.push(Matter { key: visit.key, business: Some(Visit { due: arrival, ..visit }), is_moved: false });
        }
    }

    /// At a back office nobody is present: routine papers lie in the same tray as those of claims.
    fn routine_job(
        &self,
        desk: &DeskSpec,
        key: PersonKey,
        arrival: SimTime,
        service: u32,
        patience: u32,
        owner: u32,
    ) -> Job {
        let is_office = self.scenario().group_of(key.site).kind == SiteKind::BackOffice;
        let lane = if is_office { Lane::Tray } else { Lane::Ordinary };
        Job {
            arrival,
            order: key.order(),
            service,
            patience: self.patience_seconds(desk, patience),
            stopped_by: 0,
            lane,
            tries: 0,
            expires: SimTime::NEVER,
            owner,
        }
    }

    pub(super) fn patience_seconds(&self, desk: &DeskSpec, word: u32) -> u32 {
        desk.patience_minutes
            .as_ref()
            .map_or(u32::MAX, |patience| seconds_from_minutes(patience.draw(word, &self.model.population.normal)))
    }

    /// The routine jobs under the schedule: what meets a stop lapses, or comes once it is over.
    /// Business that meets a stop has become a claim instead.
    pub(super) fn routine_under_schedule(&mut self, site: SiteId) {
        let scenario = self.scenario();
        let group = scenario.group_of(site);
        let Some(desk) = group.desk.as_ref() else {
            return;
        };
        let place = &scenario.sites[site as usize];
        let mut jobs = std::mem::take(&mut self.desk.jobs);
        for job in &self.desk.routine {
            let matter = self.desk.routine_keys[(job.owner & !ROUTINE) as usize];
            if matter.is_moved {
                continue;
            }
            let needs = match &matter.business {
                Some(visit) => Some(scenario.care[usize::from(visit.care)].needs),
                None => desk.routine_needs,
            };
            let who = crate::schedule::Matter {
                scheme: matter.business.map_or(0, |visit| visit.scheme),
                district: place.district,
                group: place.group,
                care: matter.business.map_or(63, |visit| visit.care),
                classes: matter.business.map_or(0, |visit| visit.classes),
                action: Action::Purchase,
            };
            let stopped_by = needs.map_or(0, |service| self.stop_mask(service, &who));
            let up = self.outage.up_from(scenario, needs, &who, job.arrival);
            if up == job.arrival {
                jobs.push(Job { stopped_by, ..*job });
            } else if matter.business.is_none() {
                let block = self.source.block(site, StreamId::Return, matter.key.person, matter.key.index);
                let hours = &self.hours[usize::from(place.group)];
                let index = hours.first_open(up) + (block.u(1) * 5.0) as usize;
                let back = hours.open_days.get(index).filter(|_| block.u(0) < desk.routine_returns_share);
                match back.and_then(|&day| {
                    let earliest = if day == up.day() { up.second_of_day() } else { 0 };
                    hours
                        .arrival_second(&desk.profile, day, block.u(2), earliest)
                        .map(|second| SimTime::at(day, second))
                }) {
                    Some(arrival) => jobs.push(Job { arrival, stopped_by, ..*job }),
                    None => self.record.desks[usize::from(desk.class)].routine_lapsed += 1,
                }
            }
        }
        self.desk.jobs = jobs;
    }

    /// Stops that take a service away for a matter, as a bit mask.
    pub(super) fn stop_mask(&self, service: u16, who: &crate::schedule::Matter) -> u64 {
        self.scenario()
            .suspensions
            .iter()
            .enumerate()
            .filter(|(_, stop)| stop.stops(service, who))
            .fold(0, |mask, (index, _)| mask | 1 << index)
    }
}
