//! `cutover compare`: the schedules of a city on the same patients.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;

use super::input::{Input, one_clock, problems, read_schedule};
use super::output::{Failure, print};
use super::progress::{describe_stop, listen, pool, progress_bar, stopped_failure, threads_or_all, tick};
use super::run::{REPLICATIONS_DEFAULT, parse_replications, parse_seed, parse_threads};
use super::usage::{BadValue, whole};
use super::{EngineArgs, ScenarioArgs, choose_lang};
use crate::experiment::Watch;
use crate::experiment::comparison::{Candidate, Comparison, Plan, compare as compare_candidates};
use crate::experiment::worlds::{Worlds, scores};
use crate::measures::Catalogue;
use crate::objective::Objective;
use crate::replication::Model;
use crate::report::RunInfo;
use crate::report::comparison::{ComparisonReport, json, text, write};
use crate::report::folder::Folder;
use crate::report::manifest::run_digest;
use crate::scenario::alike::differences;
use crate::scenario::check::check;
use crate::scenario::layer::{Loaded, SCHEDULE_DEFAULT, schedules};
use crate::scenario::plausible::World;
use crate::units::Lang;

/// Most schedules that one comparison takes.
const SCHEDULES_MAX: usize = 40;

/// Replications of all schedules unless asked otherwise: those that the procedure has screened out by then are left
/// out of the rest.
const EVERYBODY_DEFAULT: u32 = 50;

/// Replications in each plausible world unless asked otherwise.
const WORLDS_DEFAULT: u32 = 5;

/// Most schedules that are looked at in other worlds.
const IN_QUESTION_MAX: usize = 4;

/// Keys named in a message about differing patients.
const KEYS_SHOWN: usize = 8;

#[derive(Debug, Args)]
pub(super) struct CompareArgs {
    #[command(flatten)]
    scenario: ScenarioArgs,
    /// Schedules, by their files' names (default: all of the folder) ｜ 参加比较的方案，写文件名（默认文件夹中的全部）
    #[arg(long, value_name = "A,B,…｜方案", value_delimiter = ',')]
    schedules: Vec<String>,
    /// The schedule the others are compared with (default: announced) ｜ 作基准的方案（默认 announced 公告方案）
    #[arg(long, value_name = "SCHEDULE｜方案")]
    baseline: Option<String>,
    /// Times the course is simulated under every schedule (default 100; 50 where it is worse by then, or too close to a better one) ｜ 每个方案的模拟次数（默认 100；50 次后较差或差别无关紧要的不再继续）
    #[arg(long, value_name = "N｜次数", value_parser = parse_replications)]
    replications: Option<u32>,
    /// Most times for schedules between which the choice is open (default: twice as many) ｜ 选择未定的方案最多模拟的次数（默认加倍）
    #[arg(long, value_name = "N｜次数", value_parser = parse_replications)]
    most: Option<u32>,
    /// Simulated courses in each plausible world (long or short work, many or few who put visits off or stock up, slow or fast windows) for the schedules in question (0 leaves it out) ｜ 各种可能情形（工期长短、推迟与提前开药多少、窗口快慢）下对仍有争议的方案各模拟的次数（0 为不做）
    #[arg(long, value_name = "N｜次数", default_value_t = WORLDS_DEFAULT, value_parser = parse_worlds)]
    worlds: u32,
    /// Random seed: the same seed gives the same results ｜ 随机种子：种子相同，结果相同
    #[arg(long, value_name = "NUMBER｜数", default_value_t = 1, value_parser = parse_seed)]
    seed: u64,
    /// Threads (default: all cores); results do not depend on it ｜ 线程数（默认全部核心），不影响结果
    #[arg(long, value_name = "N｜数", value_parser = parse_threads)]
    threads: Option<u32>,
    #[command(flatten)]
    engine: EngineArgs,
    /// Results folder (default output/CITY/compare) ｜ 结果文件夹（默认 output/城市/compare）
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

fn parse_worlds(text: &str) -> Result<u32, BadValue> {
    whole(text, 0, 10_000)
}

pub(super) fn compare(arguments: &CompareArgs) -> Result<ExitCode, Failure> {
    let inputs = read_all(arguments)?;
    let lang = inputs[0].lang;
    let city = &inputs[0].loaded.city;
    let out = arguments.out.clone().unwrap_or_else(|| PathBuf::from("output").join(city).join("compare"));
    let replications = arguments.replications.unwrap_or(REPLICATIONS_DEFAULT);
    let plan = Plan {
        everybody: arguments.replications.unwrap_or(EVERYBODY_DEFAULT),
        replications,
        most: arguments.most.unwrap_or(2 * replications).max(replications),
    };
    let digests: Vec<String> = inputs
        .iter()
        .map(|input| run_digest(&input.loaded, arguments.seed, &format!("compare {plan:?} {}", arguments.worlds), lang))
        .collect();
    let folder =
        Folder::prepare(&out, arguments.force, &digests.join("-")).map_err(|error| Failure::input(error.text(lang)))?;
    let (loaded, candidates) = candidates(inputs, arguments, lang)?;
    let threads = threads_or_all(arguments.threads);
    let watch = Arc::new(Watch::default());
    let signal = listen(lang);
    let started = jiff::Timestamp::now().to_string();
    let clock = Instant::now();
    let bar = progress_bar(arguments.quiet || arguments.json, plan.replications, lang);
    let ticker = tick(&bar, &watch, &signal);
    let pool = pool(threads)?;
    let mut comparison = pool.install(|| compare_candidates(&candidates, arguments.seed, plan, &watch));
    if comparison.stopped.is_none() && arguments.worlds > 0 {
        pool.install(|| add_worlds(&mut comparison, (&loaded, &candidates), arguments, &watch));
    }
    ticker.stop();
    bar.finish_and_clear();
    let stopped = describe_stop(comparison.stopped.as_ref(), comparison.replications(), lang);
    if comparison.replications() == 0 {
        return Err(stopped_failure(stopped, &signal, lang));
    }
    let info = RunInfo { threads, engine: arguments.engine.engine, started, seconds: clock.elapsed().as_secs_f64() };
    let report = ComparisonReport::new(&loaded, &candidates, &comparison, lang, info)
        .map_err(|error| Failure::work(error.text(lang)))?;
    let files = write(&folder, &report).map_err(|error| Failure::work(error.text(lang)))?;
    if arguments.json {
        let whole = serde_json::to_string_pretty(&json(&report)).map_err(|error| Failure::work(error.to_string()))?;
        print(&(whole + "\n"), lang)?;
    } else {
        print(&text(&report), lang)?;
        if !arguments.quiet {
            let (count, place) = (files.len(), out.display());
            let written = lang.choose(
                format!("\n结果（{count} 个文件）在 {place}\n"),
                format!("\n{count} files written to {place}\n"),
            );
            print(&written, lang)?;
        }
    }
    if comparison.stopped.is_some() { Err(stopped_failure(stopped, &signal, lang)) } else { Ok(ExitCode::SUCCESS) }
}

/// Reads all schedules, the baseline first, with one clock for all of them.
fn read_all(arguments: &CompareArgs) -> Result<Vec<Input>, Failure> {
    let ScenarioArgs { path, sets, lang } = &arguments.scenario;
    let early = choose_lang(*lang, None);
    let folder: &Path = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    let known = schedules(folder).map_err(|problems| Failure::input(problems.render(early)))?;
    let names = chosen_names(arguments, path, &known, early)?;
    let read = |sets: &[String]| -> Result<Vec<Input>, Failure> {
        names.iter().map(|name| read_schedule(folder, Some(name), sets, *lang)).collect()
    };
    let inputs = read(sets)?;
    refuse_differing(&inputs)?;
    let Some(clock) = one_clock(inputs.iter().map(|input| &input.scenario)) else { return Ok(inputs) };
    read(&sets.iter().cloned().chain(clock).collect::<Vec<String>>())
}

/// Names of the schedules to compare, the baseline first.
fn chosen_names(arguments: &CompareArgs, path: &Path, known: &[String], lang: Lang) -> Result<Vec<String>, Failure> {
    let own = path.file_stem().and_then(|stem| stem.to_str()).filter(|_| path.is_file());
    let mut names: Vec<String> = if arguments.schedules.is_empty() { known.to_vec() } else { Vec::new() };
    for name in arguments.schedules.iter().map(|name| name.trim()).chain(own) {
        if !known.iter().any(|one| one == name) {
            return Err(unknown(name, known, "--schedules", lang));
        }
        if !names.iter().any(|one| one == name) {
            names.push(name.to_owned());
        }
    }
    let default = own.unwrap_or(SCHEDULE_DEFAULT);
    let baseline = match &arguments.baseline {
        Some(name) if !known.contains(name) => return Err(unknown(name, known, "--baseline", lang)),
        Some(name) => name.as_str(),
        None if names.iter().any(|name| name == default) || known.iter().any(|name| name == default) => default,
        None => names.first().map_or("", String::as_str),
    }
    .to_owned();
    let mut all = vec![baseline.clone()];
    all.extend(names.into_iter().filter(|name| *name != baseline));
    let count = all.len();
    if count < 2 {
        let found = all.join(", ");
        return Err(Failure::input(lang.choose(
            format!("只有一个方案（{found}），没有可比较的；请在同一文件夹另写一个方案，如 extends = \"{found}.toml\" 再改几个键"),
            format!("there is only one schedule ({found}), nothing to compare it with; write another file beside it, such as one with extends = \"{found}.toml\" that changes a few keys"),
        )));
    }
    if count > SCHEDULES_MAX {
        return Err(Failure::input(lang.choose(
            format!("一次最多比较 {SCHEDULES_MAX} 个方案，现有 {count} 个；请用 --schedules 挑选"),
            format!(
                "at most {SCHEDULES_MAX} schedules can be compared at once, there are {count}: choose with --schedules"
            ),
        )));
    }
    Ok(all)
}

fn unknown(name: &str, known: &[String], option: &str, lang: Lang) -> Failure {
    let list = known.join(", ");
    let nearest = known.iter().max_by(|a, b| strsim::jaro_winkler(name, a).total_cmp(&strsim::jaro_winkler(name, b)));
    let near = nearest.filter(|near| strsim::jaro_winkler(name, near) > 0.75);
    let hint = near
        .map_or_else(String::new, |near| lang.choose(format!("；是否指 {near}？"), format!("; did you mean {near}?")));
    Failure::input(lang.choose(
        format!("{option} {name}：没有这个方案，现有：{list}{hint}"),
        format!("{option} {name}: no such schedule, there are: {list}{hint}"),
    ))
}

/// Schedules of differing people cannot be compared on the same people.
fn refuse_differing(inputs: &[Input]) -> Result<(), Failure> {
    let Some((first, others)) = inputs.split_first() else { return Ok(()) };
    let lang = first.lang;
    for other in others {
        let found = differences(&first.loaded, &other.loaded);
        if found.is_empty() {
            continue;
        }
        let nothing = lang.pick("（无）", "(none)");
        let shown = |value: &str| if value.is_empty() { nothing.to_owned() } else { value.chars().take(60).collect() };
        let mut lines: Vec<String> = found
            .iter()
            .take(KEYS_SHOWN)
            .map(|(key, one, two)| {
                let (file, origin) = other.loaded.origins.find(key);
                let place = origin.line.map_or_else(|| format!("  {file}"), |line| format!("  {file}:{line}"));
                format!("  {key}: {} ≠ {}{place}", shown(one), shown(two))
            })
            .collect();
        if found.len() > KEYS_SHOWN {
            lines.push(format!("  … ({})", found.len()));
        }
        let (one, two, list) = (&first.loaded.schedule, &other.loaded.schedule, lines.join("\n"));
        return Err(Failure::input(lang.choose(
            format!("{one} 与 {two} 不是同一批参保人和窗口，不能比较。不同的键：\n{list}\n请把这些键移到 city.toml（两个方案共用），或改用停机、处理方式、配套措施来表达"),
            format!("{one} and {two} are not for the same people and desks and cannot be compared. Keys that differ:\n{list}\nmove these keys to city.toml, which both share, or say it by stops, handling or measures"),
        )));
    }
    Ok(())
}

/// Simulates the schedules in question in every plausible world. A world in which a scenario cannot be
/// is left out.
fn add_worlds(
    comparison: &mut Comparison,
    (loaded, candidates): (&[Loaded], &[Candidate]),
    arguments: &CompareArgs,
    watch: &Watch,
) {
    let which = comparison.in_question(IN_QUESTION_MAX);
    if which.len() < 2 {
        return;
    }
    let of = |&index: &usize| {
        let replications = 0..arguments.worlds as usize;
        comparison.results[index].samples.map(replications, |one| candidates[index].score(one))
    };
    let scored: Vec<Vec<f64>> = match which.iter().map(of).collect() {
        Ok(scored) => scored,
        Err(error) => {
            comparison.stopped = Some(error.into());
            return;
        }
    };
    let known = scored.iter().map(Vec::len).min().unwrap_or(0);
    let stated = (0..known).map(|number| scored.iter().map(|scores| scores[number]).collect());
    let mut found = vec![(None, stated.collect())];
    // Where no schedule states a range, there is no such world.
    let differs = |world: &World| which.iter().any(|&index| world.of(&loaded[index]).is_some());
    for world in World::all().filter(differs) {
        let moved: Option<Vec<Candidate>> =
            which.iter().map(|&index| in_world(world, &loaded[index], &candidates[index], arguments)).collect();
        let Some(moved) = moved else { continue };
        match scores(&moved, arguments.seed, arguments.worlds, watch) {
            Ok(scores) => found.push((Some(world), scores)),
            Err(why) => {
                comparison.stopped = Some(why);
                return;
            }
        }
    }
    let indifference = comparison.choice.as_ref().map_or(0.0, |choice| choice.indifference);
    comparison.worlds = Worlds::new(which, found, indifference);
}

/// A schedule in a world; as it is where nothing differs there, none where it cannot be.
fn in_world(world: World, loaded: &Loaded, candidate: &Candidate, arguments: &CompareArgs) -> Option<Candidate> {
    let moved = world.of(loaded);
    let loaded = moved.as_ref().unwrap_or(loaded);
    let scenario = check(&loaded.layer, &loaded.city, &loaded.schedule, &loaded.calendar).ok()?;
    Some(Candidate {
        model: Model::new(scenario).with_engine(arguments.engine.engine),
        objective: candidate.objective.clone(),
        catalogue: candidate.catalogue.clone(),
    })
}

/// The scenarios with their tables and what they are weighed by.
fn candidates(
    inputs: Vec<Input>,
    arguments: &CompareArgs,
    lang: Lang,
) -> Result<(Vec<Loaded>, Vec<Candidate>), Failure> {
    let (mut loaded, mut found) = (Vec::new(), Vec::new());
    for input in inputs {
        let catalogue = Catalogue::new(&input.scenario);
        let raw = input.loaded.layer.objective.clone().unwrap_or_default();
        let objective = Objective::new(&raw, &input.scenario, &catalogue)
            .map_err(|complaints| Failure::input(problems(&input.loaded, complaints).render(lang)))?;
        let model = Model::new(input.scenario).with_engine(arguments.engine.engine);
        found.push(Candidate { model, objective, catalogue });
        loaded.push(input.loaded);
    }
    Ok((loaded, found))
}
