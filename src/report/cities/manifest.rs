//! `manifest.json` of several cities.

use serde_json::{Value, json};

use super::super::comparison::tables::encoded;
use super::super::manifest::{FileDigests, VERSION, resolved, scenario_digest};
use super::super::{ReportError, assumptions};
use super::CitiesReport;

/// The text of the manifest: which cities, how they were simulated, the steps between them by the digest of
/// what each of them simulated.
pub(super) fn text(report: &CitiesReport<'_>, run_digest: &str, files: &FileDigests) -> Result<String, ReportError> {
    let (plan, outcomes, run) = (report.plan, report.outcomes, &report.run);
    let cities: Vec<Value> = plan.courses[..plan.cities]
        .iter()
        .map(|course| {
            let scenario = &course.model.scenario;
            json!({
                "city": scenario.city,
                "schedule": scenario.schedule,
                "start": scenario.clock.start().to_string(),
                "days": scenario.clock.days(),
                "scenario_digest": scenario_digest(&course.loaded),
                "assumptions": assumptions::assumptions(&course.loaded).len(),
                "missing_sources": assumptions::missing_sources(&course.loaded),
                "scenario": resolved(&course.loaded),
            })
        })
        .collect();
    let steps: Vec<Value> = plan
        .walks
        .iter()
        .flat_map(|walk| {
            let orders = [("forward", &walk.forward), ("backward", &walk.backward)];
            orders.into_iter().flat_map(move |(order, steps)| steps.iter().map(move |step| (walk.other, order, step)))
        })
        .map(|(other, order, step)| {
            let digest = step.course.map(|course| scenario_digest(&plan.courses[course].loaded));
            let scenario = &plan.courses[other].model.scenario;
            json!({ "city": scenario.city, "schedule": scenario.schedule, "order": order, "part": step.part.word(), "scenario_digest": digest })
        })
        .collect();
    let manifest = json!({
        "program": VERSION,
        "command": "cities",
        "base": plan.courses[plan.base].model.scenario.city,
        "language": report.lang.pick("zh", "en"),
        "seed": outcomes.results[0].seed,
        "replications": outcomes.replications(),
        "complete": outcomes.stopped.is_none(),
        "run_digest": run_digest,
        "digest": files.whole(),
        "files": files.files(),
        "run": { "threads": run.threads, "engine": run.engine.word(), "started": run.started, "seconds": run.seconds },
        "steps": steps,
        "cities": cities,
    });
    String::from_utf8(encoded(&manifest)?).map_err(|error| ReportError::Table(error.to_string()))
}
