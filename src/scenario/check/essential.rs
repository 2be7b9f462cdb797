//! Essential care always has a way: whoever needs it while its service is down, whoever they are,
//! wherever they are treated and however late the return, at least one rule is open to them.
//!
//! People are told apart only by what rules and stops can name: scheme, group, district, service
//! station beside the provider, and the classes named. Time is cut at every known moment named in a
//! rule; a moment that hangs on a return may have passed or not, unless the stop says which. So a
//! care type passes when rules cover everybody together, none of them having to do so alone.

use super::complaint::{ComplaintKind, Complaints, allowed};
use super::demand::has_volume;
use super::names::bit;
use crate::calendar::SimTime;
use crate::pathway::Rule;
use crate::scenario::raw::{Action, DemandKind, StayState};
use crate::scenario::world::{Care, Scenario};
use crate::schedule::{Matter, Moment, ReturnKind, ScopeMask, Suspension, shift};

/// Most classes named by the rules of one care type for which every combination is looked at; with
/// more, a rule that names a class counts as open to nobody.
const CLASSES_MAX: usize = 8;
/// The same for moments that hang on a return.
const MOMENTS_MAX: usize = 6;

/// Someone to whom no rule is open, and from when on.
struct Gap {
    matter: Matter,
    has_station: bool,
    from: SimTime,
}

/// Complains about essential care that can be left without any rule while its service is down.
pub(super) fn check(out: &mut Complaints, world: &Scenario) {
    for (index, care) in world.care.iter().enumerate() {
        let key = format!("handling.{}", care.key);
        let rules: Vec<&Rule> = world.rules[index]
            .iter()
            .filter(|rule| rule.state == StayState::DischargedInGap && rule.share != Some(0.0))
            .collect();
        // Without any rule, or with one that cannot be read, there is a complaint already.
        let is_known = world.rules[index].is_empty() || out.concern(&key) || out.concern("suspend");
        if !care.essential || !has_volume(care) || is_known {
            continue;
        }
        for stop in world.suspensions.iter().filter(|stop| stop.services & bit(care.needs) != 0) {
            let search = Search { world, care, index: index as u8, rules: &rules, stop };
            if let Some(gap) = search.gap() {
                search.complain(out, key, &gap);
                break;
            }
        }
    }
}

/// One care type under one stop.
struct Search<'a> {
    world: &'a Scenario,
    care: &'a Care,
    index: u8,
    rules: &'a [&'a Rule],
    stop: &'a Suspension,
}

impl Search<'_> {
    /// The first gap in the order of groups, schemes and classes.
    fn gap(&self) -> Option<Gap> {
        let is_for_all = |rule: &&&Rule| {
            rule.who == ScopeMask::ALL && !rule.has_station && rule.from.is_none() && rule.until.is_none()
        };
        if self.rules.iter().any(|rule| is_for_all(&rule)) {
            return None;
        }
        let mut places: Vec<(u16, u16, bool)> = self
            .world
            .sites
            .iter()
            .filter(|site| self.care.group_share[usize::from(site.group)] > 0.0)
            .map(|site| (site.group, site.district, site.station.is_some()))
            .collect();
        places.sort_unstable();
        places.dedup();
        let action = if self.care.kind == DemandKind::Stays { Action::Discharge } else { Action::Purchase };
        for (group, district, has_station) in places {
            for (scheme, _) in self.care.volume.iter().enumerate().filter(|(_, volume)| **volume > 0.0) {
                for classes in self.combinations(scheme).unwrap_or_else(|| vec![self.stop.scope.classes_all]) {
                    let matter = Matter { scheme: scheme as u8, district, group, care: self.index, classes, action };
                    let from = self.stop.stops(self.care.needs, &matter).then(|| self.gap_of(&matter, has_station));
                    if let Some(from) = from.flatten() {
                        return Some(Gap { matter, has_station, from });
                    }
                }
            }
        }
        None
    }

    /// Classes that rules or the stop name, as a bit mask.
    fn named(&self) -> u32 {
        let scopes = self.rules.iter().map(|rule| rule.who).chain([self.stop.scope]).chain(self.stop.except);
        scopes.fold(0, |mask, scope| mask | scope.classes_all | scope.classes_none)
    }

    /// Every combination of the classes named that a member of a scheme can have; none when there
    /// are too many.
    fn combinations(&self, scheme: usize) -> Option<Vec<u32>> {
        let named = self.named();
        let mut all = vec![0];
        for (class, one) in self.world.classes.iter().enumerate() {
            let is_possible = one.share > 0.0 && one.schemes >> scheme & 1 == 1;
            if named >> class & 1 == 0 || !is_possible {
                continue;
            }
            let with: Vec<u32> = all.iter().map(|classes| classes | 1 << class).collect();
            if one.share >= 1.0 {
                all = with;
            } else {
                all.extend(with);
            }
            if all.len() > 1 << CLASSES_MAX {
                return None;
            }
        }
        Some(all)
    }

    /// Beginning of the first part of the stop in which none of the rules is surely open.
    fn gap_of(&self, matter: &Matter, has_station: bool) -> Option<SimTime> {
        let too_many_classes = self.combinations(usize::from(matter.scheme)).is_none();
        let rules: Vec<&Rule> = self
            .rules
            .iter()
            .copied()
            .filter(|rule| rule.who.holds(matter) && (has_station || !rule.has_station))
            .filter(|rule| !too_many_classes || rule.who.classes_all | rule.who.classes_none == 0)
            .collect();
        let mut moments: Vec<Moment> = Vec::new();
        for moment in rules.iter().flat_map(|rule| rule.from.into_iter().chain(rule.until)) {
            if !moments.contains(&moment) {
                moments.push(moment);
            }
        }
        let end = self.latest_end(matter);
        let mut starts = vec![self.stop.stop];
        starts.extend(moments.iter().filter_map(|moment| match moment {
            Moment::At(time) => Some(*time).filter(|time| self.stop.stop < *time && *time < end),
            Moment::AfterReturn(..) | Moment::AfterVisit(_) => None,
        }));
        starts.sort_unstable();
        starts.dedup();
        let ends = starts[1..].iter().copied().chain([end]);
        starts
            .iter()
            .copied()
            .zip(ends)
            .find(|(start, end)| start < end && !self.is_covered(&rules, &moments, (*start, *end), matter))
            .map(|(start, _)| start)
    }

    /// Whether between two moments some rule is open, whatever has passed by then.
    fn is_covered(&self, rules: &[&Rule], moments: &[Moment], part: (SimTime, SimTime), matter: &Matter) -> bool {
        let known: Vec<Option<bool>> = moments.iter().map(|moment| self.has_passed(*moment, part, matter)).collect();
        let open: Vec<usize> = (0..moments.len()).filter(|index| known[*index].is_none()).collect();
        let passed = |moment: Moment, case: u32| {
            let index = moments.iter().position(|one| *one == moment)?;
            known[index].or_else(|| {
                let place = open.iter().position(|one| *one == index)?;
                (open.len() <= MOMENTS_MAX).then_some(case >> place & 1 == 1)
            })
        };
        (0..1u32 << open.len().min(MOMENTS_MAX)).all(|case| {
            rules.iter().any(|rule| {
                rule.from.is_none_or(|from| passed(from, case) == Some(true))
                    && rule.until.is_none_or(|until| passed(until, case) == Some(false))
            })
        })
    }

    /// Whether a moment has passed throughout a part of the stop (true), is still to come throughout
    /// it (false), or either.
    fn has_passed(&self, moment: Moment, (start, end): (SimTime, SimTime), matter: &Matter) -> Option<bool> {
        let (other, offset) = match moment {
            Moment::At(time) => return Some(time <= start),
            Moment::AfterVisit(_) => return None,
            Moment::AfterReturn(other, offset) => (&self.world.suspensions[usize::from(other)], offset),
        };
        let delay = i64::from(self.stop.wave_delay(matter.group, matter.district).0);
        let (earliest, latest) = returns(other);
        // Failures come after the return: it may have passed while the stop holds.
        let is_over = self.is_back_by(other) && offset >= delay && self.stop.unstable.is_none();
        if shift(earliest, offset) >= end || is_over {
            Some(false)
        } else if latest != SimTime::NEVER && shift(latest, offset) <= start {
            Some(true)
        } else {
            None
        }
    }

    /// Whether this stop is always over when another one is: the same one, or one that waits for the
    /// same task and was announced to last at least as long.
    fn is_back_by(&self, other: &Suspension) -> bool {
        other.key == self.stop.key
            || (other.after_task.is_some()
                && other.after_task == self.stop.after_task
                && other.kind != ReturnKind::Unannounced
                && self.stop.kind != ReturnKind::Unannounced
                && other.early.is_none()
                && self.stop.overrun_hours.is_none()
                && self.stop.rollback.is_none()
                && other.rollback.is_none()
                && other.planned >= self.stop.planned)
    }

    /// The latest moment at which the stop can hold for someone.
    fn latest_end(&self, matter: &Matter) -> SimTime {
        let delay = self.stop.wave_delay(matter.group, matter.district);
        let latest = if self.stop.unstable.is_some() { SimTime::NEVER } else { returns(self.stop).1 };
        let horizon = self.world.clock.horizon();
        if latest == SimTime::NEVER { horizon } else { latest.plus(delay).min(horizon) }
    }

    fn complain(&self, out: &mut Complaints, key: String, gap: &Gap) {
        let world = self.world;
        let matter = &gap.matter;
        let site = &world.groups[usize::from(matter.group)].key;
        let scheme = &world.schemes[usize::from(matter.scheme)].key;
        let mut who = format!("schemes = {scheme}, sites = {site}");
        let is_district_named = self.rules.iter().any(|rule| rule.who.districts != u64::MAX);
        if let Some(district) = world.districts.get(usize::from(matter.district)).filter(|_| is_district_named) {
            who.push_str(&format!(", districts = {}", district.key));
        }
        if self.rules.iter().any(|rule| rule.has_station) {
            who.push_str(&format!(", has_station = {}", gap.has_station));
        }
        for (class, one) in world.classes.iter().enumerate().filter(|(class, _)| self.named() >> class & 1 == 1) {
            let word = if matter.classes >> class & 1 == 1 { "classes" } else { "not_classes" };
            who.push_str(&format!(", {word} = {}", one.key));
        }
        let example = self.rules.first().map_or("…", |rule| &world.pathways[usize::from(rule.pathway)].key);
        let (stop, from) = (&self.stop.key, world.clock.civil(gap.from));
        let rule = allowed(
            format!(
                "必需医疗（essential = true）停机时必须人人都有处理方式；停机 {stop} 自 {from} 起，下列人员没有任何规则：{who}。\
                 请加一条不限人员和时间的规则，如 all = {{ pathway = \"{example}\" }}"
            ),
            format!(
                "essential care must have a rule for everybody while its service is down; in the stop {stop}, from \
                 {from} on, none is open to {who}: add one without conditions, such as all = {{ pathway = \"{example}\" }}"
            ),
        );
        out.add(ComplaintKind::Missing, key, "", rule);
    }
}

/// Earliest and latest actual return of a stop, before waves; never where nothing bounds it.
fn returns(stop: &Suspension) -> (SimTime, SimTime) {
    let is_announced = stop.kind != ReturnKind::Unannounced;
    let is_rolled_back = stop.rollback.is_some();
    let earliest = if is_announced && stop.early.is_none() && !is_rolled_back { stop.planned } else { stop.stop };
    // A start that slips past the return moves the return.
    let is_certain =
        is_announced && stop.after_task.is_none() && stop.overrun_hours.is_none() && stop.slip_hours.is_none();
    (earliest, if is_certain { stop.planned } else { SimTime::NEVER })
}
