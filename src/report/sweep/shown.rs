//! The one number by which a point is shown, with what surrounds it.

use crate::calendar::Clock;
use crate::measures::{Kind, Measure};
use crate::units::Lang;

use super::super::numbers::{date_of_day, percent, short, short_date};
use super::super::table::{Row, UPPER};

/// A point's number in a measure.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Shown {
    /// Mean, or probability, or mean day (the horizon standing for days that have not come).
    pub(super) value: Option<f64>,
    /// Its 95 % interval.
    pub(super) interval: Option<(f64, f64)>,
    /// Between these lie 90 % of the courses; none of a probability.
    pub(super) spread: Option<(f64, f64)>,
    /// In some courses the day had not come by the horizon, so that the true mean is later.
    pub(super) is_least: bool,
    /// In none it had.
    pub(super) is_never: bool,
}

impl Shown {
    pub(super) fn of(kind: Kind, row: &Row, clock: &Clock) -> Self {
        let horizon = f64::from(clock.days());
        let mean = match kind {
            Kind::Number => row.mean,
            Kind::Event => row.share,
            Kind::Censored => row.mean_until_horizon,
        };
        let spread = match kind {
            Kind::Event => None,
            Kind::Number => row.quantiles[0].value.zip(row.quantiles[UPPER].value),
            // A quantile past the horizon is drawn at it.
            Kind::Censored if row.n > 0 => {
                let at = |index: usize| row.quantiles[index].value.unwrap_or(horizon);
                Some((at(0), at(UPPER)))
            }
            Kind::Censored => None,
        };
        let is_day = kind == Kind::Censored && row.n > 0;
        Self {
            value: mean.value,
            interval: mean.low.zip(mean.high),
            spread,
            is_least: is_day && row.share.value < Some(1.0),
            is_never: is_day && row.share.value == Some(0.0),
        }
    }

    /// In few characters, for a cell of a table: `2350万`, `33%`, `3月25日`.
    pub(super) fn cell(&self, measure: &Measure, clock: &Clock, lang: Lang) -> String {
        let Some(value) = self.value else { return lang.pick("—", "–").to_owned() };
        match measure.kind {
            Kind::Number if measure.unit == "share" => percent(value),
            Kind::Number => short(value, lang),
            Kind::Event => percent(value),
            Kind::Censored if self.is_never => lang.pick("期内未", "not yet").to_owned(),
            Kind::Censored => {
                let day = short_date(date_of_day(clock, value), lang);
                if self.is_least { format!("≥{day}") } else { day }
            }
        }
    }
}
