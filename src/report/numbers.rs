//! Numbers, money and dates as a planner reads them: three digits, 万 and 亿 or million, civil dates
//! with their weekday; and how many columns of a terminal a text takes.

use jiff::civil::{Date, DateTime};

use crate::calendar::Clock;
use crate::units::Lang;

use super::table::Interval;

/// Months as English dates name them.
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Digits that are told.
const DIGITS: i32 = 3;

/// Columns of a terminal that a text takes: Chinese characters and full-width marks take two.
pub fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// Columns that a character takes.
pub fn char_width(character: char) -> usize {
    let wide = matches!(u32::from(character),
        0x1100..=0x115F | 0x2E80..=0x303E | 0x3041..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x1F300..=0x1FAFF | 0x20000..=0x3FFFD);
    if character.is_control() { 0 } else { 1 + usize::from(wide) }
}

/// A scale that numbers are told in.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Scale {
    size: f64,
    zh: &'static str,
    en: &'static str,
}

const PLAIN: Scale = Scale { size: 1.0, zh: "", en: "" };
const CHINESE: [Scale; 2] = [Scale { size: 1e8, zh: "亿", en: "" }, Scale { size: 1e4, zh: "万", en: "" }];
const ENGLISH: [Scale; 2] = [Scale { size: 1e9, zh: "", en: " billion" }, Scale { size: 1e6, zh: "", en: " million" }];

fn scale(value: f64, lang: Lang) -> Scale {
    let scales = match lang {
        Lang::Zh => &CHINESE,
        Lang::En => &ENGLISH,
    };
    // 9,999.7 is told as 10,000 and therefore as 1.00万.
    scales.iter().find(|scale| rounded(value.abs()) >= scale.size).copied().unwrap_or(PLAIN)
}

/// Rounded to the digits that are told.
fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let power = 10_f64.powi(DIGITS - 1 - value.abs().log10().floor() as i32);
    (value * power).round() / power
}

/// Decimals that show a value with the digits that are told.
fn decimals(value: f64) -> usize {
    if value == 0.0 || !value.is_finite() {
        return 0;
    }
    let whole = rounded(value).abs().log10().floor() as i32;
    (DIGITS - 1 - whole).clamp(0, 6) as usize
}

/// A number with thousands separators and so many decimals; `digits` also rounds large numbers.
pub fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{:.*}", decimals, if value == 0.0 { 0.0 } else { value });
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').map_or((digits, ""), |(whole, fraction)| (whole, fraction));
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    if out.trim_start_matches('-').chars().all(|c| matches!(c, '0' | '.')) { "0".to_owned() } else { out }
}

/// Decimals of counts: none when the numbers are told one by one.
fn decimals_of(scaled: f64, scale: Scale, is_count: bool) -> usize {
    let whole = is_count && scale == PLAIN && scaled.abs() >= 10.0;
    if whole { 0 } else { decimals(scaled).min(if is_count && scale == PLAIN { 1 } else { 2 }) }
}

/// A number of things: `18.2万人次`, `182,000 visits`.
pub fn count(value: f64, unit: (&str, &str), lang: Lang) -> String {
    let scale = scale(value, lang);
    let number = told(value, value, scale, true);
    attach(&number, scale, unit, lang)
}

/// A difference of numbers of things, with its sign: `+1.2万人次`, `-350 visits`.
pub fn signed(value: f64, unit: (&str, &str), lang: Lang) -> String {
    let sign = if value < 0.0 { "-" } else { "+" };
    format!("{sign}{}", count(value.abs(), unit, lang))
}

/// An amount in yuan: `2,350万元` is told as `2350万元`, `23.5 million yuan`.
pub fn yuan(value: f64, lang: Lang) -> String {
    count(value, ("元", "yuan"), lang)
}

/// A number where there is little room, without a unit: `3.10亿`, `310M`.
pub fn short(value: f64, lang: Lang) -> String {
    letters(&count(value, ("", ""), lang))
}

/// The same with its sign: `+1.2万`, `-350`.
pub fn short_signed(value: f64, lang: Lang) -> String {
    letters(&signed(value, ("", ""), lang))
}

/// English scales by their letters; Chinese ones are short already.
fn letters(text: &str) -> String {
    text.replace(" million", "M").replace(" billion", "B")
}

/// The text with a capital first letter, to begin a sentence or a title.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A number of things with its interval: `18.2（18.1～18.4）万人次`, `182,000 (181,000–184,000) visits`.
pub fn count_between(found: Interval, unit: (&str, &str), lang: Lang) -> Option<String> {
    let value = found.value?;
    let scale = scale(value, lang);
    let number = told(value, value, scale, true);
    let (Some(low), Some(high)) = (found.low, found.high) else { return Some(attach(&number, scale, unit, lang)) };
    // Counts and money are never negative, though a symmetric interval may reach below.
    let (low, high) = (told(low.max(0.0), value, scale, true), told(high, value, scale, true));
    if low == number && high == number {
        return Some(attach(&number, scale, unit, lang));
    }
    Some(attach(&format!("{number}{}", between(&low, &high, lang)), scale, unit, lang))
}

/// A share as a percentage with its interval: `33%（20%～50%）`.
pub fn percent_between(found: Interval, lang: Lang) -> Option<String> {
    let value = percent(found.value?);
    let (Some(low), Some(high)) = (found.low, found.high) else { return Some(value) };
    Some(format!("{value}{}", between(&percent(low), &percent(high), lang)))
}

/// A plain number, such as minutes, with its interval: `27.3（24～31）`.
pub fn number_between(found: Interval, lang: Lang) -> Option<String> {
    let value = found.value?;
    let number = told(value, value, PLAIN, true);
    let (Some(low), Some(high)) = (found.low, found.high) else { return Some(number) };
    let (low, high) = (told(low.max(0.0), value, PLAIN, true), told(high, value, PLAIN, true));
    if low == number && high == number { Some(number) } else { Some(format!("{number}{}", between(&low, &high, lang))) }
}

/// A plain number, as short as its digits allow: `0.5`, `6`, `1,250`.
pub fn number(value: f64) -> String {
    let text = grouped(rounded(value), decimals(value));
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A share as a percentage: `3.4%`, `33%`.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let decimals = if percent != 0.0 && percent.abs() < 9.95 { 1 } else { 0 };
    let text = grouped(percent, decimals);
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "0" && percent > 0.0 { "<0.1%".to_owned() } else { format!("{text}%") }
}

/// A text in brackets.
pub fn bracketed(text: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("（{text}）"),
        Lang::En => format!(" ({text})"),
    }
}

/// The two ends of an interval in brackets.
pub fn between(low: &str, high: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("（{low}～{high}）"),
        Lang::En => format!(" ({low}–{high})"),
    }
}

/// `value` in a scale, with the decimals that suit `leading`.
fn told(value: f64, leading: f64, scale: Scale, is_count: bool) -> String {
    let decimals = decimals_of(leading / scale.size, scale, is_count);
    let scaled = value / scale.size;
    // Beyond three digits the rest is noise: 182,345 becomes 182,000.
    let step = 10_f64.powi(rounded(leading / scale.size).abs().max(1.0).log10().floor() as i32 - (DIGITS - 1));
    let scaled = if step > 1.0 { (scaled / step).round() * step } else { scaled };
    grouped(scaled, decimals)
}

fn attach(number: &str, scale: Scale, (zh, en): (&str, &str), lang: Lang) -> String {
    match lang {
        Lang::Zh => {
            format!("{number}{}{}{zh}", if scale == PLAIN && !number.ends_with('）') { " " } else { "" }, scale.zh)
                .trim_end()
                .to_owned()
        }
        Lang::En => format!("{number}{} {en}", scale.en).trim_end().to_owned(),
    }
}

/// The date of a day counted from the start; part of a day counts as that day.
pub fn date_of_day(clock: &Clock, day: f64) -> Date {
    clock.date(day.floor().clamp(0.0, 1e6) as u32)
}

/// `11月22日周一` or `Mon 22 Nov`, with the year where it is not `year`.
pub fn date(date: Date, year: i16, lang: Lang) -> String {
    const WEEKDAYS: [(&str, &str); 7] =
        [("一", "Mon"), ("二", "Tue"), ("三", "Wed"), ("四", "Thu"), ("五", "Fri"), ("六", "Sat"), ("日", "Sun")];
    let weekday = usize::from(date.weekday().to_monday_zero_offset().unsigned_abs());
    let (zh, en) = WEEKDAYS.get(weekday).copied().unwrap_or_default();
    let (month, day) = (date.month(), date.day());
    let other_year = date.year() != year;
    match lang {
        Lang::Zh => {
            let year = if other_year { format!("{}年", date.year()) } else { String::new() };
            format!("{year}{month}月{day}日周{zh}")
        }
        Lang::En => {
            let name = MONTHS.get(usize::from(month.unsigned_abs()).saturating_sub(1)).copied().unwrap_or_default();
            let year = if other_year { format!(" {}", date.year()) } else { String::new() };
            format!("{en} {day} {name}{year}")
        }
    }
}

/// A date without weekday and year, for tables: `11月22日`, `22 Nov`.
pub fn short_date(date: Date, lang: Lang) -> String {
    let (month, day) = (date.month(), date.day());
    match lang {
        Lang::Zh => format!("{month}月{day}日"),
        Lang::En => {
            let name = MONTHS.get(usize::from(month.unsigned_abs()).saturating_sub(1)).copied().unwrap_or_default();
            format!("{day} {name}")
        }
    }
}

/// A date with its time of day: `11月22日周一 08:00`, `Mon 22 Nov 08:00`.
pub fn moment(civil: DateTime, year: i16, lang: Lang) -> String {
    format!("{} {:02}:{:02}", date(civil.date(), year, lang), civil.hour(), civil.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    const VISITS: (&str, &str) = ("人次", "visits");

    fn interval(value: f64, low: f64, high: f64) -> Interval {
        Interval { value: Some(value), low: Some(low), high: Some(high) }
    }

    #[test]
    fn counts_are_told_with_three_digits_in_the_readers_units() {
        for (value, zh, en) in [
            (0.0, "0 人次", "0 visits"),
            (0.4, "0.4 人次", "0.4 visits"),
            (12.34, "12 人次", "12 visits"),
            (1_234.0, "1,230 人次", "1,230 visits"),
            (9_999.7, "1.00万人次", "10,000 visits"),
            (182_345.0, "18.2万人次", "182,000 visits"),
            (23_456_789.0, "2,350万人次", "23.5 million visits"),
            (3.1e8, "3.10亿人次", "310 million visits"),
            (2e9, "20.0亿人次", "2.00 billion visits"),
        ] {
            assert_eq!((count(value, VISITS, Lang::Zh).as_str(), count(value, VISITS, Lang::En).as_str()), (zh, en));
        }
    }

    #[test]
    fn where_there_is_little_room_scales_are_letters_and_signs_stay() {
        assert_eq!((short(3.1e8, Lang::Zh), short(3.1e8, Lang::En)), ("3.10亿".into(), "310M".into()));
        assert_eq!((short(2e9, Lang::En), short(1_234.0, Lang::Zh)), ("2.00B".into(), "1,230".into()));
        assert_eq!(
            (short_signed(-2.5e6, Lang::En), short_signed(12_345.0, Lang::Zh)),
            ("-2.50M".into(), "+1.23万".into())
        );
        assert_eq!((capital("élan vital"), capital("")), ("Élan vital".into(), String::new()));
    }

    #[test]
    fn intervals_share_the_scale_of_their_value() {
        let found = interval(182_345.0, 181_200.0, 183_500.0);
        assert_eq!(count_between(found, VISITS, Lang::Zh).unwrap(), "18.2（18.1～18.4）万人次");
        assert_eq!(count_between(found, VISITS, Lang::En).unwrap(), "182,000 (181,000–184,000) visits");
        assert_eq!(count_between(interval(5.0, -2.0, 12.0), VISITS, Lang::Zh).unwrap(), "5.0（0～12.0）人次");
        let alone = Interval { value: Some(5e4), ..Interval::default() };
        assert_eq!(count_between(alone, VISITS, Lang::Zh).unwrap(), "5.00万人次");
        assert_eq!(count_between(Interval::default(), VISITS, Lang::Zh), None);
    }

    #[test]
    fn shares_and_plain_numbers_are_short() {
        assert_eq!(percent(0.034), "3.4%");
        assert_eq!(
            (percent(0.5), percent(0.0), percent(1.0), percent(0.00004)),
            ("50%".into(), "0".to_owned() + "%", "100%".into(), "<0.1%".into())
        );
        assert_eq!(
            (number(0.5), number(6.0), number(1_250.4), number(4.25)),
            ("0.5".into(), "6".into(), "1,250".into(), "4.25".into())
        );
        assert_eq!(percent_between(interval(0.333, 0.2, 0.5), Lang::En).unwrap(), "33% (20%–50%)");
    }

    #[test]
    fn dates_name_their_weekday_and_another_year() {
        let day = jiff::civil::date(2021, 11, 22);
        assert_eq!(
            (date(day, 2021, Lang::Zh), date(day, 2021, Lang::En)),
            ("11月22日周一".into(), "Mon 22 Nov".into())
        );
        assert_eq!(date(day, 2020, Lang::Zh), "2021年11月22日周一");
        assert_eq!(moment(day.at(8, 5, 0, 0), 2021, Lang::En), "Mon 22 Nov 08:05");
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!((width("鄠邑区"), width("a（b"), width("～"), width("–")), (6, 4, 2, 1));
    }
}
