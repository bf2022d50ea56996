//! How to protect a service: a recipe for each proxy with this server’s address, and how clients sign.

use crate::config::OwnAddress;
use crate::web::answer::{PageResult, render};
use crate::web::pages::help::recipes::{Filled, RECIPES, Recipe};
use crate::web::pages::help::snippets::Address;
use crate::web::{
    context::WebContext, error::PageError, layout::Layout, layout::filters, query::Query, visit::Visit,
};
use askama::Template;

const CURL: &str = include_str!("../../../../templates/help/gate_curl.txt");
const PYTHON: &str = include_str!("../../../../templates/help/gate_python.txt");
/// The service of the recipes.
const SERVICE: &str = "http://orders.example.com";
/// Where the recipes look for a gate that no port leads to.
const NO_PORT: (&str, u16) = ("127.0.0.1", 8080);

#[derive(Template)]
#[template(path = "help/gate.html")]
struct GatePage {
    page: Layout,
    recipe: &'static Recipe,
    recipes: &'static [Recipe],
    files: Vec<Filled>,
    owner: String,
    place: String,
    is_https: bool,
    /// The socket that the gate listens at, in place of a port.
    socket: Option<String>,
    curl: String,
    python: String,
}

/// Where gateways reach the gate.
struct GatePlace {
    host: String,
    port: u16,
    is_https: bool,
    socket: Option<String>,
}

impl GatePlace {
    fn of(context: &WebContext) -> Self {
        let address = Address::of(&context.public_url);
        let usual = if address.is_https { 443 } else { 80 };
        let (host, port) = apart(&address.host, usual);
        let beside = Self { host, port, is_https: address.is_https, socket: None };
        match &context.gate_listen {
            None => beside,
            Some(OwnAddress::Port(own)) => {
                let host = if own.ip().is_unspecified() { beside.host } else { apart(&own.to_string(), 0).0 };
                Self { host, port: own.port(), is_https: false, socket: None }
            }
            Some(OwnAddress::Socket(path)) => Self {
                host: NO_PORT.0.to_owned(),
                port: NO_PORT.1,
                is_https: false,
                socket: Some(path.display().to_string()),
            },
        }
    }
}

/// Host and port; an address of IPv6 keeps its brackets.
fn apart(text: &str, usual: u16) -> (String, u16) {
    let parts = text.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?)));
    parts.map_or_else(|| (text.to_owned(), usual), |(host, port)| (host.to_owned(), port))
}

fn signing(text: &str) -> String {
    text.trim_end().replace("{service}", SERVICE)
}

/// Shows one proxy's recipe.
pub async fn gate(visit: Visit, query: Query) -> PageResult {
    let recipe = Recipe::named(query.text("proxy")).ok_or(PageError::NotFound)?;
    let place = GatePlace::of(&visit.context);
    render(&GatePage {
        page: visit.layout("api"),
        recipe,
        recipes: RECIPES,
        files: recipe.filled(&place.host, place.port),
        owner: visit.person.owner().to_string(),
        place: format!("{}:{}", place.host, place.port),
        is_https: place.is_https,
        socket: place.socket,
        curl: signing(CURL),
        python: signing(PYTHON),
    })
}
