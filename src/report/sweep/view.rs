//! The document of a sweep.

use crate::experiment::grid::{Axis, Level, LevelValue};
use crate::measures::Kind;
use crate::units::Lang;

use super::super::document::{Cell, Document, Edition, Explorer, GraphKind, Plate, Series, Sheet, Style, drafted};
use super::super::model::{Experiment, chapters};
use super::super::numbers::date_of_day;
use super::super::table::unit_zh;
use super::super::view::assumptions_of;
use super::screen::{screen, shown};
use super::words::{condition, finding, level_name, year};
use super::{SweepReport, figures, names};

/// Most lines of a chart.
const LINES_MOST: usize = 8;

/// The document of a sweep.
pub(super) fn document(report: &SweepReport<'_>) -> Document {
    let edition = |lang: Lang| edition(&report.in_lang(lang));
    drafted("sweep", report.lang, [edition(Lang::Zh), edition(Lang::En)], Explorer::default())
        .colored(report.loaded.layer.chart_colors.as_ref())
}

fn edition(report: &SweepReport<'_>) -> Edition {
    let (lang, scenario) = (report.lang, report.first());
    let (city, schedule) = (&scenario.city_name, &scenario.schedule_name);
    let keys: Vec<String> = report.grid.axes.iter().map(|axis| names::axis(report.loaded, axis, lang)).collect();
    let keys = keys.join(" × ");
    let (points, n) = (report.points.len(), report.sweep.replications());
    let experiment = Experiment {
        replications: n,
        seed: report.sweep.seed,
        left_out: false,
        aim: lang.choose(
            format!("本次实验：{keys} 取 {points} 组值，各用同一批参保人模拟 {n} 次。"),
            format!("This experiment: {points} values of {keys}, {n} simulated courses each on the same people."),
        ),
    };
    Edition {
        title: lang.choose(
            format!("{} · {}：{keys} 变动的影响", city.zh, schedule.zh),
            format!("{}, {}: what {keys} changes", city.en, schedule.en),
        ),
        screen: screen(report),
        plates: plates(report),
        sheets: [Some(points_of(report)), thresholds(report)].into_iter().flatten().collect(),
        assumptions: assumptions_of(report.loaded, scenario, &[], lang),
        model: chapters(report.loaded, scenario, &experiment, lang),
    }
}

fn plates(report: &SweepReport<'_>) -> Vec<Plate> {
    let lang = report.lang;
    let has_condition = !report.points[0].thresholds.is_empty();
    let reading = if report.grid.axes.len() > 1 && has_condition {
        lang.pick(
            "每一格是两个参数取这一组值时的结果，颜色越深数越大；橙框是最低的格，条件图里的红线是满足与不满足的分界。",
            "A cell is the result at a pair of values, the darker the larger; framed: the lowest; in maps of a condition the red line parts the cells that keep it from those that do not.",
        )
    } else if report.grid.axes.len() > 1 {
        lang.pick(
            "每一格是两个参数取这一组值时的结果，颜色越深数越大；橙框是最低的格。",
            "A cell is the result at a pair of values, the darker the larger; framed: the lowest.",
        )
    } else {
        lang.pick(
            "横轴是参数的取值；线是平均，深色带是平均的 95% 区间，浅色带里有 90% 的模拟结果。",
            "Across: values of the parameter; the line is the mean, the dark band its 95% interval, the light band holds 90% of the courses.",
        )
    };
    figures::figures(report).into_iter().map(|(name, figure)| Plate::new(&name, figure, reading)).collect()
}

/// A row a point: its values and every reading with its interval.
fn points_of(report: &SweepReport<'_>) -> Sheet {
    let lang = report.lang;
    let mut heads: Vec<(String, String)> =
        report.grid.axes.iter().map(|axis| (names::axis(report.loaded, axis, lang), String::new())).collect();
    let readings = &report.points[0].readings;
    for one in readings {
        let name = names::reading(report.first(), one, lang);
        let unit = match one.measure.kind {
            Kind::Number => lang.pick(unit_zh(one.measure.unit), one.measure.unit).to_owned(),
            Kind::Event | Kind::Censored => String::new(),
        };
        let (low, high) = (lang.pick("区间：下", "interval: from"), lang.pick("区间：上", "interval: to"));
        heads.push((name.clone(), unit.clone()));
        heads.extend(
            [low, high].map(|end| (lang.choose(format!("{name}，{end}"), format!("{name}, {end}")), unit.clone())),
        );
    }
    let heads: Vec<(&str, &str)> = heads.iter().map(|(name, unit)| (name.as_str(), unit.as_str())).collect();
    let title = lang.pick("各取值的结果", "Results at every value");
    let note = lang.pick(
        "平均与 95% 区间；日期是平均日期，最多计到模拟期末。",
        "Means with 95% intervals; days are mean days, counted to the end of the simulation at most.",
    );
    let mut sheet = Sheet::new("points", title, &heads).noted(note);
    for (point, one) in report.points.iter().enumerate() {
        let levels = report.grid.levels(point);
        let mut cells: Vec<Cell> =
            report.grid.axes.iter().zip(levels).map(|(axis, level)| value(report, axis, level)).collect();
        for (reading, of) in readings.iter().enumerate() {
            let found = shown(report, reading, point);
            let is_day = of.measure.kind == Kind::Censored;
            let style = if of.measure.kind == Kind::Event { Style::Share } else { Style::of_unit(of.measure.unit) };
            let cell = |value: Option<f64>| match value {
                Some(day) if is_day => Cell::Date(date_of_day(&one.scenario.clock, day).to_string()),
                other => Cell::number(other, style),
            };
            let (low, high) = found.interval.unzip();
            cells.extend([cell(found.value), cell(low), cell(high)]);
        }
        sheet.push(cells);
    }
    draw(report, &mut sheet);
    sheet
}

/// A value of a key: a number where it is one.
fn value(report: &SweepReport<'_>, axis: &Axis, level: usize) -> Cell {
    let number = |level: &Level| if let LevelValue::Number(value) = level.value { Some(value) } else { None };
    match number(&axis.levels[level]) {
        Some(value) => Cell::number(Some(value), Style::showing(axis.levels.iter().filter_map(number))),
        None => Cell::text(names::level(&axis.levels[level], year(report), report.lang)),
    }
}

/// A chart a reading: with one key its mean and interval, with two a line a value of the first over the second.
fn draw(report: &SweepReport<'_>, sheet: &mut Sheet) {
    let (lang, axes) = (report.lang, report.grid.axes.len());
    let (mean, low, high) = (
        lang.pick("平均", "mean"),
        lang.pick("95% 区间：下", "95% interval: from"),
        lang.pick("95% 区间：上", "95% interval: to"),
    );
    for reading in 0..report.readings() {
        let column = axes + 3 * reading;
        let series = match report.grid.axes.as_slice() {
            [first, second] if first.levels.len() <= LINES_MOST => {
                let rows = |level: usize| Some((level * second.levels.len(), second.levels.len()));
                let of = |level| Series { name: level_name(report, first, level), column, rows: rows(level) };
                (0..first.levels.len()).map(of).collect()
            }
            [_] => [mean, low, high]
                .into_iter()
                .zip(column..)
                .map(|(name, column)| Series { name: name.to_owned(), column, rows: None })
                .collect(),
            _ => continue,
        };
        let title = sheet.columns[column].name.clone();
        sheet.draw(GraphKind::Line, (&title, axes - 1), series);
    }
}

/// Where each condition begins or ceases to be kept.
fn thresholds(report: &SweepReport<'_>) -> Option<Sheet> {
    let lang = report.lang;
    let second = report.grid.axes.get(1);
    let columns = [
        (lang.pick("条件", "Condition"), ""),
        (lang.pick("第二个参数", "Second parameter"), ""),
        (lang.pick("结论", "Finding"), ""),
    ];
    let mut sheet = Sheet::new(
        "thresholds",
        lang.pick("从哪个取值起满足条件？", "From which value on is a condition kept?"),
        &columns,
    );
    for (threshold, crossings) in report.points[0].thresholds.iter().zip(&report.crossings) {
        for (row, crossing) in crossings.iter().enumerate() {
            let at = second.map_or_else(String::new, |axis| level_name(report, axis, row));
            let found = finding(report, threshold, crossing);
            sheet.push(vec![Cell::text(condition(report, threshold)), Cell::text(at), Cell::text(found)]);
        }
    }
    (!sheet.rows.is_empty()).then_some(sheet)
}
