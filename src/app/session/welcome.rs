//! What an account's own rules say about somebody at the door who knows the password.

use crate::app::Failure;
use crate::app::change::Change;
use crate::app::change::event::Draft;
use crate::domain::field::FieldError;
use crate::domain::source::Source;
use crate::domain::user::{Uin, User, UserKind};
use crate::store::{Conn, accounts, identities};

const WRONG_PLACE: &str = "This account does not let you sign in from this network. Use a network that it allows, or ask \
     an administrator.";
const EXPIRED: &str = "Your password has expired. Ask an administrator to reset it.";

/// Why somebody with the right password may not come in all the same; written down. The root always may.
///
/// A refusal is an answer, not an error, so that what was written down is committed.
pub(in crate::app) fn unwelcome<By>(
    change: &mut Change<'_, By>,
    user: &User,
    source: &Source,
) -> Result<Option<Failure>, Failure> {
    if user.kind == UserKind::Root {
        return Ok(None);
    }
    let account = accounts::find(change.conn, user.owner_uin)?.ok_or(Failure::Corrupt("users.owner_uin"))?;
    let rules = &account.password_rules;
    let (reason, text) = if !account.sign_in_rules.admit(&source.ip) {
        ("network not allowed", WRONG_PLACE)
    } else if user.kind == UserKind::SubUser
        && rules.expiry_needs_reset
        && rules.is_expired(changed_at(change.conn, user.uin)?, change.app.clock.now())
    {
        ("password expired", EXPIRED)
    } else {
        return Ok(None);
    };
    Draft::sign_in(user, source).refused(reason).record(change);
    Ok(Some(FieldError::on_page("", text).into()))
}

fn changed_at(conn: &mut Conn, uin: Uin) -> Result<Option<i64>, Failure> {
    Ok(identities::find(conn, uin)?.and_then(|identity| identity.password_changed_at))
}
