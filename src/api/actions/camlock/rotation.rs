//! Keys that are replaced, as on their page and with `camlock key rotate`.

use crate::api::action::{Call, fields};
use crate::api::actions::keys::{key_named, not_done};
use crate::api::error::ApiError;
use crate::api::input::Input;
use crate::app::keys::rotations::{Deed, ProgramWish, Told, rotate_key};
use crate::domain::key::SecretId;
use crate::times::Times;
use serde_json::{Map, Value, json};

/// `Operation` says what is done; without one it begins, or goes on with what is under way.
pub(super) async fn rotate(call: Call) -> Result<Map<String, Value>, ApiError> {
    let known = [
        "AccessKeyId",
        "TargetUin",
        "Operation",
        "NewAccessKeyId",
        "SilentHours",
        "DeleteAfterDays",
        "Finishes",
        "AfterRotationId",
    ];
    call.input.only(&known)?;
    let (key, deed) = (key_named(&call)?, deed(&call.input)?);
    let told = rotate_key(&call.app, &call.caller, &key, deed).await;
    let told = told.map_err(|failure| not_done(failure, &key, "OperationDenied.KeyRotation"))?;
    Ok(fields(json!({ "KeyRotation": shown(&told, call.app.clock.now(), call.times) })))
}

fn deed(input: &Input) -> Result<Deed, ApiError> {
    let operation = input.filled_text("Operation")?.unwrap_or_default().to_ascii_lowercase();
    let deed = match operation.as_str() {
        "" | "begin" => return begins(input).map(Deed::Begin),
        "look" => Deed::Look,
        "step" => Deed::Step,
        "cancel" => Deed::Cancel,
        _ => {
            let told = (
                "`Operation` must be Begin, Look, Step or Cancel.",
                "`Operation` 应为 Begin、Look、Step 或 Cancel。",
            );
            return Err(ApiError::new("InvalidParameter.ParamError", told));
        }
    };
    let told = ("Only an operation that begins takes it.", "仅在开始轮换时使用。");
    match ["NewAccessKeyId", "SilentHours", "DeleteAfterDays", "Finishes", "AfterRotationId"]
        .into_iter()
        .find(|name| input.is_set(name))
    {
        Some(name) => Err(ApiError::wrong_value(name, told)),
        None => Ok(deed),
    }
}

fn begins(input: &Input) -> Result<ProgramWish, ApiError> {
    let number = |name| Ok::<_, ApiError>(input.nonzero(name)?.map(|number| number.to_string()));
    let into = input.filled_text("NewAccessKeyId")?;
    let into = into.map(|id| {
        SecretId::parse(&id).map_err(|_| {
            let told = ("A SecretId is expected.", "应为 SecretId。");
            ApiError::wrong_value("NewAccessKeyId", told)
        })
    });
    Ok(ProgramWish {
        silent_hours: number("SilentHours")?,
        delete_after_days: number("DeleteAfterDays")?,
        finishes: input.boolean("Finishes")?,
        into: into.transpose()?,
        after: input.filled_text("AfterRotationId")?,
    })
}

/// Never a secret: that of a key which was made here is shown in the console.
fn shown(told: &Told, now: i64, times: Times) -> Value {
    let rotation = &told.rotation;
    let at = |at: Option<i64>| at.map(|at| times.iso(at));
    json!({
        "RotationId": rotation.id,
        "OldAccessKeyId": rotation.old.as_str(),
        "NewAccessKeyId": rotation.new.as_str(),
        "State": told.state(now),
        "SilentHours": rotation.plan.silent_hours,
        "DeleteAfterDays": rotation.plan.delete_after_days,
        "Finishes": rotation.plan.finishes,
        "StartedAt": times.iso(rotation.started_at),
        "StartedBy": rotation.started_by,
        "SilentSince": at(told.standing.as_ref().map(|standing| standing.silent_since)),
        "DueAt": at(told.due_at()),
        "EndedAt": at(rotation.ended.map(|(at, _)| at)),
    })
}
