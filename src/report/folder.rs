//! The results folder: checked before the run starts, held by one program at a time, and filled
//! with files that appear whole or not at all.
//!
//! All files are written aside as `.NAME.tmp` in the same folder and forced to the disk before the first
//! is renamed, so that a disk that fills up leaves what was there. The
//! lock is the operating system's on `.cutover.lock`, so that it ends with the program that holds
//! it however that ends; the number of the process stands in the file for messages only.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Component, Path, PathBuf};

use crate::units::Lang;

use super::manifest;

/// The lock file.
const LOCK: &str = ".cutover.lock";

/// A results folder that cannot be used, or a file in it that could not be written.
#[derive(Debug)]
pub struct FolderError {
    zh: String,
    en: String,
}

impl FolderError {
    fn new(path: &Path, zh: &str, en: &str) -> Self {
        let shown = path.display();
        Self { zh: format!("{shown}：{zh}"), en: format!("{shown}: {en}") }
    }

    fn io(path: &Path, (zh, en): (&str, &str), error: &io::Error) -> Self {
        let (cause_zh, cause_en) = match error.kind() {
            ErrorKind::StorageFull => ("磁盘已满；请腾出空间，或", "the disk is full; free some space or "),
            ErrorKind::QuotaExceeded => {
                ("磁盘配额已用完；请删除旧文件，或", "the disk quota is used up; remove old files or ")
            }
            ErrorKind::FileTooLarge => (
                "超过系统允许的文件大小（ulimit -f 或文件系统的限制）；请放宽限制，或",
                "larger than the system allows a file to be (ulimit -f, or the file system); raise the limit or ",
            ),
            _ => return Self::new(path, &format!("{zh}：{error}"), &format!("{en}: {error}")),
        };
        let zh = format!("{zh}：{cause_zh}用 --out 写到别处，再重新运行；原有的文件未改动");
        let en = format!(
            "{en}: {cause_en}write elsewhere with --out, then run again; the files that were there are unchanged"
        );
        Self::new(path, &zh, &en)
    }

    /// The message in a language.
    pub fn text(&self, lang: Lang) -> String {
        lang.pick(&self.zh, &self.en).to_owned()
    }
}

impl std::fmt::Display for FolderError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.en)
    }
}

impl std::error::Error for FolderError {}

/// A results folder held by this program until it is dropped.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    digest: String,
    /// Keeps the operating system's lock.
    _lock: File,
}

impl Folder {
    /// Checks that a run may write to `out`, makes the folder and locks it.
    ///
    /// `digest` names the run ([`manifest::run_digest`]): a folder that holds results of the same
    /// run may be written again, one that holds another run's only with `force`, and one with foreign
    /// files but without a manifest of ours never.
    ///
    /// # Errors
    ///
    /// When `out` is a file or a symbolic link, cannot be made or written, is in use, or holds
    /// what must not be overwritten. Nothing has been changed then but folders made on the way.
    pub fn prepare(out: &Path, force: bool, digest: &str) -> Result<Self, FolderError> {
        let path = plain(out);
        check_place(&path)?;
        fs::create_dir_all(&path).map_err(|error| {
            FolderError::io(&path, ("无法建立结果文件夹", "the results folder cannot be made"), &error)
        })?;
        let lock = lock(&path)?;
        let folder = Self { path, digest: digest.to_owned(), _lock: lock };
        folder.check_content(force)?;
        folder.check_writable()?;
        Ok(folder)
    }

    /// Takes hold of a folder of results, to replace what was drawn of them.
    ///
    /// # Errors
    ///
    /// When it cannot be written, is in use, or has a manifest that is not ours.
    pub fn reopen(path: &Path) -> Result<Self, FolderError> {
        let lock = lock(path)?;
        let mut folder = Self { path: path.to_path_buf(), digest: String::new(), _lock: lock };
        if let Some(text) = folder.manifest()? {
            folder.digest = manifest::run_digest_of(&text).ok_or_else(|| folder.has_foreign_manifest())?;
        }
        Ok(folder)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The digest of the run it was prepared for.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Files to be put into this folder together.
    pub fn aside(&self) -> Aside<'_> {
        Aside { folder: self, files: Vec::new(), turn: None }
    }

    /// The same for files of which others of the same name are aside as well; `turn` tells them apart.
    pub(super) fn aside_in_turn(&self, turn: u32) -> Aside<'_> {
        Aside { folder: self, files: Vec::new(), turn: Some(turn) }
    }

    /// Whether finished results lie in the folder.
    pub fn has_results(&self) -> bool {
        fs::symlink_metadata(self.path.join(manifest::FILE)).is_ok()
    }

    /// Names of the files that the manifest in the folder lists; none without one of ours.
    pub fn files_before(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path.join(manifest::FILE)).unwrap_or_default();
        let found: Option<serde_json::Value> = serde_json::from_str(&text).ok();
        let files = found.as_ref().and_then(|manifest| manifest.get("files")?.as_object());
        // A name is one of ours only as a plain place below the folder.
        let plain = |name: &&String| !name.contains("..") && !name.starts_with('/') && !name.contains('\\');
        files.into_iter().flat_map(|files| files.keys()).filter(plain).cloned().collect()
    }

    /// What was drawn again from the results in the folder: charts in `charts-…` beside `charts`, and the report
    /// without scripts.
    pub fn drawn_again(&self) -> Vec<String> {
        // Only what goes by the name of a chart of these results: other pictures there are somebody's own.
        let before = self.files_before();
        let is_chart = |name: &String| before.contains(&format!("charts/{name}"));
        self.other_looks()
            .into_iter()
            .flat_map(|folder| {
                let charts = names(&self.path.join(&folder)).into_iter().filter(is_chart);
                charts.map(|name| format!("{folder}/{name}")).collect::<Vec<String>>()
            })
            .chain(["report-plain.html".to_owned()])
            .collect()
    }

    /// Names of the folders of charts in another look.
    fn other_looks(&self) -> Vec<String> {
        // What a link leads to is somebody's own.
        let is_folder = |name: &String| fs::symlink_metadata(self.path.join(name)).is_ok_and(|found| found.is_dir());
        names(&self.path).into_iter().filter(|name| is_other_look(name) && is_folder(name)).collect()
    }

    /// Removes the folders of charts in another look in which nothing is left.
    pub(super) fn remove_empty_looks(&self) {
        for name in self.other_looks() {
            // One with something in it stays.
            let _ = fs::remove_dir(self.path.join(name));
        }
    }

    /// Removes a file if it is there.
    ///
    /// # Errors
    ///
    /// When it is there and cannot be removed.
    pub fn remove(&self, name: &str) -> Result<(), FolderError> {
        let path = self.path.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(FolderError::io(&path, ("无法删除旧文件", "the old file cannot be removed"), &error))
            }
            _ => Ok(()),
        }
    }

    /// The text of the manifest if there is one; empty where it is no text.
    pub(super) fn manifest(&self) -> Result<Option<String>, FolderError> {
        match fs::read_to_string(self.path.join(manifest::FILE)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) if error.kind() == ErrorKind::InvalidData => Ok(Some(String::new())),
            Err(error) => Err(self.unreadable(&error)),
        }
    }

    fn unreadable(&self, error: &io::Error) -> FolderError {
        FolderError::io(&self.path, ("无法读取结果文件夹", "the results folder cannot be read"), error)
    }

    fn has_foreign_manifest(&self) -> FolderError {
        FolderError::new(
            &self.path,
            "其中的 manifest.json 不是本程序的结果；请用 --out 指定其他文件夹",
            "has a manifest.json that is no result of this program; choose another folder with --out",
        )
    }

    fn check_content(&self, force: bool) -> Result<(), FolderError> {
        if let Some(text) = self.manifest()? {
            let found = manifest::run_digest_of(&text);
            return if found.as_ref() == Some(&self.digest) || (force && found.is_some()) {
                Ok(())
            } else if found.is_none() {
                Err(self.has_foreign_manifest())
            } else {
                Err(FolderError::new(
                    &self.path,
                    "已有另一次运行的结果；请用 --out 指定其他文件夹，或用 --force 覆盖",
                    "holds the results of another run; choose another folder with --out, or overwrite with --force",
                ))
            };
        }
        for entry in fs::read_dir(&self.path).map_err(|error| self.unreadable(&error))? {
            let name = entry.map_err(|error| self.unreadable(&error))?.file_name();
            if !is_ours(&name.to_string_lossy()) {
                let found = name.to_string_lossy().into_owned();
                return Err(FolderError::new(
                    &self.path,
                    &format!(
                        "不是结果文件夹，其中有别的文件（{found}）；请用 --out 指定新的文件夹，--force 只覆盖结果"
                    ),
                    &format!(
                        "is no results folder: it holds other files ({found}); name a new folder with --out \
                         (--force overwrites results only)"
                    ),
                ));
            }
        }
        Ok(())
    }

    /// A run of an hour must not find out at its end that nothing can be written.
    fn check_writable(&self) -> Result<(), FolderError> {
        let probe = self.path.join(".probe.tmp");
        write_aside(&probe, &self.path, |file| file.write_all(b"cutover"))?;
        fs::remove_file(&probe).map_err(|error| FolderError::io(&probe, ("无法删除", "cannot be removed"), &error))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A lock file left behind does no harm: nobody holds it.
        let _ = fs::remove_file(self.path.join(LOCK));
    }
}

/// Files of a results folder that are written but not in place yet; those never put there are removed.
#[derive(Debug)]
pub struct Aside<'a> {
    folder: &'a Folder,
    /// Where a file lies and where it belongs, in the order added.
    files: Vec<(PathBuf, PathBuf)>,
    /// Tells apart files of the same name that are aside at once.
    turn: Option<u32>,
}

impl Aside<'_> {
    /// Writes a file aside; `name` is its place within the folder, with `/` between parts.
    ///
    /// # Errors
    ///
    /// When it could not be written.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), FolderError> {
        self.fill(name, |file| file.write_all(bytes))
    }

    /// The same with what `fill` writes.
    ///
    /// # Errors
    ///
    /// When it could not be written.
    pub fn fill(&mut self, name: &str, fill: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), FolderError> {
        let mut path = self.folder.path.clone();
        let mut parts = name.split('/').peekable();
        while let Some(part) = parts.next() {
            path.push(part);
            if parts.peek().is_some() {
                make_folder(&path)?;
            }
        }
        check_no_folder(&path)?;
        // A second one of the same name, to follow the first, gets a place of its own.
        let turn = self.turn.map_or_else(String::new, |turn| format!(".{turn}"));
        let aside = path.with_file_name(format!(".{}{turn}.tmp", name.rsplit('/').next().unwrap_or(name)));
        write_aside(&aside, &path, fill)?;
        self.files.push((aside, path));
        Ok(())
    }

    /// Puts all files into place, in the order added; returns their paths.
    ///
    /// # Errors
    ///
    /// The first that could not be put there; those before it are in place then.
    pub fn place(mut self) -> Result<Vec<PathBuf>, FolderError> {
        for (aside, path) in &self.files {
            rename(aside, path)?;
        }
        Ok(std::mem::take(&mut self.files).into_iter().map(|(_, path)| path).collect())
    }
}

impl Drop for Aside<'_> {
    fn drop(&mut self) {
        for (aside, _) in &self.files {
            // What was written aside is of no use to anybody; some may be in place.
            let _ = fs::remove_file(aside);
        }
    }
}

/// Writes a single file whole, in a folder that exists.
///
/// # Errors
///
/// When it could not be written; an older file of that name is untouched then.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), FolderError> {
    let Some(name) = path.file_name() else {
        return Err(FolderError::new(path, "不是文件名", "is no name of a file"));
    };
    check_no_folder(path)?;
    // A device or a pipe takes bytes as they come; beside it there is no place for another file.
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        let written = OpenOptions::new().write(true).open(path).and_then(|mut file| file.write_all(bytes));
        return written.map_err(|error| FolderError::io(path, ("无法写入", "cannot be written"), &error));
    }
    let aside = path.with_file_name(format!(".{}.tmp", name.to_string_lossy()));
    write_aside(&aside, path, |file| file.write_all(bytes))?;
    rename(&aside, path)
}

fn check_no_folder(path: &Path) -> Result<(), FolderError> {
    if fs::symlink_metadata(path).is_ok_and(|found| found.is_dir()) {
        return Err(FolderError::new(path, "是文件夹，不能写成文件", "is a folder, not a file"));
    }
    Ok(())
}

fn rename(aside: &Path, path: &Path) -> Result<(), FolderError> {
    fs::rename(aside, path).map_err(|error| {
        let failed = FolderError::io(path, ("无法改名写入", "cannot be renamed into place"), &error);
        // What was written aside is of no use to anybody.
        let _ = fs::remove_file(aside);
        failed
    })
}

fn write_aside(aside: &Path, path: &Path, fill: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), FolderError> {
    // Left by a program that was killed; a link must not lead the bytes elsewhere.
    let _ = fs::remove_file(aside);
    let written = OpenOptions::new().write(true).create_new(true).open(aside).and_then(|mut file| {
        fill(&mut file)?;
        file.sync_all()
    });
    written.map_err(|error| {
        let failed = FolderError::io(path, ("无法写入", "cannot be written"), &error);
        // What was written aside is of no use to anybody.
        let _ = fs::remove_file(aside);
        failed
    })
}

/// Files that a run which was broken off may have left.
fn is_ours(name: &str) -> bool {
    const WHOLE: [&str; 16] = [
        "report-plain.html",
        "summary.json",
        "summary.csv",
        "differences.csv",
        "choice.csv",
        "gains.csv",
        "sweep.csv",
        "cities.csv",
        "waterfall.csv",
        "replications.parquet",
        "daily.parquet",
        "hourly.parquet",
        "view.json",
        "report.html",
        "tables.xlsx",
        "charts",
    ];
    name == LOCK || WHOLE.contains(&name) || is_other_look(name) || (name.starts_with('.') && name.ends_with(".tmp"))
}

/// Whether a folder within a results folder is one of charts in another look, such as `charts-dark`.
pub fn is_other_look(name: &str) -> bool {
    name.starts_with("charts-")
}

/// Names of what is in a folder.
fn names(path: &Path) -> Vec<String> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// The path without `.` and trailing slashes, which would hide a symbolic link.
fn plain(path: &Path) -> PathBuf {
    let parts: PathBuf = path.components().filter(|part| *part != Component::CurDir).collect();
    if parts.as_os_str().is_empty() { PathBuf::from(".") } else { parts }
}

fn check_place(path: &Path) -> Result<(), FolderError> {
    if path.file_name().is_none() {
        return Err(FolderError::new(
            path,
            "是根目录或上级目录，不能用作结果文件夹；请用 --out 指定一个文件夹",
            "is no folder of its own; name a folder for the results with --out",
        ));
    }
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => Err(FolderError::new(
            path,
            "是符号链接，不写入；请用 --out 指定真实的文件夹",
            "is a symbolic link; give the folder itself with --out",
        )),
        Ok(found) if !found.is_dir() => {
            Err(FolderError::new(path, "是文件，不能用作结果文件夹", "is a file and cannot be the results folder"))
        }
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(FolderError::io(path, ("无法用作结果文件夹", "cannot be the results folder"), &error)),
    }
}

fn make_folder(path: &Path) -> Result<(), FolderError> {
    match fs::create_dir(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => check_place(path),
        Err(error) => Err(FolderError::io(path, ("无法建立文件夹", "the folder cannot be made"), &error)),
        Ok(()) => Ok(()),
    }
}

fn lock(folder: &Path) -> Result<File, FolderError> {
    let path = folder.join(LOCK);
    let failed = |error| FolderError::io(&path, ("无法写入结果文件夹", "the results folder cannot be written"), &error);
    // Between opening and locking, the holder before may have removed the file; then the lock is
    // on a file that nobody else will see, and the next try meets the new one.
    for _ in 0..20 {
        if fs::symlink_metadata(&path).is_ok_and(|found| !found.is_file()) {
            return Err(FolderError::new(&path, "不是普通文件，无法锁定", "is no ordinary file and cannot be locked"));
        }
        let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).clone();
        let mut file = options.open(&path).map_err(failed)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(in_use(folder, &mut file)),
            // A file system without locks: two runs at once are then the user's own concern.
            Err(TryLockError::Error(error)) if error.kind() != ErrorKind::Unsupported => return Err(failed(error)),
            _ => {}
        }
        if is_same_file(&file, &path) {
            let written = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
            return written.map(|()| file).map_err(failed);
        }
    }
    Err(FolderError::new(folder, "正被其他运行占用", "is in use by other runs"))
}

fn in_use(folder: &Path, file: &mut File) -> FolderError {
    let mut holder = String::new();
    // Where the number cannot be read the message goes without it.
    let _ = file.take(32).read_to_string(&mut holder);
    let holder = holder.trim();
    let (zh, en) = if !holder.is_empty() && holder.bytes().all(|byte| byte.is_ascii_digit()) {
        (format!("（进程 {holder}）"), format!(" (process {holder})"))
    } else {
        (String::new(), String::new())
    };
    let zh = format!("正被另一次运行占用{zh}；请等其结束，或用 --out 指定其他文件夹");
    FolderError::new(
        folder,
        &zh,
        &format!("is in use by another run{en}; wait for it, or choose another folder with --out"),
    )
}

#[cfg(unix)]
fn is_same_file(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(held), Ok(named)) => (held.dev(), held.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_same_file(_: &File, _: &Path) -> bool {
    // An open file cannot be removed here.
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(out: &Path, force: bool, digest: &str) -> String {
        Folder::prepare(out, force, digest).unwrap_err().text(Lang::En)
    }

    fn write(folder: &Folder, name: &str, bytes: &[u8]) -> Result<Vec<PathBuf>, FolderError> {
        let mut aside = folder.aside();
        aside.add(name, bytes)?;
        aside.place()
    }

    fn manifest_of(digest: &str) -> String {
        format!("{{\"run_digest\": \"{digest}\"}}")
    }

    #[test]
    fn a_folder_of_another_run_is_refused_without_force() {
        let place = tempfile::tempdir().unwrap();
        let out = place.path().join("a/b");
        let folder = Folder::prepare(&out, false, "one").unwrap();
        write(&folder, manifest::FILE, manifest_of("one").as_bytes()).unwrap();
        drop(folder);
        assert!(Folder::prepare(&out, false, "one").is_ok());
        assert!(refused(&out, false, "two").contains("another run"));
        assert_eq!(fs::read_to_string(out.join("manifest.json")).unwrap(), manifest_of("one"));
        assert!(Folder::prepare(&out, true, "two").is_ok());
        fs::write(out.join("manifest.json"), b"\xff not json").unwrap();
        for force in [false, true] {
            assert!(refused(&out, force, "one").contains("no result of this program"));
        }
    }

    #[test]
    fn a_folder_of_foreign_files_is_refused_whatever_is_said() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("budget.xlsx"), "mine").unwrap();
        for force in [false, true] {
            assert!(refused(place.path(), force, "one").contains("budget.xlsx"));
            assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1, "nothing is left behind");
        }
    }

    #[test]
    fn a_note_beside_results_is_kept_when_they_are_written_again() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("manifest.json"), manifest_of("one")).unwrap();
        fs::write(place.path().join("note.txt"), "mine").unwrap();
        let folder = Folder::prepare(place.path(), true, "two").unwrap();
        write(&folder, "summary.csv", b"x").unwrap();
        drop(folder);
        assert_eq!(fs::read_to_string(place.path().join("note.txt")).unwrap(), "mine");
    }

    #[test]
    fn leftovers_of_a_broken_run_are_no_foreign_files() {
        let place = tempfile::tempdir().unwrap();
        for name in [".cutover.lock", ".summary.json.tmp", "summary.csv", "charts-dark"] {
            fs::write(place.path().join(name), "4194304999").unwrap();
        }
        assert!(Folder::prepare(place.path(), false, "one").is_ok());
    }

    #[test]
    fn a_file_is_no_folder() {
        let place = tempfile::tempdir().unwrap();
        let out = place.path().join("file");
        fs::write(&out, "mine").unwrap();
        for force in [false, true] {
            assert!(refused(&out, force, "one").contains("is a file"));
            assert!(refused(&out.join("below"), force, "one").contains("cannot"));
        }
        assert_eq!(fs::read_to_string(&out).unwrap(), "mine");
    }

    #[cfg(unix)]
    #[test]
    fn symbolic_links_are_refused_even_with_a_slash_behind() {
        let place = tempfile::tempdir().unwrap();
        let (real, link) = (place.path().join("real"), place.path().join("link"));
        fs::create_dir(&real).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        for out in [link.clone(), PathBuf::from(format!("{}/", link.display())), link.join(".")] {
            assert!(refused(&out, true, "one").contains("symbolic link"), "{out:?}");
        }
        std::os::unix::fs::symlink(place.path().join("nowhere"), place.path().join("dangling")).unwrap();
        assert!(refused(&place.path().join("dangling"), true, "one").contains("symbolic link"));
        assert_eq!(fs::read_dir(&real).unwrap().count(), 0);
        let folder = Folder::prepare(&real, false, "one").unwrap();
        std::os::unix::fs::symlink(place.path(), real.join("charts")).unwrap();
        assert!(write(&folder, "charts/a.svg", b"x").is_err());
        assert!(!place.path().join("a.svg").exists());
    }

    #[test]
    fn a_folder_in_use_is_refused_until_it_is_given_back() {
        let place = tempfile::tempdir().unwrap();
        let first = Folder::prepare(place.path(), false, "one").unwrap();
        let message = refused(place.path(), true, "one");
        assert!(message.contains("in use") && message.contains(&std::process::id().to_string()), "{message}");
        drop(first);
        assert!(Folder::prepare(place.path(), false, "one").is_ok());
    }

    #[test]
    fn files_appear_whole_and_nothing_is_left_aside() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::prepare(place.path(), false, "one").unwrap();
        write(&folder, "charts/a.svg", b"old").unwrap();
        write(&folder, "charts/a.svg", b"new").unwrap();
        assert_eq!(fs::read(place.path().join("charts/a.svg")).unwrap(), b"new");
        assert_eq!(fs::read_dir(place.path().join("charts")).unwrap().count(), 1);
        fs::create_dir(place.path().join("daily.parquet")).unwrap();
        assert!(write(&folder, "daily.parquet", b"x").is_err());
        drop(folder);
        assert!(!place.path().join(LOCK).exists());
    }

    #[test]
    fn files_aside_change_nothing_until_they_are_put_into_place() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::prepare(place.path(), false, "one").unwrap();
        write(&folder, "summary.csv", b"old").unwrap();
        let read = || fs::read(place.path().join("summary.csv")).unwrap();
        let mut aside = folder.aside();
        aside.add("summary.csv", b"new").unwrap();
        aside.add("charts/a.svg", b"new").unwrap();
        assert_eq!(read(), b"old");
        drop(aside);
        assert_eq!(read(), b"old");
        assert_eq!(fs::read_dir(place.path().join("charts")).unwrap().count(), 0);
        let mut aside = folder.aside();
        aside.add("charts/a.svg", b"new").unwrap();
        aside.add("summary.csv", b"new").unwrap();
        assert_eq!(aside.place().unwrap(), ["charts/a.svg", "summary.csv"].map(|name| place.path().join(name)));
        assert_eq!(read(), b"new");
        drop(folder);
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 2, "nothing is left aside");
    }

    #[test]
    fn a_full_disk_is_named_in_both_languages() {
        let error = FolderError::io(
            Path::new("x"),
            ("无法写入", "cannot be written"),
            &io::Error::from(ErrorKind::StorageFull),
        );
        assert!(error.text(Lang::Zh).contains("磁盘已满") && error.text(Lang::En).contains("the disk is full"));
    }
}
