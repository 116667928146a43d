//! What the product fills in: status, names made of other columns, numbers, amounts in the organisation's currency.
//!
//! Filled from what the writer wrote over what stood there; a value that somebody wrote is kept.
//! Not here: owner and stamps (`store`), the arithmetic of money ([`super::amounts`]).
//! Start reading at [`at_create`]. Proved by `crates/crm/tests/it/records_write.rs`.

use super::amounts;
use super::cells::{cell, put, will_be};
use crate::{Done, Problem};
use catalogue::{Column, Kind, Ownership, RowId, Table, Target, Value};
use security::{Actor, Privilege, permit};
use store::records::{Cells, Record};
use store::{Tx, records, sequences};

/// Fills in a new row.
pub(super) fn at_create(tx: &mut Tx<'_>, actor: &Actor, table: &Table, cells: &mut Cells) -> Done<()> {
    status(table, None, cells)?;
    full_name(table, None, cells);
    line_name(tx, actor, table, None, cells)?;
    currency_rules(tx, table, None, cells)?;
    amounts::at_create(tx, actor, table, cells)?;
    numbers(tx, table, cells)
}

/// Draws the numbers of a new row.
pub(crate) fn numbers(tx: &mut Tx<'_>, table: &Table, cells: &mut Cells) -> Done<()> {
    for column in &table.columns {
        if let Kind::AutoNumber { prefix } = &column.kind {
            let number = sequences::next(tx, &format!("{}.{}", table.set, column.name))?;
            put(cells, column, format!("{prefix}{number:06}").into());
        }
    }
    Ok(())
}

/// Fills in what follows from a change. Answers whether the row is counted in another currency now.
pub(super) fn at_change(tx: &mut Tx<'_>, actor: &Actor, table: &Table, id: RowId, before: &Record, cells: &mut Cells) -> Done<bool> {
    status(table, Some(before), cells)?;
    full_name(table, Some(before), cells);
    line_name(tx, actor, table, Some(before), cells)?;
    currency_rules(tx, table, Some(id), cells)?;
    amounts::at_change(tx, actor, table, id, before, cells)
}

/// State and status belong together: a state alone takes its first status, a status alone its state.
fn status(table: &Table, before: Option<&Record>, cells: &mut Cells) -> Done<()> {
    let Some(state) = table.find("state") else { return Ok(()) };
    let first = state.kind.options().first().map(|o| o.value);
    let Some(status) = table.find("status") else {
        if before.is_none() && cell(cells, state.id).is_none_or(Value::is_null) {
            put(cells, state, first.into());
        }
        return Ok(());
    };
    let first_of = |state: i64| status.kind.options().iter().find(|o| o.state == Some(state)).map(|o| o.value);
    let was = before.and_then(|r| r.get(state.id)).and_then(Value::int);
    let new_state = cell(cells, state.id).and_then(Value::int);
    let new_status = cell(cells, status.id).and_then(Value::int);
    match (new_state, new_status) {
        (Some(to), Some(why)) if status.option(why).and_then(|o| o.state) != Some(to) => {
            let label = |column: &Column, value| column.option(value).map_or_else(String::new, |o| o.label.clone());
            return Err(Problem::column("status", format!("`{}` does not belong to `{}`", label(status, why), label(state, to))));
        }
        (Some(_), Some(_)) => {}
        (Some(to), None) if was != Some(to) => put(cells, status, first_of(to).into()),
        (None, Some(why)) => put(cells, state, status.option(why).and_then(|o| o.state).into()),
        (Some(_), None) => cells.retain(|(c, _, _)| *c != status.id),
        (None, None) if before.is_none() => {
            put(cells, state, first.into());
            put(cells, status, first.and_then(first_of).into());
        }
        // A status is never emptied: it says where the state came from.
        (None, None) => cells.retain(|(c, value, _)| *c != status.id || !value.is_null()),
    }
    Ok(())
}

/// First and last name, where nobody wrote a full name of their own.
fn full_name(table: &Table, before: Option<&Record>, cells: &mut Cells) {
    let (Some(full), Some(first), Some(last)) = (table.find("full_name"), table.find("first_name"), table.find("last_name")) else {
        return;
    };
    if cell(cells, full.id).is_some_and(|v| !v.is_null()) {
        return;
    }
    let (Some(now_first), Some(now_last)) = (will_be(cells, before, first.id), will_be(cells, before, last.id)) else { return };
    if let Some(record) = before
        && cell(cells, full.id).is_none()
    {
        let was = joined(record.get(first.id), record.get(last.id));
        let stood = record.get(full.id).and_then(Value::text).unwrap_or_default();
        if !stood.is_empty() && stood != was {
            return;
        }
    }
    let made = joined(Some(now_first), Some(now_last));
    put(cells, full, cut(full, &made));
}

fn joined(first: Option<&Value>, last: Option<&Value>) -> String {
    [first, last].into_iter().flatten().filter_map(Value::text).map(str::trim).collect::<Vec<_>>().join(" ")
}

/// As much of a text as its column holds.
fn cut(column: &Column, text: &str) -> Value {
    let most = if let Kind::Text(max) = column.kind { max as usize } else { usize::MAX };
    text.chars().take(most).collect::<String>().into()
}

/// A line without a name takes its product's, as whoever writes it may see it.
fn line_name(tx: &mut Tx<'_>, actor: &Actor, table: &Table, before: Option<&Record>, cells: &mut Cells) -> Done<()> {
    let (Ownership::Parent(_), Some(name), Some(product)) = (&table.ownership, table.find("name"), table.find("product")) else {
        return Ok(());
    };
    if name.required || will_be(cells, before, name.id).is_none_or(|v| !v.is_null()) {
        return Ok(());
    }
    let Some(id) = will_be(cells, before, product.id).and_then(Value::id) else { return Ok(()) };
    let Some(Target::Table(products)) = product.kind.targets().first() else { return Ok(()) };
    let Some(products) = actor.catalogue().table(*products) else { return Ok(()) };
    let Ok(read) = permit(actor, Privilege::Read, products) else { return Ok(()) };
    if let Some(called) = records::names(tx, &read, &[id])?.get(&id) {
        put(cells, name, cut(name, called));
    }
    Ok(())
}

/// There is one organisation's currency, and a rate is greater than nothing.
fn currency_rules(tx: &mut Tx<'_>, table: &Table, row: Option<RowId>, cells: &Cells) -> Done<()> {
    let (true, Some(rate), Some(is_base)) = (table.set == "currencies", table.find("rate"), table.find("is_base")) else { return Ok(()) };
    if cell(cells, rate.id).and_then(Value::int).is_some_and(|r| r <= 0) {
        return Err(Problem::column("rate", "must be greater than 0"));
    }
    let base = records::base_currency(tx)?;
    match cell(cells, is_base.id) {
        Some(Value::Int(1)) if base.is_some() && base != row => {
            Err(Problem::column("is_base", "there is an organisation's currency already, and amounts are counted in it"))
        }
        Some(value) if *value != Value::Int(1) && base.is_some() && base == row => {
            Err(Problem::column("is_base", "amounts are counted in this currency already"))
        }
        _ => Ok(()),
    }
}
