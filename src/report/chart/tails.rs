//! Exceedance curves: the share of people who bear more than a value, for one or more groups.
//!
//! The values lie as far apart as their ratios (1, 2, 5, 10 …), because a burden is judged by its size, not by
//! its difference to another one.

use serde::{Deserialize, Serialize};

use super::canvas::{Align, Area, Canvas, Type, sheet, wrap};
use super::glyph::{Glyph, draw_glyph};
use super::slide::{Sign, footer, header, legend, ribbon, value_axis};
use super::spots::{Told, columns, interval_word};
use super::theme::{AXIS, BODY, GRID, KINDS, MARGIN, SOFT, TICK, WIDTH};
use super::{ChartError, Drawn, Lang, check_finite};
use crate::report::numbers;

/// Most lines: more could not be told apart.
const LINES_MOST: usize = 4;
/// Height under the plot: a line of values, one of texts and the title.
const UNDER: f64 = 116.0;
/// Height of the values and texts alone.
const LABELS: f64 = 70.0;
/// Opacity of the interval of a line.
const INTERVAL: f64 = 0.16;
/// Signs of the lines, so that nobody needs the colours.
const SIGNS: [Glyph; LINES_MOST] = [Glyph::Disc, Glyph::Triangle, Glyph::Square, Glyph::Diamond];

/// A value and how many bear more.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TailPoint {
    /// The value, above 0.
    pub value: f64,
    /// Share that exceeds it, with the ends of its interval.
    pub share: [f64; 3],
}

/// A group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TailLine {
    /// Its name.
    pub label: String,
    /// Values ascending, the same for every line.
    pub points: Vec<TailPoint>,
}

/// Shares that exceed values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tails {
    /// Title.
    pub title: String,
    /// Second, smaller line; may be empty.
    pub subtitle: String,
    /// What the values are.
    pub x_label: String,
    /// What the shares are of.
    pub y_label: String,
    /// The values as they are written, one a point.
    pub values: Vec<String>,
    /// What is written under each value, such as the number of people above it; may be empty texts.
    pub notes: Vec<String>,
    /// One to four groups.
    pub lines: Vec<TailLine>,
    /// Language of the legend.
    pub lang: Lang,
    /// One to three lines.
    pub footer: Vec<String>,
}

struct Plot {
    area: Area,
    first: f64,
    last: f64,
    high: f64,
}

impl Plot {
    fn x(&self, value: f64) -> f64 {
        const AIR: f64 = 90.0;
        let (left, right) = (self.area.left + AIR, self.area.right - AIR);
        let span = (self.last / self.first).ln();
        if span <= 0.0 { f64::midpoint(left, right) } else { left + (value / self.first).ln() / span * (right - left) }
    }

    fn y(&self, share: f64) -> f64 {
        self.area.bottom - share / self.high * (self.area.bottom - self.area.top)
    }
}

/// Draws exceedance curves.
///
/// # Errors
///
/// [`ChartError::Empty`] without lines or points, [`ChartError::TooMany`] beyond four lines,
/// [`ChartError::Length`] where a line has not a point a value, [`ChartError::Value`] for a number that is not
/// finite or a value that is not above 0.
pub fn tails(chart: &Tails) -> Result<Drawn, ChartError> {
    check(chart)?;
    sheet(|canvas| {
        let top = header(canvas, &chart.title, &chart.subtitle)?;
        let bottom = footer(canvas, &chart.footer)? - UNDER;
        let mut entries: Vec<(Sign, String)> = Vec::new();
        for (index, line) in chart.lines.iter().enumerate() {
            entries.push((Sign::Glyph(SIGNS[index], KINDS[index].0), line.label.clone()));
        }
        entries.push((Sign::Patch(KINDS[0].0, INTERVAL), interval_word(chart.lang).to_owned()));
        let top = legend(canvas, top, &entries)?;
        let label = wrap(&chart.y_label, Type::new(BODY).color(SOFT), WIDTH - 2.0 * MARGIN, 1).concat();
        canvas.text(&label, (MARGIN, top + 14.0), Type::new(BODY).color(SOFT))?;
        let area = Area { left: MARGIN + 84.0, top: top + 56.0, right: WIDTH - MARGIN, bottom };
        let points = &chart.lines[0].points;
        let highest = chart.lines.iter().flat_map(|line| &line.points).map(|point| point.share[2]).fold(0.0, f64::max);
        let (high, step) = reach(highest);
        let plot = Plot { area, first: points[0].value, last: points[points.len() - 1].value, high };
        let steps = (high / step).round() as i32;
        let ticks: Vec<(f64, String)> =
            (0..=steps).map(|tick| f64::from(tick) * step).map(|share| (share, percent(share))).collect();
        value_axis(canvas, &ticks, |share| plot.y(share), area)?;
        values(canvas, chart, &plot)?;
        chart.lines.iter().enumerate().rev().try_for_each(|(index, line)| draw(canvas, line, index, &plot))?;
        spots(canvas, chart, &plot);
        canvas.line(&[(area.left, area.top), (area.left, area.bottom), (area.right, area.bottom)], AXIS, 2.0)
    })
}

fn check(chart: &Tails) -> Result<(), ChartError> {
    if chart.lines.is_empty() || chart.values.is_empty() {
        return Err(ChartError::Empty { what: "line" });
    }
    if chart.lines.len() > LINES_MOST {
        return Err(ChartError::TooMany { what: "lines", most: LINES_MOST, found: chart.lines.len() });
    }
    let expected = chart.values.len();
    if chart.notes.len() != expected {
        return Err(ChartError::Length { what: "the notes", expected, found: chart.notes.len() });
    }
    for line in &chart.lines {
        if line.points.len() != expected {
            return Err(ChartError::Length { what: "a line", expected, found: line.points.len() });
        }
        for point in &line.points {
            check_finite("a share", &point.share)?;
            check_finite("a value", &[point.value, point.value.ln()])?;
        }
    }
    Ok(())
}

/// A round share over the largest one, and the distance of ticks.
fn reach(highest: f64) -> (f64, f64) {
    const STEPS: [f64; 7] = [0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002];
    let step = STEPS.into_iter().find(|step| highest / step >= 3.0).unwrap_or(0.001);
    (((highest / step - 1e-9).ceil().max(1.0) * step).min(1.0).max(step), step)
}

fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let decimals = usize::from((percent - percent.round()).abs() > 1e-6);
    format!("{percent:.decimals$}%")
}

fn values(canvas: &mut Canvas<'_>, chart: &Tails, plot: &Plot) -> Result<(), ChartError> {
    let look = Type::new(TICK).align(Align::Center);
    let area = plot.area;
    for ((point, text), note) in chart.lines[0].points.iter().zip(&chart.values).zip(&chart.notes) {
        let x = plot.x(point.value);
        canvas.line(&[(x, area.top), (x, area.bottom)], GRID, 1.5)?;
        canvas.text(text, (x, area.bottom + 25.0), look)?;
        canvas.text(note, (x, area.bottom + 56.0), look.color(SOFT))?;
    }
    let title = Type::new(BODY).color(SOFT).align(Align::Center);
    let text = wrap(&chart.x_label, title, area.right - area.left, 1).concat();
    canvas.text(&text, (f64::midpoint(area.left, area.right), area.bottom + 94.0), title)
}

/// Makes every value tell the shares of all groups that exceed it.
fn spots(canvas: &mut Canvas<'_>, chart: &Tails, plot: &Plot) {
    let lang = chart.lang;
    let told =
        |place: usize, value: &str, note: &str| {
            let shares = chart.lines.iter().filter_map(|line| Some((&line.label, line.points.get(place)?.share)));
            let text = Told::of(lang, "").value(&chart.x_label, value).line(note);
            let text = shares.fold(text, |text, (name, [share, low, high])| {
                let ends = numbers::between(&numbers::percent(low), &numbers::percent(high), lang);
                text.value(name, &format!("{}{ends}", numbers::percent(share)))
            });
            text.line(&lang.choose(
                format!("（括号内为 {}）", interval_word(lang)),
                format!("(in brackets: {})", interval_word(lang)),
            ))
            .text()
        };
    let values = chart.values.iter().zip(&chart.notes).zip(&chart.lines[0].points).enumerate();
    let places: Vec<(f64, String)> =
        values.map(|(place, ((value, note), point))| (plot.x(point.value), told(place, value, note))).collect();
    // Down to the values and their remarks.
    columns(canvas, Area { bottom: plot.area.bottom + LABELS, ..plot.area }, "", &places);
}

fn draw(canvas: &mut Canvas<'_>, line: &TailLine, index: usize, plot: &Plot) -> Result<(), ChartError> {
    let color = KINDS[index].0;
    let along = |end: usize| -> Vec<(f64, f64)> {
        line.points.iter().map(|point| (plot.x(point.value), plot.y(point.share[end]))).collect()
    };
    canvas.polygon(ribbon(&along(2), &along(1)), color, INTERVAL)?;
    canvas.line(&along(0), color, 4.5)?;
    along(0).into_iter().try_for_each(|at| draw_glyph(canvas, SIGNS[index], at, 9.0, color))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_readable, show};
    use super::*;

    fn sample(lang: Lang, count: usize) -> Tails {
        let values = [1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 100.0];
        let line = |index: usize| TailLine {
            label: lang.choose(format!("第 {index} 类参保人"), format!("scheme {index}")),
            points: values
                .map(|value| {
                    let share = 0.8 / (1.0 + value / (5.0 + 3.0 * index as f64));
                    TailPoint { value, share: [share, 0.93 * share, 1.07 * share] }
                })
                .to_vec(),
        };
        Tails {
            title: lang
                .pick("每 10 个垫付的人里 3 人垫付超过家庭月收入一成", "Three in ten pay more than a tenth")
                .to_owned(),
            subtitle: lang.pick("示例市 · 公告方案", "Minimal, as announced").to_owned(),
            x_label: lang.pick("垫付占家庭月可支配收入", "Prepayment over monthly household income").to_owned(),
            y_label: lang.pick("超过这一比例的人占垫付者", "Share of those who prepaid").to_owned(),
            values: values.map(|value| format!("{value:.0}%")).to_vec(),
            notes: values.map(|value| format!("{value:.0}00 人")).to_vec(),
            lines: (0..count).map(line).collect(),
            lang,
            footer: vec![lang.pick("100 次模拟", "100 simulated courses").to_owned()],
        }
    }

    #[test]
    fn texts_stay_inside_and_apart() {
        for lang in [Lang::Zh, Lang::En] {
            for count in 1..=LINES_MOST {
                let drawn = tails(&sample(lang, count)).unwrap();
                assert_readable(&drawn);
                if count == 3 {
                    show(&format!("tails-{lang:?}"), &drawn);
                }
            }
        }
    }

    #[test]
    fn the_axis_covers_every_share_and_no_more_than_needed() {
        for highest in [0.9, 0.31, 0.07, 0.004, 1.0, 0.0] {
            let (high, step) = reach(highest);
            assert!(high + 1e-9 >= highest && high <= 1.0 && step > 0.0, "{highest}: {high} {step}");
            assert!(high - step < highest.max(1e-3), "{highest}: {high} {step}");
        }
    }

    #[test]
    fn what_cannot_be_drawn_is_refused() {
        assert_eq!(tails(&sample(Lang::En, 0)).unwrap_err(), ChartError::Empty { what: "line" });
        let mut chart = sample(Lang::En, 2);
        chart.lines[1].points.pop();
        assert_eq!(tails(&chart).unwrap_err(), ChartError::Length { what: "a line", expected: 7, found: 6 });
        let mut chart = sample(Lang::En, 1);
        chart.lines[0].points[0].value = 0.0;
        assert_eq!(tails(&chart).unwrap_err(), ChartError::Value { what: "a value" });
    }
}
