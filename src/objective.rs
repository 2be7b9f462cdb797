//! By what schedules are weighed: the sum of what matters, and the limits that must be kept
//! (`[objective]` of the scenario, checked against the measures that there are).

use crate::calendar::{Clock, SimTime};
use crate::measures::{Catalogue, Group, Kind, Measure, Values};
use crate::scenario::check::{Complaint, ComplaintKind, Complaints, allowed};
use crate::scenario::error::Text;
use crate::scenario::raw::{self, Name};
use crate::scenario::world::Scenario;
use crate::schedule::ReturnKind;

/// Confidence of a choice unless stated.
const CONFIDENCE_DEFAULT: f64 = 0.95;

/// Share of the baseline's sum that does not matter unless stated.
const INDIFFERENCE_DEFAULT: f64 = 0.02;

/// In what share of the courses a limit must be kept unless stated.
const CHANCE_DEFAULT: f64 = 0.9;

/// By what schedules are weighed.
#[derive(Debug, Clone)]
pub struct Objective {
    /// What is added up; the least sum is best.
    pub weights: Vec<Weight>,
    /// What must be kept.
    pub limits: Vec<Limit>,
    /// How sure the choice must be, above 0.5 and below 1.
    pub confidence: f64,
    /// Share of the baseline's sum that does not matter.
    pub indifference_share: f64,
}

/// One measure of the sum.
#[derive(Debug, Clone)]
pub struct Weight {
    /// Name shown.
    pub name: Name,
    /// Place of the measure in the catalogue.
    pub index: usize,
    /// What a unit of it counts.
    pub weight: f64,
}

/// One limit.
#[derive(Debug, Clone)]
pub struct Limit {
    /// Key.
    pub key: String,
    /// Name shown.
    pub name: Name,
    /// Place of the measure in the catalogue.
    pub index: usize,
    /// What is asked of it in a replication.
    pub bound: Bound,
    /// In what share of the replications.
    pub chance: f64,
}

/// What is asked of a measure in one replication.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// Not above.
    AtMost(f64),
    /// Not below.
    AtLeast(f64),
    /// So many days after the return of a stop; of the last one to return where none is named.
    WithinDays(f64, Option<usize>),
    /// So many working days after it.
    WithinWorkingDays(u32, Option<usize>),
}

impl Objective {
    /// The objective of the merged files, with the names resolved; measures are those of the catalogue,
    /// which is that of every schedule compared.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn new(raw: &raw::Objective, scenario: &Scenario, catalogue: &Catalogue) -> Result<Self, Vec<Complaint>> {
        let mut reader = Reader { out: Complaints::default(), scenario, catalogue };
        let weights: Vec<Weight> =
            raw.weights.iter().flatten().filter_map(|(key, weight)| reader.weight(key, weight)).collect();
        let limits: Vec<Limit> =
            raw.limits.iter().flatten().filter_map(|(key, limit)| reader.limit(key, limit)).collect();
        reader.contradictions(&limits);
        let mut out = reader.out;
        let is_stated = |table: Option<usize>| table.is_some_and(|entries| entries > 0);
        if !is_stated(raw.weights.as_ref().map(|table| table.len())) {
            let rule = allowed(
                "必须至少写明一项权重，如 [objective.weights.burden] measure = \"prepayment-days\"，weight = 1",
                "must name at least one weight, such as [objective.weights.burden] measure = \"prepayment-days\", weight = 1",
            );
            out.add(ComplaintKind::Missing, "objective.weights", "", rule);
        }
        let complaints = out.into_list();
        if !complaints.is_empty() {
            return Err(complaints);
        }
        Ok(Self {
            weights,
            limits,
            confidence: raw.confidence.unwrap_or(CONFIDENCE_DEFAULT),
            indifference_share: raw.indifference_share.unwrap_or(INDIFFERENCE_DEFAULT),
        })
    }

    /// The sum of one replication: the less the better. A day that does not come by the horizon counts as
    /// the horizon, and what there is nothing to average of as 0.
    pub fn score(&self, values: &Values, catalogue: &Catalogue, horizon_days: f64) -> f64 {
        let of = |weight: &Weight| {
            let missing = if catalogue.measures[weight.index].kind == Kind::Censored { horizon_days } else { 0.0 };
            weight.weight * values.values[weight.index].unwrap_or(missing)
        };
        self.weights.iter().map(of).sum()
    }
}

impl Limit {
    /// Whether a replication keeps it. A day that does not come by the horizon keeps no limit, nor does a
    /// stop that does not return; what there is nothing to average of keeps every one.
    pub fn is_kept(&self, values: &Values, catalogue: &Catalogue, clock: &Clock) -> bool {
        let measure = &catalogue.measures[self.index];
        if values.values[self.index].is_none() && matches!(measure.group, Group::Stop(_)) {
            return false;
        }
        self.bound.is_kept(values.values[self.index], measure.kind, values, clock)
    }
}

impl Bound {
    /// Whether a value of a replication keeps it; a missing one does unless it is of a day that does not come.
    pub fn is_kept(self, value: Option<f64>, kind: Kind, values: &Values, clock: &Clock) -> bool {
        let Some(value) = value else { return kind != Kind::Censored };
        match self {
            Bound::AtMost(most) => value <= most,
            Bound::AtLeast(least) => value >= least,
            Bound::WithinDays(days, stop) => returned(values, stop).is_some_and(|back| {
                // Days are counted from day to day: a date, not an hour, is what a planner promises.
                value.floor() <= f64::from(back.day()) + days
            }),
            Bound::WithinWorkingDays(days, stop) => returned(values, stop)
                .is_some_and(|back| value.floor() <= f64::from(clock.add_working_days(back.day(), days))),
        }
    }
}

/// When a stop, or the last of those that return, was over; none when it does not return.
fn returned(values: &Values, stop: Option<usize>) -> Option<SimTime> {
    match stop {
        Some(stop) => values.actual.get(stop)?.1.map(SimTime),
        None => values.actual.iter().filter_map(|(_, back)| *back).max().map(SimTime),
    }
}

struct Reader<'a> {
    out: Complaints,
    scenario: &'a Scenario,
    catalogue: &'a Catalogue,
}

impl Reader<'_> {
    fn weight(&mut self, key: &str, raw: &raw::Weight) -> Option<Weight> {
        let path = format!("objective.weights.{key}");
        let weight = self.out.required(&format!("{path}.weight"), raw.weight);
        let index = self.measure(&path, raw.measure.as_deref(), raw.group.as_deref());
        let (weight, index) = (weight?, index?);
        if self.is_never_late(&path, index) {
            return None;
        }
        if !weight.is_finite() || weight == 0.0 {
            let rule = allowed("必须是不为 0 的数", "must be a number other than 0");
            self.out.add(ComplaintKind::OutOfRange, format!("{path}.weight"), weight, rule);
            return None;
        }
        Some(Weight { name: self.name(raw.name.as_ref(), index), index, weight })
    }

    fn limit(&mut self, key: &str, raw: &raw::Limit) -> Option<Limit> {
        let path = format!("objective.limits.{key}");
        let index = self.measure(&path, raw.measure.as_deref(), raw.group.as_deref())?;
        if self.is_never_late(&path, index) {
            return None;
        }
        let measure = &self.catalogue.measures[index];
        let is_day = measure.kind == Kind::Censored;
        let stop = match raw.after.as_deref() {
            None => None,
            Some(after) => Some(self.stop(&format!("{path}.after"), after)?),
        };
        let bounds: Vec<Bound> = [
            raw.at_most.filter(|most| most.is_finite()).map(Bound::AtMost),
            raw.at_least.filter(|least| least.is_finite()).map(Bound::AtLeast),
            raw.within_days.map(|days| Bound::WithinDays(days, stop)),
            raw.within_working_days.map(|days| Bound::WithinWorkingDays(days, stop)),
        ]
        .into_iter()
        .flatten()
        .collect();
        let counts_days = |bound: &Bound| matches!(bound, Bound::WithinDays(..) | Bound::WithinWorkingDays(..));
        let rule = match bounds.as_slice() {
            [bound] if counts_days(bound) == is_day => {
                let name = self.name(raw.name.as_ref(), index);
                let chance = raw.chance.unwrap_or(CHANCE_DEFAULT);
                return Some(Limit { key: key.to_owned(), name, index, bound: *bound, chance });
            }
            [_] if is_day => allowed(
                "这个指标是日期，必须写 within_days 或 within_working_days",
                "this measure is a day: it needs within_days or within_working_days",
            ),
            [_] => allowed(
                "这个指标不是日期，必须写 at_most 或 at_least",
                "this measure is no day: it needs at_most or at_least",
            ),
            [] => allowed(
                "必须写 at_most、at_least、within_days、within_working_days 之一",
                "must have one of at_most, at_least, within_days, within_working_days",
            ),
            _ => allowed(
                "at_most、at_least、within_days、within_working_days 只能写一个；要两个限制请分写两项",
                "only one of at_most, at_least, within_days, within_working_days; write a second limit for a second bound",
            ),
        };
        let found = bounds.len().to_string();
        self.out.inconsistent(path, found, rule);
        None
    }

    /// Place of a measure of a group.
    fn measure(&mut self, path: &str, measure: Option<&str>, group: Option<&str>) -> Option<usize> {
        let key = format!("{path}.measure");
        let measure = self.out.required(&key, measure)?;
        let of_name: Vec<(usize, &Measure)> =
            self.catalogue.measures.iter().enumerate().filter(|(_, known)| known.key == measure).collect();
        if of_name.is_empty() {
            let known: Vec<&str> = self.catalogue.measures.iter().map(|measure| measure.key).collect();
            let told = no_such_measure(measure, self.catalogue);
            self.out.unknown(&key, measure, allowed(told.zh, told.en), known.into_iter());
            return None;
        }
        let scenario = self.scenario;
        let key_of = |of: Group| group_key(scenario, of);
        let wanted = group.unwrap_or("all");
        if let Some((index, _)) = of_name.iter().find(|(_, known)| key_of(known.group) == wanted) {
            return Some(*index);
        }
        let groups: Vec<Group> = of_name.iter().map(|(_, known)| known.group).collect();
        let told = groups_told(wanted, &groups, scenario);
        let rule = allowed(format!("这个指标分别用于：{}", told.zh), format!("this measure is kept for: {}", told.en));
        let known = groups.iter().map(|group| key_of(*group));
        self.out.unknown(&format!("{path}.group"), wanted, rule, known);
        None
    }

    /// What is not announced cannot be late: being late is no measure of such a stop.
    fn is_never_late(&mut self, path: &str, index: usize) -> bool {
        let measure = &self.catalogue.measures[index];
        let Group::Stop(stop) = measure.group else { return false };
        let unannounced = self.scenario.suspensions[stop].kind == ReturnKind::Unannounced;
        let refused = unannounced && matches!(measure.key, "overran" | "overrun");
        if refused {
            let key = &self.scenario.suspensions[stop].key;
            let rule = allowed(
                "这个停机没有公布恢复时间，谈不上超时；请改用其他停机，或用 return、within_days",
                "this stop announces no return and cannot be late: name another stop, or use return with within_days",
            );
            self.out.inconsistent(format!("{path}.group"), key, rule);
        }
        refused
    }

    fn stop(&mut self, key: &str, name: &str) -> Option<usize> {
        let stops = &self.scenario.suspensions;
        let found = stops.iter().position(|stop| stop.key == name);
        if found.is_none() {
            let known: Vec<&str> = stops.iter().map(|stop| stop.key.as_str()).collect();
            let list = known.join(", ");
            let rule = allowed(format!("没有这个停机，现有：{list}"), format!("no such stop, there are: {list}"));
            self.out.unknown(key, name, rule, known.into_iter());
        }
        found
    }

    fn name(&self, own: Option<&Name>, index: usize) -> Name {
        let measure = &self.catalogue.measures[index];
        own.cloned().unwrap_or_else(|| Name { zh: measure.zh.to_owned(), en: measure.en.to_owned() })
    }

    /// Limits of one measure that nothing can keep together.
    fn contradictions(&mut self, limits: &[Limit]) {
        for (place, first) in limits.iter().enumerate() {
            for second in limits[place + 1..].iter().filter(|second| second.index == first.index) {
                let (least, most) = match (first.bound, second.bound) {
                    (Bound::AtLeast(least), Bound::AtMost(most)) | (Bound::AtMost(most), Bound::AtLeast(least)) => {
                        (least, most)
                    }
                    _ => continue,
                };
                if least > most && first.chance + second.chance > 1.0 {
                    let rule = allowed(
                        format!("与 objective.limits.{} 矛盾：不可能既不低于 {least} 又不高于 {most}", first.key),
                        format!(
                            "contradicts objective.limits.{}: nothing is both at least {least} and at most {most}",
                            first.key
                        ),
                    );
                    self.out.inconsistent(format!("objective.limits.{}", second.key), least, rule);
                }
            }
        }
    }
}

/// Measures named where one is unknown.
const NEAR_MEASURES: usize = 5;

/// What to say of a measure that there is none of: the nearest, by key or by either name.
pub(crate) fn no_such_measure(wanted: &str, catalogue: &Catalogue) -> Text {
    let mut known: Vec<&Measure> = catalogue.measures.iter().collect();
    known.sort_by_key(|measure| measure.key);
    known.dedup_by_key(|measure| measure.key);
    let all = known.len();
    let wanted = wanted.to_lowercase();
    let alike = |name: &str| {
        let shared = wanted.chars().filter(|one| !one.is_ascii() && name.contains(*one)).count();
        let part = shared as f64 / wanted.chars().count().max(1) as f64;
        let length = |text: &str| text.chars().count().max(1) as f64;
        // A name that has it within comes before one that is only like it, and the shortest first.
        let within = if name.contains(wanted.as_str()) { 1.0 + length(&wanted) / length(name) } else { 0.0 };
        strsim::jaro_winkler(&wanted, name).max(part).max(within)
    };
    let near = |measure: &Measure| alike(measure.key).max(alike(measure.zh)).max(alike(&measure.en.to_lowercase()));
    let mut known: Vec<(f64, &Measure)> = known.into_iter().map(|measure| (near(measure), measure)).collect();
    known.sort_by(|one, other| other.0.total_cmp(&one.0));
    known.truncate(NEAR_MEASURES);
    let zh: Vec<String> = known.iter().map(|(_, one)| format!("{}（{}）", one.key, one.zh)).collect();
    let en: Vec<String> = known.iter().map(|(_, one)| format!("{} ({})", one.key, one.en)).collect();
    Text::new(
        format!(
            "没有这个指标，最接近的有：{}；全部 {all} 个指标见任一结果文件夹中 summary.csv 的 measure 列",
            zh.join("、")
        ),
        format!(
            "no such measure, the nearest are: {}; all {all} stand in the column measure of summary.csv of any results folder",
            en.join(", ")
        ),
    )
}

/// Groups with their names, and which of them was meant where its name was written for its key.
pub(crate) fn groups_told(wanted: &str, groups: &[Group], scenario: &Scenario) -> Text {
    let names = |of: &dyn Fn(&Name) -> &str, open: &str, close: &str| {
        groups
            .iter()
            .map(move |&group| match group_name(scenario, group) {
                Some(name) => format!("{}{open}{}{close}", group_key(scenario, group), of(name)),
                None => group_key(scenario, group).to_owned(),
            })
            .collect::<Vec<String>>()
    };
    let is_name = |name: &Name| {
        let is_part = !wanted.is_ascii() && name.zh.contains(wanted);
        is_part || name.en.eq_ignore_ascii_case(wanted)
    };
    let meant = groups.iter().find(|group| group_name(scenario, **group).is_some_and(is_name));
    let (mut zh, mut en) =
        (names(&|name| &name.zh, "（", "）").join("、"), names(&|name| &name.en, " (", ")").join(", "));
    if let Some(key) = meant.map(|group| group_key(scenario, *group)) {
        zh = format!("{zh}；「{wanted}」写作 {key}");
        en = format!("{en}; write {key} for \"{wanted}\"");
    }
    Text::new(zh, en)
}

/// The name of a group; none of that of everything.
fn group_name(scenario: &Scenario, group: Group) -> Option<&Name> {
    match group {
        Group::All => None,
        Group::Care(index) => scenario.care.get(index).map(|care| &care.name),
        Group::Scheme(index) => scenario.schemes.get(index).map(|scheme| &scheme.name),
        Group::Desk(index) => scenario.desk_classes.get(index).map(|desk| &desk.name),
        Group::Stop(index) => scenario.suspensions.get(index).map(|stop| &stop.name),
    }
}

/// The key of a group.
pub(crate) fn group_key(scenario: &Scenario, group: Group) -> &str {
    let found = match group {
        Group::All => Some("all"),
        Group::Care(index) => scenario.care.get(index).map(|care| care.key.as_str()),
        Group::Scheme(index) => scenario.schemes.get(index).map(|scheme| scheme.key.as_str()),
        Group::Desk(index) => scenario.desk_classes.get(index).map(|desk| desk.key.as_str()),
        Group::Stop(index) => scenario.suspensions.get(index).map(|stop| stop.key.as_str()),
    };
    found.unwrap_or("")
}
