//! `HAProxy`, which hashes the body and asks in Lua.

use super::{Place, Recipe};

pub const RECIPE: Recipe = Recipe {
    name: "HAProxy",
    program: "haproxy",
    install: "apt install haproxy curl",
    options: &[],
    shows_body: true,
    too_long: 413,
    prepare: |place| {
        let token = place.write("token", &format!("{}\n", place.token));
        let inner = format!("127.0.0.1:{}", place.inner);
        let changes = [("127.0.0.1:8091", inner.clone()), ("/etc/haproxy/camlock-gate-token", token)];
        let script = Place::fill("haproxy-gate.lua", &changes);
        let changes = [
            ("bind :80", format!("bind 127.0.0.1:{}", place.port)),
            ("bind 127.0.0.1:8091", format!("bind {inner}")),
            ("server gate 127.0.0.1:8080", format!("server gate {}", place.gate)),
            ("server one 127.0.0.1:9000", format!("server one {}", place.service)),
            ("/etc/haproxy/haproxy-gate.lua", place.write("gate.lua", &script)),
        ];
        let file = place.write("haproxy.cfg", &Place::fill("haproxy.cfg", &changes));
        ["-db", "-f", &file].map(str::to_owned).to_vec()
    },
};
