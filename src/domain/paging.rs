//! Lists in parts.

/// Rows that a page of a list can have, and has unless the person likes another number.
pub const PAGE_SIZES: [i16; 3] = [25, 50, 100];
pub const PAGE_SIZE: i16 = 50;
/// Rows of a page whose length nobody chooses.
pub const PAGE_ROWS: u16 = 50;

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

/// Cuts what was read, one row further than a page goes, to the page. Gives its last row where there are more.
pub fn cut_page<T>(rows: &mut Vec<T>, size: impl TryInto<usize>) -> Option<&T> {
    let size = size.try_into().unwrap_or(usize::MAX);
    let has_more = rows.len() > size;
    rows.truncate(size);
    rows.last().filter(|_| has_more)
}

/// How many were found, counted up to a number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Tally {
    /// At most [`Tally::MOST`], unless it is kept and not counted.
    pub number: i64,
    /// Whether there are more.
    pub is_more: bool,
}

impl Tally {
    /// Found ones are counted up to here; beyond that there are "more than" so many.
    pub const MOST: i64 = 1_000;

    /// Of a count that went one further than [`Tally::MOST`].
    #[must_use]
    pub fn of(counted: i64) -> Self {
        Self { number: counted.min(Self::MOST), is_more: counted > Self::MOST }
    }

    /// Of a number that is known.
    #[must_use]
    pub fn exactly(number: i64) -> Self {
        Self { number, is_more: false }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_are_counted_is_said_to_be_more() {
        assert_eq!(Tally::of(1_001), Tally { number: 1_000, is_more: true });
        assert_eq!(Tally::of(1_000), Tally::exactly(1_000));
    }

    #[test]
    fn a_page_ends_in_the_row_after_which_there_are_more() {
        let (mut more, mut all) = (vec![1, 2, 3], vec![1, 2]);

        assert_eq!(cut_page(&mut more, 2_i64), Some(&2));
        assert_eq!(cut_page(&mut all, 2_usize), None);

        assert_eq!((more, all), (vec![1, 2], vec![1, 2]));
    }
}
