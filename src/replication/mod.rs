//! One replication: the same patients in the normal course and under every schedule.
//!
//! Sites interact only through day effects, the runbook, and the halls downstream. So a
//! replication goes site by site: draw a site's patients once (`drawn`, `routine`), apply each
//! schedule to them (`handling`), serve its desk (`flow`), and pass on only what goes to a hall.
//! Stations, halls and back offices follow in the order of their rank, each after everything that
//! feeds it.
//! Which replication, thread or order comes first changes nothing: all draws are keyed.

mod days;
mod drawn;
mod fates;
mod flow;
mod handling;
mod refills;
mod routine;
mod stays;

use std::sync::Arc;

use crate::calendar::{DAY, SimTime};
use crate::claim::{Claim, Course, Directory};
use crate::desk::{DeskSpec, OpenHours, Roster, RosterChange, spliced, whole_windows};
use crate::distribution::{Distribution, NormalTable};
use crate::engine::{Engine, Job, Scratch};
use crate::laws::Breach;
use crate::patient::{Population, Stream};
use crate::record::{Record, SiteBalance};
use crate::rng::Source;
use crate::runbook::draw_outage;
use crate::scenario::raw::{MeasureKind, SiteKind};
use crate::scenario::world::{Scenario, SiteId};
use crate::schedule::{Down, Interval, Outage, Suspension};
use crate::trace::{Event, TraceRow};
use crate::units::seconds_from_minutes;
use days::NormalDays;
use drawn::Drawn;
use fates::Fate;
pub use fates::{Gain, Gains, INCOME_GROUPS};

/// A scenario with the tables that all replications share.
#[derive(Debug)]
pub struct Model {
    /// World and schedule.
    pub scenario: Scenario,
    /// Tables of the patient stream.
    pub population: Population,
    /// Halls and offices.
    pub directory: Directory,
    /// How desks are served; it changes no result.
    pub engine: Engine,
    /// By group: the patience of the least patient of each 64th of the people, in seconds.
    patience_least: Vec<[u32; 64]>,
}

impl Model {
    /// Makes the tables of a scenario.
    pub fn new(scenario: Scenario) -> Self {
        let population = Population::new(&scenario);
        let directory = Directory::new(&scenario);
        let patience_least = scenario.groups.iter().map(|group| {
            let patience = group.desk.as_ref().and_then(|desk| desk.patience_minutes.as_ref());
            std::array::from_fn(|part| patience_seconds(patience, &population.normal, (part as u32) << 26))
        });
        Self { patience_least: patience_least.collect(), scenario, population, directory, engine: Engine::default() }
    }

    /// The same, served by this engine.
    #[must_use]
    pub fn with_engine(self, engine: Engine) -> Self {
        Self { engine, ..self }
    }
}

/// Longest wait accepted, by a random word; it never falls as the word rises.
fn patience_seconds(minutes: Option<&Distribution>, normal: &NormalTable, word: u32) -> u32 {
    minutes.map_or(u32::MAX, |minutes| seconds_from_minutes(minutes.draw(word, normal)))
}

/// What one replication gives.
#[derive(Debug)]
pub struct Outcome {
    /// Counts under the schedule.
    pub record: Record,
    /// Counts in the normal course, which all schedules share.
    pub normal: Arc<Record>,
    /// Actual stops and returns.
    pub actual: Vec<Interval>,
    /// When services were down, before waves.
    pub downs: Vec<Down>,
    /// Jobs served, both courses together.
    pub jobs: i64,
    /// Event log, when asked for.
    pub trace: Vec<TraceRow>,
    /// Who gains and who loses against the first of the schedules; none for that one.
    pub gains: Option<Gains>,
}

/// A claim on its way to a desk downstream.
#[derive(Debug, Clone, Copy)]
struct Parcel {
    claim: Claim,
    arrival: SimTime,
}

impl Parcel {
    /// Order among the claims that come to a desk; a person may bring two in one second.
    fn rank(&self) -> (SimTime, u64, u8, u8, u16) {
        let Claim { key, step, reworks, pathway, .. } = self.claim;
        (self.arrival, key.order(), step, reworks, pathway)
    }
}

/// Which course of events is being simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Normal,
    Schedule,
}

/// Running state of one course of one replication.
struct Run<'a> {
    side: Side,
    model: &'a Model,
    seed: u64,
    replication: u32,
    source: Source,
    day_effects: Arc<[f64]>,
    outage: Outage,
    hours: Vec<OpenHours>,
    regular_hours: Vec<OpenHours>,
    record: Record,
    /// What each site's desk has done with the claims that came to it.
    balances: Vec<SiteBalance>,
    /// Prepaid at the visits of the present person, fen.
    prepaid_by_person: i64,
    /// When the last visit that was deferred takes place; whoever asks clears it before.
    deferred_to: Option<SimTime>,
    inbox: Vec<Vec<Parcel>>,
    /// First and last moment at which any stop holds, by care type.
    care_down: Vec<Interval>,
    desk: DeskScratch,
    /// What became of the site's patients, where schedules are compared.
    fates: Option<Vec<Fate>>,
    /// Against the first of the schedules.
    gains: Option<Gains>,
    trace: Option<Vec<TraceRow>>,
    trace_site: Option<SiteId>,
}

/// Memory used again for every site.
#[derive(Default)]
struct DeskScratch {
    engine: Scratch,
    roster: Roster,
    /// Group and number of windows of the roster, when nothing changes them.
    roster_of: Option<(u16, u32)>,
    drawn: Drawn,
    claims: Vec<Claim>,
    jobs: Vec<Job>,
    /// Routine jobs of the site in the normal course, in order of arrival.
    routine: Vec<Job>,
    /// All jobs of a stretch of time under the schedule, in order of arrival.
    listed: Vec<Job>,
    /// The normal course of the site's desk.
    normal: NormalDays,
    /// Days on which the schedule's course may differ from it.
    differs: Vec<bool>,
    /// Agency business of the site; behind those of the normal course, what the schedule adds.
    business: Vec<routine::Matter>,
    marks: Vec<routine::Mark>,
    seconds: Vec<u64>,
    /// When the last service at each window ends.
    window_ends: Vec<SimTime>,
    stops: Vec<Interval>,
    normal_waits: SiteWaits,
    waits: SiteWaits,
    old_claims: Vec<i32>,
}

impl DeskScratch {
    /// Windows of a site: its group and number of windows, and what changes them.
    fn prepare_roster(&mut self, desk: &DeskSpec, windows: (u16, u32), changes: &[RosterChange<'_>], days: u32) {
        // Sites of a group mostly have as many windows as the last one.
        let plain = changes.is_empty().then_some(windows);
        if plain.is_none() || plain != self.roster_of {
            self.roster.build(desk, windows.1, changes, days);
        }
        self.roster_of = plain;
    }
}

/// Waits of one site by day of arrival.
#[derive(Default)]
struct SiteWaits {
    routine: DayWaits,
    claims: DayWaits,
    /// Those who turned round at the door.
    turned: Vec<i64>,
}

impl SiteWaits {
    fn clear(&mut self, days: usize) {
        for waits in [&mut self.routine, &mut self.claims] {
            waits.days.clear();
            waits.days.resize(days, Waits::default());
        }
        self.turned.clear();
        self.turned.resize(days, 0);
    }
}

/// Waits by day of arrival.
#[derive(Default)]
struct DayWaits {
    days: Vec<Waits>,
}

/// Waits of one day.
#[derive(Default, Clone, Copy)]
struct Waits {
    seconds: i64,
    count: i64,
}

impl DayWaits {
    fn add(&mut self, day: u32, seconds: u32) {
        if let Some(waits) = self.days.get_mut(day as usize) {
            waits.seconds += i64::from(seconds);
            waits.count += 1;
        }
    }
}

/// What to log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tracing {
    /// Nothing.
    Off,
    /// Every event.
    All,
    /// Events of one site and of the claims that come from it.
    Site(SiteId),
}

/// Simulates one replication.
///
/// # Errors
///
/// [`Breach`] when a law does not hold or a limit is passed; it names seed, replication and site.
pub fn simulate(model: &Model, seed: u64, replication: u32, tracing: Tracing) -> Result<Outcome, Breach> {
    let outcome = simulate_all(&[model], seed, replication, tracing)?.pop();
    outcome.ok_or_else(|| Breach { seed, replication, site: None, time: None, law: "no schedule".to_owned() })
}

/// Simulates one replication under several schedules of one city: each meets the same patients, who are
/// drawn once, and gives what it gives alone. One outcome a model, in their order.
///
/// The models must be the same but for their schedules ([`crate::scenario::alike`] says what that is).
///
/// # Errors
///
/// [`Breach`] when a law does not hold or a limit is passed; it names seed, replication and site.
pub fn simulate_all(models: &[&Model], seed: u64, replication: u32, tracing: Tracing) -> Result<Vec<Outcome>, Breach> {
    let Some(first) = models.first() else {
        return Ok(Vec::new());
    };
    let source = Source::new(seed, replication);
    let day_effects: Arc<[f64]> = first.population.day_effects(&source).into();
    let course = |model, side| Run::new(model, side, (seed, replication, source), &day_effects, tracing);
    let mut normal = course(*first, Side::Normal);
    let mut runs: Vec<Run<'_>> = models.iter().map(|model| course(*model, Side::Schedule)).collect();
    if runs.len() > 1 {
        runs.iter_mut().for_each(|run| run.fates = Some(Vec::new()));
        runs.iter_mut().skip(1).for_each(|run| run.gains = Some(Gains::new(&first.scenario)));
    }
    let mut desk = DeskScratch::default();
    for kinds in RANKS {
        for group in first.scenario.groups.iter().filter(|group| kinds.contains(&group.kind)) {
            for site in group.first..group.first + group.count {
                normal.draw_routine(site, &mut desk)?;
                drawn::draw(&runs, site, &mut desk.drawn);
                runs.iter_mut().try_for_each(|run| run.site(site, &mut desk))?;
                compare_fates(&mut runs);
            }
        }
    }
    let normal = Arc::new(normal.record);
    runs.into_iter().map(|run| run.outcome(Arc::clone(&normal))).collect()
}

/// Compares what became of a site's patients with the first of the schedules.
fn compare_fates(runs: &mut [Run<'_>]) {
    runs.iter_mut().filter_map(|run| run.fates.as_mut()).for_each(fates::gathered);
    if let Some((baseline, others)) = runs.split_first_mut()
        && let Some(first) = &mut baseline.fates
    {
        for run in others {
            if let (Some(fates), Some(gains)) = (&mut run.fates, &mut run.gains) {
                gains.compare(first, fates);
                fates.clear();
            }
        }
        first.clear();
    }
}

/// Kinds of sites in the order in which they are simulated: each after all that feed it.
const RANKS: [&[SiteKind]; 4] =
    [&[SiteKind::Provider, SiteKind::Away], &[SiteKind::Station], &[SiteKind::Hall], &[SiteKind::BackOffice]];

impl<'a> Run<'a> {
    fn new(
        model: &'a Model,
        side: Side,
        (seed, replication, source): (u64, u32, Source),
        day_effects: &Arc<[f64]>,
        tracing: Tracing,
    ) -> Self {
        let scenario = &model.scenario;
        let outage = draw_outage(scenario, &source);
        let regular_hours: Vec<OpenHours> = scenario
            .groups
            .iter()
            .map(|group| group.desk.as_ref().map(|desk| desk.hours.clone()).unwrap_or_default())
            .collect();
        let hours = match side {
            Side::Normal => regular_hours.clone(),
            Side::Schedule => hours_with_overtime(scenario, &outage, &regular_hours),
        };
        let mut record = Record::new(
            scenario.care.len(),
            scenario.schemes.len(),
            scenario.desk_classes.len(),
            scenario.clock.days(),
            scenario.horizon(),
        );
        let desks = scenario.groups.iter().filter_map(|group| group.desk.as_ref());
        for desk in desks.filter(|_| side == Side::Schedule) {
            let class = &mut record.desks[usize::from(desk.class)];
            class.last_return = class.last_return.max(last_return(scenario, &outage, desk.services));
        }
        Self {
            side,
            model,
            seed,
            replication,
            day_effects: Arc::clone(day_effects),
            care_down: care_down(scenario, &outage),
            source,
            outage,
            hours,
            regular_hours,
            record,
            balances: vec![SiteBalance::default(); scenario.sites.len()],
            prepaid_by_person: 0,
            deferred_to: None,
            inbox: vec![Vec::new(); scenario.sites.len()],
            desk: DeskScratch::default(),
            fates: None,
            gains: None,
            trace: (tracing != Tracing::Off).then(Vec::new),
            trace_site: if let Tracing::Site(site) = tracing { Some(site) } else { None },
        }
    }

    /// The course is over: its laws, and what came of it.
    fn outcome(self, normal: Arc<Record>) -> Result<Outcome, Breach> {
        // Whatever has come to a site after it was served is left over there.
        (0..self.balances.len() as SiteId).try_for_each(|site| self.site_laws(site))?;
        crate::laws::check(&self.record, self.scenario(), self.seed, self.replication)?;
        let jobs = self.record.desks.iter().chain(&normal.desks).map(|desk| desk.jobs).sum();
        let mut trace = self.trace.unwrap_or_default();
        trace.sort_by_key(TraceRow::order);
        let downs = self.outage.all_downs().to_vec();
        Ok(Outcome { record: self.record, normal, actual: self.outage.actual, downs, jobs, trace, gains: self.gains })
    }

    fn scenario(&self) -> &'a Scenario {
        &self.model.scenario
    }

    fn stream(&self) -> Stream<'_> {
        Stream {
            scenario: &self.model.scenario,
            population: &self.model.population,
            source: &self.source,
            day_effects: &self.day_effects,
        }
    }

    fn course(&self) -> Course<'_> {
        Course { scenario: &self.model.scenario, outage: &self.outage, hours: &self.hours, source: &self.source }
    }

    /// Draws the routine work of a site and serves its desk in the normal course.
    fn draw_routine(&mut self, site: SiteId, desk: &mut DeskScratch) -> Result<(), Breach> {
        std::mem::swap(&mut self.desk, desk);
        self.routine(site);
        let served = self.serve(site);
        std::mem::swap(&mut self.desk, desk);
        served
    }

    /// Simulates one site under the schedule, with what was drawn for it.
    fn site(&mut self, site: SiteId, desk: &mut DeskScratch) -> Result<(), Breach> {
        std::mem::swap(&mut self.desk, desk);
        let matters = self.desk.business.len();
        self.desk.claims.clear();
        self.desk.jobs.clear();
        match self.scenario().group_of(site).kind {
            SiteKind::Provider | SiteKind::Away => self.patients(site),
            SiteKind::Hall => self.business(site),
            SiteKind::Station | SiteKind::BackOffice => {}
        }
        self.open_parcels(site);
        let served = self.serve(site);
        self.desk.business.truncate(matters);
        std::mem::swap(&mut self.desk, desk);
        served?;
        self.site_laws(site)
    }

    fn site_laws(&self, site: SiteId) -> Result<(), Breach> {
        crate::laws::site_laws(&self.balances[site as usize]).map_err(|law| self.breach(site, None, law))
    }

    fn breach(&self, site: SiteId, time: Option<SimTime>, law: String) -> Breach {
        Breach { seed: self.seed, replication: self.replication, site: Some(site), time, law }
    }

    /// Turns what earlier sites have sent here into jobs.
    fn open_parcels(&mut self, site: SiteId) {
        let mut parcels = std::mem::take(&mut self.inbox[site as usize]);
        // In an order of their own, whichever was sent first.
        parcels.sort_unstable_by_key(Parcel::rank);
        for parcel in parcels {
            let job = self.job_of(&parcel.claim, site, parcel.arrival, self.desk.claims.len() as u32);
            self.desk.claims.push(parcel.claim);
            self.desk.jobs.push(job);
        }
    }

    fn log(&mut self, site: SiteId, claim: &Claim, time: SimTime, event: Event, fen: i64) {
        self.log_at(site, claim, time, event, fen, None);
    }

    /// Logs what happened, at a window if one took part.
    fn log_at(&mut self, site: SiteId, claim: &Claim, time: SimTime, event: Event, fen: i64, window: Option<u32>) {
        let Some(trace) = self.trace.as_mut() else {
            return;
        };
        if self.trace_site.is_none_or(|only| only == site || only == claim.key.site) {
            trace.push(TraceRow {
                time,
                site,
                origin: claim.key.site,
                person: claim.key.person,
                visit: claim.key.index,
                care: claim.care,
                scheme: claim.scheme,
                pathway: (claim.work == crate::claim::Work::Pathway).then_some(claim.pathway),
                step: claim.step,
                event,
                fen,
                window,
            });
        }
    }
}

/// Opening hours by group, with the overtime of the schedule.
fn hours_with_overtime(scenario: &Scenario, outage: &Outage, regular: &[OpenHours]) -> Vec<OpenHours> {
    let mut hours = regular.to_vec();
    for measure in scenario.measures.iter().filter(|measure| measure.kind == MeasureKind::Overtime) {
        let from = measure.from.resolve(&outage.actual, SimTime::NEVER);
        let until = measure.until.resolve(&outage.actual, SimTime::NEVER);
        for (group, hours) in hours.iter_mut().enumerate() {
            if measure.who.groups >> group & 1 == 0 {
                continue;
            }
            let mut days = hours.days.clone();
            for (day, spans) in days.iter_mut().enumerate() {
                let within = |time: SimTime| time.0.saturating_sub(day as u32 * DAY).min(DAY);
                if within(from) < within(until) {
                    *spans = spliced(spans, &measure.hours[day], within(from), within(until));
                }
            }
            if let Some(desk) = &scenario.groups[group].desk {
                *hours = OpenHours::new(days, &desk.profile);
            }
        }
    }
    hours
}

/// Latest return of any of these services, waves included: the start when none of them stops,
/// never when one does not return within the horizon.
fn last_return(scenario: &Scenario, outage: &Outage, services: u64) -> SimTime {
    let stops = scenario.suspensions.iter().zip(&outage.actual);
    stops
        .filter(|(stop, _)| stop.services & services != 0)
        .map(|(stop, interval)| {
            let delay = stop.waves.iter().map(|wave| wave.delay.0).max().unwrap_or(0);
            let back = SimTime(interval.end.0.saturating_add(delay));
            if back < scenario.horizon() { back } else { SimTime::NEVER }
        })
        .max()
        .unwrap_or(SimTime::START)
}

/// First and last moment at which any stop may hold for each care type, waves included.
fn care_down(scenario: &Scenario, outage: &Outage) -> Vec<Interval> {
    scenario
        .care
        .iter()
        .enumerate()
        .map(|(care_index, care)| {
            let services = 1u64 << care.needs | care.online_needs.map_or(0, |online| 1 << online);
            let is_met = |stop: &Suspension| stop.services & services != 0 && stop.scope.care >> care_index & 1 == 1;
            let mut down = outage.span_of(scenario, is_met);
            down.end = down.end.min(scenario.horizon());
            down
        })
        .collect()
}

impl<'a> Run<'a> {
    /// Changes to the rosters of a group's desks, in this replication: surge windows and ramps.
    fn roster_changes(&self, site: SiteId) -> Vec<RosterChange<'a>> {
        let scenario = &self.model.scenario;
        let place = &scenario.sites[site as usize];
        let Some(desk) = scenario.group_of(site).desk.as_ref() else {
            return Vec::new();
        };
        let mut changes = Vec::new();
        for measure in &scenario.measures {
            let is_here =
                measure.who.groups >> place.group & 1 == 1 && measure.who.districts >> place.district & 1 == 1;
            if !is_here {
                continue;
            }
            let from = measure.from.resolve(&self.outage.actual, SimTime::NEVER);
            let until = measure.until.resolve(&self.outage.actual, SimTime::NEVER);
            if from == SimTime::NEVER {
                continue;
            }
            match measure.kind {
                MeasureKind::Surge => {
                    let extra_windows = whole_windows(measure.extra_windows, place.size);
                    changes.push(RosterChange { from, until, extra_windows, hours: None, share: 1.0 });
                }
                MeasureKind::Overtime => {
                    changes.push(RosterChange {
                        from,
                        until,
                        extra_windows: 0,
                        hours: Some(&measure.hours),
                        share: 1.0,
                    });
                }
                _ => {}
            }
        }
        for (stop, interval) in scenario.suspensions.iter().zip(&self.outage.actual) {
            let here = stop.services & desk.services != 0
                && stop.scope.groups >> place.group & 1 == 1
                && stop.scope.districts >> place.district & 1 == 1;
            if !here || stop.ramp.is_empty() || interval.end == SimTime::NEVER {
                continue;
            }
            let back = interval.end.plus(stop.wave_delay(place.group, place.district));
            if interval.start >= back {
                continue;
            }
            for (day, &share) in (0u32..).zip(&stop.ramp) {
                let from = SimTime::at(back.day() + day, 0).max(back);
                let until = SimTime::at(back.day() + day + 1, 0);
                changes.push(RosterChange { from, until, extra_windows: 0, hours: None, share });
            }
        }
        changes
    }
}
