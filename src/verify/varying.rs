//! Arrivals that follow the hour: the queue peaks later than the arrivals, by the right amount.

use std::f64::consts::TAU;

use crate::calendar::DAY;
use crate::engine::Job;
use crate::rng::StreamId;

use super::Setup;
use super::formula::transient::{Wave, periodic_queue};
use super::queue::{Service, customer, exponential, replicate, serve_all};
use super::row::{Row, name};

/// Mean service, seconds.
pub(super) const SERVICE: f64 = 7_200.0;

/// Days of a replication left out, and days that count.
pub(super) const DAYS: [u32; 2] = [8, 60];

/// Poisson arrivals at the rate mean × (1 + swing sin(2 pi t / day)), so that they peak at 6:00.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tide {
    pub(super) per_day: f64,
    pub(super) swing: f64,
}

/// At the desk with a window for everyone: twelve people in service on average.
pub(super) const ENDLESS: Tide = Tide { per_day: 144.0, swing: 0.6 };

/// Windows of the desk that is overloaded at the peak.
pub(super) const WINDOWS: u32 = 20;

/// Its arrivals: 0.8 of what the windows can serve, 1.12 at the peak.
pub(super) const OVERLOADED: Tide = Tide { per_day: 0.8 * WINDOWS as f64 * DAY as f64 / SERVICE, swing: 0.4 };

impl Tide {
    fn at(self, share: f64) -> f64 {
        self.per_day * (1.0 + self.swing * (TAU * share).sin())
    }

    /// By thinning (P. A. W. Lewis and G. S. Shedler, Naval Research Logistics Quarterly 26
    /// (1979) 403-413).
    fn customers(self, setup: &Setup, replication: u32) -> Vec<Job> {
        let source = setup.source(replication);
        let mut gaps = source.stream(0, StreamId::Arrivals, 0);
        let mut kept = source.stream(0, StreamId::VisitMarks, 0);
        let mut lengths = source.stream(0, StreamId::Service, 0);
        let service = Service::Exponential(SERVICE);
        let day = f64::from(DAY);
        let most = self.per_day * (1.0 + self.swing);
        let end = f64::from(DAYS[0] + DAYS[1] + 1) * day;
        let mut jobs = Vec::new();
        let mut time = 0.0;
        loop {
            time += exponential(&mut gaps, day / most);
            if time >= end {
                return jobs;
            }
            if kept.next_uniform() * most < self.at(time / day) {
                jobs.push(customer(jobs.len() as u32, time as u32, service.draw(&mut lengths)));
            }
        }
    }
}

/// First harmonic of the mean number of people whose spans are given, over the days that count:
/// its part in step with a peak at `peak` (share of the day), and its part a quarter day later.
fn harmonic(spans: impl Iterator<Item = (u32, u32)>, peak: f64) -> (f64, f64) {
    let (from, to) = (DAYS[0] * DAY, (DAYS[0] + DAYS[1]) * DAY);
    let day = f64::from(DAY);
    let (mut ahead, mut aside) = (0.0, 0.0);
    for (start, end) in spans {
        let (start, end) = (start.clamp(from, to), end.clamp(from, to));
        if start < end {
            let angle = |second: u32| TAU * (f64::from(second % DAY) / day - peak);
            ahead += angle(end).sin() - angle(start).sin();
            aside += angle(start).cos() - angle(end).cos();
        }
    }
    let scale = 2.0 / (TAU * f64::from(DAYS[1]));
    (ahead * scale, aside * scale)
}

/// Rows for the size and the peak of a first harmonic. To first order the peak is later by the part
/// aside over the size.
fn harmonic_rows(label: (&str, &str), found: &[(f64, f64)], (size, peak): (f64, f64)) -> Vec<Row> {
    let sizes: Vec<f64> = found.iter().map(|(ahead, _)| *ahead).collect();
    // Arrivals peak at a quarter of the day.
    let lag = |peak: f64| 24.0 * (peak - 0.25);
    let lags: Vec<f64> = found.iter().map(|(_, aside)| lag(peak + aside / (size * TAU))).collect();
    let (zh, en) = label;
    vec![
        Row::mean(
            name(format!("{zh}：日波动幅度（人）"), format!("{en}: size of the daily wave (people)")),
            &sizes,
            size,
        ),
        Row::mean(
            name(format!("{zh}：高峰滞后于到达高峰（小时）"), format!("{en}: peak after that of arrivals (h)")),
            &lags,
            lag(peak),
        ),
    ]
}

/// A desk with a window for everyone, and a desk that is overloaded at the peak.
pub(super) fn day_wave(setup: &Setup) -> Vec<Row> {
    let mut rows = endless(setup);
    rows.extend(overloaded(setup));
    rows
}

/// M(t)/M/∞: the mean number in service has the wave of the arrivals, smaller by the root of
/// 1 + (2 pi s / day)² and later by arctan(2 pi s / day) day / 2 pi (S. G. Eick, W. A. Massey and
/// W. Whitt, "M(t)/G/∞ queues with sinusoidal arrival rates", Management Science 39 (1993) 241-252).
fn endless(setup: &Setup) -> Vec<Row> {
    let tide = ENDLESS;
    let speed = TAU * SERVICE / f64::from(DAY);
    let mean = tide.per_day * SERVICE / f64::from(DAY);
    let size = mean * tide.swing / speed.hypot(1.0);
    let peak = 0.25 + speed.atan() / TAU;
    let found = replicate(240, |replication| {
        let jobs = tide.customers(setup, replication);
        // Twelve people on average, 18 at the peak: nobody ever waits for one of 80 windows.
        let served = serve_all(setup.engine, &jobs, &[(0, 80)]);
        harmonic(served.starts.iter().zip(&served.ends).map(|(start, end)| (start.0, end.0)), peak)
    });
    harmonic_rows(("M(t)/M/∞", "M(t)/M/∞"), &found, (size, peak))
}

/// M(t)/M/c at a mean load of 0.8 and a peak of 1.12, against Kolmogorov's forward equations.
fn overloaded(setup: &Setup) -> Vec<Row> {
    let services = f64::from(DAY) / SERVICE;
    let tide = OVERLOADED;
    let wave: Wave = periodic_queue(WINDOWS as usize, services, 240, |share| tide.at(share));
    let (size, peak) = wave.harmonic();
    let hours = [6.0, 10.0, 14.0];
    let found = replicate(640, |replication| {
        let jobs = tide.customers(setup, 1 << 16 | replication);
        let served = serve_all(setup.engine, &jobs, &[(0, WINDOWS)]);
        let waits = jobs.iter().zip(&served.starts).map(|(job, start)| (job.arrival.0, start.0));
        let queues = hours.map(|hour| mean_queue_at(waits.clone(), hour));
        (queues, harmonic(waits, peak))
    });
    let label = ("M(t)/M/20 排队", "M(t)/M/20 queue");
    let mut rows = Vec::new();
    for (index, hour) in hours.into_iter().enumerate() {
        let sample: Vec<f64> = found.iter().map(|(queues, _)| queues[index]).collect();
        let what = name(format!("{}：{hour:.0} 时人数", label.0), format!("{}: people at {hour:.0}:00", label.1));
        rows.push(Row::mean(what, &sample, wave.at(hour / 24.0)));
    }
    let waves: Vec<(f64, f64)> = found.into_iter().map(|(_, wave)| wave).collect();
    rows.extend(harmonic_rows(label, &waves, (size, peak)));
    rows
}

/// Mean over the days that count of the number of spans that hold this hour.
fn mean_queue_at(spans: impl Iterator<Item = (u32, u32)>, hour: f64) -> f64 {
    let second = (hour * 3_600.0) as u32;
    // A span holds the moment of every day whose moment lies from its start to before its end.
    let moments = |time: u32| (time.saturating_sub(second)).div_ceil(DAY).clamp(DAYS[0], DAYS[0] + DAYS[1]);
    let held: u64 = spans.map(|(start, end)| u64::from(moments(end) - moments(start))).sum();
    held as f64 / f64::from(DAYS[1])
}
