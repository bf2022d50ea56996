//! What groups of events are about.

use super::words::{WORDS, Words};

/// What a group of events is about, as the filter offers it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EventGroup {
    SignIn,
    Keys,
    Users,
    Policies,
    Groups,
    Settings,
}

impl EventGroup {
    /// All of them, in the order of the filter.
    pub const ALL: [Self; 6] =
        [Self::Keys, Self::Users, Self::SignIn, Self::Policies, Self::Groups, Self::Settings];

    /// The name in an address.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Keys => "keys",
            Self::Users => "users",
            Self::Policies => "policies",
            Self::Groups => "groups",
            Self::Settings => "settings",
        }
    }

    /// The name on a page.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::SignIn => "Sign-in",
            Self::Keys => "Keys",
            Self::Users => "Users",
            Self::Policies => "Policies",
            Self::Groups => "Groups",
            Self::Settings => "Settings",
        }
    }

    /// The group that an address names; case does not matter.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.as_str().eq_ignore_ascii_case(name))
    }

    /// Its events, in the order of the list.
    pub fn events(self) -> impl Iterator<Item = &'static Words> {
        WORDS.iter().filter(move |words| words.group == self)
    }
}
