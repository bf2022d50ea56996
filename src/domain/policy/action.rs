//! Actions: `cam:GetUser`, `name/cam:GetUser`, `cam:*Key`, `cam:*`, `*:*`, `*`.

use super::problem::{Fault, code};
use super::truth::Truth;
use super::wildcard::Pattern;

/// One entry of a statement's action list.
#[derive(Clone, Debug)]
pub(super) enum ActionPattern {
    /// Names match without regard to case, as CAM does.
    Written { service: Pattern, name: Pattern },
    /// Could not be understood.
    Unknown,
}

/// The action of a request, taken apart and in lower case.
pub(super) struct Action {
    service: String,
    name: String,
}

impl Action {
    /// `None` for what is no action of the form `service:Name`.
    pub fn parse(text: &str) -> Option<Self> {
        let (service, name) = text.split_once(':')?;
        let well_formed = is_service(service) && is_name(name) && !text.contains('*');
        well_formed.then(|| Self { service: service.to_owned(), name: name.to_ascii_lowercase() })
    }
}

impl ActionPattern {
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let spelling = spelling(text);
        let bare = spelling.as_str();
        if bare == "*" {
            return Ok(Self::Written { service: Pattern::new("*"), name: Pattern::new("*") });
        }
        if bare.starts_with("permid/") {
            return Err(Fault::new(
                code::ACTION,
                (
                    format!("Feature sets such as `{text}` are not supported; name the actions."),
                    format!("不支持功能集 `{text}`，请逐一写明操作。"),
                ),
            ));
        }
        let Some((service, name)) = bare.split_once(':') else {
            return Err(Fault::new(
                code::ACTION,
                (
                    format!("`{text}` is not an action; write `service:Name`, for example `cam:GetUser`."),
                    format!("`{text}` 不是操作，请写成 `service:Name`，例如 `cam:GetUser`。"),
                ),
            ));
        };
        if !is_service(service) {
            let message = (
                format!(
                    "`{service}` is not a service name; use lower-case letters, digits, `-`, `_` or `*`."
                ),
                format!("`{service}` 不是产品名称，只能使用小写字母、数字、`-`、`_` 和 `*`。"),
            );
            return Err(Fault::new(code::ACTION_SERVICE, message));
        }
        if !is_name(name) {
            let message =
                (format!("`{name}` is not the name of an action."), format!("`{name}` 不是操作名称。"));
            return Err(Fault::new(code::ACTION, message));
        }
        Ok(Self::Written { service: Pattern::new(service), name: Pattern::new(&name.to_ascii_lowercase()) })
    }

    /// Whether it is that action, written out.
    pub fn names(&self, action: &Action) -> bool {
        match self {
            Self::Written { service, name } => {
                service.is_plain() && name.is_plain() && self.covers(action) == Truth::Yes
            }
            Self::Unknown => false,
        }
    }

    /// Whether it speaks of that action's service and of no other.
    pub fn is_of(&self, action: &Action) -> bool {
        matches!(self, Self::Written { service, .. } if service.is_plain() && service.matches(&action.service))
    }

    pub fn covers(&self, action: &Action) -> Truth {
        match self {
            Self::Written { service, name } => {
                (service.matches(&action.service) && name.matches(&action.name)).into()
            }
            Self::Unknown => Truth::Unknown,
        }
    }
}

/// An entry of an action list without `name/` and without the blanks around its parts.
pub fn spelling(text: &str) -> String {
    let bare = match text.split_once('/') {
        Some((prefix, rest)) if prefix.trim() == "name" => rest,
        _ => text,
    };
    bare.split(':').map(str::trim).collect::<Vec<_>>().join(":")
}

fn is_service(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_*".contains(&byte);
    !text.is_empty() && text.bytes().all(fits)
}

fn is_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.*".contains(&byte);
    !text.is_empty() && text.bytes().all(fits)
}
