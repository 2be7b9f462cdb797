//! Rows of the same size, one a replication: in memory up to a budget, beyond it in a temporary file without
//! a name, so that a long run needs no more memory than a short one.
//!
//! A row is so many cells of the same width. Rows are gathered in chunks, in which all values of a cell stand
//! together: a cell of all rows is read without the others, and a row without the other chunks. The file
//! is made in the system's folder for temporary files (`TMPDIR`) when the budget is first used up. It has no
//! name, so that it is gone with the program however that ends.

use std::fmt::Debug;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::units::Lang;

/// Chunks that fit into the budget, so that a file is read in pieces well below it.
const CHUNKS_A_BUDGET: usize = 4;

/// Most rows of a chunk: more would not be read any faster.
const ROWS_A_CHUNK_MAX: usize = 256;

/// Where rows go that are too many for memory.
pub trait Disk: Read + Write + Seek + Send + Debug {}

impl<T: Read + Write + Seek + Send + Debug> Disk for T {}

/// Makes the place for them when it is first needed.
pub type Open = fn() -> io::Result<Box<dyn Disk>>;

/// A temporary file without a name.
pub fn temporary() -> io::Result<Box<dyn Disk>> {
    Ok(Box::new(tempfile::tempfile()?))
}

/// What could not be done with the temporary file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Make,
    Write,
    Read,
}

/// A temporary file that could not be used. Rows of before are still there where it could not be written.
#[derive(Debug)]
pub struct SpoolError {
    folder: PathBuf,
    deed: Deed,
    cause: io::Error,
}

impl SpoolError {
    fn new(deed: Deed, cause: io::Error) -> Self {
        Self { folder: std::env::temp_dir(), deed, cause }
    }

    /// The message in a language: where, what failed, what to do.
    pub fn text(&self, lang: Lang) -> String {
        let deed = match self.deed {
            Deed::Make => lang.pick("无法在此建立临时文件", "no temporary file can be made here"),
            Deed::Write => lang.pick("无法写入此处的临时文件", "the temporary file here cannot be written"),
            Deed::Read => lang.pick("无法读回此处的临时文件", "the temporary file here cannot be read back"),
        };
        let cause = match self.cause.kind() {
            ErrorKind::StorageFull => lang.pick("磁盘已满", "the disk is full").to_owned(),
            ErrorKind::QuotaExceeded => lang.pick("磁盘配额已用完", "the disk quota is used up").to_owned(),
            _ => self.cause.to_string(),
        };
        let folder = self.folder.display();
        lang.choose(
            format!("{folder}：{deed}（内存放不下的模拟结果暂存于此）：{cause}；请腾出空间，或用环境变量 TMPDIR 指定另一个文件夹，再重新运行"),
            format!("{folder}: {deed} (it takes the results that do not fit into memory): {cause}; free some space there, or name another folder with the environment variable TMPDIR, then run again"),
        )
    }
}

impl std::fmt::Display for SpoolError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.text(Lang::En))
    }
}

impl std::error::Error for SpoolError {}

/// What a row consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Cells of a row.
    pub cells: usize,
    /// Bytes of a cell.
    pub width: usize,
}

/// Rows of the same size.
#[derive(Debug)]
pub struct Spool {
    shape: Shape,
    rows: usize,
    rows_a_chunk: usize,
    budget_bytes: usize,
    /// Chunks in the file; those in memory come after them.
    written: usize,
    /// Chunks in memory; the last one may have room.
    held: Vec<Vec<u8>>,
    disk: Mutex<Option<Box<dyn Disk>>>,
    open: Open,
}

/// Some neighbouring cells of some rows that stand together.
#[derive(Debug, Clone, Copy)]
pub struct Block<'a> {
    /// First row.
    pub first: usize,
    /// Rows.
    pub rows: usize,
    /// Place of the first row in the chunk.
    offset: usize,
    rows_a_chunk: usize,
    width: usize,
    bytes: &'a [u8],
}

impl<'a> Block<'a> {
    /// The bytes of a cell, counted from the first of the block, in all rows of the block one after another.
    pub fn cell(&self, cell: usize) -> &'a [u8] {
        let first = (cell * self.rows_a_chunk + self.offset) * self.width;
        &self.bytes[first..first + self.rows * self.width]
    }
}

impl Spool {
    /// Without rows yet. At least one row is in memory, however small the budget.
    pub fn new(shape: Shape, budget_bytes: usize, open: Open) -> Self {
        let row_bytes = (shape.cells * shape.width).max(1);
        Self {
            shape,
            rows: 0,
            rows_a_chunk: (budget_bytes / CHUNKS_A_BUDGET / row_bytes).clamp(1, ROWS_A_CHUNK_MAX),
            budget_bytes,
            written: 0,
            held: Vec::new(),
            disk: Mutex::new(None),
            open,
        }
    }

    /// Rows taken.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Cells of a row.
    pub fn cells(&self) -> usize {
        self.shape.cells
    }

    /// Bytes of rows in memory: at most the budget, or one row where that is more.
    pub fn held_bytes(&self) -> usize {
        self.held.iter().map(Vec::capacity).sum()
    }

    fn chunk_bytes(&self) -> usize {
        self.rows_a_chunk * self.shape.cells * self.shape.width
    }

    /// Makes sure that the next row can be taken.
    ///
    /// # Errors
    ///
    /// When what is in memory has to go to the file and cannot; nothing is lost then.
    pub fn make_room(&mut self) -> Result<(), SpoolError> {
        if self.rows < (self.written + self.held.len()) * self.rows_a_chunk {
            return Ok(());
        }
        if !self.held.is_empty() && self.held_bytes() + self.chunk_bytes() > self.budget_bytes {
            self.write_held()?;
        }
        self.held.push(vec![0; self.chunk_bytes()]);
        Ok(())
    }

    /// Takes a row: the bytes of its cells, one after another.
    ///
    /// # Errors
    ///
    /// As [`Self::make_room`], after which there are none.
    ///
    /// # Panics
    ///
    /// When the row has another size.
    pub fn push(&mut self, row: &[u8]) -> Result<(), SpoolError> {
        let Shape { cells, width } = self.shape;
        assert_eq!(row.len(), cells * width, "all rows have the same size");
        self.make_room()?;
        let place = self.rows % self.rows_a_chunk;
        let chunk = self.held.last_mut().expect("room was made");
        for (cell, bytes) in row.chunks_exact(width.max(1)).enumerate() {
            let first = (cell * self.rows_a_chunk + place) * width;
            chunk[first..first + width].copy_from_slice(bytes);
        }
        self.rows += 1;
        Ok(())
    }

    /// Moves what is in memory, all of it full, to the file.
    fn write_held(&mut self) -> Result<(), SpoolError> {
        let chunk_bytes = self.chunk_bytes() as u64;
        let disk = self.disk.get_mut().unwrap_or_else(PoisonError::into_inner);
        if disk.is_none() {
            *disk = Some((self.open)().map_err(|cause| SpoolError::new(Deed::Make, cause))?);
        }
        let disk = disk.as_mut().expect("opened just now");
        while let Some(chunk) = self.held.first() {
            let place = SeekFrom::Start(self.written as u64 * chunk_bytes);
            let done = disk.seek(place).and_then(|_| disk.write_all(chunk)).and_then(|()| disk.flush());
            done.map_err(|cause| SpoolError::new(Deed::Write, cause))?;
            self.written += 1;
            self.held.remove(0);
        }
        Ok(())
    }

    /// Gives some neighbouring cells of some rows, a block at a time, in the order of the rows.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn each(
        &self,
        cells: Range<usize>,
        rows: Range<usize>,
        mut take: impl FnMut(Block<'_>),
    ) -> Result<(), SpoolError> {
        let Shape { width, .. } = self.shape;
        let (from, until) = (cells.start * self.rows_a_chunk * width, cells.end * self.rows_a_chunk * width);
        let end = rows.end.min(self.rows);
        let mut buffer = Vec::new();
        let mut first = rows.start;
        while first < end {
            let chunk = first / self.rows_a_chunk;
            let offset = first % self.rows_a_chunk;
            let count = (self.rows_a_chunk - offset).min(end - first);
            let bytes = if chunk < self.written {
                buffer.resize(until - from, 0);
                let place = chunk as u64 * self.chunk_bytes() as u64 + from as u64;
                self.read(place, &mut buffer).map_err(|cause| SpoolError::new(Deed::Read, cause))?;
                buffer.as_slice()
            } else {
                &self.held[chunk - self.written][from..until]
            };
            take(Block { first, rows: count, offset, rows_a_chunk: self.rows_a_chunk, width, bytes });
            first += count;
        }
        Ok(())
    }

    fn read(&self, place: u64, bytes: &mut [u8]) -> io::Result<()> {
        let mut disk = self.disk.lock().unwrap_or_else(PoisonError::into_inner);
        let disk = disk.as_mut().ok_or_else(|| io::Error::from(ErrorKind::NotFound))?;
        disk.seek(SeekFrom::Start(place))?;
        disk.read_exact(bytes)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Cursor;

    use super::*;

    /// A disk that takes so many bytes.
    #[derive(Debug)]
    struct Small {
        inner: Cursor<Vec<u8>>,
        left: usize,
    }

    impl Read for Small {
        fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
            self.inner.read(bytes)
        }
    }

    impl Seek for Small {
        fn seek(&mut self, place: SeekFrom) -> io::Result<u64> {
            self.inner.seek(place)
        }
    }

    impl Write for Small {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.left == 0 {
                return Err(ErrorKind::StorageFull.into());
            }
            let count = self.inner.write(&bytes[..bytes.len().min(self.left)])?;
            self.left -= count;
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A disk that is full after 5,000 bytes.
    pub(crate) fn small() -> io::Result<Box<dyn Disk>> {
        Ok(Box::new(Small { inner: Cursor::new(Vec::new()), left: 5_000 }))
    }

    /// A folder for temporary files that cannot be written.
    pub(crate) fn locked() -> io::Result<Box<dyn Disk>> {
        Err(ErrorKind::PermissionDenied.into())
    }

    /// A disk that takes everything and gives nothing back.
    fn deaf() -> io::Result<Box<dyn Disk>> {
        #[derive(Debug)]
        struct Deaf;
        impl Read for Deaf {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("broken"))
            }
        }
        impl Seek for Deaf {
            fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
                Ok(0)
            }
        }
        impl Write for Deaf {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        Ok(Box::new(Deaf))
    }

    const SHAPE: Shape = Shape { cells: 5, width: 3 };

    fn row(number: usize) -> Vec<u8> {
        (0..15).map(|byte| (number * 31 + byte) as u8).collect()
    }

    /// The rows as they come back, by blocks of some cells.
    fn found(spool: &Spool, cells: Range<usize>, rows: Range<usize>) -> Vec<Vec<u8>> {
        let mut found = vec![Vec::new(); rows.len()];
        let start = rows.start;
        let count = cells.len();
        spool
            .each(cells, rows, |block| {
                for cell in 0..count {
                    for (place, bytes) in block.cell(cell).chunks(3).enumerate() {
                        found[block.first - start + place].extend_from_slice(bytes);
                    }
                }
            })
            .unwrap();
        found
    }

    #[test]
    fn rows_come_back_from_memory_and_from_the_file() {
        for budget in [1, 60, 200, 1_000, 1_000_000] {
            let mut spool = Spool::new(SHAPE, budget, temporary);
            for number in 0..200 {
                spool.push(&row(number)).unwrap();
                assert!(spool.held_bytes() <= budget.max(15), "{budget}: {} bytes after {number}", spool.held_bytes());
            }
            assert_eq!((spool.rows(), spool.written > 0), (200, budget < 10_000));
            assert_eq!(found(&spool, 0..5, 0..200), (0..200).map(row).collect::<Vec<_>>(), "{budget}");
            let part: Vec<Vec<u8>> = (7..111).map(|number| row(number)[3..9].to_vec()).collect();
            assert_eq!(found(&spool, 1..3, 7..111), part, "{budget}");
        }
    }

    #[test]
    fn a_full_disk_loses_no_row_that_was_taken() {
        let mut spool = Spool::new(SHAPE, 1_000, small);
        let taken = (0..2_000).take_while(|&number| spool.push(&row(number)).is_ok()).count();
        assert!((5_000 / 15..6_100 / 15).contains(&taken), "{taken}");
        assert_eq!(spool.rows(), taken);
        assert_eq!(found(&spool, 0..5, 0..taken), (0..taken).map(row).collect::<Vec<_>>());
    }

    #[test]
    fn a_failing_file_is_told_with_what_to_do() {
        let fill = |open: Open| {
            let mut spool = Spool::new(SHAPE, 60, open);
            let failed = (0..1_000).find_map(|number| spool.push(&row(number)).err());
            (spool, failed)
        };
        let folder = std::env::temp_dir().display().to_string();
        let full = fill(small).1.expect("full");
        for (lang, words) in [(Lang::Zh, ["磁盘已满", "腾出空间"]), (Lang::En, ["the disk is full", "free some space"])]
        {
            let text = full.text(lang);
            assert!(words.iter().chain(&["TMPDIR", &folder]).all(|word| text.contains(word)), "{text}");
        }
        let locked = fill(locked).1.expect("locked");
        assert!(locked.to_string().contains("no temporary file can be made here"), "{locked}");
        let (spool, failed) = fill(deaf);
        assert!(failed.is_none());
        let unread = spool.each(0..1, 0..1_000, |_| ()).unwrap_err();
        assert!(unread.to_string().contains("cannot be read back"), "{unread}");
    }
}
