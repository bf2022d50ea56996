//! The Security tab: how a user signs in, what administrators may do about it, and its deletion.

use crate::app::{deferred::grant::Grant, deferred::grant::Way, users, users::UserDetails};
use crate::domain::claim::Standing;
use crate::domain::{permission::action, user::Uin, user::UserKind};
use crate::web::pages::claims::listed::{ClaimView, claims_of};
use crate::web::pages::users::detail::named_keys;
use crate::web::{
    answer::PageResult, answer::render, error::PageError, forms::csrf::Protected, layout::Layout,
    layout::filters, pages::users::head::UserHead, pages::ways::question, visit::Visit,
};
use askama::Template;

#[derive(Template)]
#[template(path = "users/security.html")]
struct IndexPage {
    page: Layout,
    head: UserHead,
    details: UserDetails,
    /// For who may make them.
    claims: Vec<ClaimView>,
    kind: &'static str,
    /// Whether the person may change how the user signs in.
    manages: bool,
    /// For who may delete the user: the keys that have to go first.
    /// The keys that have to go before the user.
    removal: Option<Vec<String>>,
}

/// How a user signs in.
pub async fn index(visit: Visit) -> PageResult {
    let uin = visit.uin()?;
    let details = users::user(visit.app(), &visit.person, uin).await?;
    let head = UserHead::load(&visit, uin, "security").await?;
    render(&IndexPage {
        page: visit.layout("users"),
        kind: details.user.kind.as_str(),
        manages: !head.is_self && !head.is_root && visit.person.may(action::UPDATE_USER, uin),
        claims: claims_of(&visit, uin).await?,
        removal: removal(&visit, &head).await?,
        details,
        head,
    })
}

/// Nobody deletes the root user or oneself; the others go once their keys are gone.
async fn removal(visit: &Visit, head: &UserHead) -> Result<Option<Vec<String>>, PageError> {
    if head.is_self || head.is_root || !visit.person.may(action::DELETE_USER, head.id) {
        return Ok(None);
    }
    let (_, keys) = users::head::user_to_delete(visit.app(), &visit.person, head.id).await?;
    Ok(Some(named_keys(&visit.person, head.id, keys)))
}

/// Lets the user into the console, or keeps it out.
pub async fn set_console(visit: Visit, Protected(form): Protected) -> PageResult {
    let uin = visit.uin()?;
    let on = match form.text("on") {
        "1" => Some(true),
        "0" => Some(false),
        _ => None,
    };
    visit.person.ensure(action::UPDATE_USER, uin)?;
    let text = if on == Some(true) {
        "Console access is on."
    } else {
        "Console access is off. Its sessions have ended."
    };
    let way = Way {
        what: format!("let the user {uin} into the console"),
        back: address(uin),
        next: address(uin),
        text: text.to_owned(),
    };
    Ok(visit.grant(Grant::SetConsole { uin: uin.0, on }, way).await?)
}

/// Asks for a second-factor check before the password is replaced.
pub async fn reset_password(visit: Visit, _form: Protected) -> PageResult {
    let asked = users::security::ask_password_reset(visit.app(), &visit.person, visit.uin()?).await?;
    Ok(question(&asked))
}

/// Asks for a second-factor check before the user's own factors are removed.
pub async fn reset_mfa(visit: Visit, _form: Protected) -> PageResult {
    let asked = users::security::ask_mfa_reset(visit.app(), &visit.person, visit.uin()?).await?;
    Ok(question(&asked))
}

fn address(uin: Uin) -> String {
    format!("/users/{uin}/security")
}

impl IndexPage {
    fn is_sub_user(&self) -> bool {
        self.details.user.kind == UserKind::SubUser
    }
}
