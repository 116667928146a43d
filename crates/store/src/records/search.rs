//! Finding records by words.
//!
//! Words are made in Rust by the text key, from columns that are marked for search and not secured. Order is exact
//! name, name prefix, then newest; never corpus statistics. At most [`TESTED`] hits are tested against the rule.
//! Not here: which tables are searched (`crm`). Proved by `crates/store/tests/it/records.rs`.

use super::rule_sql::push_rule;
use super::{Record, meant_for_reading, open_columns, push_columns, record_of, table_of};
use crate::sql::{Dialect, Sql, name};
use crate::{Fault, Tx};
use catalogue::{RowId, Table, Value, text};
use security::Permit;

/// Hits tested against the rule at most.
const TESTED: i64 = 20_000;

/// What a search found.
#[derive(Debug)]
pub struct Hits {
    /// The records, best first.
    pub records: Vec<Record>,
    /// There may be more than were tested or asked for.
    pub maybe_more: bool,
}

/// Records whose name or words begin with the words of the text.
pub fn search(tx: &mut Tx<'_>, permit: &Permit<'_>, wanted: &str, limit: usize) -> Result<Hits, Fault> {
    meant_for_reading(permit)?;
    let catalogue = tx.catalogue_of(permit);
    let table = table_of(&catalogue, permit.table())?;
    let words = text::words(wanted);
    let mut hits = Hits { records: Vec::new(), maybe_more: false };
    let Some(primary) = table.column(table.primary).filter(|_| !words.is_empty()) else { return Ok(hits) };
    let key = text::key(wanted);
    let columns = open_columns(table, permit, None);
    let name_key = format!("a.{}", name(&format!("{}__key", primary.name)));
    for round in 0..3 {
        let mut sql = Sql::new("SELECT ");
        push_columns(&mut sql, &columns);
        sql.push(" FROM ").push(&name(&table.set)).push(" a WHERE ");
        match round {
            0 => {
                sql.push(&name_key).push(" = ").bind(key.as_str());
            }
            1 => {
                sql.push(&name_key).push(" > ").bind(key.as_str());
                if let Some(after) = text::after_prefix(&key) {
                    sql.push(" AND ").push(&name_key).push(" < ").bind(after);
                }
            }
            _ => push_words(&mut sql, tx.dialect(), table, &words),
        }
        sql.push(" AND ");
        push_rule(&mut sql, &catalogue, table, permit.rule(), "a", tx.now);
        sql.push(if round < 2 { " ORDER BY " } else { " ORDER BY a.id DESC" });
        if round < 2 {
            sql.push(&name_key).push(", a.id");
        }
        sql.push(" LIMIT ").bind(limit as i64 + 1);
        for mut row in tx.ask(&sql)? {
            let (record, _) = record_of(&catalogue, table, &columns, &mut row)?;
            if hits.records.iter().any(|r| r.id == record.id) {
                continue;
            }
            if hits.records.len() == limit {
                hits.maybe_more = true;
                return Ok(hits);
            }
            hits.records.push(record);
        }
    }
    hits.maybe_more = common(tx, table, &words)?;
    Ok(hits)
}

fn push_words(sql: &mut Sql, dialect: Dialect, table: &Table, words: &[String]) {
    let index = name(&format!("{}__words", table.set));
    match dialect {
        Dialect::Sqlite => {
            sql.push("a.row_key IN (SELECT rowid FROM ").push(&index).push(" WHERE ").push(&index).push(" MATCH ");
            sql.bind(matching(words, dialect)).push(" ORDER BY rowid DESC LIMIT ").bind(TESTED).push(")");
        }
        Dialect::Postgres => {
            sql.push("a.id IN (SELECT b.id FROM ").push(&name(&table.set));
            sql.push(" b WHERE to_tsvector('simple', coalesce(b.search_words, '')) @@ to_tsquery('simple', ");
            sql.bind(matching(words, dialect)).push(") ORDER BY b.id DESC LIMIT ").bind(TESTED).push(")");
        }
    }
}

/// Every word, as the beginning of a word. Words hold letters and digits only, so nothing of a query language is left.
fn matching(words: &[String], dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => words.iter().map(|w| format!("\"{w}\"*")).collect::<Vec<_>>().join(" "),
        Dialect::Postgres => words.iter().map(|w| format!("'{w}':*")).collect::<Vec<_>>().join(" & "),
    }
}

/// True when the words hit more rows than are tested.
fn common(tx: &mut Tx<'_>, table: &Table, words: &[String]) -> Result<bool, Fault> {
    let mut sql = Sql::new("SELECT count(*) FROM (SELECT 1 AS one FROM ");
    let index = name(&format!("{}__words", table.set));
    match tx.dialect() {
        Dialect::Sqlite => sql.push(&index).push(" WHERE ").push(&index).push(" MATCH "),
        Dialect::Postgres => {
            sql.push(&name(&table.set)).push(" b WHERE to_tsvector('simple', coalesce(b.search_words, '')) @@ to_tsquery('simple', ")
        }
    };
    sql.bind(matching(words, tx.dialect())).push(if tx.dialect() == Dialect::Postgres { ")" } else { "" });
    sql.push(" LIMIT ").bind(TESTED + 1).push(") AS counted");
    Ok(tx.ask(&sql)?.first().map(|r| r.int(0)).transpose()?.unwrap_or(0) > TESTED)
}

/// The words of a record that is just being made, from the cells it is made of; `None` where nothing is searched.
pub(crate) fn words_of(table: &Table, cells: &[(String, Value)]) -> Option<String> {
    let mut searched = table.columns.iter().filter(|c| c.search && !c.secured).peekable();
    searched.peek()?;
    let texts = searched.filter_map(|c| cells.iter().find(|(column, _)| *column == c.name)?.1.text());
    Some(texts.flat_map(text::words).collect::<Vec<_>>().join(" "))
}

/// Keeps the words of the row that this connection inserted last. On PostgreSQL they stand in the row itself.
///
/// WHY: an insert of one row with values opens no savepoint of its own; one from a query does, and at each savepoint
/// the index of words writes out what it has gathered, which costs more than the row.
pub(crate) fn keep_first_words(tx: &mut Tx<'_>, table: &Table, words: String) -> Result<(), Fault> {
    if tx.dialect() == Dialect::Postgres {
        return Ok(());
    }
    let index = name(&format!("{}__words", table.set));
    tx.run(&format!("INSERT INTO {index} (rowid, words) VALUES (last_insert_rowid(), ?1)"), &[Value::Text(words)])?;
    Ok(())
}

/// Makes the words of a record anew from its searchable columns.
pub(crate) fn keep_words(tx: &mut Tx<'_>, table: &Table, id: RowId) -> Result<(), Fault> {
    let columns: Vec<String> = table.columns.iter().filter(|c| c.search && !c.secured).map(|c| name(&c.name)).collect();
    if columns.is_empty() {
        return forget_words(tx, table, id);
    }
    let Some(row) = tx.row(&format!("SELECT {} FROM {} WHERE id = ?1", columns.join(", "), name(&table.set)), &[id.into()])? else {
        return Ok(());
    };
    let words = row.0.iter().filter_map(Value::text).flat_map(text::words).collect::<Vec<_>>().join(" ");
    match tx.dialect() {
        Dialect::Sqlite => {
            drop_words(tx, table, id)?;
            let index = name(&format!("{}__words", table.set));
            let text = format!("INSERT INTO {index} (rowid, words) SELECT row_key, ?2 FROM {} WHERE id = ?1", name(&table.set));
            tx.run(&text, &[id.into(), Value::Text(words)])?;
        }
        Dialect::Postgres => {
            tx.run(&format!("UPDATE {} SET search_words = ?2 WHERE id = ?1", name(&table.set)), &[id.into(), Value::Text(words)])?;
        }
    }
    Ok(())
}

/// Makes the words anew of every record that has something in a column which search finds from now on, or no more.
///
/// LIMIT: all in one transaction, so that a secured column is found by nobody from the next on; a full column of many
/// rows takes its time, some ten thousand rows a second.
pub(crate) fn reword(tx: &mut Tx<'_>, table: &Table, column: &catalogue::Column) -> Result<(), Fault> {
    let rows = tx.rows(&format!("SELECT id FROM {} WHERE {} IS NOT NULL", name(&table.set), name(&column.name)), &[])?;
    rows.iter().try_for_each(|row| keep_words(tx, table, row.id(0)?))
}

/// Whether words of these records are kept, or were.
fn is_searched(table: &Table) -> bool {
    table.columns.iter().any(|c| c.search || c.custom.is_some_and(|custom| custom.is_searched))
}

fn forget_words(tx: &mut Tx<'_>, table: &Table, id: RowId) -> Result<(), Fault> {
    if tx.dialect() == Dialect::Postgres && is_searched(table) {
        tx.run(&format!("UPDATE {} SET search_words = NULL WHERE id = ?1", name(&table.set)), &[id.into()])?;
    }
    drop_words(tx, table, id)
}

/// Forgets the words of a record that is about to go. On PostgreSQL they go with the row.
pub(crate) fn drop_words(tx: &mut Tx<'_>, table: &Table, id: RowId) -> Result<(), Fault> {
    if tx.dialect() == Dialect::Sqlite && is_searched(table) {
        let index = name(&format!("{}__words", table.set));
        tx.run(&format!("DELETE FROM {index} WHERE rowid = (SELECT row_key FROM {} WHERE id = ?1)", name(&table.set)), &[id.into()])?;
    }
    Ok(())
}
