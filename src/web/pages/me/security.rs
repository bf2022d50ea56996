//! The page about one’s own way in: what guards it, and what happened there lately.

use crate::app::{
    account, caller::Duty, factors::devices::MAX_DEVICES, factors::devices::apps_full, me, session,
};
use crate::domain::{permission::action, recovery::COUNT, totp::MfaDevice};
use crate::web::{
    answer::PageResult, answer::render, caller::AnyPerson, layout, layout::Layout, layout::filters,
    pages::audit::EventRow, visit::Visit,
};
use askama::Template;

/// Recovery codes left from which on a person is told to replace them.
const FEW_CODES: i64 = 2;

#[derive(Template)]
#[template(path = "me/security.html")]
struct SecurityPage {
    page: Layout,
    duty: Duty,
    is_recovering: bool,
    is_without_rights: bool,
    password_changed_at: Option<i64>,
    devices: Vec<MfaDevice>,
    /// Why no other app can be added.
    full: Option<String>,
    /// Whether the account demands the only authenticator app, so that it cannot be removed.
    keeps_last: bool,
    codes_left: i64,
    code_count: usize,
    sessions: usize,
    events: Vec<EventRow>,
    reads_log: bool,
}

impl SecurityPage {
    fn is_free(&self) -> bool {
        self.duty == Duty::None
    }

    fn lacks_mfa(&self) -> bool {
        self.duty == Duty::EnrolMfa
    }

    fn must_change_password(&self) -> bool {
        self.duty == Duty::ChangePassword
    }

    fn has_few_codes(&self) -> bool {
        self.codes_left <= FEW_CODES
    }
}

/// What guards the signed-in person's own way in, and what happened there lately.
pub async fn security(visit: Visit<AnyPerson>) -> PageResult {
    let app = visit.app();
    let (devices, codes_left) = crate::app::factors::devices::factors(app, &visit.person).await?;
    render(&SecurityPage {
        page: visit.layout("me"),
        duty: visit.person.duty(),
        is_recovering: visit.person.is_recovering(),
        is_without_rights: layout::is_without_rights(&visit.person),
        password_changed_at: me::password_changed_at(app, &visit.person).await?,
        full: (devices.len() >= MAX_DEVICES).then(apps_full),
        keeps_last: devices.len() == 1 && visit.person.account.settings.mfa_required,
        devices,
        codes_left,
        code_count: COUNT,
        sessions: session::sessions(app, &visit.person).await?.len(),
        events: account::log::own_activity(app, &visit.person)
            .await?
            .into_iter()
            .map(EventRow::from)
            .collect(),
        reads_log: visit.person.duty() == Duty::None && visit.person.may_here(action::READ_AUDIT),
    })
}
