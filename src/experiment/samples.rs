//! The numbers of many replications: measures, daily series and gains, in memory up to a budget and beyond it
//! in a temporary file ([`super::spool`]). They come back bit for bit.
//!
//! What is read is read again from the file: one measure or one day of a series over all replications, or
//! some replications one after another. Nothing here needs more than one number a replication at a time.

use std::ops::Range;

use crate::measures::Values;
use crate::replication::{Gain, Gains};

use super::spool::{Block, Open, Shape, Spool, SpoolError, temporary};

/// Bytes of samples in memory, those of all schedules or cities of an experiment together.
pub const BUDGET_BYTES: usize = 8 << 20;

/// Bytes of daily series that are read at a time; one day is read in any case.
const READ_BYTES: usize = 4 << 20;

/// Bytes of a number that may be missing: whether it is there, then the number.
const OPTIONAL: usize = 9;

/// Numbers of a replication beside measures and stops: its own number and its jobs.
const EXTRA: usize = 2;

/// Measures and daily series, one row a replication.
#[derive(Debug)]
pub struct Samples {
    budget_bytes: usize,
    open: Open,
    jobs: i64,
    /// Made with the first replication, which says how much there is of everything.
    kept: Option<Kept>,
}

#[derive(Debug)]
struct Kept {
    measures: usize,
    /// First cell of each series, and the end of the last.
    starts: Vec<usize>,
    /// Measures, stops, number and jobs.
    heads: Spool,
    /// Days of all series.
    series: Spool,
    row: Vec<u8>,
}

impl Samples {
    /// Without replications yet, and with this share of the memory that an experiment has for samples.
    pub fn new(share: usize) -> Self {
        Self::with(BUDGET_BYTES / share.max(1), temporary)
    }

    fn with(budget_bytes: usize, open: Open) -> Self {
        Self { budget_bytes, open, jobs: 0, kept: None }
    }

    /// Replications.
    pub fn len(&self) -> usize {
        self.kept.as_ref().map_or(0, |kept| kept.heads.rows())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Jobs served in all replications together.
    pub fn jobs(&self) -> i64 {
        self.jobs
    }

    /// Bytes of samples in memory: at most the budget, or one replication where that is more.
    pub fn held_bytes(&self) -> usize {
        self.kept.as_ref().map_or(0, |kept| kept.heads.held_bytes() + kept.series.held_bytes())
    }

    /// Makes sure that one more replication can be taken.
    ///
    /// # Errors
    ///
    /// When the temporary file cannot be made or written; what was taken is still there.
    pub fn make_room(&mut self) -> Result<(), SpoolError> {
        let Some(kept) = &mut self.kept else { return Ok(()) };
        kept.heads.make_room()?;
        kept.series.make_room()
    }

    /// Takes the next replication.
    ///
    /// # Errors
    ///
    /// As [`Self::make_room`], after which there are none.
    ///
    /// # Panics
    ///
    /// When it has other measures, series or days than those before.
    pub fn push(&mut self, values: &Values) -> Result<(), SpoolError> {
        let (budget_bytes, open) = (self.budget_bytes, self.open);
        let kept = self.kept.get_or_insert_with(|| Kept::new(values, budget_bytes, open));
        kept.heads.make_room()?;
        kept.series.make_room()?;
        kept.push(values)?;
        self.jobs += values.jobs;
        Ok(())
    }

    /// The values of a measure, one a replication; empty where there is no such measure.
    ///
    /// # Errors
    ///
    /// When the temporary file cannot be read.
    pub fn column(&self, measure: usize) -> Result<Vec<Option<f64>>, SpoolError> {
        let Some(kept) = self.kept.as_ref().filter(|kept| measure < kept.measures) else { return Ok(Vec::new()) };
        let mut column = Vec::with_capacity(self.len());
        kept.heads.each(measure..measure + 1, 0..self.len(), |block| {
            column.extend(block.cell(0).chunks_exact(OPTIONAL).map(number));
        })?;
        Ok(column)
    }

    /// What some replications come to, one after another; their daily series are left out.
    ///
    /// # Errors
    ///
    /// When the temporary file cannot be read.
    pub fn map<T>(&self, replications: Range<usize>, mut of: impl FnMut(&Values) -> T) -> Result<Vec<T>, SpoolError> {
        let mut found = Vec::new();
        let Some(kept) = &self.kept else { return Ok(found) };
        kept.heads.each(0..kept.heads.cells(), replications, |block| {
            found.extend((0..block.rows).map(|row| of(&kept.head(&block, row))));
        })?;
        Ok(found)
    }

    /// One replication with its daily series; none that is not there.
    ///
    /// # Errors
    ///
    /// When the temporary file cannot be read.
    pub fn one(&self, replication: usize) -> Result<Option<Values>, SpoolError> {
        let Some(mut values) = self.map(replication..replication.saturating_add(1), Values::clone)?.pop() else {
            return Ok(None);
        };
        let Some(kept) = &self.kept else { return Ok(None) };
        for ends in kept.starts.windows(2) {
            let mut days = Vec::with_capacity(ends[1] - ends[0]);
            kept.series.each(ends[0]..ends[1], replication..replication + 1, |block| {
                days.extend((0..ends[1] - ends[0]).map(|day| level(block.cell(day))));
            })?;
            values.series.push(days);
        }
        Ok(Some(values))
    }

    /// The sample of every day of a series, one number a replication, day after day.
    ///
    /// # Errors
    ///
    /// When the temporary file cannot be read.
    pub fn days(&self, series: usize, take: impl FnMut(&[f32])) -> Result<(), SpoolError> {
        self.days_by(series, READ_BYTES, take)
    }

    /// The same with so many bytes read at a time.
    fn days_by(&self, series: usize, bytes: usize, mut take: impl FnMut(&[f32])) -> Result<(), SpoolError> {
        let Some(kept) = &self.kept else { return Ok(()) };
        let Some(&[start, end]) = kept.starts.get(series..series + 2) else { return Ok(()) };
        let count = self.len();
        let together = (bytes / size_of::<f32>() / count.max(1)).max(1);
        let mut sample = vec![0.0_f32; count * together.min(end - start)];
        for first in (start..end).step_by(together) {
            let cells = first..(first + together).min(end);
            kept.series.each(cells.clone(), 0..count, |block| {
                for (cell, sample) in sample.chunks_exact_mut(count).take(cells.len()).enumerate() {
                    let found = block.cell(cell).chunks_exact(size_of::<f32>());
                    sample[block.first..block.first + block.rows].iter_mut().zip(found).for_each(|(to, from)| {
                        *to = level(from);
                    });
                }
            })?;
            sample.chunks_exact(count).take(cells.len()).for_each(&mut take);
        }
        Ok(())
    }
}

impl Kept {
    fn new(values: &Values, budget_bytes: usize, open: Open) -> Self {
        let measures = values.values.len();
        let mut starts = vec![0];
        for series in &values.series {
            starts.push(starts.last().copied().unwrap_or(0) + series.len());
        }
        let heads = Shape { cells: measures + values.actual.len() + EXTRA, width: OPTIONAL };
        let series = Shape { cells: starts.last().copied().unwrap_or(0), width: size_of::<f32>() };
        // Where days are kept, they need far more room than all else.
        let for_heads = if series.cells == 0 { budget_bytes } else { budget_bytes / 4 };
        Self {
            measures,
            starts,
            heads: Spool::new(heads, for_heads, open),
            series: Spool::new(series, budget_bytes - for_heads, open),
            row: Vec::new(),
        }
    }

    fn push(&mut self, values: &Values) -> Result<(), SpoolError> {
        let row = &mut self.row;
        row.clear();
        assert_eq!(values.values.len(), self.measures, "every replication has the same measures");
        for value in &values.values {
            put(row, value.map(f64::to_le_bytes));
        }
        for (stop, back) in &values.actual {
            row.push(u8::from(back.is_some()));
            row.extend_from_slice(&stop.to_le_bytes());
            row.extend_from_slice(&back.unwrap_or(0).to_le_bytes());
        }
        put(row, Some(u64::from(values.replication).to_le_bytes()));
        put(row, Some(values.jobs.to_le_bytes()));
        self.heads.push(row)?;
        row.clear();
        assert_eq!(values.series.len() + 1, self.starts.len(), "every replication has the same series");
        for (series, ends) in values.series.iter().zip(self.starts.windows(2)) {
            assert_eq!(series.len(), ends[1] - ends[0], "a series has the same days in every replication");
            series.iter().for_each(|level| row.extend_from_slice(&level.to_le_bytes()));
        }
        self.series.push(row)
    }

    /// A replication without its series.
    fn head(&self, block: &Block<'_>, row: usize) -> Values {
        let cell = |cell: usize| &block.cell(cell)[row * OPTIONAL..(row + 1) * OPTIONAL];
        let extra = self.heads.cells() - EXTRA;
        Values {
            replication: u64::from_le_bytes(eight(&cell(extra)[1..])) as u32,
            values: (0..self.measures).map(|measure| number(cell(measure))).collect(),
            series: Vec::new(),
            actual: (self.measures..extra).map(|stop| span(cell(stop))).collect(),
            jobs: i64::from_le_bytes(eight(&cell(extra + 1)[1..])),
        }
    }
}

fn put(row: &mut Vec<u8>, bytes: Option<[u8; 8]>) {
    row.push(u8::from(bytes.is_some()));
    row.extend_from_slice(&bytes.unwrap_or_default());
}

fn number(cell: &[u8]) -> Option<f64> {
    (cell[0] != 0).then(|| f64::from_le_bytes(eight(&cell[1..])))
}

fn span(cell: &[u8]) -> (u32, Option<u32>) {
    let both = u64::from_le_bytes(eight(&cell[1..]));
    (both as u32, (cell[0] != 0).then_some((both >> 32) as u32))
}

fn level(cell: &[u8]) -> f32 {
    f32::from_le_bytes(cell.try_into().expect("four bytes"))
}

fn eight(bytes: &[u8]) -> [u8; 8] {
    bytes.try_into().expect("eight bytes")
}

/// Numbers of a [`Gain`].
const PARTS: usize = 5;

/// Who gains and who loses by a schedule, one row a replication.
#[derive(Debug)]
pub struct GainSamples {
    budget_bytes: usize,
    open: Open,
    spool: Option<Spool>,
    row: Vec<u8>,
}

impl GainSamples {
    /// Without replications yet, and with this share of the memory that an experiment has for them.
    pub fn new(share: usize) -> Self {
        // A fourth of what measures and days have: there are fewer of them.
        Self::with(BUDGET_BYTES / 4 / share.max(1), temporary)
    }

    fn with(budget_bytes: usize, open: Open) -> Self {
        Self { budget_bytes, open, spool: None, row: Vec::new() }
    }

    /// Replications.
    pub fn len(&self) -> usize {
        self.spool.as_ref().map_or(0, Spool::rows)
    }

    /// Whether there are none, as of the baseline.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes sure that one more replication can be taken.
    ///
    /// # Errors
    ///
    /// When the temporary file cannot be made or written; what was taken is still there.
    pub fn make_room(&mut self) -> Result<(), SpoolError> {
        self.spool.as_mut().map_or(Ok(()), Spool::make_room)
    }

    /// Takes the next replication.
    ///
    /// # Errors
    ///
    /// As [`Self::make_room`], after which there are none.
    ///
    /// # Panics
    ///
    /// When it has other groups than those before.
    pub fn push(&mut self, gains: &Gains) -> Result<(), SpoolError> {
        self.row.clear();
        let several = [&gains.care[..], &gains.schemes, &gains.incomes, &gains.districts];
        for gain in std::iter::once(&gains.all).chain(several.into_iter().flatten()) {
            let Gain { better, worse, same, less_fen, more_fen } = gain;
            for number in [better, worse, same, less_fen, more_fen] {
                self.row.extend_from_slice(&number.to_le_bytes());
            }
        }
        let shape = Shape { cells: self.row.len() / 8, width: 8 };
        self.spool.get_or_insert_with(|| Spool::new(shape, self.budget_bytes, self.open)).push(&self.row)
    }

    /// The gains of a group, one a replication; empty where there is no such group. Groups are counted in the order
    /// of the fields of [`Gains`]: everybody, care types, schemes, incomes, districts.
    ///
    /// # Errors
    ///
    /// When the temporary file cannot be read.
    pub fn column(&self, group: usize) -> Result<Vec<Gain>, SpoolError> {
        let mut column = Vec::with_capacity(self.len());
        let Some(spool) = self.spool.as_ref().filter(|spool| (group + 1) * PARTS <= spool.cells()) else {
            return Ok(column);
        };
        spool.each(group * PARTS..(group + 1) * PARTS, 0..self.len(), |block| {
            column.extend((0..block.rows).map(|row| {
                let part = |cell: usize| i64::from_le_bytes(eight(&block.cell(cell)[row * 8..(row + 1) * 8]));
                Gain { better: part(0), worse: part(1), same: part(2), less_fen: part(3), more_fen: part(4) }
            }));
        })?;
        Ok(column)
    }
}

#[cfg(test)]
mod tests {
    use super::super::spool::tests::{locked, small};
    use super::*;

    /// Values with every kind of number there is: a different one in every cell and replication.
    fn values(replication: u32) -> Values {
        let number = |measure: u32| match (replication + measure) % 5 {
            0 => None,
            1 => Some(f64::from_bits(0x7ff8_0000_dead_0000 + u64::from(replication))),
            2 => Some(-0.0),
            _ => Some(f64::from(replication) / 7.0 + f64::from(measure)),
        };
        let series = [4, 0, 11].map(|days| (0..days).map(|day| (replication * 100 + day) as f32 / 3.0).collect());
        let back = |stop: u32| (!(replication + stop).is_multiple_of(3)).then_some(u32::MAX - replication);
        Values {
            replication,
            values: (0..9).map(number).collect(),
            series: series.to_vec(),
            actual: (0..2).map(|stop| (replication + stop, back(stop))).collect(),
            jobs: i64::from(replication) << 40,
        }
    }

    fn gains(replication: i64) -> Gains {
        let gain = |place: i64| Gain {
            better: replication,
            worse: place,
            same: -replication,
            less_fen: i64::MAX - place,
            more_fen: replication * place,
        };
        Gains {
            all: gain(0),
            care: vec![gain(1), gain(2)],
            schemes: vec![gain(3)],
            incomes: [4, 5, 6, 7, 8].map(gain),
            districts: vec![],
        }
    }

    fn filled(budget_bytes: usize, replications: u32) -> Samples {
        let mut samples = Samples::with(budget_bytes, temporary);
        for replication in 0..replications {
            samples.push(&values(replication)).unwrap();
            let row_bytes = 13 * OPTIONAL + 15 * 4;
            assert!(samples.held_bytes() <= budget_bytes.max(row_bytes), "{} bytes", samples.held_bytes());
        }
        samples
    }

    /// The numbers bit for bit, and all else, which compares as it is.
    fn bits(values: &Values) -> (Vec<Option<u64>>, Values) {
        let numbers = values.values.iter().map(|value| value.map(f64::to_bits)).collect();
        (numbers, Values { values: vec![], ..values.clone() })
    }

    #[test]
    fn every_number_comes_back_bit_for_bit_whether_from_memory_or_from_the_file() {
        let count = 150;
        let column_bits = |column: Vec<Option<f64>>| column.into_iter().map(|value| value.map(f64::to_bits));
        for budget in [1, 700, 5_000, BUDGET_BYTES] {
            let samples = filled(budget, count);
            assert_eq!((samples.len(), samples.is_empty()), (count as usize, false));
            assert_eq!(samples.jobs(), (0..count).map(|number| values(number).jobs).sum::<i64>());
            for measure in 0..9 {
                let expected = (0..count).map(|number| values(number).values[measure]).collect();
                assert!(column_bits(samples.column(measure).unwrap()).eq(column_bits(expected)), "{budget}");
            }
            assert!(samples.column(9).unwrap().is_empty());
            let heads = samples.map(40..93, bits).unwrap();
            let expected = (40..93).map(|number| bits(&Values { series: vec![], ..values(number) }));
            assert!(heads.into_iter().eq(expected), "{budget}");
            for number in [0, 77, count - 1] {
                assert_eq!(samples.one(number as usize).unwrap().as_ref().map(bits), Some(bits(&values(number))));
            }
            assert!(samples.one(count as usize).unwrap().is_none());
            for bytes in [1, 3_000, READ_BYTES] {
                for series in 0..3 {
                    let mut days = 0;
                    let check = |sample: &[f32]| {
                        let expected: Vec<f32> = (0..count).map(|number| values(number).series[series][days]).collect();
                        assert_eq!(sample, expected, "{budget} {bytes}");
                        days += 1;
                    };
                    samples.days_by(series, bytes, check).unwrap();
                    assert_eq!(days, values(0).series[series].len());
                }
            }
            samples.days(3, |_| panic!("there is no such series")).unwrap();
        }
    }

    #[test]
    fn memory_is_the_same_after_any_number_of_replications() {
        let held = |replications| filled(4_000, replications).held_bytes();
        let most = (1..400).map(held).max().unwrap();
        assert!(most <= 4_000 && filled(BUDGET_BYTES, 300).held_bytes() <= BUDGET_BYTES, "{most}");
        let mut gains_of = GainSamples::with(1_000, temporary);
        for replication in 0..500 {
            gains_of.push(&gains(replication)).unwrap();
            assert!(gains_of.spool.as_ref().unwrap().held_bytes() <= 1_000);
        }
    }

    #[test]
    fn gains_come_back_by_group() {
        for budget in [1, 2_000, BUDGET_BYTES] {
            let mut samples = GainSamples::with(budget, temporary);
            assert!(samples.is_empty() && samples.column(0).unwrap().is_empty());
            (0..100).for_each(|replication| samples.push(&gains(replication)).unwrap());
            let of = |group: fn(&Gains) -> Gain| (0..100).map(|number| group(&gains(number))).collect::<Vec<_>>();
            assert_eq!(samples.column(0).unwrap(), of(|gains| gains.all));
            assert_eq!(samples.column(2).unwrap(), of(|gains| gains.care[1]));
            assert_eq!(samples.column(8).unwrap(), of(|gains| gains.incomes[4]));
            assert!(samples.column(9).unwrap().is_empty());
        }
    }

    #[test]
    fn what_was_taken_is_kept_when_the_disk_fails() {
        for open in [small as Open, locked] {
            let mut samples = Samples::with(2_000, open);
            let taken = (0..1_000).take_while(|&number| samples.push(&values(number)).is_ok()).count();
            assert!((4..60).contains(&taken), "{taken}");
            assert_eq!(samples.len(), taken);
            let found = samples.map(0..taken, bits).unwrap();
            let expected = (0..taken as u32).map(|number| bits(&Values { series: vec![], ..values(number) }));
            assert!(found.into_iter().eq(expected));
            assert_eq!(samples.one(taken - 1).unwrap().as_ref().map(bits), Some(bits(&values(taken as u32 - 1))));
        }
    }
}
