//! `replications.parquet`, `daily.parquet` and `hourly.parquet`: the long tables, written with the plain column
//! writers of the `parquet` package, so that the same results give the same bytes.
//!
//! Strings are dictionary-encoded UTF-8, pages are Snappy-compressed, values that do not exist are
//! null.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use crate::experiment::grid::Grid;
use crate::experiment::sweep::{Point, Sweep};
use crate::measures::{Group, Series, Values};
use crate::scenario::world::Scenario;
use crate::units::Lang;

use super::daily::DailySeries;
use super::manifest::VERSION;
use super::table::group;
use super::{Report, ReportError};

const REPLICATIONS: &str = "message replications {
    REQUIRED INT32 replication;
    REQUIRED BYTE_ARRAY schedule (STRING);
    REQUIRED BYTE_ARRAY measure (STRING);
    REQUIRED BYTE_ARRAY group_kind (STRING);
    REQUIRED BYTE_ARRAY group (STRING);
    REQUIRED BYTE_ARRAY group_zh (STRING);
    REQUIRED BYTE_ARRAY group_en (STRING);
    OPTIONAL DOUBLE value;
    REQUIRED BYTE_ARRAY unit (STRING);
}";

/// `group` is as the command line names it: `last` and `any` stand for several; `threshold` rows are 1 where
/// the condition named by the group was kept.
const SWEEP: &str = "message sweep {
    REQUIRED INT32 point;
    REQUIRED INT32 replication;
    REQUIRED BYTE_ARRAY value_1 (STRING);
    REQUIRED BYTE_ARRAY value_2 (STRING);
    REQUIRED BYTE_ARRAY measure (STRING);
    REQUIRED BYTE_ARRAY group (STRING);
    OPTIONAL DOUBLE value;
    REQUIRED BYTE_ARRAY unit (STRING);
}";

/// The same with the city first: several cities may have schedules of one name.
const REPLICATIONS_OF_CITIES: &str = "message replications {
    REQUIRED BYTE_ARRAY city (STRING);
    REQUIRED INT32 replication;
    REQUIRED BYTE_ARRAY schedule (STRING);
    REQUIRED BYTE_ARRAY measure (STRING);
    REQUIRED BYTE_ARRAY group_kind (STRING);
    REQUIRED BYTE_ARRAY group (STRING);
    REQUIRED BYTE_ARRAY group_zh (STRING);
    REQUIRED BYTE_ARRAY group_en (STRING);
    OPTIONAL DOUBLE value;
    REQUIRED BYTE_ARRAY unit (STRING);
}";

const DAILY: &str = "message daily {
    REQUIRED INT32 day (DATE);
    REQUIRED BYTE_ARRAY series (STRING);
    REQUIRED BYTE_ARRAY group_kind (STRING);
    REQUIRED BYTE_ARRAY group (STRING);
    REQUIRED BYTE_ARRAY group_zh (STRING);
    REQUIRED BYTE_ARRAY group_en (STRING);
    REQUIRED BYTE_ARRAY schedule (STRING);
    REQUIRED BYTE_ARRAY unit (STRING);
    REQUIRED DOUBLE mean;
    REQUIRED DOUBLE q05;
    REQUIRED DOUBLE q25;
    REQUIRED DOUBLE q50;
    REQUIRED DOUBLE q75;
    REQUIRED DOUBLE q95;
}";

/// The hour begins at this civil local time.
const HOURLY: &str = "message hourly {
    REQUIRED INT64 hour (TIMESTAMP(MILLIS,false));
    REQUIRED BYTE_ARRAY series (STRING);
    REQUIRED BYTE_ARRAY group_kind (STRING);
    REQUIRED BYTE_ARRAY group (STRING);
    REQUIRED BYTE_ARRAY group_zh (STRING);
    REQUIRED BYTE_ARRAY group_en (STRING);
    REQUIRED BYTE_ARRAY schedule (STRING);
    REQUIRED BYTE_ARRAY unit (STRING);
    REQUIRED DOUBLE mean;
}";

/// Replications in one row group, so that a reader can skip most of a long run.
const REPLICATIONS_A_GROUP: usize = 500;

/// The word for the course without a cutover in the column `schedule` of `daily.parquet`.
pub const NORMAL: &str = "normal";

impl From<ParquetError> for ReportError {
    fn from(error: ParquetError) -> Self {
        Self::Table(error.to_string())
    }
}

/// A column of a row group.
enum Column {
    Integers(Vec<i32>),
    Times(Vec<i64>),
    Numbers(Vec<f64>),
    Optional(Vec<Option<f64>>),
    Texts(Vec<ByteArray>),
}

fn writer(schema: &str) -> Result<SerializedFileWriter<Vec<u8>>, ReportError> {
    writer_to(Vec::new(), schema)
}

fn writer_to<W: Write + Send>(out: W, schema: &str) -> Result<SerializedFileWriter<W>, ReportError> {
    let schema = Arc::new(parse_message_type(schema)?);
    let properties = WriterProperties::builder()
        .set_created_by(VERSION.to_owned())
        .set_compression(Compression::SNAPPY)
        .set_dictionary_enabled(true)
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .build();
    Ok(SerializedFileWriter::new(out, schema, Arc::new(properties))?)
}

fn write_group<W: Write + Send>(writer: &mut SerializedFileWriter<W>, columns: &[Column]) -> Result<(), ReportError> {
    let mut group = writer.next_row_group()?;
    columns.iter().try_for_each(|column| column.write(&mut group))?;
    group.close()?;
    Ok(())
}

impl Column {
    fn write<W: Write + Send>(&self, group: &mut SerializedRowGroupWriter<'_, W>) -> Result<(), ReportError> {
        match self {
            Self::Integers(values) => write_column::<Int32Type, W>(group, values, None),
            Self::Times(values) => write_column::<Int64Type, W>(group, values, None),
            Self::Numbers(values) => write_column::<DoubleType, W>(group, values, None),
            Self::Texts(values) => write_column::<ByteArrayType, W>(group, values, None),
            Self::Optional(values) => {
                let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
                let present: Vec<f64> = values.iter().copied().flatten().collect();
                write_column::<DoubleType, W>(group, &present, Some(&levels))
            }
        }
    }
}

fn write_column<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
    levels: Option<&[i16]>,
) -> Result<(), ReportError> {
    let missing = || ReportError::Table("more columns than the schema has".to_owned());
    let mut column = group.next_column()?.ok_or_else(missing)?;
    column.typed::<T>().write_batch(values, levels, None)?;
    column.close()?;
    Ok(())
}

/// Kind, key and both names of a group as cells.
fn group_cells(scenario: &Scenario, of: Group) -> [ByteArray; 4] {
    let (kind, key, name) = group(scenario, of);
    [ByteArray::from(kind), ByteArray::from(key), text(&name.zh), text(&name.en)]
}

fn text(text: &str) -> ByteArray {
    ByteArray::from(text.as_bytes().to_vec())
}

/// Where a table goes that is too long for memory.
pub type Out<'a> = &'a mut (dyn Write + Send);

/// Writes `replications.parquet`: one row a schedule, replication, measure and group.
///
/// # Errors
///
/// When samples cannot be read, or the table cannot be encoded or written.
pub fn replications(reports: &[Report<'_>], out: Out<'_>) -> Result<(), ReportError> {
    let mut writer = writer_to(out, REPLICATIONS)?;
    reports.iter().try_for_each(|report| write_replications(&mut writer, report, None))?;
    writer.close()?;
    Ok(())
}

/// Writes `replications.parquet` of several cities, with a column `city` before the others.
///
/// # Errors
///
/// As [`replications`].
pub fn replications_of_cities(reports: &[Report<'_>], out: Out<'_>) -> Result<(), ReportError> {
    let mut writer = writer_to(out, REPLICATIONS_OF_CITIES)?;
    for report in reports {
        write_replications(&mut writer, report, Some(text(&report.scenario.city)))?;
    }
    writer.close()?;
    Ok(())
}

fn write_replications<W: Write + Send>(
    writer: &mut SerializedFileWriter<W>,
    report: &Report<'_>,
    city: Option<ByteArray>,
) -> Result<(), ReportError> {
    let (measures, samples) = (&report.results.catalogue.measures, &report.results.samples);
    let schedule = text(&report.scenario.schedule);
    // Cells of one replication; cloning a cell only counts a reference.
    let groups: Vec<[ByteArray; 4]> =
        measures.iter().map(|measure| group_cells(report.scenario, measure.group)).collect();
    let keys: Vec<ByteArray> = measures.iter().map(|measure| text(measure.key)).collect();
    let units: Vec<ByteArray> = measures.iter().map(|measure| text(measure.unit)).collect();
    let part = |index: usize| -> Vec<ByteArray> { groups.iter().map(|cells| cells[index].clone()).collect() };
    for first in (0..samples.len()).step_by(REPLICATIONS_A_GROUP) {
        let of = |one: &Values| (one.replication, one.values.clone());
        let chunk = samples.map(first..first + REPLICATIONS_A_GROUP, of)?;
        let rows = chunk.len() * measures.len();
        let repeated = |cells: &[ByteArray]| Column::Texts(cells.iter().cloned().cycle().take(rows).collect());
        let numbers = chunk.iter().flat_map(|(number, _)| std::iter::repeat_n(*number, measures.len()));
        let values =
            chunk.iter().flat_map(|(_, values)| (0..measures.len()).map(|index| values.get(index).copied().flatten()));
        // One column is made at a time: all of them are many times as large as what they are made of.
        let mut group = writer.next_row_group()?;
        let mut put = |column: Column| column.write(&mut group);
        if let Some(city) = &city {
            put(Column::Texts(vec![city.clone(); rows]))?;
        }
        put(Column::Integers(numbers.map(|number| i32::try_from(number).unwrap_or(i32::MAX)).collect()))?;
        put(Column::Texts(vec![schedule.clone(); rows]))?;
        put(repeated(&keys))?;
        for index in 0..4 {
            put(repeated(&part(index)))?;
        }
        put(Column::Optional(values.map(|value| value.filter(|value| value.is_finite())).collect()))?;
        put(repeated(&units))?;
        group.close()?;
    }
    Ok(())
}

/// The bytes of a sweep's `replications.parquet`: one row a point, replication and reading or threshold.
///
/// # Errors
///
/// When the table cannot be encoded.
pub fn sweep(scenario: &Scenario, grid: &Grid, points: &[Point], sweep: &Sweep) -> Result<Vec<u8>, ReportError> {
    let mut writer = writer(SWEEP)?;
    for (number, (point, outcome)) in points.iter().zip(&sweep.outcomes).enumerate() {
        let readings = point.readings.iter().zip(&outcome.values).map(|(reading, values)| {
            let names = [reading.measure.key, reading.group(scenario), reading.measure.unit].map(text);
            (names, values.clone())
        });
        let thresholds = point.thresholds.iter().zip(&outcome.kept).map(|(threshold, kept)| {
            let values = kept.iter().map(|&kept| Some(f64::from(u8::from(kept)))).collect();
            (["kept", &threshold.asked, "probability"].map(text), values)
        });
        let levels = grid.axes.iter().zip(grid.levels(number));
        let mut values: Vec<ByteArray> = levels.map(|(axis, level)| text(&axis.levels[level].written)).collect();
        values.resize(2, text(""));
        // One row group a point.
        let (mut cells, mut numbers, mut replications) = ([vec![], vec![], vec![]], Vec::new(), Vec::new());
        for (names, values) in readings.chain(thresholds) {
            let count = values.len();
            cells
                .iter_mut()
                .zip(&names)
                .for_each(|(column, name)| column.extend(std::iter::repeat_n(name.clone(), count)));
            replications.extend((0..count).map(|number| i32::try_from(number).unwrap_or(i32::MAX)));
            numbers.extend(values);
        }
        let [measures, groups, units] = cells;
        let same = |cell: &ByteArray| Column::Texts(vec![cell.clone(); numbers.len()]);
        let columns = [
            Column::Integers(vec![i32::try_from(number + 1).unwrap_or(i32::MAX); numbers.len()]),
            Column::Integers(replications),
            same(&values[0]),
            same(&values[1]),
            Column::Texts(measures),
            Column::Texts(groups),
            Column::Optional(numbers),
            Column::Texts(units),
        ];
        write_group(&mut writer, &columns)?;
    }
    Ok(writer.into_inner()?)
}

/// The bytes of `daily.parquet`: one row a schedule, series and day, over the replications. The normal
/// course, which all schedules share, stands there once.
///
/// # Errors
///
/// When the table cannot be encoded.
pub fn daily(reports: &[Report<'_>], all: &[Vec<DailySeries>]) -> Result<Vec<u8>, ReportError> {
    let mut writer = writer(DAILY)?;
    for (index, (report, series)) in reports.iter().zip(all).enumerate() {
        write_daily(&mut writer, report, series, index == 0)?;
    }
    Ok(writer.into_inner()?)
}

fn write_daily(
    writer: &mut SerializedFileWriter<Vec<u8>>,
    report: &Report<'_>,
    all: &[DailySeries],
    with_normal: bool,
) -> Result<(), ReportError> {
    let (mut days, mut texts): (Vec<i32>, [Vec<ByteArray>; 7]) = Default::default();
    let mut numbers: [Vec<f64>; 6] = Default::default();
    let start = first_day(report);
    let series = report.results.catalogue.series.iter().zip(all);
    for (series, found) in series.filter(|(series, _)| with_normal || !series.normal) {
        let count = found.mean.len();
        days.extend((0..count as i64).map(|day| i32::try_from(start + day).unwrap_or(i32::MAX)));
        extend_texts(&mut texts, series_cells(report, series), count);
        for (column, values) in numbers.iter_mut().zip(std::iter::once(&found.mean).chain(&found.quantiles)) {
            column.extend_from_slice(values);
        }
    }
    let columns: Vec<Column> = std::iter::once(Column::Integers(days))
        .chain(texts.map(Column::Texts))
        .chain(numbers.map(Column::Numbers))
        .collect();
    write_group(writer, &columns)
}

/// The bytes of `hourly.parquet`: one row a schedule, series and hour, the mean over the replications.
///
/// # Errors
///
/// When the table cannot be encoded.
pub fn hourly(reports: &[Report<'_>]) -> Result<Vec<u8>, ReportError> {
    let mut writer = writer(HOURLY)?;
    reports.iter().try_for_each(|report| write_hourly(&mut writer, report))?;
    Ok(writer.into_inner()?)
}

fn write_hourly(writer: &mut SerializedFileWriter<Vec<u8>>, report: &Report<'_>) -> Result<(), ReportError> {
    const MILLISECONDS_AN_HOUR: i64 = 3_600_000;
    let (mut hours, mut texts, mut means): (Vec<i64>, [Vec<ByteArray>; 7], Vec<f64>) = Default::default();
    let start = first_day(report) * 24;
    for (index, series) in report.results.catalogue.hourly.iter().enumerate() {
        let found = report.results.hourly_sums.means(index);
        hours.extend((0..found.len() as i64).map(|hour| (start + hour) * MILLISECONDS_AN_HOUR));
        extend_texts(&mut texts, series_cells(report, series), found.len());
        means.extend(found);
    }
    let columns: Vec<Column> = std::iter::once(Column::Times(hours))
        .chain(texts.map(Column::Texts))
        .chain(std::iter::once(Column::Numbers(means)))
        .collect();
    write_group(writer, &columns)
}

/// The first simulated day as a number of days since 1970.
fn first_day(report: &Report<'_>) -> i64 {
    report.scenario.clock.start().duration_since(jiff::civil::date(1970, 1, 1)).as_hours() / 24
}

/// The cells that all rows of a series share.
fn series_cells(report: &Report<'_>, series: &Series) -> [ByteArray; 7] {
    let [kind, key, zh, en] = group_cells(report.scenario, series.group);
    let course = if series.normal { NORMAL } else { &report.scenario.schedule };
    [text(series.key), kind, key, zh, en, text(course), text(series.unit)]
}

/// The same cells in so many more rows; cloning a cell only counts a reference.
fn extend_texts(columns: &mut [Vec<ByteArray>; 7], cells: [ByteArray; 7], rows: usize) {
    for (column, cell) in columns.iter_mut().zip(cells) {
        column.extend(std::iter::repeat_n(cell, rows));
    }
}

/// The name of a group in a language, for charts and summary.
pub fn group_name(scenario: &Scenario, of: Group, lang: Lang) -> String {
    let (_, key, name) = group(scenario, of);
    let name = lang.pick(&name.zh, &name.en);
    if name.is_empty() { key.to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::{Field, RowAccessor};

    use super::super::testing::World;
    use super::*;

    fn reader(bytes: Vec<u8>) -> impl FileReader {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        SerializedFileReader::new(file).unwrap()
    }

    fn replications_of(report: &Report<'_>) -> Vec<u8> {
        let mut bytes = Vec::new();
        replications(std::slice::from_ref(report), &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn every_value_comes_back_with_chinese_names_and_gaps() {
        let world = World::new(3);
        let report = world.report(Lang::Zh);
        let found = reader(replications_of(&report));
        let catalogue = &world.results.catalogue;
        let rows: Vec<_> = found.get_row_iter(None).unwrap().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 3 * catalogue.measures.len());
        for (index, row) in rows.iter().enumerate() {
            let (replication, measure) = (index / catalogue.measures.len(), index % catalogue.measures.len());
            assert_eq!(row.get_int(0).unwrap() as usize, replication);
            assert_eq!(row.get_string(2).unwrap(), catalogue.measures[measure].key);
            let expected = world.results.samples.one(replication).unwrap().unwrap().values[measure];
            assert_eq!(row.get_double(7).ok(), expected, "{row:?}");
        }
        assert!(rows.iter().any(|row| row.get_double(7).is_err()), "some values are missing");
        assert!(rows.iter().any(|row| row.get_string(5).unwrap() == "鄠邑区医保大厅"));
        assert_eq!(found.metadata().file_metadata().created_by(), Some(VERSION));
    }

    #[test]
    fn daily_rows_carry_dates_and_both_courses() {
        let world = World::new(3);
        let report = world.report(Lang::Zh);
        let all = super::super::daily::all(&world.results).unwrap();
        let bytes = daily(std::slice::from_ref(&report), std::slice::from_ref(&all)).unwrap();
        assert_eq!(
            bytes,
            daily(std::slice::from_ref(&report), std::slice::from_ref(&all)).unwrap(),
            "the same bytes again"
        );
        let found = reader(bytes);
        let rows: Vec<_> = found.get_row_iter(None).unwrap().map(Result::unwrap).collect();
        let days = world.scenario.clock.days() as usize;
        assert_eq!(rows.len(), days * world.results.catalogue.series.len());
        // 2021-11-08 is day 18939 of the Unix count.
        let date = |row: usize| rows[row].get_column_iter().next().unwrap().1.clone();
        assert_eq!((date(0), date(days - 1)), (Field::Date(18_939), Field::Date(18_939 + days as i32 - 1)));
        assert!(rows.iter().any(|row| row.get_string(6).unwrap() == NORMAL));
        assert_eq!(rows[4].get_double(11).unwrap(), all[0].quantiles[2][4]);
    }

    #[test]
    fn hourly_rows_carry_the_hour_and_the_mean() {
        let world = World::new(3);
        let report = world.report(Lang::Zh);
        let bytes = hourly(std::slice::from_ref(&report)).unwrap();
        assert_eq!(bytes, hourly(std::slice::from_ref(&report)).unwrap(), "the same bytes again");
        let found = reader(bytes);
        let rows: Vec<_> = found.get_row_iter(None).unwrap().map(Result::unwrap).collect();
        let hours = world.scenario.clock.days() as usize * 24;
        // Three states of claims at each of three desk classes.
        assert_eq!(rows.len(), hours * 9);
        // The first simulated second is midnight of 2021-11-08, day 18939 of the Unix count.
        let start = |row: usize| rows[row].get_timestamp_millis(0).unwrap();
        assert_eq!(start(0), 18_939 * 86_400_000);
        assert_eq!((start(1) - start(0), start(hours)), (3_600_000, start(0)));
        let mut column: Vec<String> = rows.iter().map(|row| row.get_string(1).unwrap().clone()).collect();
        column.dedup();
        assert_eq!(column, ["not-come", "waiting", "in-service"].repeat(3));
        assert_eq!(rows[3 * hours].get_string(3).unwrap(), "hospital");
        assert_eq!(rows[3 * hours].get_string(4).unwrap(), "医院医保窗口");
        // Series 4 has four claims all the time, and 0 + 1 + 2 for seven seconds in hour 7, over three.
        assert_eq!(rows[4 * hours + 7].get_string(1).unwrap(), "waiting");
        assert_eq!(rows[4 * hours + 7].get_double(8).unwrap(), (3.0 * 4.0 * 3_600.0 + 3.0 * 7.0) / (3.0 * 3_600.0));
    }

    #[test]
    fn a_run_without_replications_still_gives_readable_tables() {
        let world = World::new(0);
        let report = world.report(Lang::En);
        assert_eq!(reader(replications_of(&report)).get_row_iter(None).unwrap().count(), 0);
        let all = super::super::daily::all(&world.results).unwrap();
        assert_eq!(
            reader(daily(std::slice::from_ref(&report), std::slice::from_ref(&all)).unwrap())
                .get_row_iter(None)
                .unwrap()
                .count(),
            0
        );
        assert_eq!(reader(hourly(std::slice::from_ref(&report)).unwrap()).get_row_iter(None).unwrap().count(), 0);
    }
}
