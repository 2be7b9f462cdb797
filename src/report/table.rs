//! `summary.csv` and `summary.json`: every measure of every group, over the replications.
//!
//! What a sample does not give stays empty: an interval that needs more replications, a quantile
//! that lies past the horizon, a mean of nothing. CSV begins with a byte order mark, without which
//! Excel takes Chinese for something else; a text that a spreadsheet would run as a formula gets an
//! apostrophe in front.

use serde_json::{Map, Value, json};

use crate::calendar::{DAY, SimTime};
use crate::experiment::Results;
use crate::experiment::spool::SpoolError;
use crate::measures::{Group, Kind, Measure};
use crate::scenario::raw::Name;
use crate::scenario::world::Scenario;
use crate::stats::{Bound, Censored, Confidence, Estimate, Proportion, QuantileEstimate};

use super::manifest::VERSION;
use super::numbers::date_of_day;
use super::{Report, ReportError};

/// Quantiles shown, with their names.
pub const QUANTILES: [(f64, &str); 5] = [(0.05, "q05"), (0.25, "q25"), (0.5, "q50"), (0.75, "q75"), (0.95, "q95")];

/// Position of the median in [`QUANTILES`].
pub const MEDIAN: usize = 2;

/// Position of the 95 % quantile in [`QUANTILES`].
pub const UPPER: usize = 4;

/// A number with its interval, each only where it exists.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Interval {
    /// The estimate.
    pub value: Option<f64>,
    /// Lower end.
    pub low: Option<f64>,
    /// Upper end; also empty where it lies past the horizon.
    pub high: Option<f64>,
}

impl Interval {
    fn of(value: f64, interval: Option<(f64, f64)>) -> Self {
        Self { value: Some(value), low: interval.map(|ends| ends.0), high: interval.map(|ends| ends.1) }
    }

    fn of_mean(estimate: &Estimate) -> Self {
        Self::of(estimate.mean, estimate.interval())
    }

    fn of_share(share: &Proportion) -> Self {
        Self::of(share.share, Some(share.interval))
    }
}

/// A measure of a group over the replications.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// Replications with a value; for censored measures all of them.
    pub n: usize,
    /// Mean with t interval; none for censored measures.
    pub mean: Interval,
    /// Quantiles in the order of [`QUANTILES`]; none for events.
    pub quantiles: [Interval; 5],
    /// (events) Share in which it happened; (censored) share in which it came about by the horizon.
    pub share: Interval,
    /// (censored) Mean of the day or the horizon, whichever comes first.
    pub mean_until_horizon: Interval,
}

/// One row a measure, in catalogue order.
///
/// # Errors
///
/// When samples that were put aside cannot be read.
pub fn rows(scenario: &Scenario, results: &Results) -> Result<Vec<Row>, SpoolError> {
    let measures = results.catalogue.measures.iter().enumerate();
    measures
        .map(|(index, measure)| Ok(row(measure.kind, &column(results, index)?, f64::from(scenario.clock.days()))))
        .collect()
}

/// The values of a measure, one a replication; none where it is not finite.
///
/// # Errors
///
/// When samples that were put aside cannot be read.
pub fn column(results: &Results, index: usize) -> Result<Vec<Option<f64>>, SpoolError> {
    let mut column = results.samples.column(index)?;
    column.iter_mut().for_each(|value| *value = value.filter(|value| value.is_finite()));
    Ok(column)
}

/// What the values of a measure come to.
pub(super) fn row(kind: Kind, values: &[Option<f64>], horizon: f64) -> Row {
    match kind {
        Kind::Number => number_row(values),
        Kind::Event => event_row(values),
        Kind::Censored => censored_row(values, horizon),
    }
}

fn number_row(values: &[Option<f64>]) -> Row {
    let mut sample: Vec<f64> = values.iter().copied().flatten().collect();
    let Ok(mean) = Estimate::of_mean(&sample, Confidence::P95) else { return Row::default() };
    sample.sort_by(f64::total_cmp);
    let quantiles = QUANTILES.map(|(p, _)| {
        let found = QuantileEstimate::of_ascending(&sample, p, Confidence::P95);
        found.map_or_else(|_| Interval::default(), |found| Interval::of(found.value, found.interval))
    });
    Row { n: sample.len(), mean: Interval::of_mean(&mean), quantiles, ..Row::default() }
}

fn event_row(values: &[Option<f64>]) -> Row {
    let outcomes: Vec<bool> = values.iter().flatten().map(|&value| value > 0.5).collect();
    let share = Proportion::of_outcomes(outcomes.iter().copied(), Confidence::P95);
    let share = share.map_or_else(|_| Interval::default(), |share| Interval::of_share(&share));
    Row { n: outcomes.len(), share, ..Row::default() }
}

fn censored_row(values: &[Option<f64>], horizon: f64) -> Row {
    let Ok(times) = Censored::new(values, horizon) else { return Row::default() };
    let at = |bound: Bound| match bound {
        Bound::At(day) => Some(day),
        Bound::AfterHorizon => None,
    };
    let quantiles = QUANTILES.map(|(p, _)| {
        let found = times.quantile(p, Confidence::P95);
        Interval {
            value: at(found.value),
            low: found.interval.and_then(|ends| at(ends.0)),
            high: found.interval.and_then(|ends| at(ends.1)),
        }
    });
    let share =
        times.share_by(horizon, Confidence::P95).map_or_else(Interval::default, |share| Interval::of_share(&share));
    let mean_until_horizon = Interval::of_mean(&times.mean_until_horizon(Confidence::P95));
    Row { n: values.len(), quantiles, share, mean_until_horizon, ..Row::default() }
}

/// Kind, key and name of a group, as files state them.
pub fn group(scenario: &Scenario, group: Group) -> (&'static str, &str, Name) {
    fn entry<'a>(found: Option<(&'a str, &Name)>) -> (&'a str, Name) {
        found.map_or_else(|| ("", Name::default()), |(key, name)| (key, name.clone()))
    }
    let (kind, (key, name)) = match group {
        Group::All => ("all", ("all", Name { zh: "全部".to_owned(), en: "all".to_owned() })),
        Group::Care(index) => ("care", entry(scenario.care.get(index).map(|care| (care.key.as_str(), &care.name)))),
        Group::Scheme(index) => {
            ("scheme", entry(scenario.schemes.get(index).map(|scheme| (scheme.key.as_str(), &scheme.name))))
        }
        Group::Desk(index) => {
            ("desk", entry(scenario.desk_classes.get(index).map(|desk| (desk.key.as_str(), &desk.name))))
        }
        Group::Stop(index) => {
            ("stop", entry(scenario.suspensions.get(index).map(|stop| (stop.key.as_str(), &stop.name))))
        }
    };
    (kind, key, name)
}

/// The columns of a measure that are no text, by name: a number or nothing.
pub(super) fn numbers(measure: &Measure, row: &Row) -> Vec<(String, Option<f64>)> {
    let mut cells = vec![
        ("mean".to_owned(), row.mean.value),
        ("ci_low".to_owned(), row.mean.low),
        ("ci_high".to_owned(), row.mean.high),
    ];
    for (index, ((_, name), quantile)) in QUANTILES.iter().zip(&row.quantiles).enumerate() {
        cells.push(((*name).to_owned(), quantile.value));
        if index == MEDIAN || index == UPPER {
            cells.push((format!("{name}_low"), quantile.low));
            cells.push((format!("{name}_high"), quantile.high));
        }
    }
    let (event, by_horizon) =
        if measure.kind == Kind::Event { (row.share, Interval::default()) } else { (Interval::default(), row.share) };
    for (name, share) in [("share", event), ("share_by_horizon", by_horizon), ("mean_min_t_h", row.mean_until_horizon)]
    {
        cells.push((name.to_owned(), share.value));
        cells.push((format!("{name}_low"), share.low));
        cells.push((format!("{name}_high"), share.high));
    }
    cells
}

/// Dates of the quantiles of measures that are days.
fn dates(scenario: &Scenario, measure: &Measure, row: &Row) -> Vec<(String, Option<String>)> {
    let is_day = measure.kind == Kind::Censored && measure.unit == "day";
    let date = |day: f64| {
        if measure.key == "return" {
            let seconds = (day * f64::from(DAY)).round().clamp(0.0, f64::from(u32::MAX - 1));
            scenario.clock.civil(SimTime(seconds as u32)).to_string()
        } else {
            date_of_day(&scenario.clock, day).to_string()
        }
    };
    let quantiles = QUANTILES.iter().zip(&row.quantiles);
    quantiles.map(|((_, name), found)| (format!("{name}_date"), found.value.filter(|_| is_day).map(date))).collect()
}

/// The text columns of a measure, by name.
fn texts(report: &Report<'_>, measure: &Measure) -> Vec<(&'static str, String)> {
    let (kind, key, name) = group(report.scenario, measure.group);
    vec![
        ("measure", measure.key.to_owned()),
        ("measure_zh", measure.zh.to_owned()),
        ("measure_en", measure.en.to_owned()),
        ("group_kind", kind.to_owned()),
        ("group", key.to_owned()),
        ("group_zh", name.zh),
        ("group_en", name.en),
        ("schedule", report.scenario.schedule.clone()),
        ("unit", measure.unit.to_owned()),
        ("unit_zh", unit_zh(measure.unit).to_owned()),
    ]
}

/// A unit in Chinese; one without a word stands as it is.
pub(super) fn unit_zh(unit: &str) -> &str {
    const UNITS: [(&str, &str); 17] = [
        ("visits", "人次"),
        ("stays", "住院人次"),
        ("matters", "件"),
        ("failures", "次"),
        ("people", "人"),
        ("claims", "件"),
        ("refills", "次"),
        ("yuan", "元"),
        ("yuan/visit", "元/人次"),
        ("yuan·days", "元·天"),
        ("share", "比例"),
        ("probability", "概率"),
        ("ratio", "倍"),
        ("minutes", "分钟"),
        ("hours", "小时"),
        ("days", "天"),
        ("day", "模拟第几天"),
    ];
    UNITS.iter().find(|(en, _)| *en == unit).map_or(unit, |(_, zh)| zh)
}

/// The bytes of `summary.csv`: every measure of one schedule or several.
pub fn csv<'a, 'r: 'a>(reports: impl Iterator<Item = &'a Report<'r>>) -> Vec<u8> {
    let mut text = String::from("\u{feff}");
    for (place, report) in reports.enumerate() {
        for (index, (measure, row)) in report.results.catalogue.measures.iter().zip(&report.rows).enumerate() {
            let (texts, numbers, dates) =
                (texts(report, measure), numbers(measure, row), dates(report.scenario, measure, row));
            if place == 0 && index == 0 {
                let names = texts.iter().map(|cell| cell.0).chain(["n"]);
                let names = names.chain(numbers.iter().map(|cell| cell.0.as_str()));
                line(&mut text, names.chain(dates.iter().map(|cell| cell.0.as_str())).map(str::to_owned));
            }
            let cells = texts.iter().map(|cell| escaped(&cell.1)).chain([row.n.to_string()]);
            let cells = cells.chain(numbers.iter().map(|cell| cell.1.map_or_else(String::new, plain)));
            line(&mut text, cells.chain(dates.into_iter().map(|cell| cell.1.unwrap_or_default())));
        }
    }
    text.into_bytes()
}

pub(super) fn line(text: &mut String, cells: impl Iterator<Item = String>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(&cell);
    }
    text.push_str("\r\n");
}

/// A number in full, without the minus of a zero.
pub(super) fn plain(value: f64) -> String {
    if value == 0.0 { "0".to_owned() } else { value.to_string() }
}

/// A text as a CSV cell (RFC 4180) that no spreadsheet takes for a formula.
pub fn escaped(text: &str) -> String {
    let mut safe = String::new();
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        safe.push('\'');
    }
    safe.push_str(text);
    if safe.contains(['"', ',', '\n', '\r', '\t']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

/// The bytes of `summary.json`.
///
/// # Errors
///
/// When the JSON cannot be encoded, which only a lack of memory can cause.
pub fn json(report: &Report<'_>) -> Result<Vec<u8>, ReportError> {
    let measures = report.results.catalogue.measures.iter().zip(&report.rows);
    let measures: Vec<Value> = measures
        .map(|(measure, row)| {
            let mut entry = Map::new();
            entry.extend(texts(report, measure).into_iter().map(|(name, text)| (name.to_owned(), json!(text))));
            entry.insert("n".to_owned(), json!(row.n));
            entry.extend(numbers(measure, row).into_iter().map(|(name, value)| (name, json!(value))));
            entry.extend(dates(report.scenario, measure, row).into_iter().map(|(name, date)| (name, json!(date))));
            Value::Object(entry)
        })
        .collect();
    let whole = json!({
        "program": VERSION,
        "city": report.scenario.city,
        "city_name": report.scenario.city_name,
        "schedule": report.scenario.schedule,
        "schedule_name": report.scenario.schedule_name,
        "start": report.scenario.clock.start().to_string(),
        "days": report.scenario.clock.days(),
        "seed": report.results.seed,
        "replications": report.results.samples.len(),
        "confidence": Confidence::P95.level(),
        "measures": measures,
    });
    let text = serde_json::to_string_pretty(&whole).map_err(|error| ReportError::Table(error.to_string()))?;
    Ok((text + "\n").into_bytes())
}

#[cfg(test)]
mod tests {
    use super::super::testing::World;
    use super::*;
    use crate::units::Lang;

    #[test]
    fn formulas_and_separators_are_defused() {
        for (text, cell) in [
            ("=1+2", "'=1+2"),
            ("+86", "'+86"),
            ("-3", "'-3"),
            ("@a", "'@a"),
            ("\tx", "\"'\tx\""),
            ("a,b", "\"a,b\""),
            ("a \"b\"", "\"a \"\"b\"\"\""),
            ("鄠邑区", "鄠邑区"),
            ("a-b", "a-b"),
        ] {
            assert_eq!(escaped(text), cell);
        }
    }

    #[test]
    fn every_line_of_the_csv_has_every_column_and_no_cell_is_nan() {
        for replications in [0, 1, 5, 80] {
            let world = World::new(replications);
            let report = world.report(Lang::Zh);
            let rows = &report.rows;
            let text = String::from_utf8(csv(std::iter::once(&report))).unwrap();
            assert!(text.starts_with("\u{feff}measure,"));
            let columns: Vec<usize> = text.lines().map(|line| line.split(',').count()).collect();
            assert_eq!(columns.len(), rows.len() + 1);
            assert!(columns.iter().all(|&count| count == columns[0]), "{columns:?}");
            assert!(!text.contains("NaN") && !text.contains("inf"), "{replications}");
            let json = String::from_utf8(json(&report).unwrap()).unwrap();
            let json: Value = serde_json::from_str(&json).unwrap();
            assert_eq!(json["measures"].as_array().unwrap().len(), rows.len());
            assert_eq!(json["measures"][0]["group_zh"], "全部");
        }
    }

    #[test]
    fn every_unit_has_a_chinese_word() {
        for measure in World::new(0).results.catalogue.measures {
            assert_ne!(unit_zh(measure.unit), measure.unit, "{}", measure.key);
        }
    }

    #[test]
    fn intervals_stand_only_where_they_exist() {
        let sample = |n: usize| -> Vec<Option<f64>> { (0..n).map(|index| Some(index as f64)).collect() };
        let one = row(Kind::Number, &sample(1), 9.0);
        assert_eq!((one.mean.value, one.mean.low, one.quantiles[MEDIAN].low), (Some(0.0), None, None));
        let few = row(Kind::Number, &sample(71), 9.0);
        assert!(few.quantiles[MEDIAN].low.is_some() && few.quantiles[UPPER].low.is_none());
        assert!(row(Kind::Number, &sample(72), 9.0).quantiles[UPPER].low.is_some());
        let none = row(Kind::Number, &[None, None], 9.0);
        assert_eq!(none, Row::default());
    }

    #[test]
    fn censored_measures_have_no_mean_and_no_quantile_past_the_horizon() {
        let values = [Some(3.0), Some(4.0), Some(5.0), None];
        let found = row(Kind::Censored, &values, 10.0);
        assert_eq!((found.n, found.mean), (4, Interval::default()));
        assert_eq!((found.quantiles[0].value.is_some(), found.quantiles[UPPER].value), (true, None));
        assert_eq!(found.share.value, Some(0.75));
        assert_eq!(found.mean_until_horizon.value, Some(5.5));
        let found = row(Kind::Event, &[Some(1.0), Some(0.0), None], 10.0);
        assert_eq!((found.n, found.share.value), (2, Some(0.5)));
    }

    #[test]
    fn days_are_also_told_as_dates() {
        let world = World::new(9);
        let report = world.report(Lang::Zh);
        let rows = &report.rows;
        let index = report.results.catalogue.find("return", Group::Stop(0)).unwrap();
        let found = dates(report.scenario, &report.results.catalogue.measures[index], &rows[index]);
        assert_eq!(found[MEDIAN], ("q50_date".to_owned(), Some("2021-11-22T10:00:00".to_owned())));
    }
}
