//! What every command that simulates has in common: its options, the results folder, signals, threads, the
//! progress bar, and how it ends.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Instant;

use clap::Args;
use indicatif::ProgressBar;
use serde_json::Value;

use super::EngineArgs;
use super::output::{Failure, print, tell_missing};
use super::progress::{describe_stop, listen, pool, progress_bar, stopped_failure, threads_or_all, tick};
use super::usage::{BadValue, whole};
use crate::engine::Engine;
use crate::experiment::{Stopped, Watch};
use crate::report::folder::Folder;
use crate::report::{ReportError, RunInfo, WrittenFiles};
use crate::scenario::mistyped::share_meant;
use crate::stats::Precision;
use crate::units::Lang;

/// Absolute floor of `--precision`, in visits or yuan: differences below it do not matter.
const PRECISION_FLOOR: f64 = 1.0;

/// How a command simulates.
#[derive(Debug, Args)]
pub(super) struct SimulationArgs {
    /// Random seed: the same seed gives the same results ｜ 随机种子：种子相同，结果相同
    #[arg(long, value_name = "NUMBER｜数", default_value_t = 1, value_parser = parse_seed, allow_negative_numbers = true)]
    pub(super) seed: u64,
    /// Threads (default: all cores); results do not depend on it ｜ 线程数（默认全部核心），不影响结果
    #[arg(long, value_name = "N｜数", value_parser = parse_threads, allow_negative_numbers = true)]
    threads: Option<u32>,
    #[command(flatten)]
    engine: EngineArgs,
}

impl SimulationArgs {
    /// How desks are served.
    pub(super) fn engine(&self) -> Engine {
        self.engine.engine
    }
}

/// What a command writes and prints, but for where.
#[derive(Debug, Args)]
pub(super) struct OutputArgs {
    /// Overwrite another run's results ｜ 覆盖另一次运行的结果
    #[arg(long)]
    force: bool,
    /// No progress bar and no remarks ｜ 不显示进度条和提示
    #[arg(long)]
    pub(super) quiet: bool,
    /// Print the summary as JSON ｜ 以 JSON 输出摘要
    #[arg(long)]
    json: bool,
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

pub(super) fn parse_precision(text: &str) -> Result<Precision, BadValue> {
    let (number, scale) = match text.trim().strip_suffix(['%', '％']) {
        Some(percent) => (percent.trim(), 0.01),
        None => (text.trim(), 1.0),
    };
    let share = number.parse::<f64>().map(|number| number * scale).unwrap_or(f64::NAN);
    let is_share = share.is_finite() && (0.000_1..1.0).contains(&share);
    Precision::new(share, PRECISION_FLOOR).ok().filter(|_| is_share).ok_or_else(|| {
        let (zh, en) = (
            "必须是 0.01% 到 100% 之间的比例，如 2% 或 0.02",
            "must be a share from 0.01% to 100%, such as 2% or 0.02",
        );
        // `2` is most likely meant as 2 %.
        match Some(share).filter(|_| scale == 1.0).and_then(share_meant) {
            Some(meant) => BadValue::new("", format!("{zh}；{}", meant.zh), format!("{en}; {}", meant.en)),
            None => BadValue::new("", zh, en),
        }
    })
}

/// A command that simulates, from the moment its input is known to be good.
pub(super) struct Session {
    folder: Folder,
    out: PathBuf,
    threads: u32,
    engine: Engine,
    is_quiet: bool,
    is_json: bool,
    lang: Lang,
    pool: rayon::ThreadPool,
    watch: Arc<Watch>,
    signal: Arc<AtomicUsize>,
    started: String,
    clock: Instant,
}

/// What a command has written, and what it shows.
pub(super) struct Written {
    files: usize,
    shown: String,
}

impl Session {
    /// Takes the results folder, which must hold nothing but results of the run of this digest unless forced,
    /// and hears signals from here on.
    pub(super) fn begin(
        simulation: &SimulationArgs,
        output: &OutputArgs,
        (out, digest): (PathBuf, &str),
        lang: Lang,
    ) -> Result<Self, Failure> {
        let folder = Folder::prepare(&out, output.force, digest).map_err(|error| Failure::input(error.text(lang)))?;
        let threads = threads_or_all(simulation.threads);
        Ok(Self {
            folder,
            out,
            threads,
            engine: simulation.engine(),
            is_quiet: output.quiet,
            is_json: output.json,
            lang,
            pool: pool(threads)?,
            watch: Arc::new(Watch::default()),
            signal: listen(lang),
            started: jiff::Timestamp::now().to_string(),
            clock: Instant::now(),
        })
    }

    /// Does the work on the threads asked for, with a bar over so many replications to begin with.
    pub(super) fn simulate<T: Send>(&self, planned: u32, work: impl FnOnce(&Watch, &ProgressBar) -> T + Send) -> T {
        let bar = progress_bar(self.is_quiet || self.is_json, planned, self.lang);
        let ticker = tick(&bar, &self.watch, &self.signal);
        let found = self.pool.install(|| work(&self.watch, &bar));
        ticker.stop();
        bar.finish_and_clear();
        found
    }

    /// Has a command write its report and prints what it shows; nothing is written where no replication was
    /// kept. The report comes with how it was made.
    pub(super) fn end(
        self,
        (stopped, kept): (Option<&Stopped>, usize),
        write: impl FnOnce(&Self, RunInfo) -> Result<Written, Failure>,
    ) -> Result<ExitCode, Failure> {
        let lang = self.lang;
        let why = describe_stop(stopped, kept, lang);
        if kept == 0 {
            return Err(stopped_failure(why, &self.signal, lang));
        }
        let seconds = self.clock.elapsed().as_secs_f64();
        let info = RunInfo { threads: self.threads, engine: self.engine, started: self.started.clone(), seconds };
        let Written { files, shown } = write(&self, info)?;
        print(&shown, lang)?;
        if !self.is_json && !self.is_quiet {
            let place = self.out.display();
            let written = lang.choose(
                format!("\n结果（{files} 个文件）在 {place}\n"),
                format!("\n{files} files written to {place}\n"),
            );
            print(&written, lang)?;
        }
        if stopped.is_some() { Err(stopped_failure(why, &self.signal, lang)) } else { Ok(ExitCode::SUCCESS) }
    }

    /// Writes the files of a report, and makes what is shown of it: JSON where it was asked for, else the text.
    pub(super) fn write(
        &self,
        files: impl FnOnce(&Folder) -> Result<WrittenFiles, ReportError>,
        json: impl FnOnce() -> Value,
        text: impl FnOnce() -> String,
    ) -> Result<Written, Failure> {
        let written = files(&self.folder).map_err(|error| Failure::work(error.text(self.lang)))?;
        if !self.is_quiet {
            tell_missing(&written.missing, self.lang);
        }
        let shown = if self.is_json {
            serde_json::to_string_pretty(&json()).map_err(|error| Failure::work(error.to_string()))? + "\n"
        } else {
            text()
        };
        Ok(Written { files: written.paths.len(), shown })
    }
}
