//! Gives a record another owner, and its children by the catalogue's relations.
//!
//! The level of `assign` bounds the row, not the receiver, who must be active and hold read on the table. The owning
//! unit follows the owner, and the previous owner keeps nothing.
//! Not here: moving all rows of a person. Proved by `crates/crm/tests/it/records_write.rs`.

use super::cascade::{Met, followers, owned_children};
use super::reach::{denied, reach, table_of};
use super::receiver::Receiver;
use crate::{Done, Problem};
use catalogue::{RowId, Table, TableId, Value};
use security::{Actor, Denial, Permit, PrincipalId, Privilege};
use store::Tx;
use store::records::{self, Written};

/// Gives the record to this user or owner team.
pub fn assign(tx: &mut Tx<'_>, actor: &Actor, table: TableId, id: RowId, owner: PrincipalId) -> Done<()> {
    let table = table_of(actor, table)?;
    tx.about(&table.set, id);
    let assign = reach(tx, actor, Privilege::Assign, table, id)?;
    if !table.is_owned() {
        return Err(Problem::malformed("no-owner", format!("{} have no owner", table.set)));
    }
    let receiver = Receiver::find(tx, owner)?;
    receiver.must_read(table)?;
    hand_over(tx, actor, &assign, table, id, &receiver, &mut Met::default())?.ok_or_else(|| denied(Privilege::Assign, table))?;
    Ok(())
}

/// Hands over one row and what follows it. Answers its version, or `None` when the permit does not cover it.
pub(super) fn hand_over(
    tx: &mut Tx<'_>,
    actor: &Actor,
    assign: &Permit<'_>,
    table: &Table,
    id: RowId,
    to: &Receiver<'_>,
    met: &mut Met,
) -> Done<Option<i64>> {
    if !met.enter(table, id)? {
        return Ok(None);
    }
    let was = records::get(tx, assign, id)?.ok_or(Denial::NotThere)?.named(table, "owner").and_then(Value::id).map(PrincipalId);
    let Written::Done(version) = records::assign(tx, assign, id, to.id, to.unit)? else { return Ok(None) };
    if was == Some(to.id) {
        return Ok(Some(version));
    }
    for (relation, how, child, permit) in owned_children(actor, table, Privilege::Assign, |r| r.assign) {
        if !to.reads(child) {
            continue;
        }
        for record in followers(tx, &permit, &relation, how, (table, id, was), child)? {
            hand_over(tx, actor, &permit, child, record.id, to, met)?;
        }
    }
    Ok(Some(version))
}
