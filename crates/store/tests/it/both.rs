//! A fresh store for each test, on SQLite and on PostgreSQL.
//!
//! [`on_both`] runs the body of a test over a new SQLite store in a temporary folder and, when `CASTELLAN_TEST_POSTGRES`
//! names a server, over a new PostgreSQL database; both go when the test ends, however it ends. The hour stands still
//! until a test moves it and chance is seeded, so a test tells the same story each time. At its end the trail must be
//! whole, unless the test tampered with it.
//! Not here: what is asked of the store. Start reading at [`on_both`]. Proved by `crates/store/tests/it/opening.rs`.

use catalogue::Catalogue;
use security::PrincipalId;
use std::hash::{BuildHasher, Hasher};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use store::{Chance, Clock, Dialect, Fault, OpenError, Refusal, Setup, Stamp, Store, Tx};

/// Where the tests find a PostgreSQL server.
const VARIABLE: &str = "CASTELLAN_TEST_POSTGRES";
/// 2026-03-02 09:00 UTC, in microseconds: the hour at which every test begins.
pub const MORNING: i64 = 1_772_442_000_000_000;
pub const SECOND: i64 = 1_000_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const DAY: i64 = 24 * 60 * MINUTE;

/// Runs the body over the shipped catalogue, once on each database.
pub fn on_both(body: impl Fn(&TestStore)) {
    on_both_with(&Arc::new(catalogue::standard::catalogue().unwrap()), body);
}

/// Runs the body over this catalogue, once on each database.
pub fn on_both_with(catalogue: &Arc<Catalogue>, body: impl Fn(&TestStore)) {
    run(TestStore::sqlite(catalogue), &body);
    match TestStore::postgres(catalogue) {
        Some(store) => run(store, &body),
        None => skipped("PostgreSQL: set CASTELLAN_TEST_POSTGRES, or run `cargo xtask test`"),
    }
}

/// Says loudly that something was not tried. Where everything must be tried, that is a failure.
pub fn skipped(what: &str) {
    assert!(std::env::var("CI").as_deref() != Ok("true"), "SKIPPED: {what}");
    eprintln!("SKIPPED: {what}");
}

fn run(store: TestStore, body: &impl Fn(&TestStore)) {
    body(&store);
    if !store.tampered.load(Ordering::Relaxed) {
        let report = store.verify();
        assert!(report.is_whole(), "the trail is not whole: {report}");
    }
}

/// An open store, and what belongs to it.
pub struct TestStore {
    store: Option<Arc<Store>>,
    pub clock: Arc<TestClock>,
    setup: Setup,
    tampered: AtomicBool,
    // Dropped last, in this order.
    _database: Option<Database>,
    _directory: Directory,
}

impl Deref for TestStore {
    type Target = Arc<Store>;

    fn deref(&self) -> &Arc<Store> {
        self.store.as_ref().unwrap()
    }
}

impl TestStore {
    /// On SQLite, in a temporary folder.
    pub fn sqlite(catalogue: &Arc<Catalogue>) -> TestStore {
        TestStore::open(catalogue, None)
    }

    /// On PostgreSQL, in a database of its own; `None` when no server is named.
    pub fn postgres(catalogue: &Arc<Catalogue>) -> Option<TestStore> {
        Database::make().map(|database| TestStore::open(catalogue, Some(database)))
    }

    fn open(catalogue: &Arc<Catalogue>, database: Option<Database>) -> TestStore {
        let directory = Directory::make();
        let clock = Arc::new(TestClock(AtomicI64::new(MORNING)));
        let setup = Setup {
            directory: directory.0.clone(),
            postgres: database.as_ref().map(|d| d.url.clone()),
            catalogue: catalogue.clone(),
            clock: clock.clone(),
            chance: Arc::new(Seeded::new(8)),
        };
        let store = Some(Arc::new(Store::open(setup.clone()).unwrap()));
        TestStore { store, clock, setup, tampered: AtomicBool::new(false), _database: database, _directory: directory }
    }

    /// How the store was opened; a second server would open it alike.
    pub fn setup(&self) -> Setup {
        self.setup.clone()
    }

    /// Closes the store, has something done to what it left, and opens it again.
    pub fn reopened(&mut self, meanwhile: impl FnOnce(&Path)) -> Result<(), OpenError> {
        let store = Arc::try_unwrap(self.store.take().unwrap());
        assert!(store.is_ok(), "somebody still holds the store");
        drop(store);
        meanwhile(&self.setup.directory);
        self.store = Some(Arc::new(Store::open(self.setup.clone())?));
        Ok(())
    }

    /// Closes the store and opens what it left as a version that ships this catalogue.
    pub fn reopened_over(&mut self, catalogue: Arc<Catalogue>) -> Result<(), OpenError> {
        self.setup.catalogue = catalogue;
        self.reopened(|_| {})
    }

    /// Runs a verb signed by the operator.
    pub fn act<T: Send + 'static>(&self, verb: &'static str, act: impl Fn(&mut Tx<'_>) -> Result<T, No> + Send + 'static) -> Result<T, No> {
        self.write(move |tx| {
            tx.sign(stamp(verb));
            act(tx)
        })
    }

    /// Walks the whole trail.
    pub fn verify(&self) -> store::trail::Report {
        let key = self.trail_key();
        self.read(|tx| store::trail::verify(tx, &key)).unwrap()
    }

    /// Does something behind the store's back. The trail is not checked at the end of this test.
    pub fn tamper(&self, sql: &str) {
        self.tampered.store(true, Ordering::Relaxed);
        self.beside(sql);
    }

    /// Runs statements of the test's own, past the store, that leave the trail alone.
    pub fn beside(&self, sql: &str) {
        match &self.setup.postgres {
            None => raw_sqlite(&self.setup.directory).execute_batch(sql).unwrap(),
            Some(url) => raw_postgres(url).batch_execute(sql).unwrap(),
        }
    }

    /// Asks for one whole number, past the store.
    pub fn number(&self, sql: &str) -> i64 {
        match &self.setup.postgres {
            None => raw_sqlite(&self.setup.directory).query_row(sql, [], |row| row.get(0)).unwrap(),
            Some(url) => raw_postgres(url).query_one(sql, &[]).unwrap().get(0),
        }
    }

    /// Asks for one text, past the store.
    pub fn text(&self, sql: &str) -> String {
        match &self.setup.postgres {
            None => raw_sqlite(&self.setup.directory).query_row(sql, [], |row| row.get(0)).unwrap(),
            Some(url) => raw_postgres(url).query_one(sql, &[]).unwrap().get(0),
        }
    }

    pub fn is_sqlite(&self) -> bool {
        self.dialect() == Dialect::Sqlite
    }
}

fn raw_sqlite(directory: &Path) -> rusqlite::Connection {
    let conn = rusqlite::Connection::open(directory.join("castellan.db")).unwrap();
    conn.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    conn
}

fn raw_postgres(url: &str) -> postgres::Client {
    postgres::Client::connect(url, postgres::NoTls).unwrap()
}

/// A signature of the operator under this verb's name.
pub fn stamp(verb: &str) -> Stamp {
    Stamp { actor: PrincipalId::OPERATOR, channel: "test", verb: verb.to_owned(), subject: None }
}

/// What a test's verb answers when it does not do it.
#[derive(Debug)]
pub enum No {
    Fault(Fault),
    Refused(&'static str),
}

impl From<Fault> for No {
    fn from(fault: Fault) -> No {
        No::Fault(fault)
    }
}

impl Refusal for No {
    fn verdict(&self) -> Option<&str> {
        match self {
            No::Fault(_) => None,
            No::Refused(name) => Some(name),
        }
    }

    fn may_run_again(&self) -> bool {
        matches!(self, No::Fault(Fault::Again(_)))
    }
}

/// An hour that stands still until it is moved.
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn set(&self, time: i64) {
        self.0.store(time, Ordering::SeqCst);
    }

    pub fn go_on(&self, by: i64) {
        self.0.fetch_add(by, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Chance that is the same each time: splitmix64.
pub struct Seeded(Mutex<u64>);

impl Seeded {
    pub fn new(seed: u64) -> Seeded {
        Seeded(Mutex::new(seed))
    }
}

impl Chance for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap();
        for chunk in bytes.chunks_mut(8) {
            *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = *state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^= z >> 31;
            let made = z.to_le_bytes();
            chunk.copy_from_slice(&made[..chunk.len()]);
        }
    }
}

/// A name that no other test, here or in another process, has.
fn unique() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let chance = std::collections::hash_map::RandomState::new().build_hasher().finish();
    format!("castellan_test_{}_{}_{chance:016x}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A temporary folder that goes with the test.
pub struct Directory(pub PathBuf);

impl Directory {
    pub fn make() -> Directory {
        let path = std::env::temp_dir().join(unique());
        std::fs::create_dir_all(&path).unwrap();
        Directory(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A PostgreSQL database that goes with the test.
pub struct Database {
    server: String,
    name: String,
    pub url: String,
}

impl Database {
    pub fn make() -> Option<Database> {
        let server = std::env::var(VARIABLE).ok()?;
        let name = unique();
        raw_postgres(&server).batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        let (before, _) = server.rsplit_once('/').expect("the address of the server ends in a database");
        let url = format!("{before}/{name}");
        Some(Database { server, name, url })
    }

    /// Takes everything out of it.
    pub fn empty(url: &str) {
        raw_postgres(url).batch_execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public").unwrap();
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Ok(mut client) = postgres::Client::connect(&self.server, postgres::NoTls) {
            let _ = client.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}
