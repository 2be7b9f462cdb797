//! The rules of the five notices, worked out by hand.
//!
//! Every scenario here is the city as shipped with its notice's schedule, made plain: few sites,
//! windows enough that nobody waits, no routine work, every bill 1,000.00 yuan, every step ten
//! minutes, everybody claims, nobody puts care off, papers are complete, and the technical work is
//! done in time. Of 1,000.00 yuan, 900.00 are in the policy, the fund pays half (450.00), the
//! account a fifth of what is left (110.00), and 440.00 are own cash. When a patient falls ill is
//! drawn; what follows is not.
//!
//! The hour at which somebody comes on the first open day is drawn from the opening hours of the desk.
//! So that it can be told by hand, desks that people come to are open for one second of each of their
//! days here ([`Story::at_three`]: 15:00:00, in which all that has come is begun); what lies in trays is
//! worked out with the real hours.

use std::collections::BTreeMap;

use cutover::calendar::SimTime;
use cutover::desk::OpenHours;
use cutover::distribution::Distribution;
use cutover::pathway::{Pathway, Refund};
use cutover::patient::Stream;
use cutover::replication::{Model, Tracing, simulate};
use cutover::rng::Source;
use cutover::scenario::raw::{Action, Contact, DemandKind, MeasureKind, Pays, Place, SiteKind};
use cutover::scenario::world::{Benefit, Scenario};
use cutover::schedule::{Interval, Matter, Suspension};
use cutover::trace::{Event, TraceRow};

use crate::support::scenario;

pub(crate) const BILL: i64 = 100_000;
pub(crate) const FUND: i64 = 45_000;
pub(crate) const ACCOUNT: i64 = 11_000;
pub(crate) const OWN: i64 = 44_000;
const TEN_MINUTES: u32 = 600;

const FEW_SITES: [&str; 5] = [
    "sites.tertiary.count=8",
    "sites.secondary.count=6",
    "sites.primary.count=4",
    "sites.clinic.count=4",
    "sites.pharmacy.count=6",
];

/// The city made plain; only these care types happen, so many a day in each scheme that has them
/// (so many patients in all for refills and sessions).
pub(crate) fn plain(city: &str, care: &[(&str, f64)], sets: &[&str]) -> Scenario {
    let sets: Vec<&str> = FEW_SITES.iter().chain(sets).copied().collect();
    let mut plain = scenario(city, &sets);
    for kind in &mut plain.care {
        let wanted = care.iter().find(|(key, _)| *key == kind.key).map_or(0.0, |(_, number)| *number);
        kind.volume.iter_mut().for_each(|volume| *volume = if *volume > 0.0 { wanted } else { 0.0 });
        kind.bill_yuan = Distribution::Fixed(1000.0);
        kind.bill_factor.fill(1.0);
        kind.benefit.fill(Benefit {
            in_policy_share: 0.9,
            deductible_yuan: 0.0,
            deductible_open_share: 0.0,
            fund_share: 0.5,
            cap_yuan: f64::INFINITY,
            account_share: 0.2,
        });
        kind.deferred_share = 0.0;
        kind.online_share = 0.0;
    }
    for (key, _) in care {
        assert!(plain.care.iter().any(|kind| kind.key == *key), "{city} has no {key}");
    }
    plain.behaviour.day_effect_cv = 0.0;
    plain.behaviour.cash_months = Distribution::Fixed(1000.0);
    for desk in plain.groups.iter_mut().filter_map(|group| group.desk.as_mut()) {
        desk.routine_per_day = 0.0;
        desk.learning = None;
        desk.last_ticket = None;
        desk.patience_minutes = None;
    }
    plain.sites.iter_mut().for_each(|site| site.windows = 500);
    for way in &mut plain.pathways {
        (way.claimed_share, way.small_claimed_share) = (1.0, 1.0);
        way.returns.rush_share = 1.0;
        for step in &mut way.steps {
            step.minutes = Distribution::Fixed(10.0);
            step.outside_days = Distribution::Fixed(3.0);
            (step.rework_share, step.refused_share) = (0.0, 0.0);
        }
    }
    plain.tasks.iter_mut().for_each(|task| task.hours = Distribution::Fixed(1.0));
    for stop in &mut plain.suspensions {
        (stop.overrun_hours, stop.early) = (None, None);
    }
    plain
}

/// A refill bought early passes the cashier; here it takes a minute at the desk, at some hour of the
/// day of the purchase, to be seen.
fn visible_purchases(world: &mut Scenario) {
    world.measures.iter_mut().for_each(|measure| measure.minutes = Distribution::Fixed(1.0));
}

/// On each of its days every desk that people come to is open for these seconds only. Windows enough for
/// all who come in one of them.
fn open_for_seconds(world: &mut Scenario, times: &[&str]) {
    let second = |time: &&str| {
        let parts: Vec<u32> = time.split(':').map(|part| part.parse().expect("a number")).collect();
        let second = parts[0] * 3600 + parts[1] * 60 + parts[2];
        (second, second + 1)
    };
    let seconds: Vec<(u32, u32)> = times.iter().map(second).collect();
    for group in world.groups.iter_mut().filter(|group| group.kind != SiteKind::BackOffice) {
        let Some(desk) = group.desk.as_mut() else { continue };
        let days = desk.hours.days.iter().map(|hours| if hours.is_empty() { Vec::new() } else { seconds.clone() });
        desk.hours = OpenHours::new(days.collect(), &desk.profile);
    }
    world.sites.iter_mut().for_each(|site| site.windows = 3_000);
}

/// What happened to one visit.
pub(crate) struct Course {
    pub(crate) rows: Vec<TraceRow>,
}

impl Course {
    fn all(&self, event: Event) -> Vec<&TraceRow> {
        self.rows.iter().filter(|row| row.event == event).collect()
    }

    /// The only row of an event.
    pub(crate) fn one(&self, event: Event) -> &TraceRow {
        let rows = self.all(event);
        assert_eq!(rows.len(), 1, "{event:?}: {:?}", self.rows);
        rows[0]
    }

    /// The only row of an event at a step.
    fn one_at(&self, event: Event, step: u8) -> &TraceRow {
        let mut rows = self.rows.iter().filter(|row| row.event == event && row.step == step);
        let found = rows.next().expect("one such event");
        assert!(rows.next().is_none(), "{event:?} once: {:?}", self.rows);
        found
    }

    fn fen(&self, event: Event) -> i64 {
        self.all(event).iter().map(|row| row.fen).sum()
    }
}

/// Some replications of a plain city.
pub(crate) struct Story {
    pub(crate) model: Model,
    pub(crate) courses: Vec<Course>,
    /// Actual stops and returns of the last replication.
    actual: Vec<Interval>,
}

impl Story {
    pub(crate) fn of(plain: Scenario, replications: u32) -> Self {
        let model = Model::new(plain);
        let (mut courses, mut actual) = (Vec::new(), Vec::new());
        for replication in 0..replications {
            let outcome = simulate(&model, 11, replication, Tracing::All).expect("the laws hold");
            let mut found: BTreeMap<_, Vec<TraceRow>> = BTreeMap::new();
            for row in outcome.trace {
                let before_stop = row.pathway.is_none() && row.step == 15;
                found.entry((row.origin, row.person, row.visit, before_stop)).or_default().push(row);
            }
            actual = outcome.actual;
            courses.extend(found.into_values().map(|rows| Course { rows }));
        }
        Self { model, courses, actual }
    }

    /// One replication in which whoever comes to a desk comes at 15:00:00.
    fn at_three(mut plain: Scenario) -> Self {
        open_for_seconds(&mut plain, &["15:00:00"]);
        Self::of(plain, 1)
    }

    pub(crate) fn world(&self) -> &Scenario {
        &self.model.scenario
    }

    /// A moment as the notices write it.
    pub(crate) fn text(&self, time: SimTime) -> String {
        self.world().clock.civil(time).to_string()
    }

    fn day(&self, time: SimTime) -> String {
        self.text(time)[..10].to_owned()
    }

    fn moment(&self, text: &str) -> SimTime {
        self.world().clock.sim(text.parse().expect("a civil time")).expect("after the start")
    }

    /// When each stay of the first replication was admitted, in seconds from the start: as the patient
    /// stream has it, which knows of no schedule.
    fn admissions(&self) -> BTreeMap<(u32, u32, u32), i64> {
        let source = Source::new(11, 0);
        let (scenario, population) = (self.world(), &self.model.population);
        let day_effects = population.day_effects(&source);
        let stream = Stream { scenario, population, source: &source, day_effects: &day_effects };
        let mut stays = Vec::new();
        for site in 0..scenario.sites.len() as u32 {
            stream.stays(site, SimTime::START, scenario.horizon(), &mut stays);
        }
        stays.iter().map(|stay| ((stay.key.site, stay.key.person, stay.key.index), stay.admitted)).collect()
    }

    /// In which district the person of each visit and stay of the first replication lives.
    fn homes(&self) -> BTreeMap<(u32, u32, u32), u16> {
        let source = Source::new(11, 0);
        let (scenario, population) = (self.world(), &self.model.population);
        let day_effects = population.day_effects(&source);
        let stream = Stream { scenario, population, source: &source, day_effects: &day_effects };
        let mut visits = Vec::new();
        for site in 0..scenario.sites.len() as u32 {
            stream.stays(site, SimTime::START, scenario.horizon(), &mut visits);
            (0..scenario.clock.days()).for_each(|day| stream.visits(site, day, &mut visits));
        }
        visits.iter().map(|visit| ((visit.key.site, visit.key.person, visit.key.index), visit.home)).collect()
    }

    fn group(&self, site: u32) -> &str {
        &self.world().group_of(site).key
    }

    /// Courses of a care type that paid and took a pathway; there are some.
    pub(crate) fn took(&self, care: &str, pathway: &str) -> Vec<&Course> {
        let found: Vec<&Course> = self
            .courses
            .iter()
            .filter(|course| {
                let row = course.rows[0];
                self.world().care[usize::from(row.care)].key == care
                    && !matches!(row.event, Event::StockedUp | Event::Deferred | Event::Forgone)
                    && row.pathway.is_some_and(|index| self.world().pathways[usize::from(index)].key == pathway)
            })
            .collect();
        assert!(found.len() >= 5, "{care} by {pathway}: {} found", found.len());
        found
    }

    /// Work at desks before the stop.
    fn before_stop(&self) -> Vec<&Course> {
        self.courses.iter().filter(|course| course.rows[0].pathway.is_none()).collect()
    }

    /// Whether a course is the refill after one.
    fn is_next(&self, first: &Course, course: &Course) -> bool {
        let [first, next] = [first.rows[0], course.rows[0]];
        (first.origin, first.person, first.visit + 1) == (next.origin, next.person, next.visit)
    }

    /// Courses of a care type, whatever became of them.
    pub(crate) fn care(&self, care: &str) -> Vec<&Course> {
        let is_care = |course: &&Course| self.world().care[usize::from(course.rows[0].care)].key == care;
        self.courses.iter().filter(is_care).collect()
    }

    /// Pathways that courses of a care type took.
    fn pathways(&self, care: &str) -> Vec<&str> {
        let mut keys: Vec<&str> = self
            .care(care)
            .iter()
            .filter_map(|course| course.rows[0].pathway)
            .map(|index| self.world().pathways[usize::from(index)].key.as_str())
            .collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// All visits of these courses lie between stop and return.
    fn all_met(&self, courses: &[&Course], stop: &str, back: &str) {
        for course in courses {
            let paid = course.rows[0].time;
            assert!(self.moment(stop) <= paid && paid < self.moment(back), "met at {}", self.text(paid));
        }
    }

    pub(crate) fn words(&self, course: &Course) -> String {
        let mut rows = course.rows.clone();
        rows.sort_by_key(|row| (row.time, row.step, row.event));
        rows.iter().map(|row| row.event.word()).collect::<Vec<_>>().join(" ")
    }

    /// Paid all at the visit, came to the same provider on this day at 15:00:00, was served at once for
    /// ten minutes, and had the 560.00 yuan in hand at 15:10:00.
    fn converted(&self, course: &Course, day: &str) {
        assert_eq!(self.words(course), "paid came started finished refunded");
        let [paid, came] = [course.one(Event::Paid), course.one(Event::Came)];
        assert_eq!(paid.fen, BILL);
        assert_eq!(came.site, course.rows[0].origin, "the same provider");
        self.served(course, came, day);
        assert_eq!(self.text(course.one(Event::Refunded).time), format!("{day}T15:10:00"));
        assert_eq!(course.one(Event::Refunded).fen, FUND + ACCOUNT);
        self.money_is_kept(course, OWN);
    }

    /// Somebody came on this day at 15:00:00 and was served at once for ten minutes.
    fn served(&self, course: &Course, came: &TraceRow, day: &str) {
        let of = |event| course.one_at(event, came.step).time;
        assert_eq!(self.text(came.time), format!("{day}T15:00:00"));
        assert_eq!(self.text(of(Event::Started)), format!("{day}T15:00:00"));
        assert_eq!(self.text(of(Event::Finished)), format!("{day}T15:10:00"));
    }

    /// Papers are taken in at a hall in the outage: at 15:00:00 of the day on which they are brought,
    /// for ten minutes, and nothing is paid.
    fn taken_in(&self, course: &Course) -> u32 {
        let [brought, papers] = [course.rows[0], *course.one_at(Event::Came, 0)];
        assert_eq!(course.one(Event::Paid).fen, 0);
        assert_eq!(brought.time, papers.time);
        self.served(course, &papers, &self.day(brought.time));
        papers.site
    }

    /// Work that lay in the tray: it came at this second, was started at that one, and took ten
    /// minutes.
    fn entered(&self, course: &Course, step: u8, came: &str, started: &str) {
        let of = |event| course.rows.iter().find(|row| row.event == event && row.step == step).expect("one").time;
        assert_eq!(self.text(of(Event::Came)), came);
        assert_eq!(self.text(of(Event::Started)), started);
        assert_eq!(of(Event::Finished).0, of(Event::Started).0 + TEN_MINUTES);
    }

    /// Paid all; on this day at a hall, from 15:00:00 to 15:10:00, then at once in review, to 15:20:00;
    /// the money arrives then.
    fn claimed_at_hall(&self, course: &Course, day: &str, money: &str) {
        assert_eq!(self.words(course), "paid came started finished came started finished refunded");
        assert_eq!(course.one(Event::Paid).fen, BILL);
        let came = course.one_at(Event::Came, 0);
        assert_eq!(self.group(came.site), "hall");
        self.served(course, came, day);
        assert_eq!(self.group(course.one_at(Event::Came, 1).site), "review");
        self.entered(course, 1, &format!("{day}T15:10:00"), &format!("{day}T15:10:00"));
        assert_eq!(self.text(course.one(Event::Refunded).time), money);
        assert_eq!(course.one(Event::Refunded).fen, FUND + ACCOUNT);
        self.money_is_kept(course, OWN);
    }

    /// When an office of the agency (8:30 to 12:00 and 14:00 to 17:30) can begin with what comes now.
    fn agency_opens(&self, time: SimTime) -> SimTime {
        let clock = &self.world().clock;
        let (day, second) = (time.day(), time.second_of_day());
        let next = || SimTime::at(clock.next_working_day(day), 30_600);
        match second {
            _ if !clock.is_working(day) => next(),
            0..30_600 => SimTime::at(day, 30_600),
            43_200..50_400 => SimTime::at(day, 50_400),
            63_000.. => next(),
            _ => time,
        }
    }

    /// Paid all, claimed outside the city at once: refunded three days later, no desk here.
    fn claimed_outside(&self, course: &Course) {
        assert_eq!(self.words(course), "paid refunded");
        assert_eq!(course.one(Event::Paid).fen, BILL);
        assert_eq!(course.one(Event::Refunded).fen, FUND + ACCOUNT);
        assert_eq!(course.one(Event::Refunded).time.0, course.rows[0].time.0 + 3 * 86_400);
        self.money_is_kept(course, OWN);
    }

    /// Paid − own cash due = refunded + lost.
    fn money_is_kept(&self, course: &Course, own: i64) {
        let paid = course.fen(Event::Paid);
        assert_eq!((paid - own).max(0), course.fen(Event::Refunded) + course.fen(Event::Lost));
    }
}

/// Stops and returns are those of the notices, to the second.
#[test]
fn stops_and_returns_are_those_of_the_notices() {
    let never = "never";
    let notices = [
        ("chongqing", "online", "2021-07-25T00:00:00", "2021-08-04T00:00:00"),
        ("chongqing", "manual-reimbursement", "2021-07-25T00:00:00", "2021-08-04T00:00:00"),
        ("chongqing", "settlement", "2021-07-30T18:00:00", "2021-08-04T00:00:00"),
        ("chongqing", "agency", "2021-07-30T18:00:00", "2021-08-04T00:00:00"),
        ("nantong", "agency", "2021-11-15T18:00:00", "2021-11-22T08:00:00"),
        ("nantong", "collection", "2021-11-15T18:00:00", "2021-11-22T08:00:00"),
        ("nantong", "settlement", "2021-11-19T18:00:00", "2021-11-22T08:00:00"),
        ("zibo", "settlement", "2021-10-10T00:00:00", "2021-10-19T00:00:00"),
        ("zibo", "agency", "2021-10-10T00:00:00", "2021-10-19T00:00:00"),
        ("zibo", "online", "2021-10-10T00:00:00", "2021-10-19T00:00:00"),
        ("zibo", "social", "2021-10-10T00:00:00", "2021-10-19T00:00:00"),
        ("zibo", "work-injury", "2021-10-10T00:00:00", "2021-10-19T00:00:00"),
        ("xinzhou", "discharge", "2021-10-19T17:00:00", "2021-10-31T22:00:00"),
        ("xinzhou", "settlement", "2021-10-21T18:00:00", "2021-10-31T22:00:00"),
        ("xinzhou", "agency", "2021-10-21T18:00:00", "2021-10-31T22:00:00"),
        ("xinzhou", "collection", "2021-10-19T17:00:00", "2021-10-31T22:00:00"),
        ("wuhan", "resident-enrolment", "2021-12-14T17:30:00", never),
        ("wuhan", "collection", "2021-12-15T00:00:00", never),
        ("wuhan", "employee-enrolment", "2021-12-15T17:30:00", never),
        ("wuhan", "benefits", "2021-12-22T18:00:00", never),
        ("wuhan", "settlement", "2021-12-22T18:00:00", "2021-12-31T23:00:00"),
        ("wuhan", "work-injury", "2021-12-22T18:00:00", "2021-12-31T23:00:00"),
        ("wuhan", "social-arrears", "2021-12-14T17:30:00", never),
        ("wuhan", "social-agency", "2021-12-15T17:30:00", never),
    ];
    for city in ["chongqing", "nantong", "zibo", "xinzhou", "wuhan"] {
        let story = Story::of(plain(city, &[], &[]), 0);
        let written: Vec<(&str, String, String)> = story
            .world()
            .suspensions
            .iter()
            .map(|stop| {
                let planned = stop.planned;
                let back = if planned == SimTime::NEVER { never.to_owned() } else { story.text(planned) };
                (stop.key.as_str(), story.text(stop.stop), back)
            })
            .collect();
        let expected: Vec<(&str, String, String)> = notices
            .iter()
            .filter(|(of, ..)| *of == city)
            .map(|(_, key, stop, back)| (*key, (*stop).to_owned(), (*back).to_owned()))
            .collect();
        assert_eq!(written, expected, "{city}");
    }
}

// ------------------------------------------------------------------------------------------------
// Chongqing 重庆
// ------------------------------------------------------------------------------------------------

/// "凭社保卡、发票…至定点医药机构做自费转医保结算": paid in full between 30 July 18:00 and 4 August
/// 0:00, converted at the same provider from Wednesday 4 August on.
#[test]
fn chongqing_self_pay_is_converted_at_the_same_provider_from_4_august() {
    let care = [("outpatient", 20.0), ("pharmacy", 20.0), ("inpatient", 10.0), ("maternity", 5.0), ("dialysis", 40.0)];
    let story = Story::at_three(plain("chongqing", &care, &[]));
    let ways = [
        ("outpatient", "conversion"),
        ("pharmacy", "pharmacy-conversion"),
        ("inpatient", "prepay-and-convert"),
        ("maternity", "prepay-and-convert"),
        ("dialysis", "conversion"),
    ];
    for (care, pathway) in ways {
        let courses = story.took(care, pathway);
        story.all_met(&courses, "2021-07-30T18:00:00", "2021-08-04T00:00:00");
        for course in courses {
            story.converted(course, "2021-08-04");
        }
    }
}

/// "在7月内一次性开具足量慢特病药量": refills of the outage are bought before 30 July 18:00, from the
/// announcement on, and none later; whoever did not meets the outage and converts.
#[test]
fn chongqing_chronic_refills_are_bought_before_30_july_18_00() {
    let mut world = plain("chongqing", &[("chronic", 900.0)], &["measures.stock-up.needless_share=0"]);
    visible_purchases(&mut world);
    let story = Story::at_three(world);
    let bought = story.before_stop();
    assert!(bought.len() >= 50, "{} bought early", bought.len());
    for course in &bought {
        let day = story.day(course.rows[0].time);
        assert!(("2021-07-21"..="2021-07-30").contains(&day.as_str()), "{day}");
    }
    for course in story.took("chronic", "conversion") {
        story.converted(course, "2021-08-04");
    }
    for course in story.care("chronic") {
        let nothing_paid = story.words(course) == "stocked-up" || course.rows[0].event != Event::StockedUp;
        assert!(nothing_paid, "a refill that was moved costs nothing in the outage");
    }
}

/// "最多不超过3个月药量": with refills of 120 days and an outage until November, who stocked up on
/// a day of July buys again on the same day of October, 92 days later, in the outage.
#[test]
fn chongqing_stock_up_never_lasts_more_than_three_months() {
    let sets = [
        "measures.stock-up.take_up_share=1",
        "demand.chronic.cycle_days=120",
        "suspend.settlement.return.fixed=2021-11-03T00:00:00",
    ];
    let mut world = plain("chongqing", &[("chronic", 400.0)], &sets);
    visible_purchases(&mut world);
    let story = Story::of(world, 1);
    let mut checked = 0;
    for bought in story.before_stop() {
        let person = |course: &&Course| {
            course.rows[0].origin == bought.rows[0].origin && course.rows[0].person == bought.rows[0].person
        };
        let is_next = |course: &&Course| course.rows[0].visit == bought.rows[0].visit + 1;
        let Some(again) = story.courses.iter().filter(person).find(is_next) else { continue };
        assert_eq!(again.rows[0].event, Event::Paid);
        assert_eq!(again.rows[0].time.day(), bought.rows[0].time.day() + 92);
        checked += 1;
    }
    assert!(checked >= 20, "{checked} checked");
}

/// "自行垫付…至参保地医保部门进行医疗费用手工报销": care elsewhere is paid in full and claimed at a hall
/// of the home district from 4 August on; review follows at once, the transfer run of 10 August at
/// noon pays, and the money is there on the 15th.
#[test]
fn chongqing_outbound_outpatients_claim_at_a_home_hall() {
    let story = Story::at_three(plain("chongqing", &[("outbound-outpatient", 20.0)], &[]));
    let courses = story.took("outbound-outpatient", "agency-claim");
    story.all_met(&courses, "2021-07-30T18:00:00", "2021-08-04T00:00:00");
    for course in courses {
        story.claimed_at_hall(course, "2021-08-04", "2021-08-15T12:00:00");
    }
}

/// Those treated elsewhere live all over the city: their claims go to the halls, and to the review
/// offices beside them, of all districts.
#[test]
fn chongqing_outbound_claims_are_spread_over_the_districts() {
    let story = Story::of(plain("chongqing", &[("outbound-outpatient", 20.0)], &[]), 1);
    let courses = story.took("outbound-outpatient", "agency-claim");
    for step in [0, 1] {
        let mut sites: BTreeMap<u32, usize> = BTreeMap::new();
        for course in &courses {
            *sites.entry(course.one_at(Event::Came, step).site).or_default() += 1;
        }
        let most = sites.values().max().copied().unwrap_or(0);
        assert!(most * 5 < courses.len(), "step {step}: {most} of {} at one site of 41", courses.len());
    }
}

/// "回参保地医保部门", "回参保地医保经办机构", "参保地经办机构", "所属辖区医保经办机构": the hall, and the review office behind it,
/// are those of the district in which the person lives.
#[test]
fn claims_at_the_agency_of_ones_own_place_go_to_the_home_district() {
    for (city, care, pathway) in [
        ("chongqing", "outbound-outpatient", "agency-claim"),
        ("chongqing", "outbound-inpatient", "agency-claim-stay"),
        ("zibo", "outbound-outpatient", "agency-claim"),
        ("zibo", "outbound-inpatient", "agency-claim-stay"),
        ("xinzhou", "outbound-outpatient", "agency-claim"),
        ("xinzhou", "inpatient", "agency-claim-stay"),
        ("wuhan", "outbound-inpatient", "district-agency-retroactive"),
        ("wuhan", "maternity", "district-agency-retroactive"),
    ] {
        let story = Story::of(plain(city, &[(care, 20.0)], &[]), 1);
        let homes = story.homes();
        let mut districts: Vec<u16> = Vec::new();
        for course in story.took(care, pathway) {
            let row = course.rows[0];
            let home = homes[&(row.origin, row.person, row.visit)];
            for step in [0, 1] {
                let came = course.one_at(Event::Came, step);
                assert_eq!(story.world().sites[came.site as usize].district, home, "{city} {care} step {step}");
            }
            districts.push(home);
        }
        districts.sort_unstable();
        districts.dedup();
        assert!(districts.len() >= 5, "{city} {care}: people of {} districts", districts.len());
    }
}

/// "在市外住院的重庆参保人…可在新平台上线后进行结算": settled at the hospital outside after 4 August 0:00
/// (three days here), at no desk of the city.
#[test]
fn chongqing_outbound_inpatients_settle_outside_after_the_return() {
    let sets = ["handling.outbound-inpatient.settled-later.share=1"];
    let story = Story::of(plain("chongqing", &[("outbound-inpatient", 10.0)], &sets), 1);
    let courses = story.took("outbound-inpatient", "away-conversion");
    story.all_met(&courses, "2021-07-30T18:00:00", "2021-08-04T00:00:00");
    for course in courses {
        assert_eq!(story.words(course), "paid refunded");
        assert_eq!(course.one(Event::Paid).fen, BILL);
        assert_eq!(story.text(course.one(Event::Refunded).time), "2021-08-07T00:00:00");
        story.money_is_kept(course, OWN);
    }
    // Who is discharged after the return settles there as in normal times: no payment, no desk here.
    assert_eq!(story.pathways("outbound-inpatient"), ["away-conversion"]);
}

/// "先行垫付医疗费,回参保地手工报销": outbound stays that do not wait are claimed at the home hall.
#[test]
fn chongqing_outbound_inpatients_who_prepay_claim_at_a_home_hall() {
    let sets = ["handling.outbound-inpatient.settled-later.share=0"];
    let story = Story::at_three(plain("chongqing", &[("outbound-inpatient", 10.0)], &sets));
    for course in story.took("outbound-inpatient", "agency-claim-stay") {
        story.claimed_at_hall(course, "2021-08-04", "2021-08-15T12:00:00");
    }
}

/// "在重庆住院的外省参保人,由医院在原医保系统办理转自费,新平台上线后重新办理入院手续": put on self-pay at
/// their hospital before 30 July 18:00, admitted again by it when the desk opens on 4 August.
#[test]
fn chongqing_inbound_inpatients_are_put_on_self_pay_and_admitted_again() {
    let mut world = plain("chongqing", &[("inbound-inpatient", 12.0)], &[]);
    world.measures.iter_mut().for_each(|measure| measure.minutes = Distribution::Fixed(10.0));
    let story = Story::of(world, 1);
    for course in story.took("inbound-inpatient", "readmission") {
        assert_eq!(story.words(course), "came started finished", "the patient pays nothing before discharge");
        assert_eq!(course.rows[0].site, course.rows[0].origin);
        story.entered(course, 0, "2021-08-04T00:00:00", "2021-08-04T08:00:00");
    }
    let converted = story.before_stop();
    assert!(converted.len() >= 20, "{} converted", converted.len());
    for course in converted {
        let done = course.all(Event::Finished);
        let Some(done) = done.first() else {
            assert_eq!(story.words(course), "came left", "what the cut-off left undone");
            continue;
        };
        assert!(done.time.0 < story.moment("2021-07-30T18:00:00").0 + TEN_MINUTES, "{}", story.text(done.time));
        assert_eq!(done.site, course.rows[0].origin);
    }
}

/// "不能正常结算的异地就医患者…回参保地手工报销": inbound patients take their bills home, to no desk here.
#[test]
fn chongqing_inbound_patients_who_cannot_settle_claim_at_home() {
    let care = [("inbound-outpatient", 20.0), ("inbound-inpatient", 12.0)];
    let story = Story::of(plain("chongqing", &care, &[]), 1);
    assert_eq!(story.pathways("inbound-outpatient"), ["home-region-claim"]);
    for (care, _) in care {
        let courses = story.took(care, "home-region-claim");
        story.all_met(&courses, "2021-07-30T18:00:00", "2021-08-04T00:00:00");
        for course in courses {
            story.claimed_outside(course);
        }
    }
}

/// "采取线下手工接件的方式…待新平台上线完成后再进行处理": manual reimbursement stops on 25 July 0:00; its
/// papers are taken in at a hall while it is down and entered only on 4 August when halls open.
#[test]
fn chongqing_papers_are_taken_in_while_manual_reimbursement_is_down() {
    let world = plain("chongqing", &[("manual-claims", 60.0)], &[]);
    let story = Story::of(world.clone(), 1);
    assert_eq!(story.pathways("manual-claims"), ["intake-claims"]);
    let courses = story.took("manual-claims", "intake-claims");
    story.all_met(&courses, "2021-07-25T00:00:00", "2021-08-04T00:00:00");
    for course in courses {
        story.entered(course, 1, "2021-08-04T00:00:00", "2021-08-04T08:30:00");
    }
    let story = Story::at_three(world);
    for course in story.took("manual-claims", "intake-claims") {
        let hall = story.taken_in(course);
        assert_eq!(story.group(hall), "hall");
        assert_eq!(course.one_at(Event::Came, 1).site, hall, "entered where they were taken in");
    }
}

/// "7月25日0时起…手工报销", "7月30日18时起…所有医疗保险业务": online, manual reimbursement and provider
/// registration meet their stop from Monday 26 July (halls are closed on Sunday the 25th), other
/// agency work from Monday 2 August, settlement from the evening of 30 July.
#[test]
fn chongqing_online_and_manual_reimbursement_stop_before_settlement() {
    let care = [("manual-claims", 60.0), ("provider-registration", 60.0), ("enrolment", 60.0), ("outpatient", 40.0)];
    let story = Story::of(plain("chongqing", &care, &[]), 1);
    let first = |care| {
        let met = story.care(care);
        story.day(met.iter().map(|course| course.rows[0].time).min().expect("some met the stop"))
    };
    assert_eq!(first("manual-claims"), "2021-07-26");
    assert_eq!(first("provider-registration"), "2021-07-26");
    assert_eq!(first("enrolment"), "2021-08-02");
    assert_eq!(first("outpatient"), "2021-07-30");
    for (care, stop) in [("manual-claims", "2021-07-25T00:00:00"), ("outpatient", "2021-07-30T18:00:00")] {
        story.all_met(&story.care(care), stop, "2021-08-04T00:00:00");
    }
}

// ------------------------------------------------------------------------------------------------
// Nantong 南通
// ------------------------------------------------------------------------------------------------

/// "15日18时…暂停全市医保部门所有业务", "19日18时起…暂停…划卡", "22日8时": agency matters meet the stop from
/// Tuesday 16 November on, cards from the 19th at 18:00, and nothing after the 22nd at 8:00.
#[test]
fn nantong_stops_in_two_stages() {
    let care = [("manual-claims", 60.0), ("enrolment", 60.0), ("outpatient", 60.0), ("pharmacy", 60.0)];
    let story = Story::of(plain("nantong", &care, &[]), 1);
    for (care, stop, first_day) in [
        ("manual-claims", "2021-11-15T18:00:00", "2021-11-16"),
        ("enrolment", "2021-11-15T18:00:00", "2021-11-16"),
        ("outpatient", "2021-11-19T18:00:00", "2021-11-19"),
        ("pharmacy", "2021-11-19T18:00:00", "2021-11-19"),
    ] {
        let met = story.care(care);
        assert!(met.len() >= 20, "{care}: {}", met.len());
        story.all_met(&met, stop, "2021-11-22T08:00:00");
        assert_eq!(story.day(met.iter().map(|course| course.rows[0].time).min().expect("some")), first_day);
    }
}

/// "在本年度工作日内…至市内各医保经办服务窗口": with people coming late (5 % a day), each claim at a hall is
/// made on a working day from 22 November to 31 December 2021; the others are lost as the year ends.
#[test]
fn nantong_outpatients_claim_at_a_hall_on_a_working_day_of_2021() {
    let sets = ["handling.outpatient.station.share=0"];
    let mut world = plain("nantong", &[("outpatient", 60.0)], &sets);
    for way in &mut world.pathways {
        (way.returns.rush_share, way.returns.daily_share, way.returns.deadline_pull_share) = (0.05, 0.05, 0.5);
    }
    let story = Story::at_three(world);
    let (mut made, mut lost) = (0, 0);
    for course in story.took("outpatient", "agency-claim") {
        assert_eq!(course.one(Event::Paid).fen, BILL);
        for came in course.all(Event::Came) {
            let day = story.day(came.time);
            assert!(("2021-11-22".."2022-01-01").contains(&day.as_str()), "{day}");
            let second = if came.step == 0 { "15:00:00" } else { "15:10:00" };
            assert_eq!(story.text(came.time), format!("{day}T{second}"));
            // No holidays or swapped days are left in 2021: Monday to Friday.
            assert!(story.world().clock.weekday(came.time.day()) < 5, "{day} is a weekend");
        }
        if course.all(Event::Lost).is_empty() {
            made += 1;
        } else {
            lost += 1;
            assert_eq!(story.text(course.one(Event::Lost).time), "2022-01-01T00:00:00");
            assert_eq!(course.one(Event::Lost).fen, FUND + ACCOUNT);
        }
    }
    assert!(made > 20 && lost > 5, "{made} made, {lost} lost");
}

/// The same with everybody coming at once: Monday 22 November, run of the 25th, money on the 30th.
#[test]
fn nantong_outpatient_claims_at_halls_are_paid_with_the_run_of_25_november() {
    let story = Story::at_three(plain("nantong", &[("outpatient", 40.0)], &["handling.outpatient.station.share=0"]));
    for course in story.took("outpatient", "agency-claim") {
        story.claimed_at_hall(course, "2021-11-22", "2021-11-30T12:00:00");
    }
}

/// "在设有医保服务站的医疗机构发生的门诊费用,可…至其医保服务站": only patients of hospitals with a station,
/// at that station; the weekly run of Wednesday the 24th pays, the money is there on the 29th.
#[test]
fn nantong_station_claims_are_made_at_the_station_of_ones_own_hospital() {
    let sets = ["handling.outpatient.station.share=1", "sites.station.count=3"];
    let story = Story::at_three(plain("nantong", &[("outpatient", 60.0)], &sets));
    for course in story.took("outpatient", "station-claim") {
        assert_eq!(story.words(course), "paid came started finished refunded");
        let came = course.one(Event::Came);
        assert_eq!(story.world().sites[course.rows[0].origin as usize].station, Some(came.site));
        assert_eq!(story.group(came.site), "station");
        story.served(course, came, "2021-11-22");
        assert_eq!(course.one(Event::Paid).fen, BILL);
        assert_eq!(course.one(Event::Refunded).fen, FUND + ACCOUNT);
        assert_eq!(story.text(course.one(Event::Refunded).time), "2021-11-29T12:00:00");
    }
    for course in story.took("outpatient", "agency-claim") {
        assert_eq!(story.world().sites[course.rows[0].origin as usize].station, None, "all the others have no station");
    }
}

/// "到购药药店办理自费转医保手续": at the same pharmacy, from Monday 22 November 8:00 on.
#[test]
fn nantong_pharmacy_purchases_are_converted_at_the_same_pharmacy() {
    let story = Story::at_three(plain("nantong", &[("pharmacy", 60.0), ("chronic", 900.0)], &[]));
    for course in story.took("pharmacy", "pharmacy-conversion") {
        story.converted(course, "2021-11-22");
        assert_eq!(story.group(course.rows[0].origin), "pharmacy");
    }
    // Chronic patients who bought at a pharmacy, likewise.
    for course in story.took("chronic", "conversion") {
        assert_eq!(story.group(course.rows[0].origin), "pharmacy");
        story.converted(course, "2021-11-22");
    }
}

/// "需要做血透的…由医院先做记账处理,待新平台上线后由医院与参保人员结算": nothing is paid, and the same hospital
/// settles the ledger at 8:00 on Monday the 22nd.
#[test]
fn nantong_dialysis_is_on_the_ledger_of_the_same_hospital() {
    let story = Story::of(plain("nantong", &[("dialysis", 80.0)], &[]), 1);
    assert_eq!(story.pathways("dialysis"), ["ledger"]);
    for course in story.took("dialysis", "ledger") {
        assert_eq!(story.words(course), "paid came started finished");
        assert_eq!(course.one(Event::Paid).fen, 0);
        assert_eq!(course.one(Event::Came).site, course.rows[0].origin);
        story.entered(course, 0, "2021-11-22T08:00:00", "2021-11-22T08:00:00");
        story.money_is_kept(course, OWN);
    }
}

/// "可先办理自费出院手续…至医疗机构办理自费转医保手续": discharged in the gap, all is paid and converted at the
/// same hospital; still in hospital after it, the registration is converted back in person.
#[test]
fn nantong_inpatients_discharged_in_the_gap_convert_at_the_same_hospital() {
    let care = [("inpatient", 20.0), ("maternity", 12.0)];
    let story = Story::at_three(plain("nantong", &care, &["measures.settle-before.fit_share=0"]));
    for (care, _) in care {
        let courses = story.took(care, "prepay-and-convert");
        story.all_met(&courses, "2021-11-19T18:00:00", "2021-11-22T08:00:00");
        for course in courses {
            story.converted(course, "2021-11-22");
        }
        for course in story.took(care, "reconversion") {
            assert_eq!(story.words(course), "came started finished");
            story.served(course, course.one(Event::Came), "2021-11-22");
            assert_eq!(course.rows[0].site, course.rows[0].origin);
        }
    }
}

/// "非我市参保人员…以现金结算,按参保地规定核报": inbound outpatients pay cash and claim outside.
#[test]
fn nantong_inbound_outpatients_leave_to_the_outside() {
    let story = Story::of(plain("nantong", &[("inbound-outpatient", 40.0)], &[]), 1);
    assert_eq!(story.pathways("inbound-outpatient"), ["home-region-claim"]);
    for course in story.took("inbound-outpatient", "home-region-claim") {
        story.claimed_outside(course);
    }
}

/// "在暂停划卡前,将所有在院病人转为自费登记": no conversion is begun after Friday 19 November 18:00.
#[test]
fn nantong_inpatients_are_put_on_self_pay_by_19_november_18_00() {
    let story = Story::of(plain("nantong", &[("inpatient", 20.0)], &["measures.settle-before.fit_share=0"]), 1);
    let works = story.before_stop();
    assert!(works.len() >= 50, "{}", works.len());
    for course in works {
        for started in course.all(Event::Started) {
            assert!(started.time < story.moment("2021-11-19T18:00:00"), "{}", story.text(started.time));
        }
    }
}

/// "由机构先做记账处理,待新平台启用后由定点机构与参保人员结算": care homes; "按计划进行上门服务": care at home.
/// Neither asks for money, and neither is put off or forgone.
#[test]
fn nantong_care_homes_keep_a_ledger_and_care_at_home_goes_on() {
    let care = [("long-term-care", 30.0), ("home-care", 30.0)];
    let sets = ["sites.care-home.count=6", "sites.device-company.count=3"];
    let story = Story::of(plain("nantong", &care, &sets), 1);
    for (care, pathway) in [("long-term-care", "care-ledger"), ("home-care", "home-care-entry")] {
        assert_eq!(story.pathways(care), [pathway]);
        for course in story.took(care, pathway) {
            assert_eq!(story.words(course), "paid came started finished");
            assert_eq!(course.one(Event::Paid).fen, 0);
            assert_eq!(course.one(Event::Came).site, course.rows[0].origin);
            story.entered(course, 0, "2021-11-22T08:00:00", "2021-11-22T08:00:00");
        }
    }
}

/// "由定点辅具公司先行记账,待新平台启用后,参保人员至定点辅具服务公司划卡": nothing is paid; the person comes to
/// the same company from 22 November 8:00 on.
#[test]
fn nantong_care_devices_are_on_the_ledger_of_the_company() {
    let sets = ["sites.care-home.count=6", "sites.device-company.count=3"];
    let story = Story::at_three(plain("nantong", &[("care-devices", 30.0)], &sets));
    for course in story.took("care-devices", "device-ledger") {
        assert_eq!(story.words(course), "paid came started finished");
        assert_eq!(course.one(Event::Paid).fen, 0);
        assert_eq!(course.one(Event::Came).site, course.rows[0].origin);
        story.served(course, course.one(Event::Came), "2021-11-22");
    }
}

/// "已核定的…可正常办理缴费业务": with everybody assessed nobody's payment meets the stop; with nobody
/// assessed all do.
#[test]
fn nantong_assessed_people_are_not_stopped_for_collection() {
    let met = |share| {
        let set = format!("classes.assessed.share={share}");
        Story::of(plain("nantong", &[("collection", 60.0)], &[&set]), 1).care("collection").len()
    };
    assert_eq!(met(1.0), 0);
    assert!(met(0.0) > 50, "{}", met(0.0));
}

/// With a thousand purchases a day the first that meets the stop falls within minutes after it, the
/// last within an hour before the return (pharmacies sell little before eight).
#[test]
fn nantong_the_stop_is_met_from_its_first_minutes_on() {
    let story = Story::of(plain("nantong", &[("pharmacy", 1000.0)], &[]), 1);
    let met = story.care("pharmacy");
    let first = met.iter().map(|course| course.rows[0].time).min().expect("some");
    let last = met.iter().map(|course| course.rows[0].time).max().expect("some");
    assert!((story.moment("2021-11-19T18:00:00")..story.moment("2021-11-19T18:10:00")).contains(&first));
    assert!((story.moment("2021-11-22T07:00:00")..story.moment("2021-11-22T08:00:00")).contains(&last));
}

// ------------------------------------------------------------------------------------------------
// Zibo 淄博
// ------------------------------------------------------------------------------------------------

/// "10月10日00:00时起", "10月18日24:00时起": visits meet the stop from 10 October 0:00 to 19 October 0:00,
/// Saturday the 9th being worked as usual; no claim is served before the 19th; who paid in full has
/// the visit entered again at the same provider. Pharmacies are not named: 30 % convert there.
#[test]
fn zibo_visits_are_entered_again_at_the_same_provider_from_19_october() {
    let care = [("outpatient", 20.0), ("dialysis", 40.0), ("inpatient", 12.0), ("pharmacy", 40.0)];
    let story = Story::at_three(plain("zibo", &care, &[]));
    for (care, pathway) in [
        ("outpatient", "supplementary-entry-paid"),
        ("dialysis", "supplementary-entry-paid"),
        ("inpatient", "prepay-and-convert"),
        ("pharmacy", "pharmacy-conversion"),
    ] {
        let courses = story.took(care, pathway);
        story.all_met(&courses, "2021-10-10T00:00:00", "2021-10-19T00:00:00");
        for course in courses {
            story.converted(course, "2021-10-19");
        }
    }
}

/// The same where only the own share is asked at the visit: 440.00 yuan, and the provider enters the
/// visit with nobody present when its desk opens on the 19th. Nothing is owed by either side.
#[test]
fn zibo_own_share_paid_leaves_the_entry_to_the_provider() {
    let sets = ["handling.outpatient.own.share=1", "handling.inpatient.own.share=1"];
    let story = Story::of(plain("zibo", &[("outpatient", 20.0), ("inpatient", 12.0)], &sets), 1);
    for (care, pathway) in [("outpatient", "supplementary-entry-own"), ("inpatient", "supplementary-entry-stay")] {
        for course in story.took(care, pathway) {
            assert_eq!(story.words(course), "paid came started finished");
            assert_eq!(course.one(Event::Paid).fen, OWN);
            assert_eq!(course.one(Event::Came).site, course.rows[0].origin);
            story.entered(course, 0, "2021-10-19T00:00:00", "2021-10-19T08:00:00");
            story.money_is_kept(course, OWN);
        }
    }
}

/// "在停机期间出院未能及时备案的…全额垫付,回参保地医保经办机构": paid in full, at a hall on Tuesday 19 October,
/// with the run of the 25th and on the account on the 30th; filed or not.
#[test]
fn zibo_discharged_outside_without_filing_claims_at_a_hall() {
    for share in ["classes.filed.share=0", "classes.filed.share=1"] {
        let story = Story::at_three(plain("zibo", &[("outbound-inpatient", 10.0)], &[share]));
        let courses = story.took("outbound-inpatient", "agency-claim-stay");
        let gap: Vec<&Course> =
            courses.into_iter().filter(|course| course.rows[0].time < story.moment("2021-10-19T00:00:00")).collect();
        assert!(gap.len() >= 20);
        for course in gap {
            story.claimed_at_hall(course, "2021-10-19", "2021-10-30T12:00:00");
        }
    }
}

/// "系统上线运行后仍未出院的可补办备案手续,出院时直接在就医地联网医院进行结算": nothing is paid beyond the usual own
/// share; who has not filed files late at a hall, from the tray when it opens on the 19th at 8:30; who
/// has filed goes to no desk.
#[test]
fn zibo_still_in_hospital_outside_after_the_return_files_late_and_settles_there() {
    let late = ["classes.filed.share=0", "handling.outbound-inpatient.late-filing.share=1"];
    let story = Story::of(plain("zibo", &[("outbound-inpatient", 10.0)], &late), 1);
    for course in story.took("outbound-inpatient", "late-filing-direct") {
        assert_eq!(story.words(course), "came started finished");
        assert_eq!(story.group(course.one(Event::Came).site), "hall");
        story.entered(course, 0, "2021-10-19T00:00:00", "2021-10-19T08:30:00");
    }
    let story = Story::of(plain("zibo", &[("outbound-inpatient", 10.0)], &["classes.filed.share=1"]), 1);
    assert_eq!(story.pathways("outbound-inpatient"), ["agency-claim-stay"]);
    story.all_met(&story.care("outbound-inpatient"), "2021-10-10T00:00:00", "2021-10-19T00:00:00");
}

/// "职工基本医疗保险关系转入,正常收取…整理造册,待系统切换完成后将集中进行业务办理": papers of transfers-in are taken in
/// at the hall in the outage and entered from the tray when halls open on the 19th at 8:30.
#[test]
fn zibo_transfers_in_are_entered_in_batch_after_the_return() {
    let sets = ["handling.transfers.transfer-in.share=1"];
    let world = plain("zibo", &[("transfers", 60.0)], &sets);
    let story = Story::of(world.clone(), 1);
    let courses = story.took("transfers", "intake");
    story.all_met(&courses, "2021-10-10T00:00:00", "2021-10-19T00:00:00");
    for course in courses {
        story.entered(course, 1, "2021-10-19T00:00:00", "2021-10-19T08:30:00");
    }
    let story = Story::at_three(world);
    for course in story.took("transfers", "intake") {
        assert_eq!(course.one_at(Event::Came, 1).site, story.taken_in(course), "entered where they were taken in");
    }
}

/// "职工基本医疗保险关系转出…暂停办理": transfers-out wait and come to a hall on the 19th.
#[test]
fn zibo_transfers_out_wait_for_the_return() {
    let sets = ["handling.transfers.transfer-in.share=0"];
    let story = Story::at_three(plain("zibo", &[("transfers", 60.0)], &sets));
    for course in story.took("transfers", "come-back") {
        assert_eq!(story.words(course), "paid came started finished");
        story.served(course, course.one(Event::Came), "2021-10-19");
    }
}

/// "定点工伤住院联网业务…暂停": work-injury stays meet the stop too, and are entered again at their
/// hospital; work-injury visits without a stay are not named and go on.
#[test]
fn zibo_work_injury_stays_stop_too() {
    let sets = ["handling.injury-inpatient.ledger.share=0"];
    let care = [("injury-inpatient", 12.0), ("work-injury", 40.0)];
    let world = plain("zibo", &care, &sets);
    let story = Story::at_three(world.clone());
    let courses = story.took("injury-inpatient", "injury-prepaid");
    story.all_met(&courses, "2021-10-10T00:00:00", "2021-10-19T00:00:00");
    for course in courses {
        story.converted(course, "2021-10-19");
    }
    let story = Story::of(world, 1);
    for course in story.took("injury-inpatient", "injury-stay-entry") {
        story.entered(course, 0, "2021-10-19T00:00:00", "2021-10-19T08:00:00");
    }
    assert!(story.care("work-injury").is_empty(), "visits without a stay do not meet the stop");
}

// ------------------------------------------------------------------------------------------------
// Xinzhou 忻州
// ------------------------------------------------------------------------------------------------

/// "10月19日17时前为其办理出院结算", "10月21日18时起": discharges meet the stop from the 19th at 17:00 on,
/// everything else only from the 21st at 18:00; nothing after 31 October 22:00 at hospitals and noon of
/// 1 November at small providers.
#[test]
fn xinzhou_discharges_stop_two_days_before_outpatient_settlement() {
    let sets = ["measures.settle-before.fit_share=0"];
    let care = [("inpatient", 20.0), ("outpatient", 40.0), ("collection", 60.0)];
    let story = Story::of(plain("xinzhou", &care, &sets), 1);
    let discharged: Vec<&Course> =
        story.care("inpatient").into_iter().filter(|course| course.rows[0].event == Event::Paid).collect();
    let discharged: Vec<&Course> =
        discharged.into_iter().filter(|course| course.rows[0].time < story.moment("2021-10-31T22:00:00")).collect();
    story.all_met(&discharged, "2021-10-19T17:00:00", "2021-11-01T12:00:00");
    let early = |course: &&&Course| course.rows[0].time < story.moment("2021-10-21T18:00:00");
    assert!(discharged.iter().filter(early).count() >= 10, "discharges of the 19th to the 21st meet the stop");
    let outpatients = story.care("outpatient");
    assert!(outpatients.len() >= 50);
    story.all_met(&outpatients, "2021-10-21T18:00:00", "2021-11-01T12:00:00");
    for course in &outpatients {
        let small = matches!(story.group(course.rows[0].origin), "primary" | "clinic");
        assert!(small || course.rows[0].time < story.moment("2021-10-31T22:00:00"));
    }
    let first = discharged.iter().map(|course| course.rows[0].time).min().expect("some");
    assert!(first < story.moment("2021-10-20T12:00:00"), "discharges meet it within a day");
    // 10月19日17时完成…征缴对账: premiums stop with discharges.
    let first = story.care("collection").iter().map(|course| course.rows[0].time).min().expect("some");
    assert!(first >= story.moment("2021-10-19T17:00:00") && first < story.moment("2021-10-20T18:00:00"));
}

/// "长期住院的精神类…10月19日17时前…中结,需继续住院治疗的转为自费": who is in hospital is settled so far before the
/// 19th at 17:00, and at a discharge in the gap pays only for the days since: bill × days since the
/// cut-off / days of the stay. Who is discharged after the return is admitted again, as one stay.
#[test]
fn xinzhou_long_stays_are_settled_so_far_and_only_the_rest_meets_the_gap() {
    let mut world = plain("xinzhou", &[("long-stay", 12.0)], &[]);
    // Stays of exactly thirty nights.
    world.measures.iter_mut().for_each(|measure| measure.minutes = Distribution::Fixed(10.0));
    for care in world.care.iter_mut().filter(|care| care.key == "long-stay") {
        care.stay_days = Distribution::Fixed(30.0);
    }
    let story = Story::of(world.clone(), 1);
    let cut_off = story.moment("2021-10-19T17:00:00");
    for work in story.before_stop() {
        for started in work.all(Event::Started) {
            assert!(started.time < cut_off, "settled so far by {}", story.text(started.time));
        }
    }
    for course in story.took("long-stay", "readmission") {
        story.entered(course, 0, "2021-10-31T22:00:00", "2021-11-01T08:00:00");
        assert_eq!(course.fen(Event::Paid), 0);
    }
    let story = Story::at_three(world);
    let admissions = story.admissions();
    let mut whole = 0;
    for course in story.took("long-stay", "prepay-and-convert") {
        let paid = course.one(Event::Paid);
        let is_settled = |work: &&Course| same(work, course) && !work.all(Event::Finished).is_empty();
        if !story.before_stop().iter().any(is_settled) {
            // Not asked for by 15:00:00 of the 19th, when the desk was last open before the cut-off, or
            // admitted after it: the whole bill.
            assert_eq!((paid.fen, course.one(Event::Refunded).fen), (BILL, FUND + ACCOUNT));
            whole += 1;
            continue;
        }
        let admitted = admissions[&(paid.origin, paid.person, paid.visit)];
        let since = i64::from(paid.time.0) - i64::from(cut_off.0);
        assert_eq!(paid.fen, BILL * since / (i64::from(paid.time.0) - admitted));
        // One stay of 1,000.00 yuan: what fund and account owe of it, 450.00 and 110.00, less what
        // they owed of the part settled before (45 % and a fifth of the rest, rounded down).
        let first = BILL - paid.fen;
        let first_fund = (first * 9 / 10) / 2;
        let (fund, account) = (45_000 - first_fund, 11_000 - (first - first_fund) / 5);
        assert_eq!(course.one(Event::Refunded).fen, fund + account);
        assert_eq!(course.one(Event::Came).site, course.rows[0].origin);
        story.served(course, course.one(Event::Came), "2021-11-01");
        assert_eq!(story.text(course.one(Event::Refunded).time), "2021-11-01T15:10:00");
    }
    assert!(whole < story.took("long-stay", "prepay-and-convert").len() / 2, "{whole} were not settled so far");
}

/// "10月21日17时之前,一次性开具本月足量": refills bought early are bought before the 21st at 17:00, and last
/// to the end of October only: the next one falls on 1 November.
#[test]
fn xinzhou_refills_are_bought_by_21_october_17_00_and_last_to_the_end_of_the_month() {
    let sets = [
        "measures.stock-up.take_up_share=1",
        "measures.stock-up.needless_share=0",
        // Longer, so that the refills of November are met as well.
        "suspend.settlement.return.estimated=2021-11-20T22:00:00",
    ];
    let mut world = plain("xinzhou", &[("chronic", 900.0)], &sets);
    visible_purchases(&mut world);
    let story = Story::of(world, 1);
    let bought = story.before_stop();
    assert!(bought.len() >= 50, "{}", bought.len());
    let mut checked = 0;
    for first in bought {
        let day = story.day(first.rows[0].time);
        assert!(("2021-10-11"..="2021-10-21").contains(&day.as_str()), "{day}");
        let person = |course: &&Course| story.is_next(first, course);
        let Some(again) = story.courses.iter().find(person) else { continue };
        assert_eq!(story.day(again.rows[0].time), "2021-11-01");
        checked += 1;
    }
    assert!(checked >= 20, "{checked} checked");
}

/// "先自费垫付…凭有效票据在该定点医药机构进行医保结算,做退费处理": refunded at the same provider, hospitals from
/// 31 October 22:00 (so on Monday 1 November), small providers and pharmacies from its noon.
#[test]
fn xinzhou_outpatients_are_refunded_at_the_same_provider() {
    let story = Story::at_three(plain("xinzhou", &[("outpatient", 40.0), ("pharmacy", 40.0)], &[]));
    for (care, pathway) in [("outpatient", "conversion"), ("pharmacy", "pharmacy-conversion")] {
        for course in story.took(care, pathway) {
            story.converted(course, "2021-11-01");
        }
    }
}

/// "由参保人员先行垫付,出院后携带相关材料到参保地医保经办机构": outbound stays and visits at a hall of the home
/// county; Monday 1 November, run of the 10th, money on the 15th.
#[test]
fn xinzhou_outbound_patients_claim_at_a_home_hall() {
    let care = [("outbound-inpatient", 8.0), ("outbound-outpatient", 8.0)];
    let story = Story::at_three(plain("xinzhou", &care, &[]));
    for (care, pathway) in [("outbound-inpatient", "agency-claim-stay"), ("outbound-outpatient", "agency-claim")] {
        for course in story.took(care, pathway) {
            story.claimed_at_hall(course, "2021-11-01", "2021-11-15T12:00:00");
        }
    }
}

/// "可由医疗机构挂账处理…或转为自费回参保地经办机构报销": on the ledger nothing is paid, and the hospital settles
/// when its desk opens after the return; the others pay all and claim at a hall of the home county.
#[test]
fn xinzhou_stays_are_on_the_ledger_or_claimed_at_a_hall() {
    let world = plain("xinzhou", &[("inpatient", 20.0)], &["measures.settle-before.fit_share=0"]);
    let story = Story::of(world.clone(), 1);
    for course in story.took("inpatient", "ledger-stay") {
        assert_eq!(course.one(Event::Paid).fen, 0);
        assert_eq!(course.one(Event::Came).site, course.rows[0].origin);
        if story.group(course.rows[0].origin) == "primary" {
            // Back at noon, and the desk opens again at two.
            story.entered(course, 0, "2021-11-01T12:00:00", "2021-11-01T14:00:00");
        } else {
            story.entered(course, 0, "2021-10-31T22:00:00", "2021-11-01T08:00:00");
        }
    }
    let story = Story::at_three(world);
    let mut early = 0;
    for course in story.took("inpatient", "agency-claim-stay") {
        let paid = course.rows[0].time;
        if paid >= story.moment("2021-10-31T22:00:00") {
            continue;
        }
        // Discharged on the 19th to the 21st, the agency still works: it serves who comes by 15:00:00
        // of the 21st. Its run of the 25th falls into the stop, so all are paid with that of the 10th.
        let day = match paid {
            _ if paid <= story.moment("2021-10-20T15:00:00") => "2021-10-20",
            _ if paid <= story.moment("2021-10-21T15:00:00") => "2021-10-21",
            _ => "2021-11-01",
        };
        early += u32::from(day != "2021-11-01");
        story.claimed_at_hall(course, day, "2021-11-15T12:00:00");
    }
    assert!(early >= 5, "{early} claimed before the stop");
}

// ------------------------------------------------------------------------------------------------
// Wuhan 武汉: where the notice names no return, benefits are back on Tuesday 4 January 2022 at 9:00
// here, 303 hours after the stop: the earliest that the scenario allows.
// ------------------------------------------------------------------------------------------------

/// With whole stays: nobody is settled so far before the stop.
fn wuhan_world(care: &[(&str, f64)], sets: &[&str]) -> Scenario {
    let mut world = plain("wuhan", care, sets);
    world.measures.retain(|measure| measure.kind != MeasureKind::InterimSettlement);
    for stop in &mut world.suspensions {
        if stop.key == "benefits" {
            stop.after_hours = Some(Distribution::Fixed(303.0));
        }
        if stop.key == "social-agency" {
            // 15 December 17:30 and 471.5 hours: 4 January 9:00.
            stop.after_hours = Some(Distribution::Fixed(471.5));
        }
    }
    world
}

fn wuhan(care: &[(&str, f64)], sets: &[&str]) -> Story {
    Story::of(wuhan_world(care, sets), 1)
}

fn wuhan_at_three(care: &[(&str, f64)], sets: &[&str]) -> Story {
    Story::at_three(wuhan_world(care, sets))
}

/// "12月14日17:30起…城乡居民…参保登记", "12月15日17:30起…城镇职工": residents' enrolment meets the stop from
/// the 15th on, employees' from the 16th on (halls close at 17:30), settlement from the 22nd at 18:00 to
/// the 31st at 23:00.
#[test]
fn wuhan_enrolment_of_residents_stops_a_day_before_that_of_employees() {
    let story = wuhan(&[("enrolment", 80.0), ("inpatient", 12.0), ("pharmacy", 30.0)], &[]);
    let first = |scheme: &str| {
        let scheme = story.world().schemes.iter().position(|known| known.key == scheme).expect("such a scheme");
        let met = story.care("enrolment");
        let met = met.iter().filter(|course| usize::from(course.rows[0].scheme) == scheme);
        story.day(met.map(|course| course.rows[0].time).min().expect("some met the stop"))
    };
    assert_eq!(first("resident"), "2021-12-15");
    assert_eq!(first("employee"), "2021-12-16");
    let purchases = story.care("pharmacy");
    assert!(purchases.len() >= 50);
    story.all_met(&purchases, "2021-12-22T18:00:00", "2021-12-31T23:00:00");
    story.all_met(&story.took("inpatient", "prepay-and-convert"), "2021-12-22T18:00:00", "2021-12-31T23:00:00");
}

/// "2021年12月31日23:00起,恢复…医保结算,其他医保经办业务视实际情况逐步恢复", and 1 to 3 January are a holiday: no hall
/// serves a claim before Tuesday 4 January 2022, however the return falls; the run of the 10th pays,
/// and the money is there on the 15th.
#[test]
fn wuhan_nothing_is_served_at_agency_halls_before_4_january() {
    let story = wuhan_at_three(&[("maternity", 20.0)], &["classes.ledger-protected.share=0"]);
    for course in story.took("maternity", "district-agency-retroactive") {
        story.claimed_at_hall(course, "2022-01-04", "2022-01-15T12:00:00");
    }
    // Were benefits back with settlement, on 31 December at 23:00, halls would still be closed.
    let mut world = wuhan_world(&[("maternity", 20.0)], &["classes.ledger-protected.share=0"]);
    for stop in world.suspensions.iter_mut().filter(|stop| stop.key == "benefits") {
        stop.after_hours = Some(Distribution::Fixed(221.0));
    }
    let early = Story::at_three(world);
    for course in early.took("maternity", "district-agency-retroactive") {
        early.claimed_at_hall(course, "2022-01-04", "2022-01-15T12:00:00");
    }
    let drawn = Story::of(plain("wuhan", &[("maternity", 20.0)], &["classes.ledger-protected.share=0"]), 4);
    for course in drawn.took("maternity", "district-agency-retroactive") {
        for came in course.all(Event::Came) {
            assert!(came.time >= drawn.moment("2022-01-04T00:00:00"), "{}", drawn.text(came.time));
        }
    }
}

/// "系统上线后回定点医药机构办理费用补录和结算": at the same hospital from the return on; its insurance window is
/// open on New Year's Day from 8:30, and people come then.
#[test]
fn wuhan_stays_and_chronic_care_are_settled_at_the_same_provider_after_the_return() {
    let care = [("inpatient", 20.0), ("long-stay", 2.0), ("dialysis", 60.0)];
    let sets = ["classes.ledger-protected.share=0"];
    let story = wuhan_at_three(&care, &sets);
    for (care, pathway) in [
        ("inpatient", "prepay-and-convert"),
        ("long-stay", "prepay-and-convert"),
        ("dialysis", "supplementary-entry-paid"),
    ] {
        for course in story.took(care, pathway) {
            // Township centres are closed on the holiday.
            if story.group(course.rows[0].origin) == "primary" {
                story.converted(course, "2022-01-04");
            } else {
                story.converted(course, "2022-01-01");
            }
        }
    }
    let story = wuhan(&care, &sets);
    for course in story.took("dialysis", "ledger") {
        assert_eq!(course.one(Event::Paid).fen, 0);
        story.entered(course, 0, "2021-12-31T23:00:00", "2022-01-01T08:30:00");
    }
}

/// "企业离休、残疾军人…以及医疗救助对象就医,由定点医疗机构先记账": they pay nothing, whatever the care.
#[test]
fn wuhan_ledger_protected_people_pay_nothing() {
    let care = [("outpatient", 20.0), ("chronic", 600.0), ("dialysis", 60.0), ("inpatient", 15.0)];
    let sets = ["classes.ledger-protected.share=1", "measures.stock-up.take_up_share=0"];
    let story = wuhan(&care, &sets);
    for (care, pathway) in [
        ("outpatient", "ledger-remote"),
        ("chronic", "ledger-remote"),
        ("dialysis", "ledger-remote"),
        ("inpatient", "ledger-stay"),
    ] {
        for course in story.took(care, pathway) {
            assert_eq!(course.one(Event::Paid).fen, 0);
            assert_eq!(course.one(Event::Came).site, course.rows[0].origin);
            assert_eq!(story.text(course.one(Event::Came).time), "2021-12-31T23:00:00");
            assert!(course.all(Event::Refunded).is_empty() && course.all(Event::Lost).is_empty());
        }
    }
    assert_eq!(story.pathways("outpatient"), ["ledger-remote"]);
    assert_eq!(story.pathways("dialysis"), ["ledger-remote"]);
}

/// "城镇职工普通门诊和药店购药不支持使用个人账户…现金支付": a pharmacy purchase is cash for good. Of 1,000.00 yuan
/// the account would have paid 800.00: its owner keeps them, nothing is prepaid, claimed or lost.
#[test]
fn wuhan_pharmacy_purchases_are_cash_and_the_account_is_kept() {
    let mut world = plain("wuhan", &[("pharmacy", 40.0)], &[]);
    for care in world.care.iter_mut().filter(|care| care.key == "pharmacy") {
        let nothing_but_account =
            Benefit { in_policy_share: 0.0, fund_share: 0.0, account_share: 0.8, ..care.benefit[0] };
        care.benefit.fill(nothing_but_account);
    }
    let story = Story::of(world, 1);
    let courses = story.took("pharmacy", "cash-final");
    for course in &courses {
        assert_eq!(course.one(Event::Paid).fen, BILL);
        assert!(course.all(Event::Came).is_empty() && course.all(Event::Refunded).is_empty());
        assert_eq!(course.fen(Event::Lost), 0);
    }
    let outcome = simulate(&story.model, 11, 0, Tracing::Off).expect("the laws hold");
    let [mut kept, mut prepaid] = [0, 0];
    for cell in &outcome.record.cells {
        kept += cell.account_kept;
        prepaid += cell.prepaid_fund + cell.prepaid_account;
    }
    assert_eq!(kept, 80_000 * courses.len() as i64);
    assert_eq!(prepaid, 0);
}

/// "新系统上线后回工伤医疗服务协议机构办理费用补录和结算": tertiary hospitals from New Year's Day on, secondary ones
/// three days later (from 3 January 23:00, so on the 4th); all paid comes back at the desk.
#[test]
fn wuhan_work_injury_is_entered_again_at_the_same_provider() {
    let story = wuhan_at_three(&[("work-injury", 60.0)], &["handling.work-injury.agency.share=0"]);
    for course in story.took("work-injury", "injury-entry") {
        if story.group(course.rows[0].origin) == "tertiary" {
            story.converted(course, "2022-01-01");
        } else {
            story.converted(course, "2022-01-04");
        }
    }
}

/// "到所属辖区社保经办机构办理追溯报销", "恢复办理后三个月内": at a social-insurance hall, from 4 January 9:00 on and
/// before 4 April 9:00; later claims are lost at that second. With everybody at once, the run of
/// 10 January pays and the money is there on the 15th.
#[test]
fn wuhan_work_injury_claims_at_social_halls_are_made_within_three_months() {
    let care = [("work-injury", 60.0)];
    let sets = ["handling.work-injury.agency.share=1"];
    let story = wuhan_at_three(&care, &sets);
    for course in story.took("work-injury", "social-retroactive") {
        let came = course.one(Event::Came);
        assert_eq!(story.group(came.site), "social-hall");
        story.served(course, came, "2022-01-04");
        assert_eq!(story.text(course.one(Event::Refunded).time), "2022-01-15T12:00:00");
        assert_eq!(course.one(Event::Refunded).fen, FUND + ACCOUNT);
    }
    let mut world = story.model.scenario;
    for way in &mut world.pathways {
        (way.returns.rush_share, way.returns.daily_share, way.returns.deadline_pull_share) = (0.0, 0.02, 0.5);
    }
    let story = Story::of(world, 1);
    let [mut made, mut lost] = [0, 0];
    for course in story.took("work-injury", "social-retroactive") {
        for came in course.all(Event::Came) {
            assert!(came.time < story.moment("2022-04-04T09:00:00"), "{}", story.text(came.time));
            assert_eq!(story.text(came.time), format!("{}T15:00:00", story.day(came.time)));
            made += 1;
        }
        for late in course.all(Event::Lost) {
            assert_eq!(story.text(late.time), "2022-04-04T09:00:00");
            assert_eq!(late.fen, FUND + ACCOUNT);
            lost += 1;
        }
    }
    assert!(made > 50 && lost > 10, "{made} made, {lost} lost");
}

/// "在新平台中再次办理医保住院及结算业务(不另收起付线)": who is still in hospital is admitted again with nothing paid
/// meanwhile, and no pathway of the city takes a second deductible.
#[test]
fn wuhan_stays_admitted_again_pay_no_second_deductible() {
    let story = wuhan(&[("inpatient", 20.0)], &["classes.ledger-protected.share=0"]);
    for course in story.took("inpatient", "readmission") {
        assert_eq!(story.words(course), "came started finished");
        assert_eq!(course.one(Event::Came).site, course.rows[0].origin);
        assert_eq!(story.text(course.one(Event::Came).time), "2021-12-31T23:00:00");
    }
    for rule in story.world().rules.iter().flatten() {
        assert!(!story.world().pathways[usize::from(rule.pathway)].second_deductible, "{}", rule.key);
    }
}

// ------------------------------------------------------------------------------------------------
// Further rules of single notices
// ------------------------------------------------------------------------------------------------

/// Nantong: "以上现金结算的医疗费用…可在本年度工作日内…至市内各医保经办服务窗口": care elsewhere at any hall of
/// the city, Monday 22 November, run of the 25th, money on the 30th.
#[test]
fn nantong_outbound_patients_claim_at_any_hall() {
    let story = Story::at_three(plain("nantong", &[("outbound-outpatient", 40.0)], &[]));
    let courses = story.took("outbound-outpatient", "agency-claim");
    story.all_met(&courses, "2021-11-19T18:00:00", "2021-11-22T08:00:00");
    for course in &courses {
        story.claimed_at_hall(course, "2021-11-22", "2021-11-30T12:00:00");
    }
    let mut halls: Vec<u32> = courses.iter().map(|course| course.one_at(Event::Came, 0).site).collect();
    halls.sort_unstable();
    halls.dedup();
    assert_eq!(halls.len(), 9, "all nine halls are used");
}

/// Nantong: "可通过…江苏政务服务平台或其他线上经办渠道(包括电话传真、邮寄等)先行递交材料": posted papers of filing lie at a
/// hall and are entered on 22 November at 8:30, nobody coming.
#[test]
fn nantong_posted_filings_are_entered_after_the_return() {
    let story = Story::of(plain("nantong", &[("filing", 60.0)], &["handling.filing.posted.share=1"]), 1);
    let courses = story.took("filing", "posted-filing");
    story.all_met(&courses, "2021-11-15T18:00:00", "2021-11-22T08:00:00");
    for course in courses {
        assert_eq!(story.words(course), "paid came started finished");
        story.entered(course, 0, "2021-11-22T08:00:00", "2021-11-22T08:30:00");
    }
}

/// Nantong: "由医疗机构医保经办部门先行收取材料": rights are applied for at the provider, entered by the agency.
#[test]
fn nantong_papers_for_special_rights_are_taken_by_the_provider() {
    let story = Story::of(plain("nantong", &[("eligibility", 60.0)], &["handling.eligibility.later.share=0"]), 1);
    assert_eq!(story.pathways("eligibility"), ["taken-by-provider"]);
    for course in story.took("eligibility", "taken-by-provider") {
        story.entered(course, 0, "2021-11-22T08:00:00", "2021-11-22T08:30:00");
    }
}

/// Nantong: "失能、失智评定申请的,可通过照护保险窗口进行办理": taken at a window on the day, though the system is down.
#[test]
fn nantong_care_assessments_are_taken_at_the_window_in_the_outage() {
    let mut world = plain("nantong", &[("care-assessment", 100.0)], &[OPEN_AT_WEEKENDS]);
    asked_for_at_weekends(&mut world);
    let story = Story::at_three(world);
    for course in story.took("care-assessment", "assessment-window") {
        assert_eq!(story.words(course), "paid came started finished");
        let day = story.day(course.rows[0].time);
        assert!(matches!(day.as_str(), "2021-11-20" | "2021-11-21"), "{day} is not in the outage");
        story.taken_in(course);
    }
}

/// The outage of long-term care in Nantong lasts from Friday evening to Monday morning. Assessments meet it
/// only where halls open at weekends and people then ask for them.
const OPEN_AT_WEEKENDS: &str = "sites.hall.desk.hours=agency-weekend";

fn asked_for_at_weekends(world: &mut Scenario) {
    for care in world.care.iter_mut().filter(|care| care.key == "care-assessment") {
        care.profile.days = [1.0; 8];
    }
}

/// Zibo: pharmacies are not named ("在定点医疗机构进行补录结算"): where none converts, purchases are cash for good.
#[test]
fn zibo_pharmacy_purchases_are_cash_where_the_pharmacy_does_not_convert() {
    let story = Story::of(plain("zibo", &[("pharmacy", 40.0)], &["handling.pharmacy.converted.share=0"]), 1);
    for course in story.took("pharmacy", "cash-final") {
        assert_eq!(course.one(Event::Paid).fen, BILL);
        assert!(course.all(Event::Came).is_empty() && course.all(Event::Refunded).is_empty());
        // The account's 110.00 are kept; the fund's 450.00 are the patient's loss.
        assert_eq!(course.fen(Event::Lost), FUND);
    }
}

/// Xinzhou: "异地参保患者在我市住院的,参照…市内住院": on the ledger, or self-pay and the home region's agency.
#[test]
fn xinzhou_inbound_stays_are_on_the_ledger_or_claimed_at_home() {
    let sets = ["measures.settle-before.fit_share=0"];
    let story = Story::of(plain("xinzhou", &[("inbound-inpatient", 12.0)], &sets), 1);
    for course in story.took("inbound-inpatient", "ledger-stay") {
        assert_eq!(course.one(Event::Paid).fen, 0);
        story.entered(course, 0, "2021-10-31T22:00:00", "2021-11-01T08:00:00");
    }
    for course in story.took("inbound-inpatient", "home-region-claim") {
        story.claimed_outside(course);
    }
}

/// Xinzhou: "医疗机构(或经办机构)…线下备案…要及时补录": hospitals file on paper and enter it, at no public desk; at the
/// agency papers are taken in and entered when halls open on 1 November.
#[test]
fn xinzhou_filings_are_taken_on_paper_and_entered_after_the_return() {
    let world = plain("xinzhou", &[("filing", 60.0)], &[]);
    let story = Story::of(world.clone(), 1);
    for course in story.took("filing", "filing-by-hospital") {
        assert_eq!(story.words(course), "paid");
    }
    for course in story.took("filing", "intake-filing") {
        story.entered(course, 1, "2021-10-31T22:00:00", "2021-11-01T08:30:00");
    }
    let story = Story::at_three(world);
    for course in story.took("filing", "intake-filing") {
        assert_eq!(course.one_at(Event::Came, 1).site, story.taken_in(course), "entered where they were taken in");
    }
}

/// Wuhan: "于2021年12月22日17:00前…办理在院病人医保出院结算": stays fit to leave are settled at their hospital, none after
/// that hour, and do not meet the outage.
#[test]
fn wuhan_stays_fit_to_leave_are_settled_by_22_december_17_00() {
    let sets = ["measures.settle-before.fit_share=1", "measures.settle-before.fit_days=60"];
    let story = wuhan(&[("inpatient", 20.0)], &sets);
    let works = story.before_stop();
    assert!(works.len() >= 50, "{}", works.len());
    for work in &works {
        for started in work.all(Event::Started) {
            assert!(started.time < story.moment("2021-12-22T17:00:00"), "{}", story.text(started.time));
        }
    }
    // Who was settled does not meet the outage a second time.
    let settled =
        |course: &&Course| works.iter().any(|work| !work.all(Event::Finished).is_empty() && same(work, course));
    let twice = story.care("inpatient").into_iter().filter(|course| course.rows[0].pathway.is_some()).filter(settled);
    assert_eq!(twice.count(), 0);
}

/// Wuhan: "停机以后发生的医疗费用…在新平台中再次办理医保住院及结算业务(不另收起付线)", and the same of "在院工伤病人": who is in
/// hospital on 22 December at 17:00 and stays is settled so far, and at a discharge in the gap pays only
/// for the days since, as one stay; who came later pays the whole bill.
#[test]
fn wuhan_stays_that_go_on_are_settled_so_far_and_only_the_rest_waits_for_the_new_system() {
    let sets = [
        "classes.ledger-protected.share=0",
        "measures.settle-before.fit_share=0",
        "handling.injury-inpatient.agency.share=0",
    ];
    for (kind, pathway) in [("inpatient", "prepay-and-convert"), ("injury-inpatient", "injury-prepaid")] {
        let mut world = plain("wuhan", &[(kind, 12.0)], &sets);
        world.measures.iter_mut().for_each(|measure| measure.minutes = Distribution::Fixed(10.0));
        world.care.iter_mut().for_each(|care| care.stay_days = Distribution::Fixed(8.0));
        let story = Story::at_three(world);
        let (cut_off, admissions, works) =
            (story.moment("2021-12-22T17:00:00"), story.admissions(), story.before_stop());
        let (mut rest, mut later) = (0, 0);
        for course in story.took(kind, pathway) {
            let paid = course.one(Event::Paid);
            let admitted = admissions[&(paid.origin, paid.person, paid.visit)];
            let is_settled = |work: &&Course| same(work, course) && !work.all(Event::Finished).is_empty();
            let since = i64::from(paid.time.0) - i64::from(cut_off.0);
            if works.iter().any(is_settled) {
                assert_eq!(paid.fen, BILL * since / (i64::from(paid.time.0) - admitted), "{kind}");
                rest += 1;
            } else {
                assert_eq!(paid.fen, BILL, "{kind}");
                later += i64::from(admitted >= i64::from(cut_off.0));
            }
        }
        assert!(rest >= 20 && later >= 1, "{kind}: {rest} settled so far, {later} admitted later");
    }
}

/// Whether two courses are of one visit.
fn same(one: &Course, other: &Course) -> bool {
    let [one, other] = [one.rows[0], other.rows[0]];
    (one.origin, one.person, one.visit) == (other.origin, other.person, other.visit)
}

/// Wuhan: "可在系统上线后办理补登记和补结算手续,无法补办的…到所属辖区医保经办机构": care elsewhere without filing is filed late
/// at a hall once filing is back, and settled outside three days later; the others claim at a hall.
#[test]
fn wuhan_care_outside_is_filed_late_or_claimed_at_a_hall() {
    let sets = ["classes.filed.share=0"];
    let story = wuhan_at_three(&[("outbound-outpatient", 20.0)], &sets);
    for course in story.took("outbound-outpatient", "late-filing") {
        assert_eq!(story.words(course), "paid came started finished refunded");
        assert_eq!(course.one(Event::Paid).fen, BILL);
        story.served(course, course.one(Event::Came), "2022-01-04");
        let refunded = course.one(Event::Refunded);
        assert_eq!(refunded.time.0, course.one(Event::Finished).time.0 + 3 * 86_400);
        assert_eq!(refunded.fen, FUND + ACCOUNT);
    }
    for course in story.took("outbound-outpatient", "district-agency-retroactive") {
        story.claimed_at_hall(course, "2022-01-04", "2022-01-15T12:00:00");
    }
}

/// Wuhan: "2022年度缴费业务顺延至2022年2月28日": residents' premiums that come late are lost as February ends.
#[test]
fn wuhan_resident_premiums_are_paid_until_28_february() {
    let mut world = plain("wuhan", &[("collection", 120.0)], &["measures.pay-before.share=0"]);
    for stop in world.suspensions.iter_mut().filter(|stop| stop.key == "collection") {
        stop.after_hours = Some(Distribution::Fixed(490.0));
    }
    for way in &mut world.pathways {
        (way.returns.rush_share, way.returns.daily_share, way.returns.deadline_pull_share) = (0.05, 0.01, 0.5);
    }
    let story = Story::at_three(world);
    let [mut made, mut late] = [0, 0];
    for course in story.took("collection", "resident-premium") {
        for came in course.all(Event::Came) {
            // 490 hours after 15 December 0:00: 4 January 10:00.
            assert!(came.time >= story.moment("2022-01-04T10:00:00"), "{}", story.text(came.time));
            assert!(came.time < story.moment("2022-03-01T00:00:00"), "{}", story.text(came.time));
            assert_eq!(story.text(came.time), format!("{}T15:00:00", story.day(came.time)));
            made += 1;
        }
        for lost in course.all(Event::Lost) {
            assert_eq!(story.text(lost.time), "2022-03-01T00:00:00");
            late += 1;
        }
    }
    assert!(made > 50 && late > 10, "{made} made, {late} late");
}

/// Wuhan: "城镇职工普通门诊…现金支付": employees' ordinary outpatient care is cash for good; residents, where their
/// rights are untouched, have theirs entered at the provider.
#[test]
fn wuhan_outpatient_care_of_employees_is_cash_and_that_of_residents_is_entered() {
    let sets = ["classes.ledger-protected.share=0", "handling.outpatient.resident-cash.share=0"];
    let story = wuhan_at_three(&[("outpatient", 30.0)], &sets);
    let scheme = |course: &Course| story.world().schemes[usize::from(course.rows[0].scheme)].key.as_str();
    for course in story.took("outpatient", "cash-final") {
        assert_eq!(scheme(course), "employee");
        assert!(course.all(Event::Came).is_empty());
    }
    for course in story.took("outpatient", "supplementary-entry-paid") {
        assert_eq!(scheme(course), "resident");
        match story.group(course.rows[0].origin) {
            "tertiary" | "secondary" => story.converted(course, "2022-01-01"),
            _ => story.converted(course, "2022-01-04"),
        }
    }
}

// ------------------------------------------------------------------------------------------------
// The second of the return
// ------------------------------------------------------------------------------------------------

/// Whoever comes to a desk that opens at the very second of the return is served then; at one that opens
/// a second earlier that day, on its next open day.
#[test]
fn desks_that_open_with_the_return_serve_and_a_second_earlier_they_do_not() {
    let cases = [
        ("chongqing", "outpatient", "00:00:00", "2021-08-04T00:00:00", "23:59:59", "2021-08-04T23:59:59"),
        ("nantong", "pharmacy", "08:00:00", "2021-11-22T08:00:00", "07:59:59", "2021-11-23T07:59:59"),
        ("zibo", "outpatient", "00:00:00", "2021-10-19T00:00:00", "23:59:59", "2021-10-19T23:59:59"),
        // Small providers come back fourteen hours after 31 October 22:00.
        ("xinzhou", "outpatient", "12:00:00", "2021-11-01T12:00:00", "11:59:59", "2021-11-02T11:59:59"),
        // Hospitals open on New Year's Day.
        ("wuhan", "inpatient", "23:00:00", "2021-12-31T23:00:00", "22:59:59", "2022-01-01T22:59:59"),
        // Halls: benefits are back on 4 January at 9:00.
        ("wuhan", "maternity", "09:00:00", "2022-01-04T09:00:00", "08:59:59", "2022-01-05T08:59:59"),
    ];
    for (city, care, at, then, before, later) in cases {
        for (opens, expected) in [(at, then), (before, later)] {
            let sets = ["classes.ledger-protected.share=0"];
            let care = [(care, 20.0)];
            let mut world = match city {
                "wuhan" => wuhan_world(&care, &sets),
                _ => plain(city, &care, &[]),
            };
            open_for_seconds(&mut world, &[opens]);
            let story = Story::of(world, 1);
            let came = story.courses.iter().filter(|course| course.rows[0].event == Event::Paid).filter(|course| {
                let steps = course.rows[0].pathway.map(|way| &story.world().pathways[usize::from(way)].steps);
                let is_in_person =
                    steps.is_some_and(|steps| steps.first().is_some_and(|step| step.contact == Contact::InPerson));
                // Of Xinzhou the small providers, of Wuhan's stays those at hospitals.
                let group = story.group(course.rows[0].origin);
                let is_meant = match (city, care[0].0) {
                    ("xinzhou", _) => matches!(group, "primary" | "clinic"),
                    ("wuhan", "inpatient") => matches!(group, "tertiary" | "secondary"),
                    _ => true,
                };
                is_in_person && is_meant
            });
            let seconds: Vec<String> = came.map(|course| story.text(course.one_at(Event::Came, 0).time)).collect();
            assert!(seconds.len() >= 20, "{city}: {} came", seconds.len());
            assert!(seconds.iter().all(|second| second == expected), "{city} {opens}: {seconds:?}");
        }
    }
}

/// Desks open at 8:30:00 and at 15:00:00, and the return lies between: all who come on that day come at
/// 15:00:00. On a day without a return both seconds have their comers.
#[test]
fn nobody_comes_in_the_morning_of_a_day_whose_return_is_later() {
    let seconds = |mut world: Scenario, care: &str| {
        open_for_seconds(&mut world, &["08:30:00", "15:00:00"]);
        let story = Story::of(world, 1);
        let met = story.care(care).into_iter().filter(|course| {
            !course.all(Event::Came).is_empty()
                && !matches!(story.group(course.rows[0].origin), "tertiary" | "secondary")
        });
        let mut seconds: Vec<String> = met.map(|course| story.text(course.one_at(Event::Came, 0).time)).collect();
        assert!(seconds.len() >= 20, "{} came", seconds.len());
        seconds.sort_unstable();
        seconds.dedup();
        seconds
    };
    // Small providers of Xinzhou at noon, Wuhan's social-insurance halls at 9:00.
    assert_eq!(seconds(plain("xinzhou", &[("outpatient", 40.0)], &[]), "outpatient"), ["2021-11-01T15:00:00"]);
    let mut halls = wuhan_world(&[("social-matters", 60.0)], &[]);
    halls.measures.clear();
    assert_eq!(seconds(halls, "social-matters"), ["2022-01-04T15:00:00"]);
    let midnight = plain("chongqing", &[("outpatient", 40.0)], &[]);
    assert_eq!(seconds(midnight, "outpatient"), ["2021-08-04T08:30:00", "2021-08-04T15:00:00"]);
}

/// With the real hours, whoever comes to a desk comes when it is open and the service needed is up.
#[test]
fn people_come_in_opening_hours_when_the_service_is_up() {
    for city in ["chongqing", "nantong", "zibo", "xinzhou", "wuhan"] {
        let story = Story::of(shipped(city), 1);
        let world = story.world();
        let mut came_in_person = 0;
        for (paid, row) in story.courses.iter().flat_map(|course| {
            let paid = course.all(Event::Paid).first().map(|paid| paid.time);
            course.all(Event::Came).into_iter().map(move |row| (paid, row))
        }) {
            let Some(way) = row.pathway else { continue };
            let step = &world.pathways[usize::from(way)].steps[usize::from(row.step)];
            if step.contact != Contact::InPerson {
                continue;
            }
            came_in_person += 1;
            assert!(paid.is_none_or(|paid| paid <= row.time), "{city}: came before {}", story.text(row.time));
            let desk = world.group_of(row.site).desk.as_ref().expect("a desk");
            let second = row.time.second_of_day();
            let hours = &desk.hours.days[row.time.day() as usize];
            assert!(hours.iter().any(|(open, close)| (*open..*close).contains(&second)), "{}", story.text(row.time));
            let place = &world.sites[row.origin as usize];
            let is_stay = world.care[usize::from(row.care)].kind == DemandKind::Stays;
            let matter = Matter {
                scheme: row.scheme,
                district: place.district,
                group: place.group,
                care: row.care,
                classes: 0,
                action: if is_stay { Action::Discharge } else { Action::Purchase },
            };
            for (stop, down) in world.suspensions.iter().zip(&story.actual) {
                let end = down.end.0 + stop.wave_delay(place.group, place.district).0;
                let is_down = down.start <= row.time && row.time.0 < end;
                let is_stopped = step.needs.is_some_and(|service| stop.stops(service, &matter));
                assert!(!is_down || !is_stopped, "{city} {}: {} is down", story.text(row.time), stop.key);
            }
        }
        assert!(came_in_person > 500, "{city}: {came_in_person} came");
    }
}

// ------------------------------------------------------------------------------------------------
// Every rule of every notice, step by step
// ------------------------------------------------------------------------------------------------

/// What should happen to one visit after it, told from its pathway as the files write it: who pays, and
/// at which second each step is begun and done.
struct Told<'a> {
    story: &'a Story,
    matter: Matter,
    way: &'a Pathway,
}

impl Told<'_> {
    /// First moment from `time` on at which a step's service is up.
    fn up(&self, needs: Option<u16>, time: SimTime) -> SimTime {
        let world = self.story.world();
        let mut moment = time;
        // Stops one after the other: at most as many passes as there are stops.
        for _ in 0..world.suspensions.len() {
            for (stop, actual) in world.suspensions.iter().zip(&self.story.actual) {
                let delay = stop.wave_delay(self.matter.group, self.matter.district).0;
                let holds = needs.is_some_and(|service| stop.stops(service, &self.matter));
                if holds && actual.start <= moment && moment.0 < actual.end.0 + delay {
                    moment = SimTime(actual.end.0 + delay);
                }
            }
        }
        moment
    }

    /// The return of a service that stops.
    fn back(&self, service: u16) -> SimTime {
        let mut stops = self.story.world().suspensions.iter().zip(&self.story.actual);
        let (_, down) = stops.find(|(stop, _)| stop.stops(service, &self.matter)).expect("it stops");
        self.up(Some(service), down.start)
    }

    /// 15:00:00 of the first open day of a group of desks from a moment on.
    fn three(&self, group: usize, time: SimTime) -> SimTime {
        let desk = self.story.world().groups[group].desk.as_ref().expect("a desk");
        let open = &desk.hours.open_days;
        let day = open.iter().find(|day| SimTime::at(**day, 54_000) >= time).expect("opens again");
        SimTime::at(*day, 54_000)
    }

    /// When each step is come to, begun and done; and when the last is done.
    fn steps(&self, from: SimTime) -> (Vec<[SimTime; 3]>, SimTime) {
        let world = self.story.world();
        let (mut told, mut ready) = (Vec::new(), from);
        for step in &self.way.steps {
            let up = self.up(step.needs, ready);
            let group = match step.at {
                Place::SameSite => usize::from(self.matter.group),
                Place::Station => world.groups.iter().position(|group| group.key == "station").expect("stations"),
                _ => usize::from(step.group),
            };
            let (came, started) = match (step.at, step.contact) {
                (Place::Outside, _) => {
                    ready = SimTime(up.0 + 3 * 86_400);
                    continue;
                }
                (_, Contact::Automatic) => {
                    ready = up;
                    continue;
                }
                (_, Contact::InPerson) => {
                    // Whom another stop meets on the way comes after it.
                    let came = self.three(group, self.up(step.needs, self.three(group, up)));
                    (came, came)
                }
                (Place::BackOffice, _) => (up, self.story.agency_opens(up)),
                (_, Contact::Called | Contact::Remote) => (up, self.three(group, up)),
            };
            ready = SimTime(started.0 + TEN_MINUTES);
            told.push([came, started, ready]);
        }
        (told, ready)
    }

    /// When money that is ready to be paid out arrives.
    fn refunded(&self, done: SimTime) -> SimTime {
        let Refund::Transfer { lag_days, run } = self.way.refund else { return done };
        let (clock, needs) = (&self.story.world().clock, self.way.steps.last().and_then(|step| step.needs));
        let is_weekly = self.story.world().payment_runs[usize::from(run)].key == "weekly";
        let is_run = |day: &u32| match is_weekly {
            true => clock.weekday(*day) == 2,
            false => matches!(clock.date(*day).day(), 10 | 25),
        };
        let noons = (done.day()..clock.days()).filter(is_run).map(|day| SimTime::at(day, 43_200));
        let paid_out = noons.into_iter().find(|noon| *noon >= done && self.up(needs, *noon) == *noon);
        SimTime(paid_out.expect("a run").0 + lag_days * 86_400)
    }

    /// Checks a visit's trace against all this.
    fn check(&self, course: &Course, what: &str) {
        let world = self.story.world();
        let first = course.rows[0];
        let paid = course.all(Event::Paid);
        let care = &world.care[usize::from(first.care)];
        // Who is discharged after the return is first seen when the hospital works again.
        let from = paid.first().map_or_else(|| self.back(care.needs), |row| row.time);
        let (told, done) = self.steps(from);
        let of = |event| course.rows.iter().filter(move |row| row.event == event).map(|row| row.time);
        for (index, event) in [Event::Came, Event::Started, Event::Finished].into_iter().enumerate() {
            let mut times: Vec<SimTime> = of(event).collect();
            times.sort_unstable();
            let texts = |times: &[SimTime]| times.iter().map(|time| self.story.text(*time)).collect::<Vec<_>>();
            let expected: Vec<SimTime> = told.iter().map(|step| step[index]).collect();
            assert_eq!(texts(&times), texts(&expected), "{what} {event:?}, from {}", self.story.text(from));
        }
        let asked = match (self.way.pays, care.kind) {
            (_, DemandKind::Business) => 0,
            (Pays::Everything, _) => BILL,
            (Pays::OwnShare, _) => OWN,
            (Pays::Nothing, _) => 0,
            (other, _) => panic!("{what}: {other:?}"),
        };
        assert!(paid.is_empty() || paid[0].fen == asked, "{what} paid {}", paid[0].fen);
        let back = course.all(Event::Refunded);
        if asked == BILL && !self.way.is_final {
            assert_eq!(
                self.story.text(course.one(Event::Refunded).time),
                self.story.text(self.refunded(done)),
                "{what}"
            );
            assert_eq!(back[0].fen, FUND + ACCOUNT, "{what}");
        } else {
            assert!(back.is_empty(), "{what}");
            assert_eq!(course.fen(Event::Lost), if asked == BILL { FUND } else { 0 }, "{what}");
        }
    }
}

/// Every rule of every notice: for each visit and matter that meets a stop, who pays what, and the second
/// at which each step is come to, begun and done and the money is back; and no rule is left untried.
#[test]
fn every_rule_of_every_notice_gives_the_trace_told_from_its_pathway() {
    for city in ["chongqing", "nantong", "zibo", "xinzhou", "wuhan"] {
        let original = scenario(city, &FEW_SITES);
        let many = |kind: DemandKind| match kind {
            DemandKind::Refills | DemandKind::Sessions => 300.0,
            DemandKind::Stays => 12.0,
            DemandKind::Visits | DemandKind::Business => 25.0,
        };
        let care: Vec<(&str, f64)> = original.care.iter().map(|care| (care.key.as_str(), many(care.kind))).collect();
        let sets: &[&str] = if city == "nantong" { &[OPEN_AT_WEEKENDS] } else { &[] };
        let mut world = if city == "wuhan" { wuhan_world(&care, sets) } else { plain(city, &care, sets) };
        asked_for_at_weekends(&mut world);
        world.measures.clear();
        // Returns that the notice leaves open: 4 January 8:30 and 10:00.
        for (key, hours) in [
            ("resident-enrolment", 495.0),
            ("employee-enrolment", 471.0),
            ("collection", 490.0),
            ("social-arrears", 495.0),
        ] {
            let open = world.suspensions.iter_mut().filter(|stop| stop.key == key && stop.after_hours.is_some());
            open.for_each(|stop| stop.after_hours = Some(Distribution::Fixed(hours)));
        }
        let story = Story::at_three(world);
        let world = story.world();
        let mut tried: Vec<(u8, u16)> = Vec::new();
        for course in &story.courses {
            let row = course.rows[0];
            let Some(way) = row.pathway else { continue };
            let care = &world.care[usize::from(row.care)];
            let place = &world.sites[row.origin as usize];
            let action = if care.kind == DemandKind::Stays { Action::Discharge } else { Action::Purchase };
            let matter = Matter {
                scheme: row.scheme,
                district: place.district,
                group: place.group,
                care: row.care,
                classes: 0,
                action,
            };
            let told = Told { story: &story, matter, way: &world.pathways[usize::from(way)] };
            told.check(course, &format!("{city} {} {}", care.key, told.way.key));
            tried.push((row.care, way));
        }
        for (index, (care, rules)) in world.care.iter().zip(&world.rules).enumerate() {
            let stops = |stop: &Suspension| stop.services >> care.needs & 1 == 1 && stop.scope.care >> index & 1 == 1;
            let is_stopped = world.suspensions.iter().any(stops);
            for rule in rules.iter().filter(|rule| is_stopped && rule.share != Some(0.0)) {
                let way = &world.pathways[usize::from(rule.pathway)];
                // Settled elsewhere as in normal times: no payment beyond the usual, no desk, no trace.
                let is_silent = way.key == "away-direct";
                let is_tried = tried.contains(&(index as u8, rule.pathway));
                assert!(is_silent || is_tried, "{city} {} {} was never tried", care.key, way.key);
            }
        }
    }
}

// ------------------------------------------------------------------------------------------------
// Shares, as shipped
// ------------------------------------------------------------------------------------------------

/// Of so many, each by their own draw, a share: within four standard errors.
fn assert_share(taken: usize, all: usize, share: f64, what: &str) {
    let (taken, all) = (taken as f64, all as f64);
    assert!(all >= 400.0, "{what}: only {all}");
    let error = (all * share * (1.0 - share)).sqrt();
    assert!((taken - all * share).abs() <= 4.0 * error, "{what}: {taken} of {all}, {share}");
}

/// The share of a rule as shipped; in both cases the notice leaves it open and the files say a half.
fn shipped_share(world: &Scenario, care: &str, rule: &str) -> f64 {
    let index = world.care.iter().position(|known| known.key == care).expect("such care");
    let rule = world.rules[index].iter().find(|known| known.key == rule).expect("such a rule");
    rule.share.expect("a stated share")
}

/// Zibo: of transfers half are into the city, whose papers are taken in; those out wait and come to a hall on
/// the 19th at 15:00:00.
#[test]
fn zibo_transfers_are_half_in_and_half_out() {
    let sets = ["measures.bring-forward.share=0"];
    let story = Story::at_three(plain("zibo", &[("transfers", 150.0)], &sets));
    let share = shipped_share(story.world(), "transfers", "transfer-in");
    assert_eq!(share, 0.5);
    let (taken_in, out) = (story.took("transfers", "intake"), story.took("transfers", "come-back"));
    assert_share(taken_in.len(), taken_in.len() + out.len(), share, "transfers in");
    for course in taken_in {
        story.taken_in(course);
    }
    for course in out {
        assert_eq!(story.words(course), "paid came started finished");
        story.served(course, course.one(Event::Came), "2021-10-19");
    }
}

/// Wuhan: half of the residents pay cash for good, the others have their care entered; no employee has.
#[test]
fn wuhan_half_of_the_residents_pay_cash_for_good() {
    let story = wuhan_at_three(&[("outpatient", 60.0)], &["classes.ledger-protected.share=0"]);
    let share = shipped_share(story.world(), "outpatient", "resident-cash");
    assert_eq!(share, 0.5);
    let resident = |course: &&&Course| story.world().schemes[usize::from(course.rows[0].scheme)].key == "resident";
    let cash = story.took("outpatient", "cash-final");
    let entered = story.took("outpatient", "supplementary-entry-paid");
    assert!(entered.iter().all(|course| resident(&course)));
    let cash = cash.iter().filter(resident).count();
    assert_share(cash, cash + entered.len(), share, "residents who pay cash");
}

// ------------------------------------------------------------------------------------------------
// The law of money for every pathway of every city
// ------------------------------------------------------------------------------------------------

/// At the end of each claim, paid − own share = refunded + lost, in every city and for every pathway
/// that any rule names, shares, small refunds, missing papers and refusals as shipped. (A pathway
/// that is final keeps the account's part with its owner.)
#[test]
fn paid_beyond_the_own_share_is_refunded_or_lost_in_every_pathway() {
    let mut seen: Vec<String> = Vec::new();
    for city in ["chongqing", "nantong", "zibo", "xinzhou", "wuhan"] {
        let world = shipped(city);
        let story = Story::of(world, 1);
        for course in &story.courses {
            let first = course.rows[0];
            let Some(way) = first.pathway.filter(|_| first.event == Event::Paid) else { continue };
            let way = &story.world().pathways[usize::from(way)];
            let [paid, back, lost] = [Event::Paid, Event::Refunded, Event::Lost].map(|event| course.fen(event));
            assert!(matches!(paid, 0 | OWN | BILL), "{city} {}: paid {paid}", way.key);
            let prepaid = (paid - OWN).max(0) - if way.is_final { ACCOUNT } else { 0 };
            let is_open = course.all(Event::Refunded).is_empty() && course.all(Event::Lost).is_empty();
            assert!(is_open || back + lost == prepaid, "{city} {}: {paid} {back} {lost}", way.key);
            assert!(back == 0 || lost == 0, "never both");
            if !is_open && prepaid > 0 && !seen.contains(&way.key) {
                seen.push(way.key.clone());
            }
        }
    }
    for pathway in [
        "conversion",
        "supplementary-entry-paid",
        "injury-entry",
        "pharmacy-conversion",
        "prepay-and-convert",
        "agency-claim",
        "agency-claim-stay",
        "district-agency-retroactive",
        "station-claim",
        "home-region-claim",
        "away-conversion",
        "cash-final",
        "late-filing",
        "social-retroactive",
        "injury-prepaid",
    ] {
        assert!(seen.iter().any(|key| key == pathway), "no money came through {pathway}: {seen:?}");
    }
}

/// The city with all its care types, and the pathways as shipped, whole stays only.
fn shipped(city: &str) -> Scenario {
    let care = scenario(city, &FEW_SITES);
    let many = |kind: DemandKind| if matches!(kind, DemandKind::Refills | DemandKind::Sessions) { 200.0 } else { 12.0 };
    let care: Vec<(&str, f64)> = care.care.iter().map(|care| (care.key.as_str(), many(care.kind))).collect();
    let mut world = plain(city, &care, &[]);
    let original = scenario(city, &FEW_SITES);
    world.pathways = original.pathways;
    world.measures.retain(|measure| measure.kind != MeasureKind::InterimSettlement);
    world
}
