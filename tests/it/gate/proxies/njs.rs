//! nginx with njs, which hashes the body.

use super::{Place, Recipe, nginx};

const MODULE: &str = "load_module /usr/lib/nginx/modules/ngx_http_js_module.so;\n";

pub const RECIPE: Recipe = Recipe {
    name: "nginx with njs",
    program: "nginx",
    install: "apt install nginx libnginx-mod-http-js curl",
    options: &[],
    shows_body: true,
    too_long: 413,
    prepare: |place| {
        let script = place.write("camlock.js", &Place::fill("nginx-njs.js", &[]));
        let changes = [&nginx::addresses(place)[..], &[("/etc/nginx/camlock.js", script)]].concat();
        place.write("gate.conf", &Place::fill("nginx-njs.conf", &changes));
        nginx::start(place, MODULE)
    },
};
