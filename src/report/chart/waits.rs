//! Waits by class of desks: how long half, nine in ten, nineteen in twenty and ninety-nine in a hundred queue
//! at most.

use serde::{Deserialize, Serialize};

use super::axis::Values;
use super::canvas::{Align, Area, Canvas, Type, sheet, wrap};
use super::glyph::{Glyph, draw_glyph};
use super::rows::Rows;
use super::slide::{Sign, footer, header, legend};
use super::spots::Told;
use super::theme::{AXIS, BLUE, BODY, GRID, INK, KINDS, MARGIN, SOFT, TICK, VERMILION, WIDTH};
use super::{ChartError, Drawn, Lang, check_finite};
use crate::report::numbers::count;

/// Most classes.
const ROWS_MOST: usize = 10;
/// Height under the rows: a line of numbers and the title.
const UNDER: f64 = 84.0;
/// Room for the number behind the last mark.
const BEHIND: f64 = 200.0;
/// Most room for it.
const BEHIND_MOST: f64 = 600.0;
/// Room between a bar and its text.
const GAP: f64 = 18.0;

/// A class of desks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WaitRow {
    /// Its name.
    pub label: String,
    /// Minutes that half, 90 %, 95 % and 99 % queue at most, ascending.
    pub minutes: [f64; 4],
    /// Mean minutes of routine matters without a cutover; none where there are none.
    pub normal: Option<f64>,
    /// The numbers in words, behind the last mark.
    pub text: String,
}

/// Waits of classes of desks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waits {
    /// Title.
    pub title: String,
    /// Second, smaller line; may be empty.
    pub subtitle: String,
    /// What is measured, with its unit.
    pub x_label: String,
    /// The classes, from the top.
    pub rows: Vec<WaitRow>,
    /// Language of the legend.
    pub lang: Lang,
    /// One to three lines.
    pub footer: Vec<String>,
}

/// Draws waits.
///
/// # Errors
///
/// [`ChartError::Empty`] without rows, [`ChartError::TooMany`] beyond ten, [`ChartError::Value`] for a number
/// that is not finite.
pub fn waits(chart: &Waits) -> Result<Drawn, ChartError> {
    check(chart)?;
    sheet(|canvas| {
        let top = header(canvas, &chart.title, &chart.subtitle)?;
        let bottom = footer(canvas, &chart.footer)? - UNDER;
        let lang = chart.lang;
        let mut entries = vec![
            (Sign::Glyph(Glyph::Disc, BLUE), lang.pick(QUANTILES[0].0, QUANTILES[0].1).to_owned()),
            (Sign::Patch(BLUE, 0.55), lang.pick("到九成", "to nine in ten").to_owned()),
            (Sign::Patch(BLUE, 0.25), lang.pick("到 99%", "to 99 %").to_owned()),
            (Sign::Glyph(Glyph::Triangle, VERMILION), lang.pick(QUANTILES[2].0, QUANTILES[2].1).to_owned()),
        ];
        if chart.rows.iter().any(|row| row.normal.is_some()) {
            entries.push((Sign::Glyph(Glyph::Ring, INK), normal_word(lang).to_owned()));
        }
        let top = legend(canvas, top, &entries)?;
        let names: Vec<&str> = chart.rows.iter().map(|row| row.label.as_str()).collect();
        let rows = Rows::new(&names, (top + 10.0, bottom), 110.0, 380.0);
        rows.draw(canvas, &names)?;
        // The longest bar may end at the edge of the axis, and its text stands behind it.
        let texts = chart.rows.iter().map(|row| Type::new(TICK).width(&row.text) + GAP + 4.0);
        let right = WIDTH - MARGIN - texts.fold(BEHIND, f64::max).min(BEHIND_MOST);
        let area = Area { left: rows.left(), top: rows.top, right, bottom: rows.bottom(names.len()) };
        let all = chart.rows.iter().flat_map(|row| row.minutes.into_iter().chain(row.normal));
        let values = Values::new(all.collect::<Vec<f64>>().iter(), 6.0, lang);
        let x = |minutes: f64| area.left + minutes / values.high * (area.right - area.left);
        axis(canvas, chart, &values, area)?;
        for (index, row) in chart.rows.iter().enumerate() {
            draw(canvas, row, rows.middle(index), rows.height.min(60.0), x)?;
            canvas.spot(rows.area(index), told(chart, row));
        }
        Ok(())
    })
}

/// Names of the quantiles.
const QUANTILES: [(&str, &str); 4] = [
    ("一半的人不超过", "Half queue at most"),
    ("90% 不超过", "90 % queue at most"),
    ("95% 不超过", "95 % queue at most"),
    ("99% 不超过", "99 % queue at most"),
];

fn normal_word(lang: Lang) -> &'static str {
    lang.pick("无切换时日常业务的平均", "Mean of routine work without a cutover")
}

/// What a class of desks tells: more than there is room for behind its marks.
fn told(chart: &Waits, row: &WaitRow) -> String {
    let lang = chart.lang;
    let minutes = |value: f64| count(value, ("分钟", "minutes"), lang);
    let names = QUANTILES.map(|(zh, en)| lang.pick(zh, en));
    let known = names.into_iter().zip(row.minutes).chain(row.normal.map(|normal| (normal_word(lang), normal)));
    known.fold(Told::of(lang, &row.label), |text, (name, value)| text.value(name, &minutes(value))).text()
}

fn check(chart: &Waits) -> Result<(), ChartError> {
    if chart.rows.is_empty() {
        return Err(ChartError::Empty { what: "row" });
    }
    if chart.rows.len() > ROWS_MOST {
        return Err(ChartError::TooMany { what: "rows", most: ROWS_MOST, found: chart.rows.len() });
    }
    chart.rows.iter().try_for_each(|row| {
        check_finite("a wait", &row.minutes)?;
        check_finite("a wait", &[row.normal.unwrap_or(0.0)])
    })
}

fn axis(canvas: &mut Canvas<'_>, chart: &Waits, values: &Values, area: Area) -> Result<(), ChartError> {
    let look = Type::new(TICK).align(Align::Center);
    for (value, text) in values.ticks() {
        let x = area.left + value / values.high * (area.right - area.left);
        canvas.line(&[(x, area.top), (x, area.bottom)], GRID, 1.5)?;
        canvas.text(&text, (x, area.bottom + 25.0), look)?;
    }
    canvas.line(&[(area.left, area.bottom), (area.right, area.bottom)], AXIS, 2.0)?;
    let title = Type::new(BODY).color(SOFT).align(Align::Center);
    let label = wrap(&values.title(&chart.x_label, ""), title, area.right - area.left, 1).concat();
    canvas.text(&label, (f64::midpoint(area.left, area.right), area.bottom + 62.0), title)
}

fn draw(
    canvas: &mut Canvas<'_>,
    row: &WaitRow,
    middle: f64,
    height: f64,
    x: impl Fn(f64) -> f64,
) -> Result<(), ChartError> {
    let [half, ninety, most, nearly_all] = row.minutes;
    let band = |from: f64, to: f64, share: f64| Area {
        left: x(from),
        right: x(to).max(x(from) + 1.0),
        top: middle - share * height,
        bottom: middle + share * height,
    };
    canvas.fill(band(half, nearly_all, 0.12), KINDS[0].0, 0.25)?;
    canvas.fill(band(half, ninety, 0.2), KINDS[0].0, 0.55)?;
    draw_glyph(canvas, Glyph::Disc, (x(half), middle), 9.0, BLUE)?;
    draw_glyph(canvas, Glyph::Triangle, (x(most), middle), 10.0, VERMILION)?;
    if let Some(normal) = row.normal {
        draw_glyph(canvas, Glyph::Ring, (x(normal), middle), 9.0, INK)?;
    }
    let last = x(nearly_all).max(row.normal.map_or(0.0, &x)) + GAP;
    let look = Type::new(TICK);
    canvas.text(&wrap(&row.text, look, WIDTH - MARGIN - last, 1).concat(), (last, middle), look)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_readable, show};
    use super::*;

    fn sample(lang: Lang, count: usize) -> Waits {
        let row = |index: usize| {
            let base = 4.0 + 9.0 * index as f64;
            WaitRow {
                label: lang.choose(format!("第 {index} 类经办窗口"), format!("desks of class {index}")),
                minutes: [base, 2.2 * base, 3.1 * base, 4.5 * base],
                normal: (index != 1).then_some(6.0),
                text: lang.choose(format!("95%：{:.0} 分钟", 3.1 * base), format!("95%: {:.0} min", 3.1 * base)),
            }
        };
        Waits {
            title: lang
                .pick("医院窗口排队最久：每 20 人里 1 人超过 33 分钟", "One in twenty queues over 33 minutes")
                .to_owned(),
            subtitle: lang.pick("示例市 · 公告方案", "Minimal, as announced").to_owned(),
            x_label: lang.pick("排队分钟", "Minutes in the queue").to_owned(),
            rows: (0..count).map(row).collect(),
            lang,
            footer: vec![lang.pick("100 次模拟", "100 simulated courses").to_owned()],
        }
    }

    #[test]
    fn texts_stay_inside_and_apart_for_any_number_of_rows() {
        for lang in [Lang::Zh, Lang::En] {
            for count in [1, 5, ROWS_MOST] {
                let drawn = waits(&sample(lang, count)).unwrap();
                assert_readable(&drawn);
                if count == 5 {
                    show(&format!("waits-{lang:?}"), &drawn);
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_drawn_is_refused() {
        assert_eq!(waits(&sample(Lang::En, 0)).unwrap_err(), ChartError::Empty { what: "row" });
        let mut chart = sample(Lang::En, 2);
        chart.rows[1].minutes[3] = f64::NAN;
        assert_eq!(waits(&chart).unwrap_err(), ChartError::Value { what: "a wait" });
    }

    #[test]
    fn the_numbers_behind_the_longest_bar_are_whole() {
        for lang in [Lang::Zh, Lang::En] {
            let mut chart = sample(lang, 3);
            // The axis ends where this bar does.
            chart.rows[2].minutes = [30.0, 60.0, 90.0, 150.0];
            chart.rows[2].text =
                lang.choose("95% 90 分钟，99% 150 分钟".to_owned(), "95%: 90 min, 99%: 150 min".to_owned());
            let drawn = waits(&chart).unwrap();
            assert!(drawn.svg.contains(&chart.rows[2].text), "{}", drawn.svg);
        }
    }
}
