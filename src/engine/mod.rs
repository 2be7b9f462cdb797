//! Two ways to serve a desk that give the same answers: the event calendar, short and obviously
//! right, and the kernel, several times sooner.
//!
//! Jobs come in order of arrival; some come again on a later day. Windows take the job at the
//! head of the queue, non-preemptively; the lowest free open window takes it. Work with nobody
//! present lies in the tray and is started only when a window would be idle. A waiting person has
//! deadlines that were known on arrival: closing, loss of the service, and patience. Whoever would
//! start past one leaves, and uses no window.
//!
//! Service in hand when a desk closes is finished; so it is at a stop, unless the stop freezes it: then
//! the job keeps its window and goes on where it was at the second at which its service is back, open
//! hours or not. What it still needs is known from its start; the learning curve that counts is that of
//! its start.
//!
//! An engine knows times and windows; it never sees yuan. What a finished or leaving job means is
//! decided by the [`Flow`], whose answer may be the same job coming again.

mod calendar;
pub mod event;
mod job;
mod kernel;

use crate::calendar::SimTime;
use crate::desk::{Learning, Roster};
use crate::schedule::Interval;

pub use job::{Flow, Job, Lane, Leave, Remains};

/// How desks are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Engine {
    /// The streaming kernel.
    #[default]
    Kernel,
    /// The event calendar: the oracle.
    Calendar,
}

impl Engine {
    /// Both of them.
    pub const ALL: &'static [Self] = &[Self::Kernel, Self::Calendar];

    /// The word used on the command line and in results.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Kernel => "kernel",
            Self::Calendar => "calendar",
        }
    }
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
    /// The stops that freeze service in hand, as a bit mask over `stops`; at the others it is finished.
    pub freezes: u64,
    /// Learning curve, with the moment of the return that starts it.
    pub learning: Option<(&'a Learning, SimTime)>,
    /// End of the simulation.
    pub horizon: SimTime,
    /// Whether any job here may be called before others.
    pub has_priority_lane: bool,
}

impl DeskRun<'_> {
    /// Seconds of work that a job is which starts at a moment, the learning curve included; a service
    /// takes a second at least.
    #[inline]
    fn work_of(&self, job: &Job, start: SimTime) -> u32 {
        let mut service = job.service;
        if let Some((learning, back)) = self.learning.filter(|(_, back)| *back <= start) {
            let slower = f64::from(service) * learning.factor(start.0 - back.0);
            service = (slower + 0.5) as u32;
        }
        service.max(1)
    }

    /// Whether a stop holds at a moment that freezes a job in hand.
    fn is_frozen(&self, job: &Job, time: SimTime) -> bool {
        stops_of(self.stops, job.stopped_by & self.freezes).any(|stop| stop.contains(time))
    }
}

/// The stops of a mask.
fn stops_of(stops: &[Interval], mask: u64) -> impl Iterator<Item = &Interval> {
    stops.iter().enumerate().filter(move |(index, _)| mask >> index & 1 == 1).map(|(_, stop)| stop)
}

/// Memory that is used again for every desk.
#[derive(Debug, Default)]
pub struct Scratch {
    calendar: calendar::Memory,
    kernel: kernel::Memory,
}

impl Scratch {
    /// The kernel's service of a desk without a priority lane, in stretches of time.
    pub(crate) fn in_stretches<'a, 'd, F: Flow>(
        &'a mut self,
        desk: &'a DeskRun<'d>,
        flow: &'a mut F,
    ) -> kernel::Service<'a, 'd, F> {
        kernel::Service::new(desk, flow, &mut self.kernel)
    }
}

/// A limit of the engine was passed: the scenario asks for more than can be meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyEvents {
    /// When.
    pub at: SimTime,
}

/// Arrivals that one desk may have in one replication, those that come again included.
pub const EVENTS_MAX: u64 = 200_000_000;

/// Serves one desk from the start to the horizon. `jobs` must be in order of [`Job::rank`].
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
        Engine::Kernel => kernel::serve(desk, jobs, flow, &mut scratch.kernel),
        Engine::Calendar => calendar::serve(desk, jobs, flow, &mut scratch.calendar),
    }
}
