//! Measures of single replications, worked out by hand or a second time from the event log.
//!
//! Cities are made plain as for the notices: a bill of 1,000.00 yuan has 450.00 from the fund, 110.00
//! from the account and 440.00 own cash, and a step takes ten minutes.

use std::collections::BTreeMap;

use cutover::calendar::SimTime;
use cutover::record::{HOUR, Record};
use cutover::replication::{Tracing, simulate};
use cutover::trace::Event;

use crate::notices::{Course, Story, plain};

/// The record of the first replication of a story.
fn record(story: &Story) -> Record {
    simulate(&story.model, 11, 0, Tracing::Off).expect("the laws hold").record
}

/// Seconds by hour, from spans.
fn by_hour(spans: &[(SimTime, SimTime)], hours: usize) -> Vec<i64> {
    let mut seconds = vec![0; hours];
    for (start, end) in spans {
        for hour in start.0 / HOUR..=end.0 / HOUR {
            let overlap = end.0.min((hour + 1) * HOUR) - start.0.max(hour * HOUR);
            if overlap > 0 {
                seconds[hour as usize] += i64::from(overlap);
            }
        }
    }
    seconds
}

/// Spans not yet come, waiting and in service of a claim, each with the site of its desk.
fn spans(course: &Course) -> Vec<(usize, u32, SimTime, SimTime)> {
    let mut rows = course.rows.clone();
    rows.sort_by_key(|row| (row.time, row.step, row.event));
    let state = |pair: [Event; 2]| match pair {
        [Event::Paid | Event::Left | Event::Finished, Event::Came] => Some(0),
        [Event::Came, Event::Started | Event::Left] => Some(1),
        [Event::Started, Event::Finished] => Some(2),
        _ => None,
    };
    rows.windows(2)
        .filter_map(|pair| Some((state([pair[0].event, pair[1].event])?, pair[1].site, pair[0].time, pair[1].time)))
        .collect()
}

/// One window a desk makes people wait over lunch and over night, and leave at closing time.
#[test]
fn hourly_backlog_is_what_the_event_log_says() {
    let mut world = plain("chongqing", &[("outpatient", 300.0), ("outbound-outpatient", 60.0)], &[]);
    world.sites.iter_mut().for_each(|site| site.windows = 1);
    let story = Story::of(world, 1);
    let record = record(&story);
    let hours = story.world().clock.days() as usize * 24;
    let claims = |of: fn(&cutover::record::DeskTally) -> i64| record.desks.iter().map(of).sum::<i64>();
    assert!(claims(|desk| desk.entered) > 500);
    assert_eq!((claims(|desk| desk.gone), claims(|desk| desk.present)), (0, 0), "all are done by the horizon");
    assert!(claims(|desk| desk.left[1]) > 10, "some are not served by closing time");
    let mut found: BTreeMap<(usize, usize), Vec<(SimTime, SimTime)>> = BTreeMap::new();
    for (state, site, start, end) in story.courses.iter().flat_map(spans) {
        let class = story.world().group_of(site).desk.as_ref().expect("a desk").class;
        found.entry((usize::from(class), state)).or_default().push((start, end));
    }
    for (class, desk) in record.desks.iter().enumerate() {
        for (state, counted) in [&desk.not_come, &desk.waiting, &desk.in_service].into_iter().enumerate() {
            let expected = by_hour(found.get(&(class, state)).map_or(&[], Vec::as_slice), hours);
            let counted: Vec<i64> = counted.seconds_by_hour().collect();
            assert_eq!(counted, expected, "class {class}, state {state}");
        }
    }
    assert!(found.len() >= 9, "all three states at three classes at least");
}
