//! The rooms of the house: who uses whom goes one way, folders are small, arguments are few and have names.

use crate::house::sources;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Files that use each other in a circle; more than that and none can be read alone.
const LONGEST_CIRCLE: usize = 3;
const MOST_FILES: usize = 12;
const MOST_ARGUMENTS: usize = 4;

type Graph = BTreeMap<PathBuf, BTreeSet<PathBuf>>;

/// The sources by the path of their module.
struct House {
    texts: BTreeMap<PathBuf, String>,
    modules: BTreeMap<Vec<String>, PathBuf>,
}

impl House {
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let texts: BTreeMap<PathBuf, String> = sources("src")
            .into_iter()
            .map(|(path, text)| (path.strip_prefix(&root).unwrap().to_owned(), text))
            .collect();
        let modules = texts.keys().map(|path| (module_of(path), path.clone())).collect();
        Self { texts, modules }
    }

    /// Which file uses which, by its `use` lines and the paths in its code. What is handed on by another file counts for
    /// the file that has it.
    fn graph(&self) -> Graph {
        let users = self.texts.iter().map(|(path, text)| {
            let used = uses(text).into_iter().filter(|(_, is_public)| !is_public).map(|(name, _)| name);
            let used = used.chain(paths_in_code(text));
            let files = used.filter_map(|name| self.owner(path, &name, 0)).filter(|file| file != path);
            (path.clone(), files.collect())
        });
        users.collect()
    }

    /// The file that has what a path in another file names.
    fn owner(&self, user: &Path, name: &str, depth: usize) -> Option<PathBuf> {
        let path = absolute(user, name);
        let (file, rest) = (1..=path.len()).rev().find_map(|length| {
            let file = self.modules.get(&path[..length])?;
            Some((file.clone(), path[length..].to_vec()))
        })?;
        let Some(item) = rest.first().filter(|_| depth < 6) else { return Some(file) };
        let text = &self.texts[&file];
        let handed_on = uses(text).into_iter().find(|(name, is_public)| {
            *is_public && name.rsplit("::").next() == Some(item) && !defines(text, item)
        });
        match handed_on {
            Some((name, _)) => self.owner(&file, &name, depth + 1),
            None => Some(file),
        }
    }
}

fn module_of(path: &Path) -> Vec<String> {
    let mut parts: Vec<String> =
        path.with_extension("").iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    if parts.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        parts.pop();
    }
    parts
}

fn defines(text: &str, item: &str) -> bool {
    let kinds = ["fn", "struct", "enum", "trait", "type", "const", "static"];
    kinds.iter().any(|kind| {
        let start = format!("{kind} {item}");
        text.match_indices(&start).any(|(at, _)| {
            text[at + start.len()..].chars().next().is_some_and(|next| !next.is_alphanumeric() && next != '_')
        })
    })
}

fn absolute(user: &Path, name: &str) -> Vec<String> {
    let mut parts: Vec<&str> = name.split("::").collect();
    let mut path = module_of(user);
    match parts[0] {
        "crate" => path.clear(),
        "self" => {}
        "super" => {
            path.pop();
        }
        // A module beside this line, or another crate, which then counts for the file itself.
        first => path.push(first.to_owned()),
    }
    parts.remove(0);
    while parts.first() == Some(&"super") {
        path.pop();
        parts.remove(0);
    }
    path.extend(parts.into_iter().filter(|part| *part != "self").map(str::to_owned));
    path
}

/// What a file names in its `use` lines, each in full, and whether it hands it on.
fn uses(text: &str) -> Vec<(String, bool)> {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap();
    let mut found = Vec::new();
    for statement in text.split(';') {
        let statement = statement.lines().filter(|line| !line.trim_start().starts_with("//"));
        let statement = statement.collect::<Vec<_>>().join(" ");
        let Some((before, tree)) = statement.split_once("use ") else { continue };
        let visibility = before.split('}').next_back().unwrap().trim();
        if visibility.is_empty() || visibility.starts_with("pub") {
            let is_public = !visibility.is_empty();
            found.extend(leaves(tree.trim()).into_iter().map(|leaf| (leaf, is_public)));
        }
    }
    found
}

/// Paths that are written out where something is used: from the crate, or from a module that was imported.
fn paths_in_code(text: &str) -> Vec<String> {
    let imported: BTreeMap<String, String> = uses(text)
        .into_iter()
        .map(|(name, _)| name.trim_end_matches("::self").to_owned())
        .map(|name| (name.rsplit("::").next().unwrap().to_owned(), name))
        .collect();
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap();
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let words = code.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':'));
    let paths = words.filter(|word| !word.ends_with(':')).filter_map(|word| {
        let (first, rest) = word.split_once("::")?;
        if first == "crate" {
            return Some(word.to_owned());
        }
        imported.get(first).map(|module| format!("{module}::{rest}"))
    });
    paths.collect()
}

/// `a::{b, c::{d, e}}` as `a::b`, `a::c::d`, `a::c::e`.
fn leaves(tree: &str) -> Vec<String> {
    let Some((start, inside)) = tree.split_once('{') else {
        return vec![tree.split(" as ").next().unwrap().trim().to_owned()];
    };
    let inside = &inside[..inside.rfind('}').unwrap_or(inside.len())];
    parts(inside).into_iter().flat_map(|part| leaves(&format!("{}{}", start.trim(), part.trim()))).collect()
}

/// Splits at the commas that stand in no bracket.
fn parts(text: &str) -> Vec<&str> {
    let (mut found, mut depth, mut start) = (Vec::new(), 0, 0);
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        match letter {
            '(' | '[' | '{' | '<' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            '>' if before != '-' && before != '=' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        before = letter;
    }
    found.push(&text[start..]);
    found.into_iter().filter(|part| !part.trim().is_empty()).collect()
}

/// Circles of a graph: whoever reaches each other, two at least.
fn circles<N: Ord + Clone>(graph: &BTreeMap<N, BTreeSet<N>>) -> BTreeSet<BTreeSet<N>> {
    let reach = |start: &N| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![start.clone()]);
        while let Some(node) = open.pop() {
            for next in graph.get(&node).into_iter().flatten() {
                if seen.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
        }
        seen
    };
    let reached: BTreeMap<&N, BTreeSet<N>> = graph.keys().map(|node| (node, reach(node))).collect();
    let circle = |node: &N| {
        let others =
            reached[node].iter().filter(|other| reached.get(other).is_some_and(|r| r.contains(node)));
        others.cloned().collect::<BTreeSet<N>>()
    };
    graph.keys().map(circle).filter(|circle| circle.len() > 1).collect()
}

#[test]
fn files_that_use_each_other_are_three_at_most() {
    let graph = House::read().graph();
    assert!(graph.values().map(BTreeSet::len).sum::<usize>() > 1000, "the use lines were read");

    for circle in circles(&graph) {
        assert!(circle.len() <= LONGEST_CIRCLE, "{circle:?} use each other in a circle");
    }
}

/// Each room of `app` and the others that it uses. `App` is made of parts of the rooms, and every room uses `App`.
pub fn rooms_of_app() -> BTreeMap<String, BTreeSet<String>> {
    let room = |path: &Path| {
        let first = Path::new(path.strip_prefix("app").ok()?.iter().next()?).with_extension("");
        let name = first.to_str()?.to_owned();
        (name != "mod" && name != "failure").then_some(name)
    };
    let mut rooms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, used) in House::read().graph() {
        if let Some(here) = room(&path) {
            let there = used.iter().filter_map(|file| room(file)).filter(|there| *there != here);
            rooms.entry(here.clone()).or_default().extend(there);
        }
    }
    rooms
}

#[test]
fn the_rooms_of_app_use_each_other_one_way() {
    let rooms = rooms_of_app();
    assert!(rooms.len() > 10, "{rooms:?}");

    assert_eq!(circles(&rooms), BTreeSet::new());
}

#[test]
fn a_folder_has_twelve_files_at_most() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders: Vec<PathBuf> =
        ["app", "web", "api", "http"].iter().map(|name| root.join(name)).collect();
    while let Some(folder) = folders.pop() {
        let entries: Vec<PathBuf> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        let (inner, files): (Vec<PathBuf>, Vec<PathBuf>) =
            entries.into_iter().partition(|path| path.is_dir());
        assert!(files.len() <= MOST_FILES, "{} has {} files", folder.display(), files.len());
        folders.extend(inner);
    }
}

/// The parameters of every function, as they are written.
fn signatures(text: &str) -> Vec<(String, Vec<String>)> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = lines.join("\n");
    let starts = code.match_indices("fn ").filter(|(at, _)| {
        let before = code[..*at].chars().next_back();
        before.is_none_or(char::is_whitespace)
            && code[at + 3..].starts_with(|c: char| c.is_lowercase() || c == '_')
    });
    let signature = |at: usize| {
        let rest = &code[at + 3..];
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let open = rest.find('(')?;
        let mut depth = 0;
        let close = rest[open..].char_indices().find(|(_, letter)| {
            depth += i32::from(*letter == '(') - i32::from(*letter == ')');
            depth == 0
        })?;
        let inside = &rest[open + 1..open + close.0];
        Some((
            name,
            parts(inside).iter().map(|part| part.split_whitespace().collect::<Vec<_>>().join(" ")).collect(),
        ))
    };
    starts.filter_map(|(at, _)| signature(at)).collect()
}

#[test]
fn arguments_are_four_at_most_and_each_has_a_name() {
    let mut counted = 0;
    for (path, text) in sources("src") {
        for (name, parameters) in signatures(&text) {
            counted += 1;
            let shown = format!("{}: fn {name}({})", path.display(), parameters.join(", "));
            assert!(parameters.len() <= MOST_ARGUMENTS, "{shown}");
            // What a trait of the language hands over is as it is.
            for parameter in parameters.iter().filter(|_| name != "from") {
                let is_tuple = parameter.starts_with('(')
                    || parameter
                        .split_once(": ")
                        .is_some_and(|(_, kind)| kind.starts_with('(') && kind != "()");
                assert!(!is_tuple, "{shown}");
            }
        }
    }
    assert!(counted > 2000, "{counted} functions were read");
}

#[test]
fn the_app_has_parts_and_no_actions() {
    for (path, text) in sources("src/app") {
        let is_its_own = path.ends_with("app/mod.rs") || path.ends_with("app/change/mod.rs");
        assert!(is_its_own || !text.contains("\nimpl App {"), "{} gives App an action", path.display());
    }
}

#[test]
fn pages_say_what_they_do_more_than_what_they_use() {
    let (mut lines, mut using) = (0, 0);
    for (_, text) in sources("src/web/pages") {
        let mut is_within = false;
        for line in text.lines() {
            lines += 1;
            is_within |= line.starts_with("use ") || line.starts_with("pub use ");
            using += usize::from(is_within);
            is_within &= !line.ends_with(';');
        }
    }
    assert!(using * 100 <= lines * 8, "{using} of {lines} lines");
}
