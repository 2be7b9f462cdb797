//! Places that tell their values to a reader who points at them: what they say, and where they lie so that each can
//! be hit.

use super::Lang;
use super::canvas::{Area, Canvas, Point};
use super::theme::{HEIGHT, WIDTH};
use crate::report::numbers::{count, percent};

/// Narrowest column; what stands in narrower ones is told together.
pub(super) const COLUMN_LEAST: f64 = 6.0;
/// Least width and height of the place of a point; points that stand nearer to each other are told together.
pub(super) const POINT_LEAST: f64 = 28.0;

/// Most points of one place that tell all they have; of more each has one line, or nobody would read them.
const WHOLE_MOST: usize = 4;

/// What a place says, in lines.
#[derive(Debug, Clone)]
pub(super) struct Told {
    lang: Lang,
    text: String,
}

impl Told {
    /// Begins with the name of what is told; nothing where that is empty.
    pub(super) fn of(lang: Lang, name: &str) -> Self {
        Self { lang, text: name.to_owned() }
    }

    /// A line; nothing where it is empty.
    pub(super) fn line(mut self, line: &str) -> Self {
        if !self.text.is_empty() && !line.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(line);
        self
    }

    /// A value with its name.
    pub(super) fn value(self, name: &str, value: &str) -> Self {
        let line = format!("{name}{}{value}", self.lang.pick("：", ": "));
        self.line(&line)
    }

    /// The two ends of an interval with its name.
    pub(super) fn range(self, name: &str, (low, high): (&str, &str)) -> Self {
        let both = format!("{low}{}{high}", self.lang.pick(" ～ ", " to "));
        self.value(name, &both)
    }

    /// All lines.
    pub(super) fn text(self) -> String {
        self.text
    }
}

/// A number with its unit.
pub(super) fn amount(value: f64, unit: &str, lang: Lang) -> String {
    if unit == "%" { percent(value / 100.0) } else { count(value, (unit, unit), lang) }
}

/// The name of an interval of a mean.
pub(super) fn interval_word(lang: Lang) -> &'static str {
    lang.pick("95% 区间", "95% interval")
}

/// Makes an area tell what stands at places across it, from left to right: each has the column nearest to it, and
/// columns that would be too narrow to hit are joined. `name` comes before each.
pub(super) fn columns(canvas: &mut Canvas<'_>, area: Area, name: &str, places: &[(f64, String)]) {
    let mut left = area.left;
    let mut text = String::new();
    for (index, (x, own)) in places.iter().enumerate() {
        let before = if text.is_empty() { name } else { &text };
        text = if before.is_empty() { own.clone() } else { format!("{before}\n{own}") };
        let next = places.get(index + 1);
        let right = next.map_or(area.right, |next| f64::midpoint(*x, next.0));
        // What is left for the rest must be wide enough, too.
        if next.is_none() || (right - left >= COLUMN_LEAST && area.right - right >= COLUMN_LEAST) {
            canvas.spot(Area { left, right, ..area }, std::mem::take(&mut text));
            left = right;
        }
    }
}

/// Points so near each other that they are told together.
#[derive(Debug)]
struct Near {
    /// What their signs take at the least.
    area: Area,
    /// How far they may reach from their middles.
    reach: f64,
    texts: Vec<String>,
}

impl Near {
    fn new(((x, y), reach, text): (Point, f64, String)) -> Self {
        Self { area: Area { left: x, top: y, right: x, bottom: y }.grown(POINT_LEAST / 2.0), reach, texts: vec![text] }
    }

    fn with(mut self, other: Self) -> Self {
        let (one, area) = (self.area, other.area);
        self.area = Area {
            left: one.left.min(area.left),
            top: one.top.min(area.top),
            right: one.right.max(area.right),
            bottom: one.bottom.max(area.bottom),
        };
        self.texts.extend(other.texts);
        Self { reach: self.reach.max(other.reach), ..self }
    }

    /// What all of them say.
    fn text(&self) -> String {
        if self.texts.len() <= WHOLE_MOST {
            return self.texts.join("\n\n");
        }
        // The name and what comes first.
        let short = |text: &String| text.lines().take(2).collect::<Vec<&str>>().join(" · ");
        self.texts.iter().map(short).collect::<Vec<String>>().join("\n")
    }

    /// Distance to another one, along the axis on which they are farther apart; 0 where they meet.
    fn distance(&self, other: &Self) -> f64 {
        let (one, area) = (self.area, other.area);
        let across = (area.left - one.right).max(one.left - area.right);
        let down = (area.top - one.bottom).max(one.top - area.bottom);
        across.max(down).max(0.0)
    }
}

/// Makes points tell what they are, each with how far its sign reaches: none lies over another.
pub(super) fn points(canvas: &mut Canvas<'_>, points: impl IntoIterator<Item = (Point, f64, String)>) {
    let mut found: Vec<Near> = Vec::new();
    for point in points {
        let mut own = Near::new(point);
        // Grown by what it takes in it may meet others.
        while let Some(place) = found.iter().position(|one| one.distance(&own) <= 0.0) {
            own = found.remove(place).with(own);
        }
        found.push(own);
    }
    for (index, one) in found.iter().enumerate() {
        let others = found.iter().enumerate().filter(|(place, _)| *place != index);
        let free = others.map(|(_, other)| one.distance(other)).fold(f64::INFINITY, f64::min);
        let area = one.area.grown((one.reach - POINT_LEAST / 2.0).max(0.0).min(free / 2.0));
        let (left, right) = (area.left.max(0.0), area.right.min(WIDTH));
        let (top, bottom) = (area.top.max(0.0), area.bottom.min(HEIGHT));
        canvas.spot(Area { left, top, right, bottom }, one.text());
    }
}

#[cfg(test)]
mod tests {
    use super::super::Spot;
    use super::super::canvas::{Type, sheet};
    use super::*;

    fn drawn(paint: impl FnOnce(&mut Canvas<'_>)) -> Vec<Spot> {
        let paint = |canvas: &mut Canvas<'_>| {
            paint(canvas);
            canvas.text("text", (100.0, 100.0), Type::new(24.0))
        };
        sheet(paint).unwrap().spots
    }

    #[test]
    fn lines_leave_out_what_is_empty() {
        let told = |lang| Told::of(lang, "").line("A").line("").value("b", "1").range("c", ("2", "3")).text();
        assert_eq!((told(Lang::Zh), told(Lang::En)), ("A\nb：1\nc：2 ～ 3".into(), "A\nb: 1\nc: 2 to 3".into()));
        assert_eq!(Told::of(Lang::En, "name").text(), "name");
        assert_eq!((amount(82.0, "%", Lang::Zh), amount(82.0, "件", Lang::Zh)), ("82%".into(), "82 件".into()));
    }

    #[test]
    fn each_place_has_its_column_and_narrow_ones_are_told_together() {
        let area = Area { left: 100.0, top: 200.0, right: 200.0, bottom: 300.0 };
        let tell = |xs: &[f64]| {
            let places: Vec<(f64, String)> =
                xs.iter().enumerate().map(|(index, &x)| (x, format!("line {index}"))).collect();
            drawn(|canvas| columns(canvas, area, "name", &places))
        };
        let found = tell(&[110.0, 130.0, 170.0]);
        let edges: Vec<(i32, i32)> = found.iter().map(|spot| (spot.left, spot.left + spot.width)).collect();
        assert_eq!(edges, [(400, 480), (480, 600), (600, 800)]);
        assert_eq!(found[1].text, "name\nline 1");
        let found = tell(&[110.0, 111.0, 150.0, 198.0, 199.0]);
        let texts: Vec<&str> = found.iter().map(|spot| spot.text.as_str()).collect();
        assert_eq!(texts, ["name\nline 0", "name\nline 1", "name\nline 2", "name\nline 3\nline 4"]);
        // A hundred places on a hundred pixels: six and more pixels for each column, and none forgotten.
        let found = tell(&(0..100).map(|index| 100.5 + f64::from(index)).collect::<Vec<f64>>());
        assert!(found.iter().all(|spot| spot.width >= 24), "{found:?}");
        assert_eq!((found[0].left, found.iter().map(|spot| spot.width).sum::<i32>()), (400, 400));
        assert_eq!(found.iter().map(|spot| spot.text.matches("line").count()).sum::<usize>(), 100);
    }

    #[test]
    fn near_points_are_told_together_and_others_keep_apart() {
        let tell = |points: &[Point]| {
            let all = points.iter().enumerate().map(|(index, at)| (*at, 40.0, format!("point {index}")));
            drawn(|canvas| super::points(canvas, all))
        };
        let found = tell(&[(100.0, 100.0), (110.0, 95.0), (150.0, 100.0), (600.0, 600.0)]);
        let texts: Vec<&str> = found.iter().map(|spot| spot.text.as_str()).collect();
        assert_eq!(texts, ["point 0\n\npoint 1", "point 2", "point 3"]);
        assert!(found[0].left + found[0].width <= found[1].left, "{found:?}");
        assert!(found.iter().all(|spot| spot.width >= 112 && spot.height >= 112), "{found:?}");
        assert_eq!((found[2].left, found[2].width), (4 * 560, 4 * 80));
        // Five on one spot have a line each: their names and what comes first.
        let all = (0..5).map(|index| ((100.0, 100.0), 20.0, format!("point {index}\nfirst\nsecond")));
        let found = drawn(|canvas| super::points(canvas, all));
        assert_eq!((found.len(), found[0].text.lines().count()), (1, 5));
        assert!(found[0].text.starts_with("point 0 · first\npoint 1 · first"), "{}", found[0].text);
        // The third joins the two others.
        assert_eq!(tell(&[(100.0, 100.0), (150.0, 100.0), (125.0, 100.0)]).len(), 1);
    }
}
