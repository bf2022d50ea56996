//! Keys at the command line: an existing pair taken in, a key disabled.

use crate::app::change::event::{Draft, OPERATOR};
use crate::app::{App, Failure};
use crate::domain::key::{Key, KeyRefusal, KeyStatus, SecretId};
use crate::domain::secret::SecretKey;
use crate::domain::user::{Uin, UserKind};
use crate::store::api_keys::{self, Change};
use crate::store::{dialect, key_usage, retired_ids, users};

/// A pair and whose it becomes.
pub struct Import {
    /// The account; none: the one where the identity is at home.
    pub owner: Option<Uin>,
    pub uin: Uin,
    pub secret_id: SecretId,
    pub secret_key: SecretKey,
}

impl App {
    /// Keeps an existing pair under the same limits and the same seal as one that is made here.
    pub async fn import_key(&self, import: Import) -> Result<Key, Failure> {
        let app = self.clone();
        self.store
            .write(move |conn| {
                let Import { owner, uin, secret_id, secret_key } = import;
                let holder = users::of_identity(conn, uin)?
                    .into_iter()
                    .find(|user| match owner {
                        Some(owner) => user.owner_uin == owner,
                        None => user.kind != UserKind::Collaborator,
                    })
                    .ok_or(Failure::NotFound)?;
                if retired_ids::is_in_unread_log(conn, &secret_id)? {
                    return Err(KeyRefusal::Retired.into());
                }
                // Calls of an earlier holder of this id are nobody's business any more.
                key_usage::forget(conn, &secret_id)?;
                let key = app.put_key(conn, (&holder, secret_id, &secret_key), ("", OPERATOR))?;
                Draft::by_operator("ImportApiKey", holder.owner_uin)
                    .on(&holder)
                    .object(key.secret_id.as_str())
                    .write(conn, &app)?;
                Ok(key)
            })
            .await
    }

    /// Makes any account's key unusable from the commit on.
    pub async fn operator_disable_key(&self, id: SecretId) -> Result<Key, Failure> {
        let app = self.clone();
        self.store
            .write(move |conn| {
                let holder = api_keys::signer(conn, &id)?.ok_or(Failure::NotFound)?.user;
                dialect::lock_user(conn, holder.uid)?;
                let key = api_keys::find(conn, holder.uid, &id)?.ok_or(Failure::NotFound)?;
                let change = Change { by: OPERATOR, at: app.clock.now() };
                if api_keys::set_status(conn, &key, KeyStatus::Disabled, change)? {
                    Draft::by_operator("DisableApiKey", holder.owner_uin)
                        .on(&holder)
                        .object(id.as_str())
                        .write(conn, &app)?;
                }
                Ok(Key { status: KeyStatus::Disabled, ..key })
            })
            .await
    }
}
