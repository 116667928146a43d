//! One transaction, on either database.
//!
//! A [`Tx`] is handed to a verb and cannot be ended by it. It carries the transaction's time, the catalogue, and what
//! has changed so far; what a verb changed becomes one entry of the trail when the transaction is kept.
//! Not here: beginning and ending ([`crate::Store`]), the trail's form ([`crate::trail`]).
//! Proved by `crates/store/tests/it/main.rs`.

use crate::Fault;
use crate::sql::{Dialect, Row, Sql};
use crate::trail::{Change, Stamp};
use crate::values::Bound;
use catalogue::{Catalogue, RowId, Value};
use security::PrincipalId;
use std::sync::Arc;

/// Where the hour comes from. Microseconds since 1970-01-01 UTC.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> i64;
}

/// Where randomness comes from.
pub trait Chance: Send + Sync {
    /// Fills with bytes nobody can guess.
    fn fill(&self, bytes: &mut [u8]);
}

/// Rows of a long answer that are in memory at once, where the database counts.
const PAGE: i32 = 256;

/// One transaction.
pub struct Tx<'c> {
    pub(crate) conn: Conn<'c>,
    pub(crate) now: i64,
    pub(crate) begun: i64,
    pub(crate) chance: &'c dyn Chance,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) shared: &'c crate::store::Shared,
    pub(crate) lane: i64,
    pub(crate) stamp: Option<Stamp>,
    pub(crate) changes: Vec<Change>,
    pub(crate) writes: bool,
    pub(crate) noted: Vec<crate::journal::Reading>,
    /// Nothing can be written in it, so nothing need be held.
    pub(crate) only_reads: bool,
}

pub(crate) enum Conn<'c> {
    Sqlite(&'c rusqlite::Connection),
    Postgres(postgres::Transaction<'c>),
}

impl Conn<'_> {
    /// Keeps what was done. SQLite is committed by its writer.
    pub(crate) fn commit(self) -> Result<(), Fault> {
        match self {
            Conn::Sqlite(_) => Ok(()),
            Conn::Postgres(begun) => Ok(begun.commit()?),
        }
    }
}

impl Tx<'_> {
    /// The transaction's time: the later of the clock and the last entry of the trail.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// How long the verb has been at work, in microseconds. On SQLite everybody else who writes waits meanwhile.
    pub fn spent(&self) -> i64 {
        self.shared.clock.now() - self.begun
    }

    /// Whether the verb has been at work for longer than `most` microseconds of the one writer that SQLite has. On
    /// PostgreSQL nobody waits for it but whoever wants the same rows, so there it may take longer, and does more at once.
    pub fn has_spent(&self, most: i64) -> bool {
        let most = match self.dialect() {
            Dialect::Sqlite => most,
            Dialect::Postgres => most.saturating_mul(20),
        };
        self.spent() > most
    }

    /// What exists.
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        &self.catalogue
    }

    /// Says what exists, for whoever compared numbers and need not read it again.
    pub fn sees(&mut self, catalogue: &Arc<Catalogue>) {
        self.catalogue = catalogue.clone();
    }

    /// A new id, ordered by the transaction's time.
    pub fn new_id(&self) -> RowId {
        let mut random = [0u8; 10];
        self.chance.fill(&mut random);
        let millis = u64::try_from(self.now / 1000).unwrap_or(0);
        RowId(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// Random bytes for tokens and salts.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0u8; N];
        self.chance.fill(&mut bytes);
        bytes
    }

    /// Says who acts, by which way, and what the verb is called. Without it nothing can be kept.
    pub fn sign(&mut self, stamp: Stamp) {
        self.stamp = Some(stamp);
    }

    /// Who signed.
    pub fn signer(&self) -> Option<PrincipalId> {
        self.stamp.as_ref().map(|s| s.actor)
    }

    /// Says what was read, for the journal. It counts once the answer is given.
    pub fn note(&mut self, reading: crate::journal::Reading) {
        self.noted.push(reading);
    }

    /// What was read in this transaction.
    pub fn take_noted(&mut self) -> Vec<crate::journal::Reading> {
        std::mem::take(&mut self.noted)
    }

    /// Names the record the entry is about.
    pub fn about(&mut self, set: &str, id: RowId) {
        if let Some(stamp) = &mut self.stamp {
            stamp.subject = Some((set.to_owned(), id));
        }
    }

    /// Adds one record's change to the entry of this transaction.
    pub(crate) fn changed(&mut self, set: &str, row: RowId, old: Option<serde_json::Value>, new: Option<serde_json::Value>) {
        self.changes.push(Change { set: set.to_owned(), row, old, new });
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self.conn {
            Conn::Sqlite(_) => Dialect::Sqlite,
            Conn::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a query of ours with these values.
    pub(crate) fn rows(&mut self, text: &str, binds: &[Value]) -> Result<Vec<Row>, Fault> {
        match &mut self.conn {
            Conn::Sqlite(conn) => {
                let mut statement = conn.prepare_cached(text)?;
                let width = statement.column_count();
                let mut rows = statement.query(rusqlite::params_from_iter(binds.iter().map(Bound)))?;
                let mut found = Vec::new();
                while let Some(row) = rows.next()? {
                    found.push(Row((0..width).map(|n| crate::values::from_sqlite(row.get_ref(n)?)).collect::<Result<_, Fault>>()?));
                }
                Ok(found)
            }
            Conn::Postgres(tx) => {
                let bound: Vec<Bound<'_>> = binds.iter().map(Bound).collect();
                let params: Vec<&(dyn postgres::types::ToSql + Sync)> =
                    bound.iter().map(|b| b as &(dyn postgres::types::ToSql + Sync)).collect();
                let rows = tx.query(&text.replace('?', "$"), &params)?;
                rows.iter()
                    .map(|row| Ok(Row((0..row.len()).map(|n| crate::values::from_postgres(row, n)).collect::<Result<_, Fault>>()?)))
                    .collect()
            }
        }
    }

    /// Runs a query of ours and hands over row after row; no more than a page of them is in memory.
    pub(crate) fn each<E: From<Fault>>(
        &mut self,
        text: &str,
        binds: &[Value],
        mut take: impl FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        match &mut self.conn {
            Conn::Sqlite(conn) => {
                let mut statement = conn.prepare(text).map_err(Fault::from)?;
                let width = statement.column_count();
                let mut rows = statement.query(rusqlite::params_from_iter(binds.iter().map(Bound))).map_err(Fault::from)?;
                while let Some(row) = rows.next().map_err(Fault::from)? {
                    let cell = |n| crate::values::from_sqlite(row.get_ref(n).map_err(Fault::from)?);
                    take(Row((0..width).map(cell).collect::<Result<_, Fault>>()?))?;
                }
                Ok(())
            }
            Conn::Postgres(tx) => {
                let bound: Vec<Bound<'_>> = binds.iter().map(Bound).collect();
                let params: Vec<&(dyn postgres::types::ToSql + Sync)> =
                    bound.iter().map(|b| b as &(dyn postgres::types::ToSql + Sync)).collect();
                let portal = tx.bind(&text.replace('?', "$"), &params).map_err(Fault::from)?;
                loop {
                    let page = tx.query_portal(&portal, PAGE).map_err(Fault::from)?;
                    if page.is_empty() {
                        return Ok(());
                    }
                    for row in &page {
                        let cell = |n| crate::values::from_postgres(row, n);
                        take(Row((0..row.len()).map(cell).collect::<Result<_, Fault>>()?))?;
                    }
                }
            }
        }
    }

    pub(crate) fn ask(&mut self, sql: &Sql) -> Result<Vec<Row>, Fault> {
        self.rows(&sql.text, &sql.binds)
    }

    /// The first row, if there is one.
    pub(crate) fn row(&mut self, text: &str, binds: &[Value]) -> Result<Option<Row>, Fault> {
        Ok(self.rows(text, binds)?.into_iter().next())
    }

    /// Runs a change; answers how many rows it touched.
    pub(crate) fn run(&mut self, text: &str, binds: &[Value]) -> Result<u64, Fault> {
        self.writes = true;
        match &mut self.conn {
            Conn::Sqlite(conn) => {
                let mut statement = conn.prepare_cached(text)?;
                Ok(statement.execute(rusqlite::params_from_iter(binds.iter().map(Bound)))? as u64)
            }
            Conn::Postgres(tx) => {
                let bound: Vec<Bound<'_>> = binds.iter().map(Bound).collect();
                let params: Vec<&(dyn postgres::types::ToSql + Sync)> =
                    bound.iter().map(|b| b as &(dyn postgres::types::ToSql + Sync)).collect();
                Ok(tx.execute(&text.replace('?', "$"), &params)?)
            }
        }
    }

    pub(crate) fn tell(&mut self, sql: &Sql) -> Result<u64, Fault> {
        self.run(&sql.text, &sql.binds)
    }

    /// Runs several statements without values.
    pub(crate) fn batch(&mut self, text: &str) -> Result<(), Fault> {
        match &mut self.conn {
            Conn::Sqlite(conn) => Ok(conn.execute_batch(text)?),
            Conn::Postgres(tx) => Ok(tx.batch_execute(text)?),
        }
    }

    /// Runs a part that is kept whole or not at all; the rest of the verb goes on either way.
    pub fn part<T, E: From<Fault>>(&mut self, act: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        self.batch("SAVEPOINT part")?;
        let kept = self.changes.len();
        match act(self) {
            Ok(done) => {
                self.batch("RELEASE SAVEPOINT part")?;
                Ok(done)
            }
            Err(error) => {
                self.changes.truncate(kept);
                self.batch("ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part")?;
                Err(error)
            }
        }
    }
}
