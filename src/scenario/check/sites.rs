//! Groups of sites, the sites themselves, and what the desks of a group have in common.

use super::complaint::{ComplaintKind, Complaints, allowed};
use super::deal;
use super::defaults;
use super::hours::{closed, flat_profile};
use super::names::Names;
use super::routes::Asked;
use super::values::{
    amount_or, amount_to, entries, number, quantity, quantity_or, quantity_required, share_or, whole_or,
};
use crate::calendar::{Clock, OpeningHours, parse_time_of_day};
use crate::desk::{DeskSpec, HourWindows, Learning, OpenHours, whole_windows};
use crate::scenario::quantity::Amount;
use crate::scenario::raw::{self, Layer, Named, SiteKind};
use crate::scenario::world::{DayProfile, District, Group, Site};

/// Most sites of one group.
const GROUP_SITES_MAX: u32 = 1_000_000;
/// Most sites of all groups together.
const SITES_MAX: u64 = 2_000_000;
/// Most windows of one desk.
pub(super) const WINDOWS_MAX: f64 = 10_000.0;

/// What desks refer to by name.
pub(super) struct Rota<'a> {
    pub(super) clock: &'a Clock,
    pub(super) timetables: &'a [OpenHours],
    pub(super) profiles: &'a [DayProfile],
}

/// All groups with their desks; `services` of a desk is filled in when the routes are known.
pub(super) fn groups(out: &mut Complaints, layer: &Layer, names: &Names<'_>, rota: &Rota<'_>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut total: u64 = 0;
    for (key, group) in entries(&layer.sites) {
        let path = |part: &str| format!("sites.{key}.{part}");
        let kind = out.required(&path("kind"), group.kind);
        let count = out.required(&path("count"), group.count);
        let count = whole_or(out, &path("count"), count, 0, 0, GROUP_SITES_MAX);
        let desk = match (&group.desk, kind) {
            (None, None | Some(SiteKind::Away)) => None,
            (Some(_), Some(SiteKind::Away)) => {
                let rule = allowed("市外（away）网点没有本市窗口", "sites of kind away have no desk of the city");
                out.inconsistent(path("desk"), "", rule);
                None
            }
            (None, Some(_)) => {
                out.missing(path("desk"));
                None
            }
            (Some(desk), _) => Some(desk_spec(out, &path("desk"), desk, names, rota)),
        };
        total += u64::from(count);
        let first = groups.last().map_or(0, |last| last.first + last.count);
        // Too many are not built; one each keeps the rest of the check meaningful.
        let count = if total > SITES_MAX { count.min(1) } else { count };
        groups.push(Group { key: key.to_owned(), kind: kind.unwrap_or(SiteKind::Provider), first, count, desk });
    }
    if total > SITES_MAX {
        let rule = allowed("网点合计不得超过 200 万", "must be at most 2,000,000 sites in all");
        out.add(ComplaintKind::TooLarge, "sites", total, rule);
    }
    groups
}

/// All sites, group by group, the largest first.
pub(super) fn sites(
    out: &mut Complaints,
    layer: &Layer,
    names: &Names<'_>,
    groups: &[Group],
    districts: &[District],
) -> Vec<Site> {
    let mut sites: Vec<Site> = Vec::new();
    for (index, (key, raw_group)) in entries(&layer.sites).enumerate() {
        let raw::SiteGroup { name: _, kind: _, count: _, size_cv, districts: within, tags: _, beside, desk: _ } =
            raw_group;
        let group = &groups[index];
        let cv =
            amount_to(out, &format!("sites.{key}.size_cv"), size_cv.unwrap_or(Amount::Plain(defaults::SIZE_CV)), 5.0);
        let mask = names.districts.mask(out, &format!("sites.{key}.districts"), within.as_ref());
        let shares: Vec<f64> = districts
            .iter()
            .enumerate()
            .map(|(district, one)| if mask >> district.min(63) & 1 == 1 { one.share } else { 0.0 })
            .collect();
        let everywhere = matches!(group.kind, SiteKind::Hall | SiteKind::BackOffice);
        let dealt = deal::districts(group.count, &shares, everywhere);
        let windows = group.desk.as_ref().map_or(0.0, |desk| desk.windows);
        for (size, district) in deal::sizes(group.count, cv).into_iter().zip(dealt) {
            let windows = whole_windows(windows, size);
            sites.push(Site { group: index as u16, district, size, windows, station: None });
        }
        if group.kind != SiteKind::Station && beside.is_some() {
            let rule = allowed("只用于 kind = \"station\" 的网点组", "is only for groups of kind station");
            out.inconsistent(format!("sites.{key}.beside"), beside.as_deref().unwrap_or_default(), rule);
        }
    }
    for (index, (key, group)) in entries(&layer.sites).enumerate() {
        if groups[index].kind == SiteKind::Station {
            stand_beside(out, key, group.beside.as_ref(), names, groups, index, &mut sites);
        }
    }
    sites
}

/// Puts the stations of a group beside the largest sites of their host group.
fn stand_beside(
    out: &mut Complaints,
    key: &str,
    beside: Option<&String>,
    names: &Names<'_>,
    groups: &[Group],
    stations: usize,
    sites: &mut [Site],
) {
    let beside_key = format!("sites.{key}.beside");
    let Some(host) = names.groups.find_required(out, &beside_key, beside) else { return };
    let (host, stations) = (&groups[usize::from(host)], &groups[stations]);
    if host.kind != SiteKind::Provider {
        let rule = allowed("必须是 kind = \"provider\" 的网点组", "must be a group of kind provider");
        out.inconsistent(beside_key, &host.key, rule);
        return;
    }
    if stations.count > host.count {
        let rule = allowed(
            format!("不得多于 {} 的网点数 {}", host.key, host.count),
            format!("must be at most the {} sites of {}", host.count, host.key),
        );
        out.add(ComplaintKind::OutOfRange, format!("sites.{key}.count"), stations.count, rule);
        return;
    }
    for place in 0..stations.count {
        let (host_site, station) = ((host.first + place) as usize, stations.first + place);
        if sites[host_site].station.is_some() {
            let rule = allowed("同一机构旁只能有一个服务站", "a provider can have only one service station");
            out.inconsistent(beside_key, &host.key, rule);
            return;
        }
        sites[host_site].station = Some(station);
        sites[station as usize].district = sites[host_site].district;
    }
}

fn desk_spec(out: &mut Complaints, key: &str, desk: &raw::Desk, names: &Names<'_>, rota: &Rota<'_>) -> DeskSpec {
    let raw::Desk {
        class,
        windows,
        windows_by_hour,
        hours,
        last_ticket,
        patience_minutes,
        retry,
        routine_per_day,
        routine_minutes,
        routine_needs,
        routine_returns_share,
        profile,
        learning,
        priority,
    } = desk;
    let path = |part: &str| format!("{key}.{part}");
    let hours = names.timetables.find_required(out, &path("hours"), hours.as_ref());
    let profile = names.profiles.find_given(out, &path("profile"), profile.as_ref());
    let profile = profile.map_or_else(flat_profile, |index| rota.profiles[usize::from(index)].clone());
    let windows = out.required(&path("windows"), *windows);
    let raw::Retry { within_days, tries } = retry.clone().unwrap_or_default();
    let routine_per_day = amount_or(out, &path("routine_per_day"), *routine_per_day, defaults::ROUTINE_PER_DAY);
    let routine_minutes = if routine_per_day > 0.0 {
        quantity_required(out, &path("routine_minutes"), routine_minutes.as_ref())
    } else {
        quantity_or(out, &path("routine_minutes"), routine_minutes.as_ref(), 0.0)
    };
    let returns =
        share_or(out, &path("routine_returns_share"), *routine_returns_share, defaults::ROUTINE_RETURNS_SHARE);
    DeskSpec {
        class: names.desk_classes.find_required(out, &path("class"), class.as_ref()).unwrap_or(0),
        hours: hours
            .map_or_else(|| closed(rota.clock), |index| rota.timetables[usize::from(index)].clone())
            .with_profile(&profile),
        last_ticket: last_ticket.as_ref().and_then(|text| last_ticket_second(out, &path("last_ticket"), text)),
        patience_minutes: patience_minutes.as_ref().map(|value| quantity(out, &path("patience_minutes"), value)),
        retry_within_days: whole_or(out, &path("retry.within_days"), within_days, defaults::RETRY_WITHIN_DAYS, 1, 60),
        retry_tries: whole_or(out, &path("retry.tries"), tries, defaults::RETRY_TRIES, 0, 60),
        windows: windows.map_or(1.0, |windows| amount_to(out, &path("windows"), windows, WINDOWS_MAX)),
        windows_by_hour: hour_windows(out, &path("windows_by_hour"), windows_by_hour),
        routine_per_day,
        routine_minutes,
        routine_needs: names.services.find_given(out, &path("routine_needs"), routine_needs.as_ref()),
        routine_returns_share: returns,
        profile,
        learning: learning.as_ref().and_then(|curve| learning_curve(out, &path("learning"), curve, names)),
        priority_classes: priority.as_ref().map_or(0, |lane| {
            let raw::Priority { classes } = lane;
            let key = path("priority.classes");
            out.required(&key, classes.as_ref());
            classes.as_ref().map_or(0, |list| names.classes.mask(out, &key, Some(list)) as u32)
        }),
        services: 0,
    }
}

/// Windows in some hours of the day, in their order; hours that overlap are refused.
fn hour_windows(out: &mut Complaints, key: &str, table: &Option<Named<Amount>>) -> Vec<HourWindows> {
    let mut found: Vec<HourWindows> = Vec::new();
    for (hours, amount) in entries(table) {
        let key = format!("{key}.{hours}");
        let windows = amount_to(out, &key, *amount, WINDOWS_MAX);
        match OpeningHours::parse(hours).as_deref() {
            Ok(&[(from, until)]) => {
                if found.iter().any(|other| from < other.until && other.from < until) {
                    let rule = allowed("各时段不得重叠", "the hours must not overlap");
                    out.inconsistent(key, hours, rule);
                } else {
                    found.push(HourWindows { from, until, windows });
                }
            }
            _ => {
                let rule = allowed(
                    "键必须是一段时间，如 \"12:00-14:00\"",
                    "the key must be one span of hours such as \"12:00-14:00\"",
                );
                out.add(ComplaintKind::Unreadable, key, hours, rule);
            }
        }
    }
    found.sort_by_key(|hour| hour.from);
    found
}

fn last_ticket_second(out: &mut Complaints, key: &str, text: &str) -> Option<u32> {
    let second = parse_time_of_day(text);
    if second.is_none() {
        let rule = allowed("必须是时刻，如 16:45", "must be a time of day such as 16:45");
        out.add(ComplaintKind::Unreadable, key, text, rule);
    }
    second
}

fn learning_curve(out: &mut Complaints, key: &str, curve: &raw::Learning, names: &Names<'_>) -> Option<Learning> {
    let raw::Learning { extra_share, half_life_days, after } = curve;
    let path = |part: &str| format!("{key}.{part}");
    let extra = out.required(&path("extra_share"), *extra_share);
    let half_life = out.required(&path("half_life_days"), *half_life_days);
    let after = names.services.find_required(out, &path("after"), after.as_ref());
    let extra = number(out, &path("extra_share"), extra?, 0.0, 10.0);
    let half_life = number(out, &path("half_life_days"), half_life?, 0.1, 365.0);
    Some(Learning::new(extra, half_life, after?))
}

/// Tells each desk which services its work needs, and complains about desks that cannot serve
/// what is sent to them.
pub(super) fn set_services(out: &mut Complaints, layer: &Layer, groups: &mut [Group], asked: &[Asked]) {
    for (group, asked) in groups.iter_mut().zip(asked) {
        let raw_desk = layer.sites.as_ref().and_then(|sites| sites.get(&group.key)).and_then(|one| one.desk.as_ref());
        let (Some(desk), Some(raw_desk)) = (&mut group.desk, raw_desk) else { continue };
        desk.services = asked.services;
        if group.count == 0 || !(asked.is_served || desk.routine_per_day > 0.0) {
            continue;
        }
        if desk.windows < 0.5 && raw_desk.windows.is_some() {
            let rule = allowed(
                "没有窗口，但有业务要在此办理：至少 0.5（四舍五入为 1 个窗口）",
                "no windows, yet work is to be served here: must be at least 0.5, which rounds to one window",
            );
            out.add(ComplaintKind::OutOfRange, format!("sites.{}.desk.windows", group.key), desk.windows, rule);
        }
        let known = raw_desk
            .hours
            .as_ref()
            .filter(|hours| layer.timetables.as_ref().is_some_and(|timetables| timetables.contains_key(*hours)));
        if let Some(hours) = known.filter(|_| desk.hours.open_days.is_empty()) {
            let rule = allowed(
                "该时间表在模拟期内从不开放，但有业务要在此办理",
                "this timetable is never open within the horizon, yet work is to be served here",
            );
            out.inconsistent(format!("sites.{}.desk.hours", group.key), hours, rule);
        }
    }
}
