//! What the log is asked for in words: parts of names, ids, beginnings of SecretIds.

use crate::app::caller::Caller;
use crate::app::change::event::{CAMLOCK, OPERATOR};
use crate::app::{App, Failure};
use crate::domain::audit::{Actor, TargetFilter};
use crate::domain::field::FieldError;
use crate::domain::key::{self, SecretId};
use crate::domain::paging::Slice;
use crate::domain::permission::action;
use crate::domain::user::Uin;
use crate::domain::user_search::{UserCursor, UserFilter};
use crate::store::{Conn, audit, groups, policy_search, user_search, users};

/// Names that one search may stand for.
const MOST: usize = 20;
/// Users that are looked at for a part of their name; the search of users finds notes and numbers too.
const LOOKED_AT: i64 = 200;

/// Whether an actor that is no user is found by its name.
pub fn is_found(actor: &str) -> bool {
    itself(actor).is_some()
}

fn itself(actor: &str) -> Option<&'static str> {
    [OPERATOR, CAMLOCK].into_iter().find(|name| *name == actor)
}

/// Whom a text means as actors: users by UIN, by a part of the name, or by the last name of one that is gone; the operator and
/// the server itself by their names.
pub async fn actors_meant(app: &App, caller: &Caller, text: String) -> Result<Vec<Actor>, Failure> {
    caller.ensure_here(action::READ_AUDIT)?;
    let owner = caller.owner();
    app.store
        .read(move |conn| {
            let meant = people_meant(conn, owner, "actor", &text)?;
            let users = meant.uins.into_iter().map(Actor::User);
            let found: Vec<Actor> = users.chain(meant.itself.into_iter().map(Actor::Itself)).collect();
            if found.is_empty() {
                let unknown = "No user here has this in its name. For a deleted user, enter its UIN.";
                return Err(FieldError::on_page("actor", unknown).into());
            }
            Ok(found)
        })
        .await
}

/// What a text means as a target, or as a name in the search field; `field` is where it was typed.
pub async fn target_meant(
    app: &App,
    caller: &Caller,
    field: &'static str,
    text: String,
) -> Result<TargetFilter, Failure> {
    caller.ensure_here(action::READ_AUDIT)?;
    let owner = caller.owner();
    app.store.read(move |conn| target_of(conn, owner, field, &text)).await
}

fn target_of(conn: &mut Conn, owner: Uin, field: &'static str, text: &str) -> Result<TargetFilter, Failure> {
    if SecretId::is_begun_by(text) {
        if text.len() < key::START {
            let least = key::START;
            let told = format!("Enter the SecretId, or at least its first {least} characters.");
            return Err(FieldError::on_page(field, told).into());
        }
        let things = match SecretId::parse(text) {
            Ok(_) => vec![text.to_owned()],
            Err(_) => audit::things_begun_by(conn, owner, text, MOST)?,
        };
        if things.len() > MOST {
            let told = format!("More than {MOST} SecretIds begin like this. Enter more of it.");
            return Err(FieldError::on_page(field, told).into());
        }
        return Ok(TargetFilter { things, ..TargetFilter::default() });
    }
    let meant = people_meant(conn, owner, field, text)?;
    if Uin::parse(text).is_ok() {
        return Ok(meant);
    }
    let wanted = Wanted::of(text);
    let policies = policy_search::rows(conn, owner, None)?.into_iter().map(|policy| policy.name);
    let groups = groups::of_account(conn, owner)?.into_iter().map(|group| group.name);
    let mut things = few(field, policies.filter(|name| wanted.fits(name)))?;
    let mut named = few(field, groups.filter(|name| wanted.fits(name)))?;
    things.extend(named.iter().cloned());
    // What is gone is found by its whole name.
    for names in [&mut things, &mut named] {
        names.push(wanted.written.to_owned());
        names.sort();
        names.dedup();
    }
    Ok(TargetFilter { things, groups: named, ..meant })
}

fn people_meant(
    conn: &mut Conn,
    owner: Uin,
    field: &'static str,
    text: &str,
) -> Result<TargetFilter, Failure> {
    if let Ok(uin) = Uin::parse(text) {
        return Ok(TargetFilter { uins: vec![uin], ..TargetFilter::default() });
    }
    let wanted = Wanted::of(text);
    let mut uins = users_named(conn, owner, field, &wanted)?;
    uins.extend(audit::uin_of_name(conn, owner, wanted.written)?.filter(|uin| !uins.contains(uin)));
    let itself = itself(wanted.written).into_iter().collect();
    Ok(TargetFilter { uins, itself, ..TargetFilter::default() })
}

/// The users whose name fits. What could be some of them only is refused: a log of some would pass for that of all.
fn users_named(
    conn: &mut Conn,
    owner: Uin,
    field: &'static str,
    wanted: &Wanted<'_>,
) -> Result<Vec<Uin>, Failure> {
    if wanted.is_whole {
        let user = users::by_name(conn, owner, wanted.written)?.filter(|user| wanted.fits(&user.name));
        return Ok(user.map(|user| user.uin).into_iter().collect());
    }
    let filter = UserFilter { text: wanted.written.to_owned(), ..UserFilter::default() };
    let found =
        user_search::page(conn, owner, &filter, &Slice { cursor: UserCursor::Start, size: LOOKED_AT })?;
    let is_part = found.stopped.is_some() || i64::try_from(found.users.len()).unwrap_or(i64::MAX) > LOOKED_AT;
    let users = found.users.into_iter().map(|listed| listed.user);
    let uins = few(field, users.filter(|user| wanted.fits(&user.name)).map(|user| user.uin))?;
    if is_part {
        let told = format!(
            "More than {LOOKED_AT} users have this in their names, notes or numbers. Enter more of the name, or the whole one in quotation marks."
        );
        return Err(FieldError::on_page(field, told).into());
    }
    Ok(uins)
}

/// A name or a part of one; a whole one in quotation marks.
struct Wanted<'a> {
    written: &'a str,
    lower: String,
    is_whole: bool,
}

impl<'a> Wanted<'a> {
    fn of(text: &'a str) -> Self {
        let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let written = inner.unwrap_or(text);
        Self { written, lower: written.to_lowercase(), is_whole: inner.is_some() }
    }

    fn fits(&self, name: &str) -> bool {
        if self.is_whole { name == self.written } else { name.to_lowercase().contains(&self.lower) }
    }
}

fn few<T>(field: &'static str, found: impl Iterator<Item = T>) -> Result<Vec<T>, FieldError> {
    let found: Vec<T> = found.take(MOST + 1).collect();
    if found.len() > MOST {
        let told = format!(
            "More than {MOST} names have this in them. Enter more of the name, or the whole one in quotation marks."
        );
        return Err(FieldError::on_page(field, told));
    }
    Ok(found)
}
