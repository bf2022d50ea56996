//! Webhooks as programs make, change and delete them, by signed calls.

use crate::app::caller::Caller;
use crate::app::webhooks::{
    Made, delete_webhook_in, ensure_reachable, ensure_still_reachable, make, own, secrets, update_webhook_in,
};
use crate::app::{App, Failure};
use crate::domain::notice::Topic;
use crate::domain::permission::action;
use crate::domain::webhook::Webhook;
use crate::domain::webhook::written::WrittenWebhook;
use crate::store::dialect;

/// What a program wants of a webhook; what is not named stays, or is as the form of a new one proposes.
#[derive(Clone, Debug, Default)]
pub struct ProgramWebhook {
    pub name: Option<String>,
    pub url: Option<String>,
    pub topics: Option<Vec<String>>,
    pub is_enabled: Option<bool>,
}

impl ProgramWebhook {
    fn over(self, before: WrittenWebhook) -> WrittenWebhook {
        WrittenWebhook {
            name: self.name.unwrap_or(before.name),
            url: self.url.unwrap_or(before.url),
            topics: self.topics.unwrap_or(before.topics),
            is_enabled: self.is_enabled.unwrap_or(before.is_enabled),
        }
    }
}

/// Makes a webhook; its secret is in what this gives, and is told nowhere else.
///
/// # Errors
/// Invalid where something does not fit or nothing can be sent to the address; refused where the account has as many as can be.
pub async fn create_webhook(app: &App, caller: &Caller, wish: ProgramWebhook) -> Result<Made, Failure> {
    caller.ensure_here(action::CREATE_WEBHOOK)?;
    let topics = Topic::ALL.map(|topic| topic.as_str().to_owned()).to_vec();
    let written = wish.over(WrittenWebhook { topics, is_enabled: true, ..WrittenWebhook::default() });
    ensure_reachable(app, &written).await?;
    app.change(caller, move |change| make(change, &written)).await
}

/// Changes what is named of a webhook; its secret stays.
///
/// # Errors
/// Not found where the account has no such webhook; invalid as for one that is made.
pub async fn update_webhook(
    app: &App,
    caller: &Caller,
    id: String,
    wish: ProgramWebhook,
) -> Result<Webhook, Failure> {
    caller.ensure_here(action::UPDATE_WEBHOOK)?;
    if wish.url.is_some() {
        let wanted = id.clone();
        let found = app.view(caller, move |view| own(view.conn, view.by.owner(), &wanted)).await?;
        let written = wish.clone().over(WrittenWebhook::of(&found.plan));
        ensure_still_reachable(app, caller, id.clone(), &written).await?;
    }
    app.change(caller, move |change| {
        let owner = change.by.owner();
        dialect::lock_account(change.conn, owner)?;
        let before = own(change.conn, owner, &id)?;
        update_webhook_in(change, &id, &wish.over(WrittenWebhook::of(&before.plan)))
    })
    .await
}

/// Gives a webhook a new secret, which is in what this gives and told nowhere else. The former one signs too for a day.
///
/// # Errors
/// Not found where the account has no such webhook.
pub async fn renew_webhook_secret(app: &App, caller: &Caller, id: String) -> Result<Made, Failure> {
    app.change(caller, move |change| secrets::renew(change, &id)).await
}

/// Deletes a webhook with all that waits for it.
///
/// # Errors
/// Not found where the account has no such webhook.
pub async fn delete_webhook(app: &App, caller: &Caller, id: String) -> Result<(), Failure> {
    app.change(caller, move |change| delete_webhook_in(change, &id)).await
}
