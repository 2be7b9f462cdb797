//! Queues in equilibrium. Times are in seconds, rates per second.

use super::special::{integral, poisson_probabilities};

/// Erlang's C: the probability of waiting in M/M/c at an offered load of `offered` windows.
///
/// By Erlang's recursion for the loss system, B(0) = 1, B(n) = a B(n-1) / (n + a B(n-1)), and
/// C = B / (1 - rho (1 - B)) (A. K. Erlang 1917; R. B. Cooper, "Introduction to Queueing Theory",
/// 2nd ed. 1981, section 3.5).
pub(crate) fn probability_of_waiting(windows: u32, offered: f64) -> f64 {
    let load = offered / f64::from(windows);
    let blocked = (1..=windows).fold(1.0, |b, n| offered * b / (f64::from(n) + offered * b));
    blocked / (1.0 - load * (1.0 - blocked))
}

/// Mean wait in M/M/c: C s / (c (1 - rho)).
pub(crate) fn exponential_wait(windows: u32, load: f64, mean_service: f64) -> f64 {
    let waiting = probability_of_waiting(windows, load * f64::from(windows));
    waiting * mean_service / (f64::from(windows) * (1.0 - load))
}

/// The wait in M/M/c that a share `p` does not exceed: the wait exceeds t with probability
/// C exp(-c (1 - rho) t / s). Zero where a share `p` does not wait at all.
pub(crate) fn exponential_wait_quantile(windows: u32, load: f64, mean_service: f64, p: f64) -> f64 {
    let waiting = probability_of_waiting(windows, load * f64::from(windows));
    let decay = f64::from(windows) * (1.0 - load) / mean_service;
    ((waiting / (1.0 - p)).ln() / decay).max(0.0)
}

/// Mean wait in M/G/1: rho s (1 + c²) / (2 (1 - rho)), c² the squared coefficient of variation of
/// the service (F. Pollaczek 1930, A. Y. Khinchine 1932).
pub(crate) fn general_wait(load: f64, mean_service: f64, squared_cv: f64) -> f64 {
    load * mean_service * (1.0 + squared_cv) / (2.0 * (1.0 - load))
}

/// Mean wait and probability of waiting in M/D/c.
///
/// One service length D after any moment, all who were in service then have left, and nobody
/// else has: so L(t + D) = max(L(t) - c, 0) + arrivals in D, a chain with the stationary
/// distribution of L (C. D. Crommelin, Post Office Electrical Engineers' Journal 25 (1932) 41-50;
/// H. C. Tijms, "A First Course in Stochastic Models", 2003, section 9.6.1). It is iterated until
/// it stands still; the mean queue gives the wait by Little's law.
pub(crate) fn fixed_wait(windows: u32, load: f64, service: f64) -> (f64, f64) {
    let offered = load * f64::from(windows);
    let windows = windows as usize;
    let arrivals = poisson_probabilities(offered, (offered + 12.0 * offered.sqrt() + 30.0) as usize);
    let most = windows + (40.0 / (1.0 - load)) as usize + arrivals.len();
    let mut now = vec![0.0; most + 1];
    now[0] = 1.0;
    for _ in 0..100_000 {
        let mut next = vec![0.0; most + 1];
        for (inside, &probability) in now.iter().enumerate() {
            let left = inside.saturating_sub(windows);
            for (come, &chance) in arrivals.iter().enumerate() {
                next[(left + come).min(most)] += probability * chance;
            }
        }
        let moved: f64 = now.iter().zip(&next).map(|(before, after)| (before - after).abs()).sum();
        now = next;
        if moved < 1e-13 {
            break;
        }
    }
    let queue: f64 = now.iter().enumerate().map(|(inside, p)| inside.saturating_sub(windows) as f64 * p).sum();
    let waiting: f64 = now[windows..].iter().sum();
    (queue * service / offered, waiting)
}

/// What happens in M/M/c to people who leave rather than wait longer than they can bear.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Impatience {
    /// Share that waits or leaves: finds no free window.
    pub(crate) delayed: f64,
    /// Share that leaves.
    pub(crate) leaving: f64,
    /// Mean wait of those served.
    pub(crate) wait_of_served: f64,
}

/// How long people bear to wait.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Patience {
    /// Exponential with this mean: Erlang A.
    Exponential(f64),
    /// All the same.
    Fixed(f64),
}

impl Patience {
    /// Share that bears a wait of v.
    fn survival(self, v: f64) -> f64 {
        match self {
            Self::Exponential(mean) => (-v / mean).exp(),
            Self::Fixed(length) => f64::from(v <= length),
        }
    }

    /// The integral of the survival function from 0 to v.
    fn borne(self, v: f64) -> f64 {
        match self {
            Self::Exponential(mean) => -mean * (-v / mean).exp_m1(),
            Self::Fixed(length) => v.min(length),
        }
    }
}

/// M/M/c with patience of any distribution G, by the offered wait: its density at v > 0 is
/// lambda p(c-1) exp(lambda H(v) - c mu v), H(v) the integral of 1 - G to v, and p(n) is
/// proportional to a^n / n! below c (F. Baccelli and G. Hebuterne, "On queues with impatient
/// customers", Performance '81, 159-179; for exponential patience O. Garnett, A. Mandelbaum and
/// M. Reiman, Manufacturing & Service Operations Management 4 (2002) 208-227). Whoever would have
/// to wait longer than borne leaves; when it is noticed changes nothing for the others.
pub(crate) fn impatience(windows: u32, load: f64, mean_service: f64, patience: Patience) -> Impatience {
    let offered = load * f64::from(windows);
    let rate = offered / mean_service;
    let service_rate = f64::from(windows) / mean_service;
    let mut weight = 1.0;
    let mut free = 1.0;
    for n in 1..windows {
        weight *= offered / f64::from(n);
        free += weight;
    }
    let density = |v: f64| rate * weight * (rate * patience.borne(v) - service_rate * v).exp();
    // The density falls at least as fast as exp(-c mu v) from where all patience has run out.
    let (knee, last) = match patience {
        Patience::Exponential(mean) => (mean, mean * 30.0 * load.max(1.0) + 40.0 / service_rate),
        Patience::Fixed(length) => (length, length + 40.0 / service_rate),
    };
    // The survival function may jump at the knee, so the two parts are integrated apart.
    let after = knee * (1.0 + 1e-12);
    let whole = |f: &dyn Fn(f64) -> f64| integral(0.0, knee, 20_000, f) + integral(after, last, 40_000, f);
    let busy = whole(&density);
    let served_late = whole(&|v| density(v) * patience.survival(v));
    let waited = whole(&|v| v * density(v) * patience.survival(v));
    let total = free + busy;
    Impatience {
        delayed: busy / total,
        leaving: (busy - served_late) / total,
        wait_of_served: waited / (free + served_late),
    }
}

/// Mean waits of the priority and the ordinary class, non-preemptive, from the load of each class
/// and the wait `delay` that a customer finds ahead in hand: delay / (1 - rho1) and
/// delay / ((1 - rho1) (1 - rho1 - rho2)).
///
/// A. Cobham, "Priority assignment in waiting line problems", Operations Research 2 (1954) 70-76.
/// In hand is lambda1 E\[S1²\] / 2 + lambda2 E\[S2²\] / 2 at one window of any services, and
/// C s / c at c windows of one exponential service.
pub(crate) fn priority_waits(delay: f64, loads: [f64; 2]) -> [f64; 2] {
    let first = 1.0 - loads[0];
    [delay / first, delay / (first * (1.0 - loads[0] - loads[1]))]
}

/// Distribution of the number waiting in M/M/c: 1 - C rho at 0, C (1 - rho) rho^n at n.
pub(crate) fn queue_probabilities(windows: u32, load: f64, most: usize) -> Vec<f64> {
    let waiting = probability_of_waiting(windows, load * f64::from(windows));
    let mut probabilities: Vec<f64> = (0..=most).map(|n| waiting * (1.0 - load) * load.powi(n as i32)).collect();
    probabilities[0] += 1.0 - waiting;
    probabilities
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_formulas_agree_with_published_values_and_with_each_other() {
        // Cooper 1981, table of Erlang C; two windows at one Erlang wait with probability 1/3.
        assert!((probability_of_waiting(2, 1.0) - 1.0 / 3.0).abs() < 1e-12);
        // M/D/1 by the chain and by Pollaczek-Khinchine.
        let (wait, waiting) = fixed_wait(1, 0.8, 100.0);
        assert!((wait - general_wait(0.8, 100.0, 0.0)).abs() < 1e-6, "{wait}");
        assert!((waiting - 0.8).abs() < 1e-9);
        // One window of exponential service two ways.
        assert!((exponential_wait(1, 0.7, 10.0) - general_wait(0.7, 10.0, 1.0)).abs() < 1e-9);
        // Endless patience is no impatience.
        let calm = impatience(4, 0.8, 10.0, Patience::Fixed(4_000.0));
        assert!(calm.leaving < 1e-9 && (calm.wait_of_served - exponential_wait(4, 0.8, 10.0)).abs() < 1e-6);
        assert!((calm.delayed - probability_of_waiting(4, 3.2)).abs() < 1e-9);
    }

    #[test]
    fn erlang_a_agrees_with_its_birth_and_death_chain() {
        // Balance of births at lambda and deaths at min(n, c) mu + (n - c) theta.
        let (windows, load, service, patience) = (3_u32, 1.2, 10.0, 25.0);
        let rate = load * 3.0 / service;
        let mut chain = vec![1.0];
        for n in 1..400_u32 {
            let deaths = f64::from(n.min(windows)) / service + f64::from(n.saturating_sub(windows)) / patience;
            chain.push(chain[n as usize - 1] * rate / deaths);
        }
        let total: f64 = chain.iter().sum();
        let queue: f64 = (3..400).map(|n| (n - 3) as f64 * chain[n]).sum::<f64>() / total;
        let found = impatience(windows, load, service, Patience::Exponential(patience));
        assert!((found.leaving - queue / patience / rate).abs() < 1e-8, "{found:?}");
        assert!((found.delayed - chain[3..].iter().sum::<f64>() / total).abs() < 1e-8, "{found:?}");
    }
}
