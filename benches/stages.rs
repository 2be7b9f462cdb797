//! The stages of a run, each alone: reading and checking a scenario, its tables, the draws, the
//! desks by both engines, the measures; and the floor, which is the same draws written once and
//! nothing else. Numbers are comparable within one run only.

mod floor;

use std::path::Path;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use cutover::calendar::{DAY, SimTime};
use cutover::desk::{Roster, RosterStep};
use cutover::distribution::Distribution;
use cutover::engine::{DeskRun, Engine, Flow, Job, Lane, Leave, Remains, Scratch, serve};
use cutover::measures::measure;
use cutover::replication::{Model, Tracing, simulate};
use cutover::rng::{Source, StreamId};
use cutover::scenario::check::check;
use cutover::scenario::layer::load;
use cutover::scenario::world::Scenario;
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

criterion_group!(benches, peer_model, stages_of_a_city);
criterion_main!(benches);
