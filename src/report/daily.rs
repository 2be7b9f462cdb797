//! The daily series over the replications: quantiles and mean of every day.

use crate::experiment::Results;
use crate::experiment::spool::SpoolError;
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

/// All series, in catalogue order. A few days of one are taken at a time, so that memory holds little beside
/// what is given back.
///
/// # Errors
///
/// When samples that were put aside cannot be read.
pub fn all(results: &Results) -> Result<Vec<DailySeries>, SpoolError> {
    (0..results.catalogue.series.len()).map(|index| one(results, index)).collect()
}

fn one(results: &Results, index: usize) -> Result<DailySeries, SpoolError> {
    let mut series = DailySeries::default();
    let mut sample = Vec::with_capacity(results.samples.len());
    results.samples.days(index, |day| {
        sample.clear();
        sample.extend(day.iter().map(|&value| f64::from(value)).filter(|value| value.is_finite()));
        // Summed in the order of the replications, before sorting.
        let mean = if sample.is_empty() { 0.0 } else { sample.iter().sum::<f64>() / sample.len() as f64 };
        series.mean.push(mean);
        sample.sort_by(f64::total_cmp);
        for ((p, _), values) in QUANTILES.iter().zip(&mut series.quantiles) {
            values.push(quantile(&sample, *p).unwrap_or(0.0));
        }
    })?;
    Ok(series)
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
        let series = &all(&world.results).unwrap()[index];
        let day = 4;
        let one = |number| world.results.samples.one(number).unwrap().unwrap();
        let mut values: Vec<f64> = (0..5).map(|number| f64::from(one(number).series[index][day])).collect();
        values.sort_by(f64::total_cmp);
        assert!(values[0] < values[4]);
        assert_eq!(series.quantiles[2][day], values[2]);
        assert!((series.mean[day] - values.iter().sum::<f64>() / 5.0).abs() < 1e-6);
        assert_eq!(series.mean.len(), world.scenario.clock.days() as usize);
        assert!(all(&World::new(0).results).unwrap()[index].mean.is_empty());
    }
}
