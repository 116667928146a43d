//! A job as it lies in the queue, and how it is found.
//!
//! [`of`] tells a person the own jobs; [`get`] finds one for whoever may know of it.
//! Not here: how it moves ([`super`]). Proved by `crates/store/tests/it/queue.rs`.

use crate::sql::Row;
use crate::{Fault, Tx};
use catalogue::RowId;
use security::PrincipalId;

pub(super) const COLUMNS: &str = "id, kind, asker, session_id, epoch, state, arguments, cursor_text, done, total, message, attempts, \
                                  claim_id, created_on, started_on, ended_on";

/// Where a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// It waits.
    Queued,
    /// A worker has it.
    Running,
    /// A worker has it and was asked to stop.
    Stopping,
    /// All of it is done.
    Done,
    /// It could not be done.
    Failed,
    /// It was stopped.
    Cancelled,
}

impl JobState {
    /// Its stable name.
    pub fn name(self) -> &'static str {
        match self {
            JobState::Queued => "queued",
            JobState::Running => "running",
            JobState::Stopping => "stopping",
            JobState::Done => "done",
            JobState::Failed => "failed",
            JobState::Cancelled => "cancelled",
        }
    }

    /// True when nothing more will happen.
    pub fn has_ended(self) -> bool {
        matches!(self, JobState::Done | JobState::Failed | JobState::Cancelled)
    }

    pub(crate) fn parse(name: &str) -> Result<JobState, Fault> {
        let all = [JobState::Queued, JobState::Running, JobState::Stopping, JobState::Done, JobState::Failed, JobState::Cancelled];
        all.into_iter().find(|state| state.name() == name).ok_or_else(|| Fault::broken(format!("a job's state is `{name}`")))
    }
}

/// A job.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its id.
    pub id: RowId,
    /// What is to be done.
    pub kind: String,
    /// On whose behalf.
    pub asker: PrincipalId,
    /// In which session it was asked for.
    pub session: Option<RowId>,
    /// The asker's number when it was asked for.
    pub epoch: i64,
    /// Where it is.
    pub state: JobState,
    /// What its kind needs to know.
    pub arguments: serde_json::Value,
    /// Where to go on, as its kind wrote it.
    pub cursor: Option<String>,
    /// How much is done.
    pub done: i64,
    /// Of how much, when that is known.
    pub total: Option<i64>,
    /// What its end has to say.
    pub message: Option<String>,
    /// How often it was taken since it last got further.
    pub attempts: i64,
    /// When it was asked for, in microseconds.
    pub created_on: i64,
    /// When it was first taken.
    pub started_on: Option<i64>,
    /// When it ended.
    pub ended_on: Option<i64>,
    /// Which taking of it this is; an old one changes nothing.
    pub(super) claim: Option<RowId>,
}

impl Job {
    pub(super) fn read(row: &Row) -> Result<Job, Fault> {
        let arguments = serde_json::from_str(&row.text(6)?).map_err(|_| Fault::broken("a job's arguments cannot be read"))?;
        Ok(Job {
            id: row.id(0)?,
            kind: row.text(1)?,
            asker: PrincipalId(row.id(2)?),
            session: row.opt_id(3)?,
            epoch: row.int(4)?,
            state: JobState::parse(&row.text(5)?)?,
            arguments,
            cursor: row.opt_text(7)?,
            done: row.int(8)?,
            total: row.opt_int(9)?,
            message: row.opt_text(10)?,
            attempts: row.int(11)?,
            claim: row.opt_id(12)?,
            created_on: row.int(13)?,
            started_on: row.opt_int(14)?,
            ended_on: row.opt_int(15)?,
        })
    }
}

/// One job.
pub fn get(tx: &mut Tx<'_>, id: RowId) -> Result<Option<Job>, Fault> {
    let row = tx.row(&format!("SELECT {COLUMNS} FROM sys_jobs WHERE id = ?1"), &[id.into()])?;
    row.map(|row| Job::read(&row)).transpose()
}

/// The jobs this person asked for, newest first.
pub fn of(tx: &mut Tx<'_>, asker: PrincipalId, limit: u32) -> Result<Vec<Job>, Fault> {
    let text = format!("SELECT {COLUMNS} FROM sys_jobs WHERE asker = ?1 ORDER BY created_on DESC, id DESC LIMIT ?2");
    tx.rows(&text, &[asker.0.into(), i64::from(limit).into()])?.iter().map(Job::read).collect()
}

/// The same, without those of one kind.
pub fn of_other(tx: &mut Tx<'_>, asker: PrincipalId, kind: &str, limit: u32) -> Result<Vec<Job>, Fault> {
    let text = format!("SELECT {COLUMNS} FROM sys_jobs WHERE asker = ?1 AND kind <> ?3 ORDER BY created_on DESC, id DESC LIMIT ?2");
    tx.rows(&text, &[asker.0.into(), i64::from(limit).into(), kind.into()])?.iter().map(Job::read).collect()
}

/// The jobs of a kind that have not ended, oldest first.
pub fn open(tx: &mut Tx<'_>, kind: &str) -> Result<Vec<Job>, Fault> {
    let text = format!("SELECT {COLUMNS} FROM sys_jobs WHERE ended_on IS NULL AND kind = ?1 ORDER BY created_on, id");
    tx.rows(&text, &[kind.into()])?.iter().map(Job::read).collect()
}
