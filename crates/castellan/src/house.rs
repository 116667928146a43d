//! The wiring: store, journal, desk, jobs and upkeep of one organisation, opened together and closed together.
//!
//! Not here: any rule. Start reading at [`House::open`]. Proved by `crates/castellan/tests/it/main.rs`.

use crate::failure::Failure;
use crate::machine::{SystemChance, SystemClock};
use crm::Desk;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::Store;
use store::journal::{Journal, JournalThread};

/// Lines of the reading journal that wait in memory at most.
const JOURNAL: usize = 50_000;
/// How often the trail's heads are signed, and what is kept for a time only is looked through.
const UPKEEP: Duration = Duration::from_secs(3600);
const DAY: i64 = 86_400_000_000;
/// How long deleted records can be brought back.
const REMOVED: i64 = 30 * DAY;

/// One organisation, open.
pub struct House {
    /// Where every verb passes.
    pub desk: Desk,
    journal: Option<JournalThread>,
    stop: Arc<AtomicBool>,
    threads: Vec<std::thread::JoinHandle<()>>,
}

impl House {
    /// Opens the organisation of a data directory, on the embedded database or on PostgreSQL.
    pub fn open(data: &Path, database: Option<&str>) -> Result<House, Failure> {
        let store = Store::open_with_key(setup(data, database)?, key_given()?);
        let store = store.map_err(|error| match (error, database) {
            // Which file of a directory it is, the operating system does not say.
            (store::OpenError::Fault(fault), None) => Failure::closed(format!("`{}` cannot be opened: {fault}", data.display())),
            (other, _) => other.into(),
        })?;
        let store = Arc::new(store);
        let journal = Arc::new(Journal::new(JOURNAL));
        let thread = JournalThread::start(journal.clone(), store.clone())?;
        let desk = Desk::new(store, journal);
        // Before anybody is served. A full disk is no reason to serve nobody; it is tried again every minute.
        if let Err(error) = crm::people::note_missing(&desk) {
            tracing::warn!("somebody who is shut out may be missing in the revocation journal: {error}");
        }
        Ok(House { desk, journal: Some(thread), stop: Arc::default(), threads: Vec::new() })
    }

    /// Starts the jobs and the sender of letters; the runner looks after the spool too.
    pub fn work(&mut self) {
        let (runner, desk, stop) = (crm::jobs::Runner::new(self.desk.clone()), self.desk.clone(), self.stop.clone());
        self.threads.push(std::thread::spawn(move || {
            // WHY: nobody but this process works on an embedded database, so whoever held a job is dead. On PostgreSQL
            // another server may hold it; there the time a job is held for runs out by itself.
            if desk.store().dialect() == store::Dialect::Sqlite
                && let Err(error) = runner.take_back()
            {
                tracing::warn!("jobs of the last run wait until their time runs out: {error}");
            }
            runner.work(&stop);
        }));
        let (desk, stop) = (self.desk.clone(), self.stop.clone());
        self.threads.push(std::thread::spawn(move || crate::post::work(&desk, &stop)));
    }

    /// Starts the upkeep, for a process that stays.
    pub fn keep_up(&mut self) {
        let (desk, stop) = (self.desk.clone(), self.stop.clone());
        self.threads.push(std::thread::spawn(move || upkeep(&desk, &stop)));
    }

    /// Ends jobs between two batches, writes what the journal holds, signs the trail's heads.
    pub fn close(mut self) -> Result<(), Failure> {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
        if let Some(journal) = self.journal.take() {
            journal.stop()?;
        }
        self.desk.store().checkpoint()?;
        Ok(())
    }
}

/// What a store is opened with: this version's catalogue, this machine's hour and randomness.
pub fn setup(data: &Path, database: Option<&str>) -> Result<store::Setup, Failure> {
    let catalogue = catalogue::standard::catalogue().map_err(Failure::damaged)?;
    Ok(store::Setup {
        directory: data.to_owned(),
        postgres: database.map(str::to_owned),
        catalogue: Arc::new(catalogue),
        clock: Arc::new(SystemClock),
        chance: Arc::new(SystemChance),
    })
}

/// A word that nobody guesses, for the name of a folder.
pub fn chance_word() -> String {
    let mut bytes = [0u8; 8];
    store::Chance::fill(&SystemChance, &mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The key that seals secrets, from the environment, for servers that share a database; 64 hex digits.
pub fn key_given() -> Result<Option<[u8; 32]>, Failure> {
    let Some(written) = std::env::var_os("CASTELLAN_KEY").filter(|written| !written.is_empty()) else { return Ok(None) };
    let written = written.to_string_lossy().trim().to_owned();
    let pairs = written.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok().and_then(|two| u8::from_str_radix(two, 16).ok()));
    let bytes = pairs.collect::<Option<Vec<u8>>>().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    bytes.map(Some).ok_or_else(|| Failure::closed("CASTELLAN_KEY is not 64 hex digits; `openssl rand -hex 32` makes such a key"))
}

/// Looks after what no request does, at the start and each hour.
fn upkeep(desk: &Desk, stop: &AtomicBool) {
    let mut waited = UPKEEP;
    while !stop.load(Ordering::Relaxed) {
        if waited >= UPKEEP {
            waited = Duration::ZERO;
            look_after(desk);
        }
        let step = Duration::from_millis(200);
        std::thread::sleep(step);
        waited += step;
    }
}

/// Signs the trail's heads and forgets what is kept for a time only. What cannot be done now is done the next time.
fn look_after(desk: &Desk) {
    let store = desk.store();
    if let Err(fault) = store.checkpoint() {
        tracing::warn!("the trail's heads could not be signed: {fault}");
    }
    let old = store.now() - REMOVED;
    if let Err(error) = desk.operate("upkeep.purge", move |tx| {
        store::records::purge(tx, old)?;
        crm::notices::sweep(tx)?;
        Ok(crm::mail::sweep(tx)?)
    }) {
        tracing::warn!("removed records, old notices and old letters could not be purged: {error}");
    }
    if let Err(fault) = store.write(store::accounts::forget_tries) {
        tracing::warn!("counts of old tries could not be forgotten: {fault}");
    }
    if let Err(fault) = store.sweep_bytes() {
        tracing::warn!("uploads that nobody named could not be swept: {fault}");
    }
}
