//! How single values are read; each error says what is wrong and what would be right.

use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;

use super::sections::OwnAddress;
use crate::domain::key::SecretId;
use ipnet::IpNet;
use time::UtcOffset;
use tracing_subscriber::EnvFilter;

/// What stands before the path of a socket of this machine.
const SOCKET: &str = "unix:";
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is not an address and port, such as 127.0.0.1:8080 or [::1]:8080"))
}

pub(super) fn own_address(text: &str) -> Result<Option<OwnAddress>, String> {
    if text.starts_with(SOCKET) {
        return socket(text);
    }
    if text.is_empty() { Ok(None) } else { address(text).map(OwnAddress::Port).map(Some) }
}

pub(super) fn socket(text: &str) -> Result<Option<OwnAddress>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let file = path(text.strip_prefix(SOCKET).ok_or("is no socket, such as unix:/run/camlock/gate.sock")?)?;
    if file.is_absolute() {
        Ok(Some(OwnAddress::Socket(file)))
    } else {
        Err("is no absolute path".to_owned())
    }
}

pub(super) fn path_if_any(text: &str) -> Result<Option<PathBuf>, String> {
    if text.is_empty() { Ok(None) } else { path(text).map(Some) }
}

pub(super) fn secret_id(text: &str) -> Result<Option<SecretId>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    SecretId::parse(text).map(Some).map_err(|_| "is no SecretId".to_owned())
}

pub(super) fn path(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() || text.contains('\0') {
        Err("names no path".to_owned())
    } else {
        Ok(PathBuf::from(text))
    }
}

pub(super) fn number(range: RangeInclusive<u32>) -> impl FnOnce(&str) -> Result<u32, String> {
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| format!("`{text}` is not a number from {} to {}", range.start(), range.end()))
    }
}

pub(super) fn choice<T: Copy>(choices: &[(&str, T)]) -> impl FnOnce(&str) -> Result<T, String> {
    move |text| {
        let chosen =
            choices.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, value)| *value);
        chosen.ok_or_else(|| {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            format!("`{text}` is not one of {}", names.join(", "))
        })
    }
}

/// Also takes `info,camlock=debug`; a lone word that is no level would silence the log, so it is refused.
pub(super) fn log_level(text: &str) -> Result<String, String> {
    let level = |part: &str| LEVELS.iter().find(|level| level.eq_ignore_ascii_case(part)).copied();
    let read = |part| level(part).or_else(|| Some(part).filter(|part| part.contains('=')));
    let Some(parts) = text.split(',').map(str::trim).map(read).collect::<Option<Vec<&str>>>() else {
        return Err(format!("`{text}` is not one of {}, nor such as info,camlock=debug", LEVELS.join(", ")));
    };
    let filter = parts.join(",");
    EnvFilter::builder().parse(&filter).map_err(|error| format!("`{text}` cannot be understood: {error}"))?;
    Ok(filter)
}

/// Hours and minutes such as `+08:00`, no further from UTC than any clock on land.
pub(super) fn utc_offset(text: &str) -> Result<UtcOffset, String> {
    let read = || {
        let (sign, digits) = text.split_at_checked(1)?;
        let sign = match sign {
            "+" => 1,
            "-" => -1,
            _ => return None,
        };
        let (hours, minutes) = digits.split_once(':')?;
        let two = |text: &str| {
            let is_plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<i32>().ok().filter(|_| is_plain)
        };
        let minutes = two(minutes).filter(|minutes| *minutes < 60)?;
        let seconds = sign * (two(hours)? * 3600 + minutes * 60);
        UtcOffset::from_whole_seconds(seconds).ok().filter(|_| (-12 * 3600..=14 * 3600).contains(&seconds))
    };
    read().ok_or_else(|| format!("`{text}` is not an offset from UTC such as +08:00, from -12:00 to +14:00"))
}

pub(super) fn networks(text: &str) -> Result<Vec<IpNet>, String> {
    items(text).map(network).collect()
}

/// An address to write to or to open, for `security.txt`.
pub(super) fn contact(text: &str) -> Result<String, String> {
    let is_plain = !text.chars().any(|letter| letter.is_whitespace() || letter.is_control());
    let is_address = ["mailto:", "https://", "tel:"].iter().any(|scheme| text.starts_with(scheme));
    if text.is_empty() || (is_plain && is_address) {
        return Ok(text.to_owned());
    }
    if is_plain && text.contains('@') && !text.contains(':') {
        return Ok(format!("mailto:{text}"));
    }
    Err(format!(
        "`{text}` is not an address such as mailto:security@example.com or https://example.com/security"
    ))
}

/// The parts of a list.
pub(super) fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

/// A network, or one address.
fn network(text: &str) -> Result<IpNet, String> {
    let single = || text.parse::<IpAddr>().ok().map(IpNet::from);
    let network = text.parse().ok().or_else(single);
    network.ok_or_else(|| format!("`{text}` is not a network such as 10.0.0.0/8"))
}
