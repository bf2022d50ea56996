//! Policies in compiled form, kept by their text: compiling is pure, so a text in hand always finds its own policy.
//!
//! Which texts are in force is read anew for every request; nothing here can be out of date.

use crate::domain::policy::Policy;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

/// Texts kept at once; beyond that all are forgotten and compiled again.
const KEPT: usize = 2_048;

static COMPILED: LazyLock<RwLock<HashMap<Arc<str>, Arc<Policy>>>> = LazyLock::new(RwLock::default);

/// The policy that a stored text amounts to.
pub(in crate::app) fn policy(document: &str) -> Arc<Policy> {
    if let Some(known) = COMPILED.read().unwrap_or_else(PoisonError::into_inner).get(document) {
        return Arc::clone(known);
    }
    let policy = Arc::new(Policy::stored(document));
    let mut kept = COMPILED.write().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= KEPT {
        kept.clear();
    }
    kept.insert(Arc::from(document), Arc::clone(&policy));
    policy
}
