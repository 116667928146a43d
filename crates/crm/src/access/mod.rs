//! Why somebody has access, or has not; who has; and everything that one person may.
//!
//! The decision is asked, never told again: [`explain`], [`who`] and [`sheet`] put the answers of [`security::explain`]
//! into names and sentences. About oneself they are for whoever reads the row; about others, and the paths, for whoever
//! may view access. They say ids and names of people, roles, units and columns, never a value or a name of a row.
//! Not here: a past moment, what a change would do (later). Start reading at [`explain`].
//! Proved by `crates/crm/tests/it/access.rs`.

mod explain;
mod sheet;
mod who;
mod words;

pub use explain::{Explained, explain};
pub use sheet::{Sheet, TableLine, TaskLine, sheet};
pub use who::{MOST_PEOPLE, Reader, Who, who};
pub use words::Step;

use crate::{Done, Error};
use catalogue::{RowId, Table, TableId};
use security::{Actor, Denial, Privilege, permit};
use store::{Tx, records};

fn table_of(actor: &Actor, id: TableId) -> Done<Table> {
    actor.catalogue().table(id).cloned().ok_or(Error::Denied(Denial::NotThere))
}

/// Refuses whoever does not read the row: alike for a row that is not there.
fn asks_read(tx: &mut Tx<'_>, actor: &Actor, table: &Table, id: RowId) -> Done<()> {
    let permit = permit(actor, Privilege::Read, table)?;
    if records::within(tx, &permit, &[id])?.contains(&id) { Ok(()) } else { Err(Denial::NotThere.into()) }
}
