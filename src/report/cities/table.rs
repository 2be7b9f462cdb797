//! Cities side by side: each measure as it is, per million insured, and by hour of outage, with intervals.
//!
//! ```text
//! per million insured        a mean with its t interval, for the number of insured people is known
//! per hour of outage         mean of the measure over mean of the hours; both vary with the real return, so the
//!                            interval is the jackknife's (R. G. Miller, "The jackknife: a review", Biometrika 61
//!                            (1974) 1-15), with a t quantile
//! working days to normal     median with its order-statistic interval; nothing where it lies past the horizon
//! chance of an overrun       Wilson's interval
//! ```

use crate::experiment::cities::{Outcomes, Plan};
use crate::experiment::spool::SpoolError;
use crate::scenario::exchange::insured;
use crate::stats::{Bound, Censored, Confidence, Estimate, Proportion, student_t_quantile};
use crate::units::Lang;

use super::super::table::{Interval, escaped, line, plain};
use super::headline::{HEADLINES, Headline, Nature, Sample};

/// What a number is told per.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// As it is.
    Total,
    /// Per million insured people of the city.
    Million,
    /// Per hour during which settlement was down.
    Hour,
    /// Per hour of these during which windows were open.
    OpenHour,
    /// Per million insured and hour down.
    MillionHour,
    /// Per million insured and open hour.
    MillionOpenHour,
}

impl Basis {
    /// All, in the order of files.
    pub const ALL: [Self; 6] =
        [Self::Total, Self::Million, Self::Hour, Self::OpenHour, Self::MillionHour, Self::MillionOpenHour];

    /// The word in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Million => "per-million-insured",
            Self::Hour => "per-outage-hour",
            Self::OpenHour => "per-open-hour",
            Self::MillionHour => "per-million-insured-and-outage-hour",
            Self::MillionOpenHour => "per-million-insured-and-open-hour",
        }
    }

    /// The same in both languages.
    pub fn name(self, lang: Lang) -> &'static str {
        match self {
            Self::Total => lang.pick("总量", "total"),
            Self::Million => lang.pick("每百万参保人", "per million insured"),
            Self::Hour => lang.pick("每停机小时", "per hour of outage"),
            Self::OpenHour => lang.pick("停机中每窗口开放小时", "per hour of outage with windows open"),
            Self::MillionHour => lang.pick("每百万参保人每停机小时", "per million insured and hour of outage"),
            Self::MillionOpenHour => lang
                .pick("每百万参保人、停机中每窗口开放小时", "per million insured and hour of outage with windows open"),
        }
    }

    fn is_ratio(self) -> bool {
        !matches!(self, Self::Total | Self::Million)
    }
}

/// One number of one city.
#[derive(Debug, Clone)]
pub struct Cell {
    /// City, by its course.
    pub city: usize,
    /// Measure.
    pub headline: &'static Headline,
    /// What it is told per.
    pub basis: Basis,
    /// The number with its interval.
    pub found: Interval,
    /// How the interval was made.
    pub method: &'static str,
}

/// What is the same for all measures of a city.
#[derive(Debug, Clone)]
pub struct CityFacts {
    /// Insured people.
    pub insured: f64,
    /// Hours during which settlement was down.
    pub outage_hours: Interval,
    /// Of these, hours during which windows were open.
    pub open_hours: Interval,
}

/// All cities side by side.
#[derive(Debug, Clone, Default)]
pub struct SideBySide {
    /// One a city.
    pub facts: Vec<CityFacts>,
    /// By city, measure and basis.
    pub cells: Vec<Cell>,
}

impl SideBySide {
    /// Of the cities of a plan.
    ///
    /// # Errors
    ///
    /// When samples that were put aside cannot be read.
    pub fn of(plan: &Plan, outcomes: &Outcomes) -> Result<Self, SpoolError> {
        let mut side = Self::default();
        for city in 0..plan.cities {
            let sample = Sample { scenario: &plan.courses[city].model.scenario, results: &outcomes.results[city] };
            let (hours, open) = (sample.outage_hours()?, sample.open_hours()?);
            let insured = insured(sample.scenario);
            side.facts.push(CityFacts { insured, outage_hours: mean_of(&hours), open_hours: mean_of(&open) });
            for headline in &HEADLINES {
                side.add(city, headline, (&sample, sample.of(headline)?), (insured / 1e6, &hours, &open));
            }
        }
        Ok(side)
    }

    /// A number; none where it is not told per this.
    pub fn get(&self, city: usize, key: &str, basis: Basis) -> Interval {
        let is_it = |cell: &&Cell| cell.city == city && cell.headline.key == key && cell.basis == basis;
        self.cells.iter().find(is_it).map_or_else(Interval::default, |cell| cell.found)
    }

    fn add(
        &mut self,
        city: usize,
        headline: &'static Headline,
        (sample, values): (&Sample<'_>, Vec<Option<f64>>),
        (millions, hours, open): (f64, &[f64], &[f64]),
    ) {
        let mut put = |basis, found, method| self.cells.push(Cell { city, headline, basis, found, method });
        match headline.nature {
            Nature::Censored => {
                put(Basis::Total, median(&values, f64::from(sample.scenario.clock.days())), "median, order statistics")
            }
            Nature::Event => {
                let outcomes = values.into_iter().flatten().map(|value| value > 0.5);
                let found = Proportion::of_outcomes(outcomes, Confidence::P95).ok();
                let found = found.map_or_else(Interval::default, |found| interval(found.share, Some(found.interval)));
                put(Basis::Total, found, "Wilson");
            }
            Nature::Level => put(Basis::Total, mean_of(&values.into_iter().flatten().collect::<Vec<f64>>()), "t"),
            Nature::Amount => {
                let values: Vec<f64> = values.into_iter().flatten().collect();
                let each: Vec<f64> = values.iter().map(|value| value / millions).collect();
                let many = millions > 0.0;
                for basis in Basis::ALL {
                    let scaled = matches!(basis, Basis::Million | Basis::MillionHour | Basis::MillionOpenHour);
                    if scaled && !many {
                        continue;
                    }
                    let numbers = if scaled { &each } else { &values };
                    let found = match basis {
                        Basis::Total | Basis::Million => mean_of(numbers),
                        Basis::Hour | Basis::MillionHour => ratio_of_means(numbers, hours),
                        Basis::OpenHour | Basis::MillionOpenHour => ratio_of_means(numbers, open),
                    };
                    put(basis, found, if basis.is_ratio() { "ratio of means, jackknife" } else { "t" });
                }
            }
        }
    }
}

fn interval(value: f64, ends: Option<(f64, f64)>) -> Interval {
    Interval { value: Some(value), low: ends.map(|ends| ends.0), high: ends.map(|ends| ends.1) }
}

/// Mean with its t interval.
pub(super) fn mean_of(sample: &[f64]) -> Interval {
    let found = Estimate::of_mean(sample, Confidence::P95);
    found.map_or_else(|_| Interval::default(), |found| interval(found.mean, found.interval()))
}

fn median(days: &[Option<f64>], horizon: f64) -> Interval {
    let Ok(found) = Censored::new(days, horizon) else { return Interval::default() };
    let found = found.quantile(0.5, Confidence::P95);
    let at = |bound: Bound| match bound {
        Bound::At(day) => Some(day),
        Bound::AfterHorizon => None,
    };
    let (low, high) = found.interval.map_or((None, None), |ends| (at(ends.0), at(ends.1)));
    Interval { value: at(found.value), low, high }
}

/// Mean of one sample over the mean of another taken in the same replications, with the jackknife's
/// interval; nothing where the other is 0.
pub(super) fn ratio_of_means(above: &[f64], below: &[f64]) -> Interval {
    let n = above.len().min(below.len());
    let (sum_above, sum_below): (f64, f64) = (above[..n].iter().sum(), below[..n].iter().sum());
    if n == 0 || sum_below <= 0.0 {
        return Interval::default();
    }
    let whole = sum_above / sum_below;
    let without: Vec<f64> =
        (0..n).map(|one| (sum_above - above[one]) / (sum_below - below[one])).filter(|one| one.is_finite()).collect();
    if n < 2 || without.len() < n {
        return interval(whole, None);
    }
    let count = n as f64;
    let mean = without.iter().sum::<f64>() / count;
    let spread: f64 = without.iter().map(|one| (one - mean).powi(2)).sum();
    let error = ((count - 1.0) / count * spread).sqrt();
    let half = student_t_quantile(1.0 - Confidence::P95.tail(), n - 1) * error;
    interval(whole, Some((whole - half, whole + half)))
}

/// Chinese name of a kind of interval.
fn method_zh(method: &str) -> &str {
    match method {
        "t" => "t 区间",
        "Wilson" => "Wilson 区间",
        "median, order statistics" => "中位数，次序统计量",
        "ratio of means, jackknife" => "均值之比，刀切法",
        other => other,
    }
}

/// Columns of `cities.csv`.
const HEAD: [&str; 20] = [
    "city",
    "city_zh",
    "city_en",
    "schedule",
    "schedule_zh",
    "schedule_en",
    "measure",
    "measure_zh",
    "measure_en",
    "unit",
    "unit_zh",
    "basis",
    "basis_zh",
    "basis_en",
    "value",
    "low",
    "high",
    "interval",
    "interval_zh",
    "n",
];

/// The bytes of `cities.csv`.
pub(super) fn csv(plan: &Plan, side: &SideBySide, n: usize) -> Vec<u8> {
    let mut text = String::from("\u{feff}");
    line(&mut text, HEAD.iter().map(|name| (*name).to_owned()));
    let city_cells = |city: usize| {
        let scenario = &plan.courses[city].model.scenario;
        let name = &scenario.city_name;
        let schedule = &scenario.schedule_name;
        [&scenario.city, &name.zh, &name.en, &scenario.schedule, &schedule.zh, &schedule.en].map(|text| escaped(text))
    };
    let numbers = |found: Interval| [found.value, found.low, found.high].map(|one| one.map_or_else(String::new, plain));
    for (city, facts) in side.facts.iter().enumerate() {
        let people = Interval { value: Some(facts.insured), ..Interval::default() };
        let rows = [
            ("insured", "参保人数", "insured people", ("people", "人"), people, ""),
            (
                "outage-hours",
                "联网结算实际停机小时",
                "hours settlement was down",
                ("hours", "小时"),
                facts.outage_hours,
                "t",
            ),
            (
                "open-hours",
                "其中窗口开放小时",
                "of these, hours windows were open",
                ("hours", "小时"),
                facts.open_hours,
                "t",
            ),
        ];
        for (key, zh, en, unit, found, method) in rows {
            let basis = Basis::Total;
            let about = [key, zh, en, unit.0, unit.1, basis.word(), basis.name(Lang::Zh), basis.name(Lang::En)];
            let cells = city_cells(city).into_iter().chain(about.map(escaped)).chain(numbers(found));
            line(&mut text, cells.chain([method.to_owned(), method_zh(method).to_owned(), n.to_string()]));
        }
        for cell in side.cells.iter().filter(|cell| cell.city == city) {
            let one = cell.headline;
            let about = [
                one.key,
                one.name(Lang::Zh),
                one.name(Lang::En),
                one.unit,
                one.unit_zh,
                cell.basis.word(),
                cell.basis.name(Lang::Zh),
                cell.basis.name(Lang::En),
            ];
            let cells = city_cells(city).into_iter().chain(about.map(escaped)).chain(numbers(cell.found));
            let methods = [cell.method, method_zh(cell.method)].map(escaped);
            line(&mut text, cells.chain(methods).chain([n.to_string()]));
        }
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_over_a_constant_is_the_mean_with_its_t_interval() {
        let (above, below) = ([3.0, 5.0, 10.0], [2.0; 3]);
        let (ratio, mean) = (ratio_of_means(&above, &below), mean_of(&above.map(|one| one / 2.0)));
        let ends = |found: Interval| [found.value, found.low, found.high].map(Option::unwrap);
        assert!(ends(ratio).iter().zip(ends(mean)).all(|(a, b)| (a - b).abs() < 1e-12), "{ratio:?} {mean:?}");
        assert_eq!(ratio_of_means(&above, &[0.0; 3]), Interval::default());
    }

    #[test]
    fn a_constant_ratio_has_an_interval_of_no_width() {
        let found = ratio_of_means(&[2.0, 4.0, 8.0], &[1.0, 2.0, 4.0]);
        assert_eq!(found.value, Some(2.0));
        assert!((found.high.unwrap() - found.low.unwrap()).abs() < 1e-12);
    }
}
