//! What becomes of a workflow whose owner leaves, or whose steps name somebody who does.
//!
//! It goes to somebody who could run it themselves, or names somebody else where it named the leaver, as a new version;
//! runs that wait go on under the new owner. Whoever gets it is told. Each answers what was and what became, for undoing.
//! Not here: who may decide that ([`crate::departures`]). Start reading at [`hand_over`].
//! Proved by `crates/crm/tests/it/departures.rs`.

use super::begin::enqueue_for;
use super::check;
use super::definition::Definition;
use super::tell_owner;
use crate::people::as_actor;
use crate::{Done, Error, Problem};
use catalogue::RowId;
use security::{Denial, PrincipalId, Task, entrust};
use serde_json::{Value as Json, json};
use store::workflows::{self, Save, Workflow, WorkflowState};
use store::{Fault, Tx};

/// What was, and what became.
pub(crate) type Turn = Option<(Json, Json)>;

/// Whether this person could run the workflow as it is.
pub(crate) fn could_own(tx: &mut Tx<'_>, id: RowId, heir: PrincipalId) -> Done<()> {
    let workflow = workflows::get(tx, id)?.ok_or(Denial::NotThere)?;
    could_run(tx, heir, &workflow, &workflow.body)
}

/// Whether the workflow could run as it is, naming this person in the leaver's place.
pub(crate) fn could_name(tx: &mut Tx<'_>, id: RowId, leaver: PrincipalId, heir: PrincipalId) -> Done<()> {
    let workflow = workflows::get(tx, id)?.ok_or(Denial::NotThere)?;
    // The owner that leaves is replaced by its own item.
    let owner = if workflow.owner == leaver { heir } else { workflow.owner };
    could_run(tx, owner, &workflow, &renamed(&workflow.body, leaver, heir))
}

fn could_run(tx: &mut Tx<'_>, owner: PrincipalId, workflow: &Workflow, body: &Json) -> Done<()> {
    let owner = as_actor(tx, owner)?;
    let checked = entrust(&owner, Task::ManageWorkflows).map_err(Error::from).and_then(|()| {
        let catalogue = owner.catalogue().clone();
        let table = catalogue.find(&workflow.set).ok_or(Denial::NotThere)?;
        check::check(tx, &owner, table, &Definition::kept(body)?)
    });
    match checked {
        Ok(()) => Ok(()),
        Err(Error::Fault(fault)) => Err(fault.into()),
        Err(why) => Err(Problem::column("to", format!("{} could not run “{}”: {why}", owner.name(), workflow.name))),
    }
}

/// The definition with one person's id in the place of another's, wherever it stands.
fn renamed(body: &Json, from: PrincipalId, to: PrincipalId) -> Json {
    match body {
        Json::String(text) if *text == from.to_string() => Json::String(to.to_string()),
        Json::Array(all) => Json::Array(all.iter().map(|one| renamed(one, from, to)).collect()),
        Json::Object(all) => Json::Object(all.iter().map(|(key, one)| (key.clone(), renamed(one, from, to))).collect()),
        other => other.clone(),
    }
}

/// Gives the leaver's workflow to this person; nothing when it is somebody else's by now.
pub(crate) fn hand_over(tx: &mut Tx<'_>, id: RowId, leaver: PrincipalId, heir: PrincipalId) -> Done<Turn> {
    let Some(old) = workflows::get(tx, id)?.filter(|old| old.owner == leaver) else { return Ok(None) };
    // Where its steps name the leaver too, an item of its own replaces that; it is judged as it will be.
    could_run(tx, heir, &old, &renamed(&old.body, leaver, heir))?;
    let turn = turned(tx, &old, heir, &old.body)?;
    if old.state == WorkflowState::On {
        tell_owner(tx, &old, heir, "it is yours now: whoever owned it has left, and it runs with your rights")?;
    }
    Ok(Some(turn))
}

/// Lets the workflow name this person wherever it named the leaver; nothing when it does not any more.
pub(crate) fn rename(tx: &mut Tx<'_>, id: RowId, leaver: PrincipalId, heir: PrincipalId) -> Done<Turn> {
    let Some(old) = workflows::get(tx, id)? else { return Ok(None) };
    let body = renamed(&old.body, leaver, heir);
    if body == old.body {
        return Ok(None);
    }
    could_run(tx, old.owner, &old, &body)?;
    Ok(Some(turned(tx, &old, old.owner, &body)?))
}

/// Keeps the next version; what waits in the version before goes on in this one, whose steps stand in the same places.
fn turned(tx: &mut Tx<'_>, old: &Workflow, owner: PrincipalId, body: &Json) -> Result<(Json, Json), Fault> {
    workflows::save(tx, &Save { id: Some(old.id), name: &old.name, owner, set: &old.set, body })?;
    let moved = workflows::take_along(tx, old.id, old.version, old.version + 1, old.owner, owner)?;
    if moved > 0
        && let Some(new) = workflows::get(tx, old.id)?
    {
        enqueue_for(tx, &new, owner).map_err(|_| Fault::broken("a job could not be asked for"))?;
    }
    let said = |owner: PrincipalId, version: i64| json!({ "owner": owner.to_string(), "version": version });
    Ok((said(old.owner, old.version), said(owner, old.version + 1)))
}

/// Pauses the workflow; nothing when it does not run.
pub(crate) fn pause_for(tx: &mut Tx<'_>, id: RowId, why: &str) -> Done<Turn> {
    let Some(old) = workflows::get(tx, id)?.filter(|old| old.state != WorkflowState::Paused) else { return Ok(None) };
    workflows::set_state(tx, id, WorkflowState::Paused, Some(why))?;
    Ok(Some((json!({ "state": old.state.name() }), json!({ "state": "paused", "version": old.version }))))
}

/// Undoes one of these, where nobody changed the workflow since. Answers whether it went back.
pub(crate) fn turn_back(tx: &mut Tx<'_>, id: RowId, was: &Json, became: &Json) -> Done<bool> {
    let Some(now) = workflows::get(tx, id)? else { return Ok(false) };
    let version = |of: &Json| of.get("version").and_then(Json::as_i64);
    let left_so = match version(became) {
        Some(version) => workflows::version(tx, id, version)?,
        None => None,
    };
    // Compared by what it says: undoing what came after this change has raised the number, too.
    if left_so.is_none_or(|(owner, body)| (owner, &body) != (now.owner, &now.body)) {
        return Ok(false);
    }
    if let Some(state) = was.get("state").and_then(Json::as_str) {
        let Some(state) = WorkflowState::ALL.into_iter().find(|known| known.name() == state) else { return Ok(false) };
        if now.state != WorkflowState::Paused {
            return Ok(false);
        }
        workflows::set_state(tx, id, state, None)?;
        return Ok(true);
    }
    let owner = was.get("owner").and_then(Json::as_str).and_then(RowId::parse).map(PrincipalId);
    let before = match version(was) {
        Some(version) => workflows::version(tx, id, version)?,
        None => None,
    };
    let (Some(owner), Some((_, body))) = (owner, before) else { return Ok(false) };
    turned(tx, &now, owner, &body)?;
    Ok(true)
}
