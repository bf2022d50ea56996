//! What a refused client is told, in the two languages of the API; this file has the English.

use super::error::{AuthorizationPart, Difference, HeaderFault, Mismatch, Shape, SignatureError};
use super::{gate_message, message_zh};
use crate::domain::language::Language;

impl SignatureError {
    /// The text for `Error.Message`: which part is at fault and what the server saw.
    pub fn message(&self, language: Language) -> String {
        match language {
            Language::EnUs => english(self),
            Language::ZhCn => message_zh::chinese(self),
        }
    }
}

fn english(error: &SignatureError) -> String {
    use SignatureError as E;
    match error {
        E::MissingCredentials => {
            "The request is not signed: it has neither an Authorization header nor a Signature parameter."
                .into()
        }
        E::Missing(name) => format!("`{name}` is missing."),
        E::Doubled(name) => format!("`{name}` is given more than once."),
        E::V1Signature => {
            "`Signature` is not the Base64 text of this method's signature. Send its `+` as `%2B`.".into()
        }
        E::Malformed(name) => format!("`{name}` has a value that is not allowed here."),
        E::Authorization(part) => authorization(*part),
        E::SignedHeader { name, fault } => signed_header(name, *fault),
        E::ScopeDate { claimed, expected } => {
            format!(
                "The date in Credential differs: it is {claimed}, and X-TC-Timestamp falls on {expected} (UTC)."
            )
        }
        E::Expired { claimed, now } => expired(*claimed, *now),
        E::Method => "Only GET and POST are supported.".into(),
        E::Shape(shape) => shape_text(*shape).into(),
        E::TooLarge { limit } => format!("The request is larger than the {limit} bytes allowed."),
        E::BodyHash { received } => {
            format!(
                "The body differs: X-TC-Content-SHA256 is not the hash of the body received, which is {received}."
            )
        }
        E::UnsignedPayload => "Every action needs its body signed. UNSIGNED-PAYLOAD is not accepted.".into(),
        E::V1Off => {
            "HmacSHA1 and HmacSHA256 signatures are off for this account. Use TC3-HMAC-SHA256.".into()
        }
        E::V1Ambiguous(name) => {
            format!("The parameter `{name}` cannot be signed safely by this method. Use TC3-HMAC-SHA256.")
        }
        E::SecretIdNotFound => "The SecretId does not exist, or is disabled or deleted.".into(),
        E::Mismatch(seen) => mismatch(seen),
        E::Gate(fault) => gate_message::english(fault),
    }
}

fn authorization(part: AuthorizationPart) -> String {
    use AuthorizationPart as Part;
    let fault = match part {
        Part::Header => "It must be printable ASCII of at most 1024 bytes.",
        Part::Repeated => "There must be one only.",
        Part::Skipped => "The client was told not to sign this request.",
        Part::Algorithm => "It must begin with TC3-HMAC-SHA256 and a blank.",
        Part::Credential => "`Credential` must be SecretId/date/service/tc3_request.",
        Part::SecretId => "`SecretId` in Credential is not well formed.",
        Part::Date => "`Date` in Credential must be YYYY-MM-DD.",
        Part::Service => "`Service` in Credential is empty or not well formed.",
        Part::Terminator => "`Credential` must end with tc3_request.",
        Part::SignedHeaders => {
            "`SignedHeaders` must list lower-case names, sorted, each once, joined by `;`."
        }
        Part::Signature => "`Signature` must be 64 lower-case hexadecimal digits and stand last.",
    };
    format!("The Authorization header does not conform. {fault}")
}

fn signed_header(name: &str, fault: HeaderFault) -> String {
    match fault {
        HeaderFault::NotSigned => format!("`SignedHeaders` in Authorization must contain `{name}`."),
        HeaderFault::Absent => format!("`SignedHeaders` names `{name}`, but the request has no such header."),
        HeaderFault::Repeated => {
            format!("`SignedHeaders` names `{name}`, but the request has it more than once.")
        }
        HeaderFault::Value => format!("The value of the signed header `{name}` has control characters."),
    }
}

fn expired(claimed: i64, now: i64) -> String {
    let skew = skew(claimed, now);
    format!(
        "The time differs: the timestamp {claimed} is {skew} the server time {now}. \
         At most 300 seconds are accepted. Check the client's clock, and send seconds, not milliseconds."
    )
}

fn skew(claimed: i64, now: i64) -> String {
    let skew = i128::from(claimed) - i128::from(now);
    let (amount, side) = (skew.unsigned_abs(), if skew < 0 { "behind" } else { "ahead of" });
    format!("{amount} seconds {side}")
}

fn shape_text(shape: Shape) -> &'static str {
    match shape {
        Shape::PostWithQuery => "A POST must not have a query: the signature does not cover it.",
        Shape::GetWithBody => "A GET must not have a body: the signature does not cover it.",
        Shape::GetContentType => "A signed GET has the Content-Type application/x-www-form-urlencoded.",
        Shape::PostContentType => {
            "A TC3-HMAC-SHA256 POST has the Content-Type application/json, multipart/form-data or \
             application/octet-stream."
        }
        Shape::Query => "The query has blanks or control characters that should be percent-encoded.",
        Shape::Form => "The parameters are not a well-formed urlencoded form in UTF-8.",
        Shape::FormUnread => "HmacSHA1 and HmacSHA256 signatures need the whole form, not its hash.",
    }
}

fn mismatch(seen: &Mismatch) -> String {
    let difference = match seen.difference {
        Some(Difference::EmptyBody) => "The body differs: the client signed an empty one.",
        Some(Difference::UnsignedPayload) => {
            "The body hash differs: the client signed UNSIGNED-PAYLOAD without the header X-TC-Content-SHA256."
        }
        Some(Difference::Path) => {
            "The path differs: the canonical URI must be `/`, whatever the real path is."
        }
        Some(Difference::Query) => "The query differs: the client signed an empty one.",
        Some(Difference::Encoding) => {
            "The path differs: the client percent-encoded it once where the gate expects twice, or the other way round."
        }
        None => "Check the SecretKey for blanks and compare what you signed with what the server received.",
    };
    let Mismatch { timestamp, now, host, scope, signed_headers, body_sha256, .. } = seen;
    let received = if scope.is_empty() {
        format!("timestamp {timestamp}, host {host}")
    } else {
        format!(
            "timestamp {timestamp}, scope {scope}, host {host}, signed headers {signed_headers}, \
             body SHA-256 {body_sha256}"
        )
    };
    let skew = skew(*timestamp, *now);
    format!(
        "The signature does not match. {difference} Received: {received}. The timestamp is {skew} the server time {now}."
    )
}
