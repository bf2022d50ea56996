//! nginx, which asks by `auth_request`.

use super::{Place, Recipe};

pub const RECIPE: Recipe = Recipe {
    name: "nginx",
    program: "nginx",
    install: "apt install nginx curl",
    options: &[],
    shows_body: false,
    too_long: 403,
    prepare: |place| {
        let file = Place::fill("nginx.conf", &addresses(place));
        place.write("gate.conf", &file);
        start(place, "")
    },
};

/// What both recipes of nginx name.
pub fn addresses(place: &Place<'_>) -> [(&'static str, String); 4] {
    let token = format!("proxy_set_header X-Camlock-Gate {};\n", place.token);
    let token = place.write("token.conf", &token);
    [
        ("listen 80;", format!("listen 127.0.0.1:{};", place.port)),
        ("server 127.0.0.1:8080;", format!("server {};", place.gate)),
        ("server 127.0.0.1:9000;", format!("server {};", place.service)),
        ("/etc/nginx/camlock-gate-token.conf", token),
    ]
}

/// Arguments of an nginx that reads `gate.conf` and writes into its own folder alone.
pub fn start(place: &Place<'_>, first: &str) -> Vec<String> {
    let folder = place.folder.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("    {kind}_temp_path {folder}/{kind};\n"))
        .concat();
    let main = format!(
        "{first}daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\nerror_log stderr;\nevents {{}}\n\
         http {{\n{temporary}    access_log off;\n    include {folder}/gate.conf;\n}}\n"
    );
    let file = place.write("nginx.conf", &main);
    ["-p", &folder.to_string(), "-c", &file].map(str::to_owned).to_vec()
}
