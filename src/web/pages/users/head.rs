//! The head of every page about one user: who it is, and the tabs that the person may open.

use crate::app::{users, users::head::Tabs};
use crate::domain::{permission::action, user::Uin, user::UserKind};
use crate::web::{error::PageError, pages::chooser::Subject, visit::Visit};

/// For `templates/users/head.html`; the page that includes it holds it in a field `head`.
pub struct UserHead {
    pub id: Uin,
    pub uin: String,
    pub name: String,
    pub kind: &'static str,
    pub mfa: bool,
    /// Whether the user may sign in to the console.
    pub console: bool,
    pub note: String,
    /// Whether one of its keys is tried off.
    pub is_tried_off: bool,
    pub is_self: bool,
    pub is_root: bool,
    /// Whether the person may go back to the User List.
    pub lists_users: bool,
    /// The id of the tab that is open, or empty on a page beside the tabs.
    pub tab: &'static str,
    pub may_edit: bool,
    /// Id, label and address of each tab.
    pub tabs: Vec<(&'static str, &'static str, String)>,
}

impl UserHead {
    /// The head of a user's page, for anyone who may open at least one of them.
    pub async fn load(visit: &Visit, uin: Uin, tab: &'static str) -> Result<Self, PageError> {
        let found = users::head::user_head(visit.app(), &visit.person, uin).await?;
        Ok(Self {
            id: uin,
            uin: uin.to_string(),
            is_root: found.user.kind == UserKind::Root,
            lists_users: visit.person.may_here(action::LIST_USERS),
            kind: found.user.kind.label(),
            mfa: found.mfa,
            is_tried_off: found.is_tried_off,
            console: found.user.console_login,
            is_self: found.user.uid == visit.person.user.uid,
            tab,
            may_edit: found.may_edit,
            tabs: tabs(uin, found.tabs),
            name: found.user.name,
            note: found.user.note,
        })
    }

    /// The user as one for whom something is chosen on the page `form`.
    pub fn subject(self, form: String, back: String) -> Subject {
        Subject {
            list: ("Users", self.lists_users.then_some("/users")),
            address: format!("/users/{}", self.uin),
            id: ("UIN", self.uin),
            name: self.name,
            form,
            back,
        }
    }
}

/// Id, label and address of each page of a user that may be opened.
pub fn tabs(uin: Uin, allowed: Tabs) -> Vec<(&'static str, &'static str, String)> {
    [
        (allowed.permissions, "permissions", "Permissions"),
        (allowed.groups, "groups", "Groups"),
        (allowed.security, "security", "Security"),
        (allowed.keys, "keys", "API Key"),
        (allowed.activity, "activity", "Activity"),
    ]
    .into_iter()
    .filter(|(is_allowed, ..)| *is_allowed)
    .map(|(_, id, label)| (id, label, format!("/users/{uin}/{id}")))
    .collect()
}
