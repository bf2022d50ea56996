//! Variables that Kubernetes sets in every container for each Service, such as `CAMLOCK_PORT=tcp://10.0.0.1:80` for one
//! that is called `camlock`. They are no settings of ours.

/// Whether the rest of a variable, after `CAMLOCK_`, is of such a form; ours have two underscores where these have one.
pub(super) fn is_one(rest: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    if !rest.bytes().all(is_plain) || rest.contains("__") || rest.starts_with('_') {
        return false;
    }
    // The name of the Service may go on after `camlock`, in any number of words.
    let ends = rest.match_indices('_').filter_map(|(at, _)| rest.get(at + 1..));
    std::iter::once(rest).chain(ends).any(is_fact)
}

fn is_fact(text: &str) -> bool {
    if text == "SERVICE_HOST" || text == "SERVICE_PORT" || text == "PORT" {
        return true;
    }
    let is_port_name = text.strip_prefix("SERVICE_PORT_").is_some_and(|name| !name.is_empty());
    is_port_name || text.strip_prefix("PORT_").is_some_and(is_port)
}

/// `80_TCP`, `80_TCP_ADDR` and the like.
fn is_port(text: &str) -> bool {
    let mut parts = text.split('_');
    let number = parts.next().unwrap_or_default();
    let has_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let has_protocol = parts.next().is_some_and(|protocol| ["TCP", "UDP", "SCTP"].contains(&protocol));
    let has_fact = parts.next().is_none_or(|fact| ["PROTO", "PORT", "ADDR"].contains(&fact));
    has_number && has_protocol && has_fact && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_kubernetes_sets_is_one() {
        for own in [
            "PORT",
            "SERVICE_HOST",
            "SERVICE_PORT",
            "SERVICE_PORT_HTTP",
            "WEB_SERVICE_PORT_HTTP_ALT",
            "PORT_8080_TCP",
            "PORT_8080_UDP_ADDR",
            "PORT_8080_SCTP_PORT",
            "WEB_2_PORT_80_TCP_PROTO",
            "POSTGRES_RW_PORT",
        ] {
            assert!(is_one(own), "{own}");
        }
        for other in [
            "",
            "PORTS",
            "PORT_TCP",
            "PORT_80",
            "PORT_80_HTTP",
            "PORT_80_TCP_HOST",
            "PORT_80_TCP_ADDR_X",
            "SERVICE",
            "SERVICE_PORT_",
            "SERVICE__PORT",
            "_SERVICE_HOST",
            "SERVER__PORT",
            "WEB__SERVICE_HOST",
            "REPORT",
            "port",
            "LISTEN_ADDRESS",
        ] {
            assert!(!is_one(other), "{other}");
        }
    }
}
