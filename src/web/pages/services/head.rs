//! The head of every page about one service: what it is, and its tabs.

use crate::app::services::ListedService;
use crate::domain::number::grouped;
use crate::domain::permission::action;
use crate::web::visit::Visit;

/// For `templates/services/head.html`; the page that includes it holds it in a field `head`.
pub struct ServiceHead {
    pub name: String,
    pub hosts: Vec<String>,
    pub body_limit: String,
    /// The id of the tab that is open.
    pub tab: &'static str,
    pub may_edit: bool,
    pub may_delete: bool,
    pub tabs: Vec<Tab>,
}

/// A page of a service, and how many things are on it.
pub struct Tab {
    pub id: &'static str,
    pub label: &'static str,
    pub href: String,
    pub count: Option<usize>,
}

impl ServiceHead {
    pub fn of(visit: &Visit, listed: &ListedService, tab: &'static str) -> Self {
        let plan = &listed.service.plan;
        let address = format!("/settings/services/{}", plan.name);
        let mut tabs = vec![
            Tab { id: "traffic", label: "Traffic", href: address.clone(), count: None },
            Tab {
                id: "routes",
                label: "Routes",
                href: format!("{address}/routes"),
                count: Some(plan.routes.iter().count()),
            },
        ];
        if visit.person.may_here(action::LIST_GATE_TOKENS) {
            let (href, count) = (format!("{address}/tokens"), Some(listed.tokens.len()));
            tabs.push(Tab { id: "tokens", label: "Gate tokens", href, count });
        }
        Self {
            name: plan.name.to_string(),
            hosts: plan.hosts.texts(),
            body_limit: size(plan.body_limit.bytes()),
            tab,
            may_edit: visit.person.may_here(action::UPDATE_SERVICE),
            may_delete: visit.person.may_here(action::DELETE_SERVICE),
            tabs,
        }
    }
}

/// A number of bytes for people to read, without rounding it.
fn size(bytes: u32) -> String {
    const KIB: u32 = 1024;
    match bytes {
        0 => "0 bytes".to_owned(),
        1 => "1 byte".to_owned(),
        whole if whole % (KIB * KIB) == 0 => format!("{} MiB", whole / (KIB * KIB)),
        whole if whole % KIB == 0 => format!("{} KiB", whole / KIB),
        other => format!("{} bytes", grouped(i64::from(other))),
    }
}
