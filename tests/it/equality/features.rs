//! Everything in the language that touches desks and claims, as a declared list; and how one sees
//! that a case really has it.

use std::collections::{BTreeMap, BTreeSet};

use cutover::calendar::SimTime;
use cutover::desk::DeskSpec;
use cutover::replication::{Model, Outcome};
use cutover::scenario::raw::{Contact, DemandKind, MeasureKind, Place, SiteKind};
use cutover::schedule::{ReturnKind, Suspension};
use cutover::trace::{Event, TraceRow};

/// Declares the list.
macro_rules! features {
    ($($name:ident $seen:ident,)*) => {
        /// Something that the language has.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Feature { $($name,)* }

        /// All of them.
        pub(crate) const FEATURES: &[Feature] = &[$(Feature::$name,)*];

        impl Feature {
            /// When a case counts as having it.
            pub(crate) fn counts_when(self) -> Seen {
                match self { $(Self::$name => Seen::$seen,)* }
            }
        }
    };
}

/// When a case counts as having a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    /// It happened in the run: an event or a count of it is there.
    Happened,
    /// The scenario has it, where there is demand that meets it.
    Set,
}

features! {
    // Opening hours and windows.
    LunchBreak Happened,
    ClosedDays Happened,
    AroundTheClock Happened,
    DatedHours Set,
    SeveralWindows Happened,
    SurgeWindows Happened,
    Overtime Happened,
    Ramp Happened,
    LearningCurve Happened,
    // Queues.
    LastTicket Happened,
    Balking Happened,
    BalkingThroughMidnight Happened,
    SentHomeAtClosing Happened,
    ServiceLostWhileWaiting Happened,
    ComingAgain Happened,
    GivingUp Happened,
    PriorityLane Happened,
    FixedMinutes Set,
    RoutineMeetsStop Happened,
    OpenAtHorizon Happened,
    // What claims do.
    CalledStep Happened,
    RemoteStep Happened,
    AutomaticStep Happened,
    BackOffice Happened,
    Station Happened,
    HallOfSeveralSites Happened,
    Outside Happened,
    IntakeWhileDown Happened,
    Rework Happened,
    RefusedToAnotherPathway Happened,
    PaymentRun Happened,
    Deadline Happened,
    DeadlinePull Happened,
    SeveralDistricts Set,
    // Who comes.
    Refills Happened,
    Sessions Happened,
    Stays Happened,
    Business Happened,
    OnlineTurnsToHalls Set,
    Deferral Happened,
    // Stops.
    SeveralStops Happened,
    SecondStop Happened,
    ScopedStop Set,
    Waves Happened,
    Unannounced Happened,
    Overrun Happened,
    Runbook Happened,
    EarlyReturn Happened,
    Slip Happened,
    RolledBack Happened,
    Unstable Happened,
    FrozenInHand Happened,
    // Measures.
    StockUp Happened,
    SettleBefore Happened,
    InterimSettlement Happened,
    ConvertBefore Happened,
    CutOffMissed Happened,
    BringForward Happened,
}

/// A set of features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Set(u64);

impl Set {
    pub(crate) fn has(self, feature: Feature) -> bool {
        self.0 >> feature as u32 & 1 == 1
    }

    pub(crate) fn add(&mut self, feature: Feature) {
        self.0 |= 1 << feature as u32;
    }

    pub(crate) fn remove(&mut self, feature: Feature) {
        self.0 &= !(1 << feature as u32);
    }
}

/// Of the features that a case was given, those that it really has: what can be seen in the run
/// must have happened there.
pub(crate) fn seen(given: Set, model: &Model, outcome: &Outcome) -> Set {
    let sight = Sight { model, outcome, comes_again: comes_again(&outcome.trace) };
    let mut seen = Set::default();
    for &feature in FEATURES {
        let counts = match feature.counts_when() {
            Seen::Set => given.has(feature),
            Seen::Happened => sight.happened(feature),
        };
        if counts {
            seen.add(feature);
        }
    }
    seen
}

struct Sight<'a> {
    model: &'a Model,
    outcome: &'a Outcome,
    comes_again: bool,
}

/// Whether somebody who left was served later for the same step.
fn comes_again(trace: &[TraceRow]) -> bool {
    let mut gone = BTreeSet::new();
    trace.iter().any(|row| {
        let key = (row.origin, row.person, row.visit, row.pathway, row.step);
        match row.event {
            Event::Left => {
                gone.insert(key);
                false
            }
            Event::Started => gone.contains(&key),
            _ => false,
        }
    })
}

/// The last day on which someone may come again who has left a desk on a day.
fn last_day_of_retry(desk: &DeskSpec, day: u32) -> u32 {
    let first = desk.hours.first_open(SimTime::at(day + 1, 0));
    let last = first + desk.retry_within_days.max(1) as usize - 1;
    desk.hours.open_days.get(last).copied().unwrap_or(u32::MAX)
}

impl Sight<'_> {
    fn happened(&self, feature: Feature) -> bool {
        use Feature as F;
        let record = &self.outcome.record;
        let left = |reason: usize| record.desks.iter().any(|desk| desk.left[reason] > 0);
        let lost = |reason: usize| record.cells.iter().any(|cell| cell.claims_lost[reason] > 0);
        match feature {
            F::LunchBreak => self.desk(|desk| desk.hours.days.iter().any(|day| day.len() > 1)),
            F::ClosedDays => self.desk(|desk| desk.hours.days.iter().any(Vec::is_empty)),
            F::AroundTheClock => self.desk(|desk| desk.hours.days.iter().any(|day| day[..] == [(0, 86_400)])),
            F::SeveralWindows => self.rows(Event::Started).any(|row| row.window.is_some_and(|window| window > 0)),
            F::PriorityLane => self.desk(|desk| desk.priority_classes != 0),
            F::SurgeWindows => self.is_in_force(MeasureKind::Surge),
            F::Overtime => self.is_in_force(MeasureKind::Overtime),
            F::Ramp => self.stop(|stop, _, end| !stop.ramp.is_empty() && end < self.horizon()),
            F::LearningCurve => self.learns(),
            F::Balking => left(0),
            F::BalkingThroughMidnight => self.balks_through_midnight(),
            F::SentHomeAtClosing => left(1),
            F::LastTicket => left(2),
            F::ServiceLostWhileWaiting => left(3),
            F::ComingAgain => self.comes_again,
            F::GivingUp => lost(2),
            F::RoutineMeetsStop => record.desks.iter().any(|desk| desk.routine_lapsed > 0),
            F::OpenAtHorizon => record.desks.iter().any(|desk| desk.present > 0),
            F::CalledStep => self.step_started(|step| step.contact == Contact::Called),
            F::RemoteStep => self.step_started(|step| step.contact == Contact::Remote),
            F::AutomaticStep => self.passed(|step| step.contact == Contact::Automatic),
            F::Outside => self.passed(|step| step.at == Place::Outside),
            F::BackOffice => self.started_at(SiteKind::BackOffice) > 0,
            F::Station => self.started_at(SiteKind::Station) > 0,
            F::HallOfSeveralSites => self.started_at(SiteKind::Hall) > 1,
            F::IntakeWhileDown => self.intake_while_down(),
            F::Rework => self.any(Event::Rework),
            F::RefusedToAnotherPathway => self.any(Event::Refused),
            F::PaymentRun => self.refunded_by_transfer(),
            F::Deadline => lost(1),
            F::DeadlinePull => self.pulled(),
            F::Business => self.paid(DemandKind::Business),
            F::Refills => self.paid(DemandKind::Refills),
            F::Sessions => self.paid(DemandKind::Sessions),
            F::Stays => self.paid(DemandKind::Stays),
            F::Deferral => self.any(Event::Deferred),
            F::StockUp => self.any(Event::BoughtEarly),
            F::SettleBefore => self.stay_work("ward"),
            F::InterimSettlement => self.stay_work("psych"),
            F::ConvertBefore => self.stay_work("birth"),
            F::CutOffMissed => record.cells.iter().any(|cell| cell.before_stop_missed > 0),
            F::BringForward => self.brought_forward(),
            _ => self.stop_happened(feature),
        }
    }

    fn stop_happened(&self, feature: Feature) -> bool {
        use Feature as F;
        let horizon = self.horizon();
        match feature {
            F::RolledBack => self.fell_into(false),
            F::Unstable => self.fell_into(true),
            F::FrozenInHand => self.outcome.record.desks.iter().any(|desk| desk.frozen > 0),
            F::SeveralStops => self.has_stop("agency"),
            F::SecondStop => self.has_stop("second"),
            F::Waves => self.stop(|stop, _, end| !stop.waves.is_empty() && end < horizon),
            F::Unannounced => self.stop(|stop, _, _| stop.kind == ReturnKind::Unannounced),
            F::Overrun => self.stop(|stop, _, end| {
                stop.overrun_hours.is_some() && stop.kind != ReturnKind::Unannounced && end > stop.planned
            }),
            F::Runbook => self.stop(|stop, _, _| stop.after_task.is_some()),
            F::EarlyReturn => self.stop(|stop, _, end| stop.early.is_some() && end < stop.planned),
            F::Slip => self.stop(|stop, start, _| start > stop.stop),
            other => panic!("{other:?} is seen nowhere"),
        }
    }

    fn horizon(&self) -> SimTime {
        self.model.scenario.horizon()
    }

    /// Whether a stop within the horizon is so.
    fn stop(&self, is: impl Fn(&Suspension, SimTime, SimTime) -> bool) -> bool {
        let stops = self.model.scenario.suspensions.iter().zip(&self.outcome.actual);
        stops.filter(|(_, actual)| actual.start < self.horizon()).any(|(stop, at)| is(stop, at.start, at.end))
    }

    /// Whether a stop came a second time after a roll-back, or failed after its return, and a claim, or
    /// a visit, met that.
    fn fell_into(&self, is_failure: bool) -> bool {
        let later = self.outcome.downs.iter().skip(self.outcome.actual.len());
        let meant = later.filter(|down| down.is_return != is_failure).map(|down| down.span);
        let meant: Vec<_> = meant.filter(|span| span.start < span.end && span.start < self.horizon()).collect();
        self.rows(Event::Paid).any(|row| meant.iter().any(|span| span.contains(row.time)))
    }

    fn has_stop(&self, key: &str) -> bool {
        self.stop(|stop, start, end| stop.key == key && start < end)
    }

    fn any(&self, event: Event) -> bool {
        self.outcome.trace.iter().any(|row| row.event == event)
    }

    /// Whether a claim was taken at such a desk.
    fn desk(&self, is: impl Fn(&DeskSpec) -> bool) -> bool {
        let desk_of = |row: &TraceRow| self.model.scenario.group_of(row.site).desk.as_ref();
        self.rows(Event::Started).any(|row| desk_of(row).is_some_and(&is))
    }

    /// Whether a claim balked, which was known only after midnight, and came again. The log does not
    /// say when it was known: here the next coming falls on a later day than any on which it could
    /// fall had it been known on the day of the coming before. Whoever comes while something is
    /// down may leave for that, and is left out; so are routine matters, which are not in the log.
    fn balks_through_midnight(&self) -> bool {
        let scenario = &self.model.scenario;
        let mut left = BTreeMap::new();
        self.outcome.trace.iter().any(|row| {
            let key = (row.site, row.origin, row.person, row.visit, row.pathway, row.step);
            let came: &mut (SimTime, bool) = left.entry(key).or_insert((SimTime::NEVER, false));
            match row.event {
                Event::Came => {
                    let (before, has_balked) = std::mem::replace(came, (row.time, false));
                    let desk = scenario.group_of(row.site).desk.as_ref();
                    has_balked && desk.is_some_and(|desk| row.time.day() > last_day_of_retry(desk, before.day()))
                }
                Event::Left => {
                    came.1 = came.0 == row.time && !self.is_anything_down(row.time);
                    false
                }
                _ => false,
            }
        })
    }

    /// Whether any stop holds at a moment at any site.
    fn is_anything_down(&self, time: SimTime) -> bool {
        let mut spans = self.outcome.downs.iter().map(|down| {
            let stop = &self.model.scenario.suspensions[usize::from(down.stop)];
            let late = stop.waves.iter().map(|wave| wave.delay.0).max().unwrap_or(0);
            (down.span.start, SimTime(down.span.end.0.saturating_add(late)))
        });
        spans.any(|(start, end)| start <= time && time < end)
    }

    /// Whether a claim was taken of those whom a deadline may pull.
    fn pulled(&self) -> bool {
        self.rows(Event::Started).any(|row| {
            let way = row.pathway.map(|way| &self.model.scenario.pathways[usize::from(way)]);
            way.is_some_and(|way| way.window.is_some() && way.returns.deadline_pull_share > 0.0)
        })
    }

    fn is_in_force(&self, kind: MeasureKind) -> bool {
        let actual = &self.outcome.actual;
        self.model.scenario.measures.iter().filter(|measure| measure.kind == kind).any(|measure| {
            let from = measure.from.resolve(actual, SimTime::NEVER);
            from < self.horizon() && from < measure.until.resolve(actual, SimTime::NEVER)
        })
    }

    /// Whether a claim was taken at a desk on its learning curve.
    fn learns(&self) -> bool {
        let scenario = &self.model.scenario;
        let mut back = BTreeMap::new();
        for (stop, actual) in scenario.suspensions.iter().zip(&self.outcome.actual) {
            for service in (0..scenario.services.len() as u16).filter(|service| stop.services >> service & 1 == 1) {
                let first = back.entry(service).or_insert(actual.end);
                *first = actual.end.min(*first);
            }
        }
        self.rows(Event::Started).any(|row| {
            let desk = scenario.group_of(row.site).desk.as_ref();
            let learning = desk.and_then(|desk| desk.learning.as_ref());
            learning.is_some_and(|curve| back.get(&curve.after).is_some_and(|back| *back <= row.time))
        })
    }

    fn rows(&self, event: Event) -> impl Iterator<Item = &TraceRow> {
        self.outcome.trace.iter().filter(move |row| row.event == event)
    }

    fn step_of(&self, row: &TraceRow) -> Option<&cutover::pathway::Step> {
        let way = &self.model.scenario.pathways[usize::from(row.pathway?)];
        way.steps.get(usize::from(row.step))
    }

    fn step_started(&self, is: impl Fn(&cutover::pathway::Step) -> bool) -> bool {
        self.rows(Event::Started).any(|row| self.step_of(row).is_some_and(&is))
    }

    /// Whether a claim of a pathway with such a step came to its end, and so went through it.
    fn passed(&self, is: impl Fn(&cutover::pathway::Step) -> bool) -> bool {
        self.rows(Event::Refunded).any(|row| {
            let way = row.pathway.map(|way| &self.model.scenario.pathways[usize::from(way)]);
            way.is_some_and(|way| way.steps.iter().any(&is))
        })
    }

    /// Sites from which claims were taken at desks of a kind.
    fn started_at(&self, kind: SiteKind) -> usize {
        let scenario = &self.model.scenario;
        let here = self.rows(Event::Started).filter(|row| scenario.group_of(row.site).kind == kind);
        here.filter(|row| row.origin != row.site).map(|row| row.origin).collect::<BTreeSet<_>>().len()
    }

    fn intake_while_down(&self) -> bool {
        self.rows(Event::Started).any(|row| {
            let is_intake = self.step_of(row).is_some_and(|step| step.needs.is_none());
            is_intake && self.outcome.downs.iter().any(|down| down.span.contains(row.time))
        })
    }

    fn refunded_by_transfer(&self) -> bool {
        self.rows(Event::Refunded).any(|row| {
            let way = row.pathway.map(|way| &self.model.scenario.pathways[usize::from(way)]);
            way.is_some_and(|way| matches!(way.refund, cutover::pathway::Refund::Transfer { .. }))
        })
    }

    fn paid(&self, kind: DemandKind) -> bool {
        self.rows(Event::Paid).any(|row| self.model.scenario.care[usize::from(row.care)].kind == kind)
    }

    /// Whether work that a measure makes for stays of a care type was taken or left undone.
    fn stay_work(&self, care: &str) -> bool {
        self.outcome.trace.iter().any(|row| {
            let is_done = row.event == Event::Started || row.event == Event::Left;
            is_done && row.pathway.is_none() && self.model.scenario.care[usize::from(row.care)].key == care
        })
    }

    fn brought_forward(&self) -> bool {
        let scenario = &self.model.scenario;
        let cells = self.outcome.record.cells.chunks(scenario.schemes.len());
        let business = scenario.care.iter().zip(cells).filter(|(care, _)| care.kind == DemandKind::Business);
        business.flat_map(|(_, cells)| cells).any(|cell| cell.parts[3] > 0)
    }
}
