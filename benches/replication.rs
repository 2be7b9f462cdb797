//! One replication of each city with its floor beside it, and of some on the event calendar. Numbers are comparable within one run only;
//! jobs a replication are printed so that time a job can be read off.

mod floor;

use std::path::Path;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use cutover::engine::Engine;
use cutover::replication::{Model, Tracing, simulate, simulate_all};
use cutover::rng::Source;
use cutover::scenario::check::check;
use cutover::scenario::layer::{load, schedules};
use floor::Drawn;

fn replication(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("replication");
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    let cities = ["minimal", "xinzhou", "zibo", "nantong", "wuhan", "chongqing"].map(|city| (city, Engine::Kernel));
    for (city, engine) in cities.into_iter().chain([("minimal", Engine::Calendar), ("wuhan", Engine::Calendar)]) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(city);
        let loaded = load(&path, None, &[]).expect("the repository's scenarios load");
        let scenario = check(&loaded.layer, &loaded.city, &loaded.schedule, &loaded.calendar)
            .expect("the repository's scenarios are valid");
        let model = Model::new(scenario).with_engine(engine);
        let jobs = simulate(&model, 1, 0, Tracing::Off).expect("the laws hold").jobs;
        group.throughput(Throughput::Elements(jobs as u64));
        let mut number = 0;
        group.bench_function(format!("{city} ({})", engine.word()), |bencher| {
            bencher.iter(|| {
                number += 1;
                simulate(&model, 1, number, Tracing::Off).expect("the laws hold").jobs
            });
        });
        if engine == Engine::Kernel {
            let mut drawn = Drawn::new();
            group.bench_function(format!("{city} (floor)"), |bencher| {
                bencher.iter(|| {
                    number += 1;
                    let source = Source::new(1, number);
                    floor::ALL.iter().for_each(|(_, floor)| floor(&model, &source, &mut drawn));
                });
            });
        }
    }
    group.finish();
}

/// One replication of Wuhan under its announced schedule, and under all its schedules together: the ratio
/// of the two times is what a comparison costs in runs.
fn comparison(criterion: &mut Criterion) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/wuhan");
    let models: Vec<Model> = schedules(&folder)
        .expect("the folder is there")
        .iter()
        .map(|name| {
            let loaded = load(&folder, Some(name), &[]).expect("the repository's scenarios load");
            let scenario = check(&loaded.layer, &loaded.city, &loaded.schedule, &loaded.calendar);
            Model::new(scenario.expect("the repository's scenarios are valid"))
        })
        .collect();
    let all: Vec<&Model> = models.iter().collect();
    let mut group = criterion.benchmark_group("comparison");
    group.sample_size(10).measurement_time(Duration::from_secs(20));
    for (name, some) in [("wuhan, announced", &all[..1]), ("wuhan, all schedules", &all[..])] {
        let mut number = 0;
        group.bench_function(format!("{name} ({})", some.len()), |bencher| {
            bencher.iter(|| {
                number += 1;
                simulate_all(some, 1, number, Tracing::Off).expect("the laws hold").len()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, replication, comparison);
criterion_main!(benches);
