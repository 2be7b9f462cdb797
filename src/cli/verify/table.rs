//! The table of `cutover verify`: a heading, each case with its theory, and a verdict in plain words.

use super::{Found, Plan, Tally, comparisons, failing_cases, rule, tally};
use crate::engine::Engine;
use crate::report::layout::wrap;
use crate::report::numbers::width;
use crate::units::Lang;
use crate::verify::{Comparison, Kind, Row, TOLERANCE, Verdict, false_alarm, second_seed};

/// Columns of a terminal that a line may take.
const COLUMNS: usize = 100;

/// Columns that the name of a comparison may take undivided.
const WHOLE_COLUMNS: usize = 50;

/// Name and five numbers.
type Cells = [String; 6];

/// A paragraph within the columns, every line indented.
pub(super) fn wrapped(text: &str, indent: usize) -> String {
    wrap(text, COLUMNS - indent).into_iter().map(|line| format!("{}{line}\n", " ".repeat(indent))).collect()
}

fn engine_name(engine: Engine, lang: Lang) -> &'static str {
    match engine {
        Engine::Kernel => lang.pick("快速算法（kernel）", "kernel"),
        Engine::Calendar => lang.pick("核对算法（calendar）", "calendar"),
    }
}

/// What is run, and how a row is read.
pub(super) fn opening(plan: &Plan, lang: Lang) -> String {
    let (version, seed, count) = (env!("CARGO_PKG_VERSION"), plan.seed, plan.cases.len());
    let engines: Vec<&str> = plan.engines.iter().map(|engine| engine_name(*engine, lang)).collect();
    let engines = engines.join(lang.pick("与", " and "));
    let mut text = wrapped(
        &match lang {
            Lang::Zh => format!("cutover {version} 与理论值对照：{count} 个算例，随机种子 {seed}，{engines}"),
            Lang::En => {
                let cases = if count == 1 { "case" } else { "cases" };
                format!("cutover {version}, theory against simulation: {count} {cases}, seed {seed}, {engines}")
            }
        },
        0,
    );
    text.push_str(&wrapped(
        &match lang {
            Lang::Zh => format!(
                "怎么看：z 是模拟值比理论值高（+）或低（-）几个标准误；程序正确时多在 ±2 以内，很少超过 ±{TOLERANCE}。拟合检验看 p：程序正确时偏离至少这么大的概率，越接近 0 越可疑；其期望值是统计量的均值，z 由 p 换算。n 是模拟次数或抽样个数。M/M/5 0.8 指到达与服务都随机、5 个窗口、负荷 0.8（D 固定时长，G 任意时长；+M、+D 为会离开的人）。"
            ),
            Lang::En => format!(
                "How to read: z is by how many standard errors (s.e.) the simulated value lies above (+) or below (-) theory; in a right program mostly within 2, seldom beyond {TOLERANCE}. Tests of fit have p, the probability of a misfit at least as large in a right program: the nearer to 0, the more suspect; expected is the mean of the statistic, z is p in other words. n is the number of replications or draws. M/M/5 0.8: random arrivals and services, 5 windows, load 0.8 (D: all of one length, G: of any; +M and +D: people who leave)."
            ),
        },
        0,
    ));
    if !plan.compares_engines() && !plan.without_engine().is_empty() {
        text.push_str(&wrapped(&no_effect(plan, lang), 0));
    }
    text
}

/// That the choice of an engine changes nothing for some cases.
pub(super) fn no_effect(plan: &Plan, lang: Lang) -> String {
    let names = plan.without_engine().join(lang.pick("、", ", "));
    match lang {
        Lang::Zh => format!("注：{names} 没有窗口排队，--engine 对其不起作用。"),
        Lang::En => format!("Note: --engine has no effect on {names}, which serve no desk."),
    }
}

/// One case: what it is about, its theory, its rows.
pub(super) fn case(plan: &Plan, found: &Found, lang: Lang) -> String {
    let case = &found.case;
    let theory = case.theory();
    let mut text = format!("\n{}  {}\n", case.key, lang.pick(case.zh, case.en));
    text.push_str(&wrapped(&format!("{}{}", lang.pick("理论：", "Theory: "), lang.pick(&theory.zh, &theory.en)), 2));
    let is_fit = |one: &&Comparison| matches!(one.first.row.kind, Kind::Fit { .. });
    let (fits, means): (Vec<&Comparison>, Vec<&Comparison>) = found.comparisons.iter().partition(is_fit);
    let blocks = [(means, mean_titles(lang)), (fits, fit_titles(lang))];
    let blocks = blocks.map(|(rows, titles)| block(plan, &rows, titles, lang));
    let names = blocks.iter().flatten().filter_map(Line::cells);
    let widest = names.map(|cells| width(&cells[0])).max().unwrap_or(0);
    for lines in blocks.iter().filter(|lines| lines.len() > 1) {
        text.push_str(&laid_out(lines, widest));
    }
    if plan.compares_engines() && case.serves && found.comparisons.iter().all(Comparison::engines_agree) {
        text.push_str(lang.pick("  两种算法结果逐位相同。\n", "  Both engines gave the same, bit for bit.\n"));
    }
    text
}

fn mean_titles(lang: Lang) -> [&'static str; 6] {
    match lang {
        Lang::Zh => ["  比较项", "理论值", "模拟值", "±3标准误", "z", "n"],
        Lang::En => ["  comparison", "theory", "simulated", "±3 s.e.", "z", "n"],
    }
}

fn fit_titles(lang: Lang) -> [&'static str; 6] {
    match lang {
        Lang::Zh => ["  拟合检验", "期望值", "统计量", "p", "z", "n"],
        Lang::En => ["  test of fit", "expected", "statistic", "p", "z", "n"],
    }
}

/// A line of a block.
enum Line {
    /// In columns, with a mark behind them.
    Cells(Cells, &'static str),
    /// Across them.
    Text(String),
}

impl Line {
    fn cells(&self) -> Option<&Cells> {
        match self {
            Self::Cells(cells, _) => Some(cells),
            Self::Text(_) => None,
        }
    }
}

/// Rows under their titles; neighbours of one situation stand under its name.
fn block(plan: &Plan, rows: &[&Comparison], titles: [&str; 6], lang: Lang) -> Vec<Line> {
    let mut lines = vec![Line::Cells(titles.map(str::to_owned), "")];
    let parts: Vec<(&str, &str)> = rows.iter().map(|one| parts(&one.first.row, lang)).collect();
    for (index, one) in rows.iter().enumerate() {
        let (situation, quantity) = parts[index];
        let is_next_to = |other: Option<usize>| other.and_then(|other| parts.get(other)).map(|part| part.0);
        let above = is_next_to(index.checked_sub(1)) == Some(situation);
        let whole = format!("{situation}{}{quantity}", lang.pick("：", ": "));
        let is_grouped = !situation.is_empty()
            && (above || is_next_to(Some(index + 1)) == Some(situation) || width(&whole) > WHOLE_COLUMNS);
        let name = match (is_grouped, situation.is_empty()) {
            (true, _) => format!("    {quantity}"),
            (false, true) => format!("  {quantity}"),
            (false, false) => format!("  {whole}"),
        };
        if is_grouped && !above {
            lines.push(Line::Text(format!("  {situation}\n")));
        }
        let mark = if one.passes() { "" } else { lang.pick("  不通过", "  FAILS") };
        lines.push(Line::Cells(cells(name, &one.first.row), mark));
        lines.extend(looked_again(plan, one, lang).map(Line::Text));
    }
    lines
}

/// Situation and quantity of a name; no situation where the name is one part.
fn parts(row: &Row, lang: Lang) -> (&str, &str) {
    let name = lang.pick(&row.what.zh, &row.what.en);
    name.split_once(lang.pick("：", ": ")).unwrap_or(("", name))
}

/// What more there is to say of a row: a second look, or engines that differ.
fn looked_again(plan: &Plan, one: &Comparison, lang: Lang) -> impl Iterator<Item = String> {
    let second = one.second.as_ref().map(|second| {
        let why = match one.first.row.verdict() {
            Verdict::Imprecise => lang.pick("标准误超过 1%", "standard error over 1 %"),
            _ => lang.pick("超出 3 个标准误", "beyond 3 standard errors"),
        };
        let seed = second_seed(plan.seed);
        let [_, _, simulated, spread, z, _] = cells(String::new(), &second.row);
        let spread = match second.row.kind {
            Kind::Mean { .. } => format!("±{spread}"),
            Kind::Fit { .. } => format!("p {spread}"),
        };
        let end = verdict(second.row.verdict(), lang);
        match lang {
            Lang::Zh => format!("↑ {why}；用种子 {seed} 复核：{simulated}，{spread}，z {z}：{end}"),
            Lang::En => format!("^ {why}; second look, seed {seed}: {simulated}, {spread}, z {z}: {end}"),
        }
    });
    let looks = [Some(&one.first), one.second.as_ref()].into_iter().flatten();
    let differing = looks.filter_map(|look| Some((look, look.other.as_ref()?))).map(move |(look, (engine, other))| {
        // As many digits as tell two numbers apart.
        let (name, ours, theirs) = (engine_name(*engine, lang), look.row.simulated, other.simulated);
        match lang {
            Lang::Zh => format!("↑ 两种算法不同：{ours}，{name}为 {theirs}"),
            Lang::En => format!("^ engines differ: {ours}, but {theirs} by {name}"),
        }
    });
    let lines: Vec<String> = second.into_iter().chain(differing).map(|text| wrapped(&text, 4)).collect();
    lines.into_iter()
}

fn verdict(verdict: Verdict, lang: Lang) -> &'static str {
    match verdict {
        Verdict::Agrees => lang.pick("相符", "agrees"),
        Verdict::Disagrees => lang.pick("不符", "does not agree"),
        Verdict::Imprecise => lang.pick("精度不足", "not precise enough"),
    }
}

/// Theory, simulated value and spread with the same decimals.
fn cells(name: String, row: &Row) -> Cells {
    let (decimals, spread) = match row.kind {
        Kind::Mean { standard_error, .. } => {
            let spread = TOLERANCE * standard_error;
            let decimals = decimals(spread, 2);
            (decimals, grouped(spread, decimals))
        }
        Kind::Fit { probability } => (decimals(row.theory.max(row.simulated), 3).min(3), format!("{probability:.4}")),
    };
    let z = format!("{:+.2}", row.z());
    let n = grouped(row.sample as f64, 0);
    [name, grouped(row.theory, decimals), grouped(row.simulated, decimals), spread, z, n]
}

/// Decimals that show `more` digits behind the first one.
fn decimals(value: f64, more: i32) -> usize {
    if value > 0.0 && value.is_finite() { (more - value.log10().floor() as i32).clamp(0, 7) as usize } else { 2 }
}

/// With a comma between thousands.
fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    if !value.is_finite() {
        return text;
    }
    let digits = text.trim_start_matches('-');
    let is_zero = digits.chars().all(|c| matches!(c, '0' | '.'));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut out = String::from(if text.starts_with('-') && !is_zero { "-" } else { "" });
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if fraction.is_empty() { out } else { format!("{out}.{fraction}") }
}

/// Lines with names padded to `first` columns and numbers to the widest of their column.
fn laid_out(lines: &[Line], first: usize) -> String {
    let mut widths = [first, 0, 0, 0, 0, 0];
    for cells in lines.iter().filter_map(Line::cells) {
        for (widest, cell) in widths.iter_mut().zip(cells).skip(1) {
            *widest = (*widest).max(width(cell));
        }
    }
    let mut text = String::new();
    for line in lines {
        match line {
            Line::Text(across) => text.push_str(across),
            Line::Cells(cells, mark) => {
                let padding = |index: usize| " ".repeat(widths[index].saturating_sub(width(&cells[index])));
                text.push_str(&format!("{}{}", cells[0], padding(0)));
                for (index, cell) in cells.iter().enumerate().skip(1) {
                    text.push_str(&format!("  {}{cell}", padding(index)));
                }
                text.push_str(&format!("{mark}\n"));
            }
        }
    }
    text
}

/// The verdict in plain words, the counts and the rule.
pub(super) fn closing(plan: &Plan, found: &[Found], lang: Lang) -> String {
    let counts = tally(found);
    let paragraphs = [verdict_in_words(found, counts, lang), counted(plan, found, counts, lang), ruled(counts, lang)];
    format!("\n{}", paragraphs.iter().map(|text| wrapped(text, 0)).collect::<String>())
}

fn verdict_in_words(found: &[Found], Tally { all, failing, .. }: Tally, lang: Lang) -> String {
    let names = failing_cases(found).join(lang.pick("、", ", "));
    let not = lang.pick(
        "本表不检验情景文件中的假设（窗口办理时长、推迟就医的比例等），那些要靠数据核实。",
        "This table does not check the assumptions in scenario files (minutes at a window, share that puts care off …); only data can.",
    );
    match (failing, lang) {
        (0, Lang::Zh) => format!("结论：{all} 项全部通过，排队与抽样算法与理论公式一致。{not}"),
        (0, Lang::En) => format!(
            "Verdict: all {all} comparisons pass; queueing and sampling do what the formulas of theory say. {not}"
        ),
        (_, Lang::Zh) => format!(
            "结论：{all} 项中有 {failing} 项不通过（{names}）：程序在这些方面与理论不一致，或无法确认；查明之前请勿使用测算结果。{not}"
        ),
        (_, Lang::En) => format!(
            "Verdict: {failing} of {all} comparisons fail ({names}): there the program does not do what theory says, or it cannot be told; do not use its results before this is cleared up. {not}"
        ),
    }
}

fn counted(plan: &Plan, found: &[Found], counts: Tally, lang: Lang) -> String {
    let Tally { all, agree, disagree, imprecise, engines_differ, .. } = counts;
    let beyond = |limit: f64| comparisons(found).filter(|one| one.first.row.z().abs() > limit).count();
    let by_chance = |share: f64| format!("{:.1}", share * all as f64);
    let (two, three) = (beyond(2.0), beyond(3.0));
    let (hoped_two, hoped_three) = (by_chance(0.0455), by_chance(0.0027));
    let again = comparisons(found).filter(|one| one.second.is_some()).count();
    let with_engines = if plan.compares_engines() {
        let served: usize = found.iter().filter(|one| one.case.serves).map(|one| one.comparisons.len()).sum();
        match lang {
            Lang::Zh => format!("两种算法对比 {served} 项，不同 {engines_differ} 项。"),
            Lang::En => format!(" Engines compared in {served}, different in {engines_differ}."),
        }
    } else {
        String::new()
    };
    match lang {
        Lang::Zh => format!(
            "计数：相符 {agree} 项，不符 {disagree} 项，精度不足 {imprecise} 项。第一次 |z| > 2 有 {two} 项（程序正确时平均 {hoped_two}），> 3 有 {three} 项（平均 {hoped_three}），复核 {again} 项。{with_engines}"
        ),
        Lang::En => format!(
            "Counts: {agree} agree, {disagree} do not agree, {imprecise} are not precise enough. First look: |z| > 2 in {two} (a right program: {hoped_two} on average), > 3 in {three} ({hoped_three}); {again} looked at again.{with_engines}"
        ),
    }
}

fn ruled(counts: Tally, lang: Lang) -> String {
    let runs = (1.0 / false_alarm(counts.all.max(1))).round();
    let digits = 10_f64.powf(runs.log10().floor() - 1.0);
    let runs = grouped((runs / digits).round() * digits, 0);
    let rule = rule(lang);
    match lang {
        Lang::Zh => format!("规则：{rule}程序正确时，约每 {runs} 次运行才有一次误报。"),
        Lang::En => format!("Rule: {rule} A right program fails about one such run in {runs}."),
    }
}
