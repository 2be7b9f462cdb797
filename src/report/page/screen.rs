//! The decision on one screen: the same entries as on a terminal, as headings, lists and tables.

use super::html::escape;
use crate::report::document::Edition;
use crate::report::layout::{Bar, Entry, Grid, GridCell};

/// Title and decision of an edition.
pub(super) fn decision(out: &mut String, edition: &Edition, id: &str) {
    let title = &edition.title;
    let mut entries = edition.screen.entries.as_slice();
    out.push_str(&format!("<header>\n<h1 id=\"{id}-head\">{}</h1>\n", escape(title)));
    // The first line is the title for those who see only a terminal; what it says beyond is kept.
    if let [Entry::Line(line), rest @ ..] = entries {
        entries = rest;
        let said = line.strip_prefix(title.as_str()).unwrap_or(line).trim();
        let inner = said.strip_prefix(['（', '(']).and_then(|said| said.strip_suffix(['）', ')'])).unwrap_or(said);
        if !inner.is_empty() {
            out.push_str(&format!("<p>{}</p>\n", escape(inner)));
        }
    }
    out.push_str("</header>\n");
    while let Some(first) = entries.first() {
        let alike = entries.iter().take_while(|entry| is_alike(first, entry)).count().max(1);
        let (now, rest) = entries.split_at(alike);
        entries = rest;
        match first {
            Entry::Rule => {}
            Entry::Line(_) => lines(out, now),
            Entry::Item(..) | Entry::List(_) => items(out, now),
            // Bars come behind an item and are drawn with it.
            Entry::Bars(_) => {}
            Entry::Grid(grid) => table(out, grid),
        }
    }
}

/// Whether two entries belong to one paragraph, list or table.
fn is_alike(one: &Entry, other: &Entry) -> bool {
    match (one, other) {
        (Entry::Grid(_), _) => false,
        (Entry::Item(..) | Entry::List(_), Entry::Item(..) | Entry::List(_) | Entry::Bars(_)) => true,
        _ => std::mem::discriminant(one) == std::mem::discriminant(other),
    }
}

fn lines(out: &mut String, entries: &[Entry]) {
    for entry in entries {
        if let Entry::Line(text) = entry {
            out.push_str(&format!("<p>{}</p>\n", escape(text.trim())));
        }
    }
}

/// Labelled texts; what stands first is the finding.
fn items(out: &mut String, entries: &[Entry]) {
    out.push_str("<dl>\n");
    let mut open = false;
    for entry in entries {
        let (label, texts) = match entry {
            Entry::Item(label, text) => (label, std::slice::from_ref(text)),
            Entry::List(list) => (&list.label, list.texts.as_slice()),
            Entry::Bars(bars) => {
                bars_of(out, bars);
                continue;
            }
            Entry::Line(_) | Entry::Rule | Entry::Grid(_) => continue,
        };
        let is_first = !label.is_empty() || !open;
        if is_first {
            out.push_str(if open { "</div>\n<div>" } else { "<div>" });
            out.push_str(&format!("<dt>{}</dt>", escape(label)));
            open = true;
        }
        texts.iter().for_each(|text| out.push_str(&format!("<dd>{}</dd>", escape(text))));
    }
    out.push_str("</div>\n</dl>\n");
}

/// Parts of a whole with their shares as bars.
fn bars_of(out: &mut String, bars: &[Bar]) {
    out.push_str("<dd class=\"shares\">");
    for Bar { label, text, share } in bars {
        let (label, text, width) = (escape(label), escape(text), 100.0 * share.clamp(0.0, 1.0));
        out.push_str(&format!(
            "<span>{label}</span><span>{text}</span><span class=\"share\"><i style=\"width:{width:.1}%\"></i></span>"
        ));
    }
    out.push_str("</dd>");
}

fn table(out: &mut String, grid: &Grid) {
    out.push_str("<div class=\"wide\" tabindex=\"0\">\n<table>\n<thead><tr>");
    for head in &grid.heads {
        out.push_str(&format!("<th scope=\"col\" class=\"t\">{}</th>", escape(head)));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in &grid.rows {
        out.push_str(if row.is_chosen { "<tr class=\"chosen\">" } else { "<tr>" });
        for (place, GridCell { text, below }) in row.cells.iter().enumerate() {
            let (tag, scope) = if place == 0 { ("th", " scope=\"row\"") } else { ("td", "") };
            let mark = if row.is_marked && place == 0 { "* " } else { "" };
            let shown = if text == "-" { "–".to_owned() } else { format!("{mark}{}", escape(text)) };
            let below = if below.is_empty() { String::new() } else { format!("<br><small>{}</small>", escape(below)) };
            out.push_str(&format!("<{tag}{scope} class=\"t\">{shown}{below}</{tag}>"));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table>\n</div>\n");
}
