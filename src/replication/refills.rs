//! Patients with memory: sessions on fixed weekdays, and refills with stock-up before the stop.
//!
//! Who stocks up is decided by announced times only; a refill that was moved or deferred shifts the
//! later ones.

use std::ops::RangeInclusive;

use crate::calendar::SimTime;
use crate::patient::{Refills, Visit};
use crate::rng::StreamId;
use crate::scenario::raw::{Action, DemandKind, MeasureKind};
use crate::scenario::world::SiteId;
use crate::schedule::Matter;
use crate::trace::Event;

use super::Run;

impl Run<'_> {
    /// Sessions on fixed weekdays while their service may be down.
    pub(super) fn sessions(&mut self, site: SiteId) {
        let scenario = &self.model.scenario;
        let Some((first, last)) = self.days_down(scenario.sites[site as usize].group, DemandKind::Sessions) else {
            return;
        };
        let sessions = std::mem::take(&mut self.desk.drawn.sessions);
        for &(pattern, second, patient) in &sessions {
            for day in first..=last {
                if pattern >> scenario.clock.weekday(day) & 1 == 1 {
                    let mut visit = Visit { due: SimTime::at(day, second), ..patient };
                    visit.key.index = day;
                    self.meet(visit, Action::Purchase);
                }
            }
            self.person_done(&patient);
        }
        self.desk.drawn.sessions = sessions;
    }

    /// Refill patients: stock-up before the stop, and refills that meet it.
    pub(super) fn refills(&mut self, site: SiteId) {
        let group = self.scenario().sites[site as usize].group;
        let people = std::mem::take(&mut self.desk.drawn.refills);
        let mut days = None;
        for &(refills, patient) in &people {
            // They come in order of their care type.
            let care = usize::from(patient.care);
            if days.as_ref().is_none_or(|&(of, _)| of != care) {
                days = Some((care, self.refill_days(group, care)));
            }
            if let Some((_, Some(days))) = &days {
                self.refill_chain(&refills, &patient, days.clone());
            }
        }
        self.desk.drawn.refills = people;
    }

    /// First and last day on which refills of a care type at a group's sites are of interest.
    pub(super) fn refill_days(&self, group: u16, care: usize) -> Option<RangeInclusive<u32>> {
        let scenario = self.scenario();
        let kind = &scenario.care[care];
        let (_, last) = self.days_down(group, DemandKind::Refills)?;
        // Who stocks up is decided by announced times: the refills after the purchase are looked
        // at whether the outage turned out shorter or longer.
        let last = scenario
            .measures
            .iter()
            .filter(|measure| measure.kind == MeasureKind::StockUp && measure.who.care >> care & 1 == 1)
            .map(|measure| measure.until.resolve(&self.outage.actual, SimTime::NEVER))
            .filter(|until| *until < scenario.horizon())
            .map(|until| until.day() + 31 + kind.cycle_days)
            .fold(last, u32::max);
        Some(self.first_day_of_interest(kind.needs)..=last.min(scenario.clock.days() - 1))
    }

    /// Nobody acts before the announcement, and no refill before every stop of its service is met or
    /// moved: until then refills are the same under every schedule.
    fn first_day_of_interest(&self, service: u16) -> u32 {
        let scenario = self.scenario();
        let stops = scenario.suspensions.iter().zip(&self.outage.actual);
        let first = stops
            .filter(|(stop, _)| stop.services >> service & 1 == 1)
            .map(|(stop, actual)| stop.stop.min(actual.start))
            .min()
            .unwrap_or(scenario.horizon());
        first.max(scenario.announced_at).day()
    }

    /// One patient's refills between two days. A refill that was moved or deferred shifts the later ones.
    fn refill_chain(&mut self, refills: &Refills, patient: &Visit, days: RangeInclusive<u32>) {
        let cycle = self.scenario().care[usize::from(patient.care)].cycle_days;
        let last = *days.end();
        let (mut refill, mut day) = refills.first_from(*days.start(), cycle);
        if day > last {
            return;
        }
        let matter = self.matter_of(patient, Action::Purchase);
        let mut stocked = false;
        while day <= last {
            let due = self.stream().refill_time(patient, refill, day);
            let mut visit = Visit { due, ..*patient };
            visit.key.index = refill + 1;
            let moved = if stocked { None } else { self.stock_up(&visit, &matter, cycle) };
            let next = match moved {
                Some(supplied_to) => {
                    stocked = true;
                    let needs = self.scenario().care[usize::from(patient.care)].needs;
                    if self.outage.down_at(self.scenario(), needs, &matter, due).is_some() {
                        self.count_moved(&visit);
                    } else {
                        self.record.cell(visit.care, visit.scheme).needless_stock_up += 1;
                    }
                    // What was bought covers these refills too.
                    while day + cycle < supplied_to && day + cycle <= last {
                        (day, refill) = (day + cycle, refill + 1);
                        let due = self.stream().refill_time(patient, refill, day);
                        if self.outage.down_at(self.scenario(), needs, &matter, due).is_some() {
                            let mut covered = Visit { due, ..*patient };
                            covered.key.index = refill + 1;
                            self.count_moved(&covered);
                        }
                    }
                    supplied_to.max(day + 1)
                }
                None => {
                    self.deferred_to = None;
                    self.meet(visit, Action::Purchase);
                    let bought = self.deferred_to.map_or(day, |back| back.day().max(day));
                    bought.saturating_add(cycle)
                }
            };
            day = next;
            refill += 1;
        }
        self.person_done(patient);
    }

    /// Whether the patient moves this refill before the stop, going by announced times only; the
    /// day to which the supply then lasts.
    fn stock_up(&mut self, visit: &Visit, matter: &Matter, cycle: u32) -> Option<u32> {
        let scenario = &self.model.scenario;
        let needs = scenario.care[usize::from(visit.care)].needs;
        let stop = scenario
            .suspensions
            .iter()
            .find(|stop| stop.stop <= visit.due && visit.due < stop.planned && stop.stops(needs, matter));
        for (index, measure) in scenario.measures.iter().enumerate() {
            if measure.kind != MeasureKind::StockUp || !measure.who.holds(matter) {
                continue;
            }
            let block = self.source.block(visit.key.site, StreamId::Refill, visit.key.person, measure.index());
            let from = measure.from.resolve(&self.outage.actual, visit.due).max(scenario.announced_at);
            let until = measure.until.resolve(&self.outage.actual, visit.due);
            if from >= until {
                continue;
            }
            let span = until.0 - from.0;
            let day = SimTime(from.0 + (block.u(1) * f64::from(span)) as u32).day();
            let bought = self.stream().refill_time(visit, 1 << 19, day).max(from).min(SimTime(until.0 - 1));
            // The patient buys as much as is allowed: all refills due until it is used up are moved.
            let supplied = measure.supply.lasts_to(&scenario.clock, bought);
            let is_early = bought < visit.due;
            let takes_part = match stop {
                Some(_) => is_early && block.u(0) < measure.share && supplied > visit.due.day(),
                None => {
                    scenario.suspensions.iter().any(|stop| visit.due >= stop.planned && stop.stops(needs, matter))
                        && block.u(0) < measure.needless_share
                        && visit.due.0 - bought.0.min(visit.due.0) < cycle * 86_400
                }
            };
            if !takes_part {
                continue;
            }
            if stop.is_none() && (!is_early || supplied <= visit.due.day()) {
                // Bought for nothing: the supply ends before the refill is due, which comes as ever.
                self.record.cell(visit.care, visit.scheme).needless_stock_up += 1;
                self.work_before_stop(visit, index as u16, bought, SimTime::NEVER);
                continue;
            }
            self.work_before_stop(visit, index as u16, bought, SimTime::NEVER);
            self.log_visit(visit, bought, Event::BoughtEarly);
            return Some(supplied);
        }
        None
    }
}
