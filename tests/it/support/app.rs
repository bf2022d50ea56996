//! The real server, in this process, on port 0, with a clock that the test moves.
//!
//! Beside programs that read the machine's clock, the server's goes with it, and the test moves it further.

use super::browser::Browser;
use super::database::TestDatabase;
use actix_web::dev::ServerHandle;
use camlock::app::App;
use camlock::app::keys::usage::flush_usage;
use camlock::clock::Clock;
use camlock::config::{Config, DatabaseUrl};
use camlock::passwords::{Cost, Passwords};
use camlock::random::Random;
use camlock::startup::{self, Doors, May, State, Surroundings};
use camlock::store::{Conn, Store, StoreError};
use diesel::RunQueryDsl;
use std::fs::Permissions;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tempfile::TempDir;

/// A running Camlock.
pub struct TestApp {
    pub app: App,
    pub address: String,
    pub database: TestDatabase,
    pub folder: TempDir,
    hand: Arc<AtomicI64>,
    clock: Clock,
    variables: Vec<(String, String)>,
    server: ServerHandle,
}

/// Another Camlock on the same database and key.
pub struct Node {
    pub app: App,
    pub address: String,
    server: ServerHandle,
}

/// Monday, 2026-11-23 12:00:00 UTC.
pub const START: i64 = 1_795_435_200;

impl TestApp {
    pub fn spawn() -> Self {
        Self::spawn_with(&[])
    }

    /// With further settings, as environment variables; `{port}` in a value is the server's port.
    pub fn spawn_with(settings: &[(&str, &str)]) -> Self {
        Self::spawn_at(settings, Clock::controlled(START))
    }

    /// With a clock that runs, `behind` seconds behind the machine's until the test lets them pass.
    pub fn spawn_behind(behind: i64, settings: &[(&str, &str)]) -> Self {
        let hand = Arc::new(AtomicI64::new(-behind));
        let (machine, moved) = (Clock::system(), Arc::clone(&hand));
        let clock = Clock::from_fn(move || machine.now() + moved.load(Ordering::SeqCst));
        Self::spawn_at(settings, (clock, hand))
    }

    /// With a database and a key that were there before, at that time.
    pub fn spawn_over(dump: &str, key: &str, now: i64) -> Self {
        Self::spawn_prepared(key, now, |_, database| database.load(dump))
    }

    /// With a key that was there before, and a database that somebody else makes.
    pub fn spawn_prepared(key: &str, now: i64, make: impl FnOnce(&Path, &TestDatabase)) -> Self {
        Self::spawn_on(&[], Clock::controlled(now), |data, database| {
            keep_key(data, key);
            make(data, database);
        })
    }

    /// With its PostgreSQL reached through a port of this machine; the test's own connections take the same way.
    pub fn spawn_through(port: u16) -> Self {
        Self::spawn_on(&[], Clock::controlled(START), |_, database| {
            let mut url = reqwest::Url::parse(&database.url).expect("a URL");
            url.set_host(Some("127.0.0.1")).expect("a host");
            url.set_port(Some(port)).expect("a port");
            database.url = url.into();
        })
    }

    fn spawn_at(settings: &[(&str, &str)], time: (Clock, Arc<AtomicI64>)) -> Self {
        Self::spawn_on(settings, time, |_, _| ())
    }

    fn spawn_on(
        settings: &[(&str, &str)],
        (clock, hand): (Clock, Arc<AtomicI64>),
        prepare: impl FnOnce(&Path, &mut TestDatabase),
    ) -> Self {
        super::statements::trace();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let data = folder.path().join("data");
        let mut database = TestDatabase::new(folder.path());
        prepare(&data, &mut database);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let address = format!("http://127.0.0.1:{port}");
        let mut variables = vec![
            ("CAMLOCK_DATA_DIR".to_owned(), data.display().to_string()),
            ("CAMLOCK_DATABASE__URL".to_owned(), database.url.clone()),
            ("CAMLOCK_PUBLIC_URL".to_owned(), address.clone()),
            ("CAMLOCK_SERVER__WORKERS".to_owned(), "2".to_owned()),
            // The clock stands still, so all calls of a test fall into one second.
            ("CAMLOCK_API__READS_PER_SECOND".to_owned(), "1000000".to_owned()),
            ("CAMLOCK_API__CHANGES_PER_SECOND".to_owned(), "1000000".to_owned()),
        ];
        for (name, value) in settings {
            variables.retain(|(known, _)| known != name);
            variables.push(((*name).to_owned(), value.replace("{port}", &port.to_string())));
        }
        let (app, server) = start(&variables, &clock, listener);
        Self { app, address, database, folder, hand, clock, variables, server }
    }

    /// A second server beside this one.
    pub fn second_node(&self) -> Node {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let (app, server) = start(&self.variables, &self.clock, listener);
        Node { app, address, server }
    }

    /// A second server that reaches the database in another way.
    pub fn node_at(&self, url: &str) -> Node {
        self.node_with(&[("CAMLOCK_DATABASE__URL", url)])
    }

    /// A second server with other settings.
    pub fn node_with(&self, settings: &[(&str, &str)]) -> Node {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let mut variables = self.variables.clone();
        variables.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let (app, server) = start(&variables, &self.clock, listener);
        Node { app, address, server }
    }

    /// What stands in its place after a clean stop: a server whose memory is empty.
    pub async fn restarted(&self) -> Node {
        flush_usage(&self.app).await.expect("a clean stop");
        self.second_node()
    }

    /// The same database, reached by a connection that the server knows nothing of.
    pub fn other_connection(&self) -> Store {
        let url = DatabaseUrl::parse(&self.database.url).expect("the test's own URL");
        Store::open(&url, 1).expect("a second connection")
    }

    /// Changes the database behind the server's back.
    pub fn execute(&self, statement: &str) {
        let ran = self.other_connection().write_now(|conn: &mut Conn| {
            diesel::sql_query(format!("/* test */ {statement}")).execute(conn)?;
            Ok::<_, StoreError>(())
        });
        ran.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }

    /// Lets time pass.
    pub fn wait(&self, seconds: i64) {
        self.hand.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Lets the clock catch up with the machine's, or run this far ahead of it.
    pub fn run_ahead(&self, seconds: i64) {
        self.hand.store(seconds, Ordering::SeqCst);
    }

    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// The server's clock, for programs that sign by it.
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// A browser that was never here.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.address)
    }
}

/// Makes a data directory with that master key.
pub fn keep_key(data: &Path, key: &str) {
    std::fs::create_dir(data).expect("a data directory");
    let path = data.join("master.key");
    std::fs::write(&path, key).expect("a key file");
    std::fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("a key file of one's own");
}

impl Drop for Node {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

fn start(variables: &[(String, String)], clock: &Clock, listener: TcpListener) -> (App, ServerHandle) {
    let config = Config::load(None, variables.iter().cloned()).expect("sound settings");
    let random = Random::system();
    let cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };
    let passwords = Passwords::new(cost, random.clone()).expect("cheap password hashing");
    let surroundings = Surroundings { clock: clock.clone(), random, passwords };
    let app = startup::open(&config, surroundings, May::Make).expect("an opened app");
    let server = serve(config, app.clone(), listener);
    (app, server)
}

fn serve(config: Config, app: App, listener: TcpListener) -> ServerHandle {
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let doors = Doors::beside(&config, listener).expect("the gate's address");
            let server = startup::server(&config, &app, doors, State::default()).expect("a server");
            send.send(server.handle()).expect("a waiting test");
            server.await.expect("a clean end");
        });
    });
    receive.recv().expect("a started server")
}
