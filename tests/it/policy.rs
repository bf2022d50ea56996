//! The policy language: what documents mean for requests.

mod actions;
mod check;
mod check_conditions;
mod check_text;
mod conditions;
mod decisions;
mod model;
mod operators;
mod presets;
mod properties;
mod published;
mod resources;
mod stored;
mod wildcards;

use camlock::domain::policy::{Attached, Context, Decision, Grants, Policy, Principal, Request};

/// The identity every test asks for: sub-user 200 of account 100.
const CALLER: Principal = Principal { uin: 200, owner_uin: 100, app_id: 1250 };

/// The resource a test asks for unless it says otherwise.
const USER: &str = "qcs::cam::uin/100:uin/300";

fn request<'a>(action: &'a str, resource: &'a str, context: &'a Context) -> Request<'a> {
    Request { action, resource, context, caller: &CALLER, operation_level: false }
}

/// A document of one statement, given by its elements.
fn document(statement: &str) -> String {
    format!(r#"{{"version":"2.0","statement":[{{{statement}}}]}}"#)
}

/// A document that must pass the strict check.
fn sound(document: &str) -> Policy {
    Policy::check(document).unwrap_or_else(|problems| panic!("{document}: {problems:?}"))
}

fn decide(policies: &[&Policy], request: &Request<'_>) -> Decision {
    decide_within(policies, &[], request)
}

fn decide_within(policies: &[&Policy], boundaries: &[&Policy], request: &Request<'_>) -> Decision {
    let attached: Vec<_> = policies.iter().map(|policy| Attached { label: "attached", policy }).collect();
    let boundaries: Vec<_> = boundaries.iter().map(|policy| Attached { label: "boundary", policy }).collect();
    Grants { attached: &attached, boundaries: &boundaries }.decide(request)
}
