//! Makes a record.
//!
//! The level of `create` bounds in whose name and unit it may be made; without an owner it is the maker's. A lookup that
//! is filled asks `append_to` there, and `append` on the new row once it stands.
//! Not here: answering with the row, which is read again under its maker's own permit ([`crate::views`]).
//! Start reading at [`create`]. Proved by `crates/crm/tests/it/records_write.rs`.

use super::receiver::Receiver;
use super::{check, derive, lookups, reach};
use crate::{Done, Problem};
use catalogue::{Kind, RowId, Table, TableId};
use security::{Actor, ColumnUse, Permit, PrincipalId, Privilege, UnitId, permit};
use store::records::{self, Cells, Written};
use store::{Tx, records::insert};

/// A record as somebody wants it.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Of which table.
    pub table: TableId,
    /// Its id, where it comes with one.
    pub id: Option<RowId>,
    /// What stands in it.
    pub cells: Cells,
    /// Whose it is; the maker's when not said.
    pub owner: Option<PrincipalId>,
}

/// Makes a record and answers its id. Whoever made it may not be able to read it.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, draft: &Draft) -> Done<RowId> {
    let table = reach::table_of(actor, draft.table)?;
    let create = permit(actor, Privilege::Create, table)?;
    if table.columns.iter().any(|c| c.kind == Kind::File) {
        return Err(Problem::malformed("not-writable", "a file is made by attaching it to a record"));
    }
    check::may_name(table, &create, &draft.cells, ColumnUse::Create)?;
    make(tx, actor, &create, table, draft)
}

/// Makes a record of cells whose columns were judged already.
pub(super) fn make(tx: &mut Tx<'_>, actor: &Actor, create: &Permit<'_>, table: &Table, draft: &Draft) -> Done<RowId> {
    let id = draft.id.unwrap_or_else(|| tx.new_id());
    tx.about(&table.set, id);
    let owner = owned_by(tx, actor, create, table, draft.owner)?;
    let mut cells = check::values(table, &draft.cells)?;
    lookups::readable(tx, actor, table, Some(id), &cells, None)?;
    let appends = lookups::attach_to(tx, actor, table, &cells, None)?;
    derive::at_create(tx, actor, table, &mut cells)?;
    check::complete(table, &cells)?;
    if draft.id.is_some() && records::exists(tx, table.id, id)? {
        return Err(Problem::conflict("taken", "this id is taken already"));
    }
    match insert(tx, create, id, &cells, owner)? {
        Written::Done(_) => {}
        Written::Outside | Written::Stale => return Err(reach::refusal(tx, actor, Privilege::Create, table, id)?),
    }
    if appends {
        lookups::may_append(tx, actor, table, id)?;
    }
    Ok(id)
}

/// Owner and unit of the new row, if the maker may make it in their name.
fn owned_by(
    tx: &mut Tx<'_>,
    actor: &Actor,
    create: &Permit<'_>,
    table: &Table,
    wanted: Option<PrincipalId>,
) -> Done<Option<(PrincipalId, UnitId)>> {
    if !table.is_owned() {
        return match wanted {
            Some(_) => Err(Problem::malformed("not-writable", format!("{} have no owner", table.set))),
            None => Ok(None),
        };
    }
    let receiver = match wanted {
        Some(other) if other != actor.user() => Receiver::find(tx, other)?,
        _ => Receiver::oneself(actor),
    };
    if !create.rule().holds(&receiver.facts()) {
        return Err(reach::denied(Privilege::Create, table));
    }
    receiver.must_read(table)?;
    Ok(Some((receiver.id, receiver.unit)))
}
