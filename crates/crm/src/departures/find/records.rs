//! Records that somebody owns, and records whose lookup names somebody.
//!
//! Of activities and cases what is open is an item of its own: it is work that somebody has to go on with. A lookup that
//! the reader may not read is counted and shows no record: which one it is would be its value.
//! Not here: counting ([`store::references`]). Proved by `crates/crm/tests/it/departures_found.rs`.

use super::super::item::{Choice, Item, Kind, Offer, Sample};
use super::{SHOWN, Walk, found, has_open_item, proposed, sample};
use crate::Done;
use crate::people::open_states;
use catalogue::{Column, Ownership, RowId, Table};
use security::{ColumnUse, Privilege, permit};
use store::records::{self, States};
use store::references::{self, Naming};
use store::{Fault, Tx};

/// What the person owns, table by table.
pub(super) fn owned(tx: &mut Tx<'_>, walk: &Walk<'_>) -> Done<Vec<Item>> {
    let catalogue = walk.walker.catalogue().clone();
    let mut all = Vec::new();
    for table in catalogue.tables().iter().filter(|table| table.is_owned()) {
        let open = open_states(table);
        let plural = table.plural.to_lowercase();
        let parts = if has_open_item(table) {
            vec![
                (Kind::Open, format!("Open {plural}"), States::Open(&open)),
                (Kind::Owned, format!("Closed {plural}"), States::Shut(&open)),
            ]
        } else {
            vec![(Kind::Owned, table.plural.clone(), States::All)]
        };
        for (kind, label, states) in parts {
            all.extend(owned_part(tx, walk, table, kind, label, states)?);
        }
    }
    Ok(all)
}

fn owned_part(tx: &mut Tx<'_>, walk: &Walk<'_>, table: &Table, kind: Kind, label: String, states: States<'_>) -> Done<Option<Item>> {
    let owner = walk.user.id;
    let shown = references::some_owned(tx, table, owner, states, if walk.is_full() { SHOWN } else { 1 })?;
    if shown.is_empty() {
        return Ok(None);
    }
    let name = &walk.user.name;
    let consequence = match kind {
        Kind::Open => format!("They stay with {name}, and nobody goes on with them."),
        _ => format!("They stay with {name}; others see and change them as before, and nobody answers for them."),
    };
    let mut item = found(kind, format!("{}:{}", kind.name(), table.set), label, 1, consequence);
    item.set = Some(table.set.clone());
    item.offers = vec![Offer::GiveRound, Offer::ReadOnly, Offer::Leave];
    if may_delete(tx, walk, table)? {
        item.offers.push(Offer::Delete);
    }
    if walk.is_full() {
        item.count = if shown.len() < SHOWN { count_of(&shown) } else { references::count_owned(tx, table, owner, states)? };
        item.sample = samples(tx, walk, table, &shown)?;
        item.proposal = walk.heirs.owner_of(table).map(|heir| Choice::Give(vec![heir]));
    }
    Ok(Some(item))
}

fn count_of(shown: &[RowId]) -> i64 {
    i64::try_from(shown.len()).unwrap_or(i64::MAX)
}

/// Whether whoever runs it may delete all of it. The run asks again for each record.
fn may_delete(tx: &mut Tx<'_>, walk: &Walk<'_>, table: &Table) -> Done<bool> {
    let Ok(delete) = permit(walk.walker, Privilege::Delete, table) else { return Ok(false) };
    Ok(!walk.is_full() || !references::owns_outside(tx, &delete, walk.user.id)?)
}

/// Lookups that name the person, column by column.
pub(super) fn named(tx: &mut Tx<'_>, walk: &Walk<'_>) -> Done<Vec<Item>> {
    let catalogue = walk.walker.catalogue().clone();
    let mut all = Vec::new();
    for table in catalogue.tables() {
        for column in references::naming_columns(table) {
            all.extend(named_in(tx, walk, table, column)?);
        }
    }
    Ok(all)
}

fn named_in(tx: &mut Tx<'_>, walk: &Walk<'_>, table: &Table, column: &Column) -> Done<Option<Item>> {
    let which = Naming { table, column, person: walk.user.id };
    let shown = references::some_naming(tx, which, if walk.is_full() { SHOWN } else { 1 })?;
    if shown.is_empty() {
        return Ok(None);
    }
    let (name, put_away) = (&walk.user.name, if column.is_retired() { ", a column put away" } else { "" });
    let label = format!("{}: {}{put_away}", table.plural, column.label);
    let consequence = format!("They go on naming {name} as “{}”.", column.label);
    let mut item = found(Kind::Named, format!("named:{}.{}", table.set, column.name), label, 1, consequence);
    item.set = Some(table.set.clone());
    item.column = Some(column.name.clone());
    // Where a person stood, a person stands.
    item.offers = vec![Offer::GivePerson];
    if !column.required {
        item.offers.push(Offer::Clear);
    }
    item.offers.push(Offer::Leave);
    if walk.is_full() {
        item.count = if shown.len() < SHOWN { count_of(&shown) } else { references::count_naming(tx, which)? };
        item.sample = samples_by(tx, walk, table, column, &shown)?;
        item.proposal = proposal(walk, table, &item.offers);
    }
    Ok(Some(item))
}

/// What a part of another record says is how it was, as who an e-mail went to; all else wants somebody who is here.
fn proposal(walk: &Walk<'_>, table: &Table, offers: &[Offer]) -> Option<Choice> {
    if matches!(table.ownership, Ownership::Parent(_)) {
        return Some(Choice::Leave);
    }
    let heir = walk.heirs.person().map(|heir| Choice::Give(vec![heir]));
    proposed(offers, heir, &[Choice::Clear, Choice::Leave])
}

/// Some records, by name where the reader may read them.
pub(super) fn samples(tx: &mut Tx<'_>, walk: &Walk<'_>, table: &Table, ids: &[RowId]) -> Result<Vec<Sample>, Fault> {
    let mut names = match permit(walk.reader, Privilege::Read, table) {
        Ok(read) => records::names(tx, &read, ids)?,
        Err(_) => Default::default(),
    };
    Ok(ids.iter().map(|id| sample(&table.set, *id, names.remove(id))).collect())
}

/// Some records by what stands in this column, where the reader may read that of them.
fn samples_by(tx: &mut Tx<'_>, walk: &Walk<'_>, table: &Table, column: &Column, ids: &[RowId]) -> Result<Vec<Sample>, Fault> {
    let Ok(read) = permit(walk.reader, Privilege::Read, table) else { return Ok(Vec::new()) };
    if !read.opens(column.id, ColumnUse::Read) {
        return Ok(Vec::new());
    }
    let mut names = records::names(tx, &read, ids)?;
    Ok(ids.iter().filter_map(|id| names.remove(id).map(|name| sample(&table.set, *id, Some(name)))).collect())
}
