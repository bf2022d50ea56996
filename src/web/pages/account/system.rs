//! The installation: program, database and the nodes that run on it.

use crate::app::operator::nodes::{Installation, RunningNode, installation};
use crate::domain::permission::action;
use crate::web::answer::{PageResult, render};
use crate::web::{layout::Layout, layout::filters, visit::Visit};
use askama::Template;

#[derive(Template)]
#[template(path = "settings/system.html")]
struct SystemPage {
    page: Layout,
    installation: Installation,
    version: &'static str,
}

impl SystemPage {
    fn seconds_ago(&self, node: &RunningNode) -> i64 {
        (self.installation.now - node.seen_at).max(0)
    }

    /// Whether a node is of another version than the one that answers.
    fn differs(&self, node: &RunningNode) -> bool {
        node.version != self.version
            || node.schema_version.is_some_and(|version| version != self.installation.schema)
    }
}

/// What runs here.
pub async fn index(visit: Visit) -> PageResult {
    visit.person.ensure_here(action::READ_SETTINGS)?;
    render(&SystemPage {
        page: visit.layout("settings"),
        installation: installation(visit.app()).await?,
        version: env!("CARGO_PKG_VERSION"),
    })
}
