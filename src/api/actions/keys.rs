//! Access keys, and who holds them.

use crate::api::action::{Action, Call, Service, fields, respond};
use crate::api::error::ApiError;
use serde_json::{Map, Value, json};

pub const ACTIONS: &[Action] = &[Action {
    name: "GetUserAppId",
    service: Service::Cam,
    is_mutating: false,
    per_second: 20,
    run: |call| respond(get_user_app_id(call)),
}];

/// Needs no policy: scripts ask it who they are.
async fn get_user_app_id(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&[])?;
    Ok(fields(json!({
        "Uin": call.caller.user.uin.to_string(),
        "OwnerUin": call.caller.owner().to_string(),
        "AppId": call.caller.account.app_id,
    })))
}
