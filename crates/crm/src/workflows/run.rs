//! The job that steps runs on, one step in one transaction, until none waits.
//!
//! Each step passes the desk as the run's owner with the rights of that moment (law 7). A right that was withdrawn stops
//! the workflow and tells its owner; what one row does not allow ends that run alone. A worker that dies leaves runs at
//! their place, and the job is taken again.
//! Not here: the steps ([`super::steps`]). Start reading at [`run`]. Proved by `crates/crm/tests/it/workflows.rs`.

use super::definition::{Definition, Place};
use super::{steps, tell_owner};
use crate::jobs::{End, LEASE, outcome};
use crate::{Asker, Desk, Done, Error, Problem, Verb};
use catalogue::RowId;
use security::{Denial, PrincipalId, UserState};
use std::sync::atomic::{AtomicBool, Ordering};
use store::queue::{self, Going, Job};
use store::workflows::{self, Run, RunState, Workflow, WorkflowState};
use store::{Fault, Tx, accounts};

/// What is to be done next.
struct Next {
    workflow: Workflow,
    run: Run,
    definition: Definition,
    /// The owner's epoch; none when the owner is not active.
    epoch: Option<i64>,
}

/// Runs the job from where it stands, until no run waits or `stop` is set.
pub(crate) fn run(desk: &Desk, job: &Job, stop: &AtomicBool) -> Done<End> {
    let id = job.arguments.get("workflow").and_then(|id| id.as_str()).and_then(RowId::parse);
    let id = id.ok_or_else(|| Fault::broken("a job of a workflow cannot be read"))?;
    let mut done = job.done;
    while !stop.load(Ordering::Relaxed) {
        let Some(next) = desk.glance(|tx| next(tx, id, job.asker))? else { return Ok(End::Done(None)) };
        let Some(epoch) = next.epoch else {
            stopped(desk, &next, "its owner is not active")?;
            return Ok(End::Done(None));
        };
        done += 1;
        let who = Asker::Workflow { user: job.asker, epoch, run: next.run.id };
        match one(desk, &who, job, &next, done) {
            Ok(Going::On) => {}
            Ok(Going::Stop | Going::Lost) => return Ok(End::Cancelled(None)),
            Err(Error::Fault(fault)) => return Err(fault.into()),
            Err(Error::Problem(problem)) if problem.code == crate::jobs::LOST => return Ok(End::Left),
            Err(error) if withdraws(&error) => {
                stopped(desk, &next, &error.to_string())?;
                return Ok(End::Done(None));
            }
            Err(error) => failed(desk, &next, &error.to_string())?,
        }
    }
    Ok(End::Left)
}

fn next(tx: &mut Tx<'_>, id: RowId, owner: PrincipalId) -> Done<Option<Next>> {
    let Some(workflow) = workflows::get(tx, id)?.filter(|workflow| workflow.state == WorkflowState::On) else { return Ok(None) };
    let Some(run) = workflows::waiting(tx, id, owner, 1)?.pop() else { return Ok(None) };
    let (_, body) = workflows::version(tx, id, run.version)?.ok_or_else(|| Fault::broken("a run of no version"))?;
    let epoch = accounts::user(tx, owner)?.filter(|user| user.state == UserState::Active).map(|user| user.epoch);
    Ok(Some(Next { workflow, run, definition: Definition::kept(&body)?, epoch }))
}

/// One step, kept whole or not at all.
fn one(desk: &Desk, who: &Asker, job: &Job, next: &Next, done: i64) -> Done<Going> {
    let step = next.definition.step(Place::read(&next.run.place)?).map_or("end", |step| step.name());
    let (job, workflow, definition, run) = (job.clone(), next.workflow.clone(), next.definition.clone(), next.run.clone());
    desk.perform(who, Verb::write(format!("workflow.{step}")), move |tx, actor| {
        steps::take(tx, actor, &workflow, &definition, &run)?;
        let until = tx.now() + LEASE;
        outcome(queue::progress(tx, &job, &run.id.to_string(), done, None, until)?)
    })
}

/// A right that the owner has no more: for every row alike.
fn withdraws(error: &Error) -> bool {
    match error {
        Error::Denied(denial) => match denial {
            Denial::SignIn | Denial::State(_) | Denial::NoPrivilege { .. } | Denial::NoTask(_) | Denial::Column { .. } => true,
            // A workflow has no session that could prove a factor: an organisation that asks one for this stops it.
            Denial::SecondFactor | Denial::StepUp => true,
            Denial::Row { .. } | Denial::NotThere | Denial::Guard(_) => false,
        },
        Error::Problem(_) | Error::Stale { .. } | Error::Wait(_) | Error::Fault(_) => false,
    }
}

/// Ends the run and stops its workflow: what waits goes on when somebody switches it on again.
fn stopped(desk: &Desk, next: &Next, why: &str) -> Done<()> {
    let (run, workflow, why) = (next.run.clone(), next.workflow.clone(), why.to_owned());
    desk.operate("workflow.stop", move |tx| {
        tx.about("workflows", workflow.id);
        end(tx, &run, RunState::Stopped, &why)?;
        workflows::set_state(tx, workflow.id, WorkflowState::Stopped, Some(&why))?;
        tell_owner(tx, &workflow, run.owner, &why)
    })
}

/// Ends the run alone.
fn failed(desk: &Desk, next: &Next, why: &str) -> Done<()> {
    let (run, workflow, why) = (next.run.clone(), next.workflow.clone(), why.to_owned());
    desk.operate("workflow.fail", move |tx| {
        tx.about("workflows", workflow.id);
        end(tx, &run, RunState::Failed, &why)?;
        tell_owner(tx, &workflow, run.owner, &format!("one of its runs, at least: {why}"))
    })
}

fn end(tx: &mut Tx<'_>, run: &Run, state: RunState, why: &str) -> Done<()> {
    if !workflows::end_run(tx, run.id, state, why)? {
        return Err(Problem::conflict("has-ended", "this run has ended already"));
    }
    Ok(workflows::log(tx, run.id, &run.place, state.name(), why)?)
}
