//! Takes in a pair that exists already, at the command line.

use super::event::{Draft, OPERATOR};
use super::{App, Failure};
use crate::domain::key::{Key, SecretId};
use crate::domain::secret::SecretKey;
use crate::domain::user::{Uin, UserKind};
use crate::store::users;

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
                let key = app.put_key(conn, (&holder, secret_id, &secret_key), ("", OPERATOR))?;
                Draft::by_operator("ImportApiKey", holder.owner_uin)
                    .on(&holder)
                    .object(key.secret_id.as_str())
                    .write(conn, &app)?;
                Ok(key)
            })
            .await
    }
}
