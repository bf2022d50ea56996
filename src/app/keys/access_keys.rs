//! Keys as the API manages them: by UIN or as one's own, granted by the API's own actions or by the console's.

use crate::app::caller::Caller;
use crate::app::change::Change;
use crate::app::keys::HeldKey;
use crate::app::keys::deeds::{self, Via};
use crate::app::{App, Failure};
use crate::domain::characters::is_hidden;
use crate::domain::field::FieldError;
use crate::domain::key::{AccessKeyRefusal, Key, KeyStatus, Place, SecretId, ensure_deletable};
use crate::domain::key_deed::Deed;
use crate::domain::key_usage::LastUse;
use crate::domain::permission::{Denial, action};
use crate::domain::secret::SecretKey;
use crate::domain::user::{Uin, User};
use crate::store::{Conn, api_keys, canaries, dialect, key_usage, trials, users};

/// Longest description of a key.
const MAX_DESCRIPTION: usize = 1024;
/// Keys that one question about their last use may name.
const MOST_ASKED: usize = 10;

/// A key as programs name it: whose, without a UIN the caller's own, and which, as it was written.
pub struct NamedKey {
    pub target: Option<Uin>,
    pub id: String,
}

impl Caller {
    /// Allowed under the API's name or under the console's; denied when either is denied outright.
    fn ensure_deed(&self, deed: Deed, target: Uin) -> Result<(), Denial> {
        let place = if target == self.user.uin { Place::Own } else { Place::Of(target) };
        let names = deed.names(place);
        self.ensure_none_denied(&names.denying, target)?;
        let first = self.ensure(deed.action(), target);
        first.or_else(|denial| {
            let is_allowed = names.allowing.iter().any(|name| self.may(name, target));
            if is_allowed { Ok(()) } else { Err(denial) }
        })
    }
}

/// Whose keys are meant: without a UIN the caller's own. Denied before missing, so a refusal tells nothing.
fn holder(conn: &mut Conn, caller: &Caller, target: Option<Uin>, deed: Deed) -> Result<User, Failure> {
    let target = target.unwrap_or(caller.user.uin);
    if target == caller.owner() && !caller.is_root() {
        return Err(AccessKeyRefusal::OfRoot.into());
    }
    caller.ensure_deed(deed, target)?;
    if target == caller.user.uin {
        return Ok(User::clone(&caller.user));
    }
    let holder = users::find(conn, caller.owner(), target)?.ok_or(AccessKeyRefusal::NoSuchUser(target))?;
    if caller.is_barred_from(&holder) {
        return Err(AccessKeyRefusal::OfRoot.into());
    }
    Ok(holder)
}

/// That user's key; one of another user whose keys the caller may see is told from one that does not exist.
fn key_of(conn: &mut Conn, caller: &Caller, holder: &User, id: &str) -> Result<Key, Failure> {
    let id = SecretId::parse(id).map_err(|_| AccessKeyRefusal::NoSuchKey)?;
    if let Some(key) = api_keys::find(conn, holder.uid, &id)? {
        return Ok(key);
    }
    match holder_of(conn, caller, &id)? {
        Some(holder) if caller.ensure_deed(Deed::List, holder).is_ok() => {
            Err(AccessKeyRefusal::OfAnother.into())
        }
        _ => Err(AccessKeyRefusal::NoSuchKey.into()),
    }
}

/// Whose key of the account it is. A canary is told from a key of root by nobody who may not list canaries.
fn holder_of(conn: &mut Conn, caller: &Caller, id: &SecretId) -> Result<Option<Uin>, Failure> {
    let owner = caller.owner();
    if let Some(found) = api_keys::signer(conn, id)? {
        return Ok((found.user.owner_uin == owner).then_some(found.user.uin));
    }
    let canary = canaries::find(conn, id)?;
    Ok(canary.filter(|one| one.owner_uin == owner && one.deleted_at.is_none()).map(|_| owner))
}

/// The keys of a user, or one's own.
pub async fn access_keys(app: &App, caller: &Caller, target: Option<Uin>) -> Result<Vec<Key>, Failure> {
    list_keys(app, caller, target, Deed::List).await
}

/// The same under the name that STS gives it.
pub async fn query_api_keys(app: &App, caller: &Caller, target: Option<Uin>) -> Result<Vec<Key>, Failure> {
    list_keys(app, caller, target, Deed::Query).await
}

async fn list_keys(app: &App, caller: &Caller, target: Option<Uin>, deed: Deed) -> Result<Vec<Key>, Failure> {
    app.look(caller, move |view| {
        let holder = holder(view.conn, view.by, target, deed)?;
        Ok(api_keys::of_user(view.conn, holder.uid)?)
    })
    .await
}

/// Makes a key; its secret is in the answer, and may be shown in the console where the account does so.
pub async fn create_access_key(
    app: &App,
    caller: &Caller,
    target: Option<Uin>,
    description: String,
) -> Result<(Key, SecretKey), Failure> {
    ensure_description(&description)?;
    app.change(caller, move |change| {
        let holder = holder(change.conn, change.by, target, Deed::Create)?;
        deeds::create(change, &holder, &description, Via::Api)
    })
    .await
}

/// Enables or disables a key; from the commit on it counts.
pub async fn update_access_key(
    app: &App,
    caller: &Caller,
    named: NamedKey,
    status: KeyStatus,
) -> Result<(), Failure> {
    app.change_again(caller, move |change| {
        let held = locked(change, &named, Deed::Update(status))?;
        deeds::set_status(change, &held, status, Via::Api)
    })
    .await
}

/// Disables the very key that signed the call. Nobody has to allow it: whoever has the key could do worse. Two calls at once
/// are one change.
pub async fn quarantine_key(app: &App, caller: &Caller, id: &SecretId) -> Result<(), Failure> {
    let id = id.clone();
    app.change_again(caller, move |change| {
        let holder = User::clone(&change.by.user);
        dialect::lock_user(change.conn, holder.uid)?;
        let key = api_keys::find(change.conn, holder.uid, &id)?.ok_or(AccessKeyRefusal::NoSuchKey)?;
        deeds::quarantine(change, &HeldKey { holder, key })
    })
    .await
}

/// Whether a key that was found disabled is enabled again by itself or was so meanwhile: only then is there anything to
/// quarantine.
pub async fn comes_back(app: &App, caller: &Caller, id: &SecretId) -> Result<bool, Failure> {
    let id = id.clone();
    app.look(caller, move |view| {
        if trials::find(view.conn, &id)?.is_some() {
            return Ok(true);
        }
        Ok(api_keys::find(view.conn, view.by.user.uid, &id)?.is_some_and(|key| key.is_enabled()))
    })
    .await
}

/// Deletes a key; one that is enabled is disabled first, in the same transaction, unless the account forbids that.
pub async fn delete_access_key(app: &App, caller: &Caller, named: NamedKey) -> Result<(), Failure> {
    app.change_again(caller, move |change| {
        let held = locked(change, &named, Deed::Delete)?;
        if held.key.is_enabled() {
            if !change.by.account.settings.api_delete_enabled_keys {
                ensure_deletable(&held.key)?;
            }
            change.by.ensure_deed(Deed::Update(KeyStatus::Disabled), held.holder.uin)?;
            deeds::set_status(change, &held, KeyStatus::Disabled, Via::Api)?;
        }
        deeds::delete(change, &held, Via::Api)
    })
    .await
}

/// The key that is meant, if the caller may do this to it; nobody else changes it until the end.
fn locked(change: &mut Change<'_>, named: &NamedKey, deed: Deed) -> Result<HeldKey, Failure> {
    let holder = holder(change.conn, change.by, named.target, deed)?;
    dialect::lock_user(change.conn, holder.uid)?;
    let key = key_of(change.conn, change.by, &holder, &named.id)?;
    Ok(HeldKey { holder, key })
}

/// When keys were last used, in the order asked; each must be one that the caller may ask about.
pub async fn security_last_used(
    app: &App,
    caller: &Caller,
    ids: Vec<String>,
) -> Result<Vec<(String, Option<LastUse>)>, Failure> {
    if ids.is_empty() || ids.len() > MOST_ASKED {
        return Err(FieldError::new(
            "SecretIdList",
            (format!("Name 1 to {MOST_ASKED} SecretIds."), format!("请提供 1 到 {MOST_ASKED} 个 SecretId。")),
        )
        .into());
    }
    app.view(caller, move |view| ids.into_iter().map(|id| last_used_of(view.conn, view.by, id)).collect())
        .await
}

fn last_used_of(
    conn: &mut Conn,
    caller: &Caller,
    text: String,
) -> Result<(String, Option<LastUse>), Failure> {
    let id = SecretId::parse(&text).map_err(|_| AccessKeyRefusal::NoSuchKey)?;
    let Some(holder) = holder_of(conn, caller, &id)? else {
        // Who may ask about everybody hears that there is no such key; others only that they may not.
        caller.ensure_here(action::LAST_USED)?;
        return Err(AccessKeyRefusal::NoSuchKey.into());
    };
    caller.ensure(action::LAST_USED, holder)?;
    Ok((text, key_usage::last_use(conn, &id)?))
}

fn ensure_description(text: &str) -> Result<(), FieldError> {
    let fits = |c: char| (c.is_alphanumeric() && !is_hidden(c)) || "_+=,.@:/-".contains(c);
    if text.chars().count() <= MAX_DESCRIPTION && text.chars().all(fits) {
        return Ok(());
    }
    let told = (
        format!("A description is 1 to {MAX_DESCRIPTION} letters, digits and the marks _+=,.@:/-"),
        format!("描述由 1 到 {MAX_DESCRIPTION} 个字母、数字和符号 _+=,.@:/- 组成。"),
    );
    Err(FieldError::new("Description", told))
}
