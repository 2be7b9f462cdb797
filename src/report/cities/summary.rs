//! Several cities on one screen, and as JSON.

use serde_json::{Value, json};

use crate::scenario::error::Text;
use crate::stats::Estimate;
use crate::units::Lang;

use super::super::facts::Facts;
use super::super::layout::{Grid, GridRow, Layout, Screen, fit};
use super::super::manifest::VERSION;
use super::super::numbers::{count_between, number, percent, short, short_signed, width, yuan};
use super::super::premises::Premises;
use super::super::table::Interval;
use super::super::terms;
use super::CitiesReport;
use super::headline::{Nature, find};
use super::table::{Basis, Cell};
use super::waterfall::{Order, Waterfall, notes};

/// Measures whose waterfall the screen shows; with many cities only the first.
const WATERFALLS: [&str; 2] = ["prepayment", "prepayment-days"];
/// Measures per million insured of the first table.
const PER_MILLION: [&str; 4] = ["affected", "self-pay", "prepayment", "prepayment-days"];
/// Cities up to which both are shown.
const BOTH_UP_TO: usize = 5;
/// Columns of a city's name.
const NAME: usize = 16;
/// Columns of a name that fits every table: that of a waterfall has the base city's in one of seven.
const ROOM: usize = 12;

/// The summary for the terminal.
pub fn text(report: &CitiesReport<'_>) -> String {
    screen(report).text()
}

/// The same, to be shown elsewhere.
pub(super) fn screen(report: &CitiesReport<'_>) -> Screen {
    let lang = report.lang;
    let mut out = Layout::new(lang.choose(8, 10));
    let (k, n) = (report.plan.cities, report.outcomes.replications());
    out.line(&lang.choose(
        format!("{k} 个城市并列，各自的参保人，各模拟 {n} 次；除注明者外均为每百万参保人"),
        format!("{k} cities side by side, each on its own people, {n} simulated courses each; per million insured"),
    ));
    out.rule();
    in_short(report, &mut out);
    first_table(report, &mut out);
    out.line("");
    second_table(report, &mut out);
    out.line("");
    waterfalls(report, &mut out);
    precision(report, &mut out);
    assumed(report, &mut out);
    remarks(report, &mut out);
    out.finish()
}

/// Which city has most prepayment for its people, and which is back to normal last, at which desks.
fn in_short(report: &CitiesReport<'_>, out: &mut Layout) {
    let lang = report.lang;
    let mut paid: Vec<(usize, f64)> = (0..report.plan.cities)
        .filter_map(|city| Some((city, report.side.get(city, "prepayment", Basis::Million).value?)))
        .collect();
    paid.sort_by(|one, other| other.1.total_cmp(&one.1));
    let mut parts = Vec::new();
    if let (Some((most, high)), Some((least, low))) = (paid.first(), paid.last()) {
        let (most, least) = (report.name(*most), report.name(*least));
        let (high, low) = (yuan(*high, lang), yuan(*low, lang));
        parts.push(lang.choose(
            format!("每百万参保人的垫付，{most}最多（{high}），{least}最少（{low}）"),
            format!("Prepayment per million insured is most in {most} ({high}) and least in {least} ({low})"),
        ));
    }
    // What is not over within the days simulated is later than all that is.
    let days = |city: usize| report.side.get(city, "normal-working-days", Basis::Total).value;
    let slow = (0..report.plan.cities).filter(|&city| !report.facts[city].desks.is_empty()).rev();
    let slowest =
        slow.max_by(|&one, &other| days(one).unwrap_or(f64::INFINITY).total_cmp(&days(other).unwrap_or(f64::INFINITY)));
    if let Some((city, desk)) = slowest.and_then(|city| Some((city, report.facts[city].desks.first()?))) {
        let scenario = &report.plan.courses[city].model.scenario;
        let class = scenario.desk_classes.get(desk.class).map_or("", |class| lang.pick(&class.name.zh, &class.name.en));
        let name = report.name(city);
        let told = days(city).map_or_else(
            || lang.pick("模拟期内多半未恢复", "mostly not within the days simulated").to_owned(),
            |days| {
                lang.choose(format!("中位 {} 个工作日", number(days)), format!("median {} working days", number(days)))
            },
        );
        parts.push(lang.choose(
            format!("窗口恢复正常最慢的是{name}（{told}），其中{class}最慢"),
            format!("desks are back to normal last in {name} ({told}), {class} the slowest"),
        ));
    }
    out.item(lang.pick("结论", "In short"), &parts.join(lang.pick("；", "; ")));
}

/// The widest interval among the numbers per million insured of the first table.
struct Widest {
    city: usize,
    key: &'static str,
    found: Interval,
    /// Half the interval as a share of the number.
    share: f64,
}

fn widest(report: &CitiesReport<'_>) -> Option<Widest> {
    let all = (0..report.plan.cities).flat_map(|city| {
        PER_MILLION.into_iter().filter_map(move |key| {
            let found = report.side.get(city, key, Basis::Million);
            let share = 0.5 * (found.high? - found.low?) / found.value?.abs();
            share.is_finite().then_some(Widest { city, key, found, share })
        })
    });
    all.max_by(|one, other| one.share.total_cmp(&other.share))
}

fn precision(report: &CitiesReport<'_>, out: &mut Layout) {
    let lang = report.lang;
    let Some((widest, headline)) = widest(report).and_then(|widest| find(widest.key).map(|found| (widest, found)))
    else {
        return;
    };
    let (name, measure, share) = (report.name(widest.city), headline.name(lang), percent(widest.share));
    let told = count_between(widest.found, (headline.unit_zh, headline.unit), lang).unwrap_or_default();
    out.item(lang.pick("精度", "Precision"), &lang.choose(
        format!("首表各数的 95% 区间都在 ±{share} 以内，最宽的是{name}的{measure}：{told}（只含模拟的随机性）"),
        format!("all of the first table are known to ±{share} or better (95% intervals, chance only); widest: {measure} of {name}, {told}"),
    ));
}

/// How much is assumed of every city.
fn assumed(report: &CitiesReport<'_>, out: &mut Layout) {
    let lang = report.lang;
    let of = |(city, facts): (usize, &Facts)| format!("{} {}", report.name(city), Premises::of(facts).short(lang));
    let list: Vec<String> = report.facts.iter().enumerate().map(of).collect();
    let list = list.join(lang.pick("，", ", "));
    out.item(
        lang.pick("假设", "Assumed"),
        &lang.choose(
            format!("没有实测的参数：{list}；逐项见报告的假设表"),
            format!("parameters that nobody has measured: {list}; one by one in the report"),
        ),
    );
}

fn widths(columns: usize) -> Vec<usize> {
    let rest = (100 - NAME) / columns;
    std::iter::once(NAME).chain(std::iter::repeat_n(rest, columns)).collect()
}

fn told(found: Interval, lang: Lang) -> String {
    found.value.map_or_else(|| lang.pick("—", "-").to_owned(), |value| short(value, lang))
}

fn rows(report: &CitiesReport<'_>, out: &mut Layout, heads: &[&str], cells: impl Fn(usize) -> Vec<String>) {
    let row = |city| GridRow::new(std::iter::once(short_name(report, city)).chain(cells(city)));
    out.grid(Grid {
        heads: heads.iter().map(|head| (*head).to_owned()).collect(),
        widths: widths(heads.len() - 1),
        rows: (0..report.plan.cities).map(row).collect(),
        ..Grid::default()
    });
}

/// The name of a city where a column is no wider than a short one takes: of a longer one the city's own name and a
/// number, which a remark explains.
fn short_name(report: &CitiesReport<'_>, city: usize) -> String {
    let name = report.name(city);
    if width(&name) < ROOM {
        return name;
    }
    let own = &report.plan.courses[city].model.scenario.city_name;
    let number = format!(" #{}", city + 1);
    fit(report.lang.pick(&own.zh, &own.en), ROOM - 1 - width(&number)) + &number
}

/// What the numbers of short names mean; nothing where there are none.
fn numbered(report: &CitiesReport<'_>) -> String {
    let long = (0..report.plan.cities).map(|city| (city, report.name(city))).filter(|(_, name)| width(name) >= ROOM);
    let list: Vec<String> = long.map(|(city, name)| format!("#{} {name}", city + 1)).collect();
    list.join(report.lang.pick("；", "; "))
}

fn first_table(report: &CitiesReport<'_>, out: &mut Layout) {
    let lang = report.lang;
    let heads = match lang {
        Lang::Zh => ["城市", "参保人", "停机(时)", "窗口开放", "受影响", "现金(元)", "垫付(元)", "占用(元·天)"],
        Lang::En => ["city", "insured", "hours down", "desks open", "affected", "paid ¥", "prepaid ¥", "yuan-days"],
    };
    rows(report, out, &heads, |city| {
        let facts = &report.side.facts[city];
        let hours = |found: Interval| found.value.map_or_else(String::new, |value| number(value.round()));
        let million = |key| told(report.side.get(city, key, Basis::Million), lang);
        let insured = Interval { value: Some(facts.insured), ..Interval::default() };
        let mut cells = vec![told(insured, lang), hours(facts.outage_hours), hours(facts.open_hours)];
        cells.extend(PER_MILLION.map(million));
        cells
    });
}

fn second_table(report: &CitiesReport<'_>, out: &mut Layout) {
    let lang = report.lang;
    let heads = match lang {
        Lang::Zh => [
            "城市",
            "垫付/时",
            "放弃就医",
            "推迟就医",
            "困难人数",
            "未退回",
            "待办件",
            "排队(分)",
            "恢复(日)",
            "晚恢复",
        ],
        Lang::En => {
            ["city", "prepd/hr", "forgone", "deferred", "hardship", "lost ¥", "claims", "wait min", "normal", "late"]
        }
    };
    rows(report, out, &heads, |city| {
        let million = |key| told(report.side.get(city, key, Basis::Million), lang);
        let total = |key| report.side.get(city, key, Basis::Total);
        let mut cells = vec![told(report.side.get(city, "prepayment", Basis::MillionHour), lang)];
        cells.extend(["forgone", "deferred", "hardship-10", "lost", "claims-entered"].map(million));
        cells.push(told(total("wait-p95"), lang));
        let never = || lang.pick("期内未", "not yet").to_owned();
        cells.push(
            total("normal-working-days")
                .value
                .map_or_else(never, |days| lang.choose(number(days), format!("{} d", number(days)))),
        );
        cells.push(total("overran").value.map_or_else(|| lang.pick("—", "-").to_owned(), percent));
        cells
    });
}

fn waterfalls(report: &CitiesReport<'_>, out: &mut Layout) {
    let lang = report.lang;
    if report.waterfalls.is_empty() {
        return;
    }
    let shown = if report.plan.cities > BOTH_UP_TO { &WATERFALLS[..1] } else { &WATERFALLS[..] };
    let base = short_name(report, report.plan.base);
    let heads = match lang {
        Lang::Zh => ["每百万参保人", "", "时长", "日历", "规则", "窗口", "其余", ""],
        Lang::En => ["per million", "", "length", "calendar", "rules", "windows", "all else", ""],
    };
    for key in shown {
        let Some(headline) = find(key) else { continue };
        let mut heads = heads.map(str::to_owned);
        heads[0] = fit(headline.name(lang), NAME - 1);
        heads[1].clone_from(&base);
        heads[7] = lang.pick("该城市", "that city").to_owned();
        let walks = report.waterfalls.iter().filter(|one| one.headline.key == *key && one.order == Order::Forward);
        let rows =
            walks.map(|one| {
                let mut cells = vec![format!("→ {}", short_name(report, one.other)), told(mean(&one.from), lang)];
                cells.extend(one.bars.iter().map(|bar| {
                    bar.adds.map_or_else(|| lang.pick("不适用", "n/a").to_owned(), |adds| marked(&adds, lang))
                }));
                cells.push(told(mean(&one.to), lang));
                GridRow::new(cells)
            });
        out.grid(Grid { heads: heads.to_vec(), widths: widths(7), rows: rows.collect(), ..Grid::default() });
    }
}

fn mean(estimate: &Estimate) -> Interval {
    Interval { value: Some(estimate.mean), ..Interval::default() }
}

/// A contribution; one that cannot be told from nothing has a question mark.
fn marked(adds: &Estimate, lang: Lang) -> String {
    if adds.mean == 0.0 {
        return "0".to_owned();
    }
    let unsure = adds.interval().is_none_or(|(low, high)| low <= 0.0 && high >= 0.0);
    let text = short_signed(adds.mean, lang);
    if unsure { text + "?" } else { text }
}

fn remarks(report: &CitiesReport<'_>, out: &mut Layout) {
    let lang = report.lang;
    let base = report.name(report.plan.base);
    let numbers = numbered(report);
    if !numbers.is_empty() {
        out.item(lang.pick("城市", "Cities"), &numbers);
    }
    let normal = terms::back_to_normal(lang);
    out.item(
        lang.pick("名词", "Terms"),
        &lang.choose(
            format!("恢复(日)：从恢复结算到窗口全部恢复正常的工作日，中位数；恢复正常＝{normal}"),
            format!("normal: median working days until the last desks are back to normal: {normal}"),
        ),
    );
    if !report.plan.walks.is_empty() {
        out.item(lang.pick("读法", "Reading"), &lang.choose(
            format!("从{base}出发，依次换成对方的停机时长、日历、规则、窗口数，逐项累加，次序不同则各项不同；剩下的是人口、网点、就医量、模拟期末等。排队为最忙一类窗口的 95% 分位，恢复为工作日中位数，占用算到各市期末。带 ? 的与零分不清"),
            format!("{base} takes over the other city's length, calendar, rules, windows, each on top of the last; the order matters; all else is people, sites, demand, horizon. Wait: 95 % at the slowest desks; normal: median working days. With a ?: not told from nothing"),
        ));
    }
    let mut refused = Vec::new();
    let mut left_out = 0;
    for walk in &report.plan.walks {
        for step in walk.forward.iter().filter(|step| step.refused.is_some()) {
            refused.push(format!("{} {}", report.name(walk.other), step.part.name().in_lang(lang)));
        }
        left_out += notes(walk).len();
    }
    let label = lang.pick("说明", "Note");
    if !refused.is_empty() {
        let list = refused.join(lang.pick("、", ", "));
        out.item(
            label,
            &lang.choose(
                format!("无法套用、并入其余的步骤：{list}"),
                format!("steps that cannot be made and are part of all else: {list}"),
            ),
        );
    }
    if left_out > 0 {
        out.item(label, &lang.choose(
            format!("有 {left_out} 处因本市没有对应的就医类别、网点等而未能套用或另作替代，见 summary.json 的 notes"),
            format!("{left_out} things have no counterpart in {base} and were left out or replaced: see notes in summary.json"),
        ));
    }
}

fn between(found: Interval) -> Value {
    json!({ "value": found.value, "low": found.low, "high": found.high })
}

fn estimate(found: &Estimate) -> Value {
    let (low, high) = found.interval().unzip();
    json!({ "value": found.mean, "low": low, "high": high })
}

/// The cities as JSON: `summary.json`, and what `--json` prints.
pub fn json(report: &CitiesReport<'_>) -> Value {
    let plan = report.plan;
    let scenario = |city: usize| &plan.courses[city].model.scenario;
    let cities: Vec<Value> = (0..plan.cities)
        .map(|city| {
            let facts = &report.side.facts[city];
            let cells = report.side.cells.iter().filter(|cell| cell.city == city).map(cell_json);
            let mut told = json!({
                "city": scenario(city).city,
                "city_name": scenario(city).city_name,
                "schedule": scenario(city).schedule,
                "schedule_name": scenario(city).schedule_name,
                "days": scenario(city).clock.days(),
                "insured": facts.insured,
                "outage_hours": between(facts.outage_hours),
                "open_hours": between(facts.open_hours),
                "measures": cells.collect::<Vec<Value>>(),
            });
            Premises::of(&report.facts[city]).put(&mut told);
            told
        })
        .collect();
    let told: Vec<Value> = plan
        .walks
        .iter()
        .flat_map(|walk| notes(walk).into_iter().map(move |(part, note)| (walk.other, part, note)))
        .map(|(other, part, note): (usize, &str, Text)| {
            json!({ "city": scenario(other).city, "schedule": scenario(other).schedule, "part": part, "zh": note.zh, "en": note.en })
        })
        .collect();
    json!({
        "screen": screen(report),
        "program": VERSION,
        "base": scenario(plan.base).city,
        "base_schedule": scenario(plan.base).schedule,
        "seed": report.outcomes.results[0].seed,
        "replications": report.outcomes.replications(),
        "confidence": 0.95,
        "precision": widest(report).map(|widest| json!({
            "city": scenario(widest.city).city, "measure": widest.key, "basis": Basis::Million.word(),
            "widest": between(widest.found), "share": widest.share,
        })),
        "cities": cities,
        "order": crate::scenario::exchange::Part::ALL.map(crate::scenario::exchange::Part::word),
        "waterfalls": report.waterfalls.iter().map(|one| waterfall_json(report, one)).collect::<Vec<Value>>(),
        "notes": told,
    })
}

fn cell_json(cell: &Cell) -> Value {
    let head = cell.headline;
    json!({
        "measure": head.key, "measure_zh": head.zh, "measure_en": head.en, "unit": head.unit, "unit_zh": head.unit_zh, "basis": cell.basis.word(),
        "value": cell.found.value, "low": cell.found.low, "high": cell.found.high, "interval": cell.method,
    })
}

fn waterfall_json(report: &CitiesReport<'_>, one: &Waterfall) -> Value {
    let scenario = &report.plan.courses[one.other].model.scenario;
    let bars: Vec<Value> = one
        .bars
        .iter()
        .map(|bar| {
            let adds = bar.adds.as_ref().map(estimate);
            json!({ "part": bar.key, "name": { "zh": bar.name.zh, "en": bar.name.en }, "before": bar.before, "after": bar.after, "contribution": adds })
        })
        .collect();
    json!({
        "city": scenario.city, "schedule": scenario.schedule,
        "measure": one.headline.key, "unit": one.headline.unit, "per_million_insured": one.headline.nature == Nature::Amount,
        "order": if one.order == Order::Forward { "forward" } else { "backward" },
        "from": estimate(&one.from), "to": estimate(&one.to), "difference": estimate(&one.difference), "steps": bars,
    })
}
