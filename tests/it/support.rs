//! Scenarios of the repository, for tests.

use std::path::Path;

use cutover::replication::Model;
use cutover::scenario::check::check;
use cutover::scenario::layer::{Loaded, load};
use cutover::scenario::world::Scenario;
use cutover::units::Lang;

/// The merged files of a scenario of the repository with some keys set.
pub(crate) fn loaded(city: &str, sets: &[&str]) -> Loaded {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(city);
    let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    load(&path, None, &sets).unwrap_or_else(|problems| panic!("{}", problems.render(Lang::En)))
}

/// A scenario of the repository with some keys set.
pub(crate) fn scenario(city: &str, sets: &[&str]) -> Scenario {
    let loaded = loaded(city, sets);
    check(&loaded.layer, &loaded.city, &loaded.schedule, &loaded.calendar)
        .unwrap_or_else(|complaints| panic!("{city}: {complaints:#?}"))
}

/// The same with its tables.
pub(crate) fn model(city: &str, sets: &[&str]) -> Model {
    Model::new(scenario(city, sets))
}
