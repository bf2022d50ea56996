//! Envoy, which asks by `ext_authz` over HTTP, with the body.

use super::{Place, Recipe};

pub const RECIPE: Recipe = Recipe {
    name: "Envoy",
    program: "envoy",
    install: "tests/clients/fetch.sh",
    options: &[],
    shows_body: true,
    too_long: 413,
    prepare: |place| {
        let port = |address: &str| address.rsplit(':').next().unwrap_or_default().to_owned();
        let changes = [
            ("address: 0.0.0.0, port_value: 80 ", format!("address: 127.0.0.1, port_value: {} ", place.port)),
            ("port_value: 9000", format!("port_value: {}", port(place.service))),
            ("port_value: 8080", format!("port_value: {}", port(place.gate))),
        ];
        let file = place.write("envoy.yaml", &Place::fill("envoy.yaml", &changes));
        let arguments =
            ["-c", &file, "--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"];
        arguments.map(str::to_owned).to_vec()
    },
};
