//! Keys that are replaced: a second key beside the old one, both watched, and the old one disabled and deleted when nobody calls
//! with it any more.

mod begin;
mod change;
mod end;
mod facts;
mod list;
mod operator;
mod page;
mod program;
mod steps;

pub use begin::{Beginning, begin};
pub use change::{PlanWish, cancel, set_plan};
pub(in crate::app) use change::{Rotated, carry_out_rotation};
pub use list::{Listed, RotationList, rotations};
pub use operator::operator_rotate;
pub use page::{HourCalls, ReplacePage, Replacing, replace_page};
pub use program::{Deed, ProgramWish, Told, rotate_key};
pub use steps::do_due_steps;
