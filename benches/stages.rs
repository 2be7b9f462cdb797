//! The stages of a run, each alone: reading and checking a scenario, its tables, the draws, the
//! choice of pathways, the order of the claims at the halls, the desks by both engines, the
//! measures; and the floor, which is the same draws written once and nothing else. Numbers are
//! comparable within one run only.

mod floor;

use std::path::Path;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use cutover::calendar::{DAY, SimTime};
use cutover::claim::{Claim, Work};
use cutover::desk::{Roster, RosterStep};
use cutover::distribution::Distribution;
use cutover::engine::{DeskRun, Engine, Flow, Job, Lane, Leave, Remains, Scratch, serve};
use cutover::measures::measure;
use cutover::pathway::{Case, choose_pathway};
use cutover::patient::{PersonKey, Stream};
use cutover::replication::{Model, Tracing, simulate};
use cutover::rng::{Source, StreamId};
use cutover::runbook::draw_outage;
use cutover::scenario::check::check;
use cutover::scenario::layer::load;
use cutover::scenario::raw::{Action, SiteKind, StayState};
use cutover::scenario::world::Scenario;
use cutover::schedule::{Matter, Outage, Suspension};
use cutover::trace::{Event, TraceRow};
use floor::Drawn;

fn scenario(city: &str) -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(city);
    let loaded = load(&path, None, &[]).expect("the repository's scenarios load");
    check(&loaded.layer, &loaded.city, &loaded.schedule, &loaded.calendar)
        .expect("the repository's scenarios are valid")
}

fn stages_of_a_city(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("stages");
    group.sample_size(10).measurement_time(Duration::from_secs(8));
    group.bench_function("read and check wuhan", |bencher| bencher.iter(|| scenario("wuhan")));
    let world = scenario("wuhan");
    group.bench_function("tables of wuhan", |bencher| bencher.iter(|| Model::new(world.clone())));
    let model = Model::new(world);
    for (name, floor) in floor::ALL {
        let mut drawn = Drawn::new();
        floor(&model, &Source::new(1, 0), &mut drawn);
        group.throughput(Throughput::Elements(drawn.count));
        let mut replication = 0;
        group.bench_function(format!("floor of wuhan: {name}"), |bencher| {
            bencher.iter(|| {
                replication += 1;
                floor(&model, &Source::new(1, replication), &mut drawn);
            });
        });
    }
    let outcome = simulate(&model, 1, 0, Tracing::Off).expect("the laws hold");
    group.throughput(Throughput::Elements(1));
    group.bench_function("measures of wuhan", |bencher| bencher.iter(|| measure(&model.scenario, 0, &outcome)));
    group.finish();
}

/// A visit that a stop meets, as the choice of its pathway sees it.
struct Met {
    matter: Matter,
    has_station: bool,
    due: SimTime,
    u: f64,
}

/// The visits of a replication that take a pathway: their service is down and they are not put off.
fn visits_met(model: &Model, source: &Source, outage: &Outage) -> Vec<Met> {
    let scenario = &model.scenario;
    let effects = model.population.day_effects(source);
    let stream = Stream { scenario, population: &model.population, source, day_effects: &effects };
    let mut met = Vec::new();
    let mut visits = Vec::new();
    let late = |stop: &Suspension| stop.waves.iter().map(|wave| wave.delay.0).max().unwrap_or(0);
    let ends =
        outage.actual.iter().zip(&scenario.suspensions).map(|(down, stop)| down.end.0.saturating_add(late(stop)));
    let first = outage.actual.iter().map(|down| down.start.day()).min().unwrap_or(0);
    let last = SimTime(ends.max().unwrap_or(0)).day().min(scenario.clock.days() - 1);
    for (site, place) in (0..).zip(&scenario.sites) {
        visits.clear();
        (first..=last).for_each(|day| stream.visits(site, day, &mut visits));
        for visit in &visits {
            let care = &scenario.care[usize::from(visit.care)];
            let matter = Matter {
                scheme: visit.scheme,
                district: place.district,
                group: place.group,
                care: visit.care,
                classes: visit.classes,
                action: Action::Purchase,
            };
            let block = source.block(site, StreamId::Behaviour, visit.key.person, visit.key.index);
            let is_put_off = !care.essential && block.u(0) < care.elective_share * care.deferred_share;
            if !is_put_off && outage.down_at(scenario, care.needs, &matter, visit.due).is_some() {
                met.push(Met { matter, has_station: place.station.is_some(), due: visit.due, u: block.u(1) });
            }
        }
    }
    met
}

/// The choice of a pathway for every visit that takes one; the draws are made before.
fn pathways_of_a_city(criterion: &mut Criterion) {
    let model = Model::new(scenario("wuhan"));
    let source = Source::new(1, 0);
    let outage = draw_outage(&model.scenario, &source);
    let met = visits_met(&model, &source, &outage);
    let mut group = criterion.benchmark_group("stages");
    group.sample_size(10).measurement_time(Duration::from_secs(8));
    group.throughput(Throughput::Elements(met.len() as u64));
    group.bench_function("pathways of wuhan", |bencher| {
        bencher.iter(|| {
            let chosen = met.iter().map(|met| {
                let case = Case {
                    matter: &met.matter,
                    has_station: met.has_station,
                    state: StayState::DischargedInGap,
                    time: met.due,
                    actual: &outage.actual,
                };
                let rules = &model.scenario.rules[usize::from(met.matter.care)];
                choose_pathway(rules, &case, met.u).map_or(0, u64::from)
            });
            chosen.sum::<u64>()
        });
    });
    group.finish();
}

/// A claim of the log with the moment at which it comes.
fn claim_of(row: &TraceRow) -> (SimTime, Claim) {
    let claim = Claim {
        key: PersonKey { site: row.origin, person: row.person, index: row.visit },
        care: row.care,
        scheme: row.scheme,
        pathway: row.pathway.unwrap_or(0),
        step: row.step,
        visits: 0,
        reworks: 0,
        work: Work::Pathway,
        action: Action::Purchase,
        home: 0,
        classes: 0,
        paid_at: row.time,
        deadline: SimTime::NEVER,
        ready: row.time,
        came: row.time,
        prepaid_fund: 0,
        prepaid_account: 0,
        own_due: 0,
        carried: 0,
    };
    (row.time, claim)
}

/// The claims that come to each hall in a replication, each once, as the providers send them: site by
/// site, person by person. Only what the order and the size of a claim need is as in the run.
fn claims_at_halls(model: &Model) -> Vec<Vec<(SimTime, Claim)>> {
    let trace = simulate(model, 1, 0, Tracing::All).expect("the laws hold").trace;
    let mut halls = vec![Vec::new(); model.scenario.sites.len()];
    let is_at_hall = |row: &&TraceRow| model.scenario.group_of(row.site).kind == SiteKind::Hall;
    for row in trace.iter().filter(|row| row.event == Event::Came && row.pathway.is_some()).filter(is_at_hall) {
        halls[row.site as usize].push(claim_of(row));
    }
    halls.retain(|claims| !claims.is_empty());
    for claims in &mut halls {
        let who = |(_, claim): &(SimTime, Claim)| (claim.key.order(), claim.pathway, claim.step);
        claims.sort_by_key(who);
        claims.dedup_by_key(|claim| who(claim));
    }
    halls
}

/// Putting the claims that come to the halls in order of arrival. They are merged with the hall's
/// own business afterwards, which cannot be had alone.
fn claims_of_a_city(criterion: &mut Criterion) {
    let halls = claims_at_halls(&Model::new(scenario("wuhan")));
    let mut group = criterion.benchmark_group("stages");
    group.sample_size(10).measurement_time(Duration::from_secs(8));
    group.throughput(Throughput::Elements(halls.iter().map(|claims| claims.len() as u64).sum()));
    group.bench_function("claims at the halls of wuhan, sorted", |bencher| {
        bencher.iter_batched_ref(
            || halls.clone(),
            |halls| {
                for claims in halls {
                    claims.sort_unstable_by_key(|(arrival, claim)| {
                        (*arrival, claim.key.order(), claim.step, claim.reworks, claim.pathway)
                    });
                }
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

/// Adds up the waits.
struct Waits(u64);

impl Flow for Waits {
    fn started(&mut self, job: &Job, start: SimTime, _window: u32) {
        self.0 += u64::from(start.0 - job.arrival.0);
    }
    fn finished(&mut self, _job: &Job, _start: SimTime, _end: SimTime) -> Option<Job> {
        None
    }
    fn left(&mut self, _job: &Job, _at: SimTime, _why: Leave, _now: SimTime) -> Option<Job> {
        None
    }
    fn remains(&mut self, _job: &Job, _state: Remains) {}
}

/// A model that queueing engines are compared on: 40 desks of 5 windows, open 9 to 17, 250,000 claims
/// in 30 days, most of them in opening hours, no service on days 3 to 8; claims wait, over night too,
/// first come first served.
fn peer_model(criterion: &mut Criterion) {
    const DESKS: u32 = 40;
    const CLAIMS: u32 = 6_250;
    let service = Distribution::lognormal_from_mean_and_cv(8.0, 0.75).expect("a distribution");
    let normal = cutover::distribution::NormalTable::new();
    let source = Source::new(1, 0);
    let mut steps = Vec::new();
    for day in (0..60).filter(|day| !(3..8).contains(day)) {
        steps.push(RosterStep { time: SimTime::at(day, 9 * 3_600), windows: 5, closes_day: false });
        steps.push(RosterStep { time: SimTime::at(day, 17 * 3_600), windows: 0, closes_day: false });
    }
    let roster = Roster { steps, ..Roster::default() };
    let desk = DeskRun {
        roster: &roster,
        last_ticket: None,
        stops: &[],
        freezes: 0,
        learning: None,
        horizon: SimTime(60 * DAY),
        has_priority_lane: false,
    };
    let desks: Vec<Vec<Job>> = (0..DESKS)
        .map(|site| {
            let mut jobs: Vec<Job> = (0..CLAIMS)
                .map(|owner| {
                    let block = source.block(site, StreamId::Routine, 0, owner);
                    let hours = if block.u(0) < 0.8 { (9.0, 8.0) } else { (0.0, 24.0) };
                    let second = ((hours.0 + hours.1 * block.u(1)) * 3_600.0) as u32;
                    let arrival = SimTime::at((block.u(2) * 30.0) as u32, second.min(DAY - 1));
                    let service = (service.draw(block.word(3), &normal) * 60.0) as u32;
                    let (patience, stopped_by, lane) = (u32::MAX, 0, Lane::Ordinary);
                    let (order, tries, expires) = (u64::from(owner), 0, SimTime::NEVER);
                    Job { arrival, order, service, patience, stopped_by, lane, tries, expires, owner }
                })
                .collect();
            jobs.sort_unstable_by_key(Job::rank);
            jobs
        })
        .collect();
    let mut group = criterion.benchmark_group("peer model");
    group.throughput(Throughput::Elements(u64::from(DESKS * CLAIMS)));
    for &engine in Engine::ALL {
        let mut scratch = Scratch::default();
        group.bench_function(engine.word(), |bencher| {
            bencher.iter(|| {
                let mut waits = Waits(0);
                for jobs in &desks {
                    serve(engine, &desk, jobs, &mut waits, &mut scratch).expect("few events");
                }
                waits.0
            });
        });
    }
    group.finish();
}

criterion_group!(benches, peer_model, stages_of_a_city, pathways_of_a_city, claims_of_a_city);
criterion_main!(benches);
