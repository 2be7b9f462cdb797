//! Two ways to serve the desks of one scenario, compared event by event and count by count.

use std::fmt::{Debug, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use cutover::replication::{Model, Outcome, Tracing, simulate};
use cutover::scenario::check::check;
use cutover::scenario::layer::load;
use cutover::scenario::world::Scenario;
use cutover::trace::TraceRow;
use cutover::units::Lang;

/// A way to serve: what it sets in a model before the model is simulated.
pub(crate) type Way = fn(&mut Model);

/// Which draws a scenario is simulated with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub(crate) seed: u64,
    pub(crate) replication: u32,
}

/// A folder in which scenarios are written, loaded and checked as a planner's are.
pub(crate) struct Workshop {
    folder: tempfile::TempDir,
    made: AtomicU64,
}

impl Workshop {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("there is room for files");
        let calendars = folder.path().join("calendars");
        std::fs::create_dir(&calendars).expect("the folder can be written");
        let calendar = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/calendars/cn.toml");
        std::fs::copy(calendar, calendars.join("cn.toml")).expect("the calendar can be copied");
        Self { folder, made: AtomicU64::new(0) }
    }

    /// The scenario of two files, or what is wrong with them.
    pub(crate) fn model(&self, city: &str, schedule: &str) -> Result<Model, String> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let folder = self.folder.path().join(format!("case-{number}"));
        std::fs::create_dir_all(&folder).expect("the folder can be written");
        std::fs::write(folder.join("city.toml"), city).expect("the file can be written");
        std::fs::write(folder.join("announced.toml"), schedule).expect("the file can be written");
        let loaded = load(&folder, None, &[]).map_err(|problems| problems.render(Lang::En));
        std::fs::remove_dir_all(&folder).expect("the folder can be removed");
        let loaded = loaded?;
        check(&loaded.layer, &loaded.city, &loaded.schedule, &loaded.calendar)
            .map(Model::new)
            .map_err(|complaints| format!("{complaints:#?}"))
    }
}

/// What two ways gave: the second one's outcome, and in what they differ.
pub(crate) struct Compared {
    pub(crate) outcome: Option<Outcome>,
    pub(crate) difference: Option<String>,
}

/// Serves a scenario in two ways with the same draws.
pub(crate) fn compare(model: &mut Model, ways: [Way; 2], run: Run) -> Compared {
    let scenario = model.scenario.clone();
    let [first, second] = ways.map(|way| {
        model.scenario = scenario.clone();
        way(model);
        simulate(model, run.seed, run.replication, Tracing::All)
    });
    model.scenario = scenario;
    match (first, second) {
        (Ok(first), Ok(second)) => {
            let difference = difference(&model.scenario, &first, &second);
            Compared { outcome: Some(second), difference }
        }
        (first, second) => {
            let told = [first, second].map(|one| one.map_or_else(|breach| breach.to_string(), |_| "ok".to_owned()));
            Compared { outcome: None, difference: Some(format!("a law is broken: {told:?}")) }
        }
    }
}

/// In what two outcomes of a scenario differ first.
fn difference(scenario: &Scenario, first: &Outcome, second: &Outcome) -> Option<String> {
    let [one, other] = [first, second].map(|outcome| sorted(&outcome.trace));
    if one != other {
        let place = one.iter().zip(&other).position(|(one, other)| one != other);
        let place = place.unwrap_or(one.len().min(other.len()));
        let mut text = format!("event {place} of {} and {}", one.len(), other.len());
        for (name, rows) in [("first", &one), ("second", &other)] {
            let row = rows.get(place).map_or("no more events".to_owned(), |row| shown(scenario, row));
            let _ = write!(text, "\n    {name:6}  {row}");
        }
        return Some(text);
    }
    let courses = [("under the schedule", &first.record, &second.record), ("normal", &*first.normal, &*second.normal)];
    for (course, one, other) in courses {
        if one != other {
            return Some(format!("counts of the course {course}\n{}", first_line_apart(one, other)));
        }
    }
    let stops = |outcome: &Outcome| (outcome.actual.clone(), outcome.downs.clone());
    (stops(first) != stops(second) || first.jobs != second.jobs)
        .then(|| format!("stops or jobs: {:?} {} and {:?} {}", first.actual, first.jobs, second.actual, second.jobs))
}

/// The event log in a total order: of the rows that share a place in it, none is before the other.
fn sorted(trace: &[TraceRow]) -> Vec<TraceRow> {
    let mut rows = trace.to_vec();
    rows.sort_by_key(|row| (row.order(), row.step, row.pathway, row.fen, row.window));
    rows
}

fn shown(scenario: &Scenario, row: &TraceRow) -> String {
    let place = |site: u32| {
        let group = scenario.group_of(site);
        format!("{}/{}", group.key, site - group.first)
    };
    let way = row.pathway.map(|way| &scenario.pathways[usize::from(way)]);
    format!(
        "{} {} {}: {} of {}, {} {}, step {}, {}.{:02} yuan, window {:?}, person {:#x} visit {}",
        scenario.clock.civil(row.time),
        place(row.site),
        row.event.word(),
        scenario.care[usize::from(row.care)].key,
        place(row.origin),
        if way.is_some() { "pathway" } else { "before the stop" },
        way.map_or("", |way| way.key.as_str()),
        row.step,
        row.fen / 100,
        row.fen % 100,
        row.window,
        row.person,
        row.visit,
    )
}

/// The first line in which two things differ when written out, with the fields it stands in.
fn first_line_apart(one: &impl Debug, other: &impl Debug) -> String {
    let [one, other] = [format!("{one:#?}"), format!("{other:#?}")];
    let mut around: Vec<(usize, &str)> = Vec::new();
    for (one, other) in one.lines().zip(other.lines()) {
        let depth = one.len() - one.trim_start().len();
        around.retain(|(above, _)| *above < depth);
        if one != other {
            let fields: Vec<&str> = around.iter().map(|(_, line)| *line).collect();
            return format!("    {}\n    first   {}\n    second  {}", fields.join(" "), one.trim(), other.trim());
        }
        around.push((depth, one.trim()));
    }
    "    one is longer".to_owned()
}
