//! Rotations at the command line: begun there, looked at, gone on with.

use super::facts::Who;
use super::program::{Asked, ProgramWish, Told, begin_or_go_on};
use crate::app::change::{Change, Outsider};
use crate::app::keys::usage::flush_usage;
use crate::app::{App, Failure};
use crate::domain::account::SecretReveal;
use crate::domain::key::SecretId;
use crate::store::{api_keys, dialect};

/// Begins to replace any account's key; where that is under way, does what is due and says where it stands. The key may be the old
/// or the new one.
///
/// # Errors
/// Not found where there is no such key; refused where the user's keys do not allow it.
pub async fn operator_rotate(app: &App, id: SecretId, wish: ProgramWish) -> Result<Told, Failure> {
    flush_usage(app).await?;
    app.change_again(&Outsider, move |change| rotate(change, &id, &wish)).await
}

fn rotate(change: &mut Change<'_, Outsider>, id: &SecretId, wish: &ProgramWish) -> Result<Told, Failure> {
    let found = api_keys::signer(change.conn, id)?.ok_or(Failure::NotFound)?;
    dialect::lock_user(change.conn, found.user.uid)?;
    let who = Who::Operator(found.user.owner_uin);
    let can_show = found.account.settings.secret_reveal != SecretReveal::Once;
    begin_or_go_on(change, &found.user, id, Asked { who, wish, can_show })
}
