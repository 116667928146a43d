//! Where bytes lie: a file in `files/` of the data directory, or chunks in a table.
//!
//! A file is written under another name, synced and renamed; chunks are kept one by one, each in a transaction of its
//! own, so that no transaction is open while an upload dawdles. Neither is known to anybody until a row names it.
//! Not here: counting and hashing ([`super`]). Proved by `crates/store/tests/it/blobs.rs`.

use crate::postgres_side::Pool;
use crate::store::Side;
use crate::{Fault, Store, durable};
use catalogue::RowId;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// How large a chunk in the table is.
pub(crate) const CHUNK: usize = 1024 * 1024;

/// Bytes being written.
pub(super) enum Sink<'s> {
    File { file: File, part: PathBuf, path: PathBuf },
    Chunks { pool: &'s Pool, id: RowId, seq: i64, waiting: Vec<u8> },
}

/// The folder of files.
pub(super) fn folder(directory: &Path) -> PathBuf {
    directory.join("files")
}

/// Where the file of this id lies. The end of an id is random, its beginning is the hour.
pub(crate) fn path(directory: &Path, id: RowId) -> PathBuf {
    let name = id.to_string();
    let shelf = name.get(name.len() - 2..).unwrap_or_default().to_owned();
    folder(directory).join(shelf).join(name)
}

impl Sink<'_> {
    pub(super) fn begin(store: &Store, id: RowId) -> Result<Sink<'_>, Fault> {
        Ok(match &store.side {
            Side::Sqlite { .. } => {
                let path = path(store.directory(), id);
                if let Some(shelf) = path.parent()
                    && !shelf.exists()
                {
                    std::fs::create_dir_all(shelf)?;
                    durable::sync_folder(shelf)?;
                    durable::sync_folder(&folder(store.directory()))?;
                }
                let part = path.with_extension("part");
                Sink::File { file: durable::create(&part)?, part, path }
            }
            Side::Postgres { pool } => Sink::Chunks { pool, id, seq: 0, waiting: Vec::with_capacity(CHUNK) },
        })
    }

    pub(super) fn add(&mut self, mut piece: &[u8]) -> Result<(), Fault> {
        match self {
            Sink::File { file, .. } => file.write_all(piece)?,
            Sink::Chunks { .. } => {
                while !piece.is_empty() {
                    piece = self.fill(piece)?;
                }
            }
        }
        Ok(())
    }

    /// Fills the waiting chunk and writes it when it is full; answers what did not fit.
    fn fill<'p>(&mut self, piece: &'p [u8]) -> Result<&'p [u8], Fault> {
        let Sink::Chunks { waiting, .. } = self else { return Ok(&[]) };
        let (fits, rest) = piece.split_at(piece.len().min(CHUNK - waiting.len()));
        waiting.extend_from_slice(fits);
        if waiting.len() == CHUNK {
            self.write_chunk()?;
        }
        Ok(rest)
    }

    fn write_chunk(&mut self) -> Result<(), Fault> {
        if let Sink::Chunks { pool, id, seq, waiting } = self
            && !waiting.is_empty()
        {
            pool.get()?.execute("INSERT INTO sys_file_chunks (file_id, seq, bytes) VALUES ($1, $2, $3)", &[&id.0, seq, waiting])?;
            waiting.clear();
            *seq += 1;
        }
        Ok(())
    }

    /// From here on the bytes survive a power cut.
    pub(super) fn settle(&mut self) -> Result<(), Fault> {
        self.write_chunk()?;
        match self {
            Sink::File { file, part, path } => durable::settle(file, part, path),
            Sink::Chunks { .. } => Ok(()),
        }
    }

    /// Takes out what was written. What cannot be taken out now is swept after a day.
    pub(super) fn give_up(&mut self) {
        match self {
            Sink::File { part, .. } => drop(std::fs::remove_file(part)),
            Sink::Chunks { pool, id, .. } => {
                if let Ok(mut conn) = pool.get() {
                    let _ = conn.execute("DELETE FROM sys_file_chunks WHERE file_id = $1", &[&id.0]);
                }
            }
        }
    }
}
