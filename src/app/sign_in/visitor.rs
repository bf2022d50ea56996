//! Whoever stands at the door: who is meant by what was typed, and what the attempt is charged to.

use crate::app::factors::guard::{Buckets, Name, buckets};
use crate::app::factors::known_devices::known_device;
use crate::app::{App, Failure};
use crate::domain::network::Network;
use crate::domain::user::{Uin, User, UserKind};
use crate::passwords::Guest;
use crate::store::{Conn, accounts, identities, users};

/// Who is meant at the door, and what the attempt is charged to.
pub(in crate::app) struct Visitor {
    pub found: Option<(User, Option<String>)>,
    pub buckets: Buckets,
    pub guest: Guest,
}

/// What somebody at the door typed, the cookie of a known browser, and where they are.
pub(in crate::app) struct Knock {
    pub account: String,
    pub user_name: String,
    pub device: Option<String>,
    pub ip: String,
}

/// Looks up who is meant by an account, a name and the cookie of a known browser.
pub(in crate::app) async fn at_the_door(app: &App, knock: Knock) -> Result<Visitor, Failure> {
    let Knock { account, user_name, device, ip } = knock;
    let node = app.clone();
    app.store
        .read(move |conn| {
            let (account, name) = (account.trim(), user_name.trim());
            let owner = account_of(conn, account)?;
            let user = person_of(conn, account, owner, name)?;
            let known = user.as_ref().and_then(|user| known_device(&node, device.as_deref()?, user.uin));
            let meant = match (&user, owner) {
                (Some(user), _) => Name::Known(user.uin),
                (None, Some(owner)) => Name::Unknown(owner.to_string(), name.to_owned()),
                (None, None) => Name::Unknown(account.to_owned(), name.to_owned()),
            };
            let buckets = buckets(&node, &meant, &ip, known.as_ref());
            // The rule is for everybody whom a stranger may try; a browser known to the root user is none.
            let is_roots = known.is_some() && user.as_ref().is_some_and(|user| user.kind == UserKind::Root);
            let retry_limit = if is_roots { 0 } else { retry_limit(conn, owner)? };
            let guest = match &known {
                Some(device) => Guest::Known(device.uin.to_string()),
                None => Guest::Stranger(Network::of(&ip).widest().to_owned()),
            };
            let identity = user.as_ref().map(|user| identities::find(conn, user.uin)).transpose()?;
            let hash = identity.flatten().and_then(|identity| identity.password_hash);
            Ok(Visitor {
                found: user.map(|user| (user, hash)),
                buckets: buckets.tightened(retry_limit),
                guest,
            })
        })
        .await
}

/// The account that is meant: the only one, where none is typed.
fn account_of(conn: &mut Conn, account: &str) -> Result<Option<Uin>, Failure> {
    if account.is_empty() {
        return Ok(match accounts::first_two(conn)?.as_slice() {
            [only] => Some(*only),
            _ => None,
        });
    }
    Ok(Uin::parse(account).ok())
}

/// Wrong passwords that the account allows in an hour; 0 where there is no such rule.
fn retry_limit(conn: &mut Conn, owner: Option<Uin>) -> Result<i64, Failure> {
    let Some(owner) = owner else { return Ok(0) };
    Ok(accounts::find(conn, owner)?.map_or(0, |account| account.password_rules.retry_limit))
}

/// Who is meant by an account (as typed, and which that is) and a name.
fn person_of(
    conn: &mut Conn,
    account: &str,
    owner: Option<Uin>,
    name: &str,
) -> Result<Option<User>, Failure> {
    if account.is_empty()
        && let Ok(uin) = Uin::parse(name)
    {
        return Ok(users::find(conn, uin, uin)?);
    }
    match owner {
        Some(owner) => in_account(conn, owner, name),
        None if account.is_empty() => match <[User; 1]>::try_from(users::roots_by_name(conn, name)?) {
            Ok([user]) => Ok(Some(user)),
            Err(_) => Ok(None),
        },
        None => Ok(None),
    }
}

/// Collaborators sign in to their own account and switch from there.
fn in_account(conn: &mut Conn, owner: Uin, name: &str) -> Result<Option<User>, Failure> {
    let user = match Uin::parse(name) {
        Ok(uin) => users::find(conn, owner, uin)?,
        Err(_) => users::by_name(conn, owner, name)?,
    };
    Ok(user.filter(|user| user.kind != UserKind::Collaborator))
}
