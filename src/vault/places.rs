//! Where sealed text belongs: what is moved to another place does not open there.

use super::Binding;
use crate::domain::key::{Key, SecretId};
use crate::domain::user::{Uid, Uin};

/// A column that holds something sealed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SealedPlace {
    KeySecret,
    CanarySecret,
    Enrolment,
    FormAnswer,
    KeptForm,
    SetupSeed,
    StepUpDetail,
    Ticket,
    TotpSeed,
    WebhookSecret,
    FormerWebhookSecret,
}

impl SealedPlace {
    /// Every one: what a change of master keys has to go through.
    pub const ALL: [Self; 11] = [
        Self::KeySecret,
        Self::CanarySecret,
        Self::Enrolment,
        Self::FormAnswer,
        Self::KeptForm,
        Self::SetupSeed,
        Self::StepUpDetail,
        Self::Ticket,
        Self::TotpSeed,
        Self::WebhookSecret,
        Self::FormerWebhookSecret,
    ];

    /// Its table.
    pub const fn table(self) -> &'static str {
        match self {
            Self::KeySecret => "api_keys",
            Self::CanarySecret => "canaries",
            Self::Enrolment => "enrolments",
            Self::FormAnswer => "forms",
            Self::KeptForm => "kept_forms",
            Self::SetupSeed => "setup_tokens",
            Self::StepUpDetail => "step_ups",
            Self::Ticket => "tickets",
            Self::TotpSeed => "totp_devices",
            Self::WebhookSecret | Self::FormerWebhookSecret => "webhooks",
        }
    }

    /// Its column there.
    pub const fn column(self) -> &'static str {
        match self {
            Self::KeySecret | Self::CanarySecret | Self::WebhookSecret => "secret",
            Self::Enrolment | Self::SetupSeed | Self::TotpSeed => "seed",
            Self::FormAnswer => "answer",
            Self::KeptForm => "fields",
            Self::StepUpDetail => "detail",
            Self::Ticket => "sealed",
            Self::FormerWebhookSecret => "former_secret",
        }
    }

    const fn of_nobody(self, object: &str) -> Binding<'_> {
        Binding { table: self.table(), column: self.column(), account: 0, user: 0, object }
    }

    fn of(self, user: i64, object: &str) -> Binding<'_> {
        Binding { user: user.unsigned_abs(), ..self.of_nobody(object) }
    }
}

/// The SecretKey of a key.
pub fn key_secret(key: &Key) -> Binding<'_> {
    let account = key.owner_uin.0.unsigned_abs();
    Binding { account, ..SealedPlace::KeySecret.of(key.uid.0, key.secret_id.as_str()) }
}

/// The SecretKey of a canary, by which it is told whether a signature is right.
pub fn canary_secret(owner: Uin, id: &SecretId) -> Binding<'_> {
    Binding { account: owner.0.unsigned_abs(), ..SealedPlace::CanarySecret.of_nobody(id.as_str()) }
}

/// What the messages of a webhook are signed with.
pub fn webhook_secret(owner: Uin, id: &str) -> Binding<'_> {
    Binding { account: owner.0.unsigned_abs(), ..SealedPlace::WebhookSecret.of_nobody(id) }
}

/// What they were signed with before its secret was renewed, and are for a while.
pub fn former_webhook_secret(owner: Uin, id: &str) -> Binding<'_> {
    Binding { account: owner.0.unsigned_abs(), ..SealedPlace::FormerWebhookSecret.of_nobody(id) }
}

/// The seed of an authenticator app.
pub fn totp_seed(uin: Uin, device: &str) -> Binding<'_> {
    SealedPlace::TotpSeed.of(uin.0, device)
}

/// The seed of an enrolment; the session's family survives its renaming at step-up, when one may be under way.
pub fn enrolment(uin: Uin, family: &str) -> Binding<'_> {
    SealedPlace::Enrolment.of(uin.0, family)
}

/// What waits for a code with a question.
pub fn step_up_detail(target: Uid, question: &str) -> Binding<'_> {
    SealedPlace::StepUpDetail.of(target.0, question)
}

/// The seed that the set-up page shows.
pub fn setup_seed(token: &str) -> Binding<'_> {
    SealedPlace::SetupSeed.of_nobody(token)
}

/// What a ticket shows when it is used.
pub fn ticket(target: Uid, digest: &str) -> Binding<'_> {
    SealedPlace::Ticket.of(target.0, digest)
}

/// What a form was answered with.
pub fn form_answer(digest: &str) -> Binding<'_> {
    SealedPlace::FormAnswer.of_nobody(digest)
}

/// What was filled in when a session ended, for the same person in the same account.
pub fn kept_form(uin: Uin, uid: i64, digest: &str) -> Binding<'_> {
    Binding { account: uin.0.unsigned_abs(), ..SealedPlace::KeptForm.of(uid, digest) }
}
