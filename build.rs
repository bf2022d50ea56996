//! Rebuilds when a migration, a template or an asset appears: they are embedded in the binary.
fn main() {
    for folder in ["migrations", "static", "templates"] {
        println!("cargo:rerun-if-changed={folder}");
    }
}
