//! Making a webhook, changing one, and the secret shown once.

use super::list::LIST;
use crate::app::deferred::grant::{Grant, Way};
use crate::app::session::tickets::{OncePage, shown_once};
use crate::app::webhooks::secrets::RENEWED_SECRET;
use crate::app::webhooks::{self, NEW_WEBHOOK};
use crate::domain::notice::Topic;
use crate::domain::webhook::written::WrittenWebhook;
use crate::domain::{field::FieldError, permission::action};
use crate::web::answer::{PageResult, render, render_as, see_other};
use crate::web::{
    forms::Form, forms::csrf::Protected, layout::Layout, layout::filters, layout::flash::Kind,
    pages::faults::faults, query::Query, visit::Visit,
};
use askama::Template;
use zeroize::Zeroizing;

#[derive(Template)]
#[template(path = "webhooks/form.html")]
struct FormPage {
    page: Layout,
    errors: Vec<FieldError>,
    typed: WrittenWebhook,
    /// Of one that is there: its id.
    id: Option<String>,
    /// Every topic, and whether it is ticked.
    choices: Vec<(Topic, bool)>,
    lists: bool,
    allows_private: bool,
}

impl FormPage {
    fn of(visit: &Visit, typed: WrittenWebhook, id: Option<String>) -> Self {
        Self {
            page: visit.layout("webhooks"),
            errors: Vec::new(),
            choices: Topic::ALL.into_iter().map(|topic| (topic, typed.has(topic))).collect(),
            typed,
            id,
            lists: visit.person.may_here(action::LIST_WEBHOOKS),
            allows_private: visit.app().courier.allows_private(),
        }
    }

    fn action(&self) -> String {
        match &self.id {
            None => format!("{LIST}/new"),
            Some(id) => format!("{LIST}/{id}/edit"),
        }
    }

    /// Where *Cancel* leads.
    fn back(&self) -> String {
        match &self.id {
            Some(id) => format!("{LIST}/{id}"),
            None if self.lists => LIST.to_owned(),
            None => "/".to_owned(),
        }
    }
}

#[derive(Template)]
#[template(path = "webhooks/created.html")]
struct CreatedPage {
    page: Layout,
    secret: Zeroizing<String>,
    /// Whether it takes the place of another one.
    is_renewed: bool,
}

fn written(form: &Form) -> WrittenWebhook {
    WrittenWebhook {
        name: form.text("name").trim().to_owned(),
        url: form.text("url").trim().to_owned(),
        topics: form.all("event"),
        is_enabled: form.is_ticked("enabled"),
    }
}

/// The form for a new webhook.
pub async fn new_form(visit: Visit) -> PageResult {
    visit.person.ensure_here(action::CREATE_WEBHOOK)?;
    let topics = Topic::ALL.map(|topic| topic.as_str().to_owned()).to_vec();
    let typed = WrittenWebhook { topics, is_enabled: true, ..WrittenWebhook::default() };
    render(&FormPage::of(&visit, typed, None))
}

/// Makes the webhook, or comes back with what does not fit.
pub async fn create(visit: Visit, Protected(form): Protected) -> PageResult {
    visit.person.ensure_here(action::CREATE_WEBHOOK)?;
    let typed = written(&form);
    let way = Way {
        what: "make a webhook".to_owned(),
        back: format!("{LIST}/new"),
        next: LIST.to_owned(),
        text: String::new(),
    };
    let grant = Grant::CreateWebhook(typed.clone());
    save(&visit, typed, Wish { grant, way, id: None }).await
}

/// The form for a webhook that is there.
pub async fn edit_form(visit: Visit) -> PageResult {
    visit.person.ensure_here(action::UPDATE_WEBHOOK)?;
    let id = visit.part("webhook").to_owned();
    let found = webhooks::webhook(visit.app(), &visit.person, id.clone()).await?;
    render(&FormPage::of(&visit, WrittenWebhook::of(&found.webhook.plan), Some(id)))
}

/// Changes the webhook, or comes back with what does not fit.
pub async fn edit(visit: Visit, Protected(form): Protected) -> PageResult {
    visit.person.ensure_here(action::UPDATE_WEBHOOK)?;
    let id = visit.part("webhook").to_owned();
    let typed = written(&form);
    let way = Way {
        what: format!("change the webhook {}", typed.name),
        back: format!("{LIST}/{id}/edit"),
        next: format!("{LIST}/{id}"),
        text: "The webhook is saved.".to_owned(),
    };
    let grant = Grant::UpdateWebhook { id: id.clone(), written: typed.clone() };
    save(&visit, typed, Wish { grant, way, id: Some(id) }).await
}

/// What a form is to do, and where that leads.
struct Wish {
    grant: Grant,
    way: Way,
    /// Of one that is there.
    id: Option<String>,
}

async fn save(visit: &Visit, typed: WrittenWebhook, wish: Wish) -> PageResult {
    let Wish { grant, way, id } = wish;
    let reachable = match &id {
        None => webhooks::ensure_reachable(visit.app(), &typed).await,
        Some(id) => webhooks::ensure_still_reachable(visit.app(), &visit.person, id.clone(), &typed).await,
    };
    let saved = match reachable {
        Ok(()) => visit.grant(grant, way).await,
        Err(failure) => Err(failure),
    };
    match saved {
        Ok(answer) => Ok(answer),
        Err(failure) => {
            let (status, errors) = faults(failure)?;
            render_as(status, &FormPage { errors, ..FormPage::of(visit, typed, id) })
        }
    }
}

/// The new secret, shown once.
pub async fn created(visit: Visit, query: Query) -> PageResult {
    if let Some(answer) = visit.unopened("GET")? {
        return Ok(answer);
    }
    visit.person.ensure_here(action::CREATE_WEBHOOK)?;
    let page = OncePage { purpose: NEW_WEBHOOK, uid: visit.person.user.uid };
    let shown = shown_once(visit.app(), &visit.person, page, query.text("t").to_owned()).await?;
    let Some(secret) = shown else {
        visit.leave(Kind::Info, "Shown already. Delete the webhook and make another one.");
        return Ok(see_other(LIST));
    };
    render(&CreatedPage { page: visit.layout("webhooks"), secret, is_renewed: false })
}

/// Gives a webhook a new secret, once a code was given.
pub async fn renew(visit: Visit, _form: Protected) -> PageResult {
    visit.person.ensure_here(action::UPDATE_WEBHOOK)?;
    let id = visit.part("webhook").to_owned();
    let way = Way {
        what: "renew the secret of a webhook".to_owned(),
        back: format!("{LIST}/{id}/renew"),
        next: format!("{LIST}/{id}"),
        text: String::new(),
    };
    Ok(visit.grant(Grant::RenewWebhookSecret { id }, way).await?)
}

/// The renewed secret, shown once.
pub async fn renewed(visit: Visit, query: Query) -> PageResult {
    if let Some(answer) = visit.unopened("GET")? {
        return Ok(answer);
    }
    visit.person.ensure_here(action::UPDATE_WEBHOOK)?;
    let page = OncePage { purpose: RENEWED_SECRET, uid: visit.person.user.uid };
    let shown = shown_once(visit.app(), &visit.person, page, query.text("t").to_owned()).await?;
    let Some(secret) = shown else {
        visit.leave(Kind::Info, "Shown already. If it was lost, renew the secret once more.");
        return Ok(see_other(LIST));
    };
    render(&CreatedPage { page: visit.layout("webhooks"), secret, is_renewed: true })
}
