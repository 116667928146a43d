//! What refers to a person: every place that can, and how many do.
//!
//! Of the product's own tables each column is said one by one ([`PLACES`]); record tables are walked from the catalogue, so
//! a lookup that somebody adds today is walked today. Handed out are numbers and ids, never a value of a record.
//! Not here: what is to become of it, and who may know (`crm`). Start reading at [`live`].
//! Proved by `crates/store/tests/it/references.rs` and `crates/crm/tests/it/departures_found.rs`.

mod places;
mod records;

pub use places::{PLACES, Place, Said};
pub use records::{Naming, count_naming, count_owned, naming_columns, owns_outside, some_naming, some_owned};

use crate::sql::{Dialect, Sql, name};
use crate::{Fault, Tx};
use catalogue::RowId;
use security::PrincipalId;
use std::collections::BTreeSet;

/// How often a place names a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mentions {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// The kind of item of a departure it belongs to.
    pub item: String,
    /// In so many rows.
    pub count: i64,
}

/// Every place that names the person and means it, with how often; nothing that is history.
pub fn live(tx: &mut Tx<'_>, person: PrincipalId) -> Result<Vec<Mentions>, Fault> {
    let mut found = of_ours(tx, person, |_| true)?;
    found.extend(records::live(tx, person)?);
    Ok(found)
}

/// The places of one kind of item that name the person.
pub fn live_as(tx: &mut Tx<'_>, person: PrincipalId, kind: &str) -> Result<Vec<Mentions>, Fault> {
    of_ours(tx, person, |item| item == kind)
}

fn of_ours(tx: &mut Tx<'_>, person: PrincipalId, wanted: impl Fn(&str) -> bool) -> Result<Vec<Mentions>, Fault> {
    let mut found = Vec::new();
    for said in PLACES {
        let Place::Live { item, is_text, when } = said.place else { continue };
        for column in said.columns.split(' ').filter(|_| wanted(item)) {
            let count = count(tx, said.table, (column, is_text), when, person)?;
            found.extend((count > 0).then(|| Mentions { table: said.table.into(), column: column.into(), item: item.into(), count }));
        }
    }
    Ok(found)
}

/// The ids of the rows of such a place that name the person, oldest first. Only of tables whose rows have an `id`.
pub fn live_rows(tx: &mut Tx<'_>, person: PrincipalId, table: &str, kind: &str, limit: usize) -> Result<Vec<RowId>, Fault> {
    let mut ids = BTreeSet::new();
    for said in PLACES.iter().filter(|said| said.table == table) {
        let Place::Live { item, is_text, when } = said.place else { continue };
        for column in said.columns.split(' ').filter(|_| item == kind) {
            let mut sql = Sql::new("SELECT r.id FROM ");
            sql.push(&name(table)).push(" r WHERE ");
            push_names(&mut sql, (column, is_text), person);
            push_when(&mut sql, when, person, tx.now);
            sql.push(" ORDER BY r.id LIMIT ").bind(i64::try_from(limit).unwrap_or(i64::MAX));
            for row in tx.ask(&sql)? {
                ids.insert(row.id(0)?);
            }
        }
    }
    Ok(ids.into_iter().take(limit).collect())
}

fn count(tx: &mut Tx<'_>, table: &str, place: (&str, bool), when: &str, person: PrincipalId) -> Result<i64, Fault> {
    let mut sql = Sql::new("SELECT count(*) FROM ");
    sql.push(&name(table)).push(" r WHERE ");
    push_names(&mut sql, place, person);
    push_when(&mut sql, when, person, tx.now);
    tx.ask(&sql)?.first().map_or(Ok(0), |row| row.int(0))
}

/// The condition that the column is the person, or has the person's id somewhere in its text. People may have written an
/// id in capitals: it is the same one.
fn push_names(sql: &mut Sql, (column, is_text): (&str, bool), person: PrincipalId) {
    if is_text {
        sql.push("lower(r.").push(&name(column)).push(") LIKE ").bind(format!("%{person}%"));
    } else {
        sql.push("r.").push(&name(column)).push(" = ").bind(person.0);
    }
}

/// The condition under which a place is live, with its two values bound.
fn push_when(sql: &mut Sql, when: &str, person: PrincipalId, now: i64) {
    sql.push(" AND (");
    let mut rest = when;
    while let Some((before, behind)) = rest.split_once('{') {
        let (word, after) = behind.split_once('}').unwrap_or((behind, ""));
        sql.push(before);
        if word == "now" {
            sql.bind(now)
        } else {
            sql.bind(person.0)
        };
        rest = after;
    }
    sql.push(rest).push(")");
}

/// A column of one of our own tables that could hold an id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Known {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// It holds text; else an id or bytes.
    pub is_text: bool,
}

/// Every column that the database has and that could hold an id, of all tables, those of records too.
pub fn columns(tx: &mut Tx<'_>) -> Result<Vec<Known>, Fault> {
    let text = match tx.dialect() {
        Dialect::Sqlite => {
            "SELECT t.name, c.name, upper(c.type) FROM sqlite_schema t JOIN pragma_table_info(t.name) c
             WHERE t.type = 'table' AND t.name NOT LIKE '%!_!_words%' ESCAPE '!' AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!'
             AND upper(c.type) IN ('BLOB', 'TEXT') ORDER BY t.name, c.name"
        }
        Dialect::Postgres => {
            "SELECT table_name::text, column_name::text, upper(data_type::text) FROM information_schema.columns
             WHERE table_schema = current_schema() AND data_type IN ('uuid', 'bytea', 'text') ORDER BY table_name, column_name"
        }
    };
    let rows = tx.rows(text, &[])?;
    let known = |row: &crate::sql::Row| Ok(Known { table: row.text(0)?, column: row.text(1)?, is_text: row.text(2)? == "TEXT" });
    let all: Vec<Known> = rows.iter().map(known).collect::<Result<_, Fault>>()?;
    Ok(all.into_iter().filter(|known| known.table != "refinery_schema_history").collect())
}

/// Of all columns those of which nothing is said: neither in [`PLACES`] nor by the catalogue. There are none.
pub fn unsaid(tx: &mut Tx<'_>) -> Result<Vec<Known>, Fault> {
    let catalogue = crate::rights::catalogue(tx)?;
    let said: BTreeSet<(&str, &str)> = PLACES.iter().flat_map(|said| said.columns.split(' ').map(|c| (said.table, c))).collect();
    let of_records = |known: &Known| {
        let table = catalogue.find(&known.table)?;
        let plain = known.column.strip_suffix("__key").or_else(|| known.column.strip_suffix("__set")).unwrap_or(&known.column);
        let is_own = known.column == "search_words";
        (is_own || table.kept(plain).is_some()).then_some(())
    };
    let is_said = |known: &Known| said.contains(&(known.table.as_str(), known.column.as_str())) || of_records(known).is_some();
    Ok(columns(tx)?.into_iter().filter(|known| !is_said(known)).collect())
}
