//! Routes: the ways that rules, pathways and refusals make from desk to desk. Work goes from the
//! provider to its station, to a hall, to a back office and never back; places that it is sent to
//! must exist, have windows and be open; and each desk learns which services its work needs.

use super::complaint::{ComplaintKind, Complaints, allowed};
use super::demand::has_volume;
use super::names::bit;
use crate::pathway::{Pathway, Rule, Step};
use crate::scenario::raw::{Contact, DemandKind, MeasureKind, Place, SiteKind};
use crate::scenario::world::{Care, Group};
use crate::schedule::Measure;

/// Rank of a place; none for what is outside the city and may stand anywhere.
fn rank(at: Place) -> Option<u8> {
    match at {
        Place::SameSite => Some(0),
        Place::Station => Some(1),
        Place::AnyHall | Place::HomeHall | Place::ProviderHall => Some(HALL),
        Place::BackOffice => Some(3),
        Place::Outside => None,
    }
}

const HALL: u8 = 2;

/// How far work has come.
#[derive(Debug, Clone, Copy, Default)]
struct Reached {
    rank: u8,
    hall: Option<u16>,
}

impl Reached {
    /// What is wrong with going on to a step; the step reached otherwise.
    fn go_on(self, step: &Step) -> Result<Self, (&'static str, &'static str)> {
        let Some(rank) = rank(step.at) else { return Ok(self) };
        if rank < self.rank {
            return Err((
                "步骤只能依次为：就诊机构、服务站、大厅、审核（outside 可在任何位置），不能倒退",
                "steps go from the provider to its station, a hall and a back office, never back (outside may stand anywhere)",
            ));
        }
        let hall = (rank == HALL).then_some(step.group);
        if let (Some(before), Some(hall)) = (self.hall, hall)
            && before != hall
        {
            return Err((
                "同一处理方式的大厅步骤须在同一网点组",
                "all steps at halls must be at the same group of halls",
            ));
        }
        Ok(Self { rank, hall: hall.or(self.hall) })
    }
}

/// Checks that no pathway goes back, neither by its steps nor by a refusal, and that refusals do
/// not go in a circle.
pub(super) fn check_ranks(out: &mut Complaints, pathways: &[Pathway]) {
    for (index, pathway) in pathways.iter().enumerate() {
        let mut reached = Reached::default();
        for step in &pathway.steps {
            let key = format!("pathways.{}.steps.{}", pathway.key, step.key);
            match reached.go_on(step) {
                Ok(next) => reached = next,
                Err((zh, en)) => {
                    out.add(ComplaintKind::Rank, format!("{key}.at"), place_word(step.at), allowed(zh, en))
                }
            }
            let Some(next) = step.refused_to else { continue };
            let next = &pathways[usize::from(next)];
            let wrong = next.steps.iter().try_fold(reached, |reached, step| reached.go_on(step));
            if let Err((zh, en)) = wrong {
                let rule = allowed(format!("被拒后转往该处理方式：{zh}"), format!("those refused go on there: {en}"));
                out.add(ComplaintKind::Rank, format!("{key}.refused_to"), &next.key, rule);
            }
        }
        check_refusals(out, pathways, index);
    }
}

/// Complains where refusals lead back to the pathway they started from.
fn check_refusals(out: &mut Complaints, pathways: &[Pathway], start: usize) {
    if reachable(pathways, pathways[start].steps.iter().filter_map(|step| step.refused_to))
        .iter()
        .all(|pathway| *pathway != start)
    {
        return;
    }
    let step = pathways[start].steps.iter().find(|step| step.refused_to.is_some());
    let rule = allowed("被拒后的转办绕回了自身", "refusals must not lead back to where they came from");
    let key = format!("pathways.{}.steps.{}.refused_to", pathways[start].key, step.map_or("", |step| &step.key));
    out.add(ComplaintKind::Cycle, key, &pathways[start].key, rule);
}

/// Pathways that can be reached from some, those included, ascending.
fn reachable(pathways: &[Pathway], from: impl Iterator<Item = u16>) -> Vec<usize> {
    let mut seen = vec![false; pathways.len()];
    let mut open: Vec<usize> = from.map(usize::from).collect();
    while let Some(index) = open.pop() {
        if !seen[index] {
            seen[index] = true;
            open.extend(pathways[index].steps.iter().filter_map(|step| step.refused_to).map(usize::from));
        }
    }
    (0..pathways.len()).filter(|index| seen[*index]).collect()
}

fn place_word(at: Place) -> &'static str {
    match at {
        Place::SameSite => "same-site",
        Place::Station => "station",
        Place::AnyHall => "any-hall",
        Place::HomeHall => "home-hall",
        Place::ProviderHall => "provider-hall",
        Place::BackOffice => "back-office",
        Place::Outside => "outside",
    }
}

/// What is asked of a group of sites.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Asked {
    /// Services that work there needs, as a bit mask.
    pub(super) services: u64,
    /// Whether any work is sent there.
    pub(super) is_served: bool,
}

/// What routes are made of.
pub(super) struct Network<'a> {
    pub(super) groups: &'a [Group],
    pub(super) care: &'a [Care],
    pub(super) pathways: &'a [Pathway],
    pub(super) rules: &'a [Vec<Rule>],
    pub(super) measures: &'a [Measure],
}

/// Follows every rule to the desks, complains about those that cannot be there, and gives what
/// is asked of each group.
pub(super) fn follow(out: &mut Complaints, network: &Network<'_>) -> Vec<Asked> {
    let mut asked = vec![Asked::default(); network.groups.len()];
    for (index, group) in network.groups.iter().enumerate() {
        let needs = group.desk.as_ref().and_then(|desk| desk.routine_needs);
        asked[index].services |= needs.map_or(0, bit);
    }
    for (care, rules) in network.care.iter().zip(network.rules) {
        if care.kind == DemandKind::Business {
            let halls = care.group_share.iter().enumerate().filter(|(_, share)| **share > 0.0);
            for (index, _) in halls.filter(|_| has_volume(care)) {
                asked[index].is_served = true;
                asked[index].services |= bit(care.needs);
            }
        }
        for rule in rules.iter().filter(|rule| rule.share != Some(0.0) && has_volume(care)) {
            follow_rule(out, care, rule, network, &mut asked);
        }
    }
    let desk_work = |measure: &&Measure| {
        matches!(measure.kind, MeasureKind::SettleBefore | MeasureKind::InterimSettlement | MeasureKind::ConvertBefore)
            && measure.minutes.mean() > 0.0
    };
    for measure in network.measures.iter().filter(desk_work) {
        for care in network.care.iter().filter(|care| care.kind == DemandKind::Stays && has_volume(care)) {
            for (index, share) in care.group_share.iter().enumerate() {
                asked[index].is_served |= *share > 0.0 && measure.who.groups & bit(index as u16) != 0;
            }
        }
    }
    asked
}

fn follow_rule(out: &mut Complaints, care: &Care, rule: &Rule, network: &Network<'_>, asked: &mut [Asked]) {
    let from: Vec<usize> = (0..network.groups.len())
        .filter(|index| care.group_share[*index] > 0.0 && rule.who.groups & bit(*index as u16) != 0)
        .collect();
    let key = format!("handling.{}.{}.pathway", care.key, rule.key);
    for index in reachable(network.pathways, std::iter::once(rule.pathway)) {
        let pathway = &network.pathways[index];
        for step in pathway.steps.iter().filter(|step| step.contact != Contact::Automatic) {
            let mut ask = |group: usize| {
                asked[group].is_served = true;
                asked[group].services |= step.needs.map_or(0, bit);
            };
            match step.at {
                Place::SameSite => {
                    for group in &from {
                        ask(*group);
                        if network.groups[*group].kind == SiteKind::Away {
                            complain_away(out, &key, pathway, &network.groups[*group]);
                        }
                    }
                }
                Place::Station => {
                    let stations = network.groups.iter().enumerate().filter(|(_, one)| one.kind == SiteKind::Station);
                    stations.for_each(|(group, _)| ask(group));
                    if !rule.has_station {
                        complain_station(out, &key, pathway);
                    }
                }
                Place::AnyHall | Place::HomeHall | Place::ProviderHall | Place::BackOffice => {
                    ask(usize::from(step.group));
                    let group = &network.groups[usize::from(step.group)];
                    if group.count == 0 {
                        complain_empty(out, &key, pathway, group);
                    }
                }
                Place::Outside => {}
            }
        }
    }
}

fn complain_away(out: &mut Complaints, key: &str, pathway: &Pathway, group: &Group) {
    let rule = allowed(
        format!("市外网点 {} 没有本市窗口，不能用 same-site 步骤", group.key),
        format!("has a step at the same site, but {} is outside the city and has no desk", group.key),
    );
    out.inconsistent(key, &pathway.key, rule);
}

fn complain_station(out: &mut Complaints, key: &str, pathway: &Pathway) {
    let rule = allowed(
        "有 station 步骤，规则须写 has_station = true",
        "has a step at a station: the rule must say has_station = true",
    );
    out.inconsistent(key, &pathway.key, rule);
}

fn complain_empty(out: &mut Complaints, key: &str, pathway: &Pathway, group: &Group) {
    let rule = allowed(
        format!("有步骤在 {}，但该网点组没有网点（count = 0）", group.key),
        format!("has a step at {}, a group without sites (count = 0)", group.key),
    );
    out.inconsistent(key, &pathway.key, rule);
}
