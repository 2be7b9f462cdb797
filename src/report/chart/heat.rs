//! Heat maps: a number over the values of two keys, light where it is low and dark where it is high.
//!
//! The colours are the single-hue Blues of Brewer and Harrower (ColorBrewer 2.0), which people with any kind of
//! colour blindness tell apart by lightness; the numbers stand in the cells where they fit.

use serde::{Deserialize, Serialize};

use plotters::style::RGBColor;

use super::bars::plate;
use super::canvas::{Align, Area, Canvas, Type, sheet, wrap};
use super::color::contrast;
use super::slide::{footer, header};
use super::spots::Told;
use super::theme::{AXIS, BODY, HEAT_DARK, HEAT_LIGHT, INK, MARGIN, SHADE, SOFT, TICK, VERMILION, WHITE, WIDTH};
use super::{ChartError, Drawn, Lang, check_finite};

/// Steps of the scale from low to high.
const BLUES: [(u8, u8, u8); 6] = [
    (0xF3, 0xF8, 0xFE),
    (0xD0, 0xE1, 0xF2),
    (0x94, 0xC4, 0xDF),
    (0x4A, 0x98, 0xC9),
    (0x17, 0x64, 0xAB),
    (0x08, 0x30, 0x6B),
];
/// A cell without a number.
const NOTHING: RGBColor = RGBColor(0xE6, 0xE6, 0xE6);
/// Frame of the lowest cell.
const BEST: RGBColor = RGBColor(0xE6, 0x9F, 0x00);
/// Most rows and columns.
const MOST: usize = 60;
/// Width of the scale with its labels.
const SCALE_ROOM: f64 = 210.0;
/// Height under the plot: two lines of labels and the title.
const UNDER: f64 = 118.0;

/// One cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeatCell {
    /// Its number; none where there is none.
    pub value: Option<f64>,
    /// The number as it is written.
    pub text: String,
    /// Whether it is the lowest.
    pub is_lowest: bool,
    /// Whether the condition asked for is kept; none without one.
    pub is_kept: Option<bool>,
}

/// A number over the values of two keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeatMap {
    /// Title.
    pub title: String,
    /// Second, smaller line; may be empty.
    pub subtitle: String,
    /// What runs across.
    pub x_label: String,
    /// What runs down.
    pub y_label: String,
    /// Labels of the columns, each on two lines of which the second may be empty.
    pub columns: Vec<(String, String)>,
    /// Labels of the rows.
    pub rows: Vec<String>,
    /// Row by row.
    pub cells: Vec<Vec<HeatCell>>,
    /// The lowest and the highest number as they are written beside the scale.
    pub ends: (String, String),
    /// Whether the scale begins with 0, not with the lowest number.
    #[serde(default)]
    pub is_from_zero: bool,
    /// What the numbers are, with their unit, for readers who point at a cell; may be empty.
    #[serde(default)]
    pub told: String,
    /// What a cell without a number means, such as "closed": such cells are hatched then, and grey without it.
    #[serde(default)]
    pub nothing: String,
    /// Name of the condition whose border is drawn; empty without one.
    pub condition: String,
    /// Language of the legend.
    pub lang: Lang,
    /// One to three lines.
    pub footer: Vec<String>,
}

/// Draws a heat map.
///
/// # Errors
///
/// [`ChartError::Empty`] without cells, [`ChartError::TooMany`] for more than a slide holds,
/// [`ChartError::Length`] for rows of differing length, [`ChartError::Value`] for a number that is not finite.
pub fn heat(chart: &HeatMap) -> Result<Drawn, ChartError> {
    check(chart)?;
    sheet(|canvas| {
        let top = header(canvas, &chart.title, &chart.subtitle)?;
        let bottom = footer(canvas, &chart.footer)? - UNDER;
        let top = key(canvas, chart, top)?;
        let look = Type::new(TICK);
        let widest = chart.rows.iter().map(|row| look.width(row)).fold(0.0, f64::max).min(420.0);
        let label = wrap(&chart.y_label, Type::new(BODY).color(SOFT), WIDTH / 2.0, 1).concat();
        canvas.text(&label, (MARGIN, top + 16.0), Type::new(BODY).color(SOFT))?;
        let area = Area { left: MARGIN + widest + 18.0, top: top + 44.0, right: WIDTH - MARGIN - SCALE_ROOM, bottom };
        let sheet = Sheet::new(chart, area);
        cells(canvas, chart, &sheet)?;
        spots(canvas, chart, &sheet);
        borders(canvas, chart, &sheet)?;
        labels(canvas, chart, &sheet)?;
        scale(canvas, chart, area)
    })
}

fn check(chart: &HeatMap) -> Result<(), ChartError> {
    if chart.columns.is_empty() || chart.rows.is_empty() {
        return Err(ChartError::Empty { what: "cell" });
    }
    let found = chart.columns.len().max(chart.rows.len());
    if found > MOST {
        return Err(ChartError::TooMany { what: "rows or columns", most: MOST, found });
    }
    if chart.cells.len() != chart.rows.len() {
        return Err(ChartError::Length { what: "rows of cells", expected: chart.rows.len(), found: chart.cells.len() });
    }
    for row in &chart.cells {
        if row.len() != chart.columns.len() {
            return Err(ChartError::Length { what: "a row", expected: chart.columns.len(), found: row.len() });
        }
        check_finite("a cell", &row.iter().filter_map(|cell| cell.value).collect::<Vec<f64>>())?;
    }
    Ok(())
}

/// Where the cells stand and what their numbers mean.
struct Sheet {
    area: Area,
    across: f64,
    down: f64,
    low: f64,
    high: f64,
}

impl Sheet {
    fn new(chart: &HeatMap, area: Area) -> Self {
        let values = || chart.cells.iter().flatten().filter_map(|cell| cell.value);
        Self {
            across: (area.right - area.left) / chart.columns.len() as f64,
            down: (area.bottom - area.top) / chart.rows.len() as f64,
            low: values().fold(if chart.is_from_zero { 0.0 } else { f64::INFINITY }, f64::min),
            high: values().fold(f64::NEG_INFINITY, f64::max),
            area,
        }
    }

    fn cell(&self, row: usize, column: usize) -> Area {
        // Whole pixels: edges between them would show as seams.
        let x = |column: usize| (self.area.left + column as f64 * self.across).round();
        let y = |row: usize| (self.area.top + row as f64 * self.down).round();
        Area { left: x(column), top: y(row), right: x(column + 1), bottom: y(row + 1) }
    }

    /// Share of the scale.
    fn share(&self, value: f64) -> f64 {
        if self.high > self.low { (value - self.low) / (self.high - self.low) } else { 0.0 }
    }
}

/// The colour of a share of the scale.
fn shade(share: f64) -> RGBColor {
    let place = share.clamp(0.0, 1.0) * (BLUES.len() - 1) as f64;
    let step = (place.floor() as usize).min(BLUES.len() - 2);
    let part = place - step as f64;
    let mix = |from: u8, to: u8| (f64::from(from) + part * (f64::from(to) - f64::from(from))).round() as u8;
    let (one, other) = (BLUES[step], BLUES[step + 1]);
    RGBColor(mix(one.0, other.0), mix(one.1, other.1), mix(one.2, other.2))
}

/// The ink that can be read on a colour.
fn ink_on(color: RGBColor) -> RGBColor {
    if contrast(HEAT_DARK, color) >= contrast(HEAT_LIGHT, color) { HEAT_DARK } else { HEAT_LIGHT }
}

/// A cell without a number.
fn empty(canvas: &mut Canvas<'_>, chart: &HeatMap, area: Area) -> Result<(), ChartError> {
    if chart.nothing.is_empty() {
        return canvas.fill(area, NOTHING, 1.0);
    }
    canvas.fill(area, WHITE, 1.0)?;
    canvas.fill(area, SHADE, 0.12)?;
    canvas.hatch(area, SHADE, 1.0)
}

fn cells(canvas: &mut Canvas<'_>, chart: &HeatMap, sheet: &Sheet) -> Result<(), ChartError> {
    let look = Type::new(TICK).align(Align::Center);
    let texts = chart.cells.iter().flatten().map(|cell| look.width(&cell.text));
    let fits = texts.fold(0.0, f64::max) + 10.0 <= sheet.across && sheet.down >= 30.0;
    for (row, line) in chart.cells.iter().enumerate() {
        for (column, cell) in line.iter().enumerate() {
            let area = sheet.cell(row, column);
            let color = cell.value.map(|value| shade(sheet.share(value)));
            match color {
                Some(color) => canvas.fill(area, color, 1.0)?,
                None => empty(canvas, chart, area)?,
            }
            if fits && !cell.text.is_empty() {
                let middle = (f64::midpoint(area.left, area.right), f64::midpoint(area.top, area.bottom));
                let is_hatched = color.is_none() && !chart.nothing.is_empty();
                if is_hatched {
                    let width = look.width(&cell.text);
                    plate(canvas, (middle.0 - width / 2.0, middle.1), width, 15.0)?;
                }
                let ink = if is_hatched { INK } else { ink_on(color.unwrap_or(NOTHING)) };
                canvas.text(&cell.text, middle, look.color(ink))?;
            }
        }
    }
    for (row, line) in chart.cells.iter().enumerate() {
        for (column, _) in line.iter().enumerate().filter(|(_, cell)| cell.is_lowest) {
            frame(canvas, sheet.cell(row, column))?;
        }
    }
    Ok(())
}

/// Makes every cell tell its values, which stand in it only where there is room.
fn spots(canvas: &mut Canvas<'_>, chart: &HeatMap, sheet: &Sheet) {
    for (row, (name, line)) in chart.rows.iter().zip(&chart.cells).enumerate() {
        for (column, (cell, (one, other))) in line.iter().zip(&chart.columns).enumerate() {
            let text = Told::of(chart.lang, "")
                .value(&chart.y_label, name)
                .value(&chart.x_label, format!("{one} {other}").trim());
            let written = match (cell.value, cell.text.as_str()) {
                (None, "") if !chart.nothing.is_empty() => chart.nothing.as_str(),
                (_, "") => "–",
                (_, text) => text,
            };
            let is_named = cell.value.is_some() && !chart.told.is_empty();
            let text = if is_named { text.value(&chart.told, written) } else { text.line(written) };
            let lowest = if cell.is_lowest { chart.lang.pick("最低", "Lowest") } else { "" };
            canvas.spot(sheet.cell(row, column), text.line(lowest).line(&kept(chart, cell)).text());
        }
    }
}

/// Whether a cell keeps the condition, in words; empty without one.
fn kept(chart: &HeatMap, cell: &HeatCell) -> String {
    let (zh, en) = match cell.is_kept {
        Some(true) => ("满足", "Kept"),
        Some(false) => ("不满足", "Not kept"),
        None => return String::new(),
    };
    if chart.condition.is_empty() {
        return String::new();
    }
    chart.lang.choose(format!("{zh}：{}", chart.condition), format!("{en}: {}", chart.condition))
}

fn frame(canvas: &mut Canvas<'_>, area: Area) -> Result<(), ChartError> {
    let inset = 5.0;
    let (left, right, top, bottom) = (area.left + inset, area.right - inset, area.top + inset, area.bottom - inset);
    canvas.line(&[(left, top), (right, top), (right, bottom), (left, bottom), (left, top - 3.0)], BEST, 7.0)
}

/// The line between cells that keep the condition and cells that do not.
fn borders(canvas: &mut Canvas<'_>, chart: &HeatMap, sheet: &Sheet) -> Result<(), ChartError> {
    let kept = |row: usize, column: usize| chart.cells.get(row)?.get(column)?.is_kept;
    let differ =
        |one: Option<bool>, other: Option<bool>| matches!((one, other), (Some(one), Some(other)) if one != other);
    for row in 0..chart.rows.len() {
        for column in 0..chart.columns.len() {
            let Area { left, top, right, bottom } = sheet.cell(row, column);
            if differ(kept(row, column), kept(row, column + 1)) {
                canvas.line(&[(right, top), (right, bottom)], VERMILION, 7.0)?;
            }
            if differ(kept(row, column), kept(row + 1, column)) {
                canvas.line(&[(left, bottom), (right, bottom)], VERMILION, 7.0)?;
            }
        }
    }
    Ok(())
}

fn labels(canvas: &mut Canvas<'_>, chart: &HeatMap, sheet: &Sheet) -> Result<(), ChartError> {
    let area = sheet.area;
    let look = Type::new(TICK).align(Align::Right);
    // As many rows and columns as have room are named.
    let every = (32.0 / sheet.down).ceil().max(1.0) as usize;
    for (row, name) in chart.rows.iter().enumerate().step_by(every) {
        let text = wrap(name, look, area.left - MARGIN - 14.0, 1).concat();
        canvas.text(&text, (area.left - 14.0, area.top + (row as f64 + 0.5) * sheet.down), look)?;
    }
    let look = Type::new(TICK).align(Align::Center);
    let widths = chart.columns.iter().map(|(one, other)| look.width(one).max(look.width(other)));
    let every = ((widths.fold(0.0, f64::max) + 14.0) / sheet.across).ceil().max(1.0) as usize;
    for (column, (one, other)) in chart.columns.iter().enumerate().step_by(every) {
        let x = area.left + (column as f64 + 0.5) * sheet.across;
        let room = 2.0 * (x - 8.0).min(WIDTH - 8.0 - x);
        for (line, y) in [(one, 25.0), (other, 55.0)] {
            if !line.is_empty() {
                canvas.text(&wrap(line, look, room, 1).concat(), (x, area.bottom + y), look)?;
            }
        }
    }
    let has_second = chart.columns.iter().any(|column| !column.1.is_empty());
    let y = area.bottom + if has_second { 92.0 } else { 66.0 };
    let title = Type::new(BODY).color(SOFT).align(Align::Center);
    let text = wrap(&chart.x_label, title, area.right - area.left, 1).concat();
    canvas.text(&text, (f64::midpoint(area.left, area.right), y), title)
}

/// What the frame and the border mean.
fn key(canvas: &mut Canvas<'_>, chart: &HeatMap, top: f64) -> Result<f64, ChartError> {
    let look = Type::new(BODY);
    let mut x = MARGIN;
    let y = top + 21.0;
    if chart.cells.iter().flatten().any(|cell| cell.is_lowest) {
        frame(canvas, Area { left: x, top: y - 21.0, right: x + 56.0, bottom: y + 21.0 })?;
        let text = chart.lang.pick("最低", "Lowest");
        canvas.text(text, (x + 68.0, y), look)?;
        x += 68.0 + look.width(text) + 48.0;
    }
    if !chart.nothing.is_empty() && chart.cells.iter().flatten().any(|cell| cell.value.is_none()) {
        let area = Area { left: x, top: y - 16.0, right: x + 56.0, bottom: y + 16.0 };
        empty(canvas, chart, area)?;
        let text = wrap(&chart.nothing, look, 500.0, 1).concat();
        canvas.text(&text, (x + 68.0, y), look)?;
        x += 68.0 + look.width(&text) + 48.0;
    }
    if !chart.condition.is_empty() {
        let kept = || chart.cells.iter().flatten().filter_map(|cell| cell.is_kept);
        let (any, all) = (kept().any(|kept| kept), kept().all(|kept| kept));
        let (zh, en) = match (any, all) {
            (true, false) => ("界线", "Border"),
            (true, true) => ("各格都满足", "Kept in all cells"),
            (false, _) => ("各格都不满足", "Kept in no cell"),
        };
        if any && !all {
            canvas.line(&[(x, y), (x + 52.0, y)], VERMILION, 7.0)?;
            x += 64.0;
        }
        let text = chart.lang.choose(format!("{zh}：{}", chart.condition), format!("{en}: {}", chart.condition));
        let text = wrap(&text, look, WIDTH - MARGIN - x, 1).concat();
        canvas.text(&text, (x, y), look)?;
    }
    Ok(top + 52.0)
}

/// The scale of colours, low at the foot.
fn scale(canvas: &mut Canvas<'_>, chart: &HeatMap, area: Area) -> Result<(), ChartError> {
    const PARTS: usize = 64;
    let (left, right) = (area.right + 36.0, area.right + 66.0);
    let height = area.bottom - area.top;
    // Each part reaches down to the foot and is covered from there by the next: edges that only meet would show.
    for part in (0..PARTS).rev() {
        let top = area.bottom - height * (part + 1) as f64 / PARTS as f64;
        let color = shade((part as f64 + 0.5) / PARTS as f64);
        canvas.fill(Area { left, right, top, bottom: area.bottom }, color, 1.0)?;
    }
    let corners = [(left, area.top), (right, area.top), (right, area.bottom), (left, area.bottom), (left, area.top)];
    canvas.line(&corners, AXIS, 1.5)?;
    let look = Type::new(TICK);
    let room = WIDTH - 12.0 - right - 12.0;
    for (text, y) in [(&chart.ends.1, area.top + 14.0), (&chart.ends.0, area.bottom - 14.0)] {
        canvas.text(&wrap(text, look, room, 1).concat(), (right + 12.0, y), look)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::color::{Vision, distance, lightness};
    use super::super::testing::{assert_readable, show};
    use super::*;

    fn sample(lang: Lang, across: usize, down: usize) -> HeatMap {
        let cell = |row: usize, column: usize| {
            let value = 100.0 * column as f64 + 10.0 * row as f64;
            HeatCell {
                value: (column != 1).then_some(value),
                text: format!("{value:.0}"),
                is_lowest: row == 0 && column == 0,
                is_kept: Some(column > row),
            }
        };
        HeatMap {
            title: lang.pick("垫付总额（元）", "Prepayment, yuan").to_owned(),
            subtitle: lang.pick("示例市 · 公告方案", "Minimal, as announced").to_owned(),
            x_label: lang.pick("联网结算 · 停机时间", "settlement · stop").to_owned(),
            y_label: lang.pick("提前开药 · 采用比例", "early refills · share taking part").to_owned(),
            columns: (0..across)
                .map(|column| (lang.pick("3月11日周五", "Fri 11 Mar").to_owned(), format!("{column:02}:00")))
                .collect(),
            rows: (0..down).map(|row| format!("0.{row}")).collect(),
            cells: (0..down).map(|row| (0..across).map(|column| cell(row, column)).collect()).collect(),
            ends: ("0".to_owned(), "1,200".to_owned()),
            is_from_zero: false,
            told: lang.pick("垫付（元）", "Prepayment, yuan").to_owned(),
            nothing: String::new(),
            condition: lang.pick("垫付总额不高于 120,000", "prepayment at most 120,000").to_owned(),
            lang,
            footer: vec![lang.pick("每个取值 30 次模拟", "30 simulated courses a value").to_owned()],
        }
    }

    #[test]
    fn labels_stay_inside_and_apart_however_many_cells_there_are() {
        for lang in [Lang::Zh, Lang::En] {
            for (across, down) in [(1, 1), (7, 5), (60, 2), (3, 60), (20, 20)] {
                let drawn = heat(&sample(lang, across, down)).unwrap();
                assert_readable(&drawn);
                if across == 7 {
                    show(&format!("heat-{lang:?}"), &drawn);
                }
            }
        }
    }

    #[test]
    fn a_number_can_be_read_on_every_colour_of_the_scale() {
        for step in 0..=500 {
            let color = shade(f64::from(step) / 500.0);
            assert!(contrast(ink_on(color), color) >= 4.5, "{color:?}");
        }
    }

    #[test]
    fn a_scale_from_zero_is_no_darker_at_its_foot_than_zero() {
        let mut chart = sample(Lang::En, 3, 2);
        let area = Area { left: 0.0, top: 0.0, right: 300.0, bottom: 200.0 };
        chart.cells.iter_mut().flatten().for_each(|cell| cell.value = Some(cell.value.unwrap_or(0.0) + 50.0));
        assert!(Sheet::new(&chart, area).share(50.0).abs() < 1e-12);
        chart.is_from_zero = true;
        let sheet = Sheet::new(&chart, area);
        assert!(sheet.share(0.0).abs() < 1e-12 && sheet.share(50.0) > 0.1);
    }

    #[test]
    fn cells_tell_what_they_are_and_empty_ones_what_that_means() {
        let mut chart = sample(Lang::En, 3, 2);
        let told = |chart: &HeatMap| -> Vec<String> {
            heat(chart)
                .unwrap()
                .spots
                .into_iter()
                .map(|spot| spot.text.lines().skip(2).collect::<Vec<_>>().join("|"))
                .collect()
        };
        let condition = "prepayment at most 120,000";
        assert_eq!(told(&chart)[0], format!("Prepayment, yuan: 0|Lowest|Not kept: {condition}"));
        assert_eq!(told(&chart)[2], format!("Prepayment, yuan: 200|Kept: {condition}"));
        chart.cells.iter_mut().flatten().filter(|cell| cell.value.is_none()).for_each(|cell| cell.text.clear());
        assert_eq!(told(&chart)[1], format!("–|Kept: {condition}"));
        chart.nothing = "closed".to_owned();
        assert_eq!(told(&chart)[1], format!("closed|Kept: {condition}"));
        let drawn = heat(&chart).unwrap();
        assert_readable(&drawn);
        assert!(drawn.svg.contains("\nclosed\n") && !drawn.svg.contains("#E6E6E6"));
    }

    #[test]
    fn steps_of_the_scale_are_told_apart_with_every_kind_of_vision() {
        for vision in Vision::ALL {
            let steps = BLUES.map(|(red, green, blue)| RGBColor(red, green, blue));
            for pair in steps.windows(2) {
                assert!(distance(pair[0], pair[1], vision) >= 8.0, "{vision:?} {pair:?}");
                assert!(lightness(pair[0], vision) >= lightness(pair[1], vision) + 6.0, "{vision:?} {pair:?}");
            }
            assert!(distance(steps[0], steps[5], vision) >= 60.0, "{vision:?}");
        }
    }

    #[test]
    fn colours_get_darker_with_every_step() {
        let light =
            |color: RGBColor| 0.2126 * f64::from(color.0) + 0.7152 * f64::from(color.1) + 0.0722 * f64::from(color.2);
        let lights: Vec<f64> = (0..=50).map(|step| light(shade(f64::from(step) / 50.0))).collect();
        assert!(lights.windows(2).all(|pair| pair[0] > pair[1] + 1.0), "{lights:?}");
    }

    #[test]
    fn what_cannot_be_drawn_is_refused() {
        assert_eq!(heat(&sample(Lang::En, 0, 3)).unwrap_err(), ChartError::Empty { what: "cell" });
        let found = heat(&sample(Lang::En, 61, 3)).unwrap_err();
        assert_eq!(found, ChartError::TooMany { what: "rows or columns", most: 60, found: 61 });
        let mut chart = sample(Lang::En, 3, 3);
        chart.cells[1].pop();
        assert_eq!(heat(&chart).unwrap_err(), ChartError::Length { what: "a row", expected: 3, found: 2 });
    }
}
