//! What results rest on: how many numbers of a scenario are assumed, and those that much depends on.

use serde_json::{Value, json};

use crate::scenario::layer::Loaded;
use crate::scenario::world::Scenario;
use crate::units::Lang;

use super::assumptions::{assumptions, central, count};
use super::facts::{Facts, MainAssumption};
use super::labels::label;
use super::numbers::percent;
use super::weights::by_weight;

/// Most assumptions that are named.
const NAMED_MOST: usize = 3;

/// What the results of a scenario rest on.
#[derive(Debug, Clone)]
pub(super) struct Premises {
    /// Number of parameters.
    parameters: usize,
    /// Number of those that are assumed.
    assumed: usize,
    /// Those that much depends on.
    main: Vec<MainAssumption>,
}

impl Premises {
    /// Of results.
    pub(super) fn of(facts: &Facts) -> Self {
        let Facts { parameters, assumptions, main_assumptions, .. } = facts;
        Self { parameters: *parameters, assumed: *assumptions, main: main_assumptions.clone() }
    }

    /// Of a scenario without results of its own: named are the shares and times that weigh most by what is known
    /// before anything is simulated.
    pub(super) fn before(loaded: &Loaded, scenario: &Scenario) -> Self {
        let all = assumptions(loaded);
        let assumed = all.len();
        let main = by_weight(all, loaded, scenario).into_iter().filter_map(|one| {
            let is_share = one.key.ends_with("share");
            let range = one.range.filter(|_| is_share || one.key.ends_with(".minutes"))?;
            // The unit stands behind the number.
            let name = |lang: Lang| {
                let name = label(loaded, &one.key, lang);
                let (unit, time) = (lang.pick("分钟数", "minutes"), lang.pick("时间", "time"));
                name.strip_suffix(unit).map_or(name.clone(), |start| format!("{start}{time}"))
            };
            let (zh, en, value) = (name(Lang::Zh), name(Lang::En), central(&one.value)?);
            Some(MainAssumption { zh, en, value, range: Some(range), is_share, key: one.key })
        });
        Self { parameters: count(loaded), assumed, main: main.take(NAMED_MOST).collect() }
    }

    /// How many are assumed and which matter most.
    pub(super) fn text(&self, lang: Lang) -> String {
        let named: Vec<String> = self.main.iter().map(|one| one.text(lang)).collect();
        let mut text = lang.choose(
            format!("{} 个参数中 {} 个为假设", self.parameters, self.assumed),
            format!("{} of {} parameters are assumed", self.assumed, self.parameters),
        );
        if !named.is_empty() {
            text += lang.pick("，影响最大的：", "; most depends on: ");
            text += &named.join(lang.pick("；", "; "));
        }
        text
    }

    /// How many are assumed, in short: `264 个（63%）`.
    pub(super) fn short(&self, lang: Lang) -> String {
        let share = percent(self.assumed as f64 / self.parameters.max(1) as f64);
        lang.choose(format!("{} 个（{share}）", self.assumed), format!("{} ({share})", self.assumed))
    }

    /// Writes the same into a JSON object.
    pub(super) fn put(&self, into: &mut Value) {
        let main = self.main.iter().map(|one| {
            json!({
                "key": one.key, "name": { "zh": one.zh, "en": one.en }, "value": one.value, "range": one.range,
                "text": { "zh": one.text(Lang::Zh), "en": one.text(Lang::En) },
            })
        });
        into["parameters"] = json!(self.parameters);
        into["assumptions"] = json!(self.assumed);
        into["main_assumptions"] = main.collect();
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::World;
    use super::*;

    #[test]
    fn what_is_assumed_is_counted_and_the_same_with_and_without_results() {
        let world = World::new(3);
        let of = Premises::of(&Facts::of(&world.report(Lang::Zh)));
        let before = Premises::before(&world.loaded, &world.scenario);
        assert_eq!((of.parameters, of.assumed), (before.parameters, before.assumed));
        assert!(before.text(Lang::Zh).contains(&format!("{} 个为假设", of.assumed)), "{}", before.text(Lang::Zh));
        let mut json = json!({});
        of.put(&mut json);
        assert_eq!(json["main_assumptions"][0]["text"]["zh"], "普通门诊推迟比例 60%（40%～70%）");
        assert_eq!(json["assumptions"], of.assumed);
    }
}
