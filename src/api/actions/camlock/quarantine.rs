//! A key disables itself.

use crate::api::action::{Call, fields};
use crate::api::error::ApiError;
use crate::app::keys::access_keys::quarantine_key;
use serde_json::{Map, Value, json};

/// No parameter names a key: it is the one that signed the call.
pub(super) async fn quarantine(
    Call { app, caller, key, input, .. }: Call,
) -> Result<Map<String, Value>, ApiError> {
    input.only(&[])?;
    quarantine_key(&app, &caller, &key).await?;
    Ok(fields(json!({ "SecretId": key.as_str(), "Status": "Inactive" })))
}
