//! Writing a results folder: every file whole, the manifest last.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::folder::Folder;
use super::manifest::{self, FileDigests};
use super::output::Output;
use super::{File, ReportError};

/// What was written into a results folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WrittenFiles {
    /// Files in the order written, the manifest last.
    pub paths: Vec<PathBuf>,
    /// Characters that charts show as □, because the embedded font lacks them, by chart.
    pub missing: Vec<(String, Vec<char>)>,
}

/// Writes all files of a results folder.
///
/// Every file is made and written aside before one is put into place, so that results that were there
/// stay whole when a file cannot be made or written. Tables are made before charts: where no finished
/// results were, a failing chart loses no numbers. A folder without a manifest is an unfinished one. Files of
/// the results before that were not made again go, and so do charts drawn again from them.
///
/// # Errors
///
/// The first file that could not be made or written. Finished results of before are unchanged then;
/// where there were none, the files before the failing one are kept.
pub(super) fn write(
    folder: &Folder,
    make: impl FnOnce(&mut Output<'_>) -> Result<(), ReportError>,
    manifest: impl FnOnce(&FileDigests) -> Result<Vec<u8>, ReportError>,
) -> Result<WrittenFiles, ReportError> {
    let (mut files, mut last) = (Output::new(folder), folder.aside());
    let made = make(&mut files);
    let made = made.and_then(|()| Ok(last.add(manifest::FILE, &manifest(&files.digests)?)?));
    if let Err(error) = made {
        if !folder.has_results() {
            // Some tables are better than none; that this failed too is of no more use to anybody.
            let _ = files.place();
        }
        return Err(error);
    }
    // Both are known from the manifest.
    let (before, drawn_again) = (folder.files_before(), folder.drawn_again());
    // From here on until the new manifest is there, the folder is unfinished: a manifest beside files of
    // another run would lie about them.
    folder.remove(manifest::FILE)?;
    let (digests, missing) = (files.digests.clone(), std::mem::take(&mut files.missing));
    let mut paths = files.place()?;
    for stale in before.iter().chain(&drawn_again).filter(|name| !digests.has(name)) {
        folder.remove(stale)?;
    }
    folder.remove_empty_looks();
    paths.extend(last.place()?);
    Ok(WrittenFiles { paths, missing })
}

/// Puts files that were drawn again from the results of a folder into it, those that the manifest lists with
/// their new digests. Charts in another look and the page without scripts are not listed: they are not what the
/// run made, and the next run takes them away.
///
/// The manifest says nothing of a file while that is replaced, and everything else all the time: without it
/// nobody could tell any more what was simulated.
///
/// # Errors
///
/// The first file that could not be written; nothing has changed then. One that cannot be put into place leaves
/// those before it there.
pub fn redraw(folder: &Folder, files: &[File]) -> Result<Vec<PathBuf>, ReportError> {
    let (mut drawn, mut between, mut last) = (folder.aside(), folder.aside_in_turn(1), folder.aside());
    for (name, bytes) in files {
        drawn.add(name, bytes)?;
    }
    let listed = folder.files_before();
    let made = files.iter().filter(|(name, _)| listed.contains(name));
    let digests: BTreeMap<String, Option<String>> =
        made.map(|(name, bytes)| (name.clone(), Some(manifest::sha256(bytes)))).collect();
    if let Some(text) = folder.manifest()?.filter(|_| !digests.is_empty()) {
        let unknown = digests.keys().map(|name| (name.clone(), None)).collect();
        for (aside, digests) in [(&mut between, &unknown), (&mut last, &digests)] {
            if let Some(text) = manifest::renewed(&text, digests) {
                aside.add(manifest::FILE, text.as_bytes())?;
            }
        }
    }
    between.place()?;
    let paths = drawn.place()?;
    last.place()?;
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::Value;

    use super::*;

    /// A results folder with a report and its manifest.
    fn results() -> tempfile::TempDir {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("report.html"), "old").unwrap();
        let manifest = format!(
            r#"{{"run_digest":"r","digest":"d","files":{{"report.html":"{0}","tables.xlsx":"{0}"}}}}"#,
            manifest::sha256(b"old")
        );
        fs::write(place.path().join(manifest::FILE), manifest).unwrap();
        place
    }

    fn file(name: &str) -> File {
        (name.to_owned(), b"new".to_vec())
    }

    #[test]
    fn nothing_changes_when_a_file_cannot_be_written() {
        let place = results();
        fs::create_dir(place.path().join("tables.xlsx")).unwrap();
        let before = fs::read(place.path().join(manifest::FILE)).unwrap();
        let folder = Folder::reopen(place.path()).unwrap();
        redraw(&folder, &[file("report.html"), file("tables.xlsx")]).unwrap_err();
        drop(folder);
        assert_eq!(fs::read(place.path().join("report.html")).unwrap(), b"old");
        assert_eq!(fs::read(place.path().join(manifest::FILE)).unwrap(), before);
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 3, "nothing lies aside");
    }

    #[test]
    fn a_redraw_that_is_broken_off_leaves_no_untrue_digest_and_the_next_one_mends_it() {
        let place = results();
        let read =
            || -> Value { serde_json::from_slice(&fs::read(place.path().join(manifest::FILE)).unwrap()).unwrap() };
        let folder = Folder::reopen(place.path()).unwrap();
        // As it is when the power goes between the first and the last file.
        let text = folder.manifest().unwrap().unwrap();
        let on_its_way = [("report.html".to_owned(), None), ("tables.xlsx".to_owned(), None)].into();
        let mut between = folder.aside_in_turn(1);
        between.add(manifest::FILE, manifest::renewed(&text, &on_its_way).unwrap().as_bytes()).unwrap();
        between.place().unwrap();
        assert_eq!((&read()["files"]["report.html"], &read()["digest"]), (&Value::Null, &Value::Null));
        assert_eq!(read()["run_digest"], "r", "what was simulated is still known");
        redraw(&folder, &[file("report.html"), file("tables.xlsx"), file("report-plain.html")]).unwrap();
        assert_eq!(read()["files"]["report.html"], manifest::sha256(b"new"));
        assert!(read()["digest"].is_string() && read()["files"]["report-plain.html"].is_null());
    }
}
