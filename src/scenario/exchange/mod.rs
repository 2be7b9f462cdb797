//! One city with parts of another: its own people, sites and demand, but the other's lengths of stops,
//! dates, rules or windows. What of a difference between two cities comes from which part is told by
//! taking over one part after the other.
//!
//! The exchange is made on the merged files, not on the checked scenario: a part is then what a planner
//! would write, and [`super::check`] reads it again and names whatever does not fit. What cannot be
//! carried over because the city has nothing of that name (a care type, a group of sites, a class of
//! people) is left out and told, never invented.
//!
//! ```text
//! length    stops of the other city (services, length, kind of return, runbook), begun when this one's begin
//! calendar  announcement, start, holidays and the beginning of each stop as in the other city; as many days are
//!           simulated after the last announced return as this city has, whatever its length and date
//! rules     handling, pathways, payment runs and measures of the other city
//! windows   windows an insured person at each class of desks as in the other city
//! ```

mod carry;
mod retime;
mod windows;

use serde_json::{Value, json};

use super::check::{Complaint, check};
use super::error::Text;
use super::layer::Loaded;
use super::raw::Layer;
use super::world::Scenario;

pub use retime::{main_service, main_stops};
pub use windows::insured;

use carry::Carried;
use retime::Frame;

/// Rounds of leaving out what does not fit.
const ROUNDS_MAX: usize = 60;

/// A city as its files say and as it was checked.
#[derive(Debug, Clone, Copy)]
pub struct City<'a> {
    /// As its files say.
    pub loaded: &'a Loaded,
    /// As it was checked.
    pub scenario: &'a Scenario,
}

/// A part that one city can take over from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// How long which service is down, and how sure the return is.
    Length,
    /// Dates, weekdays and holidays.
    Calendar,
    /// What is done with bills and matters while services are down, and the measures.
    Rules,
    /// Windows an insured person.
    Windows,
}

impl Part {
    /// In the order in which they are taken over.
    pub const ALL: [Self; 4] = [Self::Length, Self::Calendar, Self::Rules, Self::Windows];

    /// The word in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::Calendar => "calendar",
            Self::Rules => "rules",
            Self::Windows => "windows",
        }
    }

    /// The name shown.
    pub fn name(self) -> Text {
        match self {
            Self::Length => Text::new("停机时长", "outage length"),
            Self::Calendar => Text::new("日历", "calendar"),
            Self::Rules => Text::new("处理规则", "rules"),
            Self::Windows => Text::new("窗口数", "windows"),
        }
    }
}

/// A city with parts of another.
#[derive(Debug, Clone)]
pub struct Mixed {
    /// As files would say it.
    pub loaded: Loaded,
    /// As it was checked.
    pub scenario: Scenario,
    /// What could not be carried over, and what stands in for it.
    pub notes: Vec<Text>,
}

/// The city `base` with some parts of the city `other`.
///
/// # Errors
///
/// Why these parts cannot be taken over.
pub fn mix(base: City<'_>, other: City<'_>, parts: &[Part]) -> Result<Mixed, Text> {
    let from = |part: Part| if parts.contains(&part) { other } else { base };
    let (shape, dates, rules) = (from(Part::Length), from(Part::Calendar), from(Part::Rules));
    let frame = Frame::new(shape, dates)?;
    let mut json = base.loaded.json.clone();
    if !same(shape, base) || !same(dates, base) {
        frame.write(&mut json, base);
    }
    let moved = !same(rules, shape) || !same(rules, dates);
    let fallback = if same(rules, base) { other } else { base };
    let mut carried = Carried::new(base, fallback, &frame);
    if moved || !same(rules, base) {
        for table in carry::TABLES {
            carry::put(&mut json, table, frame.translated(rules, table));
        }
    }
    if !same(rules, base) {
        carry::add_missing(&mut json, "timetables", &rules.loaded.json);
    }
    let (mut loaded, scenario) = settled(base, dates, json, &mut carried)?;
    if !parts.contains(&Part::Windows) {
        return Ok(Mixed { loaded, scenario, notes: carried.notes });
    }
    let scaled = windows::scaled(&loaded, &scenario, other.scenario);
    let Some((json, notes)) = scaled else { return Ok(Mixed { loaded, scenario, notes: carried.notes }) };
    carried.notes.extend(notes);
    let (layer, scenario) = checked(&loaded, &json).map_err(|complaints| refused(&complaints))?;
    (loaded.json, loaded.layer) = (json, layer);
    Ok(Mixed { loaded, scenario, notes: carried.notes })
}

fn same(one: City<'_>, other: City<'_>) -> bool {
    std::ptr::eq(one.loaded, other.loaded)
}

/// Leaves out what does not fit until all does.
fn settled(
    base: City<'_>,
    dates: City<'_>,
    mut json: Value,
    carried: &mut Carried<'_>,
) -> Result<(Loaded, Scenario), Text> {
    let mut loaded = base.loaded.clone();
    loaded.calendar = dates.loaded.calendar.clone();
    for _ in 0..ROUNDS_MAX {
        match checked(&loaded, &json) {
            Ok((layer, scenario)) => {
                (loaded.json, loaded.layer) = (json, layer);
                return Ok((loaded, scenario));
            }
            Err(complaints) => {
                let mended = complaints.iter().filter(|complaint| carried.mend(&mut json, complaint)).count();
                if mended == 0 {
                    return Err(refused(&complaints));
                }
            }
        }
    }
    Err(Text::new("不能套用的内容过多", "too much of it does not fit"))
}

fn checked(loaded: &Loaded, json: &Value) -> Result<(Layer, Scenario), Vec<Complaint>> {
    let unread = |error: serde_json::Error| {
        vec![Complaint {
            key: String::new(),
            kind: super::check::ComplaintKind::Inconsistent,
            found: String::new(),
            allowed_zh: error.to_string(),
            allowed_en: error.to_string(),
            nearest: None,
        }]
    };
    let layer: Layer = serde_json::from_value(json.clone()).map_err(unread)?;
    let mut scenario = check(&layer, &loaded.city, &loaded.schedule, &loaded.calendar)?;
    if let Some(name) = &loaded.city_name {
        scenario.city_name = name.clone();
    }
    Ok((layer, scenario))
}

/// The first complaint in words.
fn refused(complaints: &[Complaint]) -> Text {
    let Some(first) = complaints.first() else { return Text::new("", "") };
    let found = if first.found.is_empty() { String::new() } else { format!(" = {}", first.found) };
    Text::new(
        format!("{}{found}：{}", first.key, first.allowed_zh),
        format!("{}{found}: {}", first.key, first.allowed_en),
    )
}

/// The table of a file under a key; an empty one where there is none.
fn table(json: &Value, key: &str) -> Value {
    json.get(key).filter(|value| value.is_object()).cloned().unwrap_or_else(|| json!({}))
}

#[cfg(test)]
mod tests;
