//! What a number of the scenario is, in words: the names that the scenario gives to things, and one
//! word for each kind of number.

use serde_json::Value;

use crate::scenario::layer::Loaded;
use crate::units::Lang;

/// Kinds of numbers: part of a key path, Chinese and English words.
const WORDS: [(&str, &str, &str); 57] = [
    ("account_share", "个人账户支付比例", "share paid by the account"),
    ("after_days", "回退后多少天再停", "days until the second stop"),
    ("after_hours", "停机后多少小时恢复", "hours until the return"),
    ("at_most", "故障次数上限", "failures at most"),
    ("back_hours", "回退所需小时", "hours until the old system is back"),
    ("bill_factor", "费用倍数", "factor on the bill"),
    ("bill_yuan", "次均费用（元）", "bill, yuan"),
    ("cap_yuan", "年度限额（元）", "yearly cap, yuan"),
    ("cash_months", "手头现金（月收入的倍数）", "ready money, months of income"),
    ("claimed", "申领比例", "share claimed"),
    ("count", "网点数", "number of sites"),
    ("daily_share", "此后每日来办比例", "share coming on each later day"),
    ("days_of_month", "每月拨付日", "days of payment"),
    ("day_effect_cv", "逐日波动", "variation of days"),
    ("deadline_pull_share", "截止前赶来比例", "share pulled in by the deadline"),
    ("deductible_open_share", "起付线未满比例", "share with an open deductible"),
    ("deductible_yuan", "起付线（元）", "deductible, yuan"),
    ("deferral_days", "恢复后多少天就诊", "days after the return until the visit"),
    ("deferred_share", "可缓者中推迟比例", "share of the elective put off"),
    ("delay_hours", "分批恢复延后（小时）", "delay of a wave, hours"),
    ("elective_share", "可缓就诊比例", "share that can wait"),
    ("extra_share", "新系统初期多花时间", "slower at first"),
    ("extra_windows", "增开窗口", "windows added"),
    ("failures_per_day", "每日故障次数", "failures a day"),
    ("fit_days", "可提前出院天数", "days before discharge"),
    ("fit_share", "可提前出院比例", "share fit to leave"),
    ("fund_share", "统筹支付比例", "share paid by the fund"),
    ("half_life_days", "熟练所需天数（减半）", "days to halve it"),
    ("holiday", "节假日权重", "weight of a holiday"),
    ("home_district_share", "在本区就医比例", "share treated in the home district"),
    ("hours", "小时", "hours"),
    ("household_size", "户均人数", "heads in a household"),
    ("in_policy_share", "政策范围内比例", "share within the policy"),
    ("insured", "参保人数", "insured people"),
    ("lag_days", "到账天数", "days until the money arrives"),
    ("minutes", "办理分钟数", "minutes"),
    ("monthly_income_yuan", "月收入（元）", "monthly income, yuan"),
    ("needless_share", "不必要的提前开药比例", "needless stock-up"),
    ("online_share", "线上办理比例", "share done online"),
    ("online_to_hall_share", "线上停办后转大厅比例", "share of online that turns to halls"),
    ("outside_days", "外地办理天数", "days outside"),
    ("overrun_hours", "超时（小时）", "overrun, hours"),
    ("patience_minutes", "愿意等候分钟数", "patience, minutes"),
    ("per_day", "每日人次", "a day"),
    ("per_year", "每人每年次数", "a person and year"),
    ("ramp", "分步恢复", "restoration ramp"),
    ("refused_share", "被拒比例", "share refused"),
    ("retry", "再来的间隔与次数", "later tries"),
    ("rework_share", "补材料再来比例", "share coming again"),
    ("routine_minutes", "日常业务分钟数", "minutes of a routine matter"),
    ("routine_per_day", "每网点每日日常业务", "routine matters a day and site"),
    ("routine_returns_share", "停机错过后再来比例", "routine matters that come back"),
    ("supply_days", "最长开药天数", "longest supply, days"),
    ("supply_months", "最长开药月数", "longest supply, months"),
    ("rush_share", "首日来办比例", "share coming on the first day"),
    ("windows", "每网点窗口数", "windows a site"),
    ("windows_by_hour", "每网点分时窗口数", "windows a site in those hours"),
];

/// The same for words that mean something only in their table or at the end of a path.
const LAST: [(&str, &str, &str, &str); 12] = [
    ("demand", "sites", "各类网点占比", "share by place"),
    ("demand", "stay_days", "住院天数", "length of stay, days"),
    ("suspend", "days", "不稳定天数", "days of instability"),
    ("classes", "share", "占比", "share of people"),
    ("districts", "share", "人口占比", "share of people"),
    ("handling", "share", "占比", "share"),
    ("measures", "share", "采用比例", "share taking part"),
    ("measures", "take_up_share", "采用比例", "share taking part"),
    ("pathways", "small_share", "小额申领比例", "share of small refunds claimed"),
    ("pathways", "small_refund_yuan", "小额退款界限（元）", "small refund, yuan"),
    ("sites", "size_cv", "规模差别", "variation of size"),
    ("profiles", "weekdays", "星期权重", "weights of weekdays"),
];

/// What the number at a key is: `药店购药 · 恢复后多少天就诊`; empty where the scenario has no word.
pub fn label(loaded: &Loaded, key: &str, lang: Lang) -> String {
    let parts: Vec<&str> = key.split('.').collect();
    let [table, thing, ..] = parts[..] else { return word(&parts, lang).to_owned() };
    let mut words: Vec<String> = named(&loaded.json[table][thing], lang).into_iter().collect();
    match table {
        "handling" => {
            let care = named(&loaded.json["demand"][thing], lang);
            let rule = parts.get(2).map(|rule| &loaded.json["handling"][thing][*rule]["pathway"]);
            let pathway = rule.and_then(Value::as_str).and_then(|way| named(&loaded.json["pathways"][way], lang));
            words = care.into_iter().chain(pathway).collect();
        }
        // A scheme or a kind of place at the end of the path.
        "demand" => {
            let tail = parts[2..].iter().find_map(|part| {
                named(&loaded.json["people"][*part], lang).or_else(|| named(&loaded.json["sites"][*part], lang))
            });
            words.extend(tail);
        }
        _ => {}
    }
    let word = word(&parts, lang);
    if !word.is_empty() {
        words.push(word.to_owned());
    }
    words.join(" · ")
}

fn named(value: &Value, lang: Lang) -> Option<String> {
    value["name"][lang.pick("zh", "en")].as_str().map(str::to_owned)
}

fn word(parts: &[&str], lang: Lang) -> &'static str {
    let table = parts.first().copied().unwrap_or_default();
    let has = |part: &str| parts.iter().skip(1).any(|known| *known == part);
    let own = LAST.iter().find(|(of, part, _, _)| *of == table && has(part)).map(|(_, _, zh, en)| (*zh, *en));
    // `pathways.x.claimed.share` is told by `claimed`, the table around its last part.
    let any = || WORDS.iter().find(|(part, _, _)| has(part)).map(|(_, zh, en)| (*zh, *en));
    own.or_else(any).map_or("", |(zh, en)| lang.pick(zh, en))
}

/// A value as a scenario file or `--set` would write it.
pub fn written(value: &Value) -> String {
    match value {
        Value::Array(entries) => format!("[{}]", entries.iter().map(written).collect::<Vec<_>>().join(", ")),
        Value::Object(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("{key} = {}", written(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        _ => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::World;
    use super::*;

    #[test]
    fn numbers_are_named_by_thing_and_kind() {
        let mut world = World::new(1);
        world.loaded.json["demand"]["outpatient"]["name"] = json!({ "zh": "普通门诊", "en": "outpatient" });
        world.loaded.json["people"]["employee"]["name"] = json!({ "zh": "职工", "en": "employees" });
        let zh = |key: &str| label(&world.loaded, key, Lang::Zh);
        assert_eq!(zh("demand.outpatient.deferred_share"), "普通门诊 · 可缓者中推迟比例");
        assert_eq!(zh("demand.outpatient.per_year.employee"), "普通门诊 · 职工 · 每人每年次数");
        assert_eq!(zh("pathways.nameless.claimed.share"), "申领比例");
        assert_eq!(label(&world.loaded, "behaviour.cash_months", Lang::En), "ready money, months of income");
    }

    #[test]
    fn values_are_written_as_toml() {
        let value = json!({ "lognormal": { "mean": 2.0, "cv": 1 } });
        assert_eq!(written(&value), "{ lognormal = { mean = 2.0, cv = 1 } }");
        assert_eq!(written(&json!([1, 2.5])), "[1, 2.5]");
    }
}
