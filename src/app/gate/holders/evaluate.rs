//! What the policies of a key's holder say about actions that a service asks about by itself.

use crate::app::caller::access::{Access, Beyond};
use crate::app::gate::gateways::Door;
use crate::app::gate::holders;
use crate::app::gate::refusal::{Refused, Stop};
use crate::app::gate::verdict::Bearer;
use crate::app::keys::usage::{Sighting, Why, note_use};
use crate::app::{App, Failure};
use crate::domain::gate::questioned::{QuestionedAction, QuestionedResource};
use crate::domain::policy::evaluate::Reason;
use crate::domain::source::Source;

/// Whose policies are asked, about what.
pub struct Evaluation {
    pub secret_id: String,
    pub actions: Vec<QuestionedAction>,
    pub resources: Vec<QuestionedResource>,
    /// What the service knows besides, for the conditions of policies.
    pub facts: Vec<(String, Vec<String>)>,
}

/// What policies say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    Allow,
    /// A statement denies it, or the permission boundary does not allow it.
    Deny,
    /// Nothing speaks for it.
    NoMatch,
}

impl Outcome {
    /// The name in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::NoMatch => "no_match",
        }
    }
}

/// The answer about one action and one resource.
#[derive(Clone, Debug)]
pub struct Decided {
    pub action: String,
    pub resource: String,
    pub outcome: Outcome,
    /// The statement that decided, such as `2 of readers`; empty where none did.
    pub statement: String,
}

/// The answers, resource by resource, each with all actions in the order in which they were asked.
pub struct Evaluated {
    pub bearer: Bearer,
    /// Another one after each change of anything that verdicts rest on.
    pub revision: i64,
    pub decisions: Vec<Vec<Decided>>,
}

impl Evaluated {
    /// Whether all of it may be done.
    pub fn is_allowed(&self) -> bool {
        self.all().all(|decided| decided.outcome == Outcome::Allow)
    }

    fn all(&self) -> impl Iterator<Item = &Decided> {
        self.decisions.iter().flatten()
    }
}

/// What the policies of the holder say, as of now. It counts as a use of the key, as the service asks for a request that
/// the key signed.
pub async fn evaluate(
    app: &App,
    door: &Door,
    asked: &Evaluation,
    source: &Source,
) -> Result<Result<Evaluated, Refused>, Failure> {
    match decided(app, door, asked, source).await {
        Ok(evaluated) => {
            note(app, asked, &evaluated, source);
            Ok(Ok(evaluated))
        }
        Err(stop) => stop.into_refused().map(Err),
    }
}

async fn decided(app: &App, door: &Door, asked: &Evaluation, source: &Source) -> Result<Evaluated, Stop> {
    let owner = door.gateway.token.owner_uin;
    for action in &asked.actions {
        if !door.gateway.services.iter().any(|service| service.plan.name == action.service) {
            let text = format!("The gate token is for no service `{}`.", action.service);
            return Err(Refused::forbidden("unknown_service", text).into());
        }
    }
    let known = holders::known(app, door, &asked.secret_id, Some(source)).await?;
    known.signer.key.limits.networks.ensure_holds(&source.ip)?;
    let access = known.access_at(app.clock.now());
    let decisions = asked.resources.iter().map(|resource| {
        let each = asked.actions.iter().map(|action| {
            let (name, resource) = (action.text(), resource.of(&action.service, owner));
            let beyond = Beyond {
                action: &name,
                resource: &resource,
                ip: &source.ip,
                is_operation_level: resource == "*",
                facts: &asked.facts,
            };
            let (outcome, statement) = weigh(&access, &beyond);
            Decided { action: name, resource, outcome, statement }
        });
        each.collect()
    });
    let decisions = decisions.collect();
    Ok(Evaluated { bearer: holders::bearer(&known), revision: door.standing.authority, decisions })
}

fn weigh(access: &Access, beyond: &Beyond<'_>) -> (Outcome, String) {
    let Some((decision, _)) = access.decide_beyond(beyond) else { return (Outcome::Allow, String::new()) };
    let by = decision.by.as_ref();
    let statement = by.map(|by| format!("{} of {}", by.statement + 1, by.label)).unwrap_or_default();
    let outcome = match decision.reason {
        Reason::Allowed => Outcome::Allow,
        Reason::NotAllowed => Outcome::NoMatch,
        Reason::Denied | Reason::OutsideBoundary(_) | Reason::Malformed => Outcome::Deny,
    };
    (outcome, statement)
}

fn note(app: &App, asked: &Evaluation, evaluated: &Evaluated, source: &Source) {
    let Some(action) = asked.actions.first() else { return };
    let sighting = if evaluated.is_allowed() {
        Sighting::allowed(action.service.as_str(), Some(action.name()), source)
    } else {
        let reason = "The policies did not allow all that the service asked about.";
        let why = Why { reason, outcome: "no_policy" };
        Sighting::refused(Some(action.name()), source, why).of(action.service.as_str())
    };
    note_use(app, &evaluated.bearer.secret_id, sighting);
}
