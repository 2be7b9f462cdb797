//! Outages in M/M/c, of two sorts.
//!
//! *Windows that close* while people go on coming: one planned outage, several lengths of it, and
//! closings at random. A closing is a break within the day, since at the end of a day people would
//! go home.
//!
//! *Stops of the service* at windows that stay open: whoever waits is sent away, whoever comes is
//! turned away, and papers lie in the tray until the service is back.
//!
//! Services in hand are finished, or frozen: then they keep their windows and go on after the stop.
//! The language has no other rule for them (to break off and begin anew).

use crate::calendar::SimTime;
use crate::engine::{Job, Lane};
use crate::rng::StreamId;
use crate::scenario::raw::InHand;
use crate::schedule::Interval;

use super::Setup;
use super::formula::queueing::{probability_of_waiting, queue_probabilities};
use super::formula::special::{integral, poisson_probabilities};
use super::formula::transient::Interrupted;
use super::queue::{
    Served, Service, Until, customer, exponential, poisson_customers, replicate, serve_all, serve_with_stops,
};
use super::row::{Row, name};

/// Mean service, seconds.
pub(super) const SERVICE: f64 = 1_000.0;

/// Seconds before the closing: nine relaxation times or more from an empty desk. It is an hour after
/// midnight, so that the reopening falls on the same day: on a day without it people go home.
pub(super) const CLOSING: u32 = 49 * 3_600;

/// An M/M/c desk that closes once.
#[derive(Debug, Clone, Copy)]
struct Outage {
    windows: u32,
    load: f64,
    seconds: u32,
}

/// What one outage shows in one replication, or what theory expects.
#[derive(Debug, Clone, Copy)]
struct Aftermath {
    /// Window-seconds worked after the closing on services in hand.
    in_hand: f64,
    /// People waiting at the reopening, before anybody is called.
    waiting: f64,
    /// Seconds from the reopening until nobody waits.
    clearing: f64,
    /// Person-seconds waited from the closing until nobody waits.
    waited: f64,
    /// Seconds waited by those who came during the outage, per person expected to come.
    wait_in_outage: f64,
}

impl Outage {
    fn arrival_rate(self) -> f64 {
        self.load * f64::from(self.windows) / SERVICE
    }

    fn reopening(self) -> u32 {
        CLOSING + self.seconds
    }

    /// Long enough for the queue to empty in every replication.
    fn horizon(self) -> f64 {
        let clearing = f64::from(self.seconds) * self.load / (1.0 - self.load);
        f64::from(self.reopening()) + 3.0 * clearing + 300.0 * SERVICE
    }

    /// At the closing the queue is stationary: L = C rho / (1 - rho) people on average, and
    /// E\[L²\] = C rho (1 + rho) / (1 - rho)². Of c rho services in hand each lasts s longer. Poisson
    /// arrivals of mean `lambda D` join the queue, so D seconds later E\[Q\] = L + lambda D.
    ///
    /// At the reopening c of them are served at once (services in hand have ended but with
    /// probability exp(-D/s)), and M = Q - c are left. While all windows are busy, M is a random
    /// walk up at `lambda` and down at `theta = c / s`, so each level is left for good after
    /// 1 / delta, delta = theta - lambda: the queue is empty after E\[M\] / delta (D. R. Cox and W. L.
    /// Smith, "Queues", 1961, section 3.1). On the way from level i to i - 1 the walk spends
    /// the area (i - 1) / delta, and above it that of a busy period of M/M/1, theta / delta²; in sum
    /// E\[M (M - 1)\] / (2 delta) + E\[M\] theta / delta² person-seconds, after L D + lambda D² / 2
    /// before the reopening.
    fn expected(self) -> Aftermath {
        let (rho, lambda) = (self.load, self.arrival_rate());
        let theta = lambda / rho;
        let delta = theta - lambda;
        let windows = f64::from(self.windows);
        let wait = probability_of_waiting(self.windows, rho * windows);
        let length = f64::from(self.seconds);
        let first = wait * rho / (1.0 - rho);
        let second = wait * rho * (1.0 + rho) / (1.0 - rho).powi(2);
        let waiting = first + lambda * length;
        let variance = second - first * first + lambda * length;
        let left = waiting - windows;
        let pairs = variance + left * left - left;
        Aftermath {
            in_hand: windows * rho * SERVICE,
            waiting,
            clearing: left / delta,
            waited: first * length
                + lambda * length * length / 2.0
                + pairs / (2.0 * delta)
                + left * theta / delta.powi(2),
            wait_in_outage: self.expected_wait_in_outage(),
        }
    }

    /// The same of papers whose service stops while those in hand are frozen. At the stop there are N
    /// papers, K = min(N, c) of them in hand; all are still there at its end, where the c - K windows that
    /// stood idle take as many at once, so that M = N - c + X are left with X of mean `lambda D` that came,
    /// and the windows are all busy as before: M is the walk of [`Outage::expected`]. E\[N - c\] = L -
    /// c (1 - rho), and E\[(N - c)²\] is E\[L²\] and the squares of the idle windows (Erlang's
    /// probabilities). Of the services in hand each lasts s longer: exponential ones remember nothing.
    fn expected_frozen(self) -> Aftermath {
        let finished = self.expected();
        let (rho, lambda, windows) = (self.load, self.arrival_rate(), f64::from(self.windows));
        let (theta, length) = (lambda / rho, f64::from(self.seconds));
        let delta = theta - lambda;
        let offered = rho * windows;
        let wait = probability_of_waiting(self.windows, offered);
        let first = wait * rho / (1.0 - rho);
        let mut terms = vec![1.0];
        (1..self.windows).for_each(|n| terms.push(terms[n as usize - 1] * offered / f64::from(n)));
        let idle_squared = terms.iter().zip(0..).map(|(term, n)| term * (windows - f64::from(n)).powi(2)).sum::<f64>();
        let below = terms.iter().sum::<f64>();
        let squared = wait * rho * (1.0 + rho) / (1.0 - rho).powi(2) + (1.0 - wait) * idle_squared / below;
        let come = lambda * length;
        let surplus = first - windows * (1.0 - rho);
        let left = surplus + come;
        let pairs = squared + 2.0 * surplus * come + come + come * come - left;
        Aftermath {
            clearing: left / delta,
            waited: first * length + come * length / 2.0 + pairs / (2.0 * delta) + left * theta / delta.powi(2),
            ..finished
        }
    }

    /// Somebody who comes x seconds after the closing finds N ahead, the queue at the closing and
    /// Poisson arrivals of mean `lambda x`, waits until the reopening, and then, being number N + 1
    /// of a line before c free windows, for max(N + 1 - c, 0) departures of mean 1 / theta. Arrivals are
    /// even over the outage, so the mean is that over x.
    fn expected_wait_in_outage(self) -> f64 {
        let windows = self.windows as usize;
        let lambda = self.arrival_rate();
        let theta = lambda / self.load;
        let at_closing = queue_probabilities(self.windows, self.load, windows);
        let mean_queue =
            probability_of_waiting(self.windows, self.load * windows as f64) * self.load / (1.0 - self.load);
        let ahead = |x: f64| {
            // E[max(N + 1 - c, 0)] = E[N] + 1 - c + E[max(c - 1 - N, 0)].
            let come = if x > 0.0 { poisson_probabilities(lambda * x, windows) } else { vec![1.0] };
            let short: f64 = (0..windows)
                .flat_map(|queue| (0..windows - queue).map(move |more| (queue, more)))
                .map(|(queue, more)| {
                    let chance = at_closing[queue] * come.get(more).copied().unwrap_or(0.0);
                    chance * (windows - 1 - queue - more) as f64
                })
                .sum();
            mean_queue + lambda * x + 1.0 - windows as f64 + short
        };
        let length = f64::from(self.seconds);
        integral(0.0, length, 2_000, |x| length - x + ahead(x) / theta) / length
    }

    fn customers(self, setup: &Setup, replication: u32, horizon: f64) -> Vec<Job> {
        let source = setup.source(replication);
        poisson_customers(&source, 1.0 / self.arrival_rate(), &Service::Exponential(SERVICE), Until::Second(horizon))
    }

    /// The windows close.
    fn observed(self, setup: &Setup, jobs: &[Job]) -> Aftermath {
        let steps = [(0, self.windows), (CLOSING, 0), (self.reopening(), self.windows)];
        self.aftermath(jobs, &serve_all(setup.engine, jobs, &steps))
    }

    /// The windows stay open, but the service stops.
    fn stopped(self, setup: &Setup, jobs: &[Job], in_hand: InHand) -> Served {
        let stop = Interval { start: SimTime(CLOSING), end: SimTime(self.reopening()) };
        let freezes = u64::from(in_hand == InHand::Freeze);
        serve_with_stops(setup.engine, jobs, &[(0, self.windows)], (&[stop], freezes))
    }

    fn aftermath(self, jobs: &[Job], served: &Served) -> Aftermath {
        let reopening = self.reopening();
        let cleared = cleared(jobs, served, reopening);
        let mut aftermath = Aftermath {
            in_hand: 0.0,
            waiting: 0.0,
            clearing: f64::from(cleared - reopening),
            waited: 0.0,
            wait_in_outage: 0.0,
        };
        for job in jobs {
            let start = served.starts[job.owner as usize].0;
            let came = job.arrival.0;
            if start < CLOSING {
                aftermath.in_hand += f64::from((start + job.service).saturating_sub(CLOSING));
            }
            aftermath.waited += f64::from(start.min(cleared).saturating_sub(came.max(CLOSING)));
            if came < reopening && start >= reopening {
                aftermath.waiting += 1.0;
            }
            if (CLOSING..reopening).contains(&came) {
                aftermath.wait_in_outage += f64::from(start - came);
            }
        }
        aftermath.wait_in_outage /= self.arrival_rate() * f64::from(self.seconds);
        aftermath
    }
}

/// First moment from the reopening on at which nobody waits: first come, first served, somebody
/// starts before the next one comes. Never, where that does not happen: far from any theory.
fn cleared(jobs: &[Job], served: &Served, reopening: u32) -> u32 {
    let start = |job: &Job| served.starts[job.owner as usize];
    jobs.windows(2)
        .find(|pair| start(&pair[0]).0 >= reopening && start(&pair[0]) < pair[1].arrival)
        .map_or(u32::MAX, |pair| start(&pair[0]).0)
}

type Part = (&'static str, &'static str, fn(&Aftermath) -> f64);

const PARTS: [Part; 5] = [
    ("停机时在办业务的余下窗口秒数", "window-seconds left in hand", |one| one.in_hand),
    ("恢复时等待数", "number waiting at the end", |one| one.waiting),
    ("恢复后排队清空所需秒数", "seconds until nobody waits", |one| one.clearing),
    ("等待总秒数", "seconds waited in all", |one| one.waited),
    ("停机期间到达者平均等待（秒）", "mean wait of who came in it (s)", |one| one.wait_in_outage),
];

/// One outage at five windows and at two.
pub(super) fn once(setup: &Setup) -> Vec<Row> {
    let settings = [
        (Outage { windows: 5, load: 0.8, seconds: 7 * 3_600 }, 5_000),
        (Outage { windows: 2, load: 0.7, seconds: 12 * 3_600 }, 12_000),
    ];
    let mut rows = Vec::new();
    for (outage, replications) in settings {
        let exact = outage.expected();
        let observed = replicate(replications, |replication| {
            outage.observed(setup, &outage.customers(setup, outage.windows << 16 | replication, outage.horizon()))
        });
        let (windows, load) = (outage.windows, outage.load);
        let hours = outage.seconds / 3_600;
        let label =
            (format!("M/M/{windows} {load}，停机 {hours} 小时"), format!("M/M/{windows} {load}, {hours} h outage"));
        rows.extend(part_rows((&label.0, &label.1), &observed, &exact));
    }
    rows
}

fn part_rows<'a>(
    (zh, en): (&'a str, &'a str),
    observed: &'a [Aftermath],
    exact: &'a Aftermath,
) -> impl Iterator<Item = Row> + 'a {
    PARTS.iter().map(move |(part_zh, part_en, value)| {
        let sample: Vec<f64> = observed.iter().map(value).collect();
        Row::mean(name(format!("{zh}：{part_zh}"), format!("{en}: {part_en}")), &sample, value(exact))
    })
}

/// The service stops at open windows: for people, for papers, and for every other paper.
pub(super) fn service_stop(setup: &Setup) -> Vec<Row> {
    let mut rows = stopped_people(setup);
    rows.extend(stopped_papers(setup));
    rows.push(every_other_paper(setup));
    rows.extend(frozen_in_hand(setup));
    rows
}

/// Poisson arrivals see the stationary queue, and so does the stop: L = C rho / (1 - rho) people are
/// sent away, c rho services go on, each for another s, and lambda D come in vain.
fn stopped_people(setup: &Setup) -> Vec<Row> {
    let outage = Outage { windows: 2, load: 0.7, seconds: 7 * 3_600 };
    let windows = f64::from(outage.windows);
    let waiting = probability_of_waiting(outage.windows, windows * outage.load) * outage.load / (1.0 - outage.load);
    let found = replicate(60_000, |replication| {
        let mut jobs = outage.customers(setup, replication, f64::from(outage.reopening() + 3_600));
        jobs.iter_mut().for_each(|job| job.stopped_by = 1);
        let served = outage.stopped(setup, &jobs, InHand::Finish);
        let (mut sent, mut turned, mut in_hand) = (0.0, 0.0, 0.0);
        for job in &jobs {
            let (start, lost) = (served.starts[job.owner as usize], served.lost[job.owner as usize]);
            if lost != SimTime::NEVER {
                // Those who waited leave at the stop, those who come in it at once.
                sent += f64::from(u8::from(job.arrival.0 < CLOSING && lost.0 == CLOSING));
                turned += f64::from(u8::from(job.arrival.0 >= CLOSING && lost == job.arrival));
            } else if start.0 < CLOSING {
                in_hand += f64::from(served.ends[job.owner as usize].0.saturating_sub(CLOSING));
            }
        }
        [sent, turned, in_hand]
    });
    let sample = |part: usize| -> Vec<f64> { found.iter().map(|parts| parts[part]).collect() };
    let (zh, en) = ("M/M/2 0.7，业务停 7 小时", "M/M/2 0.7, service down 7 h");
    let named = |part_zh: &str, part_en: &str| name(format!("{zh}：{part_zh}"), format!("{en}: {part_en}"));
    vec![
        Row::mean(named("停机时被劝离的等待者", "people waiting, sent away"), &sample(0), waiting),
        Row::mean(
            named("停机期间白跑的人", "people who come in vain"),
            &sample(1),
            outage.arrival_rate() * f64::from(outage.seconds),
        ),
        Row::mean(
            named("在办业务的余下窗口秒数", "window-seconds left in hand"),
            &sample(2),
            windows * outage.load * SERVICE,
        ),
    ]
}

/// Papers of a service that stops wait for it as people before closed windows do: what theory says
/// of these ([`Outage::expected`]) holds for them.
fn stopped_papers(setup: &Setup) -> Vec<Row> {
    let outage = Outage { windows: 2, load: 0.7, seconds: 12 * 3_600 };
    let observed = replicate(12_000, |replication| {
        let mut jobs = outage.customers(setup, 1 << 16 | replication, outage.horizon());
        jobs.iter_mut().for_each(|job| (job.lane, job.stopped_by) = (Lane::Tray, 1));
        outage.aftermath(&jobs, &outage.stopped(setup, &jobs, InHand::Finish))
    });
    let label = ("M/M/2 0.7，业务停 12 小时，材料", "M/M/2 0.7, papers, down 12 h");
    part_rows(label, &observed, &outage.expected()).collect()
}

/// A stop that concerns every other paper lets the rest pass: at its end half of those that waited
/// at its beginning and half of those that came lie there, (L + lambda D) / 2.
fn every_other_paper(setup: &Setup) -> Row {
    let outage = Outage { windows: 5, load: 0.8, seconds: 7 * 3_600 };
    let found = replicate(3_000, |replication| {
        let mut jobs = outage.customers(setup, 2 << 16 | replication, f64::from(outage.reopening()));
        jobs.iter_mut().for_each(|job| (job.lane, job.stopped_by) = (Lane::Tray, u64::from(job.owner % 2)));
        let served = outage.stopped(setup, &jobs, InHand::Finish);
        let is_blocked = |job: &&Job| job.stopped_by == 1 && served.starts[job.owner as usize].0 >= outage.reopening();
        jobs.iter().filter(is_blocked).count() as f64
    });
    let what = name(
        "M/M/5 0.8，业务停 7 小时，半数材料：恢复时等待数",
        "M/M/5 0.8, half the papers, down 7 h: number waiting at the end",
    );
    Row::mean(what, &found, outage.expected().waiting / 2.0)
}

/// A stop that freezes what is in hand: c rho services stand still over it and go on after it, each for
/// another s, whether people stand before the windows or papers lie there ([`Outage::expected_frozen`]).
fn frozen_in_hand(setup: &Setup) -> Vec<Row> {
    let outage = Outage { windows: 2, load: 0.7, seconds: 12 * 3_600 };
    let in_hand = f64::from(outage.windows) * outage.load;
    let found = replicate(12_000, |replication| {
        let mut jobs = outage.customers(setup, 3 << 16 | replication, outage.horizon());
        jobs.iter_mut().for_each(|job| job.stopped_by = 1);
        let people = outage.stopped(setup, &jobs, InHand::Freeze);
        let ends = jobs.iter().filter(|job| people.starts[job.owner as usize].0 < CLOSING);
        let late = ends.map(|job| people.ends[job.owner as usize].0.saturating_sub(outage.reopening()));
        let late: Vec<f64> = late.filter(|seconds| *seconds > 0).map(f64::from).collect();
        jobs.iter_mut().for_each(|job| job.lane = Lane::Tray);
        let papers = outage.aftermath(&jobs, &outage.stopped(setup, &jobs, InHand::Freeze));
        (late.len() as f64, late.iter().sum::<f64>(), papers)
    });
    let number: Vec<f64> = found.iter().map(|(number, ..)| *number).collect();
    let seconds: Vec<f64> = found.iter().map(|(_, seconds, _)| *seconds).collect();
    let papers: Vec<Aftermath> = found.iter().map(|(.., papers)| *papers).collect();
    let (zh, en) = ("M/M/2 0.7，业务停 12 小时，冻结在办", "M/M/2 0.7, down 12 h, in hand frozen");
    let named = |part_zh: &str, part_en: &str| name(format!("{zh}：{part_zh}"), format!("{en}: {part_en}"));
    let mut rows = vec![
        Row::mean(named("恢复时在办数", "services in hand at the end"), &number, in_hand),
        Row::mean(named("恢复后余下窗口秒数", "window-seconds left after it"), &seconds, in_hand * SERVICE),
    ];
    let exact = outage.expected_frozen();
    // Who comes in the outage finds windows that are partly idle, for which there is no row.
    rows.extend(part_rows((zh, en), &papers, &exact).skip(1).take(3));
    rows
}

/// The same people under outages of one, two and three times a length: the clear time grows by
/// lambda D / delta each time (linear), and the growth of the person-seconds grows by
/// lambda D² theta / delta (quadratic), whatever was there at the closing.
pub(super) fn lengths(setup: &Setup) -> Vec<Row> {
    let shortest = Outage { windows: 5, load: 0.7, seconds: 5 * 3_600 };
    let outages = [1, 2, 3].map(|times| Outage { seconds: times * shortest.seconds, ..shortest });
    let lambda = shortest.arrival_rate();
    let theta = lambda / shortest.load;
    let delta = theta - lambda;
    let length = f64::from(shortest.seconds);
    let observed = replicate(3_000, |replication| {
        let jobs = shortest.customers(setup, replication, outages[2].horizon());
        outages.map(|outage| outage.observed(setup, &jobs))
    });
    let sample = |value: fn(&[Aftermath; 3]) -> f64| -> Vec<f64> { observed.iter().map(value).collect() };
    let step = lambda * length / delta;
    let (zh, en) = ("M/M/5 0.7，停机 5、10、15 小时", "M/M/5 0.7, 5, 10, 15 h outages");
    let named = |part_zh: &str, part_en: &str| name(format!("{zh}：{part_zh}"), format!("{en}: {part_en}"));
    vec![
        Row::mean(
            named("10 小时比 5 小时多清多少秒", "seconds to clear, 10 h less 5 h"),
            &sample(|[one, two, _]| two.clearing - one.clearing),
            step,
        ),
        Row::mean(
            named("15 小时比 10 小时多清多少秒", "seconds to clear, 15 h less 10 h"),
            &sample(|[_, two, three]| three.clearing - two.clearing),
            step,
        ),
        Row::mean(
            named("等待总秒数的二阶差分", "second difference of the waits"),
            &sample(|[one, two, three]| three.waited - 2.0 * two.waited + one.waited),
            lambda * length * length * theta / delta,
        ),
    ]
}

/// Twice the windows and twice the people clear in the same time, but for what random arrivals leave
/// in the queue: two desks of five windows, and a desk of ten where the people of both come. So the
/// people are the same, and the ratio of the clear times is known far better than either.
pub(super) fn doubled(setup: &Setup) -> Vec<Row> {
    let [five, ten] = [5, 10].map(|windows| Outage { windows, load: 0.75, seconds: 8 * 3_600 });
    let [exact_five, exact_ten] = [five, ten].map(|outage| outage.expected().clearing);
    let horizon = five.horizon().max(ten.horizon());
    let observed = replicate(4_000, |replication| {
        let [one, other] = [0, 1].map(|desk| five.customers(setup, desk << 16 | replication, horizon));
        let apart = [&one, &other].map(|jobs| five.observed(setup, jobs).clearing);
        (apart, ten.observed(setup, &together(&one, &other)).clearing)
    });
    let (zh, en) = ("0.75，停机 8 小时：清空秒数", "0.75, 8 h outage: seconds until nobody waits");
    let row = |windows: u32, sample: Vec<f64>, exact: f64| {
        let what = name(format!("M/M/{windows} {zh}"), format!("M/M/{windows} {en}"));
        Row::mean(what, &sample, exact)
    };
    // To first order around theory, so that no ratio is taken of what was observed.
    let ratio = exact_ten / exact_five;
    let ratios: Vec<f64> =
        observed.iter().map(|([one, other], ten)| ratio + (ten - ratio * (one + other) / 2.0) / exact_five).collect();
    let what = name("清空时间之比，10 个窗口比 5 个（1 为不变）", "ratio of clear times, 10 windows over 5");
    vec![
        row(5, observed.iter().map(|([one, _], _)| *one).collect(), exact_five),
        row(10, observed.iter().map(|(_, ten)| *ten).collect(), exact_ten),
        Row::mean(what, &ratios, ratio),
    ]
}

/// The people of two desks at one.
fn together(one: &[Job], other: &[Job]) -> Vec<Job> {
    let mut jobs: Vec<&Job> = one.iter().chain(other).collect();
    jobs.sort_by_key(|job| job.arrival);
    (0..).zip(jobs).map(|(index, job)| customer(index, job.arrival.0, job.service)).collect()
}

/// Mean service under random outages, seconds.
pub(super) const RANDOM_SERVICE: f64 = 10_000.0;

/// Customers left out while the desk fills up, and customers that count, under random outages.
pub(super) const COUNTED: [usize; 2] = [5_000, 25_000];

/// Windows that close and open at random while papers come, against the balance equations. Papers
/// lie in the tray over closings that span midnight; people would go home.
pub(super) fn random(setup: &Setup) -> Vec<Row> {
    let mut rows = Vec::new();
    let service = RANDOM_SERVICE;
    for (windows, load, open, closed) in [(1_u32, 0.5, 20.0, 6.0), (3, 0.6, 30.0, 5.0)] {
        let arrivals = load * f64::from(windows) / service;
        let chain = Interrupted {
            windows: windows as usize,
            arrivals,
            services: 1.0 / service,
            closings: 1.0 / (open * service),
            reopenings: 1.0 / (closed * service),
        };
        let (queue, at_once) = chain.solve(1_000);
        let found = replicate(320, |replication| {
            let source = setup.source(windows << 16 | replication);
            let count = Until::Count(COUNTED[0] + COUNTED[1]);
            let mut jobs = poisson_customers(&source, 1.0 / arrivals, &Service::Exponential(service), count);
            jobs.iter_mut().for_each(|job| job.lane = Lane::Tray);
            let last = f64::from(jobs.last().map_or(0, |job| job.arrival.0));
            let mut draws = source.stream(0, StreamId::Runbook, 0);
            let mut steps = vec![(0, windows)];
            let mut time = 0.0;
            while time < last {
                time += exponential(&mut draws, open * service);
                steps.push((time as u32, 0));
                time += exponential(&mut draws, closed * service);
                steps.push((time as u32, windows));
            }
            let served = serve_all(setup.engine, &jobs, &steps);
            let counted = &jobs[COUNTED[0]..];
            let waited: u64 = counted.iter().map(|job| u64::from(served.wait(job))).sum();
            let at_once = counted.iter().filter(|job| served.wait(job) == 0).count();
            (waited as f64 / counted.len() as f64, at_once as f64 / counted.len() as f64)
        });
        let (mean, share): (Vec<f64>, Vec<f64>) = found.into_iter().unzip();
        let zh = format!("M/M/{windows} {load}，开 {open} 停 {closed} 个业务时长");
        let en = format!("M/M/{windows} {load}, open {open}, closed {closed} services");
        // Little's law: the mean queue over the arrival rate is the mean wait.
        let what = name(format!("{zh}：平均等待（秒）"), format!("{en}: mean wait (s)"));
        rows.push(Row::mean(what, &mean, queue / arrivals));
        let what = name(format!("{zh}：不等待的比例"), format!("{en}: share that starts at once"));
        rows.push(Row::mean(what, &share, at_once));
    }
    rows
}
