//! What a reader gets of a comparison: schedules side by side, their differences to the baseline, the
//! choice with its guarantee, and who gains and who loses.
//!
//! ```text
//! Comparison -> differences, tradeoffs, standings, gains -> tables, screen, figures -> manifest -> folder
//! ```

pub mod differences;
mod document;
#[cfg(feature = "charts")]
mod figures;
pub mod gains;
mod grid;
#[cfg(feature = "charts")]
mod normal;
mod screen;
pub mod standings;
pub mod tables;
pub mod tradeoffs;
#[cfg(feature = "charts")]
mod view;
mod words;

pub use document::json;
pub use screen::text;

use crate::experiment::comparison::{Candidate, Comparison};
use crate::experiment::spool::SpoolError;
use crate::measures::{Group, Kind};
use crate::scenario::layer::Loaded;
use crate::scenario::world::Scenario;
use crate::units::Lang;

use super::folder::Folder;
use super::output::Output;
use super::table::{self, column};
use super::{Report, ReportError, RunInfo, WrittenFiles, daily, parquet, writing};

use differences::Differences;
use gains::GainRow;
#[cfg(feature = "charts")]
use normal::Normal;
use standings::Standing;
use tradeoffs::Tradeoffs;

/// Everything a comparison's report is made of.
#[derive(Debug, Clone)]
pub struct ComparisonReport<'a> {
    /// The schedules as their files say, the baseline first.
    pub loaded: &'a [Loaded],
    /// The schedules as they were simulated.
    pub candidates: &'a [Candidate],
    /// What came out.
    pub comparison: &'a Comparison,
    /// Language of summary and charts. Tables carry both.
    pub lang: Lang,
    /// How the comparison was made.
    pub run: RunInfo,
    /// Paired differences to the baseline.
    pub differences: Differences,
    /// What is given up for what.
    pub tradeoffs: Tradeoffs,
    /// How each schedule stands with the choice.
    pub standings: Vec<Standing>,
    /// Who gains and who loses.
    pub gains: Vec<GainRow>,
    /// When desks are back to normal.
    #[cfg(feature = "charts")]
    normal: Normal,
    /// The reports of the schedules alone.
    singles: Vec<Report<'a>>,
}

impl<'a> ComparisonReport<'a> {
    /// Works out differences, trade-offs and gains.
    ///
    /// # Errors
    ///
    /// When samples that were put aside cannot be read.
    pub fn new(
        loaded: &'a [Loaded],
        candidates: &'a [Candidate],
        comparison: &'a Comparison,
        lang: Lang,
        run: RunInfo,
    ) -> Result<Self, ReportError> {
        let schedules = loaded.iter().zip(candidates).zip(&comparison.results);
        let single = |((loaded, candidate), results): ((&'a Loaded, &'a Candidate), _)| {
            Report::new(loaded, &candidate.model.scenario, results, lang, run.clone())
        };
        Ok(Self {
            differences: Differences::of(candidates, comparison)?,
            tradeoffs: Tradeoffs::of(candidates, comparison)?,
            standings: standings::standings(candidates, comparison)?,
            gains: gains::rows(candidates, comparison)?,
            #[cfg(feature = "charts")]
            normal: Normal::of(candidates, comparison)?,
            singles: schedules.map(single).collect::<Result<_, _>>()?,
            loaded,
            candidates,
            comparison,
            lang,
            run,
        })
    }

    /// The same in a language.
    #[cfg(feature = "charts")]
    fn in_lang(&self, lang: Lang) -> Self {
        let mut other = Self { lang, ..self.clone() };
        other.singles.iter_mut().for_each(|single| single.lang = lang);
        other
    }

    /// The scenario of the baseline.
    fn baseline(&self) -> &'a Scenario {
        &self.candidates[0].model.scenario
    }

    /// Name of a schedule.
    pub fn name(&self, schedule: usize) -> &'a str {
        let name = &self.candidates[schedule].model.scenario.schedule_name;
        self.lang.pick(&name.zh, &name.en)
    }

    /// The report of one schedule alone.
    fn single(&self, schedule: usize) -> &Report<'a> {
        &self.singles[schedule]
    }
}

/// The sample of a measure of a schedule, one number a replication; none where the schedule has no such
/// measure or a replication no value. A day that does not come by the horizon counts as the horizon.
///
/// # Errors
///
/// When samples that were put aside cannot be read.
pub(super) fn sample(
    candidate: &Candidate,
    comparison: &Comparison,
    schedule: usize,
    key: &str,
    group: Group,
) -> Result<Option<Vec<f64>>, SpoolError> {
    let Some(index) = candidate.catalogue.find(key, group) else { return Ok(None) };
    let horizon = f64::from(candidate.model.scenario.clock.days());
    let missing = (candidate.catalogue.measures[index].kind == Kind::Censored).then_some(horizon);
    let column = column(&comparison.results[schedule], index)?;
    Ok(column.into_iter().map(|value| value.or(missing)).collect())
}

/// Replications of a schedule.
pub(super) fn courses(comparison: &Comparison, schedule: usize) -> usize {
    comparison.results[schedule].samples.len()
}

pub(super) fn mean(sample: &[f64]) -> f64 {
    sample.iter().sum::<f64>() / sample.len().max(1) as f64
}

/// Writes all files of a comparison. As [`super::write`], results
/// that were there stay whole when a file cannot be made or written, and where there were none a failing
/// chart loses no numbers.
///
/// # Errors
///
/// The first file that could not be made or written.
pub fn write(folder: &Folder, report: &ComparisonReport<'_>) -> Result<WrittenFiles, ReportError> {
    let make = |files: &mut Output<'_>| make(report, files);
    writing::write(folder, make, |digests| Ok(tables::manifest(report, folder.digest(), digests)?.into_bytes()))
}

fn make(report: &ComparisonReport<'_>, files: &mut Output<'_>) -> Result<(), ReportError> {
    let singles = &report.singles;
    files.put(("summary.json".into(), tables::encoded(&json(report))?))?;
    files.put(("summary.csv".into(), table::csv(singles.iter())))?;
    files.put(("differences.csv".into(), differences::csv(report)))?;
    files.put(("choice.csv".into(), standings::csv(report)))?;
    files.put(("gains.csv".into(), gains::csv(report)))?;
    files.fill("replications.parquet", |out| parquet::replications(singles, out))?;
    let days: Vec<Vec<daily::DailySeries>> =
        singles.iter().map(|single| daily::all(single.results)).collect::<Result<_, _>>()?;
    files.put(("daily.parquet".into(), parquet::daily(singles, &days)?))?;
    files.put(("hourly.parquet".into(), parquet::hourly(singles)?))?;
    #[cfg(feature = "charts")]
    super::shown(&view::document(report, &days), files)?;
    Ok(())
}

#[cfg(test)]
#[cfg(feature = "charts")]
mod tests {
    use std::fs;

    use super::*;
    use crate::report::manifest;
    use crate::report::testing::Compared;

    #[test]
    fn charts_belong_to_the_manifest_and_those_of_before_go() {
        let place = tempfile::tempdir().unwrap();
        let prepare = |digest: &str| Folder::prepare(place.path(), true, digest).unwrap();
        assert_eq!(write(&prepare("one"), &Compared::new(3, 30).report(Lang::Zh)).unwrap().paths.len(), 11 + 10 + 1);
        let manifest = || fs::read_to_string(place.path().join(manifest::FILE)).unwrap();
        assert!(manifest().contains("\"charts/best.png\""));
        // Too few courses for a choice: its chart goes.
        assert_eq!(write(&prepare("two"), &Compared::new(3, 4).report(Lang::Zh)).unwrap().paths.len(), 11 + 8 + 1);
        assert!(!place.path().join("charts/best.png").exists() && place.path().join("charts/gains.png").exists());
        assert!(!manifest().contains("charts/best"));
    }

    #[test]
    fn tables_are_kept_where_there_were_none_when_a_chart_fails() {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir_all(place.path().join("charts/forest.svg")).unwrap();
        let folder = Folder::prepare(place.path(), false, "one").unwrap();
        write(&folder, &Compared::new(2, 30).report(Lang::Zh)).unwrap_err();
        assert!(place.path().join("hourly.parquet").is_file() && !folder.has_results());
    }

    #[test]
    fn results_that_were_there_stay_whole_when_a_chart_cannot_be_written() {
        let place = tempfile::tempdir().unwrap();
        let prepare = |digest: &str| Folder::prepare(place.path(), true, digest).unwrap();
        write(&prepare("one"), &Compared::new(2, 30).report(Lang::Zh)).unwrap();
        let read = |name: &str| fs::read(place.path().join(name)).unwrap();
        let before = ["manifest.json", "summary.csv", "charts/best.png"].map(read);
        let taken = place.path().join("charts/gains.png");
        fs::remove_file(&taken).unwrap();
        fs::create_dir(&taken).unwrap();
        write(&prepare("two"), &Compared::new(3, 30).report(Lang::Zh)).unwrap_err();
        assert!(["manifest.json", "summary.csv", "charts/best.png"].map(read) == before);
    }
}
