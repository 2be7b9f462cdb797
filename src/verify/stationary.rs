//! Desks in equilibrium: several windows, general services, people who leave, a priority lane, and
//! a back office behind a window.

use crate::engine::{Job, Lane};
use crate::rng::StreamId;
use crate::scenario::raw::Name;

use super::Setup;
use super::formula::queueing::{
    Patience, exponential_wait, exponential_wait_quantile, fixed_wait, general_wait, impatience, priority_waits,
    probability_of_waiting,
};
use super::queue::{
    Served, Service, Until, customer, exponential as exponential_draw, poisson_customers, replicate, serve_all,
};
use super::row::{Row, mean_and_standard_error, name};

/// Customers of a replication that are left out while the desk fills up. At a load of 0.9 the
/// memory of M/M/1 fades over 1 / (1 - sqrt(0.9))² = 380 customers.
pub(super) const WARM_UP: usize = 10_000;

/// Customers of a replication that count.
pub(super) const COUNTED: usize = 50_000;

/// Mean service, seconds.
pub(super) const SERVICE: f64 = 10_000.0;

/// Replications that bring the standard error of the mean wait to about 0.6 %.
///
/// Near full load the queue is a reflected Brownian motion, for which the squared standard error
/// over the squared mean is 2 (1 + c²) / ((1 - rho)² n) after n customers (W. Whitt, "Planning
/// queueing simulations", Management Science 35 (1989) 1341-1366); where only a share `waiting`
/// waits at all, the mean is smaller by that share and so are the visits to the queue.
fn replications(load: f64, squared_cv: f64, waiting: f64) -> u32 {
    let customers = 2.0 * (1.0 + squared_cv) / (waiting * (1.0 - load).powi(2)) / 0.006_f64.powi(2);
    (customers / COUNTED as f64).ceil().max(40.0) as u32
}

/// Poisson customers of one replication.
fn customers(setup: &Setup, (replication, family): (u32, u32), mean_gap: f64, service: &Service) -> Vec<Job> {
    // Each setting of a case has replications of its own.
    let source = setup.source(family << 16 | replication);
    poisson_customers(&source, mean_gap, service, Until::Count(WARM_UP + COUNTED))
}

/// Mean wait, seconds, and share that waits among some customers.
fn waits<'a>(jobs: impl Iterator<Item = &'a Job>, served: &Served) -> (f64, f64) {
    let (mut count, mut waited, mut seconds) = (0_u64, 0_u64, 0_u64);
    for job in jobs {
        let wait = served.wait(job);
        count += 1;
        waited += u64::from(wait > 0);
        seconds += u64::from(wait);
    }
    (seconds as f64 / count as f64, waited as f64 / count as f64)
}

fn wait_name(queue: &str) -> Name {
    name(format!("{queue}：平均等待（秒）"), format!("{queue}: mean wait (s)"))
}

fn share_name(queue: &str) -> Name {
    name(format!("{queue}：需等待的比例"), format!("{queue}: share that waits"))
}

/// M/M/c: mean wait, share that waits, quantiles of the wait.
pub(super) fn exponential(setup: &Setup) -> Vec<Row> {
    [(1, 0.7), (5, 0.8), (20, 0.9)]
        .into_iter()
        .flat_map(|(windows, load)| exponential_at(setup, windows, load))
        .collect()
}

fn exponential_at(setup: &Setup, windows: u32, load: f64) -> Vec<Row> {
    let waiting = probability_of_waiting(windows, load * f64::from(windows));
    let service = Service::Exponential(SERVICE);
    let gap = SERVICE / (load * f64::from(windows));
    let quantiles = [0.9, 0.95].map(|p| (p, exponential_wait_quantile(windows, load, SERVICE, p)));
    let found = replicate(replications(load, 1.0, waiting), |replication| {
        let jobs = customers(setup, (replication, windows), gap, &service);
        let served = serve_all(setup.engine, &jobs, &[(0, windows)]);
        let beyond = quantiles.map(|(_, quantile)| {
            let late = jobs[WARM_UP..].iter().filter(|job| f64::from(served.wait(job)) > quantile).count();
            late as f64 / COUNTED as f64
        });
        (waits(jobs[WARM_UP..].iter(), &served), beyond)
    });
    let queue = format!("M/M/{windows} {load}");
    let mean: Vec<f64> = found.iter().map(|((wait, _), _)| *wait).collect();
    let share: Vec<f64> = found.iter().map(|((_, share), _)| *share).collect();
    let mut rows = vec![
        Row::mean(wait_name(&queue), &mean, exponential_wait(windows, load, SERVICE)),
        Row::mean(share_name(&queue), &share, waiting),
    ];
    for (index, (p, quantile)) in quantiles.into_iter().enumerate() {
        let beyond: Vec<f64> = found.iter().map(|(_, beyond)| beyond[index]).collect();
        rows.push(quantile_row(&queue, p, quantile, &beyond, f64::from(windows) * (1.0 - load) / SERVICE));
    }
    rows
}

/// A quantile from the share that waits longer than theory's: to first order the two are off by
/// the difference in shares over the density there, which is the tail times its rate of decay.
fn quantile_row(queue: &str, p: f64, quantile: f64, beyond: &[f64], decay: f64) -> Row {
    let (share, standard_error) = mean_and_standard_error(beyond);
    let density = (1.0 - p) * decay;
    let percent = 100.0 * p;
    let what = name(
        format!("{queue}：等待的 {percent:.0}% 分位数（秒，由超出比例推得）"),
        format!("{queue}: {percent:.0} % quantile of the wait (s, from its tail)"),
    );
    Row::value(
        what,
        (quantile + (share - (1.0 - p)) / density, standard_error / density),
        quantile,
        beyond.len() as u64,
    )
}

/// M/G/1 at squared coefficients of variation from 0 to 4.
pub(super) fn general(setup: &Setup) -> Vec<Row> {
    // The wait of a replication varies by the fourth moment of the service, which the planning
    // formula leaves out. That of a lognormal of squared coefficient 4 is so large (15,625 mean⁴)
    // that one service in a million moves the mean and its standard error; a mixture of two
    // exponentials has 1,050.
    let settings = [(0.0, 0.8, 1), (0.5, 0.8, 1), (1.0, 0.8, 1), (2.0, 0.7, 2), (4.0, 0.6, 2)];
    let mut rows = Vec::new();
    for (family, (squared_cv, load, more)) in settings.into_iter().enumerate() {
        let service = match squared_cv {
            0.0 => Service::fixed(SERVICE),
            1.0 => Service::Exponential(SERVICE),
            4.0 => Service::mixed(SERVICE, squared_cv),
            _ => Service::lognormal(SERVICE, squared_cv),
        };
        let found = replicate(more * replications(load, squared_cv, load), |replication| {
            let jobs = customers(setup, (replication, family as u32), SERVICE / load, &service);
            let served = serve_all(setup.engine, &jobs, &[(0, 1)]);
            waits(jobs[WARM_UP..].iter(), &served)
        });
        let (mean, share): (Vec<f64>, Vec<f64>) = found.into_iter().unzip();
        let queue = format!("M/G/1 {load}, c²={squared_cv}");
        rows.push(Row::mean(wait_name(&queue), &mean, general_wait(load, SERVICE, squared_cv)));
        // Poisson arrivals find the window busy a share `load` of the time.
        rows.push(Row::mean(share_name(&queue), &share, load));
    }
    rows
}

/// M/D/c against Crommelin's chain.
pub(super) fn fixed(setup: &Setup) -> Vec<Row> {
    let mut rows = Vec::new();
    for (windows, load) in [(2, 0.8), (5, 0.8), (20, 0.9)] {
        let (exact_wait, exact_share) = fixed_wait(windows, load, SERVICE);
        let service = Service::fixed(SERVICE);
        let gap = SERVICE / (load * f64::from(windows));
        let found = replicate(replications(load, 0.0, exact_share), |replication| {
            let jobs = customers(setup, (replication, windows), gap, &service);
            let served = serve_all(setup.engine, &jobs, &[(0, windows)]);
            waits(jobs[WARM_UP..].iter(), &served)
        });
        let (mean, share): (Vec<f64>, Vec<f64>) = found.into_iter().unzip();
        let queue = format!("M/D/{windows} {load}");
        rows.push(Row::mean(wait_name(&queue), &mean, exact_wait));
        rows.push(Row::mean(share_name(&queue), &share, exact_share));
    }
    rows
}

/// Patience of the three desks, in mean services.
pub(super) const PATIENCE: [f64; 3] = [1.5, 0.5, 0.5];

/// M/M/c with people who leave: exponential patience (Erlang A) and fixed patience.
pub(super) fn patience(setup: &Setup) -> Vec<Row> {
    let [first, second, third] = PATIENCE.map(|services| services * SERVICE);
    let settings = [
        (5_u32, 1.2, Patience::Exponential(first), "M/M/5+M 1.2"),
        (10, 0.95, Patience::Exponential(second), "M/M/10+M 0.95"),
        (5, 1.1, Patience::Fixed(third), "M/M/5+D 1.1"),
    ];
    let mut rows = Vec::new();
    for (family, (windows, load, patience, queue)) in settings.into_iter().enumerate() {
        let exact = impatience(windows, load, SERVICE, patience);
        let gap = SERVICE / (load * f64::from(windows));
        let found = replicate(240, |replication| {
            let mut jobs = customers(setup, (replication, family as u32), gap, &Service::Exponential(SERVICE));
            let source = setup.source((family as u32) << 16 | replication);
            let mut draws = source.stream(0, StreamId::Patience, 0);
            for job in &mut jobs {
                job.patience = match patience {
                    Patience::Exponential(mean) => exponential_draw(&mut draws, mean).round() as u32,
                    Patience::Fixed(length) => length as u32,
                };
            }
            let served = serve_all(setup.engine, &jobs, &[(0, windows)]);
            impatient_counts(&jobs[WARM_UP..], &served)
        });
        let sample = |which: usize| -> Vec<f64> { found.iter().map(|counts| counts[which]).collect() };
        let gone = sample(0);
        let what = name(format!("{queue}：离开的比例"), format!("{queue}: share that leaves"));
        rows.push(Row::mean(what, &gone, exact.leaving));
        rows.push(Row::mean(share_name(queue), &sample(1), exact.delayed));
        // Seconds waited by those served, per customer who came: linear in the counts.
        let what = name(format!("{queue}：办成者人均等待（秒）"), format!("{queue}: mean wait of those served (s)"));
        let scaled: Vec<f64> = sample(2).iter().map(|waited| waited / (1.0 - exact.leaving)).collect();
        rows.push(Row::mean(what, &scaled, exact.wait_of_served));
    }
    rows
}

/// Share that left, share not served at once, and seconds waited by those served per customer.
fn impatient_counts(jobs: &[Job], served: &Served) -> [f64; 3] {
    let (mut gone, mut delayed, mut waited) = (0_u64, 0_u64, 0_u64);
    for job in jobs {
        let start = served.starts[job.owner as usize].0;
        if start == u32::MAX {
            gone += 1;
            delayed += 1;
        } else {
            waited += u64::from(start - job.arrival.0);
            delayed += u64::from(start > job.arrival.0);
        }
    }
    [gone, delayed, waited].map(|count| count as f64 / jobs.len() as f64)
}

/// The two desks with a priority lane.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lanes {
    /// Windows.
    pub(super) windows: u32,
    /// Mean gap between arrivals, seconds.
    pub(super) mean_gap: f64,
    /// Share of the people who have priority.
    pub(super) share: f64,
    /// Mean service of the priority and of the ordinary class, seconds.
    pub(super) services: [f64; 2],
    /// Squared coefficient of variation of the ordinary class; that of the other is 1.
    pub(super) squared_cv: f64,
}

/// One window with services that differ by class, and four with one exponential service, at a load
/// of 0.85.
pub(super) const LANES: [Lanes; 2] = [
    Lanes { windows: 1, mean_gap: 12_500.0, share: 0.3, services: [0.6 * SERVICE, 1.1 * SERVICE], squared_cv: 0.5 },
    Lanes { windows: 4, mean_gap: SERVICE / (0.85 * 4.0), share: 0.4, services: [SERVICE; 2], squared_cv: 1.0 },
];

/// Two classes, the first called first: one window with services that differ by class, and several
/// windows with one exponential service.
pub(super) fn priority(setup: &Setup) -> Vec<Row> {
    let [one, several] = LANES;
    let shares = |lanes: Lanes| [lanes.share, 1.0 - lanes.share];
    let [quick, slow] = one.services;
    let [first, second] = shares(one);
    let loads = [first * quick / one.mean_gap, second * slow / one.mean_gap];
    // lambda E[S²] / 2 of each class; E[S²] is the squared mean times 1 + c².
    let in_hand = loads[0] * quick * 2.0 / 2.0 + loads[1] * slow * (1.0 + one.squared_cv) / 2.0;
    let exact = priority_waits(in_hand, loads);
    let services = [&Service::Exponential(quick), &Service::lognormal(slow, one.squared_cv)];
    let mut rows = priority_rows(setup, ("M/G/1", 0), one, services, exact);
    let offered = SERVICE / several.mean_gap;
    let windows = f64::from(several.windows);
    let in_hand = probability_of_waiting(several.windows, offered) * SERVICE / windows;
    let exact = priority_waits(in_hand, shares(several).map(|share| share * offered / windows));
    rows.extend(priority_rows(setup, ("M/M/4", 1), several, [&Service::Exponential(SERVICE); 2], exact));
    rows
}

fn priority_rows(
    setup: &Setup,
    (queue, family): (&str, u32),
    Lanes { windows, mean_gap, share, .. }: Lanes,
    services: [&Service; 2],
    exact: [f64; 2],
) -> Vec<Row> {
    let found = replicate(140, |replication| {
        let source = setup.source(family << 16 | replication);
        let mut gaps = source.stream(0, StreamId::Arrivals, 0);
        let mut classes = source.stream(0, StreamId::VisitMarks, 0);
        let mut lengths = source.stream(0, StreamId::Service, 0);
        let mut time = 0.0;
        let jobs: Vec<Job> = (0..(WARM_UP + COUNTED) as u32)
            .map(|index| {
                time += exponential_draw(&mut gaps, mean_gap);
                let is_first = classes.next_uniform() < share;
                let service = services[usize::from(!is_first)].draw(&mut lengths);
                let lane = if is_first { Lane::Priority } else { Lane::Ordinary };
                Job { lane, ..customer(index, time as u32, service) }
            })
            .collect();
        let served = serve_all(setup.engine, &jobs, &[(0, windows)]);
        [Lane::Priority, Lane::Ordinary].map(|lane| {
            let seconds: u64 =
                jobs[WARM_UP..].iter().filter(|job| job.lane == lane).map(|job| u64::from(served.wait(job))).sum();
            seconds as f64 / COUNTED as f64
        })
    });
    // Over the expected number of the class, not the one that came, so that no ratio is taken.
    let labels = [("优先者", "priority"), ("普通者", "ordinary")];
    [share, 1.0 - share]
        .into_iter()
        .zip(labels)
        .enumerate()
        .map(|(class, (part, (zh, en)))| {
            let sample: Vec<f64> = found.iter().map(|waits| waits[class] / part).collect();
            let what = name(format!("{queue}：{zh}平均等待（秒）"), format!("{queue}: mean wait, {en} (s)"));
            Row::mean(what, &sample, exact[class])
        })
        .collect()
}

/// A desk, and a back office behind it at the same load.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tandem {
    windows: u32,
    offices: u32,
    pub(super) load: f64,
}

pub(super) const TANDEM: Tandem = Tandem { windows: 3, offices: 2, load: 0.75 };

/// Three windows, then a back office of two: what leaves M/M/c is again a Poisson process (P. J.
/// Burke, "The output of a queuing system", Operations Research 4 (1956) 699-704), so the second
/// desk is M/M/2 by itself.
pub(super) fn tandem(setup: &Setup) -> Vec<Row> {
    let Tandem { windows, offices, load } = TANDEM;
    let gap = SERVICE / (load * f64::from(windows));
    let office_service = gap * load * f64::from(offices);
    let found = replicate(140, |replication| {
        let jobs = customers(setup, (replication, 0), gap, &Service::Exponential(SERVICE));
        let served = serve_all(setup.engine, &jobs, &[(0, windows)]);
        let mut order: Vec<&Job> = jobs.iter().collect();
        order.sort_by_key(|job| (served.ends[job.owner as usize], job.order));
        let mut lengths = setup.source(replication).stream(1, StreamId::Service, 0);
        let length = Service::Exponential(office_service);
        let papers: Vec<Job> = (0..)
            .zip(&order)
            .map(|(index, job)| {
                let arrival = served.ends[job.owner as usize].0;
                Job { lane: Lane::Tray, ..customer(index, arrival, length.draw(&mut lengths)) }
            })
            .collect();
        let checked = serve_all(setup.engine, &papers, &[(0, offices)]);
        let counted = &papers[WARM_UP..];
        let squares: f64 =
            counted.windows(2).map(|pair| f64::from(pair[1].arrival.0 - pair[0].arrival.0).powi(2)).sum();
        let (wait, share) = waits(counted.iter(), &checked);
        (wait, share, squares / (counted.len() - 1) as f64 / (gap * gap) - 1.0)
    });
    let queue = format!("M/M/{windows} → M/M/{offices}");
    let column = |pick: fn(&(f64, f64, f64)) -> f64| -> Vec<f64> { found.iter().map(pick).collect() };
    let gaps =
        name(format!("{queue}：离开间隔的变异系数平方"), format!("{queue}: squared variation of departure gaps"));
    vec![
        Row::mean(wait_name(&queue), &column(|found| found.0), exponential_wait(offices, load, office_service)),
        Row::mean(
            share_name(&queue),
            &column(|found| found.1),
            probability_of_waiting(offices, load * f64::from(offices)),
        ),
        Row::mean(gaps, &column(|found| found.2), 1.0),
    ]
}
