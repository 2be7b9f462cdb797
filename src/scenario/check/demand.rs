//! Care types and agency business: how much of it, where, what it costs and who pays.

use super::complaint::{Complaints, allowed};
use super::defaults;
use super::hours::flat_profile;
use super::names::Names;
use super::people::SHARE_SLACK;
use super::values::{
    amount, amount_or, amount_to, entries, name_or_key, part_or, quantity, quantity_required, share_or, whole,
};
use crate::distribution::Distribution;
use crate::scenario::quantity::{Amount, Share};
use crate::scenario::raw::{self, DemandKind, Layer, Named, SiteKind};
use crate::scenario::world::{Benefit, Care, DayProfile, Group, Scheme};

/// Days in a year, for rates a year.
const DAYS_A_YEAR: f64 = 365.0;

/// What demand refers to.
pub(super) struct Places<'a> {
    pub(super) schemes: &'a [Scheme],
    pub(super) groups: &'a [Group],
    pub(super) profiles: &'a [DayProfile],
}

/// All care types and business, in file order.
pub(super) fn care(out: &mut Complaints, layer: &Layer, names: &Names<'_>, places: &Places<'_>) -> Vec<Care> {
    entries(&layer.demand).map(|(key, demand)| one_care(out, key, demand, names, places)).collect()
}

fn one_care(out: &mut Complaints, key: &str, demand: &raw::Demand, names: &Names<'_>, places: &Places<'_>) -> Care {
    let raw::Demand {
        name,
        kind,
        needs,
        per_year,
        per_day,
        patients_share,
        cycle_days,
        patterns,
        sites,
        profile,
        bill_yuan,
        bill_factor,
        benefit,
        elective_share,
        deferred_share,
        deferral_days,
        essential,
        stay_days,
        minutes,
        online_share,
        online_to_hall_share,
        online_needs,
    } = demand;
    let path = |part: &str| format!("demand.{key}.{part}");
    let known_kind = out.required(&path("kind"), *kind);
    let kind = known_kind.unwrap_or(DemandKind::Visits);
    let has_memory = matches!(kind, DemandKind::Refills | DemandKind::Sessions);
    if known_kind.is_some() {
        refuse_other_volumes(out, key, demand, has_memory);
    }
    let rates = Rates { per_year, per_day, patients_share };
    let volume = volumes(out, key, &rates, has_memory, names, places.schemes);
    let has_volume = volume.iter().any(|events| *events > 0.0);
    let needs = names.services.find_required(out, &path("needs"), needs.as_ref());
    let profile = names.profiles.find_required(out, &path("profile"), profile.as_ref());
    let (elective_share, deferred_share, essential) = waiting(out, key, *elective_share, *deferred_share, *essential);
    let to_hall = defaults::ONLINE_TO_HALL_SHARE;
    Care {
        key: key.to_owned(),
        name: name_or_key(name.as_ref(), key),
        kind,
        needs: needs.unwrap_or(0),
        volume,
        group_share: group_shares(out, &path("sites"), sites.as_ref(), names, &Shares { kind, has_volume, places }),
        bill_factor: bill_factors(out, &path("bill_factor"), bill_factor, names),
        cycle_days: cycle_days_of(out, &path("cycle_days"), *cycle_days, kind),
        patterns: patterns_of(out, &path("patterns"), patterns.as_ref(), kind),
        profile: profile.map_or_else(flat_profile, |index| places.profiles[usize::from(index)].clone()),
        bill_yuan: for_kind(out, &path("bill_yuan"), bill_yuan.as_ref(), kind != DemandKind::Business),
        benefit: benefits(out, &path("benefit"), benefit, names),
        elective_share,
        deferred_share,
        deferral_days: for_kind(
            out,
            &path("deferral_days"),
            deferral_days.as_ref(),
            elective_share * deferred_share > 0.0,
        ),
        essential,
        stay_days: for_kind(out, &path("stay_days"), stay_days.as_ref(), kind == DemandKind::Stays),
        minutes: for_kind(out, &path("minutes"), minutes.as_ref(), kind == DemandKind::Business),
        online_share: part_or(out, &path("online_share"), *online_share, defaults::ONLINE_SHARE),
        online_to_hall_share: part_or(out, &path("online_to_hall_share"), *online_to_hall_share, to_hall),
        online_needs: names.services.find_given(out, &path("online_needs"), online_needs.as_ref()),
    }
}

/// Share that can wait, share of it put off, and whether the care is essential.
fn waiting(
    out: &mut Complaints,
    key: &str,
    elective: Option<Amount>,
    deferred: Option<Amount>,
    essential: Option<bool>,
) -> (f64, f64, bool) {
    let elective_key = format!("demand.{key}.elective_share");
    let elective = part_or(out, &elective_key, elective, defaults::ELECTIVE_SHARE);
    let deferred = part_or(out, &format!("demand.{key}.deferred_share"), deferred, defaults::DEFERRED_SHARE);
    let essential = essential.unwrap_or(false);
    if essential && elective > 0.0 {
        let rule = allowed("essential = true 的医疗不能推迟：须为 0", "essential care cannot wait: must be 0");
        out.inconsistent(elective_key, elective, rule);
    }
    (elective, deferred, essential)
}

/// How often, as the file says it.
struct Rates<'a> {
    per_year: &'a Option<Named<Amount>>,
    per_day: &'a Option<Named<Amount>>,
    patients_share: &'a Option<Named<Amount>>,
}

/// Events a day by scheme; patients by scheme for those with memory.
fn volumes(
    out: &mut Complaints,
    key: &str,
    rates: &Rates<'_>,
    has_memory: bool,
    names: &Names<'_>,
    schemes: &[Scheme],
) -> Vec<f64> {
    let path = |part: &str| format!("demand.{key}.{part}");
    if has_memory {
        return patients(out, &path("patients_share"), rates.patients_share, names, schemes);
    }
    let yearly = by_scheme(out, &path("per_year"), rates.per_year, names, f64::INFINITY);
    let daily = by_scheme(out, &path("per_day"), rates.per_day, names, f64::INFINITY);
    let total = |(scheme, person): (usize, &Scheme)| person.insured * yearly[scheme] / DAYS_A_YEAR + daily[scheme];
    schemes.iter().enumerate().map(total).collect()
}

/// A quantity that some demand must have and the rest has no use for.
fn for_kind(
    out: &mut Complaints,
    key: &str,
    value: Option<&crate::scenario::quantity::Quantity>,
    needed: bool,
) -> Distribution {
    if needed {
        quantity_required(out, key, value)
    } else {
        value.map_or(Distribution::Fixed(0.0), |value| quantity(out, key, value))
    }
}

fn refuse_other_volumes(out: &mut Complaints, key: &str, demand: &raw::Demand, has_memory: bool) {
    let rates = [("per_year", demand.per_year.is_some()), ("per_day", demand.per_day.is_some())];
    let patients = [("patients_share", demand.patients_share.is_some())];
    let (wrong, zh, en): (&[(&str, bool)], _, _) = if has_memory {
        (&rates, "refills 与 sessions 用 patients_share", "refills and sessions take patients_share")
    } else {
        (
            &patients,
            "visits、stays、business 用 per_year 或 per_day",
            "visits, stays and business take per_year or per_day",
        )
    };
    for (part, _) in wrong.iter().filter(|(_, given)| *given) {
        out.inconsistent(format!("demand.{key}.{part}"), "", allowed(zh, en));
    }
}

/// Amounts by scheme; zero where none is given.
fn by_scheme(out: &mut Complaints, key: &str, table: &Option<Named<Amount>>, names: &Names<'_>, most: f64) -> Vec<f64> {
    let mut by_scheme = vec![0.0; names.schemes.len()];
    for (scheme, value) in entries(table) {
        let key = format!("{key}.{scheme}");
        let value = amount_to(out, &key, *value, most);
        if let Some(index) = names.schemes.find(out, &key, scheme) {
            by_scheme[usize::from(index)] = value;
        }
    }
    by_scheme
}

/// Patients with memory by scheme.
fn patients(
    out: &mut Complaints,
    key: &str,
    table: &Option<Named<Amount>>,
    names: &Names<'_>,
    schemes: &[Scheme],
) -> Vec<f64> {
    let shares = by_scheme(out, key, table, names, 1.0);
    schemes.iter().zip(shares).map(|(scheme, share)| scheme.insured * share).collect()
}

/// What decides where events can be.
struct Shares<'a> {
    kind: DemandKind,
    has_volume: bool,
    places: &'a Places<'a>,
}

fn group_shares(
    out: &mut Complaints,
    key: &str,
    table: Option<&Named<Amount>>,
    names: &Names<'_>,
    about: &Shares<'_>,
) -> Vec<f64> {
    let mut shares = vec![0.0; names.groups.len()];
    let Some(table) = out.required(key, table) else { return shares };
    for (group, share) in table {
        let key = format!("{key}.{group}");
        let share = amount_to(out, &key, *share, 1.0);
        let Some(index) = names.groups.find(out, &key, group) else { continue };
        shares[usize::from(index)] = share;
        let place = &about.places.groups[usize::from(index)];
        let fits = match about.kind {
            DemandKind::Business => place.kind == SiteKind::Hall,
            DemandKind::Visits | DemandKind::Refills | DemandKind::Sessions | DemandKind::Stays => {
                matches!(place.kind, SiteKind::Provider | SiteKind::Away)
            }
        };
        if share > 0.0 && !fits {
            let rule = allowed(
                "经办业务须在 hall，就医须在 provider 或 away",
                "business belongs to groups of kind hall, care to provider or away",
            );
            out.inconsistent(&key, share, rule);
        }
        if share > 0.0 && about.has_volume && place.count == 0 {
            let rule = allowed(
                format!("网点组 {group} 的 count 为 0，该份额须为 0"),
                format!("the group {group} has no sites (count = 0): must be 0"),
            );
            out.inconsistent(&key, share, rule);
        }
    }
    let total: f64 = shares.iter().sum();
    if (total - 1.0).abs() > SHARE_SLACK {
        let rule =
            allowed(format!("各份额之和必须为 1，现为 {total:.6}"), format!("must add up to 1, adds up to {total:.6}"));
        out.inconsistent(key, format!("{total:.6}"), rule);
    }
    shares
}

fn bill_factors(out: &mut Complaints, key: &str, table: &Option<Named<Amount>>, names: &Names<'_>) -> Vec<f64> {
    let mut factors = vec![defaults::BILL_FACTOR; names.groups.len()];
    for (group, factor) in entries(table) {
        let key = format!("{key}.{group}");
        let factor = amount(out, &key, *factor);
        if let Some(index) = names.groups.find(out, &key, group) {
            factors[usize::from(index)] = factor;
        }
    }
    factors
}

fn cycle_days_of(out: &mut Complaints, key: &str, days: Option<u32>, kind: DemandKind) -> u32 {
    let days = if kind == DemandKind::Refills { out.required(key, days) } else { days };
    days.map_or(2, |days| whole(out, key, days, 2, 180))
}

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Bit of a weekday, Monday 0, or the complaint that it is none.
pub(super) fn weekday(out: &mut Complaints, key: &str, word: &str) -> Option<u8> {
    let found = WEEKDAYS.iter().position(|known| *known == word);
    if found.is_none() {
        let rule =
            allowed("必须是 mon、tue、wed、thu、fri、sat、sun", "must be one of mon, tue, wed, thu, fri, sat, sun");
        out.unknown(key, word, rule, WEEKDAYS.into_iter());
    }
    found.map(|index| index as u8)
}

fn patterns_of(out: &mut Complaints, key: &str, table: Option<&Named<Share>>, kind: DemandKind) -> Vec<(u8, f64)> {
    if kind == DemandKind::Sessions && table.is_none_or(Named::is_empty) {
        out.missing(key);
    }
    let mut running = 0.0;
    let mut patterns = Vec::new();
    for (days, share) in table.into_iter().flatten() {
        let key = format!("{key}.{days}");
        let words = days.split([' ', ',']).filter(|word| !word.is_empty());
        let mask = words.filter_map(|word| weekday(out, &key, word)).fold(0, |mask, day| mask | 1 << day);
        if mask == 0 {
            let rule = allowed("至少要有一个星期几", "must name at least one weekday");
            out.inconsistent(&key, "", rule);
        }
        running += share_or(out, &key, Some(*share), 0.0);
        patterns.push((mask, running));
    }
    if !patterns.is_empty() && (running - 1.0).abs() > SHARE_SLACK {
        let rule = allowed(
            format!("各份额之和必须为 1，现为 {running:.6}"),
            format!("must add up to 1, adds up to {running:.6}"),
        );
        out.inconsistent(key, format!("{running:.6}"), rule);
    }
    if let Some(last) = patterns.last_mut() {
        last.1 = 1.0;
    }
    patterns
}

fn benefits(out: &mut Complaints, key: &str, table: &Option<Named<raw::Benefit>>, names: &Names<'_>) -> Vec<Benefit> {
    let mut benefits: Vec<Benefit> =
        (0..names.schemes.len()).map(|_| one_benefit(out, key, &raw::Benefit::default())).collect();
    for (scheme, given) in entries(table) {
        let key = format!("{key}.{scheme}");
        let benefit = one_benefit(out, &key, given);
        if let Some(index) = names.schemes.find(out, &key, scheme) {
            benefits[usize::from(index)] = benefit;
        }
    }
    benefits
}

fn one_benefit(out: &mut Complaints, key: &str, benefit: &raw::Benefit) -> Benefit {
    let raw::Benefit { in_policy_share, deductible_yuan, deductible_open_share, fund_share, cap_yuan, account_share } =
        *benefit;
    let path = |part: &str| format!("{key}.{part}");
    Benefit {
        in_policy_share: share_or(out, &path("in_policy_share"), in_policy_share, defaults::IN_POLICY_SHARE),
        deductible_yuan: amount_or(out, &path("deductible_yuan"), deductible_yuan, defaults::DEDUCTIBLE_YUAN),
        deductible_open_share: share_or(
            out,
            &path("deductible_open_share"),
            deductible_open_share,
            defaults::DEDUCTIBLE_OPEN_SHARE,
        ),
        fund_share: share_or(out, &path("fund_share"), fund_share, defaults::FUND_SHARE),
        cap_yuan: amount_or(out, &path("cap_yuan"), cap_yuan, defaults::CAP_YUAN),
        account_share: share_or(out, &path("account_share"), account_share, defaults::ACCOUNT_SHARE),
    }
}

/// Whether a care type has any demand.
pub(super) fn has_volume(care: &Care) -> bool {
    care.volume.iter().any(|events| *events > 0.0)
}
