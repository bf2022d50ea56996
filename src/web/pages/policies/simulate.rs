//! The simulator: a made-up request, decided by the engine that decides the real ones.

use crate::app::{
    Failure, caller::Caller, caller::access::OF_KEY, caller::simulation::SimulatedRequest,
    caller::simulation::Simulation, policies, services,
};
use crate::domain::{
    field::FieldError, key::SecretId, permission::action, permission::is_operation_level, policies::PolicyId,
    policy::Effect, policy::Reason, policy::advice, policy::near::NearMiss, policy::part::Part,
    policy::vocabulary::known_actions, user::User, user::resource_of,
};
use crate::web::{
    answer::PageResult, answer::render_as, error::PageError, layout::Layout, layout::filters, query::Query,
    visit::Visit,
};
use actix_web::http::StatusCode;
use askama::Template;

#[derive(Template)]
#[template(path = "policies/simulate.html")]
struct SimulatePage {
    page: Layout,
    errors: Vec<FieldError>,
    typed: TypedQuestion,
    verdict: Option<Verdict>,
    lists_policies: bool,
    finds_who: bool,
    choices: Offers,
}

/// What the fields offer to choose from.
struct Offers {
    users: Vec<String>,
    actions: Vec<String>,
    resources: Vec<String>,
}

/// The question as it was typed.
#[derive(Clone)]
struct TypedQuestion {
    user: String,
    key: String,
    action: String,
    resource: String,
    context: String,
}

/// The answer in words.
struct Verdict {
    user: String,
    question: TypedQuestion,
    is_allowed: bool,
    text: String,
    /// The other name of the action that decided, if one did.
    decided_as: Option<String>,
    /// The statement that decided: what it is called and, for whoever may open it, where it is.
    statement: Option<(String, Option<String>)>,
    unevaluable: Vec<String>,
    /// Where the key may be used from, if that was not asked.
    networks: Option<String>,
    /// What is wrong with the action that was asked about, as far as that is known.
    doubt: Option<String>,
    /// Whether no other resource than `*` is accepted for the action.
    takes_all_only: bool,
    near: Vec<Near>,
    near_boundary: Vec<Near>,
}

/// A statement that fits but for one part.
struct Near {
    name: String,
    href: Option<String>,
    text: String,
}

/// The form, and below it the answer once something is asked.
pub async fn index(visit: Visit, query: Query) -> PageResult {
    let typed = TypedQuestion::of(&query);
    if typed.user.is_empty() {
        visit.person.ensure_here(action::LIST_ATTACHED)?;
    }
    let is_asked = [&typed.action, &typed.resource, &typed.context].iter().any(|text| !text.is_empty());
    let (errors, verdict) = if is_asked { answer(&visit, &typed).await? } else { (Vec::new(), None) };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = visit.layout("policies");
    let lists_policies = visit.person.may_here(action::LIST_POLICIES);
    let finds_who = visit.person.may_here(action::LIST_USERS) && visit.person.may_here(action::LIST_ATTACHED);
    let choices = Offers::load(&visit, &typed.user).await?;
    render_as(status, &SimulatePage { page, errors, typed, verdict, lists_policies, finds_who, choices })
}

async fn answer(
    visit: &Visit,
    typed: &TypedQuestion,
) -> Result<(Vec<FieldError>, Option<Verdict>), PageError> {
    let mut errors = typed.missing();
    let question = match typed.question() {
        Ok(question) => Some(question),
        Err(error) => {
            errors.push(error);
            None
        }
    };
    let user = if typed.user.is_empty() { None } else { found(visit, &typed.user).await? };
    if user.is_none() && !typed.user.is_empty() {
        errors.insert(0, FieldError::on_page("user", "No user of this account has this name or UIN."));
    }
    let (Some(question), Some(user), true) = (question, user, errors.is_empty()) else {
        return Ok((errors, None));
    };
    let asked = policies::simulate::simulate(visit.app(), &visit.person, user.uin, question).await;
    let simulation = match asked {
        Ok(simulation) => simulation,
        Err(Failure::Invalid(errors)) => return Ok((errors, None)),
        Err(other) => return Err(other.into()),
    };
    let services = services::words_of_services(visit.app(), &*visit.person.0).await?;
    let doubt = advice::on_question(&typed.action, &services);
    Ok((errors, Some(Verdict { doubt, ..Verdict::of(&visit.person, user, typed, simulation) })))
}

async fn found(visit: &Visit, text: &str) -> Result<Option<User>, PageError> {
    match policies::simulate::user_named(visit.app(), &visit.person, text).await {
        Ok(user) => Ok(Some(user)),
        Err(Failure::NotFound) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

impl Offers {
    async fn load(visit: &Visit, user: &str) -> Result<Self, PageError> {
        let users = policies::simulate::users_to_offer(visit.app(), &visit.person).await?;
        let owner = visit.person.owner();
        let named = users.iter().filter(|known| known.name == user || known.uin.to_string() == user);
        let mut resources = vec!["*".to_owned(), resource_of(owner, owner)];
        resources.extend(named.map(User::resource));
        resources
            .extend(["uin/*", "policyid/*", "groupid/*"].map(|tail| format!("qcs::cam::uin/{owner}:{tail}")));
        let services = services::words_of_services(visit.app(), &*visit.person.0).await?;
        resources.extend(services.iter().flat_map(|service| service.resources(owner)));
        resources.dedup();
        let users = users.into_iter().map(|user| user.name).collect();
        Ok(Self { users, actions: known_actions(&services), resources })
    }
}

impl Near {
    fn of(miss: &NearMiss, policy: Option<PolicyId>, question: &TypedQuestion) -> Self {
        let lacking = match &miss.part {
            Part::Action => format!("its actions: none of them is {}", question.action),
            Part::Resource => format!("its resources: none of them covers {}", question.resource),
            Part::Condition { written, wanted, given } => {
                let given = if given.is_empty() { "nothing".to_owned() } else { given.join(", ") };
                format!("its condition {written} ({}): the question says {given}", wanted.join(", "))
            }
        };
        Self {
            name: format!("Statement {} of {}, line {}", miss.statement + 1, miss.label, miss.line),
            href: policy.map(|id| format!("/policies/{id}#line-{}", miss.line)),
            text: format!("Fits but for {lacking}."),
        }
    }
}

impl TypedQuestion {
    fn of(query: &Query) -> Self {
        let text = |name| query.text(name).trim().to_owned();
        Self {
            user: text("user"),
            key: text("key"),
            action: text("action"),
            resource: text("resource"),
            context: query.text("context").replace("\r\n", "\n").trim().to_owned(),
        }
    }

    fn missing(&self) -> Vec<FieldError> {
        [
            ("user", &self.user, "Enter a user name or UIN."),
            ("action", &self.action, "Enter an action such as cam:GetUser."),
            ("resource", &self.resource, "Enter a resource, or * for any."),
        ]
        .into_iter()
        .filter(|(_, text, _)| text.is_empty())
        .map(|(field, _, sentence)| FieldError::on_page(field, sentence))
        .collect()
    }

    fn question(&self) -> Result<SimulatedRequest, FieldError> {
        let mut context: Vec<(String, Vec<String>)> = Vec::new();
        for (at, line) in self.context.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let pair = line.split_once('=').map(|(key, value)| (key.trim(), value.trim()));
            let Some((key, value)) = pair.filter(|(key, _)| !key.is_empty()) else {
                let text = format!("Line {}: write a key, = and a value, such as qcs:mfa=1.", at + 1);
                return Err(FieldError::on_page("context", text));
            };
            match context.iter_mut().find(|(known, _)| known == key) {
                Some((_, values)) => values.push(value.to_owned()),
                None => context.push((key.to_owned(), vec![value.to_owned()])),
            }
        }
        let unread = || FieldError::on_page("key", "A SecretId is AKID and 32 letters or digits.");
        let key = Some(&self.key).filter(|text| !text.is_empty());
        let key = key.map(|text| SecretId::parse(text).map_err(|_| unread())).transpose()?;
        let (action, resource) = (self.action.clone(), self.resource.clone());
        Ok(SimulatedRequest { action, resource, context, key })
    }
}

impl Verdict {
    fn of(person: &Caller, user: User, typed: &TypedQuestion, simulation: Simulation) -> Self {
        let open = simulation.policy.filter(|id| person.may_on_policy(action::GET_POLICY, *id));
        let opened = |id: Option<PolicyId>| id.filter(|id| person.may_on_policy(action::GET_POLICY, *id));
        // What a statement says is for who may read its policy.
        let near = |is_boundary| {
            let some = simulation.near.iter().filter(move |(miss, _)| miss.is_boundary == is_boundary);
            let read = some.filter_map(|(miss, policy)| Some((miss, opened(*policy)?)));
            read.map(|(miss, policy)| Near::of(miss, Some(policy), typed)).collect()
        };
        let sees_boundary = person.may(action::GET_BOUNDARY, user.uin);
        let (near, near_boundary) = (near(false), if sees_boundary { near(true) } else { Vec::new() });
        let decision = simulation.decision;
        let statement = match (&decision.by, &decision.reason) {
            (Some(by), _) => {
                let name = format!("Statement {} of {}, line {}", by.statement + 1, by.label, by.line);
                Some((name, open.map(|id| format!("/policies/{id}#line-{}", by.line))))
            }
            (None, Reason::OutsideBoundary(label)) if label == OF_KEY => None,
            (None, Reason::OutsideBoundary(label)) => {
                Some((format!("Permission boundary {label}"), open.map(|id| format!("/policies/{id}"))))
            }
            _ => None,
        };
        let denies = decision.by.as_ref().is_some_and(|by| by.effect == Effect::Deny);
        let text = match &decision.reason {
            _ if simulation.is_root => {
                "The root user may do everything in its account; policies do not limit it."
            }
            Reason::Allowed if decision.by.is_none() => {
                "No policy is asked about this action: everybody with a key may do it."
            }
            Reason::Allowed => "A statement allows it and nothing denies it.",
            Reason::Denied if denies => "A statement denies it, whatever else allows it.",
            Reason::Denied | Reason::NotAllowed => "No attached policy allows it.",
            Reason::OutsideBoundary(label) if label == OF_KEY => {
                "Policies allow it, but the policy of this key does not."
            }
            Reason::OutsideBoundary(_) => "A policy allows it, but the permission boundary does not.",
            Reason::Malformed => "The question cannot be evaluated, and such requests are refused.",
        };
        Self {
            user: user.name,
            question: typed.clone(),
            is_allowed: decision.allowed && simulation.halt.is_none(),
            text: match &simulation.halt {
                Some(halt) if decision.allowed => format!("{text} But the key is refused: {halt}"),
                Some(halt) => format!("{text} The key is refused as well: {halt}"),
                None => text.to_owned(),
            },
            decided_as: simulation.decided_as,
            networks: simulation.unasked_networks,
            statement,
            unevaluable: decision.unevaluable,
            doubt: None,
            takes_all_only: is_operation_level(&typed.action),
            near,
            near_boundary,
        }
    }
}
