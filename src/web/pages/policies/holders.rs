//! Whom a policy is attached to, from the policy's side: attaching, detaching.

use crate::app::{
    Failure, caller::Caller, deferred::grant::Grant, deferred::grant::Way, groups, policies,
    policies::EntityFilter, policies::entities::EntityPage, policies::holders::HolderRef,
    policies::planned::Planned,
};
use crate::domain::group::{Group, GroupId, GroupRefusal, MAX_GROUPS};
use crate::domain::paging::Paging;
use crate::domain::policies::{Entity, PolicyId, StoredPolicy};
use crate::domain::{field::FieldError, permission::action, user::Uin, user::User};
use crate::web::pages::chooser::{Choice, Choices, Chooser, Subject, Wording, users_to_choose};
use crate::web::{
    answer::PageResult, error::PageError, forms::Form, forms::csrf::Protected, pages::faults::Faults,
    pages::faults::group_faults, pages::groups::permissions::detach_from_group,
    pages::users::permissions::detach_from_user, visit::Visit,
};
use actix_web::HttpResponse;

/// All groups at once: an account has few.
const ALL: Paging = Paging { number: 1, size: MAX_GROUPS };
const GROUPS: EntityPage = EntityPage { filter: EntityFilter::Groups, paging: ALL };

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
    pub fn of(person: &Caller, policy: PolicyId, entity: Entity) -> Self {
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
                let may = |action| person.may_group(action, id);
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

/// Takes the policy from a user.
pub async fn detach_user(visit: Visit, _form: Protected) -> PageResult {
    let (id, uin) = (visit.policy()?, visit.uin()?);
    Ok(detach_from_user(&visit, uin, id, format!("/policies/{id}")).await?)
}

/// Takes the policy from a group.
pub async fn detach_group(visit: Visit, _form: Protected) -> PageResult {
    let (id, group) = (visit.policy()?, visit.group()?);
    Ok(detach_from_group(&visit, group, id, format!("/policies/{id}")).await?)
}

async fn groups(visit: &Visit, text: &str) -> Result<Vec<Choice>, PageError> {
    if !visit.person.may_here(action::LIST_GROUPS) {
        return Ok(Vec::new());
    }
    let choice = |group: Group| {
        let remark = if group.remark.is_empty() { String::new() } else { format!(" · {}", group.remark) };
        let detail = format!("Group{remark}");
        Choice { field: "group", value: group.id.to_string(), label: group.name, detail }
    };
    let all = groups::groups(visit.app(), &visit.person, text, ALL)
        .await?
        .rows
        .into_iter()
        .map(|listed| listed.group);
    Ok(all.filter(|group| visit.person.may_attach(HolderRef::Group(group.id))).map(choice).collect())
}

fn is_group(entity: &Entity, text: &str) -> bool {
    matches!(entity, Entity::Group { id, .. } if id.to_string() == text)
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

/// A policy that is attached to users and groups.
pub struct HoldersForPolicy(StoredPolicy);

impl Chooser for HoldersForPolicy {
    const WORDING: Wording = WORDING;
    const SECTION: &'static str = "policies";

    async fn load(visit: &Visit) -> Result<Self, PageError> {
        Ok(Self(policies::policy(visit.app(), &visit.person, visit.policy()?).await?.policy))
    }

    /// Those that the person may attach to and that, as far as it may know, have it not.
    async fn choices(&self, visit: &Visit, text: &str) -> Result<Choices, PageError> {
        let (app, person, policy) = (visit.app(), &visit.person, self.0.id);
        let held = if person.may_on_policy(action::LIST_POLICY_ENTITIES, policy) {
            policies::entities::policy_entities(app, person, policy, GROUPS).await?.rows
        } else {
            Vec::new()
        };
        let mut found: Vec<Choice> = groups(visit, text).await?;
        found.retain(|choice| !held.iter().any(|entity| is_group(entity, &choice.value)));
        let fits = async |mut users: Vec<User>| {
            let uids = users.iter().map(|user| user.uid).collect();
            let held = policies::entities::users_with(app, person, policy, uids).await?;
            users.retain(|user| person.may_attach(HolderRef::User(user.uin)) && !held.contains(&user.uid));
            Ok(users)
        };
        let (users, has_more) = users_to_choose(visit, text, fits).await?;
        found.extend(users.into_iter().map(|user| Choice::of_user(user, "user")));
        if found.is_empty() && !may_attach_widely(person) {
            person.ensure_attach(HolderRef::User(person.owner()))?;
        }
        Ok(Choices { q: text.to_owned(), found, has_more })
    }

    async fn ensure_open(&self, visit: &Visit) -> Result<(), PageError> {
        self.choices(visit, "").await.map(|_| ())
    }

    fn chosen(form: &Form) -> Vec<String> {
        [form.all("user"), form.all("group")].concat()
    }

    const CAN_CHECK: bool = true;

    async fn planned(&self, visit: &Visit, form: &Form) -> Result<Option<Planned>, Failure> {
        let (mut uins, mut groups) = (Vec::new(), Vec::new());
        for holder in holders_of(form, visit.person.owner())? {
            visit.person.ensure_attach(holder)?;
            match holder {
                HolderRef::User(uin) => uins.push(uin),
                HolderRef::Group(group) => groups.push(group),
            }
        }
        Ok(Some(Planned::Attach { uins, groups, policies: vec![self.0.id] }))
    }

    async fn apply(&self, visit: &Visit, form: &Form) -> Result<HttpResponse, Failure> {
        let (policy, holders) = (&self.0, holders_of(form, visit.person.owner())?);
        let way = Way {
            what: format!("attach {} to {} users and groups", policy.name, holders.len()),
            back: format!("/policies/{}/attach", policy.id),
            next: format!("/policies/{}", policy.id),
            text: "The policy is attached.".to_owned(),
        };
        visit.grant(Grant::attach_to_holders(policy.id, &holders), way).await
    }

    fn faults(failure: Failure) -> Result<Faults, PageError> {
        match failure {
            Failure::NotFound | Failure::Group(GroupRefusal::NoGroup(_)) => group_faults(gone().into()),
            other => group_faults(other),
        }
    }

    fn subject(self, visit: &Visit) -> Subject {
        let address = format!("/policies/{}", self.0.id);
        Subject {
            id: ("policy id", self.0.id.to_string()),
            name: self.0.name,
            list: ("Policies", visit.person.may_here(action::LIST_POLICIES).then_some("/policies")),
            form: format!("{address}/attach"),
            back: address.clone(),
            address,
        }
    }
}
