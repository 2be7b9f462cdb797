//! Stops with their returns, and the runbook of technical tasks.

use super::announced::{Announced, planned_text};
use super::complaint::{ComplaintKind, Complaints, allowed};
use super::names::{Names, bit};
use super::scope;
use super::setback;
use super::times::Times;
use super::values::{amount_to, entries, name_or_key, number, quantity, quantity_required};
use crate::calendar::{HoursError, OpeningHours, SimDuration, SimTime};
use crate::runbook::Task;
use crate::scenario::quantity::Amount;
use crate::scenario::raw::{self, Layer};
use crate::schedule::{ReturnKind, Suspension, Wave};

/// Longest delay of a wave, hours.
const WAVE_HOURS_MAX: f64 = 8_784.0;
/// Prefix of a stop among the predecessors of a task.
const STOP_PREFIX: &str = "suspend.";

/// The stops; `order` gives the place of each task of the file in the sorted runbook.
pub(super) fn suspensions(
    out: &mut Complaints,
    layer: &Layer,
    names: &Names<'_>,
    times: &Times<'_>,
    order: &[u16],
) -> Vec<Suspension> {
    let mut suspensions = Vec::new();
    for (index, (key, suspend)) in entries(&layer.suspend).enumerate() {
        let raw::Suspend { name, services, stop, slip_hours, returns, scope, except, in_hand, rollback, unstable } =
            suspend;
        let path = |part: &str| format!("suspend.{key}.{part}");
        out.required(&path("services"), services.as_ref());
        out.required(&path("stop"), stop.as_ref());
        out.required(&path("return"), returns.as_ref());
        let services = services.as_ref().map_or(0, |list| names.services.mask(out, &path("services"), Some(list)));
        let back = returns.clone().unwrap_or_default();
        if returns.is_some() {
            check_return(out, &path("return"), &back);
        }
        let Announced { stop, planned, unreadable: _ } = times.stops[index];
        let task = names.tasks.find_given(out, &path("return.after_task"), back.after_task.as_ref());
        let hours = |out: &mut Complaints, part: &str, value: &Option<_>| {
            value.as_ref().map(|value| quantity(out, &path(part), value))
        };
        let mut stop = Suspension {
            key: key.to_owned(),
            name: name_or_key(name.as_ref(), key),
            services,
            stop: times.sim(stop),
            slip_hours: hours(out, "slip_hours", slip_hours),
            kind: kind_of(&back),
            planned: planned.map_or(SimTime::NEVER, |planned| times.sim(Some(planned))),
            after_task: task.map(|task| order[usize::from(task)]),
            overrun_hours: hours(out, "return.overrun_hours", &back.overrun_hours),
            after_hours: hours(out, "return.after_hours", &back.after_hours),
            early: back.early.as_ref().and_then(|text| early_hours(out, &path("return.early"), text)),
            ramp: ramp(out, &path("return.ramp"), back.ramp.as_deref()),
            waves: waves(out, &path("return.waves"), back.waves.as_ref(), names),
            scope: scope::mask(out, &path("scope"), scope.as_ref(), names),
            except: except.as_ref().map(|except| scope::mask(out, &path("except"), Some(except), names)),
            in_hand: in_hand.unwrap_or_default(),
            rollback: None,
            unstable: None,
        };
        let about = setback::Stop { key, suspension: &stop, times, is_readable: !times.stops[index].unreadable };
        let after = rollback.as_ref().map(|plan| setback::rollback(out, &about, plan));
        let failing = unstable.as_ref().map(|plan| setback::unstable(out, &about, plan));
        (stop.rollback, stop.unstable) = (after.flatten(), failing.flatten());
        suspensions.push(stop);
    }
    setback::check_number(out, &suspensions);
    suspensions
}

fn kind_of(back: &raw::Return) -> ReturnKind {
    match planned_text(back) {
        Some(("fixed", _)) => ReturnKind::Fixed,
        Some(_) => ReturnKind::Estimated,
        None => ReturnKind::Unannounced,
    }
}

/// Exactly one way of announcing, and nothing that this way has no use for.
fn check_return(out: &mut Complaints, key: &str, back: &raw::Return) {
    let raw::Return { fixed, estimated, unannounced, after_task, overrun_hours, after_hours, early, ramp: _, waves: _ } =
        back;
    let unannounced = unannounced.unwrap_or(false);
    let given = usize::from(fixed.is_some()) + usize::from(estimated.is_some()) + usize::from(unannounced);
    if given != 1 {
        let kind = if given == 0 { ComplaintKind::Missing } else { ComplaintKind::Inconsistent };
        let rule = allowed(
            "fixed、estimated、unannounced = true 必须且只能给出一个",
            "must have exactly one of fixed, estimated and unannounced = true",
        );
        out.add(kind, key, "", rule);
        return;
    }
    let mut refuse = |wrong: bool, part: &str, zh: &str, en: &str| {
        if wrong {
            out.inconsistent(format!("{key}.{part}"), "", allowed(zh, en));
        }
    };
    refuse(
        !unannounced && after_hours.is_some(),
        "after_hours",
        "只用于 unannounced；已公告的恢复请用 overrun_hours",
        "is only for unannounced returns; an announced one takes overrun_hours",
    );
    refuse(
        unannounced && after_hours.is_some() && after_task.is_some(),
        "after_hours",
        "与 after_task 只能给出一个",
        "cannot stand beside after_task: the return follows the task or the stated hours",
    );
    refuse(
        unannounced && overrun_hours.is_some() && after_task.is_none(),
        "overrun_hours",
        "没有公告恢复时间，也没有 after_task，无从超出",
        "has nothing to overrun: no return is announced and no after_task given",
    );
    refuse(
        unannounced && early.is_some(),
        "early",
        "没有公告恢复时间，无所谓提前",
        "has no meaning without an announced return",
    );
    refuse(
        !unannounced && early.is_some() && after_task.is_none(),
        "early",
        "须同时给出 after_task",
        "needs after_task: the service is early when that task is finished early",
    );
}

pub(super) fn early_hours(out: &mut Complaints, key: &str, text: &str) -> Option<Vec<(u32, u32)>> {
    match OpeningHours::parse(text) {
        Ok(hours) if !hours.is_empty() => Some(hours),
        Ok(_) | Err(HoursError::Form | HoursError::Backwards | HoursError::Overlap) => {
            let rule = allowed("必须形如 \"08:00-20:00\"", "must be hours of a day such as \"08:00-20:00\"");
            out.add(ComplaintKind::Unreadable, key, text, rule);
            None
        }
    }
}

/// Shares of windows by day. A share of 0 is refused: people would come in vain to desks whose service
/// is back, and a desk that works has at least one window.
fn ramp(out: &mut Complaints, key: &str, shares: Option<&[f64]>) -> Vec<f64> {
    let shares = shares.unwrap_or_default();
    if shares.contains(&0.0) {
        let rule = allowed(
            "必须大于 0：当天一个窗口都不开，就是还没有恢复，请推迟恢复时间或用 waves 让部分网点晚恢复",
            "must be above 0: a service without a window on a day is not back yet; write a later return, or waves for \
             the sites that come back later",
        );
        out.add(ComplaintKind::OutOfRange, key, 0, rule);
    }
    shares.iter().map(|share| number(out, key, *share, 0.0, 1.0)).collect()
}

fn waves(out: &mut Complaints, key: &str, waves: Option<&raw::Named<raw::Wave>>, names: &Names<'_>) -> Vec<Wave> {
    let mut list = Vec::new();
    for (name, wave) in waves.into_iter().flatten() {
        let raw::Wave { sites, districts, delay_hours } = wave;
        let path = |part: &str| format!("{key}.{name}.{part}");
        if sites.is_none() && districts.is_none() {
            let rule = allowed("须给出 sites 或 districts", "must have sites or districts");
            out.add(ComplaintKind::Missing, format!("{key}.{name}"), "", rule);
        }
        let hours = out.required(&path("delay_hours"), *delay_hours).unwrap_or(Amount::Plain(0.0));
        let hours = amount_to(out, &path("delay_hours"), hours, WAVE_HOURS_MAX);
        list.push(Wave {
            groups: names.groups.mask(out, &path("sites"), sites.as_ref()),
            districts: names.districts.mask(out, &path("districts"), districts.as_ref()),
            delay: SimDuration((hours * 3_600.0).round() as u32),
        });
    }
    list
}

/// Predecessors of one task, by index in the file.
struct Before {
    tasks: Vec<u16>,
    stops: Vec<u16>,
}

/// The tasks sorted so that each comes after those it depends on, and the place of each task of
/// the file among them.
pub(super) fn tasks(out: &mut Complaints, layer: &Layer, names: &Names<'_>) -> (Vec<Task>, Vec<u16>) {
    let befores: Vec<Before> =
        entries(&layer.runbook).map(|(key, task)| before(out, key, task.after.as_ref(), names)).collect();
    let sorted = sort(out, &befores, names);
    let mut order = vec![0_u16; befores.len()];
    for (place, index) in sorted.iter().enumerate() {
        order[*index] = place as u16;
    }
    let mut unsorted: Vec<Option<Task>> = entries(&layer.runbook)
        .zip(befores)
        .map(|((key, task), before)| {
            let raw::Task { name: _, hours, after: _ } = task;
            let mut after_tasks: Vec<u16> = before.tasks.iter().map(|index| order[usize::from(*index)]).collect();
            after_tasks.sort_unstable();
            Some(Task {
                key: key.to_owned(),
                hours: quantity_required(out, &format!("runbook.{key}.hours"), hours.as_ref()),
                after_tasks,
                after_stops: before.stops,
            })
        })
        .collect();
    (sorted.iter().filter_map(|index| unsorted[*index].take()).collect(), order)
}

fn before(out: &mut Complaints, key: &str, after: Option<&Vec<String>>, names: &Names<'_>) -> Before {
    let key = format!("runbook.{key}.after");
    let mut before = Before { tasks: Vec::new(), stops: Vec::new() };
    for name in after.into_iter().flatten() {
        if let Some(stop) = name.strip_prefix(STOP_PREFIX) {
            before.stops.extend(names.suspensions.find(out, &key, stop));
        } else {
            before.tasks.extend(names.tasks.find(out, &key, name));
        }
    }
    before
}

/// Takes tasks in file order as soon as all before them are taken. Tasks in a circle are
/// complained about and left at the end.
fn sort(out: &mut Complaints, befores: &[Before], names: &Names<'_>) -> Vec<usize> {
    let mut sorted: Vec<usize> = Vec::with_capacity(befores.len());
    let mut taken = vec![false; befores.len()];
    while sorted.len() < befores.len() {
        let is_ready =
            |index: &usize| !taken[*index] && befores[*index].tasks.iter().all(|before| taken[usize::from(*before)]);
        let ready = (0..befores.len()).find(is_ready);
        let next = ready.or_else(|| (0..befores.len()).find(|index| !taken[*index]));
        let Some(next) = next else { break };
        if ready.is_none() {
            complain_of_circle(out, befores, &taken, next, names);
            // All that is left waits for the circle: take it as it comes.
            sorted.extend((0..befores.len()).filter(|index| !taken[*index]));
            break;
        }
        taken[next] = true;
        sorted.push(next);
    }
    sorted
}

fn complain_of_circle(out: &mut Complaints, befores: &[Before], taken: &[bool], first: usize, names: &Names<'_>) {
    let mut path = vec![first];
    let mut at = first;
    // Every task that is left waits for one that is left, so that the walk must meet itself.
    let from = loop {
        let waits = befores[at].tasks.iter().map(|before| usize::from(*before)).find(|before| !taken[*before]);
        let Some(next) = waits else { return };
        if let Some(from) = path.iter().position(|seen| *seen == next) {
            break from;
        }
        path.push(next);
        at = next;
    };
    let circle: Vec<&str> = path[from..].iter().chain([&path[from]]).map(|index| names.tasks.name(*index)).collect();
    let rule = allowed(
        "任务互相等待（箭头指向先行任务），须去掉其中一个",
        "these tasks wait for one another (each for the next): take one of them out",
    );
    out.add(ComplaintKind::Cycle, format!("runbook.{}.after", names.tasks.name(path[from])), circle.join(" → "), rule);
}

/// Bits of the stops that stop a service at all.
pub(super) fn stopping(suspensions: &[Suspension], service: u16) -> impl Iterator<Item = &Suspension> {
    suspensions.iter().filter(move |stop| stop.services & bit(service) != 0)
}
