//! The rotations of the account that are under way.

use crate::app::keys::Place;
use crate::app::keys::rotations::{Listed, rotations};
use crate::domain::rotation::{After, Standing, Step};
use crate::web::answer::{PageResult, render};
use crate::web::{
    layout::Layout, layout::badge::Badge, layout::filters, pages::ways::keys_address, query::Query,
    visit::Visit,
};
use askama::Template;

#[derive(Template)]
#[template(path = "keys/rotations.html")]
struct ListPage {
    page: Layout,
    rows: Vec<Row>,
    range: String,
    first: Option<String>,
    next: Option<String>,
}

/// A line of the list.
struct Row {
    href: String,
    name: String,
    old: String,
    new: String,
    started_at: i64,
    started_by: String,
    badge: Badge,
    /// When the next step is due, in unix seconds.
    due_at: Option<i64>,
    finishes: bool,
    old_calls: i64,
    new_calls: i64,
}

impl Row {
    fn of(listed: Listed, now: i64) -> Self {
        let Listed { rotation, holder, standing, calls } = listed;
        let is_ready = standing.is_some_and(|standing| standing.is_ready_at(now));
        let waits = standing.filter(|standing| standing.hold.is_none() && !is_ready);
        Self {
            href: format!("{}/{}/replace", keys_address(Place::Of(holder.uin)), rotation.old),
            name: holder.name,
            old: rotation.old.short(),
            new: rotation.new.short(),
            started_at: rotation.started_at,
            started_by: rotation.started_by,
            badge: badge(standing, is_ready),
            due_at: waits.map(|standing| standing.due_at),
            finishes: rotation.plan.finishes,
            old_calls: calls.0,
            new_calls: calls.1,
        }
    }
}

fn badge(standing: Option<Standing>, is_ready: bool) -> Badge {
    match standing {
        None => Badge::new("off", "clock", "Ending"),
        Some(standing) if standing.hold.is_some() => Badge::new("warn", "triangle-alert", "On hold"),
        Some(standing) if is_ready && standing.step == Step::Watch => {
            Badge::new("warn", "clock", "Disable now")
        }
        Some(_) if is_ready => Badge::new("warn", "clock", "Delete now"),
        Some(standing) if standing.step == Step::Watch => Badge::new("ok", "eye", "Watched"),
        Some(_) => Badge::new("off", "ban", "Old disabled"),
    }
}

/// The rotations under way, those that began first.
pub async fn index(visit: Visit, query: Query) -> PageResult {
    let after = query.after(After::parse)?;
    let is_first = after.is_none();
    let found = rotations(visit.app(), &visit.person, after).await?;
    let now = visit.app().clock.now();
    let rows: Vec<Row> = found.rows.into_iter().map(|listed| Row::of(listed, now)).collect();
    let next = found.next.map(|after| format!("/rotations?after={}", after.text()));
    render(&ListPage {
        page: visit.layout("rotations"),
        range: format!("{} on this page", rows.len()),
        rows,
        first: (!is_first).then(|| "/rotations".to_owned()),
        next,
    })
}
