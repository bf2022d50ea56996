//! Numbers by day or hour as bars, drawn on the server: pages need no script for them. What a bar says stands in a table
//! beside it.

use crate::domain::number::grouped;

/// How far bars are apart, and how wide one is.
const STEP: usize = 10;
/// The heights of the two lanes, of which each has a scale of its own.
const HIGH: i64 = 112;
const LOW: i64 = 40;
/// The least height of a number above zero, so that one call among thousands is seen.
const LEAST: i64 = 2;
/// A line of bars within a text: its height, and how far its bars are apart.
const SPARK: i64 = 24;
const SPARK_STEP: usize = 4;

/// The numbers of one day or hour.
#[derive(Clone, Copy, Debug)]
pub struct Slot {
    /// When it began, in unix seconds.
    pub at: i64,
    pub accepted: i64,
    pub refused: i64,
}

/// A bar, in the units of its drawing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Bar {
    pub x: usize,
    pub y: i64,
    pub height: i64,
    /// Whether its day or hour is over.
    pub is_over: bool,
}

/// One row of bars with its scale.
pub struct Lane {
    pub bars: Vec<Bar>,
    pub height: i64,
    /// What a bar of the whole height stands for.
    pub top: String,
    pub sum: i64,
}

/// Two rows of bars, and what stands around them.
pub struct Chart {
    /// The oldest first.
    pub slots: Vec<Slot>,
    pub accepted: Lane,
    pub refused: Lane,
    /// Where something happened: a dashed line.
    pub marks: Vec<usize>,
    /// Below the bars, from the first to the last.
    pub labels: Vec<String>,
    /// What the two rows are called, and what one bar stands for.
    pub names: Names,
}

/// What a chart calls what it shows.
#[derive(Clone, Copy)]
pub struct Names {
    /// Such as "Accepted".
    pub accepted: &'static str,
    /// Such as "Day".
    pub slot: &'static str,
    /// What the last bar is called, whose day or hour is not over: "Today so far".
    pub unfinished: &'static str,
}

impl Chart {
    /// Of days or hours in a row, the oldest first; the last one is not over.
    pub fn of(slots: Vec<Slot>, labels: Vec<String>, names: Names) -> Self {
        let lane = |height, number: fn(&Slot) -> i64| {
            Lane::of(&slots.iter().map(number).collect::<Vec<_>>(), height, STEP)
        };
        Self {
            accepted: lane(HIGH, |slot| slot.accepted),
            refused: lane(LOW, |slot| slot.refused),
            slots,
            marks: Vec::new(),
            labels,
            names,
        }
    }

    /// The same with a dashed line where these moments are.
    #[must_use]
    pub fn marked(mut self, moments: impl Iterator<Item = i64>) -> Self {
        for at in moments {
            let place = self.slots.iter().rposition(|slot| slot.at <= at);
            let x = place.map(|place| place * STEP + (STEP - 2) / 2);
            self.marks.extend(x.filter(|x| !self.marks.contains(x)));
        }
        self
    }

    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.accepted.sum + self.refused.sum == 0
    }

    /// The width of the drawing.
    pub fn width(&self) -> usize {
        self.slots.len() * STEP
    }

    /// Days or hours with a call, the newest first.
    pub fn busy(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter().rev().filter(|slot| slot.accepted + slot.refused > 0)
    }

    /// When the last one began, which is not over.
    pub fn now_at(&self) -> i64 {
        self.slots.last().map_or(0, |slot| slot.at)
    }
}

/// Two rows of bars on one scale, to be compared.
pub fn pair(one: &[i64], other: &[i64]) -> [Lane; 2] {
    let most = one.iter().chain(other).copied().max().unwrap_or_default();
    [one, other].map(|numbers| Lane::scaled(numbers, HIGH, STEP, top_of(most)))
}

impl Lane {
    fn of(numbers: &[i64], height: i64, step: usize) -> Self {
        Self::scaled(numbers, height, step, top_of(numbers.iter().copied().max().unwrap_or_default()))
    }

    fn scaled(numbers: &[i64], height: i64, step: usize, top: i64) -> Self {
        let bar = |(place, number): (usize, &i64)| {
            let tall = if *number == 0 { 0 } else { (number * height / top).max(LEAST) };
            let is_over = place + 1 < numbers.len();
            Bar { x: place * step, y: height - tall, height: tall, is_over }
        };
        let bars = numbers.iter().enumerate().map(bar).filter(|bar| bar.height > 0).collect();
        Self { bars, height, top: grouped(top), sum: numbers.iter().sum() }
    }
}

/// A line of small bars within a text.
pub fn spark(numbers: &[i64]) -> Vec<Bar> {
    Lane::of(numbers, SPARK, SPARK_STEP).bars
}

/// How long the bar of a part is, of 100.
pub fn share(part: i64, whole: i64) -> i64 {
    if part == 0 { 0 } else { (part * 100 / whole.max(1)).clamp(1, 100) }
}

/// The next of 1, 1.5, 2, 3, 4, 5, 6, 8, 10 and their tenfolds.
fn top_of(most: i64) -> i64 {
    let mut tens = 1;
    loop {
        let steps = [10, 15, 20, 30, 40, 50, 60, 80, 100].map(|step| step * tens);
        if let Some(top) = steps.into_iter().find(|top| top % 10 == 0 && most * 10 <= *top) {
            return top / 10;
        }
        tens *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: Names = Names { accepted: "Accepted", slot: "Day", unfinished: "Today so far" };

    fn slot(at: i64, accepted: i64, refused: i64) -> Slot {
        Slot { at, accepted, refused }
    }

    #[test]
    fn the_top_of_a_scale_is_a_round_number() {
        let tops: Vec<i64> = [0, 1, 2, 9, 11, 16, 118, 34_000].into_iter().map(top_of).collect();
        assert_eq!(tops, [1, 1, 2, 10, 15, 20, 150, 40_000]);
    }

    #[test]
    fn each_lane_has_its_own_scale_and_one_call_among_thousands_is_seen() {
        let chart = Chart::of(vec![slot(0, 4_000, 0), slot(5, 1, 3)], Vec::new(), NAMES);

        assert_eq!((chart.accepted.top.as_str(), chart.refused.top.as_str()), ("4,000", "3"));
        assert_eq!(chart.accepted.bars[0], Bar { x: 0, y: 0, height: 112, is_over: true });
        assert_eq!(chart.accepted.bars[1], Bar { x: 10, y: 110, height: 2, is_over: false });
        assert_eq!(chart.refused.bars, [Bar { x: 10, y: 0, height: 40, is_over: false }]);
    }

    #[test]
    fn what_happened_is_marked_where_it_happened_and_once() {
        let chart = Chart::of(vec![slot(0, 1, 0), slot(100, 1, 0)], Vec::new(), NAMES);

        assert_eq!(chart.marked([50, 60, 150, -1].into_iter()).marks, [4, 14]);
    }
}
