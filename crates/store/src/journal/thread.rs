//! The clockwork of the journal: a thread that flushes every second.
//!
//! It is started and stopped by whoever owns the store; stopping, or dropping it, flushes once more.
//! Not here: what a flush does ([`Journal::flush`]). Proved by `crates/store/tests/it/journal.rs`.

use super::Journal;
use crate::{Fault, Store};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// A reading is in the database at most this much later.
const EVERY: Duration = Duration::from_secs(1);

/// The running thread.
pub struct JournalThread {
    stop: Option<SyncSender<()>>,
    thread: Option<JoinHandle<Result<usize, Fault>>>,
}

impl JournalThread {
    /// Starts it.
    pub fn start(journal: Arc<Journal>, store: Arc<Store>) -> Result<JournalThread, Fault> {
        let (stop, stopped) = sync_channel(1);
        let thread = std::thread::Builder::new().name("journal".into()).spawn(move || run(&journal, &store, &stopped))?;
        Ok(JournalThread { stop: Some(stop), thread: Some(thread) })
    }

    /// Writes what waits, and ends it.
    pub fn stop(mut self) -> Result<(), Fault> {
        self.end()
    }

    fn end(&mut self) -> Result<(), Fault> {
        self.stop = None;
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(last)) => last.map(|_| ()),
            Some(Err(_)) => Err(Fault::broken("the journal's thread stopped half-way")),
            None => Ok(()),
        }
    }
}

impl Drop for JournalThread {
    fn drop(&mut self) {
        // Whoever wants to know calls `stop`.
        let _ = self.end();
    }
}

fn run(journal: &Journal, store: &Store, stopped: &Receiver<()>) -> Result<usize, Fault> {
    while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(EVERY) {
        // What a flush could not write waits for the next; what is lost meanwhile is counted and told in the trail.
        let _ = journal.flush(store);
    }
    journal.flush(store)
}
