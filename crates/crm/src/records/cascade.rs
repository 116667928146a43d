//! Which children follow their parent.
//!
//! A cascade does row by row what the actor may do there; children it does not reach stay as they are, uncounted. What
//! was met already is not met twice, so relations may go round in circles.
//! Not here: what is done with them ([`super::assign()`], [`super::share()`]). Proved by `crates/crm/tests/it/records_write.rs`.

use crate::{Done, Problem};
use catalogue::{Cascade, Relation, RowId, Table, TableId, Value};
use security::{Actor, Permit, PrincipalId, Privilege, permit};
use std::collections::HashSet;
use store::records::{self, Record};
use store::{Fault, Tx};

/// LIMIT: rows that one verb takes along at most; more is a job's work.
pub(super) const MOST: usize = 2000;

/// What a cascade has met.
#[derive(Default)]
pub(super) struct Met(HashSet<(TableId, RowId)>);

impl Met {
    /// True when it is new. Refuses when there are too many.
    pub(super) fn enter(&mut self, table: &Table, id: RowId) -> Done<bool> {
        if self.0.len() > MOST {
            return Err(Problem::conflict("too-many", "too many records depend on this one; take them in parts"));
        }
        Ok(self.0.insert((table.id, id)))
    }
}

/// The children of a row by one relation that follow it, of those that the permit covers.
pub(super) fn followers(
    tx: &mut Tx<'_>,
    permit: &Permit<'_>,
    relation: &Relation,
    how: Cascade,
    (parent, id, owner): (&Table, RowId, Option<PrincipalId>),
    child: &Table,
) -> Done<Vec<Record>> {
    let column = child.column(relation.column).ok_or_else(|| Fault::broken("a relation without its lookup"))?;
    let mut found = Vec::new();
    let all = records::left_behind(tx, child, column, parent, id)?;
    let covered = records::within(tx, permit, &all)?;
    for row in all.into_iter().filter(|row| covered.contains(row)) {
        found.extend(records::get(tx, permit, row)?.filter(|record| follows(how, child, record, owner)));
        if found.len() > MOST {
            return Err(Problem::conflict("too-many", "too many records depend on this one; take them in parts"));
        }
    }
    Ok(found)
}

/// Whether this child follows a parent of this owner.
pub(super) fn follows(how: Cascade, child: &Table, record: &Record, parents_owner: Option<PrincipalId>) -> bool {
    match how {
        Cascade::None => false,
        Cascade::All => true,
        Cascade::Active => {
            let first = child.find("state").and_then(|c| c.kind.options().first()).map(|o| o.value);
            first.is_some() && record.named(child, "state").and_then(Value::int) == first
        }
        Cascade::UserOwned => parents_owner.is_some() && record.named(child, "owner").and_then(Value::id).map(PrincipalId) == parents_owner,
    }
}

/// The relations whose children have owners of their own, each with the actor's permit there; those without are left out.
pub(super) fn owned_children<'a>(
    actor: &'a Actor,
    parent: &Table,
    privilege: Privilege,
    how: impl Fn(&Relation) -> Cascade,
) -> Vec<(Relation, Cascade, &'a Table, Permit<'a>)> {
    let catalogue = actor.catalogue();
    let mut found = Vec::new();
    for relation in catalogue.children_of(parent.id) {
        let how = how(relation);
        let Some(child) = catalogue.table(relation.child).filter(|c| c.is_owned() && how != Cascade::None) else { continue };
        if let Ok(permit) = permit(actor, privilege, child) {
            found.push((relation.clone(), how, child, permit));
        }
    }
    found
}
