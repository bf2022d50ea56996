//! Where a request comes from.

/// Where a request comes from, as the log keeps it.
#[derive(Clone, Debug)]
pub struct Source {
    pub ip: String,
    pub user_agent: String,
    pub request_id: String,
}
