//! How each schedule stands with what the choice is by: its sum, how surely it is the best of those that may be
//! chosen, its limits; and `choice.csv`, the table of the screen with all of this.

use crate::experiment::choice::Choice;
use crate::experiment::comparison::{Candidate, Comparison};
use crate::experiment::spool::SpoolError;
use crate::measures::Kind;
use crate::selection::Goal;
use crate::selection::best::{probability_best, share_best};
use crate::selection::feasible::Verdict;
use crate::units::Lang;

use super::super::numbers::date_of_day;
use super::super::table::{Interval, column, escaped, line, plain};
use super::tradeoffs::mean_of;
use super::{ComparisonReport, courses};

/// How a schedule stands.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Standing {
    /// Mean of the sum over its own replications.
    pub score: Interval,
    /// Whether it breaks a limit for certain, and so may not be chosen.
    pub is_out: bool,
    /// Probability that its mean sum is the least of those that may be chosen, by resampling the replications
    /// that all schedules have; none for one that may not, or without a choice.
    pub probability_best: Option<f64>,
    /// Share of these replications in which its sum was the least of those.
    pub share_best: Option<f64>,
    /// Replications after which the procedure ruled it out.
    pub ruled_out_at: Option<usize>,
    /// Replications of it that the choice looked at or the tables are over, whichever are more.
    pub looked_at: usize,
}

/// One a schedule, the baseline first.
///
/// # Errors
///
/// When samples that were put aside cannot be read.
pub fn standings(candidates: &[Candidate], comparison: &Comparison) -> Result<Vec<Standing>, SpoolError> {
    let sums: Vec<Vec<f64>> =
        (0..candidates.len()).map(|index| sums(&candidates[index], comparison, index)).collect::<Result<_, _>>()?;
    let seed = comparison.results.first().map_or(0, |results| results.seed);
    let shares = comparison.choice.as_ref().map_or_else(Vec::new, |choice| shares(choice, &sums, seed));
    let standing = |index: usize| {
        let one = comparison.choice.as_ref().map(|choice| &choice.schedules[index]);
        let ruled_out_at = one.and_then(|one| one.screened_at);
        let (probability_best, share_best) = shares.get(index).copied().flatten().unzip();
        Standing {
            score: mean_of(&sums[index]),
            is_out: one.is_some_and(|one| one.breaks_a_limit()),
            probability_best,
            share_best,
            ruled_out_at,
            looked_at: courses(comparison, index).max(one.map_or(0, |one| one.looked_at)),
        }
    };
    Ok((0..candidates.len()).map(standing).collect())
}

/// The sum of the objective, one a replication: a day that does not come by the horizon counts as the horizon, and
/// what there is nothing to average of as 0.
fn sums(candidate: &Candidate, comparison: &Comparison, schedule: usize) -> Result<Vec<f64>, SpoolError> {
    let mut sums = vec![0.0; courses(comparison, schedule)];
    for weight in &candidate.objective.weights {
        let is_day = candidate.catalogue.measures[weight.index].kind == Kind::Censored;
        let missing = if is_day { f64::from(candidate.model.scenario.clock.days()) } else { 0.0 };
        let values = column(&comparison.results[schedule], weight.index)?;
        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += weight.weight * value.unwrap_or(missing));
    }
    Ok(sums)
}

/// Probability and share of being best, one a schedule: among those that break no limit.
fn shares(choice: &Choice, sums: &[Vec<f64>], seed: u64) -> Vec<Option<(f64, f64)>> {
    let may: Vec<usize> = (0..sums.len()).filter(|&index| !choice.schedules[index].breaks_a_limit()).collect();
    let mut found = vec![None; sums.len()];
    if may.len() == sums.len() {
        return choice.schedules.iter().map(|one| Some((one.probability_best, one.share_best))).collect();
    }
    let both = sums.iter().map(Vec::len).min().unwrap_or(0);
    let rows: Vec<&[f64]> = may.iter().map(|&index| &sums[index][..both]).collect();
    let (Ok(probabilities), Ok(shares)) =
        (probability_best(&rows, Goal::Smallest, seed), share_best(&rows, Goal::Smallest))
    else {
        return found;
    };
    for ((index, probability), share) in may.into_iter().zip(probabilities).zip(shares) {
        found[index] = Some((probability, share));
    }
    found
}

/// How a schedule stands with the choice, in a few words.
pub(super) fn remark(report: &ComparisonReport<'_>, index: usize, lang: Lang) -> String {
    let Some(choice) = &report.comparison.choice else { return String::new() };
    let one = &report.standings[index];
    let n = one.looked_at;
    match (one.is_out, one.ruled_out_at) {
        _ if choice.chosen == Some(index) => lang.choose(format!("选定（{n} 次）"), format!("chosen ({n} courses)")),
        (true, _) => lang.choose(format!("不满足限制（{n} 次）"), format!("breaks a limit ({n} courses)")),
        (false, Some(_)) => lang.choose(format!("排除（{n} 次）"), format!("ruled out ({n} courses)")),
        (false, None) if choice.leader == Some(index) => {
            lang.choose(format!("领先（{n} 次）"), format!("leads ({n} courses)"))
        }
        (false, None) => lang.choose(format!("未分高下（{n} 次）"), format!("still open ({n} courses)")),
    }
}

/// What is said of a limit.
pub(super) fn word(verdict: Verdict, lang: Lang) -> &'static str {
    match verdict {
        Verdict::Meets => lang.pick("满足", "met"),
        Verdict::Fails => lang.pick("不满足", "broken"),
        Verdict::TooClose => lang.pick("正好在界上", "on the line"),
        Verdict::CannotTell => lang.pick("尚不能断定", "cannot be told yet"),
    }
}

/// Columns of `choice.csv` before those of the limits.
const HEAD: [&str; 27] = [
    "schedule",
    "schedule_zh",
    "schedule_en",
    "n",
    "undominated_zh",
    "undominated_en",
    "score",
    "score_low",
    "score_high",
    "yuan_days",
    "yuan_days_low",
    "yuan_days_high",
    "normal_date",
    "normal_date_low",
    "normal_date_high",
    "overrun_probability",
    "overrun_probability_low",
    "overrun_probability_high",
    "extra_window_hours",
    "extra_window_hours_low",
    "extra_window_hours_high",
    "standing_zh",
    "standing_en",
    "probability_best",
    "share_best",
    "ruled_out_at",
    "looked_at",
];

/// The bytes of `choice.csv`: one row a schedule.
pub(super) fn csv(report: &ComparisonReport<'_>) -> Vec<u8> {
    let mut text = String::from("\u{feff}");
    let limits = &report.candidates[0].objective.limits;
    let ends = ["share", "low", "high", "verdict_zh", "verdict_en"];
    let more = limits.iter().flat_map(|limit| ends.map(|end| escaped(&format!("{}_{end}", limit.key))));
    line(&mut text, HEAD.map(str::to_owned).into_iter().chain(more));
    for index in 0..report.candidates.len() {
        line(&mut text, row(report, index).into_iter());
    }
    text.into_bytes()
}

fn row(report: &ComparisonReport<'_>, index: usize) -> Vec<String> {
    let scenario = &report.candidates[index].model.scenario;
    let (one, criteria) = (&report.standings[index], &report.tradeoffs.criteria[index]);
    let number = |value: Option<f64>| value.filter(|value| value.is_finite()).map_or_else(String::new, plain);
    let numbers = |found: Interval| [found.value, found.low, found.high].map(number);
    let horizon = f64::from(scenario.clock.days());
    let date = |day: Option<f64>| {
        let day = day.filter(|day| *day < horizon);
        day.map_or_else(String::new, |day| date_of_day(&scenario.clock, day).to_string())
    };
    let normal = [criteria.normal.value, criteria.normal.low, criteria.normal.high].map(date);
    let undominated = report.tradeoffs.undominated[index];
    let is = |lang: Lang| lang.pick(if undominated { "是" } else { "否" }, if undominated { "yes" } else { "no" });
    let mut cells: Vec<String> =
        [&scenario.schedule, &scenario.schedule_name.zh, &scenario.schedule_name.en].map(|text| escaped(text)).to_vec();
    cells.push(criteria.n.to_string());
    cells.extend([Lang::Zh, Lang::En].map(|lang| is(lang).to_owned()));
    cells.extend(numbers(one.score));
    cells.extend(numbers(criteria.burden));
    cells.extend(normal);
    cells.extend(numbers(criteria.overrun));
    cells.extend(numbers(criteria.cost));
    cells.extend([Lang::Zh, Lang::En].map(|lang| escaped(&remark(report, index, lang))));
    cells.extend([number(one.probability_best), number(one.share_best)]);
    cells.push(one.ruled_out_at.map_or_else(String::new, |at| at.to_string()));
    cells.push(one.looked_at.to_string());
    let found = report.comparison.choice.as_ref().map(|choice| &choice.schedules[index].limits);
    for limit in 0..report.candidates[0].objective.limits.len() {
        match found.and_then(|found| found.get(limit)) {
            None => cells.extend(std::iter::repeat_n(String::new(), 5)),
            Some(found) => {
                cells.extend([found.share, found.interval.0, found.interval.1].map(plain));
                cells.extend([Lang::Zh, Lang::En].map(|lang| word(found.verdict, lang).to_owned()));
            }
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::choice::LimitStanding;
    use crate::report::testing::Compared;

    fn table(report: &ComparisonReport<'_>) -> Vec<Vec<String>> {
        // The made-up English names have commas, and quotes round them.
        let text = String::from_utf8(csv(report)).unwrap().replace(", ", " ");
        text.trim_start_matches('\u{feff}').lines().map(|row| row.split(',').map(str::to_owned).collect()).collect()
    }

    #[test]
    fn what_breaks_a_limit_is_not_among_those_of_which_one_is_the_best() {
        let mut compared = Compared::new(4, 40);
        let choice = compared.comparison.choice.as_mut().unwrap();
        let broken = LimitStanding { verdict: Verdict::Fails, share: 0.1, interval: (0.0, 0.3) };
        choice.schedules[3].limits = vec![broken];
        choice.chosen = Some(2);
        let report = compared.report(Lang::Zh);
        let best: Vec<Option<f64>> = report.standings.iter().map(|one| one.probability_best).collect();
        assert_eq!(best[3], None);
        assert!((best.iter().flatten().sum::<f64>() - 1.0).abs() < 1e-9, "{best:?}");
        assert!(remark(&report, 3, Lang::Zh).starts_with("不满足限制"));
    }

    #[test]
    fn each_schedule_has_one_row_with_its_own_number_of_courses() {
        let compared = Compared::of(&[(0, 60), (1, 31), (3, 60)]);
        let report = compared.report(Lang::En);
        let rows = table(&report);
        assert!(rows.iter().all(|row| row.len() == rows[0].len()), "{rows:?}");
        let at = |row: usize, name: &str| rows[row][HEAD.iter().position(|head| *head == name).unwrap()].clone();
        assert_eq!([1, 2, 3].map(|row| at(row, "n")), ["60", "31", "60"]);
        assert_eq!([1, 2].map(|row| at(row, "looked_at")), ["60", "31"]);
        assert_eq!(at(2, "standing_en"), "ruled out (31 courses)");
        assert_eq!(at(1, "score"), at(1, "yuan_days"), "the only weight");
    }
}
