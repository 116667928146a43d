//! Many records in one go: who may.
//!
//! Each row is still asked for by itself; this task comes before the first of them, so that a role can let somebody change
//! or delete one record after the other and not the fifty of a page.
//! Not here: the rows themselves ([`super::assign()`], [`super::delete()`]). Proved by
//! `crates/crm/tests/it/records_write/together.rs`.

use crate::{Denial, Done, Problem};
use security::{Actor, Privilege, Task, entrust};

/// So many rows at once; more is a job.
pub const TOGETHER: usize = 50;

/// Asks the task for doing this to so many rows in one go; for one row nothing is asked.
pub fn together(actor: &Actor, act: Privilege, rows: usize) -> Done<()> {
    if rows > TOGETHER {
        return Err(Problem::too_large(format!("at most {TOGETHER} at once; choose fewer")));
    }
    match act {
        _ if rows <= 1 => Ok(()),
        Privilege::Write | Privilege::Assign => Ok(entrust(actor, Task::BulkEdit)?),
        Privilege::Delete => Ok(entrust(actor, Task::BulkDelete)?),
        _ => Err(Denial::Guard("this is done to one record at a time").into()),
    }
}
