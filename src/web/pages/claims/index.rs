//! All claim links of the account.

use super::invitation::InvitationView;
use super::listed::ClaimView;
use crate::app::claims::listed::{self, Held};
use crate::app::users::invitations::invitations_of;
use crate::domain::claim::ClaimPlace;
use crate::domain::user::Uin;
use crate::web::answer::{PageResult, render};
use crate::web::{forms::csrf::Protected, layout::Layout, layout::filters, query::Query, visit::Visit};
use askama::Template;

const PAGE: &str = "/claims";

#[derive(Template)]
#[template(path = "claims/index.html")]
struct IndexPage {
    page: Layout,
    /// On the first page.
    invitations: Vec<InvitationView>,
    rows: Vec<Row>,
    range: String,
    first: Option<String>,
    next: Option<String>,
}

struct Row {
    uin: Uin,
    name: String,
    claim: ClaimView,
}

/// The claim links of the account, the newest first.
pub async fn index(visit: Visit, query: Query) -> PageResult {
    let after = query.after(ClaimPlace::parse)?;
    let is_first = after.is_none();
    let found = listed::claims(visit.app(), &visit.person, after).await?;
    let now = visit.app().clock.now();
    let invitations = if is_first {
        let found = invitations_of(visit.app(), &visit.person).await?;
        found.into_iter().map(|invitation| InvitationView::of(invitation, now)).collect()
    } else {
        Vec::new()
    };
    let row = |Held { holder, claim }: Held| Row {
        uin: holder.uin,
        name: holder.name,
        claim: ClaimView::of(claim, now),
    };
    let rows: Vec<Row> = found.rows.into_iter().map(row).collect();
    render(&IndexPage {
        page: visit.layout("users"),
        invitations,
        range: format!("{} on this page", rows.len()),
        rows,
        first: (!is_first).then(|| PAGE.to_owned()),
        next: found.next.map(|place| format!("{PAGE}?after={}", place.text())),
    })
}

/// Ends a claim link; that never waits for a code.
pub async fn revoke(visit: Visit, _form: Protected) -> PageResult {
    listed::revoke_found(visit.app(), &visit.person, visit.part("claim").to_owned()).await?;
    Ok(visit.done(PAGE, super::listed::REVOKED))
}
