//! Which account to act in, for people who work in more than one.

use crate::domain::{user::Uin, user::User};
use crate::web::{
    answer::PageResult, answer::render, answer::see_other, caller::AnyPerson, error::PageError,
    forms::csrf::Protected, layout::Layout, layout::filters, session, visit::Visit,
};
use askama::Template;

struct AccountChoice {
    user: User,
    account_name: String,
    is_current: bool,
}

#[derive(Template)]
#[template(path = "sign_in/identity.html")]
struct IdentityPage {
    page: Layout,
    choices: Vec<AccountChoice>,
}

/// The accounts that the person can act in.
pub async fn form(visit: Visit<AnyPerson>) -> PageResult {
    let found = crate::app::session::identities(visit.app(), &visit.person).await?;
    let choices = found
        .into_iter()
        .filter(|(user, _)| user.console_login)
        .map(|(user, account_name)| AccountChoice {
            is_current: user.uid == visit.person.user.uid,
            user,
            account_name,
        })
        .collect();
    render(&IdentityPage { page: visit.layout(""), choices })
}

/// Acts in the chosen account from now on.
pub async fn switch(visit: Visit<AnyPerson>, Protected(form): Protected) -> PageResult {
    let owner = Uin::parse(form.text("owner_uin")).map_err(|_| PageError::NotFound)?;
    let wanted = session::wanted(&visit.session);
    if owner != visit.person.owner() {
        let key = crate::app::session::switch_identity(visit.app(), &visit.person, owner).await?;
        session::continue_as(&visit.session, &key)?;
    }
    Ok(see_other(wanted.as_deref().unwrap_or("/")))
}
