//! What the actions about policies share: parameters, spellings, codes.

use crate::api::error::ApiError;
use crate::api::input::Input;
use crate::app::policies::Paging;
use crate::clock;
use crate::domain::policies::{Description, Document, PolicyName};
use crate::domain::sentence::Sentence;

/// What a policy can be attached to, by number.
pub(super) mod attached_code {
    pub const USER: i64 = 1;
    pub const GROUP: i64 = 2;
}

/// Rows of a page where the call does not say.
const ROWS: i64 = 20;
/// Rows and pages that a call may ask for.
const MOST: i64 = 200;

/// `Page` and `Rp`.
pub(super) fn paging(input: &Input) -> Result<Paging, ApiError> {
    let number = within(input, "Page", 1)?;
    let size = within(input, "Rp", ROWS)?;
    Ok(Paging { number, size })
}

fn within(input: &Input, name: &str, default: i64) -> Result<usize, ApiError> {
    let asked = input.integer(name)?.unwrap_or(default);
    let asked = usize::try_from(asked).ok().filter(|_| (1..=MOST).contains(&asked));
    asked.ok_or_else(|| {
        ApiError::new(
            "InvalidParameter.ParamError",
            (format!("{name} is a number from 1 to {MOST}."), format!("{name} 取值范围为 1 到 {MOST}。")),
        )
    })
}

pub(super) fn name(text: &str) -> Result<PolicyName, ApiError> {
    PolicyName::parse(text).map_err(|refusal| {
        ApiError::new(
            "InvalidParameter.PolicyNameError",
            (refusal.to_string(), "策略名称长度为 1 到 128 个字符，只能包含英文字母、数字和 + = , . @ - _。"),
        )
    })
}

pub(super) fn description(text: &str) -> Result<Description, ApiError> {
    Description::parse(text).map_err(|refusal| {
        ApiError::new(
            "InvalidParameter.DescriptionLengthOverlimit",
            (refusal.to_string(), "描述不能超过 300 个字节，且不能包含控制字符。"),
        )
    })
}

/// The code is that of the first problem; the text names all of them with their lines.
pub(super) fn document(text: &str) -> Result<Document, ApiError> {
    Document::check(text).map_err(|problems| {
        let code = problems.first().map_or("InvalidParameter.PolicyDocumentError", |problem| problem.code);
        let sentences: Vec<Sentence> = problems.into_iter().take(10).map(Sentence::from).collect();
        ApiError::new(code, Sentence::joined(&sentences))
    })
}

/// The time as CAM spells it, in UTC.
pub(super) fn moment(seconds: i64) -> String {
    clock::readable(seconds).trim_end_matches(" UTC").to_owned()
}

/// 1 is custom, 2 preset.
pub(super) fn policy_type(is_preset: bool) -> i64 {
    if is_preset { 2 } else { 1 }
}
