//! What holds when a key is left out, each with its unit and reason. Nothing else in the check
//! fills in a number.

/// Days simulated before the announcement: long enough for the warm-up and for a week of
/// ordinary waits to compare with.
pub(super) const DAYS_BEFORE_ANNOUNCEMENT: i64 = 14;
/// Days simulated after the latest planned return: a quarter, in which most claim periods end.
pub(super) const DAYS_AFTER_RETURN: i64 = 90;
/// Working days left out of routine waits: desks that start empty fill within a working week.
pub(super) const WARM_UP_WORKING_DAYS: u32 = 5;

/// Heads in a household: 2.62 in the census of 2020.
pub(super) const HOUSEHOLD_SIZE: f64 = 2.62;
/// Coefficient of variation of the day effect: none, days vary as Poisson counts do.
pub(super) const DAY_EFFECT_CV: f64 = 0.0;
/// Cash in hand in monthly incomes: ready money of about two months.
pub(super) const CASH_MONTHS: f64 = 2.0;
/// Share of people treated in their home district: all.
pub(super) const HOME_DISTRICT_SHARE: f64 = 1.0;

/// Coefficient of variation of site size: all sites of a group are alike.
pub(super) const SIZE_CV: f64 = 0.0;
/// Open days within which the next try falls: people come back within the week.
pub(super) const RETRY_WITHIN_DAYS: u32 = 3;
/// Tries after the first, after which a claim is given up.
pub(super) const RETRY_TRIES: u32 = 3;
/// Routine matters a day: none of their own (a hall's routine is the agency business).
pub(super) const ROUTINE_PER_DAY: f64 = 0.0;
/// Share of routine matters met by a stop that come back: all, which errs towards load.
pub(super) const ROUTINE_RETURNS_SHARE: f64 = 1.0;

/// Factor on the bill by group of sites: none.
pub(super) const BILL_FACTOR: f64 = 1.0;
/// Share of care that can wait: none.
pub(super) const ELECTIVE_SHARE: f64 = 0.0;
/// Share of the elective care put off: none.
pub(super) const DEFERRED_SHARE: f64 = 0.0;
/// Share of business done online: none.
pub(super) const ONLINE_SHARE: f64 = 0.0;
/// Share of online demand that goes to the halls when online is down: none, it waits.
pub(super) const ONLINE_TO_HALL_SHARE: f64 = 0.0;

/// Share of a bill that the policy covers: all of it.
pub(super) const IN_POLICY_SHARE: f64 = 1.0;
/// Deductible in yuan: none.
pub(super) const DEDUCTIBLE_YUAN: f64 = 0.0;
/// Share of people whose deductible is open: all, so that a deductible that is given is taken.
pub(super) const DEDUCTIBLE_OPEN_SHARE: f64 = 1.0;
/// Fund's share: nothing, the patient owes the bill.
pub(super) const FUND_SHARE: f64 = 0.0;
/// Most that the fund pays a year: no limit.
pub(super) const CAP_YUAN: f64 = f64::INFINITY;
/// Account's share of what the fund leaves: nothing.
pub(super) const ACCOUNT_SHARE: f64 = 0.0;

/// Refunds below this many yuan are small: none is.
pub(super) const SMALL_REFUND_YUAN: f64 = 0.0;
/// Share of refunds claimed: all. The share of small ones is that of the others.
pub(super) const CLAIMED_SHARE: f64 = 1.0;
/// Share of people who come on the first open day: three in ten.
pub(super) const RUSH_SHARE: f64 = 0.3;
/// Of the others, share who come on each further open day: half of them within the working week.
pub(super) const DAILY_SHARE: f64 = 0.15;
/// Share of latecomers whom a deadline pulls in: half.
pub(super) const DEADLINE_PULL_SHARE: f64 = 0.5;
/// Share who lack a paper and come again: none.
pub(super) const REWORK_SHARE: f64 = 0.0;
/// Share refused: none.
pub(super) const REFUSED_SHARE: f64 = 0.0;
/// Days from a payment run until the money is there: the same day.
pub(super) const LAG_DAYS: u32 = 0;
/// Days by which a schedule extends a claim period: none.
pub(super) const EXTENDED_DAYS: u32 = 0;

/// Longest supply of a stock-up in days: a month, four weeks being the rule of the Long-term
/// Prescription Rules (trial) of 2021.
pub(super) const SUPPLY_DAYS: u32 = 30;
/// Share of those not due who stock up all the same: none.
pub(super) const NEEDLESS_SHARE: f64 = 0.0;
/// Share of those in hospital whom an interim settlement or a conversion reaches: all.
pub(super) const INPATIENT_SHARE: f64 = 1.0;
/// Days before the planned discharge from which a patient may be fit: one.
pub(super) const FIT_DAYS: f64 = 1.0;
/// Minutes of desk work a patient in a measure: none.
pub(super) const MEASURE_MINUTES: f64 = 0.0;
