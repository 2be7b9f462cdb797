//! Where files go that are drawn again: into the results folder they were drawn from, which is held meanwhile as a
//! run holds it, or elsewhere.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::output::Failure;
use crate::report::document::FILE;
use crate::report::folder::{Folder, is_other_look, write_whole};
use crate::report::manifest;
use crate::report::{File, redraw};
use crate::units::Lang;

/// The folder of the results' own charts.
const CHARTS: &str = "charts";

/// Where drawn files go.
pub(super) enum Place {
    /// Into the results folder.
    Results {
        /// Held until all is written.
        folder: Folder,
        /// The folder within it; empty for itself, none for where the files belong.
        inside: Option<String>,
    },
    /// Into a folder of which the program knows nothing.
    Elsewhere(PathBuf),
}

impl Place {
    /// Takes hold of the results folder where files of it are to be written: where `out` is none, or leads there.
    /// What `out` names elsewhere is not touched yet.
    pub(super) fn take(results: &Path, out: Option<&PathBuf>, lang: Lang) -> Result<Self, Failure> {
        let hold = |inside: Option<String>| {
            // A folder without results is told as such when it is read; no lock is put there.
            if !results.join(FILE).is_file() {
                return Ok(Self::Elsewhere(results.to_path_buf()));
            }
            let folder = Folder::reopen(results).map_err(|error| Failure::input(error.text(lang)))?;
            Ok(Self::Results { folder, inside })
        };
        let Some(out) = out else { return hold(None) };
        let Some((around, inside)) = around(out) else { return Ok(Self::Elsewhere(out.clone())) };
        if is_same(&around, results) {
            return hold(Some(inside));
        }
        let manifest = fs::read_to_string(around.join(manifest::FILE)).unwrap_or_default();
        if manifest::run_digest_of(&manifest).is_some() {
            let place = around.display();
            return Err(Failure::input(lang.choose(
                format!("{place}：已有另一次运行的结果，不写入；请用 --out 指定其他文件夹"),
                format!(
                    "{place}: holds the results of another run and is left as it is; choose another folder with --out"
                ),
            )));
        }
        Ok(Self::Elsewhere(out.clone()))
    }

    /// Writes files, of the folder `own` within the results unless another was asked for; returns their paths.
    pub(super) fn write(self, own: &str, files: Vec<File>, lang: Lang) -> Result<Vec<PathBuf>, Failure> {
        match self {
            Self::Results { folder, inside } => {
                let inside = inside.unwrap_or_else(|| own.to_owned());
                let place = |(name, bytes)| (if inside.is_empty() { name } else { format!("{inside}/{name}") }, bytes);
                let files: Vec<File> = files.into_iter().map(place).collect();
                redraw(&folder, &files).map_err(|error| Failure::work(error.text(lang)))
            }
            Self::Elsewhere(out) => {
                make(&out, lang)?;
                let write = |(name, bytes): File| {
                    let path = out.join(name);
                    write_whole(&path, &bytes).map(|()| path).map_err(|error| Failure::work(error.text(lang)))
                };
                files.into_iter().map(write).collect()
            }
        }
    }

    /// The folder that files of the folder `own` are written to.
    pub(super) fn path(&self, own: &str) -> PathBuf {
        match self {
            Self::Results { folder, inside } => {
                let inside = inside.as_deref().unwrap_or(own);
                if inside.is_empty() { folder.path().to_path_buf() } else { folder.path().join(inside) }
            }
            Self::Elsewhere(out) => out.clone(),
        }
    }
}

/// The folder that would be the results folder of what is written to `out`, and where that is inside it; none where
/// there is no such folder.
fn around(out: &Path) -> Option<(PathBuf, String)> {
    let found = fs::canonicalize(out).or_else(|_| {
        let (above, name) = (out.parent().unwrap_or(Path::new("")), out.file_name().unwrap_or_default());
        let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
        fs::canonicalize(above).map(|above| above.join(name))
    });
    let found = found.ok()?;
    let name = found.file_name()?.to_str()?;
    if name == CHARTS || is_other_look(name) {
        return Some((found.parent()?.to_path_buf(), name.to_owned()));
    }
    Some((found, String::new()))
}

fn is_same(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// Makes a folder where it is not there.
fn make(path: &Path, lang: Lang) -> Result<(), Failure> {
    let shown = path.display();
    if path.is_file() {
        return Err(Failure::input(lang.choose(
            format!("{shown}：是文件；--out 后面写文件夹"),
            format!("{shown}: is a file; --out takes a folder"),
        )));
    }
    fs::create_dir_all(path).map_err(|error| {
        Failure::work(lang.choose(format!("{shown}：无法建立：{error}"), format!("{shown}: cannot be made: {error}")))
    })
}
