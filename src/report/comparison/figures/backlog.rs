//! The backlog under each schedule, on the same axes.

use crate::measures::Group;
use crate::report::Report;
use crate::report::chart::{Multiple, Multiples, Reference};
use crate::report::daily::DailySeries;
use crate::report::facts::Facts;
use crate::report::facts::halts_desks;
use crate::report::figures::{Span, bands, civil, quantiles, span_of, until_normal};
use crate::report::numbers::capital;
use crate::report::parquet::group_name;
use crate::report::table::MEDIAN;
use crate::report::terms;

use super::Frame;

impl Frame<'_> {
    pub(super) fn backlog(&self, days: &[Vec<DailySeries>]) -> Option<Multiples> {
        let class = self.worst?;
        let singles: Vec<(usize, &Report<'_>, Facts)> = self
            .shown
            .iter()
            .map(|&index| {
                let single = self.report.single(index);
                let facts = if index == 0 { self.facts.clone() } else { Facts::of(single) };
                (index, single, facts)
            })
            .collect();
        let series = |index: usize, normal: bool| {
            let catalogue = &self.report.candidates[index].catalogue;
            days.get(index)?.get(catalogue.find_series("backlog", Group::Desk(class), normal)?)
        };
        // The same days for all: from the first event of any to the last.
        let spans = singles.iter().filter_map(|(index, single, facts)| {
            let series = series(*index, false)?;
            Some(until_normal(span_of(single, facts, &[series]), facts, series))
        });
        let span = spans.reduce(|a, b| Span { first: a.first.min(b.first), end: a.end.max(b.end) })?;
        if span.end <= span.first {
            return None;
        }
        let panels = singles.iter().filter_map(|(index, single, facts)| {
            let normal = series(*index, true).map(|series| Reference {
                label: self.lang.pick("平常的中位数", "Median of the normal course").to_owned(),
                values: series.quantiles[MEDIAN].get(span.first..span.end).unwrap_or_default().to_vec(),
            });
            Some(Multiple {
                title: self.listed(*index),
                note: self.normal_of(*index, class),
                stops: bands(single, facts, span, |stop| halts_desks(single, stop, class)),
                quantiles: quantiles(series(*index, false)?, span),
                reference: normal,
            })
        });
        let desks = group_name(self.report.baseline(), Group::Desk(class), self.lang);
        Some(Multiples {
            title: self.backlog_title(&desks, class),
            subtitle: self.lang.choose(
                format!("{}：{desks}每天未办结的件数；各方案坐标相同。这类窗口在基准方案下恢复正常最晚", self.city()),
                format!("{}: claims still open at {desks}, by day, on the same axes; of all desks these are back to normal last under the baseline", self.city()),
            ),
            y_label: self.lang.pick("未办结", "Open").to_owned(),
            y_unit: self.lang.pick("件", "claims").to_owned(),
            lang: self.lang,
            first_day: civil(self.report.single(0), span.first),
            panels: panels.collect(),
            footer: self.backlog_footer(),
        })
    }

    fn backlog_footer(&self) -> Vec<String> {
        let mut footer = self.footer(self.lang.pick(
            "深色带为 50%、浅色带为 90% 的模拟结果所在范围。",
            "The dark band holds 50% and the light band 90% of the courses. ",
        ));
        let normal = terms::back_to_normal(self.lang);
        footer.insert(0, self.lang.choose(format!("恢复正常＝{normal}"), format!("Back to normal: {normal}")));
        footer
    }

    fn normal_of(&self, schedule: usize, class: usize) -> String {
        let Some(day) = self.report.normal.day(schedule, class) else { return String::new() };
        let date = self.date(day);
        match day >= f64::from(self.report.baseline().clock.days()) {
            true => date,
            false => self.lang.choose(format!("{date} 恢复正常（中位数）"), format!("normal by {date} (median)")),
        }
    }

    fn backlog_title(&self, desks: &str, class: usize) -> String {
        let rival = self.best.filter(|&best| best > 0).or_else(|| self.shown.iter().copied().find(|&one| one > 0));
        let told = |schedule: usize| {
            let day = self.report.normal.day(schedule, class)?;
            Some(self.lang.choose(
                format!("{} {}", self.quoted(schedule), self.date(day)),
                format!("{} under {}", self.date(day), self.quoted(schedule)),
            ))
        };
        let dates: Vec<String> = rival.into_iter().chain([0]).filter_map(told).collect();
        let dates = dates.join(self.lang.pick("，", ", "));
        self.lang.choose(format!("{desks}恢复正常：{dates}"), format!("{} back to normal: {dates}", capital(desks)))
    }
}
