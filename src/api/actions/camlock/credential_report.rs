//! The credential report, some users at a time.

use crate::api::action::{Call, fields};
use crate::api::error::ApiError;
use crate::app::reports::credential_report::{MOST_IN_ANSWER, report_page};
use crate::domain::credential_report::COLUMNS;
use crate::domain::export::object;
use serde_json::{Map, Value, json};

/// Users of an answer where the call does not say.
const LIMIT: i64 = 100;

/// `Cursor` is what the answer before gave; without one the report begins, which is written to the log.
pub(super) async fn page(Call { app, caller, input, .. }: Call) -> Result<Map<String, Value>, ApiError> {
    input.only(&["Cursor", "Limit"])?;
    let cursor = input.filled_text("Cursor")?;
    let limit = input.nonzero("Limit")?.unwrap_or(LIMIT);
    if !(1..=MOST_IN_ANSWER).contains(&limit) {
        let told = (
            format!("A number from 1 to {MOST_IN_ANSWER} is expected."),
            format!("应为 1 到 {MOST_IN_ANSWER} 之间的整数。"),
        );
        return Err(ApiError::wrong_value("Limit", told));
    }
    let Some(page) = report_page(&app, &caller, cursor.as_deref(), limit).await? else {
        let told = (
            "What an answer to the same user gave in the last 6 hours is expected. Without it the report begins anew.",
            "应为最近 6 小时内返回给同一用户的值。不带该参数则重新开始。",
        );
        return Err(ApiError::wrong_value("Cursor", told));
    };
    let rows: Vec<Value> = page.rows.iter().map(|row| Value::Object(object(&COLUMNS, row))).collect();
    Ok(fields(json!({ "Users": rows, "NextCursor": page.next.unwrap_or_default() })))
}
