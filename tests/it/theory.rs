//! The plain desk engine against queueing theory: M/M/c, M/D/1, and an outage in M/M/c.
//!
//! Every expected value is a closed form computed here, never a number that the engine printed.
//! A sample is one independent replication; the tolerance is three standard errors of the mean of
//! the replications, and the standard error itself must be under 1 % of the exact value. Services
//! last thousands of seconds, so that rounding to whole seconds is far below that.

use cutover::calendar::SimTime;
use cutover::desk::{Roster, RosterStep};
use cutover::engine::{DeskRun, Engine, Flow, Job, Lane, Leave, Remains, Scratch, serve};
use cutover::rng::{Draws, Source, StreamId, uniform_wide};
use rayon::prelude::*;

/// Seed of all replications in this file.
const SEED: u64 = 1_917;

/// How long a service takes.
#[derive(Clone, Copy)]
enum Service {
    Exponential,
    Fixed,
}

/// An M/M/c or M/D/c queue. Rates are per second.
#[derive(Clone, Copy)]
struct Queue {
    windows: u32,
    load: f64,
    mean_service: f64,
    service: Service,
}

impl Queue {
    fn exponential(windows: u32, load: f64, mean_service: f64) -> Self {
        Self { windows, load, mean_service, service: Service::Exponential }
    }

    fn arrival_rate(self) -> f64 {
        self.load * f64::from(self.windows) / self.mean_service
    }

    /// Erlang's C: the probability of waiting in M/M/c. By Erlang's recursion for the loss system,
    /// B(0) = 1, B(n) = a B(n-1) / (n + a B(n-1)), and C = B / (1 - rho (1 - B)).
    fn probability_of_waiting(self) -> f64 {
        let offered = self.load * f64::from(self.windows);
        let blocked = (1..=self.windows).fold(1.0, |b, n| offered * b / (f64::from(n) + offered * b));
        blocked / (1.0 - self.load * (1.0 - blocked))
    }

    /// Mean wait: C s / (c (1 - rho)) for M/M/c, rho s / (2 (1 - rho)) for M/D/1 (Pollaczek-Khinchine).
    fn mean_wait(self) -> f64 {
        match self.service {
            Service::Exponential => {
                self.probability_of_waiting() * self.mean_service / (f64::from(self.windows) * (1.0 - self.load))
            }
            Service::Fixed => {
                assert_eq!(self.windows, 1, "the formula is for one window");
                self.load * self.mean_service / (2.0 * (1.0 - self.load))
            }
        }
    }

    /// Poisson arrivals from 0 until `end`.
    fn jobs(self, replication: u32, end: f64) -> Vec<Job> {
        let source = Source::new(SEED, replication);
        let mut gaps = source.stream(self.windows, StreamId::Arrivals, 0);
        let mut services = source.stream(self.windows, StreamId::Service, 0);
        let mean_gap = 1.0 / self.arrival_rate();
        let mut jobs = Vec::with_capacity((end / mean_gap * 1.1) as usize + 100);
        let mut time = exponential(&mut gaps, mean_gap);
        while time < end {
            let service = match self.service {
                Service::Exponential => exponential(&mut services, self.mean_service).round(),
                Service::Fixed => self.mean_service,
            };
            let index = jobs.len() as u32;
            jobs.push(Job {
                arrival: SimTime(time as u32),
                order: u64::from(index),
                service: service as u32,
                patience: u32::MAX,
                stopped_by: 0,
                lane: Lane::Ordinary,
                tries: 0,
                expires: SimTime::NEVER,
                owner: index,
            });
            time += exponential(&mut gaps, mean_gap);
        }
        jobs
    }
}

fn exponential(draws: &mut Draws, mean: f64) -> f64 {
    -mean * uniform_wide(draws.next_wide()).ln()
}

/// When each job started; jobs that had not started by the horizon are left at never.
struct Starts(Vec<SimTime>);

impl Flow for Starts {
    fn started(&mut self, job: &Job, start: SimTime, _window: u32) {
        self.0[job.owner as usize] = start;
    }

    fn finished(&mut self, _job: &Job, _start: SimTime, _end: SimTime) -> Option<Job> {
        None
    }

    fn left(&mut self, job: &Job, _at: SimTime, why: Leave) -> Option<Job> {
        panic!("nobody has a reason to leave, but {job:?} did: {why:?}");
    }

    fn remains(&mut self, _job: &Job, _state: Remains) {}
}

/// Start of each job at a desk whose windows follow these (seconds, windows) steps.
fn starts(jobs: &[Job], steps: &[(u32, u32)], horizon: u32) -> Vec<SimTime> {
    let steps =
        steps.iter().map(|&(time, windows)| RosterStep { time: SimTime(time), windows, closes_day: false }).collect();
    let roster = Roster { steps, ..Roster::default() };
    let desk = DeskRun {
        roster: &roster,
        last_ticket: None,
        stops: &[],
        learning: None,
        horizon: SimTime(horizon),
        has_priority_lane: false,
    };
    let mut flow = Starts(vec![SimTime::NEVER; jobs.len()]);
    serve(Engine::Calendar, &desk, jobs, &mut flow, &mut Scratch::default()).expect("few events");
    flow.0
}

/// Asserts that the mean of independent replications is the exact value within three standard
/// errors, and that these are under 1 % of it.
fn assert_mean(what: &str, sample: &[f64], exact: f64) {
    let count = sample.len() as f64;
    let mean = sample.iter().sum::<f64>() / count;
    let squares: f64 = sample.iter().map(|value| (value - mean).powi(2)).sum();
    let standard_error = (squares / (count - 1.0) / count).sqrt();
    let off = (mean - exact) / standard_error;
    println!(
        "{what}: exact {exact:.4}, mean {mean:.4}, standard error {:.3} %, off by {off:+.2} standard errors",
        100.0 * standard_error / exact
    );
    assert!(standard_error < 0.01 * exact, "{what}: standard error {standard_error} of {exact}");
    assert!(off.abs() < 3.0, "{what}: {mean} instead of {exact}, {off} standard errors away");
}

/// Mean wait, and share of those who wait at all, in each of many stationary replications: the
/// first tenth of each is left out, which is dozens of relaxation times.
fn stationary(queue: Queue, replications: u32, jobs_each: f64) -> (Vec<f64>, Vec<f64>) {
    let end = jobs_each / queue.arrival_rate();
    assert!(end < 4e9, "seconds fit into 32 bits");
    (0..replications)
        .into_par_iter()
        .map(|replication| {
            let jobs = queue.jobs(replication, end);
            // Nobody comes after `end`; the horizon leaves everyone the time to be served.
            let starts = starts(&jobs, &[(0, queue.windows)], u32::MAX);
            let (mut count, mut waited, mut waits) = (0_u64, 0_u64, 0_u64);
            for (job, start) in jobs.iter().zip(&starts) {
                assert_ne!(*start, SimTime::NEVER, "everyone is served in the end");
                if f64::from(job.arrival.0) >= end / 10.0 {
                    let wait = u64::from(start.0 - job.arrival.0);
                    count += 1;
                    waits += wait;
                    waited += u64::from(wait > 0);
                }
            }
            (waits as f64 / count as f64, waited as f64 / count as f64)
        })
        .unzip()
}

fn assert_m_m_c(windows: u32, load: f64, mean_service: f64, replications: u32) {
    let queue = Queue::exponential(windows, load, mean_service);
    let (waits, shares) = stationary(queue, replications, 100_000.0);
    let name = format!("M/M/{windows}, load {load}");
    assert_mean(&format!("{name}, mean wait"), &waits, queue.mean_wait());
    assert_mean(&format!("{name}, share that waits"), &shares, queue.probability_of_waiting());
}

#[test]
fn one_exponential_window_gives_the_mean_wait_and_share_of_erlang() {
    assert_m_m_c(1, 0.7, 10_000.0, 60);
    assert_m_m_c(1, 0.9, 10_000.0, 100);
}

#[test]
fn five_exponential_windows_give_the_mean_wait_and_share_of_erlang() {
    assert_m_m_c(5, 0.8, 10_000.0, 60);
}

#[test]
fn twenty_exponential_windows_give_the_mean_wait_and_share_of_erlang() {
    assert_m_m_c(20, 0.8, 20_000.0, 100);
    assert_m_m_c(20, 0.9, 20_000.0, 160);
}

#[test]
fn one_window_of_fixed_minutes_gives_the_mean_wait_of_pollaczek_and_khinchine() {
    for (load, replications) in [(0.7, 40), (0.9, 80)] {
        let queue = Queue { windows: 1, load, mean_service: 10_000.0, service: Service::Fixed };
        let (waits, shares) = stationary(queue, replications, 100_000.0);
        assert_mean(&format!("M/D/1, load {load}, mean wait"), &waits, queue.mean_wait());
        // Poisson arrivals see the window busy a share `load` of the time.
        assert_mean(&format!("M/D/1, load {load}, share that waits"), &shares, load);
    }
}

/// An M/M/c desk that closes its windows for some hours of one day while people go on coming and
/// wait: a break within the day, since at the end of a day they would go home.
#[derive(Clone, Copy)]
struct Outage {
    queue: Queue,
    closing: u32,
    reopening: u32,
    horizon: u32,
}

/// What one replication of an outage shows, or what theory expects.
struct Aftermath {
    /// People waiting at the moment of reopening, before anybody is called.
    waiting: f64,
    /// Seconds from the reopening until nobody waits.
    clearing: f64,
    /// Person-seconds waited from the closing until nobody waits.
    waited: f64,
}

impl Outage {
    /// At the closing the queue is stationary: L = C rho / (1 - rho) people on average, and
    /// E\[L^2\] = C rho (1 + rho) / (1 - rho)^2. Services in hand are finished, and Poisson
    /// arrivals of mean `lambda D` join. So D hours later E\[Q\] = L + lambda D.
    ///
    /// At the reopening c of them are served at once (services in hand at the closing have ended
    /// but with probability exp(-D/s), here below 1e-10), and M = Q - c are left. While all
    /// windows are busy, M is a random walk up at `lambda` and down at `theta = c / s`, so each
    /// level is left for good after 1 / delta, delta = theta - lambda: the queue is empty after
    /// E\[M\] / delta. On the way from level i to i - 1 the walk spends the area (i - 1) / delta, and above it
    /// that of a busy period of M/M/1, theta / delta^2; in sum
    /// E\[M (M - 1)\] / (2 delta) + E\[M\] theta / delta^2 person-seconds, and L D + lambda D^2 / 2
    /// before the reopening.
    fn expected(self) -> Aftermath {
        let rho = self.queue.load;
        let lambda = self.queue.arrival_rate();
        let theta = lambda / rho;
        let delta = theta - lambda;
        let wait = self.queue.probability_of_waiting();
        let hours = f64::from(self.reopening - self.closing);
        assert!((-hours / self.queue.mean_service).exp() < 1e-10, "no service spans the outage");
        let first = wait * rho / (1.0 - rho);
        let second = wait * rho * (1.0 + rho) / (1.0 - rho).powi(2);
        let waiting = first + lambda * hours;
        let variance = second - first * first + lambda * hours;
        let left = waiting - f64::from(self.queue.windows);
        assert!(left > 5.0 * variance.sqrt(), "more people wait than there are windows");
        let pairs = variance + left * left - left;
        Aftermath {
            waiting,
            clearing: left / delta,
            waited: first * hours + lambda * hours * hours / 2.0 + pairs / (2.0 * delta) + left * theta / delta.powi(2),
        }
    }

    fn observed(self, replication: u32) -> Aftermath {
        let jobs = self.queue.jobs(replication, f64::from(self.horizon));
        let windows = self.queue.windows;
        let steps = [(0, windows), (self.closing, 0), (self.reopening, windows)];
        let starts = starts(&jobs, &steps, self.horizon);
        let waiting = jobs
            .iter()
            .zip(&starts)
            .filter(|(job, start)| job.arrival.0 < self.reopening && start.0 >= self.reopening)
            .count();
        // First come, first served: nobody waits once a job starts before the next one comes.
        let cleared = (0..jobs.len() - 1)
            .find(|&index| starts[index].0 >= self.reopening && starts[index] < jobs[index + 1].arrival)
            .map(|index| starts[index].0)
            .expect("the queue empties before the horizon");
        let waited: u64 = jobs
            .iter()
            .zip(&starts)
            .map(|(job, start)| start.0.min(cleared).saturating_sub(job.arrival.0.max(self.closing)))
            .map(u64::from)
            .sum();
        Aftermath { waiting: waiting as f64, clearing: f64::from(cleared - self.reopening), waited: waited as f64 }
    }
}

fn assert_outage(outage: Outage, replications: u32) {
    let exact = outage.expected();
    let observed: Vec<Aftermath> =
        (0..replications).into_par_iter().map(|replication| outage.observed(replication)).collect();
    let assert_one = |what: &str, value: fn(&Aftermath) -> f64| {
        let sample: Vec<f64> = observed.iter().map(value).collect();
        let windows = outage.queue.windows;
        let hours = (outage.reopening - outage.closing) / 3_600;
        assert_mean(&format!("M/M/{windows}, {hours} h outage, {what}"), &sample, value(&exact));
    };
    assert_one("people waiting at the reopening", |aftermath| aftermath.waiting);
    assert_one("seconds until nobody waits", |aftermath| aftermath.clearing);
    assert_one("person-seconds waited", |aftermath| aftermath.waited);
}

#[test]
fn an_outage_at_five_windows_leaves_the_queue_and_the_recovery_of_theory() {
    let outage = Outage {
        queue: Queue::exponential(5, 0.8, 1_000.0),
        closing: 60 * 3_600,
        reopening: 67 * 3_600,
        horizon: 200 * 3_600,
    };
    assert_outage(outage, 6_000);
}

#[test]
fn an_outage_at_one_window_leaves_the_queue_and_the_recovery_of_theory() {
    let outage = Outage {
        queue: Queue::exponential(1, 0.7, 1_000.0),
        closing: 50 * 3_600,
        reopening: 70 * 3_600,
        horizon: 300 * 3_600,
    };
    assert_outage(outage, 6_000);
}
