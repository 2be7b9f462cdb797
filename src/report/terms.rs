//! Terms that a planner meets on the screen and in charts, each said once and in the same words.

use crate::objective::Bound;
use crate::units::Lang;

use super::numbers::percent;

/// What it is for a class of desks to be back to normal, without the term itself.
pub(super) fn back_to_normal(lang: Lang) -> &'static str {
    lang.pick(
        "连续五个开放日中的第一天：每天至少 95% 的网点没有切换积压件等候超过一个工作日，日常业务平均等候不超过平日的 110%（或多 5 分钟）",
        "the first of five open days in a row on which at 95% of sites no cutover claim queued over a working day and routine waits were at most 110% of usual (or 5 minutes more)",
    )
}

/// What is counted as prepayment outstanding over time.
pub(super) fn yuan_days(lang: Lang) -> &'static str {
    lang.pick("垫付的钱乘以垫付的天数", "yuan prepaid times the days until they are refunded")
}

/// What is counted as extra windows.
pub(super) fn window_hours(lang: Lang) -> &'static str {
    lang.pick("平时以外加开的窗口数乘以小时", "windows opened beyond the regular ones times hours")
}

/// What is counted as an overrun.
pub(super) fn overrun(lang: Lang) -> &'static str {
    lang.pick("实际恢复晚于公布的时间", "the actual return comes later than announced")
}

/// What is asked of an event, which happens in a course or does not: `超时概率不高于 10%，即至少 90% 的模拟中不发生`. None
/// for a bound that every course keeps, or none.
pub(super) fn event_limit(event: &str, bound: Bound, chance: f64, lang: Lang) -> Option<String> {
    let asked = percent(chance);
    match bound {
        Bound::AtMost(most) if (0.0..1.0).contains(&most) => {
            let rest = percent(1.0 - chance);
            Some(lang.choose(
                format!("{event}不高于 {rest}，即至少 {asked} 的模拟中不发生"),
                format!(
                    "probability of \"{event}\" at most {rest}: in at least {asked} of the courses it must not happen"
                ),
            ))
        }
        Bound::AtLeast(least) if least > 0.0 && least <= 1.0 => Some(lang.choose(
            format!("{event}不低于 {asked}，即至少 {asked} 的模拟中发生"),
            format!("probability of \"{event}\" at least {asked}: in at least {asked} of the courses it must happen"),
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_events_are_told_as_probabilities() {
        let told = |bound, lang| event_limit("超时概率", bound, 0.9, lang);
        let zh = told(Bound::AtMost(0.0), Lang::Zh);
        assert_eq!(zh.as_deref(), Some("超时概率不高于 10%，即至少 90% 的模拟中不发生"));
        assert!(told(Bound::AtMost(0.5), Lang::En).is_some_and(|told| told.contains("at most 10%")));
        assert!(told(Bound::AtLeast(1.0), Lang::En).is_some_and(|told| told.contains("at least 90%")));
        assert_eq!((told(Bound::AtMost(1.0), Lang::Zh), told(Bound::AtLeast(0.0), Lang::Zh)), (None, None));
    }
}
