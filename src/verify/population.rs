//! The patient stream: counts, profiles and shares of visits, people in hospital at the start, and
//! patients with a cycle.

use crate::calendar::{DAY, SimTime};
use crate::patient::{Population, Stream, Visit};
use crate::rng::Source;
use crate::scenario::world::Scenario;

use super::Setup;
use super::formula::special::normal_cdf;
use super::queue::replicate;
use super::row::{Row, name};
use super::world::{
    ADMISSIONS_A_DAY, CYCLE, DAYS, HOURS, STAY_DAYS, VISIT_SHARES, VISITS_A_DAY, city, day_scale, day_type,
};

/// Days of the city's year.
pub(super) const YEAR: u32 = 365;

/// Coefficient of variation of the day effect.
pub(super) const DAY_EFFECT: f64 = 0.2;

/// Calls `one` with the stream of a replication.
pub(super) fn with_stream<T>(
    (scenario, population): (&Scenario, &Population),
    source: &Source,
    one: impl FnOnce(&Stream<'_>) -> T,
) -> T {
    let day_effects = population.day_effects(source);
    one(&Stream { scenario, population, source, day_effects: &day_effects })
}

/// Visits: dispersion and correlation of daily counts, then profiles and shares.
pub(super) fn visits(setup: &Setup) -> Vec<Row> {
    let mut rows = dispersion(setup);
    rows.extend(profiles(setup));
    rows
}

/// A count given the day effect is Poisson, and the effect is gamma of mean 1, shared by all sites:
/// variance m + m² cv², covariance of two sites m1 m2 cv², none between days (D. R. Cox and P. A.
/// W. Lewis, "The Statistical Analysis of Series of Events", 1966, section 7.2).
fn dispersion(setup: &Setup) -> Vec<Row> {
    let scenario = city(DAY_EFFECT, true);
    let population = Population::new(&scenario);
    let found = replicate(400, |replication| {
        with_stream((&scenario, &population), &setup.source(replication), |stream| {
            let mut visits = Vec::new();
            let counts: Vec<[f64; 2]> = (0..YEAR)
                .map(|day| {
                    [0, 1].map(|site| {
                        visits.clear();
                        stream.visits(site, day, &mut visits);
                        visits.len() as f64
                    })
                })
                .collect();
            moments(&counts)
        })
    });
    let [large, small] = VISITS_A_DAY;
    let squared = DAY_EFFECT * DAY_EFFECT;
    let variance = |mean: f64| mean + mean * mean * squared;
    let spread = (variance(large) * variance(small)).sqrt();
    let column =
        |which: usize, scale: f64| -> Vec<f64> { found.iter().map(|moments| moments[which] / scale).collect() };
    vec![
        Row::mean(name("大网点每日就诊数：均值", "visits a day at the larger site: mean"), &column(0, 1.0), large),
        Row::mean(
            name("大网点每日就诊数：方差", "visits a day at the larger site: variance"),
            &column(1, 1.0),
            variance(large),
        ),
        Row::mean(
            name("小网点每日就诊数：方差", "visits a day at the smaller site: variance"),
            &column(2, 1.0),
            variance(small),
        ),
        Row::mean(
            name("两网点同日就诊数相关系数", "correlation of two sites on a day"),
            &column(3, spread),
            large * small * squared / spread,
        ),
        Row::mean_on_scale(
            name("相邻两日就诊数相关系数", "correlation of neighbouring days"),
            &column(4, variance(large)),
            0.0,
            1.0,
        ),
    ]
}

/// Of one year: mean at the larger site, squared deviations at both, their product, and the
/// product of neighbouring days; deviations are from theory's mean, so that none is biased.
fn moments(counts: &[[f64; 2]]) -> [f64; 5] {
    let [large, small] = VISITS_A_DAY;
    let mut sums = [0.0; 5];
    for [one, other] in counts {
        sums[0] += one;
        sums[1] += (one - large).powi(2);
        sums[2] += (other - small).powi(2);
        sums[3] += (one - large) * (other - small);
    }
    let days = counts.len() as f64;
    let neighbours: f64 = counts.windows(2).map(|pair| (pair[0][0] - large) * (pair[1][0] - large)).sum();
    let mut means = sums.map(|sum| sum / days);
    means[4] = neighbours / (days - 1.0);
    means
}

/// Without day effects all visits of a year are independent given their number.
fn profiles(setup: &Setup) -> Vec<Row> {
    let scenario = city(0.0, false);
    let population = Population::new(&scenario);
    let replications = 40;
    let years = replicate(replications, |replication| {
        with_stream((&scenario, &population), &setup.source(1 << 16 | replication), |stream| {
            let mut visits: Vec<Visit> = Vec::new();
            (0..YEAR).for_each(|day| stream.visits(0, day, &mut visits));
            visits
        })
    });
    let mut by_day = vec![0_u64; 8];
    let mut by_hour = vec![0_u64; 24];
    let mut by_minute = vec![0_u64; 60];
    let mut by_kind = vec![0_u64; 4];
    for visit in years.iter().flatten() {
        let second = visit.due.second_of_day();
        by_day[day_type(i64::from(visit.due.day()))] += 1;
        by_hour[(second / 3_600) as usize] += 1;
        by_minute[(second % 3_600 / 60) as usize] += 1;
        by_kind[usize::from(visit.care) * 2 + usize::from(visit.scheme)] += 1;
    }
    let total = by_day.iter().sum::<u64>() as f64;
    let shared = |weights: &[f64]| -> Vec<f64> {
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|weight| weight / sum * total).collect()
    };
    let mut days = [0.0; 8];
    (0..i64::from(YEAR)).for_each(|day| days[day_type(day)] += DAYS[day_type(day)]);
    let a_year: Vec<f64> = years.iter().map(|visits| visits.len() as f64).collect();
    vec![
        Row::mean(
            name("全年就诊数（大网点）", "visits a year at the larger site"),
            &a_year,
            VISITS_A_DAY[0] * f64::from(YEAR),
        ),
        Row::chi_square(name("星期与节假日分布：卡方", "weekdays and holidays: chi-square"), &by_day, &shared(&days)),
        Row::chi_square(name("时刻分布：卡方", "hours: chi-square"), &by_hour, &shared(&HOURS)),
        Row::chi_square(name("小时内分布：卡方", "minutes of the hour: chi-square"), &by_minute, &shared(&[1.0; 60])),
        Row::chi_square(
            name("就医类别与险种分布：卡方", "care types and schemes: chi-square"),
            &by_kind,
            &shared(&VISIT_SHARES),
        ),
    ]
}

/// Probability that a stay has at least so many nights: a lognormal number of days, rounded, at
/// least one.
fn nights_at_least(nights: i64) -> f64 {
    if nights <= 1 {
        return 1.0;
    }
    let (mean, cv) = STAY_DAYS;
    let sigma = (1.0 + cv * cv).ln().sqrt();
    let mu = mean.ln() - sigma * sigma / 2.0;
    normal_cdf((mu - (nights as f64 - 0.5).ln()) / sigma)
}

/// Longest stay followed; longer ones are one in a million.
const NIGHTS_MAX: i64 = 400;

/// Mean admissions on a day of the year, or before it (an ordinary week without holidays).
fn admissions(day: i64) -> f64 {
    ADMISSIONS_A_DAY * DAYS[day_type(day)] * day_scale()
}

/// Who is in hospital at a midnight: those admitted k days before who stay at least k nights, k = 1,
/// 2, …, Poisson with the mean of Little's law (the infinite-server queue: Eick, Massey and
/// Whitt 1993). Ages and residual lives follow.
pub(super) fn stays(setup: &Setup) -> Vec<Row> {
    let scenario = city(0.0, false);
    let population = Population::new(&scenario);
    let midnights = [0, 182_u32];
    let found = replicate(600, |replication| {
        with_stream((&scenario, &population), &setup.source(replication), |stream| {
            midnights.map(|day| {
                let mut stays = Vec::new();
                let midnight = SimTime::at(day, 0);
                stream.stays(0, midnight, SimTime::at(day, 1), &mut stays);
                stays
            })
        })
    });
    let mut rows = Vec::new();
    for (index, (zh, en)) in [("起始时", "at the start"), ("半年后", "half a year on")].into_iter().enumerate() {
        let day = i64::from(midnights[index]);
        let by_age: Vec<f64> = (1..=NIGHTS_MAX).map(|age| admissions(day - age) * nights_at_least(age)).collect();
        let count: Vec<f64> = found.iter().map(|stays| stays[index].len() as f64).collect();
        let what = name(format!("{zh}在院人数"), format!("people in hospital {en}"));
        rows.push(Row::mean(what, &count, by_age.iter().sum()));
        rows.extend(ages(found.iter().flat_map(|stays| &stays[index]), day, (zh, en), &by_age));
    }
    rows
}

/// Days since admission and days to discharge.
fn ages<'a>(stays: impl Iterator<Item = &'a Visit>, day: i64, (zh, en): (&str, &str), by_age: &[f64]) -> [Row; 2] {
    let length = by_age.len();
    let mut ages = vec![0_u64; length];
    let mut residuals = vec![0_u64; length];
    let mut total = 0.0;
    for stay in stays {
        let age = day - stay.admitted.div_euclid(i64::from(DAY));
        let residual = i64::from(stay.due.day()) - day;
        ages[(age - 1).clamp(0, NIGHTS_MAX - 1) as usize] += 1;
        residuals[residual.clamp(0, NIGHTS_MAX - 1) as usize] += 1;
        total += 1.0;
    }
    let exactly = |nights: i64| nights_at_least(nights) - nights_at_least(nights + 1);
    let by_residual: Vec<f64> = (0..NIGHTS_MAX)
        .map(|residual| (1..=NIGHTS_MAX).map(|age| admissions(day - age) * exactly(age + residual)).sum())
        .collect();
    let shared = |weights: &[f64]| -> Vec<f64> {
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|weight| weight / sum * total).collect()
    };
    [
        Row::chi_square(
            name(format!("{zh}在院者已住天数：卡方"), format!("days since admission, {en}: chi-square")),
            &ages,
            &shared(by_age),
        ),
        Row::chi_square(
            name(format!("{zh}在院者尚住天数：卡方"), format!("days to discharge, {en}: chi-square")),
            &residuals,
            &shared(&by_residual),
        ),
    ]
}

/// Refills begin evenly over the cycle; sessions follow the patterns in their shares.
pub(super) fn patients(setup: &Setup) -> Vec<Row> {
    let scenario = city(0.0, false);
    let population = Population::new(&scenario);
    let care = |key: &str| scenario.care.iter().position(|care| care.key == key).expect("the city has it");
    let (refill, session) = (care("refill"), care("session"));
    let (cycle, refills, sessions) = CYCLE;
    let mut first_day = vec![0_u64; cycle as usize];
    let mut hours = vec![0_u64; 24];
    let mut patterns = vec![0_u64; 2];
    for replication in 0..50 {
        with_stream((&scenario, &population), &setup.source(replication), |stream| {
            for number in 0..stream.patients(0, refill, 0) {
                let refills = stream.refills(0, refill, 0, number);
                first_day[refills.first_day as usize] += 1;
                let patient = stream.refill_patient(&refills);
                hours[(stream.refill_time(&patient, 0, refills.first_day).second_of_day() / 3_600) as usize] += 1;
            }
            for number in 0..stream.patients(0, session, 0) {
                let (days, _, _) = stream.session_patient(0, session, 0, number);
                // Monday, Wednesday and Friday, else Tuesday, Thursday and Saturday.
                patterns[usize::from(days != 0b1_0101)] += 1;
            }
        });
    }
    let all = |patients: u32| f64::from(50 * patients);
    let hour_sum: f64 = HOURS.iter().sum();
    let by_hour: Vec<f64> = HOURS.iter().map(|weight| weight / hour_sum * all(refills)).collect();
    vec![
        Row::chi_square(
            name("首次取药日：卡方", "day of the first refill: chi-square"),
            &first_day,
            &vec![all(refills) / f64::from(cycle); cycle as usize],
        ),
        Row::chi_square(name("取药时刻：卡方", "hour of a refill: chi-square"), &hours, &by_hour),
        Row::chi_square(
            name("定期治疗日程：卡方", "weekday patterns of sessions: chi-square"),
            &patterns,
            &[0.6 * all(sessions), 0.4 * all(sessions)],
        ),
    ]
}
