//! Every template has a snapshot: something that only this template says stands in one.

use super::album::{folder, stored};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The folders of snapshots, one for each scene.
const SCENES: [&str; 9] = ["api", "claims", "doors", "errors", "groups", "keys", "own", "policies", "users"];

/// Templates by name, with their text.
fn templates() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut folders = vec![root.clone()];
    let mut found = BTreeMap::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "html") {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

/// What a template may say: the texts between its tags, each on one line, and those that it hands to macros.
fn said(template: &str) -> BTreeSet<&str> {
    let parts = template.split(['{', '}']);
    let texts = parts.flat_map(|part| match part.strip_prefix('%') {
        Some(tag) => tag.split('"').skip(1).step_by(2).filter(|text| text.contains(' ')).collect::<Vec<_>>(),
        None => part.lines().map(str::trim).filter(|text| text.contains(['<', ' '])).collect(),
    });
    texts.filter(|text| text.len() >= 8 && !text.starts_with('#')).collect()
}

/// The templates that a template includes.
fn included(template: &str) -> Vec<&str> {
    template.split("include \"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

fn snapshots() -> Vec<String> {
    let files = SCENES.iter().flat_map(|scene| {
        stored(scene).into_iter().map(move |name| folder().join(scene).join(format!("{name}.snap")))
    });
    files.map(|file| fs::read_to_string(file).unwrap()).collect()
}

/// Templates with the texts that no other one has.
struct Templates {
    texts: BTreeMap<String, String>,
    own: BTreeMap<String, Vec<String>>,
}

impl Templates {
    fn read() -> Self {
        let texts = templates();
        let is_only_in = |name: &String, text: &str| {
            texts.iter().all(|(other, template)| other == name || !template.contains(text))
        };
        let own_of = |(name, template): (&String, &String)| {
            let own = said(template).into_iter().filter(|text| is_only_in(name, text)).map(str::to_owned);
            (name.clone(), own.collect())
        };
        let own = texts.iter().map(own_of).collect();
        Self { texts, own }
    }

    /// Whether a page is made with that template: by its own words, or else by those of all that it includes.
    fn is_in(&self, name: &str, page: &str) -> bool {
        let own = &self.own[name];
        if !own.is_empty() {
            return own.iter().any(|text| page.contains(text.as_str()));
        }
        let mut parts =
            included(&self.texts[name]).into_iter().filter(|part| !self.own[*part].is_empty()).peekable();
        parts.peek().is_some() && parts.all(|part| self.is_in(part, page))
    }
}

#[test]
fn every_template_is_in_a_snapshot() {
    let (templates, pages) = (Templates::read(), snapshots());
    let names = || templates.texts.keys().map(String::as_str);
    let seen: BTreeSet<&str> =
        names().filter(|name| pages.iter().any(|page| templates.is_in(name, page))).collect();
    // One without any words of its own counts with those that include it.
    let with_others: BTreeSet<&str> =
        seen.iter().flat_map(|name| included(&templates.texts[*name])).collect();
    let unseen: Vec<&str> =
        names().filter(|name| !seen.contains(name) && !with_others.contains(name)).collect();

    assert!(unseen.is_empty(), "templates without a snapshot: {unseen:?}");
}

#[test]
fn no_folder_of_snapshots_is_without_its_scene() {
    let folders = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap());
    let names =
        folders.filter(|entry| entry.path().is_dir()).map(|entry| entry.file_name().into_string().unwrap());
    assert_eq!(names.collect::<BTreeSet<_>>(), SCENES.map(str::to_owned).into());
}
