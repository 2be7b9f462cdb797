//! From one level to another, one step at a time: two totals and the bars between them.

use serde::{Deserialize, Serialize};

use super::canvas::{Align, Area, Canvas, Type, sheet, wrap};
use super::cities::{cell, panel_title};
use super::slide::{Sign, footer, header, legend};
use super::spots::{Told, interval_word};
use super::theme::{AXIS, BLUE, INK, MARGIN, SHADE, SOFT, TICK, VERMILION, WIDTH};
use super::{ChartError, Drawn, Lang, check_finite};
use crate::report::numbers::{short, short_signed};

/// Width of a total against that of a step: names of cities are longer than words.
const TOTAL: f64 = 1.25;
/// Room for the words under the bars, two lines.
const WORDS: f64 = 70.0;
/// Room for a number above or under a bar.
const NUMBER: f64 = 34.0;

/// One bar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fall {
    /// What it is.
    pub label: String,
    /// Level before; 0 for a total.
    pub before: f64,
    /// Level after.
    pub after: f64,
    /// Ends of the interval of the level after, given the one before.
    pub interval: Option<(f64, f64)>,
    /// The number told.
    pub text: String,
    /// Whether it is a total.
    pub is_total: bool,
}

/// One measure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FallPanel {
    /// Measure and unit.
    pub title: String,
    /// Total, steps, total.
    pub bars: Vec<Fall>,
}

/// The whole figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WaterfallChart {
    /// Title.
    pub title: String,
    /// Subtitle.
    pub subtitle: String,
    /// Language.
    pub lang: Lang,
    /// Measures, two in a row; four at most.
    pub panels: Vec<FallPanel>,
    /// Footer.
    pub footer: Vec<String>,
}

/// Draws the figure.
///
/// # Errors
///
/// Without a panel or bar, or with a number that cannot be shown.
pub fn waterfall(chart: &WaterfallChart) -> Result<Drawn, ChartError> {
    if chart.panels.is_empty() || chart.panels.iter().any(|panel| panel.bars.is_empty()) {
        return Err(ChartError::Empty { what: "step" });
    }
    for bar in chart.panels.iter().flat_map(|panel| &panel.bars) {
        let (low, high) = bar.interval.unwrap_or((bar.after, bar.after));
        check_finite("a step", &[bar.before, bar.after, low, high])?;
    }
    sheet(|canvas| {
        let top = header(canvas, &chart.title, &chart.subtitle)?;
        let words = match chart.lang {
            Lang::Zh => ["总量（薄条：不变）", "增加", "减少"],
            Lang::En => ["level (thin: no change)", "adds", "takes away"],
        };
        let signs = [SHADE, VERMILION, BLUE].map(|color| Sign::Patch(color, 0.85));
        let entries: Vec<(Sign, String)> = signs.into_iter().zip(words.map(str::to_owned)).collect();
        let top = legend(canvas, top, &entries)?;
        let bottom = footer(canvas, &chart.footer)?;
        let area = Area { left: MARGIN, top, right: WIDTH - MARGIN, bottom };
        for (index, panel) in chart.panels.iter().take(4).enumerate() {
            fall_panel(canvas, cell(area, index, 2, chart.panels.len().min(4)), panel, chart.lang)?;
        }
        Ok(())
    })
}

/// Whether a step leaves the level where it was, to a rounding of its last digits.
fn is_nothing(bar: &Fall, most: f64) -> bool {
    (bar.after - bar.before).abs() <= 1e-9 * most
}

/// The box of a number of half a width at a place, raised as long as it covers the one before.
fn free(taken: &[Area], (middle, mut at): (f64, f64), half: f64) -> Area {
    const LINE: f64 = 26.0;
    loop {
        let own = Area { left: middle - half, top: at - LINE / 2.0, right: middle + half, bottom: at + LINE / 2.0 };
        let covered = |one: &&Area| {
            own.left < one.right + 4.0 && one.left < own.right + 4.0 && own.top < one.bottom && one.top < own.bottom
        };
        match taken.iter().rev().take(2).find(covered) {
            Some(one) => at = one.top - LINE / 2.0,
            None => return own,
        }
    }
}

/// What a bar tells: a step its own interval and the levels on both sides of it.
fn told(panel: &FallPanel, bar: &Fall, lang: Lang) -> String {
    let text = Told::of(lang, &panel.title).value(&bar.label, &bar.text);
    let level = |value: f64| short(value, lang);
    let change = |value: f64| short_signed(value, lang);
    let text = match bar.interval {
        Some((low, high)) if bar.is_total => text.range(interval_word(lang), (&level(low.max(0.0)), &level(high))),
        Some((low, high)) => text.range(interval_word(lang), (&change(low - bar.before), &change(high - bar.before))),
        None => text,
    };
    if bar.is_total {
        return text.text();
    }
    text.value(lang.pick("之前", "before"), &level(bar.before))
        .value(lang.pick("之后", "after"), &level(bar.after))
        .text()
}

fn fall_panel(canvas: &mut Canvas<'_>, area: Area, panel: &FallPanel, lang: Lang) -> Result<(), ChartError> {
    let top = panel_title(canvas, area, &panel.title)? + NUMBER;
    let bottom = area.bottom - WORDS;
    let ends = |bar: &Fall| bar.interval.map_or(bar.after, |ends| ends.1).max(bar.before).max(bar.after);
    let most = panel.bars.iter().map(ends).fold(0.0, f64::max).max(1e-9);
    let y = |level: f64| bottom - (level / most).max(0.0) * (bottom - top);
    let weight = |bar: &Fall| if bar.is_total { TOTAL } else { 1.0 };
    let unit = (area.right - area.left) / panel.bars.iter().map(weight).sum::<f64>();
    let mut x = area.left;
    let mut numbers: Vec<Area> = Vec::new();
    for (index, bar) in panel.bars.iter().enumerate() {
        let width = unit * weight(bar);
        let (left, right) = (x + width * 0.12, x + width * 0.88);
        let color = match bar {
            Fall { is_total: true, .. } => SHADE,
            // What adds nothing, or could not be done, is neither more nor less.
            _ if is_nothing(bar, most) => SHADE,
            _ if bar.after > bar.before => VERMILION,
            _ => BLUE,
        };
        let (upper, lower) = (y(bar.before.max(bar.after)), y(bar.before.min(bar.after)));
        // A step that adds nothing is still seen.
        canvas.fill(Area { left, right, top: upper.min(lower - 3.0), bottom: lower }, color, 0.85)?;
        if index + 1 < panel.bars.len() {
            canvas.line(&[(right, y(bar.after)), (x + width * 1.12, y(bar.after))], AXIS, 2.0)?;
        }
        let middle = f64::midpoint(left, right);
        if let Some((low, high)) = bar.interval {
            canvas.line(&[(middle, y(low)), (middle, y(high))], INK, 3.0)?;
        }
        let (low, high) = bar.interval.unwrap_or((bar.after, bar.after));
        let number = Type::new(TICK).align(Align::Center);
        let above = y(high.max(bar.after).max(bar.before)) - 18.0;
        let below = y(low.min(bar.after)) + 18.0;
        // Under a bar that goes down, unless there is no room above the axis.
        let at = if bar.after < bar.before && below + 16.0 < bottom { below } else { above };
        let at = free(&numbers, (middle, at), number.width(&bar.text) / 2.0);
        numbers.push(at);
        canvas.text(&bar.text, (middle, f64::midpoint(at.top, at.bottom)), number)?;
        let look = Type::new(TICK).align(Align::Center).color(if bar.is_total { INK } else { SOFT });
        for (line, text) in wrap(&bar.label, look, width - 4.0, 2).iter().enumerate() {
            canvas.text(text, (middle, bottom + 20.0 + 30.0 * line as f64), look)?;
        }
        canvas.spot(Area { left: x, right: x + width, ..area }, told(panel, bar, lang));
        x += width;
    }
    canvas.line(&[(area.left, bottom), (area.right, bottom)], AXIS, 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(label: &str, before: f64, after: f64, is_total: bool) -> Fall {
        Fall { label: label.to_owned(), before, after, interval: None, text: format!("{:+}", after - before), is_total }
    }

    fn chart(bars: Vec<Fall>) -> WaterfallChart {
        let panel = FallPanel { title: "prepayment (yuan)".to_owned(), bars };
        WaterfallChart {
            title: "From one to the other".to_owned(),
            subtitle: String::new(),
            lang: Lang::En,
            panels: vec![panel; 4],
            footer: vec!["source".to_owned()],
        }
    }

    #[test]
    fn every_step_is_drawn_with_its_number_and_word() {
        let bars = vec![
            bar("Here", 0.0, 5.0, true),
            bar("length", 5.0, 8.0, false),
            bar("rules", 8.0, 1.0, false),
            bar("There", 0.0, 1.0, true),
        ];
        let drawn = waterfall(&chart(bars)).unwrap();
        for text in ["Here", "length", "rules", "There", "+3", "-7"] {
            assert_eq!(drawn.svg.matches(&format!("\n{text}\n")).count(), 4, "{text}");
        }
    }

    #[test]
    fn a_step_that_adds_nothing_is_grey() {
        let colored = |after: f64| {
            let bars =
                vec![bar("Here", 0.0, 5.0, true), bar("length", 5.0, after, false), bar("There", 0.0, after, true)];
            let svg = waterfall(&chart(bars)).unwrap().svg;
            svg.matches("fill=\"#D55E00\"").count()
        };
        assert_eq!(colored(5.0), 1, "the legend alone");
        assert_eq!(colored(8.0), 5);
    }

    #[test]
    fn refuses_an_empty_figure_and_what_is_no_number() {
        assert_eq!(waterfall(&chart(Vec::new())).unwrap_err(), ChartError::Empty { what: "step" });
        let bad = chart(vec![bar("Here", 0.0, f64::INFINITY, true)]);
        assert_eq!(waterfall(&bad).unwrap_err(), ChartError::Value { what: "a step" });
    }
}
