//! Changes cells of a record.
//!
//! Checked on the row as it was and as it will be; a stale version is answered with the one that stands. An owner
//! changes by [`super::assign()`] only.
//! Not here: what follows from another parent ([`super::reparent`]). Proved by `crates/crm/tests/it/records_write.rs`.

use super::reach::{reach, refusal, table_of};
use super::{amounts, check, derive, lookups, reparent};
use crate::{Done, Error};
use catalogue::{RowId, Table, TableId, Value};
use security::{Actor, ColumnUse, Denial, Privilege};
use store::Tx;
use store::records::{self, Cells, Record, Written};

/// Changes these cells and answers the version that the record has now. With `version`, only if it is still that one.
pub fn change(tx: &mut Tx<'_>, actor: &Actor, table: TableId, id: RowId, version: Option<i64>, cells: Cells) -> Done<i64> {
    let table = table_of(actor, table)?;
    tx.about(&table.set, id);
    let write = reach(tx, actor, Privilege::Write, table, id)?;
    let before = records::get(tx, &write, id)?.ok_or(Denial::NotThere)?;
    let found = version_of(table, &before);
    let stale = || Error::Stale { set: table.set.clone(), id, version: found };
    if version.is_some_and(|seen| seen != found) {
        return Err(stale());
    }
    check::may_name(table, &write, &cells, ColumnUse::Update)?;
    let mut cells = check::values(table, &cells)?;
    lookups::readable(tx, actor, table, Some(id), &cells, Some(&before))?;
    let appends = lookups::attach_to(tx, actor, table, &cells, Some(&before))?;
    if appends {
        reach(tx, actor, Privilege::Append, table, id)?;
    }
    let recounted = derive::at_change(tx, actor, table, id, &before, &mut cells)?;
    check::still_complete(table, &cells)?;
    let version = match records::update(tx, &write, id, version, &cells)? {
        Written::Done(version) => version,
        Written::Outside => return Err(refusal(tx, actor, Privilege::Write, table, id)?),
        Written::Stale => return Err(stale()),
    };
    if appends {
        lookups::may_append(tx, actor, table, id)?;
    }
    if recounted {
        amounts::recount_children(tx, actor, table, id)?;
    }
    Ok(reparent::follow(tx, actor, table, id, &before, &cells)?.unwrap_or(version))
}

fn version_of(table: &Table, record: &Record) -> i64 {
    record.named(table, "version").and_then(Value::int).unwrap_or(0)
}
