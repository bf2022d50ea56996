//! The claim links of a user, on the user's page, and their end.

use crate::app::claims::listed;
use crate::domain::claim::{Claim, Claimed, Standing};
use crate::domain::user::Uin;
use crate::web::error::PageError;
use crate::web::{answer::PageResult, forms::csrf::Protected, layout::badge::Badge, visit::Visit};

/// Said once a link is ended.
pub const REVOKED: &str = "The claim link is revoked and opens nothing any more.";

/// A claim link as its user's page shows it.
pub struct ClaimView {
    pub id: String,
    /// Of a key, short.
    pub key: Option<String>,
    pub made_at: i64,
    pub made_by: String,
    pub expires_at: i64,
    pub opened: Option<(i64, String, String)>,
    pub standing: Standing,
    pub badge: Badge,
}

impl ClaimView {
    pub fn of(claim: Claim, now: i64) -> Self {
        let (ip, client) = claim.opened_by.clone().unwrap_or_default();
        let standing = claim.standing(now);
        Self {
            standing,
            badge: badge(standing),
            key: match &claim.claimed {
                Claimed::Password => None,
                Claimed::Key(id) => Some(id.short()),
            },
            opened: claim.opened_at.map(|at| (at, ip, client)),
            id: claim.id,
            made_at: claim.made_at,
            made_by: claim.made_by,
            expires_at: claim.expires_at,
        }
    }

    /// Whether somebody may still take what it hands over.
    pub fn is_live(&self) -> bool {
        matches!(self.standing, Standing::Open | Standing::Opened)
    }
}

fn badge(standing: Standing) -> Badge {
    match standing {
        Standing::Open => Badge::new("info", "clock", "Open"),
        Standing::Opened => Badge::new("warn", "clock", "Opened"),
        Standing::Used => Badge::new("ok", "circle-check", "Used"),
        Standing::Expired => Badge::new("off", "ban", "Expired"),
    }
}

/// The claim links of a user, for who may make them.
pub async fn claims_of(visit: &Visit, uin: Uin) -> Result<Vec<ClaimView>, PageError> {
    let now = visit.app().clock.now();
    let found = listed::claims_of(visit.app(), &visit.person, uin).await?;
    Ok(found.into_iter().map(|claim| ClaimView::of(claim, now)).collect())
}

/// Ends a claim link; that never waits for a code.
pub async fn revoke(visit: Visit, _form: Protected) -> PageResult {
    let uin = visit.uin()?;
    listed::revoke_claim(visit.app(), &visit.person, uin, visit.part("claim").to_owned()).await?;
    Ok(visit.done(&format!("/users/{uin}/security"), REVOKED))
}
