//! Conservation laws, checked at the end of every replication, in release builds too.
//!
//! A breach is a defect of the program or a limit passed, never a property of a city; it names
//! seed, replication and, where there is one, site and time, so that the replication can be run
//! alone.

use std::fmt;

use crate::calendar::SimTime;
use crate::desk::{Learning, RosterStep};
use crate::record::{CareDays, Cell, DeskTally, HOUR, Ledger, Record, SiteBalance, StepCounts};
use crate::scenario::world::{Scenario, SiteId};
use crate::schedule::Interval;

/// A law that did not hold, or a limit passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// Seed of the run.
    pub seed: u64,
    /// Replication.
    pub replication: u32,
    /// Site, where there is one.
    pub site: Option<SiteId>,
    /// Time, where there is one.
    pub time: Option<SimTime>,
    /// What did not hold, with both sides.
    pub law: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "law broken in seed {}, replication {}", self.seed, self.replication)?;
        if let Some(site) = self.site {
            write!(f, ", site {site}")?;
        }
        if let Some(time) = self.time {
            write!(f, ", second {}", time.0)?;
        }
        write!(f, ": {}", self.law)
    }
}

impl std::error::Error for Breach {}

/// Checks every law on the counts of a replication.
///
/// # Errors
///
/// The first law that does not hold.
pub fn check(record: &Record, scenario: &Scenario, seed: u64, replication: u32) -> Result<(), Breach> {
    let breach = |law: String| Breach { seed, replication, site: None, time: None, law };
    for (index, cell) in record.cells.iter().enumerate() {
        let care = &scenario.care[index / record.schemes()].key;
        cell_laws(cell).map_err(|law| breach(format!("{care}: {law}")))?;
    }
    for (class, desk) in scenario.desk_classes.iter().zip(&record.desks) {
        desk_laws(desk).map_err(|law| breach(format!("{}: {law}", class.key)))?;
    }
    for ((care, days), cells) in scenario.care.iter().zip(&record.days).zip(record.cells.chunks(record.schemes())) {
        day_laws(days, cells).map_err(|law| breach(format!("{}: {law}", care.key)))?;
    }
    let cells = |of: fn(&Cell) -> i64| record.cells.iter().map(of).sum::<i64>();
    ledger_laws(&record.ledger, cells(|cell| cell.carried)).map_err(|(law, time)| Breach {
        seed,
        replication,
        site: None,
        time,
        law,
    })
}

/// The days of a care type hold all that its cells do.
fn day_laws(days: &CareDays, cells: &[Cell]) -> Result<(), String> {
    let by_day = |series: &[i64]| series.iter().sum::<i64>();
    let in_all = |of: fn(&Cell) -> i64| cells.iter().map(of).sum::<i64>();
    equal("affected by day", by_day(&days.affected), "affected", in_all(|cell| cell.affected))?;
    equal("self-pay by day", by_day(&days.self_pay), "self-pay", in_all(|cell| cell.self_pay))?;
    let prepaid = in_all(|cell| cell.prepaid_fund + cell.prepaid_account);
    equal("prepayment by day", by_day(&days.prepaid), "prepayment", prepaid)?;
    equal("refunds by day", by_day(&days.refunded), "refunds", in_all(|cell| cell.refunded))
}

/// Checks what a site's desk has done with the claims that came to it, once it has been served: all of
/// them have left, and the seconds from entry to exit are those spent in the three states.
///
/// # Errors
///
/// What does not hold.
pub fn site_laws(balance: &SiteBalance) -> Result<(), String> {
    equal("claims entered less claims gone", balance.open, "those left over", 0)?;
    equal("seconds from entry to exit", balance.presence, "seconds not yet come, waiting and in service", balance.spans)
}

/// What a window law knows of one service.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    /// Seconds before the learning curve.
    pub seconds: u32,
    /// Stops that take its service away, as a bit mask.
    pub stopped_by: u64,
}

/// The law that no window serves outside its hours but to finish what is in hand, and never two at
/// once, of one site in one course. Ends of service are worked out anew, not taken from the engine, where
/// stops freeze them too.
#[derive(Debug)]
pub struct WindowLaw<'a> {
    steps: &'a [RosterStep],
    learning: Option<(&'a Learning, SimTime)>,
    /// The stops that freeze service in hand, by their beginning, each with its bit.
    freezing: Vec<(u64, Interval)>,
    /// When the last service at each window ends.
    ends: &'a mut Vec<SimTime>,
    /// The step of the last start: its first moment, the first one of the next step, and the windows
    /// open in it.
    step: (SimTime, SimTime, u32),
    /// Index of the next step.
    next: usize,
    /// The first breach, with its time.
    broken: Option<(SimTime, String)>,
}

impl<'a> WindowLaw<'a> {
    /// For a roster and the learning curve from a return on; `ends` is memory used again.
    pub fn new(steps: &'a [RosterStep], learning: Option<(&'a Learning, SimTime)>, ends: &'a mut Vec<SimTime>) -> Self {
        ends.clear();
        let step = (SimTime::START, SimTime::START, 0);
        Self { steps, learning, freezing: Vec::new(), ends, step, next: 0, broken: None }
    }

    /// The same where some of the stops freeze service in hand.
    #[must_use]
    pub fn with_freezing(self, stops: &[Interval], freezes: u64) -> Self {
        let all = stops.iter().enumerate().map(|(index, stop)| (1 << index & freezes, *stop));
        let mut freezing: Vec<(u64, Interval)> = all.filter(|(bit, stop)| *bit != 0 && stop.start < stop.end).collect();
        freezing.sort_unstable_by_key(|(_, stop)| stop.start);
        Self { freezing, ..self }
    }

    /// A window begins a service of so many seconds, which stops may take away; whether one of them
    /// freezes it.
    #[inline]
    pub fn started(&mut self, start: SimTime, service: Service, window: u32) -> bool {
        let open = self.open_at(start);
        let window = window as usize;
        if window >= open as usize {
            self.break_at(start, || format!("window {window} begins a service while {open} are open"));
            return false;
        }
        if window >= self.ends.len() {
            self.ends.resize(window + 1, SimTime::START);
        }
        let busy_until = self.ends[window];
        if start < busy_until {
            self.break_at(start, || {
                format!("window {window} begins a service before the last one ends at second {}", busy_until.0)
            });
        }
        let (end, is_frozen) = self.end_of(start, service);
        self.ends[window] = end;
        is_frozen
    }

    /// A service came to its end.
    #[inline]
    pub fn finished(&mut self, start: SimTime, service: Service, end: SimTime) {
        let (due, _) = self.end_of(start, service);
        if end != due {
            self.break_at(end, || format!("a service ends that is due to end at second {}", due.0));
        }
    }

    /// The first breach, with its time.
    pub fn into_broken(self) -> Option<(SimTime, String)> {
        self.broken
    }

    /// Windows open at a moment; most starts are in the step of the last one.
    #[inline]
    fn open_at(&mut self, time: SimTime) -> u32 {
        if time < self.step.0 || time >= self.step.1 {
            self.find_step(time);
        }
        self.step.2
    }

    /// Starts are nearly in order, so that the step of one is mostly the next after that of the last.
    #[inline(never)]
    fn find_step(&mut self, time: SimTime) {
        if time < self.step.0 {
            self.next = 0;
        }
        let ahead = self.steps[self.next..].iter().take(8).position(|step| step.time > time);
        self.next += ahead.unwrap_or_else(|| self.steps[self.next..].partition_point(|step| step.time <= time));
        let until = self.steps.get(self.next).map_or(SimTime::NEVER, |step| step.time);
        let last = self.next.checked_sub(1).map(|last| self.steps[last]);
        self.step = last.map_or((SimTime::START, until, 0), |last| (last.time, until, last.windows));
    }

    /// When a service is due to end, and whether a stop freezes it.
    #[inline]
    fn end_of(&self, start: SimTime, service: Service) -> (SimTime, bool) {
        let slower = match self.learning {
            Some((learning, back)) if back <= start => {
                (f64::from(service.seconds) * learning.factor(start.0 - back.0)).round() as u32
            }
            _ => service.seconds,
        };
        let end = SimTime(start.0.saturating_add(slower.max(1)));
        if self.freezing.is_empty() { (end, false) } else { self.thawed(start, end, service.stopped_by) }
    }

    /// The end of a service moved by the seconds of its span in which a stop freezes it, each counted
    /// once: every such second adds one to the span.
    fn thawed(&self, start: SimTime, mut end: SimTime, stopped_by: u64) -> (SimTime, bool) {
        let first = end;
        let mut counted = start;
        for (bit, stop) in &self.freezing {
            if stop.start >= end {
                break;
            }
            if stopped_by & bit != 0 && counted < stop.end {
                let lost = stop.end.0 - counted.max(stop.start).0;
                end = if stop.end == SimTime::NEVER { stop.end } else { SimTime(end.0.saturating_add(lost)) };
                counted = stop.end;
            }
        }
        (end, end != first)
    }

    #[cold]
    fn break_at(&mut self, time: SimTime, law: impl FnOnce() -> String) {
        if self.broken.is_none() {
            self.broken = Some((time, law()));
        }
    }
}

fn equal<T: PartialEq + fmt::Display>(left_name: &str, left: T, right_name: &str, right: T) -> Result<(), String> {
    if left == right { Ok(()) } else { Err(format!("{left_name} {left} is not {right_name} {right}")) }
}

fn cell_laws(cell: &Cell) -> Result<(), String> {
    equal("affected", cell.affected, "the sum of its parts", cell.parts.iter().sum())?;
    let bill = cell.bill_fund + cell.bill_account + cell.bill_own;
    equal("bills", cell.bill, "fund + account + own cash", bill)?;
    let made = cell.prepaid_fund + cell.prepaid_account;
    let ended = cell.refunded + cell.lost.iter().sum::<i64>() + cell.account_spared + cell.outstanding;
    equal("prepayment made", made, "refunded + lost + kept on the account + outstanding", ended)?;
    let paid = cell.bill - cell.carried;
    equal("self-pay", cell.self_pay + cell.paid_after, "bills less what providers carry", paid)
}

/// Everything that providers carry has stood on the ledger once, and nothing was taken off that
/// was not on it.
fn ledger_laws(ledger: &Ledger, carried: i64) -> Result<(), (String, Option<SimTime>)> {
    equal("put on the ledger", ledger.put_on(), "carried by care type", carried).map_err(|law| (law, None))?;
    match (1_u32..).zip(ledger.at_hour_ends()).find(|(_, fen)| *fen < 0) {
        None => Ok(()),
        Some((hours, fen)) => Err((format!("the ledger falls to {fen} fen"), Some(SimTime(hours * HOUR)))),
    }
}

fn desk_laws(desk: &DeskTally) -> Result<(), String> {
    let mut all = StepCounts::default();
    for (step, counts) in desk.steps.iter().enumerate() {
        let left = format!("claims entered at step {step}");
        equal(&left, counts.entered, "finished + lost + present", counts.exits.iter().sum())?;
        all.entered += counts.entered;
        all.exits.iter_mut().zip(counts.exits).for_each(|(sum, count)| *sum += count);
    }
    equal("claims entered", desk.entered, "the sum over steps", all.entered)?;
    let ended = [desk.finished, desk.gone, desk.present];
    equal("claims finished, lost, present", format!("{ended:?}"), "the sum over steps", format!("{:?}", all.exits))?;
    let states = [&desk.not_come, &desk.waiting, &desk.in_service].map(|state| state.two_integrals().0);
    equal("integral of the backlog", states.iter().sum(), "sum of exits less entries of claims", desk.presence)?;
    for (name, state) in
        [("not yet come", &desk.not_come), ("waiting", &desk.waiting), ("in service", &desk.in_service)]
    {
        let (counter, own) = state.two_integrals();
        equal(&format!("integral of {name}"), counter, "sum of the claims' own times", own)?;
    }
    let states_agree = desk.sites_bad.iter().zip(&desk.sites_open).all(|(bad, open)| bad <= open);
    if states_agree { Ok(()) } else { Err("more sites not back to normal than sites open".to_owned()) }
}

#[cfg(test)]
mod tests {
    use crate::calendar::DAY;
    use crate::record::{Exit, State};

    use super::*;

    #[test]
    fn a_missing_fen_is_a_breach() {
        let whole = Cell {
            prepaid_fund: 500,
            refunded: 300,
            outstanding: 200,
            bill: 500,
            bill_fund: 500,
            self_pay: 500,
            ..Cell::default()
        };
        assert_eq!(cell_laws(&whole), Ok(()));
        let short = Cell { outstanding: 199, ..whole };
        assert_eq!(
            cell_laws(&short),
            Err("prepayment made 500 is not refunded + lost + kept on the account + outstanding 499".to_owned())
        );
    }

    #[test]
    fn a_bill_that_never_stood_on_the_ledger_is_a_breach() {
        let mut ledger = Ledger::new(1, SimTime(DAY));
        ledger.carry(SimTime(5), SimTime::NEVER, 300);
        assert_eq!(ledger_laws(&ledger, 300), Ok(()));
        let law = "put on the ledger 300 is not carried by care type 301".to_owned();
        assert_eq!(ledger_laws(&ledger, 301), Err((law, None)));
    }

    #[test]
    fn a_ledger_below_zero_names_the_hour() {
        let mut ledger = Ledger::new(1, SimTime(DAY));
        // Taken off in the hour from 2:00 on before it was put on in that from 4:00 on.
        ledger.carry(SimTime(4 * HOUR), SimTime(2 * HOUR), 300);
        let law = "the ledger falls to -300 fen".to_owned();
        assert_eq!(ledger_laws(&ledger, 300), Err((law, Some(SimTime(3 * HOUR)))));
    }

    /// One claim at one site: ready at 100, came at 400, started at 500, done at 900, with these spans.
    fn one_claim(spans: &[(State, u32, u32)]) -> (DeskTally, SiteBalance) {
        let (mut desk, mut site) = (DeskTally::new(1, SimTime(DAY)), SiteBalance::default());
        desk.enter(&mut site, 2, SimTime(100));
        for &(state, start, end) in spans {
            desk.spend(&mut site, state, SimTime(start), SimTime(end));
        }
        desk.exit(&mut site, 2, SimTime(900), Exit::Finished);
        (desk, site)
    }

    const SPANS: [(State, u32, u32); 3] =
        [(State::NotCome, 100, 400), (State::Waiting, 400, 500), (State::InService, 500, 900)];

    #[test]
    fn a_span_forgotten_or_counted_twice_is_a_breach() {
        let (desk, site) = one_claim(&SPANS);
        assert_eq!((desk_laws(&desk), site_laws(&site)), (Ok(()), Ok(())));
        for wrong in [&SPANS[..2], &SPANS[1..], &[&SPANS[..], &SPANS[1..2]].concat()[..]] {
            let (desk, site) = one_claim(wrong);
            assert!(desk_laws(&desk).is_err() && site_laws(&site).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_claim_that_leaves_at_another_step_is_a_breach() {
        let (mut desk, mut site) = one_claim(&SPANS);
        desk.enter(&mut site, 0, SimTime(50));
        desk.exit(&mut site, 1, SimTime(50), Exit::Gone);
        assert_eq!(desk.entered, desk.finished + desk.gone + desk.present, "all steps together agree");
        assert_eq!(site_laws(&site), Ok(()));
        assert!(desk_laws(&desk).is_err_and(|law| law.contains("step 0")));
    }

    #[test]
    fn a_claim_left_over_at_a_site_is_a_breach() {
        let (mut desk, mut site) = one_claim(&SPANS);
        desk.enter(&mut site, 0, SimTime(50));
        assert!(site_laws(&site).is_err());
    }

    /// Two windows from 9:00 on, one from 10:00 on, none from 11:00 on.
    fn roster() -> Vec<RosterStep> {
        let step = |hour: u32, windows| RosterStep { time: SimTime(hour * HOUR), windows, closes_day: windows == 0 };
        vec![step(9, 2), step(10, 1), step(11, 0)]
    }

    fn plain(seconds: u32) -> Service {
        Service { seconds, stopped_by: 0 }
    }

    /// The first breach by services given by start, seconds and window.
    fn breach_of(services: &[(u32, u32, u32)], learning: Option<(&Learning, SimTime)>) -> Option<(SimTime, String)> {
        let (steps, mut ends) = (roster(), Vec::new());
        let mut law = WindowLaw::new(&steps, learning, &mut ends);
        services.iter().for_each(|&(start, service, window)| {
            law.started(SimTime(start), plain(service), window);
        });
        law.into_broken()
    }

    #[test]
    fn a_window_serves_in_its_hours_and_one_at_a_time() {
        let nine = 9 * HOUR;
        let ten = 10 * HOUR;
        let back_and_forth = [(nine, 60, 0), (ten, 3_600, 0), (nine + 5, 10 * HOUR, 1)];
        assert_eq!(breach_of(&back_and_forth, None), None, "services may go on past closing");
        for (start, window) in [(nine - 1, 0), (ten, 1), (11 * HOUR, 0), (nine, 2)] {
            let broken = breach_of(&[(start, 60, window)], None);
            assert!(broken.is_some_and(|(time, law)| time.0 == start && law.contains("are open")), "{start}");
        }
        assert_eq!(breach_of(&[(nine, 60, 0), (nine + 60, 60, 0)], None), None);
        let broken = breach_of(&[(nine, 60, 0), (nine + 59, 60, 0), (nine, 60, 5)], None);
        assert_eq!(broken.map(|(time, _)| time.0), Some(nine + 59), "the first one");
    }

    #[test]
    fn a_service_slowed_by_learning_keeps_its_window_longer() {
        let learning = Learning::new(0.5, 1_000.0, 0);
        let nine = 9 * HOUR;
        let services = [(nine, 600, 0), (nine + 899, 600, 0)];
        let back = Some((&learning, SimTime(nine)));
        assert_eq!(breach_of(&services, None), None);
        assert_eq!(breach_of(&services, back).map(|(time, _)| time.0), Some(nine + 899));
    }

    #[test]
    fn a_service_that_ends_at_another_time_than_its_own_is_a_breach() {
        let (steps, mut ends) = (roster(), Vec::new());
        let mut law = WindowLaw::new(&steps, None, &mut ends);
        law.finished(SimTime(100), plain(0), SimTime(101));
        assert!(law.broken.is_none(), "a service takes a second at least");
        law.finished(SimTime(100), plain(20), SimTime(121));
        assert_eq!(law.into_broken().map(|(time, _)| time), Some(SimTime(121)));
    }

    #[test]
    fn a_frozen_service_keeps_its_window_until_it_is_done() {
        // An hour of work from 9:30 on, frozen from 10:00 to 13:00 and, by another stop, to 14:00; a third
        // stop that freezes nothing and a fourth that is not its own change nothing.
        let span = |from: u32, until: u32| Interval { start: SimTime(from * HOUR), end: SimTime(until * HOUR) };
        let stops = [span(12, 14), span(10, 13), span(14, 20), span(14, 15)];
        let (steps, mut ends) = (roster(), Vec::new());
        let mut law = WindowLaw::new(&steps, None, &mut ends).with_freezing(&stops, 0b1011);
        let (start, service) = (SimTime(9 * HOUR + 1_800), Service { seconds: HOUR, stopped_by: 0b0111 });
        assert!(law.started(start, service, 0));
        law.finished(start, service, SimTime(14 * HOUR + 1_800));
        assert!(!law.started(start, plain(60), 1), "no stop takes its service away");
        assert!(!law.started(SimTime(9 * HOUR), Service { seconds: 1_800, ..service }, 1), "it was done by the stop");
        assert_eq!(law.ends[0], SimTime(14 * HOUR + 1_800));
        let whole = Service { seconds: 3_600, ..service };
        law.finished(SimTime(9 * HOUR), whole, SimTime(10 * HOUR));
        assert_eq!(law.broken.as_ref().map(|(time, _)| time.0), Some(9 * HOUR), "window 1 began before it was free");
        let mut law = WindowLaw::new(&steps, None, &mut ends).with_freezing(&stops, 0b1011);
        law.finished(start, service, SimTime(10 * HOUR + 1_800));
        assert!(law.into_broken().is_some(), "it was not frozen");
    }

    #[test]
    fn a_visit_counted_twice_is_a_breach() {
        let cell = Cell { affected: 1, parts: [1, 0, 0, 0, 1, 0], ..Cell::default() };
        assert!(cell_laws(&cell).is_err());
    }
}
