//! A small company on a fresh store, and its people at the desk.
//!
//! [`on_both`] runs a test over SQLite and, when `CASTELLAN_TEST_POSTGRES` names a server, over PostgreSQL. The company
//! is made by the product's own set-up; its people are in units root, sales (north and south below it) and service, each
//! with the role of their name, and hold sessions opened straight in the store. The hour stands still until it is moved.
//! At the end of a world its trail must be whole.
//! Not here: any rule. Start reading at [`World`]. Proved by `crates/crm/tests/it/main.rs`.

use catalogue::{RowId, Table, TableId, Value};
use crm::{Asker, Channel, Desk, Done, Error, setup};
use security::{Actor, Denial, PrincipalId, Privilege, RoleId, UnitId, UserState, permit};
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use store::accounts::{self, NewSession, NewUser};
use store::journal::Journal;
use store::records::{self, Cells, Written};
use store::{Chance, Clock, Setup, Store, Tx, rights};

/// Where the tests find a PostgreSQL server.
const VARIABLE: &str = "CASTELLAN_TEST_POSTGRES";
/// 2026-03-02 09:00 UTC, in microseconds: the hour at which every world begins.
pub const MORNING: i64 = 1_772_442_000_000_000;
pub const SECOND: i64 = 1_000_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;
/// The password of whoever has one.
pub const PASSWORD: &str = "orbit lantern gravel mosaic";

/// Name, unit, role.
const PEOPLE: &[(&str, &str, &str)] = &[
    ("security_admin", "root", "Security Administrator"),
    ("manager", "sales", "Sales Manager"),
    ("north_rep", "north", "Salesperson"),
    ("south_rep", "south", "Salesperson"),
    ("service_rep", "service", "Customer Service Representative"),
    ("auditor", "root", "Auditor"),
];

/// Runs the body on each database.
pub fn on_both(body: impl Fn(&World)) {
    body(&World::sqlite());
    match World::postgres() {
        Some(world) => body(&world),
        None => skipped("PostgreSQL: set CASTELLAN_TEST_POSTGRES, or run `cargo xtask test`"),
    }
}

/// Says loudly that something was not tried. Where everything must be tried, that is a failure.
pub fn skipped(what: &str) {
    assert!(std::env::var("CI").ok().as_deref() != Some("true"), "SKIPPED: {what}");
    eprintln!("SKIPPED: {what}");
}

/// The company.
pub struct World {
    pub clock: Arc<TestClock>,
    pub people: HashMap<String, PrincipalId>,
    pub units: HashMap<String, UnitId>,
    tokens: HashMap<String, String>,
    desk: Desk,
    _directory: Directory,
    _database: Option<Database>,
}

impl World {
    /// On SQLite, in a temporary folder.
    pub fn sqlite() -> World {
        World::furnished(World::empty(None))
    }

    /// On PostgreSQL, in a database of its own; `None` when no server is named.
    pub fn postgres() -> Option<World> {
        Database::make().map(|database| World::furnished(World::empty(Some(database))))
    }

    /// A store on SQLite without an organisation.
    pub fn bare() -> World {
        World::empty(None)
    }

    fn empty(database: Option<Database>) -> World {
        let directory = Directory::make();
        let clock = Arc::new(TestClock::at(MORNING));
        let opening = Setup {
            directory: directory.0.clone(),
            postgres: database.as_ref().map(|d| d.url.clone()),
            catalogue: Arc::new(catalogue::standard::catalogue().unwrap()),
            clock: clock.clone(),
            chance: Arc::new(Seeded(Mutex::new(8))),
        };
        let desk = Desk::new(Store::open(opening).unwrap(), Arc::new(Journal::new(1000)));
        let (people, units, tokens) = (HashMap::new(), HashMap::new(), HashMap::new());
        World { clock, people, units, tokens, desk, _directory: directory, _database: database }
    }

    fn furnished(mut world: World) -> World {
        let hash = password_hash();
        let (admin, root) = world
            .desk
            .operate("organisation.install", move |tx| {
                let ask = setup::SetupAsk {
                    organisation: "Acme".into(),
                    base_currency: setup::BaseCurrency::of("EUR")?,
                    admin_name: "admin".into(),
                    admin_email: email("admin"),
                    password_hash: hash.clone(),
                };
                let admin = setup::install(tx, &ask)?;
                Ok((admin, accounts::user(tx, admin)?.unwrap().unit))
            })
            .unwrap();
        world.people.insert("admin".into(), admin);
        world.units.insert("root".into(), root);
        for (name, above) in [("sales", "root"), ("service", "root"), ("north", "sales"), ("south", "sales")] {
            let above = world.units[above];
            let id = world.operate(move |tx| Ok(accounts::create_unit(tx, name, Some(above))?));
            world.units.insert(name.into(), id);
        }
        for (name, unit, role) in PEOPLE {
            world.join(name, unit, &[role]);
        }
        world.open("admin");
        world
    }

    /// The desk.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Makes an active person with these roles, and opens a page session.
    pub fn join(&mut self, name: &'static str, unit: &str, roles: &[&str]) -> PrincipalId {
        let unit = self.units[unit];
        let roles: Vec<RoleId> = roles.iter().map(|role| self.role(role)).collect();
        let hash = password_hash();
        let user = self.operate(move |tx| {
            let address = email(name);
            let user = accounts::invite(tx, &NewUser { name, email: &address, title: None, unit, manager: None })?;
            accounts::set_password_hash(tx, user, &hash)?;
            accounts::set_state(tx, user, UserState::Active)?;
            for role in &roles {
                rights::give_role(tx, *role, user, None, None)?;
            }
            Ok(user)
        });
        self.people.insert(name.into(), user);
        self.open(name);
        user
    }

    fn open(&mut self, name: &str) {
        for kind in ["page", "api"] {
            let token = format!("{kind} session of {name}");
            let (user, hash) = (self.people[name], crm::sign_in::token_hash(&token));
            self.operate(move |tx| {
                let ends_on = tx.now() + 365 * DAY;
                let new = NewSession { user, kind, token_hash: &hash, idle: 365 * DAY, ends_on, name: None, scopes: None };
                Ok(accounts::open_session(tx, &new)?)
            });
            self.tokens.insert(format!("{kind} {name}"), token);
        }
    }

    /// This person on a page of the web client.
    pub fn user(&self, name: &str) -> Asker {
        Asker::with_token(&self.tokens[&format!("page {name}")], Channel::Page)
    }

    /// This person over the API.
    pub fn api(&self, name: &str) -> Asker {
        Asker::with_token(&self.tokens[&format!("api {name}")], Channel::Api)
    }

    /// The id of a person.
    pub fn id(&self, name: &str) -> PrincipalId {
        self.people[name]
    }

    /// The id of a unit: root, sales, north, south, service.
    pub fn unit(&self, name: &str) -> UnitId {
        self.units[name]
    }

    /// The id of a role by its name.
    pub fn role(&self, name: &str) -> RoleId {
        let all = self.desk.glance(|tx| Ok::<_, Error>(rights::roles(tx)?)).unwrap();
        all.into_iter().find(|role| role.name == name).unwrap_or_else(|| panic!("no role {name}")).id
    }

    /// The table of that set.
    pub fn table(&self, set: &str) -> Table {
        self.desk.glance(|tx| Ok::<_, Error>(rights::catalogue(tx)?.find(set).unwrap().clone())).unwrap()
    }

    /// The id of the table of that set.
    pub fn table_id(&self, set: &str) -> TableId {
        self.table(set).id
    }

    /// Where it lies, for whoever looks past the store: the folder, and the address of the server if there is one.
    pub fn place(&self) -> (&std::path::Path, Option<&str>) {
        (&self._directory.0, self._database.as_ref().map(|database| database.url.as_str()))
    }

    /// Runs something as the operator.
    pub fn operate<T: Send + 'static>(&self, act: impl Fn(&mut Tx<'_>) -> Done<T> + Send + 'static) -> T {
        self.desk.operate("test.arrange", act).unwrap()
    }

    /// Looks as this person.
    pub fn look<T>(&self, name: &str, look: impl FnOnce(&mut Tx<'_>, &Actor) -> Done<T>) -> Done<T> {
        self.desk.look(&self.user(name), look)
    }

    /// Performs a verb as this person; the verb is called `test.act` in the trail.
    pub fn act<T: Send + 'static>(&self, name: &str, act: impl Fn(&mut Tx<'_>, &Actor) -> Done<T> + Send + 'static) -> Done<T> {
        self.desk.perform(&self.user(name), crm::Verb::admin("test.act"), act)
    }

    /// Makes a record of a table with owners, as and for this person, under the person's own permit, past the verb.
    pub fn record(&self, owner: &str, set: &str, cells: &[(&str, Value)]) -> RowId {
        let (set, cells): (String, Vec<(String, Value)>) =
            (set.to_owned(), cells.iter().map(|(column, value)| ((*column).to_owned(), value.clone())).collect());
        let made = self.act(owner, move |tx, actor| {
            let catalogue = actor.catalogue().clone();
            let table = catalogue.find(&set).unwrap();
            let permit = permit(actor, Privilege::Create, table)?;
            let mut all: Cells = Vec::new();
            for (name, value) in cells.iter().cloned().chain([("state".into(), Value::Int(0)), ("status".into(), Value::Int(1))]) {
                let column = table.find(&name).unwrap_or_else(|| panic!("no column {name}"));
                all.push((column.id, value, column.kind.targets().first().copied()));
            }
            let id = tx.new_id();
            match records::insert(tx, &permit, id, &all, Some((actor.user(), actor.unit())))? {
                Written::Done(_) => Ok(id),
                other => panic!("{other:?}"),
            }
        });
        made.unwrap()
    }

    /// The verbs and verdicts of the trail, oldest first, without those that arranged the world.
    pub fn trail(&self) -> Vec<(String, String)> {
        let lines = self.desk.glance(|tx| Ok::<_, Error>(store::trail::latest(tx, &Default::default(), 1000)?)).unwrap();
        let told = lines.into_iter().rev().map(|line| (line.verb, line.verdict));
        told.filter(|(verb, _)| verb != "test.arrange" && verb != "organisation.install").collect()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let key = self.desk.store().trail_key();
        let report = self.desk.glance(|tx| Ok::<_, Error>(store::trail::verify(tx, &key)?)).unwrap();
        assert!(report.is_whole(), "the trail is not whole: {report}");
    }
}

/// The denial that something ended in.
pub fn denied<T: std::fmt::Debug>(done: Done<T>) -> Denial {
    match done {
        Err(Error::Denied(denial)) => denial,
        other => panic!("not denied: {other:?}"),
    }
}

/// The words of the problem that something ended in.
pub fn problem<T: std::fmt::Debug>(done: Done<T>) -> crm::Problem {
    match done {
        Err(Error::Problem(problem)) => problem,
        other => panic!("no problem: {other:?}"),
    }
}

/// The address of a person of the company.
pub fn email(name: &str) -> String {
    format!("{name}@acme.example")
}

/// The hash of [`PASSWORD`], made once.
fn password_hash() -> String {
    static HASH: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    HASH.get_or_init(|| crm::sign_in::passwords::hash(PASSWORD, &Seeded(Mutex::new(1))).unwrap()).clone()
}

/// An hour that stands still until it is moved, or goes on at each look.
pub struct TestClock {
    hour: AtomicI64,
    pace: AtomicI64,
}

impl TestClock {
    fn at(hour: i64) -> TestClock {
        TestClock { hour: AtomicI64::new(hour), pace: AtomicI64::new(0) }
    }

    pub fn go_on(&self, by: i64) {
        self.hour.fetch_add(by, Ordering::SeqCst);
    }

    /// From now on whoever looks finds it so much later.
    pub fn run(&self, pace: i64) {
        self.pace.store(pace, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> i64 {
        self.hour.fetch_add(self.pace.load(Ordering::SeqCst), Ordering::SeqCst)
    }
}

/// Chance that is the same each time: splitmix64.
pub struct Seeded(Mutex<u64>);

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
    format!("castellan_crm_{}_{}_{chance:016x}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A temporary folder that goes with the test.
struct Directory(PathBuf);

impl Directory {
    fn make() -> Directory {
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
struct Database {
    server: String,
    name: String,
    url: String,
}

impl Database {
    fn make() -> Option<Database> {
        let server = std::env::var(VARIABLE).ok()?;
        let name = unique();
        postgres::Client::connect(&server, postgres::NoTls).unwrap().batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        let (before, _) = server.rsplit_once('/').expect("the address of the server ends in a database");
        let url = format!("{before}/{name}");
        Some(Database { server, name, url })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Ok(mut client) = postgres::Client::connect(&self.server, postgres::NoTls) {
            let _ = client.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}
