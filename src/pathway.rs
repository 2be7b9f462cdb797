//! Pathways 处理方式: what happens to a visit's bill while its service is down, and which work it
//! leaves for which desk. Pure rules: visit and mix in, payment and pathway out.
//!
//! Every bill is split once, to the fen, as bill = fund + account + own cash ([`split_bill`]).
//! Prepayment is what the patient pays beyond the own cash due; it is counted as fund money first
//! and account money for the rest, because the account pays only what the fund leaves.

use crate::calendar::{Clock, SimDuration, SimTime};
use crate::distribution::Distribution;
use crate::scenario::raw::{Contact, Name, Pays, Place, StayState};
use crate::scenario::world::Benefit;
use crate::schedule::{Interval, Matter, Moment, ScopeMask};
use crate::units::{fen_from_yuan, share_of_fen};

/// A way of dealing with a bill or a matter.
#[derive(Debug, Clone)]
pub struct Pathway {
    /// Key.
    pub key: String,
    /// Name shown.
    pub name: Name,
    /// What the patient pays at the visit.
    pub pays: Pays,
    /// Nothing more is claimed; account money stays on the account.
    pub is_final: bool,
    /// Own money not paid at the visit is paid when the last step is done.
    pub own_share_due: bool,
    /// A second deductible is taken.
    pub second_deductible: bool,
    /// Refunds below this are small.
    pub small_refund_fen: u32,
    /// Share claimed of refunds that are not small.
    pub claimed_share: f64,
    /// Share claimed of small refunds.
    pub small_claimed_share: f64,
    /// When people come.
    pub returns: Returns,
    /// Until when a claim can be made.
    pub window: Option<ClaimWindow>,
    /// Work at desks, one after another.
    pub steps: Vec<Step>,
    /// How the money comes back.
    pub refund: Refund,
}

/// When people come back to a desk once they can.
#[derive(Debug, Clone, Copy)]
pub struct Returns {
    /// Share who come on the first open day.
    pub rush_share: f64,
    /// Of the others, share on each further open day.
    pub daily_share: f64,
    /// Share of those too late whom the deadline pulls in.
    pub deadline_pull_share: f64,
}

/// Claim period.
#[derive(Debug, Clone, Copy)]
pub struct ClaimWindow {
    /// What the period is counted from.
    pub after: Moment,
    /// Its length.
    pub length: Period,
    /// Days added by the schedule.
    pub extended_days: u32,
}

/// Length of a claim period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// So many days.
    Days(u32),
    /// So many working days.
    WorkingDays(u32),
    /// So many calendar months.
    Months(u32),
    /// To a moment.
    Until(Moment),
    /// To the end of the anchor's month.
    MonthEnd,
    /// To the end of the anchor's year.
    YearEnd,
}

impl ClaimWindow {
    /// First moment that is too late; never when the anchor never comes.
    pub fn deadline(&self, clock: &Clock, actual: &[Interval], visit: SimTime) -> SimTime {
        let anchor = self.after.resolve(actual, visit);
        if anchor == SimTime::NEVER {
            return SimTime::NEVER;
        }
        let end = match self.length {
            Period::Days(days) => anchor.plus(SimDuration::from_days(days)),
            Period::WorkingDays(days) => SimTime::at(clock.add_working_days(anchor.day(), days) + 1, 0),
            Period::Months(months) => clock.add_months(anchor, months),
            Period::Until(moment) => moment.resolve(actual, visit),
            Period::MonthEnd => clock.month_end(anchor),
            Period::YearEnd => clock.year_end(anchor),
        };
        end.plus(SimDuration::from_days(self.extended_days))
    }
}

/// One piece of work at a desk.
#[derive(Debug, Clone)]
pub struct Step {
    /// Key.
    pub key: String,
    /// Where.
    pub at: Place,
    /// Group of the hall or office; meaningless at the provider.
    pub group: u16,
    /// Service that must be up.
    pub needs: Option<u16>,
    /// How the person takes part.
    pub contact: Contact,
    /// Service minutes.
    pub minutes: Distribution,
    /// Share who must come again.
    pub rework_share: f64,
    /// Share refused.
    pub refused_share: f64,
    /// Pathway of those refused.
    pub refused_to: Option<u16>,
    /// (outside) Days until done.
    pub outside_days: Distribution,
}

/// How money is refunded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refund {
    /// In hand at the desk of the last step.
    AtDesk,
    /// With the next payment run, and days until it arrives.
    Transfer {
        /// Index of the payment run.
        run: u16,
        /// Days from the run until the money is there.
        lag_days: u32,
    },
    /// Never.
    Never,
}

/// Dates on which transfers are made, at noon.
#[derive(Debug, Clone)]
pub struct PaymentRun {
    /// Key.
    pub key: String,
    /// Moments of the runs within the horizon, ascending.
    pub at: Vec<SimTime>,
}

impl PaymentRun {
    /// First run from a moment on; never when none is left before the horizon.
    pub fn next(&self, time: SimTime) -> SimTime {
        let index = self.at.partition_point(|&run| run < time);
        self.at.get(index).copied().unwrap_or(SimTime::NEVER)
    }
}

/// One rule: who takes which pathway.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Key.
    pub key: String,
    /// Who it is for.
    pub who: ScopeMask,
    /// Only at providers with a service station.
    pub has_station: bool,
    /// State of the stay.
    pub state: StayState,
    /// Pathway.
    pub pathway: u16,
    /// Share among the rules open; none for the rest.
    pub share: Option<f64>,
    /// First moment in force.
    pub from: Option<Moment>,
    /// First moment no longer in force.
    pub until: Option<Moment>,
}

/// Where and when a rule is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// Who wants what.
    pub matter: &'a Matter,
    /// Whether the provider has a service station.
    pub has_station: bool,
    /// State of the stay.
    pub state: StayState,
    /// When.
    pub time: SimTime,
    /// Actual stops of this replication.
    pub actual: &'a [Interval],
}

impl Rule {
    /// Whether the rule is in force for this case.
    pub fn is_open(&self, case: &Case<'_>) -> bool {
        self.share != Some(0.0)
            && self.state == case.state
            && (!self.has_station || case.has_station)
            && self.who.holds(case.matter)
            && self.from.is_none_or(|from| from.resolve(case.actual, case.time) <= case.time)
            && self.until.is_none_or(|until| case.time < until.resolve(case.actual, case.time))
    }
}

/// Draws the pathway of a case from the rules open to it: stated shares first, in file order, the
/// rule of the rest for what they leave; without such a rule the shares are scaled to one.
/// None when no rule is open.
pub fn choose_pathway(rules: &[Rule], case: &Case<'_>, u: f64) -> Option<u16> {
    let mut stated = 0.0;
    let mut rest = None;
    let mut any = None;
    for rule in rules.iter().filter(|rule| rule.is_open(case)) {
        any = Some(rule.pathway);
        match rule.share {
            Some(share) => stated += share,
            None => rest = Some(rule.pathway),
        }
    }
    let total = if rest.is_some() && stated < 1.0 { 1.0 } else { stated };
    let mut left = u * total;
    for rule in rules.iter().filter(|rule| rule.is_open(case)) {
        if let Some(share) = rule.share {
            if left < share {
                return Some(rule.pathway);
            }
            left -= share;
        }
    }
    rest.or(any)
}

/// A bill split by who owes it, in fen: `fund + account + own` is the bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bill {
    /// The fund's part.
    pub fund: u32,
    /// The personal account's part.
    pub account: u32,
    /// The patient's own cash.
    pub own: u32,
}

impl Bill {
    /// The whole bill.
    pub fn total(self) -> u32 {
        self.fund + self.account + self.own
    }
}

/// Splits a bill. `u_deductible` and `u_cap` are the latent draws for the deductible and the cap
/// still open this year; shares round down, the remainder is own cash.
pub fn split_bill(total: u32, benefit: &Benefit, u_deductible: f64, u_cap: f64) -> Bill {
    let open = benefit.deductible_open_share;
    let deductible = if u_deductible < open { benefit.deductible_yuan * (u_deductible / open) } else { 0.0 };
    split_with(total, benefit, deductible, u_cap)
}

/// Splits a bill once more with the full deductible taken a second time.
pub fn split_with_second_deductible(total: u32, benefit: &Benefit, u_cap: f64) -> Bill {
    split_with(total, benefit, benefit.deductible_yuan, u_cap)
}

fn split_with(total: u32, benefit: &Benefit, deductible_yuan: f64, u_cap: f64) -> Bill {
    let covered = share_of_fen(total, benefit.in_policy_share);
    let above = covered.saturating_sub(fen_from_yuan(deductible_yuan));
    let mut fund = share_of_fen(above, benefit.fund_share);
    if benefit.cap_yuan.is_finite() {
        fund = fund.min(fen_from_yuan(benefit.cap_yuan * u_cap));
    }
    let account = share_of_fen(total - fund, benefit.account_share);
    Bill { fund, account, own: total - fund - account }
}

/// What a pathway asks of the patient at the visit, in fen.
pub fn asked_fen(pays: Pays, bill: Bill) -> u32 {
    match pays {
        Pays::Everything => bill.total(),
        Pays::OwnShare => bill.own,
        Pays::Nothing => 0,
        Pays::Share(share) => share_of_fen(bill.total(), share),
        Pays::DepositYuan(yuan) => fen_from_yuan(yuan).min(bill.total()),
    }
}

/// A payment at the visit, in fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Payment {
    /// Paid by the patient at the visit.
    pub paid: u32,
    /// Of it prepayment for the fund.
    pub prepaid_fund: u32,
    /// Of it prepayment for the account.
    pub prepaid_account: u32,
    /// Account money that its owner keeps, having paid cash for good.
    pub account_kept: u32,
    /// Own cash not paid yet.
    pub own_due: u32,
    /// Carried by the provider.
    pub carried: u32,
}

/// Splits what is paid at the visit. A final pathway keeps account money with its owner, so none
/// of it is prepayment.
pub fn payment(paid: u32, bill: Bill, is_final: bool) -> Payment {
    let beyond = paid.saturating_sub(bill.own);
    let prepaid_fund = beyond.min(bill.fund);
    let account = beyond - prepaid_fund;
    let (prepaid_account, account_kept) = if is_final { (0, account) } else { (account, 0) };
    Payment {
        paid,
        prepaid_fund,
        prepaid_account,
        account_kept,
        own_due: bill.own.saturating_sub(paid),
        carried: bill.total() - paid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BENEFIT: Benefit = Benefit {
        in_policy_share: 0.9,
        deductible_yuan: 500.0,
        deductible_open_share: 0.5,
        fund_share: 0.8,
        cap_yuan: f64::INFINITY,
        account_share: 0.25,
    };

    #[test]
    fn a_bill_is_split_to_the_fen_as_worked_by_hand() {
        // 1,000.01 yuan; covered 900.00; open deductible 500 × 0.25/0.5 = 250; fund 80 % of 650.
        let bill = split_bill(100_001, &BENEFIT, 0.25, 1.0);
        assert_eq!(bill, Bill { fund: 52_000, account: 12_000, own: 36_001 });
        assert_eq!(bill.total(), 100_001);
    }

    #[test]
    fn a_final_pathway_keeps_account_money_with_its_owner() {
        let bill = Bill { fund: 0, account: 3_000, own: 1_000 };
        let cash = payment(4_000, bill, true);
        assert_eq!((cash.prepaid_fund, cash.prepaid_account, cash.account_kept), (0, 0, 3_000));
        let conversion = payment(4_000, bill, false);
        assert_eq!((conversion.prepaid_account, conversion.account_kept), (3_000, 0));
    }

    #[test]
    fn a_deposit_below_the_own_share_leaves_own_money_due() {
        let bill = Bill { fund: 6_000, account: 0, own: 4_000 };
        let paid = payment(asked_fen(Pays::DepositYuan(15.0), bill), bill, false);
        assert_eq!((paid.paid, paid.prepaid_fund, paid.own_due, paid.carried), (1_500, 0, 2_500, 8_500));
    }
}
