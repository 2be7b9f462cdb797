//! `cutover schema`: the JSON Schema of scenario files.

use std::process::ExitCode;

use super::output::{Failure, print};
use crate::scenario::schema::schema_json;
use crate::units::Lang;

pub(super) fn schema(lang: Lang) -> Result<ExitCode, Failure> {
    print(&(schema_json() + "\n"), lang)?;
    Ok(ExitCode::SUCCESS)
}
