//! The command line: arguments to a typed plan to library calls, one file a command.
//!
//! Exit status: 0 done; 1 the work failed; 2 wrong input; 130 and 143 stopped by a signal.

mod check;
mod input;
mod output;
mod run;
mod schema;
mod trace;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::units::Lang;

pub use output::Failure;

/// What a medical-insurance system cutover does to patients.
///
/// 医保信息系统停机切换对参保人的影响：模拟测算工具。
#[derive(Debug, Parser)]
#[command(name = "cutover", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Simulate one city under one schedule and write the results folder  模拟一个城市的一个切换方案
    Run(run::RunArgs),
    /// Validate scenarios; print timeline, load and assumptions  检查情景文件，列出时间表、负荷与假设
    Check(check::CheckArgs),
    /// Event log of one simulated course  导出一次模拟的逐笔日志
    Trace(trace::TraceArgs),
    /// JSON Schema of the scenario files, for editors  情景文件的 JSON Schema
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
    /// Scenario folder (scenarios/wuhan) or one schedule file in it  情景文件夹或方案文件
    path: PathBuf,
    /// Set any scenario key: --set demand.outpatient.deferred_share=0.2  临时修改任一参数
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,
    /// Language of output; default: the scenario's, else the locale's  输出语言
    #[arg(long, value_enum)]
    lang: Option<LangArg>,
}

/// Runs the program. Errors of the command line itself are printed by clap with status 2.
///
/// # Errors
///
/// [`Failure`] with the text and the exit status.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<ExitCode, Failure> {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let status = u8::try_from(error.exit_code()).unwrap_or(2);
            output::print_clap(&error)?;
            return Ok(ExitCode::from(status));
        }
    };
    match cli.command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Check(arguments) => check::check(&arguments),
        Command::Trace(arguments) => trace::trace(&arguments),
        Command::Schema => schema::schema(),
    }
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
