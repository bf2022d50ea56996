//! What the User List is asked for, and what it shows.

use super::key::MAX_KEYS_PER_USER;
use super::user::{Uid, User, UserKind};
use std::cmp::Ordering;

/// What a list is asked for.
#[derive(Clone, Debug, Default)]
pub struct UserFilter {
    pub text: String,
    /// Who holds a key that the text means, as far as whoever searches may know it.
    pub holders: Vec<Uid>,
    pub kind: Option<UserKind>,
    /// Whether an authenticator app is registered.
    pub mfa: Option<bool>,
    pub keys: Option<KeyFilter>,
    pub order: UserOrder,
}

/// Users by the state of their keys.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyFilter {
    None,
    Any,
    Enabled,
    Disabled,
}

/// What a list is sorted by.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum UserSort {
    #[default]
    Name,
    Created,
    /// When one of the user's keys was last used.
    LastUse,
    /// How many keys are held, then the name.
    Keys,
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct UserOrder {
    pub sort: UserSort,
    pub is_descending: bool,
}

impl UserOrder {
    /// The order from the last to the first.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self { is_descending: !self.is_descending, ..self }
    }
}

/// What filters look at, in one number, which an index begins with: kind, authenticator app, keys held and enabled.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Facet(pub i16);

impl Facet {
    /// Every combination there can be, those with fewer keys first.
    fn all() -> impl Iterator<Item = Self> {
        let most = i16::try_from(MAX_KEYS_PER_USER).unwrap_or(i16::MAX);
        (0..=most).flat_map(|held| {
            (0..=held).flat_map(move |enabled| (0..6).map(move |rest| Self(16 * rest + 4 * held + enabled)))
        })
    }

    fn kind(self) -> UserKind {
        match self.0 / 32 {
            0 => UserKind::Root,
            1 => UserKind::SubUser,
            _ => UserKind::Collaborator,
        }
    }

    /// Whether an authenticator app is registered.
    pub fn mfa(self) -> bool {
        self.0 & 16 != 0
    }

    /// Keys held, disabled ones included.
    pub fn held(self) -> i16 {
        (self.0 & 15) / 4
    }

    fn enabled(self) -> i16 {
        self.0 & 3
    }
}

impl UserFilter {
    /// Whether a user with that facet is wanted.
    pub fn fits(&self, facet: Facet) -> bool {
        let keys = match self.keys {
            None => true,
            Some(KeyFilter::None) => facet.held() == 0,
            Some(KeyFilter::Any) => facet.held() > 0,
            Some(KeyFilter::Enabled) => facet.enabled() > 0,
            Some(KeyFilter::Disabled) => facet.enabled() < facet.held(),
        };
        keys && self.kind.is_none_or(|kind| kind == facet.kind())
            && self.mfa.is_none_or(|on| on == facet.mfa())
    }

    /// Whether anything but the text narrows the list.
    pub fn narrows(&self) -> bool {
        self.kind.is_some() || self.mfa.is_some() || self.keys.is_some()
    }

    /// The facets that are wanted, those with fewer keys first.
    pub fn facets(&self) -> Vec<Facet> {
        Facet::all().filter(|facet| self.fits(*facet)).collect()
    }
}

/// Where a page begins: behind a place or before it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum UserCursor {
    Start,
    After(UserPlace),
    Before(UserPlace),
}

/// A place in a list, by what the list is sorted by.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum UserPlace {
    Name(String),
    Created(i64, i64),
    LastUse(i64, i64),
    Keys(i16, String),
    /// In the order of the texts that were found, and the UID.
    Term(String, i64),
}

impl UserPlace {
    /// Which of two places of one sort comes first.
    pub fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Name(one), Self::Name(two)) => one.cmp(two),
            (Self::Created(one, uid), Self::Created(two, other))
            | (Self::LastUse(one, uid), Self::LastUse(two, other)) => (one, uid).cmp(&(two, other)),
            (Self::Keys(one, name), Self::Keys(two, other)) => (one, name).cmp(&(two, other)),
            (Self::Term(one, uid), Self::Term(two, other)) => (one, uid).cmp(&(two, other)),
            _ => Ordering::Equal,
        }
    }

    /// What [`UserPlace::text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let Some((sort, rest)) = text.split_once(':').filter(|(sort, _)| sort.len() == 1) else {
            return Some(Self::Name(text.to_owned()));
        };
        let (number, tail) = rest.split_once(':')?;
        match sort {
            "c" => Some(Self::Created(number.parse().ok()?, tail.parse().ok()?)),
            "u" => Some(Self::LastUse(number.parse().ok()?, tail.parse().ok()?)),
            "k" => Some(Self::Keys(number.parse().ok()?, tail.to_owned())),
            "t" => Some(Self::Term(tail.to_owned(), number.parse().ok()?)),
            _ => None,
        }
    }

    /// As an address has it. No user name holds a colon.
    pub fn text(&self) -> String {
        match self {
            Self::Name(name) => name.clone(),
            Self::Created(at, uid) => format!("c:{at}:{uid}"),
            Self::LastUse(at, uid) => format!("u:{at}:{uid}"),
            Self::Keys(held, name) => format!("k:{held}:{name}"),
            Self::Term(term, uid) => format!("t:{uid}:{term}"),
        }
    }
}

/// A user with what the list shows beside it.
pub struct Listed {
    pub user: User,
    pub keys: usize,
    pub mfa: bool,
    /// When one of its keys was last used, to the minute.
    pub last_used_at: Option<i64>,
    pub place: UserPlace,
}

/// How a page is sorted, if not as it was asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sorted {
    AsAsked,
    /// So many users match that they come in the order of their names.
    ByName,
    /// So many match that they come in the order of the texts that were found.
    ByMatch,
}
