//! A service: what was asked about it, and why requests were refused.

use crate::app::caller::Caller;
use crate::app::gate::report::{Answered, ServiceReport, report};
use crate::app::services::ListedService;
use crate::domain::gate::refused::{Explained, KEPT_REFUSALS, RefusedRequest, explained};
use crate::domain::permission::action;
use crate::web::answer::{PageResult, render};
use crate::web::pages::bars::{Chart, Names, Slot};
use crate::web::pages::services::head::ServiceHead;
use crate::web::pages::ways::keys_address;
use crate::web::{layout::Layout, layout::filters, visit::Visit};
use askama::Template;
use url::form_urlencoded::Serializer;

#[derive(Template)]
#[template(path = "services/service.html")]
struct ServicePage {
    page: Layout,
    head: ServiceHead,
    listed: ListedService,
    chart: Chart,
    /// Of the last 24 hours and of all that are told.
    figures: [Figure; 2],
    rows: Vec<Row>,
}

/// How many verdicts there were, and how many of them refused.
struct Figure {
    hours: usize,
    verdicts: i64,
    refused: i64,
}

impl Figure {
    /// Of the newest hours.
    fn of(hours: &[Answered], newest: usize) -> Self {
        let told = hours.iter().rev().take(newest);
        let (allowed, refused) =
            told.fold((0, 0), |(allowed, refused), hour| (allowed + hour.allowed, refused + hour.refused));
        Self { hours: newest, verdicts: allowed + refused, refused }
    }

    /// The refused ones of all: `0.41 %`; nothing where there are none at all.
    fn share(&self) -> Option<String> {
        let hundredths = (self.refused * 10_000).checked_div(self.verdicts)?;
        Some(format!("{}.{:02} %", hundredths / 100, hundredths % 100))
    }
}

/// A refused request, as far as the person may know whose it was.
struct Row {
    at: i64,
    request_id: String,
    /// Nobody where a signature proves nothing.
    user: Option<Known>,
    /// The key that it names: its id, its end, and where its records are.
    key: Option<Known>,
    ip: String,
    method: String,
    path: String,
    explained: Explained,
    reason: String,
    message: String,
    /// The same question to the simulator.
    simulator: Option<String>,
}

/// Something with a name, and where it is.
struct Known {
    name: String,
    href: Option<String>,
}

/// The service with its numbers and its newest refusals.
pub async fn index(visit: Visit) -> PageResult {
    let found = report(visit.app(), &*visit.person.0, visit.part("service")).await?;
    let chart = chart(&found);
    let figures = [24, found.hours.len()].map(|newest| Figure::of(&found.hours, newest));
    let rows = found.refused.into_iter().map(|refused| Row::of(&visit.person, refused)).collect();
    render(&ServicePage {
        page: visit.layout("services"),
        head: ServiceHead::of(&visit, &found.listed, "traffic"),
        chart,
        figures,
        listed: found.listed,
        rows,
    })
}

fn chart(found: &ServiceReport) -> Chart {
    let numbered = (0..).zip(&found.hours);
    let slots = numbered.map(|(at, hour)| Slot {
        at: found.since + at * 3_600,
        accepted: hour.allowed,
        refused: hour.refused,
    });
    let labels = ["48 hours ago", "24 hours ago", "Now"].map(str::to_owned).to_vec();
    let names = Names { accepted: "Allowed", slot: "Hour from", unfinished: "This hour so far" };
    Chart::of(slots.collect(), labels, names)
}

impl Row {
    fn of(person: &Caller, refused: RefusedRequest) -> Self {
        let explained = explained(&refused.reason);
        Self {
            at: refused.at_ms.div_euclid(1000),
            user: user(person, &refused),
            key: key(person, &refused),
            simulator: simulator(person, &refused),
            request_id: refused.request_id,
            ip: refused.ip,
            method: refused.method,
            path: refused.path,
            explained,
            reason: refused.reason,
            message: refused.message,
        }
    }
}

/// The user's name is for whoever may see users.
fn user(person: &Caller, refused: &RefusedRequest) -> Option<Known> {
    let uin = refused.uin?;
    let is_seen = person.may(action::GET_USER, uin);
    let name = if is_seen { refused.user_name.clone() } else { "A user of this account".to_owned() };
    Some(Known { name, href: is_seen.then(|| format!("/users/{uin}")) })
}

/// The id of a key is for whoever may query it; one that belongs to nobody is only what the client has sent.
fn key(person: &Caller, refused: &RefusedRequest) -> Option<Known> {
    let id = refused.secret_id.as_str();
    if id.is_empty() {
        return None;
    }
    match refused.uin {
        Some(uin) => {
            let place = person.place_of_keys(uin)?;
            Some(Known { name: id.to_owned(), href: Some(format!("{}/{id}/records", keys_address(place))) })
        }
        None => person.may_here(action::QUERY_KEY).then(|| Known { name: id.to_owned(), href: None }),
    }
}

fn simulator(person: &Caller, refused: &RefusedRequest) -> Option<String> {
    let uin = refused.uin.filter(|uin| person.may(action::LIST_ATTACHED, *uin))?;
    let is_by_policy = matches!(refused.reason.as_str(), "no_policy" | "explicit_deny" | "boundary");
    if !is_by_policy || refused.resource.is_empty() {
        return None;
    }
    let mut query = Serializer::new(String::new());
    query.append_pair("user", &uin.to_string());
    query.append_pair("action", &refused.action).append_pair("resource", &refused.resource);
    query.append_pair("context", &format!("qcs:ip={}", refused.ip));
    Some(format!("/policies/simulate?{}", query.finish()))
}
