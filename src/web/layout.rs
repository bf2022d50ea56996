//! What stands around every signed-in page.

use super::context::WebContext;
use super::csrf::{self, FormToken};
use super::flash::{self, Flash};
use crate::app::caller::Caller;
use crate::domain::permission::action;
use actix_session::Session;

/// A link of the side navigation.
pub struct NavItem {
    pub section: &'static str,
    pub label: &'static str,
    pub href: &'static str,
    pub icon: &'static str,
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
    pub section: &'static str,
    pub nav: Vec<NavGroup>,
    pub can_switch: bool,
    pub flash: Option<Flash>,
    pub step_up_left: Option<String>,
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
        let left = context.app.step_up_left(caller).max(context.app.grant_window_left(caller));
        let (now, session) = (context.app.clock.now(), &caller.session);
        let idle_left = session.last_seen_at.max(now - 60) + context.app.rules.session_idle - now;
        let absolute_left = session.expires_at - now;
        Self {
            session_left: idle_left.min(absolute_left).max(0),
            is_last: absolute_left <= idle_left,
            csrf: csrf::token(context, caller),
            account: caller.owner().to_string(),
            account_name: caller.account.name.clone(),
            user_name: caller.user.name.clone(),
            theme: caller.preferences.theme.clone(),
            density: caller.preferences.density.clone(),
            section,
            nav: navigation(caller),
            can_switch: caller.can_switch,
            flash: None,
            step_up_left: (left > 0).then(|| format!("verified, {} min left", (left + 59) / 60)),
        }
    }
}

fn navigation(caller: &Caller) -> Vec<NavGroup> {
    let item = |section, label, href, icon| NavItem { section, label, href, icon };
    let mut access = Vec::new();
    if caller.may_here(action::LIST_USERS) {
        access.push(item("users", "Users", "/users", "users"));
    }
    if caller.may_here(action::LIST_GROUPS) {
        access.push(item("groups", "Groups", "/groups", "users-round"));
    }
    if caller.may_here(action::LIST_POLICIES) {
        access.push(item("policies", "Policies", "/policies", "file-text"));
    }
    access.push(item("keys", "My API keys", "/keys", "key-round"));
    let mut groups = vec![NavGroup { title: "Access", items: access }];
    if caller.may_here(action::READ_AUDIT) {
        let items = vec![item("audit", "Audit log", "/audit", "scroll-text")];
        groups.push(NavGroup { title: "Assurance", items });
    }
    if caller.may_here(action::READ_SETTINGS) {
        let items = vec![item("settings", "Account security", "/settings/security", "settings")];
        groups.push(NavGroup { title: "Settings", items });
    }
    let help = vec![item("api", "API endpoint", "/help/api", "terminal")];
    groups.push(NavGroup { title: "Help", items: help });
    groups
}
