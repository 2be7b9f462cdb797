//! Measures of single replications, worked out by hand or a second time from the event log.
//!
//! Cities are made plain as for the notices: a bill of 1,000.00 yuan has 450.00 from the fund, 110.00
//! from the account and 440.00 own cash, and a step takes ten minutes.

use std::collections::BTreeMap;

use cutover::calendar::SimTime;
use cutover::distribution::Distribution;
use cutover::measures::{Catalogue, Group, Values, measure};
use cutover::pathway::{Refund, Rule};
use cutover::record::{Cell, HOUR, Record};
use cutover::replication::{Model, Tracing, simulate};
use cutover::scenario::raw::{Contact, DemandKind, MeasureKind, Pays, StayState};
use cutover::scenario::world::{Care, Scenario};
use cutover::schedule::Supply;
use cutover::schedule::Suspension;
use cutover::trace::Event;

use crate::notices::{BILL, Course, FUND, OWN, Story, plain};
use crate::support::model;

/// Seconds of an outage shift by a week.
const WEEK: u32 = 7 * 86_400;

fn care<'a>(world: &'a mut Scenario, key: &str) -> &'a mut Care {
    world.care.iter_mut().find(|care| care.key == key).expect("a care type of the city")
}

fn pathway(world: &Scenario, key: &str) -> usize {
    world.pathways.iter().position(|way| way.key == key).expect("a pathway of the city")
}

/// Everybody has this income a head and month, in households of so many.
fn incomes(world: &mut Scenario, income: &Distribution, household: f64) {
    for scheme in &mut world.schemes {
        scheme.monthly_income_yuan = income.clone();
        scheme.household_size = household;
    }
}

/// The record of the first replication of a story.
fn record(story: &Story) -> Record {
    simulate(&story.model, 11, 0, Tracing::Off).expect("the laws hold").record
}

/// The counts of all schemes and care types together.
fn total(record: &Record) -> Cell {
    let mut sum = Cell::default();
    record.cells.iter().for_each(|cell| sum.add(cell));
    sum
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

/// Nantong puts dialysis on the hospitals' ledgers from Friday 18:00 on; all are settled on Monday
/// 22 November between 8:00 and 8:10. So everything is carried at 8:00, and nothing at 9:00.
#[test]
fn the_ledger_is_highest_just_before_it_is_settled() {
    let story = Story::of(plain("nantong", &[("dialysis", 80.0)], &[]), 1);
    let sessions = story.took("dialysis", "ledger");
    let record = record(&story);
    let carried = BILL * sessions.len() as i64;
    assert_eq!(record.ledger.peak(), carried);
    let levels: Vec<i64> = record.ledger.at_hour_ends().collect();
    let eight = story.world().clock.sim("2021-11-22T08:00:00".parse().expect("a time")).expect("after the start");
    let hour = (eight.0 / HOUR) as usize;
    assert_eq!(levels[hour - 1..=hour], [carried, 0]);
    let seconds = |course: &&Course| i128::from(eight.0 + 600 - course.rows[0].time.0);
    let expected = i128::from(BILL) * sessions.iter().map(seconds).sum::<i128>();
    assert_eq!(total(&record).carried_fen_seconds, expected);
}

/// Of 1,000 yuan 700 are paid at the visit: 260 of them are prepayment, 300 are carried. Nothing is
/// ever refunded, so the prepayment is lost; but the provider has its part when the step is done.
#[test]
fn what_a_provider_carries_ends_with_the_last_step_though_nothing_is_refunded() {
    let mut world = plain("chongqing", &[("outpatient", 60.0)], &[]);
    let way = pathway(&world, "conversion");
    (world.pathways[way].pays, world.pathways[way].refund) = (Pays::Share(0.7), Refund::Never);
    world.sites.iter_mut().for_each(|site| site.windows = 1);
    let story = Story::of(world, 1);
    let courses = story.took("outpatient", "conversion");
    let horizon = story.world().horizon();
    let record = record(&story);
    let cell = total(&record);
    let (prepaid, carried) = (70_000 - OWN, BILL - 70_000);
    assert_eq!(cell.lost.iter().sum::<i64>(), prepaid * courses.len() as i64);
    assert_eq!(cell.carried, carried * courses.len() as i64);
    let mut outstanding = 0;
    let mut on_ledger = Vec::new();
    for course in &courses {
        let (paid, done) = (course.rows[0].time, course.one(Event::Finished).time);
        outstanding += i128::from(prepaid) * i128::from(horizon.0 - paid.0);
        on_ledger.push((paid, done));
    }
    assert_eq!(cell.prepaid_fen_seconds, outstanding, "lost money counts until the horizon");
    let fen_seconds = |&(paid, done): &(SimTime, SimTime)| i128::from(carried) * i128::from(done.0 - paid.0);
    assert_eq!(cell.carried_fen_seconds, on_ledger.iter().map(fen_seconds).sum::<i128>());
    ledger_is(&record, &on_ledger, carried);
}

/// The same amount stood on the ledger over each of these spans: counted anew at the end of each hour.
fn ledger_is(record: &Record, spans: &[(SimTime, SimTime)], fen: i64) {
    let mut most = 0;
    for (hour, level) in (0_u32..).zip(record.ledger.at_hour_ends()) {
        let end = SimTime((hour + 1) * HOUR);
        let there = spans.iter().filter(|(paid, done)| *paid < end && end <= *done).count();
        assert_eq!(level, fen * there as i64, "hour {hour}");
        most = most.max(level);
    }
    assert_eq!(record.ledger.peak(), most);
    assert!(most > 10 * fen);
}

/// A claim elsewhere with 300 yuan carried: reviewed on 4 August, refunded on the 15th by transfer. The
/// provider does not wait for the patient's transfer.
#[test]
fn what_a_provider_carries_ends_before_the_patients_transfer_arrives() {
    let mut world = plain("chongqing", &[("outbound-outpatient", 20.0)], &[]);
    let way = pathway(&world, "agency-claim");
    world.pathways[way].pays = Pays::Share(0.7);
    let story = Story::of(world, 1);
    let courses = story.took("outbound-outpatient", "agency-claim");
    let record = record(&story);
    let mut on_ledger = Vec::new();
    for course in &courses {
        let finished = course.rows.iter().filter(|row| row.event == Event::Finished).map(|row| row.time).max();
        assert_eq!(story.text(course.one(Event::Refunded).time), "2021-08-15T12:00:00");
        on_ledger.push((course.rows[0].time, finished.expect("two steps")));
    }
    ledger_is(&record, &on_ledger, BILL - 70_000);
}

/// Visits of each person who paid, by origin and person.
fn visits_by_person(story: &Story, care: &str) -> Vec<i64> {
    let mut visits: BTreeMap<(u32, u32), i64> = BTreeMap::new();
    for course in story.took(care, "conversion") {
        assert_eq!(course.one(Event::Paid).fen, BILL);
        *visits.entry((course.rows[0].origin, course.rows[0].person)).or_default() += 1;
    }
    visits.into_values().collect()
}

/// Patients with memory: dialysis three times a week, and here refills every second day.
fn with_memory(kind: &str, patients: f64) -> Scenario {
    let mut world = plain("chongqing", &[(kind, patients)], &[]);
    world.measures.clear();
    care(&mut world, "chronic").cycle_days = 2;
    world
}

/// Chongqing's outage of 102 hours is met by some patients once and by others twice or more; a visit
/// prepays 560 yuan. In households with 7,000 yuan a month one visit is below a tenth, two are above.
/// At 2,800 yuan a head a visit is a fifth of a month's income.
#[test]
fn people_with_several_visits_in_the_outage_are_counted_once_with_all_of_them() {
    for (kind, patients) in [("dialysis", 160.0), ("chronic", 160.0)] {
        let mut world = with_memory(kind, patients);
        incomes(&mut world, &Distribution::Fixed(2_800.0), 2.5);
        let story = Story::of(world, 1);
        let visits = visits_by_person(&story, kind);
        let cell = total(&record(&story));
        let twice = visits.iter().filter(|&&visits| visits >= 2).count();
        assert!(twice > 20 && (twice < visits.len() || kind == "chronic"), "{kind}: {twice} of {}", visits.len());
        assert_eq!(cell.prepaying, visits.iter().sum::<i64>(), "{kind}: visits");
        assert_eq!(cell.people_prepaying, visits.len() as i64, "{kind}: people");
        assert_eq!(cell.hardship_10, twice as i64, "{kind}");
        assert_eq!(cell.hardship_40, visits.iter().filter(|&&visits| 560 * visits > 2_800).count() as i64, "{kind}");
        assert_eq!(cell.income_share_e4, 2_000 * visits.iter().sum::<i64>(), "{kind}");
    }
}

/// Nobody knows who an outpatient is: each visit is somebody else.
#[test]
fn an_anonymous_visit_is_one_person() {
    let mut world = plain("chongqing", &[("outpatient", 60.0)], &[]);
    incomes(&mut world, &Distribution::Fixed(2_000.0), 2.5);
    let story = Story::of(world, 1);
    let visits = story.took("outpatient", "conversion").len() as i64;
    let cell = total(&record(&story));
    assert_eq!((cell.prepaying, cell.people_prepaying), (visits, visits));
    assert_eq!((cell.hardship_10, cell.hardship_40), (visits, 0), "560 yuan of 5,000");
}

/// Incomes between 2,000 and 8,000 yuan, each as likely: with n visits of 560 yuan a tenth of the
/// household's income is exceeded below 2,240 n yuan. The count is binomial over people; 4 standard
/// errors are missed once in 16,000 times, and the seed is fixed.
#[test]
fn a_person_has_one_income() {
    for kind in ["dialysis", "chronic"] {
        let mut world = with_memory(kind, 1_000.0);
        incomes(&mut world, &Distribution::uniform(2_000.0, 8_000.0).expect("a range"), 2.5);
        let story = Story::of(world, 1);
        let likely = |&visits: &i64| ((2_240.0 * visits as f64 - 2_000.0) / 6_000.0).clamp(0.0, 1.0);
        let shares: Vec<f64> = visits_by_person(&story, kind).iter().map(likely).collect();
        let expected: f64 = shares.iter().sum();
        let error = shares.iter().map(|p| p * (1.0 - p)).sum::<f64>().sqrt();
        let found = total(&record(&story)).hardship_10 as f64;
        assert!((found - expected).abs() < 4.0 * error, "{kind}: {found} is not {expected} ± {error}");
    }
}

/// A week later the same dialysis patients come on the same weekdays at the same hours, with the same
/// incomes: the same people are in hardship. Incomes drawn by visit would give other numbers.
#[test]
fn incomes_belong_to_people_and_not_to_the_days_of_an_outage() {
    let mut now = with_memory("dialysis", 1_000.0);
    incomes(&mut now, &Distribution::uniform(2_000.0, 8_000.0).expect("a range"), 2.5);
    let mut later = now.clone();
    later.suspensions.iter_mut().for_each(by_a_week);
    let (now, later) = (Story::of(now, 1), Story::of(later, 1));
    let people = |story: &Story| {
        let mut keys: Vec<(u32, u32)> =
            story.took("dialysis", "conversion").iter().map(|one| (one.rows[0].origin, one.rows[0].person)).collect();
        keys.sort_unstable();
        keys
    };
    assert_eq!(people(&now), people(&later), "the same people as often");
    for replication in 0..5 {
        let cell = |story: &Story| {
            let outcome = simulate(&story.model, 11, replication, Tracing::Off).expect("the laws hold");
            total(&outcome.record)
        };
        let (now, later) = (cell(&now), cell(&later));
        assert!(now.hardship_10 > 100 && now.hardship_10 < now.people_prepaying - 100);
        assert_eq!(
            (now.people_prepaying, now.hardship_10, now.hardship_40, now.income_share_e4),
            (later.people_prepaying, later.hardship_10, later.hardship_40, later.income_share_e4)
        );
    }
}

/// With between 500 and 1,500 yuan in hand for bills of 1,000: dialysis is given, and a patient hands
/// over the same cash each time; whoever cannot pay for drugs can do so at no visit.
#[test]
fn a_person_has_the_same_cash_in_hand_at_every_visit() {
    for (kind, most) in [("dialysis", 100), ("chronic", 2)] {
        let mut world = with_memory(kind, 300.0);
        incomes(&mut world, &Distribution::Fixed(1_000.0), 2.5);
        world.behaviour.cash_months = Distribution::uniform(0.5, 1.5).expect("a range");
        care(&mut world, "chronic").elective_share = 0.0;
        let story = Story::of(world, 1);
        let mut people: BTreeMap<(u32, u32), Vec<(Event, i64)>> = BTreeMap::new();
        for course in story.care(kind) {
            let first = course.rows[0];
            people.entry((first.origin, first.person)).or_default().push((first.event, first.fen));
        }
        let several: Vec<_> = people.into_values().filter(|visits| visits.len() > 1).collect();
        assert!(several.len() > 100, "{kind}: {} with several visits", several.len());
        for visits in &several {
            assert!(visits.iter().all(|visit| visit == &visits[0]), "{kind}: {visits:?}");
        }
        let mut kinds: Vec<_> = several.iter().map(|visits| visits[0]).collect();
        kinds.sort_unstable();
        kinds.dedup();
        assert!(kinds.len() >= most, "{kind}: people differ, {} ways", kinds.len());
    }
}

fn by_a_week(stop: &mut Suspension) {
    stop.stop.0 += WEEK;
    stop.planned.0 += WEEK;
}

/// Outpatients in Chongqing with a deductible of 200 yuan that is taken a second time by the pathway
/// `conversion`, at which the own share is paid: 700 of 1,000 yuan are above it, the fund pays 350, the
/// account 130, and 520 are own cash. Those who cannot pay this take the other pathways, if any.
fn second_deductible(cash_yuan: f64, others: &[Pays]) -> Story {
    let mut world = plain("chongqing", &[("outpatient", 60.0)], &[]);
    incomes(&mut world, &Distribution::Fixed(cash_yuan), 2.5);
    world.behaviour.cash_months = Distribution::Fixed(1.0);
    let outpatient = care(&mut world, "outpatient");
    outpatient.elective_share = 0.0;
    outpatient.benefit.iter_mut().for_each(|benefit| benefit.deductible_yuan = 200.0);
    let index = world.care.iter().position(|care| care.key == "outpatient").expect("found before");
    let way = pathway(&world, "conversion");
    (world.pathways[way].pays, world.pathways[way].second_deductible) = (Pays::OwnShare, true);
    let rules = &mut world.rules[index];
    rules.retain(|rule| usize::from(rule.pathway) == way);
    rules.truncate(1);
    rules[0].share = Some(1.0);
    for &pays in others {
        let mut other = world.pathways[way].clone();
        (other.key, other.pays) = (format!("other-{}", world.pathways.len()), pays);
        other.second_deductible = matches!(pays, Pays::OwnShare);
        let mut rule = rules[0].clone();
        (rule.pathway, rule.share) = (world.pathways.len() as u16, None);
        world.pathways.push(other);
        rules.push(rule);
    }
    Story::of(world, 1)
}

#[test]
fn a_pathway_asks_for_the_own_share_after_its_second_deductible() {
    let story = second_deductible(520.0, &[]);
    let visits = story.took("outpatient", "conversion");
    for course in &visits {
        assert_eq!(course.one(Event::Paid).fen, 52_000);
    }
    let cell = total(&record(&story));
    let visits = visits.len() as i64;
    assert_eq!(cell.bill_own, 52_000 * visits);
    assert_eq!((cell.own_due, cell.prepaid_fund + cell.prepaid_account), (0, 0), "the own share and no more");
    assert_eq!(cell.second_deductible, (FUND - 35_000) * visits);
}

/// With 510 yuan in hand 520 are too much. Half the bill is 500: taken. Nobody takes a pathway that
/// asks for 520 as well, as its own split says, though on a normal day 440 would be due.
#[test]
fn cash_in_hand_is_compared_with_what_each_pathway_asks_by_its_own_split() {
    let story = second_deductible(510.0, &[Pays::OwnShare, Pays::Share(0.5), Pays::Everything]);
    let visits = story.care("outpatient");
    assert!(visits.len() > 100);
    for course in visits {
        assert_eq!(course.one(Event::Paid).fen, 50_000);
    }
    let story = second_deductible(510.0, &[Pays::OwnShare, Pays::Everything]);
    let visits = story.care("outpatient");
    assert!(visits.iter().all(|course| story.words(course) == "forgone"), "nothing is left that they can pay");
    let cell = total(&record(&story));
    assert_eq!((cell.parts[5], cell.bill, cell.second_deductible), (visits.len() as i64, 0, 0));
}

/// Wuhan's inpatients who span the outage are admitted again; were a second deductible of 200 yuan
/// taken, the fund would pay 350 instead of 450 yuan for each.
#[test]
fn stays_admitted_again_pay_their_second_deductible_once() {
    let mut world = plain("wuhan", &[("inpatient", 20.0)], &["classes.ledger-protected.share=0"]);
    care(&mut world, "inpatient").benefit.iter_mut().for_each(|benefit| benefit.deductible_yuan = 200.0);
    world.measures.clear();
    let way = pathway(&world, "readmission");
    world.pathways[way].second_deductible = true;
    let story = Story::of(world, 1);
    let again = story.took("inpatient", "readmission").len() as i64;
    assert_eq!(total(&record(&story)).second_deductible, (FUND - 35_000) * again);
}

/// Nantong's agencies stop on the day of the announcement, Monday 15 November, cards on Friday the 19th:
/// what hospitals do about those in hospital lies between, and the surge at their desks with it.
#[test]
fn the_surge_before_the_stop_is_that_before_the_stop_of_the_desks_own_services() {
    let model = model("nantong", &[]);
    let world = &model.scenario;
    let outcome = simulate(&model, 5, 0, Tracing::Off).expect("the laws hold");
    let values = measure(world, 0, &outcome).values;
    let surge = |class: usize| values[Catalogue::new(world).find("pre-stop-surge", Group::Desk(class)).expect("one")];
    let day =
        |text: &str| world.clock.sim(text.parse().expect("a civil time")).expect("after the start").day() as usize;
    let (announced, agency, cards) =
        (day("2021-11-15T09:00:00"), day("2021-11-15T18:00:00"), day("2021-11-19T18:00:00"));
    let highest = |class: usize, until: usize| {
        let [under, normal] = [&outcome.record, &*outcome.normal].map(|record| &record.desks[class].arrivals);
        let days = (announced..=until).filter(|&day| normal[day] > 0);
        days.map(|day| under[day] as f64 / normal[day] as f64).fold(0.0, f64::max)
    };
    let class = |key: &str| world.desk_classes.iter().position(|class| class.key == key).expect("a desk class");
    let [hospital, hall] = ["hospital", "hall"].map(class);
    assert_eq!(surge(hospital), Some(highest(hospital, cards)));
    assert!(
        highest(hospital, cards) > 1.2 * highest(hospital, agency),
        "the surge comes after the agencies have stopped"
    );
    assert_eq!(surge(hall), Some(highest(hall, agency)));
}

/// Where neither fund nor account owe anything, a visit paid in full leaves nothing to come for. What a
/// provider enters by itself goes on, and so does agency business.
#[test]
fn nobody_comes_for_a_refund_of_nothing() {
    let bare = |contact: Contact| {
        let mut world = plain("chongqing", &[("outpatient", 60.0)], &[]);
        let outpatient = care(&mut world, "outpatient");
        outpatient.benefit.iter_mut().for_each(|benefit| {
            (benefit.in_policy_share, benefit.fund_share, benefit.account_share) = (0.0, 0.0, 0.0);
        });
        let way = pathway(&world, "conversion");
        world.pathways[way].steps.iter_mut().for_each(|step| step.contact = contact);
        Story::of(world, 1)
    };
    let story = bare(Contact::InPerson);
    let visits = story.care("outpatient");
    assert!(visits.len() > 100);
    assert!(visits.iter().all(|course| story.words(course) == "paid"));
    let found = record(&story);
    let cell = total(&found);
    assert_eq!((cell.prepaying, cell.done, cell.claims_lost), (0, 0, [0; 4]));
    assert_eq!(found.desks.iter().map(|desk| desk.entered).sum::<i64>(), 0);
    let entered = record(&bare(Contact::Remote)).desks.iter().map(|desk| desk.entered).sum::<i64>();
    assert_eq!(entered, visits.len() as i64, "entered again by the provider");
}

/// All outpatients of this city take the pathway `conversion`, by which each comes to a window once.
/// Where half of them need not come, the others still come once each.
#[test]
fn visits_to_windows_are_those_of_claims_that_need_one() {
    let mut world = plain("chongqing", &[("outpatient", 60.0)], &[]);
    let way = pathway(&world, "conversion");
    let mut remote = world.pathways[way].clone();
    remote.key = "remote".to_owned();
    remote.steps.iter_mut().for_each(|step| step.contact = Contact::Remote);
    let index = world.care.iter().position(|care| care.key == "outpatient").expect("a care type of the city");
    let other = world.pathways.len() as u16;
    world.pathways.push(remote);
    let mut rule = world.rules[index][0].clone();
    rule.pathway = other;
    world.rules[index].iter_mut().for_each(|rule| rule.share = Some(0.5));
    rule.share = Some(0.5);
    world.rules[index].insert(0, rule);
    let story = Story::of(world, 1);
    let here = story.took("outpatient", "conversion").len() as i64;
    let refunds = here + story.took("outpatient", "remote").len() as i64;
    let cell = total(&record(&story));
    assert_eq!((cell.refunds, cell.window_visits, cell.done), (refunds, here, here));
}

/// Comings of claims with the patient present, and how long each queued: until the call, or until the
/// patient left. Papers in trays wait without anybody; who turns round at the door does not queue.
#[test]
fn waits_are_those_of_all_who_queued_served_or_not() {
    let mut world = plain("chongqing", &[("outpatient", 300.0), ("outbound-outpatient", 60.0)], &[]);
    world.sites.iter_mut().for_each(|site| site.windows = 1);
    let story = Story::of(world, 1);
    let record = record(&story);
    let mut waits: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    let mut in_vain = 0;
    for course in &story.courses {
        let mut rows = course.rows.clone();
        rows.sort_by_key(|row| (row.time, row.step, row.event));
        for pair in rows.windows(2) {
            let [came, next] = [pair[0], pair[1]];
            let Some(way) = came.pathway.filter(|_| came.event == Event::Came) else { continue };
            let step = &story.world().pathways[usize::from(way)].steps[usize::from(came.step)];
            let wait = next.time.0 - came.time.0;
            let left = next.event == Event::Left;
            if step.contact != Contact::InPerson || left && wait == 0 {
                continue;
            }
            in_vain += u32::from(left);
            let desk = story.world().group_of(came.site).desk.as_ref().expect("a desk");
            waits.entry(usize::from(desk.class)).or_default().push(wait);
        }
    }
    assert!(in_vain > 10, "{in_vain} queued in vain");
    let catalogue = Catalogue::new(story.world());
    let outcome = simulate(&story.model, 11, 0, Tracing::Off).expect("the laws hold");
    let values = measure(story.world(), 0, &outcome).values;
    for (class, desk) in record.desks.iter().enumerate() {
        let expected = waits.remove(&class).unwrap_or_default();
        let sum: u128 = expected.iter().map(|&wait| u128::from(wait)).sum();
        assert_eq!((desk.claim_waits.count(), desk.claim_waits.sum()), (expected.len() as u64, sum), "class {class}");
        assert_eq!(desk.queued.iter().sum::<i64>(), expected.len() as i64);
        let hours = values[catalogue.find("queue-hours", Group::Desk(class)).expect("one")];
        assert_eq!(hours, Some(sum as f64 / 3600.0));
        let turned: i64 = desk.left.iter().sum();
        assert!(desk.arrivals.iter().sum::<i64>() <= expected.len() as i64 + turned);
    }
}

/// Enrolment at Nantong's halls is business: counted by itself and in no total of visits.
#[test]
fn agency_business_is_no_visit() {
    let model = model("nantong", &["people.employee.insured=60000", "people.resident.insured=90000"]);
    let world = &model.scenario;
    let outcome = simulate(&model, 5, 0, Tracing::Off).expect("the laws hold");
    let values = measure(world, 0, &outcome).values;
    let catalogue = Catalogue::new(world);
    let value = |key: &str, group: Group| catalogue.find(key, group).and_then(|index| values[index]);
    let schemes = outcome.record.schemes();
    let mut sums = [0; 2];
    let mut parts = [0; 6];
    for (index, care) in world.care.iter().enumerate() {
        let is_business = care.kind == DemandKind::Business;
        let cells = &outcome.record.cells[index * schemes..(index + 1) * schemes];
        let affected: i64 = cells.iter().map(|cell| cell.affected).sum();
        sums[usize::from(is_business)] += affected;
        let [visits, matters] = ["affected", "affected-business"].map(|key| value(key, Group::Care(index)));
        if is_business {
            assert_eq!((visits, matters), (Some(0.0), Some(affected as f64)), "{}", care.key);
        } else {
            assert_eq!((visits, matters), (Some(affected as f64), None), "{}", care.key);
            cells.iter().for_each(|cell| parts.iter_mut().zip(cell.parts).for_each(|(sum, part)| *sum += part));
        }
    }
    assert!(sums[0] > 100 && sums[1] > 100, "{sums:?}");
    assert_eq!(value("affected", Group::All), Some(sums[0] as f64));
    assert_eq!(value("affected-business", Group::All), Some(sums[1] as f64));
    let keys = ["paid-all", "paid-part", "paid-nothing", "stocked-up", "deferred", "forgone"];
    assert_eq!(keys.map(|key| value(key, Group::All)), parts.map(|part| Some(part as f64)));
    let keys = ["brought-forward", "taken-in", "deferred", "forgone"].map(|key| format!("business-{key}"));
    let business: f64 = keys.iter().filter_map(|key| value(key, Group::All)).sum();
    assert_eq!(business, sums[1] as f64);
}

/// The days of every care type add up to what its cells hold, in yuan and visits; those of the city to
/// those of all care types.
#[test]
fn the_days_of_every_care_type_add_up_to_its_measures() {
    let model = model("nantong", &["people.employee.insured=60000", "people.resident.insured=90000"]);
    let world = &model.scenario;
    let outcome = simulate(&model, 5, 0, Tracing::Off).expect("the laws hold");
    let Values { values, series, .. } = measure(world, 0, &outcome);
    let catalogue = Catalogue::new(world);
    let total = |index: usize| series[index].iter().map(|&value| f64::from(value)).sum::<f64>();
    let mut seen = 0;
    let cared = catalogue.series.iter().enumerate().filter(|(_, one)| !matches!(one.group, Group::Desk(_)));
    for (index, one) in cared.filter(|(_, one)| one.unit != "share") {
        let value = catalogue.find(one.key, one.group).and_then(|found| values[found]).expect("a measure of that name");
        // A value a day is rounded to 24 bits, as is their sum at worst.
        assert!((total(index) - value).abs() <= value * 2_f64.powi(-23), "{} {:?}", one.key, one.group);
        seen += usize::from(value > 0.0);
        if one.group != Group::All {
            continue;
        }
        let parts = catalogue.series.iter().enumerate();
        let parts = parts.filter(|(_, part)| part.key == one.key && matches!(part.group, Group::Care(_)));
        for (day, &whole) in series[index].iter().enumerate() {
            let sum: f64 = parts.clone().map(|(part, _)| f64::from(series[part][day])).sum();
            assert!((f64::from(whole) - sum).abs() <= sum * 2_f64.powi(-22), "{} on day {day}", one.key);
        }
    }
    assert!(seen > 20, "{seen} series with anything in them");
}

/// Nantong's patients elsewhere who are discharged after the return and pay all of 1,000 yuan there.
fn discharged_after(cash_yuan: f64, others: bool) -> (Story, Record) {
    let mut world = plain("nantong", &[("outbound-inpatient", 60.0)], &[]);
    incomes(&mut world, &Distribution::Fixed(cash_yuan), 2.5);
    world.behaviour.cash_months = Distribution::Fixed(1.0);
    let index = world.care.iter().position(|care| care.key == "outbound-inpatient").expect("a care type");
    for rule in world.rules[index].iter_mut().filter(|rule| rule.key == "after-cash") {
        rule.share = Some(1.0);
    }
    let is_other = |rule: &Rule| rule.state == StayState::DischargedAfter && rule.key != "after-cash";
    world.rules[index].retain(|rule| others || !is_other(rule));
    let story = Story::of(world, 1);
    let record = record(&story);
    (story, record)
}

/// What they pay is no payment in the outage. Whoever has 500 yuan pays 500, whatever is asked, and owes
/// the rest; or takes the way of those who pay their own share, where there is one.
#[test]
fn stays_over_the_outage_pay_after_it_what_they_can() {
    for (cash_yuan, others, each) in [(5_000.0, false, BILL), (500.0, false, 50_000), (500.0, true, 0)] {
        let (story, record) = discharged_after(cash_yuan, others);
        let cell = total(&record);
        let back = story.world().suspensions.iter().map(|stop| stop.planned).max().expect("a stop");
        let paid: Vec<_> = story
            .care("outbound-inpatient")
            .into_iter()
            .flat_map(|course| course.rows.iter().find(|row| row.event == Event::Paid))
            .collect();
        let after: Vec<_> = paid.iter().filter(|row| row.time >= back).collect();
        if each > 0 {
            assert!(after.len() > 50, "{}", after.len());
            assert!(after.iter().all(|row| row.fen == each));
        }
        let sum = |rows: i64| each * rows;
        assert_eq!(cell.paid_after, sum(after.len() as i64), "{cash_yuan} {others}");
        let in_gap: i64 = paid.iter().filter(|row| row.time < back).map(|row| row.fen).sum();
        assert_eq!(
            (cell.self_pay, record.by_day(|_| true, |days| &days.self_pay).iter().sum::<i64>()),
            (in_gap, in_gap)
        );
        assert!(cell.spanning > 50 && cell.affected > 0);
    }
}

/// Everybody has a refill every second day, and puts it off to the day after the return: the next one is
/// then due two days later, and meets no stop. An outage of 102 hours meets everybody once.
#[test]
fn a_deferred_refill_shifts_the_later_ones() {
    let mut world = with_memory("chronic", 300.0);
    let chronic = care(&mut world, "chronic");
    (chronic.elective_share, chronic.deferred_share) = (1.0, 1.0);
    chronic.deferral_days = Distribution::Fixed(1.0);
    let story = Story::of(world, 1);
    let mut people: BTreeMap<(u32, u32), u32> = BTreeMap::new();
    for course in story.care("chronic") {
        assert_eq!(story.words(course), "deferred");
        *people.entry((course.rows[0].origin, course.rows[0].person)).or_default() += 1;
    }
    assert!(people.len() > 200 && people.values().all(|&times| times == 1), "{people:?}");
}

/// All those whose refill is due after the announced return stock up too, for 60 days. The return comes
/// days late, and nobody of them has a refill in these days any more.
#[test]
fn a_needless_stock_up_shifts_the_refills_after_it() {
    let mut world = plain("chongqing", &[("chronic", 3_000.0)], &[]);
    care(&mut world, "chronic").cycle_days = 30;
    for measure in world.measures.iter_mut().filter(|measure| measure.kind == MeasureKind::StockUp) {
        (measure.share, measure.needless_share) = (0.0, 1.0);
        measure.supply = Supply::Days(60);
    }
    world.suspensions.iter_mut().for_each(|stop| stop.overrun_hours = Some(Distribution::Fixed(250.0)));
    let planned = world.suspensions.iter().map(|stop| stop.planned).max().expect("a stop");
    let story = Story::of(world, 1);
    let last = |course: &&&Course| course.rows.last().is_some_and(|row| row.time >= planned);
    let courses = story.care("chronic");
    // Who pays in the announced days may come for the refund later.
    let late: Vec<_> = courses.iter().filter(|one| one.rows[0].event != Event::Paid).filter(last).collect();
    assert!(late.len() > 50, "{}", late.len());
    assert!(late.iter().all(|course| story.words(course).ends_with("stocked-up")));
    let paid = courses.iter().flat_map(|course| &course.rows).filter(|row| row.event == Event::Paid);
    assert!(paid.into_iter().all(|row| row.time < planned), "nobody pays after the announced return");
    let cell = total(&record(&story));
    assert_eq!(cell.parts[3], late.len() as i64);
    assert!(cell.needless_stock_up > 100);
}

/// Routine matters that lapse by stops of each scheme alone are, together, those that lapse by a stop of
/// all; each has its share of the insured. The count is binomial; 4 standard errors, the seed is fixed.
#[test]
fn a_stop_of_one_scheme_meets_its_share_of_the_routine_matters() {
    let lapsed = |scheme: Option<usize>| {
        let mut world = plain("chongqing", &[], &[]);
        for desk in world.groups.iter_mut().filter_map(|group| group.desk.as_mut()) {
            (desk.routine_per_day, desk.routine_returns_share) = (50.0, 0.0);
        }
        if let Some(scheme) = scheme {
            world.suspensions.iter_mut().for_each(|stop| stop.scope.schemes &= 1 << scheme);
        }
        let outcome = simulate(&Model::new(world), 11, 0, Tracing::Off).expect("the laws hold");
        outcome.record.desks.iter().map(|desk| desk.routine_lapsed).sum::<i64>()
    };
    let insured: Vec<f64> = plain("chongqing", &[], &[]).schemes.iter().map(|scheme| scheme.insured).collect();
    let all = lapsed(None);
    assert!(all > 1_000, "{all}");
    let each: Vec<i64> = (0..insured.len()).map(|scheme| lapsed(Some(scheme))).collect();
    assert_eq!(each.iter().sum::<i64>(), all);
    for (found, insured) in
        each.iter().zip(&insured).map(|(found, one)| (*found as f64, one / insured.iter().sum::<f64>()))
    {
        let error = (all as f64 * insured * (1.0 - insured)).sqrt();
        assert!((found - all as f64 * insured).abs() <= 4.0 * error, "{found} of {all} at {insured}");
    }
}
