//! While the program simulates: a progress bar, signals, and how an early end is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use signal_hook::consts::{SIGINT, SIGTERM};

use super::output::{Failure, remark};
use crate::experiment::{Stopped, Watch};
use crate::units::Lang;

/// Threads that simulate.
pub(super) fn pool(threads: u32) -> Result<rayon::ThreadPool, Failure> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads as usize).build();
    pool.map_err(|error| Failure::work(error.to_string()))
}

/// Threads asked for, else all cores.
pub(super) fn threads_or_all(asked: Option<u32>) -> u32 {
    asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, |n| n.get() as u32))
}

/// Hears SIGINT and SIGTERM: 0 none, else the exit status.
pub(super) fn listen(lang: Lang) -> Arc<AtomicUsize> {
    let signal = Arc::new(AtomicUsize::new(0));
    for (number, status) in [(SIGINT, 130), (SIGTERM, 143)] {
        if signal_hook::flag::register_usize(number, Arc::clone(&signal), status).is_err() {
            remark(lang.pick(
                "此处无法接收中断信号，中止程序会丢失本次模拟",
                "signals cannot be caught here; stopping the program loses the run",
            ));
        }
    }
    signal
}

pub(super) fn progress_bar(is_silent: bool, planned: u32, lang: Lang) -> ProgressBar {
    if is_silent {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(u64::from(planned)), ProgressDrawTarget::stderr());
    let template = lang.pick(
        "模拟 {bar:30} {pos}/{len} 次  每秒 {per_sec}  剩余 {eta}  {msg}",
        "simulating {bar:30} {pos}/{len}  {per_sec}  {eta} left  {msg}",
    );
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

/// A thread that moves the bar on as replications finish, and passes a signal on to them.
pub(super) struct Ticker {
    done: Arc<std::sync::atomic::AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

pub(super) fn tick(bar: &ProgressBar, watch: &Arc<Watch>, signal: &Arc<AtomicUsize>) -> Ticker {
    let done = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let (bar, watch, signal, flag) = (bar.clone(), Arc::clone(watch), Arc::clone(signal), Arc::clone(&done));
    let thread = std::thread::spawn(move || {
        while !flag.load(Ordering::Relaxed) {
            if signal.load(Ordering::Relaxed) != 0 {
                watch.stop.store(true, Ordering::Relaxed);
            }
            bar.set_position(u64::from(watch.finished.load(Ordering::Relaxed)));
            std::thread::sleep(Duration::from_millis(100));
        }
    });
    Ticker { done, thread: Some(thread) }
}

impl Ticker {
    pub(super) fn stop(mut self) {
        self.done.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A ticker that failed has only lost the bar.
            let _ = thread.join();
        }
    }
}

pub(super) fn describe_stop(stopped: Option<&Stopped>, kept: usize, lang: Lang) -> Option<String> {
    match stopped {
        None => None,
        Some(Stopped::Interrupted) => Some(lang.choose(
            format!("已中断；保留已完成的 {kept} 次模拟"),
            format!("interrupted; the {kept} simulated courses finished so far were kept"),
        )),
        Some(Stopped::Breach(breach)) => Some(lang.choose(
            format!("内部守恒检查未通过（程序缺陷，请报告）：{breach}；保留此前完成的 {kept} 次模拟"),
            format!(
                "{breach}; this is a defect of the program, please report it; {kept} simulated courses before it were kept"
            ),
        )),
        Some(Stopped::Disk(error)) => {
            let text = error.text(lang);
            Some(lang.choose(
                format!("{text}；保留此前完成的 {kept} 次模拟"),
                format!("{text}; the {kept} simulated courses finished before were kept"),
            ))
        }
    }
}

pub(super) fn stopped_failure(text: Option<String>, signal: &AtomicUsize, lang: Lang) -> Failure {
    let text = text.unwrap_or_else(|| lang.pick("没有完成任何一次模拟", "nothing was simulated").to_owned());
    match signal.load(Ordering::Relaxed) {
        0 => Failure::work(text),
        status => Failure::signal(u8::try_from(status).unwrap_or(1), text),
    }
}
