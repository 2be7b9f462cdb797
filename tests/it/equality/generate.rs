//! Random small scenarios: a tiny city and a schedule as files of the language, with the features
//! drawn for it. Desks are few and mostly short of windows, so that people wait, leave and come
//! again.

use std::fmt::Write;

use super::features::{FEATURES, Feature, Set};
use super::propose::stops;

/// A scenario as its two files, with the features asked for.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) city: String,
    pub(crate) schedule: String,
    pub(crate) given: Set,
}

/// Numbers drawn for a case, the same on every machine: the splitmix64 generator.
pub(super) struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    pub(super) fn below(&mut self, count: usize) -> usize {
        (self.roll() % count as u64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// The random scenario of a number.
pub(crate) fn generate(number: u64) -> Case {
    let mut dice = Dice(number.wrapping_mul(0xd134_2543_de82_ef95));
    let given = switch(&mut dice);
    let mut plan = Plan::new(dice, given);
    plan.hours();
    plan.sites();
    plan.pathways();
    plan.demand();
    plan.stops();
    plan.handling();
    plan.measures();
    Case { city: plan.city, schedule: plan.schedule, given }
}

/// Which features the case gets. Some cases have few, so that what only happens alone happens too.
fn switch(dice: &mut Dice) -> Set {
    let percent = dice.pick(&[25, 55, 65]);
    let mut given = Set::default();
    for &feature in FEATURES {
        if dice.chance(percent) {
            given.add(feature);
        }
    }
    // A return is early or late against an announced one.
    let alone = !given.has(Feature::SeveralStops) && !given.has(Feature::SecondStop);
    if alone && given.has(Feature::Unannounced) {
        given.remove(Feature::EarlyReturn);
        given.remove(Feature::Overrun);
    }
    given
}

/// One stop on its way into the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stop {
    pub(super) key: &'static str,
    pub(super) services: &'static str,
    /// Hours from the start of the simulation.
    pub(super) from: u32,
    pub(super) until: u32,
}

/// A scenario being written.
pub(super) struct Plan {
    pub(super) dice: Dice,
    given: Set,
    city: String,
    schedule: String,
    pub(super) stops: Vec<Stop>,
    /// Pathways of care by name, the plain one first.
    pub(super) ways: Vec<&'static str>,
    pub(super) has_hall: bool,
    /// The timetable that is open around the clock, if one is.
    always: &'static str,
}

/// A date and hour so many hours after the first midnight, a Monday before a holiday with swapped
/// weekends.
pub(super) fn at(hours: u32, minute: u32) -> String {
    let start = jiff::civil::date(2022, 3, 28).at(0, 0, 0, 0);
    let moment = start + jiff::SignedDuration::from_mins(i64::from(hours * 60 + minute));
    moment.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

impl Plan {
    fn new(mut dice: Dice, given: Set) -> Self {
        let stops = stops(&mut dice, given);
        let last = stops.iter().map(|stop| stop.until).max().unwrap_or(0);
        let after = if given.has(Feature::OpenAtHorizon) { dice.pick(&[1, 2]) } else { dice.pick(&[4, 6, 8]) };
        // A second stop after a roll-back, or failures, come later.
        let later = 2 * u32::from(given.has(Feature::RolledBack)) + u32::from(given.has(Feature::Unstable));
        let days = last.div_ceil(24) + later + after;
        let districts = if given.has(Feature::SeveralDistricts) {
            "\n[districts]\neast = { share = 0.6 }\nwest = { share = 0.4 }\n"
        } else {
            ""
        };
        let effect = dice.pick(&["0", "0.3"]);
        let city = format!(
            "calendar = \"../calendars/cn.toml\"\nstart = \"{}\"\nhorizon_days = {days}\nwarm_up_working_days = 1\n\n\
             [people]\nworker = {{ insured = 1000, monthly_income_yuan = 4000 }}\n\n[classes]\nold = {{ share = 0.4 }}\n\
             {districts}\n[services]\nsettlement = {{}}\nagency = {{}}\nmanual = {{}}\nonline = {{}}\n\n\
             [behaviour]\nday_effect_cv = {effect}\nhome_district_share = 0.7\n",
            at(0, 0),
        );
        let schedule = format!("announced_at = \"{}\"\n", at(24 + dice.pick(&[9, 15]), 0));
        let has_hall = [
            Feature::HallOfSeveralSites,
            Feature::IntakeWhileDown,
            Feature::Business,
            Feature::OnlineTurnsToHalls,
            Feature::BringForward,
        ]
        .iter()
        .any(|&feature| given.has(feature));
        Self { dice, given, city, schedule, stops, ways: Vec::new(), has_hall, always: "" }
    }

    pub(super) fn has(&self, feature: Feature) -> bool {
        self.given.has(feature)
    }

    /// Text in the city's file.
    pub(super) fn say(&mut self, text: &str) {
        self.city.push_str(text);
        self.city.push('\n');
    }

    /// Text in the schedule's file.
    pub(super) fn propose(&mut self, text: &str) {
        self.schedule.push_str(text);
        self.schedule.push('\n');
    }

    /// Service minutes around a mean.
    pub(super) fn minutes(&mut self, mean: u32) -> String {
        if self.has(Feature::FixedMinutes) {
            return mean.to_string();
        }
        let cv = self.dice.pick(&["0.3", "0.8"]);
        format!("{{ lognormal = {{ mean = {mean}, cv = {cv} }} }}")
    }

    /// Timetables of the providers (front) and of the agency (back), and the profiles.
    fn hours(&mut self) {
        let names = ["front", "back"];
        if self.has(Feature::BalkingThroughMidnight) {
            self.always = self.dice.pick(&["front", "front", "back"]);
        } else if self.has(Feature::AroundTheClock) {
            self.always = self.dice.pick(&names);
        }
        self.say("\n[timetables]");
        for name in names {
            let is_always = name == self.always;
            let usual = match (is_always, self.has(Feature::LunchBreak)) {
                (true, _) => "00:00-24:00",
                (false, true) => self.dice.pick(&["08:00-12:00, 13:30-17:00", "08:30-11:30, 12:00-16:00"]),
                (false, false) => self.dice.pick(&["08:00-17:00", "09:00-16:00"]),
            };
            let mut text = format!("{name} = {{ weekdays = \"{usual}\"");
            if is_always || !self.has(Feature::ClosedDays) {
                let _ = write!(text, ", saturday = \"{usual}\", sunday = \"{usual}\", holidays = \"{usual}\"");
            }
            if self.has(Feature::DatedHours) {
                let date = self.dice.pick(&["2022-04-01", "2022-04-04", "2022-04-06"]);
                let hours = self.dice.pick(&["closed", "10:00-14:00", "07:00-21:00"]);
                let _ = write!(text, ", exceptions = {{ {date} = \"{hours}\" }}");
            }
            text.push_str(" }");
            self.say(&text);
        }
        let long = self.dice.pick(&["07:00-21:00", "08:00-13:00, 14:00-19:00"]);
        self.say(&format!(
            "long = {{ weekdays = \"{long}\", saturday = \"{long}\", sunday = \"{long}\", holidays = \"{long}\" }}"
        ));
        self.say("\n[profiles]");
        for name in ["care", "desk"] {
            let weights: Vec<&str> = (0..24)
                .map(|hour| match hour {
                    10 => "1",
                    // Who is to balk through midnight comes in the evening.
                    19..=23 if name == "desk" && self.has(Feature::BalkingThroughMidnight) => {
                        self.dice.pick(&["2", "4"])
                    }
                    7..=18 => self.dice.pick(&["0", "1", "1", "4", "9"]),
                    _ => self.dice.pick(&["0", "0", "0.3", "2"]),
                })
                .collect();
            let hours = weights.join(", ");
            self.say(&format!(
                "{name} = {{ hours = [{hours}], weekdays = [1.3, 1, 1, 1, 1, 0.8, 0.6], holiday = 0.6 }}"
            ));
        }
    }

    /// One desk. Its load is drawn from idle to more than it can serve.
    fn desk(&mut self, class: &str, hours: &str, service: &str, is_office: bool) -> String {
        let windows = if self.has(Feature::SeveralWindows) { self.dice.pick(&[1, 2, 3]) } else { 1 };
        let mean: u32 = self.dice.pick(&[10, 20, 30]);
        // Someone waits at midnight only where there is always more work than can be done.
        let is_late = hours == self.always && self.has(Feature::BalkingThroughMidnight);
        let load = if is_late { 130 } else { self.dice.pick(&[20, 60, 90, 130]) };
        // A desk that never closes is short of windows only with three times the work.
        let open = if hours == self.always { 1440 } else { 480 };
        let routine = (load * open * windows / mean) / 100;
        let minutes = self.minutes(mean);
        let needs = if self.has(Feature::RoutineMeetsStop) || self.dice.chance(30) {
            format!(", routine_needs = \"{service}\", routine_returns_share = {}", self.dice.pick(&["0.3", "0.7"]))
        } else {
            String::new()
        };
        let mut text = format!(
            "{{ class = \"{class}\", windows = {windows}, hours = \"{hours}\", profile = \"desk\", \
             routine_per_day = {routine}, routine_minutes = {minutes}{needs}"
        );
        if is_office {
            text.push_str(" }");
            return text;
        }
        if self.has(Feature::LastTicket) && !is_late && self.dice.chance(70) {
            let last = self.dice.pick(&["11:30", "15:30", "16:45"]);
            let _ = write!(text, ", last_ticket = \"{last}\"");
        }
        if is_late {
            let mean = self.dice.pick(&[90, 180]);
            let _ = write!(text, ", patience_minutes = {}", self.minutes(mean));
        } else if self.has(Feature::Balking) {
            let mean = self.dice.pick(&[15, 30, 90]);
            let _ = write!(text, ", patience_minutes = {}", self.minutes(mean));
        }
        let tries = match (self.has(Feature::ComingAgain) || is_late, self.has(Feature::GivingUp)) {
            (false, true) => 0,
            (true, true) => self.dice.pick(&[1, 2]),
            _ => 6,
        };
        let within = self.dice.pick(&[1, 2, 3]);
        let _ = write!(text, ", retry = {{ within_days = {within}, tries = {tries} }}");
        if self.has(Feature::PriorityLane) && self.dice.chance(70) {
            text.push_str(", priority = { classes = [\"old\"] }");
        }
        if self.has(Feature::LearningCurve) {
            let extra = self.dice.pick(&["0.2", "1.5"]);
            let _ =
                write!(text, ", learning = {{ extra_share = {extra}, half_life_days = 1.5, after = \"{service}\" }}");
        }
        text.push_str(" }");
        text
    }

    fn sites(&mut self) {
        self.say("\n[desk_classes]\nfront = {}\nstation = {}\nhall = {}\nreview = {}\n\n[sites]");
        let count = self.dice.pick(&[1, 2]);
        let cv = self.dice.pick(&["0", "0.5"]);
        let desk = self.desk("front", "front", "settlement", false);
        self.say(&format!("hospital = {{ kind = \"provider\", count = {count}, size_cv = {cv}, desk = {desk} }}"));
        let desk = self.desk("front", "front", "settlement", false);
        self.say(&format!("clinic = {{ kind = \"provider\", count = 1, desk = {desk} }}"));
        if self.has(Feature::Station) {
            let desk = self.desk("station", "back", "manual", false);
            self.say(&format!("station = {{ kind = \"station\", count = 1, beside = \"hospital\", desk = {desk} }}"));
        }
        if self.has_hall {
            let count = if self.has(Feature::SeveralDistricts) { 2 } else { 1 };
            let desk = self.desk("hall", "back", "agency", false);
            self.say(&format!("hall = {{ kind = \"hall\", count = {count}, desk = {desk} }}"));
        }
        if self.has(Feature::BackOffice) {
            let desk = self.desk("review", "back", "manual", true);
            self.say(&format!("review = {{ kind = \"back-office\", count = 1, desk = {desk} }}"));
        }
    }

    /// What a pathway says beside its steps.
    fn rules(&mut self) -> String {
        let mut text = format!(
            "pays = \"everything\"\nreturns = {{ rush_share = {}, daily_share = {}, deadline_pull_share = {} }}\n",
            self.dice.pick(&["0.2", "0.6", "1"]),
            self.dice.pick(&["0.2", "0.5"]),
            if self.has(Feature::DeadlinePull) { "0.5" } else { "0" },
        );
        if self.has(Feature::Deadline) || self.has(Feature::DeadlinePull) {
            text.push_str(self.dice.pick(&[
                "window = { after = \"visit\", days = 3 }\n",
                "window = { after = \"main.return\", days = 1 }\n",
                "window = { after = \"main.return\", working_days = 2 }\n",
                "window = { until = \"main.return + 36h\" }\n",
            ]));
        }
        if self.has(Feature::PaymentRun) && self.dice.chance(60) {
            let lag = self.dice.pick(&[0, 1]);
            let _ = writeln!(text, "refund = {{ how = \"transfer\", run = \"often\", lag_days = {lag} }}");
        }
        text
    }

    /// One step with a person or without.
    fn step(&mut self, at: &str, needs: &str, contact: &str, mean: u32) -> String {
        let minutes = self.minutes(mean);
        let needs = if needs.is_empty() { String::new() } else { format!(", needs = \"{needs}\"") };
        let mut text = format!("at = \"{at}\"{needs}, contact = \"{contact}\", minutes = {minutes}");
        if self.has(Feature::Rework) && contact != "automatic" {
            text.push_str(", rework_share = 0.3");
        }
        text
    }

    fn pathway(&mut self, name: &'static str, steps: &[(&str, &str, &str, &str, u32)]) {
        let rules = self.rules();
        self.say(&format!("\n[pathways.{name}]\n{rules}"));
        let refuses = name == "convert" && self.has(Feature::RefusedToAnotherPathway);
        let refused = if refuses { ", refused_share = 0.3, refused_to = \"second\"" } else { "" };
        for (step, at, needs, contact, mean) in steps {
            let text = self.step(at, needs, contact, *mean);
            self.say(&format!("steps.{step} = {{ {text}{refused} }}"));
        }
        self.ways.push(name);
    }

    fn pathways(&mut self) {
        if self.has(Feature::PaymentRun) {
            self.say("\n[payment_runs]\noften = { weekdays = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"] }");
        }
        let mean = self.dice.pick(&[5, 15, 30]);
        self.pathway("convert", &[("desk", "same-site", "settlement", "in-person", mean)]);
        if self.has(Feature::RefusedToAnotherPathway) {
            let contact = self.dice.pick(&["in-person", "remote"]);
            self.pathway("second", &[("desk", "same-site", "settlement", contact, mean)]);
            self.ways.pop();
        }
        if self.has(Feature::CalledStep) {
            self.pathway("called", &[("desk", "same-site", "settlement", "called", mean)]);
        }
        if self.has(Feature::RemoteStep) {
            self.pathway("ledger", &[("entry", "same-site", "settlement", "remote", mean)]);
        }
        if self.has(Feature::AutomaticStep) {
            self.pathway(
                "queued",
                &[("system", "same-site", "settlement", "automatic", 1), ("desk", "same-site", "", "in-person", mean)],
            );
        }
        if self.has(Feature::Station) {
            self.pathway("station", &[("desk", "station", "manual", "in-person", mean)]);
        }
        if self.has(Feature::HallOfSeveralSites) {
            let hall = self.dice.pick(&["any-hall", "home-hall", "provider-hall"]);
            self.pathway("claim", &[("desk", hall, "manual", "in-person", mean)]);
        }
        if self.has(Feature::BackOffice) {
            self.pathway("posted", &[("check", "back-office", "manual", "remote", mean)]);
        }
        if self.has(Feature::IntakeWhileDown) {
            self.pathway(
                "intake",
                &[("papers", "any-hall", "", "in-person", mean), ("entry", "any-hall", "agency", "remote", mean)],
            );
        }
        if self.has(Feature::Outside) {
            self.say(
                "\n[pathways.elsewhere]\npays = \"everything\"\nsteps.outside = { at = \"outside\", outside_days = { lognormal = { mean = 1, cv = 0.5 } } }\n\
                 steps.desk = { at = \"same-site\", contact = \"in-person\", minutes = 5 }",
            );
            self.ways.push("elsewhere");
        }
        if self.has_hall {
            self.pathway("business", &[("desk", "any-hall", "agency", "in-person", mean)]);
            self.ways.pop();
        }
    }
}
