//! Arrivals over one day as a piecewise linear curve: the share that has come by each second, and
//! back.

/// Cells of a guide.
const CELLS: usize = 256;

/// Cumulative shares with a guide: a draw is found in a step or two, whatever their number.
#[derive(Debug, Clone, PartialEq)]
pub struct Shares {
    until: Vec<f64>,
    /// First share that can hold each cell of the draws.
    guide: [u16; CELLS],
}

impl Shares {
    /// From the share that lies below the end of each, ascending to 1.
    pub fn new(until: Vec<f64>) -> Self {
        let last = until.len().max(1) - 1;
        let guide = std::array::from_fn(|cell| {
            let draw = cell as f64 / CELLS as f64;
            until.partition_point(|&until| until <= draw).min(last) as u16
        });
        Self { until, guide }
    }

    /// The share below the end of each.
    pub fn ends(&self) -> &[f64] {
        &self.until
    }

    /// Which of them a draw below 1 falls into; 0 when there are none.
    #[inline]
    pub fn pick(&self, u: f64) -> usize {
        let mut index = usize::from(self.guide[((u * CELLS as f64) as usize).min(CELLS - 1)]);
        while index + 1 < self.until.len() && self.until[index] <= u {
            index += 1;
        }
        index
    }
}

impl Default for Shares {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

/// A stretch of the day in which arrivals are even.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Piece {
    /// Share that has come by its end.
    until: f64,
    /// Share that has come before it.
    before: f64,
    /// First second.
    first: u32,
    /// First second no longer.
    end: u32,
    /// Seconds for a whole share; 0 where nobody comes.
    seconds_per_share: f64,
}

/// How the arrivals of a day are spread over it.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    pieces: Vec<Piece>,
    shares: Shares,
}

impl Curve {
    /// From the weight of each stretch `[first, end)` of the day, in order of time. Where all weigh
    /// nothing, arrivals are even over them.
    pub fn new(stretches: &[(u32, u32, f64)]) -> Self {
        let total: f64 = stretches.iter().map(|(_, _, weight)| weight).sum();
        let is_flat = total <= 1e-9;
        let weight = |&(first, end, weight): &(u32, u32, f64)| if is_flat { f64::from(end - first) } else { weight };
        let sum: f64 = stretches.iter().map(weight).sum();
        let mut running = 0.0;
        let mut pieces = Vec::with_capacity(stretches.len());
        for stretch in stretches.iter().filter(|(first, end, _)| first < end) {
            let before = running / sum;
            running += weight(stretch);
            let (first, end, until) = (stretch.0, stretch.1, running / sum);
            let seconds_per_share = if until > before { f64::from(end - first) / (until - before) } else { 0.0 };
            pieces.push(Piece { until, before, first, end, seconds_per_share });
        }
        let shares = Shares::new(pieces.iter().map(|piece| piece.until).collect());
        Self { pieces, shares }
    }

    /// Second of the day at which the share `u` has come; none for a curve without stretches.
    #[inline]
    pub fn second_at(&self, u: f64) -> Option<u32> {
        let piece = self.pieces.get(self.shares.pick(u))?;
        let within = (u - piece.before).max(0.0) * piece.seconds_per_share;
        Some(piece.first + (within as u32).min(piece.end - piece.first - 1))
    }

    /// Share that has come by a second of the day.
    pub fn share_at(&self, second: u32) -> f64 {
        let index = self.pieces.partition_point(|piece| piece.end <= second);
        match self.pieces.get(index) {
            None => 1.0,
            Some(piece) if second <= piece.first => piece.before,
            Some(piece) => {
                let part = f64::from(second - piece.first) / f64::from(piece.end - piece.first);
                piece.before + (piece.until - piece.before) * part
            }
        }
    }

    /// Second of the day at which the share `u` of those who come from `earliest` on has come; none
    /// when no stretch is left. Where nobody comes from then on, evenly over what is left.
    pub fn second_from(&self, u: f64, earliest: u32) -> Option<u32> {
        let gone = self.share_at(earliest);
        let last = self.pieces.last().filter(|piece| piece.end > earliest)?;
        if 1.0 - gone > 1e-9 {
            let second = self.second_at(gone + u * (1.0 - gone))?;
            // Rounding may fall into a gap before the stretch in which the rest begins.
            return Some(self.open_from(second.max(earliest)).unwrap_or(last.end - 1));
        }
        let left = self.pieces.iter().filter(|piece| piece.end > earliest);
        let spans = left.map(|piece| (piece.first.max(earliest), piece.end));
        let mut ahead = (u * f64::from(spans.clone().map(|(first, end)| end - first).sum::<u32>())) as u32;
        for (first, end) in spans {
            if ahead < end - first {
                return Some(first + ahead);
            }
            ahead -= end - first;
        }
        Some(last.end - 1)
    }

    /// First second from this one on that lies in a stretch.
    fn open_from(&self, second: u32) -> Option<u32> {
        let piece = self.pieces.iter().find(|piece| piece.end > second)?;
        Some(second.max(piece.first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NINE: u32 = 9 * 3_600;

    /// Nine to noon and two to five, by the hour; the weight of an hour is its number.
    fn two_spans() -> Curve {
        let hours = [9, 10, 11, 14, 15, 16];
        Curve::new(&hours.map(|hour| (hour * 3_600, (hour + 1) * 3_600, f64::from(hour))))
    }

    #[test]
    fn a_draw_falls_into_the_share_that_holds_it() {
        let shares = Shares::new(vec![0.25, 0.25, 0.2501, 0.9, 1.0]);
        let picked = [0.0, 0.2499, 0.25, 0.2501, 0.5, 0.9, 0.999_999].map(|u| shares.pick(u));
        // The second share is empty.
        assert_eq!(picked, [0, 0, 2, 3, 3, 4, 4]);
        assert_eq!(Shares::default().pick(0.5), 0);
    }

    #[test]
    fn a_share_and_its_second_belong_together() {
        let curve = two_spans();
        for step in 0..10_000 {
            let u = (f64::from(step) + 0.5) / 10_000.0;
            let second = curve.second_at(u).expect("the curve has stretches");
            assert!((9..12).contains(&(second / 3_600)) || (14..17).contains(&(second / 3_600)));
            // The share comes within the second: 16 of 75 in the busiest hour.
            let (from, until) = (curve.share_at(second), curve.share_at(second + 1));
            assert!(from <= u + 1e-12 && u <= until + 1e-12, "{u} at {second}: {from} to {until}");
        }
        // 9, 10 and 11 of the weights come before noon.
        assert!((curve.share_at(12 * 3_600) - 30.0 / 75.0).abs() < 1e-12);
        assert!((curve.share_at(14 * 3_600) - 30.0 / 75.0).abs() < 1e-12);
        assert_eq!((curve.share_at(NINE), curve.share_at(86_400)), (0.0, 1.0));
    }

    #[test]
    fn from_a_moment_on_the_rest_keeps_its_shape() {
        let curve = two_spans();
        // From eleven on, 11 of 56 come before noon.
        let seconds: Vec<u32> = (0..5_600)
            .map(|step| curve.second_from((f64::from(step) + 0.5) / 5_600.0, 11 * 3_600).expect("open"))
            .collect();
        assert_eq!(seconds.iter().filter(|second| **second < 12 * 3_600).count(), 1_100);
        assert!(seconds.iter().all(|second| *second >= 11 * 3_600) && seconds.is_sorted());
        assert_eq!(curve.second_from(1e-9, 13 * 3_600), Some(14 * 3_600));
        assert_eq!(curve.second_from(0.5, 17 * 3_600), None);
    }

    #[test]
    fn where_nobody_comes_arrivals_are_even() {
        let none = Curve::new(&[(NINE, NINE + 100, 0.0), (NINE + 200, NINE + 300, 0.0)]);
        assert_eq!(none.second_at(0.25), Some(NINE + 50));
        assert_eq!(none.second_at(0.75), Some(NINE + 250));
        let idle_evening = Curve::new(&[(NINE, NINE + 100, 1.0), (NINE + 200, NINE + 300, 0.0)]);
        assert_eq!(idle_evening.second_from(0.5, NINE + 100), Some(NINE + 250));
        assert_eq!(Curve::new(&[]).second_at(0.5), None);
    }
}
