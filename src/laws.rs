//! Conservation laws, checked at the end of every replication, in release builds too.
//!
//! A breach is a defect of the program or a limit passed, never a property of a city; it names
//! seed, replication and, where there is one, site and time, so that the replication can be run
//! alone.

use std::fmt;

use crate::calendar::SimTime;
use crate::record::{Cell, DeskTally, Ledger, Record};
use crate::scenario::world::{Scenario, SiteId};

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
    let cells = |of: fn(&Cell) -> i64| record.cells.iter().map(of).sum::<i64>();
    let days: i64 = record.refunded.iter().sum();
    equal("refunds by day", days, "refunds by care type", cells(|cell| cell.refunded)).map_err(breach)?;
    let days: i64 = record.self_pay.iter().sum();
    equal("self-pay by day", days, "self-pay by care type", cells(|cell| cell.self_pay)).map_err(breach)?;
    ledger_laws(&record.ledger, cells(|cell| cell.carried)).map_err(breach)
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
    equal("self-pay", cell.self_pay, "bills less what providers carry", paid)
}

/// Everything that providers carry has stood on the ledger once, and nothing was taken off that
/// was not on it.
fn ledger_laws(ledger: &Ledger, carried: i64) -> Result<(), String> {
    equal("put on the ledger", ledger.put_on(), "carried by care type", carried)?;
    let least = ledger.at_hour_ends().min().unwrap_or(0);
    if least >= 0 { Ok(()) } else { Err(format!("the ledger falls to {least} fen")) }
}

fn desk_laws(desk: &DeskTally) -> Result<(), String> {
    let ended = desk.finished + desk.gone + desk.present;
    equal("claims entered", desk.entered, "finished + lost + present", ended)?;
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
        assert_eq!(ledger_laws(&ledger, 301), Err("put on the ledger 300 is not carried by care type 301".to_owned()));
    }

    #[test]
    fn a_visit_counted_twice_is_a_breach() {
        let cell = Cell { affected: 1, parts: [1, 0, 0, 0, 1, 0], ..Cell::default() };
        assert!(cell_laws(&cell).is_err());
    }
}
