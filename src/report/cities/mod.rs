//! What a reader gets of several cities: side by side per million insured and by hour of outage, and the
//! way from one to another one part at a time.
//!
//! ```text
//! Plan, Outcomes -> headline -> table, waterfall -> summary, figures -> manifest -> folder
//! ```

#[cfg(feature = "charts")]
mod figures;
pub mod headline;
mod manifest;
mod summary;
pub mod table;
#[cfg(feature = "charts")]
mod view;
pub mod waterfall;

pub use summary::{json, text};

use crate::experiment::cities::{Outcomes, Plan};
use crate::scenario::layer::Loaded;
use crate::units::Lang;

use super::facts::Facts;
use super::folder::Folder;
use super::output::Output;
use super::{Report, ReportError, RunInfo, WrittenFiles, parquet, writing};

use table::SideBySide;
use waterfall::Waterfall;

/// Everything the report on several cities is made of.
#[derive(Debug, Clone)]
pub struct CitiesReport<'a> {
    /// What was simulated.
    pub plan: &'a Plan,
    /// What came out.
    pub outcomes: &'a Outcomes,
    /// Language of summary and charts.
    pub lang: Lang,
    /// How it was made.
    pub run: RunInfo,
    /// Cities side by side.
    pub side: SideBySide,
    /// The way from the base city to each other one.
    pub waterfalls: Vec<Waterfall>,
    /// By city: what a planner asks of it alone.
    pub facts: Vec<Facts>,
}

impl<'a> CitiesReport<'a> {
    /// Works out tables and waterfalls.
    ///
    /// # Errors
    ///
    /// When samples that were put aside cannot be read.
    pub fn new(plan: &'a Plan, outcomes: &'a Outcomes, lang: Lang, run: RunInfo) -> Result<Self, ReportError> {
        let (side, waterfalls) = (SideBySide::of(plan, outcomes)?, waterfall::all(plan, outcomes)?);
        let mut report = Self { plan, outcomes, lang, run, side, waterfalls, facts: Vec::new() };
        report.facts =
            (0..plan.cities).map(|city| Ok(Facts::of(&report.single(city)?))).collect::<Result<_, ReportError>>()?;
        Ok(report)
    }

    /// The same in a language.
    #[cfg(feature = "charts")]
    fn in_lang(&self, lang: Lang) -> Self {
        Self { lang, ..self.clone() }
    }

    /// Name of a city; where another has the same name, with what tells them apart: the folder, the schedule, the
    /// folder around it, or a number.
    pub fn name(&self, city: usize) -> String {
        let scenario = |index: usize| &self.plan.courses[index].model.scenario;
        let own = scenario(city);
        let name = self.lang.pick(&own.city_name.zh, &own.city_name.en);
        let others = (0..self.plan.cities).filter(|&other| other != city);
        let namesakes: Vec<usize> = others
            .filter(|&other| self.lang.pick(&scenario(other).city_name.zh, &scenario(other).city_name.en) == name)
            .collect();
        if namesakes.is_empty() {
            return name.to_owned();
        }
        let is_own = |part: &dyn Fn(usize) -> String| namesakes.iter().all(|&other| part(other) != part(city));
        let schedule = |index: usize| {
            let name = &scenario(index).schedule_name;
            self.lang.pick(&name.zh, &name.en).to_owned()
        };
        let folder = |index: usize| scenario(index).city.clone();
        let around = |index: usize| parent_folder(&self.plan.courses[index].loaded).unwrap_or_default();
        let parts: [&dyn Fn(usize) -> String; 3] = [&folder, &schedule, &around];
        let told = parts.into_iter().find(|part| is_own(part)).map(|part| part(city));
        let told = told.filter(|told| !told.is_empty()).unwrap_or_else(|| (city + 1).to_string());
        self.lang.choose(format!("{name}（{told}）"), format!("{name} ({told})"))
    }

    /// The report of one city alone.
    fn single(&self, city: usize) -> Result<Report<'a>, ReportError> {
        let course = &self.plan.courses[city];
        let results = &self.outcomes.results[city];
        Report::new(&course.loaded, &course.model.scenario, results, self.lang, self.run.clone())
    }
}

/// Name of the folder in which the folder of a city lies.
fn parent_folder(loaded: &Loaded) -> Option<String> {
    let folder = loaded.files.last()?.parent()?.parent()?;
    folder.file_name().map(|name| name.to_string_lossy().into_owned())
}

/// Writes all files. As [`super::write`], nothing that was there is
/// lost when a file cannot be made, and charts of a run before that this one does not draw are removed.
///
/// # Errors
///
/// The first file that could not be made or written.
pub fn write(folder: &Folder, report: &CitiesReport<'_>) -> Result<WrittenFiles, ReportError> {
    let make = |files: &mut Output<'_>| make(report, files);
    writing::write(folder, make, |digests| Ok(manifest::text(report, folder.digest(), digests)?.into_bytes()))
}

fn make(report: &CitiesReport<'_>, files: &mut Output<'_>) -> Result<(), ReportError> {
    let singles: Vec<Report<'_>> = (0..report.plan.cities).map(|city| report.single(city)).collect::<Result<_, _>>()?;
    files.put(("summary.json".into(), super::comparison::tables::encoded(&json(report))?))?;
    files.put(("cities.csv".into(), table::csv(report.plan, &report.side, report.outcomes.replications())))?;
    files.put(("waterfall.csv".into(), waterfall::csv(report.plan, &report.waterfalls)))?;
    files.fill("replications.parquet", |out| parquet::replications_of_cities(&singles, out))?;
    #[cfg(feature = "charts")]
    super::shown(&view::document(report), files)?;
    Ok(())
}
