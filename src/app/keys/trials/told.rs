//! What is told of a trial while it is under way, and by the event that ends it.

use crate::app::change::event::Draft;
use crate::app::{App, Failure};
use crate::domain::key::{Key, KeyStatus};
use crate::domain::trial::Trial;
use crate::store::{Conn, StoreError, trials};

/// An event that ended a trial says so: what the key was, and what it stays.
pub(in crate::app) fn ended(event: Draft, status: KeyStatus) -> Draft {
    event.changed([("status", "tried off".into(), status.as_str().into())])
}

/// The trial of a key, if it is being tried off. Who may see the key was settled before.
pub async fn trial_of(app: &App, key: &Key) -> Result<Option<Trial>, Failure> {
    if key.is_enabled() {
        return Ok(None);
    }
    let key = key.clone();
    Ok(app.store.look(move |conn| trial_in(conn, &key)).await?)
}

/// The same where the database is being asked already.
pub(in crate::app) fn trial_in(conn: &mut Conn, key: &Key) -> Result<Option<Trial>, StoreError> {
    if key.is_enabled() { Ok(None) } else { trials::find(conn, &key.secret_id) }
}
