//! Reading the document of a results folder.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::units::Lang;

use super::{Document, FILE, FORMAT};

/// Entries of a folder among which results are looked for.
const LOOKED_AT_MAX: usize = 200;

/// Results folders that a message names.
const NAMED_MAX: usize = 5;

/// A results folder that cannot be shown.
#[derive(Debug)]
pub struct ReadError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with a folder's document.
#[derive(Debug)]
pub enum Why {
    /// There is no such folder.
    NoFolder,
    /// The folder has no document.
    NoDocument,
    /// It cannot be read.
    Unreadable(std::io::Error),
    /// It is of another version of the program.
    OtherFormat(u64),
    /// It is not a document, or has been changed.
    Broken(String),
}

impl ReadError {
    /// The message in a language: what was found, and what to do.
    pub fn text(&self, lang: Lang) -> String {
        let path = self.path.display();
        match &self.why {
            Why::NoFolder => lang.choose(
                format!("{path}：没有这个文件夹。请给出 cutover run、compare、sweep 或 cities 写出的结果文件夹{}", self.hint(lang)),
                format!("{path}: no such folder; name a results folder that cutover run, compare, sweep or cities wrote{}", self.hint(lang)),
            ),
            Why::NoDocument => lang.choose(
                format!("{path}：没有这个文件，因此不是完整的结果文件夹。请给出 cutover run、compare、sweep 或 cities 写出的文件夹；旧版本的结果请重新模拟{}", self.hint(lang)),
                format!("{path}: not there, so this is no finished results folder; name one that cutover run, compare, sweep or cities wrote, and simulate again what an older version wrote{}", self.hint(lang)),
            ),
            Why::Unreadable(error) => lang.choose(format!("{path}：无法读取：{error}"), format!("{path}: cannot be read: {error}")),
            Why::OtherFormat(found) => lang.choose(
                format!("{path}：格式版本是 {found}，本程序读取版本 {FORMAT}。请用写出它的程序版本，或重新模拟"),
                format!("{path}: its form is of version {found}, this program reads version {FORMAT}; use the program that wrote it, or simulate again"),
            ),
            Why::Broken(message) => lang.choose(
                format!("{path}：内容不完整或被改动过（{message}）。请重新模拟"),
                format!("{path}: damaged or changed ({message}); simulate again"),
            ),
        }
    }
}

impl ReadError {
    /// The results that were probably meant: those around the path, or those below it.
    fn hint(&self, lang: Lang) -> String {
        let folder = if self.path.ends_with(FILE) { self.path.parent().unwrap_or(&self.path) } else { &self.path };
        if folder.join("city.toml").is_file() {
            let city = folder.display();
            return lang.choose(
                format!("；这是情景文件夹，先模拟：cutover run {city}"),
                format!("; this is a scenario, simulate it first: cutover run {city}"),
            );
        }
        let near: Vec<String> = near(folder).iter().map(|path| path.display().to_string()).collect();
        if near.is_empty() {
            return String::new();
        }
        let list = near.join(lang.pick("、", ", "));
        lang.choose(format!("；附近的结果文件夹：{list}"), format!("; results are in {list}"))
    }
}

/// Results folders around a path, else a level or two below it.
fn near(path: &Path) -> Vec<PathBuf> {
    let has_results = |path: &PathBuf| path.join(FILE).is_file();
    let mut around =
        path.ancestors().skip(1).take(2).filter(|path| !path.as_os_str().is_empty()).map(Path::to_path_buf);
    let around = around.find(has_results);
    if let Some(around) = around {
        return vec![around];
    }
    let below = |path: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        let mut found: Vec<PathBuf> = entries.take(LOOKED_AT_MAX).map(|entry| entry.path()).collect();
        found.sort();
        found
    };
    let first = below(path);
    let second = first.iter().flat_map(|path| below(path));
    first.iter().cloned().chain(second).filter(has_results).take(NAMED_MAX).collect()
}

/// Reads the document of a results folder.
///
/// # Errors
///
/// [`ReadError`] with what is wrong.
pub fn read(folder: &Path) -> Result<Document, ReadError> {
    let fail = |path: &Path, why| Err(ReadError { path: path.to_path_buf(), why });
    if !folder.is_dir() {
        return fail(folder, Why::NoFolder);
    }
    let path = folder.join(FILE);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return fail(&path, Why::NoDocument),
        Err(error) => return fail(&path, Why::Unreadable(error)),
    };
    #[derive(serde::Deserialize)]
    struct Form {
        format: u64,
    }
    match serde_json::from_slice::<Form>(&bytes) {
        Ok(form) if form.format != u64::from(FORMAT) => return fail(&path, Why::OtherFormat(form.format)),
        Ok(_) => {}
        Err(error) => return fail(&path, Why::Broken(error.to_string())),
    }
    serde_json::from_slice(&bytes).or_else(|error| fail(&path, Why::Broken(error.to_string())))
}
