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
use crate::schedule::{Interval, Matter as Who};

use super::{DeskScratch, Run};

/// Owners from here on are routine matters, below are claims.
pub(super) const ROUTINE: u32 = 1 << 31;

/// Of the routine matters, owners from here on are agency business: the rest of the owner is its
/// place in the site's list.
pub(super) const BUSINESS: u32 = ROUTINE | 1 << 30;

/// Agency business that comes to a window.
#[derive(Debug, Clone, Copy)]
pub(super) struct Matter {
    pub(super) visit: Visit,
    /// Brought forward: the matter does not come when it was due.
    pub(super) is_moved: bool,
}

/// Place of an owner in the site's list of business; none for other owners.
pub(super) fn business_of(owner: u32) -> Option<usize> {
    (owner >= BUSINESS).then_some((owner & !BUSINESS) as usize)
}

/// Draws of one routine matter before it is known which comes first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    service: u32,
    patience: u32,
}

/// How the stops of the schedule meet the routine matters of one site.
pub(super) struct Stopped {
    /// What routine work needs.
    service: Option<u16>,
    /// Whose it is: nobody's in particular.
    who: Who,
    /// Whether stops tell schemes apart.
    is_scoped: bool,
    /// The stops that take the service away, where they do not.
    stopped_by: u64,
    /// When they do so.
    downs: Vec<Interval>,
}

impl Run<'_> {
    /// Draws the routine jobs of a site over the horizon, in order of arrival.
    pub(super) fn routine(&mut self, site: SiteId) {
        let mut scratch = std::mem::take(&mut self.desk);
        scratch.routine.clear();
        scratch.business.clear();
        if let Some(desk) = self.scenario().group_of(site).desk.as_ref() {
            self.routine_flow(site, desk, &mut scratch);
            if self.scenario().group_of(site).kind == SiteKind::Hall {
                self.business_flow(site, desk, &mut scratch);
                scratch.routine.sort_unstable_by_key(Job::rank);
            }
        }
        self.desk = scratch;
    }

    fn routine_flow(&self, site: SiteId, desk: &DeskSpec, scratch: &mut DeskScratch) {
        let size = self.scenario().sites[site as usize].size;
        let mean = desk.routine_per_day * size;
        if mean <= 0.0 {
            return;
        }
        let group = usize::from(self.scenario().sites[site as usize].group);
        let Some(services) = &self.model.population.routine_seconds[group] else {
            return;
        };
        let DeskScratch { routine, marks, seconds, .. } = scratch;
        let normal = &self.model.population.normal;
        for &day in desk.hours.open_days.iter().take_while(|day| **day < self.scenario().clock.days()) {
            let weight = desk.profile.day_weight(self.model.population.day_type(day));
            let counts = (PersonKind::Routine as u32) << 28 | day;
            let rate = mean * weight * self.day_effects[day as usize];
            let count = poisson(rate, &mut self.source.stream(site, StreamId::Arrivals, counts));
            let first = PersonKey::new(site, PersonKind::Routine, day, 0);
            marks.clear();
            seconds.clear();
            for index in 0..count {
                let block = self.source.block(site, StreamId::Routine, first.person, index);
                let service = services.draw(block.word(1), normal);
                marks.push(Mark { service, patience: block.word(2) });
                if let Some(second) = desk.hours.arrival_second(day, block.u(0)) {
                    seconds.push(u64::from(second) << 32 | u64::from(index));
                }
            }
            // Seconds and numbers are sorted, not the jobs: a fifth of the bytes.
            seconds.sort_unstable();
            routine.extend(seconds.iter().map(|&second| {
                let index = second as u32;
                let key = PersonKey { index, ..first };
                let Mark { service, patience } = marks[index as usize];
                self.routine_job(key, SimTime::at(day, (second >> 32) as u32), service, patience, ROUTINE)
            }));
        }
    }

    /// Business at a hall: what comes to the window in normal times.
    fn business_flow(&self, site: SiteId, desk: &DeskSpec, scratch: &mut DeskScratch) {
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
            let Some(second) = desk.hours.arrival_second(day, block.u(3)) else {
                continue;
            };
            let population = &self.model.population;
            let service = population.matter_seconds[usize::from(visit.care)].draw(block.word(1), &population.normal);
            let arrival = SimTime::at(day, second);
            let owner = BUSINESS | scratch.business.len() as u32;
            scratch.routine.push(self.routine_job(visit.key, arrival, service, block.word(2), owner));
            scratch.business.push(Matter { visit: Visit { due: arrival, ..visit }, is_moved: false });
        }
    }

    /// At a back office nobody is present: routine papers lie in the same tray as those of claims.
    fn routine_job(&self, key: PersonKey, arrival: SimTime, service: u32, patience: u32, owner: u32) -> Job {
        let is_office = self.scenario().group_of(key.site).kind == SiteKind::BackOffice;
        let lane = if is_office { Lane::Tray } else { Lane::Ordinary };
        let order = key.order();
        Job { arrival, order, service, patience, stopped_by: 0, lane, tries: 0, expires: SimTime::NEVER, owner }
    }

    /// How the stops meet the routine matters of a site, under the schedule.
    pub(super) fn stopped(&self, site: SiteId) -> Stopped {
        let scenario = self.scenario();
        let who = self.routine_matter(site, None);
        let service = scenario.group_of(site).desk.as_ref().and_then(|desk| desk.routine_needs);
        let Some(service) = service else {
            return Stopped { service, who, is_scoped: false, stopped_by: 0, downs: Vec::new() };
        };
        let is_scoped = self.is_scoped(service, &who);
        let stopped_by = self.outage.stop_mask(scenario, service, &who);
        let downs = if is_scoped { Vec::new() } else { self.outage.downs(scenario, service, &who).collect() };
        Stopped { service: Some(service), who, is_scoped, stopped_by, downs }
    }

    /// Whether a routine matter comes at its own time under the schedule: it meets no stop then, and was
    /// not brought forward.
    #[inline]
    fn comes(&self, stopped: &Stopped, business: &[Matter], job: &Job) -> bool {
        if let Some(index) = business_of(job.owner) {
            return self.business_comes(&business[index], job.arrival);
        }
        if !stopped.is_scoped {
            return stopped.downs.iter().all(|down| !down.contains(job.arrival));
        }
        let who = Who { scheme: self.routine_scheme(job), ..stopped.who };
        stopped.service.is_none_or(|service| self.is_up(service, &who, job.arrival))
    }

    fn business_comes(&self, matter: &Matter, at: SimTime) -> bool {
        let needs = self.scenario().care[usize::from(matter.visit.care)].needs;
        let who = self.routine_matter(matter.visit.key.site, Some(&matter.visit));
        !matter.is_moved && self.is_up(needs, &who, at)
    }

    fn is_up(&self, service: u16, who: &Who, at: SimTime) -> bool {
        self.outage.down_at(self.scenario(), service, who, at).is_none()
    }

    /// The stops that may take the service of a routine matter away, as a mask, whenever it comes.
    pub(super) fn may_stop(&self, stopped: &Stopped, business: &[Matter], job: &Job) -> u64 {
        let scenario = self.scenario();
        if let Some(index) = business_of(job.owner) {
            let visit = &business[index].visit;
            let needs = scenario.care[usize::from(visit.care)].needs;
            return self.outage.stop_mask(scenario, needs, &self.routine_matter(visit.key.site, Some(visit)));
        }
        match stopped.service.filter(|_| stopped.is_scoped) {
            None => stopped.stopped_by,
            Some(service) => {
                let who = Who { scheme: self.routine_scheme(job), ..stopped.who };
                self.outage.stop_mask(scenario, service, &who)
            }
        }
    }

    /// Adds the routine matters that meet a stop and come once it is over to the jobs that the schedule
    /// makes; the others lapse. Business that meets a stop has become a claim instead.
    pub(super) fn routine_after_stops(&mut self, site: SiteId, stopped: &Stopped, scratch: &mut DeskScratch) {
        let (Some(desk), Some(service)) = (self.scenario().group_of(site).desk.as_ref(), stopped.service) else {
            return;
        };
        let (from, until) = self.outage.span();
        let first = scratch.routine.partition_point(|job| job.arrival < from);
        let last = scratch.routine.partition_point(|job| job.arrival < until);
        for job in &scratch.routine[first..last.max(first)] {
            if business_of(job.owner).is_some() || self.comes(stopped, &[], job) {
                continue;
            }
            let mut who = stopped.who;
            if stopped.is_scoped {
                who.scheme = self.routine_scheme(job);
            }
            let up = self.outage.up_from(self.scenario(), Some(service), &who, job.arrival);
            match self.routine_back(site, desk, job, up) {
                Some(arrival) => {
                    let stopped_by = self.may_stop(stopped, &[], job);
                    scratch.jobs.push(Job { arrival, stopped_by, ..*job });
                }
                None => self.record.desks[usize::from(desk.class)].routine_lapsed += 1,
            }
        }
    }

    /// All jobs under the schedule in order of arrival: the routine ones that come at their own time,
    /// and those that the schedule makes.
    pub(super) fn list(
        &self,
        stopped: &Stopped,
        business: &[Matter],
        routine: &[Job],
        made: &[Job],
        listed: &mut Vec<Job>,
    ) {
        listed.clear();
        listed.reserve(routine.len() + made.len());
        let mut made = made.iter().peekable();
        for job in routine {
            if self.comes(stopped, business, job) {
                while let Some(first) = made.next_if(|first| first.rank() < job.rank()) {
                    listed.push(*first);
                }
                listed.push(Job { stopped_by: self.may_stop(stopped, business, job), ..*job });
            }
        }
        listed.extend(made);
    }

    /// Whether stops of a service tell schemes apart: only then need one know whose a matter is.
    fn is_scoped(&self, service: u16, nobody: &Who) -> bool {
        let scenario = self.scenario();
        let mask = |who: &Who| self.outage.stop_mask(scenario, service, who);
        let common = mask(nobody);
        (0..scenario.schemes.len() as u8).any(|scheme| mask(&Who { scheme, ..*nobody }) != common)
    }

    /// Scheme of the person of a routine matter: by the numbers insured, from the matter's own words.
    fn routine_scheme(&self, job: &Job) -> u8 {
        let key = PersonKey::from_order(job.order);
        let u = self.source.block(key.site, StreamId::Routine, key.person, key.index).u(3);
        let schemes = &self.scenario().schemes;
        let mut left = u * schemes.iter().map(|scheme| scheme.insured).sum::<f64>();
        let found = schemes.iter().position(|scheme| {
            left -= scheme.insured;
            left < 0.0
        });
        found.unwrap_or(0) as u8
    }

    /// Who a routine matter is for the scope of stops: nobody in particular, unless it is business. One
    /// that is none has a scheme where stops tell them apart ([`Run::routine_scheme`]), but no class and
    /// no care type: stops for some of these only do not concern it.
    fn routine_matter(&self, site: SiteId, visit: Option<&Visit>) -> Who {
        let place = &self.scenario().sites[site as usize];
        Who {
            scheme: visit.map_or(0, |visit| visit.scheme),
            district: place.district,
            group: place.group,
            care: visit.map_or(63, |visit| visit.care),
            classes: visit.map_or(0, |visit| visit.classes),
            action: Action::Purchase,
        }
    }

    /// When a routine matter that met a stop comes instead, if it does.
    fn routine_back(&self, site: SiteId, desk: &DeskSpec, job: &Job, up: SimTime) -> Option<SimTime> {
        let key = PersonKey::from_order(job.order);
        let block = self.source.block(site, StreamId::Return, key.person, key.index);
        let hours = &self.hours[usize::from(self.scenario().sites[site as usize].group)];
        let index = hours.first_open(up) + (block.u(1) * 5.0) as usize;
        let &day = hours.open_days.get(index).filter(|_| block.u(0) < desk.routine_returns_share)?;
        hours.arrival_from(day, block.u(2), up)
    }
}
