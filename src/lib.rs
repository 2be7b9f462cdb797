//! What a medical-insurance system cutover does to patients: a Monte Carlo discrete-event
//! simulator.
#![forbid(unsafe_code)]
#![warn(missing_docs, missing_debug_implementations, unreachable_pub)]

pub mod calendar;
pub mod claim;
pub mod cli;
pub mod curve;
pub mod desk;
pub mod distribution;
pub mod engine;
pub mod experiment;
pub mod laws;
pub mod load;
pub mod measures;
pub mod objective;
pub mod pathway;
pub mod patient;
pub mod record;
pub mod replication;
pub mod report;
pub mod rng;
pub mod runbook;
pub mod scenario;
pub mod schedule;
pub mod selection;
pub mod stats;
pub mod tally;
pub mod trace;
pub mod units;
pub mod verify;
