//! `summary.json` and `manifest.json` of a sweep.

use serde_json::{Value, json};

use crate::experiment::crossing::{Crossing, Pattern};
use crate::experiment::grid::Axis;
use crate::experiment::reading::Threshold;
use crate::measures::Kind;

use super::super::manifest::{FileDigests, VERSION, resolved};
use super::super::premises::Premises;
use super::super::table::numbers;
use super::super::{ReportError, assumptions};
use super::screen::{screen, worst};
use super::{SweepReport, names, words};

/// A value as the text of a file.
pub(super) fn encoded(value: &Value) -> Result<Vec<u8>, ReportError> {
    let text = serde_json::to_string_pretty(value).map_err(|error| ReportError::Table(error.to_string()))?;
    Ok((text + "\n").into_bytes())
}

/// The sweep as JSON: `summary.json`, and what `--json` prints.
pub fn json(report: &SweepReport<'_>) -> Value {
    let scenario = report.first();
    let axes: Vec<Value> = report
        .grid
        .axes
        .iter()
        .map(|axis| {
            json!({
                "key": axis.key,
                "name": names::axis(report.loaded, axis, report.lang),
                "values": axis.levels.iter().map(|level| level.written.clone()).collect::<Vec<String>>(),
            })
        })
        .collect();
    let points: Vec<Value> = (0..report.points.len()).map(|point| point_json(report, point)).collect();
    let thresholds: Vec<Value> = report.points[0]
        .thresholds
        .iter()
        .zip(&report.crossings)
        .map(|(threshold, crossings)| {
            let second = report.grid.axes.get(1);
            let lines: Vec<Value> = crossings
                .iter()
                .enumerate()
                .map(|(other, crossing)| {
                    let mut line = crossing_json(report, threshold, crossing);
                    line["value_2"] = json!(second.map(|axis| axis.levels[other].written.clone()));
                    line
                })
                .collect();
            json!({
                "threshold": threshold.asked,
                "condition": words::condition(report, threshold),
                "chance": threshold.chance,
                "along": report.grid.axes[0].key,
                "lines": lines,
            })
        })
        .collect();
    let reading = &report.points[0].readings[0];
    let mut found = json!({
        "screen": screen(report),
        "program": VERSION,
        "city": scenario.city,
        "city_name": scenario.city_name,
        "schedule": scenario.schedule,
        "seed": report.sweep.seed,
        "replications": report.sweep.replications(),
        "start": scenario.clock.start().to_string(),
        "days": scenario.clock.days(),
        "confidence": 0.95,
        "axes": axes,
        "points": points,
        "thresholds": thresholds,
        "precision": {
            "measure": reading.measure.key,
            "group": names::group_of(scenario, reading).1,
            "half_width_at_worst_point": worst(report),
            "of": match reading.measure.kind {
                Kind::Number => "largest mean",
                Kind::Event => "1",
                Kind::Censored => "day",
            },
        },
    });
    Premises::before(report.loaded, scenario).put(&mut found);
    found
}

fn point_json(report: &SweepReport<'_>, point: usize) -> Value {
    let one = &report.points[point];
    let values: Vec<&str> = report
        .grid
        .axes
        .iter()
        .zip(report.grid.levels(point))
        .map(|(axis, level)| axis.levels[level].written.as_str())
        .collect();
    let measures: Vec<Value> = one
        .readings
        .iter()
        .zip(&report.rows)
        .map(|(reading, rows)| {
            let (kind, group, name) = names::group_of(&one.scenario, reading);
            let mut entry = json!({
                "measure": reading.measure.key, "measure_zh": reading.measure.zh, "measure_en": reading.measure.en,
                "group_kind": kind, "group": group, "group_name": name, "unit": reading.measure.unit, "n": rows[point].n,
            });
            for (name, value) in numbers(&reading.measure, &rows[point]) {
                entry[name] = json!(value);
            }
            entry
        })
        .collect();
    let sets = report.grid.sets(point);
    json!({ "values": values, "set": sets, "replications": report.sweep.outcomes[point].replications, "measures": measures })
}

fn crossing_json(report: &SweepReport<'_>, threshold: &Threshold, crossing: &Crossing) -> Value {
    let axis = &report.grid.axes[0];
    let (pattern, at) = match crossing.pattern {
        Pattern::Always => ("always", None),
        Pattern::Never => ("never", None),
        Pattern::From(level) => ("from", Some(level)),
        Pattern::UpTo(level) => ("up-to", Some(level)),
        Pattern::Mixed => ("mixed", None),
    };
    let written = |axis: &Axis, levels: &[usize]| -> Vec<String> {
        levels.iter().map(|&level| axis.levels[level].written.clone()).collect()
    };
    let standings: Vec<Value> = crossing
        .standings
        .iter()
        .enumerate()
        .map(|(level, one)| {
            let found = one.map(|one| json!({
                "n": one.n, "share": one.share, "low": one.interval.0, "high": one.interval.1, "verdict": format!("{:?}", one.verdict),
            }));
            json!({ "value": axis.levels[level].written, "kept": found })
        })
        .collect();
    json!({
        "pattern": pattern,
        "value": at.map(|level| axis.levels[level].written.clone()),
        "finding": words::finding(report, threshold, crossing),
        "kept": written(axis, &crossing.kept()),
        "not_told_yet": written(axis, &crossing.open()),
        "possibly_kept": written(axis, &crossing.may()),
        "certainly_kept": written(axis, &crossing.sure()),
        "standings": standings,
    })
}

/// The bytes of the manifest.
pub(super) fn manifest(
    report: &SweepReport<'_>,
    run_digest: &str,
    files: &FileDigests,
) -> Result<Vec<u8>, ReportError> {
    let scenario = report.first();
    let run = &report.run;
    let points: Vec<Value> = (0..report.points.len())
        .map(|point| {
            json!({
                "set": report.grid.sets(point),
                "scenario_digest": report.digests[point],
                "world": report.points[point].world,
                "replications": report.sweep.outcomes[point].replications,
            })
        })
        .collect();
    encoded(&json!({
        "program": VERSION,
        "command": "sweep",
        "city": scenario.city,
        "schedule": scenario.schedule,
        "language": report.lang.pick("zh", "en"),
        "seed": report.sweep.seed,
        "replications": report.sweep.replications(),
        "complete": report.sweep.stopped.is_none(),
        "start": scenario.clock.start().to_string(),
        "days": scenario.clock.days(),
        "run_digest": run_digest,
        "digest": files.whole(),
        "files": files.files(),
        "assumptions": assumptions::assumptions(report.loaded).len(),
        "missing_sources": assumptions::missing_sources(report.loaded),
        "run": { "threads": run.threads, "engine": run.engine.word(), "started": run.started, "seconds": run.seconds },
        "points": points,
        "scenario": resolved(report.loaded),
    }))
}
