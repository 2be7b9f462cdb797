//! The event log of one replication: one row per thing that happens to a claim.

use crate::calendar::SimTime;
use crate::scenario::world::SiteId;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// A visit met the outage and was paid; the amount is what the patient paid.
    Paid,
    /// A visit was put off.
    Deferred,
    /// A refill was bought before the stop instead of when due.
    BoughtEarly,
    /// A refill or matter due in the outage had been moved before it.
    StockedUp,
    /// A visit was forgone.
    Forgone,
    /// A claim came to a desk.
    Came,
    /// A window took it.
    Started,
    /// A step was done.
    Finished,
    /// It left without service.
    Left,
    /// Papers were missing; it comes again.
    Rework,
    /// It was refused.
    Refused,
    /// Money was refunded; the amount is the refund.
    Refunded,
    /// The claim was lost; the amount is the prepayment lost.
    Lost,
}

impl Event {
    /// The word in the log.
    pub fn word(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Deferred => "deferred",
            Self::BoughtEarly => "bought-early",
            Self::StockedUp => "stocked-up",
            Self::Forgone => "forgone",
            Self::Came => "came",
            Self::Started => "started",
            Self::Finished => "finished",
            Self::Left => "left",
            Self::Rework => "rework",
            Self::Refused => "refused",
            Self::Refunded => "refunded",
            Self::Lost => "lost",
        }
    }
}

/// One row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceRow {
    /// When.
    pub time: SimTime,
    /// Where it happened.
    pub site: SiteId,
    /// Site of the visit.
    pub origin: SiteId,
    /// Person or day of the key.
    pub person: u32,
    /// Number of the visit.
    pub visit: u32,
    /// Care type.
    pub care: u8,
    /// Scheme.
    pub scheme: u8,
    /// Pathway; none for work before the stop.
    pub pathway: Option<u16>,
    /// Step of the pathway.
    pub step: u8,
    /// What.
    pub event: Event,
    /// Amount in fen where there is one.
    pub fen: i64,
    /// The window that took it, from 0; none where no window did.
    pub window: Option<u32>,
}

impl TraceRow {
    /// Order of the log.
    pub fn order(&self) -> (SimTime, SiteId, SiteId, u32, u32, Event) {
        (self.time, self.site, self.origin, self.person, self.visit, self.event)
    }
}
