//! Documents to begin with, for a service.

use super::vocabulary::ServiceWords;
use crate::domain::user::Uin;
use serde_json::{Value, json};

/// What a document to begin with allows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ReadyMade {
    ReadOnly,
    PathPrefix,
    Network,
}

impl ReadyMade {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::ReadOnly, Self::PathPrefix, Self::Network];

    /// The name in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadOnly => "read-only",
            Self::PathPrefix => "path-prefix",
            Self::Network => "network",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ready| ready.as_str() == name)
    }

    /// For people.
    pub fn title(self) -> &'static str {
        match self {
            Self::ReadOnly => "Read-only",
            Self::PathPrefix => "One path prefix",
            Self::Network => "One network",
        }
    }

    /// The document for a service of an account.
    pub fn document(self, service: &ServiceWords, owner: Uin) -> String {
        let all = || vec![format!("{}:*", service.name)];
        let statement = match self {
            Self::ReadOnly => json!({"effect": "allow", "action": reads(service), "resource": "*"}),
            Self::PathPrefix => {
                let prefix = service.prefixes.first().map_or("/path", String::as_str);
                let resource = format!("qcs::{}::uin/{owner}:{prefix}", service.name);
                json!({"effect": "allow", "action": all(), "resource": [resource]})
            }
            Self::Network => {
                let condition = json!({"ip_equal": {"qcs:ip": ["10.0.0.0/8"]}});
                json!({"effect": "allow", "action": all(), "resource": "*", "condition": condition})
            }
        };
        written(&json!({"version": "2.0", "statement": [statement]}))
    }
}

/// A request that a route names is asked for under that name alone, so the methods would not do.
fn reads(service: &ServiceWords) -> Vec<String> {
    let names = ["GET", "HEAD", "OPTIONS"].into_iter().chain(service.reads.iter().map(String::as_str));
    names.map(|name| format!("{}:{name}", service.name)).collect()
}

fn written(document: &Value) -> String {
    serde_json::to_string_pretty(document).unwrap_or_default()
}
