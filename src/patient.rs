//! The patient stream: visits due and their latent draws, blind to every schedule.
//!
//! Independent visits form, at each site, a Poisson process over days with the weekday, holiday
//! and hour profile of their care type, times a gamma day effect shared by the whole city. A
//! site-day draws one count, then marks (care type, scheme, hour, classes). Patients with memory
//! are people: refills with a cycle, sessions on fixed weekdays, stays with a length; all are in
//! equilibrium at the start. Every draw is keyed by (site, stream, person or day, index), so that
//! no schedule, thread or order can shift it.

use crate::calendar::{Clock, DAY, DayKind, SimTime};
use crate::curve::Shares;
use crate::desk::DeskSpec;
use crate::distribution::{Distribution, NormalTable, SecondsTable, poisson};
use crate::rng::{Block, Source, StreamId};
use crate::scenario::raw::{DemandKind, SiteKind};
use crate::scenario::world::{Care, Scenario, SiteId};
use crate::units::{BILL_FEN_MAX, fen_from_yuan};

/// Longest stay simulated, days. A longer draw is cut here.
pub const STAY_DAYS_MAX: u32 = 400;

/// Kind of person in a key, so that streams of different kinds never meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum PersonKind {
    /// Independent visit: person is the day.
    Visit = 0,
    /// Stay: person is the day of admission, counted from the longest stay before the start.
    Stay = 1,
    /// Refill patient.
    Refill = 2,
    /// Session patient.
    Session = 3,
    /// Routine matter at a desk: person is the day.
    Routine = 4,
    /// Agency business: person is the day.
    Business = 5,
}

/// Who a draw belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PersonKey {
    /// Site.
    pub site: SiteId,
    /// Person or day, with the kind in the upper four bits.
    pub person: u32,
    /// Number of the visit.
    pub index: u32,
}

impl PersonKey {
    /// A key.
    pub fn new(site: SiteId, kind: PersonKind, person: u32, index: u32) -> Self {
        Self { site, person: (kind as u32) << 28 | person & 0x0fff_ffff, index }
    }

    /// The index part of a draw for one step and attempt.
    pub fn at(self, step: u8, attempt: u8) -> u32 {
        self.index << 10 | u32::from(step & 15) << 6 | u32::from(attempt & 63)
    }

    /// Order among things of one second: site, kind, person or day, then index, in 21, 3, 28 and 12
    /// bits for patients with memory, whose index is a day or a refill, and in 21, 3, 12 and 28 bits
    /// for others, whose person is a day.
    pub fn order(self) -> u64 {
        let kind = self.person >> 28;
        let number = u64::from(self.person & 0x0fff_ffff);
        let bits = index_bits(kind);
        let index = u64::from(self.index) & ((1 << bits) - 1);
        u64::from(self.site) << 43 | u64::from(kind) << 40 | number << bits | index
    }

    /// The key with this order.
    pub fn from_order(order: u64) -> Self {
        let kind = (order >> 40 & 7) as u32;
        let bits = index_bits(kind);
        let payload = order & ((1 << 40) - 1);
        Self {
            site: (order >> 43) as SiteId,
            person: kind << 28 | (payload >> bits) as u32,
            index: (payload & ((1 << bits) - 1)) as u32,
        }
    }
}

/// Bits of the index in [`PersonKey::order`].
fn index_bits(kind: u32) -> u32 {
    if kind == PersonKind::Refill as u32 || kind == PersonKind::Session as u32 { 12 } else { 28 }
}

/// One visit due.
#[derive(Debug, Clone, Copy)]
pub struct Visit {
    /// Key of its draws.
    pub key: PersonKey,
    /// Care type.
    pub care: u8,
    /// Scheme.
    pub scheme: u8,
    /// Classes of the person, as a bit mask.
    pub classes: u32,
    /// District in which the person lives.
    pub home: u16,
    /// When it is due.
    pub due: SimTime,
    /// Admission of a stay, in seconds from the start, may be negative; else the due time.
    pub admitted: i64,
}

/// Care types and schemes of one kind at the sites of one group: what a site-day's count is
/// divided into.
#[derive(Debug, Clone, Default)]
struct Mix {
    /// Care type and scheme.
    combos: Vec<(u8, u8)>,
    /// Events a day at a site of mean size, by type of day.
    total: [f64; 8],
    /// Shares of the combos, by type of day.
    shares: [Shares; 8],
}

impl Mix {
    fn new(scenario: &Scenario, group: usize, kind: DemandKind) -> Self {
        let mut mix = Self::default();
        let count = f64::from(scenario.groups[group].count.max(1));
        let mut rates: [Vec<f64>; 8] = Default::default();
        for (care_index, care) in scenario.care.iter().enumerate().filter(|(_, care)| care.kind == kind) {
            for (scheme, volume) in care.volume.iter().enumerate() {
                let rate = volume * care.group_share[group] / count;
                if rate <= 0.0 {
                    continue;
                }
                mix.combos.push((care_index as u8, scheme as u8));
                for (day_type, rates) in rates.iter_mut().enumerate() {
                    rates.push(rate * care.profile.day_weight(day_type));
                }
            }
        }
        for (day_type, rates) in rates.iter().enumerate() {
            let total: f64 = rates.iter().sum();
            mix.total[day_type] = total;
            let mut running = 0.0;
            let until = rates.iter().map(|rate| {
                running += rate;
                if total > 0.0 { running / total } else { 1.0 }
            });
            mix.shares[day_type] = Shares::new(until.collect());
        }
        mix
    }

    fn pick(&self, day_type: usize, u: f64) -> (u8, u8) {
        self.combos[self.shares[day_type].pick(u)]
    }
}

/// Stays admitted at the sites of one group so many days before the start that are still there at
/// the start: all others are past, so they are never drawn.
#[derive(Debug, Clone, Default)]
struct StillThere {
    /// Expected number at a site of mean size.
    total: f64,
    /// Shares of the combos.
    shares: Shares,
}

impl StillThere {
    /// Of the admissions so many days before the start: weekdays go on there, without holidays and
    /// day effects.
    fn new(mix: &Mix, lengths: &[StayLengths], days: u32, first_weekday: u8) -> Self {
        let weekday = (usize::from(first_weekday) + 7 - days as usize % 7) % 7;
        let mut before = 0.0;
        let admitted = mix.shares[weekday].ends().iter().map(|&until| {
            let share = until - before;
            before = until;
            share
        });
        let mut total = 0.0;
        let mut cumulative: Vec<f64> = mix
            .combos
            .iter()
            .zip(admitted)
            .map(|(&(care, _), share)| {
                total += mix.total[weekday] * share * lengths[usize::from(care)].share_of_at_least(days);
                total
            })
            .collect();
        if total > 0.0 {
            cumulative.iter_mut().for_each(|until| *until /= total);
        }
        Self { total, shares: Shares::new(cumulative) }
    }
}

/// How many of the random words give a stay of at least so many nights: a length never falls as
/// its word rises.
#[derive(Debug, Clone, Default)]
struct StayLengths {
    /// First word, by nights; 2^32 when there is none. Empty for care that is no stay.
    first_word: Vec<u64>,
}

impl StayLengths {
    fn new(care: &Care, normal: &NormalTable) -> Self {
        if care.kind != DemandKind::Stays {
            return Self::default();
        }
        let first_word = (0..=STAY_DAYS_MAX).map(|least| {
            let (mut low, mut high) = (0_u64, 1_u64 << 32);
            while low < high {
                let middle = u64::midpoint(low, high);
                if nights(care, middle as u32, normal) >= least { high = middle } else { low = middle + 1 }
            }
            low
        });
        Self { first_word: first_word.collect() }
    }

    fn share_of_at_least(&self, days: u32) -> f64 {
        self.first_word.get(days as usize).map_or(0.0, |&first| 1.0 - first as f64 / 4_294_967_296.0)
    }

    /// A word among those of at least so many nights.
    fn word_of_at_least(&self, days: u32, word: u32) -> u32 {
        let first = self.first_word[days as usize];
        (first + ((u64::from(word) * ((1 << 32) - first)) >> 32)).min(u64::from(u32::MAX)) as u32
    }
}

/// Nights of a stay from a random word.
fn nights(care: &Care, word: u32, normal: &NormalTable) -> u32 {
    // Half up, as `round` does, without a call.
    (care.stay_days.draw(word, normal).clamp(1.0, f64::from(STAY_DAYS_MAX)) + 0.5) as u32
}

/// Tables made once per scenario.
#[derive(Debug)]
pub struct Population {
    visits: Vec<Mix>,
    stays: Vec<Mix>,
    /// By group, then days before the start less one.
    still_there: Vec<Vec<StillThere>>,
    stay_lengths: Vec<StayLengths>,
    business: Vec<Mix>,
    /// Normal quantiles for the lognormal draws.
    pub normal: NormalTable,
    /// By group: service of a routine matter; none where there is no desk.
    pub routine_seconds: Vec<Option<SecondsTable>>,
    /// By care type: service of a matter.
    pub matter_seconds: Vec<SecondsTable>,
    /// By district of a site: the other districts in which people live. Last, all of them, for care
    /// outside the city.
    elsewhere: Vec<Elsewhere>,
    /// By scheme, then class: how many of the random words, from 0 on, put a person into the class.
    class_words: Vec<Vec<u64>>,
    day_effect: Distribution,
    day_types: Vec<u8>,
}

/// Districts in which people live, with their shares.
#[derive(Debug)]
struct Elsewhere {
    districts: Vec<(u16, f64)>,
    /// Sum of the shares.
    people: f64,
}

impl Elsewhere {
    /// All districts but one.
    fn new(scenario: &Scenario, but: Option<usize>) -> Self {
        let all = scenario.districts.iter().enumerate();
        let others = all.filter(|(index, district)| district.share > 0.0 && Some(*index) != but);
        let districts: Vec<(u16, f64)> = others.map(|(index, district)| (index as u16, district.share)).collect();
        Self { people: districts.iter().map(|(_, share)| share).sum(), districts }
    }
}

/// Expected routine matters of a group over the horizon.
fn routine_matters(scenario: &Scenario, group: usize, desk: &DeskSpec) -> f64 {
    desk.routine_per_day * f64::from(scenario.groups[group].count) * f64::from(scenario.clock.days())
}

/// By class, [`words_below`] its share in a scheme.
fn class_words(scenario: &Scenario, scheme: usize) -> Vec<u64> {
    let classes = scenario.classes.iter();
    let shares = classes.map(|class| if class.schemes >> scheme & 1 == 1 { class.share } else { 0.0 });
    shares.map(words_below).collect()
}

/// How many of the 2^32 words have a [`crate::rng::uniform`] below a share.
fn words_below(share: f64) -> u64 {
    (share * 4_294_967_296.0 - 0.5).ceil().max(0.0) as u64
}

/// Type of a day in profiles: 0 Monday … 6 Sunday, 7 public holiday. A weekend day worked in
/// exchange counts as a Wednesday.
pub fn day_type(clock: &Clock, day: u32) -> u8 {
    let weekday = clock.weekday(day);
    match clock.kind(day) {
        DayKind::Holiday => 7,
        DayKind::Working if weekday >= 5 => 2,
        DayKind::Working | DayKind::Resting => weekday,
    }
}

impl Population {
    /// Builds the tables of a scenario.
    pub fn new(scenario: &Scenario) -> Self {
        let mixes = |kind| (0..scenario.groups.len()).map(|group| Mix::new(scenario, group, kind)).collect();
        let cv = scenario.behaviour.day_effect_cv;
        let day_effect = Distribution::gamma_from_mean_and_cv(1.0, cv).unwrap_or(Distribution::Fixed(1.0));
        let normal = NormalTable::new();
        let stays: Vec<Mix> = mixes(DemandKind::Stays);
        let stay_lengths: Vec<StayLengths> = scenario.care.iter().map(|care| StayLengths::new(care, &normal)).collect();
        let first_weekday = scenario.clock.weekday(0);
        let still_there = stays
            .iter()
            .map(|mix| {
                (1..=STAY_DAYS_MAX).map(|days| StillThere::new(mix, &stay_lengths, days, first_weekday)).collect()
            })
            .collect();
        let routine_seconds = scenario.groups.iter().enumerate().map(|(index, group)| {
            let desk = group.desk.as_ref()?;
            Some(SecondsTable::new(&desk.routine_minutes, &normal, routine_matters(scenario, index, desk)))
        });
        let matter_seconds = scenario.care.iter().map(|care| {
            let a_day = care.volume.iter().sum::<f64>();
            SecondsTable::new(&care.minutes, &normal, a_day * f64::from(scenario.clock.days()))
        });
        let districts = (0..scenario.districts.len()).map(Some).chain([None]);
        Self {
            routine_seconds: routine_seconds.collect(),
            matter_seconds: matter_seconds.collect(),
            elsewhere: districts.map(|but| Elsewhere::new(scenario, but)).collect(),
            visits: mixes(DemandKind::Visits),
            stays,
            still_there,
            stay_lengths,
            business: mixes(DemandKind::Business),
            normal,
            class_words: (0..scenario.schemes.len()).map(|scheme| class_words(scenario, scheme)).collect(),
            day_effect,
            day_types: (0..scenario.clock.days()).map(|day| day_type(&scenario.clock, day)).collect(),
        }
    }

    /// Type of a day of the horizon.
    pub fn day_type(&self, day: u32) -> usize {
        usize::from(self.day_types[day as usize])
    }

    /// Whether a group has any visits of independent kind.
    pub fn has_visits(&self, group: u16) -> bool {
        !self.visits[usize::from(group)].combos.is_empty()
    }

    /// The day effects of a replication, one per day of the horizon.
    pub fn day_effects(&self, source: &Source) -> Vec<f64> {
        (0..self.day_types.len() as u32)
            .map(|day| match &self.day_effect {
                Distribution::Fixed(value) => *value,
                gamma => gamma.sample_u(source.block(0, StreamId::DayEffect, day, 0).u(0)),
            })
            .collect()
    }
}

/// The stream of one replication.
#[derive(Debug, Clone, Copy)]
pub struct Stream<'a> {
    /// World.
    pub scenario: &'a Scenario,
    /// Tables.
    pub population: &'a Population,
    /// Draws of the replication.
    pub source: &'a Source,
    /// Day effects.
    pub day_effects: &'a [f64],
}

impl Stream<'_> {
    /// Appends the visits due at a site on a day.
    pub fn visits(&self, site: SiteId, day: u32, out: &mut Vec<Visit>) {
        self.visits_of_interest(site, day, |_, _| true, out);
    }

    /// Appends those visits due at a site on a day that are of interest by care type and time.
    pub fn visits_of_interest(
        &self,
        site: SiteId,
        day: u32,
        is_of_interest: impl Fn(u8, SimTime) -> bool,
        out: &mut Vec<Visit>,
    ) {
        let group = self.scenario.sites[site as usize].group;
        let mix = &self.population.visits[usize::from(group)];
        self.marks((site, PersonKind::Visit, StreamId::VisitMarks), day, mix, is_of_interest, out);
    }

    /// Appends the business due at a hall on a day, window and online together.
    pub fn business(&self, site: SiteId, day: u32, out: &mut Vec<Visit>) {
        let group = self.scenario.sites[site as usize].group;
        let mix = &self.population.business[usize::from(group)];
        self.marks((site, PersonKind::Business, StreamId::Business), day, mix, |_, _| true, out);
    }

    fn marks(
        &self,
        (site, kind, stream): (SiteId, PersonKind, StreamId),
        day: u32,
        mix: &Mix,
        is_of_interest: impl Fn(u8, SimTime) -> bool,
        out: &mut Vec<Visit>,
    ) {
        if mix.combos.is_empty() {
            return;
        }
        let day_type = self.population.day_type(day);
        let size = self.scenario.sites[site as usize].size;
        let mean = mix.total[day_type] * size * self.day_effects[day as usize];
        let counts = (kind as u32) << 28 | day;
        let count = poisson(mean, &mut self.source.stream(site, StreamId::Arrivals, counts));
        for index in 0..count {
            let block = self.source.block(site, stream, day, index);
            let (care, scheme) = mix.pick(day_type, block.u(0));
            let due = SimTime::at(day, self.scenario.care[usize::from(care)].profile.second_at(block.u(1)));
            if is_of_interest(care, due) {
                let key = PersonKey::new(site, kind, day, index);
                out.push(self.visit(key, care, scheme, due, block.word(2), block.u(3)));
            }
        }
    }

    fn visit(&self, key: PersonKey, care: u8, scheme: u8, due: SimTime, class_word: u32, u_home: f64) -> Visit {
        Visit {
            key,
            care,
            scheme,
            classes: self.classes(scheme, class_word),
            home: self.home_district(key.site, u_home),
            due,
            admitted: i64::from(due.0),
        }
    }

    /// Classes of a person: independent, each from the same word mixed once per class.
    fn classes(&self, scheme: u8, word: u32) -> u32 {
        let words = &self.population.class_words[usize::from(scheme)];
        (0..)
            .zip(words)
            .fold(0, |classes, (index, &words)| classes | u32::from(u64::from(mixed(word, index)) < words) << index)
    }

    /// District in which a patient of a site lives: that of the site for the share treated at home,
    /// else one of the others, by their people. Care outside the city is nobody's home district, so
    /// there every district counts.
    fn home_district(&self, site: SiteId, u: f64) -> u16 {
        let is_away = self.scenario.group_of(site).kind == SiteKind::Away;
        let at_home = if is_away { 0.0 } else { self.scenario.behaviour.home_district_share };
        let here = self.scenario.sites[site as usize].district;
        if u < at_home {
            return here;
        }
        let index = if is_away { self.scenario.districts.len() } else { usize::from(here) };
        let elsewhere = &self.population.elsewhere[index];
        let mut left = (u - at_home) / (1.0 - at_home) * elsewhere.people;
        let mut last = here;
        for &(district, share) in &elsewhere.districts {
            last = district;
            if left < share {
                break;
            }
            left -= share;
        }
        last
    }

    /// The stays at a site that end at or after `from` and begin before `until`, in order of the day
    /// of admission. Those of the days before the start are in equilibrium: the number admitted on
    /// each of these days that is still there at the start, with a length that makes it so.
    pub fn stays(&self, site: SiteId, from: SimTime, until: SimTime, out: &mut Vec<Visit>) {
        let group = usize::from(self.scenario.sites[site as usize].group);
        let mix = &self.population.stays[group];
        if mix.combos.is_empty() {
            return;
        }
        let size = self.scenario.sites[site as usize].size;
        let last = until.day().min(self.scenario.clock.days() - 1) + STAY_DAYS_MAX;
        for day in 0..=last {
            let before_start = STAY_DAYS_MAX.saturating_sub(day);
            let (mean, shares) = match day.checked_sub(STAY_DAYS_MAX) {
                None => {
                    let still = &self.population.still_there[group][before_start as usize - 1];
                    (still.total * size, &still.shares)
                }
                Some(inside) => {
                    let day_type = self.population.day_type(inside);
                    (mix.total[day_type] * size * self.day_effects[inside as usize], &mix.shares[day_type])
                }
            };
            let counts = (PersonKind::Stay as u32) << 28 | day;
            let count = poisson(mean, &mut self.source.stream(site, StreamId::Arrivals, counts));
            for index in 0..count {
                let block = self.source.block(site, StreamId::Stay, day, index);
                let (care, scheme) = mix.combos[shares.pick(block.u(0))];
                let word =
                    self.population.stay_lengths[usize::from(care)].word_of_at_least(before_start, block.word(1));
                let nights = nights(&self.scenario.care[usize::from(care)], word, &self.population.normal);
                // Whoever has left by the day before is of no interest, whatever the hour.
                if day + nights >= STAY_DAYS_MAX + from.day() {
                    let key = PersonKey::new(site, PersonKind::Stay, day, index);
                    let visit = self.visit(key, care, scheme, SimTime::START, block.word(2), block.u(3));
                    out.extend(
                        self.stay(visit, nights).filter(|stay| stay.due >= from && stay.admitted < i64::from(until.0)),
                    );
                }
            }
        }
    }

    /// A stay with its hours; none when it ends before the start.
    fn stay(&self, visit: Visit, nights: u32) -> Option<Visit> {
        let day = visit.key.person & 0x0fff_ffff;
        let profile = &self.scenario.care[usize::from(visit.care)].profile;
        let hours = self.source.block(visit.key.site, StreamId::Stay, day, visit.key.index | 1 << 24);
        let midnight = (i64::from(day) - i64::from(STAY_DAYS_MAX)) * i64::from(DAY);
        let admitted = midnight + i64::from(profile.second_at(hours.u(0)));
        let discharged = midnight + i64::from(nights) * i64::from(DAY) + i64::from(profile.second_at(hours.u(1)));
        let due = u32::try_from(discharged).ok()?;
        Some(Visit { admitted, due: SimTime(due), ..visit })
    }

    /// Patients of one care type and scheme at a site: whole people, the fraction drawn once.
    pub fn patients(&self, site: SiteId, care: usize, scheme: usize) -> u32 {
        let place = &self.scenario.sites[site as usize];
        let group = usize::from(place.group);
        let care_type = &self.scenario.care[care];
        let count = f64::from(self.scenario.groups[group].count.max(1));
        let mean = care_type.volume[scheme] * care_type.group_share[group] / count * place.size;
        if mean <= 0.0 {
            return 0;
        }
        let stream = if care_type.kind == DemandKind::Sessions { StreamId::Session } else { StreamId::Refill };
        let u = self.source.block(site, stream, u32::MAX - care as u32, scheme as u32).u(0);
        mean.floor() as u32 + u32::from(u < mean.fract())
    }

    /// When a patient's refills fall, before any schedule moves them.
    pub fn refills(&self, site: SiteId, care: usize, scheme: usize, number: u32) -> Refills {
        let person = patient_number(care, scheme, number);
        let block = self.source.block(site, StreamId::Refill, person, 0);
        let cycle = self.scenario.care[care].cycle_days;
        let first_day = ((block.u(0) * f64::from(cycle)) as u32).min(cycle - 1);
        let key = PersonKey::new(site, PersonKind::Refill, person, 0);
        Refills { first_day, key, care: care as u8, scheme: scheme as u8, block }
    }

    /// The patient of these refills, as a visit without a time.
    pub fn refill_patient(&self, refills: &Refills) -> Visit {
        let Refills { key, care, scheme, block, .. } = *refills;
        self.visit(key, care, scheme, SimTime::START, block.word(2), block.u(3))
    }

    /// Moment of a patient's refill on a day: the hour belongs to the person and the refill.
    pub fn refill_time(&self, patient: &Visit, number: u32, day: u32) -> SimTime {
        let u = self.source.block(patient.key.site, StreamId::Refill, patient.key.person, number + 1).u(0);
        SimTime::at(day, self.scenario.care[usize::from(patient.care)].profile.second_at(u))
    }

    /// A session patient: weekdays (Monday = 1) and second of the day, with the patient as a visit
    /// without a time.
    pub fn session_patient(&self, site: SiteId, care: usize, scheme: usize, number: u32) -> (u8, u32, Visit) {
        let person = patient_number(care, scheme, number);
        let block = self.source.block(site, StreamId::Session, person, 0);
        let care_type: &Care = &self.scenario.care[care];
        let u = block.u(0);
        let pattern = care_type.patterns.iter().find(|(_, share)| u < *share).or(care_type.patterns.last());
        let second = care_type.profile.second_at(block.u(1));
        let key = PersonKey::new(site, PersonKind::Session, person, 0);
        let patient = self.visit(key, care as u8, scheme as u8, SimTime::START, block.word(2), block.u(3));
        (pattern.map_or(0, |(days, _)| *days), second, patient)
    }

    /// The draws that a visit's bill comes from.
    pub fn bill_draws(&self, visit: &Visit) -> Block {
        self.source.block(visit.key.site, StreamId::Bill, visit.key.person, visit.key.index)
    }

    /// The whole bill of a visit in fen, and whether it was capped.
    pub fn bill_fen(&self, visit: &Visit, block: &Block) -> (u32, bool) {
        let care = &self.scenario.care[usize::from(visit.care)];
        let group = usize::from(self.scenario.sites[visit.key.site as usize].group);
        let fen = fen_from_yuan(care.bill_yuan.draw(block.word(0), &self.population.normal) * care.bill_factor[group]);
        (fen, fen == BILL_FEN_MAX)
    }
}

/// Refills of one patient, once a cycle.
#[derive(Debug, Clone, Copy)]
pub struct Refills {
    /// Day of the first one after the start.
    pub first_day: u32,
    key: PersonKey,
    care: u8,
    scheme: u8,
    block: Block,
}

impl Refills {
    /// Number and day of the first refill on a day or after it.
    pub fn first_from(&self, day: u32, cycle: u32) -> (u32, u32) {
        let refill = day.saturating_sub(self.first_day).div_ceil(cycle);
        (refill, self.first_day + refill * cycle)
    }
}

/// Number of a patient with memory, unique at its site over care types and schemes.
fn patient_number(care: usize, scheme: usize, number: u32) -> u32 {
    (care as u32) << 22 | (scheme as u32) << 18 | number & 0x3_ffff
}

/// 32-bit finaliser of MurmurHash3, with the class number mixed in.
fn mixed(word: u32, class: u32) -> u32 {
    let mut hash = word ^ class.wrapping_mul(0x9e37_79b9);
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x85eb_ca6b);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_words_as_the_share_says_are_below_it() {
        for share in [0.0, 1e-10, 0.012, 0.5, 1.0 - 1e-9, 1.0] {
            let words = words_below(share);
            let is_below = |word: u64| word < 1 << 32 && crate::rng::uniform(word as u32) < share;
            assert!(words == 0 || is_below(words - 1), "{share}: {words}");
            assert!(!is_below(words), "{share}: {words}");
        }
    }

    #[test]
    fn a_key_is_its_order_and_sites_come_first() {
        let keys = [
            PersonKey::new(0, PersonKind::Visit, 0, 0),
            PersonKey::new(0, PersonKind::Visit, 1_500, (1 << 22) - 1),
            PersonKey::new(0, PersonKind::Stay, 1_900, 7),
            PersonKey::new(0, PersonKind::Refill, patient_number(31, 15, 0x3_ffff), 1_501),
            PersonKey::new(0, PersonKind::Session, 0, 1_500),
            PersonKey::new(0, PersonKind::Routine, 3, 9),
            PersonKey::new(0, PersonKind::Business, 3, 9),
            PersonKey::new(2_000_000, PersonKind::Visit, 0, 0),
        ];
        for key in keys {
            assert_eq!(PersonKey::from_order(key.order()), key);
        }
        assert!(keys.map(PersonKey::order).is_sorted());
    }
}
