//! Which assumptions to look at first, before anything is simulated.
//!
//! An assumption weighs as much as the matters a day that it concerns, times how far its value is
//! unknown: for a share or a coefficient of variation high − low of its range, for any other number
//! (high − low) ÷ value; a threshold in yuan concerns only the bills near it and counts a tenth. A task
//! of the runbook counts by its part of all technical work. What a
//! desk has of its own (windows, routine work) counts by the claims that the stops send there
//! times the desk's routine load, since a desk that idles can take any of its range. This is an
//! order for reading and no sensitivity analysis: what a number does to the results is only known
//! from runs with `--set`.

use serde_json::Value;

use super::assumptions::{Assumption, central};
use crate::load::{events_per_day, expected};
use crate::scenario::layer::Loaded;
use crate::scenario::raw::{DemandKind, MeasureKind, Place};
use crate::scenario::world::{Care, Scenario};
use crate::schedule::Measure;

/// The assumptions with a range, the heaviest first; then those without, in scenario order.
pub fn by_weight(all: Vec<Assumption>, loaded: &Loaded, scenario: &Scenario) -> Vec<Assumption> {
    let concern = Concern::of(loaded, scenario);
    let mut weighed: Vec<(Option<f64>, Assumption)> =
        all.into_iter().map(|one| (width(&one).map(|width| width * concern.matters(&one.key)), one)).collect();
    weighed.sort_by(|a, b| b.0.unwrap_or(-1.0).total_cmp(&a.0.unwrap_or(-1.0)));
    weighed.into_iter().map(|(_, one)| one).collect()
}

/// How far a value is unknown; none without a range.
fn width(one: &Assumption) -> Option<f64> {
    let [low, high] = one.range?;
    let value = central(&one.value)?.abs();
    let ends = |list: &[&str]| list.iter().any(|end| one.key.ends_with(end));
    let is_split = one.key.starts_with("demand.") && one.key.contains(".sites.");
    if is_split || ends(&["_share", ".share", "_cv"]) || value == 0.0 {
        return Some(high - low);
    }
    let near = if ends(&["cap_yuan", "deductible_yuan", "small_refund_yuan"]) { THRESHOLD } else { 1.0 };
    Some(near * (high - low) / value)
}

/// Part of the bills that lie near a threshold: a tenth, no more than an order of magnitude.
const THRESHOLD: f64 = 0.1;

/// Matters a day that stops concern, by the means: an upper bound where rules have conditions.
struct Concern<'a> {
    loaded: &'a Loaded,
    scenario: &'a Scenario,
    /// By care type.
    care: Vec<f64>,
    /// By pathway.
    pathways: Vec<f64>,
    /// By site group: claims times the routine load of its desks.
    groups: Vec<f64>,
}

impl<'a> Concern<'a> {
    fn of(loaded: &'a Loaded, scenario: &'a Scenario) -> Self {
        let stopped = scenario.suspensions.iter().fold(0, |all, stop| all | stop.services);
        let is_down = |care: &Care| stopped >> care.needs & 1 == 1;
        let care: Vec<f64> =
            scenario.care.iter().map(|care| if is_down(care) { events_per_day(care) } else { 0.0 }).collect();
        let (mut pathways, mut groups) = (vec![0.0; scenario.pathways.len()], vec![0.0; scenario.groups.len()]);
        for (index, rules) in scenario.rules.iter().enumerate().take(care.len()) {
            let one = &scenario.care[index];
            let mut open = 1.0_f64;
            for rule in rules {
                let classes = scenario.classes.iter().enumerate();
                let has = classes.filter(|(bit, _)| rule.who.classes_all >> bit & 1 == 1).map(|(_, class)| class.share);
                let part = open.min(rule.share.unwrap_or(open) * has.product::<f64>() * schemes(one, rule.who.schemes));
                open -= part;
                pathways[usize::from(rule.pathway)] += part * care[index];
                for step in &scenario.pathways[usize::from(rule.pathway)].steps {
                    match step.at {
                        Place::Outside => {}
                        Place::SameSite | Place::Station => {
                            groups.iter_mut().zip(&one.group_share).for_each(|(sum, share)| {
                                *sum += part * care[index] * share;
                            });
                        }
                        _ => groups[usize::from(step.group)] += part * care[index],
                    }
                }
            }
        }
        for load in expected(scenario) {
            let of_class = |index: &usize| {
                scenario.groups[*index].desk.as_ref().is_some_and(|desk| usize::from(desk.class) == load.class)
            };
            (0..groups.len()).filter(of_class).for_each(|index| groups[index] *= load.utilisation().unwrap_or(0.0));
        }
        Self { loaded, scenario, care, pathways, groups }
    }

    /// Matters a day that the number at a key concerns.
    fn matters(&self, key: &str) -> f64 {
        let mut parts = key.split('.');
        let (table, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let all = || self.care.iter().sum::<f64>();
        match table {
            "demand" | "handling" => pick(self.scenario.care.iter().map(|one| &one.key), name, &self.care),
            "pathways" => pick(self.scenario.pathways.iter().map(|one| &one.key), name, &self.pathways),
            "sites" => pick(self.scenario.groups.iter().map(|one| &one.key), name, &self.groups),
            "suspend" => self.stop(name),
            "runbook" => all() * self.task(name),
            "people" => self.scheme(name),
            "classes" => self.class(name),
            "measures" => {
                let measure = self.scenario.measures.iter().find(|measure| measure.key == name);
                measure.map_or(0.0, |measure| self.measure(measure))
            }
            _ => all(),
        }
    }

    fn stop(&self, name: &str) -> f64 {
        let stop = self.scenario.suspensions.iter().find(|stop| stop.key == name);
        let care = self.scenario.care.iter().zip(&self.care);
        stop.map_or(0.0, |stop| {
            care.filter(|(one, _)| stop.services >> one.needs & 1 == 1).map(|(_, matters)| matters).sum()
        })
    }

    /// A task's part of all technical work, by the means.
    fn task(&self, name: &str) -> f64 {
        let hours = |task: &Value| central(task["hours"].get("value").unwrap_or(&task["hours"])).unwrap_or(0.0);
        let tasks = &self.loaded.json["runbook"];
        let all: f64 = tasks.as_object().into_iter().flatten().map(|(_, task)| hours(task)).sum();
        if all > 0.0 { hours(&tasks[name]) / all } else { 0.0 }
    }

    fn scheme(&self, name: &str) -> f64 {
        let Some(scheme) = self.scenario.schemes.iter().position(|scheme| scheme.key == name) else { return 0.0 };
        let care = self.scenario.care.iter().zip(&self.care);
        care.map(|(one, matters)| matters * schemes(one, 1 << scheme)).sum()
    }

    /// The care types whose rules name a class.
    fn class(&self, name: &str) -> f64 {
        let quoted = format!("\"{name}\"");
        let care = self.scenario.care.iter().zip(&self.care);
        let named = care.filter(|(one, _)| self.loaded.json["handling"][&one.key].to_string().contains(&quoted));
        named.map(|(_, matters)| matters).sum()
    }

    fn measure(&self, measure: &Measure) -> f64 {
        let fits = |care: &Care| match measure.kind {
            MeasureKind::StockUp => care.kind == DemandKind::Refills,
            MeasureKind::SettleBefore | MeasureKind::InterimSettlement | MeasureKind::ConvertBefore => {
                care.kind == DemandKind::Stays
            }
            MeasureKind::BringForward => care.kind == DemandKind::Business,
            MeasureKind::Surge | MeasureKind::Overtime => true,
        };
        let care = self.scenario.care.iter().zip(&self.care).enumerate();
        let held = care.filter(|(index, (one, _))| measure.who.care >> index & 1 == 1 && fits(one));
        held.map(|(_, (_, matters))| matters).sum()
    }
}

/// Share of a care type's events in some schemes.
fn schemes(care: &Care, mask: u32) -> f64 {
    let all: f64 = care.volume.iter().sum();
    let some = care.volume.iter().enumerate().filter(|(bit, _)| mask >> bit & 1 == 1).map(|(_, volume)| volume);
    if all > 0.0 { some.sum::<f64>() / all } else { 0.0 }
}

fn pick<'a>(names: impl Iterator<Item = &'a String>, name: &str, values: &[f64]) -> f64 {
    names.zip(values).find(|(known, _)| *known == name).map_or(0.0, |(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scenario::origin::SourceText;

    fn assumption(key: &str, value: f64, range: Option<[f64; 2]>) -> Assumption {
        Assumption { key: key.to_owned(), value: json!(value), range, reason: SourceText::One("assumption: x".into()) }
    }

    #[test]
    fn a_share_is_as_uncertain_as_its_range_and_another_number_in_proportion() {
        assert_eq!(width(&assumption("demand.a.deferred_share", 0.05, Some([0.0, 0.2]))), Some(0.2));
        assert_eq!(width(&assumption("pathways.a.steps.b.minutes", 5.0, Some([4.0, 9.0]))), Some(1.0));
        assert_eq!(width(&assumption("people.a.insured", 0.0, Some([0.0, 2.0]))), Some(2.0));
        assert_eq!(width(&assumption("people.a.insured", 5.0, None)), None);
        assert_eq!(width(&assumption("behaviour.day_effect_cv", 0.5, Some([0.25, 0.75]))), Some(0.5));
        assert_eq!(width(&assumption("demand.a.sites.b", 0.5, Some([0.25, 0.75]))), Some(0.5));
        let cap = width(&assumption("demand.a.benefit.b.cap_yuan", 2000.0, Some([1000.0, 4000.0])));
        assert!((cap.unwrap() - 0.15).abs() < 1e-12);
    }
}
