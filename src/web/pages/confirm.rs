//! Asks before something takes effect that takes rights away or gives them, and says what.

use super::attached::policy_of as attached_policy_of;
use super::uin_of;
use crate::app::Failure;
use crate::app::caller::Caller;
use crate::app::groups;
use crate::app::groups::Paging;
use crate::app::policies;
use crate::app::users;
use crate::domain::group::GroupId;
use crate::domain::permission::action;
use crate::domain::user::Uin;
use crate::web::answer::render;
use crate::web::caller::Person;
use crate::web::context::WebContext;
use crate::web::error::PageError;
use crate::web::layout::{Layout, filters};
use crate::web::pages::groups::head::{GroupHead, group_of};
use crate::web::pages::policies::detail::{number_of, policy_of};
use crate::web::pages::policies::text::{Sentence, diff, sentences};
use crate::web::pages::users::head::UserHead;
use actix_session::Session;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

const MANY: Paging = Paging { page: 1, size: 300 };

/// What a person is asked to confirm.
#[derive(Template)]
#[template(path = "parts/confirm.html")]
struct ConfirmPage {
    page: Layout,
    asked: Asked,
}

struct Asked {
    title: String,
    /// What is lost, or what becomes possible: a sentence each.
    effects: Vec<String>,
    /// What the policy says that it is about.
    says: Vec<Sentence>,
    /// A page with more about it: label and address.
    more: Option<(&'static str, String)>,
    button: &'static str,
    /// Where the form goes, and what it holds.
    form: (String, &'static [(&'static str, &'static str)]),
    back: String,
}

fn page(
    (context, person, session): (&WebContext, &Person, &Session),
    section: &'static str,
    asked: Asked,
) -> Result<HttpResponse, PageError> {
    render(&ConfirmPage { page: Layout::new(context, person, session, section), asked })
}

/// Asks before a policy is detached from a user, from the user's page.
pub async fn detach_of_user(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
) -> Result<HttpResponse, PageError> {
    let (uin, id) = (uin_of(&request)?, attached_policy_of(&request)?);
    let back = format!("/users/{uin}/permissions");
    let asked = from_user((&context, &person), (uin, id), (format!("{back}/{id}/detach"), back)).await?;
    page((&context, &person, &session), "users", asked)
}

/// The same, from the policy's page.
pub async fn detach_user(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
) -> Result<HttpResponse, PageError> {
    let (id, uin) = (policy_of(&request)?, uin_of(&request)?);
    let back = format!("/policies/{id}");
    let asked =
        from_user((&context, &person), (uin, id), (format!("{back}/users/{uin}/detach"), back)).await?;
    page((&context, &person, &session), "policies", asked)
}

async fn from_user(
    (context, person): (&WebContext, &Caller),
    (uin, id): (Uin, i64),
    (form, back): (String, String),
) -> Result<Asked, PageError> {
    person.ensure(action::DETACH_POLICY, uin).map_err(Failure::from)?;
    let who = UserHead::load(context, person, uin, "permissions").await?.name;
    let (name, says) = policy(context, person, id).await?;
    let mut effects = vec![format!("{who} loses at once what only {name} allows.")];
    effects.extend(denials(&says, &name));
    if person.may(action::LIST_ALL_ATTACHED, uin) {
        let held = users::permissions::attached_all(&context.app, person, uin).await?;
        let groups = held.iter().filter(|held| held.policy_id == id).flat_map(|held| &held.groups);
        let groups: Vec<&str> = groups.map(|(_, name)| name.as_str()).collect();
        if !groups.is_empty() {
            effects.push(format!("{who} keeps it all the same through {}.", groups.join(", ")));
        }
    }
    let title = format!("Detach {name} from {who}?");
    Ok(Asked { title, effects, says, more: None, button: "Detach", form: (form, &[]), back })
}

/// Asks before a policy is detached from a group, from the group's page.
pub async fn detach_of_group(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
) -> Result<HttpResponse, PageError> {
    let (group, id) = (group_of(&request)?, attached_policy_of(&request)?);
    let back = format!("/groups/{group}/permissions");
    let asked = from_group((&context, &person), (group, id), (format!("{back}/{id}/detach"), back)).await?;
    page((&context, &person, &session), "groups", asked)
}

/// The same, from the policy's page.
pub async fn detach_group(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
) -> Result<HttpResponse, PageError> {
    let (id, group) = (policy_of(&request)?, group_of(&request)?);
    let back = format!("/policies/{id}");
    let form = format!("{back}/groups/{group}/detach");
    let asked = from_group((&context, &person), (group, id), (form, back)).await?;
    page((&context, &person, &session), "policies", asked)
}

async fn from_group(
    (context, person): (&WebContext, &Caller),
    (group, id): (GroupId, i64),
    (form, back): (String, String),
) -> Result<Asked, PageError> {
    person.ensure_group(action::DETACH_GROUP_POLICY, group).map_err(Failure::from)?;
    let who = GroupHead::load(context, person, group, "permissions").await?.name;
    let (name, says) = policy(context, person, id).await?;
    let members = if person.may_group(action::LIST_MEMBERS, group) {
        match groups::members::members(&context.app, person, group, MANY).await?.total {
            1 => "Its 1 user".to_owned(),
            many => format!("Its {many} users"),
        }
    } else {
        "Its users".to_owned()
    };
    let lose = if members == "Its 1 user" { "loses" } else { "lose" };
    let mut effects = vec![format!("{members} {lose} at once what only {name} in this group allows.")];
    effects.extend(denials(&says, &name));
    let title = format!("Detach {name} from the group {who}?");
    Ok(Asked { title, effects, says, more: None, button: "Detach", form: (form, &[]), back })
}

/// Asks before a user leaves a group, from the user's page.
pub async fn leave(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
) -> Result<HttpResponse, PageError> {
    let (uin, group) = (uin_of(&request)?, group_of(&request)?);
    let back = format!("/users/{uin}/groups");
    let ways = (format!("{back}/{group}/leave"), back);
    let asked = out_of_group((&context, &person), (uin, group), ways, "Leave group").await?;
    page((&context, &person, &session), "users", asked)
}

/// The same, from the group's page.
pub async fn remove_member(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
) -> Result<HttpResponse, PageError> {
    let (group, uin) = (group_of(&request)?, uin_of(&request)?);
    let ways = (format!("/groups/{group}/members/{uin}/remove"), format!("/groups/{group}"));
    let asked = out_of_group((&context, &person), (uin, group), ways, "Remove from group").await?;
    page((&context, &person, &session), "groups", asked)
}

async fn out_of_group(
    (context, person): (&WebContext, &Caller),
    (uin, group): (Uin, GroupId),
    (form, back): (String, String),
    button: &'static str,
) -> Result<Asked, PageError> {
    person.ensure_group(action::REMOVE_MEMBER, group).map_err(Failure::from)?;
    let who = UserHead::load(context, person, uin, "groups").await?.name;
    let name = GroupHead::load(context, person, group, "members").await?.name;
    let mut effects = vec![format!(
        "{who} loses at once what only this group allows, and is denied no longer what only it denies."
    )];
    if person.may_group(action::LIST_GROUP_POLICIES, group) {
        let held = groups::policies::group_policies(&context.app, person, (group, ""), MANY).await?.rows;
        let names: Vec<&str> = held.iter().map(|policy| policy.name.as_str()).collect();
        effects.push(match names.as_slice() {
            [] => "No policy is attached to the group.".to_owned(),
            names => format!("Attached to the group: {}.", names.join(", ")),
        });
    }
    let title = format!("Take {who} out of the group {name}?");
    Ok(Asked { title, effects, says: Vec::new(), more: None, button, form: (form, &[]), back })
}

/// Asks before the permission boundary of a user is removed.
pub async fn remove_boundary(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
) -> Result<HttpResponse, PageError> {
    let uin = uin_of(&request)?;
    person.ensure(action::DELETE_BOUNDARY, uin).map_err(Failure::from)?;
    let who = UserHead::load(&context, &person, uin, "permissions").await?.name;
    let held = if person.may(action::GET_BOUNDARY, uin) {
        users::boundary::boundary(&context.app, &person, uin).await?
    } else {
        None
    };
    let mut effects =
        vec![format!("Everything that the policies of {who} allow is allowed at once, without a limit.")];
    effects.extend(held.as_ref().map(|policy| format!("Until now {} limits it.", policy.name)));
    let says = match &held {
        Some(held) => policy(&context, &person, held.id).await?.1,
        None => Vec::new(),
    };
    let asked = Asked {
        title: format!("Remove the permission boundary of {who}?"),
        effects,
        says,
        more: None,
        button: "Remove boundary",
        form: (format!("/users/{uin}/permissions/boundary/remove"), &[]),
        back: format!("/users/{uin}/permissions"),
    };
    page((&context, &person, &session), "users", asked)
}

/// Asks before another version of a policy decides.
pub async fn set_default(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
) -> Result<HttpResponse, PageError> {
    let (id, number) = (policy_of(&request)?, number_of(&request, "version")?);
    person.ensure_on_policy(action::SET_DEFAULT_POLICY_VERSION, id).map_err(Failure::from)?;
    let found = policies::policy(&context.app, &person, id).await?.policy;
    let version = policies::versions::policy_version(&context.app, &person, id, number).await?;
    let lines = diff(&found.document, &version.document);
    let count = |kind| lines.iter().filter(|line| line.kind == kind).count();
    let asked = Asked {
        title: format!("Let version {number} of {} decide?", found.name),
        effects: vec![
            format!("It holds at once for everybody who has {}.", found.name),
            format!(
                "Lines that differ from the present default: {} added, {} removed. It says:",
                count("added"),
                count("removed")
            ),
        ],
        says: sentences(&version.document),
        more: Some(("Compare with the default", format!("/policies/{id}/diff?from={number}"))),
        button: "Make default",
        form: (format!("/policies/{id}/versions/{number}/default"), &[]),
        back: format!("/policies/{id}"),
    };
    page((&context, &person, &session), "policies", asked)
}

/// Asks before a user is kept out of the console.
pub async fn stop_console(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
) -> Result<HttpResponse, PageError> {
    let uin = uin_of(&request)?;
    person.ensure(action::UPDATE_USER, uin).map_err(Failure::from)?;
    let who = UserHead::load(&context, &person, uin, "security").await?.name;
    let asked = Asked {
        title: format!("Stop the console access of {who}?"),
        effects: vec![
            format!("{who} cannot sign in here any more, and open sessions end at once."),
            "The user’s API keys work all the same: disable them to stop programs.".to_owned(),
            "You can allow console access again at any time.".to_owned(),
        ],
        says: Vec::new(),
        more: None,
        button: "Stop console access",
        form: (format!("/users/{uin}/security/console"), &[("on", "0")]),
        back: format!("/users/{uin}/security"),
    };
    page((&context, &person, &session), "users", asked)
}

/// Name and statements of a policy; without the right to read it, its id alone.
async fn policy(
    context: &WebContext,
    person: &Caller,
    id: i64,
) -> Result<(String, Vec<Sentence>), PageError> {
    if !person.may_on_policy(action::GET_POLICY, id) {
        return Ok((format!("policy {id}"), Vec::new()));
    }
    let found = policies::policy(&context.app, person, id).await?.policy;
    let says = sentences(&found.document);
    Ok((found.name, says))
}

fn denials(says: &[Sentence], name: &str) -> Option<String> {
    says.iter()
        .any(|sentence| sentence.is_deny)
        .then(|| format!("What only {name} denies is denied no longer."))
}
