//! Files: bytes under an id of their own, outside and before the row that names them.
//!
//! [`Store::keep_bytes`] streams an upload to where it lasts, outside any transaction: beside the embedded database as
//! a file, on PostgreSQL in chunks of 1 MiB. A verb then [`enter`]s it and, when something points to it, [`name`]s it.
//! What nobody named within a day is swept. Bytes are opened with a [`Found`], which only a look-up that asked who may
//! have it hands out, so an id that was guessed opens nothing.
//! Not here: what a file is for (`crm`). Start reading at [`Store::keep_bytes`]. Proved by `crates/store/tests/it/blobs.rs`.

pub(crate) mod place;
mod reading;
mod sweep;

pub use reading::Bytes;

use crate::sql::Row;
use crate::{Fault, Store, Tx};
use catalogue::{ColumnId, RowId, Value};
use place::Sink;
use security::{Permit, PrincipalId};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::io::Read;

/// Bytes that are kept, before any row knows of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Their id.
    pub id: RowId,
    /// How many.
    pub size: u64,
    /// Their SHA-256.
    pub sha256: [u8; 32],
}

/// The right to open some bytes once, handed out by a look-up that asked who may.
#[derive(Debug)]
pub struct Found {
    kept: Kept,
}

impl Found {
    /// How many bytes.
    pub fn size(&self) -> u64 {
        self.kept.size
    }

    /// Their SHA-256.
    pub fn sha256(&self) -> [u8; 32] {
        self.kept.sha256
    }
}

/// Why bytes were not kept.
#[derive(Debug)]
pub enum NotKept {
    /// There are more than were allowed.
    TooLarge(u64),
    /// Whoever sent them stopped half-way.
    Source(std::io::Error),
    /// Ours to mend.
    Fault(Fault),
}

impl std::fmt::Display for NotKept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NotKept::TooLarge(most) => write!(f, "the file is larger than {most} bytes"),
            NotKept::Source(source) => write!(f, "the file ended half-way: {source}"),
            NotKept::Fault(fault) => fault.fmt(f),
        }
    }
}

impl std::error::Error for NotKept {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            NotKept::TooLarge(_) => None,
            NotKept::Source(source) => Some(source),
            NotKept::Fault(fault) => Some(fault),
        }
    }
}

impl<E: Into<Fault>> From<E> for NotKept {
    fn from(error: E) -> NotKept {
        NotKept::Fault(error.into())
    }
}

impl Store {
    /// Streams bytes, at most `most`, to where they last. Nothing of them stays when this fails.
    pub fn keep_bytes(&self, mut source: impl Read, most: u64) -> Result<Kept, NotKept> {
        let id = self.fresh_id();
        let mut sink = Sink::begin(self, id)?;
        let done = pour(&mut source, &mut sink, most).and_then(|(size, sha256)| {
            sink.settle()?;
            Ok(Kept { id, size, sha256 })
        });
        if done.is_err() {
            sink.give_up();
        }
        done
    }

    /// The bytes that a look-up found. Their end is a fault when they are not those that were kept.
    pub fn open_bytes(&self, found: Found) -> Result<Bytes, Fault> {
        Bytes::open(self, found.kept)
    }

    /// An id that nobody can guess, ordered by the hour.
    fn fresh_id(&self) -> RowId {
        let mut random = [0u8; 10];
        self.chance().fill(&mut random);
        let millis = u64::try_from(self.now() / 1000).unwrap_or(0);
        RowId(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }
}

fn pour(source: &mut impl Read, sink: &mut Sink<'_>, most: u64) -> Result<(u64, [u8; 32]), NotKept> {
    let mut sum = Sha256::new();
    let mut size = 0u64;
    let mut piece = vec![0u8; 64 * 1024];
    loop {
        let got = match source.read(&mut piece) {
            Ok(0) => return Ok((size, sum.finalize().into())),
            Ok(got) => got,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(NotKept::Source(error)),
        };
        size += got as u64;
        if size > most {
            return Err(NotKept::TooLarge(most));
        }
        let piece = piece.get(..got).unwrap_or_default();
        sum.update(piece);
        sink.add(piece)?;
    }
}

/// Makes the row of bytes that were kept before. Until they are named they are swept after a day.
pub fn enter(tx: &mut Tx<'_>, kept: &Kept, by: PrincipalId) -> Result<(), Fault> {
    let now = tx.now();
    tx.run(
        "INSERT INTO sys_files (id, size, sha256, created_on, uploaded_by, named) VALUES (?1, ?2, ?3, ?4, ?5, 0)",
        &[kept.id.into(), size_value(kept)?, Value::Bytes(kept.sha256.to_vec()), now.into(), by.0.into()],
    )?;
    let told = json!({ "size": kept.size, "sha256": crate::trail::checkpoint::hex(&kept.sha256), "uploaded_by": by.to_string() });
    tx.changed("file_bytes", kept.id, None, Some(told));
    Ok(())
}

fn size_value(kept: &Kept) -> Result<Value, Fault> {
    i64::try_from(kept.size).map(Value::Int).map_err(|_| Fault::broken("a file is larger than can be told"))
}

/// Says that something points to these bytes, so that they stay. False when they are gone: swept, or never there.
pub fn name(tx: &mut Tx<'_>, id: RowId) -> Result<bool, Fault> {
    let named = tx.run("UPDATE sys_files SET named = 1 WHERE id = ?1", &[id.into()])?;
    if named > 0 {
        tx.changed("file_bytes", id, Some(json!({ "named": false })), Some(json!({ "named": true })));
    }
    Ok(named > 0)
}

/// Finds bytes for the person who uploaded them, and for nobody else.
pub fn of_uploader(tx: &mut Tx<'_>, id: RowId, uploader: PrincipalId) -> Result<Option<Found>, Fault> {
    let row = tx.row("SELECT size, sha256 FROM sys_files WHERE id = ?1 AND uploaded_by = ?2", &[id.into(), uploader.0.into()])?;
    row.map(|row| found(id, &row)).transpose()
}

/// Finds the bytes that a record names in this column, when the permit covers the record and opens the column.
pub fn of_record(tx: &mut Tx<'_>, permit: &Permit<'_>, record: RowId, column: ColumnId) -> Result<Option<Found>, Fault> {
    let record = crate::records::get(tx, permit, record)?;
    let Some(id) = record.and_then(|r| r.get(column).and_then(Value::id)) else { return Ok(None) };
    let row = tx.row("SELECT size, sha256 FROM sys_files WHERE id = ?1", &[id.into()])?;
    row.map(|row| found(id, &row)).transpose()
}

/// Finds the archive of a departure; who may have it `crm` has asked.
pub fn of_departure(tx: &mut Tx<'_>, departure: RowId) -> Result<Option<Found>, Fault> {
    let row = tx.row(
        "SELECT f.size, f.sha256, f.id FROM sys_files f JOIN sys_departures d ON d.archive = f.id WHERE d.id = ?1",
        &[departure.into()],
    )?;
    row.map(|row| found(row.id(2)?, &row)).transpose()
}

fn found(id: RowId, row: &Row) -> Result<Found, Fault> {
    let size = u64::try_from(row.int(0)?).map_err(|_| Fault::broken("a file has a size below zero"))?;
    let sha256 = <[u8; 32]>::try_from(row.bytes(1)?).map_err(|_| Fault::broken("a file's SHA-256 is no SHA-256"))?;
    Ok(Found { kept: Kept { id, size, sha256 } })
}
