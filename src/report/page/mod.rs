//! `report.html`: a document as one page that needs no network, first for a planner, then for whoever
//! checks. Both languages are in it; which one is seen, two radio buttons and a few rules of the style
//! decide, so that it works without scripts and on paper.
//!
//! ```text
//! Document -> decision | tables | charts, each with its reading and its numbers | explorer
//!                      | assumptions | model -> bytes
//! ```
//!
//! Whatever stands in a scenario is text: it is escaped here (`html`), in the embedded data as well, and
//! the page's own policy forbids what is not part of it (`policy`).

mod explore;
mod html;
mod plate;
mod policy;
mod screen;
mod table;

use crate::units::Lang;

use super::ReportError;
use super::chart::{Drawn, Look, Size, Theme};
use super::document::{Document, Edition, Sheet};
use html::escape;

/// Name of the file in a results folder.
pub const FILE: &str = "report.html";

/// Name of the page without scripts.
pub const PLAIN: &str = "report-plain.html";

/// Style of the page.
const STYLE: &str = include_str!("page.css");
/// Script of the page.
const SCRIPT: &str = include_str!("page.js");
/// The package that draws the explorer, its style, and the licence that goes with both.
const UPLOT: &str = include_str!("../../../assets/uplot/uPlot.iife.min.js");
const UPLOT_STYLE: &str = include_str!("../../../assets/uplot/uPlot.min.css");
const UPLOT_LICENSE: &str = include_str!("../../../assets/uplot/LICENSE");

/// Rows beyond which a table is folded: it is there to look things up, not to be read.
const FOLDED_FROM: usize = 30;

/// What a page can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Charts tell their values, can be enlarged, and daily series can be looked at one by one.
    Interactive,
    /// No scripts.
    Plain,
}

/// The page of a document.
///
/// # Errors
///
/// When a chart cannot be drawn or the daily series cannot be encoded.
pub fn page(document: &Document, kind: Kind) -> Result<Vec<u8>, ReportError> {
    let look = Look::new(Theme::Light, Size::default(), &document.colors)?;
    let drawn = [plate::draw(&document.zh, &look)?, plate::draw(&document.en, &look)?];
    let title = escape(&document.edition(document.lang).title);
    let mut scripts: Vec<String> = Vec::new();
    let mut style = plate::font(drawn.iter().flatten())? + STYLE;
    if kind == Kind::Interactive {
        scripts.push(format!("/*\n{UPLOT_LICENSE}\n*/\n{UPLOT}"));
        scripts.push(SCRIPT.to_owned());
        style.push_str(UPLOT_STYLE);
    }
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"generator\" content=\"{program}\">\n<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n",
        lang = code(document.lang),
        policy = policy::policy(&scripts),
        program = escape(&document.program),
    );
    out.push_str(&switch(document, kind));
    for (lang, drawn) in [Lang::Zh, Lang::En].into_iter().zip(&drawn) {
        edition(&mut out, document, lang, (kind, drawn));
    }
    if kind == Kind::Interactive {
        let data = explore::data(document)?;
        out.push_str(&format!("<script type=\"application/json\" id=\"data\">{data}</script>\n"));
        scripts.iter().for_each(|script| out.push_str(&format!("<script>{script}</script>\n")));
    }
    out.push_str("</body>\n</html>\n");
    Ok(out.into_bytes())
}

/// The language as pages name it.
fn code(lang: Lang) -> &'static str {
    lang.pick("zh-CN", "en")
}

/// Short name of a language, for classes and the beginnings of ids.
fn short(lang: Lang) -> &'static str {
    lang.pick("zh", "en")
}

/// The choice of the language and, in each, the way to the parts of the page.
fn switch(document: &Document, kind: Kind) -> String {
    let mut out = String::new();
    for (lang, name) in [(Lang::Zh, "中文"), (Lang::En, "English")] {
        let checked = if lang == document.lang { " checked" } else { "" };
        let (short, code) = (short(lang), code(lang));
        out += &format!(
            "<input type=\"radio\" name=\"lang\" id=\"lang-{short}\" class=\"unseen\" lang=\"{code}\" aria-label=\"{name}\"{checked}>\n"
        );
    }
    out += "<div class=\"bar\"><div class=\"langs\"><label for=\"lang-zh\" lang=\"zh-CN\">中文</label>\
            <label for=\"lang-en\" lang=\"en\">English</label></div>";
    for lang in [Lang::Zh, Lang::En] {
        let short = short(lang);
        let links = parts(document, lang, kind)
            .into_iter()
            .map(|(part, name)| format!("<a class=\"to-{part}\" href=\"#{short}-{part}\">{name}</a>"));
        out += &format!(
            "<nav class=\"{short}\" lang=\"{}\" aria-label=\"{}\">{}</nav>",
            code(lang),
            lang.pick("本页内容", "On this page"),
            links.collect::<String>()
        );
    }
    out + "</div>\n"
}

/// The parts of the page that the document fills, and their names.
fn parts(document: &Document, lang: Lang, kind: Kind) -> Vec<(&'static str, &'static str)> {
    let edition = document.edition(lang);
    let tables = match document.command.as_str() {
        "run" => lang.pick("分项数字", "In numbers"),
        "sweep" => lang.pick("逐点数字", "Point by point"),
        "cities" => lang.pick("城市并排", "Cities side by side"),
        _ => lang.pick("方案并排", "Side by side"),
    };
    // Without scripts there is nothing to look at day by day.
    let has_days = kind == Kind::Interactive && !document.explorer.series.is_empty();
    let all = [
        ("decision", lang.pick("结论", "In short"), true),
        ("tables", tables, !edition.sheets.is_empty()),
        ("charts", lang.pick("图", "Charts"), !edition.plates.is_empty()),
        ("days", lang.pick("逐日查看", "Day by day"), has_days),
        ("assumptions", lang.pick("假设", "Assumptions"), !edition.assumptions.rows.is_empty()),
        ("model", lang.pick("模型说明", "The model"), !edition.model.is_empty()),
    ];
    all.into_iter().filter(|(.., filled)| *filled).map(|(part, name, _)| (part, name)).collect()
}

/// One language's page.
fn edition(out: &mut String, document: &Document, lang: Lang, how: (Kind, &[Drawn])) {
    let edition = document.edition(lang);
    out.push_str(&format!("<main class=\"{0} page\" id=\"{0}\" lang=\"{1}\">\n", short(lang), code(lang)));
    for (part, name) in parts(document, lang, how.0) {
        let id = format!("{}-{part}", short(lang));
        out.push_str(&format!("<section class=\"{part}\" id=\"{id}\" aria-labelledby=\"{id}-head\">\n"));
        if part == "decision" {
            screen::decision(out, edition, &id);
        } else {
            out.push_str(&format!("<h2 id=\"{id}-head\">{name}</h2>\n"));
        }
        match part {
            "tables" => tables(out, edition, (lang, how.0)),
            "charts" => plate::plates(out, edition, how.1, lang, how.0),
            "days" => out.push_str(explore::place(lang)),
            "assumptions" => assumptions(out, &edition.assumptions, lang),
            "model" => model(out, edition, lang),
            _ => {}
        }
        out.push_str("</section>\n");
    }
    let words = lang.pick(
        "由 {} 生成。所有数字来自模拟，是区间而不是承诺；本页自成一体，离线可用。",
        "Made by {}. All numbers are simulated: ranges, not promises. This page is complete and works offline.",
    );
    out.push_str(&format!("<footer>{}</footer>\n</main>\n", words.replace("{}", &escape(&document.program))));
}

/// A table of its own, folded where it is long.
fn sheet_of(out: &mut String, sheet: &Sheet, lang: Lang) {
    let rows = sheet.rows.len();
    if rows <= FOLDED_FROM {
        out.push_str(&format!("<h3>{}</h3>\n", escape(&sheet.title)));
        note(out, &sheet.note);
        table::table(out, sheet, lang);
        return;
    }
    let count = lang.choose(format!("{rows} 行"), format!("{rows} rows"));
    out.push_str(&format!(
        "<details class=\"long\"><summary>{} <small>{count}</small></summary>\n",
        escape(&sheet.title)
    ));
    note(out, &sheet.note);
    table::table(out, sheet, lang);
    out.push_str("</details>\n");
}

/// The tables of the questions. A page to be mailed leaves the longest one, of every measure, to the files.
fn tables(out: &mut String, edition: &Edition, (lang, kind): (Lang, Kind)) {
    let is_left_out = |sheet: &&Sheet| kind == Kind::Plain && sheet.key == "measures";
    edition.sheets.iter().filter(|sheet| !is_left_out(sheet)).for_each(|sheet| sheet_of(out, sheet, lang));
    if edition.sheets.iter().any(|sheet| is_left_out(&sheet)) {
        let (zh, en) =
            ("全部指标见 tables.xlsx 或 summary.csv。", "Every measure stands in tables.xlsx and in summary.csv.");
        note(out, lang.pick(zh, en));
    }
}

fn note(out: &mut String, text: &str) {
    if !text.is_empty() {
        out.push_str(&format!("<p class=\"note\">{}</p>\n", escape(text)));
    }
}

fn assumptions(out: &mut String, sheet: &Sheet, lang: Lang) {
    out.push_str(&format!("<h3>{}</h3>\n", escape(&sheet.title)));
    note(out, &sheet.note);
    if sheet.rows.len() > table::PRINTED_MOST {
        let words = lang.choose(
            format!("共 {} 项，影响大的在前；打印时只印前 {} 项。", sheet.rows.len(), table::PRINTED_MOST),
            format!(
                "{} in all, those that much depends on first; the first {} are printed.",
                sheet.rows.len(),
                table::PRINTED_MOST
            ),
        );
        note(out, &words);
    }
    table::table(out, sheet, lang);
}

fn model(out: &mut String, edition: &Edition, lang: Lang) {
    for chapter in &edition.model {
        out.push_str(&format!("<h3>{}</h3>\n", escape(&chapter.title)));
        for paragraph in &chapter.paragraphs {
            out.push_str(&format!("<p>{}</p>\n", escape(paragraph)));
        }
        for sheet in &chapter.sheets {
            out.push_str("<div class=\"inner\">\n");
            sheet_of(out, sheet, lang);
            out.push_str("</div>\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::Cell;
    use super::super::testing::World;
    use super::super::{daily, view};
    use super::*;

    fn document(replications: u32) -> Document {
        let world = World::new(replications);
        let report = world.report(Lang::Zh);
        view::document(&report, &daily::all(report.results).unwrap())
    }

    fn text(document: &Document, kind: Kind) -> String {
        String::from_utf8(page(document, kind).unwrap()).unwrap()
    }

    #[test]
    fn both_languages_are_there_and_the_one_asked_for_is_chosen() {
        let mut found = document(20);
        for (lang, short) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
            found.lang = lang;
            for kind in [Kind::Interactive, Kind::Plain] {
                let page = text(&found, kind);
                assert!(page.contains(&format!("<html lang=\"{}\">", code(lang))));
                assert!(page.contains("<main class=\"zh page\" id=\"zh\" lang=\"zh-CN\">"));
                assert!(page.contains("<main class=\"en page\" id=\"en\" lang=\"en\">"));
                assert_eq!(page.matches(" checked>").count(), 1);
                let chosen = page.lines().find(|line| line.ends_with(" checked>")).unwrap();
                assert!(chosen.contains(&format!("id=\"lang-{short}\"")), "{chosen}");
                for heading in [&found.zh.title, &found.en.title, &found.zh.sheets[0].title, &found.en.sheets[0].title]
                {
                    assert!(page.contains(&escape(heading)), "{heading}");
                }
            }
        }
    }

    #[test]
    fn pages_are_small_and_ask_for_nothing() {
        let found = document(20);
        let (whole, plain) = (text(&found, Kind::Interactive), text(&found, Kind::Plain));
        assert!(whole.len() < 3_000_000 && plain.len() < 1_000_000, "{} {}", whole.len(), plain.len());
        assert!(!plain.contains("<script") && plain.contains("script-src 'none'"));
        assert_eq!(whole.matches("<script").count(), 3);
        assert!(!plain.contains("http://") && !plain.contains("https://"));
        // The package that draws names where it comes from, in a comment.
        assert_eq!(whole.matches("https://").count(), 1);
        assert!(whole.contains("https://github.com/leeoniya/uPlot (v1.6.32)") && !whole.contains("http://"));
        for part in [" src=", "@import", "<link", "<iframe", "<img"] {
            assert!(!plain.contains(part), "{part}");
        }
        // Two weights of the font, which are in the page.
        assert_eq!((plain.matches("url(").count(), plain.matches("url(data:font/woff;base64,").count()), (2, 2));
        for script in [UPLOT, SCRIPT, UPLOT_LICENSE] {
            assert!(!script.contains("</script") && !script.contains("<!--"));
        }
        assert!(!SCRIPT.contains("console.") && SCRIPT.starts_with("\"use strict\";"));
    }

    #[test]
    fn hostile_names_stay_text() {
        const NAME: &str = "</script><img onerror=alert(1)>\"'&";
        let mut found = document(20);
        for edition in [&mut found.zh, &mut found.en] {
            edition.title = NAME.to_owned();
            edition.sheets[0].title = NAME.to_owned();
            edition.sheets[0].rows[0][0] = Cell::text(NAME);
            edition.plates[0].reading = NAME.to_owned();
            if let super::super::chart::Figure::Timeline(chart) = &mut edition.plates[0].figure {
                chart.title = NAME.to_owned();
                chart.rows[0].label = NAME.to_owned();
            }
        }
        found.program = NAME.to_owned();
        found.explorer.schedules[0] = [NAME.to_owned(), NAME.to_owned()];
        for series in &mut found.explorer.series {
            series.group = [NAME.to_owned(), NAME.to_owned()];
        }
        for kind in [Kind::Interactive, Kind::Plain] {
            let page = text(&found, kind);
            assert!(!page.contains("<img") && page.contains("&lt;img onerror=alert(1)&gt;&quot;&#39;&amp;"));
            let scripts = if kind == Kind::Interactive { 3 } else { 0 };
            assert_eq!((page.matches("<script").count(), page.matches("</script").count()), (scripts, scripts));
        }
        let data = explore::data(&found).unwrap();
        assert!(!data.contains('<'));
        let read: serde_json::Value = serde_json::from_str(&data).unwrap();
        assert_eq!(read["schedules"][0][0], NAME);
    }

    #[test]
    fn every_chart_has_a_name_a_reading_and_its_numbers() {
        let found = document(20);
        let page = text(&found, Kind::Interactive);
        let charts = found.zh.plates.len() + found.en.plates.len();
        assert!(charts >= 6, "{charts}");
        for part in
            ["<figure aria-labelledby=", "role=\"img\" aria-label=", "class=\"reading\"", "<details class=\"data\">"]
        {
            assert_eq!(page.matches(part).count(), charts, "{part}");
        }
        // Every chart tells its values to a reader who points at it, and to nobody else.
        let places = "<g class=\"spots\"><rect ";
        assert_eq!((page.matches(places).count(), text(&found, Kind::Plain).matches(places).count()), (charts, 0));
        assert!(!page.contains("aria-label=\"\""));
        for plate in found.zh.plates.iter().chain(&found.en.plates) {
            let sheet = super::super::document::behind(&plate.figure, Lang::En);
            assert!(!sheet.rows.is_empty() && sheet.rows.iter().all(|row| row.len() == sheet.columns.len()));
        }
    }
}
