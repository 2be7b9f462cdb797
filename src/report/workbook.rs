//! `tables.xlsx`: the tables of a document for Excel, WPS and LibreOffice, one sheet a question, with charts
//! that the spreadsheet draws itself.
//!
//! Cells are numbers, dates and plain text, never formulas; text is written as text whatever it begins with.
//! The same document gives the same bytes.

use rust_xlsxwriter::{
    Chart, ChartAxisCrossing, ChartType, Color, ConditionalFormatDataBar, ConditionalFormatType, DocProperties,
    ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use crate::units::Lang;

use super::ReportError;
use super::document::{Cell, Column, Document, Graph, GraphKind, Series, Sheet, Style};
use super::layout::{Entry, Grid, GridCell};
use super::numbers::width;

/// Name of the file.
pub const FILE: &str = "tables.xlsx";

/// Row of the headings; title and note stand above.
const HEAD: u32 = 3;
/// Least and most characters of a column's width.
const WIDTHS: (usize, usize) = (9, 48);
/// Widest Chinese heading before it is broken.
const WORD: usize = 14;
/// Least characters of the summary's first column, and what its merged columns hold in a line.
const SUMMARY: (usize, usize) = (16, 120);
/// Most lines of a row: spreadsheets allow no more than 409 points.
const LINES_MOST: usize = 26;
/// Most rows of a table with bars: more could not be read.
const BARS_MOST: usize = 40;
/// Width and height of a chart, and the rows that it takes.
const CHART: (u32, u32) = (900, 460);
const CHART_ROWS: u32 = 24;
/// Names of the sheets by their keys; what a sheet answers stands in it.
const TABS: [(&str, &str, &str); 15] = [
    ("people", "受影响的人", "People affected"),
    ("money", "垫付与退款", "Money"),
    ("desks", "窗口", "Desks"),
    ("days", "逐日", "Day by day"),
    ("measures", "全部指标", "All measures"),
    ("schedules", "方案", "Schedules"),
    ("differences", "与基准之差", "Differences"),
    ("worlds", "假设不准时", "Other worlds"),
    ("gains", "谁得谁失", "Gains and losses"),
    ("points", "逐点结果", "Point by point"),
    ("thresholds", "阈值", "Thresholds"),
    ("cities", "每百万参保人", "Per million insured"),
    ("totals", "各市总量", "Totals"),
    ("waterfall", "差异来源", "Causes"),
    ("assumptions", "假设", "Assumptions"),
];
/// Most characters of a sheet's name.
const TAB_MOST: usize = 31;
/// Most characters of a cell.
const TEXT_MOST: usize = 32_000;

/// The bytes of the workbook.
///
/// # Errors
///
/// When the workbook cannot be made, which only a lack of memory can cause.
pub fn workbook(document: &Document) -> Result<Vec<u8>, ReportError> {
    made(document).map_err(|error| ReportError::Table(error.to_string()))
}

fn made(document: &Document) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let lang = document.lang;
    let edition = document.edition(lang);
    // The date of the run would make two files of the same results differ.
    let date = ExcelDateTime::from_ymd(2000, 1, 1)?;
    let properties = DocProperties::new().set_title(clean(&edition.title)).set_creation_datetime(&date);
    book.set_properties(&properties.set_author(&document.program));
    let looks = Looks::new();
    let mut tabs = Tabs::default();
    summary(book.add_worksheet(), document, &looks, &mut tabs)?;
    let sheets = |lang: Lang| {
        let edition = document.edition(lang);
        edition.sheets.iter().chain(std::iter::once(&edition.assumptions))
    };
    let other = lang.choose(Lang::En, Lang::Zh);
    for (sheet, other) in sheets(lang).zip(sheets(other)) {
        if !sheet.rows.is_empty() {
            let known = TABS.iter().find(|(key, ..)| *key == sheet.key);
            let name = tabs.name(known.map_or(sheet.title.as_str(), |(_, zh, en)| lang.pick(zh, en)));
            table(book.add_worksheet(), (sheet, other), &name, &looks)?;
        }
    }
    book.save_to_buffer()
}

/// Names of sheets, no two of them alike.
#[derive(Default)]
struct Tabs {
    taken: Vec<String>,
}

impl Tabs {
    /// A name for a title: without what spreadsheets forbid, cut, and numbered where it is taken.
    fn name(&mut self, title: &str) -> String {
        let allowed = |one: &char| !"[]:*?/\\？：＊'".contains(*one) && !one.is_control();
        let plain: String = title.chars().filter(allowed).collect();
        let cut = |most: usize| plain.trim().chars().take(most).collect::<String>().trim_end().to_owned();
        let mut name = cut(TAB_MOST);
        let mut number = 2;
        while name.is_empty() || self.taken.contains(&name.to_lowercase()) {
            name = format!("{} {number}", cut(TAB_MOST - 4)).trim_start().to_owned();
            number += 1;
        }
        self.taken.push(name.to_lowercase());
        name
    }
}

/// Formats of cells.
struct Looks {
    title: Format,
    note: Format,
    head: Format,
    label: Format,
    text: Format,
    date: Format,
    moment: Format,
    numbers: [(Style, Format); 5],
}

impl Looks {
    fn new() -> Self {
        let number = |form: &str| Format::new().set_num_format(form).set_align(FormatAlign::Top);
        // Texts keep away from the numbers before them.
        let wrapped =
            || Format::new().set_text_wrap().set_align(FormatAlign::Top).set_align(FormatAlign::Left).set_indent(1);
        Self {
            title: Format::new().set_bold().set_font_size(14.0),
            note: Format::new().set_font_color(Color::RGB(0x59_59_59)),
            head: Format::new()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::VerticalCenter)
                .set_indent(1)
                .set_background_color(Color::RGB(0xE8_F1_F8))
                .set_border_bottom(FormatBorder::Medium),
            label: Format::new().set_bold().set_align(FormatAlign::Top),
            text: wrapped(),
            date: number("yyyy-mm-dd"),
            moment: number("yyyy-mm-dd hh:mm"),
            numbers: [
                (Style::Whole, number("#,##0")),
                (Style::Tenth, number("#,##0.0")),
                (Style::Hundredth, number("#,##0.00")),
                (Style::Fine, number("#,##0.0000")),
                (Style::Share, number("0.0%")),
            ],
        }
    }

    fn number(&self, style: Style) -> &Format {
        self.numbers.iter().find(|(one, _)| *one == style).map_or(&self.text, |(_, format)| format)
    }
}

/// What stands on the screen, with its labels and tables in cells.
fn summary(tab: &mut Worksheet, document: &Document, looks: &Looks, tabs: &mut Tabs) -> Result<(), XlsxError> {
    let edition = document.edition(document.lang);
    tab.set_name(tabs.name(document.lang.pick("摘要", "Summary")))?;
    tab.write_with_format(0, 0, clean(&edition.title), &looks.title)?;
    // Names of desks stand in the first column.
    let first = |entry: &Entry| match entry {
        Entry::Grid(grid) => {
            grid.rows.iter().filter_map(|row| row.cells.first()).map(|cell| width(&cell.text)).max().unwrap_or(0)
        }
        _ => 0,
    };
    let widest = edition.screen.entries.iter().map(first).max().unwrap_or(0).clamp(SUMMARY.0, WIDTHS.1) + 2;
    tab.set_column_width(0, widest as f64)?.set_column_width(1, 24.0)?;
    for column in 2..8 {
        tab.set_column_width(column, 18.0)?;
    }
    let mut row = 2;
    for entry in &edition.screen.entries {
        match entry {
            Entry::Rule => continue,
            Entry::Line(text) if *text == edition.title => continue,
            Entry::Line(text) => {
                tab.write_with_format(row, 0, clean(text), &looks.note)?;
            }
            Entry::Item(label, text) => item(tab, row, (label, text), looks)?,
            Entry::List(list) => {
                let labels = std::iter::once(list.label.as_str()).chain(std::iter::repeat(""));
                for (text, label) in list.texts.iter().zip(labels) {
                    item(tab, row, (label, text), looks)?;
                    row += 1;
                }
                continue;
            }
            Entry::Bars(bars) => {
                for (line, bar) in (row..).zip(bars) {
                    tab.write_with_format(line, 1, clean(&bar.label), &looks.text)?;
                    tab.write_with_format(line, 2, clean(&bar.text), &looks.text)?;
                    tab.write_number_with_format(line, 3, bar.share, looks.number(Style::Share))?;
                }
                if let Some(last) = (row..).nth(bars.len().saturating_sub(1)) {
                    let bar = ConditionalFormatDataBar::new()
                        .set_minimum(ConditionalFormatType::Number, 0)
                        .set_maximum(ConditionalFormatType::Number, 1);
                    tab.add_conditional_format(row, 3, last, 3, &bar)?;
                    row = last;
                }
            }
            Entry::Grid(grid) => row = self::grid(tab, row, grid, looks)?,
        }
        row += 1;
    }
    tab.set_landscape().set_print_fit_to_pages(1, 0).set_paper_size(9);
    Ok(())
}

/// A text behind its label.
fn item(tab: &mut Worksheet, row: u32, (label, text): (&str, &str), looks: &Looks) -> Result<(), XlsxError> {
    tab.write_with_format(row, 0, clean(label), &looks.label)?;
    tab.merge_range(row, 1, row, 7, &clean(text), &looks.text)?;
    tab.set_row_height(row, height(lines_of(text, SUMMARY.1)))?;
    Ok(())
}

/// A table of the screen from a row on; returns its last row.
fn grid(tab: &mut Worksheet, first: u32, grid: &Grid, looks: &Looks) -> Result<u32, XlsxError> {
    // The first column is as wide as it needs to be, the others hold some 18 characters.
    let lines = |texts: &[String]| texts.iter().skip(1).map(|text| lines_of(text, 18)).max().unwrap_or(1);
    let cell = |cell: &GridCell| match cell.below.as_str() {
        "" => cell.text.clone(),
        below => format!("{}\n{below}", cell.text),
    };
    let mut last = first;
    let rows = grid.rows.iter().map(|row| {
        let mut texts: Vec<String> = row.cells.iter().map(cell).collect();
        if let Some(name) = texts.first_mut().filter(|_| row.is_marked) {
            name.insert_str(0, "* ");
        }
        (texts, &looks.text)
    });
    for (row, (texts, look)) in (first..).zip(std::iter::once((grid.heads.clone(), &looks.head)).chain(rows)) {
        for (column, text) in (0..).zip(&texts) {
            tab.write_with_format(row, column, clean(text), look)?;
        }
        tab.set_row_height(row, height(lines(&texts)))?;
        last = row;
    }
    Ok(last)
}

/// A table with its title in both languages.
fn table(tab: &mut Worksheet, sheets: (&Sheet, &Sheet), name: &str, looks: &Looks) -> Result<(), XlsxError> {
    let (sheet, other) = sheets;
    tab.set_name(name)?;
    tab.write_with_format(0, 0, clean(&format!("{}  {}", sheet.title, other.title)), &looks.title)?;
    tab.write_with_format(1, 0, clean(&sheet.note), &looks.note)?;
    let widths = heads(tab, sheets, looks)?;
    for (row, cells) in (HEAD + 1..).zip(&sheet.rows) {
        let mut lines = 1;
        for ((column, cell), room) in (0..).zip(cells).zip(&widths) {
            write(tab, (row, column), cell, looks)?;
            if let Cell::Text(text) = cell {
                lines = lines.max(lines_of(text, *room));
            }
        }
        if lines > 1 {
            tab.set_row_height(row, height(lines))?;
        }
    }
    tab.set_freeze_panes(HEAD + 1, 1)?;
    let (last, width) = (HEAD + sheet.rows.len() as u32, sheet.columns.len() as u16);
    tab.autofilter(HEAD, 0, last, width.saturating_sub(1))?;
    tab.set_landscape().set_print_fit_to_pages(1, 0).set_paper_size(9).set_repeat_rows(HEAD, HEAD)?;
    charts(tab, sheet, name)
}

/// Puts the charts of a table on its sheet.
fn charts(tab: &mut Worksheet, sheet: &Sheet, name: &str) -> Result<(), XlsxError> {
    let (last, width) = (HEAD + sheet.rows.len() as u32, sheet.columns.len() as u16);
    let drawn: Vec<Chart> = sheet.graphs.iter().filter_map(|graph| chart(sheet, graph, name)).collect();
    // Beside a long table, which is printed without them, or its letters would be too small.
    let is_beside = sheet.rows.len() > BARS_MOST;
    let (first, column) = if is_beside { (HEAD, width + 1) } else { (last + 2, 0) };
    // Two stand side by side.
    for (place, chart) in (0_u32..).zip(&drawn) {
        let (row, shift) = (first + place / 2 * CHART_ROWS, place % 2 * (CHART.0 + 20));
        tab.insert_chart_with_offset(row, column, chart, shift, 0)?;
    }
    match drawn.len() {
        0 => {}
        _ if is_beside => {
            tab.set_print_area(0, 0, last, width.saturating_sub(1))?;
        }
        _ => {
            tab.set_print_fit_to_pages(1, 1);
        }
    }
    Ok(())
}

/// Writes the headings in both languages; returns the characters that each column holds.
fn heads(tab: &mut Worksheet, (sheet, other): (&Sheet, &Sheet), looks: &Looks) -> Result<Vec<usize>, XlsxError> {
    let (mut lines, mut widths) = (1, Vec::new());
    for (column, (one, other)) in (0_u16..).zip(sheet.columns.iter().zip(&other.columns)) {
        let (head, second) = (heading(one), heading(other));
        let text = if head == second { head } else { format!("{head}\n{second}") };
        tab.write_with_format(HEAD, column, clean(&text), &looks.head)?;
        let cells = sheet.rows.iter().filter_map(|row| row.get(usize::from(column))).map(cell_width);
        let words =
            text.split_whitespace().map(|word| if word.is_ascii() { width(word) } else { width(word).min(WORD) });
        let widest = cells.chain(words).max().unwrap_or(0).clamp(WIDTHS.0, WIDTHS.1);
        tab.set_column_width(column, widest as f64 + 3.0)?;
        widths.push(widest);
        // Bold type is wider.
        lines = lines.max(text.lines().map(|line| lines_of(line, widest * 9 / 10)).sum());
    }
    tab.set_row_height(HEAD, height(lines.max(2)) + 4.0)?;
    Ok(widths)
}

/// A heading with its unit. A Chinese one has it on a line of its own: spreadsheets break Chinese anywhere, even
/// before a bracket.
fn heading(column: &Column) -> String {
    let Column { name, unit } = column;
    match (unit.is_empty(), name.is_ascii()) {
        (true, _) => name.clone(),
        (false, true) => format!("{name} ({unit})"),
        (false, false) => format!("{name}\n（{unit}）"),
    }
}

/// Lines that a text takes in a room of so many characters; words of other alphabets than Chinese stay whole and
/// leave some of it empty.
fn lines_of(text: &str, room: usize) -> usize {
    let line = |text: &str| {
        let (mut lines, mut used) = (1, 0);
        for word in text.split_inclusive(' ') {
            let wide = width(word);
            let fits = used + width(word.trim_end()) <= room;
            if fits {
                used += wide;
            } else if word.is_ascii() && wide <= room {
                (lines, used) = (lines + 1, wide);
            } else {
                // Broken anywhere.
                lines += (used + wide).div_ceil(room.max(1)) - 1;
                used = (used + wide) % room.max(1);
            }
        }
        lines
    };
    text.lines().map(line).sum::<usize>().max(1)
}

/// Height of a row of so many lines; spreadsheets do not agree on when rows grow by themselves.
fn height(lines: usize) -> f64 {
    15.5 * lines.min(LINES_MOST) as f64
}

fn write(tab: &mut Worksheet, (row, column): (u32, u16), cell: &Cell, looks: &Looks) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Text(text) => {
            tab.write_string_with_format(row, column, clean(text), &looks.text)?;
        }
        Cell::Number(value, style) => {
            tab.write_number_with_format(row, column, *value, looks.number(*style))?;
        }
        Cell::Date(text) => {
            let look = if text.contains('T') { &looks.moment } else { &looks.date };
            match ExcelDateTime::parse_from_str(text) {
                Ok(date) => tab.write_datetime_with_format(row, column, &date, look)?,
                Err(_) => tab.write_string_with_format(row, column, clean(text), &looks.text)?,
            };
        }
    }
    Ok(())
}

/// Characters that a cell takes.
fn cell_width(cell: &Cell) -> usize {
    match cell {
        Cell::Empty => 0,
        Cell::Text(text) => width(text),
        Cell::Number(value, _) => format!("{value:.0}").len() * 4 / 3 + 2,
        Cell::Date(text) => text.len(),
    }
}

/// A chart of a table; none where there is nothing that a chart could show.
fn chart(sheet: &Sheet, graph: &Graph, tab: &str) -> Option<Chart> {
    let span = |series: &Series| series.rows.unwrap_or((0, sheet.rows.len()));
    let cells = |series: &Series, column: usize| {
        let (first, count) = span(series);
        sheet.rows.iter().skip(first).take(count).filter_map(move |row| row.get(column))
    };
    let is_drawn = |series: &&Series| {
        let (first, count) = span(series);
        let most = if graph.kind == GraphKind::Bar { BARS_MOST } else { usize::MAX };
        let fits = (2..=most).contains(&count) && first + count <= sheet.rows.len();
        fits && cells(series, series.column).any(|cell| matches!(cell, Cell::Number(..) | Cell::Date(_)))
    };
    let drawn: Vec<&Series> = graph.series.iter().filter(is_drawn).collect();
    let first = drawn.first()?;
    let mut across = cells(first, graph.across);
    let is_number = across.clone().all(|cell| matches!(cell, Cell::Number(..)));
    let is_date = across.all(|cell| matches!(cell, Cell::Date(_)));
    let mut chart = Chart::new(match graph.kind {
        // Values of a key may lie at unequal distances.
        GraphKind::Line if is_number => ChartType::ScatterStraightWithMarkers,
        GraphKind::Line => ChartType::Line,
        GraphKind::Bar => ChartType::Bar,
    });
    for series in &drawn {
        let (first, count) = span(series);
        let (from, to) = (HEAD + 1 + first as u32, HEAD + (first + count) as u32);
        let (across, column) = (graph.across as u16, series.column as u16);
        let added = chart.add_series().set_name(&words(&series.name));
        added.set_categories((tab, from, across, to, across)).set_values((tab, from, column, to, column));
    }
    chart.title().set_name(&words(&graph.title));
    chart.set_width(CHART.0).set_height(CHART.1);
    let categories = words(sheet.columns.get(graph.across).map_or("", |column| column.name.as_str()));
    let values = words(&graph.values);
    // The axis on the left is y, of bars too.
    let (below, left) = if graph.kind == GraphKind::Bar { (&values, &categories) } else { (&categories, &values) };
    chart.x_axis().set_name(below);
    chart.y_axis().set_name(left);
    if drawn.len() == 1 {
        chart.legend().set_hidden();
    }
    match graph.kind {
        GraphKind::Line if is_date => {
            chart.x_axis().set_num_format("m-d");
        }
        GraphKind::Line => {}
        GraphKind::Bar => {
            // The first row on top, and the values below all the same.
            chart.y_axis().set_reverse().set_crossing(ChartAxisCrossing::Max);
        }
    }
    let mut values = drawn.iter().flat_map(|series| cells(series, series.column));
    let style = values.clone().find_map(|cell| if let Cell::Number(_, style) = cell { Some(*style) } else { None });
    let form = match style {
        Some(Style::Whole) => "#,##0",
        Some(Style::Share) => "0%",
        _ => "",
    };
    let axis = if graph.kind == GraphKind::Bar { chart.x_axis() } else { chart.y_axis() };
    if !form.is_empty() {
        axis.set_num_format(form);
    }
    if let Some((low, high)) = ends(&mut values) {
        // An axis of days from 1900 on would show nothing.
        chart.y_axis().set_num_format("m-d").set_min(low.floor() - 1.0).set_max(high.ceil() + 1.0);
    }
    Some(chart)
}

/// The first and the last day of the cells that are days, as spreadsheets count them.
fn ends<'a>(cells: impl Iterator<Item = &'a Cell>) -> Option<(f64, f64)> {
    let days = cells.filter_map(|cell| match cell {
        Cell::Date(text) => ExcelDateTime::parse_from_str(text).ok().map(|date| date.to_excel()),
        _ => None,
    });
    days.fold(None, |ends: Option<(f64, f64)>, day| {
        Some(ends.map_or((day, day), |(low, high)| (low.min(day), high.max(day))))
    })
}

/// A text of a chart. The package takes some that begin with `=` for references.
fn words(text: &str) -> String {
    if text.starts_with('=') { clean(&format!(" {text}")) } else { clean(text) }
}

/// A text without control characters, which the file format forbids, and no longer than a cell may be.
fn clean(text: &str) -> String {
    text.chars().filter(|one| !one.is_control() || *one == '\n').take(TEXT_MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::World;
    use super::super::{daily, view};
    use super::*;

    fn document(world: &World, lang: Lang) -> Document {
        view::document(&world.report(lang), &daily::all(&world.results).unwrap())
    }

    #[test]
    fn the_same_document_gives_the_same_bytes_in_either_language() {
        let world = World::new(9);
        for lang in [Lang::Zh, Lang::En] {
            let document = document(&world, lang);
            let bytes = workbook(&document).unwrap();
            assert!(bytes.len() > 5_000 && bytes == workbook(&document).unwrap());
        }
    }

    #[test]
    fn a_run_without_replications_still_gives_a_workbook() {
        let mut world = World::new(0);
        world.scenario.suspensions.clear();
        let world = world.rerun(0);
        assert!(workbook(&document(&world, Lang::Zh)).is_ok());
    }

    #[test]
    fn names_of_sheets_are_allowed_and_differ() {
        let mut tabs = Tabs::default();
        let long = "窗口要排多久，何时恢复正常？".repeat(4);
        let names: Vec<String> =
            ["a/b:c", "ab c", "AB C", "", "???", &long, &long].iter().map(|title| tabs.name(title)).collect();
        let known = TABS.iter().flat_map(|(_, zh, en)| [zh, en]).chain([&"摘要", &"Summary"]);
        let known: Vec<String> = known.map(|name| (*name).to_owned()).collect();
        assert!(known.iter().all(|name| Tabs::default().name(name) == *name), "{known:?}");
        let names: Vec<String> = names.into_iter().chain(known).collect();
        for (place, name) in names.iter().enumerate() {
            assert!(!name.is_empty() && name.chars().count() <= TAB_MOST, "{name:?}");
            assert!(!name.contains(['/', ':', '?', '*', '[', ']', '\\']), "{name:?}");
            assert!(names[place + 1..].iter().all(|other| other.to_lowercase() != name.to_lowercase()), "{names:?}");
        }
    }

    #[test]
    fn texts_lose_control_characters_and_nothing_else() {
        assert_eq!(clean("=1+\u{1}2\u{0}\n医保"), "=1+2\n医保");
    }
}
