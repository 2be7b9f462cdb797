//! What the figures of a run show, in a sentence each: their titles.

use crate::calendar::SimTime;
use crate::measures::Group;
use crate::scenario::world::Scenario;

use super::Report;
use super::daily::DailySeries;
use super::facts::{DeskFacts, Facts, StopFacts, halts_desks};
use super::numbers::{capital, count, date, date_of_day, number, percent};
use super::parquet::group_name;
use super::table::MEDIAN;

/// A day in words, without its year.
fn day(report: &Report<'_>, day: f64) -> String {
    let found = date_of_day(&report.scenario.clock, day);
    date(found, found.year(), report.lang)
}

/// How long the service that most people need is down, and how sure its return is.
pub(super) fn outage(report: &Report<'_>, facts: &Facts) -> String {
    let lang = report.lang;
    let weighed = facts.stops_by_weight(report);
    let Some((facts, stop)) = weighed.first().and_then(|one| Some((*one, report.scenario.suspensions.get(one.stop)?)))
    else {
        return String::new();
    };
    let name = capital(lang.pick(&stop.name.zh, &stop.name.en));
    if stop.planned == SimTime::NEVER {
        return match facts.actual[1] {
            Some(median) => {
                let median = day(report, median);
                let zh = format!("{name}没有公布恢复时间，模拟中多在 {median}前后恢复");
                lang.choose(zh, format!("{name}: no return announced; back around {median} in half of the courses"))
            }
            None => lang.choose(
                format!("{name}没有公布恢复时间，模拟期内多半未恢复"),
                format!("{name}: no return announced, and mostly none within the days simulated"),
            ),
        };
    }
    let hours = number((f64::from(stop.planned.0.saturating_sub(stop.stop.0)) / 3600.0).round());
    match facts.overran.value.filter(|&share| share > 0.0).map(percent) {
        None => lang.choose(format!("{name}停 {hours} 小时"), format!("{name}: {hours} hours without service")),
        Some(late) => lang.choose(
            format!("{name}公告停 {hours} 小时，晚于公告恢复的概率 {late}"),
            format!("{name}: {hours} hours announced, late with probability {late}"),
        ),
    }
}

/// How much patients pay at visits, and when most.
pub(super) fn payments(report: &Report<'_>, facts: &Facts, series: &DailySeries) -> String {
    let lang = report.lang;
    let money = |value: f64| count(value, ("元", "yuan"), lang);
    let total = money(facts.mean(report, "self-pay").value.unwrap_or(0.0));
    let days = series.quantiles[MEDIAN].iter().copied().enumerate();
    let Some((peak_day, peak)) = days.max_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, peak)| *peak > 0.0) else {
        return lang.choose(
            format!("停机期间患者就诊付现金 {total}（含本应自付）"),
            format!("Patients pay {total} in cash at visits in the outage, own share included"),
        );
    };
    let (peak_day, peak) = (day(report, peak_day as f64), money(peak));
    lang.choose(
        format!("停机期间患者就诊付现金 {total}（含本应自付），最多的一天是 {peak_day}（{peak}）"),
        format!(
            "Patients pay {total} in cash at visits in the outage (own share included), most on {peak_day} ({peak})"
        ),
    )
}

/// When the desks that recover last are back to normal, and how long after the return.
pub(super) fn recovery(report: &Report<'_>, facts: &Facts) -> String {
    let lang = report.lang;
    let Some(desk) = facts.desks.first() else { return String::new() };
    let name = group_name(report.scenario, Group::Desk(desk.class), lang);
    match desk.normal_median.value {
        None => {
            let last = day(report, f64::from(report.scenario.clock.days().saturating_sub(1)));
            lang.choose(
                format!("{name}到模拟期末（{last}）多半还没有恢复正常"),
                format!("{}: mostly not back to normal by {last}, when the simulation ends", capital(&name)),
            )
        }
        // Day 0: no queue grew; then the largest backlog is what there is to say.
        Some(normal) if normal < 1.0 => largest(report, facts),
        Some(normal) => {
            let when = day(report, normal);
            let after = returned(report, facts, desk).map(|back| working_days(report.scenario, back, normal));
            match after {
                None => lang
                    .choose(format!("{name}最晚恢复正常：{when}"), format!("{name} are last back to normal: {when}")),
                Some(0) if returned(report, facts, desk).is_some_and(|back| back.floor() == normal.floor()) => lang
                    .choose(
                        format!("各类窗口 {when}恢复正常，即恢复服务的当日"),
                        format!("All desks are back to normal on {when}, the day of the return"),
                    ),
                Some(0) => lang.choose(
                    format!("各类窗口 {when}恢复正常，在恢复服务后的第一个工作日之前"),
                    format!("All desks are back to normal on {when}, before the first working day after the return"),
                ),
                Some(1) => lang.choose(
                    format!("{name}最晚恢复正常：{when}，恢复服务后 1 个工作日"),
                    format!("Back to normal on {when}: {name} are last, one working day after the return"),
                ),
                Some(days) => lang.choose(
                    format!("{name}最晚恢复正常：{when}，恢复服务后 {days} 个工作日"),
                    format!("Back to normal on {when}: {name} are last, {days} working days after the return"),
                ),
            }
        }
    }
}

fn largest(report: &Report<'_>, facts: &Facts) -> String {
    let lang = report.lang;
    let peak = |desk: &&DeskFacts| desk.backlog_peak.value.unwrap_or(0.0);
    let Some(desk) = facts.desks.iter().max_by(|a, b| peak(a).total_cmp(&peak(b))) else { return String::new() };
    let (name, peak) = (group_name(report.scenario, Group::Desk(desk.class), lang), peak(&desk));
    let peak = count(peak, ("件", "claims"), lang);
    lang.choose(
        format!("排队未受影响；未办结最多时 {peak}（{name}）"),
        format!("Queues are not affected; at most {peak} are open ({name})"),
    )
}

/// Median day on which the last of the stops that halt a class of desks has returned; none where one of them
/// mostly does not within the days simulated.
fn returned(report: &Report<'_>, facts: &Facts, desk: &DeskFacts) -> Option<f64> {
    let halts = |one: &&StopFacts| {
        let stop = report.scenario.suspensions.get(one.stop);
        stop.is_some_and(|stop| halts_desks(report, stop, desk.class))
    };
    let returns: Option<Vec<f64>> = facts.stops.iter().filter(halts).map(|one| one.actual[1]).collect();
    returns?.into_iter().reduce(f64::max)
}

/// Working days after the day of one time up to the day of another.
fn working_days(scenario: &Scenario, from: f64, until: f64) -> u32 {
    // Days are not negative, and their parts do not count.
    scenario.clock.working_days_after(from.max(0.0) as u32, until.max(0.0) as u32)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{World, group_of_desks};
    use super::*;
    use crate::units::Lang;

    #[test]
    fn titles_tell_the_numbers_of_the_tables() {
        let mut world = World::new(40);
        world.scenario.groups = vec![group_of_desks(0, 0b11), group_of_desks(1, 0b01)];
        for lang in [Lang::Zh, Lang::En] {
            let report = world.report(lang);
            let facts = Facts::of(&report);
            let found = outage(&report, &facts);
            assert!(found.contains("50%") && found.contains(lang.pick("联网结算", "Settlement")), "{found}");
            let series = &super::super::daily::all(&world.results).unwrap()
                [world.results.catalogue.find_series("self-pay", Group::All, false).unwrap()];
            let total = count(facts.mean(&report, "self-pay").value.unwrap(), ("元", "yuan"), lang);
            let found = payments(&report, &facts, series);
            assert!(found.contains(&total), "{found}");
            let found = recovery(&report, &facts);
            assert!(found.contains(&group_name(report.scenario, Group::Desk(facts.desks[0].class), lang)), "{found}");
        }
    }

    #[test]
    fn working_days_are_counted_after_the_return_and_up_to_the_day() {
        // Day 4 is Friday 12 November 2021, days 5 and 6 the weekend.
        let world = World::new(1);
        for (from, until, days) in [(4.5, 4.0, 0), (4.0, 6.0, 0), (4.0, 7.0, 1), (3.9, 8.2, 3), (9.0, 4.0, 0)] {
            assert_eq!(working_days(&world.scenario, from, until), days, "{from} {until}");
        }
    }
}
