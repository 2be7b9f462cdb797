//! Scenarios: the files of a city, layer by layer, checked into one world and one schedule.

pub mod quantity;
pub mod raw;
pub mod world;
