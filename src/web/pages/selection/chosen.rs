//! Users that were ticked in the list, as the address names them.

use crate::app::caller::Caller;
use crate::domain::group::MAX_AT_ONCE;
use crate::domain::permission::action;
use crate::domain::user::Uin;
use crate::web::forms::Form;
use crate::web::pages::users::sorting::{FIELDS, PLACES};
use crate::web::{error::PageError, query::Query, visit::Visit};

const TOO_MANY: PageError =
    PageError::Malformed("At most 100 users can be chosen at once. Choose some of them, then the others.");

/// Users that were ticked, and the list that they were ticked in.
pub struct Ticked {
    pub uins: Vec<Uin>,
    /// What the list showed, as the end of its address; empty for the whole list.
    pub list: String,
    /// What else the address says.
    pub query: Query,
}

impl Ticked {
    /// What the address of a page says. Of the list only what lists know is kept.
    pub fn read(visit: &Visit) -> Result<Self, PageError> {
        let (mut uins, mut rest) = (Vec::new(), url::form_urlencoded::Serializer::new(String::new()));
        for (name, value) in url::form_urlencoded::parse(visit.request.query_string().as_bytes()) {
            if name != "uin" {
                rest.append_pair(&name, &value);
                continue;
            }
            let uin = Uin::parse(&value).map_err(|_| PageError::NotFound)?;
            if !uins.contains(&uin) {
                uins.push(uin);
            }
            if uins.len() > MAX_AT_ONCE {
                return Err(TOO_MANY);
            }
        }
        let query = Query::parse(&rest.finish())?;
        let names: Vec<&str> = FIELDS.into_iter().chain(PLACES).collect();
        let list = Query::parse(query.text("list").trim_start_matches('?'))?.only(&names);
        Ok(Self { uins, list, query })
    }

    /// The page of a deed for the same users, with what else was said there.
    pub fn address(&self, deed: &str, more: &[(&str, &str)]) -> String {
        let mut encoder = url::form_urlencoded::Serializer::new(String::new());
        self.uins.iter().for_each(|uin| {
            encoder.append_pair("uin", &uin.to_string());
        });
        for (name, value) in more.iter().filter(|(_, value)| !value.is_empty()) {
            encoder.append_pair(name, value);
        }
        if !self.list.is_empty() {
            encoder.append_pair("list", &self.list);
        }
        format!("/users/selected/{deed}?{}", encoder.finish())
    }

    /// The list as it was.
    pub fn list_address(&self) -> String {
        format!("/users{}", self.list)
    }
}

/// The users that a form names: those to whom the page said that something would be done.
pub fn confirmed(form: &Form) -> Result<Vec<Uin>, PageError> {
    let mut uins = form
        .all("user")
        .iter()
        .map(|text| Uin::parse(text).map_err(|_| PageError::NotFound))
        .collect::<Result<Vec<_>, _>>()?;
    uins.sort_unstable();
    uins.dedup();
    if uins.len() > MAX_AT_ONCE { Err(TOO_MANY) } else { Ok(uins) }
}

/// Which deeds the list offers: those that the person may do to one of its users at least.
#[derive(Clone, Copy, Debug, Default)]
pub struct Offered {
    pub attach: bool,
    pub join: bool,
    pub mfa: bool,
    pub keys: bool,
}

impl Offered {
    /// For a page of the list.
    pub fn of(person: &Caller, uins: &[Uin]) -> Self {
        let may = |action| uins.iter().any(|uin| person.may(action, *uin));
        Self {
            attach: may(action::ATTACH_POLICY),
            join: person.may_here(action::LIST_GROUPS),
            mfa: may(action::SET_MFA_FLAG),
            keys: may(action::DISABLE_KEY),
        }
    }
}
