//! The User List: one page of an account's users, searched, filtered and sorted. However many users there are, a page
//! reads a bounded number of rows.

use super::schema::users;
use super::user_ranges::{Match, Range, Texts};
use super::{Conn, StoreError, api_keys, user_lines, user_ranges, user_terms};
use crate::domain::key::{self, SecretId};
use crate::domain::paging::Slice;
use crate::domain::user::{Uin, User};
use crate::domain::user_search::{
    Facet, Listed, Sorted, UserCursor, UserFilter, UserOrder, UserPlace, UserSort,
};
use crate::domain::user_terms::Wanted;
use diesel::prelude::*;
use std::cmp::Ordering;
use std::collections::HashMap;

/// Texts that may lead to users for these to be sorted as asked.
const GATHERED: usize = 1_000;
/// Users that are few enough for each to be looked at.
const FEW: usize = 500;
/// Texts that one page looks at where many match and few fit.
const WALKED: usize = 2_500;
/// Texts that are read at once for that.
const STRIDE: usize = 250;

/// One page, with one row more than `size` if there are more in that direction; last first after `Before`.
pub struct Page {
    pub users: Vec<Listed>,
    pub sorted: Sorted,
    /// Where the search stopped without having looked at everything.
    pub stopped: Option<UserPlace>,
}

/// What a page is made of before the users are read.
struct Places {
    found: Vec<(UserPlace, i64)>,
    sorted: Sorted,
    stopped: Option<UserPlace>,
}

impl Places {
    fn as_asked(found: Vec<(UserPlace, i64)>) -> Self {
        Self { found, sorted: Sorted::AsAsked, stopped: None }
    }
}

/// What is looked for, in which direction, and from where on.
struct Search<'a> {
    owner: Uin,
    filter: &'a UserFilter,
    /// As it is walked: reversed for what comes before a place.
    order: UserOrder,
    after: Option<&'a UserPlace>,
    limit: usize,
}

impl Search<'_> {
    fn range(&self) -> Range<'_> {
        let fits = |place: &&UserPlace| {
            matches!(
                (self.order.sort, place),
                (UserSort::Name, UserPlace::Name(_))
                    | (UserSort::Created, UserPlace::Created(..))
                    | (UserSort::LastUse, UserPlace::LastUse(..))
                    | (UserSort::Keys, UserPlace::Keys(..))
            )
        };
        Range { owner: self.owner, order: self.order, after: self.after.filter(fits), limit: self.limit }
    }
}

/// One page of an account's users.
pub fn page(
    conn: &mut Conn,
    owner: Uin,
    filter: &UserFilter,
    part: &Slice<UserCursor>,
) -> Result<Page, StoreError> {
    let limit = usize::try_from(part.size + 1).unwrap_or(usize::MAX);
    let (order, after) = match &part.cursor {
        UserCursor::Start => (filter.order, None),
        UserCursor::After(place) => (filter.order, Some(place)),
        UserCursor::Before(place) => (filter.order.reversed(), Some(place)),
    };
    let places = find(conn, &Search { owner, filter, order, after, limit })?;
    let users = user_lines::listed(conn, places.found)?;
    Ok(Page { users, sorted: places.sorted, stopped: places.stopped })
}

/// The users that a text finds, in the order of their names where they are few; as many as that, and one more if there are more.
pub fn found(conn: &mut Conn, owner: Uin, text: &str, most: i64) -> Result<Vec<User>, StoreError> {
    let filter = UserFilter { text: text.to_owned(), ..UserFilter::default() };
    let found = page(conn, owner, &filter, &Slice { cursor: UserCursor::Start, size: most })?;
    Ok(found.users.into_iter().map(|listed| listed.user).collect())
}

fn find(conn: &mut Conn, search: &Search<'_>) -> Result<Places, StoreError> {
    let text = search.filter.text.trim();
    if text.is_empty() {
        return listed(conn, search);
    }
    let holders = with_key(conn, search.owner, text)?;
    if SecretId::parse(text).is_ok() {
        return Ok(Places::as_asked(sorted(conn, search, &holders)?));
    }
    let mut wanted = kept(conn, search.owner, Wanted::of(text))?;
    let mut uids = few_matches(conn, search.owner, texts(&wanted))?;
    if let (Some(found), Some(digits)) = (&mut uids, Wanted::digits_of(text)) {
        let digits = kept(conn, search.owner, digits)?;
        match few_matches(conn, search.owner, texts(&digits))? {
            Some(more) => found.extend(more),
            // What is written as it was typed is meant rather than what only has the same digits.
            None if !found.is_empty() => {}
            None => (wanted, uids) = (digits, None),
        }
    }
    let is_walking = matches!(search.after, Some(UserPlace::Term(..)));
    if let Some(mut uids) = uids.filter(|_| !is_walking) {
        uids.extend(with_uin(conn, search.owner, text)?);
        uids.extend(holders);
        uids.sort_unstable();
        uids.dedup();
        return Ok(Places::as_asked(sorted(conn, search, &uids)?));
    }
    if search.filter.narrows()
        && !is_walking
        && let Some(uids) = few_fitting(conn, search)?
    {
        let uids = those_found(conn, &uids, &wanted)?;
        return Ok(Places::as_asked(sorted(conn, search, &uids)?));
    }
    walk(conn, search, texts(&wanted))
}

/// Beginnings are not kept of everybody yet after an upgrade; what begins anywhere is.
fn kept(conn: &mut Conn, owner: Uin, wanted: Wanted) -> Result<Wanted, StoreError> {
    match wanted {
        Wanted::Start(start) if user_terms::is_unfilled(conn, owner)? => Ok(Wanted::Anywhere(start)),
        wanted => Ok(wanted),
    }
}

fn texts(wanted: &Wanted) -> Texts<'_> {
    match wanted {
        Wanted::Start(start) => Texts::Start(start),
        Wanted::Anywhere(term) => Texts::Term(term),
    }
}

/// The list without a text.
fn listed(conn: &mut Conn, search: &Search<'_>) -> Result<Places, StoreError> {
    let is_whole = !search.filter.narrows() && search.order.sort != UserSort::Keys;
    let facets = (!is_whole).then(|| search.filter.facets());
    Ok(Places::as_asked(user_ranges::lines(conn, &search.range(), facets.as_deref())?))
}

/// All users that the texts lead to, unless they are many.
fn few_matches(conn: &mut Conn, owner: Uin, texts: Texts<'_>) -> Result<Option<Vec<i64>>, StoreError> {
    let mut uids = user_ranges::uids(conn, owner, texts, GATHERED + 1)?;
    if uids.len() > GATHERED {
        return Ok(None);
    }
    uids.sort_unstable();
    uids.dedup();
    Ok(Some(uids).filter(|uids| uids.len() <= FEW))
}

/// Who holds a key whose SecretId is that or begins like that.
fn with_key(conn: &mut Conn, owner: Uin, text: &str) -> Result<Vec<i64>, StoreError> {
    if text.len() < key::START || !SecretId::is_begun_by(text) {
        return Ok(Vec::new());
    }
    let found = api_keys::begun_by(conn, owner, text, FEW)?;
    Ok(found.into_iter().map(|(_, uid)| uid.0).collect())
}

/// The user of that whole UIN; searched like a text as well, as it may be a phone number.
fn with_uin(conn: &mut Conn, owner: Uin, text: &str) -> Result<Option<i64>, StoreError> {
    let Ok(uin) = Uin::parse(text) else { return Ok(None) };
    Ok(users::table
        .filter(users::owner_uin.eq(owner.0).and(users::uin.eq(uin.0)))
        .select(users::uid)
        .get_result(conn)
        .optional()?)
}

/// All users that fit the filter whatever the text, unless they are many.
fn few_fitting(conn: &mut Conn, search: &Search<'_>) -> Result<Option<Vec<i64>>, StoreError> {
    let (owner, order) = (search.owner, UserOrder::default());
    let range = Range { owner, order, after: None, limit: FEW + 1 };
    let found = user_ranges::lines(conn, &range, Some(&search.filter.facets()))?;
    Ok(Some(found.into_iter().map(|(_, uid)| uid).collect()).filter(|uids: &Vec<i64>| uids.len() <= FEW))
}

/// Those of some users that a text finds.
fn those_found(conn: &mut Conn, uids: &[i64], wanted: &Wanted) -> Result<Vec<i64>, StoreError> {
    let rows: Vec<super::users::Row> =
        users::table.filter(users::uid.eq_any(uids)).select(super::users::Row::as_select()).load(conn)?;
    let users: Vec<User> = rows.into_iter().map(User::try_from).collect::<Result<_, _>>()?;
    Ok(users.iter().filter(|user| wanted.finds(user)).map(|user| user.uid.0).collect())
}

/// The page of users that are all at hand.
fn sorted(conn: &mut Conn, search: &Search<'_>, uids: &[i64]) -> Result<Vec<(UserPlace, i64)>, StoreError> {
    let mut found = user_lines::places(conn, search.owner, uids, search.filter)?;
    let range = search.range();
    let compare = |one: &UserPlace, other: &UserPlace| {
        let order = one.compare(other);
        if search.order.is_descending { order.reverse() } else { order }
    };
    found.retain(|(place, _)| range.after.is_none_or(|after| compare(place, after) == Ordering::Greater));
    found.sort_by(|(one, _), (other, _)| compare(one, other));
    found.truncate(search.limit);
    Ok(found)
}

/// A page of very many matches, in the order of the index; stops after so many that do not fit.
fn walk(conn: &mut Conn, search: &Search<'_>, texts: Texts<'_>) -> Result<Places, StoreError> {
    let is_backwards = search.order.is_descending != search.filter.order.is_descending;
    let order = UserOrder { sort: UserSort::Name, is_descending: is_backwards };
    let (sorted, mut at) = match (texts, search.after) {
        (Texts::Start(_), Some(UserPlace::Name(_))) => (Sorted::ByName, search.after.cloned()),
        (Texts::Term(_), Some(UserPlace::Term(..))) => (Sorted::ByMatch, search.after.cloned()),
        (Texts::Start(_), _) => (Sorted::ByName, None),
        (Texts::Term(_), _) => (Sorted::ByMatch, None),
    };
    let mut found = Vec::new();
    for _ in 0..WALKED / STRIDE {
        let range = Range { owner: search.owner, order, after: at.as_ref(), limit: STRIDE };
        let matches = user_ranges::matches(conn, &range, texts)?;
        let is_last = matches.len() < STRIDE;
        at = matches.last().map(|last| place_of(last, texts)).or(at);
        found.extend(fitting(conn, search, texts, matches)?);
        if is_last || found.len() >= search.limit {
            found.truncate(search.limit);
            return Ok(Places { found, sorted, stopped: None });
        }
    }
    Ok(Places { found, sorted, stopped: at })
}

fn place_of(found: &Match, texts: Texts<'_>) -> UserPlace {
    match texts {
        Texts::Start(_) => UserPlace::Name(found.text.clone()),
        Texts::Term(_) => UserPlace::Term(found.text.clone(), found.uid),
    }
}

/// The matches that fit the filter, each user where its first text is.
fn fitting(
    conn: &mut Conn,
    search: &Search<'_>,
    texts: Texts<'_>,
    matches: Vec<Match>,
) -> Result<Vec<(UserPlace, i64)>, StoreError> {
    let fit = matches.into_iter().filter(|found| search.filter.fits(Facet(found.facet)));
    let fit: Vec<Match> = fit.collect();
    let Texts::Term(term) = texts else {
        return Ok(fit.into_iter().map(|found| (place_of(&found, texts), found.uid)).collect());
    };
    let mut uids: Vec<i64> = fit.iter().map(|found| found.uid).collect();
    uids.sort_unstable();
    uids.dedup();
    let firsts: HashMap<i64, String> =
        user_ranges::first_terms(conn, search.owner, term, &uids)?.into_iter().collect();
    let is_first = |found: &Match| firsts.get(&found.uid) == Some(&found.text);
    Ok(fit.into_iter().filter(is_first).map(|found| (place_of(&found, texts), found.uid)).collect())
}
