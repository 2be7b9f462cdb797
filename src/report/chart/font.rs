//! The embedded font: which characters it has, how wide they are, and the database the PNG writer
//! uses.
//!
//! Only the basic plane is looked at, because the subset in `assets/fonts` is the GBK repertoire.
//! The reader follows the OpenType specification for the tables `head`, `hhea`, `hmtx` and `cmap`
//! (format 4); kerning is left out of widths, where it is worth a pixel or two.

pub mod web;

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use resvg::usvg::fontdb;

/// Regular weight.
static REGULAR: &[u8] = include_bytes!("../../../assets/fonts/NotoSansSC-Regular.otf");
/// Bold weight.
static BOLD: &[u8] = include_bytes!("../../../assets/fonts/NotoSansSC-Bold.otf");

/// Drawn in place of a character the font lacks.
pub const PLACEHOLDER: char = '□';

/// The characters of `text` the embedded font cannot draw, each once, in code point order. Control
/// characters and line breaks are not among them: figures leave those out.
#[must_use]
pub fn missing(text: &str) -> Vec<char> {
    let found: BTreeSet<char> = text.chars().filter(|&c| !c.is_control() && !has(c)).collect();
    found.into_iter().collect()
}

/// Whether the embedded font can draw the character in both weights.
pub(super) fn has(c: char) -> bool {
    face(false).advance(c).is_some() && face(true).advance(c).is_some()
}

/// Width of a line of text in pixels at the given size, with the placeholder where a character is
/// missing.
pub(super) fn width(text: &str, size: f64, bold: bool) -> f64 {
    let face = face(bold);
    let units: f64 = text
        .chars()
        .filter(|c| !c.is_control())
        .map(|c| face.advance(c).or_else(|| face.advance(PLACEHOLDER)).unwrap_or(face.em))
        .sum();
    units / face.em * size
}

/// The database that holds the embedded font and no other. It is parsed once.
pub(super) fn database() -> Arc<fontdb::Database> {
    static DATABASE: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let database = DATABASE.get_or_init(|| {
        let mut database = fontdb::Database::new();
        for bytes in [REGULAR, BOLD] {
            database.load_font_source(fontdb::Source::Binary(Arc::new(bytes)));
        }
        database.set_sans_serif_family(super::theme::FAMILY);
        Arc::new(database)
    });
    Arc::clone(database)
}

/// Advance widths of the basic plane.
#[derive(Debug, Default)]
struct Face {
    /// Units of one em.
    em: f64,
    /// Advance by code point; absent or [`ABSENT`] when the font lacks the character.
    advances: Vec<u16>,
}

/// Marks a code point the font lacks; no glyph is that wide.
const ABSENT: u16 = u16::MAX;

impl Face {
    fn advance(&self, c: char) -> Option<f64> {
        let advance = *self.advances.get(c as usize)?;
        (advance != ABSENT).then(|| f64::from(advance))
    }
}

fn face(bold: bool) -> &'static Face {
    static FACES: OnceLock<[Face; 2]> = OnceLock::new();
    // A font that cannot be read leaves every character missing, which every figure then reports; a
    // test below keeps such a font out of the repository.
    let faces = FACES.get_or_init(|| [REGULAR, BOLD].map(|bytes| read(bytes).unwrap_or_default()));
    &faces[usize::from(bold)]
}

fn read(bytes: &[u8]) -> Option<Face> {
    let em = u16_at(table(bytes, b"head")?, 18)?;
    let measured = usize::from(u16_at(table(bytes, b"hhea")?, 34)?);
    let metrics = table(bytes, b"hmtx")?;
    let map = unicode_map(table(bytes, b"cmap")?)?;
    let mut advances = vec![ABSENT; 0x1_0000];
    for (code, glyph) in glyphs(map)? {
        // Glyphs beyond the measured ones share the last width.
        let row = usize::from(glyph).min(measured.checked_sub(1)?);
        *advances.get_mut(usize::from(code))? = u16_at(metrics, row * 4)?;
    }
    Some(Face { em: f64::from(em), advances })
}

/// The bytes of one table, found through the directory at the head of the file.
fn table<'a>(bytes: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    let count = usize::from(u16_at(bytes, 4)?);
    (0..count).map(|i| 12 + i * 16).find(|&at| bytes.get(at..at + 4) == Some(name)).and_then(|at| {
        let start = usize::try_from(u32_at(bytes, at + 8)?).ok()?;
        let length = usize::try_from(u32_at(bytes, at + 12)?).ok()?;
        bytes.get(start..start.checked_add(length)?)
    })
}

/// The Windows Unicode map in format 4.
fn unicode_map(cmap: &[u8]) -> Option<&[u8]> {
    let count = usize::from(u16_at(cmap, 2)?);
    (0..count).map(|i| 4 + i * 8).find_map(|at| {
        let wanted = (u16_at(cmap, at)?, u16_at(cmap, at + 2)?) == (3, 1);
        let map = cmap.get(usize::try_from(u32_at(cmap, at + 4)?).ok()?..)?;
        (wanted && u16_at(map, 0)? == 4).then_some(map)
    })
}

/// Code points and their glyphs; glyph 0 stands for "none" and is left out.
fn glyphs(map: &[u8]) -> Option<Vec<(u16, u16)>> {
    let twice = usize::from(u16_at(map, 6)?);
    let (ends, starts, deltas, offsets) = (14, 16 + twice, 16 + 2 * twice, 16 + 3 * twice);
    let mut found = Vec::new();
    for at in (0..twice).step_by(2) {
        let (first, last) = (u16_at(map, starts + at)?, u16_at(map, ends + at)?);
        let delta = u16_at(map, deltas + at)?;
        let offset = usize::from(u16_at(map, offsets + at)?);
        for code in first..=last {
            let glyph = if offset == 0 {
                code.wrapping_add(delta)
            } else {
                // The offset counts from its own place in the table.
                let place = offsets + at + offset + 2 * usize::from(code - first);
                match u16_at(map, place) {
                    Some(listed) if listed != 0 => listed.wrapping_add(delta),
                    _ => 0,
                }
            };
            if glyph != 0 && code != u16::MAX {
                found.push((code, glyph));
            }
        }
    }
    Some(found)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_be_bytes([*pair.first()?, *pair.get(1)?]))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16_at(bytes, at)?) << 16 | u32::from(u16_at(bytes, at.checked_add(2)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_place_names_outside_gb_2312() {
        assert_eq!(missing("鄠邑区硚口区 医保 12.5% ¥ – — · ≤ ≥ × → − αβ ①"), Vec::<char>::new());
    }

    #[test]
    fn names_what_it_lacks_once_and_in_order() {
        assert_eq!(missing("甲𠮷乙ก𠮷\u{7}\n"), vec!['ก', '𠮷']);
    }

    #[test]
    fn measures_by_the_fonts_own_advances() {
        assert_eq!(width("医保", 24.0, false), 48.0);
        assert_eq!(width("𠮷", 24.0, true), 24.0);
        // 0.555 em is the advance of every digit of Noto Sans SC Regular.
        assert!((width("10", 100.0, false) - 111.0).abs() < 0.5);
    }

    #[test]
    fn database_holds_both_weights_of_one_family() {
        let database = database();
        let weights: Vec<u16> = database.faces().map(|face| face.weight.0).collect();
        assert_eq!(weights, vec![400, 700]);
        assert!(database.faces().all(|face| { face.families.iter().any(|f| f.0 == super::super::theme::FAMILY) }));
    }

    #[test]
    fn reading_a_broken_font_is_no_panic() {
        for end in (0..REGULAR.len()).step_by(REGULAR.len() / 50) {
            let _ = read(&REGULAR[..end]);
        }
        assert!(read(&[0xFF; 4096]).is_none());
    }
}
