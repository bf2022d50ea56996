//! When keys were used, and the newest calls with each.

/// Calls that are kept of each key.
pub const KEPT_RECORDS: usize = 100;
/// Days that a call is kept.
pub const KEPT_DAYS: i64 = 90;

/// When a key last signed a request that was carried out, from where and for what.
#[derive(Clone, Debug)]
pub struct LastUse {
    pub secret_id: String,
    pub last_used_ms: i64,
    pub ip: String,
    pub service: String,
    pub action: String,
    pub client: String,
}

impl LastUse {
    /// When, in unix seconds.
    pub fn at(&self) -> i64 {
        self.last_used_ms.div_euclid(1000)
    }
}

/// One call with a key.
#[derive(Clone, Debug)]
pub struct Record {
    pub secret_id: String,
    pub request_id: String,
    pub at_ms: i64,
    pub service: String,
    pub action: String,
    pub ip: String,
    pub client: String,
    pub result: String,
    pub reason: String,
    /// Of a call at a service behind the gate.
    pub gate: Option<GateCall>,
}

/// What the gate knows of a call beyond what the API knows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GateCall {
    pub host: String,
    /// The first two parts of the path.
    pub path_prefix: String,
    /// How far the signature vouches for the body.
    pub coverage: String,
    /// The stable name of the outcome: `allowed`, or why not.
    pub verdict: String,
}

/// Signatures under one key that were refused for one reason: a number, as whoever sent them did not prove to hold the key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RefusedSignatures {
    /// The stable name of the reason.
    pub reason: String,
    pub count: i64,
    pub first_ms: i64,
    pub last_ms: i64,
    /// Where the newest came from.
    pub ip: String,
}
