//! Numbers: within their limits, values within their ranges, distributions as their
//! constructors allow them. A wrong number leaves a complaint and a harmless stand-in, so that
//! the rest of the file is still checked.

use super::complaint::{Allowed, ComplaintKind, Complaints, allowed};
use crate::distribution::{Distribution, DistributionError};
use crate::scenario::quantity::{
    Amount, LognormalShape, Quantity, Ranged, RangedQuantity, RangedWhole, Shape, Share, Whole,
};
use crate::scenario::raw::{Name, Named};

/// The entries of a table that may be left out.
pub(super) fn entries<T>(table: &Option<Named<T>>) -> impl Iterator<Item = (&str, &T)> {
    table.iter().flatten().map(|(key, value)| (key.as_str(), value))
}

/// The name shown; the key itself when none is given.
pub(super) fn name_or_key(name: Option<&Name>, key: &str) -> Name {
    name.cloned().unwrap_or_else(|| Name { zh: key.to_owned(), en: key.to_owned() })
}

fn limits(low: f64, high: f64) -> Allowed {
    if high == f64::INFINITY {
        allowed(format!("不得小于 {low}"), format!("must be at least {low}"))
    } else {
        allowed(format!("必须在 {low} 到 {high} 之间"), format!("must be from {low} to {high}"))
    }
}

/// Units by the end of a key's name, with the most that a plausible number has: what is above it is a
/// slip of the keyboard.
const UNITS: [(&str, f64, &str, &str); 5] = [
    ("yuan", 2e7, "元（单笔 2000 万元为上限）", "yuan (20 million, the largest bill)"),
    ("minutes", 1_440.0, "分钟（一天）", "minutes (a day)"),
    ("hours", 8_784.0, "小时（一年）", "hours (a year)"),
    ("days", 3_660.0, "天（十年）", "days (ten years)"),
    ("months", 1_200.0, "个月（一百年）", "months (a hundred years)"),
];

/// What a value is written in, below the key that has the unit.
const WRITTEN_IN: [&str; 9] =
    ["value", "range", "range_mean", "fixed", "lognormal", "pert", "triangular", "gamma", "empirical"];

/// The unit of a key; none for numbers without one.
fn unit(key: &str) -> Option<&'static (&'static str, f64, &'static str, &'static str)> {
    let name = key.rsplit('.').find(|part| !WRITTEN_IN.contains(part))?;
    UNITS.iter().find(|(unit, ..)| name.rsplit('_').next() == Some(unit))
}

/// Complains about a number above what its unit allows; whether it did.
fn refuse_absurd(out: &mut Complaints, key: &str, value: f64) -> bool {
    let Some((_, most, zh, en)) = unit(key).filter(|(_, most, ..)| value > *most) else { return false };
    let rule = allowed(format!("不得大于 {most} {zh}"), format!("must be at most {most} {en}"));
    out.add(ComplaintKind::OutOfRange, key, value, rule);
    true
}

/// A number within limits; the lower limit when it is not.
pub(super) fn number(out: &mut Complaints, key: &str, value: f64, low: f64, high: f64) -> f64 {
    if value.is_finite() && (low..=high).contains(&value) {
        if high == f64::INFINITY && refuse_absurd(out, key, value) { low } else { value }
    } else {
        out.add(ComplaintKind::OutOfRange, key, value, limits(low, high));
        low
    }
}

/// A whole number within limits; the lower limit when it is not.
pub(super) fn whole(out: &mut Complaints, key: &str, value: u32, low: u32, high: u32) -> u32 {
    if (low..=high).contains(&value) {
        value
    } else {
        out.add(ComplaintKind::OutOfRange, key, value, limits(f64::from(low), f64::from(high)));
        low
    }
}

/// A whole number within limits, with its range; the lower limit when it is not.
pub(super) fn whole_or(
    out: &mut Complaints,
    key: &str,
    given: Option<Whole>,
    default: u32,
    low: u32,
    high: u32,
) -> u32 {
    match given {
        None => whole(out, key, default, low, high),
        Some(Whole::Plain(value)) => whole(out, key, value, low, high),
        Some(Whole::Ranged(RangedWhole { value, range })) => {
            check_range(out, key, f64::from(value), range.map(f64::from), "range");
            for end in range {
                whole(out, &format!("{key}.range"), end, low, high);
            }
            whole(out, &format!("{key}.value"), value, low, high)
        }
    }
}

/// An amount from 0 to a limit, with its range.
pub(super) fn amount_to(out: &mut Complaints, key: &str, amount: Amount, high: f64) -> f64 {
    match amount {
        Amount::Plain(value) => number(out, key, value, 0.0, high),
        Amount::Ranged(Ranged { value, range }) => {
            check_range(out, key, value, range, "range");
            for end in range {
                number(out, &format!("{key}.range"), end, 0.0, high);
            }
            number(out, &format!("{key}.value"), value, 0.0, high)
        }
    }
}

/// An amount of at least 0.
pub(super) fn amount(out: &mut Complaints, key: &str, value: Amount) -> f64 {
    amount_to(out, key, value, f64::INFINITY)
}

/// An amount of at least 0, or the default.
pub(super) fn amount_or(out: &mut Complaints, key: &str, value: Option<Amount>, default: f64) -> f64 {
    value.map_or(default, |value| amount(out, key, value))
}

/// An amount from 0 to 1, or the default.
pub(super) fn part_or(out: &mut Complaints, key: &str, value: Option<Amount>, default: f64) -> f64 {
    value.map_or(default, |value| amount_to(out, key, value, 1.0))
}

/// A share from 0 to 1, or the default.
pub(super) fn share_or(out: &mut Complaints, key: &str, value: Option<Share>, default: f64) -> f64 {
    part_or(out, key, value.map(|share| share.0), default)
}

/// Complains unless low <= value <= high, up to rounding.
fn check_range(out: &mut Complaints, key: &str, value: f64, [low, high]: [f64; 2], part: &str) {
    let slack = 1e-9 * value.abs();
    if low <= value + slack && value <= high + slack {
        return;
    }
    let (zh, en) = if part == "range_mean" { ("均值", "mean") } else { ("取值", "value") };
    let rule = allowed(
        format!("区间须由小到大，且包含{zh} {value}"),
        format!("the {en} {value} must lie in this range, its lower end first"),
    );
    out.add(ComplaintKind::OutOfRange, format!("{key}.{part}"), format!("[{low}, {high}]"), rule);
}

/// A quantity as a distribution of numbers of at least 0.
pub(super) fn quantity(out: &mut Complaints, key: &str, value: &Quantity) -> Distribution {
    match value {
        Quantity::Plain(value) => Distribution::Fixed(number(out, key, *value, 0.0, f64::INFINITY)),
        Quantity::RangedNumber(ranged) => Distribution::Fixed(amount(out, key, Amount::Ranged(*ranged))),
        Quantity::Drawn(shape) => drawn(out, key, shape).unwrap_or(Distribution::Fixed(0.0)),
        Quantity::Ranged(RangedQuantity { value, range_mean }) => {
            for end in *range_mean {
                number(out, &format!("{key}.range_mean"), end, 0.0, f64::INFINITY);
            }
            match drawn(out, &format!("{key}.value"), value) {
                Some(distribution) => {
                    check_range(out, key, distribution.mean(), *range_mean, "range_mean");
                    distribution
                }
                None => Distribution::Fixed(0.0),
            }
        }
    }
}

/// A quantity, or the complaint that it must be given.
pub(super) fn quantity_required(out: &mut Complaints, key: &str, value: Option<&Quantity>) -> Distribution {
    out.required(key, value).map_or(Distribution::Fixed(0.0), |value| quantity(out, key, value))
}

/// A quantity, or the default.
pub(super) fn quantity_or(out: &mut Complaints, key: &str, value: Option<&Quantity>, default: f64) -> Distribution {
    value.map_or(Distribution::Fixed(default), |value| quantity(out, key, value))
}

/// The distribution of a shape and none, with a complaint, when it cannot be made or can be
/// negative.
fn drawn(out: &mut Complaints, key: &str, shape: &Shape) -> Option<Distribution> {
    let (word, made, least) = match shape {
        Shape::Fixed(value) => ("fixed", Distribution::fixed(*value), *value),
        Shape::Lognormal(LognormalShape::Mean(by)) => {
            ("lognormal", Distribution::lognormal_from_mean_and_cv(by.mean, by.cv), 0.0)
        }
        Shape::Lognormal(LognormalShape::Median(by)) => {
            ("lognormal", Distribution::lognormal_from_median_and_sigma(by.median, by.sigma), 0.0)
        }
        Shape::Pert(points) => ("pert", Distribution::pert(points.min, points.mode, points.max), points.min),
        Shape::Triangular(points) => {
            ("triangular", Distribution::triangular(points.min, points.mode, points.max), points.min)
        }
        Shape::Gamma(by) => ("gamma", Distribution::gamma_from_mean_and_cv(by.mean, by.cv), 0.0),
        Shape::Empirical(values) => {
            let least = values.iter().copied().fold(f64::INFINITY, f64::min);
            ("empirical", Distribution::empirical(values.clone()), least)
        }
    };
    let key = format!("{key}.{word}");
    match made {
        Ok(_) if least < 0.0 => {
            out.add(ComplaintKind::OutOfRange, key, least, limits(0.0, f64::INFINITY));
            None
        }
        Ok(distribution) => {
            let most = most_typical(shape, &distribution);
            (!refuse_absurd(out, &key, most)).then_some(distribution)
        }
        Err(error) => {
            refuse(out, &key, &error);
            None
        }
    }
}

/// The largest value of a shape that has one, else its mean.
fn most_typical(shape: &Shape, distribution: &Distribution) -> f64 {
    match shape {
        Shape::Pert(points) | Shape::Triangular(points) => points.max,
        Shape::Empirical(values) => values.iter().copied().fold(0.0, f64::max),
        Shape::Fixed(_) | Shape::Lognormal(_) | Shape::Gamma(_) => distribution.mean(),
    }
}

fn refuse(out: &mut Complaints, key: &str, error: &DistributionError) {
    let (part, found, rule) = match *error {
        DistributionError::NotFinite { parameter, value } => {
            (parameter, value.to_string(), allowed("必须是有限的数", "must be a finite number"))
        }
        DistributionError::NotPositive { parameter, value } => {
            (parameter, value.to_string(), allowed("必须大于 0", "must be above 0"))
        }
        DistributionError::Negative { parameter, value } => (parameter, value.to_string(), limits(0.0, f64::INFINITY)),
        DistributionError::OutOfOrder { lower, lower_value, upper, upper_value } => (
            lower,
            lower_value.to_string(),
            allowed(format!("不得大于 {upper} = {upper_value}"), format!("must be at most {upper} = {upper_value}")),
        ),
        DistributionError::TooWide => {
            ("", String::new(), allowed("均值或方差过大", "its mean or variance must not be so large"))
        }
        DistributionError::Empty => ("", String::new(), allowed("至少要有一个数", "must hold at least one value")),
    };
    // A fixed value and the values of an empirical distribution are the shape itself.
    let key = if matches!(part, "" | "fixed" | "values") { key.to_owned() } else { format!("{key}.{part}") };
    out.add(ComplaintKind::OutOfRange, key, found, rule);
}
