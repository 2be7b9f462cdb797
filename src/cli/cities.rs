//! `cutover cities`: several cities side by side, and what makes them differ.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::input::{Input, read_path};
use super::output::Failure;
use super::session::{OutputArgs, Session, SimulationArgs, parse_replications};
use super::{LangArg, choose_lang};
use crate::experiment::cities::{Course, Plan, simulate_courses};
use crate::replication::Model;
use crate::report::cities::{CitiesReport, json, text, write};
use crate::report::manifest::run_digest;
use crate::scenario::error::nearest;
use crate::units::Lang;

/// Times each course is simulated unless asked otherwise.
const REPLICATIONS_DEFAULT: u32 = 30;

/// Most cities: what a screen and a slide have room for.
const CITIES_MAX: usize = 8;

#[derive(Debug, Args)]
pub(super) struct CitiesArgs {
    /// Scenario folders (scenarios/wuhan) or schedule files in them, two or more ｜ 情景文件夹（scenarios/wuhan）或其中的方案文件，至少两个
    #[arg(value_name = "PATH｜路径", required = true, num_args = 1..)]
    paths: Vec<PathBuf>,
    /// The city the others are explained from (default: the first) ｜ 以哪个城市为起点解释差异（默认第一个）
    #[arg(long, value_name = "CITY｜城市")]
    base: Option<String>,
    /// Take the parts over in the reverse order too, as a check; takes longer ｜ 再按相反次序逐项替换，供核对（更费时）
    #[arg(long)]
    reverse: bool,
    /// Times each city and each step is simulated (default 30) ｜ 每个城市、每一步的模拟次数（默认 30）
    #[arg(long, value_name = "N｜次数", value_parser = parse_replications, allow_negative_numbers = true)]
    replications: Option<u32>,
    #[command(flatten)]
    simulation: SimulationArgs,
    /// Results folder (default output/cities) ｜ 结果文件夹（默认 output/cities）
    #[arg(long, value_name = "FOLDER｜文件夹")]
    out: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
    /// Language of output; default: the first scenario's, else the locale's ｜ 输出语言；默认按第一个情景文件，其次按系统语言
    #[arg(long, value_enum, value_name = "LANG｜语言")]
    lang: Option<LangArg>,
}

pub(super) fn cities(arguments: &CitiesArgs) -> Result<ExitCode, Failure> {
    let inputs = read_all(arguments)?;
    let lang = inputs[0].lang;
    let base = base_of(arguments, &inputs, lang)?;
    let out = arguments.out.clone().unwrap_or_else(|| Path::new("output").join("cities"));
    let replications = arguments.replications.unwrap_or(REPLICATIONS_DEFAULT);
    let size = format!("cities {replications} from {base} {}", arguments.reverse);
    let (seed, engine) = (arguments.simulation.seed, arguments.simulation.engine());
    let digests: Vec<String> = inputs.iter().map(|input| run_digest(&input.loaded, seed, &size, lang)).collect();
    let session = Session::begin(&arguments.simulation, &arguments.output, (out, &digests.join("-")), lang)?;
    let courses = inputs
        .into_iter()
        .map(|input| Course { loaded: input.loaded, model: Model::new(input.scenario).with_engine(engine) });
    let plan = Plan::new(courses.collect(), base, arguments.reverse, engine);
    let planned = replications.saturating_mul(plan.courses.len() as u32);
    let outcomes = session.simulate(planned, |watch, _| simulate_courses(&plan, seed, replications, watch));
    session.end((outcomes.stopped.as_ref(), outcomes.replications()), |session, info| {
        let report =
            CitiesReport::new(&plan, &outcomes, lang, info).map_err(|error| Failure::work(error.text(lang)))?;
        session.write(|folder| write(folder, &report), || json(&report), || text(&report))
    })
}

/// Reads all cities, and refuses one alone, too many, and the same twice.
fn read_all(arguments: &CitiesArgs) -> Result<Vec<Input>, Failure> {
    let early = choose_lang(arguments.lang, None);
    let count = arguments.paths.len();
    if count < 2 {
        let found = arguments.paths.first().map_or_else(String::new, |path| path.display().to_string());
        return Err(Failure::input(early.choose(
            format!("只给了一个城市（{found}），至少要两个，如 cutover cities {found} scenarios/wuhan；只看一个城市请用 cutover run {found}"),
            format!("only one city is given ({found}), at least two are needed, such as cutover cities {found} scenarios/wuhan; for one city use cutover run {found}"),
        )));
    }
    if count > CITIES_MAX {
        return Err(Failure::input(early.choose(
            format!("一次最多并列 {CITIES_MAX} 个城市，现有 {count} 个；请去掉一些"),
            format!("at most {CITIES_MAX} cities fit side by side, {count} are given: leave some out"),
        )));
    }
    let inputs: Vec<Input> =
        arguments.paths.iter().map(|path| read_path(path, &[], arguments.lang)).collect::<Result<_, _>>()?;
    for (index, input) in inputs.iter().enumerate() {
        // Folders of the same name in different places are different cities.
        let same = |other: &&Input| {
            other.loaded.files == input.loaded.files
                && other.loaded.city == input.loaded.city
                && other.loaded.schedule == input.loaded.schedule
        };
        if inputs[..index].iter().any(|other| same(&other)) {
            let (city, schedule) = (&input.loaded.city, &input.loaded.schedule);
            return Err(Failure::input(early.choose(
                format!("{city} 的方案 {schedule} 给了两次；请换成另一个城市，或写明该市的另一个方案文件（同一城市的多个方案用 cutover compare 比较更准）"),
                format!("{city} is given twice with the schedule {schedule}: name another city, or another schedule file of it (cutover compare tells schedules of one city apart more sharply)"),
            )));
        }
    }
    Ok(inputs)
}

/// The city from which the others are explained: its folder's name, or folder and schedule.
fn base_of(arguments: &CitiesArgs, inputs: &[Input], lang: Lang) -> Result<usize, Failure> {
    let Some(wanted) = arguments.base.as_deref() else { return Ok(0) };
    let plain = wanted.trim().trim_end_matches('/');
    let names = |input: &Input| {
        let (city, schedule) = (&input.loaded.city, &input.loaded.schedule);
        let name = &input.scenario.city_name;
        [city.clone(), format!("{city}/{schedule}"), name.zh.clone(), name.en.clone()]
    };
    let by_path = arguments.paths.iter().position(|path| path.as_path() == Path::new(plain));
    let found = by_path.or_else(|| inputs.iter().position(|input| names(input).iter().any(|name| name == plain)));
    found.ok_or_else(|| {
        let shown = |input: &Input| {
            let (city, name) = (&input.loaded.city, &input.scenario.city_name);
            lang.choose(format!("{city}（{}）", name.zh), format!("{city} ({})", name.en))
        };
        let list = inputs.iter().map(shown).collect::<Vec<_>>().join(lang.pick("、", ", "));
        let near = nearest(plain, inputs.iter().map(|input| input.loaded.city.as_str())).or_else(|| {
            // A name without its `市`.
            let called = |input: &&Input| !plain.is_empty() && input.scenario.city_name.zh.contains(plain);
            inputs.iter().find(called).map(|input| input.loaded.city.as_str())
        });
        let hint = near.map_or_else(String::new, |near| {
            lang.choose(format!("；是否指 {near}？"), format!("; did you mean {near}?"))
        });
        Failure::input(lang.choose(
            format!("--base {wanted}：不在给出的城市之中，有：{list}{hint}"),
            format!("--base {wanted}: none of the cities given, there are: {list}{hint}"),
        ))
    })
}
