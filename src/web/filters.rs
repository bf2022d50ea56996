//! Filters for templates.

/// The address of an asset, with the hash of its content.
#[askama::filter_fn]
pub fn asset(name: &str, _: &dyn askama::Values) -> askama::Result<String> {
    let address = super::assets::address(name);
    Ok(address)
}

/// A time for programs to read: `2026-11-23T21:50:09Z`.
#[askama::filter_fn]
pub fn iso(seconds: &i64, _: &dyn askama::Values) -> askama::Result<String> {
    let text = crate::clock::iso(*seconds);
    Ok(text)
}
