//! Stays: who is in hospital before the stop, who is discharged in the gap, who spans it; and
//! agency business that meets a stop.
//!
//! Work before the stop (settling those who are fit, interim settlement, conversion to
//! self-paying) lies in the hospital's tray until the cut-off. What the cut-off leaves undone is
//! counted, and the stay goes on as if the measure had not been taken.

use crate::calendar::SimTime;
use crate::claim::{Claim, Work};
use crate::engine::{Job, Lane};
use crate::pathway::{Case, Payment, choose_pathway};
use crate::patient::Visit;
use crate::record::STEPS;
use crate::rng::StreamId;
use crate::scenario::raw::{Action, DemandKind, MeasureKind, Pays, StayState};
use crate::scenario::world::SiteId;
use crate::schedule::{Interval, Matter};
use crate::units::seconds_from_minutes;

use super::Run;
use super::handling::{Latents, Met, Offer};

/// The step at which work before the stop is counted.
const BEFORE_STOP: u8 = STEPS as u8 - 1;

/// What a measure does with a stay that is in hospital at its cut-off.
#[derive(Clone, Copy, PartialEq, Eq)]
enum BeforeStop {
    Nothing,
    /// Settled and discharged: the outage never meets it.
    Settled(u16, SimTime),
    /// Settled so far; only the rest of the bill meets the outage.
    Interim(u16, SimTime),
    /// Registered as self-paying.
    Converted(u16, SimTime),
}

impl Run<'_> {
    /// Stays that a stop or a measure may touch.
    pub(super) fn stays(&mut self, site: SiteId) {
        let Some((from, until)) = self.stays_of_interest(self.scenario().sites[site as usize].group) else {
            return;
        };
        let stays = std::mem::take(&mut self.desk.drawn.stays);
        for (index, stay) in stays.iter().enumerate() {
            if stay.due >= from && stay.admitted < i64::from(until.0) {
                self.stay(*stay, index as u32);
            }
        }
        self.desk.drawn.stays = stays;
    }

    /// Stays at a group's sites that end at or after the first moment and begin before the second one may
    /// be touched by a stop or a measure; none may be where there is no answer.
    pub(super) fn stays_of_interest(&self, group: u16) -> Option<(SimTime, SimTime)> {
        let (first, last) = self.days_down(group, DemandKind::Stays)?;
        let measures = self.scenario().measures.iter().filter(|measure| is_for_stays(measure.kind));
        let cut_offs = measures.map(|measure| measure.until.resolve(&self.outage.actual, SimTime::NEVER));
        let from = SimTime::at(first, 0).min(cut_offs.min().unwrap_or(SimTime::NEVER));
        Some((from, SimTime::at(last + 1, 0)))
    }

    fn stay(&mut self, stay: Visit, index: u32) {
        let matter = self.matter_of(&stay, Action::Discharge);
        match self.before_stop(&stay, &matter) {
            BeforeStop::Nothing => self.stay_in_gap(stay, 1.0),
            BeforeStop::Settled(measure, cut_off) => {
                self.stay_work(&stay, measure, cut_off, index);
            }
            BeforeStop::Interim(measure, cut_off) => {
                if !self.stay_work(&stay, measure, cut_off, index) {
                    self.stay_in_gap(stay, interim_rest(&stay, cut_off));
                }
            }
            BeforeStop::Converted(measure, cut_off) => {
                self.stay_work(&stay, measure, cut_off, index);
                self.stay_in_gap(stay, 1.0);
            }
        }
    }

    fn before_stop(&self, stay: &Visit, matter: &Matter) -> BeforeStop {
        let block = self.source.block(stay.key.site, StreamId::Stay, stay.key.person, stay.key.index | 1 << 25);
        for (index, measure) in self.scenario().measures.iter().enumerate() {
            if !is_for_stays(measure.kind) || !measure.who.holds(matter) {
                continue;
            }
            let cut_off = measure.until.resolve(&self.outage.actual, stay.due);
            let is_in_hospital = stay.admitted < i64::from(cut_off.0) && cut_off <= stay.due;
            if cut_off == SimTime::NEVER || !is_in_hospital {
                continue;
            }
            let index = index as u16;
            match measure.kind {
                MeasureKind::SettleBefore => {
                    let is_near = stay.due.0 - cut_off.0 <= measure.fit.0;
                    if is_near && block.u(0) < measure.share {
                        return BeforeStop::Settled(index, cut_off);
                    }
                }
                MeasureKind::InterimSettlement => return BeforeStop::Interim(index, cut_off),
                _ => return BeforeStop::Converted(index, cut_off),
            }
        }
        BeforeStop::Nothing
    }

    /// Desk work for a stay before its cut-off, in the tray from a moment between the measure's
    /// beginning (or the admission) and the cut-off. Whether it makes a job at all.
    fn stay_work(&mut self, stay: &Visit, measure: u16, cut_off: SimTime, index: u32) -> bool {
        let block = self.source.block(stay.key.site, StreamId::Stay, stay.key.person, stay.key.index | 1 << 26);
        let rule = &self.scenario().measures[usize::from(measure)];
        let from = rule.from.resolve(&self.outage.actual, stay.due).0.max(stay.admitted.max(0) as u32);
        let span = cut_off.0.saturating_sub(from).max(1);
        let moment = SimTime(from.min(cut_off.0) + (block.u(0) * f64::from(span)) as u32);
        self.work(stay, measure, moment, cut_off, index)
    }

    /// Desk work of a refill moved before the stop.
    pub(super) fn work_before_stop(&mut self, visit: &Visit, measure: u16, at: SimTime, expires: SimTime) {
        self.work(visit, measure, at, expires, u32::MAX);
    }

    /// Puts work that a measure creates on the provider's own desk. A measure without minutes
    /// makes none: the visit then passes through the ordinary cashier. Whether there is a job.
    fn work(&mut self, visit: &Visit, measure: u16, at: SimTime, expires: SimTime, stay: u32) -> bool {
        let scenario = &self.model.scenario;
        let rule = &scenario.measures[usize::from(measure)];
        let block = self.source.block(visit.key.site, StreamId::Service, visit.key.person, visit.key.at(15, 0));
        let minutes = rule.minutes.draw(block.word(1), &self.model.population.normal);
        let desk = scenario.group_of(visit.key.site).desk.as_ref();
        let Some(desk) = desk.filter(|_| minutes > 0.0 && at < scenario.horizon()) else {
            if stay != u32::MAX {
                self.record.cell(visit.care, visit.scheme).before_stop_done += 1;
            }
            return false;
        };
        let is_present = stay == u32::MAX;
        let arrival = if is_present {
            // On the day of the purchase, after it if the desk is still open then and before the
            // cut-off; on a day without opening hours the person comes when the desk next opens.
            let hours = &self.hours[usize::from(scenario.sites[visit.key.site as usize].group)];
            let until = rule.until.resolve(&self.outage.actual, visit.due);
            hours.arrival_from(at.day(), block.u(0), at).filter(|time| *time < until).unwrap_or(at)
        } else {
            at
        };
        let (class, balance) = (usize::from(desk.class), &mut self.balances[visit.key.site as usize]);
        self.record.desks[class].enter(balance, BEFORE_STOP, arrival);
        let owner = self.desk.claims.len() as u32;
        self.desk.claims.push(Claim {
            key: visit.key,
            care: visit.care,
            scheme: visit.scheme,
            pathway: 0,
            step: BEFORE_STOP,
            visits: 0,
            reworks: 0,
            work: Work::BeforeStop(measure, stay),
            action: Action::Discharge,
            home: visit.home,
            classes: visit.classes,
            paid_at: arrival,
            deadline: expires,
            ready: arrival,
            came: SimTime::NEVER,
            prepaid_fund: 0,
            prepaid_account: 0,
            own_due: 0,
            carried: 0,
        });
        self.desk.jobs.push(Job {
            arrival,
            order: visit.key.order(),
            service: seconds_from_minutes(minutes),
            patience: block.word(2),
            stopped_by: 0,
            lane: if is_present { Lane::Ordinary } else { Lane::Tray },
            tries: 0,
            expires,
            owner,
        });
        true
    }

    /// A stay after whatever was done before the stop.
    fn stay_in_gap(&mut self, stay: Visit, bill_share: f64) {
        if let Some((claim, site)) = self.stay_claim(stay, bill_share) {
            self.send(claim, site);
        }
    }

    /// The claim of a stay that meets the outage at its discharge, or spans it.
    pub(super) fn stay_claim(&mut self, stay: Visit, bill_share: f64) -> Option<(Claim, SiteId)> {
        let scenario = &self.model.scenario;
        let matter = self.matter_of(&stay, Action::Discharge);
        let needs = scenario.care[usize::from(stay.care)].needs;
        if stay.due < scenario.horizon()
            && let Some((_, down)) = self.outage.down_at(scenario, needs, &matter, stay.due)
        {
            let met = Met { visit: stay, matter, down, state: StayState::DischargedInGap, bill_share };
            return self.affected(met, &mut self.latents_of(&stay));
        }
        let down = self.spanned(&stay, needs, &matter)?;
        self.record.cell(stay.care, stay.scheme).spanning += 1;
        let met = Met { visit: stay, matter, down, state: StayState::DischargedAfter, bill_share };
        let mut latents = self.latents_of(&stay);
        let u = latents.behaviour.u(1);
        let pathway = choose_pathway(&scenario.rules[usize::from(stay.care)], &self.case_after(&met), u)?;
        let is_settled_then =
            |pathway: u16| matches!(scenario.pathways[usize::from(pathway)].pays, Pays::Nothing | Pays::OwnShare);
        if is_settled_then(pathway) {
            return self.registered_again(&met, pathway, &mut latents);
        }
        if stay.due >= scenario.horizon() {
            return None;
        }
        let bill = self.bill_of(&met, &mut latents);
        let means = self.means_with(&stay, &mut latents);
        let cash = means.cash_fen(bill);
        let offer = self.offer(&stay, pathway, bill);
        match self.within(&stay, &self.case_after(&met), offer, bill, cash) {
            Some(other) if is_settled_then(other.pathway) => self.registered_again(&met, other.pathway, &mut latents),
            Some(offer) => self.count_payment(&met, offer, means, &latents),
            // The stay is over: what cash does not cover is owed to the hospital.
            None => self.count_payment(&met, Offer { asked: cash, ..offer }, means, &latents),
        }
    }

    /// The case of a stay over the outage, at its end.
    fn case_after<'s>(&'s self, met: &'s Met) -> Case<'s> {
        Case {
            matter: &met.matter,
            has_station: self.scenario().sites[met.visit.key.site as usize].station.is_some(),
            state: met.state,
            time: met.down.end,
            actual: &self.outage.actual,
        }
    }

    /// Registered again once the service is back, and settled as usual at discharge: the own share is
    /// then no different from the normal course.
    fn registered_again(&mut self, met: &Met, pathway: u16, latents: &mut Latents) -> Option<(Claim, SiteId)> {
        let stay = met.visit;
        if self.scenario().pathways[usize::from(pathway)].second_deductible {
            let bill = self.bill_of(met, latents);
            let more = self.offer(&stay, pathway, bill).second_deductible;
            self.record.cell(stay.care, stay.scheme).second_deductible += i64::from(more);
        }
        let visit = Visit { due: met.down.end, ..stay };
        let claim = self.claim_of(&visit, pathway, Payment::default(), Action::Discharge);
        self.advance(claim, None)
    }

    /// The outage that a stay spans: in hospital in it, discharged after it.
    fn spanned(&self, stay: &Visit, needs: u16, matter: &Matter) -> Option<Interval> {
        self.outage.downs(self.scenario(), needs, matter).find(|&Interval { start, end }| {
            start < end && end < self.scenario().horizon() && stay.admitted < i64::from(end.0) && stay.due >= end
        })
    }

    /// Business at a hall under the schedule: what comes to the window as usual, what meets a
    /// stop, and online demand that turns to the windows.
    pub(super) fn business(&mut self, site: SiteId) {
        for index in 0..self.desk.business.len() {
            let visit = self.desk.business[index].visit;
            self.desk.business[index].is_moved = self.business_met(visit, site);
        }
        self.online_business(site);
    }

    /// Treats a matter as due at a window; the answer is whether it had been brought forward.
    fn business_met(&mut self, visit: Visit, site: SiteId) -> bool {
        let matter = self.matter_of(&visit, Action::Purchase);
        if self.brought_forward(&visit, &matter, site) {
            return true;
        }
        let needs = self.scenario().care[usize::from(visit.care)].needs;
        let Some((_, down)) = self.outage.down_at(self.scenario(), needs, &matter, visit.due) else {
            return false;
        };
        let met = Met { visit, matter, down, state: StayState::DischargedInGap, bill_share: 1.0 };
        if let Some((claim, place)) = self.affected(met, &mut self.latents_of(&visit)) {
            // Whoever came to this hall goes to this hall.
            let same = self.scenario().sites[place as usize].group == self.scenario().sites[site as usize].group;
            self.send(claim, if same { site } else { place });
        }
        false
    }

    /// Whether an applicant brings a matter forward: it falls into the announced stop of its service
    /// and comes to the window before it instead. Such a matter counts as affected, with the
    /// stocked-up, when its service is really down at the time it was due.
    fn brought_forward(&mut self, visit: &Visit, matter: &Matter, site: SiteId) -> bool {
        let scenario = &self.model.scenario;
        let care = &scenario.care[usize::from(visit.care)];
        let mut measures = scenario.measures.iter().filter(|measure| measure.kind == MeasureKind::BringForward);
        if !measures.any(|measure| measure.who.care >> visit.care & 1 == 1) {
            return false;
        }
        let is_announced = scenario
            .suspensions
            .iter()
            .any(|stop| stop.stop <= visit.due && visit.due < stop.planned && stop.stops(care.needs, matter));
        let group = usize::from(scenario.sites[site as usize].group);
        if !is_announced || scenario.groups[group].desk.is_none() {
            return false;
        }
        for measure in &scenario.measures {
            if measure.kind != MeasureKind::BringForward || !measure.who.holds(matter) {
                continue;
            }
            let (person, index_of) = (visit.key.person ^ measure.index() << 11, visit.key.index | 1 << 26);
            let block = self.source.block(site, StreamId::Business, person, index_of);
            let from = measure.from.resolve(&self.outage.actual, visit.due).max(scenario.announced_at);
            let until = measure.until.resolve(&self.outage.actual, visit.due).min(visit.due);
            let hours = &self.hours[group];
            let (first, last) = (hours.first_open(from), hours.first_open(until));
            if from >= until || block.u(0) >= measure.share {
                continue;
            }
            let index = first + (block.u(1) * (last + 1 - first) as f64) as usize;
            let day = hours.open_days.get(index).copied();
            let arrival = day.and_then(|day| hours.arrival_from(day, block.u(2), from));
            let Some(arrival) = arrival.filter(|time| *time < until) else { continue };
            let draws = self.source.block(site, StreamId::Routine, visit.key.person, visit.key.index);
            let minutes = care.minutes.draw(draws.word(1), &self.model.population.normal);
            let owner = super::routine::BUSINESS | self.desk.business.len() as u32;
            let job = Job {
                arrival,
                order: visit.key.order(),
                service: seconds_from_minutes(minutes),
                patience: draws.word(2),
                stopped_by: self.outage.stop_mask(scenario, care.needs, matter),
                lane: Lane::Ordinary,
                tries: 0,
                expires: SimTime::NEVER,
                owner,
            };
            self.desk.business.push(super::routine::Matter { visit: *visit, is_moved: false });
            self.desk.jobs.push(job);
            if self.outage.down_at(scenario, care.needs, matter, visit.due).is_some() {
                self.count_moved(visit);
            }
            return true;
        }
        false
    }

    /// Online demand while the online channel is down: a share comes to the windows, and may meet
    /// a stop there; the others do it online later and leave no work.
    fn online_business(&mut self, site: SiteId) {
        let scenario = &self.model.scenario;
        let group = scenario.sites[site as usize].group;
        if scenario.groups[usize::from(group)].desk.is_none() {
            return;
        }
        let Some((first, last)) = self.days_down(group, DemandKind::Business) else {
            return;
        };
        let due = std::mem::take(&mut self.desk.drawn.matters);
        for &visit in due.iter().filter(|visit| (first..=last).contains(&visit.due.day())) {
            let care = &scenario.care[usize::from(visit.care)];
            let block = self.source.block(site, StreamId::Routine, visit.key.person, visit.key.index);
            let matter = self.matter_of(&visit, Action::Purchase);
            let online_down = care
                .online_needs
                .is_some_and(|online| self.outage.down_at(scenario, online, &matter, visit.due).is_some());
            // The same draw that sent it online, rescaled, says who turns to the windows.
            let turns = block.u(0) < care.online_share * care.online_to_hall_share;
            if block.u(0) >= care.online_share || !online_down || !turns {
                continue;
            }
            if self.outage.down_at(scenario, care.needs, &matter, visit.due).is_some() {
                self.business_met(visit, site);
                continue;
            }
            let hours = &self.hours[usize::from(group)];
            let index = hours.first_open(visit.due);
            let day = hours.open_days.get(index);
            let Some(arrival) = day.and_then(|&day| hours.arrival_from(day, block.u(3), visit.due)) else {
                continue;
            };
            let minutes = care.minutes.draw(block.word(1), &self.model.population.normal);
            let owner = super::routine::BUSINESS | self.desk.business.len() as u32;
            self.desk.business.push(super::routine::Matter { visit, is_moved: false });
            let stopped_by = self.outage.stop_mask(scenario, care.needs, &matter);
            let patience = block.word(2);
            self.desk.jobs.push(Job {
                arrival,
                order: visit.key.order(),
                service: seconds_from_minutes(minutes),
                patience,
                stopped_by,
                lane: Lane::Ordinary,
                tries: 0,
                expires: SimTime::NEVER,
                owner,
            });
        }
        self.desk.drawn.matters = due;
    }
}

fn is_for_stays(kind: MeasureKind) -> bool {
    matches!(kind, MeasureKind::SettleBefore | MeasureKind::InterimSettlement | MeasureKind::ConvertBefore)
}

/// Share of a stay's bill that falls after an interim settlement: by time.
pub(super) fn interim_rest(stay: &Visit, cut_off: SimTime) -> f64 {
    let whole = (i64::from(stay.due.0) - stay.admitted).max(1) as f64;
    (f64::from(stay.due.0.saturating_sub(cut_off.0)) / whole).clamp(0.0, 1.0)
}
