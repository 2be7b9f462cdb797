//! Work at a desk, and what happens to it.

use crate::calendar::SimTime;

/// Which line a job stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Called first.
    Priority,
    /// First in, first out.
    Ordinary,
    /// Nobody is present: waits for an idle window.
    Tray,
}

/// One piece of work at a desk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Job {
    /// When it comes.
    pub arrival: SimTime,
    /// Order among jobs that come at the same second: site, stream, then index; then the owner.
    pub order: u64,
    /// Service seconds, before the learning curve.
    pub service: u32,
    /// Longest wait accepted, seconds; or what the flow makes it of ([`Flow::patience`]).
    pub patience: u32,
    /// Stops that take its service away, as a bit mask over [`super::DeskRun::stops`].
    pub stopped_by: u64,
    /// Line.
    pub lane: Lane,
    /// Tries before this one.
    pub tries: u8,
    /// First moment at which starting it makes no sense any more.
    pub expires: SimTime,
    /// What the flow knows it by.
    pub owner: u32,
}

impl Job {
    /// Order in which jobs arrive: by the second, then by who they are.
    #[must_use]
    #[inline]
    pub fn rank(&self) -> (SimTime, u64, u32) {
        (self.arrival, self.order, self.owner)
    }
}

/// Why a job left without having been served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// The estimated wait exceeded the patience: left on arrival.
    Balked,
    /// Waited until the desk closed, or came when it was closed.
    Closed,
    /// Came after the last ticket.
    NoTicket,
    /// The service went down.
    ServiceLost,
    /// Too late to be of use.
    Expired,
}

/// Where a job is at the horizon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remains {
    /// In the queue or the tray.
    Waiting,
    /// At a window since then, until then.
    InService {
        /// When it started.
        start: SimTime,
        /// When it will be done.
        end: SimTime,
    },
    /// To come again after the horizon.
    NotCome,
}

/// What happens to jobs. Each answer may be a job that comes (again) to this desk, not earlier.
pub trait Flow {
    /// Longest wait that a job accepts, seconds. Asked only of those who have to wait.
    fn patience(&self, job: &Job) -> u32 {
        job.patience
    }
    /// Whether starting a job at a moment would be a longer wait than borne.
    fn is_past_patience(&self, job: &Job, time: SimTime) -> bool {
        time > job.arrival && time.0 > job.arrival.0.saturating_add(self.patience(job))
    }
    /// A window takes a job.
    fn started(&mut self, job: &Job, start: SimTime, window: u32);
    /// A job is done.
    fn finished(&mut self, job: &Job, start: SimTime, end: SimTime) -> Option<Job>;
    /// A job left at a moment without having been served. Whoever balks leaves on arrival, which is
    /// known only when the line has come so far: nothing can come of it before `now`.
    fn left(&mut self, job: &Job, at: SimTime, why: Leave, now: SimTime) -> Option<Job>;
    /// A job is still here at the horizon.
    fn remains(&mut self, job: &Job, state: Remains);
}
