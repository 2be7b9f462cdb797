//! Announced stops and returns: civil times that may hang on one another as long as there is no
//! circle.

use jiff::SignedDuration;
use jiff::civil::DateTime;

use super::complaint::{ComplaintKind, Complaints, allowed};
use super::names::Names;
use super::values::entries;
use crate::calendar::{Anchor, TimeError, TimeExpression};
use crate::scenario::quantity::TimeText;
use crate::scenario::raw::{Layer, Return};

/// Announced times of one stop.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Announced {
    /// The stop; none when it is missing or could not be read.
    pub(super) stop: Option<DateTime>,
    /// The return; none when none was announced or it could not be read.
    pub(super) planned: Option<DateTime>,
    /// A return was announced that could not be read.
    pub(super) unreadable: bool,
}

/// Reads a time, or complains.
pub(super) fn read(out: &mut Complaints, key: &str, text: &TimeText) -> Option<TimeExpression> {
    let read = TimeExpression::parse(&text.0).ok();
    if read.is_none() {
        let rule = allowed(TimeError::ALLOWED_ZH, TimeError::ALLOWED);
        out.add(ComplaintKind::Unreadable, key, &text.0, rule);
    }
    read
}

/// The key and text of an announced return; the rest of a return is checked with the stop.
pub(super) fn planned_text(returns: &Return) -> Option<(&'static str, &TimeText)> {
    match (&returns.fixed, &returns.estimated) {
        (Some(text), _) => Some(("fixed", text)),
        (None, Some(text)) => Some(("estimated", text)),
        (None, None) => None,
    }
}

/// What a time calls a stop: its name or, where only one stop has it, a service.
#[derive(Debug)]
pub(super) struct StopNames<'a> {
    names: &'a Names<'a>,
    services_stopped: Vec<Vec<usize>>,
}

/// What a name turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StopName {
    /// A stop.
    Stop(usize),
    /// A service that this schedule does not stop.
    NotStopped,
    /// Neither, or several stops; complained about.
    Wrong,
}

impl<'a> StopNames<'a> {
    /// Stops of a schedule with their services.
    pub(super) fn new(layer: &Layer, names: &'a Names<'a>) -> Self {
        let known = |services: &Option<Vec<String>>| {
            services.iter().flatten().filter_map(|name| names.services.index(name)).collect()
        };
        let services_stopped = entries(&layer.suspend).map(|(_, suspend)| known(&suspend.services)).collect();
        Self { names, services_stopped }
    }

    /// Looks a name up: stops first, then services.
    pub(super) fn find(&self, out: &mut Complaints, key: &str, name: &str) -> StopName {
        if let Some(stop) = self.names.suspensions.index(name) {
            return StopName::Stop(stop);
        }
        let Some(service) = self.names.services.index(name) else {
            let rule = allowed("必须是本方案的停机名称或业务名称", "must name a stop of this schedule, or a service");
            out.unknown(key, name, rule, self.names.suspensions.iter().chain(self.names.services.iter()));
            return StopName::Wrong;
        };
        let stopped = self.services_stopped.iter().enumerate();
        let with_it: Vec<usize> =
            stopped.filter(|(_, services)| services.contains(&service)).map(|(stop, _)| stop).collect();
        match with_it[..] {
            [] => StopName::NotStopped,
            [stop] => StopName::Stop(stop),
            _ => {
                let list = with_it.iter().map(|&stop| self.names.suspensions.name(stop)).collect::<Vec<_>>().join(", ");
                let rule = allowed(
                    format!("该业务有多次停机，请写明是哪一次：{list}"),
                    format!("several stops have this service; name one of them: {list}"),
                );
                out.inconsistent(key, name, rule);
                StopName::Wrong
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Part {
    Stop,
    Planned,
}

#[derive(Clone, Copy)]
enum State {
    Fresh,
    Busy,
    Done(Option<DateTime>),
}

/// The announced times on their way to being settled.
struct Settling<'l, 'o> {
    out: &'o mut Complaints,
    stop_names: &'o StopNames<'o>,
    announced_at: Option<DateTime>,
    written: Vec<[Option<(String, &'l TimeText)>; 2]>,
    state: Vec<[State; 2]>,
    path: Vec<String>,
}

/// Settles the announced times of all stops, in the order of the schedule.
pub(super) fn settle(
    out: &mut Complaints,
    layer: &Layer,
    stop_names: &StopNames<'_>,
    announced_at: Option<DateTime>,
) -> Vec<Announced> {
    let written: Vec<_> = entries(&layer.suspend)
        .map(|(name, suspend)| {
            let planned = suspend.returns.as_ref().and_then(planned_text);
            [
                suspend.stop.as_ref().map(|text| (format!("suspend.{name}.stop"), text)),
                planned.map(|(word, text)| (format!("suspend.{name}.return.{word}"), text)),
            ]
        })
        .collect();
    let count = written.len();
    let state = vec![[State::Fresh; 2]; count];
    let mut settling = Settling { out, stop_names, announced_at, written, state, path: Vec::new() };
    (0..count)
        .map(|index| {
            let stop = settling.settle(index, Part::Stop);
            let planned = settling.settle(index, Part::Planned);
            let unreadable = planned.is_none() && settling.written[index][Part::Planned as usize].is_some();
            Announced { stop, planned, unreadable }
        })
        .collect()
}

impl Settling<'_, '_> {
    fn settle(&mut self, stop: usize, part: Part) -> Option<DateTime> {
        match self.state[stop][part as usize] {
            State::Done(moment) => return moment,
            State::Busy => {
                self.complain_of_circle(stop, part);
                return None;
            }
            State::Fresh => {}
        }
        let (key, text) = self.written[stop][part as usize].clone()?;
        self.state[stop][part as usize] = State::Busy;
        self.path.push(key.clone());
        let moment = self.evaluate(&key, text);
        self.path.pop();
        self.state[stop][part as usize] = State::Done(moment);
        moment
    }

    fn complain_of_circle(&mut self, stop: usize, part: Part) {
        let Some((key, _)) = self.written[stop][part as usize].clone() else { return };
        let from = self.path.iter().position(|on_path| *on_path == key).unwrap_or(0);
        let circle = format!("{} → {key}", self.path[from..].join(" → "));
        let rule = allowed(
            "这些时间互相依赖，其中一个须写成日期时间",
            "these times hang on one another: write one of them as a date and time",
        );
        self.out.add(ComplaintKind::Cycle, key, circle, rule);
    }

    fn evaluate(&mut self, key: &str, text: &TimeText) -> Option<DateTime> {
        let expression = read(self.out, key, text)?;
        let base = match &expression.anchor {
            Anchor::Absolute(moment) => Some(*moment),
            Anchor::AnnouncedAt => self.announced_at,
            Anchor::Stop(name) => self.other(key, name, Part::Stop, text),
            Anchor::PlannedReturn(name) => self.other(key, name, Part::Planned, text),
            Anchor::Return(_) | Anchor::Visit | Anchor::MonthEnd | Anchor::YearEnd => {
                self.not_announced(key, text);
                None
            }
        }?;
        base.checked_add(SignedDuration::from_secs(expression.offset_seconds)).ok()
    }

    fn other(&mut self, key: &str, name: &str, part: Part, text: &TimeText) -> Option<DateTime> {
        match self.stop_names.find(self.out, key, name) {
            StopName::Stop(stop) if self.written[stop][part as usize].is_some() => self.settle(stop, part),
            StopName::Stop(_) | StopName::NotStopped => {
                self.not_announced(key, text);
                None
            }
            StopName::Wrong => None,
        }
    }

    fn not_announced(&mut self, key: &str, text: &TimeText) {
        let rule = allowed(
            "必须是日期时间，或以已公告的 announced_at、名称.stop、名称.planned_return 为准",
            "must be a date and time, or hang on announced_at, NAME.stop or NAME.planned_return as announced",
        );
        self.out.inconsistent(key, &text.0, rule);
    }
}
