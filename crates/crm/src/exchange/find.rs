//! Finds what a cell names: a record, a person, a team, a unit.
//!
//! Only what the importer may read is found, so a row that is hidden answers exactly like one that is not there. A
//! record is found by its id, by the column that the map says, or by its name; a person by address, then by name.
//! Not here: whether the found row may be attached to (`records`). Proved by `crates/crm/tests/it/exchange.rs`.

use crate::values::{self, DateForm};
use crate::{Done, Error};
use catalogue::{Column, ColumnId, RowId, Table, TableId, Target, Value, text};
use security::{Actor, PrincipalId, Privilege, UserState, permit};
use std::collections::HashMap;
use store::accounts::{self, PrincipalKind, PrincipalName};
use store::records::{self, Filter, Query, Test};
use store::{Fault, Tx};

/// What a cell names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Named<T> {
    /// This.
    One(T),
    /// Nothing that the importer may see.
    Nothing,
    /// More than one thing; in words.
    Several(String),
}

/// Finds for one transaction, and remembers what it found.
pub(crate) struct Finder<'a> {
    actor: &'a Actor,
    /// Rows of this table are being made: they are looked for each time.
    importing: TableId,
    rows: HashMap<(TableId, ColumnId, String), Vec<RowId>>,
    people: HashMap<String, Named<PrincipalId>>,
}

/// How many hits are told apart from "many".
const MANY: usize = 100;

impl<'a> Finder<'a> {
    pub(crate) fn new(actor: &'a Actor, importing: TableId) -> Finder<'a> {
        Finder { actor, importing, rows: HashMap::new(), people: HashMap::new() }
    }

    /// What a lookup names, by id, by the matching column or by name.
    pub(crate) fn lookup(
        &mut self,
        tx: &mut Tx<'_>,
        column: &Column,
        by: Option<(TableId, ColumnId)>,
        written: &str,
        dates: DateForm,
    ) -> Done<Named<(RowId, Target)>> {
        let catalogue = self.actor.catalogue().clone();
        let mut hits: Vec<(RowId, Target, &str)> = Vec::new();
        for target in column.kind.targets() {
            match target {
                Target::Table(id) if by.is_none_or(|(table, _)| table == *id) => {
                    let Some(table) = catalogue.table(*id) else { continue };
                    let by = by.map_or(table.primary, |(_, column)| column);
                    let found = self.records(tx, table, by, written, dates)?;
                    hits.extend(found.into_iter().map(|row| (row, *target, table.label.as_str())));
                }
                Target::Users | Target::Teams => {
                    let kind = if *target == Target::Users { PrincipalKind::User } else { PrincipalKind::Team };
                    let found = principals(tx, written, Some(kind))?;
                    let word = if *target == Target::Users { "person" } else { "team" };
                    hits.extend(found.into_iter().map(|(id, _)| (id.0, *target, word)));
                }
                Target::Units => {
                    let key = text::key(written);
                    let units = accounts::units(tx)?.into_iter().filter(|u| text::key(&u.name) == key || u.id.to_string() == written);
                    hits.extend(units.map(|u| (u.id.0, *target, "business unit")));
                }
                Target::Table(_) => {}
            }
        }
        Ok(match hits.as_slice() {
            [] => Named::Nothing,
            [(row, target, _)] => Named::One((*row, *target)),
            many => Named::Several(several(many.iter().map(|(_, _, label)| *label), written)),
        })
    }

    /// The records whose column is this text, or that have this id. No privilege to read them is finding none.
    fn records(&mut self, tx: &mut Tx<'_>, table: &Table, by: ColumnId, written: &str, dates: DateForm) -> Done<Vec<RowId>> {
        let known = (table.id, by, written.to_owned());
        if let Some(found) = self.rows.get(&known) {
            return Ok(found.clone());
        }
        let found = find_rows(tx, self.actor, table, by, written, dates)?;
        if table.id != self.importing {
            self.rows.insert(known, found.clone());
        }
        Ok(found)
    }

    /// Whom an owner cell names: somebody a row can be given to.
    pub(crate) fn owner(&mut self, tx: &mut Tx<'_>, written: &str) -> Done<Named<PrincipalId>> {
        if let Some(found) = self.people.get(written) {
            return Ok(found.clone());
        }
        let hits = principals(tx, written, None)?;
        let found = match hits.as_slice() {
            [] => Named::Nothing,
            [(one, _)] => Named::One(*one),
            many => Named::Several(several(
                many.iter().map(|(_, name)| if name.kind == PrincipalKind::Team { "team" } else { "person" }),
                written,
            )),
        };
        self.people.insert(written.to_owned(), found.clone());
        Ok(found)
    }
}

/// The readable records of a table whose columns have these values, a few at most.
pub(crate) fn same_rows(tx: &mut Tx<'_>, actor: &Actor, table: &Table, keys: &[(ColumnId, Value)], limit: usize) -> Done<Vec<RowId>> {
    let read = permit(actor, Privilege::Read, table)?;
    read.admit(table, keys.iter().map(|(column, _)| *column), security::ColumnUse::Read)?;
    let tests = keys.iter().map(|(column, value)| Filter::Column(*column, Test::In(vec![value.clone()])));
    let query = Query { filter: Filter::All(tests.collect()), order: Vec::new(), columns: Some(Vec::new()), limit, after: None };
    Ok(records::find(tx, &read, &query)?.records.into_iter().map(|record| record.id).collect())
}

fn find_rows(tx: &mut Tx<'_>, actor: &Actor, table: &Table, by: ColumnId, written: &str, dates: DateForm) -> Done<Vec<RowId>> {
    let Ok(read) = permit(actor, Privilege::Read, table) else { return Ok(Vec::new()) };
    if let Some(id) = RowId::parse(written) {
        let found = records::within(tx, &read, &[id])?;
        if !found.is_empty() {
            return Ok(vec![id]);
        }
    }
    let Some(column) = table.column(by) else { return Ok(Vec::new()) };
    let Ok(value) = values::parse_text(actor.catalogue(), column, written, dates) else { return Ok(Vec::new()) };
    match same_rows(tx, actor, table, &[(by, value)], MANY) {
        Err(Error::Denied(security::Denial::Column { .. })) => Ok(Vec::new()),
        found => found,
    }
}

/// Active users and owner teams of this address or name, or with this id.
fn principals(tx: &mut Tx<'_>, written: &str, kind: Option<PrincipalKind>) -> Result<Vec<(PrincipalId, PrincipalName)>, Fault> {
    let fits = |name: &PrincipalName| name.state == UserState::Active && kind.is_none_or(|kind| name.kind == kind);
    if let Some(id) = RowId::parse(written).map(PrincipalId) {
        let found = accounts::names(tx, &[id])?.into_iter();
        return Ok(found.filter(|(_, name)| fits(name) && matches!(name.kind, PrincipalKind::User | PrincipalKind::Team)).collect());
    }
    if written.contains('@') {
        let user = accounts::user_by_email(tx, written)?;
        if let Some(user) = user {
            let found = PrincipalName { name: user.name, kind: PrincipalKind::User, state: user.state };
            return Ok(if fits(&found) { vec![(user.id, found)] } else { Vec::new() });
        }
    }
    let key = text::key(written);
    let found = accounts::find_principals(tx, written, 1000)?;
    Ok(found.into_iter().filter(|(_, name)| fits(name) && text::key(&name.name) == key).collect())
}

/// `3 accounts are called …`, or `an account and a contact are called …`.
fn several<'l>(labels: impl Iterator<Item = &'l str>, written: &str) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for label in labels {
        match counts.iter_mut().find(|(known, _)| *known == label) {
            Some((_, count)) => *count += 1,
            None => counts.push((label, 1)),
        }
    }
    let told = counts.iter().map(|(label, count)| {
        let label = label.to_lowercase();
        let more = if *count >= MANY { " or more" } else { "" };
        if *count == 1 { format!("1 {label}") } else { format!("{count}{more} {}", plural(&label)) }
    });
    format!("{} are called `{written}`", told.collect::<Vec<_>>().join(" and "))
}

fn plural(label: &str) -> String {
    match label {
        "person" => "people".into(),
        _ => match label.strip_suffix('y') {
            Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
            _ => format!("{label}s"),
        },
    }
}
