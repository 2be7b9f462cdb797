//! The document of several cities.

use crate::units::Lang;

use super::super::document::{
    Cell, Column, Document, Edition, Explorer, GraphKind, Plate, Series, Sheet, Style, drafted,
};
use super::super::model::{Experiment, chapters};
use super::super::view::assumptions_of;
use super::headline::{HEADLINES, Headline, Nature};
use super::summary::screen;
use super::table::Basis;
use super::waterfall::Order;
use super::{CitiesReport, figures};

/// Place of the city in the table of assumptions: behind what is assumed.
const CITY: usize = 1;

/// The document of several cities. The description of the model is that of the base city.
pub(super) fn document(report: &CitiesReport<'_>) -> Document {
    let edition = |lang: Lang| edition(&report.in_lang(lang));
    drafted("cities", report.lang, [edition(Lang::Zh), edition(Lang::En)], Explorer::default())
}

fn edition(report: &CitiesReport<'_>) -> Edition {
    let (lang, k, n) = (report.lang, report.plan.cities, report.outcomes.replications());
    let base = &report.plan.courses[report.plan.base];
    let names: Vec<String> = (0..k).map(|city| report.name(city)).collect();
    let list = names.join(lang.pick("、", ", "));
    let experiment = Experiment {
        replications: n,
        seed: report.outcomes.results.first().map_or(0, |results| results.seed),
        left_out: false,
        aim: lang.choose(
            format!("本次实验：{list} 各在自己的参保人上模拟 {n} 次，并从 {} 出发逐项换成其他城市的停机时长、日历、规则和窗口。以下组成和来源为 {} 的；假设列出各市的。", names[report.plan.base], names[report.plan.base]),
            format!("This experiment: {list}, each on its own people, {n} simulated courses; and from {} on the outage length, calendar, rules and windows of the others, one after another. Components and sources below are those of {}; assumptions are those of all.", names[report.plan.base], names[report.plan.base]),
        ),
    };
    Edition {
        title: lang.choose(format!("{k} 个城市并列：{list}"), format!("{k} cities side by side: {list}")),
        screen: screen(report),
        plates: plates(report),
        sheets: [Some(side_by_side(report)), totals(report), falls(report)].into_iter().flatten().collect(),
        assumptions: assumptions(report),
        model: chapters(&base.loaded, &base.model.scenario, &experiment, lang),
    }
}

/// What is assumed of every city: a row that is the same in some cities stands once and names them.
fn assumptions(report: &CitiesReport<'_>) -> Sheet {
    let (lang, k) = (report.lang, report.plan.cities);
    let of = |city: usize| {
        let course = &report.plan.courses[city];
        assumptions_of(&course.loaded, &course.model.scenario, &[], lang)
    };
    let each: Vec<Sheet> = (0..k).map(of).collect();
    let Some(first) = each.first() else { return Sheet::default() };
    let city = Column { name: lang.pick("城市", "City").to_owned(), unit: String::new() };
    let mut columns = first.columns.clone();
    columns.insert(CITY, city);
    let mut sheet = Sheet { columns, rows: Vec::new(), ..first.clone() };
    for (cells, cities) in merged(&each) {
        let names: Vec<String> = cities.iter().map(|&city| report.name(city)).collect();
        let everywhere = lang.pick("各市相同", "all cities");
        let told = if cities.len() == k { everywhere.to_owned() } else { names.join(lang.pick("、", ", ")) };
        let mut cells = cells.to_vec();
        cells.insert(CITY, Cell::text(told));
        sheet.push(cells);
    }
    sheet
}

/// Rows with the cities that have them. Rows of one key stand together, keys by their best place in any city.
fn merged(each: &[Sheet]) -> Vec<(&[Cell], Vec<usize>)> {
    let mut found: Vec<(&[Cell], Vec<usize>)> = Vec::new();
    let mut places: Vec<(&Cell, usize)> = Vec::new();
    for (city, sheet) in each.iter().enumerate() {
        for (place, row) in sheet.rows.iter().enumerate() {
            let Some(key) = row.last() else { continue };
            match places.iter_mut().find(|(known, _)| *known == key) {
                Some((_, best)) => *best = place.min(*best),
                None => places.push((key, place)),
            }
            match found.iter_mut().find(|(known, _)| *known == row.as_slice()) {
                Some((_, cities)) => cities.push(city),
                None => found.push((row, vec![city])),
            }
        }
    }
    let order = |row: &[Cell]| places.iter().position(|(key, _)| Some(*key) == row.last());
    let place = |row: &[Cell]| order(row).map(|at| (places[at].1, at));
    found.sort_by_key(|(row, _)| place(row));
    found
}

fn plates(report: &CitiesReport<'_>) -> Vec<Plate> {
    let lang = report.lang;
    let reading = |name: &str| {
        if name == "cities" {
            lang.pick(
                "左边是每百万参保人的数，短线是 95% 区间；右边看它是否随停机时长变大。",
                "On the left numbers per million insured with 95% intervals; on the right whether they grow with the length of the outage.",
            )
        } else {
            lang.pick(
                "从左边的城市走到右边的城市，每一步只换一项，柱子是这一项加上或减去的；灰柱没有变化。各项大小与先后有关。",
                "From the city on the left to the one on the right, one part at a time: a bar is what the part adds or takes away, grey ones change nothing. Sizes depend on the order.",
            )
        }
    };
    figures::figures(report)
        .into_iter()
        .map(|(name, figure)| {
            let reading = reading(&name);
            Plate::new(&name, figure, reading)
        })
        .collect()
}

fn unit(headline: &Headline, lang: Lang) -> &'static str {
    lang.pick(headline.unit_zh, headline.unit)
}

fn style(headline: &Headline) -> Style {
    match headline.nature {
        Nature::Amount => Style::Whole,
        Nature::Level | Nature::Censored => Style::Tenth,
        Nature::Event => Style::Share,
    }
}

fn side_by_side(report: &CitiesReport<'_>) -> Sheet {
    let title = report.lang.pick("每百万参保人的代价", "What the cutover cost per million insured");
    let mut sheet = cities(report, ("cities", title), |headline| {
        if headline.nature == Nature::Amount { Basis::Million } else { Basis::Total }
    })
    .drawn(GraphKind::Bar, 0, 3)
    .drawn(GraphKind::Bar, 0, 5);
    for graph in &mut sheet.graphs {
        graph.title += report.lang.pick("（每百万参保人）", " per million insured");
    }
    sheet
}

fn totals(report: &CitiesReport<'_>) -> Option<Sheet> {
    let title = report.lang.pick("各市总量", "Totals of the cities");
    Some(cities(report, ("totals", title), |_| Basis::Total))
}

fn cities(report: &CitiesReport<'_>, (key, title): (&str, &str), basis: impl Fn(&Headline) -> Basis) -> Sheet {
    let lang = report.lang;
    let mut columns = vec![
        (lang.pick("城市", "City"), ""),
        (lang.pick("参保人数", "Insured people"), lang.pick("人", "people")),
        (lang.pick("联网结算停机", "Settlement was down"), lang.pick("小时", "hours")),
    ];
    columns.extend(HEADLINES.iter().map(|headline| (headline.name(lang), unit(headline, lang))));
    let note = lang.pick("各次模拟的平均；恢复正常的工作日为中位数，空白表示模拟期内多半未恢复。区间见 cities.csv。", "Means over the courses; working days to normal are medians, blank where mostly not within the days simulated. Intervals stand in cities.csv.");
    let mut sheet = Sheet::new(key, title, &columns).noted(note);
    for city in 0..report.plan.cities {
        let facts = &report.side.facts[city];
        let mut cells = vec![
            Cell::text(report.name(city)),
            Cell::number(Some(facts.insured), Style::Whole),
            Cell::number(facts.outage_hours.value, Style::Tenth),
        ];
        cells.extend(
            HEADLINES.iter().map(|headline| {
                Cell::number(report.side.get(city, headline.key, basis(headline)).value, style(headline))
            }),
        );
        sheet.push(cells);
    }
    sheet
}

/// Measures of which a spreadsheet draws what the parts add.
const DRAWN: [&str; 2] = ["affected", "prepayment"];
/// Column of what a part adds.
const ADDS: usize = 7;

/// A row a step of every waterfall.
fn falls(report: &CitiesReport<'_>) -> Option<Sheet> {
    let lang = report.lang;
    let columns = [
        (lang.pick("城市", "City"), ""),
        (lang.pick("指标", "Measure"), ""),
        (lang.pick("单位", "Unit"), ""),
        (lang.pick("次序", "Order"), ""),
        (lang.pick("换成该市的", "Taken over"), ""),
        (lang.pick("之前", "Before"), ""),
        (lang.pick("之后", "After"), ""),
        (lang.pick("增减", "Adds"), ""),
        (lang.pick("区间：下", "Interval: from"), ""),
        (lang.pick("区间：上", "Interval: to"), ""),
    ];
    let title = lang.pick("差异从何而来？", "Where do differences come from?");
    let note = lang.pick(
        "数量类为每百万参保人；逐次配对的 95% 区间。",
        "Amounts are per million insured; 95% intervals of pairs.",
    );
    let mut sheet = Sheet::new("waterfall", title, &columns).noted(note);
    for fall in &report.waterfalls {
        let first = sheet.rows.len();
        let order = match fall.order {
            Order::Forward => lang.pick("正序", "forward"),
            Order::Backward => lang.pick("反序", "backward"),
        };
        for bar in &fall.bars {
            let number = |value: Option<f64>| Cell::number(value, style(fall.headline));
            let (low, high) = bar.adds.as_ref().and_then(|one| one.interval()).unzip();
            sheet.push(vec![
                Cell::text(report.name(fall.other)),
                Cell::text(fall.headline.name(lang)),
                Cell::text(match fall.headline.nature {
                    Nature::Amount => lang.choose(
                        format!("{}/百万参保人", unit(fall.headline, lang)),
                        format!("{} per million insured", unit(fall.headline, lang)),
                    ),
                    _ => unit(fall.headline, lang).to_owned(),
                }),
                Cell::text(order),
                Cell::text(lang.pick(&bar.name.zh, &bar.name.en)),
                number(Some(bar.before)),
                number(Some(bar.after)),
                number(bar.adds.as_ref().map(|one| one.mean)),
                number(low),
                number(high),
            ]);
        }
        if fall.order == Order::Forward && DRAWN.contains(&fall.headline.key) {
            let (measure, base, other) =
                (fall.headline.name(lang), report.name(report.plan.base), report.name(fall.other));
            let title = lang.choose(
                format!("{measure}（每百万参保人）：从{base}到{other}，各项增减"),
                format!("{measure} per million insured: what each part adds from {base} to {other}"),
            );
            let series = Series { name: title.clone(), column: ADDS, rows: Some((first, fall.bars.len())) };
            sheet.draw(GraphKind::Bar, (&title, 4), vec![series]);
            if let Some(graph) = sheet.graphs.last_mut() {
                graph.values = unit(fall.headline, lang).to_owned();
            }
        }
    }
    (!sheet.rows.is_empty()).then_some(sheet)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cities_share_stands_once_and_keys_stand_together() {
        let sheet = |rows: &[(&str, f64)]| {
            let mut sheet = Sheet::new("assumptions", "", &[("Value", ""), ("Key", "")]);
            for (key, value) in rows {
                sheet.push(vec![Cell::number(Some(*value), Style::Whole), Cell::text(*key)]);
            }
            sheet
        };
        let each = [sheet(&[("a", 1.0), ("b", 2.0), ("c", 3.0)]), sheet(&[("c", 3.0), ("b", 5.0), ("d", 4.0)])];
        let found = merged(&each);
        let told: Vec<(String, Vec<usize>)> =
            found.into_iter().map(|(row, cities)| (format!("{:?}", row[1]), cities)).collect();
        let expected = [("a", vec![0]), ("c", vec![0, 1]), ("b", vec![0]), ("b", vec![1]), ("d", vec![1])];
        assert_eq!(told, expected.map(|(key, cities)| (format!("{:?}", Cell::text(key)), cities)));
    }
}
