//! What may go wrong at a stop: roll-back with a second stop, failures after the return, and how a
//! schedule that states them wrongly is refused.

use std::collections::BTreeSet;
use std::path::Path;

use cutover::calendar::{DAY, SimTime};
use cutover::replication::{Model, Outcome, Tracing, simulate};
use cutover::rng::Source;
use cutover::runbook::draw_outage;
use cutover::scenario::check::check;
use cutover::scenario::raw::DemandKind;
use cutover::scenario::world::Scenario;
use cutover::schedule::{Down, Interval};
use cutover::trace::{Event, TraceRow};

use crate::support::{cutover, loaded, scenario, text};

/// Visits due in the outage, by day, without agency business.
fn affected(model: &Model, outcome: &Outcome) -> Vec<i64> {
    let is_visit = |care: usize| model.scenario.care[care].kind != DemandKind::Business;
    outcome.record.by_day(is_visit, |days| &days.affected)
}

const HOUR: u32 = 3_600;

/// The critical path of 64 hours, all of it fixed: the settlement of the minimal city stops on Saturday,
/// 12 March, at 0:00, is announced to return on Monday at 0:00 and could do so on Monday at 16:00.
const FIXED_WORK: [&str; 5] = [
    "runbook.backup.hours=4",
    "runbook.load.hours=12",
    "runbook.verify.hours=8",
    "runbook.connect.hours=8",
    "runbook.acceptance.hours=40",
];

/// On Sunday at noon it is decided; the old system is back at 18:00, and the second stop begins five
/// days after that or later, at 0:00 as the first one: on Saturday, 19 March.
const ROLLBACK: &str = "suspend.settlement.rollback={ go_no_go = \"settlement.planned_return - 12h\", back_hours = 6, \
                        again = { after_days = 5 } }";

fn with(sets: &[&str]) -> Scenario {
    scenario("minimal", &[&FIXED_WORK[..], sets].concat())
}

/// A time of March 2022 on the clock of the minimal city, which starts on 21 February.
fn march(day: u32, hour: u32) -> SimTime {
    SimTime((day + 7) * DAY + hour * HOUR)
}

fn span(start: SimTime, end: SimTime) -> Interval {
    Interval { start, end }
}

/// Spans in which settlement is down.
fn settlement(scenario: &Scenario, downs: &[Down]) -> Vec<Interval> {
    let is_settlement = |down: &&Down| scenario.suspensions[usize::from(down.stop)].key == "settlement";
    downs.iter().filter(is_settlement).map(|down| down.span).collect()
}

fn run(scenario: Scenario) -> (Model, Outcome) {
    let model = Model::new(scenario);
    let outcome = simulate(&model, 7, 0, Tracing::All).expect("all laws hold");
    (model, outcome)
}

/// When visits met the outage of settlement.
fn met(model: &Model, outcome: &Outcome) -> Vec<SimTime> {
    let needs = |row: &&TraceRow| {
        model.scenario.services[usize::from(model.scenario.care[usize::from(row.care)].needs)].key == "settlement"
    };
    let events = [Event::Paid, Event::Deferred, Event::Forgone];
    let rows = outcome.trace.iter().filter(needs).filter(|row| events.contains(&row.event));
    rows.map(|row| row.time).collect()
}

#[test]
fn a_rollback_stops_services_twice_and_nobody_is_affected_in_between() {
    let (model, outcome) = run(with(&[ROLLBACK]));
    let downs = settlement(&model.scenario, &outcome.downs);
    // The second stop is announced for 48 hours and its work takes 64 again.
    let (first, second) = (span(march(12, 0), march(13, 18)), span(march(19, 0), march(21, 16)));
    assert_eq!(downs, [first, second]);
    assert_eq!(outcome.actual[1], span(march(12, 0), march(21, 16)), "the return is that of the second stop");
    let met = met(&model, &outcome);
    // Stays settled after the return pay at their discharge.
    let in_span = |down: Interval| met.iter().filter(|time| down.contains(**time)).count();
    assert!(in_span(first) > 500 && in_span(second) > 500, "{} and {}", in_span(first), in_span(second));
    let between = span(first.end, second.start);
    let spanning = outcome.record.cells.iter().map(|cell| cell.spanning).sum::<i64>();
    assert!(in_span(between) as i64 <= spanning, "only who was in hospital over the stop");
    let by_day = affected(&model, &outcome);
    assert!((7 + 14..7 + 19).all(|day| by_day[day] == 0), "14 to 18 March: {by_day:?}");
    assert!([12, 13, 19, 20, 21].iter().all(|day| by_day[7 + day] > 0), "{by_day:?}");
}

#[test]
fn a_rollback_is_two_plain_stops_to_whom_they_meet() {
    let rolled_back = run(with(&[ROLLBACK, "measures.stock-up.take_up_share=0", "measures.stock-up.needless_share=0"]));
    let plain = run(with(&[
        "measures.stock-up.take_up_share=0",
        "measures.stock-up.needless_share=0",
        // The work is done by then.
        "runbook.acceptance.hours=1",
        "suspend.settlement.return.fixed=2022-03-13T18:00:00",
        "suspend.second={ services = [\"settlement\", \"cross-region\", \"personal-account\"], \
         stop = \"2022-03-19T00:00:00\", return = { fixed = \"2022-03-21T16:00:00\" } }",
        // What hangs on the return hangs on that of the second stop.
        "measures.surge.from=second.return",
        "measures.surge.until=second.return + 14d",
    ]));
    let [rolled_back, plain] = [rolled_back, plain].map(|(model, outcome)| affected(&model, &outcome));
    assert_eq!(rolled_back, plain);
    assert!(rolled_back.iter().sum::<i64>() > 1_000);
}

#[test]
fn the_go_no_go_looks_at_the_technical_finish_and_the_second_stop_at_its_hour_and_weekday() {
    let downs = |more: &str| {
        let plan = format!(
            "suspend.settlement.rollback={{ go_no_go = \"2022-03-13T12:00:00\", back_hours = 6, again = {{ after_days = 7 }}{more} }}"
        );
        let scenario = with(&[&plan]);
        let outage = draw_outage(&scenario, &Source::new(1, 0));
        settlement(&scenario, outage.all_downs())
    };
    let goes_on = [span(march(12, 0), march(14, 16))];
    assert_eq!(downs(", latest = \"2022-03-14T16:00:00\""), goes_on, "done at the second is done");
    assert_eq!(downs(", latest = \"2022-03-14T15:59:59\"").len(), 2);
    assert_eq!(downs("")[1], span(march(21, 0), march(23, 16)), "the old system was back at 18:00 of the 13th");
    let scenario = with(&[
        ROLLBACK,
        "suspend.settlement.rollback.again={ after_days = 7, at = \"18:00\", weekday = \"fri\", hours = 100 }",
    ]);
    let outage = draw_outage(&scenario, &Source::new(1, 0));
    let second = settlement(&scenario, outage.all_downs())[1];
    assert_eq!(second, span(march(25, 18), march(29, 22)), "a Friday, and announced for longer than the work takes");
}

#[test]
fn the_second_attempt_draws_anew_and_leaves_the_first_one_alone() {
    let sure = "suspend.settlement.rollback={ go_no_go = \"settlement.stop + 1h\", latest = \"settlement.stop + 1h\", \
                back_hours = 1, again = { after_days = 5, hours = 1 } }";
    // Announced for two hours, it returns when the work is done.
    let short = "suspend.settlement.return.fixed=2022-03-12T02:00:00";
    let (plain, rolled) = (scenario("minimal", &[short]), scenario("minimal", &[short, sure]));
    let mut lengths = BTreeSet::new();
    for replication in 0..50 {
        let source = Source::new(3, replication);
        let [first, second] = [&plain, &rolled].map(|scenario| draw_outage(scenario, &source));
        assert_eq!(first.actual[0], second.actual[0], "agency work states no roll-back: the first attempt is its");
        let again = second.all_downs().last().expect("a second stop").span;
        lengths.insert(again.end.0 - again.start.0);
        assert_eq!(second.actual[1].end, again.end);
        let technical = first.actual[1].end.0 - first.actual[1].start.0;
        assert_ne!(again.end.0 - again.start.0, technical, "other luck");
    }
    assert!(lengths.len() > 45, "it differs by replication");
}

#[test]
fn sites_come_back_in_waves_after_the_return_only() {
    let waves = "suspend.settlement.return.waves={ late = { sites = [\"clinic\"], delay_hours = 10 } }";
    let often = "suspend.settlement.unstable={ days = 5, failures_per_day = 3, hours = 2, at_most = 30 }";
    let scenario = with(&[ROLLBACK, waves, often]);
    let outage = draw_outage(&scenario, &Source::new(1, 0));
    let clinic = scenario.groups.iter().position(|group| group.key == "clinic").expect("a group") as u16;
    let spans: Vec<Interval> = outage.downs_at(&scenario, clinic, 0).collect();
    let of_settlement = outage.all_downs().iter().zip(&spans).filter(|(down, _)| down.stop == 1);
    let ends: Vec<(SimTime, SimTime)> = of_settlement.map(|(down, here)| (down.span.end, here.end)).collect();
    assert_eq!(ends[0], (march(13, 18), march(13, 18)), "the old system is back everywhere at once");
    assert_eq!(ends[1], (march(21, 16), march(22, 2)));
    assert!(ends.len() > 5 && ends[2..].iter().all(|(all, here)| all == here), "and so it is after a failure");
}

#[test]
fn until_the_old_system_is_back_nobody_acts_on_the_rollback() {
    let [(_, with), (_, without)] = [with(&[ROLLBACK]), with(&[])].map(run);
    let before = |outcome: &Outcome| -> Vec<TraceRow> {
        outcome.trace.iter().filter(|row| row.time < march(13, 18)).copied().collect()
    };
    assert!(before(&with).len() > 1_000);
    assert_eq!(before(&with), before(&without));
}

const UNSTABLE: &str = "suspend.settlement.unstable={ days = 5, failures_per_day = 0.4, hours = 2, within = \"08:00-20:00\", \
                        at_most = 8 }";

#[test]
fn failures_come_in_their_days_and_hours_and_only_they_affect_visits_after_the_return() {
    let scenario = with(&[UNSTABLE]);
    let back = march(14, 16);
    let mut seen = 0;
    for replication in 0..200 {
        let outage = draw_outage(&scenario, &Source::new(11, replication));
        assert_eq!(outage.actual[1].end, back, "failures move no return");
        for failure in &settlement(&scenario, outage.all_downs())[1..] {
            seen += 1;
            assert!(failure.start >= back && failure.start.0 < back.0 + 5 * DAY);
            assert!((8 * HOUR..20 * HOUR).contains(&failure.start.second_of_day()));
            assert_eq!(failure.end.0 - failure.start.0, 2 * HOUR);
        }
    }
    assert!(seen > 300, "{seen} failures");
    let model = Model::new(scenario);
    let outcome = (0..20).map(|replication| simulate(&model, 11, replication, Tracing::All).expect("laws hold"));
    let outcome = outcome.into_iter().find(|outcome| settlement(&model.scenario, &outcome.downs).len() > 3);
    let outcome = outcome.expect("a replication with three failures");
    let failures = settlement(&model.scenario, &outcome.downs)[1..].to_vec();
    let due = affected(&model, &outcome);
    let due_later: i64 = (back.day() + 1..back.day() + 12).map(|day| due[day as usize]).sum();
    let is_down = |time: &SimTime| failures.iter().any(|failure| failure.contains(*time));
    let met: Vec<SimTime> = met(&model, &outcome).into_iter().filter(|time| *time >= back).collect();
    assert!(due_later > 0 && met.iter().any(is_down));
    // Who was in hospital over the stop pays at discharge, whenever that is.
    let spanning = outcome.record.cells.iter().map(|cell| cell.spanning).sum::<i64>();
    let others = met.iter().filter(|time| !is_down(time)).count() as i64;
    assert!(others <= spanning, "{others} visits outside the failures, {spanning} stays over an outage");
}

#[test]
fn time_down_after_the_return_is_rate_by_days_by_mean_duration() {
    let scenario = with(&[
        "suspend.settlement.unstable={ days = 5, failures_per_day = 0.6, hours = { lognormal = { mean = 1.5, cv = 0.8 } }, \
         within = \"07:30-11:00, 13:00-19:00\", at_most = 20 }",
    ]);
    let hours: Vec<f64> = (0..8_000)
        .map(|replication| {
            let outage = draw_outage(&scenario, &Source::new(5, replication));
            let failures = settlement(&scenario, outage.all_downs());
            failures[1..].iter().map(|failure| f64::from(failure.end.0 - failure.start.0) / 3_600.0).sum()
        })
        .collect();
    let count = hours.len() as f64;
    let mean = hours.iter().sum::<f64>() / count;
    let variance = hours.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let error = (variance / count).sqrt();
    let expected = 5.0 * 0.6 * 1.5;
    println!("{mean:.4} hours down, expected {expected}, standard error {error:.4}");
    assert!((mean - expected).abs() < 3.0 * error, "{mean} and {expected}, standard error {error}");
    // A compound Poisson sum: rate times the second moment of one duration.
    let spread = 3.0 * 1.5 * 1.5 * (1.0 + 0.8 * 0.8);
    assert!((variance / spread - 1.0).abs() < 0.15, "{variance} and {spread}");
}

/// What is complained about, one line each.
fn refused(sets: &[&str]) -> Vec<String> {
    let loaded = loaded("minimal", sets);
    let complaints = check(&loaded.layer, &loaded.city, &loaded.schedule, &loaded.calendar).expect_err("it is refused");
    assert!(complaints.iter().all(|one| !one.allowed_zh.is_ascii()));
    complaints.iter().map(ToString::to_string).collect()
}

#[test]
fn every_wrong_word_about_setbacks_is_told_with_what_is_allowed() {
    let key = "suspend.settlement.rollback";
    let again = "back_hours = 6, again = { after_days = 5 }";
    let plan = |text: &str| format!("{key}={{ {text} }}");
    let failing = |text: &str| format!("suspend.settlement.unstable={{ {text} }}");
    let cases: [(String, &str, &str); 17] = [
        (plan(again), "rollback.go_no_go", "must be given"),
        (
            plan("go_no_go = \"settlement.stop + 24h\", again = { after_days = 5 }"),
            "rollback.back_hours",
            "must be given",
        ),
        (plan("go_no_go = \"settlement.stop + 24h\", back_hours = 6"), "rollback.again", "must be given"),
        (
            plan("go_no_go = \"settlement.stop + 24h\", back_hours = 6, again = {}"),
            "rollback.again.after_days",
            "must be given",
        ),
        (
            plan(&format!("go_no_go = \"settlement.return - 12h\", {again}")),
            "settlement.return - 12h",
            "must be known in advance",
        ),
        (
            plan(&format!("go_no_go = \"settlement.stop\", {again}")),
            "rollback.go_no_go",
            "must be after the stop = 2022-03-12T00:00:00",
        ),
        (
            plan(&format!("go_no_go = \"settlement.planned_return + 1h\", {again}")),
            "rollback.go_no_go",
            "must not be after latest = 2022-03-14T00:00:00",
        ),
        (
            plan("go_no_go = \"settlement.stop + 24h\", back_hours = 6, again = { after_days = 5, at = \"25:00\" }"),
            "rollback.again.at = 25:00",
            "\"18:00\"",
        ),
        (
            plan("go_no_go = \"settlement.stop + 24h\", back_hours = 6, again = { after_days = 5, weekday = \"fry\" }"),
            "rollback.again.weekday = fry",
            "did you mean fri?",
        ),
        (
            plan("go_no_go = \"settlement.stop + 24h\", back_hours = -1, again = { after_days = 5 }"),
            "rollback.back_hours = -1",
            "at least 0",
        ),
        (failing("failures_per_day = 0.4, hours = 2"), "unstable.days", "must be given"),
        (failing("days = 5, hours = 2"), "unstable.failures_per_day", "must be given"),
        (failing("days = 5, failures_per_day = 0.4"), "unstable.hours", "must be given"),
        (
            failing("days = 5, failures_per_day = 0.4, hours = 2, within = \"8-20\""),
            "unstable.within = 8-20",
            "\"08:00-20:00\"",
        ),
        (
            failing("days = 5, failures_per_day = 1, hours = 2"),
            "unstable.at_most = 6",
            "23.8 %, which must be at most 1 %: write at least 11",
        ),
        (
            failing("days = 60, failures_per_day = 1, hours = 2"),
            "unstable.at_most = 6",
            "lower failures_per_day or days",
        ),
        (failing("days = 61, failures_per_day = 0, hours = 2"), "unstable.days = 61", "from 1 to 60"),
    ];
    for (set, found, rule) in &cases {
        // The shape of the file is checked before what it says.
        let told = match cutover::scenario::layer::load(&city(), None, std::slice::from_ref(set)) {
            Err(problems) => vec![problems.render(cutover::units::Lang::En)],
            Ok(_) => refused(&[set]),
        };
        assert!(told.iter().any(|one| one.contains(found) && one.contains(rule)), "{set}\n{told:#?}");
        assert_eq!(told.len(), 1, "{set}\n{told:#?}");
    }
}

fn city() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/minimal")
}

#[test]
fn a_rollback_needs_a_task_and_where_nothing_is_announced_a_latest_moment() {
    let open = "suspend.open={ services = [\"settlement\"], stop = \"2022-03-20T00:00:00\", return = { unannounced = true, after_hours = 5 }, \
                rollback = { go_no_go = \"open.stop + 2h\", back_hours = 1, again = { after_days = 1, hours = 4 } } }";
    let told = refused(&[open]);
    for part in [
        "suspend.open.rollback: needs after_task",
        "suspend.open.rollback.latest: must be given",
        "suspend.open.rollback.again.hours: has no meaning",
    ] {
        assert!(told.iter().any(|one| one.starts_with(part)), "{part}: {told:#?}");
    }
}

#[test]
fn essential_care_needs_a_way_in_failures_too() {
    let ends = "handling.dialysis.all={ pathway = \"ledger\", until = \"settlement.return\" }";
    assert!(check_of(&[ends, ROLLBACK]).is_ok(), "the return is that after the second stop");
    let told = refused(&[ends, UNSTABLE]);
    assert!(told.len() == 1 && told[0].starts_with("handling.dialysis"), "{told:#?}");
    assert!(check_of(&[UNSTABLE]).is_ok());
}

fn check_of(sets: &[&str]) -> Result<Scenario, Vec<cutover::scenario::check::Complaint>> {
    let loaded = loaded("minimal", sets);
    check(&loaded.layer, &loaded.city, &loaded.schedule, &loaded.calendar)
}

#[test]
fn spans_of_all_stops_together_fit_a_mask() {
    let unstable =
        |stop: &str| format!("suspend.{stop}.unstable={{ days = 5, failures_per_day = 1, hours = 2, at_most = 32 }}");
    let (one, other) = (unstable("settlement"), unstable("agency"));
    assert!(check_of(&[&one]).is_ok());
    let told = refused(&[&one, &other]);
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].contains("are 66 together, and 64 at most are allowed: lower at_most"), "{told:#?}");
}

#[test]
fn check_tells_what_may_happen_apart_from_what_is_announced() {
    let told = |lang: &str, more: &[&str]| {
        let mut arguments = vec!["check", "scenarios/minimal", "--lang", lang, "--set", ROLLBACK, "--set", UNSTABLE];
        arguments.extend(more);
        let done = cutover(&arguments);
        assert!(done.status.success(), "{}", text(&done.stderr));
        String::from_utf8(done.stdout).expect("UTF-8")
    };
    let english = told("en", &["--set", "suspend.settlement.in_hand=freeze"]);
    for part in [
        "2022-03-13 12:00 Sun (rest day)  settlement may roll back: if the work will not be done by 2022-03-14 00:00",
        "the old system is back some 6.0 hours later, and a second stop begins about 2022-03-19 00:00",
        "settlement may be down again in the 5 days after the return: 0.4 times a day on average, 2.0 hours each, 8 times",
        "service in hand is frozen",
    ] {
        assert!(english.contains(part), "{part}:\n{english}");
    }
    let chinese = told("zh", &[]);
    for part in ["可能回退 联网结算", "二次停机", "恢复后 5 天内可能再次中断", "平均每天 0.4 次"]
    {
        assert!(chinese.contains(part), "{part}:\n{chinese}");
    }
    let json: serde_json::Value = serde_json::from_str(&told("en", &["--json"])).expect("JSON");
    let stops = json["suspensions"].as_array().expect("a list");
    assert_eq!(stops.len(), 2, "what may happen is no stop of the announcement");
    assert_eq!(stops[1]["rollback"]["again"], "2022-03-19T00:00:00");
    assert_eq!(
        (&stops[1]["unstable"]["failures"], &stops[1]["in_hand"]),
        (&serde_json::json!(2.0), &serde_json::json!("finish"))
    );
    assert!(stops[0]["rollback"].is_null() && stops[0]["unstable"].is_null());
}
