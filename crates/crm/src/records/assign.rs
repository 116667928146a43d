//! Gives a record another owner, and its children by the catalogue's relations.
//!
//! The level of `assign` bounds the row, not the receiver, who must be active and hold read on the table. The owning
//! unit follows the owner, and the previous owner keeps nothing, unless whoever assigns says so: to read, until a day.
//! Not here: moving all rows of a person. Proved by `crates/crm/tests/it/records_write.rs`.

use super::cascade::{Met, followers, owned_children};
use super::reach::{denied, reach, table_of};
use super::receiver::Receiver;
use super::share::{ShareAsk, bestow};
use crate::{Done, Problem};
use catalogue::{RowId, Table, TableId, Value};
use security::{Actor, Denial, Permit, PrincipalId, Privilege, UserState};
use store::records::{self, Written};
use store::{Tx, accounts};

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

/// The same, but who owned it until now may go on reading it until then, microseconds UTC. That is a share, so it asks
/// what a share asks of whoever assigns.
pub fn assign_keeping(tx: &mut Tx<'_>, actor: &Actor, table: TableId, id: RowId, owner: PrincipalId, until: i64) -> Done<()> {
    let of = table_of(actor, table)?;
    tx.about(&of.set, id);
    reach(tx, actor, Privilege::Assign, of, id)?;
    if until <= tx.now() {
        return Err(Problem::column("keep_until", "lies in the past"));
    }
    let share = reach(tx, actor, Privilege::Share, of, id)?;
    let was = records::get(tx, &share, id)?.ok_or(Denial::NotThere)?.named(of, "owner").and_then(Value::id).map(PrincipalId);
    if let Some(was) = was.filter(|was| *was != owner) {
        if accounts::user(tx, was)?.is_some_and(|user| user.state != UserState::Active) {
            return Err(Problem::column("keep_until", "who owned it until now is not active and keeps nothing"));
        }
        let ask = ShareAsk { with: was, rights: [Privilege::Read].into_iter().collect(), until: Some(until) };
        bestow(tx, actor, &share, of, id, &ask)?;
    }
    assign(tx, actor, table, id, owner)
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
