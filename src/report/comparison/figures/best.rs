//! How surely each schedule is the best.

use crate::report::chart::{ShareRow, Shares};
use crate::report::numbers::percent;
use crate::selection::feasible::Verdict;

use super::super::courses;
use super::super::standings::remark;
use super::super::words::guarantee;
use super::Frame;

impl Frame<'_> {
    pub(super) fn best(&self) -> Option<Shares> {
        let choice = self.report.comparison.choice.as_ref()?;
        let may = self.report.standings.iter().filter(|one| !one.is_out).count();
        let rows = self.shown.iter().map(|&index| {
            let one = &self.report.standings[index];
            let shares = [one.probability_best, one.share_best];
            ShareRow {
                label: self.named(index),
                shares: shares.map(|share| share.unwrap_or(0.0)),
                texts: shares.map(|share| share.map_or_else(|| self.lang.pick("—", "–").to_owned(), percent)),
                note: remark(self.report, index, self.lang),
            }
        });
        let is_open = choice.chosen.is_none()
            && self
                .best
                .is_some_and(|best| choice.schedules[best].limits.iter().any(|one| one.verdict != Verdict::Meets));
        let told = self.best.and_then(|best| Some((best, self.report.standings[best].probability_best?)));
        let title = told.map_or_else(
            || self.lang.pick("没有一个方案满足全部限制", "No schedule keeps all limits").to_owned(),
            |(best, sure)| {
                let (name, sure) = (self.quoted(best), percent(sure));
                match self.report.standings.len() - may {
                    _ if is_open => self.lang.choose(
                        format!("{name}目前领先，但是否满足全部限制尚不能断定"),
                        format!("{name} leads so far, but whether it keeps every limit cannot be told yet"),
                    ),
                    0 => self.lang.choose(
                        format!("{name}平均最好的概率为 {sure}"),
                        format!("{name} is the best on average with probability {sure}"),
                    ),
                    _ => self.lang.choose(
                        format!("没有违反限制的 {may} 个方案中，{name}平均最好的概率为 {sure}"),
                        format!("Of the {may} that break no limit {name} is the best with probability {sure}"),
                    ),
                }
            },
        );
        let both = (0..self.report.candidates.len()).map(|index| courses(self.report.comparison, index)).min();
        let both = both.unwrap_or(0);
        Some(Shares {
            title,
            subtitle: guarantee(self.report, choice),
            legend: [
                self.lang.choose(
                    format!("平均最好的概率（按共有的 {both} 次重抽样）"),
                    format!("probability of being best on average (by resampling the {both} courses of all)"),
                ),
                self.lang.pick("单次模拟中最好的次数占比", "share of courses in which it is best").to_owned(),
            ],
            rows: rows.collect(),
            footer: self.footer(""),
        })
    }
}
