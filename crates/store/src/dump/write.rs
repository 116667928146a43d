//! Writing a dump, with as much in memory as one row or one piece of a file.
//!
//! Lines: the head, the keys of the data directory, then per table its name and columns, its rows, its count and hash;
//! then per file a line and behind it its bytes; at last what all of it was. All of it packed, then sealed.
//! Not here: the file that it goes to, its sync and its name (`crm`). Proved by `crates/store/tests/it/dump.rs`.

use super::cells::{Sum, write_line};
use super::shape::{Kind, Shape, tables};
use super::{Counted, Head, Pick, Recipient, Told, Unfit, What, files, hex};
use crate::sql::{Dialect, Sql, name};
use crate::{Fault, Store, Tx};
use catalogue::{RowId, Value};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::rc::Rc;

/// Writes a dump of what one moment shows and seals it to these recipients. The output is not synced.
///
/// A back door: no permit is asked for, every record goes out.
pub fn write_without_permit(store: &Store, what: &What, recipients: &[Recipient], out: impl Write) -> Result<Told, Unfit> {
    let recipients = recipients.iter().map(|to| &to.0 as &dyn age::Recipient);
    let sealing = age::Encryptor::with_recipients(recipients).map_err(|error| Unfit::Strange(error.to_string()))?;
    let counted = Rc::new(RefCell::new((0, Sha256::new())));
    let metered = Metered { out: BufWriter::with_capacity(1 << 18, out), counted: counted.clone() };
    let sealed = sealing.wrap_output(metered).map_err(Unfit::Out)?;
    let mut packed = BufWriter::with_capacity(1 << 16, GzEncoder::new(sealed, Compression::fast()));
    // WHY: files on a disk are in no transaction; the sweep waits until all were read.
    let _stay = store.shared.files_stay.read();
    let mut told = store.read(|tx| {
        let shapes = tables(tx)?;
        Writing { tx, shapes: &shapes, out: &mut packed, told: Told::default() }.all(what)
    })?;
    let packed = packed.into_inner().map_err(|error| Unfit::Out(error.into_error()))?;
    let sealed = packed.finish().map_err(Unfit::Out)?;
    sealed.finish().and_then(|mut metered| metered.out.flush()).map_err(Unfit::Out)?;
    let (bytes, sha256) = &*counted.borrow();
    told.bytes = *bytes;
    told.sha256 = hex(&sha256.clone().finalize());
    Ok(told)
}

/// Counts and hashes what passes.
struct Metered<W: Write> {
    out: BufWriter<W>,
    counted: Rc<RefCell<(u64, Sha256)>>,
}

impl<W: Write> Write for Metered<W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let taken = self.out.write(piece)?;
        let mut counted = self.counted.borrow_mut();
        counted.0 += taken as u64;
        counted.1.update(piece.get(..taken).unwrap_or_default());
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

struct Writing<'a, 'c, W: Write> {
    tx: &'a mut Tx<'c>,
    shapes: &'a [Shape],
    out: &'a mut W,
    told: Told,
}

impl<W: Write> Writing<'_, '_, W> {
    fn all(mut self, what: &What) -> Result<Told, Unfit> {
        let head = Head::of(self.tx, what)?;
        self.line(&head.line())?;
        (self.told.organisation, self.told.time) = (head.organisation, head.time);
        let shapes = self.shapes;
        let mut files = Vec::new();
        match what {
            What::Whole => {
                self.keys()?;
                for shape in shapes {
                    self.table(shape, &[Pick::All], &mut files)?;
                }
            }
            What::Part(part) => {
                for (shape, picks) in picked(shapes, &part.picks)? {
                    self.table(shape, &picks, &mut files)?;
                }
            }
        }
        for id in files {
            self.file(id)?;
        }
        let tables: Vec<Json> = self.told.tables.iter().map(|t| json!([t.name, t.rows, t.sha256])).collect();
        let done = json!({ "done": { "tables": tables, "files": self.told.files } });
        self.line(&done)?;
        Ok(self.told)
    }

    fn line(&mut self, line: &Json) -> Result<(), Unfit> {
        self.out.write_all(format!("{line}\n").as_bytes()).map_err(Unfit::Out)
    }

    /// The key that signs the trail, the one that seals unless it was handed in from outside, the one of archives.
    fn keys(&mut self) -> Result<(), Unfit> {
        let trail = hex(&self.tx.shared.trail_key.to_bytes());
        self.line(&json!({ "key": "trail", "hex": trail }))?;
        if let Some(seal) = self.tx.shared.seal_key.of_directory() {
            let seal = hex(seal);
            self.line(&json!({ "key": "seal", "hex": seal }))?;
        }
        match std::fs::read(self.tx.shared.directory.join("archive.key")) {
            Ok(archive) => self.line(&json!({ "key": "archive", "hex": hex(&archive) })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(Fault::from(error).into()),
        }
    }

    fn table(&mut self, shape: &Shape, picks: &[Pick], files: &mut Vec<RowId>) -> Result<(), Unfit> {
        let columns: Vec<String> = shape.columns.iter().map(|(name, _)| name.clone()).collect();
        self.line(&json!({ "table": shape.name, "columns": columns }))?;
        let sql = select(self.shapes, shape, picks, self.tx.dialect())?;
        let of_files = (shape.name == "sys_files").then(|| columns.iter().position(|column| column == "id")).flatten();
        let (mut sum, mut line) = (Sum::default(), Vec::new());
        let out = &mut *self.out;
        self.tx.each(&sql.text, &sql.binds, |row| {
            write_line(&row, &mut line)?;
            sum.add(&line);
            if let Some(at) = of_files {
                files.push(row.id(at)?);
            }
            out.write_all(&line).map_err(Unfit::Out)
        })?;
        let counted = Counted { name: shape.name.clone(), columns, rows: sum.rows, sha256: sum.sha256() };
        self.line(&json!({ "end": counted.name, "rows": counted.rows, "sha256": counted.sha256 }))?;
        self.told.tables.push(counted);
        Ok(())
    }

    /// A file's bytes, as they lie there. What is not as it was once kept is told, and no reason to have no backup.
    fn file(&mut self, id: RowId) -> Result<(), Unfit> {
        let size = files::size(self.tx, id)?;
        self.line(&json!({ "file": id.to_string(), "size": size }))?;
        let sha256 = files::pour(self.tx, id, size.unwrap_or(0), self.out)?;
        self.line(&json!({ "file_end": id.to_string(), "sha256": hex(&sha256) }))?;
        let kept = self.tx.row("SELECT sha256 FROM sys_files WHERE id = ?1", &[id.into()])?;
        if size.is_none() || kept.map(|row| row.bytes(0)).transpose()?.as_deref() != Some(&sha256) {
            self.told.damaged.push(id);
        }
        self.told.files += 1;
        Ok(())
    }
}

/// The tables of a part with their picks, in the order of a dump. Custom columns come along: rows may have some.
fn picked<'s>(shapes: &'s [Shape], picks: &BTreeMap<String, Vec<Pick>>) -> Result<Vec<(&'s Shape, Vec<Pick>)>, Fault> {
    if let Some(unknown) = picks.keys().find(|name| !shapes.iter().any(|shape| shape.name == **name)) {
        return Err(Fault::broken(format!("a part is to have rows of `{unknown}`, which is no table")));
    }
    let of = |shape: &'s Shape| match shape.name.as_str() {
        "sys_columns" => Some((shape, vec![Pick::All])),
        other => picks.get(other).map(|picks| (shape, picks.clone())),
    };
    Ok(shapes.iter().filter_map(of).collect())
}

/// The rows that any of the picks names, in order.
pub(super) fn select(shapes: &[Shape], shape: &Shape, picks: &[Pick], dialect: Dialect) -> Result<Sql, Fault> {
    let columns: Vec<String> = shape.columns.iter().map(|(column, _)| name(column)).collect();
    let mut sql = Sql::new(&format!("SELECT {} FROM {}", columns.join(", "), name(&shape.name)));
    push_picks(&mut sql, shapes, shape, picks, dialect)?;
    sql.push(" ORDER BY ").push(&shape.order.join(", "));
    Ok(sql)
}

fn push_picks(sql: &mut Sql, shapes: &[Shape], shape: &Shape, picks: &[Pick], dialect: Dialect) -> Result<(), Fault> {
    if picks.iter().any(|pick| matches!(pick, Pick::All)) {
        return Ok(());
    }
    sql.push(" WHERE (1 = 0");
    for pick in picks {
        match pick {
            Pick::All => {}
            Pick::Of { column, ids } => {
                of_ids(shape, column)?;
                sql.push(" OR ").push_name(column).push(" IN (SELECT ");
                push_listed(sql, ids, dialect);
            }
            Pick::Linked { column, table, by, picks } => {
                let other = shapes.iter().find(|shape| shape.name == *table);
                let other = other.ok_or_else(|| Fault::broken(format!("rows linked to `{table}`, which is no table")))?;
                of_ids(shape, column)?;
                of_ids(other, by)?;
                sql.push(" OR ").push_name(column).push(" IN (SELECT ").push_name(by).push(" FROM ").push(&name(table));
                push_picks(sql, shapes, other, picks, dialect)?;
                sql.push(")");
            }
        }
    }
    sql.push(")");
    Ok(())
}

/// Refuses what is no column with ids.
fn of_ids(shape: &Shape, column: &str) -> Result<(), Fault> {
    match shape.kind(column) {
        Some(Kind::Bytes | Kind::Id) => Ok(()),
        Some(Kind::Int | Kind::Text) | None => Err(Fault::broken(format!("`{}` has no column `{column}` with ids", shape.name))),
    }
}

fn push_listed(sql: &mut Sql, ids: &[RowId], dialect: Dialect) {
    let listed: Vec<String> = ids.iter().map(|id| id.0.simple().to_string()).collect();
    match dialect {
        Dialect::Sqlite => sql.push("unhex(value) FROM json_each(").bind(Value::Text(json!(listed).to_string())).push("))"),
        Dialect::Postgres => {
            sql.push("value::uuid FROM unnest(string_to_array(").bind(Value::Text(listed.join(","))).push(", ',')) AS listed(value))")
        }
    };
}
