//! A small invented city through the ordinary check, for cases about the patient stream.

use crate::calendar::{Calendar, CalendarFile};
use crate::scenario::check::check;
use crate::scenario::world::Scenario;

/// Public holidays and swapped weekends of the invented year: not those of any real one.
const CALENDAR: &str = r#"
[years.2021]
holidays = ["2021-01-01..2021-01-03", "2021-05-01..2021-05-05", "2021-10-01..2021-10-07"]
working_weekends = ["2021-04-25", "2021-05-08", "2021-09-26", "2021-10-09"]
"#;

/// Weights of Monday to Sunday and of a holiday, as the city states them.
pub(super) const DAYS: [f64; 8] = [1.5, 1.25, 1.0, 1.0, 1.0, 0.5, 0.25, 0.5];

/// Weights of the hours, as the city states them.
pub(super) const HOURS: [f64; 24] = [
    1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 4.0, 12.0, 14.0, 11.0, 7.0, 3.0, 4.0, 9.0, 9.0, 7.0, 4.0, 3.0, 3.0, 2.0, 2.0,
    1.0, 1.0,
];

/// Type of a day of the city's year, counted by hand: 0 Monday … 6 Sunday, 7 holiday; a weekend day
/// worked in exchange is like a Wednesday. The year begins on a Friday; 1 May is day 120 and 1
/// October day 273.
pub(super) fn day_type(day: i64) -> usize {
    match day {
        0..=2 | 120..=124 | 273..=279 => 7,
        114 | 127 | 268 | 281 => 2,
        _ => (day + 4).rem_euclid(7) as usize,
    }
}

/// Factor on the stated weights, so that the days of the year weigh 365 together.
pub(super) fn day_scale() -> f64 {
    365.0 / (0..365).map(|day| DAYS[day_type(day)]).sum::<f64>()
}

/// Mean visits a day at the larger and the smaller site.
pub(super) const VISITS_A_DAY: [f64; 2] = [60.0, 40.0];

/// Mean routine matters a day at the desks of the larger and the smaller site, which have windows
/// for everyone.
pub(super) const ROUTINE_A_DAY: [f64; 2] = [45.0, 15.0];

/// Whether the desks are open on a day of the year: on working days, weekends worked in exchange among
/// them.
pub(super) fn is_open(day: i64) -> bool {
    day_type(day) <= 4
}

/// Half hours of the day in which the desks are open.
pub(super) fn is_open_half_hour(half_hour: usize) -> bool {
    matches!(half_hour, 17..24 | 28..35)
}

/// Shares of the visits by care type and scheme: clinic employee, clinic resident, other employee,
/// other resident.
pub(super) const VISIT_SHARES: [f64; 4] = [0.4, 0.3, 0.2, 0.1];

/// Admissions a day.
pub(super) const ADMISSIONS_A_DAY: f64 = 20.0;

/// Mean and coefficient of variation of the days of a stay.
pub(super) const STAY_DAYS: (f64, f64) = (9.0, 0.8);

/// Days of a refill, and patients with refills and with sessions.
pub(super) const CYCLE: (u32, u32, u32) = (30, 3_000, 2_000);

const CITY: &str = r#"
start = "2021-01-01T00:00:00"
horizon_days = 365
announced_at = "2021-06-01T09:00:00"
[people]
employee = { insured = 36_500, monthly_income_yuan = 4000 }
resident = { insured = 36_500, monthly_income_yuan = 3000 }
[districts]
all = { share = 1.0 }
[timetables]
agency = { weekdays = "08:30-12:00, 14:00-17:30" }
[desk_classes]
hospital = {}
clinic = {}
[services]
settlement = {}
[sites]
large = { kind = "provider", count = 1, desk = { class = "hospital", windows = 20, hours = "agency", profile = "day", routine_per_day = 45, routine_minutes = 1 } }
small = { kind = "provider", count = 1, desk = { class = "clinic", windows = 20, hours = "agency", profile = "day", routine_per_day = 15, routine_minutes = 1 } }
[pathways]
convert = { steps = { desk = { at = "same-site", needs = "settlement", minutes = 6 } } }
[handling]
clinic = { all = { pathway = "convert" } }
other = { all = { pathway = "convert" } }
stay = { all = { pathway = "convert" } }
refill = { all = { pathway = "convert" } }
session = { all = { pathway = "convert" } }
[suspend]
settlement = { services = ["settlement"], stop = "2021-07-01T18:00:00", return = { fixed = "2021-07-03T08:00:00" } }
"#;

/// The city; `flat` without weekdays, so that only the day effect varies from day to day.
pub(super) fn city(day_effect_cv: f64, flat: bool) -> Scenario {
    let days = if flat { [1.0; 8] } else { DAYS };
    let list = |weights: &[f64]| format!("{weights:?}");
    let mut text = CITY.to_owned();
    text.push_str(&format!("[behaviour]\nday_effect_cv = {day_effect_cv}\n"));
    text.push_str(&format!(
        "[profiles.day]\nhours = {}\nweekdays = {}\nholiday = {:?}\n[demand]\n",
        list(&HOURS),
        list(&days[..7]),
        days[7]
    ));
    let visits: f64 = VISITS_A_DAY.iter().sum();
    let sites = format!("large = {}, small = {}", VISITS_A_DAY[0] / visits, VISITS_A_DAY[1] / visits);
    let common = "needs = \"settlement\", profile = \"day\", bill_yuan = 200";
    // With 36,500 people a rate of one a hundred a year is one a day.
    for (care, shares) in [("clinic", &VISIT_SHARES[..2]), ("other", &VISIT_SHARES[2..])] {
        let [employee, resident] = [shares[0], shares[1]].map(|share| share * visits / 100.0);
        text.push_str(&format!(
            "{care} = {{ kind = \"visits\", per_year = {{ employee = {employee}, resident = {resident} }}, sites = {{ {sites} }}, {common} }}\n"
        ));
    }
    let (mean, cv) = STAY_DAYS;
    let admissions = ADMISSIONS_A_DAY / 100.0;
    text.push_str(&format!(
        "stay = {{ kind = \"stays\", per_year = {{ employee = {admissions} }}, sites = {{ large = 1 }}, {common}, stay_days = {{ lognormal = {{ mean = {mean}, cv = {cv} }} }} }}\n"
    ));
    let (cycle, refills, sessions) = CYCLE;
    let [refills, sessions] = [refills, sessions].map(|patients| f64::from(patients) / 36_500.0);
    text.push_str(&format!(
        "refill = {{ kind = \"refills\", patients_share = {{ employee = {refills} }}, cycle_days = {cycle}, sites = {{ large = 1 }}, {common} }}\n"
    ));
    text.push_str(&format!(
        "session = {{ kind = \"sessions\", patients_share = {{ employee = {sessions} }}, sites = {{ large = 1 }}, {common}, patterns = {{ \"mon wed fri\" = 0.6, \"tue thu sat\" = 0.4 }} }}\n"
    ));
    let calendar: CalendarFile = toml::from_str(CALENDAR).expect("a calendar file");
    let calendar = Calendar::from_file(&calendar).expect("legal dates");
    let layer = toml::from_str(&text).expect("a scenario file");
    check(&layer, "verify", "announced", &calendar).expect("a legal scenario")
}
