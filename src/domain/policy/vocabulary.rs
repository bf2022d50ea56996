//! What the services of an account are called in policies, and their actions.

use crate::domain::gate::method::Method;
use crate::domain::gate::route::Route;
use crate::domain::gate::service::Service;
use crate::domain::permission::known::KNOWN;
use crate::domain::user::Uin;

/// Methods that are offered; the others are known as well.
const OFFERED: [&str; 7] = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];

/// A service and what its actions are called.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ServiceWords {
    pub name: String,
    /// Names of its routes, each once.
    pub routes: Vec<String>,
    /// The names among them that only requests which change nothing go by.
    pub reads: Vec<String>,
    /// Beginnings of its paths, as far as routes write them out.
    pub prefixes: Vec<String>,
}

impl ServiceWords {
    /// Of a service.
    pub fn of(service: &Service) -> Self {
        let routes: Vec<&Route> = service.plan.routes.iter().collect();
        let changes = |name: &str| routes.iter().any(|route| route.action() == name && !route.is_read());
        let names = once(routes.iter().map(|route| route.action()));
        let reads = names.iter().filter(|name| !changes(name)).cloned().collect();
        let prefixes =
            once(routes.iter().map(|route| route.fixed_prefix()).filter(|prefix| !prefix.is_empty()));
        Self { name: service.plan.name.as_str().to_owned(), routes: names, reads, prefixes }
    }

    /// Actions to choose from, as policies write them.
    pub fn actions(&self) -> impl Iterator<Item = String> {
        let names = self.routes.iter().map(String::as_str).chain(OFFERED);
        names.map(|name| format!("{}:{name}", self.name))
    }

    /// Resources to choose from.
    pub fn resources(&self, owner: Uin) -> impl Iterator<Item = String> {
        let prefixes = std::iter::once("/").chain(self.prefixes.iter().map(String::as_str));
        prefixes.map(move |prefix| format!("qcs::{}::uin/{owner}:{prefix}", self.name))
    }

    /// The names of its actions, without it.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let methods: &[&str] = Method::all();
        self.routes.iter().map(String::as_str).chain(methods.iter().copied())
    }
}

/// Actions to choose from: those of the services, then those of this server.
pub fn known_actions(services: &[ServiceWords]) -> Vec<String> {
    let own = services.iter().flat_map(ServiceWords::actions);
    own.chain(KNOWN.iter().map(|known| (*known).to_owned())).collect()
}

fn once<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in texts {
        if !found.iter().any(|known| known == text) {
            found.push(text.to_owned());
        }
    }
    found
}
