//! The daily series over the replications: quantiles and mean of every day.

use crate::experiment::Results;
use crate::stats::quantile;

use super::table::QUANTILES;

/// One daily series over the replications, a value a day in each vector; empty without
/// replications.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DailySeries {
    /// Mean.
    pub mean: Vec<f64>,
    /// Quantiles in the order of [`QUANTILES`].
    pub quantiles: [Vec<f64>; 5],
}

/// All series, in catalogue order. One is taken at a time, so that memory holds the sample of one
/// day beside what is given back.
pub fn all(results: &Results) -> Vec<DailySeries> {
    (0..results.catalogue.series.len()).map(|index| one(results, index)).collect()
}

fn one(results: &Results, index: usize) -> DailySeries {
    let rows: Vec<&[f32]> =
        results.replications.iter().filter_map(|one| one.series.get(index)).map(Vec::as_slice).collect();
    let days = rows.iter().map(|row| row.len()).max().unwrap_or(0);
    let mut series = DailySeries::default();
    let mut sample = Vec::with_capacity(rows.len());
    for day in 0..days {
        sample.clear();
        let values = rows.iter().filter_map(|row| row.get(day)).map(|&value| f64::from(value));
        sample.extend(values.filter(|value| value.is_finite()));
        // Summed in the order of the replications, before sorting.
        let mean = if sample.is_empty() { 0.0 } else { sample.iter().sum::<f64>() / sample.len() as f64 };
        series.mean.push(mean);
        sample.sort_by(f64::total_cmp);
        for ((p, _), values) in QUANTILES.iter().zip(&mut series.quantiles) {
            values.push(quantile(&sample, *p).unwrap_or(0.0));
        }
    }
    series
}

#[cfg(test)]
mod tests {
    use super::super::testing::World;
    use super::*;
    use crate::measures::Group;

    #[test]
    fn quantiles_are_taken_over_the_replications_of_a_day() {
        let world = World::new(5);
        let index = world.results.catalogue.find_series("self-pay", Group::All, false).unwrap();
        let series = &all(&world.results)[index];
        let day = 4;
        let mut values: Vec<f64> =
            world.results.replications.iter().map(|one| f64::from(one.series[index][day])).collect();
        values.sort_by(f64::total_cmp);
        assert!(values[0] < values[4]);
        assert_eq!(series.quantiles[2][day], values[2]);
        assert!((series.mean[day] - values.iter().sum::<f64>() / 5.0).abs() < 1e-6);
        assert_eq!(series.mean.len(), world.scenario.clock.days() as usize);
        assert!(all(&World::new(0).results)[index].mean.is_empty());
    }
}
