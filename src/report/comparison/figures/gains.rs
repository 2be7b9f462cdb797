//! Who is better or worse off.

use crate::report::chart::{Diverging, DivergingPanel, DivergingRow};
use crate::report::numbers::{count, count_between, percent};
use crate::report::table::Interval;

use super::super::gains::GainRow;
use super::Frame;

/// What goes to the left and what to the right.
const WORSE: (&str, &str) = ("变差", "worse off");
const BETTER: (&str, &str) = ("变好", "better off");
/// Most care types of the figure.
const CARE_MOST: usize = 10;

impl Frame<'_> {
    pub(super) fn gains(&self) -> Option<Diverging> {
        let leader = self.best.filter(|&best| best > 0);
        let schedule = leader.or_else(|| self.shown.iter().copied().find(|&one| one > 0))?;
        let rows: Vec<&GainRow> = self.report.gains.iter().filter(|row| row.schedule == schedule).collect();
        let all = rows.iter().copied().find(|row| row.kind == "all")?;
        let of = |kind: &str| -> Vec<&GainRow> { rows.iter().copied().filter(|row| row.kind == kind).collect() };
        let mut care = of("care");
        care.sort_by(|a, b| met(b).total_cmp(&met(a)));
        let left_out = care.len().saturating_sub(CARE_MOST);
        care.truncate(CARE_MOST);
        let panel = |title: &str, rows: Vec<&GainRow>| DivergingPanel {
            title: title.to_owned(),
            rows: rows.into_iter().map(|row| self.gain_row(row)).collect(),
        };
        let mut panels = vec![
            panel(self.lang.pick("就医类别", "By kind of care"), std::iter::once(all).chain(care).collect()),
            panel(self.lang.pick("家庭收入", "By household income"), of("income")),
        ];
        panels.retain(|panel| !panel.rows.is_empty());
        let people = |value: Option<f64>| count(value.unwrap_or(0.0), ("人次", "visits or people"), self.lang);
        let (better, worse) = (people(all.better.value), people(all.worse.value));
        let (name, baseline, city) = (self.quoted(schedule), self.quoted(0), self.city());
        let remark = match left_out {
            0 => String::new(),
            n => self.lang.choose(
                format!("另有 {n} 个人次更少的就医类别未画。"),
                format!("Kinds of care with fewer patients that are not shown: {n}. "),
            ),
        };
        Some(Diverging {
            title: self.lang.choose(
                format!("改用{name}：{better}变好，{worse}变差"),
                format!("Under {name} {better} are better off and {worse} worse"),
            ),
            subtitle: self.lang.choose(
                format!("{city}，与{baseline}相比：占两方案下受停机影响者的比例，括号内为人次；变好指少垫付，或不再推迟、放弃就医"),
                format!("{city}, against {baseline}: shares of those whom the outage meets under either, with their numbers; to be better off is to pay less in advance, or not to wait or go without"),
            ),
            legend: [WORSE, BETTER].map(|(zh, en)| self.lang.pick(zh, en).to_owned()),
            panels,
            footer: self.basis(&remark),
        })
    }

    fn gain_row(&self, row: &GainRow) -> DivergingRow {
        let whole = met(row).max(1e-9);
        let sides = [row.worse, row.better].map(|side| side.value.unwrap_or(0.0));
        let shares = sides.map(|side| (side / whole).clamp(0.0, 1.0));
        let text = |side: usize| {
            let people = match sides[side] {
                few if few > 0.0 && few < 0.05 => "<0.1".to_owned(),
                people => count(people, ("", ""), self.lang),
            };
            self.lang.choose(
                format!("{}（{}）", percent(shares[side]), people.trim()),
                format!("{} ({people})", percent(shares[side])),
            )
        };
        DivergingRow {
            label: self.lang.pick(&row.zh, &row.en).to_owned(),
            shares,
            texts: [text(0), text(1)],
            told: self.gain_told(row),
        }
    }

    /// What the bars of a group do not show: the intervals, who sees no change, and the money.
    fn gain_told(&self, row: &GainRow) -> Vec<String> {
        let whole = met(row).max(1e-9);
        let visits = |(zh, en): (&str, &str), found: Interval| {
            let share = percent((found.value? / whole).clamp(0.0, 1.0));
            let told = count_between(found, ("人次", "visits or people"), self.lang)?;
            Some(self.lang.choose(format!("{zh} {share}：{told}"), format!("{en} {share}: {told}")))
        };
        let yuan = |(zh, en): (&str, &str), found: Interval| {
            let told = count_between(found, ("元", "yuan"), self.lang)?;
            Some(self.lang.choose(format!("{zh}：{told}"), format!("{en}: {told}")))
        };
        let lines = [
            visits(WORSE, row.worse),
            visits(BETTER, row.better),
            visits(("不变", "neither"), row.same),
            yuan(("多垫付", "paid more in advance"), row.more_yuan),
            yuan(("少垫付", "paid less in advance"), row.less_yuan),
        ];
        let intervals = self.lang.pick("（括号内为 95% 区间）", "(in brackets: 95% interval)");
        lines.into_iter().flatten().chain([intervals.to_owned()]).collect()
    }
}

/// Patients whom the outage meets under at least one of the two schedules.
fn met(row: &GainRow) -> f64 {
    [row.better, row.worse, row.same].iter().filter_map(|one| one.value).sum()
}
