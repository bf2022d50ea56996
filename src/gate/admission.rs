//! Which gateway asks: by exactly one gate token, in exactly one place.

use crate::app::gate::{Door, open};
use crate::domain::gate::headers;
use crate::domain::gate::token::GateToken;
use crate::gate::GateContext;
use crate::gate::answer::Trouble;
use actix_web::HttpRequest;
use actix_web::http::header::{AUTHORIZATION, HeaderValue};

/// Where a gateway sends its token.
pub(super) const TOKEN_HEADER: &str = "x-camlock-gate";

/// Where a token may stand.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Places {
    /// In its own header alone: `Authorization` is the client's.
    Header,
    /// There, or as a bearer token.
    HeaderOrBearer,
}

/// Lets a gateway in. Whoever has no token, or two, or an alias of its header, is told nothing.
pub(super) async fn admit(
    request: &HttpRequest,
    context: &GateContext,
    places: Places,
) -> Result<Door, Trouble> {
    let token = token(request, places).ok_or(Trouble::NotAdmitted)?;
    let open = tokio::time::timeout(super::answer::PATIENCE, open(&context.app, &token));
    open.await.map_err(|_| Trouble::Late)??.ok_or(Trouble::NotAdmitted)
}

fn token(request: &HttpRequest, places: Places) -> Option<GateToken> {
    let is_alias = |name: &str| name != TOKEN_HEADER && headers::passes_for(name.as_bytes(), TOKEN_HEADER);
    if request.headers().keys().any(|name| is_alias(name.as_str())) {
        return None;
    }
    let own = request.headers().get_all(TOKEN_HEADER).map(HeaderValue::as_bytes);
    let bearers = request.headers().get_all(AUTHORIZATION).map(HeaderValue::as_bytes);
    let mut given: Vec<&[u8]> = own.collect();
    if places == Places::HeaderOrBearer {
        for value in bearers {
            let (scheme, token) = value.split_at_checked("Bearer ".len())?;
            given.push(Some(token).filter(|_| scheme.eq_ignore_ascii_case(b"Bearer "))?);
        }
    }
    match given.as_slice() {
        [one] => GateToken::parse(std::str::from_utf8(one).ok()?).ok(),
        _ => None,
    }
}
