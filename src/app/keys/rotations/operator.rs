//! Rotations at the command line: begun there, looked at, gone on with.

use super::begin::{Start, begin_in, told};
use super::facts::{Pair, Who};
use super::steps::go_on;
use crate::app::change::{Change, Outsider};
use crate::app::keys::usage::flush_usage;
use crate::app::{App, Failure};
use crate::domain::account::SecretReveal;
use crate::domain::audit::EventName;
use crate::domain::key::{Key, SecretId};
use crate::domain::rotation::{NewKeyWish, Plan, Rotation, RotationRefusal, RotationWish, Standing};
use crate::domain::user::User;
use crate::store::{api_keys, dialect, rotations};

/// What an operator wants of a rotation; what is not named stays, or is as the program proposes.
#[derive(Clone, Debug, Default)]
pub struct OperatorWish {
    pub silent_hours: Option<String>,
    pub delete_after_days: Option<String>,
    /// That the steps are done by themselves.
    pub finishes: bool,
}

/// Where a rotation stands, for a program.
pub struct Told {
    pub rotation: Rotation,
    /// Nothing of one that is over.
    pub standing: Option<Standing>,
}

/// Begins to replace any account's key; where that is under way, does what is due and says where it stands. The key may be the old
/// or the new one.
///
/// # Errors
/// Not found where there is no such key; refused where the user's keys do not allow it.
pub async fn operator_rotate(app: &App, id: SecretId, wish: OperatorWish) -> Result<Told, Failure> {
    flush_usage(app).await?;
    app.change_again(&Outsider, move |change| rotate(change, &id, &wish)).await
}

fn rotate(change: &mut Change<'_, Outsider>, id: &SecretId, wish: &OperatorWish) -> Result<Told, Failure> {
    let found = api_keys::signer(change.conn, id)?.ok_or(Failure::NotFound)?;
    let holder = found.user;
    dialect::lock_user(change.conn, holder.uid)?;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let read = |before: Plan| {
        let plan = before.read(&text(&wish.silent_hours), &text(&wish.delete_after_days));
        let finishes = wish.finishes || before.finishes;
        plan.map(|plan| Plan { finishes, ..plan }).map_err(Failure::Invalid)
    };
    let rotation = match rotations::of_user(change.conn, holder.uid)? {
        None => {
            let can_show = found.account.settings.secret_reveal != SecretReveal::Once;
            start(change, &holder, id, Proposed { plan: read(Plan::default())?, can_show })?
        }
        Some(rotation) => {
            let plan = read(rotation.plan)?;
            if plan != rotation.plan {
                rotations::set_plan(change.conn, &rotation.id, plan)?;
                let who = Who::Operator(holder.owner_uin);
                told(who.of_rotation(EventName::UPDATE_KEY_ROTATION, &holder, &rotation), plan)
                    .record(change);
            }
            Rotation { plan, ..rotation }
        }
    };
    go_on(change, &holder, &rotation)?;
    let after = rotations::find(change.conn, &rotation.id)?.ok_or(Failure::Corrupt("rotations.id"))?;
    let pair = Pair::of(change.conn, &after)?;
    let standing = pair.standing(&after, change.app.clock.now()).filter(|_| after.ended.is_none());
    Ok(Told { rotation: after, standing })
}

#[derive(Clone, Copy)]
struct Proposed {
    plan: Plan,
    /// Whether the secret of a key that is made can be shown later.
    can_show: bool,
}

fn start(
    change: &mut Change<'_, Outsider>,
    holder: &User,
    id: &SecretId,
    proposed: Proposed,
) -> Result<Rotation, Failure> {
    let keys = api_keys::of_user(change.conn, holder.uid)?;
    let into = keys.iter().map(|key: &Key| &key.secret_id).find(|other| *other != id);
    if into.is_none() && !proposed.can_show {
        return Err(RotationRefusal::ShownOnce.into());
    }
    let begins = NewKeyWish { into: into.map(ToString::to_string), expires_at: None };
    let wish = RotationWish::of(proposed.plan, Some(begins));
    let who = Who::Operator(holder.owner_uin);
    begin_in(change, holder, id, Start { who, wish: &wish }).map(|begun| begun.rotation)
}
