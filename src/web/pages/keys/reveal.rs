//! The two pages that show a SecretKey, each once per ticket.

use crate::app::{Failure, keys, keys::Place, keys::Step, keys::reveal::Shown};
use crate::domain::{account::SecretReveal, secret::SecretKey};
use crate::http::request::request_id;
use crate::web::answer::{PageResult, render, render_as, see_other};
use crate::web::pages::keys::list::{KeyView, Whose, layout};
use crate::web::{
    caller::Person, forms::csrf::Protected, layout::Layout, layout::filters, layout::flash::Kind,
    pages::ways::keys_address, pages::ways::question, query::Query, visit::Visit,
};
use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;

#[derive(Template)]
#[template(path = "keys/secret.html")]
struct SecretPage {
    page: Layout,
    whose: Whose,
    key: KeyView,
    secret: SecretKey,
}

#[derive(Template)]
#[template(path = "keys/created.html")]
struct CreatedPage {
    page: Layout,
    whose: Whose,
    key: KeyView,
    secret: SecretKey,
}

#[derive(Template)]
#[template(path = "keys/unreadable.html")]
struct UnreadablePage {
    page: Layout,
    list: String,
    request_id: String,
}

/// Wishes to see a SecretKey: on to the question, or to the secret where an earlier check still serves.
pub async fn ask(visit: Visit, _form: Protected) -> PageResult {
    let key = visit.key()?;
    Ok(match keys::reveal::ask_secret(visit.app(), &visit.person, &key).await? {
        Step::Done(ticket) => see_other(&format!("{}/{}/secret?t={ticket}", keys_address(key.place), key.id)),
        Step::Asked(asked) => question(&asked),
    })
}

/// Shows a stored SecretKey for a ticket, and never twice for the same one.
pub async fn show(visit: Visit, query: Query) -> PageResult {
    if let Some(answer) = visit.unopened("GET")? {
        return Ok(answer);
    }
    let (key, place, ticket) = (visit.key()?, visit.place()?, query.text("t").to_owned());
    match keys::reveal::show_secret(visit.app(), &visit.person, &key, ticket).await {
        Ok(Some(Shown { holder, key, secret })) => {
            let key = KeyView::new(&key, &[], visit.app().clock.now());
            render(&SecretPage {
                page: layout(&visit, place),
                whose: Whose::of(&visit, place, &holder),
                key,
                secret,
            })
        }
        Ok(None) => Ok(back(&visit, place, "Hidden again. Show asks for a new code.")),
        Err(failure @ (Failure::Vault(_) | Failure::Corrupt(_))) => {
            tracing::error!(error = %failure, "a stored SecretKey could not be opened");
            unreadable(&visit, place)
        }
        Err(other) => Err(other.into()),
    }
}

/// Shows the pair that was just created, where the account shows a SecretKey once.
pub async fn created(visit: Visit, query: Query) -> PageResult {
    if let Some(answer) = visit.unopened("GET")? {
        return Ok(answer);
    }
    let (key, place, ticket) = (visit.key()?, visit.place()?, query.text("t").to_owned());
    match keys::reveal::show_created(visit.app(), &visit.person, &key, ticket).await? {
        Some(Shown { holder, key, secret }) => {
            let key = KeyView::new(&key, &[], visit.app().clock.now());
            render(&CreatedPage {
                page: layout(&visit, place),
                whose: Whose::of(&visit, place, &holder),
                key,
                secret,
            })
        }
        None => Ok(back(&visit, place, shown_before(&visit.person))),
    }
}

fn shown_before(person: &Person) -> &'static str {
    match person.account.settings.secret_reveal {
        SecretReveal::Once => "Shown already. This SecretKey cannot be shown again.",
        SecretReveal::StepUp => "Shown already. Show displays it again after verification.",
    }
}

/// To the list, without the secret.
fn back(visit: &Visit, place: Place, text: &'static str) -> HttpResponse {
    visit.leave(Kind::Info, text);
    see_other(&keys_address(place))
}

fn unreadable(visit: &Visit, place: Place) -> PageResult {
    let page = UnreadablePage {
        page: layout(visit, place),
        list: keys_address(place),
        request_id: request_id(&visit.request),
    };
    render_as(StatusCode::INTERNAL_SERVER_ERROR, &page)
}
