//! What visits do when their service is down (model: "What a visit does"): stocked up, deferred,
//! pathway, forgone, in this order, by the latent draws of the visit; and the claims they leave.

use crate::calendar::SimTime;
use crate::claim::{Claim, Coming, Work, coming};
use crate::engine::{Job, Lane};
use crate::pathway::{
    Bill, Case, Pathway, Payment, Step, asked_fen, choose_pathway, payment, split_bill, split_with_second_deductible,
};
use crate::patient::Visit;
use crate::record::{BURDEN_PERCENT, Exit, Loss, Part, State, add_on_day};
use crate::rng::{Block, StreamId};
use crate::scenario::raw::{Action, Contact, DemandKind, Place, StayState};
use crate::scenario::world::{Benefit, SiteId};
use crate::schedule::{Interval, Matter};
use crate::trace::Event;
use crate::units::{fen_from_yuan, seconds_from_minutes};

use super::Run;
use super::fates::{Care, Fate};

/// Index bit of the second behaviour block of a visit.
const SECOND: u32 = 1 << 27;

/// What a pathway asks of a patient, by its own split of the bill.
#[derive(Clone, Copy)]
pub(super) struct Offer {
    pub(super) pathway: u16,
    pub(super) bill: Bill,
    /// Paid at the visit, fen.
    pub(super) asked: u32,
    /// What a second deductible takes from the fund's part, fen.
    pub(super) second_deductible: u32,
}

/// What is drawn for a visit when it is met by a stop, whatever the schedule: drawn once, and kept for
/// the other schedules.
#[derive(Clone, Copy)]
pub(super) struct Latents {
    /// The behaviour block of the visit.
    pub(super) behaviour: Block,
    /// Its bill as on a normal day, and whether it was capped, once asked for.
    bill: Option<(Bill, bool)>,
    /// What the patient has, once asked for.
    means: Option<Means>,
}

/// A visit met by a stop.
#[derive(Clone, Copy)]
pub(super) struct Met {
    pub(super) visit: Visit,
    pub(super) matter: Matter,
    pub(super) down: Interval,
    pub(super) state: StayState,
    /// Share of the bill that falls to this visit; less than one after an interim settlement.
    pub(super) bill_share: f64,
}

/// What a person has.
#[derive(Clone, Copy)]
pub(super) struct Means {
    monthly_income_yuan: f64,
    cash_fen: u32,
}

impl Means {
    /// Cash in hand for a bill: everybody has the own cash of a normal day.
    pub(super) fn cash_fen(self, bill: Bill) -> u32 {
        self.cash_fen.max(bill.own)
    }
}

impl Run<'_> {
    /// Applies the schedule to the patients of a provider.
    pub(super) fn patients(&mut self, site: SiteId) {
        if self.scenario().suspensions.is_empty() && self.scenario().measures.is_empty() {
            return;
        }
        self.visits();
        self.stays(site);
        self.sessions(site);
        self.refills(site);
    }

    pub(super) fn matter_of(&self, visit: &Visit, action: Action) -> Matter {
        let place = &self.scenario().sites[visit.key.site as usize];
        Matter {
            scheme: visit.scheme,
            district: place.district,
            group: place.group,
            care: visit.care,
            classes: visit.classes,
            action,
        }
    }

    /// Independent visits that a stop may meet.
    fn visits(&mut self) {
        let mut drawn = std::mem::take(&mut self.desk.drawn);
        drawn.latents.resize(drawn.visits.len(), None);
        for (visit, latents) in drawn.visits.iter().zip(&mut drawn.latents) {
            if self.care_down[usize::from(visit.care)].contains(visit.due) {
                self.meet_drawn(*visit, Action::Purchase, latents);
            }
        }
        self.desk.drawn = drawn;
    }

    /// First and last day on which a care type of this kind at this group may be down.
    pub(super) fn days_down(&self, group: u16, kind: DemandKind) -> Option<(u32, u32)> {
        let mut down = Interval { start: SimTime::NEVER, end: SimTime::START };
        for (care, interval) in self.scenario().care.iter().zip(&self.care_down) {
            if care.kind == kind && care.group_share[usize::from(group)] > 0.0 {
                down.start = down.start.min(interval.start);
                down.end = down.end.max(interval.end);
            }
        }
        (down.start < down.end).then(|| (down.start.day(), SimTime(down.end.0 - 1).day()))
    }

    /// Treats a visit as due if its service is down at that moment.
    pub(super) fn meet(&mut self, visit: Visit, action: Action) {
        self.meet_drawn(visit, action, &mut None);
    }

    /// The same, with what other schedules have drawn for the visit.
    fn meet_drawn(&mut self, visit: Visit, action: Action, latents: &mut Option<Latents>) {
        if visit.due >= self.scenario().horizon() {
            return;
        }
        let matter = self.matter_of(&visit, action);
        let needs = self.scenario().care[usize::from(visit.care)].needs;
        if let Some((_, down)) = self.outage.down_at(self.scenario(), needs, &matter, visit.due) {
            let met = Met { visit, matter, down, state: StayState::DischargedInGap, bill_share: 1.0 };
            let latents = latents.get_or_insert_with(|| self.latents_of(&visit));
            if let Some((claim, site)) = self.affected(met, latents) {
                self.send(claim, site);
            }
        }
    }

    /// What is drawn for a visit, of which nothing but its behaviour has been asked for.
    pub(super) fn latents_of(&self, visit: &Visit) -> Latents {
        let behaviour = self.source.block(visit.key.site, StreamId::Behaviour, visit.key.person, visit.key.index);
        Latents { behaviour, bill: None, means: None }
    }

    /// Counts an affected visit and decides what it does; the answer is a claim on its way.
    pub(super) fn affected(&mut self, met: Met, latents: &mut Latents) -> Option<(Claim, SiteId)> {
        let visit = met.visit;
        self.count_affected(&visit);
        let care = &self.model.scenario.care[usize::from(visit.care)];
        let u = latents.behaviour.u(0);
        if !care.essential && u < care.elective_share * care.deferred_share {
            self.defer(&met, latents);
            return None;
        }
        let is_elective = u < care.elective_share && !care.essential;
        self.pay(met, latents, is_elective)
    }

    /// Whether the patient is one person over several visits; all others are one person a visit.
    fn has_memory(&self, visit: &Visit) -> bool {
        let kind = self.scenario().care[usize::from(visit.care)].kind;
        matches!(kind, DemandKind::Sessions | DemandKind::Refills)
    }

    /// What somebody has, by the behaviour block of the visit; of patients with memory by that of
    /// the person, which has index 0.
    pub(super) fn means_with(&self, visit: &Visit, latents: &mut Latents) -> Means {
        *latents.means.get_or_insert_with(|| self.means_of(visit, latents.behaviour))
    }

    fn means_of(&self, visit: &Visit, block: Block) -> Means {
        let block = if self.has_memory(visit) { self.person_block(visit) } else { block };
        let (scenario, normal) = (self.scenario(), &self.model.population.normal);
        let monthly_income_yuan =
            scenario.schemes[usize::from(visit.scheme)].monthly_income_yuan.draw(block.word(3), normal);
        let months = scenario.behaviour.cash_months.draw(block.word(2), normal);
        Means { monthly_income_yuan, cash_fen: fen_from_yuan(monthly_income_yuan * months) }
    }

    fn person_block(&self, patient: &Visit) -> Block {
        self.source.block(patient.key.site, StreamId::Behaviour, patient.key.person, 0)
    }

    /// Counts a patient with memory, all of whose visits have been met.
    pub(super) fn person_done(&mut self, patient: &Visit) {
        if self.prepaid_by_person > 0 {
            let means = self.means_of(patient, self.person_block(patient));
            self.count_person(patient, means);
        }
    }

    /// Counts a person by what the visits since the last person have prepaid.
    fn count_person(&mut self, visit: &Visit, means: Means) {
        let prepaid = std::mem::take(&mut self.prepaid_by_person) as f64;
        if prepaid <= 0.0 {
            return;
        }
        let income_fen = means.monthly_income_yuan * 100.0;
        let household_fen = self.scenario().schemes[usize::from(visit.scheme)].household_size * income_fen;
        let cell = self.record.cell(visit.care, visit.scheme);
        cell.people_prepaying += 1;
        cell.income_share_e4 += (prepaid / income_fen.max(100.0) * 1e4).min(1e12) as i64;
        cell.hardship_10 += i64::from(prepaid > 0.1 * household_fen);
        cell.hardship_40 += i64::from(prepaid > 0.4 * household_fen);
        for (people, percent) in cell.over.iter_mut().zip(BURDEN_PERCENT) {
            *people += i64::from(prepaid > f64::from(percent) / 100.0 * household_fen);
        }
    }

    /// A visit or matter of business due in the outage.
    fn count_affected(&mut self, visit: &Visit) {
        self.record.cell(visit.care, visit.scheme).affected += 1;
        add_on_day(&mut self.record.days[usize::from(visit.care)].affected, visit.due, 1);
    }

    fn part(&mut self, visit: &Visit, part: Part) {
        self.record.cell(visit.care, visit.scheme).parts[part as usize] += 1;
    }

    /// An affected visit or matter that had been moved before the stop.
    pub(super) fn count_moved(&mut self, visit: &Visit) {
        self.count_affected(visit);
        self.part(visit, Part::StockedUp);
        self.log_visit(visit, visit.due, Event::StockedUp);
    }

    fn defer(&mut self, met: &Met, latents: &Latents) {
        let visit = &met.visit;
        self.part(visit, Part::Deferred);
        let care = &self.model.scenario.care[usize::from(visit.care)];
        let draws = self.source.block(visit.key.site, StreamId::Behaviour, visit.key.person, visit.key.index | SECOND);
        let days = care.deferral_days.draw(draws.word(1), &self.model.population.normal);
        let horizon = self.scenario().horizon();
        let back = SimTime(met.down.end.0.saturating_add((days * 86_400.0) as u32)).min(horizon);
        self.deferred_to = Some(back);
        self.record.cell(visit.care, visit.scheme).deferral_seconds += i64::from(back.0 - visit.due.0);
        self.note_fate(visit, latents, Care::Deferred, 0);
        self.log_visit(visit, visit.due, Event::Deferred);
    }

    /// Logs what a visit without a pathway did.
    pub(super) fn log_visit(&mut self, visit: &Visit, at: SimTime, event: Event) {
        if self.trace.is_some() {
            let claim = self.claim_of(visit, 0, Payment::default(), Action::Purchase);
            let claim = Claim { work: Work::BeforeStop(0, u32::MAX), ..claim };
            self.log(visit.key.site, &claim, at, event, 0);
        }
    }

    /// The visit's bill as on a normal day.
    pub(super) fn bill_of(&mut self, met: &Met, latents: &mut Latents) -> Bill {
        let visit = &met.visit;
        if self.scenario().care[usize::from(visit.care)].kind == DemandKind::Business {
            return Bill::default();
        }
        if let Some((bill, capped)) = latents.bill {
            self.record.cell(visit.care, visit.scheme).capped += i64::from(capped);
            return bill;
        }
        let draws = self.stream().bill_draws(visit);
        let (whole, capped) = self.stream().bill_fen(visit, &draws);
        let fen = (f64::from(whole) * met.bill_share).floor() as u32;
        self.record.cell(visit.care, visit.scheme).capped += i64::from(capped);
        let split = |fen| split_bill(fen, self.benefit(visit), draws.u(1), draws.u(2));
        if fen == whole {
            let bill = split(fen);
            latents.bill = Some((bill, capped));
            return bill;
        }
        // The first part was settled before and has used up deductible and cap: as one stay.
        let (all, first) = (split(whole), split(whole - fen));
        let fund = all.fund.saturating_sub(first.fund).min(fen);
        let account = all.account.saturating_sub(first.account).min(fen - fund);
        Bill { fund, account, own: fen - fund - account }
    }

    fn benefit(&self, visit: &Visit) -> &Benefit {
        &self.scenario().care[usize::from(visit.care)].benefit[usize::from(visit.scheme)]
    }

    /// What a pathway asks for the bill of a normal day. One with a second deductible splits the bill
    /// anew; the fund never pays more by that.
    pub(super) fn offer(&self, visit: &Visit, pathway: u16, normal: Bill) -> Offer {
        let way = &self.scenario().pathways[usize::from(pathway)];
        let mut bill = normal;
        if way.second_deductible {
            let twice =
                split_with_second_deductible(normal.total(), self.benefit(visit), self.stream().bill_draws(visit).u(2));
            bill = if twice.fund < normal.fund { twice } else { normal };
        }
        let second_deductible = normal.fund - bill.fund;
        Offer { pathway, bill, asked: asked_fen(way.pays, bill), second_deductible }
    }

    /// Pathway, or forgone when cash in hand does not reach.
    fn pay(&mut self, met: Met, latents: &mut Latents, is_elective: bool) -> Option<(Claim, SiteId)> {
        let visit = met.visit;
        let bill = self.bill_of(&met, latents);
        let scenario = &self.model.scenario;
        let care = &scenario.care[usize::from(visit.care)];
        let rules = &scenario.rules[usize::from(visit.care)];
        let case = Case {
            matter: &met.matter,
            has_station: scenario.sites[visit.key.site as usize].station.is_some(),
            state: met.state,
            time: visit.due,
            actual: &self.outage.actual,
        };
        let means = self.means_with(&visit, latents);
        let cash = means.cash_fen(bill);
        let Some(chosen) = choose_pathway(rules, &case, latents.behaviour.u(1)) else {
            self.forgo(&visit, latents);
            return None;
        };
        let mut offer = self.offer(&visit, chosen, bill);
        match self.within(&visit, &case, offer, bill, cash) {
            Some(possible) => offer = possible,
            None if is_elective => {
                self.defer(&met, latents);
                return None;
            }
            // Essential care is given; what cash does not cover is owed to the provider.
            None if care.essential => offer.asked = cash,
            None => {
                self.forgo(&visit, latents);
                return None;
            }
        }
        self.count_payment(&met, offer, means, latents)
    }

    /// What somebody chose if cash in hand reaches for it, else the open pathway that asks for least,
    /// if it reaches for that.
    pub(super) fn within(&self, visit: &Visit, case: &Case<'_>, chosen: Offer, bill: Bill, cash: u32) -> Option<Offer> {
        if chosen.asked <= cash {
            return Some(chosen);
        }
        let rules = &self.model.scenario.rules[usize::from(visit.care)];
        let open = rules.iter().filter(|rule| rule.is_open(case));
        let others = open.map(|rule| self.offer(visit, rule.pathway, bill));
        others.filter(|other| other.asked <= cash).min_by_key(|other| other.asked)
    }

    /// Notes what became of a patient, where schedules are compared. Agency business is no care.
    fn note_fate(&mut self, visit: &Visit, latents: &Latents, care: Care, prepaid: i64) {
        let is_business = self.scenario().care[usize::from(visit.care)].kind == DemandKind::Business;
        if self.fates.is_none() || is_business {
            return;
        }
        let has_memory = self.has_memory(visit);
        let block = if has_memory { self.person_block(visit) } else { latents.behaviour };
        let fate = Fate::new(visit, has_memory, block.u(3), care, prepaid);
        self.fates.iter_mut().for_each(|fates| fates.push(fate));
    }

    fn forgo(&mut self, visit: &Visit, latents: &Latents) {
        self.part(visit, Part::Forgone);
        self.note_fate(visit, latents, Care::Forgone, 0);
        self.log_visit(visit, visit.due, Event::Forgone);
    }

    pub(super) fn count_payment(
        &mut self,
        met: &Met,
        offer: Offer,
        means: Means,
        latents: &Latents,
    ) -> Option<(Claim, SiteId)> {
        let visit = &met.visit;
        let Offer { pathway, bill, asked: paid, second_deductible } = offer;
        let way = &self.model.scenario.pathways[usize::from(pathway)];
        let money = payment(paid, bill, way.is_final);
        // A stay that only spans the outage is counted apart, not as affected, and pays after it.
        let is_in_outage = met.state == StayState::DischargedInGap;
        if is_in_outage {
            self.part(visit, part_of(paid, bill));
            add_on_day(&mut self.record.days[usize::from(visit.care)].self_pay, visit.due, i64::from(paid));
        }
        let prepaid = i64::from(money.prepaid_fund) + i64::from(money.prepaid_account);
        let cell = self.record.cell(visit.care, visit.scheme);
        cell.bill += i64::from(bill.total());
        cell.bill_fund += i64::from(bill.fund);
        cell.bill_account += i64::from(bill.account);
        cell.bill_own += i64::from(bill.own);
        cell.second_deductible += i64::from(second_deductible);
        *(if is_in_outage { &mut cell.self_pay } else { &mut cell.paid_after }) += i64::from(paid);
        cell.prepaid_fund += i64::from(money.prepaid_fund);
        cell.prepaid_account += i64::from(money.prepaid_account);
        cell.account_kept += i64::from(money.account_kept);
        cell.own_due += i64::from(money.own_due);
        cell.carried += i64::from(money.carried);
        cell.prepaying += i64::from(prepaid > 0);
        self.prepaid_by_person += prepaid;
        if !self.has_memory(visit) {
            self.count_person(visit, means);
        }
        self.note_fate(visit, latents, Care::Given, prepaid);
        add_on_day(&mut self.record.days[usize::from(visit.care)].prepaid, visit.due, prepaid);
        let claim = self.claim_of(visit, pathway, money, met.matter.action);
        self.log(visit.key.site, &claim, visit.due, Event::Paid, i64::from(paid));
        self.make_claim(claim, way)
    }

    /// Whether the person claims at all, and the claim's way to its first desk. Who has paid no more
    /// than is due has nothing to come for: only what the provider does by itself goes on.
    fn make_claim(&mut self, claim: Claim, way: &Pathway) -> Option<(Claim, SiteId)> {
        let is_business = self.scenario().care[usize::from(claim.care)].kind == DemandKind::Business;
        let is_settled = claim.prepaid() == 0 && claim.carried == 0 && claim.own_due == 0;
        if is_settled && !is_business && !way.steps.iter().all(is_by_provider) {
            return None;
        }
        let block = self.source.block(claim.key.site, StreamId::Behaviour, claim.key.person, claim.key.index | SECOND);
        let prepaid = claim.prepaid();
        let is_small = prepaid < i64::from(way.small_refund_fen);
        let share = if is_small { way.small_claimed_share } else { way.claimed_share };
        if way.is_final || (prepaid > 0 && block.u(0) >= share) {
            self.lose(claim, claim.paid_at, Loss::NeverMade);
            return None;
        }
        self.advance(claim, None)
    }

    pub(super) fn claim_of(&self, visit: &Visit, pathway: u16, money: Payment, action: Action) -> Claim {
        let scenario = self.scenario();
        let deadline = scenario
            .pathways
            .get(usize::from(pathway))
            .and_then(|way| way.window.as_ref())
            .map_or(SimTime::NEVER, |window| window.deadline(&scenario.clock, &self.outage.actual, visit.due));
        Claim {
            key: visit.key,
            care: visit.care,
            scheme: visit.scheme,
            pathway,
            step: 0,
            visits: 0,
            reworks: 0,
            work: Work::Pathway,
            action,
            home: visit.home,
            classes: visit.classes,
            paid_at: visit.due,
            deadline,
            ready: visit.due,
            came: SimTime::NEVER,
            prepaid_fund: money.prepaid_fund,
            prepaid_account: money.prepaid_account,
            own_due: money.own_due,
            carried: money.carried,
        }
    }

    /// Moves a claim that is ready for its step as far as it gets without a desk. The answer is a
    /// claim for a desk, with `ready` set; none when it is done, lost or gone. `at` is the desk it
    /// is at now: a further step at the same kind of place stays there.
    pub(super) fn advance(&mut self, mut claim: Claim, at: Option<SiteId>) -> Option<(Claim, SiteId)> {
        let horizon = self.scenario().horizon();
        loop {
            let way = &self.model.scenario.pathways[usize::from(claim.pathway)];
            let Some(step) = way.steps.get(usize::from(claim.step)) else {
                self.done(claim);
                return None;
            };
            if step.at == Place::Outside {
                let block =
                    self.source.block(claim.key.site, StreamId::Service, claim.key.person, claim.key.at(claim.step, 0));
                let days = step.outside_days.draw(block.word(0), &self.model.population.normal);
                let up = self.outage.up_from(self.scenario(), step.needs, &claim.matter(self.scenario()), claim.ready);
                claim.ready = SimTime(up.0.saturating_add((days * 86_400.0) as u32));
            } else if step.contact == Contact::Automatic {
                claim.ready =
                    self.outage.up_from(self.scenario(), step.needs, &claim.matter(self.scenario()), claim.ready);
            } else {
                let here = at.filter(|&site| {
                    step.at != Place::SameSite
                        && step.at != Place::Station
                        && self.scenario().sites[site as usize].group == step.group
                });
                let u = || {
                    let index = claim.key.at(claim.step, 63);
                    self.source.block(claim.key.site, StreamId::Return, claim.key.person, index).u(0)
                };
                let place = here.or_else(|| self.model.directory.place(self.scenario(), step, &claim, at, u));
                match place {
                    Some(site) => return Some((claim, site)),
                    None => claim.ready = SimTime::NEVER,
                }
            }
            if claim.ready >= horizon {
                self.strand(&claim);
                return None;
            }
            claim.step += 1;
        }
    }

    /// Sends a claim to a desk: a job here, a parcel elsewhere.
    pub(super) fn send(&mut self, claim: Claim, site: SiteId) {
        if let Some((claim, arrival)) = self.enter(claim, site) {
            let here = site == claim.key.site;
            if here {
                let job = self.job_of(&claim, site, arrival, self.desk.claims.len() as u32);
                self.desk.claims.push(claim);
                self.desk.jobs.push(job);
            } else {
                self.inbox[site as usize].push(super::Parcel { claim, arrival });
            }
        }
    }

    /// Enters a claim at a desk and says when it comes; none when it does not by the horizon, or
    /// is lost.
    pub(super) fn enter(&mut self, claim: Claim, site: SiteId) -> Option<(Claim, SimTime)> {
        let scenario = &self.model.scenario;
        let horizon = scenario.horizon();
        let way = &scenario.pathways[usize::from(claim.pathway)];
        let step = &way.steps[usize::from(claim.step)];
        let Some(desk) = scenario.group_of(site).desk.as_ref() else {
            self.strand(&claim);
            return None;
        };
        let class = usize::from(desk.class);
        let found = coming(&self.course(), &claim, step, way.returns, site, claim.reworks);
        let late = claim.deadline.max(claim.ready);
        // Who is too late only after the end of the simulation is outstanding until then.
        let (until, exit) = match found {
            Coming::At(arrival) if arrival < horizon => (arrival, None),
            Coming::TooLate if late < horizon => (late, Some(Exit::Gone)),
            Coming::At(_) | Coming::NotByHorizon | Coming::TooLate => (horizon, Some(Exit::Present)),
        };
        let (tally, balance) = (&mut self.record.desks[class], &mut self.balances[site as usize]);
        tally.enter(balance, claim.step, claim.ready);
        tally.spend(balance, State::NotCome, claim.ready, until);
        let Some(exit) = exit else {
            return Some((claim, until));
        };
        tally.exit(balance, claim.step, until, exit);
        if exit == Exit::Gone {
            self.lose(claim, late, Loss::TooLate);
        } else {
            self.strand(&claim);
        }
        None
    }

    /// The job that a claim is at the desk of a site.
    pub(super) fn job_of(&self, claim: &Claim, site: SiteId, arrival: SimTime, owner: u32) -> Job {
        let scenario = &self.model.scenario;
        let attempt = claim.reworks;
        let block =
            self.source.block(claim.key.site, StreamId::Service, claim.key.person, claim.key.at(claim.step, attempt));
        let step = &scenario.pathways[usize::from(claim.pathway)].steps[usize::from(claim.step)];
        let desk = scenario.group_of(site).desk.as_ref();
        let minutes = step.minutes.draw(block.word(1), &self.model.population.normal);
        let lane = match step.contact {
            Contact::InPerson if desk.is_some_and(|desk| desk.priority_classes & claim.classes != 0) => Lane::Priority,
            Contact::InPerson => Lane::Ordinary,
            Contact::Called | Contact::Remote | Contact::Automatic => Lane::Tray,
        };
        let stopped_by =
            step.needs.map_or(0, |service| self.outage.stop_mask(scenario, service, &claim.matter(scenario)));
        Job {
            arrival,
            order: claim.key.order(),
            service: seconds_from_minutes(minutes),
            patience: block.word(2),
            stopped_by,
            lane,
            tries: 0,
            expires: SimTime::NEVER,
            owner,
        }
    }

    /// The last step is done: the provider has its money, and the patient's comes back.
    pub(super) fn done(&mut self, mut claim: Claim) {
        if claim.work != Work::Pathway {
            return;
        }
        self.carry(&claim, claim.ready);
        claim.carried = 0;
        let scenario = &self.model.scenario;
        let way = &scenario.pathways[usize::from(claim.pathway)];
        let horizon = scenario.horizon();
        let prepaid = claim.prepaid();
        let at = match way.refund {
            crate::pathway::Refund::AtDesk => claim.ready,
            crate::pathway::Refund::Never if prepaid > 0 => {
                self.lose(claim, claim.ready, Loss::NeverMade);
                return;
            }
            crate::pathway::Refund::Never => claim.ready,
            crate::pathway::Refund::Transfer { .. } if prepaid == 0 => claim.ready,
            crate::pathway::Refund::Transfer { run, lag_days } => {
                let run = self.payment_run(&claim, way, run);
                if run == SimTime::NEVER { run } else { SimTime(run.0.saturating_add(lag_days * 86_400)) }
            }
        };
        if at >= horizon {
            self.strand(&claim);
            return;
        }
        let cell = self.record.cell(claim.care, claim.scheme);
        // Nobody's way was any the longer for what is done without them.
        cell.done += i64::from(claim.visits > 0);
        cell.window_visits += i64::from(claim.visits);
        cell.refunded += prepaid;
        cell.prepaid_fen_seconds += i128::from(prepaid) * i128::from(at.0 - claim.paid_at.0);
        if way.own_share_due {
            cell.own_due_paid += i64::from(claim.own_due);
        }
        if prepaid > 0 {
            cell.refunds += 1;
            cell.refund_seconds += i64::from(at.0 - claim.paid_at.0);
            add_on_day(&mut self.record.days[usize::from(claim.care)].refunded, at, prepaid);
            self.log(claim.key.site, &claim, at, Event::Refunded, prepaid);
        }
    }

    /// The next payment run at which the service that settled the claim is up: nothing is paid out
    /// while it is down.
    fn payment_run(&self, claim: &Claim, way: &Pathway, run: u16) -> SimTime {
        let scenario = &self.model.scenario;
        let needs = way.steps.last().and_then(|step| step.needs);
        let matter = claim.matter(scenario);
        let runs = &scenario.payment_runs[usize::from(run)];
        let mut at = runs.next(claim.ready);
        while at != SimTime::NEVER {
            let up = self.outage.up_from(scenario, needs, &matter, at);
            if up == at {
                break;
            }
            at = runs.next(up);
        }
        at
    }

    /// The claim is lost; its money counts as outstanding until the horizon all the same.
    pub(super) fn lose(&mut self, claim: Claim, at: SimTime, why: Loss) {
        let horizon = self.scenario().horizon();
        let prepaid = claim.prepaid();
        let cell = self.record.cell(claim.care, claim.scheme);
        // Account money that is not claimed back stays on its owner's account: never lost.
        cell.lost[why as usize] += i64::from(claim.prepaid_fund);
        cell.account_spared += i64::from(claim.prepaid_account);
        cell.claims_lost[why as usize] += i64::from(prepaid > 0 || why != Loss::NeverMade);
        cell.prepaid_fen_seconds += i128::from(prepaid) * i128::from(horizon.0 - claim.paid_at.0);
        self.carry(&claim, horizon);
        self.log(claim.key.site, &claim, at.min(horizon), Event::Lost, prepaid);
    }

    /// The claim is still open at the horizon.
    pub(super) fn strand(&mut self, claim: &Claim) {
        let horizon = self.scenario().horizon();
        let cell = self.record.cell(claim.care, claim.scheme);
        cell.outstanding += claim.prepaid();
        let open = i128::from(horizon.0 - claim.paid_at.0);
        cell.prepaid_fen_seconds += i128::from(claim.prepaid()) * open;
        self.carry(claim, horizon);
    }

    /// What the provider carries stood on its ledger from the visit until then, at most to the
    /// horizon.
    fn carry(&mut self, claim: &Claim, until: SimTime) {
        let until = until.min(self.scenario().horizon());
        let cell = self.record.cell(claim.care, claim.scheme);
        cell.carried_fen_seconds += i128::from(claim.carried) * i128::from(until.0 - claim.paid_at.0);
        self.record.ledger.carry(claim.paid_at, until, i64::from(claim.carried));
    }
}

/// Whether the provider does a step by itself, without the patient coming for it.
fn is_by_provider(step: &Step) -> bool {
    matches!(step.at, Place::SameSite | Place::Station) && step.contact != Contact::InPerson
}

fn part_of(paid: u32, bill: Bill) -> Part {
    if bill.total() > 0 && paid == bill.total() {
        Part::PaidAll
    } else if paid > 0 {
        Part::PaidPart
    } else {
        Part::PaidNothing
    }
}
