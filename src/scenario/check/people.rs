//! People: schemes, person classes, districts and the behaviour they share; and the two tables
//! that hold nothing but names, services and desk classes.

use super::complaint::{ComplaintKind, Complaints, allowed};
use super::defaults;
use super::names::Names;
use super::values::{amount, amount_or, amount_to, entries, name_or_key, quantity_or, quantity_required, share_or};
use crate::scenario::quantity::Amount;
use crate::scenario::raw::{self, Layer};
use crate::scenario::world::{Behaviour, DeskClass, District, PersonClass, Scheme, Service};

/// Sums of shares may miss 1 by this much.
pub(super) const SHARE_SLACK: f64 = 1e-6;
/// Most people of all schemes together.
const PEOPLE_MAX: f64 = 2e9;

/// Insurance schemes.
pub(super) fn schemes(out: &mut Complaints, layer: &Layer) -> Vec<Scheme> {
    let mut schemes = Vec::new();
    for (key, people) in entries(&layer.people) {
        let raw::People { name, insured, monthly_income_yuan, household_size } = people;
        let path = |part: &str| format!("people.{key}.{part}");
        let insured = out.required(&path("insured"), *insured);
        let household_key = path("household_size");
        let household_size = amount_or(out, &household_key, *household_size, defaults::HOUSEHOLD_SIZE);
        if household_size <= 0.0 {
            let rule = allowed("必须大于 0", "must be above 0");
            out.add(ComplaintKind::OutOfRange, household_key, household_size, rule);
        }
        schemes.push(Scheme {
            key: key.to_owned(),
            name: name_or_key(name.as_ref(), key),
            insured: insured.map_or(0.0, |insured| amount(out, &path("insured"), insured)),
            monthly_income_yuan: quantity_required(out, &path("monthly_income_yuan"), monthly_income_yuan.as_ref()),
            household_size,
        });
    }
    if schemes.is_empty() {
        out.missing("people");
    }
    let total: f64 = schemes.iter().map(|scheme| scheme.insured).sum();
    if total > PEOPLE_MAX {
        let rule = allowed("参保人数合计不得超过 20 亿", "must be at most 2,000,000,000 insured people in all");
        out.add(ComplaintKind::TooLarge, "people", total, rule);
    }
    schemes
}

/// Person classes.
pub(super) fn classes(out: &mut Complaints, layer: &Layer, names: &Names<'_>) -> Vec<PersonClass> {
    let mut classes = Vec::new();
    for (key, class) in entries(&layer.classes) {
        let raw::Class { name: _, share, schemes } = class;
        let share_key = format!("classes.{key}.share");
        out.required(&share_key, *share);
        let schemes = names.schemes.mask(out, &format!("classes.{key}.schemes"), schemes.as_ref());
        classes.push(PersonClass {
            key: key.to_owned(),
            share: share_or(out, &share_key, *share, 0.0),
            schemes: schemes as u32,
        });
    }
    classes
}

/// Districts; those without a share divide the rest equally. A city without districts is one.
pub(super) fn districts(out: &mut Complaints, layer: &Layer) -> Vec<District> {
    let mut districts = Vec::new();
    let mut open = Vec::new();
    for (index, (key, district)) in entries(&layer.districts).enumerate() {
        let raw::District { name, share } = district;
        if share.is_none() {
            open.push(index);
        }
        let share = share_or(out, &format!("districts.{key}.share"), *share, 0.0);
        districts.push(District { key: key.to_owned(), name: name_or_key(name.as_ref(), key), share });
    }
    if districts.is_empty() {
        let name = raw::Name { zh: "全市".to_owned(), en: "whole city".to_owned() };
        return vec![District { key: "city".to_owned(), name, share: 1.0 }];
    }
    let stated: f64 = districts.iter().map(|district| district.share).sum();
    if stated > 1.0 + SHARE_SLACK || (open.is_empty() && stated < 1.0 - SHARE_SLACK) {
        let rule = allowed(
            format!("各区 share 之和必须为 1，现为 {stated:.6}"),
            format!("the shares must add up to 1, they add up to {stated:.6}"),
        );
        out.inconsistent("districts", format!("{stated:.6}"), rule);
    }
    for index in &open {
        districts[*index].share = (1.0 - stated).max(0.0) / open.len() as f64;
    }
    let total: f64 = districts.iter().map(|district| district.share).sum();
    for district in &mut districts {
        district.share = if total > 0.0 { district.share / total } else { 0.0 };
    }
    districts
}

/// Services.
pub(super) fn services(layer: &Layer) -> Vec<Service> {
    entries(&layer.services)
        .map(|(key, raw::Service { name })| Service { key: key.to_owned(), name: name_or_key(name.as_ref(), key) })
        .collect()
}

/// Classes of desks.
pub(super) fn desk_classes(layer: &Layer) -> Vec<DeskClass> {
    entries(&layer.desk_classes)
        .map(|(key, raw::DeskClass { name })| DeskClass { key: key.to_owned(), name: name_or_key(name.as_ref(), key) })
        .collect()
}

/// Behaviour.
pub(super) fn behaviour(out: &mut Complaints, layer: &Layer) -> Behaviour {
    let raw::Behaviour { day_effect_cv, cash_months, home_district_share } =
        layer.behaviour.clone().unwrap_or_default();
    let cv = day_effect_cv.unwrap_or(Amount::Plain(defaults::DAY_EFFECT_CV));
    let at_home = defaults::HOME_DISTRICT_SHARE;
    Behaviour {
        day_effect_cv: amount_to(out, "behaviour.day_effect_cv", cv, 2.0),
        cash_months: quantity_or(out, "behaviour.cash_months", cash_months.as_ref(), defaults::CASH_MONTHS),
        home_district_share: share_or(out, "behaviour.home_district_share", home_district_share, at_home),
    }
}
