//! The numbers behind a figure as a table: what a reader who cannot see the figure, or wants to count on
//! with it, needs.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::units::Lang;

use super::super::chart::{
    CitiesChart, CivilDay, Curve, Diverging, FanChart, FanPanels, Figure, Forest, HeatMap, Late, Multiples, Quantiles,
    Reference, Scale, Scatter, Shares, Tails, Timeline, Waits, WaterfallChart,
};
use super::{Cell, Sheet, Style};

/// The table behind a figure, in the language of the figure's texts.
pub fn behind(figure: &Figure, lang: Lang) -> Sheet {
    let (title, subtitle) = figure.titles();
    let sheet = match figure {
        Figure::Timeline(chart) => timeline(chart, lang),
        Figure::Fan(chart) => fan(chart, lang),
        Figure::FanPanels(chart) => fan_panels(chart, lang),
        Figure::Multiples(chart) => multiples(chart, lang),
        Figure::Forest(chart) => forest(chart, lang),
        Figure::Scatter(chart) => scatter(chart, lang),
        Figure::Shares(chart) => shares(chart, lang),
        Figure::Diverging(chart) => diverging(chart, lang),
        Figure::Curve(chart) => curve(chart, lang),
        Figure::Heat(chart) => heat(chart),
        Figure::Cities(chart) => cities(chart, lang),
        Figure::Waterfall(chart) => waterfall(chart, lang),
        Figure::Tails(chart) => tails(chart, lang),
        Figure::Waits(chart) => waits(chart, lang),
    };
    Sheet { title: title.to_owned(), note: subtitle.to_owned(), ..sheet }
}

/// A table without rows; its key and its title are given to it later.
fn table<S: AsRef<str>>(columns: &[(S, &str)]) -> Sheet {
    let columns: Vec<(&str, &str)> = columns.iter().map(|(name, unit)| (name.as_ref(), *unit)).collect();
    Sheet::new("behind", "", &columns)
}

/// How numbers of this size are written: about three digits are enough to read.
fn style_of<'a>(values: impl IntoIterator<Item = &'a f64>) -> Style {
    let (mut most, mut whole) = (0.0_f64, true);
    for value in values {
        most = most.max(value.abs());
        whole &= value.fract() == 0.0;
    }
    match most {
        _ if whole => Style::Whole,
        100.0.. => Style::Whole,
        1.0.. => Style::Tenth,
        _ => Style::Hundredth,
    }
}

fn number(value: f64, style: Style) -> Cell {
    Cell::number(Some(value), style)
}

fn share(value: f64) -> Cell {
    number(value, Style::Share)
}

/// The date, or the date and time to the minute, of a day counted from a first one.
fn moment((year, month, date): CivilDay, day: f64, with_time: bool) -> Cell {
    let first = i16::try_from(year)
        .ok()
        .and_then(|year| Date::new(year, i8::try_from(month).ok()?, i8::try_from(date).ok()?).ok());
    let minutes = (day.clamp(-1e6, 1e6) * 1440.0).round() as i64;
    let Some(found) = first.and_then(|first| first.at(0, 0, 0, 0).checked_add(minutes.minutes()).ok()) else {
        return Cell::Empty;
    };
    let date = found.date();
    Cell::Date(if with_time { format!("{date}T{:02}:{:02}", found.hour(), found.minute()) } else { date.to_string() })
}

fn timeline(chart: &Timeline, lang: Lang) -> Sheet {
    let mut sheet = table(&[
        (lang.pick("业务或时点", "Service or moment"), ""),
        (lang.pick("停止", "Stop"), ""),
        (lang.pick("计划恢复", "Planned return"), ""),
        (lang.pick("实际恢复：5%", "Actual return: 5%"), ""),
        (lang.pick("实际恢复：中位数", "Actual return: median"), ""),
        (lang.pick("实际恢复：95%", "Actual return: 95%"), ""),
        (lang.pick("时长", "Length"), ""),
    ]);
    let at = |day: Option<f64>| day.map_or(Cell::Empty, |day| moment(chart.first_day, day, true));
    for row in &chart.rows {
        let actual = row.actual;
        sheet.push(vec![
            Cell::text(&row.label),
            at(Some(row.start_day)),
            at(row.planned_end_day),
            at(actual.map(|actual| actual.q05)),
            at(actual.map(|actual| actual.median)),
            at(actual.map(|actual| actual.q95)),
            Cell::text(&row.text),
        ]);
    }
    for mark in &chart.marks {
        sheet.push(vec![Cell::text(&mark.label), at(Some(mark.day))]);
    }
    sheet
}

/// Columns of a table of days: name, unit, values.
struct Days<'a> {
    lang: Lang,
    columns: Vec<(String, &'a str, &'a [f64])>,
}

impl<'a> Days<'a> {
    fn new(lang: Lang) -> Self {
        Self { lang, columns: Vec::new() }
    }

    fn add(&mut self, panel: &str, name: &str, unit: &'a str, values: &'a [f64]) {
        let name = match (panel.is_empty(), self.lang) {
            (true, _) => name.to_owned(),
            (false, Lang::Zh) => format!("{panel}：{name}"),
            (false, Lang::En) => format!("{panel}: {name}"),
        };
        self.columns.push((name, unit, values));
    }

    /// Median and the ends of 90 %, with the ends of 50 % between them where there is room; and the line
    /// to compare with.
    fn series(
        &mut self,
        panel: &str,
        unit: &'a str,
        found: &'a Quantiles,
        reference: Option<&'a Reference>,
        all: bool,
    ) {
        self.add(panel, self.lang.pick("中位数", "median"), unit, &found.median);
        self.add(panel, "5%", unit, &found.q05);
        if all {
            self.add(panel, "25%", unit, &found.q25);
            self.add(panel, "75%", unit, &found.q75);
        }
        self.add(panel, "95%", unit, &found.q95);
        if let Some(reference) = reference {
            self.add(panel, &reference.label, unit, &reference.values);
        }
    }

    fn sheet(self, first_day: CivilDay) -> Sheet {
        let mut heads = vec![(self.lang.pick("日期", "Date").to_owned(), "")];
        heads.extend(self.columns.iter().map(|(name, unit, _)| (name.clone(), *unit)));
        let mut sheet = table(&heads);
        let styles: Vec<Style> = self.columns.iter().map(|(_, _, values)| style_of(*values)).collect();
        let days = self.columns.iter().map(|(_, _, values)| values.len()).max().unwrap_or(0);
        for day in 0..days {
            let mut cells = vec![moment(first_day, day as f64, false)];
            let columns = self.columns.iter().zip(&styles);
            cells.extend(columns.map(|((_, _, values), style)| Cell::number(values.get(day).copied(), *style)));
            sheet.push(cells);
        }
        sheet
    }
}

fn fan(chart: &FanChart, lang: Lang) -> Sheet {
    let mut days = Days::new(lang);
    days.series("", &chart.y_unit, &chart.quantiles, chart.reference.as_ref(), true);
    days.sheet(chart.first_day)
}

fn fan_panels(chart: &FanPanels, lang: Lang) -> Sheet {
    let mut days = Days::new(lang);
    for panel in &chart.panels {
        days.series(&panel.title, &panel.y_unit, &panel.quantiles, panel.reference.as_ref(), false);
    }
    days.sheet(chart.first_day)
}

fn multiples(chart: &Multiples, lang: Lang) -> Sheet {
    let mut days = Days::new(lang);
    for panel in &chart.panels {
        days.series(&panel.title, &chart.y_unit, &panel.quantiles, panel.reference.as_ref(), false);
    }
    days.sheet(chart.first_day)
}

fn forest(chart: &Forest, lang: Lang) -> Sheet {
    let mut sheet = table(&[
        (lang.pick("指标", "Measure"), ""),
        (lang.pick("方案", "Schedule"), ""),
        (lang.pick("差别", "Difference"), ""),
        (lang.pick("区间：下", "Interval: from"), ""),
        (lang.pick("区间：上", "Interval: to"), ""),
        (lang.pick("单位", "Unit"), ""),
        (lang.pick("图中数字", "Told as"), ""),
        (lang.pick("判断", "Finding"), ""),
    ]);
    for panel in &chart.panels {
        let found = panel.cells.iter().flatten().filter_map(|cell| cell.range);
        let style = style_of(&found.flatten().collect::<Vec<f64>>());
        for (row, cell) in chart.rows.iter().zip(&panel.cells) {
            let Some(cell) = cell else { continue };
            let at = |place: usize| Cell::number(cell.range.map(|range| range[place]), style);
            sheet.push(vec![
                Cell::text(&panel.title),
                Cell::text(row),
                at(0),
                at(1),
                at(2),
                Cell::text(&panel.unit),
                Cell::text(&cell.text),
                Cell::text(cell.finding.word(lang)),
            ]);
        }
    }
    sheet
}

fn scatter(chart: &Scatter, lang: Lang) -> Sheet {
    let mut sheet = table(&[
        (lang.pick("方案", "Schedule"), ""),
        (lang.pick("说明", "Remark"), ""),
        (&chart.x_label, chart.x_unit.as_str()),
        (&chart.day_label, ""),
        (lang.pick("承诺的恢复时间超时", "Promised return comes late"), ""),
        (&chart.ring_label, ""),
    ]);
    let style = style_of(&chart.points.iter().map(|point| point.x).collect::<Vec<f64>>());
    for point in &chart.points {
        let late = match point.late {
            Late::NoPromise => lang.pick("未承诺", "no promise"),
            Late::Unlikely => lang.pick("低于 5%", "under 5%"),
            Late::Possible => lang.pick("5%～50%", "5%–50%"),
            Late::Likely => lang.pick("50% 以上", "50% and more"),
        };
        sheet.push(vec![
            Cell::text(&point.label),
            Cell::text(&point.note),
            number(point.x, style),
            moment(chart.first_day, point.day, false),
            Cell::text(late),
            Cell::text(if point.undominated { lang.pick("是", "yes") } else { "" }),
        ]);
    }
    sheet
}

fn shares(chart: &Shares, lang: Lang) -> Sheet {
    let [first, second] = &chart.legend;
    let heads = [(lang.pick("方案", "Schedule"), ""), (first, ""), (second, ""), (lang.pick("说明", "Remark"), "")];
    let mut sheet = table(&heads);
    for row in &chart.rows {
        sheet.push(vec![
            Cell::text(&row.label),
            share(row.shares[0]),
            share(row.shares[1]),
            Cell::text(row.note.as_str()),
        ]);
    }
    sheet
}

fn diverging(chart: &Diverging, lang: Lang) -> Sheet {
    let [left, right] = &chart.legend;
    let heads = [(lang.pick("类别", "Kind"), ""), (lang.pick("人群", "Group"), ""), (left, ""), (right, "")];
    let mut sheet = table(&heads);
    for panel in &chart.panels {
        for row in &panel.rows {
            let [left, right] = row.shares;
            sheet.push(vec![Cell::text(&panel.title), Cell::text(&row.label), share(left), share(right)]);
        }
    }
    sheet
}

fn curve(chart: &Curve, lang: Lang) -> Sheet {
    let unit = if let Scale::Number { unit } = &chart.scale { unit.as_str() } else { "" };
    let mut sheet = table(&[
        (chart.x_label.as_str(), ""),
        (chart.y_label.as_str(), unit),
        (lang.pick("95% 区间：下", "95% interval: from"), unit),
        (lang.pick("95% 区间：上", "95% interval: to"), unit),
        (lang.pick("90% 的模拟：下", "90% of courses: from"), unit),
        (lang.pick("90% 的模拟：上", "90% of courses: to"), unit),
    ]);
    let values = chart.points.iter().filter_map(|point| point.mean).collect::<Vec<f64>>();
    let style = style_of(&values);
    let cell = |value: Option<f64>| match &chart.scale {
        Scale::Number { .. } => Cell::number(value, style),
        Scale::Share => Cell::number(value, Style::Share),
        Scale::Day { first_day } => value.map_or(Cell::Empty, |day| moment(*first_day, day, false)),
    };
    for point in &chart.points {
        let (one, other) = &point.label;
        sheet.push(vec![
            Cell::text(format!("{one} {other}").trim()),
            cell(point.mean),
            cell(point.interval.map(|ends| ends.0)),
            cell(point.interval.map(|ends| ends.1)),
            cell(point.spread.map(|ends| ends.0)),
            cell(point.spread.map(|ends| ends.1)),
        ]);
    }
    sheet
}

fn heat(chart: &HeatMap) -> Sheet {
    let corner = format!("{} \\ {}", chart.y_label, chart.x_label);
    let mut heads = vec![(corner, "")];
    heads.extend(chart.columns.iter().map(|(one, other)| (format!("{one} {other}").trim().to_owned(), "")));
    let mut sheet = table(&heads);
    let style = style_of(chart.cells.iter().flatten().filter_map(|cell| cell.value.as_ref()));
    for (name, row) in chart.rows.iter().zip(&chart.cells) {
        let mut cells = vec![Cell::text(name)];
        cells.extend(row.iter().map(|cell| {
            // A value may be a day or a share, which only its text tells.
            let is_number = cell.text.chars().all(|c| c.is_ascii_digit() || ",.-".contains(c));
            if is_number { Cell::number(cell.value, style) } else { Cell::text(&cell.text) }
        }));
        sheet.push(cells);
    }
    sheet
}

fn cities(chart: &CitiesChart, lang: Lang) -> Sheet {
    let mut heads = vec![(lang.pick("城市", "City").to_owned(), "")];
    let hours = chart.scatters.first();
    heads.extend(hours.map(|panel| (panel.x_title.clone(), "")));
    for panel in &chart.bars {
        let end = |zh: &str, en: &str| format!("{}{}", panel.title, lang.pick(zh, en));
        heads.extend([(panel.title.clone(), ""), (end("：下", ": from"), ""), (end("：上", ": to"), "")]);
    }
    let mut sheet = table(&heads);
    for (city, name) in chart.cities.iter().enumerate() {
        let mut cells = vec![Cell::text(name)];
        if let Some(panel) = hours {
            cells.push(Cell::number(panel.points.get(city).map(|point| point.0), Style::Tenth));
        }
        for panel in &chart.bars {
            let style = style_of(&panel.bars.iter().map(|bar| bar.0.value).collect::<Vec<f64>>());
            let spread = panel.bars.get(city).map(|bar| bar.0);
            let ends = [spread.map(|one| one.value), spread.map(|one| one.low), spread.map(|one| one.high)];
            cells.extend(ends.map(|value| Cell::number(value, style)));
        }
        sheet.push(cells);
    }
    sheet
}

fn waterfall(chart: &WaterfallChart, lang: Lang) -> Sheet {
    let mut sheet = table(&[
        (lang.pick("指标", "Measure"), ""),
        (lang.pick("步骤", "Step"), ""),
        (lang.pick("之前", "Before"), ""),
        (lang.pick("之后", "After"), ""),
        (lang.pick("区间：下", "Interval: from"), ""),
        (lang.pick("区间：上", "Interval: to"), ""),
        (lang.pick("图中数字", "Told as"), ""),
    ]);
    for panel in &chart.panels {
        let style = style_of(&panel.bars.iter().flat_map(|bar| [bar.before, bar.after]).collect::<Vec<f64>>());
        for bar in &panel.bars {
            sheet.push(vec![
                Cell::text(&panel.title),
                Cell::text(&bar.label),
                if bar.is_total { Cell::Empty } else { number(bar.before, style) },
                number(bar.after, style),
                Cell::number(bar.interval.map(|ends| ends.0), style),
                Cell::number(bar.interval.map(|ends| ends.1), style),
                Cell::text(&bar.text),
            ]);
        }
    }
    sheet
}

fn tails(chart: &Tails, lang: Lang) -> Sheet {
    let mut heads = vec![(chart.x_label.clone(), "")];
    if chart.notes.iter().any(|note| !note.is_empty()) {
        heads.push((lang.pick("说明", "Remark").to_owned(), ""));
    }
    let has_notes = heads.len() > 1;
    for line in &chart.lines {
        let end = |zh: &str, en: &str| format!("{}{}", line.label, lang.pick(zh, en));
        heads.extend([(line.label.clone(), ""), (end("：下", ": from"), ""), (end("：上", ": to"), "")]);
    }
    let mut sheet = table(&heads);
    for (place, value) in chart.values.iter().enumerate() {
        let mut cells = vec![Cell::text(value)];
        if has_notes {
            cells.push(Cell::text(chart.notes.get(place).cloned().unwrap_or_default()));
        }
        for line in &chart.lines {
            match line.points.get(place) {
                Some(point) => cells.extend(point.share.map(share)),
                None => cells.extend([Cell::Empty, Cell::Empty, Cell::Empty]),
            }
        }
        sheet.push(cells);
    }
    sheet
}

fn waits(chart: &Waits, lang: Lang) -> Sheet {
    let minutes = lang.pick("分钟", "minutes");
    let mut sheet = table(&[
        (lang.pick("窗口", "Desks"), ""),
        ("50%", minutes),
        ("90%", minutes),
        ("95%", minutes),
        ("99%", minutes),
        (lang.pick("无切换时平均", "Mean without a cutover"), minutes),
    ]);
    for row in &chart.rows {
        let mut cells = vec![Cell::text(&row.label)];
        cells.extend(row.minutes.map(|value| number(value, Style::Tenth)));
        cells.push(Cell::number(row.normal, Style::Tenth));
        sheet.push(cells);
    }
    sheet
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::{CurvePoint, HeatCell, Seen};

    #[test]
    fn a_day_is_a_date_and_a_moment_has_its_minute() {
        let date = |cell: &str| Cell::Date(cell.to_owned());
        assert_eq!(moment((2021, 12, 31), 1.0, false), date("2022-01-01"));
        assert_eq!(moment((2021, 11, 15), 4.75, true), date("2021-11-19T18:00"));
        assert_eq!(moment((2021, 13, 1), 0.0, true), Cell::Empty);
    }

    #[test]
    fn a_fan_has_a_row_a_day_and_its_reference() {
        let days = vec![0.0, 120.5, 90.0];
        let quantiles =
            Quantiles { median: days.clone(), q05: days.clone(), q25: days.clone(), q75: days.clone(), q95: days };
        let chart = FanChart {
            title: "T".into(),
            subtitle: "S".into(),
            y_label: "Y".into(),
            y_unit: "yuan".into(),
            lang: Lang::En,
            first_day: (2021, 11, 15),
            quantiles,
            stops: vec![],
            reference: Some(Reference { label: "normal".into(), values: vec![1.0, 2.0, 3.0] }),
            footer: vec![],
        };
        let sheet = behind(&Figure::Fan(chart), Lang::En);
        let names: Vec<&str> = sheet.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["Date", "median", "5%", "25%", "75%", "95%", "normal"]);
        assert_eq!((sheet.title.as_str(), sheet.rows.len(), sheet.columns[1].unit.as_str()), ("T", 3, "yuan"));
        assert_eq!(sheet.rows[1][0], Cell::Date("2021-11-16".into()));
        assert_eq!(sheet.rows[1][1], Cell::Number(120.5, Style::Whole));
        assert_eq!(sheet.rows[2][6], Cell::Number(3.0, Style::Whole));
    }

    #[test]
    fn cells_of_a_heat_map_are_numbers_or_what_is_written_in_them() {
        let cell = |value, text: &str| HeatCell { value, text: text.to_owned(), is_lowest: false, is_kept: None };
        let chart = HeatMap {
            title: String::new(),
            subtitle: String::new(),
            x_label: "hour".into(),
            y_label: "share".into(),
            columns: vec![("Fri".into(), "08:00".into()), ("Sat".into(), String::new())],
            rows: vec!["0.5".into()],
            cells: vec![vec![cell(Some(1200.0), "1,200"), cell(Some(12.0), "27 Mar")]],
            ends: (String::new(), String::new()),
            is_from_zero: false,
            told: String::new(),
            nothing: String::new(),
            condition: String::new(),
            lang: Lang::En,
            footer: vec![],
        };
        let sheet = behind(&Figure::Heat(chart), Lang::En);
        let names: Vec<&str> = sheet.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["share \\ hour", "Fri 08:00", "Sat"]);
        let row = [Cell::text("0.5"), Cell::Number(1200.0, Style::Whole), Cell::text("27 Mar")];
        assert_eq!(sheet.rows, [row]);
    }

    #[test]
    fn a_curve_of_days_tells_dates() {
        let point = CurvePoint {
            place: 1.0,
            label: ("2".into(), "windows".into()),
            mean: Some(3.0),
            interval: Some((2.0, 4.0)),
            spread: None,
            seen: Seen::All,
        };
        let chart = Curve {
            title: String::new(),
            subtitle: String::new(),
            x_label: "windows".into(),
            y_label: "back to normal".into(),
            scale: Scale::Day { first_day: (2022, 3, 1) },
            lang: Lang::En,
            points: vec![point],
            is_apart: false,
            crossed: vec![],
            level: None,
            horizon: None,
            footer: vec![],
        };
        let sheet = behind(&Figure::Curve(chart), Lang::En);
        let date = |text: &str| Cell::Date(text.into());
        let row = [
            Cell::text("2 windows"),
            date("2022-03-04"),
            date("2022-03-03"),
            date("2022-03-05"),
            Cell::Empty,
            Cell::Empty,
        ];
        assert_eq!(sheet.rows, [row]);
    }
}
