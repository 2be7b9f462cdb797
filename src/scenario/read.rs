//! One file as text: found, of a sensible size, UTF-8.
//!
//! Planners' files often come from editors that save Chinese as GBK; the message says so.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::error::{Code, Problem, Text};

/// Largest file read.
const FILE_BYTES_MAX: u64 = 4_000_000;

/// Reads a file as text.
///
/// # Errors
///
/// The problem, when it is missing, no regular file, empty, too large, no text or not UTF-8.
pub(crate) fn read_text(path: &Path, shown: &str) -> Result<String, Box<Problem>> {
    let problem = |code, zh: &str, en: &str| Box::new(Problem::of_file(code, shown, (zh, en)));
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => problem(Code::FileMissing, "没有这个文件", "no such file"),
        _ => problem(Code::FileUnreadable, &format!("无法读取：{error}"), &format!("cannot be read: {error}")),
    };
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(problem(Code::NotAFile, "是文件夹，这里需要文件", "is a folder, a file is needed"));
    }
    if !metadata.is_file() {
        return Err(problem(Code::NotAFile, "不是普通文件", "is not a regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(problem(Code::FileTooLarge, "必须不大于 4 MB", "must not be larger than 4 MB"));
    }
    let text = decode(bytes).map_err(|fault| Box::new(fault.in_file(shown)))?;
    if text.trim().is_empty() {
        return Err(problem(Code::FileEmpty, "文件是空的", "the file is empty"));
    }
    Ok(text)
}

struct Undecodable {
    code: Code,
    line: Option<u32>,
    allowed: Text,
    hint: Option<Text>,
}

impl Undecodable {
    fn in_file(self, shown: &str) -> Problem {
        Problem::of_file(self.code, shown, self.allowed).with_line(0, self.line).with_hint(self.hint)
    }
}

fn decode(bytes: Vec<u8>) -> Result<String, Undecodable> {
    let no_utf8 = |line, allowed: Text| Undecodable {
        code: Code::NotUtf8,
        line,
        allowed,
        hint: Some(Text::new("请用编辑器另存为 UTF-8 编码", "save the file as UTF-8 in your editor")),
    };
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(no_utf8(
            None,
            Text::new("文件是 UTF-16 编码，必须是 UTF-8", "the file is UTF-16, it must be UTF-8"),
        ));
    }
    if bytes.contains(&0) {
        let allowed = Text::new("不是文本文件，必须是 TOML 文本", "is not a text file, must be TOML text");
        return Err(Undecodable { code: Code::NotText, line: None, allowed, hint: None });
    }
    String::from_utf8(bytes).map(|text| text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)).map_err(
        |error| {
            let valid = error.utf8_error().valid_up_to();
            let bytes = error.as_bytes();
            let line = 1 + bytes.iter().take(valid).filter(|byte| **byte == b'\n').count();
            let allowed = match looks_like_gbk(bytes) {
                true => Text::new("文件像是 GBK 编码，必须是 UTF-8", "the file looks like GBK, it must be UTF-8"),
                false => Text::new("文件不是 UTF-8 编码", "the file is not UTF-8"),
            };
            no_utf8(u32::try_from(line).ok(), allowed)
        },
    )
}

/// Whether every byte above ASCII is half of a GBK pair.
fn looks_like_gbk(bytes: &[u8]) -> bool {
    let mut rest = bytes.iter().copied();
    while let Some(byte) = rest.next() {
        let pair = match byte {
            0..=0x7f => true,
            0x81..=0xfe => rest.next().is_some_and(|second| matches!(second, 0x40..=0x7e | 0x80..=0xfe)),
            _ => false,
        };
        if !pair {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gbk_is_recognised() {
        assert!(looks_like_gbk(b"name = \"\xc4\xcf\xcd\xa8\""));
        assert!(!looks_like_gbk(b"\xff\xfe"));
        assert!(!looks_like_gbk(b"\xc4"));
    }
}
