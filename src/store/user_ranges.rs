//! Ranges of the indexes that lists of users are made of. Each reads as many rows as it is told to, wherever it begins.

use super::{Conn, StoreError};
use crate::domain::user::Uin;
use crate::domain::user_search::{Facet, UserOrder, UserPlace, UserSort};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, SmallInt, Text};

/// Where a range begins and how much of it is wanted.
#[derive(Clone, Copy)]
pub struct Range<'a> {
    pub owner: Uin,
    pub order: UserOrder,
    /// Only what comes after this place.
    pub after: Option<&'a UserPlace>,
    pub limit: usize,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = BigInt)]
    uid: i64,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// Users with one of these facets, or whoever there is.
pub fn lines(
    conn: &mut Conn,
    range: &Range<'_>,
    facets: Option<&[Facet]>,
) -> Result<Vec<(UserPlace, i64)>, StoreError> {
    let Some(facets) = facets else { return merged(conn, range, &[None]) };
    let some = |facets: &[Facet]| facets.iter().copied().map(Some).collect::<Vec<_>>();
    if range.order.sort != UserSort::Keys {
        return merged(conn, range, &some(facets));
    }
    let mut groups: Vec<&[Facet]> = facets.chunk_by(|one, other| one.held() == other.held()).collect();
    if range.order.is_descending {
        groups.reverse();
    }
    let mut found = Vec::new();
    for group in groups {
        let held = group.first().map_or(0, |facet| facet.held());
        let begin = match range.after {
            Some(UserPlace::Keys(at, name)) if *at == held => Some(UserPlace::Name(name.clone())),
            Some(UserPlace::Keys(at, _)) if (*at > held) != range.order.is_descending => continue,
            _ => None,
        };
        let order = UserOrder { sort: UserSort::Name, ..range.order };
        let limit = range.limit - found.len();
        let part = Range { order, after: begin.as_ref(), limit, ..*range };
        let keys = |(place, uid)| match place {
            UserPlace::Name(name) => (UserPlace::Keys(held, name), uid),
            other => (other, uid),
        };
        found.extend(merged(conn, &part, &some(group))?.into_iter().map(keys));
        if found.len() >= range.limit {
            break;
        }
    }
    Ok(found)
}

/// The first of what several ranges hold together: none is read further than the page is long.
fn merged(
    conn: &mut Conn,
    range: &Range<'_>,
    facets: &[Option<Facet>],
) -> Result<Vec<(UserPlace, i64)>, StoreError> {
    let (beyond, way) = if range.order.is_descending { ("<", "DESC") } else { (">", "ASC") };
    let (columns, key, number) = match range.order.sort {
        UserSort::Name | UserSort::Keys => {
            ("name_key AS name, CAST(0 AS BIGINT) AS number", "name", "name_key")
        }
        UserSort::Created => ("'' AS name, created_at AS number", "number", "created_at"),
        UserSort::LastUse => ("'' AS name, last_used_at AS number", "number", "last_used_at"),
    };
    let mut name = "";
    let after = match range.after {
        Some(UserPlace::Name(text)) => {
            name = text;
            format!("AND name_key {beyond} $1")
        }
        Some(UserPlace::Created(at, uid) | UserPlace::LastUse(at, uid)) => {
            format!("AND ({number}, uid) {beyond} ({at}, {uid})")
        }
        _ => String::new(),
    };
    let branch = |facet: &Option<Facet>| {
        let facet = facet.map(|facet| format!("AND facet = {}", facet.0)).unwrap_or_default();
        format!(
            "SELECT * FROM (SELECT uid, {columns} FROM user_lines WHERE owner_uin = {} {facet} {after} \
             ORDER BY {number} {way}, uid {way} LIMIT {}) AS part",
            range.owner, range.limit
        )
    };
    let mut text = facets.iter().map(branch).collect::<Vec<_>>().join(" UNION ALL ");
    if facets.len() > 1 {
        text =
            format!("SELECT * FROM ({text}) AS found ORDER BY {key} {way}, uid {way} LIMIT {}", range.limit);
    }
    let query = diesel::sql_query(text);
    let rows: Vec<Line> = match range.after {
        Some(UserPlace::Name(_)) => query.bind::<Text, _>(name).load(conn)?,
        _ => query.load(conn)?,
    };
    let place = |line: Line| match range.order.sort {
        UserSort::Name | UserSort::Keys => (UserPlace::Name(line.name), line.uid),
        UserSort::Created => (UserPlace::Created(line.number, line.uid), line.uid),
        UserSort::LastUse => (UserPlace::LastUse(line.number, line.uid), line.uid),
    };
    Ok(rows.into_iter().map(place).collect())
}

/// Which texts are looked for: one of the beginnings, or all that begin like it.
#[derive(Clone, Copy)]
pub enum Texts<'a> {
    Start(&'a str),
    Term(&'a str),
}

/// A text that was found, with the facet of its user.
#[derive(QueryableByName)]
pub struct Match {
    #[diesel(sql_type = BigInt)]
    pub uid: i64,
    /// The name of the user, or the text that was found.
    #[diesel(sql_type = Text)]
    pub text: String,
    #[diesel(sql_type = SmallInt)]
    pub facet: i16,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    uid: i64,
}

/// The end of the range of texts that begin like this one.
fn end_of(term: &str) -> String {
    format!("{term}{}", char::MAX)
}

/// The users whom some of the texts lead to, in no order and each as often as its texts fit.
pub fn uids(conn: &mut Conn, owner: Uin, texts: Texts<'_>, limit: usize) -> Result<Vec<i64>, StoreError> {
    let rows: Vec<Found> = match texts {
        Texts::Start(start) => diesel::sql_query(format!(
            "SELECT uid FROM user_starts WHERE owner_uin = {owner} AND start = $1 LIMIT {limit}"
        ))
        .bind::<Text, _>(start)
        .load(conn)?,
        Texts::Term(term) => diesel::sql_query(format!(
            "SELECT uid FROM user_terms WHERE owner_uin = {owner} AND term >= $1 AND term < $2 LIMIT {limit}"
        ))
        .bind::<Text, _>(term)
        .bind::<Text, _>(end_of(term))
        .load(conn)?,
    };
    Ok(rows.into_iter().map(|found| found.uid).collect())
}

/// Some of the matches in the order of names, or of the texts themselves.
pub fn matches(conn: &mut Conn, range: &Range<'_>, texts: Texts<'_>) -> Result<Vec<Match>, StoreError> {
    let Range { owner, order, after, limit } = range;
    let (beyond, way) = if order.is_descending { ("<", "DESC") } else { (">", "ASC") };
    // CROSS JOIN keeps SQLite from beginning with the lines.
    match texts {
        Texts::Start(start) => {
            let (name, after) = match after {
                Some(UserPlace::Name(name)) => (name.as_str(), format!("AND t.name_key {beyond} $2")),
                _ => ("", String::new()),
            };
            let query = diesel::sql_query(format!(
                "SELECT t.uid AS uid, t.name_key AS text, l.facet AS facet FROM user_starts t \
                 CROSS JOIN user_lines l WHERE l.uid = t.uid AND t.owner_uin = {owner} AND t.start = $1 {after} \
                 ORDER BY t.name_key {way}, t.uid {way} LIMIT {limit}"
            ));
            let query = query.bind::<Text, _>(start);
            Ok(if after.is_empty() { query.load(conn)? } else { query.bind::<Text, _>(name).load(conn)? })
        }
        Texts::Term(term) => {
            // A place takes the part of one of the ends: with both, SQLite might begin at the other.
            let (mut low, mut high) = (term.to_owned(), end_of(term));
            let (mut from, mut to) = ("t.term >= $1".to_owned(), "t.term < $2".to_owned());
            if let Some(UserPlace::Term(text, uid)) = after {
                let (end, bound) =
                    if order.is_descending { (&mut high, &mut to) } else { (&mut low, &mut from) };
                text.clone_into(end);
                let number = if order.is_descending { 2 } else { 1 };
                *bound = format!("(t.term, t.uid) {beyond} (${number}, {uid})");
            }
            let query = diesel::sql_query(format!(
                "SELECT t.uid AS uid, t.term AS text, l.facet AS facet FROM user_terms t \
                 CROSS JOIN user_lines l WHERE l.uid = t.uid AND t.owner_uin = {owner} AND {from} AND {to} \
                 ORDER BY t.term {way}, t.uid {way} LIMIT {limit}"
            ));
            Ok(query.bind::<Text, _>(low).bind::<Text, _>(high).load(conn)?)
        }
    }
}

#[derive(QueryableByName)]
struct First {
    #[diesel(sql_type = BigInt)]
    uid: i64,
    #[diesel(sql_type = Text)]
    text: String,
}

/// The first of the texts that lead to each of some users.
pub fn first_terms(
    conn: &mut Conn,
    owner: Uin,
    term: &str,
    uids: &[i64],
) -> Result<Vec<(i64, String)>, StoreError> {
    if uids.is_empty() {
        return Ok(Vec::new());
    }
    let list = uids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let rows: Vec<First> = diesel::sql_query(format!(
        "SELECT uid, MIN(term) AS text FROM user_terms WHERE uid IN ({list}) AND owner_uin = {owner} \
         AND term >= $1 AND term < $2 GROUP BY uid"
    ))
    .bind::<Text, _>(term)
    .bind::<Text, _>(end_of(term))
    .load(conn)?;
    Ok(rows.into_iter().map(|first| (first.uid, first.text)).collect())
}
