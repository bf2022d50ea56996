//! What is beyond CAM: the service `camlock`.

mod credential_report;
mod overview;
mod quarantine;
mod rotation;

use crate::api::action::{Action, Service, respond};

pub const ACTIONS: &[Action] = &[
    Action {
        name: "GetCredentialReport",
        service: Service::Camlock,
        is_mutating: false,
        run: |call| respond(credential_report::page(call)),
    },
    Action {
        name: "GetOverview",
        service: Service::Camlock,
        is_mutating: false,
        run: |call| respond(overview::overview(call)),
    },
    Action {
        name: "QuarantineKey",
        service: Service::Camlock,
        is_mutating: true,
        run: |call| respond(quarantine::quarantine(call)),
    },
    Action {
        name: "RotateKey",
        service: Service::Camlock,
        is_mutating: true,
        run: |call| respond(rotation::rotate(call)),
    },
];
