//! A connection beside the pool, for a question that cannot wait behind others.

use super::{Conn, Store, StoreError};

/// A connection of one's own, made when it is first used.
pub struct Line {
    store: Store,
    conn: Option<Conn>,
    is_new: bool,
}

impl Line {
    /// Asks; when the connection turns out to be gone, once more on a new one.
    pub fn ask<T>(&mut self, ask: impl Fn(&mut Conn) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.store.ensure_in_place()?;
        if let Some(conn) = &mut self.conn
            && let Ok(answer) = ask(conn)
        {
            return Ok(answer);
        }
        self.conn = None;
        let mut conn = self.store.connect()?;
        let answer = ask(&mut conn)?;
        self.conn = Some(conn);
        self.is_new = true;
        Ok(answer)
    }

    /// Whether the last answer was the first of a connection: behind it may stand another database, such as a restored one.
    pub fn is_new(&mut self) -> bool {
        std::mem::take(&mut self.is_new)
    }
}

impl Store {
    /// A line to this database.
    pub fn line(&self) -> Line {
        Line { store: self.clone(), conn: None, is_new: false }
    }

    /// Has a line asked on a thread of its own, as those of the pool may all wait for a lock.
    pub async fn on_line<T: Send + 'static>(
        &self,
        ask: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let ran = self.lines.run(move |_| ask()).await;
        ran.unwrap_or_else(|_| Err(StoreError::Unavailable("the database does not answer".to_owned())))
    }
}
