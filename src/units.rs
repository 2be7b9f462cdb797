//! The units everything is counted in, and the language a reader sees.
//!
//! Money is integer fen (1 yuan = 100 fen): one bill fits `u32`, sums are `i64`, fen × seconds
//! are `i128`. The only conversions between yuan and fen are here.

use serde::{Deserialize, Serialize};

/// Language of summaries, charts and messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Chinese.
    Zh,
    /// English.
    En,
}

impl Lang {
    /// Chooses what is of this language.
    pub fn choose<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// Chooses the text of this language.
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

/// Largest single bill in fen: 20 million yuan. A larger draw is capped and counted.
pub const BILL_FEN_MAX: u32 = 2_000_000_000;

/// Yuan as drawn to whole fen, rounded half up, capped at [`BILL_FEN_MAX`].
pub fn fen_from_yuan(yuan: f64) -> u32 {
    // The conversion rounds towards zero, which below zero is no different: nothing is negative.
    ((yuan * 100.0 + 0.5) as u32).min(BILL_FEN_MAX)
}

/// Fen to yuan, for results.
pub fn yuan_from_fen(fen: i64) -> f64 {
    fen as f64 / 100.0
}

/// A share of an amount in fen, rounded down: the remainder stays with the other part, so that
/// own cash always takes what rounding leaves.
pub fn share_of_fen(fen: u32, share: f64) -> u32 {
    (f64::from(fen) * share) as u32
}

/// Minutes as drawn to whole seconds, rounded half up, at least one second.
pub fn seconds_from_minutes(minutes: f64) -> u32 {
    ((minutes * 60.0 + 0.5) as u32).clamp(1, u32::MAX / 4)
}
