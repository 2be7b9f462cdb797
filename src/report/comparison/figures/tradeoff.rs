//! Burden against back to normal, with the risk and the cost.

use crate::report::chart::{Late, Scatter, ScatterPoint};
use crate::report::figures::civil;
use crate::report::numbers::count;
use crate::report::terms;

use super::Frame;

impl Frame<'_> {
    pub(super) fn tradeoff(&self) -> Option<Scatter> {
        let tradeoffs = &self.report.tradeoffs;
        let cost = |index: usize| tradeoffs.criteria[index].cost.value.unwrap_or(0.0);
        let most = self.shown.iter().map(|&index| cost(index)).fold(0.0, f64::max);
        let points: Vec<ScatterPoint> = self
            .shown
            .iter()
            .filter_map(|&index| {
                let criteria = tradeoffs.criteria[index];
                let hours = count(cost(index), ("窗时", "window hours"), self.lang);
                let note = self.lang.choose(format!("加开 {hours}"), format!("{hours} extra"));
                Some(ScatterPoint {
                    label: self.listed(index),
                    note: if cost(index) > 0.0 { note } else { String::new() },
                    x: criteria.burden.value?,
                    day: criteria.normal.value?,
                    size: if most > 0.0 { cost(index) / most } else { 0.0 },
                    x_interval: criteria.burden.low.zip(criteria.burden.high),
                    late: Late::of(criteria.overrun.value),
                    chance: criteria.overrun.value,
                    undominated: tradeoffs.undominated[index],
                })
            })
            .collect();
        if points.is_empty() {
            return None;
        }
        let (city, hours) = (self.city(), terms::window_hours(self.lang));
        Some(Scatter {
            title: self.tradeoff_title(),
            subtitle: self.lang.choose(
                format!("{city}：垫付占用为平均，恢复正常的日期为中位数；越靠左下越好；符号越大，加开窗时（{hours}）越多"),
                format!("{city}: mean prepayment, median day; the lower left is best; the larger the sign, the more extra window hours ({hours})"),
            ),
            x_label: self.lang.pick("垫付占用", "Prepayment outstanding over time").to_owned(),
            x_unit: self.lang.pick("元·天", "yuan-days").to_owned(),
            day_label: self.lang.pick("最后一类窗口恢复正常的日期，中位数（期末仍未恢复的按期末计）", "Last class of desks back to normal, median (the end of the simulation where it is not by then)").to_owned(),
            ring_label: self.lang.pick("加圈、粗体：四项没有被其他方案全面压倒", "ring, bold: not beaten in all four").to_owned(),
            line_label: self.lang.pick("只看图中两项也没有被压倒", "not beaten in these two alone").to_owned(),
            lang: self.lang,
            first_day: civil(self.report.single(0), 0),
            points,
            footer: self.tradeoff_footer(),
        })
    }

    fn tradeoff_footer(&self) -> Vec<String> {
        let (late, normal) = (terms::overrun(self.lang), terms::back_to_normal(self.lang));
        let mut footer = self.footer(&self.lang.choose(
            format!("四项：垫付占用、恢复正常、加开窗时、超时（{late}）的概率。"),
            format!(
                "The four: prepayment outstanding, back to normal, extra window hours, risk of an overrun ({late}). "
            ),
        ));
        footer.insert(0, self.lang.choose(format!("恢复正常＝{normal}"), format!("Back to normal: {normal}")));
        footer
    }

    fn tradeoff_title(&self) -> String {
        let k = self.report.candidates.len();
        let kept: Vec<usize> = (0..k)
            .filter(|&index| self.report.tradeoffs.undominated[index] && !self.report.standings[index].is_out)
            .collect();
        match kept.as_slice() {
            [one] => {
                let name = self.quoted(*one);
                self.lang.choose(
                    format!("{name}在负担、恢复、加开窗口、超时四项上都不输其他方案"),
                    format!("{name} is as good as any in burden, recovery, extra hours and risk"),
                )
            }
            kept if kept.len() <= 3 => {
                let names: Vec<String> = kept.iter().map(|&index| self.quoted(index)).collect();
                let names = names.join(self.lang.pick("、", ", "));
                self.lang.choose(format!("取舍只在{names}之间"), format!("The trade-off is between {names}"))
            }
            kept => {
                let n = kept.len();
                self.lang.choose(
                    format!("{k} 个方案中 {n} 个各有所长，没有被全面压倒"),
                    format!("{n} of {k} schedules are not beaten in everything by another"),
                )
            }
        }
    }
}
