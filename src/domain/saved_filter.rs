//! Filters of lists that a person saved under a name.

use super::field::{self, FieldError};

/// Filters that one person can save for one list of an account.
pub const MAX_SAVED: usize = 10;
/// Characters of a name, and of what a filter says.
pub const LONGEST_NAME: usize = 40;
const LONGEST_QUERY: usize = 1_000;

/// A list that filters can be saved for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FilteredList {
    Users,
    Log,
}

impl FilteredList {
    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Log => "audit",
        }
    }
}

/// A filter under its name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SavedFilter {
    pub name: String,
    /// What the list is asked for, as the end of its address. Judged anew whenever it is used.
    pub query: String,
}

impl SavedFilter {
    /// A filter as it can be kept: with a name, and something to filter by.
    pub fn new(name: &str, query: &str) -> Result<Self, FieldError> {
        let name = field::line("name", ("name", "名称"), name, LONGEST_NAME)?;
        if name.is_empty() {
            return Err(FieldError::on_page("name", "Give the filter a name."));
        }
        if query.is_empty() {
            return Err(FieldError::on_page("name", "Filter the list first, then save the filter."));
        }
        if query.len() > LONGEST_QUERY {
            return Err(FieldError::on_page("name", "This filter is too long to be saved."));
        }
        Ok(Self { name, query: query.to_owned() })
    }
}
