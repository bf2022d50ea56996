//! Keys at the command line: an existing pair taken in, a pair made and sealed, a key disabled.

use crate::app::change::Outsider;
use crate::app::change::event::OPERATOR;
use crate::app::keys::deeds::{NewKey, Turned, Who, put, turn};
use crate::app::keys::limits::first::{begin, begun, expiry_of, given};
use crate::app::keys::limits::operator::Limiting;
use crate::app::keys::pair::fresh_pair;
use crate::app::keys::{key_note, locked_anywhere};
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::delivery::age::sealed;
use crate::domain::delivery::pair_as_text;
use crate::domain::delivery::recipient::Recipient;
use crate::domain::key::{Key, KeyRefusal, KeyStatus, SecretId};
use crate::domain::key_limits::written::WrittenLimits;
use crate::domain::secret::SecretKey;
use crate::domain::user::{Uin, User, UserKind};
use crate::store::api_keys::{Signer, Stamp};
use crate::store::{Conn, key_usage, retired_ids, users};

/// A pair and whose it becomes.
pub struct Import {
    /// The account; none: the one where the identity is at home.
    pub owner: Option<Uin>,
    pub uin: Uin,
    pub secret_id: SecretId,
    pub secret_key: SecretKey,
}

/// Keeps an existing pair under the same rules and the same seal as one that is made here.
pub async fn import_key(app: &App, import: Import) -> Result<Key, Failure> {
    import_limited_key(app, import, Limiting::default()).await
}

/// The same with limits, which hold from its first call here on. What is not named is as for any new key of the account.
pub async fn import_limited_key(app: &App, import: Import, limiting: Limiting) -> Result<Key, Failure> {
    app.change(&Outsider, move |change| {
        let Import { owner, uin, secret_id, secret_key } = import;
        let holder = member(change.conn, owner, uin)?;
        if retired_ids::is_in_unread_log(change.conn, &secret_id)? {
            return Err(KeyRefusal::Retired.into());
        }
        // Calls of an earlier holder of this id are nobody's business any more.
        key_usage::forget(change.conn, &secret_id)?;
        let new = NewKey {
            holder: &holder,
            secret_id,
            secret: &secret_key,
            note: "",
            by: OPERATOR,
            is_sealed: false,
        };
        let expiry = expiry_of(change.conn, &holder)?;
        let now = change.app.clock.now();
        let written = limiting.over(WrittenLimits::of(&given(expiry, now), " "));
        let limits = written.read_new(expiry, now).map_err(Failure::Invalid)?;
        let key = put(change.app, change.conn, new)?;
        let key = begin(change.app, change.conn, key, limits)?;
        let who = Who::Operator(holder.owner_uin);
        begun(who.about(EventName::IMPORT_API_KEY, &holder, &key.secret_id), &key).record(change);
        Ok(key)
    })
    .await
}

fn member(conn: &mut Conn, owner: Option<Uin>, uin: Uin) -> Result<User, Failure> {
    let found = users::of_identity(conn, uin)?.into_iter().find(|user| match owner {
        Some(owner) => user.owner_uin == owner,
        None => user.kind != UserKind::Collaborator,
    });
    found.ok_or(Failure::NotFound)
}

/// A key to be made, whose it becomes, and whom its secret is sealed to.
pub struct Order {
    /// The account; none: the one where the identity is at home.
    pub owner: Option<Uin>,
    pub uin: Uin,
    pub note: String,
    pub to: Recipient,
}

/// Makes a key whose secret nobody sees but whoever opens the sealed file, which comes with it.
pub async fn operator_create_key(app: &App, order: Order) -> Result<(Key, String), Failure> {
    let note = key_note(&order.note)?;
    app.change(&Outsider, move |change| {
        let holder = member(change.conn, order.owner, order.uin)?;
        let (secret_id, secret) = fresh_pair(change.app, change.conn)?;
        let new = NewKey {
            holder: &holder,
            secret_id,
            secret: &secret,
            note: &note,
            by: OPERATOR,
            is_sealed: true,
        };
        let limits = given(expiry_of(change.conn, &holder)?, change.app.clock.now());
        let key = put(change.app, change.conn, new)?;
        let key = begin(change.app, change.conn, key, limits)?;
        let file = sealed(&change.app.random, &order.to, &pair_as_text(&key.secret_id, &secret))?;
        let event = |name| Who::Operator(holder.owner_uin).about(name, &holder, &key.secret_id);
        begun(event(EventName::CREATE_API_KEY), &key).record(change);
        event(EventName::SEAL_SECRET_KEY).fact("to", order.to.as_str()).record(change);
        Ok((key, file))
    })
    .await
}

/// Makes any account's key unusable from the commit on.
pub async fn operator_disable_key(app: &App, id: SecretId) -> Result<Key, Failure> {
    app.change(&Outsider, move |change| {
        let Signer { user: holder, key, .. } = locked_anywhere(change.conn, &id)?;
        let stamp = Stamp { by: OPERATOR, at: change.app.clock.now() };
        let turned = turn(change.conn, &key, KeyStatus::Disabled, stamp)?;
        if turned != Turned::Nothing {
            let event = Who::Operator(holder.owner_uin).about(EventName::DISABLE_API_KEY, &holder, &id);
            turned.told(event, KeyStatus::Disabled).record(change);
        }
        Ok(Key { status: KeyStatus::Disabled, ..key })
    })
    .await
}
