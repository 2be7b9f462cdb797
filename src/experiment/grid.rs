//! The grid of a sweep: one or two keys of the scenario, each over a range or a list of values.
//!
//! ```text
//! measures.surge.extra_windows=0..4/1                                numbers
//! suspend.settlement.stop=2021-10-08T18:00..2021-10-11T18:00/12h     dates and times
//! suspend.settlement.return.fixed=settlement.stop + 1d..14d/1d       lengths after another time
//! suspend.settlement.stop=2021-10-08T18:00,2021-10-09T06:00          a list
//! ```
//!
//! The commas, the equals sign and the slash of a Chinese keyboard stand for the plain ones outside quotes.
//!
//! A range holds FROM, and every step after it up to TO. The values of a key are worked out by their number,
//! never by adding up steps, so that `0..1/0.1` has 0.3 and not 0.30000000000000004.

use jiff::SignedDuration;
use jiff::civil::DateTime;

use crate::calendar::{Anchor, TimeExpression};
use crate::scenario::error::{Text, echo};
use crate::scenario::mistyped::number_meant;

/// Most points of a grid.
pub const POINTS_MAX: usize = 400;

/// Most courses (points × replications) of a sweep.
pub const COURSES_MAX: usize = 100_000;

/// Keys that one sweep can vary.
pub const AXES_MAX: usize = 2;

/// Keys that all points share.
const SHARED: [&str; 4] = ["start", "horizon_days", "extends", "calendar"];

/// One key and its values.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// The key, as `--set` takes it.
    pub key: String,
    /// Its values, at least one, none twice.
    pub levels: Vec<Level>,
}

/// One value of a key.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// As a scenario file would write it, times without quotes.
    pub written: String,
    /// What it is.
    pub value: LevelValue,
}

/// What the value of a key is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LevelValue {
    /// A number.
    Number(f64),
    /// A date and time.
    Moment(DateTime),
    /// Seconds after a time that the scenario names.
    Length(i64),
    /// Anything else.
    Word,
}

impl Level {
    /// Place along the axis: the number, or seconds; none for other words.
    pub fn place(&self) -> Option<f64> {
        match self.value {
            LevelValue::Number(number) => Some(number),
            LevelValue::Moment(moment) => {
                let from = jiff::civil::date(2000, 1, 1).at(0, 0, 0, 0);
                Some(moment.duration_since(from).as_secs() as f64)
            }
            LevelValue::Length(seconds) => Some(seconds as f64),
            LevelValue::Word => None,
        }
    }
}

impl Axis {
    /// Reads `KEY=FROM..TO/STEP` or `KEY=A,B,C`.
    ///
    /// # Errors
    ///
    /// What was found, what is allowed and what to do, in both languages.
    pub fn parse(text: &str) -> Result<Self, Text> {
        let text = &plain(text);
        let form = || {
            bad(
                text,
                "必须写作 键=起..止/步长，如 measures.surge.extra_windows=0..4/1；或 键=甲,乙,丙",
                "must be KEY=FROM..TO/STEP, such as measures.surge.extra_windows=0..4/1, or KEY=A,B,C",
            )
        };
        let (key, values) = text.split_once('=').ok_or_else(form)?;
        let (key, values) = (key.trim(), values.trim());
        if key.is_empty() || values.is_empty() {
            return Err(form());
        }
        if SHARED.contains(&key) {
            return Err(bad(
                text,
                "各点必须共用同样的日子和文件，这个键不能变动",
                "all points share their days and their files: this key cannot be varied",
            ));
        }
        let levels = match values.split_once("..") {
            Some((from, rest)) => range(text, from.trim(), rest.trim())?,
            None => list(text, values)?,
        };
        // A range with another mark between its ends, such as `0~4/1`, is told so, not as a number gone wrong.
        if let [Level { written, value: LevelValue::Word }] = levels.as_slice()
            && written.chars().all(|one| one.is_ascii_digit() || "./~～…—–到至 ".contains(one))
        {
            return Err(form());
        }
        // `value =` within a number stands for the number: the range beside it says how well that one is known
        // and would refuse the others.
        let numbers = levels.iter().all(|level| matches!(level.value, LevelValue::Number(_)));
        let key = if numbers { key.strip_suffix(".value").unwrap_or(key) } else { key };
        for (place, level) in levels.iter().enumerate() {
            if levels[..place].iter().any(|other| other.written == level.written) {
                return Err(bad(&level.written, "同一个值写了两次", "the same value stands there twice"));
            }
        }
        Ok(Self { key: key.to_owned(), levels })
    }

    /// The `--set` of a level.
    pub fn set(&self, level: usize) -> String {
        let Level { written, value } = &self.levels[level];
        match value {
            LevelValue::Moment(_) | LevelValue::Length(_) => format!("{}=\"{written}\"", self.key),
            LevelValue::Number(_) | LevelValue::Word => format!("{}={written}", self.key),
        }
    }

    /// Places of all levels, where they have some and they ascend.
    pub fn places(&self) -> Option<Vec<f64>> {
        let places: Vec<f64> = self.levels.iter().map(Level::place).collect::<Option<_>>()?;
        places.windows(2).all(|pair| pair[0] < pair[1]).then_some(places)
    }
}

/// The text with the marks of a Chinese keyboard replaced by the plain ones, but for what stands in quotes.
fn plain(text: &str) -> String {
    let mut quote = None;
    let mut plain = |character: char| match (quote, character) {
        (Some(open), _) => {
            quote = quote.filter(|_| open != character);
            character
        }
        (None, '"' | '\'') => {
            quote = Some(character);
            character
        }
        (None, '，' | '、') => ',',
        (None, '＝') => '=',
        (None, '／') => '/',
        (None, '：') => ':',
        (None, _) => character,
    };
    text.chars().map(&mut plain).collect()
}

fn bad(found: &str, zh: impl AsRef<str>, en: impl AsRef<str>) -> Text {
    let found = echo(found);
    Text::new(format!("--vary {found}：{}", zh.as_ref()), format!("--vary {found}: {}", en.as_ref()))
}

/// `FROM..TO/STEP`.
fn range(text: &str, from: &str, rest: &str) -> Result<Vec<Level>, Text> {
    let no_step = || {
        bad(
            text,
            "起..止 之后缺少 /步长，如 0..4/1、2021-10-08T18:00..2021-10-11T18:00/12h",
            "FROM..TO needs a /STEP, such as 0..4/1 or 2021-10-08T18:00..2021-10-11T18:00/12h",
        )
    };
    let (to, step) = rest.rsplit_once('/').ok_or_else(no_step)?;
    let (to, step) = (to.trim(), step.trim());
    if let (Ok(first), Ok(last)) = (from.parse::<f64>(), to.parse::<f64>()) {
        return numbers(text, (from, first), last, step);
    }
    let Ok(first) = TimeExpression::parse(from) else {
        let meant = [from, to].iter().find_map(|part| Some((*part, number_meant(part)?)));
        let (zh, en) = if from.contains('.') && ["天", "小时", "分钟"].iter().any(|unit| text.contains(unit)) {
            (
                "；时间的单位写 w、d、h、min，如 1d".to_owned(),
                "; units of time are w, d, h and min, such as 1d".to_owned(),
            )
        } else {
            meant.map_or_else(Default::default, |(part, meant)| {
                (format!("；{part} {}", meant.zh), format!("; for {part} {}", meant.en))
            })
        };
        return Err(bad(
            text,
            format!(
                "起和止必须是数，或日期时间（如 2021-10-08T18:00），或相对时间（如 settlement.stop + 1d..14d/1d）{zh}"
            ),
            format!(
                "FROM and TO must be numbers, dates with times such as 2021-10-08T18:00, or relative times such as settlement.stop + 1d..14d/1d{en}"
            ),
        ));
    };
    times(text, (from, &first), to, step)
}

fn check_order(text: &str, difference: f64, step: f64) -> Result<usize, Text> {
    if step <= 0.0 || !step.is_finite() {
        return Err(bad(text, "步长必须大于 0", "the step must be greater than 0"));
    }
    if difference < 0.0 || !difference.is_finite() {
        return Err(bad(
            text,
            "网格是空的：止在起之前；从小到大写",
            "the grid is empty: TO lies before FROM; write the smaller one first",
        ));
    }
    let count = (difference / step + 1e-9).floor() + 1.0;
    if count > POINTS_MAX as f64 {
        return Err(too_many(text, count));
    }
    Ok(count as usize)
}

fn too_many(found: &str, count: f64) -> Text {
    bad(
        found,
        format!("共 {count:.0} 个点，最多 {POINTS_MAX} 个；请加大步长或缩小范围"),
        format!("{count:.0} points, at most {POINTS_MAX} are allowed: take a larger step or a shorter range"),
    )
}

fn numbers(text: &str, (from, first): (&str, f64), last: f64, step: &str) -> Result<Vec<Level>, Text> {
    let Ok(size) = step.parse::<f64>() else {
        let (zh, en) = ("数的步长必须是数，如 0..4/1", "the step between numbers must be a number, such as 0..4/1");
        return Err(bad(text, zh, en));
    };
    let count = check_order(text, last - first, size)?;
    let decimals = decimals(from).max(decimals(step));
    let level = |number: usize| {
        let value = first + size * number as f64;
        let long = format!("{value:.decimals$}");
        let short = if long.contains('.') { long.trim_end_matches('0').trim_end_matches('.') } else { &long };
        let written = if short == "-0" { "0".to_owned() } else { short.to_owned() };
        let value = written.parse().unwrap_or(value);
        Level { written, value: LevelValue::Number(value) }
    };
    Ok((0..count).map(level).collect())
}

/// Decimals of a number as written.
fn decimals(text: &str) -> usize {
    if text.contains(['e', 'E']) {
        return 9;
    }
    text.split_once('.').map_or(0, |(_, fraction)| fraction.trim().len().min(9))
}

fn times(text: &str, (from, first): (&str, &TimeExpression), to: &str, step: &str) -> Result<Vec<Level>, Text> {
    let seconds =
        TimeExpression::parse(&format!("announced_at + {step}")).map_or(f64::NAN, |read| read.offset_seconds as f64);
    if seconds.is_nan() {
        return Err(bad(
            text,
            "时间的步长必须写数和单位 w、d、h、min，如 12h",
            "the step between times must be a whole number with w, d, h or min, such as 12h",
        ));
    }
    let anchor = anchor(from);
    let short = || TimeExpression::parse(&format!("{anchor} + {to}"));
    let last = TimeExpression::parse(to).or_else(|_| short());
    let span = match (first.absolute(), last.as_ref().map(|last| (last.absolute(), last))) {
        (Some(first), Ok((Some(last), _))) => last.duration_since(first).as_secs(),
        (None, Ok((None, last))) if last.anchor == first.anchor => last.offset_seconds - first.offset_seconds,
        _ => {
            return Err(bad(
                text,
                "起和止必须都是日期时间，或都相对于同一个时间，如 settlement.stop + 1d..14d/1d",
                "FROM and TO must both be dates with times, or count from the same time, such as settlement.stop + 1d..14d/1d",
            ));
        }
    };
    let count = check_order(text, span as f64, seconds)?;
    let level = |number: usize| {
        let later = seconds as i64 * number as i64;
        match first.absolute() {
            Some(civil) => {
                let moment = civil.saturating_add(SignedDuration::from_secs(later));
                Level { written: moment.to_string(), value: LevelValue::Moment(moment) }
            }
            None => {
                let offset = first.offset_seconds + later;
                Level { written: written(anchor, offset), value: LevelValue::Length(offset) }
            }
        }
    };
    Ok((0..count).map(level).collect())
}

/// The part of a relative time before its distance.
fn anchor(text: &str) -> &str {
    let end = text.find('+').or_else(|| text.find(" -")).unwrap_or(text.len());
    text[..end].trim()
}

/// `settlement.stop + 36h`.
fn written(anchor: &str, offset: i64) -> String {
    let sign = if offset < 0 { '-' } else { '+' };
    let size = offset.unsigned_abs();
    let (number, unit) = if size.is_multiple_of(86_400) {
        (size / 86_400, "d")
    } else if size.is_multiple_of(3_600) {
        (size / 3_600, "h")
    } else {
        (size / 60, "min")
    };
    format!("{anchor} {sign} {number}{unit}")
}

/// `A,B,C`; a comma within brackets or quotes belongs to its value.
fn list(text: &str, values: &str) -> Result<Vec<Level>, Text> {
    let (mut parts, mut depth, mut quote, mut start) = (Vec::new(), 0_i32, None, 0);
    for (at, character) in values.char_indices() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(character),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth -= 1,
            (None, ',') if depth == 0 => {
                parts.push(&values[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&values[start..]);
    if parts.len() > POINTS_MAX {
        return Err(too_many(text, parts.len() as f64));
    }
    if parts.iter().any(|part| part.trim().is_empty()) {
        return Err(bad(text, "逗号之间缺少值", "a value between commas is missing"));
    }
    Ok(parts.into_iter().map(|part| listed(part.trim())).collect())
}

fn listed(part: &str) -> Level {
    let plain = part.trim_matches('"');
    if let Some(number) = part.parse::<f64>().ok().filter(|number| number.is_finite()) {
        return Level { written: part.to_owned(), value: LevelValue::Number(number) };
    }
    match TimeExpression::parse(plain) {
        Ok(time) => match time.absolute() {
            Some(moment) => Level { written: moment.to_string(), value: LevelValue::Moment(moment) },
            None if matches!(
                time.anchor,
                Anchor::Stop(_) | Anchor::Return(_) | Anchor::PlannedReturn(_) | Anchor::AnnouncedAt
            ) =>
            {
                Level { written: plain.to_owned(), value: LevelValue::Length(time.offset_seconds) }
            }
            None => Level { written: part.to_owned(), value: LevelValue::Word },
        },
        Err(_) => Level { written: part.to_owned(), value: LevelValue::Word },
    }
}

/// One or two keys with their values; the points are all combinations, the first key slowest.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// The keys.
    pub axes: Vec<Axis>,
}

impl Grid {
    /// Reads the keys and checks that the sweep is small enough.
    ///
    /// # Errors
    ///
    /// What is wrong, in both languages.
    pub fn parse(texts: &[String], replications: usize) -> Result<Self, Text> {
        if texts.len() > AXES_MAX {
            let (zh, en) = (
                format!("最多变动 {AXES_MAX} 个键，给了 {} 个", texts.len()),
                format!("at most {AXES_MAX} keys can be varied, {} were given", texts.len()),
            );
            return Err(bad("", zh, en));
        }
        let axes: Vec<Axis> = texts.iter().map(|text| Axis::parse(text)).collect::<Result<_, _>>()?;
        if let [one, other] = axes.as_slice() {
            let plain = |key: &str| key.replace(['"', ' '], "");
            let (first, second) = (plain(&one.key), plain(&other.key));
            let within = |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'));
            if first == second || within(&first, &second) || within(&second, &first) {
                let (zh, en) =
                    ("两个 --vary 写了同一个键；每个键只写一次", "both --vary set the same key: name each key once");
                return Err(bad(&other.key, zh, en));
            }
        }
        let grid = Self { axes };
        let points = grid.len();
        if points > POINTS_MAX {
            let product = grid.axes.iter().map(|axis| axis.levels.len().to_string()).collect::<Vec<_>>().join(" × ");
            return Err(too_many(&product, points as f64));
        }
        if points.saturating_mul(replications) > COURSES_MAX {
            let courses = points.saturating_mul(replications);
            return Err(Text::new(
                format!(
                    "{points} 个点 × {replications} 次 = {courses} 次模拟，最多 {COURSES_MAX} 次；请减小 --replications 或减少点数"
                ),
                format!(
                    "{points} points × {replications} replications = {courses} simulated courses, at most {COURSES_MAX} are allowed: lower --replications or take fewer points"
                ),
            ));
        }
        Ok(grid)
    }

    /// Number of points.
    pub fn len(&self) -> usize {
        self.axes.iter().map(|axis| axis.levels.len()).product()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.axes.is_empty()
    }

    /// The levels of a point, one a key.
    pub fn levels(&self, point: usize) -> Vec<usize> {
        match self.axes.as_slice() {
            [_, second] => vec![point / second.levels.len(), point % second.levels.len()],
            _ => vec![point],
        }
    }

    /// The point at these levels.
    pub fn point(&self, levels: &[usize]) -> usize {
        match (self.axes.as_slice(), levels) {
            ([_, second], [one, other]) => one * second.levels.len() + other,
            (_, levels) => levels.first().copied().unwrap_or(0),
        }
    }

    /// The `--set` of a point, one a key.
    pub fn sets(&self, point: usize) -> Vec<String> {
        self.axes.iter().zip(self.levels(point)).map(|(axis, level)| axis.set(level)).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(text: &str) -> Vec<String> {
        Axis::parse(text).unwrap().levels.into_iter().map(|level| level.written).collect()
    }

    fn error(texts: &[&str]) -> String {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        Grid::parse(&texts, 30).unwrap_err().en
    }

    #[test]
    fn ranges_of_numbers_times_and_lengths() {
        assert_eq!(written("a.b=0..1/0.25"), ["0", "0.25", "0.5", "0.75", "1"]);
        assert_eq!(written("a.b=0..0.5/0.1")[3], "0.3");
        assert_eq!(written("a.b=0..5/2"), ["0", "2", "4"]);
        assert_eq!(written("a.b=3..3/1"), ["3"]);
        assert_eq!(written("a.b = -0.2..0.1/0.1"), ["-0.2", "-0.1", "0", "0.1"]);
        let times = written("suspend.x.stop=2021-10-08T18:00..2021-10-09T18:00/12h");
        assert_eq!(times, ["2021-10-08T18:00:00", "2021-10-09T06:00:00", "2021-10-09T18:00:00"]);
        let lengths = written("suspend.x.return.fixed=x.stop + 12h..2d/12h");
        assert_eq!(lengths, ["x.stop + 12h", "x.stop + 1d", "x.stop + 36h", "x.stop + 2d"]);
        assert_eq!(written("s.x=x.stop - 1d..x.stop + 1d/1d"), ["x.stop - 1d", "x.stop + 0d", "x.stop + 1d"]);
    }

    #[test]
    fn lists_keep_what_stands_in_brackets_together() {
        assert_eq!(written("a=1,2.5, 7"), ["1", "2.5", "7"]);
        assert_eq!(written("a=[1,2],[3,4]"), ["[1,2]", "[3,4]"]);
        assert_eq!(written("a=\"x,y\",z"), ["\"x,y\"", "z"]);
        assert_eq!(written("a＝1，2、3"), ["1", "2", "3"]);
        assert_eq!(written("a=\"甲，乙\"、丙"), ["\"甲，乙\"", "丙"]);
        assert_eq!(written("a=0..4／2"), ["0", "2", "4"]);
        let axis = Axis::parse("s.x.stop=2021-10-08T18:00,2021-10-09T24:00").unwrap();
        assert_eq!(axis.set(1), "s.x.stop=\"2021-10-10T00:00:00\"");
        assert!(axis.places().is_some() && Axis::parse("a=3,1").unwrap().places().is_none());
    }

    #[test]
    fn a_number_with_a_range_is_varied_as_a_whole() {
        assert_eq!(Axis::parse("a.windows.value=1..2/1").unwrap().set(0), "a.windows=1");
    }

    #[test]
    fn faulty_grids_say_what_was_found_and_what_to_do() {
        for (text, says) in [
            ("a", "KEY=FROM..TO/STEP"),
            ("a=", "KEY=FROM..TO/STEP"),
            ("=1..2/1", "KEY=FROM..TO/STEP"),
            ("a=1..2", "/STEP"),
            ("a=1..2/0", "greater than 0"),
            ("a=1..2/-1", "greater than 0"),
            ("a=2..1/1", "empty"),
            ("a=1..2/x", "must be a number"),
            ("a=1..many/1", "FROM and TO"),
            ("a=20%..40%/10%", "for 20% write 0.2"),
            ("a=x.stop + 1天..3天/1天", "units of time are w, d, h and min"),
            ("a=1,,2", "between commas"),
            ("a=1，2、", "between commas"),
            ("a=0~4/1", "KEY=FROM..TO/STEP"),
            ("a=0…4／1", "KEY=FROM..TO/STEP"),
            ("a=1,2,1", "twice"),
            ("a=0..1000000000/1", "1000000001 points, at most 400"),
            ("a=0..1e300/1e-9", "at most 400"),
            ("a=2021-10-08T18:00..2021-10-09T18:00/12", "w, d, h or min"),
            ("a=2021-10-08T18:00..x.stop + 1d/12h", "same time"),
            ("a=x.stop..y.stop/12h", "same time"),
            ("horizon_days=30..60/10", "cannot be varied"),
        ] {
            let told = error(&[text]);
            assert!(told.contains(says), "{text}: {told}");
        }
        assert!(error(&["a.b=1..2/1", "a.b.value=1..2/1"]).contains("same key"));
        assert!(error(&["a.b=1..2/1", "a.b.c=1..2/1"]).contains("same key"));
        assert!(error(&["a=1,2", "b=1,2", "c=1,2"]).contains("at most 2"));
        assert!(error(&["a=1..100/1", "b=1..100/1"]).contains("10000 points"));
        let wide = Grid::parse(&["a=1..400/1".to_owned()], 1_000).unwrap_err().en;
        assert!(wide.contains("400000 simulated courses") && wide.contains("lower --replications"), "{wide}");
    }

    proptest! {
        #[test]
        fn a_range_of_numbers_holds_what_it_says(first in -500_i32..500, count in 0_u32..400, step in 1_u32..50, scale in 0_u32..4) {
            let unit = 10_f64.powi(-(scale as i32));
            let (from, size) = (f64::from(first) * unit, f64::from(step) * unit);
            let to = (f64::from(first) + f64::from(step * count)) * unit;
            let d = scale as usize;
            let axis = Axis::parse(&format!("k={from:.d$}..{to:.d$}/{size:.d$}")).unwrap();
            prop_assert_eq!(axis.levels.len(), count as usize + 1);
            for (number, level) in axis.levels.iter().enumerate() {
                let exact = (f64::from(first) + f64::from(step) * number as f64) * unit;
                prop_assert!((level.place().unwrap() - exact).abs() < 1e-9);
                prop_assert!(level.written.len() <= 10, "{}", level.written);
            }
        }

        #[test]
        fn no_text_makes_it_fail_badly(text in "\\PC{0,40}", values in "[0-9a-z.,/+:T\\-\\[\\]{}\" ]{0,40}") {
            let _ = Axis::parse(&text);
            let _ = Axis::parse(&format!("k={values}"));
        }

        #[test]
        fn points_and_levels_agree(one in 1_usize..20, other in 1_usize..20) {
            let texts = [format!("a=1..{one}/1"), format!("b=1..{other}/1")];
            let grid = Grid::parse(&texts, 1).unwrap();
            prop_assert_eq!(grid.len(), one * other);
            for point in 0..grid.len() {
                prop_assert_eq!(grid.point(&grid.levels(point)), point);
            }
        }
    }
}
