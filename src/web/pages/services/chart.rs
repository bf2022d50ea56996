//! Bars by hour, drawn on the server: pages need no script for them.

use crate::app::gate::report::Answered;

const HOUR: i64 = 3_600;
/// The height of the drawing; its width is ten for each bar.
const HEIGHT: i64 = 1_000;
/// The least that a number above zero is drawn with, so that one request among thousands is seen.
const LEAST: i64 = 24;

/// Numbers of some hours.
pub struct Chart {
    pub bars: Vec<Bar>,
    pub allowed: i64,
    pub refused: i64,
    /// The most requests of one hour.
    pub most: i64,
}

/// The numbers of one hour, and how they are drawn: refused ones stand on allowed ones.
pub struct Bar {
    pub at: i64,
    pub allowed: i64,
    pub refused: i64,
    pub x: usize,
    pub allowed_y: i64,
    pub allowed_height: i64,
    pub refused_y: i64,
    pub refused_height: i64,
}

impl Chart {
    /// Of hours in a row, the oldest first.
    pub fn of(since: i64, hours: &[Answered]) -> Self {
        let most = hours.iter().map(|hour| hour.allowed + hour.refused).max().unwrap_or_default();
        let numbered = (0..).zip(hours);
        let bars = numbered.map(|(at, hour)| Bar::of(since + at * HOUR, *hour, most));
        let bars: Vec<Bar> = bars.enumerate().map(|(at, bar)| Bar { x: at * 10 + 1, ..bar }).collect();
        Self {
            allowed: hours.iter().map(|hour| hour.allowed).sum(),
            refused: hours.iter().map(|hour| hour.refused).sum(),
            most,
            bars,
        }
    }

    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.most == 0
    }

    /// The hours in which something was asked, the newest first.
    pub fn busy(&self) -> impl Iterator<Item = &Bar> {
        self.bars.iter().rev().filter(|bar| bar.allowed + bar.refused > 0)
    }

    /// For whoever does not see it.
    pub fn label(&self) -> String {
        format!(
            "Requests by hour in the last 48 hours: {} allowed, {} refused, {} at most in one hour.",
            self.allowed, self.refused, self.most
        )
    }
}

impl Bar {
    fn of(at: i64, hour: Answered, most: i64) -> Self {
        let Answered { allowed, refused } = hour;
        let height = |number: i64| if number == 0 { 0 } else { (number * HEIGHT / most.max(1)).max(LEAST) };
        let refused_height = height(refused);
        // What is drawn with the least must not push the rest out.
        let allowed_height = height(allowed).min(HEIGHT - refused_height);
        let allowed_y = HEIGHT - allowed_height;
        Self {
            at,
            allowed,
            refused,
            x: 0,
            allowed_y,
            allowed_height,
            refused_y: allowed_y - refused_height,
            refused_height,
        }
    }
}
