//! Writing to the terminal: never a panic on a closed pipe or a full disk.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use crate::units::Lang;

/// Why a command did not do its work.
#[derive(Debug)]
pub struct Failure {
    /// Exit status.
    status: u8,
    /// What to tell, in the reader's language.
    text: String,
}

impl Failure {
    /// Wrong input: status 2.
    pub(crate) fn input(text: impl Into<String>) -> Self {
        Self { status: 2, text: text.into() }
    }

    /// The work failed: status 1.
    pub(crate) fn work(text: impl Into<String>) -> Self {
        Self { status: 1, text: text.into() }
    }

    /// Stopped by a signal.
    pub(crate) fn signal(status: u8, text: impl Into<String>) -> Self {
        Self { status, text: text.into() }
    }

    /// The same with a line before it.
    pub(crate) fn after(self, line: &str) -> Self {
        Self { text: format!("{line}\n{}", self.text), ..self }
    }

    /// The same with a part of its text replaced.
    pub(crate) fn replacing(self, found: &str, other: &str) -> Self {
        Self { text: self.text.replace(found, other), ..self }
    }

    /// Prints the text on standard error and gives the exit status.
    #[must_use]
    pub fn report(&self) -> ExitCode {
        // Where even standard error is gone there is nobody left to tell.
        let _ = writeln!(io::stderr(), "{}", self.text.trim_end());
        ExitCode::from(self.status)
    }
}

/// Writes text to standard output. A reader that has gone away (`| head`) ends the command well.
pub(crate) fn print(text: &str, lang: Lang) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            let full = matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded);
            Err(Failure::work(match (lang, full) {
                (Lang::Zh, true) => "无法写入标准输出：磁盘已满；请腾出空间，或把输出转到其他磁盘".to_owned(),
                (Lang::Zh, false) => format!("无法写入标准输出：{error}"),
                (Lang::En, true) => {
                    "standard output cannot be written: the disk is full; free some space or send it elsewhere"
                        .to_owned()
                }
                (Lang::En, false) => format!("standard output cannot be written: {error}"),
            }))
        }
        _ => Ok(()),
    }
}

/// Names the characters that charts show as □, a line for all charts with the same ones.
pub(super) fn tell_missing(missing: &[(String, Vec<char>)], lang: Lang) {
    let mut told: Vec<(&[char], Vec<&str>)> = Vec::new();
    for (chart, characters) in missing {
        match told.iter_mut().find(|(known, _)| known == characters) {
            Some((_, charts)) => charts.push(chart),
            None => told.push((characters, vec![chart])),
        }
    }
    for (characters, charts) in told {
        let list: Vec<String> = characters.iter().map(|one| format!("{one} (U+{:04X})", u32::from(*one))).collect();
        let (list, charts) = (list.join(", "), charts.join(", "));
        remark(&lang.choose(
            format!("图 {charts}：字体中没有 {list}，图中以 □ 代替"),
            format!("charts {charts}: the font has no {list}; □ stands in its place"),
        ));
    }
}

/// Writes a remark to standard error.
pub(crate) fn remark(text: &str) {
    // A remark that cannot be shown is no reason to stop.
    let _ = writeln!(io::stderr(), "{}", text.trim_end());
}

/// Prints clap's message where it belongs: help on standard output, errors on standard error.
pub(crate) fn print_clap(error: &clap::Error) -> Result<(), Failure> {
    match error.print() {
        Err(failed) if failed.kind() != ErrorKind::BrokenPipe => Err(Failure::work(failed.to_string())),
        _ => Ok(()),
    }
}
