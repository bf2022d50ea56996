//! Builds audit events and writes them in the transaction of what they record.

use super::Change;
use crate::app::caller::Caller;
use crate::domain::audit::{Event, EventName, Outcome};
use crate::domain::source::Source;
use crate::domain::user::{Uin, User};
use serde_json::{Map, Value};

/// Who acts at the command line, as the log names it.
pub(in crate::app) const OPERATOR: &str = "operator";

/// What is done by itself when its time has come, as the log names who did it.
pub(in crate::app) const CAMLOCK: &str = "camlock";

/// An event on its way into the log.
pub(in crate::app) struct Draft {
    event: Event,
    detail: Map<String, Value>,
}

/// Who does something, for the log.
pub(in crate::app) struct Actor<'a> {
    pub owner: Uin,
    pub uin: Uin,
    pub name: &'a str,
    pub source: &'a Source,
}

impl<'a> Actor<'a> {
    /// A user, from somewhere.
    pub(in crate::app) fn of(user: &'a User, source: &'a Source) -> Self {
        Self { owner: user.owner_uin, uin: user.uin, name: &user.name, source }
    }
}

impl Caller {
    /// Starts an event of this caller.
    pub(in crate::app) fn event(&self, name: EventName) -> Draft {
        Draft::new(name, &Actor::of(&self.user, &self.source))
    }
}

impl Draft {
    pub(in crate::app) fn new(name: EventName, actor: &Actor<'_>) -> Self {
        let event = Event {
            seq: 0,
            at: 0,
            owner_uin: actor.owner,
            event: name.as_str().to_owned(),
            actor_uin: actor.uin,
            actor: actor.name.to_owned(),
            target_uin: actor.uin,
            target: actor.name.to_owned(),
            outcome: Outcome::Allowed,
            reason: String::new(),
            ip: actor.source.ip.clone(),
            user_agent: actor.source.user_agent.clone(),
            request_id: actor.source.request_id.clone(),
            detail: String::new(),
        };
        Self { event, detail: Map::new() }
    }

    /// Of somebody who signs in, or tries to.
    pub(in crate::app) fn sign_in(user: &User, source: &Source) -> Self {
        Self::new(EventName::SIGN_IN, &Actor::of(user, source))
    }

    /// Of an operator at the command line.
    pub(in crate::app) fn by_operator(name: EventName, owner: Uin) -> Self {
        Self::by_nobody(name, owner, OPERATOR)
    }

    /// Of what is done by itself when its time has come.
    pub(in crate::app) fn by_camlock(name: EventName, owner: Uin) -> Self {
        Self::by_nobody(name, owner, CAMLOCK)
    }

    fn by_nobody(name: EventName, owner: Uin, called: &str) -> Self {
        let source =
            Source { ip: "-".to_owned(), user_agent: "camlock".to_owned(), request_id: "-".to_owned() };
        Self::new(name, &Actor { owner, uin: Uin(0), name: called, source: &source })
    }

    /// To whom it was done.
    pub(in crate::app) fn on(mut self, user: &User) -> Self {
        self.event.target_uin = user.uin;
        self.event.target.clone_from(&user.name);
        self
    }

    /// To which thing of that user: `dev-alice / AKID…`.
    pub(in crate::app) fn object(mut self, object: &str) -> Self {
        self.event.target = format!("{} / {object}", self.event.target);
        self
    }

    /// To a thing that belongs to the account and to no user, such as a policy.
    pub(in crate::app) fn about(mut self, thing: &str) -> Self {
        self.event.target_uin = Uin(0);
        thing.clone_into(&mut self.event.target);
        self
    }

    /// That it was refused, and why.
    pub(in crate::app) fn refused(mut self, reason: &str) -> Self {
        self.event.outcome = Outcome::Refused;
        reason.clone_into(&mut self.event.reason);
        self
    }

    /// A plain fact about it; never a secret.
    pub(in crate::app) fn fact(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.detail.insert(name.to_owned(), value.into());
        self
    }

    /// What it changed, each with what was before, beside what was named earlier; what stayed as it was is left out.
    pub(in crate::app) fn changed<const N: usize>(mut self, changes: [(&str, Value, Value); N]) -> Self {
        let mut changed = Map::new();
        for (field, before, after) in changes.into_iter().filter(|(_, before, after)| before != after) {
            let pair = [("before".to_owned(), before), ("after".to_owned(), after)];
            changed.insert(field.to_owned(), Value::Object(pair.into_iter().collect()));
        }
        match self.detail.get_mut("changed") {
            Some(Value::Object(earlier)) => earlier.extend(changed),
            _ => drop(self.detail.insert("changed".to_owned(), Value::Object(changed))),
        }
        self
    }

    /// What became of it.
    pub(super) fn outcome(&self) -> Outcome {
        self.event.outcome
    }

    /// The event as the log keeps it.
    pub(super) fn at(self, now: i64) -> Event {
        Event { at: now, detail: Value::Object(self.detail).to_string(), ..self.event }
    }

    /// Leaves it to be written at the end of the change.
    pub(in crate::app) fn record<By>(self, change: &mut Change<'_, By>) {
        change.events.push(self);
    }
}
