//! Requests to a service that were refused, and what each reason means to people.

use crate::domain::user::Uin;

/// Refused requests that are kept of each service.
pub const KEPT_REFUSALS: usize = 50;

/// A request that the gate refused.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RefusedRequest {
    pub at_ms: i64,
    pub request_id: String,
    /// Whose key signed it; nobody where that is not proved.
    pub uin: Option<Uin>,
    pub user_name: String,
    /// The key that it names, proved or not; empty where none could be read.
    pub secret_id: String,
    pub ip: String,
    pub method: String,
    /// The path as it was sent, without the query.
    pub path: String,
    /// What policies were or would have been asked; empty where it did not come to that.
    pub action: String,
    pub resource: String,
    /// The stable name of the reason.
    pub reason: String,
    /// What the client was told.
    pub message: String,
}

/// A reason in words: what it means, and what to do about it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Explained {
    pub what: &'static str,
    pub next: &'static str,
}

/// The reasons with their words; a new reason without words shows its name.
const WORDS: [(&str, &str, &str); 38] = [
    (
        "wrong_signature",
        "Wrong signature",
        "Check that the client has the SecretKey of this very key, and that nothing on the way changes method, path, query, host or a signed header.",
    ),
    (
        "skew",
        "Clock is off",
        "The request was signed more than five minutes before or after the time here. Set the client’s clock by NTP. If the clock is right, an old request was sent again.",
    ),
    (
        "unknown_key",
        "Unknown key",
        "No key of this account has this SecretId: it may be deleted, or belong to another account. Give the client a key that is listed here.",
    ),
    ("disabled_key", "Key is disabled", "Enable the key, or give the client another one."),
    ("expired_key", "Key has expired", "Move the end of the key, or give the client another one."),
    (
        "outside_networks",
        "Not from an allowed network",
        "The key may be used from some networks only. Add the client’s address to the limits of the key, if it is meant to call.",
    ),
    (
        "key_policy",
        "Outside the policy of the key",
        "The user may do it and the key may not. Change the policy in the limits of the key, or give the client another key.",
    ),
    ("no_policy", "No policy allows it", "Attach a policy that allows this action on this resource."),
    (
        "explicit_deny",
        "A policy denies it",
        "A deny wins over whatever allows. Change that statement, if the request is meant to pass.",
    ),
    (
        "boundary",
        "Outside the permission boundary",
        "The policies allow it and the user’s permission boundary does not. Widen the boundary, if the request is meant to pass.",
    ),
    (
        "replayed",
        "Signature was used before",
        "Each signature is good once here. The client has to sign again to send it once more; if it did not send it twice, somebody copied it.",
    ),
    (
        "body_not_covered",
        "Body is not covered",
        "Let the client sign a hash of the body, and use a gateway that hashes what goes on, or a gate token that asks for less.",
    ),
    (
        "body_mismatch",
        "Body was changed",
        "The body is not the one that was signed. Look at what stands between client and gateway and rewrites bodies.",
    ),
    ("body_too_large", "Body is too long", "Raise the body limit of the service, or send less at once."),
    ("too_large", "Request is too large", "Send less at once."),
    (
        "streaming_body",
        "Body is signed in chunks",
        "Let the client sign the whole body, or use a gate token that takes claimed bodies.",
    ),
    (
        "missing_credentials",
        "Not signed",
        "The request carries no signature. Use a client that signs, or keep this path out of the gate.",
    ),
    (
        "malformed_signature",
        "Signature cannot be read",
        "A part of the signature breaks the rules of its scheme. Use a signer from an SDK.",
    ),
    (
        "malformed_request",
        "Request cannot be read",
        "It does not have the shape that its scheme can sign. Use a signer from an SDK.",
    ),
    ("unsupported_scheme", "Unknown scheme", "Sign with AWS4-HMAC-SHA256 or TC3-HMAC-SHA256."),
    (
        "unsupported_method",
        "Method does not fit the scheme",
        "This scheme signs GET and POST. Use AWS4-HMAC-SHA256 for other methods.",
    ),
    (
        "path_not_covered",
        "Path is not covered",
        "TC3-HMAC-SHA256 does not sign the path, so it is taken for / alone. Use AWS4-HMAC-SHA256.",
    ),
    (
        "doubled_header",
        "A header came twice",
        "Send each header that the signature needs once. It may be that a proxy adds a second one.",
    ),
    ("doubled_parameter", "A parameter came twice", "Send each parameter of the query once."),
    ("doubled_credentials", "Two signatures", "Sign in the header or in the query, not in both."),
    ("unsigned_header", "A needed header is not signed", "Let the client sign host and the date."),
    (
        "signed_header_missing",
        "A signed header is missing",
        "A header was signed that did not arrive. It may be that a proxy takes it away.",
    ),
    (
        "signed_header_changed",
        "A proxy changed a signed header",
        "Let the client not sign headers that proxies change, such as X-Forwarded-For, Via or Accept-Encoding.",
    ),
    ("action_not_signed", "Action is not signed", "Let the client sign X-TC-Action."),
    (
        "missing_action",
        "No action is named",
        "Let the client name the action in X-TC-Action: letters and digits, at most 64.",
    ),
    ("session_token", "Session token", "No key here has a session token. Let the client send none."),
    (
        "token_region",
        "Another region was signed for",
        "Let the client sign for a region that the gate token names, or make a gate token for any region.",
    ),
    (
        "token_service",
        "Another service was signed for",
        "Let the client sign for a service that the gate token names, or make a gate token for any service.",
    ),
    ("expired_presigned", "Presigned URL has ended", "Make a new URL, or one that is good for longer."),
    (
        "not_yet_valid",
        "Presigned URL is not valid yet",
        "It begins later than now. Set the clock of whoever makes these URLs by NTP.",
    ),
    (
        "v1_off",
        "Old scheme is switched off",
        "Sign with TC3-HMAC-SHA256, or switch HmacSHA1 and HmacSHA256 on in the security settings.",
    ),
    ("unknown_method", "Unknown method", "Use an HTTP method that is registered, in capitals."),
    (
        "ambiguous_path",
        "Path can be read in two ways",
        "Send it in its normal form: no empty or dot segments, no encoded slash, percent signs only where they are needed.",
    ),
];

/// What a reason means to people.
pub fn explained(reason: &str) -> Explained {
    let found = WORDS.iter().find(|(name, _, _)| *name == reason);
    let (what, next) =
        found.map_or(("Refused", "Look at what the client was told."), |(_, what, next)| (*what, *next));
    Explained { what, next }
}
