//! One sample figure of every kind, in either language and in every size, for the tests that look at all kinds.

use super::testing::{footnotes, quantiles, sample_fan, sample_panels, sample_timeline, say, stops};
use super::{
    BarPanel, CitiesChart, Crossed, Curve, CurvePoint, Diverging, DivergingPanel, DivergingRow, Fall, FallPanel,
    Figure, Finding, Forest, ForestCell, ForestPanel, HeatCell, HeatMap, Lang, Late, Multiple, Multiples, Quantiles,
    Reference, Scale, Scatter, ScatterPanel, ScatterPoint, Seen, ShareRow, Shares, Spread, TailLine, TailPoint, Tails,
    WaitRow, Waits, WaterfallChart,
};

/// How large the numbers of a sample are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// As in a city, all different.
    Plain,
    /// All nothing.
    Zero,
    /// All alike.
    Equal,
    /// About 1e-9.
    Tiny,
    /// About 1e12.
    Huge,
}

/// How many rows, points or panels a sample has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    One,
    Few,
    Most,
}

/// What a sample is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Case {
    pub(super) lang: Lang,
    pub(super) count: Count,
    pub(super) level: Level,
    /// Cities of 30 characters and schedules of 40.
    pub(super) is_long: bool,
}

impl Case {
    /// As most figures are.
    pub(super) fn plain(lang: Lang) -> Self {
        Self { lang, count: Count::Few, level: Level::Plain, is_long: false }
    }

    /// Every case there is.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let levels = [Level::Plain, Level::Zero, Level::Equal, Level::Tiny, Level::Huge];
        let levels = move |count| levels.into_iter().map(move |level| (count, level));
        let counts = [Count::One, Count::Few, Count::Most].into_iter().flat_map(levels);
        counts.flat_map(|(count, level)| {
            [Lang::Zh, Lang::En]
                .into_iter()
                .flat_map(move |lang| [false, true].map(|is_long| Self { lang, count, level, is_long }))
        })
    }

    fn many(self, few: usize, most: usize) -> usize {
        match self.count {
            Count::One => 1,
            Count::Few => few,
            Count::Most => most,
        }
    }

    fn value(self, index: usize) -> f64 {
        let grown = 1.0 + index as f64;
        match self.level {
            Level::Plain => 123_456.0 * grown,
            Level::Zero => 0.0,
            Level::Equal => 42.0,
            Level::Tiny => 1e-9 * grown,
            Level::Huge => 1e12 * grown,
        }
    }

    fn share(self, index: usize) -> f64 {
        match self.level {
            Level::Plain => 0.9 / (1.0 + 0.3 * index as f64),
            Level::Zero => 0.0,
            Level::Equal => 0.5,
            Level::Tiny => 1e-9,
            Level::Huge => 1.0,
        }
    }

    /// A number in the words of figures.
    fn told(self, value: f64) -> String {
        if value >= 1e12 {
            self.lang.choose(format!("{:.1}万亿", value / 1e12), format!("{:.0},000,000M", value / 1e12))
        } else if value >= 1e4 {
            self.lang.choose(format!("{:.1}万", value / 1e4), format!("{:.0}k", value / 1e3))
        } else {
            format!("{value:.0}")
        }
    }

    fn city(self, index: usize) -> String {
        let zh = ["南通市", "武汉市", "重庆市", "淄博市", "忻州市", "示例市", "西安市", "上海市"];
        let en = ["Nantong", "Wuhan", "Chongqing", "Zibo", "Xinzhou", "Minimal", "Xi'an", "Shanghai"];
        let name = self.lang.pick(zh[index % 8], en[index % 8]);
        let tail =
            self.lang.pick("及其下辖各县市区合并统筹示范城市群与经济技术开发区", "with its counties and districts");
        if self.is_long { format!("{name} {tail}").chars().take(30).collect() } else { name.to_owned() }
    }

    fn schedule(self, index: usize) -> String {
        let zh = ["公告方案", "提前到假期", "推迟一周", "缩短停机", "分批切换"];
        let en = ["As announced", "Before the holiday", "A week later", "A shorter stop", "In batches"];
        let name = self.lang.choose(format!("{}{index}", zh[index % 5]), format!("{} {index}", en[index % 5]));
        let tail = self.lang.pick(
            "同时延长窗口服务时间并提前发放慢性病患者两个月的长期处方药品量且分批恢复",
            "with longer hours and early refills for chronic patients",
        );
        if self.is_long { format!("{name} {tail}").chars().take(40).collect() } else { name }
    }

    fn title(self, kind: &str) -> String {
        let text = say(self.lang, "停机期间的影响：", "What the stop does: ") + kind;
        if self.is_long { format!("{text} · {} · {}", self.city(0), self.schedule(0)) } else { text }
    }

    fn subtitle(self) -> String {
        format!("{} · {}", self.city(0), self.schedule(0))
    }

    /// A series whose numbers have the size asked for.
    fn series(self, days: usize, index: usize) -> Quantiles {
        let mut found = quantiles(days, self.value(index));
        if self.level == Level::Equal {
            for series in [&mut found.median, &mut found.q05, &mut found.q25, &mut found.q75, &mut found.q95] {
                series.fill(42.0);
            }
        }
        found
    }

    fn normal(self, days: usize) -> Option<Reference> {
        Some(Reference {
            label: say(self.lang, "正常情况", "Normal course"), values: vec![0.2 * self.value(0); days]
        })
    }
}

/// All kinds of figures by their names.
pub(super) fn figures(case: Case) -> Vec<(&'static str, Figure)> {
    vec![
        ("timeline", timeline(case)),
        ("fan", fan(case)),
        ("fan-panels", fan_panels(case)),
        ("forest", forest(case)),
        ("scatter", scatter(case)),
        ("shares", shares(case)),
        ("multiples", multiples(case)),
        ("diverging", diverging(case)),
        ("curve", curve(case)),
        ("heat", heat(case)),
        ("cities", cities(case)),
        ("waterfall", waterfall(case)),
        ("tails", tails(case)),
        ("waits", waits(case)),
    ]
}

fn timeline(case: Case) -> Figure {
    let mut chart = sample_timeline(case.lang, case.many(5, 14));
    if case.is_long {
        chart.title = case.title("timeline");
        chart.rows.iter_mut().enumerate().for_each(|(index, row)| row.label = case.schedule(index));
    }
    match case.level {
        Level::Plain => {}
        Level::Zero => chart.rows.iter_mut().for_each(|row| {
            (row.start_day, row.planned_end_day, row.actual) = (0.0, Some(0.0), None);
        }),
        Level::Equal => chart.rows.iter_mut().for_each(|row| (row.start_day, row.planned_end_day) = (2.0, Some(2.0))),
        Level::Tiny => chart.days = 0.25,
        Level::Huge => chart.days = 2_000.0,
    }
    Figure::Timeline(chart)
}

fn fan(case: Case) -> Figure {
    let days = case.many(60, 200);
    let mut chart = sample_fan(case.lang, days);
    chart.quantiles = case.series(days, 1);
    chart.reference = case.normal(days);
    if case.is_long {
        (chart.title, chart.subtitle) = (case.title("fan"), case.subtitle());
        chart.stops.iter_mut().enumerate().for_each(|(index, stop)| stop.label = case.schedule(index));
    }
    Figure::Fan(chart)
}

fn fan_panels(case: Case) -> Figure {
    let mut chart = sample_panels(case.lang, case.many(3, 6));
    for (index, panel) in chart.panels.iter_mut().enumerate() {
        if case.level != Level::Plain {
            panel.quantiles = case.series(60, index);
            panel.reference = case.normal(60);
        }
        if case.is_long {
            panel.title = case.schedule(index);
        }
    }
    Figure::FanPanels(chart)
}

fn forest(case: Case) -> Figure {
    let lang = case.lang;
    let rows = case.many(4, 12);
    let measures = [
        ("垫付总额（元）", "Prepayment, yuan"),
        ("第 95 百分位的排队时间", "95th percentile of the time in the queue"),
        ("改期或放弃的就诊", "Visits put off or given up"),
        ("恢复正常日", "Day everything is back to normal"),
        ("后台积压", "Backlog of the back office"),
        ("加班人时", "Overtime hours"),
    ];
    let findings = [Finding::Better, Finding::Worse, Finding::Unclear, Finding::Small];
    let cell = |row: usize, column: usize| {
        let sign = if (row + column).is_multiple_of(2) { -1.0 } else { 1.0 };
        let mean = match case.level {
            Level::Plain => sign * 7.0 * (1.0 + row as f64),
            Level::Zero => 0.0,
            Level::Equal => 42.0,
            Level::Tiny => sign * 1e-9,
            Level::Huge => sign * 1e12,
        };
        let text = if mean.abs() > 1e6 { format!("{mean:+.1e}%") } else { format!("{mean:+.1}%") };
        let range = (row != 2).then_some([mean, mean - 0.2 * mean.abs(), mean + 0.2 * mean.abs()]);
        (row + column != 5).then_some(ForestCell { range, finding: findings[(row + column) % 4], text })
    };
    let panel = |(column, (zh, en)): (usize, (&str, &str))| ForestPanel {
        title: say(lang, zh, en),
        note: lang.choose(format!("公告方案 {}", case.told(1e6)), format!("Announced: {}", case.told(1e6))),
        unit: "%".to_owned(),
        cells: (0..rows).map(|row| cell(row, column)).collect(),
    };
    Figure::Forest(Forest {
        title: case.title("forest"),
        subtitle: case.subtitle(),
        lang,
        rows: (0..rows).map(|row| case.schedule(row)).collect(),
        panels: measures.into_iter().take(case.many(4, 6)).enumerate().map(panel).collect(),
        footer: footnotes(lang),
    })
}

fn scatter(case: Case) -> Figure {
    let lang = case.lang;
    let late = [Late::Unlikely, Late::Possible, Late::Likely, Late::NoPromise];
    let point = |index: usize| ScatterPoint {
        label: case.schedule(index),
        note: say(lang, "加班 1,200 人时", "1,200 hours of overtime"),
        x: case.value(index),
        day: if case.level == Level::Plain { 60.0 - 3.0 * index as f64 } else { 30.0 },
        size: case.share(index),
        x_interval: (index != 1).then_some((0.9 * case.value(index), 1.1 * case.value(index))),
        late: late[index % 4],
        chance: (index == 2).then_some(0.62),
        undominated: index < 2,
    };
    Figure::Scatter(Scatter {
        title: case.title("scatter"),
        subtitle: case.subtitle(),
        x_label: say(lang, "垫付总额", "Prepayment"),
        x_unit: say(lang, "元", "yuan"),
        day_label: say(lang, "恢复正常日", "Back to normal"),
        ring_label: say(lang, "没有方案在各方面都不差于它", "No schedule is as good in everything"),
        line_label: say(lang, "两项中不被超过", "Not beaten in the two"),
        lang,
        first_day: (2021, 11, 15),
        points: (0..case.many(5, 12)).map(point).collect(),
        footer: footnotes(lang),
    })
}

fn shares(case: Case) -> Figure {
    let lang = case.lang;
    let row = |index: usize| {
        let shares = [case.share(index), 0.5 * case.share(index + 1)];
        let note = say(lang, "差不出 2 个百分点", "2 percentage points apart");
        let texts = shares.map(|share| format!("{:.1}%", 100.0 * share));
        ShareRow { label: case.schedule(index), shares, texts, note }
    };
    Figure::Shares(Shares {
        title: case.title("shares"),
        subtitle: case.subtitle(),
        legend: [say(lang, "最好的概率", "Chance to be best"), say(lang, "前三的概率", "Chance to be among three")],
        rows: (0..case.many(5, 12)).map(row).collect(),
        footer: footnotes(lang),
    })
}

fn multiples(case: Case) -> Figure {
    let lang = case.lang;
    let panel = |index: usize| Multiple {
        title: case.schedule(index),
        note: say(lang, "最高 12 万元", "highest: 120k yuan"),
        stops: stops(lang),
        quantiles: case.series(60, index),
        reference: case.normal(60),
    };
    Figure::Multiples(Multiples {
        title: case.title("multiples"),
        subtitle: case.subtitle(),
        y_label: say(lang, "自费垫付", "Prepayment"),
        y_unit: say(lang, "元", "yuan"),
        lang,
        first_day: (2021, 11, 15),
        panels: (0..case.many(5, 12)).map(panel).collect(),
        footer: footnotes(lang),
    })
}

fn diverging(case: Case) -> Figure {
    let lang = case.lang;
    let row = |index: usize| {
        let shares = [case.share(index), 0.4 * case.share(index + 1)];
        let percent = |share: f64| format!("{:.1}%", 100.0 * share);
        let texts = [percent(shares[0]), format!("{} · {}", percent(shares[1]), case.told(case.value(index)))];
        let told = vec![say(lang, "其余没有变化", "the rest sees no change"); usize::from(index > 0)];
        DivergingRow { label: case.city(index), shares, texts, told }
    };
    let panel = |index: usize| DivergingPanel {
        title: lang.choose(format!("第 {index} 种分组"), format!("Groups of kind {index}")),
        rows: (0..case.many(3, 9)).map(row).collect(),
    };
    Figure::Diverging(Diverging {
        title: case.title("diverging"),
        subtitle: case.subtitle(),
        legend: [say(lang, "占人口", "Share of people"), say(lang, "占垫付", "Share of the prepayment")],
        panels: (0..case.many(2, 2)).map(panel).collect(),
        footer: footnotes(lang),
    })
}

/// Curves over the other kinds of value axes, shares and days.
pub(super) fn other_curves(case: Case) -> Vec<(&'static str, Figure)> {
    let of = |scale: Scale, value: &dyn Fn(usize) -> f64, most: f64| {
        let Figure::Curve(mut chart) = curve(case) else { return Vec::new() };
        for (index, point) in chart.points.iter_mut().enumerate() {
            let mean = value(index);
            let around = |share: f64| Some((mean * (1.0 - share), (mean * (1.0 + share)).min(most)));
            (point.mean, point.interval, point.spread) = (Some(mean), around(0.05), around(0.2));
        }
        (chart.scale, chart.level) = (scale, None);
        vec![("curve", Figure::Curve(chart))]
    };
    let day = |index: usize| if case.level == Level::Plain { 20.0 + 3.7 * index as f64 } else { 30.0 };
    let mut found = of(Scale::Share, &|index| case.share(index), 1.0);
    found.extend(of(Scale::Day { first_day: (2021, 11, 15) }, &day, f64::INFINITY));
    found
}

fn curve(case: Case) -> Figure {
    let lang = case.lang;
    let count = case.many(9, 60);
    let point = |index: usize| {
        let mean = case.value(index);
        let around = |share: f64| Some((mean * (1.0 - share), mean * (1.0 + share)));
        let label = (say(lang, "3月11日周五", "Fri 11 Mar"), format!("{:02}:00", index % 24));
        let (interval, spread) = (around(0.05), around(0.2));
        CurvePoint { place: index as f64, label, mean: Some(mean), interval, spread, seen: Seen::All }
    };
    Figure::Curve(Curve {
        title: case.title("curve"),
        subtitle: case.subtitle(),
        x_label: say(lang, "联网结算 · 停机时间", "settlement · stop"),
        y_label: say(lang, "垫付资金占用", "Prepayment outstanding over time"),
        scale: Scale::Number { unit: say(lang, "元·天", "yuan·days") },
        lang,
        points: (0..count).map(point).collect(),
        is_apart: false,
        crossed: vec![Crossed {
            place: Some(count as f64 / 2.0 - 0.5),
            unsure: vec![(0.0, count as f64 / 2.0 - 0.5)],
            label: say(lang, "从 2 起满足条件", "Condition kept from 2 on"),
        }],
        level: Some((1.5 * case.value(0), say(lang, "不高于", "At most"))),
        horizon: None,
        footer: footnotes(lang),
    })
}

fn heat(case: Case) -> Figure {
    let lang = case.lang;
    let (across, down) = (case.many(7, 30), case.many(5, 20));
    let cell = |row: usize, column: usize| {
        let value = case.value(row + column);
        let (is_lowest, is_kept) = (row == 0 && column == 0, Some(column > row));
        HeatCell { value: (column != 1).then_some(value), text: case.told(value), is_lowest, is_kept }
    };
    let column = |column: usize| (say(lang, "3月11日周五", "Fri 11 Mar"), format!("{:02}:00", column % 24));
    Figure::Heat(HeatMap {
        title: case.title("heat"),
        subtitle: case.subtitle(),
        x_label: say(lang, "联网结算 · 停机时间", "settlement · stop"),
        y_label: say(lang, "提前开药 · 采用比例", "early refills · share taking part"),
        columns: (0..across).map(column).collect(),
        rows: (0..down).map(|row| if case.is_long { case.schedule(row) } else { format!("0.{row}") }).collect(),
        cells: (0..down).map(|row| (0..across).map(|column| cell(row, column)).collect()).collect(),
        ends: (case.told(case.value(0)), case.told(case.value(across + down - 2))),
        is_from_zero: false,
        told: say(lang, "垫付（元）", "Prepayment, yuan"),
        nothing: if case.is_long { say(lang, "不开放", "closed") } else { String::new() },
        condition: say(lang, "垫付总额不高于 120,000", "prepayment at most 120,000"),
        lang,
        footer: footnotes(lang),
    })
}

fn cities(case: Case) -> Figure {
    let lang = case.lang;
    let count = case.many(5, 8);
    let spread = |value: f64| Spread { low: 0.9 * value, value, high: 1.1 * value };
    let measures = [
        ("垫付总额（元）", "Prepayment, yuan"),
        ("每千人垫付（元）", "Prepayment per thousand people, yuan"),
        ("改期或放弃的就诊", "Visits put off or given up"),
        ("第 95 百分位的排队时间（分钟）", "95th percentile of the time in the queue, minutes"),
    ];
    let bars = |(zh, en): (&str, &str)| BarPanel {
        title: say(lang, zh, en),
        bars: (0..count).map(|city| (spread(case.value(city)), case.told(case.value(city)))).collect(),
    };
    let points = |(zh, en): (&str, &str)| ScatterPanel {
        title: say(lang, zh, en),
        x_title: say(lang, "暂停小时数", "Hours of the stop"),
        points: (0..count).map(|city| (12.0 * (1.0 + (city % 4) as f64), spread(case.value(city)))).collect(),
    };
    Figure::Cities(CitiesChart {
        title: case.title("cities"),
        subtitle: case.subtitle(),
        lang,
        cities: (0..count).map(|city| case.city(city)).collect(),
        bars: measures.into_iter().map(bars).collect(),
        scatters: measures.into_iter().take(2).map(points).collect(),
        footer: footnotes(lang),
    })
}

fn waterfall(case: Case) -> Figure {
    let lang = case.lang;
    let steps = case.many(4, 6);
    let names = [
        ("停机时长", "length of the stop"),
        ("城市规模", "size of the city"),
        ("规则", "rules"),
        ("窗口", "desks"),
        ("行为", "behaviour"),
        ("日历", "calendar"),
    ];
    let level = |step: usize| case.value((step * 7) % 5);
    let panel = |(zh, en): (&str, &str)| {
        let total = |label: String, after: f64| Fall {
            label,
            before: 0.0,
            after,
            interval: Some((0.9 * after, 1.1 * after)),
            text: case.told(after),
            is_total: true,
        };
        let fall = |step: usize| {
            let (before, after) = (level(step), level(step + 1));
            let sign = if after < before { "-" } else { "+" };
            Fall {
                label: say(lang, names[step].0, names[step].1),
                before,
                after,
                interval: Some((after * 0.95, after * 1.05)),
                text: format!("{sign}{}", case.told((after - before).abs())),
                is_total: false,
            }
        };
        let mut bars = vec![total(case.city(0), level(0))];
        bars.extend((0..steps).map(fall));
        bars.push(total(case.city(1), level(steps)));
        FallPanel { title: say(lang, zh, en), bars }
    };
    let measures = [
        ("垫付总额（元）", "Prepayment, yuan"),
        ("改期或放弃的就诊", "Visits put off or given up"),
        ("排队时间", "Queue"),
        ("加班人时", "Overtime hours"),
    ];
    Figure::Waterfall(WaterfallChart {
        title: case.title("waterfall"),
        subtitle: case.subtitle(),
        lang,
        panels: measures.into_iter().take(case.many(4, 4)).map(panel).collect(),
        footer: footnotes(lang),
    })
}

fn tails(case: Case) -> Figure {
    let lang = case.lang;
    let values: Vec<f64> = match case.count {
        Count::One => vec![10.0],
        _ => vec![1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 100.0],
    };
    let line = |index: usize| {
        let point = |(place, &value): (usize, &f64)| {
            let share = case.share(place + index);
            TailPoint { value, share: [share, 0.93 * share, (1.07 * share).min(1.0)] }
        };
        TailLine { label: case.city(index), points: values.iter().enumerate().map(point).collect() }
    };
    Figure::Tails(Tails {
        title: case.title("tails"),
        subtitle: case.subtitle(),
        x_label: say(lang, "垫付占家庭月可支配收入", "Prepayment over monthly household income"),
        y_label: say(lang, "超过这一比例的人占垫付者", "Share of those who prepaid"),
        values: values.iter().map(|value| format!("{value:.0}%")).collect(),
        notes: (0..values.len()).map(|place| case.told(case.value(place))).collect(),
        lines: (0..case.many(3, 4)).map(line).collect(),
        lang,
        footer: footnotes(lang),
    })
}

fn waits(case: Case) -> Figure {
    let lang = case.lang;
    let row = |index: usize| {
        let base = if case.level == Level::Plain { 4.0 + 9.0 * index as f64 } else { case.value(index) };
        let minutes = if case.level == Level::Equal { [base; 4] } else { [base, 2.2 * base, 3.1 * base, 4.5 * base] };
        let told = case.told(minutes[2]);
        WaitRow {
            label: case.schedule(index),
            minutes,
            normal: (index != 1).then_some(6.0),
            text: lang.choose(format!("95%：{told} 分钟"), format!("95%: {told} min")),
        }
    };
    Figure::Waits(Waits {
        title: case.title("waits"),
        subtitle: case.subtitle(),
        x_label: say(lang, "排队分钟", "Minutes in the queue"),
        rows: (0..case.many(5, 10)).map(row).collect(),
        lang,
        footer: footnotes(lang),
    })
}
