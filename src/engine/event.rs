//! Events of a desk, and what comes first at the same second.

use crate::calendar::SimTime;

/// What comes first at one instant. Roster and service changes come with the expiries: they are
/// read from sorted lists, not from the calendar. Dispatch is the last act of an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// A window becomes free, so that it can take whoever comes in the same second.
    Completion,
    /// A paper in the tray makes no sense any more.
    Expiry,
    /// Someone comes, and meets the windows and services of that second.
    Arrival,
}

/// An entry of the event calendar, in a total order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// When.
    pub time: SimTime,
    /// What comes first.
    pub phase: Phase,
    /// Order within a phase: the window, or the job's own order.
    pub order: u64,
    /// Owner of the job, for two matters of one person in one second.
    pub owner: u32,
    /// The window that completes, or the job that expires or arrives.
    pub slot: u32,
}
