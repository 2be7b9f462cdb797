//! Writing a results folder: every file whole, the manifest last.

use std::path::PathBuf;

use super::ReportError;
use super::folder::Folder;
use super::manifest::{self, FileDigests};
use super::output::Output;

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
    paths.extend(last.place()?);
    Ok(WrittenFiles { paths, missing })
}
