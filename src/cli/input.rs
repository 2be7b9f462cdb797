//! From a path on the command line to a checked scenario, or to everything that is wrong with it.

use std::path::Path;

use super::output::Failure;
use super::{LangArg, ScenarioArgs, choose_lang};
use crate::scenario::check::{Complaint, ComplaintKind, check};
use crate::scenario::error::{Code, Problems, Text};
use crate::scenario::layer::{Loaded, load};
use crate::scenario::mistyped::share_meant;
use crate::scenario::raw::LangName;
use crate::scenario::world::Scenario;
use crate::units::Lang;

/// A scenario that was read and checked.
pub(super) struct Input {
    pub(super) loaded: Loaded,
    pub(super) scenario: Scenario,
    pub(super) lang: Lang,
}

pub(super) fn read(arguments: &ScenarioArgs) -> Result<Input, Failure> {
    read_path(&arguments.path, &arguments.sets, arguments.lang)
}

pub(super) fn read_path(path: &Path, sets: &[String], lang: Option<LangArg>) -> Result<Input, Failure> {
    read_schedule(path, None, sets, lang)
}

/// Reads one schedule of a folder; without its name the default one, or the one that the path is.
pub(super) fn read_schedule(
    path: &Path,
    schedule: Option<&str>,
    sets: &[String],
    lang: Option<LangArg>,
) -> Result<Input, Failure> {
    let early = choose_lang(lang, None);
    let loaded = load(path, schedule, sets).map_err(|problems| Failure::input(problems.render(early)))?;
    let own = loaded.layer.lang.map(|lang| if lang == LangName::Zh { Lang::Zh } else { Lang::En });
    let lang = choose_lang(lang, own);
    #[cfg(feature = "charts")]
    refuse_colors(&loaded, lang)?;
    match check(&loaded.layer, &loaded.city, &loaded.schedule, &loaded.calendar) {
        Ok(mut scenario) => {
            if let Some(name) = &loaded.city_name {
                scenario.city_name = name.clone();
            }
            Ok(Input { loaded, scenario, lang })
        }
        Err(complaints) => Err(Failure::input(problems(&loaded, complaints).render(lang))),
    }
}

/// Colours that no chart can be drawn in are refused before anything is simulated.
#[cfg(feature = "charts")]
fn refuse_colors(loaded: &Loaded, lang: Lang) -> Result<(), Failure> {
    use crate::report::chart::{ChartError, Look, Size, Theme};
    let colors = loaded.layer.chart_colors.as_deref().unwrap_or_default();
    let Err(ChartError::Color { found, zh, why }) = Look::new(Theme::Light, Size::default(), colors) else {
        return Ok(());
    };
    let allowed = Text::new(
        format!("颜色写成 #RRGGBB，与白底对比至少 3:1，色盲者也能彼此分清；原因：{zh}"),
        format!(
            "#RRGGBB with a contrast of at least 3:1 to white, told from the others by the colour-blind too; why not: {why}"
        ),
    );
    let mut problems = Problems::new();
    problems.at(&loaded.origins, "chart_colors", Code::OutOfRange, found, allowed, None);
    Err(Failure::input(problems.render(lang)))
}

/// The `--set`s of the first moment and the length that hold the days of all scenarios; none where all have the
/// same. Where no file states them they follow from each schedule; seen side by side, all have the same days.
pub(super) fn one_clock<'a>(scenarios: impl Iterator<Item = &'a Scenario> + Clone) -> Option<[String; 2]> {
    let starts = scenarios.clone().map(|scenario| scenario.clock.start());
    let ends = scenarios.map(|scenario| scenario.clock.civil(scenario.horizon()).date());
    let (start, end) = (starts.clone().min()?, ends.clone().max()?);
    if starts.max() == Some(start) && ends.min() == Some(end) {
        return None;
    }
    let days = end.duration_since(start).as_hours() / 24;
    Some([format!("start=\"{start}T00:00:00\""), format!("horizon_days={days}")])
}

pub(super) fn problems(loaded: &Loaded, complaints: Vec<Complaint>) -> Problems {
    let mut problems = Problems::new();
    for complaint in complaints {
        let hint = complaint.nearest.map(|name| Text::new(format!("是否指 {name}？"), format!("did you mean {name}?")));
        let percent = || {
            let is_share = complaint.kind == ComplaintKind::OutOfRange && complaint.key.ends_with("share");
            if is_share { share_meant(complaint.found.parse().ok()?) } else { None }
        };
        let hint = hint.or_else(percent);
        let allowed = Text::new(complaint.allowed_zh, complaint.allowed_en);
        problems.at(&loaded.origins, &complaint.key, code(complaint.kind), complaint.found, allowed, hint);
    }
    problems
}

fn code(kind: ComplaintKind) -> Code {
    match kind {
        ComplaintKind::Missing => Code::Incomplete,
        ComplaintKind::UnknownName => Code::UnknownName,
        ComplaintKind::OutOfRange => Code::OutOfRange,
        ComplaintKind::Unreadable => Code::BadHours,
        ComplaintKind::Order => Code::TimeOrder,
        ComplaintKind::Cycle => Code::Circle,
        ComplaintKind::NoCalendar => Code::MissingYear,
        ComplaintKind::TooLarge => Code::TooMany,
        ComplaintKind::Rank => Code::BadRoute,
        ComplaintKind::Inconsistent => Code::Contradiction,
    }
}
