//! Lists in parts.

/// Rows that a page of a list can have, and has unless the person likes another number.
pub const PAGE_SIZES: [i16; 3] = [25, 50, 100];
pub const PAGE_SIZE: i16 = 50;

/// A part of a list: from where on, and how much of it.
#[derive(Clone, Copy, Debug)]
pub struct Slice<From> {
    pub cursor: From,
    pub size: i64,
}

/// A page of a list that is at hand: pages are counted from 1.
#[derive(Clone, Copy, Debug)]
pub struct Paging {
    pub number: usize,
    pub size: usize,
}

/// A page of a list, and how long the list is.
pub struct Paged<T> {
    pub rows: Vec<T>,
    pub total: usize,
}

impl Paging {
    /// Everything on one page.
    pub const WHOLE: Self = Self { number: 1, size: usize::MAX };

    /// The entries of this page.
    pub fn cut<T>(self, all: Vec<T>) -> Vec<T> {
        let skipped = self.number.saturating_sub(1).saturating_mul(self.size);
        all.into_iter().skip(skipped).take(self.size).collect()
    }

    /// The entries of this page, and how many there are in all.
    pub fn of<T>(self, all: Vec<T>) -> Paged<T> {
        Paged { total: all.len(), rows: self.cut(all) }
    }
}
