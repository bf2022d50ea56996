//! What is sent: a body in JSON, and the signature of Standard Webhooks around it.

use crate::clock;
use crate::domain::audit::words::Words;
use crate::domain::audit::{Event, Outcome};
use crate::domain::notice::Notice;
use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::Sha256;
use zeroize::Zeroizing;

/// What every secret begins with.
pub const SECRET_PREFIX: &str = "whsec_";
/// The type of a test.
pub const TEST: &str = "test";
/// Facts of an event that are told; none of them is a secret, and others are looked up in the log.
const FACTS: [&str; 11] = [
    "disabled_at",
    "expires_at",
    "face",
    "idle_days",
    "new_key",
    "proof",
    "purpose",
    "seconds",
    "status",
    "step",
    "until",
];

/// The type of a message: topic and event.
#[must_use]
pub fn kind(event: &Event, notice: Notice) -> String {
    format!("{}.{}", notice.topic.as_str(), event.event)
}

/// The body that tells of an event.
#[must_use]
pub fn body(event: &Event, notice: Notice, seq: i64) -> String {
    let is_allowed = event.outcome == Outcome::Allowed;
    let words = Words::of(&event.event).map_or_else(|| event.event.clone(), |words| words.told(is_allowed));
    let detail: Map<String, Value> = serde_json::from_str(&event.detail).unwrap_or_default();
    let facts: Map<String, Value> =
        detail.into_iter().filter(|(name, _)| FACTS.contains(&name.as_str())).collect();
    json!({
        "type": kind(event, notice),
        "timestamp": clock::iso(event.at),
        "data": {
            "number": seq,
            "account": event.owner_uin.to_string(),
            "event": event.event,
            "level": notice.level.as_str(),
            "words": words,
            "result": event.outcome.as_str(),
            "reason": event.reason,
            "actor": { "uin": uin(event.actor_uin.0), "name": event.actor },
            "target": { "uin": uin(event.target_uin.0), "name": event.target },
            "ip": event.ip,
            "user_agent": event.user_agent,
            "request_id": event.request_id,
            "facts": facts,
        },
    })
    .to_string()
}

/// Of nobody in particular there is none.
fn uin(uin: i64) -> Option<String> {
    (uin > 0).then(|| uin.to_string())
}

/// The body of a test.
#[must_use]
pub fn test_body(account: &str, name: &str, at: i64) -> String {
    let words = format!("A test of the webhook {name}");
    json!({ "type": TEST, "timestamp": clock::iso(at), "data": { "account": account, "words": words } })
        .to_string()
}

/// The secret as a receiver takes it.
#[must_use]
pub fn spelled_secret(bytes: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(format!("{SECRET_PREFIX}{}", BASE64.encode(bytes)))
}

/// What is signed, apart from the body.
#[derive(Clone, Copy, Debug)]
pub struct Stamp<'a> {
    /// The message, the same at each try.
    pub id: &'a str,
    /// The moment of this try, in unix seconds.
    pub at: i64,
}

/// The value of `webhook-signature`: a signature by each of the secrets, of which a receiver needs one.
#[must_use]
pub fn signatures(secrets: &[Zeroizing<Vec<u8>>], stamp: Stamp<'_>, body: &str) -> String {
    let signed: Vec<String> = secrets.iter().map(|secret| signature(secret, stamp, body)).collect();
    signed.join(" ")
}

fn signature(secret: &[u8], stamp: Stamp<'_>, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret)
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    mac.update(format!("{}.{}.", stamp.id, stamp.at).as_bytes());
    mac.update(body.as_bytes());
    format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::Uin;

    /// The example of the libraries of Standard Webhooks.
    #[test]
    fn a_message_is_signed_as_standard_webhooks_says() {
        let secret = BASE64.decode(b"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let stamp = Stamp { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", at: 1_614_265_330 };

        let signed = signature(&secret, stamp, r#"{"test": 2432232314}"#);

        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(*spelled_secret(&secret), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    }

    #[test]
    fn of_the_facts_of_an_event_only_those_that_are_listed_are_told() {
        let event = Event {
            seq: 0,
            at: 1_795_470_609,
            owner_uin: Uin(1),
            event: "KeyExpiresSoon".to_owned(),
            actor_uin: Uin(0),
            actor: "camlock".to_owned(),
            target_uin: Uin(2),
            target: "dev-alice / AKID".to_owned(),
            outcome: Outcome::Allowed,
            reason: String::new(),
            ip: "-".to_owned(),
            user_agent: "camlock".to_owned(),
            request_id: "-".to_owned(),
            detail: r#"{"expires_at":"2026-12-01T00:00:00Z","note":"of nobody’s business"}"#.to_owned(),
        };
        let notice = Notice::of(&event).unwrap();

        let told: Value = serde_json::from_str(&body(&event, notice, 7)).unwrap();

        assert_eq!(told["type"], "expiry.KeyExpiresSoon");
        assert_eq!(told["data"]["facts"], json!({ "expires_at": "2026-12-01T00:00:00Z" }));
        assert_eq!((&told["data"]["number"], &told["data"]["actor"]["uin"]), (&json!(7), &Value::Null));
    }
}
