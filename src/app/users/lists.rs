//! What programs list of an account: its users by kind, and how many things it has.

use crate::app::caller::Caller;
use crate::app::{App, Failure};
use crate::domain::account::Counts;
use crate::domain::paging::cut_page;
use crate::domain::permission::action;
use crate::domain::user::{Uin, User, UserKind};
use crate::store::user_lists::{self, Slice};
use crate::store::{account_counts, accounts};

/// A user with when and from where it last signed in.
pub struct Described {
    pub user: User,
    pub last_sign_in: Option<(i64, String)>,
}

/// A part of the list of all users.
pub struct Part {
    pub users: Vec<User>,
    /// The last UIN of this part, when more come after it.
    pub next: Option<Uin>,
}

/// Every sub-user.
pub async fn sub_users(app: &App, caller: &Caller) -> Result<Vec<User>, Failure> {
    caller.ensure_here(action::LIST_USERS)?;
    let owner = caller.owner();
    let all = Slice { after: Uin(0), limit: i64::MAX };
    let kind = Some(UserKind::SubUser);
    Ok(app.store.read(move |conn| user_lists::slice(conn, owner, kind, all)).await?)
}

/// Sub-users and collaborators with these UINs; others are left out.
pub async fn described(app: &App, caller: &Caller, uins: Vec<Uin>) -> Result<Vec<Described>, Failure> {
    caller.ensure_here(action::DESCRIBE_SUB_ACCOUNTS)?;
    let owner = caller.owner();
    let found = app.store.read(move |conn| user_lists::with_last_sign_in(conn, owner, &uins)).await?;
    Ok(found
        .into_iter()
        .filter(|(user, ..)| user.kind != UserKind::Root)
        .map(|(user, at, ip)| Described { user, last_sign_in: at.map(|at| (at, ip.unwrap_or_default())) })
        .collect())
}

/// How many collaborators there are, and a part of them.
pub async fn collaborators(
    app: &App,
    caller: &Caller,
    limit: i64,
    offset: i64,
) -> Result<(i64, Vec<User>), Failure> {
    caller.ensure_here(action::LIST_COLLABORATORS)?;
    let owner = caller.owner();
    app.store
        .read(move |conn| {
            let total = account_counts::of_account(conn, owner)?.collaborators;
            let kind = UserKind::Collaborator;
            let Some(first) = user_lists::uin_at(conn, owner, kind, offset)? else {
                return Ok((total, Vec::new()));
            };
            let slice = Slice { after: Uin(first.0 - 1), limit };
            Ok((total, user_lists::slice(conn, owner, Some(kind), slice)?))
        })
        .await
}

/// Which users of a list are wanted: those after a UIN, and how many.
pub struct Portion {
    pub after: Uin,
    pub size: usize,
}

/// Users of one kind or of all, in parts.
pub async fn accounts(
    app: &App,
    caller: &Caller,
    kind: Option<UserKind>,
    portion: Portion,
) -> Result<Part, Failure> {
    caller.ensure_here(action::LIST_ACCOUNTS)?;
    let (Portion { after, size }, owner) = (portion, caller.owner());
    let limit = i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1);
    let slice = Slice { after, limit };
    let mut users = app.store.read(move |conn| user_lists::slice(conn, owner, kind, slice)).await?;
    let next = cut_page(&mut users, size).map(|user| user.uin);
    Ok(Part { users, next })
}

/// Sub-accounts, and what else the account has.
pub async fn account_summary(app: &App, caller: &Caller) -> Result<(i64, Counts), Failure> {
    caller.ensure_here(action::SUMMARIZE_ACCOUNT)?;
    let owner = caller.owner();
    app.store
        .read(move |conn| {
            // Of an account that signed before, the number of users may be an earlier one.
            let users = accounts::find(conn, owner)?.map_or(0, |account| account.user_count);
            Ok((users, account_counts::of_account(conn, owner)?))
        })
        .await
}
