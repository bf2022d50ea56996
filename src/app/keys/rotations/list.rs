//! The rotations of an account that are under way.

use super::facts::Pair;
use crate::app::caller::Caller;
use crate::app::keys::usage::flush_usage;
use crate::app::keys::{Operation, Place};
use crate::app::{App, Failure};
use crate::domain::paging::{PAGE_ROWS, cut_page};
use crate::domain::permission::action;
use crate::domain::rotation::{After, Rotation, Standing};
use crate::domain::span::DAY;
use crate::domain::user::User;
use crate::store::{key_hours, rotations, users};

/// A rotation in the list.
pub struct Listed {
    pub rotation: Rotation,
    pub holder: User,
    pub standing: Option<Standing>,
    /// Accepted calls with the old and with the new key in the last day; hours are counted whole.
    pub calls: (i64, i64),
}

/// A page of the list.
pub struct RotationList {
    pub rows: Vec<Listed>,
    pub next: Option<After>,
}

/// A page of the rotations under way, those that began first; of users whose keys the caller may see.
pub async fn rotations(app: &App, caller: &Caller, after: Option<After>) -> Result<RotationList, Failure> {
    flush_usage(app).await?;
    let now = app.clock.now();
    app.view(caller, move |view| {
        view.by.ensure_here(action::QUERY_KEY)?;
        let most = i64::from(PAGE_ROWS) + 1;
        let mut found = rotations::of_account(view.conn, view.by.owner(), after.as_ref(), most)?;
        let next = cut_page(&mut found, PAGE_ROWS);
        let next = next.map(|last| After { started_at: last.started_at, id: last.id.clone() });
        let mut rows = Vec::new();
        for rotation in found {
            let Some(holder) = users::by_uid(view.conn, rotation.uid)? else { continue };
            if view.by.ensure_key(Place::Of(holder.uin), Operation::Query, &holder).is_err() {
                continue;
            }
            let standing = Pair::of(view.conn, &rotation)?.standing(&rotation, now);
            let since = now - DAY;
            let old = key_hours::accepted_since(view.conn, &rotation.old, since)?;
            let new = key_hours::accepted_since(view.conn, &rotation.new, since)?;
            rows.push(Listed { rotation, holder, standing, calls: (old, new) });
        }
        Ok(RotationList { rows, next })
    })
    .await
}
