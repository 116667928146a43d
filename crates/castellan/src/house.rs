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
/// How often the trail's heads are signed.
const CHECKPOINT: Duration = Duration::from_secs(3600);
const DAY: i64 = 86_400_000_000;

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
        let catalogue = catalogue::standard::catalogue().map_err(Failure::damaged)?;
        let store = Store::open(store::Setup {
            directory: data.to_owned(),
            postgres: database.map(str::to_owned),
            catalogue: Arc::new(catalogue),
            clock: Arc::new(SystemClock),
            chance: Arc::new(SystemChance),
        })?;
        let store = Arc::new(store);
        let journal = Arc::new(Journal::new(JOURNAL));
        let thread = JournalThread::start(journal.clone(), store.clone())?;
        let desk = Desk::new(store, journal);
        Ok(House { desk, journal: Some(thread), stop: Arc::default(), threads: Vec::new() })
    }

    /// Starts the jobs and the upkeep that a server does.
    pub fn work(&mut self) {
        for _ in 0..2 {
            let (runner, stop) = (crm::jobs::Runner::new(self.desk.clone()), self.stop.clone());
            self.threads.push(std::thread::spawn(move || runner.work(&stop)));
        }
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

/// Signs the trail's heads each hour, and forgets what is kept for a time only.
fn upkeep(desk: &Desk, stop: &AtomicBool) {
    let mut waited = CHECKPOINT;
    while !stop.load(Ordering::Relaxed) {
        if waited >= CHECKPOINT {
            waited = Duration::ZERO;
            if let Err(fault) = desk.store().checkpoint() {
                tracing::warn!("the trail's heads could not be signed: {fault}");
            }
            let old = desk.store().now() - 30 * DAY;
            if let Err(error) = desk.operate("upkeep.purge", move |tx| Ok(store::records::purge(tx, old)?)) {
                tracing::warn!("removed records could not be purged: {error}");
            }
        }
        let step = Duration::from_millis(200);
        std::thread::sleep(step);
        waited += step;
    }
}
