//! How to call the API: this server’s address and one’s own SecretId, filled into a snippet for each client.

use crate::app::{Failure, keys, keys::Place};
use crate::domain::{key::Key, signature::WINDOW_SECONDS};
use crate::times::Times;
use crate::web::{
    answer::PageResult, answer::render, error::PageError, layout::Layout, layout::filters,
    pages::help::snippets::Address, pages::help::snippets::TOOLS, pages::help::snippets::Tool, query::Query,
    visit::Visit,
};
use askama::Template;

/// Something to pick: a client or a key.
struct Pick {
    label: String,
    href: String,
    is_current: bool,
}

#[derive(Template)]
#[template(path = "help/api.html")]
struct ApiPage {
    page: Layout,
    address: Address,
    tools: Vec<Pick>,
    keys: Vec<Pick>,
    tool: &'static Tool,
    snippet: String,
    /// Why no SecretId is filled in.
    key_problem: Option<&'static str>,
    key: Option<KeyState>,
    now: i64,
    window: i64,
    /// What times in answers are ahead of UTC, such as `+08:00`.
    utc_offset: String,
}

/// The key whose SecretId is filled in.
struct KeyState {
    id: String,
    short: String,
    is_enabled: bool,
}

impl ApiPage {
    fn is_disabled(&self) -> bool {
        self.key.as_ref().is_some_and(|key| !key.is_enabled)
    }
}

impl KeyState {
    fn of(key: &Key) -> Self {
        let id = &key.secret_id;
        Self { id: id.to_string(), short: id.short(), is_enabled: key.is_enabled() }
    }
}

/// Shows one client's snippet, for a key of one's own.
pub async fn api(visit: Visit, query: Query) -> PageResult {
    let (keys, key_problem) = match keys::page(visit.app(), &visit.person, Place::Own).await {
        Ok(found) if found.keys.is_empty() => {
            (found.keys, Some("You have no API key here, so the snippet names none."))
        }
        Ok(found) => (found.keys, None),
        Err(Failure::Denied(_)) => {
            (Vec::new(), Some("Your policies do not let you see your own keys, so the snippet names none."))
        }
        Err(other) => return Err(other.into()),
    };
    let tool = Tool::named(query.text("tool")).ok_or(PageError::NotFound)?;
    let key = picked(&keys, query.text("key"));
    let id = key.map(|key| key.secret_id.as_str());
    let address = Address::of(&visit.context.public_url);
    render(&ApiPage {
        page: visit.layout("api"),
        snippet: tool.snippet(&address, id),
        tools: TOOLS.iter().map(|other| tool_choice(other, tool, id)).collect(),
        keys: keys.iter().map(|other| key_choice(other, tool, id)).collect(),
        address,
        tool,
        key_problem,
        key: key.map(KeyState::of),
        now: visit.app().clock.now(),
        window: WINDOW_SECONDS,
        utc_offset: Times::new(visit.context.api_utc_offset).offset(),
    })
}

/// The key that was asked for if it is one's own, else one that works.
fn picked<'a>(keys: &'a [Key], wanted: &str) -> Option<&'a Key> {
    let named = keys.iter().find(|key| key.secret_id.as_str() == wanted);
    named.or_else(|| keys.iter().find(|key| key.is_enabled())).or(keys.first())
}

fn tool_choice(tool: &Tool, current: &Tool, id: Option<&str>) -> Pick {
    Pick { label: tool.label.to_owned(), href: address(tool, id), is_current: tool.id == current.id }
}

fn key_choice(key: &Key, tool: &Tool, id: Option<&str>) -> Pick {
    let own = key.secret_id.as_str();
    Pick { label: key.secret_id.short(), href: address(tool, Some(own)), is_current: id == Some(own) }
}

fn address(tool: &Tool, id: Option<&str>) -> String {
    let key = id.map(|id| format!("&key={id}")).unwrap_or_default();
    format!("/help/api?tool={}{key}", tool.id)
}
