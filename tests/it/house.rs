//! The layout of the sources: layers flow one way, files and functions stay small.

use std::fs;
use std::path::{Path, PathBuf};

pub fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push((path.clone(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!found.is_empty(), "{folder} holds sources");
    found
}

/// What each layer must not name.
const LAYERS: [(&str, &[&str]); 15] = [
    ("domain", &["actix", "askama", "diesel", "tokio", "crate::app", "crate::http", "crate::store"]),
    ("domain", ABOVE_APP),
    ("store", &["actix", "askama", "crate::app", "crate::http", "crate::vault"]),
    ("store", ABOVE_APP),
    ("vault", &["actix", "askama", "diesel", "crate::app", "crate::http", "crate::store"]),
    ("vault", ABOVE_APP),
    ("courier", &["actix", "askama", "diesel", "crate::app", "crate::http", "crate::store", "crate::vault"]),
    ("courier", ABOVE_APP),
    ("app", &["actix", "askama", "diesel", "crate::http"]),
    ("app", ABOVE_APP),
    ("http", &["askama", "diesel", "crate::api", "crate::app", "crate::store", "crate::vault", "crate::web"]),
    ("server", &["askama", "diesel", "crate::app", "crate::store", "crate::vault"]),
    ("api", &["askama", "diesel", "crate::cli", "crate::vault", "crate::web"]),
    ("gate", &["askama", "diesel", "crate::api", "crate::cli", "crate::store", "crate::vault", "crate::web"]),
    ("cli", &["askama", "diesel", "crate::api", "crate::vault", "crate::web"]),
];
const ABOVE_APP: &[&str] =
    &["crate::api", "crate::cli", "crate::gate", "crate::server", "crate::startup", "crate::web"];

/// Lines of a layer that are no comments, with the file they are in.
fn lines_of(layer: &str) -> Vec<(PathBuf, String)> {
    let found = sources("src").into_iter().filter(|(path, _)| is_of(path, layer));
    let lines = found.flat_map(|(path, text)| {
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).map(str::to_owned);
        code.map(|line| (path.clone(), line)).collect::<Vec<_>>()
    });
    lines.collect()
}

/// Whether a file is that of a layer, or in its folder.
fn is_of(path: &Path, layer: &str) -> bool {
    let inside = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs") == layer
}

#[test]
fn no_layer_names_what_stands_above_or_beside_it() {
    for (layer, banned) in LAYERS {
        let lines = lines_of(layer);
        assert!(!lines.is_empty(), "there is no {layer}");
        for (path, line) in lines {
            let named = banned.iter().find(|word| line.contains(*word));
            assert!(named.is_none(), "{} must not name {named:?}: {line}", path.display());
        }
    }
}

#[test]
fn the_api_translates_errors_of_the_store_and_reaches_nothing_else_of_it() {
    for (path, line) in lines_of("api").into_iter().filter(|(_, line)| line.contains("store::")) {
        assert!(path.ends_with("api/error.rs") && line.contains("StoreError"), "{}: {line}", path.display());
    }
}

#[test]
fn pages_reach_the_store_through_actions_only() {
    for (path, text) in sources("src/web") {
        let is_error_page = path.ends_with("web/error.rs");
        for line in text.lines() {
            assert!(!line.contains("diesel"), "{}: {line}", path.display());
            assert!(is_error_page || !line.contains("store::"), "{}: {line}", path.display());
        }
    }
}

#[test]
fn what_pages_and_programs_are_shown_is_of_the_domain_and_no_row_of_the_store() {
    for (path, text) in sources("src/app") {
        for line in text.lines().filter(|line| line.contains("use crate::store::")) {
            let is_private = line.trim_start().starts_with("use ");
            // It says of a request whether something was kept, and is no row.
            assert!(is_private || line == "pub use crate::store::watched;", "{}: {line}", path.display());
        }
    }
}

#[test]
fn no_file_passes_400_lines_and_no_function_60() {
    for (path, text) in sources("src").into_iter().chain(sources("tests")) {
        let lines = text.lines().count();
        assert!(lines <= 400, "{} has {lines} lines", path.display());
        for (name, length) in functions(&text) {
            assert!(length <= 60, "{}: fn {name} has {length} lines", path.display());
        }
    }
}

/// Names and lengths of functions, from the line of `fn` to the brace that closes at the same depth of indentation.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let Some(rest) = code.split("fn ").nth(1).filter(|_| is_function(code)) else { continue };
        let closing = format!("{}}}", &line[..line.len() - code.len()]);
        if let Some(length) = lines[at..].iter().position(|line| *line == closing) {
            found.push((rest.split(['(', '<']).next().unwrap_or_default().to_owned(), length + 1));
        }
    }
    found
}

fn is_function(code: &str) -> bool {
    let seen_by = code.strip_prefix("pub(").and_then(|rest| rest.split_once(") "));
    let code = seen_by.map_or(code, |(_, rest)| rest);
    let code = code.strip_prefix("pub ").unwrap_or(code);
    ["fn ", "async fn ", "const fn "].iter().any(|start| code.starts_with(start))
}

#[test]
fn both_databases_have_the_same_migrations() {
    let versions = |dialect: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(dialect);
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };

    assert_eq!(versions("sqlite"), versions("postgres"));
    assert!(!versions("sqlite").is_empty());
}

#[test]
fn templates_hold_no_inline_script_and_no_foreign_address() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("templates")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for banned in ["<script>", " style=\"", " onclick=", "http://", "https://", "javascript:"] {
                assert!(!text.contains(banned), "{} holds {banned}", path.display());
            }
            for (at, line) in text.lines().enumerate().filter(|(_, line)| line.contains("|safe")) {
                assert!(
                    line.contains("qr.as_str()|safe"),
                    "{}:{}: only the QR picture is not escaped",
                    path.display(),
                    at + 1
                );
            }
        }
    }
}
