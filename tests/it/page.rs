//! `report.html` in a browser: it works from the disk without a network, in both languages, with the
//! keyboard, on a phone and on paper, and nothing in a scenario becomes part of the page.
//!
//! Where there is no Chromium the tests say so and pass, unless `CUTOVER_BROWSER=required`.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::browser::{Browser, installed};
use crate::support::{copy_of_minimal, replace};

/// A name that would be harmful as part of a page.
const HOSTILE: &str = "<img src=x onerror=alert(1)>\"'&";

fn browser() -> Option<Browser> {
    let found = installed();
    if found.is_none() {
        let required = std::env::var("CUTOVER_BROWSER").is_ok_and(|value| value == "required");
        assert!(!required, "CUTOVER_BROWSER=required, and there is no chromium or google-chrome");
        eprintln!("no chromium or google-chrome: report.html is not looked at in a browser");
    }
    found.map(|program| Browser::start(&program))
}

/// Writes a results folder; returns its page.
fn page_of(scenario: &Path, out: &Path) -> PathBuf {
    let done = Command::new(env!("CARGO_BIN_EXE_cutover"))
        .arg("run")
        .arg(scenario)
        .args(["--replications", "30", "--quiet", "--lang", "zh", "--out"])
        .arg(out)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
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
    browser.call("Emulation.setEmulatedMedia", json!({ "media": "" }));
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
