//! What the server makes of a request that was refused, for whoever may query its key. Nothing of it is kept.

use crate::app::caller::Caller;
use crate::app::keys::reveal::open_secret;
use crate::app::keys::{Operation, Place};
use crate::app::{App, Failure};
use crate::domain::field::FieldError;
use crate::domain::key::SecretId;
use crate::domain::language::Language;
use crate::domain::permission::action;
use crate::domain::policy::Effect;
use crate::domain::secret::SecretKey;
use crate::domain::signature::{self, Allowances, Claim, Difference, Incoming, KeyMaterial, SignatureError};
use crate::store::api_keys::{self, Signer};

pub use crate::domain::signature::Explanation;

/// The server's view: no secret, and no signature that it would accept.
pub struct Explained {
    pub now: i64,
    pub timestamp: i64,
    /// Whether the timestamp is outside the window.
    pub is_late: bool,
    /// Whether the key is disabled, so that no signature with it counts.
    pub is_disabled: bool,
    pub verdict: Verdict,
    /// Every spelling that would be accepted, the usual one first.
    pub spellings: Vec<Explanation>,
}

/// Whether the signature that was pasted fits, and if not, as far as can be told, why.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    Fits,
    /// The client signed something else in this one part.
    Differs(Difference),
    /// The signature fits the body with other line ends than those that were pasted.
    LineEnds,
    /// It was made with the SecretKey of another key of the same user.
    OtherKey,
    /// The secret, or something that was signed.
    Unknown,
}

/// Refuses whoever may query no key at all, neither their own nor somebody's.
pub async fn ensure_may_debug(app: &App, caller: &Caller) -> Result<(), Failure> {
    let queries = |labelled: &crate::app::caller::access::Labelled| {
        labelled.policy.speaks_of(Effect::Allow, action::QUERY_KEY)
    };
    if caller.is_root() || caller.access.rights.attached.iter().any(queries) {
        return Ok(());
    }
    crate::app::keys::page(app, caller, Place::Own).await.map(|_| ())
}

/// What a client should have signed, for a request that names a key which the caller may query.
pub async fn explain(app: &App, caller: &Caller, incoming: &Incoming<'_>) -> Result<Explained, Failure> {
    ensure_may_debug(app, caller).await?;
    let now = app.clock.now();
    let (parsed, is_late) = match signature::parse(incoming, now) {
        Err(SignatureError::Expired { claimed, .. }) => (signature::parse(incoming, claimed), true),
        parsed => (parsed, false),
    };
    let claim = parsed.map_err(|error| unreadable(&error))?;
    let (signer, others) = keys_of(app, caller, claim.secret_id()).await?;
    Ok(Explained {
        now,
        timestamp: claim.timestamp(),
        is_late,
        is_disabled: !signer.key.is_enabled(),
        verdict: verdict(app, &Heard { claim: &claim, incoming }, &signer, &others)?,
        spellings: signature::explanations(&claim),
    })
}

/// The key of that id, if the caller may query it, and the others of its user.
async fn keys_of(app: &App, caller: &Caller, id: &str) -> Result<(Signer, Vec<Signer>), Failure> {
    let id = SecretId::parse(id).map_err(|_| unknown())?;
    app.view(caller, move |view| {
        let found = api_keys::signer(view.conn, &id)?;
        let signer = found.filter(|signer| may_query(view.by, signer)).ok_or_else(unknown)?;
        let mut others = Vec::new();
        for key in api_keys::of_user(view.conn, signer.user.uid)? {
            if key.secret_id != id {
                others.extend(api_keys::signer(view.conn, &key.secret_id)?);
            }
        }
        Ok((signer, others))
    })
    .await
}

/// A request, and what it claims.
struct Heard<'a> {
    claim: &'a Claim<'a>,
    incoming: &'a Incoming<'a>,
}

fn verdict(app: &App, heard: &Heard<'_>, signer: &Signer, others: &[Signer]) -> Result<Verdict, Failure> {
    let Heard { claim, incoming } = heard;
    let secret = open_secret(app, &signer.key, &signer.sealed)?;
    let difference = match judged(claim, &secret) {
        Ok(()) => return Ok(Verdict::Fits),
        Err(difference) => difference,
    };
    if let Some(difference) = difference {
        return Ok(Verdict::Differs(difference));
    }
    if fits_other_line_ends(incoming, claim.timestamp(), &secret) {
        return Ok(Verdict::LineEnds);
    }
    for other in others {
        let secret = open_secret(app, &other.key, &other.sealed)?;
        if judged(claim, &secret).is_ok() {
            return Ok(Verdict::OtherKey);
        }
    }
    Ok(Verdict::Unknown)
}

fn may_query(caller: &Caller, signer: &Signer) -> bool {
    let user = &signer.user;
    let is_own = user.uid == caller.user.uid;
    let place = if is_own { Place::Own } else { Place::Of(user.uin) };
    let may = |place| caller.ensure_key(place, Operation::Query, user).is_ok();
    user.owner_uin == caller.owner() && (may(place) || may(Place::Of(user.uin)))
}

/// The same for a key that does not exist and for one that is not the caller's to see.
fn unknown() -> Failure {
    let text = "The SecretId of this request is not one of your own keys, nor of a key that you may query.";
    FieldError::on_page("headers", text).into()
}

fn unreadable(error: &SignatureError) -> FieldError {
    let field = if matches!(error, SignatureError::BodyHash { .. }) { "body" } else { "headers" };
    let told = error.message(Language::EnUs);
    if field == "body" {
        FieldError::on_page(field, format!("The body differs from the one that was signed. {told}"))
    } else {
        FieldError::on_page(field, told)
    }
}

fn judged(claim: &Claim<'_>, secret: &SecretKey) -> Result<(), Option<Difference>> {
    let allowed = Allowances { unsigned_payload: true, v1: true };
    match signature::verify(claim, KeyMaterial::Secret(secret.expose()), allowed) {
        Ok(_) => Ok(()),
        Err(SignatureError::Mismatch(seen)) => Err(seen.difference),
        Err(_) => Err(None),
    }
}

/// Pasting loses the last line end, and whether lines ended in CR LF.
fn fits_other_line_ends(incoming: &Incoming<'_>, at: i64, secret: &SecretKey) -> bool {
    let signature::Body::Bytes(bytes) = incoming.body else { return false };
    let text = String::from_utf8_lossy(bytes);
    let bare = text.trim_end_matches(['\r', '\n']);
    let windows = text.replace('\n', "\r\n");
    let tried = [bare.to_owned(), format!("{bare}\n"), windows, format!("{bare}\r\n")];
    tried.iter().filter(|tried| tried.as_bytes() != bytes).any(|tried| {
        let request = Incoming { body: signature::Body::Bytes(tried.as_bytes()), ..*incoming };
        signature::parse(&request, at).is_ok_and(|claim| judged(&claim, secret).is_ok())
    })
}
