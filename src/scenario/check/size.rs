//! How large a replication would be, so that one that cannot be simulated is refused before it
//! starts, with an estimate, and no number of a person or visit overflows its bits.

use super::complaint::{ComplaintKind, Complaints, allowed};
use crate::scenario::raw::DemandKind;
use crate::scenario::world::{Care, Group, Site};

/// Most events of one replication.
const EVENTS_MAX: f64 = 2e10;
/// Events a second of one thread: a rough figure for the estimate in the message.
const EVENTS_PER_SECOND: f64 = 1e7;
/// Bytes kept of each event while a site is simulated: a rough figure for the message.
const BYTES_PER_EVENT: f64 = 64.0;
/// Most patients with memory of one care type and scheme at one site: 18 bits of their number.
const PATIENTS_MAX: f64 = 262_143.0;
/// Most visits a day expected at one site: half of the 22 bits of their index, so that no busy
/// day overflows.
const VISITS_A_DAY_MAX: f64 = 2_097_152.0;
/// A day can be this many times an ordinary one: weekday, holiday and day effect together.
const BUSY_DAY: f64 = 4.0;

/// Complains about demand that one site or one replication cannot hold.
pub(super) fn check(out: &mut Complaints, groups: &[Group], sites: &[Site], care: &[Care], days: u32) {
    let events = events_a_day(groups, care) * f64::from(days);
    if events > EVENTS_MAX {
        let minutes = events / EVENTS_PER_SECOND / 60.0;
        let gigabytes = events * BYTES_PER_EVENT / 1e9;
        let rule = allowed(
            format!(
                "规模过大：每次模拟约 {events:.1e} 个事件，单线程约需 {minutes:.0} 分钟、{gigabytes:.0} GB；上限 {EVENTS_MAX:.0e}"
            ),
            format!(
                "too large: about {events:.1e} events in one simulated course, some {minutes:.0} minutes on one thread and \
                 {gigabytes:.0} GB; must be at most {EVENTS_MAX:.0e}: fewer people, a lower rate or fewer days"
            ),
        );
        out.add(ComplaintKind::TooLarge, "demand", format!("{events:.1e}"), rule);
        // Whatever is too much for single sites follows from it.
        return;
    }
    for one in care {
        check_largest_site(out, groups, sites, one);
    }
}

/// Visits, matters and routine work a day in the whole city.
fn events_a_day(groups: &[Group], care: &[Care]) -> f64 {
    let demand: f64 = care
        .iter()
        .map(|one| {
            let volume: f64 = one.volume.iter().sum();
            match one.kind {
                DemandKind::Visits | DemandKind::Stays | DemandKind::Business => volume,
                DemandKind::Refills => volume / f64::from(one.cycle_days.max(1)),
                // At most every day of the week.
                DemandKind::Sessions => volume,
            }
        })
        .sum();
    let routine: f64 = groups
        .iter()
        .map(|group| group.desk.as_ref().map_or(0.0, |desk| desk.routine_per_day) * f64::from(group.count))
        .sum();
    demand + routine
}

fn check_largest_site(out: &mut Complaints, groups: &[Group], sites: &[Site], care: &Care) {
    for (group, share) in groups.iter().zip(&care.group_share) {
        let Some(largest) = sites.get(group.first as usize).filter(|_| group.count > 0) else { continue };
        let at_largest = |volume: f64| volume * share / f64::from(group.count) * largest.size;
        let key = format!("demand.{}.sites.{}", care.key, group.key);
        let most = match care.kind {
            DemandKind::Refills | DemandKind::Sessions => PATIENTS_MAX,
            DemandKind::Visits | DemandKind::Stays | DemandKind::Business => VISITS_A_DAY_MAX / BUSY_DAY,
        };
        let found = match care.kind {
            DemandKind::Refills | DemandKind::Sessions => {
                care.volume.iter().map(|volume| at_largest(*volume)).fold(0.0, f64::max)
            }
            DemandKind::Visits | DemandKind::Stays | DemandKind::Business => at_largest(care.volume.iter().sum()),
        };
        if found > most {
            let rule = allowed(
                format!("最大的一个网点约有 {found:.0}，上限 {most:.0}：请增加该组的 count"),
                format!("about {found:.0} at the largest site, must be at most {most:.0}: give the group more sites"),
            );
            out.add(ComplaintKind::TooLarge, key, format!("{share}"), rule);
        }
    }
}
