//! A comparison as figures: which schedules, measures and words its charts show.
//!
//! All figures show the schedules in the same order, the best first by the sum of the objective, those
//! that break a limit last. Where there are more than a slide takes, the best are shown with the
//! baseline, and the footer says so.

mod backlog;
mod best;
mod forest;
mod gains;
mod tradeoff;

use crate::measures::Group;
use crate::report::assumptions::credit;
use crate::report::chart::Figure;
use crate::report::daily::DailySeries;
use crate::report::facts::Facts;
use crate::report::figures::assumed;
use crate::report::numbers::{date_of_day, short_date};
use crate::units::Lang;

use super::differences::CITY;
use super::words::{BURDEN, counts_differ, replications};
use super::{ComparisonReport, courses};

/// Most schedules of a slide.
const SCHEDULES_MOST: usize = 12;

/// What all figures share.
struct Frame<'a> {
    report: &'a ComparisonReport<'a>,
    lang: Lang,
    /// Schedules shown, the best first.
    shown: Vec<usize>,
    /// The schedule chosen or leading; none without a choice, or where none keeps the limits.
    best: Option<usize>,
    /// Class of desks that under the baseline is back to normal last.
    worst: Option<usize>,
    /// Facts of the baseline.
    facts: Facts,
}

/// All figures of a comparison with their names. Those that have nothing to show are left out.
pub(super) fn figures(report: &ComparisonReport<'_>, days: &[Vec<DailySeries>]) -> Vec<(&'static str, Figure)> {
    let frame = Frame::of(report);
    let all = [
        ("forest", frame.forest().map(Figure::Forest)),
        ("tradeoff", frame.tradeoff().map(Figure::Scatter)),
        ("best", frame.best().map(Figure::Shares)),
        ("backlog", frame.backlog(days).map(Figure::Multiples)),
        ("gains", frame.gains().map(Figure::Diverging)),
    ];
    all.into_iter().filter_map(|(name, figure)| Some((name, figure?))).collect()
}

impl<'a> Frame<'a> {
    fn of(report: &'a ComparisonReport<'a>) -> Self {
        let choice = report.comparison.choice.as_ref();
        let burden = |index: usize| report.tradeoffs.criteria[index].burden.value.unwrap_or(f64::INFINITY);
        let key = |index: usize| match choice {
            Some(_) => {
                let one = &report.standings[index];
                (one.is_out, one.score.value.unwrap_or(f64::INFINITY))
            }
            None => (false, burden(index)),
        };
        let mut shown: Vec<usize> = (0..report.candidates.len()).collect();
        shown.sort_by(|&one, &other| {
            let (one, other) = (key(one), key(other));
            one.0.cmp(&other.0).then(one.1.total_cmp(&other.1))
        });
        if let Some(place) = shown.iter().position(|&index| index == 0) {
            // The baseline is what the others are held against: it is shown in any case.
            if place >= SCHEDULES_MOST {
                shown.remove(place);
                shown.insert(SCHEDULES_MOST - 1, 0);
            }
        }
        shown.truncate(SCHEDULES_MOST);
        Self {
            report,
            lang: report.lang,
            shown,
            best: choice.and_then(|choice| choice.chosen.or(choice.leader)),
            worst: report.normal.worst,
            facts: Facts::of(report.single(0)),
        }
    }

    /// The name, with the number of courses where not all schedules have the same.
    fn name(&self, schedule: usize) -> String {
        let (name, n) = (self.report.name(schedule), courses(self.report.comparison, schedule));
        if !counts_differ(self.report) {
            return name.to_owned();
        }
        self.lang.choose(format!("{name}（{n} 次）"), format!("{name} ({n} courses)"))
    }

    /// The name as it stands in a sentence.
    fn quoted(&self, schedule: usize) -> String {
        let name = self.report.name(schedule);
        self.lang.choose(format!("「{name}」"), format!("\"{name}\""))
    }

    /// The name in a list, where the baseline is told from the others.
    fn listed(&self, schedule: usize) -> String {
        let (name, n) = (self.report.name(schedule), courses(self.report.comparison, schedule));
        match (schedule, counts_differ(self.report)) {
            (0, false) => self.named(schedule),
            (0, true) => self.lang.choose(format!("{name}（基准，{n} 次）"), format!("{name} (baseline, {n} courses)")),
            _ => self.name(schedule),
        }
    }

    /// The name in a list that says the number of courses elsewhere.
    fn named(&self, schedule: usize) -> String {
        let name = self.report.name(schedule);
        match schedule {
            0 => self.lang.choose(format!("{name}（基准）"), format!("{name} (baseline)")),
            _ => name.to_owned(),
        }
    }

    fn city(&self) -> &'a str {
        let name = &self.report.baseline().city_name;
        self.lang.pick(&name.zh, &name.en)
    }

    /// What a figure of all schedules rests on, behind a remark of its own; it says which are left out.
    fn footer(&self, remark: &str) -> Vec<String> {
        let shown = self.shown.len();
        let left_out = match self.report.candidates.len() - shown {
            0 => String::new(),
            more => self.lang.choose(
                format!("只画出连同基准在内最好的 {shown} 个方案，另有 {more} 个未画。"),
                format!("The best {shown} schedules are shown, the baseline among them; {more} more are not. "),
            ),
        };
        self.basis(&(remark.to_owned() + &left_out))
    }

    /// What a figure rests on, behind a remark of its own.
    fn basis(&self, remark: &str) -> Vec<String> {
        let (n, seed) = (replications(self.report), self.report.comparison.results[0].seed);
        let (k, city, baseline) = (self.report.candidates.len(), self.city(), self.quoted(0));
        let credit = credit(&self.report.loaded[0], self.report.baseline(), self.lang);
        let mut first = remark.to_owned();
        first.push_str(&self.lang.choose(
            format!("{k} 个方案用同一批参保人各模拟 {n}，随机种子 {seed}。{credit}，情景：{city}，基准{baseline}"),
            format!("{k} schedules on the same people, {n} simulated courses each, seed {seed}. {credit}, scenario {city}, baseline {baseline}"),
        ));
        vec![first, assumed(self.lang, &self.facts)]
    }

    /// A day from the start as a date; one that does not come by the horizon has none.
    fn date(&self, day: f64) -> String {
        let clock = &self.report.baseline().clock;
        match day >= f64::from(clock.days()) {
            true => self.lang.pick("期内未恢复", "not by the end").to_owned(),
            false => short_date(date_of_day(clock, day), self.lang),
        }
    }

    /// The measure that the objective weighs, where it is a single one that is compared.
    fn headline(&self) -> &'static str {
        let first = &self.report.candidates[0];
        match first.objective.weights.as_slice() {
            [one] => {
                let measure = &first.catalogue.measures[one.index];
                if measure.group == Group::All && CITY.contains(&measure.key) { measure.key } else { BURDEN }
            }
            _ => BURDEN,
        }
    }
}

/// The first letter small, for use within an English sentence.
fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::testing::{assert_points_inside, assert_texts_inside, show};
    use crate::report::chart::{Drawn, Finding};
    use crate::report::daily;
    use crate::report::manifest::VERSION;
    use crate::report::testing::Compared;

    fn days(compared: &Compared) -> Vec<Vec<DailySeries>> {
        compared.comparison.results.iter().map(|results| daily::all(results).unwrap()).collect()
    }

    fn drawn(frame: &Frame<'_>, days: &[Vec<DailySeries>]) -> [Drawn; 5] {
        [
            Figure::Forest(frame.forest().unwrap()).draw().unwrap(),
            Figure::Scatter(frame.tradeoff().unwrap()).draw().unwrap(),
            Figure::Shares(frame.best().unwrap()).draw().unwrap(),
            Figure::Multiples(frame.backlog(days).unwrap()).draw().unwrap(),
            Figure::Diverging(frame.gains().unwrap()).draw().unwrap(),
        ]
    }

    #[test]
    fn figures_of_two_to_twenty_schedules_with_long_names_stay_on_the_slide_and_apart() {
        for schedules in [2, 3, 5, 8, 12, 20] {
            let compared = Compared::new(schedules, 30);
            let days = days(&compared);
            for lang in [Lang::Zh, Lang::En] {
                let report = compared.report(lang);
                let frame = Frame::of(&report);
                for (index, one) in drawn(&frame, &days).into_iter().enumerate() {
                    let name = format!("compare_{index}_{schedules}_{lang:?}");
                    assert_eq!(one.missing, Vec::<char>::new(), "{name}");
                    if let Some(folder) = std::env::var_os("CHART_SAMPLES") {
                        std::fs::write(std::path::Path::new(&folder).join(name + ".svg"), &one.svg).unwrap();
                    }
                    assert_texts_inside(&one.svg);
                    assert_points_inside(&one.svg);
                    if schedules == 8 {
                        show(&format!("compare_{index}_{lang:?}"), &one);
                    }
                }
            }
        }
    }

    #[test]
    fn beyond_twelve_the_best_are_shown_with_the_baseline_and_the_footer_says_so() {
        let compared = Compared::new(20, 30);
        let report = compared.report(Lang::En);
        let frame = Frame::of(&report);
        assert_eq!(frame.shown, [19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 0]);
        assert!(frame.footer("").concat().contains("8 more are not"), "{:?}", frame.footer(""));
        assert_eq!(frame.forest().unwrap().rows.len(), 11, "the baseline is the line of zero");
        assert_eq!(frame.backlog(&days(&compared)).unwrap().panels.len(), 12);
    }

    #[test]
    fn titles_state_what_was_found() {
        let compared = Compared::new(5, 30);
        let report = compared.report(Lang::Zh);
        let frame = Frame::of(&report);
        let chart = frame.forest().unwrap();
        assert!(
            chart.title.starts_with("「第 4 案") && chart.title.ends_with("垫付占用比「公告方案」少 26%"),
            "{}",
            chart.title
        );
        let findings: Vec<Finding> = chart.panels[0].cells.iter().map(|cell| cell.as_ref().unwrap().finding).collect();
        // The best on top: plans 4 and 3, then 2, which hardly differs, and 1.
        assert_eq!(findings, [Finding::Better, Finding::Better, Finding::Small, Finding::Worse]);
        assert_eq!(chart.panels[0].cells[0].as_ref().unwrap().text, "-26%");
        assert!(frame.best().unwrap().subtitle.contains("把握 95%"));
        assert!(frame.gains().unwrap().title.contains("3.60万人次变好"), "{}", frame.gains().unwrap().title);
    }

    #[test]
    fn who_points_at_a_figure_is_told_the_intervals_it_rests_on() {
        let compared = Compared::new(5, 30);
        let report = compared.report(Lang::En);
        let frame = Frame::of(&report);
        let gains = frame.gains().unwrap();
        let row = report.gains.iter().find(|row| row.kind == "all" && row.schedule == 4).unwrap();
        let spots = crate::report::chart::diverging(&gains).unwrap().spots;
        let visits = [("worse off", row.worse), ("better off", row.better), ("neither", row.same)];
        let all: f64 = visits.iter().filter_map(|(_, found)| found.value).sum();
        let told = |found, unit| crate::report::numbers::count_between(found, (unit, unit), Lang::En).unwrap();
        let mut lines = vec![format!("paid less in advance: {}", told(row.less_yuan, "yuan"))];
        lines.extend(visits.map(|(name, found)| {
            let share = crate::report::numbers::percent(found.value.unwrap() / all);
            format!("{name} {share}: {}", told(found, "visits or people"))
        }));
        for line in lines {
            assert!(spots[0].text.lines().any(|one| one == line), "{line}\n{}", spots[0].text);
        }
        let tradeoff = frame.tradeoff().unwrap();
        let criteria = report.tradeoffs.criteria[frame.shown[0]];
        assert_eq!(tradeoff.points[0].chance, criteria.overrun.value);
        let (low, high) = tradeoff.points[0].x_interval.unwrap();
        assert_eq!((Some(low), Some(high)), (criteria.burden.low, criteria.burden.high));
        assert!(low < tradeoff.points[0].x && tradeoff.points[0].x < high);
    }

    #[test]
    fn every_figure_tells_what_it_rests_on() {
        let compared = Compared::new(3, 30);
        let days = days(&compared);
        let report = compared.report(Lang::Zh);
        for one in drawn(&Frame::of(&report), &days) {
            for text in ["各模拟 30 次", "随机种子 7", VERSION, "假设"] {
                assert!(one.svg.contains(text), "{text}");
            }
        }
    }

    #[test]
    fn without_a_choice_there_is_no_figure_of_it_and_the_same_results_give_the_same_bytes() {
        let compared = Compared::new(3, 5);
        let (report, days) = (compared.report(Lang::En), days(&compared));
        let found = figures(&report, &days);
        assert_eq!(found.len(), 4);
        assert!(!found.iter().any(|(name, _)| *name == "best"));
        assert!(figures(&compared.report(Lang::En), &days) == found);
    }
}
