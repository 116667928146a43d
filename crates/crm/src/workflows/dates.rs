//! Workflows that a date starts: rows whose day has come, each once for each value.
//!
//! It looks as the workflow's owner, from the day it last looked through to now, so a server that slept misses nothing;
//! which row was taken for which value is kept beside the run it began. Runs that no job does any more get one again.
//! Days begin at midnight UTC. Not here: the runs ([`super::run`]). Start reading at [`keep_time`].
//! Proved by `crates/crm/tests/it/workflows.rs`.

use super::begin::{begin_by_date, enqueue_for};
use super::definition::{Definition, Trigger};
use super::{RUN, tell_owner};
use crate::{Asker, Desk, Done, Error, Verb};
use catalogue::{Kind, RowId, Table, Value};
use security::{Actor, Privilege, UserState, permit};
use store::records::{Filter, Query, Test, find};
use store::workflows::{self, Workflow, WorkflowState};
use store::{Tx, accounts, queue};

const DAY: i64 = 86_400_000_000;
/// Rows that one transaction takes.
const BATCH: usize = 200;

/// A row whose day has come, and the value by which.
type Due = (RowId, i64);

/// Starts what dates start, and sees to it that what waits has a job. For upkeep, every minute or so.
pub(crate) fn keep_time(desk: &Desk) -> Done<()> {
    let orphans = desk.glance(orphans)?;
    for (workflow, owner) in orphans {
        desk.operate("workflow.take_up", move |tx| enqueue_for(tx, &workflow, owner))?;
    }
    let all = desk.glance(|tx| Ok(workflows::all(tx)?))?;
    for workflow in all.into_iter().filter(|workflow| workflow.state == WorkflowState::On) {
        let Trigger::Date { column, days } = Definition::kept(&workflow.body)?.trigger else { continue };
        let epoch = desk.glance(|tx| Ok(accounts::user(tx, workflow.owner)?.filter(|u| u.state == UserState::Active).map(|u| u.epoch)))?;
        let Some(epoch) = epoch else {
            stop(desk, &workflow, "its owner is not active")?;
            continue;
        };
        match look(desk, &Asker::Job { user: workflow.owner, epoch }, &workflow, &column, days) {
            Ok(()) => {}
            Err(error @ Error::Fault(_)) => return Err(error),
            Err(error) => stop(desk, &workflow, &error.to_string())?,
        }
    }
    Ok(())
}

/// Workflows with runs that wait and no job that would do them: one that was tried too often, or was cancelled.
fn orphans(tx: &mut Tx<'_>) -> Done<Vec<(Workflow, security::PrincipalId)>> {
    let waiting = workflows::has_waiting(tx)?;
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    let jobs = queue::open(tx, RUN)?;
    let mut found = Vec::new();
    for (id, owner) in waiting {
        let is_taken = jobs
            .iter()
            .any(|job| job.asker == owner && job.arguments.get("workflow").and_then(|of| of.as_str()) == Some(id.to_string().as_str()));
        if !is_taken && let Some(workflow) = workflows::get(tx, id)? {
            found.push((workflow, owner));
        }
    }
    Ok(found)
}

fn look(desk: &Desk, who: &Asker, workflow: &Workflow, column: &str, days: i64) -> Done<()> {
    let mut after = None;
    loop {
        let (due, next) = desk.look(who, |tx, actor| due(tx, actor, workflow, column, days, after.take()))?;
        if !due.is_empty() {
            let workflow = workflow.clone();
            desk.perform(who, Verb::write("workflow.begin"), move |tx, _| take(tx, &workflow, &due))?;
        }
        after = next;
        if after.is_none() {
            break;
        }
    }
    let (id, looked) = (workflow.id, workflow.looked_until.unwrap_or(0));
    let now = desk.store().now();
    if now.div_euclid(DAY) > looked.div_euclid(DAY) {
        desk.operate("workflow.looked", move |tx| Ok(workflows::looked(tx, id, now)?))?;
    }
    Ok(())
}

/// The next rows whose day has come and that were not taken for it, as the owner may see them.
fn due(
    tx: &mut Tx<'_>,
    actor: &Actor,
    workflow: &Workflow,
    column: &str,
    days: i64,
    after: Option<Vec<Value>>,
) -> Done<(Vec<Due>, Option<Vec<Value>>)> {
    let catalogue = actor.catalogue().clone();
    let table: &Table = catalogue.find(&workflow.set).ok_or(security::Denial::NotThere)?;
    let column = table.find(column).ok_or_else(|| crate::views::unknown_column(table, column))?;
    let read = permit(actor, Privilege::Read, table)?;
    read.admit(table, [column.id], security::ColumnUse::Read)?;
    let (first, now) = (workflow.looked_until.unwrap_or(tx.now()).div_euclid(DAY), tx.now());
    let (from, to) =
        if column.kind == Kind::Date { (first - days, now.div_euclid(DAY) - days) } else { ((first - days) * DAY, now - days * DAY) };
    let filter =
        Filter::All(vec![Filter::Column(column.id, Test::Ge(Value::Int(from))), Filter::Column(column.id, Test::Le(Value::Int(to)))]);
    let query = Query { filter, order: Vec::new(), columns: Some(vec![column.id]), limit: BATCH, after };
    let page = find(tx, &read, &query)?;
    let all: Vec<Due> = page.records.iter().filter_map(|record| Some((record.id, record.get(column.id)?.int()?))).collect();
    let taken = workflows::dates_taken(tx, workflow.id, &all.iter().map(|(row, _)| *row).collect::<Vec<_>>())?;
    Ok((all.into_iter().filter(|due| !taken.contains(due)).collect(), page.next))
}

fn take(tx: &mut Tx<'_>, workflow: &Workflow, due: &[Due]) -> Done<()> {
    tx.about("workflows", workflow.id);
    let mut rows = Vec::new();
    for (row, value) in due {
        if workflows::claim_date(tx, workflow.id, *row, *value)? {
            rows.push(*row);
        }
    }
    begin_by_date(tx, workflow, &rows)
}

fn stop(desk: &Desk, workflow: &Workflow, why: &str) -> Done<()> {
    let (workflow, why) = (workflow.clone(), why.to_owned());
    desk.operate("workflow.stop", move |tx| {
        tx.about("workflows", workflow.id);
        workflows::set_state(tx, workflow.id, WorkflowState::Stopped, Some(&why))?;
        tell_owner(tx, &workflow, workflow.owner, &why)
    })
}
