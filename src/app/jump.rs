//! One search for whatever has a name or an id: users, keys, policies, groups, requests.

use crate::app::caller::Caller;
use crate::app::users::search::holders;
use crate::app::{App, Failure};
use crate::domain::group::Group;
use crate::domain::key::{self, Place, SecretId};
use crate::domain::permission::action;
use crate::domain::policies::PolicySummary;
use crate::domain::user::{Uid, User};
use crate::domain::user_search::UserFilter;
use crate::store::{Conn, StoreError, api_keys, groups, policy_search, user_search, users};

/// Things of one kind that are shown.
pub const MOST: usize = 10;

/// A key, whose it is, and the page that the caller sees it on.
#[derive(Debug)]
pub struct FoundKey {
    pub id: SecretId,
    pub holder: User,
    pub place: Place,
}

/// What a text leads to, among what the caller may see.
#[derive(Debug, Default)]
pub struct Found {
    /// Keys whose SecretIds begin like the text.
    pub keys: Vec<FoundKey>,
    pub users: Vec<User>,
    pub policies: Vec<PolicySummary>,
    pub groups: Vec<Group>,
    /// Whether there is more of a kind than is shown.
    pub has_more: bool,
}

/// What a text leads to.
pub async fn find(app: &App, caller: &Caller, text: String) -> Result<Found, Failure> {
    if text.is_empty() {
        return Ok(Found::default());
    }
    app.view(caller, move |view| {
        let by = view.by;
        let (owner, conn) = (by.owner(), &mut *view.conn);
        let lower = text.to_lowercase();
        let fits = |name: &str| name.to_lowercase().contains(&lower);
        let mut found = Found::default();
        if text.len() >= key::START && SecretId::is_begun_by(&text) {
            let keys = api_keys::begun_by(conn, owner, &text, MOST + 1)?;
            found.keys = with_holders(conn, keys)?
                .into_iter()
                .filter_map(|(id, holder)| {
                    by.place_of_keys(holder.uin).map(|place| FoundKey { id, holder, place })
                })
                .collect();
        }
        if by.may_here(action::LIST_USERS) {
            let most = i64::try_from(MOST).unwrap_or(i64::MAX);
            let holders = holders(conn, by, &text)?;
            let filter = UserFilter { text: text.clone(), holders, ..UserFilter::default() };
            found.users = user_search::found(conn, owner, &filter, most)?;
            // Of many that a text finds, the one that is called just so must not be beyond the end.
            if let Some(named) = users::by_name(conn, owner, &text)? {
                found.users.retain(|user| user.uid != named.uid);
                found.users.insert(0, named);
            }
            let holds = |user: &User| found.keys.iter().any(|key| key.holder.uid == user.uid);
            found.users.retain(|user| !holds(user));
        }
        if by.may_here(action::LIST_POLICIES) {
            let all = policy_search::rows(conn, owner, None)?.into_iter();
            found.policies = all.filter(|policy| fits(&policy.name)).take(MOST + 1).collect();
        }
        if by.may_here(action::LIST_GROUPS) {
            let all = groups::of_account(conn, owner)?.into_iter();
            found.groups = all.filter(|group| fits(&group.name)).take(MOST + 1).collect();
        }
        found.shorten();
        Ok(found)
    })
    .await
}

fn with_holders(conn: &mut Conn, keys: Vec<(SecretId, Uid)>) -> Result<Vec<(SecretId, User)>, StoreError> {
    let mut found = Vec::new();
    for (id, uid) in keys {
        found.extend(users::by_uid(conn, uid)?.map(|user| (id, user)));
    }
    Ok(found)
}

impl Found {
    fn shorten(&mut self) {
        let longest = self.keys.len().max(self.users.len()).max(self.policies.len()).max(self.groups.len());
        self.has_more = longest > MOST;
        self.keys.truncate(MOST);
        self.users.truncate(MOST);
        self.policies.truncate(MOST);
        self.groups.truncate(MOST);
    }
}
