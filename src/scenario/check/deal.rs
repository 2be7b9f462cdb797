//! Sizes and districts of the sites of a group: deterministic, so that every schedule, seed and
//! replication has the same city.

use crate::distribution::Distribution;

/// Sizes of `count` sites over their mean, the largest first: lognormal quantiles at
/// `(i + 0.5) / count`, scaled so that their mean is 1.
pub(super) fn sizes(count: u32, cv: f64) -> Vec<f64> {
    let distribution = match Distribution::lognormal_from_mean_and_cv(1.0, cv) {
        Ok(distribution) if cv > 0.0 => distribution,
        _ => return vec![1.0; count as usize],
    };
    let cells = f64::from(count);
    let mut sizes: Vec<f64> =
        (0..count).rev().map(|place| distribution.quantile((f64::from(place) + 0.5) / cells)).collect();
    let mean = sizes.iter().sum::<f64>() / cells;
    for size in &mut sizes {
        *size /= mean;
    }
    sizes
}

/// Districts of `count` sites, the largest first. Each district gets its share of the sites by
/// largest remainder; they are dealt in turn by weight, so that no district gets all the large
/// ones. With `everywhere` (halls and offices) each district gets one first, if there are enough.
pub(super) fn districts(count: u32, shares: &[f64], everywhere: bool) -> Vec<u16> {
    let quotas = quotas(count, shares, everywhere);
    let total = i64::from(count);
    let mut credit = vec![0_i64; quotas.len()];
    (0..count)
        .map(|_| {
            let mut chosen = 0;
            for (district, quota) in quotas.iter().enumerate() {
                credit[district] += i64::from(*quota);
                if credit[district] > credit[chosen] {
                    chosen = district;
                }
            }
            if let Some(credit) = credit.get_mut(chosen) {
                *credit -= total;
            }
            chosen as u16
        })
        .collect()
}

/// Sites by district: shares of the count, rounded by largest remainder, the earlier district
/// first where remainders are equal.
fn quotas(count: u32, shares: &[f64], everywhere: bool) -> Vec<u32> {
    let total: f64 = shares.iter().sum();
    // Districts without people still have room when all of those allowed are such.
    let shares: Vec<f64> = if total > 0.0 {
        shares.iter().map(|share| share / total).collect()
    } else {
        vec![1.0 / shares.len().max(1) as f64; shares.len()]
    };
    let inhabited = shares.iter().filter(|share| **share > 0.0).count() as u32;
    let least = u32::from(everywhere && count >= inhabited);
    let exact: Vec<f64> = shares.iter().map(|share| share * f64::from(count)).collect();
    let mut quotas: Vec<u32> =
        exact.iter().map(|exact| if *exact > 0.0 { (exact.floor() as u32).max(least) } else { 0 }).collect();
    loop {
        let given: u32 = quotas.iter().sum();
        let remainder = |district: usize| exact[district] - f64::from(quotas[district]);
        let most = |a: &usize, b: &usize| remainder(*a).total_cmp(&remainder(*b)).then(b.cmp(a));
        if given < count {
            let Some(district) = (0..quotas.len()).filter(|one| exact[*one] > 0.0).max_by(most) else {
                return quotas;
            };
            quotas[district] += 1;
        } else if given > count {
            // Only when the one each took more than the shares left: the best served gives.
            let Some(district) = (0..quotas.len()).filter(|one| quotas[*one] > least).min_by(most) else {
                return quotas;
            };
            quotas[district] -= 1;
        } else {
            return quotas;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_fall_and_have_mean_one() {
        for (count, cv) in [(1, 0.5), (2, 0.5), (9, 0.25), (5_000, 0.6)] {
            let sizes = sizes(count, cv);
            let mean = sizes.iter().sum::<f64>() / f64::from(count);
            assert!((mean - 1.0).abs() < 1e-12, "{count} {cv}");
            assert!(sizes.windows(2).all(|pair| pair[0] > pair[1]));
        }
        assert_eq!(sizes(3, 0.0), [1.0; 3]);
        assert_eq!(sizes(0, 0.5), [0.0; 0]);
    }

    #[test]
    fn districts_get_their_share_by_largest_remainder() {
        let dealt = districts(10, &[0.5, 0.26, 0.24], false);
        let count = |district| dealt.iter().filter(|one| **one == district).count();
        assert_eq!([count(0), count(1), count(2)], [5, 3, 2]);
        // The three largest sites do not share a district.
        assert!(dealt[..3].contains(&1) && dealt[..4].contains(&2), "{dealt:?}");
    }

    #[test]
    fn districts_that_are_not_allowed_get_nothing() {
        let dealt = districts(7, &[0.0, 0.9, 0.1], true);
        assert!(!dealt.contains(&0));
        assert!(dealt.contains(&2));
    }

    #[test]
    fn each_district_gets_a_hall_when_there_are_enough() {
        let shares = [0.175, 0.14, 0.13, 0.115, 0.125, 0.165, 0.11, 0.04];
        let dealt = districts(9, &shares, true);
        for district in 0..8 {
            let expected = if district == 0 { 2 } else { 1 };
            assert_eq!(dealt.iter().filter(|one| **one == district).count(), expected, "{district}");
        }
        assert!(!districts(9, &shares, false).contains(&7));
        assert_eq!(districts(3, &shares, true).len(), 3);
    }

    #[test]
    fn one_each_never_deals_more_sites_than_there_are() {
        let dealt = districts(10, &[0.91, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01], true);
        let mut sorted = dealt.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
}
