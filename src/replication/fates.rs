//! What became of each patient, so that two schedules can be compared person by person: the patients
//! are the same.
//!
//! A patient with memory is one person over several visits, everybody else is one visit. Somebody is
//! worse off who forgoes care that the other schedule gives, or waits for it, or pays more money in
//! advance; care comes before money.

use std::cmp::Ordering;

use crate::patient::{PersonKey, Visit};
use crate::scenario::world::Scenario;

/// Income groups: fifths of the people of a scheme, the poorest first.
pub const INCOME_GROUPS: usize = 5;

/// What became of care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Care {
    /// Given when it was due.
    #[default]
    Given,
    /// Given later.
    Deferred,
    /// Never given.
    Forgone,
}

/// What became of one patient under one schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fate {
    /// Who, as a number.
    pub(super) who: u64,
    pub(super) care: Care,
    /// Paid in advance for fund and account, fen.
    pub(super) prepaid: i64,
    /// Care type, scheme, income group and home district.
    groups: [u16; 4],
}

impl Fate {
    /// Of a visit; `has_memory` makes it one of its person's. `income` says how much of the people of
    /// the scheme earn less.
    pub(super) fn new(visit: &Visit, has_memory: bool, income: f64, care: Care, prepaid: i64) -> Self {
        let key = if has_memory { PersonKey { index: 0, ..visit.key } } else { visit.key };
        let income = ((income * INCOME_GROUPS as f64) as u16).min(INCOME_GROUPS as u16 - 1);
        let groups = [u16::from(visit.care), u16::from(visit.scheme), income, visit.home];
        Self { who: key.order(), care, prepaid, groups }
    }
}

/// Patients of one group whom a schedule treats otherwise than the baseline does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gain {
    /// Better off.
    pub better: i64,
    /// Worse off.
    pub worse: i64,
    /// Neither, though the outage met them under at least one of the two.
    pub same: i64,
    /// Paid in advance less than under the baseline, by those who paid less: fen.
    pub less_fen: i64,
    /// Paid in advance more than under the baseline, by those who paid more: fen.
    pub more_fen: i64,
}

impl Gain {
    fn add(&mut self, order: Ordering, fen: i64) {
        match order {
            Ordering::Less => self.better += 1,
            Ordering::Greater => self.worse += 1,
            Ordering::Equal => self.same += 1,
        }
        self.less_fen += (-fen).max(0);
        self.more_fen += fen.max(0);
    }
}

/// Who gains and who loses by a schedule against the baseline, in one replication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gains {
    /// Everybody.
    pub all: Gain,
    /// By care type.
    pub care: Vec<Gain>,
    /// By scheme.
    pub schemes: Vec<Gain>,
    /// By income group.
    pub incomes: [Gain; INCOME_GROUPS],
    /// By home district.
    pub districts: Vec<Gain>,
}

impl Gains {
    pub(super) fn new(scenario: &Scenario) -> Self {
        Self {
            all: Gain::default(),
            care: vec![Gain::default(); scenario.care.len()],
            schemes: vec![Gain::default(); scenario.schemes.len()],
            incomes: [Gain::default(); INCOME_GROUPS],
            districts: vec![Gain::default(); scenario.districts.len()],
        }
    }

    /// Compares what became of the patients of one site. Both lists must be [`gathered`].
    pub(super) fn compare(&mut self, baseline: &[Fate], fates: &[Fate]) {
        let (mut left, mut right) = (baseline.iter().peekable(), fates.iter().peekable());
        loop {
            let next = match (left.peek(), right.peek()) {
                (None, None) => return,
                (Some(one), None) => one.who,
                (None, Some(other)) => other.who,
                (Some(one), Some(other)) => one.who.min(other.who),
            };
            let one = left.next_if(|fate| fate.who == next).copied();
            let other = right.next_if(|fate| fate.who == next).copied();
            if let Some(known) = one.or(other) {
                let of = |fate: Option<Fate>| fate.map_or((Care::Given, 0), |fate| (fate.care, fate.prepaid));
                self.add(known.groups, of(one), of(other));
            }
        }
    }

    fn add(&mut self, groups: [u16; 4], baseline: (Care, i64), fate: (Care, i64)) {
        let (order, fen) = (fate.cmp(&baseline), fate.1 - baseline.1);
        self.all.add(order, fen);
        let [care, scheme, income, district] = groups.map(usize::from);
        let cells = [
            self.care.get_mut(care),
            self.schemes.get_mut(scheme),
            self.incomes.get_mut(income),
            self.districts.get_mut(district),
        ];
        cells.into_iter().flatten().for_each(|gain| gain.add(order, fen));
    }
}

/// Puts fates in order and makes one of those of the same person.
pub(super) fn gathered(fates: &mut Vec<Fate>) {
    fates.sort_unstable_by_key(|fate| fate.who);
    fates.dedup_by(|next, first| {
        let is_same = next.who == first.who;
        if is_same {
            first.care = first.care.max(next.care);
            first.prepaid += next.prepaid;
        }
        is_same
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fate(who: u64, care: Care, prepaid: i64) -> Fate {
        Fate { who, care, prepaid, groups: [0, 0, 2, 0] }
    }

    fn gains() -> Gains {
        Gains {
            all: Gain::default(),
            care: vec![Gain::default()],
            schemes: vec![Gain::default()],
            incomes: [Gain::default(); INCOME_GROUPS],
            districts: vec![Gain::default()],
        }
    }

    #[test]
    fn care_comes_before_money_and_who_is_not_met_is_as_on_a_normal_day() {
        let baseline = [fate(1, Care::Given, 500), fate(2, Care::Deferred, 0), fate(4, Care::Given, 70)];
        let other = [fate(1, Care::Forgone, 0), fate(2, Care::Given, 900), fate(3, Care::Given, 10)];
        let mut gains = gains();
        gains.compare(&baseline, &other);
        // 1 forgoes care, 3 pays: worse. 2 is treated, 4 is not met any more: better.
        let all = Gain { better: 2, worse: 2, same: 0, less_fen: 570, more_fen: 910 };
        assert_eq!((gains.all, gains.care[0], gains.incomes[2]), (all, all, all));
        assert_eq!(gains.incomes[1], Gain::default());
    }

    #[test]
    fn the_visits_of_a_person_are_one_fate() {
        let mut fates = vec![fate(9, Care::Given, 5), fate(3, Care::Given, 1), fate(9, Care::Deferred, 7)];
        gathered(&mut fates);
        assert_eq!(fates, [fate(3, Care::Given, 1), fate(9, Care::Deferred, 12)]);
    }

    #[test]
    fn the_same_fates_are_no_gain() {
        let fates = [fate(1, Care::Forgone, 0), fate(2, Care::Given, 900)];
        let mut gains = gains();
        gains.compare(&fates, &fates);
        assert_eq!(gains.all, Gain { same: 2, ..Gain::default() });
    }
}
