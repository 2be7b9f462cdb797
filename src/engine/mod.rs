//! Two ways to serve a desk that give the same answers: the event calendar, short and obviously
//! right, and the kernel, several times sooner.
//!
//! Jobs come in order of arrival; some come again on a later day. Windows take the job at the
//! head of the queue, non-preemptively; the lowest free open window takes it. Work with nobody
//! present lies in the tray and is started only when a window would be idle. A waiting person has
//! deadlines that were known on arrival: closing, loss of the service, and patience. Whoever would
//! start past one leaves, and uses no window.
//!
//! An engine knows times and windows; it never sees yuan. What a finished or leaving job means is
//! decided by the [`Flow`], whose answer may be the same job coming again.

mod calendar;
pub mod event;
mod job;

use crate::calendar::SimTime;
use crate::desk::{Learning, Roster};
use crate::schedule::Interval;

pub use job::{Flow, Job, Lane, Leave, Remains};

/// How desks are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Engine {
    /// The event calendar: the oracle.
    #[default]
    Calendar,
}

/// One desk over the horizon.
#[derive(Debug, Clone, Copy)]
pub struct DeskRun<'a> {
    /// Windows.
    pub roster: &'a Roster,
    /// Seconds of the day after which no ticket is given.
    pub last_ticket: Option<u32>,
    /// When each stop holds at this site.
    pub stops: &'a [Interval],
    /// Learning curve, with the moment of the return that starts it.
    pub learning: Option<(Learning, SimTime)>,
    /// End of the simulation.
    pub horizon: SimTime,
}

/// Memory that is used again for every desk.
#[derive(Debug, Default)]
pub struct Scratch {
    calendar: calendar::Memory,
}

/// A limit of the engine was passed: the scenario asks for more than can be meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyEvents {
    /// When.
    pub at: SimTime,
}

/// Events one desk may have in one replication.
pub const EVENTS_MAX: u64 = 200_000_000;

/// Serves one desk from the start to the horizon. `jobs` must be in order of (arrival, order).
/// Returns the window-seconds worked before the horizon.
///
/// # Errors
///
/// [`TooManyEvents`] past [`EVENTS_MAX`] events.
pub fn serve<F: Flow>(
    engine: Engine,
    desk: &DeskRun<'_>,
    jobs: &[Job],
    flow: &mut F,
    scratch: &mut Scratch,
) -> Result<i64, TooManyEvents> {
    match engine {
        Engine::Calendar => calendar::serve(desk, jobs, flow, &mut scratch.calendar),
    }
}
