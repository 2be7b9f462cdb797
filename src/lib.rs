//! cutover
#![forbid(unsafe_code)]
pub mod units;
pub mod scenario;
