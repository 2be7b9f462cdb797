//! What each case is set up with and compared with, in words: enough to work the theory out again.
//! Loads, windows, lengths of outages and sample sizes stand with the rows.

use crate::scenario::raw::Name;

use super::distributions::DRAWS;
use super::independence::{CELLS, PAIRS, PEOPLE, STREAMS};
use super::population::DAY_EFFECT;
use super::row::name;
use super::stationary::{COUNTED, LANES, PATIENCE, SERVICE, TANDEM, WARM_UP};
use super::varying::{ENDLESS, OVERLOADED, WINDOWS};
use super::world::{ADMISSIONS_A_DAY, CYCLE, ROUTINE_A_DAY, STAY_DAYS, VISIT_SHARES, VISITS_A_DAY};
use super::{outage, passage, varying};

/// Half of it is said of every desk in equilibrium.
fn stationary(zh: &str, en: &str) -> Name {
    name(
        format!(
            "泊松到达，平均服务 s = {SERVICE} 秒，负荷 ρ = λs/c；每次模拟先舍去 {WARM_UP} 人，再计 {COUNTED} 人。{zh}"
        ),
        format!(
            "Poisson arrivals, mean service s = {SERVICE} s, load rho = lambda s / c; each replication leaves out {WARM_UP} people, then counts {COUNTED}. {en}"
        ),
    )
}

pub(super) fn exponential() -> Name {
    stationary(
        "Erlang C（1917）：等待概率 C，平均等待 Cs/(c(1-ρ))，等待超过 t 的概率 C exp(-c(1-ρ)t/s)。",
        "Erlang's C (1917): C waits, mean wait C s / (c (1 - rho)), P(wait > t) = C exp(-c (1 - rho) t / s).",
    )
}

pub(super) fn general() -> Name {
    stationary(
        "c² 为服务时长变异系数的平方：0 固定，0.5 与 2 对数正态，1 指数，4 两个指数的混合（均值平衡，概率 0.887 与 0.113）。Pollaczek-Khinchine：平均等待 ρs(1+c²)/(2(1-ρ))，等待概率 ρ。",
        "c² is the squared coefficient of variation of services: 0 fixed, 0.5 and 2 lognormal, 1 exponential, 4 a mixture of two exponentials (balanced means, probabilities 0.887 and 0.113). Pollaczek and Khinchine: mean wait rho s (1 + c²) / (2 (1 - rho)), rho waits.",
    )
}

pub(super) fn fixed() -> Name {
    stationary(
        "Crommelin（1932）：L(t+s) = max(L(t)-c, 0) + s 内到达数的平稳分布（数值迭代），再用 Little 公式。",
        "Crommelin (1932): stationary distribution of L(t + s) = max(L(t) - c, 0) + arrivals in s, iterated; then Little's law.",
    )
}

pub(super) fn patience() -> Name {
    let [first, second, third] = PATIENCE.map(|services| services * SERVICE);
    stationary(
        &format!(
            "+M 耐心为指数分布，均值依次 {first}、{second} 秒；+D 耐心固定 {third} 秒。Baccelli 与 Hebuterne（1981）：虚等待密度 ∝ λ exp(λH(v)-cv/s)，H 为耐心生存函数的积分（指数时即 Erlang A）。"
        ),
        &format!(
            "+M: exponential patience of mean {first}, then {second} s; +D: all bear {third} s. Baccelli and Hebuterne (1981): the offered wait has a density like lambda exp(lambda H(v) - c v / s), H the integral of the patience survival function (Erlang A when exponential)."
        ),
    )
}

pub(super) fn priority() -> Name {
    let [one, several] = LANES;
    let [quick, slow] = one.services;
    let (gap, squared) = (one.mean_gap, one.squared_cv);
    let percents = LANES.map(|lanes| (100.0 * lanes.share).round());
    let load = (1e6 * SERVICE / several.mean_gap / f64::from(several.windows)).round() / 1e6;
    stationary(
        &format!(
            "M/G/1：每 {gap} 秒到一人，{}% 优先；优先者服务指数、均值 {quick} 秒，普通者对数正态、均值 {slow} 秒、c² = {squared}。M/M/4：ρ = {load}，{}% 优先。Cobham（1954）：W1 = W0/(1-ρ1)，W2 = W0/((1-ρ1)(1-ρ))，W0 为在办余量。",
            percents[0], percents[1]
        ),
        &format!(
            "M/G/1: one arrival in {gap} s, {} % with priority; their services exponential of mean {quick} s, the others' lognormal of mean {slow} s, c² = {squared}. M/M/4: rho = {load}, {} % with priority. Cobham (1954): W1 = W0 / (1 - rho1), W2 = W0 / ((1 - rho1) (1 - rho)), W0 the work in hand.",
            percents[0], percents[1]
        ),
    )
}

pub(super) fn tandem() -> Name {
    let load = TANDEM.load;
    stationary(
        &format!(
            "两处负荷都是 {load}。Burke（1956）：M/M/c 的离开流仍为泊松（间隔的变异系数平方为 1），故后台是独立的 M/M/c，用 Erlang C。"
        ),
        &format!(
            "Both at a load of {load}. Burke (1956): what leaves M/M/c is Poisson (squared variation of gaps 1), so the back office is M/M/c by itself: Erlang's C."
        ),
    )
}

/// Half of it is said of every M/M/c that stops once.
fn stopped(zh: &str, en: &str) -> Name {
    let (service, hours) = (outage::SERVICE, outage::CLOSING / 3_600);
    name(
        format!(
            "M/M/c，平均服务 s = {service} 秒，从空开始 {hours} 小时后停机，停 D 秒；在办业务办完为止。λ = ρc/s，θ = c/s，δ = θ-λ，停机时平均排队 L = Cρ/(1-ρ)。{zh}"
        ),
        format!(
            "M/M/c, mean service s = {service} s, stops {hours} h after an empty start, for D s; services in hand are finished. lambda = rho c / s, theta = c / s, delta = theta - lambda, mean queue at the stop L = C rho / (1 - rho). {en}"
        ),
    )
}

pub(super) fn outage() -> Name {
    stopped(
        "在办余量 cρs；恢复时排队 Q = L+λD；清空 E[M]/δ，M = Q-c；总等待 LD+λD²/2+E[M(M-1)]/(2δ)+E[M]θ/δ²（Cox 与 Smith 1961，3.1 节）。",
        "Left in hand c rho s; queue at the end Q = L + lambda D; clear time E[M] / delta, M = Q - c; waited L D + lambda D² / 2 + E[M(M-1)] / (2 delta) + E[M] theta / delta² (Cox and Smith 1961, section 3.1).",
    )
}

pub(super) fn service_stop() -> Name {
    stopped(
        "人：停办时劝返 L 人，其后白跑 λD 人。材料：留在收件筐里，与停窗时的人相同（见 outage）；半数受影响时恢复时有 (L+λD)/2 件。",
        "People: L are sent away at the stop, lambda D come in vain. Papers lie in the tray and fare as people do at closed windows (see outage); where half of them are concerned, (L + lambda D) / 2 lie there at the end.",
    )
}

pub(super) fn lengths() -> Name {
    stopped(
        "同一批人、三种停机长度：每多停 D，清空多 λD/δ（线性）；总等待的二阶差分 λD²θ/δ（二次）。",
        "The same people, three lengths: each D more adds lambda D / delta to the clear time (linear); the second difference of the waits is lambda D² theta / delta (quadratic).",
    )
}

pub(super) fn doubled() -> Name {
    stopped(
        "清空时间 (L+λD-c)/δ 见 outage。两个 5 窗口的人合到一个 10 窗口：λD/δ 与 c/δ 不变，只有 L/δ（随机到达留下的排队）略小，故比值略小于 1。",
        "Clear time (L + lambda D - c) / delta as in outage. The people of two desks of five come to one of ten: lambda D / delta and c / delta stay, only L / delta (the queue that random arrivals leave) is smaller, so the ratio is a little under 1.",
    )
}

pub(super) fn random() -> Name {
    let service = outage::RANDOM_SERVICE;
    let [warm_up, counted] = outage::COUNTED;
    name(
        format!(
            "M/M/c，平均服务 {service} 秒；窗口同时开、同时停，开停时长为指数分布，均值以服务时长计。每次模拟先舍去 {warm_up} 件，再计 {counted} 件。状态（件数；开，或停且在办 k 件）的平衡方程，逐层消元（Gaver、Jacobs、Latouche 1984），再用 Little 公式。"
        ),
        format!(
            "M/M/c, mean service {service} s; all windows open and close together, spans exponential, means in services. Each replication leaves out {warm_up} papers, then counts {counted}. Balance equations of (papers; open, or closed with k in hand) by level reduction (Gaver, Jacobs and Latouche 1984); then Little's law."
        ),
    )
}

pub(super) fn day_wave() -> Name {
    let service = varying::SERVICE;
    let [warm_up, counted] = varying::DAYS;
    let (per_day, swing) = (ENDLESS.per_day, ENDLESS.swing);
    let (busy, rise, windows) = (OVERLOADED.per_day, OVERLOADED.swing, WINDOWS);
    name(
        format!(
            "到达率 每日 m(1+a sin 2πt)，服务指数、均值 s = {service} 秒；先舍去 {warm_up} 天，再计 {counted} 天。无限窗口：m = {per_day}，a = {swing}；Eick、Massey、Whitt（1993）：幅度 msa/√(1+(2πs)²)，滞后 arctan(2πs)/2π（s 以日计）。{windows} 个窗口：m = {busy}，a = {rise}；Kolmogorov 前进方程（Runge-Kutta），波为一次谐波。"
        ),
        format!(
            "Arrivals a day m (1 + a sin 2 pi t), services exponential of mean s = {service} s; {warm_up} days left out, {counted} counted. A window for everyone: m = {per_day}, a = {swing}; Eick, Massey and Whitt (1993): size m s a / sqrt(1 + (2 pi s)²), lag arctan(2 pi s) / 2 pi (s in days). {windows} windows: m = {busy}, a = {rise}; Kolmogorov's forward equations (Runge-Kutta); the wave is the first harmonic."
        ),
    )
}

pub(super) fn first_passage() -> Name {
    let service = passage::SERVICE;
    name(
        format!(
            "M/M/c，平均服务 {service} 秒，开门时 n 人。降 n-c 级，每级为 M/M/1 忙期：均值 (n-c)/δ，方差 (n-c)(θ+λ)/δ³（Cox 与 Smith 1961，3.1 节）；标准差为对理论值的一阶展开。"
        ),
        format!(
            "M/M/c, mean service {service} s, n people at the opening. Down n - c levels, each a busy period of M/M/1: mean (n - c) / delta, variance (n - c) (theta + lambda) / delta³ (Cox and Smith 1961, section 3.1); the deviation to first order around theory."
        ),
    )
}

pub(super) fn distributions() -> Name {
    let millions = DRAWS / 1_000_000;
    name(
        format!(
            "每种分布抽 n = {millions}00 万个。K-S：√n × 经验与理论分布函数的最大距离，均值 0.869，p 按 Kolmogorov（1933）的极限分布。计数与经验分布：Pearson 卡方（1900），期望不足 10 的格合并；期望值即自由度。"
        ),
        format!(
            "n = {millions} million draws each. K-S: sqrt(n) times the largest distance between empirical and exact distribution function, mean 0.869, p by Kolmogorov's limit (1933). Counts and observed values: Pearson's chi-square (1900), cells pooled until 10 are expected; the value expected is the degrees of freedom."
        ),
    )
}

/// Half of it is said of visits and of routine work.
fn counted((zh, en): (&str, &str), [large, small]: [f64; 2], more: (&str, &str)) -> Name {
    name(
        format!(
            "大、小网点日均{zh} {large}、{small}；日效应为伽马分布，均值 1、变异系数 v = {DAY_EFFECT}，全市同一天相同。方差 m+m²v²，两网点协方差 m1·m2·v²，相邻两日 0（Cox 与 Lewis 1966，7.2 节）。{}",
            more.0
        ),
        format!(
            "Mean {en} a day {large} and {small}; the effect of the day is gamma of mean 1 and variation v = {DAY_EFFECT}, the same all over the city. Variance m + m² v², covariance of sites m1 m2 v², none between days (Cox and Lewis 1966, section 7.2). {}",
            more.1
        ),
    )
}

pub(super) fn visits() -> Name {
    let shares = VISIT_SHARES.map(|share| share.to_string()).join(", ");
    counted(
        ("就诊", "visits"),
        VISITS_A_DAY,
        (
            &format!("卡方各行不含日效应：星期、时刻按所设权重，小时内均匀，类别×险种占比 {shares}。"),
            &format!(
                "Chi-squares without day effects: weekdays and hours by their weights, even within the hour, care types by schemes {shares}."
            ),
        ),
    )
}

pub(super) fn routine() -> Name {
    counted(
        ("日常业务", "matters"),
        ROUTINE_A_DAY,
        (
            "只计开门的日子（工作日与调休）；与就诊数的协方差同式。卡方各行不含日效应，时刻限于 8:30-12:00、14:00-17:30。",
            "Open days only (working days and weekends worked); covariance with visits by the same formula. Chi-squares without day effects, hours within 8:30-12:00 and 14:00-17:30.",
        ),
    )
}

pub(super) fn stays() -> Name {
    let (mean, cv) = STAY_DAYS;
    name(
        format!(
            "日均入院 {ADMISSIONS_A_DAY} 人（按星期与节假日加权），住院天数对数正态、均值 {mean}、变异系数 {cv}，取整、至少一天。在院人数为泊松：Σ k 天前入院 × P(住满 k 晚)（无限窗口排队；Eick、Massey、Whitt 1993）；已住、尚住天数同理。"
        ),
        format!(
            "{ADMISSIONS_A_DAY} admissions a day on average (weighted by weekday and holiday), stays lognormal of mean {mean} and variation {cv} days, rounded, at least one. The number present is Poisson: sum over k of admissions k days before × P(k nights or more) (infinite-server queue; Eick, Massey and Whitt 1993); ages and residual stays likewise."
        ),
    )
}

pub(super) fn patients() -> Name {
    let (cycle, refills, sessions) = CYCLE;
    name(
        format!(
            "续方病人 {refills} 名、周期 {cycle} 天，首次取药日在周期内均匀，时刻按所设权重；定期治疗 {sessions} 名，一三五占 0.6、二四六占 0.4。Pearson 卡方。"
        ),
        format!(
            "{refills} patients with refills of {cycle} days: first day even over the cycle, hours by their weights; {sessions} with sessions, 0.6 on Mon Wed Fri and 0.4 on Tue Thu Sat. Pearson's chi-square."
        ),
    )
}

pub(super) fn independence() -> Name {
    let (streams, pairs) = (STREAMS.len(), STREAMS.len() * (STREAMS.len() - 1) / 2);
    let millions = PAIRS / 1_000_000;
    name(
        format!(
            "名称只差一处的两个均匀数，{millions}00 万对：相关系数理论值 0（标准误 1/√n，精度按 1 的 1% 计），{CELLS}×{CELLS} 联合分布作卡方。{streams} 种用途两两 {pairs} 个相关系数，{PEOPLE} 人：√n 倍后近似标准正态，平方和为自由度 {pairs} 的卡方，最大值的分布 (1-2P(Z>x))^{pairs}。"
        ),
        format!(
            "Two uniform numbers whose names differ in one part, {millions} million pairs: correlation 0 (standard error 1 / sqrt(n); 1 % is taken of 1), chi-square of the {CELLS} × {CELLS} table. {pairs} correlations of {streams} streams, {PEOPLE} people: times sqrt(n) nearly standard normal, squares sum to chi-square of {pairs}, the largest has distribution (1 - 2 P(Z > x))^{pairs}."
        ),
    )
}
