//! Requests over HTTP, by route, method and class of status.

use super::Times;
use super::grid::{Bounds, Grid};

const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// The requests that were answered.
pub struct Requests {
    grid: Grid,
    pub times: Times,
}

/// One of them. The route is a template of ours, or `other`.
#[derive(Clone, Copy)]
pub struct Passed<'a> {
    pub route: &'a str,
    pub method: &'a str,
    pub status: u16,
}

impl Default for Requests {
    fn default() -> Self {
        let cells = METHODS.len() * CLASSES.len();
        Self { grid: Grid::new(Bounds { cells, names: 200, series: 1_000 }), times: Times::default() }
    }
}

impl Requests {
    /// Counts one.
    pub fn count(&self, passed: Passed<'_>) {
        let method = METHODS.iter().position(|method| *method == passed.method).unwrap_or(METHODS.len() - 1);
        let class = usize::from(passed.status / 100).clamp(1, CLASSES.len()) - 1;
        self.grid.count(passed.route, method * CLASSES.len() + class);
    }

    pub(super) fn counted(&self) -> impl Iterator<Item = ([(&'static str, &str); 3], u64)> {
        self.grid.counted().map(|(route, cell, count)| {
            let method = METHODS.get(cell / CLASSES.len()).copied().unwrap_or_default();
            let status = CLASSES.get(cell % CLASSES.len()).copied().unwrap_or_default();
            ([("route", route), ("method", method), ("status", status)], count)
        })
    }
}
