//! What a reader gets: tables, charts, the summary, and the folder they are written to. A writer
//! is a pure function from results to bytes; only [`folder`] touches files.
//!
//! ```text
//! Results -> table, parquet, figures, summary -> bytes -> manifest (digests) -> folder
//! ```

use std::fmt;
use std::path::PathBuf;

use crate::engine::Engine;
use crate::experiment::Results;
use crate::scenario::layer::Loaded;
use crate::scenario::world::Scenario;
use crate::units::Lang;

pub mod assumptions;
#[cfg(feature = "charts")]
pub mod chart;
pub mod daily;
pub mod facts;
#[cfg(feature = "charts")]
pub mod figures;
pub mod folder;
pub mod labels;
mod layout;
pub mod manifest;
pub mod numbers;
pub mod parquet;
pub mod summary;
pub mod table;
#[cfg(test)]
mod testing;
pub mod weights;

use folder::{Folder, FolderError};

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
    /// Language of summary and charts. Tables carry both.
    pub lang: Lang,
    /// How the run was made.
    pub run: RunInfo,
}

/// A results folder that could not be finished. Files written before the failure are whole and
/// are kept.
#[derive(Debug)]
pub enum ReportError {
    /// A file could not be written.
    Folder(FolderError),
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

#[cfg(feature = "charts")]
impl From<chart::ChartError> for ReportError {
    fn from(error: chart::ChartError) -> Self {
        Self::Chart(error)
    }
}

/// A file of the results folder before it is written: its place within the folder, with `/`
/// between parts, and its bytes.
pub type File = (String, Vec<u8>);

/// Charts of a results folder.
const CHARTS: [&str; 3] = ["timeline", "self-pay", "backlog"];

/// Writes all files of a run; returns their paths in the order written, the manifest last.
///
/// Tables are written before charts are drawn, so that a failing chart loses no numbers. A folder
/// without a manifest is an unfinished one.
///
/// # Errors
///
/// The first file that could not be made or written; those before it are kept.
pub fn write(folder: &Folder, report: &Report<'_>) -> Result<Vec<PathBuf>, ReportError> {
    let mut paths = Vec::new();
    let mut digests = manifest::FileDigests::default();
    let mut put = |(name, bytes): File| -> Result<(), ReportError> {
        paths.push(folder.write(&name, &bytes)?);
        digests.add(&name, &bytes);
        Ok(())
    };
    // A manifest beside files of another run would lie about them.
    folder.remove(manifest::FILE)?;
    // Charts that this run does not draw would be another run's.
    for name in CHARTS {
        folder.remove(&format!("charts/{name}.svg"))?;
        folder.remove(&format!("charts/{name}.png"))?;
    }
    let rows = table::rows(report.scenario, report.results);
    put(("summary.json".into(), table::json(report, &rows)?))?;
    put(("summary.csv".into(), table::csv(report, &rows)))?;
    put(("replications.parquet".into(), parquet::replications(report)?))?;
    let daily = daily::all(report.results);
    put(("daily.parquet".into(), parquet::daily(report, &daily)?))?;
    put(("hourly.parquet".into(), parquet::hourly(report)?))?;
    #[cfg(feature = "charts")]
    for file in figures::all(report, &daily)? {
        put(file)?;
    }
    let text = manifest::text(report, folder.digest(), &digests)?;
    paths.push(folder.write(manifest::FILE, text.as_bytes())?);
    Ok(paths)
}
