//! Reading the document of a results folder.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::units::Lang;

use super::{Document, FILE, FORMAT};

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
                format!("{path}：没有这个文件夹。请给出 cutover run、compare、sweep 或 cities 写出的结果文件夹"),
                format!("{path}: no such folder; name a results folder that cutover run, compare, sweep or cities wrote"),
            ),
            Why::NoDocument => lang.choose(
                format!("{path}：没有这个文件，因此不是完整的结果文件夹。请给出 cutover run、compare、sweep 或 cities 写出的文件夹；旧版本的结果请重新模拟"),
                format!("{path}: not there, so this is no finished results folder; name one that cutover run, compare, sweep or cities wrote, and simulate again what an older version wrote"),
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
