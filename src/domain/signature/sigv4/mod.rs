//! AWS Signature Version 4, in a header and presigned ("Create a signed AWS API request", IAM User Guide, and
//! "Authenticating Requests: Using Query Parameters", Amazon S3 API Reference).

mod credential;
mod date;
mod encoding;
mod headers;
mod key;
mod parse;
mod payload;
mod proof;
mod query;
mod sign;

pub(super) use credential::ALGORITHM;
pub use date::aws_date;
pub use key::{AwsSigningKey, signing_key};
pub(super) use parse::{from_header, presigned};
pub(super) use proof::AwsProof;
pub(super) use query::is_presigned;
pub use sign::{OutgoingAws, presign_aws_v4, sign_aws_v4};
