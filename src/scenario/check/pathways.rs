//! Pathways and payment runs: what is paid, who claims until when, and the steps of the work.

use super::complaint::{ComplaintKind, Complaints, allowed};
use super::defaults;
use super::demand::weekday;
use super::names::Names;
use super::times::Times;
use super::values::{
    amount, amount_or, entries, name_or_key, number, part_or, quantity_or, quantity_required, whole, whole_or,
};
use crate::calendar::{Anchor, Clock, SimTime, TimeExpression};
use crate::pathway::{ClaimWindow, Pathway, PaymentRun, Period, Refund, Returns, Step};
use crate::scenario::quantity::{Amount, TimeText};
use crate::scenario::raw::{self, Contact, Layer, Pays, Place, RefundHow, SiteKind};
use crate::scenario::world::Group;
use crate::schedule::Moment;
use crate::units::fen_from_yuan;

/// Most steps of a pathway: four bits in the key of a draw, one value spare.
pub(super) const STEPS_MAX: usize = 15;

/// What pathways refer to.
pub(super) struct Around<'a> {
    pub(super) names: &'a Names<'a>,
    pub(super) times: &'a Times<'a>,
    pub(super) groups: &'a [Group],
}

/// All pathways, in file order.
pub(super) fn pathways(out: &mut Complaints, layer: &Layer, around: &Around<'_>) -> Vec<Pathway> {
    entries(&layer.pathways).map(|(key, pathway)| one_pathway(out, key, pathway, around)).collect()
}

fn one_pathway(out: &mut Complaints, key: &str, pathway: &raw::Pathway, around: &Around<'_>) -> Pathway {
    let raw::Pathway {
        name,
        pays,
        is_final,
        own_share_due,
        second_deductible,
        claimed,
        returns,
        window,
        steps,
        refund,
    } = pathway;
    let path = |part: &str| format!("pathways.{key}.{part}");
    let count = steps.as_ref().map_or(0, |steps| steps.len());
    if count > STEPS_MAX {
        let rule = allowed(format!("最多 {STEPS_MAX} 步"), format!("must be at most {STEPS_MAX} steps"));
        out.add(ComplaintKind::TooLarge, path("steps"), count, rule);
    }
    let is_final = is_final.unwrap_or(false);
    if is_final && count > 0 {
        let rule = allowed(
            "final = true 表示不再结算，不能再有 steps",
            "final = true means that nothing more is claimed: there can be no steps",
        );
        out.inconsistent(path("final"), "true", rule);
    }
    let raw::Claimed { small_refund_yuan, share, small_share } = claimed.clone().unwrap_or_default();
    let small_refund_yuan =
        amount_or(out, &path("claimed.small_refund_yuan"), small_refund_yuan, defaults::SMALL_REFUND_YUAN);
    let claimed_share = part_or(out, &path("claimed.share"), share, defaults::CLAIMED_SHARE);
    Pathway {
        key: key.to_owned(),
        name: name_or_key(name.as_ref(), key),
        pays: pays_of(out, &path("pays"), *pays),
        is_final,
        own_share_due: own_share_due.unwrap_or(false),
        second_deductible: second_deductible.unwrap_or(false),
        small_refund_fen: fen_from_yuan(small_refund_yuan),
        claimed_share,
        small_claimed_share: part_or(out, &path("claimed.small_share"), small_share, claimed_share),
        returns: returns_of(out, &path("returns"), returns.as_ref()),
        window: window.as_ref().and_then(|window| claim_window(out, &path("window"), window, around)),
        steps: entries(steps)
            .take(STEPS_MAX)
            .filter_map(|(name, step)| one_step(out, &path("steps"), name, step, around))
            .collect(),
        refund: refund_of(out, &path("refund"), refund.as_ref(), count > 0, around),
    }
}

fn pays_of(out: &mut Complaints, key: &str, pays: Option<Pays>) -> Pays {
    match pays.unwrap_or(Pays::Everything) {
        Pays::Share(share) => Pays::Share(number(out, &format!("{key}.share"), share, 0.0, 1.0)),
        Pays::DepositYuan(yuan) => Pays::DepositYuan(amount(out, &format!("{key}.deposit_yuan"), Amount::Plain(yuan))),
        known @ (Pays::Everything | Pays::OwnShare | Pays::Nothing) => known,
    }
}

fn returns_of(out: &mut Complaints, key: &str, returns: Option<&raw::Returns>) -> Returns {
    let raw::Returns { rush_share, daily_share, deadline_pull_share } = returns.cloned().unwrap_or_default();
    let path = |part: &str| format!("{key}.{part}");
    let returns = Returns {
        rush_share: part_or(out, &path("rush_share"), rush_share, defaults::RUSH_SHARE),
        daily_share: part_or(out, &path("daily_share"), daily_share, defaults::DAILY_SHARE),
        deadline_pull_share: part_or(
            out,
            &path("deadline_pull_share"),
            deadline_pull_share,
            defaults::DEADLINE_PULL_SHARE,
        ),
    };
    if returns.daily_share <= 0.0 && returns.rush_share < 1.0 {
        let rule = allowed(
            "必须大于 0，除非 rush_share = 1：否则有人永远不来",
            "must be above 0 unless rush_share = 1: else some never come",
        );
        out.add(ComplaintKind::OutOfRange, path("daily_share"), returns.daily_share, rule);
    }
    returns
}

fn claim_window(
    out: &mut Complaints,
    key: &str,
    window: &raw::ClaimWindow,
    around: &Around<'_>,
) -> Option<ClaimWindow> {
    let raw::ClaimWindow { after, days, working_days, months, until, extended_days } = window;
    let path = |part: &str| format!("{key}.{part}");
    let after = match after {
        Some(text) => around.times.moment(out, &path("after"), text, true),
        None => Some(Moment::AfterVisit(0)),
    };
    let lengths = [
        days.map(|days| Period::Days(whole(out, &path("days"), days, 1, 3_660))),
        working_days.map(|days| Period::WorkingDays(whole(out, &path("working_days"), days, 1, 3_660))),
        months.map(|months| Period::Months(whole(out, &path("months"), months, 1, 120))),
    ];
    let mut given: Vec<Period> = lengths.into_iter().flatten().collect();
    let count = given.len() + usize::from(until.is_some());
    if count != 1 {
        let rule = allowed(
            "days、working_days、months、until 必须且只能给出一个",
            "must have exactly one of days, working_days, months and until",
        );
        let kind = if count == 0 { ComplaintKind::Missing } else { ComplaintKind::Inconsistent };
        out.add(kind, key, "", rule);
    }
    given.extend(until.as_ref().and_then(|text| period_until(out, &path("until"), text, around)));
    let extended_days = whole(out, &path("extended_days"), extended_days.unwrap_or(defaults::EXTENDED_DAYS), 0, 3_660);
    Some(ClaimWindow { after: after?, length: *given.first()?, extended_days })
}

fn period_until(out: &mut Complaints, key: &str, text: &TimeText, around: &Around<'_>) -> Option<Period> {
    let expression = TimeExpression::parse(&text.0).ok();
    match expression.as_ref().map(|expression| (&expression.anchor, expression.offset_seconds)) {
        Some((Anchor::MonthEnd, 0)) => Some(Period::MonthEnd),
        Some((Anchor::YearEnd, 0)) => Some(Period::YearEnd),
        Some((Anchor::MonthEnd | Anchor::YearEnd, _)) => {
            let rule = allowed(
                "month-end、year-end 不能加减时间；延长请用 extended_days",
                "month-end and year-end take no distance: use extended_days",
            );
            out.inconsistent(key, &text.0, rule);
            None
        }
        _ => around.times.moment(out, key, text, true).map(Period::Until),
    }
}

fn one_step(out: &mut Complaints, steps_key: &str, name: &str, step: &raw::Step, around: &Around<'_>) -> Option<Step> {
    let raw::Step {
        name: _,
        at,
        group,
        needs,
        contact,
        minutes,
        rework_share,
        refused_share,
        refused_to,
        outside_days,
    } = step;
    let key = format!("{steps_key}.{name}");
    let path = |part: &str| format!("{key}.{part}");
    let at = out.required(&path("at"), *at);
    let contact = contact.unwrap_or(Contact::InPerson);
    let outside = at == Some(Place::Outside);
    let minutes = if outside || contact == Contact::Automatic || at.is_none() {
        quantity_or(out, &path("minutes"), minutes.as_ref(), 0.0)
    } else {
        quantity_required(out, &path("minutes"), minutes.as_ref())
    };
    let outside_days = if outside {
        quantity_required(out, &path("outside_days"), outside_days.as_ref())
    } else {
        quantity_or(out, &path("outside_days"), outside_days.as_ref(), 0.0)
    };
    let needs = around.names.services.find_given(out, &path("needs"), needs.as_ref());
    let rework_share = part_or(out, &path("rework_share"), *rework_share, defaults::REWORK_SHARE);
    if rework_share >= 1.0 {
        let rule = allowed("必须小于 1，否则永远办不完", "must be below 1, else it is never done");
        out.add(ComplaintKind::OutOfRange, path("rework_share"), rework_share, rule);
    }
    let refused_share = part_or(out, &path("refused_share"), *refused_share, defaults::REFUSED_SHARE);
    let refused_to = around.names.pathways.find_given(out, &path("refused_to"), refused_to.as_ref());
    let group = at.and_then(|at| group_of(out, &path("group"), at, group.as_ref(), around));
    Some(Step {
        key: name.to_owned(),
        at: at?,
        group: group?,
        needs,
        contact,
        minutes,
        rework_share,
        refused_share,
        refused_to,
        outside_days,
    })
}

/// The group of a step at a hall or an office: the one named, else the first of its kind.
fn group_of(out: &mut Complaints, key: &str, at: Place, group: Option<&String>, around: &Around<'_>) -> Option<u16> {
    let (kind, zh, word) = match at {
        Place::AnyHall | Place::HomeHall | Place::ProviderHall => (SiteKind::Hall, "hall", "hall"),
        Place::BackOffice => (SiteKind::BackOffice, "back-office", "back-office"),
        Place::SameSite | Place::Station | Place::Outside => {
            around.names.groups.find_given(out, key, group);
            return Some(0);
        }
    };
    let Some(name) = group else {
        let first = around.groups.iter().position(|group| group.kind == kind);
        if first.is_none() {
            let rule = allowed(
                format!("没有 kind = \"{zh}\" 的网点组，该步骤无处可办"),
                format!("there is no group of kind {word} for this step"),
            );
            out.add(ComplaintKind::Missing, key, "", rule);
        }
        return first.map(|index| index as u16);
    };
    let index = around.names.groups.find(out, key, name)?;
    if around.groups[usize::from(index)].kind == kind {
        return Some(index);
    }
    let rule =
        allowed(format!("必须是 kind = \"{zh}\" 的网点组"), format!("must be a group of kind {word} for a step there"));
    out.inconsistent(key, name, rule);
    None
}

fn refund_of(
    out: &mut Complaints,
    key: &str,
    refund: Option<&raw::Refund>,
    has_steps: bool,
    around: &Around<'_>,
) -> Refund {
    let raw::Refund { how, run, lag_days } = refund.cloned().unwrap_or_default();
    let run_key = format!("{key}.run");
    let lag_days = whole_or(out, &format!("{key}.lag_days"), lag_days, defaults::LAG_DAYS, 0, 365);
    match how {
        Some(RefundHow::Transfer) => {
            let run = around.names.runs.find_required(out, &run_key, run.as_ref());
            run.map_or(Refund::Never, |run| Refund::Transfer { run, lag_days })
        }
        Some(RefundHow::AtDesk) => Refund::AtDesk,
        Some(RefundHow::Never) => Refund::Never,
        // A last step is where a refund is handed out unless the file says otherwise.
        None if has_steps => Refund::AtDesk,
        None => Refund::Never,
    }
}

/// Payment runs with their moments at noon.
pub(super) fn payment_runs(out: &mut Complaints, layer: &Layer, clock: &Clock) -> Vec<PaymentRun> {
    const NOON: u32 = 12 * 3_600;
    let mut runs = Vec::new();
    for (key, run) in entries(&layer.payment_runs) {
        let raw::PaymentRun { weekdays, days_of_month } = run;
        let path = |part: &str| format!("payment_runs.{key}.{part}");
        let week: Vec<u8> =
            weekdays.iter().flatten().filter_map(|word| weekday(out, &path("weekdays"), word)).collect();
        let month: Vec<u32> = days_of_month.iter().flatten().copied().collect();
        for day in &month {
            whole(out, &path("days_of_month"), *day, 1, 28);
        }
        if weekdays.iter().flatten().count() + month.len() == 0 {
            let rule = allowed("须给出 weekdays 或 days_of_month", "must have weekdays or days_of_month");
            out.add(ComplaintKind::Missing, format!("payment_runs.{key}"), "", rule);
        }
        let is_run = |day: &u32| {
            week.contains(&clock.weekday(*day)) || month.contains(&u32::from(clock.date(*day).day().unsigned_abs()))
        };
        let at = (0..clock.days()).filter(is_run).map(|day| SimTime::at(day, NOON)).collect();
        runs.push(PaymentRun { key: key.to_owned(), at });
    }
    runs
}
