//! How a schema comes to be what this binary needs.
//!
//! The product's own tables are versioned migrations; record tables are made from the catalogue: what is missing is
//! added, nothing is dropped; a table whose columns are kept otherwise is made anew with all that it had ([`rebuild`]). A
//! schema carries the lowest binary that may use it, and an older one is refused.
//! Not here: what the tables mean (`schema/*.sql`, `catalogue`). Proved by `crates/store/tests/it/main.rs`.

use crate::sql::{Dialect, name};
use crate::store::{OpenError, Shared};
use crate::{Fault, postgres_side};
use catalogue::{Column, Kind, Table};
use refinery::{Migration, Runner, Target};

/// Raised whenever an older binary could no longer use the data.
pub(crate) const LOWEST: &str = "0.1.0";

/// The product's own tables, step by step.
const VERSIONS: [(&str, &str); 3] = [
    ("V1__first_light", include_str!("schema/first_light.sql")),
    ("V2__bones", include_str!("schema/bones.sql")),
    ("V3__departures", include_str!("schema/departures.sql")),
];

fn runner(dialect: Dialect) -> Result<Runner, Fault> {
    let made = VERSIONS.map(|(name, text)| Migration::unapplied(name, &spell(text, dialect)));
    let all = made.into_iter().collect::<Result<Vec<_>, _>>().map_err(|e| Fault::Unavailable(e.into()))?;
    Ok(Runner::new(&all))
}

/// A full disk is told as such, however deep in the words of the migrations it stands.
fn not_migrated(error: refinery::Error) -> Fault {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(at) = cause {
        let code = at.downcast_ref::<rusqlite::Error>().and_then(rusqlite::Error::sqlite_error_code);
        if matches!(code, Some(rusqlite::ErrorCode::DiskFull | rusqlite::ErrorCode::ReadOnly)) {
            return Fault::NoRoom(error.into());
        }
        cause = at.source();
    }
    Fault::Unavailable(error.into())
}

/// Replaces the portable type words by those of the database.
fn spell(text: &str, dialect: Dialect) -> String {
    let words = match dialect {
        Dialect::Sqlite => [("ID", "BLOB"), ("INT", "INTEGER"), ("BYTES", "BLOB"), ("TEXT", "TEXT")],
        Dialect::Postgres => [("ID", "UUID"), ("INT", "BIGINT"), ("BYTES", "BYTEA"), ("TEXT", "TEXT COLLATE \"C\"")],
    };
    let spelled = words.iter().fold(text.to_owned(), |text, (word, with)| {
        text.replace(&format!(" {word} "), &format!(" {with} "))
            .replace(&format!(" {word},"), &format!(" {with},"))
            .replace(&format!(" {word})"), &format!(" {with})"))
    });
    if dialect == Dialect::Sqlite { strict(&spelled) } else { spelled }
}

/// SQLite tables are STRICT.
fn strict(text: &str) -> String {
    let statements = text.split_inclusive(';').map(|statement| match statement.strip_suffix(';') {
        Some(create) if create.contains("CREATE TABLE") => format!("{create} STRICT;"),
        _ => statement.to_owned(),
    });
    statements.collect()
}

/// Refuses data of a newer version before anything is touched.
pub(crate) fn check_lowest(lowest: Option<String>) -> Result<(), OpenError> {
    let Some(lowest) = lowest else { return Ok(()) };
    if parts(&lowest) > parts(env!("CARGO_PKG_VERSION")) { Err(OpenError::Newer(lowest)) } else { Ok(()) }
}

fn parts(version: &str) -> Vec<u64> {
    version.split('.').map(|p| p.parse().unwrap_or(u64::MAX)).collect()
}

pub(crate) fn sqlite(conn: &mut rusqlite::Connection, shared: &Shared) -> Result<(), OpenError> {
    sqlite_to(conn, shared, Target::Latest)
}

/// The same, up to a version of the schema.
pub(crate) fn sqlite_to(conn: &mut rusqlite::Connection, shared: &Shared, target: Target) -> Result<(), OpenError> {
    let known: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'sys_meta'", [], |r| r.get(0))?;
    if known > 0 {
        let lowest = conn.query_row("SELECT value FROM sys_meta WHERE name = 'lowest'", [], |r| r.get(0));
        check_lowest(lowest.map(Some).or_else(|e| if e == rusqlite::Error::QueryReturnedNoRows { Ok(None) } else { Err(e) })?)?;
    }
    runner(Dialect::Sqlite)?.set_target(target).run(conn).map_err(not_migrated)?;
    let begun = conn.transaction()?;
    let mut tx = shared.tx(crate::tx::Conn::Sqlite(&begun), 0);
    settle(&mut tx, 1)?;
    drop(tx);
    begun.commit()?;
    Ok(())
}

pub(crate) fn postgres(conn: &mut postgres::Client, shared: &Shared) -> Result<(), OpenError> {
    postgres_to(conn, shared, Target::Latest)
}

/// The same, up to a version of the schema.
pub(crate) fn postgres_to(conn: &mut postgres::Client, shared: &Shared, target: Target) -> Result<(), OpenError> {
    let version: String = conn.query_one("SHOW server_version_num", &[])?.get(0);
    if version.parse::<u32>().unwrap_or(0) < 150_000 {
        return Err(Fault::Unavailable("PostgreSQL 15 or later is needed".into()).into());
    }
    let known: i64 = conn
        .query_one("SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'sys_meta'", &[])?
        .get(0);
    if known > 0 {
        let row = conn.query_opt("SELECT value FROM sys_meta WHERE name = 'lowest'", &[])?;
        check_lowest(row.map(|r| r.get(0)))?;
    }
    runner(Dialect::Postgres)?.set_target(target).run(conn).map_err(not_migrated)?;
    let mut begun = conn.transaction()?;
    // Two servers that start at once make the schema one after the other.
    begun.execute("SELECT pg_advisory_xact_lock(8420)", &[])?;
    let mut tx = shared.tx(crate::tx::Conn::Postgres(begun), 0);
    settle(&mut tx, postgres_side::LANES)?;
    tx.conn.commit()?;
    Ok(())
}

/// Lanes, the lowest binary, and whatever the catalogue has that the database has not.
fn settle(tx: &mut crate::Tx<'_>, lanes: i64) -> Result<(), Fault> {
    for lane in 0..lanes {
        tx.run(
            "INSERT INTO sys_lanes (lane, number, hash, time) VALUES (?1, 0, ?2, 0) ON CONFLICT (lane) DO NOTHING",
            &[lane.into(), catalogue::Value::Bytes(vec![0; 32])],
        )?;
    }
    tx.run(
        "INSERT INTO sys_meta (name, value) VALUES ('lowest', ?1) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        &[LOWEST.into()],
    )?;
    complete_all(tx)
}

/// How far the schema of this version is.
pub(crate) fn newest() -> i64 {
    VERSIONS.len() as i64
}

/// How far the schema is.
pub(crate) fn version(tx: &mut crate::Tx<'_>) -> Result<i64, Fault> {
    tx.row("SELECT max(version) FROM refinery_schema_history", &[])?.map_or(Ok(0), |row| row.int(0))
}

/// Makes what the transaction's catalogue has and the database has not.
pub(crate) fn complete_all(tx: &mut crate::Tx<'_>) -> Result<(), Fault> {
    let catalogue = crate::rights::catalogue(tx)?;
    catalogue.tables().iter().try_for_each(|table| complete(tx, table))
}

/// Adds to a table of the database what the catalogue has and it has not: columns and indexes, or all of it.
pub(crate) fn complete(tx: &mut crate::Tx<'_>, table: &Table) -> Result<(), Fault> {
    let there = columns_of(tx, &table.set)?;
    if there.is_empty() {
        tx.batch(&create(table, tx.dialect()))?;
        return tx.batch(&indexes(table, &[]));
    }
    let wanted: Vec<(String, Stored)> = table.columns.iter().flat_map(stored).collect();
    let is_other = |(column, kind): &(String, Stored)| there.iter().any(|(known, is)| known == column && is != kind);
    if wanted.iter().any(is_other) {
        rebuild(tx, table, &there)?;
        return tx.batch(&indexes(table, &[]));
    }
    for (column, kind) in wanted.iter().filter(|(column, _)| !there.iter().any(|(known, _)| known == column)) {
        tx.batch(&format!("ALTER TABLE {} ADD COLUMN {} {}", name(&table.set), name(column), spelled_type(*kind, tx.dialect())))?;
    }
    let indexed = indexes_of(tx, &table.set)?;
    tx.batch(&indexes(table, &indexed))
}

/// Makes a table anew as the catalogue has it, and takes over every row: its key, what this version keeps otherwise, and
/// every column that the database has besides, custom ones, retired ones and those of other versions.
fn rebuild(tx: &mut crate::Tx<'_>, table: &Table, there: &[(String, Stored)]) -> Result<(), Fault> {
    let dialect = tx.dialect();
    let (set, old) = (name(&table.set), name(&format!("{}__old", table.set)));
    for index in indexes_of(tx, &table.set)? {
        tx.batch(&format!("DROP INDEX {}", name(&index)))?;
    }
    tx.batch(&format!("ALTER TABLE {set} RENAME TO {old}"))?;
    let wanted: Vec<(String, Stored)> = table.columns.iter().flat_map(stored).collect();
    let own = if dialect == Dialect::Sqlite { "row_key" } else { "search_words" };
    let besides = there.iter().filter(|(column, _)| column != own && !wanted.iter().any(|(known, _)| known == column));
    let columns: Vec<(String, Stored)> = wanted.iter().chain(besides).cloned().collect();
    tx.batch(&create_rows(table, &columns, dialect))?;
    if dialect == Dialect::Postgres {
        tx.batch(&words_index(table, dialect))?;
    }
    let was = |column: &str| there.iter().find(|(known, _)| known == column).map(|(_, kind)| *kind);
    let taken = columns.iter().filter_map(|(column, kind)| match (was(column), column.strip_suffix("__key")) {
        (Some(was), _) if was == *kind => Some((name(column), name(column))),
        (Some(_), _) => Some((name(column), cast(column, *kind, dialect))),
        // The key of a number that is text from now on is that text.
        (None, Some(of)) if was(of) == Some(Stored::Int) => Some((name(column), cast(of, *kind, dialect))),
        (None, _) => None,
    });
    let (into, from): (Vec<String>, Vec<String>) = taken.chain([(own.to_owned(), own.to_owned())]).unzip();
    tx.batch(&format!("INSERT INTO {set} ({}) SELECT {} FROM {old}; DROP TABLE {old}", into.join(", "), from.join(", ")))
}

fn cast(column: &str, kind: Stored, dialect: Dialect) -> String {
    let spelled = spelled_type(kind, dialect);
    format!("CAST({} AS {})", name(column), spelled.split(' ').next().unwrap_or(spelled))
}

/// The columns of a table of the database, and how each is stored.
fn columns_of(tx: &mut crate::Tx<'_>, table: &str) -> Result<Vec<(String, Stored)>, Fault> {
    let rows = match tx.dialect() {
        Dialect::Sqlite => tx.rows("SELECT name, type FROM pragma_table_info(?1)", &[table.into()])?,
        Dialect::Postgres => tx.rows(
            "SELECT column_name::text, data_type::text FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = ?1 ORDER BY ordinal_position",
            &[table.into()],
        )?,
    };
    let stored = |row: &crate::sql::Row| {
        let kind = match row.text(1)?.to_ascii_uppercase().as_str() {
            "BLOB" | "UUID" => Stored::Id,
            "INTEGER" | "BIGINT" => Stored::Int,
            "TEXT" => Stored::Text,
            other => return Err(Fault::broken(format!("a column of `{table}` is stored as `{other}`"))),
        };
        Ok((row.text(0)?, kind))
    };
    rows.iter().map(stored).collect()
}

/// The indexes of a table that we made, by name; not those that the database keeps by itself.
fn indexes_of(tx: &mut crate::Tx<'_>, table: &str) -> Result<Vec<String>, Fault> {
    let rows = match tx.dialect() {
        Dialect::Sqlite => {
            tx.rows("SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = ?1 AND sql IS NOT NULL", &[table.into()])?
        }
        Dialect::Postgres => tx.rows(
            "SELECT indexname::text FROM pg_indexes WHERE schemaname = current_schema() AND tablename = ?1 AND indexname LIKE ?2",
            &[table.into(), format!("{table}\\_\\_%").into()],
        )?,
    };
    rows.iter().map(|r| r.text(0)).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stored {
    Id,
    Int,
    Text,
}

fn spelled_type(kind: Stored, dialect: Dialect) -> &'static str {
    match (kind, dialect) {
        (Stored::Id, Dialect::Sqlite) => "BLOB",
        (Stored::Id, Dialect::Postgres) => "UUID",
        (Stored::Int, Dialect::Sqlite) => "INTEGER",
        (Stored::Int, Dialect::Postgres) => "BIGINT",
        (Stored::Text, Dialect::Sqlite) => "TEXT",
        (Stored::Text, Dialect::Postgres) => "TEXT COLLATE \"C\"",
    }
}

/// The database columns that one column of the catalogue is kept in.
fn stored(column: &Column) -> Vec<(String, Stored)> {
    let own = match column.kind {
        Kind::Lookup(_) | Kind::Owner | Kind::Id | Kind::File => Stored::Id,
        Kind::Text(_) | Kind::Memo(_) | Kind::Email(_) | Kind::Phone(_) | Kind::Url(_) | Kind::MultiChoice(_) | Kind::AutoNumber { .. } => {
            Stored::Text
        }
        Kind::Integer { .. }
        | Kind::Decimal { .. }
        | Kind::Money
        | Kind::MoneyBase
        | Kind::YesNo
        | Kind::Choice(_)
        | Kind::Date
        | Kind::DateTime => Stored::Int,
    };
    let mut all = vec![(column.name.clone(), own)];
    if column.kind.has_key() {
        all.push((format!("{}__key", column.name), Stored::Text));
    }
    if column.kind.is_poly() {
        all.push((format!("{}__set", column.name), Stored::Text));
    }
    all
}

fn create(table: &Table, dialect: Dialect) -> String {
    let columns: Vec<(String, Stored)> = table.columns.iter().flat_map(stored).collect();
    format!("{}; {}", create_rows(table, &columns, dialect), words_index(table, dialect))
}

/// The table of rows alone.
fn create_rows(table: &Table, columns: &[(String, Stored)], dialect: Dialect) -> String {
    let mut text = format!("CREATE TABLE {} (", name(&table.set));
    text.push_str(match dialect {
        Dialect::Sqlite => "row_key INTEGER PRIMARY KEY",
        Dialect::Postgres => "search_words TEXT",
    });
    for (column, kind) in columns {
        text.push_str(&format!(", {} {}", name(column), spelled_type(*kind, dialect)));
        if column == "id" {
            text.push_str(if dialect == Dialect::Sqlite { " NOT NULL UNIQUE" } else { " NOT NULL PRIMARY KEY" });
        } else if matches!(column.as_str(), "owner" | "owning_unit" | "version" | "state") {
            text.push_str(" NOT NULL");
        }
    }
    text.push_str(if dialect == Dialect::Sqlite { ") STRICT" } else { ")" });
    text
}

/// By which search finds words: a table of its own on SQLite, keyed by the row's number, an index on PostgreSQL.
fn words_index(table: &Table, dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => format!(
            "CREATE VIRTUAL TABLE {} USING fts5(words, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 0', detail=none)",
            name(&format!("{}__words", table.set))
        ),
        Dialect::Postgres => format!(
            "CREATE INDEX {} ON {} USING gin (to_tsvector('simple', coalesce(search_words, '')))",
            name(&format!("{}__words", table.set)),
            name(&table.set)
        ),
    }
}

/// One index for each column that is often asked for and has none `there`, each ending in the id so that a page can go
/// on from a key.
fn indexes(table: &Table, there: &[String]) -> String {
    let mut text = String::new();
    let index = |column: &Column| format!("{}__by_{}", table.set, column.name);
    let is_new = |c: &&Column| (c.index || c.id == table.primary) && !there.contains(&index(c));
    for column in table.columns.iter().filter(is_new) {
        let by = if column.kind.has_key() { format!("{}__key", column.name) } else { column.name.clone() };
        text.push_str(&format!("CREATE INDEX IF NOT EXISTS {} ON {} ({}, id); ", name(&index(column)), name(&table.set), name(&by)));
    }
    text
}
