//! One try of one message, and a test that somebody asks for.

use crate::app::caller::Caller;
use crate::app::change::told::new_id;
use crate::app::webhooks::own;
use crate::app::{App, Failure};
use crate::courier::Letter;
use crate::domain::audit::EventName;
use crate::domain::permission::action;
use crate::domain::webhook::message::{self, Stamp};
use crate::domain::webhook::{Answer, Delivery, State, Webhook};
use crate::store::webhooks::LastTry;
use crate::store::{webhook_deliveries, webhooks};
use crate::vault::places;

/// Sends a message once, signed for this moment.
pub(super) async fn try_once(app: &App, webhook: &Webhook, sealed: &[u8], delivery: &Delivery) -> Answer {
    let place = places::webhook_secret(webhook.owner_uin, &webhook.id);
    let secret = match app.vault.open(&place, sealed) {
        Ok(secret) => secret,
        Err(error) => {
            tracing::error!(%error, webhook = %webhook.id, "the secret of a webhook does not open");
            return Answer::NoConnection;
        }
    };
    let stamp = Stamp { id: &delivery.id, at: app.clock.now() };
    let headers = [
        ("webhook-id", delivery.id.clone()),
        ("webhook-timestamp", stamp.at.to_string()),
        ("webhook-signature", message::signature(&secret, stamp, &delivery.body)),
    ];
    app.courier.carry(Letter { url: &webhook.plan.url, headers, body: delivery.body.clone() }).await
}

/// Sends a test to a webhook, on or off, and waits for what becomes of it. It is not tried again.
pub async fn send_test(app: &App, caller: &Caller, id: String) -> Result<Answer, Failure> {
    caller.ensure_here(action::UPDATE_WEBHOOK)?;
    let wanted = id.clone();
    let (webhook, sealed) = app
        .view(caller, move |view| {
            let found = webhooks::find_sealed(view.conn, &wanted)?;
            let own = found.filter(|(webhook, _)| webhook.owner_uin == view.by.owner());
            own.ok_or(Failure::NotFound)
        })
        .await?;
    let at = app.clock.now();
    let account = webhook.owner_uin.to_string();
    let mut delivery = Delivery {
        id: new_id(app)?,
        webhook_id: id,
        seq: 0,
        event: message::TEST.to_owned(),
        body: message::test_body(&account, &webhook.plan.name, at),
        created_at: at,
        state: State::GivenUp,
        due_at: None,
        tries: 1,
        tried_at: Some(at),
        answer: None,
    };
    let asked = App { courier: app.courier.asked(), ..app.clone() };
    let answer = try_once(&asked, &webhook, &sealed, &delivery).await;
    delivery.answer = Some(answer);
    if answer.is_taken() {
        delivery.state = State::Delivered;
    }
    app.change(caller, move |change| {
        let webhook = own(change.conn, change.by.owner(), &delivery.webhook_id)?;
        if answer.is_taken() && webhook.plan.is_enabled {
            let last = LastTry { at, answer, failing_since: None };
            webhooks::note(change.conn, &webhook.id, last)?;
        }
        webhook_deliveries::insert(change.conn, &[delivery])?;
        let event = change.event(EventName::TEST_WEBHOOK).about(&webhook.plan.name);
        event.fact("answer", answer.text()).record(change);
        Ok(answer)
    })
    .await
}
