//! `cutover run`: one city under one schedule.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Instant;

use clap::Args;

use super::input::{Input, read};
use super::output::{Failure, print};
use super::progress::{describe_stop, listen, pool, progress_bar, stopped_failure, threads_or_all, tick};
use super::usage::{BadValue, whole};
use super::{EngineArgs, ScenarioArgs};
use crate::experiment::{Results, Size, Watch, estimate, run as run_experiment};
use crate::measures::Group;
use crate::replication::Model;
use crate::report::folder::Folder;
use crate::report::{Report, RunInfo};
use crate::stats::Precision;
use crate::units::Lang;

/// Replications unless asked otherwise.
pub(super) const REPLICATIONS_DEFAULT: u32 = 100;

/// Most replications that `--precision` may take.
const PRECISION_REPLICATIONS_MAX: u32 = 5_000;

/// Absolute floor of `--precision`, in visits or yuan: differences below it do not matter.
const PRECISION_FLOOR: f64 = 1.0;

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    #[command(flatten)]
    scenario: ScenarioArgs,
    /// Times the course is simulated (default 100) ｜ 模拟次数（默认 100）
    #[arg(long, value_name = "N｜次数", conflicts_with = "precision", value_parser = parse_replications)]
    replications: Option<u32>,
    /// Simulate until visits affected and prepayment are known this well, such as 2% ｜ 按精度自动决定模拟次数：受影响人次与垫付总额达到此精度，如 2%
    #[arg(long, value_name = "SHARE｜精度", value_parser = parse_precision)]
    precision: Option<f64>,
    /// Random seed: the same seed gives the same results ｜ 随机种子：种子相同，结果相同
    #[arg(long, value_name = "NUMBER｜数", default_value_t = 1, value_parser = parse_seed, allow_negative_numbers = true)]
    seed: u64,
    /// Threads (default: all cores); results do not depend on it ｜ 线程数（默认全部核心），不影响结果
    #[arg(long, value_name = "N｜数", value_parser = parse_threads)]
    threads: Option<u32>,
    #[command(flatten)]
    engine: EngineArgs,
    /// Results folder (default output/CITY/run) ｜ 结果文件夹（默认 output/城市/run）
    #[arg(long, value_name = "FOLDER｜文件夹")]
    out: Option<PathBuf>,
    /// Overwrite another run's results ｜ 覆盖另一次运行的结果
    #[arg(long)]
    force: bool,
    /// No progress bar and no remarks ｜ 不显示进度条和提示
    #[arg(long)]
    quiet: bool,
    /// Print the summary as JSON ｜ 以 JSON 输出摘要
    #[arg(long)]
    json: bool,
}

fn parse_precision(text: &str) -> Result<f64, BadValue> {
    let (number, scale) = match text.trim().strip_suffix(['%', '％']) {
        Some(percent) => (percent.trim(), 0.01),
        None => (text.trim(), 1.0),
    };
    let share = number.parse::<f64>().map(|number| number * scale).unwrap_or(f64::NAN);
    if share.is_finite() && (0.000_1..1.0).contains(&share) {
        Ok(share)
    } else {
        let (zh, en) = (
            "必须是 0.01% 到 100% 之间的比例，如 2% 或 0.02",
            "must be a share from 0.01% to 100%, such as 2% or 0.02",
        );
        Err(BadValue::new("", zh, en))
    }
}

pub(super) fn parse_replications(text: &str) -> Result<u32, BadValue> {
    whole(text, 1, 1_000_000)
}

pub(super) fn parse_threads(text: &str) -> Result<u32, BadValue> {
    whole(text, 1, 4096)
}

pub(super) fn parse_seed(text: &str) -> Result<u64, BadValue> {
    whole(text, 0, u64::MAX)
}

pub(super) fn run(arguments: &RunArgs) -> Result<ExitCode, Failure> {
    let Input { loaded, scenario, lang } = read(&arguments.scenario)?;
    let out = arguments.out.clone().unwrap_or_else(|| PathBuf::from("output").join(&loaded.city).join("run"));
    let size = size_of(arguments)?;
    let threads = threads_or_all(arguments.threads);
    let planned = match size {
        Size::Replications(number) => number,
        Size::Precision { most, .. } => most,
    };
    let digest = crate::report::manifest::run_digest(&loaded, arguments.seed, &format!("{size:?}"), lang);
    let folder = Folder::prepare(&out, arguments.force, &digest).map_err(|error| Failure::input(error.text(lang)))?;
    let engine = arguments.engine.engine;
    let model = Model::new(scenario).with_engine(engine);
    let watch = Arc::new(Watch::default());
    let signal = listen(lang);
    let started = jiff::Timestamp::now().to_string();
    let clock = Instant::now();
    let results = simulate(arguments, &model, (size, planned), threads, (&watch, &signal), lang)?;
    let info = RunInfo { threads, engine, started, seconds: clock.elapsed().as_secs_f64() };
    let stopped = describe_stop(results.stopped.as_ref(), results.samples.len(), lang);
    if results.samples.is_empty() {
        return Err(stopped_failure(stopped, &signal, lang));
    }
    let report =
        Report::new(&loaded, &model.scenario, &results, lang, info).map_err(|error| Failure::work(error.text(lang)))?;
    let files = crate::report::write(&folder, &report).map_err(|error| Failure::work(error.text(lang)))?;
    if arguments.json {
        let json = crate::report::summary::json(&report);
        print(
            &format!("{}\n", serde_json::to_string_pretty(&json).map_err(|error| Failure::work(error.to_string()))?),
            lang,
        )?;
    } else {
        print(&crate::report::summary::text(&report), lang)?;
        if !arguments.scenario.sets.is_empty() {
            let sets = arguments.scenario.sets.join(", ");
            print(&lang_text(lang, &format!("临时修改：{sets}\n"), &format!("changed for this run: {sets}\n")), lang)?;
        }
        if !arguments.quiet {
            let count = files.len();
            let place = out.display();
            print(
                &lang_text(
                    lang,
                    &format!("\n结果（{count} 个文件）在 {place}\n"),
                    &format!("\n{count} files written to {place}\n"),
                ),
                lang,
            )?;
        }
    }
    if results.stopped.is_some() { Err(stopped_failure(stopped, &signal, lang)) } else { Ok(ExitCode::SUCCESS) }
}

fn lang_text(lang: Lang, zh: &str, en: &str) -> String {
    lang.pick(zh, en).to_owned()
}

fn size_of(arguments: &RunArgs) -> Result<Size, Failure> {
    match arguments.precision {
        None => Ok(Size::Replications(arguments.replications.unwrap_or(REPLICATIONS_DEFAULT))),
        Some(share) => {
            let target = Precision::new(share, PRECISION_FLOOR).map_err(|error| Failure::input(error.to_string()))?;
            Ok(Size::Precision { target, most: PRECISION_REPLICATIONS_MAX })
        }
    }
}

fn simulate(
    arguments: &RunArgs,
    model: &Model,
    (size, planned): (Size, u32),
    threads: u32,
    (watch, signal): (&Arc<Watch>, &Arc<AtomicUsize>),
    lang: Lang,
) -> Result<Results, Failure> {
    let pool = pool(threads)?;
    let bar = progress_bar(arguments.quiet || arguments.json, planned, lang);
    let ticker = tick(&bar, watch, signal);
    let results = pool.install(|| {
        run_experiment(model, arguments.seed, size, watch, &|batch| {
            bar.set_message(precision_text(batch, lang));
        })
    });
    ticker.stop();
    bar.finish_and_clear();
    Ok(results)
}

fn precision_text(results: &Results, lang: Lang) -> String {
    // Samples that cannot be read are told when the run ends.
    match estimate(results, "prepayment", Group::All) {
        Ok(Some(estimate)) if estimate.mean > 0.0 => estimate.half_width.map_or_else(String::new, |half| {
            let share = 100.0 * half / estimate.mean;
            lang_text(lang, &format!("垫付总额精度 ±{share:.1}%"), &format!("prepayment ±{share:.1}%"))
        }),
        _ => String::new(),
    }
}
