//! Filling an empty database from a dump, in one transaction.
//!
//! The tables are there; their rows go in as they were, whatever stands in them before is what a new database begins
//! with and goes. Once our own tables are filled the catalogue is known, so custom columns are made before the records
//! come; words of search are made of each record as it goes in. What the dump names must be there by that name: it is
//! data, and says neither which statement is run nor where a file lies.
//! Not here: comparing what was filled ([`super::compare`]). Proved by `crates/store/tests/it/dump.rs`.

use super::cells::{Sum, read_line};
use super::shape::{Kind, dumped, shape};
use super::{Counted, Opened, Told, Unfit, files};
use crate::sql::{Dialect, name};
use crate::tx::Conn;
use crate::{Fault, Tx, migrate, records};
use catalogue::{RowId, Table, Value};
use serde_json::Value as Json;
use std::io::Write;

/// Fills the database of this transaction. `lasting` syncs files; a scratch needs no sync.
pub(super) fn load(tx: &mut Tx<'_>, opened: &mut Opened, lasting: bool) -> Result<Told, Unfit> {
    let there = dumped(tx)?;
    let mut told = Told { organisation: opened.head.organisation.clone(), time: opened.head.time, ..Told::default() };
    let mut is_complete = false;
    loop {
        let line = opened.lines.next()?;
        if let Some(table) = line.get("table").and_then(Json::as_str) {
            if !there.iter().any(|known| known == table) {
                return Err(Unfit::Strange(format!("it has a table `{table}` that this version does not know")));
            }
            if !is_complete && !is_ours(table) {
                migrate::complete_all(tx)?;
                is_complete = true;
            }
            let counted = fill(tx, opened, table, &line)?;
            told.tables.push(counted);
        } else if let Some(id) = line.get("file").and_then(Json::as_str) {
            told.damaged.extend(keep_file(tx, opened, id, &line, lasting)?);
            told.files += 1;
        } else if let Some(done) = line.get("done") {
            agree(done, &told)?;
            (told.bytes, told.sha256) = opened.lines.end()?;
            if !is_complete {
                migrate::complete_all(tx)?;
            }
            return Ok(told);
        } else {
            return Err(Unfit::Strange("a line of it says nothing that is known".into()));
        }
    }
}

/// Our own tables; the others are records.
fn is_ours(table: &str) -> bool {
    table.starts_with("sys_")
}

/// The last line must say what came before it.
fn agree(done: &Json, told: &Told) -> Result<(), Unfit> {
    let tables: Vec<Json> = told.tables.iter().map(|t| serde_json::json!([t.name, t.rows, t.sha256])).collect();
    let agrees = done.get("tables") == Some(&Json::Array(tables)) && done.get("files").and_then(Json::as_u64) == Some(told.files);
    agrees.then_some(()).ok_or_else(|| Unfit::Strange("its last line does not say what stands before it".into()))
}

/// The rows of one table.
fn fill(tx: &mut Tx<'_>, opened: &mut Opened, table: &str, line: &Json) -> Result<Counted, Unfit> {
    let said = line.get("columns").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let columns: Vec<String> = said.iter().filter_map(Json::as_str).map(str::to_owned).collect();
    let shape = shape(tx, table)?;
    let kind = |column: &String| {
        shape
            .kind(column)
            .ok_or_else(|| Unfit::Strange(format!("its table `{table}` has a column `{column}` that this version does not know")))
    };
    let kinds: Vec<Kind> = columns.iter().map(kind).collect::<Result<_, _>>()?;
    if columns.is_empty() {
        return Err(Unfit::Strange(format!("its table `{table}` is unknown to this version or has no columns")));
    }
    tx.run(&format!("DELETE FROM {}", name(table)), &[])?;
    let catalogue = tx.catalogue().clone();
    let searched = catalogue.find(table).filter(|_| !is_ours(table)).filter(|t| t.columns.iter().any(|c| c.search && !c.secured));
    let mut sum = Sum::default();
    let mut rows = Rows { opened, columns: &columns, kinds: &kinds, table, sum: &mut sum };
    match tx.dialect() {
        Dialect::Sqlite => into_sqlite(tx, &mut rows, searched)?,
        Dialect::Postgres => into_postgres(tx, &mut rows, searched)?,
    }
    let end = opened.lines.next()?;
    let counted = Counted { name: table.to_owned(), columns, rows: sum.rows, sha256: sum.sha256() };
    let is_said = end.get("end").and_then(Json::as_str) == Some(table)
        && end.get("rows").and_then(Json::as_u64) == Some(counted.rows)
        && end.get("sha256").and_then(Json::as_str) == Some(&counted.sha256);
    is_said.then_some(counted).ok_or_else(|| Unfit::Strange(format!("its table `{table}` does not add up")))
}

/// Row after row of one table of the dump.
struct Rows<'a> {
    opened: &'a mut Opened,
    columns: &'a [String],
    kinds: &'a [Kind],
    table: &'a str,
    sum: &'a mut Sum,
}

impl Rows<'_> {
    fn next(&mut self) -> Result<Option<Vec<Value>>, Unfit> {
        let line = self.opened.lines.next_raw()?;
        if line.first() != Some(&b'[') {
            self.opened.lines.put_back();
            return Ok(None);
        }
        self.sum.add(line);
        read_line(line, self.kinds, self.table).map(Some)
    }

    /// The words by which this row is found.
    fn words(&self, of: &Table, row: &[Value]) -> Option<String> {
        let cells: Vec<(String, Value)> = self.columns.iter().cloned().zip(row.iter().cloned()).collect();
        records::words_of(of, &cells)
    }
}

fn into_sqlite(tx: &mut Tx<'_>, rows: &mut Rows<'_>, searched: Option<&Table>) -> Result<(), Unfit> {
    let names: Vec<String> = rows.columns.iter().map(|column| name(column)).collect();
    let marks: Vec<String> = (1..=names.len()).map(|n| format!("?{n}")).collect();
    let insert = format!("INSERT INTO {} ({}) VALUES ({})", name(rows.table), names.join(", "), marks.join(", "));
    while let Some(row) = rows.next()? {
        tx.run(&insert, &row)?;
        if let Some(of) = searched
            && let Some(words) = rows.words(of, &row)
        {
            records::keep_first_words(tx, of, words)?;
        }
    }
    Ok(())
}

/// By the line of the database that takes many rows at once.
fn into_postgres(tx: &mut Tx<'_>, rows: &mut Rows<'_>, searched: Option<&Table>) -> Result<(), Unfit> {
    let Conn::Postgres(begun) = &mut tx.conn else { return Err(Fault::broken("two databases at once").into()) };
    let mut names: Vec<String> = rows.columns.iter().map(|column| name(column)).collect();
    if searched.is_some() {
        names.push("search_words".to_owned());
    }
    let mut copy = begun.copy_in(&format!("COPY {} ({}) FROM STDIN", name(rows.table), names.join(", ")))?;
    let mut line = String::new();
    while let Some(row) = rows.next()? {
        line.clear();
        for (n, (value, kind)) in row.iter().zip(rows.kinds).enumerate() {
            if n > 0 {
                line.push('\t');
            }
            push_copied(&mut line, value, *kind);
        }
        if let Some(of) = searched {
            line.push('\t');
            push_copied(&mut line, &rows.words(of, &row).map_or(Value::Null, Value::Text), Kind::Text);
        }
        line.push('\n');
        copy.write_all(line.as_bytes()).map_err(Fault::from)?;
    }
    copy.finish()?;
    Ok(())
}

/// A cell as COPY reads it.
fn push_copied(line: &mut String, value: &Value, kind: Kind) {
    match value {
        Value::Null => line.push_str("\\N"),
        Value::Int(number) => line.push_str(&number.to_string()),
        Value::Id(id) => line.push_str(&id.0.simple().to_string()),
        Value::Bytes(bytes) => {
            line.push_str(if kind == Kind::Id { "" } else { "\\\\x" });
            line.push_str(&super::hex(bytes));
        }
        Value::Text(text) => {
            for c in text.chars() {
                match c {
                    '\\' => line.push_str("\\\\"),
                    '\n' => line.push_str("\\n"),
                    '\r' => line.push_str("\\r"),
                    '\t' => line.push_str("\\t"),
                    other => line.push(other),
                }
            }
        }
    }
}

/// The bytes of one file, read again from where they went. Answers the file when they are not those once uploaded.
fn keep_file(tx: &mut Tx<'_>, opened: &mut Opened, said: &str, line: &Json, lasting: bool) -> Result<Option<RowId>, Unfit> {
    let id = RowId::parse(said).ok_or_else(|| Unfit::Strange(format!("it names a file `{said}`, which is no id")))?;
    let Some(row) = tx.row("SELECT sha256 FROM sys_files WHERE id = ?1", &[id.into()])? else {
        return Err(Unfit::Strange(format!("it brings a file `{id}` that none of its rows names")));
    };
    // A file that was not there any more when it was dumped is not there in the copy either.
    let size = line.get("size").and_then(Json::as_u64);
    let kept = match size {
        Some(size) => files::keep(tx, id, opened.lines.bytes(), size, lasting)?,
        None => super::hex(&files::pour(tx, id, 0, &mut std::io::sink())?),
    };
    let end = opened.lines.next()?;
    if end.get("file_end").and_then(Json::as_str) != Some(said) {
        return Err(Unfit::Strange(format!("its file `{id}` does not end where it says")));
    }
    if end.get("sha256").and_then(Json::as_str) != Some(&kept) {
        return Err(Unfit::Differs(format!("the file `{id}` has other bytes")));
    }
    let is_whole = size.is_some() && super::hex(&row.bytes(0)?) == kept;
    Ok((!is_whole).then_some(id))
}
