//! `sweep.csv`: a row a point and reading, and a row a point and threshold (`kept`).

use crate::measures::{Kind, Measure};
use crate::stats::{Confidence, Proportion};

use super::super::table::{Interval, Row, escaped, line, numbers, plain, unit_zh};
use super::{SweepReport, names};

/// The bytes of the table.
pub(super) fn csv(report: &SweepReport<'_>) -> Vec<u8> {
    let mut text = String::from("\u{feff}");
    let head = ["point", "key_1", "value_1", "key_2", "value_2"].into_iter().chain([
        "measure",
        "measure_zh",
        "measure_en",
        "group_kind",
        "group",
        "group_zh",
        "group_en",
        "unit",
        "unit_zh",
        "n",
    ]);
    let mut is_first = true;
    for (point, one) in report.points.iter().enumerate() {
        let place = place(report, point);
        for (reading, rows) in one.readings.iter().zip(&report.rows) {
            let (measure, row) = (&reading.measure, &rows[point]);
            let cells = numbers(measure, row);
            if is_first {
                let names = head.clone().map(str::to_owned).chain(cells.iter().map(|cell| cell.0.clone()));
                line(&mut text, names);
                is_first = false;
            }
            let (kind, key, name) = names::group_of(&one.scenario, reading);
            let texts = [
                measure.key,
                measure.zh,
                measure.en,
                kind,
                key,
                &name.zh,
                &name.en,
                measure.unit,
                unit_zh(measure.unit),
            ];
            add(&mut text, &place, &texts, row, &cells);
        }
        for (index, threshold) in one.thresholds.iter().enumerate() {
            let row = kept_row(&report.sweep.outcomes[point].kept[index]);
            let measure =
                Measure { key: "kept", unit: "probability", kind: Kind::Event, ..threshold.reading.measure.clone() };
            let name = threshold.name.clone().unwrap_or_default();
            let texts = [
                "kept",
                "满足条件",
                "condition kept",
                "threshold",
                &threshold.asked,
                &name.zh,
                &name.en,
                "probability",
                "概率",
            ];
            add(&mut text, &place, &texts, &row, &numbers(&measure, &row));
        }
    }
    text.into_bytes()
}

/// Number of the point, keys and values.
fn place(report: &SweepReport<'_>, point: usize) -> Vec<String> {
    let levels = report.grid.levels(point);
    let mut cells = vec![(point + 1).to_string()];
    for index in 0..2 {
        match (report.grid.axes.get(index), levels.get(index)) {
            (Some(axis), Some(&level)) => {
                // A negative number is a number here, not a formula.
                let written = &axis.levels[level].written;
                let is_number = written.parse::<f64>().is_ok();
                cells.extend([escaped(&axis.key), if is_number { written.clone() } else { escaped(written) }]);
            }
            _ => cells.extend([String::new(), String::new()]),
        }
    }
    cells
}

fn add(text: &mut String, place: &[String], texts: &[&str; 9], row: &Row, numbers: &[(String, Option<f64>)]) {
    let cells = place.iter().cloned().chain(texts.iter().map(|text| escaped(text))).chain([row.n.to_string()]);
    line(text, cells.chain(numbers.iter().map(|cell| cell.1.map_or_else(String::new, plain))));
}

/// How often a threshold was kept.
pub(super) fn kept_row(kept: &[bool]) -> Row {
    let share = Proportion::of_outcomes(kept.iter().copied(), Confidence::P95).ok();
    let share = share.map_or_else(Interval::default, |share| Interval {
        value: Some(share.share),
        low: Some(share.interval.0),
        high: Some(share.interval.1),
    });
    Row { n: kept.len(), share, ..Row::default() }
}
