//! Where a report goes on for a program: only who began one gets there, so that no part of it is read without the event.

use crate::app::App;
use crate::app::caller::Caller;
use crate::app::factors::known_devices::{is_mac, mac};
use crate::domain::deadline;
use crate::domain::user::Uin;
use data_encoding::BASE64URL_NOPAD;

/// Seconds after its beginning for which a report can be read on.
pub const REPORT_SECONDS: i64 = 6 * 3_600;

/// A report that was begun and written down, in unix seconds, and the user behind whom it goes on.
#[derive(Clone, Copy, Debug)]
pub struct Begun {
    pub at: i64,
    pub after: Uin,
}

impl Begun {
    /// What a program is handed to go on with; good for the one who began it.
    pub(in crate::app) fn handed(self, app: &App, caller: &Caller) -> String {
        let text = format!("{}.{}", self.at, self.after);
        let mac = mac(app.keys.report.as_ref(), &bound(&text, caller));
        format!("{text}.{}", BASE64URL_NOPAD.encode(&mac))
    }

    /// What [`Begun::handed`] wrote for this caller, while the report can be read on.
    pub(in crate::app) fn taken(app: &App, caller: &Caller, cursor: &str) -> Option<Self> {
        let (text, sent) = cursor.rsplit_once('.')?;
        let sent = BASE64URL_NOPAD.decode(sent.as_bytes()).ok()?;
        if !is_mac(app.keys.report.as_ref(), &bound(text, caller), &sent) {
            return None;
        }
        let (at, after) = text.split_once('.')?;
        let begun = Self { at: at.parse().ok()?, after: Uin::parse(after).ok()? };
        let ends = begun.at.saturating_add(REPORT_SECONDS);
        deadline::holds(ends, REPORT_SECONDS, app.clock.now()).then_some(begun)
    }
}

fn bound(text: &str, caller: &Caller) -> String {
    format!("{}\n{}\n{text}", caller.owner(), caller.user.uid.0)
}
