//! Claims 待办结算件: the work that visits leave for desks, and when it gets there.
//!
//! Once the service of a step is up, a person comes on the first open day with the pathway's rush
//! share, else with a daily hazard, at an hour of the desk's profile; a deadline pulls late comers
//! forward in a share, the others lose the claim. Work with nobody present lies in the tray as
//! soon as its service is up.

use crate::calendar::SimTime;
use crate::desk::OpenHours;
use crate::pathway::{Returns, Step};
use crate::patient::PersonKey;
use crate::rng::{Source, StreamId};
use crate::scenario::raw::{Action, Contact, Place, SiteKind};
use crate::scenario::world::{Scenario, SiteId};
use crate::schedule::{Matter, Outage};

/// What a claim is about, beside the steps of its pathway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// A step of its pathway.
    Pathway,
    /// Work that a measure (by index) creates before the stop,
    /// with the index of the stay at its site (`u32::MAX`: not a stay).
    BeforeStop(u16, u32),
}

/// One claim.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// Key of its draws.
    pub key: PersonKey,
    /// Care type.
    pub care: u8,
    /// Scheme.
    pub scheme: u8,
    /// Pathway.
    pub pathway: u16,
    /// Step of the pathway.
    pub step: u8,
    /// Visits to windows so far.
    pub visits: u8,
    /// Times papers were missing.
    pub reworks: u8,
    /// What it is about.
    pub work: Work,
    /// What is wanted, for the scope of stops.
    pub action: Action,
    /// District in which the person lives.
    pub home: u16,
    /// Classes.
    pub classes: u32,
    /// When the patient paid.
    pub paid_at: SimTime,
    /// First moment at which a claim is too late.
    pub deadline: SimTime,
    /// Ready for the present step since.
    pub ready: SimTime,
    /// First came to the present desk.
    pub came: SimTime,
    /// Prepaid for the fund, fen.
    pub prepaid_fund: u32,
    /// Prepaid for the account, fen.
    pub prepaid_account: u32,
    /// Own cash still due, fen.
    pub own_due: u32,
    /// Carried by the provider, fen.
    pub carried: u32,
}

impl Claim {
    /// Prepayment in fen.
    pub fn prepaid(&self) -> i64 {
        i64::from(self.prepaid_fund) + i64::from(self.prepaid_account)
    }

    /// Who wants what where, for the scope of stops at a site.
    pub fn matter(&self, scenario: &Scenario) -> Matter {
        let site = &scenario.sites[self.key.site as usize];
        Matter {
            scheme: self.scheme,
            district: site.district,
            group: site.group,
            care: self.care,
            classes: self.classes,
            action: self.action,
        }
    }
}

/// When and how a claim gets to a desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coming {
    /// Comes or lies in the tray at this moment.
    At(SimTime),
    /// Not within the horizon.
    NotByHorizon,
    /// Would come too late.
    TooLate,
}

/// Where steps can be done: halls and offices by group, by district, weighted by windows.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    by_group: Vec<Vec<(SiteId, f64)>>,
    by_district: Vec<Vec<Vec<(SiteId, f64)>>>,
}

impl Directory {
    /// Lists the sites of every group.
    pub fn new(scenario: &Scenario) -> Self {
        let districts = scenario.districts.len().max(1);
        let mut directory = Self {
            by_group: vec![Vec::new(); scenario.groups.len()],
            by_district: vec![vec![Vec::new(); districts]; scenario.groups.len()],
        };
        for (index, site) in scenario.sites.iter().enumerate() {
            let group = usize::from(site.group);
            let weight = f64::from(site.windows.max(1));
            directory.by_group[group].push((index as SiteId, weight));
            directory.by_district[group][usize::from(site.district)].push((index as SiteId, weight));
        }
        directory
    }

    fn pick(list: &[(SiteId, f64)], u: f64) -> Option<SiteId> {
        let total: f64 = list.iter().map(|(_, weight)| weight).sum();
        let mut left = u * total;
        for &(site, weight) in list {
            if left < weight {
                return Some(site);
            }
            left -= weight;
        }
        list.last().map(|(site, _)| *site)
    }

    /// The site of a step for a claim that is `at` a desk now, or comes from the visit: none for
    /// steps outside the city, or where no such site exists. `u` draws among several. Papers go to the back office of the
    /// district in which they were handed in; care outside the city has no district, so there the
    /// person's own counts.
    pub fn place(
        &self,
        scenario: &Scenario,
        step: &Step,
        claim: &Claim,
        at: Option<SiteId>,
        u: impl Fn() -> f64,
    ) -> Option<SiteId> {
        let provider = &scenario.sites[claim.key.site as usize];
        let group = usize::from(step.group);
        let in_district = |district: u16| {
            let here = &self.by_district[group][usize::from(district)];
            Self::pick(if here.is_empty() { &self.by_group[group] } else { here }, u())
        };
        let is_away = scenario.group_of(claim.key.site).kind == SiteKind::Away;
        let district_of_care = if is_away { claim.home } else { provider.district };
        let handed_in = at.map_or(district_of_care, |site| scenario.sites[site as usize].district);
        match step.at {
            Place::SameSite => Some(claim.key.site),
            Place::Station => Some(provider.station.unwrap_or(claim.key.site)),
            Place::AnyHall => Self::pick(&self.by_group[group], u()),
            Place::HomeHall => in_district(claim.home),
            Place::ProviderHall => in_district(district_of_care),
            Place::BackOffice => in_district(handed_in),
            Place::Outside => None,
        }
    }
}

/// What coming depends on: one course of one replication.
#[derive(Debug, Clone, Copy)]
pub struct Course<'a> {
    /// World.
    pub scenario: &'a Scenario,
    /// Actual stops; none in the normal course.
    pub outage: &'a Outage,
    /// Opening hours by group in this course; empty for sites without a desk.
    pub hours: &'a [OpenHours],
    /// Draws.
    pub source: &'a Source,
}

/// When a claim that is ready since `claim.ready` comes for its step to a site.
pub fn coming(course: &Course<'_>, claim: &Claim, step: &Step, returns: Returns, site: SiteId, attempt: u8) -> Coming {
    let scenario = course.scenario;
    let matter = claim.matter(scenario);
    let up = course.outage.up_from(scenario, step.needs, &matter, claim.ready);
    if up >= scenario.horizon() {
        let is_late = step.contact == Contact::InPerson && claim.deadline < scenario.horizon();
        return if is_late { Coming::TooLate } else { Coming::NotByHorizon };
    }
    if step.contact != Contact::InPerson {
        return Coming::At(up);
    }
    let group = usize::from(scenario.sites[site as usize].group);
    if scenario.groups[group].desk.is_none() {
        return Coming::NotByHorizon;
    }
    let hours = &course.hours[group];
    let block =
        course.source.block(claim.key.site, StreamId::Return, claim.key.person, claim.key.at(claim.step, attempt));
    let first = hours.first_open(up);
    let second_of =
        |index: usize| -> Option<SimTime> { hours.arrival_from(*hours.open_days.get(index)?, block.u(2), up) };
    let wished = second_of(first + open_days_later(returns, block.u(0), block.u(1)));
    let in_time = wished.filter(|time| *time < claim.deadline);
    let chosen = match in_time {
        Some(time) => Some(time),
        None if claim.deadline == SimTime::NEVER => None,
        None if block.u(3) >= returns.deadline_pull_share => return Coming::TooLate,
        None => {
            let last = hours.open_days.partition_point(|&day| SimTime::at(day, 0) < claim.deadline);
            if last <= first {
                return Coming::TooLate;
            }
            // Evenly over the open days that are left: given that the draw is below the share, its
            // part of the share is uniform.
            let spread = block.u(3) / returns.deadline_pull_share;
            let index = first + ((spread * (last - first) as f64) as usize).min(last - first - 1);
            match second_of(index).filter(|time| *time < claim.deadline) {
                Some(time) => Some(time),
                None => return Coming::TooLate,
            }
        }
    };
    let Some(time) = chosen else {
        return Coming::NotByHorizon;
    };
    // A second stop may lie between: whoever meets it comes once it is over.
    let again = course.outage.up_from(scenario, step.needs, &matter, time);
    if again == time {
        return Coming::At(time);
    }
    let later = hours.first_open(again);
    match hours.open_days.get(later).filter(|_| again < scenario.horizon()) {
        None => Coming::NotByHorizon,
        Some(&day) => hours.arrival_from(day, block.u(2), again).map_or(Coming::NotByHorizon, |time| {
            if time >= claim.deadline { Coming::TooLate } else { Coming::At(time) }
        }),
    }
}

/// Open days after the first on which someone comes: 0 with the rush share, else geometric.
fn open_days_later(returns: Returns, u_rush: f64, u_day: f64) -> usize {
    if u_rush < returns.rush_share {
        return 0;
    }
    if returns.daily_share >= 1.0 {
        return 1;
    }
    if returns.daily_share <= 0.0 {
        return 100_000;
    }
    1 + (libm::log(u_day) / libm::log(1.0 - returns.daily_share)) as usize
}
