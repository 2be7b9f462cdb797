//! `cutover trace`: the event log of one replication, as CSV.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::input::{Input, read};
use super::output::{Failure, print};
use super::usage::{BadValue, whole};
use super::{EngineArgs, ScenarioArgs};
use crate::patient::{PersonKind, STAY_DAYS_MAX};
use crate::replication::{Model, Tracing, simulate};
use crate::report::table::escaped;
use crate::scenario::error::{echo, nearest};
use crate::scenario::world::Scenario;
use crate::trace::{Event, TraceRow};
use crate::units::Lang;

#[derive(Debug, Args)]
#[command(after_help = COLUMNS_HELP)]
pub(super) struct TraceArgs {
    #[command(flatten)]
    scenario: ScenarioArgs,
    /// Which simulated course, from 0 ｜ 第几次模拟（从 0 起）
    #[arg(long, value_name = "N｜序号", value_parser = parse_number, allow_negative_numbers = true)]
    replication: u32,
    /// Only this site and claims that come from it, such as hall/0 ｜ 只看一个网点及其发出的待办件，如 hall/0
    #[arg(long, value_name = "GROUP/NUMBER｜网点组/序号")]
    site: Option<String>,
    /// Random seed, as given to run ｜ 随机种子，与 run 所用相同
    #[arg(long, value_name = "NUMBER｜数", default_value_t = 1, value_parser = super::session::parse_seed, allow_negative_numbers = true)]
    seed: u64,
    #[command(flatten)]
    engine: EngineArgs,
    /// File to write (default: standard output) ｜ 输出文件（默认屏幕）
    #[arg(long, value_name = "FILE｜文件")]
    out: Option<PathBuf>,
}

fn parse_number(text: &str) -> Result<u32, BadValue> {
    whole(text, 0, 999_999)
}

pub(super) fn trace(arguments: &TraceArgs) -> Result<ExitCode, Failure> {
    let Input { scenario, lang, .. } = read(&arguments.scenario)?;
    let tracing = match &arguments.site {
        None => Tracing::All,
        Some(name) => Tracing::Site(find_site(&scenario, name, lang)?),
    };
    let model = Model::new(scenario).with_engine(arguments.engine.engine);
    let outcome = simulate(&model, arguments.seed, arguments.replication, tracing)
        .map_err(|breach| Failure::work(breach.to_string()))?;
    let text = csv(&model.scenario, &outcome.trace, lang);
    match &arguments.out {
        None => print(&text, lang)?,
        // The mark tells Excel that the file is UTF-8.
        Some(path) => crate::report::folder::write_whole(path, format!("\u{feff}{text}").as_bytes())
            .map_err(|error| Failure::work(error.text(lang)))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn find_site(scenario: &Scenario, name: &str, lang: Lang) -> Result<u32, Failure> {
    let known: Vec<String> = scenario
        .groups
        .iter()
        .filter(|group| group.count > 0)
        .map(|group| format!("{}/0..{}", group.key, group.count - 1))
        .collect();
    let found = name.split_once('/').and_then(|(group, number)| {
        let group = scenario.groups.iter().find(|known| known.key == group)?;
        let number = number.parse::<u32>().ok()?;
        (number < group.count).then_some(group.first + number)
    });
    found.ok_or_else(|| {
        let near = name.split_once('/').map_or(name, |(group, _)| group);
        let near = nearest(near, scenario.groups.iter().map(|group| group.key.as_str()));
        let list = known.join(", ");
        Failure::input(match lang {
            Lang::Zh => {
                let meant = near.map_or_else(String::new, |near| format!("；是否想写 {near}/0？"));
                format!("--site = {}：没有这个网点；写作 网点组/序号，可用：{list}{meant}", echo(name))
            }
            Lang::En => {
                let meant = near.map_or_else(String::new, |near| format!("; did you mean {near}/0?"));
                format!("--site = {}: no such site; write GROUP/NUMBER, there are: {list}{meant}", echo(name))
            }
        })
    })
}

/// Columns of the log, in English as in scripts and in Chinese as on a planner's screen.
const COLUMNS: [(&str, &str); 13] = [
    ("time", "时间"),
    ("site", "网点"),
    ("event", "事件"),
    ("care_type", "就医类别"),
    ("scheme", "险种"),
    ("pathway", "处理方式"),
    ("step", "步骤"),
    ("visit_site", "就诊网点"),
    ("person_kind", "人员类型"),
    ("person", "人员"),
    ("visit_number", "第几次"),
    ("yuan", "金额（元）"),
    ("window", "窗口"),
];

/// The columns in words, behind the options in `--help`.
const COLUMNS_HELP: &str = "\
Columns: time; site where it happened (GROUP/NUMBER, as --site takes it); event; care_type, scheme,
pathway, step; visit_site of the visit it goes back to; person_kind, person and visit_number, which
with visit_site, care_type and scheme name one visit; yuan paid or refunded;
window, from 1, that took the claim.
  person_kind  person                                        visit_number
  one-time     day of the visit/number that day at the site
  inpatient    day of admission/number that day at the site
  refill       patient's number at the site                  the patient's refill, from 1
  dialysis     patient's number at the site                  the patient's session, from 1
  agency       day it is due/number that day at the site
--lang en writes the keys of the scenario files, for scripts; --lang zh their Chinese names. Sites
and steps have no names but their keys in the scenario files (hall/0: the first site of the group hall).｜\
各列：时间；网点（网点组/序号，与 --site 相同）；事件；就医类别、险种、处理方式、步骤；就诊网点（原就诊处）；
人员类型、人员、第几次：与就诊网点、就医类别、险种合起来指明一次就诊；金额（支付或退款，元）；
开始办理的窗口号（从 1 起）。
  人员类型    人员                        第几次
  一次性就诊  就诊日期/当日该网点序号
  住院        入院日期/当日该网点序号
  续方患者    该网点的患者序号            该患者第几次续方（从 1 起）
  定期治疗    该网点的患者序号            该患者第几次治疗（从 1 起）
  经办业务    应办日期/当日该网点序号
--lang zh 写中文名称；--lang en 写情景文件中的键名，供脚本使用。网点（如 hall/0，即 hall 组的第一个网点）和
步骤（如 counter、register）没有中文名称，一律是情景文件中的键名。";

fn site_name(scenario: &Scenario, site: u32) -> String {
    let group = scenario.group_of(site);
    format!("{}/{}", group.key, site - group.first)
}

/// Kind of person, the person, and which of the person's visits, as [`COLUMNS_HELP`] says.
fn person(scenario: &Scenario, row: &TraceRow, lang: Lang) -> [String; 3] {
    let number = row.person & 0x0fff_ffff;
    let kind = [
        PersonKind::Visit,
        PersonKind::Stay,
        PersonKind::Refill,
        PersonKind::Session,
        PersonKind::Routine,
        PersonKind::Business,
    ]
    .into_iter()
    .find(|kind| *kind as u32 == row.person >> 28);
    let on = |days_before: u32| {
        let day = scenario.clock.date(number).saturating_sub(jiff::Span::new().days(i64::from(days_before)));
        format!("{day}/{}", row.visit + 1)
    };
    let patient = |zh: &str, en: &str| {
        // Care type and scheme stand in columns of their own.
        [lang.pick(zh, en).to_owned(), ((number & 0x3_ffff) + 1).to_string(), (row.visit + 1).to_string()]
    };
    let once = |zh: &str, en: &str, before| [lang.pick(zh, en).to_owned(), on(before), String::new()];
    match kind {
        Some(PersonKind::Refill) => patient("续方患者", "refill"),
        Some(PersonKind::Session) => patient("定期治疗", "dialysis"),
        Some(PersonKind::Stay) => once("住院", "inpatient", STAY_DAYS_MAX),
        Some(PersonKind::Routine | PersonKind::Business) => once("经办业务", "agency", 0),
        Some(PersonKind::Visit) | None => once("一次性就诊", "one-time", 0),
    }
}

fn event(event: Event, lang: Lang) -> &'static str {
    let zh = match event {
        Event::Paid => "就诊付款",
        Event::Deferred => "推迟就医",
        Event::BoughtEarly => "提前开药",
        Event::StockedUp => "已提前开药或办理",
        Event::Forgone => "放弃就医",
        Event::Came => "到窗口",
        Event::Started => "开始办理",
        Event::Finished => "办结一步",
        Event::Left => "未办离开",
        Event::Rework => "补材料再来",
        Event::Refused => "被拒",
        Event::Refunded => "退款",
        Event::Lost => "待遇落空",
    };
    lang.pick(zh, event.word())
}

fn csv(scenario: &Scenario, rows: &[TraceRow], lang: Lang) -> String {
    let mut text = COLUMNS.map(|(en, zh)| lang.pick(zh, en)).join(",") + "\n";
    let named = |key: &str, name: &str| escaped(lang.pick(name, key));
    for row in rows {
        let way = row.pathway.and_then(|pathway| scenario.pathways.get(usize::from(pathway)));
        let step = way.and_then(|way| way.steps.get(usize::from(row.step)));
        let (care, scheme) = (&scenario.care[usize::from(row.care)], &scenario.schemes[usize::from(row.scheme)]);
        let [kind, person, visit] = person(scenario, row, lang);
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{},{},{},{},{},{},{},{},{kind},{person},{visit},{:.2},{}",
            scenario.clock.civil(row.time),
            site_name(scenario, row.site),
            event(row.event, lang),
            named(&care.key, &care.name.zh),
            named(&scheme.key, &scheme.name.zh),
            way.map_or_else(String::new, |way| named(&way.key, &way.name.zh)),
            step.map_or("", |step| step.key.as_str()),
            site_name(scenario, row.origin),
            row.fen as f64 / 100.0,
            row.window.map_or(String::new(), |window| (window + 1).to_string()),
        );
    }
    text
}
