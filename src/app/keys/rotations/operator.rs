//! Rotations at the command line: begun there, looked at, gone on with.

use super::program::{Asked, ProgramWish, Told, begin_or_go_on};
use crate::app::change::{Change, Outsider};
use crate::app::keys::deeds::Who;
use crate::app::keys::locked_anywhere;
use crate::app::keys::usage::flush_usage;
use crate::app::{App, Failure};
use crate::domain::account::SecretReveal;
use crate::domain::key::SecretId;

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
    let found = locked_anywhere(change.conn, id)?;
    let who = Who::Operator(found.user.owner_uin);
    let can_show = found.account.settings.secret_reveal != SecretReveal::Once;
    begin_or_go_on(change, &found.user, id, Asked { who, wish, can_show })
}
