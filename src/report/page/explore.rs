//! The daily series for the page's script, and the place where it shows them.

use serde_json::{Number, Value, json};

use crate::report::ReportError;
use crate::report::document::{Document, ExploredSeries};
use crate::units::Lang;

/// The data that the script reads, safe to stand in a page: no `<` is left in it.
///
/// # Errors
///
/// When the JSON cannot be encoded.
pub(super) fn data(document: &Document) -> Result<String, ReportError> {
    let explorer = &document.explorer;
    let series: Vec<Value> = explorer.series.iter().map(one).collect();
    let value = json!({
        "titles": [document.zh.title, document.en.title],
        "first": explorer.first_day,
        "days": explorer.days,
        "schedules": explorer.schedules,
        "shown": explorer.shown,
        "colors": document.colors,
        "series": series,
    });
    let text = serde_json::to_string(&value).map_err(|error| ReportError::Table(error.to_string()))?;
    Ok(text.replace('<', "\\u003c"))
}

/// Schedule, key, name, group, unit and whether it is a total; then median and the ends of 90 %, a value a day from the first day
/// on which anything happens to the last one: what the outage does is nothing on most days.
fn one(series: &ExploredSeries) -> Value {
    let all = [&series.median, &series.q05, &series.q95];
    let is_some = |day: &usize| all.iter().any(|values| values.get(*day).is_some_and(|value| *value != 0.0));
    let mut days = (0..series.median.len()).filter(is_some);
    let first = days.next().unwrap_or(0);
    let end = days.next_back().unwrap_or(first) + 1;
    let values = |values: &[f64]| {
        let happens = values.iter().take(end).skip(first);
        Value::Array(happens.map(|value| short(*value)).collect())
    };
    json!([
        series.schedule,
        series.key,
        series.name,
        series.group,
        series.unit,
        series.is_total,
        first,
        values(&series.median),
        values(&series.q05),
        values(&series.q95),
    ])
}

/// A number in as few characters as it needs.
fn short(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return Value::from(value as i64);
    }
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// Where the script puts the explorer.
pub(super) fn place(lang: Lang) -> &'static str {
    lang.pick(
        "<p class=\"note\">选一项指标，再选一种就医类别或一类窗口，看它每天怎样变化。把指针移到图上看当天的数；在图上拖动可放大一段日子，双击看全部；\
         先点一下图，再用左右方向键逐日移动。线是中位数，色带里有九成的模拟结果。</p>\n\
         <div class=\"place\"></div>\n<noscript><p class=\"note\">此处需要浏览器允许脚本。</p></noscript>\n",
        "<p class=\"note\">Choose a quantity and a care type or class of desks to see it day by day. Point at the chart for the values of a \
         day; drag to enlarge some days, double-click for all of them; with the chart in focus, the arrow keys move from day to day. \
         The line is the median, the band holds nine in ten simulated courses.</p>\n\
         <div class=\"place\"></div>\n<noscript><p class=\"note\">This part needs scripts.</p></noscript>\n",
    )
}
