//! What the gate answers.

use crate::app::gate::refusal::Refused;
use crate::domain::key::SecretId;
use crate::domain::signature::{Coverage, Scheme};
use crate::domain::user::User;
use crate::store::api_keys::Signer;
use std::sync::Arc;

/// Whose key signed a request.
#[derive(Clone, Debug)]
pub struct Bearer {
    pub user: Arc<User>,
    pub secret_id: SecretId,
    /// Whether it is a canary, which no gateway is told.
    pub(in crate::app) is_canary: bool,
}

impl Bearer {
    pub(in crate::app) fn of(signer: &Signer) -> Self {
        Self {
            user: Arc::clone(&signer.user),
            secret_id: signer.key.secret_id.clone(),
            is_canary: signer.is_canary,
        }
    }
}

/// Whether a request may go on, and everything that is known about it.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Why not; nothing where it may.
    pub refused: Option<Refused>,
    pub scheme: Option<Scheme>,
    pub coverage: Option<Coverage>,
    /// Nobody until a signature is believed.
    pub bearer: Option<Bearer>,
    /// The key that the request names, believed or not; no gateway is told of it.
    pub(in crate::app) claimed: Option<SecretId>,
    pub service: String,
    pub action: String,
    pub resource: String,
    /// The statement that decided, such as `2 of readers`.
    pub statement: String,
}

impl Verdict {
    /// Of a request that is refused before anything is known about it.
    pub fn refusing(refused: Refused) -> Self {
        Self { refused: Some(refused), ..Self::default() }
    }

    /// Whether the request may go on.
    pub fn is_allowed(&self) -> bool {
        self.refused.is_none()
    }

    /// What a gateway should answer its client.
    pub fn status(&self) -> u16 {
        self.refused.as_ref().map_or(200, |refused| refused.status)
    }

    /// The reason in `snake_case`; `allowed` where there is none against it.
    pub fn reason(&self) -> &'static str {
        self.refused.as_ref().map_or("allowed", |refused| refused.reason)
    }

    /// The same for people.
    pub fn message(&self) -> &str {
        self.refused.as_ref().map_or("", |refused| &refused.message)
    }
}
