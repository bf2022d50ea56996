//! The questions, and how their answers name people.

use crate::domain::user::{Uin, User, UserKind};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Derivation {
    pub access_key_id: String,
    #[serde(default)]
    pub session_token: String,
    pub date: String,
    pub region: String,
    pub service: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Evaluating {
    pub access_key_id: String,
    #[serde(default)]
    pub session_token: String,
    pub actions: Vec<String>,
    pub resources: Vec<String>,
    #[serde(default)]
    pub condition: Option<BTreeMap<String, Vec<String>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Identities {
    pub access_key_ids: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Principals {
    pub principals: Vec<String>,
}

/// How object stores name a user
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>).
pub(super) fn arn(user: &User) -> String {
    let owner = user.owner_uin;
    match user.kind {
        UserKind::Root => root_arn(owner),
        _ => format!("{}{}", users_arn(owner), user.name),
    }
}

pub(super) fn root_arn(owner: Uin) -> String {
    format!("arn:aws:iam::{owner}:root")
}

/// What stands before the name of a user.
pub(super) fn users_arn(owner: Uin) -> String {
    format!("arn:aws:iam::{owner}:user/")
}
