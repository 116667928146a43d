//! What a lookup asks: that the row it names is there for whoever sets it, and that both rows may be tied.
//!
//! A row that is unknown and one that may not be read are answered alike. Setting a lookup asks `append_to` on the row
//! named and `append` on the row that holds it; a lookup to a person, team or unit asks neither, nor does the lookup
//! through which a row without rights of its own takes them.
//! Not here: what follows from another parent ([`super::reparent`]). Proved by `crates/crm/tests/it/records_write.rs`.

use super::cells::{Named, named};
use super::reach::{covers, reach};
use crate::{Done, FieldError, Problem};
use catalogue::{Ownership, RowId, Table, Target};
use security::{Actor, Denial, PrincipalId, Privilege, UnitId, UserState, permit};
use store::accounts::{self, PrincipalKind};
use store::records::{Cells, Record};
use store::{Fault, Tx, records};

/// Refuses lookups to what is not there for this person; one that stands in `before` already may name somebody who left.
pub(super) fn readable(
    tx: &mut Tx<'_>,
    actor: &Actor,
    table: &Table,
    row: Option<RowId>,
    cells: &Cells,
    before: Option<&Record>,
) -> Done<()> {
    let mut wrong = Vec::new();
    for lookup in named(table, cells) {
        let itself = row == Some(lookup.id) && lookup.target == Target::Table(table.id);
        let message = match is_there(tx, actor, &lookup)? {
            true if itself => "a record cannot name itself here",
            true if has_left(tx, &lookup)? && !before.is_some_and(|record| stands(record, &lookup)) => {
                "this person does not work here any more"
            }
            true => continue,
            false => nothing(lookup.target),
        };
        wrong.push(FieldError { column: lookup.column.name.clone(), message: message.into() });
    }
    if wrong.is_empty() { Ok(()) } else { Err(Problem::columns(wrong)) }
}

fn nothing(target: Target) -> &'static str {
    match target {
        Target::Table(_) => "there is no such record",
        Target::Users => "there is no such user",
        Target::Teams => "there is no such team",
        Target::Units => "there is no such business unit",
    }
}

/// Nothing new is tied to somebody who was shut out for good.
fn has_left(tx: &mut Tx<'_>, lookup: &Named<'_>) -> Result<bool, Fault> {
    if lookup.target != Target::Users {
        return Ok(false);
    }
    let id = PrincipalId(lookup.id);
    Ok(accounts::names(tx, &[id])?.get(&id).is_some_and(|p| matches!(p.state, UserState::Disabled | UserState::Erased)))
}

fn is_there(tx: &mut Tx<'_>, actor: &Actor, lookup: &Named<'_>) -> Done<bool> {
    let principal = |tx: &mut Tx<'_>, kind| -> Done<bool> {
        let id = PrincipalId(lookup.id);
        Ok(accounts::names(tx, &[id])?.get(&id).is_some_and(|p| p.kind == kind && p.state != UserState::Invited))
    };
    match lookup.target {
        Target::Users => principal(tx, PrincipalKind::User),
        Target::Teams => principal(tx, PrincipalKind::Team),
        Target::Units => Ok(accounts::unit_names(tx, &[UnitId(lookup.id)])?.contains_key(&UnitId(lookup.id))),
        Target::Table(to) => {
            let Some(other) = actor.catalogue().table(to) else { return Ok(false) };
            match permit(actor, Privilege::Read, other) {
                Ok(read) => covers(tx, &read, lookup.id),
                Err(_) => Ok(false),
            }
        }
    }
}

/// Asks `append_to` on every row that is newly named. Answers whether the row itself must be asked for `append`.
pub(super) fn attach_to(tx: &mut Tx<'_>, actor: &Actor, table: &Table, cells: &Cells, before: Option<&Record>) -> Done<bool> {
    let mut any = false;
    for lookup in named(table, cells) {
        let Target::Table(to) = lookup.target else { continue };
        if is_ownership(table, &lookup) || before.is_some_and(|record| stands(record, &lookup)) {
            continue;
        }
        let other = actor.catalogue().table(to).ok_or(Denial::NotThere)?;
        reach(tx, actor, Privilege::AppendTo, other, lookup.id)?;
        any = true;
    }
    Ok(any)
}

fn is_ownership(table: &Table, lookup: &Named<'_>) -> bool {
    match &table.ownership {
        Ownership::Parent(column) => *column == lookup.column.id,
        Ownership::Ends(ends) => ends.contains(&lookup.column.id),
        Ownership::Principal | Ownership::Organisation => false,
    }
}

fn stands(record: &Record, lookup: &Named<'_>) -> bool {
    record.get(lookup.column.id).and_then(|v| v.id()) == Some(lookup.id) && record.target(lookup.column.id) == Some(lookup.target)
}

/// The row, as it is now, may be tied to others.
pub(super) fn may_append(tx: &mut Tx<'_>, actor: &Actor, table: &Table, id: RowId) -> Done<()> {
    let append = permit(actor, Privilege::Append, table)?;
    if records::within(tx, &append, &[id])?.contains(&id) {
        Ok(())
    } else {
        Err(super::reach::refusal(tx, actor, Privilege::Append, table, id)?)
    }
}
