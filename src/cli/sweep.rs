//! `cutover sweep`: one or two keys over a grid, on the same patients.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::input::{Input, one_clock, problems, read_schedule};
use super::output::Failure;
use super::session::{OutputArgs, Session, SimulationArgs, parse_replications};
use super::usage::listed_words;
use super::{ScenarioArgs, choose_lang};
use crate::experiment::grid::Grid;
use crate::experiment::reading::{READINGS_DEFAULT, READINGS_MAX, Reading, Threshold};
use crate::experiment::sweep::{Point, sweep as sweep_points};
use crate::measures::Catalogue;
use crate::objective::Objective;
use crate::report::manifest::{run_digest, scenario_digest, world_digest};
use crate::report::sweep::{SweepReport, json, text, write};
use crate::scenario::error::{Text, listed, meant};
use crate::scenario::layer::Loaded;
use crate::units::Lang;

/// Replications unless asked otherwise: of each of many points.
const REPLICATIONS_DEFAULT: u32 = 30;

/// Most thresholds of one sweep.
const THRESHOLDS_MAX: usize = 6;

#[derive(Debug, Args)]
#[command(after_help = "VALUES: 0..4/1 | 2021-10-08T18:00..2021-10-11T18:00/12h | settlement.stop + 1d..14d/1d | a,b,c
Outage length of 1 to 14 days: --vary 'suspend.settlement.return.fixed=settlement.stop + 1d..14d/1d'
(what hangs on that return moves with it where its time is relative, such as settlement.return + 7d).
Threshold: --threshold 'back-to-normal@hall within_working_days 10 chance 0.9', --threshold 'forgone <= 100' ｜ 取值：0..4/1 | 2021-10-08T18:00..2021-10-11T18:00/12h | settlement.stop + 1d..14d/1d | 甲,乙,丙
停机 1 至 14 天：--vary 'suspend.settlement.return.fixed=settlement.stop + 1d..14d/1d'
（写成相对时间的，如 settlement.return + 7d，随恢复时间一起移动）。
阈值：--threshold 'back-to-normal@hall within_working_days 10 chance 0.9'、--threshold 'forgone <= 100'")]
pub(super) struct SweepArgs {
    #[command(flatten)]
    scenario: ScenarioArgs,
    /// A key and its values; once or twice ｜ 变动的键及其取值，可写一次或两次
    #[arg(long, value_name = "KEY=FROM..TO/STEP｜键=起..止/步长", required = true)]
    vary: Vec<String>,
    /// A measure to show, such as back-to-normal@hall; repeatable or a list (default: the five main ones) ｜ 要看的指标，如 back-to-normal@hall，可重复，也可用逗号分隔（默认五个主要指标）
    #[arg(long, value_name = "MEASURE[@GROUP]｜指标[@组]")]
    measure: Vec<String>,
    /// Find where this begins to be kept; repeatable ｜ 找出从哪个取值起满足这个条件，可重复
    #[arg(long, value_name = "CONDITION｜条件")]
    threshold: Vec<String>,
    /// The same for a limit of [objective.limits], by name; repeatable or a list ｜ 同上，写 [objective.limits] 中一项限制的名称，可重复，也可用逗号分隔
    #[arg(long, value_name = "NAME｜名称")]
    limit: Vec<String>,
    /// Times the course is simulated at every point (default 30) ｜ 每个点的模拟次数（默认 30）
    #[arg(long, value_name = "N｜次数", value_parser = parse_replications, allow_negative_numbers = true)]
    replications: Option<u32>,
    #[command(flatten)]
    simulation: SimulationArgs,
    /// Results folder (default output/CITY/sweep) ｜ 结果文件夹（默认 output/城市/sweep）
    #[arg(long, value_name = "FOLDER｜文件夹")]
    out: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn sweep(arguments: &SweepArgs) -> Result<ExitCode, Failure> {
    let early = choose_lang(arguments.scenario.lang, None);
    let replications = arguments.replications.unwrap_or(REPLICATIONS_DEFAULT);
    let grid = Grid::parse(&arguments.vary, replications as usize).map_err(|error| input_error(&error, early))?;
    let Gathered { lang, first, digests, points, .. } = read_points(arguments, &grid)?;
    let loaded = &first.ok_or_else(|| Failure::input(lang.pick("网格是空的", "the grid is empty")))?;
    let out = arguments.out.clone();
    let out = out.unwrap_or_else(|| PathBuf::from("output").join(&loaded.city).join("sweep"));
    let size = format!(
        "sweep {replications} {:?} {:?} {:?} {:?} {}",
        arguments.vary,
        arguments.measure,
        arguments.threshold,
        arguments.limit,
        digests.join(" ")
    );
    let (seed, engine) = (arguments.simulation.seed, arguments.simulation.engine());
    let digest = run_digest(loaded, seed, &size, lang);
    let session = Session::begin(&arguments.simulation, &arguments.output, (out, &digest), lang)?;
    let planned = u32::try_from(grid.len()).unwrap_or(u32::MAX).saturating_mul(replications);
    let found = session.simulate(planned, |watch, _| sweep_points(&points, seed, replications, engine, watch));
    session.end((found.stopped.as_ref(), found.courses()), |session, info| {
        let report = SweepReport::new(loaded, &digests, &grid, &points, &found, lang, info);
        session.write(|folder| write(folder, &report), || json(&report), || text(&report))
    })
}

fn input_error(error: &Text, lang: Lang) -> Failure {
    Failure::input(error.in_lang(lang))
}

/// The points of a grid. Of their files only those of the first point are kept: those of hundreds would fill the
/// memory.
struct Gathered {
    lang: Lang,
    /// The first point as its files say.
    first: Option<Loaded>,
    /// Digests of the worlds, in the order of their numbers.
    worlds: Vec<String>,
    /// By point, the digest of its scenario.
    digests: Vec<String>,
    points: Vec<Point>,
}

/// Reads the scenario of every point, with one clock for all of them.
fn read_points(arguments: &SweepArgs, grid: &Grid) -> Result<Gathered, Failure> {
    let found = gather(arguments, grid, &[])?;
    match one_clock(found.points.iter().map(|point| &point.scenario)) {
        None => Ok(found),
        Some(clock) => gather(arguments, grid, &clock),
    }
}

fn gather(arguments: &SweepArgs, grid: &Grid, more: &[String]) -> Result<Gathered, Failure> {
    let ScenarioArgs { path, sets, lang } = &arguments.scenario;
    let early = choose_lang(*lang, None);
    let mut found = Gathered { lang: early, first: None, worlds: Vec::new(), digests: Vec::new(), points: Vec::new() };
    for point in 0..grid.len() {
        let own = grid.sets(point);
        let all: Vec<String> = sets.iter().chain(&own).chain(more).cloned().collect();
        let input = read_schedule(path, None, &all, *lang).map_err(|failure| {
            // The same in both languages: what follows is in the scenario's.
            let (place, count, own) = (point + 1, grid.len(), own.join(" --vary "));
            varied(failure, &grid.sets(point)).after(&format!("--vary {own} ({place}/{count})"))
        })?;
        found.add(input, arguments)?;
    }
    Ok(found)
}

/// A failure that names a key of the grid, or a part of it that there is not, by the option that it was given with.
fn varied(failure: Failure, sets: &[String]) -> Failure {
    let keys = sets.iter().filter_map(|set| set.split_once('=')).map(|(key, _)| key.trim());
    keys.fold(failure, |failure, key| {
        let parts = key.match_indices('.').map(|(at, _)| &key[..at]);
        let parts: Vec<&str> = parts.chain([key]).collect();
        // What is at fault with `a.b` is not at fault with `a.bc`.
        let ends = [":", "：", " ="];
        parts
            .into_iter()
            .rev()
            .flat_map(|part| ends.map(|end| format!("{part}{end}")))
            .fold(failure, |failure, found| failure.replacing(&format!("--set: {found}"), &format!("--vary {found}")))
    })
}

impl Gathered {
    fn add(&mut self, input: Input, arguments: &SweepArgs) -> Result<(), Failure> {
        self.lang = input.lang;
        self.digests.push(scenario_digest(&input.loaded));
        let catalogue = Catalogue::new(&input.scenario);
        let (readings, thresholds) = read_off(&input, &catalogue, arguments, input.lang)?;
        let digest = world_digest(&input.loaded);
        let known = self.worlds.iter().position(|world| *world == digest);
        let world = known.unwrap_or(self.worlds.len());
        if known.is_none() {
            self.worlds.push(digest);
        }
        self.first.get_or_insert(input.loaded);
        self.points.push(Point { scenario: input.scenario, world, readings, thresholds });
        Ok(())
    }
}

/// Readings and thresholds of one point; a threshold's measure is shown as well.
fn read_off(
    input: &Input,
    catalogue: &Catalogue,
    arguments: &SweepArgs,
    lang: Lang,
) -> Result<(Vec<Reading>, Vec<Threshold>), Failure> {
    let scenario = &input.scenario;
    let own: Vec<&str> = listed_words(&arguments.measure);
    let asked = if own.is_empty() { READINGS_DEFAULT.to_vec() } else { own };
    let mut thresholds = Vec::new();
    for name in listed_words(&arguments.limit) {
        thresholds.push(limit(name, input, catalogue, lang)?);
    }
    for text in &arguments.threshold {
        thresholds.push(Threshold::parse(text, scenario, catalogue).map_err(|error| input_error(&error, lang))?);
    }
    let mut readings: Vec<Reading> = Vec::new();
    for text in asked {
        let reading = Reading::parse(text, scenario, catalogue)
            .map_err(|error| Failure::input(format!("--measure {}", error.in_lang(lang))))?;
        readings.push(reading);
    }
    readings.extend(thresholds.iter().map(|threshold| threshold.reading.clone()));
    let mut seen: Vec<(String, String)> = Vec::new();
    readings.retain(|reading| {
        let name = (reading.measure.key.to_owned(), reading.group(scenario).to_owned());
        let is_new = !seen.contains(&name);
        seen.push(name);
        is_new
    });
    for (option, count, most) in
        [("--measure", readings.len(), READINGS_MAX), ("--threshold + --limit", thresholds.len(), THRESHOLDS_MAX)]
    {
        if count > most {
            return Err(Failure::input(lang.choose(
                format!("{option}：最多 {most} 个，现有 {count} 个"),
                format!("{option}: at most {most}, there are {count}"),
            )));
        }
    }
    Ok((readings, thresholds))
}

fn limit(name: &str, input: &Input, catalogue: &Catalogue, lang: Lang) -> Result<Threshold, Failure> {
    let raw = input.loaded.layer.objective.clone().unwrap_or_default();
    let objective = Objective::new(&raw, &input.scenario, catalogue)
        .map_err(|complaints| Failure::input(problems(&input.loaded, complaints).render(lang)))?;
    let known = || objective.limits.iter().map(|limit| limit.key.as_str());
    let Some(found) = objective.limits.iter().find(|limit| limit.key == name) else {
        let hint = meant(name, known())
            .map_or_else(String::new, |hint| lang.choose(format!("；{}", hint.zh), format!("; {}", hint.en)));
        if objective.limits.is_empty() {
            return Err(Failure::input(lang.choose(
                format!("--limit {name}：没有这一项，情景文件中没有 [objective.limits]；请写上，或用 --threshold 写条件"),
                format!("--limit {name}: no such limit, the scenario has no [objective.limits]; write some, or a condition with --threshold"),
            )));
        }
        let list = listed(known());
        return Err(Failure::input(lang.choose(
            format!("--limit {name}：[objective.limits] 中没有这一项，现有：{list}{hint}；也可用 --threshold 写条件"),
            format!("--limit {name}: no such limit in [objective.limits], there are: {list}{hint}; or write a condition with --threshold"),
        )));
    };
    Ok(Threshold::of_limit(found, &input.scenario, catalogue))
}
