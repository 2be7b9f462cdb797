//! Scenarios: the files of a city, layer by layer, checked into one world and one schedule.

pub mod alike;
pub mod check;
pub mod error;
pub mod exchange;
mod file;
pub mod layer;
mod locate;
pub(crate) mod mistyped;
pub mod origin;
pub mod plausible;
pub mod quantity;
pub mod raw;
mod read;
pub mod schema;
pub mod shape;
pub mod world;
