//! What a change starts: the one call through which every change of records passes.
//!
//! It reads what the trail will say of this transaction, so a workflow is started by whatever way a row was made, changed
//! or given, once for each row, as part of that change. A run that was started by a run lies one deeper; too deep, it is
//! stopped before it begins, and its owner is told by which circle.
//! Not here: doing it ([`super::run`]). Start reading at [`begin`]. Proved by `crates/crm/tests/it/workflows.rs`.

use super::definition::{Definition, Trigger};
use super::{RUN, tell_owner};
use crate::{Asker, Done};
use catalogue::RowId;
use security::PrincipalId;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use store::queue::{self, NewJob};
use store::trail::Change;
use store::workflows::{self, NewRun, RunState, Workflow};
use store::{Tx, accounts};

/// So many runs may lead to one another.
pub const DEPTH: i64 = 5;

/// What became of one row in this transaction.
#[derive(Default)]
struct Event {
    is_new: bool,
    columns: BTreeSet<String>,
}

/// By which runs a change came about.
struct Cause {
    depth: i64,
    path: String,
    by: PrincipalId,
}

/// Begins the runs that the changes of this transaction start.
pub(crate) fn begin(tx: &mut Tx<'_>, who: &Asker) -> Done<()> {
    // Asked first: mostly no workflow waits, and then no change is looked at.
    let sets: BTreeSet<String> = tx.changes().iter().filter(|c| tx.catalogue().find(&c.set).is_some()).map(|c| c.set.clone()).collect();
    if sets.is_empty() {
        return Ok(());
    }
    let waiting = workflows::on(tx, &sets.iter().map(String::as_str).collect::<Vec<_>>())?;
    if waiting.is_empty() {
        return Ok(());
    }
    let events = events(tx);
    let cause = cause(tx, who)?;
    for workflow in &waiting {
        let trigger = Definition::kept(&workflow.body)?.trigger;
        let rows: Vec<RowId> =
            events.iter().filter(|((set, _), event)| *set == workflow.set && fits(&trigger, event)).map(|((_, row), _)| *row).collect();
        begin_for(tx, workflow, &rows, &cause)?;
    }
    Ok(())
}

/// The rows that were made or changed, in order, each once.
fn events(tx: &Tx<'_>) -> BTreeMap<(String, RowId), Event> {
    let mut all: BTreeMap<(String, RowId), Event> = BTreeMap::new();
    let is_back = tx.verb().ends_with(".restore");
    for change in tx.changes().iter().filter(|change| tx.catalogue().find(&change.set).is_some()) {
        let Change { set, row, old, new: Some(Json::Object(new)) } = change else { continue };
        // What is put back was there before.
        if old.is_none() && is_back {
            continue;
        }
        let event = all.entry((set.clone(), *row)).or_default();
        event.is_new |= old.is_none();
        event.columns.extend(new.keys().cloned());
    }
    all
}

fn fits(trigger: &Trigger, event: &Event) -> bool {
    match trigger {
        Trigger::Created => event.is_new,
        Trigger::Changed { columns } => !event.is_new && (columns.is_empty() || columns.iter().any(|name| event.columns.contains(name))),
        Trigger::Assigned => !event.is_new && event.columns.contains("owner"),
        Trigger::Date { .. } => false,
    }
}

fn cause(tx: &mut Tx<'_>, who: &Asker) -> Done<Cause> {
    let by = tx.signer().unwrap_or(PrincipalId::OPERATOR);
    let Asker::Workflow { run, .. } = who else { return Ok(Cause { depth: 0, path: String::new(), by }) };
    let Some(run) = workflows::run(tx, *run)? else { return Ok(Cause { depth: 0, path: String::new(), by }) };
    let path = if run.path.is_empty() { run.workflow.to_string() } else { format!("{},{}", run.path, run.workflow) };
    Ok(Cause { depth: run.depth + 1, path, by: run.caused_by })
}

fn begin_for(tx: &mut Tx<'_>, workflow: &Workflow, rows: &[RowId], cause: &Cause) -> Done<()> {
    if rows.is_empty() {
        return Ok(());
    }
    for row in rows {
        let new = NewRun {
            workflow: workflow.id,
            version: workflow.version,
            owner: workflow.owner,
            set: &workflow.set,
            row: *row,
            depth: cause.depth,
            path: &cause.path,
            caused_by: cause.by,
        };
        let run = workflows::begin(tx, &new)?;
        if cause.depth >= DEPTH {
            too_deep(tx, workflow, run, cause)?;
        }
    }
    if cause.depth >= DEPTH { Ok(()) } else { enqueue(tx, workflow) }
}

/// Begins runs of one workflow for these rows without a change behind them: their day has come.
pub(super) fn begin_by_date(tx: &mut Tx<'_>, workflow: &Workflow, rows: &[RowId]) -> Done<()> {
    begin_for(tx, workflow, rows, &Cause { depth: 0, path: String::new(), by: workflow.owner })
}

/// Names the circle in the log of the run that is not begun, and to the owner.
fn too_deep(tx: &mut Tx<'_>, workflow: &Workflow, run: RowId, cause: &Cause) -> Done<()> {
    let mut names = Vec::new();
    for id in cause.path.split(',').filter_map(RowId::parse).chain([workflow.id]) {
        names.push(workflows::get(tx, id)?.map_or_else(|| "one that is gone".into(), |found| format!("`{}`", found.name)));
    }
    let why = format!("workflows start each other in a circle: {}; it was ended after {DEPTH} rounds", names.join(" → "));
    workflows::end_run(tx, run, RunState::Stopped, &why)?;
    workflows::log(tx, run, "0", "stopped", &why)?;
    tell_owner(tx, workflow, workflow.owner, &why)
}

/// Sees to it that a job does what waits: the one that waits already, or a new one.
pub(super) fn enqueue(tx: &mut Tx<'_>, workflow: &Workflow) -> Done<()> {
    if let Some(job) = workflow.job
        && workflows::job_waits(tx, job)?
    {
        return Ok(());
    }
    enqueue_for(tx, workflow, workflow.owner)
}

/// A new job that does the runs of a workflow that have this owner.
pub(super) fn enqueue_for(tx: &mut Tx<'_>, workflow: &Workflow, owner: PrincipalId) -> Done<()> {
    let epoch = accounts::user(tx, owner)?.map_or(0, |user| user.epoch);
    let arguments = json!({ "title": format!("Workflow {}", workflow.name), "workflow": workflow.id.to_string() });
    let job = NewJob { kind: RUN.into(), asker: owner, session: None, epoch, arguments };
    let id = queue::enqueue(tx, &job)?;
    if owner == workflow.owner {
        workflows::set_job(tx, workflow.id, id)?;
    }
    Ok(())
}
