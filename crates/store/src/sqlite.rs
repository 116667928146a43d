//! The embedded database: how it is opened, and its one writer.
//!
//! The writer thread takes verbs from a queue, runs each in a savepoint, and commits once for all that wait (group
//! commit with `synchronous=FULL`: an acknowledged change survives a power cut). If a commit fails, every verb of the
//! batch is answered as failed and the database is opened anew: in memory nothing changed before the commit. Before and
//! after each commit the files must lie where they were opened, or nothing is acknowledged ([`crate::standing`]).
//! Not here: what a verb is ([`crate::Store::write`]). Proved by `crates/store/tests/it/main.rs`.

use crate::standing::{Missing, Standing};
use crate::store::{Refusal, Shared, run_verb, settle_time};
use crate::tx::Conn;
use crate::{Fault, Tx};
use r2d2_sqlite::SqliteConnectionManager;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// Verbs that wait at the writer at most; further ones wait at the door.
const WAITING: usize = 1024;
/// So often the writer looks after its files when nobody writes.
const LOOK: Duration = Duration::from_millis(500);
/// Verbs that one commit takes at most.
const BATCH: usize = 64;

/// Opens the file for writing and sets what every connection needs.
pub(crate) fn open(path: &Path) -> Result<Connection, Fault> {
    prepared(Connection::open(path)?)
}

/// Opens it again. A file that is gone is not made anew: an empty database would be taken for the organisation's. One that
/// may only be read is not taken either: the connection at hand writes again as soon as the disk does, this one never.
fn reopen(path: &Path) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = prepared(Connection::open_with_flags(path, flags)?)?;
    if conn.is_readonly("main")? { Err(Fault::NoRoom("the database may only be read".into())) } else { Ok(conn) }
}

fn prepared(conn: Connection) -> Result<Connection, Fault> {
    conn.execute_batch(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=10000;
         PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=20000;",
    )?;
    conn.set_prepared_statement_cache_capacity(512);
    Ok(conn)
}

/// The pool of readers.
pub(crate) fn readers(path: &Path) -> Result<r2d2::Pool<SqliteConnectionManager>, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let manager = SqliteConnectionManager::file(path).with_flags(flags).with_init(|conn| {
        conn.set_prepared_statement_cache_capacity(256);
        conn.execute_batch("PRAGMA query_only=ON; PRAGMA busy_timeout=10000; PRAGMA cache_size=-32768; PRAGMA temp_store=MEMORY;")
    });
    Ok(r2d2::Pool::builder().max_size(16).min_idle(Some(1)).connection_timeout(Duration::from_secs(10)).build(manager)?)
}

/// The one writer.
pub(crate) struct Writer {
    queue: Option<SyncSender<Box<dyn Work>>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

trait Work: Send {
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), Fault>;
    fn answer(self: Box<Self>, kept: &Result<(), Fault>);
}

struct Typed<T, E, F> {
    verb: F,
    done: Option<Result<T, E>>,
    reply: SyncSender<Result<T, E>>,
}

impl<T, E, F> Work for Typed<T, E, F>
where
    T: Send + 'static,
    E: Refusal,
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        self.done = Some(run_verb(tx, &mut self.verb)?);
        Ok(())
    }

    fn answer(self: Box<Self>, kept: &Result<(), Fault>) {
        let answer = match (self.done, kept) {
            (Some(done), Ok(())) => done,
            // One fault is told to everybody who waited for this commit.
            (_, Err(Fault::NoRoom(why))) => Err(E::from(Fault::NoRoom(why.to_string().into()))),
            (_, Err(why)) => Err(E::from(Fault::Unavailable(why.to_string().into()))),
            (None, Ok(())) => Err(E::from(Fault::broken("a verb was kept that never ran"))),
        };
        // Whoever asked may have gone; the change is kept all the same.
        let _ = self.reply.send(answer);
    }
}

impl Writer {
    pub(crate) fn start(conn: Connection, path: PathBuf, shared: Arc<Shared>, standing: Arc<Standing>) -> Writer {
        let (queue, waiting) = sync_channel(WAITING);
        let written = move || work(conn, &path, &shared, &standing, &waiting);
        let thread = std::thread::Builder::new().name("writer".into()).spawn(written).ok();
        Writer { queue: Some(queue), thread }
    }

    pub(crate) fn perform<T, E>(&self, verb: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: Refusal,
    {
        let (reply, answer) = sync_channel(1);
        let gone = || E::from(Fault::Unavailable("the writer has stopped".into()));
        let queue = self.queue.as_ref().ok_or_else(gone)?;
        queue.send(Box::new(Typed { verb, done: None, reply })).map_err(|_| gone())?;
        answer.recv().map_err(|_| gone())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn work(mut conn: Connection, path: &Path, shared: &Shared, standing: &Standing, waiting: &Receiver<Box<dyn Work>>) {
    let mut saved = false;
    loop {
        let first = waiting.recv_timeout(LOOK);
        let stands = standing.look();
        saved = match stands {
            // A log that came back is written to again, and can be lost again.
            Ok(()) => false,
            Err(Missing::Log(_)) => saved || save_log(&conn),
            Err(Missing::Database(_)) => saved,
        };
        let mut batch = match first {
            Ok(first) => vec![first],
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let kept = match stands {
            // In between the files may have gone, and the change with them.
            Ok(()) => commit_together(&conn, shared, waiting, &mut batch).and_then(|()| standing.check()),
            Err(missing) => Err(Fault::Unavailable(missing.to_string().into())),
        };
        if kept.is_err() {
            // Nothing is assumed of a database whose commit failed.
            let _ = conn.execute_batch("ROLLBACK");
            if standing.look().is_ok()
                && let Ok(anew) = reopen(path)
            {
                conn = anew;
            }
        }
        for work in batch {
            work.answer(&kept);
        }
    }
}

/// Takes over into the database what stands in a log that was removed, as long as it is held open: behind us it is lost.
fn save_log(conn: &Connection) -> bool {
    let copied =
        conn.query_row("PRAGMA wal_checkpoint(FULL)", [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)));
    matches!(copied, Ok((0, of, done)) if of == done)
}

/// Runs the batch and whatever arrives meanwhile, then commits. After an error nothing of it was kept.
fn commit_together(
    conn: &Connection,
    shared: &Shared,
    waiting: &Receiver<Box<dyn Work>>,
    batch: &mut Vec<Box<dyn Work>>,
) -> Result<(), Fault> {
    conn.execute_batch("BEGIN IMMEDIATE")?;
    let mut next = 0;
    while let Some(work) = batch.get_mut(next) {
        let mut tx = shared.tx(Conn::Sqlite(conn), 0);
        settle_time(&mut tx).and_then(|()| work.run(&mut tx))?;
        next += 1;
        if next == batch.len() && next < BATCH {
            batch.extend(waiting.try_recv().ok());
        }
    }
    Ok(conn.execute_batch("COMMIT")?)
}
