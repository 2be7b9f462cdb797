//! What may go wrong at a stop, as a schedule states it: a roll-back with a second stop, and failures
//! after the return.

use super::complaint::{ComplaintKind, Complaints, allowed};
use super::demand::weekday;
use super::schedule::early_hours;
use super::times::Times;
use super::values::{amount, amount_to, quantity_required, whole};
use crate::calendar::{DAY, SimDuration, SimTime, parse_time_of_day};
use crate::scenario::quantity::{Amount, TimeText};
use crate::scenario::raw;
use crate::schedule::{DOWNS_MAX, Moment, ReturnKind, RollBack, Suspension, Unstable};

/// Longest time between a roll-back and the second stop, days.
const AGAIN_DAYS_MAX: u32 = 366;
/// Longest time in which failures come, days.
const UNSTABLE_DAYS_MAX: u32 = 60;
/// Most failures after a return.
const FAILURES_MAX: u32 = 32;
/// Failures at most unless the file says so.
const FAILURES: u32 = 6;
/// Probability that more failures happen than may.
const CUT_MAX: f64 = 0.01;
/// Longest stop, hours.
const HOURS_MAX: f64 = 8_784.0;

/// A stop whose setbacks are read.
pub(super) struct Stop<'a> {
    /// Key.
    pub(super) key: &'a str,
    /// What is known of it already.
    pub(super) suspension: &'a Suspension,
    /// Times that are known in advance.
    pub(super) times: &'a Times<'a>,
    /// Whether its announced return could be read.
    pub(super) is_readable: bool,
}

impl Stop<'_> {
    fn path(&self, part: &str) -> String {
        format!("suspend.{}.{part}", self.key)
    }

    /// A time that is known in advance.
    fn announced(&self, out: &mut Complaints, part: &str, text: &TimeText) -> Option<SimTime> {
        match self.times.moment(out, &self.path(part), text, false)? {
            Moment::At(time) if time != SimTime::NEVER => Some(time),
            Moment::At(_) | Moment::AfterReturn(..) | Moment::AfterVisit(_) => {
                let rule = allowed(
                    "必须事先已知：日期时间，或以 名称.stop、名称.planned_return、announced_at 为准（实际恢复此时还不知道）",
                    "must be known in advance: a date and time, or relative to NAME.stop, NAME.planned_return or \
                     announced_at (the actual return is not known then)",
                );
                out.inconsistent(self.path(part), &text.0, rule);
                None
            }
        }
    }
}

/// A roll-back as the file states it; none when something is wrong.
pub(super) fn rollback(out: &mut Complaints, stop: &Stop<'_>, plan: &raw::RollBack) -> Option<RollBack> {
    let raw::RollBack { go_no_go, latest, back_hours, again } = plan;
    let path = |part: &str| stop.path(&format!("rollback.{part}"));
    let stated = out.required(&path("go_no_go"), go_no_go.as_ref());
    let back_hours = quantity_required(out, &path("back_hours"), back_hours.as_ref());
    let again = out.required(&path("again"), again.as_ref());
    if stop.suspension.after_task.is_none() && !out.concern(&stop.path("return")) {
        let rule = allowed(
            "须在 return 中给出 after_task：是否回退，看这项任务能否按时做完",
            "needs after_task in the return: whether to roll back depends on when that task will be finished",
        );
        out.inconsistent(stop.path("rollback"), "", rule);
    }
    let decided = stated.and_then(|text| stop.announced(out, "rollback.go_no_go", text));
    let latest = match latest {
        Some(text) => stop.announced(out, "rollback.latest", text),
        None if stop.suspension.kind == ReturnKind::Unannounced => {
            let rule = allowed(
                "没有公告恢复时间时必须给出：任务最迟何时做完",
                "must be given where no return is announced: by when the work must be finished",
            );
            out.add(ComplaintKind::Missing, path("latest"), "", rule);
            None
        }
        None => Some(stop.suspension.planned).filter(|_| stop.is_readable),
    };
    if let (Some(decided), Some(text)) = (decided, stated) {
        order(out, stop, (decided, text), latest);
    }
    let (after, at, weekday, length) = second(out, stop, again?)?;
    Some(RollBack { go_no_go: decided?, latest: latest?, back_hours, after, at, weekday, length })
}

/// The go/no-go hour lies after the stop, and not after the moment by which the work must be finished.
fn order(out: &mut Complaints, stop: &Stop<'_>, (decided, text): (SimTime, &TimeText), latest: Option<SimTime>) {
    let clock = &stop.times.clock;
    let key = stop.path("rollback.go_no_go");
    let begin = stop.suspension.stop;
    if decided <= begin {
        let begin = clock.civil(begin);
        let rule = allowed(format!("必须晚于停机时间 stop = {begin}"), format!("must be after the stop = {begin}"));
        out.add(ComplaintKind::Order, key, &text.0, rule);
    } else if let Some(latest) = latest.filter(|latest| *latest < decided) {
        let latest = clock.civil(latest);
        let rule = allowed(
            format!("不得晚于任务最迟做完的时间 latest = {latest}（未写 latest 时为公告恢复时间）"),
            format!("must not be after latest = {latest} (the announced return, unless the file gives latest)"),
        );
        out.add(ComplaintKind::Order, key, &text.0, rule);
    }
}

type Second = (SimDuration, u32, Option<u8>, Option<SimDuration>);

/// When the second stop begins and how long it is announced to last.
fn second(out: &mut Complaints, stop: &Stop<'_>, again: &raw::Again) -> Option<Second> {
    let raw::Again { after_days, at, weekday: day, hours } = again;
    let path = |part: &str| stop.path(&format!("rollback.again.{part}"));
    let after_days = out.required(&path("after_days"), *after_days)?;
    let after_days = whole(out, &path("after_days"), after_days, 0, AGAIN_DAYS_MAX);
    let at = match at {
        None => stop.suspension.stop.second_of_day(),
        Some(text) => match parse_time_of_day(text).filter(|second| *second < DAY) {
            Some(second) => second,
            None => {
                let rule =
                    allowed("必须是一天中的时刻，形如 \"18:00\"", "must be an hour of the day such as \"18:00\"");
                out.add(ComplaintKind::Unreadable, path("at"), text, rule);
                return None;
            }
        },
    };
    let weekday = day.as_ref().and_then(|word| weekday(out, &path("weekday"), word));
    let Suspension { stop: begin, planned, kind, .. } = stop.suspension;
    let length = match (kind, hours) {
        (ReturnKind::Unannounced, Some(_)) => {
            let rule = allowed(
                "没有公告恢复时间：任务做完即恢复，不写此项",
                "has no meaning where no return is announced: the second one follows the task too; leave it out",
            );
            out.inconsistent(path("hours"), "", rule);
            None
        }
        (ReturnKind::Unannounced, None) => None,
        (_, None) => Some(SimDuration(planned.0.saturating_sub(begin.0))),
        (_, Some(hours)) => {
            let hours = amount_to(out, &path("hours"), *hours, HOURS_MAX);
            Some(SimDuration((hours * 3_600.0).round() as u32))
        }
    };
    Some((SimDuration::from_days(after_days), at, weekday, length))
}

/// Failures as the file states them; none when something is wrong.
pub(super) fn unstable(out: &mut Complaints, stop: &Stop<'_>, plan: &raw::Unstable) -> Option<Unstable> {
    let raw::Unstable { days, failures_per_day, hours, within, at_most } = plan;
    let path = |part: &str| stop.path(&format!("unstable.{part}"));
    let days = out.required(&path("days"), *days);
    let days = days.map(|days| whole(out, &path("days"), days, 1, UNSTABLE_DAYS_MAX));
    let rate = out.required(&path("failures_per_day"), *failures_per_day).unwrap_or(Amount::Plain(0.0));
    let failures_per_day = amount(out, &path("failures_per_day"), rate);
    let hours = quantity_required(out, &path("hours"), hours.as_ref());
    let within = match within {
        None => vec![(0, DAY)],
        Some(text) => early_hours(out, &path("within"), text)?,
    };
    let at_most = whole(out, &path("at_most"), at_most.unwrap_or(FAILURES), 1, FAILURES_MAX);
    let unstable = Unstable { days: days?, failures_per_day, hours, within, at_most };
    check_cut(out, &path("at_most"), &unstable);
    Some(unstable)
}

/// Complains when more failures than may happen are no rarity, and says how many would do.
fn check_cut(out: &mut Complaints, key: &str, unstable: &Unstable) {
    let beyond = |most: u32| 1.0 - unstable.probabilities().take(most as usize + 1).sum::<f64>();
    let cut = beyond(unstable.at_most);
    if cut <= CUT_MAX {
        return;
    }
    let mean = unstable.failures_per_day * f64::from(unstable.days);
    let percent = 100.0 * cut;
    let enough = (unstable.at_most..=FAILURES_MAX).find(|most| beyond(*most) <= CUT_MAX);
    let (zh, en) = match enough {
        Some(enough) => (format!("至少写 {enough}"), format!("write at least {enough}")),
        None => (
            format!("最多可写 {FAILURES_MAX}，仍不够：请减少 failures_per_day 或 days"),
            format!("even {FAILURES_MAX}, the most allowed, is too few: lower failures_per_day or days"),
        ),
    };
    let rule = allowed(
        format!("平均 {mean:.1} 次故障，超过此数的概率为 {percent:.1}%，须不超过 1%：{zh}"),
        format!(
            "with {mean:.1} failures on average more than that happen with a probability of {percent:.1} %, which must be at most 1 %: {en}"
        ),
    );
    out.add(ComplaintKind::OutOfRange, key, unstable.at_most, rule);
}

/// Complains when stops, second stops and failures together are more than a mask holds.
pub(super) fn check_number(out: &mut Complaints, suspensions: &[Suspension]) {
    let further = |stop: &Suspension| {
        stop.unstable.as_ref().map_or(0, |plan| plan.at_most as usize) + usize::from(stop.rollback.is_some())
    };
    let all = suspensions.len() + suspensions.iter().map(further).sum::<usize>();
    let Some(most) = suspensions.iter().max_by_key(|stop| further(stop)).filter(|stop| further(stop) > 0) else {
        return;
    };
    if all > DOWNS_MAX {
        let rule = allowed(
            format!(
                "停机、二次停机与可能的故障（at_most）合计 {all} 次，最多 {DOWNS_MAX} 次：请减小 at_most 或合并停机"
            ),
            format!(
                "stops, second stops and failures (at_most) are {all} together, and {DOWNS_MAX} at most are allowed: \
                 lower at_most, or join stops"
            ),
        );
        let part = if most.unstable.is_some() { "unstable.at_most" } else { "rollback" };
        out.add(ComplaintKind::TooLarge, format!("suspend.{}.{part}", most.key), "", rule);
    }
}
