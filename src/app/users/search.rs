//! The User List: searched, filtered and sorted, a page at a time.

use crate::app::caller::Caller;
use crate::app::{App, Failure};
use crate::domain::key::{self, SecretId};
use crate::domain::paging::{Slice, Tally, cut_page};
use crate::domain::permission::action;
use crate::domain::trial::Trial;
use crate::domain::user::{Uid, Uin};
use crate::domain::user_search::{Listed, Sorted, UserCursor, UserFilter, UserPlace};
use crate::store::{Conn, StoreError, api_keys, key_lines, trials, user_lines, user_search, user_terms};

/// Keys that a beginning may lead to.
const MOST_HOLDERS: usize = 500;

/// A page of the User List.
pub struct UserPage {
    pub users: Vec<Listed>,
    /// Of their keys that are tried off.
    pub trials: Vec<Trial>,
    /// Where the pages before and after this one end and begin.
    pub previous: Option<UserPlace>,
    pub next: Option<UserPlace>,
    pub sorted: Sorted,
    /// How many users the filter finds in all, where that is known.
    pub total: Option<Tally>,
    /// Whether more may be found by going on.
    pub is_partial: bool,
    /// Whether parts of some notes and UINs are not found yet.
    pub is_filling: bool,
    /// Sub-users and collaborators of the account, and how many there may be.
    pub count: i64,
    pub limit: i64,
}

/// How many there are: of the whole list by the count that the account keeps, of a filter without a text by an index.
fn total(conn: &mut Conn, owner: Uin, filter: &UserFilter, count: i64) -> Result<Option<Tally>, StoreError> {
    if !filter.text.is_empty() {
        return Ok(None);
    }
    if !filter.narrows() {
        // And the root user.
        return Ok(Some(Tally::exactly(count + 1)));
    }
    Ok(Some(Tally::of(user_lines::count(conn, owner, &filter.facets(), Tally::MOST + 1)?)))
}

/// Who holds the keys that a text means: the key of a whole SecretId, whosever it is, and of those that only begin so the ones
/// that the caller may look at. A beginning that others are found by would tell the rest, letter by letter.
pub(in crate::app) fn holders(conn: &mut Conn, by: &Caller, text: &str) -> Result<Vec<Uid>, Failure> {
    let text = text.trim();
    if text.len() < key::START || !SecretId::is_begun_by(text) {
        return Ok(Vec::new());
    }
    let found = api_keys::begun_by(conn, by.owner(), text, MOST_HOLDERS)?;
    let mut uids: Vec<Uid> = found.into_iter().map(|(_, uid)| uid).collect();
    if SecretId::parse(text).is_err() {
        let named = key_lines::named(conn, &uids)?;
        uids.retain(|uid| named.get(uid).is_some_and(|holder| by.place_of_keys(holder.uin).is_some()));
    }
    Ok(uids)
}

/// One page of the User List.
pub async fn users(
    app: &App,
    caller: &Caller,
    filter: UserFilter,
    part: Slice<UserCursor>,
) -> Result<UserPage, Failure> {
    caller.ensure_here(action::LIST_USERS)?;
    let (owner, limit) = (caller.owner(), app.rules.users_per_account);
    let (by, count) = (caller.clone(), caller.account.user_count);
    app.store
        .read(move |conn| {
            let filter = UserFilter { holders: holders(conn, &by, &filter.text)?, ..filter };
            let page = user_search::page(conn, owner, &filter, &part)?;
            let mut users = page.users;
            let has_more = cut_page(&mut users, part.size).is_some();
            let backwards = matches!(part.cursor, UserCursor::Before(_));
            if backwards {
                users.reverse();
            }
            let first = users.first().map(|listed| listed.place.clone());
            let last = users.last().map(|listed| listed.place.clone());
            let is_partial = page.stopped.is_some();
            // Where the search stopped is as good a place to go on from as the row at the edge.
            let edge = |row: Option<UserPlace>| page.stopped.clone().or(row.filter(|_| has_more));
            let (previous, next) = match part.cursor {
                UserCursor::Start => (None, edge(last)),
                UserCursor::After(_) => (first, edge(last)),
                UserCursor::Before(_) => (edge(first), last),
            };
            let uids: Vec<Uid> = users.iter().map(|listed| listed.user.uid).collect();
            Ok(UserPage {
                trials: trials::of_users(conn, &uids)?,
                users,
                previous,
                next,
                sorted: page.sorted,
                total: total(conn, owner, &filter, count)?,
                is_partial,
                is_filling: !filter.text.is_empty() && user_terms::is_unfilled(conn, owner)?,
                count,
                limit,
            })
        })
        .await
}
