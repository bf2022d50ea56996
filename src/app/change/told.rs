//! Who is told of an event: written beside it, so that nothing is told that did not happen, and nothing is forgotten.

use crate::app::{App, Failure};
use crate::domain::audit::Event;
use crate::domain::notice::{Notice, Topic};
use crate::domain::user::Uin;
use crate::domain::webhook::{Delivery, State, message};
use crate::store::{Conn, audit, webhook_deliveries, webhooks};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// The webhooks of the accounts that a change is about, each with its topics.
pub(super) struct Listeners(BTreeMap<Uin, Vec<(String, Vec<Topic>)>>);

impl Listeners {
    /// Those of the accounts of these events. Asked before the first event has its number, so that nobody waits for it.
    pub(super) fn of(conn: &mut Conn, events: &[Event]) -> Result<Self, Failure> {
        let mut found = BTreeMap::new();
        for event in events.iter().filter(|event| Notice::of(event).is_some()) {
            if let Entry::Vacant(place) = found.entry(event.owner_uin) {
                place.insert(webhooks::listening(conn, event.owner_uin)?);
            }
        }
        Ok(Self(found))
    }

    /// Leaves word of the event that was just written for each webhook that wants it.
    pub(super) fn tell(&self, app: &App, conn: &mut Conn, event: &Event) -> Result<(), Failure> {
        let Some(notice) = Notice::of(event) else { return Ok(()) };
        let listening = self.0.get(&event.owner_uin).map(Vec::as_slice).unwrap_or_default();
        let wanting: Vec<&String> = listening
            .iter()
            .filter(|(_, topics)| topics.contains(&notice.topic))
            .map(|(webhook, _)| webhook)
            .collect();
        if wanting.is_empty() {
            return Ok(());
        }
        let seq = audit::last_number(conn)?;
        let body = message::body(event, notice, seq);
        let message = |webhook: &String| {
            Ok::<_, Failure>(Delivery {
                id: new_id(app)?,
                webhook_id: webhook.clone(),
                seq,
                event: event.event.clone(),
                body: body.clone(),
                created_at: event.at,
                state: State::Waiting,
                due_at: Some(event.at),
                tries: 0,
                tried_at: None,
                answer: None,
            })
        };
        let deliveries = wanting.into_iter().map(message).collect::<Result<Vec<_>, _>>()?;
        // The number is held from here to the commit, and others wait for it.
        Ok(webhook_deliveries::insert(conn, &deliveries)?)
    }
}

/// A name for a message.
pub(in crate::app) fn new_id(app: &App) -> Result<String, Failure> {
    Ok(format!("msg_{}", app.random.alphanumeric(24)?.as_str()))
}
