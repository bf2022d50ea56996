//! What a transaction does last, whenever it was asked for: writing into places that all transactions write into.
//!
//! Whoever holds such a place and then waits for a row may meet somebody who holds the row and waits for the place.

use super::Conn;
use std::any::Any;
use std::cell::RefCell;

type Work = Box<dyn FnOnce(&mut Conn) -> Result<(), Box<dyn Any>>>;

thread_local! {
    /// What is put off in the transaction of this thread.
    static PUT_OFF: RefCell<Option<Vec<Work>>> = const { RefCell::new(None) };
}

/// Does something at the end of the transaction, in the order asked for; outside of one at once.
pub fn at_end<E: 'static>(
    conn: &mut Conn,
    work: impl FnOnce(&mut Conn) -> Result<(), E> + 'static,
) -> Result<(), E> {
    if !PUT_OFF.with_borrow(Option::is_some) {
        return work(conn);
    }
    let work: Work = Box::new(move |conn| work(conn).map_err(|error| Box::new(error) as Box<dyn Any>));
    PUT_OFF.with_borrow_mut(|put_off| put_off.get_or_insert_default().push(work));
    Ok(())
}

/// The time of one transaction; ends when it is dropped, with what was not done.
pub(super) struct Time;

impl Time {
    pub(super) fn begin() -> Self {
        PUT_OFF.set(Some(Vec::new()));
        Self
    }

    /// Does what was put off; fails like the first that fails.
    pub(super) fn finish(conn: &mut Conn) -> Result<(), Box<dyn Any>> {
        let put_off = PUT_OFF.take().unwrap_or_default();
        put_off.into_iter().try_for_each(|work| work(conn))
    }
}

impl Drop for Time {
    fn drop(&mut self) {
        PUT_OFF.set(None);
    }
}
