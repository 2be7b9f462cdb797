//! What several tests need: the program as a user starts it, scenarios of the repository, plain jobs, and who
//! started when.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use cutover::calendar::SimTime;
use cutover::engine::{DeskRun, Engine, Flow, Job, Lane, Leave, Remains, Scratch, serve};
use cutover::replication::Model;
use cutover::scenario::check::check;
use cutover::scenario::layer::{Loaded, load};
use cutover::scenario::world::Scenario;
use cutover::units::Lang;

/// The program, to be started in the repository's folder.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cutover"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// What the program does with some arguments.
pub(crate) fn cutover(arguments: &[&str]) -> Output {
    program().args(arguments).output().expect("the program starts")
}

/// What it wrote.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A copy of the minimal city, with the files it needs, to be changed; returns the city's folder.
pub(crate) fn copy_of_minimal(folder: &Path) -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    for part in ["calendars", "minimal"] {
        fs::create_dir_all(folder.join(part)).expect("a folder");
        for entry in fs::read_dir(from.join(part)).expect("a folder") {
            let path = entry.expect("a file").path();
            fs::copy(&path, folder.join(part).join(path.file_name().expect("a name"))).expect("a copy");
        }
    }
    fs::copy(from.join("national.toml"), folder.join("national.toml")).expect("a copy");
    folder.join("minimal")
}

/// Puts a text in the place of another, which must be there, in a file.
pub(crate) fn replace(path: &Path, old: &str, new: &str) {
    let text = fs::read_to_string(path).expect("a file");
    assert!(text.contains(old), "{old} in {}", path.display());
    fs::write(path, text.replacen(old, new, 1)).expect("written");
}

/// The merged files of a scenario of the repository with some keys set.
pub(crate) fn loaded(city: &str, sets: &[&str]) -> Loaded {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(city);
    let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    load(&path, None, &sets).unwrap_or_else(|problems| panic!("{}", problems.render(Lang::En)))
}

/// A scenario of the repository with some keys set.
pub(crate) fn scenario(city: &str, sets: &[&str]) -> Scenario {
    let loaded = loaded(city, sets);
    check(&loaded.layer, &loaded.city, &loaded.schedule, &loaded.calendar)
        .unwrap_or_else(|complaints| panic!("{city}: {complaints:#?}"))
}

/// The same with its tables.
pub(crate) fn model(city: &str, sets: &[&str]) -> Model {
    Model::new(scenario(city, sets))
}

/// A job of someone who waits as long as it takes and needs no service that stops.
pub(crate) fn job(owner: u32, arrival: SimTime, service_seconds: u32) -> Job {
    Job {
        arrival,
        order: u64::from(owner),
        service: service_seconds,
        patience: u32::MAX,
        stopped_by: 0,
        lane: Lane::Ordinary,
        tries: 0,
        expires: SimTime::NEVER,
        owner,
    }
}

/// Who started when, by owner.
struct Starts(Vec<SimTime>);

impl Flow for Starts {
    fn started(&mut self, job: &Job, start: SimTime, _window: u32) {
        self.0[job.owner as usize] = start;
    }

    fn finished(&mut self, _job: &Job, _start: SimTime, _end: SimTime) -> Option<Job> {
        None
    }

    fn left(&mut self, job: &Job, _at: SimTime, why: Leave, _now: SimTime) -> Option<Job> {
        panic!("nothing has a reason to leave, but {job:?} did: {why:?}");
    }

    fn remains(&mut self, _job: &Job, _state: Remains) {}
}

/// When each job starts at a desk that nothing leaves, by owner; never for those that do not. Owners
/// are numbered from 0.
pub(crate) fn starts(engine: Engine, desk: &DeskRun<'_>, jobs: &[Job]) -> Vec<SimTime> {
    let mut starts = Starts(vec![SimTime::NEVER; jobs.len()]);
    serve(engine, desk, jobs, &mut starts, &mut Scratch::default()).expect("few events");
    starts.0
}
