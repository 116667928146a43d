//! Workflows that run with somebody's rights, and workflows whose condition or steps name somebody.
//!
//! An id is looked for in the whole definition as it is kept, wherever it stands, so that a kind of step that comes
//! tomorrow is found too. A decision about a workflow is about what it does: it stands as long as that is the same, so the
//! new owner that a run gives it does not undo what was decided about its steps. Runs that wait in older versions come to
//! whoever gets it, so about its owner it is also about those versions.
//! Not here: what may be done with one ([`crate::workflows`]). Proved by `crates/crm/tests/it/departures_found.rs`.

use super::super::choose::words;
use super::super::item::{Choice, Item, Kind, Offer};
use super::{Walk, counted, found, proposed};
use crate::Done;
use crate::workflows::{Workflow, WorkflowState, could_name, could_own};
use security::{PrincipalId, Task};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use store::{Tx, workflows};

/// Every workflow that the person owns, and every one that names the person.
pub(super) fn items(tx: &mut Tx<'_>, walk: &Walk<'_>) -> Done<Vec<Item>> {
    let mut all = Vec::new();
    for workflow in workflows::all(tx)? {
        if workflow.owner == walk.user.id {
            all.push(owner(tx, walk, &workflow)?);
        }
        let count = mentions(&workflow.body, walk.user.id);
        if count > 0 {
            all.push(step(tx, walk, &workflow, count)?);
        }
    }
    Ok(all)
}

fn owner(tx: &mut Tx<'_>, walk: &Walk<'_>, workflow: &Workflow) -> Done<Item> {
    let name = &walk.user.name;
    let consequence = match workflow.state {
        WorkflowState::On => format!("It runs with the rights of {name}, so it stops at its next run."),
        _ => format!("It would run with the rights of {name}, so nobody can switch it on until somebody else saves it."),
    };
    let mut item = about(Kind::WorkflowOwner, workflow, format!("Workflow: {}", workflow.name), 1, consequence);
    let older = workflows::older(tx, workflow.id, workflow.version, walk.user.id)?;
    let runs = older.iter().map(|older| older.runs).sum();
    if runs > 0 {
        let words = counted(runs, "run waits in an older version", "runs wait in older versions");
        item.consequence.push_str(&format!(
            " {words} of it, with what it did then: given to somebody, such a run goes on with their rights if they could run that \
             version too, and is ended if not."
        ));
    }
    let versions: BTreeSet<i64> = older.into_iter().map(|older| older.version).collect();
    item.seal.extend(versions.into_iter().map(|version| format!("+{version}")));
    if walk.is_full() {
        let mut heir = None;
        if let Some(manager) = walk.heirs.with(Task::ManageWorkflows)
            && words(could_own(tx, workflow.id, manager))?.is_none()
        {
            heir = Some(Choice::Give(vec![manager]));
        }
        item.proposal = proposed(&item.offers, heir, &[Choice::Pause, Choice::Leave]);
    }
    Ok(item)
}

fn step(tx: &mut Tx<'_>, walk: &Walk<'_>, workflow: &Workflow, count: i64) -> Done<Item> {
    let name = &walk.user.name;
    let consequence = format!("Where it names {name} it gives, asks or tells nobody who is here, and its runs end there.");
    let mut item = about(Kind::WorkflowStep, workflow, format!("Named in workflow: {}", workflow.name), count, consequence);
    if walk.is_full() {
        let mut heir = None;
        if let Some(manager) = walk.heirs.person()
            && words(could_name(tx, workflow.id, walk.user.id, manager))?.is_none()
        {
            heir = Some(Choice::Give(vec![manager]));
        }
        item.proposal = proposed(&item.offers, heir, &[Choice::Pause, Choice::Leave]);
    }
    Ok(item)
}

fn about(kind: Kind, workflow: &Workflow, label: String, count: i64, consequence: String) -> Item {
    let mut item = found(kind, format!("{}:{}", kind.name(), workflow.id), label, count, consequence);
    item.set = Some(workflow.set.clone());
    item.thing = Some(workflow.id);
    // What it does, not its number: whoever gets it makes a new version of the same.
    item.seal = seal(workflow);
    item.link = Some(format!("/workflows/{}", workflow.id));
    item.offers = vec![Offer::GivePerson];
    if workflow.state == WorkflowState::On {
        item.offers.push(Offer::Pause);
    }
    item.offers.push(Offer::Leave);
    item
}

/// What a decision about the workflow was made on: the set it looks at and its definition, whoever owns it.
fn seal(workflow: &Workflow) -> String {
    let sum = Sha256::digest(format!("{}\n{}", workflow.set, workflow.body).as_bytes());
    sum.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// In how many places of the definition the person's id stands, names of members too.
fn mentions(written: &Json, person: PrincipalId) -> i64 {
    let id = person.to_string();
    let has = |text: &str| i64::from(text.to_ascii_lowercase().contains(&id));
    match written {
        Json::String(text) => has(text),
        Json::Array(all) => all.iter().map(|one| mentions(one, person)).sum(),
        Json::Object(members) => members.iter().map(|(name, one)| has(name) + mentions(one, person)).sum(),
        Json::Null | Json::Bool(_) | Json::Number(_) => 0,
    }
}
