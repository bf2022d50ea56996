//! The versions of a policy: looked at, compared, made the default, deleted.

use crate::app::{deferred::grant::Grant, deferred::grant::Way, policies};
use crate::domain::policies::{PolicyVersion, StoredPolicy};
use crate::domain::{field::FieldError, permission::action};
use crate::web::pages::policies::text::{DiffLine, Line, diff, lines};
use crate::web::{
    answer::PageResult, answer::render, answer::render_as, error::PageError, forms::csrf::Protected,
    layout::Layout, layout::filters, pages::faults::policy_faults, query::Query, visit::Visit,
};
use actix_web::http::StatusCode;
use askama::Template;

#[derive(Template)]
#[template(path = "policies/version.html")]
struct VersionPage {
    page: Layout,
    policy: StoredPolicy,
    version: PolicyVersion,
    lines: Vec<Line>,
    may_set_default: bool,
    may_delete: bool,
}

#[derive(Template)]
#[template(path = "policies/diff.html")]
struct DiffPage {
    page: Layout,
    policy: StoredPolicy,
    versions: Vec<PolicyVersion>,
    from: i64,
    to: i64,
    /// The two fields of the form: name, label, chosen version.
    sides: [(&'static str, &'static str, i64); 2],
    lines: Vec<DiffLine>,
    added: usize,
    removed: usize,
}

#[derive(Template)]
#[template(path = "policies/delete_version.html")]
struct DeletePage {
    page: Layout,
    policy: StoredPolicy,
    version: PolicyVersion,
    errors: Vec<FieldError>,
}

/// One version.
pub async fn show(visit: Visit) -> PageResult {
    let (policy, version) = named(&visit).await?;
    let may =
        |action| !policy.is_preset() && !version.is_default && visit.person.may_on_policy(action, policy.id);
    render(&VersionPage {
        page: visit.layout("policies"),
        lines: lines(&version.document, &[]),
        may_set_default: may(action::SET_DEFAULT_POLICY_VERSION),
        may_delete: may(action::DELETE_POLICY_VERSION),
        policy,
        version,
    })
}

/// What changes from one version to another; without a choice, from the one before the default to the default.
pub async fn compare(visit: Visit, query: Query) -> PageResult {
    let id = visit.policy()?;
    let policy = policies::policy(visit.app(), &visit.person, id).await?.policy;
    let versions = policies::versions::policy_versions(visit.app(), &visit.person, id).await?;
    let default = versions.iter().find(|version| version.is_default).ok_or(PageError::NotFound)?;
    let earlier = versions.iter().find(|version| version.version < default.version).unwrap_or(default);
    let chosen = |name: &str, otherwise: i64| match query.find(name) {
        None => Ok(otherwise),
        Some(text) => text.parse().map_err(|_| PageError::NotFound),
    };
    let (from, to) = (chosen("from", earlier.version)?, chosen("to", default.version)?);
    let text = |number: i64| {
        let found = versions.iter().find(|version| version.version == number);
        found.map(|version| version.document.as_str()).ok_or(PageError::NotFound)
    };
    let lines = diff(text(from)?, text(to)?);
    let count = |kind| lines.iter().filter(|line| line.kind == kind).count();
    render(&DiffPage {
        page: visit.layout("policies"),
        added: count("added"),
        removed: count("removed"),
        policy,
        versions,
        from,
        to,
        sides: [("from", "From", from), ("to", "To", to)],
        lines,
    })
}

/// Makes a version the one that decides.
pub async fn set_default(visit: Visit, _form: Protected) -> PageResult {
    let (id, number) = (visit.policy()?, visit.number("version")?);
    visit.person.ensure_on_policy(action::SET_DEFAULT_POLICY_VERSION, id)?;
    let way = Way {
        what: format!("let version {number} of a policy decide"),
        back: format!("/policies/{id}"),
        next: format!("/policies/{id}"),
        text: format!("Version {number} is the default and decides from now on."),
    };
    Ok(visit.grant(Grant::SetDefaultVersion { policy: id, version: number }, way).await?)
}

/// Asks before a version is deleted.
pub async fn delete_form(visit: Visit) -> PageResult {
    let id = visit.policy()?;
    visit.person.ensure_on_policy(action::DELETE_POLICY_VERSION, id)?;
    let (policy, version) = named(&visit).await?;
    let page = visit.layout("policies");
    render(&DeletePage { page, policy, version, errors: Vec::new() })
}

/// Deletes a version that is not the default.
pub async fn delete(visit: Visit, _form: Protected) -> PageResult {
    let (id, number) = (visit.policy()?, visit.number("version")?);
    let (status, errors): (StatusCode, Vec<FieldError>) = match policies::versions::delete_policy_versions(
        visit.app(),
        &visit.person,
        id,
        vec![number],
    )
    .await
    {
        Ok(()) => {
            let text = format!("Version {number} is deleted.");
            return Ok(visit.done(&format!("/policies/{id}"), text));
        }
        Err(failure) => policy_faults(failure)?,
    };
    let (policy, version) = named(&visit).await?;
    let page = visit.layout("policies");
    render_as(status, &DeletePage { page, policy, version, errors })
}

/// The policy and the version that an address names.
async fn named(visit: &Visit) -> Result<(StoredPolicy, PolicyVersion), PageError> {
    let id = visit.policy()?;
    let policy = policies::policy(visit.app(), &visit.person, id).await?.policy;
    let version =
        policies::versions::policy_version(visit.app(), &visit.person, id, visit.number("version")?).await?;
    Ok((policy, version))
}
