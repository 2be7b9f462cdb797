//! Tests of the whole check: one small city that passes, and what breaks it line by line.

use super::{Complaint, ComplaintKind, check};
use crate::calendar::{Calendar, CalendarFile, SimTime};
use crate::scenario::raw::Layer;
use crate::scenario::world::Scenario;
use crate::schedule::Moment;

const CITY: &str = r#"
start = "2021-11-01T00:00:00"
horizon_days = 60
announced_at = "2021-11-15T09:00:00"
[people]
employee = { insured = 100_000, monthly_income_yuan = 4000 }
nonlocal = { insured = 0, monthly_income_yuan = 3000 }
[classes]
card = { share = 0.5 }
[districts]
east = { share = 0.6 }
west = {}
[timetables]
agency = { weekdays = "08:30-12:00, 14:00-17:30" }
never = {}
[profiles.day]
hours = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
weekdays = [1, 1, 1, 1, 1, 0.5, 0.2]
[desk_classes]
hospital = {}
hall = {}
[services]
settlement = {}
agency = {}
[sites]
big = { kind = "provider", count = 4, size_cv = 0.5, tags = ["hospital"], desk = { class = "hospital", windows = 2, hours = "agency", routine_per_day = 9, routine_minutes = 5, routine_needs = "settlement" } }
booth = { kind = "station", count = 2, beside = "big", desk = { class = "hall", windows = 1, hours = "agency" } }
hall = { kind = "hall", count = 2, desk = { class = "hall", windows = 3, hours = "agency" } }
office = { kind = "back-office", count = 1, desk = { class = "hall", windows = 1, hours = "agency" } }
away = { kind = "away", count = 1 }
[demand]
outpatient = { kind = "visits", needs = "settlement", per_year = { employee = 3.65 }, per_day = { nonlocal = 7 }, sites = { big = 1 }, profile = "day", bill_yuan = 200 }
stay = { kind = "stays", needs = "settlement", per_year = { employee = 0.1 }, sites = { big = 0.5, away = 0.5 }, profile = "day", bill_yuan = 9000, stay_days = 9 }
chronic = { kind = "refills", needs = "settlement", patients_share = { employee = 0.05 }, cycle_days = 30, sites = { big = 1 }, profile = "day", bill_yuan = 300 }
matters = { kind = "business", needs = "agency", per_year = { employee = 0.1 }, sites = { hall = 1 }, profile = "day", minutes = 8 }
[pathways]
convert = { steps = { desk = { at = "same-site", needs = "settlement", minutes = 6 } } }
claim = { steps = { window = { at = "any-hall", needs = "agency", minutes = 6 }, review = { at = "back-office", contact = "remote", minutes = 6 } }, refund = { how = "transfer", run = "weekly" } }
outside = { steps = { there = { at = "outside", outside_days = 20 } } }
[payment_runs]
weekly = { weekdays = ["wed"], days_of_month = [20] }
[suspend]
settlement = { services = ["settlement"], stop = "2021-11-19T18:00:00", return = { fixed = "2021-11-22T08:00:00", after_task = "accept" } }
agency = { services = ["agency"], stop = "settlement.stop - 2d", return = { estimated = "settlement.planned_return + 1h" } }
[runbook]
accept = { hours = 4, after = ["load"] }
load = { hours = 20, after = ["suspend.settlement"] }
[handling]
outpatient = { half = { pathway = "convert", share = 0.5 }, all = { pathway = "claim", share = "rest" } }
stay = { city = { who = { sites = ["big"] }, pathway = "convert" }, far = { who = { sites = ["away"] }, pathway = "outside" } }
chronic = { all = { pathway = "convert" } }
matters = { all = { pathway = "claim" } }
[measures]
early = { kind = "stock-up", take_up_share = 0.5 }
more = { kind = "surge", sites = ["hall"], extra_windows = 2, from = "settlement.return", until = "settlement.return + 14d" }
"#;

fn calendar() -> Calendar {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/calendars/cn.toml")).unwrap();
    Calendar::from_file(&toml::from_str::<CalendarFile>(&text).unwrap()).unwrap()
}

/// The city with texts replaced; every text must be there.
fn checked(changes: &[(&str, &str)]) -> Result<Scenario, Vec<Complaint>> {
    let mut text = CITY.to_owned();
    for (old, new) in changes {
        assert!(text.contains(old), "{old} is not in the city");
        text = text.replace(old, new);
    }
    let layer: Layer = toml::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{changes:?}"));
    check(&layer, "here", "announced", &calendar())
}

fn city(changes: &[(&str, &str)]) -> Scenario {
    checked(changes).unwrap_or_else(|list| panic!("{list:#?}"))
}

/// The one complaint that changes lead to.
#[track_caller]
fn refuses(changes: &[(&str, &str)], kind: ComplaintKind, key: &str) -> Complaint {
    let list = checked(changes).err().unwrap_or_default();
    let found: Vec<String> = list.iter().map(|one| format!("{:?} {one}", one.kind)).collect();
    assert_eq!(list.len(), 1, "{changes:?}: {found:#?}");
    assert_eq!((list[0].kind, list[0].key.as_str()), (kind, key), "{found:#?}");
    assert!(!list[0].allowed_zh.is_empty() && !list[0].allowed_en.is_empty());
    list[0].clone()
}

use ComplaintKind::{
    Cycle, Inconsistent, Missing, NoCalendar, Order, OutOfRange, Rank, TooLarge, UnknownName, Unreadable,
};

#[test]
fn a_small_city_becomes_indices_and_moments() {
    let city = city(&[]);
    assert_eq!(city.clock.days(), 60);
    // Five working days from Monday 1 November.
    assert_eq!(city.warm_until, SimTime::at(5, 0));
    assert_eq!(city.suspensions[1].stop, city.clock.sim("2021-11-17T18:00:00".parse().unwrap()).unwrap());
    assert_eq!(city.suspensions[1].planned, city.clock.sim("2021-11-22T09:00:00".parse().unwrap()).unwrap());
    assert_eq!(city.care[0].volume, [1000.0, 7.0]);
    assert_eq!(city.care[2].volume, [5000.0, 0.0]);
    assert!((city.districts[1].share - 0.4).abs() < 1e-12);
    // The chronic patients' stop is the settlement's, not the earlier one of the agency.
    assert_eq!(city.measures[0].until, Moment::At(city.suspensions[0].stop));
    assert_eq!(city.measures[1].until, Moment::AfterReturn(0, 14 * 86_400));
    assert_eq!(city.measures[1].who.groups, 1 << 2);
    assert_eq!(city.rules[0].iter().map(|rule| rule.share).collect::<Vec<_>>(), [Some(0.5), None]);
    // Wednesdays and the twentieth, a Saturday in November.
    let noon = |day| SimTime::at(day, 43_200);
    assert_eq!(city.payment_runs[0].at[..5], [noon(2), noon(9), noon(16), noon(19), noon(23)]);
}

#[test]
fn a_year_of_profile_weights_totals_365() {
    let city = city(&[]);
    // 2021: days by type as the calendar has them, counted here from the other end.
    let calendar = calendar();
    let mut total = 0.0;
    for date in jiff::civil::date(2021, 1, 1).series(jiff::ToSpan::days(1)).take(365) {
        let weekday = date.weekday().to_monday_zero_offset() as usize;
        let day_type = match calendar.kind(date).unwrap() {
            crate::calendar::DayKind::Holiday => 7,
            crate::calendar::DayKind::Working if weekday > 4 => 2,
            _ => weekday,
        };
        total += city.care[0].profile.day_weight(day_type);
    }
    assert!((total - 365.0).abs() < 1e-9, "{total}");
    assert!(city.care[0].profile.second_at(0.999_999) < 18 * 3600);
}

#[test]
fn sites_fall_in_size_and_stations_stand_beside_the_largest() {
    let city = city(&[]);
    let big = &city.sites[..4];
    assert!(big.windows(2).all(|pair| pair[0].size > pair[1].size));
    assert!((big.iter().map(|site| site.size).sum::<f64>() - 4.0).abs() < 1e-12);
    assert_eq!(big.iter().map(|site| site.windows).collect::<Vec<_>>(), [3, 2, 2, 1]);
    assert_eq!(big.iter().map(|site| site.station).collect::<Vec<_>>(), [Some(4), Some(5), None, None]);
    assert_eq!((city.sites[4].district, city.sites[5].district), (big[0].district, big[1].district));
}

#[test]
fn desks_learn_which_services_their_work_needs() {
    let city = city(&[]);
    let services = |group: usize| city.groups[group].desk.as_ref().map(|desk| desk.services);
    let (settlement, agency) = (1, 2);
    assert_eq!(services(0), Some(settlement));
    assert_eq!(services(2), Some(agency));
    assert_eq!(services(3), Some(0));
    assert_eq!(services(4), None);
}

#[test]
fn tasks_are_sorted_and_stops_point_at_their_new_places() {
    let city = city(&[]);
    assert_eq!(city.tasks.iter().map(|task| task.key.as_str()).collect::<Vec<_>>(), ["load", "accept"]);
    assert_eq!((city.tasks[0].after_stops.as_slice(), city.tasks[1].after_tasks.as_slice()), (&[0][..], &[0][..]));
    assert_eq!(city.suspensions[0].after_task, Some(1));
}

#[test]
fn start_and_horizon_follow_from_the_announcement_and_the_latest_return() {
    let city = city(&[("start = \"2021-11-01T00:00:00\"\nhorizon_days = 60", "")]);
    assert_eq!(city.clock.start(), jiff::civil::date(2021, 11, 1));
    // The latest planned return is 22 November 09:00, the 22nd day.
    assert_eq!(city.clock.days(), 22 + 90);
}

#[test]
fn names_must_be_known_and_the_nearest_is_offered() {
    let complaint = refuses(
        &[("half = { pathway = \"convert\"", "half = { pathway = \"convrt\"")],
        UnknownName,
        "handling.outpatient.half.pathway",
    );
    assert_eq!(complaint.nearest.as_deref(), Some("convert"));
    for (old, new, key) in [
        ("routine_needs = \"settlement\"", "routine_needs = \"settlment\"", "sites.big.desk.routine_needs"),
        ("run = \"weekly\"", "run = \"daily\"", "pathways.claim.refund.run"),
        ("beside = \"big\"", "beside = \"bigger\"", "sites.booth.beside"),
        ("after = [\"load\"]", "after = [\"lode\"]", "runbook.accept.after"),
        ("after = [\"suspend.settlement\"]", "after = [\"suspend.settle\"]", "runbook.load.after"),
        ("after_task = \"accept\"", "after_task = \"acceptance\"", "suspend.settlement.return.after_task"),
        ("per_day = { nonlocal = 7 }", "per_day = { local = 7 }", "demand.outpatient.per_day.local"),
        ("from = \"settlement.return\"", "from = \"settlements.return\"", "measures.more.from"),
        ("matters = { all", "mattress = { all", "handling.mattress"),
    ] {
        let changes = [(old, new)];
        let list = checked(&changes).unwrap_err();
        assert!(list.iter().any(|one| one.kind == UnknownName && one.key == key), "{key}: {list:#?}");
    }
}

#[test]
fn all_complaints_are_collected() {
    let list =
        checked(&[("insured = 100_000", "insured = -1"), ("count = 4", "count = 1"), ("windows = 3", "windows = 0")]);
    let keys: Vec<String> = list.unwrap_err().into_iter().map(|one| one.key).collect();
    assert_eq!(keys, ["people.employee.insured", "sites.booth.count", "sites.hall.desk.windows"]);
}

#[test]
fn numbers_must_be_in_range_and_values_in_theirs() {
    let bill = |new| ("bill_yuan = 200", new);
    refuses(
        &[bill("bill_yuan = { value = 200, range = [210, 300] }")],
        OutOfRange,
        "demand.outpatient.bill_yuan.range",
    );
    let ranged = "bill_yuan = { value = { lognormal = { mean = 200, cv = 1 } }, range_mean = [100, 150] }";
    refuses(&[bill(ranged)], OutOfRange, "demand.outpatient.bill_yuan.range_mean");
    let key = "demand.outpatient.bill_yuan.pert.min";
    refuses(&[bill("bill_yuan = { pert = { min = 9, mode = 5, max = 20 } }")], OutOfRange, key);
    let key = "demand.outpatient.bill_yuan.lognormal.mean";
    refuses(&[bill("bill_yuan = { lognormal = { mean = 0, cv = 1 } }")], OutOfRange, key);
    refuses(&[("card = { share = 0.5 }", "card = { share = 1.5 }")], OutOfRange, "classes.card.share");
    refuses(&[("take_up_share = 0.5", "take_up_share = 1.01")], OutOfRange, "measures.early.take_up_share");
    refuses(&[("horizon_days = 60", "horizon_days = 1501")], OutOfRange, "horizon_days");
}

#[test]
fn shares_must_add_up() {
    refuses(&[("big = 0.5, away = 0.5", "big = 0.5, away = 0.4")], Inconsistent, "demand.stay.sites");
    refuses(&[("west = {}", "west = { share = 0.3 }")], Inconsistent, "districts");
    refuses(&[("claim\", share = \"rest\"", "claim\", share = 0.6")], Inconsistent, "handling.outpatient");
    // Scoped rules are open to different people and may exceed one together.
    let scoped = ("claim\", share = \"rest\"", "claim\", who = { classes = [\"card\"] }, share = 0.6");
    city(&[scoped]);
    // A share of nought is allowed.
    city(&[("sites = { big = 1 }", "sites = { big = 1, away = 0 }")]);
}

#[test]
fn what_must_be_given_is_asked_for() {
    refuses(&[("insured = 100_000, ", "")], Missing, "people.employee.insured");
    refuses(&[("cycle_days = 30, ", "")], Missing, "demand.chronic.cycle_days");
    refuses(&[(", minutes = 8", "")], Missing, "demand.matters.minutes");
    refuses(&[("extra_windows = 2, ", "")], Missing, "measures.more.extra_windows");
    refuses(&[("chronic = { all = { pathway = \"convert\" } }\n", "")], Missing, "handling.chronic");
    // Without people there is nobody to have a rule for.
    city(&[("chronic = { all = { pathway = \"convert\" } }\n", ""), ("employee = 0.05", "employee = 0")]);
    refuses(&[(", outside_days = 20", "")], Missing, "pathways.outside.steps.there.outside_days");
    let no_return = [("return = { estimated = \"settlement.planned_return + 1h\" }", "return = {}")];
    refuses(&no_return, Missing, "suspend.agency.return");
}

#[test]
fn times_must_be_readable_and_in_order() {
    refuses(
        &[("stop = \"2021-11-19T18:00:00\"", "stop = \"2021-11-31T18:00:00\"")],
        Unreadable,
        "suspend.settlement.stop",
    );
    let early = [("fixed = \"2021-11-22T08:00:00\"", "fixed = \"2021-11-19T18:00:00\"")];
    let complaint = refuses(&early, Order, "suspend.settlement.return.fixed");
    assert!(complaint.found.contains("2021-11-19T18") && complaint.allowed_en.contains("2021-11-19T18"));
    refuses(&[("announced_at = \"2021-11-15", "announced_at = \"2021-11-18")], Order, "suspend.agency.stop");
    refuses(&[("start = \"2021-11-01", "start = \"2021-11-16")], Order, "start");
    refuses(&[("01T00:00:00", "01T01:00:00")], OutOfRange, "start");
    let backwards = [("until = \"settlement.return + 14d\"", "until = \"settlement.return - 1d\"")];
    refuses(&backwards, Order, "measures.more.until");
    refuses(&[("\"08:30-12:00, 14", "\"08:30-12:00, 11")], Unreadable, "timetables.agency.weekdays");
}

#[test]
fn an_unannounced_return_has_no_planned_time() {
    let changes = [("fixed = \"2021-11-22T08:00:00\"", "unannounced = true")];
    let complaint = refuses(&changes, Inconsistent, "suspend.agency.return.estimated");
    assert_eq!(complaint.found, "settlement.planned_return + 1h");
    let city = city(&[changes[0], ("settlement.planned_return + 1h", "2021-11-22T09:00:00")]);
    assert_eq!(city.suspensions[0].planned, SimTime::NEVER);
}

#[test]
fn a_stop_beyond_the_horizon_is_valid() {
    let changes = [
        ("stop = \"2021-11-19T18:00:00\"", "stop = \"2022-11-19T18:00:00\""),
        ("fixed = \"2021-11-22T08:00:00\"", "fixed = \"2022-11-22T08:00:00\""),
    ];
    assert!(city(&changes).suspensions[0].stop > SimTime::at(60, 0));
}

#[test]
fn circles_are_named() {
    let task = [("after = [\"suspend.settlement\"]", "after = [\"accept\"]")];
    assert_eq!(refuses(&task, Cycle, "runbook.accept.after").found, "accept → load → accept");
    let stop = [("stop = \"2021-11-19T18:00:00\"", "stop = \"agency.stop\"")];
    let circle = refuses(&stop, Cycle, "suspend.settlement.stop").found;
    assert_eq!(circle, "suspend.settlement.stop → suspend.agency.stop → suspend.settlement.stop");
    let refused = [("contact = \"remote\", minutes = 6", "contact = \"remote\", minutes = 6, refused_to = \"claim\"")];
    let list = checked(&refused).unwrap_err();
    assert!(list.iter().any(|one| one.kind == Cycle), "{list:#?}");
}

#[test]
fn a_year_the_calendar_lacks_is_named() {
    let complaint = refuses(&[("horizon_days = 60", "horizon_days = 500")], NoCalendar, "calendar");
    assert_eq!(complaint.found, "2023");
    assert!(complaint.allowed_en.contains("[years.2023]"));
}

#[test]
fn a_return_in_a_year_that_nobody_planned_for_is_refused() {
    let fixed = CITY.split("fixed = \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let with = |time: &str| [(format!("fixed = \"{fixed}\""), format!("fixed = \"{time}\""))];
    let refused = with("2031-01-01T08:00");
    let complaint = refuses(&[(&refused[0].0, &refused[0].1)], OutOfRange, "suspend.settlement.return.fixed");
    assert!(complaint.allowed_en.contains("check the year") && complaint.allowed_en.contains("[years.2031]"));
    assert!(complaint.allowed_zh.contains("请核对年份"));
    // The last days of the calendar are late but known.
    let known = with("2022-12-30T24:00");
    assert!(!checked(&[(&known[0].0, &known[0].1)]).is_err_and(|list| list.iter().any(|one| one.kind == OutOfRange)));
}

#[test]
fn work_never_goes_back_in_rank() {
    let back = "claim = { steps = { review = { at = \"back-office\", minutes = 6 }, window = { at = \"any-hall\", minutes = 6 } }, refund = { how = \"transfer\", run = \"weekly\" } }\n[unused]";
    let (start, end) = (CITY.find("claim = {").unwrap(), CITY.find("outside = { steps").unwrap());
    let old = &CITY[start..end];
    refuses(&[(old, &back.replace("[unused]", ""))], Rank, "pathways.claim.steps.window.at");
    let refused =
        ("at = \"any-hall\", needs", "at = \"any-hall\", refused_share = 0.1, refused_to = \"convert\", needs");
    refuses(&[refused], Rank, "pathways.claim.steps.window.refused_to");
    // What is done outside the city may stand anywhere.
    let outside =
        ("at = \"any-hall\", needs", "at = \"any-hall\", refused_share = 0.1, refused_to = \"outside\", needs");
    city(&[outside]);
}

#[test]
fn steps_at_halls_stay_in_one_group() {
    let second = "hall = { kind = \"hall\", count = 2";
    let other = "lobby = { kind = \"hall\", count = 1, desk = { class = \"hall\", windows = 1, hours = \"agency\" } }\nhall = { kind = \"hall\", count = 2";
    let steps = (
        "review = { at = \"back-office\"",
        "again = { at = \"home-hall\", group = \"hall\", minutes = 1 }, review = { at = \"back-office\"",
    );
    // The first step takes the first group of halls in the file.
    refuses(&[(second, other), steps], Rank, "pathways.claim.steps.again.at");
    city(&[steps]);
    let wrong = [("at = \"any-hall\",", "at = \"any-hall\", group = \"office\",")];
    assert!(checked(&wrong).unwrap_err().iter().any(|one| one.key == "pathways.claim.steps.window.group"));
}

#[test]
fn desks_must_exist_have_windows_and_open() {
    refuses(
        &[(
            "far = { who = { sites = [\"away\"] }, pathway = \"outside\"",
            "far = { who = { sites = [\"away\"] }, pathway = \"convert\"",
        )],
        Inconsistent,
        "handling.stay.far.pathway",
    );
    refuses(&[("windows = 3", "windows = 0.4")], OutOfRange, "sites.hall.desk.windows");
    refuses(
        &[("windows = 3, hours = \"agency\"", "windows = 3, hours = \"never\"")],
        Inconsistent,
        "sites.hall.desk.hours",
    );
    // Nothing is served at the stations: they need neither.
    city(&[(
        "class = \"hall\", windows = 1, hours = \"agency\" } }\nhall",
        "class = \"hall\", windows = 0, hours = \"never\" } }\nhall",
    )]);
}

#[test]
fn a_way_to_a_station_is_for_those_who_have_one() {
    let station = ("at = \"same-site\"", "at = \"station\"");
    let list = checked(&[station]).unwrap_err();
    assert!(list.iter().all(|one| one.kind == Inconsistent && one.allowed_en.contains("has_station")), "{list:#?}");
    assert!(list.iter().any(|one| one.key == "handling.chronic.all.pathway"));
    let city = city(&[("pathway = \"convert\"", "has_station = true, pathway = \"convert\""), station]);
    assert_eq!(city.groups[1].desk.as_ref().map(|desk| desk.services), Some(1));
}

#[test]
fn a_key_of_another_kind_of_measure_is_refused() {
    let complaint = refuses(
        &[("take_up_share = 0.5", "take_up_share = 0.5, extra_windows = 1")],
        Inconsistent,
        "measures.early.extra_windows",
    );
    assert!(complaint.allowed_en.contains("surge"));
    refuses(
        &[(
            "patients_share = { employee = 0.05 }",
            "patients_share = { employee = 0.05 }, per_year = { employee = 1 }",
        )],
        Inconsistent,
        "demand.chronic.per_year",
    );
}

#[test]
fn a_return_is_announced_in_one_way() {
    let both = [("return = { fixed", "return = { unannounced = true, fixed")];
    refuses(&both, Inconsistent, "suspend.settlement.return");
    let hours = [("after_task = \"accept\" }", "after_task = \"accept\", after_hours = 9 }")];
    refuses(&hours, Inconsistent, "suspend.settlement.return.after_hours");
}

#[test]
fn what_cannot_be_held_is_refused_with_an_estimate() {
    let many = [("insured = 100_000", "insured = 2_000_000_001")];
    let list = checked(&many).unwrap_err();
    assert!(list.iter().any(|one| one.kind == TooLarge && one.key == "people"), "{list:#?}");
    let often = [
        ("employee = 3.65", "employee = 200_000_000"),
        ("big = { kind = \"provider\", count = 4", "big = { kind = \"provider\", count = 1_000_000"),
    ];
    let complaint = refuses(&often, TooLarge, "demand");
    assert!(complaint.allowed_en.contains("GB") && complaint.allowed_en.contains("minutes"));
    let crowded = [("employee = 3.65", "employee = 20_000")];
    refuses(&crowded, TooLarge, "demand.outpatient.sites.big");
    let sites = "big = { kind = \"provider\", count = 1_000_000";
    let third =
        format!("c = {{ kind = \"away\", count = 1_000_000 }}\nd = {{ kind = \"away\", count = 1_000_000 }}\n{sites}");
    refuses(&[("big = { kind = \"provider\", count = 4", &third)], TooLarge, "sites");
}

#[test]
fn shipped_cities_pass() {
    for name in ["minimal", "nantong", "wuhan", "chongqing", "xinzhou", "zibo"] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name);
        let loaded = crate::scenario::layer::load(&path, None, &[]).unwrap_or_else(|problems| panic!("{problems:?}"));
        let checked = check(&loaded.layer, &loaded.city, &loaded.schedule, &loaded.calendar);
        let list: Vec<String> = checked.err().into_iter().flatten().map(|one| one.to_string()).collect();
        assert!(list.is_empty(), "{name}: {list:#?}");
    }
}

#[test]
fn a_ramp_day_without_windows_is_refused() {
    let ramp = |shares: &str| format!("after_task = \"accept\", ramp = {shares} }} }}");
    city(&[("after_task = \"accept\" } }", &ramp("[0.1, 1]"))]);
    let complaint =
        refuses(&[("after_task = \"accept\" } }", &ramp("[0.0, 0.5]"))], OutOfRange, "suspend.settlement.return.ramp");
    assert!(complaint.allowed_en.contains("later return"), "{complaint}");
    refuses(&[("after_task = \"accept\" } }", &ramp("[1.5]"))], OutOfRange, "suspend.settlement.return.ramp");
}

#[test]
fn measures_at_desks_take_no_conditions_on_persons() {
    let surge = "more = { kind = \"surge\", ";
    let overtime = "more = { kind = \"overtime\", hours = \"agency\", ";
    let with = |kind: &str, who: &str| format!("{kind}who = {{ {who} }}, ");
    for condition in ["schemes", "care", "classes", "not_classes", "actions"] {
        let name = match condition {
            "schemes" => "employee",
            "care" => "outpatient",
            "actions" => "purchase",
            _ => "card",
        };
        let who = format!("{condition} = [\"{name}\"]");
        let key = format!("measures.more.who.{condition}");
        let complaint = refuses(&[(surge, &with(surge, &who))], Inconsistent, &key);
        assert!(complaint.allowed_en.contains("a surge measure is for desks"), "{complaint}");
        let changes = [(surge, with(overtime, &who)), ("extra_windows = 2, ", String::new())];
        let changes = changes.each_ref().map(|(old, new)| (*old, new.as_str()));
        let complaint = refuses(&changes, Inconsistent, &key);
        assert!(complaint.allowed_en.contains("an overtime measure is for desks"), "{complaint}");
    }
    // Windows can be added in one district; hours belong to the whole group.
    city(&[(surge, &with(surge, "districts = [\"east\"]"))]);
    city(&[(surge, overtime), ("extra_windows = 2, ", "")]);
    let who = with(overtime, "districts = [\"east\"]");
    refuses(&[(surge, &who), ("extra_windows = 2, ", "")], Inconsistent, "measures.more.who.districts");
}

// ------------------------------------------------------------------------------------------------
// Essential care always has a way
// ------------------------------------------------------------------------------------------------

/// Dialysis beside the other care, with these rules.
fn with_dialysis(rules: &str) -> [(&'static str, String); 2] {
    let care = "dialysis = { kind = \"sessions\", needs = \"settlement\", patients_share = { employee = 0.001 }, \
                sites = { big = 1 }, profile = \"day\", bill_yuan = 400, patterns = { \"mon wed fri\" = 1 }, \
                essential = true }\n[pathways]\n";
    [("[pathways]\n", care.to_owned()), ("[handling]\n", format!("[handling]\ndialysis = {{ {rules} }}\n"))]
}

fn accepts_dialysis(rules: &str, more: &[(&str, &str)]) {
    let own = with_dialysis(rules);
    let changes: Vec<(&str, &str)> =
        own.iter().map(|(old, new)| (*old, new.as_str())).chain(more.iter().copied()).collect();
    city(&changes);
}

#[track_caller]
fn refuses_dialysis(rules: &str, more: &[(&str, &str)], gap: &str) {
    let own = with_dialysis(rules);
    let changes: Vec<(&str, &str)> =
        own.iter().map(|(old, new)| (*old, new.as_str())).chain(more.iter().copied()).collect();
    let complaint = refuses(&changes, Missing, "handling.dialysis");
    assert!(complaint.allowed_en.contains(gap) && complaint.allowed_zh.contains(gap), "{complaint}");
    assert!(complaint.allowed_en.contains("all = { pathway = "), "{complaint}");
}

#[test]
fn essential_care_must_have_a_rule_for_everybody() {
    accepts_dialysis("all = { pathway = \"convert\" }", &[]);
    // Together is enough: those with the card and those without.
    let with = "with = { who = { classes = [\"card\"] }, pathway = \"convert\" }";
    let without = "without = { who = { not_classes = [\"card\"] }, pathway = \"claim\" }";
    accepts_dialysis(&format!("{with}, {without}"), &[]);
    refuses_dialysis(with, &[], "not_classes = card");
    refuses_dialysis(without, &[], ", classes = card");
    accepts_dialysis("there = { who = { sites = [\"big\"] }, pathway = \"convert\" }", &[]);
    refuses_dialysis("east = { who = { districts = [\"east\"] }, pathway = \"convert\" }", &[], "districts = west");
    // Two of the four large sites have a station.
    refuses_dialysis("station = { has_station = true, pathway = \"convert\" }", &[], "has_station = false");
    // A share of 0 takes nobody, and the state after the gap is another one.
    refuses_dialysis(
        "none = { pathway = \"claim\", share = 0 }, with = { who = { classes = [\"card\"] }, pathway = \"convert\" }",
        &[],
        "not_classes = card",
    );
    // Care that is not essential may be forgone.
    let not_essential = [("essential = true", "essential = false")];
    accepts_dialysis(with, &not_essential);
}

#[test]
fn a_class_that_everybody_or_nobody_has_leaves_nobody_out() {
    let with = "with = { who = { classes = [\"card\"] }, pathway = \"convert\" }";
    accepts_dialysis(with, &[("card = { share = 0.5 }", "card = { share = 1 }")]);
    let without = "without = { who = { not_classes = [\"card\"] }, pathway = \"convert\" }";
    accepts_dialysis(without, &[("card = { share = 0.5 }", "card = { share = 0 }")]);
    // A stop that spares those without the card needs no rule for them.
    let stop =
        ("stop = \"2021-11-19T18:00:00\"", "stop = \"2021-11-19T18:00:00\", except = { not_classes = [\"card\"] }");
    accepts_dialysis(with, &[stop]);
    refuses_dialysis(without, &[stop], ", classes = card");
}

#[test]
fn rules_of_essential_care_must_hold_until_the_return_however_late() {
    let until = |time: &str| format!("first = {{ pathway = \"convert\", until = \"{time}\" }}");
    accepts_dialysis(&until("settlement.return"), &[]);
    refuses_dialysis(&until("settlement.return - 1h"), &[], "2021-11-19T18:00:00");
    // The work may overrun the announced return; without tasks it cannot.
    refuses_dialysis(&until("settlement.planned_return"), &[], "2021-11-22T08:00:00");
    accepts_dialysis(&until("settlement.planned_return"), &[(", after_task = \"accept\"", "")]);
    accepts_dialysis(
        &format!(
            "{}, then = {{ pathway = \"claim\", from = \"settlement.planned_return\" }}",
            until("settlement.planned_return")
        ),
        &[],
    );
    // One rule from the announcement to Sunday, the other from Sunday on: no hour between.
    let halves = |second: &str| {
        format!("{}, then = {{ pathway = \"claim\", from = \"{second}\" }}", until("2021-11-21T00:00:00"))
    };
    accepts_dialysis(&halves("2021-11-21T00:00:00"), &[]);
    refuses_dialysis(&halves("2021-11-21T01:00:00"), &[], "2021-11-21T00:00:00");
    refuses_dialysis("late = { pathway = \"claim\", from = \"2021-11-20T00:00:00\" }", &[], "2021-11-19T18:00:00");
    // Before and after the return of another service, whenever that is.
    let before = until("agency.return");
    refuses_dialysis(&before, &[], "2021-11-19T18:00:00");
    accepts_dialysis(&format!("{before}, then = {{ pathway = \"claim\", from = \"agency.return\" }}"), &[]);
    refuses_dialysis(
        &format!("{before}, then = {{ pathway = \"claim\", from = \"agency.return + 1h\" }}"),
        &[],
        "2021-11-19T18:00:00",
    );
}

#[test]
fn sites_of_a_later_wave_need_a_rule_until_their_own_return() {
    let wave = (
        ", after_task = \"accept\" } }\nagency",
        ", after_task = \"accept\", waves = { west = { districts = [\"west\"], delay_hours = 6 } } } }\nagency",
    );
    let until = |time: &str| format!("first = {{ pathway = \"convert\", until = \"{time}\" }}");
    refuses_dialysis(&until("settlement.return"), &[wave], "2021-11-19T18:00:00");
    accepts_dialysis(&until("settlement.return + 6h"), &[wave]);
}

#[test]
fn windows_by_the_hour_are_spans_that_do_not_overlap() {
    let hall = "class = \"hall\", windows = 3,";
    let with = |hours: &str| format!("{hall} windows_by_hour = {{ {hours} }},");
    let city = city(&[(hall, &with("\"14:00-16:00\" = 6, \"12:00-14:00\" = { value = 1, range = [1, 2] }"))]);
    let desk = city.groups[2].desk.as_ref().unwrap();
    let at = |hour: u32| desk.windows_at(6, hour * 3_600);
    assert_eq!([at(11), at(12), at(13), at(14), at(16)], [6, 2, 2, 12, 6]);
    let key = |hours: &str| format!("sites.hall.desk.windows_by_hour.{hours}");
    let overlap = with("\"12:00-14:00\" = 1, \"13:00-15:00\" = 2");
    refuses(&[(hall, &overlap)], Inconsistent, &key("13:00-15:00"));
    refuses(&[(hall, &with("\"12:00\" = 1"))], Unreadable, &key("12:00"));
    refuses(&[(hall, &with("\"12:00-14:00\" = 1e5"))], OutOfRange, &key("12:00-14:00"));
}

#[test]
fn a_surge_that_rounds_to_no_window_is_refused() {
    let told = refuses(&[("extra_windows = 2", "extra_windows = 0.3")], OutOfRange, "measures.more.extra_windows");
    assert!(told.allowed_en.contains("at least 0.5"), "{told}");
    assert_eq!(city(&[("extra_windows = 2", "extra_windows = 0.5")]).measures[1].extra_windows, 0.5);
    // None is none, for a sweep from none upwards.
    assert_eq!(city(&[("extra_windows = 2", "extra_windows = 0")]).measures[1].extra_windows, 0.0);
}

#[test]
fn a_scope_of_admissions_is_refused_since_nothing_asks_for_one() {
    let stop = "services = [\"settlement\"], stop";
    for actions in ["[\"admission\"]", "[\"purchase\", \"admission\"]"] {
        let with = format!("scope = {{ actions = {actions} }}, {stop}");
        let told = refuses(&[(stop, &with)], Inconsistent, "suspend.settlement.scope.actions");
        assert!(told.allowed_en.contains("discharge"), "{told}");
    }
    city(&[(stop, "scope = { actions = [\"purchase\", \"discharge\"] }, services = [\"settlement\"], stop")]);
}

#[test]
fn numbers_far_beyond_their_unit_are_refused_with_the_bound() {
    let absurd = [
        ("bill_yuan = 200", "bill_yuan = 1e30", "demand.outpatient.bill_yuan", "20 million"),
        ("minutes = 8", "minutes = { value = 8, range = [4, 1e9] }", "demand.matters.minutes.range", "1440 minutes"),
        (
            "outside_days = 20",
            "outside_days = { lognormal = { mean = 1e9, cv = 1 } }",
            "pathways.outside.steps.there.outside_days.lognormal",
            "3660 days",
        ),
        ("load = { hours = 20", "load = { hours = 1e9", "runbook.load.hours", "8784 hours"),
    ];
    for (old, new, key, bound) in absurd {
        let told = refuses(&[(old, new)], OutOfRange, key);
        assert!(told.allowed_en.contains(bound), "{told}");
    }
    refuses(
        &[("convert = { ", "convert = { pays = { deposit_yuan = 1e30 }, ")],
        OutOfRange,
        "pathways.convert.pays.deposit_yuan",
    );
    // The names of things are no units.
    let routine = ("routine_per_day = 9,", "routine_per_day = 9000,");
    city(&[routine, ("windows = 2,", "windows = 200,")]);
}

#[test]
fn a_supply_is_given_by_one_key_in_days_months_or_to_a_time() {
    let early = "early = { kind = \"stock-up\", ";
    let with = |supply: &str| format!("{early}{supply}, ");
    let lasts = |supply: &str| {
        let city = city(&[(early, &with(supply))]);
        let to = city.measures[0].supply.lasts_to(&city.clock, SimTime::at(15, 36_000));
        city.clock.date(to).to_string()
    };
    // Bought on 16 November.
    assert_eq!(lasts("supply_days = 20"), "2021-12-06");
    assert_eq!(lasts("supply_months = 1"), "2021-12-16");
    assert_eq!(lasts("supply_to_month_end = true")[..7], *"2021-12");
    assert_eq!(lasts("supply_until = \"settlement.planned_return + 7d\""), "2021-11-29");
    refuses(&[(early, &with("supply_days = 20, supply_months = 1"))], Inconsistent, "measures.early");
    let actual = with("supply_until = \"settlement.return\"");
    refuses(&[(early, &actual)], Inconsistent, "measures.early.supply_until");
    refuses(&[(early, &with("supply_months = 13"))], OutOfRange, "measures.early.supply_months");
}
