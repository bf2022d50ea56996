//! Caddy, which asks by `forward_auth`.

use super::{Place, Recipe};
use crate::support::gate::HOST;

/// No certificates, no port but ours.
const PLAIN: &str = "{\n\tadmin off\n\tauto_https off\n}\n";

pub const RECIPE: Recipe = Recipe {
    name: "Caddy",
    program: "caddy",
    install: "apt install caddy curl",
    options: &["--headers", "forwarded"],
    shows_body: false,
    too_long: 403,
    prepare: |place| {
        let changes = [
            (
                "orders.example.com {",
                format!("http://{HOST}:{}, http://{HOST} {{\n\tbind 127.0.0.1", place.port),
            ),
            ("forward_auth 127.0.0.1:8080", format!("forward_auth {}", place.gate)),
            ("reverse_proxy 127.0.0.1:9000", format!("reverse_proxy {}", place.service)),
        ];
        let file = place.write("Caddyfile", &format!("{PLAIN}{}", Place::fill("Caddyfile", &changes)));
        ["run", "--config", &file, "--adapter", "caddyfile"].map(str::to_owned).to_vec()
    },
};
