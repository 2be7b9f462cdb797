//! What the choice among schedules comes to in words, as the screen, the charts and `summary.json` say it.

use crate::experiment::choice::{Choice, FIRST_STAGE};
use crate::selection::feasible::Verdict;
use crate::units::Lang;

use super::super::numbers::{count, percent, yuan};
use super::{ComparisonReport, courses};

/// The measure that the screen shows for every schedule.
pub(super) const BURDEN: &str = "prepayment-days";

/// How often the schedules were simulated: `30 次`, or `50～100 次` where some were left out early.
pub(super) fn replications(report: &ComparisonReport<'_>) -> String {
    let counts = (0..report.candidates.len()).map(|index| courses(report.comparison, index));
    let (least, most) = (counts.clone().min().unwrap_or(0), counts.max().unwrap_or(0));
    if least == most {
        return report.lang.choose(format!("{most} 次"), format!("{most}"));
    }
    report.lang.choose(format!("{least}～{most} 次"), format!("{least} to {most}"))
}

/// Whether the schedules were not all simulated as often.
pub(super) fn counts_differ(report: &ComparisonReport<'_>) -> bool {
    (1..report.candidates.len()).any(|index| courses(report.comparison, index) != courses(report.comparison, 0))
}

/// Why there is no choice.
pub(super) fn no_choice(report: &ComparisonReport<'_>) -> String {
    let lang = report.lang;
    let n = (0..report.candidates.len()).map(|index| courses(report.comparison, index)).min().unwrap_or(0);
    if n < FIRST_STAGE {
        return lang.choose(
            format!("不作选择：模拟了 {n} 次，至少要 {FIRST_STAGE} 次（去掉 --replications 或写 {FIRST_STAGE} 以上）"),
            format!("no choice is made from {n} simulated courses, it takes {FIRST_STAGE} (leave --replications out or ask for {FIRST_STAGE} or more)"),
        );
    }
    lang.pick(
        "不作选择：基准方案的和（[objective.weights]）平均为 0，无从衡量差别多大才要紧",
        "no choice is made: the baseline's sum ([objective.weights]) is 0 on average, and what difference matters is told as a share of it",
    )
    .to_owned()
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
                format!("{}选「{name}」。只要真有一个方案比其余各方案都好出 {matters} 以上，选中的就是那个方案，把握 {sure}（前 {n} 次模拟即可断定）", kept.0),
                format!("{}\"{name}\". If one schedule is truly better than every other by {matters} or more, the one chosen here is that schedule, with {sure} confidence (the first {n} courses settle it)", kept.1),
            )
        }
        (None, Some(leader)) => open(report, choice, leader, kept),
        (None, None) => lang
            .pick(
                "没有一个方案满足全部限制；请放宽 [objective.limits] 或另拟方案",
                "no schedule keeps all limits: relax [objective.limits] or propose another schedule",
            )
            .to_owned(),
    }
}

/// A choice that is not made yet: who leads, and what is to be told apart.
fn open(report: &ComparisonReport<'_>, choice: &Choice, leader: usize, kept: (&str, &str)) -> String {
    let (lang, name, sure) = (report.lang, report.name(leader), percent(choice.confidence));
    let rivals: Vec<&str> = (0..choice.schedules.len())
        .filter(|&index| index != leader && choice.schedules[index].screened_at.is_none())
        .filter(|&index| !choice.schedules[index].breaks_a_limit())
        .map(|index| report.name(index))
        .collect();
    let about = about(choice, lang);
    let limits = &choice.schedules[leader].limits;
    if rivals.is_empty() || limits.iter().any(|limit| limit.verdict == Verdict::CannotTell) {
        let n = choice.replications;
        return lang.choose(
            format!("「{name}」目前的和最小，但它是否满足全部限制，{n} 次模拟还不能断定{about}"),
            format!(
                "\"{name}\" has the least sum so far, but whether it keeps every limit cannot be told from {n} courses{about}"
            ),
        );
    }
    let rivals = rivals.join(lang.pick("、", ", "));
    lang.choose(
        format!("{}目前「{name}」最好，但还不能以 {sure} 的把握与以下方案分出高下：{rivals}{about}", kept.0),
        format!("{}\"{name}\" leads, but with {sure} confidence it cannot yet be told from {rivals}{about}", kept.1),
    )
}

/// How many courses an open choice would take, as far as can be said.
fn about(choice: &Choice, lang: Lang) -> String {
    let Some(about) = choice.about else { return String::new() };
    let most = choice.more_at_most.map(|more| choice.replications + more).filter(|most| *most > about);
    let most =
        most.map_or_else(String::new, |most| lang.choose(format!("，至多 {most} 次"), format!(", at most {most}")));
    lang.choose(
        format!("；按目前所见估计，共需模拟约 {about} 次{most}（--most {about}）"),
        format!(
            "; by what is seen so far, an estimate, about {about} courses in all would settle it{most} (--most {about})"
        ),
    )
}

/// Whether the sum is of nothing but yuan-days.
pub(super) fn is_burden(report: &ComparisonReport<'_>) -> bool {
    let first = &report.candidates[0];
    matches!(first.objective.weights.as_slice(),
        [one] if first.catalogue.measures[one.index].key == BURDEN && one.weight == 1.0)
}

/// What the sum adds up, where it is not of yuan-days alone: `垫付占用×1＋垫付超月收入一成×500`.
pub(super) fn weights(report: &ComparisonReport<'_>) -> String {
    let of = |one: &crate::objective::Weight| {
        format!("{}×{}", report.lang.pick(&one.name.zh, &one.name.en), super::super::numbers::number(one.weight))
    };
    let parts: Vec<String> = report.candidates[0].objective.weights.iter().map(of).collect();
    parts.join(report.lang.pick("＋", " + "))
}

/// An amount of the objective's sum: yuan-days where that is all it is.
pub(super) fn sum(report: &ComparisonReport<'_>, value: f64) -> String {
    if is_burden(report) {
        yuan(value, report.lang) + report.lang.pick("·天", "·days")
    } else {
        count(value, ("分", "points"), report.lang)
    }
}

/// The schedules that keep all limits and that no other beats in all four.
pub(super) fn best_in_something(report: &ComparisonReport<'_>) -> Vec<usize> {
    let is_one = |index: &usize| report.tradeoffs.undominated[*index] && !report.standings[*index].is_out;
    (0..report.candidates.len()).filter(is_one).collect()
}

/// The schedules that no other beats in all four, in words.
pub(super) fn undominated(report: &ComparisonReport<'_>) -> String {
    let lang = report.lang;
    let names: Vec<String> = best_in_something(report)
        .into_iter()
        .map(|index| lang.choose(format!("「{}」", report.name(index)), format!("\"{}\"", report.name(index))))
        .collect();
    match names.as_slice() {
        [] => lang.pick("没有方案满足全部限制", "no schedule keeps all limits").to_owned(),
        [one] if report.standings.iter().any(|one| one.is_out) => lang.choose(
            format!("满足限制的方案中，只有{one}在垫付占用、恢复正常、超时、加开窗时四项上没有被全面压倒"),
            format!("of those that break no limit only {one} is not beaten in prepayment, time to normal, overrun and extra window hours at once"),
        ),
        [one] => lang.choose(
            format!("{one}（带 *）在垫付占用、恢复正常、超时、加开窗时四项上都不输其他任何方案，没有要取舍的"),
            format!("{one} (*) is as good as any in prepayment, time to normal, overrun and extra window hours: there is nothing to trade"),
        ),
        names => lang.choose(
            format!("带 * 的方案在垫付占用、恢复正常、超时、加开窗时四项上各有所长，没有被另一个方案全面压倒：{}", names.join("、")),
            format!("no other schedule is as good in prepayment, time to normal, overrun and extra window hours at once as these (*): {}", names.join(", ")),
        ),
    }
}

/// Where the worlds do not look: limits are judged as stated only.
pub(super) fn limits_in_worlds(report: &ComparisonReport<'_>) -> &'static str {
    match (report.candidates[0].objective.limits.is_empty(), report.lang) {
        (true, _) => "",
        (false, Lang::Zh) => "；只比和的大小，各情形下是否仍满足限制未查",
        (false, Lang::En) => "; by the sum alone, limits are not judged again there",
    }
}
