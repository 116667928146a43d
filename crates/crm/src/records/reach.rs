//! One record under one privilege: the permit, or the right kind of no.
//!
//! The order is that of security-model 9: no privilege at all, alike for every id; then a record that may not be read,
//! which is not there; then one that may be read and not so used, or that a guard keeps as it is.
//! Not here: the decision (`security`). Proved by `crates/crm/tests/it/records_write.rs`.

use crate::{Done, Problem};
use catalogue::{RowId, Table, TableId};
use security::{Actor, Denial, Permit, Privilege, explain, permit};
use store::{Tx, records};

/// The table, of those the actor's catalogue has.
pub fn table_of(actor: &Actor, table: TableId) -> Done<&Table> {
    actor.catalogue().table(table).ok_or_else(|| Problem::malformed("unknown-set", "there is no such table"))
}

/// The permit for this privilege on this table, when it covers this record.
pub fn reach<'a>(tx: &mut Tx<'_>, actor: &'a Actor, privilege: Privilege, table: &Table, id: RowId) -> Done<Permit<'a>> {
    let asked = permit(actor, privilege, table)?;
    if covers(tx, &asked, id)? {
        return Ok(asked);
    }
    if privilege != Privilege::Read && covers(tx, &permit(actor, Privilege::Read, table)?, id)? {
        return Err(refusal(tx, actor, privilege, table, id)?);
    }
    Err(Denial::NotThere.into())
}

/// Why this privilege, which is held, does not reach this record, which is readable: a guard by its name, or the act.
pub(super) fn refusal(tx: &mut Tx<'_>, actor: &Actor, privilege: Privilege, table: &Table, id: RowId) -> Done<crate::Error> {
    let facts = records::facts(tx, table.id, id)?.ok_or(Denial::NotThere)?;
    let guard = explain(actor, privilege, table, &facts).missing.into_iter().find(|no| matches!(no, Denial::Guard(_)));
    Ok(guard.map_or_else(|| denied(privilege, table), crate::Error::from))
}

/// Whether the permit covers this record.
pub(super) fn covers(tx: &mut Tx<'_>, permit: &Permit<'_>, id: RowId) -> Done<bool> {
    Ok(records::within(tx, permit, &[id])?.contains(&id))
}

/// The record is known, the act is not allowed on it.
pub(super) fn denied(privilege: Privilege, table: &Table) -> crate::Error {
    Denial::Row { privilege, set: table.set.clone() }.into()
}
