//! `cutover verify`: analytic cases, theory against simulation.

mod table;

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::output::{Failure, print, remark};
use super::{LangArg, choose_lang, parse_engine};
use crate::engine::Engine;
use crate::scenario::error::{echo, nearest};
use crate::units::Lang;
use crate::verify::{
    CASES, Case, Comparison, Kind, LEVEL, Look, PRECISION, SEED, TOLERANCE, Verdict, chosen, false_alarm, second_seed,
};

#[derive(Debug, Args)]
#[command(after_help = explained())]
pub(super) struct VerifyArgs {
    /// Cases, such as m-m-c (default: all) ｜ 算例，如 m-m-c，可写多个（默认全部）
    #[arg(value_name = "CASE｜算例")]
    cases: Vec<String>,
    /// Only this engine: kernel or calendar (default: both) ｜ 只用一种算法：kernel 或 calendar（默认两种）
    #[arg(long, value_name = "ENGINE｜算法", value_parser = parse_engine)]
    engine: Option<Engine>,
    /// Random seed ｜ 随机种子
    #[arg(long, value_name = "NUMBER｜数", default_value_t = SEED, value_parser = super::session::parse_seed, allow_negative_numbers = true)]
    seed: u64,
    /// Threads (default: all cores); results do not depend on it ｜ 线程数（默认全部核）；结果与此无关
    #[arg(long, value_name = "N｜数", value_parser = super::session::parse_threads, allow_negative_numbers = true)]
    threads: Option<u32>,
    /// Language of output; default: the locale's ｜ 输出语言；默认按系统语言
    #[arg(long, value_enum, value_name = "LANG｜语言")]
    lang: Option<LangArg>,
    /// Print JSON ｜ 以 JSON 输出
    #[arg(long)]
    json: bool,
}

/// A case with what was found.
struct Found {
    case: Case,
    comparisons: Vec<Comparison>,
}

/// What a run is made with.
struct Plan {
    cases: Vec<Case>,
    engines: Vec<Engine>,
    seed: u64,
}

impl Plan {
    /// Whether every comparison that uses an engine is made with several.
    fn compares_engines(&self) -> bool {
        self.engines.len() > 1
    }

    /// Cases on which a choice of the engine has no effect.
    fn without_engine(&self) -> Vec<&'static str> {
        self.cases.iter().filter(|case| !case.serves).map(|case| case.key).collect()
    }
}

/// How many comparisons ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    all: usize,
    agree: usize,
    disagree: usize,
    imprecise: usize,
    /// Comparisons for which the engines gave different values; they are among the others too.
    engines_differ: usize,
    failing: usize,
}

fn tally(found: &[Found]) -> Tally {
    let mut tally = Tally::default();
    for one in comparisons(found) {
        tally.all += 1;
        *match one.verdict() {
            Verdict::Agrees => &mut tally.agree,
            Verdict::Disagrees => &mut tally.disagree,
            Verdict::Imprecise => &mut tally.imprecise,
        } += 1;
        tally.engines_differ += usize::from(!one.engines_agree());
        tally.failing += usize::from(!one.passes());
    }
    tally
}

fn comparisons(found: &[Found]) -> impl Iterator<Item = &Comparison> {
    found.iter().flat_map(|one| &one.comparisons)
}

pub(super) fn verify(arguments: &VerifyArgs) -> Result<ExitCode, Failure> {
    let lang = choose_lang(arguments.lang, None);
    let cases = chosen(&arguments.cases).map_err(|name| unknown(&name, lang))?;
    let engines = arguments.engine.map_or_else(|| Engine::ALL.to_vec(), |engine| vec![engine]);
    let plan = Plan { cases, engines, seed: arguments.seed };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(arguments.threads.unwrap_or(0) as usize)
        .build()
        .map_err(|error| Failure::work(error.to_string()))?;
    if !arguments.json {
        print(&table::opening(&plan, lang), lang)?;
    } else if !plan.compares_engines() && !plan.without_engine().is_empty() {
        remark(&table::no_effect(&plan, lang));
    }
    let mut found = Vec::new();
    for &case in &plan.cases {
        let comparisons = pool.install(|| case.examine(&plan.engines, plan.seed));
        let one = Found { case, comparisons };
        if !arguments.json {
            print(&table::case(&plan, &one, lang), lang)?;
        }
        found.push(one);
    }
    if arguments.json {
        print(&(json_text(&plan, &found)? + "\n"), lang)?;
    } else {
        print(&table::closing(&plan, &found, lang), lang)?;
    }
    Ok(status(&found, lang))
}

/// 1 where something fails; standard error says so, since a table that cannot be written is 1 too.
fn status(found: &[Found], lang: Lang) -> ExitCode {
    let Tally { all, failing, .. } = tally(found);
    if failing == 0 {
        return ExitCode::SUCCESS;
    }
    let names = failing_cases(found).join(lang.pick("、", ", "));
    remark(&match lang {
        Lang::Zh => format!("与理论值对照未通过：{all} 项中有 {failing} 项（{names}）"),
        Lang::En => format!("verification failed: {failing} of {all} comparisons ({names})"),
    });
    ExitCode::FAILURE
}

fn failing_cases(found: &[Found]) -> Vec<&'static str> {
    let fails = |one: &&Found| one.comparisons.iter().any(|one| !one.passes());
    found.iter().filter(fails).map(|one| one.case.key).collect()
}

/// The rule in one paragraph, as help, footer and readme state it.
fn rule(lang: Lang) -> String {
    let percent = 100.0 * PRECISION;
    match lang {
        Lang::Zh => format!(
            "每项须满足两条：（1）相符：模拟值与理论值相差不超过 {TOLERANCE} 个标准误（拟合检验：p 不小于 {LEVEL}）；（2）够精确：标准误不超过理论值的 {percent}%。不满足的，用另一个种子（由所给种子导出，会写明）重新抽样复核，以复核为准；两次都不满足才算不通过。用到排队算法的，两种算法的结果须逐位相同。"
        ),
        Lang::En => format!(
            "Each comparison must (1) agree: simulated within {TOLERANCE} standard errors of theory (test of fit: p {LEVEL} or more); (2) be precise: standard error at most {percent} % of theory. One that does not is looked at again with fresh draws, at another seed (derived from the one given, and stated), and the second look counts: only what misses twice fails. Where desks are served both engines must give the same, bit for bit."
        ),
    }
}

/// What `--help` says of the cases and the rule, in both languages.
fn explained() -> String {
    let say = |lang: Lang| {
        let (title, pass) = (lang.pick("算例：", "Cases:"), lang.pick("规则：", "Rule:"));
        let status = lang.pick(
            "退出码：0 全部通过；1 有不通过的，或结果无法写出（标准错误会写明是哪一种）；2 参数有误。",
            "Exit status: 0 all pass; 1 something fails, or the output cannot be written (standard error says which); 2 wrong arguments.",
        );
        let rule = table::wrapped(&rule(lang), 0);
        format!("{title}\n{}\n{pass}\n{rule}\n{}", listed(lang), table::wrapped(status, 0))
    };
    format!("{}｜{}", say(Lang::En).trim_end(), say(Lang::Zh).trim_end())
}

/// All cases, one a line.
fn listed(lang: Lang) -> String {
    let widest = CASES.iter().map(|case| case.key.len()).max().unwrap_or(0);
    CASES.iter().map(|case| format!("  {:widest$}  {}\n", case.key, lang.pick(case.zh, case.en))).collect()
}

fn unknown(name: &str, lang: Lang) -> Failure {
    let near = meant(name).join(lang.pick("、", ", "));
    let (name, known) = (echo(name), listed(lang));
    Failure::input(match lang {
        Lang::Zh => {
            let meant = if near.is_empty() { near } else { format!("；是否想写 {near}？") };
            format!("没有“{name}”这个算例{meant}\n可用的算例（可写多个，不写即全部）：\n{known}")
        }
        Lang::En => {
            let meant = if near.is_empty() { near } else { format!("; did you mean {near}?") };
            format!("there is no case \"{name}\"{meant}\ncases (name several, or none for all):\n{known}")
        }
    })
}

/// The cases that were probably meant: by name without hyphens, by a word of what they are about, or
/// by a name that is near.
fn meant(name: &str) -> Vec<&'static str> {
    let plain = |text: &str| text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let wanted = plain(name);
    let found = |is_meant: &dyn Fn(&Case) -> bool| -> Vec<&'static str> {
        CASES.iter().filter(|case| is_meant(case)).map(|case| case.key).collect()
    };
    if wanted.is_empty() {
        return Vec::new();
    }
    let same = found(&|case| plain(case.key) == wanted);
    if !same.is_empty() {
        return same;
    }
    if let Some(near) = nearest(name, CASES.iter().map(|case| case.key)) {
        return vec![near];
    }
    let word = name.trim().to_lowercase();
    found(&|case| case.zh.contains(&word) || word.len() > 3 && case.en.contains(&word))
}

fn json_text(plan: &Plan, found: &[Found]) -> Result<String, Failure> {
    let cases: Vec<Value> = plan
        .cases
        .iter()
        .map(|case| {
            let about = json!({ "zh": case.zh, "en": case.en });
            json!({ "case": case.key, "about": about, "theory": case.theory(), "engines": words(plan, case) })
        })
        .collect();
    let rows: Vec<Value> =
        found.iter().flat_map(|one| one.comparisons.iter().map(|row| json_row(plan, &one.case, row))).collect();
    let tally = tally(found);
    let value = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "seed": plan.seed,
        "second_seed": second_seed(plan.seed),
        "rule": {
            "tolerance_standard_errors": TOLERANCE,
            "largest_standard_error_share": PRECISION,
            "least_probability": LEVEL,
            "looks": 2,
            "false_alarm_probability": false_alarm(tally.all),
        },
        "cases": cases,
        "rows": rows,
        "comparisons": tally.all,
        "agreeing": tally.agree,
        "disagreeing": tally.disagree,
        "imprecise": tally.imprecise,
        "engines_differing": tally.engines_differ,
        "failing": tally.failing,
    });
    serde_json::to_string_pretty(&value).map_err(|error| Failure::work(error.to_string()))
}

fn words(plan: &Plan, case: &Case) -> Vec<&'static str> {
    case.engines(&plan.engines).iter().map(|engine| engine.word()).collect()
}

/// A comparison: what the look that counts saw, and the first look where there were two.
fn json_row(plan: &Plan, case: &Case, one: &Comparison) -> Value {
    let engines = words(plan, case);
    let last = one.last();
    let mut value = json_look(last, if one.second.is_some() { second_seed(plan.seed) } else { plan.seed });
    let said = json!({
        "case": case.key,
        "what": last.row.what,
        "engines": engines,
        "engines_agree": if engines.len() > 1 { Some(one.engines_agree()) } else { None },
        "first_look": one.second.as_ref().map(|_| json_look(&one.first, plan.seed)),
        "passes": one.passes(),
    });
    if let (Value::Object(value), Value::Object(said)) = (&mut value, said) {
        value.extend(said);
    }
    value
}

fn json_look(look: &Look, seed: u64) -> Value {
    let row = &look.row;
    let (standard_error, scale, probability) = match row.kind {
        Kind::Mean { standard_error, scale } => (Some(standard_error), Some(scale), None),
        Kind::Fit { probability } => (None, None, Some(probability)),
    };
    let other = look.other.as_ref();
    json!({
        "seed": seed,
        "theory": row.theory,
        "simulated": row.simulated,
        "sample": row.sample,
        "standard_error": standard_error,
        "precision_scale": scale,
        "interval": row.interval(),
        "probability": probability,
        "z": row.z(),
        "verdict": row.verdict().word(),
        "other_engine": other.map(|(engine, row)| json!({ "engine": engine.word(), "simulated": row.simulated })),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The comparisons of a quick case, as if theory were `factor` times what it is.
    fn found(key: &'static str, factor: f64) -> Found {
        let case = *CASES.iter().find(|case| case.key == key).expect("a case");
        let mut comparisons = case.examine(&Engine::ALL[..1], SEED);
        for one in &mut comparisons {
            one.first.row.theory *= factor;
            one.second = (factor != 1.0).then(|| one.first.clone());
        }
        Found { case, comparisons }
    }

    fn plan(key: &str) -> Plan {
        Plan { cases: chosen(&[key.to_owned()]).expect("a case"), engines: Engine::ALL.to_vec(), seed: SEED }
    }

    #[test]
    fn what_disagrees_twice_fails_and_is_named() {
        let well = [found("tandem", 1.0)];
        assert_eq!(tally(&well), Tally { all: 3, agree: 3, ..Tally::default() });
        assert_eq!(format!("{:?}", status(&well, Lang::En)), format!("{:?}", ExitCode::SUCCESS));
        let ill = [found("tandem", 1.1)];
        assert_eq!(tally(&ill), Tally { all: 3, disagree: 3, failing: 3, ..Tally::default() });
        assert_eq!(format!("{:?}", status(&ill, Lang::En)), format!("{:?}", ExitCode::FAILURE));
        for (lang, mark, words, end) in [
            (Lang::En, "FAILS", "does not agree", "3 of 3 comparisons fail (tandem)"),
            (Lang::Zh, "不通过", "不符", "3 项中有 3 项不通过（tandem）"),
        ] {
            let text = table::case(&plan("tandem"), &ill[0], lang);
            let seed = second_seed(SEED).to_string();
            assert!(text.contains(mark) && text.contains(words) && text.contains(&seed), "{text}");
            let text = table::closing(&plan("tandem"), &ill, lang);
            assert!(text.contains(end), "{text}");
        }
        let told: Value = serde_json::from_str(&json_text(&plan("tandem"), &ill).expect("JSON")).expect("JSON");
        assert_eq!((&told["failing"], &told["disagreeing"]), (&json!(3), &json!(3)));
        assert_eq!((&told["rows"][0]["verdict"], &told["rows"][0]["passes"]), (&json!("disagrees"), &json!(false)));
    }

    #[test]
    fn vague_rows_and_differing_engines_are_counted_apart() {
        let mut vague = [found("tandem", 1.0)];
        if let Kind::Mean { standard_error, .. } = &mut vague[0].comparisons[0].first.row.kind {
            *standard_error *= 100.0;
        }
        let other = vague[0].comparisons[1].first.row.clone();
        vague[0].comparisons[1].first.other = Some((Engine::Calendar, other));
        let counts = Tally { all: 3, agree: 2, imprecise: 1, engines_differ: 1, failing: 2, ..Tally::default() };
        assert_eq!(tally(&vague), counts);
        let text = table::case(&plan("tandem"), &vague[0], Lang::En);
        assert!(text.contains("engines differ") && !text.contains("bit for bit"), "{text}");
    }

    #[test]
    fn names_that_are_near_are_suggested() {
        assert_eq!(meant("mmc"), ["m-m-c"]);
        assert_eq!(meant("M/M/C"), ["m-m-c"]);
        assert_eq!(meant("tandm"), ["tandem"]);
        assert!(meant("分布").contains(&"distributions"));
        assert!(meant("优先").contains(&"priority"));
        assert_eq!(meant("lane"), ["priority"]);
        assert!(meant("").is_empty() && meant("x").is_empty() && meant("--").is_empty());
    }

    #[test]
    fn lines_fit_a_terminal() {
        let one = found("service-stop", 1.0);
        for lang in [Lang::Zh, Lang::En] {
            let plan = plan("service-stop");
            let text = table::opening(&plan, lang) + &table::case(&plan, &one, lang);
            let text = text + &table::closing(&plan, &[found("tandem", 1.0)], lang) + &listed(lang);
            for line in text.lines() {
                assert!(crate::report::numbers::width(line) <= 100, "{line}");
            }
        }
    }
}
