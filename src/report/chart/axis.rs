//! Axes: civil dates under a day axis, round numbers and their unit beside a value axis.

use super::{ChartError, CivilDay, Lang};

/// A day axis: which dates its day numbers mean.
#[derive(Debug, Clone, Copy)]
pub(super) struct Days {
    /// Day number of the first day since 1970-01-01.
    epoch: i64,
    lang: Lang,
}

impl Days {
    pub(super) fn new(first_day: CivilDay, lang: Lang) -> Result<Self, ChartError> {
        let (year, month, day) = first_day;
        let epoch = days_from_civil(year, month, day);
        // A date that does not come back unchanged, such as 30 February, is none. The calendar used
        // is the Gregorian one, so years far from ours are refused as mistakes.
        if (1900..=2200).contains(&year) && civil_from_days(epoch) == first_day {
            Ok(Self { epoch, lang })
        } else {
            Err(ChartError::Date { found: first_day })
        }
    }

    /// "11月15日" or "15 Nov".
    pub(super) fn label(&self, day: i64) -> String {
        const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let (_, month, date) = civil_from_days(self.epoch + day);
        match self.lang {
            Lang::Zh => format!("{month}月{date}日"),
            Lang::En => {
                let name = MONTHS.get(usize::from(month).saturating_sub(1)).copied().unwrap_or("");
                format!("{date} {name}")
            }
        }
    }

    /// "2021年" or "2021".
    pub(super) fn year_label(&self, day: i64) -> String {
        let (year, _, _) = civil_from_days(self.epoch + day);
        match self.lang {
            Lang::Zh => format!("{year}年"),
            Lang::En => year.to_string(),
        }
    }

    /// "2021年11月15日周一" or "Mon 15 Nov 2021".
    pub(super) fn full_label(&self, day: i64) -> String {
        const NAMES: [(&str, &str); 7] =
            [("一", "Mon"), ("二", "Tue"), ("三", "Wed"), ("四", "Thu"), ("五", "Fri"), ("六", "Sat"), ("日", "Sun")];
        // 1970-01-01 was a Thursday.
        let (zh, en) = NAMES[(self.epoch + day + 3).rem_euclid(7) as usize];
        match self.lang {
            Lang::Zh => format!("{}{}周{zh}", self.year_label(day), self.label(day)),
            Lang::En => format!("{en} {} {}", self.label(day), self.year_label(day)),
        }
    }

    /// A moment to the minute: "2021年11月15日周一 08:00".
    pub(super) fn moment(&self, day: f64) -> String {
        let minutes = (day * 1440.0).round() as i64;
        let (day, minute) = (minutes.div_euclid(1440), minutes.rem_euclid(1440));
        format!("{} {:02}:{:02}", self.full_label(day), minute / 60, minute % 60)
    }

    /// The language of its labels.
    pub(super) fn lang(&self) -> Lang {
        self.lang
    }

    /// Days to label on an axis of `days` days, so that labels `label_width` wide keep apart on
    /// `pixels`.
    pub(super) fn ticks(&self, days: i64, pixels: f64, label_width: f64) -> Vec<i64> {
        // Steps up to a week divide it or are it; longer ones are whole weeks, so that labels keep
        // their weekday.
        const STEPS: [i64; 13] = [1, 2, 3, 7, 14, 21, 28, 35, 42, 56, 84, 182, 364];
        let room = |step: i64| step as f64 * pixels / days.max(1) as f64;
        let step = STEPS.into_iter().find(|&step| room(step) >= label_width + 20.0).unwrap_or(days.max(1));
        (0..days.max(1)).step_by(usize::try_from(step).unwrap_or(1)).collect()
    }
}

/// Days between the short strokes between labelled days `step` apart, such that they stand apart on days so wide;
/// none where there is no room or nothing between.
pub(super) fn strokes(step: i64, day_width: f64) -> Option<usize> {
    const APART: f64 = 9.0;
    let fits = |&days: &i64| days < step && step % days == 0 && days as f64 * day_width >= APART;
    [1, 7, 14, 28].into_iter().find(fits).and_then(|days| usize::try_from(days).ok())
}

/// Howard Hinnant's `days_from_civil`: days since 1970-01-01 of a Gregorian date.
fn days_from_civil(year: i32, month: u8, day: u8) -> i64 {
    let shifted = i64::from(year) - i64::from(month <= 2);
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let month_from_march = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Howard Hinnant's `civil_from_days`, the inverse of the above.
fn civil_from_days(epoch: i64) -> CivilDay {
    let shifted = epoch + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (i32::try_from(year).unwrap_or(i32::MAX), month as u8, day as u8)
}

/// A value axis from zero (or below, if values are) to a round number.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Values {
    pub(super) low: f64,
    pub(super) high: f64,
    step: f64,
    unit: Unit,
    lang: Lang,
}

/// The power of ten the numbers of an axis are told in, and its name.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Unit {
    size: f64,
    name: &'static str,
}

impl Values {
    /// An axis that holds every value, with about `wanted` steps.
    pub(super) fn new<'a>(values: impl Iterator<Item = &'a f64>, wanted: f64, lang: Lang) -> Self {
        let (least, most) = values.fold((0.0_f64, 0.0_f64), |(a, b), &v| (a.min(v), b.max(v)));
        // Where all is zero there is no scale to find; one unit is as good as any.
        let most = if most - least > 1e-9 { most } else { least + 1.0 };
        let unit = unit(most.max(-least), lang);
        let step = round_step((most - least) / unit.size / wanted.max(1.0)) * unit.size;
        // A little slack keeps 0.3 / 0.1 from being rounded up to four steps.
        let low = (least / step + 1e-9).floor() * step;
        let high = (most / step - 1e-9).ceil() * step;
        Self { low, high, step, unit, lang }
    }

    /// An axis from a round number under the least value to one over the largest: for places, which unlike
    /// bars need no zero. Values that hardly differ do not fill it, or they would seem to differ much.
    pub(super) fn around(values: &[f64], wanted: f64, lang: Lang) -> Self {
        let from_zero = Self::new(values.iter(), wanted, lang);
        let (least, most) = values.iter().fold((f64::MAX, f64::MIN), |(a, b), &v| (a.min(v), b.max(v)));
        let range = (most - least).max(0.25 * most.abs());
        if least <= 0.0 || least - 0.1 * range <= 0.0 {
            return from_zero;
        }
        let unit = from_zero.unit;
        let step = round_step(range / unit.size / wanted.max(1.0)) * unit.size;
        let low = (((least + most - range) / 2.0).min(least) / step).floor().max(0.0) * step;
        Self { low, high: (most / step - 1e-9).ceil() * step, step, ..from_zero }
    }

    /// Value and text of every tick, from low to high.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        let steps = ((self.high - self.low) / self.step).round() as i64;
        (0..=steps.clamp(1, 50))
            .map(|i| {
                let value = self.low + self.step * i as f64;
                (value, self.text(value))
            })
            .collect()
    }

    fn text(&self, value: f64) -> String {
        let scaled = value / self.unit.size;
        let step = self.step / self.unit.size;
        let decimals = (0..6).find(|&d| {
            let shifted = step * 10_f64.powi(d);
            (shifted - shifted.round()).abs() < 1e-6
        });
        let number = format!("{scaled:.*}", decimals.unwrap_or(6) as usize);
        // An axis through zero would otherwise show "-0".
        let zero = scaled.abs() < step * 1e-6;
        match (self.lang, zero) {
            (_, true) => "0".to_owned(),
            (Lang::Zh, false) => number,
            (Lang::En, false) => format!("{number}{}", self.unit.name),
        }
    }

    /// "积压（万笔）" or "Backlog (claims)": English numbers carry their k or M themselves.
    pub(super) fn title(&self, label: &str, unit: &str) -> String {
        let scale = if self.lang == Lang::Zh { self.unit.name } else { "" };
        match (self.lang, scale.is_empty() && unit.is_empty()) {
            (_, true) => label.to_owned(),
            (Lang::Zh, false) => format!("{label}（{scale}{unit}）"),
            (Lang::En, false) => format!("{label} ({unit})"),
        }
    }
}

fn unit(most: f64, lang: Lang) -> Unit {
    const PLAIN: Unit = Unit { size: 1.0, name: "" };
    const ZH: [Unit; 2] = [Unit { size: 1e8, name: "亿" }, Unit { size: 1e4, name: "万" }];
    const EN: [Unit; 3] = [Unit { size: 1e9, name: "B" }, Unit { size: 1e6, name: "M" }, Unit { size: 1e3, name: "k" }];
    let (units, least): (&[Unit], f64) = match lang {
        Lang::Zh => (&ZH, 1e4),
        // Up to 10,000 the plain number is shorter to read than "2.5k".
        Lang::En => (&EN, 1e4),
    };
    units.iter().find(|u| most >= u.size.max(least)).copied().unwrap_or(PLAIN)
}

/// The round number (1, 2, 2.5 or 5 times a power of ten) not under `raw`.
fn round_step(raw: f64) -> f64 {
    let power = 10_f64.powf(raw.max(1e-9).log10().floor());
    let factor = [1.0, 2.0, 2.5, 5.0].into_iter().find(|f| f * power >= raw * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(values: &[f64], lang: Lang) -> Vec<String> {
        Values::new(values.iter(), 5.0, lang).ticks().into_iter().map(|t| t.1).collect()
    }

    #[test]
    fn counts_days_across_a_leap_day_and_a_new_year() {
        let days = Days::new((2024, 2, 27), Lang::Zh).unwrap();
        assert_eq!((days.label(2), days.label(3)), ("2月29日".into(), "3月1日".into()));
        let days = Days::new((2021, 12, 31), Lang::En).unwrap();
        assert_eq!((days.label(0), days.label(1)), ("31 Dec".into(), "1 Jan".into()));
        assert_eq!((days.year_label(0), days.year_label(1)), ("2021".into(), "2022".into()));
        assert_eq!((days.full_label(0), days.moment(1.75)), ("Fri 31 Dec 2021".into(), "Sat 1 Jan 2022 18:00".into()));
        assert_eq!(Days::new((2022, 3, 12), Lang::Zh).unwrap().full_label(0), "2022年3月12日周六");
        assert_eq!(days_from_civil(1970, 1, 1), 0);
        assert_eq!(days_from_civil(2000, 3, 1), 11_017);
    }

    #[test]
    fn refuses_what_is_no_date() {
        for date in [(2023, 2, 29), (2023, 13, 1), (2023, 0, 1), (2023, 1, 0), (0, 1, 1), (i32::MAX, 1, 1)] {
            assert_eq!(Days::new(date, Lang::Zh).unwrap_err(), ChartError::Date { found: date });
        }
    }

    #[test]
    fn labels_keep_apart_for_one_day_and_for_two_hundred() {
        let days = Days::new((2021, 11, 15), Lang::Zh).unwrap();
        for count in [1, 2, 14, 60, 200, 3_000] {
            let ticks = days.ticks(count, 1_700.0, 120.0);
            assert_eq!(ticks[0], 0);
            let apart = ticks.windows(2).map(|w| (w[1] - w[0]) as f64 * 1_700.0 / count as f64);
            assert!(apart.fold(f64::INFINITY, f64::min) > 139.0, "{count} days");
        }
    }

    #[test]
    fn a_small_panel_of_twenty_weeks_has_three_dates_and_a_stroke_a_week() {
        let days = Days::new((2021, 9, 24), Lang::Zh).unwrap();
        let ticks = days.ticks(133, 420.0, 100.0);
        assert!(ticks.len() >= 3, "{ticks:?}");
        assert_eq!(strokes(ticks[1], 420.0 / 133.0), Some(7));
        assert_eq!((strokes(1, 50.0), strokes(7, 50.0), strokes(364, 0.1)), (None, Some(1), None));
    }

    #[test]
    fn tells_numbers_in_the_readers_units() {
        assert_eq!(texts(&[0.0, 183_000.0], Lang::Zh), ["0", "5", "10", "15", "20"]);
        assert_eq!(texts(&[0.0, 183_000.0], Lang::En), ["0", "50k", "100k", "150k", "200k"]);
        assert_eq!(texts(&[2.4e8], Lang::Zh), ["0", "0.5", "1.0", "1.5", "2.0", "2.5"]);
        assert_eq!(texts(&[2.4e6], Lang::En), ["0", "0.5M", "1.0M", "1.5M", "2.0M", "2.5M"]);
        assert_eq!(texts(&[420.0], Lang::Zh), ["0", "100", "200", "300", "400", "500"]);
        assert_eq!(texts(&[-0.3, 0.3], Lang::Zh), ["-0.4", "-0.2", "0", "0.2", "0.4"]);
    }

    #[test]
    fn an_axis_for_places_needs_no_zero_but_does_not_magnify() {
        let ends = |values: &[f64]| {
            let axis = Values::around(values, 7.0, Lang::Zh);
            assert!(values.iter().all(|value| (axis.low..=axis.high).contains(value)), "{values:?}");
            (axis.low, axis.high)
        };
        assert_eq!(ends(&[157.0, 293.0]), (140.0, 300.0));
        assert_eq!(ends(&[10.0, 293.0]), (0.0, 300.0));
        let (low, high) = ends(&[292.0, 293.0]);
        assert!(high - low > 50.0, "{low} {high}");
        assert_eq!(ends(&[0.0]), (0.0, 1.0));
    }

    #[test]
    fn all_zero_gives_an_axis_to_one() {
        let axis = Values::new([0.0, 0.0].iter(), 5.0, Lang::Zh);
        assert_eq!((axis.low, axis.high), (0.0, 1.0));
        assert_eq!(axis.ticks().len(), 6);
    }

    #[test]
    fn title_names_the_scale_where_the_numbers_do_not() {
        let axis = |lang| Values::new([50_000.0].iter(), 5.0, lang);
        assert_eq!(axis(Lang::Zh).title("积压", "笔"), "积压（万笔）");
        assert_eq!(axis(Lang::En).title("Backlog", "claims"), "Backlog (claims)");
        assert_eq!(axis(Lang::En).title("Backlog", ""), "Backlog");
    }

    #[test]
    fn holds_every_value() {
        for most in [1e-3, 0.99, 1.0, 7.3, 1e3, 9_999.0, 10_001.0, 1e8, 1e15] {
            for low in [0.0, -most / 3.0] {
                let axis = Values::new([low, most].iter(), 5.0, Lang::Zh);
                assert!(axis.high >= most * (1.0 - 1e-8) && axis.low <= low, "{low} {most}");
                assert!((3..=9).contains(&axis.ticks().len()), "{low} {most}");
            }
        }
    }
}
