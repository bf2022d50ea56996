//! The schema itself: same on both databases, and a second line for the rules.

use crate::support::TestApp;
use camlock::store::{Conn, StoreError, migrations};
use diesel::RunQueryDsl;

fn run(conn: &mut Conn, sql: &str) -> Result<(), StoreError> {
    diesel::sql_query(sql).execute(conn)?;
    Ok(())
}

#[actix_web::test]
async fn migrations_run_down_and_up_again() {
    let app = TestApp::spawn();

    app.app.store.read_now(migrations::redo_all).unwrap();

    assert!(app.app.store.read_now(migrations::is_current).unwrap());
}

#[actix_web::test]
async fn the_schema_refuses_a_third_slot_a_doubled_slot_and_the_deletion_of_an_enabled_key() {
    let app = TestApp::spawn();
    let root = app.root().await;
    root.create_key(&format!("/users/{}/keys", root.uin)).await;
    let copy = |slot: i32| {
        format!(
            "INSERT INTO api_keys (secret_id, uid, owner_uin, uin, slot, secret, status, note, created_at, created_by, changed_at, \
             changed_by) SELECT 'AKIDcopy{slot}', uid, owner_uin, uin, {slot}, secret, status, note, created_at, \
             created_by, changed_at, changed_by FROM api_keys WHERE slot = 1"
        )
    };
    let refused = |sql: String| app.app.store.write_now(|conn| run(conn, &sql)).is_err();

    assert!(refused(copy(3)));
    assert!(refused(copy(1)));
    assert!(refused("DELETE FROM api_keys".to_owned()));
    assert!(!refused(copy(2)));
}

#[actix_web::test]
async fn a_failed_change_leaves_nothing_behind_even_when_it_panics() {
    let app = TestApp::spawn();
    let store = &app.app.store;
    let insert =
        "INSERT INTO throttles (bucket, failures, last_failed_at, blocked_until) VALUES ('x', 1, 1, 1)";

    for _ in 0..20 {
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            store.write_now(|conn| -> Result<(), StoreError> {
                run(conn, insert)?;
                panic!("on purpose")
            })
        }));
        assert!(panicked.is_err());
    }
    let failed = store.write_now(|conn| {
        run(conn, insert)?;
        Err::<(), _>(StoreError::Corrupt("on purpose"))
    });

    assert!(failed.is_err());
    store.write_now(|conn| run(conn, insert)).unwrap();
}

#[actix_web::test]
async fn four_writers_at_once_never_find_the_database_locked() {
    let app = TestApp::spawn();
    let store = app.app.store.clone();
    let writers: Vec<_> = (0..4)
        .map(|_| {
            let store = store.clone();
            std::thread::spawn(move || {
                for _ in 0..50 {
                    store
                        .write_now(|conn| {
                            camlock::store::throttles::lock_all(conn, ["one"].into_iter())?;
                            camlock::store::throttles::fail(conn, "one", camlock::domain::throttle::USER, 1)?;
                            Ok::<_, StoreError>(())
                        })
                        .unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.join().unwrap();
    }

    let counted = store.read_now(|conn| camlock::store::throttles::failures(conn, "one", 2)).unwrap();

    assert_eq!(counted, 200);
}
