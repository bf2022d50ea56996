//! Services: listed, made, changed, deleted.

use crate::app::change::Change;
use crate::app::change::steward::Steward;
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::field::FieldError;
use crate::domain::gate::service::{MAX_SERVICES, Service, ServiceName, ServicePlan, ServiceRefusal};
use crate::domain::gate::written::WrittenService;
use crate::domain::permission::action;
use crate::domain::policy::vocabulary::ServiceWords;
use crate::domain::sentence::Sentence;
use crate::domain::user::Uin;
use crate::store::sequences::{self, Sequence};
use crate::store::{Conn, dialect, gate_tokens, services as kept};

/// A service with what the list shows beside it.
pub struct ListedService {
    pub service: Service,
    /// Names of the gate tokens that name it and are not revoked.
    pub tokens: Vec<String>,
}

/// The account's services, by name.
pub async fn services(app: &App, by: &impl Steward) -> Result<Vec<ListedService>, Failure> {
    by.ensure_allowed(action::LIST_SERVICES)?;
    let owner = by.account_of();
    app.store.read(move |conn| listed(conn, owner)).await
}

/// What the account's services are called in policies; nothing to whoever may not list them.
pub async fn words_of_services(app: &App, by: &impl Steward) -> Result<Vec<ServiceWords>, Failure> {
    if by.ensure_allowed(action::LIST_SERVICES).is_err() {
        return Ok(Vec::new());
    }
    let owner = by.account_of();
    let found = app.store.read(move |conn| kept::of_account(conn, owner)).await?;
    Ok(found.iter().map(ServiceWords::of).collect())
}

/// The service of a name.
pub async fn service(app: &App, by: &impl Steward, name: &str) -> Result<ListedService, Failure> {
    let found = services(app, by).await?;
    found.into_iter().find(|listed| listed.service.plan.name.as_str() == name).ok_or(Failure::NotFound)
}

/// Makes a service.
pub async fn create_service(
    app: &App,
    by: &impl Steward,
    written: WrittenService,
) -> Result<Service, Failure> {
    app.change(by, move |change| create_service_in(change, &written)).await
}

/// Changes hosts, routes and body limit of the service that is named; what they would be depends on what they are.
pub async fn edit_service(
    app: &App,
    by: &impl Steward,
    name: String,
    wanted: impl FnOnce(WrittenService) -> WrittenService + Send + 'static,
) -> Result<Service, Failure> {
    app.change(by, move |change| {
        let before = found(change.conn, change.by.account_of(), &name)?;
        let written = wanted(WrittenService::of(&before.plan));
        update_service_in(change, &WrittenService { name, ..written })
    })
    .await
}

/// Deletes a service; gate tokens that name it answer nothing for it any more.
pub async fn delete_service(app: &App, by: &impl Steward, name: String) -> Result<(), Failure> {
    app.change(by, move |change| delete_service_in(change, &name)).await
}

pub(in crate::app) fn create_service_in<By: Steward>(
    change: &mut Change<'_, By>,
    written: &WrittenService,
) -> Result<Service, Failure> {
    let plan = permitted(change, action::CREATE_SERVICE, written)?;
    let owner_uin = change.by.account_of();
    dialect::lock_account(change.conn, owner_uin)?;
    let known = kept::of_account(change.conn, owner_uin)?;
    if known.iter().any(|service| service.plan.name == plan.name) {
        return Err(FieldError::on_page("name", ServiceRefusal::NameTaken).into());
    }
    if known.len() >= MAX_SERVICES {
        return Err(Failure::Refused(Sentence::on_page(ServiceRefusal::TooMany)));
    }
    let (at, by) = (change.app.clock.now(), change.by.called().to_owned());
    let id = sequences::next(change.conn, Sequence::Service)?;
    let service = Service {
        id,
        owner_uin,
        plan,
        created_at: at,
        created_by: by.clone(),
        changed_at: at,
        changed_by: by,
    };
    kept::insert(change.conn, &service)?;
    let plan = &service.plan;
    let event = change.by.draft(EventName::CREATE_SERVICE).0.about(plan.name.as_str());
    let event = event.fact("hosts", plan.hosts.texts()).fact("routes", plan.routes.texts());
    event.fact("body_limit", plan.body_limit.bytes()).record(change);
    Ok(service)
}

pub(in crate::app) fn update_service_in<By: Steward>(
    change: &mut Change<'_, By>,
    written: &WrittenService,
) -> Result<Service, Failure> {
    let plan = permitted(change, action::UPDATE_SERVICE, written)?;
    let owner = change.by.account_of();
    dialect::lock_account(change.conn, owner)?;
    let before = found(change.conn, owner, plan.name.as_str())?;
    let (changed_at, changed_by) = (change.app.clock.now(), change.by.called().to_owned());
    let after = Service { plan, changed_at, changed_by, ..before.clone() };
    kept::update(change.conn, &after)?;
    for gateway in gate_tokens::of_service(change.conn, after.id)? {
        gateway.ensure_distinct_hosts().map_err(|refusal| FieldError::on_page("hosts", refusal))?;
    }
    let (old, new) = (before.plan, &after.plan);
    let changed = [
        ("hosts", old.hosts.texts().into(), new.hosts.texts().into()),
        ("routes", old.routes.texts().into(), new.routes.texts().into()),
        ("body_limit", old.body_limit.bytes().into(), new.body_limit.bytes().into()),
    ];
    change.by.draft(EventName::UPDATE_SERVICE).0.about(new.name.as_str()).changed(changed).record(change);
    Ok(after)
}

pub(in crate::app) fn delete_service_in<By: Steward>(
    change: &mut Change<'_, By>,
    name: &str,
) -> Result<(), Failure> {
    change.by.ensure_allowed(action::DELETE_SERVICE)?;
    change.by.ensure_asked(change.app, action::DELETE_SERVICE)?;
    let owner = change.by.account_of();
    dialect::lock_account(change.conn, owner)?;
    let service = found(change.conn, owner, name)?;
    let tokens = gate_tokens::of_service(change.conn, service.id)?;
    kept::delete(change.conn, service.id)?;
    let names: Vec<String> = tokens.into_iter().map(|gateway| gateway.token.name).collect();
    change.by.draft(EventName::DELETE_SERVICE).0.about(name).fact("gate_tokens", names).record(change);
    Ok(())
}

/// What is written, once it is clear that it may be done; a code is asked for last.
fn permitted<By: Steward>(
    change: &Change<'_, By>,
    action: &'static str,
    written: &WrittenService,
) -> Result<ServicePlan, Failure> {
    change.by.ensure_allowed(action)?;
    let plan = written.read().map_err(Failure::Invalid)?;
    change.by.ensure_asked(change.app, action)?;
    Ok(plan)
}

fn listed(conn: &mut Conn, owner: Uin) -> Result<Vec<ListedService>, Failure> {
    let tokens = gate_tokens::by_service(conn, owner)?;
    let tokens_of = |id: i64| {
        let named = tokens.iter().filter(|(service, _)| *service == id);
        named.map(|(_, name)| name.clone()).collect()
    };
    let services = kept::of_account(conn, owner)?.into_iter();
    Ok(services.map(|service| ListedService { tokens: tokens_of(service.id), service }).collect())
}

fn found(conn: &mut Conn, owner: Uin, name: &str) -> Result<Service, Failure> {
    let name = ServiceName::parse(name).map_err(|_| Failure::NotFound)?;
    kept::find(conn, owner, &name)?.ok_or(Failure::NotFound)
}
