//! What a call answers instead of its fields: a documented code and a text in the caller's language.

use crate::app::Failure;
use crate::domain::field::FieldError;
use crate::domain::permission::Denial;
use crate::domain::signature::{Language, SignatureError};
use crate::store::StoreError;

/// A refusal or a fault.
#[derive(Debug)]
pub struct ApiError {
    pub code: &'static str,
    english: String,
    chinese: Option<String>,
    kind: Kind,
}

/// Where an error comes from, for the methods that give it the code of an action.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    NotFound,
    Refused,
    Invalid,
    Other,
}

impl ApiError {
    /// An error with a text in English.
    pub fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self { code, english: text.into(), chinese: None, kind: Kind::Other }
    }

    /// The same text in Chinese.
    #[must_use]
    pub fn zh(mut self, text: impl Into<String>) -> Self {
        self.chinese = Some(text.into());
        self
    }

    /// The code for what was not found, where the action has one of its own.
    #[must_use]
    pub fn or_code(self, code: &'static str) -> Self {
        self.coded(Kind::NotFound, code)
    }

    /// The code for what a rule refused.
    #[must_use]
    pub fn refused_as(self, code: &'static str) -> Self {
        self.coded(Kind::Refused, code)
    }

    /// The code for fields that do not fit.
    #[must_use]
    pub fn invalid_as(self, code: &'static str) -> Self {
        self.coded(Kind::Invalid, code)
    }

    fn coded(mut self, kind: Kind, code: &'static str) -> Self {
        if self.kind == kind {
            self.code = code;
        }
        self
    }

    /// The text for `Error.Message`.
    pub fn message(&self, language: Language) -> &str {
        match (&self.chinese, language) {
            (Some(chinese), Language::ZhCn) => chinese,
            _ => &self.english,
        }
    }

    /// Our own fault: the cause goes to the log and nowhere else.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(error = %cause, "an API call failed");
        Self::new(
            "InternalError",
            "Something went wrong on our side. The log names the cause by the request id.",
        )
        .zh("服务器内部错误，可凭 RequestId 在日志中查找原因。")
    }

    fn unavailable(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(error = %cause, "an API call found no database");
        Self::new("ServiceUnavailable", "The server cannot answer at the moment. Try again shortly.")
            .zh("服务暂时不可用，请稍后重试。")
    }

    /// A parameter that the action needs.
    pub fn missing(name: &str) -> Self {
        Self::new("MissingParameter", format!("The request lacks the parameter `{name}`."))
            .zh(format!("缺少参数 `{name}`。"))
    }

    /// A parameter of the wrong type.
    pub fn wrong_type(name: &str, wanted: &str) -> Self {
        Self::new("InvalidParameter", format!("The parameter `{name}` must be {wanted}."))
            .zh(format!("参数 `{name}` 类型错误。"))
    }

    /// A parameter whose value does not fit.
    pub fn wrong_value(name: &str, text: &str) -> Self {
        Self::new(
            "InvalidParameterValue",
            format!("The value of the parameter `{name}` does not fit: {text}"),
        )
        .zh(format!("参数 `{name}` 的取值错误：{text}"))
    }

    fn denied(denial: &Denial) -> Self {
        let Denial { action, resource, because } = denial;
        Self::new(
            "AuthFailure.UnauthorizedOperation",
            format!("You are not authorized to perform the operation ({action}) on the resource ({resource}). {because}"),
        )
        .zh(format!("您没有权限执行操作 ({action})，资源 ({resource})。{because}"))
    }

    fn replayed() -> Self {
        Self::new(
            "AuthFailure.SignatureFailure",
            "This signature was used before. A signature is good for one change, and only for the action, version and \
             region it was first used with. Sign again: a second later the signature differs, and a signed \
             X-TC-Action makes it differ at once.",
        )
        .zh("该签名已被使用过。写操作的签名只能使用一次，且只对首次使用时的接口、版本和地域有效。请重新签名。")
    }

    fn of_kind(kind: Kind, code: &'static str, text: impl Into<String>) -> Self {
        Self { kind, ..Self::new(code, text) }
    }
}

fn sentences(errors: &[FieldError]) -> String {
    let texts: Vec<&str> = errors.iter().map(|error| error.text.as_str()).collect();
    texts.join(" ")
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Denied(denial) => Self::denied(&denial),
            Failure::NotFound => {
                Self::of_kind(Kind::NotFound, "ResourceNotFound", "What the request names does not exist.")
                    .zh("请求的资源不存在。")
            }
            Failure::Refused(text) => Self::of_kind(Kind::Refused, "FailedOperation", text),
            Failure::AccessKey(refusal) => {
                Self::new(refusal.code(), refusal.to_string()).zh(refusal.chinese())
            }
            Failure::Group(refusal) => {
                Self::new("FailedOperation", refusal.to_string()).zh(refusal.chinese())
            }
            Failure::Policy(refusal) => Self::new(refusal.code(), refusal.to_string()).zh(refusal.chinese()),
            Failure::Invalid(errors) => {
                Self::of_kind(Kind::Invalid, "InvalidParameterValue", sentences(&errors))
            }
            Failure::Throttled { seconds } => {
                Self::new("RequestLimitExceeded", format!("Too many tries. Try again in {seconds} seconds."))
            }
            Failure::Replayed => Self::replayed(),
            Failure::Store(StoreError::Unavailable(cause)) => Self::unavailable(&cause),
            other => Self::internal(&other),
        }
    }
}

impl From<Denial> for ApiError {
    fn from(denial: Denial) -> Self {
        Self::denied(&denial)
    }
}

impl From<SignatureError> for ApiError {
    fn from(error: SignatureError) -> Self {
        Self::new(error.code(), error.message(Language::EnUs)).zh(error.message(Language::ZhCn))
    }
}
