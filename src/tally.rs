//! Tallies of whole numbers that merge exactly, in any order.
//!
//! Threads, shards and resumed runs each fill their own histogram; the sum is the same whatever
//! the grouping, because counts and sums are integers. The values are whole seconds or whole
//! yuan, as the caller decides.
//!
//! Buckets grow in proportion to the value: exact up to 255, then 128 buckets an octave, found
//! by the leading bits of the value without a search. This is the layout of G. Tene's
//! HdrHistogram (<https://hdrhistogram.github.io/HdrHistogram/>) at seven bits of precision.

/// Leading bits that a bucket keeps below the first one.
const PRECISION_BITS: u32 = 7;
/// Buckets an octave: 128.
const BUCKETS_PER_OCTAVE: u64 = 1 << PRECISION_BITS;

/// Counts of whole numbers in fixed buckets, with an exact total and an exact sum.
///
/// Values below 256 have a bucket each. Above, each octave has 128 equal buckets, so that a
/// bucket is never wider than 1/128 of its values. Memory grows with the largest value seen: 10
/// KiB for a day in seconds, 58 KiB at most.
///
/// ```
/// use cutover::tally::Histogram;
///
/// let mut waits_seconds = Histogram::new();
/// waits_seconds.record(60);
/// waits_seconds.record(600);
/// waits_seconds.record(90);
/// assert_eq!(waits_seconds.quantile(0.5), Some(90));
/// assert_eq!(waits_seconds.mean(), Some(250.0));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// Count of each bucket; the last one is never 0, so that equal contents compare equal.
    counts: Vec<u64>,
    /// Values recorded.
    count: u64,
    /// Exact sum of the values recorded.
    sum: u128,
}

/// One bucket of a [`Histogram`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Least value that falls into the bucket.
    pub first: u64,
    /// Largest value that falls into the bucket.
    pub last: u64,
    /// Values recorded in it.
    pub count: u64,
}

impl Histogram {
    /// Histogram without values; takes no memory until the first one.
    #[must_use]
    pub const fn new() -> Self {
        Self { counts: Vec::new(), count: 0, sum: 0 }
    }

    /// Records one value.
    #[inline]
    pub fn record(&mut self, value: u64) {
        self.record_n(value, 1);
    }

    /// Records the same value `times` times.
    #[inline]
    pub fn record_n(&mut self, value: u64, times: u64) {
        if times == 0 {
            return;
        }
        let index = bucket_of(value);
        if index >= self.counts.len() {
            self.counts.resize(index + 1, 0);
        }
        self.counts[index] += times;
        self.count += times;
        self.sum += u128::from(value) * u128::from(times);
    }

    /// Adds everything the other histogram holds.
    pub fn merge(&mut self, other: &Self) {
        if other.counts.len() > self.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.count += other.count;
        self.sum += other.sum;
    }

    /// Forgets all values but keeps the memory, for use as scratch.
    pub fn clear(&mut self) {
        self.counts.clear();
        self.count = 0;
        self.sum = 0;
    }

    /// Values recorded.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Exact sum of the values recorded.
    #[must_use]
    pub const fn sum(&self) -> u128 {
        self.sum
    }

    /// Mean of the values: exact sum over count, rounded once. `None` without values.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }

    /// Least value that at least a share `p` of the values does not exceed, `p` from 0 to 1.
    ///
    /// It is exact below 256. Above, it is the middle of the bucket that holds that value, at
    /// most 1/256 of the value away from it. `None` without values.
    ///
    /// # Panics
    ///
    /// Panics if `p` is outside `[0, 1]` or not a number.
    #[must_use]
    pub fn quantile(&self, p: f64) -> Option<u64> {
        assert!((0.0..=1.0).contains(&p), "a share, not {p}");
        let rank = ((p * self.count as f64).ceil() as u64).clamp(1, self.count.max(1));
        let mut below = 0;
        self.buckets()
            .find(|bucket| {
                below += bucket.count;
                below >= rank
            })
            .map(|bucket| bucket.first + (bucket.last - bucket.first) / 2)
    }

    /// The buckets that hold values, ascending.
    pub fn buckets(&self) -> impl Iterator<Item = Bucket> + '_ {
        self.counts.iter().enumerate().filter(|&(_, &count)| count > 0).map(|(index, &count)| {
            let (first, last) = bounds_of(index);
            Bucket { first, last, count }
        })
    }
}

/// Index of the bucket of a value.
#[inline]
const fn bucket_of(value: u64) -> usize {
    // Setting bit 7 puts all values below 128 into the first, exact octave without a branch.
    let shift = u64::BITS - 1 - PRECISION_BITS - (value | BUCKETS_PER_OCTAVE).leading_zeros();
    (shift as u64 * BUCKETS_PER_OCTAVE + (value >> shift)) as usize
}

/// Least and largest value of the bucket with this index.
const fn bounds_of(index: usize) -> (u64, u64) {
    let index = index as u64;
    if index < 2 * BUCKETS_PER_OCTAVE {
        return (index, index);
    }
    let shift = index / BUCKETS_PER_OCTAVE - 1;
    let leading = index - shift * BUCKETS_PER_OCTAVE;
    let first = leading << shift;
    (first, first + ((1 << shift) - 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filled(values: &[u64]) -> Histogram {
        let mut histogram = Histogram::new();
        for &value in values {
            histogram.record(value);
        }
        histogram
    }

    /// Values of every size.
    fn values() -> impl Strategy<Value = Vec<u64>> {
        let value = (0_u32..64, any::<u64>()).prop_map(|(shift, bits)| bits >> shift);
        prop::collection::vec(value, 0..60)
    }

    #[test]
    fn buckets_follow_each_other_without_gap_up_to_the_largest_number() {
        let mut next = 0_u64;
        let last_index = bucket_of(u64::MAX);
        for index in 0..=last_index {
            let (first, last) = bounds_of(index);
            assert_eq!(first, next);
            assert_eq!(bucket_of(first), index);
            assert_eq!(bucket_of(last), index);
            assert!(last - first < (first / 128).max(1));
            next = last.wrapping_add(1);
        }
        assert_eq!(next, 0, "the last bucket ends at the largest number");
        assert_eq!(last_index, 7_423);
    }

    #[test]
    fn an_empty_histogram_has_neither_mean_nor_quantile() {
        let empty = Histogram::new();
        assert_eq!(empty.count(), 0);
        assert_eq!(empty.mean(), None);
        assert_eq!(empty.quantile(0.5), None);
    }

    #[test]
    fn recording_nothing_changes_nothing() {
        let mut histogram = filled(&[3]);
        histogram.record_n(1_000_000, 0);
        assert_eq!(histogram, filled(&[3]));
    }

    #[test]
    fn quantiles_of_a_hand_worked_sample() {
        let histogram = filled(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 255]);
        let found = [0.0, 0.1, 0.11, 0.5, 0.9, 0.91, 1.0].map(|p| histogram.quantile(p));
        assert_eq!(found, [1, 1, 2, 5, 9, 255, 255].map(Some));
        assert_eq!(histogram.mean(), Some(30.0));
    }

    #[test]
    fn sums_beyond_64_bits_stay_exact() {
        let mut histogram = Histogram::new();
        histogram.record_n(u64::MAX, 3);
        assert_eq!(histogram.sum(), 3 * u128::from(u64::MAX));
    }

    #[test]
    fn clearing_leaves_an_empty_histogram() {
        let mut histogram = filled(&[1, 1_000]);
        histogram.clear();
        assert_eq!(histogram, Histogram::new());
    }

    proptest! {
        #[test]
        fn merging_equals_recording_everything(a in values(), b in values()) {
            let mut merged = filled(&a);
            merged.merge(&filled(&b));
            prop_assert_eq!(merged, filled(&[a, b].concat()));
        }

        #[test]
        fn merging_is_free_of_order_and_grouping(a in values(), b in values(), c in values()) {
            let [a, b, c] = [a, b, c].map(|values| filled(&values));
            let mut left = a.clone();
            left.merge(&b);
            left.merge(&c);
            let mut tail = c;
            tail.merge(&b);
            let mut right = Histogram::new();
            right.merge(&tail);
            right.merge(&a);
            prop_assert_eq!(left, right);
        }

        #[test]
        fn quantiles_are_within_the_stated_error(mut sample in values(), p in 0.0..=1.0_f64) {
            prop_assume!(!sample.is_empty());
            let found = filled(&sample).quantile(p).unwrap();
            sample.sort_unstable();
            let rank = (p * sample.len() as f64).ceil() as usize;
            let exact = sample[rank.max(1) - 1];
            prop_assert!(found.abs_diff(exact) <= exact / 256);
        }

        #[test]
        fn mean_and_count_are_exact(sample in prop::collection::vec(0..1_u64 << 40, 1..60)) {
            let histogram = filled(&sample);
            let sum: u64 = sample.iter().sum();
            prop_assert_eq!(histogram.mean(), Some(sum as f64 / sample.len() as f64));
            prop_assert_eq!(histogram.count(), sample.len() as u64);
        }

        #[test]
        fn buckets_hold_every_value_once(sample in values()) {
            let histogram = filled(&sample);
            for bucket in histogram.buckets() {
                let inside = |value: &&u64| (bucket.first..=bucket.last).contains(value);
                prop_assert_eq!(sample.iter().filter(inside).count() as u64, bucket.count);
            }
            prop_assert_eq!(histogram.buckets().map(|b| b.count).sum::<u64>(), histogram.count());
        }
    }
}
