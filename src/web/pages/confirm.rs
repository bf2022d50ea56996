//! Asks before something takes effect that takes rights away or gives them, and says what.

use crate::app::policies::planned::Planned;
use crate::app::{canaries, gate::tokens, groups, policies, services, users, webhooks};
use crate::domain::{group::GroupId, paging::Paging, permission::action, policies::PolicyId, user::Uin};
use crate::web::pages::impact::{self, ImpactPanel};
use crate::web::pages::policies::text::{Sentence, diff, sentences};
use crate::web::{
    answer::PageResult, answer::render, error::PageError, layout::Layout, layout::filters,
    pages::groups::head::GroupHead, pages::groups::permissions::attached, pages::users::head::UserHead,
    visit::Visit,
};
use askama::Template;

const MANY: Paging = Paging { number: 1, size: 300 };

/// What a person is asked to confirm.
#[derive(Template)]
#[template(path = "parts/confirm.html")]
struct ConfirmPage {
    page: Layout,
    asked: Asked,
}

#[derive(Default)]
struct Asked {
    title: String,
    /// What is lost, or what becomes possible: a sentence each.
    effects: Vec<String>,
    /// What the policy says that it is about.
    says: Vec<Sentence>,
    /// A page with more about it: label and address.
    more: Option<(&'static str, String)>,
    /// What of the calls of the last weeks is lost.
    impact: Option<ImpactPanel>,
    button: &'static str,
    /// Where the form goes, and what it holds.
    form: (String, &'static [(&'static str, &'static str)]),
    back: String,
    /// Whether it makes something, which a second sending must not do again.
    makes: bool,
}

impl Asked {
    /// The page with the question, in a section. Its form goes to the address of the page, and who thinks better of it
    /// goes back.
    fn show(self, visit: &Visit, section: &'static str, back: String) -> PageResult {
        let form = (visit.path().to_owned(), self.form.1);
        render(&ConfirmPage { page: visit.layout(section), asked: Self { form, back, ..self } })
    }
}

/// Asks before a policy is detached from a user, from the user's page.
pub async fn detach_of_user(visit: Visit) -> PageResult {
    let (uin, id) = (visit.uin()?, visit.attached_policy()?);
    from_user(&visit, uin, id).await?.show(&visit, "users", format!("/users/{uin}/permissions"))
}

/// The same, from the policy's page.
pub async fn detach_user(visit: Visit) -> PageResult {
    let (id, uin) = (visit.policy()?, visit.uin()?);
    from_user(&visit, uin, id).await?.show(&visit, "policies", format!("/policies/{id}"))
}

async fn from_user(visit: &Visit, uin: Uin, id: PolicyId) -> Result<Asked, PageError> {
    visit.person.ensure(action::DETACH_POLICY, uin)?;
    let who = UserHead::load(visit, uin, "permissions").await?.name;
    let (name, says) = policy(visit, id).await?;
    let mut effects = vec![format!("{who} loses at once what only {name} allows.")];
    effects.extend(denials(&says, &name));
    if visit.person.may(action::LIST_ALL_ATTACHED, uin) {
        let held = users::permissions::attached_all(visit.app(), &visit.person, uin).await?;
        let groups = held.iter().filter(|held| held.policy_id == id).flat_map(|held| &held.groups);
        let groups: Vec<&str> = groups.map(|(_, name)| name.as_str()).collect();
        if !groups.is_empty() {
            effects.push(format!("{who} keeps it all the same through {}.", groups.join(", ")));
        }
    }
    let title = format!("Detach {name} from {who}?");
    let impact = Some(impact::of(visit, Planned::Detach { uin, policy: id }).await?);
    Ok(Asked { title, effects, says, impact, button: "Detach", ..Asked::default() })
}

/// Asks before a policy is detached from a group, from the group's page.
pub async fn detach_of_group(visit: Visit) -> PageResult {
    let (group, id) = (visit.group()?, visit.attached_policy()?);
    from_group(&visit, group, id).await?.show(&visit, "groups", format!("/groups/{group}/permissions"))
}

/// The same, from the policy's page.
pub async fn detach_group(visit: Visit) -> PageResult {
    let (id, group) = (visit.policy()?, visit.group()?);
    from_group(&visit, group, id).await?.show(&visit, "policies", format!("/policies/{id}"))
}

async fn from_group(visit: &Visit, group: GroupId, id: PolicyId) -> Result<Asked, PageError> {
    visit.person.ensure_group(action::DETACH_GROUP_POLICY, group)?;
    let who = GroupHead::load(visit, group, "permissions").await?.name;
    let (name, says) = policy(visit, id).await?;
    let members = if visit.person.may_group(action::LIST_MEMBERS, group) {
        match groups::members::members(visit.app(), &visit.person, group, MANY).await?.total {
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
    let impact = Some(impact::of(visit, Planned::DetachFromGroup { group, policy: id }).await?);
    Ok(Asked { title, effects, says, impact, button: "Detach", ..Asked::default() })
}

/// Asks before a user leaves a group, from the user's page.
pub async fn leave(visit: Visit) -> PageResult {
    let back = format!("/users/{}/groups", visit.uin()?);
    out_of_group(&visit, "Leave group").await?.show(&visit, "users", back)
}

/// The same, from the group's page.
pub async fn remove_member(visit: Visit) -> PageResult {
    let back = format!("/groups/{}", visit.group()?);
    out_of_group(&visit, "Remove from group").await?.show(&visit, "groups", back)
}

async fn out_of_group(visit: &Visit, button: &'static str) -> Result<Asked, PageError> {
    let (uin, group) = (visit.uin()?, visit.group()?);
    visit.person.ensure_group(action::REMOVE_MEMBER, group)?;
    let who = UserHead::load(visit, uin, "groups").await?.name;
    let name = GroupHead::load(visit, group, "members").await?.name;
    let mut effects = vec![format!(
        "{who} loses at once what only this group allows, and is denied no longer what only it denies."
    )];
    if visit.person.may_group(action::LIST_GROUP_POLICIES, group) {
        let held = attached(visit, group).await?;
        let names: Vec<&str> = held.iter().map(|policy| policy.name.as_str()).collect();
        effects.push(match names.as_slice() {
            [] => "No policy is attached to the group.".to_owned(),
            names => format!("Attached to the group: {}.", names.join(", ")),
        });
    }
    let title = format!("Take {who} out of the group {name}?");
    let impact = Some(impact::of(visit, Planned::Leave { uin, group }).await?);
    Ok(Asked { title, effects, impact, button, ..Asked::default() })
}

/// Asks before the permission boundary of a user is removed.
pub async fn remove_boundary(visit: Visit) -> PageResult {
    let uin = visit.uin()?;
    visit.person.ensure(action::DELETE_BOUNDARY, uin)?;
    let who = UserHead::load(&visit, uin, "permissions").await?.name;
    let held = if visit.person.may(action::GET_BOUNDARY, uin) {
        users::boundary::boundary(visit.app(), &visit.person, uin).await?
    } else {
        None
    };
    let mut effects =
        vec![format!("Everything that the policies of {who} allow is allowed at once, without a limit.")];
    effects.extend(held.as_ref().map(|policy| format!("Until now {} limits it.", policy.name)));
    let says = match &held {
        Some(held) => policy(&visit, held.id).await?.1,
        None => Vec::new(),
    };
    let asked = Asked {
        title: format!("Remove the permission boundary of {who}?"),
        effects,
        says,
        impact: Some(impact::of(&visit, Planned::RemoveBoundary { uin }).await?),
        button: "Remove boundary",
        ..Asked::default()
    };
    asked.show(&visit, "users", format!("/users/{uin}/permissions"))
}

/// Asks before another version of a policy decides.
pub async fn set_default(visit: Visit) -> PageResult {
    let (id, number) = (visit.policy()?, visit.number("version")?);
    visit.person.ensure_on_policy(action::SET_DEFAULT_POLICY_VERSION, id)?;
    let found = policies::policy(visit.app(), &visit.person, id).await?.policy;
    let version = policies::versions::policy_version(visit.app(), &visit.person, id, number).await?;
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
        impact: Some(impact::of(&visit, Planned::NewText { policy: id, document: version.document }).await?),
        more: Some(("Compare with the default", format!("/policies/{id}/diff?from={number}"))),
        button: "Make default",
        ..Asked::default()
    };
    asked.show(&visit, "policies", format!("/policies/{id}"))
}

/// Asks before a user is kept out of the console.
pub async fn stop_console(visit: Visit) -> PageResult {
    let uin = visit.uin()?;
    visit.person.ensure(action::UPDATE_USER, uin)?;
    let who = UserHead::load(&visit, uin, "security").await?.name;
    let asked = Asked {
        title: format!("Stop the console access of {who}?"),
        effects: vec![
            format!("{who} cannot sign in here any more, and open sessions end at once."),
            "The user’s API keys work all the same: disable them to stop programs.".to_owned(),
            "You can allow console access again at any time.".to_owned(),
        ],
        button: "Stop console access",
        form: (String::new(), &[("on", "0")]),
        ..Asked::default()
    };
    asked.show(&visit, "users", format!("/users/{uin}/security"))
}

/// Asks before a service is deleted.
pub async fn delete_service(visit: Visit) -> PageResult {
    visit.person.ensure_here(action::DELETE_SERVICE)?;
    let name = visit.part("service");
    let found = services::service(visit.app(), &*visit.person.0, name).await?;
    let tokens = match found.tokens.as_slice() {
        [] => "No gate token names it.".to_owned(),
        names => format!("These gate tokens answer nothing for it any more: {}.", names.join(", ")),
    };
    let asked = Asked {
        title: format!("Delete the service {name}?"),
        effects: vec![
            tokens,
            "A service that is made later under this name is another one: tokens have to name it anew."
                .to_owned(),
        ],
        button: "Delete service",
        ..Asked::default()
    };
    asked.show(&visit, "services", "/settings/services".to_owned())
}

/// Asks before a canary key is deleted.
pub async fn delete_canary(visit: Visit) -> PageResult {
    visit.person.ensure_here(action::DELETE_CANARY)?;
    let name = canaries::name_of_living(visit.app(), &visit.person, visit.canary()?).await?;
    let asked = Asked {
        title: format!("Delete the canary key {name}?"),
        effects: vec![
            "Nothing is told of its use any more: requests that name it are refused as with a made-up SecretId."
                .to_owned(),
            "What is known of its use stays here. Its SecretId is never given to a key.".to_owned(),
        ],
        button: "Delete canary key",
        ..Asked::default()
    };
    asked.show(&visit, "canaries", "/canaries".to_owned())
}

/// Asks before a webhook is deleted.
pub async fn delete_webhook(visit: Visit) -> PageResult {
    visit.person.ensure_here(action::DELETE_WEBHOOK)?;
    let id = visit.part("webhook").to_owned();
    let name = webhooks::name_of_webhook(visit.app(), &visit.person, id).await?;
    let asked = Asked {
        title: format!("Delete the webhook {name}?"),
        effects: vec![
            "Nothing more is sent to it, not even what waits to be sent again.".to_owned(),
            "Its secret and the list of its messages are gone.".to_owned(),
        ],
        button: "Delete webhook",
        ..Asked::default()
    };
    asked.show(&visit, "webhooks", "/settings/webhooks".to_owned())
}

/// Asks before a webhook gets a new secret.
pub async fn renew_webhook_secret(visit: Visit) -> PageResult {
    visit.person.ensure_here(action::UPDATE_WEBHOOK)?;
    let id = visit.part("webhook").to_owned();
    let webhook = webhooks::webhook(visit.app(), &visit.person, id.clone()).await?.webhook;
    let former = match webhook.former_until_at(visit.app().clock.now()) {
        None => {
            "For 24 hours messages are signed with both secrets, so that nothing is lost while you bring                  the new one to the receiver. Then the present one is deleted."
        }
        Some(_) => {
            "The secret before the present one, with which messages are signed too, is good no more at once.                     The present one signs beside the new one for 24 hours."
        }
    };
    let asked = Asked {
        title: format!("Renew the secret of {}?", webhook.plan.name),
        effects: vec!["There will be a new secret, shown once.".to_owned(), former.to_owned()],
        button: "Renew secret",
        makes: true,
        ..Asked::default()
    };
    asked.show(&visit, "webhooks", format!("/settings/webhooks/{id}"))
}

/// Asks before a gate token is revoked.
pub async fn revoke_token(visit: Visit) -> PageResult {
    let name = visit.part("token");
    let services = tokens::services_of_token(visit.app(), &*visit.person.0, name).await?;
    let asks = match services.as_slice() {
        [] => "It names no service any more, so its gateway is answered nothing even now.".to_owned(),
        names => format!("Its gateway can no longer ask about {}, on any node.", names.join(", ")),
    };
    let asked = Asked {
        title: format!("Revoke the gate token {name}?"),
        effects: vec![
            asks,
            "Requests behind that gateway are refused at once. A revoked token never works again.".to_owned(),
        ],
        button: "Revoke",
        ..Asked::default()
    };
    asked.show(&visit, "gate-tokens", "/settings/gates".to_owned())
}

/// Name and statements of a policy; without the right to read it, its id alone.
async fn policy(visit: &Visit, id: PolicyId) -> Result<(String, Vec<Sentence>), PageError> {
    if !visit.person.may_on_policy(action::GET_POLICY, id) {
        return Ok((format!("policy {id}"), Vec::new()));
    }
    let found = policies::policy(visit.app(), &visit.person, id).await?.policy;
    let says = sentences(&found.document);
    Ok((found.name, says))
}

fn denials(says: &[Sentence], name: &str) -> Option<String> {
    says.iter()
        .any(|sentence| sentence.is_deny)
        .then(|| format!("What only {name} denies is denied no longer."))
}
