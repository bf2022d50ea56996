//! Names of users: free in their account, and no doubles of others there.

use crate::app::Failure;
use crate::domain::field::FieldError;
use crate::domain::user::{Uid, Uin, UserName};
use crate::store::{Conn, user_looks, users};

/// Refuses a name that another user of the account has, or one that looks like it. The account's lock is held.
pub(in crate::app) fn ensure_free_name(
    conn: &mut Conn,
    owner: Uin,
    name: &UserName,
    own: Option<Uid>,
) -> Result<(), Failure> {
    let namesake = users::by_name(conn, owner, name.as_str())?;
    if namesake.is_some_and(|other| Some(other.uid) != own) {
        let text =
            ("This user name is taken in this account. Choose another one.", "用户名已被占用，请更换。");
        return Err(FieldError::new("user_name", text).into());
    }
    if user_looks::is_double(conn, owner, name.as_str(), own)? {
        let text = (
            "This user name looks like another one of this account. Choose another one.",
            "该用户名与本账号的其他用户名过于相似，请更换。",
        );
        return Err(FieldError::new("user_name", text).into());
    }
    Ok(())
}
