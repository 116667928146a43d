//! Which tables there are, with which columns, in which order their rows come: asked of the database itself.
//!
//! Rows come in the order of their key, on both databases the same: bytes and texts are compared byte by byte on either.
//! Columns are told in the order of their names, because a column that was added later stands elsewhere in each.
//! Left out is what is made anew: words of search, keys of rows; and the bytes of files, which come for themselves.
//! Not here: the rows ([`super::write`]). Proved by `crates/store/tests/it/dump.rs`.

use crate::sql::{Dialect, name as quoted};
use crate::{Fault, Tx};

/// The table that says which migrations ran; a restore runs them itself.
const MIGRATIONS: &str = "refinery_schema_history";
/// The bytes of files on PostgreSQL.
const CHUNKS: &str = "sys_file_chunks";
/// Made anew by whoever is restored.
const DERIVED: [&str; 2] = ["row_key", "search_words"];

/// How a column is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Int,
    Text,
    /// Bytes, and on SQLite ids.
    Bytes,
    /// An id, where the database knows ids.
    Id,
}

/// A table of the database.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) name: String,
    /// By name.
    pub(super) columns: Vec<(String, Kind)>,
    /// By these its rows come, spelled.
    pub(super) order: Vec<String>,
}

impl Shape {
    pub(super) fn kind(&self, column: &str) -> Option<Kind> {
        self.columns.iter().find(|(name, _)| name == column).map(|(_, kind)| *kind)
    }
}

/// Every table that is dumped: our own first, then records, so that custom columns are known before their rows.
pub(super) fn tables(tx: &mut Tx<'_>) -> Result<Vec<Shape>, Fault> {
    let mut names = dumped(tx)?;
    names.sort_by_key(|name| (!name.starts_with("sys_"), name.clone()));
    names.iter().map(|name| shape(tx, name)).collect()
}

/// Their names. No dump brings rows of another table.
pub(super) fn dumped(tx: &mut Tx<'_>) -> Result<Vec<String>, Fault> {
    let mut names = names(tx)?;
    names.retain(|name| name != MIGRATIONS && name != CHUNKS && name != super::MARK_TABLE);
    Ok(names)
}

/// Every table that lies there, without those that hold the words of search.
fn names(tx: &mut Tx<'_>) -> Result<Vec<String>, Fault> {
    let rows = match tx.dialect() {
        Dialect::Sqlite => tx.rows(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'",
            &[],
        ),
        Dialect::Postgres => tx.rows("SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()", &[]),
    }?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// One table.
pub(super) fn shape(tx: &mut Tx<'_>, table: &str) -> Result<Shape, Fault> {
    let rows = match tx.dialect() {
        Dialect::Sqlite => tx.rows("SELECT name, type, pk FROM pragma_table_info(?1) ORDER BY name", &[table.into()]),
        Dialect::Postgres => tx.rows(
            "SELECT c.column_name::text, c.data_type::text, coalesce(k.ordinal_position, 0)::bigint
             FROM information_schema.columns c
             LEFT JOIN (information_schema.key_column_usage k JOIN information_schema.table_constraints t
               ON t.constraint_name = k.constraint_name AND t.table_schema = k.table_schema AND t.constraint_type = 'PRIMARY KEY')
               ON k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name
             WHERE c.table_schema = current_schema() AND c.table_name = ?1 ORDER BY c.column_name COLLATE \"C\"",
            &[table.into()],
        ),
    }?;
    let mut columns = Vec::new();
    let mut key = Vec::new();
    for row in &rows {
        let name = row.text(0)?;
        if DERIVED.contains(&name.as_str()) {
            continue;
        }
        if row.int(2)? > 0 {
            key.push((row.int(2)?, name.clone()));
        }
        columns.push((name, kind(table, &row.text(1)?)?));
    }
    key.sort();
    let order = order(table, &columns, key.into_iter().map(|(_, name)| name).collect());
    Ok(Shape { name: table.to_owned(), columns, order })
}

fn kind(table: &str, said: &str) -> Result<Kind, Fault> {
    Ok(match said.to_ascii_uppercase().as_str() {
        "INTEGER" | "BIGINT" => Kind::Int,
        "TEXT" => Kind::Text,
        "BLOB" | "BYTEA" => Kind::Bytes,
        "UUID" => Kind::Id,
        other => return Err(Fault::broken(format!("a column of `{table}` is stored as `{other}`"))),
    })
}

/// The id, the key, or everything. Where a table has no key its index spares the sorting of all of it.
fn order(table: &str, columns: &[(String, Kind)], key: Vec<String>) -> Vec<String> {
    let has = |name: &str| columns.iter().any(|(column, _)| column == name);
    if has("id") {
        return vec![quoted("id")];
    }
    if !key.is_empty() {
        return key.iter().map(|column| quoted(column)).collect();
    }
    let mut all: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
    if table == "sys_owner_history" {
        all.sort_by_key(|name| (name != "row_id", name != "since", name.clone()));
    }
    // WHY: only here a column may be empty, and the databases put such rows at either end.
    all.iter().map(|column| format!("{} NULLS FIRST", quoted(column))).collect()
}
