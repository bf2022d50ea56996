//! The tokens in the forms of our pages.

use crate::app::caller::Caller;
use crate::web::context::WebContext;
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Bytes of time and nonce in a token, before its seal.
const PLAIN: usize = 24;

/// The hidden fields of a form.
pub struct FormToken {
    pub csrf: String,
    /// What makes a second sending harmless; empty where nothing is made.
    pub once: String,
}

/// The token for forms on the pages of a signed-in person.
pub fn token(context: &WebContext, caller: &Caller) -> FormToken {
    let [family, membership] = subjects(caller).map(|subject| mac(context, &subject).finalize().into_bytes());
    let csrf = BASE64URL_NOPAD.encode(&[family, membership].concat());
    FormToken { csrf, once: once(context, caller) }
}

/// What makes the forms of a page recognisable when they come twice. Without randomness they are not.
fn once(context: &WebContext, caller: &Caller) -> String {
    let mut plain = [0; PLAIN];
    if let Err(error) = context.app.random.fill(&mut plain) {
        tracing::error!(%error, "a page was shown whose forms may work twice");
        return String::new();
    }
    for (byte, now) in plain.iter_mut().zip(context.app.clock.now().to_be_bytes()) {
        *byte = now;
    }
    let seal = seal(context, caller, &plain).finalize().into_bytes();
    BASE64URL_NOPAD.encode(&[plain.as_slice(), seal.as_slice()].concat())
}

fn seal(context: &WebContext, caller: &Caller, plain: &[u8]) -> impl Mac + use<> {
    let mut mac = mac(context, &format!("once\n{}\n{}\n", caller.family(), caller.user.uid.0));
    mac.update(plain);
    mac
}

/// When the page of a token was shown, if it was shown in this session and account.
pub(super) fn shown_at(context: &WebContext, caller: &Caller, sent: &str) -> Option<i64> {
    let bytes = BASE64URL_NOPAD.decode(sent.as_bytes()).ok()?;
    let (plain, sealed) = bytes.split_at_checked(PLAIN)?;
    seal(context, caller, plain).verify_slice(sealed).ok()?;
    let (time, _) = plain.split_first_chunk::<8>()?;
    Some(i64::from_be_bytes(*time))
}

/// Seals a subject: what a token is good for.
pub(super) fn mac(context: &WebContext, subject: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(context.csrf_key.as_ref())
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    mac.update(subject.as_bytes());
    mac
}

/// The session, and the membership that it acts as.
pub(super) fn subjects(caller: &Caller) -> [String; 2] {
    subjects_of(caller.family(), caller.user.uid.0)
}

/// The same, by the session’s family and the id of the membership.
pub(super) fn subjects_of(family: &str, uid: i64) -> [String; 2] {
    [format!("session\n{family}"), format!("membership\n{family}\n{uid}")]
}
