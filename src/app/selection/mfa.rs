//! Several users that have to sign in with an authenticator app.

use super::{Fate, Selection};
use crate::app::account::protection::require_code_in;
use crate::app::caller::Caller;
use crate::app::users::ensure_changeable;
use crate::app::{App, Failure};
use crate::domain::permission::action;
use crate::domain::user::Uin;
use crate::store::{dialect, users};

/// What requiring an authenticator app means for each of some users.
pub async fn requiring(app: &App, caller: &Caller, uins: Vec<Uin>) -> Result<Selection, Failure> {
    caller.ensure_here(action::LIST_USERS)?;
    app.view(caller, move |view| {
        let mut selection = Selection::load(view, &uins)?;
        for chosen in &mut selection.users {
            let uin = chosen.user.uin;
            chosen.fate = if let Err(refusal) = ensure_changeable(view.by, &chosen.user) {
                Fate::left_out(refusal)
            } else if let Err(denial) = view.by.ensure(action::SET_MFA_FLAG, uin) {
                Fate::denied(&denial)
            } else if chosen.user.protection.sign_in && view.by.may(action::GET_USER, uin) {
                Fate::Already { since: None, by: String::new() }
            } else {
                Fate::Due
            };
        }
        Ok(selection)
    })
    .await
}

/// Requires it of all of them, in one transaction. Of whom it is required already it stays so. Gives how many were changed.
pub async fn require(app: &App, caller: &Caller, uins: Vec<Uin>) -> Result<usize, Failure> {
    caller.ensure_here(action::LIST_USERS)?;
    app.change_again(caller, move |change| {
        dialect::lock_account(change.conn, change.by.owner())?;
        for user in users::of_uins(change.conn, change.by.owner(), &uins)? {
            dialect::lock_user(change.conn, user.uid)?;
        }
        let mut done = 0;
        // Others changed or deleted users until these were locked.
        for user in users::of_uins(change.conn, change.by.owner(), &uins)? {
            if !user.protection.sign_in && require_code_in(change, user.uin)? {
                done += 1;
            }
        }
        Ok(done)
    })
    .await
}
