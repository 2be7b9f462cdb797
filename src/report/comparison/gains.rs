//! Who gains and who loses by each schedule against the baseline, by care type, scheme, income and
//! district: the patients are the same, so each is compared with himself.

use crate::experiment::comparison::{Candidate, Comparison};
use crate::experiment::spool::SpoolError;
use crate::replication::{Gain, INCOME_GROUPS};
use crate::stats::{Confidence, Estimate};

use super::super::table::{Interval, escaped, line, plain};
use super::ComparisonReport;

/// Names of income groups: fifths of a scheme's people.
const INCOMES: [(&str, &str, &str); INCOME_GROUPS] = [
    ("income-1", "收入最低的五分之一", "poorest fifth"),
    ("income-2", "收入次低的五分之一", "second fifth"),
    ("income-3", "收入居中的五分之一", "middle fifth"),
    ("income-4", "收入次高的五分之一", "fourth fifth"),
    ("income-5", "收入最高的五分之一", "richest fifth"),
];

/// Gains and losses of one group under one schedule, means over the replications.
#[derive(Debug, Clone)]
pub struct GainRow {
    /// The schedule, by its place.
    pub schedule: usize,
    /// Kind of the group: `all`, `care`, `scheme`, `income`, `district`.
    pub kind: &'static str,
    /// Key of the group.
    pub key: String,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
    /// Patients better off, a replication.
    pub better: Interval,
    /// Patients worse off.
    pub worse: Interval,
    /// Met by the outage under one of the two, and neither better nor worse off.
    pub same: Interval,
    /// Yuan less in advance, by those who pay less.
    pub less_yuan: Interval,
    /// Yuan more in advance, by those who pay more.
    pub more_yuan: Interval,
}

/// All rows, by schedule, then group.
///
/// # Errors
///
/// When samples that were put aside cannot be read.
pub fn rows(candidates: &[Candidate], comparison: &Comparison) -> Result<Vec<GainRow>, SpoolError> {
    let mut rows = Vec::new();
    for (schedule, candidate) in candidates.iter().enumerate() {
        let gains = &comparison.gains[schedule];
        if gains.is_empty() {
            continue;
        }
        let scenario = &candidate.model.scenario;
        let schemes =
            scenario.schemes.iter().map(|scheme| ("scheme", &*scheme.key, &*scheme.name.zh, &*scheme.name.en));
        let districts = scenario.districts.iter().map(|one| ("district", &*one.key, &*one.name.zh, &*one.name.en));
        // In the order in which gains are kept.
        let groups = std::iter::once(("all", "all", "全部", "all"))
            .chain(scenario.care.iter().map(|care| ("care", &*care.key, &*care.name.zh, &*care.name.en)))
            .chain(schemes)
            .chain(INCOMES.iter().map(|&(key, zh, en)| ("income", key, zh, en)))
            .chain(districts);
        for (place, (kind, key, zh, en)) in groups.enumerate() {
            rows.push(row(&gains.column(place)?, (schedule, kind), (key, zh, en)));
        }
    }
    rows.retain(|row| row.kind == "all" || [row.better, row.worse, row.same].iter().any(|one| one.value != Some(0.0)));
    Ok(rows)
}

fn row(gains: &[Gain], (schedule, kind): (usize, &'static str), (key, zh, en): (&str, &str, &str)) -> GainRow {
    let mean = |part: fn(&Gain) -> f64| {
        let sample: Vec<f64> = gains.iter().map(part).collect();
        let Ok(found) = Estimate::of_mean(&sample, Confidence::P95) else { return Interval::default() };
        let (low, high) = found.interval().unzip();
        Interval { value: Some(found.mean), low, high }
    };
    GainRow {
        schedule,
        kind,
        key: key.to_owned(),
        zh: zh.to_owned(),
        en: en.to_owned(),
        better: mean(|gain| gain.better as f64),
        worse: mean(|gain| gain.worse as f64),
        same: mean(|gain| gain.same as f64),
        less_yuan: mean(|gain| crate::units::yuan_from_fen(gain.less_fen)),
        more_yuan: mean(|gain| crate::units::yuan_from_fen(gain.more_fen)),
    }
}

/// The bytes of `gains.csv`.
pub fn csv(report: &ComparisonReport<'_>) -> Vec<u8> {
    let mut text = String::from("\u{feff}");
    let columns = ["better", "worse", "same", "yuan_less", "yuan_more"];
    let head = [
        "baseline",
        "baseline_zh",
        "baseline_en",
        "schedule",
        "schedule_zh",
        "schedule_en",
        "group_kind",
        "group",
        "group_zh",
        "group_en",
    ];
    let ends = columns.iter().flat_map(|name| [(*name).to_owned(), format!("{name}_low"), format!("{name}_high")]);
    line(&mut text, head.map(str::to_owned).into_iter().chain(ends));
    for row in &report.gains {
        let other = &report.candidates[row.schedule].model.scenario;
        let name = &other.schedule_name;
        let (baseline, base) = (&report.baseline().schedule, &report.baseline().schedule_name);
        let texts =
            [baseline, &base.zh, &base.en, &other.schedule, &name.zh, &name.en, row.kind, &row.key, &row.zh, &row.en];
        let numbers = [row.better, row.worse, row.same, row.less_yuan, row.more_yuan];
        let numbers = numbers.into_iter().flat_map(|one| [one.value, one.low, one.high]);
        let cells = texts.iter().map(|text| escaped(text));
        line(&mut text, cells.chain(numbers.map(|number| number.map_or_else(String::new, plain))));
    }
    text.into_bytes()
}
