//! Windows an insured person as in another city, class of desks by class of desks.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::checked;
use crate::scenario::error::Text;
use crate::scenario::layer::Loaded;
use crate::scenario::world::Scenario;

/// Rounds of coming nearer: windows are whole, so that a factor does not give its share at once.
const ROUNDS: usize = 8;
/// A class is as asked for within this share.
const NEAR: f64 = 0.002;
/// From this share on a class that misses its number is told.
const TOLD: f64 = 0.03;

/// Insured people of the city, without those insured elsewhere.
pub fn insured(scenario: &Scenario) -> f64 {
    scenario.schemes.iter().map(|scheme| scheme.insured).sum()
}

/// Regular windows by class of desks.
fn by_class(scenario: &Scenario) -> BTreeMap<String, f64> {
    let mut classes = BTreeMap::new();
    for site in &scenario.sites {
        if let Some(desk) = &scenario.groups[usize::from(site.group)].desk {
            let class = &scenario.desk_classes[usize::from(desk.class)].key;
            *classes.entry(class.clone()).or_insert(0.0) += f64::from(site.windows);
        }
    }
    classes
}

/// The files of the city with the windows an insured person of the other; none where nothing changes.
pub(super) fn scaled(loaded: &Loaded, scenario: &Scenario, other: &Scenario) -> Option<(Value, Vec<Text>)> {
    let (own, theirs) = (by_class(scenario), by_class(other));
    let (people, others) = (insured(scenario), insured(other));
    if people <= 0.0 || others <= 0.0 {
        return None;
    }
    let mut notes = Vec::new();
    let mut targets = BTreeMap::new();
    for (class, windows) in &own {
        match theirs.get(class).filter(|found| **found > 0.0) {
            Some(found) if (found * people - windows * others).abs() > 1e-9 * found * people => {
                targets.insert(class.clone(), found / others * people);
            }
            Some(_) => {}
            None => notes.push(Text::new(
                format!("窗口类 {class}：另一城市没有，窗口数不变"),
                format!("desk class {class}: the other city has none, windows unchanged"),
            )),
        }
    }
    if targets.is_empty() {
        return None;
    }
    let (json, reached) = nearest(loaded, scenario, &own, &targets);
    for (class, target) in &targets {
        let got = reached.get(class).copied().unwrap_or(0.0);
        if (got - target).abs() > TOLD * target {
            notes.push(Text::new(
                format!("窗口类 {class}：按参保人数应为 {target:.0} 个窗口，因窗口须为整数且每网点至少一个，取 {got:.0} 个"),
                format!(
                    "desk class {class}: {target:.0} windows asked for, {got:.0} taken, for windows are whole and each site has at least one"
                ),
            ));
        }
    }
    Some((json, notes))
}

/// Comes nearer to the numbers asked for; returns the nearest files and their windows.
fn nearest(
    loaded: &Loaded,
    scenario: &Scenario,
    own: &BTreeMap<String, f64>,
    targets: &BTreeMap<String, f64>,
) -> (Value, BTreeMap<String, f64>) {
    let mut factors: BTreeMap<String, f64> =
        targets.iter().map(|(class, target)| (class.clone(), target / own[class])).collect();
    let distance = |found: &BTreeMap<String, f64>| -> f64 {
        let of = |(class, target): (&String, &f64)| (found.get(class).copied().unwrap_or(0.0) / target - 1.0).abs();
        targets.iter().map(of).sum()
    };
    let mut best = (loaded.json.clone(), own.clone());
    for _ in 0..ROUNDS {
        let json = with_factors(loaded, scenario, &factors);
        let Ok((_, tried)) = checked(loaded, &json) else { break };
        let found = by_class(&tried);
        if distance(&found) < distance(&best.1) {
            best = (json, found.clone());
        }
        let is_near = |(class, target): (&String, &f64)| (found[class] / target - 1.0).abs() < NEAR;
        if targets.iter().all(is_near) {
            break;
        }
        for (class, factor) in &mut factors {
            // At least one window a site: below it a smaller factor changes nothing.
            *factor = (*factor * (targets[class] / found[class]).clamp(0.5, 2.0)).max(1e-3);
        }
    }
    best
}

fn with_factors(loaded: &Loaded, scenario: &Scenario, factors: &BTreeMap<String, f64>) -> Value {
    let mut json = loaded.json.clone();
    for group in &scenario.groups {
        let Some(desk) = &group.desk else { continue };
        let Some(&factor) = factors.get(&scenario.desk_classes[usize::from(desk.class)].key) else { continue };
        let Some(written) = json["sites"][&group.key].get_mut("desk") else { continue };
        if let Some(windows) = written.get_mut("windows") {
            scale(windows, factor, 0.5);
        }
        let hours = written.get_mut("windows_by_hour").and_then(Value::as_object_mut);
        for windows in hours.into_iter().flat_map(|hours| hours.values_mut()) {
            scale(windows, factor, 0.0);
        }
    }
    json
}

/// Multiplies a number, or a number with a range, and keeps it above a least one.
fn scale(value: &mut Value, factor: f64, least: f64) {
    if let Some(number) = value.as_f64() {
        *value = json!((number * factor).max(least));
        return;
    }
    if let Some(inner) = value.get_mut("value") {
        scale(inner, factor, least);
    }
    for end in value.get_mut("range").and_then(Value::as_array_mut).into_iter().flatten() {
        scale(end, factor, least);
    }
}
