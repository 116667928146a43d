//! One row of a file becomes one record, or a problem of that row.
//!
//! Each row is a part of its own: whatever fails is undone and noted, the rows beside it stand. Records are made and
//! changed by the ordinary verbs, so an import may exactly what its asker may. A trial does the same and undoes it.
//! Not here: reading the file ([`super::run_import`]). Start reading at [`take`]. Proved by `crates/crm/tests/it/exchange.rs`.

use super::ask::{Duplicates, Mode, Options};
use super::fill::{Filled, fill};
use super::find::{Finder, same_rows};
use super::map::{Key, Plan};
use crate::records::{self, Draft};
use crate::{Done, Error, Problem};
use catalogue::{ColumnId, RowId, Table, Value};
use security::{Actor, Denial};
use store::{Fault, Tx};

/// What a row became.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Became {
    Created(RowId),
    Changed(RowId),
}

/// A row that was taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    pub(crate) became: Became,
    pub(crate) is_fallback: bool,
}

/// How a row is undone: on purpose, or because it does not fit.
enum Undone {
    Tried(Taken),
    Failed(Error),
}

impl From<Fault> for Undone {
    fn from(fault: Fault) -> Undone {
        Undone::Failed(fault.into())
    }
}

/// Takes a row. The inner error is the row's problem, in words; the outer one ends the import.
pub(crate) fn take(
    tx: &mut Tx<'_>,
    actor: &Actor,
    finder: &mut Finder<'_>,
    plan: &Plan,
    table: &Table,
    options: &Options,
    cells: &[String],
) -> Done<Result<Taken, String>> {
    let done = tx.part(|tx| {
        let taken = one(tx, actor, finder, plan, table, options, cells).map_err(Undone::Failed)?;
        if options.dry_run { Err(Undone::Tried(taken)) } else { Ok(taken) }
    });
    match done {
        Ok(taken) | Err(Undone::Tried(taken)) => Ok(Ok(taken)),
        Err(Undone::Failed(error)) => match error {
            Error::Problem(problem) => Ok(Err(problem.detail)),
            Error::Stale { .. }
            | Error::Denied(
                Denial::Row { .. } | Denial::NotThere | Denial::NoPrivilege { .. } | Denial::Column { .. } | Denial::Guard(_),
            ) => Ok(Err(error.to_string())),
            Error::Denied(Denial::SignIn | Denial::State(_) | Denial::NoTask(_) | Denial::SecondFactor | Denial::StepUp)
            | Error::Wait(_)
            | Error::Fault(_) => Err(error),
        },
    }
}

fn one(
    tx: &mut Tx<'_>,
    actor: &Actor,
    finder: &mut Finder<'_>,
    plan: &Plan,
    table: &Table,
    options: &Options,
    cells: &[String],
) -> Done<Taken> {
    let filled = fill(tx, actor, finder, plan, table, cells)?;
    let known = known(tx, actor, plan, table, options, &filled)?;
    let is_fallback = filled.is_owner_unknown;
    let became = match (options.mode, known) {
        (Mode::Create, Some(_)) => {
            return Err(Problem::conflict("duplicate", format!("there is {} with the same {} already", label(table), told(plan, table))));
        }
        (Mode::Update, None) => {
            return Err(Problem::invalid(
                "unknown-row",
                format!("there is no {} with this {}", table.label.to_lowercase(), told(plan, table)),
            ));
        }
        (Mode::Create | Mode::Upsert, None) => {
            // WHY: a record that is given an id could tell whether a hidden one has it.
            if filled.id.is_some() {
                return Err(Problem::invalid("unknown-row", format!("there is no {} with this id", table.label.to_lowercase())));
            }
            let cells = filled.cells.into_iter().filter(|(_, value, _)| !value.is_null()).collect();
            let owner = filled.owner.or(options.owner()).filter(|_| table.is_owned());
            Became::Created(records::create(tx, actor, &Draft { table: table.id, id: None, cells, owner })?)
        }
        (Mode::Update | Mode::Upsert, Some(id)) => {
            change(tx, actor, plan, table, id, filled)?;
            Became::Changed(id)
        }
    };
    Ok(Taken { became, is_fallback })
}

/// Changes a record; its keys are what it was found by and stay.
fn change(tx: &mut Tx<'_>, actor: &Actor, plan: &Plan, table: &Table, id: RowId, filled: Filled) -> Done<()> {
    let cells: records::Cells = filled.cells.into_iter().filter(|(column, ..)| !plan.keys.contains(&Key::Column(*column))).collect();
    if !cells.is_empty() {
        records::change(tx, actor, table.id, id, None, cells)?;
    }
    if let Some(owner) = filled.owner {
        let is_same = store::records::facts(tx, table.id, id)?.is_some_and(|facts| facts.owner == Some(owner));
        if !is_same {
            records::assign(tx, actor, table.id, id, owner)?;
        }
    }
    Ok(())
}

/// The readable record with the row's keys.
fn known(tx: &mut Tx<'_>, actor: &Actor, plan: &Plan, table: &Table, options: &Options, filled: &Filled) -> Done<Option<RowId>> {
    let of_table = plan.keys.iter().all(|key| !matches!(key, Key::Cell(_)));
    if plan.keys.is_empty() || !of_table || (options.mode == Mode::Create && options.duplicates == Duplicates::Allow) {
        return Ok(None);
    }
    let mut wanted: Vec<(ColumnId, Value)> = Vec::new();
    for key in &plan.keys {
        let (column, value) = match key {
            Key::Id => (table.find("id").map(|c| c.id), filled.id.map_or(Value::Null, Value::Id)),
            Key::Column(id) => (Some(*id), filled.cells.iter().find(|(c, ..)| c == id).map_or(Value::Null, |(_, value, _)| value.clone())),
            Key::Cell(_) => continue,
        };
        match (column, value) {
            (Some(_), Value::Null) if options.mode == Mode::Create || (options.mode == Mode::Upsert && *key == Key::Id) => return Ok(None),
            (Some(column), Value::Null) => {
                let name = table.column(column).map_or("", |c| c.name.as_str());
                return Err(Problem::column(name, "is needed to know which record is meant"));
            }
            (Some(column), value) => wanted.push((column, value)),
            (None, _) => {}
        }
    }
    let found = same_rows(tx, actor, table, &wanted, 2)?;
    match found.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(*one)),
        [one, ..] if options.mode == Mode::Create => Ok(Some(*one)),
        _ => Err(Problem::conflict("several", format!("several {} have the same {}", table.plural.to_lowercase(), told(plan, table)))),
    }
}

/// `an account`.
fn label(table: &Table) -> String {
    let label = table.label.to_lowercase();
    if label.starts_with(['a', 'e', 'i', 'o', 'u']) { format!("an {label}") } else { format!("a {label}") }
}

/// The keys in words: `name and customer`.
fn told(plan: &Plan, table: &Table) -> String {
    let names = plan.keys.iter().filter_map(|key| match key {
        Key::Id => Some("id".to_owned()),
        Key::Column(column) => table.column(*column).map(|c| c.label.to_lowercase()),
        Key::Cell(_) => None,
    });
    names.collect::<Vec<_>>().join(" and ")
}
