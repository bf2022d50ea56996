//! What the actions about policies share: parameters, spellings, codes.

use crate::api::error::ApiError;
use crate::api::input::Input;
use crate::domain::paging::Paging;
use crate::domain::policies::{Description, Document, PolicyId, PolicyName};
use crate::domain::sentence::Sentence;

/// What a policy can be attached to, by number.
pub(super) mod attached_code {
    pub const USER: i64 = 1;
    pub const GROUP: i64 = 2;
}

/// Rows of a page where the call does not say.
const ROWS: i64 = 20;
/// Rows and pages that a call may ask for where that is documented, and elsewhere.
const FEW: i64 = 200;
const MANY: i64 = 1_000_000;

/// The policy that a call names.
pub(super) fn policy_id(input: &Input) -> Result<PolicyId, ApiError> {
    input.required_integer("PolicyId").map(PolicyId)
}

/// `Page` and `Rp`, for which no bound is documented.
pub(super) fn paging(input: &Input) -> Result<Paging, ApiError> {
    up_to(input, MANY)
}

/// The same within the documented bound.
pub(super) fn few(input: &Input) -> Result<Paging, ApiError> {
    up_to(input, FEW)
}

fn up_to(input: &Input, most: i64) -> Result<Paging, ApiError> {
    let within = |name: &str, default: i64| {
        let asked = input.nonzero(name)?.unwrap_or(default);
        let asked = usize::try_from(asked).ok().filter(|_| (1..=most).contains(&asked));
        asked.ok_or_else(|| {
            ApiError::new(
                "InvalidParameter.ParamError",
                (format!("{name} is a number from 1 to {most}."), format!("{name} 取值范围为 1 到 {most}。")),
            )
        })
    };
    Ok(Paging { number: within("Page", 1)?, size: within("Rp", ROWS)? })
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

/// 1 is custom, 2 preset.
pub(super) fn policy_type(is_preset: bool) -> i64 {
    if is_preset { 2 } else { 1 }
}
