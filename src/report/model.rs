//! The description of model and experiment that belongs to every result, after STRESS-DES (Monks, Currie,
//! Onggo, Robinson, Kunc and Taylor 2019, "Strengthening the reporting of empirical simulation studies:
//! Introducing the STRESS guidelines", Journal of Simulation 13:1), filled in from the scenario.

use crate::measures::Catalogue;
use crate::scenario::layer::Loaded;
use crate::scenario::raw::DemandKind;
use crate::scenario::world::Scenario;
use crate::units::Lang;

use super::assumptions::{assumptions, missing_sources};
use super::document::{Cell, Chapter, Sheet};
use super::manifest::VERSION;
use super::numbers::number;
use super::table::unit_zh;

/// The experiment that was made with the model.
#[derive(Debug, Clone)]
pub struct Experiment {
    /// Simulated courses.
    pub replications: usize,
    /// Seed.
    pub seed: u64,
    /// Whether some schedules were simulated less often than others.
    pub left_out: bool,
    /// What it is for, in the language of the description.
    pub aim: String,
}

/// Definitions of the main measures: key, Chinese and English.
const FORMULAS: [(&str, &str, &str); 22] = [
    (
        "affected",
        "就医服务实际停机期间应发生的就诊，每人次只计一次：全额垫付、部分支付、记账未付、提前开药、推迟、放弃之和",
        "visits due while their service was really down, each counted once: paid all, part or nothing, stocked up, deferred, forgone",
    ),
    ("self-pay", "停机期间患者在就诊时支付的全部现金", "all cash that patients pay at visits in the outage"),
    (
        "prepayment",
        "max(0，就诊时支付 − 本应自付)；其中统筹基金部分与个人账户部分分列",
        "max(0, paid at the visit − own cash due), split into the part of the fund and that of the personal account",
    ),
    (
        "prepayment-days",
        "∫ 未退回的垫付额 dt，从付款到退款；不再退回的计到模拟期末",
        "∫ outstanding prepayment dt, from payment to refund; what is never refunded counts to the end of the simulation",
    ),
    ("prepayment-per-head", "垫付总额 ÷ 有垫付的就诊人次", "prepayment ÷ visits with a prepayment"),
    (
        "hardship-10",
        "垫付 ÷ 家庭月可支配收入 > 10% 的人数",
        "people with prepayment ÷ monthly disposable income of the household > 10 %",
    ),
    (
        "hardship-40",
        "垫付 ÷ 家庭月可支配收入 > 40% 的人数",
        "people with prepayment ÷ monthly disposable income of the household > 40 %",
    ),
    ("deferral", "推迟的就诊：实际就诊日 − 应就诊日", "deferred visits: actual date − due date"),
    (
        "wait-mean",
        "持停机件者到窗口后排队的时间，按窗口类别平均",
        "time in the queue of those who come with a claim of the outage, mean by class of desks",
    ),
    (
        "backlog-peak",
        "未办结件（未来办 + 排队 + 在办）日均值的最大值",
        "largest daily mean of open claims: not yet come + waiting + in service",
    ),
    (
        "back-to-normal",
        "服务恢复后，连续五个营业日中的第一天：95% 的网点没有停机件排队超过一个工作日，且日常业务平均排队不超过同日无切换时的 max(110%，+5 分钟)；模拟期内未达到则记为“期末前未恢复”",
        "first of five open days in a row after the return on which, at 95 % of the sites, no claim of the outage has queued over a working day and the mean routine wait is at most max(110 %, + 5 minutes) of the same day without a cutover; otherwise \"not by the horizon\"",
    ),
    (
        "refunded-95",
        "累计退款首次达到垫付总额 95% 的日期；未达到则记为“期末前未达到”",
        "first day on which refunds have reached 95 % of the prepayment; otherwise \"not by the horizon\"",
    ),
    (
        "pre-stop-surge",
        "公告后至停机前，某日到窗口人次 ÷ 无切换时同日人次 的最大值",
        "largest ratio of a day's arrivals to the same day without a cutover, between announcement and stop",
    ),
    (
        "forgone",
        "现金不足而放弃、又不能推迟的就诊",
        "visits that cash in hand did not allow and that could not be put off",
    ),
    (
        "wait-p95",
        "持停机件者每次排队时间的 95% 分位，每次模拟一个数",
        "95 % quantile of the time that those with a claim queue each time, one number a course",
    ),
    (
        "window-visits",
        "办结的停机件所跑窗口次数的平均，含补材料和改日再来",
        "visits to windows for a claim that is done, rework and later tries included",
    ),
    ("refund-days", "从付款到退款的天数，已退款件的平均", "days from payment to refund, mean of the claims refunded"),
    (
        "lost",
        "未申领、逾期、多次未果放弃、被拒的件中，不再退回的垫付",
        "prepayment of claims never made, past their deadline, given up or refused that is never refunded",
    ),
    ("carried-days", "∫ 医疗机构挂账额 dt", "∫ bills on providers' ledgers dt"),
    (
        "own-money-due",
        "就诊时未付、至期末仍欠医疗机构的自付款",
        "own cash not paid at the visit and still owed to providers at the end",
    ),
    ("utilisation", "窗口工作时数 ÷ 开放时数", "window-hours worked ÷ window-hours open"),
    ("overrun", "max(0，实际恢复 − 公告恢复)", "max(0, actual return − announced return)"),
];

/// The chapters, in a language.
pub fn chapters(loaded: &Loaded, scenario: &Scenario, experiment: &Experiment, lang: Lang) -> Vec<Chapter> {
    let catalogue = Catalogue::new(scenario);
    vec![
        objectives(&catalogue, experiment, lang),
        logic(scenario, lang),
        data(loaded, lang),
        experimentation(scenario, experiment, lang),
        implementation(lang),
    ]
}

fn chapter(title: &str, paragraphs: Vec<String>, sheets: Vec<Sheet>) -> Chapter {
    Chapter { title: title.to_owned(), paragraphs, sheets }
}

fn objectives(catalogue: &Catalogue, experiment: &Experiment, lang: Lang) -> Chapter {
    let columns =
        [(lang.pick("指标", "Output"), ""), (lang.pick("单位", "Unit"), ""), (lang.pick("定义", "Definition"), "")];
    let mut outputs = Sheet::new("outputs", lang.pick("输出指标", "Outputs"), &columns);
    for (key, zh, en) in FORMULAS {
        let Some(measure) = catalogue.measures.iter().find(|measure| measure.key == key) else { continue };
        outputs.push(vec![
            Cell::text(measure.name(lang)),
            Cell::text(lang.pick(unit_zh(measure.unit), measure.unit)),
            Cell::text(lang.pick(zh, en)),
        ]);
    }
    let purpose = lang.pick(
        "目的：医保信息系统切换期间部分业务停办，本模型测算某一停机方案对参保人的影响：多少人受影响、先垫付多少、恢复后窗口要多久才恢复正常、有什么损失，供制定方案时比较。",
        "Purpose: while a medical-insurance information system is switched over, services stop. The model tells what a schedule does to people: how many are affected, what they pay first, how long desks take to get back to normal, and what is lost, so that schedules can be compared.",
    );
    chapter(
        lang.pick("一、目的与输出", "1. Objectives and outputs"),
        vec![purpose.to_owned(), experiment.aim.clone()],
        vec![outputs],
    )
}

fn logic(scenario: &Scenario, lang: Lang) -> Chapter {
    let (sites, groups) = (scenario.sites.len(), scenario.groups.len());
    let texts = [
        (
            "实体：就诊与住院（门诊、慢特病、透析、购药、住院等）、经办业务，以及停机后需补办的待办件。慢特病患者、透析患者和住院患者按人保留。".to_owned(),
            "Entities: visits and stays (outpatient, chronic, dialysis, pharmacy, inpatient …), agency business, and the claims that an outage leaves to be done. Chronic, dialysis and inpatients are kept as people.".to_owned(),
        ),
        (
            "到达：各就医类别、各网点的就诊为泊松过程，强度 = 参保人数 × 年人均次数 × 星期 × 节假日 × 时段 × 当日效应（伽马分布，均值 1，全市同日共享）。".to_owned(),
            "Arrivals: by care type and site a Poisson process with the rate insured people × yearly rate × weekday × holiday × hour × effect of the day (gamma, mean 1, shared by the city).".to_owned(),
        ),
        (
            "停机中的就诊依次判定：已提前开药；可缓者推迟；按处理方式（全额垫付后报销、补录、记账等）办理；现金不足时改用要钱少的方式、推迟或放弃，必需的医疗照常提供、费用挂账。".to_owned(),
            "A visit in an outage is, in this order: stocked up before; deferred where it can wait; handled by a pathway (pay and claim, entered later, ledger …); where cash does not suffice, by a pathway that asks for less, else deferred or forgone; essential care is given and owed.".to_owned(),
        ),
        (
            format!("资源与排队：{sites} 个网点（{groups} 组）的窗口，按时段设窗口数；先到先服务，不抢占，可设优先通道；等候超过耐心者改日再来，多次不成则放弃；下班未轮到者下个营业日再来；停机件与日常业务共用窗口。步骤依次为窗口、后台审核、拨付。"),
            format!("Resources and queues: windows by the hour at {sites} sites ({groups} groups); first come, first served, not pre-emptive, with a priority lane where stated; who would wait longer than they bear come back another day and give up after some tries; who are not served by closing come back on the next open day; claims share windows with routine work. Steps: window, back office, payment run."),
        ),
        (
            returns(scenario, Lang::Zh),
            returns(scenario, Lang::En),
        ),
        (
            "对照：每次模拟用同一批人另算一遍“无切换”的常态，作为恢复正常的标准。".to_owned(),
            "Reference: in every simulated course the same people are also simulated without a cutover; back to normal is judged against it.".to_owned(),
        ),
    ];
    let columns = [(lang.pick("类别", "Kind"), ""), (lang.pick("本情景中的条目", "In this scenario"), "")];
    let mut parts = Sheet::new("components", lang.pick("本情景的组成", "Components of this scenario"), &columns);
    let list = |names: Vec<String>| names.join(lang.pick("、", ", "));
    let named = |name: &crate::scenario::raw::Name| lang.pick(&name.zh, &name.en).to_owned();
    let care = |business: bool| {
        let all = scenario.care.iter().filter(|care| (care.kind == DemandKind::Business) == business);
        list(all.map(|care| named(&care.name)).collect())
    };
    let rows = [
        ("就医类别", "Care types", care(false)),
        ("经办业务", "Agency business", care(true)),
        ("险种", "Schemes", list(scenario.schemes.iter().map(|one| named(&one.name)).collect())),
        ("窗口类别", "Classes of desks", list(scenario.desk_classes.iter().map(|one| named(&one.name)).collect())),
        ("停办的业务", "Stops", list(scenario.suspensions.iter().map(|one| named(&one.name)).collect())),
        ("处理方式", "Pathways", list(scenario.pathways.iter().map(|one| named(&one.name)).collect())),
    ];
    for (zh, en, text) in rows {
        if !text.is_empty() {
            parts.push(vec![Cell::text(lang.pick(zh, en)), Cell::text(text)]);
        }
    }
    let paragraphs = texts.into_iter().map(|(zh, en)| lang.choose(zh, en)).collect();
    chapter(lang.pick("二、模型逻辑", "2. Logic"), paragraphs, vec![parts])
}

/// How services return, with what this scenario makes use of.
fn returns(scenario: &Scenario, lang: Lang) -> String {
    let stops = &scenario.suspensions;
    let mut text = lang
        .pick(
            "停机与恢复：技术任务按前后顺序和各自工期分布得到最早完成时间；公告了恢复时间的，取公告时间与技术完成时间中较晚者；公告为预计的，再加方案写明的超时；未公布的按技术完成时间或写明的分布，两者都没有则模拟期内不恢复。",
            "Stops and returns: technical tasks with predecessors and random durations give the earliest finish. An announced return is the later of the announced time and that finish; an estimated one has the schedule's own overrun on top; one not announced comes with the finish or a stated distribution and, where there is neither, never within the days simulated.",
        )
        .to_owned();
    let parts = [
        (stops.iter().any(|stop| stop.slip_hours.is_some()), "停机开始可能推迟", "the stop may begin late"),
        (
            stops.iter().any(|stop| stop.early.is_some()),
            "提前完成可提前恢复",
            "what is finished early may return early",
        ),
        (stops.iter().any(|stop| !stop.ramp.is_empty()), "恢复后能力逐日增加", "capacity comes back day by day"),
        (stops.iter().any(|stop| !stop.waves.is_empty()), "网点分批恢复", "sites come back in waves"),
        (
            stops.iter().any(|stop| stop.rollback.is_some()),
            "可能回退旧系统、二次停机",
            "the old system may come back for a second stop",
        ),
        (
            stops.iter().any(|stop| stop.unstable.is_some()),
            "恢复后头几天可能故障",
            "failures may follow in the first days",
        ),
    ];
    let named: Vec<&str> = parts.iter().filter(|part| part.0).map(|part| lang.pick(part.1, part.2)).collect();
    if !named.is_empty() {
        let list = named.join(lang.pick("、", ", "));
        text += &lang.choose(format!("本情景还有：{list}。"), format!(" In this scenario also: {list}."));
    }
    text
}

fn data(loaded: &Loaded, lang: Lang) -> Chapter {
    let (assumed, missing) = (assumptions(loaded).len(), missing_sources(loaded).len());
    let columns = [(lang.pick("参数（键）", "Parameters (key)"), ""), (lang.pick("来源", "Source"), "")];
    let mut sources = Sheet::new("sources", lang.pick("数据来源", "Sources"), &columns);
    for (key, text) in loaded.sources.iter().filter(|(_, text)| !text.is_assumption() && !text.is_blank()) {
        sources.push(vec![Cell::text(key), Cell::text(text.in_lang(lang))]);
    }
    let files: Vec<String> = loaded.files.iter().map(|file| file.display().to_string()).collect();
    let paragraphs = vec![
        lang.choose(
            format!("情景文件（后者覆盖前者）：{}。", files.join(" → ")),
            format!("Scenario files, each over the one before: {}.", files.join(" → ")),
        ),
        lang.choose(
            format!("{assumed} 个参数没有实测，作为假设列出（见“假设”一节）；{missing} 个参数没有注明来源。"),
            format!(
                "{assumed} parameters have not been measured and are listed as assumptions; {missing} have no source."
            ),
        ),
    ];
    chapter(lang.pick("三、数据", "3. Data"), paragraphs, vec![sources])
}

fn experimentation(scenario: &Scenario, experiment: &Experiment, lang: Lang) -> Chapter {
    let clock = &scenario.clock;
    let (start, days) = (clock.start(), clock.days());
    let warm = number((f64::from(scenario.warm_until.0) / 86_400.0).max(0.0));
    let (n, seed) = (experiment.replications, experiment.seed);
    let fewer = match experiment.left_out {
        true => lang.pick("；提前排除的方案次数较少", "; fewer of schedules that were ruled out"),
        false => "",
    };
    let paragraphs = vec![
        lang.choose(
            format!("起点与期末：从 {start} 起模拟 {days} 天；前 {warm} 天为预热，不计日常排队；起点时在院的病人按稳态抽取。"),
            format!("Initialisation and length: {days} days from {start}; the first {warm} days warm the queues up and do not count for routine waits; inpatients at the start are drawn from the steady state."),
        ),
        lang.choose(
            format!("重复：{n} 次独立模拟（种子 {seed}{fewer}）；每次模拟给出一个数，不跨次合并就诊。"),
            format!("Replications: {n} independent simulated courses (seed {seed}{fewer}); each gives one number, visits are never pooled over courses."),
        ),
        lang.pick(
            "估计：平均用 t 区间，分位数用次序统计量区间，比例用 Wilson 区间，各为 95%；方案之差和取值之间的判断用同时成立的区间；期末前未发生的日期按删失处理，只给分位数、概率和 min(T, H) 的平均。区间只含模拟的随机性，不含假设的不确定。",
            "Estimation: t intervals for means, order-statistic intervals for quantiles, Wilson intervals for shares, 95 % each; differences of schedules and findings along a key use intervals that hold together; days that may lie past the horizon are censored and have quantiles, probabilities and the mean of min(T, H) only. Intervals hold chance, not the uncertainty of assumptions.",
        )
        .to_owned(),
    ];
    chapter(lang.pick("四、实验", "4. Experimentation"), paragraphs, Vec::new())
}

fn implementation(lang: Lang) -> Chapter {
    let paragraphs = vec![
        lang.choose(
            format!("软件：{VERSION}（Rust）；离散事件模拟，逐网点计算；同一时刻先完成、再变更窗口与服务、后到达。"),
            format!("Software: {VERSION} (Rust); discrete events, site by site; at one instant completions come first, then changes of windows and services, then arrivals."),
        ),
        lang.pick(
            "随机数：计数器式发生器，每个随机数由（种子、次数、网点、用途、人或日、步骤、第几次）唯一确定，因此不同方案遇到同一批人，结果与线程数无关。",
            "Random numbers: counter-based; every draw is fixed by seed, replication, site, stream, person or day, step and attempt, so that all schedules meet the same people and results do not depend on threads.",
        )
        .to_owned(),
        lang.pick(
            "核对：每次模拟结束时检查守恒律（人次、钱、待办件）；cutover verify 与排队论逐项对照。",
            "Verification: laws of conservation (visits, money, claims) are checked at the end of every course; cutover verify compares with queueing theory.",
        )
        .to_owned(),
    ];
    chapter(lang.pick("五、实现", "5. Implementation"), paragraphs, Vec::new())
}

#[cfg(test)]
mod tests {
    use super::super::testing::World;
    use super::*;

    #[test]
    fn the_description_is_of_this_scenario_and_experiment() {
        let world = World::new(3);
        for (lang, left_out) in [(Lang::Zh, false), (Lang::En, false), (Lang::Zh, true), (Lang::En, true)] {
            let experiment = Experiment { replications: 3, seed: 77, left_out, aim: "aim".to_owned() };
            let found = chapters(&world.loaded, &world.scenario, &experiment, lang);
            assert_eq!(found.len(), 5);
            let text = format!("{found:?}");
            let desks = lang.pick(&world.scenario.desk_classes[0].name.zh, &world.scenario.desk_classes[0].name.en);
            assert_eq!(text.contains("ruled out") || text.contains("提前排除"), left_out);
            assert!(text.contains("77") && text.contains(desks) && text.contains("aim"), "{text}");
        }
    }

    #[test]
    fn every_definition_is_of_a_measure() {
        let world = World::new(1);
        for (key, ..) in FORMULAS {
            assert!(world.results.catalogue.measures.iter().any(|measure| measure.key == key), "{key}");
        }
    }
}
