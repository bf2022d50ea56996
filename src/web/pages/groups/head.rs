//! The head of every page about one group.

use crate::app::groups;
use crate::domain::{group::GroupId, permission::action};
use crate::web::{error::PageError, pages::chooser::Subject, visit::Visit};

/// For `templates/groups/head.html`; the page that includes it holds it in a field `head`.
pub struct GroupHead {
    pub id: GroupId,
    pub name: String,
    pub remark: String,
    pub created_at: i64,
    /// Whether the person may go back to the list of groups.
    pub lists_groups: bool,
    pub may_edit: bool,
    pub may_delete: bool,
    /// The id of the tab that is open.
    pub tab: &'static str,
    /// Id, label and address of each tab.
    pub tabs: Vec<(&'static str, &'static str, String)>,
}

impl GroupHead {
    /// The head of a group's page, for anyone who may open at least one of them.
    pub async fn load(visit: &Visit, id: GroupId, tab: &'static str) -> Result<Self, PageError> {
        let found = groups::group_head(visit.app(), &visit.person, id).await?;
        let tabs = [(found.members, "members", "Members"), (found.permissions, "permissions", "Permissions")];
        Ok(Self {
            id,
            lists_groups: visit.person.may_here(action::LIST_GROUPS),
            may_edit: found.may_edit,
            may_delete: found.may_delete,
            tab,
            tabs: tabs
                .into_iter()
                .filter(|(is_allowed, ..)| *is_allowed)
                .map(|(_, tab, label)| (tab, label, format!("/groups/{id}/{tab}")))
                .collect(),
            name: found.group.name,
            remark: found.group.remark,
            created_at: found.group.created_at,
        })
    }

    /// The group as one for which something is chosen on the page `form`.
    pub fn subject(self, form: String, back: String) -> Subject {
        Subject {
            list: ("Groups", self.lists_groups.then_some("/groups")),
            address: format!("/groups/{}", self.id),
            id: ("ID", self.id.to_string()),
            name: self.name,
            form,
            back,
        }
    }
}
