//! Several schedules on the same patients.

use cutover::replication::{Gain, Model, Outcome, Tracing, simulate, simulate_all};

use crate::support::model;

/// A stop at noon instead of midnight, and on top of that windows added at the halls.
const LATER: &str = "suspend.settlement.stop=\"2022-03-12T12:00:00\"";
const SURGE: &str = "measures.more={kind=\"surge\", sites=[\"hall\"], from=\"settlement.return\", until=\"settlement.return + 7d\", extra_windows=2}";

fn together(models: &[&Model], replication: u32) -> Vec<Outcome> {
    simulate_all(models, 11, replication, Tracing::Off).expect("the laws hold")
}

fn alone(model: &Model, replication: u32) -> Outcome {
    simulate(model, 11, replication, Tracing::Off).expect("the laws hold")
}

#[test]
fn a_schedule_does_in_company_what_it_does_alone() {
    let models = [model("minimal", &[]), model("minimal", &[LATER]), model("minimal", &[LATER, SURGE])];
    for replication in 0..3 {
        let outcomes = together(&models.each_ref(), replication);
        let backwards = together(&[&models[2], &models[0], &models[1]], replication);
        for (index, model) in models.iter().enumerate() {
            let single = alone(model, replication);
            let other = &backwards[(index + 1) % 3];
            for outcome in [&outcomes[index], other] {
                assert!(outcome.record == single.record, "replication {replication}, schedule {index}");
                assert!(outcome.normal == single.normal);
                assert_eq!(outcome.actual, single.actual);
            }
        }
        assert!(outcomes[0].record != outcomes[1].record && outcomes[1].record != outcomes[2].record);
    }
}

#[test]
fn the_normal_course_is_that_of_every_schedule() {
    let one = alone(&model("minimal", &[]), 4);
    let other = alone(&model("minimal", &[LATER, SURGE]), 4);
    assert!(one.normal == other.normal);
}

#[test]
fn two_identical_schedules_differ_by_nothing() {
    let model = model("minimal", &[LATER]);
    let outcomes = together(&[&model, &model, &model], 2);
    assert!(outcomes[0].gains.is_none(), "nobody gains against himself");
    for outcome in &outcomes[1..] {
        assert!(outcome.record == outcomes[0].record);
        let all = outcome.gains.as_ref().expect("compared").all;
        assert_eq!(all, Gain { same: all.same, ..Gain::default() });
        assert!(all.same > 0);
    }
}

#[test]
fn gains_by_any_group_add_up_to_the_change_of_the_sums() {
    let models = [model("minimal", &[]), model("minimal", &[LATER])];
    let outcomes = together(&models.each_ref(), 0);
    let gains = outcomes[1].gains.as_ref().expect("compared");
    let sum = |parts: &[Gain]| {
        parts.iter().fold(Gain::default(), |sum, part| Gain {
            better: sum.better + part.better,
            worse: sum.worse + part.worse,
            same: sum.same + part.same,
            less_fen: sum.less_fen + part.less_fen,
            more_fen: sum.more_fen + part.more_fen,
        })
    };
    for parts in [&gains.care[..], &gains.schemes, &gains.incomes, &gains.districts] {
        assert_eq!(sum(parts), gains.all);
    }
    let prepaid = |outcome: &Outcome| -> i64 {
        outcome.record.cells.iter().map(|cell| cell.prepaid_fund + cell.prepaid_account).sum()
    };
    assert_eq!(gains.all.more_fen - gains.all.less_fen, prepaid(&outcomes[1]) - prepaid(&outcomes[0]));
    assert!(gains.all.better > 0, "half a day less of a stop is better for somebody: {:?}", gains.all);
}
