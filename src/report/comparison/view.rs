//! The document of a comparison.

use crate::scenario::plausible::World;
use crate::units::Lang;

use super::super::daily::DailySeries;
use super::super::document::{Cell, Document, Edition, GraphKind, Plate, Series, Sheet, Style, drafted};
use super::super::model::{Experiment, chapters};
use super::super::numbers::date_of_day;
use super::super::parquet::group_name;
use super::super::table::{Interval, unit_zh};
use super::super::view::{assumed, explorer};
use super::differences::{is_day, word};
use super::gains::GainRow;
use super::screen::{of_interest, screen};
use super::words::{BURDEN, counts_differ, is_burden, limits_in_worlds, replications};
use super::{ComparisonReport, figures, standings};

/// The document of a comparison.
pub(super) fn document(report: &ComparisonReport<'_>, days: &[Vec<DailySeries>]) -> Document {
    let edition = |lang: Lang| edition(&report.in_lang(lang), days);
    let singles: Vec<_> = report.singles.iter().zip(days).map(|(single, days)| (single, days.as_slice())).collect();
    let shown = std::iter::once(0).chain(of_interest(report)).collect();
    drafted("compare", report.lang, [edition(Lang::Zh), edition(Lang::En)], explorer(&singles, shown))
        .colored(report.loaded[0].layer.chart_colors.as_ref())
}

fn edition(report: &ComparisonReport<'_>, days: &[Vec<DailySeries>]) -> Edition {
    let lang = report.lang;
    let (scenario, k) = (report.baseline(), report.candidates.len());
    let city = lang.pick(&scenario.city_name.zh, &scenario.city_name.en);
    let n = replications(report);
    let experiment = Experiment {
        replications: report.comparison.replications(),
        seed: report.comparison.results.first().map_or(0, |results| results.seed),
        left_out: counts_differ(report),
        aim: lang.choose(
            format!("本次实验：{k} 个切换方案用同一批参保人模拟（各 {n}），与「{}」相比并作选择；选择用 Kim-Nelson 程序，有限制时用 Andradóttir-Kim 程序。", report.name(0)),
            format!("This experiment: {k} schedules on the same people ({n} courses each), held against \"{}\"; the choice is Kim and Nelson's procedure, with limits Andradóttir and Kim's.", report.name(0)),
        ),
    };
    Edition {
        title: lang.choose(format!("{city}：{k} 个切换方案比较"), format!("{city}: {k} schedules compared")),
        screen: screen(report),
        plates: plates(report, days),
        sheets: [Some(schedules(report)), Some(differences(report)), worlds(report), Some(gains(report))]
            .into_iter()
            .flatten()
            .collect(),
        assumptions: assumed(report.single(0)),
        model: chapters(&report.loaded[0], scenario, &experiment, lang),
    }
}

/// How to read each figure.
fn plates(report: &ComparisonReport<'_>, days: &[Vec<DailySeries>]) -> Vec<Plate> {
    const READING: [(&str, &str, &str); 5] = [
        (
            "forest",
            "每一行是一个方案与基准之差，横线是同时成立的 95% 区间：整条在零线左边才算真的更好，跨过零线就看不出差别。",
            "A row is a schedule's difference to the baseline, the line its 95% interval, all of which hold together: only one that lies left of zero as a whole is better, one across zero cannot be told.",
        ),
        (
            "tradeoff",
            "越靠左下越好：左边患者垫付负担轻，下边窗口恢复得早。加圈的方案没有被其他方案在四项上全面压倒。",
            "Lower left is better: less burden on patients, desks back to normal sooner. Ringed: no other schedule beats it in all four.",
        ),
        (
            "best",
            "深色横条是按现有模拟，该方案平均最好的概率；浅色横条是它在多少次模拟里恰好最好。",
            "The dark bar is the probability that a schedule is best on average by these courses; the light one is the share of courses in which it happened to be best.",
        ),
        (
            "backlog",
            "同一类窗口在各方案下每天还没办完的件数，纵轴相同，可以直接比高低和长短。",
            "Claims still open each day at the same class of desks under each schedule, on one scale: compare height and length.",
        ),
        (
            "gains",
            "与基准相比，右边是变好的人数，左边是变差的人数：同一个人自己与自己比。",
            "Against the baseline: people better off to the right, worse off to the left, each compared with himself.",
        ),
    ];
    let figures = figures::figures(report, days);
    let reading =
        |name: &str| READING.iter().find(|(one, ..)| *one == name).map_or("", |(_, zh, en)| report.lang.pick(zh, en));
    figures.into_iter().map(|(name, figure)| Plate::new(name, figure, reading(name))).collect()
}

fn schedules(report: &ComparisonReport<'_>) -> Sheet {
    let lang = report.lang;
    let columns = [
        (lang.pick("方案", "Schedule"), ""),
        (lang.pick("模拟次数", "Courses"), ""),
        (lang.pick("垫付占用", "Prepayment outstanding over time"), lang.pick("元·天", "yuan·days")),
        (lang.pick("95% 区间：下", "95% interval: from"), lang.pick("元·天", "yuan·days")),
        (lang.pick("95% 区间：上", "95% interval: to"), lang.pick("元·天", "yuan·days")),
        (lang.pick("窗口全部恢复正常（中位）", "All desks back to normal (median)"), ""),
        (lang.pick("恢复晚于公告的概率", "Chance of a late return"), ""),
        (lang.pick("加开窗口", "Extra window hours"), lang.pick("小时", "hours")),
        (lang.pick("没有被全面压倒", "Not beaten in everything"), ""),
        (lang.pick("平均最好的概率", "Probability of being best"), ""),
        (lang.pick("去留", "Standing"), ""),
    ];
    let title = lang.pick("各方案对人怎样，代价多少？", "What does each schedule do to people, and what does it cost?");
    let mut sheet = Sheet::new("schedules", title, &columns).drawn(GraphKind::Bar, 0, 2).drawn(GraphKind::Bar, 0, 7);
    let clock = &report.baseline().clock;
    let day = |found: Interval| match found.value {
        Some(day) if day >= f64::from(clock.days()) => Cell::text(lang.pick("期末前未恢复", "not by the end")),
        Some(day) => Cell::Date(date_of_day(clock, day).to_string()),
        None => Cell::Empty,
    };
    for (index, one) in report.tradeoffs.criteria.iter().enumerate() {
        let whole = |value: Option<f64>| Cell::number(value, Style::Whole);
        let mark = if report.tradeoffs.undominated[index] { lang.pick("是", "yes") } else { "" };
        sheet.push(vec![
            Cell::text(report.name(index)),
            whole(Some(one.n as f64)),
            whole(one.burden.value),
            whole(one.burden.low),
            whole(one.burden.high),
            day(one.normal),
            Cell::number(one.overrun.value, Style::Share),
            whole(one.cost.value),
            Cell::text(mark),
            Cell::number(report.standings[index].probability_best, Style::Share),
            Cell::text(standings::remark(report, index, lang)),
        ]);
    }
    sheet
}

/// Column of the difference in the table of differences.
const DIFFERENCE: usize = 6;

fn differences(report: &ComparisonReport<'_>) -> Sheet {
    let lang = report.lang;
    let columns = [
        (lang.pick("指标", "Measure"), ""),
        (lang.pick("人群或窗口", "Group"), ""),
        (lang.pick("单位", "Unit"), ""),
        (lang.pick("方案", "Schedule"), ""),
        (lang.pick("基准", "Baseline"), ""),
        (lang.pick("方案的平均", "Schedule"), ""),
        (lang.pick("之差", "Difference"), ""),
        (lang.pick("区间：下", "Interval: from"), ""),
        (lang.pick("区间：上", "Interval: to"), ""),
        (lang.pick("相对变化", "Relative change"), ""),
        (lang.pick("结论", "Finding"), ""),
    ];
    let together = report.differences.together;
    let note = lang.choose(
        format!("同一批参保人逐次配对；全部 {together} 个区间同时成立的把握为 95%。日期类之差以天计。"),
        format!("Paired on the same people; all {together} intervals hold together with 95% confidence. Days differ in days."),
    );
    let title =
        lang.pick("与基准相比差多少，有多大把握？", "How do schedules differ from the baseline, and how surely?");
    let mut sheet = Sheet::new("differences", title, &columns).noted(&note);
    for row in &report.differences.rows {
        let style = if is_day(&row.measure) { Style::Tenth } else { Style::of_unit(row.measure.unit) };
        let unit = if is_day(&row.measure) { "days" } else { row.measure.unit };
        let (low, high) = row.paired.estimate.interval().unzip();
        let number = |value: Option<f64>| Cell::number(value, style);
        let level = |value: f64| match is_day(&row.measure) {
            true => Cell::Date(date_of_day(&report.baseline().clock, value).to_string()),
            false => number(Some(value)),
        };
        sheet.push(vec![
            Cell::text(row.measure.name(lang)),
            Cell::text(group_name(report.baseline(), row.measure.group, lang)),
            Cell::text(lang.pick(unit_zh(unit), unit)),
            Cell::text(report.name(row.schedule)),
            level(row.baseline.mean),
            level(row.alternative.mean),
            number(Some(row.paired.estimate.mean)),
            number(low),
            number(high),
            Cell::number(row.relative, Style::Share),
            Cell::text(word(row.paired.verdict, lang)),
        ]);
    }
    for key in [BURDEN, "prepayment"] {
        let first = report.differences.rows.iter().position(|row| row.measure.key == key);
        let count = report.differences.rows.iter().filter(|row| row.measure.key == key).count();
        let Some((first, row)) = first.and_then(|first| Some((first, report.differences.rows.get(first)?))) else {
            continue;
        };
        let (measure, unit) = (row.measure.name(lang), lang.pick(unit_zh(row.measure.unit), row.measure.unit));
        let title = lang.choose(format!("{measure}：与基准之差"), format!("{measure}: difference to the baseline"));
        sheet.draw(
            GraphKind::Bar,
            (&title, 3),
            vec![Series { name: title.clone(), column: DIFFERENCE, rows: Some((first, count)) }],
        );
        if let Some(graph) = sheet.graphs.last_mut() {
            graph.values = unit.to_owned();
        }
    }
    sheet
}

/// Column of the regret in the table of worlds.
const REGRET: usize = 3;

/// A row a plausible world and schedule; nothing where no world was simulated.
fn worlds(report: &ComparisonReport<'_>) -> Option<Sheet> {
    let (worlds, lang) = (report.comparison.worlds.as_ref()?, report.lang);
    let (sum, unit) = if is_burden(report) {
        (lang.pick("垫付占用", "Prepayment outstanding over time"), lang.pick("元·天", "yuan·days"))
    } else {
        (lang.pick("目标之和（越小越好）", "Sum of the objective, less is better"), lang.pick("分", "points"))
    };
    let columns = [
        (lang.pick("假设怎样", "What holds"), ""),
        (lang.pick("方案", "Schedule"), ""),
        (sum, unit),
        (lang.pick("比其中最好的多", "Worse than the best by"), unit),
        (lang.pick("最好的", "Best"), ""),
    ];
    let title = lang.pick("若假设不准，选择会变吗？", "Would the choice change if assumptions are off?");
    let n = worlds.replications;
    let only = limits_in_worlds(report);
    let note = lang.choose(
        format!("把一类没有实测的数移到其可能范围的一端，各模拟 {n} 次、取平均；只含尚在选择之列的方案{only}。最后几行为各情形中最多比最好的多出的数，最小者最稳妥。"),
        format!("One kind of number that nobody has measured is moved to an end of its range; means of {n} courses in each, of the schedules still in question{only}. The last rows have the most by which each is worse than the best of any world: the least is the safest."),
    );
    let mut sheet = Sheet::new("worlds", title, &columns).noted(&note);
    let number = |value: f64| Cell::number(Some(value), Style::Whole);
    let mut push = |name: &str, schedule: usize, (score, regret): (Cell, f64), best: &[usize]| {
        let mark = if best.contains(&schedule) { lang.pick("是", "yes") } else { "" };
        let name_of = report.name(worlds.schedules[schedule]);
        sheet.push(vec![Cell::text(name), Cell::text(name_of), score, number(regret), Cell::text(mark)]);
    };
    for (place, (world, scores)) in worlds.worlds.iter().zip(&worlds.scores).enumerate() {
        let (zh, en) = world.map_or(("按现有假设", "as stated"), World::name);
        let best = worlds.regret.best(place);
        for (schedule, score) in scores.iter().enumerate() {
            let regret = worlds.regret.by_world[place][schedule];
            push(lang.pick(zh, en), schedule, (number(*score), regret), &best);
        }
    }
    let most = lang.pick("各情形中最多", "the most in any world");
    let first = worlds.worlds.len() * worlds.schedules.len();
    for (schedule, regret) in worlds.regret.largest.iter().enumerate() {
        push(most, schedule, (Cell::Empty, *regret), &worlds.regret.minimax());
    }
    let series = Series { rows: Some((first, worlds.schedules.len())), ..sheet.series(REGRET) };
    let title = format!("{}{}{most}", series.name, lang.pick("，", ", "));
    sheet.draw(GraphKind::Bar, (&title, 1), vec![series]);
    Some(sheet)
}

fn gains(report: &ComparisonReport<'_>) -> Sheet {
    let lang = report.lang;
    let (people, yuan) = (lang.pick("人次", "visits or people"), lang.pick("元", "yuan"));
    let columns = [
        (lang.pick("方案", "Schedule"), ""),
        (lang.pick("人群", "Who"), ""),
        (lang.pick("变好", "Better off"), people),
        (lang.pick("变差", "Worse off"), people),
        (lang.pick("受影响但不变", "Affected, no change"), people),
        (lang.pick("少垫付", "Less in advance"), yuan),
        (lang.pick("多垫付", "More in advance"), yuan),
    ];
    let title = lang.pick("谁变好，谁变差？", "Who gains, and who loses?");
    let note = lang.pick(
        "与基准相比，同一个人自己与自己比；各次模拟的平均。",
        "Against the baseline, each patient with himself; means over the courses.",
    );
    let mut sheet = Sheet::new("gains", title, &columns).noted(note);
    let groups: Vec<(&str, &str)> = report.gains.iter().map(|row| (row.kind, row.key.as_str())).collect();
    let mut rows: Vec<&GainRow> = report.gains.iter().collect();
    // Schedules of one group stand together, to be compared and drawn.
    rows.sort_by_key(|row| groups.iter().position(|group| *group == (row.kind, row.key.as_str())));
    let whole_city = rows.iter().filter(|row| row.kind == "all").count();
    for row in rows {
        let whole = |found: Interval| Cell::number(found.value, Style::Whole);
        sheet.push(vec![
            Cell::text(report.name(row.schedule)),
            Cell::text(lang.pick(&row.zh, &row.en)),
            whole(row.better),
            whole(row.worse),
            whole(row.same),
            whole(row.less_yuan),
            whole(row.more_yuan),
        ]);
    }
    for (columns, zh, en) in
        [([2, 3], "变好与变差的人次", "Better and worse off"), ([5, 6], "少垫付与多垫付", "Less and more in advance")]
    {
        let of = |column| Series { rows: Some((0, whole_city)), ..sheet.series(column) };
        let series = columns.map(of).to_vec();
        sheet.draw(GraphKind::Bar, (lang.pick(zh, en), 0), series);
    }
    sheet
}

#[cfg(test)]
mod tests {
    use super::super::super::daily;
    use super::*;
    use crate::report::testing::Compared;

    #[test]
    fn both_editions_have_the_same_tables_and_figures_with_the_numbers_of_the_report() {
        let compared = Compared::new(3, 40);
        let report = compared.report(Lang::Zh);
        let days: Vec<Vec<DailySeries>> =
            compared.comparison.results.iter().map(|results| daily::all(results).unwrap()).collect();
        let document = document(&report, &days);
        let shape = |edition: &Edition| -> Vec<(String, usize, usize)> {
            let sheets = edition.sheets.iter().map(|one| (one.key.clone(), one.rows.len(), one.columns.len()));
            sheets.chain(edition.plates.iter().map(|one| (one.name.clone(), 0, 0))).collect()
        };
        assert_eq!(shape(&document.zh), shape(&document.en));
        assert_eq!(document.zh.sheets[0].rows.len(), 3);
        let burden = report.tradeoffs.criteria[1].burden.value.unwrap();
        assert_eq!(document.en.sheets[0].rows[1][2], Cell::Number(burden, Style::Whole));
        assert!(document.zh.plates.iter().all(|plate| !plate.reading.is_empty()));
        assert!(document.en.screen.text().is_ascii() || !document.en.screen.text().contains('方'));
    }
}
