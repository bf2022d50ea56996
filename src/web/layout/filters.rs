//! Filters for templates.

/// The address of an asset, with the hash of its content.
#[askama::filter_fn]
pub fn asset(name: &str, _: &dyn askama::Values) -> askama::Result<String> {
    let address = crate::web::public::assets::address(name);
    Ok(address)
}

/// A command line for whoever runs this server, as they have called the program.
#[askama::filter_fn]
pub fn command(arguments: &str, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(format!("{} {arguments}", crate::program::name()))
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

/// How long ago a last use or a last activity was, as of the second time: `12 s ago`; a day and more is said as in a list.
#[askama::filter_fn]
pub fn ago(seconds: &i64, _: &dyn askama::Values, now: &i64) -> askama::Result<String> {
    let text = crate::clock::ago(*seconds, *now);
    Ok(text)
}

/// A time in a list: without its year where that is the year of the second time.
#[askama::filter_fn]
pub fn listed(seconds: &i64, _: &dyn askama::Values, now: &i64) -> askama::Result<String> {
    let text = crate::clock::listed(*seconds, *now, crate::clock::Precision::Minute);
    Ok(text)
}

/// The same with seconds.
#[askama::filter_fn]
pub fn listed_to_the_second(seconds: &i64, _: &dyn askama::Values, now: &i64) -> askama::Result<String> {
    let text = crate::clock::listed(*seconds, *now, crate::clock::Precision::Second);
    Ok(text)
}

/// A number for people to read: `30,407`.
#[askama::filter_fn]
pub fn grouped(number: &i64, _: &dyn askama::Values) -> askama::Result<String> {
    let text = crate::domain::number::grouped(*number);
    Ok(text)
}

/// The day of a time, in UTC, for people to read: `23 Nov 2026`.
#[askama::filter_fn]
pub fn day(seconds: &i64, _: &dyn askama::Values) -> askama::Result<String> {
    let text = crate::clock::day(*seconds);
    Ok(text)
}
