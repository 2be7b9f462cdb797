//! Replications on all threads, given on in the order of their numbers.
//!
//! Every thread takes the next number when it is free; which thread took which does not matter. What is finished
//! before its turn waits, and a thread that would run too far ahead of the slowest waits too, so that few
//! outcomes are in memory at a time, however many there are.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::Stopped;

/// Outcomes a thread that may be under way or waiting for their turn.
const AHEAD_A_THREAD: usize = 2;

/// Simulates a range of replications and gives each to `sink` in the order of their numbers. What was given is an
/// unbroken beginning, also of a run that ends early.
///
/// # Errors
///
/// Why it ended early: the failure of the first number that has one, or of the sink. Nothing after it is given.
pub(super) fn batch<T: Send>(
    numbers: Range<u32>,
    simulate: &(dyn Fn(u32) -> Result<T, Stopped> + Sync),
    sink: &mut (dyn FnMut(T) -> Result<(), Stopped> + Send),
) -> Result<(), Stopped> {
    let row = Row {
        line: Mutex::new(Line {
            next: numbers.start,
            end: numbers.end,
            given: numbers.start,
            ahead: BTreeMap::new(),
            is_closed: false,
            stopped: None,
            sink,
        }),
        moved: Condvar::new(),
        most_ahead: u32::try_from(AHEAD_A_THREAD * rayon::current_num_threads()).unwrap_or(u32::MAX),
    };
    rayon::broadcast(|_| {
        while let Some(number) = row.take() {
            let closing = Closing(&row);
            let outcome = simulate(number);
            row.put(number, outcome);
            std::mem::forget(closing);
        }
    });
    let line = row.line.into_inner().unwrap_or_else(PoisonError::into_inner);
    line.stopped.map_or(Ok(()), Err)
}

/// What threads share.
struct Row<'s, T> {
    line: Mutex<Line<'s, T>>,
    moved: Condvar,
    most_ahead: u32,
}

struct Line<'s, T> {
    /// The next number to simulate.
    next: u32,
    end: u32,
    /// The next number to give to the sink.
    given: u32,
    /// Outcomes that wait for those before them.
    ahead: BTreeMap<u32, Result<T, Stopped>>,
    /// Whether no more numbers are taken.
    is_closed: bool,
    stopped: Option<Stopped>,
    sink: &'s mut (dyn FnMut(T) -> Result<(), Stopped> + Send),
}

impl<'s, T> Row<'s, T> {
    fn lock(&self) -> MutexGuard<'_, Line<'s, T>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next number, when it is not too far ahead; none when there are no more to simulate.
    fn take(&self) -> Option<u32> {
        let is_far = |line: &mut Line<'s, T>| {
            !line.is_closed && line.next < line.end && line.next - line.given >= self.most_ahead
        };
        let mut line = self.moved.wait_while(self.lock(), is_far).unwrap_or_else(PoisonError::into_inner);
        if line.is_closed || line.next >= line.end {
            return None;
        }
        line.next += 1;
        Some(line.next - 1)
    }

    /// Gives on what has its turn.
    fn put(&self, number: u32, outcome: Result<T, Stopped>) {
        let mut line = self.lock();
        let line = &mut *line;
        line.is_closed |= outcome.is_err();
        line.ahead.insert(number, outcome);
        while line.stopped.is_none()
            && let Some(outcome) = line.ahead.remove(&line.given)
        {
            line.given += 1;
            if let Err(why) = outcome.and_then(&mut *line.sink) {
                line.is_closed = true;
                line.stopped = Some(why);
            }
        }
        self.moved.notify_all();
    }
}

/// Lets no thread wait for one that panicked.
struct Closing<'r, 's, T>(&'r Row<'s, T>);

impl<T> Drop for Closing<'_, '_, T> {
    fn drop(&mut self) {
        self.0.lock().is_closed = true;
        self.0.moved.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use super::*;

    fn on_threads<R: Send>(threads: usize, run: impl FnOnce() -> R + Send) -> R {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(run)
    }

    /// Some numbers take longer than others.
    fn slow(number: u32) {
        std::thread::sleep(Duration::from_micros(u64::from(number * 7_919 % 13) * 100));
    }

    #[test]
    fn outcomes_come_in_order_from_any_number_of_threads() {
        for threads in [1, 2, 5] {
            let mut found = Vec::new();
            let simulate = |number| {
                slow(number);
                Ok(number)
            };
            let mut sink = |number| {
                found.push(number);
                Ok(())
            };
            on_threads(threads, || batch(3..200, &simulate, &mut sink)).unwrap();
            assert!(found.iter().copied().eq(3..200), "{threads}");
        }
    }

    #[test]
    fn no_thread_runs_far_ahead_of_the_slowest() {
        let (given, farthest) = (AtomicU32::new(0), AtomicU32::new(0));
        let simulate = |number: u32| {
            farthest.fetch_max(number - given.load(Ordering::SeqCst), Ordering::SeqCst);
            if number.is_multiple_of(40) {
                std::thread::sleep(Duration::from_millis(20));
            }
            Ok(())
        };
        let mut sink = |()| {
            given.fetch_add(1, Ordering::SeqCst);
            Ok(())
        };
        on_threads(4, || batch(0..200, &simulate, &mut sink)).unwrap();
        let farthest = farthest.into_inner() as usize;
        assert!((1..AHEAD_A_THREAD * 4).contains(&farthest), "{farthest}");
    }

    #[test]
    fn a_failure_leaves_an_unbroken_beginning() {
        for (threads, fails, refuses, kept) in [(1, 30, 200, 30), (4, 30, 200, 30), (4, 120, 60, 60)] {
            let mut found = Vec::new();
            let simulate = |number| {
                slow(number);
                // Several fail; the first in order counts.
                if number >= fails { Err(Stopped::Interrupted) } else { Ok(number) }
            };
            let mut sink = |number| {
                if number >= refuses {
                    return Err(Stopped::Interrupted);
                }
                found.push(number);
                Ok(())
            };
            let failed = on_threads(threads, || batch(0..200, &simulate, &mut sink));
            assert!(matches!(failed, Err(Stopped::Interrupted)));
            assert!(found.iter().copied().eq(0..kept), "{threads}: {found:?}");
        }
    }

    #[test]
    #[should_panic = "a defect"]
    fn nobody_waits_for_a_thread_that_panicked() {
        let simulate = |number| if number == 5 { panic!("a defect") } else { Ok(()) };
        let _ = on_threads(3, || batch(0..1_000, &simulate, &mut |()| Ok(())));
    }
}
