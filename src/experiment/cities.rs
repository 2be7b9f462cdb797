//! Several cities, each on its own patients, and the way from one to another one part at a time.
//!
//! A walk starts from the base city and takes over the outage's length, the calendar, the rules and the
//! windows of the other city, in this order and each on top of those before; what then remains is
//! everything else (people, sites, demand, behaviour). Contributions depend on the order, so the walk can
//! also be made backwards as a check. Every course is simulated with the same seed: where the world is the
//! same, so are the draws, and replication by replication differences are paired.

use std::sync::atomic::Ordering;

use crate::engine::Engine;
use crate::measures::{Catalogue, Values, measure};
use crate::replication::{Model, Tracing, simulate};
use crate::scenario::error::Text;
use crate::scenario::exchange::{City, Mixed, Part, mix};
use crate::scenario::layer::Loaded;

use super::batch::batch;
use super::spool::SpoolError;
use super::{Results, Stopped, Watch};

/// One thing that is simulated: a city as it is, or a city with parts of another.
#[derive(Debug)]
pub struct Course {
    /// As its files say, or would say.
    pub loaded: Loaded,
    /// The scenario with its tables.
    pub model: Model,
}

/// One step of a walk.
#[derive(Debug)]
pub struct Step {
    /// The part taken over.
    pub part: Part,
    /// The course after this step; none where the step could not be made.
    pub course: Option<usize>,
    /// Why it could not be made.
    pub refused: Option<Text>,
    /// What could not be carried over, and what stands in for it.
    pub notes: Vec<Text>,
}

/// The way from the base city to another.
#[derive(Debug)]
pub struct Walk {
    /// The other city, by its course.
    pub other: usize,
    /// Steps in the order of [`Part::ALL`].
    pub forward: Vec<Step>,
    /// The same the other way round; empty unless asked for.
    pub backward: Vec<Step>,
}

/// What is simulated.
#[derive(Debug)]
pub struct Plan {
    /// The cities in the order given, then the steps between them.
    pub courses: Vec<Course>,
    /// How many of the courses are cities.
    pub cities: usize,
    /// The city from which the walks start.
    pub base: usize,
    /// One for each other city.
    pub walks: Vec<Walk>,
}

impl Plan {
    /// Plans the walks from one of the cities to all others.
    pub fn new(cities: Vec<Course>, base: usize, backward: bool, engine: Engine) -> Self {
        let count = cities.len();
        let mut plan = Self { courses: cities, cities: count, base, walks: Vec::new() };
        for other in (0..count).filter(|&city| city != base) {
            let order = Part::ALL;
            let forward = plan.walk(other, &order, engine);
            let mut order = Part::ALL;
            order.reverse();
            let backward = if backward { plan.walk(other, &order, engine) } else { Vec::new() };
            plan.walks.push(Walk { other, forward, backward });
        }
        plan
    }

    fn walk(&mut self, other: usize, order: &[Part], engine: Engine) -> Vec<Step> {
        let mut parts: Vec<Part> = Vec::new();
        let mut steps = Vec::new();
        for &part in order {
            let with = [parts.as_slice(), &[part]].concat();
            let city = |index: usize| {
                let course: &Course = &self.courses[index];
                City { loaded: &course.loaded, scenario: &course.model.scenario }
            };
            match mix(city(self.base), city(other), &with) {
                Err(why) => steps.push(Step { part, course: None, refused: Some(why), notes: Vec::new() }),
                Ok(mut mixed) => {
                    parts = with;
                    let notes = std::mem::take(&mut mixed.notes);
                    let course = Some(self.course_of(mixed, engine));
                    steps.push(Step { part, course, refused: None, notes });
                }
            }
        }
        steps
    }

    /// The course of a mixed city: one there is already if it says the same.
    fn course_of(&mut self, mixed: Mixed, engine: Engine) -> usize {
        let Mixed { loaded, scenario, notes: _ } = mixed;
        let is_same = |course: &Course| {
            course.loaded.city == loaded.city
                && course.loaded.json == loaded.json
                && format!("{:?}", course.loaded.calendar) == format!("{:?}", loaded.calendar)
        };
        if let Some(known) = self.courses.iter().position(is_same) {
            return known;
        }
        self.courses.push(Course { loaded, model: Model::new(scenario).with_engine(engine) });
        self.courses.len() - 1
    }
}

/// What the courses give.
#[derive(Debug)]
pub struct Outcomes {
    /// One a course, over the same replications.
    pub results: Vec<Results>,
    /// Why it ended early, if it did.
    pub stopped: Option<Stopped>,
}

impl Outcomes {
    /// Replications finished of all courses.
    pub fn replications(&self) -> usize {
        self.results.first().map_or(0, |results| results.samples.len())
    }
}

/// Simulates all courses, replication after replication, so that an early end leaves the same
/// replications of each.
pub fn simulate_courses(plan: &Plan, seed: u64, replications: u32, watch: &Watch) -> Outcomes {
    let courses = plan.courses.len();
    let number_of = |item: u32| (item as usize % courses, item / courses as u32);
    let items = replications.saturating_mul(courses as u32);
    let simulate = |item| {
        if watch.stop.load(Ordering::Relaxed) {
            return Err(Stopped::Interrupted);
        }
        let (course, replication) = number_of(item);
        let model = &plan.courses[course].model;
        let outcome = simulate(model, seed, replication, Tracing::Off).map_err(Stopped::Breach)?;
        watch.finished.fetch_add(1, Ordering::Relaxed);
        let values = measure(&model.scenario, replication, &outcome);
        // No file shows days of these courses, and there are many of them.
        Ok(Values { series: Vec::new(), ..values })
    };
    let empty = |course: &Course| Results::sharing(seed, Catalogue::new(&course.model.scenario), courses);
    let mut results: Vec<Results> = plan.courses.iter().map(empty).collect();
    let mut pending = Vec::with_capacity(courses);
    let done = batch(0..items, &simulate, &mut |values| {
        pending.push(values);
        if pending.len() == courses {
            add(&mut results, &pending)?;
            pending.clear();
        }
        Ok(())
    });
    Outcomes { results, stopped: done.err() }
}

/// Takes a replication of all courses or, where there is no room for one, of none.
fn add(results: &mut [Results], values: &[Values]) -> Result<(), SpoolError> {
    for one in &mut *results {
        one.samples.make_room()?;
    }
    results.iter_mut().zip(values).try_for_each(|(one, values)| one.samples.push(values))
}
