//! `cutover trace`: the event log of one replication, as CSV.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::ScenarioArgs;
use super::input::{Input, read};
use super::output::{Failure, print};
use super::usage::{BadValue, whole};
use crate::replication::{Model, Tracing, simulate};
use crate::scenario::world::Scenario;
use crate::trace::TraceRow;

#[derive(Debug, Args)]
pub(super) struct TraceArgs {
    #[command(flatten)]
    scenario: ScenarioArgs,
    /// Which simulated course, from 0 ｜ 第几次模拟（从 0 起）
    #[arg(long, value_name = "N｜序号", value_parser = parse_number)]
    replication: u32,
    /// Only this site and claims that come from it, such as hall/0 ｜ 只看一个网点及其发出的待办件，如 hall/0
    #[arg(long, value_name = "GROUP/NUMBER｜网点组/序号")]
    site: Option<String>,
    /// Random seed, as given to run ｜ 随机种子，与 run 所用相同
    #[arg(long, value_name = "NUMBER｜数", default_value_t = 1, value_parser = super::run::parse_seed)]
    seed: u64,
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
        Some(name) => Tracing::Site(find_site(&scenario, name)?),
    };
    let model = Model::new(scenario);
    let outcome = simulate(&model, arguments.seed, arguments.replication, tracing)
        .map_err(|breach| Failure::work(breach.to_string()))?;
    let text = csv(&model.scenario, &outcome.trace);
    match &arguments.out {
        None => print(&text)?,
        Some(path) => crate::report::folder::write_whole(path, text.as_bytes())
            .map_err(|error| Failure::work(error.text(lang)))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn find_site(scenario: &Scenario, name: &str) -> Result<u32, Failure> {
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
        Failure::input(format!("--site {name}: 没有这个网点，可用 no such site; known: {}", known.join(", ")))
    })
}

fn site_name(scenario: &Scenario, site: u32) -> String {
    let group = scenario.group_of(site);
    format!("{}/{}", group.key, site - group.first)
}

fn csv(scenario: &Scenario, rows: &[TraceRow]) -> String {
    let mut text = String::from("time,site,event,care,scheme,pathway,step,origin,person,visit,yuan\n");
    for row in rows {
        let way = row.pathway.and_then(|pathway| scenario.pathways.get(usize::from(pathway)));
        let step = way.and_then(|way| way.steps.get(usize::from(row.step)));
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{},{},{},{},{},{},{},{},{},{},{:.2}",
            scenario.clock.civil(row.time),
            site_name(scenario, row.site),
            row.event.word(),
            scenario.care[usize::from(row.care)].key,
            scenario.schemes[usize::from(row.scheme)].key,
            way.map_or("", |way| way.key.as_str()),
            step.map_or("", |step| step.key.as_str()),
            site_name(scenario, row.origin),
            row.person,
            row.visit,
            row.fen as f64 / 100.0,
        );
    }
    text
}
