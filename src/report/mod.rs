//! What a reader gets: tables, charts, the summary, and the folder they are written to. A writer
//! is a pure function from results to bytes; only the sink touches files.

#[cfg(feature = "charts")]
pub mod chart;
