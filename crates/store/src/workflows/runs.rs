//! Runs of workflows: which row, which version, how far, and what each step came to.
//!
//! A run waits until a worker steps it on; [`step_on`] compares the place it was seen at, so two workers never do one
//! step. [`turn`] counts round robin in the same transaction as the assignment it is for.
//! Not here: the workflows ([`super`]). Proved by `crates/crm/tests/it/workflows.rs`.

use crate::sql::{Dialect, Row, Sql};
use crate::{Fault, Tx};
use catalogue::RowId;
use security::PrincipalId;
use std::collections::HashSet;

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// A worker will step it on.
    Waiting,
    /// Somebody is to decide first.
    Held,
    /// All of it is done.
    Done,
    /// The row did not meet the condition, or the owner may not see it.
    Skipped,
    /// A step could not be done.
    Failed,
    /// It was stopped: a right was withdrawn, or it started itself again.
    Stopped,
}

impl RunState {
    /// The word in API and database.
    pub fn name(self) -> &'static str {
        match self {
            RunState::Waiting => "waiting",
            RunState::Held => "held",
            RunState::Done => "done",
            RunState::Skipped => "skipped",
            RunState::Failed => "failed",
            RunState::Stopped => "stopped",
        }
    }

    fn parse(word: &str) -> Result<RunState, Fault> {
        use RunState::{Done, Failed, Held, Skipped, Stopped, Waiting};
        let found = [Waiting, Held, Done, Skipped, Failed, Stopped].into_iter().find(|state| state.name() == word);
        found.ok_or_else(|| Fault::broken(format!("a run's state is `{word}`")))
    }
}

/// A run to be.
#[derive(Clone, Debug)]
pub struct NewRun<'a> {
    /// Of which workflow.
    pub workflow: RowId,
    /// In which version.
    pub version: i64,
    /// With whose rights.
    pub owner: PrincipalId,
    /// The row's set.
    pub set: &'a str,
    /// The row.
    pub row: RowId,
    /// How many runs led to it.
    pub depth: i64,
    /// The workflows of those runs, by `,`.
    pub path: &'a str,
    /// Whose change it began with.
    pub caused_by: PrincipalId,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub id: RowId,
    /// Of which workflow.
    pub workflow: RowId,
    /// In which version.
    pub version: i64,
    /// With whose rights.
    pub owner: PrincipalId,
    /// The row's set.
    pub set: String,
    /// The row.
    pub row: RowId,
    /// How many runs led to it.
    pub depth: i64,
    /// The workflows of those runs, by `,`.
    pub path: String,
    /// Whose change it began with.
    pub caused_by: PrincipalId,
    /// Where it stands.
    pub state: RunState,
    /// Which step is next, as `crm` writes it.
    pub place: String,
    /// Why it ended.
    pub why: Option<String>,
    /// Microseconds UTC.
    pub created_on: i64,
    /// Microseconds UTC.
    pub ended_on: Option<i64>,
}

/// What a step came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepLine {
    /// Which step.
    pub place: String,
    /// `done`, `waits`, `failed`.
    pub outcome: String,
    /// In words, without a name or value of the row.
    pub said: String,
    /// Microseconds UTC.
    pub done_on: i64,
}

const COLUMNS: &str = "id, workflow, version, owner, set_name, row_id, depth, path, caused_by, state, place, why, created_on, ended_on";

fn read(row: &Row) -> Result<Run, Fault> {
    Ok(Run {
        id: row.id(0)?,
        workflow: row.id(1)?,
        version: row.int(2)?,
        owner: PrincipalId(row.id(3)?),
        set: row.text(4)?,
        row: row.id(5)?,
        depth: row.int(6)?,
        path: row.text(7)?,
        caused_by: PrincipalId(row.id(8)?),
        state: RunState::parse(&row.text(9)?)?,
        place: row.text(10)?,
        why: row.opt_text(11)?,
        created_on: row.int(12)?,
        ended_on: row.opt_int(13)?,
    })
}

/// Begins a run, as part of the change that started it.
pub fn begin(tx: &mut Tx<'_>, new: &NewRun<'_>) -> Result<RowId, Fault> {
    let (id, now) = (tx.new_id(), tx.now());
    tx.run(
        "INSERT INTO sys_workflow_runs (id, workflow, version, owner, set_name, row_id, depth, path, caused_by, state, place, created_on)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'waiting', '0', ?10)",
        &[
            id.into(),
            new.workflow.into(),
            new.version.into(),
            new.owner.0.into(),
            new.set.into(),
            new.row.into(),
            new.depth.into(),
            // A path that is empty is a text all the same.
            catalogue::Value::Text(new.path.to_owned()),
            new.caused_by.0.into(),
            now.into(),
        ],
    )?;
    Ok(id)
}

/// One run.
pub fn run(tx: &mut Tx<'_>, id: RowId) -> Result<Option<Run>, Fault> {
    let text = format!("SELECT {COLUMNS} FROM sys_workflow_runs WHERE id = ?1");
    tx.row(&text, &[id.into()])?.as_ref().map(read).transpose()
}

/// How deep a run lies, by which workflows, and whose change it began with.
pub fn path_of(tx: &mut Tx<'_>, id: RowId) -> Result<Option<(i64, String, PrincipalId)>, Fault> {
    Ok(run(tx, id)?.map(|run| (run.depth, run.path, run.caused_by)))
}

/// The oldest runs of a workflow and owner that a worker is to step on.
pub fn waiting(tx: &mut Tx<'_>, workflow: RowId, owner: PrincipalId, limit: i64) -> Result<Vec<Run>, Fault> {
    let text = format!(
        "SELECT {COLUMNS} FROM sys_workflow_runs WHERE workflow = ?1 AND owner = ?2 AND state = 'waiting' ORDER BY created_on, id LIMIT ?3"
    );
    tx.rows(&text, &[workflow.into(), owner.0.into(), limit.into()])?.iter().map(read).collect()
}

/// The workflows that are on and have runs that wait, each with the owner of those runs.
pub fn has_waiting(tx: &mut Tx<'_>) -> Result<Vec<(RowId, PrincipalId)>, Fault> {
    let rows = tx.rows(
        "SELECT DISTINCT r.workflow, r.owner FROM sys_workflow_runs r JOIN sys_workflows w ON w.id = r.workflow
         WHERE r.state = 'waiting' AND w.state = 'on'",
        &[],
    )?;
    rows.iter().map(|row| Ok((row.id(0)?, PrincipalId(row.id(1)?)))).collect()
}

/// Runs of a workflow, or of all, newest first, behind this moment and id.
pub fn runs(tx: &mut Tx<'_>, workflow: RowId, after: Option<(i64, RowId)>, limit: usize) -> Result<Vec<Run>, Fault> {
    let mut sql = Sql::new("SELECT ");
    sql.push(COLUMNS).push(" FROM sys_workflow_runs WHERE workflow = ").bind(workflow);
    if let Some((time, id)) = after {
        sql.push(" AND (created_on < ").bind(time).push(" OR (created_on = ").bind(time).push(" AND id < ").bind(id).push("))");
    }
    sql.push(" ORDER BY created_on DESC, id DESC LIMIT ").bind(i64::try_from(limit).unwrap_or(i64::MAX));
    tx.ask(&sql)?.iter().map(read).collect()
}

/// Moves a waiting run from one place to the next. False when it stands elsewhere: then nothing of this transaction may be
/// kept.
#[must_use = "what a worker did whose run was stepped on by another must not be kept"]
pub fn step_on(tx: &mut Tx<'_>, run: &Run, to: &str, state: RunState) -> Result<bool, Fault> {
    let ended = matches!(state, RunState::Done | RunState::Skipped | RunState::Failed | RunState::Stopped).then(|| tx.now());
    let moved = tx.run(
        "UPDATE sys_workflow_runs SET place = ?3, state = ?4, ended_on = ?5 WHERE id = ?1 AND place = ?2 AND state = 'waiting'",
        &[run.id.into(), run.place.as_str().into(), to.into(), state.name().into(), ended.into()],
    )?;
    Ok(moved == 1)
}

/// Ends a run that waits or is held, and says why. False when it had ended.
pub fn end_run(tx: &mut Tx<'_>, id: RowId, state: RunState, why: &str) -> Result<bool, Fault> {
    let ended = tx.run(
        "UPDATE sys_workflow_runs SET state = ?2, why = ?3, ended_on = ?4 WHERE id = ?1 AND state IN ('waiting', 'held')",
        &[id.into(), state.name().into(), why.into(), tx.now().into()],
    )?;
    Ok(ended == 1)
}

/// Lets a held run go on at this place. False when it is not held.
pub fn wait_again(tx: &mut Tx<'_>, id: RowId, place: &str) -> Result<bool, Fault> {
    let moved =
        tx.run("UPDATE sys_workflow_runs SET state = 'waiting', place = ?2 WHERE id = ?1 AND state = 'held'", &[id.into(), place.into()])?;
    Ok(moved == 1)
}

/// Keeps what a step came to.
pub fn log(tx: &mut Tx<'_>, run: RowId, place: &str, outcome: &str, said: &str) -> Result<(), Fault> {
    tx.run(
        "INSERT INTO sys_workflow_steps (run, seq, place, outcome, said, done_on)
         VALUES (?1, (SELECT count(*) FROM sys_workflow_steps WHERE run = ?1), ?2, ?3, ?4, ?5)",
        &[run.into(), place.into(), outcome.into(), catalogue::Value::Text(said.to_owned()), tx.now().into()],
    )?;
    Ok(())
}

/// What the steps of a run came to, in order.
pub fn steps(tx: &mut Tx<'_>, run: RowId) -> Result<Vec<StepLine>, Fault> {
    let rows = tx.rows("SELECT place, outcome, said, done_on FROM sys_workflow_steps WHERE run = ?1 ORDER BY seq", &[run.into()])?;
    rows.iter().map(|row| Ok(StepLine { place: row.text(0)?, outcome: row.text(1)?, said: row.text(2)?, done_on: row.int(3)? })).collect()
}

/// Whose turn it is at a step: counts up, and answers the number before.
pub fn turn(tx: &mut Tx<'_>, workflow: RowId, place: &str) -> Result<i64, Fault> {
    tx.writes = true;
    let row = tx.row(
        "INSERT INTO sys_workflow_turns (workflow, place, turn) VALUES (?1, ?2, 1)
         ON CONFLICT (workflow, place) DO UPDATE SET turn = sys_workflow_turns.turn + 1 RETURNING turn",
        &[workflow.into(), place.into()],
    )?;
    Ok(row.map(|row| row.int(0)).transpose()?.unwrap_or(1) - 1)
}

/// Takes a row for this value of its date. False when it was taken for it before.
pub fn claim_date(tx: &mut Tx<'_>, workflow: RowId, row: RowId, value: i64) -> Result<bool, Fault> {
    let taken = tx.run(
        "INSERT INTO sys_workflow_dates (workflow, row_id, value) VALUES (?1, ?2, ?3) ON CONFLICT (workflow, row_id, value) DO NOTHING",
        &[workflow.into(), row.into(), value.into()],
    )?;
    Ok(taken == 1)
}

/// Which of these rows were taken, for which values.
pub fn dates_taken(tx: &mut Tx<'_>, workflow: RowId, rows: &[RowId]) -> Result<HashSet<(RowId, i64)>, Fault> {
    let mut sql = Sql::new("SELECT row_id, value FROM sys_workflow_dates WHERE workflow = ");
    sql.bind(workflow).push(" AND row_id IN ").list(rows.iter().map(|row| catalogue::Value::Id(*row)));
    tx.ask(&sql)?.iter().map(|row| Ok((row.id(0)?, row.int(1)?))).collect()
}

/// Holds the job as it is until the transaction ends, and answers whether it still waits: then it will see what this
/// transaction begins.
pub fn job_waits(tx: &mut Tx<'_>, job: RowId) -> Result<bool, Fault> {
    let lock = if tx.dialect() == Dialect::Postgres { " FOR SHARE" } else { "" };
    let text = format!("SELECT state FROM sys_jobs WHERE id = ?1 AND ended_on IS NULL{lock}");
    Ok(tx.row(&text, &[job.into()])?.map(|row| row.text(0)).transpose()?.as_deref() == Some("queued"))
}

/// Runs that have not ended and keep a version that is not the newest any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Older {
    /// The version.
    pub version: i64,
    /// The set of their rows.
    pub set: String,
    /// How many.
    pub runs: i64,
}

/// The runs of this owner that have not ended and keep a version before this one, by version.
pub fn older(tx: &mut Tx<'_>, workflow: RowId, before: i64, owner: PrincipalId) -> Result<Vec<Older>, Fault> {
    let rows = tx.rows(
        "SELECT version, set_name, count(*) FROM sys_workflow_runs
         WHERE workflow = ?1 AND version < ?2 AND owner = ?3 AND state IN ('waiting', 'held') GROUP BY version, set_name ORDER BY version, set_name",
        &[workflow.into(), before.into(), owner.0.into()],
    )?;
    rows.iter().map(|row| Ok(Older { version: row.int(0)?, set: row.text(1)?, runs: row.int(2)? })).collect()
}

/// Lets runs of this version that have not ended go on under another owner, in the next version, whose steps stand in the
/// same places. Answers how many there were.
pub fn take_along(tx: &mut Tx<'_>, workflow: RowId, from: i64, to: i64, owner: PrincipalId) -> Result<u64, Fault> {
    tx.run(
        "UPDATE sys_workflow_runs SET version = ?3, owner = ?4 WHERE workflow = ?1 AND version = ?2 AND state IN ('waiting', 'held')",
        &[workflow.into(), from.into(), to.into(), owner.0.into()],
    )
}

/// Lets such runs go on in their own version under another owner. Answers how many there were.
pub fn take_older(tx: &mut Tx<'_>, workflow: RowId, older: &Older, was: PrincipalId, owner: PrincipalId) -> Result<u64, Fault> {
    tx.run(
        "UPDATE sys_workflow_runs SET owner = ?5
         WHERE workflow = ?1 AND version = ?2 AND set_name = ?3 AND owner = ?4 AND state IN ('waiting', 'held')",
        &[workflow.into(), older.version.into(), older.set.as_str().into(), was.0.into(), owner.0.into()],
    )
}

/// Ends such runs, with the reason as the last line of each log. Answers how many there were.
pub fn end_older(tx: &mut Tx<'_>, workflow: RowId, older: &Older, was: PrincipalId, why: &str) -> Result<u64, Fault> {
    let which = [workflow.into(), older.version.into(), older.set.as_str().into(), was.0.into(), why.into(), tx.now().into()];
    tx.run(
        "INSERT INTO sys_workflow_steps (run, seq, place, outcome, said, done_on)
         SELECT r.id, (SELECT count(*) FROM sys_workflow_steps s WHERE s.run = r.id), r.place, 'stopped', ?5, ?6 FROM sys_workflow_runs r
         WHERE r.workflow = ?1 AND r.version = ?2 AND r.set_name = ?3 AND r.owner = ?4 AND r.state IN ('waiting', 'held')",
        &which,
    )?;
    tx.run(
        "UPDATE sys_workflow_runs SET state = 'stopped', why = ?5, ended_on = ?6
         WHERE workflow = ?1 AND version = ?2 AND set_name = ?3 AND owner = ?4 AND state IN ('waiting', 'held')",
        &which,
    )
}
