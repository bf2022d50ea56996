//! Stand-in.
#[derive(Debug)]
pub struct AmbiguousPath;
pub struct Target<'a> {
    path: &'a str,
    query: &'a str,
}
impl<'a> Target<'a> {
    pub fn parse(raw: &'a str) -> Result<Self, AmbiguousPath> {
        let (path, query) = raw.split_once('?').unwrap_or((raw, ""));
        if path.starts_with('/') && !path.contains("//") && !path.contains("/.") {
            Ok(Self { path, query })
        } else {
            Err(AmbiguousPath)
        }
    }
    pub fn path(&self) -> &'a str {
        self.path
    }
    pub fn query(&self) -> &'a str {
        self.query
    }
}
