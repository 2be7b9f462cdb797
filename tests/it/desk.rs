//! The plain desk engine: hand-worked queues with fixed durations, a second way to compute a first
//! come, first served desk, and invariants of random desks.

use std::collections::BTreeMap;

use cutover::calendar::{DAY, SimTime};
use cutover::desk::{DeskSpec, Learning, OpenHours, Roster, RosterChange, RosterStep};
use cutover::distribution::Distribution;
use cutover::engine::{DeskRun, Engine, Flow, Job, Lane, Leave, Remains, Scratch, serve};
use cutover::rng::{Draws, Source, StreamId};
use cutover::scenario::world::DayProfile;
use cutover::schedule::Interval;

use crate::support;

/// What the engine tells about a job.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Told {
    Started { at: SimTime, window: u32 },
    Finished { start: SimTime, end: SimTime },
    Left { at: SimTime, why: Leave },
    Remains(Remains),
}

/// Writes down all it is told; whoever leaves comes again as `again` says.
struct Log {
    told: Vec<(Job, Told)>,
    again: fn(&Job, SimTime) -> Option<Job>,
}

impl Flow for Log {
    fn started(&mut self, job: &Job, start: SimTime, window: u32) {
        self.told.push((*job, Told::Started { at: start, window }));
    }

    fn finished(&mut self, job: &Job, start: SimTime, end: SimTime) -> Option<Job> {
        self.told.push((*job, Told::Finished { start, end }));
        None
    }

    fn left(&mut self, job: &Job, at: SimTime, why: Leave, _now: SimTime) -> Option<Job> {
        self.told.push((*job, Told::Left { at, why }));
        (self.again)(job, at)
    }

    fn remains(&mut self, job: &Job, state: Remains) {
        self.told.push((*job, Told::Remains(state)));
    }
}

fn never_again(_job: &Job, _at: SimTime) -> Option<Job> {
    None
}

/// Comes again at the same second of the next day.
fn tomorrow(job: &Job, at: SimTime) -> Option<Job> {
    let arrival = SimTime::at(at.day() + 1, job.arrival.second_of_day());
    Some(Job { arrival, tries: job.tries + 1, ..*job })
}

/// A desk of a hand-worked example.
struct Desk {
    roster: Roster,
    last_ticket: Option<u32>,
    stops: Vec<Interval>,
    freezes: u64,
    learning: Option<(Learning, SimTime)>,
    horizon: SimTime,
    again: fn(&Job, SimTime) -> Option<Job>,
}

impl Desk {
    /// Two days; windows follow (time, windows) steps, and 0 at `at(.., 17, 0)` ends the day.
    fn new(steps: &[(SimTime, u32)]) -> Self {
        let steps = steps
            .iter()
            .map(|&(time, windows)| {
                let closes_day = windows == 0 && time.second_of_day() >= 17 * 3_600;
                RosterStep { time, windows, closes_day }
            })
            .collect();
        Self {
            roster: Roster { steps, ..Roster::default() },
            last_ticket: None,
            stops: Vec::new(),
            freezes: 0,
            learning: None,
            horizon: SimTime(2 * DAY),
            again: never_again,
        }
    }

    /// Open from 9:00 to 17:00 on both days.
    fn with_windows(windows: u32) -> Self {
        Self::new(&[(at(0, 9, 0), windows), (at(0, 17, 0), 0), (at(1, 9, 0), windows), (at(1, 17, 0), 0)])
    }

    /// Both engines; they must tell the same.
    fn run(&self, jobs: &[Job]) -> Answer {
        let desk = DeskRun {
            roster: &self.roster,
            last_ticket: self.last_ticket,
            stops: &self.stops,
            freezes: self.freezes,
            learning: self.learning.as_ref().map(|(curve, back)| (curve, *back)),
            horizon: self.horizon,
            has_priority_lane: jobs.iter().any(|job| job.lane == Lane::Priority),
        };
        let [kernel, calendar] = [Engine::Kernel, Engine::Calendar].map(|engine| {
            let mut log = Log { told: Vec::new(), again: self.again };
            let worked = serve(engine, &desk, jobs, &mut log, &mut Scratch::default()).expect("few events");
            Answer::sorted(&log.told, worked)
        });
        assert_eq!(kernel, calendar);
        kernel
    }
}

/// What was told about all jobs, by kind, in order of time; a job is its owner.
#[derive(Debug, Default, PartialEq)]
struct Answer {
    starts: Vec<(u32, SimTime, u32)>,
    ends: Vec<(u32, SimTime)>,
    left: Vec<(u32, SimTime, Leave)>,
    remains: Vec<(u32, Remains)>,
    worked: i64,
}

impl Answer {
    fn sorted(told: &[(Job, Told)], worked: i64) -> Self {
        let mut sorted = Self { worked, ..Self::default() };
        for &(job, told) in told {
            match told {
                Told::Started { at, window } => sorted.starts.push((job.owner, at, window)),
                Told::Finished { end, .. } => sorted.ends.push((job.owner, end)),
                Told::Left { at, why } => sorted.left.push((job.owner, at, why)),
                Told::Remains(state) => sorted.remains.push((job.owner, state)),
            }
        }
        sorted.starts.sort_by_key(|&(_, at, window)| (at, window));
        sorted.ends.sort_by_key(|&(owner, at)| (at, owner));
        sorted.left.sort_by_key(|&(owner, at, _)| (at, owner));
        sorted.remains.sort_by_key(|&(owner, _)| owner);
        sorted
    }
}

fn at(day: u32, hour: u32, minute: u32) -> SimTime {
    SimTime::at(day, (hour * 60 + minute) * 60)
}

fn seconds_after(time: SimTime, seconds: u32) -> SimTime {
    SimTime(time.0 + seconds)
}

fn job(owner: u32, arrival: SimTime, minutes: u32) -> Job {
    support::job(owner, arrival, minutes * 60)
}

fn paper(owner: u32, arrival: SimTime, minutes: u32) -> Job {
    Job { lane: Lane::Tray, ..job(owner, arrival, minutes) }
}

fn stoppable(job: Job) -> Job {
    Job { stopped_by: 1, ..job }
}

// ---- Hand-worked queues -------------------------------------------------------------------------

#[test]
fn the_head_of_the_queue_takes_the_first_window_that_becomes_free() {
    // Windows 0 and 1 are busy until 9:30 and 9:10. Job 2 takes window 1 at 9:10 until 9:15, job 3
    // follows there until 9:35, job 4 takes window 0 at 9:30.
    let jobs = [
        job(0, at(0, 9, 0), 30),
        job(1, at(0, 9, 0), 10),
        job(2, at(0, 9, 1), 5),
        job(3, at(0, 9, 2), 20),
        job(4, at(0, 9, 3), 1),
    ];
    let told = Desk::with_windows(2).run(&jobs);
    let expected =
        [(0, at(0, 9, 0), 0), (1, at(0, 9, 0), 1), (2, at(0, 9, 10), 1), (3, at(0, 9, 15), 1), (4, at(0, 9, 30), 0)];
    assert_eq!(told.starts, expected);
    assert_eq!(
        told.ends,
        [(1, at(0, 9, 10)), (2, at(0, 9, 15)), (0, at(0, 9, 30)), (4, at(0, 9, 31)), (3, at(0, 9, 35))]
    );
    // 30 + 10 + 5 + 20 + 1 minutes.
    assert_eq!(told.worked, 66 * 60);
    assert!(told.left.is_empty() && told.remains.is_empty());
}

#[test]
fn the_lowest_free_window_serves_and_order_decides_within_a_second() {
    // Three windows end at 9:10 together; jobs 3 to 5 of that very second find them all free.
    let mut jobs = vec![job(0, at(0, 9, 0), 10), job(1, at(0, 9, 0), 10), job(2, at(0, 9, 0), 10)];
    jobs.extend([3, 4, 5].map(|owner| job(owner, at(0, 9, 10), 1)));
    let told = Desk::with_windows(3).run(&jobs);
    let expected = [(3, at(0, 9, 10), 0), (4, at(0, 9, 10), 1), (5, at(0, 9, 10), 2)];
    assert_eq!(told.starts[3..], expected);
}

#[test]
fn a_job_that_comes_again_stands_by_its_order_among_those_of_its_second() {
    // Jobs 0 and 5 come after closing on day 0 and again at 9:00 of day 1. There they meet jobs 3 and 7 of the same second: orders 0, 3, 5, 7.
    fn at_nine(job: &Job, at: SimTime) -> Option<Job> {
        Some(Job { arrival: SimTime::at(at.day() + 1, 9 * 3_600), tries: job.tries + 1, ..*job })
    }
    let desk = Desk { again: at_nine, ..Desk::with_windows(1) };
    let jobs = [job(0, at(0, 18, 0), 10), job(5, at(0, 18, 0), 10), job(3, at(1, 9, 0), 10), job(7, at(1, 9, 0), 10)];
    let told = desk.run(&jobs);
    assert_eq!(told.left, [(0, at(0, 18, 0), Leave::Closed), (5, at(0, 18, 0), Leave::Closed)]);
    let expected = [(0, at(1, 9, 0), 0), (3, at(1, 9, 10), 0), (5, at(1, 9, 20), 0), (7, at(1, 9, 30), 0)];
    assert_eq!(told.starts, expected);
}

#[test]
fn who_comes_before_opening_waits_until_the_doors_open() {
    let told = Desk::with_windows(1).run(&[job(0, at(0, 7, 0), 10), job(1, at(0, 8, 59), 10)]);
    assert_eq!(told.starts, [(0, at(0, 9, 0), 0), (1, at(0, 9, 10), 0)]);
}

#[test]
fn who_comes_on_a_closed_day_leaves_at_once() {
    let desk = Desk::new(&[(at(1, 9, 0), 1), (at(1, 17, 0), 0)]);
    let told = desk.run(&[job(0, at(0, 8, 0), 10)]);
    assert_eq!(told.left, [(0, at(0, 8, 0), Leave::Closed)]);
}

#[test]
fn people_wait_over_a_break_and_the_service_in_hand_runs_into_it() {
    // Closed from 12:00 to 14:00. Job 0 runs 11:50 to 12:10; job 1 would start then, and job 2
    // comes in the break: both wait until 14:00.
    let desk = Desk::new(&[(at(0, 9, 0), 1), (at(0, 12, 0), 0), (at(0, 14, 0), 1), (at(0, 17, 0), 0)]);
    let told = desk.run(&[job(0, at(0, 11, 50), 20), job(1, at(0, 11, 55), 5), job(2, at(0, 12, 30), 5)]);
    assert_eq!(told.starts, [(0, at(0, 11, 50), 0), (1, at(0, 14, 0), 0), (2, at(0, 14, 5), 0)]);
    assert_eq!(told.ends[0], (0, at(0, 12, 10)));
}

#[test]
fn at_closing_the_service_in_hand_is_finished_and_those_waiting_come_again() {
    // Job 0 runs 16:50 to 17:20. Job 1 waits until 17:00 and comes again at 16:55 of the next day.
    let desk = Desk { again: tomorrow, ..Desk::with_windows(1) };
    let told = desk.run(&[job(0, at(0, 16, 50), 30), job(1, at(0, 16, 55), 5)]);
    assert_eq!(told.left, [(1, at(0, 17, 0), Leave::Closed)]);
    assert_eq!(told.starts, [(0, at(0, 16, 50), 0), (1, at(1, 16, 55), 0)]);
    assert_eq!(told.ends, [(0, at(0, 17, 20)), (1, at(1, 17, 0))]);
}

#[test]
fn closing_takes_effect_at_its_second() {
    // Job 0 ends at 17:00 less a second, so job 1 starts in the last open second; had job 0 ended
    // at 17:00, the window would have been free in the first closed one.
    for (service, starts) in [(10 * 60 - 1, true), (10 * 60, false)] {
        let first = Job { service, ..job(0, at(0, 16, 50), 0) };
        let told = Desk::with_windows(1).run(&[first, job(1, at(0, 16, 51), 5)]);
        if starts {
            assert_eq!(told.starts[1], (1, SimTime(at(0, 17, 0).0 - 1), 0));
        } else {
            assert_eq!(told.left, [(1, at(0, 17, 0), Leave::Closed)]);
        }
    }
    let told = Desk::with_windows(1).run(&[job(0, SimTime(at(0, 17, 0).0 - 1), 5), job(1, at(0, 17, 0), 5)]);
    assert_eq!(told.starts, [(0, SimTime(at(0, 17, 0).0 - 1), 0)]);
    assert_eq!(told.left, [(1, at(0, 17, 0), Leave::Closed)]);
}

#[test]
fn the_last_ticket_is_given_in_its_second_and_not_in_the_next() {
    let desk = Desk { last_ticket: Some(16 * 3_600), ..Desk::with_windows(2) };
    let late = seconds_after(at(0, 16, 0), 1);
    let told = desk.run(&[job(0, at(0, 16, 0), 5), job(1, late, 5), paper(2, late, 5)]);
    // Papers need no ticket.
    assert_eq!(told.starts, [(0, at(0, 16, 0), 0), (2, late, 1)]);
    assert_eq!(told.left, [(1, late, Leave::NoTicket)]);
}

#[test]
fn a_stop_spares_the_service_in_hand_and_sends_those_waiting_away_at_its_second() {
    // Stopped 10:00 to 11:00. Job 0 runs 9:50 to 10:10. Jobs 1 and 2 wait behind it: job 1 needs
    // the service and leaves at 10:00, job 2 does not and starts at 10:10.
    let stop = Interval { start: at(0, 10, 0), end: at(0, 11, 0) };
    let desk = Desk { stops: vec![stop], again: tomorrow, ..Desk::with_windows(1) };
    let jobs = [stoppable(job(0, at(0, 9, 50), 20)), stoppable(job(1, at(0, 9, 55), 5)), job(2, at(0, 9, 56), 5)];
    let told = desk.run(&jobs);
    assert_eq!(told.starts, [(0, at(0, 9, 50), 0), (2, at(0, 10, 10), 0), (1, at(1, 9, 55), 0)]);
    assert_eq!(told.left, [(1, at(0, 10, 0), Leave::ServiceLost)]);
}

#[test]
fn a_stop_counts_even_if_it_is_over_when_the_window_is_free() {
    // Job 0 holds the window 9:50 to 10:30, over the whole stop from 10:00 to 10:10.
    let stop = Interval { start: at(0, 10, 0), end: at(0, 10, 10) };
    let desk = Desk { stops: vec![stop], ..Desk::with_windows(1) };
    let told = desk.run(&[job(0, at(0, 9, 50), 40), stoppable(job(1, at(0, 9, 55), 5))]);
    assert_eq!(told.left, [(1, at(0, 10, 0), Leave::ServiceLost)]);
}

#[test]
fn a_service_is_down_from_its_stop_second_and_up_from_its_return_second() {
    let stop = Interval { start: at(0, 10, 0), end: at(0, 11, 0) };
    let desk = Desk { stops: vec![stop], ..Desk::with_windows(1) };
    let before = SimTime(at(0, 10, 0).0 - 1);
    let last = SimTime(at(0, 11, 0).0 - 1);
    let jobs = [
        stoppable(Job { service: 1, ..job(0, before, 0) }),
        stoppable(job(1, at(0, 10, 0), 1)),
        stoppable(job(2, last, 1)),
        stoppable(job(3, at(0, 11, 0), 1)),
    ];
    let told = desk.run(&jobs);
    assert_eq!(told.starts, [(0, before, 0), (3, at(0, 11, 0), 0)]);
    assert_eq!(told.left, [(1, at(0, 10, 0), Leave::ServiceLost), (2, last, Leave::ServiceLost)]);
}

#[test]
fn a_window_that_becomes_free_in_the_stop_second_is_too_late() {
    // Job 0 ends at 10:00 sharp, when the service stops.
    let stop = Interval { start: at(0, 10, 0), end: at(0, 11, 0) };
    let desk = Desk { stops: vec![stop], ..Desk::with_windows(1) };
    let told = desk.run(&[job(0, at(0, 9, 50), 10), stoppable(job(1, at(0, 9, 55), 5))]);
    assert_eq!(told.left, [(1, at(0, 10, 0), Leave::ServiceLost)]);
}

#[test]
fn only_the_stops_of_its_own_services_concern_a_job() {
    let stops = vec![
        Interval { start: at(0, 9, 30), end: at(0, 12, 0) },
        Interval { start: at(0, 10, 0), end: SimTime::NEVER },
    ];
    let desk = Desk { stops, ..Desk::with_windows(1) };
    let of = |mask: u64, job: Job| Job { stopped_by: mask, ..job };
    let jobs = [of(2, job(0, at(0, 9, 40), 1)), of(3, job(1, at(0, 9, 50), 1)), of(1, job(2, at(0, 12, 0), 1))];
    let told = desk.run(&jobs);
    assert_eq!(told.starts, [(0, at(0, 9, 40), 0), (2, at(0, 12, 0), 0)]);
    assert_eq!(told.left, [(1, at(0, 9, 50), Leave::ServiceLost)]);
}

#[test]
fn a_stop_of_no_length_sends_nobody_away() {
    // A stop that slipped past its return has no length: nothing was ever down.
    let stop = Interval { start: at(0, 10, 0), end: at(0, 10, 0) };
    let desk = Desk { stops: vec![stop], ..Desk::with_windows(1) };
    let jobs = [job(0, at(0, 9, 50), 20), stoppable(job(1, at(0, 9, 55), 5)), stoppable(job(2, at(0, 10, 0), 5))];
    let told = desk.run(&jobs);
    assert!(told.left.is_empty(), "{told:?}");
    assert_eq!(told.starts[1..], [(1, at(0, 10, 10), 0), (2, at(0, 10, 15), 0)]);
}

#[test]
fn who_waits_just_as_long_as_borne_is_served_and_a_second_longer_balks() {
    // Jobs 1 and 2 would both wait nine minutes behind job 0; job 1 bears a second less and leaves
    // on arrival, so job 2 stands first and job 3 follows it after five minutes.
    let bearing = |seconds: u32, job: Job| Job { patience: seconds, ..job };
    let jobs = [
        job(0, at(0, 9, 0), 10),
        bearing(9 * 60 - 1, job(1, at(0, 9, 1), 60)),
        bearing(9 * 60, job(2, at(0, 9, 1), 5)),
        job(3, at(0, 9, 2), 5),
    ];
    let told = Desk::with_windows(1).run(&jobs);
    assert_eq!(told.left, [(1, at(0, 9, 1), Leave::Balked)]);
    assert_eq!(told.starts, [(0, at(0, 9, 0), 0), (2, at(0, 9, 10), 0), (3, at(0, 9, 15), 0)]);
    assert_eq!(told.worked, 20 * 60);
}

#[test]
fn the_earliest_deadline_decides_why_someone_leaves() {
    // Job 0 holds the window until closing. Patience of the others ends at 10:00; the service
    // stops at 10:00 for job 1, at 11:00 for job 2, and job 3 has all the time until closing.
    let stops =
        vec![Interval { start: at(0, 10, 0), end: at(0, 12, 0) }, Interval { start: at(0, 11, 0), end: at(0, 12, 0) }];
    let desk = Desk { stops, ..Desk::with_windows(1) };
    let jobs = [
        job(0, at(0, 9, 0), 480),
        Job { patience: 1_800, stopped_by: 1, ..job(1, at(0, 9, 30), 1) },
        Job { patience: 1_800, stopped_by: 2, ..job(2, at(0, 9, 30), 1) },
        job(3, at(0, 9, 30), 1),
    ];
    let expected =
        [(2, at(0, 9, 30), Leave::Balked), (1, at(0, 10, 0), Leave::ServiceLost), (3, at(0, 17, 0), Leave::Closed)];
    assert_eq!(desk.run(&jobs).left, expected);
}

#[test]
fn papers_fill_idle_windows_in_their_order_and_are_not_interrupted() {
    // Papers 0 and 1 lie there since 8:00. At 9:00 person 2 goes first; paper 0 runs 9:10 to 9:40,
    // and person 3, who comes at 9:15, waits for its end. Paper 1 follows person 3 at 9:45.
    let jobs = [paper(0, at(0, 8, 0), 30), paper(1, at(0, 8, 0), 30), job(2, at(0, 9, 0), 10), job(3, at(0, 9, 15), 5)];
    let told = Desk::with_windows(1).run(&jobs);
    let expected = [(2, at(0, 9, 0), 0), (0, at(0, 9, 10), 0), (3, at(0, 9, 40), 0), (1, at(0, 9, 45), 0)];
    assert_eq!(told.starts, expected);
}

#[test]
fn papers_stay_over_night_while_people_go_home() {
    // Job 0 holds the window over closing until 17:10; paper 1 has all night.
    let told = Desk::with_windows(1).run(&[job(0, at(0, 16, 50), 20), paper(1, at(0, 16, 55), 5)]);
    assert_eq!(told.starts, [(0, at(0, 16, 50), 0), (1, at(1, 9, 0), 0)]);
    assert!(told.left.is_empty());
}

#[test]
fn papers_whose_service_is_down_let_others_pass_and_start_at_the_return() {
    // Stopped 8:00 to 10:00. Paper 0 needs the service; paper 1 does not and passes. Nothing else
    // happens at 10:00, and yet paper 0 starts then.
    let stop = Interval { start: at(0, 8, 0), end: at(0, 10, 0) };
    let desk = Desk { stops: vec![stop], ..Desk::with_windows(1) };
    let told = desk.run(&[stoppable(paper(0, at(0, 7, 0), 5)), paper(1, at(0, 8, 30), 5)]);
    assert_eq!(told.starts, [(1, at(0, 9, 0), 0), (0, at(0, 10, 0), 0)]);
    // A stop that comes later takes no papers out of the tray.
    assert!(told.left.is_empty());
}

#[test]
fn papers_expire_at_their_second() {
    // The window is free from 9:10 on. Paper 1 expires then; paper 2 a second later.
    let expiring = |expires: SimTime, job: Job| Job { expires, ..job };
    let jobs = [
        expiring(at(0, 9, 10), paper(1, at(0, 8, 0), 5)),
        expiring(seconds_after(at(0, 9, 10), 1), paper(2, at(0, 8, 1), 5)),
        job(0, at(0, 9, 0), 10),
    ];
    let told = Desk::with_windows(1).run(&jobs);
    assert_eq!(told.left, [(1, at(0, 9, 10), Leave::Expired)]);
    assert_eq!(told.starts, [(0, at(0, 9, 0), 0), (2, at(0, 9, 10), 0)]);
}

#[test]
fn papers_found_expired_later_left_when_they_expired() {
    let jobs = [job(0, at(0, 9, 0), 60), Job { expires: at(0, 9, 30), ..paper(1, at(0, 9, 10), 5) }];
    assert_eq!(Desk::with_windows(1).run(&jobs).left, [(1, at(0, 9, 30), Leave::Expired)]);
}

#[test]
fn the_priority_lane_is_called_first_and_interrupts_nobody() {
    let jobs = [
        job(0, at(0, 9, 0), 10),
        job(1, at(0, 9, 1), 10),
        Job { lane: Lane::Priority, ..job(2, at(0, 9, 2), 10) },
        Job { lane: Lane::Priority, ..job(3, at(0, 9, 3), 10) },
    ];
    let told = Desk::with_windows(1).run(&jobs);
    let expected = [(0, at(0, 9, 0), 0), (2, at(0, 9, 10), 0), (3, at(0, 9, 20), 0), (1, at(0, 9, 30), 0)];
    assert_eq!(told.starts, expected);
}

#[test]
fn a_window_that_opens_in_mid_queue_takes_the_head_at_that_second() {
    // One window from 9:00, two from 10:00, one again from 11:00: job 2, on window 1 from 10:00 to
    // 11:30, is finished; job 4 waits for window 0, although window 1 is free from 11:30.
    let desk = Desk::new(&[(at(0, 9, 0), 1), (at(0, 10, 0), 2), (at(0, 11, 0), 1), (at(0, 17, 0), 0)]);
    let jobs = [job(1, at(0, 9, 0), 90), job(2, at(0, 9, 0), 90), job(3, at(0, 9, 0), 90), job(4, at(0, 9, 0), 90)];
    let told = desk.run(&jobs);
    let expected = [(1, at(0, 9, 0), 0), (2, at(0, 10, 0), 1), (3, at(0, 10, 30), 0), (4, at(0, 12, 0), 0)];
    assert_eq!(told.starts, expected);
}

#[test]
fn surge_windows_and_overtime_of_whole_days_are_counted_beyond_the_regular_ones() {
    let regular = vec![vec![(9 * 3_600, 12 * 3_600)]; 2];
    let longer = vec![vec![(9 * 3_600, 13 * 3_600)]; 2];
    let spec = DeskSpec {
        class: 0,
        hours: OpenHours::new(regular, &DayProfile::new([1.0; 24], [1.0; 8])),
        last_ticket: None,
        patience_minutes: None,
        retry_within_days: 1,
        retry_tries: 0,
        windows: 1.0,
        windows_by_hour: Vec::new(),
        routine_per_day: 0.0,
        routine_minutes: Distribution::Fixed(1.0),
        routine_needs: None,
        routine_returns_share: 0.0,
        profile: DayProfile::new([1.0; 24], [1.0; 8]),
        learning: None,
        priority_classes: 0,
        services: 0,
    };
    let (from, until) = (SimTime(DAY), SimTime(2 * DAY));
    let surge = RosterChange { from, until, extra_windows: 1, hours: None, share: 1.0 };
    let overtime = RosterChange { from, until, extra_windows: 0, hours: Some(&longer), share: 1.0 };
    let mut roster = Roster::default();
    roster.build(&spec, 1, &[surge, overtime], 2);
    // Day 0: 3 h at one window; day 1: 4 h at two, of which 5 h are beyond the regular 3 h.
    assert_eq!(roster.window_seconds, (3 + 8) * 3_600);
    assert_eq!(roster.overtime_seconds, 5 * 3_600);
    // 50 minutes each: on day 0 jobs start at 9:00 to 11:30 and the last waits until closing at
    // 12:00; on day 1 the two windows take 9:00, 9:00, 9:50, ... 12:20, past the regular hours.
    let day = |day: u32, first: u32, count: u32| (0..count).map(move |n| job(first + n, at(day, 9, 0), 50));
    let jobs: Vec<Job> = day(0, 0, 5).chain(day(1, 5, 10)).collect();
    let told = Desk { roster, ..Desk::with_windows(0) }.run(&jobs);
    assert_eq!(told.left, [(4, at(0, 12, 0), Leave::Closed)]);
    let last_four = [(11, at(1, 11, 30), 0), (12, at(1, 11, 30), 1), (13, at(1, 12, 20), 0), (14, at(1, 12, 20), 1)];
    assert_eq!(told.starts[told.starts.len() - 4..], last_four);
}

#[test]
fn service_is_slower_after_the_return_by_the_learning_curve() {
    // Twice as long at the return on day 0 at 9:00, half of the extra gone a day later; before the
    // return, in the second before 9:00, as ever.
    let curve = Learning::new(1.0, 1.0, 0);
    let back = at(0, 9, 0);
    let steps = [(at(0, 8, 0), 2), (at(0, 17, 0), 0), (at(1, 8, 0), 2), (at(1, 17, 0), 0)];
    let desk = Desk { learning: Some((curve, back)), ..Desk::new(&steps) };
    let told = desk.run(&[job(0, SimTime(back.0 - 1), 10), job(1, back, 10), job(2, at(1, 9, 0), 10)]);
    assert_eq!(told.ends, [(0, SimTime(at(0, 9, 10).0 - 1)), (1, at(0, 9, 20)), (2, at(1, 9, 15))]);
}

#[test]
fn a_stop_that_freezes_holds_the_window_and_the_job_goes_on_where_it_was() {
    // One window, 9:00 to 17:00. Two stops: 10:00 to 11:00 and 16:45 to 8:00 of the next day.
    let stops =
        vec![Interval { start: at(0, 10, 0), end: at(0, 11, 0) }, Interval { start: at(0, 16, 45), end: at(1, 8, 0) }];
    let desk = |freezes| Desk { stops: stops.clone(), freezes, ..Desk::with_windows(1) };
    let needs = |mask: u64, job: Job| Job { stopped_by: mask, ..job };
    let jobs = [
        needs(3, job(0, at(0, 9, 50), 30)),
        // Comes in the stop and needs nothing: waits until the window is free.
        job(1, at(0, 10, 5), 10),
        // Begins at 16:30 and has a quarter of an hour left when the desk closes and long after.
        needs(2, job(2, at(0, 16, 30), 30)),
        job(3, at(1, 9, 0), 10),
    ];
    let frozen = desk(3).run(&jobs);
    assert_eq!(frozen.ends, [(0, at(0, 11, 20)), (1, at(0, 11, 30)), (2, at(1, 8, 15)), (3, at(1, 9, 10))]);
    assert_eq!(frozen.worked, 60 * (30 + 10 + 30 + 10), "a window that stands still does not work");
    let only_the_first = desk(1).run(&jobs);
    assert_eq!(only_the_first.ends, [(0, at(0, 11, 20)), (1, at(0, 11, 30)), (2, at(0, 17, 0)), (3, at(1, 9, 10))]);
    let finished = desk(0).run(&jobs);
    assert_eq!(finished.ends, [(0, at(0, 10, 20)), (1, at(0, 10, 30)), (2, at(0, 17, 0)), (3, at(1, 9, 10))]);
    assert_eq!(finished.worked, frozen.worked);
}

#[test]
fn a_job_done_at_the_second_of_the_stop_is_not_frozen_and_one_that_never_thaws_remains() {
    let stops = vec![Interval { start: at(0, 10, 0), end: SimTime::NEVER }];
    let desk = Desk { stops, freezes: 1, ..Desk::with_windows(2) };
    let needs = |job: Job| Job { stopped_by: 1, ..job };
    let told = desk.run(&[needs(job(0, at(0, 9, 0), 60)), needs(job(1, at(0, 9, 1), 60)), job(2, at(0, 10, 30), 5)]);
    assert_eq!(told.ends, [(0, at(0, 10, 0)), (2, at(0, 10, 35))]);
    assert_eq!(told.remains, [(1, Remains::InService { start: at(0, 9, 1), end: SimTime::NEVER })]);
    assert_eq!(told.worked, 60 * (60 + 59 + 5));
}

#[test]
fn every_state_at_the_horizon_is_told_once() {
    // Horizon 10:00. Job 0 is at the window until 10:00, the first second not simulated; job 1 is
    // in the queue, paper 2 in the tray; job 3 comes at the horizon, job 4 later.
    let desk = Desk { horizon: at(0, 10, 0), ..Desk::with_windows(1) };
    let jobs = [
        job(0, at(0, 9, 0), 60),
        job(1, at(0, 9, 2), 1),
        paper(2, at(0, 9, 3), 1),
        job(3, at(0, 10, 0), 1),
        job(4, at(0, 12, 0), 1),
    ];
    let mut told = desk.run(&jobs);
    told.remains.sort_by_key(|&(owner, _)| owner);
    let in_service = Remains::InService { start: at(0, 9, 0), end: at(0, 10, 0) };
    let expected =
        [(0, in_service), (1, Remains::Waiting), (2, Remains::Waiting), (3, Remains::NotCome), (4, Remains::NotCome)];
    assert_eq!(told.remains, expected);
    assert!(told.ends.is_empty() && told.left.is_empty());
    assert_eq!(told.worked, 3_600);
}

#[test]
fn who_was_sent_home_comes_again_after_the_horizon() {
    let desk = Desk { horizon: at(0, 18, 0), again: tomorrow, ..Desk::with_windows(1) };
    let told = desk.run(&[job(0, at(0, 9, 0), 480), job(1, at(0, 9, 0), 1)]);
    assert_eq!(told.left, [(1, at(0, 17, 0), Leave::Closed)]);
    assert_eq!(told.remains, [(1, Remains::NotCome)]);
}

#[test]
fn a_deadline_passed_before_the_horizon_is_told_although_no_window_became_free() {
    // Horizon 10:00; job 0 holds the window until noon. Job 1 bears 58 minutes and left on
    // arrival at 9:01; job 2 bears 59 and is still there in the last second, 9:59:59. Job 3's
    // service stopped in that second. Paper 4 expired in it, paper 5 will at 10:00.
    let last = SimTime(at(0, 10, 0).0 - 1);
    let stop = Interval { start: last, end: at(0, 16, 0) };
    let desk = Desk { horizon: at(0, 10, 0), stops: vec![stop], again: tomorrow, ..Desk::with_windows(1) };
    let jobs = [
        job(0, at(0, 9, 0), 180),
        Job { patience: 58 * 60, ..job(1, at(0, 9, 1), 1) },
        Job { patience: 59 * 60, ..job(2, at(0, 9, 1), 1) },
        stoppable(job(3, at(0, 9, 2), 1)),
        Job { expires: last, ..paper(4, at(0, 9, 3), 1) },
        Job { expires: at(0, 10, 0), ..paper(5, at(0, 9, 3), 1) },
    ];
    let mut told = desk.run(&jobs);
    let expected = [(1, at(0, 9, 1), Leave::Balked), (3, last, Leave::ServiceLost), (4, last, Leave::Expired)];
    assert_eq!(told.left, expected);
    told.remains.sort_by_key(|&(owner, _)| owner);
    // Jobs 1 and 3, and here the papers as well, come again tomorrow.
    let states: Vec<(u32, bool)> =
        told.remains.iter().map(|&(owner, state)| (owner, state == Remains::NotCome)).collect();
    assert_eq!(states, [(0, false), (1, true), (2, false), (3, true), (4, true), (5, false)]);
}

#[test]
fn a_service_of_no_length_still_takes_a_second() {
    let told = Desk::with_windows(1).run(&[job(0, at(0, 9, 0), 0), job(1, at(0, 9, 0), 1)]);
    assert_eq!(told.starts[1], (1, seconds_after(at(0, 9, 0), 1), 0));
}

// ---- Random desks -------------------------------------------------------------------------------

/// Random desks per property.
const DESKS: u32 = 3_000;

/// Learning curve of those that have one.
const EXTRA_SHARE: f64 = 0.7;
const HALF_LIFE_DAYS: f64 = 0.8;

/// A span of a day with its number of windows, in seconds from the start.
#[derive(Debug, Clone, Copy)]
struct Span {
    open: u32,
    close: u32,
    windows: u32,
}

/// A random desk. Times are whole minutes, so that many things fall on the same second.
#[derive(Debug)]
struct RandomDesk {
    seed: u32,
    /// Opening spans by day, ascending; empty on a closed day.
    days: Vec<Vec<Span>>,
    last_ticket: Option<u32>,
    stops: Vec<Interval>,
    /// Which of them freeze service in hand.
    freezes: u64,
    learning: Option<(Learning, SimTime)>,
    jobs: Vec<Job>,
}

/// Which lines a random desk has.
#[derive(Clone, Copy, PartialEq)]
enum Lines {
    Ordinary,
    All,
}

fn below(draws: &mut Draws, count: u32) -> u32 {
    (draws.next_uniform() * f64::from(count)) as u32
}

/// Comes again a day later, at a minute of its own, twice at most; papers never.
fn some_tries(job: &Job, at: SimTime) -> Option<Job> {
    if job.tries >= 2 || job.lane == Lane::Tray {
        return None;
    }
    let minute = (job.owner * 37 + u32::from(job.tries) * 11) % 240;
    let arrival = SimTime::at(at.day() + 1, 8 * 3_600 + minute * 60);
    Some(Job { arrival, tries: job.tries + 1, ..*job })
}

impl RandomDesk {
    fn new(seed: u32, lines: Lines) -> Self {
        let mut draws = Source::new(u64::from(seed), 0).stream(0, StreamId::Routine, 0);
        let days: Vec<Vec<Span>> = (0..1 + below(&mut draws, 4)).map(|day| random_day(&mut draws, day)).collect();
        let length = days.len() as u32;
        let minute = |draws: &mut Draws| SimTime::at(below(draws, length), (7 * 60 + below(draws, 330)) * 60);
        let stops = (0..below(&mut draws, 3))
            .map(|_| {
                let start = minute(&mut draws);
                let end = match below(&mut draws, 8) {
                    0 => SimTime::NEVER,
                    1 => start,
                    _ => SimTime(start.0 + 60 * below(&mut draws, 2_000)),
                };
                Interval { start, end }
            })
            .collect();
        let learning =
            (below(&mut draws, 4) == 0).then(|| (Learning::new(EXTRA_SHARE, HALF_LIFE_DAYS, 0), minute(&mut draws)));
        let last_ticket = (below(&mut draws, 3) == 0).then(|| (10 * 60 + below(&mut draws, 120)) * 60);
        let mut jobs: Vec<Job> = (0..below(&mut draws, 60))
            .map(|owner| {
                let lane = match below(&mut draws, 5) {
                    0 if lines == Lines::All => Lane::Priority,
                    1 if lines == Lines::All => Lane::Tray,
                    _ => Lane::Ordinary,
                };
                let arrival = minute(&mut draws);
                let patience = if below(&mut draws, 2) == 0 { u32::MAX } else { 60 * below(&mut draws, 60) };
                let expires = if below(&mut draws, 2) == 0 {
                    SimTime::NEVER
                } else {
                    SimTime(arrival.0 + 60 * below(&mut draws, 3_000))
                };
                let stopped_by = if below(&mut draws, 2) == 0 { 0 } else { u64::from(below(&mut draws, 4)) };
                Job { patience, stopped_by, lane, expires, ..job(owner, arrival, below(&mut draws, 25)) }
            })
            .collect();
        jobs.sort_by_key(Job::rank);
        let freezes = u64::from(below(&mut draws, 4));
        Self { seed, days, last_ticket, stops, freezes, learning, jobs }
    }

    fn roster(&self) -> Roster {
        let mut steps = Vec::new();
        for spans in &self.days {
            for (index, span) in spans.iter().enumerate() {
                let next = spans.get(index + 1);
                steps.push(RosterStep { time: SimTime(span.open), windows: span.windows, closes_day: false });
                if next.is_none_or(|next| next.open > span.close) {
                    steps.push(RosterStep { time: SimTime(span.close), windows: 0, closes_day: next.is_none() });
                }
            }
        }
        Roster { steps, ..Roster::default() }
    }

    /// The midnight after the last day: the desk is closed by then, so only papers still wait.
    fn horizon(&self) -> SimTime {
        SimTime(self.days.len() as u32 * DAY)
    }

    fn desk_run<'a>(&'a self, roster: &'a Roster, horizon: SimTime) -> DeskRun<'a> {
        DeskRun {
            roster,
            last_ticket: self.last_ticket,
            stops: &self.stops,
            freezes: self.freezes,
            learning: self.learning.as_ref().map(|(curve, back)| (curve, *back)),
            horizon,
            has_priority_lane: self.jobs.iter().any(|job| job.lane == Lane::Priority),
        }
    }

    /// What both engines tell until a horizon; they must tell the same.
    fn run_until(&self, horizon: SimTime) -> (Vec<(Job, Told)>, i64) {
        let roster = self.roster();
        let desk = self.desk_run(&roster, horizon);
        let [kernel, calendar] = [Engine::Kernel, Engine::Calendar].map(|engine| {
            let mut log = Log { told: Vec::new(), again: some_tries };
            let worked = serve(engine, &desk, &self.jobs, &mut log, &mut Scratch::default()).expect("few events");
            (log.told, worked)
        });
        let sorted = |(told, worked): &(Vec<(Job, Told)>, i64)| {
            let mut told: Vec<String> = told.iter().map(|told| format!("{told:?}")).collect();
            told.sort_unstable();
            (told, *worked)
        };
        assert_eq!(sorted(&kernel), sorted(&calendar), "{self:?}");
        kernel
    }

    fn spans(&self) -> impl Iterator<Item = &Span> {
        self.days.iter().flatten()
    }

    fn open_at(&self, time: u32) -> u32 {
        self.spans().find(|span| span.open <= time && time < span.close).map_or(0, |span| span.windows)
    }

    fn stops_of(&self, job: &Job) -> impl Iterator<Item = &Interval> {
        let mask = job.stopped_by;
        let real = |stop: &Interval| stop.start < stop.end;
        self.stops
            .iter()
            .enumerate()
            .filter(move |&(index, stop)| mask >> index & 1 == 1 && real(stop))
            .map(|(_, stop)| stop)
    }

    /// Seconds of a span in which a stop freezes a job in hand: counted minute by minute, in which all
    /// stops begin and end.
    fn frozen(&self, job: &Job, start: u32, until: u32) -> u32 {
        let in_hand = Job { stopped_by: job.stopped_by & self.freezes, ..*job };
        if self.stops_of(&in_hand).all(|stop| until <= stop.start.0 || stop.end.0 <= start) {
            return 0;
        }
        let seconds_in = |minute: u32| (60 * minute + 60).min(until) - (60 * minute).max(start);
        let minutes = (start / 60..until.div_ceil(60)).filter(|minute| self.is_down(&in_hand, 60 * minute));
        minutes.map(seconds_in).sum()
    }

    /// When a job is done that needs so many seconds from a moment on: minute by minute.
    fn done(&self, job: &Job, start: u32, work: u32) -> u32 {
        let end = start + work;
        if self.frozen(job, start, end) == 0 {
            return end;
        }
        let is_final = |stop: &Interval| stop.end == SimTime::NEVER;
        let in_hand = Job { stopped_by: job.stopped_by & self.freezes, ..*job };
        if self
            .stops_of(&in_hand)
            .any(|stop| is_final(stop) && stop.start.0 < end + self.frozen(job, start, stop.start.0))
        {
            return u32::MAX;
        }
        let mut end = end;
        while end - start - self.frozen(job, start, end) < work {
            end = start + work + self.frozen(job, start, end);
        }
        end
    }

    fn is_down(&self, job: &Job, time: u32) -> bool {
        self.stops_of(job).any(|stop| stop.start.0 <= time && time < stop.end.0)
    }
}

fn random_day(draws: &mut Draws, day: u32) -> Vec<Span> {
    if below(draws, 6) == 0 {
        return Vec::new();
    }
    let mut from = day * DAY + 8 * 3_600;
    (0..1 + below(draws, 3))
        .map(|_| {
            // Every other span follows the last one without a break.
            let open = from + 60 * below(draws, 2) * below(draws, 60);
            let close = open + 60 * (1 + below(draws, 90));
            from = close;
            Span { open, close, windows: 1 + below(draws, 3) }
        })
        .collect()
}

/// What became of one coming of a job.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Served { start: u32, window: u32, end: u32 },
    Left { at: u32, why: Leave },
    NotCome,
}

/// The second way: job by job in order of arrival, each takes the window that can start it
/// earliest, unless a deadline comes first. No events, no clock.
fn fates_by_next_free_window(desk: &RandomDesk) -> BTreeMap<(u32, u8), Fate> {
    let mut fates = BTreeMap::new();
    let mut free = [0_u32; 3];
    let mut waiting = desk.jobs.clone();
    for (day, spans) in (0_u32..).zip(&desk.days) {
        let (mut today, later): (Vec<Job>, Vec<Job>) = waiting.iter().partition(|job| job.arrival.day() == day);
        waiting = later;
        today.sort_by_key(|job| (job.arrival, job.order));
        for job in today {
            let fate = fate_of(desk, spans, &job, &mut free);
            fates.insert((job.owner, job.tries), fate);
            if let Fate::Left { at, .. } = fate {
                waiting.extend(some_tries(&job, SimTime(at)));
            }
        }
    }
    fates.extend(waiting.iter().map(|job| ((job.owner, job.tries), Fate::NotCome)));
    fates
}

fn fate_of(desk: &RandomDesk, spans: &[Span], job: &Job, free: &mut [u32; 3]) -> Fate {
    let arrival = job.arrival.0;
    let refused = |why| Fate::Left { at: arrival, why };
    if desk.is_down(job, arrival) {
        return refused(Leave::ServiceLost);
    }
    if desk.last_ticket.is_some_and(|last| arrival % DAY > last) {
        return refused(Leave::NoTicket);
    }
    let Some(closing) = spans.last().map(|span| span.close).filter(|&close| arrival < close) else {
        return refused(Leave::Closed);
    };
    let earliest = |window: u32| {
        let ready = arrival.max(free[window as usize]);
        let fits = |span: &&Span| window < span.windows && ready < span.close;
        spans.iter().find(fits).map_or(u32::MAX, |span| ready.max(span.open))
    };
    let window = (0..3).min_by_key(|&window| (earliest(window), window)).expect("three windows");
    let start = earliest(window);
    let impatient = arrival.saturating_add(job.patience).saturating_add(1);
    let lost = desk.stops_of(job).map(|stop| stop.start.0).filter(|&stop| stop > arrival).min().unwrap_or(u32::MAX);
    if start < impatient.min(lost).min(closing) {
        let slower = match &desk.learning {
            // By whole hours since the return, as `RandomDesk::new` has it.
            Some((_, back)) if start >= back.0 => {
                let hours = f64::from((start - back.0) / 3_600);
                1.0 + EXTRA_SHARE * 2_f64.powf(-hours / 24.0 / HALF_LIFE_DAYS)
            }
            _ => 1.0,
        };
        let end = desk.done(job, start, ((f64::from(job.service) * slower).round() as u32).max(1));
        free[window as usize] = end;
        Fate::Served { start, window, end }
    } else if lost < impatient && lost <= closing {
        Fate::Left { at: lost, why: Leave::ServiceLost }
    } else if impatient <= closing {
        refused(Leave::Balked)
    } else {
        Fate::Left { at: closing, why: Leave::Closed }
    }
}

/// What the engine told, as the fate of each coming; asserts that each is told once.
fn fates_told(told: &[(Job, Told)], horizon: SimTime, seed: u32) -> BTreeMap<(u32, u8), Fate> {
    let mut windows = BTreeMap::new();
    let mut fates = BTreeMap::new();
    for (job, told) in told {
        let key = (job.owner, job.tries);
        let served = |start: SimTime, end: SimTime, windows: &BTreeMap<(u32, u8), (SimTime, u32)>| {
            let &(started, window) = windows.get(&key).expect("it had started");
            assert_eq!(started, start, "seed {seed}: start of {key:?}");
            Fate::Served { start: start.0, window, end: end.0 }
        };
        let fate = match *told {
            Told::Started { at, window } => {
                assert!(windows.insert(key, (at, window)).is_none(), "seed {seed}: {key:?} started twice");
                continue;
            }
            Told::Finished { start, end } => {
                assert!(end < horizon, "seed {seed}: {key:?} finished after the horizon");
                served(start, end, &windows)
            }
            Told::Remains(Remains::InService { start, end }) => {
                assert!(end >= horizon, "seed {seed}: {key:?} should have finished");
                served(start, end, &windows)
            }
            Told::Left { at, why } => Fate::Left { at: at.0, why },
            Told::Remains(Remains::NotCome) => Fate::NotCome,
            Told::Remains(Remains::Waiting) => Fate::Left { at: horizon.0, why: Leave::Closed },
        };
        assert!(fates.insert(key, fate).is_none(), "seed {seed}: {key:?} told twice");
    }
    let served = fates.values().filter(|fate| matches!(fate, Fate::Served { .. })).count();
    assert_eq!(served, windows.len(), "seed {seed}: whoever starts is finished or in service");
    fates
}

#[test]
fn first_come_first_served_agrees_with_the_next_free_window() {
    let mut kinds = BTreeMap::<String, u32>::new();
    for seed in 0..DESKS {
        let desk = RandomDesk::new(seed, Lines::Ordinary);
        let (told, _) = desk.run_until(desk.horizon());
        let told = fates_told(&told, desk.horizon(), seed);
        let expected = fates_by_next_free_window(&desk);
        for (key, fate) in &expected {
            assert_eq!(told.get(key), Some(fate), "seed {seed}: (owner, tries) {key:?}");
            let kind = match fate {
                Fate::Left { why, .. } => format!("{why:?}"),
                Fate::Served { .. } => "Served".to_owned(),
                Fate::NotCome => "NotCome".to_owned(),
            };
            *kinds.entry(kind).or_default() += 1;
        }
        assert_eq!(told.len(), expected.len(), "seed {seed}");
    }
    // Balked, Closed, NoTicket, NotCome, Served, ServiceLost: the desks are no trivial ones.
    assert!(kinds.len() == 6 && kinds.values().all(|&count| count > 1_000), "{kinds:?}");
}

#[test]
fn everyone_who_comes_is_told_of_once() {
    for seed in 0..DESKS {
        let desk = RandomDesk::new(seed, Lines::All);
        let (told, worked) = desk.run_until(desk.horizon());
        let fates = fates_told(&told, desk.horizon(), seed);
        let comings: Vec<(u32, u8)> = desk.jobs.iter().map(|job| (job.owner, 0)).collect();
        let again = told.iter().filter_map(|(job, told)| match *told {
            Told::Left { at, .. } => some_tries(job, at).map(|again| (again.owner, again.tries)),
            _ => None,
        });
        let mut comings: Vec<(u32, u8)> = comings.into_iter().chain(again).collect();
        comings.sort_unstable();
        assert!(fates.keys().eq(&comings), "seed {seed}: {fates:?} for {comings:?}");
        let jobs: BTreeMap<(u32, u8), Job> = told.iter().map(|(job, _)| ((job.owner, job.tries), *job)).collect();
        let at_windows: i64 = fates
            .iter()
            .map(|(key, fate)| match *fate {
                Fate::Served { start, end, .. } => {
                    let until = end.min(desk.horizon().0);
                    i64::from(until) - i64::from(start) - i64::from(desk.frozen(&jobs[key], start, until))
                }
                _ => 0,
            })
            .sum();
        assert_eq!(worked, at_windows, "seed {seed}: window-seconds worked");
    }
}

/// One coming of a job: when it waited, `[from, until)`, and its service if there was one.
struct Coming {
    job: Job,
    from: u32,
    until: u32,
    service: Option<(u32, u32, u32)>,
}

fn comings(told: &[(Job, Told)], fates: &BTreeMap<(u32, u8), Fate>) -> Vec<Coming> {
    told.iter()
        .filter(|(_, told)| !matches!(told, Told::Started { .. }))
        .filter_map(|&(job, _)| {
            let from = job.arrival.0;
            match fates[&(job.owner, job.tries)] {
                Fate::Served { start, window, end } => {
                    Some(Coming { job, from, until: start, service: Some((window, start, end)) })
                }
                Fate::Left { at, .. } => Some(Coming { job, from, until: at, service: None }),
                Fate::NotCome => None,
            }
        })
        .collect()
}

#[test]
fn random_desks_keep_hours_windows_and_order_and_never_idle_while_someone_waits() {
    for seed in 0..DESKS {
        let desk = RandomDesk::new(seed, Lines::All);
        let (told, _) = desk.run_until(desk.horizon());
        let comings = comings(&told, &fates_told(&told, desk.horizon(), seed));
        assert_order_within_lanes(seed, &comings);
        assert_deadlines(&desk, &comings);
        let mut moments: Vec<u32> = comings
            .iter()
            .flat_map(|coming| [coming.from, coming.until, coming.service.map_or(0, |(_, _, end)| end)])
            .chain(desk.spans().flat_map(|span| [span.open, span.close]))
            .chain(desk.stops.iter().flat_map(|stop| [stop.start.0, stop.end.0]))
            .filter(|&moment| moment < desk.horizon().0)
            .collect();
        moments.sort_unstable();
        moments.dedup();
        for moment in moments {
            assert_moment(&desk, &comings, moment);
        }
    }
}

/// At a moment, after all that happens in it: windows serve one job each, in order of number and
/// lane, and none is idle while a job that could start waits.
fn assert_moment(desk: &RandomDesk, comings: &[Coming], time: u32) {
    let seed = desk.seed;
    let open = desk.open_at(time);
    let mut busy = [0; 3];
    for (window, start, end) in comings.iter().filter_map(|coming| coming.service) {
        busy[window as usize] += u32::from(start <= time && time < end);
    }
    assert!(busy.iter().all(|&jobs| jobs <= 1), "seed {seed}, second {time}: two jobs at one window");
    let idle = (0..open).find(|&window| busy[window as usize] == 0);
    let waits = |lane: Lane| {
        comings.iter().any(|coming| {
            let startable = lane != Lane::Tray || !desk.is_down(&coming.job, time);
            coming.job.lane == lane && coming.from <= time && time < coming.until && startable
        })
    };
    let [priority, ordinary, tray] = [Lane::Priority, Lane::Ordinary, Lane::Tray].map(waits);
    assert!(
        idle.is_none() || !(priority || ordinary || tray),
        "seed {seed}, second {time}: window {idle:?} is idle while someone waits"
    );
    for coming in comings {
        let Some((window, start, _)) = coming.service.filter(|&(_, start, _)| start == time) else {
            continue;
        };
        let job = &coming.job;
        assert!(window < open, "seed {seed}: start at {start} on window {window}, {open} are open");
        assert!(idle.is_none_or(|idle| idle > window), "seed {seed}: window {idle:?} is lower than {window}");
        assert!(!desk.is_down(job, start), "seed {seed}: {job:?} started while its service was down");
        let passed_over = match job.lane {
            Lane::Priority => false,
            Lane::Ordinary => priority,
            Lane::Tray => priority || ordinary,
        };
        assert!(!passed_over, "seed {seed}: {job:?} started before someone of a lane called earlier");
    }
}

/// First in, first out within each lane; papers of different services may pass each other.
fn assert_order_within_lanes(seed: u32, comings: &[Coming]) {
    let mut served: Vec<(&Job, u32, u32)> = comings
        .iter()
        .filter_map(|coming| coming.service.map(|(window, start, _)| (&coming.job, start, window)))
        .collect();
    served.sort_by_key(|(job, ..)| (job.arrival, job.order));
    for (index, (job, start, window)) in served.iter().enumerate() {
        let same_line = |other: &&(&Job, u32, u32)| {
            other.0.lane == job.lane && (job.lane != Lane::Tray || other.0.stopped_by == job.stopped_by)
        };
        if let Some((earlier, before, at)) = served[..index].iter().rev().find(same_line) {
            assert!((before, at) < (start, window), "seed {seed}: {job:?} overtook {earlier:?}");
        }
    }
}

/// Nobody starts past a deadline that was known on arrival.
fn assert_deadlines(desk: &RandomDesk, comings: &[Coming]) {
    let seed = desk.seed;
    for coming in comings {
        let job = &coming.job;
        if job.lane == Lane::Tray {
            assert!(coming.until <= job.expires.0, "seed {seed}: {job:?} was kept past its expiry");
            continue;
        }
        assert!(coming.until - coming.from <= job.patience, "seed {seed}: {job:?} waited past its patience");
        let lost = desk.stops_of(job).any(|stop| coming.from < stop.start.0 && stop.start.0 < coming.until);
        assert!(!lost, "seed {seed}: {job:?} waited on after its service had stopped");
        let closing = desk.days[job.arrival.day() as usize].last().map_or(coming.from, |span| span.close);
        assert!(coming.until <= closing.max(coming.from), "seed {seed}: {job:?} waited past closing");
    }
}

#[test]
fn a_longer_horizon_changes_nothing_that_came_before() {
    for seed in 0..DESKS {
        let desk = RandomDesk::new(seed, Lines::All);
        for day in 1..desk.days.len() as u32 {
            let midnight = SimTime(day * DAY);
            assert_same_before(&desk, midnight, |_| true);
            // Within the opening hours it is still open who balks: that hangs on the whole wait.
            let morning = SimTime::at(day, (9 * 60 + seed % 60) * 60);
            assert_same_before(&desk, morning, |why| why != Leave::Balked);
        }
    }
}

/// Asserts that a run to this horizon tells the same of the time before it as the longest run,
/// but for the leavings left out. When a leaving is noticed does not matter.
fn assert_same_before(desk: &RandomDesk, horizon: SimTime, counts: fn(Leave) -> bool) {
    let told_until = |end: SimTime| {
        let (told, _) = desk.run_until(end);
        let mut told: Vec<String> = told
            .iter()
            .filter(|(_, told)| match *told {
                Told::Started { at, .. } => at < horizon,
                Told::Finished { end, .. } => end < horizon,
                Told::Left { at, why } => at < horizon && counts(why),
                Told::Remains(_) => false,
            })
            .map(|(job, told)| format!("owner {}, try {}: {told:?}", job.owner, job.tries))
            .collect();
        told.sort_unstable();
        told
    };
    let (long, short) = (told_until(desk.horizon()), told_until(horizon));
    let only = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|told| !those.contains(told)).cloned().collect()
    };
    assert!(
        long == short,
        "seed {}, horizon {horizon:?}: only with the longer one {:?}, only with this one {:?}",
        desk.seed,
        only(&long, &short),
        only(&short, &long)
    );
}

#[test]
fn memory_used_again_changes_nothing() {
    let mut scratch = Scratch::default();
    for seed in 0..DESKS {
        let desk = RandomDesk::new(seed, Lines::All);
        let roster = desk.roster();
        let run = desk.desk_run(&roster, desk.horizon());
        let mut log = Log { told: Vec::new(), again: some_tries };
        let worked = serve(Engine::Kernel, &run, &desk.jobs, &mut log, &mut scratch).expect("few events");
        assert_eq!((log.told, worked), desk.run_until(desk.horizon()), "seed {seed}");
    }
}
