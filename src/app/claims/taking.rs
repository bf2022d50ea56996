//! What an opened claim link hands over: the pair of a key, shown once, or the right to choose the first password.

use crate::app::change::{Change, Outsider};
use crate::app::claims::opening::{Good, Visitor, by_holder, claimed_door, judged};
use crate::app::factors::new_password::{Chosen, acceptable};
use crate::app::keys::reveal::{Shown, open_secret};
use crate::app::session::tickets::{digest, take};
use crate::app::{App, Failure};
use crate::domain::account::Account;
use crate::domain::audit::EventName;
use crate::domain::claim::{Claimed, Standing};
use crate::domain::secret::Password;
use crate::domain::user::User;
use crate::store::identities::{self, StoredPassword};
use crate::store::{Conn, accounts, api_keys, claims, dialect};

/// The pair of a key that a link hands over, once; `None` where it was shown before or the browser is another.
pub async fn take_key(
    app: &App,
    id: String,
    ticket: String,
    visitor: Visitor,
) -> Result<Option<Shown>, Failure> {
    app.change(&Outsider, move |change| {
        let (now, browser) = (change.app.clock.now(), digest(&visitor.browser));
        let Some(good) = opened(change.conn, &id, &browser, now)? else { return Ok(None) };
        let Some(key) = &good.key else { return Ok(None) };
        if take(change.app, change.conn, &claimed_door(key, &browser), &ticket)?.is_none()
            || !claims::take(change.conn, &good.claim, now)?
        {
            return Ok(None);
        }
        let sealed = api_keys::sealed_secret(change.conn, good.user.uid, &key.secret_id)?;
        let secret = open_secret(change.app, key, &sealed.ok_or(Failure::NotFound)?)?;
        let event = by_holder(EventName::SHOW_SECRET_KEY, &good, &visitor.source);
        event.fact("link", good.claim.id.as_str()).record(change);
        Ok(Some(Shown { holder: good.user.clone(), key: key.clone(), secret }))
    })
    .await
}

/// Whose first password is chosen, and by which rules.
pub struct Choosing {
    pub user: User,
    pub account: Account,
}

/// Whose password an opened link lets this browser choose; `None` where it does not.
pub async fn choosing(app: &App, id: String, visitor: &Visitor) -> Result<Option<Choosing>, Failure> {
    let (now, browser) = (app.clock.now(), digest(&visitor.browser));
    app.store
        .read(move |conn| {
            let Some(good) = opened(conn, &id, &browser, now)? else { return Ok(None) };
            if good.claim.claimed != Claimed::Password {
                return Ok(None);
            }
            let account = accounts::find(conn, good.user.owner_uin)?.ok_or(Failure::NotFound)?;
            Ok(Some(Choosing { user: good.user, account }))
        })
        .await
}

/// Gives the user of an opened link the password that was chosen; `None` where the link does not let this browser.
pub async fn choose_password(
    app: &App,
    id: String,
    password: Password,
    visitor: Visitor,
) -> Result<Option<User>, Failure> {
    let Some(Choosing { user, account }) = choosing(app, id.clone(), &visitor).await? else {
        return Ok(None);
    };
    let chosen = Chosen {
        password,
        field: "password",
        user_name: &user.name,
        account_name: &account.name,
        rules: account.password_rules.clone(),
    };
    let hash = app.passwords.hash(acceptable(chosen).await?).await?;
    app.change(&Outsider, move |change| {
        dialect::lock_identity(change.conn, user.uin)?;
        let (now, browser) = (change.app.clock.now(), digest(&visitor.browser));
        let Some(good) = opened(change.conn, &id, &browser, now)? else { return Ok(None) };
        set_first(change, &good, hash)?;
        let event = by_holder(EventName::CHANGE_PASSWORD, &good, &visitor.source);
        event.fact("link", good.claim.id.as_str()).record(change);
        Ok(Some(good.user))
    })
    .await
}

fn set_first(change: &mut Change<'_, Outsider>, good: &Good, hash: String) -> Result<(), Failure> {
    let now = change.app.clock.now();
    if !claims::take(change.conn, &good.claim, now)? {
        return Err(Failure::NotFound);
    }
    let stored = StoredPassword { hash, changed_at: now, must_change: false };
    Ok(identities::set_password(change.conn, good.user.uin, &stored, 0)?)
}

/// The link of a name, if this browser opened it and has not used it up.
fn opened(conn: &mut Conn, id: &str, browser: &str, now: i64) -> Result<Option<Good>, Failure> {
    let claim = claims::find(conn, id)?.filter(|claim| claim.standing(now) == Standing::Opened);
    Ok(match claim {
        Some(claim) => judged(conn, claim, browser, now)?.ok(),
        None => None,
    })
}
