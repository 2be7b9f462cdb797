//! `cutover compare`: the schedules of a city on the same patients.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use indicatif::ProgressBar;

use super::ScenarioArgs;
use super::input::{Input, one_clock, problems, read_schedule};
use super::output::{Failure, remark};
use super::run::REPLICATIONS_DEFAULT;
use super::schedules::{Asked, Folder};
use super::session::{OutputArgs, Session, SimulationArgs, parse_precision, parse_replications};
use super::usage::{BadValue, whole};
use crate::engine::Engine;
use crate::experiment::Watch;
use crate::experiment::comparison::{Candidate, Comparison, Phase, Plan, compare as compare_candidates};
use crate::experiment::worlds::{Worlds, scores};
use crate::measures::Catalogue;
use crate::objective::Objective;
use crate::replication::Model;
use crate::report::comparison::{ComparisonReport, json, text, write};
use crate::report::manifest::run_digest;
use crate::scenario::alike::differences;
use crate::scenario::check::check;
use crate::scenario::layer::Loaded;
use crate::scenario::plausible::World;
use crate::stats::Precision;
use crate::units::Lang;

/// Replications of all schedules unless asked otherwise: those that the procedure has screened out by then are left
/// out of the rest.
const EVERYBODY_DEFAULT: u32 = 50;

/// Most replications that `--precision` may take unless asked otherwise.
const PRECISION_MOST_DEFAULT: u32 = 1_000;

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
    #[arg(long, value_name = "A,B,…｜方案")]
    schedules: Vec<String>,
    /// The schedule the others are compared with (default: announced, or the schedule file that PATH is) ｜ 作基准的方案（默认 announced 公告方案；路径写的是一个方案文件时，默认就是它）
    #[arg(long, value_name = "SCHEDULE｜方案")]
    baseline: Option<String>,
    /// Times the course is simulated under every schedule (default 100; 50 where it is worse by then, or too close to a better one) ｜ 每个方案的模拟次数（默认 100；50 次后较差或差别无关紧要的不再继续）
    #[arg(long, value_name = "N｜次数", conflicts_with = "precision", value_parser = parse_replications, allow_negative_numbers = true)]
    replications: Option<u32>,
    /// Simulate all schedules until visits affected and prepayment of the baseline, and the differences to them, are known this well relative to the baseline, such as 2% ｜ 按精度自动决定模拟次数：基准的受影响人次与垫付总额、各方案与它的差，都达到相对于基准的此精度，如 2%
    #[arg(long, value_name = "SHARE｜精度", value_parser = parse_precision, allow_negative_numbers = true)]
    precision: Option<Precision>,
    /// Most times for schedules between which the choice is open (default: twice as many; 1000 with --precision, which it limits too) ｜ 选择未定的方案最多模拟的次数（默认加倍；用 --precision 时也是其上限，默认 1000）
    #[arg(long, value_name = "N｜次数", value_parser = parse_replications, allow_negative_numbers = true)]
    most: Option<u32>,
    /// Simulated courses in each plausible world (long or short work, many or few who put visits off or stock up, slow or fast windows) for the schedules in question (0 leaves it out) ｜ 各种可能情形（工期长短、推迟与提前开药多少、窗口快慢）下对仍有争议的方案各模拟的次数（0 为不做）
    #[arg(long, value_name = "N｜次数", default_value_t = WORLDS_DEFAULT, value_parser = parse_worlds, allow_negative_numbers = true)]
    worlds: u32,
    #[command(flatten)]
    simulation: SimulationArgs,
    /// Results folder (default output/CITY/compare) ｜ 结果文件夹（默认 output/城市/compare）
    #[arg(long, value_name = "FOLDER｜文件夹")]
    out: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
}

fn parse_worlds(text: &str) -> Result<u32, BadValue> {
    whole(text, 0, 10_000)
}

impl CompareArgs {
    fn plan(&self) -> Plan {
        let replications = self.replications.unwrap_or(REPLICATIONS_DEFAULT);
        match self.precision {
            None => Plan {
                everybody: self.replications.unwrap_or(EVERYBODY_DEFAULT),
                replications,
                most: self.most.unwrap_or(replications.saturating_mul(2)).max(replications),
                precision: None,
            },
            Some(_) => {
                let most = self.most.unwrap_or(PRECISION_MOST_DEFAULT);
                Plan { everybody: most, replications: most, most, precision: self.precision }
            }
        }
    }
}

pub(super) fn compare(arguments: &CompareArgs) -> Result<ExitCode, Failure> {
    let inputs = read_all(arguments)?;
    let lang = inputs[0].lang;
    let city = &inputs[0].loaded.city;
    let out = arguments.out.clone().unwrap_or_else(|| PathBuf::from("output").join(city).join("compare"));
    let (plan, seed) = (arguments.plan(), arguments.simulation.seed);
    let size = format!("compare {plan:?} {}", arguments.worlds);
    let digests: Vec<String> = inputs.iter().map(|input| run_digest(&input.loaded, seed, &size, lang)).collect();
    let (loaded, candidates) = candidates(inputs, arguments.simulation.engine(), lang)?;
    let session = Session::begin(&arguments.simulation, &arguments.output, (out, &digests.join("-")), lang)?;
    let comparison = session.simulate(plan.replications, |watch, bar| {
        let mut comparison =
            compare_candidates(&candidates, seed, plan, watch, &|phase| show_phase(phase, plan.precision, bar, lang));
        if comparison.stopped.is_none() && arguments.worlds > 0 {
            bar.set_length(u64::from(watch.finished.load(std::sync::atomic::Ordering::Relaxed)));
            bar.set_message(lang.pick("各种可能情形", "plausible worlds"));
            add_worlds(&mut comparison, (&loaded, &candidates), arguments, (watch, bar));
        }
        comparison
    });
    session.end((comparison.stopped.as_ref(), comparison.replications()), |session, info| {
        let report = ComparisonReport::new(&loaded, &candidates, &comparison, lang, info)
            .map_err(|error| Failure::work(error.text(lang)))?;
        session.write(|folder| write(folder, &report), || json(&report), || text(&report))
    })
}

/// Shows on the bar what the comparison is at, and lets its end move on with what is added.
fn show_phase(phase: Phase, precision: Option<Precision>, bar: &ProgressBar, lang: Lang) {
    match phase {
        Phase::Planned(_) if precision.is_some() => bar.set_message(lang.pick("直到达到精度", "until precise")),
        Phase::Planned(_) => {}
        Phase::More(more) => {
            // What was planned and screened out is not to come any more.
            bar.set_length(bar.position() + u64::from(more));
            bar.set_message(lang.pick("追加模拟", "more, to decide"));
        }
    }
}

/// Reads all schedules that are compared, the baseline first, with one clock for all of the folder, so that a
/// schedule has the same numbers whichever others are asked for.
fn read_all(arguments: &CompareArgs) -> Result<Vec<Input>, Failure> {
    let ScenarioArgs { path, sets, lang } = &arguments.scenario;
    let folder = Folder::read(path, sets, *lang)?;
    let asked = Asked { schedules: &arguments.schedules, baseline: arguments.baseline.as_deref() };
    let names = folder.chosen(asked)?;
    let read = |sets: &[String]| -> Result<Vec<Input>, Failure> {
        names.iter().map(|name| read_schedule(folder.path(), Some(name), sets, *lang)).collect()
    };
    let inputs = read(sets)?;
    refuse_differing(&inputs)?;
    let clock = one_clock(folder.scenarios());
    if clock.is_some() && !folder.unreadable().is_empty() && !arguments.output.quiet {
        let (list, lang) = (folder.unreadable().join(", "), inputs[0].lang);
        remark(&lang.choose(
            format!("这些方案有错（用 cutover check 查看），确定共同起止日期时没有计入：{list}"),
            format!(
                "these schedules are wrong (see cutover check) and left out of the common first and last day: {list}"
            ),
        ));
    }
    let Some(clock) = clock else { return Ok(inputs) };
    read(&sets.iter().cloned().chain(clock).collect::<Vec<String>>())
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
            format!("{one} 与 {two} 不是同一批参保人和窗口，不能比较。不同的键：\n{list}\n请把这些键移到 city.toml（两个方案共用），或改用停机、处理方式、配套措施来表达；pathways 里人的行为和经办时长也须相同，确有不同的请另写一条新的 pathway，用 handling 指过去"),
            format!("{one} and {two} are not for the same people and desks and cannot be compared. Keys that differ:\n{list}\nmove these keys to city.toml, which both share, or say it by stops, handling or measures; how people behave in a pathway and how long its steps take must be the same too: write a new pathway where they are not, and point to it with handling"),
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
    (watch, bar): (&Watch, &ProgressBar),
) {
    let engine = arguments.simulation.engine();
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
            which.iter().map(|&index| in_world(world, &loaded[index], &candidates[index], engine)).collect();
        let Some(moved) = moved else { continue };
        bar.inc_length(u64::from(arguments.worlds));
        match scores(&moved, arguments.simulation.seed, arguments.worlds, watch) {
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
fn in_world(world: World, loaded: &Loaded, candidate: &Candidate, engine: Engine) -> Option<Candidate> {
    let moved = world.of(loaded);
    let loaded = moved.as_ref().unwrap_or(loaded);
    let scenario = check(&loaded.layer, &loaded.city, &loaded.schedule, &loaded.calendar).ok()?;
    Some(Candidate {
        model: Model::new(scenario).with_engine(engine),
        objective: candidate.objective.clone(),
        catalogue: candidate.catalogue.clone(),
    })
}

/// The scenarios with their tables and what they are weighed by.
fn candidates(inputs: Vec<Input>, engine: Engine, lang: Lang) -> Result<(Vec<Loaded>, Vec<Candidate>), Failure> {
    let (mut loaded, mut found) = (Vec::new(), Vec::new());
    for input in inputs {
        let catalogue = Catalogue::new(&input.scenario);
        let raw = input.loaded.layer.objective.clone().unwrap_or_default();
        let objective = Objective::new(&raw, &input.scenario, &catalogue)
            .map_err(|complaints| Failure::input(problems(&input.loaded, complaints).render(lang)))?;
        let model = Model::new(input.scenario).with_engine(engine);
        found.push(Candidate { model, objective, catalogue });
        loaded.push(input.loaded);
    }
    Ok((loaded, found))
}
