//! What stands around every signed-in page.

pub mod badge;
pub mod filters;
pub mod flash;

use super::context::WebContext;
use crate::app::caller::{Caller, Duty, Preferences};
use crate::app::deferred;
use crate::app::overview::harm::known_harm;
use crate::domain::paging::PAGE_SIZES;
use crate::domain::permission::action;
use crate::web::forms::token::{self, FormToken};
use crate::web::layout::flash::Flash;
use crate::web::query::Query;
use actix_session::Session;

/// A link of the side navigation.
pub struct NavItem {
    pub section: &'static str,
    pub label: &'static str,
    pub href: &'static str,
    pub icon: &'static str,
    /// How many lines behind it can do harm now; 0 is not shown.
    pub bad: usize,
}

/// Links under one title.
pub struct NavGroup {
    pub title: &'static str,
    pub items: Vec<NavItem>,
}

/// Bar, navigation and flash of a page.
pub struct Layout {
    pub csrf: FormToken,
    pub account: String,
    pub account_name: String,
    pub user_name: String,
    pub theme: String,
    pub density: String,
    /// Rows that a page of a list has.
    pub page_size: i16,
    /// The address of the page, from the beginning of what it lists.
    pub beginning: String,
    pub section: &'static str,
    pub nav: Vec<NavGroup>,
    pub can_switch: bool,
    pub flash: Option<Flash>,
    /// Minutes for which no other code is asked.
    pub step_up_left: Option<i64>,
    /// The time for which the page is true, in unix seconds.
    pub now: i64,
    /// Seconds until the session ends if nothing is done.
    pub session_left: i64,
    /// Whether no use of the session makes it last longer.
    pub is_last: bool,
}

impl Layout {
    /// For a page of that section; takes the flash message that was left for it.
    pub fn new(context: &WebContext, caller: &Caller, session: &Session, section: &'static str) -> Self {
        Self { flash: flash::take(session), ..Self::quiet(context, caller, section) }
    }

    /// The same, leaving the flash message for the next page.
    pub fn quiet(context: &WebContext, caller: &Caller, section: &'static str) -> Self {
        let left = deferred::step_up_left(&context.app, caller)
            .max(crate::app::session::window::grant_window_left(&context.app, caller));
        let now = context.app.clock.now();
        let (seen_at, expires_at) = caller
            .signed_in()
            .map_or((now, now), |signed_in| (signed_in.session.last_seen_at, signed_in.session.expires_at));
        let idle_left = seen_at.max(now - 60) + context.app.rules.session_idle - now;
        let absolute_left = expires_at - now;
        let Preferences { theme, density, page_size } = caller.preferences();
        Self {
            session_left: idle_left.min(absolute_left).max(0),
            is_last: absolute_left <= idle_left,
            now,
            csrf: token::token(context, caller),
            account: caller.owner().to_string(),
            account_name: caller.account.name.clone(),
            user_name: caller.user.name.clone(),
            theme,
            density,
            page_size,
            beginning: String::new(),
            section,
            nav: navigation(caller, known_harm(&context.app, caller)),
            can_switch: caller.signed_in().is_some_and(|signed_in| signed_in.can_switch),
            flash: None,
            step_up_left: (left > 0).then_some((left + 59) / 60),
        }
    }
}

/// What of an address says from where on a list is shown.
const PLACES: [(&str, &str); 5] = [("after", ""), ("before", ""), ("older", ""), ("newer", ""), ("page", "")];

impl Layout {
    /// The same for a page at that address.
    #[must_use]
    pub fn at(self, path: &str, query: &str) -> Self {
        let query = Query::parse(query).map(|query| query.with(&PLACES)).unwrap_or_default();
        Self { beginning: format!("{path}{query}").trim_end_matches('?').to_owned(), ..self }
    }

    /// The rows that a page of a list can have, and whether it has so many.
    pub fn sizes(&self) -> [(i16, bool); 3] {
        PAGE_SIZES.map(|size| (size, size == self.page_size))
    }
}

/// The page that opens for everybody.
const OWN: &str = "/me/security";

/// Where a person begins: a page that opens for them.
pub fn start(caller: &Caller) -> &'static str {
    let pages = access(caller);
    if may_see_overview(caller) {
        return "/";
    }
    let has = |wanted: &str| pages.iter().find(|item| item.href == wanted);
    let first = has("/users").or_else(|| has("/keys")).or_else(|| pages.first());
    first.map_or(OWN, |item| item.href)
}

/// Whether no policy opens anything of the account for this person.
pub fn is_without_rights(caller: &Caller) -> bool {
    caller.duty() == Duty::None
        && navigation(caller, 0).iter().all(|group| ["You", "Help"].contains(&group.title))
}

/// Only what opens for this person.
fn navigation(caller: &Caller, bad: usize) -> Vec<NavGroup> {
    let own = NavGroup { title: "You", items: vec![item("me", "My security", OWN, "lock")] };
    if caller.duty() != Duty::None {
        return vec![own];
    }
    let help = item("api", "API endpoint", "/help/api", "terminal");
    let overview = may_see_overview(caller)
        .then(|| NavItem { bad, ..item("overview", "Overview", "/", "layout-dashboard") });
    let groups = [
        NavGroup { title: "", items: overview.into_iter().collect() },
        NavGroup { title: "Access", items: access(caller) },
        NavGroup { title: "Assurance", items: assurance(caller) },
        NavGroup { title: "Settings", items: settings(caller) },
        own,
        NavGroup { title: "Help", items: vec![help] },
    ];
    groups.into_iter().filter(|group| !group.items.is_empty()).collect()
}

fn may_see_overview(caller: &Caller) -> bool {
    caller.duty() == Duty::None && caller.may_here(action::GET_OVERVIEW)
}

fn access(caller: &Caller) -> Vec<NavItem> {
    let pages = [
        (action::LIST_USERS, item("users", "Users", "/users", "users")),
        (action::LIST_GROUPS, item("groups", "Groups", "/groups", "users-round")),
        (action::LIST_POLICIES, item("policies", "Policies", "/policies", "file-text")),
    ];
    let open = pages.into_iter().filter(|(action, _)| caller.may_here(action)).map(|(_, item)| item);
    let keys = caller.may_see_own_keys().then(|| item("keys", "My API keys", "/keys", "key-round"));
    if caller.duty() == Duty::None { open.chain(keys).collect() } else { Vec::new() }
}

fn assurance(caller: &Caller) -> Vec<NavItem> {
    let alarms = caller.signed_in().map_or(0, |signed_in| signed_in.alarms.min(99));
    let pages = [
        (action::READ_AUDIT, NavItem { bad: alarms, ..item("notices", "Notices", "/notices", "bell") }),
        (action::READ_AUDIT, item("audit", "Audit log", "/audit", "scroll-text")),
        (action::QUERY_KEY, item("rotations", "Rotations", "/rotations", "git-compare")),
        (action::LIST_CANARIES, item("canaries", "Canary keys", "/canaries", "shield-alert")),
        (
            action::GET_CREDENTIAL_REPORT,
            item("report", "Credential report", "/reports/credentials", "download"),
        ),
    ];
    pages.into_iter().filter(|(action, _)| caller.may_here(action)).map(|(_, item)| item).collect()
}

fn settings(caller: &Caller) -> Vec<NavItem> {
    let pages = [
        (action::READ_SETTINGS, item("settings", "Account security", "/settings/security", "settings")),
        (action::LIST_SERVICES, item("services", "Services", "/settings/services", "terminal")),
        (action::LIST_GATE_TOKENS, item("gate-tokens", "Gate tokens", "/settings/gates", "key-round")),
        (action::LIST_WEBHOOKS, item("webhooks", "Webhooks", "/settings/webhooks", "send")),
    ];
    pages.into_iter().filter(|(action, _)| caller.may_here(action)).map(|(_, item)| item).collect()
}

const fn item(section: &'static str, label: &'static str, href: &'static str, icon: &'static str) -> NavItem {
    NavItem { section, label, href, icon, bad: 0 }
}
