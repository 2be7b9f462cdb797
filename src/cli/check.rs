//! `cutover check`: validate; print timeline, load and assumptions.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::input::{Input, read_path};
use super::output::{Failure, print};
use super::{LangArg, choose_lang};
use crate::calendar::{DayKind, SimTime};
use crate::load::{expected, visits_per_day};
use crate::report::assumptions::{assumptions, missing_sources};
use crate::report::labels::{label, written};
use crate::report::weights::by_weight;
use crate::scenario::raw::{InHand, MeasureKind};
use crate::scenario::world::Scenario;
use crate::schedule::{RollBack, Suspension, Unstable, shift};
use crate::units::Lang;

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Scenario folders or schedule files ｜ 情景文件夹或方案文件，可写多个
    #[arg(required = true, value_name = "PATH｜路径")]
    paths: Vec<PathBuf>,
    /// Set any scenario key ｜ 临时修改任一参数
    #[arg(long = "set", value_name = "KEY=VALUE｜键=值")]
    sets: Vec<String>,
    /// Language of output; default: the scenario's, else the locale's ｜ 输出语言；默认按情景文件，其次按系统语言
    #[arg(long, value_enum, value_name = "LANG｜语言")]
    lang: Option<LangArg>,
    /// List every assumption, not only the 20 to verify first ｜ 列出全部假设，而不只是最该先核实的 20 个
    #[arg(long)]
    all: bool,
    /// Print JSON: one object, or an array for several paths ｜ 以 JSON 输出：一个路径为对象，多个为数组
    #[arg(long)]
    json: bool,
}

pub(super) fn check(arguments: &CheckArgs) -> Result<ExitCode, Failure> {
    let mut values = Vec::new();
    let mut text = String::new();
    for path in &arguments.paths {
        let input = read_path(path, &arguments.sets, arguments.lang)?;
        if arguments.json {
            values.push(as_json(&input));
        } else {
            text.push_str(&as_text(&input, arguments.all));
        }
    }
    if arguments.json {
        let value = if values.len() == 1 { values.remove(0) } else { Value::Array(values) };
        text = serde_json::to_string_pretty(&value).map_err(|error| Failure::work(error.to_string()))? + "\n";
    }
    print(&text, choose_lang(arguments.lang, None))?;
    Ok(ExitCode::SUCCESS)
}

fn as_json(input: &Input) -> Value {
    let scenario = &input.scenario;
    let clock = &scenario.clock;
    let suspensions: Vec<Value> = scenario
        .suspensions
        .iter()
        .map(|stop| {
            let is_announced = stop.planned != SimTime::NEVER;
            json!({
                "name": stop.key,
                "services": services(scenario, stop),
                "scope": input.loaded.json["suspend"][&stop.key].get("scope").cloned().unwrap_or_else(|| json!({})),
                "except": input.loaded.json["suspend"][&stop.key].get("except").cloned().unwrap_or_else(|| json!({})),
                "stop": clock.civil(stop.stop).to_string(),
                "return": is_announced.then(|| clock.civil(stop.planned).to_string()),
                "kind": stop.kind.word(),
                "in_hand": stop.in_hand,
                "rollback": stop.rollback.as_ref().map(|plan| rollback_json(scenario, plan)),
                "unstable": stop.unstable.as_ref().map(unstable_json),
                "hours": is_announced.then(|| hours(stop)),
                "working_hours_lost": is_announced.then(|| working_hours_lost(scenario, stop)).flatten(),
            })
        })
        .collect();
    let desks: Vec<Value> = expected(scenario)
        .iter()
        .map(|load| {
            json!({
                "class": scenario.desk_classes[load.class].key,
                "sites": load.sites,
                "windows": load.windows,
                "offered_per_day": round(load.offered_per_day),
                "capacity_per_day": round(load.capacity_per_day),
                "utilisation": load.utilisation().map(round),
            })
        })
        .collect();
    let assumed: Vec<Value> = assumptions(&input.loaded)
        .iter()
        .map(|one| json!({ "key": one.key, "value": one.value, "range": one.range, "reason": one.reason.in_lang(input.lang) }))
        .collect();
    json!({
        "city": scenario.city,
        "schedule": scenario.schedule,
        "announced_at": clock.civil(scenario.announced_at).to_string(),
        "start": clock.civil(SimTime::START).to_string(),
        "horizon": clock.civil(scenario.horizon()).to_string(),
        "visits_per_day": round(visits_per_day(scenario)),
        "suspensions": suspensions,
        "desks": desks,
        "assumptions": assumed,
        "missing_sources": missing_sources(&input.loaded),
    })
}

fn rollback_json(scenario: &Scenario, plan: &RollBack) -> Value {
    let civil = |time| scenario.clock.civil(time).to_string();
    let back = back_on_average(plan);
    json!({
        "go_no_go": civil(plan.go_no_go),
        "latest": civil(plan.latest),
        "old_system_back_hours": round(plan.back_hours.mean()),
        "again": civil(plan.again(&scenario.clock, back)),
        "again_hours": plan.length.map(|length| f64::from(length.0) / 3600.0),
    })
}

fn unstable_json(plan: &Unstable) -> Value {
    json!({
        "days": plan.days,
        "failures": round(plan.failures_per_day * f64::from(plan.days)),
        "hours_each": round(plan.hours.mean()),
        "at_most": plan.at_most,
    })
}

/// When the old system is back after a roll-back that takes its mean time.
fn back_on_average(plan: &RollBack) -> SimTime {
    shift(plan.go_no_go, (plan.back_hours.mean() * 3600.0).round() as i64)
}

/// What may happen at a stop beside what is announced: not known in advance, and so told apart.
fn setbacks(scenario: &Scenario, stop: &Suspension, lang: Lang) -> Vec<(SimTime, String)> {
    let name = lang.pick(&stop.name.zh, &stop.name.en);
    let mut rows = Vec::new();
    if let Some(plan) = &stop.rollback {
        let latest = moment(scenario, plan.latest, lang);
        let again = moment(scenario, plan.again(&scenario.clock, back_on_average(plan)), lang);
        let hours = plan.back_hours.mean();
        let length = plan.length.map(|length| f64::from(length.0) / 3600.0);
        rows.push((plan.go_no_go, match lang {
            Lang::Zh => {
                let length = length.map_or_else(String::new, |hours| format!("，{hours:.1} 小时"));
                format!("可能回退 {name}：如工作到 {latest} 做不完，旧系统约 {hours:.1} 小时后恢复，约 {again} 二次停机{length}")
            }
            Lang::En => {
                let length = length.map_or_else(String::new, |hours| format!(" for {hours:.1} hours"));
                format!(
                    "{name} may roll back: if the work will not be done by {latest}, the old system is back some \
                     {hours:.1} hours later, and a second stop begins about {again}{length}"
                )
            }
        }));
    }
    if let Some(plan) = &stop.unstable {
        let (days, rate, most) = (plan.days, plan.failures_per_day, plan.at_most);
        let hours = plan.hours.mean();
        let when = if stop.planned == SimTime::NEVER { scenario.horizon() } else { stop.planned };
        rows.push((
            when,
            match lang {
                Lang::Zh => format!(
                    "{name}恢复后 {days} 天内可能再次中断：平均每天 {rate} 次，每次平均 {hours:.1} 小时，最多 {most} 次"
                ),
                Lang::En => format!(
                    "{name} may be down again in the {days} days after the return: {rate} times a day on average, \
                 {hours:.1} hours each, {most} times at most"
                ),
            },
        ));
    }
    rows
}

fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

fn services(scenario: &Scenario, stop: &Suspension) -> Vec<String> {
    let all = scenario.services.iter().enumerate();
    all.filter(|(index, _)| stop.services >> index & 1 == 1).map(|(_, service)| service.key.clone()).collect()
}

/// The services of a stop as a reader knows them, in brackets.
fn service_names(scenario: &Scenario, stop: &Suspension, lang: Lang) -> String {
    let all = scenario.services.iter().enumerate().filter(|(index, _)| stop.services >> index & 1 == 1);
    let names: Vec<&str> = all.map(|(_, service)| lang.pick(&service.name.zh, &service.name.en)).collect();
    match lang {
        Lang::Zh => format!("（{}）", names.join("、")),
        Lang::En => format!(" [{}]", names.join(", ")),
    }
}

/// What the scenario calls a measure; its key where it has no name.
fn measure_name(input: &Input, key: &str) -> String {
    let name = &input.loaded.json["measures"][key]["name"][input.lang.pick("zh", "en")];
    name.as_str().unwrap_or(key).to_owned()
}

fn hours(stop: &Suspension) -> f64 {
    (f64::from(stop.planned.0) - f64::from(stop.stop.0)) / 3600.0
}

/// Opening hours of the halls that fall into a stop, from its announced beginning to its
/// announced end; none without a hall.
fn working_hours_lost(scenario: &Scenario, stop: &Suspension) -> Option<f64> {
    let hall = scenario.groups.iter().find(|group| group.kind == crate::scenario::raw::SiteKind::Hall)?;
    let desk = hall.desk.as_ref()?;
    let mut seconds = 0i64;
    for (day, spans) in (0u32..).zip(&desk.hours.days) {
        for &(open, close) in spans {
            let from = SimTime::at(day, open).max(stop.stop);
            let until = SimTime::at(day, close).min(stop.planned);
            seconds += (i64::from(until.0) - i64::from(from.0)).max(0);
        }
    }
    Some(seconds as f64 / 3600.0)
}

fn as_text(input: &Input, all: bool) -> String {
    let (scenario, lang) = (&input.scenario, input.lang);
    let mut text = String::new();
    let title = lang.pick(&scenario.city_name.zh, &scenario.city_name.en);
    let schedule = lang.pick(&scenario.schedule_name.zh, &scenario.schedule_name.en);
    line(&mut text, &format!("{title} · {schedule}"));
    line(&mut text, "");
    timeline(&mut text, input);
    load(&mut text, scenario, lang);
    assumed(&mut text, input, all);
    text
}

fn line(text: &mut String, one: &str) {
    text.push_str(one);
    text.push('\n');
}

/// A moment with weekday and kind of day.
fn moment(scenario: &Scenario, time: SimTime, lang: Lang) -> String {
    let clock = &scenario.clock;
    let civil = clock.civil(time);
    let base = format!("{} {:02}:{:02}", civil.date(), civil.hour(), civil.minute());
    if time.day() >= clock.days() {
        return base;
    }
    let weekday = usize::from(clock.weekday(time.day()));
    let zh = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"][weekday];
    let en = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][weekday];
    let (kind_zh, kind_en) = match clock.kind(time.day()) {
        DayKind::Working => ("工作日", "working day"),
        DayKind::Resting => ("休息日", "rest day"),
        DayKind::Holiday => ("法定节假日", "public holiday"),
    };
    match lang {
        Lang::Zh => format!("{base} {zh}（{kind_zh}）"),
        Lang::En => format!("{base} {en} ({kind_en})"),
    }
}

fn timeline(text: &mut String, input: &Input) {
    let (scenario, lang) = (&input.scenario, input.lang);
    let mut rows: Vec<(SimTime, String)> = vec![
        (SimTime::START, lang.pick("模拟开始", "simulation starts").to_owned()),
        (scenario.announced_at, lang.pick("公告", "announced").to_owned()),
    ];
    for stop in &scenario.suspensions {
        let name = lang.pick(&stop.name.zh, &stop.name.en);
        let frozen = match stop.in_hand {
            InHand::Finish => "",
            InHand::Freeze => lang.pick("，在办业务冻结", ", service in hand is frozen"),
        };
        let services = service_names(scenario, stop, lang);
        rows.push((stop.stop, format!("{} {name}{services}{frozen}", lang.pick("停", "stop  "))));
        if stop.planned != SimTime::NEVER {
            let estimated =
                if stop.kind.word() == "estimated" { lang.pick("（预计）", " (estimated)") } else { "" };
            let lost = working_hours_lost(scenario, stop).map_or_else(String::new, |lost| match lang {
                Lang::Zh => format!("，其中大厅工作时间 {lost:.1} 小时"),
                Lang::En => format!(", {lost:.1} of them hall opening hours"),
            });
            let late = if stop.planned < scenario.horizon() {
                ""
            } else {
                lang.pick(
                    "，在模拟结束之后：恢复后的情况没有模拟，请核对时间，或加大 horizon_days",
                    "; after the simulation's end: nothing that follows is simulated, check the time or raise horizon_days",
                )
            };
            let span = match lang {
                Lang::Zh => format!("共 {:.1} 小时{lost}{late}", hours(stop)),
                Lang::En => format!("{:.1} hours{lost}{late}", hours(stop)),
            };
            rows.push((stop.planned, format!("{} {name}{estimated}  {span}", lang.pick("复", "return"))));
        }
    }
    rows.extend(scenario.suspensions.iter().flat_map(|stop| setbacks(scenario, stop, lang)));
    for measure in &scenario.measures {
        if let (crate::schedule::Moment::At(until), true) = (measure.until, measure.kind != MeasureKind::Surge) {
            rows.push((until, format!("{} {}", lang.pick("截止", "cut-off"), measure_name(input, &measure.key))));
        }
    }
    rows.push((scenario.horizon(), lang.pick("模拟结束", "simulation ends").to_owned()));
    rows.sort_by_key(|(time, _)| *time);
    line(text, lang.pick("时间表", "Timeline"));
    for (time, what) in rows {
        line(text, &format!("  {}  {what}", moment(scenario, time, lang)));
    }
    for stop in scenario.suspensions.iter().filter(|stop| stop.planned == SimTime::NEVER) {
        let name = lang.pick(&stop.name.zh, &stop.name.en);
        line(text, &format!("  {}{name}", lang.pick("未公布恢复时间：", "no return announced: ")));
    }
    line(text, "");
}

fn load(text: &mut String, scenario: &Scenario, lang: Lang) {
    line(
        text,
        lang.pick(
            "窗口日常负荷（工作日，未模拟前的测算）",
            "Routine load at desks (a working day, before any simulation)",
        ),
    );
    for load in expected(scenario) {
        let class = &scenario.desk_classes[load.class];
        let name = lang.pick(&class.name.zh, &class.name.en);
        let share = load.utilisation().map_or_else(|| "–".to_owned(), |share| format!("{:.0}%", share * 100.0));
        let row = match lang {
            Lang::Zh => format!(
                "  {name}：{} 个网点，{} 个窗口，每日 {:.0} 件，能力 {:.0} 件（{:.1} 分钟/件），负荷 {share}",
                load.sites, load.windows, load.offered_per_day, load.capacity_per_day, load.minutes
            ),
            Lang::En => format!(
                "  {name}: {} sites, {} windows, {:.0} matters a day of {:.0} possible ({:.1} min each), load {share}",
                load.sites, load.windows, load.offered_per_day, load.capacity_per_day, load.minutes
            ),
        };
        line(text, &row);
    }
    let visits = visits_per_day(scenario);
    let insured: f64 = scenario.schemes.iter().map(|scheme| scheme.insured).sum();
    let row = match lang {
        Lang::Zh => {
            format!("  就医购药结算：每日约 {visits:.0} 人次，每参保人每年 {:.2} 次", visits * 365.0 / insured.max(1.0))
        }
        Lang::En => format!(
            "  settlements: about {visits:.0} visits a day, {:.2} per insured person and year",
            visits * 365.0 / insured.max(1.0)
        ),
    };
    line(text, &row);
    line(text, "");
}

/// Assumptions shown unless all are asked for.
const ASSUMPTIONS_SHOWN: usize = 20;

fn assumed(text: &mut String, input: &Input, all: bool) {
    let lang = input.lang;
    let found = by_weight(assumptions(&input.loaded), &input.loaded, &input.scenario);
    let shown = if all { found.len() } else { found.len().min(ASSUMPTIONS_SHOWN) };
    let (count, rest) = (found.len(), found.len() - shown);
    let title = match lang {
        Lang::Zh if rest > 0 => format!("假设（无人实测过的参数）：共 {count} 个，以下为最该先核实的 {shown} 个"),
        Lang::Zh => format!("假设（无人实测过的参数）：共 {count} 个"),
        Lang::En if rest > 0 => {
            format!("Assumptions (parameters nobody has measured): {count}; the {shown} to verify first:")
        }
        Lang::En => format!("Assumptions (parameters nobody has measured): {count}"),
    };
    line(text, &title);
    if count > 0 {
        line(
            text,
            lang.pick(
                "  顺序：停机每天涉及的件数 × 取值范围的宽度（窗口参数再乘日常负荷），未经模拟；没有范围的排在最后",
                "  order: matters a day met by the stops × width of the range (for desks × routine load), \
                 not simulated; those without a range come last",
            ),
        );
    }
    for (number, one) in found.iter().take(shown).enumerate() {
        let range = one.range.map_or_else(String::new, |[low, high]| match lang {
            Lang::Zh => format!("（范围 {low}～{high}）"),
            Lang::En => format!(" (range {low} to {high})"),
        });
        line(text, &format!("  {:>3}. {} = {}{range}", number + 1, one.key, written(&one.value)));
        let label = label(&input.loaded, &one.key, lang);
        let label = if label.is_empty() { label } else { label + lang.pick("：", ": ") };
        line(text, &format!("       {label}{}", one.reason.reason(lang)));
    }
    if rest > 0 {
        line(
            text,
            &match lang {
                Lang::Zh => format!("  另有 {rest} 个未列出；加 --all 全部列出，或用 --json"),
                Lang::En => format!("  and {rest} more; --all lists them, so does --json"),
            },
        );
    }
    unsourced(text, &missing_sources(&input.loaded), lang);
    line(text, "");
}

fn unsourced(text: &mut String, missing: &[String], lang: Lang) {
    if !missing.is_empty() {
        let title =
            lang.pick("缺少来源的参数（请在 [sources] 中补写）", "Parameters without a source (add them to [sources])");
        line(text, &format!("{title}{} {}", lang.pick("：", ":"), missing.len()));
        for key in missing {
            line(text, &format!("  {key}"));
        }
    }
}
