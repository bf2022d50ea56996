//! Routes: which requests to a service go by a name of their own in policies.

use super::method::Method;
use super::target::{is_plain, needed};
use std::fmt;

/// Routes of one service.
pub const MAX_ROUTES: usize = 200;
const LONGEST_PATTERN: usize = 512;
const LONGEST_ACTION: usize = 64;

/// Requests by method and path, and what policies call them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Route {
    /// None stands for every method.
    method: Option<Method>,
    pattern: Pattern,
    action: String,
}

/// Why a text is no route.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum MalformedRoute {
    #[error("`{0}` is no route. Write method, path and name, such as: GET /v1/orders/* ListOrders.")]
    Unreadable(String),
    #[error("`{0}` is no HTTP method in capitals. Write ANY for all of them.")]
    Method(String),
    #[error(
        "`{0}` is no path of a route. It begins with /; `*` stands for one part, `**` at the end for the rest. All else is written as in a \
         request: percent signs with capitals, and only where they are needed."
    )]
    Pattern(String),
    #[error(
        "`{0}` is no name of a route. Use a letter first, then letters and digits, 2 to {LONGEST_ACTION} in all."
    )]
    Action(String),
    #[error("A route cannot be called `{0}`: policies could not tell it from the HTTP method.")]
    ActionIsMethod(String),
}

impl Route {
    /// Reads `GET /v1/orders/* ListOrders`.
    pub fn parse(text: &str) -> Result<Self, MalformedRoute> {
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        let [method, pattern, action] = words.as_slice() else {
            return Err(MalformedRoute::Unreadable(shown(text)));
        };
        Ok(Self { method: method_of(method)?, pattern: Pattern::parse(pattern)?, action: action_of(action)? })
    }

    fn matches(&self, method: Method, path: &str) -> bool {
        self.method.is_none_or(|own| own == method) && self.pattern.matches(path)
    }

    /// What policies call its requests.
    pub fn action(&self) -> &str {
        &self.action
    }

    /// Whether only requests that change nothing go by it.
    pub fn is_read(&self) -> bool {
        self.method.is_some_and(Method::is_read)
    }

    /// The path up to its first open part, without a slash at the end.
    pub fn fixed_prefix(&self) -> &str {
        let text = self.pattern.text.as_str();
        text.split_once("/*").map_or(text, |(fixed, _)| fixed).trim_end_matches('/')
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = self.method.map_or("ANY", Method::as_str);
        write!(f, "{method} {} {}", self.pattern.text, self.action)
    }
}

/// A path with open parts.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Pattern {
    text: String,
}

impl Pattern {
    fn parse(text: &str) -> Result<Self, MalformedRoute> {
        let malformed = || MalformedRoute::Pattern(shown(text));
        let rest = text.strip_prefix('/').filter(|_| text.len() <= LONGEST_PATTERN).ok_or_else(malformed)?;
        let parts: Vec<&str> = rest.split('/').collect();
        let last = parts.len() - 1;
        let fits = |(at, part): (usize, &&str)| match *part {
            "*" => true,
            "**" | "" => at == last,
            part => is_plain_part(part),
        };
        if parts.iter().enumerate().all(fits) { Ok(Self { text: text.to_owned() }) } else { Err(malformed()) }
    }

    /// `*` is one part that is not empty, `**` whatever comes after the slash.
    fn matches(&self, path: &str) -> bool {
        let (mut parts, mut given) = (self.text.split('/'), path.split('/'));
        loop {
            match (parts.next(), given.next()) {
                (Some("**"), Some(_)) | (None, None) => return true,
                (Some("*"), Some(part)) if !part.is_empty() => {}
                (Some(part), Some(same)) if part == same && part != "*" => {}
                _ => return false,
            }
        }
    }
}

/// The routes of a service, in the order in which they are tried.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Routes(Vec<Route>);

/// Why texts are no routes of a service.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RoutesRefusal {
    #[error(transparent)]
    Malformed(#[from] MalformedRoute),
    #[error("A service can have at most {MAX_ROUTES} routes.")]
    TooMany,
}

impl Routes {
    /// Reads one route from each text.
    pub fn parse<T: AsRef<str>>(texts: &[T]) -> Result<Self, RoutesRefusal> {
        if texts.len() > MAX_ROUTES {
            return Err(RoutesRefusal::TooMany);
        }
        let routes = texts.iter().map(|text| Route::parse(text.as_ref())).collect::<Result<_, _>>()?;
        Ok(Self(routes))
    }

    /// What policies call a request: the name of the first route that it matches, or its method.
    pub fn action_of(&self, method: Method, path: &str) -> &str {
        let route = self.0.iter().find(|route| route.matches(method, path));
        route.map_or(method.as_str(), Route::action)
    }

    /// In the order in which they are tried.
    pub fn iter(&self) -> impl Iterator<Item = &Route> {
        self.0.iter()
    }

    /// Each as it is written.
    pub fn texts(&self) -> Vec<String> {
        self.0.iter().map(Route::to_string).collect()
    }
}

fn method_of(text: &str) -> Result<Option<Method>, MalformedRoute> {
    if text.eq_ignore_ascii_case("any") {
        return Ok(None);
    }
    Method::parse(text).map(Some).map_err(|_| MalformedRoute::Method(shown(text)))
}

fn action_of(text: &str) -> Result<String, MalformedRoute> {
    let fits = (2..=LONGEST_ACTION).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !fits {
        return Err(MalformedRoute::Action(shown(text)));
    }
    // Policies compare names without case, so a route must be none of the methods in any spelling.
    if Method::parse(&text.to_ascii_uppercase()).is_ok() || text.eq_ignore_ascii_case("any") {
        return Err(MalformedRoute::ActionIsMethod(text.to_owned()));
    }
    Ok(text.to_owned())
}

/// A part as it stands in the path of a request that has its one spelling.
fn is_plain_part(part: &str) -> bool {
    let mut bytes = part.bytes();
    while let Some(byte) = bytes.next() {
        let fits = match byte {
            b'%' => needed(bytes.next(), bytes.next()).is_some(),
            byte => is_plain(byte) && byte != b'*',
        };
        if !fits {
            return false;
        }
    }
    part != "." && part != ".."
}

fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}
