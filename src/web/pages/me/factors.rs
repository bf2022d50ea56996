//! Removing authenticator apps, and the recovery codes that come with them.

use crate::app::{factors::devices::RECOVERY_CODES, me, session, session::tickets::OncePage};
use crate::web::answer::{PageResult, render, see_other};
use crate::web::{
    caller::AnyPerson, forms::csrf::Protected, layout::Layout, layout::filters, layout::flash::Kind,
    pages::me::mfa::question_id, pages::ways::question, query::Query, visit::Visit,
};
use askama::Template;
use zeroize::Zeroizing;

#[derive(Template)]
#[template(path = "me/recovery.html")]
struct RecoveryPage {
    page: Layout,
    codes: Zeroizing<String>,
    next: String,
    is_asked: bool,
}

/// Asks for the step-up that removes an app.
pub async fn remove(visit: Visit, _form: Protected) -> PageResult {
    let device = visit.part("device").to_owned();
    let asked = me::ask_device_removal(visit.app(), &visit.person, device).await?;
    Ok(question(&asked))
}

/// Shows new recovery codes, once.
pub async fn recovery(visit: Visit<AnyPerson>, query: Query) -> PageResult {
    if let Some(answer) = visit.unopened("GET, POST")? {
        return Ok(answer);
    }
    let Some(ticket) = query.find("t") else { return Ok(see_other("/me/security")) };
    let shown = session::tickets::shown_once(
        visit.app(),
        &visit.person,
        OncePage { purpose: RECOVERY_CODES, uid: visit.person.user.uid },
        ticket.to_owned(),
    );
    let Some(codes) = shown.await? else {
        let text = "The codes were shown already. Replace them to get new ones.";
        visit.leave(Kind::Info, text);
        return Ok(see_other("/me/security"));
    };
    let then = question_id(query.text("then"));
    render(&RecoveryPage {
        page: visit.layout("me"),
        codes,
        next: if then.is_empty() { "/me/security".to_owned() } else { format!("/verify?c={then}") },
        is_asked: !then.is_empty(),
    })
}

/// Asks for the step-up that replaces the recovery codes.
pub async fn replace_recovery(visit: Visit, _form: Protected) -> PageResult {
    let asked = me::ask_recovery_codes(visit.app(), &visit.person).await?;
    Ok(question(&asked))
}
