//! What is beyond CAM: the service `camlock`.

mod credential_report;

use crate::api::action::{Action, Service, respond};

pub const ACTIONS: &[Action] = &[Action {
    name: "GetCredentialReport",
    service: Service::Camlock,
    is_mutating: false,
    run: |call| respond(credential_report::page(call)),
}];
