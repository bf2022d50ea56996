//! Whether anything was kept while one request was answered, for what is said when it then fails.

use std::cell::Cell;

tokio::task_local! {
    static KEPT: Cell<bool>;
}

/// Answers a request, and tells whether anything was kept meanwhile.
pub async fn watched<T>(request: impl Future<Output = T>) -> (T, bool) {
    let both = async { (request.await, was_anything_kept()) };
    KEPT.scope(Cell::new(false), both).await
}

/// Whether a change of the request under way was kept.
pub fn was_anything_kept() -> bool {
    KEPT.try_with(Cell::get).unwrap_or(false)
}

pub(super) fn note() {
    // Work outside of requests is nobody's.
    let _ = KEPT.try_with(|kept| kept.set(true));
}
