//! Queues that vary: rates that follow the clock, and windows that come and go.

/// Mean numbers of M(t)/M/c over one period, once every period is like the last.
#[derive(Debug, Clone)]
pub(crate) struct Wave {
    /// Mean number waiting at evenly spaced moments of the period.
    pub(crate) waiting: Vec<f64>,
}

impl Wave {
    /// Mean number waiting at a share of the period.
    pub(crate) fn at(&self, share: f64) -> f64 {
        self.waiting[((share * self.waiting.len() as f64).round() as usize) % self.waiting.len()]
    }

    /// Size of the first harmonic, and its peak as a share of the period.
    pub(crate) fn harmonic(&self) -> (f64, f64) {
        let count = self.waiting.len() as f64;
        let (mut cosine, mut sine) = (0.0, 0.0);
        for (point, value) in self.waiting.iter().enumerate() {
            let angle = std::f64::consts::TAU * point as f64 / count;
            cosine += 2.0 / count * value * angle.cos();
            sine += 2.0 / count * value * angle.sin();
        }
        (cosine.hypot(sine), (sine.atan2(cosine) / std::f64::consts::TAU).rem_euclid(1.0))
    }
}

/// Solves Kolmogorov's forward equations of M(t)/M/c by the fourth-order Runge-Kutta method until
/// the period repeats itself (A. N. Kolmogorov, Mathematische Annalen 104 (1931) 415-458).
///
/// `arrivals` gives the arrivals a period at a share of the period, `services` the services one
/// window does in a period; at most `most` people are followed.
pub(crate) fn periodic_queue(windows: usize, services: f64, most: usize, arrivals: impl Fn(f64) -> f64) -> Wave {
    const STEPS: usize = 9_600;
    const KEPT: usize = 960;
    let width = 1.0 / STEPS as f64;
    let mut now = vec![0.0; most + 1];
    now[windows / 2] = 1.0;
    let mut wave = Wave { waiting: vec![0.0; KEPT] };
    for _ in 0..50 {
        let before = wave.waiting.clone();
        for step in 0..STEPS {
            if step % (STEPS / KEPT) == 0 {
                wave.waiting[step * KEPT / STEPS] = mean_waiting(&now, windows);
            }
            let time = step as f64 * width;
            let rates = [arrivals(time), arrivals(time + width / 2.0), arrivals(time + width)];
            now = runge_kutta(&now, rates, width, |state, rate| flow(state, windows, services, rate));
        }
        let moved = before.iter().zip(&wave.waiting).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        if moved < 1e-10 {
            break;
        }
    }
    wave
}

fn mean_waiting(state: &[f64], windows: usize) -> f64 {
    state.iter().enumerate().map(|(n, p)| n.saturating_sub(windows) as f64 * p).sum()
}

/// Net flow of probability into each number of people; the last one lets nobody in.
fn flow(state: &[f64], windows: usize, services: f64, arrivals: f64) -> Vec<f64> {
    let last = state.len() - 1;
    let mut change = vec![0.0; state.len()];
    for n in 0..last {
        let up = arrivals * state[n];
        let down = services * (n + 1).min(windows) as f64 * state[n + 1];
        change[n] += down - up;
        change[n + 1] += up - down;
    }
    change
}

fn runge_kutta(state: &[f64], rates: [f64; 3], width: f64, flow: impl Fn(&[f64], f64) -> Vec<f64>) -> Vec<f64> {
    let ahead = |slope: &[f64], step: f64| -> Vec<f64> {
        state.iter().zip(slope).map(|(value, slope)| value + step * slope).collect()
    };
    let first = flow(state, rates[0]);
    let second = flow(&ahead(&first, width / 2.0), rates[1]);
    let third = flow(&ahead(&second, width / 2.0), rates[1]);
    let fourth = flow(&ahead(&third, width), rates[2]);
    let slopes = first.iter().zip(&second).zip(&third).zip(&fourth);
    let mean = slopes.map(|(((a, b), c), d)| (a + 2.0 * b + 2.0 * c + d) / 6.0);
    state.iter().zip(mean).map(|(value, slope)| value + width * slope).collect()
}

/// Windows that all close and open together at random; services in hand are finished.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Interrupted {
    /// Windows.
    pub(crate) windows: usize,
    /// Arrivals a second.
    pub(crate) arrivals: f64,
    /// Services a second at one window.
    pub(crate) services: f64,
    /// Closings a second while open.
    pub(crate) closings: f64,
    /// Reopenings a second while closed.
    pub(crate) reopenings: f64,
}

type Matrix = Vec<Vec<f64>>;

impl Interrupted {
    /// Mean number waiting and probability that somebody who comes starts at once.
    ///
    /// The state is (people here; open, or closed with so many services in hand). The balance
    /// equations are eliminated level by level from `most` people down (linear level reduction:
    /// D. P. Gaver, P. A. Jacobs and G. Latouche, Advances in Applied Probability 16 (1984) 715-731).
    pub(crate) fn solve(self, most: usize) -> (f64, f64) {
        let mut ratios: Vec<Matrix> = Vec::new();
        let mut below: Option<(Matrix, Matrix)> = None;
        for level in (1..=most).rev() {
            let local = self.eliminated(level, most, below.as_ref());
            let ratio = product(&self.up(level - 1), &inverse(scaled(&local, -1.0)));
            below = Some((ratio.clone(), self.down(level)));
            ratios.push(ratio);
        }
        ratios.reverse();
        let mut here = stationary(&self.eliminated(0, most, below.as_ref()));
        let (mut total, mut queue, mut at_once) = (0.0, 0.0, 0.0);
        for level in 0..=most {
            total += here.iter().sum::<f64>();
            queue += here[0] * level.saturating_sub(self.windows) as f64;
            queue += here[1..].iter().enumerate().map(|(in_hand, p)| (level - in_hand) as f64 * p).sum::<f64>();
            at_once += if level < self.windows { here[0] } else { 0.0 };
            if let Some(ratio) = ratios.get(level) {
                here = product(&vec![here], ratio).swap_remove(0);
            }
        }
        (queue / total, at_once / total)
    }

    fn phases(self, level: usize) -> usize {
        2 + level.min(self.windows)
    }

    /// Arrivals: into a service when open, else into the queue.
    fn up(self, level: usize) -> Matrix {
        let mut rates = zeros(self.phases(level), self.phases(level + 1));
        for (phase, row) in rates.iter_mut().enumerate() {
            row[phase] = self.arrivals;
        }
        rates
    }

    /// Completions.
    fn down(self, level: usize) -> Matrix {
        let mut rates = zeros(self.phases(level), self.phases(level - 1));
        rates[0][0] = level.min(self.windows) as f64 * self.services;
        for in_hand in 1..=level.min(self.windows) {
            rates[1 + in_hand][in_hand] = in_hand as f64 * self.services;
        }
        rates
    }

    /// Changes within a level, less all that leaves it, plus what comes back from above.
    fn eliminated(self, level: usize, most: usize, above: Option<&(Matrix, Matrix)>) -> Matrix {
        let phases = self.phases(level);
        let busy = level.min(self.windows);
        let mut rates = zeros(phases, phases);
        rates[0][1 + busy] = self.closings;
        for row in rates.iter_mut().skip(1) {
            row[0] = self.reopenings;
        }
        for (phase, row) in rates.iter_mut().enumerate() {
            let in_hand = if phase == 0 { busy } else { phase - 1 };
            let switch = if phase == 0 { self.closings } else { self.reopenings };
            let come = if level < most { self.arrivals } else { 0.0 };
            row[phase] -= switch + come + in_hand as f64 * self.services;
        }
        if let Some((ratio, down)) = above {
            for (row, back) in rates.iter_mut().zip(product(ratio, down)) {
                row.iter_mut().zip(back).for_each(|(rate, back)| *rate += back);
            }
        }
        rates
    }
}

fn zeros(rows: usize, columns: usize) -> Matrix {
    vec![vec![0.0; columns]; rows]
}

fn scaled(matrix: &Matrix, factor: f64) -> Matrix {
    matrix.iter().map(|row| row.iter().map(|value| value * factor).collect()).collect()
}

fn product(left: &Matrix, right: &Matrix) -> Matrix {
    let columns = right.first().map_or(0, Vec::len);
    let cell = |row: &[f64], column: usize| row.iter().zip(right).map(|(value, other)| value * other[column]).sum();
    left.iter().map(|row| (0..columns).map(|column| cell(row, column)).collect()).collect()
}

/// Inverse by elimination without pivoting: the matrices here are diagonally dominant.
fn inverse(mut matrix: Matrix) -> Matrix {
    let size = matrix.len();
    let mut result = zeros(size, size);
    for (index, row) in result.iter_mut().enumerate() {
        row[index] = 1.0;
    }
    for pivot in 0..size {
        let scale = 1.0 / matrix[pivot][pivot];
        matrix[pivot].iter_mut().chain(&mut result[pivot]).for_each(|value| *value *= scale);
        let (chosen, kept) = (matrix[pivot].clone(), result[pivot].clone());
        for row in (0..size).filter(|&row| row != pivot) {
            let factor = matrix[row][pivot];
            matrix[row].iter_mut().zip(&chosen).for_each(|(value, other)| *value -= factor * other);
            result[row].iter_mut().zip(&kept).for_each(|(value, other)| *value -= factor * other);
        }
    }
    result
}

/// A row vector that the rates of two phases leave as it is: level 0 has two.
fn stationary(rates: &Matrix) -> Vec<f64> {
    vec![rates[1][0], rates[0][1]]
}

#[cfg(test)]
mod tests {
    use super::super::queueing::{exponential_wait, probability_of_waiting};
    use super::*;

    #[test]
    fn a_rate_that_does_not_vary_gives_the_stationary_queue() {
        let wave = periodic_queue(5, 12.0, 150, |_| 48.0);
        let queue = 48.0 * exponential_wait(5, 0.8, 1.0 / 12.0);
        assert!((wave.at(0.3) - queue).abs() < 1e-5, "{} {queue}", wave.at(0.3));
        assert!(wave.harmonic().0 < 1e-5);
    }

    #[test]
    fn closings_that_end_at_once_are_none() {
        let queue =
            |reopenings| Interrupted { windows: 3, arrivals: 2.1, services: 1.0, closings: 0.1, reopenings }.solve(200);
        let (waiting, at_once) = queue(1e9);
        assert!((waiting - 2.1 * exponential_wait(3, 0.7, 1.0)).abs() < 1e-6, "{waiting}");
        assert!((at_once - (1.0 - probability_of_waiting(3, 2.1))).abs() < 1e-6);
        assert!(queue(1.0).0 > waiting);
    }

    #[test]
    fn one_window_that_closes_agrees_with_plain_iteration() {
        // (people, open, in hand) by small steps of the forward equations.
        let case = Interrupted { windows: 1, arrivals: 0.4, services: 1.0, closings: 0.1, reopenings: 0.5 };
        let (size, step) = (120, 0.02);
        let mut state = vec![[0.0; 3]; size];
        state[0][0] = 1.0;
        for _ in 0..60_000 {
            let mut next = state.clone();
            let mut move_to = |from: f64, rate: f64, (n, phase): (usize, usize), (m, other): (usize, usize)| {
                let amount = step * rate * from;
                next[n][phase] -= amount;
                next[m][other] += amount;
            };
            for (n, &here) in state.iter().enumerate() {
                let [open, idle, serving] = here;
                move_to(open, 0.1, (n, 0), (n, if n > 0 { 2 } else { 1 }));
                move_to(idle, 0.5, (n, 1), (n, 0));
                move_to(serving, 0.5, (n, 2), (n, 0));
                if n > 0 {
                    move_to(open, 1.0, (n, 0), (n - 1, 0));
                    move_to(serving, 1.0, (n, 2), (n - 1, 1));
                }
                if n + 1 < size {
                    (0..3).for_each(|phase| move_to(here[phase], 0.4, (n, phase), (n + 1, phase)));
                }
            }
            state = next;
        }
        let queue: f64 = (0..size)
            .map(|n| {
                state[n][0] * n.saturating_sub(1) as f64
                    + state[n][1] * n as f64
                    + state[n][2] * n.saturating_sub(1) as f64
            })
            .sum();
        let (found, at_once) = case.solve(size - 1);
        assert!((found - queue).abs() < 1e-4, "{found} {queue}");
        assert!((at_once - state[0][0]).abs() < 1e-5);
    }
}
