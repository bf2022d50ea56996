//! Nothing is sent to browsers that no page uses.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn texts(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(fs::read_to_string(path).unwrap());
            }
        }
    }
    found
}

fn file(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

/// The names of classes in what stands before the braces of a style sheet.
fn classes(sheet: &str) -> BTreeSet<String> {
    let plain: String =
        sheet.split("/*").map(|part| part.split_once("*/").map_or(part, |(_, rest)| rest)).collect();
    let selectors = plain.split('}').flat_map(|rule| {
        let mut parts: Vec<&str> = rule.split('{').collect();
        parts.pop();
        parts
    });
    let names = selectors.flat_map(|selector| selector.split('.').skip(1));
    let names = names.filter_map(|rest| rest.split(|c| !is_of_name(c)).next());
    names.filter(|name| name.starts_with(char::is_alphabetic)).map(str::to_owned).collect()
}

/// Words of templates and scripts, and of texts in the sources; fields of values are none.
fn words() -> BTreeSet<String> {
    let quoted = |text: &String| text.split('"').skip(1).step_by(2).collect::<Vec<_>>().join(" ");
    let sources = texts("src").iter().map(quoted).collect::<Vec<_>>();
    let pages = [texts("templates"), sources].concat();
    let script = file("static/camlock.js");
    let dotted = pages.iter().flat_map(|text| text.split(|c| !is_of_name(c) && c != '.'));
    let heads = dotted.filter_map(|word| word.split('.').next());
    heads.chain(script.split(|c| !is_of_name(c))).map(str::to_owned).collect()
}

#[test]
fn every_class_of_the_style_sheet_is_on_some_page() {
    let classes = classes(&file("static/camlock.css"));
    assert!(classes.len() > 100 && classes.contains("panel"));

    let unused: Vec<String> = classes.difference(&words()).cloned().collect();

    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn every_icon_is_drawn_somewhere() {
    let icons = file("static/icons.svg");
    let names: Vec<&str> = icons.split("id=\"i-").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(names.len() > 30);
    let places = [texts("templates"), texts("src"), vec![file("static/camlock.js")]].concat().join("\n");

    for name in names {
        let ways = [format!("\"{name}\""), format!("'{name}'"), format!("#i-{name}\"")];
        assert!(ways.iter().any(|way| places.contains(way)), "{name} is drawn nowhere");
    }
}
