//! Typed values of conditions: what a policy compares with, and how.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime};

use super::context::Principal;
use super::operator::Test;
use super::template::Template;
use super::truth::Truth;
use super::wildcard::Pattern;
use crate::domain::field::Label;
use crate::domain::sentence::Sentence;

/// One value written in a policy, read as its operator needs it.
#[derive(Clone, Debug)]
pub(super) enum Operand {
    Text(String),
    Like(Pattern),
    Date(OffsetDateTime),
    /// Billionths, so that comparing is exact.
    Number(i128),
    Net(IpNet),
    Bool(bool),
    /// Has variables, so it is read anew for each caller.
    Varying(Template),
    /// Could not be understood.
    Unknown,
}

impl Operand {
    /// Reads a policy's value for an operator.
    ///
    /// # Errors
    /// A sentence about what the operator needs instead.
    pub fn parse(test: Test, written: &str) -> Result<Self, Sentence> {
        if let Some(template) = Template::parse(written)? {
            return Ok(Self::Varying(template));
        }
        let (operand, needed): (_, Label) = match test {
            Test::Text | Test::Binary => return Ok(Self::Text(written.to_owned())),
            Test::TextIgnoringCase => return Ok(Self::Text(written.to_lowercase())),
            Test::Like => return Ok(Self::Like(Pattern::new(written))),
            Test::Date(_) => {
                let needed =
                    ("a UTC time such as 2026-01-31T08:00:00Z", "形如 2026-01-31T08:00:00Z 的 UTC 时间");
                (date(written).map(Self::Date), needed)
            }
            Test::Number(_) => (number(written).map(Self::Number), ("a number", "数字")),
            Test::Ip => {
                let needed =
                    ("an IP address or range such as 10.0.0.0/8", "形如 10.0.0.0/8 的 IP 地址或网段");
                (net(written).map(Self::Net), needed)
            }
            Test::Bool | Test::Null => (boolean(written).map(Self::Bool), ("true or false", "true 或 false")),
        };
        let (en, zh) = needed;
        operand.ok_or_else(|| (format!("`{written}` is not {en}."), format!("`{written}` 不是{zh}。")).into())
    }

    /// Whether a request's value passes against this one; negation is the caller's business.
    pub fn accepts(&self, test: Test, value: &str, caller: &Principal) -> Truth {
        match (test, self) {
            (_, Self::Varying(template)) => match Self::parse(test, &template.fill(caller)) {
                Ok(operand) => operand.accepts(test, value, caller),
                Err(_) => Truth::Unknown,
            },
            (Test::Text | Test::Binary, Self::Text(wanted)) => (wanted == value).into(),
            (Test::TextIgnoringCase, Self::Text(wanted)) => (*wanted == value.to_lowercase()).into(),
            (Test::Like, Self::Like(pattern)) => pattern.matches(value).into(),
            (Test::Date(order), Self::Date(limit)) => {
                known(date(value), |value| order.accepts(value.cmp(limit)))
            }
            (Test::Number(order), Self::Number(limit)) => {
                known(number(value), |value| order.accepts(value.cmp(limit)))
            }
            (Test::Ip, Self::Net(net)) => {
                known(value.trim().parse(), |ip: IpAddr| net.contains(&ip.to_canonical()))
            }
            (Test::Bool, Self::Bool(wanted)) => known(boolean(value), |value| value == *wanted),
            _ => Truth::Unknown,
        }
    }
}

/// A request value that cannot be read makes the comparison unknown.
fn known<T>(value: impl IntoIterator<Item = T>, test: impl FnOnce(T) -> bool) -> Truth {
    value.into_iter().next().map_or(Truth::Unknown, |value| test(value).into())
}

/// ISO 8601, with blanks between its parts as CAM's own examples have them; a date alone means its first instant in UTC.
fn date(text: &str) -> Option<OffsetDateTime> {
    let text: String = text.split_whitespace().collect();
    if let Ok(time) = OffsetDateTime::parse(&text, &Rfc3339) {
        return Some(time);
    }
    let day = Date::parse(&text, format_description!("[year]-[month]-[day]"));
    day.ok().map(|day| day.midnight().assume_utc())
}

/// A decimal number of at most 20 digits before and 9 after the point, in billionths.
fn number(text: &str) -> Option<i128> {
    let text = text.trim();
    let (magnitude, sign) = match text.strip_prefix('-') {
        Some(magnitude) => (magnitude, -1),
        None => (text, 1),
    };
    let (whole, fraction) = magnitude.split_once('.').unwrap_or((magnitude, "0"));
    let is_number = |digits: &str, most: usize| {
        (1..=most).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !is_number(whole, 20) || !is_number(fraction, 9) {
        return None;
    }
    let billionths: i128 = format!("{whole}{fraction:0<9}").parse().ok()?;
    Some(sign * billionths)
}

/// An address or a range; bits beyond the mask do not matter, IPv4 inside IPv6 is IPv4.
fn net(text: &str) -> Option<IpNet> {
    let text = text.trim();
    let net = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))?;
    let IpAddr::V4(mapped) = net.addr().to_canonical() else {
        return Some(net);
    };
    let length = if net.addr().is_ipv6() { net.prefix_len().checked_sub(96)? } else { net.prefix_len() };
    Ipv4Net::new(mapped, length).ok().map(IpNet::V4)
}

/// CAM's flags come as words or as digits.
fn boolean(text: &str) -> Option<bool> {
    match text.trim() {
        "true" | "True" | "TRUE" | "1" => Some(true),
        "false" | "False" | "FALSE" | "0" => Some(false),
        _ => None,
    }
}
