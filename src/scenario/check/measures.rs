//! Measures beside the stops. Each kind takes its own keys; a key that belongs to another kind
//! is refused, because it would have no effect.

use super::complaint::{ComplaintKind, Complaints, allowed};
use super::defaults;
use super::names::{Names, bit};
use super::scope;
use super::sites::WINDOWS_MAX;
use super::times::Times;
use super::values::{amount_to, entries, part_or, quantity_or, whole};
use crate::calendar::{SimDuration, SimTime};
use crate::desk::OpenHours;
use crate::scenario::quantity::Amount;
use crate::scenario::raw::{self, DemandKind, Layer, MeasureKind};
use crate::scenario::world::{Care, Group};
use crate::schedule::{Measure, Moment, ScopeMask, Supply, Suspension};

/// What measures refer to.
pub(super) struct About<'a> {
    pub(super) names: &'a Names<'a>,
    pub(super) times: &'a Times<'a>,
    pub(super) timetables: &'a [OpenHours],
    pub(super) groups: &'a [Group],
    pub(super) care: &'a [Care],
    pub(super) suspensions: &'a [Suspension],
}

/// All measures, in the order of the file.
pub(super) fn measures(out: &mut Complaints, layer: &Layer, about: &About<'_>) -> Vec<Measure> {
    entries(&layer.measures).filter_map(|(key, measure)| one_measure(out, key, measure, about)).collect()
}

/// The word of a kind in files.
fn word(kind: MeasureKind) -> &'static str {
    match kind {
        MeasureKind::StockUp => "stock-up",
        MeasureKind::Surge => "surge",
        MeasureKind::Overtime => "overtime",
        MeasureKind::SettleBefore => "settle-before",
        MeasureKind::InterimSettlement => "interim-settlement",
        MeasureKind::ConvertBefore => "convert-before",
        MeasureKind::BringForward => "bring-forward",
    }
}

fn one_measure(out: &mut Complaints, key: &str, measure: &raw::Measure, about: &About<'_>) -> Option<Measure> {
    let raw::Measure {
        name: _,
        kind,
        who,
        from,
        until,
        take_up_share: _,
        needless_share,
        supply_days: _,
        supply_months: _,
        supply_to_month_end: _,
        supply_until: _,
        sites,
        extra_windows,
        hours,
        fit_share: _,
        fit_days,
        minutes,
        share: _,
    } = measure;
    let path = |part: &str| format!("measures.{key}.{part}");
    let kind = out.required(&path("kind"), *kind)?;
    refuse_other_keys(out, key, kind, measure);
    let mut mask = scope::mask(out, &path("who"), who.as_ref(), about.names);
    mask.groups &= about.names.groups.mask(out, &path("sites"), sites.as_ref());
    let at_desks = matches!(kind, MeasureKind::Surge | MeasureKind::Overtime);
    if at_desks {
        check_desks(out, &path("sites"), sites.as_ref(), about);
        refuse_persons(out, &path("who"), kind, who.as_ref());
    }
    let from = match from {
        Some(text) => about.times.moment(out, &path("from"), text, false),
        None => Some(Moment::At(about.times.announced_at)),
    };
    let until = match until {
        Some(text) => about.times.moment(out, &path("until"), text, false),
        None => default_until(out, &path("until"), kind, &mask, about),
    };
    check_order(out, &path("until"), from, until, about);
    let extra_windows =
        if kind == MeasureKind::Surge { out.required(&path("extra_windows"), *extra_windows) } else { None };
    let extra_windows = extra_windows.map_or(0.0, |windows| extra_mean(out, &path("extra_windows"), windows));
    let hours = if kind == MeasureKind::Overtime {
        about.names.timetables.find_required(out, &path("hours"), hours.as_ref())
    } else {
        None
    };
    let fit_days = amount_to(out, &path("fit_days"), fit_days.unwrap_or(Amount::Plain(defaults::FIT_DAYS)), 60.0);
    Some(Measure {
        key: key.to_owned(),
        kind,
        who: mask,
        from: from.unwrap_or(Moment::At(SimTime::START)),
        until: until.unwrap_or(Moment::At(SimTime::START)),
        share: share_of(out, key, kind, measure),
        needless_share: part_or(out, &path("needless_share"), *needless_share, defaults::NEEDLESS_SHARE),
        supply: supply_of(out, key, measure, about),
        extra_windows,
        hours: hours.map_or_else(Vec::new, |index| about.timetables[usize::from(index)].days.clone()),
        fit: SimDuration((fit_days * 86_400.0).round() as u32),
        minutes: quantity_or(out, &path("minutes"), minutes.as_ref(), defaults::MEASURE_MINUTES),
    })
}

/// The longest supply of a stock-up, given by one key; the rule of the country when by none.
fn supply_of(out: &mut Complaints, key: &str, measure: &raw::Measure, about: &About<'_>) -> Supply {
    let path = |part: &str| format!("measures.{key}.{part}");
    let days = measure.supply_days.map(|days| Supply::Days(whole(out, &path("supply_days"), days, 1, 366)));
    let months = measure.supply_months.map(|months| Supply::Months(whole(out, &path("supply_months"), months, 1, 12)));
    let month_end = measure.supply_to_month_end.filter(|meant| *meant).map(|_| Supply::MonthEnd);
    let until = measure.supply_until.as_ref().and_then(|text| {
        match about.times.moment(out, &path("supply_until"), text, false)? {
            Moment::At(time) => Some(Supply::Until(time)),
            _ => {
                let rule = allowed(
                    "停机前开药的人只知道公布的时间：写日期时间，或用 planned_return",
                    "who buys before the stop knows announced times only: must be a date and time, or planned_return",
                );
                out.inconsistent(path("supply_until"), &text.0, rule);
                None
            }
        }
    });
    let given: Vec<Supply> = [days, months, month_end, until].into_iter().flatten().collect();
    if given.len() > 1 {
        let rule = allowed(
            "supply_days、supply_months、supply_to_month_end、supply_until 只能写一个",
            "must be one of supply_days, supply_months, supply_to_month_end and supply_until",
        );
        out.inconsistent(format!("measures.{key}"), "", rule);
    }
    given.first().copied().unwrap_or(Supply::Days(defaults::SUPPLY_DAYS))
}

/// Windows added at a site of mean size: none at all, or so many that they round to at least one.
fn extra_mean(out: &mut Complaints, key: &str, windows: Amount) -> f64 {
    let mean = amount_to(out, key, windows, WINDOWS_MAX);
    if mean > 0.0 && mean < 0.5 {
        let rule = allowed(
            "四舍五入后一个窗口也没有：至少 0.5；不增开则写 0",
            "rounds to no window anywhere: must be at least 0.5, or 0 for none",
        );
        out.add(ComplaintKind::OutOfRange, key, mean, rule);
    }
    mean
}

/// The one share of a measure, by the key that its kind has for it.
fn share_of(out: &mut Complaints, key: &str, kind: MeasureKind, measure: &raw::Measure) -> f64 {
    let (part, value): (&str, Option<Amount>) = match kind {
        MeasureKind::StockUp => ("take_up_share", measure.take_up_share),
        MeasureKind::SettleBefore => ("fit_share", measure.fit_share),
        MeasureKind::BringForward => ("share", measure.share),
        MeasureKind::InterimSettlement | MeasureKind::ConvertBefore => return defaults::INPATIENT_SHARE,
        MeasureKind::Surge | MeasureKind::Overtime => return 0.0,
    };
    let key = format!("measures.{key}.{part}");
    out.required(&key, value).map_or(0.0, |share| amount_to(out, &key, share, 1.0))
}

/// Complains about keys that belong to other kinds.
fn refuse_other_keys(out: &mut Complaints, key: &str, kind: MeasureKind, measure: &raw::Measure) {
    use MeasureKind::{BringForward, ConvertBefore, InterimSettlement, Overtime, SettleBefore, StockUp, Surge};
    let keys: [(&str, bool, &[MeasureKind]); 13] = [
        ("take_up_share", measure.take_up_share.is_some(), &[StockUp]),
        ("needless_share", measure.needless_share.is_some(), &[StockUp]),
        ("supply_days", measure.supply_days.is_some(), &[StockUp]),
        ("supply_months", measure.supply_months.is_some(), &[StockUp]),
        ("supply_until", measure.supply_until.is_some(), &[StockUp]),
        ("supply_to_month_end", measure.supply_to_month_end.is_some(), &[StockUp]),
        ("sites", measure.sites.is_some(), &[Surge, Overtime]),
        ("extra_windows", measure.extra_windows.is_some(), &[Surge]),
        ("hours", measure.hours.is_some(), &[Overtime]),
        ("fit_share", measure.fit_share.is_some(), &[SettleBefore]),
        ("fit_days", measure.fit_days.is_some(), &[SettleBefore]),
        ("minutes", measure.minutes.is_some(), &[StockUp, SettleBefore, InterimSettlement, ConvertBefore]),
        ("share", measure.share.is_some(), &[BringForward]),
    ];
    for (part, given, kinds) in keys {
        if given && !kinds.contains(&kind) {
            let list = kinds.iter().map(|kind| word(*kind)).collect::<Vec<_>>().join(", ");
            let rule = allowed(
                format!("只用于 kind = {list}，此处为 {}", word(kind)),
                format!("is only for kind = {list}; this is a {} measure", word(kind)),
            );
            out.inconsistent(format!("measures.{key}.{part}"), "", rule);
        }
    }
}

/// Windows and hours are for whoever comes: complains about conditions on persons and their matters,
/// and on districts where hours would need them.
fn refuse_persons(out: &mut Complaints, key: &str, kind: MeasureKind, who: Option<&raw::Scope>) {
    let Some(raw::Scope { schemes, districts, sites: _, tags: _, care, classes, not_classes, actions }) = who else {
        return;
    };
    let persons = [
        ("schemes", schemes.is_some()),
        ("care", care.is_some()),
        ("classes", classes.is_some()),
        ("not_classes", not_classes.is_some()),
        ("actions", actions.is_some()),
    ];
    let article = if kind == MeasureKind::Overtime { "an" } else { "a" };
    for (part, _) in persons.iter().filter(|(_, given)| *given) {
        let rule = allowed(
            format!("{} 开的是窗口，谁来都能办，不能限定人员或事项；请用 sites 选择网点", word(kind)),
            format!(
                "{article} {} measure is for desks, which serve whoever comes: choose the desks by sites",
                word(kind)
            ),
        );
        out.inconsistent(format!("{key}.{part}"), "", rule);
    }
    if kind == MeasureKind::Overtime && districts.is_some() {
        let rule = allowed(
            "overtime 按网点组统一调整时间，不能只限部分区县；请为这些网点单列一个网点组，再用 sites 选择",
            "overtime changes the hours of whole groups of sites, not of districts: put those sites into a group of \
             their own and choose it by sites",
        );
        out.inconsistent(format!("{key}.districts"), "", rule);
    }
}

fn check_desks(out: &mut Complaints, key: &str, sites: Option<&Vec<String>>, about: &About<'_>) {
    out.required(key, sites);
    for name in sites.into_iter().flatten() {
        let group = about.names.groups.index(name).map(|index| &about.groups[index]);
        if group.is_some_and(|group| group.desk.is_none()) {
            let rule = allowed("该网点组没有窗口", "this group of sites has no desk");
            out.inconsistent(key, name, rule);
        }
    }
}

/// What happens before the stop ends with the earliest stop that meets those it is for.
fn default_until(
    out: &mut Complaints,
    key: &str,
    kind: MeasureKind,
    who: &ScopeMask,
    about: &About<'_>,
) -> Option<Moment> {
    let meant = |care: &Care| match kind {
        MeasureKind::StockUp => care.kind == DemandKind::Refills,
        MeasureKind::SettleBefore | MeasureKind::InterimSettlement | MeasureKind::ConvertBefore => {
            care.kind == DemandKind::Stays
        }
        MeasureKind::BringForward => care.kind == DemandKind::Business,
        MeasureKind::Surge | MeasureKind::Overtime => false,
    };
    let services = about
        .care
        .iter()
        .enumerate()
        .filter(|(index, care)| who.care & bit(*index as u16) != 0 && meant(care))
        .fold(0, |services, (_, care)| services | bit(care.needs));
    let met: Vec<_> = about
        .suspensions
        .iter()
        .zip(&about.times.stops)
        .filter(|(stop, _)| stop.services & services != 0)
        .map(|(stop, announced)| announced.stop.map(|_| stop.stop))
        .collect();
    // A stop whose time cannot be read has been complained about already.
    let earliest = met.iter().copied().collect::<Option<Vec<_>>>()?.into_iter().min();
    if earliest.is_none() {
        let rule = allowed(
            "必须给出：没有可作为截止时间的停机",
            "must be given: there is no stop that could be the last moment",
        );
        out.add(ComplaintKind::Missing, key, "", rule);
    }
    earliest.map(Moment::At)
}

fn check_order(out: &mut Complaints, key: &str, from: Option<Moment>, until: Option<Moment>, about: &About<'_>) {
    let (Some(from), Some(until)) = (from, until) else { return };
    let wrong = match (from, until) {
        (Moment::At(SimTime::NEVER), _) => false,
        (Moment::At(from), Moment::At(until)) => from >= until,
        (Moment::AfterReturn(one, from), Moment::AfterReturn(other, until)) => one == other && from >= until,
        _ => false,
    };
    if wrong {
        let written = |moment| match moment {
            Moment::At(time) => about.times.clock.civil(time).to_string(),
            Moment::AfterReturn(stop, offset) => {
                format!("{}.return {:+} h", about.names.suspensions.name(usize::from(stop)), offset / 3_600)
            }
            Moment::AfterVisit(_) => String::new(),
        };
        let rule =
            allowed(format!("必须晚于 from = {}", written(from)), format!("must be after from = {}", written(from)));
        out.add(ComplaintKind::Order, key, written(until), rule);
    }
}
