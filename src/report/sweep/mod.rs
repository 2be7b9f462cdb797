//! What a reader gets of a sweep: every point with its readings, where a threshold is crossed, curves or a heat
//! map.
//!
//! ```text
//! Sweep -> shown, crossings -> csv, parquet, screen, document, figures -> manifest -> folder
//! ```

mod csv;
mod document;
#[cfg(feature = "charts")]
mod figures;
mod names;
mod screen;
mod shown;
#[cfg(feature = "charts")]
mod view;
mod words;

pub use document::json;
pub use screen::text;

use crate::experiment::crossing::{Crossing, Standing};
use crate::experiment::grid::Grid;
use crate::experiment::sweep::{Point, Sweep};
use crate::scenario::layer::Loaded;
use crate::scenario::world::Scenario;
use crate::units::Lang;

use super::folder::Folder;
use super::output::Output;
use super::table::{self, Row};
use super::{ReportError, RunInfo, WrittenFiles, parquet, writing};

/// Everything a sweep's report is made of.
#[derive(Debug, Clone)]
pub struct SweepReport<'a> {
    /// The first point as its files say.
    pub loaded: &'a Loaded,
    /// Digests of the scenarios of all points.
    pub digests: &'a [String],
    /// The grid.
    pub grid: &'a Grid,
    /// The points as they were simulated.
    pub points: &'a [Point],
    /// What came out.
    pub sweep: &'a Sweep,
    /// Language of summary and charts.
    pub lang: Lang,
    /// How the sweep was made.
    pub run: RunInfo,
    /// By reading, then point: what its replications come to.
    rows: Vec<Vec<Row>>,
    /// By threshold, then value of the second key (one where there is no second): along the first key.
    crossings: Vec<Vec<Crossing>>,
}

impl<'a> SweepReport<'a> {
    /// Works out rows and crossings.
    pub fn new(
        loaded: &'a Loaded,
        digests: &'a [String],
        grid: &'a Grid,
        points: &'a [Point],
        sweep: &'a Sweep,
        lang: Lang,
        run: RunInfo,
    ) -> Self {
        let row = |reading: usize, point: usize| {
            let kind = points[point].readings[reading].measure.kind;
            let horizon = f64::from(points[point].scenario.clock.days());
            table::row(kind, &sweep.outcomes[point].values[reading], horizon)
        };
        let (readings, thresholds) =
            points.first().map_or((0, 0), |first| (first.readings.len(), first.thresholds.len()));
        let rows = (0..readings).map(|reading| (0..points.len()).map(|point| row(reading, point)).collect()).collect();
        let crossings = (0..thresholds).map(|threshold| crossings(grid, points, sweep, threshold)).collect();
        Self { loaded, digests, grid, points, sweep, lang, run, rows, crossings }
    }

    /// The same in a language.
    #[cfg(feature = "charts")]
    fn in_lang(&self, lang: Lang) -> Self {
        Self { lang, ..self.clone() }
    }

    /// The scenario of the first point.
    fn first(&self) -> &'a Scenario {
        &self.points[0].scenario
    }

    #[cfg(feature = "charts")]
    fn readings(&self) -> usize {
        self.rows.len()
    }
}

/// Along the first key at every value of the second; the intervals of all thresholds and points hold together.
fn crossings(grid: &Grid, points: &[Point], sweep: &Sweep, threshold: usize) -> Vec<Crossing> {
    let together = points.len() * points.first().map_or(1, |first| first.thresholds.len());
    let standing = |point: usize| {
        Standing::of(&sweep.outcomes[point].kept[threshold], points[point].thresholds[threshold].chance, together)
    };
    let first = grid.axes.first().map_or(0, |axis| axis.levels.len());
    let second = grid.axes.get(1).map_or(1, |axis| axis.levels.len());
    (0..second).map(|other| Crossing::of((0..first).map(|one| standing(grid.point(&[one, other]))).collect())).collect()
}

/// Writes all files of a sweep. As [`super::write`], nothing that was
/// there is lost when a file cannot be made.
///
/// # Errors
///
/// The first file that could not be made or written.
pub fn write(folder: &Folder, report: &SweepReport<'_>) -> Result<WrittenFiles, ReportError> {
    let make = |files: &mut Output<'_>| make(report, files);
    writing::write(folder, make, |digests| document::manifest(report, folder.digest(), digests))
}

fn make(report: &SweepReport<'_>, files: &mut Output<'_>) -> Result<(), ReportError> {
    files.put(("summary.json".into(), document::encoded(&json(report))?))?;
    files.put(("sweep.csv".into(), csv::csv(report)))?;
    let rows = parquet::sweep(report.first(), report.grid, report.points, report.sweep)?;
    files.put(("replications.parquet".into(), rows))?;
    #[cfg(feature = "charts")]
    super::shown(&view::document(report), files)?;
    Ok(())
}
