//! New pairs of SecretId and SecretKey.

use crate::app::{App, Failure};
use crate::domain::key::SecretId;
use crate::domain::secret::SecretKey;
use crate::random::RandomFailure;
use crate::store::{Conn, retired_ids};

/// Draws that a working source never needs: it does not come to the same SecretId twice.
const MOST_DRAWS: usize = 3;

/// A pair that nobody has or had.
pub(in crate::app) fn fresh_pair(app: &App, conn: &mut Conn) -> Result<(SecretId, SecretKey), Failure> {
    for _ in 0..MOST_DRAWS {
        let id = SecretId::generate(&app.random)?;
        if !retired_ids::contains(conn, &id)? {
            return Ok((id, SecretKey::generate(&app.random)?));
        }
    }
    Err(RandomFailure("the source repeats itself".to_owned()).into())
}
