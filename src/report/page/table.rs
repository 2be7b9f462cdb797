//! Tables of a document as HTML. End tags that HTML does not need are left out: tables are most of a page.

use jiff::civil::{Date, DateTime};

use super::html::escape;
use crate::report::document::{Cell, Column, Sheet, Style};
use crate::report::numbers::grouped;
use crate::units::Lang;

/// Rows of a long table that are printed.
pub(super) const PRINTED_MOST: usize = 60;

/// Columns beyond which a table is printed in a smaller type.
const BROAD_FROM: usize = 8;

/// A table in a box of its own, in which it can be moved when it is wider than the page.
pub(super) fn table(out: &mut String, sheet: &Sheet, lang: Lang) {
    out.push_str(&format!(
        "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"{}\">\n",
        escape(&sheet.title)
    ));
    out.push_str(&format!("<table class=\"{}\">\n<thead><tr>", classes(sheet)));
    for column in &sheet.columns {
        out.push_str(&format!("<th scope=\"col\">{}", head(column, lang)));
    }
    out.push_str("\n<tbody>\n");
    for row in &sheet.rows {
        out.push_str("<tr>");
        for (place, cell) in row.iter().enumerate() {
            out.push_str(if place == 0 { "<th>" } else { "<td>" });
            out.push_str(&text(cell, lang));
        }
        out.push('\n');
    }
    out.push_str("</table>\n</div>\n");
}

/// What the style has to know of a table: `broad` and `dated`, and `t2` where the second column holds words.
/// Numbers and dates stand at the right.
fn classes(sheet: &Sheet) -> String {
    let mut classes: Vec<String> = Vec::new();
    if sheet.columns.len() > BROAD_FROM {
        classes.push("broad".to_owned());
    }
    if sheet.rows.iter().all(|row| matches!(row.first(), Some(Cell::Date(_)))) {
        classes.push("dated".to_owned());
    }
    let is_text = |column: usize| sheet.rows.iter().any(|row| matches!(row.get(column), Some(Cell::Text(_))));
    classes.extend((1..sheet.columns.len()).filter(|&column| is_text(column)).map(|column| format!("t{}", column + 1)));
    classes.join(" ")
}

fn head(column: &Column, lang: Lang) -> String {
    let name = escape(&column.name);
    match (column.unit.is_empty(), lang) {
        (true, _) => name,
        (false, Lang::Zh) => format!("{name} <small>（{}）</small>", escape(&column.unit)),
        (false, Lang::En) => format!("{name} <small>({})</small>", escape(&column.unit)),
    }
}

/// A cell as a reader sees it.
fn text(cell: &Cell, lang: Lang) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => escape(text),
        Cell::Number(value, style) => match style {
            Style::Whole => grouped(*value, 0),
            Style::Tenth => grouped(*value, 1),
            Style::Hundredth => grouped(*value, 2),
            Style::Fine => grouped(*value, 4),
            Style::Share => format!("{}%", grouped(value * 100.0, 1)),
        },
        Cell::Date(text) => dated(text, lang).unwrap_or_else(|| escape(text)),
    }
}

/// A date with its weekday, and its time of day where it has one.
fn dated(text: &str, lang: Lang) -> Option<String> {
    const NAMES: [(&str, &str); 7] = [
        ("周一", "Mon"),
        ("周二", "Tue"),
        ("周三", "Wed"),
        ("周四", "Thu"),
        ("周五", "Fri"),
        ("周六", "Sat"),
        ("周日", "Sun"),
    ];
    let moment = text.parse::<DateTime>().ok();
    let date = text.parse::<Date>().ok().or(moment.map(DateTime::date))?;
    let (zh, en) = *NAMES.get(usize::from(date.weekday().to_monday_zero_offset().unsigned_abs()))?;
    let time = moment.filter(|_| text.contains('T'));
    let time = time.map_or_else(String::new, |moment| format!(" {:02}:{:02}", moment.hour(), moment.minute()));
    Some(format!("{date} {}{time}", lang.pick(zh, en)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_words_are_named() {
        let mut sheet = Sheet::new("k", "T", &[("a", ""), ("b", ""), ("c", "yuan")]);
        sheet.push(vec![Cell::text("x"), Cell::text("<y>"), Cell::Number(1.0, Style::Whole)]);
        let mut out = String::new();
        table(&mut out, &sheet, Lang::En);
        assert!(out.contains("<table class=\"t2\">") && out.contains("<tr><th>x<td>&lt;y&gt;<td>1\n"), "{out}");
        assert!(out.contains("c <small>(yuan)</small>"));
    }

    #[test]
    fn cells_are_written_as_they_are_read() {
        let said = |cell: Cell| text(&cell, Lang::Zh);
        assert_eq!(said(Cell::Number(1_234_567.8, Style::Whole)), "1,234,568");
        assert_eq!(said(Cell::Number(0.2346, Style::Share)), "23.5%");
        assert_eq!(said(Cell::Date("2021-11-22".into())), "2021-11-22 周一");
        assert_eq!(text(&Cell::Date("2021-11-22T08:00".into()), Lang::En), "2021-11-22 Mon 08:00");
        assert_eq!(said(Cell::Date("<soon>".into())), "&lt;soon&gt;");
        assert_eq!(said(Cell::Empty), "");
    }
}
