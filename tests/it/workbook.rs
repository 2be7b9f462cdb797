//! `tables.xlsx` in LibreOffice: every table is there with its headings and numbers, names that look like formulas
//! stay text, nothing is an error, and it can be printed.
//!
//! Where there is no LibreOffice the tests say so and pass, unless `CUTOVER_OFFICE=required`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::{copy_of_minimal, program, replace, text};

/// Names that a spreadsheet might take for formulas or numbers: of the city, its schedule, a kind of care and a
/// class of desks.
const CITY: &str = "=1+1";
const SCHEDULE: &str = "+86 \"x\" <b>";
const CARE: &str = "@SUM(A1)";
const DESK: &str = "-3";

/// The office program of this machine, if it has one.
fn installed() -> Option<PathBuf> {
    let places = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&places).map(|place| place.join("soffice")).find(|path| path.is_file());
    if found.is_none() {
        let required = std::env::var("CUTOVER_OFFICE").is_ok_and(|value| value == "required");
        assert!(!required, "CUTOVER_OFFICE=required, and there is no soffice");
        eprintln!("no soffice: tables.xlsx is not opened in LibreOffice");
    }
    found
}

/// A city whose names are hostile.
fn hostile(place: &Path) -> PathBuf {
    let city = copy_of_minimal(place);
    let name = |text: &str| {
        let text = text.replace('"', "\\\"");
        format!("name = {{ zh = \"{text}\", en = \"{text}\" }}")
    };
    let file = city.join("city.toml");
    replace(&file, "name = { zh = \"示例市\", en = \"Minimal\" }", &name(CITY));
    let more = format!("\n[demand.outpatient]\n{}\n\n[desk_classes.hall]\n{}\n", name(CARE), name(DESK));
    fs::write(&file, fs::read_to_string(&file).expect("a file") + &more).expect("written");
    let own = "name = { zh = \"公告方案\", en = \"as announced\" }";
    replace(&city.join("announced.toml"), own, &name(SCHEDULE));
    city
}

/// Commands and what they are asked for besides the city.
const COMMANDS: [(&str, &[&str]); 4] = [
    ("run", &["--replications", "30"]),
    ("compare", &["--replications", "30", "--worlds", "3"]),
    (
        "sweep",
        &[
            "--vary",
            "measures.surge.extra_windows=0..2/1",
            "--replications",
            "3",
            "--threshold",
            "back-to-normal@hall within_working_days 3 chance 0.8",
        ],
    ),
    ("cities", &["--replications", "3"]),
];

/// Results folders of all commands, each named after its command.
fn results(place: &Path, lang: &str) -> Vec<(&'static str, PathBuf)> {
    let (city, other) = (hostile(place), copy_of_minimal(&place.join("other")));
    let of = |(name, more): (&'static str, &[&str])| {
        let out = place.join(name);
        let mut command = program();
        command.arg(name).arg(&city).args(more).args(["--quiet", "--lang", lang, "--out"]).arg(&out);
        if name == "cities" {
            command.arg(&other);
        }
        let done = command.output().expect("the program starts");
        assert!(done.status.success(), "{name}: {}", text(&done.stderr));
        (name, out)
    };
    COMMANDS.into_iter().map(of).collect()
}

/// The document of a results folder in a language.
fn document(out: &Path, lang: &str) -> Value {
    let view = fs::read(out.join("view.json")).expect("a file");
    serde_json::from_slice::<Value>(&view).expect("a document")[lang].take()
}

/// The tables of a document that are not empty, in the order of their sheets.
fn sheets(edition: &Value) -> Vec<&Value> {
    let sheets = edition["sheets"].as_array().expect("sheets").iter().chain([&edition["assumptions"]]);
    sheets.filter(|sheet| sheet["rows"] != Value::Array(Vec::new())).collect()
}

/// Converts the workbooks of results folders at once into files of a form; returns their folder. The files are
/// named after the folders.
fn converted(office: &Path, place: &Path, folders: &[(&str, PathBuf)], form: &str) -> PathBuf {
    let (books, made) = (place.join("books"), place.join("converted"));
    // A profile of its own: two programs cannot share one.
    let profile = place.join("profile");
    for folder in [&books, &profile] {
        fs::create_dir_all(folder).expect("a folder");
    }
    let profile = profile.canonicalize().expect("a folder");
    let mut command = Command::new(office);
    command.arg(format!("-env:UserInstallation=file://{}", profile.display()));
    command.args(["--headless", "--norestore", "--convert-to", form, "--outdir"]).arg(&made);
    for (name, out) in folders {
        let book = books.join(format!("{name}.xlsx"));
        fs::copy(out.join("tables.xlsx"), &book).expect("a copy");
        command.arg(book);
    }
    let done: Output = command.output().expect("LibreOffice starts");
    let told = text(&done.stdout) + &text(&done.stderr);
    // Told on machines without Java, which a workbook does not need.
    let warnings = told.lines().filter(|line| !line.contains("javaldx")).collect::<Vec<_>>().join("\n");
    assert!(done.status.success() && !warnings.contains("arning") && !warnings.contains("rror"), "{told}");
    made
}

/// A cell of a CSV file: its text, and whether it is one rather than a number or a date.
type Field = (String, bool);

/// The rows of a CSV file whose texts are all in quotation marks.
fn rows(csv: &str) -> Vec<Vec<Field>> {
    let (mut rows, mut row, mut field) = (Vec::new(), Vec::new(), (String::new(), false));
    let mut letters = csv.chars().peekable();
    let mut inside = false;
    while let Some(letter) = letters.next() {
        match letter {
            '"' if inside && letters.peek() == Some(&'"') => field.0.extend(letters.next()),
            '"' => (inside, field.1) = (!inside, true),
            ',' if !inside => row.push(std::mem::take(&mut field)),
            '\n' if !inside => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            '\r' if !inside => {}
            _ => field.0.push(letter),
        }
    }
    rows
}

/// A number as LibreOffice writes it.
fn number(field: &str) -> Option<f64> {
    match field.strip_suffix('%') {
        Some(share) => Some(share.parse::<f64>().ok()? / 100.0),
        None => field.parse().ok(),
    }
}

/// Whether a cell shows what the document says.
fn is_same(cell: &Value, (field, is_text): &Field) -> bool {
    if cell == "empty" {
        return field.is_empty();
    }
    if let Some(text) = cell["text"].as_str() {
        return *is_text && field == text;
    }
    if let Some(date) = cell["date"].as_str() {
        return !is_text && *field == date.replace('T', " ");
    }
    let value = cell["number"][0].as_f64().expect("a number");
    let shown = number(field).filter(|_| !is_text);
    shown.is_some_and(|shown| (shown - value).abs() <= 1e-9 * value.abs().max(1.0))
}

/// Compares a table with its sheet.
fn assert_sheet(sheet: &Value, tables: &[Vec<Vec<Field>>]) {
    let title = sheet["title"].as_str().expect("a title");
    let is_title = |table: &&Vec<Vec<Field>>| table[0][0].0.starts_with(&format!("{title}  "));
    let found: Vec<_> = tables.iter().filter(is_title).collect();
    let [table] = found.as_slice() else { panic!("{} sheets for {title}", found.len()) };
    for (place, column) in sheet["columns"].as_array().expect("columns").iter().enumerate() {
        let head = &table[3][place].0;
        for part in ["name", "unit"] {
            assert!(head.contains(column[part].as_str().expect("a text")), "{title}: {head:?} for {column}");
        }
    }
    let cells = sheet["rows"].as_array().expect("rows");
    assert_eq!(table.len(), 4 + cells.len(), "{title}");
    for (line, (row, fields)) in cells.iter().zip(&table[4..]).enumerate() {
        assert!(row.as_array().is_some_and(|row| row.len() <= fields.len()), "{title}, row {line}");
        for (cell, field) in row.as_array().expect("a row").iter().zip(fields) {
            assert!(is_same(cell, field), "{title}, row {line}: {cell} is shown as {field:?}");
        }
    }
}

/// The tables of a workbook that was converted to CSV, a file a sheet.
fn tables(folder: &Path, name: &str) -> Vec<Vec<Vec<Field>>> {
    let files = fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").path());
    let is_own = |path: &PathBuf| {
        let file = path.file_name().expect("a name").to_string_lossy().into_owned();
        file.starts_with(&format!("{name}-")) && file.ends_with(".csv")
    };
    files.filter(is_own).map(|file| rows(&fs::read_to_string(file).expect("a table"))).collect()
}

#[test]
fn libreoffice_shows_every_table_as_it_is_and_takes_no_name_for_a_formula() {
    let Some(office) = installed() else { return };
    for lang in ["zh", "en"] {
        let place = tempfile::tempdir().expect("a folder");
        let folders = results(place.path(), lang);
        // Comma, quotation mark, UTF-8; texts in marks, numbers with all digits; all sheets.
        let form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,true,false,false,false,-1";
        let csv = converted(&office, place.path(), &folders, form);
        for (name, out) in &folders {
            let (edition, tables) = (document(out, lang), tables(&csv, name));
            let sheets = sheets(&edition);
            assert_eq!(tables.len(), 1 + sheets.len(), "{name}: and the summary");
            sheets.iter().for_each(|sheet| assert_sheet(sheet, &tables));
            let all: Vec<&Field> = tables.iter().flatten().flatten().collect();
            for (field, _) in &all {
                let errors = ["Err:", "#NAME", "#VALUE", "#REF", "#N/A", "#DIV", "#NUM"];
                assert!(!errors.iter().any(|error| field.starts_with(error)), "{name}: {field}");
            }
            let is_text = |name: &str| all.iter().any(|(field, is_text)| *is_text && field == name);
            match *name {
                "run" => assert!([CARE, DESK, &format!("{CITY} · {SCHEDULE}")].into_iter().all(is_text)),
                "compare" => assert!([SCHEDULE, CARE, DESK].into_iter().all(is_text)),
                "cities" => assert!(is_text(CITY)),
                _ => assert!(all.iter().any(|(field, is_text)| *is_text && field.contains(CITY))),
            }
        }
        let pdf = converted(&office, place.path(), &folders, "pdf");
        for (name, _) in &folders {
            let pdf = fs::read(pdf.join(format!("{name}.pdf"))).expect("a file");
            assert!(pdf.starts_with(b"%PDF") && pdf.len() > 20_000, "{name}");
        }
    }
}

/// One part of a workbook, which is a ZIP file; nothing where `unzip` or the part is missing.
fn part(out: &Path, name: &str) -> Option<String> {
    let done = Command::new("unzip").arg("-p").arg(out.join("tables.xlsx")).arg(name).output().ok()?;
    done.status.success().then(|| text(&done.stdout))
}

/// What stands between two texts, wherever it does.
fn between<'a>(text: &'a str, before: &'a str, after: &'a str) -> Vec<&'a str> {
    text.split(before).skip(1).filter_map(|rest| rest.split(after).next()).collect()
}

/// An attribute of a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> &'a str {
    let start = format!("{name}=\"");
    tag.split_once(&start).and_then(|(_, rest)| rest.split('"').next()).unwrap_or_default()
}

/// A text of an XML file.
fn plain(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// The formats of numbers by the places of styles.
fn formats(out: &Path) -> Vec<String> {
    let styles = part(out, "xl/styles.xml").expect("styles");
    let own: Vec<(&str, &str)> = between(&styles, "<numFmt ", "/>")
        .iter()
        .map(|tag| (attribute(tag, "numFmtId"), attribute(tag, "formatCode")))
        .collect();
    let cells = between(&styles, "<cellXfs", "</cellXfs>")[0];
    let of = |tag: &&str| {
        let id = attribute(tag, "numFmtId");
        let built_in = [("3", "#,##0"), ("4", "#,##0.00"), ("10", "0.00%")];
        own.iter().chain(&built_in).find(|(known, _)| *known == id).map_or(String::new(), |one| one.1.to_owned())
    };
    between(cells, "<xf ", ">").iter().map(of).collect()
}

/// Compares a table with the XML of its sheet: what is frozen, and how numbers and dates are written. Returns the
/// formats that were met.
fn assert_written(table: &Value, sheet: &str, formats: &[String]) -> Vec<String> {
    let title = &table["title"];
    assert!(!sheet.contains("<f>") && !sheet.contains("<f "), "{title}");
    assert!(sheet.contains("<pane xSplit=\"1\" ySplit=\"4\" topLeftCell=\"B5\"") && sheet.contains("state=\"frozen\""));
    assert!(sheet.contains("<autoFilter ref=\"A4:"), "{title}");
    let mut met = Vec::new();
    for (line, row) in table["rows"].as_array().expect("rows").iter().enumerate() {
        for (column, cell) in row.as_array().expect("a row").iter().enumerate() {
            let wanted = match (cell["number"][1].as_str(), cell["date"].as_str()) {
                (Some("whole"), _) => "#,##0",
                (Some("tenth"), _) => "#,##0.0",
                (Some("hundredth"), _) => "#,##0.00",
                (Some("fine"), _) => "#,##0.0000",
                (Some("share"), _) => "0.0%",
                (_, Some(date)) if date.contains('T') => "yyyy-mm-dd hh:mm",
                (_, Some(_)) => "yyyy-mm-dd",
                _ => continue,
            };
            let place = format!("<c r=\"{}{}\" ", char::from(b'A' + column as u8), line + 5);
            let found = sheet.split_once(&place).and_then(|(_, rest)| rest.split("</c>").next()).unwrap_or_default();
            let style: usize = attribute(found, "s").parse().expect("a style");
            assert_eq!(formats[style], wanted, "{title}, {place}: {cell}");
            assert!(!found.contains("t=\"s\""), "{title}, {place}: a text");
            met.push(wanted.to_owned());
        }
    }
    met
}

/// What a chart says: its title, the titles of its axes, and where the values of its series stand.
fn said(chart: &str) -> (Vec<String>, Vec<(String, String)>) {
    let titles = between(chart, "<c:title>", "</c:title>")
        .iter()
        .map(|title| plain(between(title, "<a:t>", "</a:t>")[0]))
        .collect();
    let reference = |series: &str, tags: [&str; 2]| {
        let tag = tags.into_iter().find(|tag| series.contains(&format!("<c:{tag}>"))).expect("values");
        let part = between(series, &format!("<c:{tag}>"), &format!("</c:{tag}>"))[0].to_owned();
        plain(between(&part, "<c:f>", "</c:f>")[0]).replace('\'', "")
    };
    let series = between(chart, "<c:ser>", "</c:ser>");
    (titles, series.iter().map(|one| (reference(one, ["cat", "xVal"]), reference(one, ["val", "yVal"]))).collect())
}

/// Asserts that a chart is one of those of its table: the same titles, and series that point to their cells.
fn assert_chart(chart: &str, tabs: &[String], sheets: &[&Value]) {
    let (titles, series) = said(chart);
    let tab = series[0].0.split('!').next().expect("a sheet");
    let place = tabs.iter().position(|name| name == tab).expect("a known sheet");
    let table = sheets[place - 1];
    let graphs = table["graphs"].as_array().expect("charts");
    let graph = graphs.iter().find(|graph| graph["title"] == titles[0].trim_start()).expect("a chart of the table");
    let (across, values) = (graph["across"].as_u64().expect("a column"), &graph["values"]);
    let mut axes = [table["columns"][across as usize]["name"].as_str(), values.as_str()]
        .map(|name| name.expect("a text").to_owned());
    let mut told = [titles[1].trim_start().to_owned(), titles[2].trim_start().to_owned()];
    axes.sort();
    told.sort();
    assert_eq!((titles.len(), &told), (3, &axes), "{tab}");
    assert!(axes.iter().all(|title| !title.is_empty()), "{axes:?}");
    let wanted: Vec<(String, String)> = graph["series"]
        .as_array()
        .expect("series")
        .iter()
        .map(|one| {
            let all = table["rows"].as_array().expect("rows").len() as u64;
            let (first, count) = one["rows"]
                .as_array()
                .map_or((0, all), |rows| (rows[0].as_u64().expect("a row"), rows[1].as_u64().expect("a number")));
            let cells = |column: u64| {
                let letter = char::from(b'A' + column as u8);
                format!("{tab}!${letter}${}:${letter}${}", first + 5, first + count + 4)
            };
            (cells(across), cells(one["column"].as_u64().expect("a column")))
        })
        .collect();
    // Lines of nothing but empty cells are left out.
    assert!(series.iter().all(|one| wanted.contains(one)), "{series:?} {wanted:?}");
    assert!(series.len() == wanted.len() || graph["kind"] == "line", "{series:?} {wanted:?}");
}

#[test]
fn panes_are_frozen_numbers_keep_their_style_and_charts_point_to_their_cells() {
    for lang in ["zh", "en"] {
        let place = tempfile::tempdir().expect("a folder");
        let mut met = Vec::new();
        for (name, out) in results(place.path(), lang) {
            let Some(book) = part(&out, "xl/workbook.xml") else {
                return eprintln!("no unzip: the parts of tables.xlsx are not looked at");
            };
            let tabs: Vec<String> =
                between(&book, "<sheet ", "/>").iter().map(|tag| plain(attribute(tag, "name"))).collect();
            assert!(tabs.iter().all(|tab| tab.chars().count() <= 31 && tab.split(' ').count() <= 3), "{tabs:?}");
            let edition = document(&out, lang);
            let (sheets, formats) = (sheets(&edition), formats(&out));
            assert_eq!(tabs.len(), 1 + sheets.len(), "{name}");
            for (place, sheet) in sheets.iter().enumerate() {
                let xml = part(&out, &format!("xl/worksheets/sheet{}.xml", place + 2)).expect("a sheet");
                met.extend(assert_written(sheet, &xml, &formats));
            }
            let charts: Vec<String> =
                (1..30).map_while(|number| part(&out, &format!("xl/charts/chart{number}.xml"))).collect();
            charts.iter().for_each(|chart| assert_chart(chart, &tabs, &sheets));
            let least = [("run", 6), ("compare", 5), ("sweep", 4), ("cities", 2)];
            assert!(
                least.contains(&(name, charts.len()))
                    || least.iter().any(|(of, least)| *of == name && charts.len() > *least),
                "{name}: {}",
                charts.len()
            );
            let strings = part(&out, "xl/sharedStrings.xml").expect("texts");
            if name == "run" {
                for name in [CARE, DESK, "=1+1 · +86 \"x\" &lt;b&gt;"] {
                    assert!(strings.contains(&format!(">{name}</t>")), "{name}");
                }
            }
        }
        for format in ["#,##0", "#,##0.0", "#,##0.00", "#,##0.0000", "0.0%", "yyyy-mm-dd"] {
            assert!(met.iter().any(|one| one == format), "{format}");
        }
    }
}

#[test]
fn fields_with_marks_commas_and_line_breaks_are_read() {
    let field = |text: &str, is_text| (text.to_owned(), is_text);
    let found = rows("\"a \"\"b\"\", c\nd\",1.5,,\"-3\"\n");
    assert_eq!(found, [vec![field("a \"b\", c\nd", true), field("1.5", false), field("", false), field("-3", true)]]);
}
