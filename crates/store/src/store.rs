//! The store: one organisation's database, opened.
//!
//! [`Store::read`] runs a closure in a read-only transaction. [`Store::write`] runs a verb in one that is kept together
//! with its entry in the trail, or not at all; a refused verb leaves only the entry that says so. On SQLite one writer
//! thread runs verbs from many requests, each in a savepoint, and commits once for all that wait.
//! Not here: who may (`security`), what verbs do (`crm`). Proved by `crates/store/tests/it/main.rs`.

use crate::sql::Dialect;
use crate::sqlite::Writer;
use crate::standing::Standing;
use crate::tx::{Chance, Clock, Conn};
use crate::{Fault, Tx, postgres_side, sealed, trail};
use catalogue::Catalogue;
use r2d2_postgres::PostgresConnectionManager;
use r2d2_sqlite::SqliteConnectionManager;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// What a verb's error must be able to say about itself.
pub trait Refusal: From<Fault> + Send + 'static {
    /// The stable name that stands in the trail; `None` for a fault, of which nothing is kept.
    fn verdict(&self) -> Option<&str>;
    /// True when the verb met another writer and may run again.
    fn may_run_again(&self) -> bool;
}

/// A verb that can only fail for a fault.
impl Refusal for Fault {
    fn verdict(&self) -> Option<&str> {
        None
    }

    fn may_run_again(&self) -> bool {
        matches!(self, Fault::Again(_))
    }
}

/// Where the data is, and what the store is handed to work with.
#[derive(Clone)]
pub struct Setup {
    /// The data directory: the embedded database, files, spool, keys, socket.
    pub directory: PathBuf,
    /// The address of a PostgreSQL database; without it, SQLite in the directory.
    pub postgres: Option<String>,
    /// What is shipped.
    pub catalogue: Arc<Catalogue>,
    /// The hour.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub chance: Arc<dyn Chance>,
}

/// One organisation's database.
pub struct Store {
    pub(crate) shared: Arc<Shared>,
    pub(crate) side: Side,
}

pub(crate) enum Side {
    Sqlite { readers: r2d2::Pool<SqliteConnectionManager>, writer: Writer, standing: Arc<Standing> },
    Postgres { pool: r2d2::Pool<PostgresConnectionManager<postgres::NoTls>> },
}

/// What readers and the writer share.
pub(crate) struct Shared {
    pub(crate) directory: PathBuf,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) chance: Arc<dyn Chance>,
    pub(crate) catalogue: Mutex<Arc<Catalogue>>,
    /// Signs the checkpoints of the trail.
    pub(crate) trail_key: ed25519_dalek::SigningKey,
    /// Seals secrets that must be read again.
    pub(crate) seal_key: sealed::Key,
    /// The last catalogue that [`crate::rights::catalogue`] made.
    pub(crate) shaped: crate::rights::Shaped,
    /// Held by whoever reads all files; what sweeps them waits.
    pub(crate) files_stay: std::sync::RwLock<()>,
    /// Held as long as the store lives: a second server on this directory is refused.
    pub(crate) _lock: std::fs::File,
}

impl Shared {
    /// Over a directory that was locked, with its keys.
    pub(crate) fn of(setup: Setup, lock: std::fs::File, seal_key: Option<[u8; 32]>) -> Result<Shared, Fault> {
        let trail_key = trail::checkpoint::key(&setup.directory, setup.chance.as_ref())?;
        let seal_key = sealed::Key::of(&setup.directory, seal_key, setup.chance.as_ref())?;
        Ok(Shared {
            directory: setup.directory,
            trail_key,
            seal_key,
            clock: setup.clock,
            chance: setup.chance,
            catalogue: Mutex::new(setup.catalogue),
            shaped: crate::rights::Shaped::default(),
            files_stay: std::sync::RwLock::default(),
            _lock: lock,
        })
    }

    pub(crate) fn catalogue(&self) -> Arc<Catalogue> {
        self.catalogue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    pub(crate) fn tx<'c>(&'c self, conn: Conn<'c>, lane: i64) -> Tx<'c> {
        let now = self.clock.now();
        Tx {
            conn,
            now,
            begun: now,
            chance: self.chance.as_ref(),
            catalogue: self.catalogue(),
            shared: self,
            lane,
            stamp: None,
            changes: Vec::new(),
            writes: false,
            noted: Vec::new(),
            only_reads: false,
        }
    }
}

/// Why a store does not open.
#[derive(Debug)]
pub enum OpenError {
    /// Another server works on this data directory.
    Locked(PathBuf),
    /// The data was made by a newer version; the text names the lowest that may use it.
    Newer(String),
    /// A restore into it was begun and is not over; the text names it.
    HalfRestored(String),
    /// The database cannot be reached or read.
    Fault(Fault),
}

impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            OpenError::Locked(path) => write!(f, "another castellan works on `{}`", path.display()),
            OpenError::Newer(lowest) => {
                write!(f, "this data needs castellan {lowest} or later, this is {}", env!("CARGO_PKG_VERSION"))
            }
            OpenError::HalfRestored(what) => {
                write!(f, "a restore into {what} was begun and is not over; give the same `castellan backup restore` again")
            }
            OpenError::Fault(fault) => fault.fmt(f),
        }
    }
}

impl std::error::Error for OpenError {}

impl<E: Into<Fault>> From<E> for OpenError {
    fn from(error: E) -> OpenError {
        OpenError::Fault(error.into())
    }
}

impl Store {
    /// Opens the organisation's database, makes or migrates its schema, and locks the data directory.
    pub fn open(setup: Setup) -> Result<Store, OpenError> {
        Store::open_with_key(setup, None)
    }

    /// The same; secrets are sealed with this key instead of the one that lies in the data directory.
    pub fn open_with_key(setup: Setup, seal_key: Option<[u8; 32]>) -> Result<Store, OpenError> {
        let lock = lock(&setup.directory)?;
        let postgres = setup.postgres.clone();
        crate::dump::settle_marks(&setup.directory, postgres.as_deref())?;
        if crate::dump::is_half_restored(&setup.directory) {
            return Err(OpenError::HalfRestored(format!("`{}`", setup.directory.display())));
        }
        crate::revocation::begin(&setup.directory)?;
        let shared = Arc::new(Shared::of(setup, lock, seal_key)?);
        if let Some(address) = &postgres
            && crate::dump::is_half_restored_there(address)?
        {
            return Err(OpenError::HalfRestored("this database".to_owned()));
        }
        Store::over(shared, postgres)
    }

    /// Over what is there, made or migrated first.
    pub(crate) fn over(shared: Arc<Shared>, postgres: Option<String>) -> Result<Store, OpenError> {
        let side = match postgres {
            None => {
                let path = shared.directory.join("castellan.db");
                let mut conn = crate::sqlite::open(&path)?;
                crate::migrate::sqlite(&mut conn, &shared)?;
                let readers = crate::sqlite::readers(&path)?;
                let standing = Arc::new(Standing::of(&path)?);
                Side::Sqlite { readers, writer: Writer::start(conn, path, shared.clone(), standing.clone()), standing }
            }
            Some(address) => {
                let pool = postgres_side::pool(&address)?;
                crate::migrate::postgres(&mut *pool.get()?, &shared)?;
                Side::Postgres { pool }
            }
        };
        Ok(Store { shared, side })
    }

    /// The data directory.
    pub fn directory(&self) -> &Path {
        &self.shared.directory
    }

    /// How an empty embedded database in that directory is opened, with the clock and chance of this one.
    pub fn scratch(&self, directory: PathBuf) -> Setup {
        Setup {
            directory,
            postgres: None,
            catalogue: self.shared.catalogue(),
            clock: self.shared.clock.clone(),
            chance: self.shared.chance.clone(),
        }
    }

    /// Which database it is.
    pub fn dialect(&self) -> Dialect {
        match self.side {
            Side::Sqlite { .. } => Dialect::Sqlite,
            Side::Postgres { .. } => Dialect::Postgres,
        }
    }

    /// The hour, outside a transaction.
    pub fn now(&self) -> i64 {
        self.shared.clock.now()
    }

    /// Randomness, outside a transaction.
    pub fn chance(&self) -> &dyn Chance {
        self.shared.chance.as_ref()
    }

    /// Runs in a read-only transaction that sees one moment.
    pub fn read<T, E: From<Fault>>(&self, look: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        match &self.side {
            Side::Sqlite { readers, standing, .. } => {
                standing.check()?;
                let conn = readers.get().map_err(Fault::from)?;
                // Ends when it is let go of, a panic included: whoever reads next with this connection begins anew.
                let begun = conn.unchecked_transaction().map_err(Fault::from)?;
                let mut tx = self.shared.tx(Conn::Sqlite(&begun), 0);
                let found = settle_time(&mut tx).map_err(E::from).and_then(|()| look(&mut tx));
                drop(tx);
                begun.rollback().map_err(Fault::from)?;
                found
            }
            Side::Postgres { pool } => {
                let mut conn = pool.get().map_err(Fault::from)?;
                let begun = postgres_side::begin(&mut conn, true)?;
                let mut tx = Tx { only_reads: true, ..self.shared.tx(Conn::Postgres(begun), 0) };
                settle_time(&mut tx)?;
                look(&mut tx)
            }
        }
    }

    /// Runs a verb and keeps its changes with its entry. The verb may run again, so it has no effect outside `Tx`.
    /// The answer is released after the commit.
    pub fn write<T, E>(&self, verb: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: Refusal,
    {
        match &self.side {
            Side::Sqlite { writer, .. } => writer.perform(verb),
            Side::Postgres { pool } => postgres_side::perform(pool, &self.shared, verb),
        }
    }
}

/// The transaction's time is never before the last entry of the trail, even when the clock was set back.
pub(crate) fn settle_time(tx: &mut Tx<'_>) -> Result<(), Fault> {
    let last = tx.row("SELECT max(time) FROM sys_lanes", &[])?.map(|r| r.opt_int(0)).transpose()?.flatten().unwrap_or(0);
    tx.now = tx.now.max(last);
    Ok(())
}

/// Runs a verb inside an open transaction: in a savepoint, with its entry. A panic rolls back its savepoint only.
pub(crate) fn run_verb<T, E: Refusal>(tx: &mut Tx<'_>, verb: &mut dyn FnMut(&mut Tx<'_>) -> Result<T, E>) -> Result<Result<T, E>, Fault> {
    tx.batch("SAVEPOINT verb")?;
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| verb(tx)));
    let done = done.unwrap_or_else(|_| Err(E::from(Fault::broken("a verb stopped half-way"))));
    let verdict = match &done {
        Ok(_) => Some("done".to_owned()),
        Err(error) => {
            tx.changes.clear();
            tx.batch("ROLLBACK TO SAVEPOINT verb")?;
            error.verdict().map(str::to_owned)
        }
    };
    match verdict {
        Some(verdict) if tx.stamp.is_some() => trail::append(tx, &verdict)?,
        Some(_) if done.is_ok() && (tx.writes || !tx.changes.is_empty()) => {
            tx.batch("ROLLBACK TO SAVEPOINT verb; RELEASE SAVEPOINT verb")?;
            return Ok(Err(E::from(Fault::broken("a change without a signature"))));
        }
        _ => {}
    }
    tx.batch("RELEASE SAVEPOINT verb")?;
    Ok(done)
}

/// Makes the data directory where there is none, and takes it for this process.
pub(crate) fn lock(directory: &Path) -> Result<std::fs::File, OpenError> {
    private_directory(directory)?;
    let lock = std::fs::OpenOptions::new().create(true).write(true).truncate(false).open(directory.join("lock"))?;
    if lock.try_lock().is_err() {
        return Err(OpenError::Locked(directory.to_owned()));
    }
    Ok(lock)
}

/// Makes the data directory readable to its owner only.
fn private_directory(path: &Path) -> Result<(), Fault> {
    std::fs::create_dir_all(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}
