//! Lists in documents say what the sources say.

use camlock::domain::audit::EventName;
use camlock::domain::notice::Topic;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

fn text(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The part of a document under that heading, up to the next one of its level.
fn section<'a>(document: &'a str, heading: &str) -> &'a str {
    let level = heading.chars().take_while(|c| *c == '#').count();
    let begin = document.find(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no {heading}"));
    let rest = &document[begin + heading.len() + 2..];
    let next = format!("\n{} ", "#".repeat(level));
    rest.find(&next).map_or(rest, |end| &rest[..end])
}

/// What stands in backticks in a column of the tables of a text, but for their heads.
fn column(text: &str, column: usize) -> BTreeSet<String> {
    let rows = text.lines().filter(|line| line.starts_with('|') && line.contains('`'));
    let cells = rows.filter_map(|row| row.split('|').nth(column + 1));
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

fn owned<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

#[test]
fn the_table_of_events_has_every_event_and_no_other() {
    let document = text("docs/LOGGING.md");
    let tables = section(&document, "## Audit events");
    let begin = tables.find("| event | when |").unwrap();
    assert_eq!(column(&tables[begin..], 0), owned(EventName::ALL.map(EventName::as_str)));
}

#[test]
fn the_table_of_topics_has_every_topic_with_its_events_and_no_other() {
    let document = text("docs/WEBHOOKS.md");
    let rows = section(&document, "## What is told").lines().filter(|line| line.starts_with("| `"));
    let told: BTreeMap<String, BTreeSet<String>> =
        rows.map(|row| (column(row, 0).pop_first().unwrap(), column(row, 1))).collect();
    let events = |topic: Topic| owned(topic.events().iter().map(|name| name.as_str()));
    let known = Topic::ALL.map(|topic| (topic.as_str().to_owned(), events(topic)));
    assert_eq!(told, BTreeMap::from(known));
}

#[test]
fn the_table_of_signed_calls_about_webhooks_has_every_action_and_no_other() {
    let document = text("docs/WEBHOOKS.md");
    let told = column(section(&document, "## By signed calls"), 0);
    let known = camlock::api::actions::all().map(|action| action.name);
    assert_eq!(told, owned(known.filter(|name| name.contains("Webhook"))));
}

#[test]
fn the_readme_names_every_setting_with_its_variable_and_no_other() {
    let document = text("README.md");
    let told = section(&document, "## Settings");
    let known = settings();
    for name in known.keys() {
        let variable = format!("`CAMLOCK_{}`", name.to_uppercase().replace('.', "__"));
        assert!(told.contains(&format!("`{name}`")), "{name}");
        assert!(told.contains(&variable), "{variable}");
    }
    for name in column(told, 0) {
        assert!(known.contains_key(&name), "{name} is no setting");
    }
}

#[test]
fn the_readme_tells_the_defaults_that_are_not_worked_out() {
    let document = text("README.md");
    let known = settings();
    let mut told = 0;
    for row in section(&document, "## Settings").lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split(" | ").collect();
        let name = cells[0].trim_start_matches("| ").trim_matches('`');
        let plain = cells[2].strip_prefix('`').and_then(|text| text.strip_suffix('`'));
        let default = if cells[2] == "none" { Some("") } else { plain.filter(|text| !text.contains('`')) };
        if let Some(default) = default {
            assert_eq!(known[name], default, "{name}");
            told += 1;
        }
    }
    assert!(told >= 14, "only {told}");
}

/// Every setting with its default, as the program shows them where nothing is set.
fn settings() -> BTreeMap<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_camlock"))
        .args(["config", "show"])
        .current_dir(folder.path())
        .env_clear()
        .output()
        .unwrap();
    let shown: toml::Table = toml::from_str(&String::from_utf8(output.stdout).unwrap()).unwrap();
    let mut found = BTreeMap::new();
    for (name, value) in shown {
        match value {
            toml::Value::Table(below) => {
                found.extend(below.iter().map(|(rest, value)| (format!("{name}.{rest}"), plain(value))));
            }
            value => drop(found.insert(name, plain(&value))),
        }
    }
    assert!(found.len() > 20, "{found:?}");
    found
}

fn plain(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(items) if items.is_empty() => String::new(),
        value => value.to_string(),
    }
}

#[test]
fn the_readme_names_every_command() {
    let document = text("README.md");
    let told = column(section(&document, "## The command line"), 0);
    let told: BTreeSet<String> = told.into_iter().map(|line| words_of(&line)).collect();
    let commands = commands_below(&[]).into_iter().map(|words| format!("camlock {words}")).collect();
    assert_eq!(told, commands);
}

/// Every command that does something, by its words.
fn commands_below(path: &[&str]) -> Vec<String> {
    let below = help(path).into_iter().flat_map(|word| {
        let path = [path, &[word.as_str()]].concat();
        let deeper = commands_below(&path);
        if deeper.is_empty() { vec![path.join(" ")] } else { deeper }
    });
    below.collect()
}

/// The words of a command line before its first option or name to fill in.
fn words_of(line: &str) -> String {
    let words = line
        .split(' ')
        .take_while(|word| word.chars().all(|c| c.is_lowercase() || c == '-') && !word.starts_with("--"));
    words.collect::<Vec<_>>().join(" ")
}

/// The commands that `--help` lists.
fn help(path: &[&str]) -> Vec<String> {
    let output =
        std::process::Command::new(env!("CARGO_BIN_EXE_camlock")).args(path).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let Some(commands) = help.split("Commands:\n").nth(1) else { return Vec::new() };
    let lines = commands.lines().take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn the_table_of_crates_has_every_dependency_and_no_other() {
    let document = text("docs/ARCHITECTURE.md");
    let tables = section(&document, "## Dependencies");
    let rows = tables.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| crate "));
    let told: BTreeSet<String> =
        rows.filter_map(|row| row.split('|').nth(1)).map(|name| name.trim().to_owned()).collect();
    let manifest = text("Cargo.toml");
    let begins = |line: &str| line == "[dependencies]" || line == "[dev-dependencies]";
    let mut is_inside = false;
    let mut crates = BTreeSet::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            is_inside = begins(line);
        } else if is_inside && let Some((name, _)) = line.split_once(" = ") {
            crates.insert(name.to_owned());
        }
    }
    assert_eq!(told, crates);
}

#[test]
fn the_table_of_crates_has_the_versions_that_are_built() {
    let document = text("docs/ARCHITECTURE.md");
    let lock: toml::Table = toml::from_str(&text("Cargo.lock")).unwrap();
    let packages = lock["package"].as_array().unwrap();
    let built: BTreeSet<(&str, &str)> = packages
        .iter()
        .map(|package| (package["name"].as_str().unwrap(), package["version"].as_str().unwrap()))
        .collect();
    for row in section(&document, "## Dependencies").lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        assert!(cells[1] == "crate" || built.contains(&(cells[1], cells[2])), "{} {}", cells[1], cells[2]);
    }
}

#[test]
fn every_document_that_is_pointed_to_is_here() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.to_owned()];
    let mut pointers = BTreeSet::new();
    let mut here = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                let is_ours =
                    name == ".ci" || !(name.starts_with('.') || ["target", "node_modules"].contains(&&*name));
                folders.extend(is_ours.then_some(path));
            } else if let Ok(text) = fs::read_to_string(&path) {
                pointers.extend(documents_in(&text).map(|document| (document, path.clone())));
                here.insert(name);
            }
        }
    }
    assert!(pointers.iter().any(|(document, _)| document == "LOGGING.md"));
    for (document, path) in pointers {
        assert!(here.contains(&document), "{} points to {document}", path.display());
    }
}

/// The names of Markdown files in a text, without their folders.
fn documents_in(text: &str) -> impl Iterator<Item = String> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let words = text.split(move |c: char| !is_of_name(c)).map(|word| word.trim_end_matches('.'));
    words
        .filter(|word| word.rsplit_once('.').is_some_and(|(name, kind)| !name.is_empty() && kind == "md"))
        .map(str::to_owned)
}

#[test]
fn the_map_has_every_room_of_app_in_the_order_in_which_they_use_each_other() {
    let map = text("docs/ARCHITECTURE.md");
    let table =
        map.split("**The rooms of `app`**").nth(1).unwrap().split("`App` is made of parts").next().unwrap();
    let rooms: Vec<&str> =
        table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let folders: BTreeSet<String> = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/app"))
        .unwrap()
        .map(|entry| {
            entry.unwrap().path().with_extension("").file_name().unwrap().to_str().unwrap().to_owned()
        })
        .filter(|name| name != "mod" && name != "failure")
        .collect();
    assert_eq!(owned(rooms.iter().copied()), folders);

    for (room, used) in crate::rooms::rooms_of_app() {
        let place = |name: &str| rooms.iter().position(|known| *known == name).unwrap();
        for below in used {
            assert!(place(&below) < place(&room), "{room} uses {below}, which stands below it in the table");
        }
    }
}

#[test]
fn every_fault_that_is_tried_is_described_and_the_other_way_round() {
    let script = text("benches/faults.py");
    let list =
        script.split("def cases(rounds):").nth(1).and_then(|rest| rest.split("\n\n\n").next()).unwrap();
    let tried: BTreeSet<&str> = list.split("(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let document = text("docs/RELIABILITY.md");
    let table =
        document.split("| case | what happens").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap();
    let described: BTreeSet<&str> =
        table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();

    assert_eq!(tried, described);
    assert!(tried.len() >= 9, "{tried:?}");
}
