//! Enabling, disabling and deleting a key.

use crate::app::keys::history::impacts;
use crate::app::{Failure, keys, keys::HeldKey, keys::Operation, keys::Place, keys::Step};
use crate::domain::{field::FieldError, key::Key, permission::action};
use crate::web::pages::keys::list::{KeyView, Whose, layout};
use crate::web::{
    answer::PageResult, answer::render, answer::render_as, answer::see_other, error::PageError,
    forms::csrf::Protected, layout::Layout, layout::filters, pages::ways::keys_address,
    pages::ways::question, visit::Visit,
};
use actix_web::http::StatusCode;
use askama::Template;

/// Said once a key is tried off.
pub const TRIED_OFF: &str =
    "Off for 10 minutes. Unless somebody changes the key before, it is enabled again by itself.";

#[derive(Template)]
#[template(path = "keys/disable.html")]
struct DisablePage {
    page: Layout,
    whose: Whose,
    key: KeyView,
}

#[derive(Template)]
#[template(path = "keys/delete.html")]
struct DeletePage {
    page: Layout,
    whose: Whose,
    key: KeyView,
    errors: Vec<FieldError>,
    typed: String,
}

#[derive(Template)]
#[template(path = "keys/still_enabled.html")]
struct StillEnabledPage {
    page: Layout,
    whose: Whose,
    key: KeyView,
    may_disable: bool,
}

/// Makes a key usable again and comes back to the list.
pub async fn enable(visit: Visit, _form: Protected) -> PageResult {
    let key = visit.key()?;
    Ok(match keys::enable(visit.app(), &visit.person, &key).await? {
        Step::Done(()) => {
            visit.done(&keys_address(key.place), "Enabled. Requests signed with it are accepted again.")
        }
        Step::Asked(asked) => question(&asked),
    })
}

/// Asks before a key is disabled; the same question as the list's dialog.
pub async fn disable_form(visit: Visit) -> PageResult {
    let (wanted, place) = (visit.key()?, visit.place()?);
    let HeldKey { holder, key } = keys::find(visit.app(), &visit.person, &wanted, Operation::Disable).await?;
    if !key.is_enabled() {
        return Ok(see_other(&keys_address(place)));
    }
    let key = with_impact(&visit, place, &key).await?;
    render(&DisablePage { page: layout(&visit, place), whose: Whose::of(&visit, place, &holder), key })
}

/// Disables a key and comes back to the list.
pub async fn disable(visit: Visit, _form: Protected) -> PageResult {
    let key = visit.key()?;
    keys::disable(visit.app(), &visit.person, &key).await?;
    let text = "Disabled. Requests signed with it are refused from now on.";
    Ok(visit.done(&keys_address(key.place), text))
}

/// Disables a key for a while and comes back to the list.
pub async fn try_off(visit: Visit, _form: Protected) -> PageResult {
    let key = visit.key()?;
    Ok(match keys::trials::try_off(visit.app(), &visit.person, &key).await? {
        Step::Done(()) => visit.done(&keys_address(key.place), TRIED_OFF),
        Step::Asked(asked) => question(&asked),
    })
}

/// The key with what it is used for; without the numbers for whoever may not see its calls.
async fn with_impact(visit: &Visit, place: Place, key: &Key) -> Result<KeyView, PageError> {
    let (app, id) = (visit.app(), vec![key.secret_id.clone()]);
    let impact = impacts(app, &visit.person, place, vec![key.clone()]).await?.pop();
    let mut shown = KeyView::new(key, &keys::usage::last_used(app, id).await?, app.clock.now());
    if let Some(impact) = impact {
        shown.add(impact);
    }
    Ok(shown)
}

/// Asks for the last four characters before a key is deleted.
pub async fn delete_form(visit: Visit) -> PageResult {
    confirm_deletion(&visit, String::new(), Vec::new()).await
}

/// Deletes a disabled key and comes back to the list.
pub async fn delete(visit: Visit, Protected(form): Protected) -> PageResult {
    let key = visit.key()?;
    let typed = form.text("confirm").to_owned();
    match keys::delete(visit.app(), &visit.person, &key, &typed).await {
        Ok(Step::Done(())) => {
            Ok(visit.done(&keys_address(key.place), format!("Key {} is deleted.", key.id.short())))
        }
        Ok(Step::Asked(asked)) => Ok(question(&asked)),
        Err(Failure::Invalid(errors)) => confirm_deletion(&visit, typed, errors).await,
        Err(Failure::Refused(_)) => confirm_deletion(&visit, typed, Vec::new()).await,
        Err(other) => Err(other.into()),
    }
}

/// The question before a deletion; for a key that still works, the way to disable it instead.
async fn confirm_deletion(visit: &Visit, typed: String, errors: Vec<FieldError>) -> PageResult {
    let (app, place) = (visit.app(), visit.place()?);
    let HeldKey { holder, key } = keys::find(app, &visit.person, &visit.key()?, Operation::Delete).await?;
    let (page, whose) = (layout(visit, place), Whose::of(visit, place, &holder));
    let key = with_impact(visit, place, &key).await?;
    if key.enabled {
        let disable = if place == Place::Own { action::DISABLE_OWN_KEY } else { action::DISABLE_KEY };
        let may_disable = visit.person.may(disable, holder.uin);
        return render_as(StatusCode::CONFLICT, &StillEnabledPage { page, whose, key, may_disable });
    }
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    render_as(status, &DeletePage { page, whose, key, errors, typed })
}
