//! The credential report, some users at a time.

use crate::api::action::{Call, fields};
use crate::api::error::ApiError;
use crate::app::reports::credential_report::{MOST_IN_ANSWER, report_page};
use crate::domain::credential_report::COLUMNS;
use crate::domain::export::object;
use crate::domain::user::Uin;
use serde_json::{Map, Value, json};

/// Users of an answer where the call does not say.
const LIMIT: i64 = 100;

/// `Cursor` is what the answer before gave; without one the report begins, which is written to the log.
pub(super) async fn page(Call { app, caller, input, .. }: Call) -> Result<Map<String, Value>, ApiError> {
    input.only(&["Cursor", "Limit"])?;
    let after = match input.filled_text("Cursor")? {
        None => Uin(0),
        Some(text) => Uin::parse(&text).map_err(|_| {
            let told = ("What the answer before gave is expected.", "应为上一次响应返回的值。");
            ApiError::wrong_value("Cursor", told)
        })?,
    };
    let limit = input.nonzero("Limit")?.unwrap_or(LIMIT);
    if !(1..=MOST_IN_ANSWER).contains(&limit) {
        let told = (
            format!("A number from 1 to {MOST_IN_ANSWER} is expected."),
            format!("应为 1 到 {MOST_IN_ANSWER} 之间的整数。"),
        );
        return Err(ApiError::wrong_value("Limit", told));
    }
    let (rows, next) = report_page(&app, &caller, after, limit).await?;
    let rows: Vec<Value> = rows.iter().map(|row| Value::Object(object(&COLUMNS, row))).collect();
    Ok(fields(json!({ "Users": rows, "NextCursor": next.map(|uin| uin.to_string()).unwrap_or_default() })))
}
