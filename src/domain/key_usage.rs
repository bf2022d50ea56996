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
}
