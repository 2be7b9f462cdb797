//! Serving a desk: what finished, leaving and remaining jobs mean for claims and counts.

use crate::calendar::{DAY, SimTime};
use crate::claim::{Claim, Work};
use crate::desk::{DeskSpec, Learning, Roster, RosterChange};
use crate::distribution::Distribution;
use crate::engine::{DeskRun, Engine, Flow, Job, Lane, Leave, Remains, TooManyEvents, serve};
use crate::laws::{Breach, Service, WindowLaw};
use crate::patient::{PersonKey, Visit};
use crate::record::{Exit, Loss, State, add_on_day};
use crate::rng::StreamId;
use crate::scenario::raw::MeasureKind;
use crate::scenario::world::SiteId;
use crate::schedule::Interval;
use crate::trace::Event;

use super::days::{Coming, serve_different, serve_normal};
use super::routine::{ROUTINE, Stopped};
use super::stays::interim_rest;
use super::{DeskScratch, Run, Side, SiteWaits, Waits, patience_seconds};

/// Most times that papers can be missing for one step.
const REWORKS_MAX: u8 = 20;

/// Bit in a claim's reworks that a refusal sets, so that its new pathway draws anew.
const REFUSED: u8 = 32;

/// One desk being served.
pub(super) struct Serving<'r, 'm> {
    pub(super) run: &'r mut Run<'m>,
    site: SiteId,
    pub(super) class: usize,
    claims: &'r mut Vec<Claim>,
    pub(super) waits: &'r mut SiteWaits,
    old_claims: &'r mut [i32],
    stays: &'r [Visit],
    patience: Option<&'r Distribution>,
    patience_least: &'r [u32; 64],
    /// Routine matters that come before this are left out of the waits.
    warm: SimTime,
    pub(super) counted: Counted,
    /// Waits of routine matters that are neither nothing nor in the warm-up, where they are noted.
    pub(super) waits_noted: Option<Vec<u32>>,
    windows: WindowLaw<'r>,
}

/// What is counted at one site before it is added to its class.
#[derive(Default, Clone, Copy)]
pub(super) struct Counted {
    /// Jobs that started.
    jobs: i64,
    /// Routine matters after the warm-up that did not wait.
    unhindered: u64,
    /// Visits that ended without service, by reason.
    left: [i64; 4],
    /// Services that a stop froze.
    frozen: i64,
}

fn work_of(job: &Job) -> Service {
    Service { seconds: job.service, stopped_by: job.stopped_by }
}

impl Counted {
    /// Adds what was counted between two moments of the same desk.
    pub(super) fn add_difference(&mut self, before: &Self, after: &Self) {
        self.jobs += after.jobs - before.jobs;
        self.frozen += after.frozen - before.frozen;
        self.unhindered += after.unhindered - before.unhindered;
        for (left, (after, before)) in self.left.iter_mut().zip(after.left.iter().zip(before.left)) {
            *left += after - before;
        }
    }
}

/// What is known of a desk before it is served.
struct Prepared<'m> {
    changes: Vec<RosterChange<'m>>,
    /// How stops meet the routine work; none in the normal course.
    stopped: Option<Stopped>,
    /// The learning curve, with the return that starts it.
    learning: Option<(&'m Learning, SimTime)>,
}

impl<'m> Run<'m> {
    /// Serves a site's desk in one course and counts its days.
    pub(super) fn serve(&mut self, site: SiteId) -> Result<(), Breach> {
        let Some(desk) = self.model.scenario.group_of(site).desk.as_ref() else {
            return Ok(());
        };
        let mut scratch = std::mem::take(&mut self.desk);
        let served = self.serve_with(site, desk, &mut scratch);
        self.desk = scratch;
        served
    }

    fn serve_with(&mut self, site: SiteId, desk: &'m DeskSpec, scratch: &mut DeskScratch) -> Result<(), Breach> {
        let model = self.model;
        let scenario = &model.scenario;
        let group = usize::from(scenario.sites[site as usize].group);
        let days = scenario.clock.days();
        let Prepared { changes, stopped, learning } = self.prepare(site, desk, scratch);
        let DeskScratch { engine, roster, stops, claims, jobs, routine, business, listed, normal, .. } = scratch;
        let DeskScratch { differs, normal_waits, waits, old_claims, drawn, window_ends, .. } = scratch;
        let run = DeskRun {
            roster,
            last_ticket: desk.last_ticket,
            stops,
            freezes: self.outage.freezes(scenario),
            learning,
            horizon: scenario.horizon(),
            has_priority_lane: desk.priority_classes != 0,
        };
        // Who stands in a priority lane is known to the lane only: such a desk is served whole.
        let is_by_day = model.engine == Engine::Kernel && !run.has_priority_lane;
        match &stopped {
            Some(stopped) if !is_by_day => self.list(stopped, business, routine, jobs, listed),
            Some(_) => self.mark_differing(group, &run, &changes, (business, jobs), differs),
            None => {}
        }
        old_claims.clear();
        old_claims.resize(days as usize + 1, 0);
        let side = self.side;
        let (own_waits, normal_waits) = match side {
            Side::Normal => (normal_waits, None),
            Side::Schedule => (waits, Some(&*normal_waits)),
        };
        own_waits.clear(days as usize);
        let mut serving = Serving {
            site,
            class: usize::from(desk.class),
            claims,
            waits: own_waits,
            old_claims,
            stays: &drawn.stays,
            patience: desk.patience_minutes.as_ref(),
            patience_least: &model.patience_least[group],
            warm: scenario.warm_until,
            counted: Counted::default(),
            waits_noted: None,
            windows: WindowLaw::new(&roster.steps, learning, window_ends).with_freezing(stops, run.freezes),
            run: self,
        };
        let worked = match (is_by_day, &stopped, normal_waits) {
            (true, Some(stopped), Some(normal_waits)) => {
                let coming = Coming { routine, business, made: jobs, stopped, differs, normal_waits };
                serve_different(&run, &coming, normal, &mut serving, engine, listed)
            }
            (true, ..) => serve_normal(&run, days, routine, &mut serving, engine, normal),
            (false, None, _) => serve(model.engine, &run, routine, &mut serving, engine),
            (false, Some(_), _) => serve(model.engine, &run, listed, &mut serving, engine),
        };
        let worked = serving.end(worked)?;
        self.count_windows(site, worked, &scratch.roster)?;
        if side == Side::Schedule {
            self.count_days(site, usize::from(desk.class), scratch);
        }
        Ok(())
    }

    /// Windows, stops and jobs of a site in one course, in memory used again.
    fn prepare(&mut self, site: SiteId, desk: &'m DeskSpec, scratch: &mut DeskScratch) -> Prepared<'m> {
        let scenario = &self.model.scenario;
        let place = &scenario.sites[site as usize];
        let changes = if self.side == Side::Normal { Vec::new() } else { self.roster_changes(site) };
        scratch.prepare_roster(desk, (place.group, place.windows), &changes, scenario.clock.days());
        self.stops_at(site, &mut scratch.stops);
        let stopped = (self.side == Side::Schedule).then(|| self.stopped(site));
        if let Some(stopped) = &stopped {
            self.routine_after_stops(site, stopped, scratch);
            scratch.jobs.sort_unstable_by_key(Job::rank);
        }
        let learning = desk.learning.as_ref().and_then(|learning| {
            let back = self.return_of(learning.after, site)?;
            Some((learning, back))
        });
        Prepared { changes, stopped, learning }
    }

    /// Counts the hours of a site's windows in one course.
    fn count_windows(&mut self, site: SiteId, worked: i64, roster: &Roster) -> Result<(), Breach> {
        let class = self.scenario().group_of(site).desk.as_ref().map_or(0, |desk| usize::from(desk.class));
        let tally = &mut self.record.desks[class];
        tally.worked += worked;
        tally.scheduled += roster.window_seconds;
        tally.overtime += roster.overtime_seconds;
        if worked > 0 && roster.window_seconds == 0 {
            return Err(self.breach(site, None, "a window worked although none was ever open".to_owned()));
        }
        Ok(())
    }

    /// When services are down at this site, its wave included.
    fn stops_at(&self, site: SiteId, stops: &mut Vec<Interval>) {
        stops.clear();
        if self.side == Side::Normal {
            return;
        }
        let place = &self.scenario().sites[site as usize];
        stops.extend(self.outage.downs_at(self.scenario(), place.group, place.district));
    }

    /// Latest return of a service at a site within the horizon.
    fn return_of(&self, service: u16, site: SiteId) -> Option<SimTime> {
        let place = &self.scenario().sites[site as usize];
        let stops = self.scenario().suspensions.iter().zip(&self.outage.actual);
        stops
            .filter(|(stop, _)| {
                self.side == Side::Schedule
                    && stop.services >> service & 1 == 1
                    && stop.scope.groups >> place.group & 1 == 1
                    && stop.scope.districts >> place.district & 1 == 1
            })
            .map(|(stop, interval)| {
                let end = interval.end.0.saturating_add(stop.wave_delay(place.group, place.district).0);
                Interval { start: interval.start, end: SimTime(end) }
            })
            // A stop of no length changes nothing: there is no return from it.
            .filter(|down| down.start < down.end && down.end < self.scenario().horizon())
            .map(|down| down.end)
            .max()
    }

    /// Counts the days on which this site was open, and on which it was not back to normal: a
    /// claim had queued over a working day, or the mean routine wait was above both 110 % of the
    /// normal course and 5 minutes more than it.
    fn count_days(&mut self, site: SiteId, class: usize, scratch: &DeskScratch) {
        let group = usize::from(self.scenario().sites[site as usize].group);
        let tally = &mut self.record.desks[class];
        let mut old = 0;
        let mut open = self.hours[group].open_days.iter().peekable();
        for day in 0..scratch.waits.routine.days.len() {
            old += scratch.old_claims[day];
            if open.next_if_eq(&&(day as u32)).is_none() {
                continue;
            }
            tally.sites_open[day] += 1;
            let slow = is_slow(scratch.waits.routine.days[day], scratch.normal_waits.routine.days[day]);
            tally.sites_bad[day] += u32::from(old > 0 || slow);
        }
    }
}

/// Whether a mean wait is above max(110 %, + 5 minutes) of the normal one, in exact integers.
fn is_slow(waits: Waits, normal: Waits) -> bool {
    if waits.count == 0 {
        return false;
    }
    let (sum, count) = (i128::from(waits.seconds), i128::from(waits.count));
    let (normal_sum, normal_count) = (i128::from(normal.seconds), i128::from(normal.count.max(1)));
    let above_share = 10 * sum * normal_count > 11 * normal_sum * count;
    let above_minutes = sum * normal_count > normal_sum * count + 300 * count * normal_count;
    above_share && above_minutes
}

impl Serving<'_, '_> {
    fn is_routine(job: &Job) -> bool {
        job.owner & ROUTINE != 0
    }

    /// The same job on a later day, or once the service is back; none when tries are used up.
    fn again(&self, job: &Job, now: SimTime, why: Leave) -> Option<Job> {
        let scenario = &self.run.model.scenario;
        let group = usize::from(scenario.sites[self.site as usize].group);
        let desk = scenario.groups[group].desk.as_ref()?;
        if job.tries >= desk.retry_tries.min(60) as u8 {
            return None;
        }
        let hours = &self.run.hours[group];
        let key = PersonKey::from_order(job.order);
        let block = self.run.source.block(key.site, StreamId::Retry, key.person, key.at(14, job.tries + 1));
        let from = if why == Leave::ServiceLost { self.back_from(job, now) } else { SimTime::at(now.day() + 1, 0) };
        let mut next = Job { tries: job.tries + 1, arrival: SimTime::NEVER, ..*job };
        if from >= scenario.horizon() {
            return Some(next);
        }
        let index = hours.first_open(from) + (block.u(0) * f64::from(desk.retry_within_days)) as usize;
        if let Some(&day) = hours.open_days.get(index) {
            next.arrival = hours.arrival_from(day, block.u(1), from).unwrap_or(SimTime::NEVER);
        }
        Some(next)
    }

    /// When a job's service is back after a moment at which it was lost.
    fn back_from(&self, job: &Job, at: SimTime) -> SimTime {
        let scenario = &self.run.model.scenario;
        let place = &scenario.sites[self.site as usize];
        let mut moment = at;
        let downs = || {
            let here = self.run.outage.downs_at(scenario, place.group, place.district).enumerate();
            here.filter(|(index, _)| job.stopped_by >> index & 1 == 1).map(|(_, down)| down)
        };
        while let Some(down) = downs().find(|down| down.contains(moment)) {
            moment = down.end;
        }
        moment
    }

    /// Marks the days on which a claim has been here for more than a working day.
    fn mark_old(&mut self, came: SimTime, end: SimTime) {
        if came == SimTime::NEVER {
            return;
        }
        let group = usize::from(self.run.model.scenario.sites[self.site as usize].group);
        let hours = &self.run.hours[group];
        let next = hours.first_open(SimTime::at(came.day() + 1, 0));
        let Some(&day) = hours.open_days.get(next) else {
            return;
        };
        let first = SimTime::at(day, came.second_of_day());
        if first < end {
            let last = (end.day() as usize + 1).min(self.old_claims.len() - 1);
            self.old_claims[day as usize] += 1;
            self.old_claims[last] -= 1;
        }
    }

    /// Someone present is called, or leaves after having queued: the wait of this coming ends.
    fn count_wait(&mut self, job: &Job, end: SimTime) {
        let wait = end.0 - job.arrival.0;
        let day = job.arrival.day();
        if !Self::is_routine(job) {
            self.waits.claims.add(day, wait);
            self.run.record.desks[self.class].claim_waits.record(u64::from(wait));
            return;
        }
        self.waits.routine.add(day, wait);
        if job.arrival < self.warm {
            return;
        }
        if wait == 0 {
            self.counted.unhindered += 1;
            return;
        }
        if let Some(noted) = &mut self.waits_noted {
            noted.push(wait);
        }
        self.run.record.desks[self.class].routine_waits.record(u64::from(wait));
    }

    /// The desk has been served: what is left to count and to check.
    fn end(mut self, worked: Result<i64, TooManyEvents>) -> Result<i64, Breach> {
        let worked = worked.map_err(|limit| {
            let law = format!("more than {} events at one desk", crate::engine::EVENTS_MAX);
            self.run.breach(self.site, Some(limit.at), law)
        })?;
        self.count_site();
        match self.windows.into_broken() {
            Some((time, law)) => Err(self.run.breach(self.site, Some(time), law)),
            None => Ok(worked),
        }
    }

    /// Adds what was counted at this site to its class.
    fn count_site(&mut self) {
        let tally = &mut self.run.record.desks[self.class];
        tally.jobs += self.counted.jobs;
        tally.frozen += self.counted.frozen;
        tally.routine_waits.record_n(0, self.counted.unhindered);
        tally.left.iter_mut().zip(self.counted.left).for_each(|(all, here)| *all += here);
        for (day, (routine, claims)) in self.waits.routine.days.iter().zip(&self.waits.claims.days).enumerate() {
            let (seconds, count) = (routine.seconds + claims.seconds, routine.count + claims.count);
            tally.wait_seconds[day] += seconds;
            tally.queued[day] += count;
            tally.arrivals[day] += count + self.waits.turned[day];
        }
    }

    /// A claim of a pathway is through its step here.
    fn step_done(&mut self, owner: u32, end: SimTime) -> Option<Job> {
        let claim = self.claims[owner as usize];
        let scenario = &self.run.model.scenario;
        let way = &scenario.pathways[usize::from(claim.pathway)];
        let step = &way.steps[usize::from(claim.step)];
        let attempt = claim.reworks;
        let block = self.run.source.block(
            claim.key.site,
            StreamId::Rework,
            claim.key.person,
            claim.key.at(claim.step, attempt),
        );
        let is_rework = block.u(0) < step.rework_share && claim.reworks % REFUSED < REWORKS_MAX;
        if is_rework {
            self.run.log(self.site, &claim, end, Event::Rework, 0);
            let tomorrow = SimTime::at(end.day() + 1, 0);
            let next = Claim { reworks: claim.reworks + 1, ready: tomorrow, came: SimTime::NEVER, ..claim };
            return self.forward(owner, next, self.site);
        }
        if block.u(1) < step.refused_share {
            self.run.log(self.site, &claim, end, Event::Refused, 0);
            match step.refused_to {
                None => {
                    self.run.lose(claim, end, Loss::Refused);
                    return None;
                }
                Some(pathway) => {
                    let next = Claim { pathway, step: 0, reworks: REFUSED, ready: end, came: SimTime::NEVER, ..claim };
                    let (next, site) = self.run.advance(next, Some(self.site))?;
                    return self.forward(owner, next, site);
                }
            }
        }
        let next =
            Claim { step: claim.step + 1, reworks: claim.reworks & REFUSED, ready: end, came: SimTime::NEVER, ..claim };
        let (next, site) = self.run.advance(next, Some(self.site))?;
        self.forward(owner, next, site)
    }

    /// Sends a claim on: a job at this desk, or a parcel for another.
    fn forward(&mut self, owner: u32, claim: Claim, site: SiteId) -> Option<Job> {
        let (claim, arrival) = self.run.enter(claim, site)?;
        if site == self.site {
            self.claims[owner as usize] = claim;
            Some(self.run.job_of(&claim, site, arrival, owner))
        } else {
            self.run.inbox[site as usize].push(super::Parcel { claim, arrival });
            None
        }
    }

    /// A claim leaves its step here.
    fn exit(&mut self, step: u8, at: SimTime, how: Exit) {
        self.run.record.desks[self.class].exit(&mut self.run.balances[self.site as usize], step, at, how);
    }

    /// A claim was in a state here.
    fn spend(&mut self, state: State, start: SimTime, end: SimTime) {
        self.run.record.desks[self.class].spend(&mut self.run.balances[self.site as usize], state, start, end);
    }

    /// A claim is gone from this desk for good, without being finished.
    fn give_up(&mut self, owner: u32, at: SimTime, why: Loss) {
        let claim = self.claims[owner as usize];
        self.mark_old(claim.came, at);
        self.exit(claim.step, at, Exit::Gone);
        if claim.work == Work::Pathway {
            self.run.lose(claim, at, why);
        }
    }
}

impl Flow for Serving<'_, '_> {
    /// The job holds the word from which it is drawn.
    fn patience(&self, job: &Job) -> u32 {
        patience_seconds(self.patience, &self.run.model.population.normal, job.patience)
    }

    /// Few waits are as long as the least patient of those with like words would bear: only those
    /// need the patience itself.
    #[inline]
    fn is_past_patience(&self, job: &Job, time: SimTime) -> bool {
        let wait = time.0.saturating_sub(job.arrival.0);
        wait > self.patience_least[(job.patience >> 26) as usize] && wait > self.patience(job)
    }

    #[inline]
    fn started(&mut self, job: &Job, start: SimTime, window: u32) {
        let is_frozen = self.windows.started(start, work_of(job), window);
        self.counted.frozen += i64::from(is_frozen);
        self.counted.jobs += 1;
        if Self::is_routine(job) && job.lane != Lane::Tray {
            self.count_wait(job, start);
        } else {
            self.claim_or_paper_started(job, start, window);
        }
    }

    #[inline]
    fn finished(&mut self, job: &Job, start: SimTime, end: SimTime) -> Option<Job> {
        if Self::is_routine(job) { None } else { self.claim_finished(job, start, end) }
    }

    fn left(&mut self, job: &Job, at: SimTime, why: Leave, now: SimTime) -> Option<Job> {
        let is_routine = Self::is_routine(job);
        let reason = match why {
            Leave::Balked => Some(0),
            Leave::Closed => Some(1),
            Leave::NoTicket => Some(2),
            Leave::ServiceLost => Some(3),
            Leave::Expired => None,
        };
        if let Some(reason) = reason {
            self.counted.left[reason] += 1;
            // Who turns round at the door has not queued; who has, has waited in vain.
            if at > job.arrival {
                self.count_wait(job, at);
            } else {
                add_on_day(&mut self.waits.turned, job.arrival, 1);
            }
        }
        if !is_routine {
            self.spend(State::Waiting, job.arrival, at);
            let claim = &mut self.claims[job.owner as usize];
            claim.came = claim.came.min(job.arrival);
            claim.visits = claim.visits.saturating_add(1);
            let claim = *claim;
            self.run.log(self.site, &claim, job.arrival, Event::Came, 0);
            self.run.log(self.site, &claim, at, Event::Left, 0);
            if why != Leave::Closed && why != Leave::Expired {
                // Whoever leaves of their own will has not queued over the day: it starts anew.
                self.mark_old(claim.came, at);
                self.claims[job.owner as usize].came = SimTime::NEVER;
            }
            if why == Leave::Expired {
                return self.missed(job.owner, at);
            }
        }
        let next = self.again(job, now, why);
        if is_routine {
            return next;
        }
        let deadline = self.claims[job.owner as usize].deadline;
        match next {
            None => {
                self.give_up(job.owner, at, Loss::GivenUp);
                None
            }
            Some(next) if next.arrival != SimTime::NEVER && next.arrival >= deadline => {
                self.give_up(job.owner, at, Loss::TooLate);
                None
            }
            Some(next) => {
                let horizon = self.run.model.scenario.horizon();
                self.spend(State::NotCome, at, next.arrival.min(horizon));
                Some(next)
            }
        }
    }

    fn remains(&mut self, job: &Job, state: Remains) {
        if Self::is_routine(job) {
            return;
        }
        let horizon = self.run.model.scenario.horizon();
        let claim = self.claims[job.owner as usize];
        self.exit(claim.step, horizon, Exit::Present);
        match state {
            Remains::Waiting => self.spend(State::Waiting, job.arrival, horizon),
            Remains::InService { start, .. } => self.spend(State::InService, start, horizon),
            // The time until it comes again was counted when it left.
            Remains::NotCome => {}
        }
        let came = if state == Remains::NotCome { claim.came } else { claim.came.min(job.arrival) };
        self.mark_old(came, SimTime(horizon.0 - horizon.0 % DAY));
        if claim.work == Work::Pathway {
            self.run.strand(&claim);
        }
    }
}

impl Serving<'_, '_> {
    /// What few jobs are: a claim, or a paper in the tray.
    #[inline(never)]
    fn claim_or_paper_started(&mut self, job: &Job, start: SimTime, window: u32) {
        let is_tray = job.lane == Lane::Tray;
        if is_tray {
            let is_before_stop = !Self::is_routine(job) && self.claims[job.owner as usize].work != Work::Pathway;
            let tally = &mut self.run.record.desks[self.class];
            // Work that a measure makes is load before the stop, with or without a person.
            add_on_day(&mut tally.arrivals, job.arrival, i64::from(is_before_stop));
        } else {
            self.count_wait(job, start);
        }
        if Self::is_routine(job) {
            return;
        }
        self.spend(State::Waiting, job.arrival, start);
        let claim = &mut self.claims[job.owner as usize];
        claim.came = claim.came.min(job.arrival);
        claim.visits = claim.visits.saturating_add(u8::from(!is_tray));
        let claim = *claim;
        self.run.log(self.site, &claim, job.arrival, Event::Came, 0);
        self.run.log_at(self.site, &claim, start, Event::Started, 0, Some(window));
    }

    #[inline(never)]
    fn claim_finished(&mut self, job: &Job, start: SimTime, end: SimTime) -> Option<Job> {
        self.windows.finished(start, work_of(job), end);
        let claim = self.claims[job.owner as usize];
        self.spend(State::InService, start, end);
        self.exit(claim.step, end, Exit::Finished);
        add_on_day(&mut self.run.record.desks[self.class].finished_by_day, end, 1);
        self.mark_old(claim.came, end);
        self.run.log(self.site, &claim, end, Event::Finished, 0);
        match claim.work {
            Work::Pathway => self.step_done(job.owner, end),
            Work::BeforeStop(measure, stay) => self.before_stop_done(job.owner, measure, stay, end),
        }
    }

    /// Work before the stop that was done in time. After an interim settlement only the rest of the
    /// bill is left for the outage.
    fn before_stop_done(&mut self, owner: u32, measure: u16, stay: u32, at: SimTime) -> Option<Job> {
        let claim = self.claims[owner as usize];
        let visit = *self.stays.get(stay as usize)?;
        self.run.record.cell(claim.care, claim.scheme).before_stop_done += 1;
        let kind = self.run.model.scenario.measures[usize::from(measure)].kind;
        if kind != MeasureKind::InterimSettlement {
            return None;
        }
        let rest = interim_rest(&visit, claim.deadline);
        self.stay_goes_on(owner, visit, rest, at)
    }

    fn stay_goes_on(&mut self, owner: u32, visit: Visit, bill_share: f64, at: SimTime) -> Option<Job> {
        let (next, site) = self.run.stay_claim(visit, bill_share)?;
        let next = Claim { ready: next.ready.max(at), ..next };
        self.forward(owner, next, site)
    }

    /// Work before the stop that the cut-off left undone: the stay goes on without it.
    fn missed(&mut self, owner: u32, at: SimTime) -> Option<Job> {
        let claim = self.claims[owner as usize];
        self.exit(claim.step, at, Exit::Gone);
        self.run.record.cell(claim.care, claim.scheme).before_stop_missed += 1;
        let Work::BeforeStop(measure, stay) = claim.work else {
            return None;
        };
        let kind = self.run.model.scenario.measures[usize::from(measure)].kind;
        // A stay that was to be settled still meets the outage; one that was to be converted has
        // been counted already.
        if kind == MeasureKind::ConvertBefore {
            return None;
        }
        let visit = *self.stays.get(stay as usize)?;
        self.stay_goes_on(owner, visit, 1.0, at)
    }
}
