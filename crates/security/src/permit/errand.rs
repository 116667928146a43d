//! What may be done with records because somebody leaves.
//!
//! Each permit here takes the task that stops people and no role on records, is about one leaver, and is given to nobody
//! about themselves. [`hand_over`] covers what the leaver owns. The others carry an [`Errand`], and their rule holds for no
//! row: what does not know the errand, today or later, touches nothing with them.
//!
//! * `hand_over(actor, leaver, table)`: what the leaver owns gets another owner; opens no column but the owner's, to change
//! * `take_back(actor, leaver, heir, table)`: what `heir` owns and the leaver owned before goes back to the leaver
//! * `replace_in(actor, leaver, table, column)`: where this lookup names the leaver, it names somebody else
//! * `name_again(actor, leaver, table, column, now)`: where it names `now` in the leaver's place, it names the leaver again
//!
//! Not here: who becomes the heir, and whether the actor would gain by it (`crm`). Source: security-model 3, 8 and 9.
//! Proved by `crates/store/tests/it/records/handing.rs`.

use super::{CLOSED, ColumnRights, Permit, entrust};
use crate::{Actor, Denial, PrincipalId, Privilege, Rule, Task};
use catalogue::{ColumnId, Table, Target};
use std::collections::BTreeSet;

const OWN: &str = "nobody carries out their own departure; somebody else who may freeze people can";

/// The one thing that a permit is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// What this heir owns now and the leaver owned before gets the leaver as its owner again.
    TakeBack {
        /// Who left.
        leaver: PrincipalId,
        /// Who owns it now.
        heir: PrincipalId,
    },
    /// In rows whose lookup names the leaver, that one cell changes.
    Replace {
        /// Who left.
        leaver: PrincipalId,
        /// The lookup.
        column: ColumnId,
    },
    /// In rows whose lookup names this person, or nobody, and named the leaver before, it names the leaver again.
    NameAgain {
        /// Who left.
        leaver: PrincipalId,
        /// The lookup.
        column: ColumnId,
        /// Whom it names now.
        now: Option<PrincipalId>,
    },
}

/// Decides whether what `leaver` owns of this table may be given to somebody else.
pub fn hand_over<'tx>(actor: &'tx Actor, leaver: PrincipalId, table: &Table) -> Result<Permit<'tx>, Denial> {
    asked(actor, leaver)?;
    let rule = if table.is_owned() { Rule::Owner(BTreeSet::from([leaver])) } else { Rule::Nothing };
    let columns = opening(table, table.find("owner").filter(|_| table.is_owned()).map(|column| column.id));
    Ok(Permit { actor: Some(actor), table: table.id, privilege: Privilege::Assign, rule, columns, errand: None })
}

/// Decides whether what was handed over to `heir` may go back to `leaver`.
pub fn take_back<'tx>(actor: &'tx Actor, leaver: PrincipalId, heir: PrincipalId, table: &Table) -> Result<Permit<'tx>, Denial> {
    asked(actor, leaver)?;
    Ok(sent(actor, table, Privilege::Assign, None, Errand::TakeBack { leaver, heir }))
}

/// Decides whether somebody may take the leaver's place in this lookup. It may be a secured one: nothing of it is shown.
pub fn replace_in<'tx>(actor: &'tx Actor, leaver: PrincipalId, table: &Table, column: ColumnId) -> Result<Permit<'tx>, Denial> {
    asked(actor, leaver)?;
    names_people(table, column)?;
    Ok(sent(actor, table, Privilege::Write, Some(column), Errand::Replace { leaver, column }))
}

/// Decides whether the leaver may come back into this lookup, from which `now`, or nobody, took the place.
pub fn name_again<'tx>(
    actor: &'tx Actor,
    leaver: PrincipalId,
    table: &Table,
    column: ColumnId,
    now: Option<PrincipalId>,
) -> Result<Permit<'tx>, Denial> {
    asked(actor, leaver)?;
    names_people(table, column)?;
    Ok(sent(actor, table, Privilege::Write, Some(column), Errand::NameAgain { leaver, column, now }))
}

fn asked(actor: &Actor, leaver: PrincipalId) -> Result<(), Denial> {
    entrust(actor, Task::DisableUsers)?;
    if actor.user() == leaver { Err(Denial::Guard(OWN)) } else { Ok(()) }
}

fn sent<'tx>(actor: &'tx Actor, table: &Table, privilege: Privilege, open: Option<ColumnId>, errand: Errand) -> Permit<'tx> {
    let columns = opening(table, open);
    Permit { actor: Some(actor), table: table.id, privilege, rule: Rule::Nothing, columns, errand: Some(errand) }
}

/// All columns closed but this one, which may be changed and not be read.
fn opening(table: &Table, open: Option<ColumnId>) -> Vec<ColumnRights> {
    let rights = |column: ColumnId| ColumnRights { update: open == Some(column), ..CLOSED };
    table.columns.iter().map(|column| rights(column.id)).collect()
}

/// A lookup to people that people fill; who made or changed a row stays as it was.
fn names_people(table: &Table, id: ColumnId) -> Result<(), Denial> {
    match table.column(id) {
        Some(column) if !column.system && column.kind.targets().contains(&Target::Users) => Ok(()),
        found => {
            let column = found.map_or_else(String::new, |column| column.name.clone());
            Err(Denial::Column { set: table.set.clone(), column })
        }
    }
}
