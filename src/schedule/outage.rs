//! The state of the services in one replication: when they are really down.
//!
//! A stop of the schedule is down in one span or in several. As a whole it goes from its beginning to
//! its return, which is what measures and times that hang on the return are about; within it, and
//! after it, there are the spans in which its services are down, each a bit of the masks that jobs
//! carry.

use crate::calendar::SimTime;
use crate::scenario::raw::InHand;
use crate::scenario::world::Scenario;

use super::{Interval, Matter, ScopeMask, Suspension};

/// Spans in which services may be down in one replication: the bits of a mask.
pub const DOWNS_MAX: usize = 64;

/// One span in which the services of a stop are down, before waves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Down {
    /// The stop, by index.
    pub stop: u16,
    /// When.
    pub span: Interval,
    /// Whether it ends with the return of the stop, after which sites come back in waves; at the end
    /// of any other span all are back at once.
    pub is_return: bool,
}

/// When each stop really begins and ends, and when its services are down.
#[derive(Debug, Clone)]
pub struct Outage {
    /// One interval per stop, in the order of the schedule, from its beginning to its return, before
    /// waves.
    pub actual: Vec<Interval>,
    /// Spans in which services are down: the first one of each stop in the order of the schedule, then
    /// all others.
    downs: Vec<Down>,
    /// When all are back after each span, waves included.
    latest: Vec<SimTime>,
    /// Spans of each service, as a bit mask.
    by_service: Vec<u64>,
    /// Spans of everybody everywhere, with one end for all, as a bit mask.
    plain: u64,
}

/// Numbers of the bits set in a mask, ascending.
fn bits(mut mask: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let index = mask.trailing_zeros();
        (mask != 0).then(|| {
            mask &= mask - 1;
            index as usize
        })
    })
}

impl Outage {
    /// From when each stop really begins and ends, its services down all the while.
    pub fn new(scenario: &Scenario, actual: Vec<Interval>) -> Self {
        let whole = actual.iter().zip(0..).map(|(&span, stop)| Down { stop, span, is_return: true }).collect();
        Self::of_downs(scenario, actual, whole)
    }

    /// From when each stop really begins and ends, and the spans in which its services are down: the
    /// first one of each stop in the order of the schedule, then all others.
    pub fn of_downs(scenario: &Scenario, actual: Vec<Interval>, downs: Vec<Down>) -> Self {
        debug_assert!(downs.len() <= DOWNS_MAX, "the check allows no more");
        let stop_of = |down: &Down| &scenario.suspensions[usize::from(down.stop)];
        let latest = downs.iter().map(|down| {
            let waves = stop_of(down).waves.iter().filter(|_| down.is_return);
            let delay = waves.map(|wave| wave.delay.0).max().unwrap_or(0);
            SimTime(down.span.end.0.saturating_add(delay))
        });
        let mask_of = |is: &dyn Fn(&Down) -> bool| {
            let downs = downs.iter().enumerate().filter(|(_, down)| is(down));
            downs.fold(0, |mask, (index, _)| mask | 1 << index)
        };
        let is_for_all = |stop: &Suspension| stop.scope == ScopeMask::ALL && stop.except.is_none();
        let is_plain = |down: &Down| {
            let stop = stop_of(down);
            is_for_all(stop) && (stop.waves.is_empty() || !down.is_return)
        };
        let by_service =
            (0..scenario.services.len()).map(|service| mask_of(&|down| stop_of(down).services >> service & 1 == 1));
        Self { latest: latest.collect(), by_service: by_service.collect(), plain: mask_of(&is_plain), actual, downs }
    }

    /// Spans in which services are down, before waves, in the order of the bits of masks.
    pub fn all_downs(&self) -> &[Down] {
        &self.downs
    }

    /// When the first span begins and the last one ends, waves included; spans of no length are none.
    pub fn span(&self) -> (SimTime, SimTime) {
        let downs = || self.downs.iter().zip(&self.latest).filter(|(down, latest)| down.span.start < **latest);
        let from = downs().map(|(down, _)| down.span.start).min().unwrap_or(SimTime::NEVER);
        (from, downs().map(|(_, latest)| *latest).max().unwrap_or(SimTime::START))
    }

    /// The same of the spans of some stops; the end before the beginning when there is none.
    pub fn span_of(&self, scenario: &Scenario, is_meant: impl Fn(&Suspension) -> bool) -> Interval {
        let mut all = Interval { start: SimTime::NEVER, end: SimTime::START };
        for (down, latest) in self.downs.iter().zip(&self.latest) {
            if is_meant(&scenario.suspensions[usize::from(down.stop)]) {
                all.start = all.start.min(down.span.start);
                all.end = all.end.max(*latest);
            }
        }
        all
    }

    /// When services are down at a site, its wave included, in the order of the bits of masks.
    pub fn downs_at(&self, scenario: &Scenario, group: u16, district: u16) -> impl Iterator<Item = Interval> {
        self.downs.iter().map(move |down| {
            let Interval { start, end } = down.span;
            let stop = &scenario.suspensions[usize::from(down.stop)];
            let delay = if down.is_return { stop.wave_delay(group, district).0 } else { 0 };
            Interval { start, end: SimTime(end.0.saturating_add(delay)) }
        })
    }

    /// Spans that freeze service in hand, as a bit mask.
    pub fn freezes(&self, scenario: &Scenario) -> u64 {
        let spans = (0..self.downs.len()).filter(|&index| self.stop_of(scenario, index).in_hand == InHand::Freeze);
        spans.fold(0, |mask, index| mask | 1 << index)
    }

    /// Spans of a service, by index.
    fn downs_of(&self, service: u16) -> impl Iterator<Item = usize> {
        bits(self.by_service.get(usize::from(service)).copied().unwrap_or(0))
    }

    fn stop_of<'s>(&self, scenario: &'s Scenario, index: usize) -> &'s Suspension {
        &scenario.suspensions[usize::from(self.downs[index].stop)]
    }

    /// Spans that take a service away for a matter, as a bit mask.
    pub fn stop_mask(&self, scenario: &Scenario, service: u16, matter: &Matter) -> u64 {
        let all = self.by_service.get(usize::from(service)).copied().unwrap_or(0);
        let downs = bits(all & !self.plain).filter(|&index| self.stop_of(scenario, index).concerns(matter));
        downs.fold(all & self.plain, |mask, index| mask | 1 << index)
    }

    /// The span in which a service is down for a matter at a moment, as it is there, with its stop.
    pub fn down_at(
        &self,
        scenario: &Scenario,
        service: u16,
        matter: &Matter,
        time: SimTime,
    ) -> Option<(u16, Interval)> {
        self.downs_of(service).find_map(|index| {
            let down = &self.downs[index];
            // Most matters come at other times, and who they are need not be looked at.
            if time < down.span.start || time >= self.latest[index] {
                return None;
            }
            let span = self.span_for(scenario, index, matter)?;
            (time < span.end).then_some((down.stop, span))
        })
    }

    /// A span as it is for a matter, its wave included; none when it does not concern it.
    fn span_for(&self, scenario: &Scenario, index: usize, matter: &Matter) -> Option<Interval> {
        let down = &self.downs[index];
        if self.plain >> index & 1 == 1 {
            return Some(down.span);
        }
        let stop = self.stop_of(scenario, index);
        if !stop.concerns(matter) {
            return None;
        }
        let delay = if down.is_return { stop.wave_delay(matter.group, matter.district).0 } else { 0 };
        let Interval { start, end } = down.span;
        Some(Interval { start, end: SimTime(end.0.saturating_add(delay)) })
    }

    /// When a service is down for a matter: one interval for each span of it, which may overlap.
    pub fn downs(&self, scenario: &Scenario, service: u16, matter: &Matter) -> impl Iterator<Item = Interval> {
        self.downs_of(service).filter_map(|index| self.span_for(scenario, index, matter))
    }

    /// First moment from `time` on at which a service is up for a matter.
    pub fn up_from(&self, scenario: &Scenario, service: Option<u16>, matter: &Matter, time: SimTime) -> SimTime {
        let Some(service) = service else { return time };
        let mut moment = time;
        // Spans may overlap or follow one another; each pass leaves one of them behind.
        for _ in 0..=self.downs.len() {
            match self.down_at(scenario, service, matter, moment) {
                Some((_, span)) => moment = span.end,
                None => return moment,
            }
            if moment == SimTime::NEVER {
                return moment;
            }
        }
        moment
    }
}
