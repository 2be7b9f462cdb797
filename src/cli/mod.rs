//! The command line: arguments to a typed plan to library calls, one file a command.
//!
//! Exit status: 0 done; 1 the work failed; 2 wrong input; 130 and 143 stopped by a signal.

mod check;
mod cities;
mod compare;
mod input;
mod output;
mod progress;
#[cfg(feature = "charts")]
mod redraw;
mod run;
mod schedules;
mod schema;
mod session;
mod sweep;
mod trace;
mod usage;
mod verify;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::engine::Engine;
use crate::units::Lang;

use usage::BadValue;

pub use output::Failure;

/// What a medical-insurance system cutover does to patients ｜ 医保信息系统停机切换对参保人的影响：模拟测算工具
#[derive(Debug, Parser)]
#[command(name = "cutover", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Simulate one city under one schedule and write the results folder ｜ 模拟一个城市的一个切换方案，写出结果文件夹
    Run(run::RunArgs),
    /// Compare the schedules of a city on the same patients, and choose one with a guarantee ｜ 用同一批参保人比较一个城市的多个方案，并给出有把握的选择
    Compare(compare::CompareArgs),
    /// Vary one or two keys over a grid on the same patients: curves, a heat map, where a limit begins to be kept ｜ 让一两个参数在一组取值上变动，用同一批参保人模拟：曲线、热力图、从哪个取值起满足限制
    Sweep(sweep::SweepArgs),
    /// Several cities side by side, per million insured and by hour of outage, and what makes them differ ｜ 多个城市并列：每百万参保人、每停机小时，差异从何而来
    Cities(cities::CitiesArgs),
    /// Validate scenarios; print timeline, load and assumptions ｜ 检查情景文件，列出时间表、负荷与假设
    Check(check::CheckArgs),
    /// Event log of one simulated course, as CSV ｜ 导出一次模拟的逐笔日志（CSV）
    Trace(trace::TraceArgs),
    /// Draw the charts of a results folder again, without simulating: another language, theme or size ｜ 用已有结果重新画图，不再模拟：可换语言、主题、尺寸
    #[cfg(feature = "charts")]
    Chart(redraw::ChartArgs),
    /// Make report.html and tables.xlsx of a results folder again, without simulating ｜ 用已有结果重新生成 report.html 与 tables.xlsx，不再模拟
    #[cfg(feature = "charts")]
    Report(redraw::ReportArgs),
    /// Analytic cases: theory, simulated, interval, z ｜ 与理论值对照：理论值、模拟值、区间、z
    Verify(verify::VerifyArgs),
    /// JSON Schema of the scenario files, for editors ｜ 情景文件的 JSON Schema，供编辑器提示
    Schema,
}

/// Language of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LangArg {
    /// 中文
    Zh,
    /// English
    En,
}

/// What every command that reads a scenario takes.
#[derive(Debug, Args)]
struct ScenarioArgs {
    /// Scenario folder (scenarios/wuhan) or one schedule file in it ｜ 情景文件夹（scenarios/wuhan）或其中一个方案文件
    #[arg(value_name = "PATH｜路径")]
    path: PathBuf,
    /// Set any scenario key: --set demand.outpatient.deferred_share=0.2 ｜ 临时修改任一参数，如 --set demand.outpatient.deferred_share=0.2
    #[arg(long = "set", value_name = "KEY=VALUE｜键=值")]
    sets: Vec<String>,
    /// Language of output; default: the scenario's, else the locale's ｜ 输出语言；默认按情景文件，其次按系统语言
    #[arg(long, value_enum, value_name = "LANG｜语言")]
    lang: Option<LangArg>,
}

/// What every command that simulates takes.
#[derive(Debug, Args)]
struct EngineArgs {
    /// How desks are served, kernel (fast) or calendar (to check it); results do not depend on it ｜ 窗口排队的算法：kernel（快）或 calendar（用于核对），不影响结果
    #[arg(long, value_name = "ENGINE｜算法", default_value = "kernel", value_parser = parse_engine)]
    engine: Engine,
}

fn parse_engine(text: &str) -> Result<Engine, BadValue> {
    let found = Engine::ALL.iter().find(|engine| engine.word() == text.trim());
    found.copied().ok_or_else(|| BadValue::new(text, "必须是 kernel 或 calendar", "must be kernel or calendar"))
}

/// Runs the program.
///
/// # Errors
///
/// [`Failure`] with the text and the exit status.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<ExitCode, Failure> {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    if let [_, option, _] = arguments.as_slice()
        && option == "--lang"
        && asked_lang(&arguments).is_some()
    {
        // A language and no command: whoever types this looks for help.
        arguments.insert(1, "--help".into());
    }
    let lang = choose_lang(asked_lang(&arguments), None);
    let mut command = usage::in_lang(Cli::command(), lang);
    let parsed = command.try_get_matches_from_mut(&arguments).and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => match usage::told(&error, &command, &arguments, lang) {
            Some(text) => return Err(Failure::input(text)),
            None => {
                let status = u8::try_from(error.exit_code()).unwrap_or(2);
                output::print_clap(&error)?;
                return Ok(ExitCode::from(status));
            }
        },
    };
    match cli.command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Compare(arguments) => compare::compare(&arguments),
        Command::Sweep(arguments) => sweep::sweep(&arguments),
        Command::Cities(arguments) => cities::cities(&arguments),
        Command::Check(arguments) => check::check(&arguments),
        Command::Trace(arguments) => trace::trace(&arguments),
        #[cfg(feature = "charts")]
        Command::Chart(arguments) => redraw::chart(&arguments),
        #[cfg(feature = "charts")]
        Command::Report(arguments) => redraw::report(&arguments),
        Command::Verify(arguments) => verify::verify(&arguments),
        Command::Schema => schema::schema(lang),
    }
}

/// The `--lang` among arguments that may not be well formed otherwise.
fn asked_lang(arguments: &[OsString]) -> Option<LangArg> {
    let words: Vec<&str> = arguments.iter().filter_map(|word| word.to_str()).collect();
    let at = |index: usize| match words[index].strip_prefix("--lang")? {
        "" => words.get(index + 1).copied(),
        value => value.strip_prefix('='),
    };
    (0..words.len()).find_map(at).and_then(|word| LangArg::from_str(word, false).ok())
}

/// Language to use: asked for, else the scenario's, else the locale's.
fn choose_lang(asked: Option<LangArg>, scenario: Option<Lang>) -> Lang {
    match asked {
        Some(LangArg::Zh) => Lang::Zh,
        Some(LangArg::En) => Lang::En,
        None => scenario.unwrap_or_else(locale_lang),
    }
}

fn locale_lang() -> Lang {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    if locale.is_some_and(|locale| locale.starts_with("zh")) { Lang::Zh } else { Lang::En }
}
