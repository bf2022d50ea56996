//! Webhooks, as on their pages.

use crate::api::action::{Call, fields};
use crate::api::error::ApiError;
use crate::api::input::Input;
use crate::app::Failure;
use crate::app::webhooks::programs::{self, ProgramWebhook};
use crate::app::webhooks::{self, Made, trying};
use crate::domain::field::Label;
use crate::domain::permission::action;
use crate::domain::webhook::{Answer, Delivery, Stopped, Webhook};
use serde_json::{Map, Value, json};

/// What a call can name, for the sentence that it is not there.
const WEBHOOK: Label = ("webhook", " Webhook");
/// The code for one webhook more than there can be.
const OVER_LIMIT: &str = "OperationDenied.WebhookOverLimit";

/// All of them: there are never many.
pub(super) async fn list(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&[])?;
    let found = webhooks::webhooks(&call.app, &call.caller).await?;
    let shown: Vec<Value> = found.iter().map(|webhook| Value::Object(shown(webhook, &call))).collect();
    Ok(fields(json!({ "Webhooks": shown })))
}

/// The only answer that has the secret, but for that of a renewal.
pub(super) async fn create(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&["Name", "Url", "Topics", "IsEnabled"])?;
    for name in ["Name", "Url"] {
        call.input.required_text(name)?;
    }
    let made = programs::create_webhook(&call.app, &call.caller, wish(&call.input)?).await;
    let made = made.map_err(|failure| ApiError::from(failure).refused_as(OVER_LIMIT))?;
    Ok(with_secret(&made, &call))
}

/// A new secret; the former one signs too for a day.
pub(super) async fn renew(call: Call) -> Result<Map<String, Value>, ApiError> {
    let id = named(&call.input)?;
    let renewed = programs::renew_webhook_secret(&call.app, &call.caller, id.clone()).await;
    let renewed = renewed.map_err(|failure| not_done(failure, &id))?;
    Ok(with_secret(&renewed, &call))
}

fn with_secret(made: &Made, call: &Call) -> Map<String, Value> {
    let mut told = shown(&made.webhook, call);
    told.insert("Secret".to_owned(), Value::String(made.secret.to_string()));
    fields(json!({ "Webhook": told }))
}

/// What is not named stays.
pub(super) async fn update(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&["WebhookId", "Name", "Url", "Topics", "IsEnabled"])?;
    let (id, wish) = (call.input.required_text("WebhookId")?, wish(&call.input)?);
    let updated = programs::update_webhook(&call.app, &call.caller, id.clone(), wish).await;
    let webhook = updated.map_err(|failure| not_done(failure, &id))?;
    Ok(fields(json!({ "Webhook": shown(&webhook, &call) })))
}

/// It and what waits for it.
pub(super) async fn delete(call: Call) -> Result<Map<String, Value>, ApiError> {
    let id = named(&call.input)?;
    let deleted = programs::delete_webhook(&call.app, &call.caller, id.clone()).await;
    deleted.map_err(|failure| not_done(failure, &id))?;
    Ok(Map::new())
}

/// Sends a message that tells nothing, also to one that is disabled.
pub(super) async fn test(call: Call) -> Result<Map<String, Value>, ApiError> {
    let id = named(&call.input)?;
    let answer = trying::send_test(&call.app, &call.caller, id.clone()).await;
    let answer = answer.map_err(|failure| not_done(failure, &id))?;
    Ok(fields(json!({ "Test": {
        "IsTaken": answer.is_taken(),
        "Result": answer.as_str(),
        "Status": answer.status(),
    } })))
}

/// The newest of one webhook, as its page shows them.
pub(super) async fn deliveries(call: Call) -> Result<Map<String, Value>, ApiError> {
    let id = named(&call.input)?;
    let found = webhooks::webhook(&call.app, &call.caller, id.clone()).await;
    let found = found.map_err(|failure| not_done(failure, &id))?;
    let told: Vec<Value> = found.deliveries.iter().map(|delivery| delivered(delivery, &call)).collect();
    Ok(fields(json!({ "Deliveries": told })))
}

/// A test has no number.
fn delivered(delivery: &Delivery, call: &Call) -> Value {
    let at = |at: Option<i64>| at.map(|at| call.times.iso(at));
    json!({
        "MessageId": delivery.id,
        "Event": delivery.event,
        "Number": (!delivery.is_test()).then_some(delivery.seq),
        "State": delivery.state.as_str(),
        "CreatedAt": call.times.iso(delivery.created_at),
        "Tries": delivery.tries,
        "TriedAt": at(delivery.tried_at),
        "DueAt": at(delivery.due_at),
        "Result": delivery.answer.map(Answer::as_str),
        "Status": delivery.answer.and_then(Answer::status),
    })
}

fn named(input: &Input) -> Result<String, ApiError> {
    input.only(&["WebhookId"])?;
    input.required_text("WebhookId")
}

fn wish(input: &Input) -> Result<ProgramWebhook, ApiError> {
    Ok(ProgramWebhook {
        name: input.filled_text("Name")?,
        url: input.filled_text("Url")?,
        topics: input.list_of_texts("Topics")?.filter(|topics| !topics.is_empty()),
        is_enabled: input.boolean("IsEnabled")?,
    })
}

fn not_done(failure: Failure, id: &str) -> ApiError {
    ApiError::from(failure).not_found_as("ResourceNotFound", WEBHOOK, id)
}

/// What comes after the host of an address is often a secret of the receiver's: it is for those who may change it.
fn shown(webhook: &Webhook, call: &Call) -> Map<String, Value> {
    let (plan, at) = (&webhook.plan, |at: i64| call.times.iso(at));
    let may_change = call.caller.may_here(action::UPDATE_WEBHOOK);
    let url = if may_change { plan.url.to_string() } else { plan.url.origin().ascii_serialization() };
    let last = webhook.last.map(|(_, answer)| answer);
    fields(json!({
        "WebhookId": webhook.id,
        "Name": plan.name,
        "Url": url,
        "Topics": plan.topics.iter().map(|topic| topic.as_str()).collect::<Vec<_>>(),
        "IsEnabled": plan.is_enabled,
        "CreatedAt": at(webhook.created_at),
        "CreatedBy": webhook.created_by,
        "ChangedAt": at(webhook.changed_at),
        "ChangedBy": webhook.changed_by,
        "StoppedFor": webhook.stopped.map(Stopped::as_str),
        "FailingSince": webhook.failing_since.map(at),
        "FormerSecretUntil": webhook.former_until_at(call.app.clock.now()).map(at),
        "LastSentAt": webhook.last.map(|(sent, _)| at(sent)),
        "LastResult": last.map(Answer::as_str),
        "LastStatus": last.and_then(Answer::status),
    }))
}
