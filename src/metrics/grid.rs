//! Counters by a name and some of a fixed set of cells: a bounded number of both.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Places for names; a name is looked for from its own place on.
const PLACES: usize = 256;
/// Under which everything is counted that finds no room.
pub const OTHER: &str = "other";

/// The counters. Names are kept until the program ends.
pub struct Grid {
    rows: Vec<OnceLock<Row>>,
    other: Row,
    bounds: Bounds,
    names: AtomicUsize,
    begun: AtomicUsize,
}

/// How much there may be of what.
#[derive(Clone, Copy)]
pub struct Bounds {
    pub cells: usize,
    /// Below the number of places, so that a search ends.
    pub names: usize,
    /// Counters that are more than zero, but for those of what finds no room.
    pub series: usize,
}

struct Row {
    name: Box<str>,
    cells: Box<[AtomicU64]>,
}

impl Row {
    fn new(name: &str, cells: usize) -> Self {
        Self { name: name.into(), cells: (0..cells).map(|_| AtomicU64::new(0)).collect() }
    }
}

impl Grid {
    pub fn new(bounds: Bounds) -> Self {
        let bounds = Bounds { names: bounds.names.min(PLACES - 1), ..bounds };
        Self {
            rows: (0..PLACES).map(|_| OnceLock::new()).collect(),
            other: Row::new(OTHER, bounds.cells),
            bounds,
            names: AtomicUsize::new(0),
            begun: AtomicUsize::new(0),
        }
    }

    /// Adds one.
    pub fn count(&self, name: &str, cell: usize) {
        let row = self.row(name).filter(|row| self.has_room(row, cell)).unwrap_or(&self.other);
        if let Some(counter) = row.cells.get(cell) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What was counted, without zeros.
    pub fn counted(&self) -> impl Iterator<Item = (&str, usize, u64)> {
        let rows = self.rows.iter().filter_map(OnceLock::get).chain([&self.other]);
        rows.flat_map(|row| {
            let cells = row.cells.iter().enumerate();
            let cells = cells.map(|(cell, count)| (&*row.name, cell, count.load(Ordering::Relaxed)));
            cells.filter(|(_, _, count)| *count > 0)
        })
    }

    fn row(&self, name: &str) -> Option<&Row> {
        if name == OTHER {
            return None;
        }
        let (before, after) = self.rows.split_at(place_of(name));
        for place in after.iter().chain(before) {
            let row = match place.get() {
                Some(row) => row,
                None if self.names.fetch_add(1, Ordering::Relaxed) >= self.bounds.names => {
                    self.names.fetch_sub(1, Ordering::Relaxed);
                    return None;
                }
                // Whoever comes at the same time may take the place; then the search goes on.
                None => place.get_or_init(|| Row::new(name, self.bounds.cells)),
            };
            if *row.name == *name {
                return Some(row);
            }
        }
        None
    }

    /// Whether a counter is begun already, or may be.
    fn has_room(&self, row: &Row, cell: usize) -> bool {
        let is_begun = row.cells.get(cell).is_some_and(|counter| counter.load(Ordering::Relaxed) > 0);
        is_begun || self.begun.fetch_add(1, Ordering::Relaxed) < self.bounds.series
    }
}

/// FNV-1a: the names are few and ours.
fn place_of(name: &str) -> usize {
    let hash =
        name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    usize::try_from(hash).unwrap_or_default() % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(grid: &Grid) -> Vec<(String, usize, u64)> {
        let mut all: Vec<_> =
            grid.counted().map(|(name, cell, count)| (name.to_owned(), cell, count)).collect();
        all.sort();
        all
    }

    #[test]
    fn what_has_no_room_is_counted_together() {
        let grid = Grid::new(Bounds { cells: 2, names: 3, series: 4 });
        for name in ["a", "b", "c", "d", "e", "other"] {
            grid.count(name, 1);
        }
        grid.count("a", 0);
        grid.count("b", 0);
        grid.count("a", 0);

        let one = |name: &str, cell, count| (name.to_owned(), cell, count);
        let expected = [one("a", 0, 2), one("a", 1, 1), one("b", 1, 1), one("c", 1, 1)];
        assert_eq!(counted(&grid), [&expected[..], &[one("other", 0, 1), one("other", 1, 3)]].concat());
    }

    #[test]
    fn threads_that_come_with_the_same_names_lose_nothing() {
        let grid = Grid::new(Bounds { cells: 1, names: 200, series: 200 });
        let names: Vec<String> = (0..200).map(|n| format!("service-{n}")).collect();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| names.iter().for_each(|name| grid.count(name, 0)));
            }
        });

        assert_eq!(grid.counted().map(|(_, _, count)| count).sum::<u64>(), 800);
        assert!(grid.counted().count() <= 201);
    }
}
