//! Keys at the command line: an existing pair taken in, a pair made and sealed, a key disabled.

use crate::app::change::Outsider;
use crate::app::change::event::{Draft, OPERATOR};
use crate::app::keys::deeds::{NewKey, ending_trial, put};
use crate::app::keys::key_note;
use crate::app::keys::limits::first::{begin, begun, expiry_of, given};
use crate::app::keys::limits::operator::Limiting;
use crate::app::keys::pair::fresh_pair;
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::delivery::age::sealed;
use crate::domain::delivery::pair_as_text;
use crate::domain::delivery::recipient::Recipient;
use crate::domain::key::{Key, KeyRefusal, KeyStatus, SecretId};
use crate::domain::key_limits::written::WrittenLimits;
use crate::domain::secret::SecretKey;
use crate::domain::user::{Uin, User, UserKind};
use crate::store::api_keys::{self, Stamp};
use crate::store::{Conn, dialect, key_usage, retired_ids, trials, users};

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
        let new = NewKey { holder: &holder, secret_id, secret: &secret_key, note: "", by: OPERATOR };
        let expiry = expiry_of(change.conn, &holder)?;
        let now = change.app.clock.now();
        let written = limiting.over(WrittenLimits::of(&given(expiry, now), " "));
        let limits = written.read_new(expiry, now).map_err(Failure::Invalid)?;
        let key = put(change.app, change.conn, new)?;
        let key = begin(change.app, change.conn, key, limits)?;
        let event = Draft::by_operator(EventName::IMPORT_API_KEY, holder.owner_uin).on(&holder);
        begun(event.object(key.secret_id.as_str()), &key).record(change);
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
        let new = NewKey { holder: &holder, secret_id, secret: &secret, note: &note, by: OPERATOR };
        let limits = given(expiry_of(change.conn, &holder)?, change.app.clock.now());
        let key = put(change.app, change.conn, new)?;
        let key = begin(change.app, change.conn, key, limits)?;
        let file = sealed(&change.app.random, &order.to, &pair_as_text(&key.secret_id, &secret))?;
        let event =
            |name| Draft::by_operator(name, holder.owner_uin).on(&holder).object(key.secret_id.as_str());
        begun(event(EventName::CREATE_API_KEY), &key).record(change);
        event(EventName::SEAL_SECRET_KEY).fact("to", order.to.as_str()).record(change);
        Ok((key, file))
    })
    .await
}

/// Makes any account's key unusable from the commit on.
pub async fn operator_disable_key(app: &App, id: SecretId) -> Result<Key, Failure> {
    app.change(&Outsider, move |change| {
        let holder = api_keys::signer(change.conn, &id)?.ok_or(Failure::NotFound)?.user;
        dialect::lock_user(change.conn, holder.uid)?;
        let key = api_keys::find(change.conn, holder.uid, &id)?.ok_or(Failure::NotFound)?;
        let stamp = Stamp { by: OPERATOR, at: change.app.clock.now() };
        let was_tried = trials::remove(change.conn, &id)?;
        if api_keys::set_status(change.conn, &key, KeyStatus::Disabled, stamp)? || was_tried {
            let event = Draft::by_operator(EventName::DISABLE_API_KEY, holder.owner_uin);
            let event = event.on(&holder).object(id.as_str());
            (if was_tried { ending_trial(event, KeyStatus::Disabled) } else { event }).record(change);
        }
        Ok(Key { status: KeyStatus::Disabled, ..key })
    })
    .await
}
