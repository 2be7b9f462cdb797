//! The one-screen summary of a run, in words and as JSON.

use jiff::civil::Date;
use serde_json::{Value, json};

use crate::calendar::{DAY, SimTime};
use crate::measures::Group;
use crate::schedule::Suspension;
use crate::units::Lang;

use super::facts::{DeskFacts, ENDINGS, Facts, LOSSES, REPLICATIONS_FEW, StopFacts, share_of_prepayment};
use super::layout::{Bar, Grid, GridRow, Layout, List, Screen};
use super::numbers::{
    bracketed, count, count_between, date, date_of_day, moment, number_between, percent, percent_between, width, yuan,
};
use super::parquet::group_name;
use super::table::Interval;
use super::{Report, findings};

/// Most stops and most desk classes that are told one by one.
/// How many stops are told however little room there is for more.
const STOPS_FIRST: usize = 4;

const VISITS: (&str, &str) = ("人次", "visits");
const PEOPLE: (&str, &str) = ("人", "people");
const CLAIMS: (&str, &str) = ("件", "claims");
const MATTERS: (&str, &str) = ("件", "matters");
const YUAN: (&str, &str) = ("元", "yuan");

/// What the parts of the summary share.
struct Words<'a> {
    report: &'a Report<'a>,
    facts: &'a Facts,
    lang: Lang,
    year: i16,
}

impl Words<'_> {
    fn say<'b>(&self, zh: &'b str, en: &'b str) -> &'b str {
        self.lang.pick(zh, en)
    }

    fn join(&self, parts: &[String]) -> String {
        parts.join(self.say("，", ", "))
    }

    fn mean(&self, key: &str) -> f64 {
        self.facts.mean(self.report, key).value.unwrap_or(0.0)
    }

    /// Within most of a year after the announcement a date is clear without its year.
    fn year_left_out(&self, day: Date) -> i16 {
        let announced = self.report.scenario.clock.date(self.report.scenario.announced_at.day());
        let hours = day.duration_since(announced).as_hours();
        if hours < 300 * 24 { day.year() } else { self.year }
    }

    fn day(&self, day: f64) -> String {
        let day = date_of_day(&self.report.scenario.clock, day);
        date(day, self.year_left_out(day), self.lang)
    }

    fn moment_of_day(&self, day: f64) -> String {
        self.moment(time_of_day(day))
    }

    fn moment(&self, time: SimTime) -> String {
        let civil = self.report.scenario.clock.civil(time);
        moment(civil, self.year_left_out(civil.date()), self.lang)
    }

    /// The last day that is simulated.
    fn last_day(&self) -> String {
        self.day(f64::from(self.report.scenario.clock.days().saturating_sub(1)))
    }
}

/// The summary in words, in the report's language: at most 40 lines of 100 columns.
pub fn text(report: &Report<'_>) -> String {
    screen(report).text()
}

/// The same, to be shown elsewhere.
pub fn screen(report: &Report<'_>) -> Screen {
    let facts = &Facts::of(report);
    let announced = report.scenario.clock.civil(report.scenario.announced_at);
    let words = Words { report, facts, lang: report.lang, year: announced.year() };
    let mut out = Layout::new(if report.lang == Lang::Zh { 10 } else { 13 });
    let names = (&report.scenario.city_name, &report.scenario.schedule_name);
    let (city, schedule) = (words.say(&names.0.zh, &names.0.en), words.say(&names.1.zh, &names.1.en));
    // Year 0 is no announcement's, so the year is told.
    let when = moment(announced, 0, report.lang);
    let title = match report.lang {
        Lang::Zh => format!("{city} · {schedule}（{when} 公布）"),
        Lang::En => format!("{city} · {schedule} (announced {when})"),
    };
    out.line(&title);
    out.rule();
    let has_results = !report.results.samples.is_empty();
    if has_results {
        headline(&words, &mut out);
    }
    stops(&words, &mut out);
    if !has_results {
        out.item(words.say("提示", "Note"), words.say("没有完成任何一次模拟", "no course was simulated"));
        return out.finish();
    }
    visits(&words, &mut out);
    money(&words, &mut out);
    desks(&words, &mut out);
    refunds(&words, &mut out);
    basis(&words, &mut out);
    warnings(&words, &mut out);
    out.finish()
}

/// What it comes to, and how sure the end of it is.
fn headline(words: &Words<'_>, out: &mut Layout) {
    let told = |key: &str, unit| count(words.mean(key), unit, words.lang);
    let (visits, prepaid) = (told("affected", VISITS), told("prepayment", YUAN));
    let recovery = findings::recovery(words.report, words.facts);
    let slowest = words.facts.desks.first();
    let latest = slowest.filter(|desk| desk.normal_median.value.is_some_and(|day| day >= 1.0));
    let latest = latest.and_then(|desk| desk.normal_95).map(|day| words.day(day)).map_or_else(String::new, |day| {
        words.say(&format!("（95% 不晚于 {day}）"), &format!(" (95% by {day})")).to_owned()
    });
    let zh = format!("停机影响 {visits}，患者垫付 {prepaid}；{recovery}{latest}");
    let en = format!("{visits} affected, {prepaid} prepaid. {recovery}{latest}");
    out.item(words.say("结论", "In short"), words.say(&zh, &en));
}

fn stops(words: &Words<'_>, out: &mut Layout) {
    let label = words.say("停机", "Stops");
    let mut all = words.facts.stops_by_weight(words.report);
    if all.is_empty() {
        return out.item(label, words.say("无", "none"));
    }
    // The one that is most surely late is told in any case.
    let late = |stop: &&StopFacts| stop.overran.value.unwrap_or(0.0);
    let latest = (0..all.len()).max_by(|&a, &b| late(&all[a]).total_cmp(&late(&all[b])).then(b.cmp(&a)));
    if let Some(place) = latest.filter(|&place| place >= STOPS_FIRST && late(&all[place]) > 0.0) {
        let stop = all.remove(place);
        all.insert(STOPS_FIRST - 1, stop);
    }
    let texts = all.iter().map(|stop| stop_text(words, stop)).collect();
    out.list(List { label: label.to_owned(), texts, more: words.say("另有 {} 项", "and {} more").to_owned() });
}

fn stop_text(words: &Words<'_>, facts: &StopFacts) -> String {
    let Some(stop) = words.report.scenario.suspensions.get(facts.stop) else { return String::new() };
    let name = words.say(&stop.name.zh, &stop.name.en);
    let mut parts = vec![if stop.planned == SimTime::NEVER {
        let open = words.say("未公布恢复时间", "no return announced");
        format!("{name} {} → {open}", words.moment(stop.stop))
    } else {
        let hours = f64::from(stop.planned.0.saturating_sub(stop.stop.0)) / 3600.0;
        let span = words.say(&format!("{hours:.0} 小时"), &format!("{hours:.0} hours")).to_owned();
        format!("{name} {} → {}{}{span}", words.moment(stop.stop), words.moment(stop.planned), words.say("，", ", "))
    }];
    if facts.rolled_back.value.is_some() {
        let share = percent_between(facts.rolled_back, words.lang).unwrap_or_default();
        let zh = format!("回退旧系统、二次停机的概率 {share}");
        parts.push(words.say(&zh, &format!("rolled back and stopped again with probability {share}")).to_owned());
    }
    let late = facts.overran.value.filter(|&share| share > 0.0);
    if late.is_some() {
        let share = percent_between(facts.overran, words.lang).unwrap_or_default();
        parts.push(words.say(&format!("晚于公告的概率 {share}"), &format!("late with probability {share}")).to_owned());
    }
    if late.is_some() || stop.planned == SimTime::NEVER {
        parts.push(returns(words, facts, stop));
    }
    parts.join(words.say("；", "; "))
}

/// When a stop really ends.
fn returns(words: &Words<'_>, facts: &StopFacts, stop: &Suspension) -> String {
    match (facts.actual[1], facts.actual[2]) {
        (Some(median), Some(latest)) => {
            let (median, latest) = (words.moment_of_day(median), words.moment_of_day(latest));
            if stop.planned != SimTime::NEVER && latest == words.moment(stop.planned) {
                return words.say("95% 按公告恢复", "95% by the time announced").to_owned();
            }
            let zh = format!("实际恢复中位 {median}，95% 不晚于 {latest}");
            words.say(&zh, &format!("returns {median} (median), 95% by {latest}")).to_owned()
        }
        (Some(median), None) => {
            let median = words.moment_of_day(median);
            words.say(&format!("实际恢复中位 {median}"), &format!("returns {median} (median)")).to_owned()
        }
        _ => words.say("模拟期内多半未恢复", "mostly not back within the days simulated").to_owned(),
    }
}

fn visits(words: &Words<'_>, out: &mut Layout) {
    let affected = words.facts.mean(words.report, "affected");
    let label = words.say("受影响", "Affected");
    let total = affected.value.unwrap_or(0.0);
    out.item(label, &count_between(affected, VISITS, words.lang).unwrap_or_default());
    let mut bars = Vec::new();
    for (key, zh, en) in ENDINGS {
        let value = words.mean(key);
        if value > 0.0 {
            let share = percent(value / total.max(1e-9));
            let number = count(value, ("", ""), words.lang);
            let text = number + &bracketed(&share, words.lang);
            bars.push(Bar { label: words.say(zh, en).to_owned(), text, share: value / total.max(1e-9) });
        }
    }
    if !bars.is_empty() {
        out.bars(bars);
    }
    // Agency business is no visit.
    let business = words.facts.mean(words.report, "affected-business");
    if business.value.is_some_and(|matters| matters > 0.0) {
        let number = count_between(business, MATTERS, words.lang).unwrap_or_default();
        out.item("", words.say(&format!("另有经办业务 {number}"), &format!("besides {number} of agency business")));
    }
}

fn money(words: &Words<'_>, out: &mut Layout) {
    let prepayment = words.facts.mean(words.report, "prepayment");
    let mut parts = vec![count_between(prepayment, YUAN, words.lang).unwrap_or_default()];
    let each = words.facts.mean(words.report, "prepayment-per-head");
    if let Some(each) = count_between(each, YUAN, words.lang) {
        parts.push(words.say(&format!("每次垫付 {each}"), &format!("{each} a prepaying visit")).to_owned());
    }
    if let Some(share) = words.facts.mean(words.report, "prepayment-income-share").value {
        let share = percent(share);
        let text = (format!("每人垫付相当于月人均收入的 {share}"), format!("{share} of a person's monthly income"));
        parts.push(words.say(&text.0, &text.1).to_owned());
    }
    out.item(words.say("患者垫付", "Prepaid"), &words.join(&parts));
    let held = yuan(words.mean("prepayment-days"), words.lang);
    let self_pay = yuan(words.mean("self-pay"), words.lang);
    let hard =
        [count(words.mean("hardship-10"), PEOPLE, words.lang), count(words.mean("hardship-40"), PEOPLE, words.lang)];
    let zh = format!(
        "垫付资金占用 {held}·天；停机期现金支付共 {self_pay}；垫付超过家庭月收入一成的 {}，超过四成的 {}",
        hard[0], hard[1]
    );
    let en = format!(
        "{held}·days outstanding over time; {self_pay} paid at visits in the outage; above 10% of a month's household income: {}, above 40%: {}",
        hard[0], hard[1]
    );
    out.item("", words.say(&zh, &en));
    let after = words.mean("paid-after");
    if after > 0.0 {
        let after = yuan(after, words.lang);
        let zh = format!("跨停机期住院的患者出院时另付 {after}");
        out.item("", words.say(&zh, &format!("and {after} paid at discharge by inpatients who spanned the outage")));
    }
    let carried = words.mean("carried");
    if carried > 0.0 {
        let (carried, peak) = (yuan(carried, words.lang), yuan(words.mean("carried-peak"), words.lang));
        let zh = format!("医疗机构挂账 {carried}，余额最高时 {peak}");
        out.item("", words.say(&zh, &format!("{carried} carried by providers, at most {peak} at a time")));
    }
}

/// Widths of the columns of the table of desks, by language: names of the shipped desk classes stand
/// in full.
fn columns(lang: Lang) -> [usize; 6] {
    match lang {
        Lang::Zh => [18, 16, 10, 22, 17, 17],
        Lang::En => [27, 16, 6, 23, 16, 12],
    }
}

fn desks(words: &Words<'_>, out: &mut Layout) {
    let all = &words.facts.desks;
    if all.is_empty() {
        out.item(words.say("窗口", "Desks"), words.say("没有需要到窗口办理的停机件", "no claims come to desks"));
        return;
    }
    let heads = match words.lang {
        Lang::Zh => {
            ["窗口（重者在前）", "排队分钟：平均", "95%不超过", "积压峰值（件）", "恢复正常（中位）", "95% 不晚于"]
        }
        Lang::En => ["Desks (worst first)", "Wait min.: mean", "95%", "Peak backlog", "Normal (median)", "95% by"],
    };
    let rows = all.iter().map(|desk| GridRow::new(desk_cells(words, desk)));
    out.grid(Grid {
        heads: heads.map(str::to_owned).to_vec(),
        widths: columns(words.lang).to_vec(),
        rows: rows.collect(),
        is_ordered: false,
        more: words.say("  另有 {} 类窗口", "  and {} more").to_owned(),
    });
}

fn desk_cells(words: &Words<'_>, desk: &DeskFacts) -> [String; 6] {
    let name = group_name(words.report.scenario, Group::Desk(desk.class), words.lang);
    let by_horizon = desk.normal_by_horizon.value.unwrap_or(0.0);
    let chance = percent(by_horizon);
    let (median, latest) = match (desk.normal_median.value, desk.normal_95) {
        // Day 0: nobody queues here (papers in a tray), or no queue grew; the backlog may be large.
        (Some(median), Some(latest)) if latest.max(median) < 1.0 => {
            let none = desk.wait_mean.value.is_none();
            let (zh, en) =
                if none { ("无人排队", "nobody queues") } else { ("排队未受影响", "queue unaffected") };
            (words.say(zh, en).to_owned(), String::new())
        }
        (Some(median), Some(latest)) => (words.day(median), words.day(latest)),
        (Some(median), None) => {
            (words.day(median), words.say(&format!("期末前恢复 {chance}"), &format!("{chance} by end")).to_owned())
        }
        (None, _) => (
            words.say("期末前未恢复", "not by the end").to_owned(),
            words.say(&format!("期末前恢复 {chance}"), &format!("{chance} by end")).to_owned(),
        ),
    };
    let columns = columns(words.lang);
    let number = |of: Interval| number_between(of, words.lang);
    let claims = |of: Interval| count_between(of, ("", ""), words.lang);
    [
        name,
        in_column(columns[1], desk.wait_mean, number),
        in_column(columns[2], Interval { value: desk.wait_95.value, ..Interval::default() }, number),
        in_column(columns[3], desk.backlog_peak, claims),
        median,
        latest,
    ]
}

/// A number with its interval where both fit, else the number alone: the interval stands in the
/// tables, and half of one would mislead.
fn in_column(column: usize, of: Interval, text: impl Fn(Interval) -> Option<String>) -> String {
    let alone = Interval { value: of.value, ..Interval::default() };
    let fits = |text: &String| width(text) < column;
    text(of).filter(fits).or_else(|| text(alone)).unwrap_or_else(|| "-".to_owned())
}

fn refunds(words: &Words<'_>, out: &mut Layout) {
    let refunded = words.facts.row(words.report, "refunded-95", Group::All);
    let by_horizon = percent_between(refunded.share, words.lang).unwrap_or_default();
    let last = words.last_day();
    let made = words.mean("prepayment");
    let share = |key: &str| percent(share_of_prepayment(words.facts, words.report, key).unwrap_or(0.0));
    let text = match refunded.quantiles[2].value {
        _ if made <= 0.0 => words.say("没有垫付", "nothing was prepaid").to_owned(),
        Some(day) => {
            let day = words.day(day);
            let zh = format!("到 {day}，95% 的垫付已退回（中位）；到 {last}达到的概率 {by_horizon}");
            let en = format!("95% of prepayment is back by {day} (median); by {last} with probability {by_horizon}");
            words.say(&zh, &en).to_owned()
        }
        None => {
            let (back, never, kept, open) =
                (share("refunded"), share("lost"), share("account-spared"), share("outstanding"));
            let zh = format!(
                "{last}前垫付已退回 {back}；不再退回 {never}，未申领而留在个人账户 {kept}，在途 {open}；未达到 95%"
            );
            let en = format!(
                "by {last} {back} of prepayment is back, {never} never will be, {kept} unclaimed stays on accounts, {open} is open; 95% is not reached"
            );
            words.say(&zh, &en).to_owned()
        }
    };
    out.item(words.say("退款", "Refunds"), &text);
    let lost: Vec<String> = LOSSES
        .iter()
        .map(|(key, zh, en)| (words.mean(key), words.say(zh, en)))
        .filter(|(value, _)| *value > 0.0)
        .map(|(value, name)| match words.lang {
            Lang::Zh => format!("{name} {}", count(value, CLAIMS, words.lang)),
            Lang::En => format!("{} {name}", count(value, CLAIMS, words.lang)),
        })
        .collect();
    let never = count_between(words.facts.mean(words.report, "lost"), YUAN, words.lang).unwrap_or_default();
    let open = yuan(words.mean("outstanding"), words.lang);
    let mut parts = vec![words.say(&format!("最终无法退回 {never}"), &format!("{never} never refunded")).to_owned()];
    parts.extend(lost);
    parts.push(words.say(&format!("期末仍未退回 {open}"), &format!("{open} still open at the end")).to_owned());
    out.item(words.say("损失", "Lost"), &words.join(&parts));
}

fn basis(words: &Words<'_>, out: &mut Layout) {
    let (n, seed) = (words.report.results.samples.len(), words.report.results.seed);
    let zh = format!(
        "{n} 次模拟的平均，随机种子 {seed}；括号内为 95% 置信区间（只含模拟的随机性，不含假设的不确定）；期末为 {}",
        words.last_day()
    );
    let en = format!(
        "means of {n} simulated courses, seed {seed}; 95% intervals in brackets (chance only, not the assumptions); simulated to {}",
        words.last_day()
    );
    out.item(words.say("依据", "Basis"), words.say(&zh, &en));
    assumed(words.facts, words.lang, out);
}

/// How much is assumed, and what the results depend on most.
pub(super) fn assumed(facts: &Facts, lang: Lang, out: &mut Layout) {
    let Facts { assumptions, main_assumptions, .. } = facts;
    let named: Vec<String> = main_assumptions.iter().map(|one| one.text(lang)).collect();
    let mut text = lang.choose(format!("{assumptions} 个参数为假设"), format!("{assumptions} parameters are assumed"));
    if !named.is_empty() {
        text.push_str(lang.pick("，影响最大的：", "; most depends on: "));
        text.push_str(&named.join(lang.pick("；", "; ")));
    }
    out.item(lang.pick("假设", "Assumptions"), &text);
}

/// What the reader should know before relying on the numbers.
fn warning_texts(report: &Report<'_>, lang: Lang) -> Vec<String> {
    let n = report.results.samples.len();
    let mut texts = Vec::new();
    if report.results.stopped.is_some() {
        texts.push(
            lang.pick("运行提前结束，只用了已完成的模拟", "the run ended early; only what was finished is used")
                .to_owned(),
        );
    }
    let end = report.scenario.horizon();
    for stop in report.scenario.suspensions.iter().filter(|stop| stop.planned != SimTime::NEVER && stop.planned >= end)
    {
        texts.push(lang.choose(
            format!("「{}」公布的恢复时间在模拟结束之后，恢复后的情况没有模拟；请核对时间，或加大 horizon_days", stop.name.zh),
            format!("the announced return of \"{}\" lies after the simulation's end, so that nothing after it is simulated; check the time or raise horizon_days", stop.name.en),
        ));
    }
    if report.results.precise == Some(false) {
        let zh = "未达到所要求的精度；请放宽 --precision，或用 --replications 指定更多次数";
        let en = "the precision asked for was not reached; relax --precision or give more with --replications";
        texts.push(lang.pick(zh, en).to_owned());
    }
    if n < REPLICATIONS_FEW {
        let zh = format!("只有 {n} 次模拟，区间不可靠；请用 --replications {REPLICATIONS_FEW} 或更多");
        let en = format!(
            "only {n} simulated courses, intervals are not reliable; use --replications {REPLICATIONS_FEW} or more"
        );
        texts.push(lang.pick(&zh, &en).to_owned());
    }
    texts
}

fn warnings(words: &Words<'_>, out: &mut Layout) {
    for text in warning_texts(words.report, words.lang) {
        out.item(words.say("注意", "Warning"), &text);
    }
}

/// The same facts as JSON.
pub fn json(report: &Report<'_>) -> Value {
    let facts = Facts::of(report);
    let clock = &report.scenario.clock;
    let mean = |key: &str| between(facts.mean(report, key));
    let date = |day: Option<f64>| day.map(|day| date_of_day(clock, day).to_string());
    let refunded = facts.row(report, "refunded-95", Group::All);
    let endings = ENDINGS.iter().map(|(key, ..)| ((*key).to_owned(), mean(key)));
    let losses = LOSSES.iter().map(|(key, ..)| ((*key).to_owned(), mean(key)));
    let money = [
        "prepayment",
        "prepayment-per-head",
        "people-prepaying",
        "prepayment-income-share",
        "prepayment-days",
        "self-pay",
        "hardship-10",
        "hardship-40",
        "carried",
        "carried-peak",
        "lost",
        "outstanding",
    ];
    let main = facts.main_assumptions.iter();
    json!({
        "city": report.scenario.city,
        "city_name": report.scenario.city_name,
        "schedule": report.scenario.schedule,
        "schedule_name": report.scenario.schedule_name,
        "announced_at": clock.civil(report.scenario.announced_at).to_string(),
        "last_day": date(Some(f64::from(clock.days().saturating_sub(1)))),
        "seed": report.results.seed,
        "replications": report.results.samples.len(),
        "confidence": crate::stats::Confidence::P95.level(),
        "stops": facts.stops.iter().map(|stop| stop_json(report, stop)).collect::<Vec<_>>(),
        "affected": mean("affected"),
        "affected_business": mean("affected-business"),
        "endings": endings.collect::<serde_json::Map<_, _>>(),
        "money": money.iter().map(|key| ((*key).to_owned(), mean(key))).collect::<serde_json::Map<_, _>>(),
        "desks": facts.desks.iter().map(|desk| desk_json(report, desk)).collect::<Vec<_>>(),
        "refunded_95": { "median": date(refunded.quantiles[2].value), "probability_in_time": between(refunded.share) },
        "claims_lost": losses.collect::<serde_json::Map<_, _>>(),
        "overran": facts.overran().map(between),
        "assumptions": facts.assumptions,
        "main_assumptions": main.map(|one| json!({
            "key": one.key, "name": { "zh": one.zh, "en": one.en }, "value": one.value, "range": one.range,
        })).collect::<Vec<_>>(),
        "precision_reached": report.results.precise,
        "complete": report.results.stopped.is_none(),
        "warnings": warning_texts(report, report.lang),
        "screen": screen(report),
    })
}

fn between(found: Interval) -> Value {
    json!({ "value": found.value, "low": found.low, "high": found.high })
}

fn stop_json(report: &Report<'_>, facts: &StopFacts) -> Value {
    let clock = &report.scenario.clock;
    let moment = |day: Option<f64>| day.map(|day| clock.civil(time_of_day(day)).to_string());
    let stop = report.scenario.suspensions.get(facts.stop);
    let planned = stop.map(|stop| stop.planned).filter(|&planned| planned != SimTime::NEVER);
    json!({
        "name": stop.map(|stop| stop.key.as_str()),
        "stop": stop.map(|stop| clock.civil(stop.stop).to_string()),
        "return": planned.map(|planned| clock.civil(planned).to_string()),
        "kind": stop.map(|stop| stop.kind.word()),
        "actual": { "q05": moment(facts.actual[0]), "q50": moment(facts.actual[1]), "q95": moment(facts.actual[2]) },
        "overran": between(facts.overran),
    })
}

fn desk_json(report: &Report<'_>, desk: &DeskFacts) -> Value {
    let clock = &report.scenario.clock;
    let date = |day: Option<f64>| day.map(|day| date_of_day(clock, day).to_string());
    let class = report.scenario.desk_classes.get(desk.class);
    let median = desk.normal_median;
    json!({
        "class": class.map(|class| class.key.as_str()),
        "name": class.map(|class| &class.name),
        "claims": between(desk.claims),
        "wait_mean_minutes": between(desk.wait_mean),
        "wait_95_minutes": between(desk.wait_95),
        "backlog_peak": between(desk.backlog_peak),
        "back_to_normal": {
            "median": date(median.value), "low": date(median.low), "high": date(median.high),
            "q95": date(desk.normal_95), "probability_in_time": between(desk.normal_by_horizon),
        },
    })
}

/// A day with its part of the day as an instant.
fn time_of_day(day: f64) -> SimTime {
    SimTime((day * f64::from(DAY)).round().clamp(0.0, f64::from(u32::MAX - 1)) as u32)
}

#[cfg(test)]
mod tests {
    use super::super::layout::{COLUMNS_MOST, LINES_MOST};
    use super::super::testing::World;
    use super::*;
    use crate::scenario::raw::Name;

    /// The last thing said about results is there too.
    fn check_screen(text: &str) {
        assert!(
            text.contains("假设") || text.contains("Assumptions") || text.contains("Note") || text.contains("提示"),
            "{text}"
        );
        assert!(text.lines().count() <= LINES_MOST, "{} lines\n{text}", text.lines().count());
        for line in text.lines() {
            assert!(width(line) <= COLUMNS_MOST, "{} columns: {line}", width(line));
        }
        assert!(!text.contains("NaN") && !text.replace("--replications", "").contains("replication"), "{text}");
    }

    #[test]
    fn fits_one_screen_in_both_languages() {
        for replications in [0, 1, 5, 100] {
            let world = World::new(replications);
            for lang in [Lang::Zh, Lang::En] {
                check_screen(&text(&world.report(lang)));
            }
        }
    }

    #[test]
    fn fits_one_screen_with_many_stops_desks_and_long_names() {
        let mut world = World::new(5);
        for number in 0..20 {
            let mut stop = world.scenario.suspensions[number % 2].clone();
            stop.name = Name { zh: "很长的业务名称".repeat(6), en: "a very long name of a service ".repeat(4) };
            world.scenario.suspensions.push(stop);
            let mut class = world.scenario.desk_classes[0].clone();
            class.name = stop_name(&world.scenario.suspensions);
            world.scenario.desk_classes.push(class);
        }
        let world = world.rerun(5);
        for lang in [Lang::Zh, Lang::En] {
            check_screen(&text(&world.report(lang)));
        }
    }

    fn stop_name(stops: &[crate::schedule::Suspension]) -> Name {
        stops.last().map(|stop| stop.name.clone()).unwrap_or_default()
    }

    #[test]
    fn tells_the_main_things_in_chinese() {
        let world = World::new(100);
        let text = text(&world.report(Lang::Zh));
        for part in [
            "鄠邑示例市 · 公告方案（2021年11月15日周一 00:00 公布）",
            "62 小时",
            "晚于公告的概率 50%",
            "18.2",
            "2,350",
            "鄠邑区医保大厅",
            "期末前恢复 66%",
            "100 次模拟的平均",
            "普通门诊推迟比例 60%（40%～70%）",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
        assert!(!text.contains("注意"), "{text}");
    }

    #[test]
    fn an_interval_that_does_not_fit_is_left_out_whole() {
        let of = Interval { value: Some(28_100.0), low: Some(27_900.0), high: Some(29_100.0) };
        let text = |of: Interval| count_between(of, ("", ""), Lang::En);
        assert_eq!(in_column(23, of, text), "28,100 (27,900–29,100)");
        assert_eq!(in_column(22, of, text), "28,100");
        assert_eq!(in_column(22, Interval::default(), text), "-");
    }

    #[test]
    fn warns_when_the_numbers_are_not_to_be_relied_on() {
        let mut world = World::new(29);
        world.results.precise = Some(false);
        let english = text(&world.report(Lang::En));
        assert!(english.contains("only 29 simulated courses") && english.contains("was not reached"), "{english}");
        assert!(!text(&World::new(30).report(Lang::En)).contains("Warning"));
    }

    #[test]
    fn json_has_the_same_facts() {
        let world = World::new(100);
        let found = json(&world.report(Lang::Zh));
        assert_eq!(found["stops"][0]["return"], "2021-11-22T08:00:00");
        assert_eq!(found["stops"][1]["return"], Value::Null);
        assert_eq!(found["desks"][0]["class"], "hall");
        assert_eq!(found["desks"][0]["back_to_normal"]["q95"], Value::Null);
        assert_eq!(found["overran"]["value"], 0.5);
        assert!(json(&World::new(0).report(Lang::En))["affected"]["value"].is_null());
    }
}
