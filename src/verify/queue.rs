//! Customers of a queue whose answer is known, and the desk that serves them.

use rayon::prelude::*;

use crate::calendar::SimTime;
use crate::desk::{Roster, RosterStep};
use crate::distribution::{Distribution, NormalTable};
use crate::engine::{DeskRun, Engine, Flow, Job, Lane, Leave, Remains, Scratch, serve};
use crate::rng::{Draws, Source, StreamId, uniform_wide};
use crate::schedule::Interval;

/// How long services last.
#[derive(Debug, Clone)]
pub(super) enum Service {
    /// Exponential with this mean, seconds.
    Exponential(f64),
    /// Exponential with one mean or the other, seconds: the first with this probability.
    Mixed(f64, [f64; 2]),
    /// One of the model's distributions, in seconds, drawn as the model draws it.
    Drawn(Distribution, Box<NormalTable>),
}

impl Service {
    /// All the same.
    pub(super) fn fixed(seconds: f64) -> Self {
        Self::Drawn(Distribution::Fixed(seconds), Box::default())
    }

    /// Lognormal by mean and squared coefficient of variation.
    pub(super) fn lognormal(seconds: f64, squared_cv: f64) -> Self {
        let made = Distribution::lognormal_from_mean_and_cv(seconds, squared_cv.sqrt());
        Self::Drawn(made.expect("the parameters are positive"), Box::default())
    }

    /// Either of two exponentials, each half of the work (balanced means), by mean and squared
    /// coefficient of variation, more than 1 (H. C. Tijms, "A First Course in Stochastic Models",
    /// 2003, appendix B).
    pub(super) fn mixed(seconds: f64, squared_cv: f64) -> Self {
        let first = (1.0 + ((squared_cv - 1.0) / (squared_cv + 1.0)).sqrt()) / 2.0;
        Self::Mixed(first, [first, 1.0 - first].map(|share| seconds / (2.0 * share)))
    }

    /// Whole seconds, at least one.
    pub(super) fn draw(&self, draws: &mut Draws) -> u32 {
        let seconds = match self {
            Self::Exponential(mean) => exponential(draws, *mean),
            Self::Mixed(first, means) => {
                let is_second = draws.next_uniform() >= *first;
                exponential(draws, means[usize::from(is_second)])
            }
            Self::Drawn(distribution, normal) => distribution.draw(draws.next_word(), normal),
        };
        seconds.round().max(1.0) as u32
    }
}

/// One exponential number.
pub(super) fn exponential(draws: &mut Draws, mean: f64) -> f64 {
    -mean * uniform_wide(draws.next_wide()).ln()
}

/// A customer who comes at a moment and leaves for no reason.
pub(super) fn customer(index: u32, arrival: u32, service: u32) -> Job {
    Job {
        arrival: SimTime(arrival),
        order: u64::from(index),
        service,
        patience: u32::MAX,
        stopped_by: 0,
        lane: Lane::Ordinary,
        tries: 0,
        expires: SimTime::NEVER,
        owner: index,
    }
}

/// Poisson arrivals: either a fixed number of them, or all before an end.
#[derive(Debug, Clone, Copy)]
pub(super) enum Until {
    /// So many customers.
    Count(usize),
    /// All who come before this second.
    Second(f64),
}

/// Customers at Poisson times with this mean gap, seconds.
pub(super) fn poisson_customers(source: &Source, mean_gap: f64, service: &Service, until: Until) -> Vec<Job> {
    let mut gaps = source.stream(0, StreamId::Arrivals, 0);
    let mut services = source.stream(0, StreamId::Service, 0);
    let expected = match until {
        Until::Count(count) => count,
        Until::Second(end) => (end / mean_gap * 1.1) as usize + 100,
    };
    let mut jobs = Vec::with_capacity(expected);
    let mut time = exponential(&mut gaps, mean_gap);
    loop {
        let is_over = match until {
            Until::Count(count) => jobs.len() >= count,
            Until::Second(end) => time >= end,
        };
        if is_over {
            return jobs;
        }
        jobs.push(customer(jobs.len() as u32, time as u32, service.draw(&mut services)));
        time += exponential(&mut gaps, mean_gap);
    }
}

/// What became of each customer, by owner.
#[derive(Debug)]
pub(super) struct Served {
    /// Start of the service; never for those who were not served.
    pub(super) starts: Vec<SimTime>,
    /// End of the service; never for those who were not served by the horizon.
    pub(super) ends: Vec<SimTime>,
    /// When a stop took the service away from somebody who waited or came; never for the others.
    pub(super) lost: Vec<SimTime>,
}

impl Served {
    /// Seconds that a customer waited. One who was not served has waited for ever, which no theory
    /// forgives.
    pub(super) fn wait(&self, job: &Job) -> u32 {
        self.starts[job.owner as usize].0 - job.arrival.0
    }
}

impl Flow for Served {
    fn started(&mut self, job: &Job, start: SimTime, _window: u32) {
        self.starts[job.owner as usize] = start;
    }

    fn finished(&mut self, job: &Job, _start: SimTime, end: SimTime) -> Option<Job> {
        self.ends[job.owner as usize] = end;
        None
    }

    fn left(&mut self, job: &Job, at: SimTime, why: Leave, _now: SimTime) -> Option<Job> {
        if why == Leave::ServiceLost {
            self.lost[job.owner as usize] = at;
        }
        None
    }

    fn remains(&mut self, _job: &Job, _state: Remains) {}
}

/// End of the simulated time: later than anybody comes or is served.
const HORIZON: SimTime = SimTime(u32::MAX - 1);

/// Serves customers at windows that follow (second, windows) steps. Nobody goes home: a step to no
/// windows is a break within the day.
pub(super) fn serve_all(engine: Engine, jobs: &[Job], steps: &[(u32, u32)]) -> Served {
    serve_with_stops(engine, jobs, steps, (&[], 0))
}

/// The same while stops take the service away from whose mask names them, some of which freeze what is in
/// hand. Windows stay open.
pub(super) fn serve_with_stops(
    engine: Engine,
    jobs: &[Job],
    steps: &[(u32, u32)],
    (stops, freezes): (&[Interval], u64),
) -> Served {
    let steps =
        steps.iter().map(|&(time, windows)| RosterStep { time: SimTime(time), windows, closes_day: false }).collect();
    let roster = Roster { steps, ..Roster::default() };
    let desk = DeskRun {
        roster: &roster,
        last_ticket: None,
        stops,
        freezes,
        learning: None,
        horizon: HORIZON,
        has_priority_lane: jobs.iter().any(|job| job.lane == Lane::Priority),
    };
    let never = vec![SimTime::NEVER; jobs.len()];
    let mut served = Served { starts: never.clone(), ends: never.clone(), lost: never };
    serve(engine, &desk, jobs, &mut served, &mut Scratch::default()).expect("far fewer events than the limit");
    served
}

/// One value per replication, in order.
pub(super) fn replicate<T: Send>(count: u32, one: impl Fn(u32) -> T + Sync + Send) -> Vec<T> {
    (0..count).into_par_iter().map(one).collect()
}
