//! The embedded font for readers of pages and SVG files: the characters that are drawn and no others, as WOFF
//! inside a rule of a style sheet. With it a browser on a machine without any font shows the same picture.
//!
//! `subsetter` takes the outlines out of the font; it makes fonts for PDF, which need neither a table of
//! characters nor the metrics of Windows, so that both are added here. Kerning is left out, as in the widths
//! that the figures were laid out by.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::OnceLock;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use subsetter::{GlyphRemapper, subset};

use super::super::{ChartError, failed};
use super::{BOLD, REGULAR, glyphs, table, u16_at, u32_at, unicode_map};
use crate::report::base64::base64;

/// Tables with their names.
type Tables = Vec<([u8; 4], Vec<u8>)>;

/// The characters that figures draw, regular and bold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Letters([BTreeSet<char>; 2]);

impl Letters {
    /// Adds the characters of a finished figure.
    pub fn add(&mut self, svg: &str) {
        for part in svg.split("<text").skip(1) {
            let Some((tag, rest)) = part.split_once('>') else { continue };
            let text = rest.split('<').next().unwrap_or_default();
            let is_bold = tag.contains("font-weight=\"bold\"");
            let found = &mut self.0[usize::from(is_bold)];
            found.extend(text.chars().filter(|c| !c.is_control()));
            // Characters written by their names; the letters of the names may be there for nothing.
            let named =
                [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"'), ("&apos;", '\''), ("&#39;", '\'')];
            found.extend(named.iter().filter(|(name, _)| text.contains(name)).map(|(_, c)| *c));
        }
    }

    /// Rules of a style sheet that give these characters to a family, one a weight that is used.
    ///
    /// # Errors
    ///
    /// [`ChartError::Drawing`] when the font cannot be cut.
    pub fn rules(&self, family: &str) -> Result<String, ChartError> {
        let mut out = String::new();
        for (characters, (is_bold, weight)) in self.0.iter().zip([(false, 400), (true, 700)]) {
            if characters.is_empty() {
                continue;
            }
            out += &format!(
                "@font-face{{font-family:\"{family}\";font-weight:{weight};src:url(data:font/woff;base64,{}) format(\"woff\")}}\n",
                base64(&woff(characters, is_bold)?)
            );
        }
        Ok(out)
    }
}

/// A finished figure as a file of its own: the same drawing with its characters.
///
/// # Errors
///
/// [`ChartError::Drawing`] when the font cannot be cut.
pub fn complete(svg: &str) -> Result<String, ChartError> {
    let mut letters = Letters::default();
    letters.add(svg);
    let Some((head, body)) = svg.split_once('>') else { return Ok(svg.to_owned()) };
    Ok(format!("{head}>\n<style>{}</style>{body}", letters.rules(super::super::theme::FAMILY)?))
}

/// Glyphs of one weight by character of the basic plane; 0 for none.
fn map_of(is_bold: bool) -> &'static [u16] {
    static MAPS: OnceLock<[Vec<u16>; 2]> = OnceLock::new();
    let maps = MAPS.get_or_init(|| {
        [REGULAR, BOLD].map(|bytes| {
            let mut map = vec![0; 0x1_0000];
            let found = table(bytes, b"cmap").and_then(unicode_map).and_then(glyphs).unwrap_or_default();
            found.iter().for_each(|(code, glyph)| map[usize::from(*code)] = *glyph);
            map
        })
    });
    &maps[usize::from(is_bold)]
}

/// A font with some characters.
fn woff(characters: &BTreeSet<char>, is_bold: bool) -> Result<Vec<u8>, ChartError> {
    let bytes = if is_bold { BOLD } else { REGULAR };
    let map = map_of(is_bold);
    let mut kept = GlyphRemapper::new();
    // Characters that the font lacks are shown as whatever the reader's machine has.
    let codes: Vec<(u16, u16)> = characters
        .iter()
        .filter_map(|c| u16::try_from(u32::from(*c)).ok())
        .filter(|code| map[usize::from(*code)] != 0)
        .map(|code| (code, kept.remap(map[usize::from(code)])))
        .collect();
    let cut = subset(bytes, 0, &kept).map_err(failed)?;
    let mut tables = tables_of(&cut).ok_or_else(|| failed("the font cannot be cut"))?;
    tables.push((*b"cmap", cmap(&codes)));
    let metrics = table(bytes, b"OS/2").ok_or_else(|| failed("the font has no metrics"))?;
    tables.push((*b"OS/2", metrics.to_vec()));
    tables.sort();
    packed(&tables)
}

/// All tables of a font.
fn tables_of(bytes: &[u8]) -> Option<Tables> {
    let count = usize::from(u16_at(bytes, 4)?);
    let names = (0..count).map(|at| bytes.get(12 + at * 16..16 + at * 16)?.try_into().ok());
    names.map(|name: Option<[u8; 4]>| Some((name?, table(bytes, &name?)?.to_vec()))).collect()
}

/// The table from characters to glyphs, in format 4 under the two names by which readers look for it: a segment
/// for every run of characters whose glyphs follow each other.
fn cmap(codes: &[(u16, u16)]) -> Vec<u8> {
    let mut segments: Vec<(u16, u16, u16)> = Vec::new();
    for &(code, glyph) in codes {
        let delta = glyph.wrapping_sub(code);
        match segments.last_mut() {
            Some((_, last, same)) if last.checked_add(1) == Some(code) && *same == delta => *last = code,
            _ => segments.push((code, code, delta)),
        }
    }
    // The last segment has to be that of the last code, which is no character.
    segments.push((u16::MAX, u16::MAX, 1));
    let count = segments.len() as u16;
    let power = count.ilog2() as u16;
    let range = 2 << power;
    let mut found = vec![4, 16 + 8 * count, 0, 2 * count, range, power, 2 * count - range];
    found.extend(segments.iter().map(|(_, last, _)| *last));
    found.push(0);
    found.extend(segments.iter().map(|(first, ..)| *first));
    found.extend(segments.iter().map(|(.., delta)| *delta));
    found.extend(segments.iter().map(|_| 0));
    // Version, two names: Unicode and Windows; both tables stand behind the 20 bytes of this.
    let head = [0, 2, 0, 3, 0, 20, 3, 1, 0, 20];
    head.iter().chain(&found).flat_map(|value: &u16| value.to_be_bytes()).collect()
}

/// WOFF 1.0: a directory, and every table packed where that makes it smaller.
fn packed(tables: &Tables) -> Result<Vec<u8>, ChartError> {
    let padded = |length: usize| length.div_ceil(4) * 4;
    let mut directory: Vec<u8> = Vec::new();
    let mut body: Vec<u8> = Vec::new();
    let from = 44 + 20 * tables.len();
    for (name, bytes) in tables {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).map_err(failed)?;
        let small = encoder.finish().map_err(failed)?;
        let stored = if small.len() < bytes.len() { &small } else { bytes };
        directory.extend(name);
        for value in [from + body.len(), stored.len(), bytes.len()] {
            directory.extend((value as u32).to_be_bytes());
        }
        directory.extend(sum(bytes).to_be_bytes());
        body.extend(stored);
        body.resize(padded(body.len()), 0);
    }
    let whole: usize = 12 + 16 * tables.len() + tables.iter().map(|(_, bytes)| padded(bytes.len())).sum::<usize>();
    let mut out = b"wOFFOTTO".to_vec();
    out.extend(((from + body.len()) as u32).to_be_bytes());
    out.extend([(tables.len() as u16).to_be_bytes(), [0, 0]].concat());
    out.extend((whole as u32).to_be_bytes());
    out.extend([0, 1, 0, 0]);
    // Neither further words nor private data: five numbers.
    out.extend([0; 20]);
    out.extend(directory);
    out.extend(body);
    Ok(out)
}

/// Sum of a table's words.
fn sum(bytes: &[u8]) -> u32 {
    let word = |part: &[u8]| {
        let mut whole = [0; 4];
        whole[..part.len()].copy_from_slice(part);
        u32_at(&whole, 0).unwrap_or(0)
    };
    bytes.chunks(4).fold(0, |sum, part| sum.wrapping_add(word(part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SVG: &str =
        "<svg viewBox=\"0 0 9 9\"><text x=\"1\" font-weight=\"bold\">\n医 &lt;\n</text><text y=\"2\">保A</text></svg>";

    #[test]
    fn characters_are_found_by_weight() {
        let mut letters = Letters::default();
        letters.add(SVG);
        let [regular, bold] = &letters.0;
        assert_eq!(regular.iter().collect::<String>(), "A保");
        assert!(['医', ' ', '<'].iter().all(|c| bold.contains(c)) && !bold.contains(&'A'));
        let rules = letters.rules("F").unwrap();
        assert_eq!((rules.matches("@font-face").count(), rules.matches("font-weight:700").count()), (2, 1));
    }

    #[test]
    fn a_file_keeps_its_drawing() {
        let file = complete(SVG).unwrap();
        assert!(file.starts_with("<svg viewBox=\"0 0 9 9\">\n<style>@font-face{font-family:\"Noto Sans SC\";"));
        assert!(file.ends_with(SVG.split_once('>').unwrap().1));
        assert!(file.len() < 12_000, "{}", file.len());
    }

    #[test]
    fn the_cut_font_has_its_characters_with_their_widths() {
        let text: BTreeSet<char> = "医保 12AB，、\u{1F600}".chars().collect();
        let packed = woff(&text, true).unwrap();
        let tables = unpacked(&packed);
        let one = |name: &[u8; 4]| &tables.iter().find(|(other, _)| other == name).unwrap().1;
        let codes = glyphs(unicode_map(one(b"cmap")).unwrap()).unwrap();
        let whole = super::super::face(true);
        assert_eq!(codes.len(), text.len() - 1);
        let measured = usize::from(u16_at(one(b"hhea"), 34).unwrap());
        for (code, glyph) in codes {
            let row = usize::from(glyph).min(measured - 1);
            let advance = f64::from(u16_at(one(b"hmtx"), row * 4).unwrap());
            let c = char::from_u32(code.into()).unwrap();
            assert_eq!(whole.advance(c), Some(advance), "{c}");
        }
        for name in [b"CFF ", b"OS/2", b"head", b"maxp", b"name", b"post"] {
            assert!(!one(name).is_empty());
        }
    }

    /// Tables of a WOFF.
    fn unpacked(bytes: &[u8]) -> Tables {
        let number = |at: usize| u32_at(bytes, at).unwrap() as usize;
        assert_eq!((&bytes[..4], number(8)), (b"wOFF".as_slice(), bytes.len()));
        let count = usize::from(u16_at(bytes, 12).unwrap());
        (0..count)
            .map(|place| 44 + 20 * place)
            .map(|at| {
                let stored = &bytes[number(at + 4)..number(at + 4) + number(at + 8)];
                let mut table = Vec::new();
                if stored.len() < number(at + 12) {
                    let mut decoder = flate2::read::ZlibDecoder::new(stored);
                    std::io::Read::read_to_end(&mut decoder, &mut table).unwrap();
                } else {
                    table = stored.to_vec();
                }
                assert_eq!((table.len(), sum(&table) as usize), (number(at + 12), number(at + 16)));
                (bytes[at..at + 4].try_into().unwrap(), table)
            })
            .collect()
    }
}
