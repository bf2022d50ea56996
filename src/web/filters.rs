//! Filters for templates.

/// The address of an asset, with the hash of its content.
#[askama::filter_fn]
pub fn asset(name: &str, _: &dyn askama::Values) -> askama::Result<String> {
    let address = super::assets::address(name);
    Ok(address)
}

/// A command line for whoever runs this server: `camlock …`, or the built file where it was started from the sources.
#[askama::filter_fn]
pub fn command(arguments: &str, _: &dyn askama::Values) -> askama::Result<String> {
    let started = std::env::args().next().unwrap_or_default();
    let built = ["target/release/camlock", "target/debug/camlock"];
    let program = built.into_iter().find(|place| started.ends_with(place)).map(|place| format!("./{place}"));
    Ok(format!("{} {arguments}", program.as_deref().unwrap_or("camlock")))
}

/// An ISO time for people to read: `23 Nov 2026, 21:50 UTC`.
#[askama::filter_fn]
pub fn said(iso: &str, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(crate::clock::said(iso, crate::clock::Precision::Minute))
}

/// The same with seconds.
#[askama::filter_fn]
pub fn said_to_the_second(iso: &str, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(crate::clock::said(iso, crate::clock::Precision::Second))
}

/// A time for programs to read: `2026-11-23T21:50:09Z`.
#[askama::filter_fn]
pub fn iso(seconds: &i64, _: &dyn askama::Values) -> askama::Result<String> {
    let text = crate::clock::iso(*seconds);
    Ok(text)
}
