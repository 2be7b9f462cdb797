//! The command line in the reader's language: help, and errors that name what was found, what is
//! allowed, what was probably meant and what to type.
//!
//! Texts of commands and options stand at their definitions as `English ｜ 中文`, names of values as
//! `PATH｜路径`. clap parses; it never speaks.

use std::error::Error as _;
use std::ffi::OsString;
use std::fmt;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};

use crate::scenario::error::{Text, echo, listed, nearest};
use crate::scenario::mistyped::number_meant;
use crate::units::Lang;

/// Between the English and the Chinese half of a text.
const BAR: char = '｜';

/// The half of a text in a language; a text without halves is whole in both.
pub(super) fn half(text: &str, lang: Lang) -> &str {
    text.split_once(BAR).map_or(text, |(en, zh)| lang.pick(zh, en)).trim()
}

/// A value that an option cannot take.
#[derive(Debug, Clone)]
pub(super) struct BadValue(Text);

impl fmt::Display for BadValue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.en)
    }
}

impl std::error::Error for BadValue {}

impl BadValue {
    /// A value that is not what is allowed; what was probably meant is added where it is plain.
    pub(super) fn new(found: &str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        let (mut zh, mut en): (String, String) = (zh.into(), en.into());
        if let Some(meant) = number_meant(found) {
            zh = format!("{zh}；{}", meant.zh);
            en = format!("{en}; {}", meant.en);
        }
        Self(Text::new(zh, en))
    }
}

/// A whole number from `least` to `most`.
pub(super) fn whole<T: std::str::FromStr + PartialOrd + fmt::Display>(
    text: &str,
    least: T,
    most: T,
) -> Result<T, BadValue> {
    let plain = text.trim().replace('_', "");
    match plain.parse::<T>() {
        Ok(number) if number >= least && number <= most => Ok(number),
        _ => Err(BadValue::new(
            text,
            format!("必须是 {least} 到 {most} 的整数"),
            format!("must be a whole number from {least} to {most}"),
        )),
    }
}

/// The words of an option that takes lists and may be given more than once; lists are written with the comma of either
/// language.
pub(super) fn listed_words(lists: &[String]) -> Vec<&str> {
    let words = lists.iter().flat_map(|list| list.split([',', '，', '、']));
    words.map(str::trim).filter(|word| !word.is_empty()).collect()
}

/// The same command with help in a language.
pub(super) fn in_lang(command: Command, lang: Lang) -> Command {
    let mut command = command;
    command.build();
    localised(command, "", lang)
}

fn localised(command: Command, above: &str, lang: Lang) -> Command {
    let name = if above.is_empty() { command.get_name().to_owned() } else { format!("{above} {}", command.get_name()) };
    let text = help(&command, &name, lang);
    let command = command.mut_subcommands(|below| localised(below, &name, lang));
    command.override_help(text)
}

fn help(command: &Command, name: &str, lang: Lang) -> String {
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let mut text =
        format!("{}\n\n{}{}\n", half(&about, lang), lang.pick("用法：", "Usage: "), usage(command, name, lang));
    let places = command.get_positionals().map(|arg| (value_name(arg, lang), explained(arg, lang)));
    section(&mut text, lang.pick("参数：", "Arguments:"), places.collect());
    let below = command.get_subcommands().map(|below| {
        let about = below.get_about().map(ToString::to_string).unwrap_or_default();
        let help = lang.pick("显示帮助", "Print help");
        (
            below.get_name().to_owned(),
            if below.get_name() == "help" { help.to_owned() } else { half(&about, lang).to_owned() },
        )
    });
    section(&mut text, lang.pick("命令：", "Commands:"), below.collect());
    let options =
        command.get_opts().chain(command.get_arguments().filter(|arg| !arg.is_positional() && !takes_value(arg)));
    let mut options: Vec<&Arg> = options.filter(|arg| !arg.is_hide_set()).collect();
    let order = |arg: &Arg| command.get_arguments().position(|other| other.get_id() == arg.get_id());
    options.sort_by_key(|arg| order(arg));
    let options = options.into_iter().map(|arg| (written(arg, lang), explained(arg, lang)));
    section(&mut text, lang.pick("选项：", "Options:"), options.collect());
    if let Some(after) = command.get_after_help() {
        text.push('\n');
        text.push_str(half(&after.to_string(), lang));
        text.push('\n');
    }
    text
}

/// `cutover run [OPTIONS] <PATH>`.
fn usage(command: &Command, name: &str, lang: Lang) -> String {
    let mut text = name.to_owned();
    if command.has_subcommands() {
        return text + lang.pick(" <命令>", " <COMMAND>");
    }
    text.push_str(lang.pick(" [选项]", " [OPTIONS]"));
    for arg in command.get_arguments().filter(|arg| arg.is_required_set() && !arg.is_positional()) {
        text.push(' ');
        text.push_str(written(arg, lang).trim_start());
    }
    for arg in command.get_positionals() {
        let more = if arg.get_num_args().is_some_and(|range| range.max_values() > 1) { "..." } else { "" };
        let name = value_name(arg, lang);
        let name = if arg.is_required_set() { name } else { name.replace('<', "[").replace('>', "]") };
        text.push_str(&format!(" {name}{more}"));
    }
    text
}

fn takes_value(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Set | ArgAction::Append)
}

fn value_name(arg: &Arg, lang: Lang) -> String {
    let name = arg.get_value_names().and_then(|names| names.first().map(ToString::to_string));
    let name = name.unwrap_or_else(|| arg.get_id().as_str().to_uppercase());
    format!("<{}>", half(&name, lang))
}

/// `-h, --help` or `    --seed <NUMBER>`.
fn written(arg: &Arg, lang: Lang) -> String {
    let short = arg.get_short().map_or_else(|| "    ".to_owned(), |short| format!("-{short}, "));
    let value = if takes_value(arg) { format!(" {}", value_name(arg, lang)) } else { String::new() };
    format!("{short}--{}{value}", arg.get_long().unwrap_or_default())
}

fn explained(arg: &Arg, lang: Lang) -> String {
    let mut text = match arg.get_action() {
        ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong => lang.pick("显示帮助", "Print help").to_owned(),
        ArgAction::Version => lang.pick("显示版本", "Print version").to_owned(),
        _ => half(&arg.get_help().map(ToString::to_string).unwrap_or_default(), lang).to_owned(),
    };
    let words: Vec<String> = arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    if takes_value(arg) && !words.is_empty() {
        text.push_str(&bracketed(&format!("{}{}", lang.pick("可用：", "one of: "), words.join(", ")), lang));
    }
    let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if takes_value(arg) && !defaults.is_empty() {
        text.push_str(&bracketed(&format!("{}{}", lang.pick("默认 ", "default "), defaults.join(", ")), lang));
    }
    text
}

fn bracketed(text: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("（{text}）"),
        Lang::En => format!(" ({text})"),
    }
}

fn section(text: &mut String, title: &str, rows: Vec<(String, String)>) {
    if rows.is_empty() {
        return;
    }
    let widest = rows.iter().map(|(left, _)| columns(left)).max().unwrap_or(0);
    text.push_str(&format!("\n{title}\n"));
    for (left, right) in rows {
        let gap = " ".repeat(widest - columns(&left) + 2);
        text.push_str(&format!("  {left}{gap}{right}\n"));
    }
}

/// Columns of a terminal that a text takes: two for what lies beyond the Latin and Greek scripts.
fn columns(text: &str) -> usize {
    text.chars().map(|character| if character >= '\u{1100}' { 2 } else { 1 }).sum()
}

/// What is wrong with the arguments. `None` where clap has no error to tell but help or version.
pub(super) fn told(error: &clap::Error, command: &Command, words: &[OsString], lang: Lang) -> Option<String> {
    let (named, name) = path_of(command, words);
    let mut text = fault(error, (command, named), lang)?;
    if let Some(meant) = suggested(error, command, lang) {
        text.push_str(&match lang {
            Lang::Zh => format!("；是否想写 {meant}？"),
            Lang::En => format!("; did you mean {meant}?"),
        });
    }
    let usage = usage(named, &name, lang);
    text.push_str(&match lang {
        Lang::Zh => format!("\n用法：{usage}\n说明：{name} --help"),
        Lang::En => format!("\nusage: {usage}\nhelp: {name} --help"),
    });
    Some(text)
}

/// What was found and what is allowed.
fn fault(error: &clap::Error, (root, command): (&Command, &Command), lang: Lang) -> Option<String> {
    let first = |kind| first(error, kind, lang).unwrap_or_default();
    let (arg, value) = (first(ContextKind::InvalidArg), echo(&first(ContextKind::InvalidValue)));
    let say = |zh: String, en: String| if lang == Lang::Zh { zh } else { en };
    Some(match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            return None;
        }
        ErrorKind::UnknownArgument
            if !arg.starts_with('-') && command.get_positionals().any(|one| one.get_id() == "path") =>
        {
            say(
                format!(
                    "多出一个参数 {arg}；只写一个路径，方案写成其文件，如 scenarios/minimal/surge.toml；含空格时请加引号"
                ),
                format!(
                    "one argument too many: {arg}; one path is taken, and a schedule is named by its file, such as scenarios/minimal/surge.toml; put quotes around a path or value with spaces"
                ),
            )
        }
        ErrorKind::UnknownArgument if !arg.starts_with('-') => say(
            format!("多出一个参数 {arg}；路径或值含空格时请加引号"),
            format!("one argument too many: {arg}; put quotes around a path or value with spaces"),
        ),
        ErrorKind::UnknownArgument => {
            let known = known_options(command, lang);
            say(format!("没有 {arg} 这个选项，可用：{known}"), format!("unknown option {arg}, known here: {known}"))
        }
        ErrorKind::InvalidSubcommand | ErrorKind::MissingSubcommand => {
            let known = listed(root.get_subcommands().map(Command::get_name));
            let found = echo(&first(ContextKind::InvalidSubcommand));
            say(format!("没有 {found} 这个命令，可用：{known}"), format!("unknown command {found}, there are: {known}"))
        }
        ErrorKind::InvalidValue if value.is_empty() => say(format!("{arg} 后面缺少值"), format!("{arg} needs a value")),
        ErrorKind::InvalidValue => {
            let known = all(error, ContextKind::ValidValue, lang).join(", ");
            say(format!("{arg}：没有 {value} 这个值，可用：{known}"), format!("{arg}: {value} is none of: {known}"))
        }
        ErrorKind::ValueValidation => {
            let source = error.source();
            let rule = source.and_then(|source| source.downcast_ref::<BadValue>()).map(|bad| bad.0.in_lang(lang));
            let rule = rule.map(str::to_owned).or_else(|| source.map(ToString::to_string)).unwrap_or_default();
            say(format!("{arg} = {value}：{rule}"), format!("{arg} = {value}: {rule}"))
        }
        ErrorKind::TooManyValues => {
            say(format!("{arg} 后面不带值，多出 {value}"), format!("{arg} takes no value; {value} is too many"))
        }
        ErrorKind::ArgumentConflict => conflict(&arg, &all(error, ContextKind::PriorArg, lang), lang),
        ErrorKind::MissingRequiredArgument => {
            let missing = all(error, ContextKind::InvalidArg, lang).join(" ");
            say(format!("缺少 {missing}"), format!("{missing} is missing"))
        }
        ErrorKind::InvalidUtf8 => say("参数不是 UTF-8 文字".into(), "an argument is not UTF-8 text".into()),
        _ => {
            let said = error.to_string();
            let said = said.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
            say(format!("参数有误（{said}）"), said)
        }
    })
}

/// The command, option or word that was probably meant.
fn suggested(error: &clap::Error, command: &Command, lang: Lang) -> Option<String> {
    let kinds = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    let own = || {
        let found = first(error, ContextKind::InvalidSubcommand, lang)?;
        nearest(&found, command.get_subcommands().map(Command::get_name)).map(str::to_owned)
    };
    kinds.into_iter().find_map(|kind| first(error, kind, lang)).or_else(own)
}

fn all(error: &clap::Error, kind: ContextKind, lang: Lang) -> Vec<String> {
    error.get(kind).map(|value| values(value, lang)).unwrap_or_default()
}

fn first(error: &clap::Error, kind: ContextKind, lang: Lang) -> Option<String> {
    all(error, kind, lang).into_iter().next()
}

fn conflict(arg: &str, prior: &[String], lang: Lang) -> String {
    let prior = prior.join(", ");
    match (prior.is_empty() || prior == arg, lang) {
        (true, Lang::Zh) => format!("{arg} 只能写一次"),
        (true, Lang::En) => format!("{arg} can be given once only"),
        (false, Lang::Zh) => format!("{arg} 不能与 {prior} 同用，请去掉一个"),
        (false, Lang::En) => format!("{arg} cannot be used with {prior}; leave one out"),
    }
}

/// The command that the words name, with its whole name.
fn path_of<'a>(command: &'a Command, words: &[OsString]) -> (&'a Command, String) {
    let name = command.get_name().to_owned();
    let below = words.iter().skip(1).find_map(|word| command.find_subcommand(word));
    below.map_or((command, name.clone()), |below| (below, format!("{name} {}", below.get_name())))
}

fn known_options(command: &Command, lang: Lang) -> String {
    let long = command.get_arguments().filter_map(|arg| arg.get_long()).map(|long| format!("--{long}"));
    let places = command.get_positionals().map(|arg| value_name(arg, lang));
    places.chain(long).collect::<Vec<_>>().join(" ")
}

/// Texts of a context value; names of values in the reader's language.
fn values(value: &ContextValue, lang: Lang) -> Vec<String> {
    let texts = match value {
        ContextValue::String(text) => vec![text.clone()],
        ContextValue::Strings(texts) => texts.clone(),
        ContextValue::StyledStr(text) => vec![text.to_string()],
        ContextValue::StyledStrs(texts) => texts.iter().map(ToString::to_string).collect(),
        other => vec![other.to_string()],
    };
    texts.into_iter().map(|text| placeholders(&text, lang)).collect()
}

/// `--seed <NUMBER｜数>` with the name in one language.
fn placeholders(text: &str, lang: Lang) -> String {
    let mut rest = text;
    let mut plain = String::new();
    while let Some((before, (inside, after))) =
        rest.split_once('<').and_then(|(before, after)| Some((before, after.split_once('>')?)))
    {
        plain.push_str(before);
        plain.push_str(&format!("<{}>", half(inside, lang)));
        rest = after;
    }
    plain + rest
}
