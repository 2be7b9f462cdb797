//! `report.html` in a browser: it works from the disk without a network, in both languages, with the
//! keyboard, on a phone and on paper, and nothing in a scenario becomes part of the page.
//!
//! Where there is no Chromium the tests say so and pass, unless `CUTOVER_BROWSER=required`.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::browser::{Browser, installed};
use crate::support::{copy_of_minimal, program, replace};

/// A name that would be harmful as part of a page.
const HOSTILE: &str = "<img src=x onerror=alert(1)>\"'&";

/// Another, that would end the page's own script.
const ENDING: &str = "</script><script>alert(1)</script>";

/// A folder of fonts none of which has Chinese characters.
const LATIN: &str = "/usr/share/fonts/truetype/dejavu";

fn program_of_browser() -> Option<PathBuf> {
    let found = installed();
    if found.is_none() {
        let required = std::env::var("CUTOVER_BROWSER").is_ok_and(|value| value == "required");
        assert!(!required, "CUTOVER_BROWSER=required, and there is no chromium or google-chrome");
        eprintln!("no chromium or google-chrome: report.html is not looked at in a browser");
    }
    found
}

fn browser() -> Option<Browser> {
    program_of_browser().map(|program| Browser::start(&program))
}

/// Writes a results folder of a run; returns its page.
fn page_of(scenario: &Path, out: &Path) -> PathBuf {
    let scenario = scenario.to_str().expect("a UTF-8 path");
    written(&["run", scenario, "--replications", "30"], out)
}

/// Writes a results folder; returns its page.
fn written(arguments: &[&str], out: &Path) -> PathBuf {
    let done = program()
        .args(arguments)
        .args(["--quiet", "--lang", "zh", "--out"])
        .arg(out)
        .output()
        .expect("the program starts");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    out.join("report.html").canonicalize().expect("the page is there")
}

/// A copy of the minimal city with another name.
fn renamed(folder: &Path, name: &str) -> PathBuf {
    let minimal = copy_of_minimal(folder);
    let name = name.replace('"', "\\\"");
    let own = "name = { zh = \"示例市\", en = \"Minimal\" }";
    replace(&minimal.join("city.toml"), own, &format!("name = {{ zh = \"{name}\", en = \"{name}\" }}"));
    minimal
}

/// Boxes of the charts that can be seen: width and height.
const CHARTS: &str = "[...document.querySelectorAll('figure svg')].map(svg => svg.getBoundingClientRect())\
                      .filter(box => box.width > 300 && box.height > 150).length";
const HEADING: &str = "[...document.querySelectorAll('h1')].find(head => head.offsetHeight > 0).textContent";

fn assert_quiet(browser: &Browser, page: &Path) {
    assert_eq!(browser.complaints(), Vec::<&Value>::new());
    assert_eq!(browser.asked_for(), [format!("file://{}", page.display())]);
}

fn look_at_charts(browser: &mut Browser) {
    let charts = browser.value("document.querySelectorAll('main.zh figure').length");
    assert!(charts.as_u64().is_some_and(|charts| charts >= 3), "{charts}");
    assert_eq!(browser.value(CHARTS), charts, "every chart of the language chosen is seen");
    let canvas = "(() => { const box = document.querySelector('#explorer canvas').getBoundingClientRect();\
                  return [box.width > 300, box.height > 200]; })()";
    assert_eq!(browser.value(canvas), json!([true, true]));
    // A day under the pointer tells its values.
    let place = "(() => { const figure = document.querySelectorAll('main.zh figure')[1];\
                 figure.querySelector('svg').scrollIntoView({ block: 'center' });\
                 const box = figure.querySelectorAll('.spots rect')[6].getBoundingClientRect();\
                 return [box.x + box.width / 2, box.y + box.height / 2]; })()";
    let place = browser.value(place);
    let (x, y) = (place[0].as_f64().expect("a place"), place[1].as_f64().expect("a place"));
    // On a busy machine the page may still be scrolling, which hides what was told.
    let told = (0..40)
        .map(|step| {
            browser.point(x, y + f64::from(step % 2));
            browser.value(
                "new Promise(done => setTimeout(() => done(document.querySelector('#tip:not([hidden])')?.textContent ?? null), 50))",
            )
        })
        .find(|told| !told.is_null())
        .unwrap_or_default();
    assert!(told.as_str().is_some_and(|told| told.contains("2022年3月") && told.contains("中位数")), "{told}");
    // Enlarged, and closed by the keyboard.
    browser.value("document.querySelector('main.zh figure .enlarge').click()");
    let width = "document.querySelector('dialog[open] svg').getBoundingClientRect().width > 1100";
    assert_eq!(browser.value(width), json!(true));
    browser.press("Escape", 27);
    assert_eq!(browser.value("document.querySelector('dialog').open"), json!(false));
}

fn explore_by_keyboard(browser: &mut Browser) {
    browser.value("scrollTo(0, 0); document.activeElement.blur()");
    let mut reached: Vec<String> = Vec::new();
    for _ in 0..80 {
        browser.press("Tab", 9);
        let name = "(() => { const at = document.activeElement; const box = at.getBoundingClientRect();\
                    return (at.id || at.className || at.localName) + (box.width > 0 ? '' : ' unseen'); })()";
        reached.push(browser.value(name).as_str().unwrap_or_default().to_owned());
        if reached.last().is_some_and(|name| name == "plot") {
            break;
        }
    }
    for control in ["lang-zh", "enlarge", "select", "button", "plot"] {
        assert!(reached.iter().any(|name| name == control), "{control}: {reached:?}");
    }
    let readout = "document.querySelector('.readout').textContent";
    browser.press("Home", 36);
    let first = browser.value(readout);
    browser.press("ArrowRight", 39);
    let second = browser.value(readout);
    assert!(first != second && second.as_str().is_some_and(|text| text.contains("5%～95%")), "{first} {second}");
    let labelled =
        "[...document.querySelectorAll('#explorer select, #explorer input')].every(one => one.labels.length === 1)";
    assert_eq!(browser.value(labelled), json!(true));
}

/// A quantity can be looked at for one care type, and tells the numbers that the folder holds.
fn explore_a_care_type(browser: &mut Browser, page: &Path) {
    let view = std::fs::read_to_string(page.with_file_name("view.json")).expect("the folder has one");
    let view: Value = serde_json::from_str(&view).expect("JSON");
    let series = view["explorer"]["series"].as_array().expect("a list");
    let paid = |group: &str| {
        let is_it = |one: &&Value| one["key"] == "self-pay" && one["group"][0] == group;
        series.iter().find(is_it).unwrap_or_else(|| panic!("{group} pays"))["median"].clone()
    };
    let choose = |browser: &mut Browser, at: usize, value: &str| {
        browser.value(&format!(
            "(() => {{ const list = document.querySelectorAll('#explorer select')[{at}];\
             list.value = [...list.options].find(one => [one.value, one.textContent].includes('{value}')).value;\
             list.dispatchEvent(new Event('change')); }})()"
        ));
    };
    choose(browser, 0, "self-pay");
    // At first the days on which anything happens are shown, then all of them.
    let button = "document.querySelector('#explorer button').textContent";
    assert_eq!(browser.value(button), json!("全部日期"));
    browser.value("document.querySelector('#explorer button').click()");
    assert_eq!(browser.value(button), json!("有变化的日子"));
    let groups = "[...document.querySelectorAll('#explorer select')[1].options].map(one => one.textContent)";
    let groups = browser.value(groups);
    let cares: Vec<&str> = groups.as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert!(cares.len() > 3 && cares[0] == "全市", "{cares:?}");
    let city = paid("");
    let day = (0..200).find(|&day| city[day].as_f64() > Some(0.0)).expect("somebody pays");
    for group in &cares[1..] {
        choose(browser, 1, group);
        browser.value("document.querySelector('#explorer .plot').focus()");
        browser.press("Home", 36);
        (0..day).for_each(|_| browser.press("ArrowRight", 39));
        let readout = browser.value("document.querySelector('.readout').textContent");
        let readout = readout.as_str().expect("text");
        let told = readout.split_once("中位数 ").expect("a median").1.split('元').next().expect("a number");
        let number = told.trim_end_matches('万').replace(',', "");
        let number = number.parse::<f64>().expect("a number") * if told.ends_with('万') { 1e4 } else { 1.0 };
        let value = paid(group)[day].as_f64().expect("a number");
        // Three digits are told.
        assert!((number - value).abs() <= 0.006 * value, "{group} on day {day}: {readout}, not {value}");
    }
}

fn change_language(browser: &mut Browser) {
    browser.value("window.same = true");
    let chinese = browser.value(HEADING);
    let label = browser.value("document.querySelector('#explorer select').selectedOptions[0].textContent");
    browser.value("document.querySelector('label[for=lang-en]').click()");
    assert_ne!(browser.value(HEADING), chinese);
    assert_ne!(browser.value("document.querySelector('#explorer select').selectedOptions[0].textContent"), label);
    assert_eq!(browser.value("[window.same, document.documentElement.lang]"), json!([true, "en"]));
    assert_eq!(browser.value("document.querySelector('#en #explorer canvas').width > 300"), json!(true));
    browser.value("document.querySelector('label[for=lang-zh]').click()");
    assert_eq!(browser.value(HEADING), chinese);
}

fn print_and_shrink(browser: &mut Browser) {
    let pages = browser.printed_pages();
    assert!((4..40).contains(&pages), "{pages} pages");
    let seen = "[...document.querySelectorAll('.bar, .enlarge, .data, #explorer, input')].filter(one => one.offsetHeight > 0).length";
    assert_ne!(browser.value(seen), json!(0));
    browser.call("Emulation.setEmulatedMedia", json!({ "media": "print" }));
    assert_eq!(browser.value(seen), json!(0), "no controls on paper");
    assert_eq!(browser.value("document.querySelector('#zh-assumptions table').offsetHeight > 0"), json!(true));
    // The table of inputs is folded, and printed nevertheless.
    let inputs = "[...document.querySelectorAll('#zh-model .long td')].every(one => one.checkVisibility({ contentVisibilityAuto: true }))";
    assert_eq!(
        browser.value("document.querySelectorAll('#zh-model .long:not([open]) tbody tr').length > 30"),
        json!(true)
    );
    assert_eq!(browser.value(inputs), json!(true));
    browser.call("Emulation.setEmulatedMedia", json!({ "media": "" }));
    fit_a_phone(browser);
}

fn fit_a_phone(browser: &mut Browser) {
    browser.resize(360, 740);
    for lang in ["zh", "en"] {
        browser.value(&format!("document.querySelector('#lang-{lang}').click()"));
        browser.value("new Promise(requestAnimationFrame)");
        let width = browser.value("document.documentElement.scrollWidth");
        assert!(width.as_u64().is_some_and(|width| width <= 360), "{lang}: {width}");
    }
}

#[test]
fn the_page_works_from_the_disk_for_everybody() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let page = page_of(Path::new("scenarios/minimal"), &folder.path().join("run"));
    browser.open(&page, (1280, 800));
    look_at_charts(&mut browser);
    explore_by_keyboard(&mut browser);
    explore_a_care_type(&mut browser, &page);
    change_language(&mut browser);
    print_and_shrink(&mut browser);
    assert_quiet(&browser, &page);
}

#[test]
fn names_of_a_scenario_are_text_in_the_page() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let page = page_of(&renamed(&folder.path().join("scenarios"), HOSTILE), &folder.path().join("run"));
    browser.open(&page, (1280, 800));
    for lang in ["zh", "en"] {
        browser.value(&format!("document.querySelector('#lang-{lang}').click()"));
        let heading = browser.value(HEADING);
        assert!(heading.as_str().is_some_and(|heading| heading.starts_with(HOSTILE)), "{heading}");
        let title = browser.value("document.title");
        assert!(title.as_str().is_some_and(|title| title.starts_with(HOSTILE)), "{title}");
    }
    assert_eq!(browser.value("document.images.length + document.querySelectorAll('[onerror]').length"), json!(0));
    assert!(browser.value(CHARTS).as_u64().is_some_and(|charts| charts >= 3));
    assert_quiet(&browser, &page);
}

/// Whether the charts of the language chosen are drawn: marks and texts, all of them on the slide.
const DRAWN: &str = "(async () => { await document.fonts.ready;\
    return [...document.querySelectorAll('figure svg')].filter(svg => svg.getClientRects().length > 0).map(svg => {\
      const view = svg.viewBox.baseVal;\
      const inside = one => { const box = one.getBBox();\
        return box.x >= -1 && box.y >= -1 && box.x + box.width <= view.width + 1 && box.y + box.height <= view.height + 1; };\
      const texts = [...svg.querySelectorAll('text')].filter(one => one.textContent.trim() !== '');\
      const marks = [...svg.querySelectorAll(':scope > path, :scope > rect, :scope > circle')];\
      const out = [...texts, ...marks].filter(one => !inside(one)).map(one => one.outerHTML);\
      return texts.length > 4 && marks.length > 4 && out.length === 0 ? 'drawn' : [texts.length, marks.length, ...out].join(' '); }); })()";

/// All charts are drawn, in both languages, and the page says nothing bad.
fn look_at_all(browser: &mut Browser, page: &Path, least: usize) {
    for (lang, code) in [("en", "en"), ("zh", "zh-CN")] {
        browser.value(&format!("document.querySelector('label[for=lang-{lang}]').click()"));
        assert_eq!(browser.value("document.documentElement.lang"), json!(code));
        let charts = browser.value(DRAWN);
        let charts = charts.as_array().expect("a list");
        assert!(charts.len() >= least && charts.iter().all(|one| one == "drawn"), "{}: {charts:?}", page.display());
    }
    assert_quiet(browser, page);
}

/// Lines of the explorer's readout: one a schedule that is ticked.
const TOLD: &str = "document.querySelectorAll('.readout .swatch').length";
const READOUT: &str = "document.querySelector('.readout').textContent";
const TICKED: &str = "document.querySelectorAll('#explorer input:checked').length";
const PICTURE: &str = "document.querySelector('#explorer canvas').toDataURL()";

fn tick_schedules(browser: &mut Browser) {
    browser.value(
        "document.querySelector('#explorer').scrollIntoView(); document.querySelector('#explorer .plot').focus()",
    );
    browser.press("Home", 36);
    let (before, picture) = (browser.value(TICKED), browser.value(PICTURE));
    assert_eq!(browser.value(TOLD), before);
    browser.value("document.querySelector('#explorer input:not(:checked)').click()");
    browser.value("new Promise(requestAnimationFrame)");
    browser.value("document.querySelector('#explorer .plot').focus()");
    browser.press("Home", 36);
    assert_eq!(browser.value(TICKED).as_u64(), before.as_u64().map(|count| count + 1));
    assert_eq!(browser.value(TOLD), browser.value(TICKED));
    assert_ne!(browser.value(PICTURE), picture, "another line is drawn");
    browser.value("document.querySelectorAll('#explorer input:checked').forEach(one => one.click())");
    let told = browser.value(READOUT);
    assert!(told.as_str().is_some_and(|told| told.contains("没有勾选方案")), "{told}");
    let name = browser.value("document.querySelector('#explorer .plot').getAttribute('aria-label')");
    assert!(name.as_str().is_some_and(|name| name.contains("逐日；没有勾选方案")), "{name}");
    browser.value("document.querySelectorAll('#explorer input').forEach(one => one.click())");
}

/// First and last day shown, as the readout tells them.
fn ends(browser: &mut Browser) -> [String; 2] {
    browser.value("document.querySelector('#explorer .plot').focus()");
    [("Home", 36), ("End", 35)].map(|(key, number)| {
        browser.press(key, number);
        browser.value("document.querySelector('.readout b').textContent").as_str().expect("a day").to_owned()
    })
}

fn enlarge_by_dragging(browser: &mut Browser) {
    let before = ends(browser);
    let place = "(() => { const box = document.querySelector('#explorer .u-over').getBoundingClientRect();\
                 return [box.x, box.y, box.width, box.height]; })()";
    let place = browser.value(place);
    let [x, y, width, height] = [0, 1, 2, 3].map(|at| place[at].as_f64().expect("a number"));
    let at = |share: f64| (x + share * width, y + height / 2.0);
    browser.drag(at(0.3), at(0.6));
    let after = ends(browser);
    assert!(after[0] != before[0] && after[1] != before[1], "{before:?} {after:?}");
    browser.press("Escape", 27);
    assert_eq!(ends(browser), before);
}

/// A schedule without a series says so.
fn tell_of_nothing(browser: &mut Browser, page: &Path) {
    let text = std::fs::read_to_string(page).expect("a page");
    let (head, rest) = text.split_once("id=\"data\">").expect("data");
    let (data, tail) = rest.split_once("</script>").expect("an end");
    let mut data: Value = serde_json::from_str(data).expect("JSON");
    let schedule = data["shown"][0].clone();
    data["series"].as_array_mut().expect("a list").retain(|one| one[0] != schedule || one[1] != "backlog");
    let data = data.to_string().replace('<', "\\u003c");
    let other = page.with_file_name("other.html");
    std::fs::write(&other, format!("{head}id=\"data\">{data}</script>{tail}")).expect("written");
    browser.open(&other, (1280, 800));
    let told = browser.value(READOUT);
    assert!(told.as_str().is_some_and(|told| told.contains("无数据（全为 0）")), "{told}");
    assert_quiet(browser, &other);
}

#[test]
fn the_pages_of_every_command_work() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let (minimal, later) = ("scenarios/minimal", "scenarios/minimal/later-settlement.toml");
    let vary = "demand.outpatient.deferred_share=0.2..0.6/0.2";
    let compare =
        written(&["compare", minimal, "--worlds", "0", "--replications", "5"], &folder.path().join("compare"));
    browser.open(&compare, (1280, 800));
    look_at_all(&mut browser, &compare, 4);
    tick_schedules(&mut browser);
    enlarge_by_dragging(&mut browser);
    assert_quiet(&browser, &compare);
    tell_of_nothing(&mut browser, &compare);
    let sweep = written(&["sweep", minimal, "--vary", vary, "--replications", "3"], &folder.path().join("sweep"));
    let cities = written(&["cities", minimal, later, "--replications", "2"], &folder.path().join("cities"));
    for page in [sweep, cities] {
        browser.open(&page, (1280, 800));
        look_at_all(&mut browser, &page, 2);
    }
}

#[test]
fn names_of_schedules_care_types_and_desks_are_text_in_the_page() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let minimal = copy_of_minimal(&folder.path().join("scenarios"));
    let named = |name: &str| format!("name = {{ zh = '{name}', en = '{name}' }}");
    let harmful = "<img src=x onerror=alert(1)>";
    replace(&minimal.join("announced.toml"), "name = { zh = \"公告方案\", en = \"as announced\" }", &named(ENDING));
    let national = minimal.with_file_name("national.toml");
    replace(&national, "name = { zh = \"普通门诊\", en = \"ordinary outpatient\" }", &named(harmful));
    replace(&national, "name = { zh = \"医院医保窗口\", en = \"hospital insurance desks\" }", &named(ENDING));
    let scenario = minimal.to_str().expect("a UTF-8 path");
    let page = written(&["compare", scenario, "--worlds", "0", "--replications", "5"], &folder.path().join("compare"));
    browser.open(&page, (1280, 800));
    look_at_all(&mut browser, &page, 4);
    let options = "[...document.querySelectorAll('#explorer option, #explorer label')].map(one => one.textContent)";
    let mut offered = browser.value(options).to_string();
    for key in ["self-pay", "backlog"] {
        let choose = format!(
            "(() => {{ const list = document.querySelector('#explorer select'); list.value = '{key}'; list.dispatchEvent(new Event('change')); }})()"
        );
        browser.value(&choose);
        offered += &browser.value(options).to_string();
    }
    assert!(offered.contains(harmful) && offered.contains(ENDING), "{offered}");
    let foreign = "document.images.length + document.querySelectorAll('[onerror]').length + document.scripts.length";
    assert_eq!(browser.value(foreign), json!(3), "the page's own scripts and its data");
    assert_quiet(&browser, &page);
}

#[test]
fn the_page_of_a_real_city_fits_a_phone() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let page = written(&["run", "scenarios/wuhan", "--replications", "1"], &folder.path().join("run"));
    browser.open(&page, (1280, 800));
    look_at_all(&mut browser, &page, 3);
    fit_a_phone(&mut browser);
}

/// Every text of the charts that can be seen: what it says, how long it is, and whether it stays on its slide.
const TEXTS: &str = "(async () => { await document.fonts.ready;\
    return [...document.querySelectorAll('svg text')].filter(one => one.getClientRects().length > 0).map(one => {\
      const [box, view] = [one.getBBox(), one.ownerSVGElement.viewBox.baseVal];\
      const inside = box.x >= -1 && box.y >= -1 && box.x + box.width <= view.width + 1 && box.y + box.height <= view.height + 1;\
      return [one.textContent, one.getComputedTextLength(), inside]; }); })()";

fn texts(browser: &mut Browser, file: &Path) -> Vec<Value> {
    browser.open(file, (1280, 800));
    browser.value(TEXTS).as_array().expect("a list").clone()
}

/// A copy of a file without its fonts; kerning is off, as in the fonts that were cut.
fn without_fonts(file: &Path) -> PathBuf {
    let text = std::fs::read_to_string(file).expect("a file");
    let mut parts = text.split("@font-face{");
    let mut out = parts.next().unwrap_or_default().to_owned() + "svg text{font-kerning:none}";
    let before = out.len();
    parts.for_each(|part| out += part.split_once('}').expect("a rule").1);
    assert!(out.len() > before && out.len() < text.len());
    let name = format!("bare-{}", file.file_name().and_then(|name| name.to_str()).expect("a name"));
    let bare = file.with_file_name(name);
    std::fs::write(&bare, out).expect("written");
    bare
}

/// How many texts of two lists differ in length by more than a hundredth.
fn differing(one: &[Value], other: &[Value]) -> usize {
    assert_eq!(one.len(), other.len());
    let length = |text: &Value| text[1].as_f64().expect("a number");
    let pairs = one.iter().zip(other).inspect(|(one, other)| assert_eq!(one[0], other[0]));
    pairs.filter(|(one, other)| (length(one) - length(other)).abs() > 4.0 + 0.01 * length(other)).count()
}

#[test]
fn charts_look_the_same_on_a_machine_without_chinese_fonts() {
    let Some(program) = program_of_browser() else { return };
    if !Path::new(LATIN).is_dir() {
        eprintln!("no fonts in {LATIN}: charts are not looked at without Chinese fonts");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let page = page_of(Path::new("scenarios/minimal"), &folder.path().join("run"));
    let whole = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/fonts");
    let mut poor = Browser::start_with_fonts(&program, Path::new(LATIN));
    let mut rich = Browser::start_with_fonts(&program, &whole);
    for file in [page.clone(), page.with_file_name("charts").join("backlog.svg")] {
        let bare = without_fonts(&file);
        let found = texts(&mut poor, &file);
        assert!(found.len() > 20, "{}: {found:?}", file.display());
        let loaded = "[...document.fonts].filter(one => one.status === 'loaded').length";
        assert_eq!(poor.value(loaded), json!(2), "both weights are read");
        assert_quiet(&poor, &file);
        let outside: Vec<&Value> = found.iter().filter(|text| text[2] != true).collect();
        assert!(outside.is_empty(), "{outside:?}");
        assert_eq!(differing(&found, &texts(&mut rich, &bare)), 0, "as with the whole font");
        // Without its fonts the file looks different there, or this test would see nothing.
        assert!(differing(&found, &texts(&mut poor, &bare)) > 5);
    }
}
