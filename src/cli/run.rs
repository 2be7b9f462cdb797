//! `cutover run`: one city under one schedule.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::ScenarioArgs;
use super::input::{Input, read};
use super::output::Failure;
use super::session::{OutputArgs, Session, SimulationArgs, parse_precision, parse_replications};
use crate::experiment::{Results, Size, estimate, run as run_experiment};
use crate::measures::Group;
use crate::replication::Model;
use crate::report::{Report, summary, write};
use crate::stats::Precision;
use crate::units::Lang;

/// Replications unless asked otherwise.
pub(super) const REPLICATIONS_DEFAULT: u32 = 100;

/// Most replications that `--precision` may take.
const PRECISION_REPLICATIONS_MAX: u32 = 5_000;

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    #[command(flatten)]
    scenario: ScenarioArgs,
    /// Times the course is simulated (default 100) ｜ 模拟次数（默认 100）
    #[arg(long, value_name = "N｜次数", conflicts_with = "precision", value_parser = parse_replications, allow_negative_numbers = true)]
    replications: Option<u32>,
    /// Simulate until visits affected and prepayment are known this well, such as 2% ｜ 按精度自动决定模拟次数：受影响人次与垫付总额达到此精度，如 2%
    #[arg(long, value_name = "SHARE｜精度", value_parser = parse_precision, allow_negative_numbers = true)]
    precision: Option<Precision>,
    #[command(flatten)]
    simulation: SimulationArgs,
    /// Results folder (default output/CITY/run) ｜ 结果文件夹（默认 output/城市/run）
    #[arg(long, value_name = "FOLDER｜文件夹")]
    out: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(arguments: &RunArgs) -> Result<ExitCode, Failure> {
    let Input { loaded, scenario, lang } = read(&arguments.scenario)?;
    let out = arguments.out.clone().unwrap_or_else(|| PathBuf::from("output").join(&loaded.city).join("run"));
    let (size, planned) = match arguments.precision {
        None => {
            let number = arguments.replications.unwrap_or(REPLICATIONS_DEFAULT);
            (Size::Replications(number), number)
        }
        Some(target) => (Size::Precision { target, most: PRECISION_REPLICATIONS_MAX }, PRECISION_REPLICATIONS_MAX),
    };
    let seed = arguments.simulation.seed;
    let digest = crate::report::manifest::run_digest(&loaded, seed, &format!("{size:?}"), lang);
    let session = Session::begin(&arguments.simulation, &arguments.output, (out, &digest), lang)?;
    let model = Model::new(scenario).with_engine(arguments.simulation.engine());
    let results = session.simulate(planned, |watch, bar| {
        run_experiment(&model, seed, size, watch, &|batch| bar.set_message(precision_text(batch, lang)))
    });
    session.end((results.stopped.as_ref(), results.samples.len()), |session, run| {
        let report = Report::new(&loaded, &model.scenario, &results, lang, run)
            .map_err(|error| Failure::work(error.text(lang)))?;
        let text = || summary::text(&report) + &changed(&arguments.scenario.sets, lang);
        session.write(|folder| write(folder, &report), || summary::json(&report), text)
    })
}

/// What `--set` changed, as the last line of the summary.
fn changed(sets: &[String], lang: Lang) -> String {
    if sets.is_empty() {
        return String::new();
    }
    let sets = sets.join(", ");
    lang.choose(format!("临时修改：{sets}\n"), format!("changed for this run: {sets}\n"))
}

fn precision_text(results: &Results, lang: Lang) -> String {
    // Samples that cannot be read are told when the run ends.
    match estimate(results, "prepayment", Group::All) {
        Ok(Some(estimate)) if estimate.mean > 0.0 => estimate.half_width.map_or_else(String::new, |half| {
            let share = 100.0 * half / estimate.mean;
            lang.choose(format!("垫付总额精度 ±{share:.1}%"), format!("prepayment ±{share:.1}%"))
        }),
        _ => String::new(),
    }
}
