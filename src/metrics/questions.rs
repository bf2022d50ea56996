//! Questions of services that check signatures themselves, by route and by what became of them.

use super::grid::{Bounds, Grid};

const FATES: [(Fate, &str); 5] = [
    (Fate::Answered, "answered"),
    (Fate::Malformed, "malformed"),
    (Fate::Refused, "refused"),
    (Fate::NotAdmitted, "not_admitted"),
    (Fate::Failed, "failed"),
];

/// What became of a question.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fate {
    Answered,
    /// It cannot be read, or is too long.
    Malformed,
    /// There is no such key, the gate token is not for it, or all that can be said is no.
    Refused,
    /// Whoever asks did not prove itself.
    NotAdmitted,
    /// No database, or something of ours went wrong.
    Failed,
}

impl Fate {
    /// As the status of the answer tells it.
    pub fn of(status: u16) -> Self {
        match status {
            200 => Self::Answered,
            400 | 413 => Self::Malformed,
            401 => Self::NotAdmitted,
            500.. => Self::Failed,
            _ => Self::Refused,
        }
    }
}

/// The questions that were asked.
pub struct Questions(Grid);

impl Default for Questions {
    fn default() -> Self {
        Self(Grid::new(Bounds { cells: FATES.len(), names: 16, series: 80 }))
    }
}

impl Questions {
    /// Counts one. The route is a template of ours.
    pub fn count(&self, route: &str, fate: Fate) {
        let cell = FATES.iter().position(|(known, _)| *known == fate).unwrap_or_default();
        self.0.count(route, cell);
    }

    pub(super) fn counted(&self) -> impl Iterator<Item = ([(&'static str, &str); 2], u64)> {
        self.0.counted().map(|(route, cell, count)| {
            let outcome = FATES.get(cell).map_or("", |(_, name)| *name);
            ([("route", route), ("outcome", outcome)], count)
        })
    }
}
