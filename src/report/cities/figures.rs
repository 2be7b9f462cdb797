//! Charts of several cities: which measures, texts and footers they show.

use crate::units::Lang;

use super::super::assumptions;
use super::super::chart::{BarPanel, CitiesChart, Fall, FallPanel, Figure, ScatterPanel, Spread, WaterfallChart};
use super::super::manifest::VERSION;
use super::super::numbers::{capital, count, number, percent, short, short_signed};
use super::super::table::Interval;
use super::CitiesReport;
use super::headline::{Headline, Nature, find};
use super::table::Basis;
use super::waterfall::{Order, Waterfall, notes};

/// Measures shown as bars.
const BARS: [&str; 4] = ["affected", "prepayment", "prepayment-days", "hardship-10"];
/// Measures shown against the hours of outage.
const SCATTERS: [&str; 2] = ["affected", "prepayment"];
/// Measures shown as waterfalls: what stops do, what rules do, what windows do.
const FALLS: [&str; 4] = ["affected", "prepayment", "prepayment-days", "wait-p95"];

/// All figures with their names.
pub(super) fn figures(report: &CitiesReport<'_>) -> Vec<(String, Figure)> {
    let mut found = vec![("cities".to_owned(), Figure::Cities(side_by_side(report)))];
    for walk in &report.plan.walks {
        let name = format!("waterfall-{}", file_name(report, walk.other));
        found.push((name, Figure::Waterfall(falls(report, walk.other))));
    }
    found
}

/// The folder's name; with the schedule's, or a number, where another city has it too.
fn file_name(report: &CitiesReport<'_>, city: usize) -> String {
    let scenario = |index: usize| &report.plan.courses[index].model.scenario;
    let own = scenario(city);
    let others: Vec<_> = (0..report.plan.cities).filter(|&other| other != city).map(scenario).collect();
    if others.iter().all(|other| other.city != own.city) {
        own.city.clone()
    } else if others.iter().all(|other| (&other.city, &other.schedule) != (&own.city, &own.schedule)) {
        format!("{}-{}", own.city, own.schedule)
    } else {
        format!("{}-{}", own.city, city + 1)
    }
}

/// Measure and unit: "垫付总额（元/百万参保人）".
fn title(headline: &Headline, lang: Lang) -> String {
    let per = headline.nature == Nature::Amount;
    match lang {
        Lang::Zh => {
            let per = if per { "/百万参保人" } else { "" };
            format!("{}（{}{per}）", headline.zh, headline.unit_zh)
        }
        Lang::En => {
            let per = if per { " per million insured" } else { "" };
            format!("{} ({}{per})", capital(headline.en), headline.unit)
        }
    }
}

/// Measure and unit where the subtitle says that all is per million insured.
fn short_title(headline: &Headline, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{}（{}）", headline.zh, headline.unit_zh),
        Lang::En => format!("{} ({})", capital(headline.en), headline.unit),
    }
}

fn spread(found: Interval) -> Spread {
    let value = found.value.unwrap_or(0.0);
    Spread { low: found.low.unwrap_or(value), value, high: found.high.unwrap_or(value) }
}

fn side_by_side(report: &CitiesReport<'_>) -> CitiesChart {
    let (lang, side) = (report.lang, &report.side);
    let all = 0..report.plan.cities;
    let bars = BARS.iter().filter_map(|key| find(key)).map(|headline| BarPanel {
        title: short_title(headline, lang),
        bars: all
            .clone()
            .map(|city| {
                let found = side.get(city, headline.key, Basis::Million);
                (spread(found), found.value.map_or_else(String::new, |value| short(value, lang)))
            })
            .collect(),
    });
    let scatters = SCATTERS.iter().filter_map(|key| find(key)).map(|headline| ScatterPanel {
        title: short_title(headline, lang),
        x_title: lang.pick("联网结算实际停机小时", "Hours settlement was down").to_owned(),
        points: all
            .clone()
            .map(|city| {
                (
                    side.facts[city].outage_hours.value.unwrap_or(0.0),
                    spread(side.get(city, headline.key, Basis::Million)),
                )
            })
            .collect(),
    });
    CitiesChart {
        title: most_and_least(report),
        subtitle: lang
            .pick(
                "每百万参保人；右图横轴为停机时长",
                "Per million insured; on the right against the length of the outage",
            )
            .to_owned(),
        lang,
        cities: all.clone().map(|city| report.name(city)).collect(),
        bars: bars.collect(),
        scatters: scatters.collect(),
        footer: vec![basis(report), horizons(report), assumed(report)],
    }
}

/// Where people prepay most and least.
fn most_and_least(report: &CitiesReport<'_>) -> String {
    let lang = report.lang;
    let burden = |city: usize| report.side.get(city, "prepayment", Basis::Million).value;
    let mut known: Vec<(usize, f64)> = (0..report.plan.cities).filter_map(|city| Some((city, burden(city)?))).collect();
    known.sort_by(|a, b| b.1.total_cmp(&a.1));
    let (Some(most), Some(least)) = (known.first(), known.last()) else {
        return lang.pick("各市停机切换的代价", "What the cutover cost, city by city").to_owned();
    };
    let told = |one: &(usize, f64)| (report.name(one.0), count(one.1, ("元", "yuan"), lang));
    let ((most, yuan), (least, less)) = (told(most), told(least));
    lang.choose(
        format!("每百万参保人垫付最多的是{most}（{yuan}），最少的是{least}（{less}）"),
        format!("Most prepaid per million insured in {most} ({yuan}), least in {least} ({less})"),
    )
}

/// How much more or less people prepay in the other city, and which part most of it comes from.
fn cause(report: &CitiesReport<'_>, one: Option<&Waterfall>, (base, there): (&str, &str)) -> String {
    let lang = report.lang;
    let plain = lang.choose(format!("{base}与{there}相差在哪里"), format!("What makes {there} differ from {base}"));
    let Some(one) = one else { return plain };
    let sure = one.difference.interval().is_some_and(|(low, high)| low > 0.0 || high < 0.0);
    let adds = |bar: &super::waterfall::Bar| bar.adds.as_ref().map_or(0.0, |adds| adds.mean);
    let toward = |bar: &&super::waterfall::Bar| adds(bar) * one.difference.mean > 0.0;
    let largest = one.bars.iter().filter(toward).max_by(|a, b| adds(a).abs().total_cmp(&adds(b).abs()));
    let is_told = |bar: &&super::waterfall::Bar| {
        let interval = bar.adds.as_ref().and_then(|adds| adds.interval());
        interval.is_some_and(|(low, high)| low > 0.0 || high < 0.0)
    };
    let (true, Some(bar)) = (sure, largest.filter(is_told)) else { return plain };
    let yuan = count(one.difference.mean.abs(), ("元", "yuan"), lang);
    let part = bar.name.in_lang(lang);
    let (zh, en) = if one.difference.mean > 0.0 { ("多", "more") } else { ("少", "less") };
    lang.choose(
        format!("{there}每百万参保人比{base}{zh}垫付 {yuan}，按此次序最大的一项：{part}"),
        format!("{there} prepays {yuan} {en} per million insured than {base}; the largest part in this order: {part}"),
    )
}

fn basis(report: &CitiesReport<'_>) -> String {
    let (n, seed) = (report.outcomes.replications(), report.outcomes.results[0].seed);
    report.lang.choose(
        format!("各 {n} 次模拟，随机种子 {seed}；黑线或竖线为均值的 95% 区间。来源：各市公告（见报告“数据来源”），{VERSION} 模拟"),
        format!("{n} simulated courses each, seed {seed}; lines show 95% intervals of the mean. Source: the cities' notices (see Sources in the report), simulated by {VERSION}"),
    )
}

/// How many parameters of each city nobody has measured.
fn assumed(report: &CitiesReport<'_>) -> String {
    let lang = report.lang;
    let of = |city: usize| {
        let loaded = &report.plan.courses[city].loaded;
        let share = assumptions::assumptions(loaded).len() as f64 / assumptions::count(loaded).max(1) as f64;
        format!("{} {}", report.name(city), percent(share))
    };
    let list: Vec<String> = (0..report.plan.cities).map(of).collect();
    lang.choose(
        format!("无实测的参数所占比例：{}", list.join("、")),
        format!("Share of parameters nobody has measured: {}", list.join(", ")),
    )
}

fn horizons(report: &CitiesReport<'_>) -> String {
    let days = || report.plan.courses[..report.plan.cities].iter().map(|course| course.model.scenario.clock.days());
    let (least, most) = (days().min().unwrap_or(0), days().max().unwrap_or(0));
    report.lang.choose(
        format!("参保人不含外地来就医者。垫付占用算到各市模拟期末（{least}～{most} 天）"),
        format!("Insured people without those from elsewhere. Yuan-days run to each city's own horizon ({least} to {most} days). Assumptions stand in the scenario files"),
    )
}

fn falls(report: &CitiesReport<'_>, other: usize) -> WaterfallChart {
    let lang = report.lang;
    let (base, there) = (report.name(report.plan.base), report.name(other));
    let of = |key: &&&str| {
        report
            .waterfalls
            .iter()
            .find(|one| one.other == other && one.order == Order::Forward && one.headline.key == **key)
    };
    let panels = FALLS.iter().filter_map(|key| of(&key)).map(|one| fall_panel(one, (&base, &there), lang));
    let mut footer = vec![basis(report), order(lang), assumed(report)];
    if let Some(walk) = report.plan.walks.iter().find(|walk| walk.other == other) {
        let left_out = notes(walk).len();
        if left_out > 0 {
            footer[1].push_str(&lang.choose(
                format!("。{left_out} 处无对应而未套用，见 summary.json"),
                format!(". {left_out} things without a counterpart were left out: see summary.json"),
            ));
        }
    }
    WaterfallChart {
        title: cause(report, of(&&"prepayment"), (&base, &there)),
        subtitle: lang.choose(
            format!("同是{base}，依次换成{there}的停机时长、日历、处理规则、窗口数"),
            format!(
                "The same {base} takes over {there}'s outage length, calendar, rules and windows, one after the other"
            ),
        ),
        lang,
        panels: panels.collect(),
        footer,
    }
}

fn order(lang: Lang) -> String {
    lang.pick(
        "逐项累加，次序不同则各项不同；“停机时长”是公告的停机与恢复方式，连同切换任务的工期；“其余”是人口、网点、就医量、行为、模拟期末等；带 ? 的与零分不清",
        "Each step on top of those before; another order gives other parts. Outage length: stops and returns as announced, with the technical work. All else: people, sites, demand, behaviour, horizon. A ? cannot be told from nothing",
    )
    .to_owned()
}

fn fall_panel(one: &Waterfall, (base, other): (&str, &str), lang: Lang) -> FallPanel {
    let total = |name: &str, found: &crate::stats::Estimate| Fall {
        label: name.to_owned(),
        before: 0.0,
        after: found.mean,
        interval: found.interval(),
        text: short(found.mean, lang),
        is_total: true,
    };
    let mut bars = vec![total(base, &one.from)];
    for bar in &one.bars {
        let interval = bar.adds.and_then(|adds| adds.interval());
        let unsure = interval.is_none_or(|(low, high)| low <= 0.0 && high >= 0.0);
        let text = match bar.adds {
            None => lang.pick("不适用", "n/a").to_owned(),
            Some(adds) if adds.mean == 0.0 => number(0.0),
            Some(adds) => {
                let text = short_signed(adds.mean, lang);
                if unsure { text + "?" } else { text }
            }
        };
        bars.push(Fall {
            label: bar.name.in_lang(lang).to_owned(),
            before: bar.before,
            after: bar.after,
            interval: interval.map(|(low, high)| (bar.before + low, bar.before + high)),
            text,
            is_total: false,
        });
    }
    bars.push(total(other, &one.to));
    FallPanel { title: title(one.headline, lang), bars }
}
