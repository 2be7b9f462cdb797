//! Figures of the money of a run: how heavy prepayment is, and how fast it comes back.

use crate::measures::Group;

use super::super::chart::{FanPanel, FanPanels, Quantiles, TailLine, TailPoint, Tails};
use super::super::daily::DailySeries;
use super::super::facts::{Facts, share_of_prepayment};
use super::super::numbers::{count, date, date_of_day, percent};
use super::super::parquet::group_name;
use super::super::table::{Interval, MEDIAN};
use super::{DAYS_LEAST, Report, Span, bands, civil, footer, quantiles, settles_bills, span_of, subtitle};

/// Shares of a month's household income in per cent, with the measures that count the people above them.
const BURDENS: [(f64, &str); 7] = [
    (1.0, "prepaying-over-1"),
    (2.0, "prepaying-over-2"),
    (5.0, "prepaying-over-5"),
    (10.0, "hardship-10"),
    (20.0, "prepaying-over-20"),
    (40.0, "hardship-40"),
    (100.0, "prepaying-over-100"),
];

/// Lines beside that of everybody.
const SCHEMES_MOST: usize = 3;

/// Prepayment against income: the share of those who prepaid above each share of income.
pub(super) fn burden(report: &Report<'_>, facts: &Facts) -> Option<Tails> {
    let lang = report.lang;
    let all = facts.mean(report, "people-prepaying").value.filter(|people| *people > 0.0)?;
    let people = |key: &str, group: Group| facts.row(report, key, group).mean;
    let line = |group: Group| {
        let prepaying = people("people-prepaying", group).value.filter(|people| *people >= 1.0)?;
        let share = |of: Interval| {
            let over = of.value.unwrap_or(0.0);
            let end = |end: Option<f64>| (end.unwrap_or(over) / prepaying).clamp(0.0, 1.0);
            [(over / prepaying).clamp(0.0, 1.0), end(of.low), end(of.high)]
        };
        let points = BURDENS.map(|(value, key)| TailPoint { value, share: share(people(key, group)) });
        Some(TailLine { label: group_name(report.scenario, group, lang), points: points.to_vec() })
    };
    let mut lines = vec![line(Group::All)?];
    if report.scenario.schemes.len() > 1 {
        lines.extend(
            (0..report.scenario.schemes.len()).filter_map(|scheme| line(Group::Scheme(scheme))).take(SCHEMES_MOST),
        );
    }
    let told = |key: &str| count(people(key, Group::All).value.unwrap_or(0.0), ("人", "people"), lang);
    let (all, ten, forty) = (count(all, ("人", "people"), lang), told("hardship-10"), told("hardship-40"));
    Some(Tails {
        title: lang.choose(
            format!("{all}有垫付，其中 {ten}超过家庭月收入一成，{forty}超过四成"),
            format!("{all} prepay: {ten} more than a tenth of the household's monthly income, {forty} more than 40%"),
        ),
        subtitle: subtitle(
            report,
            "垫付超过家庭月可支配收入某一比例的人，占有垫付者的比例",
            "Share of those who prepay whose prepayment exceeds a share of the household's monthly income",
        ),
        x_label: lang
            .pick("垫付占家庭月可支配收入的比例（超过）", "Prepayment over monthly household income, more than")
            .to_owned(),
        y_label: lang
            .pick(
                "占有垫付者的比例（横轴下方为人数，全部险种）",
                "Share of those who prepay (under the axis: people of all schemes)",
            )
            .to_owned(),
        values: BURDENS.map(|(value, _)| format!("{value:.0}%")).to_vec(),
        notes: BURDENS.map(|(_, key)| told(key)).to_vec(),
        lines,
        lang,
        footer: footer(report, facts, false),
    })
}

/// Refund progress: the share of all prepayment that has come back by each day.
pub(super) fn refunds(report: &Report<'_>, facts: &Facts, daily: &[DailySeries]) -> Option<FanPanels> {
    let lang = report.lang;
    facts.mean(report, "prepayment").value.filter(|yuan| *yuan > 0.0)?;
    let series = daily.get(report.results.catalogue.find_series("refunded-share", Group::All, false)?)?;
    let median = &series.quantiles[MEDIAN];
    // The same share as the summary's, not the median of shares.
    let reached = share_of_prepayment(facts, report, "refunded").filter(|share| *share > 0.0)?;
    let first = span_of(report, facts, &[series]).first;
    // To a week after the last day on which the median still moves by a thousandth.
    let settled = median.windows(2).rposition(|pair| pair[1] - pair[0] > 0.001).map_or(0, |day| day + 9);
    let span = Span { first, end: settled.max(first + DAYS_LEAST).min(median.len()) };
    if span.end <= span.first {
        return None;
    }
    let per_cent = |values: Vec<f64>| values.into_iter().map(|share| 100.0 * share).collect();
    let Quantiles { median, q05, q25, q75, q95 } = quantiles(series, span);
    let found = facts.row(report, "refunded-95", Group::All).quantiles[MEDIAN].value;
    let title = match found {
        Some(day) => {
            let day = date_of_day(&report.scenario.clock, day);
            let day = date(day, day.year(), lang);
            lang.choose(
                format!("到 {day}，95% 的垫付已退回（中位）"),
                format!("95% of prepayment is back by {day} (median)"),
            )
        }
        None => {
            let last = date_of_day(&report.scenario.clock, f64::from(report.scenario.clock.days().saturating_sub(1)));
            let (last, back) = (date(last, last.year(), lang), percent(reached));
            lang.choose(
                format!("到模拟期末（{last}）退回 {back} 的垫付，未达到 95%"),
                format!("{back} of prepayment is back by {last}, when the simulation ends; 95% is not reached"),
            )
        }
    };
    Some(FanPanels {
        title,
        subtitle: subtitle(
            report,
            "到每天为止已退回的垫付，占全部垫付；从不申领的永远不退",
            "Prepayment refunded by the end of each day, share of all; what is never claimed never comes back",
        ),
        lang,
        first_day: civil(report, span.first),
        panels: vec![FanPanel {
            title: lang.pick("已退回", "Refunded").to_owned(),
            y_label: lang.pick("占全部垫付", "Share of all prepayment").to_owned(),
            y_unit: "%".to_owned(),
            stops: bands(report, facts, span, |stop| settles_bills(report, stop.services)),
            quantiles: Quantiles {
                median: per_cent(median),
                q05: per_cent(q05),
                q25: per_cent(q25),
                q75: per_cent(q75),
                q95: per_cent(q95),
            },
            reference: None,
        }],
        footer: footer(report, facts, true),
    })
}
