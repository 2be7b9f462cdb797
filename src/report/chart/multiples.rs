//! Small multiples: the same daily level under up to twelve schedules, on the same axes.
//!
//! Numbers stand left of the first panel of each row and dates under the lowest of each column only, for
//! they are the same everywhere.

use serde::{Deserialize, Serialize};

use super::axis::{Days, Values};
use super::canvas::{Area, Canvas, Type, sheet, wrap};
use super::panel::{
    Plot, Quantiles, Reference, Shape, StopBand, axis_width, bands, check_series, check_stops, entries, greys, lines,
    shown, spots,
};
use super::slide::{DATES, date_axis_until, footer, header, legend, value_axis};
use super::theme::{AXIS, BODY, MARGIN, SOFT, TICK, WIDTH};
use super::{ChartError, CivilDay, Drawn, Lang};

/// Half the width of a date.
const DATE: f64 = 60.0;
/// Most panels of a slide.
const PANELS_MOST: usize = 12;
/// Distance of panels beside each other.
const BETWEEN: f64 = 30.0;
/// Free space under a panel.
const BELOW: f64 = 22.0;
/// Height of a line of a panel's title.
const LINE: f64 = 30.0;

/// One schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Multiple {
    /// Its name.
    pub title: String,
    /// A remark under the name; may be empty.
    pub note: String,
    /// Stops to shade; their names are not shown.
    pub stops: Vec<StopBand>,
    /// The series.
    pub quantiles: Quantiles,
    /// The line to compare with, if any; the legend takes the first panel's name for it.
    pub reference: Option<Reference>,
}

/// One level under several schedules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Multiples {
    /// Title.
    pub title: String,
    /// Second, smaller line.
    pub subtitle: String,
    /// What the value axes show, without the unit.
    pub y_label: String,
    /// Unit of the values; may be empty.
    pub y_unit: String,
    /// Language of legend, dates and numbers.
    pub lang: Lang,
    /// Date of the first value.
    pub first_day: CivilDay,
    /// The schedules, row by row.
    pub panels: Vec<Multiple>,
    /// Replications, seed, sources, assumptions.
    pub footer: Vec<String>,
}

/// The axis that all panels share.
fn shared_axis(chart: &Multiples, height: f64) -> Values {
    let of = |one: &Multiple| {
        let Quantiles { median, q05, q25, q75, q95 } = &one.quantiles;
        let series = [median, q05, q25, q75, q95].into_iter().chain(one.reference.as_ref().map(|line| &line.values));
        series.flatten().fold([0.0_f64, 0.0], |[least, most], &value| [least.min(value), most.max(value)])
    };
    let ends: Vec<f64> = chart.panels.iter().flat_map(of).collect();
    Values::new(ends.iter(), (height / 80.0).clamp(2.0, 5.0), chart.lang)
}

/// Columns and rows for so many panels.
fn shape_of(count: usize) -> (usize, usize) {
    let rows = match count {
        0..=3 => 1,
        4..=8 => 2,
        _ => 3,
    };
    (count.div_ceil(rows).max(1), rows)
}

/// Height of the titles: as many lines as the longest takes with its remark, and some air. In three rows of
/// panels a remark gives way to a long name.
fn title_height(chart: &Multiples, room: f64, rows: usize) -> f64 {
    let name = Type::new(BODY).bold();
    let lines = |one: &Multiple| wrap(&one.title, name, room, 2).len() + usize::from(!one.note.is_empty());
    let most = chart.panels.iter().map(lines).max().unwrap_or(1);
    LINE * most.min(if rows > 2 { 2 } else { 3 }) as f64 + 8.0
}

/// Draws the panels.
///
/// # Errors
///
/// [`ChartError::Empty`] without panels or days, [`ChartError::TooMany`] beyond twelve,
/// [`ChartError::Length`] when series differ in length, [`ChartError::Value`] for a number that is not
/// finite, [`ChartError::Date`] for an impossible first day.
pub fn multiples(chart: &Multiples) -> Result<Drawn, ChartError> {
    let found = chart.panels.len();
    let first = chart.panels.first().ok_or(ChartError::Empty { what: "panel" })?;
    if found > PANELS_MOST {
        return Err(ChartError::TooMany { what: "panels", most: PANELS_MOST, found });
    }
    let length = first.quantiles.median.len();
    for panel in &chart.panels {
        check_series(&panel.quantiles, panel.reference.as_ref(), length)?;
        check_stops(&panel.stops)?;
    }
    let days = Days::new(chart.first_day, chart.lang)?;
    sheet(|canvas| {
        let top = header(canvas, &chart.title, &chart.subtitle)?;
        let bottom = footer(canvas, &chart.footer)?;
        let reference = chart.panels.iter().find_map(|panel| panel.reference.as_ref());
        let has_stops = chart.panels.iter().any(|panel| !shown(&panel.stops, length as f64).is_empty());
        let top = legend(canvas, top, &entries(chart.lang, Shape::Line, reference, has_stops, 0))?;
        let (columns, rows) = shape_of(found);
        let soft = Type::new(TICK).color(SOFT);
        let pitch = (bottom - DATES - top - 34.0) / rows as f64;
        let widest = (WIDTH - 2.0 * MARGIN) / columns as f64 - BETWEEN - 50.0;
        let title = title_height(chart, widest, rows);
        let values = shared_axis(chart, pitch - title - BELOW);
        let label = wrap(&values.title(&chart.y_label, &chart.y_unit), soft, WIDTH - 2.0 * MARGIN, 1).concat();
        canvas.text(&label, (MARGIN, top + 14.0), soft)?;
        let left = MARGIN + axis_width(&values);
        let width = (WIDTH - MARGIN - left - BETWEEN * (columns - 1) as f64) / columns as f64;
        for (index, panel) in chart.panels.iter().enumerate() {
            let (column, row) = (index % columns, index / columns);
            let left = left + (width + BETWEEN) * column as f64;
            let top = top + 34.0 + pitch * row as f64;
            let area = Area { left, top: top + title, right: left + width, bottom: top + pitch - BELOW };
            let plot = Plot { area, days: length as f64, values: values.clone(), shape: Shape::Line };
            let lowest = index + columns >= found;
            // The dates of the panel above and to the right begin over the end of the last panel's title.
            let room = if row > 0 && index + 1 == found && column + 1 < columns { width - DATE } else { width };
            draw_panel(canvas, panel, &plot, (column == 0, lowest.then_some(days)), (top, rows, room))?;
            let named = (panel.title.as_str(), chart.y_unit.as_str());
            spots(canvas, &plot, days, named, &panel.quantiles, panel.reference.as_ref());
        }
        Ok(())
    })
}

/// Draws one panel; `numbered` says whether it has the numbers, and which dates it has.
fn draw_panel(
    canvas: &mut Canvas<'_>,
    panel: &Multiple,
    plot: &Plot,
    numbered: (bool, Option<Days>),
    (top, rows, room): (f64, usize, f64),
) -> Result<(), ChartError> {
    let area = plot.area;
    let (name, soft) = (Type::new(BODY).bold(), Type::new(TICK).color(SOFT));
    let names = wrap(&panel.title, name, room, 2).into_iter().map(|line| (line, name));
    let notes = wrap(&panel.note, soft, room, 1).into_iter().map(|line| (line, soft));
    let lines_most = if rows > 2 { 2 } else { 3 };
    for (line, (text, look)) in names.chain(notes).take(lines_most).enumerate() {
        canvas.text(&text, (area.left, top + LINE * (line as f64 + 0.5)), look)?;
    }
    greys(canvas, plot, &shown(&panel.stops, plot.days))?;
    let mut ticks = plot.values.ticks();
    if !numbered.0 {
        ticks.iter_mut().for_each(|tick| tick.1.clear());
    }
    value_axis(canvas, &ticks, |value| plot.y(value), area)?;
    bands(canvas, plot, &panel.quantiles)?;
    canvas.line(&[(area.left, area.top), (area.left, area.bottom)], AXIS, 2.0)?;
    match numbered.1 {
        // The first date of the next panel stands partly under this one.
        Some(days) => date_axis_until(canvas, days, plot.days, area, area.right - BETWEEN)?,
        None => canvas.line(&[(area.left, area.bottom), (area.right, area.bottom)], AXIS, 2.0)?,
    }
    lines(canvas, plot, &panel.quantiles, panel.reference.as_ref())
}
