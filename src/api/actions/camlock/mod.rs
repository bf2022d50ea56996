//! What is beyond CAM: the service `camlock`.

mod credential_report;
mod overview;
mod quarantine;
mod rotation;
mod webhooks;

use crate::api::action::{Action, Answer, Call, Service, respond};

/// The action with which a key disables itself.
pub const QUARANTINE: &str = "QuarantineKey";

pub const ACTIONS: &[Action] = &[
    reading("GetCredentialReport", |call| respond(credential_report::page(call))),
    reading("GetOverview", |call| respond(overview::overview(call))),
    writing(QUARANTINE, |call| respond(quarantine::quarantine(call))),
    writing("RotateKey", |call| respond(rotation::rotate(call))),
    reading("ListWebhooks", |call| respond(webhooks::list(call))),
    writing("CreateWebhook", |call| respond(webhooks::create(call))),
    writing("UpdateWebhook", |call| respond(webhooks::update(call))),
    writing("DeleteWebhook", |call| respond(webhooks::delete(call))),
    writing("RenewWebhookSecret", |call| respond(webhooks::renew(call))),
    writing("TestWebhook", |call| respond(webhooks::test(call))),
    reading("ListWebhookDeliveries", |call| respond(webhooks::deliveries(call))),
];

const fn reading(name: &'static str, run: fn(Call) -> Answer) -> Action {
    Action { name, service: Service::Camlock, is_mutating: false, run }
}

const fn writing(name: &'static str, run: fn(Call) -> Answer) -> Action {
    Action { name, service: Service::Camlock, is_mutating: true, run }
}
