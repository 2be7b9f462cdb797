//! Terms that a planner meets on the screen and in charts, each said once and in the same words.

use crate::units::Lang;

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
