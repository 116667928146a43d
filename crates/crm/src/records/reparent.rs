//! What follows when a row gets another parent.
//!
//! Where the relation says so, what the row inherited from its old parent's shares ends, the shares of the new parent
//! come down, and the row goes to the new parent's owner; each only as far as the actor may do it on this row.
//! Not here: relations that do not cascade at reparenting, which change nothing.
//! Proved by `crates/crm/tests/it/records_write.rs`.

use super::assign::hand_over;
use super::cascade::{Met, follows};
use super::reach::covers;
use super::receiver::Receiver;
use super::share::{inherit, sever};
use crate::{Done, Error};
use catalogue::{RowId, Table, Target};
use security::{Actor, PrincipalId, Privilege, permit};
use store::records::{self, Cells, Record};
use store::{Tx, records::live_shares};

/// Follows every lookup that names another row now. Answers the version when the row changed once more.
pub(super) fn follow(tx: &mut Tx<'_>, actor: &Actor, table: &Table, id: RowId, before: &Record, cells: &Cells) -> Done<Option<i64>> {
    let catalogue = actor.catalogue().clone();
    let mut version = None;
    if !table.is_owned() {
        return Ok(version);
    }
    for relation in catalogue.parents_of(table.id).filter(|r| r.reparent != catalogue::Cascade::None) {
        let Some((_, value, target)) = cells.iter().find(|(c, _, _)| *c == relation.column) else { continue };
        let Some(parent) = catalogue.table(relation.parent) else { continue };
        let here = Some(Target::Table(parent.id));
        let old = before.get(relation.column).and_then(|v| v.id()).filter(|_| before.target(relation.column) == here);
        let new = value.id().filter(|_| *target == here);
        if old == new {
            continue;
        }
        let mut old_owner = None;
        if let Some(old) = old {
            sever(tx, table, id, parent, old)?;
            old_owner = owner_of(tx, parent, old)?;
        }
        let Some(new) = new else { continue };
        for share in live_shares(tx, &parent.set, new)? {
            inherit(tx, actor, table, id, &share)?;
        }
        if follows(relation.reparent, table, before, old_owner) {
            let owner = owner_of(tx, parent, new)?;
            version = hand_to(tx, actor, table, id, owner)?.or(version);
        }
    }
    Ok(version)
}

fn owner_of(tx: &mut Tx<'_>, table: &Table, id: RowId) -> Done<Option<PrincipalId>> {
    Ok(records::facts(tx, table.id, id)?.and_then(|f| f.owner))
}

/// Gives the row to its new parent's owner, where the actor may and the owner can have it.
fn hand_to(tx: &mut Tx<'_>, actor: &Actor, table: &Table, id: RowId, owner: Option<PrincipalId>) -> Done<Option<i64>> {
    let (Some(owner), Ok(assign)) = (owner, permit(actor, Privilege::Assign, table)) else { return Ok(None) };
    if !covers(tx, &assign, id)? {
        return Ok(None);
    }
    match Receiver::find(tx, owner) {
        Ok(receiver) if receiver.reads(table) => hand_over(tx, actor, &assign, table, id, &receiver, &mut Met::default()),
        Ok(_) | Err(Error::Problem(_)) => Ok(None),
        Err(other) => Err(other),
    }
}
