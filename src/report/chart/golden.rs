//! Tests over all kinds of figures: readable whatever they show, and no change unnoticed.

use std::fs;
use std::path::PathBuf;

use super::samples::{Case, Level, figures, other_curves};
use super::testing::{Framed, arrows, assert_axes_cover, assert_readable, show};
use super::{Figure, Lang, png};

const TAGS: [(Lang, &str); 2] = [(Lang::Zh, "zh"), (Lang::En, "en")];

/// What a failed check said.
fn said(why: &(dyn std::any::Any + Send)) -> &str {
    why.downcast_ref::<String>().map_or("", String::as_str)
}

#[test]
fn every_figure_is_readable_whatever_it_shows() {
    let mut failed = Vec::new();
    for case in Case::all() {
        for (name, figure) in figures(case) {
            let drawn = figure.draw().unwrap_or_else(|error| panic!("{name} {case:?}: {error}"));
            let found = std::panic::catch_unwind(|| assert_readable(&drawn));
            if std::env::var_os("CHART_SAMPLES").is_some() && (case.is_long || found.is_err()) {
                show(&format!("{name}-{:?}-{:?}-{:?}-{}", case.lang, case.count, case.level, case.is_long), &drawn);
            }
            if let Err(why) = found {
                failed.push(format!("{name} {case:?}: {}", said(why.as_ref())));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// A sample of every kind in both languages as it was when somebody last looked at it. A change of a picture is
/// seen here, and its diff is read as any other diff.
#[test]
fn no_figure_changes_unnoticed() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let bless = std::env::var_os("CUTOVER_BLESS").is_some();
    let mut failed = Vec::new();
    for (lang, tag) in TAGS {
        for (name, figure) in figures(Case::plain(lang)) {
            let drawn = figure.draw().unwrap();
            show(&format!("golden-{name}-{tag}"), &drawn);
            let path = folder.join(format!("{name}-{tag}.svg"));
            let found = in_lines(&drawn.svg);
            if bless {
                fs::create_dir_all(&folder).unwrap();
                fs::write(&path, &found).unwrap();
                continue;
            }
            let golden = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
            if let Some(difference) = first_difference(&golden, &found) {
                failed.push(format!("{}{difference}", path.display()));
            }
        }
    }
    let kept = fs::read_dir(&folder).unwrap().count();
    assert_eq!(kept, 2 * figures(Case::plain(Lang::Zh)).len(), "files in tests/golden, one a kind and language");
    let how = "If the change is meant: CUTOVER_BLESS=1 cargo test --locked --lib golden, look at the pictures \
               (CHART_SAMPLES=folder writes PNGs), and have the diff of tests/golden reviewed.";
    assert!(failed.is_empty(), "{}\n{how}", failed.join("\n"));
}

/// A document with a tag a line, so that a diff shows what changed. Numbers in it are whole: the writer rounds
/// every coordinate to a quarter of a pixel, so that machines do not differ in last digits.
fn in_lines(svg: &str) -> String {
    let lines: Vec<&str> = svg.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    lines.join("\n").replace("><", ">\n<") + "\n"
}

/// Where two documents part, if they do.
fn first_difference(golden: &str, found: &str) -> Option<String> {
    if golden == found {
        return None;
    }
    let (mut old, mut new) = (golden.lines(), found.lines());
    let mut line = 1;
    loop {
        let pair = (old.next(), new.next());
        if pair.0 != pair.1 || pair.0.is_none() {
            let text = |side: Option<&str>| side.map_or_else(|| "(the end)".to_owned(), str::to_owned);
            return Some(format!(":{line}\n  before: {}\n  now:    {}", text(pair.0), text(pair.1)));
        }
        line += 1;
    }
}

#[test]
fn the_first_difference_is_told_with_its_line() {
    assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
    assert_eq!(first_difference("a\nb\n", "a\nc\n").unwrap(), ":2\n  before: b\n  now:    c");
    assert_eq!(first_difference("", "a\n").unwrap(), ":1\n  before: (the end)\n  now:    a");
    assert_eq!(in_lines("<svg><text>\na\n</text></svg>\n"), "<svg>\n<text>\na\n</text>\n</svg>\n");
}

/// A third of the size is enough to read: the smallest type has 8 pixels then, and the picture still has its ink.
#[test]
fn pictures_can_be_made_at_a_third_of_the_size() {
    let look = super::Look::new(super::Theme::Light, "640x360".parse().unwrap(), &[]).unwrap();
    for (name, figure) in figures(Case::plain(Lang::Zh)) {
        let bytes = png(&figure.draw().unwrap(), &look).unwrap();
        if let Some(folder) = std::env::var_os("CHART_SAMPLES") {
            fs::write(std::path::Path::new(&folder).join(format!("third-{name}.png")), &bytes).unwrap();
        }
        let picture = resvg::tiny_skia::Pixmap::decode_png(&bytes).unwrap();
        assert_eq!((picture.width(), picture.height()), (640, 360));
        let dark = picture.pixels().iter().filter(|pixel| pixel.red() < 0x60 && pixel.green() < 0x60).count();
        assert!(dark > 500, "{name}: {dark}");
    }
}

/// How the axes of a kind frame its marks, and colours of what is no data; none where a kind has no axes.
fn framed(kind: &str) -> Option<(Framed, &'static [&'static str])> {
    match kind {
        "diverging" | "heat" => None,
        // Names of stops stand over the plot, and so do those of marks.
        "fan" => Some((Framed::Apart, &["#7A7A7A"])),
        "timeline" => Some((Framed::Together, &["#222222", "#7A7A7A"])),
        "forest" | "waterfall" => Some((Framed::Across, &[])),
        "shares" | "cities" => Some((Framed::Together, &[])),
        _ => Some((Framed::Apart, &[])),
    }
}

/// Values are drawn where the axis has them, over its end, too; so a mark within the axes is one that they hold.
/// Forest plots alone cut what is far away, and say so with an arrow.
#[test]
fn axes_cover_the_data() {
    let mut failed = Vec::new();
    for case in Case::all() {
        for (name, figure) in figures(case).into_iter().chain(other_curves(case)) {
            let Some((framed, left_out)) = framed(name) else { continue };
            let drawn = figure.draw().unwrap();
            match std::panic::catch_unwind(|| assert_axes_cover(&drawn.svg, framed, left_out)) {
                Ok(count) => assert!(count > 0 || case.level != Level::Plain, "{name} {case:?}: no marks"),
                Err(why) => failed.push(format!("{name} {case:?}: {}", said(why.as_ref()))),
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// An end of an interval that lies within the reach of the axes is drawn there, and one beyond is an arrow.
#[test]
fn forests_cut_only_what_is_far_away_and_say_so() {
    /// Farthest from zero an axis reaches, as in the module.
    const REACH: f64 = 200.0;
    for case in Case::all() {
        for (name, figure) in figures(case) {
            let Figure::Forest(chart) = &figure else { continue };
            let ends = chart.panels.iter().flat_map(|panel| &panel.cells).flatten().filter_map(|cell| cell.range);
            let cut = ends.flat_map(|[_, low, high]| [low, high]).filter(|end| end.abs() > REACH).count();
            assert_eq!(arrows(&figure.draw().unwrap().svg), cut, "{name} {case:?}");
            assert_eq!(cut > 0, case.level == Level::Huge, "{case:?}");
        }
    }
}
