//! What the tests share: a real server on a real database, and people who use it.

pub mod api;
pub mod app;
pub mod browser;
pub mod database;
pub mod forms;
pub mod gate;
pub mod line;
pub mod people;
pub mod places;
pub mod process;
pub mod programs;
pub mod receiver;
pub mod statements;
pub mod upgraded;
pub mod visitors;
pub mod wire;

pub use api::{Client, code};
pub use app::TestApp;
pub use browser::{Answer, Browser};
pub use upgraded::Upgraded;
