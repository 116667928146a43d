//! Workflows: what happens by itself when a row is made, changed, given away, or its day comes.
//!
//! A change starts runs in its own transaction ([`begin`]); a job does them step by step with the rights that the
//! workflow's owner has at that moment. Whoever saves a workflow owns it from then on, because it runs with their rights;
//! a run that has begun keeps the version, and the owner, it began with.
//! Not here: what is asked of people ([`crate::approvals`]). Start reading at [`save`].
//! Proved by `crates/crm/tests/it/workflows.rs`.

mod begin;
mod check;
mod cycles;
mod dates;
mod definition;
mod hand_over;
mod log;
mod run;
mod steps;

pub use begin::DEPTH;
pub(crate) use begin::begin;
pub(crate) use dates::keep_time;
pub use definition::{Definition, Step, Trigger};
pub(crate) use hand_over::{Back, could_name, could_own, hand_over, pause_for, rename, turn_back};
pub use log::{RunLine, RunPage, RunSheet, StepTold, run as run_sheet, runs};
pub(crate) use run::run as run_job;
pub use store::workflows::{RunState, Workflow, WorkflowState};

use crate::notices::{self, Notice, NoticeKind};
use crate::{Done, Error, Problem};
use catalogue::{RowId, text};
use cycles::Node;
use definition::Place;
use security::{Actor, Denial, PrincipalId, Task, entrust};
use serde_json::json;
use store::workflows::{self, Save};
use store::{Tx, accounts};

/// The kind of the job that does runs.
pub const RUN: &str = "workflow.run";

/// A workflow as somebody wants it.
#[derive(Clone, Debug)]
pub struct WorkflowDraft {
    /// Which, and the version it was read in; none for a new one.
    pub id: Option<(RowId, i64)>,
    /// What people call it.
    pub name: String,
    /// The set whose rows start it.
    pub set: String,
    /// What it does.
    pub definition: Definition,
}

/// A workflow that was kept.
#[derive(Clone, Debug)]
pub struct Saved {
    /// Its id.
    pub id: RowId,
    /// What its owner should know: circles.
    pub warnings: Vec<String>,
}

/// A workflow, opened.
#[derive(Clone, Debug)]
pub struct WorkflowSheet {
    /// The workflow.
    pub workflow: Workflow,
    /// What it does.
    pub definition: Definition,
    /// What its owner is called.
    pub owner: String,
    /// Circles that its definition and those of others show.
    pub warnings: Vec<String>,
}

/// All workflows, by name, each with what its owner is called.
pub fn list(tx: &mut Tx<'_>, actor: &Actor) -> Done<Vec<(Workflow, String)>> {
    entrust(actor, Task::ManageWorkflows)?;
    let all = workflows::all(tx)?;
    let names = accounts::names(tx, &all.iter().map(|workflow| workflow.owner).collect::<Vec<_>>())?;
    let owner = |workflow: &Workflow| names.get(&workflow.owner).map_or_else(String::new, |known| known.name.clone());
    Ok(all.into_iter().map(|workflow| (workflow.clone(), owner(&workflow))).collect())
}

/// One workflow.
pub fn get(tx: &mut Tx<'_>, actor: &Actor, id: RowId) -> Done<WorkflowSheet> {
    entrust(actor, Task::ManageWorkflows)?;
    let workflow = workflows::get(tx, id)?.ok_or(Denial::NotThere)?;
    let definition = Definition::kept(&workflow.body)?;
    let owner = accounts::names(tx, &[workflow.owner])?.remove(&workflow.owner).map_or_else(String::new, |known| known.name);
    let warnings = warnings(tx, Some(id), &workflow.name, &workflow.set, &definition)?;
    Ok(WorkflowSheet { workflow, definition, owner, warnings })
}

/// Keeps a workflow; whoever saves it owns it. It takes effect for the next run.
pub fn save(tx: &mut Tx<'_>, actor: &Actor, draft: &WorkflowDraft) -> Done<Saved> {
    entrust(actor, Task::ManageWorkflows)?;
    let name = draft.name.trim();
    if name.is_empty() || name.chars().count() > 100 {
        return Err(Problem::column("name", "a name of 1 to 100 characters is needed"));
    }
    let catalogue = actor.catalogue().clone();
    let table = catalogue.find(&draft.set).ok_or_else(|| Problem::column("set", "choose the table whose rows start it"))?;
    let all = workflows::all(tx)?;
    if all.iter().any(|other| Some(other.id) != draft.id.map(|(id, _)| id) && text::key(&other.name) == text::key(name)) {
        return Err(Problem::column("name", "another workflow is called so already"));
    }
    if let Some((id, version)) = draft.id {
        let old = all.iter().find(|old| old.id == id).ok_or(Denial::NotThere)?;
        if old.version != version {
            return Err(Error::Stale { set: "workflows".into(), id, version: old.version });
        }
    }
    check::check(tx, actor, table, &draft.definition)?;
    let body = draft.definition.written()?;
    let new = Save { id: draft.id.map(|(id, _)| id), name, owner: actor.user(), set: &draft.set, body: &body };
    let id = workflows::save(tx, &new)?;
    tx.about("workflows", id);
    Ok(Saved { id, warnings: warnings(tx, Some(id), name, &draft.set, &draft.definition)? })
}

/// Switches a workflow on, or pauses it: then what has begun waits too.
pub fn switch(tx: &mut Tx<'_>, actor: &Actor, id: RowId, is_on: bool) -> Done<()> {
    entrust(actor, Task::ManageWorkflows)?;
    tx.about("workflows", id);
    let workflow = workflows::get(tx, id)?.ok_or(Denial::NotThere)?;
    if !is_on {
        return Ok(workflows::set_state(tx, id, WorkflowState::Paused, None)?);
    }
    let owner = crate::people::as_actor(tx, workflow.owner)?;
    let rights = entrust(&owner, Task::ManageWorkflows).map_err(Error::from).and_then(|()| {
        let catalogue = owner.catalogue().clone();
        let table = catalogue.find(&workflow.set).ok_or(Denial::NotThere)?;
        check::check(tx, &owner, table, &Definition::kept(&workflow.body)?)
    });
    match rights {
        Ok(()) => {}
        Err(Error::Fault(fault)) => return Err(fault.into()),
        Err(why) => {
            let words = format!("its owner could not run it: {why}; whoever saves it owns it and can switch it on");
            return Err(Problem::conflict("cannot-run", words));
        }
    }
    workflows::set_state(tx, id, WorkflowState::On, None)?;
    begin::enqueue(tx, &workflow)
}

/// Ends a run's wait, once it was decided.
pub(crate) fn decided(tx: &mut Tx<'_>, run: RowId, is_approved: bool, by: &str) -> Done<()> {
    let Some(run) = workflows::run(tx, run)? else { return Ok(()) };
    let Some((_, body)) = workflows::version(tx, run.workflow, run.version)? else { return Ok(()) };
    let next = Definition::kept(&body)?.decided(Place::read(&run.place)?, is_approved);
    if !workflows::wait_again(tx, run.id, &next.written())? {
        return Err(Problem::conflict("has-ended", "the workflow that asked for this has ended meanwhile"));
    }
    let word = if is_approved { "approved" } else { "refused" };
    workflows::log(tx, run.id, &run.place, word, &format!("{by} {word} it"))?;
    match workflows::get(tx, run.workflow)? {
        Some(workflow) => begin::enqueue_for(tx, &workflow, run.owner),
        None => Ok(()),
    }
}

/// Tells the owner of a workflow why it, or one of its runs, stopped; the same again only once they looked.
fn tell_owner(tx: &mut Tx<'_>, workflow: &Workflow, owner: PrincipalId, why: &str) -> Done<()> {
    let said = json!({ "name": workflow.name, "why": why });
    if store::notices::is_waiting(tx, owner, NoticeKind::Workflow.name(), &said)? {
        return Ok(());
    }
    let notice = Notice { kind: NoticeKind::Workflow, said, about: None, link: Some(format!("/workflows/{}", workflow.id)) };
    notices::tell(tx, owner, &notice).map(drop)
}

/// The circles that lead back to this workflow, with every other that is on.
fn warnings(tx: &mut Tx<'_>, id: Option<RowId>, name: &str, set: &str, definition: &Definition) -> Done<Vec<String>> {
    let mut nodes = vec![Node { name: name.to_owned(), set: set.to_owned(), definition: definition.clone() }];
    for other in workflows::all(tx)?.into_iter().filter(|other| Some(other.id) != id && other.state == WorkflowState::On) {
        let definition = Definition::kept(&other.body)?;
        nodes.push(Node { name: other.name, set: other.set, definition });
    }
    Ok(cycles::warnings(&nodes))
}
