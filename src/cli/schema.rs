//! `cutover schema`: the JSON Schema of scenario files.

use std::process::ExitCode;

use super::output::{Failure, print};
use crate::scenario::schema::schema_json;

pub(super) fn schema() -> Result<ExitCode, Failure> {
    print(&schema_json())?;
    print("\n")?;
    Ok(ExitCode::SUCCESS)
}
