//! The names of a scenario: what every reference is looked up in, and how many of each there may
//! be. An index is the place in the file's order.

use super::complaint::{ComplaintKind, Complaints, allowed};
use super::values::entries;
use crate::scenario::raw::{Layer, Named, SiteGroup};

/// Most schemes: a scheme is four bits in the number of a patient.
const SCHEMES_MAX: usize = 16;
/// Most person classes: a bit each.
const CLASSES_MAX: usize = 32;
/// Most districts: a bit each.
const DISTRICTS_MAX: usize = 64;
/// Most groups of sites: a bit each.
const GROUPS_MAX: usize = 64;
/// Most care types and kinds of business: six bits in the number of a patient, one value spare.
const CARE_MAX: usize = 63;
/// Most services: a bit each.
const SERVICES_MAX: usize = 64;
/// Most stops.
const SUSPENSIONS_MAX: usize = 64;
/// Most pathways.
const PATHWAYS_MAX: usize = 1_000;
/// Most of anything else that is named.
const OTHERS_MAX: usize = 1_000;

/// The names of one table.
#[derive(Debug)]
pub(super) struct NameList<'a> {
    zh: &'static str,
    en: &'static str,
    names: Vec<&'a str>,
}

impl<'a> NameList<'a> {
    fn new<T>(
        out: &mut Complaints,
        table: &'a Option<Named<T>>,
        key: &str,
        (zh, en): (&'static str, &'static str),
        most: usize,
    ) -> Self {
        let names: Vec<&str> = entries(table).map(|(name, _)| name).collect();
        if names.len() > most {
            let rule = allowed(format!("最多 {most} 个"), format!("must be at most {most}"));
            out.add(ComplaintKind::TooLarge, key, names.len(), rule);
        }
        Self { zh, en, names }
    }

    /// Index of a name.
    pub(super) fn index(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| *known == name)
    }

    /// Index of a name, or the complaint that it is not known.
    pub(super) fn find(&self, out: &mut Complaints, key: &str, name: &str) -> Option<u16> {
        let index = self.index(name);
        if index.is_none() {
            let list = listed(self.iter());
            let rule = allowed(
                format!("必须是已定义的{}名称：{list}", self.zh),
                format!("must be the name of {}: {list}", self.en),
            );
            out.unknown(key, name, rule, self.iter());
        }
        index.map(|index| index as u16)
    }

    /// Index of a name that may be left out.
    pub(super) fn find_given(&self, out: &mut Complaints, key: &str, name: Option<&String>) -> Option<u16> {
        name.and_then(|name| self.find(out, key, name))
    }

    /// Index of a name that must be given.
    pub(super) fn find_required(&self, out: &mut Complaints, key: &str, name: Option<&String>) -> Option<u16> {
        out.required(key, name).and_then(|name| self.find(out, key, name))
    }

    /// Bits of the names in a list; every bit when the list is left out.
    pub(super) fn mask(&self, out: &mut Complaints, key: &str, list: Option<&Vec<String>>) -> u64 {
        let Some(list) = list else { return u64::MAX };
        if list.is_empty() {
            let rule = allowed("至少要有一个名称，或不写此项", "must hold at least one name, or be left out");
            out.inconsistent(key, "[]", rule);
        }
        list.iter().filter_map(|name| self.find(out, key, name)).fold(0, |mask, index| mask | bit(index))
    }

    /// Number of names.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// The name at an index.
    pub(super) fn name(&self, index: usize) -> &'a str {
        self.names.get(index).copied().unwrap_or_default()
    }

    /// All names.
    pub(super) fn iter(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.names.iter().copied()
    }
}

/// The bit of an index; indices past the limit, already complained about, share the last one.
pub(super) fn bit(index: u16) -> u64 {
    1 << index.min(63)
}

/// Names in a row, cut when there are many.
fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    const SHOWN: usize = 20;
    let all: Vec<&str> = names.collect();
    let mut text = all[..all.len().min(SHOWN)].join(", ");
    if all.len() > SHOWN {
        text.push_str(" …");
    } else if all.is_empty() {
        text.push('–');
    }
    text
}

/// The names of every table.
#[derive(Debug)]
pub(super) struct Names<'a> {
    pub(super) schemes: NameList<'a>,
    pub(super) classes: NameList<'a>,
    pub(super) districts: NameList<'a>,
    pub(super) groups: NameList<'a>,
    pub(super) services: NameList<'a>,
    pub(super) timetables: NameList<'a>,
    pub(super) profiles: NameList<'a>,
    pub(super) desk_classes: NameList<'a>,
    pub(super) care: NameList<'a>,
    pub(super) pathways: NameList<'a>,
    pub(super) runs: NameList<'a>,
    pub(super) suspensions: NameList<'a>,
    pub(super) tasks: NameList<'a>,
    /// Tags with the groups that bear them, as a bit mask.
    tags: Vec<(&'a str, u64)>,
}

impl<'a> Names<'a> {
    /// Collects the names, and complains about tables that are too long.
    pub(super) fn new(out: &mut Complaints, layer: &'a Layer) -> Self {
        let desks = ("窗口类别", "a desk class");
        let runs = ("拨付批次", "a payment run");
        Self {
            schemes: NameList::new(out, &layer.people, "people", ("险种", "a scheme"), SCHEMES_MAX),
            classes: NameList::new(out, &layer.classes, "classes", ("人群类别", "a person class"), CLASSES_MAX),
            districts: NameList::new(out, &layer.districts, "districts", ("区县", "a district"), DISTRICTS_MAX),
            groups: NameList::new(out, &layer.sites, "sites", ("网点组", "a group of sites"), GROUPS_MAX),
            services: NameList::new(out, &layer.services, "services", ("业务", "a service"), SERVICES_MAX),
            timetables: NameList::new(out, &layer.timetables, "timetables", ("时间表", "a timetable"), OTHERS_MAX),
            profiles: NameList::new(out, &layer.profiles, "profiles", ("时段分布", "a profile"), OTHERS_MAX),
            desk_classes: NameList::new(out, &layer.desk_classes, "desk_classes", desks, OTHERS_MAX),
            care: NameList::new(out, &layer.demand, "demand", ("就医类别或经办业务", "a care type"), CARE_MAX),
            pathways: NameList::new(out, &layer.pathways, "pathways", ("处理方式", "a pathway"), PATHWAYS_MAX),
            runs: NameList::new(out, &layer.payment_runs, "payment_runs", runs, OTHERS_MAX),
            suspensions: NameList::new(out, &layer.suspend, "suspend", ("停机", "a stop"), SUSPENSIONS_MAX),
            tasks: NameList::new(out, &layer.runbook, "runbook", ("切换任务", "a task"), OTHERS_MAX),
            tags: tags(&layer.sites),
        }
    }

    /// Bits of the groups that bear any of the tags; every bit when the list is left out.
    pub(super) fn tag_mask(&self, out: &mut Complaints, key: &str, list: Option<&Vec<String>>) -> u64 {
        let Some(list) = list else { return u64::MAX };
        let known = || self.tags.iter().map(|(tag, _)| *tag);
        let mut mask = 0;
        for tag in list {
            if let Some((_, groups)) = self.tags.iter().find(|(known, _)| known == tag) {
                mask |= groups;
                continue;
            }
            let rule = allowed(
                format!("必须是网点组的标签：{}", listed(known())),
                format!("must be a tag of a group of sites: {}", listed(known())),
            );
            out.unknown(key, tag, rule, known());
        }
        if list.is_empty() {
            let rule = allowed("至少要有一个标签，或不写此项", "must hold at least one tag, or be left out");
            out.inconsistent(key, "[]", rule);
        }
        mask
    }
}

fn tags(sites: &Option<Named<SiteGroup>>) -> Vec<(&str, u64)> {
    let mut tags: Vec<(&str, u64)> = Vec::new();
    for (index, (_, group)) in entries(sites).enumerate() {
        for tag in group.tags.iter().flatten() {
            match tags.iter_mut().find(|(known, _)| known == tag) {
                Some((_, groups)) => *groups |= bit(index as u16),
                None => tags.push((tag, bit(index as u16))),
            }
        }
    }
    tags
}
