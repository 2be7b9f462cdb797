//! The comparison on one screen, in words and as JSON.

use serde_json::{Value, json};

use crate::experiment::choice::{Choice, Standing};
use crate::experiment::worlds::Worlds;
use crate::measures::Group;
use crate::objective::Bound;
use crate::scenario::plausible::World;
use crate::selection::feasible::Verdict;
use crate::stats::Estimate;
use crate::units::Lang;

use super::super::layout::Layout;
use super::super::manifest::VERSION;
use super::super::numbers::{count, date_of_day, percent, short_date, signed, yuan};
use super::super::table;
use super::differences::{Difference, word};
use super::{ComparisonReport, gains::GainRow};

/// The measure that the screen shows for every schedule.
const BURDEN: &str = "prepayment-days";

/// The summary for the terminal.
pub fn text(report: &ComparisonReport<'_>) -> String {
    let lang = report.lang;
    let scenario = report.baseline();
    let mut out = Layout::new(lang.choose(8, 10));
    let (n, k) = (report.comparison.replications(), report.candidates.len());
    let city = lang.pick(&scenario.city_name.zh, &scenario.city_name.en);
    let baseline = report.name(0);
    out.line(lang.choose(
        &format!("{city}：{k} 个切换方案，同一批参保人，模拟 {n} 次；与「{baseline}」相比"),
        &format!("{city}: {k} schedules on the same people, {n} simulated courses; compared with \"{baseline}\""),
    ));
    out.rule();
    schedules(report, &mut out);
    out.line("");
    limits(report, &mut out);
    choice(report, &mut out);
    undominated(report, &mut out);
    worlds(report, &mut out);
    gains(report, &mut out);
    precision(report, &mut out);
    out.finish().text()
}

fn widths(lang: Lang) -> [usize; 6] {
    match lang {
        Lang::Zh => [36, 17, 19, 10, 9, 9],
        Lang::En => [39, 14, 19, 9, 8, 11],
    }
}

fn schedules(report: &ComparisonReport<'_>, out: &mut Layout) {
    let lang = report.lang;
    let heads = match lang {
        Lang::Zh => ["方案", "垫付占用(元·天)", "与基准之差", "恢复正常", "超时概率", "加开窗时"],
        Lang::En => ["schedule", "yuan-days", "difference", "normal", "overrun", "extra hours"],
    };
    out.columns(&heads.map(str::to_owned), &widths(lang));
    for (schedule, criteria) in report.tradeoffs.criteria.iter().enumerate() {
        let mark = if report.tradeoffs.undominated[schedule] { "*" } else { " " };
        let name = format!("{mark} {}", report.name(schedule));
        let plain = |value: f64| count(value, ("", ""), lang);
        let difference = report.differences.find(BURDEN, Group::All, schedule).map(|row| difference(row, lang));
        let clock = &report.baseline().clock;
        let horizon = f64::from(clock.days());
        let day = |day: f64| match day >= horizon {
            true => lang.pick("期内未", "not yet").to_owned(),
            false => short_date(date_of_day(clock, day), lang),
        };
        out.columns(
            &[
                name,
                criteria.burden.map_or_else(String::new, plain),
                difference.unwrap_or_else(|| lang.pick("（基准）", "(baseline)").to_owned()),
                criteria.normal.map_or_else(String::new, day),
                criteria.overrun.map_or_else(String::new, percent),
                criteria.cost.map_or_else(String::new, plain),
            ],
            &widths(lang),
        );
    }
}

/// `-12% 更好`: the relative difference, or the difference itself, and the word.
fn difference(row: &Difference, lang: Lang) -> String {
    let size = match row.relative {
        Some(relative) => format!("{}{}", if relative > 0.0 { "+" } else { "" }, signed_percent(relative)),
        None => signed(row.paired.estimate.mean, ("", ""), lang),
    };
    let word = match row.paired.verdict {
        crate::selection::paired::Verdict::NoDifferenceSeen => lang.pick("看不出差别", "cannot tell"),
        crate::selection::paired::Verdict::SmallerThanMatters => lang.pick("差别很小", "too small to matter"),
        other => word(other, lang),
    };
    format!("{size} {word}")
}

fn signed_percent(share: f64) -> String {
    if share < 0.0 { format!("-{}", percent(-share)) } else { percent(share) }
}

fn limits(report: &ComparisonReport<'_>, out: &mut Layout) {
    let (Some(choice), lang) = (&report.comparison.choice, report.lang) else { return };
    for (index, limit) in report.candidates[0].objective.limits.iter().enumerate() {
        let parts: Vec<String> = choice
            .schedules
            .iter()
            .enumerate()
            .map(|(schedule, standing)| {
                let one = standing.limits[index];
                let word = match one.verdict {
                    Verdict::Meets => lang.pick("满足", "met"),
                    Verdict::Fails => lang.pick("不满足", "broken"),
                    Verdict::TooClose => lang.pick("正好在界上", "on the line"),
                    Verdict::CannotTell => lang.pick("尚不能断定", "cannot tell"),
                };
                lang.choose(
                    format!("{} 在 {} 的模拟中做到（{word}）", report.name(schedule), percent(one.share)),
                    format!("{} in {} ({word})", report.name(schedule), percent(one.share)),
                )
            })
            .collect();
        let name = lang.pick(&limit.name.zh, &limit.name.en);
        let chance = percent(limit.chance);
        let bound = bound(limit.bound, lang);
        let asked = lang.choose(
            format!("{name}{bound}，须在至少 {chance} 的模拟中做到："),
            format!("{name} {bound}, asked in at least {chance} of the courses; kept by "),
        );
        let label = lang.pick("限制", "Limit");
        out.item(label, &(asked + &parts.join(lang.pick("；", "; "))));
    }
}

/// What is asked of a measure, in words.
fn bound(bound: Bound, lang: Lang) -> String {
    match bound {
        Bound::AtMost(most) => lang.choose(format!("不高于 {most}"), format!("at most {most}")),
        Bound::AtLeast(least) => lang.choose(format!("不低于 {least}"), format!("at least {least}")),
        Bound::WithinDays(days, _) => {
            lang.choose(format!("在恢复后 {days} 天内"), format!("within {days} days after the return"))
        }
        Bound::WithinWorkingDays(days, _) => {
            lang.choose(format!("在恢复后 {days} 个工作日内"), format!("within {days} working days after the return"))
        }
    }
}

fn choice(report: &ComparisonReport<'_>, out: &mut Layout) {
    let lang = report.lang;
    let label = lang.pick("选择", "Choice");
    match &report.comparison.choice {
        None => out.item(
            label,
            lang.choose(
                "不作选择：模拟次数不足 30 次（去掉 --replications 或写 30 以上），或基准的和为 0",
                "no choice is made below 30 simulated courses (leave --replications out or ask for 30 or more) or where the baseline's sum is 0",
            ),
        ),
        Some(choice) => out.item(label, &guarantee(report, choice)),
    }
}

/// The choice and its guarantee in words.
pub(super) fn guarantee(report: &ComparisonReport<'_>, choice: &Choice) -> String {
    let lang = report.lang;
    let sure = percent(choice.confidence);
    let matters = sum(report, choice.indifference);
    let kept = if report.candidates[0].objective.limits.is_empty() {
        ("", "")
    } else {
        ("满足限制的方案中，", "of those that break no limit, ")
    };
    match (choice.chosen, choice.leader) {
        (Some(best), _) => {
            let name = report.name(best);
            let n = choice.replications;
            lang.choose(
                format!("{}选「{name}」。以 {sure} 的把握：若最好的方案比其余各方案都好出 {matters} 以上，它就是最好的（{n} 次模拟后确定）", kept.0),
                format!("{}\"{name}\". With {sure} confidence it is the best if the best is better than every other by {matters} or more (settled after {n} simulated courses)", kept.1),
            )
        }
        (None, Some(leader)) => {
            let name = report.name(leader);
            let rivals: Vec<&str> = (0..choice.schedules.len())
                .filter(|&index| index != leader && choice.schedules[index].screened_at.is_none())
                .filter(|&index| !choice.schedules[index].breaks_a_limit())
                .map(|index| report.name(index))
                .collect();
            if rivals.is_empty() {
                // The sums are settled, the limits are not.
                return lang.choose(
                    format!("「{name}」的和最小，但它是否满足全部限制，{} 次模拟还不能断定；请加大 --replications", report.comparison.replications()),
                    format!("\"{name}\" has the least sum, but whether it keeps every limit cannot be told from {} courses; ask for more with --replications", report.comparison.replications()),
                );
            }
            let rivals = rivals.join(lang.pick("、", ", "));
            let more = choice.more_at_most.map_or_else(String::new, |more| {
                lang.choose(
                    format!("；至多再模拟 {more} 次可定（--most）"),
                    format!("; at most {more} more courses would settle it (--most)"),
                )
            });
            lang.choose(
                format!("{}目前「{name}」最好，但还不能以 {sure} 的把握与以下方案分出高下：{rivals}{more}", kept.0),
                format!(
                    "{}\"{name}\" leads, but with {sure} confidence it cannot yet be told from {rivals}{more}",
                    kept.1
                ),
            )
        }
        (None, None) => lang
            .pick(
                "没有一个方案满足全部限制；请放宽 [objective.limits] 或另拟方案",
                "no schedule keeps all limits: relax [objective.limits] or propose another schedule",
            )
            .to_owned(),
    }
}

/// An amount of the objective's sum: yuan-days where that is all it is.
fn sum(report: &ComparisonReport<'_>, value: f64) -> String {
    let first = &report.candidates[0];
    let is_burden = matches!(first.objective.weights.as_slice(),
        [one] if first.catalogue.measures[one.index].key == BURDEN && one.weight == 1.0);
    if is_burden {
        yuan(value, report.lang) + report.lang.pick("·天", "·days")
    } else {
        count(value, report.lang.choose(("分", "分"), ("points", "points")), report.lang)
    }
}

fn undominated(report: &ComparisonReport<'_>, out: &mut Layout) {
    let lang = report.lang;
    let names: Vec<&str> = (0..report.candidates.len())
        .filter(|&index| report.tradeoffs.undominated[index])
        .map(|index| report.name(index))
        .collect();
    let (label, names) = (lang.pick("取舍", "Trade-off"), names.join(lang.pick("、", ", ")));
    out.item(
        label,
        &lang.choose(
            format!("带 * 的方案在负担、恢复正常、超时、加开窗口四项上各有所长，没有被其他方案全面压倒：{names}"),
            format!(
                "nothing beats these (*) in burden, time to normal, overrun and extra window hours at once: {names}"
            ),
        ),
    );
}

/// What would be regretted in other plausible worlds, and whether the ranking turns round there.
fn worlds(report: &ComparisonReport<'_>, out: &mut Layout) {
    let (Some(worlds), lang) = (&report.comparison.worlds, report.lang) else { return };
    let name_of = |world: usize| {
        worlds.worlds[world].map_or(lang.pick("按现有假设", "as stated"), |world| {
            let (zh, en) = world.name();
            lang.pick(zh, en)
        })
    };
    let (count, runs) = (worlds.worlds.len(), worlds.replications);
    let least = worlds.regret.minimax().first().copied().unwrap_or(0);
    let name = report.name(worlds.schedules[least]);
    let most = sum(report, worlds.regret.largest[least]);
    let regret = lang.choose(
        format!("{count} 种可能情形（工期、推迟就医、提前开药、窗口快慢）里，「{name}」平均最多比所看方案中最好的多 {most}（各情形模拟 {runs} 次）"),
        format!("over {count} plausible worlds (work, deferral, stock-up, windows) \"{name}\" is on average at most {most} worse than the best of those looked at ({runs} courses in each)"),
    );
    let text = match worlds.flip {
        None => lang.choose(
            format!("{regret}；未见超出偶然的优劣颠倒"),
            format!("{regret}; no turn of the ranking beyond chance was seen"),
        ),
        Some(flip) => {
            let [one, other] = flip.worlds.map(name_of);
            let [first, second] = flip.best.map(|schedule| report.name(schedule));
            let decides = flip.worlds.iter().find_map(|&world| worlds.worlds[world]).map_or("", |world| {
                let (zh, en) = world.doubt.question();
                lang.pick(zh, en)
            });
            lang.choose(
                format!("尚不能定论：「{one}」时「{first}」最好，「{other}」时「{second}」最好；先弄清{decides}。{regret}"),
                format!("undetermined: \"{first}\" is best if {one}, \"{second}\" if {other}; find out {decides} first. {regret}"),
            )
        }
    };
    out.item(lang.pick("情形", "Worlds"), &text);
}

fn gains(report: &ComparisonReport<'_>, out: &mut Layout) {
    let lang = report.lang;
    let best = report.comparison.choice.as_ref().and_then(|choice| choice.chosen.or(choice.leader));
    // Where the baseline wins, the next best is of interest.
    let burden = |schedule: &usize| report.tradeoffs.criteria[*schedule].burden.unwrap_or(f64::INFINITY);
    let breaks = |schedule: &usize| {
        let choice = report.comparison.choice.as_ref();
        choice.is_some_and(|choice| choice.schedules[*schedule].breaks_a_limit())
    };
    let next = (1..report.candidates.len())
        .filter(|schedule| !breaks(schedule))
        .min_by(|one, other| burden(one).total_cmp(&burden(other)));
    let Some(schedule) = best.filter(|&schedule| schedule > 0).or(next) else {
        return;
    };
    let rows: Vec<&GainRow> = report.gains.iter().filter(|row| row.schedule == schedule).collect();
    let Some(all) = rows.iter().find(|row| row.kind == "all") else { return };
    let people = |value: Option<f64>| count(value.unwrap_or(0.0), ("人次", "visits or people"), lang);
    let (better, worse) = (people(all.better.value), people(all.worse.value));
    let name = report.name(schedule);
    let losers: Vec<String> = rows
        .iter()
        .filter(|row| row.kind == "care" && row.worse.value > row.better.value)
        .map(|row| lang.choose(row.zh.clone(), row.en.clone()))
        .take(4)
        .collect();
    let but = if losers.is_empty() {
        String::new()
    } else {
        let list = losers.join(lang.pick("、", ", "));
        lang.choose(format!("；受损多于受益的就医类别：{list}"), format!("; more lose than gain in: {list}"))
    };
    out.item(lang.pick("得失", "Gains"), &lang.choose(
        format!("改用「{name}」，{better}变好（少垫付或不再推迟、放弃就医），{worse}变差{but}"),
        format!("under \"{name}\" {better} are better off (pay less in advance, or need not wait or go without care) and {worse} worse off{but}"),
    ));
}

fn precision(report: &ComparisonReport<'_>, out: &mut Layout) {
    let lang = report.lang;
    let burden = || report.differences.rows.iter().filter(|row| row.measure.key == BURDEN);
    let width = |estimate: &Estimate| estimate.half_width.unwrap_or(f64::INFINITY);
    let Some(worst) =
        burden().map(|row| width(&row.paired.estimate) / row.baseline.mean.abs().max(1e-9)).reduce(f64::max)
    else {
        return;
    };
    if !worst.is_finite() {
        return;
    }
    let mut factors: Vec<f64> =
        burden().filter_map(|row| row.paired.variance_reduction).filter(|one| one.is_finite()).collect();
    factors.sort_by(f64::total_cmp);
    let factor = factors.get(factors.len() / 2).map_or_else(String::new, |factor| {
        let factor = super::super::numbers::number(factor.round());
        lang.choose(
            format!("；用同一批参保人，相当于各自独立模拟 {factor} 倍的次数"),
            format!("; the same people in all schedules are worth {factor} times as many independent courses"),
        )
    });
    let (share, together) = (percent(worst), report.differences.together);
    let counts = report.comparison.results.iter().map(|results| results.samples.len());
    let fewer = counts.clone().filter(|count| *count < report.comparison.replications()).count();
    let least = counts.min().unwrap_or(0);
    let early = if fewer == 0 {
        String::new()
    } else {
        lang.choose(
            format!("{fewer} 个方案 {least} 次后已较差，或与更好的方案相差无关紧要，不再继续；除与基准之差外，表中各数按共同的 {least} 次"),
            format!("left out after {least} courses, being worse or too close to a better one to matter: {fewer}; but for the differences the table is over the first {least}"),
        )
    };
    out.item(lang.pick("精度", "Precision"), &lang.choose(
        format!("垫付占用之差精确到基准的 ±{share}，全部 {together} 个差值的区间同时成立的把握为 95%{factor}"),
        format!("differences in yuan-days are known to ±{share} of the baseline; all {together} intervals hold together with 95% confidence{factor}"),
    ));
    if !early.is_empty() {
        out.item("", &early);
    }
}

/// The comparison as JSON: `summary.json`, and what `--json` prints.
pub fn json(report: &ComparisonReport<'_>) -> Value {
    let scenario = report.baseline();
    let choice = report.comparison.choice.as_ref();
    let schedules: Vec<Value> = (0..report.candidates.len())
        .map(|index| schedule_json(report, index, choice.map(|choice| &choice.schedules[index])))
        .collect();
    let differences: Vec<Value> = report.differences.rows.iter().map(|row| difference_json(report, row)).collect();
    let name = |index: Option<usize>| index.map(|index| report.candidates[index].model.scenario.schedule.clone());
    let choice = choice.map(|choice| {
        json!({
            "chosen": name(choice.chosen),
            "leader": name(choice.leader),
            "confidence": choice.confidence,
            "indifference": choice.indifference,
            "replications": choice.replications,
            "more_at_most": choice.more_at_most,
            "guarantee": guarantee(report, choice),
        })
    });
    let worlds = report.comparison.worlds.as_ref().map(|worlds| worlds_json(report, worlds));
    let gains: Vec<Value> = report
        .gains
        .iter()
        .map(|row| {
            json!({
                "schedule": name(Some(row.schedule)), "group_kind": row.kind, "group": row.key, "group_zh": row.zh, "group_en": row.en,
                "better": row.better.value, "worse": row.worse.value, "same": row.same.value,
                "yuan_less": row.less_yuan.value, "yuan_more": row.more_yuan.value,
            })
        })
        .collect();
    json!({
        "program": VERSION,
        "city": scenario.city,
        "city_name": scenario.city_name,
        "baseline": scenario.schedule,
        "seed": report.comparison.results[0].seed,
        "replications": report.comparison.replications(),
        "start": scenario.clock.start().to_string(),
        "days": scenario.clock.days(),
        "confidence_together": 0.95,
        "intervals_together": report.differences.together,
        "choice": choice,
        "schedules": schedules,
        "differences": differences,
        "worlds": worlds,
        "gains": gains,
    })
}

fn worlds_json(report: &ComparisonReport<'_>, worlds: &Worlds) -> Value {
    let schedule = |index: usize| report.candidates[index].model.scenario.schedule.clone();
    let key = |world: usize| worlds.worlds[world].map_or("stated", World::key);
    let table: Vec<Value> = worlds
        .scores
        .iter()
        .zip(&worlds.regret.by_world)
        .enumerate()
        .map(|(world, (scores, regret))| {
            let name = worlds.worlds[world].map(World::name);
            json!({ "world": key(world), "zh": name.map(|name| name.0), "en": name.map(|name| name.1), "scores": scores, "regret": regret })
        })
        .collect();
    json!({
        "replications": worlds.replications,
        "schedules": worlds.schedules.iter().map(|&index| schedule(index)).collect::<Vec<String>>(),
        "worlds": table,
        "largest_regret": worlds.regret.largest,
        "mean_regret": worlds.regret.mean,
        "flip": worlds.flip.map(|flip| json!({ "worlds": flip.worlds.map(key), "best": flip.best.map(schedule) })),
    })
}

fn schedule_json(report: &ComparisonReport<'_>, index: usize, standing: Option<&Standing>) -> Value {
    let scenario = &report.candidates[index].model.scenario;
    let criteria = report.tradeoffs.criteria[index];
    let clock = &scenario.clock;
    let normal = criteria.normal.filter(|day| *day < f64::from(clock.days()));
    let limits: Vec<Value> = standing
        .iter()
        .flat_map(|standing| standing.limits.iter().zip(&report.candidates[index].objective.limits))
        .map(|(found, limit)| {
            json!({
                "limit": limit.key, "name": limit.name, "chance_asked": limit.chance, "share_kept": found.share,
                "low": found.interval.0, "high": found.interval.1, "verdict": found.verdict.word(),
            })
        })
        .collect();
    json!({
        "schedule": scenario.schedule,
        "name": scenario.schedule_name,
        "undominated": report.tradeoffs.undominated[index],
        "burden_yuan_days": criteria.burden,
        "normal_day": criteria.normal,
        "normal_date": normal.map(|day| date_of_day(clock, day).to_string()),
        "extra_window_hours": criteria.cost,
        "overrun_probability": criteria.overrun,
        "score": standing.map(|standing| standing.score),
        "screened_after": standing.and_then(|standing| standing.screened_at),
        "share_best": standing.map(|standing| standing.share_best),
        "probability_best": standing.map(|standing| standing.probability_best),
        "limits": limits,
    })
}

fn difference_json(report: &ComparisonReport<'_>, row: &Difference) -> Value {
    let (kind, group, name) = table::group(report.baseline(), row.measure.group);
    let (low, high) = row.paired.estimate.interval().unzip();
    json!({
        "measure": row.measure.key, "measure_zh": row.measure.zh, "measure_en": row.measure.en, "unit": row.measure.unit,
        "group_kind": kind, "group": group, "group_name": name,
        "schedule": report.candidates[row.schedule].model.scenario.schedule,
        "baseline_mean": row.baseline.mean, "schedule_mean": row.alternative.mean,
        "difference": row.paired.estimate.mean, "difference_low": low, "difference_high": high,
        "relative": row.relative, "verdict": word(row.paired.verdict, Lang::En),
        "variance_reduction": row.paired.variance_reduction.filter(|value| value.is_finite()),
    })
}
