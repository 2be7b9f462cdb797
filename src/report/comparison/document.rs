//! The comparison as JSON.

use serde_json::{Value, json};

use crate::experiment::worlds::Worlds;
use crate::scenario::plausible::World;
use crate::units::Lang;

use super::super::facts::Facts;
use super::super::manifest::VERSION;
use super::super::numbers::date_of_day;
use super::super::premises::Premises;
use super::super::table;
use super::ComparisonReport;
use super::differences::{Difference, word};
use super::screen::screen;
use super::words::{BURDEN, best_in_something, guarantee, no_choice};

/// The comparison as JSON: `summary.json`, and what `--json` prints.
pub fn json(report: &ComparisonReport<'_>) -> Value {
    let scenario = report.baseline();
    let choice = report.comparison.choice.as_ref();
    let schedules: Vec<Value> = (0..report.candidates.len()).map(|index| schedule_json(report, index)).collect();
    let differences: Vec<Value> = report.differences.rows.iter().map(|row| difference_json(report, row)).collect();
    let name = |index: Option<usize>| index.map(|index| report.candidates[index].model.scenario.schedule.clone());
    let choice = choice.map(|choice| {
        json!({
            "chosen": name(choice.chosen),
            "leader": name(choice.leader),
            "confidence": choice.confidence,
            "indifference": choice.indifference,
            "replications": choice.replications,
            "more_at_most": choice.more_at_most,
            "about": choice.about,
            "guarantee": guarantee(report, choice),
        })
    });
    let worlds = report.comparison.worlds.as_ref().map(|worlds| worlds_json(report, worlds));
    let gains: Vec<Value> = report
        .gains
        .iter()
        .map(|row| {
            json!({
                "schedule": name(Some(row.schedule)), "group_kind": row.kind, "group": row.key, "group_zh": row.zh, "group_en": row.en,
                "better": row.better.value, "worse": row.worse.value, "same": row.same.value,
                "yuan_less": row.less_yuan.value, "yuan_more": row.more_yuan.value,
            })
        })
        .collect();
    let schedules_of = |places: Vec<usize>| places.into_iter().map(|place| name(Some(place))).collect::<Vec<_>>();
    let mut found = json!({
        "program": VERSION,
        "city": scenario.city,
        "city_name": scenario.city_name,
        "baseline": scenario.schedule,
        "seed": report.comparison.results[0].seed,
        "replications": report.comparison.replications(),
        "precision_asked": report.comparison.asked.map(|asked| asked.relative()),
        "precise": report.comparison.precise,
        "screen": screen(report),
        "start": scenario.clock.start().to_string(),
        "days": scenario.clock.days(),
        "confidence_together": 0.95,
        "intervals_together": report.differences.together,
        "choice": choice,
        "no_choice": report.comparison.choice.is_none().then(|| no_choice(report)),
        "schedules": schedules,
        "differences": differences,
        "worlds": worlds,
        "gains": gains,
        "undominated": schedules_of(best_in_something(report)),
        "precision": {
            "measure": BURDEN,
            "share_of_baseline": report.differences.known_to(BURDEN),
            "variance_reduction": report.differences.variance_reduction(BURDEN),
        },
    });
    Premises::of(&Facts::of(report.single(0))).put(&mut found);
    found
}

fn worlds_json(report: &ComparisonReport<'_>, worlds: &Worlds) -> Value {
    let schedule = |index: usize| report.candidates[index].model.scenario.schedule.clone();
    let key = |world: usize| worlds.worlds[world].map_or("stated", World::key);
    let table: Vec<Value> = worlds
        .scores
        .iter()
        .zip(&worlds.regret.by_world)
        .enumerate()
        .map(|(world, (scores, regret))| {
            let name = worlds.worlds[world].map(World::name);
            json!({ "world": key(world), "zh": name.map(|name| name.0), "en": name.map(|name| name.1), "scores": scores, "regret": regret })
        })
        .collect();
    json!({
        "replications": worlds.replications,
        "schedules": worlds.schedules.iter().map(|&index| schedule(index)).collect::<Vec<String>>(),
        "worlds": table,
        "largest_regret": worlds.regret.largest,
        "mean_regret": worlds.regret.mean,
        "flip": worlds.flip.map(|flip| json!({ "worlds": flip.worlds.map(key), "best": flip.best.map(schedule) })),
    })
}

fn schedule_json(report: &ComparisonReport<'_>, index: usize) -> Value {
    let scenario = &report.candidates[index].model.scenario;
    let (criteria, standing) = (report.tradeoffs.criteria[index], report.standings[index]);
    let clock = &scenario.clock;
    let date = |day: Option<f64>| {
        let day = day.filter(|day| *day < f64::from(clock.days()));
        day.map(|day| date_of_day(clock, day).to_string())
    };
    let found = report.comparison.choice.as_ref().map(|choice| &choice.schedules[index].limits);
    let limits: Vec<Value> = found
        .iter()
        .flat_map(|found| found.iter().zip(&report.candidates[index].objective.limits))
        .map(|(found, limit)| {
            json!({
                "limit": limit.key, "name": limit.name, "chance_asked": limit.chance, "share_kept": found.share,
                "low": found.interval.0, "high": found.interval.1, "verdict": found.verdict.word(),
            })
        })
        .collect();
    json!({
        "schedule": scenario.schedule,
        "name": scenario.schedule_name,
        "n": criteria.n,
        "undominated": report.tradeoffs.undominated[index],
        "burden_yuan_days": criteria.burden.value,
        "burden_yuan_days_interval": [criteria.burden.low, criteria.burden.high],
        "normal_day": criteria.normal.value,
        "normal_date": date(criteria.normal.value),
        "normal_date_interval": [date(criteria.normal.low), date(criteria.normal.high)],
        "extra_window_hours": criteria.cost.value,
        "extra_window_hours_interval": [criteria.cost.low, criteria.cost.high],
        "overrun_probability": criteria.overrun.value,
        "overrun_probability_interval": [criteria.overrun.low, criteria.overrun.high],
        "score": standing.score.value,
        "score_interval": [standing.score.low, standing.score.high],
        "screened_after": standing.ruled_out_at,
        "looked_at": standing.looked_at,
        "share_best": standing.share_best,
        "probability_best": standing.probability_best,
        "limits": limits,
    })
}

fn difference_json(report: &ComparisonReport<'_>, row: &Difference) -> Value {
    let (kind, group, name) = table::group(report.baseline(), row.measure.group);
    let (low, high) = row.paired.estimate.interval().unzip();
    json!({
        "measure": row.measure.key, "measure_zh": row.measure.zh, "measure_en": row.measure.en, "unit": row.measure.unit,
        "unit_zh": table::unit_zh(row.measure.unit), "n": row.paired.estimate.n,
        "group_kind": kind, "group": group, "group_name": name,
        "schedule": report.candidates[row.schedule].model.scenario.schedule,
        "baseline_mean": row.baseline.mean, "schedule_mean": row.alternative.mean,
        "difference": row.paired.estimate.mean, "difference_low": low, "difference_high": high,
        "relative": row.relative, "verdict": word(row.paired.verdict, Lang::En),
        "variance_reduction": row.paired.variance_reduction.filter(|value| value.is_finite()),
    })
}
