//! Tests over all kinds of figures: what a reader who points at a place is told, and whether he can point at it.

use super::axis::Days;
use super::samples::{Case, Level, figures};
use super::theme::{HEIGHT, SCALE, WIDTH};
use super::{Figure, Lang, Late, Quantiles, Scale, Spot};
use crate::report::numbers::{count, number, percent, short, short_signed};

/// Least width and height of a place, in units of the view box: those of a column that is joined with others.
const WIDTH_LEAST: i32 = (super::spots::COLUMN_LEAST * SCALE) as i32;
const HEIGHT_LEAST: i32 = (24.0 * SCALE) as i32;

/// Whether two places have anything in common.
fn overlap(one: &Spot, other: &Spot) -> bool {
    let (right, bottom) = (one.left + one.width, one.top + one.height);
    one.left < other.left + other.width
        && other.left < right
        && one.top < other.top + other.height
        && other.top < bottom
}

/// What is wrong with places; they lie over nobody, so that all of each can be pointed at.
fn faults(spots: &[Spot]) -> Vec<String> {
    let mut found = Vec::new();
    if spots.is_empty() {
        found.push("no places".to_owned());
    }
    let slide = ((WIDTH * SCALE) as i32, (HEIGHT * SCALE) as i32);
    for (index, spot) in spots.iter().enumerate() {
        let (right, bottom) = (spot.left + spot.width, spot.top + spot.height);
        if spot.left < 0 || spot.top < 0 || right > slide.0 || bottom > slide.1 {
            found.push(format!("outside: {spot:?}"));
        }
        if spot.width < WIDTH_LEAST || spot.height < HEIGHT_LEAST {
            found.push(format!("too small: {spot:?}"));
        }
        let lines: Vec<&str> = spot.text.trim().lines().collect();
        if lines.len() < 2 || spot.text.contains("NaN") || spot.text.contains("\n\n\n") {
            found.push(format!("says little: {spot:?}"));
        }
        found.extend(spots[..index].iter().find(|one| overlap(one, spot)).map(|one| format!("{one:?} under {spot:?}")));
    }
    found
}

#[test]
fn every_place_of_every_figure_says_something_and_can_be_hit() {
    let mut failed = Vec::new();
    for case in Case::all() {
        for (name, figure) in figures(case) {
            let found = faults(&figure.draw().unwrap().spots);
            failed.extend(found.iter().take(2).map(|fault| format!("{name} {case:?}: {fault}")));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn faults_of_places_are_found() {
    let good = Spot { left: 100, top: 100, width: 200, height: 200, text: "name\nvalue".to_owned() };
    assert_eq!(faults(std::slice::from_ref(&good)), Vec::<String>::new());
    let beside = Spot { left: 300, ..good.clone() };
    assert_eq!(faults(&[good.clone(), beside.clone()]), Vec::<String>::new());
    let outside = Spot { left: 7_600, ..good.clone() };
    let small = Spot { width: WIDTH_LEAST - 1, ..good.clone() };
    let low = Spot { height: HEIGHT_LEAST - 1, ..good.clone() };
    let mute = Spot { text: "name".to_owned(), ..good.clone() };
    for bad in [outside, small, low, mute] {
        assert_eq!(faults(std::slice::from_ref(&bad)).len(), 1, "{bad:?}");
    }
    let over = Spot { left: 299, ..good.clone() };
    assert_eq!(faults(&[good, over]).len(), 1);
    assert_eq!(faults(&[]).len(), 1);
}

/// What somebody must be told who points at the right place: words that stand there together.
type Words = Vec<String>;

/// The median and the ends of 90 % on a day.
fn of_day(found: &Quantiles, day: usize, (unit, lang): (&str, Lang)) -> Words {
    [&found.median, &found.q05, &found.q95].map(|series| count(series[day], (unit, unit), lang)).to_vec()
}

/// A place of a figure and what it must tell, worked out from what the figure is given; a new kind needs its own.
fn expected(figure: &Figure, lang: Lang) -> Words {
    match figure {
        Figure::Timeline(chart) => {
            let (days, row) = (Days::new(chart.first_day, lang).unwrap(), &chart.rows[0]);
            let actual = row.actual.unwrap();
            let moments = [row.start_day, row.planned_end_day.unwrap(), actual.q05, actual.median, actual.q95];
            std::iter::once(row.label.clone()).chain(moments.map(|day| days.moment(day))).collect()
        }
        Figure::Fan(chart) => of_day(&chart.quantiles, 20, (&chart.y_unit, lang)),
        Figure::FanPanels(chart) => {
            let panel = &chart.panels[1];
            [vec![panel.title.clone()], of_day(&panel.quantiles, 20, (&panel.y_unit, lang))].concat()
        }
        Figure::Multiples(chart) => {
            let (panel, date) = (&chart.panels[3], Days::new(chart.first_day, lang).unwrap().full_label(20));
            let normal = panel.reference.as_ref().unwrap();
            let normal = format!("{}{}", normal.label, lang.pick("：", ": "))
                + &count(normal.values[20], (&chart.y_unit, &chart.y_unit), lang);
            [vec![panel.title.clone(), date, normal], of_day(&panel.quantiles, 20, (&chart.y_unit, lang))].concat()
        }
        Figure::Forest(chart) => {
            let (panel, cell) = (&chart.panels[2], chart.panels[2].cells[1].as_ref().unwrap());
            let [_, low, high] = cell.range.unwrap().map(|end| short_signed(end, lang) + &panel.unit);
            let word = cell.finding.word(lang).to_owned();
            vec![chart.rows[1].clone(), panel.title.clone(), cell.text.clone(), word, low, high, panel.note.clone()]
        }
        Figure::Scatter(chart) => {
            let (point, unit) = (&chart.points[2], (chart.x_unit.as_str(), chart.x_unit.as_str()));
            assert_eq!(point.late, Late::Likely);
            let date = Days::new(chart.first_day, lang).unwrap().full_label(point.day as i64);
            let (low, high) = point.x_interval.unwrap();
            let values = [point.x, low, high].map(|value| count(value, unit, lang)).to_vec();
            [values, vec![point.label.clone(), point.note.clone(), date, percent(point.chance.unwrap())]].concat()
        }
        Figure::Curve(chart) => {
            let (point, Scale::Number { unit }) = (&chart.points[3], &chart.scale) else { panic!("no number") };
            let ends = [point.interval.unwrap(), point.spread.unwrap()];
            let values = ends.into_iter().flat_map(|(low, high)| [low, high]).chain(point.mean);
            let label = format!("{} {}", point.label.0, point.label.1);
            values.map(|value| count(value, (unit, unit), lang)).chain([label]).collect()
        }
        Figure::Shares(chart) => {
            let row = &chart.rows[2];
            [vec![row.label.clone(), row.note.clone()], chart.legend.to_vec(), row.texts.to_vec()].concat()
        }
        Figure::Diverging(chart) => {
            // The first row has nothing of its own to tell, and tells what is written in it.
            let row = &chart.panels[1].rows[0];
            let texts = chart.legend.iter().zip(&row.texts).map(|(name, text)| format!("{name} {text}"));
            [vec![chart.panels[1].title.clone(), row.label.clone()], texts.collect()].concat()
        }
        Figure::Heat(chart) => vec![chart.rows[2].clone(), chart.columns[4].1.clone(), chart.cells[2][4].text.clone()],
        Figure::Cities(chart) => {
            let (spread, text) = &chart.bars[2].bars[1];
            let ends = [short(spread.low, lang), short(spread.high, lang)].to_vec();
            [vec![chart.cities[1].clone(), chart.bars[2].title.clone(), text.clone()], ends].concat()
        }
        Figure::Waterfall(chart) => {
            let bar = &chart.panels[1].bars[2];
            let (low, high) = bar.interval.unwrap();
            let step = [low, high].map(|end| short_signed(end - bar.before, lang));
            let levels = vec![short(bar.before, lang), short(bar.after, lang)];
            [vec![chart.panels[1].title.clone(), bar.label.clone(), bar.text.clone()], step.to_vec(), levels].concat()
        }
        Figure::Tails(chart) => {
            let of_line = |line: &super::TailLine| {
                let shares = line.points[3].share.map(percent);
                [vec![line.label.clone()], shares.to_vec()].concat()
            };
            let mut found: Words = chart.lines.iter().flat_map(of_line).collect();
            found.extend([chart.values[3].clone(), chart.notes[3].clone()]);
            found
        }
        Figure::Waits(chart) => {
            let row = &chart.rows[2];
            let minutes = row.minutes.into_iter().chain(row.normal);
            minutes.map(|value| count(value, ("分钟", "minutes"), lang)).chain([row.label.clone()]).collect()
        }
    }
}

#[test]
fn a_place_of_every_kind_tells_what_the_figure_was_given() {
    let mut failed = Vec::new();
    for lang in [Lang::Zh, Lang::En] {
        for (name, figure) in figures(Case::plain(lang)) {
            let words = expected(&figure, lang);
            let spots = figure.draw().unwrap().spots;
            let tells = |spot: &Spot| words.iter().all(|word| spot.text.contains(word.as_str()));
            if !spots.iter().any(tells) {
                failed.push(format!("{name} {lang:?}: no place tells {words:?}"));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn points_beside_bars_of_cities_tell_their_hours_and_names_of_a_forest_all_differences() {
    let all = figures(Case::plain(Lang::En));
    let of = |kind: &str| all.iter().find(|(name, _)| *name == kind).map(|(_, figure)| figure).unwrap();
    let figure = of("cities");
    let Figure::Cities(chart) = figure else { panic!("{figure:?}") };
    let panel = &chart.scatters[1];
    let hours = format!("{}: {}", panel.x_title, number(panel.points[3].0));
    let spots = figure.draw().unwrap().spots;
    let told = spots.iter().find(|spot| spot.text.contains(&hours) && spot.text.starts_with(&chart.cities[3])).unwrap();
    assert!(told.text.contains(&short(panel.points[3].1.value, Lang::En)), "{told:?}");
    let figure = of("forest");
    let Figure::Forest(chart) = figure else { panic!("{figure:?}") };
    let spots = figure.draw().unwrap().spots;
    let names = &spots[spots.len() - chart.rows.len()..];
    for (row, spot) in names.iter().enumerate() {
        let cells = chart.panels.iter().filter_map(|panel| panel.cells[row].as_ref());
        assert!(cells.clone().count() > 1 && cells.into_iter().all(|cell| spot.text.contains(&cell.text)), "{spot:?}");
        assert!(spot.text.starts_with(&chart.rows[row]));
    }
}

#[test]
fn an_empty_level_is_told_as_such() {
    let zero = Case { level: Level::Zero, ..Case::plain(Lang::En) };
    for (name, figure) in figures(zero).into_iter().filter(|(name, _)| ["multiples", "curve", "waits"].contains(name)) {
        let spots = figure.draw().unwrap().spots;
        assert!(spots.iter().all(|spot| spot.text.contains(": 0")), "{name}: {spots:#?}");
    }
}
