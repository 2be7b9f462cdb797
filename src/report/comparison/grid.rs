//! The table of the screen: a row a schedule, under each number its 95 % interval where there is room.

use crate::measures::Group;
use crate::selection::paired::Verdict;
use crate::units::Lang;

use super::super::layout::{Grid, GridCell, GridRow, Layout};
use super::super::numbers::{date_of_day, percent, short, short_date, signed};
use super::super::table::Interval;
use super::super::terms;
use super::ComparisonReport;
use super::differences::{Difference, word};
use super::words::{BURDEN, is_burden, weights};

/// The table and its terms.
pub(super) fn grid(report: &ComparisonReport<'_>, out: &mut Layout) {
    let lang = report.lang;
    let has_score = !is_burden(report);
    let rows = (0..report.candidates.len()).map(|schedule| row(report, schedule, has_score));
    out.grid(Grid {
        heads: heads(lang, has_score),
        widths: widths(lang, has_score),
        rows: rows.collect(),
        is_ordered: false,
        more: lang.pick("……另有 {} 个，见 choice.csv", "… {} more in choice.csv").to_owned(),
    });
    explain(report, has_score, out);
}

fn heads(lang: Lang, has_score: bool) -> Vec<String> {
    let (before, after) = match lang {
        Lang::Zh => (["方案", "次数"], ["占用(元·天)", "与基准之差", "恢复正常(中位)", "超时概率", "加开窗时"]),
        Lang::En => (["schedule", "n"], ["yuan-days", "difference", "normal (median)", "overrun", "extra hours"]),
    };
    let score = has_score.then_some(lang.pick("总分", "score"));
    before.into_iter().chain(score).chain(after).map(str::to_owned).collect()
}

fn widths(lang: Lang, has_score: bool) -> Vec<usize> {
    match (lang, has_score) {
        (Lang::Zh, false) => vec![24, 5, 15, 15, 18, 11, 12],
        (Lang::Zh, true) => vec![20, 5, 13, 13, 12, 15, 10, 12],
        (Lang::En, false) => vec![25, 5, 14, 16, 16, 11, 13],
        (Lang::En, true) => vec![21, 5, 13, 13, 12, 16, 9, 11],
    }
}

/// One schedule: its numbers, and under them their intervals.
fn row(report: &ComparisonReport<'_>, schedule: usize, has_score: bool) -> GridRow {
    let lang = report.lang;
    let criteria = &report.tradeoffs.criteria[schedule];
    let difference = report.differences.find(BURDEN, Group::All, schedule);
    let baseline = (lang.pick("（基准）", "(baseline)").to_owned(), String::new());
    let plain = |text: String| (text, String::new());
    let mut cells = vec![plain(report.name(schedule).to_owned()), plain(criteria.n.to_string())];
    if has_score {
        cells.push(amount(report.standings[schedule].score, lang));
    }
    cells.extend([
        amount(criteria.burden, lang),
        difference.map_or(baseline, |row| told(row, lang)),
        day(report, criteria.normal),
        (criteria.overrun.value.map_or_else(String::new, percent), ends(criteria.overrun, &percent, lang)),
        amount(criteria.cost, lang),
    ]);
    let choice = report.comparison.choice.as_ref();
    let is_best = choice.is_some_and(|choice| choice.chosen.or(choice.leader) == Some(schedule));
    GridRow {
        is_marked: report.tradeoffs.undominated[schedule],
        is_chosen: choice.is_some_and(|choice| choice.chosen == Some(schedule)),
        is_kept: schedule == 0 || is_best,
        cells: cells.into_iter().map(|(text, below)| GridCell { text, below }).collect(),
    }
}

/// Both ends of an interval; nothing where it has no width or there is none.
fn ends(found: Interval, told: &dyn Fn(f64) -> String, lang: Lang) -> String {
    let (Some(low), Some(high)) = (found.low, found.high) else { return String::new() };
    let (low, high) = (told(low), told(high));
    if low == high { String::new() } else { format!("{low}{}{high}", lang.pick("～", "–")) }
}

fn amount(found: Interval, lang: Lang) -> (String, String) {
    let Some(value) = found.value else { return (String::new(), String::new()) };
    // A symmetric interval may reach below zero where the number never does.
    let low = found.low.map(|low| if value >= 0.0 { low.max(0.0) } else { low });
    let mut between = ends(Interval { low, ..found }, &|value| short(value, lang), lang);
    // `10.3～10.5亿`: the scale is said once where both ends have it.
    for scale in ["万", "亿", "M", "B"] {
        let (one, two) = (format!("{scale}～"), format!("{scale}–"));
        if between.ends_with(scale) {
            between = between.replace(&one, "～").replace(&two, "–");
        }
    }
    (short(value, lang), between)
}

fn day(report: &ComparisonReport<'_>, found: Interval) -> (String, String) {
    let (lang, clock) = (report.lang, &report.baseline().clock);
    let horizon = f64::from(clock.days());
    let date = |day: f64| short_date(date_of_day(clock, day), lang);
    let told = |day: Option<f64>| {
        let day = day.filter(|day| *day < horizon);
        day.map_or_else(|| lang.pick("期内未", "not yet").to_owned(), date)
    };
    let Some(value) = found.value else { return (String::new(), String::new()) };
    let (low, high) = (told(found.low), told(found.high));
    let is_empty = found.low.is_none() || low == high;
    let between = if is_empty { String::new() } else { dates(&low, &high, lang) };
    (told(Some(value)), between)
}

/// Two dates; the month is said once where both have it: `12月20～22日`, `20–22 Dec`.
fn dates(low: &str, high: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => match (low.split_once('月'), high.split_once('月')) {
            (Some((one, day)), Some((other, last))) if one == other => {
                format!("{one}月{}～{last}", day.trim_end_matches('日'))
            }
            _ => format!("{low}～{high}"),
        },
        Lang::En => match (low.split_once(' '), high.split_once(' ')) {
            (Some((day, one)), Some((last, other))) if one == other => format!("{day}–{last} {one}"),
            _ => format!("{low} – {high}"),
        },
    }
}

/// `-12% 更好`: the relative difference, or the difference itself, and the word; and its interval.
fn told(row: &Difference, lang: Lang) -> (String, String) {
    let estimate = &row.paired.estimate;
    let scale = row.baseline.mean.abs();
    let size = |value: f64| match row.relative {
        Some(_) => signed_percent(value / scale),
        None => signed(value, ("", ""), lang),
    };
    let word = match row.paired.verdict {
        Verdict::NoDifferenceSeen => lang.pick("看不出", "unclear"),
        Verdict::SmallerThanMatters => lang.pick("可忽略", "too small"),
        other => word(other, lang),
    };
    let (low, high) = estimate.interval().unzip();
    let between = match (low.map(size), high.map(size)) {
        (Some(low), Some(high)) if low != high => format!("{low}{}{high}", lang.pick("～", " to ")),
        _ => String::new(),
    };
    (format!("{} {word}", size(estimate.mean)), between)
}

fn signed_percent(share: f64) -> String {
    let sign = if share < 0.0 {
        "-"
    } else if share > 0.0 {
        "+"
    } else {
        ""
    };
    format!("{sign}{}", percent(share.abs()))
}

/// The terms of the heads, each once.
fn explain(report: &ComparisonReport<'_>, has_score: bool, out: &mut Layout) {
    let lang = report.lang;
    let label = lang.pick("名词", "Terms");
    let normal = terms::back_to_normal(lang);
    out.item(
        label,
        &lang.choose(
            format!("恢复正常：最后一类窗口恢复正常的日期，中位数；一类窗口恢复正常＝{normal}"),
            format!("normal: median day on which the last class of desks is back to normal: {normal}"),
        ),
    );
    let score = match has_score {
        true => lang.choose(
            format!("总分：{}，越低越好；", weights(report)),
            format!("score: {}, less is better; ", weights(report)),
        ),
        false => String::new(),
    };
    let (days, late, hours) = (terms::yuan_days(lang), terms::overrun(lang), terms::window_hours(lang));
    out.item("", &lang.choose(
        format!("{score}占用：{days}；超时：{late}；加开窗时：{hours}；除中位数外均为平均，数下小字为 95% 区间"),
        format!("{score}yuan-days: {days}; overrun: {late}; extra hours: {hours}. Means but for the median, under them 95% intervals"),
    ));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::numbers::width;
    use crate::report::testing::Compared;

    #[test]
    fn heads_and_columns_fit_the_screen() {
        for lang in [Lang::Zh, Lang::En] {
            for has_score in [false, true] {
                let (heads, widths) = (heads(lang, has_score), widths(lang, has_score));
                assert_eq!(heads.len(), widths.len());
                assert!(widths.iter().sum::<usize>() <= 100, "{widths:?}");
                assert!(heads.iter().zip(&widths).all(|(head, most)| width(head) < *most + 1), "{heads:?}");
            }
        }
    }

    /// The screen with so many lines of other things above the table.
    fn drawn(compared: &Compared, others: usize) -> String {
        let mut out = Layout::new(8);
        (0..others).for_each(|_| out.line("other"));
        grid(&compared.report(Lang::Zh), &mut out);
        out.finish().text()
    }

    #[test]
    fn every_number_has_its_interval_below_it_while_there_is_room() {
        let compared = Compared::new(3, 30);
        let whole = drawn(&compared, 0);
        assert!(whole.contains("3.1") && whole.matches('～').count() >= 3 * 3, "{whole}");
        let less = drawn(&compared, 30);
        assert!(!less.contains('～') && !less.contains("choice.csv"), "{less}");
    }

    #[test]
    fn baseline_and_best_are_there_however_little_room_there_is() {
        let mut compared = Compared::new(12, 30);
        let choice = compared.comparison.choice.as_mut().unwrap();
        (choice.chosen, choice.leader) = (None, Some(10));
        let names =
            [0, 10].map(|schedule| compared.report(Lang::Zh).name(schedule).chars().take(6).collect::<String>());
        let least = drawn(&compared, 30);
        assert!(names.iter().all(|name| least.contains(name.as_str())), "{names:?}\n{least}");
        assert!(least.contains("choice.csv") && least.lines().count() <= 40, "{least}");
    }

    #[test]
    fn intervals_of_dates_are_short() {
        assert_eq!(dates("12月20日", "12月22日", Lang::Zh), "12月20～22日");
        assert_eq!(dates("12月31日", "1月4日", Lang::Zh), "12月31日～1月4日");
        assert_eq!(dates("12月31日", "期内未", Lang::Zh), "12月31日～期内未");
        assert_eq!(
            (dates("20 Dec", "22 Dec", Lang::En), dates("31 Dec", "4 Jan", Lang::En)),
            ("20–22 Dec".into(), "31 Dec – 4 Jan".into())
        );
        assert_eq!(
            (signed_percent(0.0), signed_percent(-0.12), signed_percent(0.3)),
            ("0%".into(), "-12%".into(), "+30%".into())
        );
    }

    #[test]
    fn a_sum_of_several_weights_has_its_own_column() {
        let mut compared = Compared::new(2, 30);
        for candidate in &mut compared.candidates {
            candidate.objective.weights[0].weight = 2.0;
        }
        let text = drawn(&compared, 0);
        assert!(text.contains("总分") && text.contains("6.2"), "{text}");
        assert!(text.contains("垫付占用×2"), "{text}");
    }
}
