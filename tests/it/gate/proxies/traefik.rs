//! Traefik, which asks by `forwardAuth`, with the body.

use super::{Place, Recipe};

pub const RECIPE: Recipe = Recipe {
    name: "Traefik",
    program: "traefik",
    install: "tests/clients/fetch.sh",
    options: &["--headers", "forwarded"],
    shows_body: true,
    too_long: 401,
    prepare: |place| {
        let inner = format!("127.0.0.1:{}", place.inner);
        let changes = [
            ("127.0.0.1:8091", inner.clone()),
            ("http://127.0.0.1:9000", format!("http://{}", place.service)),
            ("http://127.0.0.1:8080", format!("http://{}", place.gate)),
        ];
        let dynamic = place.write("orders.yml", &Place::fill("traefik-orders.yml", &changes));
        let changes = [
            ("\":80\"", format!("\"127.0.0.1:{}\"", place.port)),
            ("127.0.0.1:8091", inner),
            ("/etc/traefik/traefik-orders.yml", dynamic),
        ];
        let file = place.write("traefik.yml", &Place::fill("traefik.yml", &changes));
        vec![format!("--configfile={file}")]
    },
};
