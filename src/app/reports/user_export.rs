//! The User List for other programs: some chosen users, or all that a filter finds, read a page at a time.

use crate::app::caller::Caller;
use crate::app::reports::Parts;
use crate::app::users::search::holders;
use crate::app::{App, Failure};
use crate::clock::iso;
use crate::domain::audit::EventName;
use crate::domain::export::{Format, Writer};
use crate::domain::paging::{Slice, cut_page};
use crate::domain::permission::action;
use crate::domain::user::Uin;
use crate::domain::user_search::{Listed, UserCursor, UserFilter, UserPlace};
use crate::store::{user_lines, user_search, users};

/// Users that are read at once.
const PAGE: usize = 500;

/// The columns, as the list shows them.
pub const COLUMNS: [&str; 10] = [
    "user_name",
    "uin",
    "type",
    "note",
    "console_access",
    "mfa",
    "keys",
    "key_last_used",
    "last_activity",
    "created",
];

/// Which users are wanted.
pub enum Wanted {
    Chosen(Vec<Uin>),
    /// All that the list shows under this filter, in its order.
    Listed(UserFilter),
}

/// Users on their way out.
pub struct UserExport {
    app: App,
    owner: Uin,
    writer: Writer,
    at: Place,
}

enum Place {
    Head(Wanted),
    Chosen(Vec<Uin>),
    Listed(UserFilter, UserCursor),
    Over,
}

/// Begins to read the list for somebody who may see it, and writes that down.
pub async fn export_users(
    app: &App,
    caller: &Caller,
    wanted: Wanted,
    format: Format,
) -> Result<UserExport, Failure> {
    caller.ensure_here(action::LIST_USERS)?;
    let chosen = match &wanted {
        Wanted::Chosen(uins) => Some(uins.len()),
        Wanted::Listed(_) => None,
    };
    let wanted = match wanted {
        Wanted::Listed(filter) => {
            let by = caller.clone();
            let found = app.store.read(move |conn| {
                Ok::<_, Failure>(UserFilter { holders: holders(conn, &by, &filter.text)?, ..filter })
            });
            Wanted::Listed(found.await?)
        }
        chosen @ Wanted::Chosen(_) => chosen,
    };
    app.change(caller, move |change| {
        let event = change.event(EventName::EXPORT_USERS).about(&change.by.account.name);
        event.fact("format", format.as_str()).fact("chosen", chosen).record(change);
        Ok::<_, Failure>(())
    })
    .await?;
    let writer = Writer::new(format, &COLUMNS);
    Ok(UserExport { app: app.clone(), owner: caller.owner(), writer, at: Place::Head(wanted) })
}

impl Parts for UserExport {
    async fn next_part(&mut self) -> Result<Option<String>, Failure> {
        let (found, next) = match std::mem::replace(&mut self.at, Place::Over) {
            Place::Head(wanted) => {
                self.at = match wanted {
                    Wanted::Chosen(uins) => Place::Chosen(uins),
                    Wanted::Listed(filter) => Place::Listed(filter, UserCursor::Start),
                };
                return Ok(Some(self.writer.head()));
            }
            Place::Over => return Ok(None),
            Place::Chosen(uins) => (self.chosen(uins).await?, None),
            Place::Listed(filter, cursor) => {
                let (found, next) = self.listed(filter.clone(), cursor).await?;
                (found, next.map(|place| Place::Listed(filter, UserCursor::After(place))))
            }
        };
        let rows: Vec<Vec<String>> = found.into_iter().map(cells).collect();
        let mut text = self.writer.rows(&rows);
        match next {
            Some(next) => self.at = next,
            None => text.push_str(self.writer.foot()),
        }
        Ok(Some(text))
    }
}

impl UserExport {
    async fn chosen(&self, uins: Vec<Uin>) -> Result<Vec<Listed>, Failure> {
        let owner = self.owner;
        let found = self.app.store.read(move |conn| {
            let mut users = users::of_uins(conn, owner, &uins)?;
            users.sort_by_cached_key(|user| user.name.to_lowercase());
            let places = users.into_iter().map(|user| (UserPlace::Name(user.name), user.uid.0)).collect();
            user_lines::listed(conn, places)
        });
        Ok(found.await?)
    }

    /// The next users, and where those after them begin.
    async fn listed(
        &self,
        filter: UserFilter,
        cursor: UserCursor,
    ) -> Result<(Vec<Listed>, Option<UserPlace>), Failure> {
        let (owner, size) = (self.owner, i64::try_from(PAGE).unwrap_or(i64::MAX));
        let part = Slice { cursor, size };
        let page = self.app.store.read(move |conn| user_search::page(conn, owner, &filter, &part)).await?;
        let mut found = page.users;
        let next = cut_page(&mut found, PAGE).map(|listed| listed.place.clone());
        Ok((found, page.stopped.or(next)))
    }
}

fn cells(listed: Listed) -> Vec<String> {
    let time = |at: Option<i64>| at.map(iso).unwrap_or_default();
    let on = |is_on: bool| if is_on { "on" } else { "off" }.to_owned();
    let Listed { user, keys, mfa, last_used_at, .. } = listed;
    vec![
        user.name,
        user.uin.to_string(),
        user.kind.label().to_owned(),
        user.note,
        on(user.console_login),
        on(mfa),
        keys.to_string(),
        time(last_used_at),
        time(user.last_activity_at),
        iso(user.created_at),
    ]
}
