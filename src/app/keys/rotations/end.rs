//! How a rotation ends.

use crate::app::Failure;
use crate::app::change::{Change, Spend};
use crate::app::keys::deeds::Who;
use crate::domain::audit::EventName;
use crate::domain::rotation::{Ending, Rotation};
use crate::domain::user::User;
use crate::store::rotations;

/// By whom a rotation ends, and how.
#[derive(Clone, Copy)]
pub(super) struct Over<'a> {
    pub who: Who<'a>,
    pub ending: Ending,
}

/// Ends a rotation, whose user is locked; `false` when it had ended before.
pub(super) fn end<By: Spend>(
    change: &mut Change<'_, By>,
    holder: &User,
    rotation: &Rotation,
    over: Over<'_>,
) -> Result<bool, Failure> {
    let Over { who, ending } = over;
    if !rotations::end(change.conn, &rotation.id, ending, change.app.clock.now())? {
        return Ok(false);
    }
    let (name, why) = match ending {
        Ending::Finished => (EventName::FINISH_KEY_ROTATION, None),
        Ending::Cancelled => (EventName::CANCEL_KEY_ROTATION, None),
        Ending::Stopped => (EventName::STOP_KEY_ROTATION, Some("The new key is gone.")),
    };
    let event = who.of_rotation(name, holder, rotation);
    match why {
        Some(why) => event.fact("why", why),
        None => event,
    }
    .record(change);
    Ok(true)
}
