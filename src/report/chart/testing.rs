//! Sample figures and readers of finished SVG, for the tests of this module.

use super::canvas::Point;
use super::font;
use super::{
    Drawn, FanChart, FanPanel, FanPanels, Lang, Look, Mark, Quantiles, Reference, Returns, StopBand, Timeline,
    TimelineRow, png,
};

pub(super) fn say(lang: Lang, zh: &str, en: &str) -> String {
    if lang == Lang::Zh { zh.to_owned() } else { en.to_owned() }
}

/// Checks the PNG of a figure; writes it where `CHART_SAMPLES` says, if it is set, to be looked at.
pub(in crate::report) fn show(name: &str, drawn: &Drawn) {
    assert_eq!(drawn.missing, Vec::<char>::new());
    let bytes = png(drawn, &Look::default()).unwrap();
    let picture = resvg::tiny_skia::Pixmap::decode_png(&bytes).unwrap();
    assert_eq!((picture.width(), picture.height()), (1920, 1080));
    let corner = picture.pixel(3, 3).unwrap();
    assert_eq!((corner.red(), corner.green(), corner.blue(), corner.alpha()), (255, 255, 255, 255));
    if let Some(folder) = std::env::var_os("CHART_SAMPLES") {
        std::fs::write(std::path::Path::new(&folder).join(format!("{name}.png")), bytes).unwrap();
    }
}

/// A backlog that builds up over a stop and is worked off.
pub(super) fn quantiles(days: usize, peak: f64) -> Quantiles {
    let shape = |i: usize| {
        let day = i as f64;
        if day < 5.0 {
            0.0
        } else if day < 12.0 {
            (day - 5.0) / 7.0
        } else {
            (-(day - 12.0) / 18.0).exp()
        }
    };
    let wobble = |i: usize, k: f64| 1.0 + 0.05 * (i as f64 * k).sin();
    let series = |factor: f64, k: f64| (0..days).map(|i| peak * factor * shape(i) * wobble(i, k)).collect();
    Quantiles {
        median: series(1.0, 0.9),
        q05: series(0.55, 1.3),
        q25: series(0.8, 1.1),
        q75: series(1.25, 1.0),
        q95: series(1.6, 0.7),
    }
}

pub(super) fn stops(lang: Lang) -> Vec<StopBand> {
    let stop = |start_day, end_day, zh, en| StopBand { start_day, end_day, label: say(lang, zh, en) };
    vec![
        stop(4.75, Some(7.33), "住院、门诊即时结算", "Instant settlement"),
        stop(1.0, Some(12.0), "医保关系转移接续与参保登记", "Enrolment and transfers"),
        stop(5.0, None, "零星报销", "Manual claims"),
    ]
}

pub(super) fn footnotes(lang: Lang) -> Vec<String> {
    vec![
        say(
            lang,
            "重复 2000 次，种子 20211115；阴影为模拟的 50% 与 90% 区间，不是承诺。\
             来源：南通市医疗保障局 2021 年 11 月公告；各项人次为假设。",
            "2,000 replications, seed 20211115; \
             shading is the simulated 50% and 90% range, not a promise. \
             Source: notice of the city's Healthcare Security Administration, \
             November 2021; numbers of visits are assumed.",
        ),
        say(lang, "假设：窗口 120 个，每笔 12 分钟（8–20）", "Assumptions: 120 windows, 12 minutes a claim (8–20)"),
    ]
}

pub(super) fn sample_fan(lang: Lang, days: usize) -> FanChart {
    FanChart {
        title: say(
            lang,
            "每天交来的待补录结算单：南通市公告方案",
            "Claims handed in to be entered, by day: Nantong, schedule as announced",
        ),
        subtitle: say(lang, "全市各窗口合计", "All desks of the city"),
        y_label: say(lang, "待补录结算单", "Claims handed in"),
        y_unit: say(lang, "笔", "claims"),
        lang,
        first_day: (2021, 11, 15),
        quantiles: quantiles(days, 220_000.0),
        stops: stops(lang),
        reference: Some(Reference {
            label: say(lang, "正常情况", "Normal course"),
            values: (0..days).map(|i| 21_000.0 + 4_000.0 * (i as f64).sin()).collect(),
        }),
        footer: footnotes(lang),
    }
}

pub(super) fn sample_panels(lang: Lang, count: usize) -> FanPanels {
    let names = [
        ("市级经办大厅", "Municipal hall"),
        ("区县经办大厅", "District halls"),
        ("医院医保窗口", "Hospital insurance desks"),
        ("街道便民服务中心", "Neighbourhood service centres"),
        ("定点药店", "Pharmacies"),
        ("后台审核", "Back office"),
    ];
    let panel = |(i, (zh, en)): (usize, (&str, &str))| FanPanel {
        title: say(lang, zh, en),
        y_label: say(lang, "积压", "Backlog"),
        stops: stops(lang),
        y_unit: say(lang, "笔", "claims"),
        quantiles: quantiles(60, [180_000.0, 2_400.0, 36.0, 0.0, 3.1e6, 9_000.0][i]),
        reference: (i % 2 == 0)
            .then(|| Reference { label: say(lang, "正常情况", "Normal course"), values: vec![12.0; 60] }),
    };
    FanPanels {
        title: say(lang, "各类窗口的积压", "Backlog per desk class"),
        subtitle: say(
            lang,
            "每日结束时等待办理的笔数；各图纵轴不同",
            "Claims waiting at the end of the day; the scales differ",
        ),
        lang,
        first_day: (2021, 11, 15),
        panels: names.into_iter().take(count).enumerate().map(panel).collect(),
        footer: footnotes(lang),
    }
}

fn rows(lang: Lang) -> Vec<TimelineRow> {
    let actual = |q05, median, q95| Some(Returns { q05, median, q95 });
    let row = |zh, en, start_day, planned_end_day, actual, text: (&str, &str), kind| TimelineRow {
        label: say(lang, zh, en),
        start_day,
        planned_end_day,
        actual,
        text: say(lang, text.0, text.1),
        kind,
    };
    vec![
        row(
            "住院、门诊即时结算",
            "Instant settlement",
            4.75,
            Some(7.33),
            actual(7.33, 7.6, 8.9),
            ("62 小时", "62 hours"),
            0,
        ),
        row(
            "参保登记与医保关系转移接续业务",
            "Enrolment and transfer of insurance",
            1.0,
            Some(12.0),
            actual(11.5, 12.4, 14.5),
            ("264 小时", "264 hours"),
            1,
        ),
        row("药店个人账户支付", "Pharmacy accounts", 5.0, Some(5.5), actual(5.5, 5.5, 5.9), ("12 小时", "12 hours"), 2),
        row("零星报销", "Manual claims", 3.0, None, actual(10.0, 13.0, 16.5), ("11月18日起", "From 18 Nov"), 3),
        row("跨省异地就医", "Cross-region care", 14.0, Some(17.5), None, ("84 小时", "84 hours"), 4),
    ]
}

pub(super) fn sample_timeline(lang: Lang, count: usize) -> Timeline {
    let mark = |day, zh, en| Mark { day, label: say(lang, zh, en) };
    Timeline {
        title: say(lang, "业务暂停与恢复：南通市公告方案", "What stops and when it returns: Nantong, as announced"),
        subtitle: say(lang, "2021 年 11 月 15 日公告，A&B <测试>", "Announced on 15 November 2021, A&B <test>"),
        lang,
        first_day: (2021, 11, 15),
        days: 18.0,
        rows: rows(lang).into_iter().cycle().take(count).collect(),
        marks: vec![
            mark(0.4, "发布公告", "Announced"),
            mark(4.5, "窗口停止收件", "Windows take no more papers"),
            mark(17.0, "补录截止", "Entry deadline"),
        ],
        non_working: vec![(5.0, 7.0), (12.0, 14.0)],
        footer: footnotes(lang),
    }
}

/// The value of an attribute inside one tag.
pub(super) fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let from = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[from..].split('"').next()
}

fn number(tag: &str, name: &str) -> f64 {
    attribute(tag, name).unwrap().parse().unwrap()
}

/// Points of every line of a colour, in slide pixels.
pub(super) fn polylines(svg: &str, color: &str) -> Vec<Vec<Point>> {
    let of_color = |tag: &&str| attribute(tag, "stroke") == Some(color);
    let points = |tag: &str| {
        let pairs = attribute(tag, "points").unwrap().split_whitespace();
        pairs
            .map(|pair| {
                let (x, y) = pair.split_once(',').unwrap();
                (x.parse::<f64>().unwrap() / 4.0, y.parse::<f64>().unwrap() / 4.0)
            })
            .collect()
    };
    svg.lines().filter(|l| l.starts_with("<polyline")).filter(of_color).map(points).collect()
}

/// Left and right edge of every rectangle of a colour, in slide pixels.
pub(super) fn rectangles(svg: &str, color: &str) -> Vec<(f64, f64)> {
    let of_color = |tag: &&str| attribute(tag, "fill") == Some(color);
    let edges = |tag: &str| {
        let x = number(tag, "x");
        (x / 4.0, (x + number(tag, "width")) / 4.0)
    };
    svg.lines().filter(|l| l.starts_with("<rect")).filter(of_color).map(edges).collect()
}

/// A text of a finished figure with the box of its ink, in slide pixels.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) text: String,
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
    /// Its colour, `#RRGGBB`.
    pub(super) fill: String,
    /// Number of its line in the document.
    pub(super) line: usize,
}

/// All texts of a figure, measured in the embedded font.
pub(super) fn written(svg: &str) -> Vec<Written> {
    const ENTITIES: [(&str, &str); 5] =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    let mut found = Vec::new();
    let mut lines = svg.lines().enumerate();
    while let Some((line, tag)) = lines.next() {
        if !tag.starts_with("<text") {
            continue;
        }
        let raw = lines.next().unwrap().1.to_owned();
        let text = ENTITIES.iter().fold(raw, |text, (from, to)| text.replace(from, to));
        let size = number(tag, "font-size") / 4.0;
        // At a third of the size, as a picture in a document or on a small screen, 8 pixels are left.
        assert!(size > 23.9, "{text} is too small: {size}");
        let width = font::width(&text, size, tag.contains("font-weight=\"bold\""));
        let left = number(tag, "x") / 4.0
            - match attribute(tag, "text-anchor").unwrap() {
                "start" => 0.0,
                "middle" => width / 2.0,
                _ => width,
            };
        let middle = number(tag, "y") / 4.0 + 0.4 * size;
        let is_wide = |c: char| c > '\u{2E7F}';
        // Chinese fills 0.9 em round its middle; digits and capitals stand 0.73 em high on the baseline,
        // 0.36 em under that middle; tails reach 0.21 em lower.
        let (over, under) = if text.chars().any(is_wide) { (0.45, 0.45) } else { (0.39, 0.37) };
        let under = if text.contains(|c| "gjpqyQ,;()[]|/".contains(c)) { 0.57_f64.max(under) } else { under };
        found.push(Written {
            left,
            right: left + width,
            top: middle - over * size,
            bottom: middle + under * size,
            text,
            fill: attribute(tag, "fill").unwrap().to_owned(),
            line,
        });
    }
    found
}

/// Fails when a text leaves the slide, is under 24 pixels, touches another, or has a character the embedded font
/// lacks; boxes come from the font's own widths. Fails, too, when a line or an area leaves the slide.
pub(in crate::report) fn assert_readable(drawn: &Drawn) {
    assert_eq!(drawn.missing, Vec::<char>::new());
    assert_texts_inside(&drawn.svg);
    assert_points_inside(&drawn.svg);
}

/// The part of [`assert_readable`] that looks at the texts.
pub(in crate::report) fn assert_texts_inside(svg: &str) {
    let all = written(svg);
    for (place, one) in all.iter().enumerate() {
        let Written { text, left, top, right, bottom, .. } = one;
        assert_eq!(font::missing(text), Vec::<char>::new(), "{text}");
        assert!(!text.trim().is_empty() && !text.contains("NaN"), "{text:?}");
        assert!(*left >= 0.0 && *right <= 1920.0, "{text} runs from {left} to {right}");
        assert!(*top >= 0.0 && *bottom <= 1080.0, "{text} stands from {top} to {bottom}");
        for other in &all[..place] {
            // Words on one line that are nearer than this would be read as one.
            let beside = right + 3.0 <= other.left || other.right + 3.0 <= *left;
            let apart = beside || *bottom <= other.top || other.bottom <= *top;
            assert!(apart, "{one:.0?} touches {other:.0?}");
        }
    }
    assert!(all.len() > 3);
}

/// Fails when a point of a line or an area leaves the slide.
pub(in crate::report) fn assert_points_inside(svg: &str) {
    let tags = svg.lines().filter(|line| line.starts_with("<poly"));
    for points in tags.filter_map(|tag| attribute(tag, "points")) {
        for pair in points.split_whitespace() {
            let (x, y) = pair.split_once(',').unwrap();
            let (x, y) = (x.parse::<f64>().unwrap() / 4.0, y.parse::<f64>().unwrap() / 4.0);
            assert!((0.0..=1920.0).contains(&x) && (0.0..=1080.0).contains(&y), "({x}, {y}) is outside");
        }
    }
}

/// A line, an area or a rectangle of a figure and the box of its points, in slide pixels.
#[derive(Debug)]
struct Shape {
    color: String,
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Shape {
    /// Axes and grid lines; stripes behind rows have the colour of the latter.
    fn is_axis(&self) -> bool {
        let is_line = self.right - self.left < 1.0 || self.bottom - self.top < 1.0;
        self.color == "#808080" || (self.color == "#DDDDDD" && is_line)
    }
}

/// The points of a line, an area or a rectangle, in slide pixels; none where a tag is none of them.
pub(super) fn corners(tag: &str) -> Option<Vec<Point>> {
    if tag.starts_with("<poly") {
        let pairs = attribute(tag, "points").unwrap().split_whitespace();
        let number = |text: &str| text.parse::<f64>().unwrap() / 4.0;
        return Some(pairs.map(|pair| pair.split_once(',').unwrap()).map(|(x, y)| (number(x), number(y))).collect());
    }
    let is_rect = tag.starts_with("<rect");
    is_rect.then(|| {
        let (left, top) = (number(tag, "x") / 4.0, number(tag, "y") / 4.0);
        let (right, bottom) = (left + number(tag, "width") / 4.0, top + number(tag, "height") / 4.0);
        vec![(left, top), (right, top), (right, bottom), (left, bottom)]
    })
}

/// All lines, areas and rectangles of a figure, with the boxes of their points.
fn shapes(svg: &str) -> Vec<Shape> {
    let mut found = Vec::new();
    for tag in svg.lines() {
        let Some(points) = corners(tag) else { continue };
        let color = [attribute(tag, "stroke"), attribute(tag, "fill")].into_iter().flatten().find(|one| *one != "none");
        let ends = |of: fn(&Point) -> f64| {
            let all = points.iter().map(of);
            (all.clone().fold(f64::MAX, f64::min), all.fold(f64::MIN, f64::max))
        };
        let ((left, right), (top, bottom)) = (ends(|point| point.0), ends(|point| point.1));
        found.push(Shape { color: color.unwrap_or_default().to_owned(), left, top, right, bottom });
    }
    found
}

/// Number of arrows that point to the left or right: triangles with an upright edge, which no sign has.
pub(super) fn arrows(svg: &str) -> usize {
    let triangles = svg.lines().filter(|tag| tag.starts_with("<polygon")).filter_map(corners);
    triangles.filter(|all| matches!(all.as_slice(), [_, one, other] if (one.0 - other.0).abs() < 0.1)).count()
}

/// How the axes of a kind of figure frame its marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framed {
    /// Each mark in one of the frames that touching axis and grid lines make.
    Apart,
    /// Each between the ends of one of those frames, above the axis.
    Across,
    /// Each in the box of all lines.
    Together,
}

/// The boxes of axis and grid lines, those of lines that touch in one.
fn frames(shapes: &[Shape], framed: Framed) -> Vec<[f64; 4]> {
    let touch = |one: &[f64; 4], other: &[f64; 4]| {
        let near = |side: usize| one[side] <= other[side + 2] + 1.0 && other[side] <= one[side + 2] + 1.0;
        near(0) && near(1)
    };
    let mut found: Vec<[f64; 4]> = Vec::new();
    for shape in shapes.iter().filter(|shape| shape.is_axis()) {
        let mut own = [shape.left, shape.top, shape.right, shape.bottom];
        while let Some(place) = found.iter().position(|one| framed == Framed::Together || touch(one, &own)) {
            let one = found.swap_remove(place);
            own = [own[0].min(one[0]), own[1].min(one[1]), own[2].max(one[2]), own[3].max(one[3])];
        }
        found.push(own);
    }
    if framed == Framed::Across {
        found.iter_mut().for_each(|one| one[1] = 0.0);
    }
    found
}

/// Fails when a mark that shows data stands outside the axes, but for signs of the legend and colours left out.
/// Marks may reach over an edge by their own size. Returns how many there are.
pub(super) fn assert_axes_cover(svg: &str, framed: Framed, left_out: &[&str]) -> usize {
    /// How far a sign reaches round its place; a line or an area reaches half the width of a line.
    const SIGN_OVER: f64 = 26.0;
    const LINE_OVER: f64 = 8.0;
    let all = shapes(svg);
    let frames = frames(&all, framed);
    let is_inside = |mark: &Shape| {
        let (width, height) = (mark.right - mark.left, mark.bottom - mark.top);
        // Rings are as wide as high, and larger than the signs they stand round.
        let is_sign = width.max(height) < 60.0 || (width.max(height) < 320.0 && (width - height).abs() < 2.0);
        let over = if is_sign { SIGN_OVER } else { LINE_OVER };
        frames.iter().any(|[left, top, right, bottom]| {
            let across = mark.left >= left - over && mark.right <= right + over;
            across && mark.top >= top - over && mark.bottom <= bottom + over
        })
    };
    // A sign of the legend stands before its text.
    let texts = written(svg);
    let is_sign = |shape: &Shape| {
        let middle = f64::midpoint(shape.top, shape.bottom);
        let before = |text: &Written| {
            (0.0..70.0).contains(&(text.left - shape.right)) && text.top < middle && middle < text.bottom
        };
        shape.right - shape.left < 56.0 && texts.iter().any(before)
    };
    let is_mark = |shape: &&Shape| {
        let color = shape.color.as_str();
        !shape.is_axis() && !["#FFFFFF", "#DDDDDD"].contains(&color) && !left_out.contains(&color)
    };
    let (inside, outside): (Vec<&Shape>, Vec<&Shape>) = all.iter().filter(is_mark).partition(|mark| is_inside(mark));
    let lost: Vec<&&Shape> = outside.iter().filter(|mark| !is_sign(mark)).collect();
    assert!(lost.is_empty(), "{lost:.0?} outside of {frames:.0?}");
    inside.len()
}
