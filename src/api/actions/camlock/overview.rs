//! The overview: the figures and lines of the console's first page.

use crate::api::action::{Call, fields};
use crate::api::error::ApiError;
use crate::app::operator::nodes::Installation;
use crate::app::overview::{self, Overview, words};
use crate::domain::attention::{Finding, When};
use crate::domain::audit::Event;
use crate::times::Times;
use serde_json::{Map, Value, json};

/// The lines are in English, as on the page; `What` is a name for programs.
pub(super) async fn overview(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&[])?;
    let found = overview::overview(&call.app, &call.caller).await?;
    Ok(fields(json!({ "Overview": shown(found, call.times) })))
}

fn shown(found: Overview, times: Times) -> Value {
    let when = When { now: found.now, oldest_days: found.oldest_days };
    let today = found.today();
    let days = found
        .days
        .iter()
        .map(|day| json!({ "Day": times.day(day.at), "Accepted": day.accepted, "Refused": day.refused }));
    let steps = found.steps.iter().map(|step| json!({ "Step": step.what.as_str(), "IsDone": step.is_done }));
    json!({
        "Time": times.iso(found.now),
        "IsComplete": found.is_filled,
        "Calls": { "Accepted": today.accepted, "Refused": today.refused },
        "Keys": { "Enabled": found.counts.enabled, "Disabled": found.counts.disabled() },
        "Users": found.users,
        "OldestKeyDays": found.oldest_days,
        "Days": days.collect::<Vec<_>>(),
        "CountedSince": found.counted_since.map(|at| times.iso(at)),
        "Steps": steps.collect::<Vec<_>>(),
        "Attention": found.findings.into_iter().map(|finding| line(finding, when)).collect::<Vec<_>>(),
        "Operations": found.operations.map(|events| {
            events.iter().map(|event| operation(event, times)).collect::<Vec<_>>()
        }),
        "Server": found.installation.map(|installation| server(&installation, found.key_version)),
    })
}

fn line(finding: Finding, when: When) -> Value {
    let Finding { level, what } = finding;
    let name = what.as_str();
    let words::Told { title, evidence, action, href } = words::told(what, when);
    json!({
        "Level": level.as_str(),
        "What": name,
        "Title": title,
        "Evidence": evidence,
        "Fix": action,
        "Path": href,
    })
}

fn operation(event: &Event, times: Times) -> Value {
    json!({
        "Number": event.seq,
        "Time": times.iso(event.at),
        "Event": event.event,
        "Actor": event.actor,
        "Target": event.target,
        "Outcome": event.outcome.as_str(),
        "Reason": event.reason,
        "Address": event.ip,
    })
}

fn server(installation: &Installation, key_version: u32) -> Value {
    json!({
        "Version": env!("CARGO_PKG_VERSION"),
        "Database": installation.database(),
        "MasterKeyVersion": key_version,
        "ClockDifferenceMs": installation.clock_ms(),
        "Nodes": installation.nodes.len(),
        "SlowestMs": installation.slowest_ms(),
    })
}
