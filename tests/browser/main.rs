//! People at the console in a real Chromium, driven through chromedriver; the server is the one of `tests/it`.
//!
//! Needs `chromium` and `chromedriver` in the PATH, and axe-core: `tests/browser/fetch-axe.sh`. What is missing skips
//! its tests loudly; with `CI=true` it fails them. `CAMLOCK_SCREENSHOTS=1` keeps a picture of every page.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]
#![expect(clippy::too_many_arguments, reason = "what a scene is made of may be told in one line")]

#[expect(dead_code, unused_imports, reason = "shared with tests/it, which uses all of it")]
#[path = "../it/support/mod.rs"]
mod support;

mod axe;
mod chrome;
mod chromedriver;
mod layout;
mod page;
mod sweep;
mod visitor;

mod after_sign_out;
mod copying;
mod inserting;
mod keyboard;
mod life_of_a_key;
mod own_keys;
mod pages;
mod row_menu;
mod secret_page;
mod tables;
mod ticking;
mod zone;
