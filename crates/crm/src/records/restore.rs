//! Brings back what was deleted within the last 30 days, whole and under the same ids.
//!
//! For whoever could delete it today; everybody else is told what they are told of any id that is not there. Lookups
//! that the delete emptied are filled again where the actor may write and nobody filled them since.
//! Not here: listing what was deleted ([`crate::views`]). Proved by `crates/crm/tests/it/records_write.rs`.

use super::reach::table_of;
use crate::{Done, Error, Problem};
use catalogue::{RowId, TableId};
use security::{Actor, Denial, Permit, Privilege, permit};
use store::Tx;
use store::records::{self, Restored};

/// For how many days what was deleted can be brought back.
pub const KEPT_DAYS: i64 = 30;
const DAY: i64 = 86_400_000_000;

/// Brings back this record and everything that was deleted with it.
pub fn restore(tx: &mut Tx<'_>, actor: &Actor, table: TableId, id: RowId) -> Done<()> {
    let table = table_of(actor, table)?;
    tx.about(&table.set, id);
    let delete = permit(actor, Privilege::Delete, table)?;
    let since = tx.now() - KEPT_DAYS * DAY;
    let group = records::removed_group(tx, &table.set, id, since)?.ok_or(Denial::NotThere)?;
    // WHY: asked before anything is said of what the row hangs on.
    if !records::covers_removed(tx, &delete, id)? {
        return Err(Denial::NotThere.into());
    }
    let may = |_: &mut Tx<'_>, table: &catalogue::Table, privilege: Privilege| -> Done<Permit<'_>> {
        Ok(permit(actor, privilege, table_of(actor, table.id)?)?)
    };
    match records::restore_group(tx, group, may) {
        Ok(Restored::Back(_)) => Ok(()),
        Ok(Restored::Outside) | Err(Error::Denied(_)) => Err(Denial::NotThere.into()),
        Ok(Restored::Gone { set, column }) => {
            Err(Problem::conflict("gone", format!("`{column}` of {set} names a record that is gone; bring that back first")))
        }
        Err(other) => Err(other),
    }
}
