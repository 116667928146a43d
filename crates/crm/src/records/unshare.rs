//! Ends the shares of a record with somebody, at once.
//!
//! A share stays until ended, whoever gave it; every holder of `share` on the row can end it, and so can the owner
//! without that privilege. What was inherited from it ends with it; what the row itself inherited is ended where it
//! comes from.
//! Not here: giving one ([`super::share()`]). Proved by `crates/crm/tests/it/records_write.rs`.

use super::reach::{reach, table_of};
use super::team::end_team;
use crate::{Done, Error, Problem};
use catalogue::{RowId, Table, TableId};
use security::{Actor, Denial, PrincipalId, Privilege};
use store::Tx;
use store::records::{self, end_share, live_shares};

/// Ends every share of this record itself with this principal.
pub fn unshare(tx: &mut Tx<'_>, actor: &Actor, table: TableId, id: RowId, with: PrincipalId) -> Done<()> {
    let table = table_of(actor, table)?;
    tx.about(&table.set, id);
    may_end(tx, actor, table, id)?;
    let (inherited, own): (Vec<_>, Vec<_>) =
        live_shares(tx, &table.set, id)?.into_iter().filter(|s| s.with == with).partition(|s| s.inherited.is_some());
    if own.is_empty() {
        return Err(Problem::conflict(
            "not-shared",
            if inherited.is_empty() { "this record is not shared with them" } else { "this share comes from another record; end it there" },
        ));
    }
    for share in own {
        end_share(tx, &table.set, &share, id)?;
    }
    // What a team of this record was made for has ended.
    end_team(tx, table, id, with)?;
    Ok(())
}

pub(super) fn may_end(tx: &mut Tx<'_>, actor: &Actor, table: &Table, id: RowId) -> Done<()> {
    match reach(tx, actor, Privilege::Share, table, id) {
        Ok(_) => Ok(()),
        Err(Error::Denied(no @ (Denial::Row { .. } | Denial::NoPrivilege { .. }))) => {
            reach(tx, actor, Privilege::Read, table, id)?;
            let owner = records::facts(tx, table.id, id)?.and_then(|f| f.owner);
            let own = owner.is_some_and(|o| o == actor.user() || actor.teams().iter().any(|t| t.owns && t.team == o));
            if own { Ok(()) } else { Err(no.into()) }
        }
        Err(other) => Err(other),
    }
}
