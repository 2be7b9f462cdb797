//! Daily series for a reader who wants to look at one of them: every series of every schedule, rounded
//! to what a screen can show.

use serde::{Deserialize, Serialize};

/// Daily series over the same days.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Explorer {
    /// Date of the first day, `2021-11-15`.
    pub first_day: String,
    /// Number of days.
    pub days: usize,
    /// Names of the schedules in Chinese and English.
    pub schedules: Vec<[String; 2]>,
    /// Positions of the schedules to show at first.
    #[serde(default)]
    pub shown: Vec<usize>,
    /// The series.
    pub series: Vec<ExploredSeries>,
}

/// One series of one schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExploredSeries {
    /// Position of the schedule.
    pub schedule: usize,
    /// Key of the quantity.
    pub key: String,
    /// Name of the quantity in Chinese and English.
    pub name: [String; 2],
    /// Name of the care type or desk class in Chinese and English; empty for the city.
    pub group: [String; 2],
    /// Unit in Chinese and English.
    pub unit: [String; 2],
    /// Whether a value is the total of its day, and not a level.
    #[serde(default)]
    pub is_total: bool,
    /// Mean, a value a day.
    pub mean: Vec<f64>,
    /// 5 % quantile, median and 95 % quantile, a value a day each.
    pub q05: Vec<f64>,
    /// Median.
    pub median: Vec<f64>,
    /// 95 % quantile.
    pub q95: Vec<f64>,
}

/// A value rounded to four significant digits: charts show no more, and files stay small.
pub fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return 0.0;
    }
    let place = 10_f64.powi(3 - value.abs().log10().floor() as i32);
    (value * place).round() / place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_digits_are_kept_of_any_size() {
        for (value, found) in [(123_456.0, 123_500.0), (0.001_234_56, 0.001_235), (-98_765.0, -98_770.0), (7.0, 7.0)] {
            assert!((rounded(value) - found).abs() < 1e-9 * found.abs(), "{value}");
        }
        assert_eq!((rounded(0.0), rounded(f64::NAN)), (0.0, 0.0));
    }
}
