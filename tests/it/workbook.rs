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

/// A results folder of a city whose names are hostile.
fn results(place: &Path, lang: &str) -> PathBuf {
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
    let out = place.join("run");
    let mut command = program();
    command.arg("run").arg(&city).args(["--replications", "30", "--quiet", "--lang", lang, "--out"]).arg(&out);
    let done = command.output().expect("the program starts");
    assert!(done.status.success(), "{}", text(&done.stderr));
    out
}

/// Converts the workbook of a results folder into files of a form; returns their folder.
fn converted(office: &Path, out: &Path, form: &str) -> PathBuf {
    let place = out.join("converted");
    // A profile of its own: two programs cannot share one.
    let profile = out.join("profile").canonicalize().unwrap_or_else(|_| {
        fs::create_dir(out.join("profile")).expect("a folder");
        out.join("profile").canonicalize().expect("a folder")
    });
    let done: Output = Command::new(office)
        .arg(format!("-env:UserInstallation=file://{}", profile.display()))
        .args(["--headless", "--norestore", "--convert-to", form, "--outdir"])
        .arg(&place)
        .arg(out.join("tables.xlsx"))
        .output()
        .expect("LibreOffice starts");
    let told = text(&done.stdout) + &text(&done.stderr);
    // Told on machines without Java, which a workbook does not need.
    let warnings = told.lines().filter(|line| !line.contains("javaldx")).collect::<Vec<_>>().join("\n");
    assert!(done.status.success() && !warnings.contains("arning") && !warnings.contains("rror"), "{told}");
    place
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

#[test]
fn libreoffice_shows_every_table_as_it_is_and_takes_no_name_for_a_formula() {
    let Some(office) = installed() else { return };
    for lang in ["zh", "en"] {
        let place = tempfile::tempdir().expect("a folder");
        let out = results(place.path(), lang);
        // Comma, quotation mark, UTF-8; texts in marks, numbers with all digits; all sheets.
        let form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,true,false,false,false,-1";
        let files = fs::read_dir(converted(&office, &out, form)).expect("a folder");
        let tables: Vec<Vec<Vec<Field>>> =
            files.map(|file| rows(&fs::read_to_string(file.expect("a file").path()).expect("a table"))).collect();
        let view = fs::read(out.join("view.json")).expect("a file");
        let edition = serde_json::from_slice::<Value>(&view).expect("a document")[lang].take();
        let sheets = edition["sheets"].as_array().expect("sheets").iter().chain([&edition["assumptions"]]);
        let sheets: Vec<&Value> = sheets.filter(|sheet| sheet["rows"] != Value::Array(Vec::new())).collect();
        assert!(sheets.len() > 4);
        assert_eq!(tables.len(), 1 + sheets.len(), "and the summary");
        sheets.iter().for_each(|sheet| assert_sheet(sheet, &tables));
        let all: Vec<&Field> = tables.iter().flatten().flatten().collect();
        for (field, _) in &all {
            let is_error =
                ["Err:", "#NAME", "#VALUE", "#REF", "#N/A", "#DIV", "#NUM"].iter().any(|e| field.starts_with(e));
            assert!(!is_error, "{field}");
        }
        for name in [CARE, DESK] {
            assert!(all.iter().any(|(field, is_text)| *is_text && field == name), "{name}");
        }
        let title = format!("{CITY} · {SCHEDULE}");
        assert!(all.iter().any(|(field, is_text)| *is_text && *field == title), "{title}");
        let pdf = fs::read(converted(&office, &out, "pdf").join("tables.pdf")).expect("a file");
        assert!(pdf.starts_with(b"%PDF") && pdf.len() > 20_000);
    }
}

/// One part of a workbook, which is a ZIP file; nothing where `unzip` or the part is missing.
fn part(out: &Path, name: &str) -> Option<String> {
    let done = Command::new("unzip").arg("-p").arg(out.join("tables.xlsx")).arg(name).output().ok()?;
    done.status.success().then(|| text(&done.stdout))
}

#[test]
fn no_cell_is_a_formula_and_charts_are_there() {
    let place = tempfile::tempdir().expect("a folder");
    let out = results(place.path(), "zh");
    let Some(book) = part(&out, "xl/workbook.xml") else {
        return eprintln!("no unzip: the parts of tables.xlsx are not looked at");
    };
    let count = book.matches("<sheet ").count();
    assert!(count > 5, "{book}");
    for number in 1..=count {
        let sheet = part(&out, &format!("xl/worksheets/sheet{number}.xml")).expect("a sheet");
        assert!(sheet.contains("<sheetData>") && !sheet.contains("<f>") && !sheet.contains("<f "), "sheet {number}");
    }
    assert!(part(&out, "xl/charts/chart1.xml").is_some_and(|chart| chart.contains("<c:barChart>")));
    let strings = part(&out, "xl/sharedStrings.xml").expect("texts");
    for name in [CARE, DESK, "=1+1 · +86 \"x\" &lt;b&gt;"] {
        assert!(strings.contains(&format!(">{name}</t>")), "{name}");
    }
}

#[test]
fn fields_with_marks_commas_and_line_breaks_are_read() {
    let field = |text: &str, is_text| (text.to_owned(), is_text);
    let found = rows("\"a \"\"b\"\", c\nd\",1.5,,\"-3\"\n");
    assert_eq!(found, [vec![field("a \"b\", c\nd", true), field("1.5", false), field("", false), field("-3", true)]]);
}
