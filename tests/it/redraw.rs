//! Drawing again from a results folder: the same pictures, page and workbook without simulating, other looks
//! beside them, and clear words for folders that cannot be drawn.

use std::fs;
use std::path::Path;
use std::process::Output;

use cutover::report::document::FORMAT;
use cutover::report::folder::Folder;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::{copy_of_minimal, program, replace, text};

fn simulated(out: &Path) {
    let output = program()
        .args(["run", "scenarios/minimal", "--replications", "30", "--quiet", "--lang", "zh", "--out"])
        .arg(out)
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "{}", text(&output.stderr));
}

fn redraw(command: &str, folder: &Path, more: &[&str]) -> Output {
    program().arg(command).arg(folder).args(more).output().expect("the program starts")
}

/// Names and bytes of the files of a folder.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<(String, Vec<u8>)> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            (path.file_name().expect("a name").to_string_lossy().into_owned(), fs::read(&path).expect("a file"))
        })
        .collect();
    found.sort();
    found
}

#[test]
fn the_same_pictures_page_and_workbook_are_made_again_and_other_looks_stand_beside_them() {
    let place = tempfile::tempdir().expect("a folder");
    let out = place.path().join("run");
    simulated(&out);
    let before = files(&out.join("charts"));
    assert_eq!(before.len(), 16);
    let made = ["report.html", "tables.xlsx"].map(|name| (name, fs::read(out.join(name)).expect("a file")));
    for (name, _) in &before {
        fs::remove_file(out.join("charts").join(name)).expect("removed");
    }
    for (name, _) in &made {
        fs::remove_file(out.join(name)).expect("removed");
    }
    assert!(redraw("chart", &out, &["--quiet"]).status.success());
    assert!(files(&out.join("charts")) == before, "the same bytes");
    assert!(redraw("report", &out, &["--quiet"]).status.success());
    for (name, bytes) in made {
        assert!(fs::read(out.join(name)).expect("a file") == bytes, "{name}");
    }
    let other =
        redraw("chart", &out, &["--lang", "en", "--theme", "dark", "--size", "1280x720", "--only", "backlog,waits"]);
    assert!(other.status.success() && text(&other.stdout).contains("4 chart files"), "{}", text(&other.stdout));
    let drawn = files(&out.join("charts-en-dark-1280x720"));
    assert_eq!(
        drawn.iter().map(|file| file.0.as_str()).collect::<Vec<_>>(),
        ["backlog.png", "backlog.svg", "waits.png", "waits.svg"]
    );
    // Width and height stand in the header of a PNG.
    assert_eq!(drawn[0].1[16..24], [0, 0, 5, 0, 0, 0, 2, 208]);
    assert!(text(&drawn[1].1).contains("open") && !text(&drawn[1].1).contains("未办结"));
    assert!(redraw("report", &out, &["--plain", "--quiet"]).status.success());
    assert!(!text(&fs::read(out.join("report-plain.html")).expect("a file")).contains("<script"));
    // Another run takes away what was drawn of the one before.
    simulated_again(&out);
    assert!(!out.join("report-plain.html").exists() && !out.join("charts-en-dark-1280x720").exists());
}

/// The manifest of a folder, and whether every digest in it is that of the file as it lies there.
fn manifest_and_truth(out: &Path) -> (Value, bool) {
    let manifest: Value =
        serde_json::from_slice(&fs::read(out.join("manifest.json")).expect("a manifest")).expect("JSON");
    let files = manifest["files"].as_object().expect("files");
    let digest = |name: &String| {
        let bytes = Sha256::digest(fs::read(out.join(name)).expect("a listed file"));
        bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let is_true = files.iter().all(|(name, stated)| stated.as_str() == Some(&digest(name)));
    let listed: String = files.iter().map(|(name, _)| format!("{}  {name}\n", digest(name))).collect();
    let whole: String = Sha256::digest(listed).iter().map(|byte| format!("{byte:02x}")).collect();
    let is_whole = manifest["digest"] == whole.as_str();
    (manifest, is_true && is_whole)
}

#[test]
fn the_manifest_tells_the_truth_of_what_was_drawn_again() {
    let place = tempfile::tempdir().expect("a folder");
    let out = place.path().join("run");
    simulated(&out);
    let (before, is_true) = manifest_and_truth(&out);
    assert!(is_true);
    let report = fs::read(out.join("report.html")).expect("a file");
    // Elsewhere, nothing of the results changes.
    let elsewhere = place.path().join("elsewhere");
    let there = elsewhere.display().to_string();
    for command in ["report", "chart"] {
        let output = redraw(command, &out, &["--lang", "en", "--out", &there, "--quiet"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
    assert!(elsewhere.join("report.html").is_file() && elsewhere.join("backlog.png").is_file());
    assert!(manifest_and_truth(&out) == (before.clone(), true));
    assert!(fs::read(out.join("report.html")).expect("a file") == report);
    // In the folder, what is replaced is told; what stands beside is not what the run made.
    assert!(redraw("report", &out, &["--lang", "en", "--quiet"]).status.success());
    assert!(redraw("report", &out, &["--lang", "en", "--plain", "--quiet"]).status.success());
    assert!(redraw("chart", &out, &["--theme", "dark", "--only", "backlog", "--quiet"]).status.success());
    let (after, is_true) = manifest_and_truth(&out);
    assert!(is_true && after["files"]["report.html"] != before["files"]["report.html"]);
    let without = |manifest: &Value| {
        let mut manifest = manifest.clone();
        for name in ["report.html", "tables.xlsx"] {
            manifest["files"][name] = Value::Null;
        }
        manifest["digest"] = Value::Null;
        manifest
    };
    assert_eq!(without(&after), without(&before), "nothing else has changed");
    // Charts of another language in the place of the results' own.
    let own = out.join("charts").display().to_string();
    assert!(redraw("chart", &out, &["--lang", "en", "--only", "waits", "--out", &own, "--quiet"]).status.success());
    let (last, is_true) = manifest_and_truth(&out);
    assert!(is_true && last["files"]["charts/waits.svg"] != before["files"]["charts/waits.svg"]);
    assert_eq!(fs::read_dir(&out).expect("a folder").filter(is_hidden).count(), 0, "nothing lies aside");
}

fn is_hidden(entry: &std::io::Result<fs::DirEntry>) -> bool {
    entry.as_ref().is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with('.'))
}

#[test]
fn a_folder_in_use_or_of_another_run_is_not_drawn_into() {
    let place = tempfile::tempdir().expect("a folder");
    let (out, other) = (place.path().join("run"), place.path().join("other"));
    simulated(&out);
    simulated(&other);
    let before = manifest_and_truth(&other);
    for (command, inside) in [("report", ""), ("chart", ""), ("chart", "charts"), ("chart", "charts-dark")] {
        let there = other.join(inside).display().to_string();
        for (lang, says) in [("zh", "已有另一次运行的结果"), ("en", "holds the results of another run")] {
            let output = redraw(command, &out, &["--lang", lang, "--out", &there]);
            assert_eq!(output.status.code(), Some(2), "{command} {inside}");
            assert!(text(&output.stderr).contains(says), "{}", text(&output.stderr));
        }
    }
    assert!(manifest_and_truth(&other) == before);
    let held = Folder::reopen(&out).expect("free");
    for (lang, says) in [("zh", "正被另一次运行占用"), ("en", "is in use by another run (process ")] {
        for command in ["report", "chart"] {
            let output = redraw(command, &out, &["--lang", lang]);
            assert_eq!(output.status.code(), Some(2));
            assert!(text(&output.stderr).contains(says), "{}", text(&output.stderr));
            let elsewhere = place.path().join("elsewhere").display().to_string();
            assert!(redraw(command, &out, &["--lang", lang, "--quiet", "--out", &elsewhere]).status.success());
        }
    }
    drop(held);
    assert!(redraw("report", &out, &["--quiet"]).status.success() && !out.join(".cutover.lock").exists());
}

#[test]
fn a_palette_has_a_folder_of_its_own_which_goes_with_the_results() {
    let place = tempfile::tempdir().expect("a folder");
    let out = place.path().join("run");
    simulated(&out);
    for (colors, name) in [
        ("#003366,#cc6600", "charts-003366-CC6600"),
        ("#8B1A1A，", "charts-8B1A1A"),
        ("#cc6600 #003366", "charts-CC6600-003366"),
    ] {
        let output = redraw("chart", &out, &["--colors", colors, "--only", "backlog", "--quiet"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert_eq!(files(&out.join(name)).len(), 2, "{name}");
    }
    fs::write(out.join("charts-8B1A1A/note.txt"), "mine").expect("a file");
    simulated_again(&out);
    assert!(!out.join("charts-003366-CC6600").exists());
    assert_eq!(files(&out.join("charts-8B1A1A")), [("note.txt".to_owned(), b"mine".to_vec())]);
}

#[test]
fn charts_are_found_by_file_path_case_and_title() {
    let place = tempfile::tempdir().expect("a folder");
    let out = place.path().join("run");
    simulated(&out);
    let there = place.path().join("drawn").display().to_string();
    for only in [
        "backlog.png，Waits",
        "charts/backlog.SVG、charts\\waits.png",
        "BACKLOG , waits",
        "No surge at desks before the stop",
        "停机前窗口没有明显的提前办理潮",
    ] {
        let output = redraw("chart", &out, &["--only", only, "--out", &there, "--quiet"]);
        assert!(output.status.success(), "{only}: {}", text(&output.stderr));
        let drawn = files(Path::new(&there));
        let names: Vec<&str> = drawn.iter().map(|file| file.0.as_str()).collect();
        let wanted: &[&str] = match only.len() > 32 && !only.contains('、') {
            true => &["surge.png", "surge.svg"],
            false => &["backlog.png", "backlog.svg", "waits.png", "waits.svg"],
        };
        assert_eq!(names, wanted, "{only}");
        fs::remove_dir_all(&there).expect("removed");
    }
    for (lang, only, says) in [
        ("zh", "提前办理", "--only 提前办理：没有这个图（是否指 surge？）"),
        ("zh", "积压", "\n  surge        停机前窗口没有明显的提前办理潮"),
        ("en", "waiting,surge", "\n  surge        No surge at desks before the stop"),
        ("en", "", "no such chart"),
    ] {
        let output = redraw("chart", &out, &["--lang", lang, "--only", only]);
        assert_eq!(output.status.code(), Some(2), "{only}");
        assert!(text(&output.stderr).contains(says), "{only}: {}", text(&output.stderr));
    }
}

fn simulated_again(out: &Path) {
    let more = ["run", "scenarios/minimal", "--replications", "31", "--quiet", "--force", "--out"];
    let output = program().args(more).arg(out).output().expect("the program starts");
    assert!(output.status.success(), "{}", text(&output.stderr));
}

#[test]
fn folders_that_cannot_be_drawn_are_told_with_status_2_and_what_to_do() {
    let place = tempfile::tempdir().expect("a folder");
    let view = |text: &str| {
        let folder = place.path().join(format!("f{}", text.len()));
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("view.json"), text).expect("a file");
        folder
    };
    let empty = place.path().join("empty");
    fs::create_dir_all(&empty).expect("a folder");
    for (folder, zh, en) in [
        (place.path().join("nowhere"), "没有这个文件夹", "no such folder"),
        (empty, "不是完整的结果文件夹", "no finished results folder"),
        (view("{\"format\": 99}"), "格式版本是 99", "its form is of version 99"),
        (view(&format!("{{\"format\": {FORMAT}}}")), "内容不完整", "damaged"),
        (view("]["), "内容不完整", "damaged"),
    ] {
        for command in ["chart", "report"] {
            for (lang, says) in [("zh", zh), ("en", en)] {
                let output = redraw(command, &folder, &["--lang", lang]);
                let told = text(&output.stderr);
                assert_eq!(output.status.code(), Some(2), "{command} {folder:?}: {told}");
                assert!(told.contains(says), "{command} {folder:?}: {told}");
            }
        }
    }
}

#[test]
fn results_near_a_folder_without_any_are_named() {
    let place = tempfile::tempdir().expect("a folder");
    let out = place.path().join("town/run");
    simulated(&out);
    let whole = out.display().to_string();
    let near = |lang: &str| match lang {
        "zh" => format!("；附近的结果文件夹：{whole}\n"),
        _ => format!("; results are in {whole}\n"),
    };
    for folder in [out.join("charts"), out.join("report.html"), place.path().join("town"), place.path().to_path_buf()] {
        for lang in ["zh", "en"] {
            let output = redraw("chart", &folder, &["--lang", lang]);
            assert_eq!(output.status.code(), Some(2));
            assert!(text(&output.stderr).ends_with(&near(lang)), "{}", text(&output.stderr));
        }
    }
    let output = redraw("report", Path::new("scenarios/minimal"), &["--lang", "en"]);
    assert!(text(&output.stderr).ends_with("simulate it first: cutover run scenarios/minimal\n"));
    let file = out.join("report.html").display().to_string();
    for (lang, says) in [("zh", "是文件；--out 后面写文件夹"), ("en", "is a file; --out takes a folder")] {
        let output = redraw("report", &out, &["--lang", lang, "--out", &file]);
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains(says), "{}", text(&output.stderr));
    }
}

#[test]
fn wrong_looks_are_told_before_anything_is_drawn() {
    let place = tempfile::tempdir().expect("a folder");
    let out = place.path().join("run");
    simulated(&out);
    for (more, says) in [
        (&["--only", "backlgo"][..], "did you mean backlog?"),
        (&["--size", "9x9"], "must be WIDTHxHEIGHT"),
        (&["--theme", "pink"], "light"),
        (&["--colors", "#FFFF66"], "contrast"),
        (&["--colors", "blue"], "#RRGGBB"),
    ] {
        let mut more = more.to_vec();
        more.extend(["--lang", "en"]);
        let output = redraw("chart", &out, &more);
        assert_eq!(output.status.code(), Some(2), "{more:?}");
        assert!(text(&output.stderr).contains(says), "{more:?}: {}", text(&output.stderr));
    }
    // A city's own colours are refused before an hour is simulated, with the key.
    let colors = "chart_colors=[\"#C85030\", \"#80801F\"]";
    let output =
        program().args(["run", "scenarios/minimal", "--lang", "en", "--set", colors]).output().expect("starts");
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(told.contains("chart_colors") && told.contains("#C85030") && told.contains("too near"), "{told}");
}

#[test]
fn a_citys_own_colours_are_those_of_its_charts() {
    let place = tempfile::tempdir().expect("a folder");
    let out = place.path().join("run");
    let colors = "chart_colors=[\"#8B1A1A\"]";
    let output = program()
        .args(["run", "scenarios/minimal", "--replications", "30", "--quiet", "--set", colors, "--out"])
        .arg(&out)
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let drawn = fs::read_to_string(out.join("charts/backlog.svg")).expect("a chart");
    assert!(drawn.contains("#8B1A1A") && !drawn.contains("#0072B2"));
}

#[test]
fn characters_the_font_lacks_are_told_by_name_and_seen_as_boxes() {
    let place = tempfile::tempdir().expect("a folder");
    let city = copy_of_minimal(place.path());
    replace(&city.join("city.toml"), "name = { zh = \"示例市\"", "name = { zh = \"𠮷市\"");
    let out = place.path().join("run");
    let run = |more: &[&str]| {
        let mut command = program();
        command.arg("run").arg(&city).args(["--replications", "30", "--lang", "zh", "--force", "--out"]).arg(&out);
        command.args(more).output().expect("the program starts")
    };
    let told = |output: &Output, charts: &str| {
        let errors = text(&output.stderr);
        assert!(output.status.success(), "{errors}");
        let line = format!("图 {charts}：字体中没有 𠮷 (U+20BB7)，图中以 □ 代替");
        assert_eq!(errors.matches(&line).count(), 1, "{errors}");
        assert_eq!(errors.matches("U+20BB7").count(), 1, "one line for all charts: {errors}");
    };
    told(&run(&[]), "timeline, self-pay, backlog, queue-hours, waits, burden, refunds, surge");
    let chart = text(&fs::read(out.join("charts/timeline.svg")).expect("a file"));
    assert!(chart.contains("□市") && !chart.contains('𠮷'));
    told(&redraw("chart", &out, &["--only", "timeline,waits", "--quiet"]), "timeline, waits");
    // A page holds both languages, whichever is shown first.
    let told = text(&redraw("report", &out, &["--lang", "en", "--quiet"]).stderr);
    assert!(told.contains("U+20BB7") && told.contains("surge"), "{told}");
    let quiet = run(&["--quiet"]);
    assert!(quiet.status.success() && !text(&quiet.stderr).contains("U+20BB7"), "{}", text(&quiet.stderr));
}

/// The largest city that is shipped: its pages are small enough to be mailed.
#[test]
fn pages_of_the_largest_city_are_small() {
    let place = tempfile::tempdir().expect("a folder");
    for command in ["run", "compare"] {
        let out = place.path().join(command);
        let mut program = program();
        program.args([command, "scenarios/wuhan", "--replications", "2", "--quiet", "--out"]).arg(&out);
        if command == "compare" {
            program.args(["--worlds", "0"]);
        }
        let output = program.output().expect("the program starts");
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert!(redraw("report", &out, &["--plain", "--quiet"]).status.success());
        for (page, most) in [("report.html", 3_000_000), ("report-plain.html", 1_000_000)] {
            let size = fs::metadata(out.join(page)).expect("a page").len();
            assert!(size < most, "{command} {page}: {size} bytes");
        }
    }
}
