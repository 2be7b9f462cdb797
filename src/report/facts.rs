//! What a planner asks of a run, picked from all its measures: the summary in words, the summary as
//! JSON and the charts take the same numbers from here.

use crate::measures::Group;
use crate::pathway::Pathway;
use crate::scenario::raw::MeasureKind;
use crate::schedule::Suspension;

use super::assumptions::{self, Assumption};
use super::table::{Interval, MEDIAN, Row, UPPER};
use super::{Report, numbers};
use crate::units::Lang;

/// Replications below which the summary warns.
pub const REPLICATIONS_FEW: usize = 30;

/// How visits in the outage ended: measure key, Chinese and English words.
pub const ENDINGS: [(&str, &str, &str); 6] = [
    ("paid-all", "全额垫付", "paid in full"),
    ("paid-part", "部分支付", "paid a part"),
    ("paid-nothing", "记账未付", "paid nothing then"),
    ("stocked-up", "提前开药", "stocked up"),
    ("deferred", "推迟就医", "deferred"),
    ("forgone", "放弃就医", "forgone"),
];

/// Claims that were lost: measure key, Chinese and English words.
pub const LOSSES: [(&str, &str, &str); 4] = [
    ("claims-never-made", "未申领", "never made"),
    ("claims-too-late", "逾期", "too late"),
    ("claims-given-up", "多次未果放弃", "given up"),
    ("claims-refused", "被拒", "refused"),
];

/// One class of desks.
#[derive(Debug, Clone)]
pub struct DeskFacts {
    /// Index of the class.
    pub class: usize,
    /// Claims that came.
    pub claims: Interval,
    /// Mean minutes that claims queued.
    pub wait_mean: Interval,
    /// 95 % of claims queued at most so many minutes.
    pub wait_95: Interval,
    /// Most open claims on a day.
    pub backlog_peak: Interval,
    /// Median day of back to normal.
    pub normal_median: Interval,
    /// Day by which it is back to normal with 95 % probability.
    pub normal_95: Option<f64>,
    /// Probability that it is back to normal by the horizon.
    pub normal_by_horizon: Interval,
}

/// One stop.
#[derive(Debug, Clone)]
pub struct StopFacts {
    /// Index of the stop.
    pub stop: usize,
    /// Day of the actual return (with its part of the day): 5 %, median, 95 %.
    pub actual: [Option<f64>; 3],
    /// Probability that it returns after the announced time.
    pub overran: Interval,
    /// Probability that it is rolled back; none where that is not stated.
    pub rolled_back: Interval,
}

/// An assumption that much depends on.
#[derive(Debug, Clone)]
pub struct MainAssumption {
    /// Key path.
    pub key: String,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
    /// Value, or the mean of its distribution.
    pub value: f64,
    /// Range of it.
    pub range: Option<[f64; 2]>,
    /// Whether it is a share, to be told in per cent; else minutes.
    pub is_share: bool,
}

impl MainAssumption {
    /// Name, value and range: `普通门诊推迟比例 60%（40%～70%）`.
    pub fn text(&self, lang: Lang) -> String {
        let one = |value: f64| if self.is_share { numbers::percent(value) } else { numbers::number(value) };
        let unit = if self.is_share { "" } else { lang.pick(" 分钟", " minutes") };
        let range = self.range.map_or_else(String::new, |[low, high]| numbers::between(&one(low), &one(high), lang));
        format!("{} {}{unit}{range}", lang.pick(&self.zh, &self.en), one(self.value))
    }
}

/// The facts of a run.
#[derive(Debug, Clone)]
pub struct Facts {
    rows: Vec<Row>,
    /// Classes of desks with claims, the worst first: latest back to normal, then longest waits.
    pub desks: Vec<DeskFacts>,
    /// Stops, in the order of the schedule.
    pub stops: Vec<StopFacts>,
    /// Number of parameters.
    pub parameters: usize,
    /// Number of assumed parameters.
    pub assumptions: usize,
    /// Those that much depends on.
    pub main_assumptions: Vec<MainAssumption>,
}

impl Facts {
    /// The facts of a report.
    pub fn of(report: &Report<'_>) -> Self {
        let rows = report.rows.clone();
        let all = assumptions::assumptions(report.loaded);
        let mut facts = Self {
            rows,
            desks: Vec::new(),
            stops: Vec::new(),
            parameters: assumptions::count(report.loaded),
            assumptions: all.len(),
            main_assumptions: Vec::new(),
        };
        facts.desks = (0..report.scenario.desk_classes.len()).filter_map(|class| desk(&facts, report, class)).collect();
        facts.desks.sort_by(|a, b| severity(b).total_cmp(&severity(a)));
        facts.stops = (0..report.scenario.suspensions.len()).map(|index| stop(&facts, report, index)).collect();
        facts.main_assumptions = main_assumptions(&facts, report, &all);
        facts
    }

    /// The row of a measure.
    pub fn row(&self, report: &Report<'_>, key: &str, group: Group) -> Row {
        let index = report.results.catalogue.find(key, group);
        index.and_then(|index| self.rows.get(index)).cloned().unwrap_or_default()
    }

    /// Mean of a measure of the whole city, with its interval.
    pub fn mean(&self, report: &Report<'_>, key: &str) -> Interval {
        self.row(report, key, Group::All).mean
    }

    /// The stops, those first whose services most of the affected visits and matters need.
    pub fn stops_by_weight(&self, report: &Report<'_>) -> Vec<&StopFacts> {
        let weight = |facts: &StopFacts| {
            let services = report.scenario.suspensions.get(facts.stop).map_or(0, |stop| stop.services);
            let care = report.scenario.care.iter().enumerate().filter(|(_, care)| services >> care.needs & 1 == 1);
            let mean = |key, index| self.row(report, key, Group::Care(index)).mean.value.unwrap_or(0.0);
            care.map(|(index, _)| mean("affected", index) + mean("affected-business", index)).sum::<f64>()
        };
        let mut weighed: Vec<(f64, &StopFacts)> = self.stops.iter().map(|stop| (weight(stop), stop)).collect();
        weighed.sort_by(|a, b| b.0.total_cmp(&a.0));
        weighed.into_iter().map(|one| one.1).collect()
    }

    /// The largest probability over the stops that one returns late.
    pub fn overran(&self) -> Option<Interval> {
        let known = self.stops.iter().map(|stop| stop.overran).filter(|share| share.value.is_some());
        known.max_by(|a, b| a.value.unwrap_or(0.0).total_cmp(&b.value.unwrap_or(0.0)))
    }
}

/// Order of desk classes: a day counts for more than any wait. Never is later than every day.
fn severity(desk: &DeskFacts) -> f64 {
    desk.normal_median.value.unwrap_or(1e6) * 1e7 + desk.wait_95.value.unwrap_or(0.0).min(9e6)
}

fn desk(facts: &Facts, report: &Report<'_>, class: usize) -> Option<DeskFacts> {
    let group = Group::Desk(class);
    let mean = |key: &str| facts.row(report, key, group).mean;
    let claims = mean("claims-entered");
    if claims.value.is_none_or(|count| count <= 0.0) {
        return None;
    }
    let normal = facts.row(report, "back-to-normal", group);
    Some(DeskFacts {
        class,
        claims,
        wait_mean: mean("wait-mean"),
        wait_95: mean("wait-p95"),
        backlog_peak: mean("backlog-peak"),
        normal_median: normal.quantiles[MEDIAN],
        normal_95: normal.quantiles[UPPER].value,
        normal_by_horizon: normal.share,
    })
}

fn stop(facts: &Facts, report: &Report<'_>, stop: usize) -> StopFacts {
    let returned = facts.row(report, "return", Group::Stop(stop)).quantiles;
    let actual = [returned[0].value, returned[MEDIAN].value, returned[UPPER].value];
    let share = |key| facts.row(report, key, Group::Stop(stop)).share;
    StopFacts { stop, actual, overran: share("overran"), rolled_back: share("rolled-back") }
}

/// The three that results depend on most: minutes at the window, deferral and stock-up (model,
/// section 9): window minutes of the care type with the most prepayment, deferral of the one with
/// the most visits affected.
fn main_assumptions(facts: &Facts, report: &Report<'_>, all: &[Assumption]) -> Vec<MainAssumption> {
    let scenario = report.scenario;
    let ranked = |key: &str| {
        let size = |care: usize| facts.row(report, key, Group::Care(care)).mean.value.unwrap_or(0.0);
        let mut found: Vec<usize> = (0..scenario.care.len()).filter(|&care| size(care) > 0.0).collect();
        found.sort_by(|&a, &b| size(b).total_cmp(&size(a)));
        found
    };
    let minutes = ranked("prepayment").iter().find_map(|&care| {
        // The rule that takes what the others leave is the common way.
        let mut rules: Vec<_> = scenario.rules.get(care)?.iter().collect();
        rules.sort_by_key(|rule| rule.share.is_some() || rule.key != "all");
        let ways = rules.into_iter().filter_map(|rule| scenario.pathways.get(usize::from(rule.pathway)));
        ways.into_iter().find_map(|way| window_minutes(way, all))
    });
    // A scenario of business alone has no affected visits; then any assumed window time is told.
    let minutes = minutes.or_else(|| scenario.pathways.iter().find_map(|way| window_minutes(way, all)));
    let deferral = ranked("affected").iter().find_map(|&index| {
        let care = scenario.care.get(index)?;
        let key = format!("demand.{}.deferred_share", care.key);
        share(all, key, (format!("{}推迟比例", care.name.zh), format!("{} deferred", care.name.en)))
    });
    let stock_up =
        scenario.measures.iter().filter(|measure| measure.kind == MeasureKind::StockUp).find_map(|measure| {
            let key = format!("measures.{}.take_up_share", measure.key);
            share(all, key, ("提前开药比例".to_owned(), "stock-up taken".to_owned()))
        });
    [minutes, deferral, stock_up].into_iter().flatten().collect()
}

fn window_minutes(pathway: &Pathway, all: &[Assumption]) -> Option<MainAssumption> {
    let prefix = format!("pathways.{}.steps.", pathway.key);
    let step = all.iter().find(|one| one.key.starts_with(&prefix) && one.key.ends_with(".minutes"))?;
    Some(MainAssumption {
        key: step.key.clone(),
        zh: format!("窗口办理时间（{}）", pathway.name.zh),
        en: format!("window time ({})", pathway.name.en),
        value: assumptions::central(&step.value)?,
        range: step.range,
        is_share: false,
    })
}

fn share(all: &[Assumption], key: String, (zh, en): (String, String)) -> Option<MainAssumption> {
    let found = assumptions::find(all, &key)?;
    let value = assumptions::central(&found.value)?;
    Some(MainAssumption { key, zh, en, value, range: found.range, is_share: true })
}

/// A mean amount as a share of all prepayment; none without prepayment.
pub(super) fn share_of_prepayment(facts: &Facts, report: &Report<'_>, key: &str) -> Option<f64> {
    let mean = |key: &str| facts.mean(report, key).value;
    Some(mean(key)? / mean("prepayment").filter(|yuan| *yuan > 0.0)?)
}

/// Whether some work at a class of desks waits for this stop to end.
pub(super) fn halts_desks(report: &Report<'_>, stop: &Suspension, class: usize) -> bool {
    let groups = report.scenario.groups.iter().enumerate();
    let desks = groups.filter_map(|(index, group)| Some((index, group.desk.as_ref()?)));
    desks
        .filter(|(_, desk)| usize::from(desk.class) == class)
        .any(|(index, desk)| desk.services & stop.services != 0 && stop.scope.groups >> index & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::super::testing::World;
    use super::*;

    #[test]
    fn the_desk_that_recovers_last_comes_first_and_idle_ones_are_left_out() {
        let world = World::new(40);
        let facts = Facts::of(&world.report(Lang::Zh));
        let classes: Vec<usize> = facts.desks.iter().map(|desk| desk.class).collect();
        assert_eq!(classes, [0, 1]);
        assert!(facts.desks[0].normal_by_horizon.value.unwrap() < 1.0);
        assert_eq!(facts.desks[0].normal_95, None);
        assert!(facts.desks[1].normal_95.is_some());
    }

    #[test]
    fn late_returns_are_told_for_announced_stops_only() {
        let world = World::new(40);
        let facts = Facts::of(&world.report(Lang::Zh));
        assert_eq!(facts.stops[0].overran.value, Some(0.5));
        assert_eq!(facts.stops[1].overran, Interval::default());
        assert_eq!(facts.overran().unwrap().value, Some(0.5));
    }

    #[test]
    fn main_assumptions_are_named_with_their_range() {
        let world = World::new(3);
        let facts = Facts::of(&world.report(Lang::Zh));
        let texts: Vec<String> = facts.main_assumptions.iter().map(|one| one.text(Lang::Zh)).collect();
        assert_eq!(texts, ["普通门诊推迟比例 60%（40%～70%）"]);
    }
}
