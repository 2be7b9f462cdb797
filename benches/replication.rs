//! One replication of each city with its floor beside it, and of some on the event calendar. Numbers are comparable within one run only;
//! jobs a replication are printed so that time a job can be read off.

mod floor;

use std::path::Path;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use cutover::engine::Engine;
use cutover::replication::{Model, Tracing, simulate};
use cutover::rng::Source;
use cutover::scenario::check::check;
use cutover::scenario::layer::load;
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

criterion_group!(benches, replication);
criterion_main!(benches);
