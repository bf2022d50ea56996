//! The server's view of a signed request, for the signature debugger.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::candidate::{Candidate, candidates};
use super::canonical::write_string_to_sign;
use super::claim::{Claim, Proof};
use super::sigv4::AwsProof;
use super::{tc3, v1};

/// What a client should have signed; it holds no secret and no signature.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Explanation {
    /// The host in this spelling, with its port or without.
    pub host: String,
    /// Whether header values are in lower case here.
    pub lower_case: bool,
    /// None in v1, which signs its parameters themselves.
    pub canonical_request: Option<String>,
    pub canonical_request_sha256: Option<String>,
    pub string_to_sign: String,
}

/// The usual spelling: the host and the header values as sent.
pub fn explain(claim: &Claim<'_>) -> Explanation {
    explained(claim, Candidate { host: claim.host, lower: false })
}

/// Every spelling that would be accepted, the usual one first.
pub fn explanations(claim: &Claim<'_>) -> Vec<Explanation> {
    let has_capitals = matches!(&claim.proof, Proof::Tc3(proof) if proof.has_capitals());
    if let Proof::Aws(proof) = &claim.proof {
        return vec![explained_aws(claim, proof)];
    }
    candidates(claim.host, has_capitals).map(|spelling| explained(claim, spelling)).collect()
}

fn explained(claim: &Claim<'_>, spelling: Candidate<'_>) -> Explanation {
    match &claim.proof {
        Proof::Tc3(proof) => explained_tc3(claim, proof, spelling),
        Proof::V1(proof) => explained_v1(claim, proof, spelling),
        Proof::Aws(proof) => explained_aws(claim, proof),
    }
}

fn explained_tc3(claim: &Claim<'_>, proof: &tc3::Tc3Proof<'_>, spelling: Candidate<'_>) -> Explanation {
    let (mut canonical, mut string_to_sign) = (Vec::new(), Vec::new());
    proof.canonical(claim).write(spelling, &mut canonical);
    let hash: [u8; 32] = Sha256::digest(&canonical).into();
    write_string_to_sign(proof.timestamp, proof.scope, &hash, &mut string_to_sign);
    Explanation {
        host: spelling.host.to_owned(),
        lower_case: spelling.lower,
        canonical_request: Some(text(&canonical)),
        canonical_request_sha256: Some(HEXLOWER.encode(&hash)),
        string_to_sign: text(&string_to_sign),
    }
}

fn explained_v1(claim: &Claim<'_>, proof: &v1::V1Proof<'_>, spelling: Candidate<'_>) -> Explanation {
    let mut string_to_sign = Vec::new();
    v1::write_string_to_sign(claim.method, spelling.host, &proof.parameters, &mut string_to_sign);
    Explanation {
        host: spelling.host.to_owned(),
        lower_case: false,
        canonical_request: None,
        canonical_request_sha256: None,
        string_to_sign: text(&string_to_sign),
    }
}

fn explained_aws(claim: &Claim<'_>, proof: &AwsProof<'_>) -> Explanation {
    let (mut canonical, mut string_to_sign) = (Vec::new(), Vec::new());
    proof.write_canonical(&mut canonical);
    let hash: [u8; 32] = Sha256::digest(&canonical).into();
    proof.write_string_to_sign(&hash, &mut string_to_sign);
    Explanation {
        host: claim.host.to_owned(),
        lower_case: false,
        canonical_request: Some(text(&canonical)),
        canonical_request_sha256: Some(HEXLOWER.encode(&hash)),
        string_to_sign: text(&string_to_sign),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
