//! Canary keys and who used them.

use crate::app::canaries::{self, Watched};
use crate::app::deferred::grant::{Grant, Way};
use crate::domain::canary::{Canary, KEPT_TOUCHES, Proof, Touch};
use crate::domain::permission::action;
use crate::web::answer::{PageResult, render};
use crate::web::{forms::csrf::Protected, layout::Layout, layout::filters, visit::Visit};
use askama::Template;

#[derive(Template)]
#[template(path = "canaries/index.html")]
struct IndexPage {
    page: Layout,
    rows: Vec<Canary>,
    may_create: bool,
    may_delete: bool,
}

impl IndexPage {
    /// How many of those in use somebody has touched.
    fn alarms(&self) -> usize {
        self.rows.iter().filter(|row| row.is_touched() && row.deleted_at.is_none()).count()
    }
}

#[derive(Template)]
#[template(path = "canaries/canary.html")]
struct CanaryPage {
    page: Layout,
    canary: Canary,
    rows: Vec<Row>,
    may_delete: bool,
}

impl CanaryPage {
    /// Whether whoever used it lately knows the SecretKey, too.
    fn has_secret_leaked(&self) -> bool {
        self.rows.iter().any(|row| row.proof == Proof::Signed)
    }
}

/// One use.
struct Row {
    /// In unix seconds.
    at: i64,
    ip: String,
    client: String,
    face: String,
    what: String,
    request_id: String,
    proof: Proof,
}

impl From<Touch> for Row {
    fn from(touch: Touch) -> Self {
        let Touch { at_ms, request_id, ip, client, face, service, action, proof } = touch;
        let what = [service, action].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        Self { at: at_ms / 1000, ip, client, face, what: what.join(":"), request_id, proof }
    }
}

/// The canary keys: what was used last first, deleted ones last.
pub async fn index(visit: Visit) -> PageResult {
    let rows = canaries::canary_keys(visit.app(), &visit.person).await?;
    render(&IndexPage {
        page: visit.layout("canaries"),
        rows,
        may_create: visit.person.may_here(action::CREATE_CANARY),
        may_delete: visit.person.may_here(action::DELETE_CANARY),
    })
}

/// One canary key, with the newest of its uses.
pub async fn show(visit: Visit) -> PageResult {
    visit.person.ensure_here(action::LIST_CANARIES)?;
    let found = canaries::canary_key(visit.app(), &visit.person, visit.canary()?).await?;
    let Watched { canary, touches } = found;
    render(&CanaryPage {
        page: visit.layout("canaries"),
        canary,
        rows: touches.into_iter().map(Row::from).collect(),
        may_delete: visit.person.may_here(action::DELETE_CANARY),
    })
}

/// Deletes a canary key, once a code was given.
pub async fn delete(visit: Visit, _form: Protected) -> PageResult {
    visit.person.ensure_here(action::DELETE_CANARY)?;
    let id = visit.canary()?;
    let name = canaries::name_of_living(visit.app(), &visit.person, id.clone()).await?;
    let way = Way {
        what: format!("delete the canary key {name}"),
        back: "/canaries".to_owned(),
        next: "/canaries".to_owned(),
        text: format!("The canary key {name} is deleted. Nothing is told of its use any more."),
    };
    Ok(visit.grant(Grant::DeleteCanary { secret_id: id.to_string() }, way).await?)
}
