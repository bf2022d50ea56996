//! Users by name: looked up, added, changed, deleted.

use super::accounts::known_of;
use crate::api::action::{Action, Call, Service, fields, respond};
use crate::api::error::{ApiError, USER};
use crate::api::input::Input;
use crate::app::Failure;
use crate::app::users::named::{Changes, NamedUser};
use crate::app::users::removal::Deletion;
use crate::app::users::{self, NewUser, NewUserKind};
use crate::domain::field;
use crate::domain::permission::action;
use crate::domain::secret::{MalformedPassword, Password};
use crate::domain::user::{User, UserName};
use serde_json::{Map, Value, json};

/// The longest remark, as in the console.
const MAX_REMARK: usize = 128;
const NO_USER: &str = "ResourceNotFound.UserNotExist";
const PARAMETER: &str = "InvalidParameter.ParamError";
const PASSWORD: &str = "InvalidParameter.PasswordViolatedRules";
const UNMODIFIABLE: &str = "FailedOperation.Unmodifiable";

/// What a call may say about a person, beside the name.
const PERSONAL: [&str; 8] =
    ["Name", "Remark", "ConsoleLogin", "Password", "NeedResetPassword", "PhoneNum", "CountryCode", "Email"];

pub const ACTIONS: &[Action] = &[
    Action {
        name: "GetUser",
        service: Service::Cam,
        is_mutating: false,
        run: |call| respond(get_user(call)),
    },
    Action { name: "AddUser", service: Service::Cam, is_mutating: true, run: |call| respond(add_user(call)) },
    Action {
        name: "UpdateUser",
        service: Service::Cam,
        is_mutating: true,
        run: |call| respond(update_user(call)),
    },
    Action {
        name: "DeleteUser",
        service: Service::Cam,
        is_mutating: true,
        run: |call| respond(delete_user(call)),
    },
];

async fn get_user(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&["Name"])?;
    let name = call.input.required_text("Name")?;
    let not_found = |failure| ApiError::from(failure).not_found_as(NO_USER, USER, &name);
    let named = users::named::named_user(&call.app, &call.caller, action::GET_USER, name.clone()).await;
    let details =
        users::user(&call.app, &call.caller, named.map_err(not_found)?.uin).await.map_err(not_found)?;
    let user = details.user;
    let (at, ip) = details.last_sign_in.map_or_else(Default::default, |(at, ip)| (call.times.plain(at), ip));
    let mut entry = known_of(&user);
    entry.extend(fields(json!({ "RecentlyLoginIP": ip, "RecentlyLoginTime": at })));
    Ok(entry)
}

async fn add_user(call: Call) -> Result<Map<String, Value>, ApiError> {
    let input = &call.input;
    input.only(&[&PERSONAL[..], &["UseApi"]].concat())?;
    let name = UserName::parse(input.required_text("Name")?.trim())
        .map_err(|refusal| ApiError::new("InvalidParameter.UserNameIllegal", refusal))?;
    let console_login = flag(input, "ConsoleLogin")?.unwrap_or(false);
    let with_key = flag(input, "UseApi")?.unwrap_or(false);
    let must_change = flag(input, "NeedResetPassword")?.unwrap_or(false);
    let password = if console_login { password(input)? } else { None };
    let said = Said::in_input(input, None).map_err(|error| error.invalid_as(PARAMETER))?;
    let new = NewUser {
        name,
        note: said.remark.unwrap_or_default(),
        phone: said.phone.unwrap_or_default(),
        country_code: said.country_code.unwrap_or_default(),
        email: said.email.unwrap_or_default(),
        policies: Vec::new(),
        kind: NewUserKind::SubUser { console_login, password, must_change, claim: None },
    };
    let added =
        users::named::add_named_user(&call.app, &call.caller, new, with_key).await.map_err(not_added)?;
    Ok(added_fields(&added))
}

/// The one answer that shows a generated password and a new key's secret.
fn added_fields(added: &NamedUser) -> Map<String, Value> {
    let password = added.password.as_ref().map_or("", |password| password.as_str());
    let (secret_id, secret_key) =
        added.key.as_ref().map_or(("", ""), |(id, secret)| (id.as_str(), secret.expose()));
    fields(json!({
        "Uin": added.user.uin.0,
        "Name": added.user.name,
        "Password": password,
        "SecretId": secret_id,
        "SecretKey": secret_key,
        "Uid": added.user.uid.0,
        "PhoneNumVerifyLink": "",
    }))
}

fn not_added(failure: Failure) -> ApiError {
    let field = match &failure {
        Failure::Invalid(errors) => errors.first().map_or("", |error| error.field),
        _ => "",
    };
    let code = match field {
        "user_name" => "InvalidParameter.SubUserNameInUse",
        "password" => PASSWORD,
        _ => PARAMETER,
    };
    ApiError::from(failure).invalid_as(code).refused_as("InvalidParameter.SubUserFull")
}

async fn update_user(call: Call) -> Result<Map<String, Value>, ApiError> {
    let input = &call.input;
    input.only(&PERSONAL)?;
    let name = input.required_text("Name")?;
    let kept = users::named::named_user(&call.app, &call.caller, action::UPDATE_USER, name.clone()).await;
    let kept = kept.map_err(|failure| ApiError::from(failure).not_found_as(NO_USER, USER, &name))?;
    let said = Said::in_input(input, Some(&kept)).map_err(|error| error.invalid_as("InvalidParameter"))?;
    let changes = Changes {
        note: said.remark,
        phone: said.phone,
        country_code: said.country_code,
        email: said.email,
        console_login: flag(input, "ConsoleLogin")?,
        password: password(input)?,
        must_change: flag(input, "NeedResetPassword")?,
    };
    users::named::update_named_user(&call.app, &call.caller, name.clone(), changes).await.map_err(
        |failure| {
            let error = ApiError::from(failure).not_found_as(NO_USER, USER, &name);
            error.invalid_as(PASSWORD).refused_as(UNMODIFIABLE)
        },
    )?;
    Ok(Map::new())
}

async fn delete_user(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&["Name", "Force"])?;
    let name = call.input.required_text("Name")?;
    let force = flag(&call.input, "Force")?.unwrap_or(false);
    let ended = users::removal::delete_named_user(&call.app, &call.caller, name.clone(), force).await;
    match ended.map_err(|failure| not_deleted(failure, &name))? {
        Deletion::Done => Ok(Map::new()),
        Deletion::HasKeys => Err(ApiError::new(
            "OperationDenied.HaveKeys",
            (
                "This user still has API keys. Delete them first, or send `Force` as 1.",
                "该子用户仍有未删除的 API 密钥，请先删除密钥或将 `Force` 设为 1。",
            ),
        )),
        Deletion::HasEnabledKeys => Err(ApiError::new(
            "OperationDenied.HaveKeys",
            (
                "This user has enabled API keys, and this account wants keys disabled before they are deleted.",
                "该子用户仍有启用中的 API 密钥，本账号要求先禁用密钥再删除。",
            ),
        )),
    }
}

fn not_deleted(failure: Failure, name: &str) -> ApiError {
    match failure {
        Failure::Denied(denial) if denial.action == action::DELETE_KEY => ApiError::new(
            "UnauthorizedOperation.DeleteApiKey",
            (
                format!(
                    "The user has API keys, and you may not delete them: {} on {}. {}",
                    denial.action, denial.resource, denial.because
                ),
                format!(
                    "该子用户仍有 API 密钥，且您无权删除：{}，资源 {}。{}",
                    denial.action,
                    denial.resource,
                    denial.because.zh()
                ),
            ),
        ),
        other => ApiError::from(other).not_found_as(NO_USER, USER, name).refused_as(UNMODIFIABLE),
    }
}

/// What a call says about a person.
struct Said {
    remark: Option<String>,
    phone: Option<String>,
    country_code: Option<String>,
    email: Option<String>,
}

impl Said {
    /// What a user has already is not judged again.
    fn in_input(input: &Input, kept: Option<&User>) -> Result<Self, ApiError> {
        let checked =
            |name: &str, kept: Option<&String>, check: fn(&str) -> Result<String, field::FieldError>| {
                input
                    .text(name)?
                    .map(|text| field::unless_kept(kept.map(String::as_str), &text, check))
                    .transpose()
                    .map_err(|error| ApiError::from(Failure::from(error)))
            };
        let remark = |text: &str| field::line("Remark", ("remark", "备注"), text, MAX_REMARK);
        Ok(Self {
            remark: checked("Remark", kept.map(|user| &user.note), remark)?,
            phone: checked("PhoneNum", kept.map(|user| &user.phone), field::phone)?,
            country_code: checked("CountryCode", None, country_code)?,
            email: checked("Email", kept.map(|user| &user.email), field::email)?,
        })
    }
}

fn country_code(text: &str) -> Result<String, field::FieldError> {
    let digits = text.trim().trim_start_matches('+');
    if digits.len() <= 4 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(digits.to_owned());
    }
    let told =
        ("Send the country code as one to four digits, such as 86.", "国家代码为 1 到 4 位数字，例如 86。");
    Err(field::FieldError::new("CountryCode", told))
}

/// A number that is 0 or 1.
pub(super) fn flag(input: &Input, name: &str) -> Result<Option<bool>, ApiError> {
    match input.integer(name)? {
        None => Ok(None),
        Some(0) => Ok(Some(false)),
        Some(1) => Ok(Some(true)),
        Some(_) => Err(ApiError::wrong_value(name, ("0 or 1 is expected.", "应为 0 或 1。"))),
    }
}

/// A password; an empty one is none.
fn password(input: &Input) -> Result<Option<Password>, ApiError> {
    match Password::parse(&input.text("Password")?.unwrap_or_default()) {
        Ok(password) => Ok(Some(password)),
        Err(MalformedPassword::Empty) => Ok(None),
        Err(refusal) => Err(ApiError::new(PASSWORD, refusal)),
    }
}
