//! What a signature says about the body.

use data_encoding::HEXLOWER;

use super::headers;
use crate::domain::signature::authorization::hash_bytes;
use crate::domain::signature::canonical::Sink;
use crate::domain::signature::coverage::Coverage;
use crate::domain::signature::error::SignatureError;
use crate::domain::signature::gate_fault::GateFault;
use crate::domain::signature::hmac::lower_hex;
use crate::domain::signature::request::{Body, EMPTY_SHA256, Incoming};

pub(super) const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
const STREAMING: &str = "STREAMING-";
/// Bodies that come in chunks, and whether the chunks are signed.
const STREAMS: [(&str, Coverage); 3] = [
    ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", Coverage::Claimed),
    ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", Coverage::Claimed),
    ("STREAMING-UNSIGNED-PAYLOAD-TRAILER", Coverage::None),
];
const HEADER: &str = "X-Amz-Content-SHA256";

/// The last line of the canonical request.
#[derive(Clone, Copy)]
pub(super) enum Line {
    Hash([u8; 32]),
    Text(&'static str),
}

impl Line {
    pub(super) fn put(&self, sink: &mut impl Sink) {
        match self {
            Self::Hash(hash) => sink.put(&lower_hex(hash)),
            Self::Text(text) => sink.put(text.as_bytes()),
        }
    }
}

/// The body as the signature has it.
pub(super) struct Payload {
    pub line: Line,
    /// What a presigned URL may have in its place.
    pub other: Option<Line>,
    pub coverage: Coverage,
    /// The hash of the body, as far as it is known.
    pub sha256: [u8; 32],
}

impl Payload {
    /// The body of a request that is signed in a header.
    pub(super) fn of_header(
        incoming: &Incoming<'_>,
        list: &str,
        take_streaming: bool,
    ) -> Result<Self, SignatureError> {
        let Some(told) = incoming.text_header(HEADER)? else {
            let sha256 = incoming.body_sha256()?;
            let is_known = !matches!(incoming.body, Body::Unknown);
            let coverage = if is_known { Coverage::Verified } else { Coverage::Claimed };
            return Ok(Self { line: Line::Hash(sha256), other: None, coverage, sha256 });
        };
        headers::ensure_signed(list, "x-amz-content-sha256")?;
        let received = incoming.body.sha256();
        let sha256 = received.unwrap_or(EMPTY_SHA256);
        let of = |text, coverage| Self { line: Line::Text(text), other: None, coverage, sha256 };
        if told == UNSIGNED {
            return Ok(of(UNSIGNED, Coverage::None));
        }
        if told.starts_with(STREAMING) {
            let stream = STREAMS.iter().find(|(name, _)| *name == told && take_streaming);
            let stream = stream.ok_or(SignatureError::Gate(GateFault::Streaming))?;
            return Ok(of(stream.0, stream.1));
        }
        Self::of_hash(told, received)
    }

    /// A hash that is signed, held against the body that came.
    fn of_hash(told: &str, received: Option<[u8; 32]>) -> Result<Self, SignatureError> {
        let told = hash_bytes(told).ok_or(SignatureError::Malformed(HEADER))?;
        let coverage = match received {
            None => Coverage::Claimed,
            Some(received) if received == told => Coverage::Verified,
            Some(received) => {
                return Err(GateFault::BodyHash { received: HEXLOWER.encode(&received) }.into());
            }
        };
        Ok(Self { line: Line::Hash(told), other: None, coverage, sha256: told })
    }

    /// The body of a presigned URL, of which its maker seldom knew any.
    pub(super) fn of_url(
        incoming: &Incoming<'_>,
        list: &str,
        take_streaming: bool,
    ) -> Result<Self, SignatureError> {
        if incoming.header(HEADER)?.is_some() {
            let told = Self::of_header(incoming, list, take_streaming)?;
            return Ok(Self { coverage: Coverage::None, ..told });
        }
        let (unsigned, coverage) = (Line::Text(UNSIGNED), Coverage::None);
        Ok(match incoming.body_sha256() {
            Ok(sha256) => Self { line: Line::Hash(sha256), other: Some(unsigned), coverage, sha256 },
            Err(_) => Self { line: unsigned, other: None, coverage, sha256: EMPTY_SHA256 },
        })
    }
}
