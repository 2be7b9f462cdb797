//! What a reader gets: tables, charts, the summary, and the folder they are written to. A writer
//! is a pure function from results to bytes; only [`folder`] touches files.
//!
//! ```text
//! Results -> table, parquet, figures, summary -> bytes -> manifest (digests) -> folder
//! ```

use std::fmt;

use crate::engine::Engine;
use crate::experiment::Results;
use crate::experiment::spool::SpoolError;
use crate::scenario::layer::Loaded;
use crate::scenario::world::Scenario;
use crate::units::Lang;

pub mod assumptions;
#[cfg(feature = "charts")]
mod base64;
#[cfg(feature = "charts")]
pub mod chart;
pub mod cities;
pub mod comparison;
pub mod daily;
#[cfg(feature = "charts")]
pub mod document;
pub mod facts;
#[cfg(feature = "charts")]
pub mod figures;
#[cfg_attr(not(feature = "charts"), expect(dead_code, reason = "some are titles of charts alone"))]
mod findings;
pub mod folder;
pub mod labels;
pub mod layout;
pub mod manifest;
#[cfg(feature = "charts")]
pub mod model;
pub mod numbers;
mod output;
#[cfg(feature = "charts")]
pub mod page;
pub mod parquet;
mod premises;
pub mod summary;
pub mod sweep;
pub mod table;
mod terms;
#[cfg(test)]
mod testing;
#[cfg(feature = "charts")]
pub mod view;
pub mod weights;
#[cfg(feature = "charts")]
pub mod workbook;
mod writing;

use folder::{Folder, FolderError};
use output::Output;
pub use writing::{WrittenFiles, redraw};

/// How a run was made; nothing here changes a result.
#[derive(Debug, Clone, PartialEq)]
pub struct RunInfo {
    /// Threads used.
    pub threads: u32,
    /// How desks were served.
    pub engine: Engine,
    /// Start of the run, RFC 3339.
    pub started: String,
    /// Length of the run in seconds of wall time.
    pub seconds: f64,
}

/// Everything a report is made of.
#[derive(Debug, Clone)]
pub struct Report<'a> {
    /// The scenario as its files say.
    pub loaded: &'a Loaded,
    /// The scenario as it was simulated.
    pub scenario: &'a Scenario,
    /// What came out.
    pub results: &'a Results,
    /// What the measures come to, in catalogue order.
    pub rows: Vec<table::Row>,
    /// Language of summary and charts. Tables carry both.
    pub lang: Lang,
    /// How the run was made.
    pub run: RunInfo,
}

impl<'a> Report<'a> {
    /// Works out what the measures come to.
    ///
    /// # Errors
    ///
    /// When samples that were put aside cannot be read.
    pub fn new(
        loaded: &'a Loaded,
        scenario: &'a Scenario,
        results: &'a Results,
        lang: Lang,
        run: RunInfo,
    ) -> Result<Self, ReportError> {
        Ok(Self { loaded, scenario, results, rows: table::rows(scenario, results)?, lang, run })
    }
}

/// A results folder that could not be finished. Files written before the failure are whole and
/// are kept.
#[derive(Debug)]
pub enum ReportError {
    /// A file could not be written.
    Folder(FolderError),
    /// Samples that were put aside could not be read.
    Samples(SpoolError),
    /// A table could not be encoded.
    Table(String),
    /// A chart could not be drawn.
    #[cfg(feature = "charts")]
    Chart(chart::ChartError),
}

impl ReportError {
    /// The message in a language.
    pub fn text(&self, lang: Lang) -> String {
        match self {
            Self::Folder(error) => error.text(lang),
            Self::Samples(error) => error.text(lang),
            Self::Table(message) => lang.pick("无法生成结果表：", "a table cannot be encoded: ").to_owned() + message,
            #[cfg(feature = "charts")]
            Self::Chart(error) => format!("{}{error}", lang.pick("无法绘图：", "a chart cannot be drawn: ")),
        }
    }
}

impl fmt::Display for ReportError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text(Lang::En))
    }
}

impl std::error::Error for ReportError {}

impl From<FolderError> for ReportError {
    fn from(error: FolderError) -> Self {
        Self::Folder(error)
    }
}

impl From<SpoolError> for ReportError {
    fn from(error: SpoolError) -> Self {
        Self::Samples(error)
    }
}

#[cfg(feature = "charts")]
impl From<chart::ChartError> for ReportError {
    fn from(error: chart::ChartError) -> Self {
        Self::Chart(error)
    }
}

/// A file of the results folder before it is written: its place within the folder, with `/`
/// between parts, and its bytes.
pub type File = (String, Vec<u8>);

/// Writes all files of a run.
///
/// # Errors
///
/// The first file that could not be made or written. Finished results of before are unchanged then;
/// where there were none, the files before the failing one are kept.
pub fn write(folder: &Folder, report: &Report<'_>) -> Result<WrittenFiles, ReportError> {
    let make = |files: &mut Output<'_>| make(report, files);
    writing::write(folder, make, |digests| Ok(manifest::text(report, folder.digest(), digests)?.into_bytes()))
}

/// Makes all files but the manifest, one after another.
fn make(report: &Report<'_>, files: &mut Output<'_>) -> Result<(), ReportError> {
    let alone = std::slice::from_ref(report);
    files.put(("summary.json".into(), table::json(report)?))?;
    files.put(("summary.csv".into(), table::csv(std::iter::once(report))))?;
    files.fill("replications.parquet", |out| parquet::replications(alone, out))?;
    let daily = daily::all(report.results)?;
    files.put(("daily.parquet".into(), parquet::daily(alone, std::slice::from_ref(&daily))?))?;
    files.put(("hourly.parquet".into(), parquet::hourly(alone)?))?;
    #[cfg(feature = "charts")]
    shown(&view::document(report, &daily), files)?;
    Ok(())
}

/// The document of a results folder and what is made of it.
#[cfg(feature = "charts")]
fn shown(document: &document::Document, files: &mut Output<'_>) -> Result<(), ReportError> {
    files.put((document::FILE.into(), document.encoded()?))?;
    files.put((page::FILE.into(), page::page(document, page::Kind::Interactive)?))?;
    files.put((workbook::FILE.into(), workbook::workbook(document)?))?;
    let look = chart::Look::new(chart::Theme::Light, chart::Size::default(), &document.colors)?;
    let charts = document::draw(document, document.lang, &look)?;
    files.missing.extend(document::missing(document)?);
    charts.files.into_iter().try_for_each(|file| files.put(file))
}

#[cfg(test)]
#[cfg(feature = "charts")]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::testing::World;
    use super::*;

    /// All files below a folder with their bytes.
    fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let read =
            |path: PathBuf| if path.is_dir() { files(&path) } else { [(path.clone(), fs::read(path).unwrap())].into() };
        entries.flat_map(read).collect()
    }

    #[test]
    fn results_that_were_there_stay_whole_when_a_file_cannot_be_written() {
        let place = tempfile::tempdir().unwrap();
        let prepare = |digest: &str| Folder::prepare(place.path(), true, digest).unwrap();
        write(&prepare("one"), &World::new(3).report(Lang::Zh)).unwrap();
        let before = files(place.path());
        // Tables fit, then a chart's place is taken by a folder with something in it.
        let taken = place.path().join("charts/timeline.svg");
        let chart = fs::read(&taken).unwrap();
        fs::remove_file(&taken).unwrap();
        fs::create_dir(&taken).unwrap();
        write(&prepare("two"), &World::new(5).report(Lang::Zh)).unwrap_err();
        fs::remove_dir(&taken).unwrap();
        fs::write(&taken, chart).unwrap();
        assert!(files(place.path()) == before, "charts and manifest are still the old ones, and nothing lies aside");
    }

    #[test]
    fn tables_are_kept_where_there_were_none_when_a_chart_fails() {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir_all(place.path().join("charts/timeline.svg")).unwrap();
        let folder = Folder::prepare(place.path(), false, "one").unwrap();
        write(&folder, &World::new(3).report(Lang::Zh)).unwrap_err();
        assert!(place.path().join("hourly.parquet").is_file() && !folder.has_results());
    }

    #[test]
    fn charts_that_a_run_does_not_draw_are_removed() {
        let place = tempfile::tempdir().unwrap();
        let prepare = |digest: &str| Folder::prepare(place.path(), true, digest).unwrap();
        let names = || files(place.path()).into_keys().map(|path| path.extension().unwrap().to_owned());
        assert_eq!(write(&prepare("one"), &World::new(3).report(Lang::Zh)).unwrap().paths.len(), 25);
        assert_eq!(names().filter(|end| end == "png").count(), 8);
        let mut world = World::new(0);
        world.scenario.suspensions.clear();
        let paths = write(&prepare("two"), &world.rerun(0).report(Lang::Zh)).unwrap().paths;
        assert_eq!(paths.last().unwrap(), &place.path().join(manifest::FILE));
        assert_eq!(names().count(), 9);
    }
}
