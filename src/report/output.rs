//! Files on their way into a results folder: each is written aside, and its digest is taken.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::folder::{Aside, Folder, FolderError};
use super::manifest::{FileDigests, hexadecimal};
use super::parquet::Out;
use super::{File, ReportError};

/// The files of one report.
#[derive(Debug)]
pub(super) struct Output<'a> {
    files: Aside<'a>,
    /// Their digests.
    pub(super) digests: FileDigests,
    /// Characters that charts show as □, by chart.
    pub(super) missing: Vec<(String, Vec<char>)>,
}

impl<'a> Output<'a> {
    pub(super) fn new(folder: &'a Folder) -> Self {
        Self { files: folder.aside(), digests: FileDigests::default(), missing: Vec::new() }
    }

    /// Takes a file.
    pub(super) fn put(&mut self, (name, bytes): File) -> Result<(), ReportError> {
        self.files.add(&name, &bytes)?;
        self.digests.add(&name, &bytes);
        Ok(())
    }

    /// Takes a file that is too long for memory, as `fill` writes it.
    pub(super) fn fill(
        &mut self,
        name: &str,
        fill: impl FnOnce(Out<'_>) -> Result<(), ReportError>,
    ) -> Result<(), ReportError> {
        let (mut digest, mut unmade) = (String::new(), None);
        let done = self.files.fill(name, |file| {
            let mut out = Recorder { file, sha: Sha256::new(), failed: None };
            let filled = fill(&mut out);
            // A file that cannot be written is told as such, not as a table that cannot be made.
            if let Some(failed) = out.failed {
                return Err(failed);
            }
            digest = hexadecimal(&out.sha.finalize());
            filled.map_err(|error| {
                unmade = Some(error);
                io::Error::other("not made")
            })
        });
        match unmade {
            Some(error) => Err(error),
            None => {
                done?;
                self.digests.add_digest(name, digest);
                Ok(())
            }
        }
    }

    /// Puts all files into place.
    pub(super) fn place(self) -> Result<Vec<PathBuf>, FolderError> {
        self.files.place()
    }
}

/// A file that takes the digest of its bytes and remembers why one could not be written.
struct Recorder<'f> {
    file: &'f mut fs::File,
    sha: Sha256,
    failed: Option<io::Error>,
}

impl Recorder<'_> {
    fn failed(&mut self, error: io::Error) -> io::Error {
        let kind = error.kind();
        // What is interrupted is tried again.
        if kind != io::ErrorKind::Interrupted {
            self.failed = Some(error);
        }
        kind.into()
    }
}

impl Write for Recorder<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes).map_err(|error| self.failed(error))?;
        self.sha.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush().map_err(|error| self.failed(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Lang;

    #[test]
    fn a_file_that_is_filled_is_the_same_as_one_that_is_put() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::prepare(place.path(), false, "one").unwrap();
        let mut output = Output::new(&folder);
        output.put(("put".to_owned(), b"some bytes".to_vec())).unwrap();
        let fill = |out: Out<'_>| {
            out.write_all(b"some ").and_then(|()| out.write_all(b"bytes")).unwrap();
            Ok(())
        };
        output.fill("filled", fill).unwrap();
        let unmade = output.fill("unmade", |out| {
            out.write_all(b"half of it").unwrap();
            Err(ReportError::Table("no table".to_owned()))
        });
        assert!(unmade.unwrap_err().text(Lang::En).ends_with("no table"));
        assert_eq!(output.digests.files()["put"], output.digests.files()["filled"]);
        output.place().unwrap();
        assert_eq!(fs::read(place.path().join("filled")).unwrap(), b"some bytes");
        assert!(!place.path().join("unmade").exists() && !place.path().join(".unmade.tmp").exists());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_told_as_such() {
        let mut full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut out = Recorder { file: &mut full, sha: Sha256::new(), failed: None };
        out.write_all(b"some bytes").unwrap_err();
        assert_eq!(out.failed.map(|error| error.kind()), Some(io::ErrorKind::StorageFull));
    }
}
