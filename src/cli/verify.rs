//! `cutover verify`: analytic cases, theory against simulation.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::output::{Failure, print};
use super::{LangArg, choose_lang, parse_engine};
use crate::engine::Engine;
use crate::report::numbers::width;
use crate::scenario::error::{echo, nearest};
use crate::units::Lang;
use crate::verify::{CASES, Case, Kind, LEVEL, NAME_COLUMNS, Row, SEED, chosen};

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// Cases, such as m-m-c (default: all) ｜ 算例，如 m-m-c，可写多个（默认全部）
    #[arg(value_name = "CASE｜算例")]
    cases: Vec<String>,
    /// Only this engine: kernel or calendar (default: both) ｜ 只用一种算法：kernel 或 calendar（默认两种）
    #[arg(long, value_name = "ENGINE｜算法", value_parser = parse_engine)]
    engine: Option<Engine>,
    /// Random seed ｜ 随机种子
    #[arg(long, value_name = "NUMBER｜数", default_value_t = SEED, value_parser = super::run::parse_seed)]
    seed: u64,
    /// Threads (default: all cores); results do not depend on it ｜ 线程数（默认全部核）；结果与此无关
    #[arg(long, value_name = "N｜数", value_parser = super::run::parse_threads)]
    threads: Option<u32>,
    /// Language of output; default: the locale's ｜ 输出语言；默认按系统语言
    #[arg(long, value_enum, value_name = "LANG｜语言")]
    lang: Option<LangArg>,
    /// Print JSON ｜ 以 JSON 输出
    #[arg(long)]
    json: bool,
}

/// A row with where it belongs; no engine where no desk is served.
struct Found {
    case: Case,
    engine: Option<Engine>,
    row: Row,
}

impl Found {
    fn engine(&self) -> Option<&'static str> {
        self.engine.map(Engine::word)
    }
}

pub(super) fn verify(arguments: &VerifyArgs) -> Result<ExitCode, Failure> {
    let lang = choose_lang(arguments.lang, None);
    let cases = chosen(&arguments.cases).map_err(|name| unknown(&name, lang))?;
    let engines = match arguments.engine {
        Some(engine) => vec![engine],
        None => Engine::ALL.to_vec(),
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(arguments.threads.unwrap_or(0) as usize)
        .build()
        .map_err(|error| Failure::work(error.to_string()))?;
    let mut found = Vec::new();
    if !arguments.json {
        print(&heading(lang), lang)?;
    }
    for case in cases {
        // A case without a desk needs no second engine.
        for &engine in if case.serves { &engines[..] } else { &engines[..1] } {
            let rows = pool.install(|| case.run(engine, arguments.seed));
            let engine = case.serves.then_some(engine);
            for row in rows {
                let one = Found { case, engine, row };
                if !arguments.json {
                    print(&line(&one, lang), lang)?;
                }
                found.push(one);
            }
        }
    }
    let is_well = found.iter().all(|one| one.row.passes());
    if arguments.json {
        print(&(json_text(&found, arguments.seed)? + "\n"), lang)?;
    } else {
        print(&closing(&found, lang), lang)?;
    }
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn unknown(name: &str, lang: Lang) -> Failure {
    let known: Vec<&str> = CASES.iter().map(|case| case.key).collect();
    let near = nearest(name, known.iter().copied());
    let (name, known) = (echo(name), known.join(", "));
    Failure::input(match lang {
        Lang::Zh => {
            let meant = near.map_or_else(String::new, |near| format!("；是否想写 {near}？"));
            format!("没有 {name} 这个算例，可用：{known}；可写多个，不写即全部{meant}")
        }
        Lang::En => {
            let meant = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
            format!("no case {name}, there are: {known}; name several, or none for all{meant}")
        }
    })
}

/// Columns of the case and of what is compared.
const COLUMNS: [usize; 2] = [15, NAME_COLUMNS];

fn heading(lang: Lang) -> String {
    let (case, what) = (lang.pick("算例", "case"), lang.pick("比较项", "what"));
    let (theory, simulated) = (lang.pick("理论值", "theory"), lang.pick("模拟值", "simulated"));
    let (interval, engine) = (lang.pick("±3标准误/p", "±3 s.e. / p"), lang.pick("算法", "engine"));
    let numbers = [theory, simulated, interval].map(|text| left_padded(text, 12)).join(" ");
    format!("{} {} {numbers} {} {engine}\n", padded(case, COLUMNS[0]), padded(what, COLUMNS[1]), left_padded("z", 6))
}

fn line(one: &Found, lang: Lang) -> String {
    let row = &one.row;
    let what = lang.pick(&row.what.zh, &row.what.en);
    let interval = match row.kind {
        Kind::Mean { standard_error, .. } => number(3.0 * standard_error),
        Kind::Fit { probability } => format!("p {probability:.4}"),
    };
    let numbers = [number(row.theory), number(row.simulated), interval].map(|text| left_padded(&text, 12)).join(" ");
    let verdict = if row.passes() {
        ""
    } else if row.is_precise() {
        lang.pick("  不符", "  FAILS")
    } else {
        lang.pick("  精度不足", "  NOT PRECISE")
    };
    let z = left_padded(&format!("{:+.2}", row.z()), 6);
    let engine = one.engine().unwrap_or("-");
    format!("{} {} {numbers} {z} {engine}{verdict}\n", padded(one.case.key, COLUMNS[0]), padded(what, COLUMNS[1]))
}

/// Six significant digits or so.
fn number(value: f64) -> String {
    let size = value.abs();
    if size >= 1e7 {
        format!("{value:.4e}")
    } else if size >= 1_000.0 {
        format!("{value:.1}")
    } else if size >= 10.0 {
        format!("{value:.3}")
    } else {
        format!("{value:.5}")
    }
}

fn closing(found: &[Found], lang: Lang) -> String {
    let count = found.len();
    let beyond = |limit: f64| found.iter().filter(|one| one.row.z().abs() > limit).count();
    let failing = found.iter().filter(|one| !one.row.passes()).count();
    let expected = |share: f64| format!("{:.1}", share * count as f64);
    let (two, three) = (beyond(2.0), beyond(3.0));
    let (hoped_two, hoped_three) = (expected(0.0455), expected(0.0027));
    match lang {
        Lang::Zh => format!(
            "\n拟合检验（p）：理论值为统计量的均值，p 至少 {LEVEL} 为相符。共 {count} 项，不符 {failing} 项；|z| > 2 有 {two} 项（按概率应有 {hoped_two}），|z| > 3 有 {three} 项（应有 {hoped_three}）。\n"
        ),
        Lang::En => format!(
            "\nTests of fit (p): theory is the mean of the statistic; one passes at p {LEVEL} or more. {count} rows, {failing} fail; |z| > 2 in {two} (expected by chance {hoped_two}), > 3 in {three} (expected {hoped_three}).\n"
        ),
    }
}

fn json_text(found: &[Found], seed: u64) -> Result<String, Failure> {
    let rows: Vec<Value> = found
        .iter()
        .map(|one| {
            let row = &one.row;
            let (standard_error, probability) = match row.kind {
                Kind::Mean { standard_error, .. } => (Some(standard_error), None),
                Kind::Fit { probability } => (None, Some(probability)),
            };
            json!({
                "case": one.case.key,
                "what": row.what,
                "engine": one.engine(),
                "theory": row.theory,
                "simulated": row.simulated,
                "standard_error": standard_error,
                "interval": row.interval(),
                "probability": probability,
                "z": row.z(),
                "passes": row.passes(),
            })
        })
        .collect();
    let failing = found.iter().filter(|one| !one.row.passes()).count();
    let value = json!({ "seed": seed, "rows": rows, "failing": failing });
    serde_json::to_string_pretty(&value).map_err(|error| Failure::work(error.to_string()))
}

fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

fn left_padded(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}
