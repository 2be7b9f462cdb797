//! Slips of the keyboard that planners make: numbers as Chinese texts write them (`30，000`, `3万`,
//! `20%`), and quotes and punctuation of a Chinese input method.

use super::error::Text;

/// Full-width characters with what TOML writes for them.
const FULL_WIDTH: [(char, char); 14] = [
    ('，', ','),
    ('．', '.'),
    ('％', '%'),
    ('－', '-'),
    ('＋', '+'),
    ('：', ':'),
    ('；', ';'),
    ('＝', '='),
    ('｛', '{'),
    ('｝', '}'),
    ('［', '['),
    ('］', ']'),
    ('【', '['),
    ('】', ']'),
];

/// Quotes that word processors and input methods make.
const CURLY: [char; 8] = ['“', '”', '‘', '’', '„', '＂', '＇', '「'];

/// Units that stand behind a number, and what they make of it.
const UNITS: [(&str, f64); 7] =
    [("亿", 1e8), ("万", 1e4), ("千", 1e3), ("%", 1e-2), ("‰", 1e-3), ("k", 1e3), ("million", 1e6)];

/// Words of counted things, which belong in no number.
const COUNTED: [&str; 9] = ["人次", "人", "元", "个", "天", "分钟", "小时", "件", "家"];

/// How to write a number that is not written as TOML writes numbers; none for other texts, and for
/// numbers that are written well.
pub(crate) fn number_meant(text: &str) -> Option<Text> {
    let plain: String = text.trim().trim_matches(['"', '\'']).chars().map(half_width).collect();
    if plain.parse::<f64>().is_ok() && plain == text.trim() || plain.len() > 40 {
        return None;
    }
    let mut rest = plain.as_str().trim();
    rest = COUNTED.iter().find_map(|word| rest.strip_suffix(word)).unwrap_or(rest).trim_end();
    let unit = UNITS.iter().find_map(|(unit, factor)| Some((rest.strip_suffix(unit)?, *factor)));
    let (digits, factor) = unit.unwrap_or((rest, 1.0));
    let number = ungrouped(digits.trim())?.parse::<f64>().ok().filter(|number| number.is_finite())? * factor;
    let written = written(number);
    Some(Text::new(format!("写作 {written}"), format!("write {written}")))
}

/// How to write a share that was given in per cent; none below 2, which may be a share gone wrong.
pub(crate) fn share_meant(number: f64) -> Option<Text> {
    let hint = (2.0..=100.0).contains(&number).then(|| number_meant(&format!("{number}%"))).flatten()?;
    Some(Text::new(format!("{number}% {}", hint.zh), format!("for {number}% {}", hint.en)))
}

fn half_width(character: char) -> char {
    match character {
        '０'..='９' => char::from_u32(character as u32 - '０' as u32 + '0' as u32).unwrap_or(character),
        '\u{3000}' => ' ',
        _ => FULL_WIDTH.iter().find(|(full, _)| *full == character).map_or(character, |(_, half)| *half),
    }
}

/// Digits without the marks between thousands; none where the marks stand elsewhere.
fn ungrouped(digits: &str) -> Option<String> {
    let unsigned = digits.strip_prefix(['-', '+']).unwrap_or(digits);
    if !unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    let whole = unsigned.split('.').next().unwrap_or_default();
    let mut groups = whole.split([',', ' ', '_']);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let grouped = rest.is_empty() || (first.len() <= 3 && rest.iter().all(|group| group.len() == 3));
    grouped.then(|| digits.replace([',', ' ', '_'], ""))
}

/// A number as a scenario file writes it: `30_000`, `0.2`.
fn written(number: f64) -> String {
    let rounded = (number * 1e9).round() / 1e9;
    let text = format!("{rounded}");
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    if rounded.fract() != 0.0 || digits.len() < 5 {
        return text;
    }
    let first = (digits.len() - 1) % 3 + 1;
    let mut grouped = digits[..first].to_owned();
    for group in digits.as_bytes()[first..].chunks(3) {
        grouped.push('_');
        grouped.extend(group.iter().map(|&byte| char::from(byte)));
    }
    format!("{sign}{grouped}")
}

/// What to type for the first curly quote or full-width mark of a line that is no TOML. What stands
/// in straight quotes or in a comment is as it should be.
pub(crate) fn mark_meant(line: &str) -> Option<Text> {
    let mut quote = None;
    for character in line.chars() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(character),
            (None, '#') => return None,
            (None, _) if CURLY.contains(&character) => return Some(straight(character)),
            _ => {}
        }
        let half = FULL_WIDTH.iter().find(|(full, _)| quote.is_none() && *full == character);
        if let Some((full, half)) = half {
            return Some(Text::new(
                format!("{full} 是全角符号，改用半角 {half}"),
                format!("{full} is a full-width mark, use {half}"),
            ));
        }
    }
    // A straight quote that a curly one was to close.
    quote.and_then(|_| line.chars().rev().find(|character| CURLY.contains(character))).map(straight)
}

fn straight(curly: char) -> Text {
    Text::new(
        format!("{curly} 是中文引号，改用英文直引号 \"…\""),
        format!("{curly} is a curly quote, use straight quotes \"…\""),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_chinese_texts_are_understood() {
        let cases = [
            ("30，000", "30_000"),
            ("30,000", "30_000"),
            ("1,234,567.5", "1234567.5"),
            ("3万", "30_000"),
            ("3.5万人", "35_000"),
            ("1.2亿", "120_000_000"),
            ("20%", "0.2"),
            ("\"20％\"", "0.2"),
            ("５００", "500"),
            ("12元", "12"),
            ("-3万", "-30_000"),
        ];
        for (text, written) in cases {
            assert_eq!(number_meant(text).map(|meant| meant.en), Some(format!("write {written}")), "{text}");
        }
        for text in ["30", "0.2", "many", "", "万", "1,2", "inf", "nan", "2021-09-20", "公告"] {
            assert_eq!(number_meant(text), None, "{text}");
        }
    }

    #[test]
    fn per_cent_given_as_a_share_is_told_how_to_write() {
        assert_eq!(share_meant(20.0).map(|meant| meant.en), Some("for 20% write 0.2".to_owned()));
        assert_eq!((share_meant(1.2), share_meant(200.0), share_meant(f64::NAN)), (None, None, None));
    }

    #[test]
    fn marks_in_quotes_and_comments_are_left_alone() {
        let meant = |line: &str| mark_meant(line).map(|text| text.en).unwrap_or_default();
        assert!(meant("name = “武汉”").contains("straight quotes"));
        assert!(meant("a ＝ 3").contains("use ="));
        assert!(meant("name = \"武汉”").contains("straight quotes"));
        assert_eq!(meant("a = \"甲，“乙”\" 3"), "");
        assert_eq!(meant("a = b # 甲，乙"), "");
    }
}
