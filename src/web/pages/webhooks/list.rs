//! Webhooks and what became of what was sent to them.

use crate::app::deferred::grant::{Grant, Way};
use crate::app::webhooks::{self, Delivering, trying};
use crate::clock;
use crate::domain::audit::words::Words;
use crate::domain::permission::action;
use crate::domain::webhook::{Delivery, FAILING_SECONDS, MOST_TRIES, State, Webhook, message};
use crate::web::answer::{PageResult, render, see_other};
use crate::web::{
    forms::csrf::Protected, layout::Layout, layout::badge::Badge, layout::filters, layout::flash::Kind,
    visit::Visit,
};
use askama::Template;

pub(super) const LIST: &str = "/settings/webhooks";

#[derive(Template)]
#[template(path = "webhooks/index.html")]
struct IndexPage {
    page: Layout,
    rows: Vec<Webhook>,
    may_create: bool,
}

#[derive(Template)]
#[template(path = "webhooks/webhook.html")]
struct WebhookPage {
    page: Layout,
    webhook: Webhook,
    rows: Vec<Row>,
    may_update: bool,
    may_delete: bool,
    /// Until when something has to arrive, or it is turned off.
    off_at: Option<i64>,
    /// Until when messages are signed with the former secret too.
    former_until: Option<i64>,
}

/// A delivery in the list.
struct Row {
    delivery: Delivery,
    words: String,
    /// The event that it tells of.
    log: Option<String>,
    badge: Badge,
    /// What became of the last try.
    told: String,
}

impl From<Delivery> for Row {
    fn from(delivery: Delivery) -> Self {
        let words = match delivery.event.as_str() {
            message::TEST => "Test".to_owned(),
            event => Words::of(event).map_or_else(|| event.to_owned(), |words| words.done.to_owned()),
        };
        let badge = match delivery.state {
            State::Delivered => Badge::new("ok", "circle-check", "Delivered"),
            State::Waiting if delivery.is_retried() => Badge::new("warn", "clock", "Tried again"),
            State::Waiting => Badge::new("off", "clock", "Waiting"),
            State::GivenUp => Badge::new("bad", "circle-alert", "Failed"),
            State::Dropped => Badge::new("off", "ban", "Dropped"),
        };
        let told = match (delivery.answer, delivery.due_at) {
            (Some(answer), Some(due)) => format!("{}; next at {}", answer.text(), clock::readable(due)),
            (Some(answer), None) => answer.text(),
            (None, _) => String::new(),
        };
        let log = (delivery.seq > 0).then(|| format!("/audit/{}", delivery.seq));
        Self { delivery, words, log, badge, told }
    }
}

/// The webhooks of the account.
pub async fn index(visit: Visit) -> PageResult {
    let rows = webhooks::webhooks(visit.app(), &visit.person).await?;
    render(&IndexPage {
        page: visit.layout("webhooks"),
        rows,
        may_create: visit.person.may_here(action::CREATE_WEBHOOK),
    })
}

/// One webhook, with its newest deliveries.
pub async fn show(visit: Visit) -> PageResult {
    visit.person.ensure_here(action::LIST_WEBHOOKS)?;
    let found = webhooks::webhook(visit.app(), &visit.person, visit.part("webhook").to_owned()).await?;
    let Delivering { webhook, deliveries } = found;
    render(&WebhookPage {
        page: visit.layout("webhooks"),
        off_at: webhook
            .failing_since
            .filter(|_| webhook.plan.is_enabled)
            .map(|since| since + FAILING_SECONDS),
        former_until: webhook.former_until_at(visit.app().clock.now()),
        webhook,
        rows: deliveries.into_iter().map(Row::from).collect(),
        may_update: visit.person.may_here(action::UPDATE_WEBHOOK),
        may_delete: visit.person.may_here(action::DELETE_WEBHOOK),
    })
}

/// Sends a test and says what became of it.
pub async fn test(visit: Visit, _form: Protected) -> PageResult {
    visit.person.ensure_here(action::UPDATE_WEBHOOK)?;
    let id = visit.part("webhook").to_owned();
    let answer = trying::send_test(visit.app(), &visit.person, id.clone()).await?;
    let kind = if answer.is_taken() { Kind::Ok } else { Kind::Warn };
    visit.leave(kind, format!("Test: {}.", answer.text()));
    Ok(see_other(&format!("{LIST}/{id}")))
}

/// Deletes a webhook, once a code was given.
pub async fn delete(visit: Visit, _form: Protected) -> PageResult {
    visit.person.ensure_here(action::DELETE_WEBHOOK)?;
    let id = visit.part("webhook").to_owned();
    let name = webhooks::name_of_webhook(visit.app(), &visit.person, id.clone()).await?;
    let way = Way {
        what: format!("delete the webhook {name}"),
        back: LIST.to_owned(),
        next: LIST.to_owned(),
        text: format!("The webhook {name} is deleted. Nothing more is sent to it."),
    };
    Ok(visit.grant(Grant::DeleteWebhook { id }, way).await?)
}
