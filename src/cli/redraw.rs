//! `cutover chart` and `cutover report`: draw again from a results folder, without simulating.

mod names;
mod place;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::output::{Failure, print, remark, tell_missing};
use super::usage::{BadValue, listed_words};
use super::{LangArg, choose_lang};
use crate::report::chart::{ChartError, Look, SIDES, Size, Theme};
use crate::report::document::{Document, draw_some, missing, read};
use crate::report::page::{self, Kind};
use crate::report::{File, ReportError, workbook};
use crate::units::Lang;

use place::Place;

/// Theme of charts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ThemeArg {
    /// White paper, for slides ｜ 白底，用于投影
    Light,
    /// Dark paper, for a dark room ｜ 深色底，用于暗处
    Dark,
    /// Darker colours, for printers ｜ 深色线条，用于打印
    Print,
}

impl ThemeArg {
    fn theme(self) -> Theme {
        match self {
            Self::Light => Theme::Light,
            Self::Dark => Theme::Dark,
            Self::Print => Theme::Print,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Print => "print",
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct ChartArgs {
    /// Results folder ｜ 结果文件夹
    #[arg(value_name = "DIR｜文件夹")]
    folder: PathBuf,
    /// Only these charts, by their files' names or titles ｜ 只画这些图，写文件名或标题
    #[arg(long, value_name = "A,B,…｜图")]
    only: Vec<String>,
    /// Language; default: that of the results ｜ 语言；默认与结果相同
    #[arg(long, value_enum, value_name = "LANG｜语言")]
    lang: Option<LangArg>,
    /// Theme: light, dark or print ｜ 主题：light 白底、dark 深色底、print 打印
    #[arg(long, value_enum, value_name = "THEME｜主题", default_value = "light")]
    theme: ThemeArg,
    /// Size of the PNG in pixels; the slide keeps its shape of 16:9 inside ｜ PNG 的像素尺寸；画面保持 16:9
    #[arg(long, value_name = "WxH｜宽x高", default_value = "1920x1080", value_parser = parse_size)]
    size: Size,
    /// Your own colours, up to six: main, contrast, and others ｜ 自定颜色，最多六个：主色、对照色、其他
    #[arg(long, value_name = "#RRGGBB,…｜颜色")]
    colors: Vec<String>,
    /// Folder to write (default: charts in the results folder, charts-… where they look different) ｜ 写入的文件夹（默认结果文件夹中的 charts；样式不同时为 charts-…）
    #[arg(long, value_name = "FOLDER｜文件夹")]
    out: Option<PathBuf>,
    /// No list of what was written ｜ 不列出写出的文件
    #[arg(long)]
    quiet: bool,
}

impl ChartArgs {
    /// The colours asked for.
    fn palette(&self) -> Vec<String> {
        let words = listed_words(&self.colors).into_iter().flat_map(str::split_whitespace);
        words.map(str::to_owned).collect()
    }
}

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// Results folder ｜ 结果文件夹
    #[arg(value_name = "DIR｜文件夹")]
    folder: PathBuf,
    /// Language shown first, and of the workbook; default: that of the results ｜ 首先显示的语言（也是工作簿的语言）；默认与结果相同
    #[arg(long, value_enum, value_name = "LANG｜语言")]
    lang: Option<LangArg>,
    /// Only the page, without scripts: smaller, for mail systems that strip them (report-plain.html) ｜ 只生成网页，不含脚本，文件更小，适合会拦截脚本的邮件系统（report-plain.html）
    #[arg(long)]
    plain: bool,
    /// Folder to write (default: the results folder) ｜ 写入的文件夹（默认结果文件夹）
    #[arg(long, value_name = "FOLDER｜文件夹")]
    out: Option<PathBuf>,
    /// No list of what was written ｜ 不列出写出的文件
    #[arg(long)]
    quiet: bool,
}

/// Makes the report and the workbook of a results folder again.
pub(super) fn report(arguments: &ReportArgs) -> Result<ExitCode, Failure> {
    let Opened { document, lang, place } = open(&arguments.folder, arguments.out.as_ref(), arguments.lang)?;
    let document = Document { lang, ..document };
    let files = pages(&document, arguments.plain).map_err(|error| Failure::work(error.text(lang)))?;
    tell_missing(&missing(&document).map_err(|error| Failure::work(error.to_string()))?, lang);
    let paths = place.write("", files, lang)?;
    if !arguments.quiet {
        let list: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        print(&lang.choose(format!("已写出 {}\n", list.join("、")), format!("written: {}\n", list.join(", "))), lang)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The page without scripts, or the page and the workbook.
fn pages(document: &Document, plain: bool) -> Result<Vec<File>, ReportError> {
    if plain {
        return Ok(vec![(page::PLAIN.to_owned(), page::page(document, Kind::Plain)?)]);
    }
    let page = page::page(document, Kind::Interactive)?;
    Ok(vec![(page::FILE.to_owned(), page), (workbook::FILE.to_owned(), workbook::workbook(document)?)])
}

fn parse_size(text: &str) -> Result<Size, BadValue> {
    text.parse().map_err(|_| {
        let (least, most) = SIDES;
        BadValue::new(
            text,
            format!("应为 宽x高，各 {least} 到 {most} 像素，如 1280x720"),
            format!("must be WIDTHxHEIGHT, {least} to {most} pixels each, such as 1280x720"),
        )
    })
}

/// Draws the charts of a results folder again.
pub(super) fn chart(arguments: &ChartArgs) -> Result<ExitCode, Failure> {
    let Opened { document, lang, place } = open(&arguments.folder, arguments.out.as_ref(), arguments.lang)?;
    let only = names::asked(&document, &arguments.only, lang)?;
    let look = look(arguments, &document, lang)?;
    let asked = |name: &str| only.as_ref().is_none_or(|only| only.iter().any(|one| one == name));
    let charts = draw_some(&document, lang, &look, asked).map_err(|error| Failure::work(error.to_string()))?;
    let own = folder_name(arguments, &document, lang);
    let (count, out) = (charts.files.len(), place.path(&own));
    let plain = |(name, bytes): File| (name.rsplit('/').next().unwrap_or(&name).to_owned(), bytes);
    place.write(&own, charts.files.into_iter().map(plain).collect(), lang)?;
    tell_missing(&charts.missing, lang);
    if !arguments.quiet {
        let place = out.display();
        let zh = format!("{count} 个图文件（SVG 与 PNG）在 {place}\n");
        print(&lang.choose(zh, format!("{count} chart files (SVG and PNG) written to {place}\n")), lang)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The look asked for; a city's own colours that cannot be seen on another paper give way to the theme's.
fn look(arguments: &ChartArgs, document: &Document, lang: Lang) -> Result<Look, Failure> {
    let (theme, size) = (arguments.theme.theme(), arguments.size);
    let asked = arguments.palette();
    if !asked.is_empty() {
        return Look::new(theme, size, &asked).map_err(|error| refuse(&error, lang));
    }
    Look::new(theme, size, &document.colors).or_else(|error| {
        remark(&match &error {
            ChartError::Color { found, zh, why } => lang.choose(
                format!("本市自定的颜色 {found} 在此主题下不能用（{zh}），改用主题的颜色"),
                format!("the city's own colour {found} cannot be used in this theme ({why}); the theme's are used"),
            ),
            other => other.to_string(),
        });
        Look::new(theme, size, &[]).map_err(|error| refuse(&error, lang))
    })
}

/// A results folder that is drawn again.
struct Opened {
    document: Document,
    /// The language to show it in.
    lang: Lang,
    place: Place,
}

/// The document of a folder, read when nobody can write to where its files are to go.
fn open(folder: &Path, out: Option<&PathBuf>, asked: Option<LangArg>) -> Result<Opened, Failure> {
    let early = choose_lang(asked, None);
    let place = Place::take(folder, out, early)?;
    let document = read(folder).map_err(|error| Failure::input(error.text(early)))?;
    let lang = choose_lang(asked, Some(document.lang));
    Ok(Opened { document, lang, place })
}

/// Where charts go that nobody gave a place: those of another look do not replace the results' own.
fn folder_name(arguments: &ChartArgs, document: &Document, lang: Lang) -> String {
    let mut name = "charts".to_owned();
    if lang != document.lang {
        name += lang.pick("-zh", "-en");
    }
    if arguments.theme != ThemeArg::Light {
        name = name + "-" + arguments.theme.word();
    }
    if arguments.size != Size::default() {
        name = format!("{name}-{}x{}", arguments.size.width, arguments.size.height);
    }
    // Two palettes have two folders; what is drawn in has been checked to be `#RRGGBB`.
    for color in arguments.palette() {
        name = name + "-" + &color.trim_start_matches('#').to_uppercase();
    }
    name
}

fn refuse(error: &ChartError, lang: Lang) -> Failure {
    let ChartError::Color { found, zh, why } = error else { return Failure::work(error.to_string()) };
    Failure::input(lang.choose(
        format!("--colors {found}：不能用（{zh}）。颜色写成 #RRGGBB，与底色对比至少 3:1，色盲者也能分清"),
        format!("--colors {found}: cannot be used ({why}); write #RRGGBB, with a contrast of at least 3:1 to the paper, told apart by the colour-blind too"),
    ))
}
