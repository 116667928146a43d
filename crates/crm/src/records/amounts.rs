//! Money: each amount's twin in the organisation's currency, and the rate it is made with.
//!
//! A rate says how much of a currency one unit of the organisation's buys, so a twin is amount ÷ rate, rounded half away
//! from nothing. The rate is taken when a row is made or gets another currency, and stays; a row without a currency of
//! its own is counted like its parent. Where no currency is kept yet, all amounts are the organisation's.
//! Not here: totals of lines. Proved by `crates/crm/tests/it/records_write.rs`.

use super::cells::{cell, put, will_be};
use crate::{Done, Problem};
use catalogue::{ColumnId, Kind, Ownership, RowId, Table, Target, Value};
use security::{Actor, Denial, Privilege, permit};
use store::records::{self, Cells, Record, Written};
use store::{Fault, Tx};

/// The rate of the organisation's own currency: one, with ten digits.
const ONE: i64 = 10_000_000_000;

/// Currency, rate and twins of a new row.
pub(super) fn at_create(tx: &mut Tx<'_>, actor: &Actor, table: &Table, cells: &mut Cells) -> Done<()> {
    if !has_money(table) {
        return Ok(());
    }
    let rate = match own_columns(table) {
        Some(_) => take_rate(tx, table, cells)?,
        None => parents_rate(tx, actor, table, None, cells)?,
    };
    twins(table, rate, &[], cells)
}

/// Rate and twins that follow from a change. True when the row is counted in another currency now.
pub(super) fn at_change(tx: &mut Tx<'_>, actor: &Actor, table: &Table, id: RowId, before: &Record, cells: &mut Cells) -> Done<bool> {
    let parent = if let Ownership::Parent(column) = table.ownership { cell(cells, column).is_some() } else { false };
    let currency = own_columns(table).and_then(|(currency, _)| cell(cells, currency)).cloned();
    let touched = cells.iter().any(|(c, _, _)| table.column(*c).is_some_and(|c| c.kind == Kind::Money));
    if !has_money(table) || !(parent || touched || currency.is_some()) {
        return Ok(false);
    }
    let now = records::amounts(tx, table, id)?.ok_or(Denial::NotThere)?;
    let Some((_, _)) = own_columns(table) else {
        let rate = parents_rate(tx, actor, table, Some(before), cells)?;
        twins(table, rate, if parent { &now.filled } else { &[] }, cells)?;
        return Ok(false);
    };
    let other = currency.as_ref().is_some_and(|c| c.id().is_none() || c.id() != now.currency);
    match now.rate.filter(|_| !other) {
        Some(rate) => twins(table, rate, &[], cells)?,
        None => {
            if currency.is_none()
                && let (Some(column), Some(id)) = (table.find("currency"), now.currency)
            {
                put(cells, column, Value::Id(id));
            }
            let rate = take_rate(tx, table, cells)?;
            twins(table, rate, &now.filled, cells)?;
        }
    }
    Ok(other)
}

/// Counts the rows anew that are counted like this one.
pub(super) fn recount_children(tx: &mut Tx<'_>, actor: &Actor, table: &Table, id: RowId) -> Done<()> {
    let rate = records::amounts(tx, table, id)?.and_then(|a| a.rate).unwrap_or(ONE);
    let catalogue = actor.catalogue().clone();
    for relation in catalogue.children_of(table.id) {
        let Some(child) = catalogue.table(relation.child).filter(|c| c.ownership == Ownership::Parent(relation.column)) else { continue };
        let Some(column) = child.column(relation.column).filter(|_| has_money(child)) else { continue };
        let write = permit(actor, Privilege::Write, child)?;
        for row in records::left_behind(tx, child, column, table, id)? {
            let filled = records::amounts(tx, child, row)?.map(|a| a.filled).unwrap_or_default();
            let mut cells = Cells::new();
            twins(child, rate, &filled, &mut cells)?;
            match records::update(tx, &write, row, None, &cells)? {
                Written::Done(_) => {}
                Written::Outside | Written::Stale => return Err(super::reach::denied(Privilege::Write, child)),
            }
        }
    }
    Ok(())
}

fn has_money(table: &Table) -> bool {
    table.columns.iter().any(|c| c.kind == Kind::Money)
}

/// Currency and exchange rate, where rows have their own.
fn own_columns(table: &Table) -> Option<(ColumnId, ColumnId)> {
    Some((table.find("currency")?.id, table.find("exchange_rate")?.id))
}

/// Writes the currency, the organisation's where none is said, and its rate of today.
fn take_rate(tx: &mut Tx<'_>, table: &Table, cells: &mut Cells) -> Done<i64> {
    let (Some(currency), Some(rate)) = (table.find("currency"), table.find("exchange_rate")) else { return Ok(ONE) };
    let base = records::base_currency(tx)?;
    let chosen = cell(cells, currency.id).and_then(Value::id).or(base);
    let taken = match chosen {
        None => ONE,
        Some(id) if Some(id) == base => ONE,
        Some(id) => {
            records::currency_rate(tx, id)?.filter(|r| *r > 0).ok_or_else(|| Problem::column("currency", "this currency has no rate"))?
        }
    };
    put(cells, currency, chosen.into());
    put(cells, rate, Value::Int(taken));
    Ok(taken)
}

/// The rate of the row that this one is part of.
fn parents_rate(tx: &mut Tx<'_>, actor: &Actor, table: &Table, before: Option<&Record>, cells: &Cells) -> Done<i64> {
    let Ownership::Parent(id) = table.ownership else { return Ok(ONE) };
    let column = table.column(id).ok_or_else(|| Fault::broken("a table without its parent's lookup"))?;
    let hidden = || Denial::Column { set: table.set.clone(), column: column.name.clone() };
    let Some(parent) = will_be(cells, before, id).ok_or_else(hidden)?.id() else { return Ok(ONE) };
    let said = cells.iter().find(|(c, _, _)| *c == id).and_then(|(_, _, target)| *target);
    let target = said.or_else(|| before.and_then(|r| r.target(id))).or_else(|| column.kind.targets().first().copied());
    let Some(Target::Table(to)) = target else { return Ok(ONE) };
    let Some(other) = actor.catalogue().table(to) else { return Ok(ONE) };
    Ok(records::amounts(tx, other, parent)?.and_then(|a| a.rate).unwrap_or(ONE))
}

/// Writes the twins of the amounts that are written, and of those that stay but are counted anew.
fn twins(table: &Table, rate: i64, staying: &[(ColumnId, i64)], cells: &mut Cells) -> Done<()> {
    for column in table.columns.iter().filter(|c| c.kind == Kind::Money) {
        let amount = match cell(cells, column.id) {
            Some(value) => value.int(),
            None => match staying.iter().find(|(c, _)| *c == column.id) {
                Some((_, amount)) => Some(*amount),
                None => continue,
            },
        };
        let Some(twin) = table.find(&format!("{}_base", column.name)) else { continue };
        let counted = match amount {
            Some(amount) => Some(in_base(amount, rate).ok_or_else(|| Problem::column(column.name.clone(), "is too large to be counted"))?),
            None => None,
        };
        put(cells, twin, counted.into());
    }
    Ok(())
}

/// Amount ÷ rate, half away from nothing. `None` when it does not fit.
fn in_base(amount: i64, rate: i64) -> Option<i64> {
    let (amount, rate) = (i128::from(amount) * i128::from(ONE), i128::from(rate));
    let half = if amount < 0 { -rate / 2 } else { rate / 2 };
    i64::try_from((amount + half).checked_div(rate)?).ok()
}
