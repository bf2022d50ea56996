//! Webhooks: where an account is told what happened, made, changed and deleted by whoever may.

pub mod outbox;
pub mod programs;
pub mod secrets;
pub mod trying;

use crate::app::caller::Caller;
use crate::app::change::Change;
use crate::app::change::steward::Steward;
use crate::app::factors::ask::own_door;
use crate::app::session::tickets::{NewTicket, SHOWN_ONCE_SECONDS, digest, mint};
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::field::FieldError;
use crate::domain::permission::action;
use crate::domain::user::Uin;
use crate::domain::webhook::written::{NOT_THERE, WrittenWebhook};
use crate::domain::webhook::{Delivery, MAX_WEBHOOKS, Webhook, WebhookPlan, message, spelled};
use crate::store::webhooks::Sealed;
use crate::store::{Conn, dialect, webhook_deliveries, webhooks as kept};
use crate::vault::places;
use url::{Position, Url};
use zeroize::Zeroizing;

/// What the ticket of the page that shows a new secret is for.
pub const NEW_WEBHOOK: &str = "webhook";

/// A webhook and the newest of its deliveries.
pub struct Delivering {
    pub webhook: Webhook,
    pub deliveries: Vec<Delivery>,
}

/// The account's webhooks, in the order in which they were made.
pub async fn webhooks(app: &App, caller: &Caller) -> Result<Vec<Webhook>, Failure> {
    caller.ensure_here(action::LIST_WEBHOOKS)?;
    app.view(caller, |view| Ok(kept::of_account(view.conn, view.by.owner())?)).await
}

/// One webhook of the account, with what became of the newest deliveries.
pub async fn webhook(app: &App, caller: &Caller, id: String) -> Result<Delivering, Failure> {
    caller.ensure_here(action::LIST_WEBHOOKS)?;
    app.view(caller, move |view| {
        let webhook = own(view.conn, view.by.owner(), &id)?;
        let deliveries = webhook_deliveries::newest(view.conn, &id)?;
        Ok(Delivering { webhook, deliveries })
    })
    .await
}

/// The name of a webhook, for whoever is about to delete it.
pub async fn name_of_webhook(app: &App, caller: &Caller, id: String) -> Result<String, Failure> {
    caller.ensure_here(action::DELETE_WEBHOOK)?;
    app.view(caller, move |view| Ok(own(view.conn, view.by.owner(), &id)?.plan.name)).await
}

/// Refuses what does not fit, and an address to which nothing would be sent. It is judged again at each delivery.
pub async fn ensure_reachable(app: &App, written: &WrittenWebhook) -> Result<(), Failure> {
    let plan = written.read(app.courier.allows_private()).map_err(Failure::Invalid)?;
    if app.courier.asked().can_reach(&plan.url).await {
        return Ok(());
    }
    Err(FieldError::new("url", NOT_THERE).into())
}

/// The same for a webhook that is there.
pub async fn ensure_still_reachable(
    app: &App,
    caller: &Caller,
    id: String,
    written: &WrittenWebhook,
) -> Result<(), Failure> {
    caller.ensure_here(action::UPDATE_WEBHOOK)?;
    let before = app.view(caller, move |view| own(view.conn, view.by.owner(), &id)).await?.plan;
    if written.lets_be(&before) { Ok(()) } else { ensure_reachable(app, written).await }
}

pub(super) fn own(conn: &mut Conn, owner: Uin, id: &str) -> Result<Webhook, Failure> {
    let found = kept::find(conn, id)?.filter(|webhook| webhook.owner_uin == owner);
    found.ok_or(Failure::NotFound)
}

/// The same with its sealed secrets.
fn own_sealed(conn: &mut Conn, owner: Uin, id: &str) -> Result<(Webhook, Sealed), Failure> {
    let found = kept::find_sealed(conn, id)?.filter(|(webhook, _)| webhook.owner_uin == owner);
    found.ok_or(Failure::NotFound)
}

/// Makes a webhook. Its secret is sealed in a ticket: only the page right after shows it.
pub(in crate::app) fn create_webhook_in(
    change: &mut Change<'_>,
    written: &WrittenWebhook,
) -> Result<String, Failure> {
    let Made { secret, .. } = make(change, written)?;
    let door = own_door(change.by, NEW_WEBHOOK)?;
    let new = NewTicket { door: &door, shown: Some(&secret), seconds: SHOWN_ONCE_SECONDS };
    mint(change.app, change.conn, &new)
}

/// A webhook that was just made, or whose secret is new.
pub struct Made {
    pub webhook: Webhook,
    /// As a receiver takes it; told now and never again.
    pub secret: Zeroizing<String>,
}

fn make(change: &mut Change<'_>, written: &WrittenWebhook) -> Result<Made, Failure> {
    let plan = permitted(change, action::CREATE_WEBHOOK, written, false)?;
    let owner_uin = change.by.owner();
    dialect::lock_account(change.conn, owner_uin)?;
    let known = kept::of_account(change.conn, owner_uin)?;
    ensure_free(&known, &plan, None)?;
    if known.len() >= MAX_WEBHOOKS {
        return Err(Failure::refused((
            format!("This account has {MAX_WEBHOOKS} webhooks, the most there can be. Delete one first."),
            format!("本账号已有 {MAX_WEBHOOKS} 个 Webhook，已达上限，请先删除一个。"),
        )));
    }
    let (at, by) = (change.app.clock.now(), change.by.user.name.clone());
    let id = change.app.random.alphanumeric(16)?.to_string();
    let secret = secrets::fresh(change.app)?;
    let sealed = change.app.vault.seal(&places::webhook_secret(owner_uin, &id), secret.as_ref())?;
    let webhook = Webhook {
        id,
        owner_uin,
        plan,
        created_at: at,
        created_by: by.clone(),
        changed_at: at,
        changed_by: by,
        stopped: None,
        failing_since: None,
        former_until: None,
        last: None,
    };
    kept::insert(change.conn, &webhook, &sealed)?;
    let plan = &webhook.plan;
    let event = change.event(EventName::CREATE_WEBHOOK).about(&plan.name).fact("url", told(&plan.url));
    event.fact("topics", spelled(&plan.topics)).record(change);
    Ok(Made { webhook, secret: message::spelled_secret(secret.as_ref()) })
}

/// Changes a webhook; its secret stays.
pub(in crate::app) fn update_webhook_in(
    change: &mut Change<'_>,
    id: &str,
    written: &WrittenWebhook,
) -> Result<Webhook, Failure> {
    change.by.ensure_here(action::UPDATE_WEBHOOK)?;
    let owner = change.by.owner();
    dialect::lock_account(change.conn, owner)?;
    let known = kept::of_account(change.conn, owner)?;
    let before = known.iter().find(|one| one.id == id).cloned().ok_or(Failure::NotFound)?;
    let plan = permitted(change, action::UPDATE_WEBHOOK, written, written.lets_be(&before.plan))?;
    ensure_free(&known, &plan, Some(id))?;
    let (changed_at, changed_by) = (change.app.clock.now(), change.by.user.name.clone());
    let after = Webhook { changed_at, changed_by, ..before.clone().with(plan) };
    kept::update(change.conn, &after)?;
    if !after.plan.is_enabled {
        webhook_deliveries::drop_waiting(change.conn, id)?;
    }
    let (old, new) = (before.plan, &after.plan);
    let changed = [
        ("name", old.name.as_str().into(), new.name.as_str().into()),
        ("url", told(&old.url).into(), told(&new.url).into()),
        ("topics", spelled(&old.topics).into(), spelled(&new.topics).into()),
        ("enabled", old.is_enabled.into(), new.is_enabled.into()),
    ];
    change.event(EventName::UPDATE_WEBHOOK).about(&new.name).changed(changed).record(change);
    Ok(after)
}

/// An address for the log. What comes after the host is often a secret of the receiver's, so the log has its digest.
fn told(url: &Url) -> String {
    let (origin, after) = (url.origin().ascii_serialization(), &url[Position::BeforePath..]);
    if after == "/" {
        return origin;
    }
    let short: String = digest(after).chars().take(8).collect();
    format!("{origin}/… ({short})")
}

/// Deletes a webhook with all that waits for it.
pub(in crate::app) fn delete_webhook_in(change: &mut Change<'_>, id: &str) -> Result<(), Failure> {
    change.by.ensure_here(action::DELETE_WEBHOOK)?;
    let owner = change.by.owner();
    let webhook = own(change.conn, owner, id)?;
    change.by.ensure_asked(change.app, action::DELETE_WEBHOOK)?;
    if !kept::delete(change.conn, owner, id)? {
        return Err(Failure::NotFound);
    }
    webhook_deliveries::delete_all(change.conn, id)?;
    change.event(EventName::DELETE_WEBHOOK).about(&webhook.plan.name).record(change);
    Ok(())
}

/// What is written, once it is clear that it may be done; a code is asked for last.
fn permitted(
    change: &Change<'_>,
    action: &'static str,
    written: &WrittenWebhook,
    is_let_be: bool,
) -> Result<WebhookPlan, Failure> {
    change.by.ensure_here(action)?;
    let allows_private = is_let_be || change.app.courier.allows_private();
    let plan = written.read(allows_private).map_err(Failure::Invalid)?;
    change.by.ensure_asked(change.app, action)?;
    Ok(plan)
}

fn ensure_free(known: &[Webhook], plan: &WebhookPlan, own: Option<&str>) -> Result<(), Failure> {
    let is_taken = |webhook: &Webhook| webhook.plan.name == plan.name && Some(webhook.id.as_str()) != own;
    if known.iter().any(is_taken) {
        let told = ("Another webhook of this account has this name.", "本账号中已有同名的 Webhook。");
        return Err(FieldError::new("name", told).into());
    }
    Ok(())
}
