//! What a call answers instead of its fields: a documented code and a text in the caller's language.

use crate::app::Failure;
use crate::domain::field::Label;
use crate::domain::language::Language;
use crate::domain::permission::Denial;
use crate::domain::policies::PolicyRefusal;
use crate::domain::replay::ReplayRefusal;
use crate::domain::sentence::Sentence;
use crate::domain::signature::SignatureError;
use crate::passwords::PasswordsError;
use crate::store::StoreError;

/// The code that clients and tools answer by signing anew and trying again.
const REPEAT: &str = "RequestLimitExceeded";
const NOT_NOW: &str = "ServiceUnavailable";
/// What a call can name, for the sentence that it is not there.
pub const USER: Label = ("user", "用户");
pub const POLICY: Label = ("policy", "策略");
/// The longest part of a call's value that an answer repeats.
const LONGEST_SHOWN: usize = 64;

/// A refusal or a fault.
#[derive(Debug)]
pub struct ApiError {
    pub code: &'static str,
    text: Sentence,
    kind: Kind,
}

/// Where an error comes from, for the methods that give it the code of an action.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    NotFound,
    NoPolicy,
    Refused,
    Invalid,
    Twin,
    Unknown,
    Other,
}

impl ApiError {
    /// An error with its text, for example `("in English", "中文")`.
    pub fn new(code: &'static str, text: impl Into<Sentence>) -> Self {
        Self { code, text: text.into(), kind: Kind::Other }
    }

    /// Names what was not found, and gives it the code that the action has for it.
    #[must_use]
    pub fn not_found_as(self, code: &'static str, kind: Label, value: impl std::fmt::Display) -> Self {
        if self.kind == Kind::NotFound { Self::none_of(code, kind, &value) } else { self }
    }

    /// The code for a policy that was not found.
    #[must_use]
    pub fn no_policy_as(self, code: &'static str) -> Self {
        self.coded(Kind::NoPolicy, code)
    }

    fn none_of(code: &'static str, label: Label, value: &dyn std::fmt::Display) -> Self {
        let shown = |c: char| if c.is_control() || c == '`' { '\u{FFFD}' } else { c };
        let value: String = value.to_string().chars().take(LONGEST_SHOWN).map(shown).collect();
        let (en, zh) = label;
        let english = format!("There is no {en} `{value}` in this account.");
        Self::new(code, (english, format!("本账号中没有{zh} `{value}`。")))
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
        self.text.of(language)
    }

    /// Our own fault: the cause goes to the log and nowhere else.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(error = %cause, "an API call failed");
        Self::new(
            "InternalError",
            (
                "Something went wrong on our side. The log names the cause by the request id.",
                "服务器内部错误，可凭 RequestId 在日志中查找原因。",
            ),
        )
    }

    fn unavailable(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(error = %cause, "an API call found no database");
        Self::not_now()
    }

    fn unknown(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(error = %cause, "whether an API call made its change is not known");
        Self::of_kind(Kind::Unknown, NOT_NOW, unknown_outcome(""))
    }

    /// Whether nobody knows if the change was made.
    pub fn is_unknown(&self) -> bool {
        self.kind == Kind::Unknown
    }

    /// Says where the outcome of an action can be seen, if it is not known.
    #[must_use]
    pub fn unknown_after(self, action: &str) -> Self {
        if self.is_unknown() { Self { text: unknown_outcome(action).into(), ..self } } else { self }
    }

    fn not_now() -> Self {
        Self::new(
            NOT_NOW,
            ("The server cannot answer at the moment. Try again shortly.", "服务暂时不可用，请稍后重试。"),
        )
    }

    /// A parameter that the action needs.
    pub fn missing(name: &str) -> Self {
        Self::new(
            "MissingParameter",
            (format!("The request lacks the parameter `{name}`."), format!("缺少参数 `{name}`。")),
        )
    }

    /// A parameter of the wrong type.
    pub fn wrong_type(name: &str, label: Label) -> Self {
        let (en, zh) = label;
        let text = (format!("The parameter `{name}` must be {en}."), format!("参数 `{name}` 须为{zh}。"));
        Self::new("InvalidParameter", text)
    }

    /// A parameter whose value does not fit.
    pub fn wrong_value(name: &str, text: impl Into<Sentence>) -> Self {
        let text = text.into();
        let told = (
            format!("The value of the parameter `{name}` does not fit: {}", text.en()),
            format!("参数 `{name}` 的取值错误：{}", text.zh()),
        );
        Self::new("InvalidParameterValue", told)
    }

    fn denied(denial: &Denial) -> Self {
        Self::new("AuthFailure.UnauthorizedOperation", denial)
    }

    /// More calls than may wait.
    pub fn too_many(action: &str, per_second: u32) -> Self {
        let name = if action.is_empty() { "unknown actions" } else { action };
        Self::new(
            REPEAT,
            (
                format!(
                    "More calls of {name} than can wait: {per_second} a second are carried out. Slow down."
                ),
                format!("{name} 的请求过多：每秒最多处理 {per_second} 次，请降低频率。"),
            ),
        )
    }

    /// A call that may be a copy of another: signed anew, it is carried out.
    pub fn replayed(refusal: &ReplayRefusal) -> Self {
        let kind = if matches!(refusal, ReplayRefusal::Twin { .. }) { Kind::Twin } else { Kind::Other };
        Self::of_kind(kind, REPEAT, refusal.clone())
    }

    /// Whether the same change was made before under the same signature.
    pub fn is_twin(&self) -> bool {
        self.kind == Kind::Twin
    }

    fn of_kind(kind: Kind, code: &'static str, text: impl Into<Sentence>) -> Self {
        Self { kind, ..Self::new(code, text) }
    }
}

/// What is said of a change whose outcome is not known, and where it can be seen.
fn unknown_outcome(action: &str) -> (String, String) {
    let en = "It is not known whether the change was made: the database did not confirm it.";
    let zh = "数据库未确认，无法得知变更是否已完成。";
    let (look_en, look_zh) = match action {
        "CreateAccessKey" => (
            "ListAccessKeys shows whether there is a new key; its SecretKey is not given again, so delete it and create another.",
            "请用 ListAccessKeys 查看是否已生成新密钥；其 SecretKey 不会再次返回，请删除后重新创建。",
        ),
        "AddUser" => (
            "GetUser shows whether there is a new user, and ListAccessKeys with its UIN whether it has a key.",
            "请用 GetUser 查看用户是否已创建，并用 ListAccessKeys 查看其密钥。",
        ),
        "CreatePolicy" | "CreatePolicyVersion" => (
            "ListPolicies and ListPolicyVersions show whether it is there.",
            "请用 ListPolicies 和 ListPolicyVersions 查看是否已创建。",
        ),
        "CreateWebhook" => (
            "ListWebhooks shows whether there is a new webhook; its secret is not given again, so delete it and create another.",
            "请用 ListWebhooks 查看是否已创建；其密钥不会再次返回，请删除后重新创建。",
        ),
        "CreateGroup" => ("ListGroups shows whether it is there.", "请用 ListGroups 查看用户组是否已创建。"),
        _ => ("Look at the present state before you try again.", "请先查看当前状态，再决定是否重试。"),
    };
    (format!("{en} {look_en}"), format!("{zh}{look_zh}"))
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Denied(denial) => Self::denied(&denial),
            Failure::NotFound => Self::of_kind(
                Kind::NotFound,
                "ResourceNotFound",
                ("What the request names does not exist.", "请求的资源不存在。"),
            ),
            Failure::Refused(text) => Self::of_kind(Kind::Refused, "FailedOperation", text),
            Failure::AccessKey(refusal) => Self::new(refusal.code(), refusal),
            Failure::Group(refusal) => Self::new("FailedOperation", refusal),
            Failure::Policy(refusal @ PolicyRefusal::NoSuchPolicy(_)) => {
                Self::of_kind(Kind::NoPolicy, refusal.code(), refusal)
            }
            Failure::Policy(refusal) => Self::new(refusal.code(), refusal),
            Failure::Invalid(errors) => Self::of_kind(
                Kind::Invalid,
                "InvalidParameterValue",
                Sentence::joined(errors.iter().map(|error| &error.text)),
            ),
            Failure::Throttled { seconds } => Self::new(
                REPEAT,
                (
                    format!("Too many tries. Try again in {seconds} seconds."),
                    format!("尝试次数过多，请在 {seconds} 秒后重试。"),
                ),
            ),
            Failure::Replayed(refusal) => Self::replayed(&refusal),
            Failure::Store(StoreError::Unavailable(cause) | StoreError::Conflict(cause)) => {
                Self::unavailable(&cause)
            }
            Failure::Store(StoreError::Unknown(cause)) => Self::unknown(&cause),
            Failure::Passwords(PasswordsError::Busy) => Self::not_now(),
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
        Self::new(error.code(), error)
    }
}
