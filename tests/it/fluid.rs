//! A fluid on the real calendar: evenly spaced papers of fixed length at a hall, a stop as each
//! notice announces it, and the hour at which the backlog is gone, worked out by hand.
//!
//! Halls are open 8:30 to 12:00 and 14:00 to 17:30 on working days, seven hours a day. A paper takes
//! 5 seconds at the one window and comes every 5 × 41 / 31 seconds of opening time, a load of
//! 31/41. A stop of H open hours leaves 31/41 H hours of work, which shrinks by 10/41 of an hour an
//! hour: it is gone after 3.1 H open hours. Services in hand at closing time run over by seconds,
//! so the engine may be a few minutes sooner.

use cutover::calendar::SimTime;
use cutover::desk::Roster;
use cutover::engine::{DeskRun, Engine, Job, Lane};
use cutover::scenario::world::Scenario;
use cutover::schedule::Interval;

use crate::support::{job, scenario, starts};

const SERVICE: u32 = 5;

/// Seconds of opening time between papers.
const GAP: f64 = 5.0 * 41.0 / 31.0;

/// How far the engine may be from the hand, seconds.
const TOLERANCE: f64 = 900.0;

/// City, stop, return, open hours of the stop, and the moment the backlog is gone.
const NOTICES: [(&str, &str, &str, f64, &str); 5] = [
    // Stopped after closing time on Friday 30 July; Monday and Tuesday are lost. 43.4 hours are six
    // days (4, 5, 6, 9, 10, 11 August) and 1:24.
    ("chongqing", "2021-07-30T18:00:00", "2021-08-04T00:00:00", 14.0, "2021-08-12T09:54:00"),
    // Tuesday to Friday lost. 86.8 hours are twelve days (22 to 26, 29 to 3 December, 6, 7) and 2:48.
    ("nantong", "2021-11-15T18:00:00", "2021-11-22T08:00:00", 28.0, "2021-12-08T11:18:00"),
    // Monday to Friday and Monday lost. 130.2 hours are eighteen days (19 to 22, 25 to 29 October, 1 to 5,
    // 8 to 11 November) and 4:12: noon and 0:42.
    ("zibo", "2021-10-10T00:00:00", "2021-10-19T00:00:00", 42.0, "2021-11-12T14:42:00"),
    // Friday and Monday to Friday lost; back on a Sunday night. Eighteen days (1 to 5, 8 to 12, 15 to 19, 22
    // to 24 November) and 4:12.
    ("xinzhou", "2021-10-21T18:00:00", "2021-10-31T22:00:00", 42.0, "2021-11-25T14:42:00"),
    // Thursday, Friday and Monday to Friday lost; back before New Year, open again on Tuesday 4
    // January. 151.9 hours are 21 days (4 to 7, 10 to 14, 17 to 21, 24 to 28 January, and the weekend of 29 and
    // 30, worked for Spring Festival) and 4:54 on 7 February, the first day after it: 14:00 and 1:24.
    ("wuhan", "2021-12-22T18:00:00", "2021-12-31T23:00:00", 49.0, "2022-02-07T15:24:00"),
];

/// A paper every [`GAP`] seconds of the hall's opening time.
fn papers(days: &[Vec<(u32, u32)>], until: u32) -> Vec<Job> {
    let mut jobs = Vec::new();
    let mut due = 0.0;
    for (day, hours) in (0_u32..until).zip(days) {
        for &(open, close) in hours {
            while due < f64::from(close - open) {
                let paper = job(jobs.len() as u32, SimTime::at(day, open + due as u32), SERVICE);
                jobs.push(Job { stopped_by: 1, lane: Lane::Tray, ..paper });
                due += GAP;
            }
            due -= f64::from(close - open);
        }
    }
    jobs
}

/// When the first paper after the return is taken at once.
fn cleared(engine: Engine, scenario: &Scenario, stop: Interval) -> SimTime {
    let hall = scenario.groups.iter().find(|group| group.key == "hall").expect("every city has halls");
    let spec = hall.desk.as_ref().expect("halls have desks");
    let days = scenario.clock.days();
    let mut roster = Roster::default();
    roster.build(spec, 1, &[], days);
    let jobs = papers(&spec.hours.days, days);
    let stops = [stop];
    let desk = DeskRun {
        roster: &roster,
        last_ticket: None,
        stops: &stops,
        freezes: 0,
        learning: None,
        horizon: scenario.horizon(),
        has_priority_lane: false,
    };
    let starts = starts(engine, &desk, &jobs);
    let before = jobs.iter().find(|job| starts[job.owner as usize] != job.arrival).expect("the stop is felt");
    assert!(before.arrival >= stop.start, "no backlog before the stop");
    let at_once = jobs.iter().find(|job| job.arrival >= stop.end && starts[job.owner as usize] == job.arrival);
    at_once.expect("cleared before the horizon").arrival
}

fn moment(scenario: &Scenario, civil: &str) -> SimTime {
    scenario.clock.sim(civil.parse().expect("a civil time")).expect("after the start")
}

fn assert_cleared(scenario: &Scenario, (stop, back): (&str, &str), by_hand: &str) {
    let stop = Interval { start: moment(scenario, stop), end: moment(scenario, back) };
    for &engine in Engine::ALL {
        let found = cleared(engine, scenario, stop);
        let off = f64::from(found.0) - f64::from(moment(scenario, by_hand).0);
        let civil = scenario.clock.civil(found);
        assert!(off.abs() <= TOLERANCE, "{} {engine:?}: cleared {civil}, by hand {by_hand}", scenario.city);
    }
}

#[test]
fn the_backlog_of_every_notice_is_gone_at_the_hour_worked_out_by_hand() {
    for (city, stop, back, _, by_hand) in NOTICES {
        let scenario = scenario(city, &[]);
        let (start, end) = (moment(&scenario, stop), moment(&scenario, back));
        let announced = scenario.suspensions.iter().any(|one| one.stop == start && one.planned == end);
        assert!(announced, "{city}: {stop} to {back} is a stop of the notice");
        assert_cleared(&scenario, (stop, back), by_hand);
    }
}

#[test]
fn the_open_hours_lost_in_every_notice_are_those_counted_by_hand() {
    for (city, stop, back, hours, _) in NOTICES {
        let scenario = scenario(city, &[]);
        let (start, end) = (moment(&scenario, stop), moment(&scenario, back));
        let hall = scenario.groups.iter().find(|group| group.key == "hall").and_then(|group| group.desk.as_ref());
        let days = &hall.expect("halls have desks").hours.days;
        let lost: u32 = (start.day()..=end.day())
            .flat_map(|day| days[day as usize].iter().map(move |&(open, close)| (day, open, close)))
            .map(|(day, open, close)| {
                let (open, close) = (SimTime::at(day, open).max(start), SimTime::at(day, close).min(end));
                close.0.saturating_sub(open.0)
            })
            .sum();
        assert_eq!(f64::from(lost) / 3_600.0, hours, "{city}");
    }
}

#[test]
fn holidays_stay_closed_and_weekends_worked_in_exchange_are_open() {
    // Zibo's calendar, from noon on Saturday 18 September 2021, worked for Mid-Autumn (19 to 21). Lost: that
    // afternoon, 22, 23, 24 and Sunday 26, worked for National Day: 31.5 hours. 97.65 hours are
    // thirteen days (27 to 30 September; then 8 October, Saturday 9, worked, 11 to 15, 18, 19) and 6:39 on
    // the 20th: noon, 14:00 and 3:09.
    let zibo = scenario("zibo", &[]);
    assert_cleared(&zibo, ("2021-09-18T12:00:00", "2021-09-27T00:00:00"), "2021-10-20T17:09:00");
    // Wuhan's, Monday 24 to Wednesday 26 January 2022 lost: 21 hours. 65.1 hours are nine days (27, 28, the
    // worked 29 and 30; after Spring Festival 7 to 11 February) and 2:06 on Monday 14.
    let wuhan = scenario("wuhan", &[]);
    assert_cleared(&wuhan, ("2022-01-24T00:00:00", "2022-01-27T00:00:00"), "2022-02-14T10:36:00");
}
