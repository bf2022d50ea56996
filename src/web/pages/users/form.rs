//! What the form for a new user and the form for an existing one have in common.

use crate::app::users::Details;
use crate::domain::{field, field::FieldError, field::unless_kept, user::User, user::UserName};
use crate::web::forms::Form;

/// The longest note on a user.
const MAX_NOTE: usize = 128;

/// The text fields as they were typed, for the form to come back with.
#[derive(Default)]
pub struct TypedDetails {
    pub user_name: String,
    pub note: String,
    pub phone: String,
    pub email: String,
}

impl TypedDetails {
    /// As sent.
    pub fn of(form: &Form) -> Self {
        let text = |name| form.text(name).to_owned();
        Self { user_name: text("user_name"), note: text("note"), phone: text("phone"), email: text("email") }
    }

    /// As they stand now.
    pub fn current(user: User) -> Self {
        Self { user_name: user.name, note: user.note, phone: user.phone, email: user.email }
    }

    /// The details, or every field that does not fit added to `errors`. What a user has already is not judged again.
    pub fn check(&self, kept: Option<&User>, errors: &mut Vec<FieldError>) -> Option<Details> {
        let name = match kept {
            Some(kept) if kept.name == self.user_name.trim() => Some(None),
            _ => sift(self.name().map(Some), errors),
        };
        let note = |text: &str| field::line("note", ("note", "备注"), text, MAX_NOTE);
        let note = sift(unless_kept(kept.map(|user| user.note.as_str()), &self.note, note), errors);
        let phone = unless_kept(kept.map(|user| user.phone.as_str()), &self.phone, field::phone);
        let phone = sift(phone, errors);
        let email = unless_kept(kept.map(|user| user.email.as_str()), &self.email, field::email);
        let email = sift(email, errors);
        Some(Details { name: name?, note: note?, phone: phone?, email: email? })
    }

    fn name(&self) -> Result<UserName, FieldError> {
        UserName::parse(self.user_name.trim()).map_err(|refusal| FieldError::on_page("user_name", refusal))
    }
}

/// The value, or its error put with the others.
pub fn sift<T>(checked: Result<T, FieldError>, errors: &mut Vec<FieldError>) -> Option<T> {
    checked.map_err(|error| errors.push(error)).ok()
}
