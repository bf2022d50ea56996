//! One try of one message, and a test that somebody asks for.

use crate::app::caller::Caller;
use crate::app::change::told::new_id;
use crate::app::change::{Change, Outsider};
use crate::app::webhooks::outbox::LEASE;
use crate::app::webhooks::{own_sealed, secrets};
use crate::app::{App, Failure};
use crate::courier::Letter;
use crate::domain::audit::EventName;
use crate::domain::permission::action;
use crate::domain::webhook::message::{self, Stamp};
use crate::domain::webhook::{Answer, Delivery, State, Webhook};
use crate::store::webhooks::{LastTry, Sealed};
use crate::store::{webhook_deliveries, webhooks};

/// Sends a message once, signed for this moment.
pub(super) async fn try_once(app: &App, webhook: &Webhook, sealed: &Sealed, delivery: &Delivery) -> Answer {
    let secrets = match secrets::signing(app, webhook, sealed) {
        Ok(secrets) => secrets,
        Err(error) => {
            tracing::error!(%error, webhook = %webhook.id, "the secret of a webhook does not open");
            return Answer::NoConnection;
        }
    };
    let stamp = Stamp { id: &delivery.id, at: app.clock.now() };
    let headers = [
        ("webhook-id", delivery.id.clone()),
        ("webhook-timestamp", stamp.at.to_string()),
        ("webhook-signature", message::signatures(&secrets, stamp, &delivery.body)),
    ];
    app.courier.carry(Letter { url: &webhook.plan.url, headers, body: delivery.body.clone() }).await
}

/// Sends a test to a webhook, on or off, and waits for what becomes of it. It is not tried again.
///
/// It is written down before it is sent, in the transaction that uses up what the caller's change is good for, so a copy of the
/// same call sends nothing, on this node or another.
pub async fn send_test(app: &App, caller: &Caller, id: String) -> Result<Answer, Failure> {
    caller.ensure_here(action::UPDATE_WEBHOOK)?;
    let Test { webhook, sealed, delivery } =
        app.change(caller, move |change| written_down(change, id)).await?;
    let asked = App { courier: app.courier.asked(), ..app.clone() };
    let answer = try_once(&asked, &webhook, &sealed, &delivery).await;
    app.change_again(&Outsider, move |change| settle(change, &delivery, answer)).await?;
    Ok(answer)
}

/// A test that is about to be sent.
struct Test {
    webhook: Webhook,
    sealed: Sealed,
    delivery: Delivery,
}

/// Where this server ends before it is sent and settled, another one sends it like any message, once.
fn written_down(change: &mut Change<'_>, id: String) -> Result<Test, Failure> {
    let (webhook, sealed) = own_sealed(change.conn, change.by.owner(), &id)?;
    let at = change.app.clock.now();
    let account = webhook.owner_uin.to_string();
    let delivery = Delivery {
        id: new_id(change.app)?,
        webhook_id: id,
        seq: 0,
        event: message::TEST.to_owned(),
        body: message::test_body(&account, &webhook.plan.name, at),
        created_at: at,
        state: State::Waiting,
        due_at: Some(at + LEASE),
        tries: 1,
        tried_at: Some(at),
        answer: None,
    };
    webhook_deliveries::insert(change.conn, std::slice::from_ref(&delivery))?;
    let event = change.event(EventName::TEST_WEBHOOK).about(&webhook.plan.name);
    event.fact("message", delivery.id.as_str()).record(change);
    Ok(Test { webhook, sealed, delivery })
}

fn settle(change: &mut Change<'_, Outsider>, delivery: &Delivery, answer: Answer) -> Result<(), Failure> {
    // It may have been changed or deleted meanwhile.
    let found = webhooks::find(change.conn, &delivery.webhook_id)?;
    if answer.is_taken() && found.is_some_and(|webhook| webhook.plan.is_enabled) {
        let last = LastTry { at: delivery.created_at, answer, failing_since: None };
        webhooks::note(change.conn, &delivery.webhook_id, last)?;
    }
    Ok(webhook_deliveries::settle(change.conn, &delivery.id, answer, None)?)
}
