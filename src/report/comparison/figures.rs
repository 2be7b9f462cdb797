//! A comparison as figures: which schedules, measures and words its charts show.
//!
//! All figures show the schedules in the same order, the best first by the sum of the objective, those
//! that break a limit last. Where there are more than a slide takes, the best are shown with the
//! baseline, and the footer says so.

use crate::measures::Group;
use crate::report::chart::{
    ChartError, Diverging, DivergingPanel, DivergingRow, Finding, Forest, ForestCell, ForestPanel, Late, Multiple,
    Multiples, Reference, Scatter, ScatterPoint, ShareRow, Shares, diverging, forest, multiples, scatter, shares,
};
use crate::report::daily::DailySeries;
use crate::report::facts::Facts;
use crate::report::figures::{Span, add, assumed, bands, civil, halts_desks, quantiles, span_of};
use crate::report::manifest::VERSION;
use crate::report::numbers::{count, date_of_day, number, percent, short_date, signed};
use crate::report::parquet::group_name;
use crate::report::table::MEDIAN;
use crate::report::{File, Report};
use crate::selection::paired::Verdict;
use crate::units::Lang;

use super::ComparisonReport;
use super::differences::{CITY, Difference, is_day};
use super::gains::GainRow;
use super::summary::guarantee;

/// Most schedules of a slide.
const SCHEDULES_MOST: usize = 12;
/// Most care types of the figure of gains.
const CARE_MOST: usize = 10;
/// The measure shown where the objective is not a single one of those compared.
const BURDEN: &str = "prepayment-days";

/// What all figures share.
struct Frame<'a> {
    report: &'a ComparisonReport<'a>,
    lang: Lang,
    /// Schedules shown, the best first.
    shown: Vec<usize>,
    /// The schedule chosen or leading; none without a choice, or where none keeps the limits.
    best: Option<usize>,
    /// Class of desks that under the baseline is back to normal last.
    worst: Option<usize>,
    /// Facts of the baseline.
    facts: Facts,
}

/// All figures of a comparison as SVG and PNG. Those that have nothing to show are left out.
///
/// # Errors
///
/// The first figure that could not be drawn.
pub(super) fn all(report: &ComparisonReport<'_>, days: &[Vec<DailySeries>]) -> Result<Vec<File>, ChartError> {
    let frame = Frame::of(report);
    let mut files = Vec::new();
    if let Some(chart) = frame.forest() {
        add(&mut files, "forest", &forest(&chart)?)?;
    }
    if let Some(chart) = frame.tradeoff() {
        add(&mut files, "tradeoff", &scatter(&chart)?)?;
    }
    if let Some(chart) = frame.best() {
        add(&mut files, "best", &shares(&chart)?)?;
    }
    if let Some(chart) = frame.backlog(days) {
        add(&mut files, "backlog", &multiples(&chart)?)?;
    }
    if let Some(chart) = frame.gains() {
        add(&mut files, "gains", &diverging(&chart)?)?;
    }
    Ok(files)
}

impl<'a> Frame<'a> {
    fn of(report: &'a ComparisonReport<'a>) -> Self {
        let choice = report.comparison.choice.as_ref();
        let burden = |index: usize| report.tradeoffs.criteria[index].burden.unwrap_or(f64::INFINITY);
        let key = |index: usize| match choice {
            Some(choice) => (choice.schedules[index].breaks_a_limit(), choice.schedules[index].score),
            None => (false, burden(index)),
        };
        let mut shown: Vec<usize> = (0..report.candidates.len()).collect();
        shown.sort_by(|&one, &other| {
            let (one, other) = (key(one), key(other));
            one.0.cmp(&other.0).then(one.1.total_cmp(&other.1))
        });
        if let Some(place) = shown.iter().position(|&index| index == 0) {
            // The baseline is what the others are held against: it is shown in any case.
            if place >= SCHEDULES_MOST {
                shown.remove(place);
                shown.insert(SCHEDULES_MOST - 1, 0);
            }
        }
        shown.truncate(SCHEDULES_MOST);
        Self {
            report,
            lang: report.lang,
            shown,
            best: choice.and_then(|choice| choice.chosen.or(choice.leader)),
            worst: report.normal.worst,
            facts: Facts::of(report.single(0)),
        }
    }

    fn name(&self, schedule: usize) -> String {
        self.report.name(schedule).to_owned()
    }

    /// The name as it stands in a sentence.
    fn quoted(&self, schedule: usize) -> String {
        let name = self.report.name(schedule);
        self.lang.choose(format!("「{name}」"), format!("\"{name}\""))
    }

    /// The name in a list, where the baseline is told from the others.
    fn listed(&self, schedule: usize) -> String {
        let name = self.report.name(schedule);
        match schedule {
            0 => self.lang.choose(format!("{name}（基准）"), format!("{name} (baseline)")),
            _ => name.to_owned(),
        }
    }

    fn city(&self) -> &'a str {
        let name = &self.report.baseline().city_name;
        self.lang.pick(&name.zh, &name.en)
    }

    /// What a figure of all schedules rests on, behind a remark of its own; it says which are left out.
    fn footer(&self, remark: &str) -> Vec<String> {
        let shown = self.shown.len();
        let left_out = match self.report.candidates.len() - shown {
            0 => String::new(),
            more => self.lang.choose(
                format!("只画出连同基准在内最好的 {shown} 个方案，另有 {more} 个未画。"),
                format!("The best {shown} schedules are shown, the baseline among them; {more} more are not. "),
            ),
        };
        self.basis(&(remark.to_owned() + &left_out))
    }

    /// What a figure rests on, behind a remark of its own.
    fn basis(&self, remark: &str) -> Vec<String> {
        let scenario = self.report.baseline();
        let (n, seed) = (self.report.comparison.replications(), self.report.comparison.results[0].seed);
        let (k, city, schedule) = (self.report.candidates.len(), &scenario.city, &scenario.schedule);
        let mut first = remark.to_owned();
        first.push_str(&self.lang.choose(
            format!("{k} 个方案用同一批参保人各模拟至多 {n} 次，随机种子 {seed}。来源：{VERSION} 模拟，情景 {city}，基准 {schedule}"),
            format!("{k} schedules on the same people, up to {n} simulated courses each, seed {seed}. Source: {VERSION}, scenario {city}, baseline {schedule}"),
        ));
        vec![first, assumed(self.lang, &self.facts)]
    }

    /// A day from the start as a date; one that does not come by the horizon has none.
    fn date(&self, day: f64) -> String {
        let clock = &self.report.baseline().clock;
        match day >= f64::from(clock.days()) {
            true => self.lang.pick("期内未恢复", "not by the end").to_owned(),
            false => short_date(date_of_day(clock, day), self.lang),
        }
    }

    /// The measure that the objective weighs, where it is a single one that is compared.
    fn headline(&self) -> &'static str {
        let first = &self.report.candidates[0];
        match first.objective.weights.as_slice() {
            [one] => {
                let measure = &first.catalogue.measures[one.index];
                if measure.group == Group::All && CITY.contains(&measure.key) { measure.key } else { BURDEN }
            }
            _ => BURDEN,
        }
    }

    fn forest(&self) -> Option<Forest> {
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
                format!("{city}：各方案与{baseline}之差，占基准的百分比（恢复正常为天数）；越低越好，横线为区间，下方竖线为没有差别"),
                format!("{city}: differences to {baseline} in % of it (back to normal in days) with intervals; less is better, the line is zero"),
            ),
            lang: self.lang,
            rows: shown.iter().map(|&schedule| self.name(schedule)).collect(),
            panels,
            footer: self.footer(&self.lang.choose(
                format!("全部 {together} 个差值的区间同时成立的把握为 95%。"),
                format!("All {together} intervals of the comparison hold together with 95% confidence. "),
            )),
        })
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
            (None, _) if self.best == Some(0) => {
                self.lang.choose(format!("没有一个方案胜过{baseline}"), format!("No schedule beats {baseline}"))
            }
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
                    format!("{}：{desks}", self.measure_word(key)),
                    format!("{}: {desks}", self.measure_word(key)),
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

    fn tradeoff(&self) -> Option<Scatter> {
        let tradeoffs = &self.report.tradeoffs;
        let cost = |index: usize| tradeoffs.criteria[index].cost.unwrap_or(0.0);
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
                    x: criteria.burden?,
                    day: criteria.normal?,
                    size: if most > 0.0 { cost(index) / most } else { 0.0 },
                    late: Late::of(criteria.overrun),
                    undominated: tradeoffs.undominated[index],
                })
            })
            .collect();
        if points.is_empty() {
            return None;
        }
        let city = self.city();
        Some(Scatter {
            title: self.tradeoff_title(),
            subtitle: self.lang.choose(
                format!("{city}：垫付为平均，日期为中位；越靠左下越好；符号越大，加开窗口越多"),
                format!("{city}: mean prepayment, median day; the lower left is best; the larger the sign, the more extra window hours"),
            ),
            x_label: self.lang.pick("垫付占用", "Prepayment outstanding over time").to_owned(),
            x_unit: self.lang.pick("元·天", "yuan-days").to_owned(),
            day_label: self.lang.pick("最后一类窗口恢复正常的日期（期末仍未恢复的按期末计）", "Last class of desks back to normal (the end of the simulation where it is not by then)").to_owned(),
            ring_label: self.lang.pick("加圈、粗体：四项没有被其他方案全面压倒", "ring, bold: not beaten in all four").to_owned(),
            line_label: self.lang.pick("只看图中两项也没有被压倒", "not beaten in these two alone").to_owned(),
            lang: self.lang,
            first_day: civil(self.report.single(0), 0),
            points,
            footer: self.footer(self.lang.pick("四项：垫付占用、恢复正常、加开窗时、超时概率。", "The four: prepayment outstanding, back to normal, extra window hours, risk of being late. ")),
        })
    }

    fn tradeoff_title(&self) -> String {
        let k = self.report.candidates.len();
        let kept: Vec<usize> = (0..k).filter(|&index| self.report.tradeoffs.undominated[index]).collect();
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

    fn best(&self) -> Option<Shares> {
        let choice = self.report.comparison.choice.as_ref()?;
        let rows = self.shown.iter().map(|&index| {
            let one = &choice.schedules[index];
            let note = match (one.breaks_a_limit(), one.screened_at) {
                _ if choice.chosen == Some(index) => self.lang.pick("选定", "chosen").to_owned(),
                (true, _) => self.lang.pick("不满足限制", "breaks a limit").to_owned(),
                (false, Some(n)) => self.lang.choose(format!("{n} 次后排除"), format!("ruled out after {n}")),
                (false, None) => self.lang.pick("尚未分出高下", "still open").to_owned(),
            };
            let texts = [one.probability_best, one.share_best].map(percent);
            ShareRow { label: self.listed(index), shares: [one.probability_best, one.share_best], texts, note }
        });
        let title = self.best.map_or_else(
            || self.lang.pick("没有一个方案满足全部限制", "No schedule keeps all limits").to_owned(),
            |best| {
                let (name, sure) = (self.quoted(best), percent(choice.schedules[best].probability_best));
                self.lang.choose(
                    format!("{name}平均最好的概率为 {sure}"),
                    format!("{name} is the best on average with probability {sure}"),
                )
            },
        );
        Some(Shares {
            title,
            subtitle: guarantee(self.report, choice),
            legend: [
                self.lang
                    .pick("平均最好的概率（重抽样）", "probability of being best on average (by resampling)")
                    .to_owned(),
                self.lang.pick("单次模拟中最好的次数占比", "share of courses in which it is best").to_owned(),
            ],
            rows: rows.collect(),
            footer: self.footer(""),
        })
    }

    fn backlog(&self, days: &[Vec<DailySeries>]) -> Option<Multiples> {
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
        let spans =
            singles.iter().filter_map(|(index, single, facts)| Some(span_of(single, facts, &[series(*index, false)?])));
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
            footer: self.footer(self.lang.pick("深色带为 50%、浅色带为 90% 的模拟结果所在范围。", "The dark band holds 50% and the light band 90% of the courses. ")),
        })
    }

    fn normal_of(&self, schedule: usize, class: usize) -> String {
        let Some(day) = self.report.normal.day(schedule, class) else { return String::new() };
        let date = self.date(day);
        match day >= f64::from(self.report.baseline().clock.days()) {
            true => date,
            false => self.lang.choose(format!("中位 {date} 恢复正常"), format!("normal by {date} (median)")),
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
        let first = desks.chars().take(1).flat_map(char::to_uppercase).chain(desks.chars().skip(1));
        self.lang.choose(
            format!("{desks}恢复正常：{dates}"),
            format!("{} back to normal: {dates}", first.collect::<String>()),
        )
    }

    fn gains(&self) -> Option<Diverging> {
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
        let people = |value: Option<f64>| count(value.unwrap_or(0.0), ("人次", "patients"), self.lang);
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
            legend: [self.lang.pick("变差", "worse off").to_owned(), self.lang.pick("变好", "better off").to_owned()],
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
        DivergingRow { label: self.lang.pick(&row.zh, &row.en).to_owned(), shares, texts: [text(0), text(1)] }
    }
}

/// Patients whom the outage meets under at least one of the two schedules.
fn met(row: &GainRow) -> f64 {
    [row.better, row.worse, row.same].iter().filter_map(|one| one.value).sum()
}

/// The first letter small, for use within an English sentence.
fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::Drawn;
    use crate::report::chart::testing::{assert_points_inside, assert_texts_inside, show};
    use crate::report::daily;
    use crate::report::testing::Compared;

    fn days(compared: &Compared) -> Vec<Vec<DailySeries>> {
        compared.comparison.results.iter().map(|results| daily::all(results).unwrap()).collect()
    }

    fn drawn(frame: &Frame<'_>, days: &[Vec<DailySeries>]) -> [Drawn; 5] {
        [
            forest(&frame.forest().unwrap()).unwrap(),
            scatter(&frame.tradeoff().unwrap()).unwrap(),
            shares(&frame.best().unwrap()).unwrap(),
            multiples(&frame.backlog(days).unwrap()).unwrap(),
            diverging(&frame.gains().unwrap()).unwrap(),
        ]
    }

    #[test]
    fn figures_of_two_to_twenty_schedules_with_long_names_stay_on_the_slide_and_apart() {
        for schedules in [2, 3, 5, 8, 12, 20] {
            let compared = Compared::new(schedules, 30);
            let days = days(&compared);
            for lang in [Lang::Zh, Lang::En] {
                let report = compared.report(lang);
                let frame = Frame::of(&report);
                for (index, one) in drawn(&frame, &days).into_iter().enumerate() {
                    let name = format!("compare_{index}_{schedules}_{lang:?}");
                    assert_eq!(one.missing, Vec::<char>::new(), "{name}");
                    if let Some(folder) = std::env::var_os("CHART_SAMPLES") {
                        std::fs::write(std::path::Path::new(&folder).join(name + ".svg"), &one.svg).unwrap();
                    }
                    assert_texts_inside(&one.svg);
                    assert_points_inside(&one.svg);
                    if schedules == 8 {
                        show(&format!("compare_{index}_{lang:?}"), &one);
                    }
                }
            }
        }
    }

    #[test]
    fn beyond_twelve_the_best_are_shown_with_the_baseline_and_the_footer_says_so() {
        let compared = Compared::new(20, 30);
        let report = compared.report(Lang::En);
        let frame = Frame::of(&report);
        assert_eq!(frame.shown, [19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 0]);
        assert!(frame.footer("").concat().contains("8 more are not"), "{:?}", frame.footer(""));
        assert_eq!(frame.forest().unwrap().rows.len(), 11, "the baseline is the line of zero");
        assert_eq!(frame.backlog(&days(&compared)).unwrap().panels.len(), 12);
    }

    #[test]
    fn titles_state_what_was_found() {
        let compared = Compared::new(5, 30);
        let report = compared.report(Lang::Zh);
        let frame = Frame::of(&report);
        let chart = frame.forest().unwrap();
        assert!(
            chart.title.starts_with("「第 4 案") && chart.title.ends_with("垫付占用比「公告方案」少 26%"),
            "{}",
            chart.title
        );
        let findings: Vec<Finding> = chart.panels[0].cells.iter().map(|cell| cell.as_ref().unwrap().finding).collect();
        // The best on top: plans 4 and 3, then 2, which hardly differs, and 1.
        assert_eq!(findings, [Finding::Better, Finding::Better, Finding::Small, Finding::Worse]);
        assert_eq!(chart.panels[0].cells[0].as_ref().unwrap().text, "-26%");
        assert!(frame.best().unwrap().subtitle.contains("以 95% 的把握"));
        assert!(frame.gains().unwrap().title.contains("3.60万人次变好"), "{}", frame.gains().unwrap().title);
    }

    #[test]
    fn every_figure_tells_what_it_rests_on() {
        let compared = Compared::new(3, 30);
        let days = days(&compared);
        let report = compared.report(Lang::Zh);
        for one in drawn(&Frame::of(&report), &days) {
            for text in ["各模拟至多 30 次", "随机种子 7", VERSION, "假设"] {
                assert!(one.svg.contains(text), "{text}");
            }
        }
    }

    #[test]
    fn without_a_choice_there_is_no_figure_of_it_and_the_same_results_give_the_same_bytes() {
        let compared = Compared::new(3, 5);
        let (report, days) = (compared.report(Lang::En), days(&compared));
        let files = all(&report, &days).unwrap();
        assert_eq!(files.len(), 8);
        assert!(!files.iter().any(|(name, _)| name.starts_with("charts/best")));
        assert!(all(&compared.report(Lang::En), &days).unwrap() == files);
    }
}
