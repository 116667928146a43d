//! A person's own jobs: how far they are, and stopping them.
//!
//! Only who asked for a job sees it; for everybody else it is not there. The bell tells that one ended ([`crate::notices`]).
//! Not here: what an import or export gave ([`crate::exchange`]). Proved by `crates/crm/tests/it/jobs.rs`.

use crate::workflows::RUN;
use crate::{Done, Problem};
use catalogue::RowId;
use security::{Actor, Denial};
use store::Tx;
use store::queue::{self, Job};

/// The actor's jobs, newest first, without those of workflows, which have a log of their own. What they are called stands
/// in their arguments as `title`.
pub fn list(tx: &mut Tx<'_>, actor: &Actor, limit: u32) -> Done<Vec<Job>> {
    Ok(queue::of_other(tx, actor.user(), RUN, limit)?)
}

/// One job of the actor.
pub fn get(tx: &mut Tx<'_>, actor: &Actor, id: RowId) -> Done<Job> {
    let job = queue::get(tx, id)?.filter(|job| job.asker == actor.user());
    job.ok_or_else(|| Denial::NotThere.into())
}

/// Stops a job of the actor: at once while it waits, after its batch while it runs. What is done stays done.
pub fn cancel(tx: &mut Tx<'_>, actor: &Actor, id: RowId) -> Done<()> {
    get(tx, actor, id)?;
    tx.about("jobs", id);
    if queue::cancel(tx, id)? { Ok(()) } else { Err(Problem::conflict("has-ended", "this job has ended already")) }
}
