//! The schedules of a folder, and which of them a comparison is asked for: by their files' names, by the
//! names shown, in lists as people type them.

use std::path::{Path, PathBuf};

use super::input::{Input, read_schedule};
use super::output::Failure;
use super::usage::listed_words;
use super::{LangArg, choose_lang};
use crate::scenario::layer::{SCHEDULE_DEFAULT, schedules};
use crate::scenario::world::Scenario;
use crate::units::Lang;

/// Most schedules that one comparison takes.
const SCHEDULES_MAX: usize = 40;

/// Names less alike than this (Jaro-Winkler, 0 to 1) are not offered.
const NEAR: f64 = 0.75;

/// What the command line asks for.
pub(super) struct Asked<'a> {
    pub(super) schedules: &'a [String],
    pub(super) baseline: Option<&'a str>,
}

/// All schedules of a folder.
pub(super) struct Folder {
    path: PathBuf,
    /// The schedule that the path of the command line is; none where it is the folder.
    own: Option<String>,
    /// By name, in order; those that are wrong have no input.
    all: Vec<(String, Option<Input>)>,
    lang: Lang,
}

impl Folder {
    /// Reads the folder that a path is or is in.
    pub(super) fn read(path: &Path, sets: &[String], lang: Option<LangArg>) -> Result<Self, Failure> {
        let early = choose_lang(lang, None);
        if !path.exists() {
            // Told as everywhere else, with what was probably meant.
            read_schedule(path, None, sets, lang)?;
        }
        let folder: &Path = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let known = schedules(folder).map_err(|problems| Failure::input(problems.render(early)))?;
        let own = path.file_stem().and_then(|stem| stem.to_str()).filter(|stem| path.is_file() && *stem != "city");
        let own = own.map(str::to_owned);
        // What is wrong with one that was asked for is told when it is read again.
        let read = |name: String| {
            let input = read_schedule(folder, Some(&name), sets, lang).ok();
            (name, input)
        };
        let all: Vec<(String, Option<Input>)> = known.into_iter().map(read).collect();
        let lang = all.iter().find_map(|(_, input)| input.as_ref()).map_or(early, |input| input.lang);
        Ok(Self { path: folder.to_path_buf(), own, all, lang })
    }

    /// The folder.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The scenarios of all schedules that are right.
    pub(super) fn scenarios(&self) -> impl Iterator<Item = &Scenario> + Clone {
        self.all.iter().filter_map(|(_, input)| input.as_ref()).map(|input| &input.scenario)
    }

    /// Names of the schedules that are wrong.
    pub(super) fn unreadable(&self) -> Vec<&str> {
        self.all.iter().filter(|(_, input)| input.is_none()).map(|(name, _)| name.as_str()).collect()
    }

    /// Names of the schedules to compare, the baseline first.
    pub(super) fn chosen(&self, asked: Asked<'_>) -> Result<Vec<String>, Failure> {
        let listed = listed_words(asked.schedules);
        if listed.is_empty() && !asked.schedules.is_empty() {
            return Err(self.unknown("", "--schedules"));
        }
        let mut names: Vec<&str> = Vec::new();
        if listed.is_empty() {
            names.extend(self.all.iter().map(|(name, _)| name.as_str()));
        }
        for wanted in listed.into_iter().chain(self.own.as_deref()) {
            let name = self.find(wanted).ok_or_else(|| self.unknown(wanted, "--schedules"))?;
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let default = self.own.as_deref().unwrap_or(SCHEDULE_DEFAULT);
        let baseline = match asked.baseline {
            Some(wanted) => self.find(wanted).ok_or_else(|| self.unknown(wanted, "--baseline"))?,
            None => self.find(default).or(names.first().copied()).unwrap_or_default(),
        };
        let mut all = vec![baseline.to_owned()];
        all.extend(names.into_iter().filter(|name| *name != baseline).map(str::to_owned));
        self.refuse_few_or_many(&all)?;
        Ok(all)
    }

    /// The schedule of a name: its file's, with or without folder and `.toml`, in capitals or not, or the one shown.
    fn find(&self, wanted: &str) -> Option<&str> {
        let wanted = wanted.trim();
        let file = Path::new(wanted).file_name().and_then(|name| name.to_str()).unwrap_or(wanted);
        let stem = file.to_lowercase().replace('_', "-");
        let stem = stem.strip_suffix(".toml").unwrap_or(&stem);
        let is_shown = |input: &Option<Input>| {
            let name = input.as_ref().map(|input| &input.scenario.schedule_name);
            name.is_some_and(|name| name.zh == wanted || name.en.eq_ignore_ascii_case(wanted))
        };
        let by_file = self.all.iter().find(|(name, _)| name == wanted || name.to_lowercase().replace('_', "-") == stem);
        by_file.or_else(|| self.all.iter().find(|(_, input)| is_shown(input))).map(|(name, _)| name.as_str())
    }

    /// `later（晚半天）`.
    fn shown(&self, name: &str, input: Option<&Input>) -> String {
        let Some(input) = input else { return name.to_owned() };
        let own = &input.scenario.schedule_name;
        let own = self.lang.pick(&own.zh, &own.en);
        if own == name {
            name.to_owned()
        } else {
            self.lang.choose(format!("{name}（{own}）"), format!("{name} ({own})"))
        }
    }

    fn unknown(&self, wanted: &str, option: &str) -> Failure {
        let list: Vec<String> = self.all.iter().map(|(name, input)| self.shown(name, input.as_ref())).collect();
        let list = list.join(self.lang.pick("、", ", "));
        let words = self.all.iter().flat_map(|(name, input)| {
            let own = input.as_ref().map(|input| &input.scenario.schedule_name);
            let own = own.into_iter().flat_map(|own| [own.zh.as_str(), own.en.as_str()]);
            std::iter::once(name.as_str()).chain(own).map(move |word| (strsim::jaro_winkler(wanted, word), name))
        });
        let near = words.max_by(|one, other| one.0.total_cmp(&other.0)).filter(|(near, _)| *near > NEAR);
        let lang = self.lang;
        let hint = near.map_or_else(String::new, |(_, near)| {
            lang.choose(format!("；是否指 {near}？"), format!("; did you mean {near}?"))
        });
        Failure::input(lang.choose(
            format!("{option} {wanted}：没有这个方案，现有：{list}{hint}"),
            format!("{option} {wanted}: no such schedule, there are: {list}{hint}"),
        ))
    }

    fn refuse_few_or_many(&self, all: &[String]) -> Result<(), Failure> {
        let (count, found, lang) = (all.len(), all.join(", "), self.lang);
        let others = || self.all.iter().filter(|(name, _)| *name != found);
        if let (true, Some((other, _))) = (count < 2, others().next()) {
            let list: Vec<String> = others().map(|(name, input)| self.shown(name, input.as_ref())).collect();
            let list = list.join(lang.pick("、", ", "));
            return Err(Failure::input(lang.choose(
                format!("只点了一个方案（{found}），而它就是基准，没有可比较的；请再点一个，如 --schedules {found},{other}，现有：{list}；或去掉 --schedules，比较全部方案"),
                format!("only one schedule is named ({found}), and it is the baseline itself: name another, such as --schedules {found},{other}, there are: {list}; or leave --schedules out to compare all"),
            )));
        }
        if count < 2 {
            return Err(Failure::input(lang.choose(
                format!("只有一个方案（{found}），没有可比较的；请在同一文件夹另写一个方案，如 extends = \"{found}.toml\" 再改几个键"),
                format!("there is only one schedule ({found}), nothing to compare it with; write another file beside it, such as one with extends = \"{found}.toml\" that changes a few keys"),
            )));
        }
        if count > SCHEDULES_MAX {
            return Err(Failure::input(lang.choose(
                format!("一次最多比较 {SCHEDULES_MAX} 个方案，现有 {count} 个；请用 --schedules 挑选"),
                format!("at most {SCHEDULES_MAX} schedules can be compared at once, there are {count}: choose with --schedules"),
            )));
        }
        Ok(())
    }
}
