//! The queue: work that outlives its request, in the same database as the change that asked for it.
//!
//! [`enqueue`] is part of a change. A worker takes a job for a while with [`claim`], tells how far it is with
//! [`progress`] in the transaction of each batch, and ends it with [`finish`]. A worker that dies lets its time run out,
//! and the job is taken again from its cursor; one that comes back too late holds an old claim and changes nothing.
//! Not here: what a job does and with whose rights (`crm`). Start reading at [`claim`].
//! Proved by `crates/store/tests/it/queue.rs`.

mod kept;

pub use kept::{Job, JobState, get, of, of_other, open};

use crate::sql::Dialect;
use crate::{Fault, Tx};
use catalogue::RowId;
use kept::COLUMNS;
use security::PrincipalId;
use serde_json::json;

/// How often a job is taken without getting further before it is given up.
pub const TRIES: i64 = 5;

/// A job to be.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// What is to be done: `import.run`, `rows.delete`.
    pub kind: String,
    /// On whose behalf, and with whose rights when it runs.
    pub asker: PrincipalId,
    /// In which session it was asked for.
    pub session: Option<RowId>,
    /// The asker's number when it was asked for.
    pub epoch: i64,
    /// What its kind needs to know.
    pub arguments: serde_json::Value,
}

/// How a job ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All of it is done.
    Done,
    /// It cannot be done.
    Failed,
    /// It was to be stopped, and has.
    Cancelled,
}

impl Ending {
    fn state(self) -> JobState {
        match self {
            Ending::Done => JobState::Done,
            Ending::Failed => JobState::Failed,
            Ending::Cancelled => JobState::Cancelled,
        }
    }
}

/// What a worker is told between two batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Going {
    /// Go on.
    On,
    /// Somebody wants it stopped: keep this batch, then [`finish`] as cancelled.
    Stop,
    /// The time ran out and another worker has it: this batch must not be kept.
    Lost,
}

/// Puts a job in the queue, as part of this change.
pub fn enqueue(tx: &mut Tx<'_>, job: &NewJob) -> Result<RowId, Fault> {
    let (id, now) = (tx.new_id(), tx.now());
    tx.run(
        "INSERT INTO sys_jobs (id, kind, asker, session_id, epoch, state, arguments, done, attempts, created_on)
         VALUES (?1, ?2, ?3, ?4, ?5, 'queued', ?6, 0, 0, ?7)",
        &[
            id.into(),
            job.kind.as_str().into(),
            job.asker.0.into(),
            job.session.into(),
            job.epoch.into(),
            job.arguments.to_string().into(),
            now.into(),
        ],
    )?;
    let told = json!({ "kind": job.kind, "asker": job.asker.to_string(), "arguments": job.arguments });
    tx.changed("jobs", id, None, Some(told));
    Ok(id)
}

/// Whether [`claim`] would find something. For a read transaction, so that an idle queue leaves no entries.
pub fn has_work(tx: &mut Tx<'_>) -> Result<bool, Fault> {
    let found =
        tx.row("SELECT id FROM sys_jobs WHERE ended_on IS NULL AND (state = 'queued' OR lease_until <= ?1) LIMIT 1", &[tx.now().into()])?;
    Ok(found.is_some())
}

/// Takes the oldest job that waits, until then. Jobs whose worker let its time run out wait again first.
pub fn claim(tx: &mut Tx<'_>, until: i64) -> Result<Option<Job>, Fault> {
    release(tx)?;
    let lock = match tx.dialect() {
        Dialect::Sqlite => "",
        Dialect::Postgres => "FOR UPDATE SKIP LOCKED",
    };
    let claim = tx.new_id();
    let text = format!(
        "UPDATE sys_jobs SET state = 'running', attempts = attempts + 1, claim_id = ?1, lease_until = ?2,
                started_on = coalesce(started_on, ?3)
         WHERE id = (SELECT id FROM sys_jobs WHERE ended_on IS NULL AND state = 'queued' ORDER BY created_on, id LIMIT 1 {lock})
         RETURNING {COLUMNS}"
    );
    tx.writes = true;
    let row = tx.row(&text, &[claim.into(), until.into(), tx.now().into()])?;
    row.map(|row| Job::read(&row)).transpose()
}

/// Jobs whose time ran out: they wait again, or end when they were to be stopped or were tried often enough.
/// Answers how many there were.
pub fn release(tx: &mut Tx<'_>) -> Result<u64, Fault> {
    let now = tx.now();
    let expired = tx.rows(
        "SELECT id, state, attempts FROM sys_jobs WHERE ended_on IS NULL AND state <> 'queued' AND lease_until <= ?1 ORDER BY id",
        &[now.into()],
    )?;
    for row in &expired {
        let id = row.id(0)?;
        if row.text(1)? == JobState::Stopping.name() {
            end(tx, id, JobState::Cancelled, None)?;
        } else if row.int(2)? >= TRIES {
            end(tx, id, JobState::Failed, Some("it stopped several times without getting further"))?;
        } else {
            tx.run("UPDATE sys_jobs SET state = 'queued', claim_id = NULL, lease_until = NULL WHERE id = ?1", &[id.into()])?;
        }
    }
    Ok(expired.len() as u64)
}

/// Whether some worker has a job, or had it when its process died.
pub fn held(tx: &mut Tx<'_>) -> Result<bool, Fault> {
    Ok(tx.row("SELECT id FROM sys_jobs WHERE ended_on IS NULL AND state <> 'queued' LIMIT 1", &[])?.is_some())
}

/// Lets every worker's time run out now: for a process that starts alone on the database, where none can be alive.
pub fn take_back(tx: &mut Tx<'_>) -> Result<(), Fault> {
    tx.run("UPDATE sys_jobs SET lease_until = ?1 WHERE ended_on IS NULL AND state <> 'queued'", &[tx.now().into()])?;
    release(tx)?;
    Ok(())
}

/// Tells how far the job is, and holds it until then. In the transaction of the batch that got it there.
pub fn progress(tx: &mut Tx<'_>, job: &Job, cursor: &str, done: i64, total: Option<i64>, until: i64) -> Result<Going, Fault> {
    let held = tx.run(
        "UPDATE sys_jobs SET cursor_text = ?3, done = ?4, total = ?5, lease_until = ?6, attempts = 1
         WHERE id = ?1 AND claim_id = ?2 AND ended_on IS NULL",
        &[job.id.into(), job.claim.into(), cursor.into(), done.into(), total.into(), until.into()],
    )?;
    if held == 0 {
        return Ok(Going::Lost);
    }
    let state = get(tx, job.id)?.map(|job| job.state);
    Ok(if state == Some(JobState::Stopping) { Going::Stop } else { Going::On })
}

/// Ends the job. False when another worker has it: then nothing of this transaction may be kept.
#[must_use = "what a worker did whose job was taken by another must not be kept"]
pub fn finish(tx: &mut Tx<'_>, job: &Job, ending: Ending, message: Option<&str>) -> Result<bool, Fault> {
    let held =
        tx.row("SELECT id FROM sys_jobs WHERE id = ?1 AND claim_id = ?2 AND ended_on IS NULL", &[job.id.into(), job.claim.into()])?;
    if held.is_none() {
        return Ok(false);
    }
    end(tx, job.id, ending.state(), message)?;
    Ok(true)
}

/// Asks for a job to be stopped: at once while it waits, after its batch while it runs. False when it has ended.
pub fn cancel(tx: &mut Tx<'_>, id: RowId) -> Result<bool, Fault> {
    match get(tx, id)?.map(|job| job.state) {
        Some(JobState::Queued) => end(tx, id, JobState::Cancelled, None)?,
        Some(JobState::Running) => {
            tx.run("UPDATE sys_jobs SET state = 'stopping' WHERE id = ?1", &[id.into()])?;
            tx.changed("jobs", id, Some(json!({ "state": "running" })), Some(json!({ "state": "stopping" })));
        }
        Some(JobState::Stopping) => {}
        Some(JobState::Done | JobState::Failed | JobState::Cancelled) | None => return Ok(false),
    }
    Ok(true)
}

fn end(tx: &mut Tx<'_>, id: RowId, state: JobState, message: Option<&str>) -> Result<(), Fault> {
    let now = tx.now();
    tx.run(
        "UPDATE sys_jobs SET state = ?2, message = ?3, ended_on = ?4, claim_id = NULL, lease_until = NULL WHERE id = ?1",
        &[id.into(), state.name().into(), message.unwrap_or_default().into(), now.into()],
    )?;
    tx.changed("jobs", id, None, Some(json!({ "state": state.name(), "message": message })));
    Ok(())
}
