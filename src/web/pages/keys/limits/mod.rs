//! The limits of a key: until when, from where and for what it may be used, and who answers for it.

pub mod create;
mod effect;
pub mod form;

use crate::app::deferred::grant::{Grant, Way};
use crate::app::keys::{self, KeyRef, Place, limits::LimitsPage};
use crate::app::policies::key_effect::key_effect;
use crate::domain::field::FieldError;
use crate::domain::key_hours::KEPT_DAYS;
use crate::domain::key_limits::written::WrittenLimits;
use crate::web::answer::{PageResult, render, render_as};
use crate::web::pages::keys::limits::effect::{EffectView, Told};
use crate::web::pages::keys::list::{KeyView, Whose, layout};
use crate::web::{
    forms::csrf::Protected, layout::Layout, layout::filters, pages::faults::faults,
    pages::ways::keys_address, visit::Visit,
};
use actix_web::http::StatusCode;
use askama::Template;

/// Said where setting a limit ends the trial of a key.
const STAYS_OFF: &str = "That ends the trial: the key stays disabled.";

#[derive(Template)]
#[template(path = "keys/limits.html")]
struct FormPage {
    page: Layout,
    whose: Whose,
    key: KeyView,
    typed: WrittenLimits,
    errors: Vec<FieldError>,
    may_update: bool,
    /// The longest time for a key of this account, in days; 0: none.
    max_days: i64,
    /// What it would mean, once that was asked for.
    effect: Option<EffectView>,
    /// Whether saving what is typed leaves a key disabled that is only tried off.
    ends_trial: bool,
}

impl FormPage {
    /// The sentence under a field.
    fn told(&self, field: &str) -> Option<&Told> {
        let effect = self.effect.as_ref()?;
        match field {
            "expires_at" => effect.expires_at.as_ref(),
            "idle_days" => effect.idle_days.as_ref(),
            "networks" => effect.networks.as_ref(),
            _ => effect.policy.as_ref(),
        }
    }
}

/// The limits as they are, to be changed by whoever may.
pub async fn index(visit: Visit) -> PageResult {
    let found = keys::limits::limits(visit.app(), &visit.person, &visit.key()?).await?;
    let typed = WrittenLimits::of(&found.held.key.limits, "\n");
    render(&page(&visit, found, typed, Vec::new()).await?)
}

/// Sets them, or comes back with what does not fit. Where only the effect is asked for, nothing is set.
pub async fn save(visit: Visit, Protected(sent): Protected) -> PageResult {
    let key = visit.key()?;
    let typed = form::typed(&sent);
    if sent.has("check") {
        return check(&visit, &key, typed).await;
    }
    let (list, id) = (keys_address(key.place), key.id.short());
    // What does not fit is told where it is saved.
    let effect = key_effect(visit.app(), &visit.person, &key, typed.clone()).await.ok().flatten();
    let mut losses = effect.map(|effect| EffectView::of(Some(&effect)).losses()).unwrap_or_default();
    let (found, now) =
        (keys::limits::limits(visit.app(), &visit.person, &key).await, visit.app().clock.now());
    if found.is_ok_and(|found| found.is_end_of_trial(&typed, now)) {
        losses = if losses.is_empty() { STAYS_OFF.to_owned() } else { format!("{STAYS_OFF} {losses}") };
    }
    let way = Way {
        what: if losses.is_empty() {
            format!("loosen the limits of key {id}")
        } else {
            format!("change the limits of key {id}. {}", losses.trim_end_matches('.'))
        },
        back: format!("{list}/{}/limits", key.id),
        next: list,
        text: format!("The limits of key {id} are saved and hold from now on. {losses}")
            .trim_end()
            .to_owned(),
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

/// The form as it was filled in, with what it would mean.
async fn check(visit: &Visit, key: &KeyRef, typed: WrittenLimits) -> PageResult {
    let (status, effect, errors) = match key_effect(visit.app(), &visit.person, key, typed.clone()).await {
        Ok(effect) => (StatusCode::OK, Some(EffectView::of(effect.as_ref())), Vec::new()),
        Err(failure) => {
            let (status, errors) = faults(failure)?;
            (status, None, errors)
        }
    };
    let found = keys::limits::limits(visit.app(), &visit.person, key).await?;
    let page = page(visit, found, typed, errors).await?;
    render_as(status, &FormPage { effect, ..page })
}

async fn page(
    visit: &Visit,
    found: LimitsPage,
    typed: WrittenLimits,
    errors: Vec<FieldError>,
) -> Result<FormPage, crate::web::error::PageError> {
    let place = visit.place()?;
    let now = visit.app().clock.now();
    let ends_trial = found.is_end_of_trial(&typed, now);
    let LimitsPage { held, may_update, trial } = found;
    let uses = keys::usage::last_used(visit.app(), vec![held.key.secret_id.clone()]).await?;
    Ok(FormPage {
        page: layout(visit, place),
        whose: Whose::of(visit, place, &held.holder),
        key: KeyView::new(&held.key, &uses, now).with_trial(trial.as_slice(), now),
        ends_trial,
        typed,
        errors,
        may_update,
        max_days: visit.person.account.settings.key_expiry.max_days,
        effect: None,
    })
}
