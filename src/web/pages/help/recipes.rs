//! How each proxy is put in front of a service: the recipes of `deploy/gate`, and what they can do.

/// What the recipes name in place of this server.
const SHIPPED: &str = "127.0.0.1:8080";
/// The same as Envoy writes it.
const SHIPPED_APART: &str = "address: 127.0.0.1, port_value: 8080";

/// A proxy with its recipe.
pub struct Recipe {
    pub id: &'static str,
    pub label: &'static str,
    /// How far a body can be covered at most, as verdicts call it.
    pub coverage: &'static str,
    /// What that means.
    pub bodies: &'static str,
    pub least_version: &'static str,
    /// Options of its gate token beside the service.
    pub options: &'static str,
    files: &'static [(&'static str, &'static str)],
}

/// A file of a recipe with this server's address.
pub struct Filled {
    /// Where it stands on the page.
    pub id: String,
    pub name: &'static str,
    pub text: String,
}

const WHOLE: &str = "hashed, up to 64 KB";
const NONE: &str = "not shown to the gate: writes are refused unless the token asks for less";

macro_rules! file {
    ($name:literal) => {
        ($name, include_str!(concat!("../../../../deploy/gate/", $name)))
    };
}

/// All recipes, the one that needs least first.
pub const RECIPES: &[Recipe] = &[
    Recipe {
        id: "nginx",
        label: "nginx",
        coverage: "claimed",
        bodies: NONE,
        least_version: "1.5.4",
        options: "",
        files: &[file!("nginx.conf")],
    },
    Recipe {
        id: "nginx-njs",
        label: "nginx with njs",
        coverage: "verified",
        bodies: WHOLE,
        least_version: "njs 0.7.9; for js_access, which the recipe does not use, 1.0.0",
        options: "",
        files: &[file!("nginx-njs.conf"), file!("nginx-njs.js")],
    },
    Recipe {
        id: "caddy",
        label: "Caddy",
        coverage: "claimed",
        bodies: NONE,
        least_version: "2.11.2, or 2.6.2 up to 2.9 (GHSA-7r4p-vjf4-gxv4)",
        options: " --headers forwarded",
        files: &[file!("Caddyfile")],
    },
    Recipe {
        id: "haproxy",
        label: "HAProxy",
        coverage: "verified",
        bodies: "hashed, up to 64 KB; chunked ones are refused",
        least_version: "2.6 with Lua",
        options: "",
        files: &[file!("haproxy.cfg"), file!("haproxy-gate.lua")],
    },
    Recipe {
        id: "traefik",
        label: "Traefik",
        coverage: "verified",
        bodies: WHOLE,
        least_version: "3.7.13 (GHSA-x677-9fxg-v5c5, CVE-2026-35051)",
        options: " --headers forwarded",
        files: &[file!("traefik.yml"), file!("traefik-orders.yml")],
    },
    Recipe {
        id: "envoy",
        label: "Envoy",
        coverage: "verified",
        bodies: WHOLE,
        least_version: "1.29.1 (CVE-2024-23324, CVE-2021-32777)",
        options: "",
        files: &[file!("envoy.yaml")],
    },
];

impl Recipe {
    /// The recipe of that name; any other name is the first.
    pub fn named(name: &str) -> Option<&'static Self> {
        RECIPES.iter().find(|recipe| recipe.id == name).or(RECIPES.first())
    }

    /// Its files, asking the gate at that host and port.
    pub fn filled(&self, host: &str, port: u16) -> Vec<Filled> {
        let together = format!("{host}:{port}");
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let apart = format!("address: \"{bare}\", port_value: {port}");
        let fill = |text: &str| text.replace(SHIPPED, &together).replace(SHIPPED_APART, &apart);
        let numbered = self.files.iter().enumerate();
        numbered
            .map(|(at, (name, text))| Filled { id: format!("file-{at}"), name, text: fill(text) })
            .collect()
    }
}
