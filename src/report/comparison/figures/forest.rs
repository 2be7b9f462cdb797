//! Differences to the baseline with their intervals.

use crate::measures::Group;
use crate::report::chart::{Finding, Forest, ForestCell, ForestPanel};
use crate::report::numbers::{count, number, percent, signed};
use crate::report::parquet::group_name;
use crate::report::terms;
use crate::selection::paired::Verdict;

use super::super::differences::{Difference, is_day};
use super::{BURDEN, Frame, lower};

impl Frame<'_> {
    pub(super) fn forest(&self) -> Option<Forest> {
        let report = self.report;
        let shown: Vec<usize> = self.shown.iter().copied().filter(|&index| index != 0).collect();
        let mut measures: Vec<(&str, Group)> = vec![(self.headline(), Group::All)];
        for key in [BURDEN, "affected", "deferred", "forgone", "hardship-40"] {
            if key != self.headline() && (key != BURDEN || report.candidates[0].objective.weights.len() > 1) {
                measures.push((key, Group::All));
            }
        }
        measures.extend(self.worst.map(|class| ("back-to-normal", Group::Desk(class))));
        measures.truncate(6);
        let panels: Vec<ForestPanel> =
            measures.into_iter().filter_map(|(key, group)| self.panel(key, group, &shown)).collect();
        if shown.is_empty() || panels.is_empty() {
            return None;
        }
        let together = report.differences.together;
        let (city, baseline) = (self.city(), self.quoted(0));
        Some(Forest {
            title: self.forest_title(),
            subtitle: self.lang.choose(
                format!("{city}：各方案与{baseline}之差，占基准的百分比（恢复正常为天数）；越低越好，横线为区间，竖线处没有差别"),
                format!("{city}: differences to {baseline} in % of it (back to normal in days) with intervals; less is better, the line is zero"),
            ),
            lang: self.lang,
            rows: shown.iter().map(|&schedule| self.name(schedule)).collect(),
            panels,
            footer: self.defined(self.footer(&self.lang.choose(
                format!("全部 {together} 个差值的区间同时成立的把握为 95%。"),
                format!("All {together} intervals of the comparison hold together with 95% confidence. "),
            ))),
        })
    }

    /// The terms before the rest of the footer.
    fn defined(&self, mut footer: Vec<String>) -> Vec<String> {
        if self.worst.is_some() {
            let normal = terms::back_to_normal(self.lang);
            footer.insert(
                0,
                self.lang.choose(
                    format!("恢复正常为平均日期，最多计到模拟终点。恢复正常＝{normal}"),
                    format!(
                        "Back to normal: the mean day, counted to the end of the simulation at most; it is {normal}"
                    ),
                ),
            );
        }
        footer
    }

    /// The schedule that is chosen, not merely leading.
    fn chosen(&self) -> Option<usize> {
        self.report.comparison.choice.as_ref().and_then(|choice| choice.chosen)
    }

    /// The largest certain gain in words.
    fn forest_title(&self) -> String {
        let key = self.headline();
        let baseline = self.quoted(0);
        let rows: Vec<&Difference> = self
            .report
            .differences
            .rows
            .iter()
            .filter(|row| row.measure.key == key && row.measure.group == Group::All)
            .collect();
        let least = || rows.iter().copied().min_by(|a, b| a.paired.estimate.mean.total_cmp(&b.paired.estimate.mean));
        let row = match self.best {
            Some(0) => None,
            Some(best) => rows.iter().copied().find(|row| row.schedule == best),
            None => least(),
        };
        let (short, word) = (self.measure_word(key), row.map(|row| row.paired.verdict));
        match (row, word) {
            (Some(row), Some(Verdict::Better | Verdict::Worse)) => {
                let name = self.quoted(row.schedule);
                let size =
                    row.relative.map_or_else(|| number(row.paired.estimate.mean.abs()), |one| percent(one.abs()));
                let less = row.paired.estimate.mean < 0.0;
                self.lang.choose(
                    format!("{name}{short}比{baseline}{} {size}", if less { "少" } else { "多" }),
                    format!("{name}: {size} {} {} than {baseline}", if less { "less" } else { "more" }, lower(&short)),
                )
            }
            (Some(row), _) => {
                let name = self.quoted(row.schedule);
                self.lang.choose(
                    format!("{name}与{baseline}的{short}没有看得出的、要紧的差别"),
                    format!("{name} and {baseline}: no difference in {} that is seen and matters", lower(&short)),
                )
            }
            (None, _) if self.best == Some(0) => match self.chosen() {
                Some(0) => self.lang.choose(
                    format!("没有一个方案比{baseline}好出要紧的差别"),
                    format!("No schedule is better than {baseline} by more than matters"),
                ),
                _ => self.lang.choose(
                    format!("{baseline}目前领先，尚未分出高下"),
                    format!("{baseline} leads, but nothing is decided yet"),
                ),
            },
            (None, _) => self.lang.choose(format!("各方案与{baseline}之差"), format!("Differences to {baseline}")),
        }
    }

    /// A short name of a measure.
    fn measure_word(&self, key: &str) -> String {
        let short = match key {
            "prepayment-days" => Some(("垫付占用", "Prepayment outstanding")),
            "affected" => Some(("受影响人次", "Visits affected")),
            "deferred" => Some(("推迟就医人次", "Visits deferred")),
            "forgone" => Some(("放弃就医人次", "Visits forgone")),
            "hardship-40" => Some(("垫付超月收入四成", "People prepaying over 40% of a month's income")),
            "back-to-normal" => Some(("恢复正常", "Back to normal")),
            _ => None,
        };
        if let Some((zh, en)) = short {
            return self.lang.pick(zh, en).to_owned();
        }
        let catalogue = &self.report.candidates[0].catalogue;
        let index = catalogue.find(key, Group::All);
        index.map_or_else(String::new, |index| catalogue.measures[index].name(self.lang).to_owned())
    }

    fn panel(&self, key: &str, group: Group, shown: &[usize]) -> Option<ForestPanel> {
        let rows: Vec<Option<&Difference>> =
            shown.iter().map(|&schedule| self.report.differences.find(key, group, schedule)).collect();
        let first = rows.iter().flatten().next()?;
        let base = first.baseline.mean;
        let of_days = is_day(&first.measure);
        let title = match group {
            Group::All if key == BURDEN => self.measure_word(key) + self.lang.pick("（元·天）", " (yuan-days)"),
            Group::All => self.measure_word(key),
            group => {
                let desks = group_name(self.report.baseline(), group, self.lang);
                self.lang.choose(
                    format!("{}（平均）：{desks}", self.measure_word(key)),
                    format!("{} (mean): {desks}", self.measure_word(key)),
                )
            }
        };
        let units = match first.measure.unit {
            "visits" => ("人次", "visits"),
            "people" => ("人", "people"),
            "yuan" => ("元", "yuan"),
            _ => ("", ""),
        };
        let told = match (of_days, key) {
            (true, _) => self.date(base),
            (false, _) => count(base, units, self.lang),
        };
        let cells = rows.into_iter().map(|row| row.map(|row| self.cell(row, of_days)));
        Some(ForestPanel {
            title,
            note: self.lang.choose(format!("基准 {told}"), format!("base {told}")),
            unit: if of_days { self.lang.pick("天", " d").to_owned() } else { "%".to_owned() },
            cells: cells.collect(),
        })
    }

    fn cell(&self, row: &Difference, of_days: bool) -> ForestCell {
        let estimate = &row.paired.estimate;
        let scale = if of_days { Some(1.0) } else { row.relative.map(|_| 100.0 / row.baseline.mean.abs()) };
        let (low, high) = estimate.interval().unwrap_or((estimate.mean, estimate.mean));
        let sign = if estimate.mean > 0.0 { "+" } else { "" };
        let text = match (of_days, row.relative) {
            _ if estimate.mean == 0.0 => "0".to_owned(),
            (true, _) => {
                let days = number((estimate.mean * 10.0).round() / 10.0);
                format!("{sign}{days}{}", self.lang.pick(" 天", " d"))
            }
            (false, Some(share)) if share.abs() < 0.0005 => "≈0%".to_owned(),
            (false, Some(share)) if share < 0.0 => format!("-{}", percent(-share)),
            (false, Some(share)) => format!("{sign}{}", percent(share)),
            (false, None) => signed(estimate.mean, ("", ""), self.lang),
        };
        let finding = match row.paired.verdict {
            Verdict::Better => Finding::Better,
            Verdict::Worse => Finding::Worse,
            Verdict::NoDifferenceSeen => Finding::Unclear,
            Verdict::Same | Verdict::SmallerThanMatters => Finding::Small,
        };
        ForestCell { range: scale.map(|scale| [estimate.mean, low, high].map(|end| end * scale)), finding, text }
    }
}
