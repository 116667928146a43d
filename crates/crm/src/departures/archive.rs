//! The archive of a departure: the account and the records it touches, sealed, and proven before it counts.
//!
//! It is written into a file beside the data, opened again with the organisation's archive key, restored into an empty
//! database, and every table counted and hashed there; only when all of that agrees does the run go on. What could not be
//! written leaves nothing behind but the reason. No password, session, token or second factor is in it.
//! Not here: which rows ([`super::touched`]), the stream itself ([`store::dump`]). Start reading at [`make`]. Proved by `crates/crm/tests/it/departures.rs`.

use super::policy::policy;
use super::{Departure, State, touched};
use crate::jobs::{LEASE, asker_of, lost};
use crate::{Asker, Desk, Done, Error, Problem, Verb};
use catalogue::RowId;
use security::{Actor, Denial, Task, entrust};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::blobs::{self, Found, Kept};
use store::dump::{self, Identity, Opened, Part, Recipient, Told, What};
use store::queue::{self, Going, Job};
use store::{Fault, Setup, Tx, departures};

/// How often the queue is told that the job lives, while nothing else does.
const BEAT: Duration = Duration::from_secs(5);
/// No archive is larger.
const MOST: u64 = 1 << 40;

/// Makes the archive, proves it, and names it in the departure.
pub(super) fn make(desk: &Desk, who: &Asker, job: &Job, id: RowId) -> Done<()> {
    let folder = desk.store().directory().join("archives");
    let (file, scratch) = (folder.join(format!("{}.part", job.id)), folder.join(format!("{}.scratch", job.id)));
    let made = alive(desk, job, || {
        clear(&file, &scratch)?;
        std::fs::create_dir_all(&folder).map_err(|why| failed(&full(&why)))?;
        written(desk, who, id, &file, &scratch)
    });
    let cleared = clear(&file, &scratch);
    let (kept, told, recipients) = made?;
    cleared?;
    let job = job.clone();
    desk.perform(who, Verb::admin("departure.archive"), move |tx, actor| name(tx, actor, &job, id, &kept, &told, &recipients))
}

/// Writes, opens, restores, compares; what agreed is kept as a file of the organisation.
fn written(desk: &Desk, who: &Asker, id: RowId, file: &Path, scratch: &Path) -> Done<(Kept, Told, Vec<String>)> {
    let store = desk.store();
    let identity = dump::archive_identity(store.directory()).map_err(|why| failed(&why.to_string()))?;
    let (what, besides) = desk.look(who, |tx, actor| {
        let besides = policy(tx)?.archive_key;
        Ok((what(tx, actor, id)?, besides))
    })?;
    let mut recipients = vec![identity.recipient()];
    if let Some(key) = &besides {
        recipients.push(Recipient::parse(key).map_err(|why| failed(&format!("the archive key of the policy cannot be used: {why}")))?);
    }
    let out = std::fs::File::create(file).map_err(|why| failed(&full(&why)))?;
    let told = dump::write_without_permit(store, &What::Part(what), &recipients, &out).map_err(|why| failed(&why.to_string()))?;
    out.sync_all().map_err(|why| failed(&full(&why)))?;
    prove(desk, &identity, file, scratch, &told)?;
    let source = std::fs::File::open(file).map_err(Fault::from)?;
    let kept = store.keep_bytes(source, MOST).map_err(|why| failed(&why.to_string()))?;
    Ok((kept, told, recipients.iter().map(ToString::to_string).collect()))
}

/// Restores it into an empty database and compares each table with what was written.
fn prove(desk: &Desk, identity: &Identity, file: &Path, scratch: &Path, told: &Told) -> Done<()> {
    let input = std::fs::File::open(file).map_err(Fault::from)?;
    let opened = Opened::open(input, identity).map_err(|why| failed(&why.to_string()))?;
    let setup: Setup = desk.store().scratch(scratch.to_owned());
    let verified = dump::verify_in_scratch(opened, setup, None).map_err(|why| failed(&why.to_string()))?;
    if verified.told.tables != told.tables {
        return Err(failed("what was restored from it is not what was written"));
    }
    Ok(())
}

fn failed(why: &str) -> Error {
    Problem::conflict("archive-failed", format!("the archive could not be made: {why}; nothing was handed over"))
}

fn full(why: &std::io::Error) -> String {
    match why.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => "there is no room left on the disk".into(),
        _ => format!("it cannot lie in `archives` of the data directory: {why}"),
    }
}

fn clear(file: &Path, scratch: &PathBuf) -> Done<()> {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    let gone = |done: std::io::Result<()>| match done {
        Err(why) if !matches!(why.kind(), NotFound | NotADirectory) => Err(failed(&full(&why))),
        _ => Ok(()),
    };
    gone(std::fs::remove_file(file))?;
    gone(std::fs::remove_dir_all(scratch))
}

/// Holds the job while `act` is at work. Whoever lost it keeps nothing.
fn alive<T>(desk: &Desk, job: &Job, act: impl FnOnce() -> Done<T>) -> Done<T> {
    let (over, is_lost) = (AtomicBool::new(false), AtomicBool::new(false));
    let done = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut waited = Duration::ZERO;
            while !over.load(Ordering::Relaxed) {
                if waited >= BEAT {
                    waited = Duration::ZERO;
                    // What cannot be told now is told the next time; the lease is several beats long.
                    if matches!(beat(desk, job), Ok(Going::Lost)) {
                        is_lost.store(true, Ordering::Relaxed);
                    }
                }
                let step = Duration::from_millis(50);
                std::thread::sleep(step);
                waited += step;
            }
        });
        // Whatever ends it: a beat that nobody stops would be waited for without end.
        let _over = Ended(&over);
        act()
    });
    if is_lost.load(Ordering::Relaxed) { Err(lost()) } else { done }
}

/// Says so when it goes.
struct Ended<'a>(&'a AtomicBool);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Takes out what a process left that was killed while it made an archive: records in clear. Before any job runs; the data
/// directory is locked, so nobody else is at work on one in it.
pub(crate) fn sweep(desk: &Desk) -> Result<(), Fault> {
    let found = match std::fs::read_dir(desk.store().directory().join("archives")) {
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    for entry in found {
        let path = entry?.path();
        let is = |ending: &str| path.extension().is_some_and(|found| found == ending);
        if is("scratch") {
            std::fs::remove_dir_all(&path)?;
        } else if is("part") {
            std::fs::remove_file(&path)?;
        }
    }
    Ok(())
}

fn beat(desk: &Desk, job: &Job) -> Done<Going> {
    let job = job.clone();
    desk.perform(&asker_of(&job), Verb::admin("job.progress"), move |tx, _| {
        let until = tx.now() + LEASE;
        Ok(queue::progress(tx, &job, job.cursor.as_deref().unwrap_or_default(), job.done, job.total, until)?)
    })
}

/// Which rows, and what the archive says of itself.
fn what(tx: &mut Tx<'_>, actor: &Actor, id: RowId) -> Done<Part> {
    entrust(actor, Task::DisableUsers)?;
    let departure = departures::get(tx, id)?.ok_or(Denial::NotThere)?;
    let about = json!({ "what": "departure", "departure": id.to_string(), "user": departure.user.to_string() });
    Ok(Part { about, picks: touched::rows(tx, actor, &departure)? })
}

/// Names what was proven in the departure, so that it counts.
fn name(tx: &mut Tx<'_>, actor: &Actor, job: &Job, id: RowId, kept: &Kept, told: &Told, recipients: &[String]) -> Done<()> {
    entrust(actor, Task::DisableUsers)?;
    tx.about("departures", id);
    let old = departures::lock(tx, id)?.ok_or(Denial::NotThere)?;
    if old.job != Some(job.id) || old.state != State::Running {
        return Err(lost());
    }
    blobs::enter(tx, kept, actor.user())?;
    if !blobs::name(tx, kept.id)? {
        return Err(Fault::broken("the bytes of an archive are gone").into());
    }
    let tables: Vec<_> = told.tables.iter().filter(|table| table.rows > 0).collect();
    let tables: Vec<_> = tables.iter().map(|table| json!({ "name": table.name, "rows": table.rows, "sha256": table.sha256 })).collect();
    let said = json!({
        "sha256": told.sha256, "bytes": told.bytes, "recipients": recipients, "rows": told.rows(), "files": told.files, "tables": tables,
        "compared": true, "made_on": tx.now(),
    });
    let new = Departure { archive: Some(kept.id), archive_told: Some(said), ..old.clone() };
    Ok(departures::save(tx, &old, &new)?)
}

/// The sealed bytes of a departure's archive, for whoever manages backups. Every time it is fetched stands in the trail.
pub fn archive(tx: &mut Tx<'_>, actor: &Actor, id: RowId) -> Done<(String, Found)> {
    entrust(actor, Task::ManageBackups)?;
    tx.about("departures", id);
    let found = blobs::of_departure(tx, id)?.ok_or(Denial::NotThere)?;
    Ok((format!("departure-{id}.age"), found))
}
