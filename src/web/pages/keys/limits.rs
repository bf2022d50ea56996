//! The limits of a key: until when, from where and for what it may be used, and who answers for it.

use crate::app::deferred::grant::{Grant, Way};
use crate::app::keys::{self, Place, limits::LimitsPage};
use crate::domain::field::FieldError;
use crate::domain::key_limits::written::WrittenLimits;
use crate::web::answer::{PageResult, render, render_as};
use crate::web::pages::keys::list::{KeyView, Whose, layout};
use crate::web::{
    forms::Form, forms::csrf::Protected, layout::Layout, layout::filters, pages::faults::faults,
    pages::ways::keys_address, visit::Visit,
};
use actix_web::http::StatusCode;
use askama::Template;

#[derive(Template)]
#[template(path = "keys/limits.html")]
struct FormPage {
    page: Layout,
    whose: Whose,
    key: KeyView,
    typed: WrittenLimits,
    errors: Vec<FieldError>,
    may_update: bool,
}

/// The limits as they are, to be changed by whoever may.
pub async fn form(visit: Visit) -> PageResult {
    let found = keys::limits::limits(visit.app(), &visit.person, &visit.key()?).await?;
    let typed = WrittenLimits::of(&found.held.key.limits, "\n");
    render(&page(&visit, found, typed, Vec::new()).await?)
}

/// Sets them, or comes back with what does not fit.
pub async fn save(visit: Visit, Protected(form): Protected) -> PageResult {
    let key = visit.key()?;
    let typed = typed(&form);
    let list = keys_address(key.place);
    let way = Way {
        what: format!("loosen the limits of key {}", key.id.short()),
        back: format!("{list}/{}/limits", key.id),
        next: list,
        text: format!("The limits of key {} are saved and hold from now on.", key.id.short()),
    };
    let uin = match key.place {
        Place::Own => None,
        Place::Of(uin) => Some(uin.0),
    };
    let limits = Box::new(typed.clone());
    let grant = Grant::UpdateKeyLimits { uin, secret_id: key.id.to_string(), limits };
    match visit.grant(grant, way).await {
        Ok(answer) => Ok(answer),
        Err(failure) => {
            let (status, errors): (StatusCode, Vec<FieldError>) = faults(failure)?;
            let found = keys::limits::limits(visit.app(), &visit.person, &key).await?;
            render_as(status, &page(&visit, found, typed, errors).await?)
        }
    }
}

async fn page(
    visit: &Visit,
    found: LimitsPage,
    typed: WrittenLimits,
    errors: Vec<FieldError>,
) -> Result<FormPage, crate::web::error::PageError> {
    let place = visit.place()?;
    let LimitsPage { held, may_update } = found;
    let uses = keys::usage::last_used(visit.app(), vec![held.key.secret_id.clone()]).await?;
    Ok(FormPage {
        page: layout(visit, place),
        whose: Whose::of(visit, place, &held.holder),
        key: KeyView::new(&held.key, &uses, visit.app().clock.now()),
        typed,
        errors,
        may_update,
    })
}

fn typed(form: &Form) -> WrittenLimits {
    let text = |name| form.text(name).to_owned();
    WrittenLimits {
        expires_at: text("expires_at"),
        idle_days: text("idle_days"),
        networks: text("networks"),
        policy: text("policy"),
        purpose: text("purpose"),
        owner: text("owner"),
        review_at: text("review_at"),
    }
}
