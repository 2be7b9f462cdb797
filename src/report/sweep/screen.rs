//! The sweep on one screen: the points with their readings, where thresholds are crossed, precision.

use crate::experiment::reading::Reading;
use crate::measures::Kind;
use crate::units::Lang;

use super::super::layout::{COLUMNS_MOST, Grid, GridRow, Layout, Screen};
use super::super::numbers::{char_width, percent, width};
use super::super::premises::Premises;
use super::super::table::unit_zh;
use super::shown::Shown;
use super::words::{condition, finding, in_few_words, level_name, remarks};
use super::{SweepReport, names};

/// Most columns of the table.
const COLUMNS_OF_TABLE: usize = 6;
/// Most thresholds in the finding on top.
const IN_SHORT_MOST: usize = 2;
/// Most findings of a threshold over the values of the second key.
const FINDINGS_MOST: usize = 4;

/// The summary for the terminal.
pub fn text(report: &SweepReport<'_>) -> String {
    screen(report).text()
}

/// The same, to be shown elsewhere.
pub(super) fn screen(report: &SweepReport<'_>) -> Screen {
    let lang = report.lang;
    let scenario = report.first();
    let mut out = Layout::new(lang.choose(8, 12));
    let city = lang.pick(&scenario.city_name.zh, &scenario.city_name.en);
    let schedule = lang.pick(&scenario.schedule_name.zh, &scenario.schedule_name.en);
    let (points, n) = (report.points.len(), report.sweep.replications());
    out.line(&lang.choose(
        format!("{city} · {schedule}：{points} 个取值点，同一批参保人，每点模拟 {n} 次"),
        format!("{city}, {schedule}: {points} points on the same people, {n} simulated courses each"),
    ));
    out.rule();
    in_short(report, &mut out);
    match report.grid.axes.as_slice() {
        [_, _] => matrix(report, &mut out),
        _ => list(report, &mut out),
    }
    out.line("");
    lowest(report, &mut out);
    thresholds(report, &mut out);
    precision(report, &mut out);
    out.item(lang.pick("假设", "Assumptions"), &Premises::before(report.loaded, scenario).text(lang));
    let shows_normal = report.points[0].readings.iter().any(|one| one.measure.key == "back-to-normal");
    for remark in remarks(report, shows_normal) {
        out.item(lang.pick("说明", "Note"), &remark);
    }
    if report.points[0].readings.iter().any(|one| one.measure.kind == Kind::Censored) {
        let (zh, en) = (
            "日期是各次模拟的平均，最多计到模拟期末（run 和 compare 用中位数）",
            "days are means over the courses, counted to the end of the simulation at most (run and compare tell medians)",
        );
        out.item(lang.pick("说明", "Note"), lang.pick(zh, en));
    }
    out.finish()
}

/// From where on what is asked for is kept, and where the first reading is least and most.
fn in_short(report: &SweepReport<'_>, out: &mut Layout) {
    let lang = report.lang;
    let mut parts = Vec::new();
    for (threshold, crossings) in report.points[0].thresholds.iter().zip(&report.crossings).take(IN_SHORT_MOST) {
        let Some(axis) = report.grid.axes.first() else { continue };
        let found = runs(crossings.iter().map(|crossing| in_few_words(report, axis, crossing)));
        let told = match (found.as_slice(), report.grid.axes.get(1)) {
            ([(_, _, one)], _) => one.clone(),
            (_, Some(second)) => {
                let name = names::axis(report.loaded, second, lang);
                lang.choose(format!("因{name}而异，见下"), format!("depends on {name}, see below"))
            }
            _ => continue,
        };
        parts.push(condition(report, threshold) + lang.pick("：", ": ") + &told);
    }
    let reading = &report.points[0].readings[0];
    let at = |point: usize| {
        let levels = report.grid.axes.iter().zip(report.grid.levels(point));
        levels.map(|(axis, level)| level_name(report, axis, level)).collect::<Vec<_>>().join(" × ")
    };
    let value = |point: &usize| shown(report, 0, *point).value.unwrap_or(f64::NEG_INFINITY);
    let most = (0..report.points.len()).rev().max_by(|one, other| value(one).total_cmp(&value(other)));
    let name = head(report, reading);
    match (least(report, 0).first(), most) {
        (Some(&low), Some(high)) => {
            let [small, large] = [low, high].map(|point| cell(report, 0, point));
            parts.push(lang.choose(
                format!("{name}：{} 时最低（{small}），{} 时最高（{large}）", at(low), at(high)),
                format!("{name}: least at {} ({small}), most at {} ({large})", at(low), at(high)),
            ));
        }
        _ => {
            let same = cell(report, 0, 0);
            parts.push(lang.choose(format!("{name}：各取值都是 {same}"), format!("{name}: {same} at all values")));
        }
    }
    out.item(lang.pick("结论", "In short"), &parts.join(lang.pick("；", "; ")));
}

/// What a point shows in a reading.
pub(super) fn shown(report: &SweepReport<'_>, reading: usize, point: usize) -> Shown {
    let one = &report.points[point];
    Shown::of(one.readings[reading].measure.kind, &report.rows[reading][point], &one.scenario.clock)
}

fn cell(report: &SweepReport<'_>, reading: usize, point: usize) -> String {
    let one = &report.points[point];
    shown(report, reading, point).cell(&one.readings[reading].measure, &one.scenario.clock, report.lang)
}

/// At most so many of the places up to a count, evenly, the first and the last among them.
fn thinned(count: usize, most: usize) -> Vec<usize> {
    if count <= most {
        return (0..count).collect();
    }
    let mut places: Vec<usize> = (0..most).map(|index| index * (count - 1) / (most - 1).max(1)).collect();
    places.dedup();
    places
}

fn hidden(report: &SweepReport<'_>, hidden: usize, out: &mut Layout) {
    if hidden > 0 {
        out.line(&more(report.lang).replace("{}", &hidden.to_string()));
    }
}

/// What is said of points there is no room for.
fn more(lang: Lang) -> String {
    lang.pick("……另有 {} 个，见 sweep.csv", "… {} more in sweep.csv").to_owned()
}

/// One key: a row a value, a column a reading.
fn list(report: &SweepReport<'_>, out: &mut Layout) {
    let lang = report.lang;
    let Some(axis) = report.grid.axes.first() else { return };
    let readings = &report.points[0].readings;
    let rows = 0..axis.levels.len();
    let left = rows.clone().map(|level| width(&level_name(report, axis, level))).max().unwrap_or(0);
    let left = (left + 2).clamp(14, 34);
    let texts: Vec<String> = readings.iter().map(|reading| head(report, reading)).collect();
    let shown = columns_for(&texts, COLUMNS_MOST - left);
    let each = ((COLUMNS_MOST - left) / shown.max(1)).min(24);
    let widths: Vec<usize> = std::iter::once(left).chain(std::iter::repeat_n(each, shown)).collect();
    out.line(&format!("{}{}", names::axis(report.loaded, axis, lang), key_in_brackets(report, &axis.key)));
    let row = |level: usize| {
        let cells = (0..shown).map(|reading| cell(report, reading, level));
        GridRow::new(std::iter::once(level_name(report, axis, level)).chain(cells))
    };
    let heads = std::iter::once(String::new()).chain(texts.iter().take(shown).cloned());
    out.grid(Grid {
        heads: heads.collect(),
        widths,
        rows: rows.map(row).collect(),
        is_ordered: true,
        more: more(lang),
    });
    if shown < texts.len() {
        let more = texts.len() - shown;
        out.line(
            &lang.choose(format!("……另有 {more} 项指标，见 sweep.csv"), format!("… {more} more measures in sweep.csv")),
        );
    }
}

/// How many columns so wide a table has: as many as there is room for without breaking a word of a head, at
/// least one.
fn columns_for(heads: &[String], room: usize) -> usize {
    let longest = |count: usize| {
        let words = heads.iter().take(count).flat_map(|head| head.split(' '));
        // Chinese breaks anywhere.
        words.filter(|word| word.is_ascii() || !word.chars().any(|letter| char_width(letter) == 2)).map(width).max()
    };
    let fits = |count: &usize| longest(*count).unwrap_or(0) + 2 <= room / count && room / count >= 9;
    (1..=heads.len().min(COLUMNS_OF_TABLE)).rev().find(fits).unwrap_or(1)
}

/// Name and unit of a reading.
fn head(report: &SweepReport<'_>, reading: &Reading) -> String {
    let lang = report.lang;
    let name = names::reading(report.first(), reading, lang);
    let unit = lang.pick(unit_zh(reading.measure.unit), reading.measure.unit);
    if reading.measure.kind == Kind::Number {
        lang.choose(format!("{name}，{unit}"), format!("{name}, {unit}"))
    } else {
        name
    }
}

fn key_in_brackets(report: &SweepReport<'_>, key: &str) -> String {
    report.lang.choose(format!("（{key}）"), format!(" ({key})"))
}

/// Two keys: the first reading as a table, the first key across and the second down, as in the heat map.
fn matrix(report: &SweepReport<'_>, out: &mut Layout) {
    let lang = report.lang;
    let [across, down] = report.grid.axes.as_slice() else { return };
    let (rows, columns) = (0..down.levels.len(), thinned(across.levels.len(), COLUMNS_OF_TABLE));
    let reading = &report.points[0].readings[0];
    out.line(&head(report, reading));
    let (one, other) = (names::axis(report.loaded, down, lang), names::axis(report.loaded, across, lang));
    out.line(&lang.choose(format!("行：{one}；列：{other}"), format!("rows: {one}; columns: {other}")));
    let left = rows.clone().map(|level| width(&level_name(report, down, level))).max().unwrap_or(0);
    let left = (left + 2).clamp(8, 28);
    let each = ((COLUMNS_MOST - left) / columns.len().max(1)).min(20);
    let widths: Vec<usize> = std::iter::once(left).chain(std::iter::repeat_n(each, columns.len())).collect();
    let heads = columns.iter().map(|&level| level_name(report, across, level));
    let heads = std::iter::once(String::new()).chain(heads).collect();
    let row = |row: usize| {
        let cells = columns.iter().map(|&column| cell(report, 0, report.grid.point(&[column, row])));
        GridRow::new(std::iter::once(level_name(report, down, row)).chain(cells))
    };
    let hidden_points = down.levels.len() * (across.levels.len() - columns.len());
    out.grid(Grid { heads, widths, rows: rows.map(row).collect(), is_ordered: true, more: more(lang) });
    hidden(report, hidden_points, out);
}

/// The points with the least value of a reading; none where all are the same.
pub(super) fn least(report: &SweepReport<'_>, reading: usize) -> Vec<usize> {
    let values: Vec<Option<f64>> = (0..report.points.len()).map(|point| shown(report, reading, point).value).collect();
    let all = values.iter().flatten();
    let (Some(low), Some(high)) = (all.clone().copied().reduce(f64::min), all.copied().reduce(f64::max)) else {
        return Vec::new();
    };
    if low == high {
        return Vec::new();
    }
    (0..values.len()).filter(|&point| values[point] == Some(low)).collect()
}

/// Where each reading is least.
fn lowest(report: &SweepReport<'_>, out: &mut Layout) {
    let lang = report.lang;
    let mut parts = Vec::new();
    for (reading, one) in report.points[0].readings.iter().enumerate() {
        let points = least(report, reading);
        let Some(&point) = points.first() else { continue };
        let levels = report.grid.levels(point);
        let values: Vec<String> =
            report.grid.axes.iter().zip(levels).map(|(axis, level)| level_name(report, axis, level)).collect();
        let more = match points.len() {
            1 => String::new(),
            count => lang.choose(format!(" 等 {count} 点"), format!(" and {} more", count - 1)),
        };
        let name = match one.own_group_name() {
            Some(_) => one.measure.name(lang).to_owned(),
            None => names::reading(report.first(), one, lang),
        };
        let (at, value) = (values.join(" × "), cell(report, reading, point));
        parts.push(lang.choose(format!("{name} {value}（{at}{more}）"), format!("{name} {value} ({at}{more})")));
    }
    if !parts.is_empty() {
        out.item(lang.pick("最低", "Lowest"), &parts.join(lang.pick("；", "; ")));
    }
}

fn thresholds(report: &SweepReport<'_>, out: &mut Layout) {
    let lang = report.lang;
    let label = lang.pick("阈值", "Threshold");
    for (threshold, crossings) in report.points[0].thresholds.iter().zip(&report.crossings) {
        let asked = condition(report, threshold);
        match (report.grid.axes.get(1), crossings.as_slice()) {
            (None, [one]) => {
                out.item(
                    label,
                    &lang.choose(
                        format!("{asked}：{}", finding(report, threshold, one)),
                        format!("{asked}: {}", finding(report, threshold, one)),
                    ),
                );
            }
            (Some(second), all) => {
                out.item(label, &lang.choose(format!("{asked}："), format!("{asked}:")));
                let found = runs(all.iter().map(|crossing| finding(report, threshold, crossing)));
                for (first, last, text) in found.iter().take(FINDINGS_MOST) {
                    let at = |row: usize| level_name(report, second, row);
                    let at = match first == last {
                        true => at(*first),
                        false => lang.choose(
                            format!("{} 至 {}", at(*first), at(*last)),
                            format!("{} to {}", at(*first), at(*last)),
                        ),
                    };
                    out.item("", &lang.choose(format!("{at}：{text}"), format!("{at}: {text}")));
                }
                hidden(report, found.len().saturating_sub(FINDINGS_MOST), out);
            }
            _ => {}
        }
    }
}

/// Neighbours that say the same: first and last place, and what they say.
fn runs(texts: impl Iterator<Item = String>) -> Vec<(usize, usize, String)> {
    let mut runs: Vec<(usize, usize, String)> = Vec::new();
    for (place, text) in texts.enumerate() {
        match runs.last_mut() {
            Some((_, last, same)) if *same == text => *last = place,
            _ => runs.push((place, place, text)),
        }
    }
    runs
}

/// How well the first reading is known at the worst point: half an interval, of a number as a share of the largest
/// mean, of a day in days.
pub(super) fn worst(report: &SweepReport<'_>) -> Option<f64> {
    let reading = &report.points[0].readings[0];
    let values = || (0..report.points.len()).filter_map(|point| shown(report, 0, point).value);
    // Where the mean is next to nothing at some points, a share of it would say nothing.
    let largest = match reading.measure.kind {
        Kind::Number => values().map(f64::abs).fold(0.0, f64::max),
        Kind::Event | Kind::Censored => 1.0,
    };
    let half = |point: usize| shown(report, 0, point).interval.map(|(low, high)| 0.5 * (high - low) / largest);
    (0..report.points.len()).filter_map(half).filter(|half| half.is_finite()).reduce(f64::max)
}

fn precision(report: &SweepReport<'_>, out: &mut Layout) {
    let (lang, reading) = (report.lang, &report.points[0].readings[0]);
    let Some(worst) = worst(report) else { return };
    let name = reading.measure.name(lang);
    let told = match reading.measure.kind {
        Kind::Number => {
            let share = percent(worst);
            lang.choose(format!("最大均值的 {share}"), format!("{share} of the largest mean"))
        }
        Kind::Event => lang
            .choose(format!("{:.0} 个百分点", worst * 100.0), format!("{:.0} points of a percentage", worst * 100.0)),
        Kind::Censored => lang.choose(format!("{worst:.1} 天"), format!("{worst:.1} days")),
    };
    out.item(lang.pick("精度", "Precision"), &lang.choose(
        format!("{name}的均值精确到 ±{told}（最差的点，95% 区间）；各点用同一批参保人，点与点之差更精确"),
        format!("mean {name} is known to ±{told} (worst point, 95% interval); all points meet the same people, so differences between points are known better"),
    ));
}

#[cfg(test)]
mod tests {
    use super::super::super::layout::wrap;
    use super::*;

    #[test]
    fn heads_are_broken_at_spaces_or_there_are_fewer_columns() {
        let heads = vec!["prepayment outstanding over time, yuan·days".to_owned(); 6];
        for room in [86, 66, 50] {
            let shown = columns_for(&heads, room);
            let lines = wrap(&heads[0], room / shown - 2);
            let words: Vec<&str> = heads[0].split(' ').collect();
            assert!(lines.iter().flat_map(|line| line.split(' ')).all(|word| words.contains(&word)), "{lines:?}");
        }
        assert_eq!(columns_for(&vec!["垫付资金占用，元·天".to_owned(); 6], 80), 6);
        assert_eq!(columns_for(&heads, 5), 1);
    }

    #[test]
    fn thinned_places_keep_both_ends() {
        assert_eq!(thinned(3, 5), [0, 1, 2]);
        assert_eq!(thinned(9, 3), [0, 4, 8]);
        assert_eq!(thinned(400, 20).len(), 20);
        assert_eq!(thinned(400, 20).last(), Some(&399));
        assert!(thinned(0, 5).is_empty());
    }
}
