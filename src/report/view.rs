//! The document of a run, and the parts that documents of several schedules share.

use crate::measures::{Group, Kind};
use crate::scenario::layer::Loaded;
use crate::scenario::world::Scenario;
use crate::units::Lang;

use super::Report;
use super::assumptions::{self, central};
use super::daily::DailySeries;
use super::document::{Cell, Document, Edition, ExploredSeries, Explorer, GraphKind, Sheet, Style, drafted, rounded};
use super::facts::{ENDINGS, Facts};
use super::figures;
use super::labels::label;
use super::model::{self, Experiment};
use super::numbers::date_of_day;
use super::parquet::group_name;
use super::summary;
use super::table::{MEDIAN, UPPER, unit_zh};
use super::terms;
use super::weights::by_weight;

/// Most desk classes in the table of days.
const CLASSES_MOST: usize = 8;

/// The document of a run.
pub fn document(report: &Report<'_>, daily: &[DailySeries]) -> Document {
    let edition = |lang: Lang| {
        let report = Report { lang, ..report.clone() };
        let (city, schedule) = (&report.scenario.city_name, &report.scenario.schedule_name);
        Edition {
            title: format!("{} · {}", lang.pick(&city.zh, &city.en), lang.pick(&schedule.zh, &schedule.en)),
            screen: summary::screen(&report),
            plates: figures::plates(&report, daily),
            sheets: sheets(&report, daily),
            assumptions: assumed(&report),
            model: model::chapters(report.loaded, report.scenario, &experiment(&report), lang),
        }
    };
    drafted("run", report.lang, [edition(Lang::Zh), edition(Lang::En)], explorer(&[(report, daily)], vec![0]))
        .colored(report.loaded.layer.chart_colors.as_ref())
}

fn experiment(report: &Report<'_>) -> Experiment {
    let name = report.lang.pick(&report.scenario.schedule_name.zh, &report.scenario.schedule_name.en);
    Experiment {
        replications: report.results.samples.len(),
        seed: report.results.seed,
        left_out: false,
        aim: report.lang.choose(
            format!("本次实验：按“{name}”模拟停机前后，与无切换的常态对照。"),
            format!("This experiment: the time before and after the stops of \"{name}\", against the course without a cutover."),
        ),
    }
}

fn sheets(report: &Report<'_>, daily: &[DailySeries]) -> Vec<Sheet> {
    let facts = Facts::of(report);
    vec![
        people(report, &facts),
        money(report, &facts),
        desks(report, &facts),
        days(report, &facts, daily),
        measures(report),
    ]
}

/// Groups that tables of people list: everybody, care types, schemes.
fn groups(report: &Report<'_>) -> Vec<Group> {
    let scenario = report.scenario;
    let care = (0..scenario.care.len()).map(Group::Care);
    std::iter::once(Group::All).chain(care).chain((0..scenario.schemes.len()).map(Group::Scheme)).collect()
}

/// A table with a row a group and the means of measures, and a chart of one of its columns for the care types and
/// one for the schemes: each of these adds up to everybody, so that bars of both would mislead.
fn by_group(report: &Report<'_>, facts: &Facts, mut sheet: Sheet, keys: &[(&str, Style)], drawn: usize) -> Sheet {
    let lang = report.lang;
    let (mut care, mut schemes) = (sheet.series(drawn), sheet.series(drawn));
    for group in groups(report) {
        let means: Vec<Option<f64>> = keys.iter().map(|(key, _)| facts.row(report, key, group).mean.value).collect();
        if means.iter().flatten().all(|mean| *mean == 0.0) {
            continue;
        }
        let part = match group {
            Group::Care(_) => Some(&mut care),
            Group::Scheme(_) => Some(&mut schemes),
            _ => None,
        };
        if let Some(series) = part {
            let (first, count) = series.rows.unwrap_or((sheet.rows.len(), 0));
            series.rows = Some((first, count + 1));
        }
        let mut cells = vec![Cell::text(group_name(report.scenario, group, lang))];
        cells.extend(means.into_iter().zip(keys).map(|(mean, (_, style))| Cell::number(mean, *style)));
        sheet.push(cells);
    }
    for (series, zh, en) in [(care, "按类别", "by care type"), (schemes, "按险种", "by scheme")] {
        if series.rows.is_some() {
            let title = lang.choose(format!("{}，{zh}", series.name), format!("{}, {en}", series.name));
            sheet.draw(GraphKind::Bar, (&title, 0), vec![series]);
        }
    }
    sheet
}

fn people(report: &Report<'_>, facts: &Facts) -> Sheet {
    let lang = report.lang;
    let unit = lang.pick("人次", "visits");
    let mut columns = vec![(lang.pick("人群", "Who"), ""), (lang.pick("受影响", "Affected"), unit)];
    columns.extend(ENDINGS.iter().map(|(_, zh, en)| (lang.pick(zh, en), unit)));
    let title = lang.pick("多少人受影响，怎样受影响？", "How many are affected, and how?");
    let sheet = Sheet::new("people", title, &columns).noted(means_of(report));
    let mut keys = vec![("affected", Style::Whole)];
    keys.extend(ENDINGS.iter().map(|(key, ..)| (*key, Style::Whole)));
    by_group(report, facts, sheet, &keys, 1)
}

fn means_of(report: &Report<'_>) -> &'static str {
    report.lang.pick(
        "各次模拟的平均。全额垫付：当场付清全部费用的人次，其中有些本来就应全部自付；垫付：只算本应由统筹基金或个人账户支付的部分。各类别与各险种各自加总为“全部”，不可再相加。",
        "Means over the simulated courses. Paid in full: visits whose whole bill was paid at once, some of which are all own cash anyway; prepayment: only what the fund or the account owes. Care types add up to \"all\", and so do schemes: do not add both.",
    )
}

fn money(report: &Report<'_>, facts: &Facts) -> Sheet {
    let lang = report.lang;
    let keys = [
        ("self-pay", Style::Whole),
        ("prepayment", Style::Whole),
        ("prepayment-per-head", Style::Whole),
        ("people-prepaying", Style::Whole),
        ("prepayment-income-share", Style::Share),
        ("hardship-10", Style::Whole),
        ("hardship-40", Style::Whole),
        ("refunded", Style::Whole),
        ("lost", Style::Whole),
        ("outstanding", Style::Whole),
    ];
    let all = &report.results.catalogue.measures;
    let find = |key: &str| all.iter().find(|measure| measure.key == key);
    let mut columns = vec![(lang.pick("人群", "Who"), "")];
    columns.extend(keys.iter().filter_map(|(key, style)| {
        let measure = find(key)?;
        // Shares are written as per cent, which is their unit.
        let unit = if *style == Style::Share { "" } else { lang.pick(unit_zh(measure.unit), measure.unit) };
        Some((measure.name(lang), unit))
    }));
    let title = lang.pick("患者自己先付多少，能拿回多少？", "What do patients pay first, and what do they get back?");
    let sheet = Sheet::new("money", title, &columns).noted(means_of(report));
    by_group(report, facts, sheet, &keys, 2)
}

fn desks(report: &Report<'_>, facts: &Facts) -> Sheet {
    let lang = report.lang;
    let (claims, minutes) = (lang.pick("件", "claims"), lang.pick("分钟", "minutes"));
    let columns = [
        (lang.pick("窗口", "Desks"), ""),
        (lang.pick("停机件", "Claims"), claims),
        (lang.pick("排队：平均", "Wait: mean"), minutes),
        (lang.pick("排队：95% 不超过", "Wait: 95% within"), minutes),
        (lang.pick("积压峰值", "Peak backlog"), claims),
        (lang.pick("恢复正常：中位日期", "Back to normal: median"), ""),
        (lang.pick("恢复正常：95% 不晚于", "Back to normal: 95% by"), ""),
        (lang.pick("模拟期内恢复正常的概率", "Back to normal within the days simulated"), ""),
    ];
    let title =
        lang.pick("窗口要排多久，何时恢复正常？", "How long are the queues, and when are desks back to normal?");
    let normal = terms::back_to_normal(lang);
    let note = lang.choose(
        format!("恢复正常＝{normal}。日期为空表示没有人排队，或模拟期内没有恢复。"),
        format!("Back to normal: {normal}. No date: nobody queues, or not within the days simulated."),
    );
    let mut sheet =
        Sheet::new("desks", title, &columns).noted(&note).drawn(GraphKind::Bar, 0, 3).drawn(GraphKind::Bar, 0, 4);
    let date = |day: Option<f64>| {
        let text = day.filter(|day| *day >= 1.0).map(|day| date_of_day(&report.scenario.clock, day).to_string());
        text.map_or(Cell::Empty, Cell::Date)
    };
    for desk in &facts.desks {
        sheet.push(vec![
            Cell::text(group_name(report.scenario, Group::Desk(desk.class), lang)),
            Cell::number(desk.claims.value, Style::Whole),
            Cell::number(desk.wait_mean.value, Style::Tenth),
            Cell::number(desk.wait_95.value, Style::Tenth),
            Cell::number(desk.backlog_peak.value, Style::Whole),
            date(desk.normal_median.value),
            date(desk.normal_95),
            Cell::number(desk.normal_by_horizon.value, Style::Share),
        ]);
    }
    sheet
}

/// A row a day: what patients pay, and what is open at each class of desks.
fn days(report: &Report<'_>, facts: &Facts, daily: &[DailySeries]) -> Sheet {
    let lang = report.lang;
    let catalogue = &report.results.catalogue;
    let series = |key: &str, group: Group| daily.get(catalogue.find_series(key, group, false)?);
    let mut columns: Vec<(String, &str, &[f64])> = Vec::new();
    if let Some(pay) = series("self-pay", Group::All) {
        let name = |zh: &str, en: &str| lang.pick(zh, en).to_owned();
        let yuan = lang.pick("元", "yuan");
        columns.push((name("患者先付（中位）", "Self-pay, median"), yuan, &pay.quantiles[MEDIAN]));
        columns.push((name("患者先付（95% 分位）", "Self-pay, 95% quantile"), yuan, &pay.quantiles[UPPER]));
    }
    for desk in facts.desks.iter().take(CLASSES_MOST) {
        let Some(backlog) = series("backlog", Group::Desk(desk.class)) else { continue };
        let name = group_name(report.scenario, Group::Desk(desk.class), lang);
        let name = lang.choose(format!("{name}未办结（中位）"), format!("{name}, open claims, median"));
        columns.push((name, lang.pick("件", "claims"), &backlog.quantiles[MEDIAN]));
    }
    let heads: Vec<(&str, &str)> = std::iter::once((lang.pick("日期", "Date"), ""))
        .chain(columns.iter().map(|(name, unit, _)| (name.as_str(), *unit)))
        .collect();
    let title = lang.pick("每天怎样？", "What happens day by day?");
    let mut sheet = Sheet::new("days", title, &heads);
    let (open, paid): (Vec<usize>, Vec<usize>) =
        (1..heads.len()).partition(|&column| heads[column].1 != lang.pick("元", "yuan"));
    for (columns, zh, en) in [(open, "未办结件", "Open claims"), (paid, "患者先付", "Self-pay of patients")] {
        let series = columns.into_iter().map(|column| sheet.series(column)).collect();
        sheet.draw(GraphKind::Line, (lang.pick(zh, en), 0), series);
    }
    for day in 0..report.scenario.clock.days() {
        let mut cells = vec![Cell::Date(report.scenario.clock.date(day).to_string())];
        let value = |values: &[f64]| values.get(day as usize).copied();
        cells.extend(columns.iter().map(|(.., values)| Cell::number(value(values), Style::Whole)));
        sheet.push(cells);
    }
    sheet
}

/// Every measure of every group, as in `summary.csv`.
pub(super) fn measures(report: &Report<'_>) -> Sheet {
    let lang = report.lang;
    let columns = [
        (lang.pick("指标", "Measure"), ""),
        (lang.pick("人群或窗口", "Group"), ""),
        (lang.pick("单位", "Unit"), ""),
        (lang.pick("平均或概率", "Mean or probability"), ""),
        (lang.pick("95% 区间：下", "95% interval: from"), ""),
        (lang.pick("95% 区间：上", "95% interval: to"), ""),
        (lang.pick("5% 分位", "5% quantile"), ""),
        (lang.pick("中位", "Median"), ""),
        (lang.pick("95% 分位", "95% quantile"), ""),
        (lang.pick("次数", "Courses"), ""),
    ];
    let mut sheet = Sheet::new("measures", lang.pick("全部指标", "All measures"), &columns).noted(lang.pick(
        "日期类指标的平均最多计到模拟期末；中位日期为空表示多半在期末之后。",
        "Days count at most as the end of the simulation in means; a median day that is missing lies mostly after it.",
    ));
    for (measure, row) in report.results.catalogue.measures.iter().zip(&report.rows) {
        let style = Style::of_unit(measure.unit);
        let day = measure.kind == Kind::Censored && measure.unit == "day";
        let cell = |value: Option<f64>| match value {
            Some(value) if day => Cell::Date(date_of_day(&report.scenario.clock, value).to_string()),
            other => Cell::number(other, style),
        };
        let main = match measure.kind {
            Kind::Number => row.mean,
            Kind::Event => row.share,
            Kind::Censored => row.mean_until_horizon,
        };
        if main.value.is_none_or(|value| value == 0.0) && row.quantiles[UPPER].value.is_none_or(|value| value == 0.0) {
            continue;
        }
        sheet.push(vec![
            Cell::text(measure.name(lang)),
            Cell::text(group_name(report.scenario, measure.group, lang)),
            Cell::text(lang.pick(unit_zh(measure.unit), measure.unit)),
            cell(main.value),
            cell(main.low),
            cell(main.high),
            cell(row.quantiles[0].value),
            cell(row.quantiles[MEDIAN].value),
            cell(row.quantiles[UPPER].value),
            Cell::number(Some(row.n as f64), Style::Whole),
        ]);
    }
    sheet
}

/// Every number that nobody has measured, those that much depends on first.
pub(super) fn assumed(report: &Report<'_>) -> Sheet {
    let main: Vec<String> = Facts::of(report).main_assumptions.into_iter().map(|one| one.key).collect();
    assumptions_of(report.loaded, report.scenario, &main, report.lang)
}

/// Every number of a scenario that nobody has measured: those of these keys, then the heaviest first.
pub(super) fn assumptions_of(loaded: &Loaded, scenario: &Scenario, main: &[String], lang: Lang) -> Sheet {
    let columns = [
        (lang.pick("参数", "Parameter"), ""),
        (lang.pick("取值", "Value"), ""),
        (lang.pick("可能范围：下", "Range: from"), ""),
        (lang.pick("可能范围：上", "Range: to"), ""),
        (lang.pick("为什么这样假设", "Why it is assumed"), ""),
        (lang.pick("键", "Key"), ""),
    ];
    let title = lang.pick("哪些数没有实测，依据是什么？", "Which numbers has nobody measured, and why these?");
    let note = lang.pick(
        "影响大的在前：按受其影响的人次、以及取值可能偏离的程度排列。改动一个数看结果如何变：cutover run … --set 键=值。",
        "Those that may change most first: by the visits concerned and how far the value may be off. To see what one does: cutover run … --set KEY=VALUE.",
    );
    let mut sheet = Sheet::new("assumptions", title, &columns).noted(note);
    let mut all = by_weight(assumptions::assumptions(loaded), loaded, scenario);
    all.sort_by_key(|one| main.iter().position(|key| *key == one.key).unwrap_or(usize::MAX));
    let style = |value: f64| match value.abs() {
        size if size.fract() == 0.0 => Style::Whole,
        size if size < 0.1 => Style::Fine,
        _ => Style::Hundredth,
    };
    let number = |value: Option<f64>| value.map_or(Cell::Empty, |value| Cell::number(Some(value), style(value)));
    for one in all {
        let value = central(&one.value).map_or_else(|| Cell::text(one.value.to_string()), |value| number(Some(value)));
        sheet.push(vec![
            Cell::text(label(loaded, &one.key, lang)),
            value,
            number(one.range.map(|range| range[0])),
            number(one.range.map(|range| range[1])),
            Cell::text(one.reason.in_lang(lang)),
            Cell::text(one.key),
        ]);
    }
    sheet
}

/// The daily series of schedules that share a clock; some of them, by position, are shown at first.
pub(super) fn explorer(reports: &[(&Report<'_>, &[DailySeries])], shown: Vec<usize>) -> Explorer {
    let Some((first, _)) = reports.first() else { return Explorer::default() };
    let name = |report: &Report<'_>| {
        let name = &report.scenario.schedule_name;
        [name.zh.clone(), name.en.clone()]
    };
    let mut found = Explorer {
        first_day: first.scenario.clock.date(0).to_string(),
        days: first.scenario.clock.days() as usize,
        schedules: reports.iter().map(|(report, _)| name(report)).collect(),
        shown,
        series: Vec::new(),
    };
    for (schedule, (report, daily)) in reports.iter().enumerate() {
        for (series, values) in report.results.catalogue.series.iter().zip(*daily) {
            let is_nothing = values.quantiles[UPPER].iter().all(|value| *value == 0.0);
            if is_nothing || (series.normal && schedule > 0) {
                continue;
            }
            let (zh, en) = if series.normal {
                (format!("{}（无切换）", series.zh), format!("{}, without a cutover", series.en))
            } else {
                (series.zh.to_owned(), series.en.to_owned())
            };
            let of = |lang| {
                if series.group == Group::All { String::new() } else { group_name(report.scenario, series.group, lang) }
            };
            let round = |values: &[f64]| values.iter().map(|value| rounded(*value)).collect();
            found.series.push(ExploredSeries {
                schedule,
                key: format!("{}{}", if series.normal { "normal-" } else { "" }, series.key),
                name: [zh, en],
                group: [of(Lang::Zh), of(Lang::En)],
                unit: [unit_zh(series.unit).to_owned(), series.unit.to_owned()],
                is_total: series.is_total,
                mean: round(&values.mean),
                q05: round(&values.quantiles[0]),
                median: round(&values.quantiles[MEDIAN]),
                q95: round(&values.quantiles[UPPER]),
            });
        }
    }
    found
}
