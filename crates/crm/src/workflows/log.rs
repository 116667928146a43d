//! What has run: the runs of a workflow, and each step of one.
//!
//! Whoever manages workflows sees ids, states and outcomes; a record is named under their own permit only. What a step
//! keeps in words names people, never a value of the row.
//! Not here: running ([`super::run`]). Start reading at [`runs`]. Proved by `crates/crm/tests/it/workflows.rs`.

use super::definition::{Definition, Place};
use crate::{Done, Problem};
use catalogue::RowId;
use security::{Actor, Denial, Privilege, Task, entrust, permit};
use std::collections::HashMap;
use store::workflows::{self, Run};
use store::{Tx, accounts, records};

/// One run in the list.
#[derive(Clone, Debug)]
pub struct RunLine {
    /// The run.
    pub run: Run,
    /// What its row is called, for whoever may read it.
    pub name: Option<String>,
}

/// A page of runs.
#[derive(Clone, Debug)]
pub struct RunPage {
    /// Newest first.
    pub rows: Vec<RunLine>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// One step of a run.
#[derive(Clone, Debug)]
pub struct StepTold {
    /// Which one it is, `2` or `2, approved, 1`, counted from one.
    pub number: String,
    /// What kind: `set`, `assign`, `task`, `notify`, `approve`; empty for the end.
    pub kind: &'static str,
    /// `done`, `waits`, `approved`, `refused`, `skipped`, `failed`, `stopped`.
    pub outcome: String,
    /// In words.
    pub said: String,
    /// Microseconds UTC.
    pub done_on: i64,
}

/// A run, opened.
#[derive(Clone, Debug)]
pub struct RunSheet {
    /// The run.
    pub line: RunLine,
    /// What its workflow is called.
    pub workflow: String,
    /// With whose rights.
    pub owner: String,
    /// Whose change it began with.
    pub caused_by: String,
    /// What each step came to.
    pub steps: Vec<StepTold>,
}

/// The runs of a workflow, newest first.
pub fn runs(tx: &mut Tx<'_>, actor: &Actor, workflow: RowId, after: Option<&str>, limit: usize) -> Done<RunPage> {
    entrust(actor, Task::ManageWorkflows)?;
    let workflow = workflows::get(tx, workflow)?.ok_or(Denial::NotThere)?;
    let mut found = workflows::runs(tx, workflow.id, after.map(place).transpose()?, limit + 1)?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| has_more).map(|last| format!("{}.{}", last.created_on, last.id));
    Ok(RunPage { rows: named(tx, actor, found)?, next })
}

/// One run with its steps.
pub fn run(tx: &mut Tx<'_>, actor: &Actor, id: RowId) -> Done<RunSheet> {
    entrust(actor, Task::ManageWorkflows)?;
    let run = workflows::run(tx, id)?.ok_or(Denial::NotThere)?;
    let workflow = workflows::get(tx, run.workflow)?.ok_or(Denial::NotThere)?;
    let (_, body) = workflows::version(tx, run.workflow, run.version)?.ok_or(Denial::NotThere)?;
    let definition = Definition::kept(&body)?;
    let names = accounts::names(tx, &[run.owner, run.caused_by])?;
    let name = |id| names.get(&id).map_or_else(String::new, |known: &accounts::PrincipalName| known.name.clone());
    let (owner, caused_by) = (name(run.owner), name(run.caused_by));
    let mut steps = Vec::new();
    for line in workflows::steps(tx, id)? {
        let place = Place::read(&line.place)?;
        let kind = definition.step(place).map_or("", |step| step.name());
        let number = match place.branch {
            None => (place.step + 1).to_string(),
            Some((branch, n)) => format!("{}, {branch:?}, {}", place.step + 1, n + 1).to_lowercase(),
        };
        steps.push(StepTold { number, kind, outcome: line.outcome, said: line.said, done_on: line.done_on });
    }
    let line = named(tx, actor, vec![run])?.pop().ok_or(Denial::NotThere)?;
    Ok(RunSheet { line, workflow: workflow.name, owner, caused_by, steps })
}

/// The rows' names, as far as the actor may read them.
fn named(tx: &mut Tx<'_>, actor: &Actor, runs: Vec<Run>) -> Done<Vec<RunLine>> {
    let catalogue = actor.catalogue().clone();
    let mut names: HashMap<RowId, String> = HashMap::new();
    let mut sets: Vec<&str> = runs.iter().map(|run| run.set.as_str()).collect();
    sets.dedup();
    for set in sets {
        let ids: Vec<RowId> = runs.iter().filter(|run| run.set == set).map(|run| run.row).collect();
        if let Some(Ok(read)) = catalogue.find(set).map(|table| permit(actor, Privilege::Read, table)) {
            names.extend(records::names(tx, &read, &ids)?);
        }
    }
    Ok(runs.into_iter().map(|run| RunLine { name: names.get(&run.row).cloned(), run }).collect())
}

fn place(text: &str) -> Done<(i64, RowId)> {
    let read = text.split_once('.').and_then(|(time, id)| Some((time.parse().ok()?, RowId::parse(id)?)));
    read.ok_or_else(|| Problem::malformed("bad-place", "`after` is not a place in this list"))
}
