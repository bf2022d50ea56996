//! The page after making a claim link or a sealed delivery: what is to be sent, shown once.

use crate::app::claims::listed;
use crate::app::handing::Handed;
use crate::domain::permission::action;
use crate::web::{
    answer::PageResult, answer::render, answer::see_other, layout::Layout, layout::filters,
    layout::flash::Kind, pages::ways::INVITATION, query::Query, visit::Visit,
};
use askama::Template;

#[derive(Template)]
#[template(path = "claims/handed.html")]
struct HandedPage {
    page: Layout,
    handed: Handed,
    /// The address of a claim link.
    link: Option<zeroize::Zeroizing<String>>,
    lists_users: bool,
}

/// What is to be sent to the user, once.
pub async fn show(visit: Visit, query: Query) -> PageResult {
    if let Some(answer) = visit.unopened("GET")? {
        return Ok(answer);
    }
    let uin = visit.uin()?;
    let shown = listed::handed(visit.app(), &visit.person, uin, query.text("t").to_owned()).await?;
    let Some(handed) = shown else {
        if !query.text(INVITATION).is_empty() {
            visit.leave(Kind::Info, "Shown already. Revoke the invitation, and make another one.");
            return Ok(see_other("/claims"));
        }
        visit.leave(Kind::Info, "Shown already. Revoke the link, or disable the key, and make another one.");
        let address =
            if uin == visit.person.user.uin { "/keys".to_owned() } else { format!("/users/{uin}/security") };
        return Ok(see_other(&address));
    };
    let link = handed.token.as_ref().map(|token| {
        visit
            .context
            .public_url
            .link(&format!("{}?t={token}", if handed.invites { "/invitation" } else { "/claim" }))
    });
    render(&HandedPage {
        page: visit.layout(if handed.next == "/keys" { "keys" } else { "users" }),
        link: link.map(zeroize::Zeroizing::new),
        handed,
        lists_users: visit.person.may_here(action::LIST_USERS),
    })
}
