//! The rest of a random scenario: who comes, the stops, the rules and the measures.

use std::fmt::Write;

use super::features::{Feature, Set};
use super::generate::{Dice, Plan, Stop, at};

const BENEFIT: &str = "benefit = { worker = { in_policy_share = 0.9, deductible_yuan = 100, deductible_open_share = 0.5, fund_share = 0.6, account_share = 0.4 } }";

/// When which services stop, in hours from the start.
pub(super) fn stops(dice: &mut Dice, given: Set) -> Vec<Stop> {
    let mut stops = Vec::new();
    let mut stop = |dice: &mut Dice, key, services, first: u32| {
        let from = first + dice.pick(&[0, 8, 10, 11, 14, 16]);
        let until = from + dice.pick(&[5, 22, 30, 48]);
        stops.push(Stop { key, services, from, until });
        until
    };
    let day = dice.pick(&[3, 4, 5]);
    let until = if given.has(Feature::SeveralStops) {
        let other = dice.pick(&[3, 4, 5]);
        let until = stop(dice, "main", "[\"settlement\"]", day * 24);
        stop(dice, "agency", "[\"agency\", \"manual\", \"online\"]", other * 24).max(until)
    } else {
        stop(dice, "main", "[\"settlement\", \"agency\", \"manual\", \"online\"]", day * 24)
    };
    if given.has(Feature::SecondStop) {
        let services = dice.pick(&["[\"settlement\"]", "[\"settlement\", \"manual\"]"]);
        let first = (until.div_ceil(24) + dice.pick(&[0, 1, 2])) * 24;
        stop(dice, "second", services, first);
    }
    stops
}

impl Plan {
    /// Care and business, and how often.
    pub(super) fn demand(&mut self) {
        self.say("");
        let waits = if self.has(Feature::Deferral) {
            "\nelective_share = 0.7\ndeferred_share = 0.5\ndeferral_days = 2"
        } else {
            ""
        };
        let a_day = self.dice.pick(&[8, 16, 30]);
        self.say(&format!(
            "[demand.visits]\nkind = \"visits\"\nneeds = \"settlement\"\nper_day = {{ worker = {a_day} }}\n\
             sites = {{ hospital = 0.6, clinic = 0.4 }}\nprofile = \"care\"\n\
             bill_yuan = {{ lognormal = {{ mean = 300, cv = 1 }} }}{waits}\n{BENEFIT}\n"
        ));
        if self.has(Feature::Refills) || self.has(Feature::StockUp) {
            self.say(&format!(
                "[demand.refills]\nkind = \"refills\"\nneeds = \"settlement\"\npatients_share = {{ worker = 0.06 }}\n\
                 cycle_days = 10\nsites = {{ hospital = 0.5, clinic = 0.5 }}\nprofile = \"care\"\nbill_yuan = 200\n{BENEFIT}\n"
            ));
        }
        if self.has(Feature::Sessions) {
            self.say(&format!(
                "[demand.sessions]\nkind = \"sessions\"\nneeds = \"settlement\"\npatients_share = {{ worker = 0.01 }}\n\
                 patterns = {{ \"mon wed fri\" = 0.5, \"tue thu sat sun\" = 0.5 }}\nsites = {{ hospital = 1 }}\n\
                 profile = \"care\"\nbill_yuan = 400\nessential = true\n{BENEFIT}\n"
            ));
        }
        for (care, _, features) in STAYS {
            if features.iter().any(|&feature| self.has(feature)) {
                let a_day = self.dice.pick(&[3, 5]);
                self.say(&format!(
                    "[demand.{care}]\nkind = \"stays\"\nneeds = \"settlement\"\nper_day = {{ worker = {a_day} }}\n\
                     sites = {{ hospital = 1 }}\nprofile = \"care\"\nstay_days = {{ lognormal = {{ mean = 3, cv = 0.6 }} }}\n\
                     bill_yuan = 5000\nessential = true\n{BENEFIT}\n"
                ));
            }
        }
        if self.has_hall {
            let online = if self.has(Feature::OnlineTurnsToHalls) {
                "online_share = 0.6\nonline_needs = \"online\"\nonline_to_hall_share = 0.7\n"
            } else {
                ""
            };
            let minutes = self.minutes(15);
            let a_day = self.dice.pick(&[8, 20]);
            self.say(&format!(
                "[demand.business]\nkind = \"business\"\nneeds = \"agency\"\nper_day = {{ worker = {a_day} }}\n\
                 sites = {{ hall = 1 }}\nprofile = \"care\"\nminutes = {minutes}\n{online}"
            ));
        }
    }

    pub(super) fn stops(&mut self) {
        let count = self.stops.len();
        // Which stop has what; an early return is measured against an announced one.
        let unannounced = if self.has(Feature::Unannounced) { self.dice.below(count) } else { count };
        let announced: Vec<usize> = (0..count).filter(|stop| *stop != unannounced).collect();
        let one_of = |plan: &mut Self, feature, from: &[usize]| {
            if plan.has(feature) && !from.is_empty() { plan.dice.pick(from) } else { count }
        };
        let all: Vec<usize> = (0..count).collect();
        let early = one_of(self, Feature::EarlyReturn, &announced);
        let overrun = one_of(self, Feature::Overrun, &announced);
        let runbook = one_of(self, Feature::Runbook, &all);
        let slip = one_of(self, Feature::Slip, &all);
        let ramp = one_of(self, Feature::Ramp, &all);
        let waves = one_of(self, Feature::Waves, &all);
        let scoped = one_of(self, Feature::ScopedStop, &all);
        // What is early is not late: where there is another stop, that one is rolled back.
        let late: Vec<usize> = all.iter().copied().filter(|stop| *stop != early).collect();
        let rolled = one_of(self, Feature::RolledBack, &late);
        let unstable = one_of(self, Feature::Unstable, &all);
        let frozen = one_of(self, Feature::FrozenInHand, &all);
        for (index, stop) in self.stops.clone().into_iter().enumerate() {
            let has_task = index == early || index == runbook || index == rolled;
            let minute = self.dice.pick(&[0, 0, 30, 7]);
            let planned = at(stop.until, 0);
            let mut back = match (index == unannounced, has_task) {
                (true, true) => "unannounced = true".to_owned(),
                (true, false) => format!("unannounced = true, after_hours = {}", stop.until - stop.from),
                (false, _) => format!("{} = \"{planned}\"", self.dice.pick(&["fixed", "estimated"])),
            };
            if has_task {
                let _ = write!(back, ", after_task = \"{}-done\"", stop.key);
            }
            if index == early {
                let hours = self.dice.pick(&["00:00-24:00", "08:00-20:00"]);
                let _ = write!(back, ", early = \"{hours}\"");
            }
            if index == overrun {
                back.push_str(", overrun_hours = { triangular = { min = 1, mode = 4, max = 30 } }");
            }
            if index == ramp {
                back.push_str(", ramp = [0.3, 0.6]");
            }
            if index == waves {
                let sites = self.wave_sites();
                let _ = write!(back, ", waves = {{ late = {{ sites = [\"{sites}\"], delay_hours = 17 }} }}");
            }
            let mut text = format!(
                "\n[suspend.{}]\nservices = {}\nstop = \"{}\"\nreturn = {{ {back} }}",
                stop.key,
                stop.services,
                at(stop.from, minute),
            );
            if index == slip {
                text.push_str("\nslip_hours = { triangular = { min = 0, mode = 1, max = 5 } }");
            }
            if index == scoped {
                let scope = self.scope();
                let _ = write!(text, "\n{scope}");
            }
            if index == rolled {
                text.push_str(&self.rollback(&stop, index == unannounced));
            }
            if index == unstable {
                text.push_str(&self.failures());
            }
            // Of a schedule that freezes, most stops do: a stop at night finds nobody in hand.
            if self.has(Feature::FrozenInHand) && (index == frozen || self.dice.below(3) > 0) {
                text.push_str("\nin_hand = \"freeze\"");
            }
            self.propose(&text);
            if has_task {
                self.runbook(&stop, index == early);
            }
        }
    }

    /// A roll-back that surely happens: the work is never done by then.
    fn rollback(&mut self, stop: &Stop, is_open: bool) -> String {
        let (back, after) = (
            self.dice.pick(&["0.5", "2", "{ triangular = { min = 0, mode = 2, max = 9 } }"]),
            self.dice.pick(&[0, 0, 1]),
        );
        let at = self.dice.pick(&["", ", at = \"09:00\"", ", at = \"14:30\""]);
        let hours = if is_open { "" } else { self.dice.pick(&["", ", hours = 6", ", hours = 20"]) };
        let key = stop.key;
        format!(
            "\nrollback = {{ go_no_go = \"{key}.stop + 1h\", latest = \"{key}.stop + 1h\", back_hours = {back}, \
             again = {{ after_days = {after}{at}{hours} }} }}"
        )
    }

    /// Failures that mostly happen.
    fn failures(&mut self) -> String {
        let hours = self.dice.pick(&["0.5", "3", "{ lognormal = { mean = 4, cv = 1 } }"]);
        let within = self.dice.pick(&["", ", within = \"08:00-18:00\"", ", within = \"09:00-11:30, 14:00-16:00\""]);
        let days = self.dice.pick(&[1, 2]);
        let rate = if days == 1 { 3 } else { 2 };
        format!("\nunstable = {{ days = {days}, failures_per_day = {rate}, hours = {hours}{within}, at_most = 10 }}")
    }

    fn wave_sites(&mut self) -> &'static str {
        if self.has_hall { self.dice.pick(&["clinic", "hospital", "hall"]) } else { "clinic" }
    }

    fn scope(&mut self) -> &'static str {
        let district = if self.has(Feature::SeveralDistricts) {
            "scope = { districts = [\"east\"] }"
        } else {
            "except = { sites = [\"clinic\"], classes = [\"old\"] }"
        };
        self.dice.pick(&["except = { classes = [\"old\"] }", "scope = { classes = [\"old\"] }", district])
    }

    /// Two tasks after a stop, done before the announced return where it may be early.
    fn runbook(&mut self, stop: &Stop, is_early: bool) {
        let hours = stop.until - stop.from;
        let (first, second) = if is_early { (1, (hours / 2).max(1)) } else { (2, hours) };
        self.propose(&format!(
            "\n[runbook.{key}-work]\nhours = {{ triangular = {{ min = 0, mode = {first}, max = {max} }} }}\n\
             after = [\"suspend.{key}\"]\n\n[runbook.{key}-done]\nhours = {second}\nafter = [\"{key}-work\"]",
            key = stop.key,
            max = first + 1,
        ));
    }

    pub(super) fn handling(&mut self) {
        let count = self.ways.len();
        let mut text = String::from("\n[handling.visits]\n");
        for way in self.ways.clone().into_iter().skip(1) {
            let station = if way == "station" { ", has_station = true" } else { "" };
            let _ = writeln!(text, "{way} = {{ pathway = \"{way}\", share = {:.3}{station} }}", 1.0 / count as f64);
        }
        text.push_str("all = { pathway = \"convert\", share = \"rest\" }\n\n[handling]");
        self.propose(&text);
        let way = |plan: &mut Self| loop {
            let ways = plan.ways.clone();
            let way = plan.dice.pick(&ways);
            if way != "station" {
                return way;
            }
        };
        if self.has(Feature::Refills) || self.has(Feature::StockUp) {
            let way = way(self);
            self.propose(&format!("refills.all = {{ pathway = \"{way}\" }}"));
        }
        if self.has(Feature::Sessions) {
            let way = way(self);
            self.propose(&format!("sessions.all = {{ pathway = \"{way}\" }}"));
        }
        for (care, _, features) in STAYS {
            if features.iter().any(|&feature| self.has(feature)) {
                let (gap, after) = (way(self), way(self));
                self.propose(&format!(
                    "{care}.all = {{ pathway = \"{gap}\" }}\n\
                     {care}.after = {{ state = \"discharged-after\", pathway = \"{after}\" }}"
                ));
            }
        }
        if self.has_hall {
            let way = if self.has(Feature::IntakeWhileDown) { "intake" } else { "business" };
            self.propose(&format!("business.all = {{ pathway = \"{way}\" }}"));
        }
    }

    pub(super) fn measures(&mut self) {
        self.propose("\n[measures]");
        let share = self.dice.pick(&["0.5", "0.9"]);
        if self.has(Feature::StockUp) {
            let minutes = self.dice.pick(&["3", "10"]);
            self.propose(&format!(
                "stock-up = {{ kind = \"stock-up\", take_up_share = {share}, needless_share = 0.2, supply_days = 20, \
                 minutes = {minutes} }}"
            ));
        }
        let desks = if self.has_hall { self.dice.pick(&["hospital", "clinic", "hall"]) } else { "hospital" };
        if self.has(Feature::SurgeWindows) {
            let windows = self.dice.pick(&[1, 2]);
            let when = self.dice.pick(&[
                "from = \"main.return\", until = \"main.return + 2d\"",
                "from = \"announced_at\", until = \"main.stop\"",
                "from = \"main.stop\", until = \"main.stop + 4d\"",
            ]);
            self.propose(&format!(
                "surge = {{ kind = \"surge\", sites = [\"{desks}\"], extra_windows = {windows}, {when} }}"
            ));
        }
        if self.has(Feature::Overtime) {
            let when = self.dice.pick(&[
                "from = \"main.return\", until = \"main.return + 2d\"",
                "from = \"main.stop\", until = \"main.stop + 4d\"",
            ]);
            self.propose(&format!(
                "overtime = {{ kind = \"overtime\", sites = [\"{desks}\"], hours = \"long\", {when} }}"
            ));
        }
        for (care, kind, [feature, _]) in STAYS {
            if !self.has(feature) {
                continue;
            }
            let minutes = self.dice.pick(&["20", "60"]);
            let fit = if kind == "settle-before" { ", fit_share = 0.9, fit_days = 4" } else { "" };
            let late = if self.has(Feature::CutOffMissed) { "from = \"main.stop - 4h\", " } else { "" };
            self.propose(&format!(
                "{kind} = {{ kind = \"{kind}\", who = {{ care = [\"{care}\"] }}, {late}minutes = {minutes}{fit} }}"
            ));
        }
        if self.has(Feature::BringForward) {
            self.propose(&format!("forward = {{ kind = \"bring-forward\", share = {share} }}"));
        }
    }
}

/// Stays by care type: the measure taken for them before the stop, and what brings them in.
const STAYS: [(&str, &str, [Feature; 2]); 3] = [
    ("ward", "settle-before", [Feature::SettleBefore, Feature::Stays]),
    ("psych", "interim-settlement", [Feature::InterimSettlement, Feature::InterimSettlement]),
    ("birth", "convert-before", [Feature::ConvertBefore, Feature::ConvertBefore]),
];
