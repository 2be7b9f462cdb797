//! The measures that cities are held against each other by, one number a replication.

use crate::calendar::{DAY, SimTime};
use crate::experiment::Results;
use crate::experiment::spool::SpoolError;
use crate::measures::{Group, Values};
use crate::scenario::exchange::main_stops;
use crate::scenario::world::Scenario;
use crate::units::Lang;

/// How a measure is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// Grows with the people of a city: also told per million insured and by hour.
    Amount,
    /// Does not.
    Level,
    /// Working days that may not be over by the horizon.
    Censored,
    /// 0 or 1.
    Event,
}

/// A measure by which cities are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Headline {
    /// Key in files.
    pub key: &'static str,
    /// Unit in files.
    pub unit: &'static str,
    /// Chinese unit.
    pub unit_zh: &'static str,
    /// Chinese name.
    pub zh: &'static str,
    /// English name.
    pub en: &'static str,
    /// How it is told.
    pub nature: Nature,
}

impl Headline {
    /// Name in a language.
    pub fn name(&self, lang: Lang) -> &'static str {
        lang.pick(self.zh, self.en)
    }
}

const fn headline(
    key: &'static str,
    (unit, unit_zh): (&'static str, &'static str),
    (zh, en): (&'static str, &'static str),
    nature: Nature,
) -> Headline {
    Headline { key, unit, unit_zh, zh, en, nature }
}

/// All of them, in the order of files.
pub const HEADLINES: [Headline; 12] = [
    headline("affected", ("visits", "人次"), ("受影响人次", "visits affected"), Nature::Amount),
    headline("self-pay", ("yuan", "元"), ("停机期现金支付", "paid at visits in the outage"), Nature::Amount),
    headline("prepayment", ("yuan", "元"), ("垫付总额", "prepayment"), Nature::Amount),
    headline(
        "prepayment-days",
        ("yuan·days", "元·天"),
        ("垫付资金占用", "prepayment outstanding over time"),
        Nature::Amount,
    ),
    headline("forgone", ("visits", "人次"), ("放弃就医人次", "visits forgone"), Nature::Amount),
    headline("deferred", ("visits", "人次"), ("推迟就医人次", "visits deferred"), Nature::Amount),
    headline(
        "hardship-10",
        ("people", "人"),
        ("垫付超过家庭月收入一成的人数", "people who prepay over 10 % of monthly household income"),
        Nature::Amount,
    ),
    headline("lost", ("yuan", "元"), ("未能退回", "never refunded"), Nature::Amount),
    headline("claims-entered", ("claims", "件"), ("各类窗口的待办结算件", "claims at all desks"), Nature::Amount),
    headline(
        "wait-p95",
        ("minutes", "分钟"),
        ("最忙一类窗口排队 95% 分位", "95 % wait at the slowest class of desks"),
        Nature::Level,
    ),
    headline(
        "normal-working-days",
        ("working days", "工作日"),
        ("恢复后到窗口全部正常的工作日", "working days from the return until all desks are back to normal"),
        Nature::Censored,
    ),
    headline(
        "overran",
        ("probability", "概率"),
        ("恢复晚于公布时间", "settlement returned later than announced"),
        Nature::Event,
    ),
];

/// A headline by its key.
pub fn find(key: &str) -> Option<&'static Headline> {
    HEADLINES.iter().find(|one| one.key == key)
}

/// What the courses of a scenario give.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Its replications.
    pub results: &'a Results,
}

impl Sample<'_> {
    /// One number a replication; none where there is nothing to measure, or not by the horizon.
    ///
    /// # Errors
    ///
    /// When samples that were put aside cannot be read.
    pub fn of(&self, headline: &Headline) -> Result<Vec<Option<f64>>, SpoolError> {
        let each = |of: &dyn Fn(&Values) -> Option<f64>| self.each(of);
        match headline.key {
            "claims-entered" => each(&|values| Some(self.desks("claims-entered", values).map(|one| one.1).sum())),
            "wait-p95" => each(&|values| {
                self.busy(values).filter_map(|class| self.at("wait-p95", Group::Desk(class), values)).reduce(f64::max)
            }),
            "normal-working-days" => each(&|values| self.normal_after(values)),
            "overran" => {
                let stops = main_stops(self.scenario);
                each(&|values| {
                    stops.iter().filter_map(|&stop| self.at("overran", Group::Stop(stop), values)).reduce(f64::max)
                })
            }
            key => {
                let index = self.results.catalogue.find(key, Group::All);
                each(&|values| index.and_then(|index| values.values[index]))
            }
        }
    }

    /// The same with a number for what is not over by the horizon: the working days until then.
    ///
    /// # Errors
    ///
    /// When samples that were put aside cannot be read.
    pub fn until_horizon(&self, headline: &Headline) -> Result<Option<Vec<f64>>, SpoolError> {
        let found = self.of(headline)?;
        if headline.nature != Nature::Censored {
            return Ok(found.into_iter().collect());
        }
        let last = self.each(|values| self.working_days(self.back(values), self.scenario.clock.days()))?;
        Ok(Some(found.into_iter().zip(last).map(|(found, last)| found.unwrap_or(last)).collect()))
    }

    /// Something of every replication.
    fn each<T>(&self, of: impl FnMut(&Values) -> T) -> Result<Vec<T>, SpoolError> {
        self.results.samples.map(0..self.results.samples.len(), of)
    }

    fn at(&self, key: &str, group: Group, values: &Values) -> Option<f64> {
        values.values[self.results.catalogue.find(key, group)?]
    }

    fn desks<'v>(&'v self, key: &'v str, values: &'v Values) -> impl Iterator<Item = (usize, f64)> + 'v {
        let classes = 0..self.scenario.desk_classes.len();
        classes.filter_map(move |class| Some((class, self.at(key, Group::Desk(class), values)?)))
    }

    /// Desk classes with claims.
    fn busy<'v>(&'v self, values: &'v Values) -> impl Iterator<Item = usize> + 'v {
        self.desks("claims-entered", values).filter(|one| one.1 > 0.0).map(|one| one.0)
    }

    /// Day of the actual return of settlement.
    fn back(&self, values: &Values) -> u32 {
        let spans = self.down(values);
        spans.last().map_or(0, |last| last.1 / DAY)
    }

    /// Working days after one day up to another, the last included.
    fn working_days(&self, from: u32, until: u32) -> f64 {
        f64::from(self.scenario.clock.working_days_after(from, until))
    }

    /// Working days from the return of settlement until the last desk class with claims is back to normal.
    fn normal_after(&self, values: &Values) -> Option<f64> {
        let mut last = 0.0_f64;
        for class in self.busy(values) {
            last = last.max(self.at("back-to-normal", Group::Desk(class), values)?);
        }
        Some(self.working_days(self.back(values), last as u32))
    }

    /// When settlement was really down, in seconds from the start, without overlaps, before the waves of
    /// sites that come back later; what has not returned by the horizon is down until then.
    fn down(&self, values: &Values) -> Vec<(u32, u32)> {
        let horizon = self.scenario.horizon().0;
        let stops = main_stops(self.scenario);
        let actual = stops.iter().filter_map(|&stop| values.actual.get(stop));
        let mut spans: Vec<(u32, u32)> =
            actual.map(|&(from, until)| (from.min(horizon), until.unwrap_or(horizon))).collect();
        spans.sort_unstable();
        let mut joined: Vec<(u32, u32)> = Vec::new();
        for (from, until) in spans {
            match joined.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(until),
                _ => joined.push((from, until)),
            }
        }
        joined
    }

    /// Hours during which settlement was down, one a replication.
    ///
    /// # Errors
    ///
    /// When samples that were put aside cannot be read.
    pub fn outage_hours(&self) -> Result<Vec<f64>, SpoolError> {
        let hours = |values: &Values| {
            self.down(values).iter().map(|(from, until)| f64::from(until - from)).sum::<f64>() / 3600.0
        };
        self.each(hours)
    }

    /// Hours of the outage during which windows were open, by their regular hours, mean over the windows of
    /// the city; one a replication.
    ///
    /// # Errors
    ///
    /// When samples that were put aside cannot be read.
    pub fn open_hours(&self) -> Result<Vec<f64>, SpoolError> {
        let mut weights = vec![0.0; self.scenario.groups.len()];
        for site in &self.scenario.sites {
            weights[usize::from(site.group)] += f64::from(site.windows);
        }
        let desks = || {
            self.scenario
                .groups
                .iter()
                .zip(&weights)
                .filter_map(|(group, weight)| Some((group.desk.as_ref()?, *weight)))
        };
        let windows: f64 = desks().map(|desk| desk.1).sum();
        let of = |values: &Values| -> f64 {
            let spans = self.down(values);
            let open = |days: &[Vec<(u32, u32)>]| spans.iter().map(|span| open_seconds(days, *span)).sum::<f64>();
            desks().map(|(desk, weight)| weight * open(&desk.hours.days)).sum::<f64>() / windows.max(1.0) / 3600.0
        };
        self.each(of)
    }
}

/// Seconds of a span within opening hours by day.
fn open_seconds(days: &[Vec<(u32, u32)>], (from, until): (u32, u32)) -> f64 {
    let first = SimTime(from).day();
    let days = (first..=SimTime(until).day()).filter_map(|day| Some((day, days.get(day as usize)?)));
    let spans =
        days.flat_map(|(day, hours)| hours.iter().map(move |&(open, close)| (day * DAY + open, day * DAY + close)));
    spans.map(|(open, close)| f64::from(close.min(until).saturating_sub(open.max(from)))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_open_hours_of_a_span_count() {
        let hours = vec![vec![(8 * 3600, 12 * 3600), (14 * 3600, 17 * 3600)], vec![], vec![(8 * 3600, 12 * 3600)]];
        let hour = 3600;
        assert_eq!(open_seconds(&hours, (10 * hour, 15 * hour)), 3.0 * 3600.0);
        assert_eq!(open_seconds(&hours, (18 * hour, DAY + 9 * hour)), 0.0);
        assert_eq!(open_seconds(&hours, (0, 3 * DAY)), 11.0 * 3600.0);
    }
}
