//! What the patients of one site bring, drawn once for all schedules.
//!
//! Only what any of the schedules may touch is drawn; each then looks at what it touches itself. All
//! draws are keyed, so that asking for more schedules changes none of them.

use std::ops::RangeInclusive;

use crate::calendar::SimTime;
use crate::patient::{Refills, Visit};
use crate::scenario::raw::{DemandKind, SiteKind};
use crate::scenario::world::SiteId;

use super::Run;
use super::handling::Latents;

/// Draws of one site.
#[derive(Default)]
pub(super) struct Drawn {
    /// Independent visits, in order of the day.
    pub(super) visits: Vec<Visit>,
    /// What has been drawn for each of them, by the first schedule that meets it.
    pub(super) latents: Vec<Option<Latents>>,
    /// Stays, in order of the day of admission.
    pub(super) stays: Vec<Visit>,
    /// Weekdays, second of the day and patient of those with sessions.
    pub(super) sessions: Vec<(u8, u32, Visit)>,
    /// Patients with refills, by care type.
    pub(super) refills: Vec<(Refills, Visit)>,
    /// (halls) Agency business due, window and online together.
    pub(super) matters: Vec<Visit>,
}

impl Drawn {
    fn clear(&mut self) {
        let Self { visits, latents, stays, sessions, refills, matters } = self;
        latents.clear();
        [visits, stays, matters].into_iter().for_each(Vec::clear);
        sessions.clear();
        refills.clear();
    }
}

/// From the first beginning to the last end of the spans that there are.
fn hull<T: Ord + Copy>(spans: impl Iterator<Item = Option<(T, T)>>) -> Option<(T, T)> {
    spans.flatten().reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))
}

/// Draws what any of the schedules may touch at a site.
pub(super) fn draw(runs: &[Run<'_>], site: SiteId, drawn: &mut Drawn) {
    drawn.clear();
    let Some(first) = runs.first() else { return };
    let group = first.scenario().sites[site as usize].group;
    let days_down = |kind| hull(runs.iter().map(|run| run.days_down(group, kind)));
    match first.scenario().group_of(site).kind {
        SiteKind::Hall => {
            for day in days_down(DemandKind::Business).into_iter().flat_map(|(first, last)| first..=last) {
                first.stream().business(site, day, &mut drawn.matters);
            }
        }
        SiteKind::Provider | SiteKind::Away => {
            if first.model.population.has_visits(group) {
                draw_visits(runs, site, days_down(DemandKind::Visits), drawn);
            }
            if let Some((from, until)) = hull(runs.iter().map(|run| run.stays_of_interest(group))) {
                first.stream().stays(site, from, until, &mut drawn.stays);
            }
            if days_down(DemandKind::Sessions).is_some() {
                draw_sessions(first, site, drawn);
            }
            draw_refills(runs, site, drawn);
        }
        SiteKind::Station | SiteKind::BackOffice => {}
    }
}

fn draw_visits(runs: &[Run<'_>], site: SiteId, days: Option<(u32, u32)>, drawn: &mut Drawn) {
    for day in days.into_iter().flat_map(|(first, last)| first..=last) {
        let may_be_down =
            |care: u8, due: SimTime| runs.iter().any(|run| run.care_down[usize::from(care)].contains(due));
        runs[0].stream().visits_of_interest(site, day, may_be_down, &mut drawn.visits);
    }
}

/// Care types of a kind that the sites of a group have.
fn care_of(run: &Run<'_>, group: u16, kind: DemandKind) -> impl Iterator<Item = usize> {
    let care = run.scenario().care.iter().enumerate();
    care.filter(move |(_, care)| care.kind == kind && care.group_share[usize::from(group)] > 0.0)
        .map(|(index, _)| index)
}

fn draw_sessions(run: &Run<'_>, site: SiteId, drawn: &mut Drawn) {
    let scenario = run.scenario();
    for care in care_of(run, scenario.sites[site as usize].group, DemandKind::Sessions) {
        for scheme in 0..scenario.schemes.len() {
            let patients = 0..run.stream().patients(site, care, scheme);
            drawn.sessions.extend(patients.map(|number| run.stream().session_patient(site, care, scheme, number)));
        }
    }
}

fn draw_refills(runs: &[Run<'_>], site: SiteId, drawn: &mut Drawn) {
    let Some(first) = runs.first() else { return };
    let scenario = first.scenario();
    let group = scenario.sites[site as usize].group;
    for care in care_of(first, group, DemandKind::Refills) {
        let ends = |days: RangeInclusive<u32>| (*days.start(), *days.end());
        let Some((from, until)) = hull(runs.iter().map(|run| run.refill_days(group, care).map(ends))) else {
            continue;
        };
        let cycle = scenario.care[care].cycle_days;
        for scheme in 0..scenario.schemes.len() {
            for number in 0..first.stream().patients(site, care, scheme) {
                let refills = first.stream().refills(site, care, scheme, number);
                if refills.first_from(from, cycle).1 <= until {
                    drawn.refills.push((refills, first.stream().refill_patient(&refills)));
                }
            }
        }
    }
}
