//! Integration tests: one binary, a file per subject.

mod bad_input;
mod laws;
mod support;
