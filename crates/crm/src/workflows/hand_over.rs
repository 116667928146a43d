//! What becomes of a workflow whose owner leaves, or whose steps name somebody who does.
//!
//! It goes to somebody who could run it themselves, or names somebody else where it named the leaver, as a new version;
//! runs that wait go on under the new owner, those of an older version only where the new owner could run that one too.
//! Whoever gets it is told. Each answers what was and what became, for undoing.
//! Not here: who may decide that ([`crate::departures`]). Start reading at [`hand_over`].
//! Proved by `crates/crm/tests/it/departures.rs` and `crates/crm/tests/it/departures_handed.rs`.

use super::begin::enqueue_for;
use super::check;
use super::definition::Definition;
use super::tell_owner;
use crate::people::as_actor;
use crate::{Done, Error, Problem};
use catalogue::RowId;
use security::{Denial, PrincipalId, Task, UserState, entrust};
use serde_json::{Map, Value as Json, json};
use store::workflows::{self, Save, Workflow, WorkflowState};
use store::{Fault, Tx, accounts};

/// What was, and what became.
pub(crate) struct Turn {
    /// What was.
    pub(crate) was: Json,
    /// What became.
    pub(crate) became: Json,
    /// What could not go along, one sentence each.
    pub(crate) left: Vec<String>,
}

/// What came of undoing one of these.
pub(crate) enum Back {
    /// Somebody changed the workflow since: it stays as it is.
    Stays,
    /// It is as it was.
    Whole,
    /// It went back and does not run: why.
    Paused(String),
}

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

/// The definition with one person's id in the place of another's, wherever it stands and however it is written.
fn renamed(body: &Json, from: PrincipalId, to: PrincipalId) -> Json {
    let one = |text: &str| renamed_in(text, &from.to_string(), &to.to_string());
    match body {
        Json::String(text) => Json::String(one(text)),
        Json::Array(all) => Json::Array(all.iter().map(|one| renamed(one, from, to)).collect()),
        Json::Object(all) => Json::Object(all.iter().map(|(key, of)| (one(key), renamed(of, from, to))).collect::<Map<_, _>>()),
        Json::Null | Json::Bool(_) | Json::Number(_) => body.clone(),
    }
}

/// People may have written an id in capitals: it is the same one.
fn renamed_in(text: &str, from: &str, to: &str) -> String {
    let small = text.to_ascii_lowercase();
    let (mut made, mut at) = (String::new(), 0);
    for (found, _) in small.match_indices(from) {
        made.push_str(text.get(at..found).unwrap_or_default());
        made.push_str(to);
        at = found + from.len();
    }
    made.push_str(text.get(at..).unwrap_or_default());
    made
}

/// Gives the leaver's workflow to this person; nothing when it is somebody else's by now.
pub(crate) fn hand_over(tx: &mut Tx<'_>, id: RowId, leaver: PrincipalId, heir: PrincipalId) -> Done<Option<Turn>> {
    let Some(old) = workflows::get(tx, id)?.filter(|old| old.owner == leaver) else { return Ok(None) };
    // Where its steps name the leaver too, an item of its own replaces that; it is judged as it will be.
    could_run(tx, heir, &old, &renamed(&old.body, leaver, heir))?;
    let (older, left) = older_along(tx, &old, heir)?;
    let (was, became) = turned(tx, &old, heir, &old.body, older)?;
    if old.state == WorkflowState::On {
        tell_owner(tx, &old, heir, "it is yours now: whoever owned it has left, and it runs with your rights")?;
    }
    Ok(Some(Turn { was, became, left }))
}

/// Takes along what waits in older versions, where the heir could run that version too. What could not is ended: nobody's
/// rights are used for what they could not have done. Answers how many go along, and what was ended.
fn older_along(tx: &mut Tx<'_>, old: &Workflow, heir: PrincipalId) -> Done<(u64, Vec<String>)> {
    let (mut moved, mut left) = (0, Vec::new());
    for older in workflows::older(tx, old.id, old.version, old.owner)? {
        let (_, body) = workflows::version(tx, old.id, older.version)?.ok_or_else(|| Fault::broken("a run of no version"))?;
        let then = Workflow { set: older.set.clone(), ..old.clone() };
        match could_run(tx, heir, &then, &renamed(&body, old.owner, heir)) {
            Ok(()) => moved += workflows::take_older(tx, old.id, &older, old.owner, heir)?,
            Err(Error::Fault(fault)) => return Err(fault.into()),
            Err(why) => {
                let why = format!("it waited in version {} of the workflow, which is not the newest: {}", older.version, words(why));
                let ended = workflows::end_older(tx, old.id, &older, old.owner, &why)?;
                left.push(format!("runs that were ended: {ended}; {why}"));
            }
        }
    }
    Ok((moved, left))
}

fn words(why: Error) -> String {
    match why {
        Error::Problem(problem) if !problem.errors.is_empty() => {
            problem.errors.into_iter().map(|wrong| wrong.message).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

/// Lets the workflow name this person wherever it named the leaver; nothing when it does not any more.
pub(crate) fn rename(tx: &mut Tx<'_>, id: RowId, leaver: PrincipalId, heir: PrincipalId) -> Done<Option<Turn>> {
    let Some(old) = workflows::get(tx, id)? else { return Ok(None) };
    let body = renamed(&old.body, leaver, heir);
    if body == old.body {
        return Ok(None);
    }
    could_run(tx, old.owner, &old, &body)?;
    let (was, became) = turned(tx, &old, old.owner, &body, 0)?;
    Ok(Some(Turn { was, became, left: Vec::new() }))
}

/// Keeps the next version; what waits in the version before goes on in this one, whose steps stand in the same places, as
/// do those `older` runs that came along already.
fn turned(tx: &mut Tx<'_>, old: &Workflow, owner: PrincipalId, body: &Json, older: u64) -> Result<(Json, Json), Fault> {
    workflows::save(tx, &Save { id: Some(old.id), name: &old.name, owner, set: &old.set, body })?;
    let moved = older + workflows::take_along(tx, old.id, old.version, old.version + 1, owner)?;
    if moved > 0
        && let Some(new) = workflows::get(tx, old.id)?.filter(|new| new.state == WorkflowState::On)
    {
        enqueue_for(tx, &new, owner).map_err(|_| Fault::broken("a job could not be asked for"))?;
    }
    let said = |owner: PrincipalId, version: i64| json!({ "owner": owner.to_string(), "version": version });
    Ok((said(old.owner, old.version), said(owner, old.version + 1)))
}

/// Pauses the workflow; nothing when it does not run.
pub(crate) fn pause_for(tx: &mut Tx<'_>, id: RowId, why: &str) -> Done<Option<Turn>> {
    let Some(old) = workflows::get(tx, id)?.filter(|old| old.state != WorkflowState::Paused) else { return Ok(None) };
    workflows::set_state(tx, id, WorkflowState::Paused, Some(why))?;
    let became = json!({ "state": "paused", "version": old.version });
    Ok(Some(Turn { was: json!({ "state": old.state.name() }), became, left: Vec::new() }))
}

/// Undoes one of these, where nobody changed the workflow since.
pub(crate) fn turn_back(tx: &mut Tx<'_>, id: RowId, was: &Json, became: &Json) -> Done<Back> {
    let Some(now) = workflows::get(tx, id)? else { return Ok(Back::Stays) };
    let version = |of: &Json| of.get("version").and_then(Json::as_i64);
    let left_so = match version(became) {
        Some(version) => workflows::version(tx, id, version)?,
        None => None,
    };
    // Compared by what it says: undoing what came after this change has raised the number, too.
    if left_so.is_none_or(|(owner, body)| (owner, &body) != (now.owner, &now.body)) {
        return Ok(Back::Stays);
    }
    if let Some(state) = was.get("state").and_then(Json::as_str) {
        let Some(state) = WorkflowState::ALL.into_iter().find(|known| known.name() == state) else { return Ok(Back::Stays) };
        if now.state != WorkflowState::Paused {
            return Ok(Back::Stays);
        }
        if state != WorkflowState::On {
            workflows::set_state(tx, id, state, None)?;
            return Ok(Back::Whole);
        }
        let paused = rest_for(tx, &now, now.owner)?;
        if paused.is_none() {
            workflows::set_state(tx, id, state, None)?;
        }
        return Ok(paused.map_or(Back::Whole, Back::Paused));
    }
    let owner = was.get("owner").and_then(Json::as_str).and_then(RowId::parse).map(PrincipalId);
    let before = match version(was) {
        Some(version) => workflows::version(tx, id, version)?,
        None => None,
    };
    let (Some(owner), Some((_, body))) = (owner, before) else { return Ok(Back::Stays) };
    // First, so that no job is asked for that finds nobody.
    let paused = if now.state == WorkflowState::On { rest_for(tx, &now, owner)? } else { None };
    let older = if owner == now.owner { 0 } else { older_back(tx, &now, owner)? };
    turned(tx, &now, owner, &body, older)?;
    Ok(paused.map_or(Back::Whole, Back::Paused))
}

/// Pauses a workflow whose owner is not active: it would stop at its next run, and end that run. What waits in it waits.
/// Answers why, where that is so.
fn rest_for(tx: &mut Tx<'_>, workflow: &Workflow, owner: PrincipalId) -> Done<Option<String>> {
    let known = accounts::user(tx, owner)?;
    if known.as_ref().is_some_and(|user| user.state == UserState::Active) {
        return Ok(None);
    }
    let name = known.map_or_else(|| "its owner".to_owned(), |user| user.name);
    let why = format!("it went back to {name}, who is not active; whoever saves it owns it and can switch it on");
    workflows::set_state(tx, workflow.id, WorkflowState::Paused, Some(&why))?;
    Ok(Some(format!("it went back, and is paused: {name} is not active")))
}

/// Gives back what went along from older versions that were this owner's; what was the heir's before stays theirs.
fn older_back(tx: &mut Tx<'_>, now: &Workflow, owner: PrincipalId) -> Done<u64> {
    let mut moved = 0;
    for older in workflows::older(tx, now.id, now.version, now.owner)? {
        let kept = workflows::version(tx, now.id, older.version)?;
        if kept.is_some_and(|(had, _)| had == owner) {
            moved += workflows::take_older(tx, now.id, &older, now.owner, owner)?;
        }
    }
    Ok(moved)
}
