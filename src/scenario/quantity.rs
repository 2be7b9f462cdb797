//! Numbers as files write them: a number, a number with the range it may lie in, or a
//! distribution; and times, absolute or relative to another.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A number, or `{ value = 12, range = [8, 20] }`. `run` uses the value; the range says how far
/// the value is known and appears in `check` as an assumption.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Amount {
    /// A number.
    Plain(f64),
    /// A number not well known.
    Ranged(Ranged),
}

/// A number not well known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ranged {
    /// The value used.
    pub value: f64,
    /// The range it may lie in.
    pub range: [f64; 2],
}

impl Amount {
    /// The value used.
    pub fn value(self) -> f64 {
        match self {
            Self::Plain(value) => value,
            Self::Ranged(ranged) => ranged.value,
        }
    }
}

/// A number that stands for a value: the number itself, or the mean of a distribution where it is
/// written out or follows from its three points.
pub fn central(value: &Value) -> Option<f64> {
    if let Some(number) = value.as_f64() {
        return Some(number);
    }
    let (shape, parameters) = value.as_object()?.iter().next()?;
    let point = |name: &str| parameters.get(name)?.as_f64();
    if let (Some(min), Some(mode), Some(max)) = (point("min"), point("mode"), point("max")) {
        return Some(if shape == "pert" { (min + 4.0 * mode + max) / 6.0 } else { (min + mode + max) / 3.0 });
    }
    let named = ["mean", "median"].iter().find_map(|name| parameters.get(name));
    named.unwrap_or(parameters).as_f64()
}

impl JsonSchema for Amount {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Amount".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "a number of at least 0, or { value = 12, range = [8, 20] }",
            "x-kind": "amount",
            "anyOf": [
                { "type": "number", "minimum": 0 },
                { "type": "object", "additionalProperties": false, "required": ["value", "range"],
                  "properties": {
                    "value": { "type": "number", "minimum": 0 },
                    "range": { "type": "array", "items": { "type": "number", "minimum": 0 }, "minItems": 2, "maxItems": 2 }
                  } }
            ]
        })
    }
}

/// A whole number, or `{ value = 12, range = [8, 20] }`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Whole {
    /// A whole number.
    Plain(u32),
    /// A whole number not well known.
    Ranged(RangedWhole),
}

/// A whole number not well known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RangedWhole {
    /// The value used.
    pub value: u32,
    /// The range it may lie in.
    pub range: [u32; 2],
}

impl JsonSchema for Whole {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Whole".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let whole = || serde_json::json!({ "type": "integer", "minimum": 0, "maximum": 1_000_000 });
        json_schema!({
            "description": "a whole number of at least 0, or { value = 12, range = [8, 20] }",
            "x-kind": "whole",
            "anyOf": [
                whole(),
                { "type": "object", "additionalProperties": false, "required": ["value", "range"],
                  "properties": {
                    "value": whole(),
                    "range": { "type": "array", "items": whole(), "minItems": 2, "maxItems": 2 }
                  } }
            ]
        })
    }
}

/// A share from 0 to 1, or `{ value = 0.5, range = [0.3, 0.7] }`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Share(pub Amount);

impl Share {
    /// The value used.
    pub fn value(self) -> f64 {
        self.0.value()
    }
}

impl JsonSchema for Share {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Share".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "a share from 0 to 1, or { value = 0.5, range = [0.3, 0.7] }",
            "x-kind": "share",
            "anyOf": [
                { "type": "number", "minimum": 0, "maximum": 1 },
                { "type": "object", "additionalProperties": false, "required": ["value", "range"],
                  "properties": {
                    "value": { "type": "number", "minimum": 0, "maximum": 1 },
                    "range": { "type": "array", "items": { "type": "number", "minimum": 0, "maximum": 1 }, "minItems": 2, "maxItems": 2 }
                  } }
            ]
        })
    }
}

/// A number, a distribution, or either with the range of its mean:
/// `12`, `{ lognormal = { mean = 12, cv = 0.6 } }`,
/// `{ value = { lognormal = { mean = 12, cv = 0.6 } }, range_mean = [8, 20] }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Quantity {
    /// A fixed number.
    Plain(f64),
    /// A distribution.
    Drawn(Shape),
    /// A distribution whose mean is not well known.
    Ranged(RangedQuantity),
    /// A fixed number not well known.
    RangedNumber(Ranged),
}

/// A distribution whose mean is not well known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RangedQuantity {
    /// The distribution used.
    pub value: Shape,
    /// The range its mean may lie in.
    pub range_mean: [f64; 2],
}

/// A named distribution with its parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Shape {
    /// Always this number.
    Fixed(f64),
    /// Lognormal.
    Lognormal(LognormalShape),
    /// PERT.
    Pert(ThreePoints),
    /// Triangular.
    Triangular(ThreePoints),
    /// Gamma.
    Gamma(MeanCv),
    /// Any of these numbers, equally likely.
    Empirical(Vec<f64>),
}

/// Lognormal by mean and coefficient of variation, or by median and sigma of the logarithm.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum LognormalShape {
    /// Mean and coefficient of variation.
    Mean(MeanCv),
    /// Median and sigma.
    Median(MedianSigma),
}

/// Mean and coefficient of variation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeanCv {
    /// Mean.
    pub mean: f64,
    /// Standard deviation over mean.
    pub cv: f64,
}

/// Median and sigma of the logarithm.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MedianSigma {
    /// Median.
    pub median: f64,
    /// Standard deviation of the logarithm.
    pub sigma: f64,
}

/// Smallest, most likely and largest value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThreePoints {
    /// Smallest.
    pub min: f64,
    /// Most likely.
    pub mode: f64,
    /// Largest.
    pub max: f64,
}

fn number() -> serde_json::Value {
    serde_json::json!({ "type": "number", "minimum": 0 })
}

fn parameters(names: &[&str]) -> serde_json::Value {
    let properties: serde_json::Map<String, serde_json::Value> =
        names.iter().map(|name| ((*name).to_owned(), number())).collect();
    serde_json::json!({ "type": "object", "additionalProperties": false, "required": names, "properties": properties })
}

fn shape_schema() -> serde_json::Value {
    serde_json::json!({
        "type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": false,
        "properties": {
            "fixed": number(),
            "lognormal": { "anyOf": [parameters(&["mean", "cv"]), parameters(&["median", "sigma"])] },
            "pert": parameters(&["min", "mode", "max"]),
            "triangular": parameters(&["min", "mode", "max"]),
            "gamma": parameters(&["mean", "cv"]),
            "empirical": { "type": "array", "items": number(), "minItems": 1 }
        }
    })
}

impl JsonSchema for Quantity {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Quantity".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let range = serde_json::json!({ "type": "array", "items": number(), "minItems": 2, "maxItems": 2 });
        json_schema!({
            "description": "a number of at least 0, or a distribution: fixed, lognormal { mean, cv } or { median, sigma }, pert { min, mode, max }, triangular, gamma { mean, cv }, empirical [ … ]; with { value = …, range_mean = [low, high] } when its mean is not well known",
            "x-kind": "quantity",
            "anyOf": [
                number(),
                shape_schema(),
                { "type": "object", "additionalProperties": false, "required": ["value", "range_mean"],
                  "properties": { "value": shape_schema(), "range_mean": range } },
                { "type": "object", "additionalProperties": false, "required": ["value", "range"],
                  "properties": { "value": number(), "range": range } }
            ]
        })
    }
}

/// A time as written: a date and time (`2021-07-30T18:00:00`), or relative to another
/// (`settlement.return + 1d`, `announced_at`, `visit`, `year-end`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TimeText(pub String);

impl JsonSchema for TimeText {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Time".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "a local date and time such as 2021-07-30T18:00:00, or relative to another: settlement.stop, settlement.return + 1d, announced_at - 12h",
            "x-kind": "time",
            "type": "string"
        })
    }
}
