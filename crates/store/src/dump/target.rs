//! The place a dump is restored to: empty before, whole afterwards, and refused by every server in between.
//!
//! A mark lies in the directory (and in the PostgreSQL database) from before the first byte until [`Restored::finish`];
//! who was killed in between left the mark, and the same restore begins again over what it finds there. Whatever fails
//! by itself takes back what it made. The rows are filled in at the version of the schema they had, counted and hashed
//! again, and only then brought to this version.
//! Not here: who may come back in (`crm`). Start reading at [`restore_into_empty`].
//! Proved by `crates/store/tests/it/dump.rs`.

use super::load::load;
use super::{Head, MARK_FILE, MARK_TABLE, Opened, Told, Unfit, compare};
use crate::sql::name;
use crate::store::{Shared, lock};
use crate::tx::Conn;
use crate::{Fault, Setup, Store, durable, migrate, postgres_side, sqlite, trail};
use refinery::Target;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a restore makes in a data directory.
const MADE: [&str; 14] = [
    "castellan.db",
    "castellan.db-wal",
    "castellan.db-shm",
    "castellan.db-journal",
    "files",
    "trail.key",
    "trail.pub",
    "seal.key",
    "archive.key",
    "revocations.log",
    "trail.part",
    "seal.part",
    "archive.part",
    "revocations.part",
];

/// A store that was restored and does not serve yet.
pub struct Restored {
    /// It.
    pub store: Arc<Store>,
    /// What the dump said of itself.
    pub head: Head,
    /// What was restored.
    pub told: Told,
    ground: Ground,
}

/// What was found to be restorable.
#[derive(Debug)]
pub struct Verified {
    /// What the dump said of itself.
    pub head: Head,
    /// What was restored, counted and compared.
    pub told: Told,
    /// The walk through its trail; a part has none.
    pub trail: Option<trail::Report>,
}

/// What the mark says when all is done and only the marks are to be taken away.
const OVER: &[u8] = b"over\n";

/// Whether a restore into this data directory was begun and is not over.
pub fn is_half_restored(directory: &Path) -> bool {
    directory.join(MARK_FILE).exists()
}

/// Takes the marks away of a restore that was over when it was killed.
pub(crate) fn settle_marks(directory: &Path, postgres: Option<&str>) -> Result<(), Fault> {
    let mark = directory.join(MARK_FILE);
    if !std::fs::read(&mark).is_ok_and(|said| said == OVER) {
        return Ok(());
    }
    if let Some(address) = postgres {
        execute(address, &format!("DROP TABLE IF EXISTS {}", name(MARK_TABLE)))?;
    }
    std::fs::remove_file(&mark)?;
    durable::sync_folder(&mark)
}

/// The same of a PostgreSQL database.
pub(crate) fn is_half_restored_there(address: &str) -> Result<bool, Fault> {
    let pool = postgres_side::pool(address)?;
    let row = pool.get()?.query_one("SELECT to_regclass($1) IS NOT NULL", &[&MARK_TABLE])?;
    Ok(row.get(0))
}

/// Makes a store of a dump, in an empty directory or database. Until [`Restored::finish`] no server opens it.
pub fn restore_into_empty(opened: Opened, setup: Setup, seal_key: Option<[u8; 32]>) -> Result<Restored, Unfit> {
    let ground = Ground::take(&setup)?;
    match fill(opened, setup, seal_key, &ground, true) {
        Ok((store, head, told)) => Ok(Restored { store: Arc::new(store), head, told, ground }),
        Err(error) => {
            ground.clear()?;
            Err(error)
        }
    }
}

/// Restores a dump into a scratch place, compares it and walks its trail. The scratch is empty again afterwards.
pub fn verify_in_scratch(opened: Opened, setup: Setup, seal_key: Option<[u8; 32]>) -> Result<Verified, Unfit> {
    let ground = Ground::take(&setup)?;
    let verified = fill(opened, setup, seal_key, &ground, false).and_then(|(store, head, told)| {
        let key = store.trail_key();
        let walk = |store: &Store| store.read(|tx| trail::verify(tx, &key));
        let trail = if head.is_whole { Some(walk(&store)?) } else { None };
        Ok(Verified { head, told, trail })
    });
    ground.clear()?;
    verified
}

impl Restored {
    /// Takes the mark away: from here on it is an organisation like any other.
    pub fn finish(self) -> Result<Arc<Store>, Fault> {
        durable::write(&self.ground.directory.join(MARK_FILE), OVER)?;
        settle_marks(&self.ground.directory, self.ground.postgres.as_deref())?;
        Ok(self.store)
    }

    /// Takes back all of it, after something that came behind it failed.
    pub fn give_up(self) -> Result<(), Fault> {
        drop(self.store);
        self.ground.clear()
    }
}

/// The marked place.
struct Ground {
    directory: PathBuf,
    postgres: Option<String>,
    /// The directory was not there before.
    is_new: bool,
}

impl Ground {
    /// Takes an empty place, or one that a restore left half-way.
    fn take(setup: &Setup) -> Result<Ground, Unfit> {
        let directory = setup.directory.clone();
        let is_new = !directory.exists();
        let was_begun = is_half_restored(&directory);
        if !is_new && !was_begun && is_used(&directory)? {
            let words = format!("`{}` is not empty; a backup is restored into an empty directory only", directory.display());
            return Err(Unfit::Occupied(words));
        }
        let ground = Ground { directory, postgres: setup.postgres.clone(), is_new };
        if let Some(address) = &ground.postgres
            && !is_half_restored_there(address)?
            && !tables(address)?.is_empty()
        {
            return Err(Unfit::Occupied("this database is not empty; a backup is restored into an empty one only".to_owned()));
        }
        let held = lock(&ground.directory)?;
        if let Err(fault) = ground.mark() {
            // What cannot be taken back bears a mark.
            let _ = ground.clear();
            return Err(fault.into());
        }
        drop(held);
        Ok(ground)
    }

    /// Marks the place, then takes out what lies there.
    fn mark(&self) -> Result<(), Fault> {
        durable::write(&self.directory.join(MARK_FILE), b"a restore into this directory is not over\n")?;
        if let Some(address) = &self.postgres {
            execute(address, &format!("CREATE TABLE IF NOT EXISTS {} (one INT)", name(MARK_TABLE)))?;
        }
        self.sweep_directory()?;
        self.sweep_database()
    }

    /// Takes out what an earlier restore left.
    fn sweep_directory(&self) -> Result<(), Fault> {
        for made in MADE {
            let path = self.directory.join(made);
            let gone = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
            match gone {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        Ok(())
    }

    fn sweep_database(&self) -> Result<(), Fault> {
        let Some(address) = &self.postgres else { return Ok(()) };
        let mut drops = String::new();
        for table in tables(address)?.iter().filter(|table| *table != MARK_TABLE) {
            drops.push_str(&format!("DROP TABLE {}; ", name(table)));
        }
        execute(address, &drops)
    }

    /// Leaves the place as it was found: empty, or not there.
    fn clear(&self) -> Result<(), Fault> {
        self.sweep_directory()?;
        for left in [MARK_FILE, "restoring.part", "lock"] {
            let _ = std::fs::remove_file(self.directory.join(left));
        }
        if self.is_new {
            let _ = std::fs::remove_dir(&self.directory);
        }
        let Some(address) = &self.postgres else { return Ok(()) };
        self.sweep_database()?;
        execute(address, &format!("DROP TABLE IF EXISTS {}", name(MARK_TABLE)))
    }
}

/// Whether anything lies there but what a restore leaves that was killed before its mark.
fn is_used(directory: &Path) -> Result<bool, Fault> {
    for entry in std::fs::read_dir(directory)? {
        let name = entry?.file_name();
        if name != "lock" && name != "restoring.part" {
            return Ok(true);
        }
    }
    Ok(false)
}

fn execute(address: &str, text: &str) -> Result<(), Fault> {
    Ok(postgres_side::pool(address)?.get()?.batch_execute(text)?)
}

fn tables(address: &str) -> Result<Vec<String>, Fault> {
    let rows =
        postgres_side::pool(address)?.get()?.query("SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()", &[])?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Keys, schema as it was, rows; compared; then the schema as it is now.
fn fill(
    mut opened: Opened,
    setup: Setup,
    seal_key: Option<[u8; 32]>,
    ground: &Ground,
    lasting: bool,
) -> Result<(Store, Head, Told), Unfit> {
    let held = lock(&ground.directory)?;
    for (file, bytes) in opened.keys()? {
        durable::write(&ground.directory.join(file), &bytes)?;
    }
    let schema = opened.head.schema;
    let newest = migrate::newest();
    if schema > newest {
        return Err(Unfit::Strange(format!("its schema is number {schema}, and this version knows {newest}")));
    }
    let target = Target::Version(schema.try_into().unwrap_or_default());
    let shared = Arc::new(Shared::of(setup, held, seal_key)?);
    let told = match &ground.postgres {
        None => into_sqlite(&mut opened, &shared, target, lasting),
        Some(address) => into_postgres(&mut opened, &shared, address, target, lasting),
    }?;
    let store = Store::over(shared, ground.postgres.clone())?;
    Ok((store, opened.head, told))
}

fn into_sqlite(opened: &mut Opened, shared: &Shared, target: Target, lasting: bool) -> Result<Told, Unfit> {
    let mut conn = sqlite::open(&shared.directory.join("castellan.db"))?;
    if !lasting {
        conn.execute_batch("PRAGMA synchronous=OFF")?;
    }
    migrate::sqlite_to(&mut conn, shared, target)?;
    let begun = conn.transaction()?;
    let mut tx = shared.tx(Conn::Sqlite(&begun), 0);
    let told = load(&mut tx, opened, lasting)?;
    drop(tx);
    begun.commit()?;
    let begun = conn.transaction()?;
    compare(&mut shared.tx(Conn::Sqlite(&begun), 0), &told.tables)?;
    Ok(told)
}

fn into_postgres(opened: &mut Opened, shared: &Shared, address: &str, target: Target, lasting: bool) -> Result<Told, Unfit> {
    let pool = postgres_side::pool(address)?;
    let mut conn = pool.get().map_err(Fault::from)?;
    migrate::postgres_to(&mut conn, shared, target)?;
    let mut tx = shared.tx(Conn::Postgres(postgres_side::begin(&mut conn, false)?), 0);
    let told = load(&mut tx, opened, lasting)?;
    tx.conn.commit()?;
    let mut conn = pool.get().map_err(Fault::from)?;
    compare(&mut shared.tx(Conn::Postgres(postgres_side::begin(&mut conn, true)?), 0), &told.tables)?;
    Ok(told)
}
