//! Rules: which pathway a visit takes while its service is down.

use super::complaint::{ComplaintKind, Complaints, allowed};
use super::demand::has_volume;
use super::names::{Names, bit};
use super::schedule::stopping;
use super::scope;
use super::times::Times;
use super::values::{amount_to, entries};
use crate::pathway::Rule;
use crate::scenario::raw::{self, DemandKind, Layer, Named, RuleShare, StayState};
use crate::scenario::world::Care;
use crate::schedule::{ScopeMask, Suspension};

/// Shares of rules that are open to everybody may exceed 1 by this much.
const SUM_SLACK: f64 = 1e-9;

/// What rules refer to.
pub(super) struct About<'a> {
    pub(super) names: &'a Names<'a>,
    pub(super) times: &'a Times<'a>,
    pub(super) care: &'a [Care],
    pub(super) suspensions: &'a [Suspension],
}

/// Rules by care type, in the order of the files.
pub(super) fn rules(out: &mut Complaints, layer: &Layer, about: &About<'_>) -> Vec<Vec<Rule>> {
    let mut rules: Vec<Vec<Rule>> = vec![Vec::new(); about.care.len()];
    for (care, table) in entries(&layer.handling) {
        let key = format!("handling.{care}");
        let Some(index) = about.names.care.find(out, &key, care) else { continue };
        let kind = about.care[usize::from(index)].kind;
        rules[usize::from(index)] = rules_of(out, &key, table, kind, about);
    }
    for care in about.care {
        let written = layer.handling.as_ref().and_then(|handling| handling.get(&care.key));
        let stopped = stopping(about.suspensions, care.needs)
            .any(|stop| about.names.care.index(&care.key).is_some_and(|one| stop.scope.care & bit(one as u16) != 0));
        if stopped && has_volume(care) && written.is_none_or(Named::is_empty) {
            let rule = allowed(
                "该业务会停机，至少要有一条规则，如 all = { pathway = \"…\" }",
                "its service stops: must have at least one rule, such as all = { pathway = \"…\" }",
            );
            out.add(ComplaintKind::Missing, format!("handling.{}", care.key), "", rule);
        }
    }
    rules
}

fn rules_of(
    out: &mut Complaints,
    key: &str,
    table: &Named<raw::Rule>,
    kind: DemandKind,
    about: &About<'_>,
) -> Vec<Rule> {
    let rules: Vec<Rule> =
        table.iter().filter_map(|(name, rule)| one_rule(out, &format!("{key}.{name}"), name, rule, about)).collect();
    for (name, rule) in table {
        if kind != DemandKind::Stays && rule.state == Some(StayState::DischargedAfter) {
            let rule = allowed("只用于住院（kind = \"stays\"）", "is only for stays");
            out.inconsistent(format!("{key}.{name}.state"), "discharged-after", rule);
        }
    }
    for state in [StayState::DischargedInGap, StayState::DischargedAfter] {
        let open = |rule: &&Rule| {
            rule.state == state
                && rule.who == ScopeMask::ALL
                && !rule.has_station
                && rule.from.is_none()
                && rule.until.is_none()
        };
        let total: f64 = rules.iter().filter(open).filter_map(|rule| rule.share).sum();
        if total > 1.0 + SUM_SLACK {
            let rule = allowed(
                format!("对所有人开放的规则，份额之和不得超过 1，现为 {total:.6}"),
                format!("the shares of rules open to everybody must add up to at most 1, they add up to {total:.6}"),
            );
            out.inconsistent(key, format!("{total:.6}"), rule);
        }
    }
    rules
}

fn one_rule(out: &mut Complaints, key: &str, name: &str, rule: &raw::Rule, about: &About<'_>) -> Option<Rule> {
    let raw::Rule { who, has_station, state, pathway, share, from, until } = rule;
    let path = |part: &str| format!("{key}.{part}");
    let pathway = about.names.pathways.find_required(out, &path("pathway"), pathway.as_ref());
    let who = scope::mask(out, &path("who"), who.as_ref(), about.names);
    let share = match share {
        Some(RuleShare::Share(share)) => Some(amount_to(out, &path("share"), *share, 1.0)),
        Some(RuleShare::Rest(_)) | None => None,
    };
    let from = from.as_ref().map(|text| about.times.moment(out, &path("from"), text, false));
    let until = until.as_ref().map(|text| about.times.moment(out, &path("until"), text, false));
    Some(Rule {
        key: name.to_owned(),
        who,
        has_station: has_station.unwrap_or(false),
        state: state.unwrap_or(StayState::DischargedInGap),
        pathway: pathway?,
        share,
        from: from.flatten(),
        until: until.flatten(),
    })
}
