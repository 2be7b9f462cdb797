//! `manifest.json` of a comparison, and how its JSON is encoded.

use serde_json::{Value, json};

use super::super::manifest::{FileDigests, VERSION, resolved, scenario_digest};
use super::super::{ReportError, assumptions};
use super::ComparisonReport;

/// A value as the text of a file.
///
/// # Errors
///
/// When it cannot be encoded, which only a lack of memory can cause.
pub fn encoded(value: &Value) -> Result<Vec<u8>, ReportError> {
    let text = serde_json::to_string_pretty(value).map_err(|error| ReportError::Table(error.to_string()))?;
    Ok((text + "\n").into_bytes())
}

/// The text of the manifest: what was compared, digests, and by how much the common patients narrowed the
/// differences against runs of their own.
///
/// # Errors
///
/// When the JSON cannot be encoded, which only a lack of memory can cause.
pub fn manifest(report: &ComparisonReport<'_>, run_digest: &str, files: &FileDigests) -> Result<String, ReportError> {
    let scenario = report.baseline();
    let schedules: Vec<Value> = report
        .loaded
        .iter()
        .zip(report.candidates)
        .map(|(loaded, candidate)| {
            json!({
                "schedule": candidate.model.scenario.schedule,
                "scenario_digest": scenario_digest(loaded),
                "assumptions": assumptions::assumptions(loaded).len(),
                "missing_sources": assumptions::missing_sources(loaded),
                "scenario": resolved(loaded),
            })
        })
        .collect();
    let reductions: Vec<Value> = report
        .differences
        .rows
        .iter()
        .filter_map(|row| {
            let found = row.paired.variance_reduction?;
            // All pairs differ by the same amount: no number of independent replications would do.
            let value = if found.is_finite() { json!(found) } else { json!("infinite") };
            let (_, group, _) = super::table::group(scenario, row.measure.group);
            let schedule = &report.candidates[row.schedule].model.scenario.schedule;
            let n = row.paired.estimate.n;
            Some(json!({ "measure": row.measure.key, "group": group, "schedule": schedule, "n": n, "factor": value }))
        })
        .collect();
    let run = &report.run;
    let manifest = json!({
        "program": VERSION,
        "command": "compare",
        "city": scenario.city,
        "baseline": scenario.schedule,
        "language": report.lang.pick("zh", "en"),
        "seed": report.comparison.results[0].seed,
        "replications": report.comparison.replications(),
        "complete": report.comparison.stopped.is_none(),
        "start": scenario.clock.start().to_string(),
        "days": scenario.clock.days(),
        "run_digest": run_digest,
        "digest": files.whole(),
        "files": files.files(),
        "variance_reduction_is": {
            "zh": "方差缩减倍数：若两方案用各自独立的参保人，差值的方差 ÷ 同一批参保人配对时差值的方差；等于独立模拟要达到同样精度所需次数的倍数",
            "en": "variance of the difference if each schedule had people of its own, over its variance on the same people: as many times more courses would independent runs need",
        },
        "variance_reduction": reductions,
        "run": { "threads": run.threads, "engine": run.engine.word(), "started": run.started, "seconds": run.seconds },
        "schedules": schedules,
    });
    String::from_utf8(encoded(&manifest)?).map_err(|error| ReportError::Table(error.to_string()))
}
