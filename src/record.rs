//! What one course of one replication counts: exact integers only, so that sites, replications
//! and shards merge in any order to the same bytes.

use crate::calendar::{DAY, SimTime};
use crate::tally::Histogram;

/// Seconds of an hour.
pub const HOUR: u32 = 3_600;

/// Hours of a day.
pub const HOURS_A_DAY: usize = (DAY / HOUR) as usize;

/// How a visit that met the outage ended. Each visit has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Paid the whole bill.
    PaidAll,
    /// Paid a part.
    PaidPart,
    /// Paid nothing at the visit.
    PaidNothing,
    /// Had moved the refill before the stop.
    StockedUp,
    /// Put the visit off.
    Deferred,
    /// Went without.
    Forgone,
}

/// Number of [`Part`]s.
pub const PARTS: usize = 6;

/// Why prepayment is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// Never claimed: the refund was too small, or the pathway is final.
    NeverMade,
    /// Past the deadline.
    TooLate,
    /// Given up after too many tries.
    GivenUp,
    /// Refused at the desk.
    Refused,
}

/// Number of [`Loss`]es.
pub const LOSSES: usize = 4;

/// Shares of a month's household income, in per cent, that a prepayment is held against in [`Cell::over`].
pub const BURDEN_PERCENT: [u8; BURDENS] = [1, 2, 5, 20, 100];

/// Number of shares in [`BURDEN_PERCENT`].
pub const BURDENS: usize = 5;

/// What a cell adds field by field.
trait Adds {
    fn adds(&mut self, other: &Self);
}

impl Adds for i64 {
    fn adds(&mut self, other: &Self) {
        *self += other;
    }
}

impl Adds for i128 {
    fn adds(&mut self, other: &Self) {
        *self += other;
    }
}

impl<const N: usize> Adds for [i64; N] {
    fn adds(&mut self, other: &Self) {
        self.iter_mut().zip(other).for_each(|(mine, theirs)| *mine += theirs);
    }
}

/// A struct of counts with the sum of two of them, so that a new field cannot be forgotten in it.
macro_rules! summed {
    ($(#[$about:meta])* pub struct $name:ident { $($(#[$doc:meta])* pub $field:ident: $kind:ty,)* }) => {
        $(#[$about])*
        pub struct $name { $($(#[$doc])* pub $field: $kind,)* }

        impl $name {
            /// Adds another one, field by field.
            pub fn add(&mut self, other: &Self) {
                $(self.$field.adds(&other.$field);)*
            }
        }
    };
}

summed! {
/// Counts of one care type and scheme. Money in fen, times in seconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// Visits, or matters of agency business, due in the actual outage of their service.
    pub affected: i64,
    /// Of them, by [`Part`].
    pub parts: [i64; PARTS],
    /// Stays over the whole outage, discharged after it.
    pub spanning: i64,
    /// Refills moved before the stop although none fell into the outage.
    pub needless_stock_up: i64,
    /// Bills of the visits made in the outage, and of the stays over it that paid at their discharge
    /// because of it.
    pub bill: i64,
    /// Of them, owed by the fund.
    pub bill_fund: i64,
    /// Of them, owed by the account.
    pub bill_account: i64,
    /// Of them, own cash.
    pub bill_own: i64,
    /// Bills capped at the largest amount.
    pub capped: i64,
    /// Paid at visits in the outage.
    pub self_pay: i64,
    /// Paid by such stays at their discharge, after the outage.
    pub paid_after: i64,
    /// Of both for the fund.
    pub prepaid_fund: i64,
    /// Of both for the account.
    pub prepaid_account: i64,
    /// Account money kept by owners who paid cash for good.
    pub account_kept: i64,
    /// Own cash still due to providers after the visit.
    pub own_due: i64,
    /// Of it paid when the claim was settled.
    pub own_due_paid: i64,
    /// Prepayment refunded by the horizon.
    pub refunded: i64,
    /// Prepayment never to be refunded, by [`Loss`].
    pub lost: [i64; LOSSES],
    /// Prepaid account money of claims that were lost: it is still on its owner's account.
    pub account_spared: i64,
    /// Claims lost, by [`Loss`].
    pub claims_lost: [i64; LOSSES],
    /// Prepayment outstanding at the horizon.
    pub outstanding: i64,
    /// Outstanding prepayment × time to the horizon, fen·seconds.
    pub prepaid_fen_seconds: i128,
    /// Bills carried by providers × time until the last step is done, or to the horizon where it
    /// never is, fen·seconds.
    pub carried_fen_seconds: i128,
    /// Taken from patients by a second deductible on stays settled in two parts.
    pub second_deductible: i64,
    /// Carried by providers at the visits.
    pub carried: i64,
    /// Delay of deferred visits, seconds.
    pub deferral_seconds: i64,
    /// People whose prepayment in the outage, over all their visits, exceeds 10 % of monthly
    /// household income. An anonymous visit and a stay are one person each.
    pub hardship_10: i64,
    /// People whose prepayment exceeds 40 %.
    pub hardship_40: i64,
    /// People whose prepayment exceeds each of [`BURDEN_PERCENT`].
    pub over: [i64; BURDENS],
    /// Claims refunded.
    pub refunds: i64,
    /// Days from payment to refund, in seconds, over those claims.
    pub refund_seconds: i64,
    /// Visits to windows made for claims that are done.
    pub window_visits: i64,
    /// Of the claims done, those that somebody came to a window for.
    pub done: i64,
    /// Stays settled, converted or interim-settled before the stop.
    pub before_stop_done: i64,
    /// Of such work, what the cut-off left undone.
    pub before_stop_missed: i64,
    /// A person's prepayment × 10,000 over monthly income a head, summed over those who prepaid.
    pub income_share_e4: i64,
    /// Visits with prepayment.
    pub prepaying: i64,
    /// People with prepayment.
    pub people_prepaying: i64,
}
}

/// Seconds that things spend in a state in each hour, kept by entries and exits.
///
/// Something in the state from a second on adds the rest of that hour to it and a whole hour to
/// each hour after it. So only the changes of the hourly sums from one hour to the next are kept:
/// an entry or exit touches two of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateHours {
    /// By how much the seconds of an hour exceed those of the hour before.
    change: Vec<i64>,
    horizon: SimTime,
    stay_seconds: i128,
}

impl StateHours {
    /// An empty count over so many days.
    pub fn new(days: u32, horizon: SimTime) -> Self {
        Self { change: vec![0; (days * DAY / HOUR) as usize + 1], horizon, stay_seconds: 0 }
    }

    /// One thing was in the state from `start` to `end`; what lies past the horizon is left out.
    pub fn add(&mut self, start: SimTime, end: SimTime) {
        let start = start.min(self.horizon);
        let end = end.min(self.horizon);
        if start >= end {
            return;
        }
        self.mark(start, 1);
        self.mark(end, -1);
        self.stay_seconds += i128::from(end.0 - start.0);
    }

    fn mark(&mut self, at: SimTime, sign: i64) {
        let (hour, gone) = ((at.0 / HOUR) as usize, i64::from(at.0 % HOUR));
        self.change[hour] += sign * (i64::from(HOUR) - gone);
        if let Some(change) = self.change.get_mut(hour + 1) {
            *change += sign * gone;
        }
    }

    /// Seconds in the state in each hour, summed over things.
    pub fn seconds_by_hour(&self) -> impl Iterator<Item = i64> + '_ {
        let hours = self.change.len() - 1;
        self.change[..hours].iter().scan(0, |seconds, change| {
            *seconds += change;
            Some(*seconds)
        })
    }

    /// Seconds in the state on each day: the sums of its hours.
    pub fn seconds_by_day(&self) -> Vec<i64> {
        let mut days = vec![0; self.change.len() / HOURS_A_DAY];
        self.seconds_by_hour().enumerate().for_each(|(hour, seconds)| days[hour / HOURS_A_DAY] += seconds);
        days
    }

    /// ∫ count dt by the hourly counter, and Σ durations by the things' own times: a law says that
    /// both are the same.
    pub fn two_integrals(&self) -> (i128, i128) {
        (self.seconds_by_hour().map(i128::from).sum(), self.stay_seconds)
    }

    /// Adds another count.
    pub fn merge(&mut self, other: &Self) {
        self.change.iter_mut().zip(&other.change).for_each(|(mine, theirs)| *mine += theirs);
        self.stay_seconds += other.stay_seconds;
    }
}

/// What all providers together carry for patients, in fen, hour by hour. Those outside the city that
/// treat its people are among them, as in [`Cell::carried`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    /// Put on less taken off, by hour.
    change: Vec<i64>,
    horizon: SimTime,
    put_on: i64,
}

impl Ledger {
    /// An empty ledger over so many days.
    pub fn new(days: u32, horizon: SimTime) -> Self {
        Self { change: vec![0; (days * DAY / HOUR) as usize], horizon, put_on: 0 }
    }

    /// An amount stood on the ledger from `start` on, and was taken off at `end`; past the horizon
    /// it stays on.
    pub fn carry(&mut self, start: SimTime, end: SimTime, fen: i64) {
        if start >= self.horizon {
            return;
        }
        self.put_on += fen;
        self.change[(start.0 / HOUR) as usize] += fen;
        if end < self.horizon {
            self.change[(end.0 / HOUR) as usize] -= fen;
        }
    }

    /// The amount on the ledger at the end of each hour. What is put on or taken off at the full
    /// hour belongs to the hour that begins.
    pub fn at_hour_ends(&self) -> impl Iterator<Item = i64> + '_ {
        self.change.iter().scan(0, |fen, change| {
            *fen += change;
            Some(*fen)
        })
    }

    /// The largest amount at the end of an hour.
    pub fn peak(&self) -> i64 {
        self.at_hour_ends().max().unwrap_or(0)
    }

    /// Everything ever put on the ledger.
    pub fn put_on(&self) -> i64 {
        self.put_on
    }
}

/// Steps a claim can be at: those of its pathway, and the last one for work before the stop.
pub const STEPS: usize = 16;

/// How a claim left a step at a desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Finished.
    Finished,
    /// Gone for good without being finished.
    Gone,
    /// Still here at the horizon.
    Present,
}

/// Claims at one step of a desk class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StepCounts {
    /// Claims that entered it.
    pub entered: i64,
    /// Of them gone from it, by [`Exit`].
    pub exits: [i64; 3],
}

/// Claims at one site, from entries and exits and from the spans in the three states: two accounts of
/// the same seconds that know nothing of each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SiteBalance {
    /// Entries less exits.
    pub open: i64,
    /// Times of exits less times of entries, seconds within the horizon.
    pub presence: i64,
    /// Seconds not yet come, waiting and in service.
    pub spans: i64,
}

/// State of an open claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Not yet come.
    NotCome,
    /// In the queue or in the tray.
    Waiting,
    /// At a window.
    InService,
}

/// Counts of one desk class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskTally {
    /// Claims that entered a step here.
    pub entered: i64,
    /// Of them finished by the horizon.
    pub finished: i64,
    /// Of them gone for good without being finished.
    pub gone: i64,
    /// Of them here at the horizon.
    pub present: i64,
    /// The same by step.
    pub steps: [StepCounts; STEPS],
    /// Σ (min(end, H) − ready) over claims by their own entries and exits, seconds.
    pub presence: i128,
    /// Waits of comings for claims with the person present, seconds: until the call, or until those
    /// leave who have queued in vain. Who turns round at the door has not queued.
    pub claim_waits: Histogram,
    /// The same of routine matters after the warm-up, seconds.
    pub routine_waits: Histogram,
    /// Window-seconds worked.
    pub worked: i64,
    /// Window-seconds open.
    pub scheduled: i64,
    /// Of them beyond regular windows and hours.
    pub overtime: i64,
    /// Visits that ended without service, by reason: balked, closed, no ticket, service lost.
    pub left: [i64; 4],
    /// Jobs served, routine and claims.
    pub jobs: i64,
    /// Services in hand that a stop froze, routine and claims.
    pub frozen: i64,
    /// Routine matters that lapsed because their service was down.
    pub routine_lapsed: i64,
    /// Claims not yet come.
    pub not_come: StateHours,
    /// Claims waiting, in the queue or in the tray.
    pub waiting: StateHours,
    /// Claims in service.
    pub in_service: StateHours,
    /// Arrivals at the desk by day, people only.
    pub arrivals: Vec<i64>,
    /// Claims finished by day.
    pub finished_by_day: Vec<i64>,
    /// Waiting seconds of everybody present, by day of coming.
    pub wait_seconds: Vec<i64>,
    /// Comings of those who were called or queued in vain, by day.
    pub queued: Vec<i64>,
    /// Sites open, by day.
    pub sites_open: Vec<u32>,
    /// Of them not back to normal, by day.
    pub sites_bad: Vec<u32>,
    /// Latest return of a service that work here needs; never when one does not return.
    pub last_return: SimTime,
}

impl DeskTally {
    /// Nothing counted yet.
    pub fn new(days: u32, horizon: SimTime) -> Self {
        let zeros = || vec![0i64; days as usize];
        Self {
            entered: 0,
            finished: 0,
            gone: 0,
            present: 0,
            steps: [StepCounts::default(); STEPS],
            presence: 0,
            claim_waits: Histogram::new(),
            routine_waits: Histogram::new(),
            worked: 0,
            scheduled: 0,
            overtime: 0,
            left: [0; 4],
            jobs: 0,
            frozen: 0,
            routine_lapsed: 0,
            not_come: StateHours::new(days, horizon),
            waiting: StateHours::new(days, horizon),
            in_service: StateHours::new(days, horizon),
            arrivals: zeros(),
            finished_by_day: zeros(),
            wait_seconds: zeros(),
            queued: zeros(),
            sites_open: vec![0; days as usize],
            sites_bad: vec![0; days as usize],
            last_return: SimTime::START,
        }
    }

    /// A claim enters a step at a site.
    pub fn enter(&mut self, site: &mut SiteBalance, step: u8, at: SimTime) {
        let at = at.min(self.not_come.horizon).0;
        self.entered += 1;
        self.steps[usize::from(step) % STEPS].entered += 1;
        self.presence -= i128::from(at);
        site.open += 1;
        site.presence -= i64::from(at);
    }

    /// A claim leaves a step at a site.
    pub fn exit(&mut self, site: &mut SiteBalance, step: u8, at: SimTime, how: Exit) {
        let at = at.min(self.not_come.horizon).0;
        match how {
            Exit::Finished => self.finished += 1,
            Exit::Gone => self.gone += 1,
            Exit::Present => self.present += 1,
        }
        self.steps[usize::from(step) % STEPS].exits[how as usize] += 1;
        self.presence += i128::from(at);
        site.open -= 1;
        site.presence += i64::from(at);
    }

    /// A claim at a site was in a state from `start` to `end`.
    pub fn spend(&mut self, site: &mut SiteBalance, state: State, start: SimTime, end: SimTime) {
        let hours = match state {
            State::NotCome => &mut self.not_come,
            State::Waiting => &mut self.waiting,
            State::InService => &mut self.in_service,
        };
        hours.add(start, end);
        let horizon = hours.horizon;
        site.spans += i64::from(end.min(horizon).0.saturating_sub(start.min(horizon).0));
    }
}

/// What happens to the patients of one care type, day by day. What falls past the horizon is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CareDays {
    /// Visits, or matters of agency business, due in the actual outage of their service.
    pub affected: Vec<i64>,
    /// Paid at visits in the outage, fen.
    pub self_pay: Vec<i64>,
    /// Prepayment made, fen.
    pub prepaid: Vec<i64>,
    /// Prepayment refunded, fen.
    pub refunded: Vec<i64>,
}

impl CareDays {
    /// Nothing counted yet.
    pub fn new(days: u32) -> Self {
        let zeros = || vec![0; days as usize];
        Self { affected: zeros(), self_pay: zeros(), prepaid: zeros(), refunded: zeros() }
    }
}

/// Everything one course of one replication counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// By care type, then scheme.
    pub cells: Vec<Cell>,
    /// By desk class.
    pub desks: Vec<DeskTally>,
    /// By care type, day by day.
    pub days: Vec<CareDays>,
    /// Bills on the ledgers of all providers together.
    pub ledger: Ledger,
    schemes: usize,
}

impl Record {
    /// Nothing counted yet.
    pub fn new(care: usize, schemes: usize, desk_classes: usize, days: u32, horizon: SimTime) -> Self {
        Self {
            cells: vec![Cell::default(); care * schemes],
            desks: vec![DeskTally::new(days, horizon); desk_classes],
            days: vec![CareDays::new(days); care],
            ledger: Ledger::new(days, horizon),
            schemes,
        }
    }

    /// Counts of a care type and scheme.
    pub fn cell(&mut self, care: u8, scheme: u8) -> &mut Cell {
        &mut self.cells[usize::from(care) * self.schemes + usize::from(scheme)]
    }

    /// A daily series summed over those care types, by index, that are meant.
    pub fn by_day(&self, is_meant: impl Fn(usize) -> bool, series: fn(&CareDays) -> &[i64]) -> Vec<i64> {
        let mut sums = vec![0; self.days.first().map_or(0, |care| series(care).len())];
        for (_, care) in self.days.iter().enumerate().filter(|(index, _)| is_meant(*index)) {
            sums.iter_mut().zip(series(care)).for_each(|(sum, count)| *sum += count);
        }
        sums
    }

    /// Number of schemes.
    pub fn schemes(&self) -> usize {
        self.schemes
    }
}

/// Adds to a day; what lies past the horizon is not counted.
pub fn add_on_day(series: &mut [i64], at: SimTime, amount: i64) {
    if let Some(day) = series.get_mut(at.day() as usize) {
        *day += amount;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOON: u32 = 12 * HOUR;

    fn by_hour(hours: &StateHours) -> Vec<i64> {
        hours.seconds_by_hour().collect()
    }

    #[test]
    fn a_stay_is_split_at_full_hours() {
        let mut hours = StateHours::new(1, SimTime(DAY));
        // 11:50 to 14:05, one second over 20:00, and what begins and ends on full hours.
        hours.add(SimTime(NOON - 600), SimTime(NOON + 2 * HOUR + 300));
        hours.add(SimTime(20 * HOUR - 1), SimTime(20 * HOUR + 1));
        hours.add(SimTime(22 * HOUR), SimTime(23 * HOUR));
        let mut expected = vec![0; 24];
        (expected[11], expected[12], expected[13], expected[14]) = (600, 3_600, 3_600, 300);
        (expected[19], expected[20], expected[22]) = (1, 1, 3_600);
        assert_eq!(by_hour(&hours), expected);
    }

    #[test]
    fn a_stay_over_three_days_is_split_at_midnight_and_ends_with_the_horizon() {
        let mut hours = StateHours::new(4, SimTime(4 * DAY));
        hours.add(SimTime(DAY - 100), SimTime(2 * DAY + 50));
        hours.add(SimTime(3 * DAY), SimTime(9 * DAY));
        hours.add(SimTime(4 * DAY), SimTime(5 * DAY));
        hours.add(SimTime(50), SimTime(50));
        assert_eq!(hours.seconds_by_day(), vec![100, i64::from(DAY), 50, i64::from(DAY)]);
        assert_eq!(hours.two_integrals(), (150 + 2 * i128::from(DAY), 150 + 2 * i128::from(DAY)));
    }

    #[test]
    fn the_ledger_is_read_at_the_end_of_each_hour() {
        let mut ledger = Ledger::new(1, SimTime(DAY));
        // On at noon, off at three: on the ledger at the ends of the hours 12, 13 and 14.
        ledger.carry(SimTime(NOON), SimTime(NOON + 3 * HOUR), 500);
        // Within an hour: never seen.
        ledger.carry(SimTime(NOON + 60), SimTime(NOON + 120), 9_000);
        // To the last second of an hour: gone at its end. One second more: still there.
        ledger.carry(SimTime(13 * HOUR + 5), SimTime(14 * HOUR - 1), 70);
        ledger.carry(SimTime(13 * HOUR + 5), SimTime(14 * HOUR), 8);
        // For ever, and past the horizon.
        ledger.carry(SimTime(23 * HOUR), SimTime::NEVER, 100);
        ledger.carry(SimTime(DAY), SimTime::NEVER, 1_000_000);
        let mut expected = vec![0; 24];
        (expected[12], expected[13], expected[14], expected[23]) = (500, 508, 500, 100);
        assert_eq!(ledger.at_hour_ends().collect::<Vec<i64>>(), expected);
        assert_eq!((ledger.peak(), ledger.put_on()), (508, 500 + 9_000 + 70 + 8 + 100));
    }

    #[test]
    fn an_empty_ledger_has_no_peak() {
        assert_eq!(Ledger::new(2, SimTime(2 * DAY)).peak(), 0);
    }

    /// Spans over two days and a little past them.
    fn spans() -> impl Strategy<Value = Vec<(u32, u32)>> {
        prop::collection::vec((0..2 * DAY + 500, 0..2 * DAY + 500), 0..12)
    }

    fn counted(spans: &[(u32, u32)]) -> StateHours {
        let mut hours = StateHours::new(2, SimTime(2 * DAY));
        spans.iter().for_each(|&(start, end)| hours.add(SimTime(start), SimTime(end)));
        hours
    }

    proptest! {
        #[test]
        fn every_hour_holds_the_overlap_of_each_span_with_it(spans in spans()) {
            let hours = counted(&spans);
            for (hour, seconds) in by_hour(&hours).into_iter().enumerate() {
                let (first, last) = (hour as u32 * HOUR, (hour as u32 + 1) * HOUR);
                let overlap = |&(start, end): &(u32, u32)| i64::from(end.min(last).saturating_sub(start.max(first)));
                prop_assert_eq!(seconds, spans.iter().map(overlap).sum::<i64>());
            }
            let (counter, own) = hours.two_integrals();
            prop_assert_eq!(counter, own);
        }

        #[test]
        fn two_counts_merge_to_the_count_of_both(one in spans(), other in spans()) {
            let mut merged = counted(&one);
            merged.merge(&counted(&other));
            prop_assert_eq!(merged, counted(&[one, other].concat()));
        }
    }
}
