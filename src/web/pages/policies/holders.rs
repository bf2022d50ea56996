//! Whom a policy is attached to, from the policy's side: attaching, detaching.

use crate::app::Failure;
use crate::app::caller::Caller;
use crate::app::deferred::grant::{Grant, Way};
use crate::app::groups;
use crate::app::groups::Paging;
use crate::app::policies;
use crate::app::policies::holders::HolderRef;
use crate::app::policies::{Entity, EntityFilter, StoredPolicy};
use crate::domain::field::FieldError;
use crate::domain::group::{Group, GroupId, GroupRefusal, MAX_GROUPS};
use crate::domain::permission::action;
use crate::domain::user::{Uin, User};
use crate::web::caller::Person;
use crate::web::context::WebContext;
use crate::web::error::PageError;
use crate::web::forms::Form;
use crate::web::forms::csrf::Protected;
use crate::web::layout::Layout;
use crate::web::pages::choose::{self, Choice, Choices, Subject, Wording, users_to_choose};
use crate::web::pages::faults::group_faults;
use crate::web::pages::grants::Sender;
use crate::web::pages::groups::head::group_of;
use crate::web::pages::groups::permissions::detach_from_group;
use crate::web::pages::policies::detail::policy_of;
use crate::web::pages::uin_of;
use crate::web::pages::users::permissions::detach_from_user;
use crate::web::query::Query;
use actix_session::Session;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

/// All groups at once: an account has few.
const ALL: Paging = Paging { page: 1, size: MAX_GROUPS };

/// The words of the page where users and groups are chosen.
const WORDING: Wording = Wording {
    title: "Attach to users and groups",
    icon: "users",
    field: "holder",
    legend: "Users and groups",
    hint: "Those that have it attached already are not listed.",
    effect: "It takes effect at once.",
    search: "Name, UIN, note, phone or e-mail",
    nothing: (
        "Nobody left",
        "There is no user and no group here that could have this policy and has it not.",
    ),
};

/// Somebody a policy is attached to.
pub struct Holder {
    pub kind: &'static str,
    pub name: String,
    pub since: i64,
    /// Its page, for whoever may open that.
    pub href: Option<String>,
    /// Where detaching is sent, for whoever may.
    pub detach: Option<String>,
}

impl Holder {
    /// One of a policy, as a person may see it.
    pub fn of(person: &Caller, policy: i64, entity: Entity) -> Self {
        match entity {
            Entity::User { uin, name, since, .. } => {
                let is_open = uin != person.owner() || person.is_root();
                let may_detach = is_open && person.may(action::DETACH_POLICY, uin);
                Self {
                    kind: "User",
                    href: person.may(action::LIST_ATTACHED, uin).then(|| format!("/users/{uin}/permissions")),
                    detach: may_detach.then(|| format!("/policies/{policy}/users/{uin}/detach")),
                    name,
                    since,
                }
            }
            Entity::Group { id, name, since } => {
                let may = |action| person.may_group(action, GroupId(id));
                Self {
                    kind: "Group",
                    href: may(action::LIST_GROUP_POLICIES).then(|| format!("/groups/{id}/permissions")),
                    detach: may(action::DETACH_GROUP_POLICY)
                        .then(|| format!("/policies/{policy}/groups/{id}/detach")),
                    name,
                    since,
                }
            }
        }
    }
}

/// Whether a person may attach policies to users or groups in general.
pub fn may_attach_widely(person: &Caller) -> bool {
    person.may_attach(HolderRef::User(person.owner())) || person.may_attach(HolderRef::Group(GroupId(0)))
}

/// The users and groups that the policy can be attached to, searched.
pub async fn attach_form(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
    query: Query,
) -> Result<HttpResponse, PageError> {
    let policy = policies::policy(&context.app, &person, policy_of(&request)?).await?.policy;
    let choices = choices(&context, &person, policy.id, query.text("q").trim()).await?;
    let page = Layout::new(&context, &person, &session, "policies");
    choose::show(page, &WORDING, subject(&person, policy), choices)
}

/// Attaches the policy to the chosen ones.
pub async fn attach(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
    Protected(form): Protected,
) -> Result<HttpResponse, PageError> {
    let policy = policies::policy(&context.app, &person, policy_of(&request)?).await?.policy;
    let choices = choices(&context, &person, policy.id, "").await?;
    let outcome = match holders_of(&form, person.owner()) {
        Ok(holders) => {
            let way = Way {
                what: format!("attach {} to {} users and groups", policy.name, holders.len()),
                back: format!("/policies/{}/attach", policy.id),
                next: format!("/policies/{}", policy.id),
                text: "The policy is attached.".to_owned(),
            };
            let grant = Grant::attach_to_holders(policy.id, &holders);
            Sender { context: &context, person: &person, session: &session }.grant(grant, way).await
        }
        Err(error) => Err(error.into()),
    };
    let fault = match outcome {
        Ok(answer) => return Ok(answer),
        Err(Failure::NotFound | Failure::Group(GroupRefusal::NoGroup(_))) => group_faults(gone().into())?,
        Err(failure) => group_faults(failure)?,
    };
    let chosen = [form.all("user"), form.all("group")].concat();
    let page = Layout::new(&context, &person, &session, "policies");
    choose::show_again(page, (&WORDING, subject(&person, policy), choices), chosen, fault)
}

/// Takes the policy from a user.
pub async fn detach_user(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
    _form: Protected,
) -> Result<HttpResponse, PageError> {
    let (id, uin) = (policy_of(&request)?, uin_of(&request)?);
    let sender = Sender { context: &context, person: &person, session: &session };
    Ok(detach_from_user(sender, uin, id, format!("/policies/{id}")).await?)
}

/// Takes the policy from a group.
pub async fn detach_group(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
    _form: Protected,
) -> Result<HttpResponse, PageError> {
    let (id, group) = (policy_of(&request)?, group_of(&request)?);
    let sender = Sender { context: &context, person: &person, session: &session };
    Ok(detach_from_group(sender, group, id, format!("/policies/{id}")).await?)
}

/// Those that a search finds, that the person may attach to and that, as far as it may know, have it not.
async fn choices(
    context: &WebContext,
    person: &Caller,
    policy: i64,
    text: &str,
) -> Result<Choices, PageError> {
    let held = if person.may_on_policy(action::LIST_POLICY_ENTITIES, policy) {
        policies::policy_entities(&context.app, person, policy, EntityFilter::All).await?
    } else {
        Vec::new()
    };
    let mut found: Vec<Choice> = groups(context, person, text).await?;
    found.retain(|choice| !held.iter().any(|entity| is_group(entity, &choice.value)));
    let fits = |user: &User| {
        person.may_attach(HolderRef::User(user.uin)) && !held.iter().any(|entity| is_user(entity, user.uin))
    };
    let (users, has_more) = users_to_choose(context, person, text, fits).await?;
    found.extend(users.into_iter().map(|user| Choice::of_user(user, "user")));
    if found.is_empty() && !may_attach_widely(person) {
        person.ensure_attach(HolderRef::User(person.owner())).map_err(Failure::from)?;
    }
    Ok(Choices { q: text.to_owned(), found, has_more })
}

async fn groups(context: &WebContext, person: &Caller, text: &str) -> Result<Vec<Choice>, PageError> {
    if !person.may_here(action::LIST_GROUPS) {
        return Ok(Vec::new());
    }
    let choice = |group: Group| {
        let remark = if group.remark.is_empty() { String::new() } else { format!(" · {}", group.remark) };
        let detail = format!("Group{remark}");
        Choice { field: "group", value: group.id.to_string(), label: group.name, detail }
    };
    let all =
        groups::groups(&context.app, person, text, ALL).await?.rows.into_iter().map(|listed| listed.group);
    Ok(all.filter(|group| person.may_attach(HolderRef::Group(group.id))).map(choice).collect())
}

fn is_group(entity: &Entity, text: &str) -> bool {
    matches!(entity, Entity::Group { id, .. } if id.to_string() == text)
}

fn is_user(entity: &Entity, wanted: Uin) -> bool {
    matches!(entity, Entity::User { uin, .. } if *uin == wanted)
}

fn subject(person: &Caller, policy: StoredPolicy) -> Subject {
    let address = format!("/policies/{}", policy.id);
    Subject {
        name: policy.name,
        id: ("policy id", policy.id.to_string()),
        list: ("Policies", person.may_here(action::LIST_POLICIES).then_some("/policies")),
        form: format!("{address}/attach"),
        back: address.clone(),
        address,
    }
}

/// The chosen users and groups. Root is none of them: policies do not limit it.
fn holders_of(form: &Form, root: Uin) -> Result<Vec<HolderRef>, FieldError> {
    let user = |text: &String| Uin::parse(text).ok().filter(|uin| *uin != root).map(HolderRef::User);
    let group = |text: &String| GroupId::parse(text).map(HolderRef::Group);
    let (users, groups) = (form.all("user"), form.all("group"));
    if users.is_empty() && groups.is_empty() {
        return Err(FieldError::on_page(WORDING.field, "Choose at least one user or group."));
    }
    let all = users.iter().map(user).chain(groups.iter().map(group));
    all.map(|holder| holder.ok_or_else(gone)).collect()
}

fn gone() -> FieldError {
    FieldError::on_page(WORDING.field, "One of those that were chosen does not exist any more. Choose again.")
}
