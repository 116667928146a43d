//! Workflows: what is to happen by itself, each version as it was, and what has run.
//!
//! A version is never changed, so a run keeps the one it began with. [`step_on`] moves a run's place only from where its
//! worker saw it, in the transaction of the step's effect: a step is done once, however often a worker dies.
//! Not here: what a definition means, and whose rights a run has (`crm`). Start reading at [`Workflow`].
//! Proved by `crates/crm/tests/it/workflows.rs`.

mod runs;

pub use runs::{
    NewRun, Older, Run, RunState, StepLine, begin, claim_date, dates_taken, end_older, end_run, has_waiting, job_waits, log, older,
    path_of, run, runs, step_on, steps, take_along, take_older, turn, wait_again, waiting,
};

use crate::sql::{Row, Sql};
use crate::{Fault, Tx};
use catalogue::{RowId, text};
use security::PrincipalId;
use serde_json::{Value as Json, json};

/// Where a workflow stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkflowState {
    /// It is being written and starts nothing.
    Draft,
    /// It starts runs.
    On,
    /// Somebody paused it: it starts nothing, and what has begun waits.
    Paused,
    /// It stopped by itself; [`Workflow::why`] says why.
    Stopped,
}

impl WorkflowState {
    /// All of them.
    pub const ALL: [WorkflowState; 4] = [WorkflowState::Draft, WorkflowState::On, WorkflowState::Paused, WorkflowState::Stopped];

    /// The word in API and database.
    pub fn name(self) -> &'static str {
        match self {
            WorkflowState::Draft => "draft",
            WorkflowState::On => "on",
            WorkflowState::Paused => "paused",
            WorkflowState::Stopped => "stopped",
        }
    }

    fn parse(word: &str) -> Result<WorkflowState, Fault> {
        let found = WorkflowState::ALL.into_iter().find(|state| state.name() == word);
        found.ok_or_else(|| Fault::broken(format!("a workflow's state is `{word}`")))
    }
}

/// A workflow in its newest version.
#[derive(Clone, Debug, PartialEq)]
pub struct Workflow {
    /// Its id.
    pub id: RowId,
    /// What people call it.
    pub name: String,
    /// With whose rights it runs.
    pub owner: PrincipalId,
    /// The set whose rows start it.
    pub set: String,
    /// Where it stands.
    pub state: WorkflowState,
    /// Why it stopped.
    pub why: Option<String>,
    /// Its newest version.
    pub version: i64,
    /// What it does, as `crm` writes it.
    pub body: Json,
    /// The job that does its runs, the last one that was asked for.
    pub job: Option<RowId>,
    /// Until when dates were looked through; from when it was switched on at the earliest.
    pub looked_until: Option<i64>,
    /// Microseconds UTC.
    pub modified_on: i64,
}

/// A workflow as somebody wants it.
#[derive(Clone, Debug)]
pub struct Save<'a> {
    /// Which; none for a new one.
    pub id: Option<RowId>,
    /// What people call it.
    pub name: &'a str,
    /// With whose rights it runs.
    pub owner: PrincipalId,
    /// The set whose rows start it.
    pub set: &'a str,
    /// What it does.
    pub body: &'a Json,
}

const SELECT: &str = "SELECT w.id, w.name, w.owner, w.set_name, w.state, w.why, w.version, v.body, w.job, w.looked_until, w.modified_on
    FROM sys_workflows w JOIN sys_workflow_versions v ON v.workflow = w.id AND v.version = w.version";

fn read(row: &Row) -> Result<Workflow, Fault> {
    Ok(Workflow {
        id: row.id(0)?,
        name: row.text(1)?,
        owner: PrincipalId(row.id(2)?),
        set: row.text(3)?,
        state: WorkflowState::parse(&row.text(4)?)?,
        why: row.opt_text(5)?,
        version: row.int(6)?,
        body: body(&row.text(7)?)?,
        job: row.opt_id(8)?,
        looked_until: row.opt_int(9)?,
        modified_on: row.int(10)?,
    })
}

fn body(text: &str) -> Result<Json, Fault> {
    serde_json::from_str(text).map_err(|_| Fault::broken("a workflow cannot be read"))
}

/// All workflows, by name.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Workflow>, Fault> {
    tx.rows(&format!("{SELECT} ORDER BY w.name_key, w.id"), &[])?.iter().map(read).collect()
}

/// One workflow.
pub fn get(tx: &mut Tx<'_>, id: RowId) -> Result<Option<Workflow>, Fault> {
    tx.row(&format!("{SELECT} WHERE w.id = ?1"), &[id.into()])?.as_ref().map(read).transpose()
}

/// The workflows that rows of these sets may start now.
pub fn on(tx: &mut Tx<'_>, sets: &[&str]) -> Result<Vec<Workflow>, Fault> {
    let mut sql = Sql::new(SELECT);
    sql.push(" WHERE w.state = 'on' AND w.set_name IN ").list(sets.iter().map(|set| (*set).into())).push(" ORDER BY w.id");
    tx.ask(&sql)?.iter().map(read).collect()
}

/// One version of a workflow: its owner then, and what it does.
pub fn version(tx: &mut Tx<'_>, id: RowId, version: i64) -> Result<Option<(PrincipalId, Json)>, Fault> {
    let row = tx.row("SELECT owner, body FROM sys_workflow_versions WHERE workflow = ?1 AND version = ?2", &[id.into(), version.into()])?;
    row.map(|row| Ok((PrincipalId(row.id(0)?), body(&row.text(1)?)?))).transpose()
}

/// Keeps a workflow as a new version; a new one begins as a draft. Answers its id.
pub fn save(tx: &mut Tx<'_>, new: &Save<'_>) -> Result<RowId, Fault> {
    let now = tx.now();
    let old = match new.id {
        Some(id) => get(tx, id)?,
        None => None,
    };
    let (id, number) = old.as_ref().map_or_else(|| (tx.new_id(), 1), |old| (old.id, old.version + 1));
    let name = text::stored(new.name.trim());
    let binds = [id.into(), name.as_str().into(), text::key(&name).into(), new.owner.0.into(), new.set.into(), number.into(), now.into()];
    if old.is_some() {
        tx.run(
            // The job that waits has the old owner's rights; runs of the new version get another.
            "UPDATE sys_workflows SET name = ?2, name_key = ?3, owner = ?4, set_name = ?5, version = ?6, modified_on = ?7, job = NULL WHERE id = ?1",
            &binds,
        )?;
    } else {
        tx.run(
            "INSERT INTO sys_workflows (id, name, name_key, owner, set_name, state, version, created_on, modified_on)
             VALUES (?1, ?2, ?3, ?4, ?5, 'draft', ?6, ?7, ?7)",
            &binds,
        )?;
    }
    tx.run(
        "INSERT INTO sys_workflow_versions (workflow, version, body, owner, created_on) VALUES (?1, ?2, ?3, ?4, ?5)",
        &[id.into(), number.into(), new.body.to_string().into(), new.owner.0.into(), now.into()],
    )?;
    let said = |name: &str, owner: PrincipalId, set: &str, version: i64, body: &Json| json!({ "name": name, "owner": owner.to_string(), "set": set, "version": version, "body": body });
    let before = old.map(|old| said(&old.name, old.owner, &old.set, old.version, &old.body));
    tx.changed("workflows", id, before, Some(said(&name, new.owner, new.set, number, new.body)));
    Ok(id)
}

/// Moves a workflow to another state. Switched on, it looks at dates from now on.
pub fn set_state(tx: &mut Tx<'_>, id: RowId, state: WorkflowState, why: Option<&str>) -> Result<(), Fault> {
    let Some(old) = get(tx, id)?.filter(|old| old.state != state || old.why.as_deref() != why) else { return Ok(()) };
    let looked = if state == WorkflowState::On { Some(tx.now()) } else { old.looked_until };
    tx.run(
        "UPDATE sys_workflows SET state = ?2, why = ?3, looked_until = ?4 WHERE id = ?1",
        &[id.into(), state.name().into(), why.unwrap_or_default().into(), looked.into()],
    )?;
    let said = |state: WorkflowState, why: Option<&str>| json!({ "state": state.name(), "why": why });
    tx.changed("workflows", id, Some(said(old.state, old.why.as_deref())), Some(said(state, why)));
    Ok(())
}

/// Notes which job does a workflow's runs.
pub fn set_job(tx: &mut Tx<'_>, id: RowId, job: RowId) -> Result<(), Fault> {
    tx.run("UPDATE sys_workflows SET job = ?2 WHERE id = ?1", &[id.into(), job.into()])?;
    Ok(())
}

/// Notes until when a workflow's dates were looked through.
pub fn looked(tx: &mut Tx<'_>, id: RowId, until: i64) -> Result<(), Fault> {
    tx.run("UPDATE sys_workflows SET looked_until = ?2 WHERE id = ?1", &[id.into(), until.into()])?;
    Ok(())
}
