//! Routine work at desks: counts by day, as the whole model draws and counts them in the normal
//! course, and hours.

use crate::patient::{PersonKey, PersonKind};
use crate::replication::{Model, Tracing, simulate};
use crate::rng::StreamId;

use super::Setup;
use super::population::{DAY_EFFECT, YEAR, with_stream};
use super::queue::replicate;
use super::row::{Row, name};
use super::world::{DAYS, HOURS, ROUTINE_A_DAY, VISITS_A_DAY, city, day_scale, day_type, is_open, is_open_half_hour};

/// Dispersion and correlation of daily counts, then profiles.
pub(super) fn all(setup: &Setup) -> Vec<Row> {
    let mut rows = dispersion(setup);
    rows.push(weekdays(setup));
    rows.push(half_hours(setup));
    rows
}

/// Routine matters by day at the larger and the smaller site, which have a class of desks each:
/// nobody else comes to a desk in the normal course.
fn simulated(setup: &Setup, model: &Model, replication: u32) -> [Vec<f64>; 2] {
    let outcome = simulate(model, setup.own_seed(), replication, Tracing::Off).expect("the laws hold");
    [0, 1].map(|class: usize| {
        outcome.normal.desks[class].arrivals.iter().take(YEAR as usize).map(|count| *count as f64).collect()
    })
}

/// As with visits: Poisson given the effect of the day, which is gamma of mean 1 and the same for all
/// that happens in the city on that day. Variance m + m² cv², covariance m1 m2 cv² with the other
/// site and with the visits of the day, none between days; nobody on days without opening hours.
fn dispersion(setup: &Setup) -> Vec<Row> {
    let model = Model::new(city(DAY_EFFECT, true)).with_engine(setup.engine);
    let [large, small] = ROUTINE_A_DAY;
    let at_visits = VISITS_A_DAY[0];
    let found = replicate(400, |replication| {
        let [one, other] = simulated(setup, &model, replication);
        let visits = visits_by_day(setup, &model, replication);
        let (mut sums, mut days, mut pairs, mut closed) = ([0.0; 6], 0.0, 0.0, 0.0);
        for day in 0..YEAR as usize {
            if !is_open(day as i64) {
                closed += one[day] + other[day];
                continue;
            }
            let off = one[day] - large;
            days += 1.0;
            sums[0] += one[day];
            sums[1] += off.powi(2);
            sums[2] += (other[day] - small).powi(2);
            sums[3] += off * (other[day] - small);
            sums[4] += off * (visits[day] - at_visits);
            if day > 0 && is_open(day as i64 - 1) {
                pairs += 1.0;
                sums[5] += off * (one[day - 1] - large);
            }
        }
        let mut means = sums.map(|sum| sum / days);
        means[5] = sums[5] / pairs;
        // One matter on a closed day is one too many: far from any theory.
        means[0] += 1e6 * closed;
        means
    });
    let squared = DAY_EFFECT * DAY_EFFECT;
    let variance = |mean: f64| mean + mean * mean * squared;
    let column = |which: usize, scale: f64| -> Vec<f64> { found.iter().map(|means| means[which] / scale).collect() };
    let sites = (variance(large) * variance(small)).sqrt();
    let kinds = (variance(large) * variance(at_visits)).sqrt();
    let correlation = |which: usize, scale: f64, product: f64, (zh, en): (&str, &str)| {
        Row::mean(name(zh, en), &column(which, scale), product * squared / scale)
    };
    vec![
        Row::mean(
            name("大网点每日日常业务件数：均值", "routine work a day at the larger site: mean"),
            &column(0, 1.0),
            large,
        ),
        Row::mean(
            name("大网点每日日常业务件数：方差", "routine work a day at the larger site: variance"),
            &column(1, 1.0),
            variance(large),
        ),
        Row::mean(
            name("小网点每日日常业务件数：方差", "routine work a day at the smaller site: variance"),
            &column(2, 1.0),
            variance(small),
        ),
        correlation(3, sites, large * small, ("两网点同日件数相关系数", "correlation of two sites on a day")),
        correlation(4, kinds, large * at_visits, ("与同日就诊数相关系数", "correlation with the visits of the day")),
        Row::mean_on_scale(
            name("相邻两日件数相关系数", "correlation of neighbouring days"),
            &column(5, variance(large)),
            0.0,
            1.0,
        ),
    ]
}

/// Visits of the larger site, drawn for the same replication.
fn visits_by_day(setup: &Setup, model: &Model, replication: u32) -> Vec<f64> {
    with_stream((&model.scenario, &model.population), &setup.source(replication), |stream| {
        let mut visits = Vec::new();
        let count = |day| {
            visits.clear();
            stream.visits(0, day, &mut visits);
            visits.len() as f64
        };
        (0..YEAR).map(count).collect()
    })
}

/// Without day effects the matters of the open days follow the weights of the week.
fn weekdays(setup: &Setup) -> Row {
    let model = Model::new(city(0.0, false)).with_engine(setup.engine);
    let years = replicate(40, |replication| simulated(setup, &model, 1 << 16 | replication));
    let (mut seen, mut expected) = (vec![0_u64; 5], vec![0.0; 5]);
    for day in (0..YEAR as usize).filter(|day| is_open(*day as i64)) {
        let kind = day_type(day as i64);
        seen[kind] += years.iter().map(|[large, _]| large[day] as u64).sum::<u64>();
        expected[kind] += 40.0 * ROUTINE_A_DAY[0] * DAYS[kind] * day_scale();
    }
    // The total is Poisson too: no degree of freedom is lost.
    let statistic = seen.iter().zip(&expected).map(|(&seen, mean)| (seen as f64 - mean).powi(2) / mean).sum();
    let what = name("日常业务星期分布：卡方", "routine work by weekday: chi-square");
    Row::chi_square_value(what, statistic, 5.0, seen.iter().sum())
}

/// Arrivals follow the profile within the opening hours, 8:30 to 12:00 and 14:00 to 17:30. The record
/// has no hours, so the moments are drawn here, from the model's words by the model's function.
fn half_hours(setup: &Setup) -> Row {
    let scenario = city(0.0, false);
    let hours = &scenario.groups[0].desk.as_ref().expect("a desk").hours;
    let mut seen = vec![0_u64; 48];
    let mut total = 0.0;
    for replication in 0..400 {
        let source = setup.source(2 << 16 | replication);
        for day in (0..YEAR).filter(|day| is_open(i64::from(*day))) {
            for index in 0..4 {
                let key = PersonKey::new(0, PersonKind::Routine, day, index);
                let u = source.block(0, StreamId::Routine, key.person, key.index).u(0);
                // Nobody comes on a closed day; a second that is none counts at midnight.
                let second = hours.arrival_second(day, u).unwrap_or(0);
                seen[(second / 1_800) as usize] += 1;
                total += 1.0;
            }
        }
    }
    let weight = |half_hour: usize| if is_open_half_hour(half_hour) { HOURS[half_hour / 2] } else { 0.0 };
    let sum: f64 = (0..48).map(weight).sum();
    let expected: Vec<f64> = (0..48).map(|half_hour| weight(half_hour) / sum * total).collect();
    Row::chi_square(name("日常业务时刻分布：卡方", "routine work by half hour: chi-square"), &seen, &expected)
}
