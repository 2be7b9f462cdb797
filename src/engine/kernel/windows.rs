//! The windows of a desk as the times at which each is free next: no calendar is needed to know
//! who starts when.

use crate::calendar::SimTime;
use crate::desk::RosterStep;

/// Windows over the roster, read forward in time.
pub(super) struct Windows<'a> {
    steps: &'a [RosterStep],
    /// When each window is free next.
    free: &'a mut Vec<u32>,
    /// First step not yet taken.
    step: usize,
    /// Windows open now.
    open: usize,
    /// First step from `step` on at which the desk closes for the day.
    close: usize,
}

impl<'a> Windows<'a> {
    /// All windows free, at the start.
    pub(super) fn new(steps: &'a [RosterStep], free: &'a mut Vec<u32>) -> Self {
        free.clear();
        let mut windows = Self { steps, free, step: 0, open: 0, close: 0 };
        windows.find_close();
        windows
    }

    /// Moves on to a moment: the windows are those of its second.
    #[inline]
    pub(super) fn advance(&mut self, time: SimTime) {
        while let Some(step) = self.steps.get(self.step).filter(|step| step.time <= time) {
            self.open = step.windows as usize;
            self.step += 1;
        }
        if self.close < self.step {
            self.find_close();
        }
    }

    fn find_close(&mut self) {
        let rest = &self.steps[self.step..];
        self.close = self.step + rest.iter().position(|step| step.closes_day).unwrap_or(rest.len());
    }

    /// When the desk next closes for the day.
    #[inline]
    pub(super) fn closing(&self) -> SimTime {
        self.steps.get(self.close).map_or(SimTime::NEVER, |step| step.time)
    }

    /// Whether the desk closes for the day at a moment to which it has just been moved on.
    pub(super) fn closes_at(&self, time: SimTime) -> bool {
        self.steps[..self.step].iter().rev().take_while(|step| step.time == time).any(|step| step.closes_day)
    }

    /// Whether no window opens any more on the day of this moment.
    #[inline]
    pub(super) fn is_over_for_today(&self, time: SimTime) -> bool {
        self.open == 0
            && self.steps[self.step..]
                .iter()
                .take_while(|step| step.time.day() == time.day())
                .all(|step| step.windows == 0)
    }

    /// First moment from `time` on, and before `limit`, at which an open window is free, with the
    /// lowest such window. `time` must not lie before the moment of the last [`Self::advance`].
    #[inline]
    pub(super) fn next_free(&mut self, time: SimTime, limit: SimTime) -> Option<(SimTime, usize)> {
        let (mut from, mut open, mut step) = (time.0, self.open, self.step);
        loop {
            let until = self.steps.get(step).map_or(u32::MAX, |step| step.time.0).min(limit.0);
            if self.free.len() < open {
                self.free.resize(open, 0);
            }
            if let Some(found) = earliest(&self.free[..open], from).filter(|(start, _)| *start < until) {
                return Some((SimTime(found.0), found.1));
            }
            if until >= limit.0 {
                return None;
            }
            from = from.max(until);
            open = self.steps[step].windows as usize;
            step += 1;
        }
    }

    /// Whether no window is taken beyond a moment.
    pub(super) fn are_free(&self, at: SimTime) -> bool {
        self.free.iter().all(|free| *free <= at.0)
    }

    /// A window is taken until a moment.
    #[inline]
    pub(super) fn take(&mut self, window: usize, until: SimTime) {
        self.free[window] = until.0;
    }
}

/// First moment from `from` on at which one of these windows is free, and the lowest of them.
#[inline]
fn earliest(free: &[u32], from: u32) -> Option<(u32, usize)> {
    let mut best = u32::MAX;
    let mut window = None;
    for (index, &at) in free.iter().enumerate() {
        if at <= from {
            return Some((from, index));
        }
        if at < best {
            (best, window) = (at, Some(index));
        }
    }
    window.map(|index| (best, index))
}
