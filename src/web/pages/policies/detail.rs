//! One policy: what it says, who has it, its end.

use crate::app::policies::entities::EntityPage;
use crate::app::policies::{EntityFilter, PolicyDetail};
use crate::app::{caller::Caller, deferred::grant::Grant, deferred::grant::Way, policies};
use crate::domain::paging::{PAGE_ROWS, Paged, Paging};
use crate::domain::policies::{Entity, MAX_VERSIONS, PolicyId, PolicyVersion, StoredPolicy};
use crate::domain::{field::FieldError, permission::action};
use crate::web::pages::policies::text::{Line, Sentence, lines, sentences};
use crate::web::{
    answer::PageResult, answer::render, answer::render_as, forms::csrf::Protected, layout::Layout,
    layout::filters, pages::faults::policy_faults, pages::policies::holders::Holder,
    pages::policies::holders::may_attach_widely, pages::policies::list::MOST_PAGES,
    pages::policies::list::uses_in_words, query::Query, visit::Visit,
};
use actix_web::http::StatusCode;
use askama::Template;

#[derive(Template)]
#[template(path = "policies/detail.html")]
struct DetailPage {
    page: Layout,
    policy: StoredPolicy,
    uses: String,
    lines: Vec<Line>,
    sentences: Vec<Sentence>,
    /// Who has it, as far as the person may know.
    holders: Option<Holders>,
    versions: Option<Vec<PolicyVersion>>,
    rights: Rights,
}

/// Those of a page, and which page that is.
struct HoldersPage {
    found: Paged<Entity>,
    paging: Paging,
}

/// A page of those that have it, and the ways to the others.
struct Holders {
    rows: Vec<Holder>,
    range: String,
    previous: Option<String>,
    next: Option<String>,
}

impl Holders {
    fn of(person: &Caller, id: PolicyId, page: HoldersPage) -> Self {
        let HoldersPage { found, paging } = page;
        let before = (paging.number - 1) * paging.size;
        let last = before + found.rows.len();
        let address = |number: usize| format!("/policies/{id}?page={number}#holders-h");
        Self {
            range: format!("{}–{last} of {}", before + 1, found.total),
            previous: (paging.number > 1).then(|| address(paging.number - 1)),
            next: (last < found.total && !found.rows.is_empty()).then(|| address(paging.number + 1)),
            rows: found.rows.into_iter().map(|entity| Holder::of(person, id, entity)).collect(),
        }
    }
}

/// What the person may do here.
struct Rights {
    list: bool,
    edit: bool,
    delete: bool,
    copy: bool,
    attach: bool,
    read_version: bool,
    set_default: bool,
    delete_version: bool,
}

#[derive(Template)]
#[template(path = "policies/delete.html")]
struct DeletePage {
    page: Layout,
    errors: Vec<FieldError>,
    policy: StoredPolicy,
    uses: String,
    is_in_use: bool,
    confirm: String,
}

/// A policy with everything the person may know about it.
pub async fn index(visit: Visit, query: Query) -> PageResult {
    let id = visit.policy()?;
    let paging = Paging { number: query.page(MOST_PAGES)?, size: usize::from(PAGE_ROWS) };
    let PolicyDetail { policy, uses } = policies::policy(visit.app(), &visit.person, id).await?;
    let holders = if visit.person.may_on_policy(action::LIST_POLICY_ENTITIES, id) {
        let wanted = EntityPage { filter: EntityFilter::All, paging };
        let found = policies::entities::policy_entities(visit.app(), &visit.person, id, wanted).await?;
        Some(Holders::of(&visit.person, id, HoldersPage { found, paging }))
    } else {
        None
    };
    let versions = if !policy.is_preset() && visit.person.may_on_policy(action::LIST_POLICY_VERSIONS, id) {
        Some(policies::versions::policy_versions(visit.app(), &visit.person, id).await?)
    } else {
        None
    };
    render(&DetailPage {
        page: visit.layout("policies"),
        lines: lines(&policy.document, &[]),
        sentences: sentences(&policy.document),
        uses: uses_in_words(uses),
        rights: Rights::of(&visit.person, &policy),
        policy,
        holders,
        versions,
    })
}

/// Asks before a policy is deleted.
pub async fn delete_form(visit: Visit) -> PageResult {
    let found = policies::edit::policy_to_delete(visit.app(), &visit.person, visit.policy()?).await?;
    render(&DeletePage::new(visit.layout("policies"), found))
}

/// Deletes a policy whose name was typed and that nobody has.
pub async fn delete(visit: Visit, Protected(form): Protected) -> PageResult {
    let found = policies::edit::policy_to_delete(visit.app(), &visit.person, visit.policy()?).await?;
    let confirm = form.text("confirm").trim().to_owned();
    let (status, errors) = if confirm == found.policy.name {
        let next = if visit.person.may_here(action::LIST_POLICIES) { "/policies" } else { "/" };
        let way = Way {
            what: format!("delete the policy {}, which denies something", found.policy.name),
            back: format!("/policies/{}/delete", found.policy.id),
            next: next.to_owned(),
            text: format!("Policy {} is deleted.", found.policy.name),
        };
        let grant = Grant::DeletePolicy { policy: found.policy.id };
        match visit.grant(grant, way).await {
            Ok(answer) => return Ok(answer),
            Err(failure) => policy_faults(failure)?,
        }
    } else {
        let error = FieldError::on_page("confirm", "Type the policy name exactly to delete it.");
        (StatusCode::UNPROCESSABLE_ENTITY, vec![error])
    };
    let page = visit.layout("policies");
    render_as(status, &DeletePage { errors, confirm, ..DeletePage::new(page, found) })
}

impl DetailPage {
    fn is_full(&self) -> bool {
        self.versions.as_ref().is_some_and(|versions| versions.len() >= MAX_VERSIONS)
    }
}

impl Rights {
    fn of(person: &Caller, policy: &StoredPolicy) -> Self {
        let is_own = !policy.is_preset();
        let may = |action| person.may_on_policy(action, policy.id);
        let set_default = is_own && may(action::SET_DEFAULT_POLICY_VERSION);
        Self {
            list: person.may_here(action::LIST_POLICIES),
            edit: set_default && may(action::CREATE_POLICY_VERSION),
            delete: is_own && may(action::DELETE_POLICY),
            copy: person.may_here(action::CREATE_POLICY),
            attach: may_attach_widely(person),
            read_version: may(action::GET_POLICY_VERSION),
            delete_version: is_own && may(action::DELETE_POLICY_VERSION),
            set_default,
        }
    }
}

impl DeletePage {
    fn new(page: Layout, PolicyDetail { policy, uses }: PolicyDetail) -> Self {
        Self {
            page,
            errors: Vec::new(),
            uses: uses_in_words(uses),
            is_in_use: uses.users + uses.groups + uses.boundaries > 0,
            policy,
            confirm: String::new(),
        }
    }
}
