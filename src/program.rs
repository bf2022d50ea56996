//! The name of this program, as somebody called it.

/// How this program was called, for commands that people are told to run: `camlock`, or a path such as
/// `target/release/camlock`.
pub fn name() -> String {
    let typed = std::env::args_os().next().unwrap_or_default();
    match typed.to_str() {
        Some(name) if is_plain(name) => name.to_owned(),
        _ => "camlock".to_owned(),
    }
}

/// Whether a shell takes it as it stands; a program that is called something else altogether is not this one.
fn is_plain(name: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "/._-+".contains(letter);
    name.chars().all(is_letter) && name.rsplit('/').next().is_some_and(|file| file.starts_with("camlock"))
}
