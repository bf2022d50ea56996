//! The spellings of a request that a client may have signed.

/// One spelling: the host with its port or without, header values as sent or in lower case.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Candidate<'a> {
    pub host: &'a str,
    pub lower: bool,
}

/// The spellings that differ from each other, the usual one first.
pub(super) fn candidates(host: &str, has_capitals: bool) -> impl Iterator<Item = Candidate<'_>> {
    let bare = without_port(host);
    let cases = if has_capitals { [Some(false), Some(true)] } else { [Some(false), None] };
    let hosts = [Some(host), bare];
    cases
        .into_iter()
        .flatten()
        .flat_map(move |lower| hosts.into_iter().flatten().map(move |host| Candidate { host, lower }))
}

/// The host without its port, if it has one: Node signs it so.
pub(super) fn without_port(host: &str) -> Option<&str> {
    let (bare, port) = host.rsplit_once(':')?;
    let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    (is_port && !bare.is_empty()).then_some(bare)
}
