//! The comparison on one screen.

use crate::measures::Kind;
use crate::objective::{Bound, Limit};
use crate::selection::feasible::Verdict;
use crate::units::Lang;

use super::super::facts::Facts;
use super::super::layout::{Layout, Screen};
use super::super::numbers::{bracketed, count, number, percent};
use super::super::summary::assumed;
use super::super::{table, terms};
use super::grid::grid;
use super::standings;
use super::words::{BURDEN, counts_differ, guarantee, limits_in_worlds, no_choice, replications, sum, undominated};
use super::{ComparisonReport, courses, gains::GainRow};

/// The summary for the terminal.
pub fn text(report: &ComparisonReport<'_>) -> String {
    screen(report).text()
}

/// The same, to be shown elsewhere.
pub(super) fn screen(report: &ComparisonReport<'_>) -> Screen {
    let lang = report.lang;
    let scenario = report.baseline();
    let mut out = Layout::new(lang.choose(8, 12));
    let (n, k) = (replications(report), report.candidates.len());
    let city = lang.pick(&scenario.city_name.zh, &scenario.city_name.en);
    let baseline = report.name(0);
    out.line(&lang.choose(
        format!("{city}：{k} 个切换方案，同一批参保人，各模拟 {n}；与「{baseline}」相比"),
        format!("{city}: {k} schedules on the same people, {n} courses each, against \"{baseline}\""),
    ));
    out.rule();
    choice(report, &mut out);
    out.line("");
    grid(report, &mut out);
    out.line("");
    limits(report, &mut out);
    out.item(lang.pick("取舍", "Trade-off"), &undominated(report));
    worlds(report, &mut out);
    gains(report, &mut out);
    precision(report, &mut out);
    assumed(&Facts::of(report.single(0)), lang, &mut out);
    out.finish()
}

fn limits(report: &ComparisonReport<'_>, out: &mut Layout) {
    let (Some(choice), lang) = (&report.comparison.choice, report.lang) else { return };
    for (index, limit) in report.candidates[0].objective.limits.iter().enumerate() {
        let kinds = [Verdict::Meets, Verdict::TooClose, Verdict::CannotTell, Verdict::Fails];
        let parts: Vec<String> = kinds
            .into_iter()
            .filter_map(|kind| {
                let of = choice.schedules.iter().enumerate().filter(|(_, one)| one.limits[index].verdict == kind);
                let names: Vec<String> = of
                    .map(|(schedule, one)| {
                        let (name, share) = (report.name(schedule), percent(one.limits[index].share));
                        lang.choose(format!("「{name}」{share}"), format!("\"{name}\" {share}"))
                    })
                    .collect();
                let (word, list) = (standings::word(kind, lang), names.join(lang.pick("、", ", ")));
                (!names.is_empty()).then(|| lang.choose(format!("{word}：{list}"), format!("{word}: {list}")))
            })
            .collect();
        let asked = asked(report, limit);
        let asked = lang.choose(
            format!("{asked}（名后为做到的比例，含为作选择追加的模拟）。"),
            format!("{asked} (behind each name how often it was kept, courses added for the choice included). "),
        );
        let label = lang.pick("限制", "Limit");
        out.item(label, &(asked + &parts.join(lang.pick("；", "; "))));
    }
}

/// What a limit asks for: of an event its probability, of anything else how often a bound is kept.
fn asked(report: &ComparisonReport<'_>, limit: &Limit) -> String {
    let (lang, first) = (report.lang, &report.candidates[0]);
    let name = lang.pick(&limit.name.zh, &limit.name.en);
    let measure = &first.catalogue.measures[limit.index];
    if measure.kind == Kind::Event {
        let what = lang.pick(measure.zh, measure.en);
        let (kind, _, group) = table::group(&first.model.scenario, measure.group);
        let group = lang.pick(&group.zh, &group.en);
        let event = if kind == "all" { what.to_owned() } else { format!("{what}{}", bracketed(group, lang)) };
        if let Some(told) = terms::event_limit(&event, limit.bound, limit.chance, lang) {
            let own = if name == what { "" } else { name };
            let mark = if own.is_empty() { "" } else { lang.pick("：", ": ") };
            return format!("{own}{mark}{told}");
        }
    }
    let (bound, chance) = (bound(limit.bound, lang), percent(limit.chance));
    lang.choose(
        format!("{name}{bound}，须在至少 {chance} 的模拟中做到"),
        format!("{name} {bound}, asked in at least {chance} of the courses"),
    )
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
        None => out.item(label, &no_choice(report)),
        Some(choice) => out.item(label, &guarantee(report, choice)),
    }
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
    let regret = if worlds.regret.largest[least] > 0.0 {
        let most = sum(report, worlds.regret.largest[least]);
        lang.choose(
            format!("平均最多比所看方案中最好的多 {most}"),
            format!("is on average at most {most} worse than the best of those looked at"),
        )
    } else {
        lang.choose("每一种都平均最好".to_owned(), "is on average the best of those looked at in every one".to_owned())
    };
    let regret = lang.choose(
        format!("{count} 种可能情形（工期、推迟就医、提前开药、窗口快慢）里，「{name}」{regret}（各情形模拟 {runs} 次）"),
        format!("over {count} plausible worlds (work, deferral, stock-up, windows) \"{name}\" {regret} ({runs} courses in each)"),
    );
    let regret = regret + limits_in_worlds(report);
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

/// The schedule to hold against the baseline first: the best one, or the next best where that is the baseline.
pub(super) fn of_interest(report: &ComparisonReport<'_>) -> Option<usize> {
    let best = report.comparison.choice.as_ref().and_then(|choice| choice.chosen.or(choice.leader));
    // Where the baseline wins, the next best is of interest.
    let burden = |schedule: &usize| report.tradeoffs.criteria[*schedule].burden.value.unwrap_or(f64::INFINITY);
    let breaks = |schedule: &usize| {
        let choice = report.comparison.choice.as_ref();
        choice.is_some_and(|choice| choice.schedules[*schedule].breaks_a_limit())
    };
    let next = (1..report.candidates.len())
        .filter(|schedule| !breaks(schedule))
        .min_by(|one, other| burden(one).total_cmp(&burden(other)));
    best.filter(|&schedule| schedule > 0).or(next)
}

fn gains(report: &ComparisonReport<'_>, out: &mut Layout) {
    let lang = report.lang;
    let Some(schedule) = of_interest(report) else { return };
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
    let Some(worst) = report.differences.known_to(BURDEN) else { return };
    let factor = report.differences.variance_reduction(BURDEN).map_or_else(String::new, |factor| {
        let factor = number(factor.round());
        lang.choose(
            format!("；方差缩减 {factor} 倍（中位）：不用同一批参保人、各自独立模拟，要 {factor} 倍的次数才这样精确"),
            format!("; variance reduction {factor} (median): runs on people of their own would need {factor} times as many courses for this"),
        )
    });
    let (share, together) = (percent(worst), report.differences.together);
    out.item(lang.pick("精度", "Precision"), &lang.choose(
        format!("垫付占用之差精确到基准的 ±{share}，全部 {together} 个差值的区间同时成立的把握为 95%{factor}"),
        format!("differences in yuan-days are known to ±{share} of the baseline; all {together} intervals hold together with 95% confidence{factor}"),
    ));
    if counts_differ(report) {
        let counts = || (0..report.candidates.len()).map(|index| courses(report.comparison, index));
        let least = counts().min().unwrap_or(0);
        let fewer = counts().filter(|count| *count == least).count();
        out.item("", &lang.choose(
            format!("{fewer} 个方案 {least} 次后已较差、与更好的方案相差无关紧要，或不满足限制，不再继续；各数按该方案自己的次数，与基准之差按两者共有的次数"),
            format!("left out after {least} courses, being worse, too close to a better one to matter, or breaking a limit: {fewer}; numbers are over each schedule's own courses, differences over those it shares with the baseline"),
        ));
    }
    if let Some(told) = precision_asked(report) {
        out.item("", &told);
    }
}

/// Whether the precision asked for was reached, and after how many courses.
fn precision_asked(report: &ComparisonReport<'_>) -> Option<String> {
    // A share below a thousandth is told too.
    let asked = number(100.0 * report.comparison.asked?.relative()) + "%";
    let lang = report.lang;
    let n = (0..report.candidates.len()).map(|index| courses(report.comparison, index)).max().unwrap_or(0);
    let (zh, en) = match (report.comparison.precise?, report.comparison.stopped.is_some()) {
        (true, _) => (
            format!("模拟 {n} 次后达到了 --precision 要求的 {asked}：基准的受影响人次与垫付总额，以及各方案与它的差"),
            format!(
                "the {asked} of --precision was reached after {n} courses: for visits affected and prepayment of the baseline, and for the differences to them"
            ),
        ),
        (false, false) => (
            format!("模拟到 --most 允许的 {n} 次，仍没有达到 --precision 要求的 {asked}；请加大 --most，或放宽精度"),
            format!(
                "the {asked} of --precision was not reached in the {n} courses that --most allows: raise --most or ask for less"
            ),
        ),
        (false, true) => (
            format!("提前结束时模拟了 {n} 次，还没有达到 --precision 要求的 {asked}"),
            format!("the {asked} of --precision was not reached in the {n} courses before the end"),
        ),
    };
    Some(lang.choose(zh, en))
}

#[cfg(test)]
mod tests {
    use super::super::super::layout::LINES_MOST;
    use super::*;
    use crate::report::testing::Compared;

    #[test]
    fn every_number_says_how_many_courses_it_is_over() {
        let compared = Compared::of(&[(0, 60), (1, 31), (3, 60)]);
        let (zh, en) = (text(&compared.report(Lang::Zh)), text(&compared.report(Lang::En)));
        assert!(zh.contains("各模拟 31～60 次") && zh.contains("1 个方案 31 次后"), "{zh}");
        assert!(en.contains("31 to 60 courses each") && en.contains("left out after 31 courses"), "{en}");
        let row = |text: &str, name: &str| text.lines().find(|line| line.contains(name)).unwrap().to_owned();
        assert!(row(&zh, "公告方案  ").contains(" 60 "), "{zh}");
        assert!(row(&zh, "第 1 案").contains(" 31 "), "{zh}");
    }

    #[test]
    fn a_single_cause_is_given_where_there_is_no_choice() {
        let few = Compared::new(3, 5);
        let told = text(&few.report(Lang::Zh));
        assert!(told.contains("模拟了 5 次，至少要 30 次") && !told.contains("平均为 0"), "{told}");
        let mut nothing = Compared::new(3, 40);
        nothing.comparison.choice = None;
        let told = text(&nothing.report(Lang::En));
        assert!(told.contains("sum ([objective.weights]) is 0") && !told.contains("leave --replications"), "{told}");
    }

    #[test]
    fn one_schedule_that_is_as_good_in_all_leaves_nothing_to_trade() {
        let compared = Compared::new(4, 40);
        let mut report = compared.report(Lang::Zh);
        report.tradeoffs.undominated = vec![false, false, false, true];
        assert!(text(&report).contains("没有要取舍的") && !text(&report).contains("各有所长"));
        report.tradeoffs.undominated[0] = true;
        assert!(text(&report).contains("各有所长"));
    }

    #[test]
    fn the_guarantee_says_what_is_the_best_and_what_was_chosen() {
        let compared = Compared::new(3, 40);
        let told = guarantee(&compared.report(Lang::Zh), compared.comparison.choice.as_ref().unwrap());
        assert!(told.contains("选中的就是那个方案") && !told.contains('它'), "{told}");
    }

    #[test]
    fn the_screen_keeps_to_its_lines_and_says_everything_however_many_schedules() {
        for schedules in [2, 3, 8, 12, 40] {
            let compared = Compared::new(schedules, 30);
            for lang in [Lang::Zh, Lang::En] {
                let told = text(&compared.report(lang));
                assert!(told.lines().count() <= LINES_MOST, "{told}");
                assert!(told.lines().all(|line| super::super::super::numbers::width(line) <= 100), "{told}");
                for item in [lang.pick("\n精度", "\nPrecision"), lang.pick("\n假设", "\nAssumptions")] {
                    assert!(told.contains(item), "{told}");
                }
            }
        }
    }
}
